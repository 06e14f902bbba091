//! Prepares the self-assessment pages: what a role expects, every level of it, and advice on how to
//! grow.
//! Input: a viewpoint and a role. Output: [`Assess`], which shows what the role is judged on first,
//! and the [`Index`] of all roles. Statements keep their IDs, by which a reader's answers are found
//! again. Never sees an answer.

use serde::Serialize;

use super::children::Item;
use super::matrix::roles;
use super::share::{Cluster, Shares, Split, clusters, split};
use super::track::{Track, by_track};
use super::{Link, Viewpoint, competency_of};
use crate::chapter::document::Statement;
use crate::declare::config::{Config, Level};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Expectation, Generated, RoleView, generated_url, role_of};
use crate::site::theme::Html;
use crate::text::path::{UrlPath, fold};

/// The data for the page of one role.
#[derive(Debug, Serialize)]
pub struct Assess {
    pub role: Link,
    pub id: String,
    pub scale: Vec<Step>,
    /// All competencies that the role expects, by cluster.
    pub clusters: Vec<Cluster<Asked>>,
    /// The same competencies, split into what the role is judged on and the rest.
    pub shares: Shares<Asked>,
    /// How the levels relate to each other.
    pub hint: String,
    pub evidence: Vec<Evidence>,
    pub before: Vec<Link>,
    pub next: Vec<Link>,
    pub index_url: String,
    /// The URL of the desk, on which two people compare their assessments.
    pub desk_url: String,
}

/// One level of the scale.
#[derive(Debug, Serialize)]
pub struct Step {
    pub level: u8,
    pub name: String,
    pub means: Option<String>,
}

/// A competency that the role expects, with all its levels.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    pub id: String,
    pub title: String,
    pub url: Option<String>,
    pub summary: Option<String>,
    pub level: u8,
    pub level_name: String,
    pub focus: bool,
    /// What the competency means for this role, in its own words.
    pub meaning: Option<String>,
    /// The highest level that the competency describes.
    pub top: u8,
    /// How the levels of the competency relate to each other.
    pub mode: &'static str,
    /// The levels. Expanded levels come first, starting with the expected one; the others follow,
    /// lowest first.
    pub levels: Vec<AskedLevel>,
    /// Whether some levels are collapsed.
    pub has_more: bool,
    pub grow: Option<Grow>,
}

/// One level of a competency.
#[derive(Clone, Debug, Serialize)]
pub struct AskedLevel {
    pub level: u8,
    pub name: String,
    pub own: bool,
    /// Whether the level is expanded, as the expected level and the statements that the role is
    /// judged on are.
    pub open: bool,
    pub statements: Vec<Row>,
}

/// A statement, and the ID by which its answer is found again.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub html: Html,
    pub replaces: Option<String>,
    /// Whether the role is judged on the statement.
    pub key: bool,
    /// The statement's examples as a list.
    pub examples: Option<Html>,
}

/// The section of a competency that says how to grow.
#[derive(Clone, Debug, Serialize)]
pub struct Grow {
    pub title: String,
    pub url: String,
    pub html: Html,
}

/// Something that evidence has to show, and the IDs of the competencies that it covers.
#[derive(Debug, Serialize)]
pub struct Evidence {
    pub name: String,
    pub competencies: Vec<String>,
}

/// The data for the list of all roles.
#[derive(Debug, Serialize)]
pub struct Index {
    pub tracks: Vec<Track<Item>>,
    pub desk_url: String,
}

/// Returns the URL of the page of one role.
pub fn address(role: ChapterId, book: &Book, config: &Config) -> UrlPath {
    generated_url(&format!("assess/{}", book.id_in_url(role)), config.urls)
}

/// Returns the link to the page of one role. Returns `None` if the role expects nothing.
pub fn url(role: ChapterId, view: &Viewpoint<'_>) -> Option<String> {
    let expects = view.book.relations.roles.get(&role).is_some_and(|related| !related.expectations.is_empty());
    expects.then(|| view.url(&address(role, view.book, view.config)))
}

