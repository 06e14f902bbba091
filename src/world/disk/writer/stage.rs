//! Writes new files into the journal or next to their destinations, and copies of the files that
//! they replace into the journal.
//!
//! Input: steps that were compared with the disk. Output: a complete entry of the journal. Never
//! touches an author's file, so a full disk is noticed before any author's file changes.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::super::identity;
use super::super::journal::{self, Folder, Plan, Planned};
use super::super::private::Private;
use super::{Deed, MachineError, Step, Unwritten, Writer};
use crate::text::source::hash_of;

impl Writer {
    /// Creates the entry for `steps`. If that fails, removes everything that was created for it.
    pub(super) fn stage(&self, private: &Private, deed: Deed, steps: &[Step]) -> Result<(Folder, Plan), Unwritten> {
        let folder = journal::begin(private)?;
        let staged = steps.iter().enumerate().map(|(n, step)| self.stage_one(&folder, private, (n, step)));
        let staged = staged.collect::<Result<Vec<Planned>, Unwritten>>().and_then(|steps| {
            let plan = Plan {
                version: if steps.iter().any(Planned::removes) { journal::NEWEST } else { 1 },
                at: deed.at,
                command: deed.words.split(' ').next().unwrap_or_default().to_owned(),
                words: deed.words.to_owned(),
                input: deed.input.to_owned(),
                root: self.root(),
                steps,
            };
            folder.commit(&plan)?;
            Ok(plan)
        });
        match staged {
            Ok(plan) => Ok((folder, plan)),
            Err(error) => {
                let _ = self.drop_incomplete(&folder);
                Err(error)
            }
        }
    }

    fn stage_one(&self, folder: &Folder, private: &Private, (n, step): (usize, &Step)) -> Result<Planned, Unwritten> {
        let (path, before, after) = match step {
            Step::Move { from, to, before } => {
                let before = before.map(|hash| blake3::Hash::from(hash).to_hex().to_string());
                let (path, from) = (to.to_string(), Some(from.to_string()));
                return Ok(Planned { path, from, before, ..Planned::default() });
            }
            Step::Create { path, text } => (path, None, Some(text)),
            Step::Replace { path, before, after } => (path, Some(before), Some(after)),
            Step::Remove { path, before } => (path, Some(before), None),
        };
        let place = self.grounds.place(path)?;
        let above = place.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(&self.base);
        let is_beside = device(above) != device(&private.join(""));
        let planned = Planned {
            path: path.to_string(),
            before: before.map(|before| hash_of(before)),
            after: after.map(|after| hash_of(after)),
            is_beside,
            ..Planned::default()
        };
        let copy = |what: &str, bytes: &[u8]| {
            let copy = folder.of(n, what);
            fs::write(&copy, bytes).map_err(MachineError::new("write", &copy))
        };
        if let Some(before) = before {
            copy("old", before)?;
        }
        if let Some(after) = after {
            copy("new", after)?;
        }
        if is_beside {
            place.parent().map_or(Ok(()), fs::create_dir_all).map_err(MachineError::new("write", &place))?;
            Private::of(place.parent().unwrap_or(&self.base)).make()?;
        }
        if let Some(after) = after {
            let swap = folder.swap(n, &planned, &place);
            new_file(&swap, after).map_err(MachineError::new("write", &place))?;
        }
        Ok(planned)
    }

    /// Removes an entry that was never completed, including the new files next to their
    /// destinations.
    pub(super) fn drop_incomplete(&self, folder: &Folder) -> Result<(), MachineError> {
        clean_beside(&self.grounds.root, folder.number);
        fs::remove_dir_all(&folder.place).map_err(MachineError::new("delete", &folder.place))
    }
}

/// Removes new files waiting in private folders on other file systems below `root`.
fn clean_beside(root: &Path, number: u64) {
    let folders = walkdir::WalkDir::new(root).into_iter().filter_entry(|entry| entry.file_type().is_dir()).flatten();
    let start = format!("{number}-");
    for folder in folders.filter(|entry| entry.file_name() == super::super::private::PRIVATE) {
        for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            if file.file_name().to_string_lossy().starts_with(&start) {
                let _ = fs::remove_file(file.path());
            }
        }
        let _ = remove_private(folder.path());
    }
}

/// Removes a private folder next to a file once nothing is waiting in it.
pub(super) fn remove_private(folder: &Path) -> io::Result<()> {
    if fs::read_dir(folder)?.flatten().all(|entry| entry.file_name() == ".gitignore") {
        fs::remove_file(folder.join(".gitignore"))?;
        fs::remove_dir(folder)?;
    }
    Ok(())
}

/// Writes a file that doesn't exist yet and flushes it to disk, so that it is complete before it
/// gets an author's file name.
fn new_file(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::options().write(true).create_new(true).open(place)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Returns the ID of the file system that contains a folder. On systems without such IDs, the whole
/// project is assumed to be on one file system.
fn device(folder: &Path) -> Option<u64> {
    identity(&fs::metadata(folder).ok()?).map(|(device, _)| device)
}
