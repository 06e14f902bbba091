//! Holds the direction of the arrows between modules: a module uses those of its own layer and of the layers above it in this table.

use std::collections::BTreeMap;

use crate::support::{files_below, repository};

/// The layers, from words to the shell, as ARCHITECTURE.md describes them.
const LAYERS: &[(&str, &[&str])] = &[
    (
        "words",
        &[
            "path",
            "diagnostic",
            "near",
            "date",
            "slug",
            "attribute",
            "markup",
            "kind",
            "document",
            "fields",
            "front_matter",
            "config",
            "source",
            "history",
            "spreadsheet",
            "quote",
            "conflict",
            "withheld",
        ],
    ),
    ("parse", &["reference", "redact", "markdown", "parse", "schema"]),
    ("model", &["book", "link", "embed", "lint", "health", "policy", "check", "compile", "delta"]),
    ("writing", &["draft", "import", "relocate", "edit"]),
    ("render", &["theme", "highlight", "picture", "view", "render"]),
    ("outputs", &["publish", "search", "site"]),
    ("world", &["disk", "git", "watch", "server", "report"]),
    ("shell", &["cli", "command"]),
];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, modules)| modules.contains(&module))
}

/// Returns what each module uses, by the `crate::` paths outside its tests.
fn uses() -> BTreeMap<String, Vec<String>> {
    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, bytes) in files_below(&repository().join("src")) {
        let module = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if !path.ends_with(".rs") || ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let list = uses.entry(module).or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                list.push(rest[..end].to_owned());
            }
        }
    }
    uses
}

#[test]
fn every_module_has_a_layer() {
    for module in uses().keys() {
        assert!(layer_of(module).is_some(), "`{module}` is in no layer");
    }
}

#[test]
fn arrows_go_down_only() {
    for (module, used) in uses() {
        let own = layer_of(&module).unwrap();
        for other in used.iter().filter(|other| layer_of(other).is_some()) {
            assert!(layer_of(other).unwrap() <= own, "`{module}` uses `{other}`, which lies above it");
        }
    }
}

#[test]
fn only_the_world_touches_files_clocks_and_processes() {
    let words = ["std::fs", "std::net", "std::process", "SystemTime::now", "Instant::now"];
    for (path, bytes) in files_below(&repository().join("src")) {
        let module = path.split('/').next().unwrap().trim_end_matches(".rs");
        if layer_of(module).is_none_or(|layer| layer >= layer_of("disk").unwrap()) {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in words {
            assert!(!code.contains(word), "`{path}` uses `{word}`");
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (path, bytes) in files_below(&repository().join("src")) {
        if path.ends_with(".rs") {
            assert!(bytes.starts_with(b"//!"), "`{path}` does not begin with `//!`");
        }
    }
}
