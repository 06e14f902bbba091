//! Finds what opens and closes in HTML, and completes a part that was cut out of a whole.
//!
//! Input: HTML as a serialiser or this program wrote it, where tags pair; a part of it may begin or end in the middle of elements. Output: tags by their
//! bytes; HTML in which all that opens closes. Never looks at what an element means.

use std::borrow::Cow;
use std::ops::Range;

/// Elements that have no end tag (WHATWG HTML, void elements).
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Something that opens or closes at a byte of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// A start tag.
    Open,
    /// An end tag.
    Close,
    /// An element that is closed at once.
    Whole,
}

/// Lists the tags of HTML with their bytes, from `<` to one past `>`.
#[must_use]
pub fn edges(html: &str) -> Vec<(Range<usize>, Edge)> {
    let bytes = html.as_bytes();
    let mut edges = Vec::new();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let open = at + found;
        if html[open..].starts_with("<!--") {
            at = html[open + 4..].find("-->").map_or(html.len(), |end| open + 4 + end + 3);
            continue;
        }
        let closes = bytes.get(open + 1) == Some(&b'/');
        let name_start = open + 1 + usize::from(closes);
        if !bytes.get(name_start).is_some_and(u8::is_ascii_alphabetic) {
            at = open + 1;
            continue;
        }
        let end = tag_end(bytes, name_start);
        let is_void = VOID.contains(&&*name(&html[open..end]));
        match (closes, is_void) {
            (false, false) => edges.push((open..end, Edge::Open)),
            (false, true) => edges.push((open..end, Edge::Whole)),
            (true, false) => edges.push((open..end, Edge::Close)),
            (true, true) => {}
        }
        at = end;
    }
    edges
}

/// Returns the name of a tag in lower case.
fn name(tag: &str) -> Cow<'_, str> {
    let tag = tag.trim_start_matches(['<', '/']);
    super::lower_case(&tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())])
}

/// Returns one past the `>` that ends the tag; one inside quotes does not.
fn tag_end(bytes: &[u8], from: usize) -> usize {
    let mut quote = None;
    for (n, byte) in bytes.iter().enumerate().skip(from) {
        match (quote, *byte) {
            (Some(open), byte) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'>') => return n + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// Returns a part of a whole with its elements complete: what it opens is closed at its end, and an end tag whose start lies before it is left out.
#[must_use]
pub fn balanced(part: &str) -> Cow<'_, str> {
    let mut open: Vec<Cow<'_, str>> = Vec::new();
    let mut out = String::new();
    let mut last = 0;
    for (range, edge) in edges(part) {
        let name = name(&part[range.clone()]);
        match edge {
            Edge::Open => open.push(name),
            Edge::Close if open.last() == Some(&name) => {
                open.pop();
            }
            Edge::Close => {
                out.push_str(&part[last..range.start]);
                last = range.end;
            }
            Edge::Whole => {}
        }
    }
    if last == 0 && open.is_empty() {
        return Cow::Borrowed(part);
    }
    out.push_str(&part[last..]);
    for name in open.iter().rev() {
        out.push_str(&format!("</{name}>"));
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_completed_at_both_ends() {
        for (part, whole) in [
            ("<p>a<br>b</p>", "<p>a<br>b</p>"),
            ("<code>,", "<code>,</code>"),
            ("a</div><p title=\"</p>\">b</p>", "a<p title=\"</p>\">b</p>"),
            ("</b></p><ul><li><i>c", "<ul><li><i>c</i></li></ul>"),
        ] {
            assert_eq!(balanced(part), whole);
        }
    }
}
