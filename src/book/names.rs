//! Finds chapters by name: id, path, alias, title, in this order.
//!
//! Input: the chapters' metadata. Output: [`Names`]; `duplicate-id` where two typed chapters share an id. Names compare by normal form C
//! and lower case.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::{Kind, Meta};
use crate::path::fold;

use super::ChapterId;
use super::remark::{At, Remark};

/// Chapters by each way of naming them; keys are folded.
#[derive(Debug, Default)]
pub struct Names {
    id: HashMap<String, Vec<ChapterId>>,
    path: HashMap<String, Vec<ChapterId>>,
    alias: HashMap<String, Vec<ChapterId>>,
    title: HashMap<String, Vec<ChapterId>>,
}

impl Names {
    /// Collects the names.
    #[must_use]
    pub fn new(chapters: &[Arc<Meta>], remarks: &mut Vec<Remark>) -> Self {
        let mut names = Self::default();
        for (n, meta) in chapters.iter().enumerate() {
            let chapter = ChapterId(u32::try_from(n).unwrap_or(u32::MAX));
            names.id.entry(fold(&meta.id)).or_default().push(chapter);
            names.path.entry(fold(meta.path.without_extension())).or_default().push(chapter);
            for alias in &meta.aliases {
                names.alias.entry(fold(alias.trim_matches('/'))).or_default().push(chapter);
            }
            names.title.entry(fold(&meta.title)).or_default().push(chapter);
        }
        names.report_duplicates(chapters, remarks);
        names
    }

    /// Returns the chapters of the first step that has a match; more than one is ambiguous.
    #[must_use]
    pub fn find(&self, name: &str) -> &[ChapterId] {
        let key = fold(name);
        let key = key.trim_start_matches('/').trim_end_matches('/');
        let key = key.strip_suffix(".md").unwrap_or(key);
        [&self.id, &self.path, &self.alias, &self.title]
            .into_iter()
            .find_map(|step| step.get(key))
            .map_or(&[], Vec::as_slice)
    }

    /// Returns the chapters whose path without extension is `path`, whatever its case.
    #[must_use]
    pub fn at_path(&self, path: &str) -> &[ChapterId] {
        self.path.get(&fold(path)).map_or(&[], Vec::as_slice)
    }

    /// Returns the chapters with the alias `alias` (without slashes at its ends).
    #[must_use]
    pub fn at_alias(&self, alias: &str) -> &[ChapterId] {
        self.alias.get(&fold(alias)).map_or(&[], Vec::as_slice)
    }

    fn report_duplicates(&self, chapters: &[Arc<Meta>], remarks: &mut Vec<Remark>) {
        for (n, meta) in chapters.iter().enumerate() {
            if meta.kind == Kind::Page {
                continue;
            }
            let chapter = ChapterId(u32::try_from(n).unwrap_or(u32::MAX));
            let same = self.id.get(&fold(&meta.id)).map_or(&[][..], Vec::as_slice);
            let first = same.iter().find(|other| chapters[other.index()].kind != Kind::Page);
            if let Some(first) = first
                && *first < chapter
            {
                let other = &chapters[first.index()].path;
                let message = format!("the id `{}` is that of `{other}` too", meta.id);
                let remark = Remark::new("duplicate-id", (chapter, &meta.path), At::Field("id"), message);
                remarks.push(remark.help("give one of them another `id`, or rename its file"));
            }
        }
    }
}
