//! Compares texts by the words that they have in common.
//!
//! Input: two texts. Output: how similar they are, in percent. Never considers the order of the
//! words.

use std::collections::BTreeSet;

use crate::text::path::fold;

/// The similarity, in percent, from which two statements count as one reworded statement.
/// Similarity is twice the number of common words divided by the total number of words in both.
pub(super) const ALIKE: usize = 50;

pub(super) fn words(text: &str) -> BTreeSet<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the similarity of two sets of words, in percent.
pub(super) fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> usize {
    let all = a.len() + b.len();
    (a.intersection(b).count() * 200).checked_div(all).unwrap_or(0)
}

/// Returns whether two names are similar enough to count as one name that was changed.
pub(super) fn is_alike(a: &str, b: &str) -> bool {
    likeness(&words(a), &words(b)) >= ALIKE
}
