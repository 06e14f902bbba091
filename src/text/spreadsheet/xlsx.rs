//! Reads the worksheets of an Excel workbook (`.xlsx`, `.xlsm`).
//!
//! Input: a file's bytes. Output: a [`Sheet`] for each worksheet, and remarks about what isn't
//! read: hidden rows and columns, formulas without a result, comments and drawings. The values that
//! formulas had when the file was saved count as their texts. Never evaluates a formula.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};

use super::archive::Archive;
use super::grid::{At, Grid, name_of};
use super::{Fault, Sheet};
use crate::text::markup::start_tags;

/// The number of cells with comments that a message names.
const MOST_NAMED: usize = 5;

/// Reads all worksheets in the order of the workbook.
///
/// # Errors
/// Fails if the workbook is damaged or too large.
pub fn read(bytes: &[u8], archive: &mut Archive<'_>) -> Result<Vec<Sheet>, Fault> {
    let damaged =
        |_| Fault::new("this workbook is damaged", "open it in Excel, save it again, and import the new file");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let files = files_of(archive);
    let mut sheets = Vec::new();
    for meta in book.sheets_metadata().to_vec() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let mut grid = Grid::default();
        let filled = cells(&mut book, &meta.name, &mut grid)?;
        formulas(&mut book, &meta.name, &filled, &mut grid);
        if let Ok(areas) = book.merge_cells_by_sheet_name(&meta.name) {
            for area in &areas {
                grid.merge(area.start, area.end);
            }
        }
        if let Some(xml) = files.get(&meta.name).and_then(|file| archive.text(file)) {
            hidden(&xml, &mut grid);
        }
        if let Some(file) = files.get(&meta.name) {
            comments(file, archive, &mut grid);
        }
        sheets.push(grid.sheet(meta.name.clone(), meta.visible != SheetVisible::Visible)?);
    }
    if archive.has("xl/drawings/drawing")
        && let Some(sheet) = sheets.first_mut()
    {
        let message = "the workbook has drawings, which import doesn't read".to_owned();
        sheet.remarks.push((super::Span::default(), message));
    }
    Ok(sheets)
}

/// Reports the cells of a sheet that have comments.
fn comments(file: &str, archive: &mut Archive<'_>, grid: &mut Grid) {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let Some(links) = archive.text(&format!("{folder}/_rels/{name}.rels")) else { return };
    let mut cells: BTreeSet<At> = BTreeSet::new();
    for tag in start_tags(&links) {
        let Some(target) = tag.get("target").map(|target| target.value.to_string()) else { continue };
        if !target.to_lowercase().contains("comments") {
            continue;
        }
        let path = match (target.strip_prefix('/'), target.strip_prefix("../")) {
            (Some(path), _) => path.to_owned(),
            (_, Some(path)) => format!("xl/{path}"),
            _ => format!("{folder}/{target}"),
        };
        let xml = archive.text(&path).unwrap_or_default();
        cells.extend(start_tags(&xml).iter().filter_map(|tag| at_of(&tag.get("ref")?.value)));
    }
    let names: Vec<String> = cells.iter().take(MOST_NAMED).map(|at| name_of(*at)).collect();
    let Some(first) = cells.first() else { return };
    let more = cells.len() - names.len();
    let message = match (&names[..], more) {
        ([one], 0) => format!("cell {one} has a comment, which import doesn't read"),
        (_, 0) => format!("cells {} have comments, which import doesn't read", names.join(", ")),
        _ => format!("cells {} and {more} more have comments, which import doesn't read", names.join(", ")),
    };
    grid.remark(*first, message);
}

/// Returns the position of a cell such as `C4`.
fn at_of(name: &str) -> Option<At> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let add = |sum: u32, c: char| Some(sum.checked_mul(26)? + u32::from(c.to_ascii_uppercase()).checked_sub(64)?);
    let column = name[..digits].chars().try_fold(0, add)?.checked_sub(1)?;
    Some((name[digits..].parse::<u32>().ok()?.checked_sub(1)?, column))
}

