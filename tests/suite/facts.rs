//! Writes every field of every kind into front matter of every form, and checks that it reads back
//! equal and that not a byte elsewhere changes.
//!
//! The front matter is that of the handbook, of a real handbook next to this checkout, and generated
//! from the lists of fields: with comments, quotes, lists in brackets and on lines, CRLF, and TOML.

use rolebook::author::edit::fact::{self, File, Place};
use rolebook::author::form::{entry_of, known, meant, shown};
use rolebook::declare::config::{Config, Scope};
use rolebook::declare::fields::{Field, Shape};
use rolebook::declare::front::{Common, of_kind};
use rolebook::declare::kind::Kind;
use rolebook::declare::schema;
use rolebook::model::compile::Handbook;
use rolebook::text::front_matter::{Data, Entry, Format, Table, Value, split};
use rolebook::text::source::{Sources, Text};
use serde_json::{Value as Json, json};

use crate::support::{compile, read_folder, repository, shared};

/// A source of numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

const TEXTS: &[&str] = &[
    "Plain words",
    "a: b",
    "it's",
    "say \"no\"",
    "# not a comment",
    "why # not",
    "true",
    "12",
    "2026-01-01",
    "[x]",
    "{y}",
    "*star* & more",
    "ends with:",
    "- dash",
    "ü – „x“",
    "C:\\temp",
    "a, b",
    "null",
    "@team",
    "two\nlines",
];

/// Returns a value as a form would send it.
fn sample(shape: Shape, dice: &mut Dice) -> Json {
    match shape {
        Shape::Integer(least, most) => {
            json!(least.max(-5) + i64::try_from(dice.roll(9)).unwrap().min(most - least.max(-5)))
        }
        Shape::Boolean => json!(dice.roll(2) == 0),
        Shape::Date => json!(*dice.pick(&["2026-04-01", "2027-12-31"])),
        Shape::Duration => json!(*dice.pick(&["6 months", "2 weeks"])),
        Shape::Choice(words) => json!(*dice.pick(words)),
        Shape::Level => json!(1 + dice.roll(5)),
        Shape::List(inner) => Json::Array((0..=dice.roll(4)).map(|_| sample(*inner, dice)).collect()),
        Shape::Map(inner) | Shape::Each(_, inner) => {
            let keys = ["one", "two-b", "a: c", "d e"];
            let first = dice.roll(3);
            Json::Array(keys[first..].iter().map(|key| json!([key, sample(*inner, dice)])).collect())
        }
        Shape::Table(fields) => {
            let all = fields.iter().map(|field| (field.name.to_owned(), sample(field.shape, dice)));
            Json::Object(all.collect())
        }
        _ => json!(*dice.pick(TEXTS)),
    }
}

/// Returns the value as a form shows it, without what it says about the items of the old list.
fn read(bytes: &[u8], file: File, field: &Field) -> Option<Json> {
    let table = fact::table(bytes, file).unwrap();
    let mut json = shown(&entry_of(&table, field)?.value, field.shape);
    json.iter_mut().for_each(without_places);
    json.filter(|json| !json.is_null())
}

/// Removes the places of items in the old list, at any depth.
fn without_places(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(without_places),
        Json::Object(table) => {
            table.remove("from");
            table.values_mut().for_each(without_places);
        }
        _ => {}
    }
}

/// Sorts the keys of a table, whose order says nothing.
fn sorted(mut json: Json, shape: Shape) -> Json {
    if let (Shape::Map(_) | Shape::Each(..), Some(pairs)) = (shape, json.as_array_mut()) {
        pairs.sort_by_key(ToString::to_string);
    }
    json
}

/// Returns the number of bytes that two files have in common at the start and at the end.
fn common(old: &[u8], new: &[u8]) -> (usize, usize) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    (start, end)
}

/// Returns the place of a value in a text, with its key and everything below it.
fn extent(entry: &Entry) -> (usize, usize) {
    fn grow(value: &Value, place: &mut (usize, usize)) {
        place.0 = place.0.min(value.span.start as usize);
        place.1 = place.1.max(value.span.end as usize);
        match &value.data {
            Data::List(items) => items.iter().for_each(|item| grow(item, place)),
            Data::Table(table) => {
                for entry in &table.entries {
                    place.0 = place.0.min(entry.key_span.start as usize);
                    grow(&entry.value, place);
                }
            }
            _ => {}
        }
    }
    let mut place = (entry.key_span.start as usize, entry.key_span.end as usize);
    // An empty value in YAML has no place of its own, and that of an alias is elsewhere.
    if entry.value.data != Data::Null {
        grow(&entry.value, &mut place);
    }
    place
}

