//! Writes authors' files. Every command that changes authors' files uses this module.
//!
//! Input: the expected contents and the new contents of each file. Output: either all of the files
//! have their new contents or none has, and the journal contains the texts that were replaced.
//! Never leaves a partly written file, never follows a symbolic link, never writes outside the
//! content, and never loses a text that an editor saves at the same moment.
//!
//! The order is: compare the files; write the new files and copies of the old ones into a folder of
//! the journal; complete the entry; then exchange each file with its new version in a single step,
//! and look at the file that was taken out. If that file isn't the one that the plan expected, an
//! editor was faster, so this exchange and all others are undone. If a command is killed, its entry
//! is either complete or not there, so the next command can always finish the work.

mod stage;
mod steps;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::grounds::Grounds;
use super::journal::{self, Folder, Plan, State};
use super::ledger::{self, Entry};
use super::private::Private;
use super::swap::Swap;
use super::{MachineError, Project, Refusal, bounded};
use crate::text::path::SourcePath;
use crate::text::source::{Hash, hash_of};

/// The time to wait for text in an empty file, because some editors truncate a file before they
/// write it.
const SETTLE: Duration = Duration::from_millis(50);

/// The command that writes, and the data that identifies it.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// The command with its arguments, such as `mv old new`. If the command is interrupted, running it again with the
    /// same words finishes it.
    pub words: &'a str,
    /// A hash of other input that the command reads, such as a table, or an empty string if there
    /// is none.
    pub input: &'a str,
    /// The time, as a Unix timestamp in milliseconds.
    pub at: u64,
}

/// One change of a file.
#[derive(Clone, Debug)]
pub enum Step {
    /// Creates a file that doesn't exist.
    Create {
        /// The path of the file.
        path: SourcePath,
        /// The text to write.
        text: Vec<u8>,
    },
    /// Replaces the text of a file.
    Replace {
        /// The path of the file after all moves.
        path: SourcePath,
        /// The text that the file is expected to contain.
        before: Vec<u8>,
        /// The text to write.
        after: Vec<u8>,
    },
    /// Removes a file. Its text stays in the journal.
    Remove {
        /// The path of the file.
        path: SourcePath,
        /// The text that the file is expected to contain.
        before: Vec<u8>,
    },
    /// Moves a file without changing it.
    Move {
        /// The current path.
        from: SourcePath,
        /// The new path, which must be free.
        to: SourcePath,
        /// The hash of the contents that the file is expected to have, or `None` if the plan
        /// doesn't depend on them.
        before: Option<Hash>,
    },
}

/// The reason why nothing was written.
#[derive(Debug)]
pub enum Unwritten {
    /// A file that was changed, moved or deleted after it was read.
    Changed(SourcePath),
    /// A file that can't be created because it already exists.
    Taken(SourcePath),
    /// A path that must not be written to.
    Refused(Refusal),
    /// An error of the operating system.
    Machine(MachineError),
}

impl From<MachineError> for Unwritten {
    fn from(error: MachineError) -> Self {
        Self::Machine(error)
    }
}

impl From<Refusal> for Unwritten {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The result of writing.
#[derive(Debug, Default)]
pub struct Receipt {
    folder: Option<Folder>,
    /// Files that an editor wrote to at the moment they were replaced, each with the path in the
    /// journal where that text is.
    pub late: Vec<(SourcePath, PathBuf)>,
    /// Files that were moved or removed but exist under their old name again, because an editor saved them in
    /// the meantime.
    pub again: Vec<SourcePath>,
}

impl Receipt {
    /// Records that the user has seen the result. If the user then runs a command with the same
    /// words again, it counts as a new command.
    pub fn told(&self) {
        if let Some(folder) = &self.folder {
            folder.told();
        }
    }
}

/// An interrupted command that was finished, or undone because a file had changed in the meantime.
#[derive(Debug)]
pub struct Finished {
    folder: Folder,
    /// The command with its arguments.
    pub words: String,
    /// The hash of other input that the command read.
    pub input: String,
    /// Whether the command was finished just now. Otherwise the command had written everything but
    /// was killed before it could report the result.
    pub is_new: bool,
    /// Whether all of the command's changes are made now. Otherwise all of them were undone.
    pub is_done: bool,
    /// The files that the command wrote, relative to the project's folder.
    pub files: Vec<String>,
}

impl Finished {
    /// Records that the user has seen the result. If the user then runs a command with the same
    /// words again, it counts as a new command.
    pub fn told(&self) {
        self.folder.told();
    }
}

/// The writer of one project's files.
#[derive(Clone, Debug)]
pub struct Writer {
    base: PathBuf,
    grounds: Grounds,
    swap: Swap,
}

impl Writer {
    /// Returns the writer of a project's chapters.
    pub fn of(project: &Project) -> Self {
        let closed = std::iter::once(project.out.clone()).chain(project.themes.clone()).collect();
        let grounds = Grounds { root: project.content.clone(), closed, any_name: false };
        Self { base: project.root.clone(), grounds, swap: Swap::AtOnce }
    }

