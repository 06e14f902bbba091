//! Finds a project's folders and reads everything that a site is built from.
//!
//! Input: the folder that the user named. Output: [`Project`] and [`Inputs`]. Never writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Foreign, MachineError, Why, beyond, bounded, read_content, read_file, read_many};

use crate::declare::config::FILE;
use crate::declare::generator::Generator;
use crate::declare::origin::{content_folder, folders_of_pictures, further_files};
use crate::site::theme::ThemeFiles;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::path::{SourcePath, join};
use crate::text::rule::Rule;
use crate::text::source::{SourceFile, Sources};

/// What to do about a name that can't be in a URL.
const RENAME: &str = "rename it, so that it can have an address";

/// The maximum number of folders between the folder of another generator's project and its chapters.
const MOST_ABOVE: usize = 4;

/// The folders of a handbook. Paths are as the user wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folder that the user named.
    pub root: PathBuf,
    /// The folder of the chapters.
    pub content: PathBuf,
    /// The folder of the project's themes, which doesn't have to exist. A bare folder of Markdown
    /// has none.
    pub themes: Option<PathBuf>,
    /// The default output folder.
    pub out: PathBuf,
    /// Whether the content folder is the one of another generator's project.
    pub is_foreign: bool,
}

/// Everything that a site is built from.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The files of the content folder.
    pub sources: Sources,
    /// The project's themes by name.
    pub themes: BTreeMap<String, ThemeFiles>,
    /// Findings about files that weren't read.
    pub findings: Vec<Diagnostic>,
    /// Files that belong to other programs and were skipped.
    pub foreign: Foreign,
}

impl Inputs {
    /// Lists the findings about files that exist but weren't read, if they are chapters or
    /// `handbook.toml`. The contents and links of these files are unknown.
    pub fn unread(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|finding| is_unread(finding))
    }

    /// If `handbook.toml` exists but wasn't read, returns the finding that says why. Without the
    /// file's settings, this would be a different handbook.
    pub fn without_settings(&self) -> Option<&Diagnostic> {
        let settings = SourcePath::new(FILE);
        let is_about = |finding: &&Diagnostic| matches!(&finding.place, Place::Content(path, _) if *path == settings);
        self.unread().find(is_about).filter(|_| self.sources.bytes(&settings).is_none())
    }

    /// Keeps the previous text, from `before`, of each chapter and of `handbook.toml` that couldn't
    /// be read this time.
    pub fn keep_unread(&mut self, before: &Self) {
        let kept = |finding: &Diagnostic| {
            let Place::Content(path, _) = &finding.place else { return None };
            Some((path.clone(), before.sources.files.get(path)?.clone()))
        };
        let kept: Vec<(SourcePath, SourceFile)> = self.unread().filter_map(kept).collect();
        self.sources.files.extend(kept);
    }
}

impl Project {
    /// Finds the project in `dir`. If `dir` is `.`, looks for the project that the current folder
    /// is part of, as `cargo` and `git` do.
    ///
    /// # Errors
    /// Fails if `dir` isn't a folder.
    pub fn find(dir: &Path) -> Result<Self, MachineError> {
        if dir == Path::new(".")
            && let Some(found) = std::env::current_dir().ok().and_then(|here| Self::above(&here))
        {
            return Ok(found);
        }
        Self::at(dir)
    }

