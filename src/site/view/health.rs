//! Prepares the page about the health of the handbook: reviews by date, gaps in ownership and
//! reach, gaps in the model, and findings.
//!
//! Input: a viewpoint, [`Health`], the terms that no chapter uses, and the findings. Output:
//! [`HealthPage`]. It contains dates, but never how far they are from today: a script marks the
//! dates that have passed.

use serde::Serialize;

use super::{Link, Viewpoint};
use crate::declare::config::Scope;
use crate::model::book::{ChapterId, Standing};
use crate::model::health::Health;
use crate::text::diagnostic::Diagnostic;
use crate::text::rule::{Rule, Severity};

/// The maximum number of entries in a list.
const MOST: usize = 200;

/// The data for the health template.
#[derive(Debug, Serialize)]
pub struct HealthPage {
    /// Chapters whose review is due and strategies that end, sorted by date.
    pub due: Vec<Due>,
    pub due_more: usize,
    pub lists: Vec<Gaps>,
    pub findings: Vec<Found>,
    pub errors: usize,
    pub warnings: usize,
}

/// A day after which a chapter should no longer be trusted.
#[derive(Debug, Serialize)]
pub struct Due {
    pub date: String,
    pub chapter: Link,
    pub owner: Option<String>,
}

/// A kind of gap and the chapters that have it.
#[derive(Debug, Serialize)]
pub struct Gaps {
    /// The UI string key of the title. The key `KEY-means` says what to do.
    pub key: &'static str,
    pub items: Vec<Link>,
    pub total: usize,
    /// How many entries are not listed.
    pub more: usize,
}

/// The number of findings of one rule.
#[derive(Debug, Serialize)]
pub struct Found {
    pub code: &'static str,
    pub meaning: &'static str,
    pub is_error: bool,
    pub count: usize,
}

/// Returns the page's data. `unused` contains links to terms that no chapter uses.
pub fn page(health: &Health, unused: Vec<Link>, findings: &[Diagnostic], view: &Viewpoint<'_>) -> HealthPage {
    let due = health.due.iter().take(MOST).map(|(day, chapter)| {
        let owner = view.meta(*chapter).owner.as_ref();
        let name = owner.map(|id| view.config.owners.get(id).map_or_else(|| id.clone(), |owner| owner.name.clone()));
        Due { date: day.to_string(), chapter: view.link(*chapter), owner: name }
    });
    let lists = [
        ("health-undated", view.links(&health.undated)),
        ("health-ownerless", view.links(&health.ownerless)),
        ("health-orphaned", view.links(&health.orphaned)),
        ("health-unexpected", view.links(&health.unexpected)),
        ("health-empty", health.empty.iter().map(|(chapter, level)| at_level(*chapter, *level, view)).collect()),
        ("health-equal", health.equal.iter().flat_map(|group| equal(group, view)).collect()),
        ("health-unled", view.links(&health.unled)),
        ("health-unused", unused),
    ];
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    HealthPage {
        due: due.collect(),
        due_more: health.due.len().saturating_sub(MOST),
        lists: lists.into_iter().map(|(key, items)| gaps(key, items)).collect(),
        findings: found(findings),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
    }
}

fn gaps(key: &'static str, mut items: Vec<Link>) -> Gaps {
    let total = items.len();
    items.truncate(MOST);
    Gaps { key, more: total - items.len(), total, items }
}

fn at_level(competency: ChapterId, level: u8, view: &Viewpoint<'_>) -> Link {
    let (at, of) = (Standing::new(level, Scope::default()), view.highest(competency, Scope::default()));
    let name = view.level_name(competency, at);
    Link { note: Some(view.level_of(&name, level, of)), ..view.link(competency) }
}

/// Links to every statement of a group of equal statements, each with its text.
fn equal(group: &[(ChapterId, u32)], view: &Viewpoint<'_>) -> Vec<Link> {
    let link = |(chapter, number): &(ChapterId, u32)| {
        let statement = view.meta(*chapter).facts.statements().get(*number as usize)?;
        let note = Some(format!("“{}”", statement.text));
        Some(Link { url: Some(view.anchor(*chapter, &statement.id)), note, ..view.link(*chapter) })
    };
    group.iter().filter_map(link).collect()
}

/// Counts findings by their rule.
fn found(findings: &[Diagnostic]) -> Vec<Found> {
    let one = |rule: &Rule| {
        let found = || findings.iter().filter(|finding| finding.code == *rule);
        let is_error = found().any(|finding| finding.severity == Severity::Error);
        Found { code: rule.name(), meaning: rule.meaning(), is_error, count: found().count() }
    };
    Rule::ALL.iter().map(one).filter(|found| found.count > 0).collect()
}
