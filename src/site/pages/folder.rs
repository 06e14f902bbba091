//! The pages of folders that have no chapter of their own.
//!
//! Input: the tree. Output: a page for each such folder, which lists what is in it. The page of the
//! root is the home page.

use serde::Serialize;

use super::Table;
use crate::model::book::NodeId;
use crate::site::render::Made;
use crate::site::theme::Html;
use crate::site::view::children::{self, Children};
use crate::site::view::home::{self, Home};

/// The data for the folder template, and for the home template if the root has no chapter.
#[derive(Serialize)]
struct Special {
    folder: Children,
    home: Option<Home>,
}

/// Adds the pages.
pub(super) fn lay_out(table: &mut Table<'_>) {
    for node in table.book.tree.bare_folders() {
        table.page(table.book.tree.node(node).url.clone(), move |on| {
            let is_root = node == NodeId(0);
            let config = &on.renderer.handbook.config;
            let made = Made {
                template: if is_root { "home.html" } else { "folder.html" },
                kind: if is_root { "home" } else { "folder" },
                title: on.renderer.handbook.book.tree.node(node).title.clone(),
                summary: config.description.clone().filter(|_| is_root),
                node: Some(node),
            };
            on.made(made, |view| Special {
                folder: children::children(node, view),
                home: is_root.then(|| home::home(Html::new(""), view)),
            })
        });
    }
}
