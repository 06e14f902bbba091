//! `rolebook export`: writes the handbook's files for spreadsheets to a folder.
//!
//! Input: the options. Output: those files of the site that spreadsheets and people outside the
//! handbook use. They are the same bytes as on the site. Never writes anything if there are errors,
//! and never replaces a file that it didn't write.

use serde_json::{Value, json};

use super::build::{failures, write};
use super::load::Loaded;
use super::{Outcome, argument, close, say, say_json};
use crate::cli::Export;
use crate::model::compile::count;
use crate::past::history::Past;
use crate::site::urls::Site;
use crate::text::path::UrlPath;
use crate::world::disk::{Refusal, WriteError};
use crate::world::report;

/// Runs the command.
pub fn run(options: &Export) -> Outcome {
    let loaded = Loaded::of(&options.source, Some(&options.to))?;
    loaded.need_chapters()?;
    let (compiled, _) = loaded.check(&options.source, false)?;
    let (errors, warnings) = count(&compiled.findings);
    if errors > 0 {
        loaded.print_some(&compiled.findings, &compiled.chain);
        if options.json {
            say_json(&record(options, &[], None));
        } else {
            say(&format!("{}; nothing was written", report::summary(errors, warnings)));
        }
        return Ok(false);
    }
    let site = compiled.site(Past::default(), None);
    let urls: Vec<&UrlPath> = site.iter().flat_map(Site::urls).filter(|url| is_exported(url)).collect();
    let Some(site) = site.as_ref().filter(|_| !urls.is_empty()) else {
        let help = "write a role or a competency, or start with `rolebook import`";
        return Err(Refusal::new("there are no roles and no competencies to export", help).into());
    };
    let output = loaded.output()?;
    let written = match write(site, &urls, (&output, &output.inventory(None)?), &|_| {}) {
        Ok(written) => written,
        Err(WriteError::Output(error)) => return Err(error),
        Err(WriteError::Render(failed)) => {
            loaded.print_some(&failures(failed), &compiled.chain);
            if options.json {
                say_json(&record(options, &[], None));
            }
            return Ok(false);
        }
    };
    if options.json {
        say_json(&record(options, &urls, Some(written.written)));
        return Ok(true);
    }
    let place = options.to.display();
    say(&format!("{} exported, {} changed -> {place}", report::plural(urls.len(), "file"), written.written));
    let dir = argument(&options.source.dir);
    close(&format!("Next: edit {place}/matrix.xlsx, then `rolebook import {place}/matrix.xlsx{dir} --update`"));
    Ok(true)
}

/// Returns the report for programs: the files, and how many of them are new or have changed.
fn record(options: &Export, urls: &[&UrlPath], changed: Option<usize>) -> Value {
    let file = |url: &&UrlPath| options.to.join(url.output_file()).display().to_string();
    json!({ "written": changed.is_some(), "files": urls.iter().map(file).collect::<Vec<_>>(), "changed": changed.unwrap_or(0) })
}

/// Returns whether a file of the site is exported: the matrix and the statements as a workbook and
/// as CSV, and the hiring kits as workbooks and as Markdown.
fn is_exported(url: &UrlPath) -> bool {
    let url = url.as_str();
    let is_kit = url.strip_prefix("hiring/").is_some_and(|name| name.ends_with(".md") || name.ends_with(".xlsx"));
    matches!(url, "matrix.xlsx" | "matrix.csv" | "statements.csv") || is_kit
}
