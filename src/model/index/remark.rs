//! Says what is wrong with how chapters hang together, before anybody knows where in a file that is.
//!
//! Input: none; the model makes these from metadata alone. Output: [`Remark`], which `check` turns into a finding with its place. The book holds no
//! spans, so that an edit of prose keeps it.

use crate::text::diagnostic::Diagnostic;
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

use super::ChapterId;

/// The part of a chapter that a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A field of its front matter, by its canonical name.
    Field(&'static str),
    /// A reference, by its number.
    Reference(u32),
    /// A statement or responsibility, by its number.
    Statement(u32),
    /// Its title: the field, else the heading.
    Title,
    /// The chapter as a whole.
    Chapter,
}

/// A finding that has no place yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// The chapter that it is about.
    pub chapter: ChapterId,
    /// The part of it.
    pub at: At,
    /// The finding, without a span.
    pub finding: Diagnostic,
}

impl Remark {
    /// Makes a remark on a part of the chapter at `path`.
    pub fn new(code: Rule, (chapter, path): (ChapterId, &SourcePath), at: At, message: String) -> Self {
        Self { chapter, at, finding: Diagnostic::new(code, path, None, message) }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding = self.finding.help(help);
        self
    }
}
