//! Converts a chapter's Markdown into HTML with holes, and extracts the structure that the model
//! needs.
//!
//! Input: the redacted body of one chapter and the configuration. Output: a [`Parsed`], which
//! contains the body, headings, anchors, statements, decisions, terms and findings. Never looks at
//! other chapters or highlights code, because rendering does that.

mod info;
mod marks;
mod missed;
mod outline;
mod pieces;
mod sanitise;
mod view_call;
mod writer;

pub use pieces::pieces;
pub use view_call::VIEWS;

use std::collections::BTreeSet;

use pulldown_cmark::{BrokenLink, Event, Options, Parser, TagEnd};

use self::missed::{Known, Undefined};

use crate::chapter::document::{Body, Decision, Form, Heading, Reference, ReferenceNumber, Statement, Term};
use crate::declare::config::Config;
use crate::declare::kind::Kind;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::SourcePath;
use crate::text::source::Text;

/// A parser event and its byte range in the body.
type Located<'a> = (Event<'a>, std::ops::Range<usize>);

/// Returns the Markdown extensions of a handbook; with `extended` false, only definition lists can
/// be enabled.
pub fn options(extended: bool, definition_lists: bool) -> Options {
    let mut options = Options::empty();
    if extended {
        options |= Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM
            | Options::ENABLE_WIKILINKS;
    }
    options.set(Options::ENABLE_DEFINITION_LIST, definition_lists);
    options
}

/// What to parse, and with which settings.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The redacted body with LF line endings.
    pub body: &'a str,
    /// The chapter's file.
    pub path: &'a SourcePath,
    /// The chapter's kind.
    pub kind: Kind,
    /// The handbook's configuration.
    pub config: &'a Config,
    /// Maps offsets in the body to the file.
    pub place: Place<'a>,
    /// A text that cannot occur in the chapter, because it is derived from the chapter's hash.
    pub seed: &'a str,
    /// Whether to parse plain `CommonMark` without Rolebook's extensions.
    pub plain: bool,
}

impl Input<'_> {
    /// Returns the extensions used for this chapter, apart from typographic quotes.
    fn options(&self) -> Options {
        if self.plain { options(false, false) } else { chapter_options(self.kind, self.config) }
    }

    /// Returns whether `: text` below a term is a definition.
    fn has_definitions(&self) -> bool {
        self.kind == Kind::Glossary || self.config.markdown.definition_lists
    }
}

/// Returns the extensions used for a chapter of this kind, apart from typographic quotes.
pub fn chapter_options(kind: Kind, config: &Config) -> Options {
    options(true, kind == Kind::Glossary || config.markdown.definition_lists)
}

/// Maps offsets in the body to spans in the file.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The whole chapter.
    pub text: &'a Text<'a>,
    /// The offset of the body within the chapter.
    pub start: usize,
}

impl Place<'_> {
    /// Returns the span in the file for a range in the body.
    #[must_use]
    pub fn span(&self, range: &std::ops::Range<usize>) -> Span {
        self.text.span(self.start + range.start, self.start + range.end)
    }
}

/// References in the order found, with their spans.
#[derive(Debug, Default)]
pub struct References {
    /// The references.
    pub list: Vec<Reference>,
    /// The spans of the references in the file.
    pub spans: Vec<Span>,
}

impl References {
    /// Adds a reference and returns its number.
    pub fn add(&mut self, reference: Reference, span: Span) -> ReferenceNumber {
        self.list.push(reference);
        self.spans.push(span);
        u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
    }
}

/// The result of parsing a body.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The HTML with holes and the related positions.
    pub body: Body,
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Every ID that a link can target.
    pub anchors: BTreeSet<String>,
    /// The statements of a competency or the responsibilities of a role.
    pub statements: Vec<Statement>,
    /// The levels of a competency: number and heading ID.
    pub levels: Vec<(u8, String)>,
    /// The levels whose heading has the wrong name.
    pub misnamed: Vec<u8>,
    /// The decisions in a strategy chapter.
    pub decisions: Vec<Decision>,
    /// The terms in a glossary.
    pub terms: Vec<Term>,
    /// The number of words of text.
    pub words: usize,
    /// The findings.
    pub findings: Vec<Diagnostic>,
}

