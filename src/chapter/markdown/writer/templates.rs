//! Checks templates, and writes what their Markdown looks like.
//!
//! Input: a code block with the attribute `template`. Output: findings, and HTML without links,
//! pictures, IDs and raw HTML, because a template is used outside the handbook. Never writes the
//! frame around it.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Input, Located, References, Rule, Structure, Writer, write};
use crate::chapter::document::{Code, Fill};
use crate::chapter::markdown::options;
use crate::text::slug::{LONGEST_PART, slug};

impl Writer<'_, '_> {
    /// Reports a template that can't be one, and leaves an ordinary code block in its place.
    /// `line` is the byte range of the block's first line.
    pub(super) fn check_template(&mut self, code: &mut Code, line: &Range<usize>) {
        let Some(template) = &mut code.template else { return };
        template.block = self.written.body.code.len();
        let id = &template.id;
        let is_markdown = ["markdown", "md"].contains(&code.language.as_str());
        let wanted = slug(id);
        let (rule, message, help) = if !is_markdown {
            let help = format!("begin the block with ```markdown template=\"{id}\"");
            (Rule::BadAttribute, "a template is written in Markdown".to_owned(), help)
        } else if wanted.is_empty() || wanted != *id {
            let help = if wanted.is_empty() { "kill-memo" } else { &wanted };
            let message = format!("the name of the template `{id}` can't be the name of a file");
            (Rule::BadValue, message, format!("write small letters, digits and hyphens, such as `{help}`"))
        } else if id.len() > LONGEST_PART {
            let message = format!("the name of this template is too long for a file: {} bytes", id.len());
            (Rule::BadValue, message, format!("use at most {LONGEST_PART} bytes; the `title` can be longer"))
        } else if !self.templates.insert(id.clone()) {
            let message = format!("there are two templates called `{id}` in this chapter");
            (Rule::DuplicateAnchor, message, "give one of them another name".to_owned())
        } else {
            return;
        };
        code.template = None;
        self.finding(rule, line, message, &help);
    }
}

/// Returns what a template's Markdown looks like. `input` has the template's text as its body, and
/// its headings become lower than `over`.
pub fn blank(input: Input<'_>, over: u8) -> Fill {
    let parsed = Parser::new_ext(input.body, options(false) - Options::ENABLE_WIKILINKS).into_offset_iter();
    let mut in_code = false;
    let shown = parsed.filter_map(|(event, range)| Some((plain(event, &mut in_code)?, range)));
    let mut events: Vec<Located<'_>> = shown.collect();
    let levels = events.iter().filter_map(|(event, _)| level_of(event));
    let shift = (over + 1).saturating_sub(levels.min().unwrap_or(1));
    for (event, _) in &mut events {
        lower(event, shift);
    }
    let written = write(input, &events, &Structure::default(), &mut References::default());
    // Nobody looks up a term on a form.
    Fill { prose: Vec::new(), ..written.main }
}

/// Returns the event as a template shows it, or `None` if it leaves it out. `in_code` says whether
/// the event is inside a code block.
fn plain<'a>(event: Event<'a>, in_code: &mut bool) -> Option<Event<'a>> {
    *in_code = match event {
        Event::Start(Tag::CodeBlock(_)) => true,
        Event::End(TagEnd::CodeBlock) => false,
        _ => *in_code,
    };
    match event {
        Event::Text(text) if *in_code => Some(Event::Code(text)),
        Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock | Tag::FootnoteDefinition(_))
        | Event::End(TagEnd::Link | TagEnd::Image | TagEnd::HtmlBlock | TagEnd::FootnoteDefinition) => None,
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::CodeBlock(_)) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::CodeBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::FootnoteReference(label) => Some(Event::Text(format!("[^{label}]").into())),
        event => Some(event),
    }
}

fn level_of(event: &Event<'_>) -> Option<u8> {
    if let Event::Start(Tag::Heading { level, .. }) = event { Some(*level as u8) } else { None }
}

/// Lowers a heading by `shift` levels.
fn lower(event: &mut Event<'_>, shift: u8) {
    let (Event::Start(Tag::Heading { level, .. }) | Event::End(TagEnd::Heading(level))) = event else { return };
    *level = usize::from((*level as u8 + shift).min(6)).try_into().unwrap_or(*level);
}
