//! Writes the text of an exported page as Markdown.
//!
//! Input: elements, and how links are written. Output: Markdown, and what it has no form for, by name
//! with a count. What has no form is kept as text. Never looks at another page.

use std::collections::BTreeMap;

use super::tables;
use super::tree::{Element, Node};
use crate::text::quote;

/// Elements that begin a block.
const BLOCKS: [&str; 29] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
    "body",
];

/// Elements that aren't shown.
const SILENT: [&str; 8] = ["script", "style", "title", "head", "link", "meta", "colgroup", "template"];

/// Elements that Markdown has no form for, with the words for them.
const KEPT: [(&str, &str); 9] = [
    ("iframe", "embedded pages"),
    ("embed", "embedded pages"),
    ("object", "embedded pages"),
    ("video", "videos"),
    ("audio", "sound"),
    ("form", "forms"),
    ("svg", "drawings"),
    ("math", "formulas"),
    ("canvas", "drawings"),
];

/// Writes Markdown.
pub struct Writer<'a> {
    /// Returns the target of a link or an image as it is to be written.
    pub link: &'a dyn Fn(&str) -> String,
    /// What was kept only as text, with a count.
    pub kept: BTreeMap<String, usize>,
}

impl Writer<'_> {
    /// Returns the Markdown of a page.
    pub fn page(&mut self, nodes: &[Node]) -> String {
        let text = self.blocks(nodes);
        if text.is_empty() { text } else { format!("{text}\n") }
    }

    /// Counts something that Markdown has no form for.
    fn keep(&mut self, what: &str) {
        *self.kept.entry(what.to_owned()).or_default() += 1;
    }

    /// Writes blocks, with a blank line between them.
    fn blocks(&mut self, nodes: &[Node]) -> String {
        let mut out: Vec<(String, &str)> = Vec::new();
        let mut run: Vec<&Node> = Vec::new();
        for node in nodes {
            match node {
                Node::Element(element) if SILENT.contains(&&*element.name) => {}
                Node::Element(element) if is_block(element) => {
                    self.paragraph(&mut run, &mut out);
                    let is_list = matches!(&*element.name, "ul" | "ol") && !element.has_class("toggle");
                    let kind = if is_list { &*element.name } else { "" };
                    let text = self.block(element);
                    if !text.trim().is_empty() {
                        out.push((text, kind));
                    }
                }
                node => run.push(node),
            }
        }
        self.paragraph(&mut run, &mut out);
        let mut text = String::new();
        let mut last = "";
        for (block, kind) in out {
            // Some programs write a list for each item.
            if !text.is_empty() {
                text.push_str(if kind == last && !kind.is_empty() && !block.contains("\n\n") { "\n" } else { "\n\n" });
            }
            text.push_str(block.trim_matches('\n'));
            last = kind;
        }
        text
    }

    fn paragraph<'n>(&mut self, run: &mut Vec<&'n Node>, out: &mut Vec<(String, &'n str)>) {
        let text = self.inline(&std::mem::take(run));
        if !text.trim().is_empty() {
            out.push((text.trim().to_owned(), ""));
        }
    }

    fn block(&mut self, element: &Element) -> String {
        if let Some(text) = self.of_program(element) {
            return text;
        }
        let children: Vec<&Node> = element.children.iter().collect();
        match &*element.name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let text = self.inline(&children).replace("\\\n", " ");
                let level = usize::from(element.name.as_bytes()[1] - b'0');
                if text.trim().is_empty() { String::new() } else { format!("{} {}", "#".repeat(level), text.trim()) }
            }
            "ul" | "ol" => self.list(element),
            "pre" => {
                let inner = element.elements().find(|inner| inner.name == "code");
                let class = inner.map_or("", |inner| inner.get("class"));
                code(&element.text(), &format!("{class} {}", element.get("class")))
            }
            "blockquote" => quoted(&self.blocks(&element.children)),
            "hr" => "---".to_owned(),
            "table" => self.table(element),
            "details" => self.details(element),
            "dt" => format!("**{}**", self.inline(&children).trim()),
            _ => self.blocks(&element.children),
        }
    }

    /// Writes what is particular to a program that exports pages, such as its callouts.
    fn of_program(&mut self, element: &Element) -> Option<String> {
        let class = element.get("class");
        let find = |class: &'static str| element.find(&move |inner| inner.has_class(class));
        if class.contains("toc-macro") || element.has_class("table_of_contents") {
            return Some(String::new());
        }
        if let Some(kind) = class.split_whitespace().find_map(|one| one.strip_prefix("confluence-information-macro-")) {
            if kind == "body" || kind == "icon" {
                return None;
            }
            let name = if kind == "information" { "INFO" } else { kind };
            let title = find("title").map(Element::words).unwrap_or_default();
            let body = find("confluence-information-macro-body").map_or(&[][..], |body| &body.children);
            return Some(self.callout(&name.to_uppercase(), &title, body));
        }
        if element.has_class("code")
            && let Some(pre) = element.find(&|inner| inner.name == "pre")
        {
            let text = code(&pre.text(), pre.get("data-syntaxhighlighter-params"));
            let title = find("codeHeader").map(Element::words).filter(|title| !title.is_empty());
            return Some(title.map_or(text.clone(), |title| format!("**{}**\n\n{text}", quote::markdown(&title))));
        }
        if element.has_class("panel")
            && let Some(body) = find("panelContent")
        {
            let title = find("panelHeader").map(Element::words).unwrap_or_default();
            return Some(self.callout("NOTE", &title, &body.children));
        }
        if element.has_class("expand-container") {
            let title = find("expand-control-text").map(Element::words).unwrap_or_default();
            let body = find("expand-content").map_or(&[][..], |body| &body.children);
            return Some(self.callout("DETAILS", &title, body).replacen("[!DETAILS]", "[!DETAILS]-", 1));
        }
        if element.name == "figure" && element.has_class("callout") {
            let body: Vec<Node> = element.elements().last().map(|body| body.children.clone()).unwrap_or_default();
            return Some(self.callout("NOTE", "", &body));
        }
        if element.has_class("unknown-macro") || !element.get("data-macro-name").is_empty() {
            self.keep("macros");
        }
        None
    }

    fn callout(&mut self, name: &str, title: &str, body: &[Node]) -> String {
        let text = self.blocks(body);
        let first = format!("[!{name}] {}", quote::markdown(title));
        quoted(&format!("{}\n\n{text}", first.trim_end()))
    }

    fn details(&mut self, element: &Element) -> String {
        let title = element.elements().find(|inner| inner.name == "summary").map(Element::words).unwrap_or_default();
        let is_body = |node: &&Node| !matches!(node, Node::Element(inner) if inner.name == "summary");
        let body: Vec<Node> = element.children.iter().filter(is_body).cloned().collect();
        self.callout("DETAILS", &title, &body).replacen("[!DETAILS]", "[!DETAILS]-", 1)
    }

    fn list(&mut self, list: &Element) -> String {
        // What folds in Notion is a list with one element that folds.
        if list.has_class("toggle") {
            let inner: Vec<Node> = list.elements().flat_map(|item| item.children.clone()).collect();
            return self.blocks(&inner);
        }
        let mut items: Vec<String> = Vec::new();
        let first: usize = list.get("start").parse().unwrap_or(1);
        for item in list.elements() {
            let marker = if list.name == "ol" { format!("{}. ", first + items.len()) } else { "- ".to_owned() };
            let box_of = |on: bool| if on { "[x] " } else { "[ ] " };
            let checkbox = item.elements().find(|inner| inner.has_class("checkbox"));
            let task = match checkbox {
                Some(one) => box_of(one.has_class("checkbox-on")),
                None if list.has_class("inline-task-list") => box_of(item.has_class("checked")),
                None => "",
            };
            let text = self.blocks(&item.children);
            // A list below the text of an item needs no blank line.
            let text = text.replacen("\n\n- ", "\n- ", 1).replacen("\n\n1. ", "\n1. ", 1);
            let indent = " ".repeat(marker.len());
            let lines: Vec<String> = text.lines().map(|line| format!("{indent}{line}").trim_end().to_owned()).collect();
            items.push(format!("{marker}{task}{}", lines.join("\n").trim_start()));
        }
        items.join(if items.iter().any(|item| item.contains("\n\n")) { "\n\n" } else { "\n" })
    }

    fn table(&mut self, table: &Element) -> String {
        let mut rows: Vec<Vec<String>> = Vec::new();
        self.rows(table, &mut rows);
        let width = rows.iter().map(Vec::len).max().unwrap_or_default();
        if width == 0 {
            return String::new();
        }
        if tables::is_ragged(width, &rows) {
            self.keep(tables::RAGGED);
            return tables::list(&rows);
        }
        let mut out = String::new();
        for (n, mut row) in rows.into_iter().enumerate() {
            row.resize(width, String::new());
            out.push_str(&format!("| {} |\n", row.join(" | ")));
            if n == 0 {
                out.push_str(&format!("|{}\n", "---|".repeat(width)));
            }
        }
        out
    }

    fn rows(&mut self, part: &Element, rows: &mut Vec<Vec<String>>) {
        for element in part.elements() {
            match &*element.name {
                "tr" => {
                    let cells = element.elements().filter(|cell| matches!(&*cell.name, "td" | "th"));
                    let cells: Vec<&Element> = cells.collect();
                    if cells
                        .iter()
                        .any(|cell| ["colspan", "rowspan"].iter().any(|key| !matches!(cell.get(key), "" | "1")))
                    {
                        self.keep("rows with merged cells");
                    }
                    rows.push(cells.into_iter().map(|cell| self.cell(cell)).collect());
                }
                "thead" | "tbody" | "tfoot" => self.rows(element, rows),
                _ => {}
            }
        }
    }

    /// Writes a cell on one line.
    fn cell(&mut self, cell: &Element) -> String {
        let has_more = cell.find(&|inner| matches!(&*inner.name, "pre" | "table" | "blockquote")).is_some();
        if has_more {
            self.keep("blocks in cells of tables");
        }
        let text = self.blocks(&cell.children).replace("\\\n", "\n");
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join("<br>").replace('|', "\\|")
    }

    /// Writes text within a line.
    fn inline(&mut self, nodes: &[&Node]) -> String {
        let mut out = String::new();
        for node in nodes {
            match node {
                Node::Text(text) => words(text, &mut out),
                Node::Element(element) => self.phrase(element, &mut out),
            }
        }
        out
    }

    fn phrase(&mut self, element: &Element, out: &mut String) {
        if SILENT.contains(&&*element.name) {
            return;
        }
        if let Some((_, what)) = KEPT.iter().find(|(name, _)| *name == element.name) {
            self.keep(what);
            let source = element.get("src");
            if !source.is_empty() {
                return out.push_str(&format!("<{}>", (self.link)(source)));
            }
        }
        let children: Vec<&Node> = element.children.iter().collect();
        match &*element.name {
            "br" => out.push_str(if out.trim_end().is_empty() { "" } else { "\\\n" }),
            "img" => self.image(element, out),
            "code" | "kbd" | "samp" | "tt" => out.push_str(&span(&element.text())),
            "strong" | "b" => around("**", &self.inline(&children), out),
            "em" | "i" => around("*", &self.inline(&children), out),
            "del" | "s" | "strike" => around("~~", &self.inline(&children), out),
            "sub" | "sup" | "mark" => {
                let (name, text) = (&element.name, self.inline(&children));
                out.push_str(&format!("<{name}>{text}</{name}>"));
            }
            "a" if !element.get("href").is_empty() && !element.has_class("confluence-userlink") => {
                // A link to an attachment of Confluence often shows only a small picture of it.
                let alias = element.get("data-linked-resource-default-alias");
                let is_file = element.has_class("confluence-embedded-file") && !alias.is_empty();
                let text = if is_file { quote::markdown(alias) } else { self.inline(&children) };
                let target = target(&(self.link)(element.get("href")));
                let other = if alias.is_empty() { element.get("href") } else { alias };
                let text = if text.trim().is_empty() { quote::markdown(other) } else { text };
                out.push_str(&format!("[{}]({target})", text.trim()));
            }
            "input" | "button" | "select" => self.keep("forms"),
            // A block within a line, such as a paragraph in a link.
            _ => out.push_str(&self.inline(&children)),
        }
    }

    fn image(&mut self, image: &Element, out: &mut String) {
        if image.has_class("emoticon") || image.has_class("icon") {
            let text = [image.get("data-emoji-fallback"), image.get("alt")].into_iter().find(|text| !text.is_empty());
            return out.push_str(text.unwrap_or_default());
        }
        let target = target(&(self.link)(image.get("src")));
        out.push_str(&format!("![{}]({target})", quote::markdown(image.get("alt"))));
    }
}

