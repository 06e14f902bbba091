//! Finds where statements are in a chapter's file, and where new ones belong.
//!
//! Input: a parsed chapter and its bytes. Output: byte ranges of lines. Never changes anything.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::author::import::levels::Scale;
use crate::author::import::wish::{heading, proficiency_attribute};
use crate::chapter::document::{Document, Facts, LevelHeading};
use crate::text::path::fold;

/// A level, and the only track that its statements are for.
type Level<'a> = (u8, Option<&'a str>);

/// An edit, and the text that it replaces, if there was one.
type Reworded<'a> = ((Range<usize>, String), Option<&'a str>);

/// The places of a competency's statements.
pub struct Places<'a> {
    document: &'a Document,
    bytes: &'a [u8],
}

impl<'a> Places<'a> {
    /// Creates the places of a chapter.
    pub fn new(document: &'a Document, bytes: &'a [u8]) -> Self {
        Self { document, bytes }
    }

    /// Returns the offset at which the line after the one at `at` begins.
    fn next_line(&self, at: usize) -> usize {
        let rest = &self.bytes[at.min(self.bytes.len())..];
        rest.iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |n| at + n + 1)
    }

    fn line(&self, at: usize) -> &'a [u8] {
        &self.bytes[at..self.next_line(at)]
    }

    /// Returns the lines of a statement with everything nested below it.
    pub fn item(&self, n: usize) -> Range<usize> {
        let start = self.document.body.statement_spans[n].start as usize;
        let start = self.bytes[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |n| n + 1);
        start..self.item_end(n)
    }

    /// Returns the lines to remove with a statement: a blank line too, if there would be two.
    pub fn removal(&self, n: usize) -> Range<usize> {
        let range = self.item(n);
        let before = &self.bytes[..range.start];
        let is_after_blank = before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
        let next = self.line(range.end);
        let is_blank = !next.is_empty() && next.iter().all(u8::is_ascii_whitespace);
        range.start..if is_after_blank && is_blank { range.end + next.len() } else { range.end }
    }

    /// Returns the offset at which the text of a statement itself ends, with its line.
    fn text_end(&self, n: usize) -> usize {
        let ends = &self.document.body.statement_ends;
        let end = ends.get(n).map_or(self.document.body.statement_spans[n].end, |span| span.end);
        self.next_line(end as usize)
    }

    fn item_end(&self, n: usize) -> usize {
        let is_blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
        let mut end = self.text_end(n);
        let mut at = end;
        while at < self.bytes.len() {
            let line = self.line(at);
            let next = at + line.len();
            if !is_blank(line) {
                if !line.starts_with(b"  ") && !line.starts_with(b"\t") {
                    break;
                }
                end = next;
            }
            at = next;
        }
        end
    }

    /// Returns the lines nested below a statement.
    pub fn nested(&self, n: usize) -> String {
        let range = self.text_end(n)..self.item_end(n).max(self.text_end(n));
        String::from_utf8_lossy(&self.bytes[range]).replace("\r\n", "\n")
    }

    fn headings(&self) -> &'a [LevelHeading] {
        match &self.document.meta.facts {
            Facts::Competency(competency) => &competency.levels,
            _ => &[],
        }
    }

    /// Returns the lines of a heading, by its ID or by its text.
    fn heading(&self, is_it: impl Fn(&crate::chapter::document::Heading) -> bool) -> Option<Range<usize>> {
        let n = self.document.outline.headings.iter().position(is_it)?;
        let block = self.document.body.blocks.iter().find(|block| block.heading == u32::try_from(n).ok())?;
        Some(block.span.start as usize..self.next_line(block.span.end as usize))
    }

    fn heading_of(&self, level: &LevelHeading) -> Option<Range<usize>> {
        self.heading(|heading| heading.id == level.id)
    }

    /// Returns the edit that gives the heading of a level a word for the proficiency, and the word that
    /// it has so far, if it has another one.
    pub fn proficiency(&self, level: Level<'_>, word: &str) -> Option<Reworded<'a>> {
        let is_it = |heading: &&LevelHeading| heading.level == level.0 && heading.track.as_deref() == level.1;
        let own = self.headings().iter().find(is_it)?;
        if own.proficiency.as_deref() == Some(word) {
            return None;
        }
        let range = self.heading_of(own)?;
        let line = std::str::from_utf8(&self.bytes[range.clone()]).ok()?;
        let end = line.trim_end().len();
        let attribute = proficiency_attribute(word);
        let old = line.find("proficiency=").map(|at| {
            let value = &line[at + "proficiency=".len()..];
            let length = match value.strip_prefix('"') {
                Some(quoted) => quoted.find('"').map_or(quoted.len(), |end| end + 2),
                None => value.find(|c: char| c == '}' || c.is_whitespace()).unwrap_or(value.len()),
            };
            at..at + "proficiency=".len() + length
        });
        let (place, text) = match (old, line[..end].ends_with('}')) {
            (Some(old), _) => (old, attribute),
            (None, true) => (end - 1..end - 1, format!(" {attribute}")),
            (None, false) => (end..end, format!(" {{{attribute}}}")),
        };
        Some(((range.start + place.start..range.start + place.end, text), own.proficiency.as_deref()))
    }

    /// Returns the end of the last statement at a level that stays.
    fn last_of(&self, (level, track): Level<'_>, absent: &BTreeSet<usize>) -> Option<usize> {
        let statements = self.document.meta.facts.statements();
        let is_it = |n: &usize| statements[*n].level == level && statements[*n].track.as_deref() == track;
        let last = (0..statements.len()).rev().find(|n| is_it(n) && !absent.contains(n))?;
        Some(self.item_end(last))
    }

    /// Returns the signs that headings of levels begin with.
    fn signs(&self) -> String {
        let depth = self
            .headings()
            .first()
            .and_then(|level| self.document.outline.heading(&level.id).map(|heading| heading.level));
        "#".repeat(depth.map_or(3, usize::from))
    }

    /// Returns the edit that inserts items at a level, below its heading or with a new one. `is_first`
    /// is whether no level of this change comes before it.
    pub fn insertion(
        &self,
        (scale, is_first): (&Scale, bool),
        (level, proficiency): (Level<'_>, Option<&str>),
        (items, absent): (&str, &BTreeSet<usize>),
    ) -> (Range<usize>, String) {
        let ends_line = |at: usize| at == 0 || self.bytes[at - 1] == b'\n';
        let at_end = |at: usize, text: String| {
            let text = if ends_line(at) { text } else { format!("\n{text}") };
            (at..at, text)
        };
        if let Some(at) = self.last_of(level, absent) {
            return at_end(at, items.to_owned());
        }
        let own =
            self.headings().iter().find(|heading| heading.level == level.0 && heading.track.as_deref() == level.1);
        if let Some(range) = own.and_then(|own| self.heading_of(own)) {
            return at_end(range.end, format!("\n{items}"));
        }
        let part = format!("{}\n\n{items}", heading(scale, &self.signs(), level, proficiency));
        let above = self.headings().iter().find(|heading| heading.level > level.0 && !heading.is_inside);
        if let Some(range) = above.and_then(|above| self.heading_of(above)) {
            return (range.start..range.start, format!("{part}\n"));
        }
        let below = self.headings().iter().filter(|heading| heading.level <= level.0);
        let end_of = |heading: &LevelHeading| {
            let items = self.last_of((heading.level, heading.track.as_deref()), &BTreeSet::new());
            items.or_else(|| self.heading_of(heading).map(|range| range.end))
        };
        if let Some(at) = below.filter_map(end_of).max() {
            return at_end(at, format!("\n{part}"));
        }
        if let Some(range) = self.heading(|heading| fold(&heading.text) == "levels") {
            return at_end(range.end, format!("\n{part}"));
        }
        at_end(self.bytes.len(), format!("\n{}{part}", if is_first { "## Levels\n\n" } else { "" }))
    }
}
