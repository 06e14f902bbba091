//! Rewrites one reference and keeps its form.
//!
//! Input: the reference, the bytes that it was read from, and its new target. Output: an edit of
//! only the part of the reference that names the target. Never changes the text of a link, a title,
//! a fragment or a quote.

use std::ops::Range;

use pulldown_cmark::Parser;

use crate::chapter::document::{Form, Reference};
use crate::chapter::markdown::options;
use crate::chapter::reference::{Destination, destination};
use crate::declare::config::Config;
use crate::text::front_matter::split;
use crate::text::markup;
use crate::text::path::{SourcePath, UrlPath, decode_percent, join};
use crate::text::quote;
use crate::text::source::Text;

use super::{Edit, Move};

/// The new target of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The name of a chapter: an ID or a path.
    Name(String),
    /// A file, relative to the chapter at `from`.
    File { from: SourcePath, to: File },
}

/// A file that a relative link refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// A chapter, which may be named without its extension.
    Chapter(SourcePath),
    /// A directory or a download.
    Other(String),
}

/// Returns the edit that gives the reference at `span` its new target, or `None` if its source
/// can't be parsed.
pub fn edit(reference: &Reference, bytes: &[u8], span: Range<usize>, wanted: &Wanted, config: &Config) -> Option<Edit> {
    let slice = std::str::from_utf8(bytes.get(span.clone())?).ok()?;
    match wanted {
        Wanted::Name(name) => {
            let is_fact = || Text::new(bytes).is_ok_and(|text| span.start < text.to_file(split(&text.text).body()));
            let (range, text) = named(slice, &reference.target, name, &is_fact)?;
            Some(Edit { start: span.start + range.start, end: span.start + range.end, text })
        }
        Wanted::File { from, to } => {
            let found = in_link(slice, reference, config).or_else(|| in_tag(slice, reference, config));
            let range = match found {
                Some(range) => span.start + range.start..span.start + range.end,
                None => in_definition(bytes, reference, config)?,
            };
            let raw = std::str::from_utf8(&bytes[range.clone()]).ok()?;
            let is_bracketed = range.start > 0 && bytes[range.start - 1] == b'<';
            Some(Edit { start: range.start, end: range.end, text: link(raw, from, to, is_bracketed) })
        }
    }
}

/// Finds the name in `[[name#x|text]]`, in a field, or in a list of parties.
///
/// Adds quotes only in front matter, because in a list of parties they would be part of the name.
fn named(slice: &str, target: &str, name: &str, is_fact: &dyn Fn() -> bool) -> Option<(Range<usize>, String)> {
    if let Some(open) = slice.find("[[").filter(|at| *at <= 1) {
        let start = open + 2;
        let start = start + slice[start..].len() - slice[start..].trim_start().len();
        return slice[start..].starts_with(target).then(|| (start..start + target.len(), name.to_owned()));
    }
    let start = slice.len() - slice.trim_start_matches(['"', '\'']).len();
    if !slice[start..].starts_with(target) {
        return None;
    }
    if start > 0 || quote::yaml(name) == name || !is_fact() {
        return Some((start..start + target.len(), name.to_owned()));
    }
    let whole = format!("{name}{}", &slice[target.len()..]);
    Some((0..slice.len(), quote::quoted(&whole)))
}

/// Finds the path in `[text](path#x "title")`: the last destination that matches the reference.
fn in_link(slice: &str, reference: &Reference, config: &Config) -> Option<Range<usize>> {
    slice.rmatch_indices("](").find_map(|(at, _)| path_in(slice, at + 2, reference, config))
}

/// Finds the path in the destination that begins at `open`.
fn path_in(text: &str, open: usize, reference: &Reference, config: &Config) -> Option<Range<usize>> {
    let start = open + text[open..].len() - text[open..].trim_start().len();
    let (start, end) = if text[start..].starts_with('<') {
        (start + 1, start + text[start..].find('>')?)
    } else {
        (start, start + bare_length(&text[start..]))
    };
    let raw = &text[start..end];
    let path = start..start + raw.find(['?', '#']).unwrap_or(raw.len());
    means(raw, reference, config).then_some(path)
}

/// Returns the length of a destination without angle brackets, which ends at a space or an
/// unmatched closing parenthesis.
fn bare_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c.is_whitespace() => return at,
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns whether the reference was read from this raw destination.
fn means(raw: &str, reference: &Reference, config: &Config) -> bool {
    let mut plain = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let escapes = c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        plain.extend(if escapes { chars.next() } else { Some(c) });
    }
    destination(&plain.replace("&amp;", "&"), reference.form, config.security.html)
        == Destination::Inside(reference.clone())
}

