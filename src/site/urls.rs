//! The site as a function from a URL to bytes.
//!
//! Input: a compiled handbook, its files and a theme. Output: [`Site`], which has the sorted list
//! of all URLs and the bytes for each. `build` asks for all of them, and the preview for the one
//! that a browser requests. There is no other way to make a page. Never reads or writes files.

mod draft;
mod former;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::declare::config::{Config, HtmlPolicy};
use crate::declare::kind::Status;
use crate::model::book::{Book, ChapterId, Generated, NodeId, generated_url};
use crate::model::compile::Handbook;
use crate::model::link::Target;
use crate::past::history::Past;
use crate::site::highlight::Highlighter;
use crate::site::picture::{Picture, picture};
use crate::site::publish::active::{self, Verdict};
use crate::site::publish::{self, Content, Redirect, Rules};
use crate::site::render::derived::Derived;
use crate::site::render::{
    Glimpsed, LLMS_FULL, Renderer, base_path, copy_url, glimpse_key, glimpse_url, has_glimpse, terms,
};
use crate::site::search::{self, Index, Memory};
use crate::site::theme::Theme;
use crate::site::view::data::Data;
use crate::site::view::navigation::print_part_url;
use crate::site::view::page::{BACKLINKS, backlinks_address};
use crate::site::view::{FEED, assess, comparison_url, encode_fragment, matrix};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::Sources;

pub use draft::Draft;
pub use former::host_findings;

/// The total size of the chapters, in bytes, up to which they are also published in a single file.
/// A larger file is more than a machine reads at once.
const LARGEST_FULL: usize = 10_000_000;

/// What a URL serves.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Chapter(ChapterId),
    Folder(NodeId),
    Generated(Generated),
    MatrixPart(Box<matrix::Which>),
    Compare(ChapterId, ChapterId),
    Assess(ChapterId),
    Backlinks(ChapterId),
    Print(Option<NodeId>),
    /// The glimpses of a few pages, by their keys.
    Glimpses(BTreeMap<String, Glimpsed>),
    Redirect(ChapterId),
    File(SourcePath),
    ThemeFile(String),
    MatrixCsv,
    StatementsCsv,
    Data(Data),
    Derived(Derived),
    NotFound,
    /// The page for a deleted chapter, by the number of its entry in the configuration.
    Gone(usize),
    Sitemap,
    Feed,
    /// A chapter as Markdown.
    Copy(ChapterId),
    Llms,
    LlmsFull,
    Robots,
    Redirects,
    Headers,
    NoJekyll,
}

/// The response for a URL.
#[derive(Clone, Debug)]
pub struct Rendered<'a> {
    /// The bytes.
    pub bytes: Cow<'a, [u8]>,
    /// The media type of the bytes.
    pub media: &'static str,
    /// The chapter, if this is a chapter's page.
    pub chapter: Option<ChapterId>,
    /// The policy that the file is served with, if it is a file of the content and not one of ours.
    pub policy: Option<&'static str>,
}

/// Everything that makes up a site.
#[derive(Debug)]
pub struct Site {
    renderer: Renderer,
    layout: Arc<Layout>,
    files: Sources,
    /// The search index, built when it is first needed: no page needs it, and the preview makes
    /// many sites that nobody searches.
    index: OnceLock<Index>,
    /// The chapters' index entries, for reuse by the next site. `None` in the first site, because
    /// there is nothing to reuse if only one site is made.
    memory: Option<Arc<Memory>>,
}

/// The content that each URL serves. It stays the same as long as the book, the theme and the
/// non-chapter files do.
#[derive(Debug)]
struct Layout {
    routes: BTreeMap<UrlPath, Route>,
    redirects: Vec<Redirect>,
    /// The verdicts on the author's files that browsers open as documents.
    verdicts: BTreeMap<SourcePath, Verdict>,
    /// The published files that are not chapters.
    content: Content,
    pictures: Arc<BTreeMap<SourcePath, Picture>>,
}

impl Site {
    /// Lays out the site by assigning content to every URL. Renders nothing.
    pub fn new(handbook: Handbook, files: Sources, theme: Arc<Theme>, highlighter: Arc<Highlighter>) -> Self {
        Self::with_past(handbook, files, theme, highlighter, Past::default())
    }

