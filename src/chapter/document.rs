//! Describes a parsed chapter: what other chapters can see of it, and its HTML with placeholders
//! ("holes").
//!
//! Input: none; `markdown` and `parse` create these values. Output: a [`Document`]. Never
//! modified later; rendering only reads it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::declare::kind::{Kind, Levels, Part, Status};
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::front_matter::Table;
use crate::text::path::SourcePath;
use crate::text::source::Hash;

/// One chapter, parsed independently of all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What other chapters can see of this one. If it is unchanged, the previous book is reused.
    pub meta: Arc<Meta>,
    /// What only the chapter's own page needs.
    pub body: Arc<Body>,
    /// The findings that don't depend on other chapters.
    pub findings: Arc<Vec<Diagnostic>>,
}

/// The number of a reference: an index into [`Meta::references`] and [`Body::reference_spans`].
pub type ReferenceNumber = u32;

/// What other chapters can see of a chapter, without spans or prose.
#[derive(Clone, Debug, PartialEq)]
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
    /// The chapter's position among its siblings.
    pub order: Option<i64>,
    /// The chapter's status.
    pub status: Status,
    /// The owner who keeps the chapter up to date.
    pub owner: Option<String>,
    /// The date of the last review, such as `2026-04-01`.
    pub reviewed: Option<String>,
    /// How long a review remains valid.
    pub review_every: Option<crate::text::date::Duration>,
    /// Words to group chapters by.
    pub tags: Vec<String>,
    /// Where to ask about the chapter.
    pub ask: Option<String>,
    /// The author's own data.
    pub extra: Table,
    /// The chapter's headings in order.
    pub headings: Vec<Heading>,
    /// Every ID that a link can target, including those of headings.
    pub anchors: BTreeSet<String>,
    /// All references of the chapter in the order found: front matter first, then text.
    pub references: Vec<Reference>,
    /// What is specific to the chapter's kind.
    pub facts: Facts,
    /// The reading time in minutes at 220 words a minute: at least 1, or 0 if there is no text.
    pub minutes: u16,
    /// Whether the chapter's text contains a level 1 heading.
    pub has_h1: bool,
    /// The blank templates that readers can copy and download, in the order written.
    pub templates: Vec<Template>,
}

/// A blank template that a chapter offers: a code block of Markdown with the attribute `template`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// How the reference was written.
    pub form: Form,
    /// The decoded target before any `#`, or an empty string for the chapter itself.
    pub target: String,
    /// The text after `#`, or the level in `[[competency@3]]` as [`Fragment::Level`].
    pub fragment: Option<Fragment>,
}

/// The part of a reference that follows its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fragment {
    /// An anchor, a heading's slug, or a heading's text.
    Anchor(String),
    /// A level of a competency, by number or name.
    Level(String),
}

/// How a reference was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// What is specific to a chapter's kind, read from its front matter and sections.
#[derive(Clone, Debug, PartialEq)]
pub enum Facts {
    /// A role.
    Role(Box<Role>),
    /// A competency.
    Competency(Box<Competency>),
    /// A strategy chapter.
    Strategy(Box<Strategy>),
    /// A path.
    Path(Box<PathFacts>),
    /// The glossary's terms.
    Glossary(Vec<Term>),
    /// A page, with nothing beyond what every chapter has.
    Page,
}

impl Facts {
    /// Returns a competency's statements or a role's responsibilities.
    pub fn statements(&self) -> &[Statement] {
        match self {
            Self::Role(role) => &role.responsibilities,
            Self::Competency(competency) => &competency.statements,
            _ => &[],
        }
    }
}

/// A role as its chapter states it, before anything is inherited from other roles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// The track's ID.
    pub track: Option<String>,
    /// The rung on the ladder.
    pub rank: Option<u32>,
    /// The grade as the company writes it.
    pub grade: Option<String>,
    /// The scope of the role's responsibility.
    pub scope: Option<String>,
    /// How far ahead the role looks.
    pub horizon: Option<String>,
    /// Other titles for the same role.
    pub also_called: Vec<String>,
    /// Whether this is a base role, which is extended and compared but isn't a rung on the ladder.
    pub base: bool,
    /// The role that this one extends.
    pub extends: Option<ReferenceNumber>,
    /// The roles that come after this one.
    pub grows_into: Vec<ReferenceNumber>,
    /// Roles that this one reports to.
    pub reports_to: Vec<ReferenceNumber>,
    /// Roles and partners that this one works with.
    pub works_with: Vec<ReferenceNumber>,
    /// The competencies that the role expects, each with its level.
    pub competencies: Vec<(ReferenceNumber, u8)>,
    /// What a competency means for the role, in its own words.
    pub meaning: Vec<(ReferenceNumber, String)>,
    /// The competencies that the role is judged on first.
    pub focus: Vec<ReferenceNumber>,
    /// Statements that the role is judged on in addition to those of its focus.
    pub judged: Vec<ReferenceNumber>,
    /// The role's responsibilities.
    pub responsibilities: Vec<Statement>,
}

