//! Recognizes small things on one line: list markers, attributes, tables of contents and tags that
//! stand for something.
//!
//! Input: the text of a line. Output: what it is. Never looks at other lines.

use std::ops::Range;

use super::foreign::Foreign;
use super::tags::{Tag, arguments};
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
    let rest = &line[digits + 1..];
    let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let is_apart = rest.is_empty() || spaces > 0;
    (is_marker && is_apart).then_some(digits + 1 + if (1..=4).contains(&spaces) { spaces } else { 1 })
}

/// Returns whether text would begin a block other than a paragraph.
pub fn begins_block(text: &str) -> bool {
    text.starts_with(['#', '>', '=', '|', '~', '+', '-']) || marker(text).is_some()
}

/// Reads a line that consists only of kramdown's attributes.
pub fn attributes(line: &str) -> Option<Vec<Attribute>> {
    let inner = line.strip_prefix("{:")?.strip_suffix('}')?;
    if inner.contains(['{', '}']) || inner.to_lowercase().contains("audience") {
        return None;
    }
    Some(attribute::parse(inner.trim(), 2).unwrap_or_default())
}

/// Returns what is shown instead of a tag: text before it, a range of the body, and text behind it.
pub fn instead(body: &str, tag: &Tag) -> Option<(&'static str, Range<usize>, &'static str)> {
    let list = arguments(&body[tag.arguments.clone()]);
    let at = |range: &Range<usize>| tag.arguments.start + range.start..tag.arguments.start + range.end;
    let named = |key: &str| list.iter().find(|one| body[at(&one.name)] == *key).map(|one| at(&one.value));
    let first = || list.first().filter(|one| one.name.is_empty()).map(|one| at(&one.value));
    match (tag.kind, tag.name.as_str()) {
        (Foreign::LiquidTag, "embed") => named("url").map(|url| ("<", url, ">")),
        (Foreign::LiquidTag, "link" | "page") | (Foreign::Shortcode, "ref" | "relref") => {
            first().map(|path| ("", path, ""))
        }
        _ => None,
    }
    .filter(|(_, range, _)| !range.is_empty())
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
    fn attributes_of_a_line_are_read_and_marks_are_not() {
        assert_eq!(attributes("{: #a .b }").unwrap().len(), 2);
        assert_eq!(attributes("{:toc}").unwrap().len(), 0);
        assert!(attributes("{: audience=managers}").is_none() && attributes("x {: .a}").is_none());
    }
}
