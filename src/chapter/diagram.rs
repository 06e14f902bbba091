//! Draws diagrams written in Mermaid's language as SVG images.
//!
//! Input: the source of one diagram. Output: an image for light pages or for dark ones, or the line
//! and the reason why the diagram can't be drawn. What the library is known to draw wrong is
//! refused, too. The work is limited by counting the source (`limits`), and the image contains
//! nothing but shapes and text (`picture`). Never panics, and never looks at the chapter around
//! the diagram.

mod limits;
mod picture;

use std::panic::catch_unwind;

use borsh::{BorshDeserialize, BorshSerialize};
use mermaid_svg::{Diagram as Parsed, ParseError, RenderError, Theme, parse_with_meta, render_with};

pub use self::picture::Picture;

/// The language of code blocks that contain a diagram.
pub const LANGUAGE: &str = "mermaid";
/// Changes whenever the same source is drawn differently, so that no browser shows an old image.
const EDITION: &str = "mermaid-svg 0.7, 1";
/// The color that groups have on light pages, which nothing else has.
const GROUP: &str = "#f5f2ea";
/// The kinds of diagrams whose lines with an open brace begin a block.
const BRACES: [&str; 4] = ["classDiagram", "stateDiagram", "erDiagram", "requirementDiagram"];

/// The colors that an image is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// Dark shapes on a light page.
    Light,
    /// Light shapes on a dark page.
    Dark,
}

/// What a page has to know of a diagram.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Diagram {
    /// A name that follows from the source.
    pub name: String,
    /// Width and height in CSS pixels.
    pub size: (u32, u32),
    /// Whether there is an image for dark pages. A diagram that sets its own colors looks the same
    /// on both.
    pub has_dark: bool,
    /// The title that the source gives, or a description of the whole.
    pub title: Option<String>,
}

impl Diagram {
    /// Returns the URL of the image for one scheme, below the root of the site.
    pub fn file(&self, scheme: Scheme) -> String {
        let suffix = if scheme == Scheme::Dark { "-dark" } else { "" };
        format!("diagrams/{}{suffix}.svg", self.name)
    }
}

/// Why a diagram isn't drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line of the source, counted from 1, or 0 if the reason is the whole diagram.
    pub line: usize,
    /// The reason, as a clause without a full stop.
    pub reason: String,
}

