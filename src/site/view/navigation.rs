//! Prepares the navigation around a page: the parts, the tools, the neighboring pages, and the way
//! up.
//!
//! Input: the tree and a node. Output: [`Part`] lists and links. Only a small book is listed
//! completely. In a larger one, only the page's own branch is open, and a long section is reduced
//! to a window around the page, so that the size of a page doesn't depend on the size of the book.

use std::ops::Range;

use serde::Serialize;

use super::{Link, Viewpoint, class_of};
use crate::model::book::{Book, Generated, NodeId, generated_url};
use crate::text::path::UrlPath;

/// A section with more entries than this is shown as a window.
const LONGEST: usize = 60;
/// How many entries a window shows on each side of the page.
const AROUND: usize = 20;
/// If a book has more entries below its parts than this, only the entries of the page's own part
/// are listed.
const SMALL: usize = 120;

/// A top-level part. Its entries are listed if the page is in it or the book is small.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Part {
    pub title: String,
    pub url: String,
    /// The kind of the first chapter in the part, which determines the part's color.
    pub kind: Option<&'static str>,
    pub here: bool,
    pub current: bool,
    pub children: Vec<Child>,
    pub more_before: usize,
    pub more_after: usize,
    pub more_url: Option<String>,
}

/// An entry below a part.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Child {
    pub title: String,
    pub url: String,
    pub here: bool,
    pub current: bool,
    pub children: Vec<Leaf>,
}

/// An entry below a [`Child`].
#[derive(Clone, Debug, Default, Serialize)]
pub struct Leaf {
    pub title: String,
    pub url: String,
    pub current: bool,
}

/// An entry for a generated page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tool {
    pub title: String,
    pub url: String,
    pub current: bool,
    /// Whether the page lies below this one.
    pub here: bool,
}

/// The navigation around a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Around {
    pub nav: Vec<Part>,
    /// The generated pages, such as the matrix. A page below one of them, such as the comparison of
    /// two roles, is part of the same tool.
    pub tools: Vec<Tool>,
    pub breadcrumbs: Vec<Link>,
    pub previous: Option<Link>,
    pub next: Option<Link>,
    /// The printable page of the part that the page is in.
    pub print_part: Option<Link>,
}

/// Returns the navigation around `node`, or around a page that isn't in the tree.
pub fn around(node: Option<NodeId>, view: &Viewpoint<'_>) -> Around {
    let tree = &view.book.tree;
    let above = node.map(|node| tree.above(node)).unwrap_or_default();
    // The nodes from the part down to the page, without the root.
    let way: Vec<NodeId> = above.iter().copied().chain(node).skip(1).collect();
    let (previous, next) = node.map_or((None, None), |node| tree.neighbours(node));
    Around {
        nav: parts(&way, node, view),
        tools: tools(view),
        breadcrumbs: match node {
            Some(_) => above.iter().map(|node| view.node(*node)).collect(),
            None => std::iter::once(view.node(NodeId(0))).chain(tool_above(view)).collect(),
        },
        previous: previous.map(|node| view.node(node)),
        next: next.map(|node| view.node(node)),
        print_part: way.first().and_then(|node| print_part(*node, view)),
    }
}

/// Lists the generated pages that the menu has. Tags are linked from chapters and from search. The
/// page of changes needs a history.
fn tools(view: &Viewpoint<'_>) -> Vec<Tool> {
    let is_shown = |page: &Generated| match page {
        Generated::Search | Generated::Tags => false,
        Generated::Changes => view.past.has_history(),
        _ => true,
    };
    let below = view.at.as_str().split_once('/').map(|(name, _)| name);
    let tool = |page: Generated| {
        let url = generated_url(page.name(), view.config.urls);
        let (current, here) = (url == *view.at, below == Some(page.name()));
        Tool { title: view.theme.ui(page.title_key()).to_owned(), current, here, url: view.url(&url) }
    };
    Generated::all(view.book).filter(is_shown).map(tool).collect()
}

/// Returns a link to the generated page that this page lies below, such as a part of the matrix.
fn tool_above(view: &Viewpoint<'_>) -> Option<Link> {
    let (name, _) = view.at.as_str().split_once('/').filter(|(_, rest)| !rest.is_empty())?;
    let page = Generated::from_name(name, view.book)?;
    let url = Some(view.url(&generated_url(name, view.config.urls)));
    Some(Link { title: view.theme.ui(page.title_key()).to_owned(), url, ..Link::default() })
}

