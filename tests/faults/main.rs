//! Everything that can go wrong, and what happens then. FAULTS.md lists each row with the name of its test.
//!
//! In all of them: a message that names the file and the way out, the right exit code, no panic, the old site intact, and no file lost that Rolebook did
//! not write.

// Pipes, modes, limits and mounts are made as Unix makes them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod content;
mod output;
mod preview;
#[path = "../suite/served.rs"]
#[allow(dead_code, reason = "what the other tests share; not all of it is needed here")]
mod served;
#[path = "../suite/support.rs"]
#[allow(dead_code, reason = "what the other tests share; not all of it is needed here")]
mod shared;
mod support;
#[path = "../suite/synthetic.rs"]
mod synthetic;
mod table;
mod world;
mod writers;
