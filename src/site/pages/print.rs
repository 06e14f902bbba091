//! The pages to print: the whole book, or one part of it, as a single page.
//!
//! Input: a part of the tree. Output: one page with a cover, a table of contents and every chapter
//! as its own template shows it, without the surrounding frame. IDs are prefixed with the path of
//! their page, so that they are unique. A link to a chapter that is on the page points to its place
//! there. If the chapters are too large for one page, the page has none of them: the parts of the
//! book, or the chapters of the part, are printed instead.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use rayon::prelude::*;
use serde::Serialize;

use super::{On, Table};
use crate::model::book::{Book, NodeId, generated_url};
use crate::site::theme::Html;
use crate::site::view::Link;
use crate::site::view::navigation::{Around, print_part, print_part_url};
use crate::site::view::page::Page;
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
#[derive(Serialize)]
struct Printed {
    /// The title of the part to print, or `None` for the whole book.
    part: Option<String>,
    /// The chapters in reading order.
    chapters: Vec<PrintedChapter>,
    /// The parts, each of which can be printed separately.
    parts: Vec<Link>,
    /// Whether the content is too long for one page, so that only the parts, or the chapters of a
    /// part, can be printed.
    split: bool,
    /// The URL of the page that shows the whole book.
    whole_url: String,
}

#[derive(Serialize)]
struct Special {
    print: Printed,
}

/// One chapter of a printed page.
#[derive(Serialize)]
struct PrintedChapter {
    id: String,
    title: String,
    kind: String,
    /// The depth of the chapter in the book: 0 for a part.
    depth: usize,
    html: Html,
}

/// Adds the pages.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let book = table.book;
    if book.chapters.len() > 1 {
        table.unlisted(generated_url("print", table.config.urls), |on| print(None, on));
        for node in book.tree.root().children.iter().copied() {
            if let Some(url) = print_part_url(book, node) {
                table.unlisted(url, move |on| print(Some(node), on));
            }
        }
    }
}

fn print(part: Option<NodeId>, on: &On<'_>) -> Result<String, Box<Diagnostic>> {
    let handbook = &on.renderer.handbook;
    let tree = &handbook.book.tree;
    let chapters = chapters(&reading_order(part.unwrap_or(NodeId(0)), &handbook.book), on)?;
    let title = part.map(|node| tree.node(node).title.clone());
    let page_title = title.clone().unwrap_or_else(|| handbook.config.title.clone());
    on.view(|view| {
        let printed = Printed {
            part: title,
            split: chapters.is_none(),
            chapters: chapters.unwrap_or_default(),
            parts: tree.root().children.iter().filter_map(|node| print_part(*node, view)).collect(),
            whole_url: view.url(&generated_url("print", handbook.config.urls)),
        };
        let page = Page::unlisted(page_title, "print");
        on.renderer.page("print.html", page, Around::default(), Special { print: printed }, view)
    })
}

/// Renders the chapters to print. Returns `None` if they are too large for one page.
fn chapters(nodes: &[(NodeId, usize)], on: &On<'_>) -> Result<Option<Vec<PrintedChapter>>, Box<Diagnostic>> {
    let handbook = &on.renderer.handbook;
    let tree = &handbook.book.tree;
    let texts = nodes.iter().filter_map(|(node, _)| tree.node(*node).chapter);
    if texts.map(|chapter| handbook.documents[chapter.index()].body.main.length()).sum::<usize>() > LARGEST {
        return Ok(None);
    }
    let urls = nodes.iter().map(|(node, _)| &tree.node(*node).url);
    let places: HashMap<String, String> = on.view(|view| urls.map(|url| (view.url(url), key(url))).collect());
    let mut chapters: Vec<PrintedChapter> = Vec::with_capacity(nodes.len());
    for some in nodes.chunks(AT_ONCE) {
        let printed = |(node, depth): &(NodeId, usize)| printed(*node, *depth, &places, on);
        chapters.append(&mut some.par_iter().map(printed).collect::<Result<Vec<_>, _>>()?);
        // What is expected of a role may be far longer than its text, so check the rendered size
        // too.
        if chapters.iter().map(|chapter| chapter.html.as_str().len()).sum::<usize>() > LARGEST {
            return Ok(None);
        }
    }
    Ok(Some(chapters))
}

/// Lists a node and all its descendants in reading order, with their depth in the book.
fn reading_order(from: NodeId, book: &Book) -> Vec<(NodeId, usize)> {
    let mut order = Vec::new();
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        // The home page and the parts have the same depth.
        order.push((node, book.tree.above(node).len().saturating_sub(1)));
        open.extend(book.tree.node(node).children.iter().rev());
    }
    // A chapter next to a folder of the same name, such as `a.md` and `a/`, is the page of the folder.
    let written: HashSet<&UrlPath> = order
        .iter()
        .map(|(node, _)| book.tree.node(*node))
        .filter_map(|node| node.chapter.map(|_| &node.url))
        .collect();
    order.retain(|(node, _)| {
        let node = book.tree.node(*node);
        node.chapter.is_some() || !written.contains(&node.url)
    });
    order
}

fn printed(
    node: NodeId,
    depth: usize,
    places: &HashMap<String, String>,
    on: &On<'_>,
) -> Result<PrintedChapter, Box<Diagnostic>> {
    let book = &on.renderer.handbook.book;
    let this = book.tree.node(node);
    let id = key(&this.url);
    let html = match this.chapter {
        Some(chapter) => {
            let html = on.view(|view| on.renderer.bare_chapter(chapter, view))?;
            bind(&html, &id, &this.title, places)
        }
        None => format!("<h1>{}</h1>", escape(&this.title)),
    };
    let kind = this.chapter.map_or("folder", |chapter| book.meta(chapter).kind.name()).to_owned();
    Ok(PrintedChapter { id, title: this.title.clone(), kind, depth, html: Html::new(&html) })
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
