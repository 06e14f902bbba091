//! Glimpses: short previews of a link's target, shown before the reader follows the link.
//!
//! Input: chapters, terms, folders and generated pages. Output: small data files, each with the
//! glimpses of a few pages. They are JSON where pages may fetch it; for a folder opened in a
//! browser, they are scripts that pass the same data to `rolebookGlimpse`. The URL of a page
//! determines which file its glimpse is in, so no page has to name the file, and an edit changes
//! only one of them. Never contains markup.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{On, Table};
use crate::chapter::document::{Decision, Facts, LevelHeading, Statement, Term};
use crate::declare::config::{Scope, UrlStyle};
use crate::declare::kind::{Kind, Part};
use crate::model::book::{Book, ChapterId, Generated, NodeId, generated_url};
use crate::model::compile::Handbook;
use crate::site::view::encode_fragment;
use crate::text::markup;
use crate::text::path::UrlPath;

/// How many characters to show of a chapter without a summary.
const LONGEST: usize = 280;
/// The maximum length of the statements of a level, in bytes. A level of the handbook's own
/// competencies takes at most 700.
const LONGEST_LEVEL: usize = 1200;
/// How many chapters of a folder to name.
const NAMED: usize = 6;
/// The maximum number of files. One file per page would make up a quarter of a large site's files.
/// At 100,000 pages, each file holds about a hundred glimpses, which take about 40 kB.
const FILES: u32 = 1024;

/// The content of a glimpse.
#[derive(Serialize)]
struct Glimpse<'a> {
    title: String,
    kind: &'a str,
    label: &'a str,
    text: String,
}

/// The target that a glimpse describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// A chapter.
    Chapter(ChapterId),
    /// A term, by its number in a glossary.
    Term(ChapterId, usize),
    /// A level of a competency, by its position in the chapter.
    Level(ChapterId, usize),
    /// A decision, by its number in a strategy.
    Decision(ChapterId, usize),
    /// A folder without an index.
    Folder(NodeId),
    /// A page that is generated from the model.
    Generated(Generated),
}

/// Returns whether links to the chapter can show a glimpse of it. This is true for chapters of any
/// kind other than a plain page, and for plain pages that another chapter links to.
pub fn has_glimpse(handbook: &Handbook, chapter: ChapterId) -> bool {
    handbook.book.meta(chapter).kind != Kind::Page || !handbook.backlinks(chapter).is_empty()
}

/// Returns the key of the glimpse of the page at `page`, or of an anchor on it.
fn glimpse_key(page: &UrlPath, anchor: Option<&str>) -> String {
    let page = UrlPath::new(stem(page)).encoded();
    anchor.map_or_else(|| page.clone(), |anchor| format!("{page}#{}", encode_fragment(anchor)))
}

/// Returns the URL of the file that contains a glimpse. The script computes it in the same way
/// (32-bit FNV-1a with both halves folded).
fn glimpse_url(key: &str, style: UrlStyle) -> UrlPath {
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

/// Adds the files, each with the glimpses of the pages whose keys map to it.
pub(super) fn lay_out(table: &mut Table<'_>) {
    for (url, shown) in files(table.handbook) {
        table.text(url, move |on| glimpses(&shown, on));
    }
}

fn files(handbook: &Handbook) -> BTreeMap<UrlPath, BTreeMap<String, Shown>> {
    let (book, style) = (&*handbook.book, handbook.config.urls);
    let mut files: BTreeMap<UrlPath, BTreeMap<String, Shown>> = BTreeMap::new();
    let mut add = |page: &UrlPath, anchor: Option<&str>, shown: Shown| {
        let key = glimpse_key(page, anchor);
        // Links to headings aren't marked, so their glimpses are where the script looks for that of
        // the page.
        let is_heading = matches!(shown, Shown::Level(..) | Shown::Decision(..));
        let place = if is_heading { glimpse_key(page, None) } else { key.clone() };
        files.entry(glimpse_url(&place, style)).or_default().insert(key, shown);
    };
    for page in Generated::all(book) {
        add(&generated_url(page.name(), style), None, Shown::Generated(page));
    }
    for node in book.tree.bare_folders() {
        add(&book.tree.node(node).url, None, Shown::Folder(node));
    }
    for chapter in book.ids().filter(|chapter| has_glimpse(handbook, *chapter)) {
        let url = book.url(chapter);
        add(url, None, Shown::Chapter(chapter));
        for (n, term) in terms(book, chapter).iter().enumerate() {
            add(url, Some(&term.id), Shown::Term(chapter, n));
        }
        for (n, heading) in levels(book, chapter).iter().enumerate() {
            add(url, Some(&heading.id), Shown::Level(chapter, n));
        }
        for (n, decision) in decisions(book, chapter).iter().enumerate() {
            add(url, Some(&decision.id), Shown::Decision(chapter, n));
        }
    }
    files
}

fn glimpses(shown: &BTreeMap<String, Shown>, on: &On<'_>) -> String {
    let glimpses: BTreeMap<&str, Glimpse<'_>> =
        shown.iter().map(|(key, shown)| (key.as_str(), glimpse(*shown, on))).collect();
    let data = serde_json::to_string(&glimpses).unwrap_or_default();
    match on.renderer.handbook.config.urls {
        UrlStyle::Pretty => data,
        UrlStyle::File => {
            let name = serde_json::to_string(&on.at.encoded()).unwrap_or_default();
            format!("rolebookGlimpse({name}, {data});\n")
        }
    }
}

/// Joins the first of `lines` until they fill a glimpse. Without the limit, a level with many
/// statements and many headings would repeat all of them for each heading.
fn first_lines<'s>(lines: impl Iterator<Item = &'s str>) -> String {
    let mut text = String::new();
    for line in lines {
        if !text.is_empty() {
            text.push('\n');
        }
        if text.len() + line.len() > LONGEST_LEVEL {
            text.push('…');
            break;
        }
        text.push_str(line);
    }
    text
}

