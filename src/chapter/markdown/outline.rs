//! Reads the structure of a chapter from its events: headings and their IDs, statements,
//! responsibilities, decisions and terms.
//!
//! Input: the events of one chapter. Output: an [`Outline`], which tells the writer which events
//! have IDs and which byte ranges are attributes rather than text. Never writes HTML.

mod examples;
mod sections;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use crate::chapter::document::{Decision, Form, Heading, Reference, Statement, Term};
use crate::declare::config::HtmlPolicy;
use crate::declare::kind::{Kind, Part};
use crate::text::attribute::{self, Attribute};
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::markup::{self, Token};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::fold;
use crate::text::rule::Rule;
use crate::text::slug::{Slugger, short_slug, slug};

use self::examples::Examples;

use super::{Input, Located, References, end_of, plain_text, plain_text_before, wiki_reference};

/// A heading with what the writer needs to know about it.
#[derive(Debug)]
pub struct OutlineHeading {
    pub heading: Heading,
    pub id: String,
    /// The index of the event that starts the heading.
    pub event: usize,
    /// The classes from the heading's attributes.
    pub classes: Vec<String>,
    attributes: Vec<Attribute>,
    range: Range<usize>,
}

impl OutlineHeading {
    pub fn into_heading(self) -> Heading {
        self.heading
    }

    fn get(&self, key: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.key == key)
    }
}

/// A statement with its position in the body.
#[derive(Debug)]
pub struct OutlineStatement {
    pub statement: Statement,
    /// The byte offset where the statement's text begins.
    pub text_start: usize,
    /// The byte offset where the statement's text ends, before any attributes.
    pub text_end: usize,
    /// The byte offset where an anchor can be inserted, after the attributes.
    pub insert_at: usize,
    attributes: Vec<Attribute>,
}

/// A decision with the span of its heading.
#[derive(Debug)]
pub struct OutlineDecision {
    pub decision: Decision,
    pub span: Span,
}

/// The structure of a chapter.
#[derive(Debug, Default)]
pub struct Outline {
    pub headings: Vec<OutlineHeading>,
    /// Heading numbers by the index of the event that starts the heading.
    pub heading_at: HashMap<usize, usize>,
    /// Statement numbers by the index of the event that starts their list item.
    pub statement_at: HashMap<usize, usize>,
    /// Examples that belong to statements.
    pub examples: Examples,
    /// Term numbers by the event that starts their title.
    pub term_at: HashMap<usize, usize>,
    /// Byte ranges that are attributes rather than text, ascending.
    pub cuts: Vec<Range<usize>>,
    pub anchors: BTreeSet<String>,
    pub statements: Vec<OutlineStatement>,
    /// Levels: each level's number and the number of its heading.
    pub levels: Vec<(u8, usize)>,
    /// The levels whose heading has the wrong name.
    pub misnamed: Vec<u8>,
    pub decisions: Vec<OutlineDecision>,
    pub terms: Vec<Term>,
    /// Terms defined by headings: the numbers of the term and of the heading.
    term_headings: Vec<(usize, usize)>,
    pub findings: Vec<Diagnostic>,
}

/// The meaning of the current section for the model.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Text,
    /// The section of a level: the level's number and the depth of its heading.
    Level(u8, u8),
    Responsibilities(u8),
}

/// Reads the outline of a chapter.
pub fn read(input: Input<'_>, events: &[Located<'_>], references: &mut References) -> Outline {
    let mut reader = Reader {
        input,
        events,
        outline: Outline::default(),
        section: Section::Text,
        raw_ids: Vec::new(),
        term_names: BTreeSet::new(),
    };
    if input.plain {
        reader.scan_plain();
        reader.give_ids();
    } else {
        reader.scan();
        reader.give_ids();
        sections::inspect(&mut reader);
        if input.kind == Kind::Strategy {
            reader.read_decisions(references);
        }
    }
    reader.outline.cuts.sort_by_key(|cut| cut.start);
    reader.outline
}

struct Reader<'a> {
    input: Input<'a>,
    events: &'a [Located<'a>],
    outline: Outline,
    section: Section,
    raw_ids: Vec<String>,
    /// The case-folded names of terms.
    term_names: BTreeSet<String>,
}

