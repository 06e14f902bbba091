//! A chapter's text as HTML with holes, and what parsing recorded about its places.
//!
//! Input: what the writer of the chapter's HTML produced. Output: types. Never refers to another
//! chapter except by the number of a reference.

use std::ops::Range;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};

use super::field::{read_fields, read_name, write_fields, write_name};
use super::{ReferenceNumber, Template};
use crate::chapter::diagram::Diagram;
use crate::chapter::dialect::Foreign;
use crate::text::diagnostic::Span;
use crate::text::packed::Derived;
use crate::text::source::Hash;

/// What a chapter's own page needs, and pages that show a part of it or its reading time: HTML with holes, and
/// positions in the file.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Body {
    /// The chapter's HTML, without footnotes.
    pub main: Main,
    /// The top-level blocks in order, each with its span in the file and the end of its HTML in
    /// `main`.
    pub blocks: Vec<Block>,
    /// Footnotes by label, in the order defined.
    pub footnotes: Vec<(String, Fill)>,
    /// Code blocks by number.
    pub code: Vec<Code>,
    /// Formulas by number.
    pub formulas: Vec<Formula>,
    /// Images by number.
    pub images: Vec<Image>,
    /// Views by number.
    pub views: Vec<View>,
    /// The span of each reference in [`Outline::references`](super::Outline::references).
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
    #[borsh(serialize_with = "write_fields", deserialize_with = "read_fields")]
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
    /// The syntax of other generators that isn't shown, with its spans in the file.
    pub foreign: Vec<(Foreign, Span)>,
    /// The first file that the chapter asks for and that isn't in the content folder.
    pub missing_file: Option<String>,
    /// The reading time in minutes at 220 words a minute: at least 1, or 0 if there is no text.
    pub minutes: u16,
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
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Block {
    /// The block's span in the file.
    pub span: Span,
    /// The byte offset where the block's HTML ends in [`Body::main`].
    pub end: u32,
    /// The number of the heading, if the block is a heading that starts a section.
    pub heading: Option<u32>,
}

/// HTML with holes that are filled in when the site is rendered.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Fill {
    /// The HTML.
    pub html: String,
    /// The byte offsets of the holes in `html`, ascending.
    pub holes: Vec<(u32, Hole)>,
    /// Ranges of plain text (not headings, links or code) where glossary terms may be linked,
    /// ascending and escaped as HTML.
    pub prose: Vec<(u32, u32)>,
}

impl Fill {
    /// Returns all of it.
    pub fn whole(&self) -> Part<'_> {
        Part { html: &self.html, start: 0, holes: &self.holes, prose: &self.prose }
    }
}

/// The HTML of a chapter with its holes. Most of its text is also in the chapter's file, which is kept
/// anyway, so only the differences are stored.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Main {
    html: Derived,
    #[borsh(skip)]
    source: Arc<[u8]>,
    /// The byte offsets of the holes in the HTML, ascending.
    pub holes: Vec<(u32, Hole)>,
    /// The same as [`Fill::prose`].
    pub prose: Vec<(u32, u32)>,
}

impl Main {
    /// Packs the HTML of a chapter whose file has the bytes `source`.
    pub fn new(fill: Fill, source: Arc<[u8]>) -> Self {
        let Fill { html, mut holes, mut prose } = fill;
        holes.shrink_to_fit();
        prose.shrink_to_fit();
        Self { html: Derived::new(&html, &source), source, holes, prose }
    }

    /// Returns the same HTML of a file whose bytes `source` are equal to those that it was packed with.
    #[must_use]
    pub fn with_source(self, source: Arc<[u8]>) -> Self {
        Self { source, ..self }
    }

    /// Returns the length of the HTML in bytes.
    pub fn length(&self) -> usize {
        self.html.length()
    }

    /// Returns the HTML.
    pub fn html(&self) -> String {
        self.slice(0..self.length())
    }

    /// Returns a range of the HTML.
    pub fn slice(&self, range: Range<usize>) -> String {
        self.html.get(range, &self.source)
    }

    /// Returns a part with its holes. `html` is the slice that begins at `start`.
    pub fn part<'a>(&'a self, html: &'a str, start: usize) -> Part<'a> {
        Part { html, start, holes: &self.holes, prose: &self.prose }
    }
}

/// A part of HTML with holes. All offsets count from the beginning of the whole.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    html: &'a str,
    start: usize,
    /// The byte offsets of the holes in the whole, ascending.
    pub holes: &'a [(u32, Hole)],
    /// The same as [`Fill::prose`], of the whole.
    pub prose: &'a [(u32, u32)],
}

impl<'a> Part<'a> {
    /// Returns a range of the whole, which must be inside of this part.
    pub fn get(&self, range: Range<usize>) -> &'a str {
        &self.html[range.start - self.start..range.end - self.start]
    }
}

/// What rendering inserts into a hole.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
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
    /// A formula, by its number in [`Body::formulas`].
    Formula(u32),
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
    CalloutAttributes(#[borsh(serialize_with = "write_name", deserialize_with = "read_name")] &'static str),
    /// The label of a callout, by its name.
    CalloutLabel(#[borsh(serialize_with = "write_name", deserialize_with = "read_name")] &'static str),
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
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
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
    /// The diagram that the block contains, if it can be drawn.
    pub diagram: Option<Diagram>,
    /// The text of the block.
    pub text: String,
    /// The span of the block's first line.
    pub span: Span,
}

/// A formula that can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Formula {
    /// The source in LaTeX, without the signs around it.
    pub source: String,
    /// The `<math>` element.
    pub drawing: String,
    /// How the formula is set.
    pub setting: Setting,
}

/// How a formula is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Setting {
    /// Within a line of text.
    Inline,
    /// On a line of its own, within a paragraph.
    Line,
    /// As a block of its own.
    Block,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Image {
    /// The source: a file in the content folder, or a URL.
    pub source: ImageSource,
    /// The alternative text.
    pub alt: String,
    /// The image's title.
    pub title: String,
}

/// The source of an image.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum ImageSource {
    /// A file in the content folder.
    File(ReferenceNumber),
    /// A URL on another host.
    Remote(String),
}

/// A view that a chapter requests; chapters named in its arguments are references.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
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
