//! Reads the settings of other generators that have a counterpart in `handbook.toml`.
//!
//! Input: the generator, and its configuration files. Output: [`Settings`], and the folder that
//! contains the chapters. Never runs a configuration that is a program.

use std::collections::{BTreeMap, BTreeSet};

use super::literal::Literal;
use super::patterns;
use crate::declare::generator::Generator;
use crate::text::path::{SourcePath, join};
use crate::text::source::Sources;

/// The files with the sidebars of Docusaurus.
pub const SIDEBARS: &[&str] = &[
    "sidebars.js",
    "sidebars.ts",
    "sidebars.json",
    "website/sidebars.js",
    "website/sidebars.ts",
    "website/sidebars.json",
];
/// The files with the configuration of `VitePress`.
pub const VITEPRESS: &[&str] = &[
    ".vitepress/config.js",
    ".vitepress/config.ts",
    ".vitepress/config.mts",
    ".vitepress/config.mjs",
    "docs/.vitepress/config.js",
    "docs/.vitepress/config.ts",
    "docs/.vitepress/config.mts",
    "docs/.vitepress/config.mjs",
];
/// The files with the configuration of Astro.
pub const ASTRO: &[&str] =
    &["astro.config.mjs", "astro.config.ts", "astro.config.js", "docs/astro.config.mjs", "docs/astro.config.ts"];
const DOCUSAURUS: &[&str] = &[
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "docusaurus.config.mjs",
    "docusaurus.config.cjs",
    "docusaurus.config.mts",
    "website/docusaurus.config.js",
    "website/docusaurus.config.ts",
    "website/docusaurus.config.mjs",
    "website/docusaurus.config.cjs",
    "website/docusaurus.config.mts",
];
const SPHINX: &[&str] = &["conf.py", "docs/conf.py", "source/conf.py", "docs/source/conf.py"];
const MKDOCS: &[&str] = &["mkdocs.yml", "mkdocs.yaml", ".config/mkdocs.yml"];
const HUGO: &[&str] = &[
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    "config.toml",
    "config.yaml",
    "config.yml",
    "config/_default/hugo.toml",
    "config/_default/config.toml",
    "config/_default/hugo.yaml",
    "config/_default/config.yaml",
    "config/_default/config.yml",
];

/// What another generator's configuration says. A field that isn't there is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The title.
    pub title: Option<String>,
    /// One sentence about the handbook.
    pub description: Option<String>,
    /// The URL at which the site is served.
    pub base_url: Option<String>,
    /// The URL of the content folder on the code host.
    pub repository: Option<String>,
    /// The language of the text.
    pub language: Option<String>,
}

/// Reads the settings from the configuration of `generator`.
pub fn settings(generator: Generator, sources: &Sources) -> Settings {
    let files = Files { generator, sources };
    let found = match generator {
        Generator::MkDocs => files.mkdocs(),
        Generator::Docusaurus => files.docusaurus(),
        Generator::Jekyll => files.jekyll(),
        Generator::Hugo | Generator::Zola => files.hugo(),
        Generator::MdBook => files.mdbook(),
        Generator::Quarto => files.quarto(),
        Generator::VitePress => files.script(VITEPRESS),
        Generator::Starlight | Generator::Astro => Settings { description: None, ..files.script(ASTRO) },
        Generator::Sphinx => {
            let project = |text: String| Literal::of_script(&text, "project", false)?.text().map(str::to_owned);
            Settings { title: files.first(SPHINX).and_then(project), ..Settings::default() }
        }
        Generator::GitBook => {
            let text = files.first(&["book.json"]).and_then(|text| Literal::of_yaml(&text));
            let title = text.as_ref().and_then(|book| book.get("title")?.text().map(str::to_owned));
            Settings { title, ..Settings::default() }
        }
        _ => Settings::default(),
    };
    cleaned(Settings { language: files.language(), ..found })
}

