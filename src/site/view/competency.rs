//! Prepares a competency's page: the levels, the roles expected at each level, and the strategies
//! it supports.
//!
//! Input: a viewpoint and a competency. Output: [`CompetencyPage`]. The statements themselves are
//! in the chapter's text.

use serde::Serialize;

use super::{Link, Viewpoint, competency_of};
use crate::declare::kind::Levels;
use crate::model::book::ChapterId;

/// The data for the competency template.
#[derive(Debug, Serialize)]
pub struct CompetencyPage {
    pub cluster: Option<String>,
    pub supports: Vec<Link>,
    /// The levels that it describes, and those above that a role expects.
    pub levels: Vec<LevelRow>,
    /// The number of levels on the scale.
    pub of: u8,
    /// The highest level that it describes.
    pub top: u8,
    /// Whether each level is complete and those below it don't apply.
    pub is_complete: bool,
}

/// One level and the roles that are expected to have it.
#[derive(Debug, Serialize)]
pub struct LevelRow {
    pub level: u8,
    pub name: String,
    /// The competency's word for the proficiency at the level.
    pub proficiency: Option<String>,
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
            name: view.level_name_of(chapter, level.level),
            proficiency: view.proficiency(chapter, level.level).map(str::to_owned),
            means: Some(level.means.clone()).filter(|means| !means.is_empty()),
            url: view.level_url(chapter, level.level),
            count: facts.statements.iter().filter(|statement| statement.level == level.level).count(),
            roles: roles.collect(),
        }
    };
    let top = view.top(chapter);
    Some(CompetencyPage {
        cluster: facts.cluster.clone(),
        supports: view.links(&related.supports),
        levels: view.config.scale.iter().map(row).filter(|row| row.level <= top || !row.roles.is_empty()).collect(),
        of: view.highest(),
        top,
        is_complete: facts.mode == Levels::Replace,
    })
}
