//! Begins a chapter and renames one, from forms in an open page.
//!
//! Input: the site that is shown and what the form says. Output: files, written as `rolebook new` and `rolebook mv` write them. Never overwrites a file, and refuses what
//! would give the handbook a finding that it has not now.

use std::path::Path;

use serde::Deserialize;

use super::desk::{address, json, refuse};
use super::edit::failed;
use crate::command::mv::changes;
use crate::compile::{Choices, Compiler};
use crate::disk::{relocate, write_new_files};
use crate::document::Kind;
use crate::draft::draft;
use crate::path::SourcePath;
use crate::relocate::{NoMove, plan};
use crate::server::Answer;
use crate::site::Site;

/// A chapter to begin.
#[derive(Debug, Deserialize)]
pub struct Begin {
    /// A kind's name.
    kind: String,
    title: String,
}

/// A chapter to rename.
#[derive(Debug, Deserialize)]
pub struct Rename {
    /// The path of its page.
    page: String,
    /// What its file is to be called, or where it is to lie in the content folder.
    name: String,
}

/// Begins a chapter.
pub fn begin(site: &Site, content: &Path, wanted: &Begin) -> Answer {
    let Some(kind) = Kind::from_name(&wanted.kind) else { return refuse(400, "There is no such kind of chapter.") };
    // Drafts and what some must not see take names too.
    let title = site.handbook().config.title.clone();
    let choices = Choices { title, drafts: true, everyone: true, ..Choices::default() };
    let Ok(handbook) = Compiler::new().compile(site.sources(), &choices) else {
        return refuse(409, "`handbook.toml` cannot be read just now. Nothing was written.");
    };
    let draft = match draft(kind, &wanted.title, None, &handbook) {
        Ok(draft) => draft,
        Err(why) => return refuse(422, &sentences(&why.message, &why.help)),
    };
    match write_new_files(content, &[(draft.path.as_str(), &draft.text)]) {
        Ok(None) => json(200, &serde_json::json!({ "path": draft.path.as_str() })),
        Ok(Some(_)) => refuse(409, &format!("`{}` is there already. Give the new chapter another title.", draft.path)),
        Err(error) => failed(&error),
    }
}

/// Renames a chapter and leads every reference to its new place.
pub fn rename(site: &Site, content: &Path, wanted: &Rename) -> Answer {
    let Some(path) = site.chapter_at(&address(&wanted.page)) else {
        return refuse(404, "This page is not made from one chapter.");
    };
    let planned = plan(site.sources(), &site.handbook().config.title, path.as_str(), &wanted.name);
    let plan = match planned {
        Ok(plan) => plan,
        Err(NoMove::Refused(message, help)) => return refuse(422, &sentences(&message, &help)),
        Err(NoMove::Unreadable(finding)) => return refuse(409, &sentences(&finding.message, "Nothing was moved")),
        Err(NoMove::Breaks(findings, _)) => {
            let first = findings.first().map_or("", |finding| finding.message.as_str());
            return refuse(
                422,
                &sentences(&format!("the handbook would have a mistake: {first}"), "nothing was moved"),
            );
        }
    };
    match relocate(content, &changes(&plan, site.sources())) {
        Ok(()) => {
            json(200, &serde_json::json!({ "path": plan.new_place(&path).as_str(), "references": plan.references }))
        }
        Err(error) => failed(&error),
    }
}

/// Returns the page of a chapter's file, once there is one.
pub fn page(site: &Site, path: &SourcePath) -> Answer {
    match site.page_of(path, None) {
        Some(url) => json(200, &serde_json::json!({ "url": url })),
        None => json(200, &()),
    }
}

/// Messages begin small and end without a full stop, as terminals like it.
fn sentences(message: &str, help: &str) -> String {
    let sentence = |text: &str| {
        let mut chars = text.chars();
        chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
    };
    format!("{} {}", sentence(message), sentence(help))
}
