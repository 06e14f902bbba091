//! Compares strategy chapters: their facts, and who decides what.
//!
//! Input: both handbooks. Output: changes in the handbook's order. Renaming a role isn't a change
//! of the parties.

use super::likeness::is_alike;
use super::{Change, Fate, Same, Sides, found_again};
use crate::chapter::document::Decision;
use crate::declare::kind::Part;
use crate::model::book::{Book, ChapterId, DecisionView, Party};
use crate::model::compile::Handbook;

/// Compares the strategy chapters: for each, first the chapter itself, then its facts and
/// decisions.
pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let mut list = Vec::new();
    for pair in sides.walk(&order(sides.before), &order(sides.after)) {
        list.extend(sides.fate(pair));
        let (Some(then), Some(now)) = pair else { continue };
        list.extend(super::facts::strategy(sides, then, now));
        list.extend(decisions(sides, then, now));
    }
    list
}

fn order(handbook: &Handbook) -> Vec<ChapterId> {
    handbook.book.relations.strategies.keys().copied().collect()
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
    let mut list = Vec::new();
    for (new, old) in after.iter().zip(&found) {
        match old {
            Some(old) => list.extend(differences(sides, now, before[*old], *new)),
            None => list.push(fate(sides, now, new.1, Fate::Added, names(sides.after, new.0, Part::Accountable))),
        }
    }
    for (_, old) in before.iter().enumerate().filter(|(o, _)| !found.contains(&Some(*o))) {
        list.push(fate(sides, now, old.1, Fate::Removed, names(sides.before, old.0, Part::Accountable)));
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
        let before: Vec<Party> = with(old.0, part).map(|party| today(sides, party)).collect();
        let after: Vec<Party> = with(new.0, part).collect();
        // A removed party keeps its old number, which may belong to a different party in the newer
        // handbook. So check for removal first.
        let from: Vec<String> = with(old.0, part)
            .zip(&before)
            .filter(|(party, today)| is_gone(sides, *party) || !after.contains(today))
            .map(|(party, _)| name(sides.before, party))
            .collect();
        let to: Vec<String> = after
            .iter()
            .filter(|party| !with(old.0, part).any(|old| !is_gone(sides, old) && today(sides, old) == **party))
            .map(|party| name(sides.after, *party))
            .collect();
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

/// Returns the newer counterpart of an older party, or the party itself if it has none.
fn today(sides: &Sides<'_>, party: Party) -> Party {
    match party {
        Party::Role(role) => sides.pairs.after(role).map_or(party, Party::Role),
        Party::Partner(n) => partner(sides, n).map_or(party, Party::Partner),
    }
}

fn is_gone(sides: &Sides<'_>, party: Party) -> bool {
    match party {
        Party::Role(role) => sides.pairs.after(role).is_none(),
        Party::Partner(n) => partner(sides, n).is_none(),
    }
}

fn partner(sides: &Sides<'_>, n: u32) -> Option<u32> {
    let (id, _) = sides.before.config.partners.get(n as usize)?;
    let found = sides.after.config.partners.iter().position(|(other, _)| other == id)?;
    u32::try_from(found).ok()
}

fn name(handbook: &Handbook, party: Party) -> String {
    match party {
        Party::Role(role) => handbook.book.meta(role).title.clone(),
        Party::Partner(n) => {
            handbook.config.partners.get(n as usize).map(|(_, title)| title.clone()).unwrap_or_default()
        }
    }
}

fn names(handbook: &Handbook, decision: &DecisionView, part: Part) -> Vec<String> {
    with(decision, part).map(|party| name(handbook, party)).collect()
}
