//! The handbook's past: its history in days and paths, and the difference between two states.
//!
//! Input: the output of Git, or two compiled handbooks. Output: values. Never runs Git.

pub mod delta;
pub mod history;
