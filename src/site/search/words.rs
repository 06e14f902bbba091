//! Splits text into words and folds them, just as the browser does with what people type.
//!
//! Input: text. Output: folded words, and their stems. `search-core.js` has the same rules: a word
//! that the two treat differently can't be found.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The maximum length of a word. Longer ones are data, such as keys and hashes.
pub const LONGEST: usize = 40;

/// The role of each byte in a word: 0 is not part of a word, 1 belongs to a character beyond ASCII,
/// and any other value is the letter or digit in lower case.
const BYTES: [u8; 256] = {
    let mut table = [BEYOND; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        table[byte as usize] = if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { 0 };
        byte += 1;
    }
    table
};
/// A byte of a character beyond ASCII.
const BEYOND: u8 = 1;

/// Calls `each` with every word of `text`, folded, and with the last parts of identifiers.
pub fn each_word(text: &str, each: &mut dyn FnMut(&str)) {
    split(text, true, each);
}

fn split(text: &str, with_humps: bool, each: &mut dyn FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut lower = String::with_capacity(LONGEST);
    let mut at = 0;
    while at < bytes.len() {
        match BYTES[usize::from(bytes[at])] {
            0 => at += 1,
            BEYOND if !text[at..].starts_with(is_word) => at += text[at..].chars().next().map_or(1, char::len_utf8),
            _ if let Some(end) = ratio(text, at) => {
                each(&text[at..end]);
                at = end;
            }
            _ => {
                let start = at;
                at += word(&text[at..], &mut lower, each);
                if with_humps {
                    each_hump(&text[start..at], each);
                }
                at += sign(&text[start..at], &text[at..], each);
            }
        }
    }
}

/// Returns the end of a ratio or a time of day that begins at `at`, such as `1:1`.
fn ratio(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let middle = digits(at);
    if bytes.get(middle) != Some(&b':') || !(1..=2).contains(&(middle - at)) {
        return None;
    }
    let end = digits(middle + 1);
    let ends = !text[end..].starts_with(|c| is_word(c) || c == ':');
    (ends && (1..=2).contains(&(end - middle - 1))).then_some(end)
}

/// Calls `each` with the name of a language such as C++ or C#, and returns the length of its signs.
fn sign(word: &str, rest: &str, each: &mut dyn FnMut(&str)) -> usize {
    let Some(sign) = ["++", "#"].into_iter().find(|sign| rest.starts_with(sign)) else { return 0 };
    let is_name = word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic();
    if !is_name || rest[sign.len()..].starts_with(|c| is_word(c) || matches!(c, '+' | '#')) {
        return 0;
    }
    each(&format!("{}{sign}", word.to_ascii_lowercase()));
    sign.len()
}

/// Calls `each` with the last parts of an identifier, from each inner capital letter on:
/// `timeout` for `setTimeout`.
fn each_hump(word: &str, each: &mut dyn FnMut(&str)) {
    let bytes = word.as_bytes();
    for at in 1..bytes.len().saturating_sub(2) {
        let after_small = bytes[at - 1].is_ascii_lowercase() || bytes[at - 1].is_ascii_digit();
        let begins_word = bytes[at - 1].is_ascii_uppercase() && bytes[at + 1].is_ascii_lowercase();
        if bytes[at].is_ascii_uppercase() && (after_small || begins_word) {
            each_part(&word[at..], each);
        }
    }
}

/// Calls `each` with the word that `text` begins with, and returns its length in bytes.
fn word(text: &str, lower: &mut String, each: &mut dyn FnMut(&str)) -> usize {
    lower.clear();
    let plain = |byte: &u8| Some(BYTES[usize::from(*byte)]).filter(|letter| *letter > BEYOND).map(char::from);
    lower.extend(text.as_bytes().iter().map_while(plain));
    let end = lower.len();
    // Most words consist only of ASCII letters and digits, and the next character can't continue a
    // word.
    if text.as_bytes().get(end).is_none_or(|byte| *byte != b'\'' && byte.is_ascii()) {
        if end <= LONGEST {
            each(lower);
        }
        return end;
    }
    let end = word_end(text);
    each_part(&text[..end], each);
    end
}