    /// Finds the project whose content contains the folder `here`, if the project's root is above
    /// `here`. A bare folder of Markdown isn't a project.
    fn above(here: &Path) -> Option<Self> {
        let has = |folder: &Path, name: &str| folder.join(name).exists();
        let up = |levels: usize| if levels == 0 { PathBuf::from(".") } else { PathBuf::from_iter(vec![".."; levels]) };
        for (levels, folder) in here.ancestors().enumerate() {
            let project = |content: usize, root: usize| {
                let (content, root) = (up(content), up(root));
                let inside = |name: &str| root.join(name);
                Some(Self { content, themes: Some(inside("themes")), out: inside("public"), root, is_foreign: false })
            };
            if has(folder, FILE) {
                if let Some(root) = root_of_generator(folder) {
                    let (content, root) = (up(levels), up(levels + root));
                    return Some(Self { content, themes: None, out: root.join("public"), root, is_foreign: true });
                }
                let parent = folder.parent().filter(|_| folder.file_name().is_some_and(|name| name == "handbook"));
                // A folder that happens to be called `handbook` may itself be the root of a
                // project.
                let is_alone = [".git", "themes", "public"].iter().any(|name| has(folder, name));
                let marks =
                    [".git", ".github", ".gitlab-ci.yml", "netlify.toml", "themes", "public/.rolebook-manifest"];
                let is_part = parent.is_some_and(|parent| marks.iter().any(|name| has(parent, name)));
                return match (is_part && !is_alone, levels) {
                    (true, _) => project(levels, levels + 1),
                    (false, 0) => None,
                    (false, _) => project(levels, levels),
                };
            }
            let is_book = levels > 0 && has(folder, "book.toml") && has(folder, "src/SUMMARY.md");
            if is_book && here.strip_prefix(folder).is_ok_and(|inside| inside.starts_with("src")) {
                return project(levels - 1, levels);
            }
        }
        None
    }

    /// Finds the content: `DIR/handbook` if it contains a `handbook.toml`, an mdBook's `DIR/src`,
    /// and otherwise `DIR` itself.
    ///
    /// # Errors
    /// Fails if `DIR` isn't a folder.
    fn at(dir: &Path) -> Result<Self, MachineError> {
        fs::read_dir(dir).map_err(MachineError::new("read", dir))?;
        let root = dir.to_path_buf();
        let inside = |name: &str| if dir == Path::new(".") { PathBuf::from(name) } else { dir.join(name) };
        let themes = Some(inside("themes"));
        let content = if inside("handbook").join(FILE).is_file() {
            inside("handbook")
        } else if inside("book.toml").is_file() && inside("src").join("SUMMARY.md").is_file() {
            inside("src")
        } else if inside(FILE).is_file() {
            root.clone()
        } else {
            let content = content_of_generator(dir).map_or_else(|| root.clone(), |folder| inside(&folder));
            let is_foreign = content != root;
            return Ok(Self { content, out: PathBuf::from("public"), root, themes: None, is_foreign });
        };
        Ok(Self { content, out: inside("public"), root, themes, is_foreign: false })
    }

    /// Returns the default title of a handbook: the name of its folder.
    pub fn title(&self) -> String {
        let real = fs::canonicalize(&self.root).unwrap_or_else(|_| self.root.clone());
        let name = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let title = crate::chapter::parse::humanise(&name);
        if title.is_empty() { "Handbook".to_owned() } else { title }
    }

    /// Reads the themes and the content, skipping `out`.
    ///
    /// # Errors
    /// Fails if the content folder can't be read. A single unreadable file becomes a finding.
    pub fn read(&self, out: &Path) -> Result<Inputs, MachineError> {
        let skip: Vec<PathBuf> = std::iter::once(out.to_path_buf()).chain(self.themes.clone()).collect();
        let mut inputs = Inputs::default();
        (inputs.sources, inputs.findings, inputs.foreign) = read_folder(&self.content, &skip)?;
        inputs.sources.project = self.marks(&inputs.sources);
        self.mount(&skip, &mut inputs.sources);
        self.read_reused(&skip, &mut inputs.sources);
        self.read_pictures(&skip, &mut inputs.sources);
        beyond::read((&self.root, &self.content), &skip, &mut inputs.sources);
        if Generator::of(&inputs.sources) == Some(Generator::MkDocs) {
            self.read_pages(&mut inputs.sources);
        }
        inputs.themes = self.read_themes(&mut inputs.findings)?;
        Ok(inputs)
    }

