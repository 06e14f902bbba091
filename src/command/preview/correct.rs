//! Offers the nearest name for a misspelled one, and writes it into the chapter.
//!
//! Input: a finding with its suggestions, and the one that the author chose. Output: the chapter
//! with that name, if the finding is gone with it. Never changes anything outside the place of the
//! finding.

use serde::Deserialize;
use serde_json::json;

use super::answer::{failed, json, refuse};
use super::edit::write_as;
use crate::author::edit::splice;
use crate::site::urls::Site;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::path::SourcePath;
use crate::text::source::hash_of;
use crate::world::disk::{Unwritten, Writer, read_inside};
use crate::world::server::Answer;

/// A finding, and the name to use.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The path of the chapter's file.
    path: String,
    /// The place of the finding in the file.
    start: usize,
    end: usize,
    /// The message of the finding.
    message: String,
    /// The name to write.
    name: String,
}

/// Returns the names that a finding suggests in place of what is written, if the page could write
/// them.
pub fn names(finding: &Diagnostic, site: &Site) -> Vec<String> {
    let Place::Content(path, Some(span)) = &finding.place else { return Vec::new() };
    let help = finding.help.as_deref().unwrap_or_default();
    let bytes = site.sources().bytes(path).filter(|_| site.handbook().book.at_path(path).is_some());
    let Some(text) = bytes.and_then(|bytes| bytes.get(span.range())) else { return Vec::new() };
    if !help.starts_with("did you mean ") || wrong(&finding.message, text).next().is_none() {
        return Vec::new();
    }
    quoted(help).map(str::to_owned).collect()
}

/// Returns the names in a message, which are between backticks.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

/// Returns the names in a message that are written exactly once in `text`, with their places.
fn wrong<'a>(message: &'a str, text: &'a [u8]) -> impl Iterator<Item = (usize, &'a str)> {
    quoted(message).filter(|name| !name.is_empty()).filter_map(move |name| {
        let mut places = text.windows(name.len()).enumerate().filter(|(_, part)| *part == name.as_bytes());
        let at = places.next()?.0;
        places.next().is_none().then_some((at, name))
    })
}

/// Writes the name.
pub fn correct(site: &Site, writer: &Writer, wanted: &Wanted) -> Answer {
    let path = SourcePath::new(wanted.path.as_str());
    let known = site.sources().bytes(&path).filter(|_| site.handbook().book.at_path(&path).is_some());
    let Some(known) = known else { return refuse(404, "This chapter is not part of the handbook any more.") };
    let bytes = match read_inside(writer.content(), &path) {
        Ok(bytes) => bytes,
        Err(error) => return failed(&Unwritten::Machine(error)),
    };
    let span = Span::new(wanted.start, wanted.end);
    let is_open = site.parsed(&path, &bytes).is_some_and(|document| !document.body.hides_part_of(span));
    let Some(text) = bytes.get(span.range()).filter(|_| **known == *bytes && is_open) else {
        return refuse(409, "The chapter has changed since. Nothing was saved: look at the finding again.");
    };
    for (at, name) in wrong(&wanted.message, text) {
        let start = wanted.start + at;
        let after = splice(&bytes, Span::new(start, start + name.len()), &wanted.name);
        let Some(Ok(draft)) = site.draft(&path, &after) else { continue };
        // The message may name something else too, such as the chapter that lacks a heading.
        if draft.findings.iter().any(|finding| finding.help.is_some() && is_near(finding, start)) {
            continue;
        }
        let hash = hash_of(&after);
        return match write_as(writer, &format!("correct {path}"), (&path, bytes.clone(), after)) {
            Ok(()) => json(200, &json!({ "path": path.as_str(), "hash": hash })),
            Err(unwritten) => failed(&unwritten),
        };
    }
    refuse(422, "The name can't be changed from here: change it in the text.")
}

/// Returns whether a finding points at the place where a name was written.
fn is_near(finding: &Diagnostic, at: usize) -> bool {
    matches!(&finding.place, Place::Content(_, Some(span)) if span.range().contains(&at) || span.start as usize == at)
}
