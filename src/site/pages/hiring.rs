//! The hiring kits.
//!
//! Input: the roles that people are hired for. Output: a page for each role, the same content as
//! Markdown, and the scorecard as a workbook.

mod kit;

use std::borrow::Cow;

use serde::Serialize;

use super::{Rendered, Route, Table, media_type};
use crate::site::render::{Made, workbook};
use crate::site::view::hiring::{self, Hiring};
use crate::site::view::{role, sheets};

#[derive(Serialize)]
struct Special {
    hiring: Option<Hiring>,
}

/// Adds the pages and the files.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let book = table.book;
    for role in hiring::hired(book) {
        table.page(role::hiring_url(role, book, table.config.urls), move |on| {
            let made = Made {
                template: "hiring.html",
                kind: "hiring",
                title: on.ui("hiring-of").replace("{role}", &on.renderer.handbook.book.meta(role).title),
                summary: Some(on.ui("hiring-means")),
                node: None,
            };
            on.made(made, |view| Special { hiring: hiring::hiring(role, view) })
        });
        table.text(hiring::markdown_url(role, book), move |on| {
            // The Markdown is used away from the site, where only absolute URLs work.
            let root = on.renderer.handbook.config.base_url.as_deref();
            let kit =
                on.renderer.view_from(root, on.at, |view| Some(kit::markdown_of(&hiring::hiring(role, view)?, view)));
            kit.unwrap_or_default()
        });
        table.add(
            hiring::workbook_url(role, book),
            Route::new(move |on| {
                let title = &on.renderer.handbook.config.title;
                let sheets = on.view(|view| Some(vec![sheets::scorecard(&hiring::hiring(role, view)?, view)]));
                let bytes = Cow::Owned(workbook::workbook(title, &sheets.unwrap_or_default())?);
                Ok(Rendered { bytes, media: media_type("a.xlsx"), policy: None })
            }),
        );
    }
}
