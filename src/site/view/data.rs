//! Exports the model as data for other programs: roles, competencies, strategies, decisions and
//! terms as JSON, statements as CSV.
//!
//! Input: the book and the configuration. Output: JSON values and text. The data is the same as on
//! the pages. URLs are paths from the site's root.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Viewpoint, competency_of, field};
use crate::chapter::document::{Facts, Statement};
use crate::declare::kind::Part;
use crate::model::book::{ChapterId, Expectation, Party, RoleView, applies, role_of};
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
}

#[derive(Serialize)]
struct Competency<'a> {
    id: &'a str,
    title: &'a str,
    url: String,
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
    chapters.iter().map(|chapter| view.meta(*chapter).id.as_str()).collect()
}

fn cell(statement: &Statement) -> Cell<'_> {
    let Statement { id, level, text, replaces, .. } = statement;
    Cell { id, level: *level, text, replaces: replaces.as_deref() }
}

fn roles<'a>(view: &Viewpoint<'a>) -> Vec<Role<'a>> {
    let one = |chapter: &ChapterId| {
        let facts = role_of(view.book, *chapter)?;
        let related = view.book.relations.roles.get(chapter)?;
        let meta = view.meta(*chapter);
        Some(Role {
            id: &meta.id,
            title: &meta.title,
            url: path(*chapter, None, view),
            track: facts.track.as_deref(),
            rank: facts.rank,
            grade: facts.grade.as_deref(),
            scope: facts.scope.as_deref(),
            horizon: facts.horizon.as_deref(),
            base: facts.base,
            also_called: &facts.also_called,
            extends: related.extends.map(|base| view.meta(base).id.as_str()),
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
    let facts = competency_of(view.book, expectation.competency);
    let all = facts.map(|facts| facts.statements.as_slice()).unwrap_or_default();
    let judged = all.iter().enumerate().filter(|(n, _)| role.judges(expectation.competency, *n));
    let applying = all.iter().filter(|statement| facts.is_some_and(|facts| applies(statement, facts, level)));
    Expected {
        id: &view.meta(expectation.competency).id,
        level,
        level_name: view.level_name(level),
        proficiency: view.proficiency(expectation.competency, level),
        focus: expectation.focus,
        from: expectation.from.map(|from| view.meta(from).id.as_str()),
        meaning: expectation.meaning(view.book),
        statements: applying.map(|statement| statement.id.as_str()).collect(),
        judged: judged.map(|(_, statement)| statement.id.as_str()).collect(),
    }
}

fn competencies<'a>(view: &Viewpoint<'a>) -> Vec<Competency<'a>> {
    let one = |chapter: &ChapterId| {
        let facts = competency_of(view.book, *chapter)?;
        let meta = view.meta(*chapter);
        Some(Competency {
            id: &meta.id,
            title: &meta.title,
            url: path(*chapter, None, view),
            cluster: facts.cluster.as_deref(),
            supports: ids(&view.book.relations.competencies.get(chapter)?.supports, view),
            levels: facts.mode.name(),
            proficiencies: facts.proficiencies.iter().map(|(level, word)| (*level, word.as_str())).collect(),
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
            id: &meta.id,
            title: &meta.title,
            url: path(*chapter, None, view),
            horizon: facts.horizon.as_deref(),
            led_by: related.led_by.map(|role| view.meta(role).id.as_str()),
            measures: &facts.measures,
            valid_until: facts.valid_until.as_deref(),
            supported_by: ids(&related.supported_by, view),
        })
    };
    view.book.relations.strategies.iter().filter_map(one).collect()
}

fn decisions<'a>(view: &Viewpoint<'a>) -> Vec<Decision<'a>> {
    let party = |party: Party| match party {
        Party::Role(role) => view.meta(role).id.as_str(),
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
            strategy: &view.meta(decision.strategy).id,
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

/// Returns every statement as CSV (RFC 4180): cluster, competency, level, level name, ID, text.
pub fn statements_csv(view: &Viewpoint<'_>) -> String {
    let mut out = String::from("cluster,competency,level,level name,id,statement\r\n");
    for competency in competencies(view) {
        for statement in &competency.statements {
            let cells = [
                field(competency.cluster.unwrap_or_default()),
                field(competency.id),
                statement.level.to_string(),
                field(&view.level_name(statement.level)),
                field(statement.id),
                field(statement.text),
            ];
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
    }
    out
}
