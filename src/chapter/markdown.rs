//! Converts a chapter's Markdown into HTML with holes, and extracts the structure that the model
//! needs.
//!
//! Input: the redacted body of one chapter and the configuration. Output: a [`Parsed`], which
//! contains the body, headings, anchors, statements, decisions, terms and findings. Never looks at
//! other chapters or highlights code, because rendering does that.

mod bracketed;
mod formulas;
mod info;
mod marks;
mod missed;
mod pieces;
mod sanitise;
mod structure;
mod view_call;
mod writer;

pub use structure::{FRAME_IDS, Structure};
pub use writer::blank;

use std::ops::Range;

use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Parser, TagEnd};

use self::missed::Known;

use crate::chapter::dialect::{self, Block, Foreign, Forms, Reading, View};
use crate::chapter::document::{Body, Fill, Form, Reference, ReferenceNumber};
use crate::declare::config::Config;
use crate::declare::dialect::Dialect;
use crate::declare::generator::Generator;
use crate::declare::kind::Kind;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::markup::GONE;
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::source::Text;

/// A parser event and its byte range in the body.
type Located<'a> = (Event<'a>, Range<usize>);

/// Returns the Markdown extensions of a handbook, apart from typographic quotes.
pub fn options(definition_lists: bool) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_WIKILINKS;
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
    /// The family that the chapter belongs to.
    pub family: Option<&'a str>,
    /// Maps offsets in the body to the file.
    pub place: Place<'a>,
    /// A text that cannot occur in the chapter, because it is derived from the chapter's hash.
    pub seed: &'a str,
    /// Whether to parse plain `CommonMark` without Rolebook's extensions.
    pub plain: bool,
    /// The body as `CommonMark` would have it; set while it is parsed.
    pub view: Option<&'a View<'a>>,
}

impl Input<'_> {
    /// Returns how this chapter is read.
    fn reading(&self) -> Reading<'_> {
        if self.plain { Reading::plain(self.config) } else { reading(self.path, self.kind, self.config) }
    }

    /// Returns the block of a dialect that is a quotation with this range.
    fn block(&self, range: &Range<usize>) -> Option<&Block> {
        self.view.and_then(|view| view.block(range))
    }
}

/// Returns how a chapter is read.
pub fn reading<'a>(path: &SourcePath, kind: Kind, config: &'a Config) -> Reading<'a> {
    let mut dialects = config.dialects();
    if path.as_str().to_ascii_lowercase().ends_with(".mdx") {
        dialects = dialects.with(Dialect::Jsx);
    }
    let has_definitions = config.markdown.definition_lists || dialects.has(Dialect::Definitions);
    let mut options = options(kind == Kind::Glossary || has_definitions);
    options.set(Options::ENABLE_MATH, config.markdown.math == Some(true));
    Reading { options, dialects, config }
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
    pub fn span(&self, range: &Range<usize>) -> Span {
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
        self.spans.push(span);
        numbered(&mut self.list, reference)
    }
}

/// Adds an item to a list and returns its number.
fn numbered<T>(list: &mut Vec<T>, item: T) -> u32 {
    list.push(item);
    u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
}

/// The result of parsing a body.
#[derive(Debug)]
pub struct Parsed {
    /// The HTML with holes, without footnotes.
    pub main: Fill,
    /// The footnotes and everything that is related to the HTML.
    pub body: Body,
    /// The headings and what the model reads below them.
    pub structure: Structure,
    /// The number of words of text.
    pub words: usize,
    /// The findings.
    pub findings: Vec<Diagnostic>,
}

/// Parses a body; `references` already contains the front matter's references.
pub fn parse(input: Input<'_>, references: &mut References) -> Parsed {
    let view = View::of(input.body, &input.reading());
    let input = Input { view: Some(&view), ..input };
    let mut flags = input.reading().options;
    flags.set(Options::ENABLE_SMART_PUNCTUATION, input.config.markdown.smart_quotes);
    let prepared = formulas::prepared(&view.text, flags);
    let source = Source { view: &view, text: prepared.as_deref().unwrap_or(&view.text), flags };
    let mut parsed = parse_source(input, source, references);
    let dropped = view.dropped.iter().map(|(kind, range)| (*kind, input.place.span(range)));
    parsed.body.foreign.extend(dropped);
    if let Some(line) = &view.too_deep {
        let message = "this is nested too deeply: from here on, no block of another generator begins, and no item or quotation inside 100 others";
        let finding = Diagnostic::new(Rule::TooDeep, input.path, Some(input.place.span(line)), message);
        parsed.findings.push(finding.help("close the blocks that should end before it"));
    }
    for line in view.unclosed.iter().filter(|_| view.too_deep.is_none()) {
        let message = "this block is not closed, so it contains the rest of the text";
        let finding = Diagnostic::new(Rule::UnclosedBlock, input.path, Some(input.place.span(line)), message);
        parsed.findings.push(finding.help("close it where it ends, with a line like the one that opens it"));
    }
    parsed
}

