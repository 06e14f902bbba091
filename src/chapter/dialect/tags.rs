//! Finds the tags and expressions of template languages in a chapter: Liquid, shortcodes and JSX.
//!
//! Input: a body and the dialects. Output: [`Tag`]s outside of code, in order, and where the fenced
//! code is. Never decides what becomes of a tag.

mod comments;
mod directives;
mod modules;

use std::ops::Range;

pub use self::comments::is_comment;
use self::directives::{Directives, Meaning};
pub use self::modules::imports_modules;
use super::code;
use super::code::Fence;
use super::foreign::Foreign;
use super::icon;
use crate::declare::dialect::{Dialect, Dialects};
use crate::text::attribute::is_of_label;

/// A tag or an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The range in the body.
    pub range: Range<usize>,
    /// The kind of the syntax.
    pub kind: Foreign,
    /// The first word.
    pub name: String,
    /// Whether the tag closes a block, as `{% endif %}` does.
    pub is_closing: bool,
    /// Whether the tag has no text, as `<Tag />` does.
    pub is_empty: bool,
    /// The range of what follows the first word.
    pub arguments: Range<usize>,
}

/// What was found in a body.
#[derive(Debug, Default)]
pub struct Found {
    /// The tags in order.
    pub tags: Vec<Tag>,
    /// The fenced code, with its fences, in order.
    pub code: Vec<Range<usize>>,
    /// The code in tabs without fences, in order, each with its language. It is among `code`, too.
    pub tabs: Vec<(Range<usize>, Range<usize>)>,
    /// The lines that end a directive whose text is Markdown, in order.
    pub closings: Vec<usize>,
}

/// An argument of a tag, with ranges in the text of the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name, empty if there is only a value.
    pub name: Range<usize>,
    /// The value without its quotes.
    pub value: Range<usize>,
}

/// How many tags before a closing tag are searched for the one that it closes.
const MOST_BACK: usize = 16;

/// The maximum length of a tag in bytes.
const LONGEST: usize = 2000;

/// The maximum length of a component, whose arguments may be lists, and of all that are longer than
/// other tags together.
const LONGEST_COMPONENT: usize = 50_000;
const ALL_COMPONENTS: usize = 1_000_000;

/// Finds the tags in `body`.
pub fn find(body: &str, dialects: Dialects) -> Found {
    let found = Found::default();
    let mut finder = Finder {
        body,
        dialects,
        found,
        raw: false,
        pre: false,
        line: 0,
        may_comment: true,
        comment_ends: [Some(0); 3],
        may_hide: true,
        left: ALL_COMPONENTS,
    };
    let mut fence: Option<Fence> = None;
    let (mut tagged, mut may_close): (Option<usize>, bool) = (None, true);
    let mut pane = code::Pane::Text;
    let mut directives = Directives::default();
    let mut start = 0;
    let mut skip_to = 0;
    for line in body.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let trimmed = line.trim();
        if let Some(from) = tagged {
            if code::ends_code(trimmed) {
                finder.found.code.push(from..range.end);
                tagged = None;
            }
            continue;
        }
        if let Some(open) = &fence {
            // Code in a quotation ends with it.
            if !open.is_quoted || trimmed.starts_with('>') {
                if open.is_closed_by(trimmed) {
                    finder.found.code.push(open.from..range.end);
                    fence = None;
                } else {
                    finder.in_code(&range);
                }
                continue;
            }
            finder.found.code.push(open.from..range.start);
            fence = None;
        }
        if range.end <= skip_to {
            continue;
        }
        let has_code = dialects.has(Dialect::Liquid) || dialects.has(Dialect::Shortcodes);
        if has_code && range.start >= skip_to && code::begins_code(trimmed).is_some() {
            // If one isn't closed, the others aren't searched for.
            may_close = may_close && body[range.end..].lines().any(code::ends_code);
            if may_close {
                tagged = Some(range.start);
                continue;
            }
        }
        if dialects.has(Dialect::Shortcodes) && trimmed.starts_with("{{") {
            pane = code::pane(trimmed, &range, body).unwrap_or(pane);
            if let Some((code, language)) = code::tab(body, &range, &pane) {
                finder.line(range.clone());
                skip_to = code.end;
                finder.found.code.push(code.clone());
                finder.found.tabs.push((code, language));
                continue;
            }
        }
        if let Some((sign, length)) =
            code::opens_fence(trimmed.trim_start_matches(['-', '*', '+', '>', ' '])).filter(|_| range.start >= skip_to)
        {
            let open = Fence { sign, length, from: range.start, is_quoted: trimmed.starts_with('>') };
            let meaning = if dialects.has(Dialect::Directives) {
                directives.pass(open, trimmed, &body[range.end..])
            } else {
                Meaning::Code(open)
            };
            match meaning {
                Meaning::Opens => {}
                Meaning::Closes => finder.found.closings.push(range.start),
                Meaning::Code(open) => fence = Some(open),
            }
            continue;
        }
        if let Some(end) = finder.hidden_block(&range).filter(|_| range.start >= skip_to) {
            finder.push(silent(range.end - line.trim_start().len()..end));
            skip_to = end;
            continue;
        }
        if let Some(name) = trimmed.strip_prefix(":::").filter(|_| dialects.has(Dialect::Colons)) {
            finder.pre = name.trim_start_matches(':').trim() == "v-pre";
        }
        skip_to = finder.line(range.start.max(skip_to)..range.end);
    }
    if let Some(open) = fence {
        finder.found.code.push(open.from..body.len());
    }
    finder.found
}

