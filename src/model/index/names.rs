//! Finds chapters by name: by ID, path, alias and title, in this order.
//!
//! Input: the chapters' metadata. Output: [`Names`]; `duplicate-id` if two typed chapters share an
//! ID. Names are compared in Unicode normalization form C and lower case.

use std::collections::HashMap;
use std::sync::Arc;

use crate::chapter::document::Meta;
use crate::declare::kind::Kind;
use crate::text::path::fold;
use crate::text::rule::Rule;

use super::ChapterId;
use super::remark::{At, Remark};

/// The chapters by each kind of name; keys are folded. Copies share what hasn't changed.
#[derive(Clone, Debug, Default)]
pub struct Names {
    id: Arc<Step>,
    path: Arc<Step>,
    alias: Arc<Step>,
    title: Arc<Step>,
}

/// The chapters by one kind of name.
#[derive(Clone, Debug, Default)]
struct Step(HashMap<Arc<str>, Found>);

/// The chapters with a name. Nearly every name has only one, so storing each in a list would waste
/// an allocation.
#[derive(Clone, Debug)]
enum Found {
    One(ChapterId),
    Several(Vec<ChapterId>),
}

impl Step {
    fn with_capacity(count: usize) -> Self {
        Self(HashMap::with_capacity(count))
    }

    fn get(&self, key: &str) -> Option<&[ChapterId]> {
        self.0.get(key).map(|found| match found {
            Found::One(one) => std::slice::from_ref(one),
            Found::Several(several) => several,
        })
    }

    /// Adds a chapter to a name and keeps the list sorted.
    fn add(&mut self, key: String, chapter: ChapterId) {
        let mut list = self.get(&key).map_or_else(Vec::new, <[ChapterId]>::to_vec);
        if list.is_empty() {
            self.0.insert(key.into(), Found::One(chapter));
            return;
        }
        let at = list.partition_point(|other| *other <= chapter);
        list.insert(at, chapter);
        self.0.insert(key.into(), Found::Several(list));
    }

    /// Removes a chapter from a name.
    fn remove(&mut self, key: &str, chapter: ChapterId) {
        let left: Vec<ChapterId> = self.get(key).unwrap_or(&[]).iter().copied().filter(|c| *c != chapter).collect();
        match left.as_slice() {
            [] => self.0.remove(key),
            [one] => self.0.insert(key.into(), Found::One(*one)),
            _ => self.0.insert(key.into(), Found::Several(left)),
        };
    }
}

impl Names {
    /// Collects the names.
    pub fn new(chapters: &[Arc<Meta>], remarks: &mut Vec<Remark>) -> Self {
        let mut id = Step::with_capacity(chapters.len());
        let mut path = Step::with_capacity(chapters.len());
        let mut alias = Step::default();
        let mut title = Step::with_capacity(chapters.len());
        for (n, meta) in chapters.iter().enumerate() {
            let chapter = ChapterId(u32::try_from(n).unwrap_or(u32::MAX));
            id.add(fold(&meta.id), chapter);
            path.add(fold(meta.path.without_extension()), chapter);
            for name in &meta.aliases {
                alias.add(fold(name.trim_matches('/')), chapter);
            }
            title.add(fold(&meta.title), chapter);
        }
        let names = Self { id: Arc::new(id), path: Arc::new(path), alias: Arc::new(alias), title: Arc::new(title) };
        names.report_duplicates(chapters, remarks);
        names
    }

    /// Returns the names after the titles of some chapters changed: the chapter, and the old and
    /// new folded title.
    #[must_use]
    pub fn retitled(&self, changes: &[(ChapterId, String, String)]) -> Self {
        let mut names = self.clone();
        if !changes.is_empty() {
            let title = Arc::make_mut(&mut names.title);
            for (chapter, before, after) in changes {
                title.remove(before, *chapter);
                title.add(after.clone(), *chapter);
            }
        }
        names
    }

    /// Returns the key that [`Self::find`] uses to look up a name.
    pub fn key(name: &str) -> String {
        let key = fold(name);
        let trimmed = key.trim_start_matches('/').trim_end_matches('/');
        let trimmed = trimmed.strip_suffix(".md").unwrap_or(trimmed);
        if trimmed.len() == key.len() { key } else { trimmed.to_owned() }
    }

    /// Returns the chapters from the first kind of name that matches; more than one means that the
    /// name is ambiguous.
    pub fn find(&self, name: &str) -> &[ChapterId] {
        let key = Self::key(name);
        [&self.id, &self.path, &self.alias, &self.title].into_iter().find_map(|step| step.get(&key)).unwrap_or(&[])
    }

    /// Returns the chapters whose path without extension is `path`, ignoring case.
    pub fn at_path(&self, path: &str) -> &[ChapterId] {
        self.path.get(&fold(path)).unwrap_or(&[])
    }

    /// Returns the chapters with the alias `alias` (without leading and trailing slashes).
    pub fn at_alias(&self, alias: &str) -> &[ChapterId] {
        self.alias.get(&fold(alias)).unwrap_or(&[])
    }

    fn report_duplicates(&self, chapters: &[Arc<Meta>], remarks: &mut Vec<Remark>) {
        for (n, meta) in chapters.iter().enumerate() {
            if meta.kind == Kind::Page {
                continue;
            }
            let chapter = ChapterId(u32::try_from(n).unwrap_or(u32::MAX));
            let same = self.id.get(&fold(&meta.id)).unwrap_or(&[]);
            let first = same.iter().find(|other| chapters[other.index()].kind != Kind::Page);
            if let Some(first) = first
                && *first < chapter
            {
                let other = &chapters[first.index()].path;
                let message = format!("the id `{}` is that of `{other}` too", meta.id);
                let remark = Remark::new(Rule::DuplicateId, (chapter, &meta.path), At::Field("id"), message);
                remarks.push(remark.help("give one of them another `id`, or rename its file"));
            }
        }
    }
}
