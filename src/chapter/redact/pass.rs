//! Goes through the marks in a body and decides what is hidden, what is understood and what is
//! wrong.
//!
//! Input: a body without comments, its structure and its `:::` lines. Output: the ranges and
//! remarks of a [`Pass`]. Hides whatever isn't understood. Never changes the text.

use std::iter::repeat;
use std::ops::Range;

use super::comments::Comments;
use super::lines::{Line, Meaning};
use super::structure::{Heading, Shield, Structure};
use super::word::{self, Sign};
use super::{Misread, Remark, Rules, joined, names};
use crate::text::attribute;

/// The maximum number of open `:::` blocks.
const DEEPEST: usize = 100;

/// An open `:::` block.
struct Open<'r> {
    line: &'r Line,
    /// For a block that is for an audience, whether its content is shown; `None` for any other
    /// block.
    audience: Option<bool>,
}

/// An open section for an audience.
struct Section {
    start: usize,
    level: u8,
    shown: bool,
    /// The number of `:::` blocks that contain the section.
    depth: usize,
}

/// What one pass over a body has found so far.
pub struct Pass<'t, 'r> {
    text: &'t str,
    rules: Rules<'r>,
    structure: &'r Structure,
    hidden: Vec<Range<usize>>,
    /// The `:::` lines that were understood and will be blanked.
    lines: Vec<Range<usize>>,
    /// The attributes of headings that were understood; they are removed later, when headings are
    /// read.
    attributes: Vec<Range<usize>>,
    remarks: Vec<Remark>,
    /// Whether a mark wasn't understood. If so, a mismatch after it isn't reported as another
    /// error.
    in_doubt: bool,
    /// Whether a line was inside so many blocks that it wasn't read.
    is_full: bool,
}

impl<'t, 'r> Pass<'t, 'r> {
    /// Creates a pass over a body whose comments were removed.
    pub fn new(comments: &'t Comments<'_>, rules: Rules<'r>, structure: &'r Structure) -> Self {
        let (text, hidden, remarks) = (&*comments.text, comments.hidden.clone(), comments.remarks.clone());
        let (lines, attributes) = (Vec::new(), Vec::new());
        Self { text, rules, structure, hidden, lines, attributes, remarks, in_doubt: false, is_full: false }
    }

    /// Reports something that isn't understood and hides the whole chapter, or only what follows if
    /// it may have opened a block.
    pub fn misread(&mut self, why: Misread, range: Range<usize>) {
        let start = if why == Misread::Line { self.structure.block_start(range.start) } else { 0 };
        if !self.rules.visible.is_everything() {
            self.hidden.push(start..self.text.len());
        }
        self.remarks.push(Remark::Misread(why, range));
        self.in_doubt = true;
    }

    /// Hides the chapter if it may contain a mark, because it isn't clear what is inside what.
    pub fn too_deep(&mut self, range: Range<usize>) {
        if self.rules.are_strict() || !word::hits(self.text).is_empty() {
            self.misread(Misread::Deep, range);
        }
    }

    fn note_unknown(&mut self, name: &str, range: Range<usize>) {
        if !self.rules.config.audiences.contains_key(name) {
            self.remarks.push(Remark::Unknown(name.to_owned(), range));
        }
    }

    /// Goes through the `:::` lines and headings in the order of the text.
    pub fn blocks_and_sections(&mut self, lines: &'r [Line]) {
        let mut open: Vec<Open<'r>> = Vec::new();
        let mut sections: Vec<Section> = Vec::new();
        let mut headings = self.structure.headings.iter().peekable();
        for line in lines {
            while let Some(heading) = headings.next_if(|heading| heading.range.start < line.mark.start) {
                self.heading(heading, open.len(), &mut sections, lines);
            }
            self.line(line, &mut open);
            while let Some(section) = sections.pop_if(|section| section.depth > open.len()) {
                self.end_section(&section, line.whole.start);
            }
        }
        for heading in headings {
            self.heading(heading, open.len(), &mut sections, lines);
        }
        for section in sections {
            self.end_section(&section, self.text.len());
        }
        for block in open {
            self.unclosed(&block);
        }
    }

    fn end_section(&mut self, section: &Section, end: usize) {
        if !section.shown {
            self.hidden.push(section.start..end);
        }
    }

