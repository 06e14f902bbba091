//! Prepares the desk, on which a manager and a report compare their assessments: what every role
//! expects, with the text of every statement, as a script that the page loads.
//!
//! Input: a viewpoint. Output: [`Desk`] and the script. The desk looks up a file's role in it and
//! says what has changed since the file was written. All roles are in one script, so that nobody can
//! tell from a request whose file was opened. Never sees a file: files stay in the browser.

use serde::Serialize;

use super::assess::{Step, step};
use super::{Viewpoint, competency_of};
use crate::chapter::document::Statement;
use crate::model::book::{ChapterId, Expectation, RoleView, generated_url};
use crate::text::path::UrlPath;

/// The function that the script calls.
const TAKES_DATA: &str = "rolebookDesk";

/// The data for the page.
#[derive(Debug, Serialize)]
pub struct Desk {
    /// The URL of the script with what roles expect.
    pub data_url: String,
    pub index_url: String,
}

#[derive(Serialize)]
struct Data {
    edition: Option<String>,
    roles: Vec<Role>,
    competencies: Vec<Competency>,
}

#[derive(Serialize)]
struct Role {
    id: String,
    title: String,
    scale: Vec<Step>,
    expects: Vec<Expected>,
}

/// What a role expects of one competency. Statements are numbers in the competency's list.
#[derive(Serialize)]
struct Expected {
    competency: String,
    level: u8,
    name: String,
    key: bool,
    complete: bool,
    statements: Vec<usize>,
    judged: Vec<usize>,
}

#[derive(Serialize)]
struct Competency {
    id: String,
    title: String,
    /// The URL relative to the site's root.
    url: String,
    statements: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    id: String,
    level: u8,
    text: String,
    replaces: String,
}

/// Returns the URL of the script.
pub fn data_url() -> UrlPath {
    UrlPath::new("assess/expectations.js")
}

/// Returns the page's data.
pub fn desk(view: &Viewpoint<'_>) -> Desk {
    let index_url = view.url(&generated_url("assess", view.config.urls));
    Desk { data_url: view.url(&data_url()), index_url }
}

/// Returns the script.
pub fn script(view: &Viewpoint<'_>) -> String {
    let relations = &view.book.relations;
    let expecting = relations.role_order.iter().filter_map(|role| Some((*role, relations.roles.get(role)?)));
    let data = Data {
        edition: view.config.edition.as_deref().map(|edition| view.config.quoted(edition)),
        roles: expecting
            .filter(|(_, role)| !role.expectations.is_empty())
            .map(|(id, role)| one(id, role, view))
            .collect(),
        competencies: relations.competencies.keys().map(|id| competency(*id, view)).collect(),
    };
    // A script is never part of a page, but `</` and line separators would be wrong in old readers.
    let json = serde_json::to_string(&data).unwrap_or_default().replace("</", "<\\/");
    format!("{TAKES_DATA}({json});\n")
}

fn one(id: ChapterId, role: &RoleView, view: &Viewpoint<'_>) -> Role {
    Role {
        id: view.book.id(id).to_owned(),
        title: view.title(id),
        scale: view.config.scale_of(role.scope()).into_iter().map(step).collect(),
        expects: role.expectations.iter().map(|expectation| expected(expectation, role, view)).collect(),
    }
}

fn statements<'a>(competency: ChapterId, view: &Viewpoint<'a>) -> &'a [Statement] {
    competency_of(view.book, competency).map(|facts| facts.statements.as_slice()).unwrap_or_default()
}

fn expected(expectation: &Expectation, role: &RoleView, view: &Viewpoint<'_>) -> Expected {
    let competency = expectation.competency;
    let track = role.track.as_deref();
    let all = statements(competency, view).iter().enumerate();
    let asked = all.filter(|(_, statement)| statement.is_for(track)).map(|(n, _)| n);
    let statements: Vec<usize> = asked.collect();
    Expected {
        competency: view.book.id(competency).to_owned(),
        level: expectation.level,
        name: view.level_name(competency, role.at(expectation.level)),
        key: expectation.focus,
        complete: competency_of(view.book, competency).is_some_and(|facts| facts.mode_for(track).name() == "replace"),
        judged: statements.iter().copied().filter(|n| role.judges(competency, *n)).collect(),
        statements,
    }
}

fn competency(id: ChapterId, view: &Viewpoint<'_>) -> Competency {
    let cell = |statement: &Statement| Cell {
        id: statement.id.clone(),
        level: statement.level,
        text: view.config.quoted(&statement.text),
        replaces: statement.replaces.clone().unwrap_or_default(),
    };
    Competency {
        id: view.book.id(id).to_owned(),
        title: view.title(id),
        url: view.book.url(id).encoded(),
        statements: statements(id, view).iter().map(cell).collect(),
    }
}
