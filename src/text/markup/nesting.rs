//! Finds where HTML elements open and close, and completes elements in a fragment cut out of a
//! larger text.
//!
//! Input: HTML as a serializer or this program wrote it, with matching tags; a fragment may begin
//! or end in the middle of an element. Output: the byte ranges of tags, or HTML in which every open
//! element is closed. Never considers the meaning of an element.

use std::borrow::Cow;
use std::ops::Range;

use super::{Tag, Token, tokens};

/// Elements that have no end tag (WHATWG HTML, void elements).
pub const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Whether a tag opens or closes an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// A start tag.
    Open,
    /// An end tag.
    Close,
    /// A void element, which has no end tag.
    Whole,
}

/// Lists the tags in `html` with their byte ranges, from `<` to one past `>`.
pub fn edges(html: &str) -> Vec<(Range<usize>, Edge)> {
    named_edges(html).map(|(tag, edge)| (tag.range, edge)).collect()
}

fn named_edges(html: &str) -> impl Iterator<Item = (Tag<'_>, Edge)> {
    tokens(html).filter_map(|token| match token {
        Token::Start(tag) if VOID.contains(&&*tag.name) => Some((tag, Edge::Whole)),
        Token::Start(tag) => Some((tag, Edge::Open)),
        Token::End(tag) if !VOID.contains(&&*tag.name) => Some((tag, Edge::Close)),
        Token::End(_) | Token::Comment(..) => None,
    })
}

/// Returns a fragment with balanced tags: closes elements left open at its end, and drops end tags
/// whose start tag isn't in the fragment.
pub fn balanced(part: &str) -> Cow<'_, str> {
    let mut open: Vec<Cow<'_, str>> = Vec::new();
    let mut out = String::new();
    let mut last = 0;
    for (tag, edge) in named_edges(part) {
        match edge {
            Edge::Open => open.push(tag.name),
            Edge::Close if open.last() == Some(&tag.name) => {
                open.pop();
            }
            Edge::Close => {
                out.push_str(&part[last..tag.range.start]);
                last = tag.range.end;
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
    fn a_fragment_is_balanced_at_both_ends() {
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
