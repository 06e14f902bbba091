//! `rolebook new`: writes a new chapter with the front matter fields and sections of its kind.
//!
//! Input: a kind, a title and a project. Output: one new file. Never overwrites a file.

use super::load::{Loaded, shown};
use super::{Outcome, argument, close, say, say_json, writing};
use crate::author::draft::draft;
use crate::cli::New;
use crate::declare::kind::Kind;
use crate::model::compile::Choices;
use crate::world::disk::{Refusal, Step, Writer};

/// Runs the command.
pub fn run(options: &New) -> Outcome {
    let folder = options.folder.as_deref().map(|folder| format!(" --in {folder}")).unwrap_or_default();
    let words = format!("new {} {}{folder}", options.kind, options.title);
    if writing::resumes(&options.dir, &words)? {
        return Ok(true);
    }
    let loaded = Loaded::open(&options.dir, None)?;
    let handbook = loaded.handbook(&Choices { everyone: true, ..loaded.choices() })?;
    let kind = Kind::from_name(&options.kind).unwrap_or(Kind::Page);
    let draft = draft(kind, &options.title, options.folder.as_deref(), &handbook)
        .map_err(|why| Refusal::new(why.message, why.help))?;
    let content = &loaded.project.content;
    let step = Step::Create { path: draft.path.clone(), text: draft.text.into_bytes() };
    let written = Writer::of(&loaded.project).write(writing::deed(&words, ""), &[step]);
    let written = written.map_err(|unwritten| writing::refuse(unwritten, content))?;
    let dir = argument(&options.dir);
    let place = shown(content, draft.path.as_str());
    if options.json {
        say_json(&serde_json::json!({ "path": place, "id": draft.id }));
        written.told();
        return Ok(true);
    }
    say(&format!("wrote {place}"));
    close(&format!(
        "Next: answer its prompts \"(Fill in: …)\", and link to it as [[{}]]; `rolebook check{dir}` lists what is open.",
        draft.id
    ));
    written.told();
    Ok(true)
}
