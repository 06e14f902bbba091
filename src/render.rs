//! Renders pages: fills the holes of chapters, shapes the data of templates, calls the theme.
//!
//! Input: a compiled [`Handbook`], a theme and the address of a page. Output: HTML. The only stage that calls templates. Never reads files, and never looks at
//! another page's bytes.

mod copy;
mod fill;
mod glossary;
mod llms;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

pub use self::copy::copy_url;
use self::fill::Filler;
use self::glossary::Glossary;
pub use self::llms::LLMS_FULL;
use crate::book::{Book, ChapterId, Generated, NodeId};
use crate::compile::Handbook;
use crate::config::{Config, UrlStyle};
use crate::diagnostic::Diagnostic;
use crate::document::Kind;
use crate::highlight::Highlighter;
use crate::path::{SourcePath, UrlPath};
use crate::picture::Picture;
use crate::theme::{Html, Theme};
use crate::view::compare::Compare;
use crate::view::competency::CompetencyPage;
use crate::view::data::{Data, statements_csv};
use crate::view::decisions::Decisions;
use crate::view::home::{Children, Home};
use crate::view::ladder::Ladder;
use crate::view::matrix::Matrix;
use crate::view::navigation::{Around, around};
use crate::view::page::{Backlinks, Entry, Page, Relation};
use crate::view::path::PathPage;
use crate::view::role::RolePage;
use crate::view::strategy::StrategyPage;
use crate::view::{
    Cells, Link, Viewpoint, compare, competency, decisions, home, ladder, matrix, page, path, role, strategy,
};

/// Everything that pages are made of.
#[derive(Debug)]
pub struct Renderer {
    /// The chapters and how they hang together.
    pub handbook: Handbook,
    /// Templates, assets and words.
    pub theme: Arc<Theme>,
    /// Colours code.
    pub highlighter: Arc<Highlighter>,
    /// Images by their file.
    pub pictures: BTreeMap<SourcePath, Picture>,
    glossary: Glossary,
    policy: Option<String>,
}

/// What templates see beside what every page has.
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
}

/// What the folder template sees.
#[derive(Serialize)]
struct Folder {
    children: Vec<home::Item>,
}

/// A view that is a page of its own.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown {
    Matrix(Matrix),
    Ladder(Ladder),
    Decisions(Decisions),
    Compare(Box<Compare>),
}

/// What every template sees.
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
    assets: BTreeMap<&'a str, String>,
    csp: Option<&'a str>,
    content: Html,
    #[serde(flatten)]
    special: Special,
}

impl Renderer {
    /// Prepares what all pages share.
    #[must_use]
    pub fn new(
        handbook: Handbook,
        theme: Arc<Theme>,
        highlighter: Arc<Highlighter>,
        pictures: BTreeMap<SourcePath, Picture>,
    ) -> Self {
        let glossary = Glossary::new(&handbook.book);
        let policy = (handbook.config.urls == UrlStyle::Pretty).then(|| policy(&handbook.config));
        Self { handbook, theme, highlighter, pictures, glossary, policy }
    }

    fn book(&self) -> &Book {
        &self.handbook.book
    }

