//! Old URLs: where they redirect, which ones are gone for good, and what the host needs to know.
//!
//! Input: aliases, renames recorded in Git, and what the configuration says is gone. Output:
//! redirects, pages that redirect or say what is gone, and findings. Never replaces an existing
//! page with an old URL.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Html, Layout, On, Route, Table};
use crate::chapter::redact::Visible;
use crate::declare::config::{Config, UrlStyle};
use crate::model::book::{Book, ChapterId, chapter_url, written_url};
use crate::model::compile::Handbook;
use crate::past::history::{History, How};
use crate::site::publish::{self, Content, Redirect, Rules, active};
use crate::site::render::{Renderer, base_path};
use crate::site::view::Link;
use crate::site::view::navigation::Around;
use crate::site::view::page::Page;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::path::{SourcePath, UrlPath, fold};
use crate::text::rule::Rule;
use crate::text::source::Sources;

#[derive(Serialize)]
struct Leading {
    target_url: String,
}

#[derive(Serialize)]
struct Gone {
    target: Option<Link>,
}

/// The maximum number of deleted chapters that are reported individually.
const LISTED: usize = 20;

/// Returns where old URLs redirect. Pages, rules and the preview are all made from this list.
/// Aliases written by authors take precedence over renames from Git.
fn redirects(handbook: &Handbook, history: Option<&History>, exists: &dyn Fn(&UrlPath) -> bool) -> Vec<Redirect> {
    let book = &handbook.book;
    let mut moves: BTreeMap<UrlPath, UrlPath> =
        book.redirects.iter().map(|(from, chapter)| (from.clone(), book.url(*chapter).clone())).collect();
    if follows_renames(&handbook.config) {
        let style = book.urls_style;
        let gone: BTreeSet<UrlPath> =
            handbook.config.gone.iter().map(|gone| written_url(&gone.path.0, style)).collect();
        let there: BTreeSet<String> = book.urls.iter().map(|url| fold(&url.output_file())).collect();
        for (from, to) in history.into_iter().flat_map(|history| renamed(history, book)) {
            // Some disks and hosts ignore case, so a URL that differs only in case is the page's
            // own URL.
            if !gone.contains(&from) && !there.contains(&fold(&from.output_file())) {
                // The newest rename takes precedence, because readers look for the chapter that had
                // the URL last.
                moves.entry(from).or_insert(to);
            }
        }
    }
    publish::collapse(&moves, exists)
}

/// Returns whether renames become redirects. A file's old name may be meant for fewer people than
/// the chapter, so a handbook with audiences has to opt in.
pub(super) fn follows_renames(config: &Config) -> bool {
    config.publish.renames.unwrap_or(config.audiences.is_empty())
}

/// Lists the URLs that chapters had before they were renamed, each with the chapter's current URL.
fn renamed<'a>(history: &'a History, book: &'a Book) -> impl Iterator<Item = (UrlPath, UrlPath)> + 'a {
    history.commits.iter().flat_map(|commit| &commit.touched).filter_map(|touched| {
        let How::Renamed { from, .. } = &touched.how else { return None };
        let chapter = book.at_path(touched.now.as_ref()?)?;
        is_page(from).then(|| (chapter_url(from, book.urls_style), book.url(chapter).clone()))
    })
}

/// Returns whether a file in the history was a chapter with a page.
fn is_page(path: &SourcePath) -> bool {
    path.is_chapter() && path.as_str() != "SUMMARY.md" && !path.as_str().split('/').any(|part| part.starts_with('.'))
}

/// Returns a host's redirect rules.
pub(super) fn rules<'a>(config: &Config, redirects: &'a [Redirect], files: &Sources) -> Rules<'a> {
    let base = config.base_url.as_deref().map_or("/", base_path);
    Rules::new(config.publish.host, base, redirects, authored(files, "_redirects"))
}

/// Reports redirects and headers that exceed what the host accepts, and published files of
/// `content` that could run scripts. Doesn't use the history, which takes a while to read.
pub fn host_findings(handbook: &Handbook, files: &Sources, content: &Content) -> Vec<Diagnostic> {
    let pages: BTreeSet<&UrlPath> = handbook.book.urls.iter().collect();
    let redirects = redirects(handbook, None, &|url| pages.contains(url));
    let mut findings = publish::check(&handbook.config, &rules(&handbook.config, &redirects, files));
    let published: BTreeSet<&SourcePath> = content.shown.iter().chain(content.at.values()).collect();
    findings.extend(active::findings(&active::verdicts(&handbook.config, published, files), files));
    findings
}

