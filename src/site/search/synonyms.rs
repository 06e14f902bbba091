//! Finds other words for a word: the built-in table of the handbook's language, and the synonyms in
//! `handbook.toml`.
//!
//! Input: the language, and the configured synonyms. Output: for each name, what else readers call
//! the same thing, and what is close to it. Names are lists of folded words without stop words.
//! Never decides what ranks first; an exact word always does.

use std::collections::{BTreeMap, BTreeSet};

use super::stop;
use super::words::{primary, words};

const ENGLISH: &str = include_str!("synonyms/en.txt");
const GERMAN: &str = include_str!("synonyms/de.txt");
/// The longest title, in words, that is also found by its short form.
const LONGEST_TITLE: usize = 6;

/// A name as a list of words.
type Name = Vec<String>;

/// The synonyms of a handbook.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    language: String,
    /// For each name, the names that it also leads to, in the order written.
    leads: BTreeMap<Name, Vec<Name>>,
    /// For each name, abbreviations and full forms of exactly the same thing.
    same: BTreeMap<Name, Vec<Name>>,
}

impl Synonyms {
    /// Reads the table of the language (BCP 47) and the configured synonyms.
    pub fn of(language: &str, configured: &[(String, Vec<String>)]) -> Self {
        let table = match primary(language).as_str() {
            "en" => ENGLISH,
            "de" => GERMAN,
            _ => "",
        };
        let mut all = Self { language: language.to_owned(), ..Self::default() };
        let name = |text: &str| stop::needed(words(text), language);
        for (word, others) in configured {
            let group: Vec<Name> = std::iter::once(word).chain(others).map(|text| name(text)).collect();
            all.connect(&group, &group);
        }
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let names = |text: &str, sign: char| text.split(sign).map(&name).collect::<Vec<Name>>();
            if let Some((from, to)) = line.split_once('>') {
                let from = names(from, ',');
                all.connect(&from, &names(to, ','));
                all.connect(&from, &from);
            } else if line.contains('=') {
                let group = names(line, '=');
                all.connect(&group, &group);
                for one in &group {
                    let others = group.iter().filter(|other| *other != one).cloned();
                    all.same.entry(one.clone()).or_default().extend(others);
                }
            } else {
                let group = names(line, ',');
                all.connect(&group, &group);
            }
        }
        all
    }

    /// Returns the words without stop words, unless there are no others.
    pub fn needed(&self, words: Name) -> Name {
        stop::needed(words, &self.language)
    }

    /// Returns what readers call a level of the scale.
    pub fn level(&self, level: u8) -> String {
        if primary(&self.language) == "de" { format!("Stufe {level}") } else { format!("level {level}") }
    }

    /// Returns words that readers use for any decision.
    pub fn of_decisions(&self) -> &'static [&'static str] {
        if primary(&self.language) == "de" {
            &["Entscheidung", "entscheidet", "verantwortlich"]
        } else {
            &["decision", "decides", "accountable"]
        }
    }

    /// Makes each name of `from` lead to each name of `to`.
    fn connect(&mut self, from: &[Name], to: &[Name]) {
        for one in from.iter().filter(|name| !name.is_empty()) {
            let known = self.leads.entry(one.clone()).or_default();
            for other in to.iter().filter(|other| *other != one && !other.is_empty()) {
                if !known.contains(other) {
                    known.push(other.clone());
                }
            }
        }
    }

    /// Lists the names, each with the names that it leads to.
    pub fn iter(&self) -> impl Iterator<Item = (&[String], &[Name])> {
        self.leads.iter().map(|(name, others)| (name.as_slice(), others.as_slice()))
    }

    /// Returns what else a title is called, with a part of it abbreviated or written out: "senior
    /// pm" for "Senior Product Manager".
    pub fn other_titles(&self, title: &str) -> BTreeSet<String> {
        let list = words(title);
        let mut found = BTreeSet::new();
        if list.len() > LONGEST_TITLE {
            return found;
        }
        for start in 0..list.len() {
            for end in start + 1..=list.len() {
                for other in self.same.get(&list[start..end]).into_iter().flatten() {
                    let words: Vec<&str> =
                        list[..start].iter().chain(other).chain(&list[end..]).map(String::as_str).collect();
                    found.insert(words.join(" "));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        words(text)
    }

    #[test]
    fn a_title_is_also_known_by_its_short_form() {
        let english = Synonyms::of("en-US", &[]);
        assert!(english.other_titles("Senior Product Manager").contains("senior pm"));
        assert!(english.other_titles("VP Product").contains("vice president product"));
        assert!(english.other_titles("Roadmap").is_empty());
        assert!(Synonyms::of("fr", &[]).other_titles("Senior Product Manager").is_empty());
    }

    #[test]
    fn configured_synonyms_lead_to_each_other_and_come_before_the_table() {
        let own = [("retire".to_owned(), vec!["graveyard".to_owned(), "sunset".to_owned()])];
        let all = Synonyms::of("en", &own);
        assert_eq!(all.leads[&name("retire")][0], name("graveyard"));
        assert!(all.leads[&name("graveyard")].contains(&name("retire")));
    }

    #[test]
    fn names_behind_an_arrow_lead_to_nothing() {
        let all = Synonyms::of("en", &[]);
        assert!(all.leads[&name("quit")].contains(&name("leave")));
        assert!(!all.leads.get(&name("leave")).is_some_and(|others| others.contains(&name("quit"))));
    }

    #[test]
    fn the_tables_have_groups_of_at_least_two_names_and_no_name_twice_in_a_group() {
        for (table, least) in [(ENGLISH, 150), (GERMAN, 40)] {
            let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            assert!(lines.clone().count() >= least);
            for line in lines {
                let names: Vec<Name> = line.split([',', '=', '>']).map(name).collect();
                let different: BTreeSet<&Name> = names.iter().collect();
                assert!(names.len() > 1 && different.len() == names.len(), "{line}");
                assert!(names.iter().all(|name| !name.is_empty()), "{line}");
            }
        }
    }
}
