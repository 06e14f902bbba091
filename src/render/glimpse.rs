//! Renders glimpses: the few words that show what a link leads to before anybody follows it.
//!
//! Input: a chapter, a term, a folder or a generated page. Output: a small file of data, JSON where pages may fetch it and a script that hands the same to `rolebookGlimpse` in a folder
//! opened in a browser. Its address follows from that of the page, so that no page has to name it. Never holds markup.

use serde::Serialize;

use super::fill::Filler;
use super::{PageCells, Renderer, views};
use crate::book::{Book, ChapterId, Generated, NodeId};
use crate::config::UrlStyle;
use crate::document::{Facts, Kind, Term};
use crate::markup;
use crate::path::UrlPath;

/// How many characters of a chapter without a summary are shown.
const LONGEST: usize = 280;
/// How many chapters of a folder are named.
const NAMED: usize = 6;

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
#[must_use]
pub fn has_glimpse(book: &Book, chapter: ChapterId) -> bool {
    book.meta(chapter).kind != Kind::Page || !book.backlinks[chapter.index()].is_empty()
}

/// Returns the address of the glimpse of the page at `page`.
#[must_use]
pub fn glimpse_url(page: &UrlPath, style: UrlStyle) -> UrlPath {
    UrlPath::new(format!("glimpse/{}.{}", stem(page), extension(style)))
}

/// Returns the address of the glimpse of a term; the script writes it the same way.
#[must_use]
pub fn term_glimpse_url(page: &UrlPath, anchor: &str, style: UrlStyle) -> UrlPath {
    let mut name = String::new();
    for byte in anchor.to_lowercase().bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("_{byte:02x}"));
        }
    }
    UrlPath::new(format!("glimpse/{}/terms/{name}.{}", stem(page), extension(style)))
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
    /// Returns the bytes of a glimpse.
    #[must_use]
    pub fn glimpse(&self, shown: Shown, at: &UrlPath) -> String {
        let plain = |title, text| Glimpse { title, kind: "", label: "", text };
        let glimpse = match shown {
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
        };
        self.write_glimpse(&glimpse, at)
    }

    fn write_glimpse(&self, glimpse: &Glimpse<'_>, at: &UrlPath) -> String {
        let data = serde_json::to_string(glimpse).unwrap_or_default();
        match self.handbook.config.urls {
            UrlStyle::Pretty => data,
            UrlStyle::File => {
                let name = serde_json::to_string(&at.encoded()).unwrap_or_default();
                format!("rolebookGlimpse({name}, {data});\n")
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
#[must_use]
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
    fn the_address_of_a_glimpse_follows_from_that_of_the_page() {
        let of = |page: &str, style| glimpse_url(&UrlPath::new(page), style).as_str().to_owned();
        assert_eq!(of("", UrlStyle::Pretty), "glimpse/index.json");
        assert_eq!(of("roles/a/", UrlStyle::Pretty), "glimpse/roles/a.json");
        assert_eq!(of("roles/a.html", UrlStyle::File), "glimpse/roles/a.js");
        let term = term_glimpse_url(&UrlPath::new("glossary/"), "R&D ratio", UrlStyle::Pretty);
        assert_eq!(term.as_str(), "glimpse/glossary/terms/r_26d_20ratio.json");
    }
}
