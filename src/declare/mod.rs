//! Defines everything that an author may declare: the settings in `handbook.toml`, the fields of
//! front matter, and the values of fields that accept only certain words.
//!
//! Input: parsed TOML or YAML. Output: typed settings, and findings about keys and values that
//! aren't understood. Never reads Markdown.

pub mod config;
pub mod fields;
pub mod kind;
pub mod schema;
pub mod withheld;
