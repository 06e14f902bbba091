//! Rolebook compiles a folder of Markdown chapters on roles, competencies and strategy into a
//! cross-linked handbook site.
//!
//! [`build`] writes the site into a folder, and [`preview`] shows it in a browser while somebody
//! writes. Both read the project that [`Source`] names.
//!
//! The modules are the layers of the crate (see ARCHITECTURE.md). They are public for its tests and
//! benchmarks only: they aren't part of the interface, and they change without notice.

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
