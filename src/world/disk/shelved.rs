//! Remembers parsed chapters between builds.
//!
//! Input: bytes that stand for chapters. Output: the same bytes, if the file is the one that was written.
//! Never needed: any doubt means that all chapters are parsed again.
//!
//! The HTML of these chapters is used as it is, so a project that was cloned or downloaded must not be able
//! to bring such a file along. A second file has the hash of the first and what the file system says about
//! it. That includes the time of its last change, which neither Git nor an archive can set on the file
//! systems of Unix.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use blake3::{Hash, Hasher};

use super::memory::{FOLDER, stamp};
use super::private::Private;

/// The maximum number of builds to remember the chapters of, for example one for each audience.
const MOST: usize = 8;
/// The maximum size of one file, and about that of all together, in bytes. Chapters take a little more than
/// the content: 78 MB for 10,000 chapters of 6 kB.
const LARGEST: u64 = 400 << 20;
/// The size of the pieces that are written at once, in bytes.
const PIECE: usize = 1 << 20;

/// The place where a project remembers the chapters as one audience sees them.
#[derive(Clone, Debug)]
pub struct Shelved {
    private: Private,
    name: String,
}

impl Shelved {
    /// Returns the place of the project in `base` for the audience that `name` stands for.
    pub fn of(base: &Path, name: &Hash) -> Self {
        Self { private: Private::of(base), name: format!("{FOLDER}/chapters-{}", &name.to_hex()[..16]) }
    }

    fn seal(&self) -> String {
        format!("{}.seal", self.name)
    }

    /// Returns what was written last, or nothing if the file isn't the one that was written.
    pub fn read(&self) -> Vec<u8> {
        self.try_read().unwrap_or_default()
    }

    fn try_read(&self) -> Option<Vec<u8>> {
        let seal = String::from_utf8(self.private.read(&self.seal())?).ok()?;
        let (hash, written) = seal.split_once(' ')?;
        let is_ours = || stamp_of(&self.private.join(&self.name)).as_deref() == Some(written);
        let bytes = if is_ours() { self.private.read_up_to(&self.name, LARGEST)? } else { return None };
        // It must not have been written to in the meantime.
        (is_ours() && Hash::from_hex(hash).ok()? == Hasher::new().update_rayon(&bytes).finalize()).then_some(bytes)
    }

    /// Begins to write. Returns `None` if that is impossible, or if nothing could be read again.
    pub fn keeper(self) -> Option<Keeper> {
        let file = Some(()).filter(|()| cfg!(unix)).and_then(|()| self.private.begin(&self.name).ok())?;
        let file = BufWriter::with_capacity(PIECE, file);
        Some(Keeper { place: self, file, hasher: Box::new(Hasher::new()), length: 0, is_whole: true })
    }
}

/// Writes chapters, one after the other, because all of them together would need much memory. Leaves
/// nothing behind unless it is finished.
#[derive(Debug)]
pub struct Keeper {
    place: Shelved,
    file: BufWriter<File>,
    hasher: Box<Hasher>,
    length: u64,
    is_whole: bool,
}

impl Keeper {
    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.is_whole &= self.length <= LARGEST;
        if self.is_whole {
            self.hasher.update(bytes);
            self.is_whole = self.file.write_all(bytes).is_ok();
        }
    }

    /// Replaces what was written before, if all of it could be written.
    pub fn finish(mut self) {
        let _ = self.try_finish();
    }

    fn try_finish(&mut self) -> Option<()> {
        let Shelved { private, name } = &self.place;
        if !self.is_whole || self.file.flush().is_err() {
            return None;
        }
        let place = private.join(name);
        fs::rename(private.begun(name), &place).ok()?;
        let seal = format!("{} {}", self.hasher.finalize().to_hex(), stamp_of(&place)?);
        private.write(&self.place.seal(), seal.as_bytes()).ok()?;
        private.forget_old((FOLDER, "chapters-"), MOST, LARGEST).ok()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // If it was finished, there is no such file anymore.
        let _ = fs::remove_file(self.place.private.begun(&self.place.name));
    }
}

/// Returns what the file system says about a file. Returns `None` where it doesn't say when a file was last
/// changed.
fn stamp_of(place: &Path) -> Option<String> {
    let metadata = fs::symlink_metadata(place).ok().filter(|_| cfg!(unix))?;
    stamp(&metadata).map(|stamp| stamp.text)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn write(place: &Shelved, bytes: &[&[u8]]) {
        let mut keeper = place.clone().keeper().unwrap();
        for bytes in bytes {
            keeper.add(bytes);
        }
        keeper.finish();
    }

    #[test]
    fn what_was_written_is_read_and_a_copy_of_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let place = Shelved::of(folder.path(), &blake3::hash(b"a"));
        assert_eq!(place.read(), b"");
        write(&place, &[b"ab", b"c"]);
        assert_eq!(place.read(), b"abc");
        let mut unfinished = place.clone().keeper().unwrap();
        unfinished.add(b"d");
        drop(unfinished);
        assert_eq!(place.read(), b"abc");
        let cache = folder.path().join(".rolebook/cache");
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 2);
        // A copy has the same bytes and the same time of modification, but not the same time of change.
        let (file, seal) = (place.private.join(&place.name), place.private.join(&place.seal()));
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        fs::write(&file, "abc").unwrap();
        File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
        assert_eq!(place.read(), b"");
        // Other bytes with the right stamp have another hash.
        let hash = fs::read_to_string(&seal).unwrap().split_once(' ').unwrap().0.to_owned();
        fs::write(&file, "abd").unwrap();
        fs::write(&seal, format!("{hash} {}", stamp_of(&file).unwrap())).unwrap();
        assert_eq!(place.read(), b"");
        fs::write(&file, "abc").unwrap();
        fs::write(&seal, format!("{hash} {}", stamp_of(&file).unwrap())).unwrap();
        assert_eq!(place.read(), b"abc");
    }

    #[test]
    fn only_the_last_few_builds_are_remembered_and_each_with_both_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let place = |n: usize| Shelved::of(folder.path(), &blake3::hash(&[u8::try_from(n).unwrap()]));
        for n in 0..MOST {
            write(&place(n), &[b"x"]);
        }
        // A build that was killed has left this.
        let killed = place(2).private.begun(&place(2).name);
        fs::write(&killed, "half").unwrap();
        write(&place(MOST), &[b"x"]);
        let known: Vec<usize> = (0..=MOST).filter(|n| place(*n).read() == b"x").collect();
        assert_eq!(known, (1..=MOST).collect::<Vec<_>>());
        write(&place(2), &[b"x"]);
        assert!(!killed.exists());
        assert_eq!(fs::read_dir(folder.path().join(".rolebook/cache")).unwrap().count(), 2 * MOST);
    }
}
