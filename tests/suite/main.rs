//! The integration tests, as one program: the library and the command line from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod builds;
mod cases;
mod commonmark;
mod edit;
mod handbook;
mod leaks;
mod links;
mod model;
mod preview;
mod publish;
mod refusals;
mod support;
mod themes;
mod warm;
