//! Reads the navigation of other generators, and `SUMMARY.md`.
//!
//! Input: the files of a project. Output: the entries in order, each with its depth. Never looks up
//! the chapters that they name.

use super::literal::Literal;
use crate::declare::generator::Generator;
use crate::text::diagnostic::Span;
use crate::text::path::decode_percent;
use crate::text::source::Sources;

/// An entry of the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavEntry {
    /// The entries that follow and are deeper are below this one.
    pub depth: usize,
    /// The title; `None` if it is that of the chapter.
    pub title: Option<String>,
    /// The path of the chapter from the content folder, with or without its extension; `None` for a
    /// group.
    pub target: Option<String>,
    /// The line of `SUMMARY.md`.
    pub span: Option<Span>,
}

/// Reads the navigation from the configuration of `generator`. Returns nothing if it has none.
pub(super) fn of(generator: Generator, sources: &Sources) -> Vec<NavEntry> {
    let text = |path: &str| sources.mark(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let first = |paths: &[&str]| paths.iter().find_map(|path| text(path));
    let found = match generator {
        Generator::MkDocs => {
            first(&["mkdocs.yml", "mkdocs.yaml", ".config/mkdocs.yml"]).and_then(|text| Literal::of_key(&text, "nav"))
        }
        Generator::Quarto => first(&["_quarto.yml", "_quarto.yaml"]).and_then(|text| of_quarto(&text)),
        Generator::Sphinx => first(crate::declare::generator::TOCS).and_then(|text| {
            // The older form is a list.
            let list = || Literal::of_yaml(&format!("toc:\n{text}"))?.get("toc").cloned();
            Literal::of_yaml(&text).or_else(list)
        }),
        Generator::Docusaurus => first(super::settings::SIDEBARS).and_then(|text| of_docusaurus(&text)),
        Generator::VitePress => {
            first(super::settings::VITEPRESS).and_then(|text| Literal::of_script(&text, "sidebar", true))
        }
        Generator::Starlight => {
            first(super::settings::ASTRO).and_then(|text| Literal::of_script(&text, "sidebar", true))
        }
        Generator::Docsify => {
            return first(&["_sidebar.md", "docs/_sidebar.md"]).map(|text| summary(&text, true)).unwrap_or_default();
        }
        _ => None,
    };
    let mut entries = Vec::new();
    if let Some(found) = found {
        walk(&found, 1, &mut entries);
    }
    entries
}

/// Lists the files of a project that may contain the navigation for `generator`.
pub fn files(generator: Generator) -> &'static [&'static str] {
    match generator {
        Generator::MkDocs => &["mkdocs.yml", "mkdocs.yaml", ".config/mkdocs.yml"],
        Generator::Quarto => &["_quarto.yml", "_quarto.yaml"],
        Generator::Sphinx => &["_toc.yml"],
        Generator::Docusaurus => super::settings::SIDEBARS,
        Generator::VitePress => super::settings::VITEPRESS,
        Generator::Starlight => super::settings::ASTRO,
        Generator::Docsify => &["_sidebar.md", "docs/_sidebar.md"],
        _ => &[],
    }
}

fn of_quarto(text: &str) -> Option<Literal> {
    let chapters = || {
        let book = Literal::of_key(text, "book")?;
        let parts = ["chapters", "appendices"].iter().filter_map(|key| book.get(key));
        Some(Literal::List(parts.flat_map(|part| part.items().to_vec()).collect()))
    };
    let sidebar = || Literal::of_key(text, "website")?.get("sidebar")?.get("contents").cloned();
    chapters().filter(|list| !list.items().is_empty()).or_else(sidebar)
}

fn of_docusaurus(text: &str) -> Option<Literal> {
    let named = ["sidebars", "module.exports"].iter().find_map(|key| Literal::of_script(text, key, true));
    let sidebars = named.or_else(|| Literal::of_yaml(text))?;
    Some(Literal::List(sidebars.entries().iter().map(|(_, list)| list.clone()).collect()))
}

/// The keys with which generators name an entry, point to its chapter, and list what is below it.
const TITLES: &[&str] = &["label", "title", "text", "part", "section", "caption", "name"];
const TARGETS: &[&str] = &["id", "slug", "link", "href", "file", "path", "root"];
const CHILDREN: &[&str] = &["items", "children", "chapters", "contents", "sections", "parts"];

