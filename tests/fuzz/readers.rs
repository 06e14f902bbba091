//! Fuzzes the parsers of short texts: front matter, configuration, references, request targets.

use rolebook::chapter::document::Form;
use rolebook::chapter::reference::{Destination, destination, wiki};
use rolebook::declare::config::Config;
use rolebook::text::diagnostic::Place;
use rolebook::text::front_matter::{self, Format, Split};
use rolebook::world::server::Request;

use crate::fuzz;

const CONFIGURATION: &str = r#"title = "Handbook"
description = "How we work"
language = "en-GB"
base_url = "https://x.example/book/"
theme = "own"
urls = "folder"

[[scale]]
level = 1
name = "Learning"
means = "with help"

[audiences.managers]
title = "Managers"
includes = ["staff"]
[audiences.staff]

[partners]
sales = "Sales"

[publish]
host = "netlify"
files = ["assets/*.pdf"]

[check]
dead-link = "warn"

[security]
hosts = ["img.example"]
active = ["a.svg"]

[words]
grow = "How to grow"

[[evidence]]
name = "Results"
competencies = ["data"]

[[gone]]
path = "/old/"
"#;

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn any_front_matter_is_read_or_rejected_with_a_location() {
    // A part of a golden case begins with the name of its file.
    let seeds: Vec<String> = crate::chapter::seeds()
        .iter()
        .filter_map(|part| part.split_once('\n'))
        .filter(|(_, text)| text.starts_with("---") || text.starts_with("+++"))
        .map(|(_, text)| text.chars().take(800).collect())
        .collect();
    assert!(seeds.len() > 50, "{}", seeds.len());
    fuzz("front matter", &seeds, &|text| {
        let split = front_matter::split(text);
        assert!(split.body() <= text.len() && text.is_char_boundary(split.body()));
        let (format, content) = match split {
            Split::Found { format, content, .. } => (format, content),
            _ => (Format::Yaml, 0..text.len()),
        };
        for format in [format, Format::Toml] {
            match front_matter::read(&text[content.clone()], content.start, format) {
                Ok(table) => {
                    for entry in &table.entries {
                        let span = entry.key_span;
                        assert!(span.start <= span.end && span.end as usize <= text.len(), "{entry:?}");
                    }
                }
                Err(error) => assert!(error.span.end as usize <= text.len() && !error.message.is_empty(), "{error:?}"),
            }
        }
    });
}

#[test]
fn any_configuration_is_read_or_rejected_with_a_location() {
    let seeds = own(&[CONFIGURATION]);
    fuzz("configuration", &seeds, &|text| {
        let findings = match Config::read(text.as_bytes(), "Handbook") {
            Ok((_, findings)) => findings,
            Err(finding) => vec![*finding],
        };
        for finding in findings {
            if let Place::Content(_, Some(span)) = finding.place {
                assert!(span.start <= span.end && span.end as usize <= text.len(), "{finding:?}");
            }
        }
    });
}

#[test]
fn no_reference_becomes_a_link_that_runs_code() {
    let config = Config::bare("Handbook");
    let seeds = own(&[
        "roles/a.md#b",
        "../a b/c.md?x#y",
        "javascript:alert(1)",
        " data:text/html;base64,x",
        "https://x.example/a?b#c",
        "a|b",
        "comp@3",
        "#only",
        "//x.example",
        "C:\\a",
        "mailto:a@x.example",
        "/%2e%2e/etc",
        "a#b#c",
        "\u{1}javascript:x",
    ]);
    fuzz("reference", &seeds, &|text| {
        let _ = wiki(text, Form::Wiki, &config);
        for form in [Form::Relative, Form::Image] {
            if let Destination::Outside(address) = destination(text, form, config.security.html) {
                let stripped: String = address.chars().filter(|c| !c.is_control()).collect();
                let lower = stripped.trim().to_lowercase();
                let runs =
                    ["javascript:", "vbscript:", "data:", "blob:"].iter().any(|scheme| lower.starts_with(scheme));
                assert!(!runs, "{address}");
            }
        }
    });
}

#[test]
fn no_request_target_reaches_outside_the_site() {
    let seeds = own(&[
        "/",
        "/roles/a/",
        "/a%20b/",
        "/%2e%2e/x",
        "/..%5c..",
        "/a/../b",
        "/?q=x&y=%zz",
        "//host/x",
        "/.git/config",
        "/a%00",
        "http://x/",
        "*",
        "/%C3%A9/",
    ]);
    fuzz("request target", &seeds, &|text| {
        if let Ok(request) = Request::of_target(text) {
            let parts: Vec<&str> = request.path.split('/').collect();
            assert!(!request.path.starts_with('/') && !request.path.contains(['\\', '\0']), "{request:?}");
            assert!(parts.iter().all(|part| !part.starts_with('.') || *part == ".well-known"), "{request:?}");
        }
    });
}
