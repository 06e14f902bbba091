//! Merges the words of all chapters into one list, and splits it into files.
//!
//! Input: the units of all chapters in a fixed order, and the uses of words in them. Output: files that
//! list words and the units they lead to, and the word at which each file begins. The same units
//! always give the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::entry::{Unit, stand};
use super::pack::{self, Files, Words};
use super::posting::{List, Postings, Use};
use super::synonyms::Synonyms;
use super::words::{Stems, words};
use super::{compound, spelling, stop};

/// The maximum number of units that a word leads to. Only the strongest are kept, because more
/// would make the word's file too large to wait for.
const MOST_UNITS: usize = 3000;
/// The maximum number of sections that a word leads to in one unit.
const MOST_SECTIONS: usize = 10;
/// The approximate maximum number of statements that a word leads to. If there are more, fewer of
/// each chapter are kept.
const MOST_STATEMENTS: usize = 2000;
/// The smallest and largest target size of a file of words, in bytes before compression. The larger
/// the handbook, the larger the files.
const SMALLEST: usize = 5_000;
const LARGEST: usize = 40_000;
/// The approximate maximum number of files, because the entry file names them all.
const FILES: usize = 512;
/// The maximum number of groups that a thread takes at once.
const AT_ONCE: usize = 16;
/// The number of steps that a score of 1 is divided into.
const STEPS: f64 = 8.0;
/// The parameters of BM25: how quickly further occurrences stop counting, and how much a chapter's
/// length matters (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section
/// 3).
const K1: f64 = 1.2;
const B: f64 = 0.6;
/// A compound counts this many times less than the word that is a part of it.
const COMPOUND: u32 = 2;
/// The maximum number of other names that a name of a term leads to, and that any name leads to.
const MOST_NAMES: usize = 4;
const MOST_SYNONYMS: usize = 5;

/// The files of words.
#[derive(Debug)]
pub struct Lists {
    /// For each file, the shortest text that separates its first word from the last word of the
    /// previous file.
    pub bounds: Vec<String>,
    /// The files' names, in the same order.
    pub names: Vec<String>,
}

/// Stands for the words of one group: the first two letters and the stem. All words of a group begin with
/// the same two letters, so that files can be split between groups.
type Key = (String, String);

/// Words with the same stem.
struct Group<'a> {
    key: Key,
    forms: Vec<&'a str>,
    /// The numbers of the words.
    members: Vec<usize>,
    /// The numbers of compounds of which one of the words is a part.
    compounds: BTreeSet<usize>,
}

/// What the language and the configuration say about words.
pub struct Speech<'a> {
    language: &'a str,
    is_english: bool,
    stems: Stems,
    synonyms: &'a Synonyms,
}

impl<'a> Speech<'a> {
    /// Returns what is known about words of a language (BCP 47).
    pub fn new(language: &'a str, synonyms: &'a Synonyms) -> Self {
        let is_english = super::words::primary(language) == "en";
        Self { language, is_english, stems: Stems::of(language), synonyms }
    }

    /// Returns the key of the group that a word belongs to.
    fn key(&self, word: &str) -> Key {
        let start = word.chars().take(2).collect();
        // The stemmer takes this adverb for a form of "quit".
        if self.is_english && word == "quite" {
            return (start, word.to_owned());
        }
        (start, if self.is_english { self.stems.stem(&spelling::american(word)) } else { self.stems.stem(word) })
    }
}

