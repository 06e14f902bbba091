//! Reads what another generator knows about a handbook: its title and address, its navigation, and
//! the names and positions of folders.
//!
//! Input: the generator, and the files of the project. Output: an [`Origin`] and settings. Its
//! submodules translate front matter and addresses. Whatever isn't understood is left out. Never runs
//! a configuration that is a program; only the literals in it are read.

mod address;
mod keys;
mod literal;
mod nav;
mod parents;
mod patterns;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

pub use address::{built_name, former, is_post, number_of, permalink, post, published, without_number};
pub use keys::{Fate, fates, is_unlisted, translated, unshown_on_home};
pub use nav::{NavEntry, files, summary};
pub use settings::{Settings, content_folder, folders_of_pictures, further_files, settings};

use crate::declare::generator::Generator;
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources};
use literal::Literal;

/// What another generator knows about the chapters as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The entries of its navigation, in order, unless there is a `SUMMARY.md`.
    pub nav: Vec<NavEntry>,
    /// The titles that its navigation or `SUMMARY.md` gives to chapters, by the path without an
    /// extension.
    pub titles: BTreeMap<String, String>,
    /// The labels and positions of folders, and of chapters by the path without an extension.
    pub folders: BTreeMap<String, Folder>,
    /// The folders whose files and folders are put in order by the numbers in their names.
    pub numbered: BTreeSet<String>,
    /// The path below which the generator publishes all chapters.
    pub route: String,
    /// The folders whose names begin with an underscore although their chapters are published: the
    /// collections of Jekyll.
    pub collections: BTreeSet<String>,
    /// The patterns of the addresses in each collection of Jekyll, by the name of its folder.
    pub permalinks: BTreeMap<String, String>,
    /// The chapter that is the home page, if none is named like an index.
    pub home: Option<SourcePath>,
    /// The path of the content folder from the project's folder, empty if they are the same.
    pub content: String,
    /// The folders in which `MkDocs` looks for files to insert, as paths from the project's folder.
    pub bases: Vec<String>,
    /// Whether an anchor can be linked to from every chapter, as in bookdown.
    pub shares_anchors: bool,
    /// Whether a plugin of `MkDocs` inserts descriptions of code, to which chapters link by name.
    pub describes_code: bool,
    /// The files that `MkDocs` shows only to authors.
    pub drafts: BTreeSet<SourcePath>,
    /// The files that `MkDocs` leaves out.
    pub excluded: BTreeSet<SourcePath>,
    /// The chapters that `MkDocs` leaves out of the navigation.
    pub apart: BTreeSet<SourcePath>,
    /// The path of the content folder from the folder that contains the files outside of it that chapters
    /// insert, empty if none are.
    pub below: String,
    /// The addresses that redirect to others, as the configuration of docsify or Middleman says. An
    /// address begins without a slash.
    pub moved: BTreeMap<String, String>,
    /// The files that chapters insert.
    pub insertable: BTreeMap<SourcePath, Insertable>,
}

/// A file that a chapter inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insertable {
    /// A file that all readers of the chapter may see.
    File(SourceFile),
    /// A file that may not be meant for them.
    Withheld,
}

/// What another generator knows about a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The folder's name in the navigation.
    pub label: Option<String>,
    /// The folder's position among its siblings.
    pub order: Option<i64>,
}

