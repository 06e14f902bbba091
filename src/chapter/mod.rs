//! Processes one chapter on its own: its file becomes a document, which is HTML with holes for what
//! depends on other chapters.
//!
//! Input: the bytes of one file and the settings. Output: a [`document::Document`], or the fact
//! that the chapter is hidden. Never looks at another chapter.

pub mod diagram;
pub mod dialect;
pub mod document;
pub mod formula;
pub mod inclusion;
pub mod markdown;
pub mod parse;
pub mod redact;
pub mod reference;
