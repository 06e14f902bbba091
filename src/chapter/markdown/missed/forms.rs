//! Recognizes text that was meant as a link, a definition or the syntax of another generator.
//!
//! Input: text that Markdown left unchanged. Output: its range in the text, what is wrong and how
//! to fix it. Never looks at a chapter and never reports anything itself.

use std::ops::Range;

/// Something that was found, with its message and help.
pub struct Found {
    pub range: Range<usize>,
    pub message: String,
    pub help: String,
}

/// Returns the byte offset of an unclosed `[[`; if a space follows, it is a shell condition
/// instead.
pub fn open_wikilink(text: &str) -> Option<usize> {
    let at = text.rfind("[[")?;
    let rest = &text[at + 2..];
    let names = rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '#'));
    (names && !rest.contains("]]")).then_some(at)
}

/// Finds a `[text](address` that isn't a link, because its address contains a space or isn't
/// closed.
pub fn broken_link(text: &str) -> Option<Found> {
    let middle = text.find("](")?;
    let start = text[..middle].rfind('[')?;
    let rest = &text[middle + 2..];
    // A number in brackets may be a note, followed by an ordinary sentence in parentheses.
    let looks_like_address = |address: &str| {
        let last = address.split_whitespace().last().unwrap_or_default();
        let is_path =
            address.contains('/') || address.starts_with('#') || last.contains('.') || address.contains(".md");
        is_path && !address.starts_with(' ')
    };
    match rest.find(')') {
        Some(end) => {
            let address = &rest[..end];
            if !address.contains(' ') || !looks_like_address(address) {
                return None;
            }
            let message = "this isn't a link, because there is a space in its address".to_owned();
            let fixed = address.replace(' ', "%20");
            let help = format!("write `{fixed}`, or put the address between `<` and `>`");
            Some(Found { range: start..middle + 2 + end + 1, message, help })
        }
        None if looks_like_address(rest.trim_end()) => {
            let message = "this link is not closed".to_owned();
            let help = "write `)` where its address ends".to_owned();
            Some(Found { range: start..text.trim_end().len(), message, help })
        }
        None => None,
    }
}

/// Finds a line that begins with a colon and a space, below a short first line.
pub fn definition(body: &str, paragraph: &Range<usize>) -> Option<Range<usize>> {
    let mut lines = body[paragraph.clone()].split_inclusive('\n');
    let term = lines.next()?;
    let next = lines.next()?;
    let text = next.trim_start_matches([' ', '>']);
    let is_term = term.trim().chars().count() <= 60 && !term.trim_end().ends_with(['.', ',', ';', '!', '?']);
    if !is_term || !text.starts_with(": ") {
        return None;
    }
    let start = paragraph.start + term.len() + (next.len() - text.len());
    Some(start..start + text.trim_end().len())
}

/// Finds syntax of other generators at the start of a line.
pub fn foreign(text: &str) -> Option<Found> {
    let line = text.trim_end();
    let word = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    let first = line.split(' ').next().unwrap_or_default();
    let help = match first {
        "!!!" | "???" | "???+" if word(line[first.len()..].trim_start()) => {
            "write a callout, `> [!NOTE]`, or set `dialects = [\"admonitions\"]` under `[markdown]`"
        }
        "===" if line[3..].trim_start().starts_with('"') => {
            "write each part below a heading of its own, or set `dialects = [\"tabs\"]` under `[markdown]`"
        }
        _ if line.starts_with(":::") && word(line.trim_start_matches(':').trim_start()) => {
            "write a callout, `> [!NOTE]`, or set `dialects = [\"colons\"]` under `[markdown]`"
        }
        _ if line.starts_with("{{#") && line.contains("}}") => {
            "to insert a chapter, write `![[chapter]]`; to show a file, copy it into a code block"
        }
        _ if line.starts_with("{%") && line.contains("%}") => {
            "write it in Markdown; `dialects = [\"liquid\", \"hints\"]` under `[markdown]` takes such tags out"
        }
        _ if (line.starts_with("{{<") || line.starts_with("{{%")) && line.contains("}}") => {
            "write it in Markdown; `dialects = [\"shortcodes\"]` under `[markdown]` takes such tags out"
        }
        _ => return None,
    };
    let message = format!("`{}` belongs to another generator and is shown as text", short(line));
    Some(Found { range: 0..line.len(), message, help: help.to_owned() })
}

/// Shortens text to fit in a message.
fn short(text: &str) -> String {
    match text.char_indices().nth(30) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_nothing_closes_is_told_from_a_condition_of_a_shell() {
        assert_eq!(open_wikilink("see [[roles/pm for more"), Some(4));
        for text in ["if [[ -f x ]]", "[[a]] is closed", "no link", "[[]]"] {
            assert_eq!(open_wikilink(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_with_a_space_is_no_link_and_a_sentence_in_parentheses_is_none_either() {
        assert_eq!(broken_link("see [a](my file.md).").unwrap().range, 4..19);
        assert_eq!(broken_link("see [a](b/c.md and").unwrap().range, 4..18);
        for text in ["[1](and more words)", "a](b c.md)", "[x] (a b.md)"] {
            assert!(broken_link(text).is_none(), "{text}");
        }
    }

    #[test]
    fn forms_of_other_generators_are_told_from_prose() {
        for text in ["!!! note \"T\"", "??? tip", "=== \"Tab\"", "{{#include a.md}}", "{% hint %}", "{{< x >}}"] {
            assert!(foreign(text).is_some(), "{text}");
        }
        for text in ["!!! ", "wow !!! note", "=== 3", "{{ x }}", "???", "{%"] {
            assert!(foreign(text).is_none(), "{text}");
        }
    }
}
