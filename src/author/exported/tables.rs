//! Writes a database that was exported as CSV as a chapter with a table, or with a list if most of the
//! table would be empty.
//!
//! Input: the bytes of the file, and the pages of its rows. Output: Markdown. Never decides what the table
//! is about.

use crate::text::quote;
use crate::text::spreadsheet::{self, Row};

/// The maximum number of empty cells that are added to a table so that its rows have the same width.
const MOST_ADDED: usize = 100_000;

/// The words for tables that become lists.
pub const RAGGED: &str = "large tables whose rows differ in width";

/// Returns whether too many empty cells would have to be added to a table. One long row among many
/// short ones takes gigabytes.
pub fn is_ragged(width: usize, rows: &[Vec<String>]) -> bool {
    rows.iter().map(|row| width - row.len()).sum::<usize>() > MOST_ADDED
}

/// Returns rows of Markdown as a list.
pub fn list(rows: &[Vec<String>]) -> String {
    let mut out = String::new();
    for row in rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        if !cells.is_empty() {
            out.push_str(&format!("- {}\n", cells.join("; ")));
        }
    }
    out
}

/// Returns the rows of a CSV file, with commas between the cells.
pub fn rows(name: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    let Ok(file) = spreadsheet::open(name, bytes) else { return Vec::new() };
    let of_row = |row: &Row| row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<String>>();
    let readings = file.sheets.first().map(|sheet| &sheet.readings);
    let rows =
        readings.and_then(|readings| readings.iter().max_by_key(|rows| rows.first().map_or(0, |row| row.cells.len())));
    rows.map(|rows| rows.iter().filter(|row| !row.is_empty()).map(of_row).collect()).unwrap_or_default()
}

/// Returns a chapter with the table, and whether it is a list instead. `link` returns the page of a row by
/// its first cell.
pub fn chapter(title: &str, rows: &[Vec<String>], link: &dyn Fn(&str) -> Option<String>) -> (String, bool) {
    let mut out = format!("# {}\n", quote::markdown(title));
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    if width == 0 {
        return (out, false);
    }
    out.push('\n');
    let is_list = is_ragged(width, rows);
    for (n, row) in rows.iter().enumerate() {
        let cells = row.iter().enumerate().map(|(column, text)| {
            let lines: Vec<String> = text.lines().map(quote::markdown).collect();
            let cell = lines.join("<br>").replace('|', "\\|");
            let page = (n > 0 && column == 0).then(|| link(text)).flatten();
            page.map_or(cell.clone(), |page| format!("[{cell}]({page})"))
        });
        let mut cells: Vec<String> = cells.collect();
        if is_list {
            out.push_str(&list(&[cells]));
            continue;
        }
        cells.resize(width, String::new());
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
        if n == 0 {
            out.push_str(&format!("|{}\n", "---|".repeat(width)));
        }
    }
    (out, is_list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_with_one_very_wide_row_becomes_a_list() {
        let mut rows = vec![vec!["x".to_owned(); 2000]];
        rows.extend(vec![vec!["y".to_owned()]; 8000]);
        let (text, is_list) = chapter("T", &rows, &|_| None);
        assert!(is_list && text.starts_with("# T\n\n- x; x;") && text.ends_with("- y\n- y\n"));
        assert!(text.len() < 100_000, "{}", text.len());
        rows.truncate(2);
        assert!(!chapter("T", &rows, &|_| None).1);
    }
}
