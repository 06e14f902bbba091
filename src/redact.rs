//! Takes out of a chapter what an audience must not read, before anything else sees it.
//!
//! Input: a chapter's Markdown and the audiences that may be shown. Output: the same text, byte for byte as long, with hidden blocks and
//! sections blanked. Nothing later can leak them: slugs, footnotes, terms, search and copies are made from this text. The
//! only module that knows audiences.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::attribute;
use crate::config::Config;
use crate::diagnostic::Span;

/// The audiences whose content is shown beside what everybody reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    names: BTreeSet<String>,
}

impl Visible {
    /// Follows `includes` from `audience`; `None` shows what is for everybody only.
    #[must_use]
    pub fn of(audience: Option<&str>, config: &Config) -> Self {
        let mut names = BTreeSet::new();
        let mut open: Vec<&str> = audience.into_iter().collect();
        while let Some(name) = open.pop() {
            if let Some(audience) = config.audiences.get(name)
                && names.insert(name.to_owned())
            {
                open.extend(audience.includes.iter().map(String::as_str));
            }
        }
        Self { names }
    }

    /// Shows what is for any audience that the handbook declares: for commands that write into the author's files.
    #[must_use]
    pub fn everything(config: &Config) -> Self {
        Self { names: config.audiences.keys().cloned().collect() }
    }

    /// Tells whether content for `audience` is shown. An audience that is not declared is never shown.
    #[must_use]
    pub fn shows(&self, audience: &str) -> bool {
        self.names.contains(audience)
    }
}

/// What redaction found wrong; spans are in bytes of the text that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// An audience is named that is not declared.
    Unknown(String, Span),
    /// A `:::` block is not closed.
    Unclosed(Span),
}

/// Blanks what `visible` does not show, and the `:::` lines themselves.
#[must_use]
pub fn redact<'a>(text: &'a str, visible: &Visible, config: &Config) -> (Cow<'a, str>, Vec<Remark>) {
    if !text.contains("audience=") {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut remarks = Vec::new();
    let blocks = hidden_blocks(text, visible, config, &mut remarks);
    let text = blank(text, &blocks);
    let sections = hidden_sections(&text, visible, config, &mut remarks);
    let text = blank(&text, &sections);
    (Cow::Owned(text), remarks)
}

fn note_unknown(name: &str, at: Range<usize>, config: &Config, remarks: &mut Vec<Remark>) {
    if !config.audiences.contains_key(name) {
        remarks.push(Remark::Unknown(name.to_owned(), Span::new(at.start, at.end)));
    }
}

/// Finds `::: {audience=…}` blocks outside fenced code; nested ones close innermost first.
fn hidden_blocks(text: &str, visible: &Visible, config: &Config, remarks: &mut Vec<Remark>) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut open: Vec<(usize, bool, Range<usize>)> = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let trimmed = line.trim();
        if let Some(mark) = fence_mark(trimmed) {
            fence = match fence {
                None => Some(mark),
                Some((c, n)) if mark.0 == c && mark.1 >= n && trimmed.chars().all(|x| x == c) => None,
                open => open,
            };
            continue;
        }
        if fence.is_some() || line.len() - line.trim_start().len() > 3 {
            continue;
        }
        if let Some((name, at)) = opening(line) {
            let at = range.start + at.start..range.start + at.end;
            note_unknown(&name, at, config, remarks);
            open.push((range.start, visible.shows(&name), range.clone()));
            hidden.push(range);
        } else if trimmed == ":::"
            && let Some((from, shown, _)) = open.pop()
        {
            hidden.push(if shown { range } else { from..range.end });
        }
    }
    for (from, shown, line) in open {
        remarks.push(Remark::Unclosed(Span::new(line.start, line.end.saturating_sub(1).max(line.start))));
        // An unclosed block hides all that follows: guessing its end could publish a secret.
        if !shown {
            hidden.push(from..text.len());
        }
    }
    hidden
}

