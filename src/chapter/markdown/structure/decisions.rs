//! Reads the decisions of a strategy chapter: each `### Title` and its list of parts below
//! `## Decisions`.
//!
//! Input: the headings and events of one chapter. Output: decisions, references to their parties,
//! and findings. Never checks whether a party exists.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use super::{Located, Reader, References, end_of, inline_of_item, plain_text};
use crate::chapter::document::{Decision, Form, Reference, ReferenceNumber};
use crate::chapter::markdown::{capitalised, wiki_reference};
use crate::chapter::reference::wiki;
use crate::declare::config::Config;
use crate::declare::kind::Part;
use crate::text::near::nearest;
use crate::text::path::fold;
use crate::text::rule::Rule;

pub(super) fn read(reader: &mut Reader<'_>, references: &mut References) {
    let mut inside = false;
    for number in 0..reader.headings.len() {
        let heading = &reader.headings[number];
        match heading.level {
            _ if !heading.is_section => {}
            ..=2 => inside = fold(&heading.text) == reader.input.config.words.decisions,
            3 if inside => decision(reader, number, references),
            _ => {}
        }
    }
}

fn decision(reader: &mut Reader<'_>, number: usize, references: &mut References) {
    let events = reader.events;
    let heading = &reader.headings[number];
    let (title, scope, range) = (heading.text.clone(), heading.value("scope"), reader.block(heading.event));
    let start = end_of(events, heading.event) + 1;
    let next = reader.headings[number + 1..].iter().find(|next| next.is_section && next.level <= 3);
    let end = next.map_or(events.len(), |next| next.event);
    let (mut parties, mut is_misspelt) = (Vec::new(), false);
    if let Some(list) = (start..end).find(|n| matches!(events[*n].0, Event::Start(Tag::List(_)))) {
        let mut n = list + 1;
        while n < end && matches!(events[n].0, Event::Start(Tag::Item)) {
            parties.extend(item(reader, n, references, &mut is_misspelt));
            n = end_of(events, n) + 1;
        }
    }
    let id = reader.structure.headings[number].id.clone();
    let decision = Decision { title, id, scope, parties };
    // A misspelled `Acountable:` shouldn't also be reported as a missing part.
    if !is_misspelt {
        check_accountable(reader, &decision, &range);
    }
    reader.structure.decisions.push(decision);
}

/// Reports a decision that doesn't have exactly one accountable party.
fn check_accountable(reader: &mut Reader<'_>, decision: &Decision, range: &Range<usize>) {
    let label = capitalised(&reader.input.config.words.accountable);
    let title = &decision.title;
    let (message, help) = match decision.parties.iter().filter(|(part, _)| *part == Part::Accountable).count() {
        1 => return,
        0 => (
            format!("decision `{title}` has nobody accountable"),
            format!("add a bullet `- {label}: [[role]]` below the heading"),
        ),
        n => (
            format!("decision `{title}` has {n} accountable parties, but it must have exactly one"),
            "keep the one that decides, and list the others as responsible or consulted".to_owned(),
        ),
    };
    reader.finding(Rule::DecisionAccountable, range, message, Some(help));
}

/// Reads an item such as `- Accountable: [[role]], partner`. Sets `is_misspelt` if its label is
/// probably meant to be the one for the accountable party.
fn item(
    reader: &mut Reader<'_>,
    item: usize,
    references: &mut References,
    is_misspelt: &mut bool,
) -> Vec<(Part, ReferenceNumber)> {
    let (events, config, place) = (reader.events, reader.input.config, reader.input.place);
    let inner = &events[inline_of_item(events, item)];
    let whole = plain_text(inner);
    let Some((label, _)) = whole.split_once(':') else { return Vec::new() };
    let label = fold(label);
    let words = config.words.parts();
    if let Some(n) = words.iter().position(|word| *word == label) {
        let found = parties(inner, config).into_iter();
        return found.map(|(party, range)| (Part::ALL[n], references.add(party, place.span(&range)))).collect();
    }
    // Lists in a decision's prose may contain colons too, so only report what resembles a label.
    if let [near] = nearest(&label, words, 1).as_slice() {
        *is_misspelt |= *near == config.words.accountable.as_str();
        let help = Some(format!("did you mean `{}`?", capitalised(near)));
        let message = format!("a decision has no part called `{label}`");
        reader.finding(Rule::DecisionForm, &reader.block(item), message, help);
    }
    Vec::new()
}

/// Lists the parties that follow the label, given as links or as comma-separated names.
fn parties(inner: &[Located<'_>], config: &Config) -> Vec<(Reference, Range<usize>)> {
    let mut found = Vec::new();
    let mut after_label = false;
    let mut n = 0;
    while n < inner.len() {
        let (event, range) = &inner[n];
        match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) if after_label => {
                let end = end_of(inner, n);
                let reference = match link_type {
                    LinkType::WikiLink { .. } => wiki_reference(dest_url, config, Form::Party),
                    _ => Reference { form: Form::Party, target: plain_text(&inner[n..end]), fragment: None },
                };
                found.push((reference, range.clone()));
                n = end;
            }
            Event::Text(text) => {
                let skip = if after_label { 0 } else { text.find(':').map_or(text.len(), |at| at + 1) };
                after_label |= skip < text.len() || text.ends_with(':');
                found.extend(names(&text[skip..], range.start + skip, config));
            }
            _ => {}
        }
        n += 1;
    }
    found
}

/// Splits text such as `engineering, finance` into references with their byte ranges.
fn names(text: &str, offset: usize, config: &Config) -> Vec<(Reference, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = offset;
    for piece in text.split([',', ';']) {
        let name = piece.trim().trim_end_matches('.').trim_start_matches("and ").trim();
        if !["", "and", "-", "–", "—"].contains(&name) {
            let at = start + piece.find(name).unwrap_or(0);
            found.push((wiki(name, Form::Party, config), at..at + name.len()));
        }
        start += piece.len() + 1;
    }
    found
}
