//! Fills the holes of a chapter's HTML: links, images, code, footnotes, views, transclusions.
//!
//! Input: a [`Fill`] of a document, and the page it is shown on. Output: HTML. References in a
//! transcluded part are resolved from the chapter that the part comes from. Never reports anything:
//! `check` has already reported unresolved references, and here they become plain text.

mod anchors;
mod parts;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

pub(super) use self::parts::heading_over;
use self::parts::{heading_shift, moved};
use super::{Renderer, views};
use crate::chapter::document::{Code, Document, Fragment, Hole, Image, ImageSource, Part};
use crate::declare::kind::HiddenLinks;
use crate::model::book::ChapterId;
use crate::model::embed;
use crate::model::link::Target;
use crate::site::view::{Viewpoint, class_of, encode_fragment};
use crate::text::diagnostic::Diagnostic;
use crate::text::markup::nesting::balanced;
use crate::text::markup::{self, escape, escape_into};

/// The state that the parts of a page share while the page is written.
pub struct Filler<'a> {
    renderer: &'a Renderer,
    pub(super) view: Viewpoint<'a>,
    /// Footnote numbers by where the footnote is defined, in the order of first reference.
    footnotes: HashMap<(ChapterId, u32), usize>,
    order: Vec<(ChapterId, u32)>,
    /// The number of references to each footnote so far.
    uses: Vec<usize>,
    /// For each glossary term, whether it has been linked.
    seen: Vec<bool>,
    tables: u32,
    /// Failures so far. A page with a failure is never shown as if it were complete.
    pub failures: Vec<Diagnostic>,
}

/// The settings that apply to a part of a page.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) chapter: ChapterId,
    /// The number of transclusions that the part is nested in.
    depth: usize,
    /// Whether terms are linked and headings get anchors to copy.
    own: bool,
}

impl Scope {
    /// The settings for the text of a chapter's own page.
    fn own(chapter: ChapterId) -> Self {
        Self { chapter, depth: 0, own: true }
    }

    /// The settings for a part that another page shows without terms, footnotes and transclusions.
    fn quoted(chapter: ChapterId) -> Self {
        Self { chapter, depth: embed::DEEPEST, own: false }
    }
}

impl<'a> Filler<'a> {
    /// Creates a filler for the page that `view` is at.
    pub fn new(renderer: &'a Renderer, view: Viewpoint<'a>) -> Self {
        let seen = vec![false; renderer.glossary.len()];
        Self {
            renderer,
            view,
            footnotes: HashMap::new(),
            order: Vec::new(),
            uses: Vec::new(),
            seen,
            tables: 0,
            failures: Vec::new(),
        }
    }

