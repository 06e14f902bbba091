//! Recognizes small things on one line: list markers, attributes, tables of contents and tags that
//! stand for something.
//!
//! Input: the text of a line. Output: what it is. Never looks at other lines.

use std::ops::Range;

use super::foreign::Foreign;
use super::tags::{Tag, arguments, is_comment};
use crate::text::attribute::{self, Attribute};

/// Lines that stand for a table of contents. Pages have one of their own.
pub const CONTENTS: [&str; 6] = ["[TOC]", "[toc]", "[[_TOC_]]", "[[toc]]", "[[TOC]]", "{:toc"];

/// Returns whether a line stands for a table of contents.
pub fn is_contents(line: &str) -> bool {
    CONTENTS[..5].contains(&line) || (line.starts_with("{:toc") && line.ends_with('}'))
}

/// Returns the width in columns of a list marker and the space behind it.
pub fn marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let sign = line.as_bytes().get(digits)?;
    let is_marker = match digits {
        0 => matches!(sign, b'-' | b'*' | b'+'),
        1..=9 => matches!(sign, b'.' | b')'),
        _ => false,
    };
    let rest = line.get(digits + 1..).filter(|_| is_marker)?;
    let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let is_apart = rest.is_empty() || spaces > 0;
    is_apart.then_some(digits + 1 + if (1..=4).contains(&spaces) { spaces } else { 1 })
}

/// The maximum number of quotations and list items that one line begins or continues.
const MOST_MARKERS: usize = 100;

/// Returns the offset of the first marker of a quotation or a list item that has too many before it. The
/// parser looks through all of them again for each line that follows.
pub fn deep_marker(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut markers = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let is_spaced = bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\t' | b'\n'));
        match byte {
            b' ' | b'\t' | b'0'..=b'9' => {}
            b'>' => markers += 1,
            b'-' | b'+' | b'*' | b'.' | b')' if is_spaced => markers += 1,
            _ => return None,
        }
        if markers > MOST_MARKERS {
            let is_break = ['-', '*'].iter().any(|sign| line.chars().all(|c| c == *sign || c.is_whitespace()));
            return (!is_break).then_some(at);
        }
    }
    None
}

/// Returns whether text would begin a block other than a paragraph.
pub fn begins_block(text: &str) -> bool {
    text.starts_with(['#', '>', '=', '|', '~', '+', '-']) || marker(text).is_some()
}

/// Reads a line that consists only of attributes: kramdown's, or those of Python-Markdown and Hugo, which
/// have no colon.
pub fn attributes(line: &str) -> Option<Vec<Attribute>> {
    if line.starts_with("{::comment}") || (line.starts_with("{#") && is_comment(line)) {
        return None;
    }
    let bare = || line.strip_prefix('{').filter(|inner| inner.trim_start().starts_with(['.', '#']));
    let inner = line.strip_prefix("{:").or_else(bare)?.strip_suffix('}')?;
    if inner.contains(['{', '}']) || inner.to_lowercase().contains("audience") {
        return None;
    }
    Some(attribute::parse(inner.trim(), 2).unwrap_or_default())
}

/// Reads `*[HTML]: Hypertext Markup Language`.
pub fn abbreviation(line: &str) -> Option<(&str, &str)> {
    let (name, words) = line.strip_prefix("*[")?.split_once("]:")?;
    let words = words.trim();
    (!name.trim().is_empty() && !words.is_empty()).then_some((name, words))
}

/// Returns whether something at `at` is part of an address: in the definition of a link, or in an
/// attribute of HTML.
pub fn is_in_address(body: &str, at: usize) -> bool {
    let start = body[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &body[start..at];
    // The address may be on the line below the name.
    let above = body[..start].trim_end().rsplit('\n').next().unwrap_or_default();
    if above.starts_with('[') && above.ends_with("]:") && !line.trim_start().contains(char::is_whitespace) {
        return true;
    }
    let definition = line.trim_start_matches(['>', ' ']).strip_prefix('[').and_then(|rest| rest.split_once("]:"));
    if definition.is_some_and(|(_, address)| !address.trim_start().contains(char::is_whitespace)) {
        return true;
    }
    let attributes = ["href=\"", "href='", "src=\"", "src='"];
    let value = attributes.iter().filter_map(|name| Some((line.rfind(name)? + name.len(), name))).max();
    value.is_some_and(|(start, name)| !line[start..].contains(&name[name.len() - 1..]))
}

/// Returns whether a line opens an element that contains blocks (`true`) or closes one, or `None` if it
/// does neither or both.
pub fn block_tag(line: &str) -> Option<bool> {
    let names = ["div", "section", "figure", "article", "details", "aside"];
    let is_tag =
        |text: &str| names.iter().any(|name| text.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '>'])));
    if let Some(rest) = line.strip_prefix("</") {
        return is_tag(rest).then_some(false);
    }
    let is_open = line.strip_prefix('<').is_some_and(is_tag) && !line.contains("</") && line.ends_with('>');
    is_open.then_some(true)
}

