//! Compares two states of a handbook in the handbook's own terms: what is expected of each role,
//! who decides what, and which chapters were added or removed.
//!
//! Input: two compiled handbooks, the older one first. Output: [`Delta`], a list of changes in the
//! handbook's order. Compares the model rather than the files. Statements are matched by anchor,
//! then by equal text, then by similar text within the same competency. Never renders, and never
//! reads files.

mod chapters;
mod decisions;
mod facts;
mod likeness;
mod roles;
mod statements;
mod words;

use std::collections::BTreeMap;

pub use self::statements::{Cell, Said};
pub use self::words::{Since, human, json, markdown, sections};

use self::chapters::Pairs;
use crate::declare::config::Scope;
use crate::declare::kind::{Kind, Part};
use crate::model::book::{Book, ChapterId};
use crate::model::compile::Handbook;
use crate::text::path::SourcePath;

/// All differences between two states of a handbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// The changes: roles, then competencies, strategy and decisions, terms, and other chapters.
    pub changes: Vec<Change>,
}

/// A chapter that a change is about. The title and ID are the current ones, or the last ones if the
/// chapter was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The title of the chapter.
    pub title: String,
    /// The ID of the chapter.
    pub id: String,
    /// The kind of the chapter.
    pub kind: Kind,
    /// The chapter in the newer handbook.
    pub now: Option<ChapterId>,
}

/// A level, with the name that it has in the older or the newer handbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// The number of the level.
    pub number: u8,
    /// The name of the level.
    pub name: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A level of the scale was added, removed or renamed.
    Scale {
        /// The number of the level.
        number: u8,
        /// The old name; `None` if the level is new.
        from: Option<String>,
        /// The new name; `None` if the level was removed.
        to: Option<String>,
    },
    /// A chapter was added, removed, renamed or moved.
    Chapter {
        /// The chapter.
        chapter: Subject,
        /// The kind of change.
        how: Fate,
    },
    /// A role expects a different level of a competency.
    Expectation {
        /// The role.
        role: Subject,
        /// The competency.
        competency: Subject,
        /// The old level; `None` if no level was expected.
        from: Option<Level>,
        /// The new level; `None` if no level is expected anymore.
        to: Option<Level>,
        /// The roles that the change affects: this role, and the roles that inherit the level from
        /// it.
        touches: Vec<Subject>,
    },
    /// A change to a statement of a competency.
    Statement {
        /// The competency.
        competency: Subject,
        /// The statement before and after.
        cell: Cell,
        /// The roles for which expectations change.
        touches: Vec<Subject>,
    },
    /// A change to a responsibility of a role.
    Responsibility {
        /// The role.
        role: Subject,
        /// The responsibility before and after.
        cell: Cell,
        /// The role itself and the roles that inherit the responsibility.
        touches: Vec<Subject>,
    },
    /// A change to a fact of a chapter, such as a role's scope.
    Fact {
        /// The chapter.
        chapter: Subject,
        /// The field's name in front matter.
        fact: &'static str,
        /// The values that were removed.
        from: Vec<String>,
        /// The values that were added.
        to: Vec<String>,
    },
    /// A decision was added, removed or renamed.
    Decision {
        /// The strategy chapter.
        strategy: Subject,
        /// The title of the decision.
        decision: String,
        /// The kind of change.
        how: Fate,
        /// The parties that are accountable, if the decision was added or removed.
        accountable: Vec<String>,
    },
    /// The parties that take a certain part in a decision have changed.
    Party {
        /// The strategy chapter.
        strategy: Subject,
        /// The title of the decision.
        decision: String,
        /// The part that the parties take in the decision.
        part: Part,
        /// The parties that no longer take this part.
        from: Vec<String>,
        /// The parties that now take this part.
        to: Vec<String>,
    },
    /// A change to a term of the glossary.
    Term {
        /// The term.
        term: String,
        /// The old meaning; `None` if the term is new.
        from: Option<String>,
        /// The new meaning; `None` if the term was removed.
        to: Option<String>,
        /// The old name, if the term was renamed.
        was: Option<String>,
    },
    /// A change to the text of a chapter that doesn't affect the model.
    Text {
        /// The chapter.
        chapter: Subject,
    },
}

/// The kinds of changes to a chapter or a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Added.
    Added,
    /// Removed.
    Removed,
    /// Renamed from this title.
    Renamed(String),
    /// Moved from the first path to the second.
    Moved(SourcePath, SourcePath),
}

