//! Says how the site is published: for which host, and in which forms.
//!
//! Input: the table `[publish]`. Output: [`Publish`]. Never writes a host's files (see `publish`).

use crate::fields::Entries;

/// How the site is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Publish {
    /// Who serves it.
    pub host: Host,
    /// What becomes of links to chapters that the audience does not see.
    pub hidden_links: HiddenLinks,
    /// Whether each chapter is published as Markdown too, with `llms.txt`: yes, once there is a `handbook.toml`.
    pub markdown: bool,
    /// Whether old addresses that git knows of lead on; where nothing is said, only if there are no audiences.
    pub renames: Option<bool>,
}

/// What becomes of a link to a chapter that the audience of a build does not see. Nothing of that chapter is shown either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HiddenLinks {
    /// Its words stay.
    #[default]
    Text,
    /// Its words stay, marked as internal.
    Mark,
}

impl HiddenLinks {
    /// The names as `hidden_links` takes them.
    pub const NAMES: &'static [&'static str] = &["text", "mark"];
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
