//! Layers theme folders over each other and renders pages with them.
//!
//! Input: one [`ThemeFiles`] per theme folder, and for each page a `Serialize` view of the site.
//! Output: a [`Theme`] whose templates, assets and UI strings come from the topmost theme that has
//! them; HTML; and findings. Never reads files, and no function or filter that templates can call
//! has access to the site.
//!
//! A template is registered once, as `THEME/page.html`. A bare name (`page.html`) means the topmost
//! theme that has it. A theme therefore replaces a template by having a file of the same name, and
//! extends one of a lower theme with `{% extends "default/page.html" %}`.

mod assets;
mod brand;
mod explain;
mod tables;
mod unused;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use include_dir::{Dir, File, include_dir};
use serde::Serialize;
use tera::{Context, ErrorKind, Kwargs, State, StringInput, Tera, Value};

pub use self::brand::add as add_accent;
use self::explain::{explain, explain_first};
use self::tables::{MANIFEST, extends, not_utf8, strings};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::markup;
use crate::text::near::{did_you_mean, nearest};
use crate::text::rule::Rule;

/// The name of the built-in theme, which is the bottom layer of every chain.
pub const DEFAULT: &str = "default";

/// The built-in theme. After you add a file, recompile this module to include it.
static DEFAULT_FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/default");

/// The files of one theme folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeFiles {
    /// The folder's name.
    pub name: String,
    /// The bytes of each file by its path in the folder, with `/` as the separator.
    pub files: BTreeMap<String, Arc<[u8]>>,
}

impl ThemeFiles {
    /// Makes a theme from paths and texts, for tests.
    pub fn from_texts<'a>(name: &str, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let file = |(path, text): (&str, &str)| (path.to_owned(), Arc::from(text.as_bytes()));
        Self { name: name.to_owned(), files: texts.into_iter().map(file).collect() }
    }

    /// Lists files below `folder` (which ends in `/`) by their path in that folder. Files and
    /// folders whose name begins with a dot are not part of a theme.
    fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a Arc<[u8]>)> {
        self.files.iter().filter_map(move |(path, bytes)| {
            let name = path.strip_prefix(folder)?;
            let hidden = name.split('/').any(|part| part.starts_with('.'));
            (!hidden).then_some((name, bytes))
        })
    }
}

/// Text that is already HTML, so a template prints it unescaped.
#[derive(Clone, Debug, PartialEq)]
pub struct Html(Value);

impl Html {
    /// Wraps markup that needs no escaping.
    pub fn new(markup: &str) -> Self {
        Self(Value::safe_string(markup))
    }

    /// Returns the markup.
    pub fn as_str(&self) -> &str {
        self.0.as_str().unwrap_or_default()
    }
}

impl Serialize for Html {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A compiled chain of themes.
#[derive(Clone, Debug)]
pub struct Theme {
    tera: Tera,
    hash: String,
    assets: BTreeMap<String, Arc<[u8]>>,
    ui: BTreeMap<String, String>,
    places_titles: bool,
}

impl Theme {
    /// Returns 12 hex digits that change with any file name or byte in the chain.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns every asset by its name, such as `style.css`.
    pub fn assets(&self) -> &BTreeMap<String, Arc<[u8]>> {
        &self.assets
    }

    /// Returns a UI string, or `key` itself if no theme has it.
    pub fn ui<'a>(&'a self, key: &'a str) -> &'a str {
        self.ui.get(key).map_or(key, String::as_str)
    }

    /// Returns whether the templates of chapters show the title that a chapter's own text begins with,
    /// if they get it apart from the rest of the text.
    pub fn places_titles(&self) -> bool {
        self.places_titles
    }

    /// Returns whether a template can be rendered, by a bare name or as `THEME/page.html`.
    pub fn has(&self, template: &str) -> bool {
        self.tera.contains_template(template)
    }

