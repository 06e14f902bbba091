//! Describes a chapter that has been parsed: what others can see of it, and its HTML with holes.
//!
//! Input: none; `markdown` and `metadata` make these. Output: [`Document`]. Never filled in later: rendering reads it.

use crate::declare::kind::{Kind, Part, Status};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::front_matter::Table;
use crate::text::path::SourcePath;
use crate::text::source::Hash;

/// One chapter, parsed by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What other chapters can see. Equal metadata keeps the previous book.
    pub meta: Arc<Meta>,
    /// What only its own page needs.
    pub body: Arc<Body>,
    /// What is wrong with it, whatever the others say.
    pub findings: Arc<Vec<Diagnostic>>,
}

/// The number of a reference: an index into [`Meta::references`] and [`Body::reference_spans`].
pub type ReferenceNumber = u32;

/// What other chapters can see of a chapter. No spans and no prose.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// The chapter's file.
    pub path: SourcePath,
    /// What it is.
    pub kind: Kind,
    /// What other chapters call it.
    pub id: String,
    /// Its title as plain text.
    pub title: String,
    /// One sentence that answers.
    pub summary: Option<String>,
    /// Other names and old addresses.
    pub aliases: Vec<String>,
    /// Its place among its neighbours.
    pub order: Option<i64>,
    /// Where it stands in its life.
    pub status: Status,
    /// Who keeps it true.
    pub owner: Option<String>,
    /// The day it was last found true, `2026-04-01`.
    pub reviewed: Option<String>,
    /// How long a review holds.
    pub review_every: Option<crate::text::date::Duration>,
    /// Words to group chapters by.
    pub tags: Vec<String>,
    /// Where to ask about it.
    pub ask: Option<String>,
    /// The author's own data.
    pub extra: Table,
    /// Its headings in order.
    pub headings: Vec<Heading>,
    /// Every id that a link can lead to, headings included.
    pub anchors: BTreeSet<String>,
    /// Everything it refers to, in the order met: front matter first, then text.
    pub references: Vec<Reference>,
    /// What its kind says.
    pub facts: Facts,
    /// Minutes to read it, at 220 words a minute, at least 1; 0 without text.
    pub minutes: u16,
    /// Whether its text brings a heading of level 1.
    pub has_h1: bool,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// Its id.
    pub id: String,
    /// Whether it stands at the top of the chapter's structure, and so opens a section.
    pub section: bool,
}

/// What a reference is and where it points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// How it was written.
    pub form: Form,
    /// The target before any `#`, decoded; empty for the chapter itself.
    pub target: String,
    /// What follows `#` (or, in `[[competency@3]]`, the level's anchor as [`Fragment::Level`]).
    pub fragment: Option<Fragment>,
}

/// What follows the target of a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fragment {
    /// An anchor, a heading's slug or a heading's text.
    Anchor(String),
    /// A level of a competency, as number or name.
    Level(String),
}

/// How a reference was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `[[target]]` or a field of front matter: by id, path, alias, title.
    Wiki,
    /// `[text](target)`: by file, as on a code host.
    Relative,
    /// `![alt](target)`: a file.
    Image,
    /// `![[target]]`: a section or a chapter put here.
    Embed,
    /// A field of front matter that names a chapter of one kind.
    Field(Kind),
    /// A field of front matter that names any chapter.
    AnyField,
    /// A field or a decision that names a role or a partner.
    Party,
}

/// What a chapter's kind says, read from front matter and sections.
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
    /// Nothing beyond what every chapter has.
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

/// A role as its chapter states it, before anything is taken over from another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// The track's id.
    pub track: Option<String>,
    /// The rung.
    pub rank: Option<u32>,
    /// The grade as the company writes it.
    pub grade: Option<String>,
    /// How much it answers for.
    pub scope: Option<String>,
    /// How far ahead it looks.
    pub horizon: Option<String>,
    /// Other titles.
    pub also_called: Vec<String>,
    /// Whether it is extended and compared but no rung.
    pub base: bool,
    /// The role it is a kind of.
    pub extends: Option<ReferenceNumber>,
    /// Roles that come after it.
    pub grows_into: Vec<ReferenceNumber>,
    /// Roles it reports to.
    pub reports_to: Vec<ReferenceNumber>,
    /// Roles and partners it works with.
    pub works_with: Vec<ReferenceNumber>,
    /// The levels it expects.
    pub competencies: Vec<(ReferenceNumber, u8)>,
    /// What it is judged on first.
    pub focus: Vec<ReferenceNumber>,
    /// Statements that it is judged on beside those of its focus.
    pub judged: Vec<ReferenceNumber>,
    /// What it answers for.
    pub responsibilities: Vec<Statement>,
}

