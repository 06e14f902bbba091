//! Holds the site that the preview shows, and uses it to answer requests.
//!
//! Input: the files, read again after each change. Output: answers to requests, the events for open
//! pages, and findings. Renders only what browsers ask for. A page consists of the bytes that a
//! build would write and of markup for the preview, which this module adds.

mod answer;
mod audience;
mod chapter;
mod complete;
mod correct;
mod desk;
mod edit;
mod editor;
mod facts;
mod level;
mod listing;
mod moves;
mod opens;
mod picture;
mod propose;
mod remove;
mod state;
mod undo;

use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::Serialize;
use serde_json::json;

pub use self::audience::Wish;
pub use self::desk::Desk;
pub use self::editor::Editor;

use self::answer::refuse;
use self::moves::Moves;
pub use self::undo::sight::may_publish;
use self::undo::sight::{may_quote, without_quotes};
use super::left_out;
use super::load::Loaded;
use super::pipeline::Pipeline;
use crate::cli::Source;
use crate::model::compile::Choices;
use crate::past::history::Past;
use crate::site::render::base_path;
use crate::site::theme::{Theme, ThemeFiles};
use crate::site::urls::Site;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::markup::escape;
use crate::text::path::{SourcePath, UrlPath};
use crate::world::disk::is_unread;
use crate::world::report;
use crate::world::server::{Answer, Handler, Post, Request};

/// The preview: the site that it shows now, and what that site was built from.
pub struct Preview {
    shown: RwLock<Arc<Shown>>,
    maker: Mutex<Maker>,
    desk: Desk,
    /// Markup to add to the head of each page.
    head: String,
}

/// State that is kept from one build to the next.
#[derive(Default)]
struct Maker {
    pipeline: Pipeline,
    chain: Vec<ThemeFiles>,
    past: Past,
    scripts: String,
    /// Identifies this run of the preview.
    run: RandomState,
    builds: u64,
    moves: Moves,
}

/// One state of the site.
#[derive(Default)]
struct Shown {
    /// The name of the build that produced this state.
    build: String,
    /// A hash of the theme's scripts, which changes when they do.
    scripts: String,
    /// The site, or `None` if the handbook has never compiled.
    site: Option<Site>,
    /// Findings about files, configuration and theme; findings about references are found later.
    findings: Vec<Diagnostic>,
    /// The findings as pages show them; findings about references are added once they are known.
    drawn: Mutex<Vec<Drawn>>,
    /// The new locations of renamed chapters.
    moves: Moves,
}

/// A finding as pages show it.
#[derive(Clone, Serialize)]
struct Drawn {
    severity: &'static str,
    code: &'static str,
    message: String,
    path: Option<String>,
    /// The path of the source file, if the finding is in one; an editor can open it.
    source: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    /// The place in the file, in bytes.
    start: Option<u32>,
    end: Option<u32>,
    /// The line of the file around the place: the text before it, in it, and after it.
    quote: Option<[String; 3]>,
    /// Names that the page can write in place of what is there.
    names: Vec<String>,
    help: Option<String>,
    /// The finding as the terminal draws it, for the page that stands in for one that can't be shown.
    #[serde(skip)]
    drawing: String,
    /// The URL of the chapter's page, relative to the root.
    url: Option<String>,
}

/// The maximum number of findings in other chapters to list.
const LISTED: usize = 100;
/// The maximum number of findings that the terminal shows at once.
const MOST_DRAWN: usize = 10;

impl Preview {
    /// Creates a preview that shows nothing yet; `desk` handles the requests of its pages.
    pub fn new(desk: Desk, past: Past, pipeline: Pipeline) -> Self {
        let maker = Mutex::new(Maker { pipeline, past, ..Maker::default() });
        Self { shown: RwLock::default(), maker, head: desk.head(), desk }
    }

    fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn show(&self, shown: Shown) {
        let mut place = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, Arc::new(shown));
        drop(place);
        // Dropping a large site takes a while, and no request should wait for that.
        std::thread::spawn(move || drop(before));
    }

    /// Returns the data of the `build` event: the name of the build that is shown now.
    pub fn build(&self) -> String {
        let shown = self.shown();
        json!({ "build": shown.build, "scripts": shown.scripts }).to_string()
    }

    /// Returns the audience that pages last asked for.
    pub fn audience(&self) -> Option<String> {
        self.desk.audience()
    }

    /// Returns the data of the `audiences` event: all audiences, and the one for which the site is
    /// shown.
    pub fn audiences(&self) -> String {
        let shown = self.shown();
        let config = shown.site.as_ref().map(|site| &*site.handbook().config);
        audience::event(config, self.desk.audience().as_deref())
    }

    /// Compiles the loaded files and shows the result; findings about references are left to
    /// [`check`](Self::check).
    pub fn update(&self, loaded: &Loaded, source: &Source) {
        let mut maker = lock(&self.maker);
        let last = self.shown();
        let (site, findings) = maker.make(loaded, source, last.site.as_ref());
        let drawn = Mutex::new(draw(&findings, loaded, &maker.chain, site.as_ref()));
        maker.moves.note(last.site.as_ref(), site.as_ref());
        let (build, moves, scripts) = (maker.name(), maker.moves.clone(), maker.scripts.clone());
        self.show(Shown { build, scripts, site, findings, drawn, moves });
    }

    /// Looks for all findings. Returns the number of errors, the number of warnings, and text for
    /// the terminal about the findings in the files `changed`.
    pub fn check(
        &self,
        loaded: &Loaded,
        changed: &[SourcePath],
        (color, width): (bool, usize),
    ) -> (usize, usize, String) {
        let shown = self.shown();
        let chain = lock(&self.maker).chain.clone();
        let mut findings = shown.findings.clone();
        if let Some(site) = &shown.site {
            findings.extend(site.handbook().findings(false));
            findings.extend(site.handbook().config.judge(site.content().findings(site.handbook()), false));
            findings.sort();
            findings.dedup();
        }
        let drawn = draw(&findings, loaded, &chain, shown.site.as_ref());
        let (errors, warnings) = crate::model::compile::count(&findings);
        let files = |place: &Place| loaded.file(place, &chain);
        let is_near = |finding: &&Diagnostic| match &finding.place {
            Place::Content(path, _) => changed.contains(path),
            Place::Theme(..) | Place::Handbook => true,
        };
        let near: Vec<Diagnostic> = findings.iter().filter(is_near).take(MOST_DRAWN).cloned().collect();
        let text = report::human(&near, &files, color, width);
        *lock(&shown.drawn) = drawn;
        (errors, warnings, text)
    }

    /// Returns a text about the content that isn't shown, or an empty one if everything is shown.
    pub fn left_out(&self, loaded: &Loaded) -> String {
        let shown = self.shown();
        let summary = |site: &Site| left_out::summary(&loaded.inputs, site.handbook(), site.content());
        shown.site.as_ref().map(summary).unwrap_or_default()
    }

    /// Returns the findings for a page, as JSON.
    pub fn findings_for(&self, page: &str) -> String {
        let shown = self.shown();
        let drawn = lock(&shown.drawn).clone();
        let page = page.trim_start_matches('/');
        let is_here = |finding: &&Drawn| finding.url.as_deref().is_none_or(|url| url.split('#').next() == Some(page));
        let (here, others): (Vec<&Drawn>, Vec<&Drawn>) = drawn.iter().partition(is_here);
        let elsewhere = others.len();
        let list: Vec<&Drawn> = others.into_iter().take(LISTED).collect();
        json!({ "here": here, "elsewhere": elsewhere, "list": list }).to_string()
    }

    /// Returns the page that a build would write, with the preview's markup added.
    fn page(&self, shown: &Shown, url: &UrlPath) -> Option<Answer> {
        let rendered = shown.site.as_ref()?.render(url)?;
        Some(match rendered {
            Ok(rendered) => {
                // Don't inject the preview's markup into the author's own HTML pages, because it
                // would expose the token to them.
                let is_page = rendered.policy.is_none() && rendered.media.starts_with("text/html");
                let bytes = rendered.bytes.into_owned();
                let body = if is_page { with_preview(bytes, &self.head(&shown.build)) } else { bytes };
                Answer { policy: rendered.policy, ..Answer::new(200, rendered.media, body) }
            }
            Err(failure) => diagnostics_page(
                &self.head(&shown.build),
                &[&report::plain(&failure, &|place: &Place| match place {
                    Place::Theme(name, _) => Some((name.clone(), None)),
                    _ => None,
                })],
            ),
        })
    }

    /// Returns the page that lists every finding, in the frame of the handbook's pages.
    fn listing(&self, shown: &Shown) -> Answer {
        let list = listing::list(&lock(&shown.drawn));
        let frame = self.page(shown, &UrlPath::new("404.html")).filter(|frame| frame.status == 200);
        match frame.and_then(|frame| listing::in_frame(&frame.body, &list)) {
            Some(body) => Answer::new(200, "text/html; charset=utf-8", body),
            None => Answer::new(200, "text/html; charset=utf-8", listing::bare(&self.head(&shown.build), &list)),
        }
    }

    fn missing(&self, shown: &Shown) -> Answer {
        let page = self.page(shown, &UrlPath::new("404.html"));
        page.map_or_else(
            || {
                let drawn = lock(&shown.drawn);
                let drawings: Vec<&str> = drawn.iter().map(|finding| finding.drawing.as_str()).collect();
                diagnostics_page(&self.head(&shown.build), &drawings)
            },
            |answer| Answer { status: 404, ..answer },
        )
    }

    /// Returns the markup to add to the head of a page of `build`.
    fn head(&self, build: &str) -> String {
        format!("<meta name=\"rolebook-build\" content=\"{build}\">{}", self.head)
    }
}

