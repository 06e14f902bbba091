//! Escapes text for HTML and extracts text from HTML; submodules find tags (`tags`) and the
//! elements they enclose (`nesting`).
//!
//! Input: text, or HTML that this program wrote. Output: escaped or plain text. Never builds a
//! tree, because that is the sanitizer's job.

pub mod nesting;
mod tags;

use std::borrow::Cow;

use crate::text::path::encode_percent;

pub use tags::{OF_TEXT, Tag, TagAttribute, Token, Written, behind, next_token, skim, start_tags, tokens};

/// Returns `name` in lower case, borrowed if it already is.
pub fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Returns the text of HTML that this program wrote, with white space collapsed to single spaces.
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

/// Stands in an address for something that was taken out of it. It isn't a character, so no author has
/// written it.
pub const GONE: char = '\u{fdd0}';

/// Decodes the character references that this program and common templates write.
pub fn decode(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let plain = value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
    // Templates that escape everything write slashes like this.
    let plain = plain.replace("&#x2F;", "/").replace("&#47;", "/");
    Cow::Owned(plain.replace("&amp;", "&"))
}

/// The named character references that spreadsheets, editors and wikis write, beyond those of XML.
const NAMED: &[(&str, char)] = &[
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("sbquo", '‚'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("rarr", '→'),
    ("larr", '←'),
    ("check", '✓'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("euro", '€'),
    ("times", '×'),
    ("deg", '°'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
];
/// The maximum length of a character reference in bytes, so that a text of `&` takes linear time.
const LONGEST_REFERENCE: usize = 32;

/// Returns the text of HTML or XML that another program wrote, with the characters that its references
/// stand for. Unknown references stay as they are.
pub fn decode_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';');
        let name = end.map(|end| &rest[1..end]).unwrap_or_default();
        let found = character(name).or_else(|| NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c));
        let (c, length) = found.zip(end).map_or(('&', 1), |(c, end)| (c, end + 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// Returns the character that the reference `&name;` stands for: a numeric reference, or one of the
/// five names that XML defines.
pub fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// Appends `text` to `out`, with `&`, `<`, `>` and `"` as character references.
pub fn escape_into(text: &str, out: &mut String) {
    let mut last = 0;
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| is_escaped(*byte)) {
        out.push_str(&text[last..at]);
        out.push_str(match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            // CommonMark 2.3 requires this for NUL; the other control characters aren't allowed in
            // HTML or XML either.
            _ => "\u{fffd}",
        });
        last = at + 1;
    }
    out.push_str(&text[last..]);
}

/// Returns whether a byte must be escaped: a character with a meaning in HTML, or a control character
/// other than white space.
fn is_escaped(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | 0..9 | 11 | 14..32 | 127)
}

/// Returns `text` escaped for HTML, borrowed if nothing needs escaping.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.bytes().any(is_escaped) { Cow::Owned(escape(text)) } else { Cow::Borrowed(text) }
}

/// Returns `text` escaped for HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(text, &mut out);
    out
}

/// Appends a URL for use in an attribute.
///
/// Percent-encodes all characters that aren't allowed in a URL, except `%`, and escapes `&` and
/// `'`.
pub fn escape_address_into(address: &str, out: &mut String) {
    let encoded = encode_percent(address, b"-_.+!*(),%#@?=;:/$~&'");
    out.push_str(&encoded.replace('&', "&amp;").replace('\'', "&#x27;"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_stripped_and_references_decoded() {
        assert_eq!(text("a <b>x</b> &amp; &lt;y&gt;"), "a x & <y>");
    }
}
