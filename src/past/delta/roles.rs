//! Compares roles: the levels that they expect, their responsibilities and their facts.
//!
//! Input: both handbooks. Output: changes in the handbook's order of roles. A change that other
//! roles inherit is reported only once, for the role that they inherit it from.

use std::collections::{BTreeMap, BTreeSet};

use super::statements::{Cell, matched};
use super::{Change, Sides, Subject, level};
use crate::chapter::document::Statement;
use crate::model::book::{ChapterId, Expectation, Relations, role_of};
use crate::model::compile::Handbook;

/// Compares the roles: for each, first the chapter itself, then its expectations, facts and
/// responsibilities.
pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let steps = steps(sides);
    sides.chapters(&|book| book.relations.role_order.clone(), &|then, now| {
        let mut list = expectations(sides, now, &steps);
        list.extend(super::facts::facts(sides, then, now));
        list.extend(responsibilities(sides, then, now));
        list
    })
}

/// The old and the new level of a competency, each `None` if no level is expected.
type Step = (Option<u8>, Option<u8>);

/// For each role of the newer handbook, the levels that changed: the competency, the step, and the
/// role that the level is inherited from.
type Steps = BTreeMap<ChapterId, Vec<(Subject, Step, Option<ChapterId>)>>;

/// Returns the changed levels of every role that is in both handbooks, in the handbook's order of
/// competencies.
fn steps(sides: &Sides<'_>) -> Steps {
    let mut steps = Steps::new();
    let (old, new) = (&sides.before.book.relations, &sides.after.book.relations);
    for now in &new.role_order {
        let Some(then) = sides.pairs.before(*now) else { continue };
        let mut list = Vec::new();
        for Expectation { competency, level, from, .. } in asked(new, *now) {
            let was = sides.pairs.before(*competency).and_then(|was| old.expectation(then, was));
            let was = was.map(|expectation| expectation.level);
            if was != Some(*level) {
                list.push((sides.now(*competency), (was, Some(*level)), *from));
            }
        }
        for Expectation { competency, level, from, .. } in asked(old, then) {
            if sides.pairs.after(*competency).and_then(|is| new.expectation(*now, is)).is_none() {
                let from = from.and_then(|from| sides.pairs.after(from));
                list.push((sides.then(*competency), (Some(*level), None), from));
            }
        }
        steps.insert(*now, list);
    }
    steps
}

fn asked(relations: &Relations, role: ChapterId) -> impl Iterator<Item = &Expectation> {
    relations.roles.get(&role).into_iter().flat_map(|view| &view.expectations)
}

fn expectations(sides: &Sides<'_>, role: ChapterId, steps: &Steps) -> Vec<Change> {
    let mut list = Vec::new();
    for (competency, step, from) in steps.get(&role).into_iter().flatten() {
        let same = |other: &ChapterId| {
            let found = steps.get(other).into_iter().flatten().find(|(subject, ..)| subject == competency);
            found.filter(|(_, other, _)| other == step)
        };
        // The same change is reported for the role that this level is inherited from.
        if from.is_some_and(|from| same(&from).is_some()) {
            continue;
        }
        let heirs = sides.after.book.relations.role_order.iter();
        let heirs = heirs.filter(|heir| same(heir).is_some_and(|(.., from)| *from == Some(role)));
        let touches = std::iter::once(role).chain(heirs.copied()).map(|role| sides.now(role)).collect();
        let named = |handbook: &Handbook, at: Option<ChapterId>, number: u8| {
            let scope = at.and_then(|role| Some(handbook.book.relations.roles.get(&role)?.scope())).unwrap_or_default();
            level(handbook, number, scope)
        };
        list.push(Change::Expectation {
            role: sides.now(role),
            competency: competency.clone(),
            from: step.0.map(|number| named(sides.before, sides.pairs.before(role), number)),
            to: step.1.map(|number| named(sides.after, Some(role), number)),
            touches,
        });
    }
    list
}

fn responsibilities(sides: &Sides<'_>, then: ChapterId, now: ChapterId) -> Vec<Change> {
    let (Some(old), Some(new)) = (role_of(&sides.before.book, then), role_of(&sides.after.book, now)) else {
        return Vec::new();
    };
    let mut list = Vec::new();
    for (before, after) in matched(&old.responsibilities, &new.responsibilities) {
        let Some(cell) = Cell::of(sides, None, (before, after)) else { continue };
        // The roles that inherit the responsibility in either handbook.
        let mut touched: BTreeSet<ChapterId> = heirs(sides.after, now, after);
        touched.extend(heirs(sides.before, then, before).into_iter().filter_map(|role| sides.pairs.after(role)));
        let order = sides.after.book.relations.role_order.iter().filter(|role| touched.contains(role));
        let touches = std::iter::once(now).chain(order.copied()).map(|role| sides.now(role)).collect();
        list.push(Change::Responsibility { role: sides.now(now), cell, touches });
    }
    list
}

/// Returns the roles that inherit a responsibility of `role`.
fn heirs(handbook: &Handbook, role: ChapterId, statement: Option<&Statement>) -> BTreeSet<ChapterId> {
    let mut all = (0..).zip(handbook.book.meta(role).facts.statements());
    let found = statement.and_then(|one| all.find(|(_, other)| other.id == one.id));
    let Some((number, _)) = found else { return BTreeSet::new() };
    let views = handbook.book.relations.roles.iter();
    views.filter(|(_, view)| view.inherited.contains(&(role, number))).map(|(heir, _)| *heir).collect()
}
