//! `rolebook init`: writes a small handbook to start from.
//!
//! Input: a folder. Output: a project that builds at once, with prompts where the author's own words belong; each prompt is a finding until it is answered. Never
//! overwrites a file.

use super::{Failure, Outcome, argument, say};
use crate::cli::Init;
use crate::disk::write_new_files;

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

/// Runs the command.
pub fn run(options: &Init) -> Outcome {
    let there = write_new_files(&options.dir, FILES)?;
    if let Some(path) = there {
        return Err(Failure::Refused {
            message: format!("`{}` is there already, and nothing was written", path.display()),
            help: Some("name a new folder, or an empty one".to_owned()),
        });
    }
    let dir = &options.dir;
    say(&format!("A handbook lies in {}; README.md says how to go on.", dir.join("handbook").display()));
    let dir = argument(dir);
    say(&format!("Next: `rolebook serve{dir}` shows it; each prompt \"(Fill in: …)\" is yours to answer."));
    Ok(true)
}
