//! Tries to draw diagrams.
//!
//! Input: a code block. Output: what pages have to know of the diagram in it. A diagram that can't
//! be drawn is reported at its line, and the block stays code.

use std::ops::Range;

use super::Writer;
use crate::chapter::diagram::{self, Refusal};
use crate::chapter::document::Code;
use crate::text::rule::Rule;

impl Writer<'_, '_> {
    /// Draws the diagram in a code block, if it contains one.
    pub(super) fn draw(&mut self, code: &mut Code, range: &Range<usize>) {
        let is_diagram = code.language == diagram::LANGUAGE && code.template.is_none();
        if !is_diagram || !self.input.config.markdown.diagrams || self.input.plain {
            return;
        }
        match diagram::read(&code.text) {
            Ok(drawn) => code.diagram = Some(drawn),
            Err(Refusal { line, reason }) => {
                let at = self.line_of_block(range, line);
                let message = format!("this diagram can't be drawn: {reason}");
                let help = "change it, or leave it: the page shows its source as code";
                self.finding(Rule::BadDiagram, &at, message, help);
            }
        }
    }

    /// Returns the range of a line in the body: `line` lines below the first line of a block.
    fn line_of_block(&self, range: &Range<usize>, line: usize) -> Range<usize> {
        let block = &self.input.body[range.clone()];
        let mut start = range.start;
        for (number, text) in block.split_inclusive('\n').enumerate() {
            if number == line && !text.trim().is_empty() {
                let indent = text.len() - text.trim_start().len();
                return start + indent..start + text.trim_end().len();
            }
            start += text.len();
        }
        let first = block.lines().next().unwrap_or_default();
        range.start..range.start + first.len()
    }
}
