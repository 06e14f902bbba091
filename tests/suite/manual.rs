//! Checks the manual in `docs/handbook`: what it names, that it has no findings, and that it can be
//! published in a folder of the handbook's site.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use rolebook::cli::Cli;
use rolebook::declare::kind::Kind;
use rolebook::declare::schema;
use rolebook::model::compile::{Choices, Compiler};
use rolebook::site::urls::Site;
use rolebook::text::path::{SourcePath, UrlPath, join};
use rolebook::text::rule::{Rule, Severity};
use rolebook::text::source::{SourceFile, Sources};
use serde_json::Value;

use crate::support::{compile, files_below, page, read_folder, repository, rolebook, site_with, write};

/// Returns the files of the manual.
fn sources() -> Sources {
    read_folder(&repository().join("docs/handbook"))
}

/// Returns the text of a chapter of the manual.
fn chapter(name: &str) -> String {
    fs::read_to_string(repository().join("docs/handbook").join(name)).unwrap()
}

/// Returns the sections of a chapter by their headings without attributes. The text above the first
/// heading that `is_section` accepts is under an empty name.
fn sections(text: &str, is_section: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
    let mut sections: BTreeMap<String, String> = BTreeMap::from([(String::new(), String::new())]);
    let mut name = String::new();
    for line in text.lines() {
        let heading = line.strip_prefix("## ").map(|heading| heading.split(" {#").next().unwrap());
        if let Some(heading) = heading.filter(|heading| is_section(heading)) {
            heading.clone_into(&mut name);
        }
        let section = sections.entry(name.clone()).or_default();
        section.push_str(line);
        section.push('\n');
    }
    sections
}

/// Returns the rows of the tables in a section by the code in their first cell.
fn rows(section: &str) -> BTreeMap<&str, &str> {
    let rows = section.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("` |")?;
        Some((name, rest))
    });
    rows.collect()
}

/// Returns the keys, with their schemas, of the table that a value is, or of the tables that it
/// contains.
fn inner_keys(schema: &Value) -> BTreeMap<&str, &Value> {
    let places = [&schema["properties"], &schema["items"]["properties"], &schema["additionalProperties"]["properties"]];
    let objects = places.into_iter().filter_map(Value::as_object).flatten();
    objects.map(|(key, value)| (key.as_str(), value)).collect()
}

/// If a value has to be one of certain words, or is a map with such values, returns these words.
fn words(schema: &Value) -> Vec<&str> {
    let places = [&schema["enum"], &schema["additionalProperties"]["enum"]];
    places.into_iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect()
}

