//! Reads the content folder, and writes the output folder and authors' files. This is the only
//! module that touches files.
//!
//! Input: folders on disk. Output: the bytes of chapters, and a site on disk. Never decides what a
//! site contains, never follows a link out of the content, and never overwrites or deletes a file
//! in the output that Rolebook didn't write. Only [`Writer`] writes authors' files.

mod beyond;
mod bounded;
mod grounds;
mod guard;
mod ignored;
mod inventory;
mod journal;
mod ledger;
mod leftover;
mod manifest;
mod memory;
mod originals;
mod output;
mod plan;
mod private;
mod project;
mod refusal;
mod shelved;
mod swap;
mod table;
mod walk;
mod writer;

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

pub use guard::Guards;
pub use inventory::Inventory;
pub use ledger::{Change, Entry, What};
use leftover::Leftover;
pub use leftover::leftover;
pub use memory::{Before, Made, Memory, Recalled};
pub use originals::{ORIGINALS, Original, check_writable, originals};
pub use output::{Again, Calls, Output, Render, WriteError, Written};
pub use private::Private;
pub use project::{Inputs, Project, is_unread};
pub use refusal::{Failure, Refusal};
pub use shelved::{Keeper, Shelved};
pub use table::{read_archive, read_given};
pub use walk::{Foreign, is_passed_over, read_inside};
use walk::{Why, read_content, read_file, read_many};
pub use writer::{Deed, Finished, Receipt, Step, Unwritten, Writer};

/// An error of the operating system, such as an unreadable file or a full disk. The error ends the
/// program with exit code 3.
#[derive(Debug)]
pub struct MachineError {
    /// The path of the file or folder, in the form in which the user knows it.
    pub path: PathBuf,
    /// The operation that failed, as a verb: "read", "write", "delete".
    pub doing: &'static str,
    /// The error from the operating system.
    pub source: io::Error,
}

impl MachineError {
    /// Returns a function, for `map_err`, that adds the operation and the path to an error from the
    /// operating system.
    pub(crate) fn new(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { path: path.to_path_buf(), doing, source }
    }
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} `{}`: {}", self.doing, self.path.display(), reason(&self.source))
    }
}

impl std::error::Error for MachineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Returns the device and inode numbers of a file or folder, which identify it. Systems other than
/// Unix have none.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems have no such numbers")]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Describes in plain words why an operation failed.
fn reason(error: &io::Error) -> String {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::StorageFull => "the disk is full",
        io::ErrorKind::QuotaExceeded => "the disk quota is used up",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        io::ErrorKind::NotADirectory => "it is not a folder",
        io::ErrorKind::IsADirectory => "it is a folder",
        io::ErrorKind::InvalidFilename => "the name is too long or not allowed here",
        io::ErrorKind::FileTooLarge => "the file is too large",
        _ => return without_number(&error.to_string()),
    };
    words.to_owned()
}

/// Returns the operating system's message without the error number that Rust appends.
fn without_number(words: &str) -> String {
    let words = words.split(" (os error").next().unwrap_or(words);
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_file_and_the_reason_in_plain_words() {
        let error = MachineError::new("read", Path::new("a/b.md"))(io::ErrorKind::PermissionDenied.into());
        assert_eq!(error.to_string(), "could not read `a/b.md`: permission denied");
        assert_eq!(without_number("Input/output error (os error 5)"), "input/output error");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_authors_meet_most_is_said_in_words_that_need_no_manual() {
        for (number, words) in [
            (2, "there is no such file or folder"),
            (13, "permission denied"),
            (20, "it is not a folder"),
            (21, "it is a folder"),
            (27, "the file is too large"),
            (28, "the disk is full"),
            (30, "the file system is read-only"),
            (36, "the name is too long or not allowed here"),
            (122, "the disk quota is used up"),
        ] {
            let error = MachineError::new("write", Path::new("a.md"))(io::Error::from_raw_os_error(number));
            assert_eq!(error.to_string(), format!("could not write `a.md`: {words}"));
        }
    }
}
