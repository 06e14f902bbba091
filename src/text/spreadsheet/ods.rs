//! Reads the worksheets of an `OpenDocument` spreadsheet (`.ods`).
//!
//! Input: the file's `content.xml`. Output: a [`Sheet`] for each worksheet. Reads the values that
//! formulas had when the file was saved. A row or cell that is said to be repeated counts as many
//! times as it is repeated, and a sheet that becomes too large is refused.

use std::collections::BTreeSet;

use super::grid::{Grid, name_of};
use super::{Fault, Sheet};
use crate::text::markup::{Tag, Token, behind, decode_references, next_token};

/// Reads all worksheets.
///
/// # Errors
/// Fails if a sheet is too large.
pub fn read(xml: &str) -> Result<Vec<Sheet>, Fault> {
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(token) = next_token(xml, at) {
        reader.text(&xml[at..token.range().start]);
        match &token {
            Token::Start(tag) => {
                reader.open(tag);
                if xml[..tag.range.end].ends_with("/>") {
                    reader.close(&tag.name)?;
                }
            }
            Token::End(tag) => reader.close(&tag.name)?,
            Token::Comment(..) => {}
        }
        at = behind(xml, &token);
    }
    Ok(reader.sheets)
}

/// A cell that is being read.
#[derive(Default)]
struct Open {
    text: String,
    value: String,
    repeated: u32,
    spanned: (u32, u32),
    paragraphs: usize,
    has_formula: bool,
}

#[derive(Default)]
struct Reader {
    sheets: Vec<Sheet>,
    /// The styles of tables that aren't displayed.
    undisplayed: BTreeSet<String>,
    style: String,
    sheet: Option<(String, bool, Grid)>,
    row: u32,
    column: u32,
    column_of_style: u32,
    /// The cells of the current row that have contents.
    cells: Vec<(u32, String)>,
    rows_repeated: u32,
    cell: Option<Open>,
    /// The number of open comments and paragraphs.
    comments: usize,
    paragraphs: usize,
}

