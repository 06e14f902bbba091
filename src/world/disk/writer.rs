//! Writes author's files: the one place through which every command does.
//!
//! Input: what each file is thought to hold, and what it should hold. Output: every file new, or every file as it was, and the journal says what was replaced. Never
//! leaves half a file, never follows a symbolic link, never leaves the content, never loses what somebody saves at the same moment.
//!
//! The order is: compare; write the new files and copies of the old ones into a folder of the journal; complete the entry; then exchange each file with its new
//! one in a single step, and look at what came out. If that isn't what the plan was made for, an editor was faster: it goes back, and so does everything else. A command that is
//! killed leaves a complete entry or none, so the next one can always finish it.

mod stage;
mod steps;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::grounds::Grounds;
use super::journal::{self, Folder, Journal, Plan, State};
use super::private::Private;
use super::swap::Swap;
use super::{MachineError, Project, Refusal, bounded};
use crate::text::path::SourcePath;
use crate::text::source::Hash;

/// How long a file that is empty is given to be written: some editors empty it first.
const SETTLE: Duration = Duration::from_millis(50);

/// What is written and on whose behalf.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// The command, as the journal names it: `mv`, `save`.
    pub command: &'a str,
    /// The command with its arguments: if it is interrupted, the same words finish it.
    pub words: &'a str,
    /// A hash of what else the command reads, such as a table; empty where there is nothing.
    pub input: &'a str,
    /// The time, in milliseconds since 1970.
    pub at: u64,
}

/// One change of a file.
#[derive(Clone, Debug)]
pub enum Step {
    /// Makes a file that isn't there.
    Create {
        /// Its place.
        path: SourcePath,
        /// What it is to hold.
        text: Vec<u8>,
    },
    /// Replaces a file's text.
    Replace {
        /// Its place, after all moves.
        path: SourcePath,
        /// What it is thought to hold.
        before: Vec<u8>,
        /// What it is to hold.
        after: Vec<u8>,
    },
    /// Moves a file as it is.
    Move {
        /// Its place.
        from: SourcePath,
        /// Its new place, which must be free.
        to: SourcePath,
        /// The hash of what it is thought to hold, where that matters to the plan.
        before: Option<Hash>,
    },
}

/// Why nothing was written.
#[derive(Debug)]
pub enum Unwritten {
    /// Somebody changed, moved or deleted this file since it was read.
    Changed(SourcePath),
    /// This file is there already.
    Taken(SourcePath),
    /// A place that is not written to.
    Refused(Refusal),
    /// What the machine could not do.
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

/// What was written.
#[derive(Debug, Default)]
pub struct Receipt {
    folder: Option<Folder>,
    /// Files that an editor wrote into just as they were replaced, each with the place in the journal where that text is.
    pub late: Vec<(SourcePath, PathBuf)>,
    /// Files that were moved and are there again under their old name, because an editor saved them meanwhile.
    pub again: Vec<SourcePath>,
}

impl Receipt {
    /// Notes that the user knows: from now on the same words are a new command.
    pub fn told(&self) {
        if let Some(folder) = &self.folder {
            folder.told();
        }
    }
}

/// An interrupted command that was finished, or taken back because a file had changed since.
#[derive(Debug)]
pub struct Finished {
    folder: Folder,
    /// The command with its arguments.
    pub words: String,
    /// The hash of what else it read.
    pub input: String,
    /// Whether it was finished just now; else it had done everything and was killed before it said so.
    pub is_new: bool,
    /// Whether all of it is done now; else all of it is undone.
    pub is_done: bool,
    /// The files that it wrote, from the project's folder.
    pub files: Vec<String>,
}

impl Finished {
    /// Notes that the user knows: from now on the same words are a new command.
    pub fn told(&self) {
        self.folder.told();
    }
}

/// Writes the files of one project.
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

    /// Returns the writer of a project that doesn't exist yet, in the folder `base`; its chapters go to `content`.
    pub fn beginning(base: &Path, content: &Path) -> Self {
        let grounds = Grounds { root: content.to_path_buf(), closed: Vec::new(), any_name: base == content };
        Self { base: base.to_path_buf(), grounds, swap: Swap::AtOnce }
    }

    /// Returns the folder that files are named from.
    pub fn content(&self) -> &Path {
        &self.grounds.root
    }

