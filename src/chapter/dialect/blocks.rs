//! Recognizes the lines that open and close blocks of other generators: callouts, tabs and
//! wrappers.
//!
//! Input: one line without its indentation. Output: an [`Opening`], or the number of colons of a
//! closing line. Never takes a line that might be the mark of an audience.

use std::ops::Range;

pub use super::names::is_callout;

use super::Reading;
use super::tags::{Argument, Tag, arguments};
use crate::declare::dialect::Dialect;

/// A block of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The offset in the view of the line that begins the quotation.
    pub line: usize,
    /// The offset in the view of the quotation's `>`.
    pub sign: usize,
    /// The offset in the view where the quotation ends.
    pub end: usize,
    /// The range in the body, with the lines that open and close it.
    pub whole: Range<usize>,
    /// The range in the body between these lines.
    pub inner: Range<usize>,
    /// How the block is shown.
    pub look: Look,
    /// The name of a callout in lower case.
    pub name: String,
    /// Whether the first paragraph of the quotation is the block's title.
    pub is_titled: bool,
    /// Whether readers can fold the block, and whether it is open at first.
    pub fold: Option<bool>,
    /// How the lines of the block are recognized.
    pub form: Form,
}

/// How a block is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As a callout.
    Callout,
    /// As a part with a heading.
    Tab,
    /// As what it contains.
    Nothing,
}

/// How the lines of a block are recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// They follow a line with this number of colons, until a line with as many.
    Colons(usize),
    /// They follow a fence of a directive, until the fence that closes it.
    Fence,
    /// They follow a tag with this name, until the tag that closes it.
    Tag(String),
    /// They are indented at least to this column, counted from 0.
    Indented(usize),
    /// They follow a line of attributes, until an empty line.
    Paragraph,
}

/// A line that opens a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub look: Look,
    pub name: String,
    /// The range of the title in the line.
    pub title: Option<Range<usize>>,
    pub fold: Option<bool>,
    pub form: Form,
}

/// Names of wrappers that aren't shown themselves.
const WRAPPERS: &[&str] =
    &["accordion", "cardgroup", "cards", "code-group", "columns", "grid", "raw", "row", "steps", "tabs", "v-pre"];

/// Attributes that a `:::` line may have.
const KEYS: &[&str] =
    &["title", "icon", "open", "collapse", "appearance", "label", "name", "layout", "layout-ncol", "width", "style"];

/// Returns whether a block of this name isn't shown itself.
pub fn is_wrapper(name: &str) -> bool {
    WRAPPERS.contains(&name) || name.starts_with('#')
}

/// Returns the number of colons of a line that consists only of three or more.
pub fn closing_colons(line: &str) -> Option<usize> {
    let line = line.trim();
    (line.len() >= 3 && line.bytes().all(|byte| byte == b':')).then_some(line.len())
}

/// Reads a line that begins with `:::` and a name.
pub fn colons(line: &str, reading: &Reading<'_>) -> Option<Opening> {
    let count = line.bytes().take_while(|byte| *byte == b':').count();
    if count < 3 || !reading.dialects.has(Dialect::Colons) || might_be_mark(line, reading) {
        return None;
    }
    let at = line.len() - line[count..].trim_start().len();
    let rest = line[at..].trim_end();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let opening = |look, name: String, title, fold| Opening { look, name, title, fold, form: Form::Colons(count) };
    // Pandoc and MyST put the name in braces.
    let (name, behind) = if let Some(inner) = rest.strip_prefix('{') {
        let end = inner.find('}')?;
        let name = inner[..end].split_whitespace().next()?;
        let name = name.trim_start_matches('.').trim_start_matches("callout-");
        if !name.chars().all(is_name) && !name.starts_with('#') {
            return None;
        }
        (name, at + if inner[..end].contains('.') { 0 } else { end + 2 })
    } else {
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        (rest[..length].trim_start_matches("callout-"), at + length)
    };
    let name = name.to_lowercase();
    let is_callout = is_callout(&name);
    let is_wrapper = is_wrapper(&name) || rest.starts_with('{');
    if name.is_empty() || (reading.is_strict() && !is_callout && !is_wrapper) {
        return None;
    }
    let (title, fold) = behind_name(line, behind)?;
    let fold = if name == "details" { Some(fold.unwrap_or(false)) } else { fold };
    let look = if is_callout { Look::Callout } else { Look::Nothing };
    if title.is_some() && !is_callout && !reading.config.reads_foreign() {
        return None;
    }
    let title = title.filter(|_| is_callout);
    Some(opening(look, name, title, fold))
}

/// Returns whether a `:::` line contains the word of an audience mark or the name of an audience.
fn might_be_mark(line: &str, reading: &Reading<'_>) -> bool {
    let lower = line.to_lowercase();
    let names = |word: &str| reading.config.audiences.keys().any(|name| name.to_lowercase() == word);
    lower.contains("audience") || lower.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').any(names)
}

/// Reads the title in brackets, in an attribute or as text behind a name, and whether the block is
/// folded. Returns `None` if there is something else.
fn behind_name(line: &str, at: usize) -> Option<(Option<Range<usize>>, Option<bool>)> {
    let line = line.trim_end();
    let mut at = at.min(line.len());
    let mut title = None;
    if line[at..].starts_with('[') {
        let end = at + line[at..].rfind(']')?;
        title = Some(at + 1..end);
        at = end + 1;
    }
    let rest = line[at..].trim_start();
    let start = line.len() - rest.len();
    let mut fold = None;
    if let Some(inner) = rest.strip_prefix('{') {
        let end = inner.find('}')?;
        for Argument { name, value } in arguments(&inner[..end]) {
            let value_at = start + 1 + value.start..start + 1 + value.end;
            match &inner[name] {
                "" => {}
                "title" | "label" => title = title.or(Some(value_at)),
                "collapse" => fold = Some(&inner[value] != "true"),
                "open" => fold = Some(true),
                key if KEYS.contains(&key) => {}
                _ => return None,
            }
        }
        let text = inner[end + 1..].trim();
        if !text.is_empty() {
            return None;
        }
    } else if !rest.is_empty() {
        // Text behind the name that ends in colons would be a block on one line.
        if rest.ends_with(":::") {
            return None;
        }
        title = title.or(Some(start..line.len()));
    }
    Some((title.filter(|title| !line[title.clone()].trim().is_empty()), fold))
}

