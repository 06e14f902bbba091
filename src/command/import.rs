//! `rolebook import`: turns a spreadsheet of levels or expectations into chapters, and updates
//! chapters from a newer one.
//!
//! Input: the file, and a project or a directory in which to create one. Output: new chapters,
//! chapters filled or changed if that was asked for, and a report of what wasn't used. Asks on a
//! terminal what a table can't say. Never writes a difference that it hasn't shown.

mod ask;
mod said;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::load::{Loaded, shown};
use super::manners::{is_colored, width};
use super::{Outcome, complain, say_json, say_text, writing};
use crate::author::import::{self, Choices as Wanted, EachSheet, Ladder, Target, plan};
use crate::cli::{Import, ImportLadder, ImportLevels, ImportSheet};
use crate::declare::config::FILE;
use crate::declare::kind::Levels;
use crate::model::compile::{Choices, Handbook};
use crate::text::diagnostic::Place;
use crate::text::front_matter::{self, Format};
use crate::text::path::SourcePath;
use crate::text::source::{Sources, Text, hash_of};
use crate::world::disk::{self, Failure, Refusal, Step, Unwritten, Writer, read_given};
use crate::world::report;

/// The project that the table is imported into.
struct Project {
    /// The directory of the chapters, which might not exist yet.
    content: PathBuf,
    handbook: Option<Handbook>,
    sources: Option<Sources>,
    declares_scale: bool,
    title: String,
    writer: Writer,
}

/// Runs the command.
pub fn run(options: &Import) -> Outcome {
    if !options.file.is_file() {
        let help =
            "name a workbook (`.xlsx` or `.ods`), a CSV file, or a file with a table in Markdown, HTML, JSON or YAML";
        return Err(Refusal::new(format!("there is no file `{}`", options.file.display()), help).into());
    }
    let bytes = read_given(&options.file)?;
    let (words, input) = (format!("import {}", options.file.display()), input_of(&bytes, options));
    if writes(options) && options.dir.is_dir() {
        let root = disk::Project::find(&options.dir)?.root;
        if let Some(finished) = writing::begin(&Writer::beginning(&root, &root), &words, &input)? {
            writing::say_finished(&finished, &root);
            return Ok(true);
        }
    }
    let project = Project::find(&options.dir)?;
    let name = SourcePath::new(options.file.to_string_lossy().replace('\\', "/"));
    let target = project.target();
    let mut wanted = choices(options);
    let mut import = plan(&name, &bytes, target, &wanted);
    if ask::more(&import, &mut wanted) {
        import = plan(&name, &bytes, target, &wanted);
    }
    print_findings(&import);
    let mut written = None;
    if !import.is_refused() && writes(options) {
        let steps = steps(&import, options);
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
        say_text(&said::said(&import, &project.content, options));
    }
    if let Some(receipt) = &written {
        writing::note(receipt, &project.content);
        receipt.told();
    }
    Ok(!import.is_refused())
}

/// Returns whether the command writes anything. An update only shows the differences unless it is
/// told to write them.
fn writes(options: &Import) -> bool {
    !options.dry_run && (!options.update || options.write)
}

/// Returns the hash of everything that the plan depends on, apart from the handbook.
fn input_of(bytes: &[u8], options: &Import) -> String {
    let flags = format!(
        "{:?} {:?} {:?} {:?} {} {} {:?} {:?} {:?}",
        options.sheet,
        options.ladder,
        options.scale,
        options.levels,
        options.update,
        options.prune,
        options.track,
        options.family,
        options.each_sheet
    );
    hash_of(&[bytes, b"\0", flags.as_bytes()].concat())
}

fn choices(options: &Import) -> Wanted {
    let names = options.scale.iter().flat_map(|names| names.split(',')).map(str::trim);
    Wanted {
        sheets: options.sheet.clone(),
        ladder: options.ladder.map(|ladder| match ladder {
            ImportLadder::Up => Ladder::Up,
            ImportLadder::Down => Ladder::Down,
            ImportLadder::No => Ladder::No,
        }),
        scale: names.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        levels: options.levels.map(|levels| match levels {
            ImportLevels::AddUp => Levels::AddUp,
            ImportLevels::Replace => Levels::Replace,
        }),
        prunes: options.prune,
        track: options.track.clone(),
        family: options.family.clone(),
        each_sheet: options.each_sheet.map(|sheet| match sheet {
            ImportSheet::Track => EachSheet::Track,
            ImportSheet::Family => EachSheet::Family,
            ImportSheet::Part => EachSheet::Part,
        }),
    }
}

