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
//! The macro turns the line into a field of the table's struct, so code uses the key as
//! `config.motto` and doesn't compile without the declaration. From the same line, it generates the
//! field's default, its reader, its "did you mean" suggestions and its entry in the schemas. The
//! comment on `table!` in `fields` lists what else a line can contain: another accepted name, a
//! default, an unusual form, or a separate reader. A new type of value needs [`fields::Read`]; a
//! new choice between words is a `choice!` in `kind`.

pub mod brand;
pub mod config;
pub mod dialect;
pub mod fields;
pub mod front;
pub mod generator;
pub mod kind;
pub mod origin;
pub mod schema;
pub mod withheld;