    /// Returns the journal of what this writer did.
    pub fn journal(&self) -> Journal {
        Journal::new(&self.base, self.root())
    }

    /// Returns where the files lie, from the project's folder.
    fn root(&self) -> String {
        let inside = self.grounds.root.strip_prefix(&self.base).unwrap_or(&self.grounds.root);
        let inside = inside.to_string_lossy().replace('\\', "/");
        if inside == "." { String::new() } else { inside }
    }

    /// Checks that a new file could be made at `path`.
    ///
    /// # Errors
    /// Where it would lie behind a link, outside of the content, or where no chapter is read.
    pub fn check_new(&self, path: &SourcePath) -> Result<(), Refusal> {
        self.grounds.new_place(path).map(drop)
    }

    /// Carries out `steps`: all or none.
    ///
    /// # Errors
    /// Where a file isn't what the steps were planned for, a place is refused or the machine fails; everything is then as it was.
    pub fn write(&self, deed: Deed, steps: &[Step]) -> Result<Receipt, Unwritten> {
        if steps.is_empty() {
            return Ok(Receipt::default());
        }
        // Where nothing can be written, not even the private folder is made.
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
        // An entry that can't be closed for want of room is closed by the next command.
        let ended = folder.end(state);
        journal::trim(&private);
        result?;
        ended?;
        Ok(self.look_back(folder, &plan))
    }

    /// Compares every file with what the steps were planned for.
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
                // It is compared where it comes from.
                Step::Replace { path, .. } if moved.contains(&path) => {}
                Step::Replace { path, before, .. } => {
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

    /// Returns what happened beside the plan while it was carried out.
    fn look_back(&self, folder: Folder, plan: &Plan) -> Receipt {
        let mut written = Receipt::default();
        for (n, step) in plan.steps.iter().enumerate() {
            let path = SourcePath::new(step.path.as_str());
            let held = folder.of(n, "swap");
            if let Some(from) = &step.from {
                let from = SourcePath::new(from.as_str());
                let is_there = self.grounds.place(&from).is_ok_and(|old| {
                    old.is_file() && !self.grounds.place(&path).is_ok_and(|new| super::swap::same_file(&old, &new))
                });
                written.again.extend(is_there.then_some(from));
            } else if step.before.is_some()
                && fs::read(&held).is_ok_and(|bytes| Some(journal::hash_of(&bytes)) != step.before)
            {
                written.late.push((path, held));
            }
        }
        written.folder = Some(folder);
        written
    }

    /// Finishes what killed commands had begun, and cleans up after them. Where a file has changed since in a way that the plan didn't know, all of that plan is taken back
    /// instead. The last is a command that did everything but was killed before it said so.
    ///
    /// # Errors
    /// What the machine could not do.
    pub fn finish(&self) -> Result<Vec<Finished>, MachineError> {
        let private = Private::of(&self.base);
        if !private.join("journal").is_dir() {
            return Ok(Vec::new());
        }
        private.make()?;
        let _alone = private.lock()?;
        self.finish_all(&private)
    }

    /// Tells which interrupted command is waiting to be finished, by its words.
    pub fn unfinished(&self) -> Option<String> {
        // Every write first finishes what an earlier one began, so only the last can be open.
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

    /// Returns a writer for the files of a plan, which may lie in the content or in the whole project.
    fn of_plan(&self, plan: &Plan) -> Self {
        let root = if plan.root.is_empty() { self.base.clone() } else { self.base.join(&plan.root) };
        let grounds = Grounds { root, closed: Vec::new(), any_name: true };
        Self { grounds, ..self.clone() }
    }
}

/// Reads a file; nothing where there is none.
fn read(place: &Path) -> Result<Option<Vec<u8>>, MachineError> {
    match bounded::read_at_most(place, bounded::LARGEST_OTHER) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(MachineError::new("read", place)(error)),
    }
}

/// Refuses a file that is write-protected: it could be exchanged all the same.
fn check_writable(place: &Path) -> Result<(), MachineError> {
    let metadata = fs::metadata(place).map_err(MachineError::new("write", place))?;
    if metadata.permissions().readonly() {
        return Err(MachineError::new("write", place)(io::ErrorKind::PermissionDenied.into()));
    }
    Ok(())
}
