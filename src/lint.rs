//! Looks at how statements are worded: what somebody does, one thing at a time, and nothing twice.
//!
//! Input: the statements of a book. Output: remarks, for the codes that `[check]` turns on. English only; off by default, since wording is a house's own matter.
//! A statement with `{lint=off}` is passed over.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{At, Book, ChapterId, Remark};
use crate::config::Config;
use crate::diagnostic::Severity;
use crate::document::{Facts, Statement};

/// How alike two statements may be: the share of words that they have in common.
const ALIKE: f64 = 0.75;

/// A statement or responsibility and where it stands.
struct Cell<'a> {
    chapter: ChapterId,
    number: u32,
    statement: &'a Statement,
    words: Vec<String>,
}

/// Lints every statement and responsibility.
#[must_use]
pub fn statements(book: &Book, config: &Config) -> Vec<Remark> {
    let is_on = |code: &str| config.check.get(code).is_some_and(|severity| *severity != Severity::Allow);
    let (can, and, same) = (is_on("statement-can"), is_on("statement-and"), is_on("statement-same"));
    if !(can || and || same) || !config.language.starts_with("en") {
        return Vec::new();
    }
    let cells = cells(book);
    let mut remarks = Vec::new();
    let verbs: BTreeSet<&str> = cells.iter().filter_map(|cell| cell.words.first()).map(String::as_str).collect();
    // A responsibility may name an act and its end; a statement of a level is one thing to have seen.
    for cell in cells.iter().filter(|cell| cell.statement.level > 0 && !cell.statement.unlinted) {
        if can && let Some(words) = says_can(&cell.words) {
            let message = format!("a statement says what somebody does, and this says `{words}`");
            remarks
                .push(remark("statement-can", cell, book, message).help("begin with what a colleague could have seen"));
        }
        if and && let Some(verb) = second_verb(&cell.words, &verbs) {
            let message = format!("a statement is one behaviour, and `and {verb}` begins another");
            let help = "make two of it, or write `{lint=off}` behind it if it is one";
            remarks.push(remark("statement-and", cell, book, message).help(help));
        }
    }
    if same {
        remarks.extend(repeats(&cells, book));
    }
    remarks
}

fn cells(book: &Book) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    for chapter in book.ids() {
        let list: &[Statement] = match &book.meta(chapter).facts {
            Facts::Role(role) => &role.responsibilities,
            Facts::Competency(competency) => &competency.statements,
            _ => continue,
        };
        for (number, statement) in (0..).zip(list) {
            cells.push(Cell { chapter, number, statement, words: words(&statement.text) });
        }
    }
    cells
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-'));
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn remark(code: &'static str, cell: &Cell<'_>, book: &Book, message: String) -> Remark {
    Remark::new(code, (cell.chapter, &book.meta(cell.chapter).path), At::Statement(cell.number), message)
}

/// Finds words that promise ability instead of telling conduct.
fn says_can(words: &[String]) -> Option<String> {
    for (n, word) in words.iter().enumerate() {
        if word == "can" || word == "cannot" {
            return Some(word.clone());
        }
        let next = |offset: usize| words.get(n + offset).map(String::as_str);
        if matches!(word.as_str(), "is" | "are") && next(1) == Some("able") && next(2) == Some("to") {
            return Some(format!("{word} able to"));
        }
    }
    None
}

/// Finds an `and` before a verb in the third person: a word that some statement of the book begins with.
fn second_verb<'a>(words: &'a [String], verbs: &BTreeSet<&str>) -> Option<&'a str> {
    let pairs = words.windows(2).filter(|pair| pair[0] == "and");
    pairs.map(|pair| pair[1].as_str()).find(|word| verbs.contains(word))
}

/// Finds statements that equal or nearly equal an earlier one.
fn repeats(cells: &[Cell<'_>], book: &Book) -> Vec<Remark> {
    let sets: Vec<BTreeSet<&str>> = cells.iter().map(|cell| cell.words.iter().map(String::as_str).collect()).collect();
    // Only statements that share a rarer word can be alike: those are compared.
    let mut by_word: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut remarks = Vec::new();
    for (n, set) in sets.iter().enumerate() {
        let near: BTreeSet<usize> =
            set.iter().filter(|word| word.len() > 4).filter_map(|word| by_word.get(word)).flatten().copied().collect();
        let alike = near.into_iter().find(|other| share(set, &sets[*other]) >= ALIKE);
        if let Some(other) = alike.filter(|_| !cells[n].statement.unlinted) {
            let meta = book.meta(cells[other].chapter);
            let message = format!("this says nearly the same as `{}` of `{}`", cells[other].statement.id, meta.title);
            remarks
                .push(remark("statement-same", &cells[n], book, message).help("say what is different here, or cut it"));
        }
        for word in set.iter().filter(|word| word.len() > 4) {
            by_word.entry(word).or_default().push(n);
        }
    }
    remarks
}

/// Returns the share of words that two sets have in common (Jaccard).
fn share(a: &BTreeSet<&str>, b: &BTreeSet<&str>) -> f64 {
    let both = a.intersection(b).count();
    let all = a.len() + b.len() - both;
    if all == 0 { 0.0 } else { ratio(both, all) }
}

fn ratio(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap_or(u32::MAX)) / f64::from(u32::try_from(whole).unwrap_or(u32::MAX))
}
