//! Says which file a place in a chapter asks for, and writes the file in its place.
//!
//! Input: the text of a file, and the body of the chapter. Output: the text to insert. Never finds such
//! places, and never reads a file.

use std::ops::Range;

use super::Why;
use super::part::Part;
use crate::chapter::dialect::fenced;

/// A place that asks for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The range in the body.
    pub range: Range<usize>,
    /// The files as they are written, with the part of each.
    pub asks: Vec<(String, Part)>,
    /// How the file is written into the chapter.
    pub shape: Shape,
    /// Whether it is in fenced code.
    pub in_code: bool,
}

/// How a file is written into a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As it is.
    Text,
    /// As paragraphs of its own.
    Blocks,
    /// As a block of code with this info string.
    Code(String),
    /// Not at all: the place stands for this text.
    Literal(String),
}

impl Directive {
    /// Returns whether the file is inserted as code.
    pub fn is_code(&self) -> bool {
        self.in_code || matches!(self.shape, Shape::Code(_))
    }

    /// Returns the name of the file, for a message.
    pub fn file(&self) -> String {
        self.asks.first().map(|(file, _)| file.clone()).unwrap_or_default()
    }

    /// Returns the range with the line ending, if the directive has its lines for itself.
    pub fn with_line(&self, body: &str) -> Range<usize> {
        let start = body[..self.range.start].rfind('\n').map_or(0, |at| at + 1);
        let is_alone = body[start..self.range.start].trim().is_empty();
        match body[self.range.end..].find('\n') {
            Some(end) if is_alone && body[self.range.end..self.range.end + end].trim().is_empty() => {
                start..self.range.end + end + 1
            }
            _ => self.range.clone(),
        }
    }

    /// Returns the text to write into `body` in place of the directive. Its lines begin like the
    /// directive's. Fails before it writes more than `most` bytes: one long prefix at each of many lines
    /// takes gigabytes.
    pub fn written(&self, content: &str, body: &str, most: usize) -> Result<String, Why> {
        let start = body[..self.range.start].rfind('\n').map_or(0, |at| at + 1);
        let before = &body[start..self.range.start];
        let is_prefix = before.chars().all(|c| matches!(c, ' ' | '\t' | '>'));
        let prefix = if is_prefix { before } else { "" };
        if self.in_code && ends_code(content, &body[..start]) {
            return Err(Why::EndsCode);
        }
        let bare = prefix.trim_end_matches([' ', '\t']);
        let added = content.lines().skip(1).map(|line| if line.is_empty() { bare.len() } else { prefix.len() });
        if added.sum::<usize>() + content.len() > most {
            return Err(Why::TooLarge);
        }
        let lines = |text: &str| {
            let mut lines = text.lines();
            let mut out = lines.next().unwrap_or_default().to_owned();
            for line in lines {
                out.push('\n');
                out.push_str(if line.is_empty() { bare } else { prefix });
                out.push_str(line);
            }
            out
        };
        Ok(match &self.shape {
            Shape::Code(info) if !self.in_code => {
                let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
                let fence = "`".repeat(longest.max(2) + 1);
                lines(&format!("{fence}{info}\n{content}\n{fence}"))
            }
            Shape::Blocks if !self.in_code => format!("\n{prefix}\n{prefix}{}\n\n", lines(content)),
            _ => lines(content),
        })
    }
}

/// Returns whether a line of `content` would end the code that is open at the end of `before`.
fn ends_code(content: &str, before: &str) -> bool {
    let code = fenced(before);
    let opening = code.last().filter(|code| code.end == before.len()).map(|code| &before[code.clone()]);
    let opening = opening.and_then(|code| code.lines().next()).unwrap_or_default();
    let opening = opening.trim_start_matches(|c: char| !matches!(c, '`' | '~'));
    let Some(sign) = opening.chars().next() else { return false };
    let length = opening.chars().take_while(|c| *c == sign).count();
    content.lines().any(|line| {
        let line = line.trim();
        line.len() >= length && line.chars().all(|c| c == sign)
    })
}

/// Returns a place that asks for one file.
pub fn asking(range: Range<usize>, file: &str, part: Part, shape: Shape) -> Directive {
    Directive { range, asks: vec![(file.to_owned(), part)], shape, in_code: false }
}

/// Returns a place that stands for a text.
pub fn literal(range: Range<usize>, text: &str) -> Directive {
    Directive { range, asks: Vec::new(), shape: Shape::Literal(text.to_owned()), in_code: false }
}

/// Iterates over lines without their indentation and line ending, with their offsets.
pub fn lines(body: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    body.split_inclusive('\n').map(move |line| {
        let at = start + (line.len() - line.trim_start().len());
        start += line.len();
        (at, line.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_prefix_adds_is_counted_before_it_is_written() {
        let body = format!("{}{{{{#include x}}}}", "> ".repeat(20_000));
        let directive = asking(40_000..body.len(), "x", Part::Whole, Shape::Text);
        assert_eq!(directive.written(&"x\n".repeat(4000), &body, 1_000_000), Err(Why::TooLarge));
        assert_eq!(directive.written("x\n\ny", &body, 100_000).map(|words| words.len()), Ok(80_004 - 1));
    }
}
