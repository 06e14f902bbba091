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
use super::{Located, Reader, end_of, plain_text};
use crate::chapter::markdown::capitalised;
use crate::declare::config::Words;
use crate::text::path::fold;
use crate::text::rule::Rule;

/// The CSS classes by which themes select the two kinds of examples: what the statement describes,
/// and behavior that falls short of it.
const CLASSES: [&str; 2] = ["example", "not-yet"];

/// The examples of a chapter.
#[derive(Debug, Default)]
pub struct Examples {
    /// The CSS class of each example, by the event that starts its item.
    pub items: BTreeMap<usize, &'static str>,
    /// The events that start lists of nothing but examples.
    pub lists: BTreeSet<usize>,
}

/// Reads the examples of the statement whose item starts at `statement`.
pub(super) fn read(reader: &mut Reader<'_>, statement: usize) {
    let (events, words) = (reader.events, &reader.input.config.words);
    if let Some((label, range)) = label_of(events, statement).filter(|(label, _)| example(label, words).is_some()) {
        let message = format!("`{label}:` isn't indented below a statement, so it is read as a statement");
        let help = "indent it below the statement that it belongs to".to_owned();
        reader.finding(Rule::StrayExample, range, message, Some(help));
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
        let example = label.as_ref().and_then(|(label, _)| example(label, words));
        is_whole &= example.is_some();
        reader.structure.examples.items.extend(example.map(|example| (item, example)));
        if let Some((label, range)) = label
            && let Some(near) = [&words.example, &words.not_yet].into_iter().find(|name| is_slip(&fold(&label), name))
        {
            let message = format!("`{label}:` isn't recognized as the label of an example");
            let help = format!("did you mean `**{}:**`?", capitalised(near));
            reader.finding(Rule::StrayExample, range, message, Some(help));
        }
        item = end_of(events, item) + 1;
    }
    if is_whole {
        reader.structure.examples.lists.insert(list);
    }
}

/// Returns the label that an item begins with and its range: bold words with a colon, such as
/// `**Example:**` or `**Example**:`. The colon isn't part of the label.
fn label_of<'e>(events: &'e [Located<'_>], item: usize) -> Option<(String, &'e Range<usize>)> {
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
    Some((text.to_owned(), range))
}

/// Returns the class of the examples that a label stands for, or `None` if it isn't an example's
/// label.
fn example(label: &str, words: &Words) -> Option<&'static str> {
    let label = fold(label);
    [&words.example, &words.not_yet].into_iter().position(|word| *word == label).map(|n| CLASSES[n])
}
