//! Indexes a single chapter: its words, how much weight each has, and in which sections it occurs.
//!
//! Input: one document. Output: an [`Entry`]. Never looks at another chapter, so the entry stays
//! valid as long as the document does.

use std::collections::HashMap;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use foldhash::fast::RandomState;

use super::posting::{Uses, Words};
use super::synonyms::Synonyms;
use super::text::{GAP, Said, Section, sections};
use super::words::{each_word, words};
use crate::chapter::document::{Decision, Document, Facts, LevelHeading, Meta, Term};

/// Weights of words. Weights for `text` are in hundredths of one plain occurrence, and weights for
/// `top` are in hundredths of a whole score.
const PLAIN: u32 = 100;
const STATEMENT: u32 = 160;
const SUMMARY: u32 = 200;
const TITLE: u32 = 300;
const OTHER_TITLE: u32 = 255;
const SHORT_TITLE: u32 = 240;
/// The longest name that is counted in words; longer ones count as this long.
const LONGEST_NAME: u16 = 7;
const TERM: u32 = 280;
const DECISION: u32 = 240;
const HEADING: u32 = 90;
const FILE_NAME: u32 = 40;
const TAG: u32 = 50;

/// An indexed chapter.
#[derive(Debug)]
pub struct Entry {
    /// The units that can be found: the chapter, then each term of a glossary or each decision.
    pub units: Arc<Vec<Unit>>,
    /// The words of each unit.
    pub words: Vec<Words>,
    /// The chapter's text.
    pub sections: Vec<Section>,
}

/// Returns the heading of a section as search shows it, including other names of the section's
/// subject. `units` are those of the chapter.
pub fn heading(units: &[Unit], (n, section): (usize, &Section)) -> String {
    let is_about = |unit: &&Unit| unit.anchor.as_deref().map_or(n == 0, |anchor| n > 0 && anchor == section.anchor);
    let unit = units.iter().find(is_about);
    let own = (n > 0).then_some(&section.heading);
    let names = own.into_iter().chain(unit.into_iter().flat_map(|unit| &unit.names));
    names.filter(|name| !name.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" / ")
}

/// Something that search can find.
#[derive(Clone, Debug, Default, BorshDeserialize, BorshSerialize)]
pub struct Unit {
    /// The name of the unit.
    pub title: String,
    /// The anchor in the chapter, or `None` for the chapter itself.
    pub anchor: Option<String>,
    /// Other names: aliases for a term, other titles for a chapter.
    pub names: Vec<String>,
    /// The number of the decision, if the unit is one.
    pub decision: Option<u32>,
    /// The length in words.
    pub length: u32,
}

/// Records that a word occurs in a section.
pub fn stand(sections: &mut Vec<(u32, u8)>, section: u32, strength: u8) {
    match sections.binary_search_by_key(&section, |(section, _)| *section) {
        // A repeated word has a strength of at least 1.
        Ok(at) => sections[at].1 = sections[at].1.max(strength).max(1),
        Err(at) => sections.insert(at, (section, strength)),
    }
}

/// Indexes a chapter.
pub fn entry(document: &Document, synonyms: &Synonyms) -> Entry {
    let sections = sections(document);
    let meta = &*document.meta;
    let terms: &[_] = if let Facts::Glossary(terms) = &meta.facts { terms } else { &[] };
    let mut chapter = Builder::new(synonyms);
    chapter.chapter(meta, &sections);
    chapter.other_titles(&meta.title, 0);
    for heading in levels(meta) {
        if let Some(n) = sections.iter().position(|section| section.anchor == heading.id) {
            chapter.name(&synonyms.level(heading.level), HEADING, n);
        }
    }
    let mut units = vec![chapter];
    for (n, section) in sections.iter().enumerate() {
        let Some(term) = terms.iter().find(|term| n > 0 && term.id == section.anchor) else {
            units[0].section(n, section);
            continue;
        };
        units.push(Builder::term(term, n, section, synonyms));
    }
    for (decision, facts) in decisions(meta) {
        if let Some(n) = sections.iter().position(|section| section.anchor == facts.id) {
            units.push(Builder::decision((decision, facts), n, &sections[n], synonyms));
        }
    }
    let (units, words): (Vec<Unit>, Vec<Words>) = units.into_iter().map(Builder::finish).unzip();
    Entry { units: Arc::new(units), words, sections }
}

/// Lists the decisions of a strategy chapter with their numbers.
fn decisions(meta: &Meta) -> impl Iterator<Item = (u32, &Decision)> {
    let list: &[Decision] = if let Facts::Strategy(strategy) = &meta.facts { &strategy.decisions } else { &[] };
    (0..).zip(list)
}

