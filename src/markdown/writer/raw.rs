//! Writes the raw HTML of a chapter as the policy has it: as it is, as text, or for the sanitiser.
//!
//! Input: what the parser takes for HTML. Output: HTML with the links and images in it as holes, and a finding for all that will not be on the page. Never
//! lets a tag reach beyond the HTML that it stands in.

use std::ops::Range;

use pulldown_cmark::Event;

use super::Writer;
use crate::config::HtmlPolicy;
use crate::document::{Form, Hole, Image, ImageSource};
use crate::markdown::{end_of, sanitise};
use crate::markup::{self, escape_into};
use crate::reference::{Destination, destination};

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
        self.raw_html(&html, start);
        end + 1
    }

    pub(super) fn raw_html(&mut self, html: &str, start: usize) {
        match self.input.config.markdown.html {
            HtmlPolicy::Trusted => self.out.html.push_str(html),
            HtmlPolicy::Escape => escape_into(html, &mut self.out.html),
            HtmlPolicy::Safe => self.safe_html(html, start),
        }
    }

    /// Passes raw HTML on to the sanitiser, with its links and images as holes.
    fn safe_html(&mut self, html: &str, start: usize) {
        if is_comment(html) {
            return;
        }
        self.raw = true;
        let (html, unfinished) = html.split_at(markup::unfinished(html).unwrap_or(html.len()));
        let mut last = 0;
        for tag in markup::start_tags(html) {
            let range = start + tag.range.start..(start + tag.range.end).min(self.input.body.len());
            self.report_removed(&tag, &range);
            let ends = self.ends.get_or_insert_with(|| sanitise::last_ends(self.events));
            if sanitise::has_no_end(&tag.name, range.start, ends) {
                // Left in, the sanitiser would take all that follows for its content.
                self.out.html.push_str(&html[last..tag.range.start]);
                last = tag.range.end;
                continue;
            }
            let attribute = match &*tag.name {
                "a" => tag.get("href"),
                "img" | "video" | "audio" | "source" | "track" => tag.get("src"),
                _ => None,
            };
            let Some(attribute) = attribute else { continue };
            let form = if tag.name == "a" { Form::Relative } else { Form::Image };
            match destination(&attribute.value, form, HtmlPolicy::Safe) {
                Destination::Inside(reference) => {
                    let number = self.references.add(reference, self.input.place.span(&range));
                    self.out.html.push_str(&html[last..attribute.range.start]);
                    // The mark stands where a space precedes it: the sanitiser sees a whole attribute.
                    while self.out.html.ends_with(' ') {
                        self.out.html.pop();
                    }
                    self.out.hole(if tag.name == "a" { Hole::Href(number) } else { Hole::Src(number) });
                    last = attribute.range.end;
                }
                Destination::Outside(address) if form == Form::Image => {
                    self.check_host(&address, &range);
                    self.out.html.push_str(&html[last..tag.range.start]);
                    let alt = tag.get("alt").map(|a| a.value.clone()).unwrap_or_default();
                    self.push_image(Image {
                        source: ImageSource::Remote(address),
                        alt: alt.to_string(),
                        title: String::new(),
                    });
                    last = tag.range.end;
                }
                Destination::Outside(_) => {}
                Destination::Forbidden(scheme) => self.forbidden(&scheme, &range),
            }
        }
        self.out.html.push_str(&html[last..]);
        if !unfinished.is_empty() {
            self.unfinished(unfinished, start + html.len());
        }
    }

    /// Shows a tag without its `>` as text: it would take what follows for its own. A comment without an end stays hidden.
    fn unfinished(&mut self, html: &str, start: usize) {
        let length = self.input.body.len();
        let range = start.min(length)..(start + html.trim_end().len()).min(length);
        let help = "write the `>` that ends it, before the next empty line";
        self.finding("unsafe-html", &range, "this HTML begins a tag or a comment and does not end it".to_owned(), help);
        if !html.starts_with("<!--") {
            escape_into(html, &mut self.out.html);
        }
    }

    fn report_removed(&mut self, tag: &markup::Tag, range: &Range<usize>) {
        let help = "write it in Markdown, or set `html = \"trusted\"` under `[security]` if you trust every author";
        if !sanitise::ELEMENTS.contains(&&*tag.name) {
            let message = format!("`<{}>` is not allowed in chapters and was removed", tag.name);
            return self.finding("unsafe-html", range, message, help);
        }
        for attribute in &tag.attributes {
            if attribute.name == "style" || attribute.name.starts_with("on") {
                let message = format!("the attribute `{}` is not allowed in chapters and was removed", attribute.name);
                let start = range.start - tag.range.start;
                let at = start + attribute.range.start..(start + attribute.range.end).min(self.input.body.len());
                self.finding("unsafe-html", &at, message, help);
            }
        }
    }
}

fn is_comment(html: &str) -> bool {
    let mut rest = html.trim();
    while let Some(inner) = rest.strip_prefix("<!--") {
        let Some(end) = inner.find("-->") else { return true };
        rest = inner[end + 3..].trim_start();
    }
    rest.is_empty()
}
