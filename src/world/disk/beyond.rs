//! Reads the files outside of the content folder that chapters insert.
//!
//! Input: the project and the files of its content folder. Output: the files in [`Sources::beyond`]. Never
//! reads a file outside of the project or the repository around it, behind a symbolic link, hidden,
//! secret or ignored by Git, and none at all if the handbook declares audiences.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::bounded::read_at_most;
use super::ignored::Ignored;
use crate::chapter::inclusion::{BEYOND, LARGEST, asks, targets};
use crate::chapter::markdown::reading;
use crate::declare::config::{Config, FILE};
use crate::declare::generator::Generator;
use crate::declare::kind::Kind;
use crate::declare::origin::Origin;
use crate::declare::withheld;
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources};

/// The maximum number of folders between the project and the repository around it.
const MOST_ABOVE: usize = 4;

/// The maximum number of files, and of their bytes.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// Reads the files for the chapters in `content`, whose project is in `root`. `skip` are the folders that
/// aren't part of it.
pub(super) fn read((root, content): (&Path, &Path), skip: &[PathBuf], sources: &mut Sources) {
    let Some(mut config) = config(sources) else { return };
    if !sources.chapters().any(|(_, file)| asks(&file.bytes)) {
        return;
    }
    let (Ok(root), Ok(content)) = (fs::canonicalize(root), fs::canonicalize(content)) else { return };
    // What the repository ignores holds however far above it is.
    let repository = root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&root);
    let is_near = root.ancestors().take(MOST_ABOVE + 1).any(|folder| folder == repository);
    let base = if is_near { repository } else { &root };
    let Some(above) = base.strip_prefix(repository).ok().and_then(Path::to_str) else { return };
    let above = above.replace('\\', "/");
    let Some(below) = content.strip_prefix(base).ok().and_then(Path::to_str).filter(|below| !below.is_empty()) else {
        return;
    };
    let below = below.replace('\\', "/");
    sources.below.clone_from(&below);
    config.origin = Origin::places(config.generator, sources);
    let skip = skip.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
    let (ignored, asked) = (Ignored::default(), BTreeSet::new());
    let mut reader = Reader { base, repository: (repository, above), skip, ignored, left: MOST_BYTES, asked };
    let chapters = sources.chapters().filter(|(_, file)| asks(&file.bytes));
    let mut open: Vec<(SourcePath, SourceFile)> = chapters.map(|(path, file)| (path.clone(), file.clone())).collect();
    while let Some((path, file)) = open.pop() {
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        for candidates in targets(text, &path, &reading(&path, Kind::Page, &config)) {
            if let Some(inner) = candidates.iter().find(|path| sources.files.contains_key(*path)) {
                // Chapters are searched anyway.
                if !inner.is_chapter() && reader.asked.insert(inner.clone()) {
                    open.extend(sources.files.get(inner).map(|file| (inner.clone(), file.clone())));
                }
                continue;
            }
            for target in candidates.into_iter().filter(|path| path.as_str().starts_with(BEYOND)) {
                if sources.beyond.contains_key(&target) {
                    break;
                }
                if let Some(file) = reader.file(&target) {
                    open.push((target.clone(), file.clone()));
                    sources.beyond.insert(target, file);
                    break;
                }
            }
        }
    }
    if sources.beyond.is_empty() {
        sources.below.clear();
    }
}

/// Returns how the chapters are read, or `None` if nothing may be inserted.
fn config(sources: &Sources) -> Option<Config> {
    let mut config = match sources.bytes(&SourcePath::new(FILE)) {
        Some(bytes) => Config::read(bytes, "").ok()?.0,
        None => Config::bare(""),
    };
    let of_marks = || Generator::of(sources).filter(|_| !config.configured);
    config.generator = config.source.or_else(of_marks);
    (config.generator.is_some() && config.reads_foreign() && config.audiences.is_empty()).then_some(config)
}

struct Reader<'a> {
    /// The folder that all files are in.
    base: &'a Path,
    /// The folder of the repository, and the path from it to `base`.
    repository: (&'a Path, String),
    skip: Vec<PathBuf>,
    ignored: Ignored,
    /// The number of bytes that may still be read.
    left: usize,
    /// The files that were asked for.
    asked: BTreeSet<SourcePath>,
}

