//! Golden texts of the command line: each file in `tests/cases/cli` is a folder in a single text
//! file, followed by command lines and what they print.
//!
//! A line `#### file PATH` starts a file of the folder. `#### run COMMAND` starts what a command line
//! prints: standard output, then a line `--` and standard error if there is any, then the exit code if
//! it isn't 0. The command lines of a file run one after another in the same folder, and may begin
//! with `NAME=VALUE`. One that ends in `| closed` writes to a pipe that nobody reads, and of one that
//! ends in `| first` only the first line is shown. `#### files` lists the files afterwards. Durations,
//! versions, the names of systems and the size of the site are replaced.
//! `UPDATE_CASES=1` writes the current results.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{files_below, repository};

/// A part of a case: its kind, its name and its text.
type Part = (String, String, String);

fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in text.split_inclusive('\n') {
        let head =
            line.strip_prefix("#### ").map(|head| head.trim_end().split_once(' ').unwrap_or((head.trim_end(), "")));
        match (head.filter(|(kind, _)| matches!(*kind, "file" | "run" | "files")), parts.last_mut()) {
            (Some((kind, name)), _) => parts.push((kind.to_owned(), name.to_owned(), String::new())),
            (None, Some(last)) => last.2.push_str(line),
            (None, None) => {}
        }
    }
    parts
}

/// Splits a command line at spaces outside double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quoted, mut any) = (false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, any) = (!quoted, true),
            ' ' if !quoted => {
                if any || !words.last().unwrap().is_empty() {
                    words.push(String::new());
                }
                any = false;
            }
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// Runs a command line in a folder, and returns what it prints.
fn run(folder: &Path, line: &str) -> String {
    let (line, is_first) = line.strip_suffix(" | first").map_or((line, false), |line| (line, true));
    let (line, closed) = line.strip_suffix(" | closed").map_or((line, false), |line| (line, true));
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolebook"));
    let mut all = words(line).into_iter().peekable();
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["NO_COLOR", "SOURCE_DATE_EPOCH", "COLUMNS", "LINES", "VISUAL", "EDITOR"] {
        command.env_remove(name);
    }
    while let Some((name, value)) = all.peek().and_then(|word| word.split_once('=')) {
        command.env(name, value);
        all.next();
    }
    assert_eq!(all.next().as_deref(), Some("rolebook"), "{line}");
    let mut child = command.args(all).spawn().unwrap();
    if closed {
        drop(child.stdout.take());
        drop(child.stderr.take());
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| calm(&String::from_utf8(bytes).unwrap().replace('\\', "/"));
    let (mut said, complained) = (text(output.stdout), text(output.stderr));
    if is_first {
        said = said.lines().next().map(|line| format!("{line}\n")).unwrap_or_default();
    }
    if !complained.is_empty() {
        let _ = write!(said, "--\n{complained}");
    }
    if !said.is_empty() && !said.ends_with('\n') {
        said.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        code => {
            let _ = writeln!(said, "exit code {}", code.map_or("none".to_owned(), |code| code.to_string()));
        }
    }
    said
}

/// Replaces what differs between two runs or two machines.
fn calm(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let all: Vec<&str> = line.split_inclusive(' ').collect();
        let words = all.iter().enumerate().map(|(n, word)| {
            let bare = word.trim_end();
            let is_time = bare.len() == 4 && bare.as_bytes()[1] == b'.' && bare.parse::<f64>().is_ok();
            // The number of files grows with the theme.
            let next = all.get(n + 1).copied().unwrap_or_default();
            let before = n.checked_sub(1).map(|n| all[n]).unwrap_or_default();
            let is_count = next.starts_with("files ")
                || next.starts_with("pages,")
                || before == "\"files\": "
                || before == "\"pages\": ";
            match bare {
                _ if is_time => word.replace(bare, "N.NN"),
                "0" => (*word).to_owned(),
                _ if is_count && bare.trim_end_matches(',').parse::<u32>().is_ok() => {
                    word.replace(bare.trim_end_matches(','), "NN")
                }
                _ => (*word).to_owned(),
            }
        });
        let line: String = words.collect();
        let is_of_machine =
            ["version", "git", "port"].iter().any(|name| line.get(9..).is_some_and(|rest| rest.starts_with(name)));
        if is_of_machine && (line.starts_with("ok ") || line.starts_with("note ")) {
            continue;
        }
        match line.strip_prefix("rolebook ").and_then(|rest| rest.strip_prefix(env!("CARGO_PKG_VERSION"))) {
            Some(rest) if rest.starts_with([' ', '\n']) => out.push_str("rolebook VERSION\n"),
            _ => out.push_str(&line.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace('\u{1b}', "ESC")),
        }
    }
    out
}

/// Returns the case with its current results.
fn now(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    // The name of the folder shows in titles.
    let root = folder.path().join("acme");
    std::fs::create_dir(&root).unwrap();
    let mut out = String::new();
    for (kind, name, text) in parts(text) {
        let text = match kind.as_str() {
            "file" => {
                let place = root.join(&name);
                std::fs::create_dir_all(place.parent().unwrap()).unwrap();
                std::fs::write(place, &text).unwrap();
                text
            }
            "run" => run(&root, &name),
            _ => files_below(&root)
                .keys()
                .filter(|name| !name.starts_with(".rolebook/"))
                .map(|name| format!("{name}\n"))
                .collect(),
        };
        let _ = write!(out, "{}\n{text}", format!("#### {kind} {name}").trim_end());
    }
    out
}

#[test]
fn every_command_line_prints_its_expected_text() {
    let root = repository().join("tests/cases/cli");
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let files = files_below(&root);
    let (mut failed, mut lines) = (Vec::new(), 0);
    for (name, bytes) in files {
        let text = String::from_utf8(bytes).unwrap();
        lines += text.lines().filter(|line| line.starts_with("#### run ")).count();
        let now = now(&text);
        if now == text {
            continue;
        }
        if update {
            std::fs::write(root.join(&name), now).unwrap();
        } else {
            failed.push(format!("---- {name}\n{now}"));
        }
    }
    assert!(lines >= 60, "{lines} command lines");
    assert!(failed.is_empty(), "{} cases differ. Current results:\n{}", failed.len(), failed.join("\n"));
}
