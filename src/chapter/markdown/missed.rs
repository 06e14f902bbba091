//! Finds what an author meant as markup and Markdown took for text, or dropped without a word.
//!
//! Input: the events of one chapter, its reference definitions and the links that found none. Output: findings. Never changes what is written: the
//! words stay on the page as Markdown has them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, RefDefs, Tag, TagEnd};

use super::{Input, Located, end_of};
use crate::text::diagnostic::Diagnostic;
use crate::text::near::Candidates;
use crate::text::path::fold;
use crate::text::rule::Rule;

mod cells;
mod forms;

/// A link by reference whose name is not defined.
#[derive(Debug)]
pub struct Undefined {
    /// Where the link is in the body.
    pub range: Range<usize>,
    /// The name that it asks for.
    pub name: String,
    /// How it was written.
    pub form: LinkType,
}

/// The names of links by reference, folded, and where each is defined in the body.
pub type Definitions = BTreeMap<String, usize>;

/// Lists what defines links by reference.
pub fn definitions(found: &RefDefs<'_>) -> Definitions {
    found.iter().map(|(name, definition)| (fold(name), definition.span.start)).collect()
}

/// What Markdown knows of a chapter beyond its events.
pub struct Known<'a> {
    /// What [`definitions`] found.
    pub definitions: &'a Definitions,
    /// The links that found no definition.
    pub undefined: &'a [Undefined],
}

/// Returns what is wrong with a chapter's footnotes, references, links, tables and definitions.
pub fn find(input: Input<'_>, events: &[Located<'_>], known: &Known<'_>) -> Vec<Diagnostic> {
    let mut missed = Missed { input, findings: Vec::new() };
    let runs = runs(input.body, events);
    missed.footnotes(events, &runs);
    missed.references(events, known);
    missed.links(&runs);
    missed.tables(events);
    missed.definition_lists(events);
    missed.foreign_forms(events, &runs);
    missed.findings
}

struct Missed<'a> {
    input: Input<'a>,
    findings: Vec<Diagnostic>,
}

/// Text that is one piece in the source: nothing in it is escaped, code, HTML or other markup.
struct Run {
    range: Range<usize>,
    in_cell: bool,
}

