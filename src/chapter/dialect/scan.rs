//! Writes the view of a body line by line.
//!
//! Input: a body, its tags and how to read it. Output: a [`View`] in which each block of a dialect
//! is a quotation, and what a dialect takes out is missing. Lines keep their order, and each piece
//! of the body occurs at most once. Never takes a `:::` line that might be the mark of an audience.

mod around;
mod directives;
mod html;
mod special;

use std::collections::HashMap;
use std::ops::Range;

use super::blocks::Form;
use super::code;
use super::foreign::Foreign;
use super::lines::{self, Part};
use super::myst;
use super::tags::{self, Found, Tag};
use super::{Reading, View};
use crate::declare::dialect::{Dialect, Dialects};
use crate::text::markup::GONE;

/// The maximum number of blocks of dialects around a line. The view repeats each of them on every
/// line, and people need fewer than ten.
const DEEPEST: usize = 32;

/// The maximum indentation in columns of a line that opens a block. The view repeats it, too.
const WIDEST: usize = 200;

/// Returns whether a body contains a sign of one of the dialects, based on a quick look.
pub fn may_apply(body: &str, reading: &Reading<'_>) -> bool {
    use Dialect::{Admonitions, Attributes, Colons, Contents, Expressions, Hints, Jsx, Liquid, Shortcodes, Tabs};
    let dialects = reading.dialects;
    let has = |dialect| dialects.has(dialect);
    let is_plain = dialects.contains(Dialects::PLAIN);
    let has_rust = |sign| body.contains(sign) && body.contains('#');
    body.lines().any(|line| lines::deep_marker(line).is_some())
        || (reading.is_book() && (has_rust("```rust") || has_rust("~~~rust")))
        || (is_plain && (body.contains("={") || body.contains("{{")))
        || (has(Dialect::Emoji) && body.match_indices(':').any(|(at, _)| super::icon::of_github(&body[at..]).is_some()))
        || (reading.is_ideographic() && body.contains('*'))
        || (has(Colons) && body.contains(":::"))
        || (has(Admonitions) && (body.contains("!!!") || body.contains("???")))
        || (has(Tabs) && body.contains("==="))
        || ((has(Liquid) || has(Hints)) && body.contains("{%"))
        || (has(Hints) && body.contains(":</i>"))
        || ((has(Expressions) || has(Shortcodes)) && body.contains("{{"))
        || (has(Attributes) && (body.contains('{') || body.contains(" markdown")))
        || (has(Dialect::Definitions) && body.contains(':'))
        || (has(Liquid) && body.contains("<%"))
        || (has(Dialect::Abbreviations) && body.contains("*["))
        || (has(Dialect::Components) && body.contains('<'))
        || (has(Dialect::Roles) && ["}`", ")=", "`{", "~{", ":{", " {", "%"].iter().any(|sign| body.contains(sign)))
        || (reading.draws_formulas() && body.contains("$$"))
        || (has(Tabs) && has(Dialect::Emoji) && body.contains('-'))
        || (has(Contents) && lines::CONTENTS.iter().any(|mark| body.contains(mark)))
        || (has(Jsx) && (body.contains(['<', '{']) || body.contains("import ") || body.contains("export ")))
}

/// Writes the view.
pub fn read<'a>(body: &'a str, reading: &Reading<'_>) -> View<'a> {
    let Found { tags, code, tabs, closings } = tags::find(body, reading.dialects);
    let closing = tags.iter().filter(|tag| tag.is_closing);
    let last_ends = closing.map(|tag| (tag.name.clone(), tag.range.start)).collect();
    let mut scanner = Scanner {
        body,
        reading,
        view: View::empty(),
        tags: &tags,
        code: &code,
        tabs: &tabs,
        closings: &closings,
        last_ends,
        frames: vec![Frame::base()],
        skip_to: 0,
        text_end: 0,
        strip: 0,
        hides_lines: false,
        comment: false,
        after_text: false,
        after_tag: false,
        after_html: false,
        escape: None,
        elements: Vec::new(),
        labels: Vec::new(),
        unfenced: None,
        chunk: html::Chunk::default(),
    };
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        scanner.line(&range);
    }
    scanner.finish();
    scanner.view
}

