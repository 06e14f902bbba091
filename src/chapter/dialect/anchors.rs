//! Reads the anchors that other programs give to paragraphs and lists: `^id` at the end of a block in
//! Obsidian, and `{: #id}` on a line of its own in kramdown.
//!
//! Input: a body, its events and the IDs on lines of their own. Output: the events with an empty
//! element at each anchor, and without the marks. Never changes code, and never a `^` within a line.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::Located;
use super::inline::{Forms, is_verbatim};
use super::view::Own;
use crate::declare::dialect::Dialect;

/// What becomes of the events.
#[derive(Default)]
struct Changes {
    /// The IDs to insert before events, by the number of the event.
    anchors: Vec<(usize, String)>,
    /// The events that are left out.
    gone: Vec<usize>,
    /// The texts that end earlier, by the number of the event, and where they end.
    cuts: Vec<(usize, usize)>,
}

/// Reads the anchors.
pub fn apply<'a>(body: &'a str, events: Vec<Located<'a>>, forms: Forms<'_>) -> Vec<Located<'a>> {
    let has_marks = forms.dialects.has(Dialect::Blocks) && body.contains('^');
    if !has_marks && forms.own.is_empty() {
        return events;
    }
    let mut changes = Changes::default();
    if has_marks {
        marks(body, &events, forms.has_numbers, &mut changes);
    }
    if !forms.own.is_empty() {
        let blocks = Blocks::of(&events);
        for own in forms.own {
            if let Some(start) = blocks.at(own) {
                changes.anchors.push((place_in(&events, start), own.id.clone()));
            }
        }
    }
    changed(body, events, changes)
}

