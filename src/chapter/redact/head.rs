//! Finds text that was meant as a chapter's front matter, or as its audience, but isn't read as
//! such.
//!
//! Input: a chapter's text, or its front matter as a table. Output: ranges, or the audience. Never
//! hides or reports anything itself; the caller has to hide what is found.

use std::ops::Range;

use super::word::{self, Sign, hits, is_colon, is_gap, is_word, lines, plain};
use crate::text::diagnostic::Span;
use crate::text::front_matter::{Data, Table, Value};

/// The maximum number of non-blank lines to search for a block of front matter, which is four times
/// the longest one seen so far.
const LONGEST: usize = 200;

/// What front matter says about a chapter's audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// No audience is set, so everyone may read it.
    Absent,
    /// One name, and the span of the value.
    Named(String, Span),
    /// Something other than one name, or a key that resembles `audience`.
    Broken(Span),
}

/// Reads a chapter's audience from its front matter. `content` is the text that `table` was read
/// from, and begins at byte `offset` of the chapter.
pub fn audience_of(table: &Table, content: &str, offset: usize) -> Field {
    match audience_in(table) {
        // A line that was meant as a key may have become part of another value.
        Field::Absent => suspicious(content)
            .map_or(Field::Absent, |range| Field::Broken(Span::new(offset + range.start, offset + range.end))),
        field => field,
    }
}

/// Finds a line whose key resembles `audience`, or `audience=` anywhere.
fn suspicious(content: &str) -> Option<Range<usize>> {
    if let Some((range, _)) = lines(content).find(|(_, line)| names_audience(line)) {
        return Some(range);
    }
    let hit = hits(content).into_iter().find(|hit| hit.sign == Sign::Equals)?;
    (!content[..hit.range.start].ends_with(['?', '&'])).then_some(hit.range)
}

fn audience_in(table: &Table) -> Field {
    let mut named = None;
    for entry in &table.entries {
        if entry.key == "audience" {
            let name = entry.value.text().map(str::trim).filter(|name| !name.is_empty());
            let is_name = !matches!(entry.value.data, Data::Boolean(_));
            match name.filter(|_| is_name) {
                Some(name) => named = Some(Field::Named(name.to_owned(), entry.value.span)),
                None => return Field::Broken(entry.key_span),
            }
        } else if is_word(&entry.key) {
            return Field::Broken(entry.key_span);
        } else if let Some(span) = nested(&entry.value) {
            return Field::Broken(span);
        }
    }
    if let Some(repeat) = table.duplicates.iter().find(|repeat| is_word(&repeat.key)) {
        return Field::Broken(repeat.second);
    }
    named.unwrap_or(Field::Absent)
}

/// Finds a key that resembles `audience` in tables nested inside a value.
fn nested(value: &Value) -> Option<Span> {
    match &value.data {
        Data::Table(table) => table
            .entries
            .iter()
            .find_map(|entry| if is_word(&entry.key) { Some(entry.key_span) } else { nested(&entry.value) }),
        Data::List(items) => items.iter().find_map(nested),
        _ => None,
    }
}

/// Finds a line that restricts a chapter to an audience or withholds it. This is used for front
/// matter that can't be read, and for blocks that aren't recognized as front matter.
pub fn private_line(text: &str) -> Option<Range<usize>> {
    lines(text).find(|(_, line)| is_private(line)).map(|(range, _)| range)
}

/// Returns the range of the first line of a text if it is a field `audience` with the name of one.
pub fn audience_on_first_line(text: &str, start: usize, is_audience: &dyn Fn(&str) -> bool) -> Option<Range<usize>> {
    let lines = lines_of(text, start);
    let (at, line) = lines.iter().find(|(_, line)| !is_blank(line))?;
    let (_, value) = key_of(line)?;
    // `Audience: managers` is prose.
    (line.trim_start().starts_with("audience") && is_audience(&value)).then(|| *at..at + line.trim_end().len())
}

/// Returns whether a line has a key that resembles `audience`.
fn names_audience(line: &str) -> bool {
    key_of(line).is_some_and(|(key, _)| is_word(&key))
}

