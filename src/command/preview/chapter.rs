//! Creates and renames chapters, as requested by forms in an open page.
//!
//! Input: the site that is shown, and the contents of the form. Output: the same files that
//! `rolebook new` and `rolebook mv` would write. Never overwrites a file, and refuses changes that
//! would add findings to the handbook or show hidden chapters to more readers.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{address, failed, json, refuse, sentences};
use super::opens;
use crate::author::draft::draft;
use crate::author::relocate::{NoMove, plan};
use crate::command::mv::steps;
use crate::command::writing::deed;
use crate::declare::kind::Kind;
use crate::model::compile::{Choices, Compiler};
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::world::disk::{Receipt, Step, Unwritten, Writer};
use crate::world::server::Answer;

/// A request for a new chapter.
#[derive(Debug, Deserialize)]
pub struct Begin {
    /// The name of a kind.
    kind: String,
    title: String,
    /// The folder in the content directory, if it isn't the usual one of the kind.
    folder: Option<String>,
}

/// A request to rename a chapter.
#[derive(Debug, Deserialize)]
pub struct Rename {
    /// The path of the chapter's page.
    page: String,
    /// The new name of the file, or its new path in the content directory.
    name: String,
}

/// Creates a chapter.
pub fn begin(site: &Site, writer: &Writer, wanted: &Begin) -> Answer {
    let Some(kind) = Kind::from_name(&wanted.kind) else { return refuse(400, "There is no such kind of chapter.") };
    // Drafts and chapters that only some audiences see occupy names too.
    let title = site.handbook().config.title.clone();
    let choices = Choices { title, drafts: true, everyone: true, ..Choices::default() };
    let Ok(handbook) = Compiler::new().compile(site.sources(), &choices) else {
        return refuse(409, "`handbook.toml` cannot be read just now. Nothing was written.");
    };
    let draft = match draft(kind, &wanted.title, wanted.folder.as_deref(), &handbook) {
        Ok(draft) => draft,
        Err(why) => {
            // If the site that is shown has no such chapter, the page may not learn where it is.
            let is_known = draft(kind, &wanted.title, wanted.folder.as_deref(), site.handbook()).is_err();
            let taken = "This name is taken already. Choose another title.".to_owned();
            return refuse(422, &if is_known { sentences(&why.message, &why.help) } else { taken });
        }
    };
    let words = format!("new {} {}", wanted.kind, wanted.title);
    let step = Step::Create { path: draft.path.clone(), text: draft.text.into_bytes() };
    match writer.write(deed(&words, ""), &[step]) {
        Err(Unwritten::Taken(_)) => {
            refuse(409, &format!("`{}` is there already. Give the new chapter another title.", draft.path))
        }
        written => told(written, &json!({ "path": draft.path.as_str() })),
    }
}

/// Renames a chapter and updates every reference to it.
pub fn rename(site: &Site, writer: &Writer, wanted: &Rename) -> Answer {
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
    if let Some(refusal) = plan.moves.iter().find_map(|moved| writer.check_new(&moved.to).err()) {
        return refuse(422, &sentences(&refusal.message, &refusal.help));
    }
    let place = |path: &SourcePath| plan.new_place(path);
    if let Some(why) = opens::refusal(site, &plan.after(site.sources()), ("moving this chapter", &place)) {
        return refuse(422, &why);
    }
    let words = format!("mv {path} {}", wanted.name);
    let written = writer.write(deed(&words, ""), &steps(&plan, site.sources()));
    told(written, &json!({ "path": plan.new_place(&path).as_str(), "references": plan.references }))
}

/// Answers with `value` if the files were written.
fn told(written: Result<Receipt, Unwritten>, value: &Value) -> Answer {
    match written {
        Ok(written) => {
            written.told();
            json(200, value)
        }
        Err(unwritten) => failed(&unwritten),
    }
}

/// Returns the URL of a chapter's page, or an empty answer if there is no page for it yet.
pub fn page(site: &Site, path: &SourcePath) -> Answer {
    match site.page_of(path, None) {
        Some(url) => json(200, &json!({ "url": url })),
        None => json(200, &()),
    }
}
