//! Writes a chapter's raw HTML as the policy requires: unchanged, as text, or for the sanitizer.
//!
//! Input: what the parser considers HTML. Output: HTML whose links and images are holes, and a
//! finding for everything that won't be on the page. Never lets an unfinished tag affect what
//! follows its piece of HTML.

use std::ops::Range;

use pulldown_cmark::Event;

use super::Writer;
use super::blocked;
use super::open::{DEEPEST, Open, OpenElements};
use crate::chapter::document::{Form, Hole, Image, ImageSource};
use crate::chapter::markdown::{end_of, sanitise};
use crate::chapter::reference::{Destination, destination};
use crate::declare::config::HtmlPolicy;
use crate::text::markup::{self, Tag, TagAttribute, Token, escape_into};
use crate::text::rule::Rule;

impl Writer<'_, '_> {
    pub(super) fn html_block(&mut self, n: usize) -> usize {
        let end = end_of(self.events, n);
        let mut html = String::new();
        for (event, _) in &self.events[n + 1..end] {
            if let Event::Html(part) | Event::Text(part) = event {
                html.push_str(part);
            }
        }
        self.out.fresh_line();
        let start = self.events.get(n + 1).map_or(self.events[n].1.start, |(_, range)| range.start);
        self.raw_html(&html, start, false);
        end + 1
    }

    /// Writes raw HTML that begins at `start` in the body; set `in_text` if it is inside a
    /// paragraph.
    pub(super) fn raw_html(&mut self, html: &str, start: usize, in_text: bool) {
        match self.input.config.security.html {
            HtmlPolicy::Trusted => {
                self.report_blocked(html, start);
                self.out.html.push_str(html);
            }
            HtmlPolicy::Escape => escape_into(html, &mut self.out.html),
            HtmlPolicy::Safe => self.safe_html(html, start, in_text),
        }
    }

    /// Returns a range of the body for a range of the HTML that begins at `start`.
    fn within(&self, start: usize, range: &Range<usize>) -> Range<usize> {
        let length = self.input.body.len();
        (start + range.start).min(length)..(start + range.end).min(length)
    }

    /// Reports HTML that is passed through without effect, because the page's own policy makes
    /// every browser block it.
    fn report_blocked(&mut self, html: &str, start: usize) {
        for token in markup::tokens(html) {
            let Token::Start(tag) = token else { continue };
            let Some((what, help)) = blocked::blocked(&tag, &self.input.config.security.hosts) else { continue };
            self.finding(
                Rule::BlockedHtml,
                &self.within(start, &tag.range),
                format!("the page's policy blocks {what}"),
                help,
            );
        }
    }

    /// Passes raw HTML to the sanitizer, with its links and images as holes.
    fn safe_html(&mut self, html: &str, start: usize, in_text: bool) {
        if is_comment(html) {
            return;
        }
        self.raw = true;
        let (mut at, mut last) = (0, 0);
        while let Some(token) = markup::next_token(html, at) {
            if let Some(begin) = token.unfinished() {
                self.out.html.push_str(&html[last..begin]);
                return self.unfinished(&html[begin..], start + begin);
            }
            match token {
                Token::Start(tag) => {
                    let range = self.within(start, &tag.range);
                    self.report_removed(&tag, &range);
                    if self.may_open(&tag, &range, in_text) {
                        last = self.with_addresses(html, last, &tag, &range);
                        at = markup::behind(html, &Token::Start(tag));
                    } else {
                        self.out.html.push_str(&html[last..tag.range.start]);
                        last = tag.range.end;
                        // Without the tag, the text that would have been the element's content is
                        // ordinary HTML.
                        at = tag.range.end;
                    }
                }
                Token::End(tag) => {
                    at = tag.range.end;
                    for open in self.out.open.close(&tag.name) {
                        self.unclosed(&open, "until then, it ends where the element around it ends");
                    }
                }
                Token::Comment(range, _) => at = range.end,
            }
        }
        self.out.html.push_str(&html[last..]);
    }

    /// Returns whether a start tag is passed to the sanitizer.
    fn may_open(&mut self, tag: &Tag, range: &Range<usize>, in_text: bool) -> bool {
        let ends = self.ends.get_or_insert_with(|| sanitise::last_ends(self.events));
        if sanitise::has_no_end(&tag.name, range.start, ends) {
            // If the tag stayed, the sanitizer would treat everything after it as its content.
            return false;
        }
        if !sanitise::is_allowed(&tag.name) || self.out.open.open(&tag.name, range.clone(), in_text) {
            return true;
        }
        if !std::mem::replace(&mut self.too_deep, true) {
            let message = format!(
                "`<{}>` is nested in {DEEPEST} other HTML elements; it was removed, with everything nested more deeply",
                tag.name
            );
            self.finding(Rule::UnsafeHtml, range, message, "close the elements that should end before it");
        }
        false
    }

