//! Prepares decision rights, with one row per decision and one column per part.
//!
//! Input: a viewpoint, and which decisions to show. Output: [`Decisions`], or [`Grouped`], which
//! holds all decisions by strategy, role or scope. Each decision has exactly one accountable party,
//! which `check` verifies.

use serde::Serialize;

use super::{Link, Viewpoint};
use crate::declare::config::UrlStyle;
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, DecisionView, Party, generated_url};
use crate::text::path::UrlPath;
use crate::text::slug::slug;

/// The data for the decisions view.
#[derive(Debug, Serialize)]
pub struct Decisions {
    pub rows: Vec<Row>,
    /// `strategy` if only one chapter's decisions are shown, otherwise `all`.
    pub by: &'static str,
    /// A label that distinguishes the table if a page shows several.
    pub label: Option<String>,
}

/// All decisions of the handbook, in groups.
#[derive(Debug, Serialize)]
pub struct Grouped {
    pub groups: Vec<Group>,
    /// Links to all ways of grouping decisions. The current way has no URL.
    pub ways: Vec<Link>,
    pub by: &'static str,
}

/// The decisions of one strategy chapter, of one role or partner, or at one scope.
#[derive(Debug, Serialize)]
pub struct Group {
    pub head: Link,
    pub anchor: String,
    pub rows: Vec<Row>,
    /// Decisions in which the role or partner takes part without being accountable.
    pub others: Vec<Other>,
}

/// A decision in which a role or partner takes part without being accountable.
#[derive(Debug, Serialize)]
pub struct Other {
    pub title: String,
    pub url: String,
    pub part: &'static str,
}

/// The ways to group all decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Groups decisions by the strategy chapter that contains them.
    Strategy,
    /// Groups decisions by the role or partner that is accountable.
    Role,
    /// Groups decisions by scope, smallest first.
    Scope,
}

impl By {
    /// All ways to group decisions.
    pub const ALL: [Self; 3] = [Self::Strategy, Self::Role, Self::Scope];

    /// Returns the name that templates use.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["strategy", "role", "scope"][self as usize]
    }

    /// Returns the URL of the page.
    #[must_use]
    pub fn url(self, style: UrlStyle) -> UrlPath {
        let name = ["decisions", "decisions/by-role", "decisions/by-scope"][self as usize];
        generated_url(name, style)
    }
}

/// One decision.
#[derive(Debug, Serialize)]
pub struct Row {
    pub title: String,
    pub url: String,
    pub scope: Option<String>,
    pub strategy: Link,
    pub accountable: Option<Link>,
    pub responsible: Vec<Link>,
    pub consulted: Vec<Link>,
    pub informed: Vec<Link>,
    pub escalates_to: Vec<Link>,
}

/// Which decisions to show.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// If set, lists only the decisions in which this role or partner takes part.
    pub party: Option<Party>,
    /// If set, lists only the decisions of this strategy chapter.
    pub strategy: Option<ChapterId>,
    /// If set, lists only the decisions at this scope.
    pub scope: Option<String>,
}

/// Returns the view's data.
pub fn decisions(which: &Which, view: &Viewpoint<'_>) -> Decisions {
    let all = view.book.relations.decisions.iter();
    let rows = all
        .filter(|decision| which.strategy.is_none_or(|strategy| decision.strategy == strategy))
        .filter(|decision| which.party.is_none_or(|party| decision.parties.iter().any(|(_, other)| *other == party)))
        .filter(|decision| {
            let scope = decision.facts(view.book).and_then(|facts| facts.scope.as_ref());
            which.scope.is_none() || which.scope.as_ref() == scope
        })
        .filter_map(|decision| row(decision, view))
        .collect();
    Decisions { rows, by: if which.strategy.is_some() { "strategy" } else { "all" }, label: None }
}

/// Groups all decisions.
pub fn grouped(by: By, view: &Viewpoint<'_>) -> Grouped {
    let way = |other: By| Link {
        title: view.theme.ui(["strategy", "role", "scope"][other as usize]).to_owned(),
        url: (other != by).then(|| view.url(&other.url(view.config.urls))),
        ..Link::default()
    };
    let mut groups = match by {
        By::Strategy => by_strategy(view),
        By::Role => by_party(view),
        By::Scope => by_scope(view),
    };
    groups.retain(|group| !group.rows.is_empty() || !group.others.is_empty());
    Grouped { groups, ways: By::ALL.into_iter().map(way).collect(), by: by.name() }
}

