//! Renders pages and files derived for single roles and for scripts: hiring kits, role files for
//! the comparison, groupings of decisions.
//!
//! Input: a [`Derived`] and its URL. Output: its text and media type. Generated pages that have
//! their own names are in [`super::Renderer::generated`].

use super::{Made, PageCells, Renderer, Shown, Special, kit, views};
use crate::declare::config::{Config, UrlStyle};
use crate::model::book::{Book, ChapterId, Generated};
use crate::site::view::data::Data;
use crate::site::view::decisions::{self, By};
use crate::site::view::{hiring, picker, role};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A page or file that is generated for a role or for a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// The hiring kit of a role.
    Hiring(ChapterId),
    /// The hiring kit of a role as Markdown.
    HiringText(ChapterId),
    /// The data that a comparison needs about a role.
    Role(ChapterId),
    /// The competencies' data as a script, for pages that are opened from a folder.
    Competencies,
    /// All decisions, grouped by something other than strategy.
    Decisions(By),
}

impl Derived {
    /// Lists all derived pages and files with their URLs.
    pub fn all(book: &Book, config: &Config) -> Vec<(UrlPath, Self)> {
        let mut all = Vec::new();
        for role in hiring::hired(book) {
            all.push((role::hiring_url(role, book, config.urls), Self::Hiring(role)));
            all.push((hiring::markdown_url(role, book), Self::HiringText(role)));
        }
        if Generated::Compare.exists(book) {
            for role in book.relations.role_order.iter().copied() {
                all.push((picker::role_url(role, book, config.urls), Self::Role(role)));
            }
            if config.urls == UrlStyle::File {
                all.push((picker::data_url("competencies", config.urls), Self::Competencies));
            }
        }
        if Generated::Decisions.exists(book) {
            all.extend([By::Role, By::Scope].map(|by| (by.url(config.urls), Self::Decisions(by))));
        }
        all
    }

    /// Returns whether this is a page for readers rather than a file.
    #[must_use]
    pub fn is_page(self) -> bool {
        matches!(self, Self::Hiring(_) | Self::Decisions(_))
    }
}

impl Renderer {
    /// Renders a derived page or file, and returns its text and media type.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn derived(&self, derived: Derived, at: &UrlPath) -> Result<(String, &'static str), Box<Diagnostic>> {
        Ok(match derived {
            Derived::Hiring(role) => (self.hiring(role, at)?, HTML),
            Derived::HiringText(role) => (self.hiring_text(role, at), "text/markdown; charset=utf-8"),
            Derived::Role(role) => self.role_data(role, at),
            Derived::Competencies => (picker::as_script("competencies", &self.data(Data::Competencies, at)), SCRIPT),
            Derived::Decisions(by) => (self.decisions(by, at)?, HTML),
        })
    }

    fn hiring(&self, role: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let title = &self.book().meta(role).title;
        let made = Made {
            template: "hiring.html",
            kind: "hiring",
            title: self.theme.ui("hiring-of").replace("{role}", title),
            summary: Some(self.theme.ui("hiring-means").to_owned()),
            special: &|view| Special { hiring: hiring::hiring(role, view), ..Special::default() },
        };
        self.made(made, at, None)
    }

    fn hiring_text(&self, role: ChapterId, at: &UrlPath) -> String {
        // The Markdown is used away from the site, where only absolute URLs work.
        let root = self.handbook.config.base_url.as_deref();
        let cells = PageCells { renderer: self, at, root };
        let view = self.viewpoint(at, &cells, root);
        hiring::hiring(role, &view).map_or_else(String::new, |kit| kit::markdown_of(&kit, &view))
    }

    fn role_data(&self, role: ChapterId, at: &UrlPath) -> (String, &'static str) {
        let cells = PageCells { renderer: self, at, root: None };
        let json = picker::role_json(role, &self.viewpoint(at, &cells, None)).unwrap_or_default();
        match self.handbook.config.urls {
            UrlStyle::Pretty => (json, "application/json"),
            UrlStyle::File => (picker::as_script(&picker::role_name(role, self.book()), &json), SCRIPT),
        }
    }

    fn decisions(&self, by: By, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let made = Made {
            template: "decisions.html",
            kind: "decisions",
            title: self.theme.ui(&format!("decisions-by-{}", by.name())).to_owned(),
            summary: Some(self.theme.ui(views::summary_key(Generated::Decisions)).to_owned()),
            special: &|view| {
                let shown = Shown::Decisions(decisions::grouped(by, view));
                Special { view: Some(shown), ..Special::default() }
            },
        };
        self.made(made, at, None)
    }
}
