//! Reads the tables of a file: a workbook, values separated by commas, semicolons or tabs (RFC 4180),
//! or the tables of a Markdown, HTML, JSON or YAML file.
//!
//! Input: a file's bytes. Output: [`Sheet`]s with [`Row`]s of [`Cell`]s and their spans, so that
//! findings can point at a cell. Never decides what a column means (see `import`).

mod archive;
mod decode;
mod grid;
mod html;
mod markdown;
mod ods;
mod records;
mod xlsx;

use crate::text::diagnostic::Span;
use crate::text::source::Text;

/// The reason why a file can't be read: what is wrong, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

impl Fault {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// One table of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The name of the worksheet, or the heading above a table. May be empty.
    pub name: String,
    /// Whether the worksheet is hidden.
    pub is_hidden: bool,
    /// For a worksheet of a workbook, its rows as lines of text, which spans refer to. Empty if
    /// spans refer to the file.
    pub text: String,
    /// The ways in which the text can be split into rows: one for each character that may separate
    /// cells.
    pub readings: Vec<Vec<Row>>,
    /// The names of a worksheet's cells, such as `C4`, by where they begin in the text.
    pub places: Vec<(u32, String)>,
    /// What isn't read, and where it is.
    pub remarks: Vec<(Span, String)>,
}

impl Sheet {
    /// Returns the name of the cell of a worksheet in which a span begins.
    pub fn place(&self, span: Span) -> Option<&str> {
        let n = self.places.partition_point(|(start, _)| *start <= span.start);
        Some(&self.places.get(n.checked_sub(1)?)?.1)
    }
}

/// A file with its tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The text that spans refer to, unless a sheet has its own.
    pub text: String,
    /// The encoding that the text was converted from, if it wasn't UTF-8.
    pub encoding: Option<&'static str>,
    /// The tables.
    pub sheets: Vec<Sheet>,
}

/// The reason why a file has no tables that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTable {
    /// The file is no text in a known encoding, and has an unexpected byte at this offset.
    Encoding(usize),
    /// Something is wrong with the whole file.
    File(Fault),
    /// Something is wrong at a place in the text.
    At(Fault, Span, String),
}

/// Opens a file. Its name only decides between formats that look alike.
///
/// # Errors
/// See [`NoTable`].
pub fn open(name: &str, bytes: &[u8]) -> Result<File, NoTable> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => return workbook(bytes).map_err(NoTable::File),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(NoTable::File(compound(bytes))),
        [b'%', b'P', b'D', b'F', ..] => {
            let help = "import the spreadsheet that it was made from, or copy its table into one";
            return Err(NoTable::File(Fault::new("this is a PDF, not a table", help)));
        }
        _ => {}
    }
    let decode::Decoded { text: decoded, from } = decode::decode(bytes).map_err(NoTable::Encoding)?;
    let source = Text::new(decoded.as_bytes()).map_err(NoTable::Encoding)?;
    let ends = |endings: &[&str]| {
        let name = name.to_ascii_lowercase();
        endings.iter().any(|ending| name.ends_with(ending))
    };
    let text = source.text.trim_start();
    let is_tag = || text.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '!'));
    let sheets = if text.starts_with('<') && is_tag() {
        html::read(&source).map_err(NoTable::File)?
    } else if text.starts_with(['[', '{']) || ends(&[".json", ".yaml", ".yml"]) {
        records::read(&source).map_err(|(fault, span)| NoTable::At(fault, span, decoded.clone()))?
    } else if ends(&[".md", ".markdown"]) || markdown::is_likely(&source.text) {
        markdown::read(&source)
    } else {
        vec![separated(&source).map_err(|span| {
            let fault = Fault::new("this quote is never closed", "close it, or double it if it is part of the text");
            NoTable::At(fault, span, decoded.clone())
        })?]
    };
    Ok(File { sheets, encoding: from, text: decoded })
}

/// Returns why a compound file, as old versions of Office write it, can't be read. Excel puts workbooks
/// with a password into one, too.
fn compound(bytes: &[u8]) -> Fault {
    let names = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|part| part == name)
    };
    if names("EncryptedPackage") {
        let help = "open it in Excel or LibreOffice, and save a copy as `.xlsx` without a password";
        return Fault::new("this workbook is protected by a password", help);
    }
    if names("Workbook") || names("Book") {
        let help = "open it in Excel, LibreOffice or Google Sheets, and save it as `.xlsx`";
        return Fault::new("this workbook is in the old format `.xls`", help);
    }
    let help = "open it in Excel or LibreOffice without a password, and save it as `.xlsx`";
    Fault::new("this file is in an old format of Office, or protected by a password", help)
}

