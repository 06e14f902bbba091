//! Declares every field of front matter and `handbook.toml`, and checks tables that authors wrote
//! against these fields.
//!
//! Input: a [`Table`] with spans and lists of [`Field`]s. Output: the valid entries by their
//! canonical names, and findings about the others. The same lists of fields are used for reading,
//! "did you mean" suggestions and the schemas (see `schema`). Never stops at the first error.

use crate::declare::kind::{HiddenLinks, Host};
use crate::declare::kind::{Kind, Status};
use crate::declare::withheld;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::front_matter::{Data, Table, Value};
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
    /// A list of values of the given form; a single value counts as a list of one.
    List(&'static Shape),
    /// A table whose keys the author chooses and whose values have the given form.
    Map(&'static Shape),
    /// A table with the given fields.
    Table(&'static [Field]),
    /// Anything, for the author's own data.
    Any,
}

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

const fn field(name: &'static str, shape: Shape, meaning: &'static str) -> Field {
    Field { name, also: "", shape, meaning }
}

const fn named(name: &'static str, also: &'static str, shape: Shape, meaning: &'static str) -> Field {
    Field { name, also, shape, meaning }
}

const TEXTS: Shape = Shape::List(&Shape::Text);
const CHAPTERS: Shape = Shape::List(&Shape::Chapter);

/// Fields that every chapter accepts.
pub const COMMON: &[Field] = &[
    field("title", Shape::Text, "the chapter's title; without it the first heading"),
    named("summary", "description", Shape::Text, "one sentence that answers, shown in lists and search"),
    field("id", Shape::Text, "what other chapters call it; without it the file's name"),
    field("kind", Shape::Choice(Kind::NAMES), "what the chapter is; without it the folder decides"),
    field("aliases", TEXTS, "other names that links find it by; old addresses lead here"),
    named(
        "order",
        "weight",
        Shape::Integer(-1_000_000_000, 1_000_000_000),
        "its place among its neighbours, lowest first",
    ),
    field("status", Shape::Choice(Status::NAMES), "draft, proposed, current or retired"),
    field("audience", Shape::Text, "who may read it, by a name of [audiences]"),
    field("owner", Shape::Text, "who keeps it true, by a name of [owners]"),
    field("reviewed", Shape::Date, "the day it was last read and found true"),
    field("review_every", Shape::Duration, "how long a review holds, such as 6 months"),
    field("tags", TEXTS, "words to group chapters by"),
    field("ask", Shape::Text, "where to ask about it"),
    field("extra", Shape::Map(&Shape::Any), "the author's own data, handed to templates"),
];

const ROLE: &[Field] = &[
    field("track", Shape::Text, "the track it belongs to, by a name of [[tracks]]"),
    field("rank", Shape::Integer(0, 1000), "its rung on the ladder, higher is more senior"),
    field("grade", Shape::Text, "the grade as the company writes it"),
    field("scope", Shape::Text, "how much it answers for"),
    field("horizon", Shape::Text, "how far ahead it looks"),
    field("also_called", TEXTS, "other titles for the same role"),
    field("base", Shape::Boolean, "true for a role that others extend and that is no rung itself"),
    field("extends", Shape::Chapter, "the role that it is a kind of"),
    field("grows_into", CHAPTERS, "the roles that come after it; at the same rank it is a move"),
    field("reports_to", CHAPTERS, "the roles that it reports to"),
    field("works_with", Shape::List(&Shape::Party), "roles and partners that it works with"),
    field("competencies", Shape::Map(&Shape::Level), "the level that it expects of each competency"),
    field("focus", CHAPTERS, "at most four competencies that it is judged on first"),
    field("judged", CHAPTERS, "statements that it is judged on beside its focus, such as writing#one-page"),
];

const COMPETENCY: &[Field] = &[
    field("cluster", Shape::Text, "the group of competencies that it belongs to"),
    field("supports", CHAPTERS, "the strategy chapters that it carries"),
];

const STRATEGY: &[Field] = &[
    field("horizon", Shape::Text, "how far ahead it looks"),
    field("led_by", Shape::Chapter, "the role that leads it"),
    field("measures", TEXTS, "what shows that it works"),
    field("valid_until", Shape::Date, "the day after which it is no longer true"),
];

const PATH: &[Field] = &[
    field("for", Shape::Text, "whom the path is for"),
    field("chapters", CHAPTERS, "the chapters in the order to read them"),
];

/// Returns the fields that only chapters of this kind accept.
pub fn of_kind(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Role => ROLE,
        Kind::Competency => COMPETENCY,
        Kind::Strategy => STRATEGY,
        Kind::Path => PATH,
        Kind::Glossary | Kind::Page => &[],
    }
}

const LEVEL: &[Field] = &[
    field("level", Shape::Integer(1, 20), "its number, 1 is the lowest"),
    field("name", Shape::Text, "its name, which also opens a level as a heading"),
    field("means", Shape::Text, "what somebody at this level does, one sentence"),
];

const TRACK: &[Field] = &[
    field("id", Shape::Text, "what a role's `track` calls it"),
    field("title", Shape::Text, "how pages call it"),
    field("family", Shape::Text, "the family of tracks it belongs to"),
];

const OWNER: &[Field] = &[
    field("name", Shape::Text, "how pages call the owner"),
    field("contact", Shape::Text, "where to reach the owner: an address or a channel"),
    field("handle", Shape::Text, "the owner's name on the code host, such as @org/team"),
];

const AUDIENCE: &[Field] = &[
    field("title", Shape::Text, "how pages call it"),
    field("includes", TEXTS, "audiences whose content its readers see too"),
    field("indexed", Shape::Boolean, "true lets search engines list the site that is built for it"),
];

const EVIDENCE: &[Field] = &[
    field("name", Shape::Text, "what pages call it"),
    field("competencies", CHAPTERS, "the competencies whose statements show it"),
];

const PUBLISH: &[Field] = &[
    field("host", Shape::Choice(Host::NAMES), "who serves the site: which redirect and header files are written"),
    field(
        "hidden_links",
        Shape::Choice(HiddenLinks::NAMES),
        "what becomes of links to chapters that the audience does not see, where `hidden-link` is no error",
    ),
    field(
        "files",
        TEXTS,
        "files that are published though nothing refers to them, such as downloads/**; Markdown among them is a download and no chapter",
    ),
    field("markdown", Shape::Boolean, "whether each chapter is published as Markdown too, with llms.txt; true"),
    field(
        "renames",
        Shape::Boolean,
        "whether the old addresses of chapters that git knows to be renamed lead on; true where there are no audiences",
    ),
];

const GONE: &[Field] = &[
    field("path", Shape::Text, "the file or the address that is gone"),
    field("see", Shape::Chapter, "the chapter to read instead"),
    field("reason", Shape::Text, "why it is gone, one sentence"),
    field("audience", Shape::Text, "the audience that may know of it, by a name of [audiences]"),
];

const HEALTH: &[Field] = &[field(
    "audience",
    Shape::Text,
    "the audience whose builds have the page that says how the handbook is kept, by a name of [audiences]",
)];

const MARKDOWN: &[Field] = &[
    field("definition_lists", Shape::Boolean, "definition lists everywhere, not only in the glossary"),
    field("smart_quotes", Shape::Boolean, "typographic quotes, dashes and ellipses"),
];

const SECURITY: &[Field] = &[
    field("html", Shape::Choice(&["escape", "safe", "trusted"]), "what becomes of raw HTML"),
    field("hosts", TEXTS, "other hosts that pages may load images and frames from"),
    field("active", TEXTS, "files of the content, by path or pattern, that may run scripts when they are opened"),
];

/// The headings and labels, in the handbook's language, that the model looks for in the text.
pub const WORDS: &[Field] = &[
    field("responsibilities", Shape::Text, "the heading over a role's responsibilities"),
    field("decisions", Shape::Text, "the heading over a strategy's decisions"),
    field("grow", Shape::Text, "the heading over what helps to grow in a competency"),
    field("interview", Shape::Text, "the heading over a competency's interview questions"),
    field("example", Shape::Text, "the label of an example below a statement, without its colon"),
    field("not_yet", Shape::Text, "the label of what doesn't show a statement yet, without its colon"),
    field("accountable", Shape::Text, "the label of the one who decides"),
    field("responsible", Shape::Text, "the label of those who do the work"),
    field("consulted", Shape::Text, "the label of those who are asked before"),
    field("informed", Shape::Text, "the label of those who are told after"),
    field("escalates_to", Shape::Text, "the label of where a dispute goes"),
];

/// Keys of `handbook.toml`.
pub const HANDBOOK: &[Field] = &[
    field("title", Shape::Text, "the handbook's title"),
    field("description", Shape::Text, "what the handbook is, one sentence"),
    field("base_url", Shape::Text, "the address it will be served at, with https://"),
    field("language", Shape::Text, "the language of its text, such as en"),
    field("theme", Shape::Text, "a folder of themes/, or default"),
    field("repository", Shape::Text, "the address of the content folder on the code host, for edit links"),
    field("feedback", Shape::Text, "where readers say that something is wrong: an address or mailto:"),
    field("edition", Shape::Text, "which edition this is, printed on every page"),
    field("effective", Shape::Date, "the day from which the edition holds"),
    field(
        "changes_since",
        Shape::Text,
        "from where changes of what is asked of roles are shown: a span such as 90 days, a day, or a tag",
    ),
    field(
        "urls",
        Shape::Choice(&["pretty", "file"]),
        "pretty: folders for a web server; file: .html files for a folder",
    ),
    field("scale", Shape::List(&Shape::Table(LEVEL)), "the levels of a competency, lowest first"),
    field("tracks", Shape::List(&Shape::Table(TRACK)), "the tracks of the ladder"),
    field("owners", Shape::Map(&Shape::Table(OWNER)), "who keeps chapters true"),
    field("partners", Shape::Map(&Shape::Text), "functions that take part in decisions: id and title"),
    field("audiences", Shape::Map(&Shape::Table(AUDIENCE)), "who reads what"),
    field("audience", Shape::Text, "the audience that is built where none is asked for"),
    field("kinds", Shape::Map(&Shape::Choice(Kind::NAMES)), "the kind of chapters by their top folder"),
    field("sections", Shape::Map(&TEXTS), "headings that chapters of a kind must have"),
    field("words", Shape::Table(WORDS), "the words that the model looks for, in the handbook's language"),
    field("compare", Shape::List(&CHAPTERS), "pairs of roles that get a page of their own"),
    field("evidence", Shape::List(&Shape::Table(EVIDENCE)), "what a promotion case and a résumé have to show"),
    field("markdown", Shape::Table(MARKDOWN), "extensions of Markdown"),
    field("security", Shape::Table(SECURITY), "what pages may contain and load"),
    field("publish", Shape::Table(PUBLISH), "how the site is published"),
    field("gone", Shape::List(&Shape::Table(GONE)), "chapters that were deleted, and what to read instead"),
    field("health", Shape::Table(HEALTH), "who sees how the handbook is kept"),
    field("check", Shape::Map(&Shape::Choice(&["error", "warn", "allow"])), "the weight of each code"),
    field("extra", Shape::Map(&Shape::Any), "the author's own data, handed to templates"),
];

/// The valid entries of a table.
#[derive(Debug, Default)]
pub struct Entries<'a> {
    list: Vec<(&'static str, &'a Value)>,
}

