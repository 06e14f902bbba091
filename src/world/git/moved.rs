//! Pairs files that were renamed on disk but aren't committed yet.
//!
//! Input: the files of the newest commit and the files on disk. Output: pairs of paths. Git could
//! compare the files too, but would run the filters that the repository's configuration names.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::path::SourcePath;
use crate::text::source::Sources;

/// The similarity, in percent of the longer file, from which two files count as one renamed file.
/// Git has the same default.
const ALIKE: usize = 50;
/// The maximum number of pairs to compare line by line. If there are more, only identical files are
/// paired.
const MOST: usize = 250_000;

/// Pairs chapters that exist only on disk with chapters that exist only in the commit. Each pair is
/// today's path and the committed path.
pub fn pairs(then: &Sources, today: &Sources) -> Vec<(SourcePath, SourcePath)> {
    let mut gone: BTreeMap<&SourcePath, &[u8]> = only(then, today);
    let new: BTreeMap<&SourcePath, &[u8]> = only(today, then);
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (to, bytes) in new {
        let same = gone.iter().find(|(_, before)| **before == bytes).map(|(from, _)| *from);
        match same {
            Some(from) => {
                gone.remove(from);
                found.push((to.clone(), from.clone()));
            }
            None => open.push((to, lines(bytes))),
        }
    }
    if open.len() * gone.len() > MOST {
        return found;
    }
    let gone: Vec<(&SourcePath, BTreeMap<&[u8], usize>)> =
        gone.into_iter().map(|(from, bytes)| (from, lines(bytes))).collect();
    let mut likely: Vec<(usize, &SourcePath, &SourcePath)> = Vec::new();
    for (to, after) in &open {
        let near = gone.iter().map(|(from, before)| (alike(before, after), *to, *from));
        likely.extend(near.filter(|(share, ..)| *share >= ALIKE));
    }
    // Sort by similarity, most similar first, and then by path, so that the result is the same on
    // every machine.
    likely.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)).then(a.2.cmp(b.2)));
    let (mut used, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for (_, to, from) in likely {
        if !used.contains(to) && !taken.contains(from) {
            used.insert(to);
            taken.insert(from);
            found.push((to.clone(), from.clone()));
        }
    }
    found
}

/// Returns the nonempty chapters in `these` whose paths aren't in `those`.
fn only<'a>(these: &'a Sources, those: &Sources) -> BTreeMap<&'a SourcePath, &'a [u8]> {
    let missing = these.chapters().filter(|(path, file)| !those.files.contains_key(path) && !file.bytes.is_empty());
    missing.map(|(path, file)| (path, &*file.bytes)).collect()
}

/// Counts the bytes of each distinct line, ignoring line endings and other trailing whitespace.
fn lines(bytes: &[u8]) -> BTreeMap<&[u8], usize> {
    let mut lines = BTreeMap::new();
    for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end) {
        *lines.entry(line).or_default() += line.len();
    }
    lines
}

/// Returns how much two files have in common, in percent of the longer file.
fn alike(before: &BTreeMap<&[u8], usize>, after: &BTreeMap<&[u8], usize>) -> usize {
    let sum = |lines: &BTreeMap<&[u8], usize>| lines.values().sum::<usize>();
    let common: usize = before.iter().filter_map(|(line, size)| Some((*after.get(line)?).min(*size))).sum();
    common * 100 / sum(before).max(sum(after)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::SourceFile;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let file = |text: &str| SourceFile::new(text.as_bytes().to_vec());
        Sources {
            files: files.iter().map(|(path, text)| (SourcePath::new(*path), file(text))).collect(),
            ..Sources::default()
        }
    }

    fn names(then: &[(&str, &str)], today: &[(&str, &str)]) -> Vec<String> {
        pairs(&sources(then), &sources(today)).iter().map(|(to, from)| format!("{from}>{to}")).collect()
    }

    #[test]
    fn equal_files_are_paired_first_and_then_those_that_share_most_lines() {
        let text = "# A\n\nOne sentence that stays.\nAnother that stays.\n";
        assert_eq!(names(&[("a.md", text)], &[("b.md", text)]), ["a.md>b.md"]);
        let changed = text.replace("# A", "# B").replace('\n', "\r\n");
        assert_eq!(names(&[("a.md", text)], &[("b.md", &changed), ("c.md", "# C\n")]), ["a.md>b.md"]);
        let then = [("a.md", text), ("z.md", "# Z\n\nWords of another kind altogether.\n")];
        let today = [("c.md", text), ("d.md", "# Y\n\nWords of another kind altogether.\n")];
        assert_eq!(names(&then, &today), ["a.md>c.md", "z.md>d.md"]);
        assert!(names(&[("a.md", text)], &[("a.md", text), ("b.md", text)]).is_empty());
        assert!(names(&[("a.md", text)], &[("b.md", "# Nothing of it\n")]).is_empty());
        assert!(names(&[("a.md", "")], &[("b.md", "")]).is_empty());
    }
}