/// Adds the entries of a navigation in any of the usual forms.
fn walk(value: &Literal, depth: usize, entries: &mut Vec<NavEntry>) {
    let mut add = |title: Option<String>, target: Option<&str>| {
        let target = target.and_then(path_of);
        entries.push(NavEntry { depth, title, target, span: None });
    };
    match value {
        Literal::Text(target) => {
            if let Some(target) = path_of(target) {
                add(None, Some(&target));
            }
        }
        Literal::List(items) => items.iter().for_each(|item| walk(item, depth, entries)),
        Literal::Table(table) => {
            let texts = |keys: &[&str]| keys.iter().find_map(|key| value.get(key)?.text());
            let lists = || CHILDREN.iter().filter_map(|key| value.get(key)).filter(|list| !list.items().is_empty());
            match table.as_slice() {
                // `Title: page.md` and `Title: [...]`, as in `mkdocs.yml`.
                [(title, Literal::Text(target))] if !is_known(title) => {
                    if path_of(target).is_some() {
                        add(Some(title.clone()), Some(target));
                    }
                }
                [(title, Literal::List(items))] if !is_known(title) && !title.starts_with('/') => {
                    // A section's index that has no title of its own is the section's page.
                    let index = items.first().and_then(Literal::text).filter(|path| is_index(path));
                    add(Some(title.clone()), index);
                    items.iter().skip(usize::from(index.is_some())).for_each(|item| walk(item, depth + 1, entries));
                }
                // The sidebars of several parts of a site, by their address.
                all if lists().next().is_none()
                    && texts(TARGETS).is_none()
                    && all.iter().any(|(_, v)| !v.items().is_empty()) =>
                {
                    for (_, list) in all {
                        walk(list, depth, entries);
                    }
                }
                _ => {
                    let of_link = || value.get("link")?.get("id")?.text();
                    let (title, target) = (texts(TITLES).map(str::to_owned), texts(TARGETS).or_else(of_link));
                    let has_entry = title.is_some() && (target.is_none() || target.and_then(path_of).is_some())
                        || target.and_then(path_of).is_some();
                    if has_entry {
                        add(title, target);
                    }
                    let below = depth + usize::from(has_entry && value.get("root").is_none());
                    lists().for_each(|list| walk(list, below, entries));
                }
            }
        }
        Literal::Other => {}
    }
}

fn is_known(key: &str) -> bool {
    [TITLES, TARGETS, CHILDREN].concat().contains(&key)
}

fn is_index(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name == "index.md" || name == "readme.md"
}

/// Returns the path that an entry names. Returns `None` if it leads to another site.
fn path_of(target: &str) -> Option<String> {
    let target = target.split(['#', '?']).next()?.trim();
    let is_outside = target.contains("://") || target.starts_with("mailto:") || target.starts_with("//");
    let path = target.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    let path = path.strip_suffix(".html").unwrap_or(path);
    let path = if path.is_empty() && target.starts_with('/') { "index" } else { path };
    (!is_outside && !path.is_empty()).then(|| path.to_owned())
}