/// A competency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Competency {
    /// The group of competencies that this one belongs to.
    pub cluster: Option<String>,
    /// The strategy chapters that the competency supports.
    pub supports: Vec<ReferenceNumber>,
    /// Whether a level includes those below it.
    pub mode: Levels,
    /// The same for roles of tracks that say so themselves, by the track's ID.
    pub track_modes: Vec<(String, Levels)>,
    /// The headings of levels, in the order written.
    pub levels: Vec<LevelHeading>,
    /// The levels whose heading has the wrong name.
    pub misnamed: Vec<u8>,
    /// The statements in the order written.
    pub statements: Vec<Statement>,
}

/// A heading below which a competency describes a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelHeading {
    /// The level's number.
    pub level: u8,
    /// The only track that it is meant for.
    pub track: Option<String>,
    /// Whether it is inside the section of the level, and adds to what the level says for all.
    pub is_inside: bool,
    /// The heading's ID.
    pub id: String,
    /// A word for the proficiency at the level, such as `Working`.
    pub proficiency: Option<String>,
}

impl Competency {
    /// Returns how the levels relate to each other for a role of this track.
    pub fn mode_for(&self, track: Option<&str>) -> Levels {
        let own = self.track_modes.iter().find(|(id, _)| Some(id.as_str()) == track);
        own.map_or(self.mode, |(_, mode)| *mode)
    }

    /// Returns the heading that describes a level for a role of this track: the track's own one, or
    /// the one for all tracks.
    pub fn heading(&self, level: u8, track: Option<&str>) -> Option<&LevelHeading> {
        let of = |track: Option<&str>| {
            self.levels.iter().find(|heading| heading.level == level && heading.track.as_deref() == track)
        };
        track.and_then(|_| of(track)).or_else(|| of(None))
    }

    /// Returns whether roles of different tracks may be expected to meet different statements at the
    /// same level.
    pub fn depends_on_track(&self) -> bool {
        !self.track_modes.is_empty() || self.statements.iter().any(|statement| statement.track.is_some())
    }

    /// Lists the tracks that have statements of their own, in the order written.
    pub fn tracks(&self) -> Vec<&str> {
        let mut tracks: Vec<&str> = Vec::new();
        for track in self.statements.iter().filter_map(|statement| statement.track.as_deref()) {
            if !tracks.contains(&track) {
                tracks.push(track);
            }
        }
        tracks
    }
}

/// A statement of a competency or a responsibility of a role, which can be linked to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The level that the statement belongs to, or 0 for a responsibility.
    pub level: u8,
    /// The only track that the statement is meant for.
    pub track: Option<String>,
    /// The tracks that have statements of their own instead of this one.
    pub not_for: Vec<String>,
    /// The statement's ID, unique within the chapter.
    pub id: String,
    /// Whether the author wrote the ID.
    pub explicit: bool,
    /// The statement's text without markup.
    pub text: String,
    /// The ID of the lower-level statement that this one replaces.
    pub replaces: Option<String>,
    /// Whether lints ignore the statement (`{lint=off}`).
    pub unlinted: bool,
}

impl Statement {
    /// Returns whether the statement is meant for roles of this track.
    pub fn is_for(&self, track: Option<&str>) -> bool {
        let is_replaced = || self.not_for.iter().any(|other| Some(other.as_str()) == track);
        self.track.as_deref().is_none_or(|own| Some(own) == track) && !is_replaced()
    }
}

/// A strategy chapter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strategy {
    /// How far ahead the strategy looks.
    pub horizon: Option<String>,
    /// The role that leads the strategy.
    pub led_by: Option<ReferenceNumber>,
    /// What shows that the strategy works.
    pub measures: Vec<String>,
    /// The last day on which the strategy is valid.
    pub valid_until: Option<String>,
    /// The strategy's decisions and who takes part in them.
    pub decisions: Vec<Decision>,
}

/// A decision and the parties to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The decision's title.
    pub title: String,
    /// The anchor of its heading.
    pub id: String,
    /// The decision's scope, such as team, area or portfolio.
    pub scope: Option<String>,
    /// The parties and the part each of them plays.
    pub parties: Vec<(Part, ReferenceNumber)>,
}

/// A reading path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathFacts {
    /// The people that the path is for.
    pub audience: Option<String>,
    /// The chapters in the order to read them.
    pub chapters: Vec<ReferenceNumber>,
}