/// Joins the text events that follow each other without a gap.
fn runs(body: &str, events: &[Located<'_>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut in_cell, mut in_code) = (false, false);
    for (event, range) in events {
        match event {
            Event::Start(Tag::TableCell) => in_cell = true,
            Event::End(TagEnd::TableCell) => in_cell = false,
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => in_code = true,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => in_code = false,
            Event::Text(_) if !in_code => match runs.last_mut() {
                Some(last) if last.range.end == range.start => last.range.end = range.end,
                // The first sign after a backslash is meant as it is.
                _ if range.start > 0 && body.as_bytes()[range.start - 1] == b'\\' => {
                    let first = body[range.clone()].chars().next().map_or(0, char::len_utf8);
                    runs.push(Run { range: range.start + first..range.end, in_cell });
                }
                _ => runs.push(Run { range: range.clone(), in_cell }),
            },
            _ => {}
        }
    }
    runs
}

impl Missed<'_> {
    fn finding(&mut self, code: Rule, range: &Range<usize>, message: String, help: String) {
        let span = self.input.place.span(range);
        self.findings.push(Diagnostic::new(code, self.input.path, Some(span), message).help(help));
    }

    /// Finds footnotes that are used and not defined, defined and not used, or defined twice.
    fn footnotes(&mut self, events: &[Located<'_>], runs: &[Run]) {
        let mut defined: BTreeMap<String, Range<usize>> = BTreeMap::new();
        let mut used = BTreeSet::new();
        for (event, range) in events {
            match event {
                Event::FootnoteReference(label) => {
                    used.insert(fold(label));
                }
                Event::Start(Tag::FootnoteDefinition(label)) => {
                    let at = label_of(self.input.body, range.start);
                    if let Some(first) = defined.insert(fold(label), at.clone()) {
                        defined.insert(fold(label), first);
                        let message = format!("the footnote `{label}` is defined twice; this text isn't shown");
                        let help = "give it a label of its own, or take it out".to_owned();
                        self.finding(Rule::DuplicateDefinition, &at, message, help);
                    }
                }
                _ => {}
            }
        }
        let labels = Candidates::new(defined.keys().map(String::as_str));
        let mut meant = BTreeSet::new();
        for (range, label) in undefined_footnotes(self.input.body, runs) {
            let key = fold(&label);
            if defined.contains_key(&key) {
                continue;
            }
            let near = labels.slip(&key);
            // The definition that was meant is not unused: that is one mistake.
            meant.extend(near);
            let help = near.map_or_else(
                || format!("add a line `[^{label}]: …`, or write `\\[^{label}]` if it's meant as text"),
                |near| format!("did you mean `[^{near}]`?"),
            );
            self.finding(Rule::UndefinedReference, &range, format!("no footnote is called `{label}`"), help);
        }
        let hidden = self.used_in_hidden_text();
        for (label, range) in &defined {
            if used.contains(label) || meant.contains(label.as_str()) || hidden.contains(label) {
                continue;
            }
            let message = "nothing refers to this footnote, so it isn't shown".to_owned();
            let help = format!("write `[^{label}]` where it belongs, or take it out");
            self.finding(Rule::UnusedFootnote, range, message, help);
        }
    }

    /// Returns the footnotes that belong to text that was taken out for this audience.
    fn used_in_hidden_text(&self) -> BTreeSet<String> {
        let whole = &self.input.place.text.text[self.input.place.start..];
        if whole == self.input.body {
            return BTreeSet::new();
        }
        let shown = count_labels(self.input.body);
        let all = count_labels(whole).into_iter();
        all.filter(|(label, count)| shown.get(label).is_none_or(|shown| count > shown))
            .map(|(label, _)| label)
            .collect()
    }

    /// Finds links by reference without a definition, and definitions that are there twice.
    fn references(&mut self, events: &[Located<'_>], known: &Known<'_>) {
        let names = Candidates::new(known.definitions.keys().map(String::as_str));
        for link in known.undefined {
            let near = names.slip(&link.name);
            let is_shortcut = link.form == LinkType::Shortcut;
            if (is_shortcut && near.is_none()) || self.is_index(&link.range) {
                continue;
            }
            let name = &link.name;
            let help = match near {
                Some(near) => format!("did you mean `[{near}]`?"),
                None if name.starts_with('#') || name.contains('/') => {
                    format!("write its address in parentheses: `({name})`")
                }
                None => format!("add a line `[{name}]: address`, or write `\\[` where the bracket is meant as text"),
            };
            let message = format!("no link is defined as `{}`", link.name);
            self.finding(Rule::UndefinedReference, &link.range, message, help);
        }
        self.repeated_definitions(events, known.definitions);
    }

    /// Tells a place in a list (`a[i][j]`) and the boxes of a form (`[ ][ ]`) from a link.
    fn is_index(&self, range: &Range<usize>) -> bool {
        let before = self.input.body[..range.start].chars().next_back();
        let inside = &self.input.body[range.clone()];
        before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ']' | ')'))
            || inside.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(']'))
    }

    /// Of two definitions with one name Markdown takes the first and drops the second.
    fn repeated_definitions(&mut self, events: &[Located<'_>], definitions: &Definitions) {
        let kept: BTreeSet<usize> = definitions.values().copied().collect();
        if kept.is_empty() {
            return;
        }
        // Text, code and HTML: what lies outside of all is a definition or nothing.
        let leaves = events.iter().filter(|(event, _)| !matches!(event, Event::Start(_) | Event::End(_)));
        let mut leaves: Vec<Range<usize>> = leaves.map(|(_, range)| range.clone()).collect();
        leaves.sort_by_key(|range| range.start);
        let mut line_start = 0;
        let body = self.input.body;
        for line in body.split_inclusive('\n') {
            let at = line_start + line.find(|c: char| !matches!(c, ' ' | '>')).unwrap_or(line.len());
            line_start += line.len();
            let rest = &body[at..line_start];
            let Some((name, address)) = rest.strip_prefix('[').and_then(|rest| rest.split_once("]:")) else { continue };
            if name.starts_with('^') || kept.contains(&at) || is_comment(address) {
                continue;
            }
            let before = leaves.partition_point(|range| range.start <= at);
            if before > 0 && leaves[before - 1].end > at {
                continue;
            }
            if definitions.contains_key(&fold(name)) {
                let message = format!("the link `{name}` is defined twice, and the first one counts");
                let help = "give it a name of its own, or take it out".to_owned();
                self.finding(Rule::DuplicateDefinition, &(at..at + rest.trim_end().len()), message, help);
            }
        }
    }

    /// Finds links that were begun and don't come to be one.
    fn links(&mut self, runs: &[Run]) {
        for run in runs {
            let text = &self.input.body[run.range.clone()];
            if !text.contains('[') {
                continue;
            }
            if let Some(at) = forms::open_wikilink(text).filter(|_| !run.in_cell || !self.is_closed_in_line(&run.range))
            {
                let start = run.range.start + at;
                let rest = &text[at + 2..];
                let end = start + 2 + rest.find(['[', ',', ';']).map_or(rest.len(), |end| rest[..end].trim_end().len());
                let end = end.min(run.range.start + text.trim_end().len());
                let message = "this link is not closed".to_owned();
                let help = "write `]]` where it ends, or `\\[[` if it's meant as text".to_owned();
                self.finding(Rule::LinkForm, &(start..end), message, help);
            }
            if let Some(found) = forms::broken_link(text) {
                let range = run.range.start + found.range.start..run.range.start + found.range.end;
                self.finding(Rule::LinkForm, &range, found.message, found.help);
            }
        }
    }

    /// Tells whether `]]` follows in the line: then a `|` cuts the link, and the table says so.
    fn is_closed_in_line(&self, run: &Range<usize>) -> bool {
        self.input.body[run.end..].lines().next().is_some_and(|rest| rest.contains("]]"))
    }

    /// Finds a `: definition` where no definition lists are read; once in a chapter, since it is one misunderstanding.
    fn definition_lists(&mut self, events: &[Located<'_>]) {
        if self.input.has_definitions() {
            return;
        }
        let mut n = 0;
        while n < events.len() {
            if !matches!(events[n].0, Event::Start(Tag::Paragraph)) {
                n += 1;
                continue;
            }
            let end = end_of(events, n);
            if let Some(range) = forms::definition(self.input.body, &events[n].1) {
                let message = "this would be a definition, and only the glossary has them".to_owned();
                let help = "write it as a sentence, or set `definition_lists = true` under `[markdown]`".to_owned();
                self.finding(Rule::DefinitionOutside, &range, message, help);
                return;
            }
            n = end;
        }
    }

    /// Finds what other generators read and this one shows as text.
    fn foreign_forms(&mut self, events: &[Located<'_>], runs: &[Run]) {
        for (n, (event, range)) in events.iter().enumerate() {
            if matches!(event, Event::Start(Tag::BlockQuote(None)))
                && matches!(events.get(n + 1), Some((Event::Start(Tag::Paragraph), _)))
                && let Some(found) = forms::callout(self.input.body, range, events.get(n + 2).map(|(_, at)| at.start))
            {
                self.finding(Rule::ForeignForm, &found.range, found.message, found.help);
            }
        }
        // Only what is between two runs is looked at: a line may have any number of them.
        let mut last = None;
        for run in runs {
            let before = &self.input.body[last.unwrap_or(0).min(run.range.start)..run.range.start];
            let line = before.rfind('\n').map(|at| &before[at + 1..]).or_else(|| last.is_none().then_some(before));
            last = Some(run.range.end);
            let text = &self.input.body[run.range.clone()];
            if line.is_some_and(|line| line.trim().is_empty())
                && let Some(found) = forms::foreign(text)
            {
                let range = run.range.start + found.range.start..run.range.start + found.range.end;
                self.finding(Rule::ForeignForm, &range, found.message, found.help);
            }
        }
    }
}

/// Returns the place of `[^label]:` that begins at `start`.
fn label_of(body: &str, start: usize) -> Range<usize> {
    start..start + body[start..].find("]:").map_or(1, |at| at + 1)
}

/// Lists `[^label]` in text: with a definition it would be no text.
fn undefined_footnotes(body: &str, runs: &[Run]) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for run in runs {
        for (at, label) in labels(&body[run.range.clone()]) {
            // `[^a-z]` and `[^"]*` describe characters, and an address follows a link's text.
            let is_set = label.contains(|c: char| c.is_ascii_punctuation() && !matches!(c, '-' | '_' | '.' | ':'));
            let is_range = label.len() == 3 && label.as_bytes()[1] == b'-';
            if !is_set && !is_range {
                let start = run.range.start + at;
                found.push((start..start + label.len() + 3, label.to_owned()));
            }
        }
    }
    found
}

/// Returns what stands between `[^` and `]` in `text` without a space, each with the byte offset of
/// its `[`.
fn labels(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("[^").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '[' | ']'))?;
        (end > 0 && rest[end..].starts_with(']')).then(|| (at, &rest[..end]))
    })
}

/// Counts each footnote's label in `text`, whatever its case.
fn count_labels(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (_, label) in labels(text) {
        *counts.entry(fold(label)).or_default() += 1;
    }
    counts
}

/// Tells a comment in the form of a definition (`[//]: # (words)`) from a link.
fn is_comment(address: &str) -> bool {
    matches!(address.split_whitespace().next(), None | Some("#" | "<>"))
}
