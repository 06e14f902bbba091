//! Parses YAML front matter from a parser's events.
//!
//! Input: YAML. Output: a [`Table`] with spans. Reads scalars by the core schema of YAML 1.2, and
//! also recognizes dates. An alias copies the value that it refers to. Copies count toward the
//! limit on values, so a small text cannot become a large tree.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as Place, StructureStyle};

use super::{DEEPEST, Data, Duplicate, Entry, MOST_NODES, SyntaxError, Table, Value, add};
use crate::text::diagnostic::Span;

/// Parses `content`.
pub fn read(content: &str, offset: usize) -> Result<Table, SyntaxError> {
    if content.trim().is_empty() {
        return Ok(Table::default());
    }
    let mut reader = Reader::new(content, offset, MOST_NODES);
    let mut table = match reader.document()? {
        Some(Value { data: Data::Table(table), .. }) => table,
        None | Some(Value { data: Data::Null, .. }) => Table::default(),
        Some(value) => return Err(not_a_table(&value)),
    };
    table.duplicates = reader.duplicates;
    Ok(table)
}

/// Parses a text that may be any value, and may contain up to `most` values.
pub fn read_value(content: &str, most: usize) -> Result<Value, SyntaxError> {
    let value = Reader::new(content, 0, most).document()?;
    Ok(value.unwrap_or_else(|| Value::new(Span::default(), Data::Null, None)))
}

struct Reader<'a> {
    content: &'a str,
    offset: usize,
    events: Parser<'a, granit_parser::StrInput<'a>>,
    nodes: usize,
    /// The maximum number of values.
    most: usize,
    /// The value of each anchor, with the number of values it contains.
    anchors: HashMap<usize, (Value, usize)>,
    duplicates: Vec<Duplicate>,
}

type Located<'a> = (Event<'a>, Place);

impl<'a> Reader<'a> {
    fn new(content: &'a str, offset: usize, most: usize) -> Self {
        let events = Parser::new_from_str(content);
        Self { content, offset, events, nodes: 0, most, anchors: HashMap::new(), duplicates: Vec::new() }
    }

