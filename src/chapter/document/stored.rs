//! Writes a parsed chapter as bytes for the next build, and reads it again.
//!
//! Input: a [`Document`], or bytes and the file that the document was parsed from. Output: bytes, or the
//! same document. Never writes a document with findings or with anything hidden, so that the bytes hold
//! no text that is hidden. Callers make sure that the bytes come from the same program.

use std::sync::Arc;

use borsh::BorshDeserialize;

use super::{Body, Document, Meta, Outline};
use crate::text::source::SourceFile;

/// Returns a document as bytes, or `None` if it has to be parsed again in each build.
pub fn write(document: &Document) -> Option<Vec<u8>> {
    let Document { meta, outline, body, findings } = document;
    if !findings.is_empty() || !body.hidden.is_empty() || body.comments > 0 {
        return None;
    }
    borsh::to_vec(&(&**meta, &**outline, &**body)).ok()
}

/// Reads a document that was parsed from `file`. Returns `None` if the bytes aren't a document.
pub fn read(bytes: &[u8], file: &SourceFile) -> Option<Document> {
    let (meta, outline, body) = <(Meta, Outline, Body)>::try_from_slice(bytes).ok()?;
    if body.source != file.hash {
        return None;
    }
    let body = Body { main: body.main.with_source(Arc::clone(&file.bytes)), ..body };
    let (meta, outline, body) = (Arc::new(meta), Arc::new(outline), Arc::new(body));
    Some(Document { meta, outline, body, findings: Arc::default() })
}
