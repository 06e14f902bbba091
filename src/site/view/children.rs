//! Prepares the lists of child pages.
//!
//! Input: a node and a viewpoint. Output: [`Children`].

use serde::Serialize;

use super::Viewpoint;
use super::navigation::listed;
use crate::model::book::NodeId;

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

/// Lists the children of a node, without chapters that their author left out of the navigation.
pub fn children(node: NodeId, view: &Viewpoint<'_>) -> Children {
    let item = |child: &NodeId| {
        let link = view.node(*child);
        let summary = view.book.tree.node(*child).chapter.and_then(|chapter| view.meta(chapter).summary.clone());
        Item { title: link.title, url: link.url, kind: link.kind, summary }
    };
    let listed = listed(&view.book.tree.node(node).children, &[], view);
    Children { items: listed.iter().map(item).collect() }
}
