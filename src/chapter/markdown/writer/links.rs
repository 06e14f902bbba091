//! Writes links and images: those within the handbook as holes, external ones unchanged, and
//! forbidden ones as text.
//!
//! Input: the events of links and images, or the URLs in raw HTML. Output: HTML, references and
//! findings. Never resolves references.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use super::{OpenLink, Writer};
use crate::chapter::document::{Form, Hole, Image, ImageSource, Reference, ReferenceNumber};
use crate::chapter::markdown::{end_of, numbered, plain_text, wiki_reference};
use crate::chapter::reference::{Destination, destination, host};
use crate::declare::dialect::Dialect;
use crate::declare::generator::Generator;
use crate::text::attribute::is_of_label;
use crate::text::markup::{escape_address_into, escape_into};
use crate::text::rule::Rule;

impl Writer<'_, '_> {
    /// Starts the link at event `n`, and returns the next event to write.
    pub(super) fn link(&mut self, n: usize) -> usize {
        let events = self.events;
        let (Event::Start(Tag::Link { link_type, dest_url, title, .. }), range) = &events[n] else { return n + 1 };
        if let LinkType::WikiLink { has_pothole } = *link_type {
            let number = self.refer(dest_url, Form::Wiki, range);
            if !has_pothole {
                return self.titled_link(n, number);
            }
            self.out.hole(Hole::LinkOpen(number, None));
            self.links.push(OpenLink::Inside(number));
            return n + 1;
        }
        let is_empty = matches!(events.get(n + 1), Some((Event::End(_), _)));
        if is_empty && dest_url.is_empty() && self.input.config.generator == Some(Generator::MkDocs) {
            // An anchor: `[](){#id}`.
            return n + 2;
        }
        let address = if *link_type == LinkType::Email { format!("mailto:{dest_url}") } else { dest_url.to_string() };
        match self.destination(&address, Form::Relative) {
            Destination::Inside(reference) => {
                let number = self.references.add(reference, self.input.place.span(range));
                // In MyST, a link without a text has the title of its target.
                if is_empty && self.input.reading().dialects.has(Dialect::Roles) {
                    return self.titled_link(n, number);
                }
                let title = (!title.is_empty()).then(|| title.to_string().into());
                self.out.hole(Hole::LinkOpen(number, title));
                self.links.push(OpenLink::Inside(number));
            }
            Destination::Outside(address) => {
                self.out.html.push_str("<a href=\"");
                escape_address_into(&address, &mut self.out.html);
                self.out.html.push_str(if self.input.plain { "\"" } else { "\" class=\"external\"" });
                if !title.is_empty() {
                    self.attribute("title", title);
                }
                self.out.html.push('>');
                self.links.push(OpenLink::Outside);
            }
            Destination::Forbidden(scheme) => {
                self.forbidden(&scheme, range);
                self.links.push(OpenLink::Text);
            }
        }
        n + 1
    }

    /// Parses a destination; in plain Markdown, all are outside the handbook.
    fn destination(&self, address: &str, form: Form) -> Destination {
        if self.input.plain {
            return Destination::Outside(address.to_owned());
        }
        match destination(address, form, self.input.config.security.html) {
            // In MyST, a label may contain a colon: `tutorials:first`. Such a link is never written as an
            // address.
            Destination::Forbidden(_)
                if form == Form::Relative
                    && self.input.reading().dialects.has(Dialect::Roles)
                    && address.chars().all(is_of_label) =>
            {
                Destination::Inside(Reference { form, target: address.to_owned(), fragment: None })
            }
            found => found,
        }
    }

    /// Adds a reference to the target of `[[…]]` and returns its number.
    pub(super) fn refer(&mut self, target: &str, form: Form, range: &Range<usize>) -> ReferenceNumber {
        self.references.add(wiki_reference(target, self.input.config, form), self.input.place.span(range))
    }

    /// Writes a link whose text is the title of its target, instead of the element that starts at
    /// `n`. Returns the next event to write.
    fn titled_link(&mut self, n: usize, number: ReferenceNumber) -> usize {
        self.out.hole(Hole::LinkOpen(number, None));
        self.out.hole(Hole::LinkText(number));
        self.out.hole(Hole::LinkClose(number));
        end_of(self.events, n) + 1
    }

    /// Reports a scheme that isn't allowed. What was taken out of an address has been counted.
    pub(super) fn forbidden(&mut self, scheme: &str, range: &Range<usize>) {
        if scheme.is_empty() {
            return;
        }
        let message = format!("links with `{scheme}:` are not allowed; this one became text");
        self.finding(Rule::UnsafeUrl, range, message, "link to a chapter or to an https:, http: or mailto: address");
    }

    /// Writes the image at event `n`, and returns the next event to write.
    pub(super) fn image(&mut self, n: usize) -> usize {
        let events = self.events;
        let (Event::Start(Tag::Image { link_type, dest_url, title, .. }), range) = &events[n] else { return n + 1 };
        if matches!(link_type, LinkType::WikiLink { .. }) && !is_picture(dest_url) {
            // A transclusion in the middle of a sentence cannot be shown there, so it becomes a
            // link.
            let number = self.refer(dest_url, Form::Wiki, range);
            return self.titled_link(n, number);
        }
        let end = end_of(events, n);
        let alt = plain_text(&events[n + 1..end]);
        let address = if self.input.plain { dest_url } else { dest_url.strip_suffix('\\').unwrap_or(dest_url) };
        let source = match self.destination(address, Form::Image) {
            Destination::Inside(reference) => {
                ImageSource::File(self.references.add(reference, self.input.place.span(range)))
            }
            Destination::Outside(address) => {
                self.check_host(&address, range, "became a link");
                ImageSource::Remote(address)
            }
            Destination::Forbidden(scheme) => {
                self.forbidden(&scheme, range);
                escape_into(&alt, &mut self.out.html);
                return end + 1;
            }
        };
        self.push_image(Image { source, alt, title: title.to_string() });
        end + 1
    }

    pub(super) fn push_image(&mut self, image: Image) {
        self.out.hole(Hole::Image(numbered(&mut self.written.body.images, image)));
    }

    /// Reports a resource from a host that isn't allowed; `instead` says what happens to it.
    pub(super) fn check_host(&mut self, address: &str, range: &Range<usize>, instead: &str) {
        let host = host(address).unwrap_or_default();
        if self.input.config.security.hosts.contains(&host) || self.input.plain {
            return;
        }
        let message = format!("this would be loaded from {host}; it {instead}");
        let help = "put the file into the handbook, or name the host in `[security] hosts`";
        self.finding(Rule::RemoteResource, range, message, help);
    }
}

/// Returns whether `![[…]]` names an image file, judging by the extension.
pub fn is_picture(target: &str) -> bool {
    let Some((_, extension)) = target.rsplit_once('.') else { return false };
    ["png", "jpg", "jpeg", "gif", "svg", "webp", "avif"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
