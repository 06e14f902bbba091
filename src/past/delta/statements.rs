//! Compares what competencies expect at each level, statement by statement.
//!
//! Input: both handbooks. Output: [`Change::Statement`] for statements that were added, reworded,
//! moved to another level or removed, with the roles affected.

use std::collections::BTreeSet;

use super::likeness::{ALIKE, likeness, words};
use super::{Change, Level, Same, Sides, Subject, found_again};
use crate::chapter::document::{Facts, Statement};
use crate::model::book::{ChapterId, Relations};
use crate::model::compile::Handbook;
use crate::text::path::fold;

/// A statement or a responsibility, with its old and its new state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The anchor of the statement, or its last one if the statement was removed.
    pub id: String,
    /// The old statement; `None` if it is new.
    pub before: Option<Said>,
    /// The new statement; `None` if it was removed.
    pub after: Option<Said>,
}

/// The text and level of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The level; `None` for a responsibility.
    pub level: Option<Level>,
    /// The text, without markup.
    pub text: String,
}

impl Cell {
    /// Returns whether the level changed.
    pub fn is_moved(&self) -> bool {
        let number = |said: &Said| said.level.as_ref().map(|level| level.number);
        matches!((&self.before, &self.after), (Some(before), Some(after)) if number(before) != number(after))
    }

    /// Returns whether the text changed.
    pub fn is_reworded(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.text != after.text)
    }
}

/// Compares the competencies: for each, first the chapter itself, then its facts and statements.
pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let mut list = Vec::new();
    for pair in sides.walk(&order(sides.before), &order(sides.after)) {
        list.extend(sides.fate(pair));
        let (Some(then), Some(now)) = pair else { continue };
        list.extend(super::facts::competency(sides, then, now));
        for (old, new) in matched(said(sides.before, then), said(sides.after, now)) {
            let at = |level: u8, of: &dyn Fn(u8) -> Level| Some(of(level));
            let before = old.map(|one| Said { level: at(one.level, &|n| sides.level_then(n)), text: one.text.clone() });
            let after = new.map(|one| Said { level: at(one.level, &|n| sides.level_now(n)), text: one.text.clone() });
            let id = new.or(old).map(|one| one.id.clone()).unwrap_or_default();
            let cell = Cell { id, before, after };
            if cell.before.is_some() && cell.after.is_some() && !cell.is_moved() && !cell.is_reworded() {
                continue;
            }
            let touches = touched(sides, (then, old), (now, new), &cell);
            list.push(Change::Statement { competency: sides.now(now), cell, touches });
        }
    }
    list
}

/// Returns the competencies in the handbook's order.
fn order(handbook: &Handbook) -> Vec<ChapterId> {
    handbook.book.relations.clusters.iter().flat_map(|(_, list)| list.iter().copied()).collect()
}

fn said(handbook: &Handbook, chapter: ChapterId) -> &[Statement] {
    match &handbook.book.meta(chapter).facts {
        Facts::Competency(competency) => &competency.statements,
        _ => &[],
    }
}

/// Returns the roles for which expectations change.
fn touched(
    sides: &Sides<'_>,
    (then, old): (ChapterId, Option<&Statement>),
    (now, new): (ChapterId, Option<&Statement>),
    cell: &Cell,
) -> Vec<Subject> {
    let asked = |relations: &Relations, competency: ChapterId, level: u8| -> Vec<ChapterId> {
        relations
            .role_order
            .iter()
            .copied()
            .filter(|role| {
                relations.expectation(*role, competency).is_some_and(|expectation| expectation.level >= level)
            })
            .collect()
    };
    let before = old.map(|one| asked(&sides.before.book.relations, then, one.level)).unwrap_or_default();
    let after = new.map(|one| asked(&sides.after.book.relations, now, one.level)).unwrap_or_default();
    // Both lists use the roles' current titles, or the last title if a role was removed.
    let before: Vec<Subject> = before.into_iter().map(|role| sides.then(role)).collect();
    let after: Vec<Subject> = after.into_iter().map(|role| sides.now(role)).collect();
    if cell.is_reworded() || old.is_none() || new.is_none() {
        let more = before.iter().filter(|role| !after.contains(role)).cloned();
        return if new.is_some() && !cell.is_moved() { after } else { after.iter().cloned().chain(more).collect() };
    }
    let came = after.iter().filter(|role| !before.contains(role));
    let went = before.iter().filter(|role| !after.contains(role));
    came.chain(went).cloned().collect()
}