impl Handler for Preview {
    fn answer(&self, request: &Request) -> Answer {
        let shown = self.shown();
        if let Some(answer) = state::get(&shown, &self.desk, request) {
            return answer;
        }
        if request.path == "_rolebook/found" {
            let page = request.query_value("page").unwrap_or_default();
            return Answer::new(200, "application/json", self.findings_for(&page).into_bytes());
        }
        if request.path == listing::PAGE {
            return self.listing(&shown);
        }
        if let Some(answer) = self.desk.get(shown.site.as_ref(), request) {
            return answer;
        }
        let url = UrlPath::new(request.path.as_str());
        if let Some(answer) = self.page(&shown, &url) {
            return answer;
        }
        let site = shown.site.as_ref();
        // The page for missing pages links with the path of `base_url`, because it can be shown at
        // any URL.
        let base = site.and_then(|site| site.handbook().config.base_url.as_deref()).map_or("", base_path);
        let below = request.path.strip_prefix(base.trim_start_matches('/')).filter(|_| base.len() > 1);
        let is_root = format!("/{}/", request.path) == base;
        // A second slash would make the rest of the path the name of another host.
        let below = below.filter(|path| !path.starts_with(['/', '\\']));
        if let Some(path) = below.or(is_root.then_some("")) {
            return Answer::redirect(302, &UrlPath::new(path));
        }
        // Redirect `a/index.html` to `a/`, where hosts show the same page.
        if let Some(folder) = request.path.strip_suffix("index.html").map(UrlPath::new)
            && site.is_some_and(|site| site.has(&folder))
        {
            return Answer::redirect(302, &folder);
        }
        // Redirect as a host would because of the `_redirects` file.
        if let Some(to) = site.and_then(|site| site.moved(&url)) {
            return Answer::redirect(301, to);
        }
        // As hosts do, redirect `/a` to `/a/` and a directory to its `index.html`.
        let folder = UrlPath::new(format!("{}/", request.path));
        if site.is_some_and(|site| site.has(&folder)) {
            return Answer::redirect(301, &folder);
        }
        let index = UrlPath::new(format!("{}index.html", request.path));
        if (request.path.is_empty() || request.path.ends_with('/')) && site.is_some_and(|site| site.has(&index)) {
            return Answer::redirect(302, &index);
        }
        // A page that is open while its chapter is renamed follows the chapter.
        if let Some(to) = shown.moves.find(&url) {
            return Answer::redirect(302, to);
        }
        self.missing(&shown)
    }

    fn greeting(&self) -> Vec<(&'static str, String)> {
        vec![("hello", self.build()), ("audiences", self.audiences()), ("findings", "{}".to_owned())]
    }

    fn token(&self) -> &str {
        self.desk.token()
    }

    fn longest(&self, path: &str) -> usize {
        self.desk.longest(path)
    }

    fn change(&self, post: &Post) -> Answer {
        let shown = self.shown();
        if post.path.ends_with("/edit/rename") && shown.findings.iter().any(is_unread) {
            return refuse(409, "A file that was not read may refer to this chapter. Nothing was moved.");
        }
        self.desk.change(shown.site.as_ref(), post)
    }
}