fn glimpse<'s>(shown: Shown, on: &On<'s>) -> Glimpse<'s> {
    let (book, theme) = (&on.renderer.handbook.book, &on.renderer.theme);
    let quoted = |text: &str| on.renderer.handbook.config.quoted(text);
    let title_of = |chapter: ChapterId| book.title(chapter, &on.renderer.handbook.config);
    let plain = |title: &str, text: String| Glimpse { title: quoted(title), kind: "", label: "", text: quoted(&text) };
    match shown {
        Shown::Chapter(chapter) => {
            let meta = book.meta(chapter);
            let text = meta.summary.clone().unwrap_or_else(|| opening(chapter, on));
            let kind = if meta.kind == Kind::Page { "" } else { meta.kind.name() };
            let label = if kind.is_empty() { "" } else { theme.ui(kind) };
            Glimpse { title: quoted(&title_of(chapter)), kind, label, text: quoted(&text) }
        }
        Shown::Term(chapter, number) => match terms(book, chapter).get(number) {
            Some(term) => {
                // The model's definition has the names that references are written with.
                let text = on.definitions().get(&chapter).and_then(|texts| texts.get(&term.id));
                let text = text.map_or_else(|| term.definition.clone(), |text| text.replace('\n', " "));
                Glimpse { title: quoted(&term.name), kind: "term", label: theme.ui("term"), text: quoted(&text) }
            }
            None => plain("", String::new()),
        },
        Shown::Level(chapter, number) => {
            let meta = book.meta(chapter);
            let Some(heading) = levels(book, chapter).get(number) else { return plain("", String::new()) };
            let (level, track) = (heading.level, heading.track.as_deref());
            let here = |statement: &&Statement| statement.level == level && statement.is_for(track);
            let text =
                first_lines(meta.facts.statements().iter().filter(here).map(|statement| statement.text.as_str()));
            let scope = Scope { track, family: meta.family.as_deref() };
            let name = on.renderer.handbook.config.level_at(level, scope).map_or("", |known| known.name.as_str());
            Glimpse { title: name.to_owned(), kind: "competency", label: &meta.title, text: quoted(&text) }
        }
        Shown::Decision(chapter, number) => match decisions(book, chapter).get(number) {
            Some(decision) => {
                let text = accountable(chapter, number, on);
                Glimpse {
                    title: quoted(&decision.title),
                    kind: "strategy",
                    label: theme.ui("decision"),
                    text: quoted(&text),
                }
            }
            None => plain("", String::new()),
        },
        Shown::Folder(node) => {
            let node = book.tree.node(node);
            let below = node.children.iter().take(NAMED).map(|child| book.tree.node(*child).title.as_str());
            plain(&node.title, below.collect::<Vec<_>>().join(", "))
        }
        Shown::Generated(page) => plain(theme.ui(page.title_key()), theme.ui(page.summary_key()).to_owned()),
    }
}

/// Returns the beginning of a chapter's first paragraph as plain text.
fn opening(chapter: ChapterId, on: &On<'_>) -> String {
    let text = markup::text(&on.renderer.first_paragraph(chapter, on.at));
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text };
    let cut = text[..end].rfind(' ').unwrap_or(end);
    format!("{}\u{2026}", text[..cut].trim_end_matches([',', ';', ':', '.']))
}

/// Returns who is accountable for a decision.
fn accountable(strategy: ChapterId, number: usize, on: &On<'_>) -> String {
    let decisions = &on.renderer.handbook.book.relations.decisions;
    let decision = decisions.iter().find(|made| made.strategy == strategy && made.number as usize == number);
    let parties = decision.iter().flat_map(|decision| &decision.parties);
    let names = on.renderer.view(on.at, |view| {
        let accountable = parties.filter(|(part, _)| *part == Part::Accountable);
        accountable.map(|(_, party)| view.party(*party).title).collect::<Vec<_>>().join(", ")
    });
    if names.is_empty() { names } else { format!("{}: {names}", on.renderer.theme.ui("accountable")) }
}

/// Returns the headings of a competency's levels.
fn levels(book: &Book, chapter: ChapterId) -> &[LevelHeading] {
    match &book.meta(chapter).facts {
        Facts::Competency(competency) => &competency.levels,
        _ => &[],
    }
}

/// Returns the decisions of a strategy.
fn decisions(book: &Book, chapter: ChapterId) -> &[Decision] {
    match &book.meta(chapter).facts {
        Facts::Strategy(strategy) => &strategy.decisions,
        _ => &[],
    }
}

/// Returns the terms of a glossary.
fn terms(book: &Book, chapter: ChapterId) -> &[Term] {
    match &book.meta(chapter).facts {
        Facts::Glossary(terms) => terms,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_with_many_statements_shows_the_first_ones() {
        assert_eq!(first_lines(["a", "b"].into_iter()), "a\nb");
        let line = "x".repeat(LONGEST_LEVEL / 2);
        assert_eq!(first_lines([line.as_str(), "b", &line, "c"].into_iter()), format!("{line}\nb\n…"));
    }

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
