//! Walks the content folder and reads its files.
//!
//! Input: the root of the content. Output: the files of the handbook in sorted order, the files and
//! folders that were left out and why, and the bytes of files. Never follows a link below the root,
//! never opens a pipe or device, and never writes.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::{Leftover, MachineError, bounded, leftover};
use crate::declare::withheld;
use crate::text::path::SourcePath;

/// The result of a walk.
#[derive(Debug, Default)]
pub struct Walk {
    /// The paths of the files relative to the content root, sorted.
    pub files: Vec<SourcePath>,
    /// The files and folders that an author might miss, sorted by name. Dotfiles, and paths that
    /// the caller asked to skip, aren't included.
    pub left_out: Vec<LeftOut>,
    /// Counts of files and folders that no one intends to publish.
    pub foreign: Foreign,
}

/// The number of files and folders that are neither read nor listed, because they belong to
/// programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// Folders of dependencies, such as `node_modules`.
    pub dependencies: usize,
    /// Folders that Rolebook wrote a site to.
    pub outputs: usize,
    /// Files of settings or secrets, such as `.env`.
    pub secrets: usize,
}

/// The only dot folder that is published (RFC 8615).
const WELL_KNOWN: &str = ".well-known";

/// The reason why a folder isn't walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closed {
    /// The name of the folder starts with a dot.
    Dot,
    /// The folder contains dependencies, or files that a program can generate again.
    Dependencies,
    /// The folder contains a site that Rolebook wrote.
    Output,
}

/// Returns the reason why a folder below the content root isn't walked, or `None` if it is walked.
/// `relative` is the path of the folder from the root.
fn closed(place: &Path, relative: &Path) -> Option<Closed> {
    let path = relative.to_string_lossy().replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.starts_with('.') {
        return (path != WELL_KNOWN).then_some(Closed::Dot);
    }
    if place.join(super::manifest::MANIFEST).is_file() {
        return Some(Closed::Output);
    }
    // Virtual environments and cache directories (bford.info/cachedir) can have any name, but
    // contain a file that identifies them.
    let says = |file: &str| place.join(file).is_file();
    let is_made = withheld::is_dependencies(&path) || says("pyvenv.cfg") || says("CACHEDIR.TAG");
    is_made.then_some(Closed::Dependencies)
}

/// Returns whether the walk skips a path below the content root without reporting that.
pub fn is_passed_over(root: &Path, path: &SourcePath) -> bool {
    let folders = Path::new(path.folder()).ancestors().filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name();
    let is_own = leftover(name).is_some();
    let has_dot = name.starts_with('.');
    is_own
        || has_dot && path.folder() != WELL_KNOWN
        || folders.into_iter().any(|folder| closed(&root.join(folder), folder).is_some())
}

/// A file or folder in the content folder that isn't read.
#[derive(Debug)]
pub struct LeftOut {
    /// The path from the content root, with `�` in place of bytes that aren't UTF-8.
    pub name: String,
    /// The reason why it isn't read.
    pub why: Why,
}

/// The reason why a file or folder isn't read.
#[derive(Debug)]
pub enum Why {
    /// A symbolic link, which could lead out of the content.
    Link,
    /// A pipe, a socket or a device.
    Special,
    /// A file or folder whose name isn't UTF-8 and so can't be in a URL.
    NotUtf8,
    /// A file or folder whose name contains a control character and so can't be shown in a list or
    /// a URL.
    Control,
    /// A copy that an editor or a merge left behind. The copy may contain text that the original no
    /// longer contains.
    Copy,
    /// A chapter that an editor saved with `.txt` appended to its name.
    SavedAsText,
    /// A file or folder that the operating system can't read.
    Unreadable(MachineError),
}

/// Walks the content folder at `root`, leaving out dotfiles, dot folders other than `.well-known`,
/// folders of dependencies, sites that Rolebook wrote, what programs leave behind (see `leftover`)
/// and the paths in `skip`.
///
/// `root` itself may be a link, but links below it aren't followed. A path in `skip` that doesn't
/// exist is ignored.
///
/// # Errors
/// Fails if `root` isn't a readable folder. Anything below it that can't be read is in
/// [`Walk::left_out`].
pub fn read_content(root: &Path, skip: &[PathBuf]) -> Result<Walk, MachineError> {
    let real = fs::canonicalize(root).map_err(MachineError::new("read", root))?;
    fs::read_dir(&real).map_err(MachineError::new("read", root))?;
    let skip: Vec<PathBuf> = skip.iter().filter_map(|place| fs::canonicalize(place).ok()).collect();
    let mut walk = Walk::default();
    let mut entries = WalkDir::new(&real).min_depth(1).into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unreadable(error, &real, root, &mut walk);
                continue;
            }
        };
        let is_folder = entry.file_type().is_dir();
        if skip.iter().any(|place| place == entry.path()) || is_foreign(&entry, &real, &mut walk.foreign) {
            if is_folder {
                entries.skip_current_dir();
            }
            continue;
        }
        sort_out(&entry, &real, &mut walk);
    }
    walk.files.sort_unstable();
    walk.left_out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(walk)
}

