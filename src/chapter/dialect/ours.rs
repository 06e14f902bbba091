//! Rewrites the blocks, marks and attributes of dialects in the form that needs no dialect.
//!
//! Input: the body of a chapter and how to read it. Output: [`Ours`], the new body with the number of
//! changes of each kind. Every other byte stays as it is. Callouts and tabs become quotations that begin
//! with a name. Never checks that the page stays the same; the caller compares pages.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Options, Parser};

use super::blocks::{Block, Look};
use super::{Reading, View, inline, lines, tags};
use crate::declare::dialect::{Dialect, Dialects};

/// The dialects with blocks and lines that have a form of ours.
const WITH_BLOCKS: [Dialect; 6] =
    [Dialect::Colons, Dialect::Hints, Dialect::Admonitions, Dialect::Tabs, Dialect::Attributes, Dialect::Contents];

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Callout,
    Tab,
    Attributes,
    Contents,
    Mark,
    /// A tag around tabs, or one that begins or ends nothing.
    Group,
}

impl Change {
    /// Returns the name of one thing that is changed, and of several.
    #[must_use]
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Callout => ("callout", "callouts"),
            Self::Tab => ("tab", "tabs"),
            Self::Attributes => ("group of attributes", "groups of attributes"),
            Self::Contents => ("mark for a table of contents", "marks for a table of contents"),
            Self::Mark => ("marked text", "marked texts"),
            Self::Group => ("tag around blocks", "tags around blocks"),
        }
    }

    /// Returns what becomes of it.
    #[must_use]
    pub fn outcome(self) -> &'static str {
        match self {
            Self::Callout => "quotations that begin with a name, such as `[!TIP]`",
            Self::Tab => "quotations that begin with `[!TAB]` and the name of the tab",
            Self::Attributes => "`{#id}` on headings, and nothing elsewhere",
            Self::Contents => "nothing, because pages have a table of contents",
            Self::Mark => "`<mark>`",
            Self::Group => "nothing",
        }
    }
}

/// A body in our form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours {
    /// The text.
    pub text: String,
    /// The number of changes of each kind.
    pub changes: BTreeMap<Change, usize>,
}

/// Rewrites a body. Returns `None` if nothing is to be changed, or if its blocks aren't understood.
pub fn ours(body: &str, reading: &Reading<'_>) -> Option<Ours> {
    let list: Vec<Dialect> = WITH_BLOCKS.into_iter().filter(|dialect| reading.dialects.has(*dialect)).collect();
    let limited = Reading { options: Options::empty(), dialects: Dialects::of(&list), ..*reading };
    let view = View::of(body, &limited);
    if view.too_deep.is_some() || !view.unclosed.is_empty() {
        return None;
    }
    let code = tags::find(body, limited.dialects).code;
    let mut rewriter = Rewriter { body, view: &view, code, dialects: limited.dialects, out: Ours::default() };
    rewriter.all();
    let mut out = rewriter.out;
    if reading.dialects.has(Dialect::Mark) {
        out.mark(reading);
    }
    (!out.changes.is_empty()).then_some(out)
}

impl Ours {
    fn count(&mut self, change: Change) {
        *self.changes.entry(change).or_default() += 1;
    }

    /// Replaces `==` around marked text.
    fn mark(&mut self, reading: &Reading<'_>) {
        let view = View::of(&self.text, reading);
        let events = Parser::new_ext(&view.text, reading.options).into_offset_iter();
        let events: Vec<_> = events.flat_map(|(event, range)| view.located(event, &range)).collect();
        let signs = inline::signs(&self.text, &events);
        let mut text = String::with_capacity(self.text.len() + 8 * signs.len());
        let mut at = 0;
        for (place, html) in &signs {
            text.push_str(&self.text[at..*place]);
            text.push_str(html);
            at = place + 2;
        }
        text.push_str(&self.text[at..]);
        for _ in 0..signs.len() / 2 {
            self.count(Change::Mark);
        }
        self.text = text;
    }
}

struct Rewriter<'a> {
    body: &'a str,
    view: &'a View<'a>,
    code: Vec<Range<usize>>,
    dialects: Dialects,
    out: Ours,
}

