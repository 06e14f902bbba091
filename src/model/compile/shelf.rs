//! Holds the parsed chapters of the last build, so that the next one parses only those that have changed.
//!
//! Input: what the last build left, as bytes, and a hash of the program and its options. Output: documents,
//! and the bytes for the next build. A chapter is found by everything that it was parsed from: its path,
//! its bytes, the settings, and who may read it. Never holds a chapter in which something is hidden, or
//! one with findings about itself. Never decides whether the bytes can be trusted.
//!
//! The format, for each chapter: its key (32 bytes), 1 if all of its code has colors and 0 if that isn't
//! known, the lengths of the document and of what the search index knows about it (4 bytes each,
//! little-endian), the document, and what the search index knows.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::chapter::document::{self, Document};
use crate::declare::config::Config;
use crate::text::packed::length;
use crate::text::path::SourcePath;
use crate::text::source::{Hash, SourceFile};

/// The length of what precedes a document.
const HEAD: usize = 32 + 1 + 4 + 4;

/// Parsed chapters.
#[derive(Debug)]
pub struct Shelf {
    by: blake3::Hash,
    bytes: Vec<u8>,
    known: HashMap<Hash, Known>,
}

/// A chapter on the shelf.
#[derive(Debug)]
struct Known {
    is_colored: bool,
    /// Where its document is.
    document: Range<usize>,
    /// Where what the search index knows about it is.
    entry: Range<usize>,
}

impl Shelf {
    /// Reads what the last build left. `by` stands for the program and its options.
    pub fn new(by: blake3::Hash, bytes: Vec<u8>) -> Self {
        let mut known = HashMap::new();
        let mut at = 0;
        while let Some((key, one)) = record(&bytes, at) {
            at = one.entry.end;
            known.insert(key, one);
        }
        Self { by, bytes, known }
    }

    /// Returns the part of the shelf that belongs to a configuration.
    pub fn part(&self, config: &Config) -> Part<'_> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.by.as_bytes()).update(format!("{config:?}").as_bytes());
        Part { shelf: self, of: hasher.finalize() }
    }
}

/// Reads the chapter that begins at an offset.
fn record(bytes: &[u8], at: usize) -> Option<(Hash, Known)> {
    let head = bytes.get(at..at + HEAD)?;
    let number = |at: usize| Some(u32::from_le_bytes(head[at..at + 4].try_into().ok()?) as usize);
    let start = at + HEAD;
    let middle = start.checked_add(number(33)?)?;
    let end = middle.checked_add(number(37)?).filter(|end| *end <= bytes.len())?;
    Some((
        head[..32].try_into().ok()?,
        Known { is_colored: head[32] == 1, document: start..middle, entry: middle..end },
    ))
}

/// The chapters that were parsed with the same settings.
#[derive(Clone, Copy, Debug)]
pub struct Part<'s> {
    shelf: &'s Shelf,
    of: blake3::Hash,
}

