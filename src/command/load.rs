//! Reads a project and compiles it up to a site, collecting every finding on the way.
//!
//! Input: what the user typed about the handbook. Output: [`Loaded`]. Writes nothing but findings to the terminal.

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

/// A project, read.
pub struct Loaded {
    /// Its folders.
    pub project: Project,
    /// Where the site goes.
    pub out: PathBuf,
    /// Its files.
    pub inputs: Inputs,
}

/// What became of the files.
pub struct Compiled {
    /// The handbook.
    pub handbook: Handbook,
    /// Templates, assets and words; none where the theme cannot be compiled.
    pub theme: Option<Arc<Theme>>,
    /// The themes that lie over each other, topmost first.
    pub chain: Vec<ThemeFiles>,
    /// Every finding, weighed and sorted.
    pub findings: Vec<Diagnostic>,
    /// Which files that are no chapters are published.
    pub content: Content,
}

/// How many findings of one code `build` draws.
const MOST_OF_A_CODE: usize = 20;

/// Tells whether people want colours on standard error (no-color.org).
pub(super) fn is_colored() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

impl Loaded {
    /// Reads the project that `source` names.
    ///
    /// # Errors
    /// Where a folder is not there or cannot be read.
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

    /// Refuses a folder in which nothing could become a page.
    ///
    /// # Errors
    /// Where there is no Markdown file.
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

    /// Refuses a handbook with chapters that are there and were not read; `why` says what that keeps the command from.
    ///
    /// # Errors
    /// Where there is such a chapter, or `handbook.toml` is one; each is drawn as a finding.
    pub fn need_all_read(&self, why: &str) -> Result<(), Failure> {
        let unread: Vec<Diagnostic> = self.inputs.unread().cloned().collect();
        if unread.is_empty() {
            return Ok(());
        }
        self.print(&unread, &[], Format::Human);
        Err(Failure::Refused { message: why.to_owned(), help: None })
    }

    /// Refuses a `handbook.toml` that is there and was not read.
    ///
    /// # Errors
    /// Where that is so; drawn as a finding.
    pub fn need_settings(&self) -> Result<(), Failure> {
        self.inputs.without_settings().map_or(Ok(()), |finding| Err(self.refuse(finding)))
    }

    /// Compiles what was read.
    ///
    /// # Errors
    /// `handbook.toml` that cannot be read at all, drawn as a finding.
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

    /// Draws why `handbook.toml` cannot be read.
    pub fn refuse(&self, finding: &Diagnostic) -> Failure {
        self.print(std::slice::from_ref(finding), &[], Format::Human);
        Failure::Refused { message: "handbook.toml cannot be read".to_owned(), help: None }
    }

    /// Prints the first findings of each kind on standard error, for a command that is not asked for all of them.
    pub fn print_some(&self, findings: &[Diagnostic], chain: &[ThemeFiles]) {
        let text = report::brief(findings, &|place: &Place| self.file(place, chain), is_colored(), MOST_OF_A_CODE);
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints findings: people's on standard error, programs' on standard output.
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
        // A closed pipe is the reader's choice and no failure.
        let _ = if format == Format::Human {
            stderr.lock().write_all(text.as_bytes())
        } else {
            std::io::stdout().lock().write_all(text.as_bytes())
        };
    }

    /// Finds the file behind a place, named from the project's folder: a page must not tell where on the machine that lies.
    pub fn file_in_project(&self, place: &Place, chain: &[ThemeFiles]) -> Option<(String, Option<Arc<[u8]>>)> {
        let (path, bytes) = self.file(place, chain)?;
        let root = shown(&self.project.root, "");
        let inside = path.strip_prefix(&root).map(|path| path.trim_start_matches('/').to_owned());
        Some((inside.unwrap_or(path), bytes))
    }

    /// Finds the file behind a place.
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

/// Joins a folder and a path as the user would write it.
pub fn shown(folder: &Path, path: &str) -> String {
    let place = if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) };
    place.to_string_lossy().replace('\\', "/")
}

/// What every template knows of the handbook.
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
    /// Takes what templates may know.
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