impl Rewriter<'_> {
    fn all(&mut self) {
        let mut at = 0;
        let view = self.view;
        for block in &view.blocks {
            if block.whole.start < at {
                continue;
            }
            let start = self.body[..block.whole.start].rfind('\n').map_or(0, |end| end + 1);
            self.outside(at..start);
            if !self.out.text.is_empty() && !self.out.text.ends_with("\n\n") {
                self.out.text.push('\n');
            }
            self.block(block);
            at = self.body[block.whole.end..].find('\n').map_or(self.body.len(), |end| block.whole.end + end + 1);
            let next = self.body[at..].lines().next();
            if next.is_some_and(|line| !line.trim().is_empty()) {
                self.out.text.push('\n');
            }
        }
        self.outside(at..self.body.len());
    }

    /// Copies lines outside of blocks, without attributes and marks for a table of contents.
    fn outside(&mut self, range: Range<usize>) {
        let mut start = range.start;
        let (mut skip_next, mut after_gap) = (false, false);
        for line in self.body[range.clone()].split_inclusive('\n') {
            let here = start..start + line.len();
            start = here.end;
            let bare = line.trim();
            let is_after_gap = std::mem::replace(&mut after_gap, false);
            if std::mem::take(&mut skip_next) {
                after_gap = true;
                continue;
            }
            if bare.is_empty() && is_after_gap && self.out.text.ends_with("\n\n") {
                continue;
            }
            if self.is_code(here.start) || line.starts_with("    ") {
                self.out.text.push_str(line);
                continue;
            }
            let has_contents = self.dialects.has(Dialect::Contents);
            let next = self.body[here.end..].lines().next().unwrap_or_default();
            skip_next = has_contents && lines::marker(bare).is_some() && next.trim_start().starts_with("{:toc");
            if skip_next || (has_contents && lines::is_contents(bare)) {
                self.out.count(Change::Contents);
                after_gap = true;
                continue;
            }
            if self.dialects.has(Dialect::Attributes) && self.attributes(bare) {
                continue;
            }
            after_gap = self.line(&here);
        }
    }

    fn is_code(&self, at: usize) -> bool {
        let after = self.code.partition_point(|code| code.start <= at);
        self.code[..after].last().is_some_and(|code| code.end > at)
    }

    /// Leaves out a line of attributes, and moves an ID to the heading above. Returns whether the line is
    /// one.
    fn attributes(&mut self, line: &str) -> bool {
        let Some(list) = lines::attributes(line) else { return false };
        self.out.count(Change::Attributes);
        let above = self.out.text.trim_end_matches('\n').len();
        let heading = self.out.text[..above].rfind('\n').map_or(0, |end| end + 1);
        let is_heading = self.out.text[heading..].starts_with('#') && self.out.text.len() == above + 1;
        if let Some(id) = list.iter().find(|one| one.key == "id").filter(|_| is_heading) {
            self.out.text.insert_str(above, &format!(" {{#{}}}", id.value));
        }
        true
    }

    /// Copies a line without the tags and attributes in it. Returns whether nothing is left of it.
    fn line(&mut self, range: &Range<usize>) -> bool {
        let mut at = range.start;
        let removed = &self.view.removed;
        let here: Vec<_> = removed.iter().filter(|tag| tag.start >= range.start && tag.end <= range.end).collect();
        let before = self.out.text.len();
        for tag in &here {
            self.out.text.push_str(&self.body[at..tag.start.max(at)]);
            at = tag.end.max(at);
            self.out.count(if self.body[tag.start..].starts_with("{%") { Change::Group } else { Change::Attributes });
        }
        self.out.text.push_str(&self.body[at..range.end]);
        let is_gone = !here.is_empty() && self.out.text[before..].trim().is_empty();
        if is_gone {
            self.out.text.truncate(before);
        }
        is_gone
    }

    /// Writes a block as a quotation.
    fn block(&mut self, block: &Block) {
        let view = self.view;
        let mut offset = block.line;
        let mut pending: Option<String> = None;
        // The prefix of the line that names a block, as long as nothing follows it.
        let mut named: Option<String> = None;
        let mut is_fenced = false;
        for line in view.text[block.line..block.end].split_inclusive('\n') {
            let range = offset..offset + line.len();
            offset = range.end;
            let content = line.trim_start_matches([' ', '>']);
            let is_blank = content.trim().is_empty();
            let next = view.blocks.partition_point(|block| block.sign < range.start);
            let opened = view.blocks.get(next).filter(|block| block.sign < range.end);
            if is_blank && !is_fenced && opened.is_none() {
                let blank = line.trim_end();
                let is_outer = pending.as_ref().is_none_or(|pending| depth(blank) < depth(pending));
                pending = if is_outer { Some(blank.to_owned()) } else { pending };
                continue;
            }
            self.between((pending.take().as_deref(), named.take().as_deref()), content, opened.is_some());
            if let Some(inner) = opened {
                let prefix = &view.text[range.start..=inner.sign];
                let title = view.text[(inner.sign + 2).min(range.end)..range.end].trim();
                self.out.text.push_str(prefix);
                self.name(inner, title);
                named = Some(prefix.to_owned());
            } else {
                is_fenced ^= content.starts_with("```") || content.starts_with("~~~");
                self.out.text.push_str(if is_blank { line.trim_end() } else { line });
                self.out.text.push_str(if is_blank { "\n" } else { "" });
            }
        }
    }

    /// Writes the blank line before a line: the one of the outermost block, and one below a name unless
    /// plain text follows.
    fn between(&mut self, (pending, named): (Option<&str>, Option<&str>), content: &str, opens: bool) {
        let is_text = !opens && content.starts_with(char::is_alphanumeric) && !lines::begins_block(content);
        let blank = match (pending, named) {
            (Some(pending), Some(named)) if depth(pending) >= depth(named) => (!is_text).then_some(named),
            (Some(pending), _) => Some(pending),
            (None, Some(named)) => (!is_text).then_some(named),
            (None, None) => None,
        };
        if let Some(blank) = blank {
            self.out.text.push_str(blank);
            self.out.text.push('\n');
        }
    }

    fn name(&mut self, block: &Block, title: &str) {
        let is_tab = block.look == Look::Tab;
        self.out.count(if is_tab { Change::Tab } else { Change::Callout });
        let title = if block.is_titled { title } else { "" };
        // `[!EXAMPLE]` is a worked example of ours.
        let (name, title) = match (&*block.name, title) {
            _ if is_tab => ("TAB".to_owned(), title),
            ("example", "") => ("NOTE".to_owned(), "Example"),
            ("example", title) => ("NOTE".to_owned(), title),
            (name, title) => (name.to_uppercase(), title),
        };
        let fold = match block.fold {
            Some(true) => "+",
            Some(false) => "-",
            None => "",
        };
        let line = format!(" [!{name}]{fold} {title}");
        self.out.text.push_str(line.trim_end());
        self.out.text.push('\n');
    }
}