/// Returns the changes to write: without `--update`, only those that fill chapters.
fn changes<'a>(import: &'a import::Import, options: &Import) -> Vec<&'a import::Change> {
    import.changes.iter().filter(|change| change.fills || options.update).collect()
}

fn steps(import: &import::Import, options: &Import) -> Vec<Step> {
    let created =
        import.files.iter().map(|file| Step::Create { path: file.path.clone(), text: file.text.clone().into() });
    let changed = changes(import, options).into_iter().map(|change| Step::Replace {
        path: change.path.clone(),
        before: change.before.to_vec(),
        after: change.after.clone(),
    });
    created.chain(changed).collect()
}

impl Project {
    /// Finds the handbook in `dir`. If there is neither a configuration nor a chapter, the handbook
    /// will be created in `dir/handbook`.
    fn find(dir: &Path) -> Result<Self, Failure> {
        let inside = || if dir == Path::new(".") { PathBuf::from("handbook") } else { dir.join("handbook") };
        let empty = |title: String| {
            let writer = Writer::beginning(dir, &inside());
            Self { content: inside(), handbook: None, sources: None, declares_scale: false, title, writer }
        };
        if !dir.exists() {
            let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let title = Some(crate::chapter::parse::humanise(&name)).filter(|title| !title.is_empty());
            return Ok(empty(title.unwrap_or_else(|| "Handbook".to_owned())));
        }
        let loaded = Loaded::open(dir, None)?;
        let sources = &loaded.inputs.sources;
        let title = loaded.project.title();
        let configuration = sources.bytes(&SourcePath::new(FILE));
        if configuration.is_none() && sources.chapters().next().is_none() {
            return Ok(empty(title));
        }
        let handbook = loaded.handbook(&Choices { everyone: true, ..loaded.choices() })?;
        let declares_scale = configuration.is_some_and(|bytes| declares_scale(bytes));
        let (content, writer) = (loaded.project.content.clone(), Writer::of(&loaded.project));
        let sources = Some(loaded.inputs.sources);
        Ok(Self { content, handbook: Some(handbook), sources, declares_scale, title, writer })
    }

    fn target(&self) -> Target<'_> {
        Target {
            handbook: self.handbook.as_ref(),
            sources: self.sources.as_ref(),
            declares_scale: self.declares_scale,
            title: &self.title,
        }
    }
}

fn declares_scale(configuration: &[u8]) -> bool {
    let table = Text::new(configuration).ok().and_then(|text| front_matter::read(&text.text, 0, Format::Toml).ok());
    table.is_some_and(|table| table.entries.iter().any(|entry| entry.key == "scale"))
}

/// Prints findings about the table, which isn't part of any handbook.
fn print_findings(import: &import::Import) {
    let files = |place: &Place| match place {
        Place::Content(path, _) => {
            let (name, text) = import.texts.iter().find(|(name, _)| name == path)?;
            Some((name.as_str().to_owned(), Some(Arc::clone(text))))
        }
        _ => None,
    };
    complain(&report::human(&import.findings, &files, is_colored(), width()));
}

/// Returns the report for programs.
fn record(import: &import::Import, content: &Path, written: bool) -> serde_json::Value {
    let file = |file: &import::NewFile| json!({ "path": shown(content, file.path.as_str()), "what": file.what });
    let lines = |lines: &import::Lines| json!({ "path": shown(content, lines.path.as_str()), "what": lines.what, "text": lines.text });
    let change =
        |change: &import::Change| json!({ "path": shown(content, change.path.as_str()), "what": change.words });
    json!({
        "written": written,
        "readings": import.readings,
        "notes": import.notes,
        "files": import.files.iter().map(file).collect::<Vec<_>>(),
        "changes": import.changes.iter().map(change).collect::<Vec<_>>(),
        "by_hand": import.by_hand.iter().map(lines).collect::<Vec<_>>(),
    })
}
