//! Splits a heading, a list or a table into the parts that an author edits one at a time.
//!
//! Input: the Markdown of one passage, with LF line endings. Output: [`Parts`]. Its pieces, put
//! together in order, are exactly that Markdown. Never splits a passage that it can't put together
//! again; such a passage is edited as Markdown.

mod list;
mod table;

pub use list::{Item, List};
pub use table::{Cell, Row, Table};

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::Serialize;

use crate::text::attribute::trailing;

/// A parser event and its byte range.
type Located<'a> = (Event<'a>, Range<usize>);

/// The attributes that an item of a list can have. Braces with others are text.
const KEYS: [&str; 4] = ["id", "class", "replaces", "lint"];

/// A passage in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Parts {
    /// A heading.
    Heading(Heading),
    /// A list with all lists inside it.
    List(List),
    /// A table.
    Table(Table),
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// The number signs and the space after them, or nothing if the heading is underlined.
    pub before: String,
    /// The text.
    pub text: String,
    /// The attributes with the space before them.
    pub attributes: String,
    /// What follows on the line, and the line below an underlined heading.
    pub after: String,
}

impl Parts {
    /// Returns the passage as Markdown.
    pub fn write(&self) -> String {
        match self {
            Self::Heading(heading) => [&*heading.before, &heading.text, &heading.attributes, &heading.after].concat(),
            Self::List(list) => list.write(),
            Self::Table(table) => table.write(),
        }
    }
}

/// Splits a passage into parts, or returns `None` if it is something else than a single heading,
/// list or table, or can't be split exactly.
pub fn parts(text: &str, options: Options) -> Option<Parts> {
    let events: Vec<Located<'_>> = Parser::new_ext(text, options).into_offset_iter().collect();
    let (first, last) = (events.first()?, events.len() - 1);
    let is_single = end_of(&events, 0) == last;
    if !is_single || first.1.start != 0 {
        return None;
    }
    let found = match &first.0 {
        Event::Start(Tag::Heading { .. }) => heading(text, &events[1..last]).map(Parts::Heading),
        Event::Start(Tag::List(_)) => list::read(text, &events).map(Parts::List),
        Event::Start(Tag::Table(_)) => table::read(text, &events).map(Parts::Table),
        _ => None,
    };
    found.filter(|parts| parts.write() == text)
}

fn heading(text: &str, inner: &[Located<'_>]) -> Option<Heading> {
    let signs = text.len() - text.trim_start_matches('#').len();
    let start = if signs > 0 { text.len() - text[signs..].trim_start_matches(' ').len() } else { 0 };
    let end = inner.last().map_or(start, |(_, range)| range.end);
    let content = text.get(start..end)?;
    let rest = text[end..].trim();
    if !rest.chars().all(|c| matches!(c, '#' | '=' | '-' | ' ')) {
        return None;
    }
    let cut = attributes_at(content, inner, |_| true).unwrap_or_else(|| content.trim_end().len());
    Some(Heading {
        before: text[..start].to_owned(),
        text: content[..cut].to_owned(),
        attributes: content[cut..].to_owned(),
        after: text[end..].to_owned(),
    })
}

/// Returns where the text before the attributes at the end of `content` ends, or `None` if there
/// are no attributes. Braces at the end of code or a link belong to that element.
fn attributes_at(content: &str, inner: &[Located<'_>], is_known: impl Fn(&str) -> bool) -> Option<usize> {
    if !matches!(inner.last(), Some((Event::Text(_), _))) {
        return None;
    }
    let found = trailing(content)?;
    found.list.iter().all(|attribute| is_known(&attribute.key)).then_some(found.text_end)
}

/// Returns the index of the event that ends what the event at `start` starts.
fn end_of(events: &[Located<'_>], start: usize) -> usize {
    let mut depth = 0_usize;
    for (n, (event, _)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return n;
        }
    }
    events.len()
}

/// Returns whether an event belongs to a line of text.
fn is_inline(event: &Event<'_>) -> bool {
    use Tag::{Emphasis, Image, Link, Strikethrough, Strong, Subscript, Superscript};
    match event {
        Event::Start(Emphasis | Strong | Strikethrough | Superscript | Subscript | Link { .. } | Image { .. }) => true,
        Event::End(end) => matches!(
            end,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Superscript
                | TagEnd::Subscript
                | TagEnd::Link
                | TagEnd::Image
        ),
        Event::Start(_) | Event::Rule | Event::Html(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