    /// Renders `template` (a bare name, or `THEME/page.html`) with the fields of `context` as its
    /// variables.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if the template does not exist or uses something that the
    /// page does not have.
    #[allow(clippy::result_large_err, reason = "fails at most once for a page")]
    pub fn render(&self, template: &str, context: &impl Serialize) -> Result<String, Diagnostic> {
        let failed = |error: tera::Error| explain_first(&error, template);
        let context = Context::from_serialize(context).map_err(failed)?;
        self.tera.render(template, &context).map_err(failed)
    }
}

/// Returns the built-in theme.
pub fn embedded() -> ThemeFiles {
    fn below(folder: &Dir<'_>) -> BTreeMap<String, Arc<[u8]>> {
        let path = |file: &File<'_>| file.path().to_string_lossy().replace('\\', "/");
        let files = folder.files().map(|file| (path(file), file.contents().into()));
        files.chain(folder.dirs().flat_map(below)).collect()
    }
    ThemeFiles { name: DEFAULT.to_owned(), files: below(&DEFAULT_FILES) }
}

/// Follows `extends` from the theme `wanted` down to the default theme, topmost first.
///
/// `themes` contains the project's themes by name; one called `default` replaces the built-in
/// theme. A missing theme or a cycle is reported, and the chain then continues with the default
/// theme.
pub fn chain(wanted: &str, themes: &BTreeMap<String, ThemeFiles>) -> (Vec<ThemeFiles>, Vec<Diagnostic>) {
    let mut chain: Vec<ThemeFiles> = Vec::new();
    let mut findings = Vec::new();
    let mut next = wanted.to_owned();
    let mut asked_at = Place::Handbook;
    while next != DEFAULT {
        if chain.iter().any(|theme| theme.name == next) {
            let ring: Vec<&str> = chain.iter().map(|theme| theme.name.as_str()).chain([next.as_str()]).collect();
            let message = format!("themes extend each other in a cycle: {}", ring.join(" -> "));
            findings.push(
                Diagnostic::at(Rule::BadConfiguration, asked_at, message).help("let one of them extend `default`"),
            );
            break;
        }
        let Some(theme) = themes.get(&next) else {
            let known = themes.keys().map(String::as_str).chain([DEFAULT]);
            let help = did_you_mean(&nearest(&next, known, 2));
            let message = format!("there is no theme called `{next}`");
            findings.push(Diagnostic::at(Rule::BadConfiguration, asked_at, message).maybe_help(help));
            break;
        };
        asked_at = Place::Theme(format!("{next}/{MANIFEST}"), None);
        chain.push(theme.clone());
        next = extends(theme, &mut findings).unwrap_or_else(|| DEFAULT.to_owned());
    }
    let base = themes.get(DEFAULT).cloned().unwrap_or_else(embedded);
    extends(&base, &mut findings);
    chain.push(base);
    (chain, findings)
}

/// Compiles a chain of themes, topmost first and the default theme last.
///
/// `language` chooses the UI strings (`de-AT` uses `ui/de-AT.toml`, then `ui/de.toml`, then
/// `ui/en.toml`). The fields of `globals` are variables in every template. Returns no theme if a
/// template can't be compiled.
pub fn load(chain: &[ThemeFiles], language: &str, globals: &impl Serialize) -> (Option<Theme>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let ui = strings(chain, language, &mut findings);
    let sources = templates(chain, &mut findings);
    let mut tera = match compile(chain, &sources) {
        Ok(tera) => tera,
        Err(mut found) => {
            findings.append(&mut found);
            return (None, findings);
        }
    };
    match Context::from_serialize(globals) {
        Ok(context) => *tera.global_context() = context,
        Err(error) => findings.append(&mut explain(&error, DEFAULT, &[])),
    }
    tera.global_context().insert("ui", &ui);
    let assets = assets::gather(chain, &mut findings);
    findings.extend(unused::find(chain));
    let places_titles = places_titles(&sources);
    (Some(Theme { tera, hash: hash(chain), assets, ui, places_titles }), findings)
}

/// Returns whether the templates of chapters are the built-in ones, extend them, or use `opening`. A
/// theme's own templates may not know it, and no title may get lost.
fn places_titles(sources: &[(String, &str)]) -> bool {
    ["page", "role", "strategy", "path", "competency"].iter().all(|name| {
        let file = format!("/{name}.html");
        sources.iter().find(|(path, _)| path.ends_with(&file) && path.matches('/').count() == 1).is_some_and(
            |(path, text)| {
                path.starts_with(DEFAULT) || text.contains("opening") || text.contains(&format!("extends \"{DEFAULT}/"))
            },
        )
    })
}

/// Returns whether a chain has templates other than the built-in ones, which are known to render.
pub fn has_own_templates(chain: &[ThemeFiles]) -> bool {
    let embedded = embedded();
    let is_own = |(path, bytes): (&String, &Arc<[u8]>)| {
        path.starts_with("templates/") && embedded.files.get(path) != Some(bytes)
    };
    chain.iter().any(|theme| theme.files.iter().any(is_own))
}

/// Finds the file that a [`Place::Theme`] names (`THEME/page.html`, `THEME/ui/de.toml`).
pub fn file_at<'a>(chain: &'a [ThemeFiles], name: &str) -> Option<(String, &'a Arc<[u8]>)> {
    let (theme, file) = name.split_once('/')?;
    let theme = chain.iter().find(|candidate| candidate.name == theme)?;
    [format!("templates/{file}"), file.to_owned()]
        .into_iter()
        .find_map(|path| theme.files.get(&path).map(|bytes| (path.clone(), bytes)))
}

