//! Lists every chapter by its names, its URL and its position in the tree, before any link is
//! resolved.
//!
//! Input: the metadata and the outline of every chapter, the assets' names and the configuration. Output: an
//! [`Index`]. Never sees prose, so editing prose doesn't change the index. Never reads files.

mod address;
mod generated;
mod names;
mod remark;
mod tags;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use address::{chapter_url, folder_url, generated_url, precedence, written_url};
use generated::Content;
pub use generated::Generated;
pub use names::Names;
pub use remark::{At, Remark};
pub use tags::{Tag, Tags};
pub use tree::{Node, NodeId, Tree};

use crate::chapter::document::{Meta, Outline, Template};
use crate::chapter::redact::Visible;
use crate::declare::config::{Config, Scope, UrlStyle};
use crate::declare::generator::Generator;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath, fold};

/// A chapter's number: its position in [`Index::chapters`], which are sorted by path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChapterId(pub u32);

impl ChapterId {
    /// Returns the number as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Every chapter by its names, its URL and its position in the tree.
#[derive(Clone, Debug)]
pub struct Index {
    /// The chapters, sorted by path.
    pub chapters: Vec<Arc<Meta>>,
    /// The outlines of the chapters. Only the model sees all of them: pages ask [`Documents`] for them, which notes
    /// what a page is made from.
    ///
    /// [`Documents`]: crate::model::compile::Documents
    pub(in crate::model) outlines: Vec<Arc<Outline>>,
    /// The URL of each chapter.
    pub urls: Arc<Vec<UrlPath>>,
    /// Chapters by ID, path, alias and title.
    pub names: Names,
    /// For each chapter that shares its ID with one of another family, its ID with the family.
    pub shared: Arc<BTreeMap<ChapterId, String>>,
    /// Files that are neither chapters nor configuration.
    pub assets: Arc<BTreeSet<SourcePath>>,
    /// The same files by their folded path.
    pub assets_by_key: Arc<BTreeMap<String, SourcePath>>,
    /// Another generator with a folder of files that are published as they are.
    pub statics: Option<Generator>,
    /// The style of URLs.
    pub urls_style: UrlStyle,
    /// The generated pages that there is content for.
    pub generated: Vec<Generated>,
    /// The tags of the chapters.
    pub tags: Arc<Tags>,
    /// The tree of parts, directories and chapters.
    pub tree: Arc<Tree>,
    /// The folded names of chapters that this audience can't see, so that a link to such a chapter
    /// isn't reported as a mistake. Never shown.
    pub hidden: BTreeSet<String>,
    /// The URLs of old names, each with the chapter that it redirects to.
    pub redirects: Arc<BTreeMap<UrlPath, ChapterId>>,
    /// Findings about entries of `SUMMARY.md`, each with the path, without extension, that the entry
    /// names.
    pub findings: Vec<(String, Diagnostic)>,
    /// Problems with names and URLs.
    pub remarks: Vec<Remark>,
}

/// The input of [`Index::new`].
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The chapters' metadata, sorted by path.
    pub chapters: &'a [Arc<Meta>],
    /// The chapters' outlines, in the same order.
    pub outlines: &'a [Arc<Outline>],
    /// Files that are neither chapters nor configuration.
    pub assets: &'a BTreeSet<SourcePath>,
    /// Another generator with a folder of files that are published as they are.
    pub statics: Option<Generator>,
    /// The folded names of chapters that this audience can't see.
    pub hidden: &'a BTreeSet<String>,
    /// The text of `SUMMARY.md` at the content root.
    pub summary: Option<&'a str>,
    /// The handbook's configuration.
    pub config: &'a Config,
}

/// Returns the files by their folded path. Files in a static folder are also listed by their folded
/// path within that folder, which is their URL.
fn by_key(input: Input<'_>) -> BTreeMap<String, SourcePath> {
    let inside = |path: &SourcePath| {
        let rest = path.as_str().strip_prefix(input.statics?.static_folder()?)?.strip_prefix('/')?;
        Some((fold(rest), path.clone()))
    };
    let mut keys: BTreeMap<String, SourcePath> = input.assets.iter().filter_map(inside).collect();
    keys.extend(input.assets.iter().map(|path| (fold(path.as_str()), path.clone())));
    if input.config.reads_foreign() {
        // Obsidian finds files by name, the one in the fewest folders first.
        let mut by_depth: Vec<&SourcePath> = input.assets.iter().collect();
        by_depth.sort_by_cached_key(|path| path.folders().count());
        for path in by_depth {
            keys.entry(name_key(path.as_str())).or_insert_with(|| path.clone());
        }
    }
    keys
}

/// Returns the key by which a file is found by its name alone. No path begins with a slash.
pub fn name_key(path: &str) -> String {
    format!("/{}", fold(path.rsplit('/').next().unwrap_or(path)))
}