    /// Lays out the site with what is known about its past.
    pub fn with_past(
        handbook: Handbook,
        files: Sources,
        theme: Arc<Theme>,
        highlighter: Arc<Highlighter>,
        past: Past,
    ) -> Self {
        let layout = Arc::new(Layout::new(&handbook, &files, &theme, &past));
        let renderer = Renderer::new(handbook, theme, highlighter, Arc::clone(&layout.pictures), past);
        Self { renderer, layout, files, index: OnceLock::new(), memory: None }
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
            && is_small(&files) == is_small(&self.files)
            // The book doesn't record what raw HTML refers to.
            && handbook.config.markdown.html != HtmlPolicy::Trusted
            && files.assets().eq(self.files.assets());
        if !is_same {
            let next = Self::with_past(handbook, files, theme, highlighter, self.renderer.past.clone());
            return Self { memory, ..next };
        }
        let layout = Arc::clone(&self.layout);
        let renderer = self.renderer.next(handbook);
        Self { renderer, layout, files, index: OnceLock::new(), memory }
    }

    /// Uses a search index that was built in advance from the same handbook and theme.
    #[must_use]
    pub fn with_index(self, index: Index) -> Self {
        Self { index: OnceLock::from(index), ..self }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let memory = self.memory.clone().unwrap_or_default();
            search::index(&self.renderer.handbook, &self.renderer.theme, &memory)
        })
    }

    /// Returns the page that an old URL redirects to, or `None` if there is no such redirect.
    pub fn moved(&self, url: &UrlPath) -> Option<&UrlPath> {
        let found = self.layout.redirects.binary_search_by(|redirect| redirect.from.cmp(url)).ok()?;
        Some(&self.layout.redirects[found].to)
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

    /// Renders the content of `url`. Returns `None` if the site has no such URL.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if a template fails.
    #[must_use]
    pub fn render(&self, url: &UrlPath) -> Option<Result<Rendered<'_>, Box<Diagnostic>>> {
        if let Some(route) = self.layout.routes.get(url) {
            return Some(self.render_route(route, url));
        }
        let bytes = if Index::claims(url) { self.index().get(url)? } else { return None };
        Some(Ok(Rendered { bytes: Cow::Borrowed(bytes), media: media_type(url.as_str()), chapter: None, policy: None }))
    }

    fn render_route(&self, route: &Route, url: &UrlPath) -> Result<Rendered<'_>, Box<Diagnostic>> {
        const HTML: &str = "text/html; charset=utf-8";
        const MARKDOWN: &str = "text/markdown; charset=utf-8";
        let renderer = &self.renderer;
        let text =
            |text: String, media| Rendered { bytes: Cow::Owned(text.into_bytes()), media, chapter: None, policy: None };
        let page = |html: String| text(html, HTML);
        Ok(match route {
            Route::Chapter(chapter) => Rendered { chapter: Some(*chapter), ..page(renderer.chapter(*chapter, url)?) },
            Route::Folder(node) => page(renderer.folder(*node, url)?),
            Route::Generated(generated) => page(renderer.generated(*generated, url)?),
            Route::MatrixPart(which) => page(renderer.matrix_part(which, url)?),
            Route::Compare(a, b) => page(renderer.comparison(*a, *b, url)?),
            Route::Assess(role) => page(renderer.assess(*role, url)?),
            Route::Backlinks(chapter) => page(renderer.backlinks(*chapter, url)?),
            Route::Print(part) => page(renderer.print(*part, url)?),
            Route::Glimpses(shown) => text(renderer.glimpses(shown, url), media_type(url.as_str())),
            Route::Redirect(chapter) => page(renderer.redirect(*chapter, url)?),
            Route::NotFound => page(renderer.not_found()?),
            Route::Gone(n) => page(renderer.gone(*n, url)?),
            Route::File(path) => self.file(path),
            Route::ThemeFile(name) => {
                let bytes = renderer.theme.assets().get(name).map_or(&[][..], |bytes| bytes);
                Rendered { bytes: Cow::Borrowed(bytes), media: media_type(name), chapter: None, policy: None }
            }
            Route::MatrixCsv => text(renderer.matrix_csv(url), "text/csv; charset=utf-8"),
            Route::StatementsCsv => text(renderer.statements_csv(url), "text/csv; charset=utf-8"),
            Route::Data(data) => text(renderer.data(*data, url), "application/json"),
            Route::Feed => {
                let base = renderer.handbook.config.base_url.as_deref().unwrap_or_default();
                text(renderer.feed(base, url), "application/atom+xml; charset=utf-8")
            }
            Route::Derived(derived) => {
                let (bytes, media) = renderer.derived(*derived, url)?;
                text(bytes, media)
            }
            Route::Sitemap => text(self.sitemap(), "application/xml"),
            Route::Copy(chapter) => text(renderer.copy(*chapter, &self.files, url), MARKDOWN),
            Route::Llms => text(renderer.llms(url, self.has(&UrlPath::new(LLMS_FULL))), MARKDOWN),
            Route::LlmsFull => text(renderer.llms_full(&self.files, url), MARKDOWN),
            Route::Robots => text(self.robots(), "text/plain; charset=utf-8"),
            Route::Redirects => text(self.rules().text, "text/plain; charset=utf-8"),
            Route::Headers => {
                let fixed = format!("assets/{}/", renderer.theme.hash());
                let authored = authored(&self.files, "_headers");
                text(
                    publish::headers(&renderer.handbook.config, &fixed, authored, &self.held()),
                    "text/plain; charset=utf-8",
                )
            }
            Route::NoJekyll => text(String::new(), "text/plain; charset=utf-8"),
        })
    }

    fn rules(&self) -> Rules<'_> {
        former::rules(&self.renderer.handbook.config, &self.layout.redirects, &self.files)
    }

    fn file(&self, path: &SourcePath) -> Rendered<'_> {
        let bytes = self.files.bytes(path).map_or(&[][..], |bytes| bytes);
        let policy = active::policy_of(path, self.layout.verdicts.get(path).copied());
        Rendered { bytes: Cow::Borrowed(bytes), media: media_type(path.as_str()), chapter: None, policy }
    }

    /// Lists the URLs of the author's files that the host has to restrict, each with its policy.
    fn held(&self) -> Vec<(String, &'static str)> {
        let routes = self.layout.routes.iter();
        let held = routes.filter_map(|(url, route)| {
            let Route::File(path) = route else { return None };
            let verdict = *self.layout.verdicts.get(path)?;
            Some((url.encoded(), active::policy_of(path, Some(verdict))?))
        });
        held.collect()
    }

    /// Renders every URL in parallel and returns the failures, for tests and `check`.
    pub fn failures(&self) -> Vec<Diagnostic> {
        let urls: Vec<(&UrlPath, &Route)> = self.layout.routes.iter().collect();
        urls.into_par_iter()
            .filter_map(|(url, route)| self.render_route(route, url).err())
            .map(|failure| *failure)
            .collect()
    }

    /// Writes the sitemap, which lists the pages that search engines may show (sitemaps.org
    /// protocol 0.9).
    fn sitemap(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.push_str("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
        let base = self.renderer.handbook.config.base_url.as_deref().unwrap_or_default();
        for (url, route) in &self.layout.routes {
            let wanted = match route {
                Route::Chapter(chapter) => self.renderer.handbook.book.meta(*chapter).status != Status::Retired,
                Route::Derived(derived) => derived.is_page(),
                Route::Generated(page) => *page != Generated::Search,
                Route::Folder(_) | Route::MatrixPart(_) | Route::Compare(..) | Route::Assess(_) => true,
                _ => false,
            };
            if wanted {
                let address = crate::text::markup::escape(&format!("{base}{}", url.encoded()));
                let changed = self.changed(route).map(|day| format!("<lastmod>{day}</lastmod>")).unwrap_or_default();
                let _ = writeln!(out, "<url><loc>{address}</loc>{changed}</url>");
            }
        }
        out.push_str("</urlset>\n");
        out
    }

    /// Returns the day on which the content of a route last changed, if the history knows.
    fn changed(&self, route: &Route) -> Option<jiff::civil::Date> {
        let Route::Chapter(chapter) = route else { return None };
        self.renderer.past.history.as_ref()?.last_day(&self.renderer.handbook.book.meta(*chapter).path)
    }

    /// Writes `robots.txt`. If the audience is internal, it excludes every robot.
    fn robots(&self) -> String {
        let config = &self.renderer.handbook.config;
        let rule = if config.is_internal() { "Disallow: /" } else { "Allow: /" };
        match &config.base_url {
            Some(base) => format!("User-agent: *\n{rule}\nSitemap: {base}sitemap.xml\n"),
            None => format!("User-agent: *\n{rule}\n"),
        }
    }

    /// Returns the URL of the page of the chapter at `path`.
    pub fn page_of(&self, path: &SourcePath, anchor: Option<&str>) -> Option<String> {
        let book = &self.renderer.handbook.book;
        let url = book.url(book.at_path(path)?).encoded();
        Some(anchor.map_or_else(|| url.clone(), |anchor| format!("{url}#{}", encode_fragment(anchor))))
    }
}

