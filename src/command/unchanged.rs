//! Decides whether anything that a build depends on has changed since the last one.
//!
//! Input: a project that has been read, and the options. Output: where the project remembers its
//! builds, and keys that differ whenever the site could differ. Never decides by the time of a
//! source file: every byte that was read is part of the key.

use std::fmt::Debug;
use std::fs;

use blake3::{Hash, Hasher};

use super::load::Loaded;
use super::manners::{is_colored, shows_warnings, width};
use super::past;
use super::shelving::program;
use crate::cli::Build;
use crate::declare::config::FILE;
use crate::text::path::SourcePath;
use crate::text::source::Sources;
use crate::world::disk::{Inputs, Memory};
use crate::world::git::Repository;

/// Where a build is remembered, and by what.
pub struct Keys {
    /// The place.
    pub memory: Memory,
    /// Differs whenever the site could differ.
    pub key: Hash,
    /// Stands for the program and its options, without the files.
    pub by: Hash,
}

/// Returns where a build is remembered and its keys, or `None` in a folder without `handbook.toml`, where
/// Rolebook writes nothing next to the chapters.
pub fn keys(loaded: &Loaded, options: &Build) -> Option<Keys> {
    loaded.inputs.sources.bytes(&SourcePath::new(FILE))?;
    let place = fs::canonicalize(&loaded.out).unwrap_or_else(|_| loaded.out.clone());
    let mut name = Hasher::new();
    add(&mut name, &(place, &loaded.out, options, is_colored(), width(), shows_warnings()));
    let name = name.finalize();
    let mut by = Hasher::new();
    add(&mut by, &(program()?, std::env::var_os("SOURCE_DATE_EPOCH"), loaded.project.title()));
    let by = by.update(name.as_bytes()).finalize();
    let (inputs, past) = rayon::join(|| of_inputs(loaded), || of_past(loaded));
    let mut key = Hasher::new();
    key.update(by.as_bytes()).update(inputs.as_bytes()).update(past.as_bytes());
    Some(Keys { memory: Memory::of(&loaded.project.root, &name), key: key.finalize(), by })
}

/// Adds a value by its debug format, which contains every field.
fn add(hasher: &mut Hasher, value: &impl Debug) {
    hasher.update(format!("{value:?}\n").as_bytes());
}

fn of_inputs(loaded: &Loaded) -> Hash {
    // Naming every field makes the compiler object if one is added and forgotten here.
    let Inputs { sources, themes, findings, foreign } = &loaded.inputs;
    let Sources { files, unread_indexes, project, outside, beyond, below } = sources;
    let mut hasher = Hasher::new();
    for (path, file) in files.iter().map(|(path, file)| (path.as_str(), file)) {
        hasher.update(path.as_bytes()).update(&[0]).update(&file.hash);
    }
    for (path, file) in beyond {
        hasher.update(&[2]).update(path.as_str().as_bytes()).update(&[0]).update(&file.hash);
    }
    for (path, file) in project {
        hasher.update(&[1]).update(path.as_bytes()).update(&[0]).update(&file.hash);
    }
    add(&mut hasher, &(unread_indexes, outside, below, findings, foreign));
    for theme in themes.values() {
        add(&mut hasher, &(&theme.name, theme.files.len()));
        for (path, bytes) in &theme.files {
            hasher.update(path.as_bytes()).update(&[0]).update(blake3::hash(bytes).as_bytes());
        }
    }
    hasher.finalize()
}

fn of_past(loaded: &Loaded) -> Hash {
    let state = |repository: Repository| repository.state(past::revision(loaded).as_deref());
    match Repository::find(&loaded.project.content).and_then(state) {
        Ok(state) => blake3::hash(&state),
        Err(missing) => blake3::hash(format!("{missing:?}").as_bytes()),
    }
}