/// Returns the words of `text`, folded, as the browser splits a query: identifiers stay whole.
pub fn words(text: &str) -> Vec<String> {
    let mut list = Vec::new();
    split(text, false, &mut |word| list.push(word.to_owned()));
    list
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && (is_combining_mark(c) || is_joiner(c)))
}

/// Returns whether a character is invisible inside a word: a soft hyphen, or what joins letters or
/// keeps them apart.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}')
}

/// Returns whether a mark is left out: accents over Latin, Greek and Cyrillic letters, the vowel
/// signs of Hebrew and Arabic, and the stroke that stretches Arabic words.
fn is_left_out(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}'
        | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

/// Letters that no normal form takes apart, and how people type them without the keyboard of the
/// language.
const PLAIN: [(char, &str); 9] = [
    ('\u{df}', "ss"),
    ('\u{e6}', "ae"),
    ('\u{153}', "oe"),
    ('\u{f8}', "o"),
    ('\u{111}', "d"),
    ('\u{f0}', "d"),
    ('\u{fe}', "th"),
    ('\u{142}', "l"),
    ('\u{131}', "i"),
];

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// Returns the end of the word that `text` begins with. An apostrophe between letters is part of
/// the word.
fn word_end(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_word(c) {
            end = at + c.len_utf8();
        } else if !is_apostrophe(c) || at != end {
            break;
        }
    }
    end
}

/// Folds a word. If it has an apostrophe, only the parts with more than two letters count
/// (`leader's`, `l'équipe`).
fn each_part(word: &str, each: &mut dyn FnMut(&str)) {
    if !word.contains(is_apostrophe) {
        return each_folded(word, each);
    }
    let long = |part: &&str| part.chars().count() > 2;
    if word.split(is_apostrophe).any(|part| long(&part)) {
        for part in word.split(is_apostrophe).filter(long) {
            each_folded(part, each);
        }
    } else {
        each_folded(&word.replace(is_apostrophe, ""), each);
    }
}

fn each_folded(word: &str, each: &mut dyn FnMut(&str)) {
    let folded = fold(word);
    // Thai, Lao, Burmese and Khmer, and Chinese and Japanese.
    let is_cjk = |c: char| {
        matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
    };
    if !folded.contains(is_cjk) {
        if !folded.is_empty() && folded.chars().count() <= LONGEST {
            each(&folded);
        }
        return;
    }
    // These scripts put no spaces between words, so every two neighboring characters count
    // as a word.
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_cjk(c) != is_cjk(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
        if is_cjk(first) && starts.len() > 2 {
            for ends in starts.windows(3) {
                each(&run[ends[0]..ends[2]]);
            }
        } else if starts.len() <= LONGEST + 1 {
            each(run);
        }
    }
}

/// Returns a word in lower case without the marks over Latin, Greek and Cyrillic letters, in one
/// normal form.
pub fn fold(word: &str) -> String {
    let bare = word.nfkd().filter(|c| !is_left_out(*c) && !is_joiner(*c));
    let lower: String = bare.nfc().collect::<String>().to_lowercase();
    let mut out = String::with_capacity(lower.len());
    for c in lower.chars().filter(|c| is_word(*c)) {
        match PLAIN.iter().find(|(letter, _)| *letter == c) {
            Some((_, plain)) => out.push_str(plain),
            None => out.push(c),
        }
    }
    out
}

