//! Runs Git. This is the only module that starts the program.
//!
//! Input: the content folder, which may be anywhere in a repository or outside any. Output:
//! [`History`], the content as it was at a revision, or the reason why there is no history
//! ([`Missing`], which is never fatal). Everything but `propose`
//! and `push` only reads objects. Those two carry out what an author asks for on a page: they add a
//! branch, and send it. No module uses a shell, or touches the index, the work tree or `HEAD`. See
//! `command` for how Git is kept from starting other programs.

mod command;
mod moved;
mod place;
mod propose;
mod push;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::declare::config;
use crate::past::history::{History, LOG};
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources};

pub use self::moved::pairs as moved_pairs;
pub use self::propose::{Author, Entry, File, Rules};
pub use self::push::Remote;

use self::place::Place;

/// The reason why there is no history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No program called `git` was found on the `PATH`.
    Program,
    /// The content isn't in a repository.
    Repository,
    /// The repository belongs to another user, and Git refuses to read it.
    Trust,
    /// No commit has touched the content.
    Commits,
    /// The clone has only the newest commits, so dates read from it would be wrong.
    Shallow,
    /// The clone has commits but not the contents of all files.
    Partial,
    /// The repository can't be read. Contains Git's message.
    Broken(String),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program => write!(f, "the program `git` was not found"),
            Self::Repository => write!(f, "the chapters are not in a git repository"),
            Self::Trust => write!(
                f,
                "the repository belongs to another user, and git reads it only after `git config --global --add safe.directory` with its folder"
            ),
            Self::Commits => write!(f, "no commit contains the chapters yet"),
            Self::Shallow => write!(
                f,
                "the clone is shallow; fetch all of it (`git fetch --unshallow`, or `fetch-depth: 0` in GitHub Actions)"
            ),
            Self::Partial => {
                write!(f, "the clone has no contents of older files; clone it without `--filter`")
            }
            Self::Broken(words) => write!(f, "the git repository cannot be read ({words})"),
        }
    }
}

/// Returns how Git names its version, such as `git version 2.50.1`, or `None` if there is no Git.
pub fn version() -> Option<String> {
    let output = Command::new(command::program()?).arg("--version").stderr(Stdio::null()).output().ok()?;
    let words = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !words.is_empty()).then_some(words)
}

/// The repository that contains a content folder.
#[derive(Clone, Debug)]
pub struct Repository {
    program: PathBuf,
    place: Place,
    content: PathBuf,
}

impl Repository {
    /// Finds the repository that contains `content`.
    ///
    /// # Errors
    /// Fails if there is no repository that can be read.
    pub fn find(content: &Path) -> Result<Self, Missing> {
        let program = command::program().ok_or(Missing::Program)?;
        let content = place::real(content);
        let place = Place::around(&content)?;
        let repository = Self { program, place, content };
        repository.check_trust()?;
        Ok(repository)
    }

    /// Returns whether `content` is in a repository, without running Git.
    pub fn is_around(content: &Path) -> bool {
        Place::around(&place::real(content)).is_ok()
    }

    /// Asks Git whether this user may read the repository. Git skips its check if the repository is
    /// named explicitly. So this function lets Git find the repository in the top directory, and
    /// then checks that Git found the same one.
    fn check_trust(&self) -> Result<(), Missing> {
        let mut command = command::trust(&self.program, &self.place);
        let output = command.output().map_err(|error| unstarted(&error))?;
        if !output.status.success() {
            return Err(reason(&output.stderr));
        }
        let found = String::from_utf8_lossy(&output.stdout);
        let found = place::real(Path::new(found.trim_end_matches(['\n', '\r'])));
        if found == self.place.repository {
            return Ok(());
        }
        Err(Missing::Broken("git finds a different repository than the one that contains the chapters".to_owned()))
    }

