//! Writes the lines of MDX that begin or end with tags of HTML. In MDX, the text of an element is
//! Markdown; in `CommonMark`, it is HTML up to the next empty line.
//!
//! Input: one line behind the indentation of the blocks around it. Output: its tags on lines of their
//! own, with empty lines around them. Never changes HTML without Markdown in it.

use std::ops::Range;

use super::{Line, Scanner};
use crate::chapter::dialect::lines;
use crate::declare::dialect::Dialect;

/// The elements whose tags begin a block of HTML, of those that people write in chapters (`CommonMark`
/// section 4.6).
const NAMES: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "header",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Lines up to the next empty one that begin with HTML.
#[derive(Default)]
pub(super) struct Chunk {
    /// Where they end in the body.
    end: usize,
    /// Whether there is Markdown in them.
    has_markdown: bool,
}

impl Scanner<'_, '_> {
    /// Writes a line of MDX with each tag on a line of its own. Returns whether it did.
    pub(super) fn apart(&mut self, line: &Line<'_>, whole: &Range<usize>) -> bool {
        // The mark of an audience may begin inside an element and end outside of it.
        if !self.reading.dialects.has(Dialect::Jsx) || self.reading.is_strict() {
            return false;
        }
        let content = line.content.clone();
        if whole.start >= self.chunk.end {
            if !self.body[content.clone()].starts_with('<') || (self.after_text && !self.after_html) {
                return false;
            }
            let text = &self.body[whole.start..];
            let text = &text[..text.find("\n\n").unwrap_or(text.len())];
            self.chunk = Chunk { end: whole.start + text.len().max(1), has_markdown: has_markdown(text) };
        }
        if !self.chunk.has_markdown {
            return false;
        }
        let (before, after) = tags_around(&self.body[content.clone()]);
        let middle = content.start + before.last().map_or(0, |tag| tag.end)
            ..content.start + after.first().map_or(content.len(), |tag| tag.start);
        let text = &self.body[middle.clone()];
        if before.is_empty() && after.is_empty() || (!text.trim().is_empty() && !has_markdown(text)) {
            return false;
        }
        self.each_alone(&before, line);
        if !text.trim().is_empty() {
            self.emit(line.item, middle, line.tags);
        }
        self.each_alone(&after, line);
        self.after_text = !text.trim().is_empty() && after.is_empty();
        self.after_html = !self.after_text;
        true
    }

    /// Writes tags on lines of their own. A paragraph needs none.
    fn each_alone(&mut self, tags: &[Range<usize>], line: &Line<'_>) {
        for tag in tags {
            let tag = line.content.start + tag.start..line.content.start + tag.end;
            self.blank();
            if name_of(&self.body[tag.clone()]) == Some("p") {
                self.view.removed.push(tag);
            } else {
                self.emit(line.item, tag, line.tags);
            }
            self.blank();
        }
    }
}

/// Returns whether there is Markdown in a text.
fn has_markdown(text: &str) -> bool {
    let begins_block = |line: &str| {
        let line = line.trim_start();
        lines::marker(line).is_some() || (line.starts_with('#') && line.trim_start_matches('#').starts_with(' '))
    };
    text.contains(['`']) || text.contains("**") || text.contains("](") || text.lines().any(begins_block)
}

/// Lists the tags at the start and at the end of a line that begin blocks of HTML.
fn tags_around(text: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let mut before = Vec::new();
    let mut at = 0;
    while let Some(length) = tag(&text[at..]) {
        before.push(at..at + length);
        at += length;
        at += text[at..].len() - text[at..].trim_start().len();
    }
    let mut after = Vec::new();
    let mut end = text.len();
    while let Some(start) = text[at..end].rfind("</").map(|start| at + start) {
        if tag(&text[start..end]).is_none_or(|length| start + length != end) {
            break;
        }
        after.push(start..end);
        end = start;
        end -= text[at..end].len() - text[at..end].trim_end().len();
    }
    after.reverse();
    (before, after)
}

/// Returns the length of the tag at the start of a text, if it begins a block of HTML.
fn tag(text: &str) -> Option<usize> {
    let end = text.find('>')?;
    let is_known = name_of(text).is_some_and(|name| NAMES.contains(&name));
    (is_known && !text[1..end].contains('<')).then_some(end + 1)
}

/// Returns the name of the tag at the start of a text.
fn name_of(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("</").or_else(|| text.strip_prefix('<'))?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    rest[end..].starts_with(['>', ' ', '/']).then_some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_at_both_ends_of_a_line_are_found() {
        let found = |text: &str| {
            let (before, after) = tags_around(text);
            (before.len(), after.len())
        };
        assert_eq!(found("<details><summary>**a** <b>c</b></summary>"), (2, 1));
        assert_eq!(found("<li>a</li>"), (1, 1));
        assert_eq!(found("</ul>"), (1, 0));
        assert_eq!(found("a `<li>`</li></ul>"), (0, 2));
        assert_eq!(found("<a href=\"x\">b</a>"), (0, 0));
        assert_eq!(found("<p"), (0, 0));
    }
}
