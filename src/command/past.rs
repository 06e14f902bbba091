//! Collects the handbook's past: the Git history of the content, the content at an earlier date,
//! and the day that counts as today.
//!
//! Input: a project and its configuration. Output: a [`Past`], and a note about each part of it
//! that couldn't be read. Runs in parallel with the compiler, because reading the history is slow.

use std::thread::JoinHandle;

use jiff::Span;
use jiff::civil::Date;

use super::diff::skipped;
use super::load::Loaded;
use crate::declare::config::{Config, FILE};
use crate::past::history::{Base, History, Past, day};
use crate::text::date::{self, parse_day, parse_duration};
use crate::text::path::SourcePath;
use crate::world::disk::Refusal;
use crate::world::git::Repository;

/// The days that the page of changes covers if `handbook.toml` doesn't say.
const WINDOW: i64 = 90;

/// A past that is being read in the background.
pub struct Reading(JoinHandle<(Past, Vec<String>)>);

impl Reading {
    /// Starts reading in a separate thread.
    pub fn begin(loaded: &Loaded, today: Option<Date>) -> Self {
        let loaded = loaded.clone();
        Self(std::thread::spawn(move || read(&loaded, today)))
    }

    /// Waits for the thread. Returns the [`Past`], and a note about each part that couldn't be
    /// read.
    pub fn finish(self) -> (Past, Vec<String>) {
        self.0.join().unwrap_or_default()
    }
}

/// Returns the requested day, or the day of `SOURCE_DATE_EPOCH` (reproducible-builds.org) if none
/// was requested. This never reads the clock.
///
/// # Errors
/// Fails if the value isn't a day.
pub fn today(asked: Option<&str>) -> Result<Option<Date>, Refusal> {
    if let Some(asked) = asked {
        return read_day(asked).map(Some);
    }
    let Ok(epoch) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let found = epoch.trim().parse().ok().and_then(day).ok_or_else(|| {
        let message = format!("`SOURCE_DATE_EPOCH` is `{epoch}`, which is not a number of seconds");
        Refusal::new(message, "set it to the seconds since 1970, as in `git log -1 --format=%ct`, or unset it")
    });
    found.map(Some)
}

/// Returns the day that the user named.
///
/// # Errors
/// Fails if the value isn't a day.
pub fn read_day(text: &str) -> Result<Date, Refusal> {
    let refuse = || Refusal::new(format!("`{text}` is not a date"), "write year, month and day, as in 2026-04-01");
    parse_day(text).ok_or_else(refuse)
}

fn read(loaded: &Loaded, today: Option<Date>) -> (Past, Vec<String>) {
    let exists = |path: &SourcePath| loaded.inputs.sources.files.contains_key(path);
    let found = Repository::find(&loaded.project.content).and_then(|repository| {
        let history = repository.history(exists)?;
        Ok((repository, history))
    });
    let (repository, history) = match found {
        Ok(found) => found,
        Err(missing) => {
            let note = format!("pages do not show when they changed: {missing}");
            return (Past::new(None, today, None), vec![note]);
        }
    };
    let today = today.or_else(|| history.newest());
    let (base, note) = match base(loaded, &repository, &history, today) {
        Ok(base) => (base, None),
        Err(note) => (None, Some(note)),
    };
    let past = Past::new(Some(history), today, base);
    (past, note.into_iter().collect())
}

/// Returns what `changes_since` in `handbook.toml` says.
fn since(loaded: &Loaded) -> Option<String> {
    let config = loaded.inputs.sources.bytes(&SourcePath::new(FILE)).and_then(|bytes| Config::read(bytes, "").ok());
    config.and_then(|(config, _)| config.changes_since)
}

/// Returns the revision that `changes_since` names, unless it names a day or a period.
pub fn revision(loaded: &Loaded) -> Option<String> {
    since(loaded).filter(|since| parse_day(since).is_none() && parse_duration(since).is_none())
}

/// Reads the content at the day or revision that `changes_since` names, to compare it with the
/// current content.
fn base(
    loaded: &Loaded,
    repository: &Repository,
    history: &History,
    today: Option<Date>,
) -> Result<Option<Base>, String> {
    let since = since(loaded);
    let (commit, day) = match since.as_deref().map(|since| (since, parse_day(since), parse_duration(since))) {
        Some((revision, None, None)) => {
            let lost =
                || format!("the page of changes is empty: `changes_since` does not name a revision (`{revision}`)");
            let commit = repository.commit(revision).ok().flatten().ok_or_else(lost)?;
            let seconds = repository.seconds(&commit).map_err(|_| lost())?;
            (commit, day(seconds))
        }
        other => {
            let (limit, window) = other.map_or((None, None), |(_, limit, window)| (limit, window));
            let window = window.unwrap_or_else(|| Span::new().days(WINDOW).fieldwise());
            let back = || today.and_then(|today| date::before(today, window));
            let Some(limit) = limit.or_else(back) else { return Ok(None) };
            let Some(commit) = history.at(limit) else { return Ok(None) };
            let day = day(commit.seconds).map(|day| day.max(limit));
            (commit.id.clone(), day)
        }
    };
    let Some(day) = day else { return Ok(None) };
    let mut sources = repository
        .sources(&commit, &skipped(&loaded.project, &loaded.out))
        .map_err(|missing| format!("the page of changes is empty: {missing}"))?;
    // Old states are read as today's are.
    sources.project.clone_from(&loaded.inputs.sources.project);
    Ok((!sources.files.is_empty()).then_some(Base { day, sources }))
}