impl Origin {
    /// Reads the navigation of `generator`, and what it says about folders.
    pub fn read(generator: Option<Generator>, sources: &Sources) -> Self {
        let summary_file = sources.bytes(&SourcePath::new("SUMMARY.md"));
        let nav = match (summary_file, generator) {
            (None, Some(Generator::Jekyll)) => parents::nav(sources),
            (None, Some(generator)) => nav::of(generator, sources),
            _ => Vec::new(),
        };
        let entries = match summary_file {
            Some(bytes) => summary(&String::from_utf8_lossy(bytes), true),
            None => nav.clone(),
        };
        let title = |entry: NavEntry| {
            let target = SourcePath::new(entry.target?);
            Some((target.without_extension().to_owned(), entry.title?))
        };
        let titles = entries.into_iter().rev().filter_map(title).collect();
        let folders = match generator {
            Some(Generator::Docusaurus) => folders(sources),
            Some(Generator::MkDocs) if nav.is_empty() => pages(sources),
            _ => BTreeMap::new(),
        };
        let route = generator.map(|generator| settings::route(generator, sources)).unwrap_or_default();
        let collections =
            if generator == Some(Generator::Jekyll) { settings::collections(sources) } else { Vec::new() };
        let collections = collections.into_iter().map(|name| format!("_{name}")).collect();
        let permalinks =
            if generator == Some(Generator::Jekyll) { settings::permalinks(sources) } else { BTreeMap::new() };
        let numbered = numbered_folders(sources);
        let bases = if generator == Some(Generator::MkDocs) { settings::bases(sources) } else { Vec::new() };
        let content = generator.map(|generator| content(generator, sources)).unwrap_or_default();
        let insertable = BTreeMap::new();
        let moved = generator.map(|generator| settings::moved(generator, sources)).unwrap_or_default();
        let home = home(sources, generator);
        let named = |key| settings::named_files(generator, sources, &content, key);
        let drafts = named("draft_docs");
        let excluded = settings::excluded_files(generator, sources, &content);
        let mut apart = named("not_in_nav");
        let targets = nav.iter().filter_map(|entry| entry.target.as_deref());
        let targets: BTreeSet<String> =
            targets.map(|target| SourcePath::new(target).without_extension().to_owned()).collect();
        apart.retain(|path| !targets.contains(path.without_extension()));
        Self {
            nav,
            titles,
            folders,
            numbered,
            route,
            collections,
            permalinks,
            home,
            content,
            bases,
            shares_anchors: ["_bookdown.yml", "_bookdown.yaml"].iter().any(|path| sources.mark(path).is_some()),
            describes_code: generator == Some(Generator::MkDocs) && settings::describes_code(sources),
            drafts,
            excluded,
            apart,
            below: sources.below.clone(),
            moved,
            insertable,
        }
    }

    /// Reads only what says where the files are that chapters insert.
    pub fn places(generator: Option<Generator>, sources: &Sources) -> Self {
        let content = generator.map(|generator| content(generator, sources)).unwrap_or_default();
        let bases = if generator == Some(Generator::MkDocs) { settings::bases(sources) } else { Vec::new() };
        Self { content, bases, below: sources.below.clone(), ..Self::default() }
    }

    fn has_number(&self, folder: &str, name: &str) -> bool {
        self.numbered.contains(folder) || name.starts_with('0')
    }

    /// Returns the position that the name of a file or folder gives it among its siblings in `folder`.
    pub fn number(&self, folder: &str, name: &str) -> Option<i64> {
        if self.has_number(folder, name) { number_of(name) } else { None }
    }

    /// Returns whether a chapter is in a collection.
    pub fn is_collected(&self, path: &SourcePath) -> bool {
        let top = path.as_str().split('/').next().unwrap_or_default();
        self.collections.contains(top)
    }

    /// Returns the address of a post, or of a chapter in a collection, without slashes at the ends.
    pub fn in_collection(&self, path: &SourcePath) -> Option<String> {
        let folder = if is_post(path) { "_posts" } else { path.as_str().split('/').next()? };
        let by_pattern = self.permalinks.get(folder).and_then(|pattern| address::by_pattern(pattern, path));
        if let Some(address) = by_pattern.or_else(|| post(path)) {
            return Some(address);
        }
        let address = path.without_extension().strip_prefix('_')?;
        self.is_collected(path).then(|| address.to_owned())
    }

    /// Returns the name of a file or folder in `folder` without the number that gives it a position.
    pub fn name<'a>(&self, folder: &str, name: &'a str) -> &'a str {
        if self.has_number(folder, name) { without_number(name) } else { name }
    }
}

