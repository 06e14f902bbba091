//! Tells the program which version it is: `0.1.0`, and for releases the commit and its day.
//!
//! Input: the package's version, and the repository that it is built from if there is one. Output:
//! the variable `ROLEBOOK_VERSION` for the compiler. Never reads the clock, so two builds of a
//! commit are equal. Debug builds leave out the commit, so a commit doesn't compile them again.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ROLEBOOK_COMMIT");
    let version = variable("CARGO_PKG_VERSION");
    let is_release = variable("PROFILE") == "release";
    // Packagers who build from an archive name the commit themselves: `1a2b3c4d5 2026-04-01`.
    let named = std::env::var("ROLEBOOK_COMMIT").ok().filter(|commit| !commit.trim().is_empty());
    let commit = named.or_else(|| if is_release { from_git() } else { None });
    let version = commit.map_or_else(|| version.clone(), |commit| format!("{version} ({})", commit.trim()));
    println!("cargo::rustc-env=ROLEBOOK_VERSION={version}");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Returns the short ID of the checked-out commit and its day, or `None` outside a checkout of this
/// package.
fn from_git() -> Option<String> {
    let root = variable("CARGO_MANIFEST_DIR");
    // A copy of the package inside another repository must not name that repository's commit.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != Path::new(&root).canonicalize().ok()? {
        return None;
    }
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--path-format=absolute", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["-c", "log.showSignature=false", "log", "-1", "--abbrev=9", "--format=%h %cs"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(variable("CARGO_MANIFEST_DIR")).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