fn workbook(bytes: &[u8]) -> Result<File, Fault> {
    let mut archive = archive::Archive::open(bytes)?;
    let sheets = if archive.has("xl/workbook.xml") {
        xlsx::read(bytes, &mut archive)?
    } else if let Some(xml) = archive.text("content.xml").filter(|xml| xml.contains("<office:spreadsheet")) {
        ods::read(&xml)?
    } else {
        let what = match () {
            () if archive.has("Index/") => "this is a document of Numbers",
            () if archive.has("xl/workbook.bin") => "this is a binary workbook",
            () if archive.has("word/") => "this is a Word document",
            () => "this is an archive, not a table",
        };
        return Err(Fault::new(what, "save or export the table as `.xlsx`, `.ods` or CSV"));
    };
    Ok(File { sheets, ..File::default() })
}

/// Splits a text with each of the separators that it may have.
///
/// # Errors
/// Returns the span of a quote that is never closed, if no separator avoids that.
fn separated(text: &Text<'_>) -> Result<Sheet, Span> {
    let declared = declared_separator(&text.text);
    let candidates: Vec<char> = declared.map_or_else(|| SEPARATORS.to_vec(), |separator| vec![separator]);
    let (mut readings, mut failed) = (Vec::new(), None);
    for separator in candidates {
        match read(text, separator) {
            Ok(mut rows) => {
                rows.drain(..usize::from(declared.is_some()).min(rows.len()));
                readings.push(rows);
            }
            Err(span) => failed = failed.or(Some(span)),
        }
    }
    let is_wide = |rows: &Vec<Row>| rows.iter().any(|row| row.cells.len() > 1);
    match failed {
        Some(span) if !readings.iter().any(is_wide) => Err(span),
        _ => Ok(Sheet { readings, ..Sheet::default() }),
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The text without quotes or surrounding white space; line endings in it are LF.
    pub text: String,
    /// The span in the file, including quotes.
    pub span: Span,
}

/// One row, with at least one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The cells, including empty ones.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Returns whether all cells are empty.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.is_empty())
    }

    /// Returns the cell at index `n`, or `None` if the row is shorter or the cell is empty.
    pub fn cell(&self, n: usize) -> Option<&Cell> {
        self.cells.get(n).filter(|cell| !cell.text.is_empty())
    }

    /// Returns the span of the row without the empty cells at either end.
    #[must_use]
    pub fn span(&self) -> Span {
        let mut filled = self.cells.iter().filter(|cell| !cell.text.is_empty());
        let first = filled.next().or(self.cells.first()).map_or(Span::default(), |cell| cell.span);
        Span { start: first.start, end: filled.next_back().map_or(first.end, |cell| cell.span.end) }
    }
}

/// The characters that may separate cells.
pub const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Returns the separator declared by a first line such as `sep=;`, which Excel reads and writes.
pub fn declared_separator(text: &str) -> Option<char> {
    let line = text.lines().next()?.trim_end();
    let mut rest = line.strip_prefix("sep=")?.chars();
    let separator = rest.next().unwrap_or('\t');
    (rest.next().is_none() && SEPARATORS.contains(&separator)).then_some(separator)
}

/// Splits `text` into rows.
///
/// # Errors
/// Returns the span of a quote that is opened but never closed.
pub fn read(text: &Text<'_>, separator: char) -> Result<Vec<Row>, Span> {
    let mut reader = Reader { text, separator, at: 0 };
    let mut rows = Vec::new();
    while reader.at < text.text.len() {
        rows.push(reader.row()?);
    }
    Ok(rows)
}

struct Reader<'a> {
    text: &'a Text<'a>,
    separator: char,
    at: usize,
}

impl Reader<'_> {
    fn row(&mut self) -> Result<Row, Span> {
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if !self.take(self.separator) {
                self.take('\n');
                return Ok(Row { cells });
            }
        }
    }

    fn cell(&mut self) -> Result<Cell, Span> {
        let start = self.at;
        let mut text = String::new();
        if self.take('"') {
            loop {
                let Some(close) = self.rest().find('"') else {
                    return Err(self.text.span(start, start + 1));
                };
                text.push_str(&self.rest()[..close]);
                self.at += close + 1;
                if !self.take('"') {
                    break;
                }
                text.push('"');
            }
        }
        // Text after a closing quote violates RFC 4180, but is kept anyway.
        let ends = |c: char| c == self.separator || c == '\n';
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        text.push_str(&self.rest()[..length]);
        self.at += length;
        Ok(Cell { text: unguarded(text.trim()), span: self.text.span(start, self.at) })
    }

    fn take(&mut self, c: char) -> bool {
        let there = self.rest().starts_with(c);
        self.at += if there { c.len_utf8() } else { 0 };
        there
    }

    fn rest(&self) -> &str {
        &self.text.text[self.at..]
    }
}

