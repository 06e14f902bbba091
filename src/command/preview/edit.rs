//! Changes one passage of a chapter from its open page.
//!
//! Input: the site that is shown, a passage and its new text. Output: the locations of passages, a
//! rendered passage, and the file with the changed passage. Changes only one span of one source
//! file, and only if that span still contains the text that the author saw.

use std::ops::Range;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{address, failed, json, refuse};
use crate::author::edit::parts::parts;
use crate::author::edit::{
    Passage, begin, blank_rest, children, lost_anchors, passages, percent_shared, replace, text_at, with_anchors,
};
use crate::chapter::markdown::reading;
use crate::command::writing::{TRIES, deed};
use crate::site::urls::{Draft, Site};
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::{SourceFile, hash_of};
use crate::world::disk::{Step, Unwritten, Writer, read_inside};
use crate::world::report::{location, severity};
use crate::world::server::Answer;

/// A passage and its new text.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The path of the chapter's file, as the preview told the page.
    path: String,
    /// The hash that the file had when the preview made the page's list of passages.
    hash: String,
    /// The index of the passage.
    passage: usize,
    /// The old text.
    before: String,
    /// The new text.
    text: String,
}

/// A text to split into parts.
#[derive(Debug, Deserialize)]
pub struct Whole {
    /// The path of the chapter's file.
    path: String,
    /// The Markdown of a passage.
    text: String,
}

/// A file as it is now, and the passage that the request refers to.
struct Found {
    bytes: Vec<u8>,
    document: crate::chapter::document::Document,
    span: Span,
    /// Whether the chapter has no text yet.
    is_empty: bool,
}

impl Found {
    /// Returns the file with the passage changed.
    fn with(&self, text: &str) -> Vec<u8> {
        if self.is_empty { begin(&self.bytes, self.span, text) } else { replace(&self.bytes, self.span, text) }
    }
}

/// Answers with the locations of the passages in the chapter of the page at `page`. If `with_text`
/// is set, the answer includes the text of the passages that can be changed.
pub fn source(site: &Site, page: &str, with_text: bool) -> Answer {
    // It isn't an error if a page was made from no chapter or from several.
    let nothing = || json(200, &());
    let Some(path) = site.chapter_at(&address(page)) else { return nothing() };
    let Some(bytes) = site.sources().bytes(&path) else { return nothing() };
    // The page may show an earlier state of a file that can't be parsed now, but locations have to
    // match the file's current bytes.
    let Some(document) = site.parsed(&path, bytes) else { return nothing() };
    let found = passages(&document.body);
    let place = |passage: &Passage| {
        let at = location(bytes, passage.span.start as usize);
        let (elements, Span { start, end }) = (passage.elements, passage.span);
        let mut place =
            json!({ "elements": elements, "start": start, "end": end, "line": at.line, "column": at.column });
        if with_text && !document.body.hides_part_of(passage.span) {
            place["text"] = text_at(bytes, passage.span).into();
        }
        place
    };
    let elements: u32 = found.iter().map(|passage| passage.elements).sum();
    let passages: Vec<Value> = found.iter().map(place).collect();
    let (path, hash) = (path.as_str(), hash_of(bytes));
    let is_empty = with_text && passages.is_empty() && blank_rest(bytes).is_some();
    json(200, &json!({ "path": path, "hash": hash, "elements": elements, "passages": passages, "empty": is_empty }))
}

/// Renders the passage as it would look, without writing anything.
pub fn draft(site: &Site, wanted: &Wanted) -> Answer {
    let path = SourcePath::new(wanted.path.as_str());
    let Some(bytes) = chapter_bytes(site, &path) else { return no_source() };
    let found = match find(site, &path, bytes, wanted) {
        Ok(found) => found,
        Err(refusal) => return *refusal,
    };
    let after = found.with(&wanted.text);
    let length = after.len() + found.span.range().len() - found.bytes.len();
    let place = found.span.range().start..found.span.range().start + length;
    match site.draft(&path, &after) {
        Some(Ok(draft)) => json(200, &drawn(&draft, &after, &place)),
        Some(Err(failure)) => refuse(422, &format!("This cannot be shown: {}.", failure.message)),
        None => refuse(422, "With this text, the file would no longer be a chapter of this handbook."),
    }
}

