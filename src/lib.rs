//! Rolebook compiles a folder of Markdown chapters on roles, competencies and strategy into a
//! cross-linked handbook site.
//!
//! Input: chapters, `handbook.toml`, themes. Output: every page of the site by its URL. The modules
//! are layers: each uses only itself and those above it in this list (see ARCHITECTURE.md).
//!
//! - [`text`]: paths, slugs, dates, findings, front matter and HTML, without knowing what a handbook is
//! - [`declare`]: what an author may declare in `handbook.toml` and in front matter
//! - [`chapter`]: one file alone, from redaction and Markdown to a document
//! - [`model`]: how chapters hang together, and what is wrong with them
//! - [`past`]: history, and the difference between two states
//! - [`author`]: plans of what commands write into the author's files
//! - [`site`]: a pure function from a URL to bytes
//! - [`world`]: disk, git, file watching, the preview's server, reports
//! - [`command`]: one file for each command of the program

pub mod text;

pub mod declare;

pub mod chapter;

pub mod model;

pub mod past;

pub mod author;

pub mod site;

pub mod world;

pub mod cli;
pub mod command;
