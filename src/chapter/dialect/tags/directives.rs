//! Tells the fences that open and close directives of `MyST` from those of code.
//!
//! Input: the fences of a body in order. Output: what each means. Never reads the options of a
//! directive.

use crate::chapter::dialect::code::Fence;
use crate::chapter::dialect::directive;

/// The maximum number of directives around a line.
const MOST_OPEN: usize = 16;

/// What a fence means.
pub(super) enum Meaning {
    /// It opens a directive whose text is Markdown.
    Opens,
    /// It closes the innermost of these.
    Closes,
    /// It opens code.
    Code(Fence),
}

/// The directives around a line.
#[derive(Default)]
pub(super) struct Directives {
    open: Vec<Fence>,
    /// Whether one isn't closed. Then the ends of others aren't searched for.
    is_unclosed: bool,
}

impl Directives {
    /// Returns what a fence means; `line` is the one that it is on, and `rest` the text below it.
    pub(super) fn pass(&mut self, fence: Fence, line: &str, rest: &str) -> Meaning {
        if self.open.pop_if(|outer| outer.is_closed_by(line)).is_some() {
            return Meaning::Closes;
        }
        if !directive::read(line).is_some_and(|directive| directive.has_text()) {
            return Meaning::Code(fence);
        }
        self.is_unclosed = self.is_unclosed || !rest.lines().any(|line| fence.is_closed_by(line.trim()));
        if self.is_unclosed || self.open.len() >= MOST_OPEN {
            return Meaning::Code(fence);
        }
        self.open.push(fence);
        Meaning::Opens
    }
}
