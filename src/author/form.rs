//! Describes the fields of a file as a form, and reads what a form was filled in with.
//!
//! Input: the lists of fields that `declare` reads front matter and `handbook.toml` with, a file's
//! values, and the handbook. Output: JSON for a page that draws the form, and values to write. Never
//! shows a value that names a chapter which the handbook's audience can't see.

mod choices;
mod words;

use serde_json::{Map, Value as Json, json};

pub use choices::{choices, known, name_of};
pub use words::words;

use self::words::choice;
use crate::author::edit::fact::Fact;
use crate::chapter::document::{Form as Written, Fragment};
use crate::chapter::reference::wiki;
use crate::declare::config::Scope;
use crate::declare::fields::{Field, Known, Shape};
use crate::model::check::Why;
use crate::model::compile::Handbook;
use crate::text::front_matter::{Data, Entry, Table, Value};
use crate::text::path::fold;

/// The key by which a form tells which item of the old list a table comes from.
const FROM: &str = "from";

/// Describes a field: its name, its label and purpose in plain words, and its form. `of` is what the
/// field belongs to: `chapter`, `handbook`, or the place of a table in one of them.
pub fn field(field: &Field, of: &str) -> Json {
    let place = format!("{of}.{}", field.name);
    let (label, purpose) = words(&place, field.meaning);
    json!({ "name": field.name, "label": label, "meaning": purpose, "shape": shape(field.shape, &place) })
}

/// Describes the form of a value.
fn shape(form: Shape, place: &str) -> Json {
    match form {
        Shape::Text => json!({ "is": "text" }),
        Shape::Integer(least, most) => json!({ "is": "integer", "least": least, "most": most }),
        Shape::Boolean => json!({ "is": "boolean" }),
        Shape::Date => json!({ "is": "date" }),
        Shape::Duration => json!({ "is": "duration" }),
        Shape::Choice(words) => {
            json!({ "is": "choice", "words": words.iter().map(|word| (word, choice(word))).collect::<Vec<_>>() })
        }
        Shape::Level => json!({ "is": "level" }),
        Shape::Chapter => json!({ "is": "name", "of": "chapter" }),
        Shape::Party => json!({ "is": "name", "of": "party" }),
        Shape::Named(known) => json!({ "is": "name", "of": known.name() }),
        Shape::List(inner) => json!({ "is": "list", "of": shape(*inner, place) }),
        Shape::Map(inner) => json!({ "is": "map", "of": shape(*inner, place) }),
        Shape::Each(known, inner) => json!({ "is": "map", "keys": known.name(), "of": shape(*inner, place) }),
        Shape::Table(fields) => {
            json!({ "is": "table", "fields": fields.iter().map(|one| field(one, place)).collect::<Vec<_>>() })
        }
        Shape::Any => json!({ "is": "any" }),
    }
}

/// Returns the value as a form shows it, or `None` if a form can't show it without losing some of it.
pub fn shown(value: &Value, form: Shape) -> Option<Json> {
    match (form, &value.data) {
        (_, Data::Null) => Some(Json::Null),
        (Shape::Boolean, Data::Boolean(truth)) => Some(json!(truth)),
        (Shape::Integer(..) | Shape::Level, Data::Integer(number)) => Some(json!(number)),
        (Shape::List(inner), _) => {
            let is_spread = matches!(inner, Shape::Table(_) | Shape::List(_)) && !matches!(value.data, Data::List(_));
            let item = |(n, item): (usize, &Value)| {
                let mut json = shown(item, *inner).filter(|json| !json.is_null())?;
                if let Some(table) = json.as_object_mut() {
                    table.insert(FROM.to_owned(), json!(n));
                }
                Some(json)
            };
            let items: Option<Vec<Json>> = value.items().iter().enumerate().map(item).collect();
            items.filter(|_| !is_spread).map(Json::Array)
        }
        (Shape::Map(inner) | Shape::Each(_, inner), Data::Table(table)) => {
            // A key without a value would be lost when the form is saved.
            let known = |entry: &Entry| shown(&entry.value, *inner).filter(|json| !json.is_null());
            let pair = |entry: &Entry| Some(json!([entry.key, known(entry)?]));
            table.entries.iter().map(pair).collect::<Option<Vec<_>>>().map(Json::Array)
        }
        (Shape::Table(fields), Data::Table(table)) => {
            let mut object = Map::new();
            for field in fields {
                if let Some(entry) = entry_of(table, field) {
                    object.insert(field.name.to_owned(), shown(&entry.value, field.shape)?);
                }
            }
            Some(Json::Object(object))
        }
        (Shape::Table(_), _) => None,
        _ => value.text().map(|text| json!(text.trim_end_matches('\n'))),
    }
}

