//! Scans raw HTML for tags and their attributes, and escapes text for HTML.
//!
//! Input: HTML as an author or the sanitiser wrote it. Output: tags with byte ranges; escaped text. Never builds a tree: the
//! sanitiser does that.

pub mod nesting;

use std::borrow::Cow;
use std::ops::Range;

/// A start tag, by byte ranges of the text that was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The element's name in lower case.
    pub name: Cow<'a, str>,
    /// From `<` to one past `>`.
    pub range: Range<usize>,
    /// Its attributes in the order written.
    pub attributes: Vec<TagAttribute<'a>>,
    /// Whether its `>` is there; a tag without one reaches to the end of the text.
    pub is_whole: bool,
}

/// One attribute of a start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagAttribute<'a> {
    /// The name in lower case.
    pub name: Cow<'a, str>,
    /// The value with the common character references decoded; empty where there is none.
    pub value: Cow<'a, str>,
    /// From the first byte of the name to one past the value and its quote.
    pub range: Range<usize>,
}

impl<'a> Tag<'a> {
    /// Returns the value of the attribute `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&TagAttribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// Lists the start tags of `html`; comments, end tags and elements' bare text (scripts, styles) are passed over.
#[must_use]
pub fn start_tags(html: &str) -> Vec<Tag<'_>> {
    let bytes = html.as_bytes();
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let open = at + found;
        if html[open..].starts_with("<!--") {
            at = html[open + 4..].find("-->").map_or(html.len(), |end| open + 4 + end + 3);
            continue;
        }
        at = open + 1;
        if bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            let tag = start_tag(html, open);
            at = content(html, &tag);
            tags.push(tag);
        }
    }
    tags
}

/// Elements between whose tags HTML has no tags (WHATWG HTML, the RCDATA, RAWTEXT, script data and PLAINTEXT states).
pub const OF_TEXT: [&str; 9] =
    ["script", "style", "iframe", "title", "textarea", "xmp", "noembed", "noframes", "plaintext"];

/// Returns where the tag or comment begins in whose middle `html` ends.
#[must_use]
pub fn unfinished(html: &str) -> Option<usize> {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let open = at + found;
        let closes = usize::from(bytes.get(open + 1) == Some(&b'/'));
        let end = match bytes.get(open + 1 + closes)? {
            b'!' if html[open..].starts_with("<!--") => html[open + 4..].find("-->").map(|end| open + 4 + end + 3),
            name if name.is_ascii_alphabetic() => {
                let tag = start_tag(html, open + closes);
                let end = if closes == 0 { content(html, &tag) } else { tag.range.end };
                tag.is_whole.then_some(end)
            }
            // A comment that is none (WHATWG HTML, bogus comment state).
            byte if closes == 1 || matches!(byte, b'!' | b'?') => html[open..].find('>').map(|end| open + end + 1),
            _ => Some(open + 1),
        };
        let Some(end) = end else { return Some(open) };
        at = end;
    }
    None
}

/// Returns where the next tag may begin after a start tag: behind it, or with the end tag of an element that holds text alone.
fn content(html: &str, tag: &Tag<'_>) -> usize {
    let from = tag.range.end;
    if !OF_TEXT.contains(&&*tag.name) {
        return from;
    }
    let length = tag.name.len();
    let closes =
        |at: &usize| html.get(at + 2..at + 2 + length).is_some_and(|name| name.eq_ignore_ascii_case(&tag.name));
    html[from..].match_indices("</").map(|(at, _)| from + at).find(closes).unwrap_or(html.len())
}

fn start_tag(html: &str, open: usize) -> Tag<'_> {
    let bytes = html.as_bytes();
    let ends_name = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let mut at = open + 1;
    while at < bytes.len() && !ends_name(bytes[at]) {
        at += 1;
    }
    let name = lower_case(&html[open + 1..at]);
    let mut attributes = Vec::new();
    loop {
        while at < bytes.len() && (bytes[at].is_ascii_whitespace() || bytes[at] == b'/') {
            at += 1;
        }
        if at >= bytes.len() || bytes[at] == b'>' {
            let end = (at + 1).min(bytes.len());
            return Tag { name, range: open..end, attributes, is_whole: at < bytes.len() };
        }
        let attribute = attribute(html, at);
        at = attribute.range.end;
        attributes.push(attribute);
    }
}

