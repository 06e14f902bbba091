//! Writes the texts of pages into files that search results quote from.
//!
//! Input: pages, and a function that reads each. Output: for each page its units and
//! the place of its text, the words of all pages, and which texts each file has. Never keeps the text
//! or the words of more than a few pages, because all texts together are as large as the handbook. The
//! files are written again when they are asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::entry::{Filled, Unit, filled, heading};
use super::pack;
use super::posting::{Postings, Words};
use super::text::{Said, Section};
use super::{Page, shown};
use crate::chapter::document::Statement;
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, DecisionView, Party};
use crate::model::compile::Handbook;
use crate::site::theme::Theme;
use crate::site::view::encode_fragment;
use crate::text::packed::length;

/// The target size of a file of texts, in bytes. One file per page would make up most of a large
/// site's files.
const TEXT_FILE: usize = 20_000;
/// The maximum length of a section's text, in bytes. The text is only used for excerpts.
const LONGEST_TEXT: usize = 20_000;
/// The number of pages that are read in parallel while those before them are merged.
const AT_ONCE: usize = 128;

/// Writes texts of pages.
pub struct Texts<'a> {
    pub handbook: &'a Handbook,
    pub theme: &'a Theme,
    pub accountable: &'a Accountable,
}

/// The name of the party that is accountable for each decision, by its strategy chapter and its
/// number there.
pub type Accountable = BTreeMap<(ChapterId, u32), String>;

/// What was read of pages: the units of each, and the place of its text: the name of the file and the
/// number of the text in it.
pub type Contents = Vec<(Arc<Vec<Unit>>, String)>;

/// The pages whose texts are in each file, by the file's name.
pub type Files = BTreeMap<String, Range<usize>>;

/// What is read of a page at once.
#[derive(BorshDeserialize, BorshSerialize)]
pub struct Glance {
    /// The units of the page.
    pub units: Arc<Vec<Unit>>,
    /// The words of each unit.
    pub words: Vec<Words>,
    /// The references whose titles are in the text.
    pub gaps: Vec<u32>,
    /// The text.
    pub text: TextMark,
    /// Whether this comes from the last build.
    #[borsh(skip)]
    pub is_known: bool,
}

/// Stands for the text of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct TextMark {
    /// The length in bytes.
    pub length: u32,
    /// The beginning of the text's hash.
    pub hash: [u8; 16],
}

impl TextMark {
    /// Returns what stands for a text.
    pub fn of(text: &str) -> Self {
        Self { length: length(text.len()), hash: short_hash(text.as_bytes()) }
    }
}

/// Returns the first half of a hash.
pub fn short_hash(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}

/// Distributes the texts of pages among files, and merges the words of the pages. `glance` reads the page
/// with a given index, and `each` gets some of them at a time, in their order, with the first index.
pub fn read(
    pages: usize,
    glance: &(dyn Fn(usize) -> Glance + Sync),
    each: &mut (dyn FnMut(usize, &[Glance]) + Send),
) -> (Contents, Files, Postings) {
    let (mut contents, mut files, mut postings) = (Contents::new(), Files::new(), Postings::default());
    let mut decisions: Vec<Words> = Vec::new();
    let mut open: Vec<TextMark> = Vec::new();
    let mut close = |texts: &mut Vec<TextMark>, contents: &mut Contents| {
        let first = contents.len() - texts.len();
        // The hashes of the texts stand for them, so that texts of which only these are known don't have
        // to be written to name a file.
        let name = pack::name(&texts.iter().flat_map(|text| text.hash).collect::<Vec<u8>>());
        for (n, (_, place)) in contents[first..].iter_mut().enumerate() {
            *place = format!("{name}{n}");
        }
        files.insert(name, first..contents.len());
        texts.clear();
    };
    let batch =
        |first: usize| -> Vec<Glance> { (first..pages.min(first + AT_ONCE)).into_par_iter().map(glance).collect() };
    let mut add = |first: usize, read: Vec<Glance>| {
        each(first, &read);
        let units = read.iter().flat_map(|glance| glance.units.iter().zip(&glance.words));
        let (of_decisions, others): (Vec<_>, Vec<_>) = units.partition(|(unit, _)| unit.decision.is_some());
        postings.add(&others.into_iter().map(|(_, words)| words).collect::<Vec<_>>());
        decisions.extend(of_decisions.into_iter().map(|(_, words)| words.clone()));
        for Glance { units, text, .. } in read {
            let size: usize = open.iter().map(|text| text.length as usize).sum();
            if size > 0 && size + text.length as usize > TEXT_FILE {
                close(&mut open, &mut contents);
            }
            contents.push((units, String::new()));
            open.push(text);
        }
    };
    let mut read = batch(0);
    for first in (0..pages).step_by(AT_ONCE) {
        // The next pages are read while these are merged.
        (read, ()) = rayon::join(|| batch(first + AT_ONCE), || add(first, read));
    }
    if !open.is_empty() {
        close(&mut open, &mut contents);
    }
    // Decisions are the last units.
    postings.add(&decisions.iter().collect::<Vec<_>>());
    (contents, files, postings)
}

