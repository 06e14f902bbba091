//! Reads the Git history of the content directory: when each file last changed, what it used to be
//! called, and which commits touched it.
//!
//! Input: the output of one run of `git log`. Output: [`History`]. The history contains days, paths
//! and commit IDs. It contains no commit messages or authors, because those may be meant for fewer
//! people than the site. Never runs a program or reads the clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use crate::text::path::SourcePath;
use crate::text::source::Sources;

/// The facts that a site knows about its past. The caller provides all of them, and any may be
/// missing.
#[derive(Clone, Debug, Default)]
pub struct Past {
    history: Option<Arc<History>>,
    today: Option<Date>,
    base: Option<Arc<Base>>,
    notes: Option<Arc<Notes>>,
}

/// What was read of a past while a page was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The files whose last change was asked for.
    pub days: BTreeSet<SourcePath>,
    /// Whether anything else was read.
    pub more: bool,
}

/// Notes what is read of a past, from any number of threads.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Reads>);

impl Past {
    /// Collects the history of the chapters, the day that counts as today, and the content at an
    /// earlier date, to show how expectations of roles have changed since then.
    pub fn new(history: Option<History>, today: Option<Date>, base: Option<Base>) -> Self {
        Self { history: history.map(Arc::new), today, base: base.map(Arc::new), notes: None }
    }

    /// Returns the same past, and the notes about what is read of it from now on.
    #[must_use]
    pub fn noting(&self) -> (Self, Arc<Notes>) {
        let notes = Arc::new(Notes::default());
        (Self { notes: Some(Arc::clone(&notes)), ..self.clone() }, notes)
    }

    /// Returns whether the history is known. This isn't noted, because it is the same for all pages.
    pub fn has_history(&self) -> bool {
        self.history.is_some()
    }

    /// Returns the history.
    pub fn history(&self) -> Option<&History> {
        self.note(|reads| reads.more = true);
        self.history.as_deref()
    }

    /// Returns the content at an earlier date.
    pub fn base(&self) -> Option<&Base> {
        self.note(|reads| reads.more = true);
        self.base.as_deref()
    }

    /// Returns the day that counts as today.
    pub fn today(&self) -> Option<Date> {
        self.note(|reads| reads.more = true);
        self.today
    }

    /// Returns the day of the last change to the file that is now at `path`.
    pub fn last_day(&self, path: &SourcePath) -> Option<Date> {
        self.note(|reads| {
            reads.days.insert(path.clone());
        });
        self.history.as_ref()?.last_day(path)
    }

