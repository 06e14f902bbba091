//! Assigns URLs to everything, and finds URLs that are claimed twice.
//!
//! Input: chapters, aliases and the style of URLs. Output: URLs, redirects and `colliding-url`
//! findings. URLs that differ only by case or Unicode normalization form collide, because common
//! file systems don't distinguish them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::chapter::document::Meta;
use crate::declare::config::{Config, UrlStyle};
use crate::declare::origin::published;
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

/// Returns the URL of each chapter. In a plain folder, where two chapters could have the same one,
/// only the first has it: one with a `permalink` before others, an `index.md` before a README, a folder's index before a chapter that is
/// called like the folder, and then the first by path. The others get URLs of their own, and remarks
/// that say so.
pub fn assign(input: Input<'_>) -> (Vec<UrlPath>, Vec<Remark>) {
    let mut urls: Vec<UrlPath> = input.chapters.iter().map(|meta| wanted_url(meta, input.config)).collect();
    if input.config.configured {
        return (urls, Vec::new());
    }
    let key = |url: &UrlPath| fold(&url.output_file());
    let mut claims: HashMap<String, Vec<ChapterId>> = HashMap::with_capacity(urls.len());
    for ((chapter, _), url) in numbered(input).zip(&urls) {
        claims.entry(key(url)).or_default().push(chapter);
    }
    let mut contested: Vec<Vec<ChapterId>> = claims.values().filter(|claim| claim.len() > 1).cloned().collect();
    contested.sort_unstable();
    let mut remarks = Vec::new();
    for mut claim in contested {
        claim.sort_by_cached_key(|chapter| {
            let meta = &input.chapters[chapter.index()];
            (meta.permalink.is_none(), precedence(&meta.path))
        });
        let (first, others) = claim.split_at(1);
        let first = &input.chapters[first[0].index()].path;
        for &chapter in others {
            let path = &input.chapters[chapter.index()].path;
            let mut free = own_urls(path, input.config.urls).filter(|url| !claims.contains_key(&key(url)));
            let Some(url) = free.next() else { continue };
            claims.insert(key(&url), vec![chapter]);
            let taken = std::mem::replace(&mut urls[chapter.index()], url.clone());
            let message = format!("this chapter is at `{url}`, because `{first}` is at `{taken}`");
            let remark = Remark::new(Rule::CollidingUrl, (chapter, path), At::Chapter, message);
            remarks.push(remark.help("rename one of them, or give one a `permalink`"));
        }
    }
    (urls, remarks)
}

/// Returns the URL that a chapter asks for.
fn wanted_url(meta: &Meta, config: &Config) -> UrlPath {
    let style = config.urls;
    match meta.permalink.as_deref() {
        None => match config.generator.filter(|_| config.reads_foreign()) {
            Some(generator) => chapter_url(&published(&meta.path, generator), style),
            None => chapter_url(&meta.path, style),
        },
        Some("") => folder_url("", style),
        Some(path) if path.ends_with(".html") => match path.strip_suffix("/index.html") {
            Some(folder) => folder_url(folder, style),
            None => UrlPath::new(path),
        },
        Some(path) => generated_url(path, style),
    }
}

/// Returns the sort key of chapters that ask for the same URL.
pub fn precedence(path: &SourcePath) -> (bool, usize, SourcePath) {
    let names = ["index", "_index", "readme"];
    let name = names.iter().position(|name| path.stem().eq_ignore_ascii_case(name));
    (!path.is_index(), name.unwrap_or(names.len()), path.clone())
}

/// Returns the URLs that a chapter may have if its usual one is taken: an index has its own name, and
/// further ones are numbered.
fn own_urls(path: &SourcePath, style: UrlStyle) -> impl Iterator<Item = UrlPath> {
    let name = match path.folder() {
        _ if !path.is_index() => path.without_extension().to_owned(),
        "" => path.stem().to_lowercase(),
        folder => format!("{folder}/{}", path.stem().to_lowercase()),
    };
    let is_named = path.is_index().then(|| generated_url(&name, style));
    is_named.into_iter().chain((2u32..).map(move |number| generated_url(&format!("{name}-{number}"), style)))
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
                // Other generators have one page for an address with and without a slash at its end.
                Entry::Occupied(own) if own.get().0 == &meta.path && input.config.reads_foreign() => {}
                Entry::Occupied(_) if input.config.reads_notes() => {}
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
