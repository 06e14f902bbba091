//! Defines findings. A finding describes a problem that an author should know about: where it is,
//! what is wrong and how to fix it.
//!
//! Input: none, because every stage creates its own findings. Output: [`Diagnostic`] values that
//! sort into reading order. Never prints anything (see `report`), and never stops a stage.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};

/// A byte range in a file on disk, before any conversion of line endings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct Span {
    /// The first byte, counted from 0.
    pub start: u32,
    /// The byte offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// Creates a span; offsets beyond 4 GiB are capped.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// Returns the span as a range for slicing.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The place that a finding points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A file in the content folder.
    Content(SourcePath, Option<Span>),
    /// A file of a theme, as `THEME/file`.
    Theme(String, Option<Span>),
    /// The handbook as a whole, if the finding isn't about a single file.
    Handbook,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The place that the finding points at.
    pub place: Place,
    /// The rule that the finding comes from.
    pub code: Rule,
    /// The severity of the finding.
    pub severity: Severity,
    /// A description of the problem, starting in lower case and without a full stop.
    pub message: String,
    /// Advice on how to fix the problem.
    pub help: Option<String>,
    /// Further remarks.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// Creates a finding in a content file, with the severity that `code` has when there is a
    /// `handbook.toml`.
    pub fn new(code: Rule, path: &SourcePath, span: Option<Span>, message: impl Into<String>) -> Self {
        Self::at(code, Place::Content(path.clone(), span), message)
    }

    /// Creates a finding at any place, with the severity that `code` has when there is a
    /// `handbook.toml`.
    pub fn at(code: Rule, place: Place, message: impl Into<String>) -> Self {
        let severity = code.severity(true);
        Self { place, code, severity, message: message.into(), help: None, notes: Vec::new() }
    }

    /// Adds advice on how to fix the problem.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the help text, or removes it if `help` is `None`.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
