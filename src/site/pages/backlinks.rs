//! The pages that list every chapter that links to a chapter.
//!
//! Input: chapters with more backlinks than their own page lists. Output: a page for each.

use serde::Serialize;

use super::Table;
use crate::site::render::Made;
use crate::site::view::Link;
use crate::site::view::page::{BACKLINKS, backlinks_address};

#[derive(Serialize)]
struct Special {
    target: Link,
    items: Vec<Link>,
}

/// Adds the pages.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let (handbook, book) = (table.handbook, table.book);
    for chapter in book.ids().filter(|chapter| handbook.backlinks(*chapter).len() > BACKLINKS) {
        table.unlisted(backlinks_address(book.meta(chapter), table.config), move |on| {
            let title = on.ui("backlinks");
            let made = Made { template: "backlinks.html", kind: "backlinks", title, summary: None, node: None };
            on.made(made, |view| Special {
                target: view.link(chapter),
                items: view.links(view.handbook.backlinks(chapter)),
            })
        });
    }
}
