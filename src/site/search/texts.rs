//! Writes the texts of pages into files that search results quote from.
//!
//! Input: pages, and a function that returns the entry of each. Output: files with texts, and for
//! each page its units and the place of its text. Never keeps the text of more than a few pages,
//! because all texts together are as large as the handbook.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::entry::{Entry, Filled, Unit, filled};
use super::pack::Files;
use super::text::Said;
use super::{Page, shown};
use crate::chapter::document::Statement;
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, DecisionView, Party};
use crate::model::compile::Handbook;
use crate::site::theme::Theme;
use crate::site::view::encode_fragment;

/// The target size of a file of texts, in bytes. One file per page would make up most of a large
/// site's files.
const TEXT_FILE: usize = 20_000;
/// The maximum length of a section's text, in bytes. The text is only used for excerpts.
const LONGEST_TEXT: usize = 20_000;
/// The number of pages that are read in parallel before their texts are written.
const AT_ONCE: usize = 512;

/// Collects texts into files.
pub struct Texts<'a> {
    handbook: &'a Handbook,
    theme: &'a Theme,
    /// The party accountable for each decision.
    accountable: BTreeMap<(ChapterId, u32), String>,
}

impl<'a> Texts<'a> {
    /// Prepares to write the texts of a handbook.
    pub fn new(handbook: &'a Handbook, theme: &'a Theme) -> Self {
        Self { handbook, theme, accountable: accountable(handbook) }
    }

    /// Adds files with the pages' texts. Returns for each page its units, and the place of its text:
    /// the name of the file and the number of the text in it. `entry` returns the entry of the page
    /// with a given index.
    pub fn add(
        &self,
        pages: &[Page],
        entry: &(dyn Fn(usize) -> Arc<Entry> + Sync),
        files: &mut Files,
    ) -> Vec<(Arc<Vec<Unit>>, String)> {
        let mut all = Vec::with_capacity(pages.len());
        let mut places = Vec::with_capacity(pages.len());
        let mut file: Vec<String> = Vec::new();
        let mut close = |file: &mut Vec<String>| {
            let name = files.add(format!("[{}]", file.join(",")));
            places.extend((0..file.len()).map(|n| format!("{name}{n}")));
            file.clear();
        };
        for (part, pages) in pages.chunks(AT_ONCE).enumerate() {
            let read = |(n, page): (usize, &Page)| {
                let entry = entry(part * AT_ONCE + n);
                (Arc::clone(&entry.units), self.text(page, &entry))
            };
            let read: Vec<(Arc<Vec<Unit>>, String)> = pages.par_iter().enumerate().map(read).collect();
            for (units, text) in read {
                all.push(units);
                let size: usize = file.iter().map(String::len).sum();
                if size > 0 && size + text.len() > TEXT_FILE {
                    close(&mut file);
                }
                file.push(text);
            }
        }
        if !file.is_empty() {
            close(&mut file);
        }
        all.into_iter().zip(places).collect()
    }

    /// Returns the text of a page as JSON.
    fn text(&self, page: &Page, entry: &Entry) -> String {
        let Self { handbook, theme, accountable } = self;
        let title = |n: u32| page.chapter.map(|chapter| shown(handbook, theme, chapter, n)).unwrap_or_default();
        let facts = page.chapter.map_or(&[][..], |chapter| handbook.book.meta(chapter).facts.statements());
        let sections = entry.sections.iter().enumerate().map(|(n, section)| {
            let Filled { mut text, statements } = filled(section, &title);
            let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or(0));
            let mut row = vec![json!(entry.heading(n)), json!(encode_fragment(&section.anchor)), json!(text)];
            let is_of_section = |unit: &&Unit| unit.decision.is_some() && unit.anchor.as_ref() == Some(&section.anchor);
            let decision = entry.units.iter().find(is_of_section).and_then(|unit| unit.decision);
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

/// Returns the name of the party that is accountable for each decision, by its strategy chapter and
/// its number there.
fn accountable(handbook: &Handbook) -> BTreeMap<(ChapterId, u32), String> {
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