impl<'a> Entries<'a> {
    /// Returns whether there are no valid entries.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Iterates over the fields with the spans of their values.
    pub fn spans(&self) -> impl Iterator<Item = (&'static str, Span)> {
        self.list.iter().map(|(name, value)| (*name, value.span))
    }

    /// Returns the value of `name`.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.list.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// Returns the text of `name`.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(text_of)
    }

    /// Returns the texts of `name`, with their spans.
    pub fn texts(&self, name: &str) -> Vec<(String, Span)> {
        self.get(name).map(texts_of).unwrap_or_default()
    }

    /// Returns the whole number of `name`.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| if let Data::Integer(n) = value.data { Some(n) } else { None })
    }

    /// Returns the Boolean of `name`.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(|value| if let Data::Boolean(b) = value.data { Some(b) } else { None })
    }

    /// Returns the table of `name`.
    pub fn table(&self, name: &str) -> Option<&'a Table> {
        self.get(name).and_then(|value| if let Data::Table(table) = &value.data { Some(table) } else { None })
    }

    /// Returns the tables in the list called `name`.
    pub fn tables(&self, name: &str) -> Vec<&'a Table> {
        let items = match self.get(name).map(|value| &value.data) {
            Some(Data::List(items)) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(|item| if let Data::Table(table) = &item.data { Some(table) } else { None }).collect()
    }
}