    /// Reads the files and folders of the project by which other generators are recognized.
    fn marks(&self, sources: &Sources) -> BTreeMap<String, SourceFile> {
        let is_content = self.content == self.root;
        let read = |path: &'static str| {
            if let Some(file) = sources.files.get(&SourcePath::new(path)).filter(|_| is_content) {
                return Some((path.to_owned(), file.clone()));
            }
            let is_folder = self.root.join(path).is_dir();
            let bytes = if is_folder { Vec::new() } else { read_file(&self.root, &SourcePath::new(path)).ok()? };
            Some((path.to_owned(), SourceFile::new(bytes)))
        };
        Generator::marks().chain(further_files()).filter_map(read).collect()
    }

    /// Reads the hidden files in which `MkDocs` puts the chapters of a folder in order.
    fn read_pages(&self, sources: &mut Sources) {
        let folders = sources.chapters().flat_map(|(path, _)| path.folders());
        let folders: BTreeSet<String> = folders.map(str::to_owned).collect();
        for folder in folders {
            let name = join(&folder, ".pages").unwrap_or_default();
            if let Ok(bytes) = read_file(&self.content, &SourcePath::new(name.as_str())) {
                sources.project.insert(name, SourceFile::new(bytes));
            }
        }
    }

    /// Adds the files of another generator's static folder, if it is next to the content folder, and
    /// of the hidden folder in which `GitBook` keeps pictures.
    fn mount(&self, skip: &[PathBuf], sources: &mut Sources) {
        let of_generator = Generator::of(sources).and_then(Generator::static_folder);
        let of_generator = of_generator.filter(|_| self.content != self.root && self.is_foreign);
        for name in of_generator.into_iter().chain([".gitbook/assets"]) {
            let places = [self.root.join(name), self.content.join(name)];
            let is_other = |place: &&PathBuf| place.is_dir() && !place.join(super::manifest::MANIFEST).is_file();
            let Some(place) = places.iter().find(is_other) else { continue };
            let Ok((found, ..)) = read_folder(place, skip) else { continue };
            for (path, file) in found.files.into_iter().filter(|(path, _)| !path.is_chapter()) {
                sources.files.entry(SourcePath::new(format!("{name}/{path}"))).or_insert(file);
            }
        }
    }

    /// Reads the hidden folder in which `GitBook` keeps the Markdown that several chapters insert.
    fn read_reused(&self, skip: &[PathBuf], sources: &mut Sources) {
        let name = ".gitbook/includes";
        let Some(place) = folder_inside(&self.content, name) else { return };
        let Ok((found, ..)) = read_folder(&place, skip) else { return };
        sources.project.extend(found.files.into_iter().map(|(path, file)| (format!("{name}/{path}"), file)));
    }

    /// Reads the pictures and downloads that another generator keeps outside of the content folder.
    fn read_pictures(&self, skip: &[PathBuf], sources: &mut Sources) {
        if self.content == self.root || !self.is_foreign {
            return;
        }
        let Some(generator) = Generator::of(sources) else { return };
        for (folder, at) in folders_of_pictures(generator, &|path| sources.mark(path)) {
            let Some(place) = folder_inside(&self.root, &folder).filter(|place| !is_around(place, &self.content))
            else {
                continue;
            };
            let Ok((found, ..)) = read_folder(&place, skip) else { continue };
            for (path, file) in found.files.into_iter().filter(|(path, _)| is_picture(path)) {
                let path = SourcePath::new(join(&at, path.as_str()).unwrap_or_default());
                if !sources.files.contains_key(&path) {
                    sources.outside.insert(path.clone());
                    sources.files.insert(path, file);
                }
            }
        }
    }

    fn read_themes(&self, findings: &mut Vec<Diagnostic>) -> Result<BTreeMap<String, ThemeFiles>, MachineError> {
        let mut themes = BTreeMap::new();
        let entries = self.themes.as_ref().and_then(|folder| fs::read_dir(folder).ok());
        let Some(entries) = entries else { return Ok(themes) };
        for entry in entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let (sources, found, _) = read_folder(&entry.path(), &[])?;
            findings.extend(found.into_iter().map(|finding| in_theme(finding, &name)));
            let files = sources.files.into_iter().map(|(path, file)| (path.as_str().to_owned(), file.bytes));
            themes.insert(name.clone(), ThemeFiles { name, files: files.collect() });
        }
        Ok(themes)
    }
}