    /// Returns the writer of a project that doesn't exist yet, in the folder `base`. Its chapters
    /// go into `content`.
    pub fn beginning(base: &Path, content: &Path) -> Self {
        let grounds = Grounds { root: content.to_path_buf(), closed: Vec::new(), any_name: base == content };
        Self { base: base.to_path_buf(), grounds, swap: Swap::AtOnce }
    }

    /// Returns the folder that file paths are relative to.
    pub fn content(&self) -> &Path {
        &self.grounds.root
    }

    /// Reads the finished changes of the content from the journal, newest first.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + use<> {
        ledger::entries(&Private::of(&self.base), self.root())
    }

    /// Returns the number of the newest change, or 0 if there is none.
    pub fn newest(&self) -> u64 {
        ledger::newest(&Private::of(&self.base))
    }

    /// Returns the folder of the files, relative to the project's folder.
    fn root(&self) -> String {
        let inside = self.grounds.root.strip_prefix(&self.base).unwrap_or(&self.grounds.root);
        let inside = inside.to_string_lossy().replace('\\', "/");
        if inside == "." { String::new() } else { inside }
    }

    /// Checks that a new file could be created at `path`.
    ///
    /// # Errors
    /// Fails if the path goes through a link, is outside the content, or can't be the path of a
    /// chapter.
    pub fn check_new(&self, path: &SourcePath) -> Result<(), Refusal> {
        self.grounds.new_place(path).map(drop)
    }

    /// Carries out either all of `steps` or none.
    ///
    /// # Errors
    /// Fails if a file isn't in the state that the steps expect, if a path is refused, or if the
    /// operating system reports an error. All files are then restored.
    pub fn write(&self, deed: Deed, steps: &[Step]) -> Result<Receipt, Unwritten> {
        if steps.is_empty() {
            return Ok(Receipt::default());
        }
        // Check before creating the private folder, so that a refusal leaves nothing behind.
        self.check(steps)?;
        fs::create_dir_all(&self.base).map_err(MachineError::new("write", &self.base))?;
        let private = Private::of(&self.base);
        private.make()?;
        let _alone = private.lock()?;
        self.finish_all(&private)?;
        self.check(steps)?;
        let (folder, plan) = self.stage(&private, deed, steps)?;
        let result = self.carry_out(&folder, &plan);
        let state = if result.is_ok() { State::Done } else { State::Undone };
        // If the entry can't be closed now because the disk is full, the next command closes it.
        let ended = folder.end(state);
        journal::trim(&private);
        result?;
        ended?;
        Ok(self.look_back(folder, &plan))
    }

    /// Checks that every file is in the state that the steps expect.
    fn check(&self, steps: &[Step]) -> Result<(), Unwritten> {
        let moved: Vec<&SourcePath> =
            steps.iter().filter_map(|step| if let Step::Move { to, .. } = step { Some(to) } else { None }).collect();
        for step in steps {
            match step {
                Step::Create { path, .. } => {
                    let place = self.grounds.new_place(path)?;
                    if fs::symlink_metadata(place).is_ok() {
                        return Err(Unwritten::Taken(path.clone()));
                    }
                }
                Step::Move { from, to, before } => self.check_move((from, to), before.as_ref())?,
                // If the file is also moved, the check of the move compares it.
                Step::Replace { path, .. } if moved.contains(&path) => {}
                Step::Replace { path, before, .. } | Step::Remove { path, before } => {
                    let place = self.grounds.place(path)?;
                    if before.is_empty() {
                        std::thread::sleep(SETTLE);
                    }
                    if read(&place)?.as_deref() != Some(before) {
                        return Err(Unwritten::Changed(path.clone()));
                    }
                    check_writable(&place)?;
                }
            }
        }
        Ok(())
    }

    fn check_move(&self, (from, to): (&SourcePath, &SourcePath), before: Option<&Hash>) -> Result<(), Unwritten> {
        let (old, new) = (self.grounds.place(from)?, self.grounds.new_place(to)?);
        if fs::symlink_metadata(&new).is_ok() && !super::swap::same_file(&old, &new) {
            return Err(Unwritten::Taken(to.clone()));
        }
        let is_same = match before {
            None => old.is_file(),
            Some(hash) => {
                let mut bytes = read(&old)?;
                if bytes.as_ref().is_some_and(Vec::is_empty) {
                    std::thread::sleep(SETTLE);
                    bytes = read(&old)?;
                }
                bytes.is_some_and(|bytes| blake3::hash(&bytes) == *hash)
            }
        };
        if is_same { Ok(()) } else { Err(Unwritten::Changed(from.clone())) }
    }

