//! Reads forms within lines of text: bare URLs and e-mail addresses, `==marked==` text, emoji
//! shortcodes and abbreviations.
//!
//! Input: a body and its events. Output: the events with links, HTML and characters in place of
//! these forms. HTML made here has a range in the body that doesn't begin with `<`. Never changes
//! code, and never makes a link inside another one.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use super::emoji;
use super::foreign::Foreign;
use super::view::{Own, View};
use super::{Located, Reading};
use crate::declare::dialect::{Dialect, Dialects};
use crate::declare::generator::Generator;
use crate::text::markup::escape;

/// The maximum length of a URL in bytes.
const LONGEST: usize = 2000;

/// What may occur within lines.
#[derive(Clone, Copy, Debug)]
pub struct Forms<'v> {
    /// The dialects.
    pub dialects: Dialects,
    /// Abbreviations and what they stand for.
    pub abbreviations: &'v [(String, String)],
    /// IDs on lines of their own.
    pub own: &'v [Own],
    /// Whether the ID of a block may be a number.
    pub has_numbers: bool,
    /// The generator that the text was written for.
    pub generator: Option<Generator>,
}

impl<'v> Forms<'v> {
    /// Returns the forms in a view.
    pub fn of(view: &'v View<'_>, reading: &Reading<'_>) -> Self {
        let has_numbers = reading.config.generator.is_some();
        let (dialects, generator) = (reading.dialects, reading.config.generator);
        Self { dialects, abbreviations: &view.abbreviations, own: &view.own, has_numbers, generator }
    }
}

/// Abbreviations, sorted by name, so that the ones that a text begins with are found quickly.
struct Abbreviations<'v> {
    /// The name, the words, the place in the chapter's order, and the longest other name that this one
    /// begins with.
    sorted: Vec<(&'v str, &'v str, usize, Option<usize>)>,
}

impl<'v> Abbreviations<'v> {
    fn new(list: &'v [(String, String)]) -> Self {
        let mut all: Vec<_> = list.iter().enumerate().map(|(n, (name, words))| (&**name, &**words, n, None)).collect();
        all.sort_unstable_by_key(|(name, _, order, _)| (*name, *order));
        all.dedup_by_key(|(name, ..)| *name);
        for n in 1..all.len() {
            let mut outer = Some(n - 1);
            while let Some(other) = outer.filter(|other| !all[n].0.starts_with(all[*other].0)) {
                outer = all[other].3;
            }
            all[n].3 = outer;
        }
        Self { sorted: all }
    }

    /// Returns the abbreviation that a text begins with: the first one in the chapter's order.
    fn at(&self, text: &str) -> Option<(&'v str, &'v str)> {
        let mut next = self.sorted.partition_point(|(name, ..)| *name <= text).checked_sub(1);
        let mut found: Option<usize> = None;
        while let Some(n) = next {
            let (name, _, order, outer) = self.sorted[n];
            let fits = text.strip_prefix(name).is_some_and(|behind| !behind.starts_with(char::is_alphanumeric));
            if fits && found.is_none_or(|best| order < self.sorted[best].2) {
                found = Some(n);
            }
            next = outer;
        }
        found.map(|n| (self.sorted[n].0, self.sorted[n].1))
    }
}

/// Reads the forms in all text outside of code.
pub fn apply<'a>(body: &'a str, events: Vec<Located<'a>>, forms: Forms<'_>) -> Vec<Located<'a>> {
    let abbreviations = Abbreviations::new(forms.abbreviations);
    let mut out: Vec<Located<'a>> = Vec::with_capacity(events.len());
    let (mut links, mut shut) = (0_usize, 0_usize);
    let mut n = 0;
    while n < events.len() {
        if shut == 0 && is_verbatim(body, &events[n]) {
            let end = end_of_run(body, &events, n);
            let run = events[n].1.start..events[end - 1].1.end;
            if !read(body, &run, (forms, &abbreviations, links > 0), &mut out) {
                out.extend_from_slice(&events[n..end]);
            }
            n = end;
            continue;
        }
        match &events[n].0 {
            Event::InlineHtml(html) if **html == *super::EDGE && events[n].1.is_empty() => {
                n += 1;
                continue;
            }
            Event::Start(Tag::Link { .. }) => links += 1,
            Event::End(TagEnd::Link) => links = links.saturating_sub(1),
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Image { .. } | Tag::MetadataBlock(_)) => shut += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::Image | TagEnd::MetadataBlock(_)) => {
                shut = shut.saturating_sub(1);
            }
            // Raw HTML may contain a link, too.
            Event::InlineHtml(html) if html.starts_with("<a ") => links += 1,
            Event::InlineHtml(html) if html.starts_with("</a") => links = links.saturating_sub(1),
            _ => {}
        }
        out.push(events[n].clone());
        n += 1;
    }
    if forms.dialects.has(Dialect::Mark) { marked(body, out) } else { out }
}

