//! Measures each stage by itself on this repository's handbook. Run it with
//! `cargo bench --bench stages`.
//!
//! Input: none. Output: divan's table. Uses one thread; `benches/run` shows the effect of several
//! cores.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot go on stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use rolebook::chapter::document::Meta;
use rolebook::chapter::parse;
use rolebook::chapter::redact::Visible;
use rolebook::cli::Source;
use rolebook::command::load::{Globals, Loaded};
use rolebook::model::book::{self, Input};
use rolebook::model::compile::{Choices, Compiler, Handbook};
use rolebook::site::highlight::Highlighter;
use rolebook::site::search::{self, Memory};
use rolebook::site::theme::{self, Theme};
use rolebook::site::urls::Site;
use rolebook::text::source::Sources;

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    divan::main();
}

fn sources() -> Sources {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf();
    let Ok(loaded) = Loaded::read(&Source { dir, drafts: false, audience: None, base_url: None }, None) else {
        panic!("the handbook cannot be read")
    };
    loaded.inputs.sources
}

fn handbook(sources: &Sources) -> Handbook {
    Compiler::new().compile(sources, &Choices::default()).unwrap()
}

fn theme(handbook: &Handbook) -> Arc<Theme> {
    let (chain, _) = theme::chain("default", &BTreeMap::new());
    Arc::new(theme::load(&chain, &handbook.config.language, &Globals::new(&handbook.config)).0.unwrap())
}

/// From bytes to documents, for all chapters.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let sources = sources();
    let config = handbook(&sources).config;
    let visible = Visible::of(None, &config);
    let bytes: usize = sources.chapters().map(|(_, file)| file.bytes.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for (path, file) in sources.chapters() {
            black_box(parse::parse(path, file, &config, &visible));
        }
    });
}

/// From all metadata to the book: URLs, names, tree, relations, and links in both directions.
#[divan::bench]
fn index(bencher: Bencher<'_, '_>) {
    let sources = sources();
    let handbook = handbook(&sources);
    let metas: Vec<Arc<Meta>> = handbook.documents.iter().map(|document| Arc::clone(&document.meta)).collect();
    let assets = sources.assets().map(|(path, _)| path.clone()).collect();
    let input = Input {
        chapters: &metas,
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
    let sources = sources();
    let handbook = handbook(&sources);
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
    let sources = sources();
    let handbook = handbook(&sources);
    let theme = theme(&handbook);
    let site = Site::new(handbook, sources, theme, Arc::new(Highlighter::new()));
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
    let sources = sources();
    let handbook = handbook(&sources);
    let theme = theme(&handbook);
    bencher
        .counter(ItemsCount::new(handbook.documents.len()))
        .bench(|| black_box(search::index(&handbook, &theme, &Memory::default())));
}
