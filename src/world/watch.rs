//! Watches files for changes.
//!
//! Input: folders. Output: [`Change`] values that say which paths may have changed. An event is
//! only a hint, so callers have to read the files and compare their contents. Never reads contents
//! and never builds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, MetadataKind, ModifyKind, RemoveKind};
use notify::{Config, ErrorKind, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::world::disk::leftover;

/// The time to gather further events after a first one, because some editors truncate a file before
/// they write it.
const GATHER: Duration = Duration::from_millis(2);
/// The number of changed files above which a change counts as a bulk change, such as switching a
/// branch or copying a folder.
const MANY: usize = 8;
/// The time without any event after which a bulk change counts as finished.
const QUIET: Duration = Duration::from_millis(100);
/// The longest time to wait for a bulk change to end.
const LONGEST_STORM: Duration = Duration::from_secs(5);
/// The interval at which folders are read if the system doesn't report changes.
const POLL: Duration = Duration::from_millis(700);

/// The interval at which to check whether a missing folder exists again.
const MISSING: Duration = Duration::from_millis(300);

/// The files that may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The files with these paths.
    Paths(BTreeSet<PathBuf>),
    /// Possibly anything: everything has to be read again.
    Everything,
}

/// The result of waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waited {
    /// Something may have changed.
    Changed(Change),
    /// Nothing happened within the time limit.
    Quiet,
    /// A [`Caller`] asked for the site to be rebuilt from the files as they are.
    Asked,
    /// A [`Caller`] asked to stop.
    Stopped,
}

/// A message from the system or from a [`Caller`].
#[derive(Debug)]
enum Heard {
    Event(notify::Result<Event>),
    Asked,
    Stop,
}

/// A handle that sends requests to a [`Watcher`] from another thread and can end its waiting.
#[derive(Clone, Debug)]
pub struct Caller(Sender<Heard>);

impl Caller {
    /// Makes the watcher return [`Waited::Stopped`].
    pub fn stop(&self) {
        let _ = self.0.send(Heard::Stop);
    }

    /// Makes the watcher return [`Waited::Asked`].
    pub fn ask(&self) {
        let _ = self.0.send(Heard::Asked);
    }
}

/// A watcher of folders.
pub struct Watcher {
    roots: Vec<PathBuf>,
    ignored: Vec<PathBuf>,
    /// Reports events as long as it exists.
    source: Option<Box<dyn notify::Watcher + Send>>,
    sender: Sender<Heard>,
    events: Receiver<Heard>,
    notice: Option<String>,
    always_poll: bool,
    /// Roots that didn't exist at the last check.
    absent: BTreeSet<PathBuf>,
}

impl Watcher {
    /// Watches `roots` and everything below them, except for what is in `ignored`.
    ///
    /// If the system can't watch any more folders, the folders are polled instead, and
    /// [`Self::notice`] says so. If `poll` is set, they are always polled. This is for disks whose
    /// changes the system doesn't report, such as network shares and disks of containers.
    pub fn new(roots: &[PathBuf], ignored: &[PathBuf], poll: bool) -> Self {
        let (sender, events) = channel();
        let real = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let mut watcher = Self {
            roots: roots.iter().map(real).collect(),
            ignored: ignored.iter().map(real).collect(),
            source: None,
            sender,
            events,
            notice: None,
            always_poll: poll,
            absent: BTreeSet::new(),
        };
        watcher.watch();
        watcher
    }

