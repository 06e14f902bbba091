//! Describes a problem that an author should know about: where it is, what is wrong and how to fix
//! it.
//!
//! Input: none; every stage creates findings. Output: [`Diagnostic`] values that sort into reading
//! order. Never prints anything (see `report`), and never stops a stage.

use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};

/// A byte range in a file as it is on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte, counted from 0.
    pub start: u32,
    /// One past the last byte.
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
    /// No single file: the handbook as a whole.
    Handbook,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The place it points at.
    pub place: Place,
    /// The rule it comes from.
    pub code: Rule,
    /// How serious it is.
    pub severity: Severity,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
    /// How to fix it.
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

    /// Adds help on how to fix it.
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