    /// Returns the place that the page at `at` is seen from.
    fn viewpoint<'a>(&'a self, at: &'a UrlPath, cells: &'a PageCells<'a>, root: Option<&'a str>) -> Viewpoint<'a> {
        Viewpoint { book: self.book(), config: &self.handbook.config, theme: &self.theme, at, cells, root }
    }

    /// Returns the address of an image's file.
    #[must_use]
    pub fn picture_url(&self, path: &SourcePath) -> UrlPath {
        self.pictures.get(path).map_or_else(|| UrlPath::new(path.as_str()), |picture| picture.url.clone())
    }

    /// Returns the address of a file of the theme.
    #[must_use]
    pub fn theme_asset(&self, name: &str) -> UrlPath {
        UrlPath::new(format!("assets/{}/{name}", self.theme.hash()))
    }

    /// Renders a chapter's text, without the page around it.
    ///
    /// # Errors
    /// `template` where the template of a view fails.
    pub fn text(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let mut filler = Filler::new(self, self.viewpoint(at, &cells, None));
        let text = filler.chapter(chapter);
        filler.failures.pop().map_or(Ok(text), |failure| Err(Box::new(failure)))
    }

    /// Renders a chapter's page.
    ///
    /// # Errors
    /// `template` where a template fails.
    pub fn chapter(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        let content = self.text(chapter, at)?;
        let page = Page::of_chapter(chapter, &view);
        let is_home = page.kind == "home";
        let template = if is_home { "home.html" } else { page::template(self.book().meta(chapter).kind) };
        let special = Self::special(chapter, is_home, &view);
        let node = self.book().tree.of_chapter[chapter.index()];
        let frame = Frame {
            toc: page::contents(view.meta(chapter)),
            backlinks: page::backlinks(chapter, &view),
            relations: page::relations(chapter, &view),
            ..self.frame(page, around(Some(node), &view), Html::new(&content), special, &view)
        };
        self.theme.render(template, &frame).map_err(Box::new)
    }

    fn special(chapter: ChapterId, is_home: bool, view: &Viewpoint<'_>) -> Special {
        let mut special = Special::default();
        match view.meta(chapter).kind {
            Kind::Role => special.role = role::role(chapter, view),
            Kind::Competency => special.competency = competency::competency(chapter, view),
            Kind::Strategy => special.strategy = strategy::strategy(chapter, view),
            Kind::Path => special.path = path::path(chapter, view),
            Kind::Glossary | Kind::Page => {}
        }
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
            search_url: None,
            assets: assets.collect(),
            csp: self.policy.as_deref(),
            content,
            special,
        }
    }

    /// Renders a page that is made from the model, by its template, its title and what it shows.
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
    /// `template` where a template fails.
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
    /// `template` where a template fails.
    pub fn generated(&self, generated: Generated, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let template = match generated {
            Generated::Matrix => "matrix.html",
            Generated::Ladder => "ladder.html",
            Generated::Decisions => "decisions.html",
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
                    Generated::Ladder => Shown::Ladder(ladder::ladder(None, view)),
                    Generated::Decisions => Shown::Decisions(decisions::decisions(&decisions::Which::default(), view)),
                };
                Special { view: Some(shown), ..Special::default() }
            },
        };
        self.made(made, at, None)
    }

    /// Renders one part of the matrix.
    ///
    /// # Errors
    /// `template` where a template fails.
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
    /// `template` where a template fails.
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

    /// Renders the list of all chapters that lead to one.
    ///
    /// # Errors
    /// `template` where a template fails.
    pub fn backlinks(&self, chapter: ChapterId, at: &UrlPath) -> Result<String, Box<Diagnostic>> {
        let made = Made {
            template: "backlinks.html",
            kind: "backlinks",
            title: self.theme.ui("backlinks").to_owned(),
            summary: None,
            special: &|view| Special {
                target: Some(view.link(chapter)),
                items: view.links(&self.book().backlinks[chapter.index()]),
                ..Special::default()
            },
        };
        self.made(made, at, None)
    }

    /// Renders the page that an old address leads on from.
    ///
    /// # Errors
    /// `template` where a template fails.
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

    /// Renders the page that hosts show for any address that is not there; its links begin at the root.
    ///
    /// # Errors
    /// `template` where a template fails.
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

    /// Returns a file of the model's data.
    #[must_use]
    pub fn data(&self, data: Data, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        data.render(&self.viewpoint(at, &cells, None))
    }

    /// Returns every statement as CSV.
    #[must_use]
    pub fn statements_csv(&self, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        statements_csv(&self.viewpoint(at, &cells, None))
    }

    /// Returns the matrix as CSV.
    #[must_use]
    pub fn matrix_csv(&self, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        matrix::csv(&self.viewpoint(at, &cells, None))
    }
}

/// What tells one made page from another.
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

/// Shows statements on the page at `at`.
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
}

/// Returns the path of an address: `https://x.org/a/` gives `/a/`.
#[must_use]
pub fn base_path(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// Returns the policy that every page states: nothing but this site's own files, and the hosts that `handbook.toml` lets in.
#[must_use]
pub fn policy(config: &Config) -> String {
    let hosts: String = config.hosts.iter().map(|host| format!(" https://{host}")).collect();
    let frames = if hosts.is_empty() { String::new() } else { format!(" frame-src{hosts};") };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{hosts}; media-src 'self'{hosts}; font-src 'self'; \
         connect-src 'self'; manifest-src 'self';{frames} base-uri 'none'; form-action 'self'"
    )
}
