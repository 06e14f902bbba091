//! Carries out an entry of the journal step by step, undoes an entry, and finishes an interrupted
//! one.
//!
//! Input: a complete entry. Output: every step done, or every step undone. Each step is one rename,
//! and its state can be determined from the files alone at any moment.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::journal::{Folder, Plan, Planned, sync_folder};
use super::super::private::Private;
use super::super::swap::{self, rename_to_free};
use super::stage::remove_private;
use super::{MachineError, Unwritten, Writer, read};
use crate::text::path::SourcePath;
use crate::text::source::hash_of;

/// The state of a step, judging by the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The step isn't done yet, and can be.
    Open,
    /// The step is done.
    Done,
    /// The step can't be done, because a file isn't in the state that it was planned for.
    Blocked,
}

/// A step and the paths that belong to it.
struct Spot<'a> {
    step: &'a Planned,
    path: SourcePath,
    place: PathBuf,
    /// The previous path, if the step is a move.
    from: Option<PathBuf>,
    swap: PathBuf,
}

impl Spot<'_> {
    fn changed(&self) -> Unwritten {
        let from = self.step.from.as_deref().map(SourcePath::new);
        Unwritten::Changed(from.unwrap_or_else(|| self.path.clone()))
    }

    /// Returns whether `bytes` is the text that the step replaces.
    fn is_before(&self, bytes: Option<&[u8]>) -> bool {
        bytes.is_some_and(|bytes| self.step.before.as_deref() == Some(&hash_of(bytes)))
    }

    /// Returns whether `bytes` is the text that the step writes.
    fn is_after(&self, bytes: Option<&[u8]>) -> bool {
        bytes.is_some_and(|bytes| self.step.after.as_deref() == Some(&hash_of(bytes)))
    }
}

