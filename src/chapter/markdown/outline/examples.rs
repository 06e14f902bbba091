//! Reads the examples of a statement: items in a list below the statement that begin with
//! `**Example:**` or `**Not yet:**`.
//!
//! Input: the events of one statement's item. Output: the events that start an example, and
//! findings about items that were probably meant as examples. Never makes an example a statement:
//! examples have no anchors and aren't counted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::sections::is_slip;
use super::{Located, Reader, capitalised, end_of, plain_text};
use crate::declare::config::Words;
use crate::text::path::fold;
use crate::text::rule::Rule;

/// The two kinds of examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// An example of what the statement describes.
    Shown,
    /// An example of behavior that falls short of the statement.
    NotYet,
}

impl Example {
    /// Returns the CSS class by which themes select this kind of example.
    pub fn class(self) -> &'static str {
        match self {
            Self::Shown => "example",
            Self::NotYet => "not-yet",
        }
    }
}

/// The examples of a chapter.
#[derive(Debug, Default)]
pub struct Examples {
    /// The kind of each example, by the event that starts its item.
    pub items: BTreeMap<usize, Example>,
    /// The events that start lists of nothing but examples.
    pub lists: BTreeSet<usize>,
}

/// Reads the examples of the statement whose item starts at `statement`.
pub(super) fn read(reader: &mut Reader<'_>, statement: usize) {
    let (events, words) = (reader.events, &reader.input.config.words);
    if let Some(label) = label_of(events, statement).filter(|label| example(&label.text, words).is_some()) {
        let message = format!("`{}:` isn't indented below a statement, so it counts as one", label.text);
        let help = "indent it below the statement that it belongs to".to_owned();
        reader.finding(Rule::StrayExample, &label.range, message, Some(help));
    }
    let end = end_of(events, statement);
    let mut at = statement + 1;
    while at < end {
        if let Event::Start(Tag::List(_)) = &events[at].0 {
            read_list(reader, at);
        }
        at = if matches!(events[at].0, Event::Start(_)) { end_of(events, at) + 1 } else { at + 1 };
    }
}

/// Reads the items of a list below a statement.
fn read_list(reader: &mut Reader<'_>, list: usize) {
    let (events, words) = (reader.events, &reader.input.config.words);
    let mut is_whole = true;
    let mut item = list + 1;
    while let Some((Event::Start(Tag::Item), _)) = events.get(item) {
        let label = label_of(events, item);
        match label.as_ref().and_then(|label| example(&label.text, words)) {
            Some(example) => {
                reader.outline.examples.items.insert(item, example);
            }
            None => is_whole = false,
        }
        let near = label.as_ref().and_then(|label| {
            [&words.example, &words.not_yet].into_iter().find(|name| is_slip(&fold(&label.text), name))
        });
        if let (Some(label), Some(near)) = (&label, near) {
            let message = format!("`{}:` isn't taken for the label of an example", label.text);
            let help = format!("did you mean `**{}:**`?", capitalised(near));
            reader.finding(Rule::StrayExample, &label.range, message, Some(help));
        }
        item = end_of(events, item) + 1;
    }
    if is_whole {
        reader.outline.examples.lists.insert(list);
    }
}

/// The label that an item begins with.
struct Label {
    /// The words of the label, without the colon.
    text: String,
    range: Range<usize>,
}

/// Returns the label that an item begins with: bold words with a colon, such as `**Example:**` or
/// `**Example**:`.
fn label_of(events: &[Located<'_>], item: usize) -> Option<Label> {
    let is_paragraph = matches!(events.get(item + 1), Some((Event::Start(Tag::Paragraph), _)));
    let start = item + 1 + usize::from(is_paragraph);
    let (Event::Start(Tag::Strong), range) = events.get(start)? else { return None };
    let end = end_of(events, start);
    let whole = plain_text(&events[start..end]);
    let whole = whole.trim();
    let is_before_colon = || matches!(events.get(end + 1), Some((Event::Text(text), _)) if text.starts_with(':'));
    let text = match whole.strip_suffix(':') {
        Some(text) => text.trim_end(),
        None => Some(whole).filter(|_| is_before_colon())?,
    };
    Some(Label { text: text.to_owned(), range: range.clone() })
}

/// Returns the kind of example that a label stands for, or `None` if it isn't an example's label.
fn example(label: &str, words: &Words) -> Option<Example> {
    let label = fold(label);
    match label {
        label if label == words.example => Some(Example::Shown),
        label if label == words.not_yet => Some(Example::NotYet),
        _ => None,
    }
}
