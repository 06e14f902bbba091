//! Removes `%%` comments from a chapter, as Obsidian does.
//!
//! Input: the body of a chapter and the extensions it is parsed with. Output: a [`Comments`], which
//! contains the body without comments, and their ranges. A `%%` counts as plain text only inside
//! code that the author closed. The rest is parsed again after a comment is removed, because a
//! comment can contain the fence of a code block. This module knows no audiences, but it does find
//! audience marks inside comments.

use std::borrow::Cow;
use std::ops::Range;

use crate::chapter::dialect::Reading;

use super::structure::{Shield, Structure};
use super::word::{self, Sign};
use super::{Remark, blank};

/// The maximum number of times a body is parsed, because removing a comment may reveal another one.
const MOST_READS: usize = 4;

/// A body without its comments.
#[derive(Debug)]
pub struct Comments<'a> {
    /// The body, with the same length in bytes.
    pub text: Cow<'a, str>,
    /// The comments, and the rest of the body after a comment that isn't closed.
    pub hidden: Vec<Range<usize>>,
    /// Comments that contain an audience mark.
    pub marked: Vec<Range<usize>>,
    /// Unclosed comments.
    pub remarks: Vec<Remark>,
}

/// Finds the comments in `text`.
pub fn read<'t>(text: &'t str, reading: &Reading<'_>) -> Comments<'t> {
    let mut found = Comments { text: Cow::Borrowed(text), hidden: Vec::new(), marked: Vec::new(), remarks: Vec::new() };
    for _ in 0..MOST_READS {
        if !found.text.contains("%%") {
            return found;
        }
        let structure = Structure::read(&found.text, reading);
        let before = found.hidden.len();
        let now = found.text.clone().into_owned();
        find(&now, &structure, &mut found);
        if found.hidden.len() == before {
            return found;
        }
        found.text = Cow::Owned(blank(&now, &found.hidden[before..]));
    }
    found
}

fn find(text: &str, structure: &Structure, found: &mut Comments<'_>) {
    let mut at = 0;
    let mut line = Line::default();
    let mut paragraph_end = 0;
    while let Some(place) = text[at..].find("%%") {
        let start = at + place;
        at = start + 2;
        if matches!(structure.shield_at(start), Some(Shield::Example | Shield::Template | Shield::Info)) {
            continue;
        }
        let is_block = !line.has_letter_before(start, text);
        // `5%%` is a number.
        if !is_block && text[..start].ends_with(char::is_numeric) {
            continue;
        }
        if paragraph_end < at {
            paragraph_end = text[at..].find("\n\n").map_or(text.len(), |length| at + length);
        }
        let limit = if is_block { text.len() } else { paragraph_end };
        let Some(length) = text[at..limit].find("%%") else {
            if is_block {
                found.remarks.push(Remark::Unclosed(start..at));
                found.hidden.push(start..text.len());
                return;
            }
            // A comment that goes on behind an empty line was meant as one, but isn't one in Obsidian either.
            let behind = if text[..start].ends_with(char::is_whitespace) { text[limit..].find("%%") } else { None };
            if let Some(length) = behind {
                found.remarks.push(Remark::Unclosed(start..at));
                at = limit + length + 2;
                found.hidden.push(start..at);
            }
            continue;
        };
        at += length + 2;
        if has_mark(&text[start..at]) {
            found.marked.push(start..at);
        }
        found.hidden.push(start..at);
    }
}

/// How far the current line has been read, and whether a letter was found. A line may contain any
/// number of places to check, so it is read only once.
#[derive(Default)]
struct Line {
    read_to: usize,
    has_letter: bool,
}

impl Line {
    /// Returns whether a letter precedes `at` on its line. Calls must be in ascending order of
    /// `at`.
    fn has_letter_before(&mut self, at: usize, text: &str) -> bool {
        let new = &text[self.read_to..at];
        let (new, begins_anew) = new.rfind('\n').map_or((new, false), |end| (&new[end + 1..], true));
        self.has_letter = (self.has_letter && !begins_anew) || new.contains(char::is_alphabetic);
        self.read_to = at;
        self.has_letter
    }
}

fn has_mark(comment: &str) -> bool {
    let is_mark = |hit: word::Hit| {
        hit.sign != Sign::None && (comment.contains(":::") || word::braces_around(comment, hit.range.start).is_some())
    };
    word::hits(comment).into_iter().any(is_mark)
}
