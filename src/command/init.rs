//! `rolebook init`: writes a small handbook to start from.
//!
//! Input: a directory. Output: a project that builds right away, with prompts where authors have to
//! fill in their own text; each prompt is a finding until it is answered. Never overwrites a file.

use std::path::Path;

use super::{Outcome, argument, say, writing};
use crate::cli::Init;
use crate::text::path::SourcePath;
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
];

/// The words that identify this command if it is interrupted.
const WORDS: &str = "init";

/// Runs the command.
pub fn run(options: &Init) -> Outcome {
    let dir = &options.dir;
    let writer = Writer::beginning(dir, dir);
    let finished = writing::begin(&writer, WORDS, "")?;
    if finished.is_none() {
        let step =
            |(path, text): &(&str, &str)| Step::Create { path: SourcePath::new(*path), text: text.as_bytes().into() };
        let written = writer.write(writing::deed(WORDS, ""), &FILES.iter().map(step).collect::<Vec<_>>());
        let written = written.map_err(|unwritten| match unwritten {
            Unwritten::Taken(path) => {
                let place = dir.join(path.as_str());
                let message = format!("`{}` is there already, and nothing was written", place.display());
                Refusal::new(message, "name a new folder, or an empty one").into()
            }
            other => writing::refuse(other, dir),
        })?;
        say_done(dir);
        written.told();
        return Ok(true);
    }
    say_done(dir);
    finished.iter().for_each(Finished::told);
    Ok(true)
}

/// Says where the handbook is and what to do next.
fn say_done(dir: &Path) {
    say(&format!("The handbook is in {}; README.md explains the next steps.", dir.join("handbook").display()));
    let dir = argument(dir);
    say(&format!("Next: `rolebook serve{dir}` shows it; each prompt \"(Fill in: …)\" is for you to answer."));
}