/// Returns the entry of a field in a table.
pub fn entry_of<'a>(table: &'a Table, field: &Field) -> Option<&'a Entry> {
    let is_meant = |key: &str| key == field.name || (!field.also.is_empty() && key == field.also);
    table.entries.iter().find(|entry| is_meant(&entry.key))
}

/// Returns the value that a form was filled in with; `old` is the value that the file has now, and
/// `scope` says which names of levels the chapter uses. Returns no value if the field was emptied.
///
/// # Errors
/// Returns a sentence if the value doesn't have the form.
pub fn meant(
    json: &Json,
    form: Shape,
    old: Option<&Value>,
    (handbook, scope): (&Handbook, Scope<'_>),
) -> Result<Option<Fact>, String> {
    if json.is_null() || json.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let fact = match form {
        Shape::Boolean => Fact::Truth(json.as_bool().ok_or("Choose yes or no.")?),
        Shape::Integer(least, most) => {
            let number = json.as_i64().or_else(|| json.as_str()?.trim().parse().ok());
            let is_inside = |number: &i64| (least..=most).contains(number);
            Fact::Number(number.filter(is_inside).ok_or_else(|| match (least, most) {
                (i64::MIN, _) => "Write a whole number.".to_owned(),
                _ => format!("Write a whole number from {least} to {most}."),
            })?)
        }
        Shape::Level => level(json, old, (handbook, scope))?,
        Shape::Date => Fact::Day(text(json)?.trim().to_owned()),
        Shape::List(inner) => {
            let from = |json: &Json| json[FROM].as_u64().and_then(|n| usize::try_from(n).ok());
            let old = old.filter(|old| old.data != Data::Null).map_or(&[][..], Value::items);
            let item = |json: &Json| {
                let old = from(json).and_then(|n| old.get(n));
                meant(json, *inner, old, (handbook, scope)).transpose()
            };
            Fact::List(array(json)?.iter().filter_map(item).collect::<Result<_, _>>()?)
        }
        Shape::Map(inner) | Shape::Each(_, inner) => {
            let mut entries: Vec<(String, Fact)> = Vec::new();
            for pair in array(json)? {
                let key = text(&pair[0])?.trim();
                if key.is_empty() {
                    continue;
                }
                if entries.iter().any(|(known, _)| known == key) {
                    return Err(format!("“{key}” is listed twice."));
                }
                let before = old.and_then(|old| old.entries().iter().find(|entry| entry.key == key));
                // A competency has the names of its own family.
                let scope = match handbook.book.names.find(key) {
                    [one] if matches!(form, Shape::Each(Known::Competency, _)) => handbook.book.scope(*one, scope),
                    _ => scope,
                };
                if let Some(fact) = meant(&pair[1], *inner, before.map(|entry| &entry.value), (handbook, scope))? {
                    entries.push((key.to_owned(), fact));
                }
            }
            Fact::Table(entries)
        }
        Shape::Table(fields) => table(json, fields, old, (handbook, scope))?,
        Shape::Any => any(json)?,
        _ => {
            let text = text(json)?.trim_end_matches('\n');
            let ends = old.and_then(Value::text).is_some_and(|old| old.ends_with('\n'));
            Fact::Text(if ends { format!("{text}\n") } else { text.to_owned() })
        }
    };
    Ok(Some(fact).filter(|fact| !fact.is_empty()))
}

const NOT_UNDERSTOOD: &str = "This value is not understood.";

fn text(json: &Json) -> Result<&str, String> {
    json.as_str().ok_or_else(|| NOT_UNDERSTOOD.to_owned())
}

fn array(json: &Json) -> Result<&[Json], String> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| NOT_UNDERSTOOD.to_owned())
}

