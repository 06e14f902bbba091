//! Describes front matter and `handbook.toml` as JSON Schema (draft 2020-12), based on the same
//! lists of fields that are used to read them.
//!
//! Input: the fields defined in `fields`. Output: JSON. Never keeps a second list of keys, so the
//! schema always matches what the reader accepts.

use serde_json::{Map, Value, json};

use crate::declare::config::{Config, FILE};
use crate::declare::fields::{Field, Names, object};
use crate::declare::front::{Common, of_kind};
use crate::declare::kind::Kind;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Lists the names of all schemas.
pub fn names() -> Vec<&'static str> {
    Kind::NAMES.iter().copied().chain(["handbook"]).collect()
}

/// Returns the schema of a kind's front matter, or of `handbook.toml` if `name` is `handbook`.
pub fn of(name: &str) -> Option<Value> {
    in_project(name, &|_| Vec::new())
}

/// Returns the schema that [`of`] returns, with the names that `known` returns for a project.
pub fn in_project(name: &str, known: Names<'_>) -> Option<Value> {
    let (title, lists): (String, Vec<&[Field]>) = if name == "handbook" {
        (FILE.to_owned(), vec![Config::FIELDS])
    } else {
        let kind = Kind::from_name(name)?;
        (format!("Front matter of {}", kind.with_article()), vec![Common::FIELDS, of_kind(kind)])
    };
    let mut schema = object(&lists, known);
    schema["$schema"] = json!(DRAFT);
    schema["title"] = json!(title);
    Some(schema)
}

/// Returns all schemas by name, with the names that `known` returns for a project.
pub fn all(known: Names<'_>) -> Value {
    let schemas: Map<String, Value> =
        names().into_iter().filter_map(|name| Some((name.to_owned(), in_project(name, known)?))).collect();
    json!({ "$schema": DRAFT, "$defs": schemas })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::front;
    use crate::text::diagnostic::Diagnostic;
    use crate::text::front_matter::{Format, read};
    use crate::text::path::SourcePath;
    use crate::text::rule::Rule;

    fn findings(kind: Kind, key: &str) -> Vec<Diagnostic> {
        let table = read(&format!("{key}: 1\n"), 0, Format::Yaml).unwrap();
        let path = SourcePath::new("a.md");
        front::read(&table, kind, &path).1
    }

    #[test]
    fn the_reader_accepts_exactly_the_keys_of_the_schema() {
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
