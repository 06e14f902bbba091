//! Writes what the index reads of a chapter as bytes for the next build, and reads it again.
//!
//! Input: what was read of a chapter, or bytes. Output: bytes, or what is true of the chapter as long as
//! neither it nor the settings change, and what stands for its text as long as what it takes from other
//! chapters doesn't change either. Never contains the text itself.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};

use super::entry::Unit;
use super::posting::Words;
use super::texts::{Glance, TextMark, Texts};
use crate::chapter::document::Document;
use crate::model::book::ChapterId;

/// What earlier builds know about chapters, and where to keep it for the next one.
pub struct LastBuild<'a> {
    /// Returns what [`keep`](Self::keep) got for the same chapter, if anything.
    pub known: &'a (dyn Fn(&Document) -> Option<&'a [u8]> + Sync),
    /// Keeps what is known now.
    pub keep: &'a mut Keep<'a>,
}

/// A function that gets documents in their order, each with what the index knows about it.
pub type Keep<'a> = dyn FnMut(&[(&Document, Vec<u8>)]) + 'a;

/// What is known about a chapter.
#[derive(BorshDeserialize, BorshSerialize)]
pub struct Known {
    units: Vec<Unit>,
    words: Vec<Words>,
    /// The references whose titles are in the text.
    gaps: Vec<u32>,
    /// The hash of what the text takes from other chapters.
    others: [u8; 16],
    text: TextMark,
}

impl Known {
    /// Reads bytes.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::try_from_slice(bytes).ok()
    }

    /// Returns the same as reading the chapter would, or `None` if its text has changed because of other
    /// chapters.
    pub fn glance(self, chapter: ChapterId, texts: &Texts<'_>) -> Option<Glance> {
        let is_same = self.others == texts.others(chapter, (&self.gaps, &self.units));
        is_same.then(|| Glance { units: Arc::new(self.units), words: self.words, gaps: self.gaps, text: self.text })
    }
}

/// Returns what was read of a chapter as bytes.
pub fn write(glance: &Glance, chapter: ChapterId, texts: &Texts<'_>) -> Vec<u8> {
    let Glance { units, words, gaps, text } = glance;
    let others = texts.others(chapter, (gaps, units));
    borsh::to_vec(&(&**units, words, gaps, others, text)).unwrap_or_default()
}
