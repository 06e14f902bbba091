//! Builds the commands that run Git, in such a way that Git can't start any other program.
//!
//! Input: the path of Git and a repository that [`Place`] found. Output: a command, to which the
//! caller adds arguments. Programs such as filters, hooks, pagers and helpers can be named in a
//! repository's configuration, in its files and in environment variables. Git starts none of them.
//! The user's and the system's configuration are read only to find out whether this user trusts the
//! repository, and to propose changes in the user's name. Only a push uses programs that the user has
//! chosen, for example to ask for a password. It runs in a repository that has no other settings.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::place::Place;

/// Settings passed on the command line, where they take precedence over every configuration file
/// that Git reads. No list of settings can cover filters, text converters and drivers, because
/// their names are arbitrary. But Git never runs these, because we only ask it for objects.
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
    // An index of our own must not write parts of itself into the repository.
    "core.splitIndex=false",
    "core.untrackedCache=false",
    "index.sparse=false",
];

/// Variables without the prefix `GIT_` that can name a program.
const PROGRAMS: &[&str] = &["SSH_ASKPASS", "PAGER", "EDITOR", "VISUAL", "BROWSER"];

/// Prefixes of the variables that choose configuration files. The trust check keeps these
/// variables, because those files may set `safe.directory`.
const TRUST: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
];

/// The user's variables that a connection needs: how to start SSH, and who asks for passwords.
const HELPERS: &[&str] = &["GIT_SSH", "GIT_ASKPASS", "SSH_ASKPASS"];

/// The settings that a connection takes from the user's configuration.
const CONNECTING: &[&str] = &["core.sshCommand", "core.askPass", "core.gitProxy", "credential.", "protocol."];

/// Returns the path of Git: the first match on the `PATH`. Skips relative entries, because they
/// depend on the current directory, and that could contain content.
pub fn program() -> Option<PathBuf> {
    let name = if cfg!(windows) { "git.exe" } else { "git" };
    folders().into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Lists the absolute directories of the `PATH`.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Builds a command that runs Git on exactly this repository.
pub fn hardened(program: &Path, place: &Place) -> Command {
    let mut command = bare(program, &[], &[]);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", null()).env("GIT_ATTR_NOSYSTEM", "1");
    command.arg("--git-dir").arg(&place.repository).arg("--work-tree").arg(&place.top);
    command
}

/// Builds the command that asks Git whether this user may read the repository. Git looks
/// for the repository only in the top directory of the work tree, not in the directories above it.
pub fn trust(program: &Path, place: &Place) -> Command {
    let mut command = bare(program, TRUST, &[]);
    if let Some(parent) = place.top.parent() {
        command.env("GIT_CEILING_DIRECTORIES", parent);
    }
    command.args(["rev-parse", "--absolute-git-dir"]).current_dir(&place.top);
    command
}

/// Builds a command that runs Git on exactly this repository and also reads the user's and the
/// system's configuration. Only for commands that read settings, attributes or ignore files, because
/// those start no program.
pub fn personal(program: &Path, place: &Place) -> Command {
    let mut command = bare(program, TRUST, &["core.attributesFile"]);
    command.arg("--git-dir").arg(&place.repository).arg("--work-tree").arg(&place.top);
    command
}

/// Builds a command that runs Git on the repository `folder`, which only we have written to. It may
/// use the network, with the user's own helpers for credentials. Hooks don't run.
pub fn connected(program: &Path, folder: &Path) -> Command {
    let mut command = bare(program, HELPERS, CONNECTING);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", null());
    command.env("GIT_ALLOW_PROTOCOL", "https:http:ssh:file");
    // Give up on a connection that sends nothing for half a minute.
    command.args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=30", "-c", "push.gpgSign=false"]);
    command.arg("--git-dir").arg(folder).current_dir(folder);
    command
}

/// Builds a command that inherits no variable that could name a program or a repository, except for
/// variables whose names start with one of `kept`. Leaves out the settings whose names start with
/// one of `own`.
fn bare(program: &Path, kept: &[&str], own: &[&str]) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if is_dangerous(&name) && !kept.iter().any(|kept| name.to_string_lossy().starts_with(kept)) {
            command.env_remove(name);
        }
    }
    let path = std::env::join_paths(folders()).unwrap_or_default();
    // A fixed locale lets us recognize Git's messages. The other variables keep Git from fetching
    // missing objects in the middle of a build: versions that don't know `GIT_NO_LAZY_FETCH`
    // respect the empty list of protocols.
    command.env("PATH", path).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
    command.arg("--no-pager");
    for setting in SETTINGS.iter().filter(|setting| !own.iter().any(|own| setting.starts_with(own))) {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null());
    command
}

/// Returns whether a variable could name a program, a repository or a configuration for Git.
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
