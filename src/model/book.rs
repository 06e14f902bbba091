//! Knows how the chapters hang together: tree, addresses, names, relations in both directions.
//!
//! Input: the metadata of every chapter, the assets' names and the configuration. Output: [`Book`] and findings. Never sees prose, so that an edit
//! of prose keeps the book; never reads files.

mod address;
mod again;
mod names;
mod relations;
mod remark;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use address::{Generated, chapter_url, folder_url, generated_url, written_url};
pub use again::index_again;
pub use names::Names;
pub use relations::{CompetencyView, DecisionView, Expectation, Party, Relations, RoleView, StrategyView, role_of};
pub use remark::{At, Remark};
pub use tree::{Node, NodeId, Tree};

use crate::chapter::document::{Meta, ReferenceNumber};
use crate::chapter::redact::Visible;
use crate::declare::config::{Config, UrlStyle};
use crate::model::link::{self, Target};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath, fold};
use crate::text::source::StaticFolder;

/// A chapter's number: its index in [`Book::chapters`], which are sorted by path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChapterId(pub u32);

impl ChapterId {
    /// Returns the number as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Everything that pages need to know of other pages.
#[derive(Debug)]
pub struct Book {
    /// The chapters, sorted by path.
    pub chapters: Vec<Arc<Meta>>,
    /// The address of each chapter.
    pub urls: Arc<Vec<UrlPath>>,
    /// Chapters by id, path, alias and title.
    pub names: Names,
    /// Files that are neither chapters nor configuration.
    pub assets: Arc<BTreeSet<SourcePath>>,
    /// Those files by their folded path.
    pub assets_by_key: Arc<BTreeMap<String, SourcePath>>,
    /// Another generator's folder of files that are published as they are.
    pub statics: Option<StaticFolder>,
    /// How addresses look.
    pub urls_style: UrlStyle,
    /// Whether there is a page that says how the handbook is kept.
    pub shows_health: bool,
    /// Parts and what lies below them.
    pub tree: Arc<Tree>,
    /// What chapters that this audience does not see are called, folded: a link to one is told from a mistake. Never shown.
    pub hidden: BTreeSet<String>,
    /// Where each reference of each chapter leads.
    pub targets: Vec<Arc<[Target]>>,
    /// Who links to each chapter, sorted, each once.
    pub backlinks: Arc<Vec<Vec<ChapterId>>>,
    /// Roles, competencies, strategies, paths and terms, both ways.
    pub relations: Relations,
    /// Addresses of old names: where they lead.
    pub redirects: Arc<BTreeMap<UrlPath, ChapterId>>,
    /// What is wrong with files that are no chapters (`SUMMARY.md`).
    pub findings: Vec<Diagnostic>,
    /// What is wrong with how the chapters hang together; not what single references lead to (see `check`).
    pub remarks: Vec<Remark>,
    /// How many of them, from the first, are about names and addresses alone.
    named: usize,
}

/// What [`index`] works on.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The chapters' metadata, sorted by path.
    pub chapters: &'a [Arc<Meta>],
    /// Files that are neither chapters nor configuration.
    pub assets: &'a BTreeSet<SourcePath>,
    /// Another generator's folder of files that are published as they are.
    pub statics: Option<StaticFolder>,
    /// What chapters that this audience does not see are called, folded.
    pub hidden: &'a BTreeSet<String>,
    /// The text of `SUMMARY.md` at the content root.
    pub summary: Option<&'a str>,
    /// The handbook's rules.
    pub config: &'a Config,
}

/// Returns the files by their folded path, and those of a static folder by their address as well.
fn by_key(input: Input<'_>) -> BTreeMap<String, SourcePath> {
    let inside = |path: &SourcePath| {
        let rest = path.as_str().strip_prefix(input.statics?.folder)?.strip_prefix('/')?;
        Some((fold(rest), path.clone()))
    };
    let mut keys: BTreeMap<String, SourcePath> = input.assets.iter().filter_map(inside).collect();
    keys.extend(input.assets.iter().map(|path| (fold(path.as_str()), path.clone())));
    keys
}

