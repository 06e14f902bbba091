//! Renders glimpses: short previews of a link's target, shown before the reader follows the link.
//!
//! Input: chapters, terms, folders and generated pages. Output: small data files, each with the
//! glimpses of a few pages. They are JSON where pages may fetch it; for a folder opened in a
//! browser, they are scripts that pass the same data to `rolebookGlimpse`. The URL of a page
//! determines which file its glimpse is in, so no page has to name the file, and an edit changes
//! only one of them. Never contains markup.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fill::Filler;
use super::{PageCells, Renderer, views};
use crate::chapter::document::{Facts, Term};
use crate::declare::config::UrlStyle;
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated, NodeId};
use crate::site::view::encode_fragment;
use crate::text::markup;
use crate::text::path::UrlPath;

/// How many characters to show of a chapter without a summary.
const LONGEST: usize = 280;
/// How many chapters of a folder to name.
const NAMED: usize = 6;
/// The maximum number of files. One file per page would make up a quarter of a large site's files.
/// At 100,000 pages, each file holds about a hundred glimpses, which take about 40 kB.
const FILES: u32 = 1024;

/// The content of a glimpse.
#[derive(Serialize)]
struct Glimpse<'a> {
    title: &'a str,
    kind: &'a str,
    label: &'a str,
    text: String,
}

/// The target that a glimpse describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A chapter.
    Chapter(ChapterId),
    /// A term, by its number in a glossary.
    Term(ChapterId, usize),
    /// A folder without an index.
    Folder(NodeId),
    /// A page that is generated from the model.
    Generated(Generated),
}

/// Returns whether links to the chapter can show a glimpse of it. This is true for chapters of any
/// kind other than a plain page, and for plain pages that another chapter links to.
pub fn has_glimpse(book: &Book, chapter: ChapterId) -> bool {
    book.meta(chapter).kind != Kind::Page || !book.links.backlinks[chapter.index()].is_empty()
}

/// Returns the key of the glimpse of the page at `page`, or of an anchor on it.
pub fn glimpse_key(page: &UrlPath, anchor: Option<&str>) -> String {
    let page = UrlPath::new(stem(page)).encoded();
    anchor.map_or_else(|| page.clone(), |anchor| format!("{page}#{}", encode_fragment(anchor)))
}

/// Returns the URL of the file that contains a glimpse. The script computes it in the same way
/// (32-bit FNV-1a with both halves folded).
pub fn glimpse_url(key: &str, style: UrlStyle) -> UrlPath {
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    UrlPath::new(format!("glimpse/{}.{}", (hash ^ (hash >> 16)) % FILES, extension(style)))
}

fn stem(page: &UrlPath) -> &str {
    let path = page.as_str();
    let path = path.strip_suffix('/').or_else(|| path.strip_suffix(".html")).unwrap_or(path);
    if path.is_empty() { "index" } else { path }
}

fn extension(style: UrlStyle) -> &'static str {
    if style == UrlStyle::Pretty { "json" } else { "js" }
}

impl Renderer {
    /// Returns the contents of a file of glimpses.
    pub fn glimpses(&self, shown: &BTreeMap<String, Shown>, at: &UrlPath) -> String {
        let glimpses: BTreeMap<&str, Glimpse<'_>> =
            shown.iter().map(|(key, shown)| (key.as_str(), self.glimpse(*shown, at))).collect();
        let data = serde_json::to_string(&glimpses).unwrap_or_default();
        match self.handbook.config.urls {
            UrlStyle::Pretty => data,
            UrlStyle::File => {
                let name = serde_json::to_string(&at.encoded()).unwrap_or_default();
                format!("rolebookGlimpse({name}, {data});\n")
            }
        }
    }

    fn glimpse(&self, shown: Shown, at: &UrlPath) -> Glimpse<'_> {
        let plain = |title, text| Glimpse { title, kind: "", label: "", text };
        match shown {
            Shown::Chapter(chapter) => {
                let meta = self.book().meta(chapter);
                let text = meta.summary.clone().unwrap_or_else(|| self.opening(chapter, at));
                let kind = if meta.kind == Kind::Page { "" } else { meta.kind.name() };
                let label = if kind.is_empty() { "" } else { self.theme.ui(kind) };
                Glimpse { title: &meta.title, kind, label, text }
            }
            Shown::Term(chapter, number) => match terms(self.book(), chapter).get(number) {
                Some(term) => {
                    let label = self.theme.ui("term");
                    Glimpse { title: &term.name, kind: "term", label, text: term.definition.clone() }
                }
                None => plain("", String::new()),
            },
            Shown::Folder(node) => {
                let tree = &self.book().tree;
                let below = tree.node(node).children.iter().take(NAMED).map(|child| tree.node(*child).title.as_str());
                plain(&tree.node(node).title, below.collect::<Vec<_>>().join(", "))
            }
            Shown::Generated(page) => {
                let summary = self.theme.ui(views::summary_key(page)).to_owned();
                plain(self.theme.ui(views::title_key(page)), summary)
            }
        }
    }

    /// Returns the beginning of a chapter's first paragraph as plain text.
    fn opening(&self, chapter: ChapterId, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        let html = Filler::new(self, self.viewpoint(at, &cells, None)).first_paragraph(chapter);
        let text = markup::text(&html);
        let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text };
        let cut = text[..end].rfind(' ').unwrap_or(end);
        format!("{}\u{2026}", text[..cut].trim_end_matches([',', ';', ':', '.']))
    }
}

/// Returns the terms of a glossary.
pub fn terms(book: &Book, chapter: ChapterId) -> &[Term] {
    match &book.meta(chapter).facts {
        Facts::Glossary(terms) => terms,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_glimpse_follows_from_the_address_of_the_page() {
        let of = |page: &str, anchor| glimpse_key(&UrlPath::new(page), anchor);
        assert_eq!(of("", None), "index");
        assert_eq!(of("roles/a b/", None), "roles/a%20b");
        assert_eq!(of("roles/a.html", None), "roles/a");
        assert_eq!(of("glossary/", Some("r&d ratio")), "glossary#r&d%20ratio");
        assert_eq!(glimpse_url("index", UrlStyle::File).as_str(), "glimpse/161.js");
        assert_eq!(glimpse_url("glossary#r&d%20ratio", UrlStyle::Pretty).as_str(), "glimpse/1012.json");
    }
}
