//! Remembers the new URLs of renamed chapters, so that an open page can follow.
//!
//! Input: the site before and after a change. Output: the new URL for an old one. These redirects
//! exist only while the preview runs; `site/former` creates the redirects of a published site.

use std::collections::BTreeMap;

use crate::author::edit::percent_shared;
use crate::chapter::document::{Document, Meta};
use crate::site::urls::Site;
use crate::text::path::UrlPath;
use crate::text::source::Sources;

/// The chapters that disappeared, and the new URLs of chapters that have moved.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    gone: BTreeMap<UrlPath, Trace>,
    moved: BTreeMap<UrlPath, UrlPath>,
}

/// The features by which a chapter is recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trace {
    title: String,
    headings: Vec<String>,
}

impl Trace {
    fn of(Document { meta, outline, .. }: &Document) -> Self {
        let headings = outline.headings.iter().map(|heading| heading.text.clone()).collect();
        Self { title: meta.title.clone(), headings }
    }
}

impl Moves {
    /// Compares two states of the site. If a new chapter looks like a chapter that has disappeared,
    /// treats the two as the same chapter.
    pub fn note(&mut self, before: Option<&Site>, after: Option<&Site>) {
        let (Some(before), Some(after)) = (before, after) else { return };
        // After a change of audience, chapters can be missing without having moved, and nothing may
        // redirect to a chapter that the audience can't see.
        if before.handbook().config.audience != after.handbook().config.audience {
            *self = Self::default();
            return;
        }
        let (old, new) = (before.sources(), after.sources());
        let (was, is) = (&before.handbook().documents, &after.handbook().documents);
        let (before, after) = (&before.handbook().book, &after.handbook().book);
        // Two books that share one list of URLs have the same chapters.
        if std::sync::Arc::ptr_eq(&before.urls, &after.urls) {
            return;
        }
        let missing = |other: &crate::model::book::Book, meta: &Meta| other.at_path(&meta.path).is_none();
        let went: Vec<_> = before.ids().filter(|chapter| missing(after, before.meta(*chapter))).collect();
        let came: Vec<_> = after.ids().filter(|chapter| missing(before, after.meta(*chapter))).collect();
        for chapter in &went {
            self.gone.insert(before.url(*chapter).clone(), Trace::of(&was[chapter.index()]));
        }
        for chapter in &came {
            let (url, trace) = (after.url(*chapter), Trace::of(&is[chapter.index()]));
            self.gone.remove(url);
            self.moved.remove(url);
            let alike: Vec<UrlPath> =
                self.gone.iter().filter(|(_, known)| **known == trace).map(|(from, _)| from.clone()).collect();
            // If exactly one chapter disappeared and exactly one appeared, treat them as the same
            // chapter even if their titles and headings differ, but only if their texts are alike.
            let is_one = went.len() == 1
                && came.len() == 1
                && is_alike((old, before.meta(went[0])), (new, after.meta(*chapter)));
            let swapped = is_one.then(|| before.url(went[0]).clone());
            let from = match alike.as_slice() {
                [one] => Some(one.clone()),
                _ => swapped,
            };
            if let Some(from) = from {
                self.gone.remove(&from);
                self.moved.insert(from, url.clone());
            }
        }
    }

    /// Returns the current URL of the chapter that was at `url`.
    pub fn find(&self, url: &UrlPath) -> Option<&UrlPath> {
        let mut at = self.moved.get(url)?;
        // If a chapter is renamed back and forth, its URLs could form a cycle.
        for _ in 0..self.moved.len() {
            match self.moved.get(at) {
                Some(next) if next != url => at = next,
                _ => break,
            }
        }
        Some(at)
    }
}

/// Returns whether two chapters have at least half of their words in common.
fn is_alike((old, was): (&Sources, &Meta), (new, is): (&Sources, &Meta)) -> bool {
    let text = |sources: &Sources, meta: &Meta| {
        sources.bytes(&meta.path).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    };
    percent_shared(&text(old, was), &text(new, is)) >= 50
}