/// Returns how many folders above `content` another generator's project is whose chapters are in it.
fn root_of_generator(content: &Path) -> Option<usize> {
    let is_root = |above: &Path| content_of_generator(above).is_some_and(|inside| above.join(inside) == content);
    (1..=MOST_ABOVE).zip(content.ancestors().skip(1)).find(|(_, above)| is_root(above)).map(|(levels, _)| levels)
}

/// Returns the folder with the chapters of another generator's project, if it contains any. If the
/// project has a home page of its own that isn't a README, all of it is the content.
fn content_of_generator(dir: &Path) -> Option<String> {
    let names: Vec<&str> = Generator::marks().filter(|path| dir.join(path).exists()).collect();
    let bytes = |path: &&str| read_file(dir, &SourcePath::new(*path)).unwrap_or_default();
    let marks: BTreeMap<&str, Vec<u8>> = names.iter().map(|path| (*path, bytes(path))).collect();
    let mark = |path: &str| marks.get(path).map(Vec::as_slice);
    let folders = content_folder(Generator::found(mark)?, &mark);
    let is_usable = |folder: &&String| {
        let place = dir.join(folder);
        let is_inside = !folder.is_empty() && join("", folder).as_deref() == Some(folder);
        let has = |place: &Path, names: &[&str]| names.iter().any(|name| place.join(name).is_file());
        let is_home = has(dir, &["index.md"]) && !has(&place, &["index.md", "README.md", "_index.md", "index.mdx"]);
        is_inside && place.is_dir() && !place.is_symlink() && !is_home
    };
    folders.iter().find(is_usable).cloned()
}

/// Returns a folder below `root` if no part of the way to it is a link.
fn folder_inside(root: &Path, name: &str) -> Option<PathBuf> {
    let mut place = root.to_path_buf();
    for part in Path::new(name) {
        place.push(part);
        fs::symlink_metadata(&place).ok().filter(fs::Metadata::is_dir)?;
    }
    (place != root && !place.join(super::manifest::MANIFEST).is_file()).then_some(place)
}

/// Returns whether a folder is the content folder, or contains it.
fn is_around(place: &Path, content: &Path) -> bool {
    match (fs::canonicalize(place), fs::canonicalize(content)) {
        (Ok(place), Ok(content)) => content.starts_with(place),
        _ => true,
    }
}

