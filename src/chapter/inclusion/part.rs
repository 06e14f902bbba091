//! Takes a part of a file: lines, or what is between two marks.
//!
//! Input: a text, and the part. Output: the part without the lines that mark parts, or why there is
//! none. Never looks at other files.

use super::{LARGEST, Why};
use crate::text::attribute;
use crate::text::slug::slug;

/// The part of a file that is inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The lines in these ranges, counted from 1 and with both ends.
    Lines(Vec<(usize, usize)>),
    /// What is between two marks with this name, or the section with this anchor.
    Named(String),
}

/// A line that marks where a part begins or ends.
#[derive(Debug, PartialEq, Eq)]
enum Mark<'t> {
    Start(&'t str),
    /// The end of a part, or of the innermost one if it has no name.
    End(&'t str),
}

/// Returns a part of a text. Lines can be named repeatedly, so they are counted first.
pub fn of(text: &str, part: &Part) -> Result<String, Why> {
    let lines: Vec<&str> = text.lines().collect();
    match part {
        Part::Whole => Ok(unmarked(&lines)),
        Part::Lines(ranges) => {
            let mut chosen = Vec::new();
            let mut length = 0;
            for (from, to) in ranges {
                let from = from.saturating_sub(1);
                let to = (*to).min(lines.len());
                let part = lines.get(from..to).filter(|part| !part.is_empty()).ok_or(Why::NoPart)?;
                length += part.iter().map(|line| line.len() + 1).sum::<usize>();
                if length > LARGEST + 1 {
                    return Err(Why::TooLarge);
                }
                chosen.extend_from_slice(part);
            }
            Ok(unmarked(&chosen))
        }
        Part::Named(name) => between(&lines, name).or_else(|| section(&lines, name)).ok_or(Why::NoPart),
    }
}

/// Joins lines without those that mark parts.
fn unmarked(lines: &[&str]) -> String {
    lines.iter().filter(|line| mark(line).is_none()).copied().collect::<Vec<_>>().join("\n")
}

/// Returns the lines between two marks, without the indentation that all of them have.
fn between(lines: &[&str], name: &str) -> Option<String> {
    let first = lines.iter().position(|line| mark(line) == Some(Mark::Start(name)))? + 1;
    let mut depth = 0_usize;
    let mut last = lines.len();
    for (n, line) in lines.iter().enumerate().skip(first) {
        match mark(line) {
            Some(Mark::Start(_)) => depth += 1,
            Some(Mark::End(end)) if end == name || (end.is_empty() && depth == 0) => {
                last = n;
                break;
            }
            Some(Mark::End(_)) => depth = depth.saturating_sub(1),
            None => {}
        }
    }
    let inner: Vec<&str> = lines[first..last].iter().filter(|line| mark(line).is_none()).copied().collect();
    let indent = |line: &&&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = inner.iter().filter(|line| !line.trim().is_empty()).map(|line| indent(&line)).min().unwrap_or(0);
    Some(inner.iter().map(|line| line.get(least..).unwrap_or_default()).collect::<Vec<_>>().join("\n"))
}

/// Returns the section whose heading has an anchor.
fn section(lines: &[&str], anchor: &str) -> Option<String> {
    let level = |line: &&str| {
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        ((1..=6).contains(&hashes) && line[hashes..].starts_with(' ')).then_some(hashes)
    };
    let is_named = |line: &&str| {
        let Some(hashes) = level(line) else { return false };
        let found = attribute::trailing(line);
        let id = found.as_ref().and_then(|found| found.list.iter().find(|one| one.key == "id"));
        let words = found.as_ref().map_or(*line, |found| &line[..found.text_end]);
        id.map_or_else(|| slug(&words[hashes..]) == anchor, |id| id.value == anchor)
    };
    let first = lines.iter().position(is_named)?;
    let own = level(&lines[first])?;
    let ends = |line: &&str| level(line).is_some_and(|other| other <= own);
    let last = lines[first + 1..].iter().position(ends).map_or(lines.len(), |n| first + 1 + n);
    Some(unmarked(&lines[first..last]))
}

/// Reads a line that marks where a part begins or ends: `ANCHOR: name` of mdBook,
/// `--8<-- [start:name]` of `MkDocs`, and `#region name` of `VitePress`.
fn mark(line: &str) -> Option<Mark<'_>> {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '.');
    let name = |text: &'_ str| text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    for (sign, is_start) in [("ANCHOR: ", true), ("ANCHOR_END: ", false)] {
        if let Some(at) = line.find(sign) {
            let rest = line[at + sign.len()..].trim_start();
            let name = &rest[..name(rest)];
            return Some(if is_start { Mark::Start(name) } else { Mark::End(name) });
        }
    }
    if let Some(at) = line.find("8<") {
        let rest = line[at + 2..].trim_start_matches('-').trim_start();
        let inner = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        if let Some((sign, name)) = inner.and_then(|(inner, _)| inner.split_once(':')) {
            match sign.trim() {
                "start" => return Some(Mark::Start(name.trim())),
                "end" => return Some(Mark::End(name.trim())),
                _ => {}
            }
        }
    }
    let words = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_comment = line.trim_start().len() > words.len();
    let words = words.strip_prefix("pragma ").unwrap_or(words).trim_start();
    let lower = words.to_ascii_lowercase();
    let (length, is_start) = if lower.starts_with("region ") {
        (7, true)
    } else if lower.starts_with("endregion") {
        (9, false)
    } else {
        return None;
    };
    let rest = words.get(length..).filter(|_| is_comment)?.trim_start();
    let found = &rest[..name(rest)];
    // Behind the name, only the end of a comment may follow, so that prose isn't a mark.
    let is_alone = !rest[found.len()..].contains(char::is_alphanumeric);
    let is_alone = is_alone && (is_start != found.is_empty() || !is_start);
    is_alone.then_some(if is_start { Mark::Start(found) } else { Mark::End(found.trim_end_matches("--")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one_and_marks_are_left_out() {
        let text = "a\n// ANCHOR: x\nb\n  c\n// ANCHOR_END: x\nd\n";
        assert_eq!(of(text, &Part::Whole).as_deref(), Ok("a\nb\n  c\nd"));
        assert_eq!(of(text, &Part::Lines(vec![(1, 3)])).as_deref(), Ok("a\nb"));
        assert_eq!(of(text, &Part::Lines(vec![(6, usize::MAX)])).as_deref(), Ok("d"));
        assert_eq!(of(text, &Part::Lines(vec![(7, 9)])), Err(Why::NoPart));
        assert_eq!(of(text, &Part::Named("x".to_owned())).as_deref(), Ok("b\n  c"));
        assert_eq!(of(text, &Part::Named("y".to_owned())), Err(Why::NoPart));
    }

    #[test]
    fn lines_that_are_named_repeatedly_are_counted() {
        let text = "a\n".repeat(4000);
        assert_eq!(of(&text, &Part::Lines(vec![(1, 4000); 100])).map(|part| part.len()), Ok(799_999));
        assert_eq!(of(&text, &Part::Lines(vec![(1, 4000); 200])), Err(Why::TooLarge));
    }

    #[test]
    fn marks_of_three_generators_are_read() {
        assert_eq!(mark("# --8<-- [start:a]"), Some(Mark::Start("a")));
        assert_eq!(mark("<!-- --8<-- [end:a] -->"), Some(Mark::End("a")));
        assert_eq!(mark("  // #region snip-1"), Some(Mark::Start("snip-1")));
        assert_eq!(mark("<!-- #endregion snip -->"), Some(Mark::End("snip")));
        assert_eq!(mark("// #endregion"), Some(Mark::End("")));
        assert_eq!(mark("/* #region a */"), Some(Mark::Start("a")));
        for line in ["region north", "- Region north of here", "Our regions", "# Region and time"] {
            assert_eq!(mark(line), None, "{line}");
        }
    }

    #[test]
    fn a_region_is_taken_without_its_indentation_and_a_section_by_its_anchor() {
        let text = "f() {\n  // #region a\n  x\n    y\n  // #endregion a\n}\n";
        assert_eq!(of(text, &Part::Named("a".to_owned())).as_deref(), Ok("x\n  y"));
        let text = "# T\n\n## The part\n\nx\n\n### Below\n\n## Next\n";
        assert_eq!(of(text, &Part::Named("the-part".to_owned())).as_deref(), Ok("## The part\n\nx\n\n### Below\n"));
    }
}
