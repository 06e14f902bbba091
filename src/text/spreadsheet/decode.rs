//! Decodes the bytes of a table that was saved as text.
//!
//! Input: a file's bytes. Output: its text as UTF-8, and the encoding that it was in. Recognizes
//! UTF-8, UTF-16 and Windows-1252, which Excel writes. Never guesses if a file is mostly UTF-8.

/// A text and the name of the encoding that it was converted from, if it wasn't UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text. It may begin with a byte order mark and contain any line endings.
    pub text: String,
    /// The encoding, for messages.
    pub from: Option<&'static str>,
}

/// What Windows-1252 has in place of the control characters from 0x80 to 0x9F. A NUL stands for a
/// byte that isn't used.
const WINDOWS: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•',
    '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// Decodes a file.
///
/// # Errors
/// Returns the offset of the first byte that can't be part of a text.
pub fn decode(bytes: &[u8]) -> Result<Decoded, usize> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => return wide(rest, u16::from_le_bytes, 2),
        [0xFE, 0xFF, rest @ ..] => return wide(rest, u16::from_be_bytes, 2),
        [a, 0, _, 0, ..] if *a != 0 => return wide(bytes, u16::from_le_bytes, 0),
        [0, a, 0, _, ..] if *a != 0 => return wide(bytes, u16::from_be_bytes, 0),
        _ => {}
    }
    let at = match std::str::from_utf8(bytes) {
        Ok(text) => match bytes.iter().position(|byte| *byte == 0) {
            Some(nul) => return Err(nul),
            None => return Ok(Decoded { text: text.to_owned(), from: None }),
        },
        Err(error) => error.valid_up_to(),
    };
    // Valid sequences before the first invalid one mean that the file is UTF-8 with a fault in it.
    if !bytes[..at].is_ascii() {
        return Err(at);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for (n, byte) in bytes.iter().enumerate() {
        let c = match byte {
            0x80..=0x9F => WINDOWS[usize::from(byte - 0x80)],
            _ => char::from(*byte),
        };
        if c == '\0' {
            return Err(n);
        }
        text.push(c);
    }
    Ok(Decoded { text, from: Some("Windows-1252") })
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16, skipped: usize) -> Result<Decoded, usize> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut at = skipped;
    for c in char::decode_utf16(units) {
        match c {
            Ok(c) if c != '\0' => {
                text.push(c);
                at += 2 * c.len_utf16();
            }
            _ => return Err(at),
        }
    }
    if bytes.len() % 2 == 1 {
        return Err(at);
    }
    Ok(Decoded { text, from: Some("UTF-16") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_the_encodings_that_spreadsheets_write_are_decoded() {
        let wide = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let little = wide("\u{feff}Führung;1 😀", u16::to_le_bytes);
        for bytes in [little.clone(), wide("\u{feff}Führung;1 😀", u16::to_be_bytes), little[2..].to_vec()] {
            let wanted = Decoded { text: "Führung;1 😀".to_owned(), from: Some("UTF-16") };
            assert_eq!(decode(&bytes), Ok(wanted));
        }
        let old = decode(b"F\xfchrung \x80 \x93x\x94").unwrap();
        assert_eq!((old.text.as_str(), old.from), ("Führung € “x”", Some("Windows-1252")));
        assert_eq!(decode("Führung".as_bytes()).unwrap().from, None);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_place() {
        assert_eq!(decode(b"ab\0c"), Err(2));
        assert_eq!(decode(b"\xc3\xbcx\xfcy"), Err(3), "UTF-8 with a fault isn't Windows-1252");
        assert_eq!(decode(b"a\x81"), Err(1));
        assert_eq!(decode(b"\xff\xfea\0\x00\xd8b\0"), Err(4));
    }
}
