//! Describes what an author should know: a finding with its place, its words and the way out.
//!
//! Input: none; every stage makes these. Output: [`Diagnostic`] values that sort into reading order. Never prints (see `report`), never stops a stage.

use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};

/// A range of bytes of a file as it is on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte, 0-based.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span; offsets past 4 GiB are cut there.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// Returns the span as a range to slice bytes with.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where a finding lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In a file of the content folder.
    Content(SourcePath, Option<Span>),
    /// In a file of a theme, as `THEME/file`.
    Theme(String, Option<Span>),
    /// In no file: the handbook as a whole.
    Handbook,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where.
    pub place: Place,
    /// Which rule it comes from.
    pub code: Rule,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// What else bears on it.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// Makes a finding in a chapter, with the severity that its code has in a configured handbook.
    pub fn new(code: Rule, path: &SourcePath, span: Option<Span>, message: impl Into<String>) -> Self {
        Self::at(code, Place::Content(path.clone(), span), message)
    }

    /// Makes a finding at any place.
    pub fn at(code: Rule, place: Place, message: impl Into<String>) -> Self {
        let severity = code.severity(true);
        Self { place, code, severity, message: message.into(), help: None, notes: Vec::new() }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a way out where there is one.
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
