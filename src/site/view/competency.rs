//! Prepares a competency's page: the levels, the roles expected at each level, and the strategies
//! it supports.
//!
//! Input: a viewpoint and a competency. Output: [`CompetencyPage`]. The statements themselves are
//! in the chapter's text.

use serde::Serialize;

use super::{Link, Viewpoint, competency_of};
use crate::model::book::ChapterId;

/// The data for the competency template.
#[derive(Debug, Serialize)]
pub struct CompetencyPage {
    pub cluster: Option<String>,
    pub supports: Vec<Link>,
    pub levels: Vec<LevelRow>,
}

/// One level and the roles that are expected to have it.
#[derive(Debug, Serialize)]
pub struct LevelRow {
    pub level: u8,
    pub name: String,
    pub means: Option<String>,
    pub url: Option<String>,
    /// The number of statements at this level.
    pub count: usize,
    pub roles: Vec<Link>,
}

/// Returns the page's data, or `None` if the chapter isn't a competency.
pub fn competency(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<CompetencyPage> {
    let facts = competency_of(view.book, chapter)?;
    let related = view.book.relations.competencies.get(&chapter)?;
    let row = |level: &crate::declare::config::Level| {
        let roles = related.expected_by.iter().filter(|(_, at)| *at == level.level).map(|(role, _)| view.link(*role));
        LevelRow {
            level: level.level,
            name: level.name.clone(),
            means: Some(level.means.clone()).filter(|means| !means.is_empty()),
            url: view.level_url(chapter, level.level),
            count: facts.statements.iter().filter(|statement| statement.level == level.level).count(),
            roles: roles.collect(),
        }
    };
    Some(CompetencyPage {
        cluster: facts.cluster.clone(),
        supports: view.links(&related.supports),
        levels: view.config.scale.iter().map(row).collect(),
    })
}