/// Returns whether a line has one of the keys that withhold a chapter.
fn is_private(line: &str) -> bool {
    let Some((key, value)) = key_of(line) else { return false };
    let is_no = value.starts_with("false") || value.starts_with("no");
    match key.as_str() {
        "status" => true,
        "draft" | "private" | "hidden" | "unlisted" => !is_no,
        "published" | "publish" => is_no,
        key => is_word(key),
    }
}

/// Parses `key: value` or `key = value` in any spelling, and returns both parts in lower case.
fn key_of(line: &str) -> Option<(String, String)> {
    let is_wrapping = |c: char| is_gap(c) || matches!(c, '"' | '\'' | '{' | ',' | '-' | '*' | '_' | '`' | '?');
    let rest = line.trim_start_matches(is_wrapping);
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && !word::is_invisible(c))?;
    let key = plain(&rest[..length]);
    let after = rest[length..].trim_start_matches(is_wrapping);
    let sign = after.chars().next().filter(|c| is_colon(*c) || matches!(c, '=' | '\u{ff1d}'))?;
    (!key.is_empty()).then(|| (key, plain(after[sign.len_utf8()..].trim_matches(is_wrapping))))
}

/// Returns a block that is fenced like front matter but isn't read as such, and that would withhold
/// the chapter. Only looks before the first heading and directly below it; `start` is where the
/// text begins.
pub fn block_that_looks_like_front_matter(text: &str, start: usize) -> Option<Range<usize>> {
    let lines = lines_of(text, start);
    // The opening line may be missing at the very top, or may belong to an empty block.
    let first = lines.iter().position(|(_, line)| !is_blank(line))?;
    if key_of(lines[first].1).is_some()
        && let Some(range) = closed_block(&lines, first, first)
    {
        return Some(range);
    }
    let fenced = |n: usize| closed_block(&lines, n, n + 1).or_else(|| open_block(&lines, n));
    for (n, (_, line)) in lines.iter().enumerate() {
        let is_code = n == first && start == 0 && ["```", "~~~"].iter().any(|sign| line.trim_start().starts_with(sign));
        if opens(line) || is_code {
            if let Some(range) = fenced(n) {
                return Some(range);
            }
        } else if is_heading(line) {
            let below = (n + 1..lines.len()).find(|below| !is_blank(lines[*below].1))?;
            return opens(lines[below].1).then(|| fenced(below))?;
        }
    }
    None
}

/// Returns lines that were meant as front matter at the top of a text that has none, or below its first heading: fields
/// whose opening or closing fence is missing or isn't one. `is_field` says whether a key is that of a field. Keys must
/// be written exactly like it, because prose may begin with `Title:`.
pub fn fields_without_fences(text: &str, is_field: &dyn Fn(&str) -> bool) -> Option<Range<usize>> {
    let lines = lines_of(text, 0);
    let next = |from: usize| (from..lines.len()).find(|n| !is_blank(lines[*n].1));
    let mut from = next(0)?;
    if is_heading(lines[from].1) {
        from = next(from + 1).filter(|below| is_fence(lines[*below].1))?;
    }
    let is_open = opens(lines[from].1) && !lines[from].1.trim_start().starts_with("~~~");
    let first = from + usize::from(is_open);
    let key = |line: &str| line.split_once([':', '=']).map(|(key, _)| key.trim_end().to_owned());
    let has_key = |line: &str| key(line).is_some_and(|key| is_field(&key));
    let is_name = |key: &str| key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !key.is_empty();
    let is_inner = |line: &str| line.starts_with([' ', '\t', '-']) && !is_blank(line) && !is_fence(line);
    let is_part = |line: &str| key(line).is_some_and(|key| is_name(&key)) || is_inner(line);
    if !lines.get(first).is_some_and(|(_, line)| has_key(line)) {
        return None;
    }
    let part = lines[first..].iter().take_while(|(_, line)| is_part(line)).count();
    let keys = lines[first..first + part].iter().filter(|(_, line)| has_key(line)).count();
    let is_closed = lines.get(first + part).is_some_and(|(_, line)| is_fence(line));
    let (at, last) = lines[first + part - 1];
    (is_open || is_closed || keys > 1).then(|| lines[from].0..at + last.trim_end().len())
}

