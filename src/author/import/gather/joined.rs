//! Joins the two rows in which a table may name its levels: codes such as `E3` in one, names in the
//! other.
//!
//! Input: rows and their layout. Output: a header in which each column has one text.

use super::super::header::{Layout, Shape};
use super::super::words::{Column, is_job};
use super::{distinct, one_line};
use crate::text::path::fold;
use crate::text::spreadsheet::Row;

/// The maximum number of words of the name of a level.
const LONGEST_NAME: usize = 6;

/// Returns the header of a table, and the number of a row next to it whose names were joined with
/// it: levels may have a code in one row, such as `E3`, and a name in the next one or the one above.
pub fn joined(rows: &[Row], layout: &Layout) -> (Row, Option<usize>) {
    let header = &rows[layout.row];
    let Shape::Grid { across: Column::Level, columns, .. } = &layout.shape else { return (header.clone(), None) };
    let is_filled = |n: &usize| !rows[*n].is_empty();
    let below = (layout.row + 1..rows.len()).find(is_filled);
    let above = (0..layout.row).rev().find(is_filled);
    let are_codes = columns.iter().all(|n| is_code(&header.cells[*n].text));
    for n in [below, above].into_iter().flatten().filter(|_| are_codes) {
        if are_names(&rows[n], columns) {
            let mut header = header.clone();
            for column in columns {
                let name = one_line(&rows[n].cells[*column].text);
                let cell = &mut header.cells[*column];
                cell.text = format!("{}: {name}", one_line(&cell.text));
            }
            return (header, Some(n));
        }
    }
    (header.clone(), None)
}

/// Returns whether a text is a code for a level, such as `E3` or `3`.
fn is_code(text: &str) -> bool {
    text.chars().count() <= 4 && text.ends_with(|c: char| c.is_ascii_digit())
}

/// Returns whether a row has nothing but a name for each column.
fn are_names(row: &Row, columns: &[usize]) -> bool {
    let has_others = (0..row.cells.len()).any(|n| !columns.contains(&n) && row.cell(n).is_some());
    let texts: Vec<String> =
        columns.iter().filter_map(|n| row.cell(*n)).map(|cell| fold(&one_line(&cell.text))).collect();
    let is_name = |text: &String| text.split(' ').count() <= LONGEST_NAME && !text.ends_with('.');
    !has_others && texts.len() == columns.len() && texts.iter().all(is_name) && distinct(&texts).len() == texts.len()
}

/// Returns whether most levels of a header are titles of jobs.
pub fn are_titles(header: &Row, layout: &Layout) -> bool {
    let Shape::Grid { columns, .. } = &layout.shape else { return false };
    columns.iter().filter(|n| is_job(&header.cells[**n].text)).count() * 2 > columns.len()
}