impl Maker {
    /// Builds the site. If the configuration, the theme or a chapter can't be read, uses the last
    /// state that could be.
    fn make(&mut self, loaded: &Loaded, source: &Source, last: Option<&Site>) -> (Option<Site>, Vec<Diagnostic>) {
        if let Some(finding) = loaded.inputs.without_settings() {
            return (None, vec![finding.clone()]);
        }
        let choices = Choices { drafts: true, keep_last_good: true, ..loaded.chosen(source) };
        let compiled = match self.pipeline.compile(&loaded.inputs, &choices) {
            Ok(compiled) => compiled,
            Err(finding) => return (None, vec![*finding]),
        };
        if let Some(theme) = &compiled.theme {
            self.scripts = scripts(theme);
        }
        let site = compiled.site(self.past.clone(), last);
        self.chain = compiled.chain;
        (site, compiled.findings)
    }

    /// Returns a name for the next build, so that a page can tell whether it shows the newest one.
    /// Names differ between runs, so that a page left open overnight doesn't take today's third
    /// build for yesterday's third build.
    fn name(&mut self) -> String {
        self.builds += 1;
        format!("{:x}-{}", self.run.hash_one(0), self.builds)
    }
}

fn draw(findings: &[Diagnostic], loaded: &Loaded, chain: &[ThemeFiles], site: Option<&Site>) -> Vec<Drawn> {
    let files = |place: &Place| loaded.file_in_project(place, chain);
    findings
        .iter()
        .map(|finding| {
            let place = files(&finding.place);
            let (url, span) = match &finding.place {
                Place::Content(path, span) => (site.and_then(|site| site.page_of(path, None)), *span),
                Place::Theme(_, span) => (None, *span),
                Place::Handbook => (None, None),
            };
            let at = place.as_ref().zip(span).and_then(|((_, bytes), span)| {
                bytes.as_ref().map(|bytes| report::location(bytes, span.start as usize))
            });
            let place_bytes = place.as_ref().and_then(|(_, bytes)| bytes.clone());
            let is_open = match (&finding.place, site, span, &place_bytes) {
                (Place::Content(path, _), Some(site), Some(span), Some(bytes)) => may_quote(site, path, (bytes, span)),
                _ => true,
            };
            // Where the audience may not see the lines, the page says only where they are.
            let plain = span.zip(place_bytes.as_ref()).filter(|_| !is_open);
            let plain = plain.and_then(|(span, bytes)| without_quotes(finding, (bytes, span)));
            let finding = plain.as_ref().unwrap_or(finding);
            let bare = |place: &Place| files(place).map(|(path, _)| (path, None));
            Drawn {
                severity: report::severity(finding),
                code: finding.code.name(),
                message: finding.message.clone(),
                path: place.map(|(path, _)| path),
                source: match &finding.place {
                    Place::Content(path, _) => Some(path.to_string()),
                    _ => None,
                },
                line: at.map(|at| at.line),
                column: at.map(|at| at.column),
                start: span.map(|span| span.start),
                end: span.map(|span| span.end),
                quote: place_bytes.zip(span).filter(|_| is_open).map(|(bytes, span)| listing::quote(&bytes, span)),
                names: site.map(|site| correct::names(finding, site)).unwrap_or_default(),
                help: finding.help.clone(),
                drawing: if is_open { report::plain(finding, &files) } else { report::plain(finding, &bare) },
                url,
            }
        })
        .collect()
}

/// Locks a value, even if a thread panicked while it held the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a hash of the theme's scripts.
fn scripts(theme: &Theme) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, bytes) in theme.assets().iter().filter(|(name, _)| name.ends_with(".js")) {
        hasher.update(name.as_bytes()).update(bytes);
    }
    hasher.finalize().to_hex()[..8].to_owned()
}

/// Inserts the preview's scripts and styles before the end of a page's head.
fn with_preview(html: Vec<u8>, head: &str) -> Vec<u8> {
    let Some(at) = html.windows(7).position(|window| window == b"</head>") else { return html };
    let mut out = Vec::with_capacity(html.len() + head.len());
    out.extend_from_slice(&html[..at]);
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(&html[at..]);
    out
}

/// Returns a page that shows findings, in place of a page that can't be rendered.
fn diagnostics_page(head: &str, drawings: &[&str]) -> Answer {
    let mut body = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rolebook</title></head>\
         <body><main><h1>This page cannot be shown</h1>",
    );
    for text in drawings {
        let _ = write!(body, "<pre>{}</pre>", escape(text));
    }
    body.push_str("</main></body></html>");
    let body = with_preview(body.into_bytes(), head);
    Answer::new(500, "text/html; charset=utf-8", body)
}
