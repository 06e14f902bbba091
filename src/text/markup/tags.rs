//! Scans raw HTML for tags and their attributes, like the HTML tokenizer (WHATWG HTML, section
//! 13.2.5).
//!
//! Input: HTML written by an author, the sanitizer or this program. Output: tags and comments with
//! byte ranges. Never builds a tree, so it doesn't know that HTML treats some tags differently
//! inside `<svg>` or `<select>`.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::{decode, lower_case};

/// A start or end tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The element's name in lower case.
    pub name: Cow<'a, str>,
    /// The byte range from `<` to one past `>`.
    pub range: Range<usize>,
    /// The attributes in the order written.
    pub attributes: Vec<TagAttribute<'a>>,
    /// Whether the tag is closed by `>`. A tag that isn't extends to the end of the text.
    pub is_whole: bool,
}

/// One attribute of a start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagAttribute<'a> {
    /// The name in lower case.
    pub name: Cow<'a, str>,
    /// The value with common character references decoded, or an empty string if there is no value.
    pub value: Cow<'a, str>,
    /// The byte range from the start of the name to one past the value and its closing quote.
    pub range: Range<usize>,
}

impl<'a> Tag<'a> {
    /// Returns the first attribute called `name`.
    pub fn get(&self, name: &str) -> Option<&TagAttribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// A part of HTML that isn't text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag.
    End(Tag<'a>),
    /// A comment, or anything that HTML treats as a comment, and whether it is closed.
    Comment(Range<usize>, bool),
}

impl Token<'_> {
    /// Returns the byte range of the tag or comment.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Start(tag) | Self::End(tag) => tag.range.clone(),
            Self::Comment(range, _) => range.clone(),
        }
    }

    /// If the tag or comment is never closed, returns where it begins.
    pub fn unfinished(&self) -> Option<usize> {
        let (Self::Start(Tag { is_whole, .. }) | Self::End(Tag { is_whole, .. }) | Self::Comment(_, is_whole)) = self;
        (!is_whole).then(|| self.range().start)
    }
}

/// Lists the start tags in `html`, skipping comments, end tags and the content of raw-text elements
/// such as scripts and styles.
pub fn start_tags(html: &str) -> Vec<Tag<'_>> {
    let start = |token| if let Token::Start(tag) = token { Some(tag) } else { None };
    tokens(html).filter_map(start).collect()
}

/// Elements whose content HTML reads as text without tags (WHATWG HTML, the RCDATA, RAWTEXT, script
/// data and PLAINTEXT states).
pub const OF_TEXT: [&str; 9] =
    ["script", "style", "iframe", "title", "textarea", "xmp", "noembed", "noframes", "plaintext"];

/// Iterates over tags and comments in order.
pub fn tokens(html: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let token = next_token(html, at)?;
        at = behind(html, &token);
        Some(token)
    })
}

/// Returns the first tag or comment at or after `at`.
pub fn next_token(html: &str, at: usize) -> Option<Token<'_>> {
    let mut attributes = Vec::new();
    let mut token = skim(html, at, |Written { name, value, range }| {
        attributes.push(TagAttribute { name: lower_case(name), value: decode(value), range });
    });
    if let Some(Token::Start(tag) | Token::End(tag)) = &mut token {
        tag.attributes = attributes;
    }
    token
}

/// An attribute as it is written.
pub struct Written<'a> {
    /// The name.
    pub name: &'a str,
    /// The value with its character references, or an empty string if there is no value.
    pub value: &'a str,
    /// The byte range from the start of the name to one past the value and its closing quote.
    pub range: Range<usize>,
}

