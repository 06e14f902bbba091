//! Remembers the last build, so that a build of an unchanged handbook can end at once.
//!
//! Input: a key that stands for everything that the site was made from, what the build said, what
//! each of its files was made from, and the output folder. Output: what the last build said, if its
//! key is the same and nothing in the output has changed since; otherwise what is known about the
//! files in the output. Never remembers the text of a chapter, and is never needed: any doubt means
//! that the site is built again.
//!
//! Times and sizes of files only decide whether a file has to be hashed again. A file that was
//! changed after the build began, or less than [`DOUBT`] before, is hashed in any case: someone may
//! have changed it after the build looked at it, or a later write may have got the same time.
//!
//! The format, line by line: `rolebook-build 3 KEY MOMENT`, what was said as JSON, what all files were made
//! from, then for each file of the manifest, in its order, its size, its times of modification and
//! change in nanoseconds, its number in the file system, and what it was made from. The last line is
//! the hash of all others. If it's another one, for example because of a damaged disk, nothing is
//! remembered.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, Metadata};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use blake3::Hash;
use rayon::prelude::*;

use super::manifest::{self, MANIFEST, Manifest};
use super::private::Private;

/// The folder inside the private folder.
pub(super) const FOLDER: &str = "cache";
/// The maximum number of builds to remember, for example one for each audience.
const MOST: usize = 8;
/// The accuracy of times. FAT has the coarsest times, two seconds.
const DOUBT: Duration = Duration::from_secs(2);

/// The place where a project remembers the last build of one output with one set of options.
#[derive(Clone, Debug)]
pub struct Memory {
    private: Private,
    /// The file's name in the private folder.
    name: String,
}

impl Memory {
    /// Returns the memory of the project in `base` for the build that `name` stands for.
    pub fn of(base: &Path, name: &Hash) -> Self {
        Self { private: Private::of(base), name: format!("{FOLDER}/build-{}", &name.to_hex()[..16]) }
    }

    /// Returns what is remembered about the output at `real` with this manifest, and a build with this key
    /// that began at `began`.
    pub(super) fn recall(&self, key: &Hash, (real, manifest, began): (&Path, &Manifest, SystemTime)) -> Recalled {
        let text = self.private.read(&self.name).and_then(|bytes| String::from_utf8(bytes).ok());
        let known = text.as_deref().and_then(unsealed).and_then(|lines| Known::read(lines, (real, manifest)));
        let Some(known) = known else { return Recalled::Nothing };
        let is_same = known.key == key.to_hex().as_str();
        let said = if is_same { self.said(&known, (real, began)) } else { None };
        said.map_or_else(|| Recalled::Other(known.before()), Recalled::Same)
    }

    /// Returns what the last build said, if nothing in the output has changed since.
    fn said(&self, known: &Known<'_>, (real, began): (&Path, SystemTime)) -> Option<String> {
        let said: String = serde_json::from_str(known.said).ok()?;
        // A folder of the output may have become a link.
        let names = known.files.iter().map(|(name, ..)| name);
        let mut folders: Vec<&str> = names.filter_map(|name| Some(name.rsplit_once('/')?.0)).collect();
        folders.dedup();
        let is_folder = |name: &&str| {
            let mut parts = manifest::parents(name).chain([*name]);
            parts.all(|name| fs::symlink_metadata(real.join(name)).is_ok_and(|metadata| metadata.is_dir()))
        };
        if !folders.par_iter().with_min_len(64).all(is_folder) {
            return None;
        }
        let hashed = AtomicBool::new(false);
        let is_same = |(name, hash, line): &(&str, Hash, &str)| {
            let place = real.join(name);
            let Some(now) = fs::symlink_metadata(&place).ok().and_then(|metadata| stamp(&metadata)) else {
                return false;
            };
            if now.text != split(line).0 {
                return false;
            }
            if now.changed < known.sure {
                return true;
            }
            hashed.store(true, Ordering::Relaxed);
            fs::read(&place).is_ok_and(|bytes| blake3::hash(&bytes) == *hash)
        };
        if !known.files.par_iter().with_min_len(64).all(is_same) {
            return None;
        }
        // Time has passed since these files were written, so the next build needn't hash them.
        if hashed.into_inner() {
            let _ = self.put(&format!("{}\n{}", title(known.key, began)?, known.rest));
        }
        Some(said)
    }

