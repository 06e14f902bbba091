//! Writes worksheets as an Excel workbook.
//!
//! Input: worksheets. Output: the bytes of an `.xlsx` file, which are the same for the same
//! worksheets: the file has a fixed date and no random parts. Never leaves out a row.

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    Color, ConditionalFormatCell, ConditionalFormatCellRule, DataValidation, DocProperties, ExcelDateTime, Format,
    FormatAlign, Url, Workbook, Worksheet, XlsxError,
};

use crate::site::view::sheets::{Cell, Sheet};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::rule::Rule;

/// The limits of Excel: the length of a text, of a URL and of a sheet's name, in characters.
const LONGEST_TEXT: usize = 32_767;
const LONGEST_URL: usize = 2_000;
const LONGEST_NAME: usize = 31;

/// Returns the workbook.
///
/// # Errors
/// Returns a finding if the worksheets don't fit a workbook.
pub fn workbook(title: &str, sheets: &[Sheet]) -> Result<Vec<u8>, Box<Diagnostic>> {
    write(title, sheets).map_err(|error| {
        let message = format!("the workbook can't be written: {error}");
        Box::new(Diagnostic::at(Rule::Internal, Place::Handbook, message))
    })
}

fn write(title: &str, sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&day));
    let mut names = BTreeSet::new();
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(name(&sheet.name, &mut names))?;
        fill(page, sheet)?;
    }
    book.save_to_buffer()
}

/// Returns a name that worksheets can have and that no earlier one has.
fn name(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let clean: String =
        wanted.chars().map(|c| if "[]:*?/\\".contains(c) || c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim().trim_matches('\'').to_owned();
    let clean = if clean.is_empty() { "Sheet".to_owned() } else { clean };
    let mut n = 1;
    loop {
        let suffix = if n == 1 { String::new() } else { format!(" {n}") };
        let name: String = clean.chars().take(LONGEST_NAME - suffix.len()).collect::<String>() + &suffix;
        // Excel compares names without case, and reserves this one.
        if name.to_lowercase() != "history" && taken.insert(name.to_lowercase()) {
            return name;
        }
        n += 1;
    }
}

fn fill(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let body = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let link = body.clone().set_font_color(Color::RGB(0x1D_4E_89));
    let columns = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
    for n in 0..columns {
        let width = sheet.widths.get(n).or(sheet.widths.last()).copied().unwrap_or(16);
        page.set_column_width(column(n), width)?;
    }
    for (r, row) in (0..).zip(&sheet.rows) {
        let is_head = (r as usize) < sheet.head;
        for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
            let text: String = cell.text.chars().take(LONGEST_TEXT).collect();
            let format = if is_head { &head } else { &link };
            match url(cell) {
                Some(url) => page.write_url_with_options(r, column(c), url, &text, "", Some(format))?,
                None => page.write_string_with_format(r, column(c), &text, if is_head { &head } else { &body })?,
            };
        }
    }
    page.set_freeze_panes(row(sheet.head), column(sheet.keys))?;
    if let Some((n, texts)) = sheet.choices.as_ref().filter(|_| sheet.rows.len() > sheet.head) {
        let choice = DataValidation::new().allow_list_strings(texts)?;
        page.add_data_validation(row(sheet.head), column(*n), row(sheet.rows.len() - 1), column(*n), &choice)?;
    }
    if sheet.rows.len() > sheet.head && columns > 0 {
        let last = (row(sheet.rows.len() - 1), column(columns - 1));
        for (name, shade) in &sheet.levels {
            let format = Format::new().set_background_color(color(*shade));
            let rule = ConditionalFormatCellRule::EqualTo(name.clone());
            let condition = ConditionalFormatCell::new().set_rule(rule).set_format(format);
            page.add_conditional_format(row(sheet.head), column(sheet.keys), last.0, last.1, &condition)?;
        }
        if sheet.keys == 0 {
            page.autofilter(0, 0, last.0, last.1)?;
        }
    }
    Ok(())
}

fn url(cell: &Cell) -> Option<Url> {
    let url = cell.url.as_deref()?;
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    (is_web && url.len() <= LONGEST_URL).then(|| Url::new(url))
}

fn row(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn column(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// Returns the color of a level: from light to strong by its shade in twentieths, always light
/// enough for black text.
fn color(shade: u8) -> Color {
    let part = |light: u32, strong: u32| light - (light - strong) * u32::from(shade.min(20)) / 20;
    Color::RGB(part(0xF4, 0x7F) << 16 | part(0xF8, 0xB2) << 8 | part(0xFC, 0xE0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_valid_and_distinct() {
        let mut taken = BTreeSet::new();
        let names = [
            "A/B: c?",
            "a b  c",
            "",
            "A very long name of a track that goes on",
            "A very long name of a track that differs",
        ];
        let made: Vec<String> = names.iter().map(|wanted| name(wanted, &mut taken)).collect();
        assert_eq!(made[0], "A B  c");
        assert_eq!(made[2], "Sheet");
        assert!(made.iter().all(|name| name.chars().count() <= 31) && made[3] != made[4], "{made:?}");
    }

    #[test]
    fn two_workbooks_of_the_same_sheets_are_equal() {
        let cell = Cell { text: "=1+1".to_owned(), url: Some("https://example.org/a#b".to_owned()) };
        let make = || {
            let rows = vec![vec![cell.clone()], vec![Cell::default(), cell.clone()]];
            let levels = vec![("Owning \"it\"".to_owned(), 12)];
            workbook("T", &[Sheet { name: "S".to_owned(), rows, head: 1, levels, ..Sheet::default() }]).unwrap()
        };
        assert_eq!(make(), make());
    }
}
