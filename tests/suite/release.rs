//! Checks the files from which releases and packages are made, without making one: `tests/install/run`
//! does that.

use std::collections::BTreeSet;
use std::path::Path;

use granit_parser::{Event, Parser};

use crate::support::{repository, rolebook};

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap()
}

/// A list or table of a YAML document while it is read.
enum Open {
    List,
    /// The keys so far, and whether the next scalar is a key.
    Table(BTreeSet<String>, bool),
}

/// Returns the keys of the outermost tables. Fails if the text isn't YAML, or if a table has a key twice.
fn top_keys(name: &str, text: &str) -> BTreeSet<String> {
    let (mut open, mut top) = (Vec::new(), BTreeSet::new());
    for event in Parser::new_from_str(text) {
        let event = event.unwrap_or_else(|error| panic!("{name}: {error}")).0;
        let depth = open.len();
        let ends_value = !matches!(event, Event::SequenceEnd | Event::MappingEnd);
        match (&event, open.last_mut()) {
            (Event::Scalar(key, ..), Some(Open::Table(keys, is_key @ true))) => {
                assert!(keys.insert(key.to_string()), "{name}: `{key}` occurs twice");
                *is_key = false;
                if depth == 1 {
                    top.insert(key.to_string());
                }
                continue;
            }
            (Event::SequenceStart(..), _) => open.push(Open::List),
            (Event::MappingStart(..), _) => open.push(Open::Table(BTreeSet::new(), true)),
            (Event::SequenceEnd | Event::MappingEnd, _) => drop(open.pop()),
            _ => {}
        }
        let is_whole = open.len() < depth || (ends_value && open.len() == depth);
        if let (true, Some(Open::Table(_, is_key))) = (is_whole, open.last_mut()) {
            *is_key = true;
        }
    }
    top
}

fn keys(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn workflows_and_templates_are_valid_yaml_without_duplicate_keys() {
    let workflow = keys(&["name", "on", "permissions", "concurrency", "jobs"]);
    for name in ["ci", "newest", "release"] {
        let path = format!(".github/workflows/{name}.yml");
        assert_eq!(top_keys(&path, &read(&path)), workflow, "{path}");
    }
    assert_eq!(top_keys("action.yml", &read("action.yml")), keys(&["name", "description", "inputs", "runs"]));
    assert!(top_keys("templates", &read("templates/handbook.yml")).is_superset(&keys(&["spec", "handbook", "pages"])));
    assert_eq!(top_keys("hooks", &read(".pre-commit-hooks.yaml")), BTreeSet::new(), "a list");
    for host in ["github-pages", "netlify", "cloudflare", "gitlab", "s3", "nginx"] {
        let folder = tempfile::tempdir().unwrap();
        assert!(rolebook(folder.path(), &["init", "--host", host]).status.success());
        let (path, job) = match host {
            "gitlab" => (".gitlab-ci.yml", "pages"),
            _ => (".github/workflows/handbook.yml", "jobs"),
        };
        let text = std::fs::read_to_string(folder.path().join(path)).unwrap();
        assert!(top_keys(host, &text).contains(job), "{host}");
    }
}

#[test]
#[should_panic(expected = "`run` occurs twice")]
fn a_duplicate_key_is_found() {
    top_keys(
        "a workflow",
        "jobs:\n  a:\n    - {uses: x, with: {run: y}}\n    - run: one\n      if: [a, b]\n      run: two\n",
    );
}

/// Returns what follows `start` up to one of `ends`, for each `start` in the text.
fn after(text: &str, start: &str, ends: &[char]) -> BTreeSet<String> {
    text.split(start).skip(1).map(|rest| rest.split(ends).next().unwrap().to_owned()).collect()
}

#[test]
fn packages_are_made_for_exactly_the_systems_that_a_release_is_built_for() {
    let built = after(&read(".github/workflows/release.yml"), "{ target: ", &[',']);
    assert_eq!(built.len(), 7);
    let pack = read("packaging/pack");
    for table in ["WHEELS = {", "NPM = {"] {
        let rows = pack.split(table).nth(1).unwrap().split("\n}").next().unwrap();
        assert_eq!(after(rows, "\n    \"", &['"']), built, "{table}");
    }
    // What Homebrew and install.sh download.
    let brewed = after(&read("packaging/rolebook.rb"), "{SHA256 ", &['}']);
    let script = read("packaging/install.sh");
    let installed = ["x86_64", "aarch64"].map(|machine| {
        ["unknown-linux-musl", "apple-darwin"].map(|system| {
            assert!(script.contains(&format!("system={system}")) && script.contains(&format!("machine={machine}")));
            format!("{machine}-{system}")
        })
    });
    assert_eq!(brewed, installed.into_iter().flatten().collect());
    assert!(brewed.is_subset(&built));
}

#[test]
#[cfg(unix)]
fn the_scripts_that_workflows_run_can_be_executed() {
    use std::os::unix::fs::PermissionsExt;
    let mut seen = 0;
    for workflow in ["ci", "release"] {
        let text = read(&format!(".github/workflows/{workflow}.yml"));
        let words = text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.contains("paths:"));
        for word in words.flat_map(str::split_whitespace) {
            let path = word.trim_start_matches("./");
            if (path.starts_with("packaging/") || path.starts_with("tests/") || path == "test.sh")
                && path != "packaging/Dockerfile"
            {
                let mode = Path::metadata(&repository().join(path)).unwrap_or_else(|_| panic!("{path}")).permissions();
                assert!(mode.mode() & 0o111 != 0, "{path}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 5);
}