/// Finds the marks at the ends of paragraphs and list items.
fn marks(body: &str, events: &[Located<'_>], has_numbers: bool, changes: &mut Changes) {
    let mut open: Vec<usize> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    // The start of the block that ended last, for each open one.
    let mut last: Vec<Option<usize>> = vec![None];
    for (n, located) in events.iter().enumerate() {
        match &located.0 {
            Event::Start(_) => {
                open.push(n);
                last.push(None);
            }
            Event::End(_) => {
                last.pop();
                if let (Some(start), Some(slot)) = (open.pop(), last.last_mut()) {
                    *slot = Some(start);
                }
            }
            Event::Text(_) if ends_block(events, &open, n) && is_verbatim(body, located) => {
                let Some((cut, id)) = mark(&body[located.1.clone()], has_numbers) else { continue };
                let Some(&block) = open.last() else { continue };
                let is_alone = cut == 0 && block + 1 == n && matches!(events[block].0, Event::Start(Tag::Paragraph));
                // On a line of its own, it belongs to the block before.
                let before = last.len().checked_sub(2).and_then(|above| last[above]);
                let target = if is_alone { before } else { Some(block) };
                let Some(target) = target else { continue };
                if known.insert(id) {
                    changes.anchors.push((place_in(events, target), format!("^{id}")));
                }
                if is_alone {
                    changes.gone.extend([block, n, n + 1]);
                } else {
                    changes.cuts.push((n, located.1.start + cut));
                }
            }
            _ => {}
        }
    }
}

/// Returns whether nothing of a paragraph or of an item's own text follows event `n`.
fn ends_block(events: &[Located<'_>], open: &[usize], n: usize) -> bool {
    let is_item = open.last().is_some_and(|block| matches!(events[*block].0, Event::Start(Tag::Item)));
    match events.get(n + 1).map(|(event, _)| event) {
        Some(Event::End(TagEnd::Paragraph | TagEnd::Item)) => true,
        Some(Event::Start(Tag::List(_))) => is_item,
        _ => false,
    }
}

/// Returns where the text before a mark ends, and the mark's ID.
fn mark(text: &str, has_numbers: bool) -> Option<(usize, &str)> {
    let text = text.trim_end();
    let at = text.rfind('^')?;
    let id = &text[at + 1..];
    let before = text[..at].trim_end();
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_apart = at == 0 || before.len() < at;
    let is_name = has_numbers || id.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_id && is_apart && is_name).then_some((before.len(), id))
}

/// The events that start blocks, in two orders in which they can be searched.
struct Blocks {
    /// The largest start of a block so far, with the number of each event.
    starts: Vec<(usize, usize)>,
    /// The ends of the blocks, with the number of each event. Of those that end at the same place, the
    /// outermost is the last.
    ends: Vec<(usize, Reverse<usize>)>,
}

impl Blocks {
    fn of(events: &[Located<'_>]) -> Self {
        let (mut starts, mut ends, mut largest) = (Vec::new(), Vec::new(), 0);
        for (n, (event, range)) in events.iter().enumerate() {
            let is_block = matches!(
                event,
                Event::Start(
                    Tag::Paragraph
                        | Tag::List(_)
                        | Tag::Item
                        | Tag::Table(_)
                        | Tag::CodeBlock(_)
                        | Tag::BlockQuote(_)
                        | Tag::DefinitionList
                )
            );
            if is_block {
                largest = range.start.max(largest);
                starts.push((largest, n));
                ends.push((range.end, Reverse(n)));
            }
        }
        ends.sort_unstable();
        Self { starts, ends }
    }

    /// Returns the event that starts the block above or below a line.
    fn at(&self, own: &Own) -> Option<usize> {
        if own.is_above {
            let next = self.starts.partition_point(|(start, _)| *start < own.line.end);
            return self.starts.get(next).map(|(_, n)| *n);
        }
        // The outermost of the blocks that end last.
        let ended = self.ends.partition_point(|(end, _)| *end <= own.line.start);
        self.ends[..ended].last().map(|(_, Reverse(n))| *n)
    }
}

/// Returns the event before which the anchor of the block can be that event `start` starts.
fn place_in(events: &[Located<'_>], start: usize) -> usize {
    let mut n = start;
    loop {
        let next = events.get(n + 1).map(|(event, _)| event);
        match &events[n].0 {
            // The first words of a quotation may say that it is a callout.
            Event::Start(Tag::Paragraph) if matches!(next, Some(Event::Text(text)) if text.starts_with('[')) => {
                let above = start.checked_sub(1).filter(|_| n == start);
                let is_quote = |at: &usize| matches!(events[*at].0, Event::Start(Tag::BlockQuote(_)));
                return above.filter(is_quote).unwrap_or(start);
            }
            Event::Start(Tag::Paragraph | Tag::TableCell) => return n + 1,
            Event::Start(Tag::Item) => match next {
                Some(Event::TaskListMarker(_)) => return n + 2,
                Some(Event::Start(Tag::Paragraph)) => n += 1,
                _ => return n + 1,
            },
            Event::Start(Tag::List(_) | Tag::BlockQuote(_) | Tag::Table(_) | Tag::TableHead | Tag::TableRow) => n += 1,
            _ => return start,
        }
    }
}

fn changed<'a>(body: &'a str, events: Vec<Located<'a>>, changes: Changes) -> Vec<Located<'a>> {
    let Changes { mut anchors, gone, cuts } = changes;
    anchors.sort_by_key(|(n, _)| *n);
    let mut next = anchors.into_iter().peekable();
    // Both are in the order of the events.
    let (mut gone, mut cuts) = (gone.into_iter().peekable(), cuts.into_iter().peekable());
    let mut out = Vec::with_capacity(events.len() + 4);
    for (n, (event, range)) in events.into_iter().enumerate() {
        while let Some((_, id)) = next.next_if(|(place, _)| *place == n) {
            let html = format!("<span id=\"{}\"></span>", crate::text::markup::escape(&id));
            out.push((Event::InlineHtml(html.into()), range.start..range.start));
        }
        if gone.next_if_eq(&n).is_some() {
            continue;
        }
        let Some((_, cut)) = cuts.next_if(|(place, _)| *place == n) else {
            out.push((event, range));
            continue;
        };
        if cut > range.start {
            out.push((Event::Text(CowStr::Borrowed(&body[range.start..cut])), range.start..cut));
        } else if matches!(out.last(), Some((Event::SoftBreak, _))) {
            out.pop();
        }
        // The mark itself, so that copies leave it out.
        out.push((Event::InlineHtml(CowStr::Borrowed("")), cut..range.end));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn a_mark_is_a_word_at_the_end() {
        assert_eq!(mark("text ^a-1", false), Some((4, "a-1")));
        assert_eq!(mark("^a", false), Some((0, "a")));
        assert_eq!(mark("text ^12", false), None);
        assert_eq!(mark("text ^12", true), Some((4, "12")));
        for text in ["x^2", "a ^b c", "a ^", "a ^b^", "a ^b_c"] {
            assert_eq!(mark(text, true), None, "{text}");
        }
    }
}
