//! Prepares a strategy chapter's page: who leads it, what supports it, and who decides what.
//!
//! Input: a viewpoint and a strategy chapter. Output: [`StrategyPage`].

use serde::Serialize;

use super::decisions::{Row, row};
use super::{Link, Viewpoint};
use crate::chapter::document::Facts;
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, DecisionView, Party};

/// The data for the strategy template.
#[derive(Debug, Serialize)]
pub struct StrategyPage {
    pub horizon: Option<String>,
    pub led_by: Option<Link>,
    pub measures: Vec<String>,
    pub valid_until: Option<String>,
    pub supported_by: Vec<Link>,
    /// Roles that decide or do the work in this strategy, other than the role that leads it.
    pub carried_by: Vec<Link>,
    pub decisions: Vec<Row>,
}

/// Returns the page's data, or `None` if the chapter isn't a strategy.
pub fn strategy(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<StrategyPage> {
    let Facts::Strategy(facts) = &view.meta(chapter).facts else { return None };
    let related = view.book.relations.strategies.get(&chapter)?;
    let mut carried_by: Vec<ChapterId> = Vec::new();
    let own = view.book.relations.decisions.iter().filter(|decision| decision.strategy == chapter);
    let decisions: Vec<&DecisionView> = own.collect();
    for (part, party) in decisions.iter().flat_map(|decision| &decision.parties) {
        if let (Part::Accountable | Part::Responsible, Party::Role(role)) = (part, party)
            && related.led_by != Some(*role)
            && !carried_by.contains(role)
        {
            carried_by.push(*role);
        }
    }
    Some(StrategyPage {
        horizon: facts.horizon.clone(),
        led_by: related.led_by.map(|role| view.link(role)),
        measures: facts.measures.clone(),
        valid_until: facts.valid_until.clone(),
        supported_by: view.links(&related.supported_by),
        carried_by: view.links(&carried_by),
        decisions: decisions.into_iter().filter_map(|decision| row(decision, view)).collect(),
    })
}
