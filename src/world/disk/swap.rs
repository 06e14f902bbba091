//! Renames files without overwriting anything. The writer of authors' files is built from these few
//! operations.
//!
//! Input: two paths. Output: the two files exchanged, or one renamed to a free name. Never deletes
//! a text: every file that had a name before has one afterward.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::identity;

/// The way in which two files are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// Swaps in one step, if the operating system and file system support it.
    AtOnce,
    /// Swaps by way of a temporary third name. For a moment, no file exists under the original
    /// name.
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "only tests ask for it; else it is what remains where the system can't")
    )]
    Aside,
}

/// Renames `from` to `to`, which must be free.
///
/// # Errors
/// Returns [`io::ErrorKind::AlreadyExists`] if `to` isn't free, or an error of the operating
/// system.
pub fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    // On file systems that ignore case, `to` seems to be taken if only the case of the file's name
    // changes.
    if same_file(from, to) && !fs::symlink_metadata(from)?.is_symlink() && from != to && folds_alike(from, to) {
        return fs::rename(from, to);
    }
    let place = TempPath::try_from_path(from)?;
    place.persist_noclobber(to).map_err(|failed| {
        // Dropping the path would delete the file.
        let _ = failed.path.keep();
        failed.error
    })
}

/// Returns whether two names differ only in case or Unicode normalization.
fn folds_alike(one: &Path, other: &Path) -> bool {
    crate::text::path::fold(&one.to_string_lossy()) == crate::text::path::fold(&other.to_string_lossy())
}

/// Returns whether two paths are the same file. On systems where files have no identity, compares
/// the canonical paths, because there is nothing better.
pub fn same_file(one: &Path, other: &Path) -> bool {
    if cfg!(not(unix)) {
        return fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other));
    }
    let identity = |place| fs::symlink_metadata(place).ok().and_then(|metadata| identity(&metadata));
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

/// Returns the third name, which an exchange in several steps uses.
pub fn aside(swap: &Path) -> PathBuf {
    swap.with_extension("aside")
}

/// Exchanges the file at `place` with the one at `swap`.
///
/// # Errors
/// Fails if one of the files doesn't exist, if a file was created at `place` in the middle of an
/// exchange in several steps (that file is kept), or if the operating system reports an error.
pub fn exchange(swap: &Path, place: &Path, how: Swap) -> io::Result<()> {
    if how == Swap::AtOnce
        && let Some(done) = at_once(swap, place)
    {
        return done;
    }
    let third = aside(swap);
    rename_to_free(place, &third)?;
    if let Err(error) = rename_to_free(swap, place) {
        // If someone created a file at `place` in the meantime, that file is newer. It keeps the
        // name, and the older text stays at the third name.
        let _ = rename_to_free(&third, place);
        return Err(error);
    }
    rename_to_free(&third, swap)
}

/// Completes an [`exchange`] in several steps that was killed, so that the file has its name again.
pub fn settle(swap: &Path, place: &Path) {
    let third = aside(swap);
    if !fs::exists(&third).unwrap_or(false) {
        return;
    }
    // Before the second step, the name `place` is free. After it, the new file is at `place` and
    // the name `swap` is free.
    if rename_to_free(&third, place).is_err() {
        let _ = rename_to_free(&third, swap);
    }
}

/// Exchanges two files in one step. Returns `None` if the operating system or the file system
/// doesn't support it.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn at_once(swap: &Path, place: &Path) -> Option<io::Result<()>> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, swap, CWD, place, RenameFlags::EXCHANGE) {
        Ok(()) => Some(Ok(())),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => None,
        Err(error) => Some(Err(error.into())),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn at_once(_: &Path, _: &Path) -> Option<io::Result<()>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_change_places_in_one_step_and_in_three() {
        for how in [Swap::AtOnce, Swap::Aside] {
            let folder = tempfile::tempdir().unwrap();
            let (swap, place) = (folder.path().join("0.swap"), folder.path().join("a.md"));
            fs::write(&swap, "new").unwrap();
            fs::write(&place, "old").unwrap();
            exchange(&swap, &place, how).unwrap();
            assert_eq!((fs::read(&swap).unwrap(), fs::read(&place).unwrap()), (b"old".to_vec(), b"new".to_vec()));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
            fs::remove_file(&place).unwrap();
            assert_eq!(exchange(&swap, &place, how).unwrap_err().kind(), io::ErrorKind::NotFound);
            assert_eq!(fs::read(&swap).unwrap(), b"old");
        }
    }

    #[test]
    fn a_file_that_is_in_the_way_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&from, "a").unwrap();
        fs::write(&to, "b").unwrap();
        assert_eq!(rename_to_free(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&from).unwrap(), fs::read(&to).unwrap()), (b"a".to_vec(), b"b".to_vec()));
        rename_to_free(&to, &folder.path().join("c")).unwrap();
        rename_to_free(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"a");
    }

    #[test]
    fn an_exchange_in_steps_that_was_killed_gives_the_file_its_name_back() {
        let folder = tempfile::tempdir().unwrap();
        let (swap, place) = (folder.path().join("0.swap"), folder.path().join("a.md"));
        // Killed after the first step.
        fs::write(&swap, "new").unwrap();
        fs::write(aside(&swap), "old").unwrap();
        settle(&swap, &place);
        assert_eq!((fs::read(&swap).unwrap(), fs::read(&place).unwrap()), (b"new".to_vec(), b"old".to_vec()));
        // Killed after the second step.
        fs::rename(&place, aside(&swap)).unwrap();
        fs::rename(&swap, &place).unwrap();
        settle(&swap, &place);
        assert_eq!((fs::read(&swap).unwrap(), fs::read(&place).unwrap()), (b"old".to_vec(), b"new".to_vec()));
    }
}
