//! The pages on which readers assess themselves against a role, and the desk on which two people
//! compare their assessments.
//!
//! Input: what roles expect. Output: a page that lists the roles, one for each role, readable
//! without JavaScript, and the desk with its data. Never sees an answer: answers stay in the reader's
//! browser.

use super::{Shown, Table};
use crate::model::book::Generated;
use crate::site::render::Made;
use crate::site::view::{assess, desk};

/// Adds the pages.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let book = table.book;
    table.named(Generated::Assess, "assess-index.html", |_, view| assess::index(view));
    for role in book.relations.roles.iter().filter(|(_, view)| !view.expectations.is_empty()).map(|(role, _)| *role) {
        table.page(assess::address(role, book, table.config), move |on| {
            let made = Made {
                template: "assess.html",
                kind: "assess",
                title: on.ui("assess-title").replace("{role}", &on.renderer.handbook.book.meta(role).title),
                summary: Some(on.ui("assess-lede")),
                node: None,
            };
            on.made(made, |view| Shown { view: assess::assess(role, view) })
        });
    }
    if !Generated::Assess.has_content(&book.index) {
        return;
    }
    table.page(assess::desk_address(book, table.config), |on| {
        let (title, summary) = (on.ui("desk"), Some(on.ui("desk-lede")));
        on.made(Made { template: "desk.html", kind: "assess", title, summary, node: None }, |view| Shown {
            view: desk::desk(view),
        })
    });
    table.text(desk::data_url(), |on| on.view(desk::script));
}
