//! Reads the tables of an HTML page, such as a web page that was saved or Google Sheets' export.
//!
//! Input: HTML. Output: a [`Sheet`] for each table that isn't inside another one, named by its
//! caption or by the heading above it. Cells that span several rows or columns are repeated. Never
//! runs or loads anything.

use std::collections::BTreeMap;

use super::grid::{MOST_CELLS, name_of};
use super::{Cell, Fault, Row, Sheet};
use crate::text::diagnostic::Span;
use crate::text::markup::{Tag, Token, behind, decode_references, next_token};
use crate::text::source::Text;

/// The maximum number of columns.
const MOST_COLUMNS: usize = 1_000;

/// Reads all tables.
///
/// # Errors
/// Fails if a table is too large.
pub fn read(source: &Text<'_>) -> Result<Vec<Sheet>, Fault> {
    let html = &*source.text;
    let mut reader = Reader {
        source,
        sheets: Vec::new(),
        heading: None,
        title: String::new(),
        open: Vec::new(),
        count: 0,
        at: 0,
        around: None,
    };
    let mut at = 0;
    while let Some(token) = next_token(html, at) {
        reader.at = at;
        reader.text(&html[at..token.range().start]);
        match &token {
            Token::Start(tag) => reader.start(tag)?,
            Token::End(tag) => reader.end(&tag.name, tag.range.start)?,
            Token::Comment(..) => {}
        }
        at = behind(html, &token);
    }
    while !reader.open.is_empty() {
        reader.end("table", html.len())?;
    }
    if let (Some(span), Some(sheet)) = (reader.around, reader.sheets.first_mut()) {
        let message = "this and all other text outside of the tables was not used".to_owned();
        sheet.remarks.push((span, message));
    }
    Ok(reader.sheets)
}

/// A cell that is being read.
struct Open {
    text: String,
    start: usize,
    rows: usize,
    columns: usize,
}

/// A table that is being read.
#[derive(Default)]
struct Table {
    name: String,
    rows: Vec<BTreeMap<usize, Cell>>,
    /// The index of the next row. Rows after it may already have cells that span into them.
    next: usize,
    row: Option<usize>,
    is_hidden: bool,
    cell: Option<Open>,
    caption: bool,
    remarks: Vec<(Span, String)>,
}

struct Reader<'a> {
    source: &'a Text<'a>,
    sheets: Vec<Sheet>,
    /// The text of a heading that is being read.
    heading: Option<String>,
    /// The text of the last heading.
    title: String,
    /// The open tables, from the outside.
    open: Vec<Table>,
    count: usize,
    /// The offset of the text that is being read.
    at: usize,
    /// The first text outside of tables and headings.
    around: Option<Span>,
}

