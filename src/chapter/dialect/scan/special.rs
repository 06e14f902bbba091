//! Reads the lines that open or close a block of a dialect, or that are taken out.
//!
//! Input: one line behind the indentation of the blocks around it. Output: blocks of the view, and
//! whether the line was read. Never writes the text of a line that it doesn't read.

use std::ops::Range;

use super::{DEEPEST, Frame, Line, Scanner, WIDEST};
use crate::chapter::dialect::blocks::{self, Block, Form, Look, Opening};
use crate::chapter::dialect::foreign::Foreign;
use crate::chapter::dialect::lines;
use crate::chapter::dialect::myst;
use crate::chapter::dialect::tags::Tag;
use crate::chapter::dialect::view::Own;
use crate::declare::dialect::Dialect;
use crate::declare::generator::Generator;

/// The maximum length of a formula in bytes.
const LONGEST_FORMULA: usize = 10_000;

impl<'r> Scanner<'_, 'r> {
    /// Reads a line that opens or closes a block, or that is taken out. Returns whether it is one.
    pub(super) fn special(&mut self, line: &Line<'r>, whole: &Range<usize>) -> bool {
        if self.view.too_deep.is_some() {
            return false;
        }
        let text = &self.body[line.content.clone()];
        if let Some(count) = blocks::closing_colons(text) {
            return self.close_colons(count, line);
        }
        if self.directive(line, whole) {
            return true;
        }
        if text.starts_with(":::") {
            return self.described_code(line, whole) || self.open_colons(line);
        }
        if text.starts_with('#') && self.described_heading(line) {
            return true;
        }
        if let Some(label) = myst::label(text).filter(|_| self.reading.dialects.has(Dialect::Roles)) {
            self.labels.push(label);
            self.blank();
            return true;
        }
        let is_option = self.reading.dialects.has(Dialect::Roles)
            && text.starts_with(":name:")
            && self.frames.last().is_some_and(|frame| matches!(frame.form, Form::Colons(_)));
        if let Some(name) = myst::name_of_directive(text).filter(|_| is_option) {
            self.labels.push(name);
            return true;
        }
        if let Some(id) = myst::block_id(text).filter(|_| self.reading.dialects.has(Dialect::Roles)) {
            self.labels.extend(Some(id).filter(|id| !id.is_empty()));
            return true;
        }
        if self.formula(line, whole) {
            return true;
        }
        if let Some(opening) = blocks::indented(text, self.reading) {
            return self.has_room(line) && {
                self.open(opening, line, true);
                true
            };
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

    /// Reads `::: package.module`, where a plugin of `MkDocs` inserts the description of code, with the
    /// indented lines below it, which are the plugin's settings.
    fn described_code(&mut self, line: &Line<'_>, whole: &Range<usize>) -> bool {
        let name = self.body[line.content.clone()].trim_start_matches(':');
        let is_code = name
            .strip_prefix(' ')
            .is_some_and(|name| !name.is_empty() && !blocks::is_callout(name) && name.chars().all(is_of_object));
        if !is_code || !self.may_describe_code() {
            return false;
        }
        let is_below = |text: &&str| text.trim().is_empty() || text.starts_with("    ") || text.starts_with('\t');
        let below = self.body[whole.end..].split_inclusive('\n').take_while(is_below);
        let end = whole.end + below.map(str::len).sum::<usize>();
        self.view.removed.push(line.content.start..end);
        self.view.dropped.push((Foreign::Code, line.content.clone()));
        self.blank();
        self.skip_to = self.skip_to.max(end);
        true
    }

    /// Returns whether a plugin may insert descriptions of code.
    fn may_describe_code(&self) -> bool {
        self.reading.config.generator == Some(Generator::MkDocs) && !self.reading.is_strict()
    }

    /// Reads the heading `# ::: package.module`, which a plugin of `MkDocs` gives to the description of code.
    fn described_heading(&mut self, line: &Line<'_>) -> bool {
        let text = &self.body[line.content.clone()];
        let rest = text.trim_start_matches('#').trim_start();
        let name = rest.strip_prefix("::: ").filter(|name| name.contains('.') && name.chars().all(is_of_object));
        let Some(name) = name.filter(|_| self.may_describe_code()) else { return false };
        let start = line.content.end - rest.len();
        let behind = line.content.end - name.len();
        self.prefix(self.frames.len());
        self.view.copy(self.body, line.content.start..start);
        self.view.copy(self.body, behind..line.content.end);
        self.view.insert("\n");
        self.view.removed.push(start..behind);
        self.view.dropped.push((Foreign::Code, start..line.content.end));
        self.after_text = false;
        true
    }

    /// Writes a formula between `$$` that has several lines as one, so that no line of it begins a block.
    fn formula(&mut self, line: &Line<'_>, whole: &Range<usize>) -> bool {
        let start = line.content.start;
        if !self.reading.draws_formulas() || !self.body[start..whole.end].starts_with("$$") {
            return false;
        }
        let behind = &self.body[start + 2..];
        let Some(length) = behind.find("$$").filter(|length| *length <= LONGEST_FORMULA) else { return false };
        let end = start + 2 + length + 2;
        let line_end = self.body[end..].find('\n').map_or(self.body.len(), |n| end + n + 1);
        let inner = &behind[..length];
        // A comment goes to the end of its line.
        let has_comment = inner.contains('%') && !inner.split('%').rev().skip(1).all(|part| part.ends_with('\\'));
        let is_split = inner.lines().skip(1).any(|line| line.trim().is_empty());
        let may_split = self.reading.config.generator == Some(Generator::Obsidian);
        if !inner.contains('\n') || has_comment || (is_split && !may_split) {
            return false;
        }
        self.prefix(self.frames.len());
        self.view.insert(&" ".repeat(line.indent.min(line.item + 3)));
        let mut at = start;
        for part in self.body[start..end].split_inclusive('\n') {
            let words = part.trim();
            let from = at + (part.len() - part.trim_start().len());
            at += part.len();
            if !words.is_empty() {
                self.view.copy(self.body, from..from + words.len());
                self.view.insert(if part.ends_with('\n') { " " } else { "" });
            }
        }
        self.view.copy(self.body, end..line_end);
        if !self.view.text.ends_with('\n') {
            self.view.insert("\n");
        }
        self.skip_to = self.skip_to.max(line_end);
        self.after_text = true;
        true
    }

    fn open_colons(&mut self, line: &Line<'_>) -> bool {
        let text = &self.body[line.content.clone()];
        let count = text.bytes().take_while(|byte| *byte == b':').count();
        let opening = blocks::colons(text, self.reading);
        if (opening.is_some() || self.reading.dialects.has(Dialect::Colons)) && !self.has_room(line) {
            return false;
        }
        let Some(opening) = opening else {
            if self.reading.dialects.has(Dialect::Colons) {
                // The block is another one, such as that of an audience, and the line that closes it
                // belongs to it.
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

    /// Returns whether one more block may be opened, and notes the first line that may not.
    pub(super) fn has_room(&mut self, line: &Line<'_>) -> bool {
        let has_room = self.frames.len() <= DEEPEST && line.indent <= WIDEST;
        if !has_room {
            self.view.too_deep.get_or_insert_with(|| line.content.clone());
        }
        has_room
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
        // The line that ends such another block is inside a block that goes on.
        if !is_taken && self.frames[depth + 1..].iter().any(|frame| matches!(frame.form, Form::Tag(_))) {
            return false;
        }
        self.close(depth, Some(&line.content));
        is_taken
    }

    /// Opens a block. `is_taken` says whether its line has been understood.
    pub(super) fn open(&mut self, opening: Opening, line: &Line<'_>, is_taken: bool) {
        self.blank();
        let start = self.view.end();
        let Opening { look, name, title, fold, form } = opening;
        let form = match form {
            Form::Indented(_) => Form::Indented(self.column(line.content.start) + 4),
            other => other,
        };
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
            end: start,
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
            // The tag that opens a block contains its title; other titles can contain tags.
            let tags = if is_tag { &[] } else { line.tags };
            self.without(title.start + digits..title.end, tags);
            self.view.insert("\n");
            self.prefix(self.frames.len());
        }
        self.view.insert("\n");
    }

    /// Returns the column of an offset. Redaction reads lines of the file, so it is counted from the
    /// start of the line.
    fn column(&self, at: usize) -> usize {
        let start = self.body[..at].rfind('\n').map_or(0, |at| at + 1);
        self.body[start..at].chars().fold(0, |column, c| match c {
            '\t' => column + 4 - column % 4,
            _ => column + 1,
        })
    }

    /// Closes the blocks from `depth` on; `line` is the line that closes the outermost of them.
    pub(super) fn close(&mut self, depth: usize, line: Option<&Range<usize>>) {
        let frames: Vec<Frame> = self.frames.drain(depth..).collect();
        let mut is_quoted = false;
        let view_end = self.view.end();
        for (n, frame) in frames.into_iter().enumerate() {
            let end = line.map_or(self.text_end, |line| if n == 0 { line.end } else { self.text_end });
            let is_closed = (line.is_some() && n == 0) || matches!(frame.form, Form::Indented(_) | Form::Paragraph);
            if frame.is_taken && !is_closed {
                self.view.unclosed.push(frame.opening.clone());
            }
            if let Some(block) = frame.block.and_then(|number| self.view.blocks.get_mut(number)) {
                block.whole.end = end.max(block.whole.end);
                block.end = view_end;
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
        if may_open
            && let Some(opening) = blocks::tag(self.body, first)
            && self.has_room(line)
        {
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
            if let Some(opening) = opening.filter(|_| self.has_room(line)) {
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

    /// Gives an ID on a line of its own to the heading or block above the line, or to the one below it if
    /// an empty line is above it.
    fn own_id(&mut self, id: String, line: &Range<usize>, (above, at): (&str, usize), next: &str) {
        let is_heading = |text: &str| text.trim_start().starts_with('#');
        let is_touching = self.body[at + above.len()..line.start].matches('\n').count() == 1;
        let is_underline = !above.is_empty() && above.trim_end().bytes().all(|byte| matches!(byte, b'=' | b'-'));
        if is_touching && is_heading(above) {
            self.view.ids.push((at, id));
        } else if is_touching && is_underline {
            let title = self.body[..at].trim_end_matches('\n').rfind('\n').map_or(0, |end| end + 1);
            self.view.ids.push((title, id));
        } else if !is_touching && is_heading(next) {
            self.view.ids.push((line.end + 1, id));
        } else {
            self.view.own.push(Own { line: line.clone(), id, is_above: !is_touching && !next.trim().is_empty() });
        }
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
        if let Some(id) = list.iter().find(|one| one.key == "id") {
            self.own_id(id.value.clone(), &line.content, (&before[last_line..], last_line), next);
        }
        let callout = list.iter().find(|one| one.key == "class" && blocks::is_callout(&one.value));
        if let Some(class) = callout.filter(|_| !self.after_text && !next.trim().is_empty() && self.has_room(line)) {
            let (look, name, form) = (Look::Callout, class.value.clone(), Form::Paragraph);
            self.open(Opening { look, name, title: None, fold: None, form }, line, true);
        } else if !self.after_text {
            self.blank();
        }
        Some(whole.end)
    }
}

/// Returns whether the name of an object in code may contain the character.
fn is_of_object(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}
