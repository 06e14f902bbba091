//! Refuses changes of files that would show chapters to readers who can't see them now.
//!
//! Input: the site that is shown, the sources after the change, and where each file will be. Output:
//! a sentence that refuses the change, or nothing. Never names a chapter that the page can't see.

use std::collections::BTreeSet;

use super::answer::sentences;
use crate::author::opened::{ADVICE, Change, opened};
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::text::source::Sources;

/// The maximum number of chapters to name.
const MOST_NAMED: usize = 5;

/// A function that returns where a file is after the change.
pub type Place<'a> = &'a dyn Fn(&SourcePath) -> SourcePath;

/// Returns why the files may not change, or `None` if nobody would see a chapter that is hidden from
/// them now. `doing` names the change, for example "deleting this chapter".
pub fn refusal(site: &Site, after: &Sources, (doing, place): (&str, Place<'_>)) -> Option<String> {
    let change = Change { before: site.sources(), after, place };
    let Ok(opened) = opened(change, &site.handbook().config.title) else {
        return Some(sentences("`handbook.toml` cannot be read just now", "Nothing was changed"));
    };
    let opened = opened?;
    let (chapters, who) = (list(site, &opened.chapters), opened.who());
    let message = format!("{doing} would show {chapters} to {who}, because an index hides the folder now");
    Some(sentences(&message, &format!("{ADVICE}; nothing was changed")))
}

/// Lists chapters, and only counts those that the page can't see.
fn list(site: &Site, paths: &BTreeSet<SourcePath>) -> String {
    let is_known = |path: &&SourcePath| site.handbook().book.at_path(path).is_some();
    let mut parts: Vec<String> =
        paths.iter().filter(is_known).take(MOST_NAMED).map(|path| format!("`{path}`")).collect();
    match (parts.len(), paths.len() - parts.len()) {
        (_, 0) => {}
        (0, 1) => parts.push("a chapter".to_owned()),
        (0, rest) => parts.push(format!("{rest} chapters")),
        (_, 1) => parts.push("1 more chapter".to_owned()),
        (_, rest) => parts.push(format!("{rest} more chapters")),
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
