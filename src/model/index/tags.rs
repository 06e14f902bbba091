//! Lists the tags of chapters, each with the chapters that have it.
//!
//! Input: the chapters' metadata. Output: [`Tags`]. Tags that differ only in case are one tag. Never
//! sees chapters that the audience can't see, so it has no tag that only those have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ChapterId;
use crate::chapter::document::Meta;
use crate::text::path::fold;
use crate::text::slug::slug_of_part;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The tag as its first chapter writes it.
    pub name: String,
    /// The name in the URL, unique among the tags.
    pub slug: String,
    /// The chapters that have the tag, ascending.
    pub chapters: Vec<ChapterId>,
}

/// The tags by their folded name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(BTreeMap<String, Tag>);

impl Tags {
    /// Collects the tags.
    pub fn new(chapters: &[Arc<Meta>]) -> Self {
        let mut all: BTreeMap<String, Tag> = BTreeMap::new();
        for (chapter, meta) in (0..).map(ChapterId).zip(chapters) {
            for name in meta.tags.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
                let new = || Tag { name: name.to_owned(), slug: String::new(), chapters: Vec::new() };
                let tag = all.entry(fold(name)).or_insert_with(new);
                if tag.chapters.last() != Some(&chapter) {
                    tag.chapters.push(chapter);
                }
            }
        }
        // The last number that each slug got, so that none is tried twice.
        let mut last: BTreeMap<String, usize> = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (key, tag) in &mut all {
            let slug = slug_of_part(key).trim_matches('-').to_owned();
            let slug = if slug.is_empty() { "tag".to_owned() } else { slug };
            let number = last.entry(slug.clone()).or_default();
            tag.slug.clone_from(&slug);
            while !taken.insert(tag.slug.clone()) {
                *number = (*number + 1).max(2);
                tag.slug = format!("{slug}-{number}");
            }
        }
        Self(all)
    }

    /// Returns whether no chapter has a tag.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a tag by its name.
    pub fn get(&self, name: &str) -> Option<&Tag> {
        self.0.get(&fold(name))
    }

    /// Lists the tags in the order of their folded names.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    #[test]
    fn tags_that_differ_in_case_are_one_and_every_tag_has_its_own_slug() {
        let sources = Sources::from_texts([
            ("a.md", "---\ntags: [Pricing, C++, C]\n---\n# A\n"),
            ("b.md", "---\ntags: [pricing, pricing, \"++\"]\n---\n# B\n"),
        ]);
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let tags: Vec<(&str, &str, usize)> =
            handbook.book.tags.iter().map(|tag| (&*tag.name, &*tag.slug, tag.chapters.len())).collect();
        assert_eq!(tags, [("++", "tag", 1), ("C", "c", 1), ("C++", "c-2", 1), ("Pricing", "pricing", 2)]);
    }
}
