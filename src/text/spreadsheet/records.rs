//! Reads tables from JSON and YAML.
//!
//! Input: a text. Output: a [`Sheet`] for each table in one of these forms: a list of records, whose
//! keys are the columns; a map of lists of records, one table each; and a map from names to maps,
//! which is a grid with the names down the side. A list inside a record becomes lines of a cell, or,
//! if it consists of records, a row each. A list of records with an `id` and a `name` gives names to
//! the values of other lists that refer to it. Never reads more values than [`MOST_VALUES`].

use super::{Cell, Fault, Row, Sheet};
use crate::text::diagnostic::Span;
use crate::text::front_matter::{self, Data, Entry, SyntaxError, Value};
use crate::text::source::Text;

/// The maximum number of values.
const MOST_VALUES: usize = 200_000;
/// The number of columns up to which records are read.
const MOST_COLUMNS: usize = 1_000;

/// Reads all tables.
///
/// # Errors
/// Returns what is wrong and where, if the text can't be parsed or doesn't contain a table.
pub fn read(source: &Text<'_>) -> Result<Vec<Sheet>, (Fault, Span)> {
    if source.text.trim_start().starts_with(['[', '{'])
        && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&source.text)
    {
        let line = source.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let at = (line + error.column().saturating_sub(1)).min(source.text.len());
        let fault = Fault::new(format!("this isn't valid JSON: {error}"), "fix it, then import again");
        return Err((fault, source.span(at, at)));
    }
    let unreadable = |error: SyntaxError| {
        let help = error.help.unwrap_or_else(|| "fix it, then import again".to_owned());
        (Fault::new(error.message, help), source.map(error.span))
    };
    let value = front_matter::read_value(&source.text, MOST_VALUES).map_err(unreadable)?;
    let mut sheets = Vec::new();
    let (mut remarks, mut lists) = (Vec::new(), Vec::new());
    match &value.data {
        Data::List(items) => sheets.extend(table("", items, source)),
        Data::Table(outer) => {
            for entry in &outer.entries {
                match &entry.value.data {
                    Data::List(items) if items.iter().any(|item| item.table().is_some()) => {
                        sheets.extend(table(&entry.key, items, source));
                        lists.push(sheets.len().saturating_sub(1));
                    }
                    Data::Table(inner) if inner.entries.iter().any(|entry| entry.value.table().is_some()) => {
                        sheets.extend(grid(&entry.key, &inner.entries, source));
                    }
                    Data::Table(_) => {}
                    _ => {
                        let message = format!("`{}` isn't part of a table, and was not used", entry.key);
                        remarks.push((source.map(entry.key_span), message));
                    }
                }
            }
            if sheets.is_empty() {
                sheets.extend(grid("", &outer.entries, source));
            }
            sheets = resolved(sheets, &lists);
        }
        _ => {}
    }
    if let Some(first) = sheets.first_mut() {
        first.remarks.extend(remarks);
        return Ok(sheets);
    }
    let help = "write a list of records such as `- {competency: Writing, level: 2, statement: Writes it down.}`";
    Err((Fault::new("there is no table in this file", help), source.map(value.span)))
}

/// Replaces references in lists, such as `theme: planning`, by the names that other lists give to these
/// IDs, such as `themes`, and adds what else those lists say about them. A list whose names are all
/// that it says, and which isn't a list of levels, is no table of its own any more.
fn resolved(mut sheets: Vec<Sheet>, lists: &[usize]) -> Vec<Sheet> {
    let names: Vec<(usize, Names)> = lists.iter().filter_map(|n| Some((*n, Names::of(sheets.get(*n)?)?))).collect();
    let mut is_used: Vec<usize> = Vec::new();
    for (n, names) in &names {
        for other in lists.iter().filter(|other| *other != n) {
            if let Some(sheet) = sheets.get_mut(*other)
                && names.resolve(sheet)
                && !is_used.contains(n)
            {
                is_used.push(*n);
            }
        }
    }
    let keeps = |n: usize, sheet: &Sheet| !is_used.contains(&n) || sheet.name.to_lowercase().starts_with("level");
    let all = sheets.into_iter().enumerate();
    all.filter(|(n, sheet)| keeps(*n, sheet)).map(|(_, sheet)| sheet).collect()
}

/// The names that a list gives to IDs.
struct Names {
    /// The name of the list in the singular.
    key: String,
    /// The columns apart from the ID and the name.
    columns: Vec<Cell>,
    /// Each ID with its name and the cells of the other columns.
    list: Vec<(String, Cell, Vec<Cell>)>,
}

