//! Decides which files the patterns in a generator's settings name, such as `exclude_docs`, `draft_docs` and
//! `not_in_nav` of `MkDocs`, and the lists of files that other generators leave out.
//!
//! Input: patterns in the form of `.gitignore`, one per line, and paths from the content folder. Output:
//! the paths that match. Never looks at a file.

use std::collections::BTreeSet;

use globset::{Glob, GlobBuilder, GlobMatcher, escape};

use crate::text::path::SourcePath;

/// Returns the paths that patterns name. The last pattern that matches a path decides, and one that
/// begins with `!` takes paths out again. `root` is what the paths begin with in front of the folder to
/// which the patterns refer.
pub fn matching<'p>(patterns: &str, root: &str, paths: impl Iterator<Item = &'p SourcePath>) -> BTreeSet<SourcePath> {
    let read: Vec<(bool, Vec<GlobMatcher>)> = patterns.lines().filter_map(pattern).collect();
    let is_named = |path: &&SourcePath| {
        let path = path.as_str().strip_prefix(root).unwrap_or(path.as_str());
        let last = read.iter().rev().find(|(_, globs)| globs.iter().any(|glob| glob.is_match(path)));
        last.is_some_and(|(names, _)| *names)
    };
    if read.is_empty() { BTreeSet::new() } else { paths.filter(is_named).cloned().collect() }
}

/// Reads a pattern: whether it names paths or takes them out, and what it matches.
fn pattern(line: &str) -> Option<(bool, Vec<GlobMatcher>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (names, line) = line.strip_prefix('!').map_or((true, line), |rest| (false, rest));
    let text = line.trim_end_matches('/');
    let above = if text.contains('/') { "" } else { "**/" };
    let inner = text.trim_start_matches('/');
    if inner.is_empty() {
        return None;
    }
    let glob = |end: &str| -> Option<Glob> {
        // Braces have no meaning here. What can't be read is taken as it is.
        let written = inner.replace('{', "[{]").replace('}', "[}]");
        let build = |text: &str| {
            let text = format!("{above}{text}{end}");
            GlobBuilder::new(&text).literal_separator(true).backslash_escape(true).build().ok()
        };
        build(&written).or_else(|| build(&escape(inner)))
    };
    let itself = if line.ends_with('/') { None } else { glob("") };
    Some((names, itself.into_iter().chain(glob("/**")).map(|glob| glob.compile_matcher()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_the_form_of_gitignore() {
        let is_named =
            |patterns: &str, path: &str| !matching(patterns, "", [&SourcePath::new(path)].into_iter()).is_empty();
        for (patterns, path) in [
            ("a.md", "x/a.md"),
            ("/a.md", "a.md"),
            ("drafts/", "x/drafts/y/b.md"),
            ("x/drafts", "x/drafts/b.md"),
            ("*.md\n!b.md", "a.md"),
            ("_*", "x/_a.md"),
            ("x/**/a.md", "x/y/z/a.md"),
            ("!a.md\na.md", "a.md"),
            ("a[.md", "a[.md"),
            ("{a}.md", "{a}.md"),
        ] {
            assert!(is_named(patterns, path), "{patterns} {path}");
        }
        for (patterns, path) in [
            ("/a.md", "x/a.md"),
            ("# a.md\n\n", "a.md"),
            ("drafts/", "drafts"),
            ("x/drafts", "y/x/drafts/b.md"),
            ("*.md\n!b.md", "b.md"),
            ("x/*.md", "x/y/a.md"),
            ("{a,b}.md", "a.md"),
        ] {
            assert!(!is_named(patterns, path), "{patterns} {path}");
        }
        assert_eq!(matching("/a.md", "docs/", [&SourcePath::new("docs/a.md")].into_iter()).len(), 1);
    }
}
