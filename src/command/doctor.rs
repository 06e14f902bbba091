//! `rolebook doctor`: looks for reasons why something doesn't work.
//!
//! Input: a project. Output: one line for each check, with what to do about a problem. Never changes
//! anything, except for a temporary file in each folder that has to be writable.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use serde_json::json;

use super::load::{Loaded, shown, shown_folder};
use super::{close, say_json, say_text, theme};
use crate::cli::Report;
use crate::declare::config::{Config, FILE};
use crate::model::compile::count;
use crate::text::path::SourcePath;
use crate::world::disk::{Failure, Original, Output, Writer, check_writable};
use crate::world::git::{self, Missing, Repository};
use crate::world::report::{plural, summary};

/// The port on which the preview listens if the user doesn't say.
const PORT: u16 = 4000;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fine,
    /// Something works differently than people may expect.
    Note,
    /// A command won't work.
    Problem,
}

/// The result of a check.
#[derive(Clone, Debug)]
struct Check {
    name: &'static str,
    state: State,
    found: String,
    /// What to do, or an empty string.
    help: String,
}

impl Check {
    fn fine(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Fine, found: found.into(), help: String::new() }
    }

    fn note(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, state: State::Note, found: found.into(), help: help.into() }
    }

    fn problem(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, state: State::Problem, found: found.into(), help: help.into() }
    }

    fn word(&self) -> &'static str {
        match self.state {
            State::Fine => "ok",
            State::Note => "note",
            State::Problem => "problem",
        }
    }
}

/// Runs the command. Returns whether there is no problem.
pub fn run(options: &Report) -> bool {
    let mut checks = vec![version(), git_program()];
    match Loaded::open(&options.dir, None) {
        Ok(loaded) => {
            checks.extend(project(&loaded));
            checks.push(history(&loaded.project.content));
            checks.push(writable("output", &loaded.out));
            checks.push(writable("chapters", &loaded.project.content));
            checks.extend(unfinished(&loaded));
            checks.extend(copies(&loaded));
        }
        Err(Failure::Refused(refusal)) => checks.push(Check::problem("project", refusal.message, refusal.help)),
        Err(Failure::Machine(message)) => checks.push(Check::problem("project", message, "")),
    }
    checks.push(port());
    let problems = checks.iter().filter(|check| check.state == State::Problem).count();
    if options.json {
        let record = |check: &Check| json!({ "check": check.name, "state": check.word(), "found": check.found, "help": check.help });
        say_json(&json!({ "checks": checks.iter().map(record).collect::<Vec<_>>(), "problems": problems }));
        return problems == 0;
    }
    say_text(&drawn(&checks));
    close(&match problems {
        0 => "\nNothing keeps Rolebook from working here.".to_owned(),
        n => format!("\n{} found: see above.", plural(n, "problem")),
    });
    problems == 0
}

/// Formats the checks, one per line, with advice below.
fn drawn(checks: &[Check]) -> String {
    let mut out = String::new();
    for check in checks {
        out.push_str(&format!("{:<8} {:<10} {}\n", check.word(), check.name, check.found));
        if !check.help.is_empty() {
            out.push_str(&format!("{:19} = help: {}\n", "", check.help));
        }
    }
    out
}

fn version() -> Check {
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    Check::fine("version", format!("rolebook {} on {system} {machine}", env!("ROLEBOOK_VERSION")))
}

fn git_program() -> Check {
    let missing = || {
        let help = "install it from https://git-scm.com if pages are to show when they changed";
        Check::note("git", Missing::Program.to_string(), help)
    };
    git::version().map_or_else(missing, |version| Check::fine("git", version))
}

/// Checks what was found and whether it would build.
fn project(loaded: &Loaded) -> Vec<Check> {
    let content = &loaded.project.content;
    let chapters = loaded.inputs.sources.chapters().count();
    let found = format!("{} in {}", plural(chapters, "chapter"), shown_folder(content));
    if chapters == 0 {
        let help = "name the folder that contains the chapters, or start with `rolebook init`";
        return vec![Check::problem("project", found, help)];
    }
    let mut checks = vec![Check::fine("project", found)];
    let place = shown(content, FILE);
    checks.push(match loaded.inputs.sources.bytes(&SourcePath::new(FILE)).map(|bytes| Config::read(bytes, "")) {
        None => {
            let found = format!("there is no {place}, so this is a folder of Markdown");
            Check::note("settings", found, "write one to name audiences, tracks and owners; mistakes are then errors")
        }
        Some(Err(finding)) => {
            Check::problem("settings", format!("{place} cannot be read: {}", finding.message), "run `rolebook check`")
        }
        Some(Ok((_, findings))) if findings.is_empty() => Check::fine("settings", place),
        Some(Ok((_, findings))) => {
            Check::note("settings", format!("{} in {place}", plural(findings.len(), "finding")), "run `rolebook check`")
        }
    });
    let source = crate::cli::Source { dir: loaded.project.root.clone(), ..Default::default() };
    if let Ok((compiled, _)) = loaded.check(&source, false) {
        let (errors, warnings) = count(&compiled.findings);
        let found = summary(errors, warnings);
        checks.push(match errors {
            0 => Check::fine("findings", found),
            _ => {
                Check::problem("findings", found, "`rolebook check` shows where; nothing is built until they are fixed")
            }
        });
    }
    checks
}

/// Checks whether pages can show when they changed.
fn history(content: &Path) -> Check {
    match Repository::find(content) {
        Ok(_) => Check::fine("history", "the chapters are in a git repository"),
        Err(missing) => {
            let help = match missing {
                Missing::Repository => "`git init` starts one; without it, pages don't show when they changed",
                _ => "without it, pages don't show when they changed",
            };
            Check::note("history", missing.to_string(), help)
        }
    }
}

fn writable(name: &'static str, folder: &Path) -> Check {
    let shown = shown_folder(folder);
    if let Err(error) = check_writable(folder) {
        return Check::problem(name, error.to_string(), "change the permissions of the folder, or name another one");
    }
    let is_foreign = name == "output" && folder.is_dir() && !Output::is_there(folder);
    let has_files = is_foreign && std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if has_files {
        let found = format!("{shown} contains files that Rolebook did not write, so nothing is built there");
        return Check::problem(name, found, "name another folder with `rolebook build --out DIR`, or empty it");
    }
    Check::fine(name, format!("{shown} can be written to"))
}

fn unfinished(loaded: &Loaded) -> Option<Check> {
    let words = Writer::of(&loaded.project).unfinished()?;
    let help = format!("run `rolebook {words}` again to finish it");
    Some(Check::problem("commands", format!("`rolebook {words}` was interrupted and is half done"), help))
}

fn copies(loaded: &Loaded) -> Vec<Check> {
    let note = |old: Original| {
        let (theme, path, version) = (old.theme, old.path, old.version);
        let found =
            format!("themes/{theme}/{path} was copied from Rolebook {version}, and the original has changed since");
        Check::note("theme", found, format!("`rolebook theme show {path} --changes` shows how"))
    };
    theme::outdated(&loaded.project).into_iter().map(note).collect()
}

fn port() -> Check {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)) {
        Ok(_) => Check::fine("port", format!("{PORT} is free for the preview")),
        Err(_) => {
            Check::note("port", format!("{PORT} is taken"), "the preview takes the next free one, or that of `--port`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_a_line_and_advice_is_below_it() {
        let checks = [Check::fine("git", "git version 2"), Check::problem("output", "it is full", "empty it")];
        let wanted =
            "ok       git        git version 2\nproblem  output     it is full\n                    = help: empty it\n";
        assert_eq!(drawn(&checks), wanted);
    }
}
