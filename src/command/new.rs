//! `rolebook new`: writes a new chapter with the fields and sections of its kind.
//!
//! Input: a kind, a title and a project. Output: one new file. Never overwrites.

use super::load::{Loaded, shown};
use super::{Failure, Outcome, argument, say};
use crate::cli::{New, Source};
use crate::compile::{Choices, Compiler};
use crate::disk::write_new_files;
use crate::document::Kind;
use crate::draft::draft;

/// Runs the command.
pub fn run(options: &New) -> Outcome {
    let source = Source { dir: options.dir.clone(), drafts: true, audience: None, base_url: None };
    let loaded = Loaded::read(&source, None)?;
    let choices = Choices { title: loaded.project.title(), drafts: true, everyone: true, ..Choices::default() };
    let handbook =
        Compiler::new().compile(&loaded.inputs.sources, &choices).map_err(|finding| loaded.refuse(&finding))?;
    let kind = Kind::from_name(&options.kind).unwrap_or(Kind::Page);
    let draft = draft(kind, &options.title, options.folder.as_deref(), &handbook)
        .map_err(|why| Failure::Refused { message: why.message, help: Some(why.help) })?;
    let content = &loaded.project.content;
    if let Some(place) = write_new_files(content, &[(draft.path.as_str(), &draft.text)])? {
        return Err(Failure::Refused {
            message: format!("`{}` is there already, and nothing was written", place.display()),
            help: Some("give the new chapter another title, or go on in that file".to_owned()),
        });
    }
    let dir = argument(&options.dir);
    say(&format!("wrote {}", shown(content, draft.path.as_str())));
    say(&format!(
        "Next: answer its prompts \"(Fill in: …)\", and link to it as [[{}]]; `rolebook check{dir}` lists what is open.",
        draft.id
    ));
    Ok(true)
}
