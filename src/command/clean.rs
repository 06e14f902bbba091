//! `rolebook clean`: deletes the built site.
//!
//! Input: the options. Output: the folder without the files that Rolebook wrote, and a closing line.
//! Never deletes a file that it didn't write or that has changed since.

use serde_json::json;

use super::load::Loaded;
use super::{Outcome, close, note, say, say_json};
use crate::cli::Clean;
use crate::world::disk::Output;
use crate::world::report::plural;

/// Runs the command.
pub fn run(options: &Clean) -> Outcome {
    let loaded = Loaded::open(&options.dir, options.out.as_deref())?;
    let place = loaded.out.display();
    if !Output::is_there(&loaded.out) {
        if options.json {
            say_json(&json!({ "out": loaded.out, "removed": [], "kept": [] }));
        } else {
            close(&format!("There is no built site in {place}, so there is nothing to delete."));
        }
        return Ok(true);
    }
    let done = loaded.output()?.remove(options.dry_run)?;
    let kept: Vec<&String> = done.kept_edited.iter().chain(&done.kept_foreign).collect();
    if options.json {
        say_json(&json!({ "out": loaded.out, "deleted": !options.dry_run, "removed": done.removed, "kept": kept }));
        return Ok(true);
    }
    for name in done.kept_edited.iter().take(10) {
        note(&format!("`{name}` was edited by hand after it was written, so it was kept"));
    }
    if options.dry_run {
        done.removed.iter().for_each(|name| say(&format!("would delete {}", loaded.out.join(name).display())));
        close(&format!(
            "{} would be deleted; nothing was, because this was a dry run.",
            plural(done.removed.len(), "file")
        ));
        return Ok(true);
    }
    let kept = match done.kept_foreign.len() {
        0 => String::new(),
        n => format!("; {} that Rolebook did not write stay", plural(n, "file")),
    };
    close(&format!("{} deleted from {place}{kept}", plural(done.removed.len(), "file")));
    Ok(true)
}
