//! Says how the site is published: for which host, and in which forms.
//!
//! Input: the table `[publish]`. Output: [`Publish`]. Never writes a host's files (see `publish`).

use crate::declare::kind::{HiddenLinks, Host};
use crate::text::rule::Rule;
use std::hash::{Hash, Hasher};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::declare::fields::Entries;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::SourcePath;

/// How the site is published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Publish {
    /// Who serves it.
    pub host: Host,
    /// What becomes of links to chapters that the audience does not see.
    pub hidden_links: HiddenLinks,
    /// Whether each chapter is published as Markdown too, with `llms.txt`: yes, once there is a `handbook.toml`.
    pub markdown: bool,
    /// Whether old addresses that git knows of lead on; where nothing is said, only if there are no audiences.
    pub renames: Option<bool>,
    /// Files that are published whatever refers to them; a chapter among them is a download and has no page.
    pub files: Files,
}

/// Names files by patterns such as `downloads/**`, from the content root.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The patterns as they are written, with their places.
    pub patterns: Vec<(String, crate::text::diagnostic::Span)>,
    set: GlobSet,
}

/// Equal where the patterns are: their places say nothing about which files they name.
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
    /// Tells whether a pattern names the file.
    pub fn names(&self, path: &SourcePath) -> bool {
        !self.patterns.is_empty() && self.set.is_match(path.as_str())
    }

    /// Tells whether a pattern is the very path of the file, without a wildcard.
    pub fn names_exactly(&self, path: &SourcePath) -> bool {
        self.patterns.iter().any(|(text, _)| text.trim_start_matches('/') == path.as_str())
    }

    /// Returns the patterns that name none of `paths`.
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
            // A star stays within a folder, as in a shell; two stars go deeper.
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
        // Each pattern was built alone, so that together they can only be too large.
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