/// Returns whether the tag on a line says that the text of its element is Markdown:
/// `<div markdown="1">`.
pub fn holds_markdown(line: &str) -> bool {
    let marks = [" markdown>", " markdown ", " markdown=\"1\"", " markdown=\"block\"", " markdown=1"];
    block_tag(line) == Some(true) && marks.iter().any(|mark| line.contains(mark))
}

/// Returns whether a line consists only of tags.
pub fn are_all(body: &str, content: &Range<usize>, tags: &[&Tag]) -> bool {
    let mut at = content.start;
    for tag in tags {
        if tag.range.start > at && !body[at..tag.range.start].trim().is_empty() {
            return false;
        }
        at = tag.range.end;
    }
    at >= content.end
}

/// Returns the places between full-width punctuation and letters where asterisks begin or end
/// emphasis that `CommonMark` doesn't see.
pub fn emphasis_edges(text: &str) -> Vec<usize> {
    let mut edges = Vec::new();
    let mut ticks = 0_usize;
    let mut at = 0;
    while let Some(next) = text[at..].find(['*', '`', '\\']) {
        let start = at + next;
        let sign = text.as_bytes()[start];
        if sign != b'*' {
            ticks += usize::from(sign == b'`');
            at = start + 1 + if sign == b'\\' { text[start + 1..].chars().next().map_or(0, char::len_utf8) } else { 0 };
            continue;
        }
        let length = text[start..].bytes().take_while(|byte| *byte == b'*').count();
        at = start + length;
        let before = text[..start].chars().next_back();
        let after = text[at..].chars().next();
        let (Some(before), Some(after)) = (before, after) else { continue };
        if ticks.is_multiple_of(2) && is_wide_sign(before) && after.is_alphanumeric() {
            edges.push(at);
        } else if ticks.is_multiple_of(2) && before.is_alphanumeric() && is_wide_sign(after) {
            edges.push(start);
        }
    }
    edges
}

fn is_wide_sign(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{ff01}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff1f}' | '\u{ff3b}'..='\u{ff3d}' | '\u{ff5b}'..='\u{ff65}' | '\u{201c}' | '\u{201d}')
}