/// Checks that nothing outside of the field's own lines differs.
fn assert_elsewhere_is_equal(old: &[u8], new: &[u8], (table, field): (&Table, &Field), what: &str) {
    let (start, end) = common(old, new);
    match entry_of(table, field) {
        Some(entry) => {
            let text = Text::new(old).unwrap();
            let place = extent(entry);
            let line = text.text[..place.0].rfind('\n').map_or(0, |at| at + 1);
            let behind = text.text[place.1..].find('\n').map_or(text.text.len(), |at| place.1 + at + 1);
            // So do comments that are indented like the field's own lines.
            let mut rest = text.text[behind..].split_inclusive('\n');
            let is_inner = |line: &&str| line.starts_with(' ') && line.trim_start().starts_with('#');
            let behind = behind + rest.by_ref().take_while(is_inner).map(str::len).sum::<usize>();
            // The blank line above a table goes and comes with it.
            assert!(start + 2 >= text.to_file(line), "{what}: {start} bytes are equal, but the field begins at {line}");
            assert!(end + 2 >= old.len() - text.to_file(behind), "{what}: {end} bytes at the end are equal");
        }
        None => assert!(start + end >= old.len(), "{what}: something was changed or removed"),
    }
}

struct Tally {
    files: usize,
    writes: usize,
    refused: Vec<String>,
}

/// Sets each field to a sample, and removes it again.
fn write_each(bytes: &[u8], file: File, fields: &[Field], (dice, handbook): (&mut Dice, &Handbook), tally: &mut Tally) {
    let Ok(table) = fact::table(bytes, file) else { return };
    tally.files += 1;
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    for (n, field) in fields.iter().enumerate() {
        let place = Place { names: [field.name, field.also], before: &names[..n] };
        let old = entry_of(&table, field).map(|entry| &entry.value);
        let is_map = matches!(field.shape, Shape::Map(_));
        let wanted =
            if field.name == "extra" && is_map { json!([["mine", "text"]]) } else { sample(field.shape, dice) };
        let what = || format!("{} = {wanted} in {:?}", field.name, String::from_utf8_lossy(bytes));
        let fact = meant(&wanted, field.shape, old, (handbook, Scope::default())).unwrap();
        let is_full = fact.is_some();
        tally.writes += 1;
        let new = match fact::set(bytes, file, place, fact.as_ref()) {
            Ok(new) => new,
            Err(reason) => {
                tally.refused.push(format!("{} ({reason:?})", what()));
                continue;
            }
        };
        let found = read(&new, file, field).map(|json| sorted(json, field.shape));
        assert_eq!(found, Some(sorted(wanted.clone(), field.shape)).filter(|_| is_full), "{}", what());
        assert_elsewhere_is_equal(bytes, &new, (&table, field), &what());
        assert_eq!(fact::set(&new, file, place, fact.as_ref()).as_ref(), Ok(&new), "{}", what());
        let new_table = fact::table(&new, file).unwrap();
        match fact::set(&new, file, place, None) {
            Ok(without) => {
                assert_eq!(read(&without, file, field), None);
                assert_elsewhere_is_equal(&new, &without, (&new_table, field), &what());
            }
            Err(_) => tally.refused.push(format!("without {}", what())),
        }
    }
}

/// Returns all fields that chapters of a kind accept.
fn fields_of(kind: Kind) -> Vec<Field> {
    Common::FIELDS.iter().chain(of_kind(kind)).copied().collect()
}

fn handbook() -> Handbook {
    compile(&Sources::from_texts([("index.md", "# A\n")])).unwrap()
}

/// Returns a chapter without most of its text, which takes long to compare.
fn head(bytes: &[u8]) -> &[u8] {
    let Ok(text) = Text::new(bytes) else { return bytes };
    let body = split(&text.text).body();
    let end = (body..text.text.len()).find(|at| *at >= body + 200 && text.text.is_char_boundary(*at));
    &bytes[..end.map_or(bytes.len(), |end| text.to_file(end))]
}