/// Returns whether text follows the last quotation mark of a line.
fn has_text_behind(line: &str) -> bool {
    line.rfind('"').is_some_and(|at| !line[at + 1..].trim().is_empty())
}

/// Reads `!!! note "Title"`, `??? note` or `=== "Tab"`.
pub fn indented(line: &str, reading: &Reading<'_>) -> Option<Opening> {
    let line = line.trim_end();
    let sign = line.split(' ').next()?;
    let rest = line[sign.len()..].trim_start();
    let at = line.len() - rest.len();
    let quoted = |text: &str| {
        let start = text.find('"')? + 1;
        let end = text.rfind('"').filter(|end| *end >= start)?;
        Some(start..end)
    };
    let is_admonition = matches!(sign, "!!!" | "???" | "???+") && reading.dialects.has(Dialect::Admonitions);
    if is_admonition && rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let title = quoted(rest).map(|title| at + title.start..at + title.end);
        let name = rest.split([' ', '"']).next().unwrap_or_default();
        let words = &rest[name.len()..quoted(rest).map_or(rest.len(), |title| title.start - 1).max(name.len())];
        // Words other than classes behind the name are prose.
        let is_class = |word: &str| word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let is_prose = words.split_whitespace().count() > 3 || !words.split_whitespace().all(is_class);
        let title = match title {
            // The author forgot the quotation marks around the title.
            None if is_prose && is_callout(&name.to_lowercase()) && reading.config.reads_foreign() => {
                Some(at + name.len()..line.len())
            }
            _ if is_prose => return None,
            title => title,
        };
        // In a handbook of ours, nothing that an author wrote disappears: neither words that another
        // generator would take for classes, nor any behind the title.
        let has_more = title.is_none() && !words.trim().is_empty() || has_text_behind(rest);
        if has_more && !reading.config.reads_foreign() {
            return None;
        }
        let fold = match sign {
            "???" => Some(false),
            "???+" => Some(true),
            _ => None,
        };
        let title = title.filter(|title| !title.is_empty());
        return Some(Opening { look: Look::Callout, name: name.to_lowercase(), title, fold, form: Form::Indented(0) });
    }
    let is_tab = matches!(sign, "===" | "===!" | "===+") && reading.dialects.has(Dialect::Tabs);
    if is_tab && rest.starts_with('"') && rest.len() > 2 && !has_text_behind(rest) {
        let title = quoted(rest).map(|title| at + title.start..at + title.end)?;
        return Some(Opening {
            look: Look::Tab,
            name: String::new(),
            title: Some(title),
            fold: None,
            form: Form::Indented(0),
        });
    }
    None
}

/// Reads a tag that opens a block and stands on a line of its own.
pub fn tag(body: &str, tag: &Tag) -> Option<Opening> {
    let name = tag.name.to_lowercase();
    let list = arguments(&body[tag.arguments.clone()]);
    let at = |range: &Range<usize>| tag.arguments.start + range.start..tag.arguments.start + range.end;
    let text = |range: &Range<usize>| &body[at(range)];
    let named = |keys: &[&str]| {
        let values = keys.iter().filter_map(|key| list.iter().find(|one| text(&one.name) == *key));
        values.map(|found| at(&found.value)).find(|range| !body[range.clone()].trim().is_empty())
    };
    let form = Form::Tag(tag.name.clone());
    let opening =
        |look, name: &str, title, fold| Opening { look, name: name.to_owned(), title, fold, form: form.clone() };
    if matches!(name.as_str(), "tab" | "tabitem" | "step" | "accordion" | "accordionitem") {
        let title = named(&["title", "label", "header", "name", "value"]);
        let first = list.first().filter(|first| first.name.is_empty()).map(|first| at(&first.value));
        return title.or(first).map(|title| opening(Look::Tab, "", Some(title), None));
    }
    if matches!(name.as_str(), "details" | "expand") {
        return Some(opening(Look::Callout, "details", named(&["summary", "title", "label"]), Some(false)));
    }
    let style = named(&["style", "type", "variant", "color", "level"]).map(|range| body[range].to_lowercase());
    let is_generic =
        matches!(name.as_str(), "hint" | "alert" | "callout" | "admonition" | "notice" | "aside" | "blocktip");
    let first = list.first().filter(|first| first.name.is_empty()).map(|first| text(&first.value).to_lowercase());
    let kind = style.or(first.filter(|_| is_generic)).filter(|kind| is_callout(kind));
    if is_generic {
        let kind = kind.unwrap_or_else(|| "note".to_owned());
        let kind = if kind == "primary" || kind == "secondary" { "note" } else { &kind };
        let first = list.first().filter(|first| first.name.is_empty()).map(|first| at(&first.value));
        let first = first.filter(|range| !is_callout(&body[range.clone()].to_lowercase()));
        return Some(opening(Look::Callout, kind, named(&["title", "heading"]).or(first), None));
    }
    let is_callout = is_callout(&name) && !matches!(name.as_str(), "check" | "quote" | "cite" | "help");
    is_callout.then(|| opening(Look::Callout, &name, named(&["title", "heading"]), None))
}