    /// Reads the history of the content. `exists` returns whether a file exists today.
    ///
    /// # Errors
    /// Fails if the history is incomplete or if there is no history.
    pub fn history(&self, exists: impl Fn(&SourcePath) -> bool) -> Result<History, Missing> {
        // Reading the log is the slowest part, so check in the meantime whether the history is
        // complete.
        let (whole, log) = std::thread::scope(|scope| {
            let log = scope.spawn(|| self.run(LOG));
            (self.check_whole(), log.join())
        });
        whole?;
        let log = log.unwrap_or_else(|_| Err(Missing::Broken("the output of git could not be read".to_owned())))?;
        let history = History::parse(&log, exists);
        if history.commits.is_empty() { Err(Missing::Commits) } else { Ok(history) }
    }

    /// Returns a text that differs whenever the history of the content could be read differently:
    /// all references, the newest commit, and whether the clone is complete. If the site also shows
    /// what has changed since `revision`, the commit that it names is a part. References alone don't
    /// tell it, for example that of `ORIG_HEAD`.
    ///
    /// # Errors
    /// Fails if the repository can't be read.
    pub fn state(&self, revision: Option<&str>) -> Result<Vec<u8>, Missing> {
        let mut state = self.run(&["for-each-ref", "--format=%(objectname) %(refname)"])?;
        state.extend(self.run(&["rev-parse", "HEAD"])?);
        if let Some(revision) = revision {
            state.extend(format!("{:?}\n", self.commit(revision)?).bytes());
        }
        let (own, common) = (&self.place.repository, &self.place.common());
        for (folder, name) in
            [(own, "HEAD"), (own, "config.worktree"), (common, "shallow"), (common, "config"), (common, "info/grafts")]
        {
            state.extend(std::fs::read(folder.join(name)).unwrap_or_default());
            state.push(0);
        }
        Ok(state)
    }

    /// Checks that there is a newest commit and that the history before it is complete.
    fn check_whole(&self) -> Result<(), Missing> {
        let shallow = self.run(&["rev-parse", "--is-shallow-repository"])?;
        if shallow.trim_ascii() == b"true" {
            return Err(Missing::Shallow);
        }
        let head = self.output(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"])?;
        if head.status.success() {
            return Ok(());
        }
        // If the branch has no commits yet, there is just no history. But if the branch names a
        // commit that is missing, the repository is broken.
        let is_named = self.output(&["rev-parse", "--quiet", "--verify", "HEAD"])?.status.success();
        Err(if is_named || !head.stderr.is_empty() { reason(&head.stderr) } else { Missing::Commits })
    }

    /// Returns the ID of the commit that `revision` names, or `None` if there is no such revision.
    ///
    /// # Errors
    /// Fails if the repository can't be read.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, Missing> {
        // `:path` names an entry of the index rather than a commit, and `-x` is an option.
        if revision.starts_with(['-', ':']) {
            return Ok(None);
        }
        let found = self.output(&["rev-parse", "--quiet", "--verify", &format!("{revision}^{{commit}}")])?;
        let id = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        Ok((found.status.success() && !id.is_empty()).then_some(id))
    }

    /// Returns the time of a commit as a Unix timestamp.
    ///
    /// # Errors
    /// Fails if the commit can't be read.
    pub fn seconds(&self, commit: &str) -> Result<i64, Missing> {
        let found = self.run(&["log", "-1", "--no-patch", "--no-show-signature", "--format=%ct", commit, "--"])?;
        Ok(String::from_utf8_lossy(&found).trim().parse().unwrap_or_default())
    }

