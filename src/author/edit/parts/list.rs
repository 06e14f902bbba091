//! Splits a list into its items, including those of the lists inside it.
//!
//! Input: the Markdown of a list and its events. Output: a [`List`]: the items in the order of the
//! file, each with its depth and with everything that belongs to it alone. Never looks at a list
//! inside a quotation, which stays a part of its item.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};
use serde::Serialize;

use super::{KEYS, Located, attributes_at, end_of, is_inline};

/// A list and the lists inside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct List {
    /// The items in the order of the file.
    pub items: Vec<Item>,
}

/// An item without the items below it. Its Markdown is `indent`, `marker`, `task`, `text`,
/// `attributes` and `tail`, but continued lines of `text` have lost their indentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The number of lists around the item's list.
    pub depth: usize,
    /// The spaces before the marker.
    pub indent: String,
    /// The marker with the spaces after it, such as `- ` or `10. `.
    pub marker: String,
    /// The box of a task with the space after it, such as `[x] `, or nothing.
    pub task: String,
    /// The text of the first paragraph.
    pub text: String,
    /// The attributes with the space before them.
    pub attributes: String,
    /// What else belongs to the item: further paragraphs, code, quotations.
    pub tail: String,
    /// The item's Markdown as written.
    pub source: String,
    /// The line endings and blank lines after the item.
    pub gap: String,
}

impl List {
    /// Returns the list as Markdown.
    pub fn write(&self) -> String {
        self.items.iter().flat_map(|item| [&*item.source, &item.gap]).collect()
    }
}

/// An item's place in the Markdown.
struct Found {
    depth: usize,
    start: usize,
    /// The events of the first paragraph.
    inner: Range<usize>,
}

/// Splits a list.
pub fn read(text: &str, events: &[Located<'_>]) -> Option<List> {
    let mut found = Vec::new();
    list((text, events), 0, 0, &mut found)?;
    let mut items = Vec::new();
    let line_of = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    for (n, one) in found.iter().enumerate() {
        let start = line_of(one.start);
        let end = found.get(n + 1).map_or(text.len(), |next| line_of(next.start));
        // Two items can begin on the same line, as in `- - a`.
        if end <= one.start {
            return None;
        }
        items.push(item(text, events, (start..end, one))?);
    }
    Some(List { items })
}

/// Collects the items of the list that the event `at` starts. Returns `None` if an item has text
/// after a list inside it, because that text would have to move with the item.
fn list((text, events): (&str, &[Located<'_>]), at: usize, depth: usize, found: &mut Vec<Found>) -> Option<usize> {
    let end = end_of(events, at);
    let mut next = at + 1;
    while next < end {
        let last = end_of(events, next);
        let inner = paragraph(events, next + 1..last)?;
        let own = &events[next].1;
        // An item that is indented more than it has to be begins with spaces.
        let start = own.start + text[own.clone()].len() - text[own.clone()].trim_start_matches(' ').len();
        found.push(Found { depth, start, inner: inner.clone() });
        let mut has_list = false;
        let mut block = inner.end;
        while block < last {
            match &events[block].0 {
                Event::Start(Tag::List(_)) => {
                    has_list = true;
                    block = list((text, events), block, depth + 1, found)?;
                }
                Event::End(TagEnd::Paragraph) => block += 1,
                _ if has_list => return None,
                _ => block = end_of(events, block) + 1,
            }
        }
        next = last + 1;
    }
    Some(end + 1)
}

/// Returns the events of the text that an item begins with, or `None` if it begins with something
/// else.
fn paragraph(events: &[Located<'_>], item: Range<usize>) -> Option<Range<usize>> {
    let is_loose = matches!(events[item.start].0, Event::Start(Tag::Paragraph));
    let start = item.start + usize::from(is_loose);
    let end = (start..item.end).find(|n| !is_inline(&events[*n].0)).unwrap_or(item.end);
    (is_loose || start < end || item.is_empty()).then_some(start..end)
}

fn item(text: &str, events: &[Located<'_>], (own, found): (Range<usize>, &Found)) -> Option<Item> {
    let whole = &text[own.clone()];
    let source_end = whole.trim_end_matches(['\n', ' ']).len();
    let source_end = whole[source_end..].find('\n').map_or(whole.len(), |line| source_end + line);
    let (source, gap) = whole.split_at(source_end);
    let marker = found.start - own.start..marker_end(source, found.start - own.start)?;
    let indent = &source[..marker.start];
    if source.contains('\t') || !indent.chars().all(|c| c == ' ') {
        return None;
    }
    let inner = &events[found.inner.clone()];
    let is_task = matches!(inner.first(), Some((Event::TaskListMarker(_), _)));
    let task = if is_task { source.get(marker.end..marker.end + 3)?.len() } else { 0 };
    let spaces = |at: usize| source[at..].len() - source[at..].trim_start_matches(' ').len();
    let start = if is_task { marker.end + task + spaces(marker.end + task) } else { marker.end };
    let end = inner.last().map_or(start, |(_, range)| range.end - own.start).max(start);
    let content = source.get(start..end)?;
    let cut = attributes_at(content, inner, |key| KEYS.contains(&key)).unwrap_or_else(|| content.trim_end().len());
    let lines: Vec<&str> = content[..cut].split('\n').map(|line| line.trim_start_matches(' ')).collect();
    Some(Item {
        depth: found.depth,
        indent: indent.to_owned(),
        marker: source[marker.clone()].to_owned(),
        task: source[marker.end..start].to_owned(),
        text: lines.join("\n"),
        attributes: content[cut..].to_owned(),
        tail: source[end..].to_owned(),
        source: source.to_owned(),
        gap: gap.to_owned(),
    })
}

/// Returns where the marker at `start` and the spaces after it end.
fn marker_end(source: &str, start: usize) -> Option<usize> {
    let rest = &source[start..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    rest[digits..].starts_with(if digits > 0 { &['.', ')'][..] } else { &['-', '*', '+'][..] }).then_some(())?;
    let sign = start + digits + 1;
    Some(source.len() - source[sign..].trim_start_matches(' ').len())
}
