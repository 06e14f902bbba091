//! Writes a site into the output folder, either completely or not at all.
//!
//! Input: the names of the site's files and a function that returns the bytes of each. Output: the
//! folder, in which only files with different bytes were changed, and a summary of the changes.
//! Never keeps more than one file per thread in memory, and never changes a file that Rolebook
//! didn't write.
//!
//! New files are collected in `.rolebook-new/` until all of them have been rendered. The manifest
//! is written in an open state, with old and new hashes, before the first file is moved, and closed
//! after the last move. If the program is killed at any moment, the next build therefore recognizes
//! each of our files and finishes the work. This covers a killed process but not a power failure,
//! because nothing is flushed to disk on the way. After a power failure, delete the folder and
//! build again.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;

use blake3::Hash;
use rayon::prelude::*;

use super::MachineError;
use super::guard::{self, Guards};
use super::inventory::Inventory;
use super::manifest::{self, LOCK, MANIFEST, Manifest, STAGE};
use super::memory::{Before, Made, Memory, Recalled};
use super::plan::{Plan, Step};
use super::refusal::{Failure, Refusal};

/// The maximum number of files that a thread takes at once. Otherwise, two threads take a quarter of the site
/// each, and in the end one waits for the other.
const AT_ONCE: usize = 64;

/// The reason why a site wasn't written.
#[derive(Debug)]
pub enum WriteError<E> {
    /// The files that couldn't be rendered, by their index in the list of names. The old site is
    /// unchanged.
    Render(Vec<(usize, E)>),
    /// The folder can't be written to. If this is [`Failure::Refused`], the old site is unchanged.
    Output(Failure),
}

impl<E> From<Failure> for WriteError<E> {
    fn from(error: Failure) -> Self {
        Self::Output(error)
    }
}

/// The result of writing a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The number of files that are new or have new bytes.
    pub written: usize,
    /// The number of files left alone because their bytes are the same.
    pub unchanged: usize,
    /// The files of the old site that were deleted, sorted.
    pub removed: Vec<String>,
    /// Files that Rolebook didn't write, sorted. They were left alone.
    pub kept_foreign: Vec<String>,
    /// Files of the old site that are no longer needed but were edited by hand, sorted. They were
    /// left alone and are treated as foreign from now on.
    pub kept_edited: Vec<String>,
}

/// A function that returns the bytes of the file with a given index in the list of names.
pub type Render<'f, 'bytes, E> = dyn Fn(usize) -> Result<Cow<'bytes, [u8]>, E> + Sync + 'f;

/// An output folder that passed every check. It is locked for this build until the value is
/// dropped.
#[derive(Debug)]
pub struct Output {
    real: PathBuf,
    shown: PathBuf,
    /// The manifest as it was before the folder was locked, if there was one.
    manifest: Option<Arc<Manifest>>,
    lock: File,
    /// When the build began, by the clock of the file system. `None` if it doesn't tell.
    began: Option<SystemTime>,
}

/// The result of rendering one file.
enum Ended<E> {
    /// The file's hash, and whether the file is in the staging folder.
    Ready(Hash, bool),
    NotRendered(E),
    NotStaged(MachineError),
    /// The file was skipped, because writing another one had already failed.
    Skipped,
}

