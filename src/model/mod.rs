//! Connects the chapters: names, links, relations, and findings about them.
//!
//! Input: documents. Output: a [`book::Book`] and findings. Never reads prose or writes HTML.

pub mod book;
pub mod check;
pub mod compile;
pub mod embed;
pub mod health;
pub mod index;
pub mod link;
pub mod lint;
pub mod policy;
pub mod relations;
