//! Reads a project and compiles it, and collects the findings of both steps.
//!
//! Input: the user's options for the handbook. Output: [`Loaded`]. Never writes anything except
//! findings, which are printed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::manners::{self, complain, is_colored, no_folder, note, width};
use super::overrides;
use super::pipeline::{Compiled, Pipeline};
use super::shelving::Shelving;
use crate::cli::{Format, Source};
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::site::publish::Content;
use crate::site::theme::{self, ThemeFiles};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::rule::Severity;
use crate::world::disk::{Failure, Guards, Inputs, Output, Project, Refusal, Writer};
use crate::world::report;

/// A project that has been read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The project's directories.
    pub project: Project,
    /// The output directory.
    pub out: PathBuf,
    /// The files that were read.
    pub inputs: Inputs,
    /// The settings of `handbook.toml` that are different in this run, as `KEY=VALUE`.
    pub overrides: Vec<String>,
}

/// The maximum number of findings of the same code that `build` prints.
const MOST_OF_A_CODE: usize = 20;

impl Loaded {
    /// Reads the project in the directory `dir`, and tells the user if a command there was
    /// interrupted.
    ///
    /// # Errors
    /// Fails if a directory doesn't exist or can't be read.
    pub fn open(dir: &Path, out: Option<&Path>) -> Result<Self, Failure> {
        let source = Source { dir: dir.to_path_buf(), ..Source::default() };
        Self::of(&source, out)
    }

    /// Reads the project of `source` as [`open`](Self::open) does, with the settings that are
    /// different in this run.
    ///
    /// # Errors
    /// Fails if a directory doesn't exist or can't be read, or if one of the settings is wrong.
    pub fn of(source: &Source, out: Option<&Path>) -> Result<Self, Failure> {
        let loaded = Self::read(source, out)?;
        if let Some(words) = Writer::of(&loaded.project).unfinished() {
            note(&format!("`rolebook {words}` was interrupted and is half done; run it again to finish it"));
        }
        Ok(loaded)
    }

    /// Reads the project of `source`.
    ///
    /// # Errors
    /// Fails if a directory doesn't exist or can't be read, or if one of the settings is wrong.
    pub fn read(source: &Source, out: Option<&Path>) -> Result<Self, Failure> {
        let dir = &source.dir;
        if !dir.is_dir() {
            let help = "name the folder that contains `handbook/`, or a folder of Markdown files";
            return Err(no_folder(dir, help).into());
        }
        let project = Project::find(dir)?;
        let out = out.map_or_else(|| project.out.clone(), Path::to_path_buf);
        let mut inputs = project.read(&out)?;
        overrides::apply(&mut inputs.sources, &source.config)?;
        super::detail(&format!(
            "read {} from {}; the site belongs in {}",
            report::plural(inputs.sources.files.len(), "file"),
            shown_folder(&project.content),
            shown_folder(&out)
        ));
        Ok(Self { project, out, inputs, overrides: source.config.clone() })
    }

    /// Reads the files again.
    ///
    /// # Errors
    /// Fails if a directory can't be read, or if one of the settings of this run doesn't fit anymore.
    pub fn again(&self) -> Result<Inputs, Failure> {
        let mut inputs = self.project.read(&self.out)?;
        overrides::apply(&mut inputs.sources, &self.overrides)?;
        Ok(inputs)
    }

    /// Opens the output directory for writing, and locks it until the value is dropped.
    ///
    /// # Errors
    /// Fails if the project's own files are in it, or for one of the reasons of [`Output::open`].
    pub fn output(&self) -> Result<Output, Failure> {
        let themes: Vec<PathBuf> = self.project.themes.clone().into_iter().filter(|folder| folder.is_dir()).collect();
        let guards = Guards {
            project: &self.project.root,
            content: &self.project.content,
            themes: &themes,
            home: std::env::home_dir(),
        };
        Output::open(&self.out, &guards)
    }