impl Names {
    fn of(sheet: &Sheet) -> Option<Self> {
        let rows = sheet.readings.first()?;
        let (head, rows) = rows.split_first()?;
        let at = |names: &[&str]| head.cells.iter().position(|cell| names.contains(&&*cell.text.to_lowercase()));
        let (id, name) = (at(&["id", "key"])?, at(&["name", "title", "displayname"])?);
        let others: Vec<usize> = (0..head.cells.len()).filter(|n| ![id, name].contains(n)).collect();
        let cells = |row: &Row| others.iter().map(|n| row.cells[*n].clone()).collect::<Vec<_>>();
        let list = rows.iter().map(|row| (row.cells[id].text.clone(), row.cells[name].clone(), cells(row))).collect();
        let key = sheet.name.to_lowercase();
        let key =
            key.strip_suffix("ies").map(|stem| format!("{stem}y")).unwrap_or(key.trim_end_matches('s').to_owned());
        Some(Self { key, columns: cells(head), list })
    }

    /// Replaces the IDs in the column of this name. Returns whether there is one.
    fn resolve(&self, sheet: &mut Sheet) -> bool {
        let Some(rows) = sheet.readings.first_mut() else { return false };
        let named = |cell: &Cell| cell.text.to_lowercase().trim_end_matches("_id").trim_end_matches("id") == self.key;
        let Some(column) = rows.first().and_then(|head| head.cells.iter().position(named)) else { return false };
        let found = |row: &Row| self.list.iter().find(|(id, ..)| *id == row.cells[column].text);
        if !rows.iter().skip(1).any(|row| found(row).is_some()) {
            return false;
        }
        for (n, row) in rows.iter_mut().enumerate() {
            let more: Vec<Cell> = match (n, found(row).cloned()) {
                (0, _) => {
                    let head = |cell: &Cell| Cell { text: format!("{} {}", self.key, cell.text), ..cell.clone() };
                    self.columns.iter().map(head).collect()
                }
                (_, Some((_, name, more))) => {
                    row.cells[column].text = name.text;
                    more
                }
                (_, None) => {
                    let span = row.cells[column].span;
                    vec![Cell { text: String::new(), span }; self.columns.len()]
                }
            };
            row.cells.extend(more);
        }
        true
    }
}

/// Returns a table with a row for each record, and for each record inside one.
fn table(name: &str, items: &[Value], source: &Text<'_>) -> Option<Sheet> {
    let mut columns: Vec<(String, Span)> = Vec::new();
    let mut records: Vec<Vec<(String, Cell)>> = Vec::new();
    let mut remarks = Vec::new();
    for item in items {
        match item.table() {
            Some(record) => records.extend(flat(&record.entries, source)),
            None => remarks.push((source.map(item.span), "this is no record, and was not used".to_owned())),
        }
    }
    for (key, cell) in records.iter().flatten() {
        if columns.len() < MOST_COLUMNS && !columns.iter().any(|(known, _)| known == key) {
            columns.push((key.clone(), cell.span));
        }
    }
    let head = columns.iter().map(|(key, span)| Cell { text: key.clone(), span: *span }).collect();
    let row = |record: &Vec<(String, Cell)>| {
        let place = record.first().map_or(Span::default(), |(_, cell)| cell.span);
        let empty = Cell { text: String::new(), span: Span { end: place.start, ..place } };
        let cell = |(key, _): &(String, Span)| record.iter().find(|(own, _)| own == key).map(|(_, cell)| cell.clone());
        Row { cells: columns.iter().map(|column| cell(column).unwrap_or_else(|| empty.clone())).collect() }
    };
    let rows: Vec<Row> = std::iter::once(Row { cells: head }).chain(records.iter().map(row)).collect();
    let readings = vec![rows];
    (!records.is_empty()).then(|| Sheet { name: name.to_owned(), readings, remarks, ..Sheet::default() })
}

/// Returns the rows of a record: one, or one for each record in a list inside it. The level of those
/// records is their position, unless they say it.
fn flat(entries: &[Entry], source: &Text<'_>) -> Vec<Vec<(String, Cell)>> {
    let is_list_of_records = |entry: &&Entry| matches!(&entry.value.data, Data::List(items) if items.iter().any(|item| item.table().is_some()));
    let own: Vec<(String, Cell)> = entries
        .iter()
        .filter(|entry| !is_list_of_records(entry))
        .map(|entry| (entry.key.clone(), cell(&entry.value, source)))
        .collect();
    let mut rows = Vec::new();
    for entry in entries.iter().filter(is_list_of_records) {
        for (n, item) in (1..).zip(entry.value.items()) {
            let mut row = own.clone();
            let inner = item.entries();
            if !inner.iter().any(|entry| entry.key.eq_ignore_ascii_case("level")) {
                row.push(("level".to_owned(), Cell { text: format!("{n}"), span: source.map(item.span) }));
            }
            row.extend(inner.iter().map(|entry| (entry.key.clone(), cell(&entry.value, source))));
            rows.push(row);
        }
    }
    if rows.is_empty() { vec![own] } else { rows }
}

