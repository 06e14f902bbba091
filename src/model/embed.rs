//! Finds the part of a chapter that a transclusion inserts, and the problems with transclusions.
//!
//! Input: documents and the book. Output: byte ranges of a chapter's HTML; findings about cycles
//! and exceeded limits. Never writes HTML.

use std::collections::HashMap;
use std::ops::Range;

use crate::chapter::document::{Body, Document, Hole};
use crate::model::book::{Book, ChapterId};
use crate::model::link::Target;
use crate::text::diagnostic::Diagnostic;
use crate::text::markup::escape;
use crate::text::rule::Rule;

/// The maximum nesting depth of transclusions.
pub const DEEPEST: usize = 8;
/// The maximum number of bytes of HTML that one transclusion may insert, including those nested in
/// it.
pub const LARGEST: usize = 1_000_000;

/// Returns the byte range of the chapter's HTML for `anchor`: a section with its heading, a
/// statement, or the whole chapter.
///
/// Returns `None` if the anchor is neither a top-level section of the chapter nor a statement.
pub fn part(document: &Document, anchor: Option<&str>) -> Option<Range<usize>> {
    let body = &document.body;
    let Some(anchor) = anchor else { return Some(0..body.main.length()) };
    if let Some(n) = statement(document, anchor) {
        return body.statement(n);
    }
    section(document, anchor).or_else(|| block(document, anchor))
}

/// Returns the byte range of the top-level block that contains a block's own anchor, which begins with
/// `^`.
fn block(document: &Document, anchor: &str) -> Option<Range<usize>> {
    let body = &document.body;
    let sign = format!("<span id=\"{}\">", escape(anchor));
    let at = anchor.starts_with('^').then(|| body.main.html().find(&sign)).flatten()?;
    let number = body.blocks.iter().position(|block| block.end as usize > at)?;
    let start = number.checked_sub(1).map_or(0, |before| body.blocks[before].end as usize);
    let end = body.blocks[number].end as usize;
    // The anchor of a callout is in front of it.
    let is_apart = body.main.slice(start..end).trim() == format!("{sign}</span>");
    let next = body.blocks.get(number + 1).filter(|_| is_apart);
    Some(start..next.map_or(end, |next| next.end as usize))
}

/// Returns the index of the statement or responsibility with this anchor.
pub fn statement(document: &Document, anchor: &str) -> Option<usize> {
    document.meta.facts.statements().iter().position(|statement| statement.id == anchor)
}

/// Returns the byte range from a heading to the next one of the same or a higher level.
fn section(document: &Document, anchor: &str) -> Option<Range<usize>> {
    let body = &document.body;
    let headings = &document.outline.headings;
    let number = headings.iter().position(|heading| heading.id == anchor)?;
    let level = headings[number].level;
    let first = body.blocks.iter().position(|block| block.heading.is_some_and(|n| n as usize == number))?;
    let ends = |n: &usize| body.blocks[*n].heading.is_some_and(|n| headings[n as usize].level <= level);
    let last = (first + 1..body.blocks.len()).find(ends).unwrap_or(body.blocks.len());
    let start = first.checked_sub(1).map_or(0, |before| body.blocks[before].end as usize);
    let end = body.blocks[last - 1].end as usize;
    Some(start..end)
}

/// Returns the byte range of a section without its heading.
pub fn below_heading(document: &Document, anchor: &str) -> Option<Range<usize>> {
    let whole = section(document, anchor)?;
    let first = document.body.blocks.iter().find(|block| block.end as usize > whole.start)?;
    Some(first.end as usize..whole.end)
}

/// Returns the transclusions in a range of a chapter's HTML, by the indices of their references.
pub fn inside(body: &Body, range: Range<usize>) -> impl Iterator<Item = u32> + '_ {
    let holes = &body.main.holes;
    let from = holes.partition_point(|(at, _)| (*at as usize) < range.start);
    holes[from..].iter().take_while(move |(at, _)| (*at as usize) < range.end).filter_map(|(_, hole)| match hole {
        Hole::Embed(reference) => Some(*reference),
        _ => None,
    })
}