/// Returns the headings of a competency's levels.
fn levels(meta: &Meta) -> &[LevelHeading] {
    if let Facts::Competency(competency) = &meta.facts { &competency.levels } else { &[] }
}

/// Returns the entry of a page that is generated from the model, made from its title, its other
/// names and its summary.
pub fn made(title: &str, names: &[String], summary: &str, synonyms: &Synonyms) -> Entry {
    let section = Section { text: summary.to_owned(), ..Section::default() };
    let mut unit = Builder::new(synonyms);
    unit.own_name(title, TITLE, 0);
    for name in names {
        unit.own_name(name, OTHER_TITLE, 0);
    }
    unit.other_titles(title, 0);
    unit.text(summary, SUMMARY, 0);
    title.clone_into(&mut unit.unit.title);
    let (unit, words) = unit.finish();
    Entry { units: Arc::new(vec![unit]), words: vec![words], sections: vec![section] }
}

struct Builder<'a> {
    unit: Unit,
    words: HashMap<Box<str>, Uses, RandomState>,
    synonyms: &'a Synonyms,
    /// The numbers of the statements so far.
    statements: Vec<u32>,
}

impl<'a> Builder<'a> {
    fn new(synonyms: &'a Synonyms) -> Self {
        Self { unit: Unit::default(), words: HashMap::default(), synonyms, statements: Vec::new() }
    }

    /// Indexes a term of a glossary.
    fn term(term: &Term, n: usize, section: &Section, synonyms: &'a Synonyms) -> Self {
        let mut unit = Self::new(synonyms);
        unit.own_name(&term.name, TERM, n);
        for alias in &term.aliases {
            unit.own_name(alias, TERM, n);
        }
        unit.section(n, section);
        unit.other_titles(&term.name, n);
        let (title, anchor, names) = (term.name.clone(), Some(term.id.clone()), term.aliases.clone());
        unit.unit = Unit { title, anchor, names, ..unit.unit };
        unit
    }

    /// Indexes a decision. Its chapter has the same text, so only the title counts much.
    fn decision((number, decision): (u32, &Decision), n: usize, section: &Section, synonyms: &'a Synonyms) -> Self {
        let mut unit = Self::new(synonyms);
        unit.own_name(&decision.title, DECISION, n);
        for name in synonyms.of_decisions() {
            unit.name(name, HEADING, n);
        }
        unit.section(n, section);
        let (title, anchor) = (decision.title.clone(), Some(decision.id.clone()));
        unit.unit = Unit { title, anchor, decision: Some(number), ..unit.unit };
        unit
    }

    /// Adds the names, facts, tags and summary of the chapter as a whole.
    fn chapter(&mut self, meta: &Meta, sections: &[Section]) {
        self.unit.title.clone_from(&meta.title);
        self.own_name(&meta.title, TITLE, 0);
        if let Some(first) = sections.first() {
            self.own_name(&first.heading, OTHER_TITLE, 0);
        }
        let is_title = |alias: &&String| !alias.contains(['/', '.']);
        let mut names: Vec<&String> = meta.aliases.iter().filter(is_title).collect();
        if let Facts::Role(role) = &meta.facts {
            names.extend(&role.also_called);
            for fact in [&role.grade, &role.scope, &role.horizon, &role.track].into_iter().flatten() {
                self.text(fact, PLAIN, 0);
            }
        }
        if let (Facts::Competency(_), Some(family)) = (&meta.facts, &meta.family) {
            self.text(family, PLAIN, 0);
        }
        for name in &names {
            self.own_name(name, OTHER_TITLE, 0);
        }
        self.unit.names = names.into_iter().cloned().collect();
        let path = &meta.path;
        let file = if path.is_index() { path.folder().rsplit('/').next().unwrap_or_default() } else { path.stem() };
        self.name(file, FILE_NAME, 0);
        for tag in &meta.tags {
            self.name(tag, TAG, 0);
        }
        if let Some(summary) = &meta.summary {
            self.text(summary, SUMMARY, 0);
        }
    }

