//! Renders pages: fills the holes of chapters, prepares the data for templates, and calls the
//! theme.
//!
//! Input: a compiled [`Handbook`], a theme and the URL of a page. Output: HTML. This is the only
//! stage that calls templates. Never reads files, and never looks at another page's bytes.

mod blank;
mod brand;
mod copy;
mod drawn;
mod fill;
mod glossary;
pub mod plain;
mod stairs;
mod views;
pub mod workbook;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

pub use self::blank::text_in;
pub use self::copy::{copy_url, without_nul};
use self::fill::Filler;
use self::glossary::Glossary;
use crate::declare::config::{Config, UrlStyle};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated, NodeId, generated_url};
use crate::model::compile::{Handbook, Notes};
use crate::past::history::{self, Past};
use crate::site::highlight::Highlighter;
use crate::site::picture::Picture;
use crate::site::theme::{Html, Theme};
use crate::site::view::competency::{self, CompetencyPage};
use crate::site::view::home::{self, Home};
use crate::site::view::navigation::{Around, around};
use crate::site::view::page::{self, Backlinks, Entry, Page, Relation};
use crate::site::view::path::{self, OnPath, PathPage};
use crate::site::view::role::{self, RolePage};
use crate::site::view::strategy::{self, StrategyPage};
use crate::site::view::{self, Cells, Link, Viewpoint};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath, fold};
use crate::text::typography;

/// Everything that pages are rendered from.
#[derive(Debug)]
pub struct Renderer {
    /// The chapters and the relations between them.
    pub handbook: Handbook,
    /// Templates, assets and UI strings.
    pub theme: Arc<Theme>,
    /// The highlighter for code blocks.
    pub highlighter: Arc<Highlighter>,
    /// Images by the path of their file.
    pub pictures: Arc<BTreeMap<SourcePath, Picture>>,
    /// What is known about the handbook's past.
    pub past: Past,
    glossary: Arc<Glossary>,
    policy: Option<String>,
}

/// Template data that only chapters have.
#[derive(Default, Serialize)]
struct OfChapter {
    role: Option<RolePage>,
    competency: Option<CompetencyPage>,
    strategy: Option<StrategyPage>,
    path: Option<PathPage>,
    home: Option<Home>,
    letters: Vec<home::Letter>,
    on_paths: Vec<OnPath>,
}

/// The data for every template. `special` is the data that only this page has.
#[derive(Serialize)]
struct Frame<'a, T> {
    page: Page,
    #[serde(flatten)]
    around: Around,
    toc: Vec<Entry>,
    backlinks: Option<Backlinks>,
    relations: Vec<Relation>,
    home_url: String,
    brand: brand::Shown,
    search_url: Option<String>,
    print_url: Option<String>,
    /// Whether the page is a chapter inside another page, without the surrounding frame.
    bare: bool,
    feed_url: Option<String>,
    assets: BTreeMap<&'a str, String>,
    csp: Option<&'a str>,
    /// The title that the chapter's own text begins with, if something comes between it and the text.
    opening: Option<Html>,
    content: Html,
    #[serde(flatten)]
    special: T,
}

/// The properties that differ between generated pages.
pub struct Made<'a> {
    /// The template's file.
    pub template: &'a str,
    /// The kind of the page, which templates and styles choose by.
    pub kind: &'a str,
    /// The title.
    pub title: String,
    /// The line below the title.
    pub summary: Option<String>,
    /// The page's place in the tree; without one, it lies below the home page.
    pub node: Option<NodeId>,
}

impl Renderer {
    /// Prepares what all pages share.
    pub fn new(
        handbook: Handbook,
        theme: Arc<Theme>,
        highlighter: Arc<Highlighter>,
        pictures: Arc<BTreeMap<SourcePath, Picture>>,
        past: Past,
    ) -> Self {
        let glossary = Arc::new(Glossary::new(&handbook.book));
        let policy = (handbook.config.urls == UrlStyle::Pretty).then(|| policy(&handbook.config));
        Self { handbook, theme, highlighter, pictures, past, glossary, policy }
    }

