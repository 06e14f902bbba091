//! Reads the forms of other generators that `CommonMark` doesn't know.
//!
//! Input: the body of a chapter and how to read it. Output: a [`View`], which is the body as
//! `CommonMark` would have it, with the place of each byte in the body, and events with the forms
//! within lines. The file is never rewritten: every range that leaves this module is one of the
//! body, so that findings, edits and copies refer to what the author wrote. Redaction and the real
//! parse read the same view. Never looks at another chapter.

mod blocks;
mod emoji;
mod foreign;
mod inline;
mod lines;
mod scan;
mod tags;
mod view;

pub use blocks::{Block, Form, Look};
pub use foreign::Foreign;
pub use inline::{Forms, apply};
pub use view::View;

use pulldown_cmark::Options;

use crate::declare::config::Config;
use crate::declare::dialect::Dialects;

/// How the text of a chapter is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The extensions of the Markdown parser, apart from typographic quotes.
    pub options: Options,
    /// The dialects.
    pub dialects: Dialects,
    /// The configuration, which declares the audiences.
    pub config: &'a Config,
}

impl<'a> Reading<'a> {
    /// Returns how `CommonMark` is read.
    pub fn plain(config: &'a Config) -> Self {
        Self { options: Options::empty(), dialects: Dialects::default(), config }
    }

    /// Returns whether the handbook declares audiences. Then a `:::` line that might be the mark of
    /// one never begins a block of a dialect.
    fn is_strict(&self) -> bool {
        !self.config.audiences.is_empty()
    }
}