/// A term of the glossary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term as written.
    pub name: String,
    /// Other words for the term.
    pub aliases: Vec<String>,
    /// The term's anchor in the glossary.
    pub id: String,
    /// Whether occurrences of the term link to it.
    pub link: bool,
    /// The definition without markup.
    pub definition: String,
}

/// What only a chapter's own page needs: HTML with holes, and positions in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// The chapter's HTML, without footnotes.
    pub main: Fill,
    /// The top-level blocks in order, each with its span in the file and the end of its HTML in
    /// `main`.
    pub blocks: Vec<Block>,
    /// Footnotes by label, in the order defined.
    pub footnotes: Vec<(String, Fill)>,
    /// Code blocks by number.
    pub code: Vec<Code>,
    /// Images by number.
    pub images: Vec<Image>,
    /// Views by number.
    pub views: Vec<View>,
    /// The span of each reference in [`Meta::references`].
    pub reference_spans: Vec<Span>,
    /// The byte range in `main` of each statement's or responsibility's HTML, in the order of the
    /// facts; empty if the sanitizer removed it.
    pub statements: Vec<(u32, u32)>,
    /// The byte ranges of examples in `main`, ascending and without overlaps. A range is a whole
    /// list, or a single item if the list has other items too.
    pub examples: Vec<(u32, u32)>,
    /// The span in the file of each statement's text, in the order of the facts.
    pub statement_spans: Vec<Span>,
    /// The span from the end of each statement's text to where an anchor can be inserted, in the
    /// order of the facts.
    pub statement_ends: Vec<Span>,
    /// Spans of front matter fields, by field name, which findings of later stages point at.
    pub field_spans: Vec<(&'static str, Span)>,
    /// Whether the HTML has been sanitized.
    pub sanitised: bool,
    /// The pieces to change when the chapter is published as Markdown. Empty if it isn't published
    /// that way.
    pub pieces: Vec<Piece>,
    /// Spans of the file that readers of this build cannot see.
    pub hidden: Vec<Span>,
    /// The number of `%%` comments that were removed.
    pub comments: usize,
    /// The hash of the source file.
    pub source: Hash,
}

impl Body {
    /// Returns whether a span of the file contains something that readers of this build cannot see.
    pub fn hides_part_of(&self, span: Span) -> bool {
        self.hidden.iter().any(|hidden| hidden.start < span.end && span.start < hidden.end)
    }

    /// Returns the byte range of a statement's HTML in `main`, by its number in the order of the
    /// facts, or `None` if the sanitizer removed it.
    pub fn statement(&self, number: usize) -> Option<Range<usize>> {
        let (start, end) = *self.statements.get(number)?;
        (start < end).then_some(start as usize..end as usize)
    }

    /// Returns the byte ranges in `main` of a statement's examples. `number` is the statement's
    /// number in the order of the facts.
    pub fn examples_of(&self, number: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.examples_in(self.statement(number).unwrap_or_default())
    }

    /// Returns the byte ranges in `main` of the examples inside `range`.
    pub fn examples_in(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let first = self.examples.partition_point(|(start, _)| (*start as usize) < range.start);
        let all = self.examples[first..].iter().map(|(start, end)| *start as usize..*end as usize);
        all.take_while(move |example| example.end <= range.end)
    }

    /// Returns the parts of `range` in `main` that lie outside examples. For a statement, that is
    /// its own words.
    #[must_use]
    pub fn without_examples(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut at = range.start;
        for example in self.examples_in(range.clone()) {
            parts.push(at..example.start.max(at));
            at = example.end.max(at);
        }
        parts.push(at..range.end);
        parts
    }
}

/// A part of a chapter's Markdown that only Rolebook understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The byte offset where the piece begins in the redacted body.
    pub start: u32,
    /// The byte offset where the piece ends in the redacted body.
    pub end: u32,
    /// The kind of the piece.
    pub what: What,
}

impl Piece {
    /// Returns the piece's byte range in the redacted body.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The kinds of pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Attributes, a comment or a tag, which readers don't need.
    Nothing,
    /// A block of raw HTML, of which only the text is kept.
    Html,
    /// A link within the handbook, with the byte range of its text, if any, and its title.
    Link(Option<(u32, u32)>, Box<str>),
    /// An image file in the content folder, with its alternative text.
    Picture(Box<str>),
    /// The mark of a worked example, and whether a caption follows it.
    Example(bool),
    /// A transclusion that is a paragraph of its own.
    Embed,
    /// A view; these pieces are in the same order as the chapter's views.
    View,
}

