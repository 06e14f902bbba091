//! Exports the model as data for other programs: roles, competencies, strategies, decisions and
//! terms as JSON, statements as CSV.
//!
//! Input: the book and the configuration. Output: JSON values and text. The data is the same as on
//! the pages. URLs are paths from the site's root.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Viewpoint, competency_of, field};
use crate::chapter::document::{Facts, Statement};
use crate::declare::config::Scope;
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, Expectation, Party, RoleView, Standing, applies, role_of};
use crate::text::path::UrlPath;

/// The version of the data format. It increases when a field is removed or changes its meaning.
pub(super) const VERSION: u32 = 1;

/// The exported data sets. Each is a file `api/v1/NAME.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Data {
    /// Roles with what is expected of them.
    Roles,
    /// Competencies with their statements.
    Competencies,
    /// Strategy chapters.
    Strategies,
    /// Decisions with the roles and partners that take part.
    Decisions,
    /// Glossary terms.
    Terms,
}

impl Data {
    /// All data sets.
    pub const ALL: [Self; 5] = [Self::Roles, Self::Competencies, Self::Strategies, Self::Decisions, Self::Terms];

    /// Returns the name of the array, which is also the name of the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Competencies => "competencies",
            Self::Strategies => "strategies",
            Self::Decisions => "decisions",
            Self::Terms => "terms",
        }
    }

    /// Returns the file's URL.
    #[must_use]
    pub fn url(self) -> UrlPath {
        UrlPath::new(format!("api/v1/{}.json", self.name()))
    }

    /// Returns the file's text.
    #[must_use]
    pub fn render(self, view: &Viewpoint<'_>) -> String {
        let list = match self {
            Self::Roles => json(&roles(view)),
            Self::Competencies => json(&competencies(view)),
            Self::Strategies => json(&strategies(view)),
            Self::Decisions => json(&decisions(view)),
            Self::Terms => json(&terms(view)),
        };
        let mut document = serde_json::Map::new();
        document.insert("version".to_owned(), VERSION.into());
        document.insert("edition".to_owned(), json(&view.config.edition));
        document.insert(self.name().to_owned(), list);
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }
}

fn json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[derive(Serialize)]
struct Role<'a> {
    id: &'a str,
    title: &'a str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    track: Option<&'a str>,
    rank: Option<u32>,
    grade: Option<&'a str>,
    scope: Option<&'a str>,
    horizon: Option<&'a str>,
    base: bool,
    also_called: &'a [String],
    extends: Option<&'a str>,
    grows_into: Vec<&'a str>,
    moves_to: Vec<&'a str>,
    reports_to: Vec<&'a str>,
    competencies: Vec<Expected<'a>>,
    responsibilities: Vec<Cell<'a>>,
}

#[derive(Serialize)]
struct Expected<'a> {
    id: &'a str,
    level: u8,
    level_name: String,
    /// The competency's word for the proficiency at this level.
    #[serde(skip_serializing_if = "Option::is_none")]
    proficiency: Option<&'a str>,
    focus: bool,
    from: Option<&'a str>,
    /// What the competency means for the role, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'a str>,
    /// The statements that apply at this level, including those of lower levels if levels add up.
    statements: Vec<&'a str>,
    /// The statements among these that the role is judged on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    judged: Vec<&'a str>,
}

#[derive(Serialize)]
struct Cell<'a> {
    id: &'a str,
    level: u8,
    text: &'a str,
    replaces: Option<&'a str>,
    /// The only track that the statement is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<&'a str>,
    /// The tracks that have statements of their own instead of this one.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    not_for: &'a [String],
}

#[derive(Serialize)]
struct Competency<'a> {
    id: &'a str,
    title: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    cluster: Option<&'a str>,
    supports: Vec<&'a str>,
    /// How the levels relate to each other.
    levels: &'static str,
    /// The words for the proficiency at levels, by the number of the level.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    proficiencies: BTreeMap<u8, &'a str>,
    statements: Vec<Cell<'a>>,
}

#[derive(Serialize)]
struct Strategy<'a> {
    id: &'a str,
    title: &'a str,
    url: String,
    horizon: Option<&'a str>,
    led_by: Option<&'a str>,
    measures: &'a [String],
    valid_until: Option<&'a str>,
    supported_by: Vec<&'a str>,
}