    /// Returns a renderer for another state of the same book: the text differs, but everything that
    /// pages share is kept.
    #[must_use]
    pub fn next(&self, handbook: Handbook) -> Self {
        Self {
            handbook,
            theme: Arc::clone(&self.theme),
            highlighter: Arc::clone(&self.highlighter),
            pictures: Arc::clone(&self.pictures),
            past: self.past.clone(),
            glossary: Arc::clone(&self.glossary),
            policy: self.policy.clone(),
        }
    }

    /// Returns the same renderer, and notes about what it reads of the chapters and of the past from
    /// now on.
    pub fn noting(&self) -> (Self, (Arc<Notes>, Arc<history::Notes>)) {
        let (documents, of_chapters) = self.handbook.documents.noting();
        let (past, of_past) = self.past.noting();
        let next = self.next(Handbook { documents, ..self.handbook.clone() });
        (Self { past, ..next }, (of_chapters, of_past))
    }

    fn book(&self) -> &Book {
        &self.handbook.book
    }

    /// Prepares data for the page at `at`.
    pub fn view<R>(&self, at: &UrlPath, prepare: impl FnOnce(&Viewpoint<'_>) -> R) -> R {
        self.view_from(None, at, prepare)
    }

    /// Prepares data for the page at `at` with URLs that begin with `root` instead of being
    /// relative.
    pub fn view_from<R>(&self, root: Option<&str>, at: &UrlPath, prepare: impl FnOnce(&Viewpoint<'_>) -> R) -> R {
        let cells = PageCells { renderer: self, at, root };
        prepare(&self.viewpoint(at, &cells, root))
    }

    fn viewpoint<'a>(&'a self, at: &'a UrlPath, cells: &'a PageCells<'a>, root: Option<&'a str>) -> Viewpoint<'a> {
        Viewpoint {
            handbook: &self.handbook,
            book: self.book(),
            config: &self.handbook.config,
            theme: &self.theme,
            at,
            past: &self.past,
            cells,
            root,
        }
    }

    /// Returns the URL of an image file.
    pub fn picture_url(&self, path: &SourcePath) -> UrlPath {
        self.pictures.get(path).map_or_else(|| UrlPath::new(path.as_str()), |picture| picture.url.clone())
    }

    /// Returns the URL of a file of the theme.
    pub fn theme_asset(&self, name: &str) -> UrlPath {
        UrlPath::new(format!("assets/{}/{name}", self.theme.hash()))
    }

    /// Renders a chapter's text without the surrounding page.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if the template of a view fails.
    pub fn text(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        self.view(at, |view| self.filled(chapter, view)).map(|html| self.quoted(html))
    }

    /// Renders the first paragraph of a chapter.
    pub fn first_paragraph(&self, chapter: ChapterId, at: &UrlPath) -> String {
        self.view(at, |view| Filler::new(self, *view).first_paragraph(chapter))
    }

    /// Links to the terms that no chapter uses.
    pub fn unused_terms(&self, view: &Viewpoint<'_>) -> Vec<Link> {
        let link = |term: &glossary::Entry| Link {
            title: term.name.clone(),
            url: Some(view.anchor(term.chapter, &term.anchor)),
            ..Link::default()
        };
        self.glossary.unused(&self.handbook.documents).into_iter().map(link).collect()
    }

    fn filled(&self, chapter: ChapterId, view: &Viewpoint<'_>) -> Result<String, Box<Diagnostic>> {
        let mut filler = Filler::new(self, *view);
        let text = filler.chapter(chapter);
        filler.failures.pop().map_or(Ok(text), |failure| Err(Box::new(failure)))
    }

    fn with_stairs(
        &self,
        plan: &stairs::Plan,
        chapter: ChapterId,
        view: &Viewpoint<'_>,
    ) -> Result<String, Box<Diagnostic>> {
        let mut filler = Filler::new(self, *view);
        let text = stairs::write(plan, chapter, &mut filler, view)?;
        filler.failures.pop().map_or(Ok(text), |failure| Err(Box::new(failure)))
    }

