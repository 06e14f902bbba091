//! Turns what was read into a site: compiles the handbook, loads its theme and judges the findings.
//!
//! Input: [`Inputs`] and the user's [`Choices`]. Output: [`Compiled`], and from it a [`Site`].
//! Every command, the preview and the tests make a site this way. Never reads or writes a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::declare::config::Config;
use crate::model::compile::{Choices, Compiler, Handbook, Shelf};
use crate::past::history::Past;
use crate::site::highlight::{Highlighter, plain_blocks, plain_blocks_so_far};
use crate::site::publish::Content;
use crate::site::theme::{self, Theme, ThemeFiles};
use crate::site::urls::{Site, host_findings};
use crate::text::diagnostic::Diagnostic;
use crate::text::source::Sources;
use crate::world::disk::Inputs;

/// Compiles a handbook again and again, and reuses whatever hasn't changed.
#[derive(Default)]
pub struct Pipeline {
    /// The name of the theme to use instead of the one in `handbook.toml`.
    pub theme: Option<String>,
    compiler: Compiler,
    highlighter: Arc<Highlighter>,
    /// The last theme that could be loaded.
    loaded: Option<Arc<Theme>>,
    /// What that theme was loaded from. `None` if loading it produced findings: the theme is then
    /// loaded again each time, so that the findings are reported again.
    from: Option<(Value, BTreeMap<String, ThemeFiles>, Vec<ThemeFiles>)>,
}

/// A handbook with its theme, ready to become a site.
pub struct Compiled {
    /// The handbook.
    pub handbook: Handbook,
    /// Templates, assets and interface texts; `None` if no theme could be loaded yet.
    pub theme: Option<Arc<Theme>>,
    /// The chain of themes, topmost first.
    pub chain: Vec<ThemeFiles>,
    /// The findings, sorted and with their severities decided.
    pub findings: Vec<Diagnostic>,
    files: Sources,
    highlighter: Arc<Highlighter>,
}

impl Pipeline {
    /// Creates a pipeline that uses what an earlier build has parsed.
    pub fn with_shelf(shelf: Arc<Shelf>) -> Self {
        Self { compiler: Compiler::with_shelf(shelf), ..Self::default() }
    }

    /// Compiles quickly: looks for findings about single files, the configuration and the theme,
    /// but leaves out references, and code blocks that haven't been highlighted yet.
    ///
    /// # Errors
    /// Returns the finding about a `handbook.toml` that can't be read.
    pub fn compile(&mut self, inputs: &Inputs, choices: &Choices) -> Result<Compiled, Box<Diagnostic>> {
        let handbook = self.compiler.compile(&inputs.sources, choices)?;
        let theme = self.load(&handbook.config, &inputs.themes);
        let plain = plain_blocks_so_far(&handbook.documents, &self.highlighter);
        Ok(self.compiled(handbook, inputs, (theme, plain, false)))
    }

    /// Compiles and looks for every finding; `strict` turns warnings into errors. Also returns
    /// which files other than chapters are published.
    ///
    /// # Errors
    /// Returns the finding about a `handbook.toml` that can't be read.
    pub fn check(
        &mut self,
        inputs: &Inputs,
        choices: &Choices,
        strict: bool,
    ) -> Result<(Compiled, Content), Box<Diagnostic>> {
        let handbook = self.compiler.compile(&inputs.sources, choices)?;
        let highlighter = Arc::clone(&self.highlighter);
        let look = || {
            let content = Content::new(&handbook, &inputs.sources);
            let mut found = handbook.checker().findings();
            found.extend(host_findings(&handbook, &inputs.sources, &content));
            found.extend(content.findings(&handbook));
            found.extend(plain_blocks(&handbook, &highlighter));
            (content, found)
        };
        let (theme, (content, found)) = rayon::join(|| self.load(&handbook.config, &inputs.themes), look);
        Ok((self.compiled(handbook, inputs, (theme, found, strict)), content))
    }

    fn compiled(
        &self,
        handbook: Handbook,
        inputs: &Inputs,
        ((chain, of_theme), mut found, strict): ((Vec<ThemeFiles>, Vec<Diagnostic>), Vec<Diagnostic>, bool),
    ) -> Compiled {
        found.extend(of_theme);
        found.extend(inputs.findings.iter().chain(&*handbook.file_findings).cloned());
        let findings = handbook.config.judge(found, strict);
        let (theme, highlighter) = (self.loaded.clone(), Arc::clone(&self.highlighter));
        Compiled { handbook, theme, chain, findings, files: inputs.sources.clone(), highlighter }
    }

    /// Loads the theme again if its files or its variables have changed. If it can't be loaded, the
    /// last one stays.
    fn load(&mut self, config: &Config, themes: &BTreeMap<String, ThemeFiles>) -> (Vec<ThemeFiles>, Vec<Diagnostic>) {
        let name = self.theme.as_deref().unwrap_or(&config.theme);
        let globals = globals(config);
        let accent = config.brand.colors();
        let colors = accent.map(|accent| format!("{accent:?}"));
        let key = json!([name, config.language, globals, colors]);
        if let Some((known, files, chain)) = &self.from
            && *known == key
            && files == themes
        {
            return (chain.clone(), Vec::new());
        }
        let (mut chain, mut findings) = theme::chain(name, themes);
        if let Some(accent) = &accent {
            theme::add_accent(accent, &mut chain);
        }
        let (theme, more) = theme::load(&chain, &config.language, &globals);
        findings.extend(more);
        if let Some(theme) = theme {
            self.loaded = Some(Arc::new(theme));
            self.from = findings.is_empty().then(|| (key, themes.clone(), chain.clone()));
        }
        (chain, findings)
    }
}

impl Compiled {
    /// Makes the site, reusing the `last` one if there is one. Returns `None` without a theme.
    pub fn site(&self, past: Past, last: Option<&Site>) -> Option<Site> {
        let (handbook, files, theme) = (self.handbook.clone(), self.files.clone(), self.theme.clone()?);
        Some(match last {
            Some(last) => last.next(handbook, files, theme),
            None => Site::new(handbook, files, theme, Arc::clone(&self.highlighter), past),
        })
    }
}

/// Returns the variables about the handbook that every template can use.
fn globals(config: &Config) -> Value {
    json!({ "site": {
        "title": config.title,
        "language": config.language,
        "description": config.description,
        "edition": config.edition,
        "effective": config.effective,
        "repository": config.repository,
        "feedback": config.feedback,
        "generator": concat!("Rolebook ", env!("CARGO_PKG_VERSION")),
        "scripts": true,
        "extra": config.extra,
    } })
}
