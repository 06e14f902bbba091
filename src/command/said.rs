//! What a build says in the terminal, so that the next one can say the same if nothing has changed.
//!
//! Input: the findings and notes of a build, and its site. Output: lines on standard error and
//! standard output, and the same as JSON. Never decides whether anything has changed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::load::Loaded;
use super::{argument, close, complain, explain, note};
use crate::cli::Build;
use crate::declare::config::Config;
use crate::world::disk::Written;
use crate::world::report::plural;

/// What a build said.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// The findings that were known at first, as they were printed.
    pub findings: String,
    /// What the content was read as.
    pub read_as: Option<String>,
    /// A note about each part of the past that couldn't be read.
    pub notes: Vec<String>,
    /// The findings that became known later, as they were printed.
    pub late: String,
    /// The number of pages.
    pub pages: usize,
    /// The number of errors and warnings in words.
    pub summary: String,
    /// The end of the closing line: the audience, and what was left out.
    pub tail: String,
}

impl Said {
    /// Reads what was kept, or returns `None` if it was kept by another version.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Returns what to keep.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Prints everything again for a build that had nothing to do.
    pub fn again(&self, loaded: &Loaded, options: &Build, took: Duration) {
        complain(&self.findings);
        self.explain();
        complain(&self.late);
        super::theme::note_outdated(&loaded.project);
        self.close((loaded, options), 0, took);
    }

    /// Prints what the content was read as, and the notes about the past.
    pub fn explain(&self) {
        if let Some(text) = &self.read_as {
            explain(text);
        }
        for text in &self.notes {
            note(text);
        }
    }

    /// Says what was written, where, and how to look at it.
    pub fn close(&self, (loaded, options): (&Loaded, &Build), files: usize, took: Duration) {
        let Self { pages, summary, tail, .. } = self;
        let (seconds, place) = (took.as_secs_f64(), loaded.out.display());
        let (pages, files) = (plural(*pages, "page"), plural(files, "file"));
        close(&format!("{pages}, {files} written, {summary}, {seconds:.2} s -> {place}{tail}"));
        let mut command = format!("rolebook serve{}", argument(&options.source.dir));
        if let Some(name) = &options.source.audience {
            command.push_str(&format!(" --audience {name}"));
        }
        close(&format!("Next: `{command}` shows it in a browser; to publish it, upload the folder {place}."));
    }

    /// Returns whether the build may be remembered. Findings quote chapters, and a memory of a build
    /// for one audience must not hold what is hidden from it.
    pub fn may_be_remembered(&self, written: &Written, config: &Config) -> bool {
        let says_nothing = self.findings.is_empty() && self.late.is_empty();
        (config.audiences.is_empty() || says_nothing) && written.kept_edited.is_empty()
    }
}