    /// Renders a chapter's page.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn chapter(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        self.view(at, |view| {
            let node = self.book().tree.of_chapter[chapter.index()];
            let document = view.document(chapter);
            let (plan, headings) = (stairs::plan(document), &document.outline.headings);
            let headings = plan.as_ref().map_or_else(|| headings.iter().collect(), |plan| plan.order(headings));
            let (toc, backlinks) = (page::contents(&headings, chapter, view), page::backlinks(chapter, view));
            let (template, frame) = self.chapter_frame((chapter, plan), around(Some(node), view), view)?;
            self.finished(template, &Frame { toc, backlinks, ..frame })
        })
    }

    /// Calls the template of a page, and writes the quotes of the handbook's language.
    fn finished(&self, template: &str, frame: &impl Serialize) -> Result<String, Box<Diagnostic>> {
        Ok(self.quoted(self.theme.render(template, frame).map_err(Box::new)?))
    }

    /// Returns HTML with the quotes of the handbook's language.
    fn quoted(&self, html: String) -> String {
        let config = &self.handbook.config;
        if !config.markdown.quotes {
            return html;
        }
        match typography::html(&html, &config.language) {
            Cow::Owned(quoted) => quoted,
            Cow::Borrowed(_) => html,
        }
    }

    /// Renders a chapter with its template, but without the frame, the table of contents and
    /// details that only a separate page needs.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn bare_chapter(&self, chapter: ChapterId, view: &Viewpoint<'_>) -> Result<String, Box<Diagnostic>> {
        let plan = stairs::plan(&self.handbook.documents[chapter.index()]);
        let (template, mut frame) = self.chapter_frame((chapter, plan), Around::default(), view)?;
        frame.bare = true;
        frame.page.edit_url = None;
        frame.page.reading_minutes = None;
        // The pages that the home page links to are part of the printed page.
        if let Some(home) = frame.special.home.take() {
            frame.content = Html::new(&format!("{}{}", home.opening.as_str(), frame.content.as_str()));
        }
        let html = self.theme.render(template, &frame).map_err(Box::new)?;
        // If the theme's frame doesn't support bare pages, use only the chapter's text.
        if !html.contains("<html") {
            return Ok(html);
        }
        let opening = frame.opening.map(|opening| opening.as_str().to_owned()).unwrap_or_default();
        Ok(format!("{opening}{}", frame.content.as_str()))
    }

    /// Returns the template and the template data of a chapter.
    fn chapter_frame<'a>(
        &'a self,
        (chapter, plan): (ChapterId, Option<stairs::Plan>),
        around: Around,
        view: &Viewpoint<'_>,
    ) -> Result<(&'static str, Frame<'a, OfChapter>), Box<Diagnostic>> {
        let text = match &plan {
            Some(plan) => self.with_stairs(plan, chapter, view)?,
            None => self.filled(chapter, view)?,
        };
        let page = Page::of_chapter(chapter, view);
        let is_home = page.kind == "home";
        // The home page asks its question below the title.
        let title_end = text.find("</h1>").map_or(0, |at| at + "</h1>".len());
        let facts = matches!(view.meta(chapter).kind, Kind::Role | Kind::Strategy | Kind::Path | Kind::Competency);
        // The title is above the facts, wherever it was written.
        let is_apart = is_home || (facts && plan.is_none() && self.theme.places_titles());
        let (opening, text) = text.split_at(if is_apart && text.starts_with("<h1") { title_end } else { 0 });
        let content = Html::new(text);
        let template = if is_home { "home.html" } else { page::template(view.meta(chapter).kind) };
        let relations = page::relations(chapter, view);
        let mut special = OfChapter::new(chapter, view);
        if let (Some(_), Some(page)) = (plan, &mut special.competency) {
            // The text itself shows them.
            page.levels.clear();
        }
        special.home = is_home.then(|| home::home(Html::new(opening), view));
        let opening = (!is_home && !opening.is_empty()).then(|| Html::new(opening));
        let frame = self.frame(page, around, special, view);
        Ok((template, Frame { relations, opening, content, ..frame }))
    }

    fn frame<T>(&self, page: Page, around: Around, special: T, view: &Viewpoint<'_>) -> Frame<'_, T> {
        let assets = self.theme.assets().keys().map(|name| (name.as_str(), view.url(&self.theme_asset(name))));
        Frame {
            page,
            around,
            toc: Vec::new(),
            backlinks: None,
            relations: Vec::new(),
            home_url: view.url(&self.book().tree.root().url),
            brand: brand::shown(&self.pictures, view),
            search_url: Some(view.url(&generated_url(Generated::Search.name(), self.handbook.config.urls))),
            print_url: (self.book().chapters.len() > 1)
                .then(|| view.url(&generated_url("print", self.handbook.config.urls))),
            bare: false,
            feed_url: view::feed_url(view),
            assets: assets.collect(),
            csp: self.policy.as_deref(),
            opening: None,
            content: Html::new(""),
            special,
        }
    }

    /// Renders a page that is generated from the model, with `special` for its template.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn made<T: Serialize>(
        &self,
        made: Made<'_>,
        special: T,
        view: &Viewpoint<'_>,
    ) -> Result<String, Box<Diagnostic>> {
        let page = Page { summary: made.summary, ..Page::generated(made.title, made.kind, view.at, view.config) };
        self.page(made.template, page, around(made.node, view), special, view)
    }

    /// Renders a page that has no chapter.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if the template fails.
    pub fn page<T: Serialize>(
        &self,
        template: &str,
        page: Page,
        around: Around,
        special: T,
        view: &Viewpoint<'_>,
    ) -> Result<String, Box<Diagnostic>> {
        self.finished(template, &self.frame(page, around, special, view))
    }
}

