//! Writes formulas.
//!
//! Input: the source of a formula and its place. Output: a hole for the drawing. A formula that
//! can't be drawn is reported, and its source is written as code.

use std::ops::Range;

use super::Writer;
use crate::chapter::document::{Code, Formula, Hole, Setting};
use crate::chapter::formula;
use crate::chapter::markdown::numbered;
use crate::text::markup::escape;
use crate::text::rule::Rule;

/// The language of code blocks that contain a formula.
const LANGUAGE: &str = "math";

impl Writer<'_, '_> {
    /// Writes a formula in a paragraph.
    pub(super) fn formula(&mut self, source: &str, range: &Range<usize>, setting: Setting) {
        self.written.words += source.split_whitespace().count();
        match self.drawn(source, range, setting) {
            Some(hole) => self.out.hole(hole),
            None => self.out.html.push_str(&format!("<code>{}</code>", escape(source.trim()))),
        }
    }

    /// Returns whether a code block contains a formula.
    pub(super) fn is_formula(&self, code: &Code) -> bool {
        code.language == LANGUAGE && self.input.config.markdown.math == Some(true) && !self.input.plain
    }

    /// Writes a block that contains a formula, unless it can't be drawn. `range` is the block's
    /// first line.
    pub(super) fn formula_block(&mut self, source: &str, range: &Range<usize>) -> bool {
        let hole = self.drawn(source, range, Setting::Block);
        let is_drawn = hole.is_some();
        if let Some(hole) = hole {
            self.hole_block(hole);
        }
        is_drawn
    }

    fn drawn(&mut self, source: &str, range: &Range<usize>, setting: Setting) -> Option<Hole> {
        match formula::draw(source, setting != Setting::Inline) {
            Ok(drawing) => {
                let formula = Formula { source: source.trim().to_owned(), drawing, setting };
                Some(Hole::Formula(numbered(&mut self.written.body.formulas, formula)))
            }
            Err(reason) => {
                let message = format!("this formula can't be drawn: {reason}");
                let help = "change it, or leave it: the page shows its source as code";
                self.finding(Rule::BadFormula, range, message, help);
                None
            }
        }
    }
}
