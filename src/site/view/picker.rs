//! Shapes the page on which a reader sets any two roles side by side, and the file of each role that its script loads.
//!
//! Input: a viewpoint. Output: [`Picker`]; JSON for one role. The list of comparisons that have a page of their own stands there for those without scripts. What
//! a role's file says is what [`super::compare`] holds against another's; statements come from `api/v1/competencies.json`, so that no file holds them twice.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::{accountable_for, all_responsibilities, facts};
use super::{Link, Viewpoint, encode_fragment};
use crate::chapter::document::Statement;
use crate::declare::config::UrlStyle;
use crate::model::book::{Book, ChapterId, role_of};
use crate::text::path::UrlPath;

/// The function that data files call where pages are opened from a folder: browsers load no data there, but scripts.
const TAKES_DATA: &str = "rolebookTake";

/// The texts that the script puts beside what it loads, by their keys.
const WORDS: &[&str] = &[
    "scope",
    "horizon",
    "track",
    "rank",
    "grade",
    "rel-reports-to",
    "not-expected",
    "becomes",
    "accountable-for",
    "compare-facts",
    "compare-competencies",
    "compare-no-difference",
    "compare-same",
    "compare-same-facts",
    "compare-same-levels",
    "compare-gained",
    "compare-lost",
    "compare-responsibilities",
    "compare-only",
    "compare-both",
    "compare-both-decisions",
    "compare-failed",
    "compare-itself",
    "compare-done",
    "compare-loading",
];

/// What the picker's template sees.
#[derive(Debug, Serialize)]
pub struct Picker {
    pub tracks: Vec<Group>,
    pub pairs: Vec<Link>,
    /// Where the competencies' statements are.
    pub competencies: String,
    /// The site's root, which addresses in data begin at.
    pub home: String,
    /// Whether data are scripts.
    pub is_script: bool,
    /// The script's texts, as JSON.
    pub words: String,
}

/// The roles of one track.
#[derive(Debug, Serialize)]
pub struct Group {
    pub title: String,
    pub roles: Vec<Choice>,
}

/// A role to choose.
#[derive(Debug, Serialize)]
pub struct Choice {
    pub id: String,
    pub title: String,
    /// Where its file is.
    pub data: String,
}

/// Makes the page's data.
pub fn picker(view: &Viewpoint<'_>) -> Picker {
    let mut tracks: Vec<Group> = Vec::new();
    for role in &view.book.relations.role_order {
        let title = view.track_title(*role).unwrap_or_else(|| view.theme.ui("roles-list").to_owned());
        let meta = view.meta(*role);
        let data = view.url(&role_url(*role, view.book, view.config.urls));
        let choice = Choice { id: meta.id.clone(), title: meta.title.clone(), data };
        match tracks.last_mut() {
            Some(last) if last.title == title => last.roles.push(choice),
            _ => tracks.push(Group { title, roles: vec![choice] }),
        }
    }
    let pairs = view.book.relations.pairs.iter().map(|(a, b)| {
        let title = format!("{} / {}", view.meta(*a).title, view.meta(*b).title);
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

/// Returns the address of a data file that scripts load.
pub fn data_url(name: &str, style: UrlStyle) -> UrlPath {
    let extension = if style == UrlStyle::File { "js" } else { "json" };
    UrlPath::new(format!("api/v1/{name}.{extension}"))
}

/// Returns the address of a role's file.
pub fn role_url(role: ChapterId, book: &Book, style: UrlStyle) -> UrlPath {
    data_url(&role_name(role, book), style)
}

/// Returns what a role's file is called in its script.
pub fn role_name(role: ChapterId, book: &Book) -> String {
    format!("roles/{}", book.meta(role).id)
}

/// Makes a script of data: it hands them over under their name.
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
    title: &'a str,
    url: String,
    /// What is known of it, as text, by the key of its label.
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
}

/// A responsibility or decision: equal to another role's where the address is.
#[derive(Serialize)]
struct Item<'a> {
    text: &'a str,
    url: String,
}

/// Returns what a comparison needs to know of a role, as JSON; nothing where the chapter is no role.
pub fn role_json(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<String> {
    let meta = view.meta(chapter);
    let related = view.book.relations.roles.get(&chapter)?;
    role_of(view.book, chapter)?;
    let address =
        |chapter: ChapterId, anchor: &str| format!("{}#{}", view.book.url(chapter).encoded(), encode_fragment(anchor));
    let responsibilities = all_responsibilities(chapter, view).into_iter().filter_map(|(from, number)| {
        let Statement { id, text, .. } = role_of(view.book, from)?.responsibilities.get(number as usize)?;
        Some(Item { text, url: address(from, id) })
    });
    let decisions = accountable_for(chapter, view).into_iter().filter_map(|number| {
        let decision = &view.book.relations.decisions[number];
        let facts = decision.facts(view.book)?;
        Some(Item { text: &facts.title, url: address(decision.strategy, &facts.id) })
    });
    let expected = related.expectations.iter().map(|expectation| Expected {
        id: &view.meta(expectation.competency).id,
        level: expectation.level,
        level_name: view.level_name(expectation.level),
    });
    let role = Role {
        id: &meta.id,
        title: &meta.title,
        url: view.book.url(chapter).encoded(),
        facts: facts(chapter, view).into_iter().filter_map(|(key, text)| Some((key, text?))).collect(),
        competencies: expected.collect(),
        responsibilities: responsibilities.collect(),
        decisions: decisions.collect(),
    };
    Some(serde_json::to_string(&File { version: super::data::VERSION, role }).unwrap_or_default() + "\n")
}
