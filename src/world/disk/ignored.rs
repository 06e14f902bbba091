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
                    patterns.splice(0..0, of_repository(base));
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

/// Reads the patterns that a repository has for itself. If its folder isn't known, everything is ignored.
fn of_repository(base: &Path) -> Vec<Pattern> {
    let place = base.join(".git");
    // In a worktree and in a submodule, `.git` is a file that names a folder.
    if !place.is_file() {
        return read(&place.join("info/exclude"));
    }
    let line = |place: &Path| {
        let bytes = read_at_most(place, LARGEST).ok()?;
        String::from_utf8(bytes).ok().map(|text| text.trim_end().to_owned())
    };
    let named = line(&place).and_then(|line| line.strip_prefix("gitdir:").map(|path| base.join(path.trim())));
    let Some(folder) = named.filter(|folder| folder.is_dir()) else { return pattern(EVERYTHING).into_iter().collect() };
    // A worktree shares the patterns of its repository.
    let shared = folder.join("commondir");
    let folder = if shared.exists() { line(&shared).map(|path| folder.join(path)) } else { Some(folder) };
    match folder.filter(|folder| folder.is_dir()) {
        Some(folder) => read(&folder.join("info/exclude")),
        None => pattern(EVERYTHING).into_iter().collect(),
    }
}

/// Reads the patterns of a file. If they can't all be read, everything is ignored.
fn read(place: &Path) -> Vec<Pattern> {
    let text = match read_at_most(place, LARGEST) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Vec::new(),
        Err(_) => EVERYTHING.to_owned(),
    };
    let text = if text.lines().count() > MOST { EVERYTHING } else { &text };
    text.trim_start_matches('\u{feff}').lines().filter_map(pattern).collect()
}

/// Returns a pattern in which braces mean themselves, as Git has it, also outside of brackets.
fn plain_braces(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let (mut is_escaped, mut is_class) = (false, false);
    for c in pattern.chars() {
        match c {
            '{' | '}' if !is_escaped && !is_class => out.push('\\'),
            '[' if !is_escaped => is_class = true,
            ']' if !is_escaped => is_class = false,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped && !is_class;
        out.push(c);
    }
    out
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
    let inner = plain_braces(inner);
    let glob = match inner.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if inner.contains('/') => inner,
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

    #[test]
    fn a_byte_order_mark_and_braces_are_read_as_git_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::write(base.join(".gitignore"), "\u{feff}first.txt\n{a,b}.txt\n\\{c\\}.txt\n[{]d\n").unwrap();
        let mut ignored = Ignored::default();
        for name in ["first.txt", "{a,b}.txt", "x/{a,b}.txt", "{c}.txt", "{d"] {
            assert!(ignored.holds(base, name), "{name}");
        }
        for name in ["a.txt", "b.txt", "c.txt", "d"] {
            assert!(!ignored.holds(base, name), "{name}");
        }
    }

    #[test]
    fn a_worktree_has_the_patterns_of_its_repository() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("tree");
        let git = folder.path().join("main/.git");
        fs::create_dir_all(&base).unwrap();
        fs::create_dir_all(git.join("info")).unwrap();
        fs::create_dir_all(git.join("worktrees/tree")).unwrap();
        fs::write(git.join("info/exclude"), "own.txt\n").unwrap();
        fs::write(git.join("worktrees/tree/commondir"), "../..\n").unwrap();
        fs::write(base.join(".git"), "gitdir: ../main/.git/worktrees/tree\n").unwrap();
        assert!(Ignored::default().holds(&base, "own.txt"));
        assert!(!Ignored::default().holds(&base, "other.txt"));
        fs::write(base.join(".git"), "gitdir: ../gone\n").unwrap();
        assert!(Ignored::default().holds(&base, "other.txt"));
    }
}
