//! The basic types and functions that all other modules use: paths, slugs, dates, colors,
//! findings, quoting, front matter, HTML tags and tables.
//!
//! Input: text. Output: values with their positions in the text. Never knows what a handbook is,
//! reads a file, or looks at another chapter.

pub mod attribute;
pub mod color;
pub mod conflict;
pub mod date;
pub mod diagnostic;
pub mod front_matter;
pub mod markup;
pub mod merge;
pub mod near;
pub mod packed;
pub mod path;
pub mod quote;
pub mod rule;
pub mod slug;
pub mod source;
pub mod spreadsheet;
pub mod typography;
pub mod unpack;