/// Hashes names and contents, each preceded by its length, so that different chains can't produce
/// the same input.
fn hash(chain: &[ThemeFiles]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    for theme in chain {
        add(theme.name.as_bytes());
        add(&(theme.files.len() as u64).to_le_bytes());
        for (path, bytes) in &theme.files {
            add(path.as_bytes());
            add(bytes);
        }
    }
    let mut hex = hasher.finalize().to_hex().to_string();
    hex.truncate(12);
    hex
}

/// Lists every template as `THEME/page.html` with its text.
fn templates<'a>(chain: &'a [ThemeFiles], findings: &mut Vec<Diagnostic>) -> Vec<(String, &'a str)> {
    let mut sources = Vec::new();
    for theme in chain {
        for (file, bytes) in theme.below("templates/").filter(|(file, _)| file.strip_suffix(".html").is_some()) {
            let name = format!("{}/{file}", theme.name);
            // `view/matrix.html` must be unambiguous, and a theme called `view` would give it a
            // second meaning.
            if file.split_once('/').is_some_and(|(folder, _)| chain.iter().any(|other| other.name == folder)) {
                let message = format!("the folder of `{file}` has the same name as a theme");
                findings.push(
                    Diagnostic::at(Rule::BadConfiguration, Place::Theme(name.clone(), None), message)
                        .help("give the theme another name"),
                );
            }
            match std::str::from_utf8(bytes) {
                Ok(text) => sources.push((name, text)),
                Err(_) => findings.push(not_utf8(name)),
            }
        }
    }
    sources
}

/// Creates the template engine. Filters are registered first because templates are checked against
/// them.
fn compile(chain: &[ThemeFiles], sources: &[(String, &str)]) -> Result<Tera, Vec<Diagnostic>> {
    let mut tera = Tera::new();
    tera.register_filter("fill", fill);
    // The engine's own escaping keeps control characters, which HTML doesn't allow.
    tera.set_escape_fn(|text, out| out.write_all(markup::escaped(text).as_bytes()));
    let first = |error: tera::Error| explain(&error, DEFAULT, sources);
    tera.set_fallback_prefixes(chain.iter().map(|theme| format!("{}/", theme.name))).map_err(first)?;
    match tera.add_raw_templates(sources.iter().map(|(name, text)| (name, text))) {
        Ok(()) => Ok(tera),
        Err(error) => {
            // The engine stops at the first template that it can't read, but an author wants to
            // know about all of them.
            let mut findings: Vec<Diagnostic> = sources.iter().filter_map(unreadable).collect();
            if findings.is_empty() {
                findings = with_missing_blocks(explain(&error, DEFAULT, sources), chain);
            }
            Err(findings)
        }
    }
}

