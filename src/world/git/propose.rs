//! Compares files with the newest commit, and commits chosen ones on a new branch.
//!
//! Input: the files of the content, and what the author chose. Output: a branch with one commit.
//! Uses only plumbing commands and an index of its own, so the user's index, work tree, `HEAD` and
//! other uncommitted changes stay as they are. Runs no hook and no filter.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Missing, Repository, command, reason, unstarted};
use crate::text::path::SourcePath;

/// The maximum number of names to try for a branch.
const MOST_NAMES: usize = 99;

/// An entry of a commit's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file mode, such as `100644`.
    pub mode: String,
    /// The ID of the blob.
    pub id: String,
    /// The size in bytes; `None` for submodules.
    pub size: Option<u64>,
}

impl Entry {
    /// Returns whether the entry is a regular file.
    pub fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }
}

/// What `.gitattributes` and the user's settings say about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// An attribute because of which Git stores the file in another form than we could write, such
    /// as `filter=lfs`.
    pub converts: Option<String>,
    /// Whether Git stores line endings as LF; `None` if that depends on the content.
    pub stores_lf: Option<bool>,
}

impl Rules {
    /// Returns the bytes that Git would store for a file, given those that it has stored before.
    pub fn stored(&self, bytes: Vec<u8>, before: Option<&[u8]>) -> Vec<u8> {
        let has_crlf = |bytes: &[u8]| bytes.windows(2).any(|pair| pair == b"\r\n");
        let converts = match self.stores_lf {
            Some(converts) => converts,
            None => !bytes.contains(&0) && !before.is_some_and(has_crlf),
        };
        if !converts || !has_crlf(&bytes) {
            return bytes;
        }
        let mut out = Vec::with_capacity(bytes.len());
        for (n, byte) in bytes.iter().enumerate() {
            if *byte != b'\r' || bytes.get(n + 1) != Some(&b'\n') {
                out.push(*byte);
            }
        }
        out
    }
}

/// The user that a commit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The email address.
    pub email: String,
}

/// A file of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path in the content folder.
    pub path: SourcePath,
    /// The file mode.
    pub mode: String,
    /// The new bytes, or `None` if the file is removed.
    pub bytes: Option<Vec<u8>>,
}

impl Repository {
    /// Returns the name of the branch that is checked out, or `None` if there is none.
    pub fn branch(&self) -> Option<String> {
        let output = self.output(&["symbolic-ref", "--quiet", "HEAD"]).ok()?;
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        name.strip_prefix("refs/heads/").map(str::to_owned).filter(|_| output.status.success())
    }

    /// Lists everything that a commit contains in the content folder.
    ///
    /// # Errors
    /// Fails if the repository can't be read.
    pub fn tree(&self, commit: &str) -> Result<BTreeMap<SourcePath, Entry>, Missing> {
        let list = self.run(&["ls-tree", "-r", "-l", "-z", commit])?;
        let entry = |line: &[u8]| {
            let (facts, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
            let mut facts = facts.split_ascii_whitespace();
            let (mode, _, id) = (facts.next()?.to_owned(), facts.next()?, facts.next()?.to_owned());
            let size = facts.next().and_then(|size| size.parse().ok());
            Some((SourcePath::new(path), Entry { mode, id, size }))
        };
        Ok(list.split(|byte| *byte == 0).filter_map(entry).collect())
    }

    /// Returns the IDs that the files at `paths` would have as blobs, as they are on disk.
    ///
    /// # Errors
    /// Fails if one of them can't be read.
    pub fn ids(&self, paths: &[&SourcePath]) -> Result<Vec<String>, Missing> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let mut list = String::new();
        for path in paths {
            // Git takes relative paths as relative to the work tree's top directory here.
            list.push_str(&self.content.join(path.as_str()).to_string_lossy());
            list.push('\n');
        }
        let out = feed(self.command(&["hash-object", "--no-filters", "--stdin-paths"]), list.as_bytes())?;
        Ok(String::from_utf8_lossy(&out).lines().map(str::to_owned).collect())
    }