fn attribute(html: &str, start: usize) -> TagAttribute<'_> {
    let bytes = html.as_bytes();
    // A stray `=` belongs to the name (WHATWG HTML, before attribute name state).
    let mut at = start + 1;
    while at < bytes.len() && !bytes[at].is_ascii_whitespace() && !matches!(bytes[at], b'/' | b'>' | b'=') {
        at += 1;
    }
    let name_end = at;
    let mut look = at;
    while look < bytes.len() && bytes[look].is_ascii_whitespace() {
        look += 1;
    }
    let name = lower_case(&html[start..name_end]);
    if bytes.get(look) != Some(&b'=') {
        return TagAttribute { name, value: Cow::Borrowed(""), range: start..name_end };
    }
    look += 1;
    while look < bytes.len() && bytes[look].is_ascii_whitespace() {
        look += 1;
    }
    let (value, end) = if let Some(quote @ (b'"' | b'\'')) = bytes.get(look) {
        let close = html[look + 1..].find(char::from(*quote)).map_or(html.len(), |n| look + 1 + n);
        (&html[look + 1..close], (close + 1).min(html.len()))
    } else {
        let rest = &html[look..];
        let length = rest.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(rest.len());
        (&rest[..length], look + length)
    };
    TagAttribute { name, value: decode(value), range: start..end }
}

/// Returns a name in lower case; itself where it is.
#[must_use]
pub fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Returns the text of HTML that we wrote ourselves, its white space as single spaces.
#[must_use]
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
#[must_use]
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
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| IS_ESCAPED[usize::from(byte)]) { Cow::Owned(escape(text)) } else { Cow::Borrowed(text) }
}

/// Returns `text` escaped for HTML.
#[must_use]
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
#[must_use]
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
    fn the_tag_or_comment_that_is_not_finished_is_found() {
        for whole in [
            "",
            "a < b",
            "<p>",
            "<p title='>'>x</p >",
            "<!-- <p -->",
            "<!doctype x>",
            "</>",
            "a <",
            "x </",
            "<script>'<a b='</SCRIPT>",
            "<title><b",
        ] {
            assert_eq!(unfinished(whole), None, "{whole}");
        }
        for (html, at) in [
            ("<p", 0),
            ("a<p title=\">", 1),
            ("<b></b", 3),
            ("<b></b x='>", 3),
            ("<p><!-- x>", 3),
            ("<?x", 0),
            ("<style>\"<b</style><i", 18),
        ] {
            assert_eq!(unfinished(html), Some(at), "{html}");
        }
    }

    #[test]
    fn what_looks_like_a_tag_in_a_script_is_none() {
        let tags = start_tags("<p><Script>'<a href=x>'</sCript><i><title><b></title><u>");
        let names: Vec<&str> = tags.iter().map(|tag| &*tag.name).collect();
        assert_eq!(names, ["p", "script", "i", "title", "u"]);
    }

    #[test]
    fn tags_are_found_with_every_form_of_attribute() {
        let tags = start_tags("<!-- <b> --><A name=x ID = 'y z' href=\"a&amp;b\" checked/>text</a><br><img src=q>");
        let names: Vec<_> = tags.iter().map(|tag| &*tag.name).collect();
        assert_eq!(names, ["a", "br", "img"]);
        let pairs: Vec<_> = tags[0].attributes.iter().map(|a| (&*a.name, &*a.value)).collect();
        assert_eq!(pairs, [("name", "x"), ("id", "y z"), ("href", "a&b"), ("checked", "")]);
    }

    #[test]
    fn broken_tags_end_at_the_end_of_the_text() {
        for html in ["<a", "<a href", "<a href=", "<a href='x", "<a =", "<", "<a /", "<é"] {
            assert!(start_tags(html).len() < 2);
        }
    }

    #[test]
    fn tags_are_stripped_and_references_decoded() {
        assert_eq!(strip_tags("a <b>x</b> &amp; &lt;y&gt;"), "a x & <y>");
    }
}
