//! Renders the pages on which readers assess themselves against a role.
//!
//! Input: a role and the URL of its page. Output: HTML that is readable without JavaScript. Never
//! sees an answer: answers stay in the reader's browser.

use super::{Made, Renderer, Shown, Special};
use crate::model::book::ChapterId;
use crate::site::view::assess;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;

impl Renderer {
    /// Renders the self-assessment page for a role.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn assess(&self, role: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let title = self.theme.ui("assess-title").replace("{role}", &self.book().meta(role).title);
        let made = Made {
            template: "assess.html",
            kind: "assess",
            title,
            summary: Some(self.theme.ui("assess-lede").to_owned()),
            special: &|view| Special {
                view: assess::assess(role, view).map(|data| Shown::Assess(Box::new(data))),
                ..Special::default()
            },
        };
        self.made(made, at, None)
    }
}