impl<'s> Part<'s> {
    fn key(&self, path: &SourcePath, file: &Hash) -> Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.of.as_bytes()).update(file).update(path.as_str().as_bytes());
        *hasher.finalize().as_bytes()
    }

    fn known(&self, path: &SourcePath, file: &Hash) -> Option<&'s Known> {
        self.shelf.known.get(&self.key(path, file))
    }

    /// Returns the document that was parsed from a file.
    pub fn document(&self, path: &SourcePath, file: &SourceFile) -> Option<Document> {
        let known = self.known(path, &file.hash)?;
        let document = document::read(&self.shelf.bytes[known.document.clone()], file)?;
        (document.meta.path == *path).then_some(document)
    }

    /// Returns whether all of the code in a file is known to have colors.
    pub fn is_colored(&self, path: &SourcePath, file: &Hash) -> bool {
        self.known(path, file).is_some_and(|known| known.is_colored)
    }

    /// Returns what the search index knew about a chapter.
    pub fn entry(&self, document: &Document) -> Option<&'s [u8]> {
        let known = self.known(&document.meta.path, &document.body.source)?;
        Some(&self.shelf.bytes[known.entry.clone()])
    }

    /// Returns a chapter as bytes for the next build, or nothing if it has to be parsed in each build.
    /// `entry` is what the search index knows about it.
    pub fn record(&self, document: &Document, is_colored: bool, entry: &[u8]) -> Vec<u8> {
        let key = self.key(&document.meta.path, &document.body.source);
        let bytes = match self.shelf.known.get(&key) {
            Some(known) => Some(Cow::Borrowed(&self.shelf.bytes[known.document.clone()])),
            None => document::write(document).map(Cow::Owned),
        };
        let Some(bytes) = bytes else { return Vec::new() };
        let lengths = [&bytes, entry].map(|bytes| length(bytes.len()).to_le_bytes()).concat();
        [&key[..], &[u8::from(is_colored)], &lengths, &bytes, entry].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    const TEXTS: [(&str, &str); 3] = [
        ("handbook.toml", "title = \"H\"\n[audiences.staff]\n"),
        ("a.md", "---\nreview_every: 6 months\n---\n\n# A\n\n> [!TIP]\n> See [[b]].\n\n```rust\nfn a() {}\n```\n"),
        ("b.md", "# B\n\n::: {audience=staff}\n\nSECRET\n\n:::\n"),
    ];

    #[test]
    fn a_chapter_is_read_again_as_it_was_parsed_and_one_with_something_hidden_is_not_kept() {
        let sources = Sources::from_texts(TEXTS);
        let parsed = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let by = blake3::hash(b"by");
        let empty = Shelf::new(by, Vec::new());
        let records = |shelf: &Shelf| -> Vec<u8> {
            let part = shelf.part(&parsed.config);
            parsed.documents.iter().flat_map(|document| part.record(document, true, b"entry")).collect()
        };
        let bytes = records(&empty);
        assert!(!bytes.windows(6).any(|part| part == b"SECRET"));
        let shelf = Shelf::new(by, bytes.clone());
        assert_eq!(shelf.known.len(), 1);
        let [a, b] =
            ["a.md", "b.md"].map(|path| (SourcePath::new(path), sources.files[&SourcePath::new(path)].clone()));
        let part = shelf.part(&parsed.config);
        assert_eq!(part.document(&a.0, &a.1), Some(parsed.documents[0].clone()));
        assert!(part.is_colored(&a.0, &a.1.hash));
        assert_eq!(part.document(&b.0, &b.1), None);
        assert_eq!(part.entry(&parsed.documents[0]), Some(&b"entry"[..]));
        assert_eq!(part.entry(&parsed.documents[1]), None);
        assert_eq!(records(&shelf), bytes);
        assert_eq!(part.document(&a.0, &b.1), None, "another file");
        assert_eq!(part.document(&b.0, &a.1), None, "another path");
        let other = Config::bare("other");
        assert_eq!(shelf.part(&other).document(&a.0, &a.1), None, "other settings");
        let other = Shelf::new(blake3::hash(b"other"), bytes.clone());
        assert_eq!(other.part(&parsed.config).document(&a.0, &a.1), None, "another program");
        for end in 0..bytes.len() {
            assert_eq!(Shelf::new(by, bytes[..end].to_vec()).known.len(), 0, "{end}");
        }
    }

    #[test]
    fn a_compiler_with_a_shelf_compiles_the_same_handbook() {
        let sources = Sources::from_texts(TEXTS);
        let by = blake3::hash(b"by");
        let cold = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let empty = Shelf::new(by, Vec::new());
        let part = empty.part(&cold.config);
        let bytes = cold.documents.iter().flat_map(|document| part.record(document, true, &[])).collect();
        let mut compiler = Compiler::with_shelf(std::sync::Arc::new(Shelf::new(by, bytes)));
        let warm = compiler.compile(&sources, &Choices::default()).unwrap();
        assert_eq!(*warm.documents, *cold.documents);
        assert_eq!(warm.colored.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["a.md"]);
        let all = compiler.compile(&sources, &Choices { everyone: true, ..Choices::default() }).unwrap();
        assert!(all.documents.iter().any(|document| document.body.main.html().contains("SECRET")));
        assert!(all.colored.is_empty());
    }
}
