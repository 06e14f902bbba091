//! Measures what every generator has to do: read all Markdown files of a folder and parse them. Run
//! it with `cargo bench --bench floor -- FOLDER`.
//!
//! Input: a folder, by default this repository's handbook. Output: one line. Uses all cores, as a
//! build does.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark looks at the clock, and one that cannot go on stops"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use pulldown_cmark::{Options, Parser};
use rayon::prelude::*;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = folder.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("handbook"), PathBuf::from);
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    let start = Instant::now();
    let texts: Vec<String> = files.par_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let read = start.elapsed();
    let start = Instant::now();
    let events: usize = texts.par_iter().map(|text| Parser::new_ext(text, Options::all()).count()).sum();
    let parsed = start.elapsed();
    println!(
        "floor: reading {} files {:.0} ms, parsing {:.0} ms ({events} events)",
        files.len(),
        read.as_secs_f64() * 1000.0,
        parsed.as_secs_f64() * 1000.0
    );
}
