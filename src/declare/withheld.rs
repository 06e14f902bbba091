//! Knows what authors and other generators mark as not being for readers: drafts, private parts, dependencies and secrets.
//!
//! Input: the path of a file, or the table of a chapter's front matter. Output: why it isn't published. Never looks into a file, never decides about
//! audiences (see `redact`).

use crate::text::diagnostic::Span;
use crate::text::front_matter::{Data, Table, Value};
use crate::text::path::{SourcePath, fold};

/// Why a chapter isn't published, judged by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is in a folder of drafts; `--drafts` shows it.
    Draft,
    /// Its name, or that of a folder above it, begins with an underscore: a layout, a partial or a template of another generator.
    Underscore,
}

/// Returns why the chapter at `path` isn't published, if its path says so.
///
/// `_index.md` is a folder's own page, and the folder `_posts` holds posts that Jekyll publishes.
pub fn part(path: &SourcePath) -> Option<Part> {
    let folders = || path.folder().split('/').filter(|folder| !folder.is_empty());
    if folders().any(is_drafts) {
        return Some(Part::Draft);
    }
    let is_private = |folder: &str| folder.starts_with('_') && folder != "_posts";
    let has_private_name = path.file_name().starts_with('_') && !path.is_index();
    (has_private_name || folders().any(is_private)).then_some(Part::Underscore)
}

fn is_drafts(folder: &str) -> bool {
    ["drafts", "draft"].contains(&fold(folder.trim_start_matches('_')).as_str())
}

/// Tells whether a folder holds the dependencies of a program, by its path from the content root.
pub fn is_dependencies(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    ["node_modules", "bower_components", "jspm_packages", "venv", "virtualenv", "site-packages", "__pycache__"]
        .contains(&name)
        || (name == "bundle" && parts.next() == Some("vendor"))
}

/// Tells whether a file holds settings or secrets of a program, by its name: `.env`, `config.env`, `env.local`, keys.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.trim_start_matches('.');
    let of_keys =
        ["id_rsa", "id_ed25519", "id_ecdsa", "id_dsa", "netrc", "npmrc", "pypirc", "htpasswd", "git-credentials"];
    plain == "env"
        || plain == "envrc"
        || plain.starts_with("env.")
        || [".env", ".pem", ".key", ".p12", ".pfx", ".keystore", ".jks", ".kdbx"].iter().any(|end| name.ends_with(end))
        || name.contains(".env.")
        || of_keys.contains(&plain)
}

/// What front matter says about whether its chapter is finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The chapter is a draft.
    Draft,
    /// A mark has a value that nobody can read as yes or no: the key and the place of the value. The chapter counts as a draft.
    Unclear(String, Span),
}

/// Keys by which a generator keeps a chapter back, folded, and the value that does so.
///
/// `draft` is known to Hugo, Zola, Docusaurus and many more; `published` to Jekyll, Hexo, Gatsby and Grav; `publish` and `dg-publish` to Obsidian;
/// `unlisted` to Docusaurus; `hidden` to `GitBook` and Hugo's themes; `render` to Zola; `public` to Logseq.
const MARKS: &[(&str, bool)] = &[
    ("draft", true),
    ("isdraft", true),
    ("is_draft", true),
    ("wip", true),
    ("unlisted", true),
    ("private", true),
    ("hidden", true),
    ("unpublished", true),
    ("published", false),
    ("publish", false),
    ("dg-publish", false),
    ("public", false),
    ("visible", false),
    ("render", false),
];

/// Other generators' words for a chapter that isn't finished, folded.
const STATUSES: &[&str] = &[
    "draft",
    "drafts",
    "drafting",
    "wip",
    "work in progress",
    "in progress",
    "unpublished",
    "unlisted",
    "private",
    "hidden",
    "pending",
    "future",
];

/// Tells whether a key of front matter is a mark of a generator for chapters that it keeps back.
pub fn is_mark(key: &str) -> bool {
    let key = fold(key.trim());
    MARKS.iter().any(|(name, _)| *name == key)
}

/// Returns what the marks in front matter say; nothing where the chapter is finished.
pub fn mark(table: &Table) -> Option<Mark> {
    let mut unclear = None;
    for entry in &table.entries {
        let key = fold(entry.key.trim());
        if key == "status" {
            let named = words_of(&entry.value);
            if named.into_iter().any(is_unfinished) {
                return Some(Mark::Draft);
            }
            continue;
        }
        let Some((_, keeps_back)) = MARKS.iter().find(|(name, _)| *name == key) else { continue };
        match truth(&entry.value) {
            Some(value) if value == *keeps_back => return Some(Mark::Draft),
            Some(_) => {}
            // The day on which a chapter was or will be published says nothing about whether it is finished.
            None if !keeps_back && matches!(&entry.value.data, Data::Date(_)) => {}
            // A property that a template left empty isn't set.
            None if matches!(&entry.value.data, Data::Null) => {}
            None => unclear = unclear.or(Some(Mark::Unclear(entry.key.clone(), entry.value.span))),
        }
    }
    unclear
}

