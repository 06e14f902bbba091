//! Renders pages: fills the holes of chapters, prepares the data for templates, and calls the
//! theme.
//!
//! Input: a compiled [`Handbook`], a theme and the URL of a page. Output: HTML. This is the only
//! stage that calls templates. Never reads files, and never looks at another page's bytes.

mod assess;
mod changes;
mod copy;
pub mod derived;
mod fill;
mod glimpse;
mod glossary;
mod gone;
mod kit;
mod llms;
mod plain;
mod print;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

pub use self::copy::copy_url;
use self::fill::Filler;
pub use self::glimpse::{Shown as Glimpsed, glimpse_key, glimpse_url, has_glimpse, terms};
use self::glossary::Glossary;
pub use self::llms::LLMS_FULL;
use self::print::Printed;
pub use self::views::{summary_key, title_key};
use crate::declare::config::{Config, UrlStyle};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated, NodeId, generated_url};
use crate::model::compile::Handbook;
use crate::model::health::Health;
use crate::past::history::Past;
use crate::site::highlight::Highlighter;
use crate::site::picture::Picture;
use crate::site::theme::{Html, Theme};
use crate::site::view::assess::{self as assess_view, Assess};
use crate::site::view::changes::Changes;
use crate::site::view::compare::Compare;
use crate::site::view::competency::CompetencyPage;
use crate::site::view::data::{Data, statements_csv};
use crate::site::view::decisions::{By, Grouped};
use crate::site::view::health::HealthPage;
use crate::site::view::hiring::Hiring;
use crate::site::view::home::{Children, Home};
use crate::site::view::ladder::Ladder;
use crate::site::view::matrix::Matrix;
use crate::site::view::navigation::{Around, around};
use crate::site::view::page::{Backlinks, Entry, Page, Relation};
use crate::site::view::path::{OnPath, PathPage};
use crate::site::view::picker::Picker;
use crate::site::view::role::RolePage;
use crate::site::view::strategy::StrategyPage;
use crate::site::view::{
    self, Cells, Link, Viewpoint, compare, competency, decisions, health, home, ladder, matrix, page, path, picker,
    role, strategy,
};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath, fold};

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

/// Template data in addition to what every page has.
#[derive(Default, Serialize)]
struct Special {
    role: Option<RolePage>,
    competency: Option<CompetencyPage>,
    strategy: Option<StrategyPage>,
    path: Option<PathPage>,
    home: Option<Home>,
    folder: Option<Folder>,
    view: Option<Shown>,
    target: Option<Link>,
    items: Vec<Link>,
    target_url: Option<String>,
    print: Option<Printed>,
    letters: Vec<home::Letter>,
    hiring: Option<Hiring>,
    on_paths: Vec<OnPath>,
    health: Option<HealthPage>,
}

/// The data for the folder template.
#[derive(Serialize)]
struct Folder {
    children: Vec<home::Item>,
}

/// A view that has a page of its own.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown {
    Matrix(Matrix),
    Ladder(Ladder),
    Decisions(Grouped),
    Picker(Picker),
    Compare(Box<Compare>),
    Assess(Box<Assess>),
    AssessIndex(assess_view::Index),
    Changes(Box<Changes>),
}