/// An open block.
struct Frame {
    /// The number of the block, or `None` if what is inside isn't quoted.
    block: Option<usize>,
    /// How the block ends.
    form: Form,
    /// The indentation in columns of the line that opened it.
    at: usize,
    /// The column of the list item that contains it, or 0.
    item: usize,
    /// The columns of the contents of the open list items inside it.
    list: Vec<usize>,
    /// Whether the line that opened it was taken out.
    is_taken: bool,
    /// Whether its text is a list of terms.
    is_terms: bool,
    /// The line that opened it.
    opening: Range<usize>,
}

impl Frame {
    fn base() -> Self {
        Self {
            block: None,
            form: Form::Paragraph,
            at: 0,
            item: 0,
            list: Vec::new(),
            is_taken: false,
            is_terms: false,
            opening: 0..0,
        }
    }
}

/// The rest of a line behind the indentation of the blocks around it.
#[derive(Clone, Copy)]
struct Rest {
    /// The offset in the body.
    at: usize,
    /// The columns of a tab that the blocks around the line don't use.
    spare: usize,
}

/// A line without the indentation of the blocks around it.
struct Line<'t> {
    /// The text without its indentation, in the body.
    content: Range<usize>,
    /// The indentation in columns.
    indent: usize,
    /// The column of the list item that contains the line, or 0.
    item: usize,
    /// The tags on it.
    tags: &'t [Tag],
}

struct Scanner<'a, 'r> {
    body: &'a str,
    reading: &'r Reading<'r>,
    view: View<'a>,
    /// The tags that haven't been reached yet.
    tags: &'r [Tag],
    /// The fenced code that hasn't been passed yet.
    code: &'r [Range<usize>],
    /// The code of tabs that has no fences and hasn't been reached yet.
    tabs: &'r [(Range<usize>, Range<usize>)],
    /// The lines that end a directive, in order.
    closings: &'r [usize],
    /// Where the last closing tag of each name is.
    last_ends: HashMap<String, usize>,
    /// The open blocks; the first one stands for the chapter.
    frames: Vec<Frame>,
    /// Where a tag ends that began on an earlier line, or where a line begins that is read next.
    skip_to: usize,
    /// Where the last line with text ends.
    text_end: usize,
    /// The columns that are taken from each line of the current fenced code.
    strip: usize,
    /// Whether the current fenced code hides the lines that rustdoc hides.
    hides_lines: bool,
    /// Whether the line is inside an HTML comment.
    comment: bool,
    /// Whether the line before belongs to a paragraph.
    after_text: bool,
    /// Whether the line before consists of tags, and isn't shown.
    after_tag: bool,
    /// Whether the line before ends an HTML element.
    after_html: bool,
    /// Where a sign stands that means nothing.
    escape: Option<usize>,
    /// The open elements from the first one on whose text is Markdown, and whether that of each is.
    elements: Vec<bool>,
    /// The labels whose heading or paragraph hasn't been reached yet.
    labels: Vec<&'a str>,
    /// Where the current code of a tab ends that has no fences.
    unfenced: Option<usize>,
    /// The lines of MDX that begin with HTML and were reached last.
    chunk: html::Chunk,
}