/// A part of what is shown instead of a tag.
pub enum Part {
    /// Text that isn't in the body.
    Text(&'static str),
    /// A range of the body.
    Copy(Range<usize>),
}

/// Returns what is shown instead of a tag, or nothing if nothing is.
pub fn instead(body: &str, tag: &Tag) -> Vec<Part> {
    let list = arguments(&body[tag.arguments.clone()]);
    let at = |range: &Range<usize>| tag.arguments.start + range.start..tag.arguments.start + range.end;
    let named = |key: &str| list.iter().find(|one| body[at(&one.name)] == *key).map(|one| at(&one.value));
    let nth = |n: usize| list.get(n).filter(|one| one.name.is_empty()).map(|one| at(&one.value));
    let one = |part: Option<Range<usize>>| part.filter(|part| !part.is_empty()).map(Part::Copy).into_iter().collect();
    match (tag.kind, tag.name.as_str()) {
        (Foreign::Silent, "id") => {
            let id = tag.arguments.clone();
            vec![Part::Text("<span id=\""), Part::Copy(id), Part::Text("\"></span>")]
        }
        (Foreign::LiquidTag, "embed") => {
            let parts = |url| vec![Part::Text("<"), Part::Copy(url), Part::Text(">")];
            named("url").filter(|url| !url.is_empty()).map(parts).unwrap_or_default()
        }
        (Foreign::LiquidTag, "post_url") => match nth(0).filter(|name| !name.is_empty()) {
            Some(name) => {
                let start = name.start + usize::from(body[name.clone()].starts_with('/'));
                vec![Part::Text("/_posts/"), Part::Copy(start..name.end), Part::Text(".md")]
            }
            None => Vec::new(),
        },
        (Foreign::LiquidTag, "link" | "page" | "slack_channel" | "slack")
        | (Foreign::Shortcode, "ref" | "relref" | "glossary-term" | "term") => one(nth(0)),
        (Foreign::LiquidTag, "image") => {
            let Some(path) = nth(0) else { return Vec::new() };
            let alt = nth(1).map(Part::Copy);
            let parts =
                [Some(Part::Text("![")), alt, Some(Part::Text("](<")), Some(Part::Copy(path)), Some(Part::Text(">)"))];
            parts.into_iter().flatten().collect()
        }
        (Foreign::Expression, _) if body[tag.arguments.clone()].contains("_url") => one(quoted(body, tag)),
        (Foreign::Braces, "src") => match quoted(body, tag) {
            Some(path) => vec![Part::Text("src=\""), Part::Copy(path), Part::Text("\"")],
            None => Vec::new(),
        },
        (Foreign::Braces, "href" | "to") => match quoted(body, tag) {
            Some(path) => vec![Part::Text("href=\""), Part::Copy(path), Part::Text("\"")],
            None => Vec::new(),
        },
        (Foreign::Braces, "") => {
            let inner = &body[tag.arguments.clone()];
            let is_text = inner.len() > 1
                && ['"', '\'', '`'].iter().any(|sign| inner.starts_with(*sign) && inner.ends_with(*sign));
            one(is_text.then(|| tag.arguments.start + 1..tag.arguments.end - 1))
        }
        _ => Vec::new(),
    }
}

/// Returns the first text between quotes in the arguments of a tag.
fn quoted(body: &str, tag: &Tag) -> Option<Range<usize>> {
    let text = &body[tag.arguments.clone()];
    let start = text.find(['"', '\'', '`'])?;
    let length = text[start + 1..].find(&text[start..=start])?;
    let from = tag.arguments.start + start + 1;
    (length > 0 && !text[start + 1..start + 1 + length].contains('$')).then_some(from..from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_of_lists_have_a_width() {
        let widths = ["- a", "10. a", "*   a", "-", "1) a", "-a", "a", "**b**", "-     code"].map(marker);
        assert_eq!(widths, [Some(2), Some(4), Some(4), Some(2), Some(3), None, None, None, Some(2)]);
    }

    #[test]
    fn a_line_begins_a_limited_number_of_quotations_and_items() {
        for marker in [">", "> ", "- ", "1. ", "> * "] {
            let count = marker.matches(['>', '-', '.', '*']).count();
            assert_eq!(deep_marker(&format!("{}x", marker.repeat(100 / count))), None, "{marker}");
            assert!(deep_marker(&format!("{}x", marker.repeat(101))).is_some(), "{marker}");
        }
        assert_eq!(deep_marker(&"-".repeat(300)), None);
        assert_eq!(deep_marker(&"- ".repeat(300)), None);
        assert_eq!(deep_marker(&format!("{}\n", "* ".repeat(300))), None);
    }

    #[test]
    fn addresses_and_elements_that_hold_markdown_are_recognized() {
        assert!(holds_markdown("<div class=\"a\" markdown>") && holds_markdown("<div markdown=\"1\">"));
        assert!(!holds_markdown("<div class=\"markdown\">") && !holds_markdown("<div markdown>a</div>"));
        let address = |text: &str| is_in_address(text, text.len());
        assert!(address("[a]: <") && address("[a]:\n  <") && address("<a href=\"x/") && address("> [a]: x/"));
        assert!(!address("[a]: x \"") && !address("<a href=\"x\">") && !address("text [a](b) "));
    }

    #[test]
    fn attributes_of_a_line_are_read_and_marks_are_not() {
        assert_eq!(attributes("{: #a .b }").unwrap().len(), 2);
        assert_eq!(attributes("{:toc}").unwrap().len(), 0);
        assert_eq!(attributes("{ .annotate }").unwrap().len(), 1);
        assert!(
            attributes("{x}").is_none() && attributes("{{.x}}").is_none() && attributes("{.x audience=y}").is_none()
        );
        assert!(attributes("{::comment}").is_none() && attributes("{# a #}").is_none());
        assert!(attributes("{: audience=managers}").is_none() && attributes("x {: .a}").is_none());
    }
}
