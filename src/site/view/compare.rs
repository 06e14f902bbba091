//! Prepares the comparison of two roles as a diff: what the first role expects, next to what the
//! second one expects.
//!
//! Input: a viewpoint and two roles. Output: [`Compare`]. Each competency has two columns. A
//! statement that only one role expects is new, reworded or gone. Statements that both expect are
//! shown once, in the column of the lower level, and only those of that level itself.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Link, Viewpoint, competency_of};
use crate::chapter::document::Statement;
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, Party, Standing, applies, repeats, role_of};
use crate::site::theme::Html;

/// The data for the compare view.
#[derive(Debug, Serialize)]
pub struct Compare {
    pub a: Link,
    pub b: Link,
    /// What changes in numbers. Together, the texts are a sentence.
    pub summary: Vec<Count>,
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
    /// The statements in the column of the first role.
    pub before: Vec<Line>,
    /// The statements in the column of the second role.
    pub after: Vec<Line>,
}

/// A statement in one of the columns.
#[derive(Debug, Serialize)]
pub struct Line {
    pub html: Html,
    pub mark: Mark,
}

/// What becomes of a statement. The order is the order in a column, so that reworded statements are
/// next to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// The other role expects the same in other words.
    Reworded,
    /// Only the second role expects the statement.
    New,
    /// Only the first role expects the statement.
    Gone,
    /// Both roles expect the statement.
    Kept,
}

/// A number and the key of the text that it is part of.
#[derive(Debug, Serialize)]
pub struct Count {
    pub key: &'static str,
    pub n: usize,
    pub of: usize,
    /// How many levels the competency that rises most rises by.
    pub most: i16,
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
    pub scope: Option<String>,
}

/// Returns the view's data, or `None` if one of the chapters isn't a role.
pub fn compare(a: ChapterId, b: ChapterId, view: &Viewpoint<'_>) -> Option<Compare> {
    role_of(view.book, a)?;
    role_of(view.book, b)?;
    let (same_facts, facts) = facts_of_both(a, b, view).into_iter().partition(|fact| fact.same);
    let is_same = |row: &Row| row.a == row.b && row.meanings.is_none() && row.before.is_empty() && row.after.is_empty();
    let (same, competencies): (Vec<Row>, Vec<Row>) = rows(a, b, view).into_iter().partition(is_same);
    Some(Compare {
        a: view.link(a),
        b: view.link(b),
        summary: summary(&competencies, competencies.len() + same.len()),
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
        let (of_a, of_b) = (relations.standing(a, *competency), relations.standing(b, *competency));
        let meaning = |role: ChapterId| {
            let expectation = relations.expectation(role, *competency)?;
            expectation.meaning(view.book).map(str::to_owned)
        };
        let meanings = [meaning(a), meaning(b)];
        let (at_a, at_b) = (level(a), level(b));
        if at_a.is_none() && at_b.is_none() {
            continue;
        }
        let (before, after) = columns(*competency, (of_a, of_b), view);
        rows.push(Row {
            competency: view.link(*competency),
            a: at_a,
            a_name: at_a.map(|_| view.level_name_of(*competency, of_a)),
            b: at_b,
            b_name: at_b.map(|_| view.level_name_of(*competency, of_b)),
            meanings: (meanings[0] != meanings[1]).then_some(meanings),
            difference: Some(i16::from(at_b.unwrap_or(0)) - i16::from(at_a.unwrap_or(0))).filter(|n| *n != 0),
            before,
            after,
        });
    }
    rows
}

/// Returns the statements of one competency for both columns, or none if both roles expect the same.
fn columns(
    competency: ChapterId,
    (a, b): (Standing<'_>, Standing<'_>),
    view: &Viewpoint<'_>,
) -> (Vec<Line>, Vec<Line>) {
    let Some(facts) = competency_of(view.book, competency) else { return (Vec::new(), Vec::new()) };
    let all = &facts.statements;
    let expected =
        |at: Standing<'_>| -> BTreeSet<usize> { (0..all.len()).filter(|n| applies(&all[*n], facts, at)).collect() };
    let (in_a, in_b) = (expected(a), expected(b));
    if a.level == b.level && in_a == in_b {
        return (Vec::new(), Vec::new());
    }
    let may_repeat = repeats(facts, (a, b));
    let column = |own: &BTreeSet<usize>, other: &BTreeSet<usize>, lone: Mark, kept: Option<u8>| -> Vec<Line> {
        // Where each level or track says everything again, a sentence may be repeated word for word.
        let is_repeated = |n: usize| other.iter().any(|to| all[*to].text == all[n].text);
        let is_kept = |n: usize| other.contains(&n) || (may_repeat && is_repeated(n));
        let mark = |n: usize| match is_kept(n) {
            true => Mark::Kept,
            false if other.iter().any(|to| !own.contains(to) && is_reworded(n, *to, all)) => Mark::Reworded,
            false => lone,
        };
        let marks = own.iter().map(|n| (mark(*n), *n));
        let mut marks: Vec<_> = marks.filter(|(mark, n)| *mark != Mark::Kept || Some(all[*n].level) == kept).collect();
        marks.sort_unstable();
        marks.into_iter().map(|(mark, n)| Line { html: view.cells.statement(competency, n), mark }).collect()
    };
    let rises = a.level <= b.level;
    let kept = |at: Standing<'_>, is_here: bool| Some(at.level).filter(|_| is_here);
    (column(&in_a, &in_b, Mark::Gone, kept(a, rises)), column(&in_b, &in_a, Mark::New, kept(b, !rises)))
}

/// Returns whether one of two statements replaces the other, directly or through statements between
/// them.
fn is_reworded(one: usize, other: usize, all: &[Statement]) -> bool {
    let (low, high) = if all[one].level < all[other].level { (one, other) } else { (other, one) };
    let mut at = &all[high];
    while let Some(old) = at.replaces.as_deref().and_then(|id| all.iter().find(|old| old.id == id)) {
        if old.level >= at.level {
            return false;
        }
        if old.id == all[low].id {
            return true;
        }
        at = old;
    }
    false
}

/// Counts what changes. `of` is the number of competencies that at least one of the roles expects.
fn summary(rows: &[Row], of: usize) -> Vec<Count> {
    let both = |row: &&Row| row.a.is_some() && row.b.is_some();
    let risen: Vec<&Row> = rows.iter().filter(both).filter(|row| row.a < row.b).collect();
    let most = risen.iter().filter_map(|row| row.difference).max().unwrap_or(0);
    let marked = |mark: Mark, column: fn(&Row) -> &Vec<Line>| -> usize {
        rows.iter().map(|row| column(row).iter().filter(|line| line.mark == mark).count()).sum()
    };
    let counts = [
        (if most == 1 { "compare-rise-one" } else { "compare-rise" }, risen.len()),
        ("compare-fall", rows.iter().filter(both).filter(|row| row.a > row.b).count()),
        ("compare-added", rows.iter().filter(|row| row.a.is_none()).count()),
        ("compare-dropped", rows.iter().filter(|row| row.b.is_none()).count()),
        ("compare-gained", marked(Mark::New, |row| &row.after)),
        ("compare-reworded", marked(Mark::Reworded, |row| &row.after)),
        ("compare-lost", marked(Mark::Gone, |row| &row.before)),
    ];
    counts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| Count { key, n, of, most }).collect()
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
        let facts = decision.facts(view.book);
        let (title, id) = facts.map(|facts| (facts.title.clone(), facts.id.clone())).unwrap_or_default();
        let scope = facts.and_then(|facts| facts.scope.clone());
        DecisionLink { title, url: view.anchor(decision.strategy, &id), scope }
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
