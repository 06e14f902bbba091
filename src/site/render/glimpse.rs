//! Renders glimpses: the few words that show what a link leads to before anybody follows it.
//!
//! Input: chapters, terms, folders and generated pages. Output: small files of data, each with the glimpses of a few pages: JSON where pages may fetch it, and
//! a script that hands the same to `rolebookGlimpse` in a folder opened in a browser. Which file a glimpse is in follows from the address of its page, so
//! that no page has to name it, and an edit changes one of them. Never holds markup.

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

/// How many characters of a chapter without a summary are shown.
const LONGEST: usize = 280;
/// How many chapters of a folder are named.
const NAMED: usize = 6;
/// How many files there are at most. A file of its own for each page would be a quarter of a large site's files; at 100,000 pages one holds a
/// hundred glimpses, some 40 kB.
const FILES: u32 = 1024;

/// What a glimpse says.
#[derive(Serialize)]
struct Glimpse<'a> {
    title: &'a str,
    kind: &'a str,
    label: &'a str,
    text: String,
}

/// What a glimpse is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A chapter.
    Chapter(ChapterId),
    /// A term by its number in a glossary.
    Term(ChapterId, usize),
    /// A folder without an index.
    Folder(NodeId),
    /// A page that is made from the model.
    Generated(Generated),
}

/// Tells whether links to the chapter can show a glimpse of it: those of a kind, and pages that another chapter leads to.
pub fn has_glimpse(book: &Book, chapter: ChapterId) -> bool {
    book.meta(chapter).kind != Kind::Page || !book.links.backlinks[chapter.index()].is_empty()
}

/// Returns the name of the glimpse of the page at `page`, or of a place on it.
pub fn glimpse_key(page: &UrlPath, anchor: Option<&str>) -> String {
    let page = UrlPath::new(stem(page)).encoded();
    anchor.map_or_else(|| page.clone(), |anchor| format!("{page}#{}", encode_fragment(anchor)))
}

/// Returns the address of the file that holds a glimpse; the script finds it the same way (FNV-1a, 32 bits, both halves folded).
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
    /// Returns the bytes of a file of glimpses.
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

    /// Returns the beginning of a chapter's first paragraph as text.
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
