//! The chapters of a handbook, and which of them something is made from.
//!
//! Input: parsed chapters. Output: [`Documents`], which are read like a slice and can note each
//! chapter that is read. Any access other than by index counts as reading all chapters. Never changes
//! a chapter.

use std::collections::BTreeSet;
use std::ops::{Deref, Index};
use std::sync::{Arc, Mutex, PoisonError};

use crate::chapter::document::Document;

/// The chapters of a handbook, in the same order as in its book.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    all: Arc<Vec<Document>>,
    notes: Option<Arc<Notes>>,
}

/// The chapters that were read while a page was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reads {
    /// These chapters, by their number.
    Some(BTreeSet<usize>),
    /// All chapters.
    All,
}

/// Notes which chapters are read, from any number of threads.
#[derive(Debug)]
pub struct Notes(Mutex<Reads>);

impl Documents {
    /// Shares the chapters.
    pub fn new(all: Vec<Document>) -> Self {
        Self { all: Arc::new(all), notes: None }
    }

    /// Returns the same chapters, and the notes about which of them are read from now on.
    #[must_use]
    pub fn noting(&self) -> (Self, Arc<Notes>) {
        let notes = Arc::new(Notes(Mutex::new(Reads::Some(BTreeSet::new()))));
        (Self { all: Arc::clone(&self.all), notes: Some(Arc::clone(&notes)) }, notes)
    }

    /// Notes that a chapter was read.
    pub fn note(&self, number: usize) {
        if let Some(notes) = &self.notes {
            notes.add(Some(number));
        }
    }

    /// Notes that all chapters were read.
    pub fn note_all(&self) {
        if let Some(notes) = &self.notes {
            notes.add(None);
        }
    }
}

impl Notes {
    /// Returns the chapters that were read so far.
    pub fn reads(&self) -> Reads {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, number: Option<usize>) {
        let mut reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (&mut *reads, number) {
            (Reads::Some(some), Some(number)) => {
                some.insert(number);
            }
            (reads, None) => *reads = Reads::All,
            (Reads::All, _) => {}
        }
    }
}

/// Reads one chapter.
impl Index<usize> for Documents {
    type Output = Document;

    fn index(&self, number: usize) -> &Document {
        self.note(number);
        &self.all[number]
    }
}

/// Reads all chapters.
impl Deref for Documents {
    type Target = [Document];

    fn deref(&self) -> &[Document] {
        self.note_all();
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    #[test]
    fn reading_one_chapter_is_noted_and_reading_the_list_counts_as_all() {
        let sources = Sources::from_texts([("a.md", "# A\n"), ("b.md", "# B\n"), ("c.md", "# C\n")]);
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let (documents, notes) = handbook.documents.noting();
        assert_eq!(notes.reads(), Reads::Some(BTreeSet::new()));
        assert_eq!(documents[2].meta.title, "C");
        assert_eq!(documents[0].meta.title, "A");
        let _ = &handbook.documents[1];
        assert_eq!(notes.reads(), Reads::Some(BTreeSet::from([0, 2])));
        assert_eq!(documents.len(), 3);
        assert_eq!(notes.reads(), Reads::All);
        let _ = &documents[1];
        assert_eq!(notes.reads(), Reads::All);
    }
}
