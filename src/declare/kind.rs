//! Defines the values of fields that accept only certain words: kinds of chapters, statuses, parts
//! in a decision, and hosts.
//!
//! Input: a word as an author writes it. Output: the value that the word stands for, or the word
//! for a value. Never reads the fields themselves.

/// The kind of a chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A role.
    Role,
    /// A competency.
    Competency,
    /// A strategy chapter.
    Strategy,
    /// A reading path.
    Path,
    /// The glossary.
    Glossary,
    /// Any other chapter.
    Page,
}

impl Kind {
    /// The names of all kinds, as `kind:` accepts them.
    pub const NAMES: &'static [&'static str] = &["role", "competency", "strategy", "path", "glossary", "page"];

    /// All kinds, in the order of [`Self::NAMES`].
    pub const ALL: [Self; 6] = [Self::Role, Self::Competency, Self::Strategy, Self::Path, Self::Glossary, Self::Page];

    /// Returns the kind called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|n| Self::ALL[n])
    }

    /// Returns the kind's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Returns the kind with its article, for findings.
    #[must_use]
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Role => "a role",
            Self::Competency => "a competency",
            Self::Strategy => "a strategy chapter",
            Self::Path => "a path",
            Self::Glossary => "a glossary",
            Self::Page => "a page",
        }
    }
}

/// The status of a chapter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The chapter is published only with `--drafts` and in the preview.
    Draft,
    /// The chapter is published and marked as not yet agreed.
    Proposed,
    /// The chapter is in force.
    #[default]
    Current,
    /// The chapter is published and marked as no longer in force.
    Retired,
}

impl Status {
    /// The names of all statuses, as `status:` accepts them.
    pub const NAMES: &'static [&'static str] = &["draft", "proposed", "current", "retired"];

    /// All statuses, in the order of [`Self::NAMES`].
    pub const ALL: [Self; 4] = [Self::Draft, Self::Proposed, Self::Current, Self::Retired];

    /// Returns the status called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|n| Self::ALL[n])
    }

    /// Returns the status's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// The part that a role or partner plays in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Makes the decision and answers for it. Every decision has exactly one such party.
    Accountable,
    /// Does the work.
    Responsible,
    /// Is consulted beforehand.
    Consulted,
    /// Is informed afterward.
    Informed,
    /// Settles disputes.
    EscalatesTo,
}

impl Part {
    /// All parts, in the order of [`crate::declare::config::Words::parts`].
    pub const ALL: [Self; 5] =
        [Self::Accountable, Self::Responsible, Self::Consulted, Self::Informed, Self::EscalatesTo];

    /// Returns the part's name as used by the user interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["accountable", "responsible", "consulted", "informed", "escalates-to"][self as usize]
    }
}

/// The host that serves the site, which determines what files it needs in addition to the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Host {
    /// Netlify: `_redirects` and `_headers`.
    Netlify,
    /// Cloudflare Pages: the same files as Netlify, with limits.
    Cloudflare,
    /// GitHub Pages: no redirect or header rules, and a `.nojekyll` file.
    Github,
    /// Any web server.
    #[default]
    Plain,
}

impl Host {
    /// The names of all hosts, as `host` accepts them.
    pub const NAMES: &'static [&'static str] = &["netlify", "cloudflare", "github", "plain"];

    /// Returns whether the host reads `_redirects` and `_headers`.
    #[must_use]
    pub fn reads_rules(self) -> bool {
        matches!(self, Self::Netlify | Self::Cloudflare)
    }
}

/// The way in which a link is shown if the audience of a build can't see the linked chapter.
/// Neither variant reveals anything about that chapter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HiddenLinks {
    /// Only the text of the link is shown.
    #[default]
    Text,
    /// Only the text of the link is shown, marked as internal.
    Mark,
}

impl HiddenLinks {
    /// The names of all variants, as `hidden_links` accepts them.
    pub const NAMES: &'static [&'static str] = &["text", "mark"];
}
