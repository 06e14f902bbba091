//! Packs where words occur, because a large handbook has millions of occurrences.
//!
//! Input: the uses of words in units, one unit after the other. Output: for each word, the list of
//! its uses, in a few bytes each. The same units always give the same lists.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

use crate::text::packed::{cut, length, put, put_slice, take, take_slice};

/// The number of units whose words are merged by one thread before they are added to the others.
const RUN: usize = 64;

/// The uses of a word in a unit.
#[derive(Debug, Default)]
pub struct Uses {
    /// What names and headings add, in hundredths of a score.
    pub top: u32,
    /// The number of words in the shortest name that contains the word; 0 for none, at most 7.
    pub name: u16,
    /// The occurrences in the text, in hundredths of a plain occurrence.
    pub text: u32,
    /// The sections in which the word occurs, in ascending order, each with a strength from 0 to 3.
    pub sections: Vec<(u32, u8)>,
    /// The statements in which the word occurs, in ascending order.
    pub statements: Vec<u32>,
}

/// The words of a unit and their uses, packed and in no particular order.
#[derive(Clone, Debug, Default, BorshDeserialize, BorshSerialize)]
pub struct Words(Arc<[u8]>);

impl Words {
    /// Packs words and their uses. No word may occur twice.
    pub fn new<'a>(words: impl IntoIterator<Item = (&'a str, &'a Uses)>) -> Self {
        let (mut out, mut uses, mut list) = (Vec::new(), Vec::new(), Vec::new());
        for (word, of_word) in words {
            uses.clear();
            of_word.pack(&mut uses, &mut list);
            put_slice(word.as_bytes(), &mut out);
            put_slice(&uses, &mut out);
        }
        Self(out.into())
    }

    /// Lists the words, each with its uses in the form that [`List`] stores.
    fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let word = (!rest.is_empty()).then(|| take_slice(&mut rest))?;
            Some((std::str::from_utf8(word).unwrap_or_default(), take_slice(&mut rest)))
        })
    }
}

impl Uses {
    /// Appends the packed uses. `list` is a buffer.
    fn pack(&self, out: &mut Vec<u8>, list: &mut Vec<u8>) {
        put(self.text, out);
        put(self.top.min(u32::from(u16::MAX)) * 8 + u32::from(self.name.min(7)), out);
        let sections = self.sections.iter().map(|(section, strength)| (*section, u32::from(*strength)));
        distances(sections, 4, list);
        put(length(list.len()) * 2 + u32::from(!self.statements.is_empty()), out);
        out.append(list);
        if !self.statements.is_empty() {
            distances(self.statements.iter().map(|statement| (*statement, 0)), 1, list);
            put_slice(list, out);
            list.clear();
        }
    }
}

/// The uses of a word in a unit, as they are read from a [`List`].
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// The number of the unit.
    pub unit: u32,
    /// What names and headings add to the score, in hundredths.
    pub top: u32,
    /// The sum of the occurrences in the text, where a plain occurrence counts 100.
    pub text: u32,
    /// How many words the shortest name of the unit has that contains the word, or 0 if none does.
    pub name: u32,
    sections: &'a [u8],
    statements: &'a [u8],
}

impl<'a> Use<'a> {
    /// Reads the uses at the beginning of `bytes`, and removes them.
    fn take(unit: u32, bytes: &mut &'a [u8]) -> Self {
        let (text, top, sections) = (take(bytes), take(bytes), take(bytes));
        let (sections, has_statements) = (cut(sections / 2, bytes), sections % 2 == 1);
        let statements = if has_statements { take_slice(bytes) } else { &[] };
        Self { unit, top: top / 8, text, name: top % 8, sections, statements }
    }

    /// Lists the sections in which the word occurs, in ascending order, each with the strength of
    /// the word.
    pub fn sections(&self) -> impl Iterator<Item = (u32, u8)> + 'a {
        let places = sums(self.sections, 4);
        places.map(|(section, strength)| (section, u8::try_from(strength).unwrap_or(0)))
    }

    /// Lists the statements in which the word occurs, in ascending order.
    pub fn statements(&self) -> impl Iterator<Item = u32> + 'a {
        sums(self.statements, 1).map(|(statement, _)| statement)
    }
}

/// The uses of a word in several units, in the order of the units.
#[derive(Debug)]
pub struct List {
    first: u32,
    last: u32,
    /// The uses in the first unit, then for each further unit its distance from the unit before and
    /// the uses in it.
    bytes: Vec<u8>,
}

impl List {
    /// Appends the uses in units that come after all others so far.
    fn append(&mut self, first: u32, last: u32, bytes: &[u8]) {
        put(first - self.last, &mut self.bytes);
        self.bytes.extend_from_slice(bytes);
        self.last = last;
    }

