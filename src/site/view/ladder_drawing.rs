//! Draws the career ladder: a column for each track, a row for each rank, and an arrow for each
//! step up and each move.
//!
//! Input: the roles of the ladder with their ranks and next steps. Output: SVG without IDs and
//! styles, in which every node is a link. The text below the picture says the same (see
//! [`super::ladder`]), so the arrows are hidden from screen readers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::book::ChapterId;
use crate::text::markup::escape;

/// A role to draw.
#[derive(Debug)]
pub struct Node {
    /// The role's chapter.
    pub role: ChapterId,
    /// The role's title.
    pub title: String,
    /// The URL of the role's page.
    pub url: String,
    /// The number of the role's track, starting from 0.
    pub track: usize,
    /// The role's rank.
    pub rank: u32,
    /// The roles at a higher rank that this role leads to.
    pub up: Vec<ChapterId>,
    /// The roles at the same rank that this role leads to.
    pub sideways: Vec<ChapterId>,
}

/// The width and height of a node, and the space between nodes, in the picture's own units.
const WIDTH: f64 = 176.0;
const HEIGHT: f64 = 46.0;
const GAP: f64 = 18.0;
const ROW: f64 = 92.0;
/// Space between tracks, where moves are drawn.
const BETWEEN: f64 = 64.0;
/// Space above the first row for the tracks' titles.
const HEAD: f64 = 40.0;

/// The position of the upper left corner of each node.
type Places = BTreeMap<ChapterId, (f64, f64)>;

/// Draws the ladder. `tracks` contains the titles of the columns, and `label` describes the
/// picture.
pub fn draw(nodes: &[Node], tracks: &[String], label: &str) -> String {
    let ranks = ranks(nodes);
    let (places, starts, width) = places(nodes, tracks.len(), &ranks);
    let rows = u32::try_from(ranks.len()).map_or(1.0, f64::from);
    let height = HEAD + rows * ROW;
    let mut svg = format!(
        "<svg class=\"ladder\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"group\" aria-label=\"{}\">",
        escape(label)
    );
    for (title, start) in tracks.iter().zip(&starts) {
        let _ = write!(svg, "<text class=\"track\" x=\"{start:.0}\" y=\"18\">{}</text>", escape(title));
    }
    svg.push_str("<g class=\"ways\" aria-hidden=\"true\">");
    for node in nodes {
        for to in &node.up {
            write_way(&mut svg, &places, (node.role, *to), "up");
        }
        // A move in both directions is drawn as one line.
        for to in &node.sideways {
            let leads_back = |other: &Node| other.role == *to && other.sideways.contains(&node.role);
            if node.role < *to || !nodes.iter().any(leads_back) {
                write_way(&mut svg, &places, (node.role, *to), "move");
            } else {
                write_back(&mut svg, &places, (node.role, *to));
            }
        }
    }
    svg.push_str("</g>");
    for node in nodes {
        if let Some(place) = places.get(&node.role) {
            write_node(&mut svg, node, *place);
        }
    }
    svg.push_str("</svg>");
    svg
}

/// Lists the ranks, highest first.
fn ranks(nodes: &[Node]) -> Vec<u32> {
    let mut ranks: Vec<u32> = nodes.iter().map(|node| node.rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks.reverse();
    ranks
}

/// Places every node. Also returns where the title of each track begins, and the picture's width.
///
/// Roles that are connected with another track come first in their row. In every track but the last
/// the first role is on the right, so that a step to the next track crosses no other step.
fn places(nodes: &[Node], tracks: usize, ranks: &[u32]) -> (Places, Vec<f64>, f64) {
    let mut places = Places::new();
    let mut starts = Vec::new();
    let mut left = 2.0;
    for track in 0..tracks {
        let row = |rank: u32| -> Vec<&Node> {
            let mut row: Vec<&Node> = nodes.iter().filter(|node| node.track == track && node.rank == rank).collect();
            row.sort_by_key(|node| !leaves_track(node, nodes));
            row
        };
        let widest = ranks.iter().map(|rank| row(*rank).len()).max().unwrap_or(0).max(1);
        let offset = |n: usize| u32::try_from(n).map_or(0.0, f64::from) * (WIDTH + GAP);
        let from_right = track + 1 < tracks;
        let place = |n: usize| left + offset(if from_right { widest - 1 - n } else { n });
        for (line, rank) in (0_u32..).zip(ranks) {
            for (n, node) in row(*rank).into_iter().enumerate() {
                places.insert(node.role, (place(n), HEAD + f64::from(line) * ROW));
            }
        }
        starts.push(place(0));
        left += offset(widest) - GAP + BETWEEN;
    }
    (places, starts, left - BETWEEN + 2.0)
}

/// Returns whether a step or a move connects a role with a role of another track.
fn leaves_track(node: &Node, nodes: &[Node]) -> bool {
    let leads = |from: &Node, to: &Node| from.up.contains(&to.role) || from.sideways.contains(&to.role);
    nodes.iter().any(|other| other.track != node.track && (leads(node, other) || leads(other, node)))
}

/// Draws a line from one node to another, with an arrowhead at its end.
fn write_way(svg: &mut String, places: &Places, (from, to): (ChapterId, ChapterId), class: &str) {
    let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) else { return };
    let (start, end) = if class == "up" {
        ((from.0 + WIDTH / 2.0, from.1), (to.0 + WIDTH / 2.0, to.1 + HEIGHT + 6.0))
    } else {
        sides(*from, *to)
    };
    let _ = write!(svg, "<path class=\"{class}\" d=\"M{:.0} {:.0}", start.0, start.1);
    let _ = if class == "up" {
        let middle = f64::midpoint(start.1, end.1);
        write!(svg, "C{:.0} {middle:.0} {:.0} {middle:.0} {:.0} {:.0}\"/>", start.0, end.0, end.0, end.1)
    } else {
        write!(svg, "L{:.0} {:.0}\"/>", end.0, end.1)
    };
    write_head(svg, class, start, end);
}

