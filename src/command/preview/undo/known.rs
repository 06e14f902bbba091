//! Collects what the journal says about texts that were hidden once.
//!
//! Input: the site that is shown, and the journal. Output: whether a change was hidden from the
//! audience of the site when it was made, and the lines of a file that were hidden at any time.
//! Today's marks alone can't tell: a chapter may have left the folder that hid it, and an index that
//! hid a folder may be gone. What is unclear counts as hidden.

use std::collections::{BTreeMap, BTreeSet};

use super::log::{Noted, newest};
use super::sight::Sight;
use crate::model::compile::hides;
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::world::disk::{Change, What, Writer};

/// What the journal says about hidden texts. Without audiences it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Whether the handbook has audiences.
    has_audiences: bool,
    /// Folders that an index hides now or hid once.
    folders: BTreeSet<String>,
    /// Folders of which the journal has an index.
    indexed: BTreeSet<String>,
    /// The files of which the journal has a text, by their paths today, and whether any of these
    /// texts was hidden as a whole.
    files: BTreeMap<SourcePath, bool>,
    /// The lines that were hidden in a text that was shown, by the path of the file today.
    lines: BTreeMap<SourcePath, BTreeSet<Vec<u8>>>,
}

impl Known {
    /// Reads the journal. Reads nothing if the handbook has no audiences.
    pub fn of(site: &Site, writer: &Writer) -> Self {
        let mut known = Self::default();
        if site.handbook().config.audiences.is_empty() {
            return known;
        }
        known.has_audiences = true;
        let hidden = site.sources().files.keys().filter(|path| is_hidden(site, path));
        let folders = hidden.flat_map(|path| hides(path, &site.handbook().config));
        known.folders = folders.map(str::to_owned).collect();
        for noted in newest(writer) {
            for change in noted.entry.changes.iter().filter(|change| change.path.is_chapter()) {
                known.note(site, &noted, change);
            }
        }
        known
    }

    fn note(&mut self, site: &Site, noted: &Noted, change: &Change) {
        let today = noted.today(&change.path);
        let texts = match &change.what {
            What::Created(text) | What::Removed(text) => vec![text],
            What::Replaced(before, after) => vec![before, after],
            What::Moved(_) => Vec::new(),
        };
        let mut hides = site.sources().files.contains_key(&today) && is_hidden(site, &today);
        for text in texts {
            let sight = Sight::of(site, &change.path, text);
            hides |= sight.is_none();
            *self.files.entry(today.clone()).or_default() |= sight.is_none();
            let lines = sight.iter().flat_map(Sight::secrets).map(<[u8]>::to_vec);
            self.lines.entry(today.clone()).or_default().extend(lines);
        }
        for index in noted.paths(change).filter(SourcePath::is_index) {
            self.indexed.insert(index.folder().to_owned());
            if hides {
                self.folders.insert(index.folder().to_owned());
            }
        }
    }

    /// Returns whether a change, or the name that a file had, was hidden from the audience.
    pub fn hides(&self, site: &Site, noted: &Noted, change: &Change) -> bool {
        if !self.has_audiences {
            return false;
        }
        let is_below = |path: &SourcePath| path.folders().any(|folder| self.folders.contains(folder));
        if noted.paths(change).any(|path| is_below(&path)) {
            return true;
        }
        if let What::Moved(_) = &change.what {
            let today = noted.today(&change.path);
            let is_shown = site.sources().files.contains_key(&today);
            return self.files.get(&today).copied().unwrap_or(!is_shown);
        }
        // If a folder is gone, nothing tells whether it had an index that hid it.
        let is_gone = |folder: &str| {
            let has_it = |path: &SourcePath| path.folders().any(|other| other == folder);
            !folder.is_empty() && !self.indexed.contains(folder) && !site.sources().files.keys().any(has_it)
        };
        let is_for_everyone = site.handbook().config.audience.is_none();
        is_for_everyone && noted.later(&change.path).any(|path| path.folders().any(is_gone))
    }

    /// Returns the lines of a file that were hidden at any time.
    pub fn lines(&self, path: &SourcePath) -> impl Iterator<Item = &[u8]> {
        self.lines.get(path).into_iter().flatten().map(Vec::as_slice)
    }
}

fn is_hidden(site: &Site, path: &SourcePath) -> bool {
    site.handbook().book.at_path(path).is_none()
}
