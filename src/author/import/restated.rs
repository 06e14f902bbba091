//! Tells whether each level of a table is complete, or adds to those below it.
//!
//! Input: what was gathered. Output: [`Found`]. Only sentences that several levels repeat are proof.
//! Words such as `with help` at a lower level, and similar sentences at neighboring levels, are hints.
//! Never decides by hints.

use std::collections::BTreeMap;

use crate::author::edit::percent_shared;
use crate::text::path::fold;

use super::gather::{Competency, Gathered, Said};

/// The share of statements, in percent, that must say the same at several levels for a table whose
/// levels are each complete.
const REPEATED: usize = 5;
/// The percentage of shared words from which two statements look like versions of one.
const ALIKE: usize = 60;
/// The number of words that such statements have at least.
const FEWEST_WORDS: usize = 4;
/// The number of hints that count.
const HINTS: usize = 2;

/// Words for what a higher level is past.
const LIMITS: [&str; 20] = [
    "with guidance",
    "with help",
    "with support",
    "with supervision",
    "with oversight",
    "with assistance",
    "with some help",
    "under guidance",
    "under supervision",
    "when asked",
    "occasional support",
    "regular support",
    "close supervision",
    "limited experience",
    "basic understanding",
    "basic knowledge",
    "mit hilfe",
    "mit unterstützung",
    "mit anleitung",
    "unter anleitung",
];

/// What the texts of a table say about its levels.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// There is at most one level of each competency.
    Nothing,
    /// Nothing says that levels are complete.
    Adds,
    /// Levels are probably complete. Contains words that show it.
    Likely(String),
    /// Levels repeat each other's sentences.
    Repeats,
}

/// Looks at the statements of a table.
pub fn find(gathered: &Gathered) -> Found {
    let (mut all, mut repeated, mut has_many) = (0, 0, false);
    for competency in &gathered.competencies {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for said in &competency.statements {
            all += 1;
            let first = seen.entry(fold(&said.text)).or_insert(&said.level.text);
            repeated += usize::from(*first != said.level.text);
            has_many |= competency.statements[0].level.text != said.level.text;
        }
    }
    if repeated > 1 && repeated * 100 > all * REPEATED {
        return Found::Repeats;
    }
    if !has_many {
        return Found::Nothing;
    }
    let limits: Vec<&Said> = gathered.competencies.iter().flat_map(limited).collect();
    if let (Some(first), true) = (limits.first(), limits.len() >= HINTS) {
        return Found::Likely(format!(
            "`{}` says `{}`",
            first.level.text.trim(),
            limit(&first.text).unwrap_or_default()
        ));
    }
    let pairs: Vec<(&Said, &Said)> = gathered.competencies.iter().flat_map(neighbors).collect();
    let is_long = |said: &Said| said.text.split_whitespace().count() >= FEWEST_WORDS;
    let is_alike = |(a, b): &&(&Said, &Said)| is_long(a) && is_long(b) && percent_shared(&a.text, &b.text) >= ALIKE;
    let alike: Vec<&(&Said, &Said)> = pairs.iter().filter(is_alike).collect();
    match alike.first() {
        Some((low, high)) if alike.len() >= HINTS && alike.len() * 2 >= pairs.len() => {
            Found::Likely(format!("`{}` and `{}` say nearly the same", low.level.text.trim(), high.level.text.trim()))
        }
        _ => Found::Adds,
    }
}

fn limit(text: &str) -> Option<&'static str> {
    let text = fold(text);
    LIMITS.into_iter().find(|words| text.contains(words))
}

/// Returns the statements with such words, except those of the last level.
fn limited(competency: &Competency) -> impl Iterator<Item = &Said> {
    let last = competency.statements.last().map(|said| said.level.text.as_str());
    competency
        .statements
        .iter()
        .filter(move |said| Some(said.level.text.as_str()) != last && limit(&said.text).is_some())
}

/// Returns the statements of levels that have only one, each with the one of the next level.
fn neighbors(competency: &Competency) -> Vec<(&Said, &Said)> {
    let list = &competency.statements;
    let is_here = |a: &Said, b: &Said| a.level.text == b.level.text && a.track == b.track;
    let is_alone = |said: &&Said| list.iter().filter(|other| is_here(said, other)).count() == 1;
    let alone: Vec<&Said> = list.iter().filter(is_alone).collect();
    let is_one_track = |pair: &&[&Said]| pair[0].track == pair[1].track;
    alone.windows(2).filter(is_one_track).map(|pair| (pair[0], pair[1])).collect()
}