/// Returns the first lines of a text with the byte offset of each; blank lines don't count toward
/// the limit.
fn lines_of(text: &str, start: usize) -> Vec<(usize, &str)> {
    let mut at = start;
    let mut full = 0;
    let mut lines = Vec::new();
    for line in text[start..].split_inclusive(is_line_end) {
        full += usize::from(!is_blank(line));
        if full > LONGEST {
            break;
        }
        lines.push((at, line));
        at += line.len();
    }
    lines
}

/// Returns whether some programs treat a character as a line ending (Unicode Standard Annex #14,
/// classes BK and NL).
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns the block that begins at line `from` and whose content starts at line `first`, if the
/// block is closed by a fence and is private.
fn closed_block(lines: &[(usize, &str)], from: usize, first: usize) -> Option<Range<usize>> {
    let is_end = |line: &str| is_fence(line) || line.trim_start().starts_with("```");
    let length = lines.get(first..)?.iter().position(|(_, line)| is_end(line) || is_heading(line))?;
    let last = first + length;
    let is_closed = is_end(lines[last].1);
    // A block with blank lines next to both fences is prose between thematic breaks, unless it
    // names an audience.
    let is_airy = last > first && is_blank(lines[first].1) && is_blank(lines[last - 1].1);
    (is_closed && is_kept_back(&lines[first..last], is_airy))
        .then(|| lines[from].0..lines[last].0 + lines[last].1.trim_end().len())
}

/// Returns an unclosed block that begins at line `from`, if its first lines are fields and one of
/// them is private.
fn open_block(lines: &[(usize, &str)], from: usize) -> Option<Range<usize>> {
    let first = (from + 1..lines.len()).find(|n| !is_blank(lines[*n].1))?;
    let fields = lines[first..].iter().take_while(|(_, line)| key_of(line).is_some()).count();
    let (fields, is_airy) = (&lines[first..first + fields], first > from + 1);
    let (at, last) = fields.last()?;
    is_kept_back(fields, is_airy).then(|| lines[from].0..at + last.trim_end().len())
}

/// Returns whether any line withholds the chapter. In a block with blank lines next to its fences,
/// only an audience does.
fn is_kept_back(lines: &[(usize, &str)], is_airy: bool) -> bool {
    lines.iter().any(|(_, line)| if is_airy { names_audience(line) } else { is_private(line) })
}

fn is_blank(line: &str) -> bool {
    line.chars().all(is_gap)
}

/// Returns whether a line may have been meant as `---` or `+++`.
fn is_fence(line: &str) -> bool {
    let bare = line.trim_matches(is_gap);
    let count = bare.chars().count();
    let is_dash =
        |c: char| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' | '\u{2500}' | '\u{ff0d}');
    let is_sign = |c: char| is_dash(c) || matches!(c, '-' | '+' | '=' | '*' | '_' | '~' | ';') || is_gap(c);
    !bare.is_empty() && bare.chars().all(is_sign) && (count >= 2 || bare.chars().all(is_dash))
}

/// Returns whether a line may have been meant to open front matter. The name of its format, or a comment, may follow.
fn opens(line: &str) -> bool {
    let bare = line.trim_matches(is_gap);
    let sign = bare.chars().next().unwrap_or_default();
    let rest = bare.trim_start_matches(sign);
    let is_short = rest.chars().count() <= 40 && !rest.contains(sign);
    is_fence(line) || matches!(sign, '-' | '+') && bare.len() - rest.len() >= 3 && is_short
}

