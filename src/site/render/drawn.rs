//! Writes what was drawn from a source: formulas, and diagrams with their images for light and dark
//! pages and their source below them.
//!
//! Input: a formula, or a diagram and its code block. Output: HTML. Never draws: formulas are drawn
//! when a chapter is parsed, and `pages/diagram` draws an image when it is requested.

use std::fmt::Write as _;

use super::fill::{Filler, write_code};
use crate::chapter::diagram::{Diagram, Scheme};
use crate::chapter::document::{Code, Formula, Setting};
use crate::text::markup::escape;
use crate::text::path::UrlPath;

impl Filler<'_> {
    /// Writes a diagram.
    pub(super) fn diagram(&self, diagram: &Diagram, code: &Code, out: &mut String) {
        let ui = |key: &str| escape(self.view.theme.ui(key));
        let title = code.title.as_ref().or(diagram.title.as_ref());
        let alt = title.map_or_else(|| ui("diagram"), |title| format!("{}: {}", ui("diagram"), escape(title)));
        out.push_str("<figure class=\"diagram\"");
        if let Some(id) = &code.id {
            let _ = write!(out, " id=\"{}\"", escape(id));
        }
        out.push('>');
        if let Some(title) = &code.title {
            let _ = write!(out, "<figcaption>{}</figcaption>", escape(title));
        }
        out.push_str("<div class=\"drawing\" tabindex=\"0\">");
        let schemes: &[_] = if diagram.has_dark {
            &[(Scheme::Light, " class=\"light\""), (Scheme::Dark, " class=\"dark\"")]
        } else {
            &[(Scheme::Light, "")]
        };
        for (scheme, class) in schemes {
            let url = escape(&self.view.url(&UrlPath::new(diagram.file(*scheme))));
            let (width, height) = diagram.size;
            let _ = write!(
                out,
                "<img{class} src=\"{url}\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" decoding=\"async\">"
            );
        }
        let _ = write!(out, "</div><details><summary>{}</summary>", ui("diagram-source"));
        let source = Code { title: None, id: None, ..code.clone() };
        write_code(&source, self.renderer(), out);
        out.push_str("</details></figure>");
    }

    /// Writes a formula. One that isn't part of a line is a region that scrolls if it is too wide.
    #[allow(clippy::unused_self, reason = "a method keeps `fill` independent of this module")]
    pub(super) fn formula(&self, formula: &Formula, out: &mut String) {
        let element = match formula.setting {
            Setting::Inline => return out.push_str(&formula.drawing),
            Setting::Line => "span",
            Setting::Block => "div",
        };
        let _ = write!(out, "<{element} class=\"formula\" tabindex=\"0\">{}</{element}>", formula.drawing);
    }
}
