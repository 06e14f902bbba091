//! Turns an export of Confluence or Notion into a folder of Markdown.
//!
//! Input: the files of the export. Output: [`Exported`]: chapters and attachments with new paths, and
//! counts of what couldn't be turned into Markdown. Links between pages and to attachments are rewritten.
//! Never writes a file, and leaves out nothing silently.

mod confluence;
mod markdown;
mod notion;
mod said;
mod tables;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use crate::declare::config::FILE;
use crate::declare::withheld::is_secret;
use crate::text::path::{SourcePath, decode_percent, encode_percent, is_device};
use crate::text::slug::chapter_stem;
use crate::text::unpack::Unpacked;

/// The program that wrote an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Confluence,
    Notion,
    /// An unknown one. The files are a folder of Markdown.
    Other,
}

/// The files of an export, as chapters of ours.
#[derive(Clone, Debug)]
pub struct Exported {
    pub program: Program,
    /// The title of the space or of the first page.
    pub title: Option<String>,
    /// The files by their new paths.
    pub files: BTreeMap<SourcePath, Vec<u8>>,
    /// The number of pages.
    pub pages: usize,
    /// The number of files that pages refer to.
    pub attachments: usize,
    /// The databases, each with the number of its rows. Each is a chapter with a table, and a file.
    pub databases: Vec<(SourcePath, usize)>,
    /// The properties that became fields, by name, each with the field and a count.
    pub fields: BTreeMap<(String, &'static str), usize>,
    /// The properties that became text, with a count.
    pub properties: BTreeMap<String, usize>,
    /// What was kept only as text, with a count.
    pub kept: BTreeMap<String, usize>,
    /// Files of the export that aren't part of the handbook.
    pub left: Vec<String>,
    /// Files that aren't taken from an archive because of their names.
    pub refused: Vec<String>,
}

impl Exported {
    fn new(program: Program) -> Self {
        Self {
            program,
            title: None,
            files: BTreeMap::new(),
            pages: 0,
            attachments: 0,
            databases: Vec::new(),
            fields: BTreeMap::new(),
            properties: BTreeMap::new(),
            kept: BTreeMap::new(),
            left: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn add(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.insert(SourcePath::new(path), bytes);
    }
}

/// Reads the files of an export, without those that an archive must not bring.
pub fn read(files: Vec<Unpacked>) -> Exported {
    let mut exported = of_program(files);
    let refused: Vec<SourcePath> = exported.files.keys().filter(|path| is_refused(path.as_str())).cloned().collect();
    for path in refused {
        exported.files.remove(&path);
        let count = if path.is_chapter() { &mut exported.pages } else { &mut exported.attachments };
        *count = count.saturating_sub(1);
        exported.refused.push(path.as_str().to_owned());
    }
    exported
}

/// The names with a dot that generators give to what belongs to the text.
const DOTTED: [&str; 8] =
    [".gitbook", ".gitbook.yaml", ".gitbook.yml", ".vitepress", ".vuepress", ".pages", ".eleventy.js", ".config"];

/// Returns whether a file would be a setting, a secret or a device in the folder of a handbook.
fn is_refused(path: &str) -> bool {
    let is_hidden = |part: &str| part.starts_with('.') && !DOTTED.contains(&part);
    let name = path.rsplit('/').next().unwrap_or_default();
    path.split('/').any(|part| is_hidden(part) || is_device(part)) || is_secret(name) || path.eq_ignore_ascii_case(FILE)
}

fn of_program(files: Vec<Unpacked>) -> Exported {
    let files = without_root(files);
    if confluence::is_one(&files) {
        return confluence::read(files);
    }
    if notion::is_one(&files) {
        return notion::read(files);
    }
    let mut exported = Exported::new(Program::Other);
    for (path, bytes) in files {
        let is_page = SourcePath::new(path.as_str()).is_chapter();
        exported.pages += usize::from(is_page);
        exported.attachments += usize::from(!is_page);
        exported.add(&path, bytes);
    }
    exported
}

/// Takes the folders off that contain everything.
fn without_root(mut files: Vec<Unpacked>) -> Vec<Unpacked> {
    loop {
        let root = files.first().and_then(|(path, _)| path.split_once('/')).map(|(root, _)| format!("{root}/"));
        let Some(root) = root.filter(|root| files.iter().all(|(path, _)| path.starts_with(root))) else {
            return files;
        };
        for (path, _) in &mut files {
            path.drain(..root.len());
        }
    }
}

/// Gives new paths that differ from each other.
#[derive(Debug, Default)]
struct Paths {
    taken: BTreeSet<String>,
    /// The last number of each name.
    numbers: BTreeMap<String, usize>,
}

impl Paths {
    /// Returns `stem` with the extension, or the first free one of `stem-2`, `stem-3` and so on.
    fn free(&mut self, stem: &str, extension: &str) -> String {
        let number = self.numbers.entry(format!("{stem}{extension}").to_lowercase()).or_default();
        loop {
            *number += 1;
            let path = if *number == 1 { format!("{stem}{extension}") } else { format!("{stem}-{number}{extension}") };
            if self.taken.insert(path.to_lowercase()) {
                return path;
            }
        }
    }
}

/// Returns a name for a file or folder that is made from a title.
fn stem(title: &str) -> String {
    let stem = chapter_stem(title);
    if stem.is_empty() {
        "page".to_owned()
    } else if is_device(&stem) {
        format!("{stem}-page")
    } else {
        stem
    }
}

/// Returns the extension of a path with its dot.
fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').filter(|at| *at > 0).map_or("", |at| &name[at..])
}

/// Returns the extension of a path with its dot, in lower case.
fn extension(path: &str) -> String {
    ending(path).to_lowercase()
}

/// Returns the path without its extension.
fn without_extension(path: &str) -> &str {
    &path[..path.len() - ending(path).len()]
}

/// Returns the folder of a path with a slash at its end, or nothing.
fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |end| &path[..=end])
}

