//! Sends a branch to the remote, or writes it as a patch.
//!
//! Input: a branch that exists. Output: Git's answer, or the patch. Both run in an empty repository
//! of their own, which borrows the objects and whose settings are the user's alone: nothing that
//! the repository with the chapters configures can name a program, a helper or another address.
//! Never overwrites a branch at the remote.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Missing, Repository, command, unstarted};

/// The name of the remote in the repository that a push runs in.
const NAME: &str = "rolebook-proposal";
/// The time after which a push is given up.
const PATIENCE: Duration = Duration::from_secs(180);
/// The settings of the user that would change what the repository of a push is.
const OWN: &[&str] = &["core.bare", "core.worktree", "core.repositoryformatversion", "core.hookspath"];
/// The sections of the user's settings that a push doesn't need.
const UNNEEDED: &[&str] = &["remote.", "branch.", "alias.", "include", "extensions.", "push.", "submodule."];

/// Where a proposal can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The name that the repository has for it.
    pub name: String,
    /// The address, after the user's own settings have been applied.
    pub address: String,
}

impl Remote {
    /// Returns the address without a password.
    pub fn shown(&self) -> String {
        without_password(&self.address)
    }
}

impl Repository {
    /// Returns the remote of the branch that is checked out, or else `origin`, or else the first.
    ///
    /// # Errors
    /// Fails if the settings can't be read, or if the address is one that a push could run a
    /// program with.
    pub fn remote(&self) -> Result<Option<Remote>, Missing> {
        let urls = self.urls()?;
        let branch = self.branch();
        let mut wanted = vec![self.setting("remote.pushDefault")?];
        if let Some(branch) = branch {
            wanted.push(self.setting(&format!("branch.{branch}.remote"))?);
        }
        wanted.push(Some("origin".to_owned()));
        let known = |name: &String| urls.iter().find(|(known, _)| known == name);
        let Some((name, url)) = wanted.iter().flatten().find_map(known).or(urls.first()) else { return Ok(None) };
        let apart = self.apart(Some(&self.absolute(url)))?;
        let out = command::connected(&self.program, apart.path()).args(["remote", "get-url", "--push", NAME]).output();
        let out = out.map_err(|error| unstarted(&error))?;
        let address = String::from_utf8_lossy(&out.stdout).trim().to_owned();
        self.check(&address)?;
        Ok(Some(Remote { name: name.clone(), address }))
    }