fn drawn(draft: &Draft, bytes: &[u8], place: &Range<usize>) -> Value {
    let elements = children(&draft.html);
    let mut next = 0;
    let mut html = String::new();
    for passage in passages(&draft.document.body) {
        let own = next..next + passage.elements as usize;
        next = own.end;
        let range = passage.span.range();
        if range.start < place.end && range.end > place.start {
            elements.get(own).into_iter().flatten().for_each(|element| html.push_str(&draft.html[element.clone()]));
        }
    }
    let first = location(bytes, place.start).line;
    let finding = |finding: &Diagnostic| {
        let Place::Content(_, Some(span)) = &finding.place else { return None };
        // The help for a hidden chapter is its path, which is for the author in the terminal.
        let help = finding.help.as_ref().filter(|_| finding.code != Rule::HiddenLink);
        // The line is counted within the passage, starting at 1.
        place.contains(&(span.start as usize)).then(|| {
            json!({
                "severity": severity(finding),
                "code": finding.code.name(),
                "message": finding.message,
                "help": help,
                "line": location(bytes, span.start as usize).line + 1 - first,
            })
        })
    };
    let findings: Vec<Value> = draft.findings.iter().filter_map(finding).collect();
    json!({ "html": html, "findings": findings })
}

/// Answers with the parts of a heading, a list or a table, or with nothing if the text is something
/// else.
pub fn split(site: &Site, wanted: &Whole) -> Answer {
    let book = &site.handbook().book;
    let Some(chapter) = book.at_path(&SourcePath::new(wanted.path.as_str())) else { return no_source() };
    let meta = book.meta(chapter);
    let options = reading(&meta.path, meta.kind, &site.handbook().config).options;
    json(200, &parts(&wanted.text, options))
}

/// Writes the passage, and any anchors needed to keep the URLs of its statements.
///
/// If another program saves the file at the same moment, tries again with that version of the file.
pub fn save(site: &Site, writer: &Writer, wanted: &Wanted) -> Answer {
    let path = SourcePath::new(wanted.path.as_str());
    if chapter_bytes(site, &path).is_none() {
        return no_source();
    }
    if wanted.text.contains('\0') {
        return refuse(400, "The text contains a character that can't be saved.");
    }
    for left in (0..TRIES).rev() {
        match save_once(site, writer, (&path, wanted)) {
            Err(Unwritten::Changed(_)) if left > 0 => {}
            Err(unwritten) => return failed(&unwritten),
            Ok(answer) => return answer,
        }
    }
    refuse(409, "This file keeps changing on disk. Nothing was changed, and your text is still here.")
}

fn save_once(site: &Site, writer: &Writer, (path, wanted): (&SourcePath, &Wanted)) -> Result<Answer, Unwritten> {
    let bytes = read_inside(writer.content(), path)?;
    let found = match find(site, path, bytes, wanted) {
        Ok(found) => found,
        Err(refusal) => return Ok(*refusal),
    };
    let mut after = found.with(&wanted.text);
    // The anchors that are written, so that statements keep their URLs.
    let mut kept = Vec::new();
    if let Some(document) = site.parsed(path, &after) {
        let lost = lost_anchors(&found.document, &document);
        after = with_anchors(&after, &lost);
        kept = lost.into_iter().map(|anchor| anchor.id).collect();
    }
    let hash = hash_of(&after);
    write(writer, path, found.bytes, after)?;
    Ok(json(200, &json!({ "hash": hash, "kept": kept })))
}

