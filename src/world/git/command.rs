//! Makes every call of git, so that git starts no program but itself.
//!
//! Input: git's own path and a repository that [`Place`] found. Output: a command to which the caller adds what it asks. A repository's configuration, its files
//! and the variables of the surroundings may name programs: filters, hooks, pagers, helpers. Nothing of that is started. The configurations of the user and of the
//! machine are read for one question only, whether this user trusts the repository.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::place::Place;

/// What a configuration could say, said first. A setting here comes before every file that git reads. Filters, text converters and drivers have names that
/// nobody can list: those are kept out by asking for objects only.
const SETTINGS: &[&str] = &[
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.alternateRefsCommand=false",
    "core.quotePath=false",
    "credential.helper=",
    "diff.external=",
    "log.showSignature=false",
    "gpg.program=false",
    "gpg.openpgp.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "gpg.ssh.defaultKeyCommand=",
    "protocol.allow=never",
    "submodule.recurse=false",
    "diff.ignoreSubmodules=all",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// Variables without `GIT_` in their name that name a program.
const PROGRAMS: &[&str] = &["SSH_ASKPASS", "PAGER", "EDITOR", "VISUAL", "BROWSER"];

/// The beginnings of variables that say which configurations there are; these may hold `safe.directory`.
const TRUST: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
];

/// Returns where git is: the first on the `PATH`, without the folders of it that depend on where the command was started, since content could lie there.
pub fn program() -> Option<PathBuf> {
    let name = if cfg!(windows) { "git.exe" } else { "git" };
    folders().into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Lists the folders of the `PATH` that are absolute.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Makes a call of git on exactly this repository.
pub fn hardened(program: &Path, place: &Place) -> Command {
    let mut command = bare(program, &[]);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", null()).env("GIT_ATTR_NOSYSTEM", "1");
    command.arg("--git-dir").arg(&place.repository).arg("--work-tree").arg(&place.top);
    command
}

/// Makes the call that asks whether this user may read the repository: git looks for it in its own folder and nowhere above.
pub fn trust(program: &Path, place: &Place) -> Command {
    let mut command = bare(program, TRUST);
    if let Some(parent) = place.top.parent() {
        command.env("GIT_CEILING_DIRECTORIES", parent);
    }
    command.args(["rev-parse", "--absolute-git-dir"]).current_dir(&place.top);
    command
}

/// Makes a call without anything that names a program or a repository; keeps the variables `kept`.
fn bare(program: &Path, kept: &[&str]) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if is_dangerous(&name) && !kept.iter().any(|kept| name.to_string_lossy().starts_with(kept)) {
            command.env_remove(name);
        }
    }
    let path = std::env::join_paths(folders()).unwrap_or_default();
    // What git says is recognised by its words. What a clone lacks isn't fetched in the middle of a build: an empty list of protocols is for versions of git that
    // don't know the other variable.
    command.env("PATH", path).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
    command.arg("--no-pager");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null());
    command
}

/// Tells whether a variable could name a program, a repository or a configuration to git.
fn is_dangerous(name: &OsString) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    name.starts_with("GIT_") || PROGRAMS.contains(&name.as_str())
}

fn null() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_git_is_dangerous_and_those_of_the_user_are_not() {
        for name in ["GIT_DIR", "GIT_EXEC_PATH", "GIT_CONFIG_COUNT", "git_ssh", "SSH_ASKPASS", "PAGER"] {
            assert!(is_dangerous(&OsString::from(name)), "{name}");
        }
        for name in ["HOME", "PATH", "GITHUB_ACTIONS", "LANG"] {
            assert!(!is_dangerous(&OsString::from(name)), "{name}");
        }
    }

    #[test]
    fn git_is_looked_for_in_absolute_folders_alone() {
        assert!(folders().iter().all(|folder| folder.is_absolute()));
    }
}
