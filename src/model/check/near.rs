//! Suggests what an unresolved reference may have meant.
//!
//! Input: the names of existing chapters, files and partners, and of chapters that aren't part of
//! this build. Output: the nearest names. Builds each list once, when it is first needed, because a
//! handbook may have thousands of dead links. Never changes the place or code of a finding.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use foldhash::fast::RandomState;

use super::{Absent, Why};
use crate::chapter::document::Document;
use crate::declare::config::Config;
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated};
use crate::text::near::Candidates;
use crate::text::path::fold;

/// The names to search.
#[derive(Debug)]
pub(super) struct Near<'a> {
    book: &'a Book,
    documents: &'a [Document],
    absent: &'a [Absent],
    config: &'a Config,
    lists: Lists<'a>,
}

/// Lists of names, each built when it is first needed.
#[derive(Debug, Default)]
struct Lists<'a> {
    called: Memo<Option<Kind>, Called<'a>>,
    anchors: Memo<ChapterId, Candidates<'a>>,
    parties: OnceLock<Candidates<'a>>,
    chapters: OnceLock<Files<'a>>,
    assets: OnceLock<Files<'a>>,
    gone: OnceLock<Gone<'a>>,
}

/// Values by their keys, each made when it is first needed.
type Memo<K, V> = Mutex<BTreeMap<K, Arc<V>>>;

fn remembered<K: Ord, V>(memo: &Memo<K, V>, key: K, make: impl FnOnce() -> V) -> Arc<V> {
    let mut values = memo.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(values.entry(key).or_insert_with(|| Arc::new(make())))
}

/// The names of the chapters of one kind.
#[derive(Debug)]
struct Called<'a> {
    ids: Candidates<'a>,
    titles: Candidates<'a>,
}

/// Files, by their paths without extension (chapters) or with it (other files).
#[derive(Debug)]
struct Files<'a> {
    paths: Candidates<'a>,
    /// The full paths. `by_path` maps the path that is compared to the full path. `by_last` maps
    /// the folded last segment of a path to all files that end in it, in the order of the handbook.
    by_path: HashMap<&'a str, &'a str, RandomState>,
    by_last: HashMap<String, Vec<&'a str>, RandomState>,
}

/// Chapters that aren't part of this build; the first one wins if several share a name.
#[derive(Debug, Default)]
struct Gone<'a> {
    by_path: HashMap<String, &'a Absent, RandomState>,
    by_name: HashMap<String, &'a Absent, RandomState>,
    for_others: HashMap<&'a str, &'a Absent, RandomState>,
}

impl<'a> Near<'a> {
    /// Keeps references to the inputs without reading them yet.
    pub(super) fn new(book: &'a Book, documents: &'a [Document], absent: &'a [Absent], config: &'a Config) -> Self {
        Near { book, documents, absent, config, lists: Lists::default() }
    }

