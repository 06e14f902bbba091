//! Writes worked examples: quotations that begin with `[!EXAMPLE]` and a caption.
//!
//! Input: the event that starts a quotation. Output: a figure with a caption. Never decides what an
//! example of a statement is; the outline does that.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::{Hole, Input, Located, Writer, end_of, escape_into, plain_text};

/// The mark at the beginning of a worked example.
const MARK: &str = "[!EXAMPLE]";

/// The first line of a worked example.
#[derive(Debug)]
pub struct Worked {
    /// The text after the mark, without markup.
    pub caption: String,
    /// The byte range of the line in the body.
    pub range: Range<usize>,
    /// The events of the line.
    events: Range<usize>,
}

/// Returns the first line of the worked example that event `n` starts, or `None` if the event
/// doesn't start one.
pub fn worked(input: Input<'_>, events: &[Located<'_>], n: usize) -> Option<Worked> {
    let is_quote = matches!(events.get(n)?.0, Event::Start(Tag::BlockQuote(None)));
    if input.plain || !is_quote || !matches!(events.get(n + 1)?.0, Event::Start(Tag::Paragraph)) {
        return None;
    }
    let start = events.get(n + 2)?.1.start;
    if !input.body.get(start..start + MARK.len())?.eq_ignore_ascii_case(MARK) {
        return None;
    }
    let end = end_of(events, n + 1);
    let is_break = |at: &usize| matches!(events[*at].0, Event::SoftBreak | Event::HardBreak);
    let line_end = (n + 2..end).find(is_break);
    let text = plain_text(&events[n + 2..line_end.unwrap_or(end)]);
    let caption = text.get(MARK.len()..).unwrap_or_default().trim().to_owned();
    let range = start..events[line_end.unwrap_or(end) - 1].1.end;
    Some(Worked { caption, range, events: n + 2..line_end.map_or(end, |at| at + 1) })
}

impl Writer<'_, '_> {
    /// Starts a worked example and writes its caption.
    pub(super) fn start_example(&mut self, example: Worked) {
        self.block("<figure class=\"worked\">\n<figcaption>");
        self.out.hole(Hole::ExampleLabel);
        self.written.words += example.caption.split_whitespace().count();
        if !example.caption.is_empty() {
            self.out.html.push(' ');
            escape_into(&example.caption, &mut self.out.html);
        }
        self.out.html.push_str("</figcaption>\n");
        self.skipped = example.events;
    }
}
