//! `rolebook schema`: prints JSON Schemas for editors.
//!
//! Input: a kind, or nothing, and maybe a project. Output: JSON on standard output. With a project,
//! the schemas list its owners, tracks, levels and chapters, so that editors complete them.

use super::load::Loaded;
use super::{Outcome, say};
use crate::author::form::known;
use crate::cli::Schema;
use crate::declare::schema;
use crate::text::near::{did_you_mean, nearest};
use crate::world::disk::Refusal;

/// Runs the command.
pub fn run(options: &Schema) -> Outcome {
    let handbook = match &options.project {
        None => None,
        Some(dir) => {
            let loaded = Loaded::open(dir, None)?;
            Some(loaded.handbook(&loaded.choices())?)
        }
    };
    let names = |word: &str| handbook.as_ref().map(|handbook| known(word, handbook)).unwrap_or_default();
    let found = match options.kind.as_deref() {
        None => Some(schema::all(&names)),
        Some(kind) => schema::in_project(kind, &names),
    };
    let Some(document) = found else {
        let kind = options.kind.clone().unwrap_or_default();
        let names = schema::names();
        let help = did_you_mean(&nearest(&kind, names.iter().copied(), 1));
        let help = help.unwrap_or_else(|| format!("there are {}", names.join(", ")));
        return Err(Refusal::new(format!("there is no schema for `{kind}`"), help).into());
    };
    say(&serde_json::to_string_pretty(&document).unwrap_or_default());
    Ok(true)
}