impl Layout {
    fn new(handbook: &Handbook, files: &Sources, theme: &Theme, past: &Past) -> Self {
        let content = Content::new(handbook, files);
        let pictures: BTreeMap<SourcePath, Picture> = content
            .shown
            .iter()
            .filter_map(|path| Some((path.clone(), picture(path, files.files.get(path)?))))
            .collect();
        let mut routes = routes(handbook, theme, (&pictures, &content), is_small(files));
        let verdicts = verdicts(&handbook.config, &routes, files);
        let is_refused = |path: &SourcePath| verdicts.get(path) == Some(&Verdict::Refused);
        routes.retain(|_, route| !matches!(route, Route::File(path) if is_refused(path)));
        let redirects = former::redirects(handbook, past.history.as_deref(), &|url| routes.contains_key(url));
        lay_out_changes(handbook, past, &mut routes);
        former::lay_out(handbook, &redirects, files, &mut routes);
        Self { routes, redirects, verdicts, content, pictures: Arc::new(pictures) }
    }
}

/// Judges the published files that browsers open as documents.
fn verdicts(config: &Config, routes: &BTreeMap<UrlPath, Route>, files: &Sources) -> BTreeMap<SourcePath, Verdict> {
    let published: BTreeSet<&SourcePath> = routes
        .values()
        .filter_map(|route| match route {
            Route::File(path) => Some(path),
            _ => None,
        })
        .collect();
    active::verdicts(config, published, files)
}

