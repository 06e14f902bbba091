//! Matches the files that `[publish] files` names.
//!
//! Input: patterns, and the paths of files. Output: a [`Files`], which says which files match. Never
//! opens a file.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::declare::fields::{Read, Report};
use crate::text::diagnostic::Span;
use crate::text::front_matter::Value;
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

/// A set of files given by patterns relative to the content root, such as `downloads/**`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The patterns as written, with their spans.
    pub patterns: Vec<(String, Span)>,
    set: GlobSet,
}

/// Two values are equal if their patterns are. Spans don't count, because they don't affect which
/// files match.
impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        self.patterns.iter().map(|(text, _)| text).eq(other.patterns.iter().map(|(text, _)| text))
    }
}

impl Eq for Files {}

impl Files {
    /// Returns whether a pattern matches the file.
    pub fn names(&self, path: &SourcePath) -> bool {
        !self.patterns.is_empty() && self.set.is_match(path.as_str())
    }

    /// Returns whether a pattern is exactly the file's path, without wildcards.
    pub fn names_exactly(&self, path: &SourcePath) -> bool {
        self.patterns.iter().any(|(text, _)| text.trim_start_matches('/') == path.as_str())
    }

    /// Returns the patterns that match none of `paths`.
    pub fn unused<'a>(&'a self, paths: &[&SourcePath]) -> impl Iterator<Item = &'a (String, Span)> {
        let mut used = vec![false; self.patterns.len()];
        for path in paths {
            self.set.matches(path.as_str()).into_iter().for_each(|n| used[n] = true);
        }
        self.patterns.iter().enumerate().filter(move |(n, _)| !used[*n]).map(|(_, pattern)| pattern)
    }

    /// Sets the patterns. Reports and leaves out those that are invalid.
    pub(super) fn set(value: &Value, field: &mut Self, report: &mut Report<'_>) {
        let mut patterns: Vec<(String, Span)> = Read::read(value, report).unwrap_or_default();
        let mut set = GlobSetBuilder::new();
        patterns.retain(|(text, span)| {
            // As in a shell, `*` doesn't match across folders, but `**` does.
            let glob = GlobBuilder::new(text.trim_start_matches('/')).literal_separator(true).build();
            if let Err(error) = &glob {
                let message = format!("`{text}` is not a pattern for files: {}", error.kind());
                let help = "write a path from the content folder, as in `downloads/**` or `terms.pdf`".to_owned();
                report.add(Rule::BadValue, *span, message, Some(help));
            }
            glob.map(|glob| set.add(glob)).is_ok()
        });
        match set.build() {
            Ok(set) => *field = Self { patterns, set },
            // Each pattern is valid on its own, so the set can only fail by being too large.
            Err(error) => report.add(Rule::BadValue, None, format!("`files` cannot be read: {error}"), None),
        }
    }
}
