//! Finds parts of a theme that have no effect: UI strings that no template uses, and templates and
//! assets that don't replace anything.
//!
//! Input: a chain of themes. Output: findings that suggest the nearest names. A file counts as used
//! if another file of the chain names it; this module checks nothing else about it.

use std::collections::BTreeSet;

use super::assets::split;
use super::tables::{entries, place};
use super::{DEFAULT, ThemeFiles};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::near::{did_you_mean, nearest};
use crate::text::rule::Rule;

/// The names of the folders and the file that make up a theme.
const PARTS: [&str; 4] = ["templates", "assets", "ui", "theme.toml"];

/// Checks every theme except the lowest.
pub(super) fn find(chain: &[ThemeFiles]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (n, theme) in chain.iter().enumerate() {
        let below = &chain[n + 1..];
        if theme.name == DEFAULT || below.is_empty() {
            continue;
        }
        words(theme, chain, below, &mut findings);
        files(theme, chain, below, &mut findings);
    }
    findings
}

/// Finds keys of `ui/*.toml` that no lower theme has and no template uses.
fn words(theme: &ThemeFiles, chain: &[ThemeFiles], below: &[ThemeFiles], findings: &mut Vec<Diagnostic>) {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for other in below {
        for file in other.files.keys().filter(|file| is_words(file)) {
            known.extend(entries(other, file, &mut Vec::new()).into_iter().map(|(key, ..)| key));
        }
    }
    for file in theme.files.keys().filter(|file| is_words(file)) {
        for (key, span, _) in entries(theme, file, &mut Vec::new()) {
            let is_asked = || texts(chain, "templates/").any(|text| names_word(text, &key));
            if known.contains(&key) || is_asked() {
                continue;
            }
            let help = did_you_mean(&nearest(&key, known.iter().map(String::as_str), 2));
            let help = help
                .unwrap_or_else(|| "no template uses it: remove it, or use it in a template as `ui.NAME`".to_owned());
            let message = format!("there is no interface text called `{key}`");
            findings.push(Diagnostic::at(Rule::UnknownKey, place(theme, file, span), message).help(help));
        }
    }
}

fn is_words(file: &str) -> bool {
    file.starts_with("ui/") && file.ends_with(".toml")
}

/// Returns whether a template uses `ui.key` or `ui["key"]`, or has the key as a string.
fn names_word(text: &str, key: &str) -> bool {
    let is_whole = |end: usize| !text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    text.match_indices(key).any(|(at, _)| {
        let before = &text[..at];
        is_whole(at + key.len()) && (before.ends_with("ui.") || before.ends_with(['"', '\'', '`']))
    })
}

/// Finds files that no lower theme has and no file of the chain names.
fn files(theme: &ThemeFiles, chain: &[ThemeFiles], below: &[ThemeFiles], findings: &mut Vec<Diagnostic>) {
    for path in theme.files.keys().filter(|path| !path.split('/').any(|part| part.starts_with('.'))) {
        let Some((folder, name)) = path.split_once('/').filter(|(folder, _)| PARTS.contains(folder)) else {
            findings.extend(outside(theme, path));
            continue;
        };
        if folder == "ui" || below.iter().any(|other| other.files.contains_key(path)) || is_part(name, below) {
            continue;
        }
        let file_name = name.rsplit('/').next().unwrap_or(name);
        let wanted = if folder == "templates" { name } else { file_name };
        let is_named = |other: &ThemeFiles| {
            other.files.iter().filter(|(file, _)| *file != path).any(|(file, bytes)| {
                !file.starts_with("ui/") && std::str::from_utf8(bytes).is_ok_and(|text| text.contains(wanted))
            })
        };
        // A license next to a font or a picture is for people, so nothing refers to it.
        let is_for_people =
            folder == "assets" && ["txt", "md", "license"].iter().any(|end| name.to_lowercase().ends_with(end));
        if is_for_people || chain.iter().any(is_named) {
            continue;
        }
        let prefix = format!("{folder}/");
        // An asset that is split into parts is known by the name of its folder.
        let known = below.iter().flat_map(|other| other.below(&prefix)).map(|(name, _)| split(name).0);
        let help = did_you_mean(&nearest(name, known, 2));
        let help = help.unwrap_or_else(|| "name it in a template, or remove it".to_owned());
        let message = format!("`{path}` replaces no other file, and no template names it");
        let at =
            if folder == "templates" { format!("{}/{name}", theme.name) } else { format!("{}/{path}", theme.name) };
        findings.push(Diagnostic::at(Rule::UnusedThemeFile, Place::Theme(at, None), message).help(help));
    }
}

/// Finds a misspelled folder or manifest name.
fn outside(theme: &ThemeFiles, path: &str) -> Option<Diagnostic> {
    let top = path.split('/').next().unwrap_or(path);
    if PARTS.contains(&top) {
        return None;
    }
    let near = PARTS
        .into_iter()
        .find(|part| strsim::damerau_levenshtein(part, &top.to_lowercase()) <= usize::from(part.len() > 3) * 2)?;
    let message = format!("a theme has no `{top}`");
    let place = Place::Theme(format!("{}/{path}", theme.name), None);
    Some(Diagnostic::at(Rule::UnusedThemeFile, place, message).help(format!("did you mean `{near}`?")))
}

/// Returns whether a file is a part of an asset that a lower theme has.
fn is_part(name: &str, below: &[ThemeFiles]) -> bool {
    let (asset, part) = split(name);
    !part.is_empty() && below.iter().any(|other| other.below("assets/").any(|(name, _)| split(name).0 == asset))
}

fn texts<'a>(chain: &'a [ThemeFiles], folder: &'a str) -> impl Iterator<Item = &'a str> {
    chain.iter().flat_map(move |theme| theme.below(folder)).filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok())
}