impl Scanner<'_, '_> {
    fn line(&mut self, whole: &Range<usize>) {
        let text = &self.body[whole.clone()];
        if whole.end <= self.skip_to {
            return;
        }
        let all = self.tags;
        let passed = all.partition_point(|tag| tag.range.start < whole.end);
        let tags = &all[..passed];
        self.tags = &all[passed..];
        if whole.start < self.skip_to && self.body[self.skip_to..whole.end].trim().is_empty() {
            // The last line of a tag, with nothing behind it.
            self.blank();
            (self.after_text, self.after_tag) = (false, true);
            return;
        }
        let is_new_code = self.next_code(whole.start);
        let is_code = self.code.first().is_some_and(|code| code.start <= whole.start);
        self.fence_tab(whole.start);
        if text.trim().is_empty() {
            if self.frames.len() > 1 && matches!(self.frames.last(), Some(Frame { form: Form::Paragraph, .. })) {
                self.close(self.frames.len() - 1, None);
            }
            self.blank();
            (self.after_text, self.after_tag, self.after_html) = (false, false, false);
            return;
        }
        let is_verbatim = is_code || self.comment;
        // Code that begins left of a block's contents ends the block as text would.
        let rest = self.enter(whole, is_verbatim && !is_new_code);
        let (content, indent) = self.indent(&rest, whole);
        // Nothing stands behind a tag that began on an earlier line.
        if content.is_empty() && self.skip_to > whole.start {
            return;
        }
        if is_verbatim {
            self.verbatim(&rest, whole, is_new_code, tags);
            return;
        }
        // A block that isn't shown, whose lines neither open nor close any other.
        let starts_here = |tag: &&Tag| tag.range.start == content.start && tag.range.end > whole.end;
        if let Some(tag) = tags.first().filter(starts_here).filter(|_| text.trim_start().starts_with(":::")) {
            self.drop(tag);
            self.blank();
            self.skip_to = self.skip_to.max(tag.range.end);
            (self.after_text, self.after_tag) = (false, true);
            return;
        }
        let item = self.item(indent);
        let line = Line { content, indent, item, tags };
        let is_deep = indent >= item + 4 && !self.after_text;
        let is_loose = self.reading.dialects.has(Dialect::Jsx) || self.after_tag;
        let is_done = (!is_deep || is_loose) && (self.special(&line, whole) || self.term(&line, whole));
        if !is_done {
            self.plain(&line, (&rest, whole), is_deep && is_loose);
        }
        let first_tag = tags.iter().find(|tag| tag.range.end > line.content.start);
        let is_tag = first_tag.is_some_and(|tag| tag.range.start <= line.content.start);
        self.after_tag = is_tag && tags.last().is_some_and(|tag| tag.range.end >= line.content.end);
        self.after_text &= !self.after_tag;
        self.text_end = whole.start + text.trim_end().len();
        if let Some(last) = tags.last().filter(|last| last.range.end > whole.end) {
            self.skip_to = self.skip_to.max(last.range.end);
        }
    }

    /// Passes the code that ends before `at`; returns whether code begins there.
    fn next_code(&mut self, at: usize) -> bool {
        while self.code.first().is_some_and(|code| code.end <= at) {
            self.code = &self.code[1..];
        }
        self.code.first().is_some_and(|code| code.start == at)
    }

    /// Writes a line of fenced code or of a comment.
    fn verbatim(&mut self, rest: &Rest, whole: &Range<usize>, is_new: bool, tags: &[Tag]) {
        let (content, indent) = self.indent(rest, whole);
        if is_new {
            let item = self.item(indent);
            let is_loose = self.reading.dialects.has(Dialect::Jsx)
                || self.frames.last().is_some_and(|frame| matches!(frame.form, Form::Tag(_)));
            self.strip = if is_loose && indent >= item + 4 { indent - item } else { 0 };
        }
        if is_new {
            self.hides_lines = self.reading.is_book() && code::is_rust(&self.body[content.clone()]);
        } else if self.hides_lines && self.hidden_line(rest, (&content, whole)) {
            return;
        }
        self.comment &= !self.body[whole.clone()].contains("-->");
        if is_new && self.directive_of_code(rest, (&content, whole)) {
            return;
        }
        if self.reading.dialects.has(Dialect::Roles)
            && let Some(name) = myst::name_of_directive(&self.body[content.clone()])
        {
            self.labels.push(name);
        }
        let is_tag = |tag: &Tag| tag.range.start <= content.start && tag.range.end >= content.end;
        if let Some(tag) = tags.last().filter(|tag| is_tag(tag)) {
            self.view.removed.push(tag.range.clone());
            return;
        }
        let text = &self.body[content.clone()];
        if let Some(language) = code::begins_code(text) {
            self.blank();
            self.prefix(self.frames.len());
            self.view.insert("~~~~~~ ");
            self.view.copy(self.body, content.start + language.start..content.start + language.end);
            self.view.insert("\n");
            return;
        }
        if code::ends_code(text) {
            self.prefix(self.frames.len());
            self.view.insert("~~~~~~\n");
            return;
        }
        // In CommonMark, a line of HTML directly above makes the fence text.
        if is_new && self.after_html {
            self.blank();
        }
        self.after_html = false;
        let mut rest = *rest;
        if self.strip > 0 {
            self.consume(&mut rest, whole, self.strip);
        }
        self.emit(rest.spare, rest.at..whole.end, tags);
        self.after_text = false;
        self.text_end = whole.start + self.body[whole.clone()].trim_end().len();
    }