/// Reads the cells of a sheet. Returns the positions of all cells that have a value, even an empty
/// text.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, grid: &mut Grid) -> Result<BTreeSet<At>, Fault> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Fault::new(format!("the sheet `{name}` can't be read: {error}"), "open the workbook in Excel and save it again")
    };
    let mut filled = BTreeSet::new();
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| unreadable(&error))?;
    while let Some(cell) = reader.next_cell().map_err(|error| unreadable(&error))? {
        let value = cell.get_value();
        if matches!(value, DataRef::Empty) {
            continue;
        }
        grid.put(cell.get_position(), &text(value))?;
        if filled.len() < super::grid::MOST_CELLS {
            filled.insert(cell.get_position());
        }
    }
    Ok(filled)
}

/// Reports formulas that have no result, because a program wrote the file without computing them.
fn formulas(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, filled: &BTreeSet<At>, grid: &mut Grid) {
    let Ok(mut reader) = book.worksheet_cells_reader(name) else { return };
    let (mut first, mut count) = (None, 0);
    while let Ok(Some(cell)) = reader.next_formula() {
        let at = cell.get_position();
        if !cell.get_value().is_empty() && !filled.contains(&at) {
            first = first.or(Some(at));
            count += 1;
        }
    }
    if let Some(at) = first {
        let others = if count > 1 { format!(" (and those in {} more cells)", count - 1) } else { String::new() };
        let cell = name_of(at);
        let message = format!("the formula in {cell} has no result{others}: open the file in Excel and save it again");
        grid.remark(at, message);
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string().to_uppercase(),
        DataRef::DateTime(date) => day(date),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// Formats a date. Spreadsheets store dates as numbers of days.
fn day(date: &ExcelDateTime) -> String {
    if date.is_duration() {
        return date.as_f64().to_string();
    }
    let (year, month, day, hour, minute, ..) = date.to_ymd_hms_milli();
    let time = if (hour, minute) == (0, 0) { String::new() } else { format!(" {hour:02}:{minute:02}") };
    format!("{year:04}-{month:02}-{day:02}{time}")
}

/// Returns the file of each sheet, by the sheet's name.
fn files_of(archive: &mut Archive<'_>) -> BTreeMap<String, String> {
    let (Some(book), Some(links)) = (archive.text("xl/workbook.xml"), archive.text("xl/_rels/workbook.xml.rels"))
    else {
        return BTreeMap::new();
    };
    let targets: BTreeMap<String, String> = start_tags(&links)
        .iter()
        .filter_map(|tag| Some((tag.get("id")?.value.to_string(), tag.get("target")?.value.to_string())))
        .collect();
    let file = |target: &String| match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    };
    let sheets = start_tags(&book).into_iter().filter(|tag| tag.name == "sheet");
    let pair = |tag: crate::text::markup::Tag<'_>| {
        Some((tag.get("name")?.value.to_string(), file(targets.get(tag.get("r:id")?.value.as_ref())?)))
    };
    sheets.filter_map(pair).collect()
}

/// Finds hidden rows and columns in the XML of a worksheet. Text is escaped there, so tags can be
/// found without parsing.
fn hidden(xml: &str, grid: &mut Grid) {
    let attribute = |tag: &str, name: &str| {
        let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
        Some(value.to_owned())
    };
    let number = |tag: &str, name: &str| attribute(tag, name).and_then(|value| value.parse::<u32>().ok());
    for start in ["<row ", "<col "] {
        for (at, _) in xml.match_indices(start) {
            let tag = xml[at..].split('>').next().unwrap_or_default();
            if !attribute(tag, "hidden").is_some_and(|value| value == "1" || value == "true") {
                continue;
            }
            if let (Some(row), "<row ") = (number(tag, "r"), start) {
                grid.hide_row(row.saturating_sub(1));
            } else if let (Some(first), Some(last)) = (number(tag, "min"), number(tag, "max")) {
                grid.hide_columns(first.saturating_sub(1)..last);
            }
        }
    }
}
