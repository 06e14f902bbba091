//! Prepares what commands write into authors' files: new chapters, imports, moves and edits.
//!
//! Input: the handbook's files and the request. Output: plans and bytes. Never changes a file.

pub mod adopt;
pub mod draft;
pub mod edit;
pub mod exported;
pub mod form;
pub mod import;
pub mod opened;
pub mod relocate;
