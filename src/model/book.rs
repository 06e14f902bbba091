//! Knows how the chapters hang together: the index, the links, and the relations made from both.
//!
//! Input: the metadata of every chapter, the assets' names and the configuration. Output: a [`Book`].
//! Never sees prose, so that an edit of prose keeps the book; never reads files.

mod again;

use std::ops::Deref;

pub use crate::model::index::{
    At, ChapterId, Generated, Index, Input, Names, Node, NodeId, Remark, Tree, chapter_url, folder_url, generated_url,
    written_url,
};
pub use crate::model::relations::{
    CompetencyView, DecisionView, Expectation, Party, Relations, RoleView, StrategyView, is_replaced, role_of,
};
pub use again::book_again;

use crate::chapter::document::ReferenceNumber;
use crate::model::link::{Links, Target};
use crate::model::relations::relate;

/// Everything that pages need to know about other pages.
#[derive(Debug)]
pub struct Book {
    /// Every chapter by its names, its URL and its place in the tree.
    pub index: Index,
    /// Where each reference leads, and who links to whom.
    pub links: Links,
    /// Roles, competencies, strategies, paths and terms, both ways.
    pub relations: Relations,
    /// What is wrong with the relations; not what single references lead to (see `check`).
    pub unfitting: Vec<Remark>,
}

impl Book {
    /// Makes the book.
    pub fn new(input: Input<'_>) -> Self {
        let index = Index::new(input);
        let links = Links::new(&index, input.config);
        let (relations, unfitting) = relate(&index, &links, input.config);
        Self { index, links, relations, unfitting }
    }

    /// Returns the target of a reference.
    pub fn target(&self, chapter: ChapterId, reference: ReferenceNumber) -> &Target {
        self.links.target(chapter, reference)
    }

    /// Returns the chapter that a reference points to.
    pub fn target_chapter(&self, chapter: ChapterId, reference: ReferenceNumber) -> Option<ChapterId> {
        self.links.target_chapter(chapter, reference)
    }

    /// Returns what is wrong with how the chapters hang together.
    pub fn remarks(&self) -> impl Iterator<Item = &Remark> {
        self.index.remarks.iter().chain(&self.unfitting)
    }
}

/// A book is asked for what its index knows as if it were the index.
impl Deref for Book {
    type Target = Index;

    fn deref(&self) -> &Index {
        &self.index
    }
}