/// Returns a value as text; numbers, dates and Booleans are returned as written.
pub fn text_of(value: &Value) -> Option<String> {
    value.text().map(str::to_owned)
}

/// Returns a list of texts with their spans; a single text counts as a list of one.
pub fn texts_of(value: &Value) -> Vec<(String, Span)> {
    match &value.data {
        Data::List(items) => items.iter().filter_map(|item| Some((text_of(item)?, item.span))).collect(),
        _ => text_of(value).map(|text| (text, value.span)).into_iter().collect(),
    }
}

/// The location of a table, used in findings.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The file.
    pub path: &'a SourcePath,
    /// The name, with its article, of the thing that the table belongs to, such as `a role`.
    pub owner: &'a str,
}

/// Reads `table` according to lists of fields. Returns the valid entries, and reports all others.
pub fn read<'a>(
    table: &'a Table,
    fields: &[&'static [Field]],
    context: Context<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Entries<'a> {
    let mut entries = Entries::default();
    for entry in &table.entries {
        let found = fields.iter().flat_map(|list| list.iter());
        let Some(field) = found.clone().find(|f| f.name == entry.key || (!f.also.is_empty() && f.also == entry.key))
        else {
            // Skip keys by which other generators mark drafts, because `withheld` handles them.
            if !(is_chapter(context) && withheld::is_mark(&entry.key)) {
                findings.push(unknown_key(&entry.key, entry.key_span, found.map(|f| f.name), context));
            }
            continue;
        };
        if matches!(entry.value.data, Data::Null) {
            continue;
        }
        let before = findings.len();
        check(&entry.value, field.shape, &entry.key, context, findings);
        // Keep a list or table even if parts of it are invalid; the code that reads it skips those
        // parts.
        let partly = matches!(field.shape, Shape::List(_) | Shape::Map(_) | Shape::Table(_))
            && matches!(entry.value.data, Data::List(_) | Data::Table(_));
        if findings.len() == before || partly {
            entries.list.push((field.name, &entry.value));
        }
    }
    entries
}