fn is_block(element: &Element) -> bool {
    BLOCKS.contains(&&*element.name)
        || (matches!(&*element.name, "span" | "a" | "time")
            && element.find(&|inner| inner.name == "p" || inner.name == "table").is_some())
}

/// Appends text with the escapes that it needs, and with single spaces.
fn words(text: &str, out: &mut String) {
    let is_space = |c: char| c.is_whitespace();
    let begins = text.starts_with(is_space) && !out.is_empty() && !out.ends_with(is_space);
    if begins {
        out.push(' ');
    }
    // In the middle of a line, nothing begins a block.
    let escaped = if out.is_empty() || out.ends_with('\n') {
        quote::markdown(text)
    } else {
        quote::markdown(&format!("x{text}"))[1..].to_owned()
    };
    out.push_str(escaped.trim_start());
    if text.ends_with(is_space) && !text.trim().is_empty() {
        out.push(' ');
    }
}

/// Appends text between signs, with the white space at its ends outside.
fn around(sign: &str, text: &str, out: &mut String) {
    let inner = text.trim();
    if inner.is_empty() {
        return out.push_str(text);
    }
    let start = text.len() - text.trim_start().len();
    out.push_str(&text[..start]);
    out.push_str(&format!("{sign}{inner}{sign}"));
    out.push_str(&text[start + inner.len()..]);
}

