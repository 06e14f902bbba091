//! Checks what is a matter of house style: the wording of statements, which should say what a
//! person does, say one thing, and not repeat another; and expectations without a decision right.
//!
//! Input: a book. Output: remarks for the rules that `[check]` turns on; all are off by default.
//! Wording is checked only in English. Never reports a statement with `{lint=off}`.

mod rights;

use std::collections::{BTreeSet, HashMap};

use crate::chapter::document::Statement;
use crate::declare::config::Config;
use crate::model::book::{At, Book, ChapterId, Remark};
use crate::model::health;
use crate::text::rule::{Rule, Severity};

/// The share of common words at which two statements count as too similar.
const ALIKE: f64 = 0.75;

/// A statement or responsibility and its position.
struct Cell<'a> {
    chapter: ChapterId,
    number: u32,
    statement: &'a Statement,
    words: Vec<String>,
}

/// Returns the remarks of all lints that `[check]` turns on.
pub fn all(book: &Book, config: &Config) -> Vec<Remark> {
    let mut remarks = statements(book, config);
    if is_on(Rule::ExpectedWithoutPart, config) {
        remarks.extend(rights::expectations(book));
    }
    remarks
}

fn is_on(rule: Rule, config: &Config) -> bool {
    config.check.get(&rule).is_some_and(|severity| *severity != Severity::Allow)
}

/// Checks every statement and responsibility.
fn statements(book: &Book, config: &Config) -> Vec<Remark> {
    let is_on = |rule: Rule| is_on(rule, config);
    let (can, and, same) = (is_on(Rule::StatementCan), is_on(Rule::StatementAnd), is_on(Rule::StatementSame));
    if !(can || and || same) || !config.language.starts_with("en") {
        return Vec::new();
    }
    let cells = cells(book);
    let mut remarks = Vec::new();
    let verbs: BTreeSet<&str> = cells.iter().filter_map(|cell| cell.words.first()).map(String::as_str).collect();
    // A responsibility may name an action and its purpose; a statement at a level is a single
    // observation.
    for cell in cells.iter().filter(|cell| cell.statement.level > 0 && !cell.statement.unlinted) {
        if can && let Some(words) = says_can(&cell.words) {
            let message = format!("a statement says what somebody does, but this says `{words}`");
            let help = "begin with what a colleague could have seen";
            remarks.push(remark(Rule::StatementCan, cell, book, message).help(help));
        }
        if and && let Some(verb) = second_verb(&cell.words, &verbs) {
            let message = format!("a statement describes one behavior, but `and {verb}` begins another");
            let help = "split it in two, or write `{lint=off}` after it if it describes a single behavior";
            remarks.push(remark(Rule::StatementAnd, cell, book, message).help(help));
        }
    }
    if same {
        remarks.extend(repeats(&cells, book));
    }
    remarks
}

fn cells(book: &Book) -> Vec<Cell<'_>> {
    let of_chapter = |chapter: ChapterId| {
        let all = (0..).zip(book.meta(chapter).facts.statements());
        all.map(move |(number, statement)| Cell { chapter, number, statement, words: words(&statement.text) })
    };
    book.ids().flat_map(of_chapter).collect()
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-'));
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn remark(code: Rule, cell: &Cell<'_>, book: &Book, message: String) -> Remark {
    Remark::new(code, (cell.chapter, &book.meta(cell.chapter).path), At::Statement(cell.number), message)
}

/// Finds words that promise an ability instead of describing behavior.
fn says_can(words: &[String]) -> Option<String> {
    (0..words.len()).find_map(|n| match &words[n..] {
        [word, ..] if word == "can" || word == "cannot" => Some(word.clone()),
        [is, able, to, ..] if ["is", "are"].contains(&is.as_str()) && able == "able" && to == "to" => {
            Some(format!("{is} able to"))
        }
        _ => None,
    })
}

/// Finds an `and` before a verb in the third person. Any word that begins a statement in the book
/// counts as such a verb.
fn second_verb<'a>(words: &'a [String], verbs: &BTreeSet<&str>) -> Option<&'a str> {
    let pairs = words.windows(2).filter(|pair| pair[0] == "and");
    pairs.map(|pair| pair[1].as_str()).find(|word| verbs.contains(word))
}

/// Finds statements that are the same as an earlier one, or nearly so.
fn repeats(cells: &[Cell<'_>], book: &Book) -> Vec<Remark> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    // For each word by its index, the earlier statements that contain it. Short words have no list,
    // because statements are similar only if they share a longer word.
    let mut uses: Vec<Option<Vec<usize>>> = Vec::new();
    let mut sets: Vec<Vec<usize>> = Vec::with_capacity(cells.len());
    let mut remarks = Vec::new();
    for (n, cell) in cells.iter().enumerate() {
        let mut set: Vec<usize> = Vec::with_capacity(cell.words.len());
        for word in &cell.words {
            let number = *numbers.entry(word).or_insert_with(|| {
                uses.push((word.len() > 4).then(Vec::new));
                uses.len() - 1
            });
            set.push(number);
        }
        set.sort_unstable();
        set.dedup();
        let is_restated = |other: usize| {
            health::is_restated((cells[other].chapter, cells[other].number), (cell.chapter, cell.number), book)
        };
        let alike = first_alike(&set, (&sets, &uses), is_restated);
        if let Some(other) = alike.filter(|_| !cell.statement.unlinted) {
            let meta = book.meta(cells[other].chapter);
            let message = format!("this says nearly the same as `{}` of `{}`", cells[other].statement.id, meta.title);
            let help = "say what is different here, or remove it";
            remarks.push(remark(Rule::StatementSame, cell, book, message).help(help));
        }
        for word in &set {
            if let Some(list) = &mut uses[*word] {
                list.push(n);
            }
        }
        sets.push(set);
    }
    remarks
}

/// Returns the first earlier statement that is similar to the one with these words and isn't the
/// same statement at another level.
fn first_alike(
    set: &[usize],
    (sets, uses): (&[Vec<usize>], &[Option<Vec<usize>>]),
    is_restated: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mut near: Vec<usize> = set.iter().filter_map(|word| uses[*word].as_ref()).flatten().copied().collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().find(|other| {
        let (few, many) = (set.len().min(sets[*other].len()), set.len().max(sets[*other].len()));
        // If the sets differ too much in size, they can't have enough words in common.
        ratio(few, many) >= ALIKE && share(set, &sets[*other]) >= ALIKE && !is_restated(*other)
    })
}

/// Returns the share of words that two sorted sets have in common (Jaccard index).
fn share(a: &[usize], b: &[usize]) -> f64 {
    let both = a.iter().filter(|word| b.binary_search(word).is_ok()).count();
    ratio(both, a.len() + b.len() - both)
}

/// Returns the ratio of a part to a whole, or 0 if the whole is empty.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    f64::from(u32::try_from(part).unwrap_or(u32::MAX)) / f64::from(u32::try_from(whole).unwrap_or(u32::MAX))
}