/// Compares two handbooks, the older one first. `renames` maps the current path of each file that
/// was renamed in Git to its old path.
pub fn compare(before: &Handbook, after: &Handbook, renames: &BTreeMap<SourcePath, SourcePath>) -> Delta {
    let pairs = Pairs::new(&before.book, &after.book, renames);
    let sides = Sides { before, after, pairs };
    let mut changes = facts::scale(&sides);
    changes.extend(roles::changes(&sides));
    changes.extend(statements::changes(&sides));
    changes.extend(decisions::changes(&sides));
    changes.extend(facts::terms(&sides));
    changes.extend(facts::other_chapters(&sides));
    changes.extend(facts::texts(&sides, &changes));
    Delta { changes }
}

/// A function that returns whether an older and a newer item are the same.
type Same<'a, T> = &'a dyn Fn(&T, &T) -> bool;

/// Finds the older counterpart of each newer item, trying the comparisons in `ways` one after
/// another. Each older item is matched at most once.
fn found_again<T>(before: &[T], after: &[T], ways: &[Same<'_, T>]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; after.len()];
    let mut is_free = vec![true; before.len()];
    for is_same in ways {
        for (item, found) in after.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            *found = (0..before.len()).find(|o| is_free[*o] && is_same(&before[*o], item));
            if let Some(o) = *found {
                is_free[o] = false;
            }
        }
    }
    found
}

/// Lists the newer items, each with its older counterpart if `found` has one, and then the older
/// items that were removed.
fn side_by_side<'a, T>(
    before: &'a [T],
    after: &'a [T],
    found: &[Option<usize>],
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let today = after.iter().zip(found).map(|(new, old)| (old.map(|o| &before[o]), Some(new)));
    let gone = before.iter().enumerate().filter(|(o, _)| !found.contains(&Some(*o))).map(|(_, old)| (Some(old), None));
    today.chain(gone).collect()
}

/// The two handbooks, and the pairs of chapters that correspond.
struct Sides<'a> {
    before: &'a Handbook,
    after: &'a Handbook,
    pairs: Pairs,
}

impl Sides<'_> {
    /// Returns the subject for a chapter of the newer handbook.
    fn now(&self, chapter: ChapterId) -> Subject {
        subject(self.after, chapter, Some(chapter))
    }

    /// Returns the subject for a chapter of the older handbook. If the chapter still exists, the
    /// subject has its current title and ID.
    fn then(&self, chapter: ChapterId) -> Subject {
        self.pairs.after(chapter).map_or_else(|| subject(self.before, chapter, None), |now| self.now(now))
    }

    /// Compares the chapters that `order` lists. Reports which of them were added, renamed, moved
    /// or removed. For chapters in both handbooks, also reports what `inside` finds.
    fn chapters(
        &self,
        order: &dyn Fn(&Book) -> Vec<ChapterId>,
        inside: &dyn Fn(ChapterId, ChapterId) -> Vec<Change>,
    ) -> Vec<Change> {
        let chapter = |chapter: Subject, how: Fate| Change::Chapter { chapter, how };
        let mut list = Vec::new();
        for now in order(&self.after.book) {
            let Some(then) = self.pairs.before(now) else {
                list.push(chapter(self.now(now), Fate::Added));
                continue;
            };
            let (old, new) = (self.before.book.meta(then), self.after.book.meta(now));
            if old.title != new.title {
                list.push(chapter(self.now(now), Fate::Renamed(old.title.clone())));
            }
            if old.path != new.path {
                list.push(chapter(self.now(now), Fate::Moved(old.path.clone(), new.path.clone())));
            }
            list.extend(inside(then, now));
        }
        let gone = order(&self.before.book).into_iter().filter(|then| self.pairs.after(*then).is_none());
        list.extend(gone.map(|then| chapter(self.then(then), Fate::Removed)));
        list
    }
}

fn subject(handbook: &Handbook, chapter: ChapterId, now: Option<ChapterId>) -> Subject {
    let meta = handbook.book.meta(chapter);
    Subject { title: meta.title.clone(), id: meta.id.clone(), kind: meta.kind, now }
}

fn level(handbook: &Handbook, number: u8, scope: Scope<'_>) -> Level {
    let known = handbook.config.level_at(number, scope);
    Level { number, name: known.map_or_else(|| number.to_string(), |level| level.name.clone()) }
}

/// Returns the title of a partner, by its index in `handbook.toml`.
fn partner(handbook: &Handbook, n: u32) -> Option<String> {
    handbook.config.partners.get(n as usize).map(|(_, title)| title.clone())
}
