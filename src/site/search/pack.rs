//! Packs numbers, words and files into the form that the browser reads.
//!
//! Input: lists of numbers, sorted words, JSON. Output: short strings, and files named by their
//! content. `docs/search-format.md` describes the format.

use std::collections::BTreeMap;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Appends a number with five bits per character, the low bits first. A character has 32 added if
/// more characters follow.
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

/// A packer for sorted words. Each word begins with the number of characters that it shares with
/// the previous word, in base 36.
#[derive(Debug, Default)]
pub struct Words {
    before: Vec<char>,
}

impl Words {
    /// Appends a word.
    pub fn push(&mut self, word: &str, out: &mut String) {
        let chars: Vec<char> = word.chars().collect();
        // The browser counts UTF-16 units, so a character that takes two of them is never shared.
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

/// Files by name.
#[derive(Debug, Default)]
pub struct Files {
    /// The bytes for each name, such as `3vk0q7m2ax`. The site determines the file extension.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Files {
    /// Adds a file and returns its name, which is 50 bits of the hash of its content.
    pub fn add(&mut self, json: String) -> String {
        let name = name(json.as_bytes());
        let mut bytes = json.into_bytes();
        bytes.shrink_to_fit();
        self.files.insert(name.clone(), bytes);
        name
    }
}

/// Returns the name of a file with these bytes.
pub fn name(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    blake3::hash(bytes).as_bytes()[..NAME].iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

/// The length of a file's name.
pub const NAME: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_use_five_bits_per_character() {
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
    fn words_share_their_beginnings() {
        let (mut words, mut out) = (Words::default(), String::new());
        for word in ["price", "prices", "pricing", "\u{1f600}a", "\u{1f600}b"] {
            words.push(word, &mut out);
        }
        assert_eq!(out, "0price 5s 4ing 0\u{1f600}a 0\u{1f600}b");
    }
}
