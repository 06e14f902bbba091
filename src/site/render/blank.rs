//! Writes a template on its chapter's page: what its Markdown looks like, a link to its file, and
//! its text for the button that copies it.
//!
//! Input: a template and its text. Output: HTML, and the text of the file. Never links terms.

use std::fmt::Write as _;

use super::copy::without_nul;
use super::fill::{Filler, Scope, heading_over};
use crate::chapter::document::{Document, Template};
use crate::chapter::markdown::{Input, Place, blank};
use crate::declare::kind::Kind;
use crate::site::view::templates::template_url;
use crate::text::markup::escape;
use crate::text::source::Text;

/// Returns the text that readers copy and download: what the author wrote, below a title.
fn text_of(template: &Template, written: &str) -> String {
    let text = without_nul(written.to_owned());
    if text.starts_with("# ") { text } else { format!("# {}\n\n{text}", template.title) }
}

/// Returns the text of a chapter's template.
#[must_use]
pub fn text_in(document: &Document, template: &Template) -> Option<String> {
    document.body.code.get(template.block).map(|code| text_of(template, &code.text))
}

impl Filler<'_> {
    /// Writes a template. `offset` is its place in the chapter's HTML.
    pub(super) fn template(
        &mut self,
        template: &Template,
        written: &str,
        (offset, scope): (usize, Scope),
        out: &mut String,
    ) {
        let view = self.view;
        let meta = view.meta(scope.chapter);
        let Ok(text) = Text::new(written.as_bytes()) else { return };
        let place = Place { text: &text, start: 0 };
        let (path, kind, config) = (&meta.path, Kind::Page, view.config);
        // Views and transclusions belong to the handbook, where a template isn't used.
        let input = Input { body: written, path, kind, config, family: None, place, seed: "", plain: true, view: None };
        let form = blank(input, heading_over(self.view.document(scope.chapter), offset));
        let ui = |key: &str| escape(view.theme.ui(key));
        let title = escape(&template.title);
        let _ = write!(
            out,
            "<figure class=\"template\" id=\"{}\" data-markdown=\"{}\">\n<figcaption><span class=\"label\">{}</span> {title}</figcaption>\n<div class=\"form\">\n",
            escape(&template.anchor()),
            escape(&text_of(template, written)).replace('\n', "&#10;"),
            ui("template"),
        );
        let end = form.html.len();
        self.fill(form.whole(), (0..end, end), scope, out);
        out.push_str("</div>\n");
        if let Some(url) = template_url(scope.chapter, template, view.book) {
            let url = escape(&view.url(&url));
            let label = ui("template-download");
            let _ = writeln!(
                out,
                "<p class=\"actions\"><a class=\"tool\" href=\"{url}\" download>{label}<span class=\"sr\"> ({title})</span></a></p>"
            );
        }
        out.push_str("</figure>");
    }
}
