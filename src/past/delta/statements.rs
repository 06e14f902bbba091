//! Compares what competencies expect at each level, statement by statement.
//!
//! Input: both handbooks. Output: [`Change::Statement`] for statements that were added, reworded,
//! moved to another level or removed, with the roles affected.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::likeness::{ALIKE, likeness, words};
use super::{Change, Level, Same, Sides, Subject, found_again, level, side_by_side};
use crate::chapter::document::Statement;
use crate::declare::config::Scope;
use crate::model::book::{Book, ChapterId, applies, competency_of};
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
    /// The only track that the statement is meant for.
    pub track: Option<String>,
    /// The text, without markup.
    pub text: String,
}

impl Cell {
    /// Compares two states of a statement. Returns `None` if both have the same level and text.
    pub(super) fn of(
        sides: &Sides<'_>,
        family: Option<&str>,
        (old, new): (Option<&Statement>, Option<&Statement>),
    ) -> Option<Self> {
        let said = |handbook: &Handbook, one: &Statement| {
            let scope = Scope { track: one.track.as_deref(), family };
            let title = one.track.as_deref().map(|id| handbook.config.track_title(id));
            let mut level = (one.level > 0).then(|| level(handbook, one.level, scope));
            if let (Some(level), Some(title)) = (&mut level, title) {
                let _ = write!(level.name, " ({title})");
            }
            Said { level, track: one.track.clone(), text: one.text.clone() }
        };
        let before = old.map(|one| said(sides.before, one));
        let after = new.map(|one| said(sides.after, one));
        let cell = Self { id: new.or(old)?.id.clone(), before, after };
        (old.is_none() || new.is_none() || cell.is_moved() || cell.is_reworded()).then_some(cell)
    }

    /// Returns whether the level or the track changed.
    pub fn is_moved(&self) -> bool {
        let place = |said: &Said| (said.level.as_ref().map(|level| level.number), said.track.clone());
        matches!((&self.before, &self.after), (Some(before), Some(after)) if place(before) != place(after))
    }

    /// Returns whether the text changed.
    pub fn is_reworded(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.text != after.text)
    }
}

/// Compares the competencies: for each, first the chapter itself, then its facts and statements.
pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let order = |book: &Book| book.relations.clusters.iter().flat_map(|(_, list)| list.iter().copied()).collect();
    sides.chapters(&order, &|then, now| {
        let mut list = super::facts::facts(sides, then, now);
        for (old, new) in matched(said(sides.before, then), said(sides.after, now)) {
            let family = sides.after.book.meta(now).family.as_deref();
            let Some(cell) = Cell::of(sides, family, (old, new)) else { continue };
            let touches = touched(sides, (then, old), (now, new), &cell);
            list.push(Change::Statement { competency: sides.now(now), cell, touches });
        }
        list
    })
}

fn said(handbook: &Handbook, chapter: ChapterId) -> &[Statement] {
    competency_of(&handbook.book, chapter).map(|facts| facts.statements.as_slice()).unwrap_or_default()
}

/// Returns the roles for which expectations change.
fn touched(
    sides: &Sides<'_>,
    (then, old): (ChapterId, Option<&Statement>),
    (now, new): (ChapterId, Option<&Statement>),
    cell: &Cell,
) -> Vec<Subject> {
    let asked = |handbook: &Handbook, competency: ChapterId, statement: Option<&Statement>| -> Vec<ChapterId> {
        let view = handbook.book.relations.competencies.get(&competency);
        let (Some(statement), Some(view)) = (statement, view) else { return Vec::new() };
        let Some(facts) = competency_of(&handbook.book, competency) else { return Vec::new() };
        let relations = &handbook.book.relations;
        let is_met = |role: ChapterId| applies(statement, facts, relations.standing(role, competency));
        let expecting = view.expected_by.iter().filter(|(role, _)| is_met(*role));
        expecting.map(|(role, _)| *role).collect()
    };
    // Both lists use the roles' current titles, or the last title if a role was removed.
    let before: Vec<Subject> = asked(sides.before, then, old).into_iter().map(|role| sides.then(role)).collect();
    let after: Vec<Subject> = asked(sides.after, now, new).into_iter().map(|role| sides.now(role)).collect();
    let went = before.iter().filter(|role| !after.contains(role));
    if cell.is_reworded() || old.is_none() || new.is_none() {
        let stays = new.is_some() && !cell.is_moved();
        return after.iter().chain(went.filter(|_| !stays)).cloned().collect();
    }
    after.iter().filter(|role| !before.contains(role)).chain(went).cloned().collect()
}

/// Pairs statements by ID, then by equal text, then by similar text. Statements without a
/// counterpart are listed on their own: new ones in the current order, removed ones at the end.
pub(super) fn matched<'a>(
    before: &'a [Statement],
    after: &'a [Statement],
) -> Vec<(Option<&'a Statement>, Option<&'a Statement>)> {
    let ways: [Same<'_, Statement>; 2] = [&|old, new| old.id == new.id, &|old, new| fold(&old.text) == fold(&new.text)];
    let mut found = found_again(before, after, &ways);
    pair_alike(before, after, &mut found);
    side_by_side(before, after, &found)
}

/// Pairs the remaining statements by similarity, starting with the most similar pair. Each
/// statement is in at most one pair.
fn pair_alike(before: &[Statement], after: &[Statement], found: &mut [Option<usize>]) {
    let open = (0..after.len()).filter(|n| found[*n].is_none());
    let open: Vec<_> = open.map(|n| (n, words(&after[n].text))).collect();
    let mut likely = Vec::new();
    for o in (0..before.len()).filter(|o| !found.contains(&Some(*o))) {
        let left = words(&before[o].text);
        let shares = open.iter().map(|(n, right)| (likeness(&left, right), o, *n));
        likely.extend(shares.filter(|(share, ..)| *share >= ALIKE));
    }
    likely.sort_by_key(|(share, o, n)| (Reverse(*share), *o, *n));
    for (_, o, n) in likely {
        if found[n].is_none() && !found.contains(&Some(o)) {
            found[n] = Some(o);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(level: u8, id: &str, text: &str) -> Statement {
        let text = text.to_owned();
        Statement { level, id: id.to_owned(), explicit: true, text, ..Statement::default() }
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
