//! Changes the front matter of a chapter that moves: its ID, its aliases, and the kind that its
//! directory implied.
//!
//! Input: the chapter and its move. Output: edits of the file. Never changes any other part of the
//! file, or the line endings.

use std::ops::Range;

use crate::chapter::document::Document;
use crate::chapter::parse::{default_id, kind_at};
use crate::model::compile::Handbook;
use crate::text::front_matter::{self, Data, Entry, Format, Split, Table};
use crate::text::path::{SourcePath, fold};
use crate::text::quote;
use crate::text::source::Text;

use super::{Edit, Move};

/// Returns the edits of a chapter's own front matter; `new` is the new name as the user typed it.
pub fn edits(document: &Document, bytes: &[u8], moved: &Move, handbook: &Handbook, new: &str) -> Vec<Edit> {
    let Ok(text) = Text::new(bytes) else { return Vec::new() };
    let head = Head::read(&text, bytes);
    let meta = &document.meta;
    let has_own_id = head.entry("id").is_some();
    let is_named = !new.contains(['/', '\\', '.']);
    let renames_id = has_own_id && is_named && fold(&meta.id) == fold(&default_id(&moved.from));
    let new_id = if has_own_id && !renames_id { meta.id.clone() } else { default_id(&moved.to) };
    let mut found = Vec::new();
    if renames_id && let Some(entry) = head.entry("id") {
        found.push((entry.value.span.range(), head.scalar(&new_id)));
    }
    let mut lines = Vec::new();
    if head.entry("kind").is_none() && kind_at(&moved.to, &handbook.config) != meta.kind {
        lines.push(("kind", meta.kind.name().to_owned()));
    }
    let mut aliases = aliases(&moved.from, &moved.to, (&meta.id, &new_id), handbook);
    aliases.retain(|alias| !meta.aliases.iter().any(|known| fold(known) == fold(alias)));
    if !aliases.is_empty() {
        let list: Vec<String> = aliases.iter().map(|alias| head.scalar(alias)).collect();
        match head.entry("aliases") {
            Some(entry) => found.extend(head.extend_list(entry, &list)),
            None => lines.push(("aliases", format!("[{}]", list.join(", ")))),
        }
    }
    found.extend(head.add_lines(&lines));
    let edit = |(range, with): (Range<usize>, String)| {
        let Range { start, end } = text.span(range.start, range.end).range();
        Edit { start, end, text: with }
    };
    found.into_iter().map(edit).collect()
}

/// Returns the aliases that keep the chapter's old URL and old ID working.
fn aliases(from: &SourcePath, to: &SourcePath, (old_id, new_id): (&str, &str), handbook: &Handbook) -> Vec<String> {
    let (old, new) = (from.without_extension(), to.without_extension());
    if old == new {
        return Vec::new();
    }
    // An alias that is a plain word redirects from a URL in the chapter's own folder, unless it has
    // a capital letter: then it counts as a title.
    let is_beside = from.folder() == to.folder() && !from.is_index() && !to.is_index();
    if is_beside && fold(old_id) == fold(from.stem()) && !from.stem().chars().any(char::is_uppercase) {
        return vec![from.stem().to_owned()];
    }
    let address = if old.contains('/') { old.to_owned() } else { format!("/{old}") };
    let mut list = vec![address];
    let beside = format!("{}/{old_id}", to.folder());
    let is_free = handbook.book.names.at_path(beside.trim_start_matches('/')).is_empty();
    if fold(old_id) != fold(new_id) && handbook.book.names.find(old_id).len() == 1 && is_free {
        list.push(old_id.to_owned());
    }
    list
}

/// A file's front matter, with offsets in its text.
struct Head<'a> {
    text: &'a str,
    newline: &'static str,
    split: Split,
    table: Table,
}

impl<'a> Head<'a> {
    fn read(text: &'a Text<'_>, bytes: &[u8]) -> Self {
        let newline = if bytes.windows(2).any(|pair| pair == b"\r\n") { "\r\n" } else { "\n" };
        let split = front_matter::split(&text.text);
        let table = match &split {
            Split::Found { format, content, .. } => {
                front_matter::read(&text.text[content.clone()], content.start, *format).unwrap_or_default()
            }
            _ => Table::default(),
        };
        Self { text: &text.text, newline, split, table }
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.table.entries.iter().find(|entry| entry.key == key)
    }

    fn is_toml(&self) -> bool {
        matches!(self.split, Split::Found { format: Format::Toml, .. })
    }

    fn scalar(&self, text: &str) -> String {
        if self.is_toml() { quote::quoted(text) } else { quote::yaml(text) }
    }

    /// Adds items to a list, in the form in which the list is written.
    fn extend_list(&self, entry: &Entry, more: &[String]) -> Option<(Range<usize>, String)> {
        let more = more.join(", ");
        let value = entry.value.span.range();
        let (at, added) = match &entry.value.data {
            Data::List(items) if self.text[value.clone()].starts_with('[') => match items.last() {
                Some(last) => (last.span.range().end, format!(", {more}")),
                None => (value.start + 1, more),
            },
            Data::List(items) => {
                let last = items.last()?.span.range();
                let line = self.text[..last.start].rfind('\n').map_or(0, |n| n + 1);
                let bullet = &self.text[line..last.start];
                if bullet.trim() != "-" {
                    return None;
                }
                let separator = format!("{}{bullet}", self.newline);
                (last.end, format!("{separator}{}", more.replace(", ", &separator)))
            }
            Data::Null => {
                let key = entry.key_span.range().end;
                (key + self.text[key..].find(':')? + 1, format!(" [{more}]"))
            }
            _ => return Some((value, format!("[{}, {more}]", self.scalar(entry.value.text()?)))),
        };
        Some((at..at, added))
    }

    /// Adds fields that are missing.
    fn add_lines(&self, lines: &[(&str, String)]) -> Option<(Range<usize>, String)> {
        if lines.is_empty() {
            return None;
        }
        let sign = if self.is_toml() { " =" } else { ":" };
        let quoted = |value: &str| {
            if self.is_toml() && !value.starts_with('[') { quote::quoted(value) } else { value.to_owned() }
        };
        let lines: String =
            lines.iter().map(|(key, value)| format!("{key}{sign} {}{}", quoted(value), self.newline)).collect();
        match &self.split {
            // Keys after the header of a TOML table would belong to that table, so put the new keys
            // first.
            Split::Found { format: Format::Toml, content, .. } => Some((content.start..content.start, lines)),
            Split::Found { content, .. } => Some((content.end..content.end, lines)),
            Split::None => Some((0..0, format!("---{n}{lines}---{n}", n = self.newline))),
            Split::Unterminated { .. } => None,
        }
    }
}
