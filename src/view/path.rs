//! Shapes a reading path's page: the stops in order, with reading times.
//!
//! Input: a viewpoint and a path. Output: [`PathPage`].

use serde::Serialize;

use super::{Viewpoint, class_of};
use crate::book::ChapterId;
use crate::document::Facts;

/// What the path template sees.
#[derive(Debug, Serialize)]
pub struct PathPage {
    #[serde(rename = "for")]
    pub audience: Option<String>,
    pub minutes: u32,
    pub steps: Vec<Stop>,
}

/// One stop.
#[derive(Debug, Serialize)]
pub struct Stop {
    pub title: String,
    pub url: String,
    pub kind: Option<&'static str>,
    pub summary: Option<String>,
    pub minutes: u16,
}

/// Makes the page's data; nothing where the chapter is no path.
#[must_use]
pub fn path(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<PathPage> {
    let Facts::Path(facts) = &view.meta(chapter).facts else { return None };
    let chapters = view.book.relations.paths.get(&chapter)?;
    let stop = |chapter: &ChapterId| {
        let meta = view.meta(*chapter);
        let url = view.url(view.book.url(*chapter));
        let kind = class_of(meta.kind);
        Stop { title: meta.title.clone(), url, kind, summary: meta.summary.clone(), minutes: meta.minutes }
    };
    Some(PathPage {
        audience: facts.audience.clone(),
        minutes: minutes(chapters, view),
        steps: chapters.iter().map(stop).collect(),
    })
}

/// Adds up the minutes that chapters take to read.
#[must_use]
pub fn minutes(chapters: &[ChapterId], view: &Viewpoint<'_>) -> u32 {
    chapters.iter().map(|chapter| u32::from(view.meta(*chapter).minutes)).sum()
}
