//! What commands write into the author's files: new chapters, imports, moves and edits.
//!
//! Input: the handbook's files and what was asked for. Output: plans and bytes. Nothing here changes a
//! file.

pub mod draft;
pub mod edit;
pub mod import;
pub mod relocate;
