//! Reads the settings for publishing: the host of the site, and the formats of its pages.
//!
//! Input: the `[publish]` table. Output: a [`Publish`]. Never writes a host's files (see
//! `publish`).

use std::hash::{Hash, Hasher};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::declare::fields::Entries;
use crate::declare::kind::{HiddenLinks, Host};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

/// The settings for publishing the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Publish {
    /// The host that serves the site.
    pub host: Host,
    /// The way in which links to chapters that the audience can't see are shown.
    pub hidden_links: HiddenLinks,
    /// Whether each chapter is also published as Markdown, with `llms.txt`; true by default if
    /// there is a `handbook.toml`.
    pub markdown: bool,
    /// Whether the old URLs of files that were renamed in Git redirect to the new URLs. If `None`,
    /// they redirect only in a handbook without audiences.
    pub renames: Option<bool>,
    /// Files that are published even if nothing refers to them. If a chapter is among them, it is
    /// published as a download and has no page.
    pub files: Files,
}

/// A set of files given by patterns relative to the content root, such as `downloads/**`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The patterns as written, with their spans.
    pub patterns: Vec<(String, crate::text::diagnostic::Span)>,
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

impl Hash for Files {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.patterns.iter().for_each(|(text, _)| text.hash(state));
    }
}

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
    pub fn unused<'a>(
        &'a self,
        paths: &[&SourcePath],
    ) -> impl Iterator<Item = &'a (String, crate::text::diagnostic::Span)> {
        let mut used = vec![false; self.patterns.len()];
        for path in paths {
            self.set.matches(path.as_str()).into_iter().for_each(|n| used[n] = true);
        }
        self.patterns.iter().enumerate().filter(move |(n, _)| !used[*n]).map(|(_, pattern)| pattern)
    }

    fn take(&mut self, entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) {
        let mut set = GlobSetBuilder::new();
        for (text, span) in entries.texts("files") {
            // As in a shell, `*` doesn't match across folders, but `**` does.
            match GlobBuilder::new(text.trim_start_matches('/')).literal_separator(true).build() {
                Ok(glob) => {
                    set.add(glob);
                    self.patterns.push((text, span));
                }
                Err(error) => {
                    let message = format!("`{text}` is not a pattern for files: {}", error.kind());
                    let finding = Diagnostic::new(Rule::BadValue, path, Some(span), message);
                    findings.push(
                        finding.help("write a path from the content folder, as in `downloads/**` or `terms.pdf`"),
                    );
                }
            }
        }
        // Each pattern is valid on its own, so the set can only fail by being too large.
        match set.build() {
            Ok(set) => self.set = set,
            Err(error) => {
                self.patterns.clear();
                findings.push(Diagnostic::new(Rule::BadValue, path, None, format!("`files` cannot be read: {error}")));
            }
        }
    }
}

impl Publish {
    pub(super) fn take(&mut self, entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) {
        self.files.take(entries, path, findings);
        self.markdown = entries.boolean("markdown").unwrap_or(true);
        self.renames = entries.boolean("renames");
        if entries.text("hidden_links").as_deref() == Some("mark") {
            self.hidden_links = HiddenLinks::Mark;
        }
        self.host = match entries.text("host").as_deref() {
            Some("netlify") => Host::Netlify,
            Some("cloudflare") => Host::Cloudflare,
            Some("github") => Host::Github,
            _ => Host::Plain,
        };
    }
}
