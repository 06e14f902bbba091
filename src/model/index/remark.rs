//! Describes problems with how chapters fit together, before their location in a file is known.
//!
//! Input: none; the model creates remarks from metadata alone. Output: [`Remark`], which `check`
//! turns into a finding with a place. Never contains spans, so that editing prose doesn't change
//! the book.

use crate::text::diagnostic::Diagnostic;
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

use super::ChapterId;

/// The part of a chapter that a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A field in the front matter, by its canonical name.
    Field(&'static str),
    /// A reference, by its index.
    Reference(u32),
    /// A statement or responsibility, by its index.
    Statement(u32),
    /// A heading, by its index.
    Heading(u32),
    /// The title: the field, or otherwise the heading.
    Title,
    /// The chapter as a whole.
    Chapter,
}

/// A finding that doesn't have a place yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// The chapter that the remark is about.
    pub chapter: ChapterId,
    /// The part of that chapter.
    pub at: At,
    /// The finding, without a span.
    pub finding: Diagnostic,
}

impl Remark {
    /// Creates a remark about a part of the chapter at `path`.
    pub fn new(code: Rule, (chapter, path): (ChapterId, &SourcePath), at: At, message: String) -> Self {
        Self { chapter, at, finding: Diagnostic::new(code, path, None, message) }
    }

    /// Adds how to fix the problem.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding = self.finding.help(help);
        self
    }
}