/// Merges the words of units, whose uses are in `postings`, and adds the files to `files`.
pub fn lists(units: &[&Unit], postings: Postings, speech: &Speech<'_>, files: &mut Files) -> Lists {
    let postings = postings.sorted();
    let known: Vec<&str> = postings.iter().map(|(word, _)| &**word).collect();
    let keys: Vec<Key> = known.par_iter().map(|word| speech.key(word)).collect();
    let occurs: HashSet<&Key> = keys.iter().collect();
    let mut extra = unused(&known, &occurs, speech);
    let compounds = compound::parts(&known, speech.language);
    extra.extend(new_parts(&compounds, &occurs, speech));
    let (all, keys, users) = with_unused(&postings, keys, &extra, speech);
    let mut groups = group(&all, keys);
    add_compounds(&mut groups, &all, &compounds, speech);
    let total: u64 = units.iter().map(|unit| u64::from(unit.length)).sum();
    let average = u32::try_from(total / (units.len() as u64).max(1)).unwrap_or(u32::MAX).max(1);
    let other = names(units, &groups, &users, speech);
    let encode = |(n, group): (usize, &Group<'_>)| {
        let (list, count) = list(group, &users, units, average);
        let mut row = vec![Value::Null, Value::String(list)];
        let pruned = if count > MOST_UNITS { count } else { 0 };
        match other.get(&n) {
            Some(names) if !names.is_empty() => row.extend([json!(pruned), json!(names)]),
            _ if pruned > 0 => row.push(json!(pruned)),
            _ => {}
        }
        row
    };
    // A few words occur in nearly every unit, and they can be next to each other in the alphabet, so each
    // thread takes only a few groups at a time.
    let rows: Vec<Vec<Value>> = groups.par_iter().enumerate().with_max_len(AT_ONCE).map(encode).collect();
    cut(&groups, rows, files)
}

/// The uses of a word, or `None` if it doesn't occur.
type Users<'a> = Option<&'a List>;

/// Lists words that don't occur but can be typed: the first words of synonyms that lead to words
/// that occur, and words that occur in the other English spelling. `occurs` has the keys of the `known` words.
fn unused(known: &[&str], occurs: &HashSet<&Key>, speech: &Speech<'_>) -> BTreeSet<String> {
    let leads =
        |others: &[Vec<String>]| others.iter().any(|name| name.iter().all(|word| occurs.contains(&speech.key(word))));
    let names = speech.synonyms.iter().filter(|(_, others)| leads(others)).map(|(name, _)| name[0].clone());
    let spellings = known.iter().filter(|_| speech.is_english).filter_map(|word| spelling::other(word));
    names.chain(spellings).filter(|word| known.binary_search(&word.as_str()).is_err()).collect()
}

/// Lists the words with their keys and uses, and words without uses. All of them are sorted.
fn with_unused<'a>(
    postings: &'a [(Box<str>, List)],
    keys: Vec<Key>,
    extra: &'a BTreeSet<String>,
    speech: &Speech<'_>,
) -> (Vec<&'a str>, Vec<Key>, Vec<Users<'a>>) {
    let known = postings.iter().zip(keys).map(|((word, list), key)| (&**word, key, Some(list)));
    let unused = extra.iter().map(|word| (word.as_str(), speech.key(word), None));
    let mut all: Vec<(&str, Key, Users<'_>)> = known.chain(unused).collect();
    all.par_sort_unstable_by(|(a, ..), (b, ..)| a.cmp(b));
    all.into_iter().collect()
}

/// Groups words by their keys.
fn group<'a>(words: &[&'a str], keys: Vec<Key>) -> Vec<Group<'a>> {
    let mut numbers: HashMap<Key, usize> = HashMap::default();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (n, (word, key)) in words.iter().zip(keys).enumerate() {
        let number = *numbers.entry(key).or_insert_with_key(|key| {
            let key = key.clone();
            groups.push(Group { key, forms: Vec::new(), members: Vec::new(), compounds: BTreeSet::new() });
            groups.len() - 1
        });
        groups[number].forms.push(word);
        groups[number].members.push(n);
    }
    groups
}

/// Lists parts of compounds that aren't words of the handbook in any form.
fn new_parts(compounds: &BTreeMap<&str, BTreeSet<String>>, occurs: &HashSet<&Key>, speech: &Speech<'_>) -> Vec<String> {
    let parts: BTreeSet<&String> = compounds.values().flatten().collect();
    parts.into_iter().filter(|part| !occurs.contains(&speech.key(part))).cloned().collect()
}

