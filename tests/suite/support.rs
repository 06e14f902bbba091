//! Helpers that the tests share: compiling texts, running the program, reading folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rolebook::author::adopt::{Adoption, Wanted, plan};
use rolebook::command::pipeline::{Compiled, Pipeline};
use rolebook::model::compile::{Choices, Compiler, Handbook};
use rolebook::past::history::Past;
use rolebook::site::theme::ThemeFiles;
use rolebook::site::urls::Site;
use rolebook::text::diagnostic::{Diagnostic, Place};
use rolebook::text::source::{SourceFile, Sources};
use rolebook::world::disk::Inputs;
use rolebook::world::report;
use scraper::{Html, Selector};

/// Returns the root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the path of test data next to the repository. If it doesn't exist, prints that the test
/// is skipped and returns `None`.
pub fn shared(name: &str) -> Option<PathBuf> {
    let place = repository().join("../shared").join(name);
    if place.exists() {
        return Some(place);
    }
    println!("skipped: `{name}` is not next to this checkout");
    None
}

/// Reads the size of a long run from an environment variable such as `FUZZ_SECONDS`. Returns `None`
/// in ordinary test runs.
pub fn asked<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Compiles texts as `rolebook build` would.
pub fn compile(sources: &Sources) -> Result<Handbook, Box<Diagnostic>> {
    Compiler::new().compile(sources, &choices(None))
}

/// Returns a pipeline and its inputs: texts, and a theme on top of the default one.
fn pipeline(sources: &Sources, files: Option<ThemeFiles>) -> (Pipeline, Inputs) {
    let theme = Some(files.as_ref().map_or_else(|| "default".to_owned(), |files| files.name.clone()));
    let themes = files.into_iter().map(|files| (files.name.clone(), files)).collect();
    let mut pipeline = Pipeline::default();
    pipeline.theme = theme;
    (pipeline, Inputs { sources: sources.clone(), themes, ..Inputs::default() })
}

/// Compiles texts with a theme on top of the default one, and looks for every finding.
pub fn check_with(sources: &Sources, files: Option<ThemeFiles>) -> Result<Compiled, Box<Diagnostic>> {
    let (mut pipeline, inputs) = pipeline(sources, files);
    Ok(pipeline.check(&inputs, &choices(None), false)?.0)
}

/// Plans the adoption of texts.
pub fn adoption(sources: &Sources, dialects: bool) -> Adoption {
    let look = |sources: &Sources| Ok(check_with(sources, None)?.findings);
    plan(sources, Wanted { title: "Handbook", dialects }, &look).unwrap()
}

fn choices(audience: Option<&str>) -> Choices {
    Choices { title: "Handbook".to_owned(), audience: audience.map(str::to_owned), ..Choices::default() }
}

/// Builds the site of texts with a theme on top of the default one.
pub fn site_with(sources: &Sources, files: Option<ThemeFiles>) -> Site {
    let (mut pipeline, inputs) = pipeline(sources, files);
    let compiled = pipeline.compile(&inputs, &choices(None)).unwrap();
    let is_of_theme = |finding: &&Diagnostic| matches!(finding.place, Place::Theme(..));
    let findings: Vec<&Diagnostic> = compiled.findings.iter().filter(is_of_theme).collect();
    assert!(findings.is_empty(), "{findings:?}");
    compiled.site(Past::default(), None).unwrap()
}

/// Builds the site of texts for an audience.
pub fn site_for(sources: &Sources, audience: Option<&str>) -> Site {
    let (mut pipeline, inputs) = pipeline(sources, None);
    pipeline.compile(&inputs, &choices(audience)).unwrap().site(Past::default(), None).unwrap()
}

/// Renders findings as the program does, for files named `handbook/…`.
pub fn draw(findings: &[Diagnostic], sources: &Sources) -> String {
    let files = |place: &Place| match place {
        Place::Content(path, _) => Some((format!("handbook/{path}"), sources.bytes(path).cloned())),
        Place::Theme(name, _) => Some((format!("themes/{name}"), None)),
        Place::Handbook => None,
    };
    report::human(findings, &files, false, 120)
}

/// Renders a page as text.
pub fn page(site: &Site, url: &str) -> String {
    let url = rolebook::text::path::UrlPath::new(url);
    let rendered = site.render(&url).unwrap_or_else(|| panic!("no page at `{url}`")).unwrap();
    String::from_utf8(rendered.bytes.into_owned()).unwrap()
}

/// Reads a folder into sources, without what Rolebook keeps there itself.
pub fn read_folder(root: &Path) -> Sources {
    let files = files_below(root).into_iter().filter(|(path, _)| !path.starts_with(".rolebook/"));
    let files = files.map(|(path, bytes)| (rolebook::text::path::SourcePath::new(path), SourceFile::new(bytes)));
    Sources { files: files.collect(), ..Sources::default() }
}

/// Reads every file below a folder, by its path with `/`.
pub fn files_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Runs the program in a folder.
pub fn rolebook(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rolebook")).args(arguments).current_dir(folder).output().unwrap()
}

/// Writes files into a folder.
pub fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Asserts that a page contains no script, style or event handler of the chapter's own, and that
/// every URL has an allowed scheme.
pub fn harmless(page: &Html) {
    let everything = Selector::parse("main *").unwrap();
    for element in page.select(&everything) {
        let value = element.value();
        let name = value.name();
        assert!(
            !["script", "style", "iframe", "object", "embed", "base", "meta", "link", "form"].contains(&name),
            "<{name}>"
        );
        for (attribute, text) in value.attrs() {
            assert!(
                !attribute.starts_with("on") && attribute != "style" && attribute != "srcdoc",
                "{attribute}={text}"
            );
            if ["href", "src", "action", "formaction", "poster", "data", "xlink:href"].contains(&attribute) {
                let plain: String = text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
                let scheme = plain
                    .split(['/', '?', '#'])
                    .next()
                    .unwrap()
                    .split_once(':')
                    .map(|(scheme, _)| scheme.to_lowercase());
                let scripts = ["javascript", "vbscript", "data", "blob", "file"];
                assert!(scheme.is_none_or(|scheme| !scripts.contains(&scheme.as_str())), "{attribute}={text}");
                // Browsers treat `\` like `/` (WHATWG URL, special authority slashes state).
                let slashes = plain.replace('\\', "/");
                let loads = ["src", "poster"].contains(&attribute);
                assert!(!loads || !(slashes.starts_with("//") || slashes.contains("://")), "{attribute}={text}");
            }
        }
    }
}
