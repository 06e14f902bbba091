//! Reads the originals of copied theme files, and finds folders that can't be written to.
//!
//! Input: the folder of themes. Output: the files of the default theme as they were when an author
//! copied them. `rolebook theme copy` keeps them in `themes/NAME/.originals/VERSION/`, which isn't
//! part of the theme because its name begins with a dot. Never follows a link.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::MachineError;

/// The folder in a theme that contains the originals.
pub const ORIGINALS: &str = ".originals";

/// A file of the default theme as it was when it was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The name of the theme that contains the copy.
    pub theme: String,
    /// The version of Rolebook that the file comes from.
    pub version: String,
    /// The path in the theme, such as `templates/page.html`.
    pub path: String,
    /// The contents.
    pub bytes: Vec<u8>,
}

/// Returns the originals of all copies in the folder `themes`, sorted. Files that can't be read are
/// left out, because all that depends on them is a note.
pub fn originals(themes: &Path) -> Vec<Original> {
    let mut found = Vec::new();
    let theme_folders = WalkDir::new(themes).min_depth(1).max_depth(1).sort_by_file_name().into_iter();
    for folder in theme_folders.filter_map(Result::ok).filter(|entry| entry.file_type().is_dir()) {
        let root = folder.path().join(ORIGINALS);
        let files = WalkDir::new(&root).min_depth(2).sort_by_file_name().into_iter().filter_map(Result::ok);
        for file in files.filter(|entry| entry.file_type().is_file()) {
            let Ok(inside) = file.path().strip_prefix(&root) else { continue };
            let inside = inside.to_string_lossy().replace('\\', "/");
            let (Some((version, path)), Ok(bytes)) = (inside.split_once('/'), fs::read(file.path())) else { continue };
            let theme = folder.file_name().to_string_lossy().into_owned();
            found.push(Original { theme, version: version.to_owned(), path: path.to_owned(), bytes });
        }
    }
    found
}

/// Checks whether files can be written in a folder, or in the nearest existing folder above it, by
/// writing a temporary one.
///
/// # Errors
/// Returns the error of the operating system.
pub fn check_writable(folder: &Path) -> Result<(), MachineError> {
    let existing = folder.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new("."));
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    tempfile::tempfile_in(existing).map(drop).map_err(MachineError::new("write in", existing))
}
