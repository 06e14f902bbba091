//! Shapes decision rights: one row per decision, one column per part.
//!
//! Input: a viewpoint and which decisions to show. Output: [`Decisions`]. Exactly one accountable each; `check` sees to that.

use serde::Serialize;

use super::{Link, Viewpoint};
use crate::book::{ChapterId, DecisionView, Party};
use crate::document::Part;

/// What the decisions view sees.
#[derive(Debug, Serialize)]
pub struct Decisions {
    pub rows: Vec<Row>,
    /// `strategy` where all rows are of one chapter, else `all`.
    pub by: &'static str,
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
#[must_use]
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
    Decisions { rows, by: if which.strategy.is_some() { "strategy" } else { "all" } }
}

/// Makes the row of one decision.
#[must_use]
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
