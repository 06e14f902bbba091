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
mod settings;

use std::collections::{BTreeMap, BTreeSet};

pub use address::{former, is_post, number_of, permalink, post, without_number};
pub use keys::translated;
pub use nav::{NavEntry, summary};
pub use settings::{Settings, content_folder, further_files, settings};

use crate::declare::generator::Generator;
use crate::text::path::SourcePath;
use crate::text::source::Sources;
use literal::Literal;

/// What another generator knows about the chapters as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The entries of its navigation, in order, unless there is a `SUMMARY.md`.
    pub nav: Vec<NavEntry>,
    /// The titles that its navigation or `SUMMARY.md` gives to chapters, by the path without an
    /// extension.
    pub titles: BTreeMap<String, String>,
    /// The labels and positions of folders, by the folder's path.
    pub folders: BTreeMap<String, Folder>,
    /// The folders whose files and folders are put in order by the numbers in their names.
    pub numbered: BTreeSet<String>,
    /// The path below which the generator publishes all chapters.
    pub route: String,
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
        let folders = if generator == Some(Generator::Docusaurus) { folders(sources) } else { BTreeMap::new() };
        let route = generator.map(|generator| settings::route(generator, sources)).unwrap_or_default();
        Self { nav, titles, folders, numbered: numbered_folders(sources), route }
    }

    /// Returns the position that the name of a file or folder gives it among its siblings in `folder`.
    pub fn number(&self, folder: &str, name: &str) -> Option<i64> {
        if self.numbered.contains(folder) { number_of(name) } else { None }
    }

    /// Returns the name of a file or folder in `folder` without the number that gives it a position.
    pub fn name<'a>(&self, folder: &str, name: &'a str) -> &'a str {
        if self.numbered.contains(folder) { without_number(name) } else { name }
    }
}

/// Reads Docusaurus' `_category_.json` and `_category_.yml`.
fn folders(sources: &Sources) -> BTreeMap<String, Folder> {
    let names = ["_category_.json", "_category_.yml", "_category_.yaml"];
    let files = sources.files.iter().filter(|(path, _)| names.contains(&path.file_name()));
    let read = |(path, file): (&SourcePath, &crate::text::source::SourceFile)| {
        let table = Literal::of_yaml(&String::from_utf8_lossy(&file.bytes))?;
        let label = table.get("label").and_then(Literal::text).map(str::to_owned);
        let order = table.get("position").and_then(Literal::text).and_then(whole);
        Some((path.folder().to_owned(), Folder { label, order }))
    };
    files.filter_map(read).collect()
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