impl Output {
    /// Opens the folder `out` for writing: checks it against `guards`, creates it if it doesn't
    /// exist, and locks it.
    ///
    /// # Errors
    /// Fails, before anything is written, if the output is or contains a guarded folder, is the
    /// root of the file system, is inside a themes folder, isn't a folder, is a checkout, contains
    /// foreign files but no manifest, or if another build is writing there. Also fails if the
    /// folder can't be read, created or locked.
    pub fn open(out: &Path, guards: &Guards<'_>) -> Result<Self, Failure> {
        let (real, manifest) = guard::check(out, guards)?;
        // The parents of the output folder belong to the user, so they get the default permissions
        // of the user's umask.
        let above = real.parent().map_or(Ok(()), fs::create_dir_all);
        above.and_then(|()| make_folder(&real)).map_err(MachineError::new("make", out))?;
        let place = real.join(LOCK);
        let lock = open_lock(&place).map_err(MachineError::new("write", &place))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("another build is writing to `{}`", out.display());
                return Err(Refusal::new(message, "wait for it, or choose another folder with `--out`").into());
            }
            // Some network file systems have no locks. On these, users have to make sure that only
            // one build runs at a time.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(MachineError::new("lock", &place)(error).into()),
        }
        let began = tempfile::tempfile_in(&real).and_then(|file| file.metadata()?.modified()).ok();
        Ok(Self { real, shown: out.to_path_buf(), manifest: manifest.map(Arc::new), lock, began })
    }

    /// Takes the inventory of the output. Doesn't read files that haven't been written to since they were as
    /// `before` knows them.
    ///
    /// # Errors
    /// Fails if the manifest is damaged, or if the operating system reports an error.
    pub fn inventory(&self, before: Option<&Before>) -> Result<Inventory, Failure> {
        Inventory::take(&self.real, self.manifest()?.unwrap_or_default(), before)
    }

    /// Writes the site whose files are `names`, in any order, with the bytes that `calls` render, to this output, whose
    /// inventory was taken before.
    ///
    /// Doesn't render a file that `again` says is the same if the file on disk is still as the last build left it. Files
    /// that the inventory knows without their bytes are read right before they are replaced or deleted.
    ///
    /// # Errors
    /// Returns every file that couldn't be rendered, or a refusal if a foreign file is in the way
    /// or a page was edited by hand. In both cases the old site is unchanged. Also fails if the
    /// operating system reports an error; the next build then finishes the work.
    pub fn write<E: Send>(
        &self,
        (names, inventory): (&[String], &Inventory),
        calls: &Calls<'_, '_, '_, E>,
        again: Option<&Again<'_>>,
    ) -> Result<Written, WriteError<E>> {
        let plan = Plan::new(&self.real, names, inventory)?;
        self.sweep()?;
        let done = self.render_all(&plan, names, (calls, again)).and_then(|files| {
            let steps = plan.steps(&files);
            plan.check_again(&steps)?;
            self.apply(&steps)?;
            Ok(Written {
                written: files.iter().filter(|(_, staged)| *staged).count(),
                unchanged: files.iter().filter(|(_, staged)| !*staged).count(),
                removed: removed(&steps),
                kept_foreign: plan.kept_foreign,
                kept_edited: plan.kept_edited,
            })
        });
        let swept = self.sweep();
        let written = done?;
        swept?;
        Ok(written)
    }

    /// Deletes the site: every file that Rolebook wrote and that is unchanged since, and then the
    /// folders that are empty. Unless `dry` is set, in which case nothing is deleted. Returns what was
    /// deleted and what was kept.
    ///
    /// # Errors
    /// Fails if the manifest can't be read, or if the operating system reports an error.
    pub fn remove(self, dry: bool) -> Result<Written, Failure> {
        let inventory = self.inventory(None)?;
        let plan = Plan::new(&self.real, &[], &inventory)?;
        let steps = plan.steps(&[]);
        let removed = removed(&steps);
        if !dry {
            self.sweep()?;
            self.apply(&steps)?;
            self.sweep()?;
            // Without files of ours, the folder needs no manifest, and an empty folder no lock.
            let place = self.real.join(MANIFEST);
            gone(fs::remove_file(&place)).map_err(MachineError::new("delete", &place))?;
            if fs::read_dir(&self.real).is_ok_and(|entries| entries.count() == 1) {
                let _ = fs::remove_file(self.real.join(LOCK));
                let _ = fs::remove_dir(&self.real);
            }
        }
        let (kept_foreign, kept_edited) = (plan.kept_foreign.clone(), plan.kept_edited.clone());
        Ok(Written { removed, kept_foreign, kept_edited, ..Written::default() })
    }

    /// Returns whether there is a site in the folder `out` that Rolebook wrote.
    pub fn is_there(out: &Path) -> bool {
        out.join(MANIFEST).is_file()
    }

    /// Returns what is remembered about the last build, and whether a build with this key would be
    /// the same. If it would be, removes what a build that was killed in the meantime has left.
    pub fn recall(&self, memory: &Memory, key: &Hash) -> Recalled {
        let Some((began, manifest)) = self.began.zip(self.manifest().ok().flatten()) else { return Recalled::Nothing };
        match memory.recall(key, (&self.real, &manifest, began)) {
            Recalled::Same(_) if self.sweep().is_err() => Recalled::Nothing,
            recalled => recalled,
        }
    }

    /// Remembers the key of the build that has just been written, what it said and what it was made
    /// from.
    pub fn keep(&self, memory: &Memory, key: &Hash, made: &Made<'_>) {
        if let Some(began) = self.began {
            memory.keep(key, made, (&self.real, began));
        }
    }

    /// Returns the manifest as it is now, or `None` if it doesn't exist.
    fn manifest(&self) -> Result<Option<Arc<Manifest>>, Failure> {
        manifest::read_again(self.manifest.as_ref(), (&self.real, &self.shown))
    }

    /// Renders every file. Writes the files that differ from the output into the stage.
    fn render_all<E: Send>(
        &self,
        plan: &Plan<'_>,
        names: &[String],
        (calls, again): (&Calls<'_, '_, '_, E>, Option<&Again<'_>>),
    ) -> Result<Vec<(Hash, bool)>, WriteError<E>> {
        let (done, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let one = |(number, name): (usize, &String)| {
            if stop.load(Ordering::Relaxed) {
                return Ended::Skipped;
            }
            let known = again.filter(|again| (again.is_same)(number)).and_then(|again| again.before.hash(name));
            let made = match known.filter(|known| plan.hash_on_disk(name) == Some(*known)) {
                Some(hash) => Ended::Ready(hash, false),
                None => match (calls.render)(number) {
                    Ok(bytes) => self.stage(plan, name, &bytes),
                    Err(error) => Ended::NotRendered(error),
                },
            };
            // After a disk error, stop, because nothing else can succeed. After a page fails to
            // render, go on with the other pages, so that one build reports every failure.
            stop.fetch_or(matches!(made, Ended::NotStaged(_)), Ordering::Relaxed);
            (calls.progress)(done.fetch_add(1, Ordering::Relaxed) + 1);
            made
        };
        let made: Vec<Ended<E>> = names.par_iter().enumerate().with_max_len(AT_ONCE).map(one).collect();
        let (mut files, mut failed) = (Vec::with_capacity(names.len()), Vec::new());
        for (number, made) in made.into_iter().enumerate() {
            match made {
                Ended::Ready(hash, staged) => files.push((hash, staged)),
                Ended::NotRendered(error) => failed.push((number, error)),
                Ended::NotStaged(error) => return Err(WriteError::Output(error.into())),
                Ended::Skipped => {}
            }
        }
        if failed.is_empty() { Ok(files) } else { Err(WriteError::Render(failed)) }
    }

    /// Writes one file into the stage unless the output already has the same bytes.
    fn stage<E>(&self, plan: &Plan<'_>, name: &str, bytes: &[u8]) -> Ended<E> {
        let hash = blake3::hash(bytes);
        if plan.hash_on_disk(name) == Some(hash) {
            return Ended::Ready(hash, false);
        }
        let place = self.staged(name);
        match write_new(&place, bytes) {
            Ok(()) => Ended::Ready(hash, true),
            Err(error) => Ended::NotStaged(MachineError::new("write", &place)(error)),
        }
    }

    /// Carries out steps one by one.
    fn apply(&self, steps: &[Step]) -> Result<(), Failure> {
        for step in steps {
            match step {
                Step::Manifest(text) => {
                    let place = self.staged(MANIFEST);
                    write_new(&place, text.as_bytes()).map_err(MachineError::new("write", &place))?;
                    self.put(MANIFEST)?;
                }
                Step::Move(name) => self.put(name)?,
                Step::Delete(name) => {
                    let place = self.real.join(name);
                    gone(fs::remove_file(&place)).map_err(MachineError::new("delete", &place))?;
                }
                // A folder that isn't empty stays. If it is in the way of a new file, the move of
                // that file fails.
                Step::RemoveFolder(name) => drop(fs::remove_dir(self.real.join(name))),
            }
        }
        Ok(())
    }

    /// Moves a file from the stage to its path in the output.
    fn put(&self, name: &str) -> Result<(), MachineError> {
        let place = self.real.join(name);
        fs::rename(self.staged(name), &place).map_err(MachineError::new("write", &place))
    }

    /// Removes the stage, including anything left by an earlier build.
    fn sweep(&self) -> Result<(), Failure> {
        let stage = self.real.join(STAGE);
        Ok(gone(fs::remove_dir_all(&stage)).map_err(MachineError::new("delete", &stage))?)
    }

    fn staged(&self, name: &str) -> PathBuf {
        self.real.join(STAGE).join(name)
    }
}

