//! Prepares a role's page: the facts at a glance, what is expected, what is inherited, and what the
//! role decides.
//!
//! Input: a viewpoint and a role. Output: [`RolePage`]. The statements of the expected level come
//! first. If levels add up, those of lower levels are listed after them. What the role is judged on
//! comes before everything else.

use serde::Serialize;

use super::radar::{self, Radar};
use super::share::{Cluster, Shares, Split, clusters, split};
use super::{Link, Viewpoint, assess, competency_of, query};
use crate::chapter::document::{Competency, Statement};
use crate::declare::config::UrlStyle;
use crate::declare::kind::Part;
use crate::model::book::{
    Book, ChapterId, Expectation, Generated, Party, RoleView, Standing, applies, generated_url, is_gained, role_of,
};
use crate::site::theme::Html;
use crate::text::path::UrlPath;

/// The data for the role template.
#[derive(Debug, Serialize)]
pub struct RolePage {
    pub base: bool,
    pub track: Option<Link>,
    pub rank: Option<u32>,
    pub grade: Option<String>,
    pub scope: Option<String>,
    pub horizon: Option<String>,
    pub extends: Option<Link>,
    pub reports_to: Vec<Link>,
    pub grows_from: Vec<Link>,
    pub grows_into: Vec<Link>,
    pub works_with: Vec<Link>,
    pub leads: Vec<Link>,
    /// Strategy chapters in which the role decides or does the work, other than those that it
    /// leads.
    pub carries: Vec<Link>,
    pub also_called: Vec<String>,
    pub paths: Vec<Link>,
    pub compare: Vec<Link>,
    /// The URL of the page on which the role can be compared with any other role.
    pub compare_url: Option<String>,
    /// The URL of the role's hiring kit.
    pub hiring_url: Option<String>,
    pub inherited: Vec<Inherited>,
    /// All competencies that the role expects, by cluster.
    pub clusters: Vec<Cluster<Expected>>,
    /// The same competencies, split into what the role is judged on and the rest.
    pub shares: Shares<Expected>,
    /// How the levels relate to each other.
    pub hint: String,
    pub decisions: Vec<DecisionLink>,
    pub takes_part: Vec<DecisionLink>,
    pub radar: Option<Radar>,
    pub delta: Option<Delta>,
    pub assess_url: Option<String>,
    /// Where readers confirm that they have read what the role expects.
    pub acknowledge: Option<String>,
}

/// What this role adds to the role that it grows from.
#[derive(Debug, Serialize)]
pub struct Delta {
    pub from: Link,
    pub url: Option<String>,
    pub rows: Vec<Raised>,
}

/// A competency whose level is raised.
#[derive(Debug, Serialize)]
pub struct Raised {
    pub competency: Link,
    pub from: Option<String>,
    pub to: String,
    /// How many statements are new.
    pub count: usize,
}

/// Responsibilities inherited from one role.
#[derive(Debug, Serialize)]
pub struct Inherited {
    pub from: Link,
    pub items: Vec<Html>,
}

/// What is expected of one competency.
#[derive(Clone, Debug, Serialize)]
pub struct Expected {
    pub id: String,
    pub title: String,
    pub url: Option<String>,
    pub level: u8,
    pub level_name: String,
    pub of: u8,
    /// The highest level that the competency describes.
    pub top: u8,
    pub means: Option<String>,
    /// What the competency means for this role, in its own words.
    pub meaning: Option<String>,
    pub focus: bool,
    pub from: Option<Link>,
    pub statements: Vec<Cell>,
    pub lower: Vec<Lower>,
    /// Whether the role before this one doesn't expect the competency at all.
    pub is_new: bool,
}

/// A statement.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    pub id: String,
    pub html: Html,
    pub url: String,
    /// Whether the role is judged on the statement.
    pub key: bool,
    /// Whether the role before this one expects the competency, but not yet the statement.
    pub is_new: bool,
    /// The statement's examples as a list.
    pub examples: Option<Html>,
}