/// Leaves out blank values, and addresses that can't be a site's or are only placeholders.
fn cleaned(found: Settings) -> Settings {
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let is_real = |address: &String| {
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        let is_plain = !host.is_empty() && !address.contains(['?', '#']) && !address.contains(char::is_whitespace);
        is_plain && !host.starts_with("localhost") && !host.contains("example.") && !host.starts_with("127.")
    };
    let base_url = filled(found.base_url).filter(is_real);
    Settings {
        title: filled(found.title),
        description: filled(found.description),
        base_url: base_url.map(|address| format!("{}/", address.trim_end_matches('/'))),
        repository: filled(found.repository).filter(|address| address.starts_with("https://")),
        language: filled(found.language).filter(|language| is_language(language)),
    }
}

/// Returns whether a text has the form of a language tag, such as `pt-BR`.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_short = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_name = |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase());
    parts.next().is_some_and(is_name) && parts.all(is_short)
}

/// Reads the configuration files of one generator.
struct Files<'a> {
    generator: Generator,
    sources: &'a Sources,
}

impl Files<'_> {
    fn first(&self, paths: &[&str]) -> Option<String> {
        let mut found = paths.iter().filter_map(|path| self.sources.mark(path));
        found.next().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    fn language(&self) -> Option<String> {
        let text = |value: Option<Literal>| value.and_then(|value| value.text().map(str::to_owned));
        let of_key = |paths: &[&str], key: &str| text(Literal::of_key(&self.first(paths)?, key));
        match self.generator {
            Generator::MkDocs => {
                let theme = Literal::of_key(&self.first(MKDOCS)?, "theme")?;
                text(theme.get("language").cloned())
            }
            Generator::Docusaurus => text(Literal::of_script(&self.first(DOCUSAURUS)?, "defaultLocale", false)),
            Generator::VitePress => text(Literal::of_script(&self.first(VITEPRESS)?, "lang", false)),
            Generator::Jekyll => of_key(&["_config.yml", "_config.yaml", "docs/_config.yml"], "lang"),
            Generator::Quarto => of_key(&["_quarto.yml", "_quarto.yaml"], "lang"),
            Generator::GitBook => text(Literal::of_yaml(&self.first(&["book.json"])?)?.get("language").cloned()),
            Generator::MdBook => {
                let config = Literal::of_toml(&self.first(&["book.toml"])?)?;
                text(config.get("book")?.get("language").cloned())
            }
            Generator::Hugo | Generator::Zola => {
                let config = self.first(HUGO)?;
                let config = Literal::of_toml(&config).or_else(|| Literal::of_yaml(&config))?;
                let keys = ["defaultContentLanguage", "default_language", "languageCode"];
                keys.iter().find_map(|key| text(config.get(key).cloned()))
            }
            _ => None,
        }
    }

    fn mkdocs(&self) -> Settings {
        let Some(text) = self.first(&["mkdocs.yml", "mkdocs.yaml", ".config/mkdocs.yml"]) else {
            return Settings::default();
        };
        let get = |key: &str| Literal::of_key(&text, key).and_then(|value| value.text().map(str::to_owned));
        let docs = get("docs_dir").unwrap_or_else(|| "docs".to_owned());
        let repository = get("repo_url").map(|address| address.trim_end_matches('/').to_owned());
        let edit = get("edit_uri").unwrap_or_else(|| format!("edit/master/{docs}/"));
        let repository = repository.filter(|_| !edit.is_empty()).map(|address| {
            if edit.contains("://") { edit.clone() } else { format!("{address}/{}", edit.trim_start_matches('/')) }
        });
        Settings {
            title: get("site_name"),
            description: get("site_description"),
            base_url: get("site_url"),
            repository,
            ..Settings::default()
        }
    }

    fn docusaurus(&self) -> Settings {
        let Some(text) = self.first(DOCUSAURUS) else { return Settings::default() };
        let get = |key: &str| Literal::of_script(&text, key, false).and_then(|value| value.text().map(str::to_owned));
        let base = get("baseUrl").unwrap_or_else(|| "/".to_owned());
        let base_url = get("url").map(|url| format!("{}/{}", url.trim_end_matches('/'), base.trim_start_matches('/')));
        Settings { title: get("title"), description: get("tagline"), base_url, ..Settings::default() }
    }

    fn jekyll(&self) -> Settings {
        let paths = ["_config.yml", "_config.yaml", "docs/_config.yml"];
        let Some(text) = self.first(&paths) else { return Settings::default() };
        let get = |key: &str| Literal::of_key(&text, key).and_then(|value| value.text().map(str::to_owned));
        let base = get("baseurl").unwrap_or_default();
        let base_url = get("url").map(|url| format!("{}/{}", url.trim_end_matches('/'), base.trim_matches('/')));
        Settings { title: get("title"), description: get("description"), base_url, ..Settings::default() }
    }

    fn hugo(&self) -> Settings {
        let Some(text) = self.first(HUGO) else { return Settings::default() };
        let config = Literal::of_toml(&text).or_else(|| Literal::of_yaml(&text));
        let get = |keys: &[&str]| {
            let whole = keys.iter().find_map(|key| config.as_ref()?.get(key)?.text());
            let alone = || keys.iter().find_map(|key| Literal::of_key(&text, key)?.text().map(str::to_owned));
            whole.map(str::to_owned).or_else(alone)
        };
        Settings {
            title: get(&["title"]),
            description: get(&["description"]),
            base_url: get(&["baseURL", "baseurl", "base_url", "baseUrl"]),
            ..Settings::default()
        }
    }

    fn mdbook(&self) -> Settings {
        let config = self.first(&["book.toml"]).and_then(|text| Literal::of_toml(&text));
        let Some(config) = config else { return Settings::default() };
        let get = |table: &[&str], key: &str| {
            let table = table.iter().try_fold(&config, |at, key| at.get(key))?;
            table.get(key)?.text().map(str::to_owned)
        };
        let source = get(&["book"], "src").unwrap_or_else(|| "src".to_owned());
        let edit = get(&["output", "html"], "edit-url-template");
        Settings {
            title: get(&["book"], "title"),
            description: get(&["book"], "description"),
            repository: edit.map(|template| template.replace("{path}", &source)),
            ..Settings::default()
        }
    }

    fn quarto(&self) -> Settings {
        let Some(text) = self.first(&["_quarto.yml", "_quarto.yaml"]) else { return Settings::default() };
        let part = ["book", "website"].iter().find_map(|key| Literal::of_key(&text, key));
        let get = |key: &str| part.as_ref()?.get(key)?.text().map(str::to_owned);
        Settings {
            title: get("title"),
            description: get("description"),
            base_url: get("site-url"),
            ..Settings::default()
        }
    }

    fn script(&self, paths: &[&str]) -> Settings {
        let Some(text) = self.first(paths) else { return Settings::default() };
        let get = |key: &str| Literal::of_script(&text, key, false).and_then(|value| value.text().map(str::to_owned));
        let base_url = if self.generator == Generator::VitePress { None } else { get("site") };
        Settings { title: get("title"), description: get("description"), base_url, ..Settings::default() }
    }
}

