//! Writes a chapter's events as HTML with holes.
//!
//! Input: the events and the structure. Output: a [`Body`], which contains the HTML, holes, blocks,
//! code, images, views and footnotes. Anything that depends on another chapter, the theme or the
//! syntax highlighter is a hole. Never resolves references.

mod blocked;
mod diagram;
mod formula;
mod links;
mod lists;
mod open;
mod quotes;
mod raw;
mod tables;
mod templates;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};

use super::marks::{Mark, Marks};
use crate::chapter::document::{Block, Body, Fill, Form, Hole, Setting};
use crate::declare::config::HtmlPolicy;
use crate::declare::kind::Kind;
use crate::text::diagnostic::Diagnostic;
use crate::text::markup::{escape, escape_into};
use crate::text::path::fold;
use crate::text::rule::Rule;

pub use self::links::is_picture;
use self::lists::Item;
use self::open::OpenElements;
use self::quotes::OpenQuote;
pub use self::quotes::worked;
use self::tables::Table;
pub use self::templates::blank;
use super::structure::Structure;
use super::{
    Input, Located, References, capitalised, cut_text, end_of, formulas, info, numbered, plain_text, sanitise, trimmed,
    view_call,
};

/// The start of the prompts that `rolebook init` writes.
const PROMPT: &str = "(Fill in:";

/// The result of writing a chapter.
#[derive(Debug, Default)]
pub struct Written {
    pub main: Fill,
    pub body: Body,
    pub words: usize,
    pub findings: Vec<Diagnostic>,
}

/// Writes the chapter.
pub fn write(input: Input<'_>, events: &[Located<'_>], structure: &Structure, references: &mut References) -> Written {
    let labels = events.iter().filter_map(|(event, _)| {
        if let Event::Start(Tag::FootnoteDefinition(label)) = event { Some(&**label) } else { None }
    });
    let labels: Vec<&str> = labels.collect();
    // If two definitions have the same label, the first one counts.
    let numbers = labels.iter().enumerate().rev().map(|(n, label)| (fold(label), u32::try_from(n).unwrap_or(u32::MAX)));
    let mut writer = Writer {
        input,
        events,
        structure,
        references,
        out: Buffer::default(),
        outer: Vec::new(),
        notes: numbers.collect(),
        labels,
        footnotes: Vec::new(),
        links: Vec::new(),
        table: None,
        heading: None,
        cut: 0,
        raw: false,
        too_deep: false,
        ends: None,
        items: Vec::new(),
        lists: Vec::new(),
        quotes: Vec::new(),
        skipped: 0..0,
        templates: BTreeSet::new(),
        written: Written::default(),
    };
    writer.run();
    writer.finish()
}

#[derive(Debug, Default)]
struct Buffer {
    html: String,
    marks: Marks,
    /// The elements that raw HTML has opened.
    open: OpenElements,
}

impl Buffer {
    /// Returns the byte offset of the end.
    fn end(&self) -> u32 {
        u32::try_from(self.html.len()).unwrap_or(u32::MAX)
    }

    fn mark(&mut self, mark: Mark) {
        self.marks.push((self.end(), mark));
    }

    fn hole(&mut self, hole: Hole) {
        self.mark(Mark::Hole(hole));
    }

    /// Starts a new line, unless the output is already at the start of one; a hole counts as text.
    fn fresh_line(&mut self) {
        let after_hole = matches!(self.marks.last(), Some((at, Mark::Hole(_))) if *at == self.end());
        if (!self.html.is_empty() && !self.html.ends_with('\n')) || after_hole {
            self.html.push('\n');
        }
    }
}

/// How to close a link.
enum OpenLink {
    Inside(u32),
    Outside,
    Text,
}

