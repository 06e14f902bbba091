//! Finds the repository that a folder is in, without running Git.
//!
//! Input: the content folder as an absolute path. Output: [`Place`]. Recognizes a repository only
//! by an entry called `.git`. Git would also accept any folder that contains `HEAD`, `objects` and
//! `refs`, but anyone could propose such a folder as content.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Missing;

/// The maximum number of bytes to read from a `.git` file.
const LONGEST: u64 = 16 * 1024;

/// A repository on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The directory that contains `.git`.
    pub top: PathBuf,
    /// The directory with the configuration and the references.
    pub repository: PathBuf,
}

impl Place {
    /// Walks up from `content` to the first directory with a `.git` entry.
    ///
    /// # Errors
    /// Fails if there is no such directory, or if the entry doesn't lead to a repository.
    pub fn around(content: &Path) -> Result<Self, Missing> {
        let top = content.ancestors().find(|folder| fs::symlink_metadata(folder.join(".git")).is_ok());
        let top = top.ok_or(Missing::Repository)?;
        let entry = top.join(".git");
        let repository = if entry.is_file() { follow(&entry)? } else { entry.clone() };
        if !is_repository(&repository) {
            return Err(Missing::Broken("`.git` is not a repository".to_owned()));
        }
        let repository = real(&repository);
        // The `.git` file of a real work tree or submodule never points to a folder in the content.
        if repository.starts_with(content) && repository != content.join(".git") {
            return Err(Missing::Broken("`.git` leads into the content folder".to_owned()));
        }
        Ok(Self { top: top.to_path_buf(), repository })
    }

    /// Returns the directory that all work trees of the repository share. It contains the
    /// configuration and says whether the clone is shallow.
    pub fn common(&self) -> PathBuf {
        let mut text = String::new();
        let opened = File::open(self.repository.join("commondir"));
        match opened.and_then(|file| file.take(LONGEST).read_to_string(&mut text)) {
            Ok(_) => self.repository.join(text.trim_end_matches(['\n', '\r'])),
            Err(_) => self.repository.clone(),
        }
    }
}

/// Reads a `.git` file (`gitdir: PATH`). Work trees and submodules have such a file instead of a
/// directory.
fn follow(file: &Path) -> Result<PathBuf, Missing> {
    let lost = || Missing::Broken("the file `.git` does not name a repository".to_owned());
    let mut text = String::new();
    let opened = File::open(file).map_err(|_| lost())?;
    opened.take(LONGEST).read_to_string(&mut text).map_err(|_| lost())?;
    let named = text.strip_prefix("gitdir:").ok_or_else(lost)?.trim();
    let folder = file.parent().ok_or_else(lost)?;
    if named.is_empty() { Err(lost()) } else { Ok(folder.join(named)) }
}

/// Returns whether a directory contains the parts of a repository, or a `commondir` file that
/// points to a shared one.
fn is_repository(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_dir();
    fs::symlink_metadata(folder.join("HEAD")).is_ok()
        && ((has("objects") && has("refs")) || folder.join("commondir").is_file())
}

/// Returns the absolute path of a file, with links resolved. On Windows, doesn't resolve links,
/// because Git can't handle the form in which Windows returns such paths.
pub fn real(path: &Path) -> PathBuf {
    let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    if cfg!(windows) { absolute() } else { std::fs::canonicalize(path).unwrap_or_else(|_| absolute()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_looks_like_a_repository_is_none_and_a_git_file_may_not_lead_among_the_chapters() {
        let folder = tempfile::tempdir().unwrap();
        let root = real(folder.path());
        let make = |place: &Path| {
            for name in ["objects", "refs"] {
                fs::create_dir_all(place.join(name)).unwrap();
            }
            fs::write(place.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        };
        let content = root.join("ours/handbook");
        make(&content);
        assert_eq!(Place::around(&content.join("roles")), Err(Missing::Repository));
        make(&root.join("ours/.git"));
        let place = Place::around(&content).unwrap();
        assert_eq!((place.top, place.repository), (root.join("ours"), root.join("ours/.git")));
        fs::write(content.join(".git"), "gitdir: assets\n").unwrap();
        make(&content.join("assets"));
        assert!(matches!(Place::around(&content), Err(Missing::Broken(_))));
        make(&root.join("shared/worktrees/x"));
        fs::write(content.join(".git"), "gitdir: ../../shared/worktrees/x\n").unwrap();
        assert_eq!(Place::around(&content).unwrap().repository, root.join("shared/worktrees/x"));
        for text in ["gitdir:\n", "nonsense", "gitdir: nowhere\n"] {
            fs::write(content.join(".git"), text).unwrap();
            assert!(matches!(Place::around(&content), Err(Missing::Broken(_))), "{text}");
        }
    }

    #[test]
    fn a_folder_with_objects_and_no_references_is_no_repository() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        fs::create_dir_all(git.join("objects")).unwrap();
        fs::write(git.join("HEAD"), "ref: refs/heads/main").unwrap();
        assert!(!is_repository(&git));
        fs::create_dir_all(git.join("refs")).unwrap();
        assert!(is_repository(&git));
    }
}
