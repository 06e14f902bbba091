//! `rolebook codeowners`: prints the owner of each chapter in the format that code hosts use to
//! request reviews.
//!
//! Input: the options. Output: a CODEOWNERS file on standard output, with one line for each chapter
//! whose owner has a handle, and warnings about owners without a handle on standard error. Paths
//! are relative to the directory that the command runs in, which has to be the repository's root.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::json;

use super::load::Loaded;
use super::{Outcome, say_json, say_text};
use crate::cli::Report;
use crate::declare::config::Config;
use crate::model::compile::{Choices, Handbook};

/// Runs the command.
pub fn run(options: &Report) -> Outcome {
    let loaded = Loaded::open(&options.dir, None)?;
    loaded.need_all_read("the owners of files that could not be read are unknown")?;
    let handbook = loaded.handbook(&loaded.choices())?;
    let mut owners = owners(&handbook);
    // Chapters that only some audiences see have owners too.
    for audience in handbook.config.audiences.keys() {
        let choices = Choices { audience: Some(audience.clone()), ..loaded.choices() };
        owners.extend(self::owners(&loaded.handbook(&choices)?));
    }
    let content = loaded.project.content.to_string_lossy().replace('\\', "/");
    let (text, silent) = lines(&owners, content.trim_start_matches("./").trim_matches('/'), &handbook.config);
    if options.json {
        let handle = |owner: &String| handbook.config.owners.get(owner).and_then(|owner| owner.handle.clone());
        let folder =
            Some(content.trim_start_matches("./").trim_matches('/')).filter(|folder| !matches!(*folder, "" | "."));
        let place = |path: &String| folder.map_or_else(|| path.clone(), |folder| format!("{folder}/{path}"));
        let record =
            |(path, owner): (&String, &String)| json!({ "path": place(path), "owner": owner, "handle": handle(owner) });
        say_json(&json!({ "chapters": owners.iter().map(record).collect::<Vec<_>>() }));
    } else {
        say_text(&text);
    }
    for owner in &silent {
        super::complain(&format!(
            "warning: the owner `{owner}` has no handle, so their chapters are left out\n  = help: write `handle = \"@org/team\"` under `[owners.{owner}]` in handbook.toml\n"
        ));
    }
    Ok(true)
}

/// Returns the owner of each chapter in the handbook, by path.
fn owners(handbook: &Handbook) -> BTreeMap<String, String> {
    let chapters = handbook.book.chapters.iter();
    chapters.filter_map(|meta| Some((meta.path.as_str().to_owned(), meta.owner.clone()?))).collect()
}

/// Formats one line for each chapter. Also returns the owners without a handle.
fn lines(owners: &BTreeMap<String, String>, content: &str, config: &Config) -> (String, BTreeSet<String>) {
    let mut text = String::from("# The owners of the chapters in the handbook; written by `rolebook codeowners`.\n");
    let mut silent = BTreeSet::new();
    let folder = if matches!(content, "" | ".") { String::new() } else { format!("{content}/") };
    for (path, owner) in owners {
        match config.owners.get(owner).and_then(|owner| owner.handle.as_ref()) {
            Some(handle) => {
                let _ = writeln!(text, "/{} {handle}", pattern(&format!("{folder}{path}")));
            }
            None => {
                silent.insert(owner.clone());
            }
        }
    }
    (text, silent)
}

/// Escapes spaces and the characters that are special in a gitignore pattern.
fn pattern(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, ' ' | '*' | '?' | '[' | ']' | '\\' | '#' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::Compiler;
    use crate::text::source::Sources;

    #[test]
    fn every_chapter_with_a_handle_gets_a_line_and_owners_without_one_are_named() {
        let toml =
            "[owners.people]\nhandle = \"@org/people\"\n[owners.craft]\nname = \"Craft\"\n[audiences.managers]\n";
        let texts = [
            ("handbook.toml", toml),
            ("guides/how we hire.md", "---\nowner: people\n---\n# Hiring\n"),
            ("guides/b.md", "---\nowner: craft\n---\n# B\n"),
            ("guides/c.md", "# C\n"),
        ];
        let handbook = Compiler::new().compile(&Sources::from_texts(texts), &Choices::default()).unwrap();
        let (text, silent) = lines(&owners(&handbook), "handbook", &handbook.config);
        assert_eq!(text.lines().nth(1), Some("/handbook/guides/how\\ we\\ hire.md @org/people"));
        assert_eq!(text.lines().count(), 2);
        assert_eq!(silent.into_iter().collect::<Vec<_>>(), ["craft"]);
    }
}