/// Returns the path below which `generator` publishes all chapters.
pub(super) fn route(generator: Generator, sources: &Sources) -> String {
    if generator != Generator::Docusaurus {
        return String::new();
    }
    let files = Files { generator, sources };
    let written = files.first(DOCUSAURUS).and_then(|text| Literal::of_script(&text, "routeBasePath", false));
    written.as_ref().and_then(Literal::text).unwrap_or("docs").trim_matches('/').to_owned()
}

/// Lists the collections of a Jekyll project that have pages.
pub(super) fn collections(sources: &Sources) -> Vec<String> {
    let paths = ["_config.yml", "_config.yaml", "docs/_config.yml"];
    let text = Files { generator: Generator::Jekyll, sources }.first(&paths);
    let found = text.and_then(|text| Literal::of_key(&text, "collections"));
    let Some(found) = found else { return Vec::new() };
    let has_pages = |value: &Literal| value.get("output").and_then(Literal::text) == Some("true");
    let of_table = found.entries().iter().filter(|(_, value)| has_pages(value)).map(|(name, _)| name.clone());
    of_table.filter(|name| name != "posts").collect()
}

/// Returns the patterns of the addresses in each collection of a Jekyll project, by its folder.
pub(super) fn permalinks(sources: &Sources) -> BTreeMap<String, String> {
    let paths = ["_config.yml", "_config.yaml", "docs/_config.yml"];
    let Some(text) = (Files { generator: Generator::Jekyll, sources }).first(&paths) else { return BTreeMap::new() };
    let of_posts = Literal::of_key(&text, "permalink").and_then(|pattern| pattern.text().map(str::to_owned));
    let mut found: BTreeMap<String, String> =
        of_posts.map(|pattern| ("_posts".to_owned(), pattern)).into_iter().collect();
    if let Some(collections) = Literal::of_key(&text, "collections") {
        let own =
            |(name, value): &(String, Literal)| Some((format!("_{name}"), value.get("permalink")?.text()?.to_owned()));
        found.extend(collections.entries().iter().filter_map(own));
    }
    found
}

