//! Checks the direction of dependencies between the folders of `src/`, and that the modules inside
//! each folder don't depend on each other in cycles.
//!
//! Reads the paths in each file as the compiler would: grouped imports, `self`, `super`, and names
//! that a parent module imports.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{files_below, repository};

/// The layers, which are the folders of `src/`. Each uses only itself and those before it.
const LAYERS: &[&str] = &["text", "declare", "chapter", "model", "past", "author", "site", "world", "command"];

/// The files that may be in `src/` in addition to the layers.
const BESIDE: &[&str] = &["cli.rs", "lib.rs", "main.rs"];

/// A module by the parts of its path, without `crate`.
type Module = Vec<String>;

/// What the file of a module refers to.
#[derive(Default)]
struct File {
    /// Each path in the file, relative to the crate.
    paths: BTreeSet<Module>,
    /// What the file imports, by the name that it is imported as.
    imports: BTreeMap<String, Module>,
}

/// Returns the files of `src/` by module, without their tests.
fn files() -> BTreeMap<Module, File> {
    let sources = files_below(&repository().join("src")).into_iter();
    let rust = sources.filter(|(path, _)| path.ends_with(".rs") && !["lib.rs", "main.rs"].contains(&path.as_str()));
    let texts: BTreeMap<Module, String> =
        rust.map(|(path, bytes)| (module_of(&path), String::from_utf8(bytes).unwrap())).collect();
    let modules: BTreeSet<Module> = texts.keys().cloned().collect();
    let read = |(module, text): (&Module, &String)| (module.clone(), File::read(module, text, &modules));
    texts.iter().map(read).collect()
}

fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').map(str::to_owned).collect()
}

impl File {
    fn read(module: &Module, text: &str, modules: &BTreeSet<Module>) -> Self {
        let code: Vec<&str> = text.split("#[cfg(test)]").next().unwrap().lines().collect();
        let code: Vec<&str> = code.into_iter().filter(|line| !line.trim_start().starts_with("//")).collect();
        let tokens = tokens(&code.join("\n"));
        let mut file = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            let is_use = tokens[at] == "use";
            let is_inside = at > 0 && tokens[at - 1] == "::";
            if is_use || (!is_inside && ["crate", "super", "self"].contains(&tokens[at].as_str())) {
                let start = at + usize::from(is_use);
                let mut found = Vec::new();
                at = tree(&tokens, start, &Vec::new(), &mut found).max(at + 1);
                for path in found {
                    let Some(path) = absolute(module, &path, modules) else { continue };
                    if is_use {
                        file.imports.insert(path.last().unwrap().clone(), path.clone());
                    }
                    file.paths.insert(path);
                }
            } else {
                at += 1;
            }
        }
        file
    }
}

/// Splits code into words, `::` and single characters.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            c if is_word(c) => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        if !first.is_whitespace() {
            tokens.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// Reads a path with its groups, adds the single paths to `found`, and returns the position after
/// it.
fn tree(tokens: &[String], start: usize, prefix: &[String], found: &mut Vec<Module>) -> usize {
    let mut path = prefix.to_vec();
    let mut at = start;
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = tree(tokens, at, &path, found).max(at + 1);
                    at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
                }
                return at + 1;
            }
            Some(word) if word.chars().all(|c| c.is_alphanumeric() || c == '_') => path.push(word.to_owned()),
            _ => break,
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token != "::") {
            break;
        }
        at += 1;
    }
    if !path.is_empty() {
        found.push(path);
    }
    at
}

/// Returns a path relative to the crate, or `None` if it belongs to another crate.
fn absolute(module: &Module, path: &[String], modules: &BTreeSet<Module>) -> Option<Module> {
    let mut base: Module = Vec::new();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => rest = &rest[1..],
        "self" | "super" => base.clone_from(module),
        child => {
            base.clone_from(module);
            base.push(child.to_owned());
            if !modules.contains(&base) {
                return None;
            }
            base.pop();
        }
    }
    while let Some(first) = rest.first().filter(|first| ["self", "super"].contains(&first.as_str())) {
        if first == "super" {
            base.pop();
        }
        rest = &rest[1..];
    }
    base.extend(rest.iter().filter(|part| *part != "self").cloned());
    (!base.is_empty()).then_some(base)
}

