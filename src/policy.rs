//! Looks at how a handbook is kept: what is due for review, who keeps what, what nobody leads to or expects.
//!
//! Input: the book, the configuration, the day. Output: remarks; they are asked for (`check --policy`) and no part of a build, since a build must not depend on
//! the day. Never asks a clock.

use jiff::civil::Date;

use crate::book::{At, Book, ChapterId, Remark};
use crate::config::Config;
use crate::date::{after, parse_day};
use crate::document::{Facts, Kind, Meta, Status};

/// Looks at every chapter on the day `today`.
#[must_use]
pub fn policy(book: &Book, config: &Config, today: Date) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for chapter in book.ids().filter(|chapter| book.meta(*chapter).status != Status::Retired) {
        let meta = book.meta(chapter);
        remarks.extend(overdue(chapter, meta, today));
        remarks.extend(ownerless(chapter, meta, config));
        remarks.extend(orphaned(chapter, meta, book));
        remarks.extend(unexpected(chapter, meta, book));
    }
    remarks
}

fn remark(code: &'static str, chapter: ChapterId, meta: &Meta, (at, message): (At, String)) -> Remark {
    Remark::new(code, (chapter, &meta.path), at, message)
}

/// A review that is due, or a strategy that is no longer valid.
fn overdue(chapter: ChapterId, meta: &Meta, today: Date) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let reviewed = meta.reviewed.as_deref().and_then(parse_day);
    let due = reviewed.zip(meta.review_every).and_then(|(day, every)| after(day, every));
    if let Some(due) = due.filter(|due| *due < today) {
        let message = format!("the review of this chapter was due on {due}");
        let found = remark("review-overdue", chapter, meta, (At::Field("reviewed"), message));
        remarks.push(found.help("read it, mend it, and write today's date"));
    }
    if let Facts::Strategy(strategy) = &meta.facts
        && let Some(until) = strategy.valid_until.as_deref().and_then(parse_day).filter(|until| *until < today)
    {
        let message = format!("this strategy was valid until {until}");
        let found = remark("review-overdue", chapter, meta, (At::Field("valid_until"), message));
        remarks.push(found.help("renew it, or set its status to retired"));
    }
    remarks
}

fn ownerless(chapter: ChapterId, meta: &Meta, config: &Config) -> Option<Remark> {
    if meta.owner.is_some() || config.owners.is_empty() {
        return None;
    }
    let found = remark("no-owner", chapter, meta, (At::Chapter, "nobody keeps this chapter".to_owned()));
    Some(found.help("add `owner:` with a name of [owners]"))
}

/// A chapter that no other leads to is found by nobody who does not look for it.
fn orphaned(chapter: ChapterId, meta: &Meta, book: &Book) -> Option<Remark> {
    if meta.path.is_index() || !book.backlinks[chapter.index()].is_empty() {
        return None;
    }
    let found = remark("orphaned-chapter", chapter, meta, (At::Chapter, "no other chapter leads here".to_owned()));
    Some(found.help("link to it where a reader would need it"))
}

fn unexpected(chapter: ChapterId, meta: &Meta, book: &Book) -> Option<Remark> {
    let view = book.relations.competencies.get(&chapter).filter(|_| meta.kind == Kind::Competency)?;
    if !view.expected_by.is_empty() || book.relations.roles.is_empty() {
        return None;
    }
    let found =
        remark("unexpected-competency", chapter, meta, (At::Chapter, "no role expects this competency".to_owned()));
    Some(found.help("list it under `competencies` of a role, or retire it"))
}
