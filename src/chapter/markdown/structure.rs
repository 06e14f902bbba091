//! Reads the structure of a chapter from its events: headings and their IDs, statements,
//! responsibilities, decisions and terms.
//!
//! Input: the events of one chapter. Output: a [`Structure`], which tells the writer which events
//! have IDs and which byte ranges are attributes rather than text. Never writes HTML.

mod decisions;
mod examples;
mod sections;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use crate::chapter::document::{Decision, Heading, LevelHeading, Statement, Term};
use crate::declare::config::{HtmlPolicy, Scope};
use crate::declare::generator::Generator;
use crate::declare::kind::Kind;
use crate::text::attribute::{self, Attribute};
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::markup::{self, Token};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::fold;
use crate::text::rule::Rule;
use crate::text::slug::{Slugger, short_slug, slug};

use self::examples::Examples;

use super::{Input, Located, References, end_of, plain_text, plain_text_before, trimmed};

/// The structure of a chapter.
#[derive(Debug, Default)]
pub struct Structure {
    /// The headings in order.
    pub headings: Vec<Heading>,
    /// The number and the classes of each heading, by the event that starts it.
    pub heading_at: BTreeMap<usize, (u32, Vec<String>)>,
    /// The statements of a competency or the responsibilities of a role.
    pub statements: Vec<Statement>,
    /// Statement numbers by the event that starts their list item.
    pub statement_at: HashMap<usize, usize>,
    /// The span in the file of each statement's text.
    pub statement_spans: Vec<Span>,
    /// The span from the end of each statement's text to where an anchor can be inserted, after the
    /// attributes.
    pub statement_ends: Vec<Span>,
    /// Examples that belong to statements.
    pub examples: Examples,
    /// The headings of a competency's levels.
    pub levels: Vec<LevelHeading>,
    /// The levels whose heading has the wrong name.
    pub misnamed: Vec<u8>,
    /// The decisions in a strategy chapter.
    pub decisions: Vec<Decision>,
    /// The terms in a glossary.
    pub terms: Vec<Term>,
    /// Term numbers by the event that starts their title.
    pub term_at: HashMap<usize, usize>,
    /// The IDs of definition terms outside of glossaries, by the event that starts them.
    pub definition_at: BTreeMap<usize, String>,
    /// Every ID that a link can target.
    pub anchors: BTreeSet<String>,
    /// Byte ranges that are attributes rather than text, ascending.
    pub cuts: Vec<Range<usize>>,
    /// The findings.
    pub findings: Vec<Diagnostic>,
}

/// Reads the structure of a chapter.
pub fn read(input: Input<'_>, events: &[Located<'_>], references: &mut References) -> Structure {
    let mut reader = Reader {
        input,
        events,
        structure: Structure::default(),
        section: None,
        track: None,
        headings: Vec::new(),
        statements: Vec::new(),
        terms: Vec::new(),
        definitions: Vec::new(),
        levels: Vec::new(),
        raw_ids: Vec::new(),
        term_names: BTreeSet::new(),
        typed_bullet_in: None,
    };
    reader.scan();
    reader.give_ids();
    sections::inspect(&mut reader);
    if input.kind == Kind::Strategy {
        decisions::read(&mut reader, references);
    }
    reader.structure.cuts.sort_by_key(|cut| cut.start);
    reader.structure
}

/// A heading, statement or term that has no ID yet. IDs are assigned once all of them are known,
/// because they must be unique.
#[derive(Clone)]
struct Draft {
    /// The event that starts it.
    event: usize,
    /// The level of a heading or of a statement.
    level: u8,
    /// The only track that a statement is meant for.
    track: Option<String>,
    /// Whether it is a heading that starts a section.
    is_section: bool,
    /// The text without markup.
    text: String,
    /// The byte offset where the text ends, before any attributes.
    text_end: usize,
    attributes: Vec<Attribute>,
}