struct Writer<'a, 'r> {
    input: Input<'a>,
    events: &'a [Located<'a>],
    structure: &'a Structure,
    references: &'r mut References,
    out: Buffer,
    /// The buffers interrupted by the definition of a footnote.
    outer: Vec<Buffer>,
    /// The labels of footnotes in the order defined; `notes` has the number of each.
    labels: Vec<&'a str>,
    notes: HashMap<String, u32>,
    footnotes: Vec<(String, Buffer)>,
    links: Vec<OpenLink>,
    table: Option<Table>,
    heading: Option<u32>,
    /// The index of the next range in the structure's `cuts`.
    cut: usize,
    raw: bool,
    /// Whether raw HTML was nested too deeply.
    too_deep: bool,
    /// The byte offset of the last end tag of each kind of element that would otherwise swallow the
    /// text after it (see `last_ends`). Computed when the first raw HTML is found.
    ends: Option<HashMap<&'static str, usize>>,
    /// The open list items.
    items: Vec<Item>,
    /// For each open list, whether it contains only examples.
    lists: Vec<bool>,
    /// How to close each open quotation.
    quotes: Vec<OpenQuote>,
    /// The events of a title or a caption that has been written already.
    skipped: Range<usize>,
    /// The IDs of the templates so far.
    templates: BTreeSet<String>,
    written: Written,
}

impl Writer<'_, '_> {
    fn run(&mut self) {
        let mut depth = 0_usize;
        let mut n = 0;
        while n < self.events.len() {
            let next = self.event(n, depth);
            // Elements are skipped whole (start to end), so only the current event can change the
            // depth.
            match &self.events[n].0 {
                Event::Start(_) if next == n + 1 => depth += 1,
                Event::End(_) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.end_block(n, next);
            }
            n = next;
        }
    }

    /// Records where a block ends, just before the event `after`.
    fn end_block(&mut self, n: usize, after: usize) {
        let (event, range) = &self.events[n];
        if matches!(event, Event::End(TagEnd::FootnoteDefinition)) {
            return;
        }
        // pulldown-cmark 0.13 reports a range for definition lists that includes the following
        // paragraph.
        let next = self.events.get(after).map_or(range.end, |(_, next)| next.start);
        let range = range.start..range.end.min(next).max(range.start);
        let span = self.input.place.span(&trimmed(self.input.body, &range));
        let heading = if matches!(event, Event::End(TagEnd::Heading(_))) { self.heading.take() } else { None };
        self.out.mark(Mark::BlockEnd(span, heading));
    }

    /// Writes one event and returns the index of the next one to write.
    fn event(&mut self, n: usize, depth: usize) -> usize {
        let events = self.events;
        let (event, range) = &events[n];
        if self.skipped.contains(&n) {
            return n + 1;
        }
        if self.is_cut(range) {
            return if matches!(event, Event::Start(_)) { end_of(events, n) + 1 } else { n + 1 };
        }
        if is_edge_of_block(event) {
            self.end_text();
        }
        match event {
            Event::Start(tag) => return self.start(n, tag, range, depth),
            Event::End(end) => self.end(*end),
            Event::Text(text) => self.text(text, range),
            Event::Code(code) => {
                self.out.html.push_str(&format!("<code>{}</code>", escape(code)));
                self.written.words += code.split_whitespace().count();
            }
            Event::InlineHtml(html) if !self.input.body[range.clone()].starts_with('<') => self.out.html.push_str(html),
            Event::Html(html) | Event::InlineHtml(html) => self.raw_html(html, range.start, true),
            Event::SoftBreak => self.out.html.push('\n'),
            Event::HardBreak => self.out.html.push_str("<br />\n"),
            Event::Rule => self.block("<hr />\n"),
            Event::TaskListMarker(done) => {
                self.out.hole(Hole::Task(*done));
                self.out.html.push(' ');
            }
            Event::FootnoteReference(label) => self.footnote_reference(label),
            Event::InlineMath(text) => self.formula(text, range, Setting::Inline),
            Event::DisplayMath(text) => self.formula(text, range, formulas::setting(self.input.body, range)),
        }
        n + 1
    }

    /// Returns whether an event is inside the next range of `cuts`, which contain attributes and
    /// aren't written. First skips the ranges that end before the event.
    fn is_cut(&mut self, range: &Range<usize>) -> bool {
        while self.structure.cuts.get(self.cut).is_some_and(|cut| cut.end <= range.start) {
            self.cut += 1;
        }
        let Some(cut) = self.structure.cuts.get(self.cut) else { return false };
        !range.is_empty() && range.start >= cut.start && range.end <= cut.end
    }

