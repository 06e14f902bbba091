//! Finds what in a chapter's Markdown only Rolebook understands: references, transclusions, views, attributes, comments.
//!
//! Input: the redacted body. Output: [`Piece`]s, rising and apart, for whoever writes the chapter as Markdown that others read too. Never resolves
//! anything, never writes.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag};

use super::outline;
use super::writer::is_picture;
use super::{Input, Located, References, end_of, options, plain_text, view_call};
use crate::document::{Form, Kind};
use crate::reference::{Destination, destination};

/// A part of the text that reads otherwise elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its place in the body, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub what: What,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Attributes, a comment or a tag: nothing to a reader.
    Nothing,
    /// A block of raw HTML, of which its words are left.
    Html,
    /// A link into the handbook, with the place of its words where it has some, and its title.
    Link(Option<Range<usize>>, String),
    /// A picture of the content, with its text alternative.
    Picture(String),
    /// A part of another chapter, alone in its paragraph.
    Embed,
    /// A view: the chapter's views stand in this order.
    View,
}

/// Lists the pieces.
#[must_use]
pub fn pieces(input: Input<'_>) -> Vec<Piece> {
    let definitions = input.kind == Kind::Glossary || input.config.markdown.definition_lists;
    let parser = Parser::new_ext(input.body, options(true, definitions));
    let policy = input.config.markdown.html;
    let is_inside = |address: &str| matches!(destination(address, Form::Relative, policy), Destination::Inside(_));
    let defined = parser.reference_definitions().iter();
    // Links by reference are written out: what they were defined by has done its work.
    let defined: Vec<Range<usize>> =
        defined.filter(|(_, found)| is_inside(&found.dest)).map(|(_, found)| found.span.clone()).collect();
    let events: Vec<Located<'_>> = parser.into_offset_iter().collect();
    let outline = outline::read(input, &events, &mut References::default());
    let nothing = |range: &Range<usize>| Piece { range: range.clone(), what: What::Nothing };
    let mut list: Vec<Piece> = outline.cuts.iter().chain(&defined).map(nothing).collect();
    let mut n = 0;
    let mut depth = 0_usize;
    while n < events.len() {
        let (found, next) = piece(input, &events, n, depth);
        list.extend(found);
        match &events[n].0 {
            Event::Start(_) if next == n + 1 => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        n = next;
    }
    list.sort_by_key(|piece| (piece.range.start, piece.range.end));
    let mut end = 0;
    list.retain(|piece| {
        let apart = piece.range.start >= end && !piece.range.is_empty();
        end = if apart { piece.range.end } else { end };
        apart
    });
    list
}

/// Returns the piece that begins with an event, and the event to go on with.
fn piece(input: Input<'_>, events: &[Located<'_>], n: usize, depth: usize) -> (Option<Piece>, usize) {
    let (event, range) = &events[n];
    let made = |range: Range<usize>, what: What| Some(Piece { range, what });
    match event {
        Event::Start(Tag::Paragraph) if depth == 0 => match whole(input, events, n) {
            Some(what) => (made(trimmed(input.body, range), what), end_of(events, n) + 1),
            None => (None, n + 1),
        },
        Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
            let wiki = matches!(link_type, LinkType::WikiLink { .. });
            let inside =
                || matches!(destination(dest_url, Form::Relative, input.config.markdown.html), Destination::Inside(_));
            if !wiki && (*link_type == LinkType::Email || !inside()) {
                return (None, n + 1);
            }
            let end = end_of(events, n);
            let bare = matches!(link_type, LinkType::WikiLink { has_pothole: false });
            let words = (!bare && end > n + 1).then(|| events[n + 1].1.start..events[end - 1].1.end);
            (made(range.clone(), What::Link(words, title.to_string())), end + 1)
        }
        Event::Start(Tag::Image { link_type, dest_url, .. }) => {
            let end = end_of(events, n);
            let wiki = matches!(link_type, LinkType::WikiLink { .. });
            if wiki && !is_picture(dest_url) {
                return (made(range.clone(), What::Link(None, String::new())), end + 1);
            }
            match destination(dest_url, Form::Image, input.config.markdown.html) {
                Destination::Inside(_) => {
                    (made(range.clone(), What::Picture(plain_text(&events[n + 1..end]))), end + 1)
                }
                _ => (None, end + 1),
            }
        }
        Event::Start(Tag::HtmlBlock) => (made(trimmed(input.body, range), What::Html), end_of(events, n) + 1),
        Event::InlineHtml(_) => (made(range.clone(), What::Nothing), n + 1),
        _ => (None, n + 1),
    }
}

/// Returns what a paragraph is as a whole: a transclusion or a view.
fn whole(input: Input<'_>, events: &[Located<'_>], n: usize) -> Option<What> {
    let end = end_of(events, n);
    let range = &events[n].1;
    match &events[n + 1..end] {
        [(Event::Start(Tag::Image { link_type: LinkType::WikiLink { .. }, dest_url, .. }), _), ..]
            if end_of(events, n + 1) + 1 == end && !is_picture(dest_url) =>
        {
            Some(What::Embed)
        }
        _ if input.body[range.clone()].starts_with("{{") => {
            let site = view_call::Site { path: input.path, place: input.place, offset: range.start };
            let mut references = References::default();
            let read = view_call::read(&input.body[range.clone()], &site, input.config, &mut references)?;
            read.is_ok().then_some(What::View)
        }
        _ => None,
    }
}

fn trimmed(body: &str, range: &Range<usize>) -> Range<usize> {
    range.start..range.start + body[range.clone()].trim_end().len()
}