/// Adds to each group the compounds of which one of its words is a part.
fn add_compounds(
    groups: &mut [Group<'_>],
    words: &[&str],
    compounds: &BTreeMap<&str, BTreeSet<String>>,
    speech: &Speech<'_>,
) {
    if compounds.is_empty() {
        return;
    }
    let numbers: HashMap<Key, usize> = (0..).zip(&*groups).map(|(n, group)| (group.key.clone(), n)).collect();
    for (compound, parts) in compounds {
        let Ok(word) = words.binary_search(compound) else { continue };
        for group in parts.iter().filter_map(|part| numbers.get(&speech.key(part))) {
            if !groups[*group].members.contains(&word) {
                groups[*group].compounds.insert(word);
            }
        }
    }
}

/// The use of a word of a group in a unit, and whether the word is a compound of which a word of the
/// group is a part.
type OfGroup<'a> = (Use<'a>, bool);

/// A unit that a group leads to: its number, its score, and the group's uses in it.
struct Hit<'a> {
    unit: u32,
    score: u32,
    uses: &'a [OfGroup<'a>],
}

impl<'a> Hit<'a> {
    /// Scores a word's occurrences within one unit: BM25 for the text, plus a bonus for names.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a score lies between 1 and some fifty steps"
    )]
    fn new(uses: &'a [OfGroup<'a>], units: &[&Unit], average: u32) -> Self {
        let unit = uses[0].0.unit;
        let weights = uses.iter().map(
            |(Use { top, text, .. }, is_compound)| {
                if *is_compound { (top / COMPOUND, text / COMPOUND) } else { (*top, *text) }
            },
        );
        let (top, text) = weights.fold((0, 0), |sum, (top, text)| (sum.0.max(top), sum.1 + text));
        let length = f64::from(units[unit as usize].length) / f64::from(average);
        let times = f64::from(text) / 100.0;
        let text = times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length));
        let score = ((text + f64::from(top) / 100.0) * STEPS).round().max(1.0) as u32;
        Self { unit, score, uses }
    }

    /// Returns how many words the shortest name of the unit has that contains one of the words; 0 if
    /// none does.
    fn name(&self) -> u32 {
        let whole = self.uses.iter().filter(|(_, is_compound)| !is_compound);
        whole.map(|(used, _)| used.name).filter(|name| *name > 0).min().unwrap_or(0)
    }

    /// Fills `sections` with the sections of the uses. If there are too many, keeps the strongest.
    fn sections(&self, sections: &mut Vec<(u32, u8)>) {
        sections.clear();
        let (first, more) = self.uses.split_at(1);
        sections.extend(first.iter().flat_map(|(used, _)| used.sections()));
        for (section, strength) in more.iter().flat_map(|(used, _)| used.sections()) {
            stand(sections, section, strength);
        }
        if sections.len() > MOST_SECTIONS {
            sections.sort_by_key(|(section, strength)| (std::cmp::Reverse(*strength), *section));
            sections.truncate(MOST_SECTIONS);
            sections.sort_unstable();
        }
    }
}

