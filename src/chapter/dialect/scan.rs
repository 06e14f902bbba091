//! Writes the view of a body line by line.
//!
//! Input: a body, its tags and how to read it. Output: a [`View`] in which each block of a dialect
//! is a quotation, and what a dialect takes out is missing. Lines keep their order, and each piece
//! of the body occurs at most once. Never takes a `:::` line that might be the mark of an audience.

use std::collections::HashMap;
use std::ops::Range;

use super::blocks::{self, Block, Form, Look, Opening};
use super::code;
use super::foreign::Foreign;
use super::lines::{self, Part};
use super::tags::{self, Found, Tag};
use super::{Reading, View};
use crate::declare::dialect::Dialect;

/// Returns whether a body contains a sign of one of the dialects, based on a quick look.
pub fn may_apply(body: &str, reading: &Reading<'_>) -> bool {
    let dialects = reading.dialects;
    use Dialect::{Admonitions, Attributes, Colons, Contents, Expressions, Hints, Jsx, Liquid, Shortcodes, Tabs};
    let has = |dialect| dialects.has(dialect);
    (reading.is_ideographic() && body.contains('*'))
        || (has(Colons) && body.contains(":::"))
        || (has(Admonitions) && (body.contains("!!!") || body.contains("???")))
        || (has(Tabs) && body.contains("==="))
        || ((has(Liquid) || has(Hints)) && body.contains("{%"))
        || ((has(Expressions) || has(Shortcodes)) && body.contains("{{"))
        || (has(Attributes) && body.contains('{'))
        || (has(Dialect::Abbreviations) && body.contains("*["))
        || (has(Tabs) && has(Dialect::Emoji) && body.contains("-"))
        || (has(Contents) && lines::CONTENTS.iter().any(|mark| body.contains(mark)))
        || (has(Jsx) && (body.contains(['<', '{']) || body.contains("import ") || body.contains("export ")))
}