    /// Reads what applies to the files at `paths`, also by the user's own attributes.
    ///
    /// # Errors
    /// Fails if Git can't say.
    pub fn rules(&self, paths: &[SourcePath]) -> Result<BTreeMap<SourcePath, Rules>, Missing> {
        let mut command = self.personal(&["check-attr", "-z", "--stdin"]);
        command.args(["filter", "working-tree-encoding", "ident", "text", "eol"]);
        let out = feed(command, &listed(paths))?;
        let converts_all = matches!(self.setting("core.autocrlf")?.as_deref(), Some("true" | "input"));
        let mut found: BTreeMap<SourcePath, BTreeMap<String, String>> = BTreeMap::new();
        let mut parts = out.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned());
        while let (Some(path), Some(name), Some(value)) = (parts.next(), parts.next(), parts.next()) {
            found.entry(SourcePath::new(path)).or_default().insert(name, value);
        }
        let rules = |(path, values): (SourcePath, BTreeMap<String, String>)| (path, rules(&values, converts_all));
        Ok(found.into_iter().map(rules).collect())
    }

    /// Returns those of the files that Git ignores.
    ///
    /// # Errors
    /// Fails if Git can't say.
    pub fn ignored(&self, paths: &[SourcePath]) -> Result<BTreeSet<SourcePath>, Missing> {
        let mut command = self.personal(&["check-ignore", "-z", "--stdin"]);
        let output = fed(&mut command, &listed(paths))?;
        // The exit code is 1 if none of them is ignored.
        if !output.status.success() && output.status.code() != Some(1) {
            return Err(reason(&output.stderr));
        }
        let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| SourcePath::new(&*String::from_utf8_lossy(name))).collect())
    }

    /// Returns who makes commits here, or `None` if the user's configuration doesn't say.
    ///
    /// # Errors
    /// Fails if the configuration can't be read.
    pub fn author(&self) -> Result<Option<Author>, Missing> {
        let either = |one: &str, other: &str| Ok(self.setting(one)?.or(self.setting(other)?));
        let (name, email) = (either("author.name", "user.name")?, either("author.email", "user.email")?);
        Ok(name.zip(email).map(|(name, email)| Author { name, email }))
    }

    /// Lists the names of the hooks that Git would run in this repository.
    pub fn hooks(&self) -> Vec<String> {
        let common = self.text(&["rev-parse", "--git-common-dir"]).unwrap_or_default();
        let named = self.setting_of("core.hooksPath", "path").ok().flatten();
        let folder = named.map_or_else(|| self.content.join(common).join("hooks"), |path| self.place.top.join(path));
        let Ok(list) = std::fs::read_dir(folder) else { return Vec::new() };
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            (!name.contains('.') && name.contains('-') && is_executable(&entry.path())).then_some(name)
        };
        let mut names: Vec<String> = list.filter_map(name).collect();
        names.sort();
        names
    }

    /// Returns the path of a content file in the repository.
    pub fn path_in_repository(&self, path: &SourcePath) -> String {
        let prefix = self.content.strip_prefix(&self.place.top).unwrap_or(Path::new(""));
        let mut parts: Vec<String> = prefix.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        parts.push(path.to_string());
        parts.join("/")
    }

    /// Lists the paths in the repository that a commit changed.
    ///
    /// # Errors
    /// Fails if the repository can't be read.
    pub fn changed_by(&self, commit: &str) -> Result<Vec<String>, Missing> {
        let mut command = self.command(&["diff-tree", "-r", "-z", "--root", "--no-commit-id", "--name-only"]);
        command.args(["--no-renames", "--no-ext-diff", "--no-textconv", commit]).current_dir(&self.place.top);
        let out = feed(command, b"")?;
        let names = out.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
    }

    /// Commits files on top of the commit `base`, without a branch. Returns the ID of the new commit.
    ///
    /// # Errors
    /// Fails if Git can't write the objects.
    pub fn commit_files(
        &self,
        base: &str,
        files: &[File],
        (author, message): (&Author, &str),
    ) -> Result<String, Missing> {
        let folder = tempfile::tempdir().map_err(|error| Missing::Broken(error.to_string()))?;
        let own = |arguments: &[&str]| {
            let mut command = self.command(arguments);
            command.env("GIT_INDEX_FILE", folder.path().join("index")).current_dir(&self.place.top);
            command
        };
        feed(own(&["read-tree", base]), b"")?;
        let none = "0".repeat(base.len());
        let mut list = Vec::new();
        // Removed files come first, because a folder may take the place of a file.
        let (gone, there): (Vec<&File>, Vec<&File>) = files.iter().partition(|file| file.bytes.is_none());
        for file in gone.into_iter().chain(there) {
            let (mode, id) = match &file.bytes {
                Some(bytes) => (file.mode.as_str(), self.write_blob(bytes)?),
                None => ("0", none.clone()),
            };
            list.extend_from_slice(format!("{mode} {id}\t{}\0", self.path_in_repository(&file.path)).as_bytes());
        }
        feed(own(&["update-index", "-z", "--index-info"]), &list)?;
        let tree = said(&feed(own(&["write-tree", "--missing-ok"]), b"")?);
        let mut command =
            own(&["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "--no-gpg-sign", "-p", base, "-F", "-", &tree]);
        name(&mut command, author);
        Ok(said(&feed(command, message.as_bytes())?))
    }

    fn write_blob(&self, bytes: &[u8]) -> Result<String, Missing> {
        Ok(said(&feed(self.command(&["hash-object", "-w", "--no-filters", "--stdin"]), bytes)?))
    }

    /// Creates a branch for `commit`, called `wanted`, or `wanted-2` and so on if that is taken here
    /// or at a remote. Never moves a branch. Returns its name.
    ///
    /// # Errors
    /// Fails if Git can't create it.
    pub fn create_branch(&self, wanted: &str, commit: &str, author: &Author) -> Result<String, Missing> {
        let known = self.text(&["for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes"])?;
        let known: Vec<String> = known.lines().map(str::to_lowercase).collect();
        let is_taken = |name: &str| {
            let name = name.to_lowercase();
            let (own, below) = (format!("refs/heads/{name}"), format!("refs/heads/{name}/"));
            let there = format!("/{name}");
            known.iter().any(|known| *known == own || known.starts_with(&below) || known.ends_with(&there))
        };
        let names = (1..=MOST_NAMES).map(|n| if n == 1 { wanted.to_owned() } else { format!("{wanted}-{n}") });
        let mut failure = Missing::Broken("there are too many branches of this name".to_owned());
        for branch in names.filter(|name| !is_taken(name)).take(3) {
            let (full, none) = (format!("refs/heads/{branch}"), "0".repeat(commit.len()));
            let mut command = self.command(&["update-ref", "-m", "proposed from the page", &full, commit, &none]);
            name(&mut command, author);
            match feed(command, b"") {
                Ok(_) => return Ok(branch),
                Err(missing) => failure = missing,
            }
        }
        Err(failure)
    }

    /// Lists the newest branches whose names start with `prefix`, newest first.
    ///
    /// # Errors
    /// Fails if the repository can't be read.
    pub fn branches(&self, prefix: &str, most: usize) -> Result<Vec<String>, Missing> {
        let (count, pattern) = (format!("--count={most}"), format!("refs/heads/{prefix}*"));
        let list = self.text(&["for-each-ref", "--sort=-committerdate", &count, "--format=%(refname)", &pattern])?;
        Ok(list.lines().filter_map(|name| name.strip_prefix("refs/heads/")).map(str::to_owned).collect())
    }

    /// Reads a setting from all configuration files, as Git does.
    pub(super) fn setting(&self, name: &str) -> Result<Option<String>, Missing> {
        self.setting_of(name, "")
    }

    fn setting_of(&self, name: &str, kind: &str) -> Result<Option<String>, Missing> {
        let mut command = self.personal(&["config"]);
        if !kind.is_empty() {
            command.arg(format!("--type={kind}"));
        }
        // Our own settings are on the command line, so ask for the value of the files.
        let output = command.args(["--show-scope", "-z", "--get-all", name]).output();
        let output = output.map_err(|error| unstarted(&error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut parts = text.split('\0');
        let mut value = None;
        while let (Some(scope), Some(found)) = (parts.next(), parts.next()) {
            if scope != "command" {
                value = Some(found.to_owned());
            }
        }
        Ok(value.filter(|value| !value.trim().is_empty()))
    }

    pub(super) fn text(&self, arguments: &[&str]) -> Result<String, Missing> {
        Ok(said(&self.run(arguments)?))
    }

    pub(super) fn personal(&self, arguments: &[&str]) -> Command {
        let mut command = command::personal(&self.program, &self.place);
        command.args(arguments).current_dir(&self.content);
        command
    }

    /// Returns the content folder.
    pub fn content(&self) -> &Path {
        &self.content
    }
}

/// Makes a command write commits and logs in the name of `author`.
fn name(command: &mut Command, author: &Author) {
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), &author.name).env(format!("GIT_{who}_EMAIL"), &author.email);
    }
}

