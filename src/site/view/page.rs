//! Prepares what every page has: title, status, owner, table of contents, relations and backlinks.
//!
//! Input: a viewpoint and a chapter. Output: [`Page`], [`Entry`] lists, [`Backlinks`]. Never needs
//! the current date: the page contains the due date, and a script marks it when it has passed.

use serde::Serialize;

use super::{Link, Viewpoint, competency_of};
use crate::chapter::document::{Heading, Meta};
use crate::declare::config::{Config, Owner};
use crate::declare::kind::{Kind, Status};
use crate::model::book::{ChapterId, generated_url};
use crate::text::date;
use crate::text::path::{SourcePath, UrlPath};

/// The maximum number of backlinks that a page lists. If there are more, a separate page lists all
/// of them.
pub const BACKLINKS: usize = 30;

/// The properties of a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    pub title: String,
    pub kind: String,
    pub summary: Option<String>,
    /// Whether the template prints the title. If not, the text has its own heading.
    pub heading: bool,
    pub status: Option<&'static str>,
    pub owner: Option<PageOwner>,
    pub ask: Option<String>,
    pub reviewed: Option<String>,
    pub review_due: Option<String>,
    /// The day of the last change, if there is a history.
    pub changed: Option<String>,
    pub edit_url: Option<String>,
    /// The URL of the chapter as Markdown.
    pub copy_url: Option<String>,
    pub reading_minutes: Option<u16>,
    pub tags: Vec<String>,
    /// The same tags with links to their pages.
    pub topics: Vec<Link>,
    pub canonical: Option<String>,
    pub noindex: bool,
    /// The key by which a reader's browser remembers that the page has been read.
    pub key: Option<String>,
    pub extra: Option<crate::text::front_matter::Table>,
}

/// The owner of a chapter.
#[derive(Clone, Debug, Serialize)]
pub struct PageOwner {
    pub name: String,
    pub url: Option<String>,
    pub contact: Option<String>,
}

/// An entry of the page's table of contents.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub id: String,
    pub title: String,
    /// The level that the section of a competency describes, unless the title says its number.
    pub level: Option<u8>,
    pub children: Vec<Entry>,
}

/// The chapters that link to a chapter.
#[derive(Clone, Debug, Serialize)]
pub struct Backlinks {
    pub items: Vec<Link>,
    pub total: usize,
    pub more_url: Option<String>,
}

/// A kind of relation and the chapters at its other end.
#[derive(Clone, Debug, Serialize)]
pub struct Relation {
    pub key: &'static str,
    pub items: Vec<Link>,
}

impl Page {
    /// Returns the properties of a generated page.
    pub fn generated(title: String, kind: &str, at: &UrlPath, config: &Config) -> Self {
        let canonical = canonical(config, at);
        Self {
            title,
            kind: kind.to_owned(),
            heading: true,
            canonical,
            noindex: config.is_internal(),
            ..Self::default()
        }
    }

    /// Returns the properties of a page that search engines must not list.
    pub fn unlisted(title: String, kind: &str) -> Self {
        Self { title, kind: kind.to_owned(), heading: true, noindex: true, ..Self::default() }
    }

    /// Returns the properties of a chapter's page.
    pub fn of_chapter(chapter: ChapterId, view: &Viewpoint<'_>) -> Self {
        let (meta, minutes) = (view.meta(chapter), view.document(chapter).body.minutes);
        let config = view.config;
        let reviewed = meta.reviewed.as_deref().and_then(date::parse_day);
        let due = reviewed.zip(meta.review_every).and_then(|(day, every)| date::after(day, every));
        let is_home = meta.path.is_index() && meta.path.folder().is_empty();
        Self {
            title: meta.title.clone(),
            kind: if is_home { "home".to_owned() } else { meta.kind.name().to_owned() },
            summary: meta.summary.clone(),
            heading: !meta.has_h1,
            status: Some(meta.status.name()),
            owner: meta.owner.as_ref().map(|id| owner(id, config.owners.get(id))),
            ask: meta.ask.clone(),
            reviewed: meta.reviewed.clone(),
            review_due: due.map(|day| day.to_string()),
            changed: changed(&meta.path, view),
            edit_url: config.repository.as_deref().map(|address| edit_url(address, meta.path.as_str())),
            copy_url: config.publish.markdown.then(|| view.url(&UrlPath::new(meta.path.as_str()))),
            reading_minutes: (minutes > 0).then_some(minutes),
            tags: meta.tags.clone(),
            topics: meta.tags.iter().filter_map(|tag| super::tags::link(tag, view)).collect(),
            canonical: canonical(config, view.at),
            noindex: config.is_internal() || meta.status == Status::Retired,
            key: Some(super::path::key(chapter, view)),
            extra: (!meta.extra.entries.is_empty()).then(|| meta.extra.clone()),
        }
    }
}

