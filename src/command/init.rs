//! `rolebook init`: writes a small handbook to start from.
//!
//! Input: a directory. Output: a project that builds right away, with prompts where authors have to
//! fill in their own text; each prompt is a finding until it is answered. Never overwrites a file.

mod hosts;

use std::io::{IsTerminal as _, Write as _};

use super::{Outcome, argument, close, say, say_json, say_text, writing};
use crate::author::form::known;
use crate::cli::{Destination, Init};
use crate::declare::schema;
use crate::model::compile::{Choices, Compiler};
use crate::text::path::SourcePath;
use crate::text::source::Sources;
use crate::world::disk::{Finished, Refusal, Step, Unwritten, Writer};

/// The files of a new project that don't depend on the host, by path.
const FILES: &[(&str, &str)] = &[
    ("handbook/index.md", include_str!("init/index.md")),
    ("handbook/roles/product-manager.md", include_str!("init/product-manager.md")),
    ("handbook/roles/group-product-manager.md", include_str!("init/group-product-manager.md")),
    ("handbook/competencies/communication.md", include_str!("init/communication.md")),
    ("handbook/strategy/roadmap.md", include_str!("init/roadmap.md")),
    ("handbook/paths/new-product-manager.md", include_str!("init/new-product-manager.md")),
    ("handbook/glossary.md", include_str!("init/glossary.md")),
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
    let host = if finished.is_some() { options.host } else { options.host.or_else(|| ask(options)) };
    let files = files(host);
    if finished.is_none() {
        let step =
            |(path, text): &(&str, String)| Step::Create { path: SourcePath::new(*path), text: text.clone().into() };
        let written = writer.write(writing::deed(WORDS, ""), &files.iter().map(step).collect::<Vec<_>>());
        let written = written.map_err(|unwritten| match unwritten {
            Unwritten::Taken(path) => {
                let place = dir.join(path.as_str());
                let message = format!("`{}` is there already, and nothing was written", place.display());
                Refusal::new(message, "name a new folder, or an empty one").into()
            }
            other => writing::refuse(other, dir),
        })?;
        say_done(options, &files);
        written.told();
        return Ok(true);
    }
    say_done(options, &files);
    finished.iter().for_each(Finished::told);
    Ok(true)
}

/// Returns all files of a new project.
fn files(host: Option<Destination>) -> Vec<(&'static str, String)> {
    let fixed = FILES.iter().map(|(path, text)| (*path, (*text).to_owned()));
    let mut files: Vec<_> = fixed.chain(hosts::files(host)).collect();
    let schema = schema(&files);
    files.push((SCHEMA, schema));
    files
}

/// Asks where the site will be published, if the command runs on a terminal.
fn ask(options: &Init) -> Option<Destination> {
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if options.json || !is_terminal {
        return None;
    }
    say("Where will the handbook be published?");
    for (n, (_, words)) in hosts::ASKED.iter().enumerate() {
        say(&format!("  {}  {words}", n + 1));
    }
    loop {
        say_text("Number or name [7]: ");
        let _ = std::io::stdout().flush();
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer).unwrap_or(0) == 0 {
            return Some(Destination::None);
        }
        if let Some(host) = hosts::chosen(&answer) {
            return Some(host);
        }
        say("Write a number from 1 to 7.");
    }
}

/// Returns the schema of `handbook.toml` that knows the new handbook.
fn schema(files: &[(&'static str, String)]) -> String {
    let chapter = |(path, text): &'_ (&'static str, String)| Some((path.strip_prefix("handbook/")?, text.clone()));
    let texts: Vec<(&str, String)> = files.iter().filter_map(chapter).collect();
    let sources = Sources::from_texts(texts.iter().map(|(path, text)| (*path, text.as_str())));
    let handbook = Compiler::new().compile(&sources, &Choices::default()).ok();
    let names = |word: &str| handbook.as_ref().map(|handbook| known(word, handbook)).unwrap_or_default();
    let schema = schema::in_project("handbook", &names);
    format!("{}\n", serde_json::to_string_pretty(&schema).unwrap_or_default())
}

/// Says where the handbook is and what to do next.
fn say_done(options: &Init, files: &[(&'static str, String)]) {
    let dir = &options.dir;
    if options.json {
        let files: Vec<String> =
            files.iter().map(|(path, _)| dir.join(path).to_string_lossy().replace('\\', "/")).collect();
        return say_json(&serde_json::json!({ "files": files }));
    }
    say(&format!("The handbook is in {}; README.md explains the next steps.", dir.join("handbook").display()));
    let dir = argument(dir);
    close(&format!("Next: `rolebook serve{dir}` shows it; each prompt \"(Fill in: …)\" is for you to answer."));
}