    /// Returns the reason why folders are polled instead of watched.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Returns a handle to ask for a rebuild or to stop waiting.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller(self.sender.clone())
    }

    fn watch(&mut self) {
        self.absent = self.missing();
        if self.always_poll {
            return self.poll("as asked");
        }
        // The targets of links aren't part of the content.
        let config = Config::default().with_follow_symlinks(false);
        let native = RecommendedWatcher::new(self.send(), config).and_then(|mut native| {
            self.there().try_for_each(|root| native.watch(root, RecursiveMode::Recursive))?;
            Ok(native)
        });
        match native {
            Ok(native) => self.source = Some(Box::new(native)),
            Err(error) => {
                self.always_poll = true;
                let why = match error.kind {
                    ErrorKind::MaxFilesWatch => "the system cannot watch any more folders".to_owned(),
                    _ => error.to_string(),
                };
                self.poll(&why);
            }
        }
    }

    fn poll(&mut self, why: &str) {
        self.notice = Some(format!("Files are checked for changes every {} ms: {why}", POLL.as_millis()));
        // Two saves within a second have the same modification time, so compare contents too.
        let config = Config::default().with_poll_interval(POLL).with_compare_contents(true).with_follow_symlinks(false);
        if let Ok(mut polling) = PollWatcher::new(self.send(), config) {
            self.there().for_each(|root| drop(polling.watch(root, RecursiveMode::Recursive)));
            self.source = Some(Box::new(polling));
        }
    }

    /// Returns the function that receives events.
    fn send(&self) -> impl Fn(notify::Result<Event>) + Send + 'static + use<> {
        let sender = self.sender.clone();
        move |event| {
            let _ = sender.send(Heard::Event(event));
        }
    }

    /// Lists the roots that exist.
    fn there(&self) -> impl Iterator<Item = &PathBuf> {
        self.roots.iter().filter(|root| root.exists())
    }

    /// Waits for a change, for at most `limit`, and returns it together with everything that has
    /// arrived since the last call.
    pub fn wait(&mut self, limit: Option<Duration>) -> Waited {
        let end = limit.map(|limit| Instant::now() + limit);
        loop {
            let first = match self.next(end) {
                Ok(Heard::Event(event)) => event,
                Ok(Heard::Asked) => return Waited::Asked,
                Ok(Heard::Stop) => return Waited::Stopped,
                Err(waited) => return waited,
            };
            let Some(change) = self.gather(first) else { return Waited::Stopped };
            if change.everything {
                // The system treats a recreated root as a different folder, so watch it again.
                self.watch();
                return Waited::Changed(Change::Everything);
            }
            if !change.paths.is_empty() {
                return Waited::Changed(Change::Paths(change.paths));
            }
        }
    }

    fn missing(&self) -> BTreeSet<PathBuf> {
        self.roots.iter().filter(|root| !root.exists()).cloned().collect()
    }

    /// Waits for the next message.
    fn next(&mut self, end: Option<Instant>) -> Result<Heard, Waited> {
        loop {
            // The system doesn't report when a renamed or deleted root exists again, so check for
            // it.
            let missing = self.missing();
            self.absent.extend(missing);
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let look = (!self.absent.is_empty()).then_some(MISSING);
            let Some(patience) = left.into_iter().chain(look).min() else {
                return self.events.recv().map_err(|_| Waited::Stopped);
            };
            match self.events.recv_timeout(patience) {
                Ok(heard) => return Ok(heard),
                Err(RecvTimeoutError::Disconnected) => return Err(Waited::Stopped),
                Err(RecvTimeoutError::Timeout) if self.absent.iter().any(|root| root.exists()) => {
                    self.watch();
                    return Err(Waited::Changed(Change::Everything));
                }
                Err(RecvTimeoutError::Timeout) if left == Some(patience) => return Err(Waited::Quiet),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Collects the events that follow a first one. If only a few files have changed, returns
    /// almost immediately; if many have, waits until no more events arrive. Returns `None` if a
    /// caller asked to stop.
    fn gather(&self, first: notify::Result<Event>) -> Option<Gathered> {
        let start = Instant::now();
        let mut change = Gathered::default();
        change.take(first, self);
        let mut asked = false;
        let mut end = start + if change.is_storm() { QUIET } else { GATHER };
        while start.elapsed() < LONGEST_STORM {
            match self.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Heard::Event(event)) => {
                    let minded = change.take(event, self);
                    if minded && change.is_storm() {
                        end = Instant::now() + QUIET;
                    }
                }
                Ok(Heard::Asked) => asked = true,
                Ok(Heard::Stop) => return None,
                Err(_) => break,
            }
        }
        if asked {
            // Send the request again, so that it is handled after the gathered change.
            self.caller().ask();
        }
        Some(change)
    }

    fn is_ignored(&self, path: &Path) -> bool {
        self.ignored.iter().any(|folder| path.starts_with(folder)) || is_never_read(path)
    }
}

#[derive(Default)]
struct Gathered {
    paths: BTreeSet<PathBuf>,
    everything: bool,
}

impl Gathered {
    fn is_storm(&self) -> bool {
        self.everything || self.paths.len() > MANY
    }

    /// Adds an event. Returns whether it is relevant.
    fn take(&mut self, event: notify::Result<Event>, watcher: &Watcher) -> bool {
        let Ok(event) = event else {
            self.everything = true;
            return true;
        };
        if event.need_rescan() {
            self.everything = true;
        }
        // Reading a file causes events too. If the watcher reacted to these, it would wake itself
        // forever.
        let reads = matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
        // If a file is saved in a later second, polling reports only a changed modification time.
        // The code that reads the file checks whether the text differs.
        let attributes =
            matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(kind)) if kind != MetadataKind::WriteTime);
        if (reads || attributes) && !event.need_rescan() {
            return false;
        }
        let mut minded = event.need_rescan();
        let folder =
            matches!(event.kind, EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder));
        for path in event.paths {
            if watcher.is_ignored(&path) {
                continue;
            }
            minded = true;
            let is_root = watcher.roots.contains(&path);
            let moved_folder =
                matches!(event.kind, EventKind::Modify(ModifyKind::Name(_))) && path.extension().is_none();
            if folder || is_root || path.is_dir() || moved_folder {
                self.everything = true;
            } else {
                self.paths.insert(path);
            }
        }
        minded
    }
}