impl Reader<'_> {
    /// Reads a file unless it was read before, or may not be.
    fn file(&mut self, path: &SourcePath) -> Option<SourceFile> {
        if self.asked.len() >= MOST || !self.asked.insert(path.clone()) {
            return None;
        }
        let name = path.as_str().strip_prefix(BEYOND)?;
        let is_private = |part: &str| part.starts_with('.') || part.is_empty() || part.contains(['\\', ':']);
        let is_secret = withheld::is_secret(path.file_name()) || name.split('/').any(withheld::names_secrets_only);
        if is_secret || name.split('/').any(is_private) {
            return None;
        }
        let place = self.place(name)?;
        let (repository, above) = &self.repository;
        let in_repository = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
        if self.skip.iter().any(|folder| place.starts_with(folder)) || self.ignored.holds(repository, &in_repository) {
            return None;
        }
        let bytes = read_at_most(&place, LARGEST as u64).ok()?;
        self.left = self.left.checked_sub(bytes.len())?;
        Some(SourceFile::new(bytes))
    }

    /// Returns the place of a file, unless a folder on the way is a symbolic link, a folder of
    /// dependencies, an output folder or another repository.
    fn place(&self, name: &str) -> Option<PathBuf> {
        let mut place = self.base.to_path_buf();
        let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            place.push(folder);
            let is_folder = fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_dir());
            let is_other = withheld::is_dependencies(folder)
                || place.join(super::manifest::MANIFEST).is_file()
                || place.join(".git").exists();
            if !is_folder || is_other {
                return None;
            }
        }
        Some(place.join(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A book in `docs/book` of a repository, with a chapter and files around it.
    fn read(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("docs/book");
        let all = [(".git/HEAD", ""), ("docs/book/src/SUMMARY.md", ""), ("docs/book/book.toml", "")];
        for (path, text) in all.iter().chain(files) {
            let place = folder.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path().join("a.rs"), folder.path().join("link.rs")).unwrap();
            std::os::unix::fs::symlink(folder.path().join("inner"), folder.path().join("linked")).unwrap();
        }
        let content = root.join("src");
        let mut sources = Sources::default();
        for (path, _) in all.iter().chain(files).filter(|(path, _)| path.starts_with("docs/book/")) {
            let file = SourceFile::new(fs::read(folder.path().join(path)).unwrap());
            match path.strip_prefix("docs/book/src/") {
                Some(inner) => drop(sources.files.insert(SourcePath::new(inner), file)),
                None => drop(sources.project.insert(path["docs/book/".len()..].to_owned(), file)),
            }
        }
        super::read((&root, &content), &[root.join("public")], &mut sources);
        sources.beyond.keys().map(|path| path.as_str().to_owned()).collect()
    }

    #[test]
    fn only_files_that_are_asked_for_and_open_are_read() {
        let asked = [
            "../listings/a.rs",
            "../../../a.rs",
            "../../../../above.rs",
            "../../../link.rs",
            "../../../linked/b.rs",
            "../../../.hidden/c.rs",
            "../../../.env",
            "../../../key.pem",
            "../../../ignored.rs",
            "../public/d.rs",
            "../../../C:/e.rs",
            "../../../secrets/f.rs",
        ];
        let chapter = asked.map(|path| format!("{{{{#include {path}}}}}\n")).concat();
        let found = read(&[
            ("docs/book/src/a.md", &chapter),
            ("docs/book/listings/a.rs", "{{#include nested.rs}}"),
            ("docs/book/listings/nested.rs", ""),
            ("docs/book/listings/other.rs", ""),
            ("docs/book/public/d.rs", ""),
            ("a.rs", ""),
            ("inner/b.rs", ""),
            (".hidden/c.rs", ""),
            (".env", ""),
            ("key.pem", ""),
            ("ignored.rs", ""),
            ("C:/e.rs", ""),
            ("secrets/f.rs", ""),
            (".gitignore", "/ignored.rs\n"),
        ]);
        assert_eq!(found, ["../a.rs", "../docs/book/listings/a.rs", "../docs/book/listings/nested.rs"]);
    }

    #[test]
    fn no_file_is_read_if_there_are_audiences() {
        let chapter = ("docs/book/src/a.md", "{{#include ../a.rs}}");
        let settings = "source = \"mdbook\"\n";
        let open = read(&[chapter, ("docs/book/a.rs", ""), ("docs/book/src/handbook.toml", settings)]);
        assert_eq!(open, ["../docs/book/a.rs"]);
        let settings = format!("{settings}[audiences.managers]\n");
        assert!(read(&[chapter, ("docs/book/a.rs", ""), ("docs/book/src/handbook.toml", &settings)]).is_empty());
    }

    #[test]
    fn what_a_repository_far_above_ignores_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("1/2/3/4/5/book");
        let asked = "{{#include ../a.rs}}\n{{#include ../ignored.rs}}\n{{#include ../../above.rs}}\n";
        let files = [("book.toml", ""), ("src/SUMMARY.md", ""), ("src/a.md", asked), ("a.rs", ""), ("ignored.rs", "")];
        fs::create_dir_all(folder.path().join(".git")).unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(folder.path().join(".gitignore"), "ignored.rs\n").unwrap();
        fs::write(folder.path().join("1/2/3/4/5/above.rs"), "").unwrap();
        let mut sources = Sources::default();
        for (path, text) in files {
            fs::write(root.join(path), text).unwrap();
            let file = SourceFile::new(text.as_bytes().to_vec());
            match path.strip_prefix("src/") {
                Some(inner) => drop(sources.files.insert(SourcePath::new(inner), file)),
                None => drop(sources.project.insert(path.to_owned(), file)),
            }
        }
        super::read((&root, &root.join("src")), &[], &mut sources);
        assert_eq!(sources.beyond.keys().map(SourcePath::as_str).collect::<Vec<_>>(), ["../a.rs"]);
    }
}