/// Parses a body; `references` already contains the front matter's references.
pub fn parse(input: Input<'_>, references: &mut References) -> Parsed {
    let mut flags = input.options();
    flags.set(Options::ENABLE_SMART_PUNCTUATION, input.config.markdown.smart_quotes);
    let mut undefined: Vec<Undefined> = Vec::new();
    let note = |link: BrokenLink<'_>| {
        undefined.push(Undefined { range: link.span, name: link.reference.to_string(), form: link.link_type });
        None
    };
    let parser = Parser::new_with_broken_link_callback(input.body, flags, Some(note));
    let is_copied = input.config.publish.markdown && !input.plain;
    let defined = if is_copied { pieces::definitions(input, parser.reference_definitions()) } else { Vec::new() };
    let definitions = missed::definitions(parser.reference_definitions());
    let events: Vec<Located<'_>> = parser.into_offset_iter().collect();
    let mut outline = outline::read(input, &events, references);
    let mut findings = std::mem::take(&mut outline.findings);
    if !input.plain {
        findings.extend(missed::find(input, &events, &Known { definitions: &definitions, undefined: &undefined }));
    }
    let written = writer::write(input, &events, &outline, references);
    let pieces = if is_copied { pieces::of_events(input, &events, &outline.cuts, &defined) } else { Vec::new() };
    let outline::Outline { headings, anchors, statements, levels, misnamed, decisions, terms, .. } = outline;
    let mut parsed = Parsed { body: written.body, words: written.words, findings, anchors, ..Parsed::default() };
    parsed.misnamed = misnamed;
    parsed.body.pieces = pieces;
    parsed.findings.extend(written.findings);
    parsed.body.statement_ends = statements.iter().map(|s| input.place.span(&(s.text_end..s.insert_at))).collect();
    parsed.body.statement_spans =
        statements.iter().map(|s| input.place.span(&(s.text_start..s.text_end.max(s.text_start)))).collect();
    parsed.body.decision_spans = decisions.iter().map(|d| d.span).collect();
    parsed.levels = levels.iter().map(|(level, n)| (*level, headings[*n].id.clone())).collect();
    parsed.headings = headings.into_iter().map(outline::OutlineHeading::into_heading).collect();
    parsed.statements = statements.into_iter().map(|s| s.statement).collect();
    parsed.decisions = decisions.into_iter().map(|d| d.decision).collect();
    parsed.terms = terms;
    parsed
}

/// Returns the index of the event that ends the element started at `start`.
fn end_of(events: &[Located<'_>], start: usize) -> usize {
    let mut depth = 0_usize;
    for (n, (event, _)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => {
                depth -= 1;
                if depth == 0 {
                    return n;
                }
            }
            _ => {}
        }
    }
    events.len()
}

/// Returns the text of events without markup; line breaks become spaces.
fn plain_text(events: &[Located<'_>]) -> String {
    let mut out = String::new();
    for (event, _) in events {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(text),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item) if !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    out
}

/// Returns the text before `cut`, a byte offset in the body that may be inside a text event.
fn plain_text_before(events: &[Located<'_>], cut: usize) -> String {
    let whole: Vec<Located<'_>> = events
        .iter()
        .filter(|(_, range)| range.start < cut)
        .map(|(event, range)| match event {
            Event::Text(text) if range.end > cut => {
                (Event::Text(cut_text(text, range, cut).to_owned().into()), range.clone())
            }
            event => (event.clone(), range.clone()),
        })
        .collect();
    plain_text(&whole).trim_end().to_owned()
}

/// Returns the part of a text event before `cut`.
fn cut_text<'t>(text: &'t str, range: &std::ops::Range<usize>, cut: usize) -> &'t str {
    // A text event is usually a slice of the source, but not if a character reference was decoded.
    let keep = cut.saturating_sub(range.start);
    let keep = if text.len() == range.len() { keep } else { text.rfind('{').unwrap_or(text.len()) };
    text.get(..keep).unwrap_or(text).trim_end()
}

/// Creates the reference for a wiki link; shared by the writer and the code that reads decisions.
fn wiki_reference(destination: &str, config: &Config, form: Form) -> Reference {
    // In a table, `|` is written as `\|`, so the backslash has to be stripped here.
    crate::chapter::reference::wiki(destination.strip_suffix('\\').unwrap_or(destination), form, config)
}