/// Replaces the text of one chapter.
pub fn write(writer: &Writer, path: &SourcePath, before: Vec<u8>, after: Vec<u8>) -> Result<(), Unwritten> {
    write_as(writer, &format!("save {path}"), (path, before, after))
}

/// Does the same as [`write`], and records it in the journal as `words`.
pub fn write_as(
    writer: &Writer,
    words: &str,
    (path, before, after): (&SourcePath, Vec<u8>, Vec<u8>),
) -> Result<(), Unwritten> {
    if before == after {
        return Ok(());
    }
    let written = writer.write(deed(words, ""), &[Step::Replace { path: path.clone(), before, after }])?;
    written.told();
    Ok(())
}

/// Returns the bytes of a chapter of the site, or `None` for all other files, because pages can
/// change only chapters.
fn chapter_bytes(site: &Site, path: &SourcePath) -> Option<Vec<u8>> {
    site.handbook().book.at_path(path)?;
    site.sources().files.get(path).map(|SourceFile { bytes, .. }| bytes.to_vec())
}

fn no_source() -> Answer {
    refuse(
        404,
        "This chapter is not part of the handbook any more: it was deleted or renamed. Your text is still here: copy it before you leave.",
    )
}

/// Finds the passage in a file. If the file hasn't changed since the page received it, finds the
/// passage by index; otherwise by text, if exactly one passage has that text.
fn find(site: &Site, path: &SourcePath, bytes: Vec<u8>, wanted: &Wanted) -> Result<Found, Box<Answer>> {
    let document = site.parsed(path, &bytes);
    let list = document.as_ref().map(|document| passages(&document.body)).unwrap_or_default();
    // If part of a passage is visible only to another audience, editing the passage would reveal
    // that part.
    let is_open =
        |passage: &Passage| document.as_ref().is_some_and(|document| !document.body.hides_part_of(passage.span));
    let same = |passage: &&Passage| is_open(passage) && text_at(&bytes, passage.span) == wanted.before;
    let rest = if list.is_empty() && wanted.before.is_empty() { blank_rest(&bytes) } else { None };
    if let (Some(span), Some(document)) = (rest, &document) {
        let document = document.clone();
        return Ok(Found { bytes, document, span, is_empty: true });
    }
    let found = if hash_of(&bytes) == wanted.hash {
        list.get(wanted.passage).filter(same)
    } else {
        let mut alike = list.iter().filter(same);
        alike.next().filter(|_| alike.next().is_none())
    };
    let Some(span) = found.map(|passage| passage.span) else {
        let open: Vec<(usize, Span)> =
            list.iter().enumerate().filter(|(_, one)| is_open(one)).map(|(n, one)| (n, one.span)).collect();
        return Err(Box::new(conflict(&bytes, &open, wanted)));
    };
    document.map(|document| Found { bytes, document, span, is_empty: false }).ok_or_else(|| Box::new(no_source()))
}

/// Answers with the passage that is now in the requested passage's place: of all passages that can
/// be changed, the one that has the most words in common with it.
fn conflict(bytes: &[u8], open: &[(usize, Span)], wanted: &Wanted) -> Answer {
    let likeness = |span: Span| percent_shared(&text_at(bytes, span), &wanted.before);
    let alike = open.iter().rev().map(|(n, span)| (likeness(*span), *n, *span));
    let nearest = alike.max_by_key(|(likeness, ..)| *likeness).filter(|(likeness, ..)| *likeness >= 50);
    let error = if nearest.is_some() {
        "This passage was changed in the meantime. Choose one of the two texts, or join them."
    } else {
        "This passage was removed or rewritten in the meantime. Your text is still here, so you can copy it to where it belongs."
    };
    let (theirs, passage) = nearest.map(|(_, n, span)| (text_at(bytes, span), n)).unzip();
    json(409, &json!({ "error": error, "theirs": theirs, "hash": hash_of(bytes), "passage": passage }))
}