struct Finder<'a> {
    body: &'a str,
    dialects: Dialects,
    found: Found,
    /// Whether the text is between `{% raw %}` and `{% endraw %}`.
    raw: bool,
    /// Whether the text is in a block `::: v-pre`.
    pre: bool,
    /// Where the current line starts, or where the tag before it ends.
    line: usize,
    /// Whether the tag that ends a comment may be in the rest of the body.
    may_comment: bool,
    /// Where the next signs are that end comments of each form, or `None` if there are no more.
    comment_ends: [Option<usize>; 3],
    /// Whether each block that isn't shown was closed so far. If not, the others aren't searched for.
    may_hide: bool,
    /// The number of bytes that may still be searched for the ends of long components.
    left: usize,
}

impl Finder<'_> {
    /// Finds the tags that begin on a line, and returns where the last one ends, which may be on
    /// another line.
    fn line(&mut self, range: Range<usize>) -> usize {
        let mut at = range.start;
        self.line = at;
        if self.dialects.has(Dialect::Jsx)
            && let Some(end) = self.module(range.start)
        {
            return end;
        }
        if self.dialects.has(Dialect::Roles)
            && let Some(comment) = self.comment_line(&range)
        {
            self.push(silent(comment));
            return range.end;
        }
        while at < range.end {
            let Some(next) = self.body[at..range.end].find(['{', '<', '`', '\\', ':']) else { break };
            at += next;
            match self.body.as_bytes()[at] {
                b'`' => at = self.behind_code(at),
                b'\\' => at += 1 + self.body[at + 1..].chars().next().map_or(0, char::len_utf8),
                _ => match self.comment(at).or_else(|| self.tag(at)).or_else(|| self.long_component(at)) {
                    Some(tag) => {
                        self.push(tag);
                        at = self.found.tags.last().map_or(at + 1, |tag| tag.range.end.max(at + 1));
                    }
                    None if self.body[at..].starts_with("<!--") => {
                        at = self.body[at..].find("-->").map_or(self.body.len(), |length| at + length + 3);
                    }
                    None => at += 1,
                },
            }
        }
        at
    }

    fn push(&mut self, tag: Tag) {
        if self.pre {
            return;
        }
        if tag.kind == Foreign::LiquidTag && matches!(tag.name.as_str(), "raw" | "verbatim") {
            self.raw = !tag.is_closing;
            self.found.tags.push(Tag { kind: Foreign::Silent, ..tag });
            return;
        } else if self.raw {
            return;
        }
        let tag = if tag.name == "comment" { self.with_comment(tag) } else { tag };
        self.found.tags.push(tag);
    }

    /// Finds the tags that a generator would take out of code, too.
    fn in_code(&mut self, range: &Range<usize>) {
        let line = &self.body[range.clone()];
        if !self.dialects.has(Dialect::Liquid) || !line.contains("raw") {
            return;
        }
        for (at, _) in line.match_indices("{%") {
            let tag = self.tag(range.start + at).filter(|tag| tag.name == "raw");
            self.found.tags.extend(tag);
        }
    }

    /// Returns the offset behind the code span that begins at `at`, or behind its backticks if
    /// nothing closes it in the paragraph.
    fn behind_code(&self, at: usize) -> usize {
        let rest = &self.body[at..];
        let length = rest.bytes().take_while(|byte| *byte == b'`').count();
        let paragraph = rest.find("\n\n").unwrap_or(rest.len());
        let mut from = length;
        while let Some(next) = rest[from..paragraph].find('`') {
            let run = rest[from + next..].bytes().take_while(|byte| *byte == b'`').count();
            if run == length {
                return at + from + next + run;
            }
            from += next + run;
        }
        at + length
    }

    /// Reads a component that is longer than other tags.
    fn long_component(&mut self, at: usize) -> Option<Tag> {
        let is_component = self.body[at..].starts_with('<') && self.dialects.has(Dialect::Jsx);
        if !is_component || !self.body[at + 1..].starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let length = floor(&self.body[at..], LONGEST_COMPONENT);
        self.left = self.left.checked_sub(length)?;
        component(at, &self.body[at..at + length])
    }

    /// Reads the tag or expression that begins at `at`.
    fn tag(&self, at: usize) -> Option<Tag> {
        let rest = &self.body[at..];
        let rest = &rest[..floor(rest, LONGEST)];
        let has = |dialect| self.dialects.has(dialect);
        if rest.starts_with("{%") {
            let tag = delimited(at, rest, ("{%", "%}"), Foreign::LiquidTag);
            let of_book = |tag: &Tag| matches!(tag.name.as_str(), "hint" | "tabs" | "tab");
            return tag.filter(|tag| has(Dialect::Liquid) || (has(Dialect::Hints) && of_book(tag)));
        }
        if rest.starts_with("{{<") || rest.starts_with("{{%") {
            let close = if rest.starts_with("{{<") { ">}}" } else { "%}}" };
            let tag = delimited(at, rest, (&rest[..3], close), Foreign::Shortcode);
            return tag.filter(|_| has(Dialect::Shortcodes));
        }
        if rest.starts_with("<%") && has(Dialect::Liquid) {
            let end = rest[..rest.find("\n\n").unwrap_or(rest.len())].find("%>")?;
            return Some(Tag { kind: Foreign::Template, ..silent(at..at + end + 2) });
        }
        if rest.starts_with(':') {
            return self.icon(at, rest).map(|length| Tag { kind: Foreign::Icon, ..silent(at..at + length) });
        }
        if has(Dialect::Roles)
            && let Some(tag) = role(at, rest)
        {
            return Some(tag);
        }
        if has(Dialect::Attributes)
            && let Some(tag) = self.span_attributes(at, rest)
        {
            return Some(tag);
        }
        if let Some(inner) = rest.strip_prefix("{{") {
            let of_site = has(Dialect::Liquid) && inner.trim_start_matches([' ', '-']).starts_with("site.");
            // `{{call:argument}}` can't be a word to fill in.
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let name = inner.len() - inner.trim_start_matches(is_word).len();
            let is_call = self.dialects.contains(Dialects::PLAIN)
                && name > 0
                && inner[name..].starts_with(':')
                && inner[name + 1..].starts_with(is_word);
            return (has(Dialect::Expressions) || of_site || is_call)
                .then(|| delimited(at, rest, ("{{", "}}"), Foreign::Expression))
                .flatten()
                .filter(|tag| !is_view(&tag.name, &self.body[tag.arguments.clone()]));
        }
        if has(Dialect::Components) && rest.starts_with('<') {
            return component(at, rest);
        }
        if has(Dialect::Jsx) {
            return if rest.starts_with('<') { component(at, rest) } else { self.braces(at, rest) };
        }
        // HTML has no such attribute.
        let is_component = rest.starts_with('<') && self.dialects.contains(Dialects::PLAIN);
        is_component.then(|| component(at, rest)).flatten().filter(|tag| {
            let text = &self.body[tag.range.clone()];
            text.contains("={") || (tag.is_closing && self.has_component(&tag.name))
        })
    }

    /// Returns the length of the shortcode that begins at `at`, if it stands for a picture.
    fn icon(&self, at: usize, rest: &str) -> Option<usize> {
        let has = |dialect| self.dialects.has(dialect);
        let of_github = || has(Dialect::Emoji).then(|| icon::of_github(rest)).flatten();
        let of_material = || (has(Dialect::Tabs) && has(Dialect::Emoji)).then(|| icon::of_material(rest)).flatten();
        if has(Dialect::Hints) && self.body[..at].ends_with('>') {
            return icon::of_gitbook(rest);
        }
        of_github().or_else(of_material)
    }

    /// Returns whether one of the last tags is a component of this name.
    fn has_component(&self, name: &str) -> bool {
        let mut last = self.found.tags.iter().rev().take(MOST_BACK);
        last.any(|tag| tag.kind == Foreign::Component && tag.name == name)
    }

    /// Reads kramdown's attributes behind a link, an image, emphasis or a word.
    fn span_attributes(&self, at: usize, rest: &str) -> Option<Tag> {
        let end = rest.find('}').filter(|end| rest.starts_with('{') && !rest[..*end].contains('\n'))?;
        let before = self.body[..at].chars().next_back()?;
        let is_heading = self.body[self.line.min(at)..].trim_start().starts_with('#');
        let has_colon = rest.starts_with("{:");
        let start = at + 1 + usize::from(has_colon);
        let inner = rest[1 + usize::from(has_colon)..end].trim();
        let is_list = inner.starts_with(['.', '#']) || inner.contains('=');
        let is_close =
            matches!(before, ')' | ']' | '*' | '_' | '`' | '>' | ':') || (has_colon && !before.is_whitespace());
        if is_heading || !is_list || !is_close || inner.to_lowercase().contains("audience") || inner.contains('{') {
            return None;
        }
        let id = inner.split_whitespace().find_map(|word| word.strip_prefix('#'));
        let id = id.filter(|id| !id.is_empty() && id.chars().all(is_of_label));
        let tag = silent(at..at + end + 1);
        let Some(id) = id else { return Some(tag) };
        let from = start + self.body[start..at + end].find(id)?;
        Some(Tag { name: "id".to_owned(), arguments: from..from + id.len(), ..tag })
    }

    /// Reads an expression in braces, as MDX has it. In a tag, the attribute that it is the value of
    /// belongs to it.
    fn braces(&self, at: usize, rest: &str) -> Option<Tag> {
        let tag = braces(at, rest)?;
        if !self.body[..at].ends_with('=') {
            return Some(tag);
        }
        let name = &self.body[..at - 1];
        let start = name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-').len();
        Some(Tag { range: start..tag.range.end, name: name[start..].to_owned(), ..tag })
    }
}