/// Returns a link to the printable page of a part.
pub fn print_part(node: NodeId, view: &Viewpoint<'_>) -> Option<Link> {
    let url = print_part_url(view.book, node)?;
    Some(Link { title: view.book.tree.node(node).title.clone(), url: Some(view.url(&url)), ..Link::default() })
}

/// Returns the URL of the printable page of a part. Returns `None` for a part without chapters
/// below it.
pub fn print_part_url(book: &Book, node: NodeId) -> Option<UrlPath> {
    let this = book.tree.node(node);
    let name = this.url.as_str();
    let name = name.strip_suffix("index.html").or_else(|| name.strip_suffix(".html")).unwrap_or(name);
    let is_part = this.parent == Some(NodeId(0)) && !this.children.is_empty() && !name.is_empty();
    is_part.then(|| generated_url(&format!("print/{}", name.trim_end_matches('/')), book.urls_style))
}

fn parts(way: &[NodeId], current: Option<NodeId>, view: &Viewpoint<'_>) -> Vec<Part> {
    let all = &listed(&view.book.tree.root().children, way, view);
    let (range, before, after) = window(all, way.first().copied());
    let home = view.url(&view.book.tree.root().url);
    let more = |key: &str, n: usize| {
        let title = view.theme.ui(key).replace("{n}", &n.to_string());
        (n > 0).then(|| Part { title, url: home.clone(), ..Part::default() })
    };
    let below = |node: &NodeId| view.book.tree.node(*node).children.len();
    let is_small = all.len() <= LONGEST && all.iter().map(below).sum::<usize>() <= SMALL;
    let shown = all[range].iter().map(|node| part(*node, way, current, is_small, view));
    more("more-before", before).into_iter().chain(shown).chain(more("more-after", after)).collect()
}

fn part(node: NodeId, way: &[NodeId], current: Option<NodeId>, is_small: bool, view: &Viewpoint<'_>) -> Part {
    let tree = &view.book.tree;
    let this = tree.node(node);
    let here = way.first() == Some(&node);
    let first = this.children.first().and_then(|child| tree.node(*child).chapter);
    let mut part = Part {
        title: this.title.clone(),
        url: view.url(&this.url),
        kind: first.and_then(|chapter| class_of(view.meta(chapter).kind)),
        here,
        current: current == Some(node),
        ..Part::default()
    };
    let below = if here || is_small { listed(&this.children, way, view) } else { Vec::new() };
    if !below.is_empty() {
        let (range, before, after) = window(&below, way.get(1).copied().filter(|_| here));
        part.children = below[range].iter().map(|node| child(*node, way, current, view)).collect();
        part.more_before = before;
        part.more_after = after;
        part.more_url = (before + after > 0).then(|| view.url(&this.url));
    }
    part
}

fn child(node: NodeId, way: &[NodeId], current: Option<NodeId>, view: &Viewpoint<'_>) -> Child {
    let tree = &view.book.tree;
    let this = tree.node(node);
    let here = way.get(1) == Some(&node);
    let mut child = Child {
        title: this.title.clone(),
        url: view.url(&this.url),
        here,
        current: current == Some(node),
        children: Vec::new(),
    };
    if here {
        let below = listed(&this.children, way, view);
        let (range, _, _) = window(&below, way.get(2).copied());
        let leaf = |node: &NodeId| {
            let leaf = tree.node(*node);
            Leaf { title: leaf.title.clone(), url: view.url(&leaf.url), current: current == Some(*node) }
        };
        child.children = below[range].iter().map(leaf).collect();
    }
    child
}

/// Returns the nodes that the navigation lists: all but chapters that their author left out of it. The
/// page itself is always listed.
pub fn listed(nodes: &[NodeId], way: &[NodeId], view: &Viewpoint<'_>) -> Vec<NodeId> {
    let is_listed = |node: &&NodeId| {
        let this = view.book.tree.node(**node);
        let is_unlisted = this.chapter.is_some_and(|chapter| view.meta(chapter).unlisted);
        !is_unlisted || !this.children.is_empty() || way.contains(node)
    };
    nodes.iter().filter(is_listed).copied().collect()
}

/// Returns the range of entries to show, and how many are left out before and after it.
fn window(all: &[NodeId], around: Option<NodeId>) -> (Range<usize>, usize, usize) {
    if all.len() <= LONGEST {
        return (0..all.len(), 0, 0);
    }
    let at = around.and_then(|node| all.iter().position(|other| *other == node));
    let (from, to) = match at {
        Some(at) => (at.saturating_sub(AROUND), (at + AROUND + 1).min(all.len())),
        None => (0, AROUND * 2),
    };
    (from..to, from, all.len() - to)
}
