//! The page of roles by rank.
//!
//! Input: the roles. Output: one page.

use super::Table;
use crate::model::book::Generated;
use crate::site::view::ladder;

/// Adds the page.
pub(super) fn lay_out(table: &mut Table<'_>) {
    table.named(Generated::Ladder, "ladder.html", |_, view| ladder::ladder(None, view));
}
