//! Keeps the texts that commands replaced in authors' files. Each write has its own folder.
//!
//! Input: the project's folder. Output: entries, newest last. An entry is complete before the first
//! file changes, and also serves as the plan for finishing an interrupted command. Never grows
//! beyond its limits.
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
use super::bounded::{LARGEST_OTHER, read_at_most};
use super::private::{Private, make_folder, write_afresh};

/// The maximum number of entries that are kept.
const MOST_ENTRIES: usize = 1_000;
/// The maximum number of bytes that are kept: 64 MB. The newest entry is kept even if it is larger.
const MOST_BYTES: u64 = 64 << 20;
/// The file whose presence makes an entry complete.
const PLAN: &str = "plan.json";

/// The newest version of a plan. Version 2 has removals, which earlier programs must not carry out.
pub(super) const NEWEST: u32 = 2;

/// The state of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The entry is being carried out, or the process that was carrying it out was killed.
    Open,
    /// Every file of the entry was written.
    Done,
    /// A file was changed in the meantime or the operating system reported an error, so all files
    /// were restored.
    Undone,
}

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

/// One step of a plan: a move if `from` is set, a new file if `before` isn't, a removal if `after`
/// isn't, and a replacement otherwise.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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

impl Planned {
    /// Returns whether the step removes a file.
    pub fn removes(&self) -> bool {
        self.from.is_none() && self.before.is_some() && self.after.is_none()
    }
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
        let plan: Plan = serde_json::from_slice(&read_at_most(&self.place.join(PLAN), LARGEST_OTHER).ok()?).ok()?;
        (1..=NEWEST).contains(&plan.version).then_some(plan)
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
        write_afresh(&self.place.join(name), b"").map_err(MachineError::new("write", &self.place))
    }

    /// Records that the command has reported its result. If the user runs the command again after
    /// that, it counts as a new one.
    pub fn told(&self) {
        let _ = write_afresh(&self.place.join("told"), b"");
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
    let place = private.join("journal");
    let is_link = fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink());
    let entries = (!is_link).then(|| fs::read_dir(place).into_iter().flatten());
    let number = |entry: fs::DirEntry| {
        // A link could lead to a folder that someone else chose.
        entry.file_type().ok().filter(fs::FileType::is_dir)?;
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
    let journal = private.join("journal");
    let place = journal.join(format!("{number:08}"));
    make_folder(&journal).and_then(|()| fs::create_dir_all(&place)).map_err(MachineError::new("write", &place))?;
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
