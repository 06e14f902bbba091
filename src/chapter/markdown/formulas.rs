//! Finds formulas that Markdown's parser doesn't, and dollar signs that aren't formulas.
//!
//! Input: the body and its events. Output: the body as the parser has to read it, in which every
//! byte keeps its place, and events. Does nothing unless formulas are on. Never changes what the
//! parser reads as code, raw HTML or a block.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::{Input, Located};
use crate::chapter::document::Setting;
use crate::text::diagnostic::Diagnostic;
use crate::text::rule::Rule;

/// The signs that the parser expects around a formula on a line of its own.
const DOLLARS: &str = "$$";
/// What the parser reads instead of a dollar sign that doesn't begin a formula: a character without
/// a meaning that is as long.
const PRICE: &str = "\u{1}";
/// The maximum number of times that a chapter is read to find prices. Each time, all that the
/// parser takes for formulas at once are found.
const READINGS: usize = 16;

/// Returns the body as the parser has to read it, or `None` if it is the body itself: with dollar
/// signs around the formulas written as `\(…\)` and `\[…\]`, and without those of prices.
pub fn prepared(body: &str, options: Options) -> Option<String> {
    if !options.contains(Options::ENABLE_MATH) {
        return None;
    }
    let priced = without_prices(body, options);
    let dollars = with_dollars(priced.as_deref().unwrap_or(body), options);
    dollars.or(priced)
}

/// Returns the body without the dollar signs of prices. A formula doesn't end before a letter or a
/// digit, so the first sign of "$5–$10" is that of a price.
fn without_prices(body: &str, options: Options) -> Option<String> {
    if !body.contains('$') || body.contains(PRICE) {
        return None;
    }
    let mut out = body.to_owned();
    for _ in 0..READINGS {
        let is_price = |end: usize| out[end..].starts_with(char::is_alphanumeric);
        let read = Parser::new_ext(&out, options).into_offset_iter();
        let prices: Vec<usize> = read
            .filter(|(event, range)| matches!(event, Event::InlineMath(_)) && is_price(range.end))
            .map(|(_, range)| range.start)
            .collect();
        if prices.is_empty() {
            break;
        }
        for at in prices {
            out.replace_range(at..=at, PRICE);
        }
    }
    (out != body).then_some(out)
}

/// Gives events the dollar signs of prices back.
pub fn with_prices<'a>(body: &str, source: &str, events: Vec<Located<'a>>) -> Vec<Located<'a>> {
    if !source.contains(PRICE) || body.contains(PRICE) {
        return events;
    }
    let text = |text: CowStr<'a>| if text.contains(PRICE) { text.replace(PRICE, "$").into() } else { text };
    let tag = |tag| match tag {
        Tag::Link { link_type, dest_url, title, id } => {
            Tag::Link { link_type, dest_url: text(dest_url), title: text(title), id: text(id) }
        }
        Tag::Image { link_type, dest_url, title, id } => {
            Tag::Image { link_type, dest_url: text(dest_url), title: text(title), id: text(id) }
        }
        tag => tag,
    };
    let restored = |event| match event {
        Event::Start(start) => Event::Start(tag(start)),
        Event::Text(inner) => Event::Text(text(inner)),
        Event::Code(inner) => Event::Code(text(inner)),
        Event::InlineHtml(inner) => Event::InlineHtml(text(inner)),
        Event::InlineMath(inner) => Event::InlineMath(text(inner)),
        Event::DisplayMath(inner) => Event::DisplayMath(text(inner)),
        event => event,
    };
    events.into_iter().map(|(event, range)| (restored(event), range)).collect()
}

/// Returns the body with dollar signs around the formulas written with brackets, or `None` if there
/// are none.
fn with_dollars(body: &str, options: Options) -> Option<String> {
    if !(body.contains("\\(") || body.contains("\\[")) {
        return None;
    }
    let found = bracketed(body, options);
    let out = replaced(body, &found);
    // Where the parser reads the dollar signs differently, for example because another one precedes
    // them, the brackets stay.
    let read = read_as_formulas(&out, &found, options);
    let out = replaced(body, &read);
    (!read.is_empty() && read_as_formulas(&out, &read, options).len() == read.len()).then_some(out)
}

