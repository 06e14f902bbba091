//! How the chapters hang together: names, links, relations, and what is wrong with them.
//!
//! Input: documents. Output: a [`book::Book`] and findings. Nothing here reads prose or writes HTML.

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