#[derive(Serialize)]
struct Decision<'a> {
    id: &'a str,
    title: &'a str,
    url: String,
    strategy: &'a str,
    scope: Option<&'a str>,
    accountable: Vec<&'a str>,
    responsible: Vec<&'a str>,
    consulted: Vec<&'a str>,
    informed: Vec<&'a str>,
    escalates_to: Vec<&'a str>,
}

#[derive(Serialize)]
struct Term<'a> {
    id: &'a str,
    name: &'a str,
    aliases: &'a [String],
    definition: &'a str,
}

fn path(chapter: ChapterId, anchor: Option<&str>, view: &Viewpoint<'_>) -> String {
    let url = view.book.url(chapter).encoded();
    anchor.map_or_else(|| url.clone(), |anchor| format!("{url}#{}", super::encode_fragment(anchor)))
}

fn ids<'a>(chapters: &[ChapterId], view: &Viewpoint<'a>) -> Vec<&'a str> {
    chapters.iter().map(|chapter| view.book.id(*chapter)).collect()
}

fn cell(statement: &Statement) -> Cell<'_> {
    let Statement { id, level, text, replaces, track, not_for, .. } = statement;
    Cell { id, level: *level, text, replaces: replaces.as_deref(), track: track.as_deref(), not_for }
}

fn roles<'a>(view: &Viewpoint<'a>) -> Vec<Role<'a>> {
    let one = |chapter: &ChapterId| {
        let facts = role_of(view.book, *chapter)?;
        let related = view.book.relations.roles.get(chapter)?;
        let meta = view.meta(*chapter);
        Some(Role {
            id: view.book.id(*chapter),
            title: &meta.title,
            url: path(*chapter, None, view),
            family: meta.family.as_deref(),
            track: facts.track.as_deref(),
            rank: facts.rank,
            grade: facts.grade.as_deref(),
            scope: facts.scope.as_deref(),
            horizon: facts.horizon.as_deref(),
            base: facts.base,
            also_called: &facts.also_called,
            extends: related.extends.map(|base| view.book.id(base)),
            grows_into: ids(&related.grows_into, view),
            moves_to: ids(&related.moves_to, view),
            reports_to: ids(&related.reports_to, view),
            competencies: related.expectations.iter().map(|expectation| expected(expectation, related, view)).collect(),
            responsibilities: facts.responsibilities.iter().map(cell).collect(),
        })
    };
    view.book.relations.role_order.iter().filter_map(one).collect()
}

fn expected<'a>(expectation: &Expectation, role: &RoleView, view: &Viewpoint<'a>) -> Expected<'a> {
    let level = expectation.level;
    let at = role.at(level);
    let facts = competency_of(view.book, expectation.competency);
    let all = facts.map(|facts| facts.statements.as_slice()).unwrap_or_default();
    let judged = all.iter().enumerate().filter(|(n, _)| role.judges(expectation.competency, *n));
    let applying = all.iter().filter(|statement| facts.is_some_and(|facts| applies(statement, facts, at)));
    Expected {
        id: view.book.id(expectation.competency),
        level,
        level_name: view.level_name(expectation.competency, at),
        proficiency: view.proficiency(expectation.competency, at),
        focus: expectation.focus,
        from: expectation.from.map(|from| view.book.id(from)),
        meaning: expectation.meaning(view.book),
        statements: applying.map(|statement| statement.id.as_str()).collect(),
        judged: judged.map(|(_, statement)| statement.id.as_str()).collect(),
    }
}

fn competencies<'a>(view: &Viewpoint<'a>) -> Vec<Competency<'a>> {
    let one = |chapter: &ChapterId| {
        let facts = competency_of(view.book, *chapter)?;
        let meta = view.meta(*chapter);
        let common = facts.levels.iter().filter(|heading| heading.track.is_none());
        let words = common.filter_map(|heading| Some((heading.level, heading.proficiency.as_deref()?)));
        Some(Competency {
            id: view.book.id(*chapter),
            title: view.title(*chapter),
            url: path(*chapter, None, view),
            family: meta.family.as_deref(),
            cluster: facts.cluster.as_deref(),
            supports: ids(&view.book.relations.competencies.get(chapter)?.supports, view),
            levels: facts.mode.name(),
            proficiencies: words.collect(),
            statements: facts.statements.iter().map(cell).collect(),
        })
    };
    view.book.relations.clusters.iter().flat_map(|(_, list)| list).filter_map(one).collect()
}

