//! Matches the blocks of a chapter's file to the elements of its page.
//!
//! Input: a parsed chapter, or the HTML rendered from one. Output: [`Passage`]s in document order:
//! a span in the file, and the number of elements rendered from that span. Most blocks become one
//! element. Raw HTML can turn several blocks into one element (`<details>` around Markdown) or a
//! comment into none.

use std::ops::Range;

use crate::chapter::document::{Body, Hole};
use crate::text::diagnostic::Span;
use crate::text::markup::nesting::{Edge, edges};

/// A part of a chapter's file that has its own elements on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The span in the file.
    pub span: Span,
    /// The number of elements on the page, which is never 0.
    pub elements: u32,
}

/// Lists the passages of a chapter.
pub fn passages(body: &Body) -> Vec<Passage> {
    let holes = body.main.holes.iter().filter_map(|(at, hole)| Some((*at as usize..*at as usize, edge_of(hole)?)));
    // A hole at the byte where a tag begins comes before the tag.
    let html = body.main.html();
    let mut all: Vec<(Range<usize>, Edge)> = holes.chain(edges(&html)).collect();
    all.sort_by_key(|(range, _)| range.start);
    let mut next = all.into_iter().peekable();
    let (mut depth, mut count) = (0_u32, 0_u32);
    let mut open: Option<Span> = None;
    let mut passages: Vec<Passage> = Vec::new();
    for block in &body.blocks {
        while let Some((_, edge)) = next.next_if(|(range, _)| range.start < block.end as usize) {
            count += u32::from(depth == 0 && edge != Edge::Close);
            depth = moved(depth, edge);
        }
        // The HTML parser moves content that stands directly in a table in front of that table. So
        // a block that starts later in the file can end earlier in the output.
        let span = open.map_or(block.span, |open| Span {
            start: open.start.min(block.span.start),
            end: open.end.max(block.span.end),
        });
        open = (depth > 0).then_some(span);
        if depth == 0 && count > 0 {
            match passages.last_mut() {
                // Both come from a file that is inserted here.
                Some(last) if last.span.start <= span.start && span.start < last.span.end => {
                    last.span.end = last.span.end.max(span.end);
                    last.elements += count;
                }
                _ => passages.push(Passage { span, elements: count }),
            }
            count = 0;
        }
    }
    // An element that is never closed contains the rest of the chapter.
    if let Some(span) = open.filter(|_| count > 0) {
        passages.push(Passage { span, elements: count });
    }
    in_order(passages)
}

/// Returns the passages if they are in the order of the file, or otherwise a single passage that
/// contains all of them. Passages can be out of order because the HTML parser moves content that
/// stands directly in a table in front of that table (WHATWG HTML, foster parenting).
fn in_order(passages: Vec<Passage>) -> Vec<Passage> {
    if passages.is_sorted_by(|one, next| one.span.end <= next.span.start) {
        return passages;
    }
    let start = passages.iter().map(|passage| passage.span.start).min();
    let end = passages.iter().map(|passage| passage.span.end).max();
    let elements = passages.iter().map(|passage| passage.elements).sum();
    start.zip(end).map(|(start, end)| Passage { span: Span { start, end }, elements }).into_iter().collect()
}

/// Returns the byte ranges of the top-level elements in HTML.
pub fn children(html: &str) -> Vec<Range<usize>> {
    let mut depth = 0_u32;
    let mut start = 0;
    let mut children = Vec::new();
    for (range, edge) in edges(html) {
        if depth == 0 {
            start = range.start;
        }
        let before = depth;
        depth = moved(depth, edge);
        if depth == 0 && (before > 0 || edge == Edge::Whole) {
            children.push(start..range.end);
        }
    }
    if depth > 0 {
        children.push(start..html.len());
    }
    children
}

fn moved(depth: u32, edge: Edge) -> u32 {
    match edge {
        Edge::Open => depth + 1,
        Edge::Close => depth.saturating_sub(1),
        Edge::Whole => depth,
    }
}