/// Makes the book.
pub fn index(input: Input<'_>) -> Book {
    let mut findings = Vec::new();
    let urls: Vec<UrlPath> =
        input.chapters.iter().map(|meta| address::chapter_url(&meta.path, input.config.urls)).collect();
    let mut remarks = Vec::new();
    let named = || {
        let names = Names::new(input.chapters, &mut remarks);
        let tree = tree::build(input, &urls, &names, &mut findings);
        (names, tree)
    };
    let ((names, tree), (redirects, collisions)) = rayon::join(named, || address::redirects(input, &urls));
    remarks.extend(collisions);
    let mut book = Book {
        chapters: input.chapters.to_vec(),
        urls: Arc::new(urls),
        names,
        assets: Arc::new(input.assets.clone()),
        assets_by_key: Arc::new(by_key(input)),
        statics: input.statics,
        urls_style: input.config.urls,
        tree: Arc::new(tree),
        shows_health: shows_health(input.config),
        hidden: input.hidden.clone(),
        targets: Vec::new(),
        backlinks: Arc::default(),
        relations: Relations::default(),
        redirects: Arc::new(redirects),
        findings,
        named: remarks.len(),
        remarks,
    };
    book.targets = link::Resolver::new(&book, input.config).all();
    let (backlinks, (relations, unfitting)) =
        rayon::join(|| backlinks(&book), || relations::relate(&book, input.config));
    book.backlinks = Arc::new(backlinks);
    book.relations = relations;
    book.remarks.extend(unfitting);
    book
}

/// Tells whether this build says how the handbook is kept. Where readers are told apart, only those that `[health]` names see it; a bare
/// folder of Markdown is kept by nobody.
fn shows_health(config: &Config) -> bool {
    match &config.health {
        Some(wanted) => Visible::of(config.audience.as_deref(), config).shows(wanted),
        None => config.configured && config.audiences.is_empty(),
    }
}

/// Collects who links to whom from the resolved references; a chapter's links to itself do not count.
fn backlinks(book: &Book) -> Vec<Vec<ChapterId>> {
    let mut lists: Vec<Vec<ChapterId>> = vec![Vec::new(); book.chapters.len()];
    for (from, targets) in book.targets.iter().enumerate() {
        let from = ChapterId(u32::try_from(from).unwrap_or(u32::MAX));
        for target in targets.iter() {
            if let Target::Chapter(to, _) = target
                && *to != from
                && lists[to.index()].last() != Some(&from)
            {
                lists[to.index()].push(from);
            }
        }
    }
    lists
}

impl Book {
    /// Lists the chapters with their numbers.
    pub fn ids(&self) -> impl Iterator<Item = ChapterId> + use<> {
        (0..u32::try_from(self.chapters.len()).unwrap_or(u32::MAX)).map(ChapterId)
    }

    /// Returns a chapter's metadata.
    pub fn meta(&self, chapter: ChapterId) -> &Meta {
        &self.chapters[chapter.index()]
    }

    /// Returns a chapter's address.
    pub fn url(&self, chapter: ChapterId) -> &UrlPath {
        &self.urls[chapter.index()]
    }

    /// Returns where a reference leads.
    pub fn target(&self, chapter: ChapterId, reference: ReferenceNumber) -> &Target {
        self.targets[chapter.index()].get(reference as usize).unwrap_or(&Target::Dead)
    }

    /// Returns the chapter that a reference leads to.
    pub fn target_chapter(&self, chapter: ChapterId, reference: ReferenceNumber) -> Option<ChapterId> {
        match self.target(chapter, reference) {
            Target::Chapter(to, _) => Some(*to),
            _ => None,
        }
    }

    /// Returns the number of the chapter at `path`.
    pub fn at_path(&self, path: &SourcePath) -> Option<ChapterId> {
        let found = self.chapters.binary_search_by(|meta| meta.path.cmp(path)).ok()?;
        u32::try_from(found).ok().map(ChapterId)
    }
}