    /// Refuses a project with nothing that could become a page.
    ///
    /// # Errors
    /// Fails if there is no Markdown file.
    pub fn need_chapters(&self) -> Result<(), Failure> {
        if self.inputs.sources.chapters().next().is_some() {
            return Ok(());
        }
        self.need_all_read(&format!("no chapter in `{}` could be read", self.project.content.display()))?;
        let others = self.inputs.sources.assets().count();
        let found = match others {
            0 => String::new(),
            1 => ", only 1 other file".to_owned(),
            others => format!(", only {others} other files"),
        };
        let message = format!("there is no Markdown file in `{}`{found}", self.project.content.display());
        let help = "write `index.md` there, name the folder that contains the chapters, or start with `rolebook init`";
        Err(Refusal::new(message, help).into())
    }

    /// Refuses a handbook if one of its chapters exists but couldn't be read; `why` says why the
    /// command needs every chapter.
    ///
    /// # Errors
    /// Fails if a chapter or `handbook.toml` couldn't be read.
    pub fn need_all_read(&self, why: &str) -> Result<(), Refusal> {
        let unread: Vec<Diagnostic> = self.inputs.unread().cloned().collect();
        if unread.is_empty() { Ok(()) } else { Err(self.refusal(&unread, why, "")) }
    }

    /// Returns the choices of the commands that read and write authors' files: drafts are
    /// included.
    pub fn choices(&self) -> Choices {
        Choices { title: self.project.title(), drafts: true, ..Choices::default() }
    }

    /// Returns what the user chose on the command line.
    pub fn chosen(&self, source: &Source) -> Choices {
        let Source { drafts, audience, base_url, .. } = source.clone();
        Choices { drafts, audience, base_url, ..self.choices() }
    }

    /// Compiles the chapters without a theme.
    ///
    /// # Errors
    /// Fails if `handbook.toml` can't be read.
    pub fn handbook(&self, choices: &Choices) -> Result<Handbook, Refusal> {
        self.whole()?;
        Compiler::new().compile(&self.inputs.sources, choices).map_err(|finding| self.unreadable(&finding))
    }

    /// Compiles everything and looks for every finding.
    ///
    /// # Errors
    /// Fails if `handbook.toml` can't be read.
    pub fn check(&self, source: &Source, strict: bool) -> Result<(Compiled, Content), Refusal> {
        let pipeline = Shelving::pipeline_of(&self.project.root, &self.inputs.sources, source.audience.as_deref());
        self.check_with(pipeline, source, strict)
    }

    /// Does the same as [`check`](Self::check) with a pipeline that may know some chapters.
    ///
    /// # Errors
    /// Fails if `handbook.toml` can't be read.
    pub fn check_with(
        &self,
        mut pipeline: Pipeline,
        source: &Source,
        strict: bool,
    ) -> Result<(Compiled, Content), Refusal> {
        self.whole()?;
        let checked = pipeline.check(&self.inputs, &self.chosen(source), strict);
        checked.map_err(|finding| self.unreadable(&finding))
    }

    /// Refuses a project whose `handbook.toml` exists but couldn't be read.
    fn whole(&self) -> Result<(), Refusal> {
        self.inputs.without_settings().map_or(Ok(()), |finding| Err(self.unreadable(finding)))
    }

    /// Returns the refusal of a project whose `handbook.toml` can't be read.
    pub fn unreadable(&self, finding: &Diagnostic) -> Refusal {
        self.refusal(std::slice::from_ref(finding), "handbook.toml cannot be read", "")
    }

    /// Returns a refusal with the findings that led to it.
    pub fn refusal(&self, findings: &[Diagnostic], message: &str, help: &str) -> Refusal {
        let findings = report::human(findings, &|place: &Place| self.file(place, &[]), is_colored(), width());
        Refusal { findings, ..Refusal::new(message, help) }
    }

