//! Reads the directives of `MyST`.
//!
//! Input: the line that begins or ends one. Output: blocks and text of the view. Never takes a `:::`
//! line that might be the mark of an audience.

use std::ops::Range;

use super::{Frame, Line, Rest, Scanner};
use crate::chapter::dialect::blocks::{self, Form, Look, Opening};
use crate::chapter::dialect::directive::{self, Directive, Options, Use};
use crate::chapter::dialect::foreign::Foreign;
use crate::chapter::dialect::lines;
use crate::declare::dialect::Dialect;

impl<'r> Scanner<'_, 'r> {
    /// Reads a line that begins or ends a directive whose text is Markdown. Returns whether it is one.
    pub(super) fn directive(&mut self, line: &Line<'r>, whole: &Range<usize>) -> bool {
        let text = &self.body[line.content.clone()];
        if !self.reading.dialects.has(Dialect::Directives) || !text.starts_with(['`', '~', ':']) {
            return false;
        }
        self.closings = &self.closings[self.closings.partition_point(|start| *start < whole.start)..];
        if self.closings.first() == Some(&whole.start) {
            let open = self.frames.iter().rposition(|frame| frame.form == Form::Fence);
            match open {
                Some(depth) => self.close(depth, Some(&line.content)),
                // Something else has closed it.
                None => self.blank(),
            }
            return true;
        }
        let Some(directive) = directive::read(text).filter(Directive::has_text) else { return false };
        let is_colons = text.starts_with(':');
        if is_colons && blocks::colons(text, self.reading).is_none() {
            return false;
        }
        let form = match text.bytes().take_while(|byte| *byte == b':').count() {
            0 => Form::Fence,
            count => Form::Colons(count),
        };
        if !self.has_room(line) {
            return false;
        }
        if is_colons {
            self.view.colons.push(line.content.start);
        }
        let options = self.options(whole);
        self.begin(&directive, &options, (form, line));
        true
    }

    /// Reads the options below a line and takes them out.
    fn options(&mut self, whole: &Range<usize>) -> Options {
        let at = |range: Range<usize>| whole.end + range.start..whole.end + range.end;
        let found = directive::options(&self.body[whole.end..]);
        let end = whole.end + found.end;
        if found.end > 0 {
            self.view.removed.push(whole.end..end);
            self.skip_to = self.skip_to.max(end);
        }
        Options { end, name: found.name.map(at), alt: found.alt.map(at), caption: found.caption.map(at) }
    }

    /// Opens a directive and writes what is shown of its first lines.
    fn begin(&mut self, directive: &Directive, options: &Options, (form, line): (Form, &Line<'r>)) {
        let Directive { is, argument, .. } = directive;
        let at = line.content.start;
        let words = at + argument.start..at + argument.end;
        let title = Some(argument.clone()).filter(|range| !range.is_empty());
        let look = match is {
            Use::Callout => Look::Callout,
            Use::Tab if title.is_some() => Look::Tab,
            _ => Look::Nothing,
        };
        let fold = (directive.callout() == "details").then_some(false);
        let name = if look == Look::Callout { directive.callout().to_owned() } else { String::new() };
        let is_shown = look != Look::Nothing;
        self.open(Opening { look, name, title: title.filter(|_| is_shown), fold, form }, line, true);
        if *is == Use::Terms
            && let Some(frame) = self.frames.last_mut()
        {
            frame.is_terms = true;
        }
        let label = options.name.clone().map(|name| &self.body[name]);
        let is_path = *is == Use::Picture && !words.is_empty() && !self.body[words.clone()].contains(['<', '>']);
        if is_path {
            self.prefix(self.frames.len());
            if let Some(label) = label {
                self.view.insert(&format!("<span id=\"{label}\"></span>"));
            }
            self.view.insert("![");
            if let Some(alt) = &options.alt {
                self.words_of_option(alt);
            }
            self.view.insert("](<");
            self.view.copy(self.body, words.clone());
            self.view.insert(">)\n");
            self.blank();
        } else {
            self.labels.extend(label);
        }
        if *is == Use::Titled && !words.is_empty() {
            self.prefix(self.frames.len());
            self.view.insert("**");
            self.view.copy(self.body, words);
            self.view.insert("**\n");
            self.blank();
        }
        if let Some(caption) = &options.caption {
            self.prefix(self.frames.len());
            self.view.copy(self.body, caption.clone());
            self.view.insert("\n");
            self.blank();
        }
    }

    /// Writes the value of an option so that no sign in it means anything.
    fn words_of_option(&mut self, range: &Range<usize>) {
        let mut at = range.start;
        for (n, _) in self.body[range.clone()].match_indices(['[', ']', '*', '_', '`', '<', '\\', '&', '!', '$']) {
            self.view.copy(self.body, at..range.start + n);
            self.view.insert("\\");
            at = range.start + n;
        }
        self.view.copy(self.body, at..range.end);
    }

    /// Reads the first line of a directive whose text is code. Returns whether it wrote the line.
    pub(super) fn directive_of_code(&mut self, rest: &Rest, (content, whole): (&Range<usize>, &Range<usize>)) -> bool {
        let text = &self.body[content.clone()];
        if !self.reading.dialects.has(Dialect::Directives) {
            return false;
        }
        let Some(directive) = directive::read(text).filter(|directive| !directive.has_text()) else { return false };
        let count = matches!(directive.is, Use::Gone | Use::Unknown);
        if count {
            self.view.dropped.push((Foreign::Directive, content.clone()));
        }
        let language = content.start + directive.argument.start..content.start + directive.argument.end;
        match directive.is {
            Use::Gone | Use::Silent => {
                let end = self.code.first().map_or(whole.end, |code| code.end);
                self.view.removed.push(content.start..end);
                self.skip_to = self.skip_to.max(end);
                self.blank();
            }
            Use::Code | Use::Drawn(_) => {
                let options = self.options(whole);
                self.blank();
                self.prefix(self.frames.len());
                self.view.insert(&" ".repeat(rest.spare));
                let sign = text.len() - text.trim_start_matches(['`', '~']).len();
                self.view.copy(self.body, rest.at..content.start + sign);
                if let Use::Drawn(name) = directive.is {
                    self.view.insert(&format!(" {name}"));
                } else {
                    self.view.insert(" ");
                    let word = self.body[language.clone()].split_whitespace().next().unwrap_or_default().len();
                    self.view.copy(self.body, language.start..language.start + word);
                }
                let caption = options.caption.filter(|range| !self.body[range.clone()].contains(['"', '`']));
                if let Some(caption) = caption {
                    self.view.insert(" title=\"");
                    self.view.copy(self.body, caption);
                    self.view.insert("\"");
                }
                self.view.insert("\n");
                self.labels.extend(options.name.map(|name| &self.body[name]));
            }
            _ => return false,
        }
        self.after_text = false;
        self.after_html = false;
        self.text_end = whole.start + self.body[whole.clone()].trim_end().len();
        true
    }

    /// Writes a line of a list of terms; those with indentation say what the term above means. Returns
    /// whether it is one.
    pub(super) fn term(&mut self, line: &Line<'r>, whole: &Range<usize>) -> bool {
        let Some(Frame { is_terms: true, at, .. }) = self.frames.last() else { return false };
        let is_deep = line.indent > *at;
        let sign = match (is_deep, self.after_text) {
            (true, true) => ": ",
            (true, false) => "  ",
            (false, _) => "",
        };
        if sign.is_empty() {
            self.blank();
        }
        self.prefix(self.frames.len());
        self.view.insert(sign);
        let text = &self.body[line.content.clone()];
        if sign.is_empty() && lines::begins_block(text) {
            self.view.insert("\\");
        }
        self.without(line.content.start..whole.end, line.tags);
        if !self.view.text.ends_with('\n') {
            self.view.insert("\n");
        }
        self.after_text = sign.is_empty();
        true
    }
}
