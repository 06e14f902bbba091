//! Splits a table into rows and cells.
//!
//! Input: the Markdown of a table and its events. Output: a [`Table`] with one row for each line.
//! Never splits a table whose rows have more cells than its header, because pages don't show them.

use pulldown_cmark::{Event, Tag};
use serde::Serialize;

use super::Located;

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The lines: the header, the line of hyphens and colons, and the rows.
    pub rows: Vec<Row>,
    /// Whether the pipes of all rows are below each other.
    pub aligned: bool,
}

/// A row. Its Markdown is `open`, the cells with pipes between them, and `close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The indentation and the pipe at the beginning, if there is one.
    pub open: String,
    /// The cells.
    pub cells: Vec<Cell>,
    /// The pipe at the end and the spaces after it, if there is one.
    pub close: String,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The Markdown between two pipes, with its spaces.
    pub source: String,
    /// The text as an author writes it, in which a pipe isn't escaped.
    pub text: String,
}

impl Table {
    /// Returns the table as Markdown.
    pub fn write(&self) -> String {
        let row = |row: &Row| {
            let cells: Vec<&str> = row.cells.iter().map(|cell| &*cell.source).collect();
            format!("{}{}{}", row.open, cells.join("|"), row.close)
        };
        self.rows.iter().map(row).collect::<Vec<_>>().join("\n")
    }
}

/// Splits a table.
pub fn read(text: &str, events: &[Located<'_>]) -> Option<Table> {
    let rows: Vec<Row> = text.split('\n').map(row).collect();
    let mut parsed: Vec<Vec<&str>> = Vec::new();
    for (event, range) in events {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => parsed.push(Vec::new()),
            Event::Start(Tag::TableCell) => parsed.last_mut()?.push(text.get(range.clone())?.trim()),
            _ => {}
        }
    }
    let columns = rows.first()?.cells.len();
    let written = rows.iter().enumerate().filter(|(n, _)| *n != 1).map(|(_, row)| row);
    // Cells that a row leaves out are empty.
    let is_same = |(row, cells): (&Row, &Vec<&str>)| {
        row.cells.len() <= columns
            && cells.len() == columns
            && (0..columns).all(|n| row.cells.get(n).map_or("", |cell| cell.source.trim()) == cells[n])
    };
    let is_whole = parsed.len() + 1 == rows.len() && rows[1].cells.len() == columns;
    if !is_whole || !written.zip(&parsed).all(is_same) {
        return None;
    }
    let aligned = is_aligned(&rows);
    Some(Table { rows, aligned })
}

fn is_aligned(rows: &[Row]) -> bool {
    let shape = |row: &Row| -> Vec<usize> {
        let ends = [&row.open, &row.close].map(|end| end.chars().count());
        ends.into_iter().chain(row.cells.iter().map(|cell| cell.source.chars().count())).collect()
    };
    rows.iter().all(|row| shape(row) == shape(&rows[0]))
}

/// Splits a line at its pipes. A backslash makes a pipe text.
fn row(line: &str) -> Row {
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    let start = blank + usize::from(line[blank..].starts_with('|'));
    let trimmed = line.trim_end_matches([' ', '\t']);
    let is_closed = trimmed.len() > start && trimmed.ends_with('|') && !trimmed.ends_with("\\|");
    let end = if is_closed { trimmed.len() - 1 } else { line.len() };
    let content = &line[start..end];
    let mut cells = Vec::new();
    let mut from = 0;
    for (at, _) in content.match_indices('|').filter(|(at, _)| !content[..*at].ends_with('\\')) {
        cells.push(cell(&content[from..at]));
        from = at + 1;
    }
    cells.push(cell(&content[from..]));
    Row { open: line[..start].to_owned(), cells, close: line[end..].to_owned() }
}

fn cell(source: &str) -> Cell {
    Cell { source: source.to_owned(), text: source.trim().replace("\\|", "|") }
}