/// A level below the expected one.
#[derive(Clone, Debug, Serialize)]
pub struct Lower {
    pub name: String,
    pub level: u8,
    pub statements: Vec<Cell>,
}

/// A decision and the role's part in it.
#[derive(Debug, Serialize)]
pub struct DecisionLink {
    pub title: String,
    pub url: String,
    pub scope: Option<String>,
    pub part: &'static str,
}

/// Returns the page's data, or `None` if the chapter isn't a role.
pub fn role(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<RolePage> {
    let facts = role_of(view.book, chapter)?;
    let relations = &view.book.relations;
    let related = relations.roles.get(&chapter)?;
    let sideways = related.moves_to.iter().map(|to| Link { sideways: true, ..view.link(*to) });
    let (decisions, takes_part) = decisions(chapter, view);
    let before = related.grows_from.first();
    let clusters = clusters(related, view, |expectation| {
        let standing = |before: &ChapterId| relations.standing(*before, expectation.competency);
        expected(expectation, (related, before.map(standing)), view)
    });
    Some(RolePage {
        base: facts.base,
        track: view.track_title(chapter).map(|title| Link { title, ..Link::default() }),
        rank: facts.rank,
        grade: facts.grade.clone(),
        scope: facts.scope.clone(),
        horizon: facts.horizon.clone(),
        extends: related.extends.map(|base| view.link(base)),
        reports_to: view.links(&related.reports_to),
        grows_from: view.links(&related.grows_from),
        grows_into: related.grows_into.iter().map(|to| view.link(*to)).chain(sideways).collect(),
        works_with: related.works_with.iter().map(|party| view.party(*party)).collect(),
        leads: view.links(&related.leads),
        carries: view.links(&carried(chapter, view)),
        also_called: facts.also_called.clone(),
        paths: relations.on_paths.get(&chapter).map(|paths| view.links(paths)).unwrap_or_default(),
        compare: compare(chapter, view),
        compare_url: relations
            .says_something(chapter, view.book)
            .then(|| view.generated(Generated::Compare))
            .flatten()
            .map(|url| format!("{url}?a={}", query(view.book.id(chapter)))),
        hiring_url: is_hired(chapter, view.book).then(|| view.url(&hiring_url(chapter, view.book, view.config.urls))),
        inherited: inherited(&related.inherited, view),
        shares: split(&clusters),
        clusters,
        hint: view.hint(related),
        decisions,
        takes_part,
        radar: radar::radar(chapter, view),
        assess_url: assess::url(chapter, view),
        acknowledge: view.config.acknowledge.to.clone(),
        delta: before.and_then(|before| delta(*before, chapter, view)),
    })
}

/// Lists the strategy chapters in which a role decides or does the work, other than those that it
/// leads.
fn carried(role: ChapterId, view: &Viewpoint<'_>) -> Vec<ChapterId> {
    let leads = view.book.relations.roles.get(&role).map(|related| related.leads.clone()).unwrap_or_default();
    let mut list: Vec<ChapterId> = Vec::new();
    for decision in &view.book.relations.decisions {
        let carries = [Part::Accountable, Part::Responsible].iter().any(|part| decision.has(*part, Party::Role(role)));
        if carries && !leads.contains(&decision.strategy) && !list.contains(&decision.strategy) {
            list.push(decision.strategy);
        }
    }
    list
}

/// Lists the levels that are raised from one role to the next. Returns `None` if there are none.
fn delta(before: ChapterId, after: ChapterId, view: &Viewpoint<'_>) -> Option<Delta> {
    let relations = &view.book.relations;
    let own = relations.roles.get(&after)?;
    let raised = |expectation: &Expectation| {
        let competency = expectation.competency;
        let (low, high) = (relations.standing(before, competency), own.at(expectation.level));
        (low.level < high.level).then(|| Raised {
            competency: Link { url: view.level_url(competency, high), ..view.link(competency) },
            from: (low.level > 0).then(|| view.level_name_of(competency, low)),
            to: view.level_name_of(competency, high),
            count: gained(competency, (low, high), view),
        })
    };
    let rows: Vec<Raised> = own.expectations.iter().filter_map(raised).collect();
    let url = view.comparison(before, after);
    (!rows.is_empty()).then(|| Delta { from: view.link(before), url, rows })
}

/// Returns links to the comparison pages of a role.
fn compare(chapter: ChapterId, view: &Viewpoint<'_>) -> Vec<Link> {
    let pairs = view.book.relations.pairs.iter();
    let others = pairs.filter_map(|(a, b)| match chapter {
        this if this == *a => Some(*b),
        this if this == *b => Some(*a),
        _ => None,
    });
    let mut others: Vec<ChapterId> = others.collect();
    let order = &view.book.relations.role_order;
    others.sort_by_key(|other| order.iter().position(|role| role == other));
    others.dedup();
    others.iter().map(|other| Link { url: view.comparison(chapter, *other), ..view.link(*other) }).collect()
}

/// Groups inherited responsibilities by the role that they come from.
pub fn inherited(list: &[(ChapterId, u32)], view: &Viewpoint<'_>) -> Vec<Inherited> {
    let mut groups: Vec<(ChapterId, Inherited)> = Vec::new();
    for (from, number) in list {
        let html = view.cells.statement(*from, *number as usize);
        match groups.last_mut() {
            Some((last, group)) if last == from => group.items.push(html),
            _ => groups.push((*from, Inherited { from: view.link(*from), items: vec![html] })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Prepares what is expected of one competency: the statements of the expected level, then those of
/// lower levels that apply too.
///
/// Marks what is new for a reader with the standing `before`, whose level is 0 if nothing was
/// expected. Without it there is no role before this one, and nothing is marked.
pub fn expected(
    expectation: &Expectation,
    (role, before): (&RoleView, Option<Standing<'_>>),
    view: &Viewpoint<'_>,
) -> Expected {
    let link = view.link(expectation.competency);
    let (level, at) = (expectation.level, role.at(expectation.level));
    let of_level = |of: u8| -> Vec<Cell> {
        let key = |n: usize| role.judges(expectation.competency, n);
        let is_new = |statement: &Statement, facts: &Competency| {
            before.is_some_and(|from| from.level > 0 && is_gained(statement, facts, (from, at)))
        };
        let shown = |statement: &Statement, facts: &Competency| {
            (statement.level == of && applies(statement, facts, at)).then(|| is_new(statement, facts))
        };
        let statements = cells(expectation.competency, shown, view).into_iter();
        statements.map(|(n, cell)| Cell { key: key(n), ..cell }).collect()
    };
    let lower = (1..level).rev().filter_map(|lower| {
        let statements = of_level(lower);
        (!statements.is_empty()).then(|| Lower {
            name: view.level_name_of(expectation.competency, role.at(lower)),
            level: lower,
            statements,
        })
    });
    let top = view.top(expectation.competency, role.scope());
    let scope = view.book.scope(expectation.competency, role.scope());
    Expected {
        id: view.book.id(expectation.competency).to_owned(),
        url: view.level_url(expectation.competency, at).or(link.url),
        title: link.title,
        level,
        level_name: view.level_name_of(expectation.competency, at),
        of: view.config.highest(scope),
        top,
        means: view.config.level_at(level, scope).map(|level| level.means.clone()).filter(|means| !means.is_empty()),
        meaning: expectation.meaning(view.book).map(str::to_owned),
        focus: expectation.focus,
        from: expectation.from.map(|from| view.link(from)),
        statements: of_level(level),
        lower: lower.collect(),
        is_new: before.is_some_and(|from| from.level == 0),
    }
}

impl Split for Expected {
    /// The statements that the role is judged on are listed together, whatever their level.
    fn key(&self) -> Option<Self> {
        let all = self.statements.iter().chain(self.lower.iter().flat_map(|lower| &lower.statements));
        let statements: Vec<Cell> = all.filter(|cell| cell.key).cloned().collect();
        let lower = if self.focus { without_key(&self.lower) } else { Vec::new() };
        (self.focus || !statements.is_empty()).then(|| Self { statements, lower, ..self.clone() })
    }

    fn rest(&self) -> Option<Self> {
        let statements: Vec<Cell> = self.statements.iter().filter(|cell| !cell.key).cloned().collect();
        let lower = without_key(&self.lower);
        if self.key().is_none() {
            return Some(self.clone());
        }
        let is_left = !statements.is_empty() || !lower.is_empty();
        (!self.focus && is_left).then(|| Self { statements, lower, means: None, meaning: None, ..self.clone() })
    }
}

/// Returns the levels with only the statements that the role isn't judged on.
fn without_key(levels: &[Lower]) -> Vec<Lower> {
    let left = |lower: &Lower| {
        let statements: Vec<Cell> = lower.statements.iter().filter(|cell| !cell.key).cloned().collect();
        (!statements.is_empty()).then(|| Lower { statements, ..lower.clone() })
    };
    levels.iter().filter_map(left).collect()
}

/// Counts the statements that apply at the second of two levels and not yet at the first.
fn gained(competency: ChapterId, levels: (Standing<'_>, Standing<'_>), view: &Viewpoint<'_>) -> usize {
    let facts = competency_of(view.book, competency);
    facts.map_or(0, |facts| facts.statements.iter().filter(|statement| is_gained(statement, facts, levels)).count())
}

/// Lists the statements for which `shown` returns a value, which says whether they are new. Each
/// comes with its number in the competency.
fn cells(
    competency: ChapterId,
    shown: impl Fn(&Statement, &Competency) -> Option<bool>,
    view: &Viewpoint<'_>,
) -> Vec<(usize, Cell)> {
    let Some(facts) = competency_of(view.book, competency) else { return Vec::new() };
    let cell = |(n, statement): (usize, &Statement)| {
        let is_new = shown(statement, facts)?;
        let (html, url) = (view.cells.statement(competency, n), view.anchor(competency, &statement.id));
        let (id, examples) = (statement.id.clone(), view.cells.examples(competency, n));
        Some((n, Cell { id, html, url, key: false, is_new, examples }))
    };
    facts.statements.iter().enumerate().filter_map(cell).collect()
}

/// Lists the decisions that the role makes, and those in which it has another part.
pub fn decisions(chapter: ChapterId, view: &Viewpoint<'_>) -> (Vec<DecisionLink>, Vec<DecisionLink>) {
    let mut own = Vec::new();
    let mut others = Vec::new();
    for decision in &view.book.relations.decisions {
        let Some(facts) = decision.facts(view.book) else { continue };
        let part = Part::ALL.into_iter().find(|part| decision.has(*part, Party::Role(chapter)));
        let Some(part) = part else { continue };
        let link = DecisionLink {
            title: facts.title.clone(),
            url: view.anchor(decision.strategy, &facts.id),
            scope: facts.scope.clone(),
            part: part.name(),
        };
        if part == Part::Accountable { own.push(link) } else { others.push(link) }
    }
    (own, others)
}

/// Returns whether a role has a hiring kit. Nobody is hired for a base role, and a kit for a role
/// that says nothing would be empty.
pub fn is_hired(role: ChapterId, book: &Book) -> bool {
    role_of(book, role).is_some_and(|facts| !facts.base) && book.relations.says_something(role, book)
}

/// Returns the URL of a role's hiring kit.
pub fn hiring_url(role: ChapterId, book: &Book, style: UrlStyle) -> UrlPath {
    generated_url(&format!("hiring/{}", book.id_in_url(role)), style)
}