impl Reader<'_> {
    fn scan(&mut self) {
        let mut depth = 0_usize;
        let mut n = 0;
        while n < self.events.len() {
            match &self.events[n].0 {
                Event::Start(Tag::Heading { level, .. }) => {
                    let end = end_of(self.events, n);
                    self.heading(n, end, *level as u8, depth == 0);
                    n = end;
                }
                Event::Start(Tag::Item) if depth == 1 && self.section != Section::Text => {
                    self.item(n);
                    depth += 1;
                }
                Event::Start(Tag::DefinitionListTitle) if self.input.kind == Kind::Glossary => {
                    self.term(n);
                    depth += 1;
                }
                Event::Html(html) | Event::InlineHtml(html)
                    if self.input.config.markdown.html != HtmlPolicy::Escape =>
                {
                    self.raw_ids(html);
                }
                Event::Start(_) => depth += 1,
                Event::End(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            n += 1;
        }
    }

    /// Reads only headings without attributes, as plain `CommonMark` has them.
    fn scan_plain(&mut self) {
        for (n, (event, range)) in self.events.iter().enumerate() {
            if let Event::Start(Tag::Heading { level, .. }) = event {
                let text = plain_text(&self.events[n..end_of(self.events, n)]);
                self.push_heading(n, *level as u8, true, (text, Vec::new()), range.clone());
            }
        }
    }

    fn finding(&mut self, code: Rule, range: &Range<usize>, message: String, help: Option<String>) {
        let span = self.input.place.span(range);
        self.outline.findings.push(Diagnostic::new(code, self.input.path, Some(span), message).maybe_help(help));
    }

    /// Reads the attributes at the end of `inner`: returns where the text ends, and the attributes
    /// with their ranges in the body.
    fn attributes(&mut self, inner: &[Located<'_>], known: &[&str]) -> (Option<usize>, Vec<Attribute>) {
        let (Some(first), Some(last)) = (inner.first(), inner.last()) else { return (None, Vec::new()) };
        // If the text starts with an escaped brace, its event starts after the backslash.
        let is_escaped = self.input.body[..first.1.start].ends_with('\\');
        let (start, end) = (first.1.start - usize::from(is_escaped), last.1.end);
        // Attributes are part of the text; braces at the end of code or a link belong to that
        // element.
        if !matches!(last.0, Event::Text(_)) || !self.input.body[..end].ends_with('}') {
            return (None, Vec::new());
        }
        let Some(found) = attribute::trailing(&self.input.body[start..end]) else { return (None, Vec::new()) };
        let mut list = found.list;
        for attribute in &mut list {
            attribute.range = start + attribute.range.start..start + attribute.range.end;
            if !known.contains(&attribute.key.as_str()) {
                let help = did_you_mean(&nearest(&attribute.key, known.iter().copied(), 1))
                    .unwrap_or_else(|| format!("this place takes {}", known.join(", ")));
                let message = format!("no attribute called `{}` here", attribute.key);
                self.finding(Rule::BadAttribute, &attribute.range, message, Some(help));
            }
        }
        let text_end = start + found.text_end;
        self.outline.cuts.push(text_end..end);
        (Some(text_end), list)
    }

    fn heading(&mut self, event: usize, end: usize, level: u8, at_top: bool) {
        let inner = &self.events[event + 1..end];
        let is_term = at_top && level == 3 && self.input.kind == Kind::Glossary;
        let known = ["id", "class", "level", "scope", "audience", "lint"];
        let of_term = ["id", "class", "audience", "aliases", "link"];
        let (cut, attributes) = self.attributes(inner, if is_term { &of_term } else { &known });
        let text = cut.map_or_else(|| plain_text(inner), |cut| plain_text_before(inner, cut)).trim().to_owned();
        let range = self.events[event].1.clone();
        let line_end = self.input.body[range.clone()].trim_end().len();
        let range = range.start..range.start + line_end;
        if is_term {
            let definition = self.definition_below(end);
            self.push_term((text.clone(), definition), &attributes, &range);
            self.outline.term_headings.push((self.outline.terms.len() - 1, self.outline.headings.len()));
        }
        self.push_heading(event, level, at_top, (text, attributes), range);
        if at_top {
            self.enter_section(level);
        }
    }

    /// Returns the text of the first paragraph or list after the heading that ends with event
    /// `end`.
    fn definition_below(&self, end: usize) -> String {
        let events = self.events;
        match events.get(end + 1) {
            Some((Event::Start(Tag::Paragraph | Tag::List(_)), _)) => {
                plain_text(&events[end + 1..end_of(events, end + 1)]).trim().to_owned()
            }
            _ => String::new(),
        }
    }

    fn push_heading(
        &mut self,
        event: usize,
        level: u8,
        section: bool,
        (text, attributes): (String, Vec<Attribute>),
        range: Range<usize>,
    ) {
        let classes = attributes.iter().filter(|a| a.key == "class").map(|a| a.value.clone()).collect();
        let heading = Heading { level, text, id: String::new(), section };
        let heading = OutlineHeading { heading, id: String::new(), event, classes, attributes, range };
        self.outline.heading_at.insert(event, self.outline.headings.len());
        self.outline.headings.push(heading);
    }

    /// Determines the meaning of the section below the most recent heading.
    fn enter_section(&mut self, heading_level: u8) {
        let closes = match self.section {
            Section::Level(_, open) | Section::Responsibilities(open) => heading_level <= open,
            Section::Text => false,
        };
        if closes {
            self.section = Section::Text;
        }
        let number = self.outline.headings.len() - 1;
        let heading = &self.outline.headings[number];
        match self.input.kind {
            Kind::Competency => {
                if let Some(level) = self.level_of(number) {
                    self.section = Section::Level(level, heading_level);
                    self.outline.levels.push((level, number));
                }
            }
            Kind::Role if fold(&heading.heading.text) == self.input.config.words.responsibilities => {
                self.section = Section::Responsibilities(heading_level);
            }
            _ => {}
        }
    }

    /// Returns the level that a heading names, either in its attribute or in its text.
    fn level_of(&mut self, number: usize) -> Option<u8> {
        let config = self.input.config;
        let heading = &self.outline.headings[number];
        let Some(attribute) = heading.get("level").cloned() else {
            let text = fold(&heading.heading.text);
            return config.scale.iter().find(|level| fold(&level.name) == text).map(|level| level.level);
        };
        let level = config.level(&attribute.value);
        if level.is_none() {
            let message = format!("the scale has no level `{}`", attribute.value);
            let help = config.help_for_level(&attribute.value);
            self.finding(Rule::LevelOutOfRange, &attribute.range, message, Some(help));
        }
        level
    }

    fn item(&mut self, event: usize) {
        let level = match self.section {
            Section::Level(level, _) => level,
            _ => 0,
        };
        let inner = inline_of_item(self.events, event);
        if inner.is_empty() {
            return;
        }
        let events = self.events;
        let inner = &events[inner];
        let (cut, attributes) = self.attributes(inner, &["id", "class", "replaces", "lint"]);
        let end = inner.last().map_or(0, |(_, range)| range.end);
        let text = cut.map_or_else(|| plain_text(inner), |cut| plain_text_before(inner, cut)).trim().to_owned();
        let value = |key: &str| attributes.iter().find(|a| a.key == key).map(|a| a.value.clone());
        let statement = Statement {
            level,
            id: value("id").unwrap_or_default(),
            explicit: value("id").is_some(),
            text,
            replaces: value("replaces"),
            unlinted: value("lint").as_deref() == Some("off"),
        };
        self.outline.statement_at.insert(event, self.outline.statements.len());
        let text_end = cut.unwrap_or(end);
        let text_start = inner.first().map_or(text_end, |(_, range)| range.start);
        self.outline.statements.push(OutlineStatement { statement, text_start, text_end, insert_at: end, attributes });
        if matches!(self.section, Section::Level(..)) {
            examples::read(self, event);
        }
    }

    fn term(&mut self, event: usize) {
        let end = end_of(self.events, event);
        let events = self.events;
        let inner = &events[event + 1..end];
        let (cut, attributes) = self.attributes(inner, &["id", "aliases", "link"]);
        let name = cut.map_or_else(|| plain_text(inner), |cut| plain_text_before(inner, cut)).trim().to_owned();
        let definition =
            events[end..].iter().position(|(e, _)| matches!(e, Event::Start(Tag::DefinitionListDefinition)));
        let definition = definition
            .map_or_else(String::new, |n| plain_text(&events[end + n..end_of(events, end + n)]).trim().to_owned());
        let range = events[event].1.clone();
        let range = range.start..range.start + self.input.body[range.clone()].trim_end().len();
        self.outline.term_at.insert(event, self.outline.terms.len());
        self.push_term((name, definition), &attributes, &range);
    }

    /// Adds a term, and reports it if it is already defined.
    fn push_term(&mut self, (name, definition): (String, String), attributes: &[Attribute], range: &Range<usize>) {
        let value = |key: &str| attributes.iter().find(|a| a.key == key).map(|a| a.value.clone());
        let aliases = value("aliases").unwrap_or_default();
        let aliases = aliases.split(',').map(|alias| alias.trim().to_owned()).filter(|alias| !alias.is_empty());
        if !self.term_names.insert(fold(&name)) {
            self.finding(Rule::DuplicateTerm, range, format!("`{name}` is defined twice"), None);
        }
        self.outline.terms.push(Term {
            name,
            aliases: aliases.collect(),
            id: value("id").unwrap_or_default(),
            link: value("link").as_deref() != Some("off"),
            definition,
        });
    }

    fn raw_ids(&mut self, html: &str) {
        if !(html.contains("id") || html.contains("name") || html.contains("ID") || html.contains("NAME")) {
            return;
        }
        let mut at = 0;
        while let Some(token) = markup::next_token(html, at) {
            let Token::Start(tag) = token else {
                at = markup::behind(html, &token);
                continue;
            };
            let named = if tag.name == "a" { tag.get("name") } else { None };
            self.raw_ids.extend([tag.get("id"), named].into_iter().flatten().map(|a| a.value.to_string()));
            // An `<iframe/>` that is never closed is removed as empty, so the text after it may
            // have IDs too.
            at = tag.range.end;
        }
    }

    /// Assigns an ID to every heading, statement and term: first those that authors wrote, then
    /// slugs in order.
    fn give_ids(&mut self) {
        let mut slugger = Slugger::default();
        for id in std::mem::take(&mut self.raw_ids) {
            slugger.claim(&id);
            self.outline.anchors.insert(id);
        }
        let headings = self.outline.headings.iter().filter_map(|heading| heading.get("id").cloned());
        let statements =
            self.outline.statements.iter().flat_map(|s| s.attributes.iter().filter(|a| a.key == "id").cloned());
        let explicit: Vec<Attribute> = headings.chain(statements).collect();
        for attribute in explicit {
            if !slugger.claim(&attribute.value) {
                let message = format!("anchor `{}` is written twice in this chapter", attribute.value);
                self.finding(Rule::DuplicateAnchor, &attribute.range, message, None);
            }
        }
        for heading in &mut self.outline.headings {
            heading.id = match heading.attributes.iter().find(|a| a.key == "id") {
                Some(attribute) => attribute.value.clone(),
                None => slugger.unique(&slug(&heading.heading.text)),
            };
            heading.heading.id.clone_from(&heading.id);
            self.outline.anchors.insert(heading.id.clone());
        }
        for statement in &mut self.outline.statements {
            let statement = &mut statement.statement;
            if !statement.explicit {
                let short = short_slug(&statement.text, 6);
                let wanted = if statement.level > 0 { format!("l{}-{short}", statement.level) } else { short };
                statement.id = slugger.unique(&wanted);
            }
            self.outline.anchors.insert(statement.id.clone());
        }
        for (term, heading) in std::mem::take(&mut self.outline.term_headings) {
            self.outline.terms[term].id.clone_from(&self.outline.headings[heading].id);
        }
        for term in &mut self.outline.terms {
            if term.id.is_empty() {
                term.id = slugger.unique(&slug(&term.name));
            }
            self.outline.anchors.insert(term.id.clone());
        }
    }

    /// Reads each `### Title` and its list of parts below `## Decisions`.
    fn read_decisions(&mut self, references: &mut References) {
        let mut inside = false;
        for number in 0..self.outline.headings.len() {
            let heading = &self.outline.headings[number];
            if !heading.heading.section {
                continue;
            }
            if heading.heading.level <= 2 {
                inside = fold(&heading.heading.text) == self.input.config.words.decisions;
            } else if inside && heading.heading.level == 3 {
                self.decision(number, references);
            }
        }
    }

    fn decision(&mut self, number: usize, references: &mut References) {
        let heading = &self.outline.headings[number];
        let start = end_of(self.events, heading.event) + 1;
        let next = self.outline.headings[number + 1..].iter().find(|h| h.heading.section && h.heading.level <= 3);
        let end = next.map_or(self.events.len(), |h| h.event);
        let decision = Decision {
            title: heading.heading.text.clone(),
            id: heading.id.clone(),
            scope: heading.get("scope").map(|a| a.value.clone()),
            parties: Vec::new(),
        };
        let range = heading.range.clone();
        let span = self.input.place.span(&range);
        self.outline.decisions.push(OutlineDecision { decision, span });
        let events = self.events;
        let before = self.outline.findings.len();
        if let Some(list) = (start..end).find(|n| matches!(events[*n].0, Event::Start(Tag::List(_)))) {
            let mut n = list + 1;
            while n < end && matches!(events[n].0, Event::Start(Tag::Item)) {
                self.decision_item(n, references);
                n = end_of(events, n) + 1;
            }
        }
        // A misspelled `Acountable:` shouldn't also be reported as a missing part.
        let is_misspelt = |finding: &Diagnostic| {
            let label = capitalised(&self.input.config.words.parts[0]);
            finding.help.as_ref().is_some_and(|help| help.contains(&format!("`{label}`")))
        };
        if !self.outline.findings[before..].iter().any(is_misspelt) {
            self.check_accountable(&range);
        }
    }

    fn check_accountable(&mut self, range: &Range<usize>) {
        let Some(decision) = self.outline.decisions.last() else { return };
        let count = decision.decision.parties.iter().filter(|(part, _)| *part == Part::Accountable).count();
        let title = &decision.decision.title;
        let label = &self.input.config.words.parts[0];
        let message = match count {
            1 => return,
            0 => format!("decision `{title}` has nobody accountable"),
            n => format!("decision `{title}` has {n} accountable, and a decision has exactly one"),
        };
        let help = if count == 0 {
            format!("add a bullet `- {}: [[role]]` below the heading", capitalised(label))
        } else {
            "keep the one who decides; the others are responsible or consulted".to_owned()
        };
        self.finding(Rule::DecisionAccountable, range, message, Some(help));
    }

    /// Reads an item such as `- Accountable: [[role]], partner`.
    fn decision_item(&mut self, item: usize, references: &mut References) {
        let events = self.events;
        let inner = &events[inline_of_item(events, item)];
        let whole = plain_text(inner);
        let Some((label, _)) = whole.split_once(':') else { return };
        let label = fold(label);
        let words = &self.input.config.words.parts;
        let Some(part) = words.iter().position(|word| *word == label).map(|n| Part::ALL[n]) else {
            let near = nearest(&label, words.iter().map(String::as_str), 1);
            // Lists in a decision's prose may contain colons too, so only report what resembles a
            // label.
            if let [near] = near.as_slice() {
                let range = events[item].1.clone();
                let range = range.start..range.start + self.input.body[range.clone()].trim_end().len();
                let help = Some(format!("did you mean `{}`?", capitalised(near)));
                self.finding(Rule::DecisionForm, &range, format!("a decision has no part called `{label}`"), help);
            }
            return;
        };
        let parties = self.parties(inner);
        for (reference, range) in parties {
            let number = references.add(reference, self.input.place.span(&range));
            if let Some(decision) = self.outline.decisions.last_mut() {
                decision.decision.parties.push((part, number));
            }
        }
    }

    /// Lists the parties that follow the label, given as links or as comma-separated names.
    fn parties(&self, inner: &[Located<'_>]) -> Vec<(Reference, Range<usize>)> {
        let mut found = Vec::new();
        let mut after_label = false;
        let mut n = 0;
        while n < inner.len() {
            let (event, range) = &inner[n];
            match event {
                Event::Start(Tag::Link { link_type, dest_url, .. }) if after_label => {
                    let reference = match link_type {
                        LinkType::WikiLink { .. } => wiki_reference(dest_url, self.input.config, Form::Party),
                        _ => Reference {
                            form: Form::Party,
                            target: plain_text(&inner[n..end_of(inner, n)]),
                            fragment: None,
                        },
                    };
                    found.push((reference, range.clone()));
                    n = end_of(inner, n);
                }
                Event::Text(text) => {
                    let skip = if after_label { 0 } else { text.find(':').map_or(text.len(), |at| at + 1) };
                    after_label |= skip < text.len() || text.ends_with(':');
                    found.extend(names(&text[skip..], range.start + skip, self.input.config));
                }
                _ => {}
            }
            n += 1;
        }
        found
    }
}

/// Splits text such as `engineering, finance` into references with their byte ranges.
fn names(text: &str, offset: usize, config: &crate::declare::config::Config) -> Vec<(Reference, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = 0;
    for piece in text.split([',', ';']) {
        let name = piece.trim().trim_end_matches('.').trim_start_matches("and ").trim();
        if !name.is_empty() && name != "and" && name != "-" && name != "–" && name != "—" {
            let at = offset + start + piece.find(name).unwrap_or(0);
            found.push((crate::chapter::reference::wiki(name, Form::Party, config), at..at + name.len()));
        }
        start += piece.len() + 1;
    }
    found
}

/// Returns the events of an item's own text: the inline content of a tight item, or the first
/// paragraph.
fn inline_of_item(events: &[Located<'_>], item: usize) -> Range<usize> {
    let mut start = item + 1;
    if matches!(events.get(start), Some((Event::Start(Tag::Paragraph), _))) {
        return start + 1..end_of(events, start);
    }
    if matches!(events.get(start), Some((Event::TaskListMarker(_), _))) {
        start += 1;
    }
    let mut n = start;
    while let Some((event, _)) = events.get(n) {
        match event {
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }) => {
                n = end_of(events, n) + 1;
            }
            Event::Text(_)
            | Event::Code(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_) => n += 1,
            _ => break,
        }
    }
    start..n
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
