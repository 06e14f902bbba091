//! Writes the level that a role expects of a competency. The level is one line of the role's front
//! matter.
//!
//! Input: a role's file, a way to recognize the competency's key, and the level. Output: the file's
//! new bytes. Refuses a change if the resulting file wouldn't parse to the requested level with
//! everything else unchanged. The author then has to edit the file by hand.

use std::ops::Range;

use crate::text::diagnostic::Span;
use crate::text::front_matter::{self, Data, Entry, Format, Split, Table};
use crate::text::source::Text;

const FIELD: &str = "competencies";

/// The reason why a level wasn't written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The file or its front matter can't be read.
    Unreadable,
    /// The front matter is in a form that can't be changed in a single line.
    Form,
    /// The file doesn't name the competency, so there is no line to remove.
    NotHere,
}

/// The level to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The number of the level on the scale.
    pub number: u8,
    /// The name of the level, for files that use names.
    pub name: &'a str,
}

/// A byte range in the text and its replacement.
type Edit = (Range<usize>, String);

/// Returns the file with `level` as the level expected of the competency, or without the
/// competency's line if `level` is `None`.
///
/// `is_key` returns whether a key of the map names the competency; `key` is written if none does.
///
/// # Errors
/// See [`Refused`].
pub fn expect(
    bytes: &[u8],
    is_key: &dyn Fn(&str) -> bool,
    key: &str,
    level: Option<Wanted<'_>>,
) -> Result<Vec<u8>, Refused> {
    let text = Text::new(bytes).map_err(|_| Refused::Unreadable)?;
    let (table, format, end) = read(&text.text)?;
    let page = Page { text: &text.text, format, end };
    let field = field_of(&table);
    let own = entries_of(field).iter().find(|entry| is_key(&entry.key));
    let (range, new) = match (own, level) {
        (Some(entry), Some(level)) => (entry.value.span.range(), page.value(entry, level)),
        (Some(entry), None) => page.without(field.ok_or(Refused::Form)?, entry),
        (None, Some(level)) => page.with(field, key, level)?,
        (None, None) => return Err(Refused::NotHere),
    };
    let out = super::splice(bytes, text.map(Span::new(range.start, range.end)), &new);
    if is_as_wanted(&table, &out, is_key, level) { Ok(out) } else { Err(Refused::Form) }
}

/// Reads the front matter. Returns its table, its format, and the offset at which a line can be
/// added at the end of the front matter. For a chapter without front matter, the table is empty.
fn read(text: &str) -> Result<(Table, Option<Format>, usize), Refused> {
    match front_matter::split(text) {
        Split::None => Ok((Table::default(), None, 0)),
        Split::Unterminated { .. } => Err(Refused::Unreadable),
        Split::Found { format, content, .. } => {
            let table = front_matter::read(&text[content.clone()], content.start, format);
            Ok((table.map_err(|_| Refused::Unreadable)?, Some(format), content.end))
        }
    }
}

/// Returns the entries of the map in a field; none if there is no map.
fn entries_of(field: Option<&Entry>) -> &[Entry] {
    field.map_or(&[], |field| field.value.entries())
}

fn field_of(table: &Table) -> Option<&Entry> {
    table.entries.iter().find(|entry| entry.key == FIELD)
}

/// Returns whether the new file gives the competency the level `level` and is otherwise equal to
/// the old one.
fn is_as_wanted(old: &Table, out: &[u8], is_key: &dyn Fn(&str) -> bool, level: Option<Wanted<'_>>) -> bool {
    let Ok(text) = Text::new(out) else { return false };
    let Ok((new, ..)) = read(&text.text) else { return false };
    let others = |table: &Table| -> Vec<_> {
        let outer = table.entries.iter().filter(|entry| entry.key != FIELD);
        let inner = entries_of(field_of(table)).iter().filter(|entry| !is_key(&entry.key));
        outer.chain(inner).map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    };
    let found = entries_of(field_of(&new)).iter().filter(|entry| is_key(&entry.key));
    let found: Vec<Option<&str>> = found.map(|entry| entry.value.text()).collect();
    let is_written = match level {
        Some(level) => found.len() == 1 && found[0].is_some_and(|v| v == level.number.to_string() || v == level.name),
        None => found.is_empty(),
    };
    is_written && others(old) == others(&new) && new.duplicates.len() == old.duplicates.len()
}

