//! The page that lists what has changed, and its feed.
//!
//! Input: the handbook and its past. Output: one page, and an Atom feed (RFC 4287). Only this page
//! compares the handbook with its older state, so no other page waits for the comparison.

use std::collections::BTreeMap;

use super::{On, Table};
use crate::model::book::{Generated, generated_url};
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::past::delta::{self, Delta};
use crate::past::history::{How, moment};
use crate::site::render::Renderer;
use crate::site::view::FEED;
use crate::site::view::changes::{self, Event};
use crate::text::markup::escape;
use crate::text::path::{SourcePath, UrlPath};

/// The maximum number of changed chapters in the feed.
const ENTRIES: usize = 50;

/// Adds the page and the feed. Without a history, the page is there only if a chapter links to it.
pub(super) fn lay_out(table: &mut Table<'_>) {
    let has_history = table.past.has_history();
    if has_history || table.handbook.links_to(Generated::Changes) {
        table.named(Generated::Changes, "changes.html", |on, view| {
            let found = since_base(on.renderer);
            changes::page(found.as_ref().map(|(delta, is_open)| (delta, *is_open)), view)
        });
    }
    if let Some(base) = table.config.base_url.clone().filter(|_| has_history) {
        table.text_as(UrlPath::new(FEED), "application/atom+xml; charset=utf-8", move |on| feed(&base, on));
    }
}

/// Compares the handbook with its older state, and also returns whether past text may be shown.
fn since_base(renderer: &Renderer) -> Option<(Delta, bool)> {
    let base = renderer.past.base()?;
    let config = &renderer.handbook.config;
    let choices = Choices { title: config.title.clone(), audience: config.audience.clone(), ..Choices::default() };
    let before = Compiler::new().compile(&base.sources, &choices).ok()?;
    // With a different default audience, the older state would be a different handbook.
    if before.config.audience != config.audience {
        return None;
    }
    let is_open = config.audiences.is_empty() && before.config.audiences.is_empty();
    Some((delta::compare(&before, &renderer.handbook, &renames(&before, renderer)), is_open))
}

/// Maps the current path of each renamed chapter to its path in the older state.
fn renames(before: &Handbook, renderer: &Renderer) -> BTreeMap<SourcePath, SourcePath> {
    let mut renames = BTreeMap::new();
    for touched in
        renderer.past.history().into_iter().flat_map(|history| &history.commits).flat_map(|commit| &commit.touched)
    {
        if let (How::Renamed { from, .. }, Some(now)) = (&touched.how, &touched.now)
            && before.book.at_path(from).is_some()
        {
            renames.insert(now.clone(), from.clone());
        }
    }
    renames
}

/// Writes the feed of changed chapters. `base` is the URL that the site is served at.
fn feed(base: &str, on: &On<'_>) -> String {
    let (renderer, at) = (on.renderer, on.at);
    let config = &renderer.handbook.config;
    let events = |history| on.view(|view| changes::events(history, view, ENTRIES));
    let events = renderer.past.history().map(events).unwrap_or_default();
    let updated = events.first().map_or(0, |event| event.seconds);
    let page = generated_url(Generated::Changes.name(), config.urls);
    let title = format!("{}: {}", config.title, renderer.theme.ui("changes"));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n", escape(&config.language)));
    out.push_str(&format!("<id>{}</id>\n", escape(&format!("{base}{}", at.encoded()))));
    out.push_str(&format!("<title>{}</title>\n<updated>{}</updated>\n", escape(&title), moment(updated)));
    out.push_str(&format!("<author><name>{}</name></author>\n", escape(&config.title)));
    out.push_str(&format!("<link rel=\"self\" href=\"{}\"/>\n", escape(&format!("{base}{}", at.encoded()))));
    out.push_str(&format!("<link href=\"{}\"/>\n", escape(&format!("{base}{}", page.encoded()))));
    for event in &events {
        out.push_str(&entry(event, base, renderer));
    }
    out.push_str("</feed>\n");
    out
}

fn entry(event: &Event<'_>, base: &str, renderer: &Renderer) -> String {
    let book = &renderer.handbook.book;
    let meta = book.meta(event.chapter);
    let what = event.what.map(|key| format!(" ({})", renderer.theme.ui(key))).unwrap_or_default();
    let summary = meta.summary.as_ref().map(|text| format!("<summary>{}</summary>\n", escape(text)));
    // An old path may have been meant for fewer people than the chapter is today.
    let config = &renderer.handbook.config;
    let path = if super::former::follows_renames(config) { event.then } else { &meta.path };
    format!(
        "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n<link href=\"{}\"/>\n{}</entry>\n",
        escape(&tag((event, path), base)),
        escape(&format!("{}{what}", meta.title)),
        moment(event.seconds),
        escape(&format!("{base}{}", book.url(event.chapter).encoded())),
        summary.unwrap_or_default(),
    )
}

/// Returns a permanent ID for an entry (RFC 4151), made from the host, the day, and a path. With the path that
/// the chapter had on that day, a later rename doesn't change it.
fn tag((event, path): (&Event<'_>, &SourcePath), base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let (host, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host).split(':').next().unwrap_or_default();
    let moment = moment(event.seconds);
    let day = moment.split('T').next().unwrap_or_default();
    let path = UrlPath::new(format!("{folder}{path}")).encoded();
    format!("tag:{},{day}:{path}", host.to_lowercase())
}