/// Does the same as [`next_token`], but passes the attributes to `each` instead of keeping them, so
/// that reading a page allocates nothing.
pub fn skim<'a>(html: &'a str, mut at: usize, mut each: impl FnMut(Written<'a>)) -> Option<Token<'a>> {
    while let Some(found) = memchr(b'<', &html.as_bytes()[at..]) {
        let open = at + found;
        if let Some(found) = token(html, open, &mut each) {
            return Some(found);
        }
        at = open + 1;
    }
    None
}

/// Returns where to look for the next token: directly after `token`, or after the text content of
/// an element such as `<title>`.
///
/// Finding the end of that content means scanning up to the end tag. Call this only to continue
/// from the returned offset: if a text has a thousand `<title>` tags that are never closed and each
/// one leads to a call, every call scans the rest of the text.
pub fn behind(html: &str, token: &Token<'_>) -> usize {
    if let Token::Start(tag) = token { content(html, tag) } else { token.range().end }
}

/// Reads the token that begins with the `<` at `open`, or returns `None` if it is plain text.
fn token<'a>(html: &'a str, open: usize, each: &mut impl FnMut(Written<'a>)) -> Option<Token<'a>> {
    let bytes = html.as_bytes();
    match (bytes.get(open + 1)?, bytes.get(open + 2)) {
        (name, _) if name.is_ascii_alphabetic() => Some(Token::Start(tag(html, open, 1, each))),
        (b'/', Some(name)) if name.is_ascii_alphabetic() => Some(Token::End(tag(html, open, 2, each))),
        (b'/', None) => None,
        // A bogus comment (WHATWG HTML, bogus comment state) or a real one.
        (b'!' | b'?' | b'/', _) => {
            let end = if html[open..].starts_with("<!--") { comment_end(html, open) } else { closing(html, open) };
            Some(Token::Comment(open..end.unwrap_or(html.len()), end.is_some()))
        }
        _ => None,
    }
}

/// Returns the byte offset after the next `>`.
fn closing(html: &str, from: usize) -> Option<usize> {
    memchr(b'>', &html.as_bytes()[from..]).map(|end| from + end + 1)
}

/// Returns the byte offset after the comment that begins at `open`.
///
/// A comment ends with `-->` or `--!>`. The short forms `<!-->` and `<!--->` are complete comments
/// (WHATWG HTML, comment states).
fn comment_end(html: &str, open: usize) -> Option<usize> {
    let from = open + "<!--".len();
    let inner = &html[from..];
    if inner.starts_with('>') || inner.starts_with("->") {
        return closing(html, from);
    }
    let ends = ["-->", "--!>"].map(|end| inner.find(end).map(|at| from + at + end.len()));
    ends.into_iter().flatten().min()
}

/// Returns where the next tag may begin after a start tag: right after it, or at the end tag if the
/// element contains only text.
fn content(html: &str, tag: &Tag<'_>) -> usize {
    let from = tag.range.end;
    if !OF_TEXT.contains(&&*tag.name) {
        return from;
    }
    let closes = |at: &usize| {
        let rest = &html.as_bytes()[at + 2..];
        let is_name = rest.get(..tag.name.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag.name.as_bytes()));
        is_name && rest.get(tag.name.len()).copied().is_none_or(ends_name)
    };
    html[from..].match_indices("</").map(|(at, _)| from + at).find(closes).unwrap_or(html.len())
}

fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')
}

/// Returns the offset of the first byte at or after `from` for which `is_skipped` is false.
fn skip(html: &str, from: usize, is_skipped: impl Fn(u8) -> bool) -> usize {
    html.bytes().skip(from).position(|byte| !is_skipped(byte)).map_or(html.len(), |n| from + n)
}

/// Reads the tag that begins at `open` and whose name starts `before` bytes later.
fn tag<'a>(html: &'a str, open: usize, before: usize, each: &mut impl FnMut(Written<'a>)) -> Tag<'a> {
    let bytes = html.as_bytes();
    let mut at = skip(html, open + before, |byte| !ends_name(byte));
    let name = lower_case(&html[open + before..at]);
    loop {
        at = skip(html, at, |byte| byte.is_ascii_whitespace() || byte == b'/');
        if at >= bytes.len() || bytes[at] == b'>' {
            let end = (at + 1).min(bytes.len());
            return Tag { name, range: open..end, attributes: Vec::new(), is_whole: at < bytes.len() };
        }
        let attribute = attribute(html, at);
        at = attribute.range.end;
        each(attribute);
    }
}

fn attribute(html: &str, start: usize) -> Written<'_> {
    let bytes = html.as_bytes();
    // A stray `=` is part of the name (WHATWG HTML, before attribute name state).
    let name_end = skip(html, start + 1, |byte| !ends_name(byte) && byte != b'=');
    let mut look = skip(html, name_end, |byte| byte.is_ascii_whitespace());
    let name = &html[start..name_end];
    if bytes.get(look) != Some(&b'=') {
        return Written { name, value: "", range: start..name_end };
    }
    look = skip(html, look + 1, |byte| byte.is_ascii_whitespace());
    let (value, end) = if let Some(quote @ (b'"' | b'\'')) = bytes.get(look) {
        let close = html[look + 1..].find(char::from(*quote)).map_or(html.len(), |n| look + 1 + n);
        (&html[look + 1..close], (close + 1).min(html.len()))
    } else {
        let rest = &html[look..];
        let length = rest.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(rest.len());
        (&rest[..length], look + length)
    };
    Written { name, value, range: start..end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfinished(html: &str) -> Option<usize> {
        tokens(html).find_map(|token| token.unfinished())
    }

    #[test]
    fn an_unclosed_tag_or_comment_is_found() {
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
    fn text_in_a_script_that_looks_like_a_tag_is_not_a_tag() {
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
    fn comments_end_where_html_says() {
        for (html, is_seen) in [
            ("<!--> <img src=x> -->", true),
            ("<!---> <img src=x> -->", true),
            ("<!-- a --!> <img src=x> -->", true),
            ("<!-- a -> <img src=x> -->", false),
            ("<!---- <img src=x> -->", false),
            ("<? a > <img src=x> ?>", true),
            ("<![CDATA[ a > <img src=x> ]]>", true),
            ("</ a <img src=x>", false),
            ("<!a <img src=x>", false),
            ("<title></titles><img src=x></title>", false),
        ] {
            assert_eq!(start_tags(html).iter().any(|tag| tag.name == "img"), is_seen, "{html}");
        }
    }
}
