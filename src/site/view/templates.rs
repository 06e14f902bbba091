//! Prepares the list of all blank templates.
//!
//! Input: a viewpoint. Output: [`Templates`], and the URL of a template's file. Never shows a
//! template of a chapter that the audience can't see.

use serde::Serialize;

use super::{Link, Viewpoint};
use crate::chapter::document::Template;
use crate::model::book::{Book, ChapterId, NodeId};
use crate::text::path::UrlPath;

/// The data for the page of all templates.
#[derive(Debug, Serialize)]
pub struct Templates {
    pub groups: Vec<Group>,
    /// The number of templates.
    pub n: usize,
}

/// The templates of one part of the handbook.
#[derive(Debug, Serialize)]
pub struct Group {
    pub title: String,
    pub anchor: String,
    pub items: Vec<Item>,
}

/// A template.
#[derive(Debug, Serialize)]
pub struct Item {
    pub title: String,
    /// The URL of the template on the page of its chapter.
    pub url: String,
    /// The URL of its file, if it has one.
    pub file: Option<String>,
    pub chapter: Link,
}

/// Returns the URL of a template's file, or `None` if a chapter's copy has that URL.
pub fn template_url(chapter: ChapterId, template: &Template, book: &Book) -> Option<UrlPath> {
    book.template_path(chapter, template).map(|path| UrlPath::new(path.as_str()))
}

/// Lists all templates in reading order, by part of the handbook.
pub fn templates(view: &Viewpoint<'_>) -> Templates {
    let tree = &view.book.tree;
    let mut groups: Vec<Group> = Vec::new();
    let mut add = |title: &str, items: Vec<Item>| {
        if !items.is_empty() {
            groups.push(Group { title: title.to_owned(), anchor: format!("part-{}", groups.len() + 1), items });
        }
    };
    let root = tree.root();
    add(&root.title, root.chapter.map(|chapter| of_chapter(chapter, view)).unwrap_or_default());
    for part in &root.children {
        let mut items = Vec::new();
        collect(*part, view, &mut items);
        add(&tree.node(*part).title, items);
    }
    let n = groups.iter().map(|group| group.items.len()).sum();
    Templates { groups, n }
}

/// Appends the templates of the chapters at or below a node.
fn collect(node: NodeId, view: &Viewpoint<'_>, items: &mut Vec<Item>) {
    let this = view.book.tree.node(node);
    items.extend(this.chapter.into_iter().flat_map(|chapter| of_chapter(chapter, view)));
    for child in &this.children {
        collect(*child, view, items);
    }
}

/// Returns the templates of a chapter.
fn of_chapter(chapter: ChapterId, view: &Viewpoint<'_>) -> Vec<Item> {
    let item = |template: &Template| Item {
        title: template.title.clone(),
        url: view.anchor(chapter, &template.anchor()),
        file: template_url(chapter, template, view.book).map(|url| view.url(&url)),
        chapter: view.link(chapter),
    };
    view.meta(chapter).templates.iter().map(item).collect()
}