/// Returns whether an entry belongs to a program, and counts it.
fn is_foreign(entry: &walkdir::DirEntry, real: &Path, foreign: &mut Foreign) -> bool {
    let Ok(relative) = entry.path().strip_prefix(real) else { return true };
    if entry.file_type().is_dir() {
        let closed = closed(entry.path(), relative);
        foreign.dependencies += usize::from(closed == Some(Closed::Dependencies));
        foreign.outputs += usize::from(closed == Some(Closed::Output));
        return closed.is_some();
    }
    let name = entry.file_name().to_string_lossy();
    if entry.path_is_symlink() && withheld::is_dependencies(&relative.to_string_lossy().replace('\\', "/")) {
        foreign.dependencies += 1;
        return true;
    }
    if name.starts_with('.') && relative.parent() != Some(Path::new(WELL_KNOWN)) {
        foreign.secrets += usize::from(withheld::is_secret(&name));
        return true;
    }
    false
}

/// Adds an entry to the files, or to the list of files and folders that are left out.
fn sort_out(entry: &walkdir::DirEntry, real: &Path, walk: &mut Walk) {
    let Ok(relative) = entry.path().strip_prefix(real) else { return };
    let kind = entry.file_type();
    let (name, above) = (source_path(relative), relative.parent().and_then(source_path));
    let left = if kind.is_file() { leftover(&entry.file_name().to_string_lossy()) } else { None };
    let why = match (&name, entry.metadata()) {
        _ if left == Some(Leftover::Own) => return,
        _ if left == Some(Leftover::Copy) => Why::Copy,
        _ if left == Some(Leftover::SavedAsText) => Why::SavedAsText,
        _ if kind.is_symlink() => Why::Link,
        // Report a folder once for everything in it.
        (None, _) if above.is_none() => return,
        (None, _) => Why::NotUtf8,
        (Some(path), _) if path.as_str().contains(char::is_control) => {
            if above.is_some_and(|folder| folder.as_str().contains(char::is_control)) {
                return;
            }
            Why::Control
        }
        (Some(path), _) if kind.is_dir() && path.is_index() => Why::Special,
        _ if kind.is_dir() => return,
        _ if !kind.is_file() => Why::Special,
        (Some(path), Ok(_)) => return walk.files.push(path.clone()),
        (Some(_), Err(error)) => match error.into_io_error() {
            Some(error) if error.kind() == io::ErrorKind::NotFound => return,
            Some(error) => Why::Unreadable(MachineError::new("read", entry.path())(error)),
            None => return,
        },
    };
    walk.left_out.push(LeftOut { name: relative.to_string_lossy().into_owned(), why });
}

/// Records a folder that can't be listed, unless it vanished in the meantime.
fn unreadable(error: walkdir::Error, real: &Path, root: &Path, walk: &mut Walk) {
    let relative =
        error.path().and_then(|path| path.strip_prefix(real).ok()).map(Path::to_path_buf).unwrap_or_default();
    if let Some(error) = error.into_io_error().filter(|error| error.kind() != io::ErrorKind::NotFound) {
        let why = Why::Unreadable(MachineError::new("read", &root.join(&relative))(error));
        walk.left_out.push(LeftOut { name: relative.to_string_lossy().into_owned(), why });
    }
}

/// Converts a relative path on disk to a [`SourcePath`]. Returns `None` if a component isn't UTF-8.
fn source_path(relative: &Path) -> Option<SourcePath> {
    let mut path = String::with_capacity(relative.as_os_str().len());
    for part in relative.components() {
        let Component::Normal(part) = part else { return None };
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(part.to_str()?);
    }
    Some(SourcePath::new(path))
}

/// Reads one file of the content folder.
///
/// # Errors
/// Fails if the file doesn't exist, isn't a regular file, is too large (see `bounded`), or can't be
/// read.
pub fn read_file(root: &Path, path: &SourcePath) -> Result<Vec<u8>, MachineError> {
    let place = root.join(path.as_str());
    bounded::read_at_most(&place, bounded::limit(path)).map_err(MachineError::new("read", &place))
}

/// Reads one file that may have changed. Like the walk, doesn't follow links, not even a link in
/// place of a folder on the way.
///
/// # Errors
/// Fails if the file doesn't exist or can't be read.
pub fn read_inside(root: &Path, path: &SourcePath) -> Result<Vec<u8>, MachineError> {
    let mut folder = root.to_path_buf();
    for part in Path::new(path.folder()) {
        folder.push(part);
        let is_folder = fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir());
        if !is_folder {
            let error = io::Error::new(io::ErrorKind::NotFound, "it lies in no folder of the content");
            return Err(MachineError::new("read", &root.join(path.as_str()))(error));
        }
    }
    read_file(root, path)
}

/// The result of reading many files. Each list is in the order of the paths.
#[derive(Debug, Default)]
pub struct Read {
    /// The files that were read.
    pub files: Vec<(SourcePath, Vec<u8>)>,
    /// The files that couldn't be read.
    pub failed: Vec<(SourcePath, MachineError)>,
}

