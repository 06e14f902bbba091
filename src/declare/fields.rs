//! Declares tables of fields with `table!`, and checks tables that authors wrote against these
//! declarations.
//!
//! Input: a [`Table`] with spans and lists of [`Field`]s. Output: the valid entries by their
//! canonical names, and findings about the others. The same lists of fields are used for reading,
//! "did you mean" suggestions and the schemas (see `schema`). Never stops at the first error.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::text::date::{Duration, parse_day, parse_duration};
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::front_matter::{Data, Entry, Table, Value};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

/// The expected form of a value.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Any text; numbers, dates and Booleans are accepted as written.
    Text,
    /// A whole number between two inclusive bounds.
    Integer(i64, i64),
    /// `true` or `false`.
    Boolean,
    /// A date, such as `2026-04-01`.
    Date,
    /// A duration, such as `6 months` or `2 weeks`.
    Duration,
    /// One of the given words.
    Choice(&'static [&'static str]),
    /// A level of the scale: its number or its name.
    Level,
    /// The name of another chapter: its ID, path, alias or title.
    Chapter,
    /// The name of a role or a partner.
    Party,
    /// A name of something that the handbook knows.
    Named(Known),
    /// A list of values of the given form; a single value counts as a list of one.
    List(&'static Shape),
    /// A table whose keys the author chooses and whose values have the given form.
    Map(&'static Shape),
    /// A table whose keys are names of something that the handbook knows.
    Each(Known, &'static Shape),
    /// A table with the given fields.
    Table(&'static [Field]),
    /// Anything, for the author's own data.
    Any,
}

/// What a name stands for. Readers accept other names too, because a finding about the name says more
/// than one about its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// An owner in `[owners]`.
    Owner,
    /// A track in `[[tracks]]`.
    Track,
    /// An audience in `[audiences]`.
    Audience,
    /// A group of competencies.
    Cluster,
    /// A word to group chapters by.
    Tag,
    /// A role.
    Role,
    /// A competency.
    Competency,
    /// A strategy chapter.
    Strategy,
    /// A statement of a competency, such as `writing#one-page`.
    Statement,
}

impl Known {
    /// Returns the word for what the name stands for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Track => "track",
            Self::Audience => "audience",
            Self::Cluster => "cluster",
            Self::Tag => "tag",
            Self::Role => "role",
            Self::Competency => "competency",
            Self::Strategy => "strategy",
            Self::Statement => "statement",
        }
    }

    /// Returns whether every name has to be declared in `handbook.toml`.
    fn is_declared(self) -> bool {
        matches!(self, Self::Owner | Self::Track | Self::Audience)
    }

    /// Returns whether the name is that of a chapter or of something in a chapter.
    pub fn is_chapter(self) -> bool {
        matches!(self, Self::Role | Self::Competency | Self::Strategy | Self::Statement)
    }
}

impl Shape {
    /// Returns the form without what a name stands for.
    fn bare(self) -> Self {
        match self {
            Self::Named(known) if known.is_chapter() => Self::Chapter,
            Self::Named(_) => Self::Text,
            Self::Each(_, inner) => Self::Map(inner),
            other => other,
        }
    }

