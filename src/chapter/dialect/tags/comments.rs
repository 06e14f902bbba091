//! Finds what isn't shown on purpose: comments of Liquid, MDX, kramdown, Jinja and `MyST`, and hidden
//! blocks of Quarto.
//!
//! Input: a body and the place where one may begin. Output: its range as a silent [`Tag`]. Never reads
//! comments of HTML or `%%` comments, which redaction takes out.

use std::ops::Range;

use super::{Finder, Tag, silent};
use crate::chapter::dialect::foreign::Foreign;
use crate::declare::dialect::Dialect;

impl Finder<'_> {
    /// Returns the tag that begins a comment with the whole comment.
    pub(super) fn with_comment(&mut self, tag: Tag) -> Tag {
        if tag.kind != Foreign::LiquidTag || tag.is_closing || !self.may_comment {
            return tag;
        }
        let rest = &self.body[tag.range.end..];
        let Some(at) = rest.find("endcomment") else {
            self.may_comment = false;
            return tag;
        };
        let end = rest[at..].find("%}").map_or(rest.len(), |length| at + length + 2);
        Tag { range: tag.range.start..tag.range.end + end, kind: Foreign::Silent, is_empty: true, ..tag }
    }

    /// Returns where a block ends that isn't shown, if the line opens one.
    pub(super) fn hidden_block(&mut self, line: &Range<usize>) -> Option<usize> {
        let may_hide = self.may_hide && !self.raw && !self.pre && self.dialects.has(Dialect::Colons);
        if !may_hide || !hides(self.body[line.clone()].trim()) {
            return None;
        }
        let end = end_of_colons(&self.body[line.start..]).map(|length| line.start + length);
        self.may_hide = end.is_some();
        end
    }

    /// Returns the range of a line that is a comment of `MyST`'s.
    pub(super) fn comment_line(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let line = &self.body[range.clone()];
        let text = line.trim_start_matches(' ');
        let is_whole = range.start == 0 || self.body[..range.start].ends_with('\n');
        let is_comment = is_whole && text.starts_with('%') && line.len() - text.len() < 4;
        is_comment.then(|| range.end - text.len()..range.start + line.trim_end().len())
    }

    /// Reads a comment of MDX, kramdown or Jinja, which may contain empty lines.
    pub(super) fn comment(&mut self, at: usize) -> Option<Tag> {
        let has = |dialect| self.dialects.has(dialect);
        let inner = self.body[at..].strip_prefix('{')?;
        let text = inner.trim_start();
        let from = self.body.len() - text.len() + 2;
        let (form, from) = if has(Dialect::Jsx) && text.starts_with("/*") {
            (0, from)
        } else if has(Dialect::Attributes) && inner.starts_with("::comment}") {
            (1, at + 11)
        } else if has(Dialect::Liquid) && has(Dialect::Expressions) && is_jinja_comment(inner) {
            (2, at + 2)
        } else {
            return None;
        };
        if self.comment_ends[form]? < from {
            let sign = ["*/", "{:/", "#}"][form];
            self.comment_ends[form] = self.body[from..].find(sign).map(|length| from + length);
        }
        let end = self.comment_ends[form]?;
        let rest = &self.body[end..];
        let length = match form {
            0 => rest.len() - rest[2..].trim_start().strip_prefix('}')?.len(),
            1 => ["{:/}", "{:/comment}"].iter().find(|sign| rest.starts_with(**sign))?.len(),
            _ => 2,
        };
        Some(silent(at..end + length))
    }
}

/// Returns whether a line opens a block of Quarto's that pages don't show.
pub fn hides(line: &str) -> bool {
    let attributes = line.strip_prefix(":::").map(|rest| rest.trim_start_matches(':').trim());
    let inner = attributes.and_then(|rest| rest.strip_prefix('{')?.strip_suffix('}')).unwrap_or_default();
    let is_shown = |word: &str| match word.split_once('=') {
        Some(("when-format", format)) => !format.trim_matches('"').starts_with("html"),
        Some(("unless-format", format)) => format.trim_matches('"').starts_with("html"),
        Some((key, _)) => key == "when-profile",
        None => false,
    };
    let mut words = inner.split_whitespace();
    words.clone().any(|word| word == ".content-hidden") && !words.any(is_shown)
}

/// Returns where the block ends that the first line of `text` opens with colons.
fn end_of_colons(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    let mut fence: Option<(&str, usize)> = None;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let trimmed = line.trim();
        let sign = ["`", "~"].into_iter().find(|sign| trimmed.starts_with(&sign.repeat(3)));
        let length = sign.map_or(0, |sign| trimmed.len() - trimmed.trim_start_matches(sign).len());
        match (fence, sign) {
            (Some((open, least)), Some(sign)) if open == sign && length >= least && length == trimmed.len() => {
                fence = None;
            }
            (None, Some(sign)) => fence = Some((sign, length)),
            (None, None) if trimmed.starts_with(":::") => {
                let is_closing = trimmed.bytes().all(|byte| byte == b':');
                depth = if is_closing { depth - 1 } else { depth + 1 };
                if depth == 0 {
                    return Some(at - (line.len() - line.trim_end().len()));
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns whether what follows a brace begins a comment of Jinja's. Without a space, it is an ID.
fn is_jinja_comment(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|text| text.starts_with(|c: char| c.is_whitespace() || c == '-'))
}

/// Returns whether a tag, given by its text, is a comment.
pub fn is_comment(text: &str) -> bool {
    let inner = text.strip_prefix('{').unwrap_or_default();
    let of_liquid =
        inner.strip_prefix('%').map(|text| text.trim_start_matches(|c: char| c.is_whitespace() || c == '-'));
    text.starts_with('%')
        || of_liquid.is_some_and(|text| text.starts_with("comment") || text.starts_with('#'))
        || inner.trim_start().starts_with("/*")
        || inner.starts_with("::comment}")
        || text.lines().next().is_some_and(hides)
        || is_jinja_comment(inner)
}
