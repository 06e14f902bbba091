//! The pages of tags.
//!
//! Input: the tags of the chapters. Output: a page that lists all tags, and the pages of each tag,
//! which list its chapters.

use super::{Shown, Table};
use crate::model::book::Generated;
use crate::site::render::Made;
use crate::site::view::tags;

/// Adds the pages.
pub(super) fn lay_out(table: &mut Table<'_>) {
    table.named(Generated::Tags, "tags.html", |_, view| tags::topics(view));
    let book = table.book;
    for tag in book.tags.iter() {
        for page in 0..tags::pages(tag) {
            let name = tag.name.clone();
            table.page(tags::url(tag, page, table.config.urls), move |on| {
                let title = on.ui("tag-title").replace("{tag}", &name);
                let made = Made { template: "tag.html", kind: "tag", title, summary: None, node: None };
                on.made(made, |view| Shown { view: view.book.tags.get(&name).map(|tag| tags::tagged(tag, page, view)) })
            });
        }
    }
}
