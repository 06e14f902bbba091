//! `rolebook init`: writes a small handbook to start from.
//!
//! Input: a directory. Output: a project that builds right away, with prompts where authors have to
//! fill in their own text; each prompt is a finding until it is answered. Never overwrites a file.

use super::{Outcome, argument, close, say, say_json, writing};
use crate::author::form::known;
use crate::cli::Init;
use crate::declare::schema;
use crate::model::compile::{Choices, Compiler};
use crate::text::path::SourcePath;
use crate::text::source::Sources;
use crate::world::disk::{Finished, Refusal, Step, Unwritten, Writer};

/// The files of a new project, by path.
const FILES: &[(&str, &str)] = &[
    ("handbook/handbook.toml", include_str!("init/handbook.toml")),
    ("handbook/index.md", include_str!("init/index.md")),
    ("handbook/roles/product-manager.md", include_str!("init/product-manager.md")),
    ("handbook/roles/group-product-manager.md", include_str!("init/group-product-manager.md")),
    ("handbook/competencies/communication.md", include_str!("init/communication.md")),
    ("handbook/strategy/roadmap.md", include_str!("init/roadmap.md")),
    ("handbook/paths/new-product-manager.md", include_str!("init/new-product-manager.md")),
    ("handbook/glossary.md", include_str!("init/glossary.md")),
    ("README.md", include_str!("init/README.md")),
    ("netlify.toml", include_str!("init/netlify.toml")),
    (".github/workflows/handbook.yml", include_str!("init/handbook.yml")),
    (".gitlab-ci.yml", include_str!("init/gitlab-ci.yml")),
    (".gitignore", "/public\n"),
    (".vscode/settings.json", include_str!("init/settings.json")),
];

/// The file with which an editor completes and checks `handbook.toml`.
const SCHEMA: &str = ".vscode/handbook.schema.json";

/// The words that identify this command if it is interrupted.
const WORDS: &str = "init";

/// Runs the command.
pub fn run(options: &Init) -> Outcome {
    let dir = &options.dir;
    let writer = Writer::beginning(dir, dir);
    let finished = writing::begin(&writer, WORDS, "")?;
    if finished.is_none() {
        let schema = schema();
        let files = FILES.iter().copied().chain([(SCHEMA, schema.as_str())]);
        let step = |(path, text): (&str, &str)| Step::Create { path: SourcePath::new(path), text: text.into() };
        let written = writer.write(writing::deed(WORDS, ""), &files.map(step).collect::<Vec<_>>());
        let written = written.map_err(|unwritten| match unwritten {
            Unwritten::Taken(path) => {
                let place = dir.join(path.as_str());
                let message = format!("`{}` is there already, and nothing was written", place.display());
                Refusal::new(message, "name a new folder, or an empty one").into()
            }
            other => writing::refuse(other, dir),
        })?;
        say_done(options);
        written.told();
        return Ok(true);
    }
    say_done(options);
    finished.iter().for_each(Finished::told);
    Ok(true)
}

/// Returns the schema of `handbook.toml` that knows the new handbook.
fn schema() -> String {
    let chapter = |(path, text): &(&'static str, &'static str)| Some((path.strip_prefix("handbook/")?, *text));
    let sources = Sources::from_texts(FILES.iter().filter_map(chapter));
    let handbook = Compiler::new().compile(&sources, &Choices::default()).ok();
    let names = |word: &str| handbook.as_ref().map(|handbook| known(word, handbook)).unwrap_or_default();
    let schema = schema::in_project("handbook", &names);
    format!("{}\n", serde_json::to_string_pretty(&schema).unwrap_or_default())
}

/// Says where the handbook is and what to do next.
fn say_done(options: &Init) {
    let dir = &options.dir;
    if options.json {
        let names = FILES.iter().map(|(path, _)| *path).chain([SCHEMA]);
        let files: Vec<String> = names.map(|path| dir.join(path).to_string_lossy().replace('\\', "/")).collect();
        return say_json(&serde_json::json!({ "files": files }));
    }
    say(&format!("The handbook is in {}; README.md explains the next steps.", dir.join("handbook").display()));
    let dir = argument(dir);
    close(&format!("Next: `rolebook serve{dir}` shows it; each prompt \"(Fill in: …)\" is for you to answer."));
}
