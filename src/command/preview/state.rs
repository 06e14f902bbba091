//! Tells an open page whether the site shows what was saved, and if it doesn't, why.
//!
//! Input: the site that is shown, its findings, and the hash of a saved file. Output: whether the
//! site was made from that file, and the finding because of which an earlier state is still shown.

use serde_json::json;

use super::answer::json;
use super::desk::Desk;
use super::undo::sight::may_know;
use super::{Drawn, Shown, lock};
use crate::text::path::SourcePath;
use crate::text::source::hash_of;
use crate::world::disk::read_inside;
use crate::world::server::{Answer, Request};

/// The path of the request.
const STATE: &str = "_rolebook/edit/state";

/// Answers a page that wants to know whether the site shows the saved file `path` with the hash
/// `hash`. Returns `None` for all other requests.
pub fn get(shown: &Shown, desk: &Desk, request: &Request) -> Option<Answer> {
    if request.path != STATE || !desk.edits() {
        return None;
    }
    let (path, hash) = (request.query_value("path")?, request.query_value("hash").unwrap_or_default());
    let path = SourcePath::new(path);
    let site = shown.site.as_ref()?;
    let built = site.sources().bytes(&path).map(|bytes| hash_of(bytes));
    // A chapter that the audience may not know of is answered like one that doesn't exist, unless
    // the page knows its text, because it has just saved it.
    let is_secret = path.is_chapter() && built.as_deref() != Some(&hash) && !may_know(site, &path);
    let built = built.filter(|_| !is_secret);
    let on_disk = read_inside(desk.content(), &path).ok().filter(|_| !is_secret).map(|bytes| hash_of(&bytes));
    // If the file has been changed again since, the site has to show that change.
    let is_there = built.as_deref() == Some(&hash) || (on_disk.as_deref() != Some(&hash) && built == on_disk);
    let handbook = site.handbook();
    let document = handbook.book.at_path(&path).map(|chapter| &handbook.documents[chapter.index()]);
    let is_whole =
        document.is_some_and(|document| Some(blake3::Hash::from(document.body.source).to_hex().to_string()) == built);
    // Other files, such as `handbook.toml`, have no page. They are in use unless they have an error.
    let why = reason(shown, &path).filter(|_| !is_secret);
    let is_shown = is_there && if path.is_chapter() { is_whole || built.is_none() } else { why.is_none() };
    let why = why.filter(|_| is_there && !is_shown);
    Some(json(200, &json!({ "build": shown.build, "arrived": is_there, "shown": is_shown, "why": why })))
}

/// Returns the error because of which a file may not be shown: one in the file itself, or else one
/// in `handbook.toml`.
fn reason(shown: &Shown, path: &SourcePath) -> Option<Drawn> {
    let drawn = lock(&shown.drawn);
    let errors = || drawn.iter().filter(|finding| finding.severity == "error");
    let own = errors().find(|finding| finding.source.as_deref() == Some(path.as_str()));
    let first = own.or_else(|| errors().find(|finding| finding.code == "bad-configuration"));
    first.cloned()
}