    fn unclosed(&mut self, block: &Open<'_>) {
        let Some(shown) = block.audience else { return };
        if !self.in_doubt {
            self.remarks.push(Remark::Unclosed(block.line.mark.clone()));
        }
        // Guessing where the block ends could publish a secret.
        if !shown {
            self.hidden.push(block.line.whole.start..self.text.len());
        }
    }

    fn line(&mut self, line: &'r Line, open: &mut Vec<Open<'r>>) {
        if open.len() >= DEEPEST {
            if !std::mem::replace(&mut self.is_full, true) {
                self.too_deep(line.mark.clone());
            }
            return;
        }
        match (&line.meaning, line.shield) {
            (_, Some(Shield::Example | Shield::Template | Shield::Info)) | (Meaning::Close, Some(_)) => {}
            (Meaning::Other | Meaning::Dialect, Some(_)) if !self.rules.are_strict() => {}
            (_, Some(shield)) => self.misread(Misread::Shielded(shield), line.mark.clone()),
            (Meaning::Audience(..), None) if line.within.is_none() => {
                self.misread(Misread::Elsewhere, line.mark.clone());
                open.push(Open { line, audience: None });
            }
            (Meaning::Audience(name, range), None) => {
                self.note_unknown(name, range.clone());
                self.lines.push(line.mark.clone());
                open.push(Open { line, audience: Some(self.rules.visible.shows(name)) });
            }
            (Meaning::Close, None) => self.close(line, open),
            (Meaning::Dialect, None) => open.push(Open { line, audience: None }),
            (Meaning::Other, None) => {
                if self.rules.are_strict() {
                    self.misread(Misread::Line, line.mark.clone());
                }
                open.push(Open { line, audience: None });
            }
        }
    }

    /// Closes the innermost block that matches the line, that is, the innermost one with the same
    /// number of colons in the same containers.
    fn close(&mut self, line: &Line, open: &mut Vec<Open<'r>>) {
        let fits = |block: &Open<'_>| block.line.colons == line.colons && block.line.within == line.within;
        let Some(number) = open.iter().rposition(fits) else {
            let is_near = open.iter().any(|block| block.audience.is_some());
            if is_near {
                let other_count = open.iter().any(|block| block.line.within == line.within);
                self.misread(if other_count { Misread::Count } else { Misread::Elsewhere }, line.mark.clone());
                open.pop();
            } else if self.rules.are_strict() && !self.in_doubt {
                self.misread(Misread::Stray, line.mark.clone());
            }
            return;
        };
        // Closing a block also closes any unclosed blocks inside it.
        for block in open.drain(number + 1..).collect::<Vec<_>>() {
            self.unclosed(&block);
        }
        let Some(block) = open.pop() else { return };
        match block.audience {
            Some(true) => self.lines.push(line.mark.clone()),
            Some(false) => self.hidden.push(block.line.whole.start..line.whole.end),
            None => {}
        }
    }

    fn heading(&mut self, heading: &Heading, depth: usize, sections: &mut Vec<Section>, lines: &[Line]) {
        // A heading in a list or quote doesn't end a section outside it.
        let is_ended = |open: &mut Section| open.depth == depth && open.level >= heading.level;
        while heading.at_top
            && let Some(section) = sections.pop_if(is_ended)
        {
            // A line of dashes directly below a paragraph makes it a heading, although the author
            // meant a thematic break.
            if self.text[section.start..].starts_with('#') && is_underlined(&self.text[heading.range.clone()]) {
                self.misread(Misread::Underlined, heading.range.clone());
            }
            self.end_section(&section, heading.range.start);
        }
        let content = content_of(&self.text[heading.range.clone()]);
        let Some(found) = attribute::trailing(content) else { return };
        let at = |range: &Range<usize>| heading.range.start + range.start..heading.range.start + range.end;
        let whole = at(&(found.text_end..content.len()));
        // Markdown treats an opening `:::` line above `---` as a heading.
        let before = lines.partition_point(|line| line.mark.start < whole.end);
        let is_line = lines[..before].last().is_some_and(|line| whole.start < line.mark.end);
        if is_line {
            return;
        }
        let audiences: Vec<_> = found.list.iter().filter(|one| one.key == "audience").collect();
        match audiences.as_slice() {
            [] => {
                let known = |value: &str| self.rules.config.audiences.contains_key(value);
                if let Some(one) = found.list.iter().find(|one| !is_own_value(&one.key) && known(&one.value)) {
                    self.misread(Misread::Name, at(&one.range));
                }
            }
            [one] if heading.at_top => {
                self.note_unknown(&one.value, at(&one.range));
                self.attributes.push(at(&one.range));
                let shown = self.rules.visible.shows(&one.value);
                sections.push(Section { start: heading.range.start, level: heading.level, shown, depth });
            }
            [one] => self.misread(Misread::NestedHeading, at(&one.range)),
            [first, .., last] => self.misread(Misread::Several, at(&(first.range.start..last.range.end))),
        }
    }

