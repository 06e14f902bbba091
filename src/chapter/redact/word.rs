//! Finds words and signs that may have been meant as an audience mark, however they are spelled.
//!
//! Input: text. Output: ranges in it. Full-width letters, unusual spaces, invisible characters,
//! different case and up to two wrong letters still count as a match. This module knows nothing
//! about Markdown.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// The word that every mark contains.
const WORD: &str = "audience";
/// How often each letter from a to z is in the word.
const LETTERS: [u8; 26] = {
    let (mut counts, mut at) = ([0; 26], 0);
    while at < WORD.len() {
        counts[(WORD.as_bytes()[at] - b'a') as usize] += 1;
        at += 1;
    }
    counts
};
/// The number of ASCII letters in the longest word within two changes of the word.
const LONGEST: usize = 10;
/// How many letters such a word can have that the word doesn't have: it shares at least six of them.
const MOST_FOREIGN: usize = LONGEST - 6;
/// The maximum distance in bytes between a mark and the brace around it, or the `<` of a tag.
const REACH: usize = 200;

/// The sign that follows the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `=` or a similar character.
    Equals,
    /// `:` or a similar character.
    Colon,
    /// Something else.
    None,
}

/// A place where an author may have meant a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The byte range of the word.
    pub range: Range<usize>,
    /// The sign that follows it.
    pub sign: Sign,
}

/// What an ASCII byte is to a word: a letter of [`WORD`], another letter, or something else. Bytes of
/// other characters, and asterisks, which may be part of a word, need a closer look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Shared,
    Letter,
    Unclear,
    Other,
}

const BYTES: [Byte; 256] = {
    let (mut table, mut byte) = ([Byte::Unclear; 256], 0_u8);
    while byte.is_ascii() {
        table[byte as usize] = match byte {
            b'*' => Byte::Unclear,
            _ if !byte.is_ascii_alphabetic() => Byte::Other,
            _ if LETTERS[(byte.to_ascii_lowercase() - b'a') as usize] > 0 => Byte::Shared,
            _ => Byte::Letter,
        };
        byte += 1;
    }
    table
};

/// Lists the occurrences of the word in order.
pub fn hits(text: &str) -> Vec<Hit> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (mut end, mut foreign) = (at, 0);
        let ends_with = loop {
            match bytes.get(end).map_or(Byte::Other, |byte| BYTES[usize::from(*byte)]) {
                Byte::Shared => {}
                Byte::Letter => foreign += 1,
                other => break other,
            }
            end += 1;
        };
        // Every word of a handbook comes by here, and nearly all are ruled out by their letters.
        let mut may_be_word = foreign <= MOST_FOREIGN && (6..=LONGEST).contains(&(end - at));
        if ends_with == Byte::Unclear {
            end = end_of_word(text, end);
            may_be_word = true;
        }
        if may_be_word && is_word(&text[at..end]) {
            found.push(Hit { range: at..end, sign: sign_after(&text[end..]) });
        }
        // The next word begins behind the character that ended this one.
        at = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// Returns the offset of the first character at or after `at` that isn't part of a word.
fn end_of_word(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let c = if byte.is_ascii() { char::from(*byte) } else { text[at..].chars().next().unwrap_or(' ') };
        if !is_of_word(c) {
            break;
        }
        at += c.len_utf8();
    }
    at
}

/// Returns whether `word` is the word of a mark or close to it.
pub fn is_word(word: &str) -> bool {
    if !may_be_word(word) {
        return false;
    }
    let plain = plain(word);
    let length = plain.chars().count();
    // `ambience` is the only English word that is as close to `audience` as a misspelling.
    (6..=10).contains(&length) && plain != "ambience" && strsim::damerau_levenshtein(&plain, WORD) <= 2
}

/// Quickly rules out nearly every word, because every word of a handbook is checked here.
fn may_be_word(word: &str) -> bool {
    // No spelling within two letters of an eight-letter word is shorter than this or much longer.
    if word.len() < 6 || (word.len() > 80 && word.is_ascii()) {
        return false;
    }
    if !word.is_ascii() {
        // Letters of other scripts may look like these, but not all of them.
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        return letters >= 3 || word.nfkc().filter(char::is_ascii_alphabetic).count() >= 3;
    }
    // Each of at most two changes takes away one of the eight letters of `audience`.
    let (mut letters, mut shared, mut left) = (0, 0, LETTERS);
    for byte in word.bytes().filter(u8::is_ascii_alphabetic) {
        let left = &mut left[usize::from(byte.to_ascii_lowercase() - b'a')];
        shared += usize::from(*left > 0);
        *left = left.saturating_sub(1);
        letters += 1;
        // Most words are ruled out by their first letters.
        if letters > LONGEST || letters - shared > MOST_FOREIGN {
            return false;
        }
    }
    shared >= 6
}

/// Returns `text` in compatibility form (NFKC) and lower case, without invisible characters and
/// asterisks.
pub fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !is_invisible(*c) && *c != '*').flat_map(char::to_lowercase).collect()
}

/// Lists the lines of a text with their ranges, which don't include white space at the end.
pub fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut end = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = end;
        end += line.len();
        (start..start + line.trim_end().len(), line)
    })
}

fn is_of_word(c: char) -> bool {
    // Asterisks are emphasis, which may interrupt a word without ending it.
    c.is_alphabetic() || is_invisible(c) || c == '*' || ('\u{300}'..='\u{36f}').contains(&c)
}