#[test]
fn every_key_of_the_configuration_has_a_row_with_its_words_and_no_row_is_about_another() {
    let text = chapter("configuration.md");
    let sections = sections(&text, |heading| heading.starts_with("`["));
    let section = |key: &str| {
        let names = [format!("`[{key}]`"), format!("`[[{key}]]`")];
        names.iter().find_map(|name| sections.get(name))
    };
    let mut wrong = Vec::new();
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let schema = schema::of("handbook").unwrap();
    for (key, value) in schema["properties"].as_object().unwrap() {
        let Some(own) = section(key) else {
            known.entry(String::new()).or_default().insert(key.clone());
            match rows(&sections[""]).get(key.as_str()) {
                Some(row) => wrong.extend(
                    words(value)
                        .iter()
                        .filter(|word| !row.contains(&format!("`{word}`")))
                        .map(|word| format!("{key} = {word}")),
                ),
                None => wrong.push(key.clone()),
            }
            continue;
        };
        wrong.extend(
            words(value)
                .iter()
                .filter(|word| !own.contains(&format!("`{word}`")))
                .map(|word| format!("[{key}] {word}")),
        );
        let rows = rows(own);
        for (inner, value) in inner_keys(value) {
            known.entry(key.clone()).or_default().insert(inner.to_owned());
            match rows.get(inner) {
                Some(row) => wrong.extend(
                    words(value)
                        .iter()
                        .filter(|word| !row.contains(&format!("`{word}`")))
                        .map(|word| format!("[{key}] {inner} = {word}")),
                ),
                None => wrong.push(format!("[{key}] {inner}")),
            }
        }
    }
    for (name, text) in &sections {
        let table = name.trim_matches(['`', '[', ']']);
        let known = known.get(table).cloned().unwrap_or_default();
        wrong.extend(
            rows(text).keys().filter(|key| !known.contains(**key)).map(|key| format!("no such key: [{table}] {key}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_field_of_front_matter_has_a_row_with_its_words_and_no_row_is_about_another() {
    let text = chapter("front-matter.md");
    let titles = [
        ("Every chapter", "page"),
        ("Roles", "role"),
        ("Competencies", "competency"),
        ("Strategy chapters", "strategy"),
        ("Reading paths", "path"),
    ];
    let sections = sections(&text, |heading| titles.iter().any(|(title, _)| *title == heading));
    let page = schema::of("page").unwrap();
    let common = page["properties"].as_object().unwrap();
    let mut wrong = Vec::new();
    for kind in Kind::ALL {
        let schema = schema::of(kind.name()).unwrap();
        let fields = schema["properties"].as_object().unwrap();
        let own: BTreeMap<&String, &Value> =
            fields.iter().filter(|(key, _)| kind == Kind::Page || !common.contains_key(*key)).collect();
        let Some((title, _)) = titles.iter().find(|(_, name)| *name == kind.name()) else {
            assert!(own.is_empty(), "{} has fields and no section", kind.name());
            continue;
        };
        let rows = rows(&sections[*title]);
        for (key, value) in &own {
            // A second name of a field is in the row of the first.
            let second = || rows.values().any(|row| row.contains(&format!("`{key}` means the same")));
            match rows.get(key.as_str()) {
                Some(row) => wrong.extend(
                    words(value)
                        .iter()
                        .filter(|word| !row.contains(&format!("`{word}`")))
                        .map(|word| format!("{key}: {word}")),
                ),
                None if second() => {}
                None => wrong.push(format!("{}: {key}", kind.name())),
            }
        }
        wrong.extend(
            rows.keys().filter(|key| !own.keys().any(|own| own == *key)).map(|key| format!("no such field: {key}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_command_has_a_section_that_names_its_arguments_and_options() {
    let text = chapter("commands.md");
    let sections = sections(&text, |_| true);
    let shared = rows_of_options(&sections["Options that several commands have"]);
    let mut wrong = Vec::new();
    for command in Cli::command().get_subcommands().filter(|command| command.get_name() != "help") {
        let name = command.get_name();
        let Some(section) = sections.get(name) else {
            wrong.push(name.to_owned());
            continue;
        };
        for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
            let Some(long) = argument.get_long() else {
                let value = argument.get_value_names().map_or_else(String::new, |names| names[0].to_string());
                if !section.contains(&value) {
                    wrong.push(format!("{name} {value}"));
                }
                continue;
            };
            let elsewhere = shared.get(long).is_some_and(|commands| commands.contains(&format!("`{name}`")));
            if !elsewhere && !section.contains(&format!("`--{long}")) {
                wrong.push(format!("{name} --{long}"));
            }
            if let Some(short) = argument.get_short().filter(|short| !section.contains(&format!("`-{short}`"))) {
                wrong.push(format!("{name} -{short}"));
            }
        }
    }
    let commands: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let stale = sections.keys().filter(|name| name.chars().all(|c| c.is_ascii_lowercase()) && !name.is_empty());
    wrong.extend(stale.filter(|name| !commands.contains(name)).map(|name| format!("no such command: {name}")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Returns the rows of the table of shared options: for each option's long name, the rest of its
/// row.
fn rows_of_options(section: &str) -> BTreeMap<&str, &str> {
    let rows = section.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `--")?.split_once('`')?;
        Some((name.split(' ').next().unwrap(), rest))
    });
    rows.collect()
}

#[test]
fn every_rule_is_in_the_list_of_findings_with_its_severity_and_no_other_is() {
    let text = chapter("findings.md");
    let rows = rows(&text);
    let mut wrong = Vec::new();
    for rule in Rule::ALL {
        let severity = match (rule.severity(true), rule.severity(false)) {
            (Severity::Error, _) if rule.is_firm() => "error, fixed",
            (Severity::Error, Severity::Error) => "error everywhere",
            (Severity::Error, _) => "error",
            (Severity::Warning, _) => "warning",
            (Severity::Allow, _) => "off",
        };
        let fits = rows.get(rule.name()).is_some_and(|row| row.starts_with(&format!(" {severity} | ")));
        if !fits {
            wrong.push(format!("{rule}: {severity}"));
        }
    }
    wrong
        .extend(rows.keys().filter(|name| Rule::from_name(name).is_none()).map(|name| format!("no such rule: {name}")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn it_has_no_findings_no_unpublished_files_and_no_dead_links() {
    let sources = sources();
    let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
    let findings = handbook.findings(true);
    assert!(findings.is_empty(), "{findings:#?}");
    let site = site_with(&sources, None);
    assert!(site.content().unreferenced.is_empty(), "{:?}", site.content().unreferenced);
    // The links of the 404 page begin with the path of the site, which this test doesn't have.
    let mut at_root = sources;
    let path = SourcePath::new("handbook.toml");
    let text = String::from_utf8(at_root.bytes(&path).unwrap().to_vec()).unwrap();
    at_root
        .files
        .insert(path, SourceFile::new(text.replacen("rolebook.example/docs/", "rolebook.example/", 1).into_bytes()));
    let (followed, dead) = crate::links::follow(&at_root);
    assert!(followed > 300 && dead.is_empty(), "{followed} {dead:#?}");
}

#[test]
fn every_task_has_a_chapter_that_the_first_page_links_to() {
    let handbook = compile(&sources()).unwrap();
    let first = chapter("index.md");
    for document in handbook.documents.iter().filter(|document| !document.meta.path.is_index()) {
        let id = &document.meta.id;
        assert!(first.contains(&format!("[[{id}]]")), "the first page does not link to {id}");
    }
    for id in ["start", "writing", "audiences", "checking", "importing", "moving", "hosting", "theming", "commands"] {
        assert_eq!(handbook.book.names.find(id).len(), 1, "{id}");
    }
}

/// Returns the links that lead nowhere in the handbook and nowhere in the manual either. Each is
/// written as the page and the link.
pub fn not_in_the_manual(dead: Vec<String>) -> Vec<String> {
    let site = site_with(&sources(), None);
    let leads = |found: &String| {
        let (name, link) = found.split_once(": ").unwrap();
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
        let target = join(folder, path).unwrap_or_default();
        let Some(rest) = format!("{target}/").strip_prefix("docs/").map(str::to_owned) else { return false };
        let is_there = site.has(&UrlPath::new(rest.as_str()));
        is_there && anchor.is_none_or(|anchor| page(&site, &rest).contains(&format!("id=\"{anchor}\"")))
    };
    dead.into_iter().filter(|found| !leads(found)).collect()
}

/// Returns the site of the handbook.
fn handbook() -> Site {
    site_with(&read_folder(&repository().join("handbook")), None)
}

#[test]
fn the_old_addresses_of_the_manual_lead_to_its_chapters_on_every_host() {
    let (outer, inner) = (handbook(), site_with(&sources(), None));
    let rules = fs::read_to_string(repository().join("handbook/_redirects")).unwrap();
    let mut count = 0;
    for gone in outer.handbook().config.gone.iter().filter(|gone| gone.path.0.starts_with("about/")) {
        let (see, _) = gone.see.as_ref().unwrap();
        let address = gone.path.0.strip_suffix(".md").unwrap();
        assert!(rules.contains(&format!("/{address}/* {see} 301!\n")), "{address} in {rules}");
        let page = page(&outer, &format!("{address}/"));
        assert!(page.contains(&format!("href=\"../..{see}\"")), "{page}");
        let inside = see.strip_prefix("/docs/").unwrap();
        assert!(inner.has(&UrlPath::new(inside)), "{inside}");
        count += 1;
    }
    assert_eq!((count, rules.lines().count()), (3, 3));
}

/// Builds, and returns the closing line.
fn build(folder: &Path, arguments: &[&str]) -> String {
    let output = rolebook(folder, &[&["build"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn rebuilding_the_handbook_and_the_manual_inside_it_keeps_both_complete() {
    let folder = tempfile::tempdir().unwrap();
    let (outer, inner) = (folder.path().join("site"), folder.path().join("site/docs"));
    let (outer, inner) = (outer.to_str().unwrap(), inner.to_str().unwrap());
    let both = || {
        [
            build(repository(), &["--strict", "--out", outer]),
            build(repository(), &["docs/handbook", "--strict", "--out", inner]),
        ]
    };
    both();
    let first = files_below(folder.path());
    for name in ["site/index.html", "site/roles/index.html", "site/docs/index.html", "site/docs/hosting/index.html"] {
        assert!(first.contains_key(name), "{name}");
    }
    for said in both() {
        assert!(said.contains(" pages, 0 files written, no findings"), "{said}");
    }
    assert!(files_below(folder.path()) == first);
}

#[test]
fn a_site_inside_a_site_follows_its_own_chapters_and_leaves_the_other_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        &[
            ("handbook/handbook.toml", "title = \"Outer\"\n[publish]\nother_sites = [\"docs\"]\n"),
            ("handbook/index.md", "# Outer\n\n[the manual](/docs/a/)\n"),
            ("handbook/b.md", "# B\n"),
            ("docs/handbook/handbook.toml", "title = \"Inner\"\n"),
            ("docs/handbook/index.md", "# Inner\n"),
            ("docs/handbook/a.md", "# A\n"),
        ],
    );
    let outer = || build(root, &[]);
    let inner = || build(root, &["docs/handbook", "--out", "public/docs"]);
    outer();
    inner();
    fs::remove_file(root.join("handbook/b.md")).unwrap();
    write(root, &[("handbook/c.md", "# C\n"), ("docs/handbook/d.md", "# D\n")]);
    fs::remove_file(root.join("docs/handbook/a.md")).unwrap();
    outer();
    let is_there = |name: &str| root.join("public").join(name).is_file();
    assert!(is_there("c/index.html") && !is_there("b/index.html") && is_there("docs/a/index.html"));
    inner();
    assert!(is_there("docs/d/index.html") && !is_there("docs/a/index.html") && is_there("c/index.html"));

    // A chapter of the outer handbook at an address of the inner one is refused.
    let before = files_below(&root.join("public"));
    write(root, &[("handbook/docs/d.md", "# Taken\n")]);
    let output = rolebook(root, &["build"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("in the way of the site: `docs/d.md`, `docs/d/index.html`"), "{said}");
    assert!(files_below(&root.join("public")) == before);
}
