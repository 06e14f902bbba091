//! Measures each stage by itself on this repository's handbook. Run it with
//! `cargo bench --bench stages`.
//!
//! Input: none. Output: divan's table. Uses one thread; `benches/run` shows the effect of several
//! cores.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot go on stops")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use rolebook::chapter::document::Document;
use rolebook::chapter::parse;
use rolebook::chapter::redact::Visible;
use rolebook::command::load::Loaded;
use rolebook::command::pipeline::{Compiled, Pipeline};
use rolebook::model::book::{self, Input};
use rolebook::model::compile::Choices;
use rolebook::past::history::Past;
use rolebook::site::highlight::Highlighter;
use rolebook::site::search;
use rolebook::world::disk::Inputs;

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    divan::main();
}

fn inputs() -> Inputs {
    Loaded::open(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap().inputs
}

fn compiled() -> Compiled {
    Pipeline::default().compile(&inputs(), &Choices::default()).unwrap()
}

/// From bytes to documents, for all chapters.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let sources = inputs().sources;
    let config = compiled().handbook.config;
    let visible = Visible::of(None, &config);
    let bytes: usize = sources.chapters().map(|(_, file)| file.bytes.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for (path, file) in sources.chapters() {
            black_box(parse::parse(path, file, &config, &visible));
        }
    });
}

/// From all metadata and outlines to the book: URLs, names, tree, relations, and links in both directions.
#[divan::bench]
fn index(bencher: Bencher<'_, '_>) {
    let sources = inputs().sources;
    let handbook = compiled().handbook;
    let (metas, outlines): (Vec<_>, Vec<_>) = handbook.documents.iter().map(Document::for_model).unzip();
    let assets = sources.assets().map(|(path, _)| path.clone()).collect();
    let input = Input {
        chapters: &metas,
        outlines: &outlines,
        assets: &assets,
        statics: None,
        hidden: &BTreeSet::new(),
        summary: None,
        config: &handbook.config,
    };
    bencher.counter(ItemsCount::new(metas.len())).bench(|| black_box(book::Book::new(input)));
}

/// Resolves every reference.
#[divan::bench]
fn resolve(bencher: Bencher<'_, '_>) {
    let handbook = compiled().handbook;
    bencher.bench(|| black_box(handbook.checker().findings()));
}

/// Highlights twelve lines that aren't in the cache.
#[divan::bench(args = ["rust", "python", "sql", "yaml"])]
fn highlight(bencher: Bencher<'_, '_>, language: &str) {
    let highlighter = Highlighter::new();
    let number = AtomicUsize::new(0);
    bencher.bench(|| {
        let n = number.fetch_add(1, Ordering::Relaxed);
        let code: String = (0..12).map(|line| format!("let total_{n} = sum(\"part {line}\", {n}); # {n}\n")).collect();
        black_box(highlighter.highlight(&code, language))
    });
}

/// Renders every URL of the site, with code already highlighted.
#[divan::bench]
fn render(bencher: Bencher<'_, '_>) {
    let site = compiled().site(Past::default(), None).unwrap();
    let urls: Vec<_> = site.urls().cloned().collect();
    bencher.counter(ItemsCount::new(urls.len())).bench(|| {
        for url in &urls {
            black_box(site.render(url).unwrap().unwrap());
        }
    });
}

/// Builds the search index with an empty cache.
#[divan::bench]
fn search(bencher: Bencher<'_, '_>) {
    let Compiled { handbook, theme: Some(theme), .. } = compiled() else { panic!("the theme cannot be loaded") };
    bencher
        .counter(ItemsCount::new(handbook.documents.len()))
        .bench(|| black_box(search::index(&handbook, &theme, None)));
}
