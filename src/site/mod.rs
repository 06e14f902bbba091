//! The site, as a pure function from a URL to bytes.
//!
//! Input: a compiled handbook, a theme, and the other files. Output: the URLs that exist, and the
//! bytes of each. Never reads or writes a file.

pub mod highlight;
pub mod pages;
pub mod picture;
pub mod publish;
pub mod render;
pub mod search;
pub mod theme;
pub mod urls;
pub mod view;
