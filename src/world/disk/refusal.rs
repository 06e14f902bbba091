//! Defines the errors of refusing to write somewhere, and of output folders that can't be used.
//!
//! Input: a description of the problem, and help on how to fix it. Output: errors that end the
//! program with exit code 2 or 3. Never prints.

use std::fmt;

use super::MachineError;

/// The reason why Rolebook doesn't write to a file or folder, and what the user can do about it.
/// Ends the program with exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A description of the problem, starting in lower case and without a full stop.
    pub message: String,
    /// How to fix the problem.
    pub help: String,
}

impl Refusal {
    /// Creates a refusal.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// The reason why an output folder can't be used.
#[derive(Debug)]
pub enum OutputError {
    /// Rolebook refuses to write to the folder: exit code 2.
    Refused(Refusal),
    /// The operating system reported an error: exit code 3.
    Machine(MachineError),
}

impl From<Refusal> for OutputError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<MachineError> for OutputError {
    fn from(error: MachineError) -> Self {
        Self::Machine(error)
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Machine(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OutputError {}
