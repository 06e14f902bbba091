//! `rolebook schema`: prints JSON Schemas for editors.
//!
//! Input: a kind, or nothing. Output: JSON on standard output.

use super::{Outcome, say};
use crate::cli::Schema;
use crate::declare::schema;
use crate::text::near::{did_you_mean, nearest};
use crate::world::disk::Refusal;

/// Runs the command.
pub fn run(options: &Schema) -> Outcome {
    let found = match options.kind.as_deref() {
        None => Some(schema::all()),
        Some(kind) => schema::of(kind),
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
