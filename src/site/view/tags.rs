//! Prepares the pages of tags.
//!
//! Input: a viewpoint and a tag. Output: [`Tagged`], the chapters with the tag by kind, or
//! [`Topics`], the list of all tags. Pages have a limited length: the chapters of a tag that many
//! chapters have are divided among several pages.

use serde::Serialize;

use super::children::Item;
use super::{Link, Viewpoint};
use crate::declare::config::UrlStyle;
use crate::model::book::{Book, ChapterId, Tag, generated_url};
use crate::text::path::UrlPath;

/// The maximum number of chapters on one page.
const CHAPTERS: usize = 100;
/// The maximum number of tags in the list of all tags.
const TAGS: usize = 500;

/// One page of the chapters with a tag.
#[derive(Debug, Serialize)]
pub struct Tagged {
    pub groups: Vec<Group>,
    /// The pages that this tag's chapters are divided among; empty if there is only one. The current
    /// page has no URL.
    pub pages: Vec<Link>,
}

/// Chapters of one kind.
#[derive(Debug, Serialize)]
pub struct Group {
    pub kind: &'static str,
    pub items: Vec<Item>,
}

/// The list of all tags.
#[derive(Debug, Serialize)]
pub struct Topics {
    pub items: Vec<Topic>,
    /// Whether the list has only the tags that most chapters have.
    pub is_cut: bool,
}

/// A tag in the list.
#[derive(Debug, Serialize)]
pub struct Topic {
    pub title: String,
    pub url: String,
    /// The number of its chapters.
    pub chapters: usize,
}

/// Returns the number of pages of a tag.
pub fn pages(tag: &Tag) -> usize {
    tag.chapters.len().div_ceil(CHAPTERS)
}

/// Returns the URL of a page of a tag. Pages are counted from 0.
pub fn url(tag: &Tag, page: usize, style: UrlStyle) -> UrlPath {
    match page {
        0 => generated_url(&format!("tags/{}", tag.slug), style),
        _ => generated_url(&format!("tags/{}/{}", tag.slug, page + 1), style),
    }
}

/// Returns a link to the page of a tag.
pub fn link(name: &str, view: &Viewpoint<'_>) -> Option<Link> {
    let tag = view.book.tags.get(name)?;
    Some(Link { title: name.to_owned(), url: Some(view.url(&url(tag, 0, view.config.urls))), ..Link::default() })
}

/// Lists the chapters on one page of a tag, by kind and then in the order of the handbook.
pub fn tagged(tag: &Tag, page: usize, view: &Viewpoint<'_>) -> Tagged {
    let chapters = sorted(tag, view.book);
    let mine = chapters.iter().skip(page * CHAPTERS).take(CHAPTERS);
    let mut groups: Vec<Group> = Vec::new();
    for chapter in mine {
        let meta = view.meta(*chapter);
        let link = view.link(*chapter);
        let item = Item { title: link.title, url: link.url, kind: link.kind, summary: meta.summary.clone() };
        match groups.last_mut() {
            Some(group) if group.kind == meta.kind.name() => group.items.push(item),
            _ => groups.push(Group { kind: meta.kind.name(), items: vec![item] }),
        }
    }
    let all = (0..pages(tag)).map(|n| Link {
        title: (n + 1).to_string(),
        url: (n != page).then(|| view.url(&url(tag, n, view.config.urls))),
        ..Link::default()
    });
    Tagged { groups, pages: if pages(tag) > 1 { all.collect() } else { Vec::new() } }
}

fn sorted(tag: &Tag, book: &Book) -> Vec<ChapterId> {
    let mut chapters = tag.chapters.clone();
    chapters.sort_by_key(|chapter| (book.meta(*chapter).kind as usize, book.tree.of_chapter[chapter.index()]));
    chapters
}

/// Lists all tags, each with the number of its chapters.
pub fn topics(view: &Viewpoint<'_>) -> Topics {
    let mut tags: Vec<&Tag> = view.book.tags.iter().collect();
    let is_cut = tags.len() > TAGS;
    if is_cut {
        tags.sort_by_key(|tag| std::cmp::Reverse(tag.chapters.len()));
        tags.truncate(TAGS);
        tags.sort_by_key(|tag| tag.name.to_lowercase());
    }
    let item = |tag: &&Tag| Topic {
        title: tag.name.clone(),
        url: view.url(&url(tag, 0, view.config.urls)),
        chapters: tag.chapters.len(),
    };
    Topics { items: tags.iter().map(item).collect(), is_cut }
}
