//! Finds the chapters that a change of files would show to readers who can't see them now.
//!
//! Input: the site that is shown, the sources after the change, and where each file will be. Output:
//! a sentence that refuses the change, or nothing. An index hides its folder, so deleting or moving
//! a file can publish text although no text changes. Never names a chapter that the page can't see.

use std::collections::BTreeSet;

use super::answer::sentences;
use crate::model::check::Why;
use crate::model::compile::{Choices, Compiler, Handbook};
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
    let config = &site.handbook().config;
    let named = config.audiences.keys().map(|name| Some(name.clone()));
    let readers: Vec<Option<String>> = std::iter::once(None).chain(named).collect();
    if readers.len() == 1 {
        return None;
    }
    let (mut opened, mut who) = (BTreeSet::new(), Vec::new());
    for reader in &readers {
        let (Some(before), Some(after)) =
            (seen(site, site.sources(), reader.as_ref()), seen(site, after, reader.as_ref()))
        else {
            return Some(sentences("`handbook.toml` cannot be read just now", "Nothing was changed"));
        };
        let hidden = before.absent.iter().filter(|absent| absent.why == Why::Audience).map(|absent| &absent.path);
        let new: Vec<SourcePath> = hidden.filter(|path| after.book.at_path(&place(path)).is_some()).cloned().collect();
        if !new.is_empty() {
            who.push(reader.as_ref().map_or_else(|| "everyone".to_owned(), |name| format!("the audience `{name}`")));
        }
        opened.extend(new);
    }
    // The first readers are everyone, if there are such chapters for them.
    let who = who.first()?;
    let message = format!("{doing} would show {} to {who}, because an index hides the folder now", list(site, &opened));
    let help = "first write an `audience` into each chapter that should stay hidden, or remove the `audience` of the \
                index if all of them should be shown; nothing was changed";
    Some(sentences(&message, help))
}

/// Compiles the handbook as a reader sees it, drafts included.
fn seen(site: &Site, sources: &Sources, reader: Option<&String>) -> Option<Handbook> {
    let title = site.handbook().config.title.clone();
    let choices = Choices { title, drafts: true, audience: reader.cloned(), ..Choices::default() };
    Compiler::new().compile(sources, &choices).ok()
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