impl Reader<'_> {
    fn start(&mut self, tag: &Tag<'_>) -> Result<(), Fault> {
        let number = |name: &str| tag.get(name).and_then(|found| found.value.trim().parse::<usize>().ok()).unwrap_or(1);
        let is_hidden = tag.get("hidden").is_some()
            || tag.get("style").is_some_and(|style| style.value.replace(' ', "").contains("display:none"));
        match &*tag.name {
            "table" => {
                let name = std::mem::take(&mut self.title);
                self.open.push(Table { name, ..Table::default() });
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if self.open.is_empty() => self.heading = Some(String::new()),
            "tr" => {
                self.end_row(tag.range.start)?;
                let span = self.source.span(tag.range.start, tag.range.end);
                let Some(table) = self.open.last_mut() else { return Ok(()) };
                table.row = Some(table.next);
                table.is_hidden = is_hidden;
                if is_hidden {
                    table.remarks.push((span, "this row is hidden, and was not used".to_owned()));
                }
            }
            "td" | "th" => {
                self.end_cell(tag.range.start)?;
                let Some(table) = self.open.last_mut() else { return Ok(()) };
                table.row = table.row.or(Some(table.next));
                let (rows, columns) = (number("rowspan").max(1), number("colspan").max(1));
                table.cell = Some(Open { text: String::new(), start: tag.range.end, rows, columns });
            }
            "caption" => {
                if let Some(table) = self.open.last_mut() {
                    (table.caption, table.name) = (true, String::new());
                }
            }
            "br" | "p" | "li" | "div" => self.text("\u{0}"),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str, at: usize) -> Result<(), Fault> {
        match name {
            "td" | "th" => self.end_cell(at)?,
            "tr" => self.end_row(at)?,
            "table" => {
                self.end_row(at)?;
                self.end_table();
            }
            "caption" => self.open.iter_mut().for_each(|table| table.caption = false),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                if let Some(heading) = self.heading.take() {
                    self.title = lines(&heading).replace('\n', " ");
                }
            }
            "p" | "li" | "div" => self.text("\u{0}"),
            _ => {}
        }
        Ok(())
    }

    /// Adds text to the innermost open cell, and to the cells around it.
    fn text(&mut self, raw: &str) {
        let shown = raw.trim().trim_matches('\u{0}');
        if self.open.is_empty() && self.heading.is_none() && !shown.is_empty() && self.around.is_none() {
            let start = self.at + raw.len() - raw.trim_start().len();
            self.around = Some(self.source.span(start, start + shown.len()));
        }
        if let Some(heading) = &mut self.heading {
            heading.push_str(raw);
        }
        if let Some(table) = self.open.last_mut().filter(|table| table.caption) {
            table.name.push_str(raw);
        }
        for cell in self.open.iter_mut().filter_map(|table| table.cell.as_mut()) {
            cell.text.push_str(raw);
        }
    }

    fn end_cell(&mut self, at: usize) -> Result<(), Fault> {
        let Some(table) = self.open.last_mut() else { return Ok(()) };
        let (Some(open), Some(row)) = (table.cell.take(), table.row) else { return Ok(()) };
        if table.is_hidden {
            return Ok(());
        }
        let cell = Cell { text: lines(&open.text), span: self.source.span(open.start, at.max(open.start)) };
        let column = (0..=MOST_COLUMNS)
            .find(|n| table.rows.get(row).is_none_or(|row| !row.contains_key(n)))
            .unwrap_or(MOST_COLUMNS);
        // A cell across the first column is a title or the name of a group.
        let columns = if column == 0 && open.columns > 1 { 1 } else { open.columns };
        let skipped = if columns < open.columns { open.columns } else { 0 };
        for r in row..row.saturating_add(open.rows.min(MOST_CELLS)) {
            for c in column..column.saturating_add(columns.max(skipped)) {
                self.count += 1;
                if self.count > MOST_CELLS || c >= MOST_COLUMNS {
                    return Err(Fault::new(
                        "this table is too large",
                        format!("import reads up to {MOST_CELLS} cells"),
                    ));
                }
                while table.rows.len() <= r {
                    table.rows.push(BTreeMap::new());
                }
                let text = if c < column + columns { cell.text.clone() } else { String::new() };
                table.rows[r].entry(c).or_insert(Cell { text, span: cell.span });
            }
        }
        Ok(())
    }

    fn end_row(&mut self, at: usize) -> Result<(), Fault> {
        self.end_cell(at)?;
        let Some(table) = self.open.last_mut() else { return Ok(()) };
        if table.row.take().is_some() && !table.is_hidden {
            table.next += 1;
        }
        Ok(())
    }

    fn end_table(&mut self) {
        let Some(table) = self.open.pop() else { return };
        if !self.open.is_empty() {
            return;
        }
        // Rows that only cells of earlier rows span into don't exist.
        let rows: Vec<Row> = table.rows.into_iter().take(table.next).filter(|row| !row.is_empty()).map(row).collect();
        let rows = without_names_of_cells(rows);
        if rows.len() > 1 {
            let name = lines(&table.name).replace('\n', " ");
            self.sheets.push(Sheet { name, remarks: table.remarks, readings: vec![rows], ..Sheet::default() });
        }
    }
}

/// Removes the letters above the columns and the numbers before the rows, which Google Sheets writes.
fn without_names_of_cells(mut rows: Vec<Row>) -> Vec<Row> {
    let is_letter =
        |(n, cell): (usize, &Cell)| name_of((0, u32::try_from(n).unwrap_or(0))) == format!("{}1", cell.text);
    let names = rows.first().map_or(&[][..], |row| row.cells.get(1..).unwrap_or_default());
    if !names.is_empty() && names.iter().enumerate().all(is_letter) {
        rows.remove(0);
        for row in &mut rows {
            row.cells.remove(0);
        }
        rows.retain(|row| !row.cells.is_empty());
    }
    rows
}

fn row(cells: BTreeMap<usize, Cell>) -> Row {
    let width = cells.keys().next_back().map_or(0, |n| n + 1);
    let place = cells.values().next().map_or(Span::default(), |cell| Span { end: cell.span.start, ..cell.span });
    let mut row = vec![Cell { text: String::new(), span: Span { start: place.end, end: place.end } }; width];
    for (n, cell) in cells {
        row[n] = cell;
    }
    Row { cells: row }
}

/// Returns the text of a cell: white space is collapsed, and a NUL, which stands for a line break,
/// begins a line.
fn lines(raw: &str) -> String {
    let decoded = decode_references(raw);
    let lines = decoded.split('\u{0}').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_span_rows_and_columns_are_repeated() {
        let html = b"<h2>Our <b>levels</b></h2><table><tr><td colspan=3>Title</td></tr><tr><th>Skill<th>L1<th>L2</tr>\
            <tr><td rowspan=2>Talks &amp; more</td><td colspan=\"2\">Says it<br>early</td></tr>\
            <tr><td><ul><li>a</li><li>b</li></ul></td></tr><tr style=\"display: none\"><td>x</td></tr></table>";
        let source = Text::new(html).unwrap();
        let sheet = read(&source).unwrap().remove(0);
        let rows: Vec<Vec<&str>> =
            sheet.readings[0].iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(sheet.name, "Our levels");
        assert_eq!(
            rows,
            [
                vec!["Title", "", ""],
                vec!["Skill", "L1", "L2"],
                vec!["Talks & more", "Says it\nearly", "Says it\nearly"],
                vec!["Talks & more", "a\nb"]
            ]
        );
        assert_eq!(sheet.remarks.len(), 1);
        assert!(read(&Text::new(b"<table><tr><td>a<td rowspan=9999999 colspan=900>b</table>").unwrap()).is_err());
    }
}
