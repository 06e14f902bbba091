//! Prepares a reading path's page, with the stops in order and their reading times, and for each
//! stop the links to the previous and next stops.
//!
//! Input: a viewpoint and a path or a chapter. Output: [`PathPage`], [`OnPath`].

use serde::Serialize;

use super::{Link, Viewpoint, class_of, query};
use crate::chapter::document::Facts;
use crate::model::book::ChapterId;

/// The maximum number of paths shown on a chapter's page.
const PATHS: usize = 12;

/// The data for the path template.
#[derive(Debug, Serialize)]
pub struct PathPage {
    #[serde(rename = "for")]
    pub audience: Option<String>,
    pub minutes: u32,
    pub key: String,
    pub home: String,
    pub steps: Vec<Stop>,
}

/// A path that a chapter is on, with the neighboring stops.
#[derive(Debug, Serialize)]
pub struct OnPath {
    pub id: String,
    pub path: Link,
    /// The chapter's position on the path, starting from 1.
    pub number: usize,
    pub of: usize,
    pub previous: Option<Link>,
    pub next: Option<Link>,
}

/// One stop.
#[derive(Debug, Serialize)]
pub struct Stop {
    pub title: String,
    pub url: String,
    /// The key by which the reader's browser remembers that the stop has been read.
    pub key: String,
    pub kind: Option<&'static str>,
    pub summary: Option<String>,
    pub minutes: u16,
}

/// Returns the page's data, or `None` if the chapter isn't a path.
pub fn path(path: ChapterId, view: &Viewpoint<'_>) -> Option<PathPage> {
    let Facts::Path(facts) = &view.meta(path).facts else { return None };
    let chapters = view.book.relations.paths.get(&path)?;
    let stop = |chapter: &ChapterId| {
        let meta = view.meta(*chapter);
        let url = along(*chapter, path, view);
        let (title, summary) = (meta.title.clone(), meta.summary.clone());
        Stop {
            title,
            url,
            key: key(*chapter, view),
            kind: class_of(meta.kind),
            summary,
            minutes: view.document(*chapter).body.minutes,
        }
    };
    Some(PathPage {
        audience: facts.audience.clone(),
        minutes: minutes(chapters, view),
        key: key(path, view),
        home: view.url(&view.book.tree.root().url),
        steps: chapters.iter().map(stop).collect(),
    })
}

/// Lists the paths that a chapter is on, each with the previous and next stops. Returns at most
/// `PATHS`.
pub fn on_paths(chapter: ChapterId, view: &Viewpoint<'_>) -> Vec<OnPath> {
    let paths = view.book.relations.on_paths.get(&chapter).map(Vec::as_slice).unwrap_or_default();
    let one = |path: &ChapterId| {
        let chapters = view.book.relations.paths.get(path)?;
        let at = chapters.iter().position(|stop| *stop == chapter)?;
        let stop = |at: Option<usize>| {
            let chapter = *chapters.get(at?)?;
            Some(Link { url: Some(along(chapter, *path, view)), ..view.link(chapter) })
        };
        Some(OnPath {
            id: view.book.id(*path).to_owned(),
            path: view.link(*path),
            number: at + 1,
            of: chapters.len(),
            previous: stop(at.checked_sub(1)),
            next: stop(at.checked_add(1)),
        })
    };
    paths.iter().take(PATHS).filter_map(one).collect()
}

/// Returns the URL of a stop, with a query that says which path the reader is on.
fn along(chapter: ChapterId, path: ChapterId, view: &Viewpoint<'_>) -> String {
    format!("{}?path={}", view.url(view.book.url(chapter)), query(view.book.id(path)))
}

/// Returns the key by which a reader's browser remembers that a chapter has been read: the
/// chapter's URL from the site's root, so the key is the same on every page.
pub fn key(chapter: ChapterId, view: &Viewpoint<'_>) -> String {
    view.book.url(chapter).encoded()
}

/// Returns the total reading time of chapters in minutes.
pub fn minutes(chapters: &[ChapterId], view: &Viewpoint<'_>) -> u32 {
    chapters.iter().map(|chapter| u32::from(view.document(*chapter).body.minutes)).sum()
}
