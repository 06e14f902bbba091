//! Holds the files of the content folder as they were read: paths, bytes and hashes.
//!
//! Input: the files that `disk` read, or a map in tests. Output: [`Sources`], and each chapter as a
//! [`Text`] with LF line endings that can map offsets back to the file. Never reads files itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::text::diagnostic::Span;
use crate::text::path::SourcePath;

/// A content hash (BLAKE3, 32 bytes).
pub type Hash = [u8; 32];

/// One file of the content folder.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The bytes as they are on disk.
    pub bytes: Arc<[u8]>,
    /// The hash of `bytes`.
    pub hash: Hash,
}

/// Writes the hash, which says the same as the bytes.
impl fmt::Debug for SourceFile {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_tuple("SourceFile").field(&self.hash).finish()
    }
}

impl SourceFile {
    /// Creates a file from its bytes and computes their hash.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let hash = *blake3::hash(&bytes).as_bytes();
        Self { bytes, hash }
    }
}

/// Returns the hash by which open pages and the journal know a version of a file, as hexadecimal
/// digits.
pub fn hash_of(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// All files in the content folder, chapters and assets, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The files by path. Their bytes are shared, so cloning the map doesn't copy them.
    pub files: BTreeMap<SourcePath, SourceFile>,
    /// The paths that have the name of a folder's index but couldn't be read: links, folders, pipes
    /// and copies, for example. Nobody knows who may read the chapters in these folders.
    pub unread_indexes: BTreeSet<SourcePath>,
    /// The files and folders of the project by which other generators are recognized, by their path
    /// from the project's folder, or nothing in tests. Folders have no bytes.
    pub project: BTreeMap<String, SourceFile>,
    /// The pictures and downloads among the files that another generator keeps outside of the content
    /// folder. They are published only if a page refers to them, and never if there are audiences.
    pub outside: BTreeSet<SourcePath>,
    /// The files outside of the content folder that chapters insert, by `../` and their path from the
    /// project's folder or the repository around it. They are never published as they are.
    pub beyond: BTreeMap<SourcePath, SourceFile>,
    /// The path of the content folder from that folder, or nothing if no such files were read.
    pub below: String,
}

impl Sources {
    /// Creates sources from paths and texts, for tests.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let file = |(path, text): (&str, &str)| (SourcePath::new(path), SourceFile::new(text.as_bytes()));
        Self { files: texts.into_iter().map(file).collect(), ..Self::default() }
    }

    /// Returns the bytes at `path`.
    pub fn bytes(&self, path: &SourcePath) -> Option<&Arc<[u8]>> {
        self.files.get(path).map(|file| &file.bytes)
    }

    /// Returns the bytes of a file by which a generator can be recognized; a folder has none. `path`
    /// is relative to the project's folder.
    pub fn mark(&self, path: &str) -> Option<&[u8]> {
        let found = self.project.get(path).or_else(|| self.files.get(&SourcePath::new(path)));
        found.map(|file| &*file.bytes)
    }

    /// Lists the chapters in path order.
    pub fn chapters(&self) -> impl Iterator<Item = (&SourcePath, &SourceFile)> {
        self.files.iter().filter(|(path, _)| path.is_chapter() && path.as_str() != "SUMMARY.md")
    }

    /// Lists everything that is neither a chapter nor `handbook.toml`, in path order.
    pub fn assets(&self) -> impl Iterator<Item = (&SourcePath, &SourceFile)> {
        let own = |path: &SourcePath| path.as_str() == "handbook.toml" || path.is_chapter();
        self.files.iter().filter(move |(path, _)| !own(path))
    }
}

/// A chapter's text: UTF-8 without a byte order mark, with LF line endings, and with a mapping back
/// to the file's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text that the parsers see.
    pub text: Cow<'a, str>,
    /// The length of the removed byte order mark: 0 or 3 bytes.
    skipped: usize,
    /// For each CR removed from a CRLF, the offset of the LF that was kept, before anything was
    /// inserted.
    dropped: Vec<usize>,
    /// The places where something was inserted, in order.
    insertions: Vec<Insertion>,
}