/// One top-level block of a chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The block's span in the file.
    pub span: Span,
    /// The byte offset where the block's HTML ends in [`Body::main`].
    pub end: u32,
    /// The number of the heading, if the block is a heading that starts a section.
    pub heading: Option<u32>,
}

/// HTML with holes that are filled in when the site is rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fill {
    /// The HTML.
    pub html: String,
    /// The byte offsets of the holes in `html`, ascending.
    pub holes: Vec<(u32, Hole)>,
    /// Ranges of plain text (not headings, links or code) where glossary terms may be linked,
    /// ascending and escaped as HTML.
    pub prose: Vec<(u32, u32)>,
}

/// What rendering inserts into a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hole {
    /// The start tag of a link, with its title, if any.
    LinkOpen(ReferenceNumber, Option<Box<str>>),
    /// The end tag of that link.
    LinkClose(ReferenceNumber),
    /// The title of the link's target.
    LinkText(ReferenceNumber),
    /// An image, by its number in [`Body::images`].
    Image(u32),
    /// A transcluded section or chapter.
    Embed(ReferenceNumber),
    /// A view, by its number in [`Body::views`].
    View(u32),
    /// A code block, by its number in [`Body::code`].
    Code(u32),
    /// A footnote reference, by the index of the definition in [`Body::footnotes`].
    Footnote(u32),
    /// The end of a heading, by the heading's number, where the link to it goes.
    HeadingAnchor(u32),
    /// The link of a statement or responsibility to itself, by its number in the facts.
    StatementAnchor(u32),
    /// The attributes of a table's scrollable region. Contains the number of the heading above the
    /// table plus one, or 0 if there is none.
    TableAttributes(u32),
    /// The attributes of a callout (a GFM alert), by its name, such as `note`.
    CalloutAttributes(&'static str),
    /// The label of a callout, by its name.
    CalloutLabel(&'static str),
    /// The word above a worked example.
    ExampleLabel,
    /// The checkbox of a task, and whether it is checked.
    Task(bool),
    /// The `href` attribute of raw HTML.
    Href(ReferenceNumber),
    /// The `poster` attribute of raw HTML.
    Poster(ReferenceNumber),
    /// The `src` attribute of raw HTML.
    Src(ReferenceNumber),
}

/// A code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The first word of the info string.
    pub language: String,
    /// The title above it.
    pub title: Option<String>,
    /// The highlighted lines as inclusive ranges, counted from 1.
    pub marked: Vec<(u32, u32)>,
    /// The block's anchor.
    pub id: Option<String>,
    /// The template that the block contains. The page then shows what its Markdown looks like.
    pub template: Option<Template>,
    /// The text of the block.
    pub text: String,
    /// The span of the block's first line.
    pub span: Span,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The source: a file in the content folder, or a URL.
    pub source: ImageSource,
    /// The alternative text.
    pub alt: String,
    /// The image's title.
    pub title: String,
}

/// The source of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// A file in the content folder.
    File(ReferenceNumber),
    /// A URL on another host.
    Remote(String),
}

/// A view that a chapter requests; chapters named in its arguments are references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// Roles by competencies.
    Matrix {
        /// The track to show. `None` shows all tracks.
        track: Option<String>,
        /// The cluster to show. `None` shows all clusters.
        cluster: Option<String>,
    },
    /// Two roles side by side.
    Compare {
        /// The first role.
        a: ReferenceNumber,
        /// The second role.
        b: ReferenceNumber,
    },
    /// Roles by rank.
    Ladder {
        /// The track to show. `None` shows all tracks.
        track: Option<String>,
    },
    /// A chart of a role's levels.
    Radar {
        /// The role, or the chapter's own role if `None`.
        role: Option<ReferenceNumber>,
    },
    /// Decisions and the parties to them.
    Decisions {
        /// Show only decisions in which this role or partner takes part. `None` shows all.
        role: Option<ReferenceNumber>,
        /// Show only decisions that this strategy chapter contains. `None` shows all.
        strategy: Option<ReferenceNumber>,
        /// Show only decisions of this scope. `None` shows all.
        scope: Option<String>,
    },
    /// A list of roles.
    Roles {
        /// The track to show. `None` shows all tracks.
        track: Option<String>,
    },
    /// The chapters below this one.
    Children,
    /// Recent changes.
    Changes {
        /// The maximum number of changes.
        n: u32,
    },
}

impl View {
    /// Returns the view's name, which is also the name of its template.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Matrix { .. } => "matrix",
            Self::Compare { .. } => "compare",
            Self::Ladder { .. } => "ladder",
            Self::Radar { .. } => "radar",
            Self::Decisions { .. } => "decisions",
            Self::Roles { .. } => "roles",
            Self::Children => "children",
            Self::Changes { .. } => "changes",
        }
    }
}
