//! The machine: disk, git, file watching, the preview's server, the terminal.
//!
//! Input: places and bytes. Output: bytes and reports. Nothing here decides what a page holds.

pub mod disk;
pub mod git;
pub mod report;
pub mod server;
pub mod watch;