/// Returns the number of quotations that a blank line continues.
fn depth(line: &str) -> usize {
    line.matches('>').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::config::Config;

    fn rewritten(body: &str) -> String {
        let config = Config::bare("x");
        let options = crate::chapter::markdown::options(false);
        let reading = Reading { options, dialects: Dialects::PLAIN.with(Dialect::Mark), config: &config };
        ours(body, &reading).map_or_else(|| body.to_owned(), |ours| ours.text)
    }

    #[test]
    fn callouts_of_all_kinds_become_quotations() {
        for (body, wanted) in [
            ("::: tip Title\nText.\n:::\n", "> [!TIP] Title\n> Text.\n"),
            (":::note[A *b*]\n\n- a\n\n:::\nEnd.\n", "> [!NOTE] A *b*\n>\n> - a\n\nEnd.\n"),
            ("a\n\n!!! note\n\n    b\n\n    c\n\nd\n", "a\n\n> [!NOTE]\n> b\n>\n> c\n\nd\n"),
            ("??? warning \"W\"\n    b\n", "> [!WARNING]- W\n> b\n"),
            ("{% hint style=\"info\" %}\na  \nb\n{% endhint %}\n", "> [!INFO]\n> a  \n> b\n"),
            ("=== \"A\"\n\n    a\n\n=== \"B\"\n\n    b\n", "> [!TAB] A\n> a\n\n> [!TAB] B\n> b\n"),
            ("- a\n\n    !!! tip\n        b\n", "- a\n\n    > [!TIP]\n    > b\n"),
            ("!!! note\n    !!! tip\n        a\n\n    b\n", "> [!NOTE]\n>\n> > [!TIP]\n> > a\n>\n> b\n"),
            ("!!! example\n    a\n", "> [!NOTE] Example\n> a\n"),
            ("{: .note }\na\n\nb\n", "> [!NOTE]\n> a\n\nb\n"),
        ] {
            assert_eq!(rewritten(body), wanted, "{body}");
        }
    }

    #[test]
    fn attributes_marks_and_tables_of_contents_have_a_form_of_ours() {
        for (body, wanted) in [
            ("# A\n{: #b .c }\n\n[x](y){: .z} ==m== `==n==`\n", "# A {#b}\n\n[x](y) <mark>m</mark> `==n==`\n"),
            ("a\n\n[TOC]\n\nb\n", "a\n\nb\n"),
            ("a\n\n* TOC\n{:toc}\n\nb\n", "a\n\nb\n"),
            ("{% tabs %}\n{% tab title=\"A\" %}\na\n{% endtab %}\n{% endtabs %}\n", "> [!TAB] A\n> a\n\n"),
        ] {
            assert_eq!(rewritten(body), wanted, "{body}");
        }
    }

    #[test]
    fn everything_else_stays_byte_for_byte() {
        for body in [
            "a  \n\n\n\tb\n",
            "```\n!!! note\n    a\n[TOC]\n```\n",
            "{% include x %} {{ y }} <Note>z</Note>\n",
            "> [!NOTE]\n> a\n",
            "::: {audience=managers}\n\na\n\n:::\n",
            "a \u{4e00} `{: .x}`\n",
        ] {
            assert_eq!(rewritten(body), body);
        }
        let body = "a  \n\n\n::: tip\nb\n:::\n\n\n\tc\n{{ x }}\n";
        assert_eq!(rewritten(body), "a  \n\n\n> [!TIP]\n> b\n\n\n\tc\n{{ x }}\n");
    }
}
