//! Changes the level that a role expects of a competency, from a cell of the matrix.
//!
//! Input: the pages of the role and the competency, the level that the cell shows and the new one.
//! Output: one changed line in the role's front matter. Refuses the change if the level in the file
//! has changed in the meantime, or if the role inherits the level from another role.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{address, failed, json, refuse};
use super::edit::write_as;
use crate::author::edit::{Refused, Wanted as Level, expect};
use crate::chapter::document::{Document, Facts};
use crate::model::book::{ChapterId, RoleView, role_of};
use crate::model::link::means_competency;
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::text::source::hash_of;
use crate::world::disk::{Unwritten, Writer, read_inside};
use crate::world::server::Answer;

/// A cell and its new level; no level means *not expected*.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The path of the role's page.
    role: String,
    /// The path of the competency's page.
    competency: String,
    /// The level that the cell shows.
    was: Option<u8>,
    /// The new level.
    level: Option<u8>,
}

/// Answers with the levels of the scale, and those that only a track or a family has.
pub fn scale(site: &Site) -> Answer {
    let levels = site.handbook().config.all_levels();
    let steps = levels.iter().map(|(level, name)| json!({ "level": level, "name": name }));
    json(200, &steps.collect::<Vec<Value>>())
}

/// Writes the level to the role's file.
pub fn save(site: &Site, writer: &Writer, wanted: &Wanted) -> Answer {
    let handbook = site.handbook();
    let book = &handbook.book;
    let chapter = |page: &str| site.chapter_at(&address(page)).and_then(|path| book.at_path(&path));
    let (Some(role), Some(competency)) = (chapter(&wanted.role), chapter(&wanted.competency)) else {
        return refuse(404, "This role or competency is not part of the handbook any more.");
    };
    let is_competency = matches!(book.meta(competency).facts, Facts::Competency(_));
    if role_of(book, role).is_none() || !is_competency {
        return refuse(404, "This is not a cell of the matrix.");
    }
    let scope = book.relations.roles.get(&role).map(RoleView::scope).unwrap_or_default();
    let scope = book.scope(competency, scope);
    let step = wanted.level.map(|level| handbook.config.level_at(level, scope));
    let Some(step) = step.map_or(Some(None), |found| found.map(Some)) else {
        return refuse(400, "The scale has no such level.");
    };
    let level = step.map(|step| Level { number: step.level, name: &step.name });
    let path = &book.meta(role).path;
    let bytes = match read_inside(writer.content(), path) {
        Ok(bytes) => bytes,
        Err(error) => return failed(&Unwritten::Machine(error)),
    };
    let Some(document) = site.parsed(path, &bytes) else {
        return refuse(409, "The role's file cannot be read just now. Nothing was changed.");
    };
    if expected(site, &document, role, competency) != wanted.was {
        return refuse(409, "This level was changed in the meantime. Look at it again, and then choose.");
    }
    let is_key = |key: &str| means_competency(key, competency, role, book);
    match expect(&bytes, &is_key, book.id(competency), level) {
        Ok(after) => match save_as(writer, path, (bytes, after)) {
            Ok(hash) => json(200, &json!({ "path": path.as_str(), "hash": hash })),
            Err(error) => failed(&error),
        },
        Err(Refused::NotHere) => refuse(
            422,
            "This level comes from the role that this one extends: change it there, or choose a level of its own here.",
        ),
        Err(Refused::Form | Refused::Unreadable) => {
            refuse(422, "The role's front matter has a form that cannot be changed from here: change it in the file.")
        }
    }
}

/// Writes the file, and returns the hash of its new text.
fn save_as(writer: &Writer, path: &SourcePath, (before, after): (Vec<u8>, Vec<u8>)) -> Result<String, Unwritten> {
    let hash = hash_of(&after);
    write_as(writer, &format!("level {path}"), (path, before, after))?;
    Ok(hash)
}

/// Returns the level that is in the role's file now, or the level that the role inherits from
/// another role.
fn expected(site: &Site, document: &Document, role: ChapterId, competency: ChapterId) -> Option<u8> {
    let book = &site.handbook().book;
    let Facts::Role(facts) = &document.meta.facts else { return None };
    let own = facts.competencies.iter().find(|(reference, _)| {
        let target = document.outline.references.get(*reference as usize).map(|reference| reference.target.as_str());
        target.is_some_and(|target| means_competency(target, competency, role, book))
    });
    let inherited = || book.relations.expectation(role, competency).filter(|found| found.from.is_some());
    own.map(|(_, level)| *level).or_else(|| inherited().map(|found| found.level))
}
