//! Finds what only Rolebook understands in a chapter's Markdown: references, transclusions, views,
//! attributes and comments.
//!
//! Input: the redacted body. Output: sorted, non-overlapping [`Piece`]s, for writing the chapter as
//! Markdown that other tools can read. Never resolves references or writes anything.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, RefDefs, Tag};

use super::writer::{is_picture, lone_embed, worked};
use super::{Input, Located, References, end_of, plain_text, trimmed, view_call};
use crate::chapter::dialect::View;
use crate::chapter::document::{Form, Piece, What};
use crate::chapter::reference::{Destination, destination};

/// Lists the link definitions whose target is inside the handbook. The links are written out in
/// full, so their definitions are no longer needed.
pub fn definitions(input: Input<'_>, view: &View<'_>, definitions: &RefDefs<'_>) -> Vec<Range<usize>> {
    let inside = definitions.iter().filter(|(_, found)| is_inside(input, &found.dest, Form::Relative));
    inside.map(|(_, found)| view.range(&found.span)).collect()
}

fn is_inside(input: Input<'_>, address: &str, form: Form) -> bool {
    matches!(destination(address, form, input.config.security.html), Destination::Inside(_))
}

/// Lists the pieces among events; `cuts` are the ranges of attributes, and `defined` is the result
/// of [`definitions`].
pub fn find(input: Input<'_>, events: &[Located<'_>], cuts: &[Range<usize>], defined: &[Range<usize>]) -> Vec<Piece> {
    let nothing = |range: &Range<usize>| of(range, What::Nothing);
    let dropped = input.view.iter().flat_map(|view| &view.dropped).map(|(_, range)| range);
    let comments: Vec<Range<usize>> = input.view.iter().flat_map(|view| view.comments(input.body)).collect();
    let mut list: Vec<Piece> = cuts.iter().chain(defined).chain(dropped).chain(&comments).map(nothing).collect();
    let mut n = 0;
    let mut depth = 0_usize;
    while n < events.len() {
        let (found, next) = piece(input, events, n, depth);
        list.extend(found);
        match &events[n].0 {
            Event::Start(_) if next == n + 1 => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        n = next;
    }
    list.sort_by_key(|piece| (piece.start, piece.end));
    let mut end = 0;
    list.retain(|piece| {
        let apart = piece.start >= end && piece.end > piece.start;
        end = if apart { piece.end } else { end };
        apart
    });
    list.shrink_to_fit();
    list
}

/// Returns the piece that begins with event `n`, if any, and the index of the next event to look
/// at.
fn piece(input: Input<'_>, events: &[Located<'_>], n: usize, depth: usize) -> (Option<Piece>, usize) {
    let (event, range) = &events[n];
    let made = |range: Range<usize>, what: What| Some(of(&range, what));
    match event {
        Event::Start(Tag::Paragraph) if depth == 0 => match whole(input, events, n) {
            Some(what) => (made(trimmed(input.body, range), what), end_of(events, n) + 1),
            None => (None, n + 1),
        },
        Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
            let wiki = matches!(link_type, LinkType::WikiLink { .. });
            if !wiki && (*link_type == LinkType::Email || !is_inside(input, dest_url, Form::Relative)) {
                return (None, n + 1);
            }
            let end = end_of(events, n);
            let bare = matches!(link_type, LinkType::WikiLink { has_pothole: false });
            let words = (!bare && end > n + 1).then(|| short(&(events[n + 1].1.start..events[end - 1].1.end)));
            (made(range.clone(), What::Link(words, title.to_string().into())), end + 1)
        }
        Event::Start(Tag::Image { link_type, dest_url, .. }) => {
            let end = end_of(events, n);
            let wiki = matches!(link_type, LinkType::WikiLink { .. });
            if wiki && !is_picture(dest_url) {
                return (made(range.clone(), What::Link(None, Box::default())), end + 1);
            }
            let alt = || What::Picture(plain_text(&events[n + 1..end]).into());
            (is_inside(input, dest_url, Form::Image).then(|| of(range, alt())), end + 1)
        }
        Event::Start(Tag::BlockQuote(None)) => {
            let example = worked(input, events, n);
            (example.and_then(|(mark, has_caption)| made(mark, What::Example(has_caption))), n + 1)
        }
        Event::Start(Tag::HtmlBlock) => (made(trimmed(input.body, range), What::Html), end_of(events, n) + 1),
        Event::InlineHtml(_) => (made(range.clone(), What::Nothing), n + 1),
        _ => (None, n + 1),
    }
}

/// Returns the piece that a whole paragraph forms, if it is a transclusion or a view.
fn whole(input: Input<'_>, events: &[Located<'_>], n: usize) -> Option<What> {
    if lone_embed(events, n).is_some() {
        return Some(What::Embed);
    }
    let view = view_call::read(input, &events[n].1, &mut References::default())?;
    view.is_ok().then_some(What::View)
}

fn of(range: &Range<usize>, what: What) -> Piece {
    let (start, end) = short(range);
    Piece { start, end, what }
}

/// Converts both ends of a range to `u32`, which takes half as much memory.
fn short(range: &Range<usize>) -> (u32, u32) {
    let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (short(range.start), short(range.end))
}