    /// Lists the files renamed since `commit`, including renames on disk (`today`) that aren't
    /// committed yet. Maps today's path to the path at `commit`. Git compares only commits here,
    /// because comparing with files on disk would run the filters that the repository configures.
    ///
    /// # Errors
    /// Fails if the repository can't be read.
    pub fn renames(&self, commit: &str, today: &Sources) -> Result<BTreeMap<SourcePath, SourcePath>, Missing> {
        let Some(head) = self.commit("HEAD")? else { return Ok(BTreeMap::new()) };
        let out = self.run(&[
            "diff-tree",
            "-r",
            "-z",
            "-M",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--name-status",
            "--diff-filter=R",
            "--relative",
            commit,
            &head,
            "--",
            ".",
        ])?;
        let mut parts = out.split(|byte| *byte == 0).map(|part| SourcePath::new(&*String::from_utf8_lossy(part)));
        let mut renames = BTreeMap::new();
        while let (Some(_), Some(from), Some(to)) = (parts.next(), parts.next(), parts.next()) {
            renames.insert(to, from);
        }
        let newest = self.sources(&head, &[])?;
        for (to, from) in moved::pairs(&newest, today) {
            let first = renames.remove(&from).unwrap_or(from);
            renames.insert(to, first);
        }
        Ok(renames)
    }

    /// Reads the chapters and `handbook.toml` as they were at `commit`, but not the files in the
    /// content's folders `skip`.
    ///
    /// # Errors
    /// Fails if the repository lacks the contents of any of these files.
    pub fn sources(&self, commit: &str, skip: &[String]) -> Result<Sources, Missing> {
        let list = self.run(&["ls-tree", "-r", "-z", commit])?;
        let entries: Vec<(SourcePath, String)> =
            list.split(|byte| *byte == 0).filter_map(entry).filter(|(path, _)| is_read(path, skip)).collect();
        let mut sources = Sources::default();
        if entries.is_empty() {
            return Ok(sources);
        }
        let bodies = self.blobs(entries.iter().map(|(_, id)| id.as_str()))?;
        for ((path, _), bytes) in entries.into_iter().zip(bodies) {
            sources.files.insert(path, SourceFile::new(bytes));
        }
        Ok(sources)
    }