/// Packs the list of units in which the words of a group occur. For each unit, it contains the
/// distance from the previous unit's number, the score, and the sections with their strengths. If
/// there are too many units, the list has only the strongest. The statements in which the words
/// occur follow after a dot. Also returns how many units there were.
fn list(group: &Group<'_>, users: &[Users<'_>], units: &[&Unit], average: u32) -> (String, usize) {
    let of_word = |word: usize, is_compound: bool| {
        users[word].into_iter().flat_map(List::iter).map(move |used| (used, is_compound))
    };
    let mut uses: Vec<OfGroup<'_>> = group.members.iter().flat_map(|member| of_word(*member, false)).collect();
    uses.extend(group.compounds.iter().flat_map(|word| of_word(*word, true)));
    if group.members.len() + group.compounds.len() > 1 {
        uses.sort_by_key(|(used, _)| used.unit);
    }
    let mut hits: Vec<Hit> =
        uses.chunk_by(|(a, _), (b, _)| a.unit == b.unit).map(|uses| Hit::new(uses, units, average)).collect();
    let count = hits.len();
    if count > MOST_UNITS {
        hits.select_nth_unstable_by_key(MOST_UNITS, |hit| (std::cmp::Reverse(hit.score), hit.unit));
        hits.truncate(MOST_UNITS);
        hits.sort_unstable_by_key(|hit| hit.unit);
    }
    let mut out = String::new();
    let (mut before, mut sections) = (0, Vec::new());
    for hit in &hits {
        pack::number(hit.unit - before, &mut out);
        before = hit.unit;
        pack::number(hit.score, &mut out);
        hit.sections(&mut sections);
        pack::number(u32::try_from(sections.len()).unwrap_or(0) * 8 + hit.name(), &mut out);
        let mut last = 0;
        for (section, strength) in &sections {
            pack::number((section - last) * 4 + u32::from(*strength), &mut out);
            last = *section;
        }
    }
    statements(&hits, &mut out);
    (out, count)
}

/// Appends the statements in which the words of a group occur: for each unit that has any, the
/// distance from the previous unit's number, how many there are, and the distances between their
/// places in the chapter.
fn statements(hits: &[Hit<'_>], out: &mut String) {
    let of_hit = |hit: &Hit<'_>| {
        let all: BTreeSet<u32> = hit.uses.iter().flat_map(|(used, _)| used.statements()).collect();
        (hit.unit, all)
    };
    let lists: Vec<(u32, BTreeSet<u32>)> = hits.iter().map(of_hit).filter(|(_, all)| !all.is_empty()).collect();
    let longest = lists.iter().map(|(_, all)| all.len()).max().unwrap_or(0);
    let fits = |most: &usize| lists.iter().map(|(_, all)| all.len().min(*most)).sum::<usize>() <= MOST_STATEMENTS;
    let most = (1..=longest).rev().find(fits).unwrap_or(1);
    let mut before = 0;
    for (n, (unit, all)) in lists.iter().enumerate() {
        if n == 0 {
            out.push('.');
        }
        pack::number(unit - before, out);
        before = *unit;
        pack::number(u32::try_from(all.len().min(most)).unwrap_or(0), out);
        let mut last = 0;
        for place in all.iter().take(most) {
            pack::number(place - last, out);
            last = *place;
        }
    }
}

/// Other names by the group of a name's first word. Each entry is a name, followed by its other
/// names.
type Names = BTreeMap<usize, Vec<Vec<String>>>;

/// Returns the names of terms with the terms' other names, and names with their synonyms. Leaves
/// out what leads to nothing.
fn names(units: &[&Unit], groups: &[Group<'_>], users: &[Users<'_>], speech: &Speech<'_>) -> Names {
    let by_form: HashMap<&str, usize> =
        groups.iter().enumerate().flat_map(|(n, group)| group.forms.iter().map(move |form| (*form, n))).collect();
    let by_key: HashMap<&Key, usize> = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| group.members.iter().any(|member| users[*member].is_some()))
        .map(|(n, group)| (&group.key, n))
        .collect();
    // The browser looks up forms, so a word that only occurs in another form is replaced by it.
    let form = |word: &String| {
        let group = &groups[*by_key.get(&speech.key(word))?];
        Some(if group.forms.contains(&word.as_str()) { word.clone() } else { group.forms[0].to_owned() })
    };
    let mut found: BTreeMap<(usize, Vec<String>), Vec<String>> = BTreeMap::new();
    let mut lead = |name: &[String], others: &mut dyn Iterator<Item = &Vec<String>>, most: usize| {
        let Some(group) = name.first().and_then(|first| by_form.get(first.as_str())) else { return };
        let list = found.entry((*group, name.to_owned())).or_default();
        for other in others.filter(|other| *other != name && !other.is_empty()) {
            let forms: Option<Vec<String>> = other.iter().map(form).collect();
            let Some(other) = forms.map(|forms| forms.join(" ")).filter(|other| !list.contains(other)) else {
                continue;
            };
            if list.len() < most {
                list.push(other);
            }
        }
    };
    for unit in units.iter().filter(|unit| unit.anchor.is_some() && !unit.names.is_empty()) {
        let split = |name: &String| stop::needed(words(name), speech.language);
        let all: Vec<Vec<String>> = std::iter::once(&unit.title).chain(&unit.names).map(split).collect();
        for name in &all {
            lead(name, &mut all.iter(), MOST_NAMES);
        }
    }
    for (name, others) in speech.synonyms.iter() {
        lead(name, &mut others.iter(), MOST_SYNONYMS);
    }
    let mut rows = Names::new();
    for ((group, name), others) in found.into_iter().filter(|(_, others)| !others.is_empty()) {
        rows.entry(group).or_default().push(std::iter::once(name.join(" ")).chain(others).collect());
    }
    rows
}

