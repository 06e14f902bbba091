//! The page of all templates, and the files that readers download.
//!
//! Input: the templates of the chapters that the audience may see. Output: a page that lists them,
//! and a Markdown file for each. The file is made from the chapter's own source, so the two can't
//! differ.

use super::Table;
use crate::model::book::Generated;
use crate::site::render::text_in;
use crate::site::view::templates::{self, template_url};

/// Adds the page and the files.
pub(super) fn lay_out(table: &mut Table<'_>) {
    table.named(Generated::Templates, "templates.html", |_, view| templates::templates(view));
    for chapter in table.book.ids() {
        for template in &table.book.meta(chapter).templates {
            let Some(url) = template_url(chapter, template, table.book) else { continue };
            let template = template.clone();
            table.text_as(url, "text/markdown; charset=utf-8", move |on| {
                text_in(&on.renderer.handbook.documents[chapter.index()], &template).unwrap_or_default()
            });
        }
    }
}
