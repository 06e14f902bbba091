//! Reads one file that the user named.
//!
//! Input: a path as it was typed. Output: its bytes. Refuses what is no regular file or too large to be a table.

use std::fs;
use std::io;
use std::path::Path;

use super::{MachineError, bounded};

/// No table that people keep by hand is larger: 32 MB.
const LARGEST: u64 = 32 << 20;

/// Reads the file at `place`.
///
/// # Errors
/// Where it is not there, no regular file, too large, or the machine fails.
pub fn read_given(place: &Path) -> Result<Vec<u8>, MachineError> {
    let read = || {
        let metadata = fs::metadata(place)?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !metadata.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        // What a link leads to was named by the user, and is read like a file.
        bounded::read_at_most(&fs::canonicalize(place)?, LARGEST)
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
