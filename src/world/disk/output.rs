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

use std::borrow::Cow;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use blake3::Hash;
use rayon::prelude::*;

use super::MachineError;
use super::guard::{self, Guards};
use super::manifest::{self, LOCK, MANIFEST, STAGE};
use super::plan::{Plan, Step};
use super::refusal::{Failure, Refusal};

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
    lock: File,
}

/// The result of rendering one file.
enum Made<E> {
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
        let real = guard::check(out, guards)?;
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
        Ok(Self { real, shown: out.to_path_buf(), lock })
    }

    /// Writes the site whose files are `names`, in any order, with the bytes that `render` returns.
    ///
    /// `render` is called once for each index of `names`, on many threads. `progress` receives the
    /// number of finished files.
    ///
    /// # Errors
    /// Returns every file that couldn't be rendered, or a refusal if a foreign file is in the way
    /// or a page was edited by hand. In both cases the old site is unchanged. Also fails if the
    /// operating system reports an error; the next build then finishes the work.
    pub fn write<E: Send>(
        &self,
        names: &[String],
        render: &Render<'_, '_, E>,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Written, WriteError<E>> {
        let old = manifest::read(&self.real, &self.shown)?.unwrap_or_default();
        let plan = Plan::new(&self.real, names, &old)?;
        self.sweep()?;
        let done = self.render_all(&plan, names, &Calls { render, progress }).and_then(|files| {
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

    /// Renders every file. Writes the files that differ from the output into the stage.
    fn render_all<E: Send>(
        &self,
        plan: &Plan<'_>,
        names: &[String],
        calls: &Calls<'_, '_, '_, E>,
    ) -> Result<Vec<(Hash, bool)>, WriteError<E>> {
        let (done, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let one = |(number, name): (usize, &String)| {
            if stop.load(Ordering::Relaxed) {
                return Made::Skipped;
            }
            let made = match (calls.render)(number) {
                Ok(bytes) => self.stage(plan, name, &bytes),
                Err(error) => Made::NotRendered(error),
            };
            // After a disk error, stop, because nothing else can succeed. After a page fails to
            // render, go on with the other pages, so that one build reports every failure.
            stop.fetch_or(matches!(made, Made::NotStaged(_)), Ordering::Relaxed);
            (calls.progress)(done.fetch_add(1, Ordering::Relaxed) + 1);
            made
        };
        let made: Vec<Made<E>> = names.par_iter().enumerate().map(one).collect();
        let (mut files, mut failed) = (Vec::with_capacity(names.len()), Vec::new());
        for (number, made) in made.into_iter().enumerate() {
            match made {
                Made::Ready(hash, staged) => files.push((hash, staged)),
                Made::NotRendered(error) => failed.push((number, error)),
                Made::NotStaged(error) => return Err(WriteError::Output(error.into())),
                Made::Skipped => {}
            }
        }
        if failed.is_empty() { Ok(files) } else { Err(WriteError::Render(failed)) }
    }

    /// Writes one file into the stage unless the output already has the same bytes.
    fn stage<E>(&self, plan: &Plan<'_>, name: &str, bytes: &[u8]) -> Made<E> {
        let hash = blake3::hash(bytes);
        if plan.hash_on_disk(name) == Some(hash) {
            return Made::Ready(hash, false);
        }
        let place = self.staged(name);
        match write_new(&place, bytes) {
            Ok(()) => Made::Ready(hash, true),
            Err(error) => Made::NotStaged(MachineError::new("write", &place)(error)),
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
struct Calls<'c, 'f, 'bytes, E> {
    render: &'c Render<'f, 'bytes, E>,
    progress: &'c (dyn Fn(usize) + Sync),
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
    share(place, 0o644)?;
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
    share(place, 0o644)
}

/// Creates a folder and its parents. They are readable by everyone, regardless of the umask, so
/// that equal sites have equal permissions.
fn make_folder(place: &Path) -> io::Result<()> {
    if place.is_dir() {
        return Ok(());
    }
    place.parent().map_or(Ok(()), make_folder)?;
    match fs::create_dir(place) {
        Ok(()) => share(place, 0o755),
        // Another thread may have created the folder in the meantime.
        Err(_) if place.is_dir() => Ok(()),
        failed => failed,
    }
}

/// On Unix, gives a file or folder the permissions that web servers need. Ignores the error that
/// file systems without Unix permissions return, because nothing can be done about it.
#[cfg(unix)]
fn share(place: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::set_permissions(place, fs::Permissions::from_mode(mode)) {
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

#[cfg(not(unix))]
fn share(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    /// A project with an output folder, `public`. Tests can compare the contents of that folder as
    /// a value.
    struct Project(tempfile::TempDir);

    type Site<'a> = &'a [(&'a str, &'a str)];

    impl Project {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("handbook")).unwrap();
            Self(folder)
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join("public").join(name)
        }

        fn put(&self, name: &str, text: &str) {
            fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            fs::write(self.path(name), text).unwrap();
        }

        fn open(&self) -> Result<Output, Failure> {
            let content = self.0.path().join("handbook");
            let guards = Guards { project: self.0.path(), content: &content, themes: &[], home: None };
            Output::open(&self.path(""), &guards)
        }

        fn write(&self, site: Site<'_>) -> Result<Written, WriteError<Infallible>> {
            let names: Vec<String> = site.iter().map(|(name, _)| (*name).to_owned()).collect();
            self.open()?.write(&names, &|n| Ok(Cow::Borrowed(site[n].1.as_bytes())), &|_| {})
        }

        fn refusal(&self, site: Site<'_>) -> String {
            match self.write(site) {
                Err(WriteError::Output(Failure::Refused(refusal))) => refusal.message,
                other => panic!("{other:?}"),
            }
        }

        /// Returns everything in the output except private files: texts by name, and folders with a
        /// trailing `/`.
        fn tree(&self) -> BTreeMap<String, String> {
            let root = self.path("");
            let mut tree = BTreeMap::new();
            for entry in walkdir::WalkDir::new(&root).min_depth(1).into_iter().map(Result::unwrap) {
                let name = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                if entry.file_type().is_dir() {
                    tree.insert(format!("{name}/"), String::new());
                } else if !name.starts_with(".rolebook-") {
                    tree.insert(name, fs::read_to_string(entry.path()).unwrap());
                }
            }
            tree
        }

        /// Performs the first `count` steps of writing `site`, as if the program were then killed.
        /// Returns whether there were more steps.
        fn die_after(&self, site: Site<'_>, count: usize) -> bool {
            let output = self.open().unwrap();
            let names: Vec<String> = site.iter().map(|(name, _)| (*name).to_owned()).collect();
            let old = manifest::read(&output.real, &output.shown).unwrap().unwrap_or_default();
            let plan = Plan::new(&output.real, &names, &old).unwrap();
            output.sweep().unwrap();
            let render = |n: usize| Ok::<_, Infallible>(Cow::Borrowed(site[n].1.as_bytes()));
            let files = output.render_all(&plan, &names, &Calls { render: &render, progress: &|_| {} }).unwrap();
            let steps = plan.steps(&files);
            output.apply(&steps[..count.min(steps.len())]).unwrap();
            count < steps.len()
        }
    }

    fn tree(site: Site<'_>) -> BTreeMap<String, String> {
        let mut tree: BTreeMap<_, _> =
            site.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        for (name, _) in site {
            tree.extend(super::super::plan::parents(name).map(|folder| (format!("{folder}/"), String::new())));
        }
        tree
    }

    const OLD: Site<'_> = &[
        ("a", "file that becomes a folder"),
        ("b/c/d.html", "folder that becomes a file"),
        ("b/e.html", "also there"),
        ("index.html", "old home"),
        ("same/x.html", "same"),
        ("stale/deep/y.html", "goes"),
        ("v.html", "old"),
        ("w/x", "file that becomes a folder in a folder that stays"),
    ];
    const NEW: Site<'_> = &[
        ("a/index.html", "folder now"),
        ("b", "file now"),
        ("fresh/one/z.html", "1"),
        ("fresh/z.html", "2"),
        ("index.html", "new home"),
        ("same/new.html", "new"),
        ("same/x.html", "same"),
        ("v.html", "new"),
        ("w/x/y", "deeper"),
    ];

    #[test]
    fn a_fresh_folder_gets_the_site_and_nothing_else() {
        let project = Project::new();
        let written = project.write(NEW).unwrap();
        assert_eq!(project.tree(), tree(NEW));
        assert_eq!((written.written, written.unchanged, written.removed.len()), (NEW.len(), 0, 0));
    }

    #[test]
    fn the_order_of_names_changes_nothing() {
        let (one, two) = (Project::new(), Project::new());
        let backwards: Vec<_> = NEW.iter().rev().copied().collect();
        one.write(NEW).unwrap();
        two.write(&backwards).unwrap();
        assert_eq!(one.tree(), two.tree());
        let manifest = |project: &Project| fs::read(project.path(MANIFEST)).unwrap();
        assert_eq!(manifest(&one), manifest(&two));
    }

    #[test]
    fn a_second_site_replaces_the_first_also_where_files_and_folders_change_places() {
        let project = Project::new();
        project.write(OLD).unwrap();
        let written = project.write(NEW).unwrap();
        assert_eq!(project.tree(), tree(NEW));
        assert_eq!((written.written, written.unchanged, written.removed.len()), (8, 1, 5));
        project.write(OLD).unwrap();
        assert_eq!(project.tree(), tree(OLD));
    }

    #[test]
    fn an_unchanged_file_is_not_touched() {
        let project = Project::new();
        project.write(OLD).unwrap();
        let time = |name: &str| fs::metadata(project.path(name)).unwrap().modified().unwrap();
        let before = (time("same/x.html"), time(MANIFEST), time(""), time("v.html"));
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!(project.write(OLD).unwrap().unchanged, OLD.len());
        assert_eq!((time("same/x.html"), time(MANIFEST), time(""), time("v.html")), before);
        project.write(NEW).unwrap();
        assert_eq!(time("same/x.html"), before.0);
        assert_ne!(time("v.html"), before.3);
    }

    #[test]
    fn an_interrupted_build_converges_wherever_it_stopped() {
        for first in [&[][..], OLD] {
            let mut count = 0;
            loop {
                let project = Project::new();
                if !first.is_empty() {
                    project.write(first).unwrap();
                }
                let more = project.die_after(NEW, count);
                // The next build may have a different site to write, or the old one again.
                let next = [NEW, OLD][count % 2];
                project.write(next).unwrap();
                assert_eq!(project.tree(), tree(next), "stopped after {count}");
                project.write(NEW).unwrap();
                assert_eq!(project.tree(), tree(NEW));
                if !more {
                    break;
                }
                count += 1;
            }
        }
    }

    #[test]
    fn a_page_that_does_not_render_leaves_the_old_site_byte_for_byte() {
        let project = Project::new();
        project.write(OLD).unwrap();
        let manifest = fs::read(project.path(MANIFEST)).unwrap();
        let names: Vec<String> = NEW.iter().map(|(name, _)| (*name).to_owned()).collect();
        let render = |n: usize| if n % 3 == 1 { Err(n * 10) } else { Ok(Cow::Borrowed(NEW[n].1.as_bytes())) };
        let result = project.open().unwrap().write(&names, &render, &|_| {});
        assert!(matches!(result, Err(WriteError::Render(failed)) if failed == [(1, 10), (4, 40), (7, 70)]));
        assert_eq!(project.tree(), tree(OLD));
        assert_eq!(fs::read(project.path(MANIFEST)).unwrap(), manifest);
    }

    #[test]
    fn foreign_files_are_kept_and_named() {
        let project = Project::new();
        project.put("CNAME", "example.org");
        project.write(OLD).unwrap();
        project.put("stale/deep/mine.txt", "mine");
        let written = project.write(NEW).unwrap();
        assert_eq!(written.kept_foreign, ["CNAME", "stale/deep/mine.txt"]);
        assert_eq!(fs::read_to_string(project.path("stale/deep/mine.txt")).unwrap(), "mine");
    }

    #[test]
    fn a_foreign_file_in_the_way_is_refused_before_anything_changes() {
        for mine in ["fresh/z.html", "fresh", "b/mine.txt", "a.d/../same/new.html/x"] {
            let project = Project::new();
            project.write(OLD).unwrap();
            project.put(mine.trim_start_matches("a.d/../"), "mine");
            let before = project.tree();
            assert!(project.refusal(NEW).contains("in the way"), "{mine}");
            assert_eq!(project.tree(), before);
        }
    }

    #[test]
    fn an_empty_folder_that_we_did_not_create_blocks_a_file() {
        let project = Project::new();
        project.write(OLD).unwrap();
        fs::create_dir(project.path("b/c/empty")).unwrap();
        assert!(project.refusal(NEW).contains("`b/c/empty`"));
    }

    #[test]
    fn a_page_changed_by_hand_is_refused_and_a_stale_one_is_kept() {
        let project = Project::new();
        project.write(OLD).unwrap();
        project.put("stale/deep/y.html", "edited");
        assert_eq!(project.write(NEW).unwrap().kept_edited, ["stale/deep/y.html"]);
        assert_eq!(fs::read_to_string(project.path("stale/deep/y.html")).unwrap(), "edited");
        project.put("v.html", "edited");
        assert!(project.refusal(NEW).contains("changed since Rolebook wrote them: `v.html`"));
        assert_eq!(fs::read_to_string(project.path("v.html")).unwrap(), "edited");
    }

    #[test]
    fn what_changes_during_the_build_is_not_lost() {
        let project = Project::new();
        project.write(OLD).unwrap();
        for mine in ["v.html", "fresh/mine.txt", "stale/deep/y.html"] {
            let names: Vec<String> = NEW.iter().map(|(name, _)| (*name).to_owned()).collect();
            let render = |n: usize| {
                project.put(mine, "mine, just now");
                Ok::<_, Infallible>(Cow::Borrowed(NEW[n].1.as_bytes()))
            };
            let result = project.open().unwrap().write(&names, &render, &|_| {});
            assert!(matches!(result, Err(WriteError::Output(Failure::Refused(_)))), "{mine}");
            assert_eq!(fs::read_to_string(project.path(mine)).unwrap(), "mine, just now");
            fs::remove_dir_all(project.path("")).unwrap();
            project.write(OLD).unwrap();
        }
    }

    #[test]
    fn two_builds_do_not_write_to_one_folder() {
        let project = Project::new();
        let first = project.open().unwrap();
        let second = project.open().unwrap_err().to_string();
        assert!(second.starts_with("another build is writing to"), "{second}");
        drop(first);
        assert!(project.open().is_ok());
    }

    #[test]
    fn names_that_cannot_be_files_are_refused() {
        let project = Project::new();
        for site in [&[("../x", "")][..], &[("a", ""), ("a", "")], &[("a", ""), ("a/b", "")], &[(MANIFEST, "")]] {
            project.refusal(site);
            assert!(project.tree().is_empty());
        }
    }

    #[test]
    fn progress_reaches_the_number_of_files() {
        let project = Project::new();
        let most = AtomicUsize::new(0);
        let names = vec!["a".to_owned(), "b".to_owned()];
        let progress = |done: usize| {
            most.fetch_max(done, Ordering::Relaxed);
        };
        let render = |_| Ok::<_, Infallible>(Cow::Owned(Vec::new()));
        project.open().unwrap().write(&names, &render, &progress).unwrap();
        assert_eq!(most.into_inner(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_inside_the_output_is_not_followed() {
        let project = Project::new();
        project.write(OLD).unwrap();
        let away = project.0.path().join("away");
        fs::rename(project.path("same"), &away).unwrap();
        std::os::unix::fs::symlink(&away, project.path("same")).unwrap();
        assert!(project.refusal(OLD).contains("`same`"));
        project.write(&[("index.html", "")]).unwrap();
        assert_eq!(fs::read_to_string(away.join("x.html")).unwrap(), "same");
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_have_the_modes_that_servers_need() {
        use std::os::unix::fs::PermissionsExt;
        let project = Project::new();
        project.write(NEW).unwrap();
        let mode = |name: &str| fs::metadata(project.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(""), mode("fresh"), mode("fresh/one")), (0o755, 0o755, 0o755));
        assert_eq!((mode("index.html"), mode("fresh/one/z.html"), mode(MANIFEST)), (0o644, 0o644, 0o644));
    }

    /// One of two sites for the test below, large enough that a kill can happen between moves.
    fn large(version: usize) -> Vec<(String, String)> {
        let page = |n: usize| (format!("s{}/p{n}.html", (n + version) % 7), format!("{version} {n} ").repeat(200));
        let mut site: Vec<_> = (0..400).map(page).collect();
        site.push(("index.html".to_owned(), format!("{version}")));
        site
    }

    /// The environment variable through which the test below tells its child process what to do.
    const CHILD: &str = "ROLEBOOK_TEST_KILL";

    #[test]
    fn a_build_killed_at_any_moment_loses_nothing() {
        if let Some(place) = std::env::var_os(CHILD) {
            return build_until_killed(Path::new(&place));
        }
        let project = Project::new();
        project.put("CNAME", "mine");
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        for round in 0..8_u64 {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", &name])
                .env(CHILD, project.0.path())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20 + round * 17));
            child.kill().unwrap();
            child.wait().unwrap();
            let site = large(usize::try_from(round % 3).unwrap());
            let mut site: Vec<_> = site.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            assert_eq!(project.write(&site).unwrap().kept_foreign, ["CNAME"], "round {round}");
            site.push(("CNAME", "mine"));
            assert!(project.tree() == tree(&site), "round {round}");
        }
    }

    /// Writes one site and then the other, in turn.
    fn build_until_killed(place: &Path) {
        let content = place.join("handbook");
        let guards = Guards { project: place, content: &content, themes: &[], home: None };
        for version in (0..1000).map(|n| n % 2) {
            let site = large(version);
            let names: Vec<String> = site.iter().map(|(name, _)| name.clone()).collect();
            let render = |n: usize| Ok::<_, Infallible>(Cow::Borrowed(site[n].1.as_bytes()));
            Output::open(&place.join("public"), &guards).unwrap().write(&names, &render, &|_| {}).unwrap();
        }
    }
}