/// Returns the points where a move leaves one node and reaches another.
fn sides(from: (f64, f64), to: (f64, f64)) -> ((f64, f64), (f64, f64)) {
    let (start, end) = if from.0 < to.0 { (from.0 + WIDTH, to.0 - 6.0) } else { (from.0, to.0 + WIDTH + 6.0) };
    ((start, from.1 + HEIGHT / 2.0), (end, to.1 + HEIGHT / 2.0))
}

/// Draws the second arrowhead of a move in both directions.
fn write_back(svg: &mut String, places: &Places, (from, to): (ChapterId, ChapterId)) {
    let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) else { return };
    let (start, end) = sides(*from, *to);
    write_head(svg, "move", start, end);
}

/// Draws an arrowhead as a triangle. A marker would need an ID, and a page may show two ladders.
fn write_head(svg: &mut String, class: &str, start: (f64, f64), (x, y): (f64, f64)) {
    let points = if class == "up" {
        format!("{x:.0},{:.0} {:.0},{:.0} {:.0},{:.0}", y - 6.0, x - 5.0, y + 3.0, x + 5.0, y + 3.0)
    } else {
        let back = if start.0 < x { -9.0 } else { 9.0 };
        let tip = if start.0 < x { x + 6.0 } else { x - 6.0 };
        format!("{tip:.0},{y:.0} {:.0},{:.0} {:.0},{:.0}", tip + back, y - 5.0, tip + back, y + 5.0)
    };
    let _ = write!(svg, "<polygon class=\"{class}\" points=\"{points}\"/>");
}

fn write_node(svg: &mut String, node: &Node, (x, y): (f64, f64)) {
    let _ = write!(
        svg,
        "<a href=\"{}\"><rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/>",
        escape(&node.url)
    );
    let lines = super::radar::two_lines(&node.title);
    let first = y + HEIGHT / 2.0 + if lines.len() > 1 { -3.0 } else { 5.0 };
    let middle = x + WIDTH / 2.0;
    let _ = write!(svg, "<text x=\"{middle:.0}\" y=\"{first:.0}\" text-anchor=\"middle\">");
    for (n, line) in lines.iter().enumerate() {
        let shift = if n == 0 { "0" } else { "1.2em" };
        let gap = if n == 0 { "" } else { " " };
        let _ = write!(svg, "{gap}<tspan x=\"{middle:.0}\" dy=\"{shift}\">{}</tspan>", escape(line));
    }
    svg.push_str("</text></a>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(role: u32, track: usize, rank: u32, up: &[u32], sideways: &[u32]) -> Node {
        let ids = |list: &[u32]| list.iter().map(|n| ChapterId(*n)).collect();
        Node {
            role: ChapterId(role),
            title: format!("Role {role}"),
            url: format!("../r{role}/"),
            track,
            rank,
            up: ids(up),
            sideways: ids(sideways),
        }
    }

    #[test]
    fn every_role_is_a_link_every_step_an_arrow_and_a_move_both_ways_a_single_line() {
        let nodes = [node(1, 0, 1, &[2, 3], &[]), node(2, 0, 2, &[], &[3]), node(3, 1, 2, &[], &[2])];
        let svg = draw(&nodes, &["A".to_owned(), "B".to_owned()], "Ladder");
        assert_eq!(svg.matches("<a href=").count(), 3);
        assert_eq!(svg.matches("<path class=\"up\"").count(), 2);
        assert_eq!(svg.matches("<path class=\"move\"").count(), 1);
        assert!(!svg.contains(" id=") && !svg.contains("style="));
    }

    #[test]
    fn the_highest_rank_is_at_the_top() {
        let nodes = [node(1, 0, 1, &[2], &[]), node(2, 0, 5, &[], &[])];
        let ranks = ranks(&nodes);
        let (places, _, _) = places(&nodes, 1, &ranks);
        assert!(places[&ChapterId(2)].1 < places[&ChapterId(1)].1);
    }

    #[test]
    fn a_role_that_leads_to_the_next_track_is_beside_it() {
        let nodes =
            [node(1, 0, 1, &[4], &[]), node(2, 0, 1, &[3, 4], &[]), node(3, 1, 2, &[], &[]), node(4, 0, 2, &[], &[])];
        let (places, _, _) = places(&nodes, 2, &ranks(&nodes));
        assert!(places[&ChapterId(1)].0 < places[&ChapterId(2)].0);
        assert!((places[&ChapterId(2)].0 - places[&ChapterId(4)].0).abs() < 1.0);
        assert!(places[&ChapterId(2)].0 < places[&ChapterId(3)].0);
    }
}