/// Reads files of the content folder in parallel. Ignores files that no longer exist.
pub fn read_many(root: &Path, paths: &[SourcePath]) -> Read {
    let results: Vec<_> = paths.par_iter().with_min_len(16).map(|path| read_file(root, path)).collect();
    let mut read = Read::default();
    for (path, result) in paths.iter().zip(results) {
        match result {
            Ok(bytes) => read.files.push((path.clone(), bytes)),
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => {}
            Err(error) => read.failed.push((path.clone(), error)),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    fn names(walk: &Walk) -> Vec<&str> {
        walk.files.iter().map(SourcePath::as_str).collect()
    }

    #[test]
    fn files_come_sorted_by_path_without_dotfiles() {
        let folder = folder(&["b.md", "a/z.md", "a-b.md", "a.md", ".git/config", ".hidden", "a/.x/y.md"]);
        let walk = read_content(folder.path(), &[]).unwrap();
        assert_eq!(names(&walk), ["a-b.md", "a.md", "a/z.md", "b.md"]);
        assert!(walk.left_out.is_empty());
    }

    #[test]
    fn a_skipped_place_is_left_out_however_it_is_written() {
        let folder = folder(&["a.md", "public/index.html", "publicity/b.md"]);
        let skip = [folder.path().join("publicity/../public"), folder.path().join("not-there")];
        assert_eq!(names(&read_content(folder.path(), &skip).unwrap()), ["a.md", "publicity/b.md"]);
    }

    #[test]
    fn a_root_with_a_dot_in_front_is_walked() {
        let folder = folder(&[".notes/a.md"]);
        assert_eq!(names(&read_content(&folder.path().join(".notes"), &[]).unwrap()), ["a.md"]);
    }

    #[test]
    fn a_missing_root_is_an_error() {
        let folder = folder(&["file"]);
        assert!(read_content(&folder.path().join("nowhere"), &[]).is_err());
        assert!(read_content(&folder.path().join("file"), &[]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_sockets_and_odd_names_are_named_and_not_read() {
        use std::os::unix::ffi::OsStrExt;
        let folder = folder(&["a.md"]);
        let root = folder.path();
        std::os::unix::fs::symlink("/etc", root.join("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
        let odd = root.join(std::ffi::OsStr::from_bytes(b"odd\xff"));
        fs::create_dir(&odd).unwrap();
        fs::write(odd.join("b.md"), "").unwrap();
        let walk = read_content(root, &[]).unwrap();
        assert_eq!(names(&walk), ["a.md"]);
        let left: Vec<_> = walk.left_out.iter().map(|left| left.name.as_str()).collect();
        assert_eq!(left, ["link", "odd\u{fffd}", "socket"]);
        assert!(matches!(walk.left_out[0].why, Why::Link));
        assert!(matches!(walk.left_out[1].why, Why::NotUtf8));
        assert!(matches!(walk.left_out[2].why, Why::Special));
        assert!(read_file(root, &SourcePath::new("socket")).is_err());
    }

    #[test]
    fn a_file_that_vanished_is_left_out_and_a_bad_one_is_reported() {
        let folder = folder(&["a.md", "c/d.md"]);
        let paths = ["a.md", "b.md", "c", "c/d.md"].map(SourcePath::new);
        let read = read_many(folder.path(), &paths);
        assert_eq!(read.files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["a.md", "c/d.md"]);
        assert_eq!(read.files[1].1, b"c/d.md");
        assert_eq!(read.failed[0].0.as_str(), "c");
        assert!(read.failed[0].1.to_string().ends_with("c`: it is not a regular file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_with_a_control_character_is_named_once_and_never_read() {
        let folder = folder(&["a.md", "b\n.md", "c\u{1b}[2J/d.md", "c\u{1b}[2J/e/f\t.md"]);
        let walk = read_content(folder.path(), &[]).unwrap();
        assert_eq!(names(&walk), ["a.md"]);
        let left: Vec<_> = walk.left_out.iter().map(|left| left.name.as_str()).collect();
        assert_eq!(left, ["b\n.md", "c\u{1b}[2J"]);
        assert!(walk.left_out.iter().all(|left| matches!(left.why, Why::Control)));
    }

    #[test]
    fn what_programs_leave_is_passed_over_and_copies_are_named() {
        let folder = folder(&["a.md", "a.md~", "b/.c.md.swp", "b/c.md.swp", "a.md.orig", "b/c.md.txt", "d.tmp/e.md"]);
        let walk = read_content(folder.path(), &[]).unwrap();
        assert_eq!(names(&walk), ["a.md", "d.tmp/e.md"]);
        let left: Vec<_> = walk.left_out.iter().map(|left| left.name.as_str()).collect();
        assert_eq!(left, ["a.md.orig", "b/c.md.txt"]);
        assert!(matches!(walk.left_out[0].why, Why::Copy) && matches!(walk.left_out[1].why, Why::SavedAsText));
    }
}
