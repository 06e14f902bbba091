//! Finds chapters by name: by ID, path, alias and title, in this order.
//!
//! Input: the chapters' metadata. Output: [`Names`]; `duplicate-id` if two typed chapters share an
//! ID. Names are compared in Unicode normalization form C and lower case.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::chapter::document::Meta;
use crate::chapter::parse::qualified;
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

/// The chapters by one kind of name, sorted.
type Step = HashMap<Arc<str>, Vec<ChapterId>>;

/// Adds a chapter to a name and keeps the list sorted.
fn add(step: &mut Step, key: String, chapter: ChapterId) {
    let list = step.entry(key.into()).or_default();
    list.insert(list.partition_point(|other| *other <= chapter), chapter);
}

fn get<'a>(step: &'a Step, key: &str) -> &'a [ChapterId] {
    step.get(key).map_or(&[], Vec::as_slice)
}

impl Names {
    /// Collects the names.
    pub fn new(chapters: &[Arc<Meta>], remarks: &mut Vec<Remark>) -> Self {
        let mut id = Step::with_capacity(chapters.len());
        let mut path = Step::with_capacity(chapters.len());
        let mut alias = Step::default();
        let mut title = Step::with_capacity(chapters.len());
        for (chapter, meta) in (0..).map(ChapterId).zip(chapters) {
            add(&mut id, fold(&meta.id), chapter);
            if let Some(family) = meta.family.as_ref().filter(|_| meta.kind != Kind::Page) {
                add(&mut id, fold(&qualified(family, &meta.id)), chapter);
            }
            add(&mut path, fold(meta.path.without_extension()), chapter);
            for name in &meta.aliases {
                add(&mut alias, fold(name.trim_matches('/')), chapter);
            }
            add(&mut title, fold(&meta.title), chapter);
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
                if let Some(list) = title.get_mut(before.as_str()) {
                    list.retain(|other| other != chapter);
                }
                add(title, after.clone(), *chapter);
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
        let steps = [&self.id, &self.path, &self.alias, &self.title].into_iter();
        steps.map(|step| get(step, &key)).find(|found| !found.is_empty()).unwrap_or(&[])
    }

    /// Returns the chapters whose path without extension is `path`, ignoring case.
    pub fn at_path(&self, path: &str) -> &[ChapterId] {
        get(&self.path, &fold(path))
    }

    /// Returns the chapters with the alias `alias` (without leading and trailing slashes).
    pub fn at_alias(&self, alias: &str) -> &[ChapterId] {
        get(&self.alias, &fold(alias))
    }

    /// Returns `family/id` for each chapter that shares its ID with one of the same kind in another
    /// family.
    pub fn shared(&self, chapters: &[Arc<Meta>]) -> BTreeMap<ChapterId, String> {
        let all = (0..).map(ChapterId).zip(chapters).filter(|(_, meta)| meta.kind != Kind::Page);
        let full = |(chapter, meta): (ChapterId, &Arc<Meta>)| {
            let same = get(&self.id, &fold(&meta.id)).iter().map(|other| &chapters[other.index()]);
            let mut others = same.filter(|other| other.kind == meta.kind && other.family != meta.family);
            let name = others.next().and_then(|_| Some(qualified(meta.family.as_ref()?, &meta.id)));
            Some((chapter, name?))
        };
        all.filter_map(full).collect()
    }

    fn report_duplicates(&self, chapters: &[Arc<Meta>], remarks: &mut Vec<Remark>) {
        for (chapter, meta) in (0..).map(ChapterId).zip(chapters).filter(|(_, meta)| meta.kind != Kind::Page) {
            let mut same = get(&self.id, &fold(&meta.id)).iter().map(|other| (*other, &chapters[other.index()]));
            // Chapters of one kind may share an ID if their families differ.
            let is_apart = |other: &Meta| other.kind == meta.kind && other.family != meta.family;
            if let Some((first, other)) = same.find(|(_, other)| other.kind != Kind::Page && !is_apart(other))
                && first < chapter
            {
                let message = format!("the id `{}` is already used by `{}`", meta.id, other.path);
                let remark = Remark::new(Rule::DuplicateId, (chapter, &meta.path), At::Field("id"), message);
                remarks.push(remark.help("give one of them another `id`, or rename its file"));
            }
        }
    }
}
