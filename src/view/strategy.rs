//! Shapes a strategy chapter's page: who leads it, what carries it, who decides what.
//!
//! Input: a viewpoint and a strategy chapter. Output: [`StrategyPage`].

use serde::Serialize;

use super::decisions::{Row, row};
use super::{Link, Viewpoint};
use crate::book::ChapterId;
use crate::document::Facts;

/// What the strategy template sees.
#[derive(Debug, Serialize)]
pub struct StrategyPage {
    pub horizon: Option<String>,
    pub led_by: Option<Link>,
    pub measures: Vec<String>,
    pub valid_until: Option<String>,
    pub supported_by: Vec<Link>,
    pub decisions: Vec<Row>,
}

/// Makes the page's data; nothing where the chapter is no strategy.
#[must_use]
pub fn strategy(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<StrategyPage> {
    let Facts::Strategy(facts) = &view.meta(chapter).facts else { return None };
    let related = view.book.relations.strategies.get(&chapter)?;
    let own = view.book.relations.decisions.iter().filter(|decision| decision.strategy == chapter);
    Some(StrategyPage {
        horizon: facts.horizon.clone(),
        led_by: related.led_by.map(|role| view.link(role)),
        measures: facts.measures.clone(),
        valid_until: facts.valid_until.clone(),
        supported_by: view.links(&related.supported_by),
        decisions: own.filter_map(|decision| row(decision, view)).collect(),
    })
}