    fn text(&mut self, text: &str, range: &Range<usize>) {
        let text = match self.structure.cuts.get(self.cut) {
            Some(cut) if range.start < cut.start && range.end > cut.start => cut_text(text, range, cut.start),
            _ => text,
        };
        self.written.words += text.split_whitespace().count();
        if text.starts_with(PROMPT) {
            let help = "replace it with the answer, or remove it";
            self.finding(Rule::Placeholder, range, "this prompt has not been answered", help);
        }
        if self.heading.is_some() || !self.links.is_empty() || self.input.kind == Kind::Glossary {
            return escape_into(text, &mut self.out.html);
        }
        // Adjacent runs are merged, because the parser splits text at every character that might
        // have been markup.
        if self.out.marks.last() == Some(&(self.out.end(), Mark::ProseEnd)) {
            self.out.marks.pop();
        } else {
            self.out.mark(Mark::ProseStart);
        }
        escape_into(text, &mut self.out.html);
        self.out.mark(Mark::ProseEnd);
    }

    fn start(&mut self, n: usize, tag: &Tag<'_>, range: &Range<usize>, depth: usize) -> usize {
        match tag {
            Tag::Paragraph => return self.paragraph(n, range, depth),
            Tag::Heading { level, .. } => self.start_heading(n, *level as u8),
            Tag::BlockQuote(kind) => self.start_quote(n, *kind),
            Tag::CodeBlock(kind) => return self.code_block(n, kind, range),
            Tag::HtmlBlock => return self.html_block(n),
            Tag::List(first) => self.start_list(n, *first),
            Tag::Item => self.start_item(n),
            Tag::FootnoteDefinition(_) => {
                let buffer = std::mem::take(&mut self.out);
                self.outer.push(buffer);
            }
            Tag::DefinitionList => self.block("<dl class=\"terms\">\n"),
            Tag::DefinitionListTitle => self.start_term(n),
            Tag::DefinitionListDefinition => self.block("<dd>"),
            Tag::Table(alignments) => self.start_table(n, alignments),
            Tag::TableHead => self.start_row(true),
            Tag::TableRow => self.start_row(false),
            Tag::TableCell => self.start_cell(n),
            Tag::Link { .. } => return self.link(n),
            Tag::Image { .. } => return self.image(n),
            Tag::MetadataBlock(_) => return end_of(self.events, n) + 1,
            tag => {
                if let Some(name) = phrase(tag.to_end()) {
                    self.out.html.push_str(&format!("<{name}>"));
                }
            }
        }
        n + 1
    }

    fn block(&mut self, html: &str) {
        self.out.fresh_line();
        self.out.html.push_str(html);
    }

    /// Writes a hole that stands for a whole block.
    fn hole_block(&mut self, hole: Hole) {
        self.out.fresh_line();
        self.out.hole(hole);
        self.out.html.push('\n');
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Paragraph => self.out.html.push_str("</p>\n"),
            TagEnd::Heading(level) => {
                self.out.html.push_str(&format!("</h{}>", level as u8));
                if let Some(n) = self.heading {
                    self.out.hole(Hole::HeadingAnchor(n));
                }
                self.out.html.push('\n');
            }
            TagEnd::BlockQuote(_) => self.end_quote(),
            TagEnd::List(ordered) => {
                self.block(if ordered { "</ol>\n" } else { "</ul>\n" });
                if self.lists.pop() == Some(true) {
                    self.out.mark(Mark::ExampleEnd);
                }
            }
            TagEnd::Item => self.end_item(),
            TagEnd::FootnoteDefinition => self.end_footnote(),
            TagEnd::DefinitionList => self.block("</dl>\n"),
            TagEnd::DefinitionListTitle => self.out.html.push_str("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.out.html.push_str("</dd>\n"),
            TagEnd::Table => {
                self.table = None;
                self.out.html.push_str("</tbody>\n</table>\n</div>\n");
            }
            TagEnd::TableHead => self.out.html.push_str("</tr>\n</thead>\n<tbody>\n"),
            TagEnd::TableRow => self.out.html.push_str("</tr>\n"),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Link => match self.links.pop() {
                Some(OpenLink::Inside(n)) => self.out.hole(Hole::LinkClose(n)),
                Some(OpenLink::Outside) => self.out.html.push_str("</a>"),
                Some(OpenLink::Text) | None => {}
            },
            _ => {
                if let Some(name) = phrase(end) {
                    self.out.html.push_str(&format!("</{name}>"));
                }
            }
        }
    }

