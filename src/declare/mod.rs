//! What an author may declare: the settings in `handbook.toml`, the fields of front matter, and the
//! words that fields choose from.
//!
//! Input: parsed TOML or YAML. Output: typed settings, and findings for what isn't understood.
//! Never reads Markdown.

pub mod config;
pub mod fields;
pub mod kind;
pub mod schema;
pub mod withheld;
