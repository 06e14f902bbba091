//! Takes the inventory of an output folder.
//!
//! Input: the folder, its manifest, and what is remembered about its files. Output: [`Inventory`], which lists what
//! is there and the hash of each file that Rolebook wrote. Doesn't depend on the new site, so it can be
//! taken before the site is known. Never writes, and never judges what it finds.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use blake3::Hash;
use rayon::prelude::*;

use super::MachineError;
use super::manifest::{Manifest, Ours, PRIVATE};
use super::memory::Before;
use super::refusal::Failure;

/// What was in an output folder when it was looked at.
#[derive(Debug)]
pub struct Inventory {
    /// The manifest of the last build.
    pub(super) old: Arc<Manifest>,
    /// The kind of each entry, by name, without our private files.
    pub(super) present: BTreeMap<String, Kind>,
    /// The files that are unchanged since Rolebook wrote them.
    pub(super) known: HashMap<String, Known>,
    /// The files in the manifest that were changed since.
    pub(super) edited: Vec<String>,
}

/// The kind of an entry in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A link, a pipe or something else that Rolebook never writes.
    Other,
}

/// The state of a file that Rolebook wrote, at the time it was hashed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The hash of the bytes.
    pub hash: Hash,
    /// The stamp.
    pub stamp: Stamp,
    /// Whether the hash is the one that the last build remembered.
    pub is_remembered: bool,
}

/// The size and modification time, a cheap test for whether a file has been written to since.
pub(super) type Stamp = (u64, Option<SystemTime>);

impl Inventory {
    /// Looks at the output at `real`. Files that are as `before` knows them aren't read.
    ///
    /// # Errors
    /// Fails if a file or the folder can't be read.
    pub(super) fn take(real: &Path, old: Arc<Manifest>, before: Option<&Before>) -> Result<Self, Failure> {
        let present = scan(real)?;
        let (known, edited) = hash_ours(real, (&old, before), &present)?;
        Ok(Self { old, present, known, edited })
    }
}

/// Lists everything in the output except our private files. A folder that can't be listed counts as
/// empty.
fn scan(real: &Path) -> Result<BTreeMap<String, Kind>, Failure> {
    fs::read_dir(real).map_err(MachineError::new("read", real))?;
    let top = entries(real, "").into_iter().filter(|(name, _)| !PRIVATE.contains(&name.as_str())).collect();
    Ok(with_inner(real, top).into_iter().collect())
}

/// Adds to the entries of a folder what is below them. Waiting for the disk takes most of the time, so
/// folders are listed in parallel.
fn with_inner(real: &Path, mut found: Vec<(String, Kind)>) -> Vec<(String, Kind)> {
    let folders: Vec<&String> = found.iter().filter(|(_, kind)| *kind == Kind::Folder).map(|(name, _)| name).collect();
    let below = |name: &&String| with_inner(real, entries(&real.join(name), &format!("{name}/")));
    let inner: Vec<Vec<(String, Kind)>> = folders.par_iter().map(below).collect();
    found.extend(inner.into_iter().flatten());
    found
}

/// Lists the entries of one folder. `start` is what precedes their names.
fn entries(folder: &Path, start: &str) -> Vec<(String, Kind)> {
    let list = fs::read_dir(folder).into_iter().flatten().flatten();
    let entry = |entry: fs::DirEntry| {
        let kind = match entry.file_type().ok()? {
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_file() => Kind::File,
            _ => Kind::Other,
        };
        Some((format!("{start}{}", entry.file_name().to_string_lossy()), kind))
    };
    list.filter_map(entry).collect()
}

/// Hashes the files in the old manifest. Returns the files that are unchanged since Rolebook wrote
/// them, and the names of the changed ones.
fn hash_ours(
    real: &Path,
    (old, before): (&Manifest, Option<&Before>),
    present: &BTreeMap<String, Kind>,
) -> Result<(HashMap<String, Known>, Vec<String>), Failure> {
    let there = old.files.iter().filter_map(|(name, ours)| Some((name, *ours, *present.get(name)?)));
    let there: Vec<_> = there.filter(|(_, _, kind)| *kind != Kind::Folder).collect();
    let look = |(name, ours, kind): &(&String, Ours, Kind)| {
        let hash = |metadata: &fs::Metadata| before.and_then(|before| before.hash_of_untouched(name, metadata));
        let known = if *kind == Kind::File { Some(look_at(&real.join(name), &hash)?) } else { None };
        Ok(((*name).clone(), known.filter(|known| ours.has(known.hash))))
    };
    let looked: Vec<Result<_, MachineError>> = there.par_iter().with_min_len(16).map(look).collect();
    let (mut known, mut edited) = (HashMap::new(), Vec::new());
    for result in looked {
        match result? {
            (name, Some(found)) => {
                known.insert(name, found);
            }
            (name, None) => edited.push(name),
        }
    }
    Ok((known, edited))
}

/// Hashes a file, unless `remembered` knows its hash from its metadata. The modification time is
/// taken before the contents are read, so that a later write is noticed.
fn look_at(place: &Path, remembered: &dyn Fn(&fs::Metadata) -> Option<Hash>) -> Result<Known, MachineError> {
    let metadata = fs::symlink_metadata(place).map_err(MachineError::new("read", place))?;
    let stamp = stamp(&metadata);
    if let Some(hash) = remembered(&metadata) {
        return Ok(Known { hash, stamp, is_remembered: true });
    }
    let bytes = fs::read(place).map_err(MachineError::new("read", place))?;
    Ok(Known { hash: blake3::hash(&bytes), stamp, is_remembered: false })
}

/// Returns the stamp of a file.
pub(super) fn stamp(metadata: &fs::Metadata) -> Stamp {
    (metadata.len(), metadata.modified().ok())
}
