//! Compares texts by the words they share.
//!
//! Input: two texts. Output: how much they have in common, in percent. Never looks at the order of
//! words.

use std::collections::BTreeSet;

use crate::text::path::fold;

/// How much two statements must share to be one that was reworded: twice the words in common over the words of both, in percent.
pub(super) const ALIKE: usize = 50;

pub(super) fn words(text: &str) -> BTreeSet<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns how much two sets of words share, in percent.
pub(super) fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> usize {
    let all = a.len() + b.len();
    (a.intersection(b).count() * 200).checked_div(all).unwrap_or(0)
}

/// Tells whether two names share enough words to be one that was changed.
pub(super) fn is_alike(a: &str, b: &str) -> bool {
    likeness(&words(a), &words(b)) >= ALIKE
}
