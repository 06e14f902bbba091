//! Reads a project and compiles it, and collects the findings of both steps.
//!
//! Input: the user's options for the handbook. Output: [`Loaded`]. Never writes anything except
//! findings, which are printed.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::Failure;
use crate::cli::{Format, Source};
use crate::declare::config::Config;
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::site::publish::Content;
use crate::site::theme::{self, Theme, ThemeFiles};
use crate::site::urls::host_findings;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::world::disk::{Inputs, Project, Writer};
use crate::world::report;

/// A project that has been read.
pub struct Loaded {
    /// The project's directories.
    pub project: Project,
    /// The output directory.
    pub out: PathBuf,
    /// The files that were read.
    pub inputs: Inputs,
}

/// The result of compiling the files.
pub struct Compiled {
    /// The handbook.
    pub handbook: Handbook,
    /// Templates, assets and interface texts; `None` if the theme cannot be compiled.
    pub theme: Option<Arc<Theme>>,
    /// The chain of themes, topmost first.
    pub chain: Vec<ThemeFiles>,
    /// All findings, sorted and with their severities decided.
    pub findings: Vec<Diagnostic>,
    /// The files other than chapters that are published.
    pub content: Content,
}

/// The maximum number of findings of the same code that `build` prints.
const MOST_OF_A_CODE: usize = 20;

/// Returns whether findings on standard error should be colored (no-color.org).
pub(super) fn is_colored() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

impl Loaded {
    /// Reads the project in the directory that `source` names.
    ///
    /// # Errors
    /// Fails if a directory doesn't exist or can't be read.
    pub fn read(source: &Source, out: Option<&Path>) -> Result<Self, Failure> {
        if !source.dir.is_dir() {
            let message = format!("there is no folder `{}`", source.dir.display());
            let help = Some("name the folder that holds `handbook/`, or a folder of Markdown files".to_owned());
            return Err(Failure::Refused { message, help });
        }
        let project = Project::find(&source.dir)?;
        let out = out.map_or_else(|| project.out.clone(), Path::to_path_buf);
        let inputs = project.read(&out)?;
        if let Some(words) = Writer::of(&project).unfinished() {
            eprintln!("note: `rolebook {words}` was interrupted and is half done; run it again to finish it");
        }
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
        let help = "write `index.md` there, name the folder that holds the chapters, or begin with `rolebook init`";
        Err(Failure::Refused { message, help: Some(help.to_owned()) })
    }

    /// Refuses a handbook if one of its chapters exists but couldn't be read; `why` says why the
    /// command needs every chapter.
    ///
    /// # Errors
    /// Fails if a chapter or `handbook.toml` couldn't be read, and prints a finding for each.
    pub fn need_all_read(&self, why: &str) -> Result<(), Failure> {
        let unread: Vec<Diagnostic> = self.inputs.unread().cloned().collect();
        if unread.is_empty() {
            return Ok(());
        }
        self.print(&unread, &[], Format::Human);
        Err(Failure::Refused { message: why.to_owned(), help: None })
    }

    /// Refuses a project whose `handbook.toml` exists but couldn't be read.
    ///
    /// # Errors
    /// Fails in that case, and prints the finding.
    pub fn need_settings(&self) -> Result<(), Failure> {
        self.inputs.without_settings().map_or(Ok(()), |finding| Err(self.refuse(finding)))
    }

    /// Compiles the files that were read.
    ///
    /// # Errors
    /// Fails if `handbook.toml` can't be parsed at all, and prints the finding.
    pub fn compile(&self, source: &Source, strict: bool) -> Result<Compiled, Failure> {
        self.need_settings()?;
        let choices = Choices {
            title: self.project.title(),
            drafts: source.drafts,
            audience: source.audience.clone(),
            base_url: source.base_url.clone(),
            everyone: false,
            keep_last_good: false,
        };
        let handbook =
            Compiler::new().compile(&self.inputs.sources, &choices).map_err(|finding| self.refuse(&finding))?;
        let (chain, mut found) = theme::chain(&handbook.config.theme, &self.inputs.themes);
        let load = || theme::load(&chain, &handbook.config.language, &Globals::new(&handbook.config));
        let ((theme, more), mut findings) = rayon::join(load, || handbook.findings(strict));
        found.extend(more);
        found.extend(self.inputs.findings.iter().cloned());
        let content = Content::new(&handbook, &self.inputs.sources);
        found.extend(host_findings(&handbook, &self.inputs.sources, &content));
        found.extend(content.findings(&handbook));
        findings.extend(handbook.config.judge(found, strict));
        findings.sort();
        Ok(Compiled { handbook, theme: theme.map(Arc::new), chain, findings, content })
    }

    /// Prints why `handbook.toml` can't be read, and returns the failure.
    pub fn refuse(&self, finding: &Diagnostic) -> Failure {
        self.print(std::slice::from_ref(finding), &[], Format::Human);
        Failure::Refused { message: "handbook.toml cannot be read".to_owned(), help: None }
    }

    /// Prints the first few findings of each kind on standard error, for commands that weren't
    /// asked to list all of them.
    pub fn print_some(&self, findings: &[Diagnostic], chain: &[ThemeFiles]) {
        let text = report::brief(findings, &|place: &Place| self.file(place, chain), is_colored(), MOST_OF_A_CODE);
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints findings: to standard error for people, and to standard output for programs.
    pub fn print(&self, findings: &[Diagnostic], chain: &[ThemeFiles], format: Format) {
        let files = |place: &Place| self.file(place, chain);
        let stderr = std::io::stderr();
        let color = is_colored();
        let text = match format {
            Format::Human => report::human(findings, &files, color, 120),
            Format::Json => report::json(findings, &files),
            Format::Github => report::github(findings, &files),
            Format::Html => report::page(findings, &files),
            Format::Sarif => report::sarif(findings, &files),
        };
        // Ignore errors: if the program that reads the output closes the pipe, that isn't a
        // failure.
        let _ = if format == Format::Human {
            stderr.lock().write_all(text.as_bytes())
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

/// The variables about the handbook that every template can use.
#[derive(Serialize)]
pub struct Globals<'a> {
    site: SiteGlobals<'a>,
}

#[derive(Serialize)]
struct SiteGlobals<'a> {
    title: &'a str,
    language: &'a str,
    description: Option<&'a str>,
    edition: Option<&'a str>,
    effective: Option<&'a str>,
    repository: Option<&'a str>,
    feedback: Option<&'a str>,
    generator: &'static str,
    scripts: bool,
    extra: &'a crate::text::front_matter::Table,
}

impl<'a> Globals<'a> {
    /// Collects the variables from the configuration.
    pub fn new(config: &'a Config) -> Self {
        Self {
            site: SiteGlobals {
                title: &config.title,
                language: &config.language,
                description: config.description.as_deref(),
                edition: config.edition.as_deref(),
                effective: config.effective.as_deref(),
                repository: config.repository.as_deref(),
                feedback: config.feedback.as_deref(),
                generator: concat!("Rolebook ", env!("CARGO_PKG_VERSION")),
                scripts: true,
                extra: &config.extra,
            },
        }
    }
}
