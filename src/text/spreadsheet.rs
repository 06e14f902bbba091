//! Reads the rows of a spreadsheet saved as text.
//!
//! Input: values separated by commas, semicolons or tabs (RFC 4180). Output: [`Row`]s of [`Cell`]s
//! with their spans in the file, so that findings can point at a cell. Never decides what a column
//! means (see `import`).

use crate::text::diagnostic::Span;
use crate::text::source::Text;

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
        Ok(Cell { text: text.trim().to_owned(), span: self.text.span(start, self.at) })
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
}