    pub(super) fn renderer(&self) -> &'a Renderer {
        self.renderer
    }

    /// Returns a chapter's text with its footnotes.
    pub fn chapter(&mut self, chapter: ChapterId) -> String {
        let main = &self.view.document(chapter).body.main;
        let mut out = String::with_capacity(main.length() * 2);
        self.fill(main.part(&main.html(), 0), (0..main.length(), main.length()), Scope::own(chapter), &mut out);
        self.write_footnotes(&mut out);
        out
    }

    /// Returns the length of a chapter's HTML, without its footnotes.
    pub fn length(&self, chapter: ChapterId) -> usize {
        self.view.document(chapter).body.main.length()
    }

    /// Returns a range of a chapter's text. The range begins and ends between two blocks.
    pub fn part(&mut self, chapter: ChapterId, range: Range<usize>) -> String {
        let main = &self.view.document(chapter).body.main;
        // A hole at the end of the range belongs to what follows.
        let last = if range.end == main.length() { range.end } else { range.end.saturating_sub(1) };
        let mut out = String::with_capacity(range.len() * 2);
        if !range.is_empty() {
            let html = main.slice(range.clone());
            self.fill(main.part(&html, range.start), (range, last), Scope::own(chapter), &mut out);
        }
        out
    }

    /// Returns the HTML of a chapter's first paragraph, without terms and footnotes.
    pub fn first_paragraph(&mut self, chapter: ChapterId) -> String {
        let html = self.view.document(chapter).body.main.html();
        let Some(start) = html.find("<p>") else { return String::new() };
        let end = html[start..].find("</p>").map_or(html.len(), |end| start + end);
        self.parts([(start..end, end)], Scope::quoted(chapter))
    }

    /// Returns the inner HTML of a statement, without terms and footnotes.
    pub fn statement(&mut self, chapter: ChapterId, number: usize) -> String {
        let document = self.view.document(chapter);
        let Some(range) = document.body.statement(number) else {
            // The statement's HTML was removed along with a disallowed element, so only its words
            // remain.
            return document.meta.facts.statements().get(number).map_or_else(String::new, |said| escape(&said.text));
        };
        let parts = document.body.without_examples(range).into_iter().map(|part| (part.clone(), part.end));
        let mut out = self.parts(parts, Scope::quoted(chapter));
        out.truncate(out.trim_end().len());
        out
    }

    /// Returns the HTML of a statement's examples as lists, without terms and footnotes. Returns an
    /// empty string if the statement has no examples.
    #[must_use]
    pub fn examples(&mut self, chapter: ChapterId, number: usize) -> String {
        let mut out = String::new();
        for range in self.view.document(chapter).body.examples_of(number) {
            let end = range.end;
            let html = self.parts([(range, end)], Scope::quoted(chapter));
            // The example was taken out of a list that has other items too, so it needs a list of
            // its own.
            if html.starts_with("<li") {
                let _ = write!(out, "<ul class=\"examples\">\n{html}</ul>\n");
            } else {
                out.push_str(&html);
            }
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// Returns the HTML of a section, two heading levels lower, without its own heading, terms and
    /// footnotes. IDs are prefixed with the chapter's ID.
    pub fn section(&mut self, chapter: ChapterId, anchor: &str) -> Option<String> {
        let document = self.view.document(chapter);
        let range = embed::part(document, Some(anchor))?;
        let heading = document.body.blocks.iter().find(|block| (block.end as usize) > range.start)?.end as usize;
        // A hole at the end of a section belongs to what follows the section.
        let out = self.parts([(heading..range.end, range.end.saturating_sub(1))], Scope::quoted(chapter));
        Some(moved(out.trim(), &format!("{}--", self.view.book.id_in_url(chapter)), 2))
    }

    /// Returns the HTML below a heading of another chapter, without terms and footnotes. Headings
    /// in it start at level `first`.
    pub fn below(&mut self, chapter: ChapterId, anchor: &str, first: u8) -> String {
        let document = self.view.document(chapter);
        let Some(range) = embed::below_heading(document, anchor) else { return String::new() };
        let level = document.outline.heading(anchor).map_or(2, |heading| heading.level);
        let last = range.end.saturating_sub(1);
        let out = self.parts([(range, last)], Scope::quoted(chapter));
        moved(out.trim(), &format!("{}--", self.view.book.id_in_url(chapter)), first.saturating_sub(level + 1))
    }

    /// Returns parts of a chapter's text, one after the other, with their holes filled by
    /// [`Self::fill`]. Balances their elements, because raw HTML may extend past the beginning or
    /// end of a part.
    fn parts(&mut self, parts: impl IntoIterator<Item = (Range<usize>, usize)>, scope: Scope) -> String {
        let body = &self.view.document(scope.chapter).body;
        let parts: Vec<(Range<usize>, usize)> = parts.into_iter().collect();
        let start = parts.iter().map(|(range, _)| range.start).min().unwrap_or(0);
        let end = parts.iter().map(|(range, _)| range.end).max().unwrap_or(0);
        // Unpacking a range takes time for what is in front of it, too.
        let html = body.main.slice(start..end);
        let mut out = String::new();
        for (range, last) in parts {
            self.fill(body.main.part(&html, start), (range, last), scope, &mut out);
        }
        if body.sanitised { balanced(&out).into_owned() } else { out }
    }

    /// Appends the bytes of `range` with its holes filled. `last` is the offset of the last hole to
    /// fill: holes take no room, so a hole at the end of the range may belong to what follows.
    pub(super) fn fill(
        &mut self,
        fill: Part<'_>,
        (range, last): (Range<usize>, usize),
        scope: Scope,
        out: &mut String,
    ) {
        let from = fill.holes.partition_point(|(at, _)| (*at as usize) < range.start);
        let mut at = range.start;
        for (offset, hole) in fill.holes[from..].iter().take_while(|(offset, _)| (*offset as usize) <= last) {
            let offset = *offset as usize;
            self.text(&fill, at..offset, scope, out);
            self.hole(hole, offset, scope, out);
            at = offset;
        }
        self.text(&fill, at..range.end, scope, out);
    }

    /// Appends HTML without holes, and links terms in its text runs.
    fn text(&mut self, fill: &Part<'_>, range: Range<usize>, scope: Scope, out: &mut String) {
        if !scope.own || self.renderer.glossary.is_empty() {
            return out.push_str(fill.get(range));
        }
        let view = self.view;
        let url = |entry: &super::glossary::Entry| view.anchor(entry.chapter, &entry.anchor);
        let first = fill.prose.partition_point(|(_, end)| (*end as usize) <= range.start);
        let mut at = range.start;
        for (start, end) in &fill.prose[first..] {
            let (start, end) = ((*start as usize).max(at), (*end as usize).min(range.end));
            if start >= range.end {
                break;
            }
            out.push_str(fill.get(at..start));
            self.renderer.glossary.link(fill.get(start..end), &mut self.seen, &url, out);
            at = end;
        }
        out.push_str(fill.get(at..range.end));
    }

    fn hole(&mut self, hole: &Hole, offset: usize, scope: Scope, out: &mut String) {
        let body = &self.view.document(scope.chapter).body;
        match hole {
            Hole::LinkOpen(n, title) => self.open_link(*n, title.as_deref(), scope, out),
            Hole::LinkClose(n) => self.close_link(*n, scope, out),
            Hole::LinkText(n) => escape_into(&self.link_text(*n, scope), out),
            Hole::Href(n) | Hole::Poster(n) | Hole::Src(n) => self.raw_address(hole, *n, scope, out),
            Hole::Image(n) => {
                if let Some(image) = body.images.get(*n as usize) {
                    self.image(image, scope, out);
                }
            }
            Hole::Code(n) => match body.code.get(*n as usize) {
                Some(Code { template: Some(template), text, .. }) => {
                    self.template(template, text, (offset, scope), out);
                }
                Some(Code { diagram: Some(diagram), .. }) => {
                    self.diagram(diagram, &body.code[*n as usize], out);
                }
                Some(code) => write_code(code, self.renderer, out),
                None => {}
            },
            Hole::Formula(n) => {
                if let Some(formula) = body.formulas.get(*n as usize) {
                    self.formula(formula, out);
                }
            }
            Hole::Footnote(n) => self.footnote(*n, scope, out),
            Hole::HeadingAnchor(n) => self.heading_anchor(*n, scope, out),
            Hole::StatementAnchor(n) => self.statement_anchor(*n, scope, out),
            Hole::TableAttributes(heading) => self.table(*heading, scope, out),
            Hole::CalloutAttributes(callout) => {
                let _ = write!(out, " role=\"note\" aria-label=\"{}\"", self.callout(callout));
            }
            Hole::CalloutLabel(callout) => out.push_str(&self.callout(callout)),
            Hole::ExampleLabel => {
                let _ = write!(out, "<span class=\"label\">{}</span>", escape(self.view.theme.ui("example")));
            }
            Hole::Task(done) => {
                let (key, checked) = if *done { ("task-done", " checked=\"\"") } else { ("task-open", "") };
                let label = escape(self.view.theme.ui(key));
                let _ = write!(out, "<input type=\"checkbox\" disabled=\"\"{checked} aria-label=\"{label}\">");
            }
            Hole::View(n) => {
                if let Some(view) = body.views.get(*n as usize) {
                    match views::show(view, scope.chapter, &self.view) {
                        Ok(html) => out.push_str(&html),
                        Err(failure) => self.failures.push(*failure),
                    }
                }
            }
            Hole::Embed(n) => self.embed(*n, offset, scope, out),
        }
    }

    /// Returns the title of a callout as HTML.
    fn callout(&self, callout: &str) -> String {
        escape(self.view.theme.ui(&format!("callout-{callout}")))
    }

    /// Returns the URL of a reference's target, relative to the page.
    fn address(&self, n: u32, scope: Scope) -> Option<String> {
        let view = &self.view;
        match view.handbook.target(scope.chapter, n) {
            Target::Chapter(chapter, anchor) => Some(match anchor {
                // A link within the same page needs no path.
                Some(anchor) if *chapter == scope.chapter && scope.depth == 0 && scope.own => {
                    format!("#{}", encode_fragment(anchor))
                }
                Some(anchor) => view.anchor(*chapter, anchor),
                None => view.url(view.book.url(*chapter)),
            }),
            Target::DeadAnchor(chapter) => Some(view.url(view.book.url(*chapter))),
            Target::Folder(node) => Some(view.url(&view.book.tree.node(*node).url)),
            Target::Generated(page) => view.generated(*page),
            Target::Asset(path) => Some(view.url(&crate::text::path::UrlPath::new(path.as_str()))),
            Target::OtherSite(url, anchor) => Some(view.place(url, anchor.as_deref())),
            Target::Partner(_) | Target::WrongKind(_) | Target::Ambiguous(_) | Target::Hidden | Target::Dead => None,
        }
    }

    fn open_link(&self, n: u32, title: Option<&str>, scope: Scope, out: &mut String) {
        let Some(address) = self.address(n, scope) else {
            let hidden = *self.view.handbook.target(scope.chapter, n) == Target::Hidden;
            return out.push_str(if hidden { "<span class=\"internal\">" } else { "<span class=\"dead\">" });
        };
        out.push_str("<a href=\"");
        escape_into(&address, out);
        out.push('"');
        let class = match self.view.handbook.target(scope.chapter, n) {
            Target::Chapter(chapter, _) => class_of(self.view.meta(*chapter).kind),
            Target::DeadAnchor(_) => Some("dead"),
            _ => None,
        };
        if let Some(class) = class {
            let _ = write!(out, " class=\"{class}\"");
        }
        if let Some(title) = title {
            let _ = write!(out, " title=\"{}\"", escape(title));
        }
        out.push('>');
    }

    /// Ends a link. If the target is hidden from these readers, the link may say that it is
    /// internal.
    fn close_link(&self, n: u32, scope: Scope, out: &mut String) {
        let hidden = *self.view.handbook.target(scope.chapter, n) == Target::Hidden;
        if hidden && self.view.config.publish.hidden_links == HiddenLinks::Mark {
            let _ = write!(out, " <span class=\"note\">({})</span>", escape(self.view.theme.ui("internal")));
        }
        out.push_str(if self.address(n, scope).is_some() { "</a>" } else { "</span>" });
    }

    /// Returns the title of a reference's target, for a link without words.
    pub fn words(&self, chapter: ChapterId, reference: u32) -> String {
        self.link_text(reference, Scope::own(chapter))
    }

    /// Returns link text for a link without words: the chapter's title, and the heading if the
    /// link's anchor has one.
    fn link_text(&self, n: u32, scope: Scope) -> String {
        let view = &self.view;
        let reference = self.view.document(scope.chapter).outline.references.get(n as usize);
        match view.handbook.target(scope.chapter, n) {
            Target::Chapter(chapter, anchor) => {
                let meta = view.meta(*chapter);
                let heading = anchor.as_ref().and_then(|id| view.document(*chapter).outline.heading(id));
                match (heading, reference.map(|r| &r.fragment)) {
                    (Some(heading), Some(Some(Fragment::Level(_)))) => format!("{} ({})", meta.title, heading.text),
                    (Some(heading), _) if *chapter == scope.chapter => heading.text.clone(),
                    (Some(heading), _) => format!("{}: {}", meta.title, heading.text),
                    (None, _) => meta.title.clone(),
                }
            }
            Target::DeadAnchor(chapter) => view.meta(*chapter).title.clone(),
            Target::Folder(node) => view.book.tree.node(*node).title.clone(),
            Target::Generated(page) => view.theme.ui(page.title_key()).to_owned(),
            Target::Asset(path) => path.file_name().to_owned(),
            // Don't show even the name that the author wrote, because the name itself may be the
            // secret.
            Target::Hidden => view.theme.ui("internal-chapter").to_owned(),
            _ => reference.map(|reference| reference.target.clone()).unwrap_or_default(),
        }
    }

    /// Writes the `href`, `src` or `poster` of raw HTML. If the target is missing, the element has
    /// no such attribute.
    fn raw_address(&self, hole: &Hole, n: u32, scope: Scope, out: &mut String) {
        let picture = || match self.view.handbook.target(scope.chapter, n) {
            Target::Asset(path) => Some(self.view.url(&self.renderer.picture_url(path))),
            _ => None,
        };
        let (name, address) = match hole {
            Hole::Src(_) => ("src", picture()),
            Hole::Poster(_) => ("poster", picture()),
            _ => ("href", self.address(n, scope)),
        };
        if let Some(address) = address {
            let _ = write!(out, " {name}=\"{}\"", escape(&address));
        }
    }

    fn image(&self, image: &Image, scope: Scope, out: &mut String) {
        match &image.source {
            ImageSource::File(n) => match self.view.handbook.target(scope.chapter, *n) {
                Target::Asset(path) => {
                    let address = self.view.url(&self.renderer.picture_url(path));
                    let size = self.renderer.pictures.get(path).and_then(|picture| picture.size);
                    write_image(&address, image, size, out);
                }
                _ => {
                    let _ = write!(out, "<span class=\"dead\">{}</span>", escape(&image.alt));
                }
            },
            ImageSource::Remote(address) => {
                let host = crate::chapter::reference::host(address).unwrap_or_default();
                let mut safe = String::new();
                markup::escape_address_into(address, &mut safe);
                if self.view.config.security.hosts.contains(&host) {
                    write_image(&safe.replace("&amp;", "&"), image, None, out);
                } else {
                    let text = if image.alt.is_empty() { address } else { &image.alt };
                    let _ = write!(out, "<a class=\"external\" href=\"{safe}\">{}</a>", escape(text));
                }
            }
        }
    }

    fn footnote(&mut self, n: u32, scope: Scope, out: &mut String) {
        // A statement shown on another page doesn't bring its footnotes with it.
        if !scope.own && scope.depth == embed::DEEPEST {
            return;
        }
        let key = (scope.chapter, n);
        let next = self.order.len();
        let number = *self.footnotes.entry(key).or_insert(next);
        if number == next {
            self.order.push(key);
            self.uses.push(0);
        }
        self.uses[number] += 1;
        let suffix = if self.uses[number] > 1 { format!(":{}", self.uses[number]) } else { String::new() };
        let shown = number + 1;
        let _ = write!(
            out,
            "<sup class=\"footnote-ref\" id=\"fnref:{shown}{suffix}\"><a href=\"#fn:{shown}\" role=\"doc-noteref\">{shown}</a></sup>"
        );
    }

    /// Appends the footnotes that were referred to so far.
    pub fn write_footnotes(&mut self, out: &mut String) {
        if self.order.is_empty() {
            return;
        }
        let label = escape(self.view.theme.ui("footnotes"));
        let _ = write!(out, "<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"{label}\">\n<ol>\n");
        let mut n = 0;
        // A footnote may refer to further footnotes, so the list can grow while it is written.
        while let Some((chapter, number)) = self.order.get(n).copied() {
            n += 1;
            let document = self.view.document(chapter);
            let Some((_, fill)) = document.body.footnotes.get(number as usize) else { continue };
            let mut inner = String::new();
            self.fill(fill.whole(), (0..fill.html.len(), fill.html.len()), Scope::own(chapter), &mut inner);
            let back = escape(self.view.theme.ui("footnote-back"));
            let link = format!(
                " <a class=\"footnote-back\" href=\"#fnref:{n}\" role=\"doc-backlink\" aria-label=\"{back}\">\u{21a9}\u{fe0e}</a>"
            );
            let inner = inner.trim_end();
            let inner = match inner.strip_suffix("</p>") {
                Some(text) => format!("{text}{link}</p>"),
                None => format!("{inner}{link}"),
            };
            let _ = writeln!(out, "<li id=\"fn:{n}\">{inner}</li>");
        }
        out.push_str("</ol>\n</section>\n");
    }

    /// Makes a wide table a scrollable region that can be focused and has a unique name on the
    /// page.
    fn table(&mut self, heading: u32, scope: Scope, out: &mut String) {
        self.tables += 1;
        let Document { meta, outline, .. } = self.view.document(scope.chapter);
        let heading = (heading as usize).checked_sub(1).and_then(|n| outline.headings.get(n));
        let title = heading.map_or(meta.title.as_str(), |heading| heading.text.as_str());
        let label =
            self.view.theme.ui("table-label").replace("{n}", &self.tables.to_string()).replace("{title}", title);
        let _ = write!(out, " role=\"region\" tabindex=\"0\" aria-label=\"{}\"", escape(&label));
    }

    /// Inserts a part of another chapter.
    fn embed(&mut self, n: u32, offset: usize, scope: Scope, out: &mut String) {
        let Target::Chapter(to, anchor) = self.view.handbook.target(scope.chapter, n) else {
            if *self.view.handbook.target(scope.chapter, n) == Target::Hidden {
                // Every block must produce exactly one element, so emit a hidden placeholder to
                // keep blocks and elements paired.
                return out.push_str("<section class=\"embed\" hidden></section>");
            }
            let text = escape(&self.link_text(n, scope));
            let _ = write!(out, "<p class=\"dead\">{text}</p>");
            return;
        };
        let document = self.view.document(*to);
        let Some(range) = embed::part(document, anchor.as_deref()).filter(|_| scope.depth < embed::DEEPEST) else {
            return out.push_str("<section class=\"embed\"></section>");
        };
        let is_whole = anchor.is_none();
        let is_statement = anchor.as_deref().is_some_and(|anchor| embed::statement(document, anchor).is_some());
        // A hole at the end of a section belongs to what follows it, but a hole at the end of a
        // statement belongs to the statement.
        let last = if is_whole || is_statement { range.end } else { range.end.saturating_sub(1) };
        let inner_scope = Scope { chapter: *to, depth: scope.depth + 1, own: scope.own };
        let inner = self.parts([(range.clone(), last)], inner_scope);
        let prefix = format!("{}--", self.view.book.id_in_url(*to));
        let shift = heading_shift(self.view.document(scope.chapter), offset, document, range.start);
        let inner = moved(inner.trim_end(), &prefix, shift);
        let inner = if is_statement { format!("<ul>\n<li>{inner}</li>\n</ul>") } else { inner };
        let _ = write!(out, "<section class=\"embed\">\n{inner}\n</section>");
    }
}

fn write_image(address: &str, image: &Image, size: Option<(u32, u32)>, out: &mut String) {
    let _ = write!(out, "<img src=\"{}\" alt=\"{}\"", escape(address), escape(&image.alt));
    if !image.title.is_empty() {
        let _ = write!(out, " title=\"{}\"", escape(&image.title));
    }
    if let Some((width, height)) = size {
        let _ = write!(out, " width=\"{width}\" height=\"{height}\"");
    }
    out.push_str(" loading=\"lazy\" decoding=\"async\">");
}

/// Writes a block of code, highlighted if its language is known.
pub(super) fn write_code(code: &Code, renderer: &Renderer, out: &mut String) {
    out.push_str("<figure class=\"code\"");
    if let Some(id) = &code.id {
        let _ = write!(out, " id=\"{}\"", escape(id));
    }
    out.push('>');
    if let Some(title) = &code.title {
        let _ = write!(out, "<figcaption>{}</figcaption>", escape(title));
    }
    out.push_str("<pre tabindex=\"0\"><code");
    if !code.language.is_empty() {
        let _ = write!(out, " class=\"language-{}\"", escape(&code.language));
    }
    out.push('>');
    match renderer.highlighter.highlight(&code.text, &code.language) {
        Some(coloured) => mark_lines(&coloured, &code.marked, out),
        None => mark_lines(&escape(&code.text), &code.marked, out),
    }
    out.push_str("</code></pre></figure>");
}

/// Appends code, wrapping each marked line in an element. No element within the code extends past
/// the end of a line.
fn mark_lines(html: &str, marked: &[(u32, u32)], out: &mut String) {
    if marked.is_empty() {
        return out.push_str(html);
    }
    for (n, line) in (1_u32..).zip(html.split_inclusive('\n')) {
        if marked.iter().any(|(from, to)| (*from..=*to).contains(&n)) {
            let _ = write!(out, "<mark class=\"line\">{line}</mark>");
        } else {
            out.push_str(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_marked_line_gets_its_own_element() {
        let mut out = String::new();
        mark_lines("a\nb\nc\n", &[(2, 2)], &mut out);
        assert_eq!(out, "a\n<mark class=\"line\">b\n</mark>c\n");
    }
}
