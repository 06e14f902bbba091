//! The matrix of roles and competencies: the whole, its parts, and the whole as CSV.
//!
//! Input: what roles expect. Output: a page for the matrix, one for each track and each cluster,
//! and a file for spreadsheets.

use super::{Shown, Table};
use crate::model::book::{Generated, generated_url};
use crate::site::render::Made;
use crate::site::view::matrix::{self, Matrix, Which};
use crate::text::path::UrlPath;

/// The URL of the matrix for spreadsheets.
const CSV: &str = "matrix.csv";

/// Adds the pages and the file.
pub(super) fn lay_out(table: &mut Table<'_>) {
    if !Generated::Matrix.exists(table.book) {
        return;
    }
    table.named(Generated::Matrix, "matrix.html", |_, view| {
        let csv_url = Some(view.url(&UrlPath::new(CSV)));
        Matrix { csv_url, parts: matrix::part_links(view), ..matrix::matrix(&Which::default(), view) }
    });
    table.text(UrlPath::new(CSV), |on| on.view(matrix::csv));
    for (name, which) in matrix::parts(table.book) {
        let url = generated_url(&format!("matrix/{name}"), table.config.urls);
        table.page(url, move |on| {
            let shown = on.view(|view| Matrix { parts: matrix::part_links(view), ..matrix::matrix(&which, view) });
            let title = shown.caption.clone();
            let made = Made { template: "matrix.html", kind: "matrix", title, summary: None, node: None };
            on.made(made, |_| Shown { view: shown })
        });
    }
}
