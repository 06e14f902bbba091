//! The matrix of roles and competencies: the whole, its parts, and the whole as a workbook and as CSV.
//!
//! Input: what roles expect. Output: a page for the matrix, one for each track and each cluster,
//! and files for spreadsheets.

use std::borrow::Cow;

use super::{Rendered, Route, Shown, Table, media_type};
use crate::model::book::{Generated, generated_url};
use crate::site::render::{Made, workbook};
use crate::site::view::matrix::{self, Matrix, Which};
use crate::site::view::sheets;
use crate::text::path::UrlPath;

/// The URL of the matrix for spreadsheets.
const CSV: &str = "matrix.csv";
/// The URL of the workbook with the matrix and all statements.
const WORKBOOK: &str = "matrix.xlsx";

/// Adds the pages and the file.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let relations = &table.book.relations;
    if !relations.roles.is_empty() || !relations.competencies.is_empty() {
        lay_out_workbook(table);
    }
    if !Generated::Matrix.exists(table.book) {
        return;
    }
    table.named(Generated::Matrix, "matrix.html", |_, view| {
        let csv_url = Some(view.url(&UrlPath::new(CSV)));
        let workbook_url = Some(view.url(&UrlPath::new(WORKBOOK)));
        Matrix { csv_url, workbook_url, parts: matrix::part_links(view), ..matrix::matrix(&Which::default(), view) }
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

/// Adds the workbook, which has the statements even if no role expects them.
fn lay_out_workbook(table: &mut Table<'_>) {
    table.add(
        UrlPath::new(WORKBOOK),
        Route::new(|on| {
            // The workbook is used away from the site, where only absolute URLs work.
            let config = &on.renderer.handbook.config;
            let root = config.base_url.as_deref();
            let sheets = on.renderer.view_from(root, on.at, |view| sheets::sheets(view, root.is_some()));
            let bytes = Cow::Owned(workbook::workbook(&config.title, &sheets)?);
            Ok(Rendered { bytes, media: media_type(WORKBOOK), policy: None })
        }),
    );
}
