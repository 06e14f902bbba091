//! Rolebook compiles a folder of Markdown chapters on roles, competencies and strategy into a cross-linked handbook site.
//!
//! Input: chapters, `handbook.toml`, themes. Output: every page of the site by its address. The stages are pure functions, in this order: `source`,
//! `parse`, `book`, `check`, `site`; `draft`, `import`, `relocate` and `edit` plan what commands write into the author's files; only `disk`, `watch`, `server` and `git` touch the world (see ARCHITECTURE.md).

pub mod author;
pub mod chapter;
pub mod cli;
pub mod command;
pub mod declare;
pub mod model;
pub mod past;
pub mod site;
pub mod text;
pub mod world;
