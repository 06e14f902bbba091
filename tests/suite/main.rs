//! The integration tests in one program. They test the library and the command line from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod active;
mod architecture;
mod assess;
mod attacks;
mod budgets;
mod builds;
mod cases;
mod commonmark;
mod completions;
mod edit;
mod facts;
mod former;
mod gfm;
mod handbook;
mod history;
mod hostile;
mod import;
mod init;
mod leaks;
mod links;
mod manual;
mod model;
mod mv;
mod new;
mod order;
mod pictures;
mod preview;
mod print;
mod publish;
mod published;
mod refusals;
mod search;
mod sequences;
mod served;
mod spellings;
mod stairs;
mod support;
mod synthetic;
mod templates;
mod themes;
mod tracks;
mod undo;
mod views;
mod warm;