/// Writes the view.
pub fn read<'a>(body: &'a str, reading: &Reading<'_>) -> View<'a> {
    let Found { tags, code } = tags::find(body, reading.dialects);
    let closing = tags.iter().filter(|tag| tag.is_closing);
    let last_ends = closing.map(|tag| (tag.name.clone(), tag.range.start)).collect();
    let mut scanner = Scanner {
        body,
        reading,
        view: View::empty(),
        tags: &tags,
        code: &code,
        last_ends,
        frames: vec![Frame::base()],
        skip_to: 0,
        text_end: 0,
        strip: 0,
        comment: false,
        after_text: false,
        after_tag: false,
        after_html: false,
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
    /// The line that opened it.
    opening: Range<usize>,
}

impl Frame {
    fn base() -> Self {
        Self { block: None, form: Form::Paragraph, at: 0, item: 0, list: Vec::new(), is_taken: false, opening: 0..0 }
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
    /// Whether the line is inside an HTML comment.
    comment: bool,
    /// Whether the line before belongs to a paragraph.
    after_text: bool,
    /// Whether the line before consists of tags, and isn't shown.
    after_tag: bool,
    /// Whether the line before ends an HTML element.
    after_html: bool,
}

impl<'r> Scanner<'_, 'r> {
    fn line(&mut self, whole: &Range<usize>) {
        let text = &self.body[whole.clone()];
        if whole.end <= self.skip_to {
            return;
        }
        let all = self.tags;
        let passed = all.partition_point(|tag| tag.range.start < whole.end);
        let tags = &all[..passed];
        self.tags = &all[passed..];
        let is_new_code = self.next_code(whole.start);
        let is_code = self.code.first().is_some_and(|code| code.start <= whole.start);
        if text.trim().is_empty() {
            if self.frames.len() > 1 && matches!(self.frames.last(), Some(Frame { form: Form::Paragraph, .. })) {
                self.close(self.frames.len() - 1, None);
            }
            self.blank();
            (self.after_text, self.after_tag, self.after_html) = (false, false, false);
            return;
        }
        let is_verbatim = is_code || self.comment;
        let rest = self.enter(whole, is_verbatim);
        let (content, indent) = self.indent(&rest, whole);
        if is_verbatim {
            self.verbatim(&rest, whole, is_new_code, tags);
            return;
        }
        let item = self.item(indent);
        let line = Line { content, indent, item, tags };
        let is_deep = indent >= item + 4 && !self.after_text;
        let is_loose = self.reading.dialects.has(Dialect::Jsx) || self.after_tag;
        let is_done = (!is_deep || is_loose) && self.special(&line, whole);
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
        self.comment &= !self.body[whole.clone()].contains("-->");
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
        self.comment = content.rfind("<!--").is_some_and(|at| !content[at..].contains("-->"));
        if let Some(width) = lines::marker(content) {
            let column = line.indent + width;
            if let Some(frame) = self.frames.last_mut() {
                frame.list.push(column);
            }
        }
        self.after_text = !content.starts_with('#');
        self.after_html = content.starts_with("</") && content.ends_with('>');
        if is_moved {
            self.emit(line.item, line.content.start..whole.end, line.tags);
        } else {
            self.emit(rest.spare, rest.at..whole.end, line.tags);
        }
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
        let mut at = range.start;
        for tag in tags.iter().filter(|tag| tag.range.end > range.start && tag.range.start < range.end) {
            if tag.range.start > at {
                self.words(at..tag.range.start);
            }
            at = at.max(tag.range.end);
            let parts = lines::instead(self.body, tag);
            if parts.is_empty() {
                self.drop(tag);
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
        if !self.view.text.ends_with('\n') {
            self.view.insert("\n");
        }
    }

    /// Copies a range of a line.
    fn words(&mut self, range: Range<usize>) {
        let mut at = range.start;
        let is_code = self.code.first().is_some_and(|code| code.start <= range.start);
        if self.reading.is_ideographic() && !is_code {
            for place in lines::emphasis_edges(&self.body[range.clone()]) {
                self.view.copy(self.body, at..range.start + place);
                self.view.insert(super::EDGE);
                at = range.start + place;
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

    /// Reads a line that opens or closes a block, or that is taken out. Returns whether it is one.
    fn special(&mut self, line: &Line<'r>, whole: &Range<usize>) -> bool {
        let text = &self.body[line.content.clone()];
        if let Some(count) = blocks::closing_colons(text) {
            return self.close_colons(count, line);
        }
        if text.starts_with(":::") {
            return self.open_colons(line);
        }
        if let Some(opening) = blocks::indented(text, self.reading) {
            self.open(opening, line, true);
            return true;
        }
        if self.reading.dialects.has(Dialect::Abbreviations)
            && let Some((name, words)) = lines::abbreviation(text)
        {
            self.view.abbreviations.push((name.to_owned(), words.to_owned()));
            return true;
        }
        if let Some(skip_to) = self.attributes(line, whole) {
            self.skip_to = self.skip_to.max(skip_to);
            return true;
        }
        self.tagged(line, whole)
    }

    fn open_colons(&mut self, line: &Line<'_>) -> bool {
        let text = &self.body[line.content.clone()];
        let count = text.bytes().take_while(|byte| *byte == b':').count();
        let Some(opening) = blocks::colons(text, self.reading) else {
            if self.reading.dialects.has(Dialect::Colons) {
                // The block belongs to somebody else, such as an audience, and so does the line
                // that closes it.
                let (form, opening) = (Form::Colons(count), line.content.clone());
                self.frames.push(Frame { form, item: line.item, opening, ..Frame::base() });
            }
            return false;
        };
        self.view.colons.push(line.content.start);
        if opening.look == Look::Nothing && !blocks::is_wrapper(&opening.name) {
            self.view.dropped.push((Foreign::Block, line.content.clone()));
        }
        self.open(opening, line, true);
        true
    }

    fn close_colons(&mut self, count: usize, line: &Line<'_>) -> bool {
        if !self.reading.dialects.has(Dialect::Colons) {
            return false;
        }
        let is_open = |exact: bool| {
            self.frames.iter().rposition(|frame| match frame.form {
                Form::Colons(opened) => opened == count || (!exact && opened < count),
                _ => false,
            })
        };
        let strict = self.reading.is_strict();
        let Some(depth) = is_open(true).or_else(|| is_open(false).filter(|_| !strict)) else {
            if !strict {
                self.view.dropped.push((Foreign::Block, line.content.clone()));
            }
            return !strict;
        };
        let is_taken = self.frames[depth].is_taken;
        // The line that ends somebody else's block is inside a block that goes on.
        if !is_taken && self.frames[depth + 1..].iter().any(|frame| matches!(frame.form, Form::Tag(_))) {
            return false;
        }
        self.close(depth, Some(&line.content));
        is_taken
    }

    /// Opens a block. `is_taken` says whether its line has been understood.
    fn open(&mut self, opening: Opening, line: &Line<'_>, is_taken: bool) {
        self.blank();
        let start = self.view.end();
        let Opening { look, name, title, fold, form } = opening;
        // Redaction reads lines of the file, so the column is counted from the start of the line.
        let line_start = self.body[..line.content.start].rfind('\n').map_or(0, |at| at + 1);
        let columns = self.body[line_start..line.content.start].chars().fold(0, |column, c| match c {
            '\t' => column + 4 - column % 4,
            _ => column + 1,
        });
        let form = if matches!(form, Form::Indented(_)) { Form::Indented(columns + 4) } else { form };
        let is_tag = matches!(form, Form::Tag(_));
        let offset = if is_tag { 0 } else { line.content.start };
        let title = title.map(|title| offset + title.start..offset + title.end);
        let block = (look != Look::Nothing).then_some(self.view.blocks.len());
        let frame = Frame { block, form: form.clone(), at: line.indent, item: line.item, ..Frame::base() };
        self.frames.push(Frame { is_taken, opening: line.content.clone(), ..frame });
        self.after_text = false;
        if block.is_none() {
            return;
        }
        self.prefix(self.frames.len());
        let sign = self.view.end() - 2;
        let inner_start =
            self.body[line.content.end..].find('\n').map_or(self.body.len(), |n| line.content.end + n + 1);
        self.view.blocks.push(Block {
            line: start,
            sign,
            whole: line.content.clone(),
            inner: inner_start..inner_start,
            look,
            name,
            is_titled: title.is_some(),
            fold,
            form,
        });
        if let Some(title) = title {
            let text = &self.body[title.clone()];
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            self.view.copy(self.body, title.start..title.start + digits);
            if lines::begins_block(text) {
                self.view.insert("\\");
            }
            self.view.copy(self.body, title.start + digits..title.end);
            self.view.insert("\n");
            self.prefix(self.frames.len());
        }
        self.view.insert("\n");
    }

    /// Closes the blocks from `depth` on; `line` is the line that closes the outermost of them.
    fn close(&mut self, depth: usize, line: Option<&Range<usize>>) {
        let frames: Vec<Frame> = self.frames.drain(depth..).collect();
        let mut is_quoted = false;
        for (n, frame) in frames.into_iter().enumerate() {
            let end = line.map_or(self.text_end, |line| if n == 0 { line.end } else { self.text_end });
            let is_closed = (line.is_some() && n == 0) || matches!(frame.form, Form::Indented(_) | Form::Paragraph);
            if frame.is_taken && !is_closed {
                self.view.unclosed.push(frame.opening.clone());
            }
            if let Some(block) = frame.block.and_then(|number| self.view.blocks.get_mut(number)) {
                block.whole.end = end.max(block.whole.end);
                block.inner.end = line.filter(|_| n == 0).map_or(end, |line| line.start).max(block.inner.start);
                is_quoted = true;
            }
        }
        if is_quoted {
            self.blank();
        }
        self.after_text = false;
    }

    /// Reads a line that begins with the tag that opens a block, or ends with the one that closes
    /// it.
    fn tagged(&mut self, line: &Line<'r>, whole: &Range<usize>) -> bool {
        let content = &line.content;
        let here: Vec<&Tag> = line.tags.iter().filter(|tag| tag.range.start >= content.start).collect();
        let (Some(first), Some(last)) = (here.first(), here.last()) else { return false };
        if here.len() > 1 && lines::are_all(self.body, content, &here) {
            self.each_tag(line, &here);
            return true;
        }
        let ends_line = |tag: &Tag| tag.range.end >= content.end;
        let is_later = || self.last_ends.get(&first.name).is_some_and(|end| *end >= first.range.end);
        let may_open = first.range.start == content.start && !first.is_closing && !first.is_empty && is_later();
        if may_open && let Some(opening) = blocks::tag(self.body, first) {
            let opened = Line { content: content.start..first.range.end, tags: line.tags, ..*line };
            self.open(opening, &opened, true);
            let is_closed = here.len() > 1 && last.is_closing && last.name == first.name && ends_line(last);
            let end = if is_closed { last.range.start } else { whole.end };
            if first.range.end < end && !self.body[first.range.end..end].trim().is_empty() {
                self.emit(0, first.range.end..end, line.tags);
            }
            if is_closed {
                self.close(self.frames.len() - 1, Some(&last.range));
            }
            return true;
        }
        let is_same = |frame: &Frame| matches!(&frame.form, Form::Tag(name) if *name == last.name);
        if last.is_closing
            && ends_line(last)
            && let Some(depth) = self.frames.iter().rposition(is_same)
        {
            if !self.body[content.start..last.range.start].trim().is_empty() {
                self.emit(line.item, content.start..last.range.start, line.tags);
            }
            self.close(depth, Some(&last.range));
            return true;
        }
        false
    }

    /// Goes through a line that consists of several tags.
    fn each_tag(&mut self, line: &Line<'r>, here: &[&Tag]) {
        for tag in here {
            let is_same = |frame: &Frame| matches!(&frame.form, Form::Tag(name) if *name == tag.name);
            let is_later = self.last_ends.get(&tag.name).is_some_and(|end| *end >= tag.range.end);
            let opening = (!tag.is_closing && !tag.is_empty && is_later).then(|| blocks::tag(self.body, tag)).flatten();
            if let Some(opening) = opening {
                self.open(opening, &Line { content: tag.range.clone(), tags: line.tags, ..*line }, true);
            } else if tag.is_closing
                && let Some(depth) = self.frames.iter().rposition(is_same)
            {
                self.close(depth, Some(&tag.range));
            } else {
                self.drop(tag);
            }
        }
        self.blank();
    }

    /// Reads a line of kramdown's attributes or of a table of contents, and returns where the next
    /// line begins.
    fn attributes(&mut self, line: &Line<'_>, whole: &Range<usize>) -> Option<usize> {
        let text = &self.body[line.content.clone()];
        let dialects = self.reading.dialects;
        let behind = &self.body[whole.end..];
        let next = behind.split_inclusive('\n').next().unwrap_or_default();
        if dialects.has(Dialect::Contents) {
            if lines::is_contents(text) {
                self.blank();
                return Some(whole.end);
            }
            // kramdown replaces the list above `{:toc}`.
            if lines::marker(text).is_some() && next.trim_start().starts_with("{:toc") {
                self.blank();
                return Some(whole.end + next.len());
            }
        }
        if !dialects.has(Dialect::Attributes) {
            return None;
        }
        let list = lines::attributes(text)?;
        let before = self.body[..whole.start].trim_end_matches('\n');
        let last_line = before.rfind('\n').map_or(0, |at| at + 1);
        let is_below_heading = before[last_line..].trim_start().starts_with('#') && before.len() + 1 == whole.start;
        if let Some(id) = list.iter().find(|one| one.key == "id").filter(|_| is_below_heading) {
            self.view.ids.push((last_line, id.value.clone()));
        }
        let callout = list.iter().find(|one| one.key == "class" && blocks::is_callout(&one.value));
        if let Some(class) = callout.filter(|_| !self.after_text && !next.trim().is_empty()) {
            let (look, name, form) = (Look::Callout, class.value.clone(), Form::Paragraph);
            self.open(Opening { look, name, title: None, fold: None, form }, line, true);
        } else if !self.after_text {
            self.blank();
        }
        Some(whole.end)
    }

    fn finish(&mut self) {
        self.close(1, None);
    }
}