/// Returns whether a character is skipped in front of a formula. Programs leave out invisible characters
/// and white space.
fn is_left_out(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Returns whether a formula begins with a character. Some programs read full-width signs.
fn is_sign(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// Returns whether a spreadsheet would read a text as a formula.
pub fn is_formula(text: &str) -> bool {
    text.trim_start_matches(is_left_out).starts_with(is_sign)
}

/// Splits a text where some spreadsheet could begin a new cell, because it separates cells by semicolons
/// or tabs and so ignores quotes inside a cell of ours. Says for each part whether a formula would begin
/// there, whatever apostrophes are in front of it.
fn cells_within(text: &str) -> Vec<(&str, bool)> {
    let mut parts: Vec<(&str, bool)> = Vec::new();
    let mut is_formula = false;
    for part in text.split_inclusive([';', '\t', '\r', '\n']).rev() {
        if let Some(first) = part.chars().find(|c| !is_left_out(*c) && !matches!(c, '"' | '\'')) {
            is_formula = is_sign(first);
        }
        parts.push((part, is_formula));
    }
    parts.reverse();
    parts
}

/// Returns a text in which nothing is a formula, because an apostrophe is in front of each one.
pub fn guarded(text: &str) -> String {
    let guard = |(part, is_formula): (&str, bool)| format!("{}{part}", if is_formula { "'" } else { "" });
    cells_within(text).into_iter().map(guard).collect()
}

/// Returns a text without the apostrophes of [`guarded`].
pub fn unguarded(text: &str) -> String {
    let bare =
        |(part, is_formula): (&'_ str, bool)| part.strip_prefix('\'').filter(|_| is_formula).unwrap_or(part).to_owned();
    cells_within(text).into_iter().map(bare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8], separator: char) -> Vec<Vec<String>> {
        let text = Text::new(bytes).unwrap();
        let rows = read(&text, separator).unwrap();
        rows.into_iter().map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect()
    }

    #[test]
    fn quoted_cells_may_contain_separators_line_endings_and_quotes() {
        let read = rows(b"\xEF\xBB\xBFa,b\r\n\"x, \"\"y\"\"\r\nz\", 2 \r\n,\r\n\"q\"r,\"\"", ',');
        assert_eq!(read, [vec!["a", "b"], vec!["x, \"y\"\nz", "2"], vec!["", ""], vec!["qr", ""]]);
        assert_eq!(rows("ä;b\tc\r".as_bytes(), ';'), [vec!["ä", "b\tc"]]);
        assert!(rows(b"", ',').is_empty());
    }

    #[test]
    fn cells_have_spans_and_an_unclosed_quote_is_reported() {
        let text = Text::new(b"\xEF\xBB\xBFa\r\nb,\"c\"\r\n").unwrap();
        let row = read(&text, ',').unwrap().remove(1);
        assert_eq!((row.cells[1].span, row.span()), (Span::new(8, 11), Span::new(6, 11)));
        let open = Text::new(b"a\r\n\"b,c\r\n").unwrap();
        assert_eq!(read(&open, ','), Err(Span::new(3, 4)));
    }

    #[test]
    fn only_a_known_separator_can_be_declared() {
        assert_eq!(declared_separator("sep=;\r\na;b"), Some(';'));
        assert_eq!(declared_separator("sep=\t\n"), Some('\t'));
        assert_eq!(declared_separator("sep=ab\n"), None);
        assert_eq!(declared_separator("a,b"), None);
    }

    #[test]
    fn a_text_without_its_guards_is_the_same_again() {
        for (text, wanted) in [
            ("a", "a"),
            ("=1", "'=1"),
            ("a;=1", "a;'=1"),
            ("a; =1; b\t@x\n-y", "a;' =1; b\t'@x\n'-y"),
            ("a;\"=1", "a;'\"=1"),
            ("'=1; ''=2", "''=1;' ''=2"),
            ("a - b; 'tis", "a - b; 'tis"),
            ("a;\n=1", "a;'\n'=1"),
        ] {
            assert_eq!(guarded(text), wanted, "{text:?}");
            assert_eq!(unguarded(wanted), text, "{wanted:?}");
        }
        let long = ";\n".repeat(50_000) + "=1";
        assert_eq!(unguarded(&guarded(&long)), long);
    }
}
