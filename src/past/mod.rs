//! What the handbook was: its history in days and paths, and the difference between two states.
//!
//! Input: what git said, or two compiled handbooks. Output: values. Nothing here starts git.

pub mod delta;
pub mod history;