/// Returns the primary subtag of a language, such as `en` for `en-GB`.
pub fn primary(language: &str) -> String {
    language.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

/// The stemmer for one language.
pub struct Stems(Option<Stemmer>);

impl Stems {
    /// Returns the stemmer for the handbook's language (BCP 47). In an unknown language, every word
    /// is its own stem.
    pub fn of(language: &str) -> Self {
        let algorithm = match primary(language).as_str() {
            "ar" => Algorithm::Arabic,
            "da" => Algorithm::Danish,
            "nl" => Algorithm::Dutch,
            "en" => Algorithm::English,
            "fi" => Algorithm::Finnish,
            "fr" => Algorithm::French,
            "de" => Algorithm::German,
            "el" => Algorithm::Greek,
            "hu" => Algorithm::Hungarian,
            "it" => Algorithm::Italian,
            "nb" | "nn" | "no" => Algorithm::Norwegian,
            "pt" => Algorithm::Portuguese,
            "ro" => Algorithm::Romanian,
            "ru" => Algorithm::Russian,
            "es" => Algorithm::Spanish,
            "sv" => Algorithm::Swedish,
            "ta" => Algorithm::Tamil,
            "tr" => Algorithm::Turkish,
            _ => return Self(None),
        };
        Self(Some(Stemmer::create(algorithm)))
    }

    /// Returns the stem of a folded word.
    pub fn stem(&self, word: &str) -> String {
        let Some(stemmer) = &self.0 else { return word.to_owned() };
        if word.chars().any(char::is_numeric) {
            return word.to_owned();
        }
        stemmer.stem(word).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_anything_but_letters_digits_and_marks() {
        assert_eq!(words("A/B test: 90-day plan, v2.0"), ["a", "b", "test", "90", "day", "plan", "v2", "0"]);
        assert_eq!(words("  "), [""; 0]);
    }

    #[test]
    fn short_parts_around_an_apostrophe_are_left_out() {
        assert_eq!(
            words("the leader's don\u{2019}t l'\u{e9}quipe o'clock"),
            ["the", "leader", "don", "equipe", "clock"]
        );
        assert_eq!(words("'quoted' it's"), ["quoted", "its"]);
    }

    #[test]
    fn case_accents_and_normal_forms_are_folded() {
        assert_eq!(
            words("R\u{e9}sum\u{e9} re\u{301}sume\u{301} STRASSE stra\u{df}e \u{fb01}t"),
            ["resume", "resume", "strasse", "strasse", "fit"]
        );
    }

    #[test]
    fn chinese_and_japanese_are_split_into_pairs_of_characters() {
        assert_eq!(
            words("\u{4ea7}\u{54c1}\u{7ecf}\u{7406} AI\u{6218}"),
            ["\u{4ea7}\u{54c1}", "\u{54c1}\u{7ecf}", "\u{7ecf}\u{7406}", "ai", "\u{6218}"]
        );
    }

    #[test]
    fn letters_have_plain_forms_and_vowel_signs_and_soft_hyphens_are_left_out() {
        assert_eq!(
            words("c\u{153}ur l\u{e6}ring sm\u{f8}r \u{110}or\u{111}e \u{142}\u{f3}d\u{17a}"),
            ["coeur", "laering", "smor", "dorde", "lodz"]
        );
        assert_eq!(words("Ent\u{ad}schei\u{ad}dung"), ["entscheidung"]);
        assert_eq!(
            words("\u{633}\u{64e}\u{641}\u{631} \u{5e1}\u{5b5}\u{5e4}\u{5b6}\u{5e8}"),
            ["\u{633}\u{641}\u{631}", "\u{5e1}\u{5e4}\u{5e8}"]
        );
    }

    #[test]
    fn identifiers_are_found_by_their_last_parts() {
        let all = |text| {
            let mut list = Vec::new();
            each_word(text, &mut |word| list.push(word.to_owned()));
            list
        };
        assert_eq!(all("eth_sendRawTransaction"), ["eth", "sendrawtransaction", "rawtransaction", "transaction"]);
        assert_eq!(words("setTimeout"), ["settimeout"]);
        assert_eq!(all("XMLHttpRequest OKRs"), ["xmlhttprequest", "httprequest", "request", "okrs"]);
    }

    #[test]
    fn names_of_languages_keep_their_signs_and_ratios_are_one_word() {
        assert_eq!(words("C++ and C#, not C. a#b"), ["c", "c++", "and", "c", "c#", "not", "c", "a", "b"]);
        assert_eq!(words("a 1:1 at 23:00, 1:2:3"), ["a", "1:1", "at", "23:00", "1", "2:3"]);
    }

    #[test]
    fn stems_follow_the_language() {
        let english = Stems::of("en-GB");
        assert_eq!(english.stem("priorities"), english.stem("priority"));
        assert_eq!(Stems::of("xx").stem("priorities"), "priorities");
    }
}
