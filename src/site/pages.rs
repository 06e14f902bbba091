//! Every page and file of the site, by its URL.
//!
//! Input: a compiled handbook, its files, a theme and the handbook's past. Output: [`Layout`], the
//! table of what each URL serves. Each kind of page has its own module and one row in `KINDS`.
//! The module determines the URLs of these pages, their content, and whether search engines may
//! list them. Nothing is rendered while the table is made.

mod assess;
mod backlinks;
mod changes;
mod chapter;
mod compare;
mod data;
mod decisions;
mod diagram;
mod file;
mod folder;
mod former;
mod glimpse;
mod health;
mod hiring;
mod host;
mod ladder;
mod markdown;
mod matrix;
mod print;
mod search;
mod tags;
mod templates;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::declare::config::Config;
use crate::model::book::{Book, ChapterId, Generated, generated_url};
use crate::model::compile::Handbook;
use crate::past::history::Past;
use crate::site::picture::{Picture, picture};
use crate::site::publish::active::Verdict;
use crate::site::publish::{Content, Redirect};
use crate::site::render::{Made, Renderer};
use crate::site::search::{Definitions, definitions};
use crate::site::theme::Theme;
use crate::site::view::Viewpoint;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::Sources;

pub use file::media_type;
pub use former::{findings_of_the_past, host_findings};
pub use glimpse::has_glimpse;

/// The kinds of pages. Each URL belongs to the first kind that claims it, so a generated page never
/// replaces a chapter or an author's file.
const KINDS: &[fn(&mut Table<'_>)] = &[
    chapter::lay_out,
    file::lay_out,
    diagram::lay_out,
    folder::lay_out,
    matrix::lay_out,
    ladder::lay_out,
    decisions::lay_out,
    compare::lay_out,
    assess::lay_out,
    changes::lay_out,
    health::lay_out,
    search::lay_out,
    tags::lay_out,
    data::lay_out,
    hiring::lay_out,
    templates::lay_out,
    backlinks::lay_out,
    print::lay_out,
    glimpse::lay_out,
    markdown::lay_out,
    host::lay_out,
];

/// The content that each URL serves. It stays the same as long as the book, the theme and the
/// non-chapter files do.
#[derive(Debug)]
pub struct Layout {
    /// What each URL serves.
    pub routes: BTreeMap<UrlPath, Route>,
    /// The redirects from old URLs, sorted by old URL.
    pub redirects: Vec<Redirect>,
    /// The published files that are not chapters.
    pub content: Content,
    /// The images by the path of their file.
    pub pictures: Arc<BTreeMap<SourcePath, Picture>>,
    /// The verdicts on the author's files that browsers open as documents.
    verdicts: BTreeMap<SourcePath, Verdict>,
}

/// What a URL serves.
pub struct Route {
    /// The chapter, if this is a chapter's page.
    pub chapter: Option<ChapterId>,
    /// The author's file that is served as it is.
    file: Option<SourcePath>,
    /// Whether the sitemap lists it.
    is_listed: bool,
    render: Box<Render>,
}

type Render = dyn for<'s> Fn(&On<'s>) -> Result<Rendered<'s>, Box<Diagnostic>> + Send + Sync;

/// The response for a URL.
#[derive(Clone, Debug)]
pub struct Rendered<'a> {
    /// The bytes.
    pub bytes: Cow<'a, [u8]>,
    /// The media type of the bytes.
    pub media: &'static str,
    /// The policy that the file is served with, if it is a file of the content and not one of ours.
    pub policy: Option<&'static str>,
}

/// The URL that is rendered, and everything that its content is made from.
#[derive(Clone, Copy)]
pub struct On<'s> {
    /// The handbook, the theme and what pages share.
    pub renderer: &'s Renderer,
    /// The files that the handbook was made from.
    pub files: &'s Sources,
    /// The other pages and files of the site.
    pub layout: &'s Layout,
    /// The texts of the glossaries, made when the preview of a term is first rendered.
    pub definitions: &'s OnceLock<Definitions>,
    /// The URL.
    pub at: &'s UrlPath,
}

/// The table while it is made.
struct Table<'a> {
    handbook: &'a Handbook,
    book: &'a Book,
    config: &'a Config,
    files: &'a Sources,
    theme: &'a Theme,
    past: &'a Past,
    content: &'a Content,
    pictures: &'a BTreeMap<SourcePath, Picture>,
    routes: BTreeMap<UrlPath, Route>,
}

/// The data of a template that shows one view.
#[derive(Serialize)]
struct Shown<T> {
    view: T,
}

/// The data of a template that needs only what every page has.
#[derive(Serialize)]
struct Nothing;

/// The HTML of a page, or why its template failed.
type Html = Result<String, Box<Diagnostic>>;

impl Layout {
    /// Lays out the site.
    pub fn new(handbook: &Handbook, files: &Sources, theme: &Theme, past: &Past) -> Self {
        let (book, config) = (&*handbook.book, &handbook.config);
        let content = Content::new(handbook, files);
        let picture = |path: &SourcePath| Some((path.clone(), picture(path, files.files.get(path)?)));
        let pictures = content.shown.iter().filter_map(picture).collect();
        let routes = BTreeMap::new();
        let mut table =
            Table { handbook, book, config, files, theme, past, content: &content, pictures: &pictures, routes };
        for lay_out in KINDS {
            lay_out(&mut table);
        }
        let verdicts = file::hold_back(&mut table);
        let (redirects, has_rules) = former::lay_out(&mut table);
        host::lay_out_rules(has_rules, &mut table);
        let routes = table.routes;
        Self { routes, redirects, verdicts, content, pictures: Arc::new(pictures) }
    }

