//! Renders the whole book, or one part of it, as a single page to print.
//!
//! Input: a part of the tree. Output: one page with a cover, a table of contents and every chapter
//! as its own template shows it, without the surrounding frame. IDs are prefixed with the path of
//! their page, so that they are unique. A link to a chapter that is on the page points to its place
//! there. If the chapters are too large for one page, the page has none of them: the parts of the
//! book, or the chapters of the part, are printed instead.

use std::collections::HashMap;
use std::fmt::Write as _;

use rayon::prelude::*;
use serde::Serialize;

use super::{Html, PageCells, Renderer, Special};
use crate::model::book::{ChapterId, NodeId, generated_url};
use crate::site::view::navigation::{Around, print_part};
use crate::site::view::page::Page;
use crate::site::view::{Link, Viewpoint};
use crate::text::diagnostic::Diagnostic;
use crate::text::markup::{self, escape};
use crate::text::path::UrlPath;

/// The maximum number of bytes of HTML that are printed as one page. Browsers lay out a page of
/// this size in a few seconds.
const LARGEST: usize = 4_000_000;

/// How many chapters to render before checking their total size. Threads share each batch, because
/// otherwise the largest page would keep one thread busy while the others are idle.
const AT_ONCE: usize = 64;

/// The data for the print template.
#[derive(Debug, Default, Serialize)]
pub struct Printed {
    /// The title of the part to print, or `None` for the whole book.
    pub part: Option<String>,
    /// The chapters in reading order.
    pub chapters: Vec<PrintedChapter>,
    /// The parts, each of which can be printed separately.
    pub parts: Vec<Link>,
    /// Whether the content is too long for one page, so that only the parts, or the chapters of a
    /// part, can be printed.
    pub split: bool,
    /// The URL of the page that shows the whole book.
    pub whole_url: String,
}

/// One chapter of a printed page.
#[derive(Debug, Serialize)]
pub struct PrintedChapter {
    pub id: String,
    pub title: String,
    pub kind: String,
    /// The depth of the chapter in the book: 0 for a part.
    pub depth: usize,
    pub html: Html,
}

impl Renderer {
    /// Renders the printable page of the book, or of one part.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn print(&self, part: Option<NodeId>, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        let tree = &self.book().tree;
        let nodes = self.reading_order(part.unwrap_or(NodeId(0)));
        let mut split = self.size(&nodes) > LARGEST;
        let nodes = if split { Vec::new() } else { nodes };
        let places: HashMap<String, String> = nodes
            .iter()
            .map(|(node, _)| {
                let url = &tree.node(*node).url;
                (view.url(url), key(url))
            })
            .collect();
        let mut chapters: Vec<PrintedChapter> = Vec::with_capacity(nodes.len());
        for some in nodes.chunks(AT_ONCE) {
            let printed = |(node, depth): &(NodeId, usize)| self.printed(*node, *depth, &places, at);
            chapters.append(&mut some.par_iter().map(printed).collect::<Result<Vec<_>, _>>()?);
            // What is expected of a role may be far longer than its text, so check the rendered
            // size too.
            if chapters.iter().map(|chapter| chapter.html.as_str().len()).sum::<usize>() > LARGEST {
                split = true;
                chapters.clear();
                break;
            }
        }
        let title = part.map(|node| tree.node(node).title.clone());
        let page_title = title.clone().unwrap_or_else(|| self.handbook.config.title.clone());
        let mut page = Page::generated(page_title, "print", at, &self.handbook.config);
        (page.noindex, page.canonical) = (true, None);
        let printed = Printed {
            part: title,
            chapters,
            parts: tree.root().children.iter().filter_map(|node| print_part(*node, &view)).collect(),
            split,
            whole_url: view.url(&generated_url("print", self.handbook.config.urls)),
        };
        let special = Special { print: Some(printed), ..Special::default() };
        let frame = self.frame(page, Around::default(), Html::new(""), special, &view);
        self.theme.render("print.html", &frame).map_err(Box::new)
    }

    /// Returns the total size of the chapters' HTML.
    fn size(&self, nodes: &[(NodeId, usize)]) -> usize {
        let chapters = nodes.iter().filter_map(|(node, _)| self.book().tree.node(*node).chapter);
        chapters.map(|chapter| self.handbook.documents[chapter.index()].body.main.html.len()).sum()
    }

    /// Lists a node and all its descendants in reading order, with their depth in the book.
    fn reading_order(&self, from: NodeId) -> Vec<(NodeId, usize)> {
        let tree = &self.book().tree;
        let mut order = Vec::new();
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            // The home page and the parts have the same depth.
            order.push((node, tree.above(node).len().saturating_sub(1)));
            open.extend(tree.node(node).children.iter().rev());
        }
        order
    }

    fn printed(
        &self,
        node: NodeId,
        depth: usize,
        places: &HashMap<String, String>,
        at: &UrlPath,
    ) -> Result<PrintedChapter, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        let this = self.book().tree.node(node);
        let id = key(&this.url);
        let html = match this.chapter {
            Some(chapter) => bind(&self.alone(chapter, &view)?, &id, &this.title, places),
            None => format!("<h1>{}</h1>", escape(&this.title)),
        };
        let kind = this.chapter.map_or("folder", |chapter| self.book().meta(chapter).kind.name()).to_owned();
        Ok(PrintedChapter { id, title: this.title.clone(), kind, depth, html: Html::new(&html) })
    }

    /// Renders a chapter with its template, but without the frame, the table of contents and
    /// details that only a separate page needs.
    fn alone(&self, chapter: ChapterId, view: &Viewpoint<'_>) -> Result<String, Box<Diagnostic>> {
        let (template, mut frame) = self.chapter_frame(chapter, true, view)?;
        frame.page.edit_url = None;
        frame.page.reading_minutes = None;
        // The pages that the home page links to are part of the printed page.
        frame.special.home = None;
        let html = self.theme.render(template, &frame).map_err(Box::new)?;
        // If the theme's frame doesn't support bare pages, use only the chapter's text.
        if html.contains("<html") { Ok(frame.content.as_str().to_owned()) } else { Ok(html) }
    }
}