fn assert_nothing_refused(tally: &Tally, least: usize) {
    println!("{} files, {} writes, {} refused", tally.files, tally.writes, tally.refused.len());
    assert!(tally.files >= least, "only {} files", tally.files);
    let first: std::collections::BTreeMap<_, _> =
        tally.refused.iter().map(|text| (text.split(' ').take(2).collect::<Vec<_>>(), text)).collect();
    assert!(first.is_empty(), "{} refused, such as {first:#?}", tally.refused.len());
}

#[test]
fn every_field_is_written_into_the_front_matter_of_the_handbook_and_reads_back_equal() {
    let (mut dice, handbook) = (Dice(1), handbook());
    let mut tally = Tally { files: 0, writes: 0, refused: Vec::new() };
    for (path, source) in read_folder(&repository().join("handbook")).chapters() {
        let kind = Kind::ALL.into_iter().find(|kind| path.as_str().starts_with(&kind.name()[..4]));
        let fields = fields_of(kind.unwrap_or(Kind::Role));
        write_each(head(&source.bytes), File::Chapter, &fields, (&mut dice, &handbook), &mut tally);
    }
    assert_nothing_refused(&tally, 60);
}

#[test]
fn every_field_is_written_into_real_front_matter_and_reads_back_equal() {
    let Some(archive) = shared("real/sourcegraph-handbook.tar.gz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let done = std::process::Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(done.unwrap().success());
    let (mut dice, handbook) = (Dice(2), handbook());
    let mut tally = Tally { files: 0, writes: 0, refused: Vec::new() };
    for (n, (_, source)) in read_folder(&folder.path().join("content")).chapters().enumerate() {
        let fields = fields_of(Kind::ALL[n % Kind::ALL.len()]);
        write_each(head(&source.bytes), File::Chapter, &fields, (&mut dice, &handbook), &mut tally);
    }
    assert_nothing_refused(&tally, 800);
}

#[test]
fn every_field_is_written_into_generated_front_matter_and_reads_back_equal() {
    let (mut dice, handbook) = (Dice(3), handbook());
    let mut tally = Tally { files: 0, writes: 0, refused: Vec::new() };
    let mut forms = std::collections::BTreeSet::new();
    for n in 0..300 {
        let fields = fields_of(Kind::ALL[n % Kind::ALL.len()]);
        let format = if n % 3 == 2 { Format::Toml } else { Format::Yaml };
        let text = generated(&fields, format, &mut dice);
        let is_read = fact::table(text.as_bytes(), File::Chapter).is_ok_and(|table| !table.entries.is_empty());
        assert!(is_read, "{text}");
        for form in [
            "\r\n", ": |", ": >", "['", "[\n", "{", "\n  - ", "\n- ", " # ", "\n# ", "''", "\\\"", " = {", "\n[",
            "\u{feff}",
        ] {
            if text.contains(form) {
                forms.insert(form);
            }
        }
        write_each(text.as_bytes(), File::Chapter, &fields, (&mut dice, &handbook), &mut tally);
    }
    assert_eq!(forms.len(), 15, "{forms:?}");
    assert_nothing_refused(&tally, 300);
}

#[test]
fn every_setting_is_written_into_a_configuration_and_reads_back_equal() {
    let (mut dice, handbook) = (Dice(4), handbook());
    let mut tally = Tally { files: 0, writes: 0, refused: Vec::new() };
    let own = std::fs::read(repository().join("handbook/handbook.toml")).unwrap();
    let manual = std::fs::read(repository().join("docs/handbook/handbook.toml")).unwrap();
    for bytes in [own, manual, b"".to_vec(), b"# Mine.\r\ntitle = 'T'\r\n".to_vec()] {
        for _ in 0..10 {
            write_each(&bytes, File::Toml, Config::FIELDS, (&mut dice, &handbook), &mut tally);
        }
    }
    assert_nothing_refused(&tally, 40);
}

/// Generates a chapter that has some of the fields, each in one of many forms.
fn generated(fields: &[Field], format: Format, dice: &mut Dice) -> String {
    let mut lines = String::new();
    let mut tables = String::new();
    for field in fields {
        if dice.roll(4) == 0 {
            lines.push_str(&format!("# {} follows.\n", field.name));
        }
        if dice.roll(9) == 0 {
            lines.push_str(if format == Format::Yaml { "theirs: 'kept' # theirs\n" } else { "" });
        }
        if dice.roll(5) < 2 || lines.contains("theirs: ") && field.name == "theirs" {
            continue;
        }
        let value = if field.name == "extra" { json!([["mine", "text"]]) } else { sample(field.shape, dice) };
        if format == Format::Yaml {
            lines.push_str(&yaml_entry(field.name, &value, dice));
        } else {
            let text = toml_entry(field.name, &value, dice);
            if text.starts_with('[') { tables.push_str(&text) } else { lines.push_str(&text) }
        }
    }
    // A key that occurs twice is an error of its own.
    let mut seen = false;
    let lines: String = lines
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("theirs:") || !std::mem::replace(&mut seen, true))
        .collect();
    let fence = format.fence();
    let text = format!("{fence}\n{lines}{tables}{fence}\n\n# A\n\nText: with # signs.\n");
    let text = if dice.roll(3) == 0 { text.replace('\n', "\r\n") } else { text };
    if dice.roll(5) == 0 { format!("\u{feff}{text}") } else { text }
}

