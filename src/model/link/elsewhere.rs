//! Follows links whose meaning only another generator knows: labels in any chapter, and addresses below
//! the one at which it publishes its chapters.
//!
//! Input: a label or an address. Output: the target. Never looks at a handbook that isn't written for
//! another generator.

use std::collections::HashMap;

use super::{Resolver, Target, at_path, one_of};
use crate::chapter::document::Form;
use crate::declare::config::Config;
use crate::declare::generator::Generator;
use crate::text::path::fold;

impl Resolver<'_> {
    /// Follows an address of Docusaurus, which publishes the folder `docs` below `/docs/` or, for the
    /// version that is being written, below `/docs/next/`.
    pub(super) fn below_docs(&self, target: &str, form: Form) -> Option<Target> {
        let is_possible = [None, Some(Generator::Docusaurus)].contains(&self.config.generator);
        let rest = target.strip_prefix("/docs/").filter(|_| is_possible)?;
        let rest = rest.strip_prefix("next/").unwrap_or(rest).trim_end_matches('/');
        let found = at_path(rest, form, self.book);
        let by_id = || one_of(self.book.names.find(rest));
        Some(if found == Target::Dead && form != Form::Image { by_id() } else { found })
    }

    /// Follows an address that redirects to another one of this site.
    pub(super) fn redirected(&self, paths: &[String], form: Form) -> Option<Target> {
        let to = paths.iter().find_map(|path| self.config.origin.moved.get(path.trim_end_matches('/')))?;
        let found = at_path(to.split('#').next().unwrap_or_default(), form, self.book);
        Some(found).filter(|found| *found != Target::Dead)
    }

    /// Follows an address of Hugo with the date of a post (`/blog/2024/03/19/name/`), as a site's
    /// configuration may ask for.
    pub(super) fn at_dated(&self, target: &str) -> Option<Target> {
        if self.config.generator != Some(Generator::Hugo) {
            return None;
        }
        let parts: Vec<&str> = target.trim_matches('/').split('/').collect();
        let is_number = |part: &&str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        let (section, name) = match parts.as_slice() {
            [section, date @ .., name] if !date.is_empty() && date.iter().all(is_number) => (*section, *name),
            _ => return None,
        };
        let chapters = self.dated.get_or_init(|| {
            let part = |id| {
                let section = self.book.meta(id).path.as_str().split('/').next()?;
                let name = self.book.url(id).as_str().trim_end_matches('/').rsplit('/').next()?;
                Some(((section, name), id))
            };
            // Two posts may have the same name and differ in their dates.
            let mut chapters = HashMap::new();
            for (key, id) in self.book.ids().filter_map(part) {
                chapters.entry(key).and_modify(|known| *known = None).or_insert(Some(id));
            }
            chapters
        });
        chapters.get(&(section, name)).copied().flatten().map(|id| Target::Chapter(id, None))
    }

    /// Returns the place that `label` is given to, in whichever chapter it is.
    pub(super) fn at_label(&self, label: &str) -> Option<Target> {
        if !has_labels(self.config) {
            return None;
        }
        let of_book = self.config.origin.shares_anchors;
        let labels = self.labels.get_or_init(|| {
            let mut labels = HashMap::new();
            for chapter in self.book.ids() {
                let outline = self.book.outline(chapter);
                let is_own = |id: &&String| outline.headings.iter().all(|heading| heading.id != **id);
                for id in outline.anchors.iter().filter(|id| of_book || is_own(id)) {
                    labels.entry(fold(id)).or_insert((chapter, id.as_str()));
                }
            }
            labels
        });
        let (chapter, id) = labels.get(&fold(label))?;
        Some(Target::Chapter(*chapter, Some((*id).to_owned())))
    }
}

/// Returns whether links may name a place without the chapter that it is in, so that a new anchor in one chapter can
/// be the target of a link in any other.
pub fn has_labels(config: &Config) -> bool {
    (config.generator == Some(Generator::Sphinx) || config.origin.shares_anchors) && config.reads_foreign()
}