    /// Remembers a build that began at `began` and has just been written to `real`. Does nothing if
    /// that is impossible.
    pub(super) fn keep(&self, key: &Hash, made: &Made<'_>, (real, began): (&Path, SystemTime)) {
        let _ = self.try_keep(key, made, (real, began));
    }

    fn try_keep(&self, key: &Hash, made: &Made<'_>, (real, began): (&Path, SystemTime)) -> Option<()> {
        let names = manifest::names(real)?;
        let names: Vec<&str> = names.iter().map(String::as_str).chain([MANIFEST]).collect();
        let look = |name: &&str| stamp(&fs::symlink_metadata(real.join(name)).ok()?);
        let stamps: Option<Vec<Stamp>> = names.par_iter().with_min_len(64).map(look).collect();
        let said = serde_json::to_string(made.said).ok()?;
        let mut text = format!("{}\n{said}\n{}\n", title(&key.to_hex(), began)?, made.of);
        for (name, stamp) in names.iter().zip(stamps?) {
            let of = made.files.get(*name).map_or(UNKNOWN, String::as_str);
            let _ = writeln!(text, "{} {of}", stamp.text);
        }
        self.put(&text)
    }

    fn put(&self, text: &str) -> Option<()> {
        let sealed = format!("{text}{}\n", blake3::hash(text.as_bytes()).to_hex());
        self.private.write(&self.name, sealed.as_bytes()).ok()?;
        self.private.forget_old((FOLDER, "build-"), MOST, u64::MAX).ok()
    }
}

/// What is remembered about an output.
#[derive(Debug)]
pub enum Recalled {
    /// The build would be the same as the last one, which said this.
    Same(String),
    /// Something has changed since the last build.
    Other(Before),
    /// Nothing that can be trusted.
    Nothing,
}

/// What a build says and what it was made from. The texts that say so are for the caller alone, and
/// contain no line feed.
#[derive(Debug)]
pub struct Made<'a> {
    /// What was said.
    pub said: &'a str,
    /// What all files were made from.
    pub of: String,
    /// What each file was made from, by its name. Contains no space.
    pub files: HashMap<String, String>,
}

impl Recalled {
    /// Returns what the last build left in the output, if something has changed since.
    pub fn before(self) -> Option<Before> {
        if let Self::Other(before) = self { Some(before) } else { None }
    }
}

impl<'a> Made<'a> {
    /// Says nothing about what the files were made from.
    pub fn unknown(said: &'a str) -> Self {
        Self { said, of: UNKNOWN.to_owned(), files: HashMap::new() }
    }
}

/// What the last build left in an output.
#[derive(Debug, Default)]
pub struct Before {
    /// What all files were made from.
    pub of: String,
    files: HashMap<String, File>,
}

/// A file that the last build left in the output.
#[derive(Debug)]
struct File {
    hash: Hash,
    /// The stamp that the file has if it hasn't changed since. `None` if only the file's bytes can
    /// tell.
    stamp: Option<String>,
    made_of: String,
}

impl Before {
    /// Returns what a file was made from, if that is known.
    pub fn made_of(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(|file| &*file.made_of).filter(|made_of| *made_of != UNKNOWN)
    }

    /// Returns the hash of a file as the last build left it.
    pub(super) fn hash(&self, name: &str) -> Option<Hash> {
        self.files.get(name).map(|file| file.hash)
    }

    /// Returns the hash of a file if its metadata says that it hasn't been written to since the last
    /// build.
    pub(super) fn hash_of_untouched(&self, name: &str, metadata: &Metadata) -> Option<Hash> {
        let file = self.files.get(name)?;
        let known = file.stamp.as_ref()?;
        stamp(metadata).filter(|now| now.text == *known).map(|_| file.hash)
    }
}

/// A memory that belongs to the manifest in the output.
struct Known<'a> {
    key: &'a str,
    /// All lines but the first.
    rest: &'a str,
    said: &'a str,
    of: &'a str,
    /// The name, the hash and the line of each file.
    files: Vec<(&'a str, Hash, &'a str)>,
    /// A file that was last changed before this moment gets another time if it is written to again.
    sure: SystemTime,
}