/// What Markdown's parser reads.
#[derive(Clone, Copy)]
struct Source<'a> {
    /// The body as `CommonMark` would have it.
    view: &'a View<'a>,
    /// Its text with all formulas between dollar signs. Every byte keeps its place.
    text: &'a str,
    flags: Options,
}

fn parse_source<'a>(input: Input<'a>, source: Source<'a>, references: &mut References) -> Parsed {
    let view = source.view;
    let mut undefined = Vec::new();
    let mut of_code = Vec::new();
    let note = |link: BrokenLink<'a>| {
        let span = view.range(&link.span);
        if is_of_code(&link, input.config) {
            of_code.push(span);
            return Some((GONE.to_string().into(), "".into()));
        }
        undefined.push(BrokenLink { span, ..link });
        None
    };
    let parser = Parser::new_with_broken_link_callback(source.text, source.flags, Some(note));
    let is_copied = input.config.publish.markdown && !input.plain;
    let defined = if is_copied { pieces::definitions(input, view, parser.reference_definitions()) } else { Vec::new() };
    let definitions = parser.reference_definitions().iter();
    let definitions = definitions.map(|(name, definition)| (fold(name), view.range(&definition.span).start)).collect();
    let events = formulas::with_prices(&view.text, source.text, parser.into_offset_iter().collect());
    let mut events: Vec<Located<'_>> =
        events.into_iter().flat_map(|(event, range)| view.located(event, &range)).collect();
    dialect::without_addresses(&mut events, &view.dropped);
    if !input.plain {
        let reading = input.reading();
        events = dialect::apply(input.body, bracketed::join(input.body, events), Forms::of(view, &reading));
    }
    let mut structure = structure::read(input, &events, references);
    let mut findings = std::mem::take(&mut structure.findings);
    findings.extend(formulas::unclosed(input, &events));
    if !input.plain {
        findings.extend(missed::find(input, &events, &Known { definitions, undefined }));
    }
    let written = writer::write(input, &events, &structure, references);
    findings.extend(written.findings);
    of_code.sort_unstable_by_key(|span: &Range<usize>| span.start);
    let body = Body {
        foreign: of_code.iter().map(|span| (Foreign::CodeLink, input.place.span(span))).collect(),
        pieces: if is_copied { pieces::find(input, &events, &structure.cuts, &defined) } else { Vec::new() },
        statement_spans: std::mem::take(&mut structure.statement_spans),
        statement_ends: std::mem::take(&mut structure.statement_ends),
        ..written.body
    };
    Parsed { main: written.main, body, structure, words: written.words, findings }
}

/// Returns whether a link without a definition names code that a plugin of `MkDocs` describes:
/// `[text][package.module]`.
fn is_of_code(link: &BrokenLink<'_>, config: &Config) -> bool {
    let name = link.reference.trim_matches('`');
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let is_word = |word: &str| {
        !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(is_of_name)
    };
    config.reads_foreign()
        && config.generator == Some(Generator::MkDocs)
        && !matches!(link.link_type, LinkType::Shortcut | LinkType::ShortcutUnknown)
        && (config.origin.describes_code || (name.contains('.') && name.split('.').all(is_word)))
}

/// Returns the index of the event that ends the element started at `start`.
fn end_of(events: &[Located<'_>], start: usize) -> usize {
    let mut depth = 0_usize;
    for (n, (event, _)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 1 => return n,
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    events.len()
}

/// Returns the text of events without markup; line breaks become spaces.
fn plain_text(events: &[Located<'_>]) -> String {
    plain_text_before(events, usize::MAX)
}

/// Returns the text before `cut`, a byte offset in the body that may be inside a text event.
fn plain_text_before(events: &[Located<'_>], cut: usize) -> String {
    let mut out = String::new();
    for (event, range) in events.iter().filter(|(_, range)| range.start < cut) {
        match event {
            Event::Text(text) if range.end > cut => out.push_str(cut_text(text, range, cut)),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                out.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item) if !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    out
}

/// Returns the part of a text event before `cut`.
fn cut_text<'t>(text: &'t str, range: &Range<usize>, cut: usize) -> &'t str {
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

/// Returns a range of the body without the white space at its end.
fn trimmed(body: &str, range: &Range<usize>) -> Range<usize> {
    range.start..range.start + body[range.clone()].trim_end().len()
}

/// Returns a word or a title with its first letter in upper case.
pub fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
