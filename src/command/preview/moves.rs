//! Remembers where renamed chapters went, so that an open page can follow.
//!
//! Input: the site before and after a change. Output: the new address of an old one. Only while the preview runs: `site/former` knows what a published site
//! leads on.

use std::collections::BTreeMap;

use crate::chapter::document::Meta;
use crate::site::urls::Site;
use crate::text::path::UrlPath;

/// Chapters that went, and where they are again.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    gone: BTreeMap<UrlPath, Trace>,
    moved: BTreeMap<UrlPath, UrlPath>,
}

/// What a chapter is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trace {
    title: String,
    headings: Vec<String>,
}

impl Trace {
    fn of(meta: &Meta) -> Self {
        let headings = meta.headings.iter().map(|heading| heading.text.clone()).collect();
        Self { title: meta.title.clone(), headings }
    }
}

impl Moves {
    /// Compares two states of the site: a chapter that came and looks like one that went is the same.
    pub fn note(&mut self, before: Option<&Site>, after: Option<&Site>) {
        let (Some(before), Some(after)) = (before, after) else { return };
        // What another audience sees has not moved, and must not be led to.
        if before.handbook().config.audience != after.handbook().config.audience {
            *self = Self::default();
            return;
        }
        let (before, after) = (&before.handbook().book, &after.handbook().book);
        // The addresses are shared by books of the same chapters.
        if std::sync::Arc::ptr_eq(&before.urls, &after.urls) {
            return;
        }
        let missing = |other: &crate::model::book::Book, meta: &Meta| other.at_path(&meta.path).is_none();
        let went: Vec<_> = before.ids().filter(|chapter| missing(after, before.meta(*chapter))).collect();
        let came: Vec<_> = after.ids().filter(|chapter| missing(before, after.meta(*chapter))).collect();
        for chapter in &went {
            self.gone.insert(before.url(*chapter).clone(), Trace::of(before.meta(*chapter)));
        }
        for chapter in &came {
            let (url, trace) = (after.url(*chapter), Trace::of(after.meta(*chapter)));
            self.gone.remove(url);
            self.moved.remove(url);
            let alike: Vec<UrlPath> =
                self.gone.iter().filter(|(_, known)| **known == trace).map(|(from, _)| from.clone()).collect();
            // One that went as another came is the same, whatever else was changed in it.
            let swapped = (went.len() == 1 && came.len() == 1).then(|| before.url(went[0]).clone());
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

    /// Returns where the chapter that was at `url` is now.
    pub fn find(&self, url: &UrlPath) -> Option<&UrlPath> {
        let mut at = self.moved.get(url)?;
        // Renamed back and forth, addresses could lead in a ring.
        for _ in 0..self.moved.len() {
            match self.moved.get(at) {
                Some(next) if next != url => at = next,
                _ => break,
            }
        }
        Some(at)
    }
}
