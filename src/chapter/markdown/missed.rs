//! Finds what an author meant as markup but Markdown treats as text or silently drops.
//!
//! Input: the events of one chapter, its reference definitions and the reference links without a
//! definition. Output: findings. Never changes the text; it stays on the page as Markdown renders
//! it.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Tag, TagEnd};

use super::{Input, Located};
use crate::text::diagnostic::Diagnostic;
use crate::text::near::Candidates;
use crate::text::path::fold;
use crate::text::rule::Rule;

mod cells;
mod forms;

use self::forms::Found;

/// What the Markdown parser knows about a chapter in addition to its events.
pub struct Known<'a> {
    /// Case-folded labels of reference links, and where each is defined in the body.
    pub definitions: BTreeMap<String, usize>,
    /// The reference links whose label isn't defined.
    pub undefined: Vec<BrokenLink<'a>>,
}

/// Returns findings about a chapter's footnotes, references, links, tables, definitions and syntax
/// of other generators.
pub fn find(input: Input<'_>, events: &[Located<'_>], known: &Known<'_>) -> Vec<Diagnostic> {
    let mut missed = Missed { input, findings: Vec::new() };
    let runs = runs(input.body, events);
    missed.footnotes(events, &runs);
    missed.references(events, known);
    missed.links(&runs);
    missed.tables(events);
    missed.definition_lists(events);
    missed.foreign_forms(&runs);
    missed.findings
}

struct Missed<'a> {
    input: Input<'a>,
    findings: Vec<Diagnostic>,
}

/// A contiguous piece of plain text in the source, without escapes, code, HTML or other markup.
struct Run {
    range: Range<usize>,
    in_cell: bool,
}

