//! The model as data for other programs.
//!
//! Input: roles, competencies, strategies, decisions and terms. Output: a JSON file for each, and
//! every statement as CSV.

use super::Table;
use crate::site::view::data::{Data, statements_csv};
use crate::text::path::UrlPath;

/// Adds the files.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let relations = &table.book.relations;
    let has_competencies = !relations.competencies.is_empty();
    if has_competencies || !relations.roles.is_empty() {
        for data in Data::ALL {
            table.text(data.url(), move |on| on.view(|view| data.render(view)));
        }
    }
    if has_competencies {
        table.text(UrlPath::new("statements.csv"), |on| on.view(statements_csv));
    }
}