    fn note(&self, what: impl FnOnce(&mut Reads)) {
        if let Some(notes) = &self.notes {
            what(&mut notes.0.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Notes {
    /// Returns what was read so far.
    pub fn reads(&self) -> Reads {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The content as it was on a certain day.
#[derive(Debug)]
pub struct Base {
    /// The day since which changes are shown.
    pub day: Date,
    /// The files of that day.
    pub sources: Sources,
}

/// The history of the content directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The commits that touched the content, newest first.
    pub commits: Vec<Commit>,
    last: BTreeMap<SourcePath, i64>,
}

/// A commit that touched the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The commit ID in hexadecimal.
    pub id: String,
    /// The Unix timestamp of the commit.
    pub seconds: i64,
    /// The files that the commit touched.
    pub touched: Vec<Touched>,
}

/// The change that a commit made to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The kind of change.
    pub how: How,
    /// The file's path after the commit, or before it if the file was removed.
    pub then: SourcePath,
    /// The file's current path, followed through renames; `None` if it no longer exists.
    pub now: Option<SourcePath>,
}

/// The kinds of changes to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Added.
    Added,
    /// Contents changed.
    Changed,
    /// Renamed, possibly with changed contents.
    Renamed {
        /// The path before the rename.
        from: SourcePath,
        /// Whether the contents stayed the same.
        same: bool,
    },
    /// Removed.
    Removed,
}

/// The arguments of `git log`, whose output [`History::parse`] reads. They limit the log to the
/// directory in which Git runs.
pub const LOG: &[&str] = &[
    "log",
    "-z",
    "-M",
    "--no-merges",
    "--no-color",
    "--no-ext-diff",
    "--no-show-signature",
    "--name-status",
    "--relative",
    "--format=tformat:%H %ct",
    "HEAD",
    "--",
    ".",
];

impl History {
    /// Parses the output of `git log` with the arguments [`LOG`]; `exists` returns whether a file
    /// exists today.
    ///
    /// Follows renames back through the history, so that older commits count for a file even if the
    /// file had a different name then.
    pub fn parse(output: &[u8], exists: impl Fn(&SourcePath) -> bool) -> Self {
        let mut history = Self::default();
        // Maps each path, as of the current point in the log, to the file's path today. The log
        // goes back in time: before the commit that adds a path, the same path belongs to a
        // different file.
        let mut names: HashMap<SourcePath, Option<SourcePath>> = HashMap::new();
        let mut tokens = output.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        while let Some(token) = tokens.next() {
            let token = token.trim_start_matches('\n');
            if let Some((id, seconds)) = token.split_once(' ') {
                let seconds = seconds.trim().parse().unwrap_or_default();
                history.commits.push(Commit { id: id.to_owned(), seconds, touched: Vec::new() });
                continue;
            }
            let (Some(commit), Some(path)) = (history.commits.last_mut(), tokens.next()) else { continue };
            let path = SourcePath::new(&*path);
            let (how, then) = match token.as_bytes().first() {
                Some(b'A') => (How::Added, path),
                Some(b'D') => (How::Removed, path),
                Some(b'R') => {
                    let Some(to) = tokens.next() else { break };
                    (How::Renamed { from: path, same: token == "R100" }, SourcePath::new(&*to))
                }
                _ => (How::Changed, path),
            };
            let known = names.entry(then.clone());
            let now = known.or_insert_with(|| exists(&then).then(|| then.clone())).clone();
            if let How::Renamed { from, .. } = &how {
                names.insert(from.clone(), now.clone());
            }
            if matches!(how, How::Added | How::Renamed { .. }) {
                names.insert(then.clone(), None);
            }
            let touched = Touched { how, then, now };
            if let Some(path) = &touched.now {
                let last = history.last.entry(path.clone()).or_insert(commit.seconds);
                *last = (*last).max(commit.seconds);
            }
            commit.touched.push(touched);
        }
        // Commits from parallel branches aren't always in the order of their timestamps.
        history.commits.sort_by_key(|commit| std::cmp::Reverse(commit.seconds));
        history
    }

    /// Returns the Unix timestamp of the last change to the file that is now at `path`.
    pub fn last_change(&self, path: &SourcePath) -> Option<i64> {
        self.last.get(path).copied()
    }

    /// Returns the day of the last change to the file that is now at `path`.
    pub fn last_day(&self, path: &SourcePath) -> Option<Date> {
        self.last_change(path).and_then(day)
    }

    /// Returns the day of the newest commit.
    pub fn newest(&self) -> Option<Date> {
        self.commits.first().and_then(|commit| day(commit.seconds))
    }

    /// Returns the newest commit made on or before `limit`, or the oldest commit if all are newer.
    pub fn at(&self, limit: Date) -> Option<&Commit> {
        let found = self.commits.iter().find(|commit| day(commit.seconds).is_some_and(|day| day <= limit));
        found.or_else(|| self.commits.last())
    }
}

/// Returns the day of a Unix timestamp in UTC, so that it is the same wherever people write or
/// build.
pub fn day(seconds: i64) -> Option<Date> {
    let epoch = jiff::civil::date(1970, 1, 1);
    let span = jiff::Span::new().try_days(seconds.div_euclid(86_400)).ok()?;
    epoch.checked_add(span).ok()
}

/// Formats a Unix timestamp as feeds require (RFC 3339, UTC).
pub fn moment(seconds: i64) -> String {
    let day = day(seconds).unwrap_or(jiff::civil::date(1970, 1, 1));
    let time = seconds.rem_euclid(86_400);
    format!("{day}T{:02}:{:02}:{:02}Z", time / 3600, time / 60 % 60, time % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds the output of `git log -z` from lines.
    fn log(commits: &[(i64, &[&str])]) -> Vec<u8> {
        let mut out = String::new();
        for (seconds, touched) in commits {
            out.push_str(&format!("{} {seconds}\0\n", "a".repeat(40)));
            for part in *touched {
                out.push_str(&part.replace(' ', "\0").replace('_', " "));
                out.push('\0');
            }
        }
        out.into_bytes()
    }

    fn parse(commits: &[(i64, &[&str])], today: &[&str]) -> History {
        History::parse(&log(commits), |path| today.contains(&path.as_str()))
    }

    #[test]
    fn renames_are_followed_back_to_the_first_name() {
        let commits: &[(i64, &[&str])] =
            &[(400, &["R100 b.md c.md"]), (300, &["M b.md"]), (200, &["R080 a.md b.md"]), (100, &["A a.md"])];
        let history = parse(commits, &["c.md"]);
        let names: Vec<_> =
            history.commits.iter().map(|commit| commit.touched[0].now.as_ref().unwrap().as_str()).collect();
        assert_eq!(names, ["c.md"; 4]);
        assert_eq!(history.last_change(&SourcePath::new("c.md")), Some(400));
        assert_eq!(history.commits[0].touched[0].how, How::Renamed { from: SourcePath::new("b.md"), same: true });
    }

    #[test]
    fn a_new_file_under_an_old_name_has_a_history_of_its_own() {
        let commits: &[(i64, &[&str])] =
            &[(300, &["A a.md"]), (200, &["R100 a.md b.md"]), (100, &["A a.md"]), (50, &["A gone.md"])];
        let history = parse(commits, &["a.md", "b.md"]);
        let day = |path: &str| history.last_change(&SourcePath::new(path));
        assert_eq!((day("a.md"), day("b.md"), day("gone.md")), (Some(300), Some(200), None));
        assert_eq!(history.commits[2].touched[0].now.as_ref().unwrap().as_str(), "b.md");
        assert_eq!(history.commits[3].touched[0].now, None);
    }

    #[test]
    fn names_may_contain_spaces_and_the_base_is_the_last_commit_of_the_day() {
        let commits: &[(i64, &[&str])] = &[(200_000, &["M a_b.md"]), (90_000, &["M a_b.md"]), (80_000, &["A a_b.md"])];
        let history = parse(commits, &["a b.md"]);
        assert_eq!(history.last_day(&SourcePath::new("a b.md")), Some(jiff::civil::date(1970, 1, 3)));
        assert_eq!(history.at(jiff::civil::date(1970, 1, 2)).unwrap().seconds, 90_000);
        assert_eq!(history.at(jiff::civil::date(1969, 1, 2)).unwrap().seconds, 80_000);
        assert_eq!(History::parse(b"", |_| true).at(jiff::civil::date(1970, 1, 2)), None);
        assert_eq!(moment(90_061), "1970-01-02T01:01:01Z");
    }

    #[test]
    fn commits_from_parallel_branches_are_sorted_by_time() {
        let days = |n: i64| n * 86_400;
        let commits: &[(i64, &[&str])] =
            &[(days(10), &["M a.md"]), (days(40), &["M b.md"]), (days(20), &["M a.md"]), (days(30), &["A b.md"])];
        let history = parse(commits, &["a.md", "b.md"]);
        assert_eq!(history.newest(), day(days(40)));
        assert_eq!(history.at(day(days(35)).unwrap()).unwrap().seconds, days(30));
        assert_eq!(history.at(day(days(20)).unwrap()).unwrap().seconds, days(20));
        assert_eq!(history.last_day(&SourcePath::new("a.md")), day(days(20)));
    }
}