/// Returns a code span.
fn span(text: &str) -> String {
    let sign = if text.contains('`') { "``" } else { "`" };
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.trim().is_empty() {
        String::new()
    } else {
        format!("{sign}{space}{}{space}{sign}", text.replace('\n', " "))
    }
}

/// Returns a block of code; `about` contains the name of its language.
fn code(text: &str, about: &str) -> String {
    let language = about.split(';').find_map(|part| part.trim().strip_prefix("brush:")).map(str::trim);
    let of_class = about.split_whitespace().find_map(|class| class.strip_prefix("language-"));
    let language = language.or(of_class).unwrap_or_default().to_lowercase();
    let language: String = language.chars().filter(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '-')).collect();
    let language = if language == "plain" { "" } else { &language };
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_matches('\n'))
}

/// Returns Markdown as a quotation.
fn quoted(text: &str) -> String {
    text.trim().lines().map(|line| format!("> {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Returns the target of a link, in angle brackets if it needs them.
fn target(address: &str) -> String {
    if address.contains([' ', '(', ')', '<', '>']) {
        format!("<{}>", address.replace('<', "%3C").replace('>', "%3E"))
    } else {
        address.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    fn written(html: &str) -> String {
        Writer { link: &str::to_owned, kept: BTreeMap::new() }.page(&tree::read(html).children)
    }

    #[test]
    fn html_becomes_markdown() {
        for (html, wanted) in [
            ("<h2>A <em>b</em></h2><p>c<br/>d</p>", "## A *b*\n\nc\\\nd\n"),
            ("<p>a <strong>b </strong>c * d</p>", "a **b** c \\* d\n"),
            ("<p>1. x</p><p># y</p>", "1\\. x\n\n\\# y\n"),
            ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>", "- a\n  - b\n- c\n"),
            ("<ol><li>a</li></ol><ol start=\"2\"><li>b</li></ol>", "1. a\n2. b\n"),
            ("<ul class=\"inline-task-list\"><li class=\"checked\"><span>a</span></li></ul>", "- [x] a\n"),
            (
                "<table><tbody><tr><th>a</th><th>b|c</th></tr><tr><td><p>1</p><p>2</p></td></tr></tbody></table>",
                "| a | b\\|c |\n|---|---|\n| 1<br>2 |  |\n",
            ),
            ("<pre class=\"language-js\">a\n  b</pre>", "```js\na\n  b\n```\n"),
            ("<p><a href=\"a b.html\">x</a> <code>y`</code></p>", "[x](<a b.html>) `` y` ``\n"),
            ("<details><summary>T</summary><p>a</p></details>", "> [!DETAILS]- T\n>\n> a\n"),
            ("<div><div>a</div><p>b</p>c</div>", "a\n\nb\n\nc\n"),
            ("<script>x</script><style>y</style><p>z</p>", "z\n"),
        ] {
            assert_eq!(written(html), wanted, "{html}");
        }
    }

    #[test]
    fn a_table_with_far_more_places_than_cells_is_kept_as_a_list() {
        let html = format!("<table><tr>{}{}</table>", "<td>x".repeat(2000), "<tr><td>y".repeat(8000));
        let mut writer = Writer { link: &str::to_owned, kept: BTreeMap::new() };
        let text = writer.page(&tree::read(&html).children);
        assert!(text.starts_with("- x; x; ") && text.ends_with("- y\n- y\n"));
        assert!(text.len() < 100_000, "{}", text.len());
        assert_eq!(writer.kept.into_iter().collect::<Vec<_>>(), [(tables::RAGGED.to_owned(), 1)]);
        let full = format!("<table>{}</table>", format!("<tr>{}", "<td>x".repeat(20)).repeat(6000));
        assert!(written(&full).starts_with("| x |"));
    }

    #[test]
    fn panels_and_macros_become_callouts_and_the_rest_is_counted() {
        let html = "<div class=\"confluence-information-macro confluence-information-macro-warning\"><p class=\"title\">T</p>\
            <span class=\"aui-icon\"></span><div class=\"confluence-information-macro-body\"><p>a</p></div></div>";
        assert_eq!(written(html), "> [!WARNING] T\n>\n> a\n");
        let html = "<div class=\"code panel\"><div class=\"codeContent\"><pre data-syntaxhighlighter-params=\"brush: java; gutter: false\">x</pre></div></div>";
        assert_eq!(written(html), "```java\nx\n```\n");
        let mut writer = Writer { link: &str::to_owned, kept: BTreeMap::new() };
        let text =
            writer.page(&tree::read("<p><iframe src=\"https://a.example\"></iframe></p><form>b</form>").children);
        assert_eq!(text, "<https://a.example>\n\nb\n");
        assert_eq!(
            writer.kept.into_iter().collect::<Vec<_>>(),
            [("embedded pages".to_owned(), 1), ("forms".to_owned(), 1)]
        );
    }
}
