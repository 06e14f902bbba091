//! Writes what the index reads of a chapter as bytes for the next build, and reads it again.
//!
//! Input: what was read of a chapter, or bytes. Output: bytes, or what is true of the chapter as long as
//! neither it nor the settings change, and what stands for its text as long as what it takes from other
//! chapters doesn't change either. Never contains the text itself.

use std::borrow::Cow;

use borsh::BorshDeserialize;

use super::texts::{Glance, Texts};
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
pub type Keep<'a> = dyn FnMut(&[(&Document, Cow<'_, [u8]>)]) + Send + 'a;

/// Returns what was read of a chapter as bytes, with what stands for the parts that come from others.
pub fn write(glance: &Glance, chapter: ChapterId, texts: &Texts<'_>) -> Vec<u8> {
    borsh::to_vec(&(glance, others(glance, chapter, texts))).unwrap_or_default()
}

/// Returns the same as reading the chapter would, or `None` if its text has changed because of other
/// chapters.
pub fn read(bytes: &[u8], chapter: ChapterId, texts: &Texts<'_>) -> Option<Glance> {
    let (glance, before) = <(Glance, [u8; 16])>::try_from_slice(bytes).ok()?;
    (before == others(&glance, chapter, texts)).then_some(Glance { is_known: true, ..glance })
}

/// Returns the hash of what a chapter's text takes from other chapters.
fn others(glance: &Glance, chapter: ChapterId, texts: &Texts<'_>) -> [u8; 16] {
    texts.others(chapter, (&glance.gaps, &glance.units))
}