/// Returns the URL of the desk, on which two people compare their assessments. If a role has its assessment there, the desk moves out of its way.
pub fn desk_address(book: &Book, config: &Config) -> UrlPath {
    let is_taken = book.relations.roles.keys().any(|role| book.id_in_url(*role) == "conversation");
    generated_url(if is_taken { "assess/growth-conversation" } else { "assess/conversation" }, config.urls)
}

fn desk_url(view: &Viewpoint<'_>) -> String {
    view.url(&desk_address(view.book, view.config))
}

/// Returns the data of one role's page, or `None` if the chapter isn't a role.
pub fn assess(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<Assess> {
    let related = view.book.relations.roles.get(&chapter)?;
    let link = |role: &ChapterId| Some(Link { url: Some(url(*role, view)?), ..view.link(*role) });
    let clusters = clusters(related, view, |expectation| asked(expectation, related, view));
    let index = generated_url(Generated::Assess.name(), view.config.urls);
    Some(Assess {
        role: view.link(chapter),
        id: view.book.id(chapter).to_owned(),
        scale: view.config.scale_of(related.scope()).into_iter().map(step).collect(),
        hint: view.hint(related),
        evidence: evidence(&clusters, view),
        shares: split(&clusters),
        clusters,
        before: related.grows_from.iter().filter_map(link).collect(),
        next: related.grows_into.iter().chain(&related.moves_to).filter_map(link).collect(),
        index_url: view.url(&index),
        desk_url: desk_url(view),
    })
}

/// Returns the data of the list of all roles.
pub fn index(view: &Viewpoint<'_>) -> Index {
    let expecting = roles(None, view).into_iter().filter(|role| url(*role, view).is_some());
    let tracks = by_track(expecting, view, |role| {
        let meta = view.meta(role);
        let summary = role_of(view.book, role).and_then(|facts| facts.scope.clone()).or_else(|| meta.summary.clone());
        Item { title: view.title(role), url: url(role, view), kind: Some("role"), summary }
    });
    Index { tracks, desk_url: desk_url(view) }
}

/// Returns a level of a scale.
pub(super) fn step(level: &Level) -> Step {
    let means = Some(level.means.clone()).filter(|means| !means.is_empty());
    Step { level: level.level, name: level.name.clone(), means }
}

fn asked(expectation: &Expectation, role: &RoleView, view: &Viewpoint<'_>) -> Asked {
    let competency = expectation.competency;
    let meta = view.meta(competency);
    let (at, scope) = (role.at(expectation.level), view.book.scope(competency, role.scope()));
    let mut levels: Vec<AskedLevel> = view
        .config
        .scale_of(scope)
        .into_iter()
        .map(|level| AskedLevel {
            level: level.level,
            name: view.level_name_of(competency, role.at(level.level)),
            own: level.level == expectation.level,
            open: level.level == expectation.level,
            statements: rows((competency, level.level), role, view),
        })
        .filter(|level| level.own || !level.statements.is_empty())
        .collect();
    levels.sort_by_key(|level| !level.own);
    Asked {
        id: view.book.id(competency).to_owned(),
        title: view.title(competency),
        url: view.link(competency).url,
        summary: meta.summary.clone(),
        level: expectation.level,
        level_name: view.level_name_of(competency, at),
        focus: expectation.focus,
        meaning: expectation.meaning(view.book).map(str::to_owned),
        top: view.top(competency, role.scope()),
        mode: competency_of(view.book, competency)
            .map(|facts| facts.mode_for(role.track.as_deref()))
            .unwrap_or_default()
            .name(),
        has_more: levels.len() > 1,
        levels,
        grow: grow(competency, view),
    }
}

fn rows((competency, level): (ChapterId, u8), role: &RoleView, view: &Viewpoint<'_>) -> Vec<Row> {
    let statements = competency_of(view.book, competency).map(|facts| facts.statements.as_slice()).unwrap_or_default();
    let row = |(n, statement): (usize, &Statement)| Row {
        id: statement.id.clone(),
        html: view.cells.statement(competency, n),
        replaces: statement.replaces.clone(),
        key: role.judges(competency, n),
        examples: view.cells.examples(competency, n),
    };
    let is_asked = |statement: &Statement| statement.level == level && statement.is_for(role.track.as_deref());
    statements.iter().enumerate().filter(|(_, statement)| is_asked(statement)).map(row).collect()
}

impl Split for Asked {
    fn key(&self) -> Option<Self> {
        let mut levels = self.levels_of(true);
        if self.focus {
            // Show the expected level of a competency in focus even if it has no statements.
            let own = self.levels.iter().filter(|level| level.own && level.statements.is_empty());
            levels.splice(0..0, own.cloned());
            levels.extend(self.levels_of(false).into_iter().map(|level| AskedLevel { open: false, ..level }));
        }
        (!levels.is_empty()).then(|| self.with(levels, self.grow.clone()))
    }

    /// The advice on how to grow and the role's own words are shown once, where the competency appears first.
    fn rest(&self) -> Option<Self> {
        if self.key().is_none() {
            return Some(self.with(self.levels.clone(), self.grow.clone()));
        }
        let levels = self.levels_of(false);
        (!self.focus && !levels.is_empty()).then(|| Self { meaning: None, ..self.with(levels, None) })
    }
}

impl Asked {
    fn with(&self, levels: Vec<AskedLevel>, grow: Option<Grow>) -> Self {
        Self { has_more: levels.iter().any(|level| !level.open), levels, grow, ..self.clone() }
    }

    /// Returns the levels with only a part of their statements: if `key` is set, those that the
    /// role is judged on, and otherwise the rest. If `key` is set, all these levels are expanded.
    fn levels_of(&self, key: bool) -> Vec<AskedLevel> {
        let part = |level: &AskedLevel| {
            let statements: Vec<Row> = level.statements.iter().filter(|row| row.key == key).cloned().collect();
            (!statements.is_empty()).then(|| AskedLevel { statements, open: level.open || key, ..level.clone() })
        };
        self.levels.iter().filter_map(part).collect()
    }
}

fn grow(competency: ChapterId, view: &Viewpoint<'_>) -> Option<Grow> {
    let mut headings = view.document(competency).outline.headings.iter().filter(|heading| heading.section);
    let heading = headings.find(|heading| fold(&heading.text) == view.config.words.grow)?;
    let html = view.cells.section(competency, &heading.id).filter(|html| !html.as_str().is_empty())?;
    Some(Grow { title: heading.text.clone(), url: view.anchor(competency, &heading.id), html })
}

/// Lists what the evidence has to show: the items in `handbook.toml` if there are any, otherwise
/// one item for each cluster that the role is asked about.
fn evidence(clusters: &[Cluster<Asked>], view: &Viewpoint<'_>) -> Vec<Evidence> {
    if view.config.evidence.is_empty() {
        let ids = |cluster: &Cluster<Asked>| cluster.competencies.iter().map(|asked| asked.id.clone()).collect();
        let group = |cluster: &Cluster<Asked>| Evidence { name: cluster.title.clone(), competencies: ids(cluster) };
        return clusters.iter().map(group).collect();
    }
    // A name that several families use stands for the competency of each.
    let ids = |(name, _): &(String, crate::text::diagnostic::Span)| -> Vec<String> {
        let found = view.book.names.find(name).iter().filter(|found| view.meta(**found).kind == Kind::Competency);
        found.map(|found| view.book.id(*found).to_owned()).collect()
    };
    let declared = view.config.evidence.iter();
    declared
        .map(|evidence| Evidence {
            name: evidence.name.clone(),
            competencies: evidence.competencies.iter().flat_map(ids).collect(),
        })
        .collect()
}
