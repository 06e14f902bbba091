//! Writes a chapter as Markdown for use elsewhere, by machines and by people who paste it.
//!
//! Input: the chapter's file, redacted here by the same function as for its page, and the URL of
//! the copy. Output: Markdown without front matter, attributes and comments. References link to the
//! copies of other chapters, transclusions are quoted with their source, and views become links to
//! what they show. Never shows anything that the page doesn't show.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use super::Renderer;
use super::fill::Filler;
use crate::chapter::dialect::{self, Reading};
use crate::chapter::document::{Document, Piece, View, What};
use crate::chapter::inclusion;
use crate::chapter::markdown::{Place, reading};
use crate::chapter::redact::{Redacted, Rules, Visible, redact};
use crate::model::book::{ChapterId, Generated};
use crate::model::embed;
use crate::model::link::Target;
use crate::site::view::{Viewpoint, children, encode_fragment};
use crate::text::diagnostic::Span;
use crate::text::front_matter;
use crate::text::markup::{Token, behind, next_token};
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::{SourceFile, Sources, Text};

/// Returns the URL of a chapter's copy. It matches the path of the chapter's file, so relative
/// links stay the same.
pub fn copy_url(path: &SourcePath) -> UrlPath {
    UrlPath::new(path.as_str())
}

impl Renderer {
    /// Returns a chapter as Markdown with links relative to `at`. `files` contains the chapters'
    /// bytes.
    pub fn copy(&self, chapter: ChapterId, files: &Sources, at: &UrlPath) -> String {
        self.view(at, |view| {
            let copier = Copier { renderer: self, view: *view, files };
            let meta = view.meta(chapter);
            let mut out = String::new();
            if !meta.has_h1 {
                let _ = write!(out, "# {}\n\n", meta.title);
                if let Some(summary) = &meta.summary {
                    let _ = write!(out, "> {summary}\n\n");
                }
            }
            out.push_str(&copier.part(chapter, None, 0));
            without_nul(tidy(&out))
        })
    }
}

struct Copier<'a> {
    renderer: &'a Renderer,
    view: Viewpoint<'a>,
    files: &'a Sources,
}