    /// Adds the heading and the text of a section. The target of a link without words is not
    /// indexed, because it may name something that the audience must not know.
    fn section(&mut self, n: usize, section: &Section) {
        let number = u32::try_from(n).unwrap_or(u32::MAX);
        if n > 0 && section.level > 0 {
            let weight = match section.level {
                1 | 2 => HEADING,
                3 => HEADING * 4 / 5,
                _ => HEADING * 3 / 5,
            };
            self.name(&section.heading, weight, n);
        }
        let mut at = 0;
        for said in &section.statements {
            let Said { statement, start, end } = *said;
            if self.statements.last() != Some(&statement) {
                self.statements.push(statement);
            }
            let place = u32::try_from(self.statements.len() - 1).unwrap_or(u32::MAX);
            self.add(section.text.get(at..start).unwrap_or_default(), PLAIN, (number, 0), None);
            self.add(section.text.get(start..end).unwrap_or_default(), STATEMENT, (number, 2), Some(place));
            at = end;
        }
        self.add(section.text.get(at..).unwrap_or_default(), PLAIN, (number, 0), None);
    }

    /// Adds a name. The fewer words it has, the more weight each word gets.
    fn name(&mut self, name: &str, weight: u32, section: usize) {
        let mut list = Vec::new();
        each_word(name, &mut |word| list.push(word.to_owned()));
        let each = weight * 100 / (100 + 35 * u32::try_from(list.len().saturating_sub(1)).unwrap_or(u32::MAX / 100));
        let section = u32::try_from(section).unwrap_or(u32::MAX);
        for word in list {
            let uses = self.words.entry(word.into_boxed_str()).or_default();
            uses.top = uses.top.max(each);
            stand(&mut uses.sections, section, 3);
        }
    }

    /// Adds the short and long forms of a title.
    fn other_titles(&mut self, title: &str, section: usize) {
        for name in self.synonyms.other_titles(title) {
            self.own_name(&name, SHORT_TITLE, section);
        }
    }

    /// Adds a name of the unit as a whole. A query that has all of its words most
    /// likely means this unit.
    fn own_name(&mut self, name: &str, weight: u32, section: usize) {
        self.name(name, weight, section);
        let list = self.synonyms.needed(words(name));
        let length = u16::try_from(list.len()).unwrap_or(u16::MAX).min(LONGEST_NAME);
        for word in list {
            let uses = self.words.entry(word.into_boxed_str()).or_default();
            uses.name = if uses.name == 0 { length } else { uses.name.min(length) };
        }
    }

    fn text(&mut self, text: &str, weight: u32, section: u32) {
        self.add(text, weight, (section, 1), None);
    }

    /// Adds text of a section, with the strength that its words have there, and the statement that
    /// the text belongs to.
    fn add(&mut self, text: &str, weight: u32, (section, strength): (u32, u8), statement: Option<u32>) {
        let mut length = 0;
        each_word(text, &mut |word| {
            length += 1;
            // Most words are already in the map.
            let uses = match self.words.get_mut(word) {
                Some(uses) => {
                    uses.text += weight;
                    stand(&mut uses.sections, section, strength);
                    uses
                }
                None => self.words.entry(word.into()).or_insert_with(|| Uses {
                    text: weight,
                    sections: vec![(section, strength)],
                    ..Uses::default()
                }),
            };
            if let Some(statement) = statement.filter(|statement| uses.statements.last() != Some(statement)) {
                uses.statements.push(statement);
            }
        });
        self.unit.length += length;
    }

    fn finish(self) -> (Unit, Words) {
        let words = Words::new(self.words.iter().map(|(word, uses)| (&**word, uses)));
        (self.unit, words)
    }
}

/// A section's text with the titles that its links show.
pub struct Filled {
    /// The text.
    pub text: String,
    /// The statements in it.
    pub statements: Vec<Said>,
}

/// Returns a section's text with the titles that its links show.
pub fn filled(section: &Section, title: &dyn Fn(u32) -> String) -> Filled {
    if section.gaps.is_empty() {
        return Filled { text: section.text.clone(), statements: section.statements.clone() };
    }
    let mut text = String::with_capacity(section.text.len() + 24 * section.gaps.len());
    let mut gaps = section.gaps.iter();
    // Where the text goes on after each gap, before and after filling.
    let mut ends = vec![(0, 0)];
    let mut at = 0;
    for part in section.text.split_inclusive(GAP) {
        text.push_str(part.trim_end_matches(GAP));
        if part.ends_with(GAP) {
            text.push_str(&gaps.next().map(|gap| title(*gap)).unwrap_or_default());
        }
        at += part.len();
        ends.push((at, text.len()));
    }
    let moved = |at: usize| {
        let (before, after) = ends[ends.partition_point(|(before, _)| *before <= at) - 1];
        after + at - before
    };
    let said = |said: &Said| Said { start: moved(said.start), end: moved(said.end), ..*said };
    Filled { statements: section.statements.iter().map(said).collect(), text }
}