fn by_strategy(view: &Viewpoint<'_>) -> Vec<Group> {
    let mut groups: Vec<(ChapterId, Group)> = Vec::new();
    for decision in &view.book.relations.decisions {
        let strategy = decision.strategy;
        let Some(row) = row(decision, view) else { continue };
        match groups.last_mut() {
            Some((last, group)) if *last == strategy => group.rows.push(row),
            _ => groups.push((strategy, group(view.link(strategy), &view.meta(strategy).id, vec![row]))),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Returns one group for each role and partner: the decisions that the role or partner is
/// accountable for, then those in which it has another part.
fn by_party(view: &Viewpoint<'_>) -> Vec<Group> {
    let roles = view.book.relations.role_order.iter().map(|role| Party::Role(*role));
    let partners = (0..view.config.partners.len()).map(|n| Party::Partner(u32::try_from(n).unwrap_or(u32::MAX)));
    let one = |party: Party| {
        let (mut rows, mut others) = (Vec::new(), Vec::new());
        for decision in &view.book.relations.decisions {
            let part = Part::ALL.into_iter().find(|part| decision.has(*part, party));
            match (part, decision.facts(view.book)) {
                (Some(Part::Accountable), _) => rows.extend(row(decision, view)),
                (Some(part), Some(facts)) => others.push(Other {
                    title: facts.title.clone(),
                    url: view.anchor(decision.strategy, &facts.id),
                    part: part.name(),
                }),
                _ => {}
            }
        }
        let id = match party {
            Party::Role(role) => view.book.id(role).to_owned(),
            Party::Partner(n) => view.config.partners.get(n as usize).map(|(id, _)| id.clone()).unwrap_or_default(),
        };
        Group { others, ..group(view.party(party), &id, rows) }
    };
    roles.chain(partners).map(one).collect()
}

fn by_scope(view: &Viewpoint<'_>) -> Vec<Group> {
    let mut scopes: Vec<Option<&String>> = Vec::new();
    for decision in &view.book.relations.decisions {
        let scope = decision.facts(view.book).and_then(|facts| facts.scope.as_ref());
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    // The scopes that the UI has names for come first, in their order; the author's own come next,
    // and a missing scope comes last.
    let known = ["team", "area", "portfolio"];
    scopes.sort_by_key(|scope| {
        let place =
            scope.map_or(usize::MAX, |scope| known.iter().position(|name| name == scope).unwrap_or(known.len()));
        (place, *scope)
    });
    let one = |scope: Option<&String>| {
        let of_scope =
            |decision: &&DecisionView| decision.facts(view.book).is_some_and(|facts| facts.scope.as_ref() == scope);
        let rows = view.book.relations.decisions.iter().filter(of_scope).filter_map(|decision| row(decision, view));
        let title = match scope {
            Some(scope) => {
                let key = format!("scope-{scope}");
                let text = view.theme.ui(&key);
                if text == key { scope.clone() } else { text.to_owned() }
            }
            None => view.theme.ui("scope-none").to_owned(),
        };
        let anchor = scope.map_or("none", String::as_str);
        group(Link { title, ..Link::default() }, anchor, rows.collect())
    };
    scopes.into_iter().map(one).collect()
}

fn group(head: Link, anchor: &str, rows: Vec<Row>) -> Group {
    Group { head, anchor: format!("by-{}", slug(anchor)), rows, others: Vec::new() }
}

/// Returns the row of one decision.
pub fn row(decision: &DecisionView, view: &Viewpoint<'_>) -> Option<Row> {
    let facts = decision.facts(view.book)?;
    let with = |part: Part| -> Vec<Link> {
        let list = decision.parties.iter().filter(|(other, _)| *other == part);
        list.map(|(_, party)| view.party(*party)).collect()
    };
    Some(Row {
        title: facts.title.clone(),
        url: view.anchor(decision.strategy, &facts.id),
        scope: facts.scope.clone(),
        strategy: view.link(decision.strategy),
        accountable: with(Part::Accountable).into_iter().next(),
        responsible: with(Part::Responsible),
        consulted: with(Part::Consulted),
        informed: with(Part::Informed),
        escalates_to: with(Part::EscalatesTo),
    })
}
