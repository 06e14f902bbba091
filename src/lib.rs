//! Rolebook compiles a folder of Markdown chapters on roles, competencies and strategy into a
//! cross-linked handbook site.
//!
//! [`build`] writes the site into a folder, and [`preview`] shows it in a browser while its
//! author writes. Both read the project that [`Source`] names.
//!
//! The modules are the layers of the crate (see ARCHITECTURE.md): each uses only itself and those
//! above it in this list. They are public for the crate's tests and benchmarks only. They aren't
//! part of the interface, and they change without notice.
//!
//! - `text`: paths, slugs, dates, findings, front matter, HTML and quotes, without knowing what a
//!   handbook is
//! - `declare`: what an author may declare in `handbook.toml` and in front matter
//! - `chapter`: one file alone, from redaction and Markdown to a document
//! - `model`: how chapters relate to each other, and what is wrong with them
//! - `past`: history, and the difference between two states
//! - `author`: plans of what commands write into the author's files
//! - `site`: a pure function from a URL to bytes; `site::pages` has one module for each kind of page
//! - `world`: disk, Git, file watching, the preview's server, reports
//! - `command`: one file for each command of the program

#[doc(hidden)]
pub mod text;

#[doc(hidden)]
pub mod declare;

#[doc(hidden)]
pub mod chapter;

#[doc(hidden)]
pub mod model;

#[doc(hidden)]
pub mod past;

#[doc(hidden)]
pub mod author;

#[doc(hidden)]
pub mod site;

#[doc(hidden)]
pub mod world;

#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod command;

#[doc(inline)]
pub use cli::Source;
#[doc(inline)]
pub use command::{Built, Session, State, build, preview};
#[doc(inline)]
pub use world::disk::{Failure, Refusal};