impl Texts<'_> {
    /// Returns the hash of what a chapter's text takes from other chapters: the titles at its `gaps`, and
    /// who is accountable for the decisions among its `units`.
    pub fn others(&self, chapter: ChapterId, (gaps, units): (&[u32], &[Unit])) -> [u8; 16] {
        let titles = gaps.iter().map(|n| Cow::Owned(shown(self.handbook, self.theme, chapter, *n)));
        let decisions = units.iter().filter_map(|unit| unit.decision);
        let parties = decisions.map(|n| Cow::Borrowed(self.accountable.get(&(chapter, n)).map_or("", String::as_str)));
        // The lengths keep the texts apart.
        let texts: String = titles.chain(parties).map(|text| format!("{} {text}", text.len())).collect();
        short_hash(texts.as_bytes())
    }

    /// Returns the text of a page as JSON. Of the page's entry, it needs the units and the sections.
    pub fn text(&self, page: &Page, (units, sections): (&[Unit], &[Section])) -> String {
        let Self { handbook, theme, accountable } = self;
        let title = |n: u32| page.chapter.map(|chapter| shown(handbook, theme, chapter, n)).unwrap_or_default();
        let facts = page.chapter.map_or(&[][..], |chapter| handbook.book.meta(chapter).facts.statements());
        let sections = sections.iter().enumerate().map(|(n, section)| {
            let Filled { mut text, statements } = filled(section, &title);
            let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or(0));
            let heading = heading(units, (n, section));
            let mut row = vec![json!(heading), json!(encode_fragment(&section.anchor)), json!(text)];
            let is_of_section = |unit: &&Unit| unit.decision.is_some() && unit.anchor.as_ref() == Some(&section.anchor);
            let decision = units.iter().find(is_of_section).and_then(|unit| unit.decision);
            if !statements.is_empty() {
                row.push(said(&text, &statements, facts));
            } else if let Some(party) = page.chapter.zip(decision).and_then(|decision| accountable.get(&decision)) {
                row.push(json!(handbook.config.quoted(party)));
            }
            Value::Array(row)
        });
        Value::Array(sections.collect()).to_string()
    }
}

/// Returns a file with texts.
pub fn file(texts: &[String]) -> String {
    format!("[{}]", texts.join(","))
}

/// Returns for each statement in a text its anchor, its level, and where each of its parts begins
/// and ends, in UTF-16 units.
fn said(text: &str, statements: &[Said], facts: &[Statement]) -> Value {
    let place = |at: usize| text[..at].encode_utf16().count();
    let of_one = |parts: &[Said]| {
        let fact = facts.get(parts[0].statement as usize);
        let parts = parts.iter().filter(|said| said.end <= text.len());
        let places = parts.flat_map(|said| [place(said.start), place(said.end)]).map(Value::from);
        let (id, level) = fact.map_or(("", 0), |fact| (fact.id.as_str(), fact.level));
        [json!(encode_fragment(id)), json!(level)].into_iter().chain(places).collect::<Value>()
    };
    statements.chunk_by(|a, b| a.statement == b.statement).map(of_one).collect()
}

/// Returns the parties that are accountable for decisions.
pub fn accountable(handbook: &Handbook) -> Accountable {
    let one = |decision: &DecisionView| {
        let (_, party) = decision.parties.iter().find(|(part, _)| *part == Part::Accountable)?;
        let name = match party {
            Party::Role(role) => handbook.book.meta(*role).title.clone(),
            Party::Partner(n) => handbook.config.partners.get(*n as usize)?.1.clone(),
        };
        Some(((decision.strategy, decision.number), name))
    };
    handbook.book.relations.decisions.iter().filter_map(one).collect()
}