/// Pairs statements by ID, then by equal text, then by similar text. Statements without a
/// counterpart are listed on their own: new ones in the current order, removed ones at the end.
pub(super) fn matched<'a>(
    before: &'a [Statement],
    after: &'a [Statement],
) -> Vec<(Option<&'a Statement>, Option<&'a Statement>)> {
    let ways: [Same<'_, Statement>; 2] = [&|old, new| old.id == new.id, &|old, new| fold(&old.text) == fold(&new.text)];
    let mut found = found_again(before, after, &ways);
    for (o, n) in alike(before, after, &found) {
        found[n] = Some(o);
    }
    let today = after.iter().enumerate().map(|(n, new)| (found[n].map(|o| &before[o]), Some(new)));
    let gone = before.iter().enumerate().filter(|(o, _)| !found.contains(&Some(*o))).map(|(_, old)| (Some(old), None));
    today.chain(gone).collect()
}

/// Pairs the remaining statements by similarity, starting with the most similar pair. Each
/// statement is in at most one pair.
fn alike(before: &[Statement], after: &[Statement], found: &[Option<usize>]) -> Vec<(usize, usize)> {
    let open = |statements: &[Statement], is_done: &dyn Fn(usize) -> bool| -> Vec<(usize, BTreeSet<String>)> {
        let left = statements.iter().enumerate().filter(|(n, _)| !is_done(*n));
        left.map(|(n, statement)| (n, words(&statement.text))).collect()
    };
    let old = open(before, &|o| found.contains(&Some(o)));
    let new = open(after, &|n| found[n].is_some());
    let mut likely: Vec<(usize, usize, usize)> = Vec::new();
    for (o, left) in &old {
        likely
            .extend(new.iter().map(|(n, right)| (likeness(left, right), *o, *n)).filter(|(share, ..)| *share >= ALIKE));
    }
    likely.sort_by_key(|(share, o, n)| (std::cmp::Reverse(*share), *o, *n));
    let (mut olds, mut news) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    for (_, o, n) in likely {
        if !olds.contains(&o) && !news.contains(&n) {
            olds.insert(o);
            news.insert(n);
            pairs.push((o, n));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(level: u8, id: &str, text: &str) -> Statement {
        let text = text.to_owned();
        Statement { level, id: id.to_owned(), explicit: true, text, replaces: None, unlinted: false }
    }

    #[test]
    fn the_anchor_goes_before_the_words_and_the_words_before_similar_ones() {
        let before = [
            statement(1, "a", "Writes the brief"),
            statement(1, "b", "Asks the customer first"),
            statement(2, "c", "Says what would change the plan"),
            statement(2, "d", "Counts beans"),
        ];
        let after = [
            statement(1, "a", "Something else altogether"),
            statement(2, "x", "asks the customer  first"),
            statement(2, "y", "Says early what would change the whole plan"),
            statement(3, "z", "Writes the brief"),
        ];
        let pairs: Vec<_> = matched(&before, &after)
            .into_iter()
            .map(|(old, new)| (old.map(|one| one.id.as_str()), new.map(|one| one.id.as_str())))
            .collect();
        let wanted = [
            (Some("a"), Some("a")),
            (Some("b"), Some("x")),
            (Some("c"), Some("y")),
            (None, Some("z")),
            (Some("d"), None),
        ];
        assert_eq!(pairs, wanted);
    }

    #[test]
    fn two_similar_statements_take_their_nearest_each_once() {
        let before = [statement(1, "a", "one two three four"), statement(1, "b", "one two three five")];
        let after = [statement(1, "c", "one two three five six"), statement(1, "d", "one two three four")];
        let pairs = matched(&before, &after);
        assert_eq!(pairs[0].0.unwrap().id, "b");
        assert_eq!(pairs[1].0.unwrap().id, "a");
        assert_eq!(pairs.len(), 2);
    }
}
