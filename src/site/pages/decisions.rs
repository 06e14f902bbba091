//! The pages of who decides what.
//!
//! Input: the decisions of strategy chapters. Output: a page that groups them by strategy, one by
//! role and one by scope.

use super::{Shown, Table};
use crate::model::book::Generated;
use crate::site::render::Made;
use crate::site::view::decisions::{self, By};

/// Adds the pages.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let page = Generated::Decisions;
    if !page.exists(table.book) {
        return;
    }
    table.named(page, "decisions.html", |_, view| decisions::grouped(By::Strategy, view));
    for by in [By::Role, By::Scope] {
        table.page(by.url(table.config.urls), move |on| {
            let made = Made {
                template: "decisions.html",
                kind: "decisions",
                title: on.ui(&format!("decisions-by-{}", by.name())),
                summary: Some(on.ui(page.summary_key())),
                node: None,
            };
            on.made(made, |view| Shown { view: decisions::grouped(by, view) })
        });
    }
}
