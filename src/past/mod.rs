//! The handbook's past: the dates and paths of its Git history, and the differences between two
//! states of the handbook.
//!
//! Input: the output of Git, or two compiled handbooks. Output: values. Never runs Git.

pub mod delta;
pub mod history;