/// The data for every template.
#[derive(Serialize)]
struct Frame<'a> {
    page: Page,
    #[serde(flatten)]
    around: Around,
    toc: Vec<Entry>,
    backlinks: Option<Backlinks>,
    relations: Vec<Relation>,
    home_url: String,
    search_url: Option<String>,
    print_url: Option<String>,
    /// Whether the page is a chapter inside another page, without the surrounding frame.
    bare: bool,
    feed_url: Option<String>,
    assets: BTreeMap<&'a str, String>,
    csp: Option<&'a str>,
    content: Html,
    #[serde(flatten)]
    special: Special,
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

    fn book(&self) -> &Book {
        &self.handbook.book
    }

    /// Returns the viewpoint of the page at `at`.
    fn viewpoint<'a>(&'a self, at: &'a UrlPath, cells: &'a PageCells<'a>, root: Option<&'a str>) -> Viewpoint<'a> {
        Viewpoint {
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
        let cells = PageCells { renderer: self, at, root: None };
        self.filled(chapter, &self.viewpoint(at, &cells, None))
    }

    fn filled(&self, chapter: ChapterId, view: &Viewpoint<'_>) -> Result<String, Box<Diagnostic>> {
        let mut filler = Filler::new(self, *view);
        let text = filler.chapter(chapter);
        filler.failures.pop().map_or(Ok(text), |failure| Err(Box::new(failure)))
    }

    /// Renders a chapter's page.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn chapter(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let (template, frame) = self.chapter_frame(chapter, false, &self.viewpoint(at, &cells, None))?;
        self.theme.render(template, &frame).map_err(Box::new)
    }

    /// Returns the template and the template data of a chapter. If `bare`, the chapter has nothing
    /// around its text.
    fn chapter_frame<'a>(
        &'a self,
        chapter: ChapterId,
        bare: bool,
        view: &Viewpoint<'a>,
    ) -> Result<(&'static str, Frame<'a>), Box<Diagnostic>> {
        let content = self.filled(chapter, view)?;
        let page = Page::of_chapter(chapter, view);
        let is_home = page.kind == "home";
        let template = if is_home { "home.html" } else { page::template(self.book().meta(chapter).kind) };
        let special = Self::special(chapter, is_home, view);
        let relations = page::relations(chapter, view);
        let content = Html::new(&content);
        if bare {
            let frame = self.frame(page, Around::default(), content, special, view);
            return Ok((template, Frame { relations, bare, ..frame }));
        }
        let node = self.book().tree.of_chapter[chapter.index()];
        let frame = self.frame(page, around(Some(node), view), content, special, view);
        let (toc, backlinks) = (page::contents(view.meta(chapter)), page::backlinks(chapter, view));
        Ok((template, Frame { toc, backlinks, relations, ..frame }))
    }

    fn special(chapter: ChapterId, is_home: bool, view: &Viewpoint<'_>) -> Special {
        let mut special = Special::default();
        match view.meta(chapter).kind {
            Kind::Role => special.role = role::role(chapter, view),
            Kind::Competency => special.competency = competency::competency(chapter, view),
            Kind::Strategy => special.strategy = strategy::strategy(chapter, view),
            Kind::Path => special.path = path::path(chapter, view),
            Kind::Glossary => special.letters = home::letters(chapter, view),
            Kind::Page => {}
        }
        special.on_paths = path::on_paths(chapter, view);
        if is_home {
            special.home = Some(home::home(view));
        }
        special
    }

    fn frame<'a>(
        &'a self,
        page: Page,
        around: Around,
        content: Html,
        special: Special,
        view: &Viewpoint<'_>,
    ) -> Frame<'a> {
        let assets = self.theme.assets().keys().map(|name| (name.as_str(), view.url(&self.theme_asset(name))));
        Frame {
            page,
            around,
            toc: Vec::new(),
            backlinks: None,
            relations: Vec::new(),
            home_url: view.url(&self.book().tree.root().url),
            search_url: Some(view.url(&generated_url(Generated::Search.name(), self.handbook.config.urls))),
            print_url: (self.book().chapters.len() > 1)
                .then(|| view.url(&generated_url("print", self.handbook.config.urls))),
            bare: false,
            feed_url: view::feed_url(view),
            assets: assets.collect(),
            csp: self.policy.as_deref(),
            content,
            special,
        }
    }

    /// Renders a page that is generated from the model, given its template, title and content.
    fn made(&self, made: Made, at: &UrlPath, node: Option<NodeId>) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        let mut page = Page::generated(made.title, made.kind, at, &self.handbook.config);
        page.summary = made.summary;
        let mut around = around(node, &view);
        if node.is_none() {
            around.breadcrumbs = vec![view.node(NodeId(0))];
        }
        let frame = self.frame(page, around, Html::new(""), (made.special)(&view), &view);
        self.theme.render(made.template, &frame).map_err(Box::new)
    }

    /// Renders the page of a folder without an index.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn folder(&self, node: NodeId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let is_root = node == NodeId(0);
        let made = Made {
            template: if is_root { "home.html" } else { "folder.html" },
            kind: if is_root { "home" } else { "folder" },
            title: self.book().tree.node(node).title.clone(),
            summary: if is_root { self.handbook.config.description.clone() } else { None },
            special: &|view| Special {
                folder: Some(Folder { children: list(home::children(node, view)) }),
                home: is_root.then(|| home::home(view)),
                ..Special::default()
            },
        };
        self.made(made, at, Some(node))
    }

    /// Renders a generated page.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn generated(&self, generated: Generated, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let template = match generated {
            Generated::Matrix => "matrix.html",
            Generated::Ladder => "ladder.html",
            Generated::Decisions => "decisions.html",
            Generated::Assess => "assess-index.html",
            Generated::Changes => "changes.html",
            Generated::Search => "search.html",
            Generated::Compare => "picker.html",
            Generated::Health => return self.health(at),
        };
        let made = Made {
            template,
            kind: generated.name(),
            title: self.theme.ui(views::title_key(generated)).to_owned(),
            summary: Some(self.theme.ui(views::summary_key(generated)).to_owned()),
            special: &|view| {
                let shown = match generated {
                    Generated::Matrix => {
                        let csv_url = Some(view.url(&UrlPath::new("matrix.csv")));
                        {
                            let parts = matrix::part_links(view);
                            Shown::Matrix(Matrix { csv_url, parts, ..matrix::matrix(&matrix::Which::default(), view) })
                        }
                    }
                    Generated::Assess => Shown::AssessIndex(assess_view::index(view)),
                    Generated::Ladder => Shown::Ladder(ladder::ladder(None, view)),
                    Generated::Decisions => Shown::Decisions(decisions::grouped(By::Strategy, view)),
                    Generated::Compare | Generated::Health => Shown::Picker(picker::picker(view)),
                    Generated::Changes => Shown::Changes(Box::new(self.changes(view))),
                    Generated::Search => return Special::default(),
                };
                Special { view: Some(shown), ..Special::default() }
            },
        };
        self.made(made, at, None)
    }

    /// Renders the page about the health of the handbook.
    fn health(&self, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let kept = Health::of(self.book(), &self.handbook.config);
        let findings = self.handbook.findings(false);
        let made = Made {
            template: "health.html",
            kind: "health",
            title: self.theme.ui("health").to_owned(),
            summary: Some(self.theme.ui("health-means").to_owned()),
            special: &|view| {
                let unused = self.glossary.unused(&self.handbook.documents);
                let unused = unused.iter().map(|term| Link {
                    title: term.name.clone(),
                    url: Some(view.anchor(term.chapter, &term.anchor)),
                    ..Link::default()
                });
                let health = health::page(&kept, unused.collect(), &findings, view);
                Special { health: Some(health), ..Special::default() }
            },
        };
        self.made(made, at, None)
    }

    /// Renders one part of the matrix.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn matrix_part(&self, which: &matrix::Which, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let title = matrix::matrix(which, &self.viewpoint(at, &cells, None)).caption;
        let made = Made {
            template: "matrix.html",
            kind: "matrix",
            title,
            summary: None,
            special: &|view| {
                let parts = matrix::part_links(view);
                let shown = Shown::Matrix(Matrix { parts, ..matrix::matrix(which, view) });
                Special { view: Some(shown), ..Special::default() }
            },
        };
        self.made(made, at, None)
    }

    /// Renders the comparison of two roles.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn comparison(&self, a: ChapterId, b: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let title = |chapter: ChapterId| self.book().meta(chapter).title.as_str();
        let made = Made {
            template: "compare.html",
            kind: "compare",
            title: format!("{} / {}", title(a), title(b)),
            summary: None,
            special: &|view| Special {
                view: compare::compare(a, b, view).map(|data| Shown::Compare(Box::new(data))),
                ..Special::default()
            },
        };
        self.made(made, at, None)
    }

    /// Renders the list of all chapters that link to a chapter.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn backlinks(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let made = Made {
            template: "backlinks.html",
            kind: "backlinks",
            title: self.theme.ui("backlinks").to_owned(),
            summary: None,
            special: &|view| Special {
                target: Some(view.link(chapter)),
                items: view.links(&self.book().links.backlinks[chapter.index()]),
                ..Special::default()
            },
        };
        self.made(made, at, None)
    }

    /// Renders the page that redirects from an old URL.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn redirect(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        let to = self.book().url(chapter);
        let mut page = Page::generated(view.meta(chapter).title.clone(), "redirect", to, &self.handbook.config);
        page.noindex = true;
        let special = Special { target_url: Some(view.url(to)), ..Special::default() };
        let frame = self.frame(page, Around::default(), Html::new(""), special, &view);
        self.theme.render("redirect.html", &frame).map_err(Box::new)
    }

    /// Renders the page that hosts show for any URL that doesn't exist. Its links begin at the
    /// root.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn not_found(&self) -> Result<String, Box<Diagnostic>> {
        let at = UrlPath::new("404.html");
        let root = self.handbook.config.base_url.as_deref().map_or("/", base_path);
        let cells = PageCells { renderer: self, at: &at, root: Some(root) };
        let view = self.viewpoint(&at, &cells, Some(root));
        let mut page = Page::generated(self.theme.ui("not-found").to_owned(), "404", &at, &self.handbook.config);
        page.canonical = None;
        page.noindex = true;
        let frame = self.frame(page, around(None, &view), Html::new(""), Special::default(), &view);
        self.theme.render("404.html", &frame).map_err(Box::new)
    }

    /// Returns one of the model's data files.
    pub fn data(&self, data: Data, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        data.render(&self.viewpoint(at, &cells, None))
    }

    /// Returns every statement as CSV.
    pub fn statements_csv(&self, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        statements_csv(&self.viewpoint(at, &cells, None))
    }

    /// Returns the matrix as CSV.
    pub fn matrix_csv(&self, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        matrix::csv(&self.viewpoint(at, &cells, None))
    }
}

/// The properties that differ between generated pages.
struct Made<'a> {
    template: &'static str,
    kind: &'static str,
    title: String,
    summary: Option<String>,
    special: &'a dyn Fn(&Viewpoint<'_>) -> Special,
}

fn list(children: Children) -> Vec<home::Item> {
    children.items
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
        let headings = &self.renderer.book().meta(competency).headings;
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
    let hosts: String = config.hosts.iter().map(|host| format!(" https://{host}")).collect();
    let frames = if hosts.is_empty() { String::new() } else { format!(" frame-src{hosts};") };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{hosts}; media-src 'self'{hosts}; font-src 'self'; \
         connect-src 'self'; manifest-src 'self';{frames} base-uri 'none'; form-action 'self'"
    )
}