/// Splits the rows into files, at groups where every earlier word sorts before every later word.
fn cut(groups: &[Group<'_>], rows: Vec<Vec<Value>>, files: &mut Files) -> Lists {
    let size = |row: &[Value]| row.iter().map(|value| value.as_str().map_or(8, str::len)).sum::<usize>() + 12;
    let total: usize = rows.iter().map(|row| size(row)).sum();
    let wanted = (total / FILES).clamp(SMALLEST, LARGEST);
    let mut lists = Lists { bounds: Vec::new(), names: Vec::new() };
    let mut open = Open::default();
    for (group, mut row) in groups.iter().zip(rows) {
        let first = group.forms.first().copied().unwrap_or_default();
        let row_size = size(&row);
        if open.size > 0 && open.size + row_size / 2 > wanted && open.last < first {
            open.close(files, &mut lists);
            open.bound = between(open.last, first);
        }
        let mut forms = String::new();
        for form in &group.forms {
            open.words.push(form, &mut forms);
            open.last = open.last.max(form);
        }
        row[0] = Value::String(forms);
        open.size += row_size;
        open.rows.push(row);
    }
    if open.size > 0 {
        open.close(files, &mut lists);
    }
    lists
}

/// A file that is being filled.
#[derive(Default)]
struct Open<'a> {
    rows: Vec<Vec<Value>>,
    size: usize,
    words: Words,
    /// The word that sorts last among all words so far, across all files.
    last: &'a str,
    bound: String,
}

impl Open<'_> {
    fn close(&mut self, files: &mut Files, lists: &mut Lists) {
        lists.bounds.push(std::mem::take(&mut self.bound));
        lists.names.push(files.add(json!(std::mem::take(&mut self.rows)).to_string()));
        self.size = 0;
        self.words = Words::default();
    }
}

/// Returns the shortest prefix of `after` that sorts after `before`.
fn between(before: &str, after: &str) -> String {
    let ends = after.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.map(|end| &after[..end]).find(|start| *start > before).unwrap_or(after).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_the_shortest_text_that_separates_two_words() {
        assert_eq!(between("price", "pricing"), "prici");
        assert_eq!(between("a", "b"), "b");
        assert_eq!(between("price", "prices"), "prices");
    }

    #[test]
    fn words_with_the_same_stem_and_first_two_letters_are_one_group() {
        let words = ["priorities", "priority", "roadmap", "roadmaps"];
        let synonyms = Synonyms::default();
        let speech = Speech::new("en", &synonyms);
        let groups = group(&words, words.iter().map(|word| speech.key(word)).collect());
        let forms: Vec<_> = groups.iter().map(|group| group.forms.join(" ")).collect();
        assert_eq!(forms, ["priorities priority", "roadmap roadmaps"]);
    }
}
