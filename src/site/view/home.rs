//! Prepares the home page, with its shelves, views and paths, and the lists of child pages.
//!
//! Input: a viewpoint. Output: [`Home`], [`Children`], and the [`Letter`]s of a glossary.

use serde::Serialize;

use super::{Link, Viewpoint, changes, ladder, path};
use crate::chapter::document::Facts;
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated, NodeId};
use crate::site::theme::Html;

/// The data for the home template.
#[derive(Debug, Serialize)]
pub struct Home {
    pub parts: Vec<Shelf>,
    pub matrix_url: Option<String>,
    pub ladder_url: Option<String>,
    pub decisions_url: Option<String>,
    pub assess_url: Option<String>,
    pub roles: usize,
    pub competencies: usize,
    pub strategies: usize,
    pub health_url: Option<String>,
    pub compare_url: Option<String>,
    pub steps: Vec<Step>,
    pub compare: Vec<Link>,
    pub paths: Vec<WayLink>,
    /// The drawing of the ladder, if it is small enough to be readable.
    pub ladder: Option<Html>,
    /// Whether any shelf's kind is role, competency or strategy.
    pub has_kinds: bool,
    /// Recent changes. Empty if there is no history.
    pub changes: Vec<changes::Item>,
    pub changes_url: Option<String>,
}

/// A reading path.
#[derive(Debug, Default, Serialize)]
pub struct WayLink {
    #[serde(flatten)]
    pub link: Link,
    pub minutes: u32,
    #[serde(rename = "for")]
    pub audience: Option<String>,
}

/// A role and the roles that come after it.
#[derive(Debug, Serialize)]
pub struct Step {
    pub from: Link,
    /// The roles that this one leads to. Each link opens the comparison of the two roles.
    pub to: Vec<Link>,
}

/// A part of the handbook.
#[derive(Debug, Serialize)]
pub struct Shelf {
    pub title: String,
    pub url: String,
    pub summary: Option<String>,
    pub kind: Option<&'static str>,
    /// The number of chapters in the part.
    pub count: usize,
}

/// The maximum number of shelves on the home page. A flat folder has one for each chapter.
const SHELVES: usize = 60;
/// The maximum number of roles for which the home page draws a ladder.
const DRAWN: usize = 30;
/// The maximum number of roles whose next steps the home page shows.
const STEPS: usize = 30;
/// The maximum number of comparisons that the home page links to.
const PAIRS: usize = 12;
/// The maximum number of recent changes on the home page.
const LATELY: usize = 5;

/// Returns the page's data.
pub fn home(view: &Viewpoint<'_>) -> Home {
    let relations = &view.book.relations;
    let paths = relations.paths.iter().map(|(chapter, chapters)| {
        let minutes = path::minutes(chapters, view);
        let Facts::Path(facts) = &view.meta(*chapter).facts else { return WayLink::default() };
        WayLink { link: view.link(*chapter), minutes, audience: facts.audience.clone() }
    });
    let declared: Vec<(ChapterId, ChapterId)> = view
        .config
        .compare
        .iter()
        .filter_map(|pair| match pair.as_slice() {
            [(a, _), (b, _)] => Some((*view.book.names.find(a).first()?, *view.book.names.find(b).first()?)),
            _ => None,
        })
        .collect();
    let pairs = if declared.is_empty() { relations.pairs.iter().copied().collect() } else { declared };
    let compare = pairs.into_iter().take(PAIRS).filter_map(|(a, b)| {
        let title = format!("{} / {}", view.meta(a).title, view.meta(b).title);
        Some(Link { title, url: Some(view.comparison(a, b)?), kind: Some("role"), ..Link::default() })
    });
    let parts = shelves(view);
    let is_drawn = relations.roles.len() <= DRAWN && view.generated(Generated::Ladder).is_some();
    let lately = changes::lately(LATELY, view);
    Home {
        ladder: if is_drawn { ladder::ladder(None, view).svg } else { None },
        has_kinds: parts.iter().any(|part| matches!(part.kind, Some("role" | "competency" | "strategy"))),
        parts,
        matrix_url: view.generated(Generated::Matrix),
        ladder_url: view.generated(Generated::Ladder),
        decisions_url: view.generated(Generated::Decisions),
        assess_url: view.generated(Generated::Assess),
        health_url: view.generated(Generated::Health),
        compare_url: view.generated(Generated::Compare),
        steps: steps(view),
        roles: relations.roles.len(),
        competencies: relations.competencies.len(),
        strategies: relations.strategies.len(),
        compare: compare.collect(),
        paths: paths.collect(),
        changes_url: lately.more_url.filter(|_| lately.available),
        changes: lately.items,
    }
}

