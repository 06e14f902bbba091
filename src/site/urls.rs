//! The site as a function from a URL to bytes.
//!
//! Input: a compiled handbook, its files and a theme. Output: [`Site`], which has the sorted list
//! of all URLs and the bytes for each. `build` asks for all of them, and the preview for the one
//! that a browser requests. There is no other way to make a page. Never reads or writes files.

mod draft;
mod frame;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::declare::config::HtmlPolicy;
use crate::model::book::ChapterId;
use crate::model::compile::Handbook;
use crate::past::history::Past;
use crate::site::highlight::Highlighter;
use crate::site::pages::{self, Layout, On, media_type};
use crate::site::publish::Content;
use crate::site::render::Renderer;
use crate::site::search::{self, Definitions, Index, Memory};
use crate::site::theme::Theme;
use crate::site::view::encode_fragment;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::Sources;

pub use crate::site::pages::{Rendered, host_findings};
pub use draft::Draft;
pub use frame::{Basis, MadeFrom, Noted};

/// Everything that makes up a site.
#[derive(Debug)]
pub struct Site {
    renderer: Renderer,
    layout: Arc<Layout>,
    files: Sources,
    /// The search index, built when it is first needed: no page needs it, and the preview makes
    /// many sites that nobody searches.
    index: OnceLock<Index>,
    /// The texts of the glossaries, made when the first preview of a term is rendered.
    definitions: OnceLock<Definitions>,
    /// The chapters' index entries, for reuse by the next site. `None` in the first site, because
    /// there is nothing to reuse if only one site is made.
    memory: Option<Arc<Memory>>,
}

impl Site {
    /// Lays out the site by assigning content to every URL. `past` is what is known about the
    /// handbook's past. Renders nothing.
    pub fn new(
        handbook: Handbook,
        files: Sources,
        theme: Arc<Theme>,
        highlighter: Arc<Highlighter>,
        past: Past,
    ) -> Self {
        let layout = Arc::new(Layout::new(&handbook, &files, &theme, &past));
        let renderer = Renderer::new(handbook, theme, highlighter, Arc::clone(&layout.pictures), past);
        Self { renderer, layout, files, index: OnceLock::new(), definitions: OnceLock::new(), memory: None }
    }

    /// Makes the next state of this site with the same past. Reuses the layout if nothing that it
    /// depends on has changed.
    #[must_use]
    pub fn next(&self, handbook: Handbook, files: Sources, theme: Arc<Theme>) -> Self {
        let highlighter = Arc::clone(&self.renderer.highlighter);
        let memory = Some(self.memory.clone().unwrap_or_default());
        let is_same = Arc::ptr_eq(&handbook.book, &self.handbook().book)
            && Arc::ptr_eq(&theme, &self.renderer.theme)
            && handbook.config == self.handbook().config
            && Layout::is_same_for(&self.files, &files)
            // The book doesn't record what raw HTML refers to.
            && handbook.config.security.html != HtmlPolicy::Trusted
            && files.assets().eq(self.files.assets());
        if !is_same {
            let next = Self::new(handbook, files, theme, highlighter, self.renderer.past.clone());
            return Self { memory, ..next };
        }
        let layout = Arc::clone(&self.layout);
        let renderer = self.renderer.next(handbook);
        Self { renderer, layout, files, index: OnceLock::new(), definitions: OnceLock::new(), memory }
    }

    /// Uses a search index that was built in advance from the same handbook and theme.
    #[must_use]
    pub fn with_index(self, index: Index) -> Self {
        Self { index: OnceLock::from(index), ..self }
    }

    fn index(&self) -> &Index {
        let Renderer { handbook, theme, .. } = &self.renderer;
        self.index.get_or_init(|| search::index(handbook, theme, self.memory.as_deref()))
    }

    /// Returns the page that an old URL redirects to, or `None` if there is no such redirect.
    pub fn moved(&self, url: &UrlPath) -> Option<&UrlPath> {
        self.layout.moved(url)
    }

    /// Returns the chapter whose page is at a URL.
    pub fn chapter(&self, url: &UrlPath) -> Option<ChapterId> {
        self.layout.routes.get(url)?.chapter
    }

    /// Returns the handbook.
    pub fn handbook(&self) -> &Handbook {
        &self.renderer.handbook
    }

    /// Returns which files that are not chapters are published.
    pub fn content(&self) -> &Content {
        &self.layout.content
    }

    /// Lists every URL, sorted.
    pub fn urls(&self) -> impl ExactSizeIterator<Item = &UrlPath> {
        let index = self.index().urls().filter(|url| !self.layout.routes.contains_key(*url));
        let mut all: Vec<&UrlPath> = self.layout.routes.keys().chain(index).collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// Returns whether the site has the URL.
    pub fn has(&self, url: &UrlPath) -> bool {
        self.layout.routes.contains_key(url)
    }

    /// Returns whether the name of a file says what is in it, so that the same program never gives a file
    /// of this name other bytes.
    pub fn is_named_by_content(&self, url: &UrlPath) -> bool {
        !self.layout.routes.contains_key(url) && Index::names(url)
    }

    /// Renders the content of `url`. Returns `None` if the site has no such URL.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    #[must_use]
    pub fn render(&self, url: &UrlPath) -> Option<Result<Rendered<'_>, Box<Diagnostic>>> {
        if let Some((at, route)) = self.layout.routes.get_key_value(url) {
            return Some(route.render(&self.on(&self.renderer, at)));
        }
        let Renderer { handbook, theme, .. } = &self.renderer;
        let bytes = if Index::claims(url) { self.index().get(url, handbook, theme)? } else { return None };
        Some(Ok(Rendered { bytes, media: media_type(url.as_str()), policy: None }))
    }

    fn on<'s>(&'s self, renderer: &'s Renderer, at: &'s UrlPath) -> On<'s> {
        On { renderer, files: &self.files, layout: &self.layout, definitions: &self.definitions, at }
    }

    /// Renders every URL in parallel and returns the failures, for tests and `check`.
    pub fn failures(&self) -> Vec<Diagnostic> {
        let urls: Vec<&UrlPath> = self.layout.routes.keys().collect();
        let failed = urls.into_par_iter().filter_map(|url| self.render(url)?.err());
        failed.map(|failure| *failure).collect()
    }

    /// Reports what the history shows: deleted chapters whose URLs no longer work, and more
    /// redirects than the host accepts.
    pub fn findings_of_the_past(&self) -> Vec<Diagnostic> {
        pages::findings_of_the_past(&self.renderer, &self.layout, &self.files)
    }

    /// Returns the URL of the page of the chapter at `path`.
    pub fn page_of(&self, path: &SourcePath, anchor: Option<&str>) -> Option<String> {
        let book = &self.renderer.handbook.book;
        let url = book.url(book.at_path(path)?).encoded();
        Some(anchor.map_or_else(|| url.clone(), |anchor| format!("{url}#{}", encode_fragment(anchor))))
    }
}
