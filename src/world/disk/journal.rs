//! Keeps the texts that commands replaced in authors' files. Each write has its own folder.
//!
//! Input: the project's folder. Output: entries, newest last, and their texts. An entry is complete
//! before the first file changes, and also serves as the plan for finishing an interrupted command.
//! Never shows a change of a text that the caller may not see. Never grows beyond its limits.
//!
//! `.rolebook/journal/00000012/` contains `plan.json` and a file that says how the entry ended. For
//! each step it contains files named after the step's number: `.old` and `.new` are copies of the
//! texts, and `.swap` is the new file until it is moved into place. From then on, `.swap` is the
//! very file that was replaced, so that an editor that still has it open writes into the journal.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::MachineError;
use super::private::Private;
use crate::text::path::SourcePath;

/// The maximum number of entries that are kept.
const MOST_ENTRIES: usize = 1_000;
/// The maximum number of bytes that are kept: 64 MB. The newest entry is kept even if it is larger.
const MOST_BYTES: u64 = 64 << 20;
/// The file whose presence makes an entry complete.
const PLAN: &str = "plan.json";

/// The state of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The entry is being carried out, or the process that was carrying it out was killed.
    Open,
    /// Every file of the entry was written.
    Done,
    /// A file was changed in the meantime or the operating system reported an error, so all files
    /// were restored.
    Undone,
}

/// An entry of the journal: the changes that one command made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of the entry. Later entries have higher numbers.
    pub number: u64,
    /// The time when the command began, as a Unix timestamp in milliseconds.
    pub at: u64,
    /// The command, such as `mv`.
    pub command: String,
    /// The state of the entry.
    pub state: State,
    /// The changes that the command made, in order.
    pub changes: Vec<Noted>,
}

/// A change in an entry, or a placeholder if the caller may not see the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// A change to a text that the caller is allowed to see.
    Change(Change),
    /// A change for another audience. Nothing about it is revealed, not even its name.
    ForAnother,
}

/// A change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the change in its entry, which callers use to request the texts of the change.
    pub number: usize,
    /// The file, relative to the content folder.
    pub path: SourcePath,
    /// The previous path, if the file was moved.
    pub from: Option<SourcePath>,
    /// The hash of the text that was replaced, or `None` for a new file.
    pub before: Option<String>,
    /// The hash of the replacement, or `None` for a file that was only moved.
    pub after: Option<String>,
    /// Whether an editor wrote to the file after it was replaced.
    pub is_late: bool,
}

/// One of the texts of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The text that was replaced.
    Before,
    /// The replacement.
    After,
    /// The text that an editor wrote to the file at the moment when it was replaced, or later.
    Late,
}

/// A function that returns whether the caller may see a file that contains the given text or, if no
/// text is given, whether the caller may see the file at all. In case of doubt, the function must
/// return false, because an old text may have been meant for fewer readers than today's chapter.
pub type Visible<'a> = &'a dyn Fn(&SourcePath, Option<&[u8]>) -> bool;

/// The planned steps of an entry. The plan is written before the first step is carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    pub version: u32,
    pub at: u64,
    pub command: String,
    /// The command with its arguments, used to recognize that the user runs the same command again.
    pub words: String,
    #[serde(default)]
    pub input: String,
    /// The folder of the files, relative to the project's folder.
    pub root: String,
    pub steps: Vec<Planned>,
}

/// One step of a plan: a move if `from` is set, a new file if `before` isn't, and a replacement
/// otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Planned {
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether the new file waits in a private folder next to its destination, because the
    /// destination is on a different file system than the journal.
    #[serde(default)]
    pub is_beside: bool,
}

/// The folder of an entry.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub number: u64,
    pub place: PathBuf,
}

impl Folder {
    /// Returns the path of a file that belongs to step `n`, such as `old` or `swap`.
    pub fn of(&self, n: usize, what: &str) -> PathBuf {
        self.place.join(format!("{n}.{what}"))
    }

