//! Finds and creates `.rolebook/`, the folder in a project where Rolebook keeps its own files.
//!
//! Input: the project's folder. Output: the folder, with a `.gitignore` that keeps all of it out of
//! Git, and the lock that lets only one command write at a time. Never contains anything that is
//! published or read as content, because its name starts with a dot. Never follows a link in the
//! folder, because a project that was cloned may bring one along that leads to any file.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::MachineError;
use super::bounded::{LARGEST_OTHER, read_at_most};

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

    /// Reads a file in the folder, or returns `None` if it can't be read, if it is too large, or if
    /// it or a folder above it is a link.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.read_up_to(name, LARGEST_OTHER)
    }

    /// Does the same with another size that is too large, in bytes.
    pub fn read_up_to(&self, name: &str, most: u64) -> Option<Vec<u8>> {
        let place = self.join(name);
        let mut above = place.ancestors().skip(1).take_while(|above| above.starts_with(&self.0));
        if !above.all(is_folder) {
            return None;
        }
        read_at_most(&place, most).ok()
    }

    /// Writes a file in the folder, or in a folder inside it.
    ///
    /// # Errors
    /// Fails if the folder or the file can't be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), MachineError> {
        let mut file = self.begin(name)?;
        let written = file.write_all(bytes).and_then(|()| fs::rename(self.begun(name), self.join(name)));
        written.map_err(MachineError::new("write", &self.join(name)))
    }

    /// Creates a new file next to a file in the folder, which takes its place when it is renamed.
    ///
    /// # Errors
    /// Fails if the folder or the file can't be written.
    pub fn begin(&self, name: &str) -> Result<File, MachineError> {
        self.make()?;
        let place = self.join(name);
        let folder = place.parent().map_or(Ok(()), make_folder);
        folder.and_then(|()| afresh(&self.begun(name))).map_err(MachineError::new("write", &place))
    }

    /// Returns the path of the file that [`begin`](Self::begin) creates.
    pub fn begun(&self, name: &str) -> PathBuf {
        self.join(&format!("{name}.new"))
    }

    /// Creates the folder and its `.gitignore`.
    ///
    /// # Errors
    /// Fails if the folder can't be created, or if its name belongs to a link or a file.
    pub fn make(&self) -> Result<(), MachineError> {
        self.try_make().map_err(MachineError::new("write", &self.0))
    }

    fn try_make(&self) -> io::Result<()> {
        make_folder(&self.0)?;
        let ignore = self.0.join(".gitignore");
        if read_at_most(&ignore, LARGEST_OTHER).is_ok_and(|bytes| bytes == IGNORE.as_bytes()) {
            return Ok(());
        }
        match write_afresh(&ignore, IGNORE.as_bytes()) {
            // Another command has created it in the meantime.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            written => written,
        }
    }

    /// Deletes the oldest files in a folder whose names begin with `prefix`, if there are more than `most`
    /// of them, or if they have more than `most_bytes` together. Files whose names differ only after a dot
    /// are kept or deleted together. The newest are always kept.
    ///
    /// # Errors
    /// Fails if the folder can't be listed, or if a file can't be deleted.
    pub fn forget_old(&self, (folder, prefix): (&str, &str), most: usize, most_bytes: u64) -> io::Result<()> {
        let mut groups: BTreeMap<String, (SystemTime, u64, Vec<PathBuf>)> = BTreeMap::new();
        for entry in fs::read_dir(self.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(group) = name.split('.').next().filter(|name| name.starts_with(prefix)) else { continue };
            let metadata = entry.metadata()?;
            let (time, size, files) = groups.entry(group.to_owned()).or_insert((SystemTime::UNIX_EPOCH, 0, Vec::new()));
            *time = metadata.modified()?.max(*time);
            *size += metadata.len();
            files.push(entry.path());
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|(time, ..)| Reverse(*time));
        let mut total = 0;
        for (n, (_, size, files)) in groups.into_iter().enumerate() {
            total += size;
            if n > 0 && (n >= most || total > most_bytes) {
                files.iter().try_for_each(fs::remove_file)?;
            }
        }
        Ok(())
    }

    /// Waits until no other command is writing. The lock lasts until the file is dropped.
    ///
    /// # Errors
    /// Fails if the lock can't be created.
    pub fn lock(&self) -> Result<File, MachineError> {
        let place = self.0.join("lock");
        if fs::symlink_metadata(&place).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(MachineError::new("lock", &place)(io::Error::other("it is not a regular file")));
        }
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

/// Creates a folder and its parents.
///
/// # Errors
/// Fails if the folder is a link. Private texts would end up in a folder that someone else chose.
pub(super) fn make_folder(place: &Path) -> io::Result<()> {
    fs::create_dir_all(place)?;
    if fs::symlink_metadata(place)?.is_symlink() {
        return Err(io::Error::other("it is a symbolic link"));
    }
    Ok(())
}

/// Writes a new file. If there is already something at the path, even a link, removes it first.
pub(super) fn write_afresh(place: &Path, bytes: &[u8]) -> io::Result<()> {
    afresh(place)?.write_all(bytes)
}

fn afresh(place: &Path) -> io::Result<File> {
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::options().write(true).create_new(true).open(place)
}

/// Returns whether there is a folder at `place` that isn't a link.
fn is_folder(place: &Path) -> bool {
    fs::symlink_metadata(place).is_ok_and(|metadata| metadata.is_dir())
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

    #[cfg(unix)]
    #[test]
    fn no_link_in_the_folder_is_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let private = Private::of(folder.path());
        let victim = folder.path().join("victim");
        fs::write(&victim, "theirs").unwrap();
        fs::create_dir_all(private.join("cache")).unwrap();
        for name in [".gitignore", "cache/a.new", "cache/b", "lock"] {
            symlink(&victim, private.join(name)).unwrap();
        }
        assert_eq!(private.read("cache/b"), None);
        private.write("cache/a", b"ours").unwrap();
        private.write("cache/b", b"ours").unwrap();
        assert!(private.lock().is_err());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs");
        assert_eq!(private.read("cache/a").unwrap(), b"ours");
        assert_eq!(private.read(".gitignore").unwrap(), IGNORE.as_bytes());
        let other = folder.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("c"), "theirs").unwrap();
        symlink(&other, private.join("linked")).unwrap();
        assert_eq!(private.read("linked/c"), None);
        assert!(private.write("linked/c", b"ours").is_err());
        assert_eq!(fs::read_to_string(other.join("c")).unwrap(), "theirs");
    }
}