/// If a template lacks blocks that several other templates need, reports this once instead of once
/// for each of those templates.
fn with_missing_blocks(findings: Vec<Diagnostic>, chain: &[ThemeFiles]) -> Vec<Diagnostic> {
    let block = |finding: &Diagnostic| {
        let rest = finding.message.strip_prefix("block `")?;
        let (name, rest) = rest.split_once('`')?;
        let is_below = matches!(&finding.place, Place::Theme(file, _) if file.starts_with("default/"));
        (rest.contains("not defined") && is_below).then(|| name.to_owned())
    };
    let mut missing: Vec<String> = findings.iter().filter_map(block).collect();
    missing.sort();
    missing.dedup();
    let own = chain.iter().filter(|theme| theme.name != DEFAULT).find_map(|theme| {
        let file = ["page.html", "base.html"]
            .into_iter()
            .find(|file| theme.files.contains_key(&format!("templates/{file}")))?;
        Some((format!("{}/{file}", theme.name), file))
    });
    let Some((place, file)) = own.filter(|_| !missing.is_empty()) else { return findings };
    let message = format!("other templates use blocks that this one does not have: {}", missing.join(", "));
    let help =
        format!("begin it with `{{% extends \"default/{file}\" %}}` and replace single blocks, or add these blocks");
    let finding = Diagnostic::at(Rule::Template, Place::Theme(place, None), message).help(help);
    findings.into_iter().filter(|finding| block(finding).is_none()).chain([finding]).collect()
}

/// Parses a single template and returns its syntax error, if it has one.
fn unreadable((name, text): &(String, &str)) -> Option<Diagnostic> {
    match Tera::new().add_raw_template(name, text) {
        Err(error) if matches!(error.kind(), ErrorKind::SyntaxError(_)) => Some(explain_first(&error, name)),
        _ => None,
    }
}