impl Writer {
    fn spot<'a>(&self, folder: &Folder, (n, step): (usize, &'a Planned)) -> Result<Spot<'a>, Unwritten> {
        let path = SourcePath::new(step.path.as_str());
        let place = self.grounds.place(&path)?;
        let from = step.from.as_deref().map(|from| self.grounds.place(&SourcePath::new(from))).transpose()?;
        let beside = folder.swap(n, step, &place);
        // A swap file on another file system may already have been copied into the journal.
        let inside = folder.of(n, "swap");
        let is_beside = beside.exists() || (step.removes() && !inside.exists());
        let swap = if is_beside { beside } else { inside };
        Ok(Spot { step, path, place, from, swap })
    }

    /// Carries out every step. If a step can't be done, undoes the steps before it.
    pub(super) fn carry_out(&self, folder: &Folder, plan: &Plan) -> Result<(), Unwritten> {
        for (n, step) in plan.steps.iter().enumerate() {
            if let Err(error) = self.do_one(folder, (n, step)) {
                self.take_back(folder, plan, &(0..n).collect::<Vec<_>>());
                return Err(error);
            }
        }
        self.tidy(folder, plan);
        Ok(())
    }

    /// Carries out one step.
    pub(super) fn do_one(&self, folder: &Folder, (n, step): (usize, &Planned)) -> Result<(), Unwritten> {
        let spot = &self.spot(folder, (n, step))?;
        let make_folder = |place: &Path| place.parent().map_or(Ok(()), fs::create_dir_all);
        make_folder(&spot.place).map_err(MachineError::new("write", &spot.place))?;
        match &spot.from {
            Some(from) => move_file(spot, from),
            None if spot.step.removes() => remove_file(spot),
            None if spot.step.before.is_some() => self.replace(spot),
            None => match rename_to_free(&spot.swap, &spot.place) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Unwritten::Taken(spot.path.clone())),
                Err(error) => Err(MachineError::new("write", &spot.place)(error).into()),
                Ok(()) => Ok(()),
            },
        }
    }

    /// Exchanges a file with its new version, and examines the file that was taken out. If an
    /// editor saved a text in between, puts that text back.
    fn replace(&self, spot: &Spot) -> Result<(), Unwritten> {
        if let Ok(metadata) = fs::metadata(&spot.place) {
            let _ = fs::set_permissions(&spot.swap, metadata.permissions());
        }
        self.exchange(spot)?;
        let held = read(&spot.swap)?;
        if spot.is_before(held.as_deref()) {
            return Ok(());
        }
        self.put_back(spot)?;
        Err(spot.changed())
    }

    /// Exchanges again, so that the file has the text that an editor saved last. If there were two
    /// saves, the older text stays in the journal.
    fn put_back(&self, spot: &Spot) -> Result<(), Unwritten> {
        self.exchange(spot)?;
        let out = read(&spot.swap)?;
        if !spot.is_after(out.as_deref()) {
            self.exchange(spot)?;
        }
        Ok(())
    }

    fn exchange(&self, spot: &Spot) -> Result<(), Unwritten> {
        swap::exchange(&spot.swap, &spot.place, self.swap).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists => spot.changed(),
            _ => MachineError::new("write", &spot.place)(error).into(),
        })
    }

    /// Undoes the steps `done`, starting with the last. Files that were changed since their step
    /// was done stay as they are.
    fn take_back(&self, folder: &Folder, plan: &Plan, done: &[usize]) {
        for n in done.iter().rev() {
            if let Ok(spot) = self.spot(folder, (*n, &plan.steps[*n])) {
                self.take_back_one(&spot);
            }
        }
        for step in &plan.steps {
            self.remove_empty_folders(&SourcePath::new(step.path.as_str()));
        }
        self.tidy(folder, plan);
    }

    /// Undoes one step if the file hasn't changed since the step was done. If a program saves the
    /// file at this moment, the program's version is kept.
    fn take_back_one(&self, spot: &Spot) {
        let is_ours = |place: &Path| spot.is_after(read(place).ok().flatten().as_deref());
        if spot.step.removes() {
            let _ = rename_to_free(&spot.swap, &spot.place);
        } else if let Some(from) = &spot.from {
            let _ = from.parent().map_or(Ok(()), fs::create_dir_all);
            let _ = rename_to_free(&spot.place, from);
        } else if !is_ours(&spot.place) {
        } else if spot.step.before.is_some() {
            if self.exchange(spot).is_ok() && !is_ours(&spot.swap) {
                let _ = self.exchange(spot);
            }
        } else if rename_to_free(&spot.place, &spot.swap).is_ok() && !is_ours(&spot.swap) {
            let _ = rename_to_free(&spot.swap, &spot.place);
        }
    }

    /// Finishes an interrupted entry or, if a step is blocked, undoes the whole entry. Returns
    /// whether the entry is done.
    pub(super) fn resume(&self, folder: &Folder, plan: &Plan) -> Result<bool, MachineError> {
        let (mut done, mut open, mut is_blocked) = (Vec::new(), Vec::new(), false);
        for (n, step) in plan.steps.iter().enumerate() {
            let stage = match self.spot(folder, (n, step)) {
                Ok(spot) => {
                    swap::settle(&spot.swap, &spot.place);
                    self.look(plan, &spot)?
                }
                Err(_) => Stage::Blocked,
            };
            match stage {
                Stage::Done => done.push(n),
                Stage::Open => open.push(n),
                Stage::Blocked => is_blocked = true,
            }
        }
        for n in open.into_iter().take_while(|_| !is_blocked) {
            match self.do_one(folder, (n, &plan.steps[n])) {
                Ok(()) => done.push(n),
                Err(Unwritten::Machine(error)) => return Err(error),
                Err(_) => {
                    done.sort_unstable();
                    self.take_back(folder, plan, &done);
                    return Ok(false);
                }
            }
        }
        if is_blocked {
            self.take_back(folder, plan, &done);
        } else {
            self.tidy(folder, plan);
        }
        Ok(!is_blocked)
    }

    /// Returns the state of a step.
    fn look(&self, plan: &Plan, spot: &Spot) -> Result<Stage, MachineError> {
        let there = read(&spot.place)?;
        if let Some(from) = &spot.from {
            return look_at_move(plan, spot, (from, there.as_deref()));
        }
        let waiting = read(&spot.swap)?;
        if spot.step.removes() {
            return Ok(look_at_removal(spot, (waiting.as_deref(), there.as_deref())));
        }
        if spot.step.before.is_none() {
            return Ok(match (waiting, there) {
                (Some(_), None) => Stage::Open,
                (Some(_), Some(there)) if !spot.is_after(Some(&there)) => Stage::Blocked,
                _ => Stage::Done,
            });
        }
        if !spot.is_after(waiting.as_deref()) {
            if spot.is_before(waiting.as_deref()) {
                return Ok(Stage::Done);
            }
            if waiting.is_none() {
                return Ok(if spot.is_after(there.as_deref()) { Stage::Done } else { Stage::Blocked });
            }
            // The process was killed when it had taken out a text that an editor had saved, but
            // hadn't put it back yet.
            if spot.is_after(there.as_deref()) {
                let _ = self.put_back(spot);
            }
            return Ok(Stage::Blocked);
        }
        // If the file has yet to be moved, it is still at its old path.
        let moved = plan.steps.iter().find(|step| step.from.is_some() && step.path == spot.step.path);
        let old = moved.and_then(|step| self.grounds.place(&SourcePath::new(step.from.as_deref()?)).ok());
        let there = match (there, old) {
            (None, Some(old)) => read(&old)?,
            (there, _) => there,
        };
        Ok(match there {
            there if spot.is_before(there.as_deref()) => Stage::Open,
            there if spot.is_after(there.as_deref()) => Stage::Done,
            _ => Stage::Blocked,
        })
    }

    /// Removes empty folders that moves left behind, and copies replaced files from other file
    /// systems into the journal.
    fn tidy(&self, folder: &Folder, plan: &Plan) {
        let mut above: Vec<PathBuf> = Vec::new();
        for (n, step) in plan.steps.iter().enumerate() {
            let Ok(spot) = self.spot(folder, (n, step)) else { continue };
            if let Some(from) = &step.from {
                self.remove_empty_folders(&SourcePath::new(from.as_str()));
            }
            if step.removes() {
                self.remove_empty_folders(&spot.path);
            }
            above.extend(spot.place.parent().map(Path::to_path_buf));
            if step.is_beside {
                let copy = folder.of(n, "copy");
                let copied = fs::copy(&spot.swap, &copy).and_then(|_| fs::rename(&copy, folder.of(n, "swap")));
                if copied.is_ok() {
                    let _ = fs::remove_file(folder.swap(n, step, &spot.place));
                }
                let _ = remove_private(&Private::of(spot.place.parent().unwrap_or(&self.base)).join(""));
            }
        }
        above.sort_unstable();
        above.dedup();
        for folder in &above {
            sync_folder(folder);
        }
    }

    /// Removes the parent folders of a file that are now empty, up to the content root.
    fn remove_empty_folders(&self, path: &SourcePath) {
        let mut folder = path.folder();
        while !folder.is_empty() && fs::remove_dir(self.grounds.root.join(folder)).is_ok() {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
}

/// Moves a file, and examines the file that was moved. If an editor saved a text in between, moves
/// the file back.
fn move_file(spot: &Spot, from: &Path) -> Result<(), Unwritten> {
    rename_to_free(from, &spot.place).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Unwritten::Taken(spot.path.clone()),
        io::ErrorKind::NotFound => spot.changed(),
        _ => MachineError::new("move", from)(error).into(),
    })?;
    let is_file = fs::symlink_metadata(&spot.place).is_ok_and(|metadata| metadata.is_file());
    let is_same = spot.step.before.is_none() || spot.is_before(read(&spot.place)?.as_deref());
    if is_file && is_same {
        return Ok(());
    }
    // If an editor created the file again, both texts are kept, the older one at the new path.
    let _ = rename_to_free(&spot.place, from);
    Err(spot.changed())
}

