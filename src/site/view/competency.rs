//! Prepares a competency's page: the levels, the roles expected at each level, and the strategies
//! it supports.
//!
//! Input: a viewpoint and a competency. Output: [`CompetencyPage`]. The statements themselves are
//! in the chapter's text.

use serde::Serialize;

use super::{Link, Viewpoint, competency_of};
use crate::chapter::document::{Competency, LevelHeading};
use crate::declare::config::Scope;
use crate::declare::kind::Levels;
use crate::model::book::{ChapterId, Standing};

/// The data for the competency template.
#[derive(Debug, Serialize)]
pub struct CompetencyPage {
    pub family: Option<String>,
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
    /// The title of the only track that the row is about.
    pub track: Option<String>,
    /// The ID of that track.
    #[serde(skip)]
    pub track_id: Option<String>,
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
    let top = facts.statements.iter().map(|statement| statement.level).max();
    let of = view.highest(chapter, Scope::default()).max(top.unwrap_or(0));
    let heights = 1..=related.expected_by.iter().map(|(_, level)| *level).fold(of, u8::max);
    let top = top.unwrap_or(of);
    let rows = heights.flat_map(|level| rows(level, (chapter, facts), view));
    Some(CompetencyPage {
        family: view.meta(chapter).family.as_deref().map(|name| view.config.family_title(name).to_owned()),
        cluster: facts.cluster.clone(),
        supports: view.links(&related.supports),
        levels: rows.filter(|row| row.level <= top || !row.roles.is_empty()).collect(),
        of,
        top,
        is_complete: facts.mode == Levels::Replace,
    })
}

/// Returns the row of a level, and one for each track that has a heading of its own for the level.
/// A role is in the row of its track, or else in the row for all tracks.
fn rows(level: u8, (chapter, facts): (ChapterId, &Competency), view: &Viewpoint<'_>) -> Vec<LevelRow> {
    let relations = &view.book.relations;
    let here = || facts.statements.iter().filter(|statement| statement.level == level);
    let has_own = |track: &str| {
        let is_own = |heading: &LevelHeading| heading.level == level && heading.track.as_deref() == Some(track);
        facts.levels.iter().any(|heading| is_own(heading) && !heading.is_inside)
    };
    let says = |track: &str| here().any(|statement| statement.track.as_deref() == Some(track));
    let own: Vec<&str> = facts.tracks().into_iter().filter(|track| has_own(track) && says(track)).collect();
    let expecting: Vec<ChapterId> = relations.competencies.get(&chapter).map_or_else(Vec::new, |related| {
        related.expected_by.iter().filter(|(_, at)| *at == level).map(|(role, _)| *role).collect()
    });
    let row = |track: Option<&str>| {
        let at = Standing::new(level, Scope { track, family: None });
        let known = view.config.level_at(level, view.book.scope(chapter, at.scope));
        let is_here = |role: &&ChapterId| {
            let track_of = relations.roles.get(role).and_then(|role| role.track.as_deref());
            track_of.filter(|track| own.contains(track)) == track
        };
        LevelRow {
            level,
            name: view.level_name_of(chapter, at),
            track_id: track.map(str::to_owned),
            proficiency: view.proficiency(chapter, at).map(str::to_owned),
            track: track.map(|id| view.config.track_title(id).to_owned()),
            means: known.map(|level| level.means.clone()).filter(|means| !means.is_empty()),
            url: view.level_url(chapter, at),
            count: here().filter(|statement| statement.is_for(track)).count(),
            roles: expecting.iter().filter(is_here).map(|role| view.link(*role)).collect(),
        }
    };
    let common = row(None);
    let is_empty = common.count == 0 && common.roles.is_empty() && !own.is_empty();
    let common = (!is_empty).then_some(common).into_iter().filter(|row| !row.name.is_empty() || !row.roles.is_empty());
    common.chain(own.iter().map(|track| row(Some(track)))).collect()
}
