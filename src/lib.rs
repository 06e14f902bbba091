//! Rolebook compiles a folder of Markdown chapters on roles, competencies and strategy into a
//! cross-linked handbook site.
//!
//! Input: chapters, `handbook.toml`, themes. Output: every page of the site by its address. The
//! modules below are layers: each uses itself and those before it, and only [`world`] touches the
//! machine (see ARCHITECTURE.md).

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
