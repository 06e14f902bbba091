//! Says how the site is published: for which host, and what becomes of links to what is left out.
//!
//! Input: the table `[publish]`. Output: [`Publish`]. Never writes a host's files (see `publish`).

use crate::fields::Entries;

/// How the site is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Publish {
    /// Who serves it.
    pub host: Host,
    /// What becomes of links to what the audience may not read.
    pub removed_links: RemovedLinks,
    /// Whether chapters are written as Markdown too, with `llms.txt`.
    pub markdown: bool,
}

/// Who serves the site: which files it reads beside the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// Netlify: `_redirects` and `_headers`.
    Netlify,
    /// Cloudflare Pages: the same files, with limits.
    Cloudflare,
    /// GitHub Pages: no rules at all, and `.nojekyll`.
    Github,
    /// Any web server.
    Plain,
}

impl Host {
    /// The names of all hosts as `host` takes them.
    pub const NAMES: &'static [&'static str] = &["netlify", "cloudflare", "github", "plain"];

    /// Tells whether the host reads `_redirects` and `_headers`.
    #[must_use]
    pub fn reads_rules(self) -> bool {
        matches!(self, Self::Netlify | Self::Cloudflare)
    }
}

/// What becomes of links to what the audience may not read. Their target is named in no case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RemovedLinks {
    /// They are findings.
    Error,
    /// Their words stay, as text.
    Text,
    /// Their words stay, with a mark that there is more for others.
    Mark,
}

impl RemovedLinks {
    /// The names of all policies as `removed_links` takes them.
    pub const NAMES: &'static [&'static str] = &["error", "text", "mark"];
}

impl Default for Publish {
    fn default() -> Self {
        Self { host: Host::Plain, removed_links: RemovedLinks::Error, markdown: true }
    }
}

impl Publish {
    pub(super) fn take(&mut self, entries: &Entries<'_>) {
        self.host = match entries.text("host").as_deref() {
            Some("netlify") => Host::Netlify,
            Some("cloudflare") => Host::Cloudflare,
            Some("github") => Host::Github,
            _ => Host::Plain,
        };
        self.removed_links = match entries.text("removed_links").as_deref() {
            Some("text") => RemovedLinks::Text,
            Some("mark") => RemovedLinks::Mark,
            _ => RemovedLinks::Error,
        };
        self.markdown = entries.boolean("markdown").unwrap_or(true);
    }
}