/// A competency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Competency {
    /// The group it belongs to.
    pub cluster: Option<String>,
    /// Strategy chapters it carries.
    pub supports: Vec<ReferenceNumber>,
    /// Its levels in the order written: number and the heading's id.
    pub levels: Vec<(u8, String)>,
    /// Levels that it has a heading for under another name.
    pub misnamed: Vec<u8>,
    /// Its statements in the order written.
    pub statements: Vec<Statement>,
}

/// A statement of a competency or a responsibility of a role: an addressable cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The level it belongs to; 0 for a responsibility.
    pub level: u8,
    /// Its id, unique in the chapter.
    pub id: String,
    /// Whether the author wrote the id.
    pub explicit: bool,
    /// Its text without markup.
    pub text: String,
    /// The id of a lower statement whose place it takes.
    pub replaces: Option<String>,
    /// Lints that do not look at it (`{lint=off}`).
    pub unlinted: bool,
}

/// A strategy chapter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strategy {
    /// How far ahead it looks.
    pub horizon: Option<String>,
    /// The role that leads it.
    pub led_by: Option<ReferenceNumber>,
    /// What shows that it works.
    pub measures: Vec<String>,
    /// The day after which it is no longer true.
    pub valid_until: Option<String>,
    /// Who decides what.
    pub decisions: Vec<Decision>,
}

/// A decision and who takes which part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is decided.
    pub title: String,
    /// The anchor of its heading.
    pub id: String,
    /// At which scope, such as team, area, portfolio.
    pub scope: Option<String>,
    /// Who takes which part.
    pub parties: Vec<(Part, ReferenceNumber)>,
}

/// A reading path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathFacts {
    /// Whom it is for.
    pub audience: Option<String>,
    /// The chapters in the order to read them.
    pub chapters: Vec<ReferenceNumber>,
}

/// A term of the glossary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term as written.
    pub name: String,
    /// Other words for it.
    pub aliases: Vec<String>,
    /// Its anchor in the glossary.
    pub id: String,
    /// Whether its occurrences link to it.
    pub link: bool,
    /// The definition without markup.
    pub definition: String,
}

/// What only a chapter's own page needs: HTML with holes, and where things stand in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// The chapter's HTML, without footnotes.
    pub main: Fill,
    /// Blocks at the top of the structure, in order: span in the file and end of the block's HTML in `main`.
    pub blocks: Vec<Block>,
    /// Footnotes by label, in the order defined.
    pub footnotes: Vec<(String, Fill)>,
    /// Code blocks by number.
    pub code: Vec<Code>,
    /// Images by number.
    pub images: Vec<Image>,
    /// Views by number.
    pub views: Vec<View>,
    /// The place of each reference of [`Meta::references`].
    pub reference_spans: Vec<Span>,
    /// Where each statement's or responsibility's HTML lies in `main`, in the order of the facts; empty where sanitising took it away.
    pub statements: Vec<(u32, u32)>,
    /// Where examples of statements lie in `main`: whole lists, or single items where a list has others too; rising and apart.
    pub examples: Vec<(u32, u32)>,
    /// Where each statement's words stand in the file; in the order of the facts.
    pub statement_spans: Vec<Span>,
    /// Where each statement ends in the file, to write an anchor there; in the order of the facts.
    pub statement_ends: Vec<Span>,
    /// Spans of front-matter fields that findings of later stages point at, by field name.
    pub field_spans: Vec<(&'static str, Span)>,
    /// Spans of decisions' headings, in the order of the facts.
    pub decision_spans: Vec<Span>,
    /// Whether the HTML came out of the sanitiser.
    pub sanitised: bool,
    /// What reads otherwise where the chapter is read as Markdown; nothing where it is not published so.
    pub pieces: Vec<Piece>,
    /// Places of the file that the readers of this build don't see.
    pub hidden: Vec<Span>,
    /// How many comments between `%%` were taken out.
    pub comments: usize,
    /// The hash of the file that all this was read from.
    pub source: Hash,
}

impl Body {
    /// Returns whether a place of the file holds something that the readers of this build don't see.
    pub fn hides_part_of(&self, span: Span) -> bool {
        self.hidden.iter().any(|hidden| hidden.start < span.end && span.start < hidden.end)
    }

    /// Returns the bytes of a statement's HTML in `main`, by its number in the order of the facts; none where sanitising took it away.
    pub fn statement(&self, number: usize) -> Option<Range<usize>> {
        let (start, end) = *self.statements.get(number)?;
        (start < end).then_some(start as usize..end as usize)
    }

    /// Returns the bytes in `main` of the examples that belong to a statement, by its number in the order of the facts.
    pub fn examples_of(&self, number: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.examples_in(self.statement(number).unwrap_or_default())
    }

    /// Returns the bytes in `main` of the examples inside `range`.
    pub fn examples_in(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let first = self.examples.partition_point(|(start, _)| (*start as usize) < range.start);
        let all = self.examples[first..].iter().map(|(start, end)| *start as usize..*end as usize);
        all.take_while(move |example| example.end <= range.end)
    }