/// Replaces `{name}` in a text with the argument of that name: `{{ ui.minutes | fill(n=5) }}`.
/// `{n|result|results}` becomes its first word if `n` is 1, and its second word otherwise.
#[allow(clippy::needless_pass_by_value, reason = "the engine hands filters owned arguments")]
fn fill(text: StringInput<'_>, arguments: Kwargs, _: &State) -> Value {
    let mut filled = Cow::Borrowed(text.as_str());
    for (key, value) in arguments.iter() {
        if let Some(key) = key.as_str() {
            let value = value.to_string();
            let open = format!("{{{key}|");
            while let Some((before, (words, after))) =
                filled.split_once(&open).and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
            {
                let (one, many) = words.split_once('|').unwrap_or((words, words));
                filled = Cow::Owned(format!("{before}{}{after}", if value == "1" { one } else { many }));
            }
            let hole = format!("{{{key}}}");
            if filled.contains(&hole) {
                filled = Cow::Owned(filled.replace(&hole, &value));
            }
        }
    }
    // Never marked as safe, because an argument may be an author's text.
    Value::normal_string(&filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::diagnostic::Span;

    #[derive(Serialize)]
    struct Page<'a> {
        title: &'a str,
        content: Html,
    }

    fn base() -> ThemeFiles {
        ThemeFiles::from_texts(
            DEFAULT,
            [
                (
                    "templates/base.html",
                    "<title>{% block title %}{{ title }}{% endblock %}</title>{% block body %}{% endblock %}",
                ),
                (
                    "templates/page.html",
                    "{% extends 'base.html' %}{% block body %}{{ content }}{% include 'view/foot.html' %}{% endblock %}",
                ),
                ("templates/view/foot.html", "<p>{{ ui.owner }}: {{ title }}</p>"),
                ("assets/style.css", "a{}"),
                ("assets/print.css", "b{}"),
                ("ui/en.toml", "owner = \"Owner\"\nminutes = \"{n} min\"\n"),
                ("ui/de.toml", "owner = \"Zuständig\"\n"),
            ],
        )
    }

    fn page() -> Page<'static> {
        Page { title: "A & B", content: Html::new("<em>x</em>") }
    }

    fn ready(chain: &[ThemeFiles]) -> Theme {
        let (theme, findings) = load(chain, "en", &BTreeMap::from([("site", "S")]));
        // Templates that only exist for a test don't replace anything.
        assert!(findings.iter().all(|finding| finding.code == Rule::UnusedThemeFile), "{findings:?}");
        theme.unwrap()
    }

    fn broken(text: &str) -> Vec<Diagnostic> {
        let own = ThemeFiles::from_texts("own", [("templates/page.html", text)]);
        let (theme, findings) = load(&[own, base()], "en", &BTreeMap::<String, String>::new());
        match theme {
            Some(theme) => vec![theme.render("page.html", &page()).unwrap_err()],
            None => findings,
        }
    }

    #[test]
    fn every_file_of_the_default_theme_is_compiled_in() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/default/");
        let mut there: Vec<String> = walkdir::WalkDir::new(&folder)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.path().strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/"))
            .collect();
        there.sort();
        assert_eq!(embedded().files.into_keys().collect::<Vec<_>>(), there);
    }

    #[test]
    fn the_built_in_theme_compiles_without_findings() {
        let (chain, findings) = chain(DEFAULT, &BTreeMap::new());
        assert_eq!(findings, []);
        let theme = ready(&chain);
        for name in ["page.html", "role.html", "home.html", "404.html", "view/matrix.html"] {
            assert!(theme.has(name), "{name}");
        }
        assert!(theme.assets().contains_key("style.css"));
    }

    #[test]
    fn text_is_escaped_and_html_is_not() {
        let html = ready(&[base()]).render("page.html", &page()).unwrap();
        assert_eq!(html, "<title>A &amp; B</title><em>x</em><p>Owner: A &amp; B</p>");
    }

    #[test]
    fn a_theme_replaces_one_template_and_extends_another() {
        let own = ThemeFiles::from_texts(
            "own",
            [
                (
                    "templates/page.html",
                    "{% extends \"default/page.html\" %}{% block title %}{{ super() }}!{% endblock %}",
                ),
                ("templates/view/foot.html", "<i>{{ site }}</i>"),
                ("assets/style.css", "c{}"),
            ],
        );
        let theme = ready(&[own, base()]);
        let html = theme.render("page.html", &page()).unwrap();
        assert_eq!(html, "<title>A &amp; B!</title><em>x</em><i>S</i>");
        assert_eq!(&*theme.assets()["style.css"], b"c{}");
        assert_eq!(&*theme.assets()["print.css"], b"b{}");
    }

    #[test]
    fn strings_fall_back_key_by_key() {
        let own = ThemeFiles::from_texts("own", [("ui/de.toml", "new = \"Neu\"")]);
        let (theme, _) = load(&[own, base()], "de-AT", &BTreeMap::<String, String>::new());
        let theme = theme.unwrap();
        assert_eq!(
            [theme.ui("owner"), theme.ui("minutes"), theme.ui("new"), theme.ui("none")],
            ["Zuständig", "{n} min", "Neu", "none"]
        );
    }

    #[test]
    fn a_filled_string_is_still_escaped() {
        let own = ThemeFiles::from_texts("own", [("templates/a.html", "{{ ui.minutes | fill(n=title) }}")]);
        assert_eq!(ready(&[own, base()]).render("a.html", &page()).unwrap(), "A &amp; B min");
    }

    #[test]
    fn the_hash_changes_with_a_name_or_a_byte() {
        let one = ready(&[base()]);
        assert_eq!(one.hash().len(), 12);
        assert_eq!(one.hash(), ready(&[base()]).hash());
        let mut other = base();
        other.files.insert("assets/style.css".to_owned(), Arc::from(&b"a{} "[..]));
        assert_ne!(one.hash(), ready(&[other]).hash());
        assert_ne!(
            hash(&[ThemeFiles::from_texts("a", [("bc", "d")])]),
            hash(&[ThemeFiles::from_texts("a", [("b", "cd")])])
        );
    }

    #[test]
    fn an_unknown_field_is_reported_where_it_is_used() {
        let findings = broken("<p>\n{{ titel }}</p>");
        let finding = &findings[0];
        assert_eq!(finding.place, Place::Theme("own/page.html".to_owned(), Some(Span::new(7, 12))));
        assert_eq!(finding.message, "there is no variable `titel` here");
        assert_eq!(finding.help.as_deref(), Some("did you mean `title`?"));
    }

    #[test]
    fn an_unknown_filter_is_reported_where_it_is_used() {
        let findings = broken("ä\n{{ title | uper }}");
        assert_eq!(findings[0].place, Place::Theme("own/page.html".to_owned(), Some(Span::new(14, 18))));
        assert_eq!(findings[0].message, "unknown filter `uper`");
    }

    #[test]
    fn every_unreadable_template_is_reported() {
        let own = ThemeFiles::from_texts("own", [("templates/a.html", "{% if %}"), ("templates/b.html", "{{ a")]);
        let (theme, findings) = load(&[own, base()], "en", &BTreeMap::<String, String>::new());
        assert!(theme.is_none());
        assert_eq!(findings.len(), 2);
    }

    #[test]
    fn a_template_that_extends_itself_gets_a_finding_with_a_way_out() {
        let findings = broken("{% extends \"page.html\" %}");
        assert_eq!(findings[0].message, "the template `own/page.html` extends itself");
        assert_eq!(
            findings[0].help.as_deref(),
            Some("name the theme to build on: `{% extends \"default/page.html\" %}`")
        );
    }

    #[test]
    fn an_error_in_an_included_template_names_the_template_that_includes_it() {
        let own = ThemeFiles::from_texts("own", [("templates/view/foot.html", "{{ nothing.x }}")]);
        let finding = ready(&[own, base()]).render("page.html", &page()).unwrap_err();
        assert!(matches!(&finding.place, Place::Theme(name, Some(_)) if name == "own/view/foot.html"));
        assert_eq!(finding.notes.len(), 1);
    }

    #[test]
    fn a_missing_template_is_a_finding() {
        let finding = ready(&[base()]).render("nothing.html", &page()).unwrap_err();
        assert_eq!(finding.message, "no theme has the template `nothing.html`");
    }

    #[test]
    fn a_cycle_of_themes_ends_at_the_default_theme() {
        let theme = |name: &str, below: &str| {
            let toml = format!("extends = \"{below}\"");
            (name.to_owned(), ThemeFiles::from_texts(name, [("theme.toml", toml.as_str())]))
        };
        let themes = BTreeMap::from([theme("a", "b"), theme("b", "a"), theme("c", "defautl")]);
        let (chain_a, findings) = chain("a", &themes);
        assert_eq!(chain_a.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["a", "b", DEFAULT]);
        assert_eq!(findings[0].message, "themes extend each other in a cycle: a -> b -> a");
        let (_, findings) = chain("c", &themes);
        assert_eq!(findings[0].help.as_deref(), Some("did you mean `default`?"));
    }

    #[test]
    fn the_file_behind_a_place_is_found() {
        let chain = [base()];
        assert_eq!(file_at(&chain, "default/page.html").unwrap().0, "templates/page.html");
        assert_eq!(file_at(&chain, "default/ui/en.toml").unwrap().0, "ui/en.toml");
        assert!(file_at(&chain, "other/page.html").is_none());
    }
}
