//! Defines the two ways in which work can fail: Rolebook refuses it, or the machine can't do it.
//!
//! Input: a description of the problem, and help on how to fix it. Output: errors that end the
//! program with exit code 2 or 3. Never prints.

use std::fmt;

use super::MachineError;

/// The reason why Rolebook refuses to do something, and what the user can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A description of the problem, starting in lower case and without a full stop.
    pub message: String,
    /// How to fix the problem, or an empty string if the message says it all.
    pub help: String,
    /// The findings that led to the refusal, as text, or an empty string.
    pub findings: String,
}

impl Refusal {
    /// Creates a refusal.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), findings: String::new() }
    }
}

/// The reason why Rolebook couldn't do its work.
#[derive(Debug)]
pub enum Failure {
    /// Rolebook refuses to do it: exit code 2.
    Refused(Refusal),
    /// The machine failed, for example because the disk is full: exit code 3.
    Machine(String),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<MachineError> for Failure {
    fn from(error: MachineError) -> Self {
        Self::Machine(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => f.write_str(&refusal.message),
            Self::Machine(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}