impl Drop for Output {
    /// Releases the lock explicitly. Merely closing the file isn't enough: a child process that is
    /// just being started may have inherited the file, and would keep the lock.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

/// The two functions that a caller of [`Output::write`] passes in.
pub struct Calls<'c, 'f, 'bytes, E> {
    /// Returns the bytes of the file with this index. Called at most once for each index, on many threads.
    pub render: &'c Render<'f, 'bytes, E>,
    /// Receives the number of finished files.
    pub progress: &'c (dyn Fn(usize) + Sync),
}

/// What is known about the output because an earlier build was remembered.
pub struct Again<'a> {
    /// What the last build left in the output.
    pub before: &'a Before,
    /// Returns whether the file with this index has the same bytes as after the last build.
    pub is_same: &'a (dyn Fn(usize) -> bool + Sync),
}

/// Lists the names that the steps delete, sorted.
fn removed(steps: &[Step]) -> Vec<String> {
    let name = |step: &Step| if let Step::Delete(name) = step { Some(name.clone()) } else { None };
    let mut names: Vec<String> = steps.iter().filter_map(name).collect();
    names.sort_unstable();
    names
}

/// Treats deleting something that doesn't exist as success.
fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Opens the lock file. It stays in the output, because deleting it would let two builds hold locks
/// on two different files of the same name.
fn open_lock(place: &Path) -> io::Result<File> {
    let file = File::options().write(true).create(true).truncate(false).open(place)?;
    share(&file, 0o644)?;
    Ok(file)
}

