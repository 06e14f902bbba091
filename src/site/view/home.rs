//! Prepares the home page, which asks readers what they are and what they want.
//!
//! Input: a viewpoint. Output: [`Home`], and the [`Letter`]s of a glossary.

use serde::Serialize;

use super::track::{Track, by_track};
use super::{Link, Viewpoint, assess, compare, path, role};
use crate::chapter::document::Facts;
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated, NodeId, role_of};
use crate::site::theme::Html;

/// The data for the home template.
#[derive(Debug, Serialize)]
pub struct Home {
    /// The chapter's own title, if its text begins with one.
    pub opening: Html,
    /// The roles that a reader may have, by track. Empty if the handbook has none.
    pub tracks: Vec<Track<Choice>>,
    /// The path for readers who are new.
    pub start: Option<Way>,
    /// The parts of the handbook: only a few if there are roles to begin with.
    pub doors: Vec<Shelf>,
}

/// A role, and where it leads a reader who wants something.
#[derive(Debug, Serialize)]
pub struct Choice {
    pub link: Link,
    /// What is expected of the role.
    pub see: Option<String>,
    /// The comparison with the role after it.
    pub next: Option<String>,
    /// Who decides what.
    pub decide: Option<String>,
    /// The self-assessment.
    pub prepare: Option<String>,
    /// The hiring kit.
    pub hire: Option<String>,
}

/// A reading path.
#[derive(Debug, Serialize)]
pub struct Way {
    pub link: Link,
    pub minutes: u32,
}

/// A part of the handbook.
#[derive(Debug, Serialize)]
pub struct Shelf {
    pub title: String,
    pub url: String,
    pub summary: Option<String>,
    pub kind: Option<&'static str>,
}

/// The maximum number of parts on the home page of a handbook without roles. A flat folder has one
/// for each chapter.
const SHELVES: usize = 60;
/// The maximum number of parts on the home page of a handbook with roles.
const DOORS: usize = 6;
/// The maximum number of roles to choose from.
const ROLES: usize = 60;

/// Returns the page's data. `opening` is the title that the chapter's own text begins with.
pub fn home(opening: Html, view: &Viewpoint<'_>) -> Home {
    let tracks = tracks(view);
    let mut doors = shelves(view);
    if !tracks.is_empty() {
        doors.sort_by_key(|part| !matches!(part.kind, Some("role" | "competency" | "strategy")));
        doors.truncate(DOORS);
    }
    let start = first_path(NodeId(0), view.book)
        .map(|(chapter, chapters)| Way { link: view.link(chapter), minutes: path::minutes(chapters, view) });
    Home { opening, tracks, start, doors }
}

/// Returns the first reading path at or below a node, in reading order.
fn first_path(node: NodeId, book: &Book) -> Option<(ChapterId, &[ChapterId])> {
    let this = book.tree.node(node);
    let own = this.chapter.and_then(|chapter| Some((chapter, book.relations.paths.get(&chapter)?.as_slice())));
    own.or_else(|| this.children.iter().find_map(|child| first_path(*child, book)))
}

/// Lists the roles by track, from the first step to the last.
fn tracks(view: &Viewpoint<'_>) -> Vec<Track<Choice>> {
    let is_held = |role: &ChapterId| role_of(view.book, *role).is_some_and(|facts| !facts.base);
    let held = view.book.relations.role_order.iter().copied().filter(is_held);
    by_track(held.take(ROLES), view, |role| choice(role, view))
}

fn choice(role: ChapterId, view: &Viewpoint<'_>) -> Choice {
    let related = view.book.relations.roles.get(&role);
    let next = related.and_then(|related| related.grows_into.iter().find_map(|to| view.comparison(role, *to)));
    let decides = !compare::accountable_for(role, view).is_empty();
    let prepare = assess::url(role, view);
    Choice {
        link: view.link(role),
        see: Some(if prepare.is_some() {
            view.anchor(role, "role-competencies")
        } else {
            view.url(view.book.url(role))
        }),
        next,
        decide: if decides { Some(view.anchor(role, "role-decisions")) } else { view.generated(Generated::Decisions) },
        prepare,
        hire: role::is_hired(role, view.book).then(|| view.url(&role::hiring_url(role, view.book, view.config.urls))),
    }
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
        }
    };
    super::navigation::listed(&tree.root().children, &[], view).iter().take(SHELVES).map(shelf).collect()
}

/// Lists the kinds of the chapters at or below a node, without the index chapters of folders.
fn chapters_below(book: &Book, node: NodeId) -> Vec<Kind> {
    let this = book.tree.node(node);
    if this.children.is_empty() {
        return this.chapter.map(|chapter| book.meta(chapter).kind).into_iter().collect();
    }
    this.children.iter().flat_map(|child| chapters_below(book, *child)).collect()
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
