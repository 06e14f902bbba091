//! Describes a parsed chapter: what other chapters can see of it, and its HTML with placeholders
//! ("holes").
//!
//! Input: none; `markdown` and `parse` create these values. Output: a [`Document`]. Never
//! modified later; rendering only reads it.

mod body;
mod facts;
mod field;
mod stored;

use std::collections::BTreeSet;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::chapter::diagram::Diagram;
use crate::declare::kind::{Kind, Status};
use crate::text::diagnostic::Diagnostic;
use crate::text::front_matter::Table;
use crate::text::path::SourcePath;

pub use self::body::{
    Block, Body, Code, Fill, Formula, Hole, Image, ImageSource, Main, Part, Piece, Setting, View, What,
};
pub use self::facts::{Competency, Decision, Facts, LevelHeading, PathFacts, Role, Statement, Strategy, Term};
pub use self::field::CALLOUTS;
pub use self::stored::{read, write};

/// One chapter, parsed independently of all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What other chapters can see of this one.
    pub meta: Arc<Meta>,
    /// What it links to, and what links can lead to in it. If this and the metadata are unchanged, the previous book
    /// is reused.
    pub outline: Arc<Outline>,
    /// What the chapter's own page needs, and pages that show a part of the chapter or its reading time.
    pub body: Arc<Body>,
    /// The findings that don't depend on other chapters.
    pub findings: Arc<Vec<Diagnostic>>,
}

impl Document {
    /// Returns what the model is made from: the metadata and the outline.
    #[must_use]
    pub fn for_model(&self) -> (Arc<Meta>, Arc<Outline>) {
        (Arc::clone(&self.meta), Arc::clone(&self.outline))
    }
}

/// The number of a reference: an index into [`Outline::references`] and [`Body::reference_spans`].
pub type ReferenceNumber = u32;

/// What other chapters can see of a chapter, without spans or prose.
#[derive(Clone, Debug, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Meta {
    /// The chapter's file.
    pub path: SourcePath,
    /// The chapter's kind.
    pub kind: Kind,
    /// The ID by which other chapters refer to this one.
    pub id: String,
    /// The family that the chapter belongs to. Chapters of different families may share an ID.
    pub family: Option<String>,
    /// The chapter's title as plain text.
    pub title: String,
    /// One sentence that sums up the chapter.
    pub summary: Option<String>,
    /// Other names and old URLs.
    pub aliases: Vec<String>,
    /// The URL path that the chapter asks for, without slashes at the ends.
    pub permalink: Option<String>,
    /// The chapter's name in the navigation, if it isn't the title.
    pub label: Option<String>,
    /// The chapter's position among its siblings.
    pub order: Option<i64>,
    /// The chapter's status.
    pub status: Status,
    /// Whether the chapter isn't in the navigation, as another generator's mark says.
    pub unlisted: bool,
    /// The owner who keeps the chapter up to date.
    pub owner: Option<String>,
    /// The date of the last review, such as `2026-04-01`.
    pub reviewed: Option<String>,
    /// How long a review remains valid.
    #[borsh(serialize_with = "field::write_duration", deserialize_with = "field::read_duration")]
    pub review_every: Option<crate::text::date::Duration>,
    /// Words to group chapters by.
    pub tags: Vec<String>,
    /// Where to ask about the chapter.
    pub ask: Option<String>,
    /// The author's own data.
    pub extra: Table,
    /// What is specific to the chapter's kind.
    pub facts: Facts,
    /// Whether the chapter's text contains a level 1 heading.
    pub has_h1: bool,
    /// The blank templates that readers can copy and download, in the order written.
    pub templates: Vec<Template>,
    /// The diagrams, in the order written.
    pub diagrams: Vec<DiagramBlock>,
}

/// What a chapter links to, and what links can lead to in it. Many edits change it, but few other pages depend on
/// it.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Outline {
    /// The chapter's headings in order.
    pub headings: Vec<Heading>,
    /// Every ID that a link can target, including those of headings.
    pub anchors: BTreeSet<String>,
    /// All references of the chapter in the order found: front matter first, then text.
    pub references: Vec<Reference>,
}

impl Outline {
    /// Returns the heading with this ID.
    #[must_use]
    pub fn heading(&self, id: &str) -> Option<&Heading> {
        self.headings.iter().find(|heading| heading.id == id)
    }
}

/// A diagram that a chapter shows.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct DiagramBlock {
    /// What pages know of the diagram.
    pub diagram: Diagram,
    /// The number of the code block in the chapter.
    pub block: usize,
}

/// A blank template that a chapter offers: a code block of Markdown with the attribute `template`.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Template {
    /// The ID, unique within the chapter, which is also the name of the file.
    pub id: String,
    /// The title.
    pub title: String,
    /// The number of the code block in the chapter.
    pub block: usize,
}

impl Template {
    /// Returns the template's anchor on the page of its chapter.
    #[must_use]
    pub fn anchor(&self) -> String {
        format!("template-{}", self.id)
    }
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Heading {
    /// The heading level, from 1 to 6.
    pub level: u8,
    /// The heading's text without markup.
    pub text: String,
    /// The heading's ID.
    pub id: String,
    /// Whether the heading is at the top level of the document structure and therefore starts a
    /// section.
    pub section: bool,
}

/// A reference: its form and its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct Reference {
    /// How the reference was written.
    pub form: Form,
    /// The decoded target before any `#`, or an empty string for the chapter itself.
    pub target: String,
    /// The text after `#`, or the level in `[[competency@3]]` as [`Fragment::Level`].
    pub fragment: Option<Fragment>,
}

/// The part of a reference that follows its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub enum Fragment {
    /// An anchor, a heading's slug, or a heading's text.
    Anchor(String),
    /// A level of a competency, by number or name.
    Level(String),
}

/// How a reference was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub enum Form {
    /// `[[target]]` or a field of front matter, resolved by ID, path, alias or title.
    Wiki,
    /// `[text](target)`, resolved by file path as on a code host.
    Relative,
    /// `![alt](target)`, an image file.
    Image,
    /// `![[target]]`, a transclusion of a section or a chapter.
    Embed,
    /// A front matter field that names a chapter of one kind.
    Field(Kind),
    /// A front matter field that can name a chapter of any kind.
    AnyField,
    /// A field or a decision that names a role or a partner.
    Party,
}