    /// Returns the page that an old URL redirects to, or `None` if there is no such redirect.
    pub fn moved(&self, url: &UrlPath) -> Option<&UrlPath> {
        let found = self.redirects.binary_search_by(|redirect| redirect.from.cmp(url)).ok()?;
        Some(&self.redirects[found].to)
    }

    /// Returns whether the layout stays the same although the sizes of files may have changed.
    pub fn is_same_for(before: &Sources, after: &Sources) -> bool {
        Self::size_of(before) == Self::size_of(after)
    }

    /// Returns what the layout depends on of the sizes of files.
    pub fn size_of(files: &Sources) -> bool {
        markdown::is_small(files)
    }
}

impl Table<'_> {
    fn add(&mut self, url: UrlPath, route: Route) {
        self.routes.entry(url).or_insert(route);
    }

    /// Adds a page that search engines may list.
    fn page(&mut self, url: UrlPath, render: impl Fn(&On<'_>) -> Html + Send + Sync + 'static) {
        self.add(url, Route { is_listed: true, ..Route::page(render) });
    }

    /// Adds a page that search engines don't need.
    fn unlisted(&mut self, url: UrlPath, render: impl Fn(&On<'_>) -> Html + Send + Sync + 'static) {
        self.add(url, Route::page(render));
    }

    /// Adds a page that links can refer to by name and that shows one view, if the handbook has
    /// content for it.
    fn named<T: Serialize>(
        &mut self,
        page: Generated,
        template: &'static str,
        view: impl Fn(&On<'_>, &Viewpoint<'_>) -> T + Send + Sync + 'static,
    ) {
        self.named_with(page, template, move |on, at| Shown { view: view(on, at) });
    }

    /// Adds a page that links can refer to by name, if the handbook has content for it. `special`
    /// returns the data that only this page needs.
    fn named_with<T: Serialize>(
        &mut self,
        page: Generated,
        template: &'static str,
        special: impl Fn(&On<'_>, &Viewpoint<'_>) -> T + Send + Sync + 'static,
    ) {
        if page.exists(self.book) {
            self.page(generated_url(page.name(), self.config.urls), move |on| {
                let (title, summary) = (on.ui(page.title_key()), Some(on.ui(page.summary_key())));
                on.made(Made { template, kind: page.name(), title, summary, node: None }, |view| special(on, view))
            });
        }
    }

    /// Adds a text file that programs read. Its media type follows from its URL.
    fn text(&mut self, url: UrlPath, write: impl Fn(&On<'_>) -> String + Send + Sync + 'static) {
        self.add(url, Route::text(None, move |on| Ok(write(on))));
    }

    /// Adds a text file that programs read, with its media type.
    fn text_as(
        &mut self,
        url: UrlPath,
        media: &'static str,
        write: impl Fn(&On<'_>) -> String + Send + Sync + 'static,
    ) {
        self.add(url, Route::text(Some(media), move |on| Ok(write(on))));
    }
}

impl Route {
    fn new(render: impl for<'s> Fn(&On<'s>) -> Result<Rendered<'s>, Box<Diagnostic>> + Send + Sync + 'static) -> Self {
        Self { chapter: None, file: None, is_listed: false, render: Box::new(render) }
    }

    fn page(render: impl Fn(&On<'_>) -> Html + Send + Sync + 'static) -> Self {
        Self::text(Some("text/html; charset=utf-8"), render)
    }

    /// Returns a route for a text. If `media` is `None`, the URL determines the media type.
    fn text(media: Option<&'static str>, write: impl Fn(&On<'_>) -> Html + Send + Sync + 'static) -> Self {
        Self::new(move |on| {
            let media = media.unwrap_or_else(|| media_type(on.at.as_str()));
            Ok(Rendered { bytes: Cow::Owned(write(on)?.into_bytes()), media, policy: None })
        })
    }

    /// Returns whether this is an author's file, which is served as it is.
    pub fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Renders what the route serves.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    pub fn render<'s>(&self, on: &On<'s>) -> Result<Rendered<'s>, Box<Diagnostic>> {
        (self.render)(on)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chapter, file, is_listed, .. } = self;
        write!(f, "Route {{ chapter: {chapter:?}, file: {file:?}, is_listed: {is_listed} }}")
    }
}

impl On<'_> {
    fn definitions(&self) -> &Definitions {
        let Handbook { documents, book, .. } = &self.renderer.handbook;
        // A page is made from the glossaries even if another page was the first to need their texts.
        book.relations.glossaries.iter().for_each(|chapter| documents.note(chapter.index()));
        self.definitions.get_or_init(|| definitions(&self.renderer.handbook, &self.renderer.theme))
    }

    /// Prepares data for the page.
    fn view<R>(&self, prepare: impl FnOnce(&Viewpoint<'_>) -> R) -> R {
        self.renderer.view(self.at, prepare)
    }

    /// Renders a page that is generated from the model.
    fn made<T: Serialize>(&self, made: Made<'_>, special: impl FnOnce(&Viewpoint<'_>) -> T) -> Html {
        self.view(|view| self.renderer.made(made, special(view), view))
    }

    /// Returns a text of the theme.
    fn ui(&self, key: &str) -> String {
        self.renderer.theme.ui(key).to_owned()
    }
}
