//! Assigns URLs to everything, and finds URLs that are claimed twice.
//!
//! Input: chapters, aliases and the style of URLs. Output: URLs, redirects and `colliding-url`
//! findings. URLs that differ only by case or Unicode normalization form collide, because common
//! file systems don't distinguish them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::chapter::document::Meta;
use crate::declare::config::UrlStyle;
use crate::text::path::{OldName, SourcePath, UrlPath, fold, old_name};
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

/// Collects the URLs that aliases ask for, and reports those that two chapters claim; `urls` are
/// the chapters' own. Other published files are known only once references have been resolved (see
/// `publish`).
pub fn redirects(input: Input<'_>, urls: &[UrlPath]) -> (BTreeMap<UrlPath, ChapterId>, Vec<Remark>) {
    let mut remarks = Vec::new();
    // For each URL, the chapter that has it, and whether the chapter has it as an alias.
    let mut taken: HashMap<String, (&SourcePath, bool)> = HashMap::with_capacity(urls.len());
    let mut report = |(chapter, meta): (ChapterId, &Meta), at: At, message: String, help: &str| {
        remarks.push(Remark::new(Rule::CollidingUrl, (chapter, &meta.path), at, message).help(help));
    };
    for ((chapter, meta), url) in numbered(input).zip(urls) {
        if let Some((other, _)) = taken.insert(fold(&url.output_file()), (&meta.path, false)) {
            let message = format!("this chapter and `{other}` would both be written to `{url}`");
            report((chapter, meta), At::Chapter, message, "rename one of them");
        }
    }
    let mut redirects = BTreeMap::new();
    for (chapter, meta) in numbered(input) {
        for alias in meta.aliases.iter().filter_map(|alias| alias_url(alias, &meta.path, input.config.urls)) {
            match taken.entry(fold(&alias.output_file())) {
                Entry::Vacant(free) => {
                    free.insert((&meta.path, true));
                    redirects.insert(alias, chapter);
                }
                // A chapter may list its own URL among its aliases.
                Entry::Occupied(own) if *own.get() == (&meta.path, false) => {}
                Entry::Occupied(other) => {
                    let (path, is_alias) = other.get();
                    let what = if *is_alias { "an alias" } else { "the address" };
                    let message = format!("the alias `{alias}` is already {what} of `{path}`");
                    report((chapter, meta), At::Field("aliases"), message, "remove the alias");
                }
            }
        }
    }
    (redirects, remarks)
}

fn numbered(input: Input<'_>) -> impl Iterator<Item = (ChapterId, &Meta)> {
    (0..).map(ChapterId).zip(input.chapters.iter().map(|meta| &**meta))
}

/// Returns the URL of an alias: relative to the root if it contains a `/`, or otherwise next to the
/// chapter. Returns `None` if the alias is a title.
fn alias_url(alias: &str, path: &SourcePath, style: UrlStyle) -> Option<UrlPath> {
    let OldName::Address(trimmed) = old_name(alias) else { return None };
    let stem = trimmed.strip_suffix(".md").unwrap_or(trimmed);
    Some(match path.folder() {
        _ if stem.ends_with(".html") => UrlPath::new(stem),
        folder if alias.contains('/') || folder.is_empty() => generated_url(stem, style),
        folder => generated_url(&format!("{folder}/{stem}"), style),
    })
}