/// Returns whether this build has the page about the health of the handbook. If the handbook
/// declares audiences, only the audience that `[health]` names sees the page. A bare folder of
/// Markdown has no such page, because it isn't maintained as a handbook.
fn shows_health(config: &Config) -> bool {
    match &config.health.audience {
        Some(wanted) => Visible::of(config.audience.as_deref(), config).shows(wanted),
        None => config.configured && config.audiences.is_empty(),
    }
}

/// Lists the generated pages that there is content for.
pub fn generated(input: Input<'_>) -> Vec<Generated> {
    Generated::with_content(&Content { chapters: input.chapters, shows_health: shows_health(input.config) })
}

impl Index {
    /// Names every chapter, and assigns its URL and its position in the tree.
    pub fn new(input: Input<'_>) -> Self {
        let mut findings = Vec::new();
        let (urls, mut remarks) = address::assign(input);
        let named = || {
            let names = Names::new(input, &mut remarks);
            let tree = Tree::new(input, &urls, &names, &mut findings);
            (names, tree)
        };
        let ((names, tree), (redirects, collisions)) = rayon::join(named, || address::redirects(input, &urls));
        remarks.extend(collisions);
        Self {
            chapters: input.chapters.to_vec(),
            outlines: input.outlines.to_vec(),
            urls: Arc::new(urls),
            shared: Arc::new(names.shared(input)),
            names,
            assets: Arc::new(input.assets.clone()),
            assets_by_key: Arc::new(by_key(input)),
            statics: input.statics,
            urls_style: input.config.urls,
            generated: generated(input),
            tags: Arc::new(Tags::new(input.chapters)),
            tree: Arc::new(tree),
            hidden: input.hidden.clone(),
            redirects: Arc::new(redirects),
            findings,
            remarks,
        }
    }

    /// Lists the chapters with their numbers.
    pub fn ids(&self) -> impl Iterator<Item = ChapterId> + use<> {
        (0..u32::try_from(self.chapters.len()).unwrap_or(u32::MAX)).map(ChapterId)
    }

    /// Returns a chapter's metadata.
    pub fn meta(&self, chapter: ChapterId) -> &Meta {
        &self.chapters[chapter.index()]
    }

    /// Returns a chapter's outline.
    pub(in crate::model) fn outline(&self, chapter: ChapterId) -> &Outline {
        &self.outlines[chapter.index()]
    }

    /// Returns the ID of a chapter that no other chapter of its kind has: the one that it calls
    /// itself, or `family/id` if chapters of different families call themselves the same.
    pub fn id(&self, chapter: ChapterId) -> &str {
        self.shared.get(&chapter).unwrap_or(&self.meta(chapter).id)
    }

    /// Returns the ID of a chapter in a form that can be one component of a URL.
    pub fn id_in_url(&self, chapter: ChapterId) -> String {
        self.id(chapter).replace('/', "--")
    }

    /// Returns a chapter's title, with its family if another family has a chapter of the same name.
    pub fn title(&self, chapter: ChapterId, config: &Config) -> String {
        let meta = self.meta(chapter);
        match meta.family.as_deref().filter(|_| self.is_shared(chapter)) {
            Some(family) => format!("{} ({})", meta.title, config.family_title(family)),
            None => meta.title.clone(),
        }
    }

    /// Returns whether chapters of different families call themselves the same as this one.
    pub fn is_shared(&self, chapter: ChapterId) -> bool {
        self.shared.contains_key(&chapter)
    }

    /// Returns a chapter's URL.
    pub fn url(&self, chapter: ChapterId) -> &UrlPath {
        &self.urls[chapter.index()]
    }

    /// Returns whose names of levels apply where a role expects a level of a competency: those of the
    /// role's track, and those of the competency's family or else of the role's.
    pub fn scope<'a>(&'a self, competency: ChapterId, role: Scope<'a>) -> Scope<'a> {
        Scope { family: self.meta(competency).family.as_deref().or(role.family), ..role }
    }

    /// Returns the number of the chapter at `path`.
    pub fn at_path(&self, path: &SourcePath) -> Option<ChapterId> {
        let found = self.chapters.binary_search_by(|meta| meta.path.cmp(path)).ok()?;
        u32::try_from(found).ok().map(ChapterId)
    }

    /// Returns the path of the file that readers download to use a template. Returns `None` if a
    /// chapter is at that path.
    pub fn template_path(&self, chapter: ChapterId, template: &Template) -> Option<SourcePath> {
        let folder = self.meta(chapter).path.without_extension();
        let path = if folder.is_empty() { template.id.clone() } else { format!("{folder}/{}", template.id) };
        self.names.at_path(&path).is_empty().then(|| SourcePath::new(format!("{path}.md")))
    }
}
