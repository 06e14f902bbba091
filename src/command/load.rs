//! Reads a project and compiles it, and collects the findings of both steps.
//!
//! Input: the user's options for the handbook. Output: [`Loaded`]. Never writes anything except
//! findings, which are printed.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pipeline::{Compiled, Pipeline};
use crate::cli::{Format, Source};
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::site::publish::Content;
use crate::site::theme::{self, ThemeFiles};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::world::disk::{Failure, Inputs, Project, Refusal, Writer};
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
}

/// The maximum number of findings of the same code that `build` prints.
const MOST_OF_A_CODE: usize = 20;

/// The width of a finding in the terminal, in characters.
const WIDTH: usize = 120;

/// Returns whether findings on standard error should be colored.
pub(super) fn is_colored() -> bool {
    std::io::stderr().is_terminal() && wants_color()
}

/// Returns whether the user allows colors (no-color.org).
pub(super) fn wants_color() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

impl Loaded {
    /// Reads the project in the directory `dir`, and tells the user if a command there was
    /// interrupted.
    ///
    /// # Errors
    /// Fails if a directory doesn't exist or can't be read.
    pub fn open(dir: &Path, out: Option<&Path>) -> Result<Self, Failure> {
        let loaded = Self::read(dir, out)?;
        if let Some(words) = Writer::of(&loaded.project).unfinished() {
            eprintln!("note: `rolebook {words}` was interrupted and is half done; run it again to finish it");
        }
        Ok(loaded)
    }

    /// Reads the project in the directory `dir`.
    ///
    /// # Errors
    /// Fails if a directory doesn't exist or can't be read.
    pub fn read(dir: &Path, out: Option<&Path>) -> Result<Self, Failure> {
        if !dir.is_dir() {
            let help = "name the folder that contains `handbook/`, or a folder of Markdown files";
            return Err(Refusal::new(format!("there is no folder `{}`", dir.display()), help).into());
        }
        let project = Project::find(dir)?;
        let out = out.map_or_else(|| project.out.clone(), Path::to_path_buf);
        let inputs = project.read(&out)?;
        Ok(Self { project, out, inputs })
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
        self.whole()?;
        let checked = Pipeline::default().check(&self.inputs, &self.chosen(source), strict);
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
        let findings = report::human(findings, &|place: &Place| self.file(place, &[]), is_colored(), WIDTH);
        Refusal { findings, ..Refusal::new(message, help) }
    }

    /// Prints the first few findings of each kind on standard error, for commands that weren't
    /// asked to list all of them. Returns what was printed.
    pub fn print_some(&self, findings: &[Diagnostic], chain: &[ThemeFiles]) -> String {
        let text = report::brief(findings, &|place: &Place| self.file(place, chain), is_colored(), MOST_OF_A_CODE);
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
        text
    }

    /// Formats findings for people, without color.
    pub fn draw(&self, findings: &[Diagnostic], chain: &[ThemeFiles]) -> String {
        report::human(findings, &|place: &Place| self.file(place, chain), false, WIDTH)
    }

    /// Prints findings: to standard error for people, and to standard output for programs.
    pub fn print(&self, findings: &[Diagnostic], chain: &[ThemeFiles], format: Format) {
        let files = |place: &Place| self.file(place, chain);
        let text = match format {
            Format::Human => report::human(findings, &files, is_colored(), WIDTH),
            Format::Json => report::json(findings, &files),
            Format::Github => report::github(findings, &files),
            Format::Html => report::page(findings, &files),
            Format::Sarif => report::sarif(findings, &files),
        };
        // Ignore errors: if the program that reads the output closes the pipe, that isn't a
        // failure.
        let _ = if format == Format::Human {
            std::io::stderr().lock().write_all(text.as_bytes())
        } else {
            std::io::stdout().lock().write_all(text.as_bytes())
        };
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

/// Joins a directory and a path in the form in which a user would write the result.
pub fn shown(folder: &Path, path: &str) -> String {
    let place = if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) };
    place.to_string_lossy().replace('\\', "/")
}