/// The reason why a transclusion can't be shown, as the rule, message and help of a finding.
type Fault = (Rule, String, &'static str);

/// A part of a chapter that a transclusion can name.
type Part = (ChapterId, Option<String>);

/// Reports transclusions that form a cycle, are nested too deeply or become too large.
pub fn check(book: &Book, documents: &[Document]) -> Vec<Diagnostic> {
    let mut walker = Walker { book, documents, sizes: HashMap::new(), trail: Vec::new() };
    let mut findings = Vec::new();
    for chapter in book.ids() {
        let document = &documents[chapter.index()];
        for reference in inside(&document.body, 0..document.body.main.length() + 1) {
            let Target::Chapter(to, anchor) = book.target(chapter, reference) else { continue };
            walker.trail = vec![(chapter, None)];
            if let Err((rule, message, help)) = walker.size((*to, anchor.clone())) {
                let span = document.body.reference_spans.get(reference as usize).copied();
                findings.push(Diagnostic::new(rule, &document.meta.path, span, message).help(help));
            }
        }
    }
    findings
}

fn too_deep() -> Fault {
    (Rule::TooDeep, format!("transclusions are nested deeper than {DEEPEST} here"), "link to it instead")
}

struct Walker<'a> {
    book: &'a Book,
    documents: &'a [Document],
    /// For each part, its size in bytes with everything nested in it, and its nesting depth.
    sizes: HashMap<Part, (usize, usize)>,
    trail: Vec<Part>,
}

impl Walker<'_> {
    fn size(&mut self, part_of: Part) -> Result<(usize, usize), Fault> {
        if let Some(known) = self.sizes.get(&part_of) {
            return if self.trail.len() + known.1 > DEEPEST { Err(too_deep()) } else { Ok(*known) };
        }
        if let Some(ring) = self.ring(&part_of) {
            let message = format!("this transclusion would contain itself: {}", ring.join(" -> "));
            return Err((Rule::CyclicTransclusion, message, "link to it instead"));
        }
        if self.trail.len() > DEEPEST {
            return Err(too_deep());
        }
        let document = &self.documents[part_of.0.index()];
        let range = part(document, part_of.1.as_deref()).unwrap_or(0..document.body.main.length());
        let mut size = range.len();
        let mut depth = 0;
        self.trail.push(part_of.clone());
        for reference in inside(&document.body, range).collect::<Vec<_>>() {
            if let Target::Chapter(to, anchor) = self.book.target(part_of.0, reference) {
                let inner = self.size((*to, anchor.clone()))?;
                size += inner.0;
                depth = depth.max(inner.1 + 1);
                if size > LARGEST {
                    let help = "transclude a section instead of a chapter, or link to it";
                    return Err((Rule::TooDeep, format!("this inserts more than {LARGEST} bytes of text"), help));
                }
            }
        }
        self.trail.pop();
        self.sizes.insert(part_of, (size, depth));
        Ok((size, depth))
    }

    /// Returns the cycle that a part closes, if any. A part closes a cycle if it is already open,
    /// or if it belongs to a chapter that is open as a whole.
    fn ring(&self, part_of: &Part) -> Option<Vec<String>> {
        let from = self.trail.iter().position(|open| open == part_of || (open.0 == part_of.0 && open.1.is_none()))?;
        // A chapter may show one of its own sections, as long as that section doesn't contain the
        // transclusion.
        if from == 0 && part_of.1.is_some() && !self.holds_itself(part_of) {
            return None;
        }
        let name = |part: &Part| {
            let id = self.book.id(part.0);
            part.1.as_ref().map_or_else(|| id.to_owned(), |anchor| format!("{id}#{anchor}"))
        };
        Some(self.trail[from..].iter().chain([part_of]).map(name).collect())
    }

    fn holds_itself(&self, part_of: &Part) -> bool {
        let document = &self.documents[part_of.0.index()];
        let Some(range) = part(document, part_of.1.as_deref()) else { return true };
        let next = self.trail.get(1);
        inside(&document.body, range).any(|reference| match (self.book.target(part_of.0, reference), next) {
            (Target::Chapter(to, anchor), Some(next)) => (*to, anchor) == (next.0, &next.1),
            (Target::Chapter(to, anchor), None) => (*to, anchor) == (part_of.0, &part_of.1),
            _ => false,
        })
    }
}