impl Reader {
    fn open(&mut self, tag: &Tag<'_>) {
        let value = |name: &str| tag.get(name).map(|attribute| attribute.value.to_string());
        let number = |name: &str| value(name).and_then(|text| text.parse::<u32>().ok());
        match &*tag.name {
            "style:style" => self.style = value("style:name").unwrap_or_default(),
            "style:table-properties" if value("table:display").as_deref() == Some("false") => {
                self.undisplayed.insert(self.style.clone());
            }
            "table:table" if self.sheet.is_none() => {
                let is_hidden = value("table:style-name").is_some_and(|style| self.undisplayed.contains(&style));
                self.sheet = Some((value("table:name").unwrap_or_default(), is_hidden, Grid::default()));
                (self.row, self.column_of_style) = (0, 0);
            }
            "table:table-column" => {
                let (first, count) = (self.column_of_style, number("table:number-columns-repeated").unwrap_or(1));
                self.column_of_style = first.saturating_add(count);
                if let (Some((.., grid)), true) = (&mut self.sheet, is_hidden(value("table:visibility"))) {
                    grid.hide_columns(first..first.saturating_add(count));
                }
            }
            "table:table-row" => {
                self.column = 0;
                self.cells.clear();
                self.rows_repeated = number("table:number-rows-repeated").unwrap_or(1).max(1);
                if let (Some((.., grid)), true) = (&mut self.sheet, is_hidden(value("table:visibility"))) {
                    (0..self.rows_repeated.min(100_000)).for_each(|n| grid.hide_row(self.row.saturating_add(n)));
                }
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let written = ["office:date-value", "office:time-value", "office:boolean-value", "office:value"];
                let spans = (number("table:number-rows-spanned"), number("table:number-columns-spanned"));
                self.cell = Some(Open {
                    value: written.iter().find_map(|name| value(name)).unwrap_or_default(),
                    repeated: number("table:number-columns-repeated").unwrap_or(1).max(1),
                    spanned: (spans.0.unwrap_or(1).max(1), spans.1.unwrap_or(1).max(1)),
                    has_formula: value("table:formula").is_some(),
                    ..Open::default()
                });
            }
            "office:annotation" => {
                self.comments += 1;
                let at = (self.row, self.column);
                if let Some((.., grid)) = &mut self.sheet {
                    grid.remark(at, format!("cell {} has a comment, which import doesn't read", name_of(at)));
                }
            }
            "text:p" if self.comments == 0 => {
                self.paragraphs += 1;
                if let Some(cell) = &mut self.cell {
                    cell.text.push_str(if cell.paragraphs > 0 { "\n" } else { "" });
                    cell.paragraphs += 1;
                }
            }
            "text:line-break" => self.push("\n"),
            "text:tab" | "text:s" => self.push(" "),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Fault> {
        match name {
            "office:annotation" => self.comments = self.comments.saturating_sub(1),
            "text:p" if self.comments == 0 => self.paragraphs = self.paragraphs.saturating_sub(1),
            "table:table-cell" | "table:covered-table-cell" => self.end_cell()?,
            "table:table-row" => self.end_row()?,
            "table:table" => {
                if let Some((name, is_hidden, grid)) = self.sheet.take() {
                    self.sheets.push(grid.sheet(name, is_hidden)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        if let (Some(cell), true) = (&mut self.cell, self.comments == 0) {
            cell.text.push_str(text);
        }
    }

    fn text(&mut self, raw: &str) {
        if self.paragraphs > 0 {
            self.push(&references(raw));
        }
    }

    fn end_cell(&mut self) -> Result<(), Fault> {
        let (Some(cell), Some((.., grid))) = (self.cell.take(), &mut self.sheet) else { return Ok(()) };
        let at = (self.row, self.column);
        // A date is shown in the format of its cell, so its value is clearer.
        let is_date = cell.value.len() >= 10 && cell.value.as_bytes()[4] == b'-';
        let shown = if is_date || cell.text.trim().is_empty() { cell.value } else { cell.text };
        if shown.trim().is_empty() && cell.has_formula && cell.paragraphs == 0 {
            let cell = name_of(at);
            grid.remark(
                at,
                format!("the formula in {cell} has no result: open the file in LibreOffice and save it again"),
            );
        }
        if cell.spanned != (1, 1) {
            grid.merge(at, (at.0.saturating_add(cell.spanned.0 - 1), at.1.saturating_add(cell.spanned.1 - 1)));
        }
        if !shown.trim().is_empty() {
            for n in 0..cell.repeated {
                let column = self.column.saturating_add(n);
                grid.put((self.row, column), &shown)?;
                self.cells.push((column, shown.clone()));
            }
        }
        self.column = self.column.saturating_add(cell.repeated);
        Ok(())
    }

    /// Repeats the row, if it has contents.
    fn end_row(&mut self) -> Result<(), Fault> {
        if let Some((.., grid)) = self.sheet.as_mut().filter(|_| !self.cells.is_empty()) {
            for n in 1..self.rows_repeated {
                for (column, text) in &self.cells {
                    grid.put((self.row.saturating_add(n), *column), text)?;
                }
            }
        }
        self.row = self.row.saturating_add(self.rows_repeated);
        Ok(())
    }
}

fn is_hidden(visibility: Option<String>) -> bool {
    matches!(visibility.as_deref(), Some("collapse" | "filter"))
}

/// Decodes character references. White space is collapsed, as `OpenDocument` does.
fn references(raw: &str) -> String {
    let out = decode_references(raw);
    let mut collapsed = String::with_capacity(out.len());
    for c in out.chars() {
        let c = if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
        if !(c == ' ' && collapsed.ends_with(' ')) {
            collapsed.push(c);
        }
    }
    collapsed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(body: &str) -> Vec<Vec<String>> {
        let sheets = read(&format!("<table:table table:name=\"A\">{body}</table:table>")).unwrap();
        let text = |row: &super::super::Row| row.cells.iter().map(|cell| cell.text.clone()).collect();
        sheets[0].readings[0].iter().map(text).collect()
    }

    #[test]
    fn texts_repeats_merges_and_dates_are_read() {
        let body = "<table:table-row><table:table-cell office:value-type=\"string\" table:number-rows-spanned=\"2\"><text:p>a &amp; b</text:p><text:p>c</text:p></table:table-cell><table:table-cell table:number-columns-repeated=\"2\" office:value=\"3\"><text:p>3.00</text:p></table:table-cell></table:table-row>\
            <table:table-row><table:covered-table-cell/><table:table-cell office:date-value=\"2026-02-01\"><text:p>1 Feb</text:p><office:annotation><text:p>note</text:p></office:annotation></table:table-cell></table:table-row>\
            <table:table-row table:number-rows-repeated=\"1048574\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
        assert_eq!(rows(body), [vec!["a & b\nc", "3.00", "3.00"], vec!["a & b\nc", "2026-02-01"]]);
    }

    #[test]
    fn a_cell_repeated_a_million_times_is_refused() {
        let body = "<table:table><table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"900\"><text:p>x</text:p></table:table-cell></table:table-row></table:table>";
        assert!(read(body).is_err());
    }
}
