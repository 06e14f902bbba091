//! Remembers the last build, so that a build of an unchanged handbook can end at once.
//!
//! Input: a key that stands for everything that the site was made from, what the build said, and
//! the output folder. Output: what the last build said, if its key is the same and nothing in the
//! output has changed since. Never remembers the text of a chapter, and is never needed: any doubt
//! means that the site is built again.
//!
//! Times and sizes of files only decide whether a file has to be hashed again. A file that was
//! written less than [`DOUBT`] before the memory is hashed in any case, because a later write may
//! have got the same time.
//!
//! The format, line by line: `rolebook-build 1 KEY`, what was said as JSON, then for each file of
//! the manifest, in its order, its size, its times of modification and change in nanoseconds, and
//! its number in the file system.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use blake3::Hash;
use rayon::prelude::*;

use super::manifest::{self, MANIFEST};
use super::private::Private;

/// The folder inside the private folder.
const FOLDER: &str = "cache";
/// The maximum number of builds to remember, for example one for each audience.
const MOST: usize = 8;
/// The accuracy of times. FAT has the coarsest times, two seconds.
const DOUBT: Duration = Duration::from_secs(2);

/// The place where a project remembers the last build of one output with one set of options.
#[derive(Clone, Debug)]
pub struct Memory {
    private: Private,
    /// The file's name in the folder.
    name: String,
}

impl Memory {
    /// Returns the memory of the project in `base` for the build that `name` stands for.
    pub fn of(base: &Path, name: &Hash) -> Self {
        Self { private: Private::of(base), name: format!("build-{}", &name.to_hex()[..16]) }
    }

    fn folder(&self) -> PathBuf {
        self.private.join(FOLDER)
    }

    /// Returns what the last build said, if it was made with the same key and the output at `real`
    /// is still what it wrote.
    pub(super) fn recall(&self, key: &Hash, real: &Path) -> Option<String> {
        let place = self.folder().join(&self.name);
        let written = fs::metadata(&place).ok()?.modified().ok()?;
        let text = fs::read_to_string(&place).ok()?;
        let mut lines = text.lines();
        if lines.next()? != title(key) {
            return None;
        }
        let said: String = serde_json::from_str(lines.next()?).ok()?;
        let manifest = manifest::read(real, real).ok()??;
        if !manifest.is_closed() {
            return None;
        }
        let files: Vec<(&String, Hash)> = manifest.files.iter().map(|(name, ours)| (name, ours.0)).collect();
        let mut stamps: Vec<&str> = lines.collect();
        let of_manifest = stamps.pop()?;
        if stamps.len() != files.len() || stamp(&real.join(MANIFEST))?.text != of_manifest {
            return None;
        }
        // A folder of the output may have become a link.
        let mut folders: Vec<&str> = files.iter().filter_map(|(name, _)| Some(name.rsplit_once('/')?.0)).collect();
        folders.dedup();
        let is_folder = |name: &&str| {
            let mut parts = super::plan::parents(name).chain([*name]);
            parts.all(|name| fs::symlink_metadata(real.join(name)).is_ok_and(|metadata| metadata.is_dir()))
        };
        if !folders.par_iter().with_min_len(64).all(is_folder) {
            return None;
        }
        let sure = written.checked_sub(DOUBT)?;
        let hashed = AtomicBool::new(false);
        let is_same = |((name, hash), known): (&(&String, Hash), &&str)| {
            let place = real.join(name);
            let Some(now) = stamp(&place).filter(|now| now.text == **known) else { return false };
            if now.changed < sure {
                return true;
            }
            hashed.store(true, Ordering::Relaxed);
            fs::read(&place).is_ok_and(|bytes| blake3::hash(&bytes) == *hash)
        };
        if !files.par_iter().zip(&stamps).with_min_len(64).all(is_same) {
            return None;
        }
        // Time has passed since these files were written, so the next build needn't hash them.
        if hashed.into_inner() {
            let _ = self.put(&text);
        }
        Some(said)
    }

    /// Remembers a build that has just been written to `real`. Does nothing if that is impossible.
    pub(super) fn keep(&self, key: &Hash, said: &str, real: &Path) {
        let _ = self.try_keep(key, said, real);
    }

    fn try_keep(&self, key: &Hash, said: &str, real: &Path) -> Option<()> {
        let manifest = manifest::read(real, real).ok()??;
        let names: Vec<&str> = manifest.files.keys().map(String::as_str).chain([MANIFEST]).collect();
        let stamps: Option<Vec<Stamp>> =
            names.par_iter().with_min_len(64).map(|name| stamp(&real.join(name))).collect();
        let mut text = format!("{}\n{}\n", title(key), serde_json::to_string(said).ok()?);
        for stamp in stamps? {
            let _ = writeln!(text, "{}", stamp.text);
        }
        self.put(&text)
    }

    fn put(&self, text: &str) -> Option<()> {
        self.private.make().ok()?;
        let folder = self.folder();
        fs::create_dir_all(&folder).ok()?;
        // A link could lead to a folder that someone else chose.
        fs::symlink_metadata(&folder).ok().filter(|metadata| !metadata.is_symlink())?;
        self.private.write(&format!("{FOLDER}/{}", self.name), text.as_bytes()).ok()?;
        forget_old(&folder).ok()
    }
}

fn title(key: &Hash) -> String {
    format!("rolebook-build 1 {}", key.to_hex())
}

/// Deletes the oldest memories beyond the number to keep.
fn forget_old(folder: &Path) -> io::Result<()> {
    let mut known = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("build-") {
            known.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    known.sort();
    let extra = known.len().saturating_sub(MOST);
    known.iter().take(extra).try_for_each(|(_, place)| fs::remove_file(place))
}

/// What the file system says about a file without reading it.
struct Stamp {
    text: String,
    /// The later one of the two times.
    changed: SystemTime,
}

/// Returns the stamp of a regular file.
fn stamp(place: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(place).ok().filter(fs::Metadata::is_file)?;
    let modified = metadata.modified().ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let of = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        let (size, written, changed, number) = (
            metadata.len(),
            of(metadata.mtime(), metadata.mtime_nsec()),
            of(metadata.ctime(), metadata.ctime_nsec()),
            metadata.ino(),
        );
        let since = Duration::from_nanos(u64::try_from(changed).ok()?);
        let changed_at = SystemTime::UNIX_EPOCH.checked_add(since)?.max(modified);
        Some(Stamp { text: format!("{size} {written} {changed} {number}"), changed: changed_at })
    }
    #[cfg(not(unix))]
    {
        let nanos = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos();
        Some(Stamp { text: format!("{} {nanos}", metadata.len()), changed: modified })
    }
}
