//! Lists the pages that are generated from the model and that chapters can link to by name.
//!
//! Input: the chapters' metadata, then the index. Output: which of these pages the handbook has.
//! Each page has one row here, and a module in `site/pages` that produces its content. Never
//! renders a page.

use std::sync::Arc;

use super::Index;
use crate::chapter::document::{Facts, Meta, Role};
use crate::declare::kind::Kind;

/// What other modules need to know about a generated page.
struct Row {
    /// The name in links and in the URL.
    name: &'static str,
    /// The keys of its title and its summary among the texts of the theme.
    texts: [&'static str; 2],
    /// Whether the handbook has content for it.
    has_content: fn(&Content<'_>) -> bool,
}

/// What pages may be generated from.
pub(super) struct Content<'a> {
    /// The chapters' metadata.
    pub chapters: &'a [Arc<Meta>],
    /// Whether the audience may see the page about the handbook's health.
    pub shows_health: bool,
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
    Matrix => Row { name: "matrix", texts: ["matrix", "matrix-means"], has_content: has_expectations };
    /// Roles by rank.
    Ladder => Row { name: "ladder", texts: ["ladder", "ladder-means"], has_content: ranks_roles };
    /// Overview of who decides what.
    Decisions => Row {
        name: "decisions",
        texts: ["decision-rights", "decisions-means"],
        has_content: |content| has(Kind::Strategy, content),
    };
    /// Comparison of any two roles.
    Compare => Row {
        name: "compare",
        texts: ["compare-any", "compare-any-means"],
        has_content: |content| roles(content).filter(|role| says_something(role)).take(2).count() == 2,
    };
    /// Roles for a self-assessment.
    Assess => Row { name: "assess", texts: ["assess", "assess-means"], has_content: has_levels };
    /// Blank templates to copy and download.
    Templates => Row {
        name: "templates",
        texts: ["templates", "templates-means"],
        has_content: |content| content.chapters.iter().any(|meta| !meta.templates.is_empty()),
    };
    /// The tags of chapters.
    Tags => Row { name: "tags", texts: ["tags", "tags-means"], has_content: has_tags };
    /// Recent changes. Without a history, the page says so, and is only built if a chapter links to
    /// it.
    Changes => Row { name: "changes", texts: ["changes", "changes-means"], has_content: |_| true };
    /// Upkeep of the handbook.
    Health => Row { name: "health", texts: ["health", "health-means"], has_content: |content| content.shows_health };
    /// Search on its own page.
    Search => Row { name: "search", texts: ["search", "search-means"], has_content: |_| true };
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

    /// Lists the pages that there is content for. Every page has a menu of them, so this looks at
    /// all chapters once and the index keeps the result.
    pub(super) fn with_content(content: &Content<'_>) -> Vec<Self> {
        let asked = |page: &Self| content.chapters.iter().any(|meta| meta.permalink.as_deref() == Some(page.name()));
        Self::ALL.iter().copied().filter(|page| (page.row().has_content)(content) && !asked(page)).collect()
    }

    /// Returns whether the book has content for the page.
    pub fn has_content(self, index: &Index) -> bool {
        index.generated.contains(&self)
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

fn has(kind: Kind, content: &Content<'_>) -> bool {
    content.chapters.iter().any(|meta| meta.kind == kind)
}

fn has_tags(content: &Content<'_>) -> bool {
    content.chapters.iter().flat_map(|meta| &meta.tags).any(|tag| !tag.trim().is_empty())
}

fn has_expectations(content: &Content<'_>) -> bool {
    has(Kind::Role, content) && has(Kind::Competency, content)
}

fn roles<'a>(content: &Content<'a>) -> impl Iterator<Item = &'a Role> {
    content.chapters.iter().filter_map(|meta| match &meta.facts {
        Facts::Role(role) => Some(&**role),
        _ => None,
    })
}

/// Returns whether a role on the ladder has a rank or a step to another role.
fn ranks_roles(content: &Content<'_>) -> bool {
    roles(content).any(|role| !role.base && (role.rank.is_some() || !role.grows_into.is_empty()))
}

/// Returns whether any role expects a level of a competency.
fn has_levels(content: &Content<'_>) -> bool {
    has(Kind::Competency, content) && roles(content).any(|role| !role.competencies.is_empty())
}

/// Returns whether a role says something that can be compared, or inherits it.
fn says_something(role: &Role) -> bool {
    !role.competencies.is_empty() || !role.responsibilities.is_empty() || role.extends.is_some()
}
