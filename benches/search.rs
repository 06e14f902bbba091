//! Measures the search index. Run it with `cargo bench --bench search -- FOLDER`, where FOLDER
//! contains Markdown; the default is this repository's handbook.
//!
//! Prints how long it takes with an empty cache, with a full one, and after an edit of one chapter.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use rolebook::command::load::Loaded;
use rolebook::command::pipeline::Pipeline;
use rolebook::model::compile::Choices;
use rolebook::site::search::{Memory, index};
use rolebook::text::path::SourcePath;
use rolebook::text::source::SourceFile;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = folder.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf(), PathBuf::from);
    let mut loaded = Loaded::open(&folder, None).unwrap();
    let choices = Choices { title: "Handbook".to_owned(), ..Choices::default() };
    let mut pipeline = Pipeline::default();
    let compiled = pipeline.compile(&loaded.inputs, &choices).unwrap();
    let (handbook, theme) = (compiled.handbook, compiled.theme.unwrap());
    let memory = Memory::default();
    let time = |what: &str, handbook: &rolebook::model::compile::Handbook| {
        let start = Instant::now();
        let files = index(handbook, &theme, Some(&memory)).urls().count();
        println!("{what:<22} {:>8.1} ms, {files} files", start.elapsed().as_secs_f64() * 1000.0);
    };
    println!("{} chapters", handbook.documents.len());
    time("empty cache", &handbook);
    time("full cache", &handbook);
    let path: SourcePath = handbook.documents[handbook.documents.len() / 2].meta.path.clone();
    let text =
        format!("{}\nA word: xylophone.\n", String::from_utf8_lossy(loaded.inputs.sources.bytes(&path).unwrap()));
    loaded.inputs.sources.files.insert(path, SourceFile::new(text.into_bytes()));
    let edited = pipeline.compile(&loaded.inputs, &choices).unwrap();
    time("one chapter edited", &edited.handbook);
}
