//! Finds unresolved merge conflicts in a file, in which Git's conflict markers separate the two
//! versions.
//!
//! Input: text with LF line endings. Output: the byte ranges of the lines where conflicts begin.
//! Skips fenced code blocks, where such lines are examples.

use std::ops::Range;

/// The conflict markers before, between and after the two versions (git-merge, "How conflicts are
/// presented").
const MARKS: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];

/// The message of the finding.
pub const MESSAGE: &str = "a merge left both versions here";
/// The help text of the finding.
pub const HELP: &str = "keep one version, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`";

/// Returns the first line of each conflict, without its line ending.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Most files have no conflict, so check cheaply first.
    if !text.contains(MARKS[0]) {
        return found;
    }
    let mut open: Option<(Range<usize>, usize)> = None;
    let mut fence: Option<&str> = None;
    let mut start = 0;
    for line in text.split('\n') {
        let place = start..start + line.len();
        start = place.end + 1;
        if let Some(mark) = fence {
            fence = (!ends_fence(line, mark)).then_some(mark);
            continue;
        }
        if is_mark(line, MARKS[0]) {
            open = Some((place, 1));
        } else if let Some((begin, next)) = open.take() {
            match MARKS.get(next) {
                Some(mark) if !is_mark(line, mark) => open = Some((begin, next)),
                Some(_) if next + 1 < MARKS.len() => open = Some((begin, next + 1)),
                _ => found.push(begin),
            }
        } else {
            fence = begins_fence(line);
        }
    }
    found
}

/// Returns whether a line is the given conflict marker, alone or followed by a name.
fn is_mark(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Returns the code fence that opens on this line, if any (`CommonMark` 0.31.2, section 4.5).
fn begins_fence(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '>']);
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    (length >= 3).then(|| &line[..length])
}

fn ends_fence(line: &str, fence: &str) -> bool {
    let line = line.trim_start_matches([' ', '>']).trim_end();
    line.starts_with(fence) && line.chars().all(|c| fence.starts_with(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_conflict_is_found_by_its_three_markers() {
        let text = "a\n<<<<<<< HEAD\nb\n||||||| 1234567\nc\n=======\nd\n>>>>>>> branch\ne\n<<<<<<<\n=======\n>>>>>>>";
        assert_eq!(lines(text), ["<<<<<<< HEAD", "<<<<<<<"]);
    }

    #[test]
    fn headings_arrows_and_examples_are_not_conflicts() {
        for text in [
            "Title\n=======\n",
            "<<<<<<< HEAD\nno more\n",
            "<<<<<<<<<<\n=======\n>>>>>>>\n",
            "````\n```\n<<<<<<< a\n=======\n>>>>>>> b\n````\n",
            "> ~~~ x\n> ~~~\n\n    <<<<<<< a\n=======\n>>>>>>> b\n",
        ] {
            assert!(find(text).is_empty(), "{text}");
        }
        assert_eq!(lines("~~~\n~~~\n<<<<<<< a\n=======\n>>>>>>> b\n"), ["<<<<<<< a"]);
    }
}
