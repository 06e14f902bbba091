//! Renders the page that lists what has changed, and its feed.
//!
//! Input: the renderer and its past. Output: the page's data, and an Atom feed (RFC 4287). Only
//! this page compares the handbook with its older state, so no other page waits for the comparison.

use std::collections::BTreeMap;

use super::{PageCells, Renderer};
use crate::model::book::{ChapterId, Generated, generated_url};
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::past::delta::{self, Delta};
use crate::past::history::{How, moment};
use crate::site::view::Viewpoint;
use crate::site::view::changes::{self, Changes, Event};
use crate::text::markup::escape;
use crate::text::path::{SourcePath, UrlPath};

/// The maximum number of changed chapters in the feed.
const ENTRIES: usize = 50;

impl Renderer {
    /// Returns the data of the page that lists what has changed.
    pub(super) fn changes(&self, view: &Viewpoint<'_>) -> Changes {
        let found = self.since_base();
        changes::page(found.as_ref().map(|(delta, is_open)| (delta, *is_open)), view)
    }

    /// Compares the handbook with its older state, and also returns whether past text may be shown.
    fn since_base(&self) -> Option<(Delta, bool)> {
        let base = self.past.base.as_ref()?;
        let config = &self.handbook.config;
        let choices = Choices { title: config.title.clone(), audience: config.audience.clone(), ..Choices::default() };
        let before = Compiler::new().compile(&base.sources, &choices).ok()?;
        // With a different default audience, the older state would be a different handbook.
        if before.config.audience != config.audience {
            return None;
        }
        let is_open = config.audiences.is_empty() && before.config.audiences.is_empty();
        Some((delta::compare(&before, &self.handbook, &self.renames(&before)), is_open))
    }

    /// Maps the current path of each renamed chapter to its path in the older state.
    fn renames(&self, before: &Handbook) -> BTreeMap<SourcePath, SourcePath> {
        let mut renames = BTreeMap::new();
        for touched in self.past.history.iter().flat_map(|history| &history.commits).flat_map(|commit| &commit.touched)
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
    pub fn feed(&self, base: &str, at: &UrlPath) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        let config = &self.handbook.config;
        let events =
            self.past.history.as_ref().map(|history| changes::events(history, &view, ENTRIES)).unwrap_or_default();
        let updated = events.first().map_or(0, |event| event.seconds);
        let page = generated_url(Generated::Changes.name(), config.urls);
        let title = format!("{}: {}", config.title, self.theme.ui("changes"));
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.push_str(&format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n",
            escape(&config.language)
        ));
        out.push_str(&format!("<id>{}</id>\n", escape(&format!("{base}{}", at.encoded()))));
        out.push_str(&format!("<title>{}</title>\n<updated>{}</updated>\n", escape(&title), moment(updated)));
        out.push_str(&format!("<author><name>{}</name></author>\n", escape(&config.title)));
        out.push_str(&format!("<link rel=\"self\" href=\"{}\"/>\n", escape(&format!("{base}{}", at.encoded()))));
        out.push_str(&format!("<link href=\"{}\"/>\n", escape(&format!("{base}{}", page.encoded()))));
        for event in &events {
            out.push_str(&self.entry(event, base));
        }
        out.push_str("</feed>\n");
        out
    }

    fn entry(&self, event: &Event<'_>, base: &str) -> String {
        let meta = self.book().meta(event.chapter);
        let what = event.what.map(|key| format!(" ({})", self.theme.ui(key))).unwrap_or_default();
        let summary = meta.summary.as_ref().map(|text| format!("<summary>{}</summary>\n", escape(text)));
        format!(
            "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n<link href=\"{}\"/>\n{}</entry>\n",
            escape(&tag(event, base)),
            escape(&format!("{}{what}", meta.title)),
            moment(event.seconds),
            escape(&self.absolute(event.chapter, base)),
            summary.unwrap_or_default(),
        )
    }

    fn absolute(&self, chapter: ChapterId, base: &str) -> String {
        format!("{base}{}", self.book().url(chapter).encoded())
    }
}

/// Returns a permanent ID for an entry (RFC 4151), made from the host, the day, and the path that
/// the chapter had on that day. A later rename doesn't change it.
fn tag(event: &Event<'_>, base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let (host, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host).split(':').next().unwrap_or_default();
    let moment = moment(event.seconds);
    let day = moment.split('T').next().unwrap_or_default();
    let path = UrlPath::new(format!("{folder}{}", event.then)).encoded();
    format!("tag:{},{day}:{path}", host.to_lowercase())
}
