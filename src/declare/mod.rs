//! What an author may declare: the settings of `handbook.toml`, the fields of front matter, and the
//! words they choose from.
//!
//! Input: parsed TOML or YAML. Output: typed settings, with findings for what isn't understood. Nothing
//! here reads Markdown.

pub mod config;
pub mod fields;
pub mod kind;
pub mod schema;
pub mod withheld;