    fn document(&mut self) -> Result<Option<Value>, SyntaxError> {
        let (mut found, mut documents) = (None, 0);
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(found),
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "front matter must be a single YAML document, and this starts another";
                        return Err(self.error(place, message, None));
                    }
                }
                event => {
                    found = Some(self.value((event, place), 0)?);
                }
            }
        }
    }

    fn next(&mut self) -> Result<Located<'a>, SyntaxError> {
        match self.events.next() {
            Some(Ok(located)) => Ok(located),
            Some(Err(error)) => Err(self.explain(&error)),
            None => Ok((Event::StreamEnd, Place::default())),
        }
    }

    fn value(&mut self, (event, place): Located<'a>, depth: usize) -> Result<Value, SyntaxError> {
        self.spend(1, place)?;
        if depth > DEEPEST {
            return Err(too_large(self.span(place)));
        }
        let before = self.nodes;
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                (anchor, scalar(&text, plain, self.span(place)))
            }
            Event::SequenceStart(_, anchor, _) => (anchor, self.list(place, depth)?),
            Event::MappingStart(style, anchor, _) => (anchor, self.table((style, place), depth)?),
            Event::Alias(anchor) => return self.alias(anchor, place),
            _ => return Err(self.error(place, "this isn't valid YAML", None)),
        };
        if anchor > 0 {
            let size = self.nodes - before + 1;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        Ok(value)
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<Value, SyntaxError> {
        let Some((value, size)) = self.anchors.get(&anchor) else {
            return Err(self.error(place, "this alias refers to something that contains it", None));
        };
        let (mut value, size) = (value.clone(), *size);
        self.spend(size, place)?;
        value.span = self.span(place);
        Ok(value)
    }

    fn list(&mut self, start: Place, depth: usize) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        loop {
            let (event, place) = self.next()?;
            if event == Event::SequenceEnd {
                let span = Span { start: self.span(start).start, end: self.end(place, items.last()) };
                return Ok(Value::new(span, Data::List(items), None));
            }
            items.push(self.value((event, place), depth + 1)?);
        }
    }

    fn table(&mut self, (style, start): (StructureStyle, Place), depth: usize) -> Result<Value, SyntaxError> {
        let mut table = Table::default();
        let mut last: Option<Value> = None;
        loop {
            let (event, place) = self.next()?;
            if event == Event::MappingEnd {
                // A block mapping starts at its first key, but the parser reports a position on the
                // line before that key.
                let first = table.entries.first().filter(|_| style == StructureStyle::Block);
                let start = first.map_or(self.span(start).start, |entry| entry.key_span.start);
                let span = Span { start, end: self.end(place, last.as_ref()) };
                return Ok(Value::new(span, Data::Table(table), None));
            }
            let key = self.value((event, place), depth + 1)?;
            let Some(name) = key.text().map(str::to_owned).or_else(|| (key.data == Data::Null).then(String::new))
            else {
                return Err(SyntaxError {
                    message: format!("a key must be text, and this is {}", key.kind_name()),
                    help: Some("put text that begins with `{` or `[` in quotes".to_owned()),
                    span: key.span,
                });
            };
            let next = self.next()?;
            let value = self.value(next, depth + 1)?;
            last = Some(value.clone());
            add(&mut table, &mut self.duplicates, Entry { key: name, key_span: key.span, value });
        }
    }

    /// Returns where a list or table ends: at its closing bracket, or after its last value if it
    /// has no brackets.
    ///
    /// The parser reports an end that is much later in the text.
    fn end(&self, place: Place, last: Option<&Value>) -> u32 {
        let range = self.span(place);
        match last {
            Some(last) if range.start == range.end => last.span.end,
            _ => range.end,
        }
    }

    fn spend(&mut self, nodes: usize, place: Place) -> Result<(), SyntaxError> {
        self.nodes += nodes;
        if self.nodes > self.most { Err(too_large(self.span(place))) } else { Ok(()) }
    }

    fn error(&self, place: Place, message: &str, help: Option<String>) -> SyntaxError {
        SyntaxError { message: message.to_owned(), help, span: self.span(place) }
    }

    fn span(&self, place: Place) -> Span {
        let range = place.byte_range().unwrap_or_default();
        let end = range.end.min(self.content.len());
        let start = range.start.min(end);
        // The parser's span for a block includes the blank lines after it.
        let trimmed = start + self.content.get(start..end).map_or(end - start, |text| text.trim_end().len());
        self.span_of(start..trimmed)
    }

    /// Turns the parser's error into an error message that an author understands.
    fn explain(&self, error: &ScanError) -> SyntaxError {
        let at = error.marker().byte_offset().unwrap_or(usize::MAX).min(self.content.len());
        let mut line = self.line_at(at);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return too_large(self.span_of(line));
        }
        // The line comes without its indentation, so look separately for a tab there.
        let indent = self.content[..line.start].rsplit('\n').next().unwrap_or_default();
        let text = if indent.contains('\t') { "\t" } else { &self.content[line.clone()] };
        let (message, help) = reason(text, error.kind());
        // The parser notices only at the end of the text that a quote isn't closed. Report the
        // place where the quote was opened.
        if message == OPEN_QUOTE {
            line = self.open_quote().unwrap_or(line);
        }
        SyntaxError { message, help: Some(help), span: self.span_of(line) }
    }

    fn span_of(&self, range: Range<usize>) -> Span {
        Span::new(self.offset + range.start, self.offset + range.end)
    }

    /// Returns the line at an offset without its indentation, or the last non-blank line if only
    /// white space follows the offset.
    fn line_at(&self, at: usize) -> Range<usize> {
        let text = self.content;
        let at = if text[at..].trim().is_empty() { text.trim_end().len() } else { at };
        let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let line = text[start..].split('\n').next().unwrap_or_default();
        start + line.len() - line.trim_start().len()..start + line.trim_end().len()
    }

    /// Finds the first line whose value starts with a quote and contains an odd number of that
    /// quote.
    fn open_quote(&self) -> Option<Range<usize>> {
        let mut start = 0;
        for line in self.content.split_inclusive('\n') {
            let value = line.split_once(": ").map_or(line, |(_, value)| value).trim();
            let open =
                ['"', '\''].into_iter().any(|quote| value.starts_with(quote) && value.matches(quote).count() % 2 == 1);
            if open {
                return Some(self.line_at(start));
            }
            start += line.len();
        }
        None
    }
}