/// Returns whether a table is the front matter of a chapter.
fn is_chapter(context: Context) -> bool {
    Kind::ALL.iter().any(|kind| kind.with_article() == context.owner)
}

fn unknown_key<'b>(key: &str, span: Span, known: impl Iterator<Item = &'b str>, context: Context<'_>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let near = nearest(key, known.iter().copied(), 2);
    let help = of_another_kind(key, context).or_else(|| did_you_mean(&near)).unwrap_or_else(|| {
        format!("{} takes {}; data of your own goes under `extra`", context.owner, known.join(", "))
    });
    Diagnostic::new(Rule::UnknownKey, context.path, Some(span), format!("{} has no field `{key}`", context.owner))
        .help(help)
}

/// If another kind of chapter accepts `key`, explains how to change this chapter's kind.
fn of_another_kind(key: &str, context: Context) -> Option<String> {
    let kind = Kind::ALL.into_iter().find(|kind| of_kind(*kind).iter().any(|field| field.name == key))?;
    is_chapter(context).then(|| format!("{} has it: write `kind: {}` if this is one", kind.with_article(), kind.name()))
}

/// Checks a value against a shape, and reports everything that doesn't match.
fn check(value: &Value, shape: Shape, key: &str, context: Context<'_>, findings: &mut Vec<Diagnostic>) {
    let path = context.path;
    match (shape, &value.data) {
        (Shape::Any, _)
        | (Shape::Boolean, Data::Boolean(_))
        | (Shape::Text | Shape::Level, Data::Text(_) | Data::Integer(_))
        | (Shape::Text, Data::Date(_) | Data::Float(_) | Data::Boolean(_))
        | (Shape::Chapter | Shape::Party, Data::Text(_)) => {}
        (Shape::Integer(least, most), Data::Integer(n)) => {
            if !(least..=most).contains(n) {
                let message = format!("`{key}` is {n}, which is not between {least} and {most}");
                findings.push(Diagnostic::new(Rule::BadValue, path, Some(value.span), message));
            }
        }
        (Shape::Date, Data::Text(text) | Data::Date(text)) => {
            if text.parse::<jiff::civil::Date>().is_err() || text.len() != 10 {
                let message = format!("`{key}` is not a day: `{text}`");
                let finding = Diagnostic::new(Rule::BadValue, path, Some(value.span), message);
                findings.push(finding.help("write year, month and day, as in 2026-04-01"));
            }
        }
        (Shape::Duration, Data::Text(text)) => {
            if crate::text::date::parse_duration(text).is_none() {
                let message = format!("`{key}` is not a span of time: `{text}`");
                let finding = Diagnostic::new(Rule::BadValue, path, Some(value.span), message);
                findings.push(finding.help("write a number and a unit, as in `6 months`, `2 weeks` or `1 year`"));
            }
        }
        (Shape::Choice(words), Data::Text(text)) => {
            if !words.contains(&text.as_str()) {
                let near = nearest(text, words.iter().copied(), 1);
                let help = did_you_mean(&near).unwrap_or_else(|| format!("it is one of {}", words.join(", ")));
                let message = format!("`{key}` cannot be `{text}`");
                findings.push(Diagnostic::new(Rule::BadValue, path, Some(value.span), message).help(help));
            }
        }
        (Shape::List(inner), Data::List(items)) => {
            for item in items {
                check(item, *inner, key, context, findings);
            }
        }
        (Shape::List(inner), _) if !matches!(inner, Shape::Table(_) | Shape::List(_)) => {
            check(value, *inner, key, context, findings);
        }
        (Shape::Map(inner), Data::Table(table)) => {
            for entry in &table.entries {
                check(&entry.value, *inner, &entry.key, context, findings);
            }
        }
        (Shape::Table(fields), Data::Table(table)) => {
            let owner = format!("`{key}`");
            read(table, &[fields], Context { path, owner: &owner }, findings);
        }
        (shape, _) => findings.push(wrong_type(value, shape, key, context)),
    }
}

