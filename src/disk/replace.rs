//! Replaces one file of the content as a whole.
//!
//! Input: the bytes that the file is thought to have, and the new ones. Output: the file on disk, old or new and never torn. Refuses where somebody else changed it
//! meanwhile, where it may not be written, and where a link leads out of the content.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{MachineError, read_file};
use crate::path::SourcePath;

/// Replaces the file at `path` below `root`; its permissions stay.
///
/// # Errors
/// Where it no longer holds `before`, is read-only or lies outside of `root`, or the machine fails; the file is then as it was.
pub fn replace_file(root: &Path, path: &SourcePath, before: &[u8], after: &[u8]) -> Result<(), MachineError> {
    let place = root.join(path.as_str());
    if read_file(root, path)? != before {
        return Err(MachineError::new("write", &place)(io::Error::other("it was changed meanwhile")));
    }
    let folder = place.parent().unwrap_or(root);
    let write = || {
        // A file that may not be written could still be renamed over.
        if fs::metadata(&place)?.permissions().readonly() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        if !fs::canonicalize(folder)?.starts_with(fs::canonicalize(root)?) {
            return Err(io::Error::other("a link leads out of the content folder"));
        }
        let mut file = tempfile::Builder::new().prefix(".rolebook-").tempfile_in(folder)?;
        file.write_all(after)?;
        file.as_file().set_permissions(fs::metadata(&place)?.permissions())?;
        file.as_file().sync_all()?;
        file.persist(&place).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(MachineError::new("write", &place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_may_not_be_written_stays_and_so_does_one_behind_a_link() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = folder.path().join("a.md");
        fs::write(&place, "old").unwrap();
        let mut permissions = fs::metadata(&place).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&place, permissions).unwrap();
        let error = replace_file(folder.path(), &SourcePath::new("a.md"), b"old", b"new").unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(&place).unwrap(), b"old");
        fs::write(elsewhere.path().join("b.md"), "old").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("linked")).unwrap();
            let path = SourcePath::new("linked/b.md");
            assert!(replace_file(folder.path(), &path, b"old", b"new").is_err());
            assert_eq!(fs::read(elsewhere.path().join("b.md")).unwrap(), b"old");
        }
    }

    #[test]
    fn a_file_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = SourcePath::new("a.md");
        fs::write(folder.path().join("a.md"), "theirs").unwrap();
        assert!(replace_file(folder.path(), &path, b"old", b"new").is_err());
        assert_eq!(fs::read(folder.path().join("a.md")).unwrap(), b"theirs");
        replace_file(folder.path(), &path, b"theirs", b"new").unwrap();
        assert_eq!(fs::read(folder.path().join("a.md")).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
