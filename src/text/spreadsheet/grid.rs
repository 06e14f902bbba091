//! Collects the cells of a worksheet by their positions, and turns them into rows.
//!
//! Input: cells, merged areas, and what is hidden. Output: a [`Sheet`] whose text has one line per
//! row of the worksheet, so that findings show the row and its number. Fills merged areas. Never
//! holds more cells than [`MOST_CELLS`], however many a file claims to have.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Cell, Fault, Row, Sheet};
use crate::text::diagnostic::Span;

/// The maximum number of filled cells in a worksheet.
pub const MOST_CELLS: usize = 200_000;
/// The maximum number of rows and of columns.
const MOST_ROWS: u32 = 100_000;
const MOST_COLUMNS: u32 = 1_000;
/// What separates cells in a line of a sheet's text.
const BETWEEN: &str = " | ";

/// The position of a cell: its row and its column, counted from 0.
pub type At = (u32, u32);

/// The cells of one worksheet.
#[derive(Debug, Default)]
pub struct Grid {
    cells: BTreeMap<At, String>,
    merged: Vec<(At, At)>,
    hidden_rows: BTreeSet<u32>,
    hidden_columns: Vec<Range<u32>>,
    remarks: Vec<(At, String)>,
}

/// Returns the name of a cell, such as `C4`.
pub fn name_of((row, column): At) -> String {
    let mut letters = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    format!("{letters}{}", row + 1)
}