    /// Starts a paragraph, or writes it as a hole if it is a view or a transclusion.
    fn paragraph(&mut self, n: usize, range: &Range<usize>, depth: usize) -> usize {
        let end = end_of(self.events, n);
        // A caption that is a paragraph of its own has been written already.
        if self.skipped == (n + 1..end) {
            return end + 1;
        }
        if depth == 0 && !self.input.plain {
            let hole = match lone_embed(self.events, n) {
                Some((target, at)) => Some(Hole::Embed(self.refer(target, Form::Embed, at))),
                None => self.view(range),
            };
            if let Some(hole) = hole {
                self.hole_block(hole);
                return end + 1;
            }
        }
        self.block("<p>");
        n + 1
    }

    fn view(&mut self, range: &Range<usize>) -> Option<Hole> {
        match view_call::read(self.input, range, self.references)? {
            Ok(view) => Some(Hole::View(numbered(&mut self.written.body.views, view))),
            Err(findings) => {
                self.written.findings.extend(findings);
                None
            }
        }
    }

    fn start_heading(&mut self, n: usize, level: u8) {
        self.block(&format!("<h{level}"));
        if let Some((number, classes)) = self.structure.heading_at.get(&n) {
            self.heading = Some(*number);
            self.attribute("id", &self.structure.headings[*number as usize].id);
            if !classes.is_empty() {
                self.attribute("class", &classes.join(" "));
            }
        }
        self.out.html.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.html.push_str(&format!(" {name}=\"{}\"", escape(value)));
    }

    fn code_block(&mut self, n: usize, kind: &CodeBlockKind<'_>, range: &Range<usize>) -> usize {
        let end = end_of(self.events, n);
        let text = plain_text(&self.events[n + 1..end]);
        // Only words count: formatters draw the lines of a table in a template longer or shorter.
        let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
        self.written.words += words.count();
        let info = match kind {
            CodeBlockKind::Fenced(info) => info,
            CodeBlockKind::Indented => "",
        };
        let first_line = self.input.body[range.clone()].lines().next().unwrap_or_default();
        let span = self.input.place.span(&(range.start..range.start + first_line.len()));
        let (mut code, unknown) = info::read(info, text, span);
        if self.is_formula(&code) && self.formula_block(&code.text, &(range.start..range.start + first_line.len())) {
            return end + 1;
        }
        // Generators have attributes of their own for code blocks.
        let is_ours = self.input.config.configured && self.input.config.generator.is_none();
        for unknown in unknown.into_iter().filter(|_| is_ours) {
            let at = range.start + first_line.find(&unknown).unwrap_or(0);
            let message = format!("a code block has no attribute `{unknown}`");
            let help = "it takes title, lines, id and template";
            self.finding(Rule::BadAttribute, &(at..at + unknown.len()), message, help);
        }
        self.draw(&mut code, range);
        self.check_template(&mut code, &(range.start..range.start + first_line.len()));
        let number = numbered(&mut self.written.body.code, code);
        self.hole_block(Hole::Code(number));
        end + 1
    }

    fn finding(&mut self, code: Rule, range: &Range<usize>, message: impl Into<String>, help: &str) {
        let span = self.input.place.span(range);
        self.written.findings.push(Diagnostic::new(code, self.input.path, Some(span), message).help(help));
    }

    fn start_term(&mut self, n: usize) {
        self.block("<dt");
        if let Some(number) = self.structure.term_at.get(&n) {
            self.attribute("id", &self.structure.terms[*number].id);
        } else if let Some(id) = self.structure.definition_at.get(&n) {
            self.attribute("id", id);
        }
        self.out.html.push('>');
    }

    fn footnote_reference(&mut self, label: &str) {
        if let Some(n) = self.notes.get(&fold(label)) {
            self.out.hole(Hole::Footnote(*n));
        } else {
            self.out.html.push_str(&format!("[^{}]", escape(label)));
        }
    }

