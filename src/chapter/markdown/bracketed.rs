//! Reads `[[1]](address)` as the link with the text `[1]` that it is in `CommonMark`.
//!
//! Input: a body and its events. Output: the events, in which such a wiki link with an address
//! behind it is one link. Never changes a wiki link without an address.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use super::{Located, end_of};

/// The maximum length of an address in characters, so that time grows only with the text.
const LONGEST: usize = 2000;

/// Joins each wiki link and the address in parentheses directly behind it.
pub fn join<'a>(body: &'a str, events: Vec<Located<'a>>) -> Vec<Located<'a>> {
    if !body.contains("]](") {
        return events;
    }
    let mut joined: Vec<Located<'a>> = Vec::with_capacity(events.len());
    let mut n = 0;
    while n < events.len() {
        let Some((link, next)) = link(body, &events, n) else {
            joined.push(events[n].clone());
            n += 1;
            continue;
        };
        let behind = link.end;
        let Range { start, .. } = link;
        let text_end = events[n].1.end - 1;
        let dest_url = CowStr::Borrowed(&body[text_end + 2..behind - 1]);
        let (title, id) = (CowStr::Borrowed(""), CowStr::Borrowed(""));
        let tag = Tag::Link { link_type: LinkType::Inline, dest_url, title, id };
        joined.push((Event::Start(tag), link.clone()));
        joined.push((Event::Text(CowStr::Borrowed(&body[start + 1..text_end])), start + 1..text_end));
        joined.push((Event::End(TagEnd::Link), link));
        // The text behind the address may have begun in the same event.
        if let Some(end) = events.get(next - 1).map(|(_, range)| range.end).filter(|end| *end > behind) {
            joined.push((Event::Text(CowStr::Borrowed(&body[behind..end])), behind..end));
        }
        n = next;
    }
    joined
}

/// Returns the byte range of the link that begins with the wiki link at event `n`, and the first
/// event behind it.
fn link(body: &str, events: &[Located<'_>], n: usize) -> Option<(Range<usize>, usize)> {
    let (Event::Start(Tag::Link { link_type: LinkType::WikiLink { .. }, .. }), range) = &events[n] else { return None };
    let address = body[range.end..].strip_prefix('(')?;
    let end = range.end + 1 + closing(address)? + 1;
    let mut next = end_of(events, n) + 1;
    // The end of the paragraph begins, by its range, where the paragraph does.
    let is_within = |(event, inner): &&Located<'_>| inner.start < end && !matches!(event, Event::End(_));
    while let Some((event, inner)) = events.get(next).filter(is_within) {
        // An address that Markdown reads as something else, such as emphasis, stays as it is.
        let is_verbatim = matches!(event, Event::Text(text) if text.len() == inner.len());
        if !is_verbatim {
            return None;
        }
        next += 1;
    }
    Some((range.start..end, next))
}

/// Returns the offset of the parenthesis that closes an address without spaces.
fn closing(address: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, c) in address.char_indices().take(LONGEST) {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return (at > 0).then_some(at),
            ')' => open -= 1,
            c if c.is_whitespace() || matches!(c, '<' | '>' | '\\' | '&') => return None,
            _ => {}
        }
    }
    None
}
