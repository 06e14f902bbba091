//! Prepares the page on which a reader compares any two roles, and the data file of each role that
//! its script loads.
//!
//! Input: a viewpoint. Output: [`Picker`], and JSON for one role. For readers without JavaScript,
//! the page lists the comparisons that have their own pages. A role's file contains what
//! [`super::compare`] compares. Statements come from `api/v1/competencies.json`, so that they
//! aren't stored twice.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::{accountable_for, all_responsibilities, facts};
use super::track::{Track, by_track};
use super::{Link, Viewpoint, competency_of, encode_fragment};
use crate::chapter::document::Statement;
use crate::declare::config::UrlStyle;
use crate::model::book::{Book, ChapterId, Expectation, RoleView, applies, role_of};
use crate::text::path::UrlPath;

/// The function that data files call if pages are opened from a folder, where browsers can load
/// scripts but no data.
const TAKES_DATA: &str = "rolebookTake";

/// The keys of the UI strings that the script needs.
const WORDS: &[&str] = &[
    "scope",
    "horizon",
    "track",
    "rank",
    "grade",
    "rel-reports-to",
    "not-expected",
    "accountable-for",
    "compare-facts",
    "compare-no-difference",
    "compare-same",
    "compare-same-facts",
    "compare-same-levels",
    "compare-a",
    "compare-b",
    "compare-rise-one",
    "compare-rise",
    "compare-fall",
    "compare-added",
    "compare-dropped",
    "compare-gained",
    "compare-reworded",
    "compare-lost",
    "compare-unmarked",
    "compare-new-mark",
    "compare-reworded-mark",
    "compare-gone-mark",
    "compare-scopes",
    "scope-team",
    "scope-area",
    "scope-portfolio",
    "compare-responsibilities",
    "compare-only",
    "compare-both",
    "compare-both-decisions",
    "compare-failed",
    "compare-itself",
    "compare-done",
    "compare-loading",
];

/// The data for the picker template.
#[derive(Debug, Serialize)]
pub struct Picker {
    pub tracks: Vec<Track<Choice>>,
    pub pairs: Vec<Link>,
    /// The URL of the competencies' statements.
    pub competencies: String,
    /// The site's root, which URLs in the data are relative to.
    pub home: String,
    /// Whether data files are scripts.
    pub is_script: bool,
    /// The script's UI strings, as JSON.
    pub words: String,
}

/// A role to choose.
#[derive(Debug, Serialize)]
pub struct Choice {
    pub id: String,
    pub title: String,
    /// The URL of the role's data file.
    pub data: String,
}

/// Lists the roles that can be compared, which are those that say something.
pub fn compared(book: &Book) -> impl Iterator<Item = ChapterId> {
    book.relations.role_order.iter().copied().filter(|role| book.relations.says_something(*role, book))
}

/// Returns the page's data.
pub fn picker(view: &Viewpoint<'_>) -> Picker {
    let tracks = by_track(compared(view.book), view, |role| {
        let data = view.url(&role_url(role, view.book, view.config.urls));
        Choice { id: view.book.id(role).to_owned(), title: view.title(role), data }
    });
    let pairs = view.book.relations.pairs.iter().map(|(a, b)| {
        let title = format!("{} / {}", view.title(*a), view.title(*b));
        Link { title, url: view.comparison(*a, *b), kind: Some("role"), ..Link::default() }
    });
    let words: BTreeMap<&str, &str> = WORDS.iter().map(|key| (*key, view.theme.ui(key))).collect();
    Picker {
        tracks,
        pairs: pairs.collect(),
        competencies: view.url(&data_url("competencies", view.config.urls)),
        home: view.url(&UrlPath::new("")),
        is_script: view.config.urls == UrlStyle::File,
        words: serde_json::to_string(&words).unwrap_or_default(),
    }
}