fn listed(paths: &[SourcePath]) -> Vec<u8> {
    paths.iter().flat_map(|path| path.as_str().bytes().chain([0])).collect()
}

/// Derives the rules for a file from the values of its attributes.
fn rules(values: &BTreeMap<String, String>, converts_all: bool) -> Rules {
    let value = |name: &str| values.get(name).map_or("unspecified", String::as_str);
    let is_given = |name: &&str| !matches!(value(name), "unspecified" | "unset");
    let converting = ["filter", "working-tree-encoding", "ident"].into_iter().find(is_given);
    let converts = converting.map(|name| match value(name) {
        "set" => name.to_owned(),
        value => format!("{name}={value}"),
    });
    let stores_lf = match value("text") {
        "auto" => None,
        "unspecified" if is_given(&"eol") => Some(true),
        "unspecified" if converts_all => None,
        "unset" | "unspecified" => Some(false),
        _ => Some(true),
    };
    Rules { converts, stores_lf }
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// Returns what a command printed, without the line ending.
fn said(out: &[u8]) -> String {
    String::from_utf8_lossy(out).trim_end_matches(['\n', '\r']).to_owned()
}

/// Runs a command with `input` as its standard input.
fn fed(command: &mut Command, input: &[u8]) -> Result<std::process::Output, Missing> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| unstarted(&error))?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // Write from a separate thread, because Git may stop reading until its output is read.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output().map_err(|error| unstarted(&error))
    })
}

