//! Assigns URLs to everything, and finds URLs that are claimed twice.
//!
//! Input: chapters, aliases and the style of URLs. Output: URLs, redirects and `colliding-url`
//! findings. URLs that differ only by case or Unicode normalization form collide, because common
//! file systems don't distinguish them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::chapter::document::Meta;
use crate::declare::config::UrlStyle;
use crate::text::path::{SourcePath, UrlPath, fold};
use crate::text::rule::Rule;

use super::remark::{At, Remark};
use super::{ChapterId, Input};

/// Returns the URL of the page called `name` (such as `matrix` or `compare/a/b`) in the given
/// style.
pub fn generated_url(name: &str, style: UrlStyle) -> UrlPath {
    match style {
        UrlStyle::Pretty => UrlPath::new(format!("{name}/")),
        UrlStyle::File => UrlPath::new(format!("{name}.html")),
    }
}

/// Returns the URL of a chapter.
pub fn chapter_url(path: &SourcePath, style: UrlStyle) -> UrlPath {
    if path.is_index() {
        return folder_url(path.folder(), style);
    }
    generated_url(path.without_extension(), style)
}

/// Returns the URL of a directory's page.
pub fn folder_url(folder: &str, style: UrlStyle) -> UrlPath {
    let slash = if folder.is_empty() { "" } else { "/" };
    match style {
        UrlStyle::Pretty => UrlPath::new(format!("{folder}{slash}")),
        UrlStyle::File => UrlPath::new(format!("{folder}{slash}index.html")),
    }
}

/// Returns the URL for a file's path or a URL without leading and trailing slashes
/// (`guides/old.md`, `guides/old`, `guides/index.html`).
pub fn written_url(text: &str, style: UrlStyle) -> UrlPath {
    let path = SourcePath::new(text);
    if path.is_chapter() {
        return chapter_url(&path, style);
    }
    match text.strip_suffix("/index.html") {
        Some(folder) => folder_url(folder, style),
        None => generated_url(text.trim_end_matches(".html"), style),
    }
}

/// The owner of a URL.
#[derive(Clone, Copy)]
enum Claim<'a> {
    Chapter(&'a SourcePath),
    Alias(&'a SourcePath),
}

impl fmt::Display for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chapter(path) => write!(f, "`{path}`"),
            Self::Alias(path) => write!(f, "an alias of `{path}`"),
        }
    }
}

/// Collects the URLs that aliases ask for, and reports those that two chapters claim; `urls` are
/// the chapters' own. Other published files are known only once references have been resolved (see
/// `publish`).
pub fn redirects(input: Input<'_>, urls: &[UrlPath]) -> (BTreeMap<UrlPath, ChapterId>, Vec<Remark>) {
    let mut remarks = Vec::new();
    let mut taken: HashMap<String, Claim<'_>> = HashMap::with_capacity(urls.len());
    for ((chapter, meta), url) in numbered(input).zip(urls) {
        if let Some(other) = taken.insert(fold(&url.output_file()), Claim::Chapter(&meta.path)) {
            let message = format!("this chapter and {other} would both be written to `{url}`");
            let remark = Remark::new(Rule::CollidingUrl, (chapter, &meta.path), At::Chapter, message);
            remarks.push(remark.help("rename one of them"));
        }
    }
    let mut redirects = BTreeMap::new();
    for (chapter, meta) in numbered(input) {
        for alias in meta.aliases.iter().filter_map(|alias| alias_url(alias, &meta.path, input.config.urls)) {
            let key = fold(&alias.output_file());
            match taken.get(&key) {
                // A chapter may list its own URL among its aliases.
                Some(Claim::Chapter(path)) if **path == meta.path => {}
                Some(other) => {
                    let message = format!("the alias `{alias}` is the address of {other}");
                    let remark = Remark::new(Rule::CollidingUrl, (chapter, &meta.path), At::Field("aliases"), message);
                    remarks.push(remark.help("remove the alias"));
                }
                None => {
                    taken.insert(key, Claim::Alias(&meta.path));
                    redirects.insert(alias, chapter);
                }
            }
        }
    }
    (redirects, remarks)
}

fn numbered(input: Input<'_>) -> impl Iterator<Item = (ChapterId, &Meta)> {
    let chapters = input.chapters.iter().enumerate();
    chapters.map(|(n, meta)| (ChapterId(u32::try_from(n).unwrap_or(u32::MAX)), &**meta))
}

/// Returns the URL of an alias: relative to the root if it contains a `/`, or otherwise next to the
/// chapter. Returns `None` if the alias is a title.
fn alias_url(alias: &str, path: &SourcePath, style: UrlStyle) -> Option<UrlPath> {
    let crate::text::path::OldName::Address(trimmed) = crate::text::path::old_name(alias) else { return None };
    let stem = trimmed.strip_suffix(".md").unwrap_or(trimmed);
    if stem.ends_with(".html") {
        return Some(UrlPath::new(stem));
    }
    if alias.contains('/') || path.folder().is_empty() {
        return Some(generated_url(stem, style));
    }
    Some(generated_url(&format!("{}/{stem}", path.folder()), style))
}