/// Returns a level in the form that the file uses: as a name if it has a name now.
fn level(json: &Json, old: Option<&Value>, (handbook, scope): (&Handbook, Scope<'_>)) -> Result<Fact, String> {
    let written = json.as_i64().map(|number| number.to_string()).or_else(|| json.as_str().map(str::to_owned));
    let written = written.ok_or(NOT_UNDERSTOOD)?;
    if let Some(same) = old.filter(|old| old.text() == Some(written.as_str())).and_then(kept) {
        return Ok(same);
    }
    let config = &handbook.config;
    if let Some(level) = config.level(&written, scope).and_then(|number| config.level_at(number, scope)) {
        let is_name = old.is_some_and(|old| matches!(&old.data, Data::Text(text) if text.parse::<u8>().is_err()));
        return Ok(if is_name { Fact::Text(level.name.clone()) } else { Fact::Number(i64::from(level.level)) });
    }
    // The form may change the chapter's track at the same time, so whether the level is one of its
    // scale is left to `check`.
    if !config.knows_level(&written) {
        return Err("No scale has such a level.".to_owned());
    }
    Ok(written.trim().parse().map_or_else(|_| Fact::Text(written.clone()), Fact::Number))
}

/// Returns a table with the fields of the form. Keys that aren't fields keep their values.
fn table(json: &Json, fields: &[Field], old: Option<&Value>, place: (&Handbook, Scope<'_>)) -> Result<Fact, String> {
    let mut entries = Vec::new();
    let before = old.and_then(Value::table);
    for field in fields {
        let entry = before.and_then(|table| entry_of(table, field));
        let name = entry.map_or(field.name, |entry| &entry.key);
        if let Some(fact) = meant(&json[field.name], field.shape, entry.map(|entry| &entry.value), place)? {
            entries.push((name.to_owned(), fact));
        }
    }
    for entry in before.map_or(&[][..], |table| &table.entries) {
        let is_field = |field: &Field| entry.key == field.name || entry.key == field.also;
        if !fields.iter().any(is_field) {
            entries.push((entry.key.clone(), kept(&entry.value).ok_or(NOT_UNDERSTOOD)?));
        }
    }
    Ok(Fact::Table(entries))
}

/// Returns a value of a file as one to write.
fn kept(value: &Value) -> Option<Fact> {
    Some(match &value.data {
        Data::Boolean(truth) => Fact::Truth(*truth),
        Data::Integer(number) => Fact::Number(*number),
        Data::Text(text) => Fact::Text(text.clone()),
        Data::Date(day) => Fact::Day(day.clone()),
        Data::List(items) => Fact::List(items.iter().map(kept).collect::<Option<_>>()?),
        Data::Table(table) => {
            let pair = |entry: &Entry| Some((entry.key.clone(), kept(&entry.value)?));
            Fact::Table(table.entries.iter().map(pair).collect::<Option<_>>()?)
        }
        Data::Null | Data::Float(_) => return None,
    })
}

fn any(json: &Json) -> Result<Fact, String> {
    match json {
        Json::Bool(truth) => Ok(Fact::Truth(*truth)),
        Json::Number(number) if number.is_i64() => Ok(Fact::Number(number.as_i64().unwrap_or_default())),
        other => Ok(Fact::Text(text(other)?.to_owned())),
    }
}

/// Returns the names of chapters in a value, as they are written.
pub fn names(value: &Value, form: Shape) -> Vec<&str> {
    match form {
        Shape::Chapter | Shape::Party => value.text().into_iter().collect(),
        Shape::Named(known) if known.is_chapter() => value.text().into_iter().collect(),
        Shape::List(inner) => value.items().iter().flat_map(|item| names(item, *inner)).collect(),
        Shape::Map(inner) => value.entries().iter().flat_map(|entry| names(&entry.value, *inner)).collect(),
        Shape::Each(Known::Competency, inner) => {
            let mut all = Vec::new();
            for entry in value.entries() {
                all.push(entry.key.as_str());
                all.extend(names(&entry.value, *inner));
            }
            all
        }
        Shape::Table(fields) => {
            let table = value.table();
            let inner = |field: &Field| {
                let entry = table.and_then(|table| entry_of(table, field));
                entry.map(|entry| names(&entry.value, field.shape)).unwrap_or_default()
            };
            fields.iter().flat_map(inner).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns whether a name is that of a chapter, or of something in a chapter, that the handbook's
/// audience can't see.
pub fn is_hidden(name: &str, handbook: &Handbook) -> bool {
    let reference = wiki(name, Written::AnyField, &handbook.config);
    let found = handbook.book.names.find(&reference.target);
    if found.is_empty() {
        let key = fold(reference.target.trim_matches('/').trim_end_matches(".md"));
        let mut hidden = handbook.absent.iter().filter(|absent| absent.why == Why::Audience);
        return hidden.any(|absent| absent.names.contains(&key) || fold(absent.path.stem()) == key);
    }
    let Some(Fragment::Anchor(anchor)) = reference.fragment else { return false };
    found.iter().any(|chapter| {
        let document = &handbook.documents[chapter.index()];
        !document.body.hidden.is_empty() && !document.outline.anchors.contains(&anchor)
    })
}
