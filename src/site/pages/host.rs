//! What hosts and search engines read, and the page for URLs that don't exist.
//!
//! Input: the configuration, the finished table, and the lines that the author wrote for the host.
//! Output: `404.html`, `robots.txt`, `sitemap.xml`, `_headers`, `_redirects`, `.nojekyll`. If the
//! module of a page keeps the page from search engines, it is never listed here.

use std::fmt::Write as _;

use super::former::{authored, rules};
use super::{Html, Nothing, On, Route, Table, file};
use crate::declare::kind::Host;
use crate::site::publish::headers;
use crate::site::render::base_path;
use crate::site::view::navigation::around;
use crate::site::view::page::Page;
use crate::text::markup::escape;
use crate::text::path::UrlPath;

/// The media type of rules.
const PLAIN: &str = "text/plain; charset=utf-8";

/// Adds what every host needs.
pub(super) fn lay_out(table: &mut Table<'_>) {
    table.unlisted(UrlPath::new("404.html"), not_found);
    table.text(UrlPath::new("robots.txt"), robots);
    if table.config.base_url.is_some() {
        table.text(UrlPath::new("sitemap.xml"), sitemap);
    }
}

/// Adds the files that the configured host reads. They include the author's own lines, so they
/// replace the author's files.
pub(super) fn lay_out_rules(has_rules: bool, table: &mut Table<'_>) {
    let host = table.config.publish.host;
    if host.reads_rules() {
        table.routes.insert(UrlPath::new("_headers"), Route::text(Some(PLAIN), |on| Ok(write_headers(on))));
        if has_rules {
            let write = |on: &On<'_>| Ok(rules(&on.renderer.handbook.config, &on.layout.redirects, on.files).text);
            table.routes.insert(UrlPath::new("_redirects"), Route::text(Some(PLAIN), write));
        }
    }
    if host == Host::Github {
        table.text_as(UrlPath::new(".nojekyll"), PLAIN, |_| String::new());
    }
}

fn write_headers(on: &On<'_>) -> String {
    let fixed = format!("assets/{}/", on.renderer.theme.hash());
    headers(&on.renderer.handbook.config, &fixed, authored(on.files, "_headers"), &file::held(on))
}

/// Renders the page that hosts show for any URL that doesn't exist. Its links begin at the root.
fn not_found(on: &On<'_>) -> Html {
    let root = on.renderer.handbook.config.base_url.as_deref().map_or("/", base_path);
    on.renderer.view_from(Some(root), on.at, |view| {
        let page = Page::unlisted(on.ui("not-found"), "404");
        on.renderer.page("404.html", page, around(None, view), Nothing, view)
    })
}

/// Writes the sitemap, which lists the pages that search engines may show (sitemaps.org protocol
/// 0.9).
fn sitemap(on: &On<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    let handbook = &on.renderer.handbook;
    let base = handbook.config.base_url.as_deref().unwrap_or_default();
    for (url, route) in on.layout.routes.iter().filter(|(_, route)| route.is_listed) {
        let path = route.chapter.map(|chapter| &handbook.book.meta(chapter).path);
        let changed = path.and_then(|path| on.renderer.past.last_day(path));
        let changed = changed.map(|day| format!("<lastmod>{day}</lastmod>")).unwrap_or_default();
        let _ = writeln!(out, "<url><loc>{}</loc>{changed}</url>", escape(&format!("{base}{}", url.encoded())));
    }
    out.push_str("</urlset>\n");
    out
}

/// Writes `robots.txt`. If the audience is internal, it excludes every robot.
fn robots(on: &On<'_>) -> String {
    let config = &on.renderer.handbook.config;
    let rule = if config.is_internal() { "Disallow: /" } else { "Allow: /" };
    let sitemap = config.base_url.as_ref().map(|base| format!("Sitemap: {base}sitemap.xml\n")).unwrap_or_default();
    format!("User-agent: *\n{rule}\n{sitemap}")
}