/// Returns the module that a path refers to, following the imports of the modules on the way.
fn target(path: &Module, files: &BTreeMap<Module, File>) -> Option<Module> {
    let mut path = path.clone();
    for _ in 0..8 {
        let length = (1..=path.len()).rev().find(|length| files.contains_key(&path[..*length]))?;
        let passed_on = path.get(length).and_then(|name| files[&path[..length]].imports.get(name));
        match passed_on {
            Some(further) if *further != path => {
                let mut next = further.clone();
                next.extend(path[length + 1..].iter().cloned());
                path = next;
            }
            _ => return Some(path[..length].to_vec()),
        }
    }
    None
}

/// Returns which child of each module uses which other child, including everything inside the
/// children.
fn arrows(files: &BTreeMap<Module, File>) -> BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> {
    let mut arrows: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (module, file) in files {
        for to in file.paths.iter().filter_map(|path| target(path, files)) {
            let common = module.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(common), to.get(common)) {
                arrows
                    .entry(module[..common].to_vec())
                    .or_default()
                    .entry(from.clone())
                    .or_default()
                    .insert(to.clone());
            }
        }
    }
    arrows
}

/// Returns a cycle among the dependencies, if there is one.
fn circle(arrows: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn walk(
        at: &str,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
        arrows: &BTreeMap<String, BTreeSet<String>>,
    ) -> bool {
        if let Some(start) = way.iter().position(|one| one == at) {
            way.drain(..start);
            return true;
        }
        if !done.insert(at.to_owned()) {
            return false;
        }
        way.push(at.to_owned());
        if arrows.get(at).into_iter().flatten().any(|next| walk(next, way, done, arrows)) {
            return true;
        }
        way.pop();
        false
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|start| {
        let mut way = Vec::new();
        walk(start, &mut way, &mut done, arrows).then_some(way)
    })
}

#[test]
fn the_source_folders_are_the_layers() {
    let beside = |path: &&String| !LAYERS.iter().any(|layer| path.starts_with(&format!("{layer}/")));
    let files = files_below(&repository().join("src"));
    let left: Vec<&String> = files.keys().filter(beside).collect();
    assert_eq!(left, BESIDE);
}

#[test]
fn each_layer_uses_only_itself_and_earlier_layers() {
    let place = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    for (module, file) in &files() {
        let Some(own) = place(&module[0]) else { continue };
        for path in &file.paths {
            let other = place(&path[0]);
            assert!(
                other.is_none_or(|other| other <= own),
                "`{}` uses `{}`, which is a later layer",
                module.join("::"),
                path.join("::")
            );
        }
    }
}

#[test]
fn there_are_no_dependency_cycles_inside_a_layer_or_a_module() {
    let circles: Vec<String> = arrows(&files())
        .iter()
        .filter(|(parent, _)| !parent.is_empty())
        .filter_map(|(parent, arrows)| Some(format!("in `{}`: {}", parent.join("::"), circle(arrows)?.join(" -> "))))
        .collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn paths_are_resolved_as_the_compiler_resolves_them() {
    let modules = ["a", "a::b", "a::b::c", "a::d"].map(|path| path.split("::").map(str::to_owned).collect::<Module>());
    let modules: BTreeSet<Module> = modules.into_iter().collect();
    let read = |module: &str, text: &str| {
        let module: Module = module.split("::").map(str::to_owned).collect();
        let file = File::read(&module, text, &modules);
        file.paths.iter().map(|path| path.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(read("a::b", "use crate::{a::{d::X, b::{self, c}}, e};"), ["a::b", "a::b::c", "a::d::X", "e"]);
    assert_eq!(read("a::b::c", "use super::super::d::{X, Y};"), ["a::d::X", "a::d::Y"]);
    assert_eq!(read("a::b", "use c::X;\nuse std::fmt;"), ["a::b::c::X"]);
    assert_eq!(read("a::b", "fn f() { crate::a::d::g(); }\n// crate::x\n#[cfg(test)]\nuse crate::y;"), ["a::d::g"]);
    let text = |text: &str, module: &Module| File::read(module, text, &modules);
    let [a, b, c, d] =
        ["a", "a::b", "a::b::c", "a::d"].map(|path| path.split("::").map(str::to_owned).collect::<Module>());
    let files = BTreeMap::from([
        (b.clone(), text("pub use c::X;", &b)),
        (c.clone(), text("use crate::a::d::Z;", &c)),
        (d.clone(), text("use super::b::X;", &d)),
        (a, File::default()),
    ]);
    assert_eq!(target(&vec!["a".into(), "b".into(), "X".into()], &files), Some(c));
    assert_eq!(circle(&arrows(&files)[&vec!["a".to_owned()]]), Some(vec!["b".to_owned(), "d".to_owned()]));
}