impl Draft {
    fn get(&self, key: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.key == key)
    }

    fn value(&self, key: &str) -> Option<String> {
        self.get(key).map(|attribute| attribute.value.clone())
    }
}

/// The heading of a level, which has no ID yet.
struct LevelDraft {
    level: u8,
    /// The number of the heading.
    heading: usize,
    track: Option<String>,
    /// Whether what is below it takes the place of what the level says for all tracks. A heading
    /// inside a level only adds to it.
    is_whole: bool,
}

/// A term that has no ID yet.
struct TermDraft {
    draft: Draft,
    definition: String,
    /// The number of the heading that defines the term, if a heading does.
    heading: Option<usize>,
}

struct Reader<'a> {
    input: Input<'a>,
    events: &'a [Located<'a>],
    structure: Structure,
    /// The level of the statements in the current section (0 for responsibilities), and the depth
    /// of the section's heading.
    section: Option<(u8, u8)>,
    /// The only track that the current section is meant for, and the depth of the heading that says
    /// so.
    track: Option<(String, u8)>,
    headings: Vec<Draft>,
    statements: Vec<Draft>,
    terms: Vec<TermDraft>,
    /// The events that start definition terms with an ID of their own.
    definitions: Vec<usize>,
    /// The headings of levels.
    levels: Vec<LevelDraft>,
    raw_ids: Vec<String>,
    /// The case-folded names of terms.
    term_names: BTreeSet<String>,
    /// The number of headings above the last line that was reported because of the sign of a bullet.
    typed_bullet_in: Option<usize>,
}

