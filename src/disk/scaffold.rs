//! Writes new files into a folder, all or none of them.
//!
//! Input: a folder and texts by path. Output: the files on disk. Refuses where one of them is there already; never overwrites.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::MachineError;

/// Writes every file below `root`; returns the first that is there already, and then has written nothing.
///
/// # Errors
/// Where the machine cannot write.
pub fn write_new_files(root: &Path, files: &[(&str, &str)]) -> Result<Option<PathBuf>, MachineError> {
    let places: Vec<(PathBuf, &str)> = files.iter().map(|(path, text)| (root.join(path), *text)).collect();
    if let Some((place, _)) = places.iter().find(|(place, _)| fs::symlink_metadata(place).is_ok()) {
        return Ok(Some(place.clone()));
    }
    for (place, text) in &places {
        let write = || {
            place.parent().map_or(Ok(()), fs::create_dir_all)?;
            // Somebody may have made it since we looked: that file is theirs.
            fs::File::options().write(true).create_new(true).open(place)?.write_all(text.as_bytes())
        };
        write().map_err(MachineError::new("write", place))?;
    }
    Ok(None)
}
