//! Reads the imports and exports of MDX.
//!
//! Input: a body and the place where a statement may begin. Output: a [`Tag`] for the statement. Never
//! decides whether a chapter is MDX.

use super::{Finder, LONGEST, Tag, floor};
use crate::chapter::dialect::foreign::Foreign;

/// The maximum length of an export in bytes.
const LONGEST_EXPORT: usize = 8000;

impl Finder<'_> {
    /// Reads an `import` or `export` at the start of a block, and returns where it ends.
    pub(super) fn module(&mut self, at: usize) -> Option<usize> {
        let rest = &self.body[at..];
        let rest = &rest[..floor(rest, LONGEST)];
        let is_import = rest.starts_with("import ") && (rest.contains(" from ") || rest[7..].starts_with(['"', '\'']));
        let words =
            ["export const ", "export default ", "export function ", "export async ", "export let ", "export {"];
        let is_export = words.iter().any(|word| rest.starts_with(word));
        if !is_import && !is_export {
            return None;
        }
        let before = self.body[..at].trim_end_matches(' ');
        let last = self.found.tags.last().filter(|tag| tag.kind == Foreign::Import);
        let begins =
            before.ends_with("\n\n") || before.trim().is_empty() || last.is_some_and(|last| last.range.end == at);
        if !begins {
            return None;
        }
        let end = if is_import { end_of_import(rest)? } else { end_of_export(&self.body[at..]) };
        let range = at..at + end;
        let (name, arguments) = ("import".to_owned(), range.end..range.end);
        let (kind, is_closing, is_empty) = (Foreign::Import, false, true);
        self.found.tags.push(Tag { range, kind, name, is_closing, is_empty, arguments });
        Some(at + end)
    }
}

/// Returns whether a paragraph of a body outside of fenced code begins with the import of a module.
pub fn imports_modules(body: &str) -> bool {
    let is_import = |line: &str| {
        let from = line.strip_prefix("import ").and_then(|rest| rest.split_once(" from "));
        from.is_some_and(|(_, from)| from.starts_with(['"', '\'']) && line.ends_with(['"', '\'', ';']))
    };
    if !body.contains("import ") || !body.contains(" from ") {
        return false;
    }
    let (mut is_code, mut after_blank) = (false, true);
    for line in body.lines().map(str::trim_end) {
        is_code ^= line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        if after_blank && !is_code && is_import(line) {
            return true;
        }
        after_blank = line.is_empty();
    }
    false
}

/// Returns the length of an import statement with its line ending, or `None` if this isn't one.
fn end_of_import(rest: &str) -> Option<usize> {
    let from = if rest[7..].starts_with(['"', '\'']) { 7 } else { rest.find(" from ")? + 6 };
    if rest[..from].contains("\n\n") || !rest[from..].starts_with(['"', '\'']) {
        return None;
    }
    Some(rest[from..].find('\n').map_or(rest.len(), |end| from + end + 1))
}

/// Returns the length of an export statement with its line ending: up to the first empty line outside of
/// brackets, as MDX has it, or if they aren't closed up to the first empty line.
fn end_of_export(text: &str) -> usize {
    let text = &text[..floor(text, LONGEST_EXPORT)];
    let mut depth = 0_usize;
    let mut first = None;
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            '\n' if text[at + 1..].starts_with('\n') => {
                if depth == 0 {
                    return at + 1;
                }
                first = first.or(Some(at + 1));
            }
            _ => {}
        }
    }
    if depth == 0 { text.len() } else { first.unwrap_or(text.len()) }
}