/// Reads a line `::: {audience=NAME}`: the name and the place of its attribute in the line.
fn opening(line: &str) -> Option<(String, Range<usize>)> {
    let rest = line.trim_start().strip_prefix(":::")?;
    let attributes = attribute::trailing(rest.trim_end())?;
    if attributes.text_end != 0 {
        return None;
    }
    let found = attributes.get("audience")?;
    let offset = line.len() - line.trim_start().len() + 3;
    Some((found.value.clone(), offset + found.range.start..offset + found.range.end))
}

fn fence_mark(line: &str) -> Option<(char, usize)> {
    let first = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == first).count();
    let info = &line[length..];
    (length >= 3 && !(first == '`' && info.contains('`'))).then_some((first, length))
}

/// Finds the sections whose heading says `{audience=…}` of one that is not shown.
fn hidden_sections(text: &str, visible: &Visible, config: &Config, remarks: &mut Vec<Remark>) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut until: Option<(usize, u8)> = None;
    let mut depth = 0_usize;
    let events = Parser::new_ext(text, super::markdown::options(true, false)).into_offset_iter();
    for (event, range) in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                let level = level as u8;
                if let Some((from, open)) = until
                    && level <= open
                {
                    hidden.push(from..range.start);
                    until = None;
                }
                let line = text[range.clone()].trim_end().trim_end_matches(['#', '=', '-']).trim_end();
                let found = attribute::trailing(line).and_then(|list| list.get("audience").cloned());
                if let Some(found) = found
                    && until.is_none()
                {
                    let at = range.start + found.range.start..range.start + found.range.end;
                    note_unknown(&found.value, at, config, remarks);
                    if !visible.shows(&found.value) {
                        until = Some((range.start, level));
                    }
                }
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(TagEnd::Heading(_) | _) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if let Some((from, _)) = until {
        hidden.push(from..text.len());
    }
    hidden
}

/// Replaces ranges by spaces, line ends kept, so that every offset stays true.
fn blank(text: &str, ranges: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        for byte in &mut bytes[range.clone()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    // Ranges begin and end at line starts or attributes' edges, so no character is cut; lossy costs nothing if one were.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let toml = "[audiences.managers]\nincludes = [\"staff\"]\n[audiences.staff]\n";
        Config::read(toml.as_bytes(), "x").unwrap().0
    }

    fn shown(text: &str, audience: Option<&str>) -> String {
        let config = config();
        let (out, _) = redact(text, &Visible::of(audience, &config), &config);
        assert_eq!(out.len(), text.len());
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn blocks_are_shown_to_their_audience_and_those_that_include_it() {
        let text = "a\n\n::: {audience=staff}\nsecret é\n:::\n\nb\n";
        assert_eq!(shown(text, None), "a b");
        assert_eq!(shown(text, Some("staff")), "a secret é b");
        assert_eq!(shown(text, Some("managers")), "a secret é b");
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let text = "# T\n\n## Pay {audience=managers}\n\nx\n\n### More\n\ny\n\n## Next\n\nz\n";
        assert_eq!(shown(text, Some("staff")), "# T ## Next z");
    }

    #[test]
    fn code_is_left_alone_and_an_open_block_hides_the_rest() {
        let text = "```\n::: {audience=managers}\n```\nshown\n\n::: {audience=managers}\nhidden\n";
        assert_eq!(shown(text, None), "``` ::: {audience=managers} ``` shown");
        let config = config();
        let (_, remarks) = redact(text, &Visible::default(), &config);
        assert!(matches!(remarks.as_slice(), [Remark::Unclosed(_)]));
    }

    #[test]
    fn an_unknown_audience_hides_and_is_reported() {
        let config = config();
        let (out, remarks) = redact("## A {audience=mangers}\n\nx\n", &Visible::of(Some("managers"), &config), &config);
        assert_eq!(out.trim(), "");
        assert!(matches!(remarks.as_slice(), [Remark::Unknown(name, _)] if name == "mangers"));
    }
}