fn comment(dice: &mut Dice) -> &'static str {
    dice.pick::<&str>(&["", "", " # why"])
}

/// Returns a text as a YAML scalar in one of its forms. `indent` is that of a text on lines of its
/// own, or `None` if it has to be on one line.
fn yaml_text(text: &str, indent: Option<usize>, dice: &mut Dice) -> String {
    let is_word = text.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') && !["true", "null"].contains(&text);
    let is_line = !text.contains('\n');
    match (dice.roll(4), indent) {
        (0, _) if is_word => text.to_owned(),
        (1, _) if is_line => format!("'{}'", text.replace('\'', "''")),
        (2, Some(indent)) => {
            let lines: String = text.split('\n').map(|line| format!("\n{}{line}", " ".repeat(indent))).collect();
            format!("{}{lines}", if is_line { *dice.pick(&[">-", "|-"]) } else { "|-" })
        }
        _ => serde_json::to_string(text).unwrap(),
    }
}

fn yaml_value(value: &Json, indent: Option<usize>, dice: &mut Dice) -> String {
    match value {
        Json::String(text) if is_day(text) => text.clone(),
        Json::String(text) => yaml_text(text, indent, dice),
        other => other.to_string(),
    }
}

fn is_day(text: &str) -> bool {
    text == "2026-04-01" || text == "2027-12-31"
}

fn yaml_entry(name: &str, value: &Json, dice: &mut Dice) -> String {
    let note = comment(dice);
    let Some(items) = value.as_array() else {
        if dice.roll(12) == 0 {
            return format!("{name}:{note}\n");
        }
        let text = yaml_value(value, Some(2), dice);
        let is_block = text.starts_with(['|', '>']);
        return format!("{name}: {text}{}\n", if is_block { "" } else { note });
    };
    if items.iter().all(Json::is_array) {
        let indent = *dice.pick(&[2, 4]);
        let is_flow = dice.roll(3) == 0;
        let mut pair = |pair: &Json| {
            let inner = yaml_value(&pair[1], Some(indent + 2).filter(|_| !is_flow), dice);
            format!("{}: {inner}", serde_json::to_string(&pair[0]).unwrap())
        };
        let pairs: Vec<String> = items.iter().map(&mut pair).collect();
        if is_flow {
            return format!("{name}: {{{}}}{note}\n", pairs.join(", "));
        }
        let line = |pair: &String| format!("{}{pair}\n", " ".repeat(indent));
        return format!("{name}:{note}\n{}", pairs.iter().map(line).collect::<String>());
    }
    match dice.roll(4) {
        0 => {
            let all: Vec<String> = items.iter().map(|item| yaml_value(item, None, dice)).collect();
            format!("{name}: [{}]{note}\n", all.join(", "))
        }
        1 => {
            let all = items.iter().map(|item| format!("  {},{}\n", yaml_value(item, None, dice), comment(dice)));
            format!("{name}: [\n{}]\n", all.collect::<String>())
        }
        style => {
            let dash = if style == 2 { "- " } else { "  - " };
            let mut all = String::new();
            for item in items {
                all.push_str(&format!("{dash}{}{}\n", yaml_value(item, None, dice), comment(dice)));
                if dice.roll(4) == 0 {
                    all.push_str("  # between\n");
                }
            }
            format!("{name}:{note}\n{all}")
        }
    }
}

