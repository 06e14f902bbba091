//! The page to search on.
//!
//! Output: one page. The index that it reads is made by `site/search`.

use super::{Nothing, Table};
use crate::model::book::{Generated, generated_url};

/// Adds the page. Search engines have no use for it.
pub(super) fn lay_out(table: &mut Table<'_>) {
    table.named_with(Generated::Search, "search.html", |_, _| Nothing);
    if let Some(route) = table.routes.get_mut(&generated_url(Generated::Search.name(), table.config.urls)) {
        route.is_listed = false;
    }
}
