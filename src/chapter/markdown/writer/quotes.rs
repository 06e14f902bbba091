//! Writes quotations: ordinary ones, callouts, and worked examples.
//!
//! Input: the event that starts a quotation. Output: a block quote, a callout, or a figure with a
//! caption. A first line such as `[!TIP] Title` makes a callout, whatever the name; GitHub, Obsidian
//! and others write it. Never decides what an example of a statement is; the structure does that.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, Event, Tag};

use crate::chapter::dialect::{Block, Look};
use crate::chapter::document::CALLOUTS;
use crate::text::near::Candidates;
use crate::text::rule::Rule;

use super::{Hole, Input, Located, OpenLink, Writer, capitalised, end_of, escape, escape_into, plain_text};

/// The name of a worked example.
const EXAMPLE: &str = "example";

/// The name of one of several parts that belong together, such as the commands of one system each.
const TAB: &str = "tab";

/// The names that callouts have in other tools, by the callout that stands for them here: those of
/// Obsidian, Docusaurus, `GitBook` and Material for `MkDocs`. Any other name is a note.
const ALSO_CALLED: [(&str, &[&str]); 4] = [
    ("tip", &["tip", "hint", "success", "check", "done"]),
    ("important", &["important"]),
    ("warning", &["warning", "attention"]),
    ("caution", &["caution", "danger", "error", "failure", "fail", "missing", "bug"]),
];

/// Names of callouts elsewhere that are notes here.
const NOTES: [&str; 16] = [
    "note",
    "info",
    "abstract",
    "summary",
    "tldr",
    "todo",
    "quote",
    "cite",
    "question",
    "help",
    "faq",
    "example",
    "seealso",
    "definition",
    "details",
    "reference",
];

/// The first line of a quotation that has a name.
#[derive(Debug)]
pub struct Named {
    /// The name in lower case.
    name: String,
    /// Whether the reader can fold the callout, and whether it is open at first.
    fold: Option<bool>,
    /// Whether the name is that of a block of a dialect.
    is_foreign: bool,
    /// The text after the name, without markup.
    caption: String,
    /// The byte range of the line in the body.
    range: Range<usize>,
    /// The offset in the body of the text after the name.
    after: usize,
    /// The events of the line, with the line break that ends it.
    events: Range<usize>,
}

/// How to close a quotation.
#[derive(Clone, Copy)]
pub(super) enum OpenQuote {
    Plain,
    Callout,
    Tab,
    Folding,
    Example,
}

/// Returns the byte range of the mark of the worked example that event `n` starts, and whether a
/// caption follows. Returns `None` if the event doesn't start one.
pub fn worked(input: Input<'_>, events: &[Located<'_>], n: usize) -> Option<(Range<usize>, bool)> {
    let named = named(input, events, n).filter(|named| named.name == EXAMPLE)?;
    let has_caption = !named.caption.is_empty();
    Some((named.range.start..if has_caption { named.after } else { named.range.end }, has_caption))
}

/// Returns the first line of the quotation that event `n` starts if the line begins with a name
/// that Markdown doesn't read: one with a title, a sign for folding, or a name that isn't GitHub's.
fn named(input: Input<'_>, events: &[Located<'_>], n: usize) -> Option<Named> {
    let is_quote = matches!(events.get(n)?.0, Event::Start(Tag::BlockQuote(None)));
    if input.plain || !is_quote || !matches!(events.get(n + 1)?.0, Event::Start(Tag::Paragraph)) {
        return None;
    }
    let start = events.get(n + 2)?.1.start;
    // Only the first line is searched: a chapter may have many that never close the name.
    let line = input.body.get(start..)?.strip_prefix("[!")?.lines().next()?;
    let (name, rest) = line.split_once(']')?;
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if name.is_empty() || !is_name(name) || rest.starts_with(['(', '[', ':']) {
        return None;
    }
    let fold = match rest.chars().next() {
        Some('+') => Some(true),
        Some('-') => Some(false),
        _ => None,
    };
    let mark_end = start + name.len() + 3 + usize::from(fold.is_some());
    let spaces = input.body[mark_end..].bytes().take_while(|byte| *byte == b' ').count();
    let end = end_of(events, n + 1);
    let line_end = line_end(events, n + 2..end);
    let text = plain_text(&events[n + 2..line_end.unwrap_or(end)]);
    let caption = text.get(mark_end - start..).unwrap_or_default().trim().to_owned();
    let range = start..events[line_end.unwrap_or(end) - 1].1.end;
    let events = n + 2..line_end.map_or(end, |at| at + 1);
    let name = name.to_lowercase();
    Some(Named { name, fold, is_foreign: false, caption, range, after: mark_end + spaces, events })
}