impl<'a> Copier<'a> {
    /// Returns the file that a document was parsed from. While the preview can't read a file, the
    /// chapter keeps its earlier content. The new bytes must not be copied, because nobody knows yet
    /// who may read them.
    fn file(&self, document: &Document) -> Option<&'a SourceFile> {
        let path = &document.meta.path;
        let files = [self.renderer.handbook.kept.get(path), self.files.files.get(path)];
        files.into_iter().flatten().find(|file| file.hash == document.body.source)
    }

    /// Returns the text of a chapter or of a part of it. `depth` is the number of transclusions
    /// that the text is nested in.
    fn part(&self, chapter: ChapterId, anchor: Option<&str>, depth: usize) -> String {
        let document = self.view.document(chapter);
        let Some(file) = self.file(document) else { return String::new() };
        let Ok(text) = Text::new(&file.bytes) else { return String::new() };
        let start = front_matter::split(&text.text).body();
        let config = self.view.config;
        let visible = Visible::of(config.audience.as_deref(), config);
        let rules =
            Rules { visible: &visible, config, reading: reading(&document.meta.path, document.meta.kind, config) };
        let Redacted { text: body, .. } = redact(&text.text[start..], rules);
        let inserted = inclusion::insert(&body, (&text, start), &document.meta.path, rules);
        let (text, body) = match &inserted {
            Some(inserted) => (&inserted.text, redact(&inserted.text.text[start..], rules).text),
            None => (&text, body),
        };
        let body = without_comments(body, &rules.reading);
        let place = Place { text, start };
        let wanted = match anchor {
            None => 0..body.len(),
            Some(anchor) => match source_part(document, anchor) {
                Some(span) => within(&body, place, span),
                None => return String::new(),
            },
        };
        let chapter = Chapter { id: chapter, references: references(document, inserted.is_some()), depth };
        self.write(&body, &document.body.pieces, &chapter, (place, wanted))
    }

    /// Writes the text in `wanted`, with each piece converted for the copy.
    fn write(
        &self,
        body: &str,
        list: &[Piece],
        chapter: &Chapter,
        (place, wanted): (Place<'_>, Range<usize>),
    ) -> String {
        let mut out = String::with_capacity(wanted.len() + 64);
        let mut at = wanted.start;
        let mut views = 0;
        for piece in list {
            let number = views;
            views += usize::from(piece.what == What::View);
            let range = piece.range();
            if range.start < at || range.end > wanted.end {
                continue;
            }
            let before = &body[at..range.start];
            // When a piece at the end of a line is removed, the spaces before it are removed too.
            let ends = piece.what == What::Nothing && body[range.end..].trim_start_matches(' ').starts_with('\n');
            out.push_str(if ends { before.trim_end_matches(' ') } else { before });
            let span = place.span(&range);
            let reference = chapter.references.get(&(span.start, span.end)).copied();
            self.piece(piece, body, (chapter, reference, number), &mut out);
            at = range.end;
        }
        out.push_str(&body[at..wanted.end]);
        out
    }

    fn piece(
        &self,
        piece: &Piece,
        body: &str,
        (chapter, reference, view): (&Chapter, Option<u32>, usize),
        out: &mut String,
    ) {
        let slice = |(start, end): (u32, u32)| &body[start as usize..end as usize];
        match (&piece.what, reference) {
            (What::Nothing, _) | (What::Embed, None) => {}
            (What::Html, _) => out.push_str(words_of(&body[piece.range()]).trim_start_matches(' ')),
            (What::View, _) => out.push_str(&self.shown(chapter.id, view)),
            (What::Link(words, title), Some(n)) => {
                let words = words.map_or_else(|| text(&self.words(chapter.id, n)), |at| slice(at).to_owned());
                out.push_str(&link(&words, self.address(chapter.id, n).as_deref(), title));
            }
            (What::Picture(alt), Some(n)) => match self.address(chapter.id, n) {
                Some(address) => {
                    let _ = write!(out, "![{}]({address})", text(alt));
                }
                None => out.push_str(&text(alt)),
            },
            (What::Embed, Some(n)) => self.embed(chapter, n, out),
            (What::Example(has_caption), _) => {
                let label = self.view.theme.ui("example");
                out.push_str(&if *has_caption { format!("**{label}:** ") } else { format!("**{label}**") });
            }
            // The page's parser didn't treat these as references, so they are text on the page too.
            (What::Link(words, _), None) => out.push_str(words.map_or("", slice)),
            (What::Picture(alt), None) => out.push_str(alt),
        }
    }

    fn words(&self, chapter: ChapterId, reference: u32) -> String {
        Filler::new(self.renderer, self.view).words(chapter, reference)
    }

    /// Returns the URL of a reference's target. For a chapter, this is the URL of its copy.
    fn address(&self, chapter: ChapterId, reference: u32) -> Option<String> {
        let view = &self.view;
        Some(match view.handbook.target(chapter, reference) {
            Target::Chapter(to, Some(anchor)) if *to == chapter => format!("#{}", encode_fragment(anchor)),
            Target::Chapter(to, anchor) => {
                let copy = view.url(&copy_url(&view.meta(*to).path));
                anchor.as_ref().map_or_else(|| copy.clone(), |anchor| format!("{copy}#{}", encode_fragment(anchor)))
            }
            Target::DeadAnchor(to) => view.url(&copy_url(&view.meta(*to).path)),
            Target::Folder(node) => view.url(&view.book.tree.node(*node).url),
            Target::Generated(page) => view.generated(*page)?,
            Target::Asset(path) => view.url(&self.renderer.picture_url(path)),
            Target::OtherSite(url, anchor) => view.place(url, anchor.as_deref()),
            Target::Partner(_) | Target::WrongKind(_) | Target::Ambiguous(_) | Target::Hidden | Target::Dead => {
                return None;
            }
        })
    }

    /// Quotes a part of another chapter, and links to its source.
    fn embed(&self, chapter: &Chapter, n: u32, out: &mut String) {
        let words = text(&self.words(chapter.id, n));
        let source = link(&words, self.address(chapter.id, n).as_deref(), "");
        let (to, anchor) = match self.view.handbook.target(chapter.id, n) {
            Target::Chapter(to, anchor) => (to, anchor),
            Target::Hidden => return,
            _ => return out.push_str(&source),
        };
        if chapter.depth >= embed::DEEPEST {
            return out.push_str(&source);
        }
        let inner = self.part(*to, anchor.as_deref(), chapter.depth + 1);
        let _ = write!(out, "> {source}\n>");
        for line in tidy(&inner).lines() {
            let _ = write!(out, "\n>{}{line}", if line.is_empty() { "" } else { " " });
            // `check` has reported transclusions that are too large. Stop here so that the copy
            // stays readable.
            if out.len() > embed::LARGEST {
                break;
            }
        }
    }

    /// Returns a link to the page that shows the same content as a view.
    fn shown(&self, chapter: ChapterId, number: usize) -> String {
        let Some(asked) = self.view.document(chapter).body.views.get(number) else { return String::new() };
        let page = |page: Generated| {
            let url = self.view.generated(page);
            url.map(|url| link(self.view.theme.ui(page.title_key()), Some(&url), "")).unwrap_or_default()
        };
        match asked {
            View::Matrix { .. } => page(Generated::Matrix),
            View::Ladder { .. } | View::Roles { .. } => page(Generated::Ladder),
            View::Decisions { .. } => page(Generated::Decisions),
            View::Children => self.children(chapter),
            View::Compare { .. } | View::Radar { .. } | View::Changes { .. } => String::new(),
        }
    }

    fn children(&self, chapter: ChapterId) -> String {
        let node = self.view.book.tree.of_chapter[chapter.index()];
        let items = children::children(node, &self.view).items;
        let line = |item: &children::Item| {
            let summary = item.summary.as_ref().map(|summary| format!(": {summary}")).unwrap_or_default();
            format!("- {}{summary}", link(&text(&item.title), item.url.as_deref(), ""))
        };
        items.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Replaces the comments of other generators with spaces, which also hides those inside of HTML and of
/// links.
fn without_comments<'t>(body: Cow<'t, str>, reading: &Reading<'_>) -> Cow<'t, str> {
    if !body.contains(['{', '%']) {
        return body;
    }
    let comments = dialect::View::of(&body, reading).comments(&body);
    if comments.is_empty() {
        return body;
    }
    let mut out = String::with_capacity(body.len());
    let mut at = 0;
    for range in comments.into_iter().filter(|range| !range.is_empty()) {
        if range.start < at {
            continue;
        }
        out.push_str(&body[at..range.start]);
        out.extend(body[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        at = range.end;
    }
    out.push_str(&body[at..]);
    Cow::Owned(out)
}

/// A chapter whose copy is being written.
struct Chapter {
    id: ChapterId,
    /// The chapter's references by their spans in the file.
    references: BTreeMap<(u32, u32), u32>,
    depth: usize,
}

/// Returns the references by their spans. If files are inserted, several may have the same span, and
/// it isn't clear which of them is meant.
fn references(document: &Document, has_insertions: bool) -> BTreeMap<(u32, u32), u32> {
    let spans = &document.body.reference_spans;
    let numbered = (0..).zip(spans).map(|(n, span)| ((span.start, span.end), n));
    let mut found: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    let mut several = BTreeSet::new();
    for (span, n) in numbered {
        if found.insert(span, n).is_some() {
            several.insert(span);
        }
    }
    if has_insertions {
        found.retain(|span, _| !several.contains(span));
    }
    found
}

/// Returns the span of a section or a statement in the file.
fn source_part(document: &Document, anchor: &str) -> Option<Span> {
    let body = &document.body;
    if let Some(n) = embed::statement(document, anchor) {
        return body.statement_spans.get(n).copied();
    }
    let range = embed::part(document, Some(anchor))?;
    let inside = |block: &&crate::chapter::document::Block| {
        (block.end as usize) > range.start && (block.end as usize) <= range.end
    };
    let first = body.blocks.iter().find(inside)?;
    let last = body.blocks.iter().rev().find(inside)?;
    Some(Span::new(first.span.start as usize, last.span.end as usize))
}

/// Converts a span in the file to a range of bytes in the body.
fn within(body: &str, place: Place<'_>, span: Span) -> Range<usize> {
    let offset = |at: u32| {
        let (mut low, mut high) = (0, body.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if place.span(&(middle..middle)).start < at { low = middle + 1 } else { high = middle }
        }
        (0..=low).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0)
    };
    let (start, end) = (offset(span.start), offset(span.end));
    start..end.max(start)
}

fn link(words: &str, address: Option<&str>, title: &str) -> String {
    let Some(address) = address else { return words.to_owned() };
    let title = if title.is_empty() { String::new() } else { format!(" \"{}\"", title.replace('"', "\\\"")) };
    format!("[{words}]({address}{title})")
}

/// Returns the words of raw HTML. Tags, comments, scripts and styles are not part of a copy.
fn words_of(html: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(token) = next_token(html, at) {
        let range = token.range();
        out.push_str(&html[at..range.start]);
        let is_code = matches!(&token, Token::Start(tag) if ["script", "style"].contains(&&*tag.name));
        at = if is_code { behind(html, &token) } else { range.end };
    }
    out.push_str(&html[at..]);
    out
}

/// Escapes the characters that would end link text or a table cell.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '[' | ']' | '|' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Replaces NUL, which text must not contain (`CommonMark` 0.31.2, section 2.3).
pub fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Collapses the blank lines that redaction and removed pieces leave behind, except in code fences.
fn tidy(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut fence: Option<&str> = None;
    let mut empty = true;
    for line in markdown.lines() {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        let blank = line.trim().is_empty();
        if fence.is_none() && blank && empty {
            continue;
        }
        empty = blank;
        if !blank || fence.is_some() {
            // Two spaces at the end of a line are a line break.
            out.push_str(if line.ends_with("  ") && fence.is_none() { line } else { line.trim_end_matches(' ') });
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