    /// Returns `range` of `main` without the examples in it: what a statement says itself.
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
    /// Where it begins in the redacted body, in bytes.
    pub start: u32,
    /// Where it ends in the redacted body, in bytes.
    pub end: u32,
    /// What it is.
    pub what: What,
}

impl Piece {
    /// Returns its place in the redacted body, in bytes.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Attributes, a comment or a tag: nothing to a reader.
    Nothing,
    /// A block of raw HTML, of which its words are left.
    Html,
    /// A link into the handbook, with the place of its words where it has some, and its title.
    Link(Option<(u32, u32)>, Box<str>),
    /// A picture of the content, with its text alternative.
    Picture(Box<str>),
    /// A part of another chapter, alone in its paragraph.
    Embed,
    /// A view: the chapter's views stand in this order.
    View,
}

/// One block at the top of a chapter's structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its place in the file.
    pub span: Span,
    /// Where its HTML ends in [`Body::main`], in bytes.
    pub end: u32,
    /// The number of the heading that it is, if it opens a section.
    pub heading: Option<u32>,
}

/// HTML with holes that rendering fills from the site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fill {
    /// The HTML.
    pub html: String,
    /// Where holes lie, in bytes of `html`, rising.
    pub holes: Vec<(u32, Hole)>,
    /// Runs of plain text (not headings, links or code) where glossary terms may be linked; rising, escaped as HTML.
    pub prose: Vec<(u32, u32)>,
}

/// What rendering puts into a place of the HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hole {
    /// The start tag of a link; the second number is the index of its title in nothing: titles ride along.
    LinkOpen(ReferenceNumber, Option<Box<str>>),
    /// The end tag of that link.
    LinkClose(ReferenceNumber),
    /// The title of what a link leads to.
    LinkText(ReferenceNumber),
    /// An image, by its number in [`Body::images`].
    Image(u32),
    /// A section of another chapter.
    Embed(ReferenceNumber),
    /// A view, by its number in [`Body::views`].
    View(u32),
    /// A code block, by its number in [`Body::code`].
    Code(u32),
    /// A reference to a footnote, by the index of its definition in [`Body::footnotes`].
    Footnote(u32),
    /// The anchor to copy inside a heading, by the heading's number.
    HeadingAnchor(u32),
    /// The attributes of a table's scrolling region: the number of the heading before it plus one, and the table's number.
    TableAttributes(u32, u32),
    /// The attributes of a callout.
    CalloutAttributes(Callout),
    /// The title line of a callout.
    CalloutTitle(Callout),
    /// The check box of a task, and whether it is done.
    Task(bool),
    /// The `href` attribute of raw HTML.
    Href(ReferenceNumber),
    /// The `poster` attribute of raw HTML.
    Poster(ReferenceNumber),
    /// The `src` attribute of raw HTML.
    Src(ReferenceNumber),
}

/// A kind of callout (GFM alerts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callout {
    /// `[!NOTE]`
    Note,
    /// `[!TIP]`
    Tip,
    /// `[!IMPORTANT]`
    Important,
    /// `[!WARNING]`
    Warning,
    /// `[!CAUTION]`
    Caution,
}

impl Callout {
    /// Returns the class of the callout, which is also the key of its title.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Important => "important",
            Self::Warning => "warning",
            Self::Caution => "caution",
        }
    }
}

/// A code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The first word of the info string.
    pub language: String,
    /// The title above it.
    pub title: Option<String>,
    /// Marked lines, 1-based, both ends included.
    pub marked: Vec<(u32, u32)>,
    /// Its anchor.
    pub id: Option<String>,
    /// Its text.
    pub text: String,
    /// Where its first line is.
    pub span: Span,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where it comes from: a file of the content, or an address.
    pub source: ImageSource,
    /// Its text alternative.
    pub alt: String,
    /// Its title.
    pub title: String,
}

/// Where an image comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// A file of the content.
    File(ReferenceNumber),
    /// An address on another host.
    Remote(String),
}

/// A view that a chapter asks for; chapters among the arguments are references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// Roles by competencies.
    Matrix {
        /// Only this track.
        track: Option<String>,
        /// Only this cluster.
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
        /// Only this track.
        track: Option<String>,
    },
    /// A role's levels as a picture.
    Radar {
        /// The role; the chapter's own where none is named.
        role: Option<ReferenceNumber>,
    },
    /// Decisions and who takes part.
    Decisions {
        /// Only those in which this role or partner takes part.
        role: Option<ReferenceNumber>,
        /// Only those of this strategy chapter.
        strategy: Option<ReferenceNumber>,
        /// Only those at this scope.
        scope: Option<String>,
    },
    /// A list of roles.
    Roles {
        /// Only this track.
        track: Option<String>,
    },
    /// The chapters below this one.
    Children,
    /// What changed lately.
    Changes {
        /// At most so many.
        n: u32,
    },
}

impl View {
    /// Returns the view's name, which is also its template's.
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
