//! Finds glossary terms in running text and links each to its definition the first time it is used.
//!
//! Input: the terms of the book, and runs of escaped text. Output: the text with links. Matches
//! only whole words, and prefers the longest term. Never sees headings, links or code, because the
//! runs don't include them.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use crate::chapter::document::{Document, Facts};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId};
use crate::text::markup::escape;
use crate::text::slug::is_of_word;

/// One term that is linked automatically.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The glossary chapter.
    pub chapter: ChapterId,
    /// The term's anchor in that chapter.
    pub anchor: String,
    /// The term.
    pub name: String,
}

/// The maximum number of words for which the automaton uses tables (a DFA). A word takes about 15
/// states of about 100 bytes each.
const MOST_IN_TABLES: usize = 1000;

/// All terms of a book as one automaton.
#[derive(Debug, Default)]
pub struct Glossary {
    entries: Vec<Entry>,
    /// For each pattern, its entry, whether it is case-sensitive, and its text.
    patterns: Vec<(usize, bool, String)>,
    automaton: Option<AhoCorasick>,
}

impl Glossary {
    /// Collects the terms of every glossary chapter.
    pub fn new(book: &Book) -> Self {
        let mut glossary = Self::default();
        for chapter in &book.relations.glossaries {
            let Facts::Glossary(terms) = &book.meta(*chapter).facts else { continue };
            for term in terms.iter().filter(|term| term.link) {
                let entry = glossary.entries.len();
                glossary.entries.push(Entry { chapter: *chapter, anchor: term.id.clone(), name: term.name.clone() });
                for word in std::iter::once(&term.name).chain(&term.aliases).filter(|word| !word.is_empty()) {
                    // An abbreviation such as OKR or UX must match exactly. Otherwise `it` would
                    // match IT.
                    let exact = !word.chars().any(char::is_lowercase);
                    glossary.patterns.push((entry, exact, escape(word)));
                }
            }
        }
        let words: Vec<&str> = glossary.patterns.iter().map(|(_, _, word)| word.as_str()).collect();
        glossary.automaton = automaton(&words);
        glossary
    }

    /// Returns whether no terms are linked automatically.
    pub fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// Returns how many terms are linked automatically.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Lists the terms that are used only in a glossary.
    pub fn unused(&self, documents: &[Document]) -> Vec<&Entry> {
        let mut used = vec![false; self.entries.len()];
        for document in documents.iter().filter(|document| document.meta.kind != Kind::Glossary) {
            let main = &document.body.main;
            let html = main.html();
            for (start, end) in &main.prose {
                self.find(&html[*start as usize..*end as usize], |entry, _| used[entry] = true);
            }
        }
        self.entries.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry).collect()
    }

    /// Calls `each` with the number and range of every term in `text`, which must be escaped.
    fn find(&self, text: &str, mut each: impl FnMut(usize, Range<usize>)) {
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_iter(text) {
            let (entry, exact, word) = &self.patterns[found.pattern().as_usize()];
            if (!*exact || text[found.range()] == *word) && is_word(text, found.start(), found.end()) {
                each(*entry, found.range());
            }
        }
    }

    /// Appends `text`, which must be escaped, to `out`. Terms that aren't marked in `seen` yet
    /// become links.
    pub fn link(&self, text: &str, seen: &mut [bool], url: &dyn Fn(&Entry) -> String, out: &mut String) {
        let mut last = 0;
        self.find(text, |entry, range| {
            if seen[entry] {
                return;
            }
            seen[entry] = true;
            out.push_str(&text[last..range.start]);
            out.push_str("<a class=\"term\" href=\"");
            out.push_str(&escape(&url(&self.entries[entry])));
            out.push_str("\">");
            out.push_str(&text[range.clone()]);
            out.push_str("</a>");
            last = range.end;
        });
        out.push_str(&text[last..]);
    }
}

/// Builds the automaton that finds words. Returns `None` if there are no words or more than an
/// automaton can hold; terms then remain plain text.
fn automaton(words: &[&str]) -> Option<AhoCorasick> {
    // The automaton scans every chapter, so a DFA is worth its memory. With many words, it would
    // cost more memory than the speed is worth.
    let kind = (words.len() <= MOST_IN_TABLES).then_some(AhoCorasickKind::DFA);
    let mut builder = AhoCorasickBuilder::new();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).kind(kind);
    (!words.is_empty()).then(|| builder.build(words).ok()).flatten()
}

/// Returns whether the match is a whole word and not a part of a longer one.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let joins = |c: char| is_of_word(c) || c == '-';
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    // A `&` before the match begins a character reference such as `&amp;`.
    !before.is_some_and(|c| joins(c) || c == '&') && !after.is_some_and(joins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary(words: &[&str]) -> Glossary {
        let mut glossary = Glossary::default();
        for word in words {
            let exact = !word.chars().any(char::is_lowercase);
            glossary.patterns.push((glossary.entries.len(), exact, (*word).to_owned()));
            glossary.entries.push(Entry {
                chapter: ChapterId(0),
                anchor: (*word).to_owned(),
                name: (*word).to_owned(),
            });
        }
        glossary.automaton = automaton(words);
        glossary
    }

    fn linked(words: &[&str], text: &str) -> String {
        let mut out = String::new();
        let mut seen = vec![false; words.len()];
        glossary(words).link(text, &mut seen, &|entry| format!("#{}", entry.anchor), &mut out);
        out.replace("<a class=\"term\" href=\"", "[").replace("\">", "|").replace("</a>", "]")
    }

    #[test]
    fn the_longest_term_wins_and_links_once() {
        let words = ["bet", "bet size"];
        assert_eq!(linked(&words, "Bet size, bet size and bet."), "[#bet size|Bet size], bet size and [#bet|bet].");
    }

    #[test]
    fn parts_of_words_and_character_references_are_no_terms() {
        assert_eq!(linked(&["amp", "map"], "R&amp;D amplifies road-map maps"), "R&amp;D amplifies road-map maps");
    }

    #[test]
    fn an_abbreviation_is_found_only_as_it_is_written() {
        assert_eq!(linked(&["IT"], "it is IT"), "it is [#IT|IT]");
    }
}
