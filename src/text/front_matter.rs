//! Separates a chapter from its front matter, and parses YAML and TOML into the same tree of values
//! with spans.
//!
//! Input: a chapter's text with LF line endings. Output: a [`Split`] and a [`Table`] in which every
//! key and value has its span in the text. Never decides which keys are valid (see `fields`). Never
//! loses the text of a chapter whose front matter is broken.

mod toml;
mod yaml;

use std::ops::Range;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::ser::Serializer;

use crate::text::diagnostic::Span;

/// The maximum number of values in the front matter of one chapter. The largest role needs a
/// fortieth of this number.
pub(crate) const MOST_NODES: usize = 10_000;
/// The maximum nesting depth of lists and tables.
pub(crate) const DEEPEST: usize = 32;

/// The format of the front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML between `---` lines.
    Yaml,
    /// TOML between `+++` lines.
    Toml,
}

impl Format {
    /// Returns the line that opens and closes front matter in this format.
    #[must_use]
    pub fn fence(self) -> &'static str {
        if self == Self::Yaml { "---" } else { "+++" }
    }
}

/// The beginning of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Split {
    /// No front matter.
    None,
    /// Front matter and where the text after it begins.
    Found {
        /// The format.
        format: Format,
        /// The byte range of the front matter, without its fences.
        content: Range<usize>,
        /// The byte offset where the chapter's text begins.
        body: usize,
    },
    /// Front matter that is opened but never closed.
    Unterminated {
        /// The format.
        format: Format,
        /// The opening line.
        opening: Span,
    },
}

impl Split {
    /// Returns the byte offset where the chapter's text begins.
    pub fn body(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Found { body, .. } => *body,
            // It is unclear where the chapter's text begins, so everything after the opening line
            // counts as text.
            Self::Unterminated { opening, .. } => opening.end as usize,
        }
    }
}

/// Looks for front matter at the start of `text`.
pub fn split(text: &str) -> Split {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next() else { return Split::None };
    let format = match first.trim_end() {
        "---" => Format::Yaml,
        "+++" => Format::Toml,
        _ => return Split::None,
    };
    let start = first.len();
    let mut at = start;
    for line in lines {
        let bare = line.trim_end();
        if bare == format.fence() || (format == Format::Yaml && bare == "...") {
            if !looks_like_front_matter(&text[start..at], format) {
                return Split::None;
            }
            return Split::Found { format, content: start..at, body: at + line.len() };
        }
        at += line.len();
    }
    // A chapter may begin with a thematic break, so this is unterminated front matter only if the
    // next line looks like a key.
    let next = text[start..].lines().next().unwrap_or_default();
    if is_key_line(next, format) {
        Split::Unterminated { format, opening: Span::new(0, first.trim_end().len()) }
    } else {
        Split::None
    }
}

/// Distinguishes front matter from text between two thematic breaks.
///
/// The text between the lines is front matter if it is empty, or if its first nonblank line looks
/// like a key, a comment or a bracket.
fn looks_like_front_matter(content: &str, format: Format) -> bool {
    let Some(first) = content.lines().find(|line| !line.trim().is_empty()) else { return true };
    // A blank line right after the opening line suggests a Markdown thematic break rather than
    // YAML.
    let after_blank = format == Format::Yaml && content.starts_with('\n');
    let trimmed = first.trim_start();
    let marked = trimmed.starts_with(['#', '{', '[', '"', '\'', '-', '!', '&', '%']) && !after_blank;
    marked || is_key_line(first, format) || format == Format::Toml || (!after_blank && content.contains(": "))
}

/// Returns whether a line has the form `key: value` or `key = value`.
fn is_key_line(line: &str, format: Format) -> bool {
    let sign = if format == Format::Yaml { ':' } else { '=' };
    let Some((key, rest)) = line.split_once(sign) else { return false };
    let key = key.trim();
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'');
    !key.is_empty() && key.chars().all(is_word) && (rest.is_empty() || rest.starts_with(' ') || format == Format::Toml)
}

/// A table whose entries keep their order in the file.
#[derive(Clone, Debug, Default, BorshDeserialize, BorshSerialize)]
pub struct Table {
    /// The keys and values; if a key occurs twice, only the first is kept.
    pub entries: Vec<Entry>,
    /// The duplicate keys of this table and of all nested tables. This list is empty in the nested
    /// tables themselves.
    pub duplicates: Vec<Duplicate>,
}

/// A key and its value.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The span of the key.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

impl Entry {
    fn pair(&self) -> (&String, &Value) {
        (&self.key, &self.value)
    }
}

/// A key that occurs twice in one table.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Duplicate {
    /// The key.
    pub key: String,
    /// The span of its second occurrence.
    pub second: Span,
}

/// A value and its span.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub struct Value {
    /// The span of the value.
    pub span: Span,
    /// The data of the value.
    pub data: Data,
    /// A number or Boolean as the author wrote it.
    written: Option<Box<str>>,
}

/// The data of a value.
#[derive(Clone, Debug, PartialEq, BorshDeserialize, BorshSerialize)]
pub enum Data {
    /// A null value.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A date or a time, as written.
    Date(String),
    /// A list.
    List(Vec<Value>),
    /// A table.
    Table(Table),
}

/// Tables are equal if their data is equal, even if they are at different places in a file. Moving
/// a table within its file doesn't affect other chapters.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.entries.iter().map(Entry::pair).eq(other.entries.iter().map(Entry::pair))
    }
}

/// Values are equal if their data is equal, wherever they are in the file.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data && self.written == other.written
    }
}

