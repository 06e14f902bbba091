//! Reads the lines that begin with `:::` and determines which block each belongs to.
//!
//! Input: a body and its [`Structure`]. Output: [`Line`]s in the order of the text. A line that
//! isn't in the documented form is returned as [`Meaning::Other`]. Never makes decisions about
//! audiences and never hides anything.

use std::ops::Range;

use super::structure::{Container, ContainerKind, Shield, Structure, next_column};
use super::word::{is_colon, is_invisible};
use crate::text::attribute;

/// A line that begins with `:::`, after any markers of lists and quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The whole line, including its line ending.
    pub whole: Range<usize>,
    /// The range from the first colon to the end of the text.
    pub mark: Range<usize>,
    /// The number of colons that the line begins with.
    pub colons: usize,
    /// The meaning of the line.
    pub meaning: Meaning,
    /// The list items and quotes that the line itself continues, by the offset of their first byte,
    /// or `None` if that can't be determined.
    pub within: Option<Vec<usize>>,
    /// The code or HTML around the line, where a mark has no effect.
    pub shield: Option<Shield>,
}

/// The meaning of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// `::: {audience=NAME}`: the name, and the range of the attribute.
    Audience(String, Range<usize>),
    /// `:::` alone.
    Close,
    /// The line that opens a block of a dialect.
    Dialect,
    /// Anything else.
    Other,
}

/// Lists the `:::` lines of `text`.
pub fn read(text: &str, structure: &Structure) -> Vec<Line> {
    let mut found = Vec::new();
    let mut open: Vec<&Container> = Vec::new();
    let mut next = structure.containers.iter().peekable();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let Some(colons) = colons_of(line) else { continue };
        let at = range.start + colons.start;
        while let Some(container) = next.next_if(|container| container.range.start <= at) {
            open.retain(|outer| outer.range.end > container.range.start);
            open.push(container);
        }
        open.retain(|container| container.range.end > at);
        let is_ascii = line[colons.clone()].bytes().all(|b| b == b':');
        let rest = line[colons.end..].trim_end();
        let is_of_dialect = structure.colons.binary_search(&at).is_ok();
        let meaning = if is_of_dialect {
            Meaning::Dialect
        } else if is_ascii {
            meaning_of(rest, range.start + colons.end)
        } else {
            Meaning::Other
        };
        found.push(Line {
            mark: at..range.start + colons.end + rest.len(),
            colons: line[colons.clone()].chars().filter(|c| is_colon(*c)).count(),
            meaning,
            within: continued(&line[..colons.start], range.start, &open),
            shield: structure.shield_at(at),
            whole: range,
        });
    }
    found
}

/// Returns the run of three or more colons at the start of a line; no letter may precede it, except
/// in a footnote's label.
fn colons_of(line: &str) -> Option<Range<usize>> {
    if !line.contains(is_colon) {
        return None;
    }
    let mut run: Option<(usize, usize)> = None;
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if is_colon(c) {
            let (start, count) = run.unwrap_or((at, 0));
            run = Some((start, count + 1));
            // Invisible characters don't separate two colons.
            while chars.next_if(|(_, next)| is_invisible(*next)).is_some() {}
            let goes_on = chars.peek().is_some_and(|(_, next)| is_colon(*next));
            if !goes_on {
                if count + 1 >= 3 {
                    return Some(start..at + c.len_utf8());
                }
                run = None;
            }
        } else if c == '[' && line[at..].starts_with("[^") {
            // The label of a footnote definition may contain letters.
            let end = line[at..].find("]:").map(|length| at + length + 2)?;
            while chars.next_if(|(at, _)| *at < end).is_some() {}
        } else if c.is_alphabetic() {
            return None;
        }
    }
    None
}

fn meaning_of(rest: &str, offset: usize) -> Meaning {
    if rest.is_empty() {
        return Meaning::Close;
    }
    let attributes = attribute::trailing(rest).filter(|found| found.text_end == 0).map(|found| found.list);
    match attributes.as_deref() {
        Some([one]) if one.key == "audience" => {
            Meaning::Audience(one.value.clone(), offset + one.range.start..offset + one.range.end)
        }
        _ => Meaning::Other,
    }
}

/// Returns the containers in `open` that a line with this prefix explicitly continues, that is,
/// whose markers it repeats.
///
/// A line in a paragraph may omit the markers (`CommonMark` 0.31.2, section 5.1, laziness).
/// Markdown then considers it inside the container, although it looks as if it were outside.
fn continued(prefix: &str, line_start: usize, open: &[&Container]) -> Option<Vec<usize>> {
    let mut within = Vec::new();
    let mut walk = Walk { rest: prefix, column: 0 };
    for container in open {
        let is_first_line = container.range.start >= line_start;
        let goes_on = match container.kind {
            ContainerKind::Quote => walk.quote(),
            ContainerKind::Item(column) if is_first_line => walk.item(column),
            ContainerKind::Item(column) => walk.indent(column),
            ContainerKind::Enclosed => true,
            ContainerKind::Other => return None,
        };
        if !goes_on {
            break;
        }
        within.push(container.range.start);
    }
    let (left, column) = (walk.rest.trim_start_matches([' ', '\t']), walk.column);
    let indent = walk.rest.chars().fold(column, next_column) - column;
    (left.is_empty() && indent <= 3).then_some(within)
}

/// The rest of a line's prefix, and the column where it begins.
#[derive(Clone, Copy)]
struct Walk<'a> {
    rest: &'a str,
    column: usize,
}

impl Walk<'_> {
    /// Consumes up to three spaces and a `>` with one optional space; consumes nothing if there is
    /// no `>`.
    fn quote(&mut self) -> bool {
        let trimmed = self.rest.trim_start_matches(' ');
        let Some(rest) = trimmed.strip_prefix('>').filter(|_| self.rest.len() - trimmed.len() <= 3) else {
            return false;
        };
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        self.column = 0;
        true
    }

    /// Consumes white space up to a column.
    fn indent(&mut self, column: usize) -> bool {
        let mut walk = *self;
        let is_indented = walk.consume(column, |c| matches!(c, ' ' | '\t'));
        if is_indented {
            *self = walk;
        }
        is_indented
    }

    /// Consumes the marker of a list item, up to the column of its content.
    fn item(&mut self, column: usize) -> bool {
        self.consume(column, |c| c.is_ascii())
    }

    fn consume(&mut self, column: usize, accepts: impl Fn(char) -> bool) -> bool {
        while self.column < column {
            let Some(c) = self.rest.chars().next().filter(|c| accepts(*c)) else { return false };
            self.column = next_column(self.column, c);
            self.rest = &self.rest[1..];
        }
        true
    }
}