    /// Reads blobs in the order of `ids`, using a single Git process.
    ///
    /// # Errors
    /// Fails if the repository lacks one of them.
    pub fn blobs<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Result<Vec<Vec<u8>>, Missing> {
        let ids: Vec<&str> = ids.collect();
        let mut command = self.command(&["cat-file", "--batch", "--buffer"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| unstarted(&error))?;
        let asked: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let stdin = child.stdin.take();
        // Write from a separate thread, because Git stops reading its input if nothing reads its
        // output.
        let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(asked.as_bytes())));
        let mut reader = BufReader::new(child.stdout.take().ok_or(Missing::Partial)?);
        let bodies: Option<Vec<Vec<u8>>> = ids.iter().map(|_| blob(&mut reader)).collect();
        drop(reader);
        let _ = (child.wait(), writer.join());
        bodies.ok_or(Missing::Partial)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command::hardened(&self.program, &self.place);
        command.args(arguments).current_dir(&self.content);
        command
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, Missing> {
        self.command(arguments).output().map_err(|error| unstarted(&error))
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Missing> {
        let output = self.output(arguments)?;
        if output.status.success() { Ok(output.stdout) } else { Err(reason(&output.stderr)) }
    }
}

/// Derives the reason for a failure from Git's error output.
fn reason(stderr: &[u8]) -> Missing {
    let words = String::from_utf8_lossy(stderr);
    if words.contains("dubious ownership") {
        return Missing::Trust;
    }
    if words.contains("promisor") || words.contains("lazy fetch") {
        return Missing::Partial;
    }
    let line = words.lines().find_map(|line| line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: ")));
    Missing::Broken(line.unwrap_or("its newest commit is damaged").trim().to_owned())
}

fn unstarted(error: &std::io::Error) -> Missing {
    match error.kind() {
        std::io::ErrorKind::NotFound => Missing::Program,
        _ => Missing::Broken(format!("git could not be started: {error}")),
    }
}

/// Parses a line of `git ls-tree -z`. Returns only regular files, as the walk on disk does.
fn entry(line: &[u8]) -> Option<(SourcePath, String)> {
    let text = std::str::from_utf8(line).ok()?;
    let (facts, path) = text.split_once('\t')?;
    let mut facts = facts.split(' ');
    let (mode, kind, id) = (facts.next()?, facts.next()?, facts.next()?);
    (kind == "blob" && mode.starts_with("100")).then(|| (SourcePath::new(path), id.to_owned()))
}

/// Returns whether the model is built from a file. It is if the file is a chapter or the
/// configuration, and if the walk on disk wouldn't skip it.
fn is_read(path: &SourcePath, skip: &[String]) -> bool {
    let name = path.as_str();
    let below = |folder: &String| name.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let hidden = name.split('/').any(|part| part.starts_with('.')) || name.contains(char::is_control);
    (path.is_chapter() || name == config::FILE) && !hidden && !skip.iter().any(below)
}

/// Reads one response of `git cat-file --batch`: `ID blob SIZE`, the bytes, and a line ending.
fn blob(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut head = String::new();
    reader.read_line(&mut head).ok()?;
    let mut facts = head.trim_end().split(' ').skip(1);
    if facts.next() != Some("blob") {
        return None;
    }
    let size: u64 = facts.next()?.parse().ok()?;
    let mut body = Vec::new();
    reader.take(size + 1).read_to_end(&mut body).ok()?;
    body.pop();
    (body.len() as u64 == size).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_chapters_and_the_configuration_are_read() {
        let line = |mode: &str, path: &str| format!("{mode} blob 0123\t{path}");
        let read = |mode: &str, path: &str| {
            entry(line(mode, path).as_bytes()).is_some_and(|(path, _)| is_read(&path, &["public".to_owned()]))
        };
        assert!(read("100644", "roles/a b.md") && read("100755", "handbook.toml"));
        for (mode, path) in [
            ("120000", "a.md"),
            ("100644", ".github/a.md"),
            ("100644", "public/a.md"),
            ("100644", "x.png"),
            ("100644", "sub/handbook.toml"),
        ] {
            assert!(!read(mode, path), "{mode} {path}");
        }
        assert!(read("100644", "publications/a.md"));
    }

    #[test]
    fn a_blob_may_hold_anything_and_a_missing_one_ends_the_reading() {
        let mut answers = &b"1 blob 4\na\n\0b\n2 missing\n"[..];
        assert_eq!(blob(&mut answers), Some(b"a\n\0b".to_vec()));
        assert_eq!(blob(&mut answers), None);
        assert_eq!(blob(&mut &b"1 blob 9\nshort\n"[..]), None);
    }

    /// Runs Git in `folder` as we do, but without our settings.
    #[cfg(unix)]
    fn git(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(arguments).current_dir(folder);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        command.envs(variables.iter().copied()).output().unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn git_still_reports_failures_in_the_words_that_we_look_for() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole");
        std::fs::create_dir(&whole).unwrap();
        std::fs::write(whole.join("a.md"), "# A\n").unwrap();
        for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "A"]] {
            assert!(git(&whole, &[], arguments).status.success(), "{arguments:?}");
        }
        let other_owner = [("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")];
        assert_eq!(reason(&git(&whole, &other_owner, &["log"]).stderr), Missing::Trust);
        git(&whole, &[], &["config", "uploadpack.allowFilter", "true"]);
        let url = format!("file://{}", whole.display());
        git(folder.path(), &[], &["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "partial"]);
        let partial = folder.path().join("partial");
        let no_fetch = [("GIT_NO_LAZY_FETCH", "1"), ("GIT_ALLOW_PROTOCOL", "")];
        assert_eq!(reason(&git(&partial, &no_fetch, &["show", "HEAD"]).stderr), Missing::Partial);
        let unknown = reason(&git(&whole, &[], &["log", "no-such-revision"]).stderr);
        assert!(matches!(&unknown, Missing::Broken(words) if words.starts_with("ambiguous argument")), "{unknown:?}");
    }
}