fn not_a_table(value: &Value) -> SyntaxError {
    let help = "write each field as `key: value`, with a space after the colon".to_owned();
    let message = format!("front matter must be a table of fields, and this is {}", value.kind_name());
    SyntaxError { message, help: Some(help), span: value.span }
}

fn too_large(span: Span) -> SyntaxError {
    let help = format!("front matter may contain at most {MOST_NODES} values, nested at most {DEEPEST} deep");
    SyntaxError { message: "this front matter is too large or too deeply nested".to_owned(), help: Some(help), span }
}

/// The message about a quote without its partner.
const OPEN_QUOTE: &str = "a quote is not closed";

/// Finds out why a line isn't valid YAML, and returns a message and help.
fn reason(line: &str, kind: &ErrorKind) -> (String, String) {
    let (key, value) = line.split_once(": ").map_or(("", ""), |(key, value)| (key, value.trim()));
    let first = value.chars().next().unwrap_or_default();
    let say = |message: &str, help: &str| (message.to_owned(), help.to_owned());
    let wrong_start = || (format!("text cannot begin with `{first}`"), in_quotes(key, value));
    let open_bracket = || say("a list or table is not closed", "add the closing bracket");
    if line.contains('\t') {
        return say("a tab cannot indent YAML", "indent with spaces");
    }
    let is_quoted = matches!(first, '"' | '\'');
    if let Some(inner) = value.get(1..).and_then(|rest| rest.strip_suffix(first)).filter(|_| is_quoted)
        && let Some(message) = fault_in_quotes(inner, first)
    {
        return (message, in_quotes(key, inner));
    }
    let is_open = is_quoted && !value[1..].ends_with(first) && value.matches(first).count() % 2 == 1;
    if is_open || matches!(kind, ErrorKind::UnclosedQuotedScalar) {
        return say(OPEN_QUOTE, "add the closing quote");
    }
    if matches!(first, '[' | '{') {
        // In a value such as `[Draft] Plan`, the bracket is closed but more text follows.
        let closing = if first == '[' { ']' } else { '}' };
        let behind = value.rfind(closing).map_or("", |at| value[at + 1..].trim());
        return if behind.is_empty() || behind.starts_with('#') { open_bracket() } else { wrong_start() };
    }
    if value.contains(": ") || value.ends_with(':') {
        return ("a value contains a colon".to_owned(), in_quotes(key, value));
    }
    if is_about_brackets(kind) {
        return open_bracket();
    }
    if "@`%*&!|>,]}-?".contains(first) {
        return wrong_start();
    }
    if !line.contains(':') {
        return say("this line isn't `key: value`", "write a colon and a space after the key");
    }
    if !line.contains(": ") && !line.ends_with(':') {
        return say("there is no space after the colon", &format!("write `{}`", line.replacen(':', ": ", 1)));
    }
    say("this isn't valid YAML", "indent the keys of a table equally, and put text with special characters in quotes")
}

/// Returns a message if the quotes of a text end too early, or if a backslash in double quotes starts
/// an invalid escape; `inner` is the text without its quotes.
fn fault_in_quotes(inner: &str, quote: char) -> Option<String> {
    let early = format!("the `{quote}` inside the text ends the quoted text too early");
    if quote == '\'' {
        return inner.replace("''", "").contains(quote).then_some(early);
    }
    let mut fault = None;
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        // YAML 1.2.2, section 5.7, lists what may follow a backslash, including another backslash.
        if c == '\\' && !chars.next().is_some_and(|c| "0abtnvfre \"/\\N_LPxuU".contains(c)) {
            fault = Some("a backslash in double quotes begins an escape".to_owned());
        } else if c == '"' {
            return Some(early);
        }
    }
    fault
}

