//! Looks at the handbook from the point of view of its maintainers: overdue reviews, chapters
//! without owners, chapters that nothing links to, competencies that no role expects, strategies
//! that no role leads, and repeated statements.
//!
//! Input: the book and the configuration. Output: [`Health`], lists of chapters and statements.
//! Ignores retired chapters. Never reads the current date, because a page must not depend on when
//! it was built (`policy` compares reviews with a date).

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::chapter::document::{Competency, Facts, Meta};
use crate::declare::config::{Config, Scope};
use crate::declare::kind::{Kind, Levels, Status};
use crate::model::book::{Book, ChapterId, competency_of};
use crate::text::date::{after, parse_day};
use crate::text::path::fold;

/// A statement or responsibility: its chapter, and its index in that chapter.
pub type StatementAt = (ChapterId, u32);

/// The state of a handbook's upkeep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The days on which reviews are due or strategies end, earliest first.
    pub due: Vec<(Date, ChapterId)>,
    /// Chapters without a date for a review.
    pub undated: Vec<ChapterId>,
    /// Chapters without an owner; empty if the handbook declares no owners.
    pub ownerless: Vec<ChapterId>,
    /// Chapters that no other chapter links to.
    pub orphaned: Vec<ChapterId>,
    /// Competencies that no role expects.
    pub unexpected: Vec<ChapterId>,
    /// Levels of the scale for which a competency has no statements.
    pub empty: Vec<(ChapterId, u8)>,
    /// Statements with the same text, in groups of two or more.
    pub equal: Vec<Vec<StatementAt>>,
    /// Strategy chapters that no role leads.
    pub unled: Vec<ChapterId>,
}

impl Health {
    /// Examines every chapter that isn't retired.
    pub fn of(book: &Book, config: &Config) -> Self {
        let mut health = Self::default();
        for chapter in in_force(book) {
            let meta = book.meta(chapter);
            let due = due(meta);
            let list = |is_so: bool, list: &mut Vec<ChapterId>| list.extend(is_so.then_some(chapter));
            list(due.is_empty(), &mut health.undated);
            list(is_ownerless(meta, config), &mut health.ownerless);
            list(is_orphaned(chapter, book), &mut health.orphaned);
            list(is_unexpected(chapter, book), &mut health.unexpected);
            let strategy = book.relations.strategies.get(&chapter);
            list(strategy.is_some_and(|view| view.led_by.is_none()), &mut health.unled);
            health.due.extend(due.into_iter().map(|(_, day)| (day, chapter)));
            health.empty.extend(empty_levels(chapter, book, config).into_iter().map(|level| (chapter, level)));
        }
        health.due.sort();
        health.equal = equal(book);
        health
    }
}

/// Returns the chapters that aren't retired.
pub fn in_force(book: &Book) -> impl Iterator<Item = ChapterId> {
    book.ids().filter(|chapter| book.meta(*chapter).status != Status::Retired)
}

/// Returns the days after which a chapter is out of date, each with the field that it comes from.
pub fn due(meta: &Meta) -> Vec<(&'static str, Date)> {
    let reviewed = meta.reviewed.as_deref().and_then(parse_day);
    let review = reviewed.zip(meta.review_every).and_then(|(day, every)| after(day, every));
    let until = match &meta.facts {
        Facts::Strategy(strategy) => strategy.valid_until.as_deref().and_then(parse_day),
        _ => None,
    };
    review.map(|day| ("reviewed", day)).into_iter().chain(until.map(|day| ("valid_until", day))).collect()
}

/// Returns whether a chapter has no owner although the handbook declares owners.
pub fn is_ownerless(meta: &Meta, config: &Config) -> bool {
    meta.owner.is_none() && !config.owners.is_empty()
}

/// Returns whether no other chapter links to this one. An index never counts, because readers find
/// it through its directory.
pub fn is_orphaned(chapter: ChapterId, book: &Book) -> bool {
    !book.meta(chapter).path.is_index() && book.links.backlinks[chapter.index()].is_empty()
}

/// Returns whether a chapter is a competency that no role expects.
pub fn is_unexpected(chapter: ChapterId, book: &Book) -> bool {
    let view = book.relations.competencies.get(&chapter).filter(|_| book.meta(chapter).kind == Kind::Competency);
    view.is_some_and(|view| view.expected_by.is_empty()) && !book.relations.roles.is_empty()
}

/// Returns the levels for which a competency has no statements, although it has some for a higher
/// level or a role expects the level. A competency may end below the highest level of the scale.
fn empty_levels(chapter: ChapterId, book: &Book, config: &Config) -> Vec<u8> {
    let meta = book.meta(chapter);
    let Facts::Competency(competency) = &meta.facts else { return Vec::new() };
    let expected =
        book.relations.competencies.get(&chapter).map(|view| view.expected_by.as_slice()).unwrap_or_default();
    let is_expected = |level: u8| expected.iter().any(|(_, at)| *at == level);
    let has = |level: u8| competency.statements.iter().any(|statement| statement.level == level);
    let top = competency.statements.iter().map(|statement| statement.level).max().unwrap_or(u8::MAX);
    let scale = config.scale_of(Scope::of_family(meta.family.as_deref())).into_iter();
    scale.map(|level| level.level).filter(|level| (*level < top || is_expected(*level)) && !has(*level)).collect()
}

/// Returns whether two statements are for different tracks, or at different levels of a competency
/// in which each level is complete.
pub fn is_restated(a: StatementAt, b: StatementAt, book: &Book) -> bool {
    let statement = |(chapter, number): StatementAt| &book.meta(chapter).facts.statements()[number as usize];
    let differ = |facts: &Competency| {
        let (a, b) = (statement(a), statement(b));
        let is_complete = facts.mode_for(a.track.as_deref()) == Levels::Replace;
        a.track != b.track || (is_complete && a.level != b.level)
    };
    a.0 == b.0 && competency_of(book, a.0).is_some_and(differ)
}

/// Finds statements with the same words, ignoring case and spacing. Where each level is complete, a
/// level may repeat what another one of the same competency says.
fn equal(book: &Book) -> Vec<Vec<StatementAt>> {
    let mut by_words: BTreeMap<String, Vec<StatementAt>> = BTreeMap::new();
    for chapter in in_force(book) {
        for (number, statement) in (0..).zip(book.meta(chapter).facts.statements()) {
            let words: Vec<&str> = statement.text.split_whitespace().collect();
            let group = by_words.entry(fold(&words.join(" "))).or_default();
            if !group.iter().any(|other| is_restated(*other, (chapter, number), book)) {
                group.push((chapter, number));
            }
        }
    }
    let mut groups: Vec<Vec<StatementAt>> = by_words.into_values().filter(|group| group.len() > 1).collect();
    groups.sort();
    groups
}
