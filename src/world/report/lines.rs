//! Converts byte offsets in files to lines and columns.
//!
//! Input: the bytes of files and offsets in them. Output: 1-based lines and columns. Never reads a
//! file.

use std::ops::Range;
use std::sync::Arc;

/// A position in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

/// Returns the location of byte `offset` in a file. A byte order mark doesn't count, and LF, CRLF
/// and a lone CR each end a line.
pub fn location(bytes: &[u8], offset: usize) -> Location {
    let from = first_line(bytes);
    located(bytes, offset, line_from(bytes, from, offset))
}

/// A line finder for one file after another. It continues from the line it found last, so that
/// thousands of findings in one file need only a single pass.
#[derive(Debug, Default)]
pub struct Lines {
    last: Option<(Arc<[u8]>, Line)>,
}

/// A line: its number, counted from 1, and its start offset.
#[derive(Clone, Copy, Debug)]
struct Line {
    number: usize,
    start: usize,
}

impl Lines {
    /// Returns the number of the line that contains byte `offset`, counted from 1, and the line's
    /// byte range without the line ending.
    pub fn line_at(&mut self, bytes: &Arc<[u8]>, offset: usize) -> (usize, Range<usize>) {
        let line = self.find(bytes, offset);
        (line.number, line.range(bytes))
    }

    /// Returns the location of byte `offset` in a file, as [`location`] does.
    pub fn location(&mut self, bytes: &Arc<[u8]>, offset: usize) -> Location {
        let line = self.find(bytes, offset);
        located(bytes, offset, line)
    }

    fn find(&mut self, bytes: &Arc<[u8]>, offset: usize) -> Line {
        let known = self.last.as_ref().filter(|(known, line)| Arc::ptr_eq(known, bytes) && line.start <= offset);
        let line = line_from(bytes, known.map_or_else(|| first_line(bytes), |(_, line)| *line), offset);
        self.last = Some((Arc::clone(bytes), line));
        line
    }
}

impl Line {
    fn range(self, bytes: &[u8]) -> Range<usize> {
        let start = self.start.min(bytes.len());
        let rest = &bytes[start..];
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        start..start + length
    }
}

fn first_line(bytes: &[u8]) -> Line {
    Line { number: 1, start: if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 } }
}

/// Returns the line that contains byte `offset`, searching forward from the line `from`.
fn line_from(bytes: &[u8], from: Line, offset: usize) -> Line {
    let offset = offset.min(bytes.len());
    let mut line = from;
    for at in from.start..offset {
        if bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            line = Line { number: line.number + 1, start: at + 1 };
        }
    }
    line
}

fn located(bytes: &[u8], offset: usize, line: Line) -> Location {
    let range = line.range(bytes);
    let end = offset.clamp(range.start, range.end.max(range.start));
    let column = String::from_utf8_lossy(&bytes[range.start..end]).chars().count() + 1;
    Location { line: line.number, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_found_one_after_the_other_are_those_found_alone() {
        let bytes: Arc<[u8]> = Arc::from(&b"\xEF\xBB\xBFa\r\n\xC3\xA9b\rc\n\nd"[..]);
        let mut lines = Lines::default();
        for offset in (0..=bytes.len() + 2).chain([0, 9, 3]) {
            assert_eq!(lines.location(&bytes, offset), location(&bytes, offset), "{offset}");
        }
        assert_eq!(lines.line_at(&bytes, 8), (2, 6..9));
        let other: Arc<[u8]> = Arc::from(&b"x\ny"[..]);
        assert_eq!(lines.location(&other, 2), Location { line: 2, column: 1 });
    }
}
