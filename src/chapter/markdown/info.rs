//! Parses a code fence's info string, such as `rust title="src/main.rs" lines="1,3-5"`, with or
//! without braces around the attributes.
//!
//! Input: the info string. Output: the language, title, highlighted lines and anything that wasn't
//! understood. Never fails.

use crate::text::attribute;

/// The contents of an info string.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// The first word up to a comma (mdBook writes `rust,ignore`).
    pub language: String,
    /// The title above the block.
    pub title: Option<String>,
    /// The highlighted lines as inclusive ranges, counted from 1.
    pub marked: Vec<(u32, u32)>,
    /// The block's anchor.
    pub id: Option<String>,
    /// Keys and values that weren't understood, as written.
    pub unknown: Vec<String>,
}

/// Parses an info string.
pub fn read(info: &str) -> Info {
    let info = info.trim();
    let first = info.split_whitespace().next().unwrap_or_default();
    let first = if first.starts_with('{') || first.contains('=') { "" } else { first };
    let language = first.split([',', '{']).next().unwrap_or_default();
    let mut out = Info { language: language.to_owned(), ..Info::default() };
    let rest = info[language.len()..].trim_start_matches(',').trim();
    let inner = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    if let Some(lines) = line_list(inner) {
        out.marked = lines;
        return out;
    }
    // Bare words from other tools (`ignore`, `linenos`) aren't attributes, so they are ignored
    // without a finding.
    for attribute in attribute::parse(inner, 0).unwrap_or_default() {
        match attribute.key.as_str() {
            "title" | "file" | "filename" => out.title = Some(attribute.value),
            "id" => out.id = Some(attribute.value),
            "class" => {}
            "lines" | "hl_lines" | "mark" => match line_list(&attribute.value) {
                Some(lines) => out.marked = lines,
                None => out.unknown.push(format!("{}={}", attribute.key, attribute.value)),
            },
            _ => out.unknown.push(format!("{}={}", attribute.key, attribute.value)),
        }
    }
    out
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
        for info in ["rust title=\"a b\" lines=\"1,3-5\"", "rust {title=\"a b\" lines=\"1,3-5\"}"] {
            let read = read(info);
            assert_eq!(read.language, "rust");
            assert_eq!(read.title.as_deref(), Some("a b"));
            assert_eq!(read.marked, [(1, 1), (3, 5)]);
        }
        assert_eq!(read("js {2-3}").marked, [(2, 3)]);
        assert_eq!(read("rust,ignore").language, "rust");
        assert_eq!(read("sql colour=red").unknown, ["colour=red"]);
        assert_eq!(read("").language, "");
    }
}
