//! Checks the upkeep of a handbook: overdue reviews, chapters without owners, chapters that nothing
//! links to, and competencies that no role expects.
//!
//! Input: the book, the configuration and the current day. Output: remarks. These are made only on
//! request (`check --policy`) and not by a build, because a build must not depend on the day. Never
//! reads the clock.

use jiff::civil::Date;

use crate::chapter::document::Meta;
use crate::declare::config::Config;
use crate::model::book::{At, Book, ChapterId, Remark};
use crate::model::health::{self, in_force};
use crate::text::rule::Rule;

/// Checks every chapter as of the day `today`.
pub fn policy(book: &Book, config: &Config, today: Date) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for chapter in in_force(book) {
        let meta = book.meta(chapter);
        remarks.extend(overdue(chapter, meta, today));
        remarks.extend(ownerless(chapter, meta, config));
        remarks.extend(orphaned(chapter, meta, book));
        remarks.extend(unexpected(chapter, meta, book));
    }
    remarks
}

fn remark(code: Rule, chapter: ChapterId, meta: &Meta, (at, message): (At, String)) -> Remark {
    Remark::new(code, (chapter, &meta.path), at, message)
}

/// Reports reviews that are overdue and strategies that are no longer valid.
fn overdue(chapter: ChapterId, meta: &Meta, today: Date) -> Vec<Remark> {
    let passed = health::due(meta).into_iter().filter(|(_, day)| *day < today);
    let found = passed.map(|(field, day)| {
        let (message, help) = if field == "valid_until" {
            (format!("this strategy was valid until {day}"), "renew it, or set its status to retired")
        } else {
            (format!("the review of this chapter was due on {day}"), "read it, mend it, and write today's date")
        };
        remark(Rule::ReviewOverdue, chapter, meta, (At::Field(field), message)).help(help)
    });
    found.collect()
}

fn ownerless(chapter: ChapterId, meta: &Meta, config: &Config) -> Option<Remark> {
    let found = remark(Rule::NoOwner, chapter, meta, (At::Chapter, "nobody keeps this chapter".to_owned()));
    health::is_ownerless(meta, config).then(|| found.help("add `owner:` with a name of [owners]"))
}

/// Reports a chapter that no other links to, because readers would have to search for it.
fn orphaned(chapter: ChapterId, meta: &Meta, book: &Book) -> Option<Remark> {
    let found = remark(Rule::OrphanedChapter, chapter, meta, (At::Chapter, "no other chapter leads here".to_owned()));
    health::is_orphaned(chapter, book).then(|| found.help("link to it where a reader would need it"))
}

fn unexpected(chapter: ChapterId, meta: &Meta, book: &Book) -> Option<Remark> {
    let found =
        remark(Rule::UnexpectedCompetency, chapter, meta, (At::Chapter, "no role expects this competency".to_owned()));
    health::is_unexpected(chapter, book).then(|| found.help("list it under `competencies` of a role, or retire it"))
}