/// Reads a tag between two signs.
fn delimited(at: usize, rest: &str, (open, close): (&str, &str), kind: Foreign) -> Option<Tag> {
    // A blank line ends what would be a tag.
    let rest = &rest[..rest.find("\n\n").unwrap_or(rest.len())];
    let length = rest.find(close).filter(|length| *length >= open.len())?;
    let inner = &rest[open.len()..length];
    let text = inner.trim_matches(|c: char| c.is_whitespace() || c == '-');
    let is_slash = text.starts_with('/');
    let text = text.trim_start_matches('/').trim_start();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = &text[..text.find(|c| !is_name(c)).unwrap_or(text.len())];
    if kind != Foreign::Expression && name.is_empty() && !text.is_empty() && !text.starts_with(['#', '*']) {
        return None;
    }
    let is_end = kind == Foreign::LiquidTag && name.starts_with("end") && name.len() > 3;
    let start = at + open.len() + inner.find(text).unwrap_or(0) + name.len();
    let arguments = start..(at + length).max(start);
    let is_base = matches!(name, "site.baseurl" | "site.url" | "baseurl" | "base_path" | "base_url")
        && !rest[length + close.len()..].starts_with([')', '"', '\'']);
    Some(Tag {
        range: at..at + length + close.len(),
        kind: if is_base && kind == Foreign::Expression { Foreign::Silent } else { kind },
        name: if is_end { &name[3..] } else { name }.to_owned(),
        is_closing: is_slash || is_end,
        is_empty: inner.trim_end().ends_with('/'),
        arguments,
    })
}