impl Value {
    pub(crate) fn new(span: Span, data: Data, written: Option<&str>) -> Self {
        let keeps = matches!(data, Data::Boolean(_) | Data::Integer(_) | Data::Float(_));
        Self { span, data, written: written.filter(|_| keeps).map(Into::into) }
    }

    /// Returns the text, or a number, date or Boolean as the author wrote it.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) | Data::Date(text) => Some(text),
            Data::Boolean(_) | Data::Integer(_) | Data::Float(_) => self.written.as_deref(),
            Data::Null | Data::List(_) | Data::Table(_) => None,
        }
    }

    /// Returns the number if the value is a whole number.
    pub fn integer(&self) -> Option<i64> {
        if let Data::Integer(number) = self.data { Some(number) } else { None }
    }

    /// Returns the table if the value is one.
    pub fn table(&self) -> Option<&Table> {
        if let Data::Table(table) = &self.data { Some(table) } else { None }
    }

    /// Returns the entries if the value is a table, and otherwise none.
    pub fn entries(&self) -> &[Entry] {
        self.table().map_or(&[], |table| &table.entries)
    }

    /// Returns the items if the value is a list, and otherwise the value itself.
    pub fn items(&self) -> &[Value] {
        if let Data::List(items) = &self.data { items } else { std::slice::from_ref(self) }
    }

    /// Returns the name for the value's type in findings.
    pub fn kind_name(&self) -> &'static str {
        match self.data {
            Data::Null => "nothing",
            Data::Boolean(_) => "true or false",
            Data::Integer(_) => "a whole number",
            Data::Float(_) => "a number",
            Data::Text(_) => "text",
            Data::Date(_) => "a day",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
        }
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries.iter().map(Entry::pair))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.data {
            Data::Null => serializer.serialize_none(),
            Data::Boolean(value) => serializer.serialize_bool(*value),
            Data::Integer(value) => serializer.serialize_i64(*value),
            Data::Float(value) => serializer.serialize_f64(*value),
            Data::Text(value) | Data::Date(value) => serializer.serialize_str(value),
            Data::List(items) => Serialize::serialize(items, serializer),
            Data::Table(table) => Serialize::serialize(table, serializer),
        }
    }
}

/// The reason why front matter cannot be parsed at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// A description of the problem in terms that an author understands.
    pub message: String,
    /// Advice on how to fix the problem, if the fix is evident.
    pub help: Option<String>,
    /// The place of the problem in the text.
    pub span: Span,
}

/// Parses front matter; `offset` is where `content` starts in the text that spans refer to.
///
/// # Errors
/// Returns the first syntax error. In YAML, a duplicate key isn't an error, and its first value
/// counts.
pub fn read(content: &str, offset: usize, format: Format) -> Result<Table, SyntaxError> {
    match format {
        Format::Yaml => yaml::read(content, offset),
        Format::Toml => toml::read(content, offset),
    }
}

/// Parses YAML or JSON that may be any value, and may contain up to `most` values.
///
/// # Errors
/// Returns the first syntax error.
pub fn read_value(content: &str, most: usize) -> Result<Value, SyntaxError> {
    yaml::read_value(content, most)
}

/// Adds an entry to the table, or to the list of duplicates if the key is already there.
pub(crate) fn add(table: &mut Table, duplicates: &mut Vec<Duplicate>, entry: Entry) {
    if table.entries.iter().any(|known| known.key == entry.key) {
        duplicates.push(Duplicate { key: entry.key, second: entry.key_span });
    } else {
        table.entries.push(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_split_from_the_text() {
        let found = split("---\ntitle: A\n---\nText");
        assert_eq!(found, Split::Found { format: Format::Yaml, content: 4..13, body: 17 });
        assert_eq!(split("+++  \na = 1\n+++\nx").body(), 16);
        assert!(matches!(split("---\n---\n"), Split::Found { .. }));
        assert!(matches!(split("---\na: 1\n...\nx"), Split::Found { body: 13, .. }));
    }

    #[test]
    fn a_thematic_break_at_the_top_is_not_front_matter() {
        for text in ["---\n\nProse here.\n\n---\n", "---\nProse\n", "text\n---\na: 1\n---\n", "", "----\na: 1\n----\n"]
        {
            assert_eq!(split(text), Split::None, "{text:?}");
        }
    }

    #[test]
    fn unterminated_front_matter_keeps_the_text() {
        let found = split("---\ntitle: A\n\nText\n");
        assert_eq!(found, Split::Unterminated { format: Format::Yaml, opening: Span::new(0, 3) });
        assert_eq!(found.body(), 3);
    }

    #[test]
    fn tables_with_equal_data_are_equal_wherever_they_are() {
        let a = read("a: 1\nb: [x]\n", 0, Format::Yaml).unwrap();
        let b = read("# moved\na:   1\nb:\n  - x\n", 40, Format::Yaml).unwrap();
        assert_eq!(a, b);
        assert_ne!(a, read("a: 2\nb: [x]\n", 0, Format::Yaml).unwrap());
    }

    #[test]
    fn yaml_and_toml_give_the_same_tree() {
        let yaml =
            read("t: x\nn: 3\nf: 1.5\nb: true\nd: 2026-04-01\nl: [a, b]\nm:\n  k: v\n", 0, Format::Yaml).unwrap();
        let text = "t = \"x\"\nn = 3\nf = 1.5\nb = true\nd = 2026-04-01\nl = [\"a\", \"b\"]\nm = { k = \"v\" }\n";
        assert_eq!(yaml, read(text, 0, Format::Toml).unwrap());
        let json = serde_json::to_string(&yaml).unwrap();
        assert_eq!(json, r#"{"t":"x","n":3,"f":1.5,"b":true,"d":"2026-04-01","l":["a","b"],"m":{"k":"v"}}"#);
    }
}