/// Quotes the value without changing its text, and returns a help message that suggests the quoted
/// form.
fn in_quotes(key: &str, value: &str) -> String {
    let quoted =
        if value.contains(['"', '\\']) { format!("'{}'", value.replace('\'', "''")) } else { format!("\"{value}\"") };
    if key.is_empty() {
        format!("put the text in quotes: `{quoted}`")
    } else {
        format!("put the text in quotes: `{key}: {quoted}`")
    }
}

/// Returns whether the parser's error suggests a missing bracket.
fn is_about_brackets(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::InvalidColonPlacement
            | ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofFlowSequence
    )
}

/// Reads a scalar. Quoted scalars are text. Plain scalars follow the core schema (YAML 1.2.2,
/// section 10.3.2), except that dates are recognized too.
fn scalar(text: &str, plain: bool, span: Span) -> Value {
    if !plain {
        return Value::new(span, Data::Text(text.to_owned()), None);
    }
    let data = match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" => Data::Boolean(true),
        "false" | "False" | "FALSE" => Data::Boolean(false),
        _ if is_day(text) => Data::Date(text.to_owned()),
        _ => number(text).unwrap_or_else(|| Data::Text(text.to_owned())),
    };
    Value::new(span, data, Some(text))
}

fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    shape && digits(0..4) && digits(5..7) && digits(8..10) && (bytes.len() == 10 || matches!(bytes[10], b'T' | b' '))
}

