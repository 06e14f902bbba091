//! Lists the pages that are generated from the model and that chapters can link to by name.
//!
//! Input: the index. Output: which of these pages the handbook has. Each page has one row here, and
//! a module in `site/pages` that produces its content. Never renders a page.

use super::Index;
use crate::chapter::document::{Facts, Role};
use crate::declare::kind::Kind;

/// What other modules need to know about a generated page.
struct Row {
    /// The name in links and in the URL.
    name: &'static str,
    /// The keys of its title and its summary among the texts of the theme.
    texts: [&'static str; 2],
    /// Whether the handbook has content for it.
    exists: fn(&Index) -> bool,
}

/// Declares the generated pages, in the order in which they are listed.
macro_rules! generated {
    ($($(#[$doc:meta])* $page:ident => $row:expr;)*) => {
        /// A page that is generated from the model rather than a chapter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Generated {
            $($(#[$doc])* $page,)*
        }

        impl Generated {
            /// All generated pages that have a name.
            pub const ALL: &[Self] = &[$(Self::$page),*];

            fn row(self) -> Row {
                match self {
                    $(Self::$page => $row,)*
                }
            }
        }
    };
}

generated! {
    /// Matrix of roles and competencies.
    Matrix => Row { name: "matrix", texts: ["matrix", "matrix-means"], exists: has_expectations };
    /// Roles by rank.
    Ladder => Row { name: "ladder", texts: ["ladder", "ladder-means"], exists: ranks_roles };
    /// Overview of who decides what.
    Decisions => Row {
        name: "decisions",
        texts: ["decision-rights", "decisions-means"],
        exists: |index| has(Kind::Strategy, 1, index),
    };
    /// Comparison of any two roles.
    Compare => Row {
        name: "compare",
        texts: ["compare-any", "compare-any-means"],
        exists: |index| roles(index).filter(|role| says_something(role)).take(2).count() == 2,
    };
    /// Roles for a self-assessment.
    Assess => Row { name: "assess", texts: ["assess", "assess-means"], exists: has_levels };
    /// Recent changes. Without a history, the page says so, and is only built if a chapter links to
    /// it.
    Changes => Row { name: "changes", texts: ["changes", "changes-means"], exists: |_| true };
    /// Upkeep of the handbook.
    Health => Row { name: "health", texts: ["health", "health-means"], exists: |index| index.shows_health };
    /// Search on its own page.
    Search => Row { name: "search", texts: ["search", "search-means"], exists: |_| true };
}

impl Generated {
    /// Returns the name that links use and that the URL begins with.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns the UI string key of the page's title.
    pub fn title_key(self) -> &'static str {
        self.row().texts[0]
    }

    /// Returns the UI string key of the page's summary.
    pub fn summary_key(self) -> &'static str {
        self.row().texts[1]
    }

    /// Returns whether the book has content for the page.
    pub fn has_content(self, index: &Index) -> bool {
        (self.row().exists)(index)
    }

    /// Returns whether the book has content for the page and no chapter takes its place.
    pub fn exists(self, index: &Index) -> bool {
        self.has_content(index) && index.names.at_path(self.name()).is_empty()
    }

    /// Lists the pages that the book has.
    pub fn all(index: &Index) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|page| page.exists(index))
    }

    /// Returns the page called `name`, if the book has it.
    pub fn from_name(name: &str, index: &Index) -> Option<Self> {
        Self::ALL.iter().copied().find(|page| page.name() == name && page.exists(index))
    }
}

fn has(kind: Kind, least: usize, index: &Index) -> bool {
    index.chapters.iter().filter(|meta| meta.kind == kind).take(least).count() == least
}

fn has_expectations(index: &Index) -> bool {
    has(Kind::Role, 1, index) && has(Kind::Competency, 1, index)
}

fn roles(index: &Index) -> impl Iterator<Item = &Role> {
    index.chapters.iter().filter_map(|meta| match &meta.facts {
        Facts::Role(role) => Some(&**role),
        _ => None,
    })
}

/// Returns whether a role on the ladder has a rank or a step to another role.
fn ranks_roles(index: &Index) -> bool {
    roles(index).any(|role| !role.base && (role.rank.is_some() || !role.grows_into.is_empty()))
}

/// Returns whether any role expects a level of a competency.
fn has_levels(index: &Index) -> bool {
    has(Kind::Competency, 1, index) && roles(index).any(|role| !role.competencies.is_empty())
}

/// Returns whether a role says something that can be compared, or inherits it.
fn says_something(role: &Role) -> bool {
    !role.competencies.is_empty() || !role.responsibilities.is_empty() || role.extends.is_some()
}
