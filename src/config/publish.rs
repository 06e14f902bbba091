//! Says how the site is published: for which host, and in which forms.
//!
//! Input: the table `[publish]`. Output: [`Publish`]. Never writes a host's files (see `publish`).

use crate::fields::Entries;

/// How the site is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Publish {
    /// Who serves it.
    pub host: Host,
    /// Whether each chapter is published as Markdown too, with `llms.txt`: yes, once there is a `handbook.toml`.
    pub markdown: bool,
}

/// Who serves the site: which files it reads beside the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Host {
    /// Netlify: `_redirects` and `_headers`.
    Netlify,
    /// Cloudflare Pages: the same files, with limits.
    Cloudflare,
    /// GitHub Pages: no rules at all, and `.nojekyll`.
    Github,
    /// Any web server.
    #[default]
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

impl Publish {
    pub(super) fn take(&mut self, entries: &Entries<'_>) {
        self.markdown = entries.boolean("markdown").unwrap_or(true);
        self.host = match entries.text("host").as_deref() {
            Some("netlify") => Host::Netlify,
            Some("cloudflare") => Host::Cloudflare,
            Some("github") => Host::Github,
            _ => Host::Plain,
        };
    }
}
