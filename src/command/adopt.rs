//! `rolebook adopt`: turns a folder that was written for another generator into a handbook, or the
//! archive that another program exported (`archive`).
//!
//! Input: the folder. Output: a report of what would change and what is left to do by hand, and with
//! `--write` a `handbook.toml` and new front matter, and with `--dialects` new texts. Never overwrites a
//! `handbook.toml`.

mod archive;

use std::path::Path;

use serde_json::{Value, json};

use super::load::{Loaded, shown};
use super::pipeline::Pipeline;
use super::writing::{self, Attempt};
use super::{Outcome, argument, say, say_json, say_text};
use crate::author::adopt::{Adoption, Said, Wanted, plan};
use crate::cli::Adopt;
use crate::declare::config::FILE;
use crate::model::compile::Choices;
use crate::text::path::SourcePath;
use crate::text::rule::Severity;
use crate::text::source::Sources;
use crate::world::disk::{Inputs, Refusal, Step, Writer};

/// Runs the command.
pub fn run(options: &Adopt) -> Outcome {
    let is_archive = options.dir.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    if is_archive && !options.dir.is_dir() {
        return archive::run(options);
    }
    if let Some(into) = &options.into {
        let message = format!("`{}` is a folder, and is adopted where it is", options.dir.display());
        let help = format!("leave out `{}`; only an archive is unpacked into another folder", into.display());
        return Err(Refusal::new(message, help).into());
    }
    let words = format!("adopt {}{} --write", options.dir.display(), dialects(options));
    if options.write && writing::resumes(&options.dir, &words)? {
        return Ok(true);
    }
    writing::try_again(|| attempt(options, &words))
}

/// Returns the option as the user wrote it, with a space before it.
fn dialects(options: &Adopt) -> &'static str {
    if options.dialects { " --dialects" } else { "" }
}

/// Plans the adoption based on the current files, and carries it out if the user asked for it.
fn attempt(options: &Adopt, words: &str) -> Result<bool, Attempt> {
    let loaded = Loaded::open(&options.dir, None)?;
    let (content, sources) = (&loaded.project.content, &loaded.inputs.sources);
    if content.join(FILE).exists() {
        let message =
            format!("`{}` is there already, so this is a handbook, and nothing was changed", shown(content, FILE));
        let help = "`rolebook check` lists what is left to do; to start again, move that file away";
        return Err(Refusal::new(message, help).into());
    }
    loaded.need_chapters()?;
    loaded.need_all_read("a file that could not be read can't be adopted, so nothing was changed")?;
    let look = |sources: &Sources| {
        let inputs = Inputs { sources: sources.clone(), ..loaded.inputs.clone() };
        let choices = Choices { drafts: false, ..loaded.choices() };
        Ok(Pipeline::default().check(&inputs, &choices, false)?.0.findings)
    };
    let wanted = Wanted { title: &loaded.project.title(), dialects: options.dialects };
    let plan = plan(sources, wanted, &look).map_err(|finding| loaded.unreadable(&finding))?;
    let written = if options.write {
        let written = Writer::of(&loaded.project).write(writing::deed(words, ""), &steps(&plan, sources));
        Some(written.map_err(|unwritten| Attempt::Unwritten(unwritten, content.clone()))?)
    } else {
        None
    };
    if options.json {
        let shown = |path: &str| shown(content, path);
        let files = std::iter::once(FILE).chain(plan.edits.keys().map(SourcePath::as_str)).map(&shown);
        say_json(&record(options, &plan, &files.collect::<Vec<_>>(), &shown));
        if let Some(written) = &written {
            written.told();
        }
        return Ok(true);
    }
    let argument = argument(&options.dir);
    let dialects = dialects(options);
    say(&read_as(&plan, &loaded.project.root, content));
    let said =
        Said { shown: &|path| shown(content, path), argument: &argument, is_written: options.write, is_new: false };
    say_text(&said.text(&plan));
    match &written {
        None => say(&format!("\nNothing was written. `rolebook adopt{argument}{dialects} --write` writes this.")),
        Some(written) => {
            say(&format!(
                "\nNext: `git status` and `git diff` show what has changed, and `rolebook check{argument}` what is left to do."
            ));
            writing::note(written, content);
            written.told();
        }
    }
    Ok(true)
}

/// Says what the folder is read as, and where its chapters are.
fn read_as(plan: &Adoption, root: &Path, content: &Path) -> String {
    let inside = content.strip_prefix(root).unwrap_or(content).to_string_lossy().replace('\\', "/");
    let is_whole = inside.is_empty() || inside == "." || root == content;
    let folder = if is_whole { String::new() } else { format!("; its chapters are in `{inside}/`") };
    format!("read as {}{folder}\n", plan.described)
}

/// Returns the report for programs: the files that are written, and what is left to do by hand. `shown`
/// returns a path in the form in which the user writes it.
fn record(options: &Adopt, plan: &Adoption, files: &[String], shown: &dyn Fn(&str) -> String) -> Value {
    let mut left = Vec::new();
    for ((severity, rule), count) in &plan.findings {
        let (path, line) = count.first.as_ref().map(|(path, line)| (shown(path.as_str()), *line)).unzip();
        let is_error = *severity == Severity::Error;
        left.push(json!({
            "code": rule.name(), "is_error": is_error, "number": count.number, "path": path, "line": line,
        }));
    }
    json!({
        "written": options.write,
        "read_as": plan.described,
        "settings": plan.settings,
        "files": files,
        "left": left,
    })
}

/// Lists the steps of the plan.
fn steps(plan: &Adoption, sources: &Sources) -> Vec<Step> {
    let create = Step::Create { path: SourcePath::new(FILE), text: plan.settings.clone().into_bytes() };
    let replace = plan.edits.iter().filter_map(|(path, after)| {
        let before = sources.bytes(path)?.to_vec();
        Some(Step::Replace { path: path.clone(), before, after: after.clone() })
    });
    std::iter::once(create).chain(replace).collect()
}
