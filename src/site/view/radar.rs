//! Draws a role's levels as a radar chart with one axis per competency.
//!
//! Input: a viewpoint and a role. Output: [`Radar`], which has an SVG without IDs and styles, and
//! the same data as a list. With fewer than three competencies there is no chart.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use serde::Serialize;

use super::{Link, Viewpoint};
use crate::model::book::{ChapterId, Expectation};
use crate::site::theme::Html;
use crate::text::markup::escape;

/// The data for the radar view.
#[derive(Debug, Serialize)]
pub struct Radar {
    pub svg: Html,
    pub role: Link,
    pub axes: Vec<Axis>,
    pub of: u8,
}

/// One competency and its level.
#[derive(Debug, Serialize)]
pub struct Axis {
    pub competency: Link,
    pub level: u8,
    pub name: String,
}

/// The picture's outer radius, in its own units.
const RADIUS: f64 = 150.0;
/// Space for labels on each side.
const MARGIN: f64 = 130.0;

/// Returns the view's data. Returns `None` if the chapter isn't a role or expects fewer than three
/// competencies.
pub fn radar(role: ChapterId, view: &Viewpoint<'_>) -> Option<Radar> {
    let related = view.book.relations.roles.get(&role)?;
    if related.expectations.len() < 3 {
        return None;
    }
    let axes: Vec<Axis> = related
        .expectations
        .iter()
        .map(|expectation| Axis {
            competency: view.link(expectation.competency),
            level: expectation.level,
            name: view.level_name_of(expectation.competency, related.at(expectation.level)),
        })
        .collect();
    let height = |of: &Expectation| view.highest(of.competency, related.scope()).max(of.level);
    let of = related.expectations.iter().map(height).max().unwrap_or(1);
    let label = in_words(&view.meta(role).title, (&axes, of), view);
    Some(Radar { svg: Html::new(&draw(&axes, of, &label)), role: view.link(role), axes, of })
}

/// Describes everything that the chart shows, for people who can't see it.
fn in_words(role: &str, (axes, of): (&[Axis], u8), view: &Viewpoint<'_>) -> String {
    let axis = |axis: &Axis| format!("{}: {}", axis.competency.title, view.level_of(&axis.name, axis.level, of));
    let axes: Vec<String> = axes.iter().map(axis).collect();
    format!("{role}. {}", axes.join("; "))
}

fn draw(axes: &[Axis], of: u8, label: &str) -> String {
    let (width, height) = (2.0 * (RADIUS + MARGIN), 2.0 * (RADIUS + 40.0));
    let (cx, cy) = (width / 2.0, height / 2.0);
    let count = f64::from(u32::try_from(axes.len()).unwrap_or(1));
    let point = |n: usize, share: f64| {
        let angle = TAU * f64::from(u32::try_from(n).unwrap_or(0)) / count - TAU / 4.0;
        (cx + RADIUS * share * angle.cos(), cy + RADIUS * share * angle.sin())
    };
    let polygon = |share: &dyn Fn(usize) -> f64| -> String {
        let points = (0..axes.len()).map(|n| point(n, share(n)));
        points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
    };
    let mut svg = format!("<svg viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{}\">", escape(label));
    for level in 1..=of {
        let share = f64::from(level) / f64::from(of);
        let _ = write!(svg, "<polygon class=\"grid\" points=\"{}\"/>", polygon(&|_| share));
    }
    for n in 0..axes.len() {
        let (x, y) = point(n, 1.0);
        let _ = write!(svg, "<line class=\"grid\" x1=\"{cx:.1}\" y1=\"{cy:.1}\" x2=\"{x:.1}\" y2=\"{y:.1}\"/>");
    }
    let share = |n: usize| f64::from(axes[n].level) / f64::from(of.max(1));
    let _ = write!(svg, "<polygon class=\"area\" points=\"{}\"/>", polygon(&share));
    for (n, axis) in axes.iter().enumerate() {
        let (x, y) = point(n, 1.12);
        let anchor = if (x - cx).abs() < 8.0 {
            "middle"
        } else if x > cx {
            "start"
        } else {
            "end"
        };
        let (dot_x, dot_y) = point(n, share(n));
        let _ = write!(svg, "<circle class=\"dot\" cx=\"{dot_x:.1}\" cy=\"{dot_y:.1}\" r=\"4\"/>");
        write_label(&mut svg, (x, y), anchor, &axis.competency.title);
    }
    svg.push_str("</svg>");
    svg
}

/// Writes a label in one or two lines, because SVG doesn't wrap text.
fn write_label(svg: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let lines = two_lines(text);
    let first = y + 4.0 - 8.0 * f64::from(u32::from(lines.len() > 1));
    let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{first:.1}\" text-anchor=\"{anchor}\">");
    for (n, line) in lines.iter().enumerate() {
        let shift = if n == 0 { "0" } else { "1.2em" };
        let _ = write!(svg, "<tspan x=\"{x:.1}\" dy=\"{shift}\">{}</tspan>", escape(line));
    }
    svg.push_str("</text>");
}

/// Splits a text of more than 18 characters at the space nearest to its middle.
pub(super) fn two_lines(text: &str) -> Vec<&str> {
    if text.chars().count() <= 18 {
        return vec![text];
    }
    let middle = text.len() / 2;
    match text.match_indices(' ').map(|(at, _)| at).min_by_key(|at| at.abs_diff(middle)) {
        Some(at) => vec![&text[..at], &text[at + 1..]],
        None => vec![text],
    }
}
