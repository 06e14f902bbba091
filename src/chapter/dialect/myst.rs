//! Recognizes the forms of `MyST`, which Sphinx and Jupyter Book read: roles and labels.
//!
//! Input: the text of a line, or text that begins with a role. Output: what it is, and what is shown
//! instead of it. Never looks at other lines.

use std::ops::Range;

use super::lines::{Part, begins_block};
use crate::text::attribute::is_of_label;

/// Returns what is shown instead of a role of `MyST`'s.
pub fn instead(body: &str, name: &str, content: &Range<usize>) -> Vec<Part> {
    let text = &body[content.clone()];
    let at = |part: &str| {
        let start = content.start + text.find(part).unwrap_or(0);
        Part::Copy(start..start + part.len())
    };
    let titled = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    let titled = titled.map(|(title, target)| (title.trim(), target)).filter(|(title, _)| !title.is_empty());
    let sign = if matches!(name, "ref" | "numref") { "#" } else { "" };
    match (name, titled) {
        ("ref" | "numref" | "doc" | "download" | "any", Some((title, target))) => {
            vec![Part::Text("["), at(title), Part::Text("](<"), Part::Text(sign), at(target), Part::Text(">)")]
        }
        ("ref" | "numref" | "doc" | "any", None) => {
            vec![Part::Text("[["), Part::Text(sign), Part::Copy(content.clone()), Part::Text("]]")]
        }
        ("math", _) => vec![Part::Text("$"), Part::Copy(content.clone()), Part::Text("$")],
        ("sub", _) => vec![Part::Text("<sub>"), Part::Copy(content.clone()), Part::Text("</sub>")],
        ("sup", _) => vec![Part::Text("<sup>"), Part::Copy(content.clone()), Part::Text("</sup>")],
        ("term" | "abbr" | "dfn" | "menuselection" | "guilabel" | "emphasis" | "strong", _) => match titled {
            Some((title, _)) => vec![at(title)],
            None => vec![Part::Copy(content.clone())],
        },
        ("code" | "file" | "kbd" | "command" | "envvar" | "program" | "option" | "samp", _) => {
            vec![Part::Text("`"), Part::Copy(content.clone()), Part::Text("`")]
        }
        _ => Vec::new(),
    }
}

/// Returns the label on a line of `MyST`'s that gives one to what follows.
pub fn label(line: &str) -> Option<&str> {
    let label = line.strip_prefix('(')?.strip_suffix(")=")?;
    (!label.is_empty() && label.chars().all(is_of_label)).then_some(label)
}

/// Reads a line of `MyST`'s that consists only of attributes, and returns the ID in it, which may be empty.
pub fn block_id(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('{')?.strip_suffix('}')?;
    let is_attribute = |word: &str| word.starts_with(['.', '#']) && word[1..].chars().all(is_of_label);
    if inner.is_empty() || inner.to_lowercase().contains("audience") || !inner.split_whitespace().all(is_attribute) {
        return None;
    }
    Some(inner.split_whitespace().find_map(|word| word.strip_prefix('#')).unwrap_or_default())
}

/// Returns the label that a line inside a directive of `MyST`'s gives to the directive.
pub fn name_of_directive(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("name:").or_else(|| line.trim().strip_prefix(":name:"))?.trim();
    (!name.is_empty() && name.chars().all(is_of_label)).then_some(name)
}

/// Returns the number of bytes at the start of a line behind which a label can stand, or `None` if the
/// line is neither a heading nor text.
pub fn before_label(line: &str) -> Option<usize> {
    let words = line.trim_start_matches('#');
    let hashes = line.len() - words.len();
    match hashes {
        0 => (!begins_block(line) && !line.starts_with(['<', '`', ':', '$', '['])).then_some(0),
        1..=6 => words.starts_with(' ').then(|| line.len() - words.trim_start().len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_ids_are_recognized_and_marks_are_not() {
        assert_eq!((label("(a-b/c)="), label("(a b)="), label("()=")), (Some("a-b/c"), None, None));
        assert_eq!((block_id("{#a .b}"), block_id("{.b}"), block_id("{a}")), (Some("a"), Some(""), None));
        assert_eq!((block_id("{.audience}"), block_id("{audience=x}")), (None, None));
        assert_eq!((name_of_directive(":name: x"), name_of_directive("names: x")), (Some("x"), None));
        assert_eq!(["# a", "a", "- a", "#a", "<b>"].map(before_label), [Some(2), Some(0), None, None, None]);
    }
}
