//! Escapes text for HTML and reads text out of it; below, finds tags (`tags`) and what they enclose (`nesting`).
//!
//! Input: text, or HTML that this program wrote. Output: escaped or bare text. Never builds a tree: the sanitiser does that.

pub mod nesting;
mod tags;

use std::borrow::Cow;

pub use tags::{OF_TEXT, Tag, TagAttribute, Token, behind, next_token, start_tags, tokens};

/// Returns a name in lower case; itself where it is.
pub fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Returns the text of HTML that we wrote ourselves, its white space as single spaces.
pub fn text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        rest = rest[open..].find('>').map_or("", |close| &rest[open + close + 1..]);
    }
    text.push_str(rest);
    decode(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decodes the character references that this program writes.
pub fn decode(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let plain = value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
    Cow::Owned(plain.replace("&amp;", "&"))
}

/// Appends `text` with `&`, `<`, `>` and `"` as character references.
pub fn escape_into(text: &str, out: &mut String) {
    let mut last = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !IS_ESCAPED[usize::from(byte)] {
            continue;
        }
        out.push_str(&text[last..at]);
        out.push_str(match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            // CommonMark 2.3 says so of NUL; HTML and XML take none of the others either.
            _ => "\u{fffd}",
        });
        last = at + 1;
    }
    out.push_str(&text[last..]);
}

/// Which bytes do not stand for themselves.
const IS_ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let control = byte < 32 && !matches!(byte, 9 | 10 | 12 | 13) || byte == 127;
        let mark = matches!(byte, 38 | 60 | 62 | 34);
        table[byte] = control || mark;
        byte += 1;
    }
    table
};

/// Returns `text` escaped for HTML; itself where nothing in it needs that.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| IS_ESCAPED[usize::from(byte)]) { Cow::Owned(escape(text)) } else { Cow::Borrowed(text) }
}

/// Returns `text` escaped for HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(text, &mut out);
    out
}

/// Appends an address for an attribute: what cannot stand in a URL is percent-encoded, `%` stays, `&` and quotes are escaped.
pub fn escape_address_into(address: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in address.bytes() {
        match byte {
            b'&' => out.push_str("&amp;"),
            b'\'' => out.push_str("&#x27;"),
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'+'
            | b'!'
            | b'*'
            | b'('
            | b')'
            | b','
            | b'%'
            | b'#'
            | b'@'
            | b'?'
            | b'='
            | b';'
            | b':'
            | b'/'
            | b'$'
            | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

/// Returns HTML without its tags, with the common character references decoded.
pub fn strip_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = rest[open..].find('>').map_or("", |close| &rest[open + close + 1..]);
    }
    out.push_str(rest);
    decode(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_stripped_and_references_decoded() {
        assert_eq!(strip_tags("a <b>x</b> &amp; &lt;y&gt;"), "a x & <y>");
    }
}