/// Returns a value's words: its own, or those of its items.
fn words_of(value: &Value) -> Vec<&str> {
    match &value.data {
        Data::List(items) => items.iter().filter_map(Value::text).collect(),
        _ => value.text().into_iter().collect(),
    }
}

/// Tells whether a status is another generator's word for what isn't finished, or looks like `draft`.
pub fn is_unfinished(status: &str) -> bool {
    let status = fold(status.trim()).replace(['-', '_'], " ");
    STATUSES.contains(&status.as_str()) || strsim::damerau_levenshtein(&status, "draft") < 2
}

/// Reads yes or no as any generator does: a truth, a number, or a word in quotes.
fn truth(value: &Value) -> Option<bool> {
    match &value.data {
        Data::Boolean(value) => Some(*value),
        Data::Integer(number @ (0 | 1)) => Some(*number == 1),
        Data::Text(text) => match fold(text.trim()).as_str() {
            "true" | "yes" | "on" | "y" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::front_matter::{Format, read};

    fn of(yaml: &str) -> Option<Mark> {
        mark(&read(yaml, 0, Format::Yaml).unwrap())
    }

    #[test]
    fn every_generators_mark_of_a_draft_is_read() {
        let drafts = [
            "draft: true",
            "Draft: yes",
            "draft: \"true\"",
            "DRAFT: on",
            "draft: 1",
            "published: false",
            "published: \"no\"",
            "publish: off",
            "publish: 'false'",
            "unlisted: true",
            "private: true",
            "hidden: true",
            "dg-publish: false",
            "render: false",
            "status: draft",
            "status: Draft",
            "status: WIP",
            "status: drfat",
            "status: in-progress",
            "title: A\npublished: true\ndraft: true",
        ];
        for yaml in drafts {
            assert_eq!(of(yaml), Some(Mark::Draft), "{yaml}");
        }
        let toml = read("title = \"A\"\ndraft = true\n", 0, Format::Toml).unwrap();
        assert_eq!(mark(&toml), Some(Mark::Draft));
    }

    #[test]
    fn a_chapter_that_is_finished_by_every_mark_is_none() {
        for yaml in [
            "",
            "draft: false",
            "published: true",
            "publish: yes",
            "draft:",
            "published: 2026-01-01",
            "status: accepted",
            "status: current",
            "hidden: no",
            "drafts: 3",
        ] {
            assert_eq!(of(yaml), None, "{yaml}");
        }
    }

    #[test]
    fn a_mark_that_is_neither_yes_nor_no_is_unclear() {
        for yaml in ["draft: maybe", "published: [no]", "hidden: {from: all}", "private: 2"] {
            assert!(matches!(of(yaml), Some(Mark::Unclear(..))), "{yaml}");
        }
    }

    #[test]
    fn paths_of_drafts_and_private_parts_are_known() {
        let of = |path: &str| part(&SourcePath::new(path));
        for path in ["_drafts/a.md", "blog/Drafts/a.md", "drafts/index.md", "_drafts/_index.md"] {
            assert_eq!(of(path), Some(Part::Draft), "{path}");
        }
        for path in ["_includes/a.md", "a/_partial.md", "_templates/x/y.md", "_Sidebar.md"] {
            assert_eq!(of(path), Some(Part::Underscore), "{path}");
        }
        for path in ["_index.md", "a/_index.md", "_posts/2020-01-02-a.md", "a_b/c_.md", "drafting/a.md"] {
            assert_eq!(of(path), None, "{path}");
        }
    }

    #[test]
    fn dependencies_and_secrets_are_known_by_their_names() {
        for path in ["node_modules", "a/node_modules", "vendor/bundle", "x/vendor/bundle", "venv", "a/__pycache__"] {
            assert!(is_dependencies(path), "{path}");
        }
        for path in ["vendor", "bundle", "a/bundle", "environment", "target"] {
            assert!(!is_dependencies(path), "{path}");
        }
        for name in [".env", ".env.local", "env.local", "config.env", "prod.env.bak", "server.pem", "id_rsa", ".npmrc"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["environment.md", "keys.csv", "a.environment", "event.png"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