fn replaced(body: &str, formulas: &[Range<usize>]) -> String {
    let mut out = body.to_owned();
    for range in formulas {
        out.replace_range(range.start..range.start + DOLLARS.len(), DOLLARS);
        out.replace_range(range.end - DOLLARS.len()..range.end, DOLLARS);
    }
    out
}

fn read_as_formulas(source: &str, formulas: &[Range<usize>], options: Options) -> Vec<Range<usize>> {
    let read = Parser::new_ext(source, options).into_offset_iter();
    let read = read.filter(|(event, range)| matches!(event, Event::DisplayMath(_)) && formulas.contains(range));
    read.map(|(_, range)| range).collect()
}

/// Lists the formulas written with brackets, in order.
fn bracketed(body: &str, options: Options) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        if is_edge(&event) {
            open = None;
        }
        let Event::Text(_) = event else { continue };
        // The parser starts a new text at every escaped character.
        let escaped = body[range.start..].chars().next().filter(|_| body[..range.start].ends_with('\\'));
        match (escaped, open) {
            (Some('('), None) => open = Some((range.start - 1, ')')),
            (Some('['), None) => open = Some((range.start - 1, ']')),
            (Some(c), Some((start, close))) if c == close => {
                open = None;
                let inner = &body[start + 2..range.start - 1];
                let is_alone = c == ')' || stands_alone(body, start..range.start + 1);
                if is_alone && !inner.trim().is_empty() && !inner.contains('$') {
                    found.push(start..range.start + 1);
                }
            }
            _ => {}
        }
    }
    found
}

/// Returns whether no words share the lines on which a formula begins and ends. Within a line, `\[`
/// is more often a bracket that isn't a link.
fn stands_alone(body: &str, range: Range<usize>) -> bool {
    let before = body[..range.start].rsplit('\n').next().unwrap_or_default();
    let after = body[range.end..].split('\n').next().unwrap_or_default();
    !before.contains(char::is_alphabetic) && !after.contains(|c: char| c.is_alphanumeric() || c == '(')
}

/// Returns whether a formula can't continue past an event: the edge of a block, a link or an image.
fn is_edge(event: &Event<'_>) -> bool {
    let end = match event {
        Event::Start(tag) => tag.to_end(),
        Event::End(end) => *end,
        _ => return false,
    };
    !matches!(end, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Superscript | TagEnd::Subscript)
}

/// Returns how a formula between two dollar signs, or between brackets, is set.
pub fn setting(body: &str, range: &Range<usize>) -> Setting {
    if body[range.clone()].starts_with("\\(") { Setting::Inline } else { Setting::Line }
}

/// Reports two dollar signs that neither begin nor end a formula.
pub fn unclosed(input: Input<'_>, events: &[Located<'_>]) -> Vec<Diagnostic> {
    if input.plain || input.config.markdown.math != Some(true) {
        return Vec::new();
    }
    let mut code = false;
    let mut findings = Vec::new();
    for (event, range) in events {
        match event {
            Event::Start(tag) if tag.to_end() == TagEnd::CodeBlock => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(_) if !code => {
                // The parser may split the two signs.
                let (before, from) = input.body.split_at(range.start);
                if !from.starts_with(DOLLARS) || before.ends_with(['$', '\\']) {
                    continue;
                }
                let span = input.place.span(&(range.start..range.start + DOLLARS.len()));
                let message = "`$$` without another one in the same paragraph is text, not a formula";
                let finding = Diagnostic::new(Rule::BadFormula, input.path, Some(span), message);
                findings.push(finding.help("close the formula without a blank line in it, or write `\\$\\$`"));
            }
            _ => {}
        }
    }
    findings
}