/// Reads the lines `- [Title](file.md)` and `[Title](file.md)` of a summary. With `groups`, headings
/// and items without a link are groups; otherwise they are passed over.
pub fn summary(text: &str, groups: bool) -> Vec<NavEntry> {
    let mut entries: Vec<NavEntry> = Vec::new();
    let mut start = 0;
    let mut has_title = false;
    for line in text.split_inclusive('\n') {
        let line_start = start;
        start += line.len();
        let trimmed = line.trim_start();
        let span = Some(Span::new(line_start, line_start + line.trim_end().len()));
        let group = |depth: usize, title: &str| {
            let title = plain(title);
            (groups && !title.is_empty()).then_some(NavEntry { depth, title: Some(title), target: None, span })
        };
        if let Some(heading) = trimmed.strip_prefix('#') {
            // The first heading is the title of the list.
            let is_title = !has_title && !heading.starts_with('#') && entries.is_empty();
            has_title = true;
            if !is_title {
                entries.extend(group(0, heading.trim_start_matches('#')));
            }
            continue;
        }
        let item = trimmed.strip_prefix(['-', '*', '+']).map(str::trim_start);
        // Lines without a bullet are mdBook's prefix and suffix chapters, which are at the top
        // level.
        let depth = if item.is_some() { line.len() - trimmed.len() + 1 } else { 0 };
        let link = item.unwrap_or(trimmed).strip_prefix('[').and_then(|rest| rest.split_once("]("));
        let Some((title, (target, _))) = link.and_then(|(title, rest)| Some((title, rest.split_once(')')?))) else {
            entries.extend(item.filter(|item| !item.starts_with(['-', '*'])).and_then(|item| group(depth, item)));
            continue;
        };
        let target = target.split('#').next().unwrap_or_default().trim_matches(['<', '>', ' ']);
        if target.is_empty() {
            // A chapter that isn't written yet.
            entries.extend(group(depth, title));
            continue;
        }
        if groups && target.contains("://") {
            continue;
        }
        let target = target.split(" \"").next().unwrap_or(target);
        let target = decode_percent(target).unwrap_or_else(|| target.to_owned());
        entries.push(NavEntry { depth, title: Some(plain(title)), target: Some(target), span });
    }
    entries
}

/// Returns a title without its marks for code and emphasis.
fn plain(title: &str) -> String {
    title.replace(['`', '*'], "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entries: &[NavEntry]) -> Vec<(usize, &str, &str)> {
        let shown = |entry: &'_ NavEntry| -> (usize, String, String) {
            (entry.depth, entry.title.clone().unwrap_or_default(), entry.target.clone().unwrap_or_default())
        };
        entries
            .iter()
            .map(|entry| {
                let (depth, ..) = shown(entry);
                (depth, entry.title.as_deref().unwrap_or("-"), entry.target.as_deref().unwrap_or("-"))
            })
            .collect()
    }

    fn of_files(generator: Generator, files: &[(&str, &str)]) -> Vec<NavEntry> {
        of(generator, &Sources::from_texts(files.iter().copied()))
    }

    #[test]
    fn the_navigation_of_mkdocs_has_groups_and_their_indexes() {
        let text = "site_name: X\nnav:\n  - Home: index.md\n  - G:\n      - g/index.md\n      - A: g/a.md\n      - b.md\n  - Out: https://x.org\nmarkdown_extensions:\n  - x: !!python/name:y\n";
        let nav = of_files(Generator::MkDocs, &[("mkdocs.yml", text)]);
        assert_eq!(
            shown(&nav),
            [(1, "Home", "index.md"), (1, "G", "g/index.md"), (2, "A", "g/a.md"), (2, "-", "b.md")]
        );
    }

    #[test]
    fn sidebars_of_scripts_are_read() {
        let docusaurus = "module.exports = { docs: ['intro', {type: 'category', label: 'T', link: {type: 'doc', id: 't/index'}, items: ['t/a', {type: 'doc', id: 't/b', label: 'B'}]}] }";
        let nav = of_files(Generator::Docusaurus, &[("sidebars.js", docusaurus)]);
        assert_eq!(shown(&nav), [(1, "-", "intro"), (1, "T", "t/index"), (2, "-", "t/a"), (2, "B", "t/b")]);
        let vitepress = "export default { themeConfig: { sidebar: { '/guide/': [{ text: 'G', items: [{ text: 'A', link: '/guide/a' }] }] } } }";
        let nav = of_files(Generator::VitePress, &[(".vitepress/config.js", vitepress)]);
        assert_eq!(shown(&nav), [(1, "G", "-"), (2, "A", "guide/a")]);
    }

    #[test]
    fn parts_and_unwritten_chapters_of_a_summary_are_groups() {
        let text = "# Summary\n\n[Intro](intro.md)\n\n# Part\n\n- [A](a.md)\n  - [Draft]()\n    - [B](b.md#x \"t\")\n- [Out](https://x.org)\n- Plain\n";
        assert_eq!(
            shown(&summary(text, true)),
            [
                (0, "Intro", "intro.md"),
                (0, "Part", "-"),
                (1, "A", "a.md"),
                (3, "Draft", "-"),
                (5, "B", "b.md"),
                (1, "Plain", "-")
            ]
        );
        assert_eq!(summary(text, false).len(), 4);
    }
}
