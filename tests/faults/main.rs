//! Everything that can go wrong, and what happens then. FAULTS.md lists each fault with the name of
//! its test.
//!
//! In every case, a message names the file and what to do, the exit code is right, nothing panics,
//! the old site stays intact, and no file is lost that Rolebook didn't write.

// Pipes, permissions, limits and mounts are created in the Unix way.
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
