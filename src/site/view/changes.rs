//! Prepares the page of changes: which chapters changed on which day, and which expectations of
//! roles are new or no longer apply.
//!
//! Input: a viewpoint with its past, and a comparison with an older state. Output: [`Changes`]. If
//! the handbook defines audiences, past text that isn't on today's site is never shown, because it
//! may have been hidden for a reason. Every list has a maximum length, however long the history is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Link, Viewpoint};
use crate::declare::kind::Kind;
use crate::model::book::{ChapterId, Generated};
use crate::past::delta::{Cell, Change, Delta, Fate, Level, Said, Subject};
use crate::past::history::{History, How, day};
use crate::text::path::SourcePath;

/// The maximum number of changed chapters that the page lists.
const LISTED: usize = 200;
/// The maximum number of statements and of roles that the page lists.
const ASKED: usize = 200;
/// The maximum number of roles next to a statement, and of competencies next to a role.
const BESIDE: usize = 12;

/// The data for the changes view.
#[derive(Debug, Default, Serialize)]
pub struct Changes {
    /// Whether there is a history.
    pub available: bool,
    pub items: Vec<Item>,
    pub days: Vec<Day>,
    pub asked: Option<Asked>,
    pub feed_url: Option<String>,
    /// The URL of the page that lists more.
    pub more_url: Option<String>,
}

/// The changes of one day.
#[derive(Debug, Serialize)]
pub struct Day {
    pub date: String,
    pub items: Vec<Item>,
}

/// A chapter that changed on a day.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    pub date: String,
    pub title: String,
    pub url: Option<String>,
    pub kind: Option<&'static str>,
    /// A description if the chapter is new or has moved; `None` if only its text changed.
    pub what: Option<String>,
}

/// What is newly expected of roles and what is no longer expected.
#[derive(Debug, Serialize)]
pub struct Asked {
    pub since: String,
    pub roles: Vec<RoleChanges>,
    pub competencies: Vec<CompetencyChanges>,
    /// How many more entries there are than are listed.
    pub more: usize,
}

/// The changes for one role.
#[derive(Debug, Serialize)]
pub struct RoleChanges {
    pub role: Link,
    pub lines: Vec<Line>,
    /// Competencies that the role expects and whose statements changed. The note is the number of
    /// changed statements.
    pub statements: Vec<Link>,
}

/// The changes in one competency.
#[derive(Debug, Serialize)]
pub struct CompetencyChanges {
    pub competency: Link,
    /// The competency's anchor on this page.
    pub anchor: String,
    pub lines: Vec<Line>,
}

/// A single change.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Line {
    /// The UI string key for what happened.
    pub key: &'static str,
    /// The subject of the change.
    pub link: Option<Link>,
    pub level_before: Option<String>,
    pub level: Option<String>,
    pub before: Option<String>,
    pub text: Option<String>,
    pub url: Option<String>,
    pub roles: Vec<Link>,
    pub more: usize,
}

/// A change to a chapter on one day, as the history records it.
pub struct Event<'a> {
    /// The time of the last change on that day, as a Unix timestamp.
    pub seconds: i64,
    /// The chapter.
    pub chapter: ChapterId,
    /// The chapter's path at that time, which later renames don't affect.
    pub then: &'a SourcePath,
    /// The UI string key for what happened; `None` if only the text changed.
    pub what: Option<&'static str>,
}

/// Lists changed chapters of the site, newest first. Each chapter occurs at most once per day.
pub fn events<'a>(history: &'a History, view: &Viewpoint<'_>, most: usize) -> Vec<Event<'a>> {
    let mut list: Vec<Event<'a>> = Vec::new();
    let mut seen: BTreeMap<(ChapterId, i64), usize> = BTreeMap::new();
    for commit in &history.commits {
        let today = commit.seconds.div_euclid(86_400);
        if list.len() >= most && list.last().is_some_and(|last| last.seconds.div_euclid(86_400) != today) {
            break;
        }
        let chapter = |path: &SourcePath| view.book.at_path(path);
        let mut touched: Vec<_> =
            commit.touched.iter().filter_map(|file| Some((chapter(file.now.as_ref()?)?, file))).collect();
        touched.sort_by_key(|(chapter, _)| *chapter);
        for (chapter, file) in touched {
            let what = match file.how {
                How::Added => Some("changes-new"),
                How::Renamed { .. } => Some("changes-moved"),
                How::Changed | How::Removed => None,
            };
            if let Some(n) = seen.get(&(chapter, today)) {
                // An addition or a move earlier that day is more important than a later edit.
                let known = &mut list[*n].what;
                *known = if what == Some("changes-new") { what } else { known.or(what) };
                continue;
            }
            seen.insert((chapter, today), list.len());
            list.push(Event { seconds: commit.seconds, chapter, then: &file.then, what });
        }
    }
    list.truncate(most);
    list
}

