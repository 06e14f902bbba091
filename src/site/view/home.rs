//! Shapes the first page: the shelves, the views, the paths; and lists of the chapters below one.
//!
//! Input: a viewpoint. Output: [`Home`], [`Children`], and the [`Letter`]s of a glossary.

use serde::Serialize;

use super::{Link, Viewpoint, changes, ladder, path};
use crate::chapter::document::Facts;
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated, NodeId};
use crate::site::theme::Html;

/// What the home template sees.
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
    /// The drawn ladder, where it is small enough to be looked at.
    pub ladder: Option<Html>,
    /// Whether a shelf holds roles, competencies or strategies.
    pub has_kinds: bool,
    /// What changed lately; nothing where there is no history.
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

/// A role and what comes after it.
#[derive(Debug, Serialize)]
pub struct Step {
    pub from: Link,
    /// The roles that it leads to, each linked to the comparison of both.
    pub to: Vec<Link>,
}

/// A part of the handbook.
#[derive(Debug, Serialize)]
pub struct Shelf {
    pub title: String,
    pub url: String,
    pub summary: Option<String>,
    pub kind: Option<&'static str>,
    /// How many chapters lie in it.
    pub count: usize,
}

/// How many shelves the first page shows; a flat folder has one for each chapter.
const SHELVES: usize = 60;
/// The most roles that the first page draws a ladder of.
const DRAWN: usize = 30;
/// How many roles the first page shows the way from.
const STEPS: usize = 30;
/// How many comparisons the first page links to.
const PAIRS: usize = 12;
/// How many changed chapters it names.
const LATELY: usize = 5;

/// Makes the page's data.
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

/// Lists where each role leads: those that it grows into, those that it may move to, and those that `handbook.toml` sets beside it.
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
        // A shelf of one kind wears its colour; a mixed one is plain.
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

/// Lists the kinds of the chapters at and below a node, a folder's index left out.
fn chapters_below(book: &Book, node: NodeId) -> Vec<Kind> {
    let this = book.tree.node(node);
    if this.children.is_empty() {
        return this.chapter.map(|chapter| book.meta(chapter).kind).into_iter().collect();
    }
    this.children.iter().flat_map(|child| chapters_below(book, *child)).collect()
}

/// What the children view sees.
#[derive(Debug, Serialize)]
pub struct Children {
    pub items: Vec<Item>,
}

/// A chapter or folder below.
#[derive(Debug, Serialize)]
pub struct Item {
    pub title: String,
    pub url: Option<String>,
    pub kind: Option<&'static str>,
    pub summary: Option<String>,
}

/// Lists what lies below a node.
pub fn children(node: NodeId, view: &Viewpoint<'_>) -> Children {
    let item = |child: &NodeId| {
        let link = view.node(*child);
        let summary = view.book.tree.node(*child).chapter.and_then(|chapter| view.meta(chapter).summary.clone());
        Item { title: link.title, url: link.url, kind: link.kind, summary }
    };
    Children { items: view.book.tree.node(node).children.iter().map(item).collect() }
}

/// A letter that terms of a glossary begin with.
#[derive(Debug, Serialize)]
pub struct Letter {
    pub letter: String,
    /// The anchor of the first such term.
    pub id: String,
}

/// Lists the letters of a glossary in its order; nothing where its terms do not stand in the order of the alphabet.
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
