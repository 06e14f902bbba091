//! Describes front matter and `handbook.toml` as JSON Schema (draft 2020-12), based on the same
//! lists of fields that are used to read them.
//!
//! Input: the fields defined in `fields`. Output: JSON. Never keeps a second list of keys, so the
//! schema always matches what the reader accepts.

use serde_json::{Map, Value, json};

use crate::declare::fields::{COMMON, Field, HANDBOOK, Shape, of_kind};
use crate::declare::kind::Kind;

/// Lists the names of all schemas.
pub fn names() -> Vec<&'static str> {
    Kind::NAMES.iter().copied().chain(["handbook"]).collect()
}

/// Returns the schema of a kind's front matter, or of `handbook.toml` if `name` is `handbook`.
pub fn of(name: &str) -> Option<Value> {
    let (title, lists): (String, Vec<&[Field]>) = if name == "handbook" {
        ("handbook.toml".to_owned(), vec![HANDBOOK])
    } else {
        let kind = Kind::from_name(name)?;
        (format!("Front matter of {}", kind.with_article()), vec![COMMON, of_kind(kind)])
    };
    let mut schema = object(&lists);
    let Value::Object(fields) = &mut schema else { return None };
    fields.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    fields.insert("title".to_owned(), json!(title));
    Some(schema)
}

/// Returns all schemas by name.
pub fn all() -> Value {
    let schemas: Map<String, Value> =
        names().into_iter().filter_map(|name| Some((name.to_owned(), of(name)?))).collect();
    json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": schemas })
}

fn object(lists: &[&[Field]]) -> Value {
    let mut properties = Map::new();
    for field in lists.iter().flat_map(|list| list.iter()) {
        for name in [field.name, field.also].into_iter().filter(|name| !name.is_empty()) {
            let mut value = shape(field.shape);
            if let Value::Object(value) = &mut value {
                value.insert("description".to_owned(), json!(field.meaning));
            }
            properties.insert(name.to_owned(), value);
        }
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn shape(of: Shape) -> Value {
    match of {
        Shape::Any => json!({}),
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Date => json!({ "type": "string", "format": "date" }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+ +(day|week|month|year)s?$" }),
        Shape::Choice(words) => json!({ "type": "string", "enum": words }),
        Shape::Level => json!({ "type": ["integer", "string"] }),
        Shape::Chapter | Shape::Party => json!({ "type": "string" }),
        Shape::List(inner) => match inner {
            Shape::Table(_) | Shape::List(_) => json!({ "type": "array", "items": shape(*inner) }),
            // A single value counts as a list of one.
            inner => json!({ "anyOf": [shape(*inner), { "type": "array", "items": shape(*inner) }] }),
        },
        Shape::Map(inner) => json!({ "type": "object", "additionalProperties": shape(*inner) }),
        Shape::Table(fields) => object(&[fields]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::fields::{self, Context};
    use crate::text::diagnostic::Diagnostic;
    use crate::text::front_matter::{Format, read};
    use crate::text::path::SourcePath;
    use crate::text::rule::Rule;

    fn findings(kind: Kind, key: &str) -> Vec<Diagnostic> {
        let table = read(&format!("{key}: 1\n"), 0, Format::Yaml).unwrap();
        let path = SourcePath::new("a.md");
        let mut findings = Vec::new();
        let context = Context { path: &path, owner: "x" };
        fields::read(&table, &[COMMON, of_kind(kind)], context, &mut findings);
        findings
    }

    #[test]
    fn the_reader_knows_every_key_of_the_schema_and_no_other() {
        for kind in Kind::ALL {
            let schema = of(kind.name()).unwrap();
            let properties = schema["properties"].as_object().unwrap();
            for key in properties.keys() {
                assert!(findings(kind, key).iter().all(|finding| finding.code != Rule::UnknownKey), "{key}");
            }
            for other in Kind::ALL {
                for field in of_kind(other).iter().filter(|field| !properties.contains_key(field.name)) {
                    assert_eq!(findings(kind, field.name)[0].code, Rule::UnknownKey, "{}", field.name);
                }
            }
        }
    }

    #[test]
    fn every_kind_and_the_configuration_have_a_schema() {
        for name in names() {
            assert_eq!(of(name).unwrap()["additionalProperties"], false);
        }
        assert_eq!(of("rolle"), None);
    }
}