fn number(text: &str) -> Option<Data> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if text.len() - unsigned.len() > 1 || !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let radix = |prefix: &str, radix| unsigned.strip_prefix(prefix).map(|digits| i64::from_str_radix(digits, radix));
    if let Some(found) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return found.ok().map(Data::Integer);
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.trim_start_matches('+').parse().ok().map(Data::Integer);
    }
    let is_float = unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if is_float { text.parse().ok().map(Data::Float) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Table {
        read(text, 0).unwrap()
    }

    fn failed(text: &str) -> (String, String) {
        let error = read(text, 0).unwrap_err();
        (error.message, text[error.span.range()].to_owned())
    }

    #[test]
    fn every_key_and_value_has_its_span() {
        let text = "títle: Größe\nlist:\n  - a b\n  - \"ü\"\nmap: {x: 1}\nnext: y\n";
        let table = read(text, 0).unwrap();
        let spans: Vec<_> =
            table.entries.iter().map(|e| (&text[e.key_span.range()], &text[e.value.span.range()])).collect();
        assert_eq!(spans[0], ("títle", "Größe"));
        assert_eq!(spans[1], ("list", "- a b\n  - \"ü\""));
        assert_eq!(spans[2], ("map", "{x: 1}"));
        let Data::List(items) = &table.entries[1].value.data else { panic!() };
        assert_eq!(&text[items[1].span.range()], "\"ü\"");
        assert_eq!(read("a: b", 7).unwrap().entries[0].value.span, Span::new(10, 11));
    }

    #[test]
    fn plain_scalars_have_types_and_quoted_scalars_are_text() {
        let table = parsed("a: 3\nb: \"3\"\nc: yes\nd: 2026-04-01\ne: '2026-04-01'\nf:\ng: 1.50\nh: v1.2\ni: 007\n");
        let data: Vec<_> = table.entries.iter().map(|entry| entry.value.data.clone()).collect();
        assert_eq!(data[0], Data::Integer(3));
        assert_eq!(data[1], Data::Text("3".to_owned()));
        assert_eq!(data[2], Data::Text("yes".to_owned()));
        assert_eq!(data[3], Data::Date("2026-04-01".to_owned()));
        assert_eq!(data[4], Data::Text("2026-04-01".to_owned()));
        assert_eq!(data[5], Data::Null);
        assert_eq!(table.entries[6].value.text(), Some("1.50"));
        assert_eq!(data[7], Data::Text("v1.2".to_owned()));
        assert_eq!(table.entries[8].value.text(), Some("007"));
    }

    #[test]
    fn a_duplicate_key_keeps_its_first_value_and_is_listed() {
        let text = "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n";
        let table = parsed(text);
        assert_eq!(table.entries[0].value.data, Data::Integer(1));
        let keys: Vec<_> = table.duplicates.iter().map(|d| (d.key.as_str(), d.second.start)).collect();
        assert_eq!(keys, [("c", 17), ("a", 22)]);
    }

    #[test]
    fn a_small_text_cannot_become_a_large_tree() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let before = n - 1;
            bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
        }
        assert!(failed(&bomb).0.contains("too large"));
        assert_eq!(
            failed(&format!("a: {}", "[".repeat(500) + &"]".repeat(500))).0,
            "this front matter is too large or too deeply nested"
        );
    }

    #[test]
    fn mistakes_in_yaml_are_explained_on_their_line() {
        assert_eq!(
            failed("ok: 1\ntitle: First: second\n"),
            ("a value contains a colon".into(), "title: First: second".into())
        );
        for (text, message, help) in [
            ("title: [Draft] Plan\n", "text cannot begin with `[`", "`title: \"[Draft] Plan\"`"),
            ("title: {a} b\n", "text cannot begin with `{`", "`title: \"{a} b\"`"),
            (
                "title: 'What's new'\n",
                "the `'` inside the text ends the quoted text too early",
                "`title: \"What's new\"`",
            ),
            (
                "title: \"say \"no\"\"\n",
                "the `\"` inside the text ends the quoted text too early",
                "`title: 'say \"no\"'`",
            ),
            ("ask: \"C:\\Users\\me\"\n", "a backslash in double quotes begins an escape", "`ask: 'C:\\Users\\me'`"),
            ("ask: @team\n", "text cannot begin with `@`", "`ask: \"@team\"`"),
            ("title: %x\n", "text cannot begin with `%`", "`title: \"%x\"`"),
            ("title: `x` y\n", "text cannot begin with ```", "`title: \"`x` y\"`"),
            ("title: *bold* text\n", "text cannot begin with `*`", "`title: \"*bold* text\"`"),
            ("title: a: b\n", "a value contains a colon", "`title: \"a: b\"`"),
            ("tags:\n\t- a\n\t- b\n", "a tab cannot indent YAML", "indent with spaces"),
        ] {
            let error = read(text, 0).unwrap_err();
            assert_eq!(error.message, message, "{text}");
            assert!(error.help.as_deref().unwrap_or_default().contains(help), "{text}: {:?}", error.help);
        }
        assert_eq!(failed("title: \"open\nb: 1\n"), ("a quote is not closed".into(), "title: \"open".into()));
        assert_eq!(failed("tags: [a, b\nnext: 1\n").0, "a list or table is not closed");
        assert_eq!(failed("just text\n").0, "front matter must be a table of fields, and this is text");
        assert_eq!(failed("a: 1\nb\n").1, "b");
    }

    #[test]
    fn a_second_yaml_document_is_rejected() {
        assert!(read("a: 1\n--- \nb: 2\n", 0).is_err());
    }

    #[test]
    fn an_unclosed_quote_is_reported_where_it_was_opened() {
        for (text, line) in [
            ("title: It's late\nnext: \"open\nlast: 1\n", "next: \"open"),
            ("note: \"it's\"\nnext: 'open\nlast: 1\nmore: x\n", "next: 'open"),
            ("a: 1\nlist: [x, y]\nnext: \"open", "next: \"open"),
            ("a:\n  b: \"open\n  c: d\ne: f\n", "b: \"open"),
        ] {
            assert_eq!(failed(text), ("a quote is not closed".to_owned(), line.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn front_matter_with_only_a_comment_or_null_has_no_fields() {
        for text in ["# later\n", "~\n", "null\n", "---\n# later\n"] {
            assert!(parsed(text).entries.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn booleans_and_null_are_read_in_every_case_that_yaml_allows() {
        let data = |text: &str| parsed(&format!("a: {text}\n")).entries[0].value.data.clone();
        for text in ["true", "True", "TRUE"] {
            assert_eq!(data(text), Data::Boolean(true), "{text}");
        }
        for text in ["false", "False", "FALSE"] {
            assert_eq!(data(text), Data::Boolean(false), "{text}");
        }
        for text in ["null", "Null", "NULL", "~", ""] {
            assert_eq!(data(text), Data::Null, "{text}");
        }
        for text in ["tRUE", "no", "nULL", "~~"] {
            assert_eq!(data(text), Data::Text(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn numbers_and_dates_differ_from_text_that_looks_like_them() {
        let data = |text: &str| parsed(&format!("a: {text}\n")).entries[0].value.data.clone();
        for (text, number) in [("0", 0), ("-7", -7), ("+7", 7), ("0x1f", 31), ("0o17", 15)] {
            assert_eq!(data(text), Data::Integer(number), "{text}");
        }
        for (text, number) in [("1.5", 1.5), ("-0.25", -0.25), (".5", 0.5), ("2e3", 2000.0)] {
            assert_eq!(data(text), Data::Float(number), "{text}");
        }
        for text in ["2026-04-01", "2026-04-01T10:00:00Z", "2026-04-01 10:00"] {
            assert_eq!(data(text), Data::Date(text.to_owned()), "{text}");
        }
        for text in [
            "--7",
            "+-7",
            "0xfg",
            "0o9",
            "1.2.3",
            "1-2",
            "7 days",
            "e5",
            "2026-4-1",
            "2026/04/01",
            "2026-04-011",
            "2026-04/01",
            "202a-04-01",
            "2026-a4-01",
            "2026-04-0a",
            "2026-04-01x",
        ] {
            assert_eq!(data(text), Data::Text(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn nesting_is_read_down_to_the_limit_and_rejected_below_it() {
        let lists = |n: usize| format!("a: {}{}", "[".repeat(n), "]".repeat(n));
        let flow = |n: usize| format!("a: {}1{}", "{b: ".repeat(n), "}".repeat(n));
        let block = |n: usize| (0..=n).map(|n| format!("{}b:\n", " ".repeat(n))).collect::<String>();
        let mixed = |n: usize| format!("a: {}1{}", "[{b: ".repeat(n / 2), "}]".repeat(n / 2));
        for (name, text) in
            [("lists", &lists as &dyn Fn(usize) -> String), ("flow", &flow), ("block", &block), ("mixed", &mixed)]
        {
            let deepest = (1..200).take_while(|n| read(&text(*n), 0).is_ok()).count();
            assert!((DEEPEST - 2..=DEEPEST).contains(&deepest), "{name}: {deepest}");
        }
    }

    #[test]
    fn values_and_their_copies_are_read_up_to_the_limit() {
        let text = |n: usize| format!("a: [{}]", vec!["x"; n].join(", "));
        assert!(read(&text(MOST_NODES - 10), 0).is_ok());
        assert!(failed(&text(MOST_NODES + 10)).0.contains("too large"));
        let copies = |n: usize| format!("a: &a [{}]\nb: [*a, *a, *a]\n", vec!["x"; n].join(", "));
        assert!(read(&copies(MOST_NODES / 4 - 10), 0).is_ok());
        assert!(failed(&copies(MOST_NODES / 4 + 10)).0.contains("too large"));
    }

    #[test]
    fn correct_quotes_are_not_blamed_for_another_mistake() {
        for value in [r#""x""#, r#""a \"b\" c""#, r#""\"a""#, "'it''s'", r"'C:\Users'", r#""a\tb\\""#] {
            let (message, place) = failed(&format!("a: 1\n   b: {value}\nc: 2\n"));
            assert_eq!((message.as_str(), place), ("this isn't valid YAML", format!("b: {value}")));
        }
        for value in [r#""Say "hi" now""#, r#""a"b""#, r#""a\\"b""#] {
            assert_eq!(
                failed(&format!("title: {value}\n")).0,
                "the `\"` inside the text ends the quoted text too early",
                "{value}"
            );
        }
        assert_eq!(failed("title: \"a\" b\n").0, "this isn't valid YAML");
        assert_eq!(failed("title: \"a\\\\\\d\"\n").0, "a backslash in double quotes begins an escape");
        // A quoted text may span two lines, although its first line alone looks unclosed.
        let (message, place) = failed("note: \"a\n  b\"\nlist: [1, 2\nc: 3\n");
        assert_eq!((message.as_str(), place.as_str()), ("a list or table is not closed", "c: 3"));
    }
}
