//! Holds a chapter's body as `CommonMark` would have it, and maps its bytes to the body.
//!
//! Input: text, copied from the body or inserted. Output: a [`View`]. Never decides what to copy.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::blocks::Block;
use super::foreign::Foreign;
use super::tags::is_comment;

/// A stretch of the view that was copied from the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// The byte offset in the view.
    view: usize,
    /// The byte offset in the body.
    body: usize,
    length: usize,
}

/// An ID on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The range of the line in the body.
    pub line: Range<usize>,
    /// The ID.
    pub id: String,
    /// Whether it belongs to the block below the line.
    pub is_above: bool,
}

/// A body as `CommonMark` would have it.
#[derive(Clone, Debug, Default)]
pub struct View<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The stretches copied from the body, or `None` if the text is the body.
    pieces: Option<Vec<Piece>>,
    /// The blocks of dialects, which are quotations in the view, in the order of the text.
    pub blocks: Vec<Block>,
    /// The syntax that isn't part of the view, with its ranges in the body.
    pub dropped: Vec<(Foreign, Range<usize>)>,
    /// Everything that isn't part of the view, whether or not readers might miss it, in order.
    pub removed: Vec<Range<usize>>,
    /// Opening lines of blocks that are never closed.
    pub unclosed: Vec<Range<usize>>,
    /// The line that would open a block inside too many others. From there on, no block is read.
    pub too_deep: Option<Range<usize>>,
    /// The byte offsets of `:::` lines that begin a block, ascending.
    pub colons: Vec<usize>,
    /// Abbreviations and what they stand for.
    pub abbreviations: Vec<(String, String)>,
    /// IDs of headings that are written on a line of their own, with the offset of that line.
    pub ids: Vec<(usize, String)>,
    /// IDs of other blocks that are written on a line of their own.
    pub own: Vec<Own>,
}

impl<'a> View<'a> {
    /// Returns the view that is the body itself.
    pub fn whole(body: &'a str) -> Self {
        Self { text: Cow::Borrowed(body), ..Self::default() }
    }

    /// Returns an empty view that can be written to.
    pub(super) fn empty() -> Self {
        Self { pieces: Some(Vec::new()), ..Self::default() }
    }

    /// Returns the length of the text so far.
    pub(super) fn end(&self) -> usize {
        self.text.len()
    }

    /// Appends text that isn't in the body.
    pub(super) fn insert(&mut self, text: &str) {
        self.text.to_mut().push_str(text);
    }

    /// Appends a range of the body.
    pub(super) fn copy(&mut self, body: &str, range: Range<usize>) {
        let view = self.text.len();
        self.text.to_mut().push_str(&body[range.clone()]);
        let pieces = self.pieces.get_or_insert_default();
        match pieces.last_mut() {
            Some(last) if last.view + last.length == view && last.body + last.length == range.start => {
                last.length += range.len();
            }
            _ if range.is_empty() => {}
            _ => pieces.push(Piece { view, body: range.start, length: range.len() }),
        }
    }

    /// Returns the ranges of the comments of other generators in the body, in which HTML's aren't.
    pub fn comments(&self, body: &str) -> Vec<Range<usize>> {
        let removed = self.removed.iter().filter(|range| body.get((*range).clone()).is_some_and(is_comment));
        removed.cloned().collect()
    }

    /// Returns the range in the body for a range of the view.
    pub fn range(&self, range: &Range<usize>) -> Range<usize> {
        let Some(pieces) = &self.pieces else { return range.clone() };
        let start = Self::start(pieces, range.start);
        let end = Self::behind(pieces, range.end);
        start..end.max(start)
    }

    /// Returns the place in the body of what begins at an offset.
    fn start(pieces: &[Piece], at: usize) -> usize {
        let after = pieces.partition_point(|piece| piece.view <= at);
        if let Some(piece) = pieces[..after].last().filter(|piece| at < piece.view + piece.length) {
            return piece.body + at - piece.view;
        }
        let next = pieces.get(after).map(|piece| piece.body);
        next.unwrap_or_else(|| pieces.last().map_or(0, |piece| piece.body + piece.length))
    }

    /// Returns the place in the body of what ends at an offset.
    fn behind(pieces: &[Piece], at: usize) -> usize {
        let after = pieces.partition_point(|piece| piece.view < at);
        pieces[..after].last().map_or(0, |piece| piece.body + (at - piece.view).min(piece.length))
    }

    /// Returns an event's range in the body, and the block of a dialect that it begins or ends.
    pub fn place(&self, event: &Event<'_>, range: &Range<usize>) -> (Range<usize>, Option<&Block>) {
        let is_quote = matches!(event, Event::Start(Tag::BlockQuote(_)) | Event::End(TagEnd::BlockQuote(_)));
        match self.block_at(range.start).filter(|_| is_quote) {
            Some(block) => (block.whole.clone(), Some(block)),
            None => (self.range(range), None),
        }
    }

    /// Returns an event with its range in the body. Text from which something was taken out becomes
    /// an event for each stretch, so that each of them is what stands in the body.
    pub fn located<'t>(&self, event: Event<'t>, range: &Range<usize>) -> Vec<(Event<'t>, Range<usize>)> {
        let whole = self.place(&event, range).0;
        let Event::Text(CowStr::Borrowed(text)) = event else { return vec![(event, whole)] };
        let stretches = self.stretches(range);
        let length: usize = stretches.iter().map(ExactSizeIterator::len).sum();
        if stretches.len() < 2 || length != text.len() || text.contains('\n') {
            return vec![(event, whole)];
        }
        let mut out = Vec::with_capacity(stretches.len());
        let mut rest = text;
        for stretch in stretches {
            let Some((here, behind)) = rest.split_at_checked(stretch.len()) else { return vec![(event, whole)] };
            out.push((Event::Text(CowStr::Borrowed(here)), stretch));
            rest = behind;
        }
        out
    }

    /// Returns the ranges in the body of which a range of the view is made.
    fn stretches(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let Some(pieces) = &self.pieces else { return Vec::new() };
        let first = pieces.partition_point(|piece| piece.view + piece.length <= range.start);
        let within = pieces[first..].iter().take_while(|piece| piece.view < range.end);
        within
            .map(|piece| {
                let from = range.start.max(piece.view) - piece.view;
                let to = range.end.min(piece.view + piece.length) - piece.view;
                piece.body + from..piece.body + to
            })
            .collect()
    }

    /// Returns the block whose quotation begins at an offset of the view.
    fn block_at(&self, start: usize) -> Option<&Block> {
        let after = self.blocks.partition_point(|block| block.line <= start);
        self.blocks[..after].last().filter(|block| start <= block.sign)
    }

    /// Returns the block with a range in the body.
    pub fn block(&self, whole: &Range<usize>) -> Option<&Block> {
        let at = self.blocks.partition_point(|block| block.whole.start < whole.start);
        self.blocks.get(at).filter(|block| block.whole == *whole)
    }
}