/// Lists the folders in which the snippets of `MkDocs` are.
pub(super) fn bases(sources: &Sources) -> Vec<String> {
    let Some(text) = (Files { generator: Generator::MkDocs, sources }).first(MKDOCS) else { return Vec::new() };
    let list = Literal::of_key(&text, "markdown_extensions");
    let items = list.as_ref().map(Literal::items).unwrap_or_default();
    let of_item = |item: &Literal| item.get("pymdownx.snippets").and_then(|own| own.get("base_path").cloned());
    let found = items.iter().find_map(of_item);
    let written: Vec<String> = match &found {
        Some(value) if value.text().is_some() => value.text().map(str::to_owned).into_iter().collect(),
        Some(value) => value.items().iter().filter_map(Literal::text).map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let is_known = |base: &String| !base.starts_with(['/', '!', '$']);
    let bases: Vec<String> = written.into_iter().filter(is_known).filter_map(|base| join("", &base)).collect();
    if bases.is_empty() { vec![String::new()] } else { bases }
}

/// Returns whether `MkDocs` uses a plugin that inserts descriptions of code.
pub(super) fn describes_code(sources: &Sources) -> bool {
    let text = (Files { generator: Generator::MkDocs, sources }).first(MKDOCS);
    let list = text.and_then(|text| Literal::of_key(&text, "plugins"));
    let is_one = |name: &str| matches!(name, "mkdocstrings" | "autorefs");
    let of_item =
        |item: &Literal| item.text().is_some_and(is_one) || item.entries().iter().any(|(name, _)| is_one(name));
    list.is_some_and(|list| list.items().iter().any(of_item) || list.entries().iter().any(|(name, _)| is_one(name)))
}

/// Lists the files that the patterns below `key` in the configuration of `MkDocs` name. `content` is the
/// content folder if the files are known by their paths from it.
pub(super) fn named_files(
    generator: Option<Generator>,
    sources: &Sources,
    content: &str,
    key: &str,
) -> BTreeSet<SourcePath> {
    let Some(generator @ Generator::MkDocs) = generator else { return BTreeSet::new() };
    let text = (Files { generator, sources }).first(MKDOCS);
    let Some(value) = text.and_then(|text| Literal::of_key(&text, key)) else { return BTreeSet::new() };
    matching(value.text().unwrap_or_default(), (generator, sources, content))
}

/// Lists the files that the settings of a generator leave out of the site. `content` is as for [`named_files`].
pub(super) fn excluded_files(generator: Option<Generator>, sources: &Sources, content: &str) -> BTreeSet<SourcePath> {
    let Some(generator) = generator else { return BTreeSet::new() };
    let files = Files { generator, sources };
    let of_key = |paths: &[&str], key: &str| Literal::of_key(&files.first(paths)?, key);
    let of_script = |paths: &[&str], key: &str| Literal::of_script(&files.first(paths)?, key, true);
    let list = match generator {
        Generator::MkDocs => return named_files(Some(generator), sources, content, "exclude_docs"),
        Generator::Jekyll => of_key(&["_config.yml", "_config.yaml"], "exclude"),
        Generator::Sphinx => {
            of_script(SPHINX, "exclude_patterns").or_else(|| of_key(&["_config.yml"], "exclude_patterns"))
        }
        Generator::VitePress => of_script(VITEPRESS, "srcExclude"),
        Generator::Quarto => {
            of_key(&["_quarto.yml", "_quarto.yaml"], "project").and_then(|project| project.get("render").cloned())
        }
        _ => None,
    };
    let items = list.iter().flat_map(|list| list.items().iter().filter_map(Literal::text));
    let line = |item: &str| match (generator, item.strip_prefix('!')) {
        // Quarto lists what is rendered; what isn't begins with `!`.
        (Generator::Quarto, Some(item)) => format!("{item}\n"),
        (Generator::Quarto, None) => format!("!{item}\n"),
        // A star of Jekyll's stands for folders, too.
        (Generator::Jekyll, _) if item.contains('*') && !item.contains('/') => format!("{item}\n"),
        _ => format!("/{}\n", item.trim_start_matches('/')),
    };
    let lines: String = items.map(line).collect();
    // If anything is listed, nothing else is rendered.
    let is_list = generator == Generator::Quarto && lines.lines().any(|line| line.starts_with('!'));
    let lines = if is_list { format!("*\n{lines}") } else { lines };
    let mut found = matching(&lines, (generator, sources, content));
    found.retain(|path| !is_list || path.is_chapter());
    found
}

/// Lists the files that patterns name, which refer to the folder of the generator's content.
fn matching(patterns: &str, (generator, sources, content): (Generator, &Sources, &str)) -> BTreeSet<SourcePath> {
    let folders = content_folder(generator, &|path| sources.mark(path));
    let root = folders.first().filter(|folder| content.is_empty() && !folder.is_empty());
    let root = root.map(|folder| format!("{folder}/")).unwrap_or_default();
    patterns::matching(patterns, &root, sources.files.keys())
}

/// Lists the addresses that redirect to others: the aliases of docsify, and the redirects of sites that
/// Middleman builds with the gem of the GOV.UK documentation.
pub(super) fn moved(generator: Generator, sources: &Sources) -> BTreeMap<String, String> {
    let files = Files { generator, sources };
    let table = match generator {
        Generator::Docsify => {
            files.first(&["index.html", "docs/index.html"]).and_then(|text| Literal::of_script(&text, "alias", true))
        }
        Generator::Middleman => {
            files.first(&["config/tech-docs.yml"]).and_then(|text| Literal::of_key(&text, "redirects"))
        }
        _ => None,
    };
    let of_entry = |(from, to): &(String, Literal)| {
        // docsify's are patterns; those that end with a name stand for it in all folders.
        let from = ["/.*/", ".*?/", ".*/", "/"].iter().find_map(|start| from.strip_prefix(start)).unwrap_or(from);
        let is_name = !from.is_empty() && !from.contains(['*', '(', '$', '^', '?']);
        let to = to.text()?.trim_start_matches('/');
        is_name.then(|| (from.trim_end_matches('/').to_owned(), to.to_owned()))
    };
    table.as_ref().map(Literal::entries).unwrap_or_default().iter().filter_map(of_entry).collect()
}

/// Lists the further files of a project that are read if its generator is known by another one.
pub fn further_files() -> impl Iterator<Item = &'static str> {
    let others = ["_toc.yml", "_sidebar.md", "docs/_sidebar.md", "docs/_toc.yml", "config/tech-docs.yml"];
    SIDEBARS.iter().chain(VITEPRESS).copied().chain(others)
}