/// Joins adjacent text events.
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
                // The first character after a backslash is escaped, so it is skipped.
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
    fn finding(&mut self, code: Rule, range: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let span = self.input.place.span(range);
        self.findings.push(Diagnostic::new(code, self.input.path, Some(span), message).help(help));
    }

    /// Reports what was found in the text that begins at `start`.
    fn found(&mut self, code: Rule, start: usize, found: Found) {
        let range = start + found.range.start..start + found.range.end;
        self.finding(code, &range, found.message, found.help);
    }

    /// Finds footnotes that are used but not defined, defined but not used, or defined twice.
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
                    let first = defined.entry(fold(label)).or_insert_with(|| at.clone());
                    if *first != at {
                        let message = format!("the footnote `{label}` is defined twice; this text isn't shown");
                        let help = "give it a label of its own, or remove it";
                        self.finding(Rule::DuplicateDefinition, &at, message, help);
                    }
                }
                _ => {}
            }
        }
        // Most chapters have nothing to look for.
        let labels = LazyCell::new(|| Candidates::new(defined.keys().map(String::as_str)));
        let mut meant = BTreeSet::new();
        for (range, label) in undefined_footnotes(self.input.body, runs) {
            let key = fold(&label);
            if defined.contains_key(&key) {
                continue;
            }
            let near = labels.slip(&key);
            // The definition that was probably meant doesn't count as unused, so that one error
            // isn't reported twice.
            meant.extend(near);
            let help = near.map_or_else(
                || format!("add a line `[^{label}]: …`, or write `\\[^{label}]` if it's meant as text"),
                |near| format!("did you mean `[^{near}]`?"),
            );
            self.finding(Rule::UndefinedReference, &range, format!("no footnote is called `{label}`"), help);
        }
        let is_unused = |label: &String| !used.contains(label) && !meant.contains(label.as_str());
        let unused: Vec<_> = defined.iter().filter(|(label, _)| is_unused(label)).collect();
        let hidden = if unused.is_empty() { BTreeSet::new() } else { self.used_in_hidden_text() };
        for (label, range) in unused.into_iter().filter(|(label, _)| !hidden.contains(*label)) {
            let help = format!("write `[^{label}]` where it belongs, or remove it");
            self.finding(Rule::UnusedFootnote, range, "nothing refers to this footnote, so it isn't shown", help);
        }
    }

    /// Returns the labels of footnotes that are used in text hidden from this audience.
    fn used_in_hidden_text(&self) -> BTreeSet<String> {
        let whole = &self.input.place.text.text[self.input.place.start..];
        if whole == self.input.body {
            return BTreeSet::new();
        }
        let shown = count_labels(self.input.body);
        let is_used = |(label, count): (String, usize)| (count > *shown.get(&label).unwrap_or(&0)).then_some(label);
        count_labels(whole).into_iter().filter_map(is_used).collect()
    }

    /// Finds reference links without a definition, and duplicate definitions.
    fn references(&mut self, events: &[Located<'_>], known: &Known<'_>) {
        let names = LazyCell::new(|| Candidates::new(known.definitions.keys().map(String::as_str)));
        for link in &known.undefined {
            let name = &*link.reference;
            let near = names.slip(name);
            let is_shortcut = link.link_type == LinkType::Shortcut;
            if (is_shortcut && near.is_none()) || self.is_index(&link.span) {
                continue;
            }
            let help = match near {
                Some(near) => format!("did you mean `[{near}]`?"),
                None if name.starts_with('#') || name.contains('/') => {
                    format!("write its address in parentheses: `({name})`")
                }
                None => format!("add a line `[{name}]: address`, or write `\\[` where the bracket is meant as text"),
            };
            self.finding(Rule::UndefinedReference, &link.span, format!("no link is defined as `{name}`"), help);
        }
        self.repeated_definitions(events, &known.definitions);
    }

    /// Returns whether this is an array index (`a[i][j]`) or an empty form box (`[ ][ ]`) rather
    /// than a link.
    fn is_index(&self, range: &Range<usize>) -> bool {
        let before = self.input.body[..range.start].chars().next_back();
        let inside = &self.input.body[range.clone()];
        before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ']' | ')'))
            || inside.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(']'))
    }

    /// Finds duplicate definitions, of which Markdown uses only the first.
    fn repeated_definitions(&mut self, events: &[Located<'_>], definitions: &BTreeMap<String, usize>) {
        let kept: BTreeSet<usize> = definitions.values().copied().collect();
        if kept.is_empty() {
            return;
        }
        // Text, code and HTML. A `[name]:` line outside of these can only be a definition.
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
            // Two definitions with the same address do no harm.
            let first = definitions.get(&fold(name)).and_then(|at| body.get(*at..)?.lines().next()?.split_once("]:"));
            if first.is_some_and(|(_, other)| other.trim() == address.trim()) {
                continue;
            }
            if definitions.contains_key(&fold(name)) {
                let message = format!("the link `{name}` is defined twice, and the first one counts");
                let help = "give it a name of its own, or remove it";
                self.finding(Rule::DuplicateDefinition, &(at..at + rest.trim_end().len()), message, help);
            }
        }
    }

    /// Finds links that are started but not completed.
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
                let help = "write `]]` where it ends, or `\\[[` if it's meant as text";
                self.finding(Rule::LinkForm, &(start..end), "this link is not closed", help);
            }
            if let Some(found) = forms::broken_link(text) {
                self.found(Rule::LinkForm, run.range.start, found);
            }
        }
    }

    /// Returns whether `]]` follows on the same line, in which case a `|` splits the link and the
    /// table check reports it.
    fn is_closed_in_line(&self, run: &Range<usize>) -> bool {
        self.input.body[run.end..].lines().next().is_some_and(|rest| rest.contains("]]"))
    }

    /// Finds a `: definition` where definition lists aren't enabled.
    ///
    /// Reports at most one per chapter, because all of them stem from the same misunderstanding.
    fn definition_lists(&mut self, events: &[Located<'_>]) {
        if self.input.reading().options.contains(Options::ENABLE_DEFINITION_LIST) {
            return;
        }
        let mut paragraphs = events.iter().filter(|(event, _)| matches!(event, Event::Start(Tag::Paragraph)));
        if let Some(range) = paragraphs.find_map(|(_, range)| forms::definition(self.input.body, range)) {
            let message = "definitions are only allowed in the glossary";
            let help = "write it as a sentence, or set `definition_lists = true` under `[markdown]`";
            self.finding(Rule::DefinitionOutside, &range, message, help);
        }
    }

    /// Finds syntax of other generators that is shown as text here.
    fn foreign_forms(&mut self, runs: &[Run]) {
        // Look only at the text between two runs instead of the whole line, because a line may
        // contain any number of runs.
        let mut last = None;
        for run in runs {
            let before = &self.input.body[last.unwrap_or(0).min(run.range.start)..run.range.start];
            let line = before.rfind('\n').map(|at| &before[at + 1..]).or_else(|| last.is_none().then_some(before));
            last = Some(run.range.end);
            let text = &self.input.body[run.range.clone()];
            if line.is_some_and(|line| line.trim().is_empty())
                && let Some(found) = forms::foreign(text)
            {
                self.found(Rule::ForeignForm, run.range.start, found);
            }
        }
    }
}

/// Returns the byte range of the label in a `[^label]:` that begins at `start`.
fn label_of(body: &str, start: usize) -> Range<usize> {
    start..start + body[start..].find("]:").map_or(1, |at| at + 1)
}

/// Lists each `[^label]` in plain text; if it had a definition, it wouldn't be text.
fn undefined_footnotes(body: &str, runs: &[Run]) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for run in runs {
        for (at, label) in labels(&body[run.range.clone()]) {
            // `[^a-z]` and `[^"]*` are character classes rather than footnotes.
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

/// Returns each label between `[^` and `]` in `text` that contains no white space, with the byte
/// offset of its `[`.
fn labels(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("[^").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '[' | ']'))?;
        (end > 0 && rest[end..].starts_with(']')).then(|| (at, &rest[..end]))
    })
}

/// Counts the footnote labels in `text`, ignoring case.
fn count_labels(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (_, label) in labels(text) {
        *counts.entry(fold(label)).or_default() += 1;
    }
    counts
}

/// Returns whether a definition is really a comment, such as `[//]: # (words)`.
fn is_comment(address: &str) -> bool {
    matches!(address.split_whitespace().next(), None | Some("#" | "<>"))
}
