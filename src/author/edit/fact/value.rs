//! Defines the values that a form writes, and pairs the items of a list with those that replace
//! them.
//!
//! Input: values of front matter and the values that should replace them. Output: whether they are
//! equal, and steps that turn one list into the other. Never looks at a file's text.

use std::ops::Range;

use crate::text::front_matter::{Data, Value};

/// A value without a place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Text.
    Text(String),
    /// A date such as `2026-04-01`.
    Day(String),
    /// A whole number.
    Number(i64),
    /// `true` or `false`.
    Truth(bool),
    /// A list.
    List(Vec<Fact>),
    /// A table, in the order of its keys.
    Table(Vec<(String, Fact)>),
}

impl Fact {
    /// Returns whether this is a list or a table.
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Table(_))
    }

    /// Returns whether this is a list or table without contents.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Table(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// Returns whether a value in a file says the same: a single value counts as a list of one, and
    /// a number in quotes as the number.
    pub fn is_in(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) | Self::Day(text) => value.text() == Some(text),
            Self::Number(number) => value.text().and_then(|text| text.parse().ok()) == Some(*number),
            Self::Truth(truth) => value.data == Data::Boolean(*truth),
            Self::List(items) => {
                let old = value.items();
                value.data != Data::Null && items.len() == old.len() && items.iter().zip(old).all(|(a, b)| a.is_in(b))
            }
            Self::Table(entries) => {
                let old = value.entries();
                let has = |(key, fact): &(String, Self)| old.iter().any(|e| e.key == *key && fact.is_in(&e.value));
                value.table().is_some() && entries.len() == old.len() && entries.iter().all(has)
            }
        }
    }
}

/// A byte range of a text and what replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The range.
    pub range: Range<usize>,
    /// The replacement.
    pub text: String,
}

/// The reason why a value can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// The file or its front matter can't be read.
    Unreadable,
    /// The value is written in a form that can't be changed without changing anything else.
    Form,
}

/// A list of cuts that grows in any order.
#[derive(Debug, Default)]
pub struct Cuts(pub Vec<Cut>);

impl Cuts {
    /// Adds a replacement.
    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push(Cut { range, text: text.into() });
    }

    /// Adds an insertion.
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Returns the cuts in order, or an error if two of them overlap.
    pub fn sorted(mut self) -> Result<Vec<Cut>, Unset> {
        self.0.sort_by_key(|cut| (cut.range.start, cut.range.end));
        let overlap = self.0.windows(2).any(|pair| pair[0].range.end > pair[1].range.start);
        if overlap { Err(Unset::Form) } else { Ok(self.0) }
    }
}

/// One step from an old list to a new one. Old items are given by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The old item is replaced with the new one, which may be equal.
    Change(usize, usize),
    /// The old item is removed.
    Remove(usize),
    /// The new item is inserted after an old item that isn't removed, or at the start.
    Insert(Option<usize>, usize),
}

/// The maximum number of pairs of items to compare. Longer lists are paired by position.
const MOST_COMPARED: usize = 250_000;

/// Returns the steps from `old` to `new` that keep as many items as possible. In order of the lists.
pub fn steps(old: &[Value], new: &[Fact]) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut from, mut to, mut last) = (0, 0, None);
    for (a, b) in kept(old, new).into_iter().chain([(old.len(), new.len())]) {
        let paired = (a - from).min(b - to);
        for n in 0..paired {
            steps.push(Step::Change(from + n, to + n));
            last = Some(from + n);
        }
        steps.extend((from + paired..a).map(Step::Remove));
        steps.extend((to + paired..b).map(|n| Step::Insert(last, n)));
        if a < old.len() {
            steps.push(Step::Change(a, b));
            last = Some(a);
        }
        (from, to) = (a + 1, b + 1);
    }
    steps
}

/// Returns the pairs of equal items in a longest common subsequence.
fn kept(old: &[Value], new: &[Fact]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MOST_COMPARED {
        return (0..old.len().min(new.len())).filter(|n| new[*n].is_in(&old[*n])).map(|n| (n, n)).collect();
    }
    let mut longest = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a][b] = if new[b].is_in(&old[a]) {
                longest[a + 1][b + 1] + 1
            } else {
                longest[a + 1][b].max(longest[a][b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut pairs = Vec::new();
    while a < old.len() && b < new.len() {
        if new[b].is_in(&old[a]) {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if longest[a + 1][b] >= longest[a][b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}