fn is_heading(line: &str) -> bool {
    let trimmed = line.trim_start_matches(' ');
    let signs = trimmed.len() - trimmed.trim_start_matches('#').len();
    (1..=6).contains(&signs) && trimmed[signs..].starts_with([' ', '\t', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        block_that_looks_like_front_matter(text, 0).map(|range| &text[range])
    }

    #[test]
    fn a_block_is_recognized_by_its_content() {
        for text in [
            "\n---\naudience: managers\n---\n# A\n",
            " ---\naudience: managers\n---\n# A\n",
            "----\naudience: managers\n----\n# A\n",
            "\u{2014}\naudience: managers\n\u{2014}\n# A\n",
            "<!-- c -->\n---\naudience: managers\n---\n# A\n",
            "\u{200b}---\naudience: managers\n---\n# A\n",
            "title: A\naudience: managers\n---\n# A\n",
            "---\n\naudience: managers\n---\n# A\n",
            "# A\n\n---\naudience: managers\n---\n\nText\n",
            "# A\n---\nstatus: draft\n---\n",
            "***\ndraft: true\n***\n",
            "+++\ndraft = true\n",
            "```yaml\naudience: managers\n```\n# A\n",
            "----\nAudience\u{a0}\u{ff1a} managers\n\nText\n",
            "---\ntitle: A\npublished: false\n\nText\n",
        ] {
            assert!(found(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn prose_rules_and_tables_are_left_alone() {
        for text in [
            "# A\n\nAudience: managers\n\n---\n\nText\n",
            "---\n\nProse about status and drafts.\n\n---\n",
            "Audience: managers\n\n# A\n",
            "# A\n\nText\n\n---\naudience: managers\n---\n",
            "# A\n\n---\n\nStatus: Accepted\n\n---\n\nText\n",
            "Text\n\n---\n\nDraft: a version that is not finished yet, of course.\n\nText\n",
            "---\ndraft: false\npublished: true\n---\n",
            "",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
    }

    #[test]
    fn fields_are_recognized_without_their_fences() {
        let is_field = |key: &str| matches!(key, "rank" | "track" | "summary");
        let found = |text: &str| fields_without_fences(text, &is_field).is_some();
        for text in [
            "rank: 2\n---\n\n# A\n",
            "summary: A\nrank: 2\ncompetencies:\n  talk: 2\n- x\n---\n",
            "\n---\nrank: 2\n---\n",
            "----\nrank: 2\n----\n",
            "***\nrank: 2\n\n# A\n",
            "rank: 2\ntrack: x\n\n# A\n",
            "rank = 2\n+++\n",
            "# A\n\n---\nrank: 2\n---\n",
        ] {
            assert!(found(text), "{text:?}");
        }
        for text in [
            "Rank: 2\n---\n",
            "rank: 2\n\n# A\n",
            "other: 2\n---\n",
            "# A\n\nrank: 2\ntrack: x\n",
            "---\n\nrank: 2\n\n---\n",
            "```yaml\nrank: 2\n```\n",
            "Text.\n\n---\nrank: 2\n---\n",
            "- rank: 2\n- track: x\n",
            "",
        ] {
            assert!(!found(text), "{text:?}");
        }
    }

    #[test]
    fn an_audience_is_one_name_or_broken() {
        let read = |text: &str| {
            let table = crate::text::front_matter::read(text, 0, crate::text::front_matter::Format::Yaml).unwrap();
            audience_of(&table, text, 0)
        };
        for text in ["title: A\n", "title: A\n# audience: b\n", "summary: Of an audience.\n"] {
            assert_eq!(read(text), Field::Absent, "{text}");
        }
        assert!(matches!(read("audience: managers\n"), Field::Named(name, _) if name == "managers"));
        for text in [
            "audience:\n",
            "audience: ~\n",
            "audience: ''\n",
            "audience: [a, b]\n",
            "audience: true\n",
            "Audience: a\n",
            "audiences: a\n",
            "extra: {audience: a}\n",
            "audience: a\nAudience: b\n",
            "audience: a\naudience: b\n",
            "summary: >\n  text\n  audience: managers\n",
            "title: A {audience=b}\n",
        ] {
            assert!(matches!(read(text), Field::Broken(_)), "{text:?}");
        }
    }
}
