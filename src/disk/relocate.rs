//! Moves files and replaces others, as one step as far as a disk allows.
//!
//! Input: what each file is thought to hold and what it is to hold. Output: new files written first, then others replaced, then old ones removed; where a step fails,
//! the steps before it are taken back. Never overwrites a file that is in the way, never touches one that somebody changed meanwhile.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{MachineError, read_file, replace_file};
use crate::path::SourcePath;

/// One file of a move.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where it lies.
    pub from: SourcePath,
    /// Where it goes; the same where it is only replaced.
    pub to: SourcePath,
    /// What it holds.
    pub before: Vec<u8>,
    /// What it is to hold.
    pub after: Vec<u8>,
}

/// Carries out the changes below `root`.
///
/// # Errors
/// Where a file changed meanwhile, one is in the way, or the machine fails; everything is then as it was, or both the old and the new file are there.
pub fn relocate(root: &Path, changes: &[Change]) -> Result<(), MachineError> {
    for change in changes {
        if read_file(root, &change.from)? != change.before {
            let place = root.join(change.from.as_str());
            return Err(MachineError::new("move", &place)(io::Error::other("it was changed meanwhile")));
        }
    }
    let mut done = Vec::new();
    for change in changes.iter().filter(|change| change.from != change.to) {
        if let Err(error) = write_new(root, change) {
            take_back(root, &done);
            return Err(error);
        }
        done.push(change);
    }
    for change in changes.iter().filter(|change| change.from == change.to) {
        if let Err(error) = replace_file(root, &change.from, &change.before, &change.after) {
            take_back(root, &done);
            return Err(error);
        }
        done.push(change);
    }
    // Both places hold the chapter now: whatever happens from here on loses nothing.
    for change in changes.iter().filter(|change| change.from != change.to) {
        let place = root.join(change.from.as_str());
        fs::remove_file(&place).map_err(MachineError::new("delete", &place))?;
        remove_empty_folders(root, &change.from);
    }
    Ok(())
}

fn write_new(root: &Path, change: &Change) -> Result<(), MachineError> {
    let place = root.join(change.to.as_str());
    let write = || {
        place.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = fs::File::options().write(true).create_new(true).open(&place)?;
        let written = file.write_all(&change.after).and_then(|()| {
            file.set_permissions(fs::metadata(root.join(change.from.as_str()))?.permissions())?;
            file.sync_all()
        });
        // Half a file is nobody's.
        written.inspect_err(|_| drop(fs::remove_file(&place)))
    };
    write().map_err(MachineError::new("write", &place))
}

/// Undoes what was done, the last first; what cannot be undone is still whole.
fn take_back(root: &Path, done: &[&Change]) {
    for change in done.iter().rev() {
        if change.from == change.to {
            let _ = replace_file(root, &change.to, &change.after, &change.before);
        } else {
            let _ = fs::remove_file(root.join(change.to.as_str()));
            remove_empty_folders(root, &change.to);
        }
    }
}

/// Removes the folders above a file that hold nothing any more, up to the content's root.
fn remove_empty_folders(root: &Path, path: &SourcePath) {
    let mut folder = path.folder();
    while !folder.is_empty() && fs::remove_dir(root.join(folder)).is_ok() {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: &str, to: &str, before: &str, after: &str) -> Change {
        let (before, after) = (before.as_bytes().to_vec(), after.as_bytes().to_vec());
        Change { from: SourcePath::new(from), to: SourcePath::new(to), before, after }
    }

    #[test]
    fn a_move_that_fails_in_the_middle_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (path, text) in [("a.md", "a"), ("c.md", "c"), ("taken.md", "theirs")] {
            fs::write(root.join(path), text).unwrap();
        }
        let changes = [change("a.md", "new/a.md", "a", "A"), change("c.md", "taken.md", "c", "C")];
        assert!(relocate(root, &changes).is_err());
        let stale = [change("a.md", "new/a.md", "a", "A"), change("c.md", "c.md", "old", "C")];
        assert!(relocate(root, &stale).is_err());
        assert!(!root.join("new").exists());
        assert_eq!(fs::read(root.join("a.md")).unwrap(), b"a");
        assert_eq!(fs::read(root.join("taken.md")).unwrap(), b"theirs");
        relocate(root, &[change("a.md", "new/a.md", "a", "A"), change("c.md", "c.md", "c", "C")]).unwrap();
        assert_eq!(
            (fs::read(root.join("new/a.md")).unwrap(), fs::read(root.join("c.md")).unwrap()),
            (b"A".to_vec(), b"C".to_vec())
        );
        assert!(!root.join("a.md").exists());
    }
}
