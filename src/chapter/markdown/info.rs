//! Parses a code fence's info string, such as `rust title="src/main.rs" lines="1,3-5"`, with or
//! without braces around the attributes.
//!
//! Input: the info string. Output: a code block with its language, title and highlighted lines, and
//! anything that wasn't understood. Never fails.

use crate::chapter::document::{Code, Template};
use crate::text::attribute;
use crate::text::diagnostic::Span;

/// Makes a code block from its info string, its text and the span of its first line. Also returns
/// the keys and values that weren't understood, as written.
pub fn read(info: &str, text: String, span: Span) -> (Code, Vec<String>) {
    let Opening { language, title, rest } = opening(info.trim());
    let (language, title) = (language.to_owned(), title.map(str::to_owned));
    let mut code = Code { language, title, marked: Vec::new(), id: None, template: None, diagram: None, text, span };
    let mut unknown = Vec::new();
    let inner = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    if let Some(lines) = line_list(inner) {
        code.marked = lines;
        return (code, unknown);
    }
    // Bare words from other tools (`ignore`, `linenos`) aren't attributes, so they are ignored
    // without a finding.
    for attribute in attribute::parse(inner, 0).unwrap_or_default() {
        match (attribute.key.as_str(), line_list(&attribute.value)) {
            ("title" | "file" | "filename", _) => code.title = Some(attribute.value),
            ("id", _) => code.id = Some(attribute.value),
            ("template", _) => {
                code.template = Some(Template { title: words(&attribute.value), id: attribute.value, block: 0 });
            }
            // Pandoc writes `{.python .numberLines}`.
            ("class", _) if code.language.is_empty() => code.language = attribute.value,
            ("class", _) => {}
            ("lines" | "hl_lines" | "mark", Some(lines)) => code.marked = lines,
            _ => unknown.push(format!("{}={}", attribute.key, attribute.value)),
        }
    }
    if let (Some(template), Some(title)) = (&mut code.template, &code.title) {
        template.title.clone_from(title);
    }
    (code, unknown)
}

/// An info string whose attributes aren't read yet.
struct Opening<'a> {
    language: &'a str,
    /// A title that isn't an attribute.
    title: Option<&'a str>,
    rest: &'a str,
}

/// Splits an info string into its language, its title and its attributes.
///
/// The language ends at a comma, because mdBook writes `rust,ignore`, and at a colon, because `VitePress`
/// writes `ts:line-numbers`. Others write the title there (`js:title=a.js`, `js:a.js`) or in brackets at
/// the end (`js [a.js]`).
fn opening(info: &str) -> Opening<'_> {
    let first = info.split_whitespace().next().unwrap_or_default();
    let language = first.split([',', '{', ':']).next().unwrap_or_default();
    let language = if language.contains('=') || language.starts_with('[') { "" } else { language };
    let rest = &info[language.len()..];
    let (beside, rest) = match rest.strip_prefix(':').filter(|_| !language.is_empty()) {
        Some(rest) => rest.split_at(rest.find(|c: char| c.is_whitespace() || c == '{').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let beside = beside.strip_prefix("title=").or(Some(beside).filter(|name| name.contains('.')));
    let rest = rest.trim_start_matches(',').trim();
    match rest.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        Some((before, title)) if before.is_empty() || before.ends_with(char::is_whitespace) => {
            Opening { language, title: Some(title), rest: before.trim_end() }
        }
        _ => Opening { language, title: beside, rest },
    }
}

/// Returns the title of a template without one: its ID as words.
fn words(id: &str) -> String {
    super::capitalised(&id.replace('-', " "))
}

/// Parses a list of lines such as `1,3-5`.
fn line_list(text: &str) -> Option<Vec<(u32, u32)>> {
    let range = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
    };
    text.split(',').map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_and_lines_are_read_with_and_without_braces() {
        let read = |info: &str| read(info, String::new(), Span::new(0, 0));
        for info in ["rust title=\"a b\" lines=\"1,3-5\"", "rust {title=\"a b\" lines=\"1,3-5\"}"] {
            let (read, _) = read(info);
            assert_eq!(read.language, "rust");
            assert_eq!(read.title.as_deref(), Some("a b"));
            assert_eq!(read.marked, [(1, 1), (3, 5)]);
        }
        assert_eq!(read("js {2-3}").0.marked, [(2, 3)]);
        assert_eq!(read("rust,ignore").0.language, "rust");
        assert_eq!(read("sql colour=red").1, ["colour=red"]);
        assert_eq!(read("").0.language, "");
    }

    #[test]
    fn titles_and_languages_are_read_as_other_tools_write_them() {
        let read = |info: &str| {
            let (code, unknown) = read(info, String::new(), Span::new(0, 0));
            assert!(unknown.is_empty(), "{info}: {unknown:?}");
            (code.language, code.title.unwrap_or_default(), code.marked)
        };
        let wanted = |language: &str, title: &str| (language.to_owned(), title.to_owned(), Vec::new());
        for info in ["js [a.js]", "js:title=a.js", "js:a.js", "{.js filename=\"a.js\"}", "{.js .numberLines file=a.js}"]
        {
            assert_eq!(read(info), wanted("js", "a.js"), "{info}");
        }
        assert_eq!(read("ts:line-numbers {1,3} [the file]"), ("ts".into(), "the file".into(), vec![(1, 1), (3, 3)]));
        assert_eq!(read("ts:line-numbers=2"), wanted("ts", ""));
        assert_eq!(read("[a.txt]"), wanted("", "a.txt"));
        assert_eq!(read("js title=\"a: [b]\""), wanted("js", "a: [b]"));
        assert_eq!(read("rust,ignore"), wanted("rust", ""));
    }

    #[test]
    fn a_template_is_called_by_its_title_or_by_its_id() {
        let read = |info: &str| read(info, String::new(), Span::new(0, 0)).0.template.unwrap();
        let wanted = |id: &str, title: &str| Template { id: id.to_owned(), title: title.to_owned(), block: 0 };
        assert_eq!(read("markdown template=\"kill-memo\""), wanted("kill-memo", "Kill memo"));
        assert_eq!(read("markdown template=prd title=\"PRD\""), wanted("prd", "PRD"));
    }
}