fn strategies<'a>(view: &Viewpoint<'a>) -> Vec<Strategy<'a>> {
    let one = |(chapter, related): (&ChapterId, &crate::model::book::StrategyView)| {
        let meta = view.meta(*chapter);
        let Facts::Strategy(facts) = &meta.facts else { return None };
        Some(Strategy {
            id: view.book.id(*chapter),
            title: &meta.title,
            url: path(*chapter, None, view),
            horizon: facts.horizon.as_deref(),
            led_by: related.led_by.map(|role| view.book.id(role)),
            measures: &facts.measures,
            valid_until: facts.valid_until.as_deref(),
            supported_by: ids(&related.supported_by, view),
        })
    };
    view.book.relations.strategies.iter().filter_map(one).collect()
}

fn decisions<'a>(view: &Viewpoint<'a>) -> Vec<Decision<'a>> {
    let party = |party: Party| match party {
        Party::Role(role) => view.book.id(role),
        Party::Partner(n) => view.config.partners.get(n as usize).map_or("", |(id, _)| id.as_str()),
    };
    let one = |decision: &crate::model::book::DecisionView| {
        let facts = decision.facts(view.book)?;
        let with = |part: Part| -> Vec<&'a str> {
            decision.parties.iter().filter(|(other, _)| *other == part).map(|(_, who)| party(*who)).collect()
        };
        Some(Decision {
            id: &facts.id,
            title: &facts.title,
            url: path(decision.strategy, Some(&facts.id), view),
            strategy: view.book.id(decision.strategy),
            scope: facts.scope.as_deref(),
            accountable: with(Part::Accountable),
            responsible: with(Part::Responsible),
            consulted: with(Part::Consulted),
            informed: with(Part::Informed),
            escalates_to: with(Part::EscalatesTo),
        })
    };
    view.book.relations.decisions.iter().filter_map(one).collect()
}

fn terms<'a>(view: &Viewpoint<'a>) -> Vec<Term<'a>> {
    let lists = view.book.relations.glossaries.iter().filter_map(|chapter| match &view.meta(*chapter).facts {
        Facts::Glossary(terms) => Some(terms),
        _ => None,
    });
    let one = |term: &'a crate::chapter::document::Term| {
        let crate::chapter::document::Term { id, name, aliases, definition, .. } = term;
        Term { id, name, aliases, definition }
    };
    lists.flatten().map(one).collect()
}

/// Returns every statement as CSV (RFC 4180): cluster, competency, level, level name, ID, text, and
/// the track if some statements are meant for one only. It begins with a byte order mark, without
/// which Excel doesn't read it as UTF-8.
pub fn statements_csv(view: &Viewpoint<'_>) -> String {
    let all = || view.book.relations.clusters.iter().flat_map(|(_, list)| list);
    let facts = |chapter: &ChapterId| competency_of(view.book, *chapter);
    let has_tracks = all().filter_map(facts).any(|facts| !facts.tracks().is_empty());
    let has_clusters = all().filter_map(facts).any(|facts| facts.cluster.is_some());
    let none = if has_clusters { super::NONE } else { "" };
    let mut out = String::from("\u{feff}cluster,competency,level,level name,id,statement");
    out.push_str(if has_tracks { ",track\r\n" } else { "\r\n" });
    for (chapter, facts) in all().filter_map(|chapter| Some((*chapter, facts(chapter)?))) {
        for statement in &facts.statements {
            let track = statement.track.as_deref();
            let at = Standing::new(statement.level, Scope { track, family: None });
            let mut cells = vec![
                field(facts.cluster.as_deref().unwrap_or(none)),
                field(view.book.id(chapter)),
                statement.level.to_string(),
                field(&view.level_name(chapter, at)),
                field(&statement.id),
                field(&statement.text),
            ];
            cells.extend(has_tracks.then(|| field(track.unwrap_or_default())));
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
    }
    out
}
