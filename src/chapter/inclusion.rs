//! Inserts files of the content folder, and of the project around it, into a chapter where another
//! generator would.
//!
//! Input: the redacted body of a chapter, and the files that may be inserted. Output: an
//! [`Inserted`], which is the chapter's text with these files in it, and maps back to the chapter's
//! own file. Each file is redacted on its own before it becomes part of a chapter, and the result
//! has to be redacted again. Never reads a file, never inserts one that isn't listed in
//! [`Origin::insertable`](crate::declare::origin::Origin), and never inserts more than a limit.

mod directive;
mod form;
mod others;
mod part;
mod place;

use std::borrow::Cow;
use std::ops::Range;

pub use form::targets;
pub use place::{BEYOND, asks, candidates};

use crate::chapter::redact::{Redacted, Rules, redact};
use crate::declare::config::Config;
use crate::declare::origin::Insertable;
use crate::text::front_matter;
use crate::text::path::SourcePath;
use crate::text::source::{Insertion, Text};
use directive::{Directive, Shape};
use part::Part;

/// The maximum number of files between a chapter and a file that is inserted.
const DEEPEST: usize = 8;

/// The maximum number of bytes and of files that are inserted into one chapter.
pub const LARGEST: usize = 1_000_000;
const MOST: usize = 1000;

/// A chapter's text with the files that it inserts.
#[derive(Debug)]
pub struct Inserted {
    /// The text. Whatever was inserted maps to the place that asks for it.
    pub text: Text<'static>,
    /// The places in the original body that ask for a file that isn't in the content folder, with the file.
    pub missing: Vec<(Range<usize>, String)>,
    /// The places in the original body whose file isn't inserted, with the file and the reason.
    pub refused: Vec<(Range<usize>, String, Why)>,
}

/// The reason why a file isn't inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No such file is in the content folder.
    Missing,
    /// The file may not be meant for everyone.
    Withheld,
    /// The file contains a mark of an audience that isn't understood.
    Marked,
    /// The file hides what follows it from some readers, and nothing says where that ends.
    Open,
    /// The file isn't UTF-8.
    NotText,
    /// The file doesn't have the lines or the part.
    NoPart,
    /// The file inserts itself.
    Cycle,
    /// The limits are exceeded.
    TooLarge,
    /// The file would end the code block that it is part of.
    EndsCode,
}

impl Why {
    /// Returns the message and the way out.
    #[must_use]
    pub fn words(self, file: &str) -> (String, &'static str) {
        match self {
            Self::Missing | Self::Withheld => (
                format!("`{file}` is not meant for all readers, so it is not inserted"),
                "insert a file that every reader may see, and that is no draft",
            ),
            Self::Marked => (
                format!("`{file}` contains a mark of an audience that is not understood, so it is not inserted"),
                "correct the mark in that file",
            ),
            Self::Open => (
                format!(
                    "`{file}` hides what follows it from some readers, so neither it nor the rest of this chapter is shown"
                ),
                "close the block in that file, or move its last section for an audience into the chapter",
            ),
            Self::NotText => (format!("`{file}` is not UTF-8, so it is not inserted"), "save the file as UTF-8"),
            Self::NoPart => {
                (format!("`{file}` has no such part, so nothing is inserted"), "name lines or a part that the file has")
            }
            Self::Cycle => (format!("`{file}` inserts itself, so it is not inserted again"), "take out one of the two"),
            Self::TooLarge => (
                format!("`{file}` is not inserted, because this chapter inserts too much"),
                "insert at most 1 MB, 1,000 files, and files through at most 8 others",
            ),
            Self::EndsCode => (
                format!("`{file}` would end the code block around it, so it is not inserted"),
                "use a longer fence around it",
            ),
        }
    }
}

