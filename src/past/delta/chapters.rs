//! Matches each chapter of the older handbook with its counterpart in the newer one.
//!
//! Input: two books, and the renames that Git knows. Output: [`Pairs`]. Matches by ID and kind
//! first, and then by path, alias, rename and title, from the most to the least reliable. Never
//! matches a chapter twice.

use std::collections::BTreeMap;

use crate::chapter::document::Meta;
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId};
use crate::text::path::{SourcePath, fold};

/// The chapters that correspond in two books.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    before: BTreeMap<ChapterId, ChapterId>,
    after: BTreeMap<ChapterId, ChapterId>,
}

impl Pairs {
    /// Pairs the chapters of two books.
    pub fn new(before: &Book, after: &Book, renames: &BTreeMap<SourcePath, SourcePath>) -> Self {
        let mut pairs = Self::default();
        let typed = |meta: &Meta| (meta.kind != Kind::Page).then(|| format!("{} {}", meta.kind.name(), fold(&meta.id)));
        pairs.match_by(before, after, &|old| typed(old).into_iter().collect(), &|new| typed(new).into_iter().collect());
        let path = |meta: &Meta| vec![meta.path.as_str().to_owned()];
        pairs.match_by(before, after, &path, &path);
        // A chapter that has moved keeps its old path as an alias.
        let old_names = |old: &Meta| vec![fold(&old.id), fold(old.path.without_extension())];
        let aliases = |new: &Meta| {
            let plain =
                |alias: &String| fold(alias.trim_matches('/').trim_end_matches(".html").trim_end_matches(".md"));
            new.aliases.iter().map(plain).collect()
        };
        pairs.match_by(before, after, &old_names, &aliases);
        let renamed = |new: &Meta| renames.get(&new.path).map(|old| old.as_str().to_owned()).into_iter().collect();
        pairs.match_by(before, after, &path, &renamed);
        let title = |meta: &Meta| vec![format!("{} {}", meta.kind.name(), fold(&meta.title))];
        pairs.match_by(before, after, &title, &title);
        pairs
    }

    /// Pairs chapters that aren't paired yet, if a key belongs to exactly one older and one newer
    /// chapter.
    fn match_by(
        &mut self,
        before: &Book,
        after: &Book,
        old_keys: &dyn Fn(&Meta) -> Vec<String>,
        new_keys: &dyn Fn(&Meta) -> Vec<String>,
    ) {
        let mut candidates: BTreeMap<String, (Vec<ChapterId>, Vec<ChapterId>)> = BTreeMap::new();
        for old in before.ids().filter(|old| !self.before.contains_key(old)) {
            for key in old_keys(before.meta(old)) {
                candidates.entry(key).or_default().0.push(old);
            }
        }
        for new in after.ids().filter(|new| !self.after.contains_key(new)) {
            for key in new_keys(after.meta(new)) {
                candidates.entry(key).or_default().1.push(new);
            }
        }
        for (old, new) in candidates.into_values() {
            if let ([old], [new]) = (&old[..], &new[..])
                && !self.before.contains_key(old)
                && !self.after.contains_key(new)
            {
                self.before.insert(*old, *new);
                self.after.insert(*new, *old);
            }
        }
    }

    /// Returns the older counterpart of a newer chapter.
    pub fn before(&self, now: ChapterId) -> Option<ChapterId> {
        self.after.get(&now).copied()
    }

    /// Returns the newer counterpart of an older chapter.
    pub fn after(&self, then: ChapterId) -> Option<ChapterId> {
        self.before.get(&then).copied()
    }
}