    fn end_footnote(&mut self) {
        let outer = self.outer.pop().unwrap_or_default();
        let buffer = std::mem::replace(&mut self.out, outer);
        let label = self.labels.get(self.footnotes.len()).copied().unwrap_or_default().to_owned();
        self.footnotes.push((label, buffer));
    }

    fn finish(mut self) -> Written {
        let sanitised = self.raw && self.input.config.security.html == HtmlPolicy::Safe;
        let seed = self.input.seed;
        let opened = std::iter::once(&mut self.out).chain(self.footnotes.iter_mut().map(|(_, buffer)| buffer));
        for open in opened.map(|buffer| std::mem::take(&mut buffer.open)).collect::<Vec<_>>() {
            self.report_open(open);
        }
        let hosts = &self.input.config.security.hosts;
        let clean = |Buffer { html, marks, .. }| {
            if sanitised { sanitise::sanitise(&html, &marks, seed, hosts) } else { (html, marks) }
        };
        let (html, marks) = clean(self.out);
        let body = &mut self.written.body;
        body.statements = vec![(0, 0); self.structure.statements.len()];
        self.written.main = fill(html, marks, body);
        for (label, buffer) in self.footnotes {
            let (html, marks) = clean(buffer);
            body.footnotes.push((label, fill(html, marks, &mut Body::default())));
        }
        body.sanitised = sanitised;
        self.written
    }
}

/// Turns marks into the holes and prose of the HTML. Adds blocks, statements and examples to
/// `body`.
fn fill(html: String, marks: Marks, body: &mut Body) -> Fill {
    let Body { blocks, statements, examples, .. } = body;
    let mut fill = Fill { html, ..Fill::default() };
    let (mut prose, mut example) = (None, None);
    for (at, mark) in marks {
        match mark {
            Mark::Hole(hole) => fill.holes.push((at, hole)),
            Mark::ProseStart => prose = Some(at),
            Mark::ProseEnd => fill.prose.extend(prose.take().filter(|start| *start < at).map(|start| (start, at))),
            Mark::BlockEnd(span, heading) => blocks.push(Block { span, end: at, heading }),
            Mark::StatementStart(n) => {
                // A removed element may contain the mark for the statement's end; the statement is
                // then empty.
                if let Some(place) = statements.get_mut(n) {
                    *place = (at, at);
                }
            }
            Mark::StatementEnd(n) => {
                if let Some(place) = statements.get_mut(n) {
                    place.1 = at;
                }
            }
            Mark::ExampleStart => example = Some(at),
            Mark::ExampleEnd => {
                let last = examples.last().map_or(0, |(_, end): &(u32, u32)| *end);
                examples.extend(example.take().filter(|start| *start >= last).map(|start| (start, at)));
            }
        }
    }
    // All chapters are kept until the end, so the space that was reserved for more adds up.
    blocks.shrink_to_fit();
    fill
}

/// Returns whether an event begins or ends a block, which also ends the text before it.
fn is_edge_of_block(event: &Event<'_>) -> bool {
    let end = match event {
        Event::Start(tag) => tag.to_end(),
        Event::End(end) => *end,
        _ => return false,
    };
    phrase(end).is_none() && !matches!(end, TagEnd::Link | TagEnd::Image)
}

/// Returns the element that an emphasized phrase becomes, or `None` if this is something else.
fn phrase(end: TagEnd) -> Option<&'static str> {
    match end {
        TagEnd::Emphasis => Some("em"),
        TagEnd::Strong => Some("strong"),
        TagEnd::Strikethrough => Some("del"),
        TagEnd::Superscript => Some("sup"),
        TagEnd::Subscript => Some("sub"),
        _ => None,
    }
}

/// If the paragraph at `n` consists of a single transclusion, returns its target and range.
pub fn lone_embed<'e>(events: &'e [Located<'_>], n: usize) -> Option<(&'e str, &'e Range<usize>)> {
    match events.get(n + 1)? {
        (Event::Start(Tag::Image { link_type: LinkType::WikiLink { .. }, dest_url, .. }), range)
            if end_of(events, n + 1) + 1 == end_of(events, n) && !is_picture(dest_url) =>
        {
            Some((dest_url, range))
        }
        _ => None,
    }
}