    /// Writes a start tag with holes in place of its URLs. A tag that loads a file from another
    /// host is replaced by an image. Returns the offset up to which `html` has been written.
    fn with_addresses(&mut self, html: &str, mut last: usize, tag: &Tag, range: &Range<usize>) -> usize {
        let names: &[&str] = match &*tag.name {
            "a" => &["href"],
            "img" | "audio" | "source" | "track" => &["src"],
            "video" => &["src", "poster"],
            _ => &[],
        };
        if let Some(address) = names.contains(&"src").then(|| remote_source(tag)).flatten() {
            self.check_host(&address, range, "became a link");
            self.out.html.push_str(&html[last..tag.range.start]);
            let alt = tag.get("alt").map(|a| a.value.to_string()).unwrap_or_default();
            self.push_image(Image { source: ImageSource::Remote(address), alt, title: String::new() });
            return tag.range.end;
        }
        // If an attribute occurs twice, the first one counts (WHATWG HTML, attribute name state).
        let mut attributes: Vec<&TagAttribute> = names.iter().filter_map(|name| tag.get(name)).collect();
        attributes.sort_by_key(|attribute| attribute.range.start);
        for attribute in attributes {
            let form = if attribute.name == "href" { Form::Relative } else { Form::Image };
            match destination(&attribute.value, form, HtmlPolicy::Safe) {
                Destination::Inside(reference) => {
                    let number = self.references.add(reference, self.input.place.span(range));
                    self.out.html.push_str(&html[last..attribute.range.start]);
                    // Place the hole before the space, because the attribute that fills it starts
                    // with a space.
                    while self.out.html.ends_with(' ') {
                        self.out.html.pop();
                    }
                    self.out.hole(match &*attribute.name {
                        "href" => Hole::Href(number),
                        "poster" => Hole::Poster(number),
                        _ => Hole::Src(number),
                    });
                    last = attribute.range.end;
                }
                // The sanitizer keeps the `poster` if its host is allowed.
                Destination::Outside(address) if attribute.name == "poster" => {
                    self.check_host(&address, range, "was left out");
                }
                Destination::Outside(_) => {}
                Destination::Forbidden(scheme) if scheme.is_empty() => {
                    self.out.html.push_str(&html[last..attribute.range.start]);
                    last = attribute.range.end;
                }
                Destination::Forbidden(scheme) => self.forbidden(&scheme, range),
            }
        }
        last
    }

    /// Closes the phrasing elements that end with a paragraph.
    pub(super) fn end_text(&mut self) {
        for open in self.out.open.end_text() {
            self.unclosed(&open, "until then, it ends at the end of the paragraph");
            self.out.html.push_str(&format!("</{}>", open.name));
        }
    }

    /// Reports the elements still open at the end of the chapter or one of its footnotes.
    pub(super) fn report_open(&mut self, elements: OpenElements) {
        for open in elements.into_rest() {
            self.unclosed(&open, "until then, it contains the rest of the text");
        }
    }

    fn unclosed(&mut self, open: &Open, what: &str) {
        let name = &open.name;
        let help = format!("write `</{name}>` where it ends; {what}");
        self.finding(Rule::UnclosedHtml, &open.at, format!("`<{name}>` is not closed"), &help);
    }

    /// Shows a tag without its `>` as text, because otherwise it would swallow the text after it.
    /// An unclosed comment stays hidden.
    fn unfinished(&mut self, html: &str, start: usize) {
        let help = "write the `>` that ends it, before the next empty line";
        let message = "this HTML tag or comment is not closed";
        self.finding(Rule::UnsafeHtml, &self.within(start, &(0..html.trim_end().len())), message, help);
        if !html.starts_with("<!--") {
            escape_into(html, &mut self.out.html);
        }
    }

    fn report_removed(&mut self, tag: &Tag, range: &Range<usize>) {
        let help = "write it in Markdown, or set `html = \"trusted\"` under `[security]` if you trust every author";
        if !sanitise::is_allowed(&tag.name) {
            let message = format!("`<{}>` is not allowed in chapters and was removed", tag.name);
            return self.finding(Rule::UnsafeHtml, range, message, help);
        }
        for attribute in &tag.attributes {
            // What `hidden` hides is shown without it.
            if matches!(&*attribute.name, "style" | "hidden") || attribute.name.starts_with("on") {
                let message = format!("the attribute `{}` is not allowed in chapters and was removed", attribute.name);
                let at = self.within(range.start - tag.range.start, &attribute.range);
                self.finding(Rule::UnsafeHtml, &at, message, help);
            }
        }
    }
}

/// Returns the URL in a tag's `src` if it is outside the handbook.
fn remote_source(tag: &Tag) -> Option<String> {
    match destination(&tag.get("src")?.value, Form::Image, HtmlPolicy::Safe) {
        Destination::Outside(address) => Some(address),
        Destination::Inside(_) | Destination::Forbidden(_) => None,
    }
}

/// Returns whether HTML consists only of comments.
fn is_comment(html: &str) -> bool {
    let mut at = 0;
    for token in markup::tokens(html) {
        let Token::Comment(range, _) = token else { return false };
        if !html[at..range.start].trim().is_empty() {
            return false;
        }
        at = range.end;
    }
    html[at..].trim().is_empty()
}