/// Returns whether a hole stands for a tag or a whole element, or `None` if it stands for an
/// attribute or text.
fn edge_of(hole: &Hole) -> Option<Edge> {
    match hole {
        Hole::LinkOpen(..) => Some(Edge::Open),
        Hole::LinkClose(_) => Some(Edge::Close),
        Hole::Image(_)
        | Hole::Embed(_)
        | Hole::View(_)
        | Hole::Code(_)
        | Hole::Formula(_)
        | Hole::Footnote(_)
        | Hole::StatementAnchor(_)
        | Hole::CalloutLabel(_)
        | Hole::ExampleLabel
        | Hole::Task(_) => Some(Edge::Whole),
        // The link goes into an element around the heading, so both are one.
        Hole::HeadingAnchor(_)
        | Hole::LinkText(_)
        | Hole::TableAttributes(..)
        | Hole::CalloutAttributes(_)
        | Hole::Href(_)
        | Hole::Poster(_)
        | Hole::Src(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    /// Returns the text of each passage and the number of its elements.
    fn read(text: &str) -> Vec<(String, u32)> {
        read_at("guides/a.md", text)
    }

    fn read_at(path: &str, text: &str) -> Vec<(String, u32)> {
        let sources = Sources::from_texts([(path, text)]);
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let found = passages(&handbook.documents[0].body).into_iter();
        found.map(|passage| (text[passage.span.range()].to_owned(), passage.elements)).collect()
    }

    #[test]
    fn each_block_is_a_passage() {
        let text = "# A\n\nOne\ntwo.\n\n- a\n\n  b\n- c\n\n```rust\nx\n```\n\n> [!NOTE]\n> n\n\n{{ roles() }}\n\n---\n\n| a |\n|---|\n| b |\n\nSetext\n===\n";
        let found = read(text);
        assert_eq!(found.len(), 9, "{found:#?}");
        assert!(found.iter().all(|(_, elements)| *elements == 1));
        assert_eq!(found[1].0, "One\ntwo.");
        assert_eq!(found[2].0, "- a\n\n  b\n- c");
        assert_eq!(found[8].0, "Setext\n===");
    }

    #[test]
    fn a_paragraph_between_terms_is_its_own_passage() {
        let found = read_at("glossary.md", "# G\n\nBet\n: One.\n\nBetween.\n\nRunway\n: Two.\n");
        let found: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(found, ["# G", "Bet\n: One.", "Between.", "Runway\n: Two."]);
    }

    #[test]
    fn raw_html_around_markdown_is_one_passage_and_a_comment_none() {
        let text = "<!-- note -->\n\n<details><summary>More</summary>\n\nInside.\n\n</details>\n\n<p>a</p><p>b</p>\n\nAfter.\n";
        let found = read(text);
        let wanted =
            [("<details><summary>More</summary>\n\nInside.\n\n</details>", 1), ("<p>a</p><p>b</p>", 2), ("After.", 1)];
        let found: Vec<(&str, u32)> = found.iter().map(|(text, n)| (text.as_str(), *n)).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn passages_that_raw_html_put_out_of_order_become_one() {
        let passage = |start, end, elements| Passage { span: Span { start, end }, elements };
        let ordered = vec![passage(0, 4, 1), passage(4, 9, 2)];
        assert_eq!(in_order(ordered.clone()), ordered);
        assert_eq!(in_order(vec![passage(0, 4, 1), passage(20, 25, 1), passage(5, 30, 2)]), [passage(0, 30, 4)]);
        assert_eq!(in_order(Vec::new()), []);
    }

    #[test]
    fn a_block_that_was_moved_before_the_one_around_it_is_part_of_the_same_passage() {
        assert_eq!(read("\"><table><th>\n<tr>"), [("\"><table><th>\n<tr>".to_owned(), 2)]);
    }

    #[test]
    fn an_unclosed_element_contains_the_rest() {
        let found = read("One.\n\n<div>\n\nTwo.\n\nThree.\n");
        assert_eq!(found, [("One.".to_owned(), 1), ("<div>\n\nTwo.\n\nThree.".to_owned(), 1)]);
    }

    #[test]
    fn top_level_elements_are_found_by_byte_range() {
        let html = "<p title=\"a>b\">x<br></p>\n<hr />text<!-- <p> --><ul><li>y</li></ul>";
        let found: Vec<&str> = children(html).into_iter().map(|range| &html[range]).collect();
        assert_eq!(found, ["<p title=\"a>b\">x<br></p>", "<hr />", "<ul><li>y</li></ul>"]);
    }
}
