//! Reads one file that the user named.
//!
//! Input: a path as the user typed it. Output: the bytes of the file. Refuses anything that isn't a
//! regular file, and files too large to be a table.

use std::fs;
use std::io;
use std::path::Path;

use super::{MachineError, bounded};

/// The maximum size of the file: 32 MB. No table maintained by hand is larger.
const LARGEST: u64 = 32 << 20;

/// The maximum size of an archive that another program exported: 512 MB.
const LARGEST_ARCHIVE: u64 = 512 << 20;

/// Reads the archive at `place`.
///
/// # Errors
/// Fails for the same reasons as [`read_given`].
pub fn read_archive(place: &Path) -> Result<Vec<u8>, MachineError> {
    read_up_to(place, LARGEST_ARCHIVE)
}

/// Reads the file at `place`.
///
/// # Errors
/// Fails if the file doesn't exist, isn't a regular file, is too large, or can't be read.
pub fn read_given(place: &Path) -> Result<Vec<u8>, MachineError> {
    read_up_to(place, LARGEST)
}

fn read_up_to(place: &Path, largest: u64) -> Result<Vec<u8>, MachineError> {
    let read = || {
        let metadata = fs::metadata(place)?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !metadata.is_file() {
            return Err(io::Error::other("it isn't a regular file"));
        }
        // The user named this file, so a link is followed.
        bounded::read_at_most(&fs::canonicalize(place)?, largest)
    };
    read().map_err(MachineError::new("read", place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_up_to_its_largest_size_and_refused_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("t.csv");
        let read = |size: u64| {
            fs::File::create(&place).unwrap().set_len(size).unwrap();
            read_given(&place).map(|bytes| bytes.len() as u64).map_err(|error| error.to_string())
        };
        assert_eq!(read(LARGEST), Ok(LARGEST));
        assert!(read(LARGEST + 1).unwrap_err().ends_with("t.csv`: the file is too large"));
        assert!(read_given(folder.path()).unwrap_err().to_string().ends_with(": it is a folder"));
    }
}