/// Writes a file that doesn't exist yet, creating its parent folders.
fn write_new(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let open = || File::options().write(true).create_new(true).open(place);
    let mut file = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            place.parent().map_or(Ok(()), make_folder)?;
            open()?
        }
        opened => opened?,
    };
    file.write_all(bytes)?;
    share(&file, 0o644)
}

/// Creates a folder and its parents. They are readable by everyone, regardless of the umask, so
/// that equal sites have equal permissions.
fn make_folder(place: &Path) -> io::Result<()> {
    match fs::create_dir(place) {
        Ok(()) => share_folder(place),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            place.parent().map_or(Ok(()), make_folder)?;
            make_folder(place)
        }
        // The folder was there, or another thread has created it in the meantime.
        Err(_) if place.is_dir() => Ok(()),
        failed => failed,
    }
}

/// On Unix, gives a file or folder the permissions that web servers need, unless it has them.
/// Ignores the error that file systems without Unix permissions return, because nothing can be done
/// about it.
#[cfg(unix)]
fn share(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if file.metadata()?.permissions().mode() & 0o7777 == mode {
        return Ok(());
    }
    match file.set_permissions(fs::Permissions::from_mode(mode)) {
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

#[cfg(unix)]
fn share_folder(place: &Path) -> io::Result<()> {
    share(&File::open(place)?, 0o755)
}

#[cfg(not(unix))]
fn share(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn share_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