/// Inserts the files that a redacted `body` asks for, which begins at `start` in `text`. Returns
/// `None` if it asks for none.
pub fn insert(body: &str, (text, start): (&Text<'_>, usize), path: &SourcePath, rules: Rules<'_>) -> Option<Inserted> {
    let directives = form::directives(body, &rules.reading);
    if directives.is_empty() {
        return None;
    }
    let mut inserter = Inserter { rules, left: LARGEST, files: 0 };
    let mut out = text.text[..start].to_owned();
    let mut found = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    for directive in &directives {
        let range = directive.range.clone();
        out.push_str(&body[at..range.start]);
        let (replaced, words) = match inserter.content(directive, body, &[path]) {
            Ok(words) => (range.clone(), words),
            Err(Why::Missing) if form::is_example(directive, &rules.reading) => {
                out.push_str(&body[range.clone()]);
                at = range.end;
                continue;
            }
            Err(why) => {
                match why {
                    Why::Missing => found.1.push(missing(directive, body, (path, rules.config))),
                    why => found.2.push((range.clone(), directive.file(), why)),
                }
                // A mark in the file may have been meant for what follows, too.
                let hides_rest = matches!(why, Why::Marked | Why::Open) && !directive.is_code();
                let replaced = directive.with_line(body);
                (if hides_rest { replaced.start..body.len() } else { replaced }, String::new())
            }
        };
        let replaced = start + replaced.start..start + replaced.end;
        found.0.push(Insertion { at: out.len(), length: words.len(), replaced: replaced.clone() });
        out.push_str(&words);
        at = replaced.end - start;
        if at == body.len() {
            break;
        }
    }
    out.push_str(&body[at..]);
    let (insertions, missing, refused) = found;
    Some(Inserted { text: text.with(out, insertions), missing, refused })
}

/// Returns the first file of a directive that is missing, and where it is named.
fn missing(directive: &Directive, body: &str, (from, config): (&SourcePath, &Config)) -> (Range<usize>, String) {
    let has = |path: &SourcePath| config.origin.insertable.contains_key(path);
    let is_missing = |target: &str| !candidates(target, from, config).iter().any(has);
    let files = || directive.asks.iter().map(|(file, _)| file);
    let file = files().find(|file| is_missing(file)).or_else(|| files().next()).cloned().unwrap_or_default();
    let range = directive.range.clone();
    let named = body[range.clone()].find(&file).filter(|_| directive.asks.len() > 1);
    let start = range.start + named.unwrap_or(0);
    let range = if named.is_some() { start..start + file.len() } else { range };
    (range, file)
}

/// Stands for a line of which nothing is shown, so that the lines keep their numbers.
const GAP: char = '\0';

/// Returns a redacted text without the spaces that stand for what is hidden. In code, they would show
/// how much it is. Lines keep their numbers.
fn without_gaps<'t>(whole: &'t str, redacted: &Redacted<'t>) -> Cow<'t, str> {
    if redacted.text == whole {
        return Cow::Borrowed(whole);
    }
    let mut out = Vec::with_capacity(whole.len());
    let mut hidden = redacted.hidden.iter().peekable();
    let (mut line, mut is_cut) = (0, false);
    for (at, (byte, before)) in redacted.text.bytes().zip(whole.bytes()).enumerate() {
        while hidden.next_if(|range| range.end <= at).is_some() {}
        let is_hidden = byte != before || hidden.peek().is_some_and(|range| range.start <= at);
        is_cut |= is_hidden;
        if byte != b'\n' {
            out.extend((!is_hidden).then_some(byte));
            continue;
        }
        if is_cut && out[line..].trim_ascii().is_empty() {
            out.truncate(line);
            out.push(GAP as u8);
        }
        out.push(byte);
        (line, is_cut) = (out.len(), false);
    }
    // Ranges begin and end at character boundaries; if one doesn't, the lossy conversion does no harm.
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

struct Inserter<'r> {
    rules: Rules<'r>,
    /// The number of bytes that may still be inserted.
    left: usize,
    /// The number of files so far.
    files: usize,
}

impl Inserter<'_> {
    /// Returns the text to insert in place of a directive in `body`. `open` are the files that are being
    /// inserted, the chapter first.
    fn content(&mut self, directive: &Directive, body: &str, open: &[&SourcePath]) -> Result<String, Why> {
        let Some(from) = open.last() else { return Err(Why::Missing) };
        if let Shape::Literal(words) = &directive.shape {
            return Ok(words.clone());
        }
        let mut parts = Vec::new();
        let mut length = 0;
        for (target, part) in &directive.asks {
            let part = self.file((target, part), directive, (from, open))?;
            length += part.len();
            if length > self.left {
                return Err(Why::TooLarge);
            }
            parts.push(part);
        }
        let words = directive.written(&parts.join("\n"), body, self.left)?;
        self.left = self.left.checked_sub(words.len()).ok_or(Why::TooLarge)?;
        Ok(words)
    }

    fn file(
        &mut self,
        (target, part): (&str, &Part),
        directive: &Directive,
        (from, open): (&SourcePath, &[&SourcePath]),
    ) -> Result<String, Why> {
        let config = self.rules.config;
        let list = candidates(target, from, config);
        let known = list.iter().find_map(|path| config.origin.insertable.get_key_value(path));
        let (path, found) = known.ok_or(Why::Missing)?;
        let Insertable::File(file) = found else { return Err(Why::Withheld) };
        if open.contains(&path) {
            return Err(Why::Cycle);
        }
        self.files += 1;
        if open.len() > DEEPEST || self.files > MOST || file.bytes.len() > LARGEST {
            return Err(Why::TooLarge);
        }
        let text = Text::new(&file.bytes).map_err(|_| Why::NotText)?;
        let start = if path.is_chapter() { front_matter::split(&text.text).body() } else { 0 };
        let whole = &text.text[start..];
        let redacted = redact(whole, self.rules);
        if !redacted.remarks.is_empty() {
            return Err(Why::Marked);
        }
        if !directive.is_code() && !redacted.hidden.is_empty() && self.hides_what_follows(whole, part) {
            return Err(Why::Open);
        }
        let shown = without_gaps(whole, &redacted);
        let chosen = part::of(&shown, part)?.replace(&format!("{GAP}\n"), "");
        let inner: Vec<&SourcePath> = open.iter().copied().chain([path]).collect();
        self.nested(chosen.trim_end_matches(GAP), directive.is_code(), &inner)
    }

    /// Returns whether a part of a file would hide text that comes after it.
    fn hides_what_follows(&self, whole: &str, part: &Part) -> bool {
        let Ok(chosen) = part::of(whole, part) else { return false };
        let text = format!("{}\n\nx", chosen.trim_end());
        let redacted = redact(&text, self.rules);
        !redacted.remarks.is_empty() || !redacted.text.ends_with('x')
    }

    /// Inserts the files that an inserted text asks for.
    fn nested(&mut self, text: &str, is_code: bool, open: &[&SourcePath]) -> Result<String, Why> {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for mut directive in form::directives(text, &self.rules.reading) {
            directive.in_code |= is_code;
            let range = directive.range.clone();
            out.push_str(&text[at..range.start]);
            at = range.end;
            match self.content(&directive, text, open) {
                Ok(words) => out.push_str(&words),
                Err(Why::Missing) if form::is_example(&directive, &self.rules.reading) => out.push_str(&text[range]),
                Err(Why::Missing) => {}
                Err(why) => return Err(why),
            }
        }
        out.push_str(&text[at..]);
        out.truncate(out.trim_end_matches('\n').len());
        Ok(out)
    }
}