/// Reports which of the published files could run a script, and what happens to them.
fn active_findings(config: &Config, files: &Sources, content: &Content) -> Vec<Diagnostic> {
    let published: BTreeSet<&SourcePath> = content.shown.iter().chain(content.at.values()).collect();
    active::findings(&active::verdicts(config, published, files), files)
}

/// Returns whether the chapters are small enough to be published in a single file as well.
fn is_small(files: &Sources) -> bool {
    files.chapters().map(|(_, file)| file.bytes.len()).sum::<usize>() <= LARGEST_FULL
}

fn routes(
    handbook: &Handbook,
    theme: &Theme,
    (pictures, content): (&BTreeMap<SourcePath, Picture>, &Content),
    is_small: bool,
) -> BTreeMap<UrlPath, Route> {
    let (book, config) = (&handbook.book, &handbook.config);
    let mut routes = BTreeMap::new();
    for chapter in book.ids() {
        routes.insert(book.url(chapter).clone(), Route::Chapter(chapter));
    }
    // Never overwrite a URL that a chapter or an author's file already has.
    let mut add = |url: UrlPath, route: Route| {
        routes.entry(url).or_insert(route);
    };
    for (path, picture) in pictures {
        add(picture.url.clone(), Route::File(path.clone()));
    }
    for (url, path) in &content.at {
        add(url.clone(), Route::File(path.clone()));
    }
    for (n, node) in book.tree.nodes.iter().enumerate().filter(|(_, node)| node.chapter.is_none()) {
        add(node.url.clone(), Route::Folder(NodeId(u32::try_from(n).unwrap_or(u32::MAX))));
    }
    for page in Generated::ALL.into_iter().filter(|page| page.exists(book)) {
        add(generated_url(page.name(), config.urls), Route::Generated(page));
        if page == Generated::Matrix {
            add(UrlPath::new("matrix.csv"), Route::MatrixCsv);
            for (name, which) in matrix::parts(book) {
                add(generated_url(&format!("matrix/{name}"), config.urls), Route::MatrixPart(Box::new(which)));
            }
        }
    }
    let is_model = !book.relations.roles.is_empty() || !book.relations.competencies.is_empty();
    for data in Data::ALL.into_iter().filter(|_| is_model) {
        add(data.url(), Route::Data(data));
    }
    if !book.relations.competencies.is_empty() {
        add(UrlPath::new("statements.csv"), Route::StatementsCsv);
    }
    for (url, derived) in Derived::all(book, config) {
        add(url, Route::Derived(derived));
    }
    for pair in &book.relations.pairs {
        add(comparison_url(book, config, *pair), Route::Compare(pair.0, pair.1));
    }
    for (role, _) in book.relations.roles.iter().filter(|(_, related)| !related.expectations.is_empty()) {
        add(assess::address(*role, book, config), Route::Assess(*role));
    }
    for chapter in book.ids().filter(|chapter| book.links.backlinks[chapter.index()].len() > BACKLINKS) {
        add(backlinks_address(book.meta(chapter), config), Route::Backlinks(chapter));
    }
    add_prints(book, config, &mut add);
    for (url, shown) in glimpses(book, config) {
        add(url, Route::Glimpses(shown));
    }
    if config.publish.markdown {
        for chapter in book.ids() {
            add(copy_url(&book.meta(chapter).path), Route::Copy(chapter));
        }
        add(UrlPath::new("llms.txt"), Route::Llms);
        if is_small {
            add(UrlPath::new(LLMS_FULL), Route::LlmsFull);
        }
    }
    for name in theme.assets().keys() {
        add(UrlPath::new(format!("assets/{}/{name}", theme.hash())), Route::ThemeFile(name.clone()));
    }
    add(UrlPath::new("404.html"), Route::NotFound);
    add(UrlPath::new("robots.txt"), Route::Robots);
    if config.base_url.is_some() {
        add(UrlPath::new("sitemap.xml"), Route::Sitemap);
    }
    routes
}