    /// Returns the nearest IDs to `name`, or if there are none, the nearest titles. Considers
    /// chapters of `kind`, or if it is `None`, all chapters and generated pages.
    pub(super) fn called(&self, name: &str, kind: Option<Kind>) -> Vec<&'a str> {
        let called = remembered(&self.lists.called, kind, || self.make_called(kind));
        // IDs don't contain the folder that an author may have written.
        let last = name.trim_end_matches(".md").rsplit('/').next().unwrap_or(name);
        let near = called.ids.nearest(last, 2);
        if near.is_empty() { called.titles.nearest(name, 2) } else { near }
    }

    fn make_called(&self, kind: Option<Kind>) -> Called<'a> {
        let fits = |document: &&Document| kind.is_none_or(|kind| document.meta.kind == kind);
        let ids = self.documents.iter().filter(fits).map(|document| document.meta.id.as_str());
        let made = Generated::all(self.book).filter(|_| kind.is_none()).map(Generated::name).collect::<Vec<_>>();
        let titles = self.documents.iter().filter(fits).map(|document| document.meta.title.as_str());
        Called { ids: Candidates::new(ids.chain(made)), titles: Candidates::new(titles) }
    }

    /// Returns the nearest roles and partners to `name`.
    pub(super) fn parties(&self, name: &str) -> Vec<&'a str> {
        let parties = self.lists.parties.get_or_init(|| {
            let roles = self.documents.iter().filter(|document| document.meta.kind == Kind::Role);
            let partners = self.config.partners.iter().map(|(id, _)| id.as_str());
            Candidates::new(roles.map(|document| document.meta.id.as_str()).chain(partners))
        });
        parties.nearest(name, 2)
    }

    /// Returns the nearest anchors to `anchor` in `chapter`.
    pub(super) fn anchors(&self, chapter: ChapterId, anchor: &str) -> Vec<&'a str> {
        let make = || Candidates::new(self.book.outline(chapter).anchors.iter().map(String::as_str));
        remembered(&self.lists.anchors, chapter, make).nearest(anchor, 2)
    }

    /// Returns the paths of up to two chapters with the same file name as `path` (without
    /// extension), or else of chapters with similar paths.
    pub(super) fn chapters(&self, path: &str) -> Vec<&'a str> {
        let paths = self.documents.iter().map(|document| &document.meta.path);
        let files = || Files::new(paths.map(|path| (path.without_extension(), path.as_str())));
        self.lists.chapters.get_or_init(files).like(path)
    }

    /// Returns the paths of up to two files with the same name as `path`, or else of files with
    /// similar paths.
    pub(super) fn assets(&self, path: &str) -> Vec<&'a str> {
        let files = || Files::new(self.book.assets.iter().map(|asset| (asset.as_str(), asset.as_str())));
        self.lists.assets.get_or_init(files).like(path)
    }

    /// Returns the chapter at `path` (without extension) that is not part of this build.
    pub(super) fn absent_at(&self, path: &str) -> Option<&'a Absent> {
        self.gone().by_path.get(&fold(path)).copied()
    }

    /// Returns the chapter called `name` that is not part of this build.
    pub(super) fn absent(&self, name: &str) -> Option<&'a Absent> {
        self.gone().by_name.get(&fold(name.trim_matches('/').trim_end_matches(".md"))).copied()
    }

    /// Returns the chapter that is meant for another audience and that others may refer to as `key`
    /// (folded).
    pub(super) fn hidden(&self, key: &str) -> Option<&'a Absent> {
        self.gone().for_others.get(key).copied()
    }

    fn gone(&self) -> &Gone<'a> {
        self.lists.gone.get_or_init(|| {
            let mut gone = Gone::default();
            for absent in self.absent {
                let path = fold(absent.path.without_extension());
                gone.by_path.entry(path.clone()).or_insert(absent);
                for name in absent.names.iter().cloned().chain([path, fold(absent.path.stem())]) {
                    gone.by_name.entry(name).or_insert(absent);
                }
                for name in absent.names.iter().filter(|_| absent.why == Why::Audience) {
                    gone.for_others.entry(name).or_insert(absent);
                }
            }
            gone
        })
    }
}

impl<'a> Files<'a> {
    /// Creates the lists from pairs of the path to compare and the file's full path.
    fn new(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut by_path = HashMap::default();
        let mut by_last: HashMap<String, Vec<&str>, RandomState> = HashMap::default();
        for (compared, path) in files {
            by_path.insert(compared, path);
            by_last.entry(last(compared)).or_default().push(path);
        }
        Files { paths: Candidates::new(by_path.keys().copied()), by_path, by_last }
    }

    /// Returns up to two paths with the same last segment; or similar paths if there are none, or
    /// too many to be helpful.
    fn like(&self, path: &str) -> Vec<&'a str> {
        match self.by_last.get(&last(path)) {
            Some(same) if same.len() <= 6 => same.iter().take(2).copied().collect(),
            _ => self.paths.nearest(path, 2).into_iter().map(|near| self.by_path[near]).collect(),
        }
    }
}

/// Returns the last segment of a path, folded.
fn last(path: &str) -> String {
    fold(path.rsplit('/').next().unwrap_or(path))
}
