//! The chapters' pages.
//!
//! Input: every chapter that the audience may see. Output: a page for each. Never lists a retired
//! chapter for search engines.

use super::{Route, Table};
use crate::declare::kind::Status;

/// Adds the pages.
pub(super) fn lay_out(table: &mut Table<'_>) {
    for chapter in table.book.ids() {
        let page = Route::page(move |on| on.renderer.chapter(chapter, on.at));
        let is_listed = table.book.meta(chapter).status != Status::Retired;
        table.add(table.book.url(chapter).clone(), Route { chapter: Some(chapter), is_listed, ..page });
    }
}