/// A chapter's text, and the format and the end of its front matter.
struct Page<'a> {
    text: &'a str,
    format: Option<Format>,
    /// The offset at which the closing line begins.
    end: usize,
}

impl Page<'_> {
    /// Formats the level like the old one: as a number or a name, and with the same quotes.
    fn value(&self, entry: &Entry, level: Wanted<'_>) -> String {
        let old = &self.text[entry.value.span.range()];
        let is_name = matches!(&entry.value.data, Data::Text(text) if text.parse::<u8>().is_err());
        let new = if is_name { level.name.to_owned() } else { level.number.to_string() };
        match old.chars().next() {
            Some(quote @ ('"' | '\'')) => format!("{quote}{new}{quote}"),
            _ => new,
        }
    }

    fn pair(&self, key: &str, number: u8) -> String {
        let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let key = if is_bare { key.to_owned() } else { format!("\"{}\"", key.replace('"', "")) };
        let sign = if self.format == Some(Format::Toml) { " =" } else { ":" };
        format!("{key}{sign} {number}")
    }

    /// Returns whether a map is written in braces, on the same line as its key.
    fn is_inline(&self, field: &Entry) -> bool {
        self.text[field.value.span.range()].starts_with('{')
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |n| n + 1)
    }

    /// Returns the offset at which the last line of a span ends, not counting its line ending.
    fn line_end(&self, span: Span) -> usize {
        let at = span.end as usize;
        self.text[at..].find('\n').map_or(self.text.len(), |n| at + n)
    }

    /// Removes an entry.
    fn without(&self, field: &Entry, entry: &Entry) -> Edit {
        let entries = entries_of(Some(field));
        let number = entries.iter().position(|other| other.key_span == entry.key_span).unwrap_or(0);
        if self.is_inline(field) {
            let start = entry.key_span.start as usize;
            let range = match (entries.get(number + 1), number.checked_sub(1).map(|n| &entries[n])) {
                (Some(next), _) => start..next.key_span.start as usize,
                (None, Some(before)) => before.value.span.end as usize..entry.value.span.end as usize,
                (None, None) => start..entry.value.span.end as usize,
            };
            return (range, String::new());
        }
        // In YAML, a map without any lines would be null, and that is a finding, so remove its key
        // too.
        let is_last = entries.len() == 1 && self.format == Some(Format::Yaml);
        let first = if is_last { field.key_span.start } else { entry.key_span.start };
        let end = self.line_end(entry.value.span);
        (self.line_start(first as usize)..(end + 1).min(self.text.len()), String::new())
    }

    /// Adds an entry after the last one and in the same form.
    fn with(&self, field: Option<&Entry>, key: &str, level: Wanted<'_>) -> Result<Edit, Refused> {
        let pair = self.pair(key, level.number);
        let Some(field) = field else { return Ok(self.first(&pair)) };
        let (at, text) = match (&field.value.data, entries_of(Some(field)).last()) {
            (Data::Null, _) => (self.line_end(field.key_span), format!("\n  {pair}")),
            (_, Some(last)) if self.is_inline(field) => (last.value.span.end as usize, format!(", {pair}")),
            (_, Some(last)) => {
                let start = last.key_span.start as usize;
                let before = &self.text[self.line_start(start)..start];
                (self.line_end(last.value.span), format!("\n{before}{pair}"))
            }
            (Data::Table(_), None) if self.is_inline(field) => (field.value.span.start as usize + 1, pair),
            (Data::Table(_), None) => (self.line_end(field.key_span), format!("\n{pair}")),
            _ => return Err(Refused::Form),
        };
        Ok((at..at, text))
    }

    /// Adds the map with its first entry at the end of the front matter.
    fn first(&self, pair: &str) -> Edit {
        let text = match self.format {
            None => format!("---\n{FIELD}:\n  {pair}\n---\n"),
            Some(Format::Yaml) => format!("{FIELD}:\n  {pair}\n"),
            Some(Format::Toml) => format!("[{FIELD}]\n{pair}\n"),
        };
        (self.end..self.end, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Option<Wanted<'static>> = Some(Wanted { number: 3, name: "Owning" });

    fn written(text: &str, level: Option<Wanted<'_>>) -> Result<String, Refused> {
        let out = expect(text.as_bytes(), &|key| key == "talk", "talk", level);
        out.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_changed_level_keeps_the_form_it_was_written_in() {
        for (old, new) in [
            ("2", "3"),
            ("Practising", "Owning"),
            ("\"Practising\"", "\"Owning\""),
            ("2   # why", "3   # why"),
            ("'2'", "'3'"),
        ] {
            let text =
                |level: &str| format!("---\r\nrank: 2\r\ncompetencies:\r\n    say: 1\r\n    talk: {level}\r\n---\r\nX");
            assert_eq!(written(&text(old), THREE), Ok(text(new)));
            let text = |level: &str| {
                format!("---\ncompetencies: {{ say: 1, talk: {} }}\n---\n", level.replace("   # why", ""))
            };
            assert_eq!(written(&text(old), THREE), Ok(text(new)));
        }
        let text = |level: u8| format!("+++\nrank = 2\n[competencies]\ntalk = {level}\n+++\nX\n");
        assert_eq!(written(&text(1), THREE), Ok(text(3)));
    }

    #[test]
    fn one_line_is_added_after_the_last() {
        for (before, after) in [
            (
                "---\ncompetencies:\n    say: 1 # x\nrank: 1\n---\nX",
                "---\ncompetencies:\n    say: 1 # x\n    talk: 3\nrank: 1\n---\nX",
            ),
            ("---\ncompetencies: {say: 1}\n---\n", "---\ncompetencies: {say: 1, talk: 3}\n---\n"),
            ("---\ncompetencies: {}\n---\n", "---\ncompetencies: {talk: 3}\n---\n"),
            ("---\ncompetencies:\nrank: 1\n---\n", "---\ncompetencies:\n  talk: 3\nrank: 1\n---\n"),
            ("---\nrank: 1\n---\nX", "---\nrank: 1\ncompetencies:\n  talk: 3\n---\nX"),
            ("# A\n", "---\ncompetencies:\n  talk: 3\n---\n# A\n"),
            ("+++\nrank = 1\n+++\n", "+++\nrank = 1\n[competencies]\ntalk = 3\n+++\n"),
            (
                "+++\n[competencies]\nsay = 1\n\n[extra]\na = 1\n+++\n",
                "+++\n[competencies]\nsay = 1\ntalk = 3\n\n[extra]\na = 1\n+++\n",
            ),
            ("+++\ncompetencies = { say = 1 }\n+++\n", "+++\ncompetencies = { say = 1, talk = 3 }\n+++\n"),
            ("+++\ncompetencies.say = 1\n+++\n", "+++\ncompetencies.say = 1\ncompetencies.talk = 3\n+++\n"),
            ("+++\n[competencies]\n+++\n", "+++\n[competencies]\ntalk = 3\n+++\n"),
        ] {
            assert_eq!(written(before, THREE).as_deref(), Ok(after));
        }
    }

    #[test]
    fn one_line_is_removed() {
        for (before, after) in [
            ("---\ncompetencies:\n  talk: 2\n  say: 1\n---\nX", "---\ncompetencies:\n  say: 1\n---\nX"),
            ("---\nrank: 1\ncompetencies:\n  talk: 2\ngrade: x\n---\n", "---\nrank: 1\ngrade: x\n---\n"),
            ("---\ncompetencies: {say: 1, talk: 2}\n---\n", "---\ncompetencies: {say: 1}\n---\n"),
            ("---\ncompetencies: {talk: 2, say: 1}\n---\n", "---\ncompetencies: {say: 1}\n---\n"),
            ("+++\n[competencies]\ntalk = 2\n+++\n", "+++\n[competencies]\n+++\n"),
        ] {
            assert_eq!(written(before, None).as_deref(), Ok(after));
        }
        assert_eq!(written("---\ncompetencies:\n  say: 1\n---\n", None), Err(Refused::NotHere));
    }

    #[test]
    fn a_change_that_cannot_be_written_safely_is_refused() {
        for text in ["---\ncompetencies: [say]\n---\n", "---\ncompetencies: *none\n---\n", "---\na: \"open\n---\n"] {
            assert!(written(text, THREE).is_err(), "{text}");
        }
        let shared = "---\nextra:\n  levels: &levels {say: 1, talk: 2}\ncompetencies: *levels\n---\n";
        assert_eq!(written(shared, THREE), Err(Refused::Form));
        assert!(expect(b"\xFF", &|_| true, "talk", THREE).is_err());
    }
}
