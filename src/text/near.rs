//! Finds similar names for "did you mean" suggestions.
//!
//! Input: the names that exist, and the one an author wrote. Output: the most similar names. Never
//! compares a name with more than `MOST_COMPARED` candidates. So even with thousands of dead
//! links, the time grows only in proportion to the number of links.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;

/// The length, in characters, above which a name isn't compared, because the time for comparing
/// grows with the square of the length.
const LONGEST: usize = 200;

/// The maximum number of names that one name is compared with. If there are more names, only names
/// that have a trigram (three letters in a row) in common with the wanted name are compared. Names
/// with the rarest trigrams come first.
const MOST_COMPARED: usize = 128;

type Gram = [char; 3];

/// The names to search.
#[derive(Debug)]
pub struct Candidates<'a> {
    /// Each name as written and in lower case.
    names: Vec<(&'a str, String)>,
    /// For each trigram, the ascending indices of the names that contain it; empty if there are few
    /// names.
    by_gram: HashMap<Gram, Vec<u32>, RandomState>,
}

impl<'a> Candidates<'a> {
    /// Prepares `names` for lookups, without duplicates.
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names: Vec<(&str, String)> = names.into_iter().map(|name| (name, name.to_lowercase())).collect();
        names.sort_unstable();
        names.dedup();
        let mut by_gram: HashMap<Gram, Vec<u32>, RandomState> = HashMap::default();
        if names.len() > MOST_COMPARED {
            for (number, (_, lower)) in (0..).zip(&names) {
                for gram in grams(lower) {
                    let numbers = by_gram.entry(gram).or_default();
                    if numbers.last() != Some(&number) {
                        numbers.push(number);
                    }
                }
            }
        }
        Candidates { names, by_gram }
    }

    /// Returns up to `most` names that resemble `wanted`, most similar first. Equally similar names
    /// are sorted by name.
    ///
    /// Compares lower-cased names by Damerau-Levenshtein distance. The distance may be at most a
    /// third of the longer name's length, unless one of the names begins with the other or the
    /// candidate ends with `wanted`.
    pub fn nearest(&self, wanted: &str, most: usize) -> Vec<&'a str> {
        let wanted = wanted.to_lowercase();
        let compared = self.worth_comparing(&wanted).into_iter();
        let mut found: Vec<(usize, &str)> =
            compared.filter_map(|(name, lower)| Some((likeness(&wanted, lower)?, *name))).collect();
        found.sort_unstable();
        found.into_iter().take(most).map(|(_, name)| name).collect()
    }

    /// Returns the name of which `wanted` is probably a misspelling. The two may differ by one
    /// letter, or by two if `wanted` has eight letters or more.
    pub fn slip(&self, wanted: &str) -> Option<&'a str> {
        let wanted = wanted.to_lowercase();
        let length = wanted.chars().count();
        let most = if length >= 8 { 2 } else { usize::from(length >= 4) };
        let compared = self.worth_comparing(&wanted).into_iter();
        let near = compared.map(|(name, lower)| (strsim::damerau_levenshtein(&wanted, lower), *name));
        near.filter(|(distance, _)| *distance <= most).min().map(|(_, name)| name)
    }

    /// Returns the names worth comparing with `wanted`, which must be in lower case.
    fn worth_comparing(&self, wanted: &str) -> Vec<&(&'a str, String)> {
        if self.by_gram.is_empty() {
            return self.names.iter().collect();
        }
        let mut shared: Vec<&[u32]> =
            grams(wanted).iter().filter_map(|gram| self.by_gram.get(gram)).map(Vec::as_slice).collect();
        shared.sort_by_key(|numbers| (numbers.len(), numbers.first().copied()));
        let mut numbers = BTreeSet::new();
        for number in shared.into_iter().flatten() {
            if numbers.len() == MOST_COMPARED {
                break;
            }
            numbers.insert(*number);
        }
        numbers.into_iter().map(|number| &self.names[number as usize]).collect()
    }
}

/// Returns up to `most` of `candidates` that resemble `wanted`; see [`Candidates::nearest`].
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    Candidates::new(candidates).nearest(wanted, most)
}

/// Returns a "did you mean" question that lists the names, or `None` if `names` is empty.
pub fn did_you_mean(names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("did you mean `{one}`?")),
        [first @ .., last] => {
            let list: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            Some(format!("did you mean {} or `{last}`?", list.join(", ")))
        }
    }
}

/// Returns the edit distance of two lower-cased names, or `None` if they aren't similar.
fn likeness(wanted: &str, other: &str) -> Option<usize> {
    let length = wanted.chars().count();
    let other_length = other.chars().count();
    let longest = length.max(other_length);
    let contained = length >= 4
        && other_length >= 4
        && (other.starts_with(wanted) || wanted.starts_with(other) || other.ends_with(wanted));
    if longest > LONGEST {
        return None;
    }
    // If both names have at most two letters, even a single difference is too much.
    let most = if longest < 3 { 0 } else { longest.div_ceil(3).min(6) };
    // The distance is at least the difference in length, which rules out most names here.
    if !contained && length.abs_diff(other_length) > most {
        return None;
    }
    let distance = strsim::damerau_levenshtein(wanted, other);
    (contained || distance <= most).then_some(distance)
}

/// Returns all trigrams of a name, with two padding characters added at each end.
fn grams(lower: &str) -> Vec<Gram> {
    let letters: Vec<char> = ['\0'; 2].into_iter().chain(lower.chars()).chain(['\0'; 2]).collect();
    letters.windows(3).map(|gram| [gram[0], gram[1], gram[2]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_comes_first() {
        let names = ["data-driven-decisions", "decision-records", "portfolio"];
        assert_eq!(nearest("data-driven-decision", names, 2), ["data-driven-decisions"]);
        assert_eq!(nearest("portfolo", names, 2), ["portfolio"]);
        assert!(nearest("zzz", names, 2).is_empty());
    }

    #[test]
    fn the_nearest_of_thousands_of_names_is_found() {
        let names: Vec<String> = (0..5000).map(|number| format!("chapter-of-name-{number}")).collect();
        let names = Candidates::new(names.iter().map(String::as_str));
        assert_eq!(names.nearest("chapter-if-name-4711", 1), ["chapter-of-name-4711"]);
        assert_eq!(names.slip("chapter-of-nam-123"), Some("chapter-of-name-123"));
    }

    #[test]
    fn no_name_is_compared_with_all_of_thousands() {
        let names: Vec<String> = (0..5000).map(|number| format!("chapter-of-name-{number}")).collect();
        let names = Candidates::new(names.iter().map(String::as_str));
        for wanted in ["chapter-if-name-4711", "chapter", "c", "", "name"] {
            assert!(names.worth_comparing(wanted).len() <= MOST_COMPARED, "{wanted}");
        }
    }

    #[test]
    fn help_lists_several_names() {
        assert_eq!(did_you_mean(&["a", "b", "c"]).as_deref(), Some("did you mean `a`, `b` or `c`?"));
    }
}
