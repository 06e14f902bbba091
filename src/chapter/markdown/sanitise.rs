//! Sanitizes the HTML of a chapter whose author wrote raw HTML in it, and keeps the marks.
//!
//! Input: HTML, marks at byte offsets, and a text that cannot occur in the chapter. Output:
//! well-formed HTML according to html5ever, with the same marks at their new offsets. During
//! sanitizing, placeholder elements and attributes represent the marks. The HTML is sanitized as a
//! whole, because raw HTML tags arrive as separate events and only together form a tree. Never lets
//! a script, a style, an event handler or an unlisted scheme through.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::Event;

use crate::text::markup::OF_TEXT;

use super::Located;
use super::marks::{Mark, Marks};
use crate::chapter::document::Hole;
use crate::chapter::reference::SCHEMES;

/// Elements that are removed together with their content.
const WITH_CONTENT: [&str; 8] = ["script", "style", "iframe", "object", "noscript", "template", "svg", "math"];

/// Phrasing elements, which cannot extend beyond the paragraph in which they begin (WHATWG HTML,
/// phrasing content).
pub const PHRASES: [&str; 30] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd", "mark",
    "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
];

/// Elements that raw HTML may contain: phrases, parts of phrases, sections, blocks, lists, tables
/// and media. All others are removed, but their text is kept, except in elements such as `script`
/// and `style`.
const ELEMENTS: [&[&str]; 7] = [
    &PHRASES,
    &["br", "input", "rp", "rt", "wbr"],
    &[
        "address", "article", "aside", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "nav",
        "section",
    ],
    &["blockquote", "center", "details", "div", "figcaption", "figure", "hr", "p", "pre", "summary"],
    &["dd", "dl", "dt", "li", "ol", "ul"],
    &["caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"],
    &["audio", "img", "picture", "source", "track", "video"],
];

/// Attributes allowed on any element.
const ATTRIBUTES: &[&str] = &["id", "class", "lang", "dir", "title", "role", "tabindex", "aria-label", "aria-hidden"];