fn wrong_type(value: &Value, shape: Shape, key: &str, context: Context<'_>) -> Diagnostic {
    let message = format!("`{key}` should be {}, not {}", words_for(shape), value.kind_name());
    let help = match shape {
        Shape::List(_) => {
            Some(format!("write `{key}: [first, second]` in YAML, `{key} = [\"first\", \"second\"]` in TOML"))
        }
        Shape::Text if matches!(value.data, Data::List(_)) => {
            Some("put the text in quotes if it begins with `[`".to_owned())
        }
        Shape::Boolean => Some("write true or false, without quotes".to_owned()),
        _ => None,
    };
    Diagnostic::new(Rule::WrongType, context.path, Some(value.span), message).maybe_help(help)
}

/// Returns the words for a shape in findings.
pub fn words_for(shape: Shape) -> &'static str {
    match shape {
        Shape::Text | Shape::Choice(_) => "text",
        Shape::Integer(..) => "a whole number",
        Shape::Boolean => "true or false",
        Shape::Date => "a day such as 2026-04-01",
        Shape::Duration => "a span of time such as 6 months",
        Shape::Level => "a level: its number or its name",
        Shape::Chapter => "the name of a chapter",
        Shape::Party => "the name of a role or a partner",
        Shape::List(_) => "a list",
        Shape::Map(_) | Shape::Table(_) => "a table",
        Shape::Any => "anything",
    }
}
