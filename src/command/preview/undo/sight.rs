//! Decides which texts of the journal the page may show.
//!
//! Input: the site that is shown, and a text that a chapter had. Output: whether all of it, or some
//! of its lines, are meant for the audience of the site. The journal isn't redacted, so everything
//! that isn't certainly visible counts as hidden: an old text may have been meant for fewer readers
//! than today's chapter.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::declare::config::FILE;
use crate::model::compile::hides;
use crate::site::urls::Site;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::front_matter;
use crate::text::merge::lines;
use crate::text::path::SourcePath;

/// A text and the lines of it that the audience may not see.
#[derive(Clone, Debug)]
pub struct Sight<'a> {
    /// The lines of the text.
    pub lines: Vec<&'a [u8]>,
    /// Whether each line is hidden.
    hidden: Vec<bool>,
}

impl<'a> Sight<'a> {
    /// Looks at a text that the chapter at `path` has or had. Returns `None` if the audience may
    /// see none of it.
    pub fn of(site: &Site, path: &SourcePath, bytes: &'a [u8]) -> Option<Self> {
        let is_open = site.handbook().config.audiences.is_empty();
        let spans = match site.parsed(path, bytes).filter(|_| path.as_str() != FILE) {
            Some(document) => document.body.hidden.clone(),
            // Without audiences, nothing is hidden from anyone, unless the text has a mark that
            // can't be read.
            None if is_open && !bytes.windows(8).any(|word| word.eq_ignore_ascii_case(b"audience")) => Vec::new(),
            None => return None,
        };
        let lines = lines(bytes);
        let mut at = 0;
        let hidden = lines.iter().map(|line| {
            let span = Span::new(at, at + line.len());
            at += line.len();
            spans.iter().any(|hidden| hidden.start < span.end && span.start < hidden.end)
        });
        Some(Self { hidden: hidden.collect(), lines })
    }

    /// Looks at a text of which nothing is hidden from anyone.
    pub fn open(bytes: &'a [u8]) -> Self {
        let lines = lines(bytes);
        Self { hidden: vec![false; lines.len()], lines }
    }

    /// Returns whether no line is hidden.
    pub fn is_open(&self) -> bool {
        !self.hidden.contains(&true)
    }

    /// Returns the text without line endings of each line that is hidden.
    pub fn secrets(&self) -> impl Iterator<Item = &'a [u8]> {
        let hidden = self.lines.iter().zip(&self.hidden).filter(|(_, hidden)| **hidden);
        hidden.map(|(line, _)| line.trim_ascii()).filter(|line| !line.is_empty())
    }

    /// Returns whether the audience may see the lines `range`, given the lines that are hidden in
    /// any version of the text.
    pub fn shows(&self, range: &Range<usize>, secrets: &BTreeSet<&[u8]>) -> bool {
        let is_open = |n: usize| !self.hidden[n] && !secrets.contains(self.lines[n].trim_ascii());
        range.clone().all(is_open)
    }
}

/// Returns the lines that are hidden in any of the versions of a text.
pub fn secrets<'a>(versions: &[Option<&Sight<'a>>]) -> BTreeSet<&'a [u8]> {
    versions.iter().flatten().flat_map(|sight| sight.secrets()).collect()
}

/// Returns whether the page may quote the lines of a file from the start to the end of a place.
pub fn may_quote(site: &Site, path: &SourcePath, place: (&[u8], Span)) -> bool {
    site.handbook().config.audiences.is_empty() || is_visible(site, path, place)
}

/// Returns whether a page for everybody may quote the lines of a file from the start to the end of a place. Drafts and
/// comments count as hidden, too.
pub fn may_publish(site: &Site, path: &SourcePath, place: (&[u8], Span)) -> bool {
    is_visible(site, path, place) && !may_have_comment(place)
}

/// Returns whether the audience may see all lines of a place.
fn is_visible(site: &Site, path: &SourcePath, (bytes, span): (&[u8], Span)) -> bool {
    if !path.is_chapter() {
        return true;
    }
    let is_shown = site.handbook().book.at_path(path).is_some();
    let Some(sight) = Sight::of(site, path, bytes).filter(|_| is_shown) else { return false };
    sight.shows(&lines_of(&sight.lines, span), &sight.secrets().collect())
}

/// Returns whether a line of a place may have a comment, which no page shows. All of front matter may have some.
fn may_have_comment((bytes, span): (&[u8], Span)) -> bool {
    const SIGNS: [&str; 8] = ["<!--", "-->", "%%", "{/*", "*/}", "{# ", "#}", "{%"];
    let lines = lines(bytes);
    let has_sign = |line: &&[u8]| SIGNS.iter().any(|sign| String::from_utf8_lossy(line).contains(sign));
    span.range().start < front_matter::split(&String::from_utf8_lossy(bytes)).body()
        || lines[lines_of(&lines, span)].iter().any(has_sign)
}

/// Returns the numbers of the lines from the start to the end of a span.
fn lines_of(lines: &[&[u8]], span: Span) -> Range<usize> {
    let mut at = 0;
    let ends = lines.iter().map(|line| {
        at += line.len();
        at
    });
    let ends: Vec<usize> = ends.collect();
    let line = |at: usize| ends.partition_point(|end| *end <= at);
    let range = span.range();
    line(range.start)..(line(range.end) + 1).min(ends.len())
}

/// Returns the finding without the texts that its sentences quote, if it's about front matter.
/// Sentences about marks quote nothing.
pub fn without_quotes(finding: &Diagnostic, (bytes, span): (&[u8], Span)) -> Option<Diagnostic> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let message = "this front matter is not understood, and the terminal says why";
    let plain = Diagnostic::at(finding.code, finding.place.clone(), message);
    let is_in_it = span.range().start < front_matter::split(text).body() || text.is_empty();
    is_in_it.then_some(Diagnostic { severity: finding.severity, ..plain })
}

/// Returns whether the audience may know of the file at `path`, whether or not it exists today.
pub fn may_know(site: &Site, path: &SourcePath) -> bool {
    let handbook = site.handbook();
    if handbook.config.audiences.is_empty() {
        return true;
    }
    let is_shown = |path: &SourcePath| handbook.book.at_path(path).is_some();
    if site.sources().files.contains_key(path) {
        return is_shown(path);
    }
    // People who may not read what a folder is about may not read what was in it either.
    let folders: BTreeSet<&str> = path.folders().collect();
    let is_above = |other: &&SourcePath| hides(other, &handbook.config).any(|folder| folders.contains(folder));
    let indexes = site.sources().files.keys().filter(is_above);
    path.is_chapter() && indexes.into_iter().all(is_shown)
}