/// Adds the printable pages.
fn add_prints(book: &Book, config: &Config, add: &mut dyn FnMut(UrlPath, Route)) {
    if book.chapters.len() > 1 {
        add(generated_url("print", config.urls), Route::Print(None));
        for node in &book.tree.root().children {
            if let Some(url) = print_part_url(book, *node) {
                add(url, Route::Print(Some(*node)));
            }
        }
    }
}

/// Lists the files of glimpses and the contents of each.
fn glimpses(book: &Book, config: &Config) -> BTreeMap<UrlPath, BTreeMap<String, Glimpsed>> {
    let mut files: BTreeMap<UrlPath, BTreeMap<String, Glimpsed>> = BTreeMap::new();
    let mut add = |page: &UrlPath, anchor: Option<&str>, shown: Glimpsed| {
        let key = glimpse_key(page, anchor);
        files.entry(glimpse_url(&key, config.urls)).or_default().insert(key, shown);
    };
    for page in Generated::ALL.into_iter().filter(|page| page.exists(book)) {
        add(&generated_url(page.name(), config.urls), None, Glimpsed::Generated(page));
    }
    for (n, node) in book.tree.nodes.iter().enumerate().filter(|(_, node)| node.chapter.is_none()) {
        add(&node.url, None, Glimpsed::Folder(NodeId(u32::try_from(n).unwrap_or(u32::MAX))));
    }
    for chapter in book.ids().filter(|chapter| has_glimpse(book, *chapter)) {
        let url = book.url(chapter);
        add(url, None, Glimpsed::Chapter(chapter));
        for (n, term) in terms(book, chapter).iter().enumerate() {
            add(url, Some(&term.id), Glimpsed::Term(chapter, n));
        }
    }
    files
}

/// Adds the feed of changes. If there is no history, removes the page of changes unless a chapter
/// links to it.
fn lay_out_changes(handbook: &Handbook, past: &Past, routes: &mut BTreeMap<UrlPath, Route>) {
    let (book, config) = (&handbook.book, &handbook.config);
    if past.history.is_some() {
        if config.base_url.is_some() {
            routes.entry(UrlPath::new(FEED)).or_insert(Route::Feed);
        }
        return;
    }
    let page = Target::Generated(Generated::Changes);
    if !book.links.targets.iter().flat_map(|targets| targets.iter()).any(|target| *target == page) {
        routes.retain(|_, route| *route != Route::Generated(Generated::Changes));
    }
}

/// Returns the text of a file that the author wrote for the host, or an empty string if there is
/// none.
fn authored<'a>(files: &'a Sources, name: &str) -> &'a str {
    let bytes = files.bytes(&SourcePath::new(name));
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Returns the media type of a file by its extension (IANA media types).
pub fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        "txt" => "text/plain; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "zip" => "application/zip",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/octet-stream",
    }
}
