//! Compares strategy chapters: their facts, and who decides what.
//!
//! Input: both handbooks. Output: changes in the handbook's order. Renaming a role isn't a change
//! of the parties.

use super::likeness::is_alike;
use super::{Change, Fate, Same, Sides, found_again, partner, side_by_side};
use crate::chapter::document::Decision;
use crate::declare::kind::Part;
use crate::model::book::{Book, ChapterId, DecisionView, Party};
use crate::model::compile::Handbook;

/// Compares the strategy chapters: for each, first the chapter itself, then its facts and
/// decisions.
pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    sides.chapters(&|book| book.relations.strategies.keys().copied().collect(), &|then, now| {
        let mut list = super::facts::facts(sides, then, now);
        list.extend(decisions(sides, then, now));
        list
    })
}

/// A decision, with its parties and its facts.
type One<'a> = (&'a DecisionView, &'a Decision);

fn of(book: &Book, strategy: ChapterId) -> Vec<One<'_>> {
    let all = book.relations.decisions.iter().filter(|decision| decision.strategy == strategy);
    all.filter_map(|decision| Some((decision, decision.facts(book)?))).collect()
}

fn decisions(sides: &Sides<'_>, then: ChapterId, now: ChapterId) -> Vec<Change> {
    let (before, after) = (of(&sides.before.book, then), of(&sides.after.book, now));
    let ways: [Same<'_, One<'_>>; 3] =
        [&|old, new| old.1.title == new.1.title, &|old, new| old.1.id == new.1.id, &|old, new| {
            is_alike(&old.1.title, &new.1.title)
        }];
    let found = found_again(&before, &after, &ways);
    let accountable = |handbook: &Handbook, one: &One<'_>| -> Vec<String> {
        with(one.0, Part::Accountable).map(|party| name(handbook, party)).collect()
    };
    let mut list = Vec::new();
    for pair in side_by_side(&before, &after, &found) {
        match pair {
            (Some(old), Some(new)) => list.extend(differences(sides, now, *old, *new)),
            (None, Some(new)) => list.push(fate(sides, now, new.1, Fate::Added, accountable(sides.after, new))),
            (Some(old), None) => list.push(fate(sides, now, old.1, Fate::Removed, accountable(sides.before, old))),
            (None, None) => {}
        }
    }
    list
}

fn fate(sides: &Sides<'_>, strategy: ChapterId, decision: &Decision, how: Fate, accountable: Vec<String>) -> Change {
    Change::Decision { strategy: sides.now(strategy), decision: decision.title.clone(), how, accountable }
}

fn differences(sides: &Sides<'_>, strategy: ChapterId, old: One<'_>, new: One<'_>) -> Vec<Change> {
    let mut list = Vec::new();
    if old.1.title != new.1.title {
        list.push(fate(sides, strategy, new.1, Fate::Renamed(old.1.title.clone()), Vec::new()));
    }
    for part in Part::ALL {
        let before: Vec<(Party, Option<Party>)> = with(old.0, part).map(|party| (party, today(sides, party))).collect();
        let after: Vec<Party> = with(new.0, part).collect();
        let gone = before.iter().filter(|(_, today)| today.is_none_or(|today| !after.contains(&today)));
        let from: Vec<String> = gone.map(|(party, _)| name(sides.before, *party)).collect();
        let came = after.iter().filter(|party| !before.iter().any(|(_, today)| *today == Some(**party)));
        let to: Vec<String> = came.map(|party| name(sides.after, *party)).collect();
        if !from.is_empty() || !to.is_empty() {
            let decision = new.1.title.clone();
            list.push(Change::Party { strategy: sides.now(strategy), decision, part, from, to });
        }
    }
    list
}

fn with(decision: &DecisionView, part: Part) -> impl Iterator<Item = Party> + '_ {
    decision.parties.iter().filter(move |(other, _)| *other == part).map(|(_, party)| *party)
}

/// Returns the newer counterpart of an older party.
fn today(sides: &Sides<'_>, party: Party) -> Option<Party> {
    match party {
        Party::Role(role) => sides.pairs.after(role).map(Party::Role),
        Party::Partner(n) => {
            let (id, _) = sides.before.config.partners.get(n as usize)?;
            let found = sides.after.config.partners.iter().position(|(other, _)| other == id)?;
            u32::try_from(found).ok().map(Party::Partner)
        }
    }
}

fn name(handbook: &Handbook, party: Party) -> String {
    match party {
        Party::Role(role) => handbook.book.meta(role).title.clone(),
        Party::Partner(n) => partner(handbook, n).unwrap_or_default(),
    }
}
