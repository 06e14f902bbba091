//! The comparison of roles.
//!
//! Input: the roles, and the pairs that chapters compare. Output: a page that sets any two roles
//! side by side in the browser, the data files that it loads, and a page for each pair. With
//! `urls = "file"`, the data files are scripts, because pages in a folder can't fetch anything.

use super::{On, Shown, Table};
use crate::declare::config::UrlStyle;
use crate::model::book::{ChapterId, Generated};
use crate::site::render::Made;
use crate::site::view::data::Data;
use crate::site::view::{compare, comparison_url, picker};

/// Adds the pages and the data files.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let (book, config) = (table.book, table.config);
    if Generated::Compare.exists(book) {
        table.named(Generated::Compare, "picker.html", |_, view| picker::picker(view));
        for role in picker::compared(book) {
            table.text(picker::role_url(role, book, config.urls), move |on| role_data(role, on));
        }
        if config.urls == UrlStyle::File {
            table.text(picker::data_url("competencies", config.urls), |on| {
                picker::as_script("competencies", &on.view(|view| Data::Competencies.render(view)))
            });
        }
    }
    for (a, b) in book.relations.pairs.iter().copied() {
        table.page(comparison_url(book, config, (a, b)), move |on| {
            let title = |chapter: ChapterId| &on.renderer.handbook.book.meta(chapter).title;
            let title = format!("{} / {}", title(a), title(b));
            let made = Made { template: "compare.html", kind: "compare", title, summary: None, node: None };
            on.made(made, |view| Shown { view: compare::compare(a, b, view) })
        });
    }
}

fn role_data(role: ChapterId, on: &On<'_>) -> String {
    let json = on.view(|view| picker::role_json(role, view)).unwrap_or_default();
    match on.renderer.handbook.config.urls {
        UrlStyle::Pretty => json,
        UrlStyle::File => picker::as_script(&picker::role_name(role, &on.renderer.handbook.book), &json),
    }
}
