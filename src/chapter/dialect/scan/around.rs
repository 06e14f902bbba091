//! Writes what belongs around a line: labels, the ends of HTML, and the fences of code that has none.
//!
//! Input: a line and what is open. Output: text of the view. Never decides what a line is.

use std::ops::Range;

use super::{Line, Rest, Scanner};
use crate::chapter::dialect::code::{self, Rustdoc};
use crate::chapter::dialect::lines;

impl Scanner<'_, '_> {
    /// Returns whether the text below a line of HTML is Markdown: in an element that says so, and behind
    /// one. In `CommonMark`, that text would be part of the HTML.
    pub(super) fn ends_html(&mut self, line: &str) -> bool {
        let Some(is_open) = lines::block_tag(line) else { return false };
        if is_open {
            let is_markdown = lines::holds_markdown(line);
            // Only elements inside and around such a one matter.
            if is_markdown || !self.elements.is_empty() {
                self.elements.push(is_markdown);
            }
            return is_markdown;
        }
        let is_markdown = self.elements.pop().unwrap_or(false);
        is_markdown || self.elements.last() == Some(&true)
    }

    /// Writes a line with the labels that belong to it, behind the first `width` bytes of its text.
    pub(super) fn labeled(&mut self, line: &Line<'_>, (rest, whole): (&Rest, &Range<usize>), width: usize) {
        let at = line.content.start + width;
        self.prefix(self.frames.len());
        self.view.insert(&" ".repeat(rest.spare));
        self.without(rest.at..at, line.tags);
        for label in std::mem::take(&mut self.labels) {
            self.view.insert(&format!("<span id=\"{label}\"></span>"));
        }
        self.without(at..whole.end, line.tags);
    }

    /// Leaves out a line of code that rustdoc hides, or the sign that keeps one. Returns whether the line is
    /// written.
    pub(super) fn hidden_line(&mut self, rest: &Rest, (content, whole): (&Range<usize>, &Range<usize>)) -> bool {
        match code::rustdoc(&self.body[content.clone()]) {
            Rustdoc::Hidden => self.view.removed.push(content.clone()),
            Rustdoc::Shown => return false,
            Rustdoc::Escaped => {
                self.prefix(self.frames.len());
                self.view.insert(&" ".repeat(rest.spare));
                self.view.copy(self.body, rest.at..content.start);
                self.view.copy(self.body, content.start + 1..whole.end);
            }
        }
        self.text_end = content.end;
        true
    }

    /// Writes a fence where the code of a tab ends, and one where it begins.
    pub(super) fn fence_tab(&mut self, at: usize) {
        if self.unfenced.take_if(|end| *end <= at).is_some() {
            self.prefix(self.frames.len());
            self.view.insert("~~~~~~\n");
        }
        let Some(((code, language), rest)) = self.tabs.split_first().filter(|((code, _), _)| code.start <= at) else {
            return;
        };
        self.tabs = rest;
        self.unfenced = Some(code.end);
        self.blank();
        self.prefix(self.frames.len());
        let name = &self.body[language.clone()];
        self.view.insert(&format!("~~~~~~ {name}\n"));
    }
}
