//! Packs numbers, words and files as the browser reads them.
//!
//! Input: lists of numbers, sorted words, JSON. Output: short strings, and files named by their content. `docs/search-format.md` describes the format.

use std::collections::BTreeMap;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Appends a number: five bits a character, the low ones first; 32 is added where more follow.
pub fn number(mut n: u32, out: &mut String) {
    loop {
        let low = (n & 31) as usize;
        n >>= 5;
        out.push(char::from(DIGITS[if n > 0 { low | 32 } else { low }]));
        if n == 0 {
            return;
        }
    }
}

/// Packs sorted words that are near each other: each begins with how many characters it shares with the one before, in base 36.
#[derive(Debug, Default)]
pub struct Words {
    before: Vec<char>,
}

impl Words {
    /// Appends a word.
    pub fn push(&mut self, word: &str, out: &mut String) {
        let chars: Vec<char> = word.chars().collect();
        // The browser counts in UTF-16: what takes two units there is not shared.
        let same = |(a, b): &(&char, &char)| a == b && a.len_utf16() == 1;
        let shared = self.before.iter().zip(&chars).take_while(same).count().min(35);
        if !out.is_empty() {
            out.push(' ');
        }
        out.push(char::from_digit(u32::try_from(shared).unwrap_or(0), 36).unwrap_or('0'));
        out.extend(&chars[shared..]);
        self.before = chars;
    }
}

/// Files by their name.
#[derive(Debug, Default)]
pub struct Files {
    /// The bytes behind each name, such as `3vk0q7m2ax`; the ending is the site's.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Files {
    /// Adds a file and returns its name: 50 bits of its content's hash.
    pub fn add(&mut self, json: String) -> String {
        let name = name(json.as_bytes());
        self.files.insert(name.clone(), json.into_bytes());
        name
    }
}

/// Returns the name of a file with these bytes.
pub fn name(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    blake3::hash(bytes).as_bytes()[..NAME].iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

/// How long a file's name is.
pub const NAME: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_five_bits_a_character() {
        let pack = |n| {
            let mut out = String::new();
            number(n, &mut out);
            out
        };
        assert_eq!(pack(0), "A");
        assert_eq!(pack(31), "f");
        assert_eq!(pack(32), "gB");
        assert_eq!(pack(u32::MAX), "______D");
    }

    #[test]
    fn words_share_what_they_begin_with() {
        let (mut words, mut out) = (Words::default(), String::new());
        for word in ["price", "prices", "pricing", "\u{1f600}a", "\u{1f600}b"] {
            words.push(word, &mut out);
        }
        assert_eq!(out, "0price 5s 4ing 0\u{1f600}a 0\u{1f600}b");
    }
}