/// Reads the tag of a component, whose name begins with an upper-case letter.
fn component(at: usize, rest: &str) -> Option<Tag> {
    let is_closing = rest.starts_with("</");
    let start = 1 + usize::from(is_closing);
    if rest.starts_with("<>") || rest.starts_with("</>") {
        let range = at..at + start + 1;
        let arguments = range.end..range.end;
        return Some(Tag {
            range,
            kind: Foreign::Component,
            name: String::new(),
            is_closing,
            is_empty: false,
            arguments,
        });
    }
    let name = &rest[start..];
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_'))?];
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) && (!name.contains('.') || rest.contains("://")) {
        return None;
    }
    let from = start + name.len();
    let end = from + end_of_tag(&rest[from..])?;
    let is_empty = rest[..end].ends_with('/');
    let arguments = at + from..at + end - usize::from(is_empty && end > from);
    let range = at..at + end + 1;
    Some(Tag { range, kind: Foreign::Component, name: name.to_owned(), is_closing, is_empty, arguments })
}

fn silent(range: Range<usize>) -> Tag {
    let (name, arguments) = (String::new(), range.end..range.end);
    Tag { range, kind: Foreign::Silent, name, is_closing: false, is_empty: true, arguments }
}

/// Reads a role of `MyST`: a name in braces, and text in backticks directly behind them.
fn role(at: usize, rest: &str) -> Option<Tag> {
    let name = rest.strip_prefix('{')?;
    let name = &name[..name.find('}')?];
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    let behind = &rest[name.len() + 2..];
    let ticks = behind.bytes().take_while(|byte| *byte == b'`').count();
    let paragraph = &behind[..behind.find("\n\n").unwrap_or(behind.len())];
    let content = paragraph.get(ticks..)?;
    let length = content.find(&"`".repeat(ticks)).filter(|length| (1..3).contains(&ticks) && *length > 0)?;
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let start = at + name.len() + 2 + ticks;
    let tag = silent(at..start + length + ticks);
    Some(Tag { kind: Foreign::Role, name: name.to_owned(), arguments: start..start + length, ..tag })
}