/// Returns whether a character is invisible, such as a joiner, a soft hyphen or a directional mark.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0000}'..='\u{e01ef}')
}

/// Returns whether a character is a gap: any white space or an invisible character.
pub fn is_gap(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Returns whether a character counts as a colon.
pub fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}' | '\u{fe55}' | '\u{fe13}' | '\u{2236}' | '\u{a789}')
}

fn sign_after(rest: &str) -> Sign {
    let skip = |c: char| is_gap(c) || matches!(c, '"' | '\'' | '`' | '\\' | '*' | '_' | '\u{201c}' | '\u{201d}');
    match rest.chars().take(40).find(|c| !skip(*c)) {
        Some('=' | '\u{ff1d}' | '\u{fe66}' | '\u{2254}' | '\u{2a74}') => Sign::Equals,
        Some(c) if is_colon(c) => Sign::Colon,
        _ => Sign::None,
    }
}

/// Returns the range inside the braces around `at`, up to the closing brace or the end of the
/// paragraph.
pub fn braces_around(text: &str, at: usize) -> Option<Range<usize>> {
    let open = behind(text, at, |c| matches!(c, '{' | '\u{ff5b}'), |c| matches!(c, '}' | '\u{ff5d}'))?;
    let rest = reach(text, open);
    let end = rest.find(['}', '\u{ff5d}']).or_else(|| rest.find("\n\n")).unwrap_or(rest.len());
    Some(open..open + end)
}

/// Returns the text from `at` within the maximum extent of a mark.
pub fn reach(text: &str, at: usize) -> &str {
    let end = (at + 2 * REACH).min(text.len());
    let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
    &text[at..end]
}

/// Returns whether `at` is inside an HTML tag or comment, which starts with `<` and a letter, `/`,
/// `!` or `?`.
pub fn is_in_tag(text: &str, at: usize) -> bool {
    behind(text, at, |c| c == '<', |c| c == '>')
        .is_some_and(|open| text[open..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')))
}

/// Returns whether text ends where the name of a tag begins.
pub fn begins_tag(before: &str) -> bool {
    before.ends_with('<')
        || before.ends_with("</")
        || ["{%", "{{<", "{{%"].iter().any(|sign| before.trim_end_matches([' ', '-']).ends_with(sign))
}

/// Searches backward from `at` for an unclosed opening sign; returns the byte offset after that
/// sign.
fn behind(text: &str, at: usize, opens: impl Fn(char) -> bool, closes: impl Fn(char) -> bool) -> Option<usize> {
    let before = &text[..at];
    let mut line_ends = 0;
    for (place, c) in before.char_indices().rev() {
        if at - place > REACH || closes(c) {
            return None;
        }
        // A blank line ends the paragraph.
        line_ends = match c {
            '\n' => line_ends + 1,
            ' ' | '\t' => line_ends,
            _ => 0,
        };
        if line_ends > 1 {
            return None;
        }
        if opens(c) {
            return Some(place + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_found_however_it_is_spelled() {
        for word in [
            "audience",
            "Audience",
            "AUDIENCE",
            "audiences",
            "audiance",
            "audince",
            "\u{ff41}udience",
            "aud\u{ad}ience",
            "\u{430}udience",
            "audienc\u{435}",
            "\u{1d41a}\u{1d42e}\u{1d41d}\u{1d422}\u{1d41e}\u{1d427}\u{1d41c}\u{1d41e}",
            "aud\u{e0100}ience",
            &format!("aud{}ience", "\u{200b}".repeat(90)),
        ] {
            let text = format!("a {{{word}=x}}");
            let [hit] = hits(&text).try_into().unwrap_or_else(|found| panic!("{text}: {found:?}"));
            assert_eq!((&text[hit.range.clone()], hit.sign), (word, Sign::Equals));
        }
        for text in ["evidence=x", "science", "audio=1", "audit: x", "patience=1", "ence"] {
            assert_eq!(hits(text), [], "{text}");
        }
    }

    #[test]
    fn the_sign_may_stand_apart_and_have_any_width() {
        for (text, sign) in [
            ("audience = x", Sign::Equals),
            ("audience\u{ff1d}x", Sign::Equals),
            ("\"audience\": x", Sign::Colon),
            ("audience\u{a0}\u{ff1a}x", Sign::Colon),
            ("audience x", Sign::None),
            ("audience", Sign::None),
        ] {
            assert_eq!(hits(text)[0].sign, sign, "{text}");
        }
    }

    #[test]
    fn braces_and_tags_end_with_their_paragraph() {
        let text = "a {b c} d {e\nf <g h> i <j k\n\nl";
        let at = |c: char| text.find(c).unwrap();
        assert_eq!(braces_around(text, at('c')).map(|range| &text[range]), Some("b c"));
        assert_eq!(braces_around(text, at('d')), None);
        assert!(braces_around(text, at('f')).is_some());
        assert_eq!(braces_around(text, at('l')), None);
        assert!(is_in_tag(text, at('h')) && is_in_tag(text, at('k')));
        assert!(!is_in_tag(text, at('i')) && !is_in_tag(text, at('l')));
    }

    #[test]
    fn words_of_another_script_alone_are_not_taken_for_the_word() {
        assert!(hits("{ключ=managers}").is_empty());
    }
}
