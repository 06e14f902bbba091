//! Adopts an export of Confluence or Notion, which is an archive.
//!
//! Input: the archive and the folder for the handbook. Output: a report, and with `--write` the folder.
//! Unpacks in memory, and never overwrites a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{dialects, record};
use crate::author::adopt::{Adoption, Said, Wanted, plan};
use crate::author::exported::{self, Exported, Program};
use crate::cli::Adopt;
use crate::command::pipeline::Pipeline;
use crate::command::{Outcome, argument, say, say_json, say_text, writing};
use crate::model::compile::Choices;
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources, hash_of};
use crate::text::unpack::unpack;
use crate::world::disk::{Failure, Inputs, Refusal, Step, Unwritten, Writer, read_archive};
use crate::world::report::plural;

/// The maximum number of things of one kind that the report lists.
const MOST_LISTED: usize = 12;

/// Runs the command for an archive.
pub fn run(options: &Adopt) -> Outcome {
    let into = into(options);
    let bytes = read_archive(&options.dir)?;
    let name = options.dir.display();
    let files =
        unpack(&bytes).map_err(|refused| Refusal::new(format!("`{name}` {}", refused.message), refused.help))?;
    let dialects = dialects(options);
    let words = format!("adopt {name} {}{dialects} --write", into.display());
    let input = hash_of(&bytes);
    let writer = Writer::beginning(&into, &into);
    if options.write
        && let Some(finished) = writing::begin(&writer, &words, &input)?
    {
        writing::say_finished(&finished, &into);
        return Ok(true);
    }
    let exported = exported::read(files);
    if exported.pages == 0 {
        let message = format!("`{name}` contains no pages that Rolebook can read");
        let help = "export from Confluence as HTML, or from Notion as \"Markdown & CSV\" or HTML";
        return Err(Refusal::new(message, help).into());
    }
    let sources = sources(&exported);
    let title = title(&exported, &into);
    let plan = planned(&sources, &title, options.dialects)?;
    let written = if options.write {
        let result = writer.write(writing::deed(&words, &input), &steps(&plan, &sources));
        Some(result.map_err(|unwritten| match unwritten {
            Unwritten::Taken(path) => {
                let message =
                    format!("`{}` is there already, and nothing was written", into.join(path.as_str()).display());
                Refusal::new(message, "name a folder that doesn't exist, or an empty one").into()
            }
            other => writing::refuse(other, &into),
        })?)
    } else {
        None
    };
    if options.json {
        let shown = |path: &str| into.join(path).display().to_string();
        let files: Vec<String> = plan.after(&sources).files.keys().map(|path| shown(path.as_str())).collect();
        say_json(&record(options, &plan, &files, &shown));
        if let Some(receipt) = &written {
            receipt.told();
        }
        return Ok(true);
    }
    report(options, &into, (&exported, &plan));
    let argument = argument(&into);
    match &written {
        None => {
            say(&format!("\nNothing was written. `rolebook adopt {name}{argument}{dialects} --write` writes this."));
        }
        Some(receipt) => {
            say(&format!(
                "\nNext: `rolebook serve{argument}` shows the handbook, and `rolebook check{argument}` what is left to do."
            ));
            writing::note(receipt, &into);
            receipt.told();
        }
    }
    Ok(true)
}

/// Returns the folder for the handbook: the one that the user named, or one that is called like the archive.
fn into(options: &Adopt) -> PathBuf {
    let stem = options.dir.file_stem().map_or_else(|| PathBuf::from("handbook"), PathBuf::from);
    options.into.clone().unwrap_or(stem)
}

fn title(exported: &Exported, into: &Path) -> String {
    let name = into.file_name().map(|name| name.to_string_lossy().into_owned());
    exported.title.clone().or(name).unwrap_or_else(|| "Handbook".to_owned())
}

fn sources(exported: &Exported) -> Sources {
    let files = exported.files.iter().map(|(path, bytes)| (path.clone(), SourceFile::new(bytes.as_slice())));
    Sources { files: files.collect(), ..Sources::default() }
}

/// Plans the handbook as for a folder of Markdown.
fn planned(sources: &Sources, title: &str, dialects: bool) -> Result<Adoption, Failure> {
    let look = |sources: &Sources| {
        let inputs = Inputs { sources: sources.clone(), ..Inputs::default() };
        let choices = Choices { title: title.to_owned(), ..Choices::default() };
        Ok(Pipeline::default().check(&inputs, &choices, false)?.0.findings)
    };
    let planned = plan(sources, Wanted { title, dialects }, &look);
    planned.map_err(|finding| Refusal::new(finding.message, "name another archive").into())
}

fn steps(plan: &Adoption, sources: &Sources) -> Vec<Step> {
    let after = plan.after(sources);
    let create =
        |(path, file): (&SourcePath, &SourceFile)| Step::Create { path: path.clone(), text: file.bytes.to_vec() };
    after.files.iter().map(create).collect()
}

/// Lists the chapters that would be written.
fn chapters(files: &BTreeMap<SourcePath, Vec<u8>>, shown: &dyn Fn(&str) -> String) -> String {
    let all: Vec<&SourcePath> = files.keys().filter(|path| path.is_chapter()).collect();
    let listed: String = all.iter().take(MOST_LISTED).map(|path| format!("- {}\n", shown(path.as_str()))).collect();
    let more = all.len().saturating_sub(MOST_LISTED);
    let more = if more > 0 { format!("- {more} more\n") } else { String::new() };
    format!("\nWould write {}:\n{listed}{more}", plural(all.len(), "chapter"))
}

/// Says what the archive contains and what becomes of it.
fn report(options: &Adopt, into: &Path, (exported, plan): (&Exported, &Adoption)) {
    let program = match exported.program {
        Program::Confluence => "a space of Confluence",
        Program::Notion => "an export of Notion",
        Program::Other => "an archive of Markdown",
    };
    let (pages, others) = (plural(exported.pages, "page"), plural(exported.attachments, "other file"));
    say(&format!("read as {program}: {pages}, {others}\n"));
    let argument = argument(into);
    let shown = |path: &str| into.join(path).display().to_string();
    let said = Said { shown: &shown, argument: &argument, is_written: options.write, is_new: true };
    say_text(&said.text(plan));
    if !options.write {
        say_text(&chapters(&exported.files, &shown));
    }
    say_text(&exported.text(&shown, &argument, MOST_LISTED));
}