/// Makes text of links and images from whose address something was taken out.
pub fn without_addresses(events: &mut Vec<Located<'_>>, dropped: &[(Foreign, Range<usize>)]) {
    if dropped.is_empty() {
        return;
    }
    let mut places: Vec<&Range<usize>> =
        dropped.iter().filter(|(kind, _)| kind.is_expression()).map(|(_, at)| at).collect();
    places.sort_by_key(|place| place.start);
    // The number, the start, and the end of what stands inside.
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    let mut gone = Vec::new();
    for (n, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => open.push((n, range.start, 0)),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let Some((start, link_start, inner_end)) = open.pop() else { continue };
                let text_end = link_start.max(inner_end);
                let first = places.partition_point(|place| place.start < text_end);
                if places.get(first).is_some_and(|place| place.end < range.end) {
                    gone.extend([start, n]);
                }
                if let Some((.., outer_end)) = open.last_mut() {
                    *outer_end = inner_end.max(*outer_end);
                }
            }
            // The address stands behind the last thing in the text.
            _ => {
                if let Some((.., inner_end)) = open.last_mut() {
                    *inner_end = range.end.max(*inner_end);
                }
            }
        }
    }
    gone.sort_unstable();
    let mut n = 0;
    events.retain(|_| {
        n += 1;
        gone.binary_search(&(n - 1)).is_err()
    });
}

/// Returns whether an event is text that stands in the body as it is.
pub(super) fn is_verbatim(body: &str, (event, range): &Located<'_>) -> bool {
    matches!(event, Event::Text(text) if body.get(range.clone()) == Some(&**text))
}

/// Returns the event behind the text that begins with event `n`, which the parser may have split.
fn end_of_run(body: &str, events: &[Located<'_>], n: usize) -> usize {
    let mut end = n + 1;
    while end < events.len() && events[end].1.start == events[end - 1].1.end && is_verbatim(body, &events[end]) {
        end += 1;
    }
    end
}

/// Returns whether a text contains a sign without which there is no form. Most texts don't, and this
/// is much faster than reading them.
fn may_contain(text: &str, forms: Forms<'_>) -> bool {
    !forms.abbreviations.is_empty()
        || [':', '@', '^', '~'].iter().any(|sign| text.contains(*sign))
        || ["www.", "Www.", "WWW."].iter().any(|sign| text.contains(sign))
}

/// Reads the forms in one run of text; returns `false` if there are none.
fn read<'a>(
    body: &'a str,
    run: &Range<usize>,
    (forms, abbreviations, is_linked): (Forms<'_>, &Abbreviations<'_>, bool),
    out: &mut Vec<Located<'a>>,
) -> bool {
    let text = &body[run.clone()];
    if !may_contain(text, forms) {
        return false;
    }
    let mut written = run.start;
    let mut found = false;
    let mut before = body[..run.start].chars().next_back();
    let mut skip_to = run.start;
    for (offset, c) in text.char_indices() {
        let at = run.start + offset;
        let previous = before.replace(c);
        if at < skip_to {
            continue;
        }
        let rest = &body[at..run.end];
        let begins = !previous.is_some_and(|c| c.is_ascii_alphanumeric());
        let form = match c {
            ':' if forms.dialects.has(Dialect::Emoji) && begins => shortcode(rest, at),
            'h' | 'H' | 'w' | 'W' if !is_linked && begins => {
                url(rest, at).or_else(|| abbreviation(rest, at, abbreviations))
            }
            '^' | '~' if forms.dialects.has(Dialect::Scripts) && previous != Some(c) => script(rest, at, c),
            '@' if !is_linked => address(body, written..run.end, at),
            _ if begins && !forms.abbreviations.is_empty() => abbreviation(rest, at, abbreviations),
            _ => None,
        };
        let Some((range, events)) = form else { continue };
        push_text(body, written..range.start, out);
        out.extend(events.into_iter().map(|event| match event {
            Made::Text => (Event::Text(CowStr::Borrowed(&body[range.clone()])), range.clone()),
            Made::Characters(text) => (Event::Text(CowStr::Borrowed(text)), range.clone()),
            Made::Html(html) => (Event::InlineHtml(html.into()), range.start..range.start),
            Made::Script(html) => (Event::InlineHtml(CowStr::Borrowed(html)), range.start..range.start + 1),
            Made::Inner => {
                (Event::Text(CowStr::Borrowed(&body[range.start + 1..range.end - 1])), range.start + 1..range.end - 1)
            }
            Made::ScriptEnd(html) => (Event::InlineHtml(CowStr::Borrowed(html)), range.end - 1..range.end),
            Made::HtmlEnd => (Event::InlineHtml(CowStr::Borrowed("</abbr>")), range.end..range.end),
            Made::Link(kind, address) => (Event::Start(link(kind, address)), range.clone()),
            Made::End => (Event::End(TagEnd::Link), range.clone()),
        }));
        written = range.end;
        skip_to = range.end;
        found = true;
    }
    if found {
        push_text(body, written..run.end, out);
    }
    found
}