fn changed(path: &SourcePath, view: &Viewpoint<'_>) -> Option<String> {
    view.past.last_day(path).map(|day| day.to_string())
}

/// Returns the page's absolute URL, if the base URL is known.
pub fn canonical(config: &Config, at: &UrlPath) -> Option<String> {
    config.base_url.as_ref().map(|base| format!("{base}{}", at.encoded()))
}

fn owner(id: &str, declared: Option<&Owner>) -> PageOwner {
    let Some(owner) = declared else { return PageOwner { name: id.to_owned(), url: None, contact: None } };
    let is_address = |text: &str| ["https://", "http://", "mailto:"].iter().any(|scheme| text.starts_with(scheme));
    let url = owner.contact.clone().filter(|contact| is_address(contact));
    let contact = owner.contact.clone().filter(|contact| !is_address(contact));
    PageOwner { name: owner.name.clone(), url, contact }
}

/// Returns the URL at which the code host edits a file. GitHub, GitLab and Gitea each have their
/// own form.
fn edit_url(repository: &str, path: &str) -> String {
    let base = repository.trim_end_matches('/');
    let base = if base.contains("/-/tree/") {
        base.replacen("/-/tree/", "/-/edit/", 1)
    } else if base.contains("/src/branch/") {
        base.replacen("/src/branch/", "/_edit/", 1)
    } else {
        base.replacen("/tree/", "/edit/", 1)
    };
    format!("{base}/{}", UrlPath::new(path).encoded())
}

/// Lists a page's sections in two levels, from its headings in the order of the page. Returns an
/// empty list if there are fewer than two.
pub fn contents(headings: &[&Heading], chapter: ChapterId, view: &Viewpoint<'_>) -> Vec<Entry> {
    let levels = competency_of(view.book, chapter).map(|facts| facts.levels.as_slice()).unwrap_or_default();
    let level_of = |id: &str| levels.iter().find(|heading| heading.id == id).map(|heading| heading.level);
    let sections = headings.iter().copied().filter(|heading| heading.section && !heading.text.is_empty());
    // The first heading of level 1 is the title.
    let title = sections.clone().position(|heading| heading.level == 1);
    let sections: Vec<&Heading> =
        sections.enumerate().filter(|(n, _)| Some(*n) != title).map(|(_, heading)| heading).collect();
    let top = sections.iter().map(|heading| heading.level).min().unwrap_or(0);
    let mut list: Vec<Entry> = Vec::new();
    for heading in sections {
        let level = level_of(&heading.id).filter(|level| !heading.text.contains(&level.to_string()));
        let children = Vec::new();
        let entry = Entry { id: heading.id.clone(), title: heading.text.clone(), level, children };
        match (heading.level - top, list.last_mut()) {
            (0, _) | (1, None) => list.push(entry),
            (1, Some(last)) => last.children.push(entry),
            _ => {}
        }
    }
    if list.len() + list.iter().map(|entry| entry.children.len()).sum::<usize>() < 2 { Vec::new() } else { list }
}

/// Lists the chapters that link to a chapter.
pub fn backlinks(chapter: ChapterId, view: &Viewpoint<'_>) -> Option<Backlinks> {
    let all = view.handbook.backlinks(chapter);
    if all.is_empty() {
        return None;
    }
    let items = view.links(&all[..all.len().min(BACKLINKS)]);
    let more_url = (all.len() > BACKLINKS).then(|| view.url(&backlinks_url(chapter, view)));
    Some(Backlinks { items, total: all.len(), more_url })
}

/// Returns the URL of the page that lists all backlinks of a chapter.
pub fn backlinks_url(chapter: ChapterId, view: &Viewpoint<'_>) -> UrlPath {
    backlinks_address(view.meta(chapter), view.config)
}

/// Returns the URL of the page that lists all backlinks of the chapter with this metadata.
pub fn backlinks_address(meta: &Meta, config: &Config) -> UrlPath {
    let path = meta.path.without_extension();
    generated_url(&format!("backlinks/{}", if path.is_empty() { "index" } else { path }), config.urls)
}

/// Lists the relations that the chapter's own template doesn't show.
pub fn relations(chapter: ChapterId, view: &Viewpoint<'_>) -> Vec<Relation> {
    let relations = &view.book.relations;
    let mut list = Vec::new();
    let mut add = |key: &'static str, chapters: &[ChapterId]| {
        if !chapters.is_empty() {
            list.push(Relation { key, items: view.links(chapters) });
        }
    };
    if let Some(role) = relations.roles.get(&chapter) {
        add("rel-extended-by", &role.extended_by);
        add("rel-reported-to-by", &role.reports);
    }
    list
}

/// Returns the name of the template for chapters of a kind.
pub fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::Role => "role.html",
        Kind::Competency => "competency.html",
        Kind::Strategy => "strategy.html",
        Kind::Path => "path.html",
        Kind::Glossary => "glossary.html",
        Kind::Page => "page.html",
    }
}
