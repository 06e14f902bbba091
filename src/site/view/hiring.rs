//! Shapes what a role is hired with: how far it reaches, what it answers for, what is expected, what to ask, and a card to write on.
//!
//! Input: a viewpoint and a role. Output: [`Hiring`]. A base role is nobody's job, so there is none for it.

use serde::Serialize;

use super::role::{DecisionLink, Expected, Inherited, decisions, expected, inherited};
use super::{Link, Viewpoint, competency_of};
use crate::model::book::{Book, ChapterId, Expectation, role_of};
use crate::site::theme::Html;
use crate::text::path::UrlPath;

/// What the hiring template sees.
#[derive(Debug, Serialize)]
pub struct Hiring {
    pub role: Link,
    pub summary: Option<String>,
    pub scope: Option<String>,
    pub horizon: Option<String>,
    pub track: Option<String>,
    pub rank: Option<u32>,
    pub grade: Option<String>,
    pub reports_to: Vec<Link>,
    pub works_with: Vec<Link>,
    pub responsibilities: Vec<Html>,
    pub inherited: Vec<Inherited>,
    pub decisions: Vec<DecisionLink>,
    pub clusters: Vec<Cluster>,
    /// Where the same is as Markdown.
    pub markdown_url: String,
}

/// The competencies of one cluster.
#[derive(Debug, Serialize)]
pub struct Cluster {
    pub title: String,
    pub competencies: Vec<Asked>,
}

/// A competency, what is expected of it and what to ask.
#[derive(Debug, Serialize)]
pub struct Asked {
    #[serde(flatten)]
    pub expected: Expected,
    /// The competency's own questions.
    pub interview: Option<Html>,
}

/// Lists the roles that people are hired for.
pub fn hired(book: &Book) -> impl Iterator<Item = ChapterId> {
    let roles = book.relations.role_order.iter().copied();
    roles.filter(|role| role_of(book, *role).is_some_and(|facts| !facts.base))
}

/// Returns the address of the same as Markdown.
pub fn markdown_url(role: ChapterId, book: &Book) -> UrlPath {
    UrlPath::new(format!("hiring/{}.md", book.meta(role).id))
}

/// Makes the page's data; nothing where the chapter is no role.
pub fn hiring(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<Hiring> {
    let facts = role_of(view.book, chapter)?;
    let related = view.book.relations.roles.get(&chapter)?;
    Some(Hiring {
        role: view.link(chapter),
        summary: view.meta(chapter).summary.clone(),
        scope: facts.scope.clone(),
        horizon: facts.horizon.clone(),
        track: view.track_title(chapter),
        rank: facts.rank,
        grade: facts.grade.clone(),
        reports_to: view.links(&related.reports_to),
        works_with: related.works_with.iter().map(|party| view.party(*party)).collect(),
        responsibilities: (0..facts.responsibilities.len()).map(|n| view.cells.statement(chapter, n)).collect(),
        inherited: inherited(&related.inherited, view),
        decisions: decisions(chapter, view).0,
        clusters: clusters(&related.expectations, view),
        markdown_url: view.url(&markdown_url(chapter, view.book)),
    })
}

fn clusters(expectations: &[Expectation], view: &Viewpoint<'_>) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for expectation in expectations {
        let cluster = competency_of(view.book, expectation.competency).and_then(|facts| facts.cluster.clone());
        let title = cluster.unwrap_or_else(|| view.theme.ui("competencies-other").to_owned());
        let asked =
            Asked { expected: expected(expectation, view), interview: view.cells.interview(expectation.competency) };
        match clusters.last_mut() {
            Some(last) if last.title == title => last.competencies.push(asked),
            _ => clusters.push(Cluster { title, competencies: vec![asked] }),
        }
    }
    clusters
}