/// What a form becomes.
enum Made {
    /// The text of the form itself.
    Text,
    Characters(&'static str),
    Html(String),
    /// The start of raised or lowered text, the text, and its end.
    Script(&'static str),
    Inner,
    ScriptEnd(&'static str),
    /// The end of the element that HTML began.
    HtmlEnd,
    Link(LinkType, String),
    End,
}

fn link<'a>(link_type: LinkType, address: String) -> Tag<'a> {
    Tag::Link { link_type, dest_url: address.into(), title: CowStr::Borrowed(""), id: CowStr::Borrowed("") }
}

fn push_text<'a>(body: &'a str, range: Range<usize>, out: &mut Vec<Located<'a>>) {
    if !range.is_empty() {
        out.push((Event::Text(CowStr::Borrowed(&body[range.clone()])), range));
    }
}

/// Reads an emoji shortcode.
fn shortcode(rest: &str, at: usize) -> Option<(Range<usize>, Vec<Made>)> {
    let name = &rest[1..];
    let length = name.bytes().take(40).position(|byte| byte == b':')?;
    let characters = emoji::called(name.get(..length)?)?;
    Some((at..at + length + 2, vec![Made::Characters(characters)]))
}

/// Reads raised or lowered text, which contains no space.
fn script(rest: &str, at: usize, sign: char) -> Option<(Range<usize>, Vec<Made>)> {
    let length = rest[1..].find([sign, ' ', '\n', '\t'])?;
    let is_closed = rest[1 + length..].starts_with(sign) && !rest[2 + length..].starts_with(sign);
    if length == 0 || length > 60 || !is_closed {
        return None;
    }
    let (open, close) = if sign == '^' { ("<sup>", "</sup>") } else { ("<sub>", "</sub>") };
    Some((at..at + length + 2, vec![Made::Script(open), Made::Inner, Made::ScriptEnd(close)]))
}

/// Reads a bare URL (GitHub Flavored Markdown 0.29, section 6.9).
fn url(rest: &str, at: usize) -> Option<(Range<usize>, Vec<Made>)> {
    let starts = |sign: &str| rest.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign));
    let scheme = ["https://", "http://"].into_iter().find(|scheme| starts(scheme));
    let host_at = scheme.map_or(0, str::len);
    if scheme.is_none() && !starts("www.") {
        return None;
    }
    let is_end = |c: char| c.is_whitespace() || c == '<' || is_wide_sign(c);
    let end = rest.char_indices().find(|(at, c)| is_end(*c) || *at > LONGEST).map_or(rest.len(), |(at, _)| at);
    let length = without_punctuation(&rest[..end]);
    let found = &rest[..length];
    let host = found[host_at.min(length)..].split(['/', '?', '#', ':']).next().unwrap_or_default();
    if !is_domain(host) {
        return None;
    }
    let address = if scheme.is_some() { found.to_owned() } else { format!("http://{found}") };
    Some((at..at + length, vec![Made::Link(LinkType::Autolink, address), Made::Text, Made::End]))
}