/// Returns whether a file is a picture or a document that pages link to.
fn is_picture(path: &SourcePath) -> bool {
    let endings = ["png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "pdf", "mp4", "webm"];
    endings.contains(&path.extension().to_ascii_lowercase().as_str())
}

/// Changes a finding in a theme's folder so that its place is relative to that theme.
fn in_theme(finding: Diagnostic, name: &str) -> Diagnostic {
    match finding.place {
        Place::Content(path, span) => Diagnostic { place: Place::Theme(format!("{name}/{path}"), span), ..finding },
        _ => finding,
    }
}

/// Reads the files of a folder. Unreadable files become findings.
fn read_folder(root: &Path, skip: &[PathBuf]) -> Result<(Sources, Vec<Diagnostic>, Foreign), MachineError> {
    let walk = read_content(root, skip)?;
    let mut findings: Vec<Diagnostic> =
        walk.left_out.iter().map(|left| left_out(&SourcePath::new(left.name.as_str()), &left.why)).collect();
    let paths = walk.files;
    findings.extend(paths.iter().filter_map(unportable));
    let read = read_many(root, &paths);
    for (path, error) in &read.failed {
        findings.push(unread(path, error));
    }
    let files = read.files.into_par_iter().map(|(path, bytes)| (path, SourceFile::new(Arc::<[u8]>::from(bytes))));
    let files: Vec<(SourcePath, SourceFile)> = files.collect();
    let left_out = walk.left_out.iter().map(|left| SourcePath::new(left.name.as_str()));
    let unread = left_out.chain(read.failed.into_iter().map(|(path, _)| path));
    let unread_indexes = unread.filter(SourcePath::is_named_like_index).collect();
    Ok((Sources { files: files.into_iter().collect(), unread_indexes, ..Sources::default() }, findings, walk.foreign))
}

/// Returns whether a finding is about a chapter or `handbook.toml` that exists but wasn't read.
pub fn is_unread(finding: &Diagnostic) -> bool {
    match &finding.place {
        Place::Content(path, _) => matches!(finding.code, Rule::TooLarge | Rule::Unreadable) && bounded::is_text(path),
        _ => false,
    }
}

/// Explains why a file wasn't read. If a file that Rolebook doesn't parse is too large, it is only
/// left out: anything that refers to it gets its own finding.
fn unread(path: &SourcePath, error: &MachineError) -> Diagnostic {
    let make = |code: Rule, message: String| Diagnostic::new(code, path, None, message);
    let megabytes = bounded::limit(path) >> 20;
    if error.source.kind() != io::ErrorKind::FileTooLarge {
        return make(Rule::Unreadable, format!("this file could not be read: {}", super::reason(&error.source)));
    }
    if !bounded::is_text(path) {
        return make(
            Rule::LeftOut,
            format!("this file is larger than {megabytes} MB; it is not read and not published"),
        )
        .help("host it elsewhere and link to its address there, or make it smaller");
    }
    make(Rule::TooLarge, format!("this file is larger than {megabytes} MB and was not read")).help(
        if path.is_chapter() {
            "split it into several chapters, or remove it from the content folder"
        } else {
            "replace it with a smaller `handbook.toml` that contains only settings"
        },
    )
}

/// Warns about a name that can't exist in a checkout on Windows.
fn unportable(path: &SourcePath) -> Option<Diagnostic> {
    let Some(part) = path.unportable_part() else {
        let make = |message: &str| Diagnostic::new(Rule::UnportableName, path, None, message);
        let finding = || make("this path is so long that many programs on Windows can't open the file");
        return path.is_long_on_windows().then(|| finding().help("shorten the names of its folders"));
    };
    let message = format!("`{part}` is not a valid file name on Windows");
    let help = "rename it: no `< > : \" | ? * \\`, no dot or space at the end, no device such as `con` or `nul`";
    Some(Diagnostic::new(Rule::UnportableName, path, None, message).help(help))
}

fn left_out(path: &SourcePath, why: &Why) -> Diagnostic {
    let (message, help) = match why {
        Why::Link => {
            ("this is a symbolic link, and links are not followed", Some("put the file itself into the content folder"))
        }
        Why::Copy => (
            "this is a copy that an editor or a merge left; it is not published",
            Some("delete it, or give it another name"),
        ),
        Why::SavedAsText => (
            "this looks like a chapter that was saved as text; it is not published",
            Some("take `.txt` off its name, or delete it"),
        ),
        Why::Special => ("this isn't a regular file", None),
        Why::NotUtf8 => ("the name of this file is not UTF-8", Some(RENAME)),
        Why::Control => ("the name of this file contains a control character", Some(RENAME)),
        Why::Unreadable(error) => {
            let message = format!("this could not be read: {}", super::reason(&error.source));
            return Diagnostic::new(Rule::Unreadable, path, None, message);
        }
    };
    Diagnostic::new(Rule::LeftOut, path, None, message).maybe_help(help.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_could_not_be_read_is_unread() {
        let finding = |rule, path: &str| Diagnostic::new(rule, &SourcePath::new(path), None, "x");
        assert!(is_unread(&finding(Rule::TooLarge, "a.md")));
        assert!(!is_unread(&finding(Rule::Unreadable, "a.png")));
        assert!(!is_unread(&finding(Rule::DeadLink, "a.md")));
    }
}
