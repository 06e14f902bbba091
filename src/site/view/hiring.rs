//! Prepares a role's hiring kit: its scope, what it is responsible for, what is expected, what to
//! ask, and a scorecard to fill in.
//! Input: a viewpoint and a role. Output: [`Hiring`], which shows what the role is judged on first.
//! Never shows an empty kit.

use serde::Serialize;

use super::role::{DecisionLink, Expected, Inherited, decisions, expected, inherited, is_hired};
use super::share::{Cluster, Shares, Split, clusters, split};
use super::{Link, Viewpoint};
use crate::model::book::{Book, ChapterId, role_of};
use crate::site::theme::Html;
use crate::text::path::UrlPath;

/// The data for the hiring template.
#[derive(Debug, Serialize)]
pub struct Hiring {
    pub id: String,
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
    /// All competencies that the role expects, by cluster.
    pub clusters: Vec<Cluster<Asked>>,
    /// The same competencies, split into what the role is judged on and the rest.
    pub shares: Shares<Asked>,
    /// How the levels relate to each other.
    pub hint: String,
    pub card: Vec<CardRow>,
    /// The URL of the hiring kit as Markdown.
    pub markdown_url: String,
    /// The URL of the scorecard as a workbook.
    pub workbook_url: String,
}

/// A competency, what is expected of it and what to ask.
#[derive(Debug, Serialize)]
pub struct Asked {
    #[serde(flatten)]
    pub expected: Expected,
    /// The competency's interview questions.
    pub interview: Option<Html>,
}

/// A row of the scorecard.
#[derive(Debug, Serialize)]
pub struct CardRow {
    pub title: String,
    pub level: u8,
    pub level_name: String,
    pub of: u8,
    pub focus: bool,
}

/// Lists the roles that have a hiring kit.
pub fn hired(book: &Book) -> impl Iterator<Item = ChapterId> {
    book.relations.role_order.iter().copied().filter(|role| is_hired(*role, book))
}

/// Returns the URL of a role's hiring kit as Markdown.
pub fn markdown_url(role: ChapterId, book: &Book) -> UrlPath {
    UrlPath::new(format!("hiring/{}.md", book.id_in_url(role)))
}

/// Returns the URL of a role's scorecard as a workbook.
pub fn workbook_url(role: ChapterId, book: &Book) -> UrlPath {
    UrlPath::new(format!("hiring/{}.xlsx", book.id_in_url(role)))
}

/// Returns the page's data, or `None` if the chapter isn't a role.
pub fn hiring(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<Hiring> {
    let facts = role_of(view.book, chapter)?;
    let related = view.book.relations.roles.get(&chapter)?;
    let clusters = clusters(related, view, |expectation| Asked {
        expected: expected(expectation, (related, None), view),
        interview: view.cells.interview(expectation.competency),
    });
    Some(Hiring {
        id: view.book.id(chapter).to_owned(),
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
        shares: split(&clusters),
        hint: view.hint(related),
        card: card(&clusters),
        clusters,
        markdown_url: view.url(&markdown_url(chapter, view.book)),
        workbook_url: view.url(&workbook_url(chapter, view.book)),
    })
}

impl Split for Asked {
    fn key(&self) -> Option<Self> {
        Some(Self { expected: self.expected.key()?, interview: self.interview.clone() })
    }

    /// Leaves out the interview questions if [`Self::key`] already shows them.
    fn rest(&self) -> Option<Self> {
        let interview = if self.expected.key().is_none() { self.interview.clone() } else { None };
        Some(Self { expected: self.expected.rest()?, interview })
    }
}

/// Lists the rows of the scorecard, one for each competency. The competencies that the role is
/// judged on come first.
fn card(clusters: &[Cluster<Asked>]) -> Vec<CardRow> {
    let all = clusters.iter().flat_map(|cluster| &cluster.competencies);
    let (key, rest): (Vec<&Asked>, Vec<&Asked>) = all.partition(|asked| asked.expected.key().is_some());
    let row = |asked: &Asked| CardRow {
        title: asked.expected.title.clone(),
        level: asked.expected.level,
        level_name: asked.expected.level_name.clone(),
        of: asked.expected.of,
        focus: asked.expected.focus,
    };
    key.into_iter().chain(rest).map(row).collect()
}
