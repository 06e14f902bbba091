//! Takes compounds apart, so that "Strategie" finds "Produktstrategie".
//!
//! Input: the words of a handbook and its language. Output: the parts of each compound. The words of
//! the handbook are the only dictionary: a word is a compound only if both of its parts are words of
//! the handbook, or if its second part ends several compounds. Never changes the words themselves.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashSet;
use rayon::prelude::*;

use super::words::{Stems, primary};

/// The minimum length of a part, and of a second part that isn't a word of its own, in characters.
const SHORTEST: usize = 4;
const SHORTEST_ALONE: usize = 5;
/// The number of different first parts that make a second part a word.
const ENOUGH: usize = 2;
/// The length of the longest link between parts, in bytes.
const LONGEST_LINK: usize = 2;

/// How a language puts words together.
struct Grammar {
    /// What can be between two parts.
    links: &'static [&'static str],
    /// Beginnings of words that aren't first parts, although some are words.
    beginnings: &'static [&'static str],
}

const GERMAN: Grammar = Grammar {
    links: &["", "s", "es", "n", "en", "ns", "er", "e"],
    beginnings: &["unter", "uber", "wider", "wieder", "hinter", "durch", "gegen", "nach", "fest", "zwischen"],
};
const DUTCH: Grammar =
    Grammar { links: &["", "s", "e", "en", "n"], beginnings: &["onder", "over", "door", "achter", "tegen", "voor"] };
const NORDIC: Grammar = Grammar { links: &["", "s", "e"], beginnings: &["under", "over", "efter", "etter", "mellan"] };

fn grammar(language: &str) -> Option<&'static Grammar> {
    match primary(language).as_str() {
        "de" => Some(&GERMAN),
        "nl" => Some(&DUTCH),
        "da" | "nb" | "nn" | "no" | "sv" => Some(&NORDIC),
        _ => None,
    }
}

/// The words of a handbook.
struct Words<'a> {
    /// All of them in order.
    sorted: &'a [&'a str],
    /// The stems of those that are long enough to be parts.
    known: HashSet<String>,
    stems: Stems,
}

/// Returns whether a language (BCP 47) writes compounds as one word.
pub fn has_compounds(language: &str) -> bool {
    grammar(language).is_some()
}

/// Returns the parts of each compound among sorted words.
pub fn parts<'a>(words: &[&'a str], language: &str) -> BTreeMap<&'a str, BTreeSet<String>> {
    let Some(grammar) = grammar(language) else { return BTreeMap::new() };
    let stems = Stems::of(language);
    let known: HashSet<String> =
        words.par_iter().filter(|word| word.chars().count() >= SHORTEST).map(|word| stems.stem(word)).collect();
    let book = Words { sorted: words, known, stems };
    let splits: Vec<(&str, Vec<(String, &str)>)> =
        words.par_iter().map(|word| (*word, splits(word, grammar, &book))).collect();
    let Words { known, stems, .. } = &book;
    let mut heads: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (head, tail) in splits.iter().flat_map(|(_, splits)| splits) {
        heads.entry(stems.stem(tail)).or_default().insert(head);
    }
    let recurs = |tail: &str| {
        tail.chars().count() >= SHORTEST_ALONE
            && heads.get(&stems.stem(tail)).is_some_and(|heads| heads.len() >= ENOUGH)
    };
    let mut all: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (word, splits) in &splits {
        let mut before = usize::MAX;
        for (head, tail) in splits {
            // Without its first letters, which could be a link, a second part also recurs.
            let is_rest = before - tail.len() <= LONGEST_LINK;
            if known.contains(&stems.stem(tail)) || !is_rest && recurs(tail) {
                before = tail.len();
                all.entry(word).or_default().extend([head.clone(), (*tail).to_owned()]);
            }
        }
    }
    all
}

/// Lists how a word could be put together: a first part that is a word of the handbook, without what
/// links it, and the rest.
fn splits<'a>(word: &'a str, grammar: &Grammar, book: &Words<'_>) -> Vec<(String, &'a str)> {
    let Words { sorted, known, stems } = book;
    if word.contains(|c: char| !c.is_alphabetic()) || word.chars().count() < 2 * SHORTEST {
        return Vec::new();
    }
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    let mut found = Vec::new();
    for at in &ends[SHORTEST..=ends.len() - SHORTEST] {
        let (head, tail) = word.split_at(*at);
        if grammar.beginnings.contains(&head) {
            continue;
        }
        let bare = grammar.links.iter().filter_map(|link| head.strip_suffix(link));
        let long = bare.filter(|bare| bare.chars().count() >= SHORTEST).map(str::to_owned);
        // A first part may lose its last vowel ("Sprachstil").
        let all: Vec<String> = long.chain([format!("{head}e")]).collect();
        let exact = all.iter().find(|head| sorted.binary_search(&head.as_str()).is_ok());
        if let Some(head) = exact.or_else(|| all.iter().find(|head| known.contains(&stems.stem(head)))) {
            found.push((head.clone(), tail));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(words: &str, language: &str) -> Vec<String> {
        let mut words: Vec<&str> = words.split(' ').collect();
        words.sort_unstable();
        parts(&words, language)
            .into_iter()
            .map(|(word, parts)| format!("{word}: {}", parts.into_iter().collect::<Vec<_>>().join(" ")))
            .collect()
    }

    #[test]
    fn a_compound_of_two_words_of_the_handbook_is_taken_apart() {
        let found = split("produkt strategie produktstrategien entscheidung entscheidungsprozess prozess", "de");
        assert_eq!(found, ["entscheidungsprozess: entscheidung prozess", "produktstrategien: produkt strategien"]);
    }

    #[test]
    fn a_second_part_that_several_compounds_have_is_a_word() {
        let words = "produkt unternehmen produktstrategie unternehmensstrategie produktlinie";
        assert_eq!(
            split(words, "de"),
            ["produktstrategie: produkt strategie", "unternehmensstrategie: strategie unternehmen"]
        );
    }

    #[test]
    fn words_that_only_begin_like_others_stay_whole() {
        assert!(split("unter nehmen unternehmen produkt produktion", "de").is_empty());
        assert!(split("road map roadmap some where somewhere", "en").is_empty());
    }
}
