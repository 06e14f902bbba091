//! The site: a pure function from an address to bytes.
//!
//! Input: a compiled handbook, a theme, the other files. Output: the addresses there are, and the bytes
//! of each. Nothing here reads or writes a file.

pub mod highlight;
pub mod picture;
pub mod publish;
pub mod render;
pub mod search;
pub mod theme;
pub mod urls;
pub mod view;
