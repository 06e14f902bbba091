//! Collects the handbook's past: the Git history of the content, the content at an earlier date,
//! and the day that counts as today.
//!
//! Input: a project and its configuration. Output: a [`Past`], and a note about each part of it
//! that couldn't be read. Runs in parallel with the compiler, because reading the history is slow.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use jiff::Span;
use jiff::civil::Date;

use super::Failure;
use super::diff::skipped;
use super::load::Loaded;
use crate::declare::config::{Config, FILE};
use crate::past::history::{Base, History, Past, day};
use crate::text::date::{self, parse_day, parse_duration};
use crate::text::path::SourcePath;
use crate::text::source::Sources;
use crate::world::git::Repository;

/// The days that the page of changes covers if `handbook.toml` doesn't say.
const WINDOW: i64 = 90;

/// A past that is being read in the background.
pub struct Reading(JoinHandle<(Past, Vec<String>)>);

/// Everything that the background thread needs to read the past.
struct Question {
    content: PathBuf,
    skip: Vec<String>,
    sources: Sources,
    today: Option<Date>,
}

impl Reading {
    /// Starts reading in a separate thread.
    pub fn begin(loaded: &Loaded, today: Option<Date>) -> Self {
        let question = Question {
            content: loaded.project.content.clone(),
            skip: skipped(&loaded.project, &loaded.out),
            sources: loaded.inputs.sources.clone(),
            today,
        };
        Self(std::thread::spawn(move || read(&question)))
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
pub fn today(asked: Option<&str>) -> Result<Option<Date>, Failure> {
    if let Some(asked) = asked {
        let found = parse_day(asked).ok_or_else(|| Failure::Refused {
            message: format!("`{asked}` is not a day"),
            help: Some("write year, month and day, as in 2026-04-01".to_owned()),
        });
        return found.map(Some);
    }
    let Ok(epoch) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let found = epoch.trim().parse().ok().and_then(day).ok_or_else(|| Failure::Refused {
        message: format!("`SOURCE_DATE_EPOCH` is `{epoch}`, which is no number of seconds"),
        help: Some("set it to the seconds since 1970, as in `git log -1 --format=%ct`, or unset it".to_owned()),
    });
    found.map(Some)
}

fn read(question: &Question) -> (Past, Vec<String>) {
    let exists = |path: &SourcePath| question.sources.files.contains_key(path);
    let found = Repository::find(&question.content).and_then(|repository| {
        let history = repository.history(exists)?;
        Ok((repository, history))
    });
    let (repository, history) = match found {
        Ok(found) => found,
        Err(missing) => {
            let note = format!("pages say nothing of when they changed: {missing}");
            return (Past { today: question.today, ..Past::default() }, vec![note]);
        }
    };
    let today = question.today.or_else(|| history.newest());
    let (base, note) = match base(question, &repository, &history, today) {
        Ok(base) => (base, None),
        Err(note) => (None, Some(note)),
    };
    let past = Past { history: Some(Arc::new(history)), today, base: base.map(Arc::new) };
    (past, note.into_iter().collect())
}

/// Reads the content at the day or revision that `changes_since` names, to compare it with the
/// current content.
fn base(
    question: &Question,
    repository: &Repository,
    history: &History,
    today: Option<Date>,
) -> Result<Option<Base>, String> {
    let config = question.sources.bytes(&SourcePath::new(FILE)).and_then(|bytes| Config::read(bytes, "").ok());
    let since = config.and_then(|(config, _)| config.changes_since);
    let (commit, day) = match since.as_deref().map(|since| (since, parse_day(since), parse_duration(since))) {
        Some((revision, None, None)) => {
            let lost =
                || format!("the page of changes compares nothing: `changes_since` names no revision (`{revision}`)");
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
    let sources = repository
        .sources(&commit, &question.skip)
        .map_err(|missing| format!("the page of changes compares nothing: {missing}"))?;
    Ok((!sources.files.is_empty()).then_some(Base { day, sources }))
}