/// Additional attributes allowed on specific elements.
const ELEMENT_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang", "name", "download"]),
    ("audio", &["src", "controls", "preload", "loop", "muted"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["datetime", "cite"]),
    ("details", &["open", "name"]),
    ("img", &["src", "alt", "width", "height", "loading"]),
    ("input", &["type", "checked", "disabled"]),
    ("ins", &["datetime", "cite"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("source", &["src", "type", "media"]),
    ("td", &["colspan", "rowspan", "headers"]),
    ("th", &["colspan", "rowspan", "headers", "scope", "abbr"]),
    ("time", &["datetime"]),
    ("track", &["src", "kind", "srclang", "label", "default"]),
    ("video", &["src", "controls", "preload", "poster", "width", "height", "loop", "muted", "playsinline"]),
];

/// The suffix that distinguishes a second mark in the same tag from the first. With the same name
/// twice, one attribute would be lost.
const SECOND: &str = "-2";

/// Sanitizes `html`; `hosts` lists the other hosts that pages may load resources from.
pub fn sanitise(html: &str, marks: &Marks, seed: &str, hosts: &[String]) -> (String, Marks) {
    let element = format!("rb{seed}");
    let attribute = format!("data-rb{seed}");
    let marked = with_placeholders(html, marks, &element, &attribute);
    let second = format!("{attribute}{SECOND}");
    let mut builder = builder(&element, [&attribute, &second]);
    let hosts = hosts.to_vec();
    builder.attribute_filter(move |_, name, value| may_load(name, value, &hosts).then(|| value.into()));
    let clean = builder.clean(&marked).to_string();
    recover(&clean, marks, &element, &attribute)
}

/// Returns whether raw HTML may contain an element.
pub fn is_allowed(element: &str) -> bool {
    ELEMENTS.iter().any(|group| group.contains(&element))
}

/// Returns, for each element that would swallow the text after it, the byte offset of its last end
/// tag in the body.
pub fn last_ends(events: &[Located<'_>]) -> HashMap<&'static str, usize> {
    let mut ends = HashMap::new();
    for (event, range) in events {
        let (Event::Html(html) | Event::InlineHtml(html)) = event else { continue };
        for (at, _) in html.match_indices("</") {
            let rest = &html[at + 2..];
            let name = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
            if let Some(known) = WITH_CONTENT.iter().chain(&OF_TEXT).find(|known| known.eq_ignore_ascii_case(name)) {
                ends.insert(*known, range.start + at);
            }
        }
    }
    ends
}

/// Returns whether an element that begins at `start` would swallow the rest of the chapter because
/// it is never closed.
pub fn has_no_end(name: &str, start: usize, ends: &HashMap<&'static str, usize>) -> bool {
    let takes = WITH_CONTENT.contains(&name) || OF_TEXT.contains(&name);
    takes && (name == "plaintext" || ends.get(name).is_none_or(|end| *end < start))
}

/// Returns whether an attribute loads nothing, or only from `hosts`.
///
/// By now, marks have replaced the URLs of the handbook's own images and videos. Any `src` or
/// `poster` that remains is one that the tag scanner and the sanitizer interpret differently, such
/// as a duplicate attribute.
fn may_load(name: &str, value: &str, hosts: &[String]) -> bool {
    !matches!(name, "src" | "poster")
        || crate::chapter::reference::host(value).is_some_and(|host| hosts.contains(&host))
}

fn builder<'a>(element: &'a str, attributes: [&'a str; 2]) -> Builder<'a> {
    let mut builder = Builder::empty();
    let by_element: HashMap<&str, HashSet<&str>> =
        ELEMENT_ATTRIBUTES.iter().map(|(name, list)| (*name, list.iter().copied().collect())).collect();
    builder
        .tags(ELEMENTS.concat().into_iter().chain([element]).collect())
        .clean_content_tags(WITH_CONTENT.into())
        .generic_attributes(ATTRIBUTES.iter().copied().chain(attributes).collect())
        .tag_attributes(by_element)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true);
    builder
}

fn with_placeholders(html: &str, marks: &Marks, element: &str, attribute: &str) -> String {
    let mut out = String::with_capacity(html.len() + marks.len() * 60);
    let mut last = 0;
    for (number, (at, mark)) in marks.iter().enumerate() {
        let at = *at as usize;
        out.push_str(&html[last..at]);
        last = at;
        if mark.is_attribute() {
            let second = if matches!(mark, Mark::Hole(Hole::Poster(_))) { SECOND } else { "" };
            out.push_str(&format!(" {attribute}{second}=\"{number}\""));
        } else {
            out.push_str(&format!("<{element} {attribute}=\"{number}\"></{element}>"));
        }
    }
    out.push_str(&html[last..]);
    out
}

fn recover(clean: &str, marks: &Marks, element: &str, attribute: &str) -> (String, Marks) {
    let start_attribute = format!(" {attribute}");
    let start_element = format!("<{element}");
    let end_element = format!("</{element}>");
    let mut out = String::with_capacity(clean.len());
    let mut kept: Marks = Vec::with_capacity(marks.len());
    let mut rest = clean;
    while let Some(found) = rest.find(&start_attribute) {
        let value = &rest[found + start_attribute.len()..];
        let value = value.strip_prefix(SECOND).unwrap_or(value);
        let Some(value) = value.strip_prefix("=\"") else { break };
        let Some(quote) = value.find('"') else { break };
        let mark = value[..quote].parse::<usize>().ok().and_then(|n| marks.get(n));
        let mut after = &value[quote + 1..];
        let before = &rest[..found];
        if let Some(before) = before.strip_suffix(&start_element) {
            out.push_str(before);
            after = after.strip_prefix('>').unwrap_or(after);
            after = after.strip_prefix(&end_element).unwrap_or(after);
        } else {
            out.push_str(before);
        }
        kept.extend(mark.map(|(_, mark)| (u32::try_from(out.len()).unwrap_or(u32::MAX), mark.clone())));
        rest = after;
    }
    out.push_str(rest);
    // If an author left an element open, text may end up between the start tag and the end tag of a
    // placeholder. The end tag then wasn't removed together with the start tag, so remove it here.
    if kept.is_empty() {
        out = out.replace(&end_element, "");
    }
    (out, kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_survive_and_scripts_do_not() {
        let html = "<p>a</p><div onclick=\"x()\" style=\"y\">b<script>c</script></div><a>d";
        let inside_tag = u32::try_from(html.find("<a").unwrap() + 2).unwrap();
        let marks: Marks = vec![(4, Mark::Hole(Hole::View(0))), (inside_tag, Mark::Hole(Hole::Href(1)))];
        let (clean, kept) = sanitise(html, &marks, "0f", &[]);
        assert_eq!(clean, "<p>a</p><div>b</div><a>d</a>");
        assert_eq!(kept.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [4, 22]);
    }
}
