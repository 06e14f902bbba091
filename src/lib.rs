//! Rolebook compiles a folder of Markdown chapters on roles, competencies and strategy into a cross-linked handbook site.
//!
//! Input: chapters, `handbook.toml`, themes. Output: every page of the site by its address. The stages are pure functions, in this order: `source`,
//! `parse`, `book`, `check`, `site`; `draft`, `import`, `relocate` and `edit` plan what commands write into the author's files; only `disk`, `watch`, `server` and `git` touch the world (see ARCHITECTURE.md).

pub mod attribute;
pub mod book;
pub mod check;
pub mod cli;
pub mod command;
pub mod compile;
pub mod config;
pub mod conflict;
pub mod date;
pub mod delta;
pub mod diagnostic;
pub mod disk;
pub mod document;
pub mod draft;
pub mod edit;
pub mod embed;
pub mod fields;
pub mod front_matter;
pub mod git;
pub mod health;
pub mod highlight;
pub mod history;
pub mod import;
pub mod kind;
pub mod link;
pub mod lint;
pub mod markdown;
pub mod markup;
pub mod near;
pub mod parse;
pub mod path;
pub mod picture;
pub mod policy;
pub mod publish;
pub mod quote;
pub mod redact;
pub mod reference;
pub mod relocate;
pub mod render;
pub mod report;
pub mod schema;
pub mod search;
pub mod server;
pub mod site;
pub mod slug;
pub mod source;
pub mod spreadsheet;
pub mod theme;
pub mod view;
pub mod watch;
pub mod withheld;