/// A place in a text where something else was inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// The offset in the text.
    pub at: usize,
    /// The length of what was inserted.
    pub length: usize,
    /// The range in the text before, which was replaced.
    pub replaced: Range<usize>,
}

impl<'a> Text<'a> {
    /// Decodes `bytes` as UTF-8 and replaces every CRLF and lone CR with LF (`CommonMark` 0.31.2,
    /// section 2.1).
    ///
    /// # Errors
    /// Returns the offset of the first byte that isn't valid UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Self, usize> {
        let skipped = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let text = std::str::from_utf8(&bytes[skipped..]).map_err(|error| skipped + error.valid_up_to())?;
        if !text.contains('\r') {
            return Ok(Self { text: Cow::Borrowed(text), skipped, dropped: Vec::new(), insertions: Vec::new() });
        }
        let mut out = String::with_capacity(text.len());
        let mut dropped = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\r' if chars.peek() == Some(&'\n') => dropped.push(out.len()),
                '\r' => out.push('\n'),
                c => out.push(c),
            }
        }
        Ok(Self { text: Cow::Owned(out), skipped, dropped, insertions: Vec::new() })
    }

    /// Returns the text with something inserted, in ascending order. What was inserted maps to what it
    /// replaced. This must be a text without insertions.
    pub fn with(&self, text: String, insertions: Vec<Insertion>) -> Text<'static> {
        Text { text: Cow::Owned(text), skipped: self.skipped, dropped: self.dropped.clone(), insertions }
    }

    /// Converts an offset in the text into an offset in the file.
    pub fn to_file(&self, offset: usize) -> usize {
        let before = self.insertions.partition_point(|insertion| insertion.at <= offset);
        self.in_file(match self.insertions[..before].last() {
            Some(last) if offset < last.at + last.length => last.replaced.start,
            Some(last) => offset - last.at - last.length + last.replaced.end,
            None => offset,
        })
    }

    /// Converts the offset where something ends into an offset in the file.
    fn end_to_file(&self, offset: usize) -> usize {
        let before = self.insertions.partition_point(|insertion| insertion.at < offset);
        self.in_file(match self.insertions[..before].last() {
            Some(last) => (offset.max(last.at + last.length) - last.at - last.length) + last.replaced.end,
            None => offset,
        })
    }

    /// Converts an offset in the text before anything was inserted.
    fn in_file(&self, offset: usize) -> usize {
        self.skipped + offset + self.dropped.partition_point(|&at| at < offset)
    }

    /// Returns the span in the file for a start and end in the text.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        let from = self.to_file(start);
        Span::new(from, if self.insertions.is_empty() { self.in_file(end) } else { self.end_to_file(end).max(from) })
    }

    /// Converts a span in the text into a span in the file.
    pub fn map(&self, span: Span) -> Span {
        self.span(span.start as usize, span.end as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_map_back_to_the_bytes_on_disk() {
        let bytes = b"\xEF\xBB\xBFa\r\nb\rc\r\nd";
        let text = Text::new(bytes).unwrap();
        assert_eq!(text.text, "a\nb\nc\nd");
        for (offset, letter) in [(0, b'a'), (2, b'b'), (4, b'c'), (6, b'd')] {
            assert_eq!(bytes[text.to_file(offset)], letter);
        }
    }

    #[test]
    fn what_was_inserted_maps_to_the_place_that_asks_for_it() {
        let text = Text::new(b"\xEF\xBB\xBFa\r\nXX\r\nb").unwrap();
        let inserted = Insertion { at: 2, length: 3, replaced: 2..4 };
        let with = text.with("a\none\nb".to_owned(), vec![inserted]);
        let spans = [(0, 1), (2, 5), (3, 4), (6, 7), (0, 3), (4, 7)].map(|(from, to)| with.span(from, to).range());
        assert_eq!(spans, [3..4, 6..8, 6..8, 10..11, 3..8, 6..11]);
    }

    #[test]
    fn invalid_utf8_is_reported_with_its_offset() {
        assert_eq!(Text::new(b"ab\xFFc"), Err(2));
    }
}