/// Removes a file by moving it into the journal, and examines it there. If an editor saved a text in
/// between, puts the file back.
fn remove_file(spot: &Spot) -> Result<(), Unwritten> {
    rename_to_free(&spot.place, &spot.swap).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => spot.changed(),
        _ => MachineError::new("delete", &spot.place)(error).into(),
    })?;
    if spot.is_before(read(&spot.swap)?.as_deref()) {
        return Ok(());
    }
    let _ = rename_to_free(&spot.swap, &spot.place);
    Err(spot.changed())
}

/// Returns the state of a removal, given the file in the journal and the file in its place.
fn look_at_removal(spot: &Spot, texts: (Option<&[u8]>, Option<&[u8]>)) -> Stage {
    match texts {
        (None, Some(there)) => {
            if spot.is_before(Some(there)) {
                Stage::Open
            } else {
                Stage::Blocked
            }
        }
        (None, None) => Stage::Done,
        (Some(held), _) if spot.is_before(Some(held)) => Stage::Done,
        (Some(_), _) => {
            // The process was killed when it had taken out a text that an editor had saved, but
            // hadn't put it back yet.
            let _ = rename_to_free(&spot.swap, &spot.place);
            Stage::Blocked
        }
    }
}

/// Returns the state of a move.
fn look_at_move(plan: &Plan, spot: &Spot, (from, there): (&Path, Option<&[u8]>)) -> Result<Stage, MachineError> {
    let is_left = fs::symlink_metadata(from).is_ok();
    let Some(there) = there else {
        let is_same = || Ok::<_, MachineError>(spot.step.before.is_none() || spot.is_before(read(from)?.as_deref()));
        return Ok(if is_left && !is_same()? {
            Stage::Blocked
        } else if is_left {
            Stage::Open
        } else {
            Stage::Done
        });
    };
    if is_left && swap::same_file(from, &spot.place) {
        // The process was killed between linking the new name and removing the old one.
        fs::remove_file(from).map_err(MachineError::new("delete", from))?;
        return Ok(Stage::Done);
    }
    // After the move, an editor may have saved the file under its old name again.
    let written = plan.steps.iter().filter(|step| step.from.is_none() && step.path == spot.step.path);
    let is_after = written.filter_map(|step| step.after.as_deref()).any(|hash| *hash == hash_of(there));
    let is_ours = !is_left || is_after || spot.is_before(Some(there));
    Ok(if is_ours { Stage::Done } else { Stage::Blocked })
}
