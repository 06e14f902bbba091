//! `rolebook import`: turns a spreadsheet of levels or expectations into chapters.
//!
//! Input: the table, and a project or a directory in which to create one. Output: new chapters, and
//! a report of the parts of the table that weren't used. Never changes an existing file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::load::{Loaded, is_colored, shown};
use super::{Failure, Outcome, say_text, writing};
use crate::author::import::{self, Target, plan};
use crate::cli::{Import, Source};
use crate::declare::config::FILE;
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::front_matter::{self, Format};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::Text;
use crate::world::disk::{self, Deed, Step, Unwritten, Writer, read_given};
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
        return Err(Failure::Refused {
            message: format!("there is no file `{}`", options.file.display()),
            help: Some(
                "name the table that you saved as CSV; `rolebook import --help` shows which are understood".to_owned(),
            ),
        });
    }
    let bytes = read_given(&options.file)?;
    let (words, input) = (format!("import {}", options.file.display()), blake3::hash(&bytes).to_hex().to_string());
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
        let deed = Deed { command: "import", words: &words, input: &input, at: writing::now() };
        let result = project.writer.write(deed, &import.files.iter().map(step).collect::<Vec<_>>());
        written = Some(result.map_err(|unwritten| match unwritten {
            Unwritten::Taken(path) => Failure::Refused {
                message: format!(
                    "`{}` is there already and is no chapter that could be read; nothing was written",
                    project.content.join(path.as_str()).display()
                ),
                help: Some("move it away, or mend it, and import again".to_owned()),
            },
            other => writing::refuse(other, &project.content),
        })?);
    }
    say_text(&said(&import, &project.content, options));
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
        let source = Source { dir: dir.to_path_buf(), drafts: true, audience: None, base_url: None };
        let loaded = Loaded::read(&source, None)?;
        loaded.need_settings()?;
        let sources = &loaded.inputs.sources;
        let title = loaded.project.title();
        let configuration = sources.bytes(&SourcePath::new(FILE));
        if configuration.is_none() && sources.chapters().next().is_none() {
            let writer = Writer::beginning(dir, &inside());
            return Ok(Self { content: inside(), handbook: None, declares_scale: false, title, writer });
        }
        let choices = Choices { title: title.clone(), drafts: true, everyone: true, ..Choices::default() };
        let handbook = Compiler::new().compile(sources, &choices).map_err(|finding| loaded.refuse(&finding))?;
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
    let text = report::human(findings, &files, is_colored(), 120);
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
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
        out.push_str("nothing was written: mend what is marked as an error, then import again\n");
        return out;
    }
    if import.guessed_order {
        let path = shown(content, FILE);
        out.push_str(&format!("The levels have names and no numbers: see whether their order in {path} is right.\n"));
    }
    let unused = import.findings.iter().filter(|finding| finding.code == Rule::UnusedRow).count();
    if unused > 0 {
        let help = if options.dry_run { "" } else { "; to import again, delete the chapters written first" };
        out.push_str(&format!("{} of the table not used: see above{help}.\n", plural(unused, "part")));
    }
    match (import.files.is_empty(), options.dry_run) {
        (true, _) => out.push_str("There is nothing new to write.\n"),
        (false, true) => out.push_str("Nothing was written, since this was a dry run.\n"),
        (false, false) => {
            let dir = super::argument(&options.dir);
            out.push_str(&format!("Next: `rolebook check{dir}` looks it over, `rolebook serve{dir}` shows it.\n"));
        }
    }
    out
}

fn plural(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}
