//! `rolebook diff REV`: describes what has changed in the handbook since a revision, in the
//! handbook's own terms.
//!
//! Input: the options. Output: text, Markdown or JSON on standard output. Compares the files on
//! disk with those of the revision, and never writes anything.

use std::path::Path;

use super::load::Loaded;
use super::{Outcome, say_text};
use crate::cli::{Diff, DiffFormat};
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::past::delta::{self, Since};
use crate::past::history;
use crate::text::source::Sources;
use crate::world::disk::{Project, Refusal};
use crate::world::git::{Missing, Repository};

/// Runs the command. Differences aren't errors: the exit code is 0 with or without them.
pub fn run(options: &Diff) -> Outcome {
    let loaded = Loaded::of(&options.source, None)?;
    loaded.need_all_read("files that could not be read would look deleted")?;
    let repository = Repository::find(&loaded.project.content).map_err(|missing| refuse(&missing))?;
    let (since, commit) = since(&repository, &options.revision)?;
    let skip = skipped(&loaded.project, &loaded.out);
    let mut then = repository.sources(&commit, &skip).map_err(|missing| refuse(&missing))?;
    if then.files.is_empty() {
        let message = format!("`{}` contains no chapters in `{}`", options.revision, loaded.project.content.display());
        return Err(
            Refusal::new(message, "name a later revision, in which the handbook is already in that folder").into()
        );
    }
    // Old states are read as today's are.
    then.project.clone_from(&loaded.inputs.sources.project);
    let renames = repository.renames(&commit, &loaded.inputs.sources).map_err(|missing| refuse(&missing))?;
    let choices = Choices { base_url: None, ..loaded.chosen(&options.source) };
    // Both states share one compiler, so that identical chapters are parsed only once.
    let mut compiler = Compiler::new();
    let before = compile(&mut compiler, &then, &choices, &format!("of `{}`", options.revision))?;
    let after = compile(&mut compiler, &loaded.inputs.sources, &choices, "of today")?;
    let found = delta::compare(&before, &after, &renames);
    let format = if options.json { DiffFormat::Json } else { options.format };
    let text = match format {
        DiffFormat::Human => delta::human(&found, &since),
        DiffFormat::Markdown => delta::markdown(&found, &since),
        DiffFormat::Json => delta::json(&found, &since),
    };
    say_text(&text);
    Ok(true)
}

fn since(repository: &Repository, revision: &str) -> Result<(Since, String), Refusal> {
    let Some(commit) = repository.commit(revision).map_err(|missing| refuse(&missing))? else {
        let help = "name a tag, a branch or a commit, as in `rolebook diff v1.0` or `rolebook diff HEAD~5`; in a shallow clone fetch the rest first";
        return Err(Refusal::new(format!("there is no revision called `{revision}`"), help));
    };
    let seconds = repository.seconds(&commit).map_err(|missing| refuse(&missing))?;
    let day = history::day(seconds).map(|day| day.to_string()).unwrap_or_default();
    Ok((Since { revision: revision.to_owned(), day }, commit))
}

fn compile(compiler: &mut Compiler, sources: &Sources, choices: &Choices, which: &str) -> Result<Handbook, Refusal> {
    compiler.compile(sources, choices).map_err(|finding| {
        let message = format!("the handbook.toml {which} cannot be read: {}", finding.message);
        Refusal::new(message, finding.help.unwrap_or_default())
    })
}

fn refuse(missing: &Missing) -> Refusal {
    let help = match missing {
        Missing::Repository => {
            "begin a history with `git init`, `git add .` and `git commit`, and compare with it later"
        }
        Missing::Commits => "commit the chapters, and compare with that commit later",
        _ => "`rolebook diff` reads the older state of the chapters from git",
    };
    Refusal::new(format!("there is nothing to compare with: {missing}"), help)
}

/// Lists the directories in the content directory that contain no chapters: the themes and the
/// output.
pub fn skipped(project: &Project, out: &Path) -> Vec<String> {
    let content = std::path::absolute(&project.content).unwrap_or_else(|_| project.content.clone());
    let inside = |place: &Path| {
        let place = std::path::absolute(place).ok()?;
        let parts: Vec<String> =
            place.strip_prefix(&content).ok()?.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    };
    project.themes.iter().map(std::path::PathBuf::as_path).chain([out]).filter_map(inside).collect()
}
