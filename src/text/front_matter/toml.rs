//! Parses TOML front matter and configuration.
//!
//! Input: TOML. Output: a [`Table`] with spans, in the order written. If a key is duplicated, the
//! TOML is invalid, and the error names the key.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{DEEPEST, Data, Entry, MOST_NODES, SyntaxError, Table, Value};
use crate::text::diagnostic::Span;

/// Parses `content`.
pub fn read(content: &str, offset: usize) -> Result<Table, SyntaxError> {
    let table = DeTable::parse(content).map_err(|error| explain(&error, content, offset))?;
    let mut reader = Reader { content, offset, nodes: 0 };
    reader.table(table.get_ref(), 0).ok_or_else(|| SyntaxError {
        message: "this is too large or too deeply nested".to_owned(),
        help: Some(format!("at most {MOST_NODES} values are allowed, nested at most {DEEPEST} deep")),
        span: Span::new(offset, offset + content.lines().next().map_or(0, str::len)),
    })
}

struct Reader<'a> {
    content: &'a str,
    offset: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Option<Table> {
        let mut entries = Vec::new();
        for (key, value) in table {
            let key_span = self.span(key.span());
            entries.push(Entry { key: key.get_ref().to_string(), key_span, value: self.value(value, depth + 1)? });
        }
        entries.sort_by_key(|entry| entry.key_span);
        Some(Table { entries, duplicates: Vec::new() })
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Option<Value> {
        self.nodes += 1;
        if self.nodes > MOST_NODES || depth > DEEPEST {
            return None;
        }
        let range = value.span();
        let written = self.content.get(range.clone()).map(str::to_owned);
        let data = match value.get_ref() {
            DeValue::String(text) => Data::Text(text.to_string()),
            DeValue::Integer(number) => {
                let digits = number.as_str().replace('_', "");
                i64::from_str_radix(&digits, number.radix()).map_or_else(|_| Data::Text(digits), Data::Integer)
            }
            DeValue::Float(number) => {
                let digits = number.as_str().replace('_', "");
                digits.parse().map_or_else(|_| Data::Text(digits), Data::Float)
            }
            DeValue::Boolean(truth) => Data::Boolean(*truth),
            DeValue::Datetime(date) => Data::Date(date.to_string()),
            DeValue::Array(items) => {
                Data::List(items.iter().map(|item| self.value(item, depth + 1)).collect::<Option<_>>()?)
            }
            DeValue::Table(table) => Data::Table(self.table(table, depth)?),
        };
        Some(Value::new(self.span(range), data, written.as_deref()))
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.offset + range.start, self.offset + range.end)
    }
}

/// Turns the parser's error into an error message that an author understands.
fn explain(error: &toml::de::Error, content: &str, offset: usize) -> SyntaxError {
    let range = error.span().unwrap_or(0..0);
    let start = range.start.min(content.len());
    let line_start = content[..start].rfind('\n').map_or(0, |n| n + 1);
    let line = content[line_start..].lines().next().unwrap_or_default();
    let whole = Span::new(offset + line_start, offset + line_start + line.trim_end().len());
    let exact = Span::new(offset + start, offset + range.end.min(content.len()).max(start));
    let span = if exact.start == exact.end { whole } else { exact };
    let message = error.message();
    if message.contains("duplicate key") {
        let key = content.get(range).unwrap_or_default().trim();
        let key = key.split(['=', ']']).next().unwrap_or(key).trim_matches(['[', ' ']);
        let help = Some("keep one of them".to_owned());
        return SyntaxError { message: format!("`{key}` is written twice"), help, span };
    }
    let (message, help) = reason(line, message);
    SyntaxError { message, help: Some(help), span: if line.trim().is_empty() { span } else { whole } }
}

/// Finds out why a line isn't valid TOML. Returns a message and help.
fn reason(line: &str, message: &str) -> (String, String) {
    let line = line.trim();
    let say = |message: &str, help: &str| (message.to_owned(), help.to_owned());
    let unknown = format!("this isn't valid TOML: {message}");
    if line.starts_with('[') && !line.contains('=') && !line.ends_with(']') {
        let (open, close) = if line.starts_with("[[") { ("[[", "]]") } else { ("[", "]") };
        let name = line.trim_matches(['[', ']']).trim();
        return say("a heading of a table is not closed", &format!("write `{open}{name}{close}`"));
    }
    let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else {
        return match line.split_once(':').filter(|_| !line.starts_with('[')) {
            None => say(&unknown, "write `key = \"text\"`"),
            Some((key, value)) => {
                say("a value follows `=`, not `:`", &format!("write `{} = \"{}\"`", key.trim(), value.trim()))
            }
        };
    };
    let is_curly = |c: char| matches!(c, '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}');
    if value.starts_with(is_curly) {
        let bare = value.trim_matches(|c| is_curly(c) || matches!(c, '"' | '\''));
        return say("text must be in straight quotes", &format!("write `{key} = \"{bare}\"`"));
    }
    if value.starts_with('"') && value.matches('"').count() % 2 == 1 {
        return say("a quote is not closed", "add the closing quote on the same line");
    }
    if value.starts_with(char::is_alphabetic) && !["true", "false", "inf", "nan"].contains(&value) {
        return say("text must be in quotes", &format!("write `{key} = \"{value}\"`"));
    }
    if value.is_empty() {
        return say(&format!("`{key}` has no value"), &format!("write `{key} = \"text\"`, or delete the line"));
    }
    if value.starts_with(['[', '{']) {
        return say("a list or table is not closed", "add the closing bracket");
    }
    say(&unknown, "write `key = \"text\"`, `key = 3` or `key = true`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_order_and_spans() {
        let text = "b = 1_000\na = \"ü x\"\n[t]\nk = [1, 2]\n";
        let table = read(text, 0).unwrap();
        let keys: Vec<_> = table.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["b", "a", "t"]);
        assert_eq!(table.entries[0].value.data, Data::Integer(1000));
        assert_eq!(&text[table.entries[1].value.span.range()], "\"ü x\"");
    }

    #[test]
    fn mistakes_in_toml_are_explained_in_plain_words() {
        let failed = |text: &str| {
            let error = read(text, 0).unwrap_err();
            (error.message, error.help.unwrap_or_default())
        };
        assert_eq!(
            failed("title = Product Leader\n"),
            ("text must be in quotes".into(), "write `title = \"Product Leader\"`".into())
        );
        assert_eq!(failed("title: x\n").0, "a value follows `=`, not `:`");
        assert_eq!(failed("a = 1\na = 2\n").0, "`a` is written twice");
        assert_eq!(failed("a = \"x\n").0, "a quote is not closed");
        assert_eq!(failed("a =\n").0, "`a` has no value");
    }

    #[test]
    fn a_table_with_too_many_values_is_rejected_at_its_first_line() {
        let text = |n: usize| format!("title = \"T\"\na = [{}]\n", vec!["1"; n].join(", "));
        assert!(read(&text(MOST_NODES - 10), 4).is_ok());
        let error = read(&text(MOST_NODES + 10), 4).unwrap_err();
        assert_eq!((error.message.as_str(), error.span), ("this is too large or too deeply nested", Span::new(4, 15)));
    }
}
