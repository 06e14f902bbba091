//! Deletes the chapter of an open page.
//!
//! Input: the site that is shown, and the page. Output: the chapters that link to it, and once the
//! author has confirmed, the folder without the file. The journal keeps the text, so the deletion
//! can be taken back. Never deletes an index if that would publish what it hides.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{address, failed, json, refuse};
use super::opens;
use crate::command::writing::deed;
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::world::disk::{Step, Writer};
use crate::world::server::Answer;

/// A request to delete a chapter.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The path of the chapter's page.
    page: String,
    /// Whether the author has seen what links to the chapter.
    #[serde(default)]
    confirmed: bool,
}

/// Deletes a chapter, or says what links to it.
pub fn remove(site: &Site, writer: &Writer, wanted: &Wanted) -> Answer {
    let Some(path) = site.chapter_at(&address(&wanted.page)) else {
        return refuse(404, "This page is not made from one chapter.");
    };
    let Some(before) = site.sources().bytes(&path).map(|bytes| bytes.to_vec()) else {
        return refuse(404, "This chapter is not part of the handbook any more.");
    };
    let mut after = site.sources().clone();
    after.files.remove(&path);
    if let Some(why) = opens::refusal(site, &after, ("deleting this chapter", &|path| path.clone())) {
        return refuse(422, &why);
    }
    let title = title_of(site, &path, None);
    let links = links_to(site, &path);
    if !wanted.confirmed {
        return json(200, &json!({ "path": path.as_str(), "title": title, "links": links }));
    }
    let words = format!("delete {path}");
    match writer.write(deed(&words, ""), &[Step::Remove { path: path.clone(), before }]) {
        Ok(written) => {
            written.told();
            json(200, &json!({ "deleted": path.as_str(), "title": title }))
        }
        Err(unwritten) => failed(&unwritten),
    }
}

/// Lists the chapters of this site that link to the chapter at `path`.
pub fn links_to(site: &Site, path: &SourcePath) -> Vec<Value> {
    let (handbook, book) = (site.handbook(), &site.handbook().book);
    let Some(chapter) = book.at_path(path) else { return Vec::new() };
    let from = handbook.backlinks(chapter).iter().filter(|from| **from != chapter);
    from.map(|from| json!({ "title": book.meta(*from).title, "url": book.url(*from).encoded() })).collect()
}

/// Returns the title of the chapter at `path`, or of a text that it had, or its path.
pub fn title_of(site: &Site, path: &SourcePath, text: Option<&[u8]>) -> String {
    let book = &site.handbook().book;
    let shown = book.at_path(path).map(|chapter| book.meta(chapter).title.clone());
    let old = || Some(site.parsed(path, text?)?.meta.title.clone());
    shown.or_else(old).unwrap_or_else(|| path.to_string())
}