/// Returns a link from one new path to another.
fn relative(from: &str, to: &str) -> String {
    let (mut from, mut to) = (folder(from), to);
    while let (Some((a, rest_a)), Some((b, rest_b))) = (from.split_once('/'), to.split_once('/')) {
        if a != b {
            break;
        }
        (from, to) = (rest_a, rest_b);
    }
    format!("{}{}", "../".repeat(from.matches('/').count()), encode_percent(to, b"-._~/"))
}

/// Returns the path in the export that a link of one of its pages leads to, and the anchor, or `None` if it
/// leads to another host.
fn target(page: &str, link: &str) -> Option<(String, String)> {
    let (path, anchor) = link.split_once('#').map_or((link, ""), |(path, anchor)| (path, anchor));
    let path = path.split('?').next().unwrap_or_default();
    if path.contains(':') || path.starts_with('/') || path.is_empty() {
        return None;
    }
    let mut parts: Vec<String> = folder(page).split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    for part in decode_percent(path)?.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part.to_owned()),
        }
    }
    let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    Some((parts.join("/"), anchor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_and_stay_inside_the_export() {
        assert_eq!(relative("a/b.md", "a/c d.md"), "c%20d.md");
        assert_eq!(relative("a/b/c.md", "d/e.md"), "../../d/e.md");
        assert_eq!(relative("a.md", "b/c.md"), "b/c.md");
        assert_eq!(target("a/b.html", "../c%20d.html?x=1#y"), Some(("c d.html".to_owned(), "#y".to_owned())));
        for link in ["https://a.example", "../../x", "/x", "#y", "mailto:a@b.example"] {
            assert_eq!(target("a/b.html", link), None, "{link}");
        }
    }

    #[test]
    fn an_extension_may_be_longer_in_lower_case() {
        assert_eq!((without_extension("a/é.İ"), extension("a/é.İ").as_str()), ("a/é", ".i\u{307}"));
    }

    #[test]
    fn an_archive_brings_no_settings_secrets_or_devices() {
        let paths =
            ["a.md", ".env", "x/.git/config", "handbook.toml", "Handbook.TOML", "con.md", "x/LPT1/a.png", "b.pem"];
        let kept = ["a.md", "x/handbook.toml", "icon.md", ".vitepress/config.js", "com.md"];
        let files = paths.iter().chain(&kept[1..]).map(|path| ((*path).to_owned(), Vec::new())).collect();
        let exported = read(files);
        let found: BTreeSet<&str> = exported.files.keys().map(SourcePath::as_str).collect();
        assert_eq!(found, kept.into_iter().collect());
        assert_eq!((exported.refused.len(), exported.pages), (paths.len() - 1, 3));
        assert_eq!(stem("Con"), "con-page");
    }

    #[test]
    fn folders_that_contain_everything_are_taken_off() {
        let files = |paths: &[&str]| paths.iter().map(|path| ((*path).to_owned(), Vec::new())).collect::<Vec<_>>();
        let paths = |list| without_root(files(list)).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        assert_eq!(paths(&["E/P/a.md", "E/P/a/b.md"]), ["a.md", "a/b.md"]);
        assert_eq!(paths(&["a.md", "a/b.md"]), ["a.md", "a/b.md"]);
    }
}