/// Returns the path of the content folder from the project's folder. The project's files are known
/// only by their path from its folder, so the folder is the content if they are chapters too.
fn content(generator: Generator, sources: &Sources) -> String {
    let folders = content_folder(generator, &|path| sources.mark(path));
    let is_root = |path: &str| sources.files.contains_key(&SourcePath::new(path));
    let is_inside = Generator::marks().any(|path| sources.project.contains_key(path) && !is_root(path));
    folders.into_iter().find(|folder| is_inside && !folder.is_empty()).unwrap_or_default()
}

/// Reads Docusaurus' `_category_.json` and `_category_.yml`.
fn folders(sources: &Sources) -> BTreeMap<String, Folder> {
    let names = ["_category_.json", "_category_.yml", "_category_.yaml"];
    let files = sources.files.iter().filter(|(path, _)| names.contains(&path.file_name()));
    let read = |(path, file): (&SourcePath, &SourceFile)| {
        let table = Literal::of_yaml(&String::from_utf8_lossy(&file.bytes))?;
        let label = table.get("label").and_then(Literal::text).map(str::to_owned);
        let order = table.get("position").and_then(Literal::text).and_then(whole);
        Some((path.folder().to_owned(), Folder { label, order }))
    };
    files.filter_map(read).collect()
}

/// Reads the files `.pages` of the plugin awesome-pages of `MkDocs`. What they don't list, and what
/// follows the `...` in their lists, is in order of its name.
fn pages(sources: &Sources) -> BTreeMap<String, Folder> {
    let mut found: BTreeMap<String, Folder> = BTreeMap::new();
    for (name, file) in &sources.project {
        let Some(folder) = name.strip_suffix(".pages") else { continue };
        let Some(table) = Literal::of_yaml(&String::from_utf8_lossy(&file.bytes)) else { continue };
        if let Some(title) = table.get("title").and_then(Literal::text) {
            found.entry(folder.trim_end_matches('/').to_owned()).or_default().label = Some(title.to_owned());
        }
        let list = ["nav", "arrange"].iter().find_map(|key| table.get(key));
        let items = list.map(Literal::items).unwrap_or_default();
        for (order, item) in (0i64..).zip(items).take_while(|(_, item)| item.text() != Some("...")) {
            let (label, target) = match (item.entries().first(), item.text()) {
                (Some((label, target)), _) => (Some(label.clone()), target.text()),
                (None, target) => (None, target),
            };
            let Some(target) = target else { continue };
            let target = SourcePath::new(format!("{folder}{target}"));
            let place = found.entry(target.without_extension().to_owned()).or_default();
            place.order = Some(order);
            place.label = place.label.take().or(label);
        }
    }
    found
}

/// Returns the note of a vault or a wiki that is its home page if no chapter is named like an index.
fn home(sources: &Sources, generator: Option<Generator>) -> Option<SourcePath> {
    let is_at_root = |path: &&SourcePath| path.folder().is_empty();
    let at_root: Vec<&SourcePath> = sources.chapters().map(|(path, _)| path).filter(is_at_root).collect();
    if generator.is_some_and(|generator| generator != Generator::Obsidian) || at_root.iter().any(|path| path.is_index())
    {
        return None;
    }
    at_root.into_iter().find(|path| path.stem().eq_ignore_ascii_case("home")).cloned()
}

/// Returns the folders in which at least two names, and at least half of them, begin with a number.
fn numbered_folders(sources: &Sources) -> BTreeSet<String> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (path, _) in sources.chapters() {
        if !path.is_index() {
            names.entry(path.folder()).or_default().insert(path.stem());
        }
        for folder in path.folders().filter(|folder| !folder.is_empty()) {
            let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
            if !names.entry(above).or_default().insert(name) {
                break;
            }
        }
    }
    let count = |names: &BTreeSet<&str>| names.iter().filter(|name| number_of(name).is_some()).count();
    let is_numbered = |names: &BTreeSet<&str>| count(names) > 1 && count(names) * 2 >= names.len();
    names.into_iter().filter(|(_, names)| is_numbered(names)).map(|(folder, _)| folder.to_owned()).collect()
}

/// Returns a number without its fraction.
fn whole(text: &str) -> Option<i64> {
    text.split('.').next()?.trim().parse().ok()
}
