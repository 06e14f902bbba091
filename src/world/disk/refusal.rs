//! Says why Rolebook will not write somewhere.
//!
//! Input: a message and the way out. Output: errors that end the program with exit code 2 or 3.
//! Never prints.

use std::fmt;

use super::MachineError;

/// A folder that Rolebook does not write to, and what the user can do. Ends the program with exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The way out.
    pub help: String,
}

impl Refusal {
    /// Makes a refusal.
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

/// Why an output folder cannot be used.
#[derive(Debug)]
pub enum OutputError {
    /// Rolebook will not write there. Exit code 2.
    Refused(Refusal),
    /// The machine failed. Exit code 3.
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
