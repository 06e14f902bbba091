//! Finds and creates `.rolebook/`, the folder in a project where Rolebook keeps its own files.
//!
//! Input: the project's folder. Output: the folder, with a `.gitignore` that keeps all of it out of
//! Git, and the lock that lets only one command write at a time. Never contains anything that is
//! published or read as content, because its name starts with a dot.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::MachineError;

/// The folder's name.
pub const PRIVATE: &str = ".rolebook";
/// The `.gitignore` text that keeps everything in the folder, including the file itself, out of
/// Git.
const IGNORE: &str = "*\n";

/// The private folder of a project.
#[derive(Clone, Debug)]
pub struct Private(PathBuf);

impl Private {
    /// Returns the private folder in `base`, whether or not it exists.
    pub fn of(base: &Path) -> Self {
        Self(base.join(PRIVATE))
    }

    /// Returns the path of a file in the folder.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Reads a file in the folder, or returns `None` if it can't be read.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let place = self.join(name);
        fs::symlink_metadata(&place).ok().filter(fs::Metadata::is_file)?;
        fs::read(place).ok()
    }

    /// Writes a file in the folder.
    ///
    /// # Errors
    /// Fails if the folder or the file can't be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), MachineError> {
        self.make()?;
        let (place, new) = (self.join(name), self.join(&format!("{name}.new")));
        let written = fs::write(&new, bytes).and_then(|()| fs::rename(&new, &place));
        written.map_err(MachineError::new("write", &place))
    }

    /// Creates the folder and its `.gitignore`.
    ///
    /// # Errors
    /// Fails if the folder can't be created, or if its name belongs to a link or a file.
    pub fn make(&self) -> Result<(), MachineError> {
        self.try_make().map_err(MachineError::new("write", &self.0))
    }

    fn try_make(&self) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        // If the folder were a link, private texts would end up in a folder that someone else
        // chose.
        if fs::symlink_metadata(&self.0)?.is_symlink() {
            return Err(io::Error::other("it is a symbolic link"));
        }
        let ignore = self.0.join(".gitignore");
        if fs::read(&ignore).is_ok_and(|bytes| bytes == IGNORE.as_bytes()) {
            return Ok(());
        }
        fs::write(ignore, IGNORE)
    }

    /// Waits until no other command is writing. The lock lasts until the file is dropped.
    ///
    /// # Errors
    /// Fails if the lock can't be created.
    pub fn lock(&self) -> Result<File, MachineError> {
        let place = self.0.join("lock");
        let file = File::options().write(true).create(true).truncate(false).open(&place);
        let file = file.map_err(MachineError::new("lock", &place))?;
        match file.lock() {
            Ok(()) => Ok(file),
            // Some network file systems have no locks. On these, authors have to make sure that
            // only one command runs at a time.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
            Err(error) => Err(MachineError::new("lock", &place)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_folder_ignores_itself_and_is_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let private = Private::of(folder.path());
        private.make().unwrap();
        private.make().unwrap();
        assert_eq!(fs::read_to_string(private.join(".gitignore")).unwrap(), "*\n");
        #[cfg(unix)]
        {
            let other = folder.path().join("other");
            fs::create_dir_all(other.join("real")).unwrap();
            std::os::unix::fs::symlink("real", other.join(PRIVATE)).unwrap();
            let error = Private::of(&other).make().unwrap_err().to_string();
            assert!(error.ends_with("it is a symbolic link"), "{error}");
        }
    }
}