    /// Writes a line of text; `is_moved` takes its indentation, which isn't code in MDX.
    fn plain(&mut self, line: &Line<'_>, (rest, whole): (&Rest, &Range<usize>), is_moved: bool) {
        let content = &self.body[line.content.clone()];
        if self.is_blank_heading(line) {
            line.tags.iter().filter(|tag| tag.range.start > line.content.start).for_each(|tag| self.drop(tag));
            return self.blank();
        }
        self.comment = content.rfind("<!--").is_some_and(|at| !content[at..].contains("-->"));
        if let Some(width) = lines::marker(content) {
            let column = line.indent + width;
            if let Some(frame) = self.frames.last_mut() {
                frame.list.push(column);
            }
        }
        let too_deep = lines::deep_marker(content).map(|at| line.content.start + at);
        if too_deep.is_some() {
            self.view.too_deep.get_or_insert_with(|| line.content.clone());
        }
        if self.apart(line, whole) {
            return;
        }
        self.escape = too_deep.or_else(|| self.begins_with_colon(content).then_some(line.content.start));
        self.after_text = !content.starts_with('#');
        let begins_html = content.starts_with(if self.reading.is_strict() { "</" } else { "<" });
        self.after_html = begins_html && content.ends_with('>');
        if !self.labels.is_empty()
            && let Some(width) = myst::before_label(content)
        {
            return self.labeled(line, (rest, whole), width);
        }
        if is_moved {
            self.emit(line.item, line.content.start..whole.end, line.tags);
        } else {
            self.emit(rest.spare, rest.at..whole.end, line.tags);
        }
        if self.reading.dialects.has(Dialect::Attributes) && content.starts_with('<') && self.ends_html(content) {
            self.blank();
        }
    }

    /// Returns whether nothing of a heading is shown.
    fn is_blank_heading(&self, line: &Line<'_>) -> bool {
        let content = &self.body[line.content.clone()];
        let words = content.trim_start_matches('#');
        let start = line.content.end - words.len();
        let tags: Vec<&Tag> = line.tags.iter().filter(|tag| tag.range.start >= start).collect();
        content.len() > words.len()
            && words.starts_with(' ')
            && !tags.is_empty()
            && lines::are_all(self.body, &(start..line.content.end), &tags)
            && tags.iter().all(|tag| instead(self.body, tag).is_empty())
    }

    /// Goes through the blocks around a line, closes those that it doesn't belong to, and returns
    /// the rest of the line.
    fn enter(&mut self, whole: &Range<usize>, is_verbatim: bool) -> Rest {
        let mut rest = Rest { at: whole.start.max(self.skip_to), spare: 0 };
        let mut depth = 1;
        while depth < self.frames.len() {
            let (_, indent) = self.indent(&rest, whole);
            let frame = &self.frames[depth];
            let goes_on = match frame.form {
                Form::Indented(_) => indent >= frame.at + 4,
                _ => frame.item == 0 || indent >= frame.item,
            };
            if !goes_on && !is_verbatim {
                self.close(depth, None);
                break;
            }
            let columns = match (&frame.form, frame.block) {
                (Form::Indented(_), _) => frame.at + 4,
                (_, Some(_)) => frame.at.min(indent),
                (_, None) => 0,
            };
            self.consume(&mut rest, whole, columns);
            depth += 1;
        }
        rest
    }

    /// Returns the range of a line's text without its indentation, and the indentation in columns.
    fn indent(&self, rest: &Rest, whole: &Range<usize>) -> (Range<usize>, usize) {
        let text = &self.body[rest.at.min(whole.end)..whole.end];
        let mut columns = rest.spare;
        let mut length = 0;
        for c in text.chars() {
            match c {
                ' ' => columns += 1,
                '\t' => columns += 4 - columns % 4,
                _ => break,
            }
            length += 1;
        }
        let start = whole.end - text.len() + length;
        (start..start + self.body[start..whole.end].trim_end().len(), columns)
    }

    /// Takes columns of white space from the start of a line.
    fn consume(&self, rest: &mut Rest, whole: &Range<usize>, columns: usize) {
        let mut left = columns;
        let used = rest.spare.min(left);
        rest.spare -= used;
        left -= used;
        while left > 0 {
            let Some(c) = self.body[rest.at..whole.end].chars().next() else { return };
            let width = match c {
                ' ' => 1,
                '\t' => 4,
                _ => return,
            };
            rest.at += 1;
            rest.spare = width - width.min(left);
            left -= width.min(left);
        }
    }

    /// Closes list items to the right of a line, and returns the column of the innermost one that
    /// remains.
    fn item(&mut self, indent: usize) -> usize {
        let Some(frame) = self.frames.last_mut() else { return 0 };
        while frame.list.pop_if(|column| *column > indent).is_some() {}
        frame.list.last().copied().unwrap_or(0)
    }