impl Grid {
    /// Adds a cell.
    ///
    /// # Errors
    /// Fails if the sheet becomes too large.
    pub fn put(&mut self, at: At, text: &str) -> Result<(), Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if at.0 >= MOST_ROWS || at.1 >= MOST_COLUMNS || self.cells.len() >= MOST_CELLS {
            let message = format!("this sheet is too large: it has something in cell {}", name_of(at));
            let help = format!("import reads up to {MOST_CELLS} cells in {MOST_ROWS} rows and {MOST_COLUMNS} columns");
            return Err(Fault::new(message, help));
        }
        self.cells.insert(at, text.replace("\r\n", "\n").replace('\r', "\n"));
        Ok(())
    }

    /// Adds a merged area, by its first and its last cell.
    pub fn merge(&mut self, first: At, last: At) {
        self.merged.push((first, last));
    }

    /// Marks a row as hidden.
    pub fn hide_row(&mut self, row: u32) {
        if row < MOST_ROWS {
            self.hidden_rows.insert(row);
        }
    }

    /// Marks columns as hidden.
    pub fn hide_columns(&mut self, columns: Range<u32>) {
        self.hidden_columns.push(columns);
    }

    /// Says that something at a cell isn't read.
    pub fn remark(&mut self, at: At, message: String) {
        self.remarks.push((at, message));
    }

    fn is_hidden(&self, (row, column): At) -> bool {
        self.hidden_rows.contains(&row) || self.hidden_columns.iter().any(|range| range.contains(&column))
    }

    /// Returns the rows of the sheet.
    ///
    /// # Errors
    /// Fails if the merged cells make the sheet too large.
    pub fn sheet(mut self, name: String, is_hidden: bool) -> Result<Sheet, Fault> {
        self.report_hidden();
        let shown: Vec<At> = self.cells.keys().copied().filter(|at| !self.is_hidden(*at)).collect();
        let mut sheet = Sheet { name, is_hidden, ..Sheet::default() };
        let mut spans: BTreeMap<At, Span> = BTreeMap::new();
        let rows = shown.last().map_or(0, |at| at.0 + 1);
        let mut next = shown.iter().peekable();
        for row in 0..rows {
            let mut is_first = true;
            while let Some(at) = next.next_if(|at| at.0 == row) {
                sheet.text.push_str(if is_first { "" } else { BETWEEN });
                is_first = false;
                let start = sheet.text.len();
                sheet.text.push_str(&self.cells[at].split('\n').collect::<Vec<_>>().join(" / "));
                let span = Span::new(start, sheet.text.len());
                spans.insert(*at, span);
                sheet.places.push((span.start, name_of(*at)));
            }
            sheet.text.push('\n');
        }
        let filled = self.filled(&shown, &spans)?;
        let lines: Vec<usize> =
            std::iter::once(0).chain(sheet.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let columns = filled.keys().map(|at| at.1 + 1).max().unwrap_or(0);
        let line = |row: u32| lines.get(row as usize).copied().unwrap_or(sheet.text.len());
        let mut list = Vec::new();
        for row in 0..rows {
            let here = filled.range((row, 0)..=(row, u32::MAX));
            let width = here.clone().next_back().map_or(1, |((_, column), _)| column + 1).min(columns.max(1));
            let empty = Cell { text: String::new(), span: Span::new(line(row), line(row)) };
            let mut cells = vec![empty; width as usize];
            for ((_, column), cell) in here {
                cells[*column as usize] = cell.clone();
            }
            list.push(Row { cells });
        }
        sheet.remarks = self
            .remarks
            .iter()
            .map(|(at, message)| {
                let span = spans.get(at).copied().unwrap_or_else(|| Span::new(line(at.0), line(at.0)));
                (span, message.clone())
            })
            .collect();
        sheet.readings = vec![list];
        Ok(sheet)
    }

    /// Returns the cells that are shown, and the text of merged areas in each of their cells.
    ///
    /// An area that begins in the first column is a title or the name of a group, so its text isn't
    /// repeated to the right.
    fn filled(&self, shown: &[At], spans: &BTreeMap<At, Span>) -> Result<BTreeMap<At, Cell>, Fault> {
        let cell = |at: &At| Cell { text: self.cells[at].clone(), span: spans[at] };
        let mut filled: BTreeMap<At, Cell> = shown.iter().map(|at| (*at, cell(at))).collect();
        let first = shown.iter().map(|at| at.1).min().unwrap_or(0);
        let last_row = shown.last().map_or(0, |at| at.0);
        for (from, to) in &self.merged {
            let Some(source) = filled.get(from).cloned() else { continue };
            let right = if from.1 <= first && to.1 > from.1 { from.1 } else { to.1.min(MOST_COLUMNS) };
            for row in from.0..=to.0.min(last_row) {
                for column in from.1..=right {
                    if filled.len() >= MOST_CELLS {
                        let message = format!("the merged cells at {} cover too much", name_of(*from));
                        return Err(Fault::new(message, "undo the merge, then import again"));
                    }
                    if !self.is_hidden((row, column)) {
                        filled.entry((row, column)).or_insert_with(|| source.clone());
                    }
                }
            }
        }
        Ok(filled)
    }

    /// Says which rows and columns with contents are hidden.
    fn report_hidden(&mut self) {
        let with_contents: BTreeSet<u32> =
            self.cells.keys().map(|at| at.0).filter(|row| self.hidden_rows.contains(row)).collect();
        let mut rows = with_contents.into_iter().peekable();
        while let Some(first) = rows.next() {
            let mut last = first;
            while let Some(row) = rows.next_if(|row| *row == last + 1) {
                last = row;
            }
            let message = match last - first {
                0 => format!("row {} is hidden, and was not used", first + 1),
                _ => format!("rows {} to {} are hidden, and were not used", first + 1, last + 1),
            };
            self.remarks.push(((first, 0), message));
        }
        let columns: BTreeSet<u32> = self.cells.keys().map(|at| at.1).collect();
        for column in columns.into_iter().filter(|n| self.hidden_columns.iter().any(|range| range.contains(n))) {
            let letters = name_of((0, column));
            let message = format!("column {} is hidden, and was not used", letters.trim_end_matches('1'));
            self.remarks.push(((0, column), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_cells_are_filled_and_hidden_rows_are_reported() {
        let mut grid = Grid::default();
        for (at, text) in [((0, 0), "Title"), ((1, 1), "both"), ((2, 0), "a\nb"), ((3, 1), "secret")] {
            grid.put(at, text).unwrap();
        }
        grid.merge((0, 0), (0, 2));
        grid.merge((1, 1), (2, 2));
        grid.hide_row(3);
        let sheet = grid.sheet("S".to_owned(), false).unwrap();
        let rows: Vec<Vec<&str>> =
            sheet.readings[0].iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(rows, [vec!["Title"], vec!["", "both", "both"], vec!["a\nb", "both", "both"]]);
        assert_eq!(sheet.text, "Title\nboth\na / b\n");
        assert_eq!(sheet.remarks[0].1, "row 4 is hidden, and was not used");
        assert_eq!(sheet.place(Span::new(6, 10)), Some("B2"));
    }

    #[test]
    fn cells_have_the_names_that_spreadsheets_show() {
        let names: Vec<String> = [(0, 0), (3, 25), (9, 26), (0, 701), (0, 702)].into_iter().map(name_of).collect();
        assert_eq!(names, ["A1", "Z4", "AA10", "ZZ1", "AAA1"]);
    }

    #[test]
    fn a_sheet_that_claims_to_be_huge_is_refused() {
        let mut grid = Grid::default();
        assert!(grid.put((1_048_575, 0), "x").is_err() && grid.put((0, 16_383), "x").is_err());
        grid.put((0, 0), "x").unwrap();
        grid.put((99_999, 1), "y").unwrap();
        grid.put((1, 1), "z").unwrap();
        grid.merge((1, 1), (1_048_575, 16_383));
        assert!(grid.sheet(String::new(), false).is_err());
    }
}
