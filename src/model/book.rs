//! Describes how the chapters are connected: the index, the links, and the relations made from
//! both.
//!
//! Input: the metadata and the outline of every chapter, the assets' names and the configuration. Output: a
//! [`Book`]. Never sees prose, so editing prose doesn't change the book. Never reads files.

mod again;

use std::ops::Deref;

pub use crate::model::index::{
    At, ChapterId, Generated, Index, Input, Names, Node, NodeId, Remark, Tag, Tags, Tree, chapter_url, folder_url,
    generated_url, written_url,
};
pub use crate::model::relations::{
    CompetencyView, DecisionView, Expectation, Party, Relations, RoleView, Standing, StrategyView, applies,
    competency_of, is_gained, repeats, role_of,
};
pub use again::{book_again, is_same};

use crate::chapter::document::ReferenceNumber;
use crate::model::link::{Links, Target};
use crate::model::relations::relate;

/// Everything that pages need to know about other pages.
#[derive(Debug)]
pub struct Book {
    /// The chapters by their names, URLs and positions in the tree.
    pub index: Index,
    /// The target of each reference, and the chapters that link to each chapter.
    ///
    /// Only the model sees them: pages ask [`Handbook`](crate::model::compile::Handbook), which notes what a page is
    /// made from.
    pub(in crate::model) links: Links,
    /// Roles, competencies, strategies, paths and terms, connected in both directions.
    pub relations: Relations,
    /// Problems with the relations. Problems with single references are found by `check`.
    pub unfitting: Vec<Remark>,
}

impl Book {
    /// Builds the book.
    pub fn new(input: Input<'_>) -> Self {
        let index = Index::new(input);
        let links = Links::new(&index, input.config);
        let (relations, unfitting) = relate(&index, &links, input.config);
        Self { index, links, relations, unfitting }
    }

    /// Returns the target of a reference.
    pub(in crate::model) fn target(&self, chapter: ChapterId, reference: ReferenceNumber) -> &Target {
        self.links.target(chapter, reference)
    }

    /// Returns the problems with how the chapters are connected.
    pub fn remarks(&self) -> impl Iterator<Item = &Remark> {
        self.index.remarks.iter().chain(&self.unfitting)
    }
}

/// Lets code use the methods and fields of a book's index directly on the book.
impl Deref for Book {
    type Target = Index;

    fn deref(&self) -> &Index {
        &self.index
    }
}