/// Returns whether a text begins with the sign that a word processor writes before an item of a list.
fn is_typed_bullet(text: &str) -> bool {
    text.strip_prefix(['\u{2022}', '\u{b7}', '\u{2023}', '\u{25aa}', '\u{25cf}', '\u{25cb}', '\u{25e6}', '\u{f0b7}'])
        .is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

impl Reader<'_> {
    fn scan(&mut self) {
        let mut depth = 0_usize;
        let mut n = 0;
        while n < self.events.len() {
            match (&self.events[n].0, self.section) {
                (Event::Start(Tag::Heading { level, .. }), _) => n = self.heading(n, *level as u8, depth == 0),
                (Event::Start(tag), section) => {
                    match (tag, section) {
                        (Tag::Item, Some((level, _))) if depth == 1 => self.statement(n, level),
                        (Tag::DefinitionListTitle, _) if self.input.kind == Kind::Glossary => self.term(n),
                        (Tag::DefinitionListTitle, _) if self.input.config.generator == Some(Generator::Hugo) => {
                            self.definitions.push(n);
                        }
                        _ => {}
                    }
                    depth += 1;
                }
                (Event::End(_), _) => depth = depth.saturating_sub(1),
                (Event::Text(text), Some(_)) if is_typed_bullet(text) => self.typed_bullet(n),
                (Event::Html(html) | Event::InlineHtml(html), _) => self.raw_ids(html, self.events[n].1.start),
                _ => {}
            }
            n += 1;
        }
    }

    /// Reports the first line of a section that begins with the sign of a bullet. Word processors write such signs, but
    /// Markdown doesn't read them as a list.
    fn typed_bullet(&mut self, n: usize) {
        let begins_line = matches!(
            self.events[n - 1].0,
            Event::Start(Tag::Paragraph | Tag::Item) | Event::SoftBreak | Event::HardBreak
        );
        if begins_line && self.typed_bullet_in != Some(self.headings.len()) {
            self.typed_bullet_in = Some(self.headings.len());
            self.structure.misnamed.extend(self.section.map(|(level, _)| level).filter(|level| *level > 0));
            let range = self.events[n].1.clone();
            let message =
                "this line begins with the sign of a bullet and is not an item of a list, so it isn't read".to_owned();
            self.finding(Rule::StrayStatement, &range, message, Some("begin it with `- `".to_owned()));
        }
    }

    fn finding(&mut self, code: Rule, range: &Range<usize>, message: String, help: Option<String>) {
        let span = self.input.place.span(range);
        self.structure.findings.push(Diagnostic::new(code, self.input.path, Some(span), message).maybe_help(help));
    }

    /// Returns the byte range of the block that event `n` starts, without white space at its end.
    fn block(&self, n: usize) -> Range<usize> {
        trimmed(self.input.body, &self.events[n].1)
    }

    /// Reads the text in `inner` and the attributes at its end.
    fn draft(&mut self, event: usize, level: u8, inner: Range<usize>, known: &[&str]) -> Draft {
        let events = self.events;
        let inner = &events[inner];
        let end = inner.last().map_or(0, |(_, range)| range.end);
        let (cut, attributes) = self.attributes(inner, known).unzip();
        let text = plain_text_before(inner, cut.unwrap_or(usize::MAX)).trim().to_owned();
        let (text_end, attributes) = (cut.unwrap_or(end), attributes.unwrap_or_default());
        Draft { event, level, track: None, is_section: false, text, text_end, attributes }
    }

    /// Reads the attributes at the end of `inner`: returns where the text ends, and the attributes
    /// with their ranges in the body.
    fn attributes(&mut self, inner: &[Located<'_>], known: &[&str]) -> Option<(usize, Vec<Attribute>)> {
        let (first, last) = (inner.first()?, inner.last()?);
        // If the text starts with an escaped brace, its event starts after the backslash.
        let is_escaped = self.input.body[..first.1.start].ends_with('\\');
        let (start, end) = (first.1.start - usize::from(is_escaped), last.1.end);
        // Attributes are part of the text; braces at the end of code or a link belong to that
        // element.
        if self.input.plain || !matches!(last.0, Event::Text(_)) || !self.input.body[..end].ends_with('}') {
            return None;
        }
        let mut found = attribute::trailing(&self.input.body[start..end])?;
        for attribute in &mut found.list {
            attribute.range = start + attribute.range.start..start + attribute.range.end;
            if !known.contains(&attribute.key.as_str()) {
                let near = did_you_mean(&nearest(&attribute.key, known.iter().copied(), 1));
                // Attributes that mean something to another generator's theme aren't mistakes. If there
                // are audiences, one may have been meant for them.
                let config = self.input.config;
                let may_be_foreign = config.reads_foreign() && config.generator.is_some();
                if near.is_none() && may_be_foreign && config.audiences.is_empty() {
                    continue;
                }
                let help = near.unwrap_or_else(|| format!("the attributes allowed here are {}", known.join(", ")));
                let message = format!("no attribute called `{}` here", attribute.key);
                self.finding(Rule::BadAttribute, &attribute.range, message, Some(help));
            }
        }
        let text_end = start + found.text_end;
        self.structure.cuts.push(text_end..end);
        Some((text_end, found.list))
    }

    /// Reads the heading that `event` starts, and returns the event that ends it.
    fn heading(&mut self, event: usize, level: u8, is_section: bool) -> usize {
        let end = end_of(self.events, event);
        for (inner, range) in &self.events[event..end] {
            if let Event::InlineHtml(html) = inner {
                self.raw_ids(html, range.start);
            }
        }
        let is_term = is_section && level == 3 && self.input.kind == Kind::Glossary;
        let known = ["id", "class", "level", "track", "proficiency", "scope", "audience", "lint"];
        let of_term = ["id", "class", "audience", "aliases", "link"];
        let draft = self.draft(event, level, event + 1..end, if is_term { &of_term } else { &known });
        let draft = Draft { is_section, ..draft };
        if is_term {
            // The definition is the first paragraph or list below the heading.
            let definition = match self.events.get(end + 1) {
                Some((Event::Start(Tag::Paragraph | Tag::List(_)), _)) => self.text_of(end + 1),
                _ => String::new(),
            };
            self.push_term(TermDraft { draft: draft.clone(), definition, heading: Some(self.headings.len()) });
        }
        self.headings.push(draft);
        if is_section {
            self.enter_section(level);
        }
        end
    }

    /// Returns the text of the block that event `start` starts.
    fn text_of(&self, start: usize) -> String {
        plain_text(&self.events[start..end_of(self.events, start)]).trim().to_owned()
    }

    /// Determines the meaning of the section below the most recent heading.
    fn enter_section(&mut self, depth: u8) {
        self.section = self.section.filter(|(_, open)| depth > *open);
        self.track = self.track.take().filter(|(_, open)| depth > *open);
        let number = self.headings.len() - 1;
        match self.input.kind {
            Kind::Competency => self.enter_level(number, depth),
            Kind::Role if fold(&self.headings[number].text) == self.input.config.words.responsibilities => {
                self.section = Some((0, depth));
            }
            _ => {}
        }
    }

    /// Enters the section of a level, of a track, or of both.
    fn enter_level(&mut self, number: usize, depth: u8) {
        if let Some(track) = self.track_of(number) {
            self.track = Some((track, depth));
        }
        let level = self.level_of(number, depth);
        // A heading that names only a track belongs to the level that it is in.
        let names_track = self.track.as_ref().is_some_and(|(_, at)| *at == depth);
        let inside = self.section.map(|(level, _)| level).filter(|_| names_track);
        if let Some(level) = level.or(inside) {
            let track = self.track.as_ref().map(|(track, _)| track.clone());
            self.levels.push(LevelDraft { level, heading: number, track, is_whole: inside != Some(level) });
        }
        if let Some(level) = level.filter(|level| inside != Some(*level)) {
            self.section = Some((level, depth));
        }
    }

    /// Returns the track that a heading names. Reports one that isn't declared if others are.
    fn track_of(&mut self, number: usize) -> Option<String> {
        let attribute = self.headings[number].get("track").cloned()?;
        let known: Vec<&str> = self.input.config.tracks.iter().map(|track| track.id.as_str()).collect();
        if !known.is_empty() && !known.contains(&attribute.value.as_str()) {
            let help = did_you_mean(&nearest(&attribute.value, known.iter().copied(), 1))
                .unwrap_or_else(|| format!("handbook.toml declares {}", known.join(", ")));
            let message = format!("no track called `{}`", attribute.value);
            self.finding(Rule::BadAttribute, &attribute.range, message, Some(help));
        }
        Some(attribute.value)
    }

    /// Returns the names of levels that apply at the current heading.
    fn scope(&self) -> Scope<'_> {
        Scope { track: self.track.as_ref().map(|(track, _)| track.as_str()), family: self.input.family }
    }

    /// Returns the level that a heading names, either in its attribute or in its text. The name of a
    /// level that only one track has names that track, too.
    fn level_of(&mut self, number: usize, depth: u8) -> Option<u8> {
        let config = self.input.config;
        let attribute = self.headings[number].get("level").cloned();
        let name = attribute.as_ref().map_or(&self.headings[number].text, |attribute| &attribute.value);
        // Only the attribute can be a number; a heading that is one is the name of a level or means
        // something else.
        let level = match attribute {
            Some(_) => config.level(name, self.scope()),
            None => config.level_named(name, self.scope()),
        };
        if level.is_none()
            && self.track.is_none()
            && let Some((level, track)) = config.level_of_tracks(name, self.input.family)
        {
            self.track = track.map(|track| (track.to_owned(), depth));
            return Some(level);
        }
        if let Some(attribute) = attribute.filter(|_| level.is_none()) {
            let message = format!("the scale has no level `{}`", attribute.value);
            let help = config.help_for_level(&attribute.value, self.scope());
            self.finding(Rule::LevelOutOfRange, &attribute.range, message, Some(help));
        }
        level
    }

    fn statement(&mut self, event: usize, level: u8) {
        let inner = inline_of_item(self.events, event);
        if inner.is_empty() {
            return;
        }
        let (start, end) = (self.events[inner.start].1.start, self.events[inner.end - 1].1.end);
        let draft = self.draft(event, level, inner, &["id", "class", "replaces", "lint"]);
        let track = self.track.as_ref().map(|(track, _)| track.clone()).filter(|_| level > 0);
        let draft = Draft { track, ..draft };
        let place = self.input.place;
        self.structure.statement_spans.push(place.span(&(start..draft.text_end.max(start))));
        self.structure.statement_ends.push(place.span(&(draft.text_end..end)));
        self.structure.statement_at.insert(event, self.statements.len());
        self.statements.push(draft);
        if level > 0 {
            examples::read(self, event);
        }
    }

    fn term(&mut self, event: usize) {
        let end = end_of(self.events, event);
        let draft = self.draft(event, 0, event + 1..end, &["id", "aliases", "link"]);
        let is_definition = |n: &usize| matches!(self.events[*n].0, Event::Start(Tag::DefinitionListDefinition));
        let definition = (end..self.events.len()).find(is_definition).map(|n| self.text_of(n)).unwrap_or_default();
        self.structure.term_at.insert(event, self.terms.len());
        self.push_term(TermDraft { draft, definition, heading: None });
    }

    /// Adds a term, and reports it if it is already defined.
    fn push_term(&mut self, term: TermDraft) {
        let name = &term.draft.text;
        if !self.term_names.insert(fold(name)) {
            let message = format!("`{name}` is defined twice");
            self.finding(Rule::DuplicateTerm, &self.block(term.draft.event), message, None);
        }
        self.terms.push(term);
    }

    /// Adds the IDs in raw HTML, which begins at `start`. What a dialect made doesn't begin with a tag
    /// there.
    fn raw_ids(&mut self, html: &str, start: usize) {
        let is_written = self.input.body[start..].starts_with('<');
        let is_shown = is_written && self.input.config.security.html == HtmlPolicy::Escape;
        if is_shown || !["id", "name", "ID", "NAME"].iter().any(|name| html.contains(name)) {
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
            // Continue right after the tag. Even an `<iframe/>` that is never closed doesn't
            // swallow the text after it, because it is removed, so that text may contain IDs too.
            at = tag.range.end;
        }
    }

    /// Makes the headings, statements and terms from their drafts. Each gets an ID: first those
    /// that authors wrote, then slugs in order.
    fn give_ids(&mut self) {
        let mut slugger = self.claim_ids();
        for (number, draft) in (0..).zip(&self.headings) {
            let start = self.events[draft.event].1.start;
            let ids = self.input.view.map_or(&[][..], |view| &view.ids);
            // A heading may have several lines of attributes, and the first one counts.
            let below = ids.get(ids.partition_point(|(at, _)| *at < start)).filter(|(at, _)| *at == start);
            let written = draft.value("id").or_else(|| below.map(|(_, id)| id.clone()));
            let id = written.unwrap_or_else(|| slugger.unique(&slug(&draft.text)));
            let classes = draft.attributes.iter().filter(|a| a.key == "class").map(|a| a.value.clone()).collect();
            self.structure.heading_at.insert(draft.event, (number, classes));
            let heading = Heading { level: draft.level, text: draft.text.clone(), id, section: draft.is_section };
            self.structure.headings.push(heading);
        }
        let instead = self.tracks_instead();
        for draft in &self.statements {
            let instead = instead.get(&draft.level).filter(|_| draft.level > 0 && draft.track.is_none());
            let slug = || {
                let short = short_slug(&draft.text, 6);
                slugger.unique(&if draft.level > 0 { format!("l{}-{short}", draft.level) } else { short })
            };
            let written = draft.value("id");
            self.structure.statements.push(Statement {
                level: draft.level,
                track: draft.track.clone(),
                not_for: instead.cloned().unwrap_or_default(),
                explicit: written.is_some(),
                id: written.unwrap_or_else(slug),
                text: draft.text.clone(),
                replaces: draft.value("replaces"),
                unlinted: draft.value("lint").as_deref() == Some("off"),
            });
        }
        let headings = &self.structure.headings;
        for TermDraft { draft, definition, heading } in std::mem::take(&mut self.terms) {
            let written = heading.map(|n| headings[n].id.clone()).or_else(|| draft.value("id"));
            let aliases = draft.value("aliases").unwrap_or_default();
            let aliases = aliases.split(',').map(|alias| alias.trim().to_owned()).filter(|alias| !alias.is_empty());
            self.structure.terms.push(Term {
                id: written.filter(|id| !id.is_empty()).unwrap_or_else(|| slugger.unique(&slug(&draft.text))),
                aliases: aliases.collect(),
                link: draft.value("link").as_deref() != Some("off"),
                name: draft.text,
                definition,
            });
        }
        for event in std::mem::take(&mut self.definitions) {
            let id = slugger.unique(&slug(&self.text_of(event)));
            self.structure.definition_at.insert(event, id);
        }
        let Structure { headings, statements, terms, definition_at, .. } = &self.structure;
        let ids =
            headings.iter().map(|h| &h.id).chain(statements.iter().map(|s| &s.id)).chain(terms.iter().map(|t| &t.id));
        self.structure.anchors = ids.chain(definition_at.values()).chain(&self.raw_ids).cloned().collect();
        let heading = |draft: &LevelDraft| LevelHeading {
            level: draft.level,
            track: draft.track.clone(),
            is_inside: !draft.is_whole,
            id: self.structure.headings[draft.heading].id.clone(),
            proficiency: self.headings[draft.heading].value("proficiency"),
        };
        self.structure.levels = self.levels.iter().map(heading).collect();
    }

    /// Lists, for each level, the tracks that have statements of their own instead of those for all
    /// tracks.
    fn tracks_instead(&self) -> BTreeMap<u8, Vec<String>> {
        let own = self.statements.iter().filter_map(|s| Some((s.level, s.track.as_deref()?)));
        let mut own: BTreeSet<(u8, &str)> = own.collect();
        let mut instead: BTreeMap<u8, Vec<String>> = BTreeMap::new();
        for LevelDraft { level, track, .. } in self.levels.iter().filter(|level| level.is_whole) {
            // Removing the track lists it once, however many headings it has.
            let Some(track) = track.as_deref().filter(|track| own.remove(&(*level, *track))) else { continue };
            instead.entry(*level).or_default().push(track.to_owned());
        }
        instead
    }

    /// Claims the IDs that authors wrote, and reports those that are written twice.
    fn claim_ids(&mut self) -> Slugger {
        let mut slugger = Slugger::default();
        for id in &self.raw_ids {
            slugger.claim(id);
        }
        for (_, id) in self.input.view.iter().flat_map(|view| &view.ids) {
            slugger.claim(id);
        }
        let headings = self.headings.iter().filter_map(|heading| heading.get("id"));
        let statements = self.statements.iter().flat_map(|s| s.attributes.iter().filter(|a| a.key == "id"));
        for attribute in headings.chain(statements).cloned().collect::<Vec<_>>() {
            if !slugger.claim(&attribute.value) {
                let message = format!("anchor `{}` is written twice in this chapter", attribute.value);
                self.finding(Rule::DuplicateAnchor, &attribute.range, message, None);
            }
        }
        for id in FRAME_IDS {
            slugger.claim(id);
        }
        slugger
    }
}

/// The IDs that the theme uses on the pages of chapters. No heading gets one of them.
pub const FRAME_IDS: &[&str] = &[
    "along-title",
    "backlinks-title",
    "competency-levels",
    "glimpse",
    "home-doors",
    "home-role",
    "home-want",
    "keys-title",
    "main",
    "path-stops",
    "relations-title",
    "role-also",
    "role-competencies",
    "role-decisions",
    "role-delta",
    "role-inherited",
    "side-tools",
    "strategy-decisions",
    "toc-title",
];

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
            Event::Start(_) | Event::End(_) | Event::Rule | Event::TaskListMarker(_) => break,
            _ => n += 1,
        }
    }
    start..n
}