    /// Finds text outside code that looks like a mark but wasn't read as one.
    pub fn near_misses(&mut self, lines: &[Line]) {
        let strict = self.rules.are_strict();
        let mut found: Vec<(Range<usize>, Option<Shield>)> = Vec::new();
        for hit in word::hits(self.text) {
            let at = hit.range.start;
            let shield = self.structure.shield_at(at);
            let before = lines.partition_point(|line| line.mark.start <= at);
            let on_line = lines[..before].last().is_some_and(|line| line.mark.end > at);
            let braces = word::braces_around(self.text, at);
            let names_one = || {
                let inner = braces.clone().map(|range| word::plain(&self.text[range])).unwrap_or_default();
                self.rules.config.audiences.keys().any(|name| inner.contains(&word::plain(name)))
            };
            let in_place = on_line || braces.is_some() || word::is_in_tag(self.text, at);
            let is_query = self.text[..at].ends_with(['?', '&']) || self.text[..at].ends_with("&amp;");
            let is_hit = match hit.sign {
                Sign::Equals => (in_place || strict) && !is_query,
                Sign::Colon => in_place || shield == Some(Shield::Directive),
                Sign::None => strict && ((braces.is_some() && names_one()) || word::begins_tag(&self.text[..at])),
            };
            if is_hit && shield != Some(Shield::Example) {
                found.push((hit.range, shield));
            }
        }
        let known = self.known();
        for (range, shield) in found {
            if !touches(&known, &range) {
                self.misread(shield.map_or(Misread::Word, Misread::Shielded), range);
            }
        }
        if strict {
            let known = self.known();
            let lines = names::behind_colons(self.text, self.rules.config).into_iter().zip(repeat(Misread::Line));
            let others = names::in_syntax(self.text, self.rules.config).into_iter().zip(repeat(Misread::Name));
            for (range, why) in lines.chain(others) {
                if self.structure.shield_at(range.start) != Some(Shield::Example) && !touches(&known, &range) {
                    self.misread(why, range);
                }
            }
        }
    }

    /// Returns the ranges that were understood or have already been reported.
    fn known(&self) -> Vec<Range<usize>> {
        let reported = self.remarks.iter().map(Remark::range);
        joined(self.lines.iter().chain(&self.attributes).chain(reported).cloned().collect())
    }

    /// Returns what is hidden, what is blanked, and what is wrong, each in ascending order.
    pub fn finish(self) -> (Vec<Range<usize>>, Vec<Range<usize>>, Vec<Remark>) {
        let hidden = joined(self.hidden);
        let mut blanked = self.lines;
        blanked.extend(hidden.iter().cloned());
        let mut remarks = self.remarks;
        remarks.sort_by_key(|remark| remark.range().start);
        remarks.dedup();
        (hidden, blanked, remarks)
    }
}

/// Returns whether the value of this heading attribute may happen to be the name of an audience.
fn is_own_value(key: &str) -> bool {
    matches!(key, "id" | "level" | "scope" | "lint")
}

/// Returns a heading without its closing `#` or the underline of `=` or `-`.
fn content_of(heading: &str) -> &str {
    let trimmed = heading.trim_end();
    match trimmed.rfind('\n') {
        Some(end) if is_underlined(trimmed) => trimmed[..end].trim_end(),
        _ => trimmed.trim_end_matches('#').trim_end(),
    }
}

/// Returns whether a heading is formed by an underline of `=` or `-`.
fn is_underlined(heading: &str) -> bool {
    let underline = heading.trim_end().rsplit_once('\n').map(|(_, last)| last);
    underline.is_some_and(|last| last.trim_start_matches([' ', '>']).chars().all(|c| matches!(c, '=' | '-')))
}

/// Returns whether a range overlaps one of the `sorted` ranges.
fn touches(sorted: &[Range<usize>], range: &Range<usize>) -> bool {
    let before = sorted.partition_point(|known| known.start < range.end);
    sorted[..before].last().is_some_and(|known| known.end > range.start)
}