impl<'a> Known<'a> {
    fn read(text: &'a str, (real, manifest): (&Path, &'a Manifest)) -> Option<Self> {
        let (title, rest) = text.split_once('\n')?;
        let (key, began) = title.strip_prefix(TITLE)?.split_once(' ')?;
        let began = SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(began.parse().ok()?))?;
        let mut lines = rest.lines();
        let (said, of) = (lines.next()?, lines.next()?);
        let mut lines: Vec<&str> = lines.collect();
        let of_manifest = split(lines.pop()?).0;
        let now = stamp(&fs::symlink_metadata(real.join(MANIFEST)).ok()?)?;
        if !manifest.is_closed() || lines.len() != manifest.files.len() || now.text != of_manifest {
            return None;
        }
        let files = manifest.files.iter().zip(lines).map(|((name, ours), line)| (&**name, ours.0, line)).collect();
        Some(Self { key, rest, said, of, files, sure: began.checked_sub(DOUBT)? })
    }

    fn before(self) -> Before {
        let file = |(name, hash, line): (&str, Hash, &str)| {
            let (stamp, made_of) = split(line);
            let stamp = changed_at(stamp).is_some_and(|changed| changed < self.sure).then(|| stamp.to_owned());
            (name.to_owned(), File { hash, stamp, made_of: made_of.to_owned() })
        };
        Before { of: self.of.to_owned(), files: self.files.into_iter().map(file).collect() }
    }
}

/// Splits the line of a file into its stamp and what it was made from.
fn split(line: &str) -> (&str, &str) {
    line.rsplit_once(' ').unwrap_or((line, UNKNOWN))
}

/// The beginning of a memory.
const TITLE: &str = "rolebook-build 3 ";
/// Marks a file whose inputs aren't known.
const UNKNOWN: &str = "-";

/// Returns the first line of the memory of a build that began at `began`.
fn title(key: &str, began: SystemTime) -> Option<String> {
    Some(format!("{TITLE}{key} {}", nanos(began)?))
}

/// Returns the nanoseconds since 1970.
fn nanos(time: SystemTime) -> Option<u128> {
    Some(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos())
}

/// Returns the lines of a memory without their hash, or `None` if it is the hash of another text.
fn unsealed(text: &str) -> Option<&str> {
    let (lines, _) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let (lines, sum) = text.split_at(lines.len() + 1);
    (Hash::from_hex(sum.trim_end()).ok()? == blake3::hash(lines.as_bytes())).then_some(lines)
}

/// What the file system says about a file without reading it.
pub(super) struct Stamp {
    pub(super) text: String,
    /// The later one of the two times.
    changed: SystemTime,
}

/// Returns the stamp of a regular file.
pub(super) fn stamp(metadata: &Metadata) -> Option<Stamp> {
    let modified = metadata.is_file().then(|| metadata.modified().ok())??;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let changed = i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
        let text = format!("{} {} {changed} {}", metadata.len(), nanos(modified)?, metadata.ino());
        Some(Stamp { changed: changed_at(&text)?, text })
    }
    #[cfg(not(unix))]
    {
        let text = format!("{} {}", metadata.len(), nanos(modified)?);
        Some(Stamp { changed: changed_at(&text)?, text })
    }
}

/// Returns the later one of the times in the text of a stamp.
fn changed_at(stamp: &str) -> Option<SystemTime> {
    let times = stamp.split(' ').skip(1).take(2).map(|nanos| nanos.parse::<u64>().ok());
    let latest = times.collect::<Option<Vec<u64>>>()?.into_iter().max()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(latest))
}

#[cfg(test)]
mod tests {
    use super::super::manifest::Ours;
    use super::*;

    #[test]
    fn a_file_that_was_edited_while_a_build_was_running_is_not_taken_for_ours() {
        let folder = tempfile::tempdir().unwrap();
        let (real, key) = (folder.path().join("out"), blake3::hash(b"key"));
        let memory = Memory::of(folder.path(), &key);
        fs::create_dir(&real).unwrap();
        let ours = [("a.html", Ours(blake3::hash(b"ours"), None))];
        fs::write(real.join(MANIFEST), manifest::text(ours.into_iter(), false)).unwrap();
        fs::write(real.join("a.html"), "theirs").unwrap();
        let edited = fs::metadata(real.join("a.html")).unwrap();
        let moment = edited.modified().unwrap();
        let recall = |began| {
            memory.keep(&key, &Made::unknown("said"), (&real, began));
            let manifest = manifest::read(&real, &real).unwrap().unwrap();
            memory.recall(&key, (&real, &manifest, began))
        };
        let minute = Duration::from_secs(60);
        let Recalled::Other(before) = recall(moment - minute) else { panic!("it was edited") };
        assert_eq!(before.hash_of_untouched("a.html", &edited), None);
        // A build that begins later looks at the bytes itself, and its memory relies on that.
        assert!(matches!(recall(moment + minute), Recalled::Same(said) if said == "said"));
    }
}