/// Returns whether an expression is the call of one of our views.
fn is_view(name: &str, arguments: &str) -> bool {
    arguments.starts_with('(')
        && ["matrix", "compare", "ladder", "radar", "decisions", "roles", "children", "changes"].contains(&name)
}

/// Reads an expression in braces, as MDX has it.
fn braces(at: usize, rest: &str) -> Option<Tag> {
    let inner = rest.strip_prefix('{')?;
    // `{#id}` and `{.class}` are attributes.
    if inner.starts_with(['#', '.', ':']) || inner.starts_with("audience") {
        return None;
    }
    let end = closing_brace(rest)?;
    if rest[..end].contains("\n\n") {
        return None;
    }
    let range = at..at + end + 1;
    let arguments = at + 1..at + end;
    let kind = if rest[1..].trim_start().starts_with("/*") { Foreign::Silent } else { Foreign::Braces };
    Some(Tag { range, kind, name: String::new(), is_closing: false, is_empty: true, arguments })
}

/// Returns the offset of the brace that closes the one at the start of `text`.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns the offset of the `>` that ends a tag, outside quotes and braces.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') if depth == 0 => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            (None, '>') if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// Lists the arguments of a tag: `name="value"`, `name=value` or a value alone.
pub fn arguments(text: &str) -> Vec<Argument> {
    let mut list = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        at += rest.len() - trimmed.len();
        if trimmed.is_empty() {
            break;
        }
        let word =
            trimmed.find(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | ',')).unwrap_or(trimmed.len());
        let (name, value_at) =
            if trimmed[word..].starts_with('=') { (at..at + word, at + word + 1) } else { (at..at, at) };
        let value = &text[value_at..];
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (range, next) = if let Some(quote) = quote {
            let length = value[1..].find(quote).unwrap_or(value.len() - 1);
            (value_at + 1..value_at + 1 + length, value_at + length + 2)
        } else {
            let length = value.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(value.len());
            (value_at..value_at + length, value_at + length.max(1))
        };
        list.push(Argument { name, value: range });
        at = next;
    }
    list
}

/// Returns the largest character boundary of `text` that is at most `length`.
fn floor(text: &str, length: usize) -> usize {
    (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