    /// Lists the remotes with their addresses for a push.
    fn urls(&self) -> Result<Vec<(String, String)>, Missing> {
        let mut command = self.personal(&["config", "-z", "--get-regexp", r"^remote\..*\.(url|pushurl)$"]);
        let output = command.output().map_err(|error| unstarted(&error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut urls: Vec<(String, String, bool)> = Vec::new();
        for (key, url) in text.split('\0').filter_map(|entry| entry.split_once('\n')) {
            let Some((name, kind)) = key.strip_prefix("remote.").and_then(|key| key.rsplit_once('.')) else { continue };
            let is_for_push = kind == "pushurl";
            match urls.iter_mut().find(|(known, ..)| known == name) {
                Some(known) if is_for_push && !known.2 => *known = (name.to_owned(), url.to_owned(), true),
                Some(_) => {}
                None => urls.push((name.to_owned(), url.to_owned(), is_for_push)),
            }
        }
        Ok(urls.into_iter().map(|(name, url, _)| (name, url)).collect())
    }

    /// Returns an address; a path is made absolute.
    fn absolute(&self, url: &str) -> String {
        if is_path(url) { self.place.top.join(url).to_string_lossy().into_owned() } else { url.to_owned() }
    }

    /// Refuses addresses that would start a program, and repositories among the chapters, whose
    /// hooks anyone could have written.
    fn check(&self, address: &str) -> Result<(), Missing> {
        let refuse = |why: &str| Err(Missing::Broken(format!("the remote's address {why}")));
        if address.is_empty() || address.starts_with('-') || address.contains(char::is_control) {
            return refuse("can't be used");
        }
        let path = address.strip_prefix("file://").unwrap_or(address);
        if is_path(path) {
            let path = super::place::real(Path::new(path));
            let is_inside = path.starts_with(&self.place.top) || path.starts_with(&self.place.repository);
            return if is_inside { refuse("is a folder of this project") } else { Ok(()) };
        }
        let protocol = address.split_once("://").map_or("ssh", |(protocol, _)| protocol);
        // `x::address` starts the program `git-remote-x`.
        if address.contains("::") || !["https", "http", "ssh"].contains(&protocol) {
            return refuse("has a form that isn't pushed to from here");
        }
        Ok(())
    }

    /// Counts the commits up to `commit` that the remote doesn't have yet, as far as is known here.
    pub fn unsent(&self, commit: &str, remote: &Remote) -> usize {
        let known = self.text(&["for-each-ref", "--count=1", &format!("refs/remotes/{}/", remote.name)]);
        if known.is_ok_and(|known| known.is_empty()) {
            return 0;
        }
        let count = self.text(&["rev-list", "--count", commit, "--not", &format!("--remotes={}", remote.name)]);
        count.ok().and_then(|count| count.parse().ok()).unwrap_or_default()
    }

    /// Sends a branch to a remote, under the same name.
    ///
    /// # Errors
    /// Returns Git's words if the remote doesn't accept it.
    pub fn push(&self, remote: &Remote, branch: &str) -> Result<(), String> {
        let words = |missing: Missing| missing.to_string();
        let commit = self.commit(&format!("refs/heads/{branch}")).map_err(words)?;
        let commit = commit.ok_or_else(|| format!("there is no branch `{branch}`"))?;
        let apart = self.apart(Some(&remote.address)).map_err(words)?;
        let mut command = command::connected(&self.program, apart.path());
        if !self.has_own_ssh() {
            // Nobody could answer a question in the terminal.
            command.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=20");
        }
        command.args(["push", "--no-verify", "--no-follow-tags", "--no-recurse-submodules", "--no-progress"]);
        command.arg(NAME).arg(format!("{commit}:refs/heads/{branch}"));
        let said = in_time(command).map_err(|why| hide(&why, remote))?;
        said.map_err(|why| hide(&why, remote))
    }

    /// Returns whether the user has set how SSH is started.
    fn has_own_ssh(&self) -> bool {
        let is_set = ["GIT_SSH", "GIT_SSH_COMMAND", "SSH_ASKPASS"].iter().any(|name| std::env::var_os(name).is_some());
        is_set || self.users().is_ok_and(|list| list.iter().any(|(key, _)| key == "core.sshcommand"))
    }

    /// Returns a commit as a patch that `git am` applies.
    ///
    /// # Errors
    /// Fails if the commit can't be read.
    pub fn patch(&self, commit: &str) -> Result<Vec<u8>, Missing> {
        let apart = self.apart(None)?;
        let mut command = command::connected(&self.program, apart.path());
        command.args(["format-patch", "-1", "--stdout", "--binary", "--full-index", "--no-signature"]);
        command.args(["--no-ext-diff", "--no-textconv", "--no-cover-letter", commit]);
        let output = command.output().map_err(|error| unstarted(&error))?;
        if output.status.success() { Ok(output.stdout) } else { Err(super::reason(&output.stderr)) }
    }

    /// Makes an empty repository that borrows the objects of this one. Its settings are those of the
    /// user, and its one remote is at `address`.
    fn apart(&self, address: Option<&str>) -> Result<tempfile::TempDir, Missing> {
        let objects = self.real_path("objects")?;
        let format = self.text(&["rev-parse", "--show-object-format"]).unwrap_or_else(|_| "sha1".to_owned());
        let mut config = String::from("[core]\n\tbare = true\n");
        if format == "sha256" {
            config.push_str("\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n");
        }
        if let Some(address) = address {
            for (key, value) in self.users()? {
                config.push_str(&setting(&key, value.as_deref()));
            }
            config.push_str(&setting(&format!("remote.{NAME}.url"), Some(address)));
        }
        let shallow = self.real_path("shallow").ok().and_then(|file| fs::read(file).ok());
        let make = || {
            let apart = tempfile::Builder::new().prefix("rolebook-").tempdir()?;
            let folder = apart.path();
            fs::create_dir_all(folder.join("objects/info"))?;
            fs::create_dir(folder.join("refs"))?;
            fs::write(folder.join("HEAD"), "ref: refs/heads/none\n")?;
            fs::write(folder.join("objects/info/alternates"), format!("{}\n", objects.display()))?;
            fs::write(folder.join("config"), config)?;
            if let Some(shallow) = shallow {
                fs::write(folder.join("shallow"), shallow)?;
            }
            Ok(apart)
        };
        make().map_err(|error: std::io::Error| Missing::Broken(error.to_string()))
    }

    /// Returns the absolute path of a file of the repository.
    fn real_path(&self, name: &str) -> Result<PathBuf, Missing> {
        Ok(super::place::real(&self.content.join(self.text(&["rev-parse", "--git-path", name])?)))
    }

    /// Lists the settings of the user and the system that apply in this repository.
    fn users(&self) -> Result<Vec<(String, Option<String>)>, Missing> {
        let output = self.personal(&["config", "--show-scope", "-z", "--list"]).output();
        let output = output.map_err(|error| unstarted(&error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut parts = text.split('\0');
        let mut list = Vec::new();
        while let (Some(scope), Some(entry)) = (parts.next(), parts.next()) {
            let (key, value) = entry.split_once('\n').map_or((entry, None), |(key, value)| (key, Some(value)));
            let is_unneeded = OWN.contains(&key) || UNNEEDED.iter().any(|section| key.starts_with(section));
            if matches!(scope, "system" | "global") && !is_unneeded {
                list.push((key.to_owned(), value.map(str::to_owned)));
            }
        }
        Ok(list)
    }
}

/// Returns whether an address is a path on this machine, by Git's own rule: no protocol, and no
/// colon before the first slash.
fn is_path(address: &str) -> bool {
    let before_slash = address.split('/').next().unwrap_or_default();
    let is_drive = cfg!(windows) && address.as_bytes().get(1) == Some(&b':');
    !address.contains("://") && (is_drive || !before_slash.contains(':'))
}

/// Writes a setting as a line of a configuration file.
fn setting(key: &str, value: Option<&str>) -> String {
    let Some((section, name)) = key.rsplit_once('.') else { return String::new() };
    let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let head = match section.split_once('.') {
        Some((section, sub)) => format!("[{section} \"{}\"]", escape(sub)),
        None => format!("[{section}]"),
    };
    match value {
        Some(value) => {
            let value = escape(value).replace('\n', "\\n").replace('\t', "\\t");
            format!("{head}\n\t{name} = \"{value}\"\n")
        }
        None => format!("{head}\n\t{name}\n"),
    }
}

/// Replaces the password in an address.
fn without_password(address: &str) -> String {
    let Some((protocol, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let Some((user, host)) = authority.rsplit_once('@') else { return address.to_owned() };
    let user = user.split_once(':').map_or(user.to_owned(), |(name, _)| format!("{name}:…"));
    format!("{protocol}://{user}@{host}/{path}")
}

/// Leaves out hints of Git about its own commands, and the password.
fn hide(words: &str, remote: &Remote) -> String {
    let words = words.replace(&remote.address, &remote.shown()).replace(NAME, &remote.name);
    let lines = words.lines().map(str::trim_end).filter(|line| !line.starts_with("hint:") && !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Runs a command and returns what it wrote to standard error if it failed. Ends it if it takes too
/// long.
fn in_time(mut command: Command) -> Result<Result<(), String>, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| unstarted(&error).to_string())?;
    let stderr = child.stderr.take();
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = stderr.map(|mut stderr| stderr.read_to_end(&mut said));
        String::from_utf8_lossy(&said).into_owned()
    });
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            _ => {
                let _ = (child.kill(), child.wait());
                return Err("the remote did not answer in time".to_owned());
            }
        }
    };
    let said = reader.join().unwrap_or_default();
    Ok(if status.success() { Ok(()) } else { Err(said) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_so_that_git_reads_them_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let list = [
            ("credential.helper", Some("!f() { echo \"a\\b\"; }; f # x")),
            ("credential.https://a.example/x.y.helper", Some("")),
            ("url.ssh://git@a.example/.insteadof", Some("a;\tb\nc ")),
            ("http.sslverify", None),
        ];
        let text: String = list.iter().map(|(key, value)| setting(key, *value)).collect();
        fs::write(&file, text).unwrap();
        let Some(git) = command::program() else { return };
        for (key, value) in list {
            let read = Command::new(&git).args(["config", "-z", "--file"]).arg(&file).args(["--get", key]).output();
            let read = String::from_utf8(read.unwrap().stdout).unwrap();
            assert_eq!(read, format!("{}\0", value.unwrap_or_default()), "{key}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        for (address, shown) in [
            ("https://me:secret@a.example/x.git", "https://me:…@a.example/x.git"),
            ("https://me@a.example/x.git", "https://me@a.example/x.git"),
            ("git@a.example:x.git", "git@a.example:x.git"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }

    #[test]
    fn addresses_are_told_from_paths_as_git_does() {
        for (address, is) in [("/a/b", true), ("../b", true), ("a.example:b", false), ("https://a.example/b", false)] {
            assert_eq!(is_path(address), is, "{address}");
        }
    }
}