/// Lists the next steps of each role: the roles that it grows into, those that it may move to, and
/// those that `handbook.toml` compares it with.
fn steps(view: &Viewpoint<'_>) -> Vec<Step> {
    let relations = &view.book.relations;
    let step = |role: &ChapterId| {
        let related = relations.roles.get(role)?;
        let beside = relations.pairs.iter().filter(|(a, _)| a == role).map(|(_, b)| *b);
        let mut list: Vec<ChapterId> = Vec::new();
        for to in related.grows_into.iter().chain(&related.moves_to).copied().chain(beside) {
            if !list.contains(&to) {
                list.push(to);
            }
        }
        let to: Vec<Link> = list
            .into_iter()
            .filter_map(|to| Some(Link { url: Some(view.comparison(*role, to)?), ..view.link(to) }))
            .collect();
        (!to.is_empty()).then(|| Step { from: view.link(*role), to })
    };
    relations.role_order.iter().filter_map(step).take(STEPS).collect()
}

fn shelves(view: &Viewpoint<'_>) -> Vec<Shelf> {
    let tree = &view.book.tree;
    let shelf = |node: &NodeId| {
        let this = tree.node(*node);
        let below = chapters_below(view.book, *node);
        let kind = below.iter().map(|kind| super::class_of(*kind)).find(Option::is_some).flatten();
        // A shelf has the color of a kind if most of its chapters are of that kind.
        let same = below.iter().filter(|k| super::class_of(**k) == kind).count() * 2 > below.len();
        Shelf {
            title: this.title.clone(),
            url: view.url(&this.url),
            summary: this.chapter.and_then(|chapter| view.meta(chapter).summary.clone()),
            kind: kind.filter(|_| same),
            count: below.len(),
        }
    };
    tree.root().children.iter().take(SHELVES).map(shelf).collect()
}

/// Lists the kinds of the chapters at or below a node, without the index chapters of folders.
fn chapters_below(book: &Book, node: NodeId) -> Vec<Kind> {
    let this = book.tree.node(node);
    if this.children.is_empty() {
        return this.chapter.map(|chapter| book.meta(chapter).kind).into_iter().collect();
    }
    this.children.iter().flat_map(|child| chapters_below(book, *child)).collect()
}

/// The data for the children view.
#[derive(Debug, Serialize)]
pub struct Children {
    pub items: Vec<Item>,
}

/// A child page: a chapter or a folder.
#[derive(Debug, Serialize)]
pub struct Item {
    pub title: String,
    pub url: Option<String>,
    pub kind: Option<&'static str>,
    pub summary: Option<String>,
}

/// Lists the children of a node.
pub fn children(node: NodeId, view: &Viewpoint<'_>) -> Children {
    let item = |child: &NodeId| {
        let link = view.node(*child);
        let summary = view.book.tree.node(*child).chapter.and_then(|chapter| view.meta(chapter).summary.clone());
        Item { title: link.title, url: link.url, kind: link.kind, summary }
    };
    Children { items: view.book.tree.node(node).children.iter().map(item).collect() }
}

/// An initial letter of terms in a glossary.
#[derive(Debug, Serialize)]
pub struct Letter {
    pub letter: String,
    /// The anchor of the first such term.
    pub id: String,
}

/// Lists the initial letters of a glossary in order. Returns an empty list if terms with the same
/// initial are not next to each other.
pub fn letters(chapter: ChapterId, view: &Viewpoint<'_>) -> Vec<Letter> {
    let Facts::Glossary(terms) = &view.meta(chapter).facts else { return Vec::new() };
    let mut letters: Vec<Letter> = Vec::new();
    for term in terms {
        let Some(first) = term.name.chars().next() else { continue };
        let letter = first.to_uppercase().to_string();
        if letters.last().is_some_and(|last| last.letter == letter) {
            continue;
        }
        if letters.iter().any(|known| known.letter == letter) {
            return Vec::new();
        }
        letters.push(Letter { letter, id: term.id.clone() });
    }
    letters
}
