//! Everything that touches the machine: disk, Git, file watching, the preview server and the
//! terminal.
//!
//! Input: paths and bytes. Output: bytes and reports. Nothing here decides what goes on a page.

pub mod disk;
pub mod git;
pub mod report;
pub mod server;
pub mod watch;
pub mod web;
