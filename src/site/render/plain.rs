//! Turns HTML that this program wrote back into Markdown, for copies that people take away.
//!
//! Input: HTML with closed tags. Output: Markdown with GFM tables. It converts what chapters are
//! made of (paragraphs, lists, headings, quotes, code, tables, links) and keeps only the text of
//! everything else. Never parses an author's raw HTML directly: the sanitizer has already processed
//! it.

use std::fmt::Write as _;

use crate::text::markup::{Tag, Token, decode, tokens};

/// Writes `html` as Markdown, without blank lines at either end.
pub fn markdown(html: &str) -> String {
    let mut writer = Writer::default();
    let mut at = 0;
    for token in tokens(html) {
        let range = token.range();
        writer.text(&html[at..range.start]);
        match token {
            Token::Start(tag) => writer.open(&tag),
            Token::End(tag) => writer.close(&tag.name),
            Token::Comment(..) => {}
        }
        at = range.end;
    }
    writer.text(&html[at..]);
    tidy(&writer.out)
}

/// Converts a short piece of HTML, such as a statement, to a single line of Markdown.
pub fn line(html: &str) -> String {
    markdown(html).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Default)]
struct Writer {
    out: String,
    /// For each open list, the next number if the list is ordered.
    lists: Vec<Option<u32>>,
    links: Vec<String>,
    quotes: usize,
    is_code: bool,
    /// The number of cells in the current row; `has_head` says whether the table's head has ended.
    row: Option<usize>,
    has_head: bool,
}

impl Writer {
    fn text(&mut self, html: &str) {
        let text = decode(html).replace("&nbsp;", " ");
        if self.is_code {
            return self.out.push_str(&text.replace('\n', &format!("\n{}", self.margin())));
        }
        let mut words = text.split_whitespace().peekable();
        let starts_line = self.out.is_empty() || self.out.ends_with(['\n', ' ']);
        if text.starts_with(char::is_whitespace) && !starts_line {
            self.out.push(' ');
        }
        while let Some(word) = words.next() {
            escape(word, &mut self.out);
            if words.peek().is_some() || text.ends_with(char::is_whitespace) {
                self.out.push(' ');
            }
        }
    }

    fn open(&mut self, tag: &Tag) {
        let attribute = |name: &str| tag.get(name).map(|found| found.value.clone()).unwrap_or_default();
        match &*tag.name {
            "p" | "table" | "dl" | "figure" | "dt" => self.block(),
            "ul" => self.list(None),
            "ol" => self.list(Some(attribute("start").parse().unwrap_or(1))),
            "li" => self.item(),
            "blockquote" => {
                self.block();
                self.quotes += 1;
                self.out.push_str("> ");
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.block();
                let level = tag.name[1..].parse().unwrap_or(1);
                self.out.push_str(&"#".repeat(level));
                self.out.push(' ');
            }
            "em" | "i" => self.out.push('*'),
            "strong" | "b" => self.out.push_str("**"),
            "code" if !self.is_code => self.out.push('`'),
            "pre" => {
                self.block();
                self.out.push_str("```\n");
                self.out.push_str(&self.margin());
                self.is_code = true;
            }
            "a" => {
                self.links.push(attribute("href").to_string());
                self.out.push('[');
            }
            "br" => {
                self.out.push_str("\\\n");
                self.out.push_str(&self.margin());
            }
            "img" => {
                let (alt, source) = (attribute("alt"), attribute("src"));
                let _ = write!(self.out, "![{alt}]({source})");
            }
            "tr" => {
                self.new_line();
                self.row = Some(0);
                self.out.push('|');
            }
            "td" | "th" => self.out.push(' '),
            "dd" => {
                self.new_line();
                self.out.push_str(": ");
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "em" | "i" => self.end_mark("*"),
            "strong" | "b" => self.end_mark("**"),
            "code" if !self.is_code => self.out.push('`'),
            "pre" => {
                self.is_code = false;
                self.new_line();
                self.out.push_str("```");
            }
            "a" => {
                let to = self.links.pop().unwrap_or_default();
                let _ = write!(self.out, "]({to})");
            }
            "ul" | "ol" => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.block();
                }
            }
            "blockquote" => self.quotes = self.quotes.saturating_sub(1),
            "td" | "th" => {
                self.row = self.row.map(|cells| cells + 1);
                self.out.truncate(self.out.trim_end().len());
                self.out.push_str(" |");
            }
            "tr" => {
                let cells = self.row.take().unwrap_or(0);
                if !self.has_head {
                    self.has_head = true;
                    self.new_line();
                    let _ = write!(self.out, "|{}", "---|".repeat(cells));
                }
            }
            "table" => {
                self.has_head = false;
                self.block();
            }
            _ => {}
        }
    }

    /// Ends emphasis. Trailing spaces move after the closing mark, because a mark preceded by a
    /// space doesn't close emphasis.
    fn end_mark(&mut self, mark: &str) {
        let trimmed = self.out.trim_end_matches(' ').len();
        let space = self.out.split_off(trimmed);
        self.out.push_str(mark);
        self.out.push_str(&space);
    }

    fn margin(&self) -> String {
        format!("{}{}", "> ".repeat(self.quotes), "   ".repeat(self.lists.len()))
    }

    fn end_line(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn new_line(&mut self) {
        self.end_line();
        self.out.push_str(&self.margin());
    }

    /// Begins a block after a blank line, except at the beginning of a list item or a quote.
    fn block(&mut self) {
        let last = self.out.rsplit('\n').next().unwrap_or_default();
        let is_begun = last.trim_matches(|c: char| c == ' ' || c == '>' || c == '.' || c == '-' || c.is_ascii_digit());
        if !last.is_empty() && is_begun.is_empty() {
            return;
        }
        self.new_line();
        if !self.out.is_empty() {
            self.out.push('\n');
            self.out.push_str(&self.margin());
        }
    }

    /// Begins a list. A list that isn't nested in another one is a block.
    fn list(&mut self, first: Option<u32>) {
        if self.lists.is_empty() {
            self.block();
        }
        self.lists.push(first);
    }

    fn item(&mut self) {
        let depth = self.lists.len().saturating_sub(1);
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "-  ".to_owned(),
        };
        self.end_line();
        let _ = write!(self.out, "{}{}{marker}", "> ".repeat(self.quotes), "   ".repeat(depth));
    }
}

