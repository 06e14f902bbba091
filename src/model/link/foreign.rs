//! Finds what a link means to the generator that it was written for.
//!
//! Input: an anchor or a path that leads nowhere as it is written. Output: the anchors and paths that
//! the generator takes it for. Never looks at a handbook that isn't written for another generator.

use crate::chapter::document::{Meta, Outline};
use crate::declare::config::Config;
use crate::declare::generator::Generator;

/// Returns the letters and digits of an anchor or a text in lower case. Generators differ in what they
/// make of everything else.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the anchor of a chapter that has the same letters and digits as `anchor`, or that of the
/// first heading whose text has them.
pub(super) fn similar(outline: &Outline, anchor: &str) -> Option<String> {
    // GitBook puts `id-` in front of a heading that begins with a digit.
    let of_number = anchor.strip_prefix("id-").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let key = letters(of_number.unwrap_or(anchor));
    if key.is_empty() {
        return None;
    }
    // Some generators write `&` as `and`.
    let is_text =
        |text: &str| letters(text) == key || (text.contains('&') && letters(&text.replace('&', "and")) == key);
    let by_text = || outline.headings.iter().find(|heading| is_text(&heading.text)).map(|heading| &heading.id);
    outline.anchors.iter().find(|other| letters(other) == key).or_else(by_text).cloned()
}

/// Returns whether an anchor means the page as a whole: `readme`, which code hosts give to the text of a
/// file, the chapter's own title, or a footnote.
pub(super) fn is_top(meta: &Meta, anchor: &str) -> bool {
    let key = letters(anchor);
    // kramdown's footnotes are on the page, but have other anchors here.
    let is_footnote = anchor.starts_with("fn:") || anchor.starts_with("fnref:");
    // Themes give these to the text as a whole, for links that skip the navigation.
    let is_text = ["content", "main-content", "maincontent"].contains(&anchor);
    is_footnote || is_text || !key.is_empty() && (key == "readme" || key == letters(&meta.title))
}

/// Returns the paths at which a page may be in the default language, if `path` is below the folder of
/// another one. Only some generators show the default language instead.
pub(super) fn untranslated(path: &str, config: &Config) -> Vec<String> {
    let shows_default = [Generator::Starlight, Generator::Docusaurus].map(Some).contains(&config.generator);
    let Some((language, rest)) = path.split_once('/').filter(|_| shows_default) else { return Vec::new() };
    let is_short =
        |part: &str, most: usize| (2..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_language = match language.split_once('-') {
        Some((language, region)) => is_short(language, 3) && is_short(region, 4),
        None => is_short(language, 2),
    };
    if !is_language || rest.is_empty() {
        return Vec::new();
    }
    let folders = ["en", config.language.as_str()];
    let below = folders.iter().filter(|folder| **folder != language).map(|folder| format!("{folder}/{rest}"));
    std::iter::once(rest.to_owned()).chain(below).collect()
}

/// Returns the paths that a path from the project's folder (`@site/docs/a.md`) may be in the content
/// folder, which is the project's folder or at most two folders below it, or that a path from the
/// content folder (`@/a.md`) is.
pub(super) fn of_project(target: &str) -> Vec<String> {
    if let Some(path) = target.strip_prefix("@/") {
        return vec![path.to_owned()];
    }
    let Some(path) = target.strip_prefix("@site/") else { return Vec::new() };
    let below = std::iter::successors(Some(path), |path| path.split_once('/').map(|(_, rest)| rest));
    below.take(3).map(str::to_owned).collect()
}
