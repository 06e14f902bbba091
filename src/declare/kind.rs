//! Defines the values of fields that accept only certain words: kinds of chapters, statuses, parts
//! in a decision, styles of URLs, hosts and so on.
//!
//! Input: a word as an author writes it. Output: the value that the word stands for, or the word
//! for a value. Never reads the fields themselves.

use crate::declare::fields::{Read, Report, Shape};
use crate::text::front_matter::Value;

/// Defines an enum and the word for each of its values.
macro_rules! choice {
    ($(#[$attribute:meta])* $choice:ident { $($(#[$of_value:meta])* $value:ident $name:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, borsh::BorshDeserialize, borsh::BorshSerialize)]
        pub enum $choice {
            $($(#[$of_value])* $value,)*
        }

        impl $choice {
            /// The words that the field accepts.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// All values, in the order of their names.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$value),*];

            /// Returns the value called `name`.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.name() == name)
            }

            /// Returns the value's name.
            #[must_use]
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }

        impl Read for $choice {
            const SHAPE: Shape = Shape::Choice(Self::NAMES);

            fn read(value: &Value, _: &mut Report<'_>) -> Option<Self> {
                Self::from_name(value.text()?)
            }
        }
    };
}

pub(super) use choice;

choice! {
    /// The kind of a chapter.
    Kind {
        /// A role.
        Role "role",
        /// A competency.
        Competency "competency",
        /// A strategy chapter.
        Strategy "strategy",
        /// A reading path.
        Path "path",
        /// The glossary.
        Glossary "glossary",
        /// Any other chapter.
        Page "page",
    }
}

impl Kind {
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

choice! {
    /// The status of a chapter.
    #[derive(Default)]
    Status {
        /// The chapter is published only with `--drafts` and in the preview.
        Draft "draft",
        /// The chapter is published and marked as not yet agreed.
        Proposed "proposed",
        /// The chapter is in force.
        #[default]
        Current "current",
        /// The chapter is published and marked as no longer in force.
        Retired "retired",
    }
}

choice! {
    /// How the levels of a competency relate to each other.
    #[derive(Default)]
    Levels {
        /// A level includes those below it.
        #[default]
        AddUp "add-up",
        /// A level is complete, and those below it don't apply.
        Replace "replace",
    }
}

choice! {
    /// The part that a role or partner plays in a decision, by the name that the user interface uses.
    Part {
        /// Makes the decision and answers for it. Every decision has exactly one such party.
        Accountable "accountable",
        /// Does the work.
        Responsible "responsible",
        /// Is consulted beforehand.
        Consulted "consulted",
        /// Is informed afterward.
        Informed "informed",
        /// Settles disputes.
        EscalatesTo "escalates-to",
    }
}

choice! {
    /// The style of URLs.
    #[derive(Default)]
    UrlStyle {
        /// `roles/product-leader/`, for a web server.
        #[default]
        Pretty "pretty",
        /// `roles/product-leader.html`, for opening the folder in a browser.
        File "file",
    }
}

choice! {
    /// The way in which raw HTML in chapters is treated.
    #[derive(Default)]
    HtmlPolicy {
        /// The HTML is shown as text.
        Escape "escape",
        /// The HTML is sanitized.
        #[default]
        Safe "safe",
        /// The HTML is used unchanged.
        Trusted "trusted",
    }
}

choice! {
    /// The host that serves the site, which determines what files it needs in addition to the pages.
    #[derive(Default)]
    Host {
        /// Netlify: `_redirects` and `_headers`.
        Netlify "netlify",
        /// Cloudflare Pages: the same files as Netlify, with limits.
        Cloudflare "cloudflare",
        /// GitHub Pages: no redirect or header rules, and a `.nojekyll` file.
        Github "github",
        /// Any web server.
        #[default]
        Plain "plain",
    }
}

impl Host {
    /// Returns whether the host reads `_redirects` and `_headers`.
    #[must_use]
    pub fn reads_rules(self) -> bool {
        matches!(self, Self::Netlify | Self::Cloudflare)
    }
}

choice! {
    /// The way in which a link is shown if the audience of a build can't see the linked chapter.
    /// Neither variant reveals anything about that chapter.
    #[derive(Default)]
    HiddenLinks {
        /// Only the text of the link is shown.
        #[default]
        Text "text",
        /// Only the text of the link is shown, marked as internal.
        Mark "mark",
    }
}
