//! Writes links and images: those within the handbook as holes, external ones unchanged, and
//! forbidden ones as text.
//!
//! Input: the events of links and images, or the URLs in raw HTML. Output: HTML, references and
//! findings. Never resolves references.

use std::ops::Range;

use pulldown_cmark::LinkType;

use super::{OpenLink, Writer};
use crate::chapter::document::{Form, Hole, Image, ImageSource};
use crate::chapter::markdown::{end_of, plain_text, wiki_reference};
use crate::chapter::reference::{Destination, destination};
use crate::text::markup::{escape_address_into, escape_into};
use crate::text::rule::Rule;

impl Writer<'_, '_> {
    pub(super) fn link(&mut self, n: usize, form: LinkType, address: &str, title: &str, range: &Range<usize>) -> usize {
        if let LinkType::WikiLink { has_pothole } = form {
            let reference = wiki_reference(address, self.input.config, Form::Wiki);
            let number = self.references.add(reference, self.input.place.span(range));
            self.out.hole(Hole::LinkOpen(number, None));
            if has_pothole {
                self.links.push(OpenLink::Inside(number));
                return n + 1;
            }
            self.out.hole(Hole::LinkText(number));
            self.out.hole(Hole::LinkClose(number));
            return end_of(self.events, n) + 1;
        }
        let address = if form == LinkType::Email { format!("mailto:{address}") } else { address.to_owned() };
        if self.input.plain {
            self.out.html.push_str("<a href=\"");
            escape_address_into(&address, &mut self.out.html);
            self.out.html.push('"');
            if !title.is_empty() {
                self.attribute("title", title);
            }
            self.out.html.push('>');
            self.links.push(OpenLink::Outside);
            return n + 1;
        }
        match destination(&address, Form::Relative, self.input.config.markdown.html) {
            Destination::Inside(reference) => {
                let number = self.references.add(reference, self.input.place.span(range));
                let title = (!title.is_empty()).then(|| title.into());
                self.out.hole(Hole::LinkOpen(number, title));
                self.links.push(OpenLink::Inside(number));
            }
            Destination::Outside(address) => {
                self.out.html.push_str("<a href=\"");
                escape_address_into(&address, &mut self.out.html);
                self.out.html.push_str("\" class=\"external\"");
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

    pub(super) fn forbidden(&mut self, scheme: &str, range: &Range<usize>) {
        let message = format!("links with `{scheme}:` are not allowed; this one became text");
        self.finding(Rule::UnsafeUrl, range, message, "link to a chapter or to an https:, http: or mailto: address");
    }

    pub(super) fn image(
        &mut self,
        n: usize,
        form: LinkType,
        address: &str,
        title: &str,
        range: &Range<usize>,
    ) -> usize {
        let end = end_of(self.events, n);
        let wiki = matches!(form, LinkType::WikiLink { .. });
        let span = self.input.place.span(range);
        if wiki && !is_picture(address) {
            // A transclusion in the middle of a sentence cannot be shown there, so it becomes a
            // link.
            let number = self.references.add(wiki_reference(address, self.input.config, Form::Wiki), span);
            self.out.hole(Hole::LinkOpen(number, None));
            self.out.hole(Hole::LinkText(number));
            self.out.hole(Hole::LinkClose(number));
            return end + 1;
        }
        let alt = plain_text(&self.events[n + 1..end]);
        if self.input.plain {
            self.push_image(Image { source: ImageSource::Remote(address.to_owned()), alt, title: title.to_owned() });
            return end + 1;
        }
        let address = address.strip_suffix('\\').unwrap_or(address);
        let source = match destination(address, Form::Image, self.input.config.markdown.html) {
            Destination::Inside(reference) => ImageSource::File(self.references.add(reference, span)),
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
        self.push_image(Image { source, alt, title: title.to_owned() });
        end + 1
    }

    pub(super) fn push_image(&mut self, image: Image) {
        self.written.body.images.push(image);
        self.out.hole(Hole::Image(u32::try_from(self.written.body.images.len() - 1).unwrap_or(u32::MAX)));
    }

    /// Reports a resource from a host that isn't allowed; `instead` says what happens to it.
    pub(super) fn check_host(&mut self, address: &str, range: &Range<usize>, instead: &str) {
        let host = crate::chapter::reference::host(address).unwrap_or_default();
        if self.input.config.hosts.contains(&host) || self.input.plain {
            return;
        }
        let message = format!("a page would load this from {host}; it {instead}");
        self.finding(
            Rule::RemoteResource,
            range,
            message,
            "put the file into the handbook, or name the host in `[security] hosts`",
        );
    }
}

/// Returns whether `![[…]]` names an image file, judging by the extension.
pub fn is_picture(target: &str) -> bool {
    let Some((_, extension)) = target.rsplit_once('.') else { return false };
    ["png", "jpg", "jpeg", "gif", "svg", "webp", "avif"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