/// Returns the ID of a page's place in the book.
fn key(url: &UrlPath) -> String {
    let path = url.as_str();
    let path = path.strip_suffix('/').or_else(|| path.strip_suffix(".html")).unwrap_or(path);
    if path.is_empty() { "index".to_owned() } else { path.replace(char::is_whitespace, "-") }
}

/// Returns a chapter's HTML as a part of the book: IDs are prefixed, links to other chapters point
/// to their places in the book, and regions include the chapter's title in their names.
fn bind(html: &str, key: &str, title: &str, places: &HashMap<String, String>) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut last = 0;
    for tag in markup::start_tags(html) {
        let is_region = tag.get("role").is_some_and(|role| role.value == "region");
        for attribute in &tag.attributes {
            let value = match &*attribute.name {
                "id" | "for" => format!("{key}--{}", attribute.value),
                "name" if tag.name == "a" => format!("{key}--{}", attribute.value),
                "href" if tag.name == "a" => match place(&attribute.value, key, places) {
                    Some(place) => place,
                    None => continue,
                },
                "aria-label" if is_region => format!("{title}: {}", attribute.value),
                // Chapters have sections with the same names, which would be indistinguishable as
                // landmarks on one page.
                "aria-label" | "aria-labelledby" if tag.name == "section" => String::new(),
                "aria-labelledby" | "aria-describedby" | "headers" => {
                    let ids: Vec<String> =
                        attribute.value.split_whitespace().map(|id| format!("{key}--{id}")).collect();
                    ids.join(" ")
                }
                // Load images eagerly so that none are missing when the page is printed.
                "loading" => "eager".to_owned(),
                _ => continue,
            };
            out.push_str(&html[last..attribute.range.start]);
            if !value.is_empty() {
                let _ = write!(out, "{}=\"{}\"", attribute.name, escape(&value));
            }
            last = attribute.range.end;
        }
    }
    out.push_str(&html[last..]);
    out
}

/// Returns the target of a link on the printed page, or `None` if the link leaves the page.
fn place(href: &str, key: &str, places: &HashMap<String, String>) -> Option<String> {
    let (page, anchor) = href.split_once('#').map_or((href, None), |(page, anchor)| (page, Some(anchor)));
    // The query string only records the path that a reader followed, which doesn't matter on paper.
    let page = page.split('?').next().unwrap_or_default();
    let key = if page.is_empty() { key } else { places.get(page)? };
    Some(anchor.map_or_else(|| format!("#{key}"), |anchor| format!("#{key}--{anchor}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_in_a_book_keeps_its_ids_and_links_to_itself_and_to_others() {
        let places = HashMap::from([("../roles/b/".to_owned(), "roles/b".to_owned())]);
        let html = "<h2 id=\"x\">X</h2><a href=\"#x\">x</a> <a href=\"../roles/b/#y\">y</a> <a href=\"../roles/b/\">b</a> <a href=\"https://a.example/\">a</a>";
        let wanted = "<h2 id=\"roles/a--x\">X</h2><a href=\"#roles/a--x\">x</a> <a href=\"#roles/b--y\">y</a> <a href=\"#roles/b\">b</a> <a href=\"https://a.example/\">a</a>";
        assert_eq!(bind(html, "roles/a", "A", &places), wanted);
    }

    #[test]
    fn regions_are_told_apart_by_their_chapter() {
        let html =
            "<section aria-label=\"Facts\"><div role=\"region\" aria-label=\"Table 1\" tabindex=\"0\"></div></section>";
        let wanted = "<section ><div role=\"region\" aria-label=\"A: Table 1\" tabindex=\"0\"></div></section>";
        assert_eq!(bind(html, "a", "A", &HashMap::new()), wanted);
    }
}
