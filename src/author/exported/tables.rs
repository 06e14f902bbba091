//! Writes a database that was exported as CSV as a chapter with a table.
//!
//! Input: the bytes of the file, and the pages of its rows. Output: Markdown. Never decides what the table
//! is about.

use crate::text::quote;
use crate::text::spreadsheet::{self, Row};

/// Returns the rows of a CSV file, with commas between the cells.
pub fn rows(name: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    let Ok(file) = spreadsheet::open(name, bytes) else { return Vec::new() };
    let of_row = |row: &Row| row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<String>>();
    let readings = file.sheets.first().map(|sheet| &sheet.readings);
    let rows =
        readings.and_then(|readings| readings.iter().max_by_key(|rows| rows.first().map_or(0, |row| row.cells.len())));
    rows.map(|rows| rows.iter().filter(|row| !row.is_empty()).map(of_row).collect()).unwrap_or_default()
}

/// Returns a chapter with the table. `link` returns the page of a row by its first cell.
pub fn chapter(title: &str, rows: &[Vec<String>], link: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = format!("# {}\n", quote::markdown(title));
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    if width == 0 {
        return out;
    }
    out.push('\n');
    for (n, row) in rows.iter().enumerate() {
        let cells = (0..width).map(|column| {
            let text = row.get(column).map(String::as_str).unwrap_or_default();
            let lines: Vec<String> = text.lines().map(quote::markdown).collect();
            let cell = lines.join("<br>").replace('|', "\\|");
            let page = (n > 0 && column == 0).then(|| link(text)).flatten();
            page.map_or(cell.clone(), |page| format!("[{cell}]({page})"))
        });
        out.push_str(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
        if n == 0 {
            out.push_str(&format!("|{}\n", "---|".repeat(width)));
        }
    }
    out
}