    /// Returns the result of writing, with everything that happened in the meantime and wasn't part
    /// of the plan.
    fn look_back(&self, folder: Folder, plan: &Plan) -> Receipt {
        let mut written = Receipt::default();
        for (n, step) in plan.steps.iter().enumerate() {
            let path = SourcePath::new(step.path.as_str());
            let held = folder.of(n, "swap");
            if step.removes() {
                let is_there = self.grounds.place(&path).is_ok_and(|place| place.is_file());
                written.again.extend(is_there.then(|| path.clone()));
            }
            if let Some(from) = &step.from {
                let from = SourcePath::new(from.as_str());
                let is_there = self.grounds.place(&from).is_ok_and(|old| {
                    old.is_file() && !self.grounds.place(&path).is_ok_and(|new| super::swap::same_file(&old, &new))
                });
                written.again.extend(is_there.then_some(from));
            } else if step.before.is_some() && fs::read(&held).is_ok_and(|bytes| Some(hash_of(&bytes)) != step.before) {
                written.late.push((path, held));
            }
        }
        written.folder = Some(folder);
        written
    }

    /// Finishes commands that were killed, and cleans up after them. If a file has changed in a way
    /// that a command's plan didn't expect, that whole plan is undone instead. The last command in
    /// the list may have finished writing already and been killed before it could report its
    /// result.
    ///
    /// # Errors
    /// Fails if the operating system reports an error.
    pub fn finish(&self) -> Result<Vec<Finished>, MachineError> {
        let private = Private::of(&self.base);
        if !private.join("journal").is_dir() {
            return Ok(Vec::new());
        }
        private.make()?;
        let _alone = private.lock()?;
        self.finish_all(&private)
    }

    /// Returns the words of the interrupted command that is waiting to be finished, if any.
    pub fn unfinished(&self) -> Option<String> {
        // Every write first finishes any earlier one, so only the last entry can be open.
        let last = journal::folders(&Private::of(&self.base)).pop()?;
        (last.state() == State::Open).then(|| last.plan()).flatten().map(|plan| plan.words)
    }

    fn finish_all(&self, private: &Private) -> Result<Vec<Finished>, MachineError> {
        let folders = journal::folders(private);
        let last = folders.last().map(|folder| folder.number);
        let mut finished = Vec::new();
        for folder in folders {
            let is_new = folder.state() == State::Open;
            if is_new && !folder.is_complete() {
                self.drop_incomplete(&folder)?;
                continue;
            }
            let was_done = folder.state() == State::Done && Some(folder.number) == last && !folder.is_told();
            if !is_new && !was_done {
                continue;
            }
            let Some(plan) = folder.plan() else { continue };
            let is_done = if is_new { self.of_plan(&plan).resume(&folder, &plan)? } else { true };
            if is_new {
                folder.end(if is_done { State::Done } else { State::Undone })?;
            }
            let name =
                |path: &str| if plan.root.is_empty() { path.to_owned() } else { format!("{}/{path}", plan.root) };
            let files = plan.steps.iter().map(|step| name(&step.path)).collect();
            finished.push(Finished { folder, words: plan.words, input: plan.input, is_new, is_done, files });
        }
        Ok(finished)
    }

    /// Returns a writer for the files of a plan, which may be in the content or anywhere in the
    /// project.
    fn of_plan(&self, plan: &Plan) -> Self {
        let root = if plan.root.is_empty() { self.base.clone() } else { self.base.join(&plan.root) };
        let grounds = Grounds { root, closed: Vec::new(), any_name: true };
        Self { grounds, ..self.clone() }
    }
}

/// Reads a file. Returns `None` if it doesn't exist.
fn read(place: &Path) -> Result<Option<Vec<u8>>, MachineError> {
    match bounded::read_at_most(place, bounded::LARGEST_OTHER) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(MachineError::new("read", place)(error)),
    }
}

/// Rejects a read-only file, because an exchange would replace it without an error.
fn check_writable(place: &Path) -> Result<(), MachineError> {
    let metadata = fs::metadata(place).map_err(MachineError::new("write", place))?;
    if metadata.permissions().readonly() {
        return Err(MachineError::new("write", place)(io::ErrorKind::PermissionDenied.into()));
    }
    Ok(())
}