    /// Returns the path of step `n`'s swap file. Before the step, the swap file is the new file
    /// that will be moved to `place`; afterward, it is the file that was replaced.
    pub fn swap(&self, n: usize, step: &Planned, place: &Path) -> PathBuf {
        match place.parent().filter(|_| step.is_beside) {
            Some(folder) => Private::of(folder).join(&format!("{}-{n}.swap", self.number)),
            None => self.of(n, "swap"),
        }
    }

    /// Reads the plan. Returns `None` if the entry was never completed.
    pub fn plan(&self) -> Option<Plan> {
        let plan: Plan = serde_json::from_slice(&fs::read(self.place.join(PLAN)).ok()?).ok()?;
        (plan.version == 1).then_some(plan)
    }

    /// Returns whether there is a plan, even one that this version can't read.
    pub fn is_complete(&self) -> bool {
        self.place.join(PLAN).exists()
    }

    /// Completes the entry. From now on, an interrupted command will be finished.
    pub fn commit(&self, plan: &Plan) -> Result<(), MachineError> {
        let write = || {
            let place = self.place.join("plan.new");
            let mut file = fs::File::create(&place)?;
            file.write_all(&serde_json::to_vec_pretty(plan)?)?;
            file.sync_all()?;
            fs::rename(&place, self.place.join(PLAN))
        };
        write().map_err(MachineError::new("write", &self.place))?;
        sync_folder(&self.place);
        sync_folder(self.place.parent().unwrap_or(&self.place));
        Ok(())
    }

    pub fn state(&self) -> State {
        if self.place.join("done").exists() {
            State::Done
        } else if self.place.join("undone").exists() {
            State::Undone
        } else {
            State::Open
        }
    }

    /// Records how the entry ended.
    pub fn end(&self, state: State) -> Result<(), MachineError> {
        let name = if state == State::Done { "done" } else { "undone" };
        fs::write(self.place.join(name), "").map_err(MachineError::new("write", &self.place))
    }

    /// Records that the command has reported its result. If the user runs the command again after
    /// that, it counts as a new one.
    pub fn told(&self) {
        let _ = fs::write(self.place.join("told"), "");
    }

    pub fn is_told(&self) -> bool {
        self.place.join("told").exists()
    }
}

/// Flushes a folder to disk on systems that support it, so that the names in the folder survive a
/// power failure.
pub(super) fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Lists the folders of the entries, oldest first.
pub(super) fn folders(private: &Private) -> Vec<Folder> {
    let entries = fs::read_dir(private.join("journal"));
    let number = |entry: fs::DirEntry| {
        let number = entry.file_name().to_str()?.parse().ok()?;
        Some(Folder { number, place: entry.path() })
    };
    let mut list: Vec<Folder> = entries.into_iter().flatten().flatten().filter_map(number).collect();
    list.sort_by_key(|folder| folder.number);
    list
}

/// Creates the folder of a new entry.
pub(super) fn begin(private: &Private) -> Result<Folder, MachineError> {
    let number = folders(private).last().map_or(1, |last| last.number + 1);
    let place = private.join("journal").join(format!("{number:08}"));
    fs::create_dir_all(&place).map_err(MachineError::new("write", &place))?;
    Ok(Folder { number, place })
}

/// Deletes the oldest entries beyond the limits, except for open ones.
pub(super) fn trim(private: &Private) {
    let (mut count, mut bytes) = (0, 0);
    for folder in folders(private).iter().rev() {
        count += 1;
        let files = fs::read_dir(&folder.place).into_iter().flatten().flatten();
        bytes += files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum::<u64>();
        let is_over = count > MOST_ENTRIES || (count > 1 && bytes > MOST_BYTES);
        if is_over && folder.state() != State::Open {
            let _ = fs::remove_dir_all(&folder.place);
        }
    }
}

/// The journal of a project, for reading.
#[derive(Clone, Debug)]
pub struct Journal {
    private: Private,
    /// The content folder, relative to the project's folder.
    content: String,
}

impl Journal {
    /// Returns the journal of the project at `base`; `content` is the path of the content folder
    /// relative to `base`.
    pub(super) fn new(base: &Path, content: String) -> Self {
        Self { private: Private::of(base), content }
    }