impl OfChapter {
    fn new(chapter: ChapterId, view: &Viewpoint<'_>) -> Self {
        let mut special = Self::default();
        match view.meta(chapter).kind {
            Kind::Role => special.role = role::role(chapter, view),
            Kind::Competency => special.competency = competency::competency(chapter, view),
            Kind::Strategy => special.strategy = strategy::strategy(chapter, view),
            Kind::Path => special.path = path::path(chapter, view),
            Kind::Glossary => special.letters = home::letters(chapter, view),
            Kind::Page => {}
        }
        special.on_paths = path::on_paths(chapter, view);
        special
    }
}

/// The source of statements and sections for the page at `at`.
struct PageCells<'a> {
    renderer: &'a Renderer,
    at: &'a UrlPath,
    root: Option<&'a str>,
}

impl Cells for PageCells<'_> {
    fn statement(&self, chapter: ChapterId, number: usize) -> Html {
        let view = self.renderer.viewpoint(self.at, self, self.root);
        Html::new(&Filler::new(self.renderer, view).statement(chapter, number))
    }

    fn examples(&self, chapter: ChapterId, number: usize) -> Option<Html> {
        let document = &self.renderer.handbook.documents[chapter.index()];
        document.body.examples_of(number).next()?;
        let view = self.renderer.viewpoint(self.at, self, self.root);
        Some(Html::new(&Filler::new(self.renderer, view).examples(chapter, number)))
    }

    fn section(&self, chapter: ChapterId, anchor: &str) -> Option<Html> {
        let view = self.renderer.viewpoint(self.at, self, self.root);
        Filler::new(self.renderer, view).section(chapter, anchor).map(|html| Html::new(&html))
    }

    fn interview(&self, competency: ChapterId) -> Option<Html> {
        let word = &self.renderer.handbook.config.words.interview;
        let headings = &self.renderer.handbook.documents[competency.index()].outline.headings;
        let heading = headings.iter().find(|heading| heading.section && fold(&heading.text) == *word)?;
        let view = self.renderer.viewpoint(self.at, self, self.root);
        let html = Filler::new(self.renderer, view).below(competency, &heading.id, 5);
        (!html.is_empty()).then(|| Html::new(&html))
    }
}

/// Returns the path of a URL: `https://x.org/a/` gives `/a/`.
pub fn base_path(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// Returns the content security policy of every page. It allows only this site's own files and the
/// hosts listed in `handbook.toml`.
pub fn policy(config: &Config) -> String {
    let list = |hosts: &[String]| hosts.iter().map(|host| format!(" https://{host}")).collect::<String>();
    let hosts = list(&config.security.hosts);
    let (scripts, connect) = (list(&config.security.scripts), list(&config.security.connect));
    let frames = if hosts.is_empty() { String::new() } else { format!(" frame-src{hosts};") };
    format!(
        "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; img-src 'self'{hosts}; media-src 'self'{hosts}; font-src 'self'; \
         connect-src 'self'{connect}; manifest-src 'self';{frames} base-uri 'none'; form-action 'self'"
    )
}
