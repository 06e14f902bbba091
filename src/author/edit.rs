//! Changes a chapter's file at exactly one place and keeps every other byte as it was.
//!
//! Input: a file's bytes, a span in it, and the new text with LF line endings. Output: the file's
//! new bytes. The new text gets the file's line endings; a byte order mark and everything outside
//! the span are kept. Never writes a file, and never looks at another chapter.

mod anchors;
mod expectation;
pub mod fact;
pub mod parts;
mod passage;
mod title;

pub use anchors::{Anchor, lost_anchors, percent_shared, with_anchors};
pub use expectation::{Refused, Wanted, expect};
pub use passage::{Passage, children, passages};
pub use title::Title;

use crate::text::diagnostic::Span;
use crate::text::front_matter::{self, Split};
use crate::text::source::Text;

/// Returns the text of a span in a file, with LF line endings.
pub fn text_at(bytes: &[u8], span: Span) -> String {
    with_line_feeds(&String::from_utf8_lossy(bytes.get(span.range()).unwrap_or_default()))
}

fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Replaces a span in a file with `text`.
///
/// Removes blank lines at the end of `text`, because the file still has the blank lines after the
/// span.
pub fn replace(bytes: &[u8], span: Span, text: &str) -> Vec<u8> {
    splice(bytes, span, text.trim_end())
}

/// Returns lines with the line endings of the file `bytes`. `ends` is whether the last line ends
/// too, because more lines follow.
pub fn with_line_ends_of(bytes: &[u8], text: &str, ends: bool) -> Vec<u8> {
    let mut text = with_line_feeds(text);
    if ends && !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.replace('\n', line_end(bytes, Span::default())).into_bytes()
}

/// Replaces a span in a file with `text`, changing only the line endings.
pub fn splice(bytes: &[u8], span: Span, text: &str) -> Vec<u8> {
    let text = with_line_feeds(text).replace('\n', line_end(bytes, span));
    [&bytes[..span.start as usize], text.as_bytes(), &bytes[span.end as usize..]].concat()
}

/// Returns the blank rest of a chapter that has no text yet, or `None` if it has some.
pub fn blank_rest(bytes: &[u8]) -> Option<Span> {
    let text = Text::new(bytes).ok()?;
    let start = match front_matter::split(&text.text) {
        Split::None => 0,
        Split::Found { body, .. } => body,
        Split::Unterminated { .. } => return None,
    };
    text.text[start..].trim().is_empty().then(|| text.map(Span::new(start, text.text.len())))
}

/// Returns the file of a chapter that has no text yet, with its first text in the blank rest.
pub fn begin(bytes: &[u8], rest: Span, text: &str) -> Vec<u8> {
    let before = &bytes[..rest.start as usize];
    let is_first = before.is_empty() || before == b"\xEF\xBB\xBF";
    let gap = if is_first {
        ""
    } else if before.ends_with(b"\n") || before.ends_with(b"\r") {
        "\n"
    } else {
        "\n\n"
    };
    if text.trim().is_empty() { bytes.to_vec() } else { splice(bytes, rest, &format!("{gap}{}\n", text.trim_end())) }
}

/// Returns the first line ending in the span, or else the first one in the file.
fn line_end(bytes: &[u8], span: Span) -> &'static str {
    let first = |bytes: &[u8]| {
        let at = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
        Some(match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => "\r\n",
            (b'\r', _) => "\r",
            _ => "\n",
        })
    };
    first(bytes.get(span.range()).unwrap_or_default()).or_else(|| first(bytes)).unwrap_or("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span_of(bytes: &[u8], part: &[u8]) -> Span {
        let at = bytes.windows(part.len()).position(|window| window == part).unwrap();
        Span::new(at, at + part.len())
    }

    #[test]
    fn only_the_span_changes_and_line_endings_match_the_file() {
        let bytes = b"\xEF\xBB\xBF# A\r\n\r\nOne\r\ntwo.\r\n\r\nLast";
        let span = span_of(bytes, b"One\r\ntwo.");
        assert_eq!(text_at(bytes, span), "One\ntwo.");
        assert_eq!(replace(bytes, span, "1\n2\r\n3\n\n"), b"\xEF\xBB\xBF# A\r\n\r\n1\r\n2\r\n3\r\n\r\nLast");
        assert_eq!(replace(bytes, span_of(bytes, b"Last"), "End\n"), b"\xEF\xBB\xBF# A\r\n\r\nOne\r\ntwo.\r\n\r\nEnd");
    }

    #[test]
    fn a_file_with_carriage_returns_keeps_its_line_endings() {
        let bytes = b"# A\r\rOne.\r";
        assert_eq!(replace(bytes, span_of(bytes, b"One."), "1\n2"), b"# A\r\r1\r2\r");
    }

    #[test]
    fn a_chapter_without_text_gets_its_first_text_below_its_front_matter() {
        for (before, after) in [
            ("", "One.\n"),
            ("\u{feff}\r\n", "\u{feff}One.\r\n"),
            ("---\ntitle: A\n---\n\n\n", "---\ntitle: A\n---\n\nOne.\n"),
            ("---\r\ntitle: A\r\n---\r\n", "---\r\ntitle: A\r\n---\r\n\r\nOne.\r\n"),
            ("---\ntitle: A\n---", "---\ntitle: A\n---\n\nOne.\n"),
        ] {
            let rest = blank_rest(before.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(begin(before.as_bytes(), rest, "One.\n\n")).unwrap(), after);
            assert_eq!(begin(before.as_bytes(), rest, " \n"), before.as_bytes());
        }
        assert_eq!(blank_rest(b"---\ntitle: A\n---\n<!-- x -->\n"), None);
        assert_eq!(blank_rest(b"---\ntitle: A\n"), None);
    }

    #[test]
    fn writing_a_span_back_unchanged_leaves_the_file_as_it_was() {
        let bytes = b"a\r\n\r\nb\nc\r\n";
        for part in [&b"a"[..], b"b\nc", b"a\r\n\r\nb"] {
            let span = span_of(bytes, part);
            assert_eq!(replace(bytes, span, &text_at(bytes, span)), bytes, "{part:?}");
        }
    }
}