/// Lists at most `n` changed chapters.
pub fn lately(n: usize, view: &Viewpoint<'_>) -> Changes {
    let Some(history) = view.past.history() else { return Changes::default() };
    let item = |event: Event<'_>| {
        let link = view.link(event.chapter);
        let date = day(event.seconds).map(|day| day.to_string()).unwrap_or_default();
        let what = event.what.map(|key| view.theme.ui(key).to_owned());
        Item { date, title: link.title, url: link.url, kind: link.kind, what }
    };
    let items: Vec<Item> = events(history, view, n).into_iter().map(item).collect();
    Changes { available: true, items, more_url: view.generated(Generated::Changes), ..Changes::default() }
}

/// Returns the page's data. `delta` contains the changes since the base, if there is one to compare
/// with.
pub fn page(delta: Option<(&Delta, bool)>, view: &Viewpoint<'_>) -> Changes {
    let mut changes = lately(LISTED, view);
    for item in std::mem::take(&mut changes.items) {
        match changes.days.last_mut() {
            Some(day) if day.date == item.date => day.items.push(item),
            _ => changes.days.push(Day { date: item.date.clone(), items: vec![item] }),
        }
    }
    changes.asked = delta.zip(view.past.base()).map(|((delta, is_open), base)| {
        Asking { view, is_open, roles: BTreeMap::new(), competencies: Vec::new() }.read(delta, base.day.to_string())
    });
    changes.more_url = None;
    changes.feed_url = super::feed_url(view);
    changes
}

/// A collector of changes by role and by competency.
struct Asking<'a> {
    view: &'a Viewpoint<'a>,
    /// Whether past text may be shown.
    is_open: bool,
    roles: BTreeMap<Key, OfRole>,
    competencies: Vec<(Subject, Vec<Line>)>,
}

/// A role, its own changes, and for each changed competency (by its index) how many statements
/// changed.
type OfRole = (Link, Vec<Line>, BTreeMap<usize, usize>);

/// The sort key of a role. Roles are in the handbook's order; those that are gone come last, by
/// title.
type Key = (usize, String);