/// Adds the pages that redirect from old URLs, the pages that say what is gone, and the rules for
/// hosts. Returns the redirects, and whether there are rules for the host.
pub(super) fn lay_out(table: &mut Table<'_>) -> (Vec<Redirect>, bool) {
    let (handbook, config) = (table.handbook, table.config);
    let redirects = redirects(handbook, table.past.history(), &|url| table.routes.contains_key(url));
    let rules = rules(config, &redirects, table.files);
    for redirect in &redirects {
        if let Some(chapter) = table.routes.get(&redirect.to).and_then(|route| route.chapter) {
            table.routes.insert(redirect.from.clone(), Route::page(move |on| lead_on(chapter, on)));
        }
    }
    let visible = Visible::of(config.audience.as_deref(), config);
    for (n, gone) in config.gone.iter().enumerate() {
        if gone.audience.as_ref().is_none_or(|audience| visible.shows(audience)) {
            table.unlisted(written_url(&gone.path.0, table.book.urls_style), move |on| say_gone(n, on));
        }
    }
    let has_rules = !rules.text.is_empty();
    (redirects, has_rules)
}

/// Renders the page that redirects from an old URL.
fn lead_on(chapter: ChapterId, on: &On<'_>) -> Html {
    on.view(|view| {
        let to = view.book.url(chapter);
        let page = Page::generated(view.meta(chapter).title.clone(), "redirect", to, view.config);
        let special = Leading { target_url: view.url(to) };
        on.renderer.page("redirect.html", Page { noindex: true, ..page }, Around::default(), special, view)
    })
}

/// Renders the page for a deleted chapter, by the number of its entry in `[[gone]]`: that the
/// chapter is gone, why, and what to read instead. Never names a chapter that the audience can't
/// see.
fn say_gone(n: usize, on: &On<'_>) -> Html {
    let handbook = &on.renderer.handbook;
    let gone = handbook.config.gone.get(n);
    let page = Page { summary: gone.and_then(|gone| gone.reason.clone()), ..Page::unlisted(on.ui("gone"), "404") };
    let see = gone.and_then(|gone| gone.see.as_ref());
    let chapter = see.and_then(|(name, _)| handbook.book.names.find(name).first().copied());
    on.view(|view| {
        let elsewhere = || {
            let (name, _) = see?;
            let url = view.url(&view.config.publish.other_site("", name)?);
            Some(Link { title: name.clone(), url: Some(url), ..Link::default() })
        };
        let special = Gone { target: chapter.map(|chapter| view.link(chapter)).or_else(elsewhere) };
        on.renderer.page("gone.html", page, Around::default(), special, view)
    })
}

/// Reports what the history shows: deleted chapters whose URLs no longer work, and more redirects
/// than the host accepts.
pub fn findings_of_the_past(renderer: &Renderer, layout: &Layout, files: &Sources) -> Vec<Diagnostic> {
    let Some(history) = renderer.past.history() else { return Vec::new() };
    let handbook = &renderer.handbook;
    let mut findings = publish::check(&handbook.config, &rules(&handbook.config, &layout.redirects, files));
    let lost = lost(history, layout, files, handbook.book.urls_style);
    for path in lost.iter().take(LISTED) {
        let message = format!("`{path}` was deleted, and its address no longer works");
        let help = format!("say in handbook.toml what to read instead: `[[gone]]` with `path = \"{path}\"` and `see`");
        findings.push(Diagnostic::at(Rule::GoneChapter, Place::Handbook, message).help(help));
    }
    if lost.len() > LISTED {
        let message = format!("{} more chapters were deleted, and their addresses lead nowhere", lost.len() - LISTED);
        findings.push(Diagnostic::at(Rule::GoneChapter, Place::Handbook, message));
    }
    findings
}

/// Lists the paths of deleted chapters whose URLs no longer work.
fn lost(history: &History, layout: &Layout, files: &Sources, style: UrlStyle) -> BTreeSet<SourcePath> {
    let touched = history.commits.iter().flat_map(|commit| &commit.touched);
    let removed = touched.filter(|touched| touched.how == How::Removed && is_page(&touched.then));
    let leads = |path: &SourcePath| {
        let url = chapter_url(path, style);
        files.files.contains_key(path) || layout.routes.contains_key(&url) || layout.moved(&url).is_some()
    };
    removed.map(|touched| &touched.then).filter(|path| !leads(path)).cloned().collect()
}

/// Returns the text of a file that the author wrote for the host, or an empty string if there is
/// none.
pub(super) fn authored<'a>(files: &'a Sources, name: &str) -> &'a str {
    let bytes = files.bytes(&SourcePath::new(name));
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}
