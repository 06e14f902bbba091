//! Reads files that may be larger than anyone intended.
//!
//! Input: a path and a limit. Output: at most as many bytes as the limit allows, or an error that
//! says that the file is too large. A file that is too large when it is opened isn't read at all.
//! If a file grows while it is read, reading stops at the limit. Never follows a link.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::text::path::SourcePath;

/// The maximum size of a chapter, `SUMMARY.md` or `handbook.toml`: 64 MB. The longest books are
/// less than a tenth of that, and parsing takes several times as much memory as the file.
pub const LARGEST_TEXT: u64 = 64 << 20;
/// The maximum size of any other file: 100 MB. Published files are kept in memory, and GitHub
/// doesn't accept larger files in a repository.
pub const LARGEST_OTHER: u64 = 100 << 20;

/// Returns whether Rolebook parses the file at `path`. If such a file isn't read, Rolebook can't
/// check links to the file, or anything that the file declares about other files.
pub fn is_text(path: &SourcePath) -> bool {
    path.is_chapter() || path.as_str() == crate::declare::config::FILE
}

/// Returns the maximum size in bytes of the content file at `path`.
pub fn limit(path: &SourcePath) -> u64 {
    if is_text(path) { LARGEST_TEXT } else { LARGEST_OTHER }
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// Returns [`io::ErrorKind::FileTooLarge`] for a larger file, and otherwise the operating system's
/// error.
pub fn read_at_most(place: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Check the file type first: if a pipe has replaced the file, opening it would block forever.
    let metadata = fs::symlink_metadata(place)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let too_large = || io::Error::from(io::ErrorKind::FileTooLarge);
    if metadata.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).map_err(|_| too_large())?);
    fs::File::open(place)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(place: &Path, limit: u64) -> Option<io::ErrorKind> {
        read_at_most(place, limit).err().map(|error| error.kind())
    }

    #[test]
    fn a_file_is_read_up_to_its_limit_and_not_beyond() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.md");
        fs::write(&place, "12345").unwrap();
        assert_eq!(read_at_most(&place, 5).unwrap(), b"12345");
        assert_eq!(kind(&place, 4), Some(io::ErrorKind::FileTooLarge));
        // This file is larger than the memory of any test machine.
        fs::File::create(&place).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(kind(&place, LARGEST_OTHER), Some(io::ErrorKind::FileTooLarge));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_has_more_bytes_than_its_size_said_is_given_up_at_the_limit() {
        let place = Path::new("/proc/self/maps");
        assert_eq!(fs::symlink_metadata(place).unwrap().len(), 0, "the kernel makes this file while it is read");
        assert_eq!(kind(place, 10), Some(io::ErrorKind::FileTooLarge));
        assert!(read_at_most(place, LARGEST_OTHER).unwrap().len() > 10);
    }

    #[test]
    fn what_is_understood_has_the_smaller_limit() {
        let of = |path: &str| limit(&SourcePath::new(path));
        assert!(["a.md", "b/c.MD", "SUMMARY.md", "handbook.toml"].iter().all(|path| of(path) == LARGEST_TEXT));
        assert!(["a.mp4", "b/handbook.toml", "md"].iter().all(|path| of(path) == LARGEST_OTHER));
    }
}