/// Returns whether a character is full-width punctuation, which isn't part of a URL.
fn is_wide_sign(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff1f}' | '\u{ff5b}'..='\u{ff65}')
}

/// Returns the length of a URL without the punctuation of the sentence around it.
fn without_punctuation(text: &str) -> usize {
    let mut text = text;
    let opened = text.matches('(').count();
    let mut closed = text.matches(')').count();
    loop {
        let trimmed = text.trim_end_matches([
            '?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '"', '\u{201d}', '\u{2019}', ']', '}', '|',
        ]);
        let trimmed = match trimmed.strip_suffix(')') {
            Some(shorter) if closed > opened => {
                closed -= 1;
                shorter
            }
            _ => trimmed,
        };
        if trimmed.len() == text.len() {
            return text.len();
        }
        text = trimmed;
    }
}

fn is_domain(host: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let parts: Vec<&str> = host.split('.').collect();
    parts.len() > 1
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(is_of_name))
        && !parts[parts.len() - 2..].iter().any(|part| part.contains('_'))
}

/// Reads the e-mail address around an `@`.
fn address(body: &str, within: Range<usize>, at: usize) -> Option<(Range<usize>, Vec<Made>)> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let name = &body[within.start..at];
    let start =
        name.char_indices().rev().take_while(|(_, c)| is_of_name(*c)).last().map(|(start, _)| within.start + start)?;
    let rest = &body[at + 1..within.end];
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_')).unwrap_or(rest.len());
    let host = rest[..length].trim_end_matches('.');
    let is_behind = body[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | ':' | '@'));
    let goes_on =
        rest[host.len()..].starts_with(|c: char| matches!(c, '@' | '/' | ':') && !rest[host.len()..].starts_with(": "));
    if is_behind || goes_on || !is_domain(host) || host.ends_with(['-', '_']) {
        return None;
    }
    let range = start..at + 1 + host.len();
    let email = body[range.clone()].to_owned();
    Some((range, vec![Made::Link(LinkType::Email, email), Made::Text, Made::End]))
}

/// Reads an abbreviation.
fn abbreviation(rest: &str, at: usize, known: &Abbreviations<'_>) -> Option<(Range<usize>, Vec<Made>)> {
    let (name, words) = known.at(rest)?;
    let html = format!("<abbr title=\"{}\">", escape(words));
    let parts = vec![Made::Html(html), Made::Text, Made::HtmlEnd];
    Some((at..at + name.len(), parts))
}

/// Replaces pairs of `==` in one paragraph with HTML.
fn marked<'a>(body: &'a str, events: Vec<Located<'a>>) -> Vec<Located<'a>> {
    let signs = signs(body, &events);
    if signs.is_empty() {
        return events;
    }
    let mut next = signs.into_iter().peekable();
    let mut out = Vec::with_capacity(events.len() + 8);
    for (event, range) in events {
        let mut at = range.start;
        let is_text = is_verbatim(body, &(event.clone(), range.clone()));
        let mut is_split = false;
        while is_text && let Some((place, html)) = next.next_if(|(place, _)| *place + 2 <= range.end) {
            push_text(body, at..place, &mut out);
            out.push((Event::InlineHtml(CowStr::Borrowed(html)), place..place + 2));
            at = place + 2;
            is_split = true;
        }
        if is_split {
            push_text(body, at..range.end, &mut out);
        } else {
            out.push((event, range));
        }
    }
    out
}

