//! One chapter alone: its file becomes a document, which is HTML with holes for what depends on others.
//!
//! Input: the bytes of one file and the settings. Output: a [`document::Document`], or that the chapter
//! is hidden. Nothing here looks at another chapter.

pub mod document;
pub mod markdown;
pub mod parse;
pub mod redact;
pub mod reference;
