//! Notices changes of files.
//!
//! Input: folders. Output: [`Change`] values: which paths may have changed. Events are hints: whoever gets them reads and compares. Never reads contents, never
//! builds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RemoveKind};
use notify::{Config, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _};

/// How long a first event waits for those that belong to it: an editor truncates a file before it writes it.
const GATHER: Duration = Duration::from_millis(2);
/// How often folders are read where the system does not tell of changes.
const POLL: Duration = Duration::from_millis(700);

/// What may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// These files.
    Paths(BTreeSet<PathBuf>),
    /// Too much to tell: everything is read again.
    Everything,
}

/// Watches folders.
#[derive(Debug)]
pub struct Watcher {
    roots: Vec<PathBuf>,
    ignored: Vec<PathBuf>,
    native: Option<RecommendedWatcher>,
    polling: Option<PollWatcher>,
    sender: Sender<notify::Result<Event>>,
    events: Receiver<notify::Result<Event>>,
    notice: Option<String>,
}

impl Watcher {
    /// Watches `roots` with all that is below them, but for what lies in `ignored`.
    ///
    /// Where the system has no room for more watches, the folders are read regularly instead, and [`Self::notice`] says so.
    #[must_use]
    pub fn new(roots: &[PathBuf], ignored: &[PathBuf]) -> Self {
        let (sender, events) = channel();
        let real = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let mut watcher = Self {
            roots: roots.iter().map(real).collect(),
            ignored: ignored.iter().map(real).collect(),
            native: None,
            polling: None,
            sender,
            events,
            notice: None,
        };
        watcher.watch();
        watcher
    }

    /// Says why folders are read regularly instead of watched.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    fn watch(&mut self) {
        let sender = self.sender.clone();
        let native = notify::recommended_watcher(move |event| {
            let _ = sender.send(event);
        });
        let watched = native.and_then(|mut native| {
            for root in self.roots.iter().filter(|root| root.exists()) {
                native.watch(root, RecursiveMode::Recursive)?;
            }
            Ok(native)
        });
        match watched {
            Ok(native) => self.native = Some(native),
            Err(error) => self.poll(&error),
        }
    }

    fn poll(&mut self, error: &notify::Error) {
        self.notice = Some(format!(
            "changes are looked for every {} ms, since the system does not tell of them: {error}",
            POLL.as_millis()
        ));
        let sender = self.sender.clone();
        let config = Config::default().with_poll_interval(POLL).with_compare_contents(false);
        let polling = PollWatcher::new(
            move |event| {
                let _ = sender.send(event);
            },
            config,
        );
        self.polling = polling.ok().map(|mut polling| {
            for root in &self.roots {
                let _ = polling.watch(root, RecursiveMode::Recursive);
            }
            polling
        });
    }

    /// Waits for a change and returns it with all that came since the last call.
    ///
    /// `None` where nothing is watched any more.
    pub fn wait(&mut self) -> Option<Change> {
        loop {
            // A folder that was renamed away or deleted is watched again when it is back; nothing tells of that.
            let missing = self.roots.iter().any(|root| !root.exists());
            let first = if missing {
                match self.events.recv_timeout(Duration::from_millis(200)) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) if self.roots.iter().all(|root| root.exists()) => {
                        self.watch();
                        return Some(Change::Everything);
                    }
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return None,
                }
            } else {
                self.events.recv().ok()?
            };
            std::thread::sleep(GATHER);
            let mut change = Gathered::default();
            change.take(first, self);
            while let Ok(event) = self.events.try_recv() {
                change.take(event, self);
            }
            if change.everything {
                // A recreated root is another folder to the system.
                self.watch();
                return Some(Change::Everything);
            }
            if !change.paths.is_empty() {
                return Some(Change::Paths(change.paths));
            }
        }
    }

    fn is_ignored(&self, path: &Path) -> bool {
        self.ignored.iter().any(|folder| path.starts_with(folder)) || is_editors_own(path)
    }
}

#[derive(Default)]
struct Gathered {
    paths: BTreeSet<PathBuf>,
    everything: bool,
}

impl Gathered {
    fn take(&mut self, event: notify::Result<Event>, watcher: &Watcher) {
        let Ok(event) = event else {
            self.everything = true;
            return;
        };
        if event.need_rescan() {
            self.everything = true;
        }
        // Reading makes events too: a watcher that minded them would wake itself for ever.
        let reads = matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
        let attributes = matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(_)));
        if reads || attributes {
            return;
        }
        let folder =
            matches!(event.kind, EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder));
        for path in event.paths {
            if watcher.is_ignored(&path) {
                continue;
            }
            let is_root = watcher.roots.contains(&path);
            let moved_folder =
                matches!(event.kind, EventKind::Modify(ModifyKind::Name(_))) && path.extension().is_none();
            if folder || is_root || path.is_dir() || moved_folder {
                self.everything = true;
            } else {
                self.paths.insert(path);
            }
        }
    }
}

/// Tells swap, lock and backup files of editors from chapters.
fn is_editors_own(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    // 4913 is the file by which Vim finds out whether it may write a folder.
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name == "4913"
        || [".swp", ".swx", ".tmp", ".bak", ".crswap", ".orig"].iter().any(|end| name.ends_with(end))
        || name.contains("___jb_")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    /// Runs `act` beside a watcher of a folder that holds `a.md`, and returns the first change that satisfies `wanted`.
    fn change_after(act: impl FnOnce(&Path), wanted: impl Fn(&Change) -> bool) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap().join("content");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("a.md"), "a").unwrap();
        let mut watcher = Watcher::new(std::slice::from_ref(&root), &[root.join("public")]);
        let (sender, changes) = channel();
        thread::spawn(move || {
            while let Some(change) = watcher.wait() {
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
}