/// Does the same as [`fed`], and returns what the command printed if it succeeded.
fn feed(mut command: Command, input: &[u8]) -> Result<Vec<u8>, Missing> {
    let output = fed(&mut command, input)?;
    if output.status.success() { Ok(output.stdout) } else { Err(reason(&output.stderr)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(list: &[(&str, &str)], converts_all: bool) -> Rules {
        rules(&list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(), converts_all)
    }

    #[test]
    fn line_endings_are_stored_as_git_would_store_them() {
        let crlf = b"a\r\nb\r\n";
        let stored = |rules: &Rules, before: Option<&[u8]>| rules.stored(crlf.to_vec(), before);
        assert_eq!(stored(&given(&[], false), None), crlf);
        assert_eq!(stored(&given(&[], true), None), b"a\nb\n");
        assert_eq!(stored(&given(&[("text", "auto")], false), Some(b"a\n")), b"a\nb\n");
        assert_eq!(stored(&given(&[("text", "auto")], false), Some(crlf)), crlf);
        assert_eq!(stored(&given(&[("eol", "crlf")], false), Some(crlf)), b"a\nb\n");
        assert_eq!(stored(&given(&[("text", "unset"), ("eol", "lf")], true), None), crlf);
        assert_eq!(given(&[], true).stored(b"\0\r\n".to_vec(), None), b"\0\r\n");
    }

    #[test]
    fn attributes_that_convert_a_file_are_found() {
        assert_eq!(given(&[("filter", "lfs")], false).converts.as_deref(), Some("filter=lfs"));
        assert_eq!(given(&[("ident", "set")], false).converts.as_deref(), Some("ident"));
        let encoding = given(&[("filter", "unset"), ("working-tree-encoding", "UTF-16")], false);
        assert_eq!(encoding.converts.as_deref(), Some("working-tree-encoding=UTF-16"));
        assert_eq!(given(&[("filter", "unspecified")], false).converts, None);
    }
}