    /// Returns the words that findings use for the form.
    pub fn described(self) -> &'static str {
        match self.bare() {
            Self::Any => "anything",
            Self::Integer(..) => "a whole number",
            Self::Boolean => "true or false",
            Self::Date => "a date such as 2026-04-01",
            Self::Duration => "a span of time such as 6 months",
            Self::Level => "a level: its number or its name",
            Self::Chapter => "the name of a chapter",
            Self::Party => "the name of a role or a partner",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Table(_) | Self::Each(..) => "a table",
            Self::Text | Self::Choice(_) | Self::Named(_) => "text",
        }
    }

    /// Returns the form as JSON Schema. `names` returns what a word such as `owner` or `role` may stand
    /// for in a project, or nothing if that isn't known.
    pub fn schema(self, names: Names<'_>) -> Json {
        match self {
            Self::Any => json!({}),
            Self::Text => json!({ "type": ["string", "number", "boolean"] }),
            Self::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Self::Boolean => json!({ "type": "boolean" }),
            Self::Date => json!({ "type": "string", "format": "date" }),
            Self::Duration => json!({ "type": "string", "pattern": "^[0-9]+ +(day|week|month|year)s?$" }),
            Self::Choice(words) => json!({ "type": "string", "enum": words }),
            Self::Level => match names("level") {
                known if known.is_empty() => json!({ "type": ["integer", "string"] }),
                known => {
                    let numbers = known.iter().filter_map(|name| name.parse::<u8>().ok()).map(Json::from);
                    let list: Vec<Json> = numbers.chain(known.iter().map(|name| json!(name))).collect();
                    // Names may be written in any case, so other words aren't mistakes in the editor.
                    json!({ "anyOf": [{ "enum": list }, { "type": ["integer", "string"] }] })
                }
            },
            Self::Chapter => suggested(names("chapter"), json!({ "type": "string" })),
            Self::Party => suggested(names("party"), json!({ "type": "string" })),
            Self::Named(known) => match names(known.name()) {
                list if list.is_empty() => self.bare().schema(names),
                list if known.is_declared() => json!({ "type": "string", "enum": list }),
                list => suggested(list, self.bare().schema(names)),
            },
            Self::List(inner) => {
                let list = json!({ "type": "array", "items": inner.schema(names) });
                let is_nested = matches!(inner, Self::Table(_) | Self::List(_));
                // A single value counts as a list of one.
                if is_nested { list } else { json!({ "anyOf": [inner.schema(names), list] }) }
            }
            Self::Map(inner) => json!({ "type": "object", "additionalProperties": inner.schema(names) }),
            Self::Each(known, inner) => {
                let mut map = Self::Map(inner).schema(names);
                let keys = names(known.name()).into_iter().map(|name| (name, inner.schema(names)));
                let keys: Map<String, Json> = keys.collect();
                if !keys.is_empty() {
                    map["properties"] = Json::Object(keys);
                }
                map
            }
            Self::Table(fields) => object(&[fields], names),
        }
    }
}

/// Returns what a word such as `owner` may stand for in a project.
pub type Names<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// Returns a schema that editors complete with `names`, and that accepts other values too.
fn suggested(names: Vec<String>, other: Json) -> Json {
    if names.is_empty() { other } else { json!({ "anyOf": [{ "type": "string", "enum": names }, other] }) }
}