    /// Writes the signs of the outermost `depth` blocks.
    fn prefix(&mut self, depth: usize) {
        let mut prefix = String::new();
        for frame in self.frames[1..depth].iter().filter(|frame| frame.block.is_some()) {
            prefix.push_str(&" ".repeat(frame.at));
            prefix.push_str("> ");
        }
        self.view.insert(&prefix);
    }

    fn blank(&mut self) {
        self.prefix(self.frames.len());
        self.view.insert("\n");
    }

    /// Writes a range of the body without the tags in it, as a line.
    fn emit(&mut self, spaces: usize, range: Range<usize>, tags: &[Tag]) {
        self.prefix(self.frames.len());
        self.view.insert(&" ".repeat(spaces));
        self.without(range, tags);
        if !self.view.text.ends_with('\n') {
            self.view.insert("\n");
        }
    }

    /// Writes a range of the body without the tags in it.
    fn without(&mut self, range: Range<usize>, tags: &[Tag]) {
        let mut at = range.start;
        for tag in tags.iter().filter(|tag| tag.range.end > range.start && tag.range.start < range.end) {
            if tag.range.start > at {
                self.words(at..tag.range.start);
            }
            at = at.max(tag.range.end);
            let is_code = self.code.first().is_some_and(|code| code.start <= range.start);
            let parts = instead(self.body, tag);
            if parts.is_empty() && tag.kind.is_expression() && lines::is_in_address(self.body, tag.range.start) {
                self.drop(tag);
                self.view.insert(GONE.encode_utf8(&mut [0; 4]));
            } else if parts.is_empty() {
                self.drop(tag);
                at += if is_code { 0 } else { self.spaces_behind(at..range.end) };
            }
            for part in parts {
                match part {
                    Part::Text(text) => self.view.insert(text),
                    Part::Copy(range) => self.view.copy(self.body, range),
                }
            }
        }
        if at < range.end {
            self.words(at..range.end);
        }
    }

    /// Returns the length of the spaces behind a tag that was taken out, if it had spaces or the
    /// start of the line before it. Together with those, they would make code.
    fn spaces_behind(&self, range: Range<usize>) -> usize {
        let rest = self.body.get(range).unwrap_or_default();
        let is_apart = self.view.text.ends_with([' ', '\n']) || self.view.text.is_empty();
        let text = rest.trim_start_matches(' ');
        if is_apart && !text.trim().is_empty() { rest.len() - text.len() } else { 0 }
    }

    /// Returns whether a line begins with colons that aren't the sign of a definition: with several, as
    /// the lines of audiences do, or with one that no space follows.
    fn begins_with_colon(&self, content: &str) -> bool {
        let behind = content.trim_start_matches(':');
        let is_sign = match content.len() - behind.len() {
            0 => true,
            1 => behind.is_empty() || behind.starts_with([' ', '\t']),
            _ => false,
        };
        self.reading.dialects.has(Dialect::Definitions) && !is_sign
    }

    /// Copies a range of a line.
    fn words(&mut self, range: Range<usize>) {
        let mut at = range.start;
        let is_code = self.code.first().is_some_and(|code| code.start <= range.start);
        if let Some(place) = self.escape.take_if(|place| range.contains(place)) {
            self.view.copy(self.body, at..place);
            self.view.insert("\\");
            at = place;
        }
        if self.reading.is_ideographic() && !is_code {
            let start = at;
            for place in lines::emphasis_edges(&self.body[at..range.end]).into_iter().map(|place| start + place) {
                self.view.copy(self.body, at..place);
                self.view.insert(super::EDGE);
                at = place;
            }
        }
        self.view.copy(self.body, at..range.end);
    }

    fn drop(&mut self, tag: &Tag) {
        self.view.removed.push(tag.range.clone());
        if tag.kind.is_counted() {
            self.view.dropped.push((tag.kind, tag.range.clone()));
        }
    }

    fn finish(&mut self) {
        self.close(1, None);
    }
}

/// Returns what is shown instead of a tag, or nothing if nothing is.
fn instead(body: &str, tag: &Tag) -> Vec<Part> {
    if tag.kind == Foreign::Role {
        return myst::instead(body, &tag.name, &tag.arguments);
    }
    lines::instead(body, tag)
}
