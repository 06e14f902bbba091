//! A project that a test damages, and what the program then reports.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::shared::{files_below, write};

/// A configured handbook with a first page. It is built once, so that every fault happens with an
/// old site in place.
pub struct Project {
    folder: tempfile::TempDir,
    old: std::collections::BTreeMap<String, Vec<u8>>,
}

/// The result of a run of the program.
#[derive(Debug)]
pub struct Ran {
    /// The exit code, or `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard error, followed by standard output.
    pub said: String,
}

impl Project {
    /// Creates the project and its first site.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("handbook/handbook.toml", "title = \"T\"\n"), ("handbook/index.md", "# Home\n")]);
        let mut project = Self { folder, old: std::collections::BTreeMap::new() };
        let first = project.build();
        assert_eq!(first.code, Some(0), "{first:?}");
        project.old = project.site();
        project
    }

    /// Returns the project's folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Returns a path in the content folder.
    pub fn content(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.root().join("handbook").join(Path::new(name.as_ref()))
    }

    /// Returns a path in the output folder.
    pub fn out(&self, name: &str) -> PathBuf {
        self.root().join("public").join(name)
    }

    /// Writes a file of the content.
    pub fn put(&self, name: impl AsRef<OsStr>, bytes: impl AsRef<[u8]>) {
        let place = self.content(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }

    /// Runs `rolebook build`.
    pub fn build(&self) -> Ran {
        self.run(&["build"])
    }

    /// Runs the program in the project's folder.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(Command::new(env!("CARGO_BIN_EXE_rolebook")).args(arguments).current_dir(self.root()))
    }

    /// Reads the site, without the manifest and the lock.
    pub fn site(&self) -> std::collections::BTreeMap<String, Vec<u8>> {
        let files = files_below(&self.root().join("public")).into_iter();
        files.filter(|(name, _)| !name.starts_with(".rolebook")).collect()
    }

    /// Asserts that the site is as it was before the fault.
    pub fn assert_old_site(&self) {
        assert_eq!(self.site(), self.old, "the old site has changed");
    }

    /// Builds, and asserts that the build fails with `code`, prints all of `words`, and leaves the
    /// old site unchanged.
    pub fn fails(&self, code: i32, words: &[&str]) {
        let ran = self.build();
        assert_eq!(ran.code, Some(code), "{}", ran.said);
        ran.says(words);
        self.assert_old_site();
    }

    /// Builds, and asserts that the build succeeds and prints all of `words`.
    pub fn builds(&self, words: &[&str]) {
        let ran = self.build();
        assert_eq!(ran.code, Some(0), "{}", ran.said);
        ran.says(words);
    }
}

impl Ran {
    /// Asserts that the output contains all of `words`.
    pub fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.said.contains(word), "`{word}` is not in:\n{}", self.said);
        }
    }
}

/// Runs a command to its end, and asserts that it neither panics nor hangs.
pub fn ran(command: &mut Command) -> Ran {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let (done, watch) = std::sync::mpsc::channel::<()>();
    let guard = std::thread::spawn(move || {
        let start = Instant::now();
        let hung = watch.recv_timeout(Duration::from_secs(300)).is_err() && start.elapsed().as_secs() >= 300;
        if hung {
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        }
        hung
    });
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    drop(done);
    assert!(!guard.join().unwrap(), "the program hung");
    let said = format!("{}{}", String::from_utf8_lossy(&stderr), String::from_utf8_lossy(&stdout));
    assert!(!said.contains("panicked"), "{said}");
    Ran { code: status.code(), said }
}

/// Returns whether the tests run as root, for whom permissions never make a file unreadable or a
/// disk read-only.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.starts_with(b"0"))
}