fn toml_value(value: &Json, dice: &mut Dice) -> String {
    match value {
        Json::String(text) if is_day(text) && dice.roll(2) == 0 => text.clone(),
        Json::String(text) if !text.contains(['\'', '\n']) && dice.roll(2) == 0 => format!("'{text}'"),
        Json::String(text) if text.contains('\n') && dice.roll(2) == 0 => format!("\"\"\"\n{text}\"\"\""),
        Json::Array(items) => {
            let all: Vec<String> = items.iter().map(|item| toml_value(item, dice)).collect();
            format!("[{}]", all.join(", "))
        }
        other => other.to_string(),
    }
}

fn toml_entry(name: &str, value: &Json, dice: &mut Dice) -> String {
    let note = comment(dice);
    match value.as_array() {
        Some(items) if items.iter().all(Json::is_array) => {
            let form = dice.roll(3);
            let mut pair = |pair: &Json| {
                format!(
                    "{} = {}",
                    serde_json::to_string(&pair[0]).unwrap(),
                    toml_value(&pair[1], dice).replace("\"\"\"\n", "\"\"\"")
                )
            };
            let pairs: Vec<String> = items.iter().map(&mut pair).collect();
            match form {
                0 if !pairs.iter().any(|pair| pair.contains('\n')) => {
                    format!("{name} = {{ {} }}{note}\n", pairs.join(", "))
                }
                1 => pairs.iter().map(|pair| format!("{name}.{pair}{note}\n")).collect(),
                _ => format!("[{name}]{note}\n{}\n\n", pairs.join("\n")),
            }
        }
        Some(items) if dice.roll(2) == 0 => {
            let all = items.iter().map(|item| format!("  {},{}\n", toml_value(item, dice), comment(dice)));
            format!("{name} = [\n{}]\n", all.collect::<String>())
        }
        _ => format!("{name} = {}{note}\n", toml_value(value, dice)),
    }
}

#[test]
fn the_schemas_of_a_project_list_its_owners_levels_and_chapters() {
    let texts = [
        ("handbook.toml", "[owners.people]\n[[tracks]]\nid = \"lead\"\n"),
        ("roles/chief.md", "# Chief\n"),
        ("competencies/talk.md", "# Talk\n"),
    ];
    let handbook = compile(&Sources::from_texts(texts)).unwrap();
    let schema = schema::in_project("role", &|word| known(word, &handbook)).unwrap();
    let of = |name: &str| &schema["properties"][name];
    assert_eq!(of("owner")["enum"], json!(["people"]));
    assert_eq!(of("track")["enum"], json!(["lead"]));
    assert_eq!(of("extends")["anyOf"][0]["enum"], json!(["chief"]));
    let level = &of("competencies")["properties"]["talk"]["anyOf"][0]["enum"];
    assert!(level.as_array().unwrap().contains(&json!(3)) && level.as_array().unwrap().contains(&json!("Owning")));
    // Without a project, editors accept every name.
    assert_eq!(schema::of("role").unwrap()["properties"]["owner"]["enum"], Json::Null);
}

#[test]
fn the_schema_of_a_project_accepts_the_levels_of_every_scale() {
    let scale = |of: &str, level: u8, name: &str| format!("[[{of}.scale]]\nlevel = {level}\nname = \"{name}\"\n");
    let track = scale("tracks", 5, "Head") + &scale("tracks", 6, "Chief");
    let family = scale("families.make", 1, "New") + &scale("families.make", 2, "Old");
    let toml = format!("[families.make]\n{family}[[tracks]]\nid = \"lead\"\n{track}");
    let texts = [("handbook.toml", toml.as_str()), ("competencies/talk.md", "# Talk\n")];
    let handbook = compile(&Sources::from_texts(texts)).unwrap();
    let schema = schema::in_project("role", &|word| known(word, &handbook)).unwrap();
    let level = &schema["properties"]["competencies"]["properties"]["talk"]["anyOf"];
    let listed = level[0]["enum"].as_array().unwrap();
    for written in [json!(6), json!("6"), json!("Head"), json!("Chief"), json!("New"), json!("Owning")] {
        assert!(listed.contains(&written), "{written}");
    }
    assert_eq!(listed.iter().filter(|one| **one == json!(3)).count(), 1);
    // `check` accepts `head` too.
    assert_eq!(level[1]["type"], json!(["integer", "string"]));
}