/// Finds the path in the `href`, `src` or `poster` attribute of a tag.
fn in_tag(slice: &str, reference: &Reference, config: &Config) -> Option<Range<usize>> {
    let tag = slice.starts_with('<').then(|| markup::start_tags(slice).into_iter().next()).flatten()?;
    let names: &[&str] = if reference.form == Form::Relative { &["href"] } else { &["src", "poster"] };
    names.iter().filter_map(|name| tag.get(name)).find_map(|attribute| {
        let whole = &slice[attribute.range.clone()];
        let value = whole.find('=')? + 1;
        let value =
            value + whole[value..].len() - whole[value..].trim_start_matches([' ', '\n', '\t', '"', '\'']).len();
        let raw = whole[value..].trim_end_matches(['"', '\'']);
        let start = attribute.range.start + value;
        means(raw, reference, config).then(|| start..start + raw.find(['?', '#']).unwrap_or(raw.len()))
    })
}

/// Finds the path in `[label]: path "title"`.
fn in_definition(bytes: &[u8], reference: &Reference, config: &Config) -> Option<Range<usize>> {
    let text = Text::new(bytes).ok()?;
    let body = split(&text.text).body();
    let parser = Parser::new_ext(&text.text[body..], options(false));
    let mut spans: Vec<Range<usize>> =
        parser.reference_definitions().iter().map(|(_, found)| found.span.clone()).collect();
    spans.sort_by_key(|span| span.start);
    spans.into_iter().find_map(|span| {
        let slice = &text.text[body + span.start..body + span.end];
        let found = path_in(slice, slice.find("]:")? + 2, reference, config)?;
        let start = body + span.start;
        Some(text.span(start + found.start, start + found.end).range())
    })
}

/// Formats a link in the style of the one that it replaces: absolute or relative, with or without
/// extension, with or without a trailing slash.
fn link(raw: &str, from: &SourcePath, to: &File, is_bracketed: bool) -> String {
    let folder = |path: &str| if path.is_empty() { String::new() } else { format!("{}/", path.trim_end_matches('/')) };
    let lower = raw.to_ascii_lowercase();
    let target = match to {
        File::Other(path) => path.clone(),
        File::Chapter(path) if SourcePath::new(lower.as_str()).is_chapter() => path.as_str().to_owned(),
        File::Chapter(path) if lower.ends_with(".html") && path.is_index() => {
            format!("{}index.html", folder(path.folder()))
        }
        File::Chapter(path) if lower.ends_with(".html") => format!("{}.html", path.without_extension()),
        File::Chapter(path) if path.is_index() || raw.ends_with('/') => folder(path.without_extension()),
        File::Chapter(path) => path.without_extension().to_owned(),
    };
    let target = UrlPath::new(target);
    let mut written = if raw.starts_with('/') {
        format!("/{}", target.encoded())
    } else {
        UrlPath::new(from.as_str()).link_to(&target)
    };
    if raw.starts_with("./") && !written.starts_with('.') {
        written.insert_str(0, "./");
    }
    if !raw.ends_with('/') && written.ends_with('/') && written.len() > 2 && !written.ends_with("../") {
        written.pop();
    }
    // If the old link had unencoded letters of other alphabets, or unencoded spaces in angle
    // brackets, keep them unencoded.
    let is_simple =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '~') || (is_bracketed && c == ' ');
    match decode_percent(&written).filter(|plain| !raw.contains('%') && plain.chars().all(is_simple)) {
        Some(plain) => plain,
        None => written.replace('(', "%28").replace(')', "%29"),
    }
}

/// Returns the edits of `SUMMARY.md`, whose links are relative to the root and refer only to
/// chapters.
pub fn summary(bytes: &[u8], moves: &[Move], config: &Config) -> Vec<Edit> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let mut edits = Vec::new();
    for (at, _) in text.match_indices("](") {
        let open = at + 2;
        let is_bracketed = text[open..].starts_with('<');
        let start = open + usize::from(is_bracketed);
        let Some(end) = text[start..].find([')', '>', '\n']).map(|n| start + n) else { continue };
        let raw = text[start..end].split('#').next().unwrap_or_default().trim_end();
        let Destination::Inside(reference) = destination(raw, Form::Relative, config.security.html) else { continue };
        let Some(path) = join("", &reference.target) else { continue };
        let is_it = |moved: &&Move| moved.from.as_str() == path || moved.from.without_extension() == path;
        let Some(moved) = moves.iter().find(is_it) else { continue };
        let text = link(raw, &SourcePath::new("SUMMARY.md"), &File::Chapter(moved.to.clone()), is_bracketed);
        edits.push(Edit { start, end: start + raw.len(), text });
    }
    edits
}
