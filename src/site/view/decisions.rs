//! Shapes decision rights: one row per decision, one column per part.
//!
//! Input: a viewpoint and which decisions to show. Output: [`Decisions`]; all of them by strategy, role or scope as [`Grouped`]. Exactly one accountable each; `check` sees to that.

use serde::Serialize;

use super::{Link, Viewpoint};
use crate::declare::config::UrlStyle;
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, DecisionView, Party, generated_url};
use crate::text::path::UrlPath;
use crate::text::slug::slug;

/// What the decisions view sees.
#[derive(Debug, Serialize)]
pub struct Decisions {
    pub rows: Vec<Row>,
    /// `strategy` where all rows are of one chapter, else `all`.
    pub by: &'static str,
    /// What they are the decisions of, where a page shows several such tables.
    pub label: Option<String>,
}

/// All decisions of the handbook, in groups.
#[derive(Debug, Serialize)]
pub struct Grouped {
    pub groups: Vec<Group>,
    /// The other ways to group them, and this one without an address.
    pub ways: Vec<Link>,
    pub by: &'static str,
}

/// The decisions of one strategy chapter, of one role or partner, or at one scope.
#[derive(Debug, Serialize)]
pub struct Group {
    pub head: Link,
    pub anchor: String,
    pub rows: Vec<Row>,
    /// Decisions in which the role or partner takes another part.
    pub others: Vec<Other>,
}

/// A decision that somebody takes part in without deciding.
#[derive(Debug, Serialize)]
pub struct Other {
    pub title: String,
    pub url: String,
    pub part: &'static str,
}

/// How all decisions are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By the strategy chapter that they stand in.
    Strategy,
    /// By the role or partner that is accountable.
    Role,
    /// By their scope, the smallest first.
    Scope,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Strategy, Self::Role, Self::Scope];

    /// Returns the name that templates know.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["strategy", "role", "scope"][self as usize]
    }

    /// Returns the address of the page.
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
    /// Only those in which this role or partner takes part.
    pub party: Option<Party>,
    /// Only those of this strategy chapter.
    pub strategy: Option<ChapterId>,
    /// Only those at this scope.
    pub scope: Option<String>,
}

/// Makes the view's data.
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

/// One group for each role and partner: what it decides, then what it takes another part in.
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
            Party::Role(role) => view.meta(role).id.clone(),
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
    // The scopes that the user interface knows come in their order, an author's own after them, none at all last.
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

/// Makes the row of one decision.
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
