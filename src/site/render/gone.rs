//! Renders the page for a deleted chapter: it says that the chapter is gone, why, and what to read
//! instead.
//!
//! Input: an entry of `[[gone]]`. Output: a page that search engines don't index. Never names a
//! chapter that the audience can't see.

use super::{Around, PageCells, Renderer, Special};
use crate::site::theme::Html;
use crate::site::view::page::Page;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;

impl Renderer {
    /// Renders the page for the entry `n`.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn gone(&self, n: usize, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        let config = &self.handbook.config;
        let gone = config.gone.get(n);
        let mut page = Page::generated(self.theme.ui("gone").to_owned(), "404", at, config);
        page.canonical = None;
        page.noindex = true;
        page.summary = gone.and_then(|gone| gone.reason.clone());
        let see = gone.and_then(|gone| gone.see.as_ref());
        let chapter = see.and_then(|(name, _)| self.book().names.find(name).first().copied());
        let special = Special { target: chapter.map(|chapter| view.link(chapter)), ..Special::default() };
        let frame = self.frame(page, Around::default(), Html::new(""), special, &view);
        self.theme.render("gone.html", &frame).map_err(Box::new)
    }
}