/// Returns the title of a dialect's block that event `n` starts.
fn title_of(block: &Block, events: &[Located<'_>], n: usize) -> Named {
    let paragraph = matches!(events.get(n + 1), Some((Event::Start(Tag::Paragraph), _)));
    let inner = if block.is_titled && paragraph { n + 2..end_of(events, n + 1) } else { n + 2..n + 2 };
    let caption = plain_text(events.get(inner.clone()).unwrap_or_default()).trim().to_owned();
    let after = inner.clone().next().and_then(|first| events.get(first)).map_or(block.whole.start, |(_, at)| at.start);
    let (name, range) = (block.name.clone(), block.whole.start..block.inner.start);
    Named { name, fold: block.fold, is_foreign: true, caption, range, after, events: inner }
}

/// Returns the index of the first line break outside of phrases.
fn line_end(events: &[Located<'_>], within: Range<usize>) -> Option<usize> {
    let mut depth = 0_usize;
    within.into_iter().find(|at| match events[*at].0 {
        Event::Start(_) => {
            depth += 1;
            false
        }
        Event::End(_) => {
            depth = depth.saturating_sub(1);
            false
        }
        Event::SoftBreak | Event::HardBreak => depth == 0,
        _ => false,
    })
}

impl Writer<'_, '_> {
    /// Starts the quotation of event `n`, and writes its title.
    pub(super) fn start_quote(&mut self, n: usize, kind: Option<BlockQuoteKind>) {
        if let Some(block) = self.input.block(&self.events[n].1) {
            let named = title_of(block, self.events, n);
            let open = if block.look == Look::Tab { self.start_tab(named) } else { self.start_named(named) };
            return self.quotes.push(open);
        }
        let open = match (kind.map(class_of), named(self.input, self.events, n)) {
            (Some(class), _) => {
                self.block(&format!("<div class=\"callout {class}\""));
                self.out.hole(Hole::CalloutAttributes(class));
                self.out.html.push_str("><p class=\"callout-title\">");
                self.out.hole(Hole::CalloutLabel(class));
                self.out.html.push_str("</p>\n");
                OpenQuote::Callout
            }
            (None, Some(named)) if named.name == EXAMPLE => self.start_example(named),
            (None, Some(named)) if named.name == TAB && !named.caption.is_empty() => self.start_tab(named),
            (None, Some(named)) => self.start_named(named),
            (None, None) => {
                self.block("<blockquote>\n");
                OpenQuote::Plain
            }
        };
        self.quotes.push(open);
    }

    pub(super) fn end_quote(&mut self) {
        let html = match self.quotes.pop() {
            Some(OpenQuote::Callout | OpenQuote::Tab) => "</div>\n",
            Some(OpenQuote::Folding) => "</details>\n",
            Some(OpenQuote::Example) => "</figure>\n",
            Some(OpenQuote::Plain) | None => "</blockquote>\n",
        };
        self.block(html);
    }

    /// Starts a callout with a name or a title of its own.
    fn start_named(&mut self, named: Named) -> OpenQuote {
        if !named.is_foreign {
            self.check_name(&named);
        }
        let class = class_called(&named.name);
        let label = capitalised(&named.name.replace(['-', '_'], " "));
        let is_labelled = named.caption.is_empty() && CALLOUTS.contains(&&*named.name);
        let (tag, title) = if named.fold.is_some() { ("details", "summary") } else { ("div", "p") };
        self.block(&format!("<{tag} class=\"callout {class}\""));
        match named.fold {
            Some(is_open) => self.out.html.push_str(if is_open { " open=\"\"" } else { "" }),
            None if is_labelled => self.out.hole(Hole::CalloutAttributes(class)),
            None => {
                self.attribute("role", "note");
                self.attribute("aria-label", if named.caption.is_empty() { &label } else { &named.caption });
            }
        }
        self.out.html.push_str(&format!("><{title} class=\"callout-title\">"));
        if is_labelled {
            self.out.hole(Hole::CalloutLabel(class));
        } else if named.caption.is_empty() {
            escape_into(&label, &mut self.out.html);
        } else {
            self.title(&named);
        }
        self.out.html.push_str(&format!("</{title}>\n"));
        self.skipped = named.events;
        if named.fold.is_some() { OpenQuote::Folding } else { OpenQuote::Callout }
    }

    /// Starts one of several parts that other generators show one at a time.
    fn start_tab(&mut self, named: Named) -> OpenQuote {
        self.block("<div class=\"tab\" role=\"group\"");
        self.attribute("aria-label", &named.caption);
        self.out.html.push_str("><p class=\"tab-title\">");
        self.title(&named);
        self.out.html.push_str("</p>\n");
        self.skipped = named.events;
        OpenQuote::Tab
    }

    /// Reports a name that is probably a misspelling.
    fn check_name(&mut self, named: &Named) {
        let known = ALSO_CALLED.iter().flat_map(|(_, names)| *names).chain(&NOTES).copied();
        if let Some(meant) = Candidates::new(known).slip(&named.name).filter(|meant| *meant != named.name) {
            let message = format!("there is no callout `{}`, so it is shown as a note", named.name);
            let range = named.range.start..named.range.start + named.name.len() + 3;
            self.finding(Rule::ForeignForm, &range, message, &format!("did you mean `[!{}]`?", meant.to_uppercase()));
        }
    }

    /// Writes the text after the name of a callout with its markup.
    fn title(&mut self, named: &Named) {
        // Terms aren't linked in a title, just as in the text of a link.
        self.links.push(OpenLink::Text);
        let mut at = named.events.start;
        while at < named.events.end {
            let (event, range) = &self.events[at];
            if range.end <= named.after || matches!(event, Event::SoftBreak | Event::HardBreak) {
                at += 1;
            } else if range.start < named.after {
                let text = &self.input.body[named.after..range.end];
                self.out.html.push_str(&escape(text));
                self.written.words += text.split_whitespace().count();
                at += 1;
            } else {
                at = self.event(at, 1);
            }
        }
        self.links.pop();
    }

    /// Starts a worked example and writes its caption.
    fn start_example(&mut self, example: Named) -> OpenQuote {
        self.block("<figure class=\"worked\">\n<figcaption>");
        self.out.hole(Hole::ExampleLabel);
        if !example.caption.is_empty() {
            self.out.html.push(' ');
            self.title(&example);
        }
        self.out.html.push_str("</figcaption>\n");
        self.skipped = example.events;
        OpenQuote::Example
    }
}

fn class_of(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Important => "important",
        BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    }
}

/// Returns the callout that stands for a name.
fn class_called(name: &str) -> &'static str {
    ALSO_CALLED.iter().find(|(_, names)| names.contains(&name)).map_or("note", |(class, _)| class)
}
