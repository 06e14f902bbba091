//! The page about the health of the handbook.
//!
//! Input: the book and its findings. Output: one page, if the configuration asks for it.

use serde::Serialize;

use super::Table;
use crate::model::book::Generated;
use crate::site::view::health::{self, HealthPage};

#[derive(Serialize)]
struct Special {
    health: HealthPage,
}

/// Adds the page.
pub(super) fn lay_out(table: &mut Table<'_>) {
    table.named_with(Generated::Health, "health.html", |on, view| {
        let handbook = &on.renderer.handbook;
        let (kept, unused) = (handbook.health(), on.renderer.unused_terms(view));
        Special { health: health::page(&kept, unused, &handbook.findings(false), view) }
    });
}
