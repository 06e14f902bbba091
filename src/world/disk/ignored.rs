//! Reads what Git ignores, by the `.gitignore` files of a folder, without running Git.
//!
//! Input: a path below a folder. Output: whether it is ignored. When in doubt, it is. Never reads the
//! user's own settings.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::bounded::read_at_most;

/// The maximum size of a file with patterns, and the number of patterns in it.
const LARGEST: u64 = 256 * 1024;
const MOST: usize = 2000;

/// The pattern that matches every file.
const EVERYTHING: &str = "**";

/// The patterns read so far, by folder.
#[derive(Default)]
pub(super) struct Ignored {
    known: HashMap<String, Vec<Pattern>>,
}

struct Pattern {
    matcher: GlobMatcher,
    /// Whether it takes back what others ignore.
    is_back: bool,
    /// Whether only folders match.
    is_folder: bool,
}

impl Ignored {
    /// Returns whether the file with the path `name` below `base` is ignored, or a folder that it is in.
    pub(super) fn holds(&mut self, base: &Path, name: &str) -> bool {
        let mut ends: Vec<usize> = name.match_indices('/').map(|(at, _)| at).collect();
        ends.push(name.len());
        ends.into_iter().any(|end| self.is_ignored(base, (&name[..end], end < name.len())))
    }

    fn is_ignored(&mut self, base: &Path, (name, is_folder): (&str, bool)) -> bool {
        let folders = std::iter::once(0).chain(name.match_indices('/').map(|(at, _)| at + 1));
        let mut is_ignored = false;
        for start in folders {
            let folder = name[..start].trim_end_matches('/');
            if !self.known.contains_key(folder) {
                let mut patterns = read(&base.join(folder).join(".gitignore"));
                if folder.is_empty() {
                    patterns.splice(0..0, read(&base.join(".git/info/exclude")));
                }
                self.known.insert(folder.to_owned(), patterns);
            }
            let patterns = self.known.get(folder).into_iter().flatten();
            let mut matching =
                patterns.filter(|one| (is_folder || !one.is_folder) && one.matcher.is_match(&name[start..]));
            is_ignored = matching.next_back().map_or(is_ignored, |one| !one.is_back);
        }
        is_ignored
    }
}

/// Reads the patterns of a file. If they can't all be read, everything is ignored.
fn read(place: &Path) -> Vec<Pattern> {
    let text = match read_at_most(place, LARGEST) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        // In a worktree, `.git` is a file.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Vec::new(),
        Err(_) => EVERYTHING.to_owned(),
    };
    let text = if text.lines().count() > MOST { EVERYTHING } else { &text };
    text.lines().filter_map(pattern).collect()
}

/// Reads a line. A pattern with a slash that isn't at its end is relative to its folder, and any other
/// matches at every depth.
fn pattern(line: &str) -> Option<Pattern> {
    let line = line.trim_end();
    let (line, is_back) = line.strip_prefix('!').map_or((line, false), |rest| (rest, true));
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let is_folder = line.ends_with('/');
    let inner = line.trim_end_matches('/');
    let glob = match inner.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if inner.contains('/') => inner.to_owned(),
        None => format!("**/{inner}"),
    };
    let build = |glob: &str| GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build().ok();
    let glob = build(&glob).or_else(|| if is_back { None } else { build(EVERYTHING) })?;
    Some(Pattern { matcher: glob.compile_matcher(), is_back, is_folder })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn patterns_are_read_as_git_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::create_dir_all(base.join("a/b")).unwrap();
        fs::create_dir_all(base.join(".git/info")).unwrap();
        fs::write(base.join(".git/info/exclude"), "own.txt\n").unwrap();
        fs::write(base.join(".gitignore"), "# x\n*.log\n/top\nout/\n!keep.log\na/*.tmp\n").unwrap();
        fs::write(base.join("a/.gitignore"), "/here\n!own.txt\n").unwrap();
        let mut ignored = Ignored::default();
        for name in ["x.log", "a/x.log", "top", "top/x", "a/out/x", "a/x.tmp", "a/here", "own.txt"] {
            assert!(ignored.holds(base, name), "{name}");
        }
        for name in ["keep.log", "a/top", "out", "a/b/x.tmp", "here", "a/own.txt", "x.rs"] {
            assert!(!ignored.holds(base, name), "{name}");
        }
    }

    #[test]
    fn patterns_that_cannot_be_read_ignore_everything() {
        let ignores = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(".gitignore"), text).unwrap();
            Ignored::default().holds(folder.path(), "a/b.rs")
        };
        assert!(!ignores("x\n"));
        assert!(ignores("[\n"));
        assert!(!ignores("![\n"));
        assert!(ignores(&"x\n".repeat(2001)));
        assert!(ignores(&"x".repeat(300_000)));
    }
}