/// Returns the JSON Schema of a table with these fields.
pub fn object(lists: &[&[Field]], names: Names<'_>) -> Json {
    let mut properties = Map::new();
    for field in lists.iter().flat_map(|list| list.iter()) {
        for name in [field.name, field.also].into_iter().filter(|name| !name.is_empty()) {
            let mut value = field.shape.schema(names);
            value["description"] = json!(field.meaning);
            properties.insert(name.to_owned(), value);
        }
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A list of names of chapters.
pub const CHAPTERS: Shape = Shape::List(&Shape::Chapter);
/// A list of names of roles.
pub const ROLES: Shape = Shape::List(&Shape::Named(Known::Role));
/// A list of names of competencies.
pub const COMPETENCIES: Shape = Shape::List(&Shape::Named(Known::Competency));

/// One key that a table accepts.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The canonical name.
    pub name: &'static str,
    /// Another accepted name, or an empty string.
    pub also: &'static str,
    /// The expected form of the field's value.
    pub shape: Shape,
    /// The purpose of the field, in one line.
    pub meaning: &'static str,
}

/// Declares a table: a struct with its defaults, its reader and its [`Field`]s.
///
/// Each line declares one key: its name, the type of its value, and its purpose. Another accepted
/// name can follow after `|`, and a default after `=` if it differs from that of the type. `as`
/// gives the expected [`Shape`] if it isn't the usual one of the type, and `by` gives a function
/// that sets the field if [`Read::set`] isn't enough. Fields after `beside` are only part of the
/// struct; they aren't keys.
macro_rules! table {
    (
        $(#[$attribute:meta])*
        $table:ident {
            $(
                $name:ident $(| $also:ident)?: $type:ty $(= $default:expr)?, $meaning:literal
                $(, as $shape:expr)? $(, by $reader:expr)?;
            )*
        }
        $(beside { $($(#[$beside_attribute:meta])* $beside:ident: $beside_type:ty,)* })?
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $table {
            $(#[doc = $meaning] pub $name: $type,)*
            $($($(#[$beside_attribute])* pub $beside: $beside_type,)*)?
        }

        impl Default for $table {
            fn default() -> Self {
                Self {
                    $($name: fields::first!($($default,)? Default::default()),)*
                    $($($beside: Default::default(),)*)?
                }
            }
        }

        impl $table {
            /// The keys of the table.
            pub const FIELDS: &'static [fields::Field] = &[$(fields::Field {
                name: fields::key(stringify!($name)),
                also: concat!($(stringify!($also))?),
                shape: fields::first!($($shape,)? <$type as fields::Read>::SHAPE),
                meaning: $meaning,
            },)*];

            /// Returns the table with these entries. Fields without an entry have their defaults.
            pub fn take(entries: &[fields::Valid<'_>], report: &mut fields::Report<'_>) -> Self {
                let mut table = Self::default();
                $(
                    let name = fields::key(stringify!($name));
                    if let Some((_, value)) = entries.iter().find(|(key, _)| *key == name) {
                        fields::first!($($reader,)? fields::Read::set)(value, &mut table.$name, report);
                    }
                )*
                table
            }
        }

        impl fields::Read for $table {
            const SHAPE: fields::Shape = fields::Shape::Table(Self::FIELDS);

            fn read(value: &Value, report: &mut fields::Report<'_>) -> Option<Self> {
                Some(Self::take(&fields::inner(value, Self::FIELDS)?, report))
            }
        }
    };
}

/// Expands to its first argument.
macro_rules! first {
    ($first:expr $(, $other:expr)?) => {
        $first
    };
}

pub(crate) use {first, table};

/// Returns the key for a field of a struct: the field's name, without the `r#` that Rust requires
/// if the name is a keyword.
pub const fn key(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// A type that a value can be read as.
pub trait Read: Sized {
    /// The usual form of a value of this type.
    const SHAPE: Shape;

    /// Returns the value, or `None` if it cannot be used. The value has been checked against
    /// [`Self::SHAPE`] already, so this reports only problems that a shape can't express.
    fn read(value: &Value, report: &mut Report<'_>) -> Option<Self>;

    /// Sets a field to the value, unless it cannot be used.
    fn set(value: &Value, field: &mut Self, report: &mut Report<'_>) {
        if let Some(value) = Self::read(value, report) {
            *field = value;
        }
    }
}

/// Implements [`Read`] for types that report nothing: for each, its usual form and its reader.
macro_rules! read {
    ($($type:ty: $shape:expr, |$value:ident| $read:expr;)*) => {
        $(impl Read for $type {
            const SHAPE: Shape = $shape;

            fn read($value: &Value, _: &mut Report<'_>) -> Option<Self> {
                $read
            }
        })*
    };
}

read! {
    String: Shape::Text, |value| value.text().map(str::to_owned);
    bool: Shape::Boolean, |value| if let Data::Boolean(truth) = value.data { Some(truth) } else { None };
    u8: Shape::Integer(0, 255), |value| value.integer()?.try_into().ok();
    u32: Shape::Integer(0, 4_294_967_295), |value| value.integer()?.try_into().ok();
    i64: Shape::Integer(i64::MIN, i64::MAX), |value| value.integer();
    Duration: Shape::Duration, |value| parse_duration(value.text()?);
    Table: Shape::Map(&Shape::Any), |value| value.table().cloned();
}

/// A value with the span where it is written.
impl<T: Read> Read for (T, Span) {
    const SHAPE: Shape = T::SHAPE;

    fn read(value: &Value, report: &mut Report<'_>) -> Option<Self> {
        Some((T::read(value, report)?, value.span))
    }
}

impl<T: Read> Read for Option<T> {
    const SHAPE: Shape = T::SHAPE;

    fn read(value: &Value, report: &mut Report<'_>) -> Option<Self> {
        T::read(value, report).map(Some)
    }
}

/// A single value counts as a list of one.
impl<T: Read> Read for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);

    fn read(value: &Value, report: &mut Report<'_>) -> Option<Self> {
        Some(value.items().iter().filter_map(|item| T::read(item, report)).collect())
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);

    fn read(value: &Value, report: &mut Report<'_>) -> Option<Self> {
        let pair = |entry: &Entry| Some((entry.key.clone(), T::read(&entry.value, report)?));
        Some(value.entries().iter().filter_map(pair).collect())
    }
}

/// The findings about a file.
#[derive(Debug)]
pub struct Report<'a> {
    /// The file.
    path: &'a SourcePath,
    /// The findings so far.
    pub findings: Vec<Diagnostic>,
    /// The audiences that the file names, with the spans of the names.
    pub audiences: Vec<(String, Span)>,
}

impl<'a> Report<'a> {
    /// Creates an empty report about the file at `path`.
    pub fn new(path: &'a SourcePath) -> Self {
        Self { path, findings: Vec::new(), audiences: Vec::new() }
    }

    /// Adds a finding.
    pub fn add(&mut self, rule: Rule, span: impl Into<Option<Span>>, message: impl Into<String>, help: Option<String>) {
        self.findings.push(Diagnostic::new(rule, self.path, span.into(), message).maybe_help(help));
    }
}

/// A valid entry of a table: the canonical name of its field, and its value.
pub type Valid<'a> = (&'static str, &'a Value);

/// Reads `table` according to lists of fields. Returns the valid entries, reports values that don't
/// have the expected form, and calls `unknown` for each key that isn't in any list.
pub fn read<'a>(
    table: &'a Table,
    fields: &[&'static [Field]],
    report: &mut Report<'_>,
    unknown: impl Fn(&Entry, &mut Report<'_>),
) -> Vec<Valid<'a>> {
    let mut entries = Vec::new();
    for entry in &table.entries {
        let is_meant = |field: &&Field| entry.key == field.name || (!field.also.is_empty() && entry.key == field.also);
        match fields.iter().flat_map(|list| list.iter()).find(is_meant) {
            None => unknown(entry, report),
            Some(_) if matches!(entry.value.data, Data::Null) => {}
            Some(field) => {
                if check(&entry.value, field.shape, &entry.key, report) {
                    entries.push((field.name, &entry.value));
                }
            }
        }
    }
    entries
}

/// Reads a table called `owner` in findings.
pub fn read_named<'a>(
    table: &'a Table,
    list: &'static [Field],
    owner: &str,
    report: &mut Report<'_>,
) -> Vec<Valid<'a>> {
    read(table, &[list], report, |entry, report| {
        unknown_key(entry, owner, help_for_key(&entry.key, &[list], owner), report);
    })
}

/// Reads a nested table again. Reports nothing, because its findings were reported when the outer
/// table was read.
pub fn inner<'a>(value: &'a Value, fields: &'static [Field]) -> Option<Vec<Valid<'a>>> {
    Some(read(value.table()?, &[fields], &mut Report::new(&SourcePath::new("")), |_, _| {}))
}

/// Reports a key that the table called `owner` doesn't have.
pub fn unknown_key(entry: &Entry, owner: &str, help: String, report: &mut Report<'_>) {
    report.add(Rule::UnknownKey, entry.key_span, format!("{owner} has no field `{}`", entry.key), Some(help));
}

/// Returns the keys of `lists` that resemble `key`, or else all of them.
pub fn help_for_key(key: &str, lists: &[&'static [Field]], owner: &str) -> String {
    let known: Vec<&str> = lists.iter().flat_map(|list| list.iter()).map(|field| field.name).collect();
    did_you_mean(&nearest(key, known.iter().copied(), 2))
        .unwrap_or_else(|| format!("{owner} takes {}; your own data goes under `extra`", known.join(", ")))
}

/// Returns whether a value can be used, and reports everything in it that doesn't match its shape.
///
/// A list or table can be used even if parts of it are invalid: the code that reads it skips those
/// parts.
fn check(value: &Value, shape: Shape, key: &str, report: &mut Report<'_>) -> bool {
    let fault = match (shape.bare(), &value.data) {
        (Shape::Any, _)
        | (Shape::Boolean, Data::Boolean(_))
        | (Shape::Text | Shape::Level, Data::Text(_) | Data::Integer(_))
        | (Shape::Text, Data::Date(_) | Data::Float(_) | Data::Boolean(_))
        | (Shape::Chapter | Shape::Party, Data::Text(_)) => None,
        (Shape::Integer(least, most), Data::Integer(n)) => (!(least..=most).contains(n))
            .then(|| (format!("`{key}` is {n}, which is not between {least} and {most}"), None)),
        (Shape::Date, Data::Text(text) | Data::Date(text)) => parse_day(text).is_none().then(|| {
            let help = "write year, month and day, as in 2026-04-01".to_owned();
            (format!("`{key}` is not a date: `{text}`"), Some(help))
        }),
        (Shape::Duration, Data::Text(text)) => parse_duration(text).is_none().then(|| {
            let help = "write a number and a unit, as in `6 months`, `2 weeks` or `1 year`".to_owned();
            (format!("`{key}` is not a span of time: `{text}`"), Some(help))
        }),
        (Shape::Choice(words), Data::Text(text)) => (!words.contains(&text.as_str())).then(|| {
            let near = did_you_mean(&nearest(text, words.iter().copied(), 1));
            let help = near.unwrap_or_else(|| format!("it is one of {}", words.join(", ")));
            (format!("`{key}` cannot be `{text}`"), Some(help))
        }),
        (Shape::List(inner), Data::List(items)) => {
            // An empty list item (`-`) has no value to check.
            for item in items.iter().filter(|item| !matches!(item.data, Data::Null)) {
                check(item, *inner, key, report);
            }
            None
        }
        (Shape::List(inner), _) if !matches!(inner, Shape::Table(_) | Shape::List(_)) => {
            return check(value, *inner, key, report);
        }
        (Shape::Map(inner), Data::Table(table)) => {
            for entry in &table.entries {
                check(&entry.value, *inner, &entry.key, report);
            }
            None
        }
        (Shape::Table(fields), Data::Table(table)) => {
            read_named(table, fields, &format!("`{key}`"), report);
            None
        }
        (shape, _) => {
            let message = format!("`{key}` should be {}, not {}", shape.described(), value.kind_name());
            report.add(Rule::WrongType, value.span, message, help_for_type(value, shape, key));
            return false;
        }
    };
    let is_valid = fault.is_none();
    if let Some((message, help)) = fault {
        report.add(Rule::BadValue, value.span, message, help);
    }
    is_valid
}

fn help_for_type(value: &Value, shape: Shape, key: &str) -> Option<String> {
    match shape {
        Shape::List(_) => {
            Some(format!("write `{key}: [first, second]` in YAML, `{key} = [\"first\", \"second\"]` in TOML"))
        }
        Shape::Text if matches!(value.data, Data::List(_)) => {
            Some("put the text in quotes if it begins with `[`".to_owned())
        }
        Shape::Boolean => Some("write true or false, without quotes".to_owned()),
        Shape::Integer(..) => Some("write digits, without quotes".to_owned()),
        Shape::Map(_) | Shape::Each(..) | Shape::Table(_) if matches!(value.data, Data::Text(_)) => {
            Some(format!("write each entry below `{key}` on an indented line of its own, as `name: value`"))
        }
        _ => None,
    }
}
