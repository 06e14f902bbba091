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

use super::remark::{At, Remark};
use super::{ChapterId, Input};

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
    // A chapter may list an alias twice.
    if let Err(at) = list.binary_search(&chapter) {
        list.insert(at, chapter);
    }
}

fn get<'a>(step: &'a Step, key: &str) -> &'a [ChapterId] {
    step.get(key).map_or(&[], Vec::as_slice)
}

impl Names {
    /// Collects the names.
    pub fn new(input: Input<'_>, remarks: &mut Vec<Remark>) -> Self {
        let chapters = input.chapters;
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
            if let Some(permalink) = meta.permalink.as_ref().filter(|permalink| !permalink.is_empty()) {
                add(&mut alias, fold(permalink), chapter);
            }
            add(&mut title, fold(&meta.title), chapter);
        }
        let names = Self { id: Arc::new(id), path: Arc::new(path), alias: Arc::new(alias), title: Arc::new(title) };
        names.report_duplicates(input, remarks);
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
        let endings = [".md", ".mdx", ".markdown"].iter();
        let trimmed = endings.copied().find_map(|ending| trimmed.strip_suffix(ending)).unwrap_or(trimmed);
        if trimmed.len() == key.len() { key } else { trimmed.to_owned() }
    }

    /// Returns the chapters from the first kind of name that matches; more than one means that the
    /// name is ambiguous.
    pub fn find(&self, name: &str) -> &[ChapterId] {
        let key = Self::key(name);
        let steps = [&self.id, &self.path, &self.alias, &self.title].into_iter();
        steps.map(|step| get(step, &key)).find(|found| !found.is_empty()).unwrap_or(&[])
    }

    /// Returns the chapters with the title `title`, ignoring case.
    pub fn titled(&self, title: &str) -> &[ChapterId] {
        get(&self.title, &fold(title))
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
    /// family. In a plain folder, also returns the ID of each chapter whose own belongs to another:
    /// its path.
    pub fn shared(&self, input: Input<'_>) -> BTreeMap<ChapterId, String> {
        let chapters = input.chapters;
        let by_path = |chapter: ChapterId| {
            let is_second = !input.config.configured && self.first_of_the_same_id(chapter, input).is_some();
            is_second.then(|| (chapter, chapters[chapter.index()].path.without_extension().to_owned()))
        };
        let all = (0..).map(ChapterId).zip(chapters).filter(|(_, meta)| meta.kind != Kind::Page);
        let full = |(chapter, meta): (ChapterId, &Arc<Meta>)| {
            let same = get(&self.id, &fold(&meta.id)).iter().map(|other| &chapters[other.index()]);
            let mut others = same.filter(|other| other.kind == meta.kind && other.family != meta.family);
            let name = others.next().and_then(|_| Some(qualified(meta.family.as_ref()?, &meta.id)));
            Some((chapter, name?))
        };
        all.filter_map(|one| by_path(one.0).or_else(|| full(one))).collect()
    }

    /// Returns the chapter that has the ID of `chapter` and comes before it: the first one by path,
    /// in a plain folder among those in the fewest folders.
    fn first_of_the_same_id(&self, chapter: ChapterId, input: Input<'_>) -> Option<ChapterId> {
        let Input { chapters, config, .. } = input;
        let meta = &chapters[chapter.index()];
        // Chapters of one kind may share an ID if their families differ.
        let is_apart = |other: &Meta| other.kind == meta.kind && other.family != meta.family;
        let all = get(&self.id, &fold(&meta.id)).iter().copied();
        let same = all.filter(|other| {
            let other = &chapters[other.index()];
            other.kind != Kind::Page && !is_apart(other)
        });
        let depth = |chapter: &ChapterId| {
            let folders = chapters[chapter.index()].path.folders().count();
            (if config.configured { 0 } else { folders }, *chapter)
        };
        same.min_by_key(depth).filter(|first| *first != chapter)
    }

    fn report_duplicates(&self, input: Input<'_>, remarks: &mut Vec<Remark>) {
        let chapters = input.chapters;
        for (chapter, meta) in (0..).map(ChapterId).zip(chapters).filter(|(_, meta)| meta.kind != Kind::Page) {
            let Some(first) = self.first_of_the_same_id(chapter, input) else { continue };
            let mut message = format!("the id `{}` is already used by `{}`", meta.id, chapters[first.index()].path);
            if !input.config.configured {
                message = format!("{message}, so this chapter has the id `{}`", meta.path.without_extension());
            }
            let remark = Remark::new(Rule::DuplicateId, (chapter, &meta.path), At::Field("id"), message);
            remarks.push(remark.help("give one of them another `id`, or rename its file"));
        }
    }
}
