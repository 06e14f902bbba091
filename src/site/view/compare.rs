//! Prepares the comparison of two roles: first what differs, then what is the same.
//!
//! Input: a viewpoint and two roles. Output: [`Compare`]. The statements gained are those that
//! apply to the second role and not to the first, and the statements lost are the reverse.

use std::collections::BTreeSet;

use serde::Serialize;

use super::role::{Cell, gained};
use super::{Link, Viewpoint};
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, Party, role_of};
use crate::site::theme::Html;

/// The data for the compare view.
#[derive(Debug, Serialize)]
pub struct Compare {
    pub a: Link,
    pub b: Link,
    pub facts: Vec<Fact>,
    pub same_facts: Vec<Fact>,
    pub competencies: Vec<Row>,
    pub same: Vec<Row>,
    pub responsibilities: Split<Html>,
    pub decisions: Split<DecisionLink>,
}

/// A fact, with its value for each role.
#[derive(Debug, Serialize)]
pub struct Fact {
    pub label_key: &'static str,
    pub a: Option<String>,
    pub b: Option<String>,
    pub same: bool,
}

/// A competency and what each role expects of it.
#[derive(Debug, Serialize)]
pub struct Row {
    pub competency: Link,
    pub a: Option<u8>,
    pub a_name: Option<String>,
    pub b: Option<u8>,
    pub b_name: Option<String>,
    /// What the competency means for each role, in its own words, if that differs.
    pub meanings: Option<[Option<String>; 2]>,
    pub difference: Option<i16>,
    pub gained: Vec<Cell>,
    pub lost: Vec<Cell>,
}

/// The items that only one role has, and those that both have.
#[derive(Debug, Serialize)]
pub struct Split<T> {
    pub only_a: Vec<T>,
    pub only_b: Vec<T>,
    pub both: Vec<T>,
}

/// The title and URL of a decision.
#[derive(Debug, Serialize)]
pub struct DecisionLink {
    pub title: String,
    pub url: String,
}

/// Returns the view's data, or `None` if one of the chapters isn't a role.
pub fn compare(a: ChapterId, b: ChapterId, view: &Viewpoint<'_>) -> Option<Compare> {
    role_of(view.book, a)?;
    role_of(view.book, b)?;
    let (same_facts, facts) = facts_of_both(a, b, view).into_iter().partition(|fact| fact.same);
    let (same, competencies) = rows(a, b, view).into_iter().partition(|row| row.a == row.b && row.meanings.is_none());
    Some(Compare {
        a: view.link(a),
        b: view.link(b),
        facts,
        same_facts,
        competencies,
        same,
        responsibilities: responsibilities(a, b, view),
        decisions: decisions(a, b, view),
    })
}

/// Lists the facts of a role as text, each with the key of its label, in the order shown.
pub fn facts(role: ChapterId, view: &Viewpoint<'_>) -> Vec<(&'static str, Option<String>)> {
    let Some(own) = role_of(view.book, role) else { return Vec::new() };
    let reports = view.book.relations.roles.get(&role).map(|related| &related.reports_to);
    let names: Vec<&str> = reports.into_iter().flatten().map(|to| view.meta(*to).title.as_str()).collect();
    vec![
        ("scope", own.scope.clone()),
        ("horizon", own.horizon.clone()),
        ("track", view.track_title(role)),
        ("rank", own.rank.map(|n| n.to_string())),
        ("grade", own.grade.clone()),
        ("rel-reports-to", (!names.is_empty()).then(|| names.join(", "))),
    ]
}

fn facts_of_both(a: ChapterId, b: ChapterId, view: &Viewpoint<'_>) -> Vec<Fact> {
    let rows = facts(a, view).into_iter().zip(facts(b, view));
    let rows = rows.map(|((label_key, a), (_, b))| Fact { label_key, same: a == b, a, b });
    rows.filter(|fact| fact.a.is_some() || fact.b.is_some()).collect()
}

fn rows(a: ChapterId, b: ChapterId, view: &Viewpoint<'_>) -> Vec<Row> {
    let relations = &view.book.relations;
    let mut rows = Vec::new();
    for competency in relations.clusters.iter().flat_map(|(_, list)| list) {
        let level = |role: ChapterId| relations.expectation(role, *competency).map(|e| e.level);
        let meaning = |role: ChapterId| {
            let expectation = relations.expectation(role, *competency)?;
            expectation.meaning(view.book).map(str::to_owned)
        };
        let meanings = [meaning(a), meaning(b)];
        let (at_a, at_b) = (level(a), level(b));
        if at_a.is_none() && at_b.is_none() {
            continue;
        }
        let (low, high) = (at_a.unwrap_or(0), at_b.unwrap_or(0));
        rows.push(Row {
            competency: view.link(*competency),
            a: at_a,
            a_name: at_a.map(|level| view.level_name_of(*competency, level)),
            b: at_b,
            b_name: at_b.map(|level| view.level_name_of(*competency, level)),
            meanings: (meanings[0] != meanings[1]).then_some(meanings),
            difference: Some(i16::from(high) - i16::from(low)).filter(|n| *n != 0),
            gained: gained(*competency, (low, high), view),
            lost: gained(*competency, (high, low), view),
        });
    }
    rows
}

/// Lists a role's own responsibilities, then the inherited ones. Each is given by the role that
/// declares it and its number in that role.
pub fn all_responsibilities(role: ChapterId, view: &Viewpoint<'_>) -> Vec<(ChapterId, u32)> {
    let own = role_of(view.book, role).map_or(0, |facts| facts.responsibilities.len());
    let own = (0..u32::try_from(own).unwrap_or(0)).map(|n| (role, n));
    let taken = view.book.relations.roles.get(&role).map(|related| related.inherited.clone()).unwrap_or_default();
    own.chain(taken).collect()
}

/// Compares responsibilities. Two roles share a responsibility only if both have it from the same
/// chapter.
fn responsibilities(a: ChapterId, b: ChapterId, view: &Viewpoint<'_>) -> Split<Html> {
    let (of_a, of_b) = (all_responsibilities(a, view), all_responsibilities(b, view));
    split(&of_a, &of_b, |(chapter, number)| view.cells.statement(*chapter, *number as usize))
}

/// Lists the decisions that a role is accountable for, by their index in the book.
pub fn accountable_for(role: ChapterId, view: &Viewpoint<'_>) -> Vec<usize> {
    let decisions = view.book.relations.decisions.iter().enumerate();
    decisions.filter(|(_, d)| d.has(Part::Accountable, Party::Role(role))).map(|(n, _)| n).collect()
}

fn decisions(a: ChapterId, b: ChapterId, view: &Viewpoint<'_>) -> Split<DecisionLink> {
    split(&accountable_for(a, view), &accountable_for(b, view), |number| {
        let decision = &view.book.relations.decisions[*number];
        let (title, id) =
            decision.facts(view.book).map(|facts| (facts.title.clone(), facts.id.clone())).unwrap_or_default();
        DecisionLink { title, url: view.anchor(decision.strategy, &id) }
    })
}

fn split<K: Ord, T>(a: &[K], b: &[K], show: impl Fn(&K) -> T) -> Split<T> {
    let (in_a, in_b): (BTreeSet<&K>, BTreeSet<&K>) = (a.iter().collect(), b.iter().collect());
    Split {
        only_a: a.iter().filter(|key| !in_b.contains(key)).map(&show).collect(),
        only_b: b.iter().filter(|key| !in_a.contains(key)).map(&show).collect(),
        both: a.iter().filter(|key| in_b.contains(key)).map(&show).collect(),
    }
}