/// Lists the folders outside of the content folder from which `generator` takes pictures, each with the
/// folder in which chapters look for them. `mark` returns the bytes of a file of the project.
pub fn folders_of_pictures<'a>(generator: Generator, mark: &dyn Fn(&str) -> Option<&'a [u8]>) -> Vec<(String, String)> {
    let text = |path: &&str| mark(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    match generator {
        Generator::Eleventy => {
            let folders = ["_img", "img", "images", "assets", "media", "static", "public"];
            folders.map(|folder| (folder.to_owned(), folder.to_owned())).to_vec()
        }
        Generator::MkDocs => {
            let theme = MKDOCS.iter().find_map(text).and_then(|text| Literal::of_key(&text, "theme"));
            let folder = theme.as_ref().and_then(|theme| theme.get("custom_dir")?.text());
            // A dot folder contains settings, and `.git` all that was ever written.
            let is_open = |folder: &String| !folder.split('/').any(|part| part.starts_with('.'));
            let folder = folder.and_then(|folder| join("", folder)).filter(is_open);
            folder.map(|folder| (folder, String::new())).into_iter().collect()
        }
        Generator::Docusaurus => {
            let is_below = DOCUSAURUS.iter().any(|path| path.starts_with("website/") && mark(path).is_some());
            is_below.then(|| ("website/static".to_owned(), "static".to_owned())).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Lists the folders that may contain the chapters of a project, the first that exists first. `mark`
/// returns the bytes of a file of the project.
pub fn content_folder<'a>(generator: Generator, mark: &dyn Fn(&str) -> Option<&'a [u8]>) -> Vec<String> {
    let text = |path: &str| mark(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let first = |paths: &[&str]| paths.iter().find_map(|path| text(path));
    let has = |path: &str| mark(path).is_some();
    let list = |folders: &[&str]| folders.iter().map(|folder| (*folder).to_owned()).collect::<Vec<_>>();
    let named = |folder: Option<String>, usual: &[&str]| match folder {
        Some(folder) => vec![folder.trim_start_matches("./").trim_matches('/').to_owned()],
        None => list(usual),
    };
    let of_key = |text: Option<String>, key: &str| Literal::of_key(&text?, key)?.text().map(str::to_owned);
    match generator {
        Generator::MkDocs => {
            named(of_key(first(&["mkdocs.yml", "mkdocs.yaml", ".config/mkdocs.yml"]), "docs_dir"), &["docs"])
        }
        Generator::Docusaurus => {
            let place = DOCUSAURUS.iter().find(|path| has(path)).and_then(|path| path.rsplit_once('/'));
            let folder = place.map_or("", |(folder, _)| folder);
            let written = first(DOCUSAURUS).and_then(|text| Literal::of_script(&text, "path", false));
            let written = written.as_ref().and_then(Literal::text).and_then(|path| join(folder, path));
            written.into_iter().chain(join(folder, "docs")).chain(list(&["docs"])).collect()
        }
        Generator::Hugo => {
            let text = first(HUGO);
            let config = text.as_ref().and_then(|text| Literal::of_toml(text).or_else(|| Literal::of_yaml(text)));
            let of_config = |key: &str| config.as_ref()?.get(key)?.text().map(str::to_owned);
            let folder = of_config("contentDir").unwrap_or_else(|| "content".to_owned());
            let language = of_config("defaultContentLanguage").unwrap_or_else(|| "en".to_owned());
            vec![format!("{folder}/{language}"), folder]
        }
        Generator::Eleventy => {
            let text = first(&["eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", ".eleventy.js"]);
            let written = text.and_then(|text| Literal::of_script(&text, "input", false));
            named(written.as_ref().and_then(Literal::text).map(str::to_owned), &[])
        }
        Generator::Obsidian if has("quartz.config.ts") => list(&["content"]),
        Generator::MdBook => {
            let config = text("book.toml").and_then(|text| Literal::of_toml(&text));
            named(
                config.as_ref().and_then(|config| config.get("book")?.get("src")?.text().map(str::to_owned)),
                &["src"],
            )
        }
        Generator::GitBook => {
            let root = of_key(first(&[".gitbook.yaml", ".gitbook.yml"]), "root");
            let old = || Literal::of_yaml(&text("book.json")?)?.get("root")?.text().map(str::to_owned);
            named(root.or_else(old), &[])
        }
        Generator::Starlight => list(&["src/content/docs", "docs/src/content/docs"]),
        Generator::VitePress if has("docs/.vitepress") || has("docs/.vuepress") => list(&["docs"]),
        Generator::Jekyll if !has("_config.yml") && !has("_config.yaml") => list(&["docs"]),
        Generator::Jekyll => {
            let source = of_key(first(&["_config.yml", "_config.yaml"]), "source");
            named(source.filter(|source| !source.trim_matches(['.', '/']).is_empty()), &[])
        }
        Generator::Sphinx if has("_toc.yml") => Vec::new(),
        Generator::Sphinx if has("docs/_toc.yml") => list(&["docs"]),
        Generator::Sphinx if has("book/_toc.yml") => list(&["book"]),
        Generator::Sphinx if has("book/website/_toc.yml") => list(&["book/website"]),
        Generator::Sphinx if has("conf.py") => Vec::new(),
        Generator::Sphinx if has("docs/conf.py") => list(&["docs"]),
        Generator::Sphinx if has("source/conf.py") => list(&["source"]),
        Generator::Sphinx => list(&["docs/source"]),
        Generator::Docsify if !has("index.html") => list(&["docs"]),
        Generator::Middleman => list(&["source"]),
        Generator::Zola | Generator::Nuxt => list(&["content"]),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_addresses_of_other_generators_are_taken() {
        let of = |generator, file: &str, text: &str| settings(generator, &Sources::from_texts([(file, text)]));
        let text =
            "site_name: A\nsite_url: https://a.org/x\nrepo_url: https://github.com/a/b\nedit_uri: edit/main/docs/\n";
        let mkdocs = of(Generator::MkDocs, "mkdocs.yml", text);
        assert_eq!(mkdocs.base_url.as_deref(), Some("https://a.org/x/"));
        assert_eq!(mkdocs.repository.as_deref(), Some("https://github.com/a/b/edit/main/docs/"));
        let text = "const c = {\n  title: 'D',\n  url: 'https://d.org',\n  baseUrl: '/docs/' };";
        let docusaurus = of(Generator::Docusaurus, "docusaurus.config.js", text);
        assert_eq!(docusaurus.title.as_deref(), Some("D"));
        assert_eq!(docusaurus.base_url.as_deref(), Some("https://d.org/docs/"));
        let hugo = of(Generator::Hugo, "hugo.toml", "title = 'H'\nbaseURL = 'https://example.org/'\n");
        assert_eq!((hugo.title.as_deref(), hugo.base_url), (Some("H"), None));
    }

    #[test]
    fn no_pictures_are_taken_from_dot_folders() {
        let of = |folder: &str| {
            let text = format!("theme:\n  custom_dir: {folder}\n");
            folders_of_pictures(Generator::MkDocs, &|path| (path == "mkdocs.yml").then_some(text.as_bytes()))
        };
        assert_eq!(of("overrides"), [("overrides".to_owned(), String::new())]);
        for folder in [".git", "./.git", "a/../.git", "a/.private/b"] {
            assert_eq!(of(folder), [], "{folder}");
        }
    }

    #[test]
    fn the_language_is_taken_if_it_is_one() {
        let of = |generator, file: &str, text: &str| settings(generator, &Sources::from_texts([(file, text)])).language;
        let mkdocs = |language: &str| of(Generator::MkDocs, "mkdocs.yml", &format!("theme:\n  language: {language}\n"));
        assert_eq!(mkdocs("de").as_deref(), Some("de"));
        assert_eq!(mkdocs("pt-BR").as_deref(), Some("pt-BR"));
        assert_eq!(mkdocs("!ENV [LANG, en]"), None);
        let of_script = "module.exports = { i18n: { defaultLocale: 'fr', locales: ['fr'] } };";
        assert_eq!(of(Generator::Docusaurus, "docusaurus.config.js", of_script).as_deref(), Some("fr"));
        assert_eq!(of(Generator::MdBook, "book.toml", "[book]\nlanguage = \"nl\"\n").as_deref(), Some("nl"));
    }
}
