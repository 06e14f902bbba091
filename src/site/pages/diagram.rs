//! The images of diagrams.
//!
//! Input: the diagrams of the chapters that the audience may see. Output: an SVG for light pages,
//! and one for dark pages. The URL follows from the source, so equal diagrams share a file, and no
//! page contains anything that depends on another chapter.

use super::Table;
use crate::chapter::diagram::{Scheme, draw};
use crate::text::path::UrlPath;

/// Adds the images.
pub(super) fn lay_out(table: &mut Table<'_>) {
    for chapter in table.book.ids() {
        for drawn in &table.book.meta(chapter).diagrams {
            let block = drawn.block;
            for scheme in [Scheme::Light, Scheme::Dark] {
                if scheme == Scheme::Dark && !drawn.diagram.has_dark {
                    continue;
                }
                table.text(UrlPath::new(drawn.diagram.file(scheme)), move |on| {
                    let code = on.renderer.handbook.documents[chapter.index()].body.code.get(block);
                    code.and_then(|code| draw(&code.text, scheme).ok()).map_or_else(String::new, |picture| picture.svg)
                });
            }
        }
    }
}
