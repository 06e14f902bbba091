//! Reads back what the journal keeps: the changes that commands and pages made to authors' files.
//!
//! Input: the project's folder. Output: finished entries, newest first, with the texts before and
//! after. These texts aren't redacted: callers have to check what may be shown. Never changes a
//! file, and never returns a text that doesn't match the hash in the plan.

use std::path::PathBuf;

use super::bounded::{LARGEST_OTHER, read_at_most};
use super::journal::{self, Folder, Plan, Planned, State};
use super::private::Private;
use crate::text::path::SourcePath;
use crate::text::source::hash_of;

/// One command, or one save from a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of the entry. Later entries have higher numbers.
    pub number: u64,
    /// The time of the command, as a Unix timestamp in milliseconds.
    pub at: u64,
    /// The command with its arguments.
    pub words: String,
    /// The changes of files, in the order in which they were made.
    pub changes: Vec<Change>,
}

/// A change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file, relative to the content folder.
    pub path: SourcePath,
    /// What happened to it.
    pub what: What,
    /// The place of a text that an editor wrote at the moment when the file was replaced, if there
    /// is one.
    pub late: Option<PathBuf>,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The file was created with this text.
    Created(Vec<u8>),
    /// The first text was replaced by the second.
    Replaced(Vec<u8>, Vec<u8>),
    /// The file was removed, and had this text.
    Removed(Vec<u8>),
    /// The file was moved from this path, and its text stayed as it was.
    Moved(SourcePath),
}

/// Returns the number of the newest entry, or 0 if there is none.
pub(super) fn newest(private: &Private) -> u64 {
    journal::folders(private).last().map_or(0, |folder| folder.number)
}

/// Reads finished entries, newest first, one at a time. `content` is the content folder, relative to
/// the project's folder.
pub(super) fn entries(private: &Private, content: String) -> impl Iterator<Item = Entry> + use<> {
    journal::folders(private).into_iter().rev().filter_map(move |folder| entry(&folder, &content))
}

fn entry(folder: &Folder, content: &str) -> Option<Entry> {
    let plan = folder.plan().filter(|_| folder.state() == State::Done)?;
    let steps = plan.steps.iter().enumerate();
    let changes = steps.map(|(n, step)| change(folder, (&plan, content), (n, step))).collect::<Option<Vec<_>>>()?;
    Some(Entry { number: folder.number, at: plan.at, words: plan.words, changes })
}

/// Returns a step as a change, or `None` if its file isn't in the content folder or a copy is
/// damaged, for example after a power failure.
fn change(folder: &Folder, (plan, content): (&Plan, &str), (n, step): (usize, &Planned)) -> Option<Change> {
    let inside = |path: &str| {
        let whole = if plan.root.is_empty() { path.to_owned() } else { format!("{}/{path}", plan.root) };
        let inside = if content.is_empty() { Some(&*whole) } else { whole.strip_prefix(&format!("{content}/")) };
        inside.map(SourcePath::new)
    };
    let path = inside(&step.path)?;
    let copy = |what: &str, hash: &Option<String>| {
        read_at_most(&folder.of(n, what), LARGEST_OTHER).ok().filter(|bytes| hash.as_deref() == Some(&hash_of(bytes)))
    };
    let what = match (&step.from, &step.before, &step.after) {
        (Some(from), ..) => What::Moved(inside(from)?),
        (None, Some(_), Some(_)) => What::Replaced(copy("old", &step.before)?, copy("new", &step.after)?),
        (None, Some(_), None) => What::Removed(copy("old", &step.before)?),
        (None, None, _) => What::Created(copy("new", &step.after)?),
    };
    let swap = folder.of(n, "swap");
    let is_taken_out = step.from.is_none() && step.before.is_some();
    let is_other = |bytes: Vec<u8>| ![&step.before, &step.after].contains(&&Some(hash_of(&bytes)));
    let is_late = is_taken_out && read_at_most(&swap, LARGEST_OTHER).is_ok_and(is_other);
    Some(Change { path, what, late: is_late.then_some(swap) })
}
