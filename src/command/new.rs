//! `rolebook new`: writes a new chapter with the front matter fields and sections of its kind.
//!
//! Input: a kind, a title and a project. Output: one new file. Never overwrites a file.

use super::load::{Loaded, shown};
use super::{Failure, Outcome, argument, say, writing};
use crate::author::draft::draft;
use crate::cli::{New, Source};
use crate::declare::kind::Kind;
use crate::model::compile::{Choices, Compiler};
use crate::world::disk::{Deed, Project, Step, Writer};

/// Runs the command.
pub fn run(options: &New) -> Outcome {
    let folder = options.folder.as_deref().map(|folder| format!(" --in {folder}")).unwrap_or_default();
    let words = format!("new {} {}{folder}", options.kind, options.title);
    if options.dir.is_dir() {
        let project = Project::find(&options.dir)?;
        if let Some(finished) = writing::begin(&Writer::of(&project), &words, "")? {
            writing::say_finished(&finished, &project.root);
            return Ok(true);
        }
    }
    let source = Source { dir: options.dir.clone(), drafts: true, audience: None, base_url: None };
    let loaded = Loaded::read(&source, None)?;
    loaded.need_settings()?;
    let choices = Choices { title: loaded.project.title(), drafts: true, everyone: true, ..Choices::default() };
    let handbook =
        Compiler::new().compile(&loaded.inputs.sources, &choices).map_err(|finding| loaded.refuse(&finding))?;
    let kind = Kind::from_name(&options.kind).unwrap_or(Kind::Page);
    let draft = draft(kind, &options.title, options.folder.as_deref(), &handbook)
        .map_err(|why| Failure::Refused { message: why.message, help: Some(why.help) })?;
    let content = &loaded.project.content;
    let step = Step::Create { path: draft.path.clone(), text: draft.text.into_bytes() };
    let deed = Deed { command: "new", words: &words, input: "", at: writing::now() };
    let written = Writer::of(&loaded.project).write(deed, &[step]);
    let written = written.map_err(|unwritten| writing::refuse(unwritten, content))?;
    let dir = argument(&options.dir);
    say(&format!("wrote {}", shown(content, draft.path.as_str())));
    say(&format!(
        "Next: answer its prompts \"(Fill in: …)\", and link to it as [[{}]]; `rolebook check{dir}` lists what is open.",
        draft.id
    ));
    written.told();
    Ok(true)
}
