//! Handles old URLs: where they redirect, which ones are gone for good, and what the host needs to
//! know.
//!
//! Input: aliases, renames recorded in Git, and what the configuration says is gone. Output:
//! redirects, pages that redirect or say what is gone, and findings. Never replaces an existing
//! page with an old URL.

use std::collections::{BTreeMap, BTreeSet};

use super::{Route, Site, active_findings, authored, base_path};
use crate::chapter::redact::Visible;
use crate::declare::config::Config;
use crate::declare::kind::Host;
use crate::model::book::{Book, chapter_url, written_url};
use crate::model::compile::Handbook;
use crate::past::history::{History, How};
use crate::site::publish::{self, Content, Redirect, Rules};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::path::{SourcePath, UrlPath, fold};
use crate::text::rule::Rule;
use crate::text::source::Sources;

/// How many deleted chapters get a finding each.
const LISTED: usize = 20;

/// Returns where old URLs redirect. Pages, rules and the preview are all made from this list.
/// Aliases written by authors take precedence over renames from Git.
pub fn redirects(handbook: &Handbook, history: Option<&History>, exists: &dyn Fn(&UrlPath) -> bool) -> Vec<Redirect> {
    let book = &handbook.book;
    let mut moves: BTreeMap<UrlPath, UrlPath> =
        book.redirects.iter().map(|(from, chapter)| (from.clone(), book.url(*chapter).clone())).collect();
    if follows_renames(&handbook.config) {
        let style = book.urls_style;
        let gone: BTreeSet<UrlPath> = handbook.config.gone.iter().map(|gone| written_url(&gone.path, style)).collect();
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
fn follows_renames(config: &Config) -> bool {
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
pub fn rules<'a>(config: &Config, redirects: &'a [Redirect], files: &Sources) -> Rules<'a> {
    let base = config.base_url.as_deref().map_or("/", base_path);
    Rules::new(config.publish.host, base, redirects, authored(files, "_redirects"))
}

/// Reports redirects and headers that exceed what the host accepts, and published files of
/// `content` that could run scripts. Doesn't use the history, which takes a while to read.
pub fn host_findings(handbook: &Handbook, files: &Sources, content: &Content) -> Vec<Diagnostic> {
    let pages: BTreeSet<&UrlPath> = handbook.book.urls.iter().collect();
    let redirects = redirects(handbook, None, &|url| pages.contains(url));
    let mut findings = publish::check(&handbook.config, &rules(&handbook.config, &redirects, files));
    findings.extend(active_findings(&handbook.config, files, content));
    findings
}

/// Adds what the host needs to redirect old URLs, and the pages for what is gone.
pub fn lay_out(handbook: &Handbook, redirects: &[Redirect], files: &Sources, routes: &mut BTreeMap<UrlPath, Route>) {
    let host = handbook.config.publish.host;
    let rules = rules(&handbook.config, redirects, files);
    for redirect in rules.stubs {
        if let Some(Route::Chapter(chapter)) = routes.get(&redirect.to) {
            routes.insert(redirect.from.clone(), Route::Redirect(*chapter));
        }
    }
    let visible = Visible::of(handbook.config.audience.as_deref(), &handbook.config);
    for (n, gone) in handbook.config.gone.iter().enumerate() {
        if gone.audience.as_ref().is_none_or(|audience| visible.shows(audience)) {
            routes.entry(written_url(&gone.path, handbook.book.urls_style)).or_insert(Route::Gone(n));
        }
    }
    // Both files include the author's own lines, so they replace the author's files.
    if host.reads_rules() {
        routes.insert(UrlPath::new("_headers"), Route::Headers);
        if !rules.text.is_empty() {
            routes.insert(UrlPath::new("_redirects"), Route::Redirects);
        }
    }
    if host == Host::Github {
        routes.entry(UrlPath::new(".nojekyll")).or_insert(Route::NoJekyll);
    }
}

impl Site {
    /// Reports what the history shows: deleted chapters whose URLs no longer work, and more
    /// redirects than the host accepts.
    pub fn findings_of_the_past(&self) -> Vec<Diagnostic> {
        let Some(history) = &self.renderer.past.history else { return Vec::new() };
        let config = &self.handbook().config;
        let mut findings = publish::check(config, &rules(config, &self.layout.redirects, &self.files));
        let lost = self.lost(history);
        for path in lost.iter().take(LISTED) {
            let message = format!("`{path}` was deleted, and its address leads nowhere");
            let help =
                format!("say in handbook.toml what to read instead: `[[gone]]` with `path = \"{path}\"` and `see`");
            findings.push(Diagnostic::at(Rule::GoneChapter, Place::Handbook, message).help(help));
        }
        if lost.len() > LISTED {
            let message =
                format!("{} more chapters were deleted, and their addresses lead nowhere", lost.len() - LISTED);
            findings.push(Diagnostic::at(Rule::GoneChapter, Place::Handbook, message));
        }
        findings
    }

    /// Lists the paths of deleted chapters whose URLs no longer work.
    fn lost(&self, history: &History) -> BTreeSet<SourcePath> {
        let style = self.handbook().book.urls_style;
        let removed = history
            .commits
            .iter()
            .flat_map(|commit| &commit.touched)
            .filter_map(|touched| (touched.how == How::Removed && is_page(&touched.then)).then_some(&touched.then));
        let leads = |path: &SourcePath| {
            let url = chapter_url(path, style);
            self.files.files.contains_key(path) || self.layout.routes.contains_key(&url) || self.moved(&url).is_some()
        };
        removed.filter(|path| !leads(path)).cloned().collect()
    }
}