/// Returns the places of `==` that open and close marked text, each with its HTML.
pub(super) fn signs(body: &str, events: &[Located<'_>]) -> Vec<(usize, &'static str)> {
    let mut pairs = Vec::new();
    // The place of an open sign for each element that is open.
    let mut open: Vec<Option<usize>> = vec![None];
    let mut code = 0_usize;
    for located in events {
        let (event, range) = located;
        match event {
            Event::Start(Tag::CodeBlock(_)) => code += 1,
            Event::End(TagEnd::CodeBlock) => code = code.saturating_sub(1),
            _ => {}
        }
        match event {
            Event::Start(_) => open.push(None),
            Event::End(_) if open.len() > 1 => {
                open.pop();
            }
            _ if code == 0 && is_verbatim(body, located) => {
                let mut last_end = 0;
                for (at, _) in body[range.clone()].match_indices("==") {
                    let place = range.start + at;
                    let around = (body[..place].chars().next_back(), body[place + 2..].chars().next());
                    if place < last_end || around.0 == Some('=') || around.1 == Some('=') {
                        continue;
                    }
                    last_end = place + 2;
                    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
                    let Some(slot) = open.last_mut() else { continue };
                    match *slot {
                        Some(start) if !is_space(around.0) && start + 2 < place => {
                            pairs.push((start, "<mark>"));
                            pairs.push((place, "</mark>"));
                            *slot = None;
                        }
                        _ if !is_space(around.1) => *slot = Some(place),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Options, Parser};

    fn html(text: &str, list: &[Dialect]) -> String {
        let events = Parser::new_ext(text, Options::empty()).into_offset_iter().collect();
        let abbreviations = &[("HTML".to_owned(), "a \"b\"".to_owned())];
        let forms = Forms { dialects: Dialects::of(list), abbreviations, own: &[], has_numbers: true, generator: None };
        let mut out = String::new();
        for (event, _) in apply(text, events, forms) {
            match event {
                Event::Start(Tag::Link { link_type: LinkType::Email, dest_url, .. }) => {
                    out.push_str(&format!("[mailto:{dest_url} "));
                }
                Event::Start(Tag::Link { dest_url, .. }) => out.push_str(&format!("[{dest_url} ")),
                Event::End(TagEnd::Link) => out.push(']'),
                Event::Start(Tag::Emphasis) => out.push_str("<em>"),
                Event::End(TagEnd::Emphasis) => out.push_str("</em>"),
                Event::Text(text) | Event::InlineHtml(text) => out.push_str(&text),
                Event::Code(code) => out.push_str(&format!("`{code}`")),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn bare_urls_and_addresses_become_links() {
        for (text, wanted) in [
            ("See https://a.example/b_c_d?x=1.", "See [https://a.example/b_c_d?x=1 https://a.example/b_c_d?x=1]."),
            ("(www.a.example/x_(y))", "([http://www.a.example/x_(y) www.a.example/x_(y)])"),
            ("ann.b+c@a-b.example, x", "[mailto:ann.b+c@a-b.example ann.b+c@a-b.example], x"),
            ("见 https://a.example/x。好", "见 [https://a.example/x https://a.example/x]。好"),
        ] {
            assert_eq!(html(text, &[]), wanted);
        }
        for text in ["a@b", "git@host:x/y", "http://", "www.", "https://localhost", "@team", "ahttps://a.example"] {
            assert_eq!(html(text, &[]), text, "{text}");
        }
        assert_eq!(html("[https://a.example](b)", &[]), "[b https://a.example]");
        assert_eq!(html("`https://a.example`", &[]), "`https://a.example`");
    }

    #[test]
    fn emoji_marks_and_abbreviations_need_their_dialect() {
        let all = [Dialect::Emoji, Dialect::Mark];
        assert_eq!(html("ok :tada: at 10:30:45 :nope:", &all), "ok 🎉 at 10:30:45 :nope:");
        assert_eq!(html("a ==b *c* d== e == f", &all), "a <mark>b <em>c</em> d</mark> e == f");
        assert_eq!(html("x^2^ H~2~O a ~ b ^ c", &[Dialect::Scripts]), "x<sup>2</sup> H<sub>2</sub>O a ~ b ^ c");
        assert_eq!(html("a ==b :tada:", &[]), "a ==b :tada:");
        assert_eq!(html("HTML, XHTML", &[]), "<abbr title=\"a &quot;b&quot;\">HTML</abbr>, XHTML");
    }
}
