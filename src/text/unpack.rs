//! Unpacks an archive into memory.
//!
//! Input: the bytes of a zip file. Output: the files in it, with paths that stay inside a folder. Counts
//! every byte that the files really unpack to, because an archive can claim any size. Refuses paths that
//! lead outside, symbolic links, encrypted files and archives that unpack to far more than they contain.
//! Never writes a file.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// The maximum size of all files together.
const MOST_BYTES: u64 = 512 << 20;
/// The maximum number of files.
const MOST_FILES: usize = 50_000;
/// A file may unpack to this many times its packed size, once it is larger than [`LARGE`].
const MOST_TIMES: u64 = 200;
/// The size from which on the packed size matters. Small files of one letter pack very well.
const LARGE: u64 = 8 << 20;

/// The reason why an archive isn't unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, to follow the name of the archive.
    pub message: String,
    /// The way out.
    pub help: &'static str,
}

/// A file: its path with `/` between the names, and its bytes.
pub type Unpacked = (String, Vec<u8>);

/// Unpacks an archive. An archive that consists of archives, as large exports do, is unpacked twice.
///
/// # Errors
/// Fails if the archive is damaged, too large or unsafe.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Unpacked>, Refused> {
    let mut budget = Budget { bytes: MOST_BYTES, files: MOST_FILES };
    let outer = one(bytes, &mut budget)?;
    let is_archive = |(path, _): &Unpacked| path.to_ascii_lowercase().ends_with(".zip");
    if outer.is_empty() || !outer.iter().all(is_archive) {
        return Ok(outer);
    }
    let mut files = Vec::new();
    for (_, bytes) in outer {
        files.append(&mut one(&bytes, &mut budget)?);
    }
    files.sort();
    files.dedup_by(|later, first| later.0 == first.0);
    Ok(files)
}

/// What may still be unpacked.
struct Budget {
    bytes: u64,
    files: usize,
}

fn one(bytes: &[u8], budget: &mut Budget) -> Result<Vec<Unpacked>, Refused> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    budget.files = budget.files.checked_sub(zip.len()).ok_or_else(|| too_large("contains too many files"))?;
    let mut files: Vec<Unpacked> = Vec::new();
    for n in 0..zip.len() {
        let mut entry = zip.by_index(n).map_err(|_| damaged())?;
        let name = entry.name().map_err(|_| outside("a name that isn't UTF-8"))?.replace('\\', "/");
        if entry.unix_mode().is_some_and(|mode| mode & 0o170_000 == 0o120_000) {
            return Err(outside(&format!("the symbolic link `{name}`")));
        }
        if !is_inside(&name) {
            return Err(outside(&format!("the path `{}`", name.escape_debug())));
        }
        if name.ends_with('/') || is_of_system(&name) {
            continue;
        }
        let packed = entry.compressed_size();
        let mut content = Vec::new();
        let read = entry.by_ref().take(budget.bytes + 1).read_to_end(&mut content).map_err(|_| damaged())?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        let left = budget.bytes.checked_sub(read);
        budget.bytes = left.ok_or_else(|| too_large(&format!("unpacks to more than {} MB", MOST_BYTES >> 20)))?;
        if read > LARGE && read / packed.max(1) > MOST_TIMES {
            return Err(too_large(&format!("unpacks to {} times its size", read / packed.max(1))));
        }
        files.push((name, content));
    }
    files.sort();
    let is_twice = files.windows(2).any(|pair| pair[0].0 == pair[1].0);
    if is_twice { Err(outside("one path twice")) } else { Ok(files) }
}

/// Returns whether a path leads to a place inside the folder that it is unpacked to.
fn is_inside(path: &str) -> bool {
    let parts = path.trim_end_matches('/').split('/');
    !path.chars().any(|c| c.is_control() || c == ':')
        && parts.into_iter().all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Returns whether a file was added by an operating system.
fn is_of_system(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("__MACOSX/") || matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

fn damaged() -> Refused {
    Refused {
        message: "is damaged or encrypted".to_owned(),
        help: "export it again, without a password; if it opens elsewhere, unpack it and name the folder",
    }
}

fn too_large(what: &str) -> Refused {
    Refused { message: what.to_owned(), help: "export fewer pages at once, or without attachments" }
}

fn outside(what: &str) -> Refused {
    Refused {
        message: format!("contains {what}, and isn't unpacked"),
        help: "export it again; a program that exports pages never writes that",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refusal(bytes: &[u8]) -> String {
        unpack(bytes).unwrap_err().message
    }

    #[test]
    fn files_are_unpacked_with_their_paths_and_those_of_archives_in_it() {
        let inner = packed(&[("a/b.md", b"# B"), ("__MACOSX/x", b""), ("a/.DS_Store", b"")]);
        assert_eq!(unpack(&inner).unwrap(), [("a/b.md".to_owned(), b"# B".to_vec())]);
        let other = packed(&[("c.md", b"# C"), ("a/b.md", b"# B")]);
        let outer = packed(&[("Part-1.zip", &inner), ("Part-2.zip", &other)]);
        let names: Vec<String> = unpack(&outer).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a/b.md", "c.md"]);
    }

    #[test]
    fn paths_that_lead_outside_and_links_are_refused() {
        for path in ["../a.md", "a/../../b", "/etc/passwd", "C:/a", "a//b", "a\\..\\b", "./a", "a\nb"] {
            let message = refusal(&packed(&[(path, b"x")]));
            assert!(message.contains("isn't unpacked"), "{path}: {message}");
        }
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("a", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert!(refusal(&zip.finish().unwrap().into_inner()).contains("symbolic link"));
        assert!(refusal(b"PK").contains("damaged"));
    }

    #[test]
    fn an_archive_that_unpacks_to_far_more_than_it_contains_is_refused() {
        let zeros = vec![0; 16 << 20];
        assert!(refusal(&packed(&[("a", &zeros)])).contains("times its size"));
        assert!(unpack(&packed(&[("a", &zeros[..1 << 20])])).is_ok());
    }
}
