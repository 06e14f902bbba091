//! Opens the archive that a workbook is, and bounds what it unpacks to.
//!
//! Input: a file's bytes. Output: the texts in it. Counts every byte that the parts of the workbook
//! really unpack to before anything else reads them, because an archive can claim any size.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::Fault;

/// The maximum size of all texts in a workbook.
const MOST_BYTES: u64 = 64 << 20;
/// The maximum number of files in the archive.
const MOST_FILES: usize = 10_000;

/// A workbook whose texts together aren't too large.
pub struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Archive<'a> {
    /// Opens an archive.
    ///
    /// # Errors
    /// Fails if it is damaged, encrypted or too large.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if zip.len() > MOST_FILES {
            return Err(too_large());
        }
        let mut left = MOST_BYTES;
        for n in 0..zip.len() {
            let entry = zip.by_index(n).map_err(|_| damaged())?;
            if !entry.name().is_ok_and(|name| is_text(&name)) {
                continue;
            }
            let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).map_err(|_| damaged())?;
            left = left.checked_sub(read).ok_or_else(too_large)?;
        }
        Ok(Self { zip })
    }

    /// Returns whether there is a file whose name begins like this.
    pub fn has(&self, start: &str) -> bool {
        self.zip.file_names().any(|name| name.is_ok_and(|name| name.starts_with(start)))
    }

    /// Returns the text of a file, or `None` if there is no such file or it isn't UTF-8.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let entry = self.zip.by_name(name).ok()?;
        let mut text = String::new();
        entry.take(MOST_BYTES).read_to_string(&mut text).ok()?;
        Some(text)
    }
}

fn is_text(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "mimetype" || [".xml", ".rels", ".bin", ".vml"].iter().any(|end| name.ends_with(end))
}

fn damaged() -> Fault {
    Fault::new("this workbook is damaged", "open it in a spreadsheet program, save it again, and import the new file")
}

fn too_large() -> Fault {
    let help = "delete sheets, pictures and unused rows that the import doesn't need, or save one sheet as CSV";
    Fault::new(format!("this workbook unpacks to more than {} MB", MOST_BYTES >> 20), help)
}