/// Returns whether a file is never read as content: dotfiles and files that editors leave behind.
fn is_never_read(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    name.starts_with('.') || leftover(&name).is_some()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    /// Runs `act` while a watcher observes a folder that contains `a.md`. Returns whether a change
    /// that satisfies `wanted` was seen.
    fn change_seen(poll: bool, act: impl FnOnce(&Path), wanted: impl Fn(&Change) -> bool) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap().join("content");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("a.md"), "a").unwrap();
        let mut watcher = Watcher::new(std::slice::from_ref(&root), &[root.join("public")], poll);
        let (sender, changes) = channel();
        thread::spawn(move || {
            while let Waited::Changed(change) = watcher.wait(None) {
                if sender.send(change).is_err() {
                    return;
                }
            }
        });
        act(&root);
        while let Ok(change) = changes.recv_timeout(Duration::from_secs(10)) {
            if wanted(&change) {
                return true;
            }
        }
        false
    }

    fn change_after(act: impl FnOnce(&Path), wanted: impl Fn(&Change) -> bool) -> bool {
        change_seen(false, act, wanted)
    }

    fn names(change: &Change, name: &str) -> bool {
        matches!(change, Change::Paths(paths) if paths.iter().any(|path| path.ends_with(name)))
    }

    #[test]
    fn every_way_that_editors_save_is_noticed() {
        assert!(change_after(|root| fs::write(root.join("a.md"), "b").unwrap(), |change| names(change, "a.md")));
        let beside = |root: &Path| {
            fs::write(root.join(".a.md.new"), "b").unwrap();
            fs::rename(root.join(".a.md.new"), root.join("a.md")).unwrap();
        };
        assert!(change_after(beside, |change| names(change, "a.md")));
        let backup = |root: &Path| {
            fs::rename(root.join("a.md"), root.join("a.md~")).unwrap();
            fs::write(root.join("a.md"), "b").unwrap();
        };
        assert!(change_after(backup, |change| names(change, "a.md")));
    }

    #[test]
    fn swap_files_and_the_output_are_not_minded() {
        let act = |root: &Path| {
            fs::write(root.join(".a.md.swp"), "x").unwrap();
            fs::write(root.join("4913"), "x").unwrap();
            fs::write(root.join("z.md"), "x").unwrap();
        };
        assert!(change_after(act, |change| {
            assert!(!names(change, ".a.md.swp") && !names(change, "4913"), "{change:?}");
            names(change, "z.md")
        }));
    }

    #[test]
    fn a_new_folder_and_a_root_made_again_are_read_anew() {
        assert!(change_after(
            |root| fs::create_dir_all(root.join("x/y")).unwrap(),
            |change| *change == Change::Everything
        ));
        let again = |root: &Path| {
            fs::rename(root, root.with_file_name("away")).unwrap();
            fs::create_dir(root).unwrap();
            fs::write(root.join("b.md"), "b").unwrap();
        };
        assert!(change_after(again, |change| *change == Change::Everything));
    }

    #[test]
    fn polling_notices_changes_too_and_says_why_it_is_done() {
        // Change the file once within the second in which it was written and once after that
        // second, because the two cause different events.
        for pause in [50, 1_050] {
            let act = |root: &Path| {
                thread::sleep(Duration::from_millis(pause));
                fs::write(root.join("a.md"), "longer").unwrap();
            };
            assert!(change_seen(true, act, |change| names(change, "a.md") || *change == Change::Everything));
        }
        let watcher = Watcher::new(&[], &[], true);
        assert_eq!(watcher.notice(), Some("Files are checked for changes every 700 ms: as asked"));
    }

    #[test]
    fn a_queue_that_ran_over_or_a_failure_means_that_everything_is_read_again() {
        let watcher = Watcher::new(&[], &[], true);
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        let failure = notify::Error::generic("gone");
        for event in [Ok(overflow), Err(failure)] {
            let mut gathered = Gathered::default();
            assert!(gathered.take(event, &watcher) && gathered.everything && gathered.is_storm());
        }
    }

    #[test]
    fn who_asks_while_much_changes_is_heard_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let mut watcher = Watcher::new(std::slice::from_ref(&root), &[], false);
        fs::create_dir(root.join("x")).unwrap();
        thread::sleep(Duration::from_millis(50));
        watcher.caller().ask();
        let soon = Some(Duration::from_secs(5));
        assert_eq!(watcher.wait(soon), Waited::Changed(Change::Everything));
        assert_eq!(watcher.wait(soon), Waited::Asked);
    }

    #[test]
    fn waiting_ends_by_time_by_a_question_and_by_an_end() {
        let mut watcher = Watcher::new(&[], &[], true);
        assert_eq!(watcher.wait(Some(Duration::from_millis(5))), Waited::Quiet);
        watcher.caller().ask();
        assert_eq!(watcher.wait(None), Waited::Asked);
        watcher.caller().stop();
        assert_eq!(watcher.wait(None), Waited::Stopped);
    }
}
