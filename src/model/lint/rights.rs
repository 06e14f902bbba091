//! Finds roles that are judged on a competency without a part in the decisions that it supports.
//!
//! Input: a book. Output: a remark for each such role and competency. Never reports a competency
//! that supports no strategy with decisions, or a role that others extend.

use std::collections::BTreeSet;

use crate::model::book::{At, Book, ChapterId, Remark};
use crate::model::relations::Party;
use crate::text::rule::Rule;

/// Compares what each role is judged on with the decisions that it takes part in.
pub fn expectations(book: &Book) -> Vec<Remark> {
    let relations = &book.relations;
    let with_decisions: BTreeSet<ChapterId> = relations.decisions.iter().map(|one| one.strategy).collect();
    let takes_part: BTreeSet<(ChapterId, Party)> = relations
        .decisions
        .iter()
        .flat_map(|one| one.parties.iter().map(|(_, party)| (one.strategy, *party)))
        .collect();
    let mut remarks = Vec::new();
    for (role, view) in relations.roles.iter().filter(|(_, view)| view.extended_by.is_empty()) {
        let competencies: BTreeSet<ChapterId> = view.judged.iter().map(|(competency, _)| *competency).collect();
        for competency in competencies {
            let supported = relations.competencies.get(&competency).map_or(&[][..], |view| &view.supports);
            let decided: Vec<ChapterId> =
                supported.iter().copied().filter(|one| with_decisions.contains(one)).collect();
            let is_part = |strategy: &ChapterId| takes_part.contains(&(*strategy, Party::Role(*role)));
            if !decided.is_empty() && !decided.iter().any(is_part) {
                remarks.push(remark(*role, (competency, &decided), book));
            }
        }
    }
    remarks
}

fn remark(role: ChapterId, (competency, decided): (ChapterId, &[ChapterId]), book: &Book) -> Remark {
    let named = |chapter: &ChapterId| format!("`{}`", book.meta(*chapter).title);
    let strategies = decided.iter().map(named).collect::<Vec<_>>().join(", ");
    let message =
        format!("this role is judged on {}, but has no part in any decision of {strategies}", named(&competency));
    let help = "give the role a part in a decision, take the competency out of `focus`, or name in `judged` only what needs no decision";
    Remark::new(Rule::ExpectedWithoutPart, (role, &book.meta(role).path), At::Title, message).help(help)
}