/// Returns the URL of a data file that scripts load.
pub fn data_url(name: &str, style: UrlStyle) -> UrlPath {
    let extension = if style == UrlStyle::File { "js" } else { "json" };
    UrlPath::new(format!("api/v1/{name}.{extension}"))
}

/// Returns the URL of a role's data file.
pub fn role_url(role: ChapterId, book: &Book, style: UrlStyle) -> UrlPath {
    data_url(&role_name(role, book), style)
}

/// Returns the name of a role's data file.
pub fn role_name(role: ChapterId, book: &Book) -> String {
    format!("roles/{}", book.id_in_url(role))
}

/// Wraps data in a script that passes the name and the data to the page's script.
pub fn as_script(name: &str, json: &str) -> String {
    let name = serde_json::to_string(name).unwrap_or_default();
    format!("{TAKES_DATA}({name}, {});\n", json.trim_end())
}

#[derive(Serialize)]
struct File<'a> {
    version: u32,
    role: Role<'a>,
}

#[derive(Serialize)]
struct Role<'a> {
    id: &'a str,
    title: String,
    url: String,
    /// The role's facts as text, by the key of their label.
    facts: BTreeMap<&'static str, String>,
    competencies: Vec<Expected<'a>>,
    responsibilities: Vec<Item<'a>>,
    decisions: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Expected<'a> {
    id: &'a str,
    level: u8,
    level_name: String,
    /// The statements that apply, if roles of other tracks meet others at the same level.
    #[serde(skip_serializing_if = "Option::is_none")]
    statements: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'a str>,
}

/// A responsibility or decision. Two roles share it if its URL is the same for both.
#[derive(Serialize)]
struct Item<'a> {
    text: &'a str,
    url: String,
    /// The scope of a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

/// Lists the statements of a competency that apply to a role, if that depends on the role's track.
fn on_track<'a>(expectation: &Expectation, role: &RoleView, view: &Viewpoint<'a>) -> Option<Vec<&'a str>> {
    let facts = competency_of(view.book, expectation.competency).filter(|facts| facts.depends_on_track())?;
    let at = role.at(expectation.level);
    let applying = facts.statements.iter().filter(|statement| applies(statement, facts, at));
    Some(applying.map(|statement| statement.id.as_str()).collect())
}

/// Returns what a comparison needs to know about a role, as JSON. Returns `None` if the chapter
/// isn't a role.
pub fn role_json(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<String> {
    let related = view.book.relations.roles.get(&chapter)?;
    role_of(view.book, chapter)?;
    let address =
        |chapter: ChapterId, anchor: &str| format!("{}#{}", view.book.url(chapter).encoded(), encode_fragment(anchor));
    let responsibilities = all_responsibilities(chapter, view).into_iter().filter_map(|(from, number)| {
        let Statement { id, text, .. } = role_of(view.book, from)?.responsibilities.get(number as usize)?;
        Some(Item { text, url: address(from, id), scope: None })
    });
    let decisions = accountable_for(chapter, view).into_iter().filter_map(|number| {
        let decision = &view.book.relations.decisions[number];
        let facts = decision.facts(view.book)?;
        Some(Item { text: &facts.title, url: address(decision.strategy, &facts.id), scope: facts.scope.as_deref() })
    });
    let expected = related.expectations.iter().map(|expectation| Expected {
        id: view.book.id(expectation.competency),
        level: expectation.level,
        level_name: view.level_name_of(expectation.competency, related.at(expectation.level)),
        statements: on_track(expectation, related, view),
        meaning: expectation.meaning(view.book),
    });
    let role = Role {
        id: view.book.id(chapter),
        title: view.title(chapter),
        url: view.book.url(chapter).encoded(),
        facts: facts(chapter, view).into_iter().filter_map(|(key, text)| Some((key, text?))).collect(),
        competencies: expected.collect(),
        responsibilities: responsibilities.collect(),
        decisions: decisions.collect(),
    };
    Some(serde_json::to_string(&File { version: super::data::VERSION, role }).unwrap_or_default() + "\n")
}
