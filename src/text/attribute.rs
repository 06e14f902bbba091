//! Reads attribute lists: `{#id .class key=value key="two words"}`.
//!
//! Input: the text of a heading, a list item, a term or a code fence's info string. Output: an
//! [`Attributes`], which also says where the text before the braces ends, or `None` if the braces
//! are plain text. Never reports a finding, because only the caller knows which keys are allowed.

use std::ops::Range;

use crate::text::slug::is_of_word;

/// One attribute and its byte range in the given text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `id`, `class`, or the key as written.
    pub key: String,
    /// The value, unquoted.
    pub value: String,
    /// The whole attribute.
    pub range: Range<usize>,
}

/// A list of attributes in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// The attributes, including duplicates.
    pub list: Vec<Attribute>,
    /// The byte offset where the text before the braces ends, without trailing spaces.
    pub text_end: usize,
}

/// Finds an attribute list at the end of `text`; only spaces may follow it.
///
/// Braces are plain text if they contain anything but attributes, or if no space separates them
/// from the text before them and they don't begin with an ID. kramdown's colon after the opening
/// brace is ignored.
pub fn trailing(text: &str) -> Option<Attributes> {
    let trimmed = text.trim_end();
    if !trimmed.ends_with('}') {
        return None;
    }
    // A quoted value may contain an opening brace, so try each brace, starting from the last.
    let mut end = trimmed.len();
    while let Some(open) = trimmed[..end].rfind('{') {
        let before = &trimmed[..open];
        let start = open + 1 + usize::from(trimmed[open + 1..].starts_with(':'));
        let inner = &trimmed[start..trimmed.len() - 1];
        let is_apart = before.is_empty() || before.ends_with(|c: char| c.is_whitespace()) || glued(before, inner);
        if is_apart && let Some(list) = parse(inner, start) {
            return Some(Attributes { list, text_end: before.trim_end().len() });
        }
        end = open;
    }
    None
}

/// Returns whether braces directly behind a word are an ID all the same. A backslash makes them
/// text.
fn glued(before: &str, inner: &str) -> bool {
    inner.starts_with('#') && !before.ends_with('\\')
}

/// Parses the text between the braces; `offset` is the byte offset at which that text starts.
///
/// Returns `None` if the list is empty or contains anything other than `#id`, `.class` or
/// `key=value`.
pub fn parse(inner: &str, offset: usize) -> Option<Vec<Attribute>> {
    let mut list = Vec::new();
    let mut rest = inner.trim_start();
    while !rest.is_empty() {
        let attribute = one(rest, offset + inner.len() - rest.len())?;
        rest = rest[attribute.range.len()..].trim_start();
        list.push(attribute);
    }
    (!list.is_empty()).then_some(list)
}

/// Parses the attribute at the start of `text`, whose byte offset is `at`.
fn one(text: &str, at: usize) -> Option<Attribute> {
    let attribute = |key: &str, value: &str, length| Attribute {
        key: key.to_owned(),
        value: value.to_owned(),
        range: at..at + length,
    };
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    for (sign, key) in [('#', "id"), ('.', "class")] {
        if let Some(name) = word.strip_prefix(sign) {
            return is_name(name).then(|| attribute(key, name, word.len()));
        }
    }
    let (key, value) = word.split_once('=').filter(|(key, _)| is_key(key))?;
    if value.starts_with('"') {
        let quoted = &text[key.len() + 2..];
        let (value, behind) = quoted.split_once('"')?;
        let ends = behind.chars().next().is_none_or(char::is_whitespace);
        return ends.then(|| attribute(key, value, text.len() - behind.len()));
    }
    (!value.is_empty() && !value.contains(['"', '{', '}'])).then(|| attribute(key, value, word.len()))
}

/// Returns whether `name` is a valid ID or class, that is, whether it needs no escaping in a URL
/// fragment.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| is_of_word(c) || matches!(c, '-' | ':' | '.'))
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Returns whether a character may be part of a label or an ID without being escaped in HTML.
pub fn is_of_label(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Option<Vec<(String, String)>> {
        Some(trailing(text)?.list.into_iter().map(|a| (a.key, a.value)).collect())
    }

    #[test]
    fn an_attribute_list_is_read_with_quotes_and_ranges() {
        let found = trailing(r#"Owning {#own .big level=3 note="two {words}"}  "#).unwrap();
        assert_eq!(found.text_end, 6);
        let pairs: Vec<_> = found.list.iter().map(|a| (a.key.as_str(), a.value.as_str())).collect();
        assert_eq!(pairs, [("id", "own"), ("class", "big"), ("level", "3"), ("note", "two {words}")]);
        assert_eq!(found.list[2].range, 18..25);
    }

    #[test]
    fn an_id_may_contain_letters_of_any_script() {
        for id in ["re\u{301}sume\u{301}", "\u{928}\u{92e}\u{938}\u{94d}\u{924}\u{947}", "\u{e44}\u{e17}\u{e22}\u{e48}"]
        {
            assert_eq!(pairs(&format!("a {{#{id}}}")), Some(vec![("id".to_owned(), id.to_owned())]));
            assert_eq!(crate::text::slug::slug(id), id);
        }
    }

    #[test]
    fn an_id_needs_no_space_and_a_colon_says_nothing() {
        for text in ["Second{#two}", "Second {:#two}", "Second {: #two }"] {
            let found = trailing(text).unwrap();
            assert_eq!((found.text_end, &*found.list[0].value), (6, "two"), "{text}");
            assert_eq!(&text[found.list[0].range.clone()], "#two");
        }
    }

    #[test]
    fn braces_with_anything_else_are_text() {
        for text in [
            "uses {curly} words",
            "set {a, b}",
            "f(x){.id}",
            "{}",
            "{:}",
            "a {: b}",
            "a {level=}",
            "{{ matrix() }}",
            "a {\"x\"}",
        ] {
            assert_eq!(pairs(text), None, "{text}");
        }
    }
}
