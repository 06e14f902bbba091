//! Tracks which elements an author's raw HTML has opened but not yet closed.
//!
//! Input: tags in the order written. Output: the elements still open where the enclosing text,
//! parent element or chapter ends. Looks only at tags, not at what HTML does with them.

use std::ops::Range;

use crate::chapter::markdown::sanitise::PHRASES;
use crate::text::markup::nesting::VOID;

/// The maximum number of raw HTML elements that may be open at once. HTML parsers look through all
/// open elements at each block, which takes quadratic time. Chromium stops at 512 elements, and
/// people need fewer than ten.
pub const DEEPEST: usize = 64;

/// Elements whose end tag may be omitted (WHATWG HTML, section 13.1.2.4), so they are never
/// reported.
const CLOSED_BY_OTHERS: [&str; 14] =
    ["p", "li", "dt", "dd", "rt", "rp", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "caption"];

/// An open element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The name in lower case.
    pub name: String,
    /// The byte range of the element's start tag in the chapter's body.
    pub at: Range<usize>,
    /// Whether the element is closed when the paragraph that contains it ends.
    is_phrase: bool,
}

/// The open elements, innermost last.
#[derive(Debug, Default)]
pub struct OpenElements(Vec<Open>);

impl OpenElements {
    /// Opens an element; returns `false` if too many are open already. Set `in_text` if the element
    /// is inside a paragraph.
    pub fn open(&mut self, name: &str, at: Range<usize>, in_text: bool) -> bool {
        if VOID.contains(&name) || CLOSED_BY_OTHERS.contains(&name) {
            return true;
        }
        if self.0.len() >= DEEPEST {
            return false;
        }
        let is_phrase = in_text && PHRASES.contains(&name);
        self.0.push(Open { name: name.to_owned(), at, is_phrase });
        true
    }

    /// Closes an element and returns the elements left open inside it; an unmatched end tag has no
    /// effect.
    pub fn close(&mut self, name: &str) -> Vec<Open> {
        let Some(found) = self.0.iter().rposition(|open| open.name == name) else { return Vec::new() };
        let inside = self.0.split_off(found + 1);
        self.0.pop();
        inside
    }

    /// Ends a paragraph and returns the elements that end with it, innermost first.
    pub fn end_text(&mut self) -> Vec<Open> {
        let kept = self.0.iter().rposition(|open| !open.is_phrase).map_or(0, |last| last + 1);
        let mut ended = self.0.split_off(kept);
        ended.reverse();
        ended
    }

    /// Returns the elements still open at the end, outermost first.
    pub fn into_rest(self) -> Vec<Open> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[Open]) -> Vec<&str> {
        list.iter().map(|open| open.name.as_str()).collect()
    }

    #[test]
    fn phrases_end_with_their_paragraph_and_blocks_with_their_tag() {
        let mut elements = OpenElements::default();
        for (name, in_text) in [("div", false), ("b", false), ("br", true), ("details", true), ("i", true), ("a", true)]
        {
            assert!(elements.open(name, 0..1, in_text));
        }
        assert_eq!(names(&elements.end_text()), ["a", "i"]);
        assert_eq!(elements.close("section"), []);
        assert_eq!(names(&elements.close("b")), ["details"]);
        assert_eq!(names(&elements.into_rest()), ["div"]);
    }

    #[test]
    fn no_more_than_the_deepest_are_open() {
        let mut elements = OpenElements::default();
        assert!((0..DEEPEST).all(|_| elements.open("div", 0..1, false)));
        assert!(!elements.open("div", 0..1, false));
        assert!(elements.open("li", 0..1, false));
        elements.close("div");
        assert!(elements.open("div", 0..1, false));
    }
}
