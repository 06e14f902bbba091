//! Compares two states of a handbook in the field's own words: what is asked of which role, who decides what, which chapters came and went.
//!
//! Input: two compiled handbooks, the older first. Output: [`Delta`], a list of changes in the handbook's order. Compares the model and not the files: a statement is
//! found again by its anchor, then by its words, then by similar words in the same competency. Never renders and never reads files.

mod chapters;
mod decisions;
mod facts;
mod likeness;
mod roles;
mod statements;
mod words;

use std::collections::BTreeMap;

pub use self::statements::{Cell, Said};
pub use self::words::{Since, human, json, markdown};

use self::chapters::Pairs;
use crate::declare::kind::{Kind, Part};
use crate::model::book::ChapterId;
use crate::model::compile::Handbook;
use crate::text::path::SourcePath;

/// Everything that differs between two states of a handbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// The changes: roles, then competencies, strategy and decisions, terms, other chapters.
    pub changes: Vec<Change>,
}

/// A chapter as a change names it: by its words of today, or its last where it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its title.
    pub title: String,
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Its number in the newer handbook.
    pub now: Option<ChapterId>,
}

/// A level as its side of the comparison calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Its number.
    pub number: u8,
    /// Its name.
    pub name: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The scale calls a level otherwise.
    Scale {
        /// Its number.
        number: u8,
        /// Its name before; none where the level is new.
        from: Option<String>,
        /// Its name now; none where the level is gone.
        to: Option<String>,
    },
    /// A chapter came, went, or is called otherwise.
    Chapter {
        /// The chapter.
        chapter: Subject,
        /// What became of it.
        how: Fate,
    },
    /// Another level of a competency is expected of a role.
    Expectation {
        /// The role.
        role: Subject,
        /// The competency.
        competency: Subject,
        /// The level before; none where it was not expected.
        from: Option<Level>,
        /// The level now; none where it is no longer expected.
        to: Option<Level>,
        /// The roles for which it changes: this one, and those that take it over.
        touches: Vec<Subject>,
    },
    /// A statement of a competency.
    Statement {
        /// The competency.
        competency: Subject,
        /// What was and what is said.
        cell: Cell,
        /// The roles of which something else is asked.
        touches: Vec<Subject>,
    },
    /// A responsibility of a role.
    Responsibility {
        /// The role.
        role: Subject,
        /// What was and what is said.
        cell: Cell,
        /// The role and those that take it over.
        touches: Vec<Subject>,
    },
    /// A fact of a chapter, such as a role's scope.
    Fact {
        /// The chapter.
        chapter: Subject,
        /// The field's name in front matter.
        fact: &'static str,
        /// What it held that it no longer holds.
        from: Vec<String>,
        /// What it holds that it did not.
        to: Vec<String>,
    },
    /// A decision came, went, or is called otherwise.
    Decision {
        /// The strategy chapter.
        strategy: Subject,
        /// Its title.
        decision: String,
        /// What became of it.
        how: Fate,
        /// Who is accountable; for one that came or went.
        accountable: Vec<String>,
    },
    /// Others take a part in a decision.
    Party {
        /// The strategy chapter.
        strategy: Subject,
        /// The decision's title.
        decision: String,
        /// The part.
        part: Part,
        /// Who no longer takes it.
        from: Vec<String>,
        /// Who takes it now.
        to: Vec<String>,
    },
    /// A term of the glossary.
    Term {
        /// The term.
        term: String,
        /// What it meant; none where it is new.
        from: Option<String>,
        /// What it means; none where it is gone.
        to: Option<String>,
        /// What it was called.
        was: Option<String>,
    },
    /// The text of a chapter, and nothing of the model.
    Text {
        /// The chapter.
        chapter: Subject,
    },
}

/// What became of something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is called otherwise: the title before.
    Renamed(String),
    /// Its file lies elsewhere: the path before and the path now.
    Moved(SourcePath, SourcePath),
}

/// Compares two handbooks, the older first. `renames` says what git knows: by the path today, the path then.
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

/// Tells whether two things are one, then and now.
type Same<'a, T> = &'a dyn Fn(&T, &T) -> bool;

/// Finds each thing of today among those of before, by one way of telling after the other; each is found once.
fn found_again<T>(before: &[T], after: &[T], ways: &[Same<'_, T>]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; after.len()];
    for is_same in ways {
        for n in 0..after.len() {
            if found[n].is_none() {
                let is_free = |o: &usize| !found.contains(&Some(*o));
                found[n] = (0..before.len()).filter(is_free).find(|o| is_same(&before[*o], &after[n]));
            }
        }
    }
    found
}

/// The two handbooks and which chapter is which.
struct Sides<'a> {
    before: &'a Handbook,
    after: &'a Handbook,
    pairs: Pairs,
}

impl Sides<'_> {
    /// Names a chapter of the newer handbook.
    fn now(&self, chapter: ChapterId) -> Subject {
        let meta = self.after.book.meta(chapter);
        Subject { title: meta.title.clone(), id: meta.id.clone(), kind: meta.kind, now: Some(chapter) }
    }

    /// Names a chapter of the older handbook: by today's words, where it is still there.
    fn then(&self, chapter: ChapterId) -> Subject {
        if let Some(now) = self.pairs.after(chapter) {
            return self.now(now);
        }
        let meta = self.before.book.meta(chapter);
        Subject { title: meta.title.clone(), id: meta.id.clone(), kind: meta.kind, now: None }
    }

    fn level(handbook: &Handbook, number: u8) -> Level {
        let known = handbook.config.scale.iter().find(|level| level.level == number);
        Level { number, name: known.map_or_else(|| number.to_string(), |level| level.name.clone()) }
    }

    fn level_then(&self, number: u8) -> Level {
        Self::level(self.before, number)
    }

    fn level_now(&self, number: u8) -> Level {
        Self::level(self.after, number)
    }

    /// Lists the chapters of `order` that are in both, came or went: those of today in today's order, then those that are gone.
    fn walk(&self, before: &[ChapterId], after: &[ChapterId]) -> Vec<(Option<ChapterId>, Option<ChapterId>)> {
        let today = after.iter().map(|now| (self.pairs.before(*now), Some(*now)));
        let gone = before.iter().filter(|then| self.pairs.after(**then).is_none()).map(|then| (Some(*then), None));
        today.chain(gone).collect()
    }

    /// Says that a chapter came, went, is called otherwise or lies elsewhere.
    fn fate(&self, pair: (Option<ChapterId>, Option<ChapterId>)) -> Vec<Change> {
        let chapter = |chapter: Subject, how: Fate| Change::Chapter { chapter, how };
        match pair {
            (None, Some(now)) => vec![chapter(self.now(now), Fate::Added)],
            (Some(then), None) => vec![chapter(self.then(then), Fate::Removed)],
            (Some(then), Some(now)) => {
                let (old, new) = (self.before.book.meta(then), self.after.book.meta(now));
                let mut list = Vec::new();
                if old.title != new.title {
                    list.push(chapter(self.now(now), Fate::Renamed(old.title.clone())));
                }
                if old.path != new.path {
                    list.push(chapter(self.now(now), Fate::Moved(old.path.clone(), new.path.clone())));
                }
                list
            }
            (None, None) => Vec::new(),
        }
    }
}