    /// Lists the uses.
    pub fn iter(&self) -> impl Iterator<Item = Use<'_>> {
        let (mut rest, mut unit, mut is_first) = (&*self.bytes, self.first, true);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            if !std::mem::take(&mut is_first) {
                unit += take(&mut rest);
            }
            Some(Use::take(unit, &mut rest))
        })
    }
}

/// The uses of all words.
#[derive(Debug, Default)]
pub struct Postings {
    lists: HashMap<Box<str>, List>,
    /// The number of units so far.
    units: usize,
}

impl Postings {
    /// Adds the words of units that come after those so far. Merges short runs of units in parallel,
    /// and then appends each run to the others.
    #[allow(clippy::iter_over_hash_type, reason = "what is added to one word's list does not depend on other words")]
    pub fn add(&mut self, units: &[&Words]) {
        let first = self.units;
        let run = |(n, units): (usize, &[&'_ Words])| -> Vec<(Box<str>, List)> {
            merged(units, first + n * RUN).into_iter().map(|(word, list)| (word.into(), list)).collect()
        };
        let runs: Vec<Vec<(Box<str>, List)>> = units.par_chunks(RUN).enumerate().map(run).collect();
        for (word, list) in runs.into_iter().flatten() {
            match self.lists.get_mut(&word) {
                Some(known) => known.append(list.first, list.last, &list.bytes),
                None => drop(self.lists.insert(word, list)),
            }
        }
        self.units += units.len();
    }

    /// Returns the lists, sorted by their words.
    pub fn sorted(self) -> Vec<(Box<str>, List)> {
        let mut lists: Vec<(Box<str>, List)> = self.lists.into_iter().collect();
        for (_, list) in &mut lists {
            list.bytes.shrink_to_fit();
        }
        lists.par_sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        lists
    }
}

/// Merges the words of a few units, the first of which has the number `first`.
fn merged<'a>(units: &[&'a Words], first: usize) -> HashMap<&'a str, List> {
    let mut lists: HashMap<&str, List> = HashMap::new();
    for (n, words) in units.iter().enumerate() {
        let unit = u32::try_from(first + n).unwrap_or(u32::MAX);
        for (word, uses) in words.iter() {
            match lists.get_mut(word) {
                Some(list) => list.append(unit, unit, uses),
                None => drop(lists.insert(word, List { first: unit, last: unit, bytes: uses.to_vec() })),
            }
        }
    }
    lists
}

/// Writes ascending numbers as the distances between them. Each is multiplied by `step`, and
/// something smaller than `step` is added to it.
fn distances(numbers: impl Iterator<Item = (u32, u32)>, step: u32, out: &mut Vec<u8>) {
    let mut before = 0;
    for (number, more) in numbers {
        put((number - before) * step + more, out);
        before = number;
    }
}

/// Reads what [`distances`] wrote.
fn sums(mut bytes: &[u8], step: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut sum = 0;
    std::iter::from_fn(move || {
        let next = (!bytes.is_empty()).then(|| take(&mut bytes))?;
        sum += next / step;
        Some((sum, next % step))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(text: u32) -> Uses {
        Uses { top: 300, name: 7, text, sections: vec![(0, 3), (1, 0), (200, 2)], statements: vec![5, 6, 900] }
    }

    #[test]
    fn what_was_packed_is_read_again_in_the_order_of_the_units() {
        let (common, rare) = (uses(100), uses(70_000));
        let units: Vec<Words> = (0..3 * RUN)
            .map(|n| Words::new([("common", &common)].into_iter().chain((n % 100 == 99).then_some(("rare", &rare)))))
            .collect();
        let mut postings = Postings::default();
        let (some, others) = units.split_at(RUN + 1);
        postings.add(&some.iter().collect::<Vec<_>>());
        postings.add(&others.iter().collect::<Vec<_>>());
        let lists = postings.sorted();
        let read: Vec<(&str, Vec<Use<'_>>)> =
            lists.iter().map(|(word, list)| (&**word, list.iter().collect())).collect();
        let numbers: Vec<Vec<u32>> = read.iter().map(|(_, uses)| uses.iter().map(|used| used.unit).collect()).collect();
        assert_eq!(read.iter().map(|(word, _)| *word).collect::<Vec<_>>(), ["common", "rare"]);
        assert_eq!(numbers, [(0..192).collect::<Vec<_>>(), vec![99]]);
        for (used, text) in [(read[0].1[191], 100), (read[1].1[0], 70_000)] {
            assert_eq!((used.top, used.text, used.name), (300, text, 7));
            assert_eq!(used.sections().collect::<Vec<_>>(), [(0, 3), (1, 0), (200, 2)]);
            assert_eq!(used.statements().collect::<Vec<_>>(), [5, 6, 900]);
        }
    }
}
