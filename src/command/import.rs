//! `rolebook import`: turns a spreadsheet of levels or expectations into chapters.
//!
//! Input: the table, and a project or a directory in which to create one. Output: new chapters, and
//! a report of the parts of the table that weren't used. Never changes an existing file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::load::{Loaded, shown};
use super::manners::{is_colored, width};
use super::{Outcome, complain, say_json, say_text, writing};
use crate::author::import::{self, Target, plan};
use crate::cli::Import;
use crate::declare::config::FILE;
use crate::model::compile::{Choices, Handbook};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::front_matter::{self, Format};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::{Text, hash_of};
use crate::world::disk::{self, Failure, Refusal, Step, Unwritten, Writer, read_given};
use crate::world::report;

/// The project that the table is imported into.
struct Project {
    /// The directory of the chapters, which might not exist yet.
    content: PathBuf,
    handbook: Option<Handbook>,
    declares_scale: bool,
    title: String,
    writer: Writer,
}

/// Runs the command.
pub fn run(options: &Import) -> Outcome {
    if !options.file.is_file() {
        let help = "save the table as CSV and name that file; `rolebook import --help` describes the supported layouts";
        return Err(Refusal::new(format!("there is no file `{}`", options.file.display()), help).into());
    }
    let bytes = read_given(&options.file)?;
    let (words, input) = (format!("import {}", options.file.display()), hash_of(&bytes));
    if !options.dry_run && options.dir.is_dir() {
        let root = disk::Project::find(&options.dir)?.root;
        if let Some(finished) = writing::begin(&Writer::beginning(&root, &root), &words, &input)? {
            writing::say_finished(&finished, &root);
            return Ok(true);
        }
    }
    let project = Project::find(&options.dir)?;
    let name = SourcePath::new(options.file.to_string_lossy().replace('\\', "/"));
    let target =
        Target { handbook: project.handbook.as_ref(), declares_scale: project.declares_scale, title: &project.title };
    let import = plan(&name, &bytes, target);
    print_findings(&import.findings, &name, &bytes);
    let mut written = None;
    if !import.is_refused() && !options.dry_run {
        let step = |file: &import::NewFile| Step::Create { path: file.path.clone(), text: file.text.clone().into() };
        let steps: Vec<Step> = import.files.iter().map(step).collect();
        let result = project.writer.write(writing::deed(&words, &input), &steps);
        written = Some(result.map_err(|unwritten| match unwritten {
            Unwritten::Taken(path) => {
                let place = project.content.join(path.as_str());
                let what = "already exists and could not be read as a chapter; nothing was written";
                let help = "move it away or fix it, then import again";
                Refusal::new(format!("`{}` {what}", place.display()), help).into()
            }
            other => writing::refuse(other, &project.content),
        })?);
    }
    if options.json {
        say_json(&record(&import, &project.content, written.is_some()));
    } else {
        say_text(&said(&import, &project.content, options));
    }
    written.iter().for_each(disk::Receipt::told);
    Ok(!import.is_refused())
}

impl Project {
    /// Finds the handbook in `dir`. If there is neither a configuration nor a chapter, the handbook
    /// will be created in `dir/handbook`.
    fn find(dir: &Path) -> Result<Self, Failure> {
        let inside = || if dir == Path::new(".") { PathBuf::from("handbook") } else { dir.join("handbook") };
        if !dir.exists() {
            let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let title = Some(crate::chapter::parse::humanise(&name)).filter(|title| !title.is_empty());
            let title = title.unwrap_or_else(|| "Handbook".to_owned());
            let writer = Writer::beginning(dir, &inside());
            return Ok(Self { content: inside(), handbook: None, declares_scale: false, title, writer });
        }
        let loaded = Loaded::open(dir, None)?;
        let sources = &loaded.inputs.sources;
        let title = loaded.project.title();
        let configuration = sources.bytes(&SourcePath::new(FILE));
        if configuration.is_none() && sources.chapters().next().is_none() {
            let writer = Writer::beginning(dir, &inside());
            return Ok(Self { content: inside(), handbook: None, declares_scale: false, title, writer });
        }
        let handbook = loaded.handbook(&Choices { everyone: true, ..loaded.choices() })?;
        let declares_scale = configuration.is_some_and(|bytes| declares_scale(bytes));
        let (content, writer) = (loaded.project.content.clone(), Writer::of(&loaded.project));
        Ok(Self { content, handbook: Some(handbook), declares_scale, title, writer })
    }
}

fn declares_scale(configuration: &[u8]) -> bool {
    let table = Text::new(configuration).ok().and_then(|text| front_matter::read(&text.text, 0, Format::Toml).ok());
    table.is_some_and(|table| table.entries.iter().any(|entry| entry.key == "scale"))
}

/// Prints findings about the table, which isn't part of any handbook.
fn print_findings(findings: &[Diagnostic], name: &SourcePath, bytes: &[u8]) {
    let bytes: Arc<[u8]> = Arc::from(bytes);
    let files = |place: &Place| match place {
        Place::Content(path, _) if path == name => Some((name.as_str().to_owned(), Some(Arc::clone(&bytes)))),
        _ => None,
    };
    complain(&report::human(findings, &files, is_colored(), width()));
}

/// Returns the report for programs.
fn record(import: &import::Import, content: &Path, written: bool) -> serde_json::Value {
    let file = |file: &import::NewFile| json!({ "path": shown(content, file.path.as_str()), "what": file.what });
    let lines = |lines: &import::Lines| json!({ "path": shown(content, lines.path.as_str()), "what": lines.what, "text": lines.text });
    json!({
        "written": written,
        "files": import.files.iter().map(file).collect::<Vec<_>>(),
        "by_hand": import.by_hand.iter().map(lines).collect::<Vec<_>>(),
    })
}

/// Describes the files that were written, the work that is left to do by hand, and the next step.
fn said(import: &import::Import, content: &Path, options: &Import) -> String {
    let mut out = String::new();
    let verb = if options.dry_run { "would write" } else { "wrote" };
    for file in &import.files {
        out.push_str(&format!("{verb} {} ({})\n", shown(content, file.path.as_str()), file.what));
    }
    for lines in &import.by_hand {
        let path = shown(content, lines.path.as_str());
        out.push_str(&format!("\nto add to {path} yourself ({}):\n\n{}\n", lines.what, lines.text));
    }
    if import.is_refused() {
        out.push_str("nothing was written: fix the errors, then import again\n");
        return out;
    }
    if import.guessed_order {
        let path = shown(content, FILE);
        out.push_str(&format!("The levels have names but no numbers: check whether their order in {path} is right.\n"));
    }
    let unused = import.findings.iter().filter(|finding| finding.code == Rule::UnusedRow).count();
    if unused > 0 {
        let help =
            if options.dry_run { "" } else { "; before you import again, delete the chapters that were written" };
        out.push_str(&format!("{} of the table not used: see above{help}.\n", report::plural(unused, "part")));
    }
    match (import.files.is_empty(), options.dry_run) {
        (true, _) => out.push_str("There is nothing new to write.\n"),
        (false, true) => out.push_str("Nothing was written, because this was a dry run.\n"),
        (false, false) => {
            let dir = super::argument(&options.dir);
            out.push_str(&format!("Next: `rolebook check{dir}` looks it over, `rolebook serve{dir}` shows it.\n"));
        }
    }
    out
}