    /// Prints the first few findings of each kind on standard error, for commands that weren't
    /// asked to list all of them. Returns what was printed.
    pub fn print_some(&self, findings: &[Diagnostic], chain: &[ThemeFiles]) -> String {
        let shown: Vec<Diagnostic> = findings.iter().filter(|finding| is_shown(finding)).cloned().collect();
        let look = (is_colored(), width());
        let text = report::brief(&shown, &|place: &Place| self.file(place, chain), look, MOST_OF_A_CODE);
        complain(&text);
        text
    }

    /// Formats findings for people, without color.
    pub fn draw(&self, findings: &[Diagnostic], chain: &[ThemeFiles]) -> String {
        report::human(findings, &|place: &Place| self.file(place, chain), false, 120)
    }

    /// Returns findings for programs.
    pub fn json(&self, findings: &[Diagnostic], chain: &[ThemeFiles]) -> serde_json::Value {
        let text = report::json(findings, &|place: &Place| self.file(place, chain));
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Prints findings: to standard error for people, and to standard output for programs. `plain` returns what a page for
    /// everybody shows instead of a finding, if it must not quote its lines.
    pub fn print(&self, findings: &[Diagnostic], chain: &[ThemeFiles], (format, plain): (Format, &report::Plain<'_>)) {
        let files = |place: &Place| self.file(place, chain);
        let text = match format {
            Format::Human => {
                let shown: Vec<Diagnostic> = findings.iter().filter(|finding| is_shown(finding)).cloned().collect();
                report::human(&shown, &files, is_colored(), width())
            }
            Format::Json => report::json(findings, &files),
            Format::Github => report::github(findings, &files),
            Format::Html => report::page(findings, &files, plain),
            Format::Sarif => report::sarif(findings, &files),
        };
        if format == Format::Human {
            complain(&text);
        } else {
            super::say_text(&text);
        }
    }

    /// Returns the file at a place, named relative to the project's root, because a page must not
    /// reveal where the project is on the machine.
    pub fn file_in_project(&self, place: &Place, chain: &[ThemeFiles]) -> Option<(String, Option<Arc<[u8]>>)> {
        let (path, bytes) = self.file(place, chain)?;
        let root = shown(&self.project.root, "");
        let inside = path.strip_prefix(&root).map(|path| path.trim_start_matches('/').to_owned());
        Some((inside.unwrap_or(path), bytes))
    }

    /// Returns the file at a place.
    pub fn file(&self, place: &Place, chain: &[ThemeFiles]) -> Option<(String, Option<Arc<[u8]>>)> {
        match place {
            Place::Content(path, _) => {
                let shown = shown(&self.project.content, path.as_str());
                Some((shown, self.inputs.sources.bytes(path).cloned()))
            }
            Place::Theme(name, _) => {
                let found = theme::file_at(chain, name);
                let (theme, _) = name.split_once('/')?;
                let path = found.as_ref().map_or(name.as_str(), |(path, _)| path.as_str());
                let folder = self.project.themes.clone().unwrap_or_default();
                let path = if found.is_some() { format!("{theme}/{path}") } else { path.to_owned() };
                Some((shown(&folder, &path), found.map(|(_, bytes)| Arc::clone(bytes))))
            }
            Place::Handbook => None,
        }
    }
}

/// Returns whether a finding is printed: warnings aren't if the user wants it quiet.
fn is_shown(finding: &Diagnostic) -> bool {
    manners::shows_warnings() || finding.severity == Severity::Error
}

/// Returns a directory as a user would write it.
pub fn shown_folder(folder: &Path) -> String {
    if folder == Path::new(".") { "this folder".to_owned() } else { format!("`{}`", folder.display()) }
}

/// Joins a directory and a path in the form in which a user would write the result.
pub fn shown(folder: &Path, path: &str) -> String {
    let place = if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) };
    place.to_string_lossy().replace('\\', "/")
}