    /// Lists the entries that changed the content, oldest first. Changes that aren't visible are
    /// replaced by placeholders.
    pub fn entries(&self, visible: Visible) -> Vec<Entry> {
        folders(&self.private).iter().filter_map(|folder| self.entry(folder, visible)).collect()
    }

    /// Returns a text of a change. Returns `None` if the text doesn't exist or isn't visible, or if
    /// an unknown version of Rolebook wrote the entry.
    pub fn text(&self, entry: u64, change: usize, which: Which, visible: Visible) -> Option<Vec<u8>> {
        let folder = folders(&self.private).into_iter().find(|folder| folder.number == entry)?;
        let seen = self.entry(&folder, visible)?.changes.into_iter();
        let mut seen = seen.filter_map(|noted| if let Noted::Change(change) = noted { Some(change) } else { None });
        let change = seen.find(|known| known.number == change)?;
        let bytes = match which {
            Which::Before => checked(&folder.of(change.number, "old"), change.before.as_deref()),
            Which::After => checked(&folder.of(change.number, "new"), change.after.as_deref()),
            Which::Late if change.is_late => fs::read(folder.of(change.number, "swap")).ok(),
            Which::Late => None,
        }?;
        visible(&change.path, Some(&bytes)).then_some(bytes)
    }

    fn entry(&self, folder: &Folder, visible: Visible) -> Option<Entry> {
        let plan = folder.plan()?;
        let steps: Vec<Change> =
            plan.steps.iter().enumerate().filter_map(|(n, step)| self.change(folder, &plan, (n, step))).collect();
        let is_seen = |change: &Change| {
            let texts = ["old", "new"].map(|what| fs::read(folder.of(change.number, what)).ok());
            let late = change.is_late.then(|| fs::read(folder.of(change.number, "swap")).ok()).flatten();
            let mut texts = texts.iter().chain([&late]).flatten();
            visible(&change.path, None) && texts.all(|text| visible(&change.path, Some(text)))
        };
        // A file that is both moved and changed has two steps, and only the second one has texts.
        let hidden: Vec<SourcePath> =
            steps.iter().filter(|change| !is_seen(change)).map(|change| change.path.clone()).collect();
        let note =
            |change: Change| if hidden.contains(&change.path) { Noted::ForAnother } else { Noted::Change(change) };
        let changes: Vec<Noted> = steps.into_iter().map(note).collect();
        let (number, state) = (folder.number, folder.state());
        (!changes.is_empty()).then_some(Entry { number, at: plan.at, command: plan.command, state, changes })
    }

    /// Returns a step as a change of the content, or `None` if its file is outside the content
    /// folder.
    fn change(&self, folder: &Folder, plan: &Plan, (n, step): (usize, &Planned)) -> Option<Change> {
        let inside = |path: &str| {
            let whole = if plan.root.is_empty() { path.to_owned() } else { format!("{}/{path}", plan.root) };
            if self.content.is_empty() {
                return Some(SourcePath::new(whole));
            }
            whole.strip_prefix(&format!("{}/", self.content)).map(SourcePath::new)
        };
        let path = inside(&step.path)?;
        let from = step.from.as_deref().and_then(inside);
        let is_replaced = step.before.is_some() && step.from.is_none();
        let held = if is_replaced { fs::read(folder.of(n, "swap")).ok() } else { None };
        let known =
            |held: &Vec<u8>| [&step.before, &step.after].into_iter().flatten().any(|hash| *hash == hash_of(held));
        let is_late = held.is_some_and(|held| !known(&held));
        Some(Change { number: n, path, from, before: step.before.clone(), after: step.after.clone(), is_late })
    }
}

/// Reads a copy of a text. Returns `None` if the hash of the copy doesn't match, for example after
/// a power failure.
fn checked(place: &Path, hash: Option<&str>) -> Option<Vec<u8>> {
    fs::read(place).ok().filter(|bytes| hash == Some(&hash_of(bytes)))
}

/// Returns the hash that identifies a text.
pub(super) fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