impl Asking<'_> {
    fn read(mut self, delta: &Delta, since: String) -> Asked {
        // A competency that was added or removed lists its roles once, instead of being listed
        // under each role.
        let whole = |change: &Change| match change {
            Change::Chapter { chapter, how: Fate::Added | Fate::Removed } => Some(chapter.clone()),
            _ => None,
        };
        let whole: Vec<Subject> = delta.changes.iter().filter_map(whole).collect();
        let of_whole =
            |change: &Change| matches!(change, Change::Expectation { competency, .. } if whole.contains(competency));
        let (asked, others): (Vec<&Change>, Vec<&Change>) = delta.changes.iter().partition(|change| of_whole(change));
        for change in others {
            self.take(change);
        }
        for change in asked {
            self.take_of_whole(change);
        }
        let total = self.roles.len() + self.competencies.iter().map(|(_, lines)| lines.len()).sum::<usize>();
        let mut left = ASKED;
        let mut shown = 0;
        let mut competencies = Vec::new();
        let mut anchors: Vec<(Subject, usize)> = Vec::new();
        for (subject, mut lines) in std::mem::take(&mut self.competencies) {
            lines.truncate(left);
            left -= lines.len();
            shown += lines.len();
            anchors.push((subject.clone(), lines.len()));
            if !lines.is_empty() {
                let competency = self.link(&subject);
                competencies.push(CompetencyChanges { competency, anchor: anchor(&subject), lines });
            }
        }
        let mut roles = Vec::new();
        for (role, lines, counts) in std::mem::take(&mut self.roles).into_values().take(ASKED) {
            let statements = counts.into_iter().take(BESIDE).map(|(n, count)| {
                let (subject, lines) = &anchors[n];
                let url = (*lines > 0).then(|| format!("#{}", anchor(subject)));
                let kind = Some("competency");
                Link { title: subject.title.clone(), url, kind, note: Some(count.to_string()), ..Link::default() }
            });
            roles.push(RoleChanges { role, lines, statements: statements.collect() });
        }
        shown += roles.len();
        Asked { since, roles, competencies, more: total - shown }
    }

    fn link(&self, subject: &Subject) -> Link {
        match subject.now {
            Some(chapter) => self.view.link(chapter),
            None => Link { title: subject.title.clone(), kind: super::class_of(subject.kind), ..Link::default() },
        }
    }

    fn role(&mut self, role: &Subject) -> &mut OfRole {
        let order = &self.view.book.relations.role_order;
        let place = role.now.and_then(|role| order.iter().position(|other| *other == role)).unwrap_or(usize::MAX);
        let link = self.link(role);
        self.roles.entry((place, role.title.clone())).or_insert((link, Vec::new(), BTreeMap::new()))
    }

    /// Returns the index of a competency in the list of changed ones, adding it if necessary.
    fn competency(&mut self, competency: &Subject) -> usize {
        let known = self.competencies.iter().position(|(subject, _)| subject == competency);
        known.unwrap_or_else(|| {
            self.competencies.push((competency.clone(), Vec::new()));
            self.competencies.len() - 1
        })
    }

    fn take(&mut self, change: &Change) {
        match change {
            Change::Chapter { chapter, how } => self.take_chapter(chapter, how),
            Change::Expectation { competency, from, to, touches, .. } => {
                if !self.is_open && competency.now.is_none() {
                    return;
                }
                let key = match (from, to) {
                    (None, _) => "changes-expected",
                    (_, None) => "changes-not-expected",
                    (Some(from), Some(to)) if from.number < to.number => "changes-raised",
                    _ => "changes-lowered",
                };
                let words = |level: &Option<Level>| level.as_ref().map(|level| self.level(level));
                let (link, level_before, level) = (Some(self.link(competency)), words(from), words(to));
                let line = Line { key, link, level_before, level, ..Line::default() };
                for touched in touches {
                    self.role(touched).1.push(line.clone());
                }
            }
            Change::Responsibility { role, cell, touches } => {
                let Some(line) = self.line(cell, role) else { return };
                self.role(role).1.push(line.clone());
                let line = Line { link: Some(self.link(role)), ..line };
                for heir in touches.iter().filter(|heir| *heir != role) {
                    self.role(heir).1.push(line.clone());
                }
            }
            Change::Statement { competency, cell, touches } => {
                let Some(line) = self.line(cell, competency) else { return };
                // A role that isn't on this site may be hidden.
                let is_open = self.is_open;
                let touches: Vec<&Subject> = touches.iter().filter(|role| is_open || role.now.is_some()).collect();
                let roles: Vec<Link> = touches.iter().take(BESIDE).map(|role| self.link(role)).collect();
                let more = touches.len() - roles.len();
                let n = self.competency(competency);
                self.competencies[n].1.push(Line { roles, more, ..line });
                for role in touches {
                    *self.role(role).2.entry(n).or_default() += 1;
                }
            }
            Change::Fact { chapter, fact, from, to }
                if chapter.kind == Kind::Role && ["scope", "horizon"].contains(fact) =>
            {
                let before = self.is_open.then(|| from.first().cloned()).flatten();
                self.role(chapter).1.push(Line { key: fact, before, text: to.first().cloned(), ..Line::default() });
            }
            _ => {}
        }
    }

    fn take_chapter(&mut self, chapter: &Subject, how: &Fate) {
        let key = match how {
            Fate::Added if chapter.now.is_some() => "changes-new",
            Fate::Removed if self.is_open => "changes-removed",
            _ => return,
        };
        let line = Line { key, ..Line::default() };
        match chapter.kind {
            Kind::Role => self.role(chapter).1.push(line),
            Kind::Competency => {
                let n = self.competency(chapter);
                self.competencies[n].1.push(line);
            }
            _ => {}
        }
    }

    /// Adds roles to the line of a competency: those that expect it if it was added, or those that
    /// used to expect it if it was removed.
    fn take_of_whole(&mut self, change: &Change) {
        let Change::Expectation { competency, touches, .. } = change else { return };
        let links: Vec<Link> = touches.iter().map(|role| self.link(role)).collect();
        let known = self.competencies.iter_mut().find(|(subject, _)| subject == competency);
        let Some(line) = known.and_then(|(_, lines)| lines.first_mut()) else { return };
        for link in links {
            if line.roles.len() < BESIDE { line.roles.push(link) } else { line.more += 1 }
        }
    }

    /// Returns the line for a statement. Returns `None` if the statement is gone and past text may
    /// not be shown.
    fn line(&self, cell: &Cell, of: &Subject) -> Option<Line> {
        let key = match (&cell.before, &cell.after) {
            (None, _) => "changes-added",
            (_, None) if !self.is_open => return None,
            (_, None) => "changes-removed",
            _ if cell.is_moved() && cell.is_reworded() => "changes-moved-reworded",
            _ if cell.is_moved() => "changes-moved-level",
            _ => "changes-reworded",
        };
        let level = |said: &Option<Said>| said.as_ref()?.level.as_ref().map(|level| self.level(level));
        let is_other = cell.is_moved() || cell.after.is_none();
        let words = |said: &Said| said.text.clone();
        let is_gone = cell.after.is_none() || cell.is_reworded();
        Some(Line {
            key,
            level_before: level(&cell.before).filter(|_| is_other),
            level: level(&cell.after),
            before: cell.before.as_ref().map(words).filter(|_| is_gone && self.is_open),
            text: cell.after.as_ref().map(words),
            url: of.now.filter(|_| cell.after.is_some()).map(|chapter| self.view.anchor(chapter, &cell.id)),
            ..Line::default()
        })
    }

    fn level(&self, level: &Level) -> String {
        let of = self.view.tallest().max(level.number);
        self.view.level_of(&level.name, level.number, of)
    }
}

fn anchor(competency: &Subject) -> String {
    format!("asked-{}", competency.id)
}
