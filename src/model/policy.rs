//! Checks the upkeep of a handbook: overdue reviews, chapters without owners, chapters that nothing
//! links to, and competencies that no role expects.
//!
//! Input: the book, the configuration and the current day. Output: remarks. These are made only on
//! request (`check --policy`) and not by a build, because a build must not depend on the day. Never
//! reads the clock.

use jiff::civil::Date;

use crate::declare::config::Config;
use crate::model::book::{At, Book, Remark};
use crate::model::health::{self, in_force};
use crate::text::rule::Rule;

/// Checks every chapter as of the day `today`.
pub fn policy(book: &Book, config: &Config, today: Date) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for chapter in in_force(book) {
        let meta = book.meta(chapter);
        let mut report = |is_so: bool, code: Rule, at: At, (message, help): (String, &str)| {
            let remark = Remark::new(code, (chapter, &meta.path), at, message).help(help);
            remarks.extend(is_so.then_some(remark));
        };
        for (field, day) in health::due(meta) {
            let words = if field == "valid_until" {
                (format!("this strategy was valid until {day}"), "renew it, or set its status to retired")
            } else {
                (format!("the review of this chapter was due on {day}"), "read it, fix it, and write today's date")
            };
            report(day < today, Rule::ReviewOverdue, At::Field(field), words);
        }
        let words = ("this chapter has no owner".to_owned(), "add `owner:` with one of the names under `[owners]`");
        report(health::is_ownerless(meta, config), Rule::NoOwner, At::Chapter, words);
        // Readers can only find such a chapter by searching.
        let words = ("no other chapter links here".to_owned(), "link to it where a reader would need it");
        report(health::is_orphaned(chapter, book), Rule::OrphanedChapter, At::Chapter, words);
        let help = "list it under `competencies` of a role, or retire it";
        let words = ("no role expects this competency".to_owned(), help);
        report(health::is_unexpected(chapter, book), Rule::UnexpectedCompetency, At::Chapter, words);
    }
    remarks
}