impl Refusal {
    fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

/// Reads a diagram and tries to draw it.
///
/// # Errors
/// Returns why it can't be drawn.
pub fn read(source: &str) -> Result<Diagram, Refusal> {
    let picture = draw(source, Scheme::Light)?;
    let title = catch_unwind(|| parse_with_meta(source).ok().map(|(_, meta)| meta)).ok().flatten().and_then(|meta| {
        let parts = [meta.acc_title.or(meta.title), meta.acc_descr];
        let text = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(". ");
        (!text.is_empty()).then_some(text)
    });
    let hash = blake3::hash(format!("{EDITION}\n{source}").as_bytes());
    Ok(Diagram { name: hash.to_hex()[..16].to_owned(), size: picture.size, has_dark: !picture.is_opaque, title })
}

/// Draws a diagram.
///
/// # Errors
/// Returns why it can't be drawn.
pub fn draw(source: &str, scheme: Scheme) -> Result<Picture, Refusal> {
    limits::check(source)?;
    let work = || draw_unguarded(source, scheme);
    catch_unwind(work).unwrap_or_else(|_| Err(Refusal::new(0, "the library for diagrams failed")))
}

fn draw_unguarded(source: &str, scheme: Scheme) -> Result<Picture, Refusal> {
    let preamble = lines_before_body(source);
    let refused = |error: ParseError| match error {
        ParseError::Syntax { message, line, .. } => Refusal::new(line + preamble, message),
        ParseError::UnknownDiagramType(name) => {
            Refusal::new(preamble + 1, format!("`{name}` is not a kind of diagram"))
        }
        ParseError::Empty => Refusal::new(0, "it is empty"),
        error => Refusal::new(0, error.to_string()),
    };
    let (parsed, _) = parse_with_meta(source).map_err(refused)?;
    refuse_kinds(&parsed)?;
    refuse_structure(source, &parsed)?;
    let is_opaque = sets_colors(source, &parsed);
    let scheme = if is_opaque { Scheme::Light } else { scheme };
    let svg = render_with(source, &theme(scheme)).map_err(|error| match error {
        RenderError::Parse(error) => refused(error),
        error => Refusal::new(0, error.to_string()),
    })?;
    let picture = picture::cleaned(&svg, is_opaque.then_some(GROUND));
    let picture = picture.ok_or_else(|| Refusal::new(0, "the library drew something that images may not contain"))?;
    if matches!(parsed, Parsed::Flowchart(_)) && picture.groups_cross(group(scheme)) {
        return Err(Refusal::new(0, "its groups (`subgraph`) would be drawn across each other"));
    }
    Ok(picture)
}

/// Refuses kinds of diagrams that the library hasn't been tried on enough.
fn refuse_kinds(parsed: &Parsed) -> Result<(), Refusal> {
    let is_drawn = matches!(
        parsed,
        Parsed::Flowchart(_)
            | Parsed::Sequence(_)
            | Parsed::Class(_)
            | Parsed::State(_)
            | Parsed::Er(_)
            | Parsed::Gantt(_)
            | Parsed::Pie(_)
            | Parsed::Journey(_)
            | Parsed::Mindmap(_)
            | Parsed::GitGraph(_)
            | Parsed::Timeline(_)
            | Parsed::Quadrant(_)
            | Parsed::XyChart(_)
            | Parsed::Requirement(_)
            | Parsed::C4(_)
            | Parsed::Kanban(_)
    );
    if is_drawn { Ok(()) } else { Err(Refusal::new(0, "this kind of diagram isn't drawn yet")) }
}

/// Refuses what the library reads without an error but draws wrong: blocks that aren't closed,
/// states inside states, and groups inside groups.
fn refuse_structure(source: &str, parsed: &Parsed) -> Result<(), Refusal> {
    let has_braces = BRACES.iter().any(|kind| source.lines().any(|line| line.trim_start().starts_with(kind)));
    let mut open: Vec<usize> = Vec::new();
    for (number, line) in (1..).zip(source.lines()) {
        let line = line.trim();
        let word = line.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
        if matches!(parsed, Parsed::State(_)) && word == "note" {
            return Err(Refusal::new(number, "notes on states would be drawn across other states"));
        }
        let opens = match parsed {
            Parsed::Flowchart(_) => word == "subgraph",
            Parsed::Sequence(_) => ["loop", "alt", "opt", "par", "critical", "break", "rect", "box"].contains(&word),
            _ => has_braces && line.ends_with('{'),
        };
        let closes = if has_braces { line == "}" } else { word == "end" };
        if opens {
            if matches!(parsed, Parsed::State(_)) {
                return Err(Refusal::new(number, "states inside a state aren't drawn correctly yet"));
            }
            if matches!(parsed, Parsed::Flowchart(_)) && !open.is_empty() {
                return Err(Refusal::new(number, "groups (`subgraph`) inside a group aren't drawn correctly yet"));
            }
            open.push(number);
        } else if closes {
            open.pop();
        }
    }
    open.last().map_or(Ok(()), |line| Err(Refusal::new(*line, "this block is not closed")))
}

/// Returns the number of lines of the front matter, which the library doesn't count.
fn lines_before_body(source: &str) -> usize {
    let mut lines = source.lines().map(str::trim);
    if lines.next() != Some("---") {
        return 0;
    }
    lines.position(|line| line == "---").map_or(0, |end| end + 2)
}

/// Returns whether some colors of a diagram don't follow the scheme, because its author or the
/// library chose them. Text in them could not be read on dark pages.
fn sets_colors(source: &str, parsed: &Parsed) -> bool {
    let follows = match parsed {
        Parsed::Flowchart(_)
        | Parsed::Sequence(_)
        | Parsed::State(_)
        | Parsed::Er(_)
        | Parsed::Quadrant(_)
        | Parsed::XyChart(_) => true,
        Parsed::Class(_) => !source.contains("note "),
        _ => false,
    };
    let words = ["style ", "classDef ", "linkStyle ", "rect ", "box ", "%%{", "UpdateElementStyle", "UpdateRelStyle"];
    !follows
        || lines_before_body(source) > 0 && source.contains("theme")
        || source.lines().map(str::trim_start).any(|line| words.iter().any(|word| line.starts_with(word)))
}

/// The ground of an image that sets its own colors.
const GROUND: &str = "#fdfcf9";

const fn group(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Light => GROUP,
        Scheme::Dark => "#202327",
    }
}

/// Returns the colors of the default theme's pages.
fn theme(scheme: Scheme) -> Theme {
    let (base, [ink, soft, paper, shape, edge, quiet, note]) = match scheme {
        Scheme::Light => (Theme::default(), ["#22262b", "#565b63", GROUND, "#e6eef6", "#1f548a", "#8a8577", "#fbeeb8"]),
        Scheme::Dark => (Theme::dark(), ["#dcdfe4", "#a8aeb8", "#17191c", "#1b2a3a", "#8dbbe9", "#7b828c", "#4a3f14"]),
    };
    Theme {
        fg: ink.into(),
        fg_muted: soft.into(),
        bg: paper.into(),
        actor_fill: shape.into(),
        actor_stroke: edge.into(),
        lifeline: quiet.into(),
        arrow_stroke: ink.into(),
        note_fill: note.into(),
        note_stroke: quiet.into(),
        activation_fill: shape.into(),
        activation_stroke: edge.into(),
        frame_label_fill: shape.into(),
        flow_node_fill: shape.into(),
        flow_node_stroke: edge.into(),
        flow_edge_stroke: ink.into(),
        flow_label_bg: paper.into(),
        flow_cluster_fill: group(scheme).into(),
        flow_cluster_stroke: quiet.into(),
        pie_stroke: Some(paper.into()),
        ..base
    }
}

#[cfg(test)]
mod tests;
