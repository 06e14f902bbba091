//! Fits a part of one chapter into a page: its headings below the heading that it is inserted under,
//! and its IDs different from those of the page.
//!
//! Input: the HTML of the part, and documents with the places of their headings. Output: HTML, or
//! levels of headings. Never resolves a reference.

use std::fmt::Write as _;

use crate::chapter::document::Document;
use crate::text::markup::{Token, escape, tokens};

/// Returns how many levels to lower the headings of a part, so that they are below the heading that
/// they are inserted under.
pub(super) fn heading_shift(host: &Document, offset: usize, part: &Document, start: usize) -> u8 {
    let over = heading_over(host, offset);
    let first = part.body.blocks.iter().filter(|block| (block.end as usize) > start).find_map(|block| block.heading);
    let first = first.and_then(|n| part.outline.headings.get(n as usize)).map_or(over + 1, |heading| heading.level);
    (over + 1).saturating_sub(first)
}

/// Returns the level of the heading that a place in a chapter's HTML is under.
pub(in crate::site::render) fn heading_over(host: &Document, offset: usize) -> u8 {
    let before = host.body.blocks.iter().take_while(|block| (block.end as usize) <= offset);
    let over = before.filter_map(|block| block.heading).last();
    over.and_then(|n| host.outline.headings.get(n as usize)).map_or(1, |heading| heading.level)
}

/// Returns HTML with `prefix` added to every ID and every heading lowered by `shift` levels.
pub(super) fn moved(html: &str, prefix: &str, shift: u8) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    let mut last = 0;
    for token in tokens(html) {
        let (Token::Start(tag) | Token::End(tag)) = &token else { continue };
        if let Some(level) = heading_level(&tag.name) {
            let digit = html[tag.range.clone()].find(|c: char| c.is_ascii_digit()).unwrap_or(0) + tag.range.start;
            let _ = write!(out, "{}{}", &html[last..digit], (level + shift).min(6));
            last = digit + 1;
        }
        for attribute in &tag.attributes {
            let is_note = attribute.value.starts_with("fn:") || attribute.value.starts_with("fnref:");
            let is_anchor = attribute.name == "id" || (attribute.name == "name" && tag.name == "a");
            if is_anchor && !is_note {
                let before = &html[last..attribute.range.start];
                let _ = write!(out, "{before}{}=\"{prefix}{}\"", attribute.name, escape(&attribute.value));
                last = attribute.range.end;
            }
        }
    }
    out.push_str(&html[last..]);
    out
}

fn heading_level(name: &str) -> Option<u8> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_shown_elsewhere_gets_prefixed_ids_and_lower_headings() {
        let html = "<h2 id=\"a\">A</h2><p><a name=\"b\">x</a></p><h5>C</h5><sup id=\"fnref:1\"></sup>";
        let wanted = "<h4 id=\"x--a\">A</h4><p><a name=\"x--b\">x</a></p><h6>C</h6><sup id=\"fnref:1\"></sup>";
        assert_eq!(moved(html, "x--", 2), wanted);
    }
}
