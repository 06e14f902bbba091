//! Defines everything that an author may declare: the settings in `handbook.toml`, the fields of
//! front matter, and the values of fields that accept only certain words.
//!
//! Input: parsed TOML or YAML. Output: typed settings, and findings about keys and values that
//! aren't understood. Never reads Markdown.
//!
//! # Adding a key
//!
//! Each table is declared once, with `table!`: those of `handbook.toml` in `config`, those of front
//! matter in `front`. A key is one line in the declaration of its table. This line adds the key
//! `motto`, which is optional:
//!
//! ```text
//! motto: Option<String>, "a sentence that the home page shows below the title";
//! ```
//!
//! The line makes a field of the table's struct, so that the code that uses the key reads
//! `config.motto` and doesn't compile without the declaration. It also makes the field's default,
//! its reader, its "did you mean" suggestions and its entry in the schemas. `table!` in `fields` says
//! what else a line can contain: another accepted name, a default, an unusual form, or a reader of
//! its own. A new type of value needs [`fields::Read`]; a new choice between words is a `choice!` in
//! `kind`.

pub mod config;
pub mod fields;
pub mod front;
pub mod kind;
pub mod schema;
pub mod withheld;