/// Returns a table with the names of a map down the side, and the keys of its values across.
fn grid(name: &str, entries: &[Entry], source: &Text<'_>) -> Option<Sheet> {
    let mut columns: Vec<&Entry> = Vec::new();
    let mut remarks = Vec::new();
    for entry in entries {
        if entry.value.table().is_none() {
            let message = format!("`{}` isn't part of a table, and was not used", entry.key);
            remarks.push((source.map(entry.key_span), message));
        }
        for inner in entry.value.entries() {
            if columns.len() < MOST_COLUMNS && !columns.iter().any(|known| known.key == inner.key) {
                columns.push(inner);
            }
        }
    }
    let place = source.map(entries.first()?.key_span);
    let corner = Cell { text: String::new(), span: Span { end: place.start, ..place } };
    let key = |entry: &Entry| Cell { text: entry.key.clone(), span: source.map(entry.key_span) };
    let mut rows = vec![Row { cells: std::iter::once(corner).chain(columns.iter().map(|entry| key(entry))).collect() }];
    for entry in entries.iter().filter(|entry| entry.value.table().is_some()) {
        let empty = Cell { text: String::new(), ..key(entry) };
        let inner = |column: &&Entry| {
            let found = entry.value.entries().iter().find(|inner| inner.key == column.key);
            found.map_or_else(|| empty.clone(), |inner| cell(&inner.value, source))
        };
        rows.push(Row { cells: std::iter::once(key(entry)).chain(columns.iter().map(inner)).collect() });
    }
    let readings = vec![rows];
    (!columns.is_empty()).then(|| Sheet { name: name.to_owned(), readings, remarks, ..Sheet::default() })
}

/// Returns a value as the text of a cell: the items of a list are lines.
fn cell(value: &Value, source: &Text<'_>) -> Cell {
    let text = match &value.data {
        Data::List(items) => items.iter().map(|item| cell(item, source).text).collect::<Vec<_>>().join("\n"),
        Data::Table(table) => {
            let pair = |entry: &Entry| format!("{}: {}", entry.key, cell(&entry.value, source).text);
            table.entries.iter().map(pair).collect::<Vec<_>>().join("\n")
        }
        _ => value.text().unwrap_or_default().trim().to_owned(),
    };
    Cell { text, span: source.map(value.span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let sheets = read(&Text::new(text.as_bytes()).unwrap()).unwrap();
        sheets[0].readings[0].iter().map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect()).collect()
    }

    #[test]
    fn records_and_maps_become_tables() {
        let wanted = [["competency", "level", "statement"], ["Talks", "1", "Says it.\nSays more."]];
        assert_eq!(rows("- competency: Talks\n  level: 1\n  statement: [Says it., Says more.]\n"), wanted);
        assert_eq!(
            rows("[\n\t{\"competency\": \"Talks\", \"level\": 1, \"statement\": [\"Says it.\", \"Says more.\"]}\n]\n"),
            wanted
        );
        let nested = "tracks:\n- name: Talks\n  milestones:\n  - signals: [a]\n  - signals: [b]\n";
        assert_eq!(rows(nested), [["name", "level", "signals"], ["Talks", "1", "a"], ["Talks", "2", "b"]]);
        let lists = "themes:\n- {id: t, name: Talks, summary: Says.}\nlist:\n- {theme: t, level: 1, statement: a}\n";
        let wanted = [["theme", "level", "statement", "theme summary"], ["Talks", "1", "a", "Says."]];
        assert_eq!(rows(lists), wanted);
        let map = "Talks:\n  L1: a\n  L2: [b, c]\nPlans:\n  L2: d\n";
        assert_eq!(rows(map), [["", "L1", "L2"], ["Talks", "a", "b\nc"], ["Plans", "", "d"]]);
    }

    #[test]
    fn a_text_without_a_table_is_refused_with_its_place() {
        for text in ["a: [", "just text", "- a\n- b\n"] {
            assert!(read(&Text::new(text.as_bytes()).unwrap()).is_err(), "{text}");
        }
    }
}
