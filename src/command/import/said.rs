//! Describes what an import read and wrote, the work that is left to do by hand, and the next step.
//!
//! Input: the plan, and the options. Output: text for the terminal.

use std::path::Path;

use super::changes;
use crate::author::import::{Change, Import, NewFile};
use crate::cli;
use crate::command::argument;
use crate::command::load::shown;
use crate::declare::config::FILE;
use crate::text::rule::Rule;
use crate::world::report::plural;

/// Returns the text.
pub fn said(import: &Import, content: &Path, options: &cli::Import) -> String {
    let mut out = String::new();
    for reading in &import.readings {
        out.push_str(&format!("read as {reading}\n"));
    }
    let writes = super::writes(options) && !import.is_refused();
    let verb = if writes { "wrote" } else { "would write" };
    for file in &import.files {
        out.push_str(&format!("{verb} {} ({})\n", shown(content, file.path.as_str()), file.what));
        if options.dry_run {
            out.push_str(&contents(file));
        }
    }
    for change in changes(import, options) {
        out.push_str(&differences(change, &shown(content, change.path.as_str()), writes));
    }
    for lines in &import.by_hand {
        let path = shown(content, lines.path.as_str());
        out.push_str(&format!("\nto add to {path} yourself ({}):\n\n{}\n", lines.what, lines.text));
    }
    if import.is_refused() {
        out.push_str("nothing was written: fix the errors, then import again\n");
        return out;
    }
    out.push_str(&notes(import, content, options));
    out.push_str(&next(import, options));
    out
}

/// Returns the text of a new file, indented.
fn contents(file: &NewFile) -> String {
    let lines: String = file.text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect();
    format!("\n{lines}\n")
}

fn differences(change: &Change, path: &str, writes: bool) -> String {
    let verb = match (writes, change.fills) {
        (true, _) if change.path.as_str() == FILE => "added to",
        (false, _) if change.path.as_str() == FILE => "would add to",
        (true, true) => "filled",
        (false, true) => "would fill",
        (true, false) => "changed",
        (false, false) => "would change",
    };
    let mut words = change.words.iter();
    let first = words.next().map_or("", String::as_str);
    let mut out = format!("{verb} {path} ({}: {first})\n", change.title);
    // A chapter that had nothing has no differences to look at one by one.
    for line in words.filter(|_| !change.fills) {
        out.push_str(&format!("    {line}\n"));
    }
    out
}

fn notes(import: &Import, content: &Path, options: &cli::Import) -> String {
    let mut out = String::new();
    if import.guessed_order {
        let path = shown(content, FILE);
        out.push_str(&format!("The levels have names but no numbers: check whether their order in {path} is right.\n"));
    }
    for note in &import.notes {
        out.push_str(&format!("{note}\n"));
    }
    if import.asks_for_ladder {
        out.push_str("If the table lists roles by seniority, add `--ladder up` (junior first) or `--ladder down`.\n");
    }
    let differing = import.changes.iter().filter(|change| !change.fills).count();
    if differing > 0 && !options.update {
        let chapters =
            if differing == 1 { "1 chapter differs".to_owned() } else { format!("{differing} chapters differ") };
        out.push_str(&format!(
            "{chapters} from the table: `--update` shows how, and `--update --write` changes them.\n"
        ));
    }
    if import.kept > 0 && options.update {
        let parts = if import.kept == 1 { "1 part is".to_owned() } else { format!("{} parts are", import.kept) };
        out.push_str(&format!(
            "{parts} only in the handbook and stay there; `--prune` removes what the table doesn't have.\n"
        ));
    }
    if !import.unmentioned.is_empty() && options.update {
        out.push_str(&format!("Not in the table: {}.\n", import.unmentioned.join(", ")));
    }
    let unused = import.findings.iter().filter(|finding| finding.code == Rule::UnusedRow).count();
    if unused > 0 {
        out.push_str(&format!("{} of the table not used: see above.\n", plural(unused, "part")));
    }
    out
}

fn next(import: &Import, options: &cli::Import) -> String {
    let is_nothing = import.files.is_empty() && changes(import, options).is_empty();
    if is_nothing && options.update {
        return "The handbook says everything that the table says.\n".to_owned();
    }
    match (is_nothing, options.dry_run, super::writes(options)) {
        (true, ..) => "There is nothing new to write.\n".to_owned(),
        (false, true, _) => "Nothing was written, because this was a dry run.\n".to_owned(),
        (false, false, false) => "Nothing was written yet: add `--write` to write these changes.\n".to_owned(),
        (false, false, true) => {
            let dir = argument(&options.dir);
            format!("Next: `rolebook check{dir}` looks it over, `rolebook serve{dir}` shows it.\n")
        }
    }
}