/// Appends a word, escaping the characters that would begin markup.
fn escape(word: &str, out: &mut String) {
    let starts_line = out.is_empty() || out.ends_with('\n');
    if starts_line && word.starts_with(['#', '-', '+', '>', '=']) {
        out.push('\\');
    }
    for c in word.chars() {
        if matches!(c, '\\' | '*' | '`' | '[' | ']' | '<' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Trims the ends of lines and collapses consecutive blank lines.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(str::trim_end) {
        let is_blank = line.trim_start_matches(['>', ' ']).is_empty();
        if !(is_blank && blank) {
            out.push_str(line);
            out.push('\n');
        }
        blank = is_blank;
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_html_of_a_chapter_turns_back_into_markdown() {
        let html = "<p>Ask <em>why</em>, then <a href=\"../x/\">the <strong>rest</strong></a> &amp; <code>a_b</code>.</p>\n\
                    <ol>\n<li><em>Bring a page.</em> Strong: it is used.</li>\n<li><p>Two.</p>\n<ul>\n<li>inner</li>\n</ul>\n</li>\n</ol>\n\
                    <table><thead><tr><th>To</th><th>Need</th></tr></thead><tbody><tr><td>a</td><td>b | c</td></tr></tbody></table>\n\
                    <blockquote>\n<p>Said.</p>\n<p>Again.</p>\n</blockquote>\n<h4>More</h4>\n<pre><code>x &lt; y\n  z\n</code></pre>";
        let wanted = "Ask *why*, then [the **rest**](../x/) & `a_b`.\n\n\
                      1. *Bring a page.* Strong: it is used.\n2. Two.\n   -  inner\n\n\
                      | To | Need |\n|---|---|\n| a | b \\| c |\n\n\
                      > Said.\n>\n> Again.\n\n#### More\n\n```\nx < y\n  z\n```";
        assert_eq!(markdown(html), wanted);
    }

    #[test]
    fn text_that_looks_like_markup_is_escaped() {
        assert_eq!(markdown("<p># 3 * 4 &lt;b&gt;</p>"), "\\# 3 \\* 4 \\<b>");
        assert_eq!(line("Writes <em>the</em>\n brief."), "Writes *the* brief.");
    }
}
