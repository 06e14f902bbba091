//! Recognizes files that aren't meant for readers, because an author or another generator marked
//! them so: drafts, private files, dependencies and secrets.
//!
//! Input: the path of a file, or the table of a chapter's front matter. Output: the reason why the
//! file or chapter isn't published. Never looks inside a file, and never decides about audiences
//! (see `redact`).

use crate::text::diagnostic::Span;
use crate::text::front_matter::{Data, Table, Value};
use crate::text::path::{SourcePath, fold};

/// The reason why a chapter isn't published, according to its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The chapter is in a drafts folder; `--drafts` includes it.
    Draft,
    /// The name of the chapter, or of a folder that contains it, begins with an underscore. Other
    /// generators use such names for layouts, partials and templates.
    Underscore,
}

/// Returns the reason why the chapter at `path` isn't published, or `None` if its path gives no
/// reason.
///
/// `_index.md` is a folder's index page, and the `_posts` folder contains posts that Jekyll
/// publishes.
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
    let name = folder.trim_start_matches('_');
    // Nearly all names are ASCII, and folding a name takes memory each time.
    let is_plain = name.bytes().all(|byte| byte.is_ascii_graphic());
    let is_called = |drafts: &&str| if is_plain { name.eq_ignore_ascii_case(drafts) } else { fold(name) == **drafts };
    ["drafts", "draft"].iter().any(is_called)
}

/// Returns whether a folder, given by its path from the content root, contains a program's
/// dependencies.
pub fn is_dependencies(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    ["node_modules", "bower_components", "jspm_packages", "venv", "virtualenv", "site-packages", "__pycache__"]
        .contains(&name)
        || (name == "bundle" && parts.next() == Some("vendor"))
}

/// Names of files in which programs keep keys and passwords, without the dot that they may begin with.
const OF_KEYS: [&str; 14] = [
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    "id_dsa",
    "netrc",
    "npmrc",
    "pypirc",
    "htpasswd",
    "git-credentials",
    "pgpass",
    "my.cnf",
    "dockercfg",
    "kubeconfig",
    "wp-config.php",
];

/// Endings of files with keys, passwords, or settings that contain them.
const ENDS_OF_KEYS: [&str; 13] = [
    ".env",
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".ppk",
    ".keystore",
    ".jks",
    ".kdbx",
    ".ovpn",
    ".tfvars",
    ".tfstate",
    ".vault",
];

/// Words in the names of files that contain secrets, such as `secrets.yml` or `client_secret_1.json`.
const WORDS_FOR_SECRETS: [&str; 8] =
    ["secret", "secrets", "credential", "credentials", "creds", "password", "passwords", "passwd"];

/// Extensions of settings. A file without an extension may be one as well.
const SETTINGS: [&str; 10] = ["", "json", "yml", "yaml", "toml", "ini", "cfg", "conf", "properties", "xml"];

/// Endings that programs and people give to a copy of a file.
const ENDS_OF_COPIES: [&str; 8] = [".bak", ".backup", ".old", ".orig", ".save", ".copy", ".swp", "~"];

/// Returns whether a folder's name says that it contains secrets, and nothing else.
pub fn names_secrets_only(name: &str) -> bool {
    WORDS_FOR_SECRETS.contains(&name.to_ascii_lowercase().trim_start_matches('.'))
}

/// Returns whether a file's name suggests a program's settings or secrets, such as `.env`,
/// `config.env`, `env.local`, `secrets.yml` or a key.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut name = name.as_str();
    while let Some(whole) = ENDS_OF_COPIES.iter().find_map(|end| name.strip_suffix(end)) {
        name = whole;
    }
    let plain = name.trim_start_matches('.');
    plain == "env"
        || plain == "envrc"
        || plain.starts_with("env.")
        || ENDS_OF_KEYS.iter().any(|end| name.ends_with(end))
        || name.contains(".env.")
        || OF_KEYS.contains(&plain)
        || names_secrets(plain)
}

/// Returns whether a name says that the file contains secrets. A table or text counts only if its name
/// says nothing else, because `password-policy.csv` is unlikely to contain passwords.
fn names_secrets(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    if ["txt", "csv"].contains(&extension) {
        return WORDS_FOR_SECRETS.contains(&stem);
    }
    let mut words = stem.split(|character: char| !character.is_ascii_alphanumeric());
    SETTINGS.contains(&extension)
        && (words.any(|word| WORDS_FOR_SECRETS.contains(&word))
            || stem.replace(['-', '_'], "").contains("serviceaccount"))
}

/// A statement in front matter that a chapter isn't finished, or might not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The chapter is a draft.
    Draft,
    /// A mark whose value cannot be read as yes or no, with its key and the span of the value. The
    /// chapter counts as a draft.
    Unclear(String, Span),
}

/// The keys, case-folded, with which other generators withhold a chapter by a value that is true.
///
/// `draft` is used by Hugo, Zola, Docusaurus and many more; `unlisted` by Docusaurus; `hidden` by
/// `GitBook` and Hugo themes.
const WITHHELD_IF: [&str; 8] = ["draft", "isdraft", "is_draft", "wip", "unlisted", "private", "hidden", "unpublished"];

/// The keys, case-folded, with which other generators withhold a chapter by a value that is false.
///
/// `published` is used by Jekyll, Hexo, Gatsby and Grav; `publish` and `dg-publish` by Obsidian;
/// `render` by Zola; `public` by Logseq.
const WITHHELD_UNLESS: [&str; 6] = ["published", "publish", "dg-publish", "public", "visible", "render"];

/// Further words that other generators use for an unfinished chapter, case-folded.
const UNFINISHED: [&str; 5] = ["drafting", "work in progress", "in progress", "pending", "future"];

/// Returns whether a front matter key is one that a generator uses to withhold chapters.
pub fn is_mark(key: &str) -> bool {
    withholds_if(key).is_some()
}

/// Returns the value with which a key withholds a chapter, or `None` if it isn't a mark.
fn withholds_if(key: &str) -> Option<bool> {
    let key = fold(key);
    let is_in = |list: &[&str]| list.contains(&key.as_str());
    if is_in(&WITHHELD_IF) { Some(true) } else { is_in(&WITHHELD_UNLESS).then_some(false) }
}

/// Evaluates the marks in front matter. Returns `None` if the chapter is finished.
pub fn mark(table: &Table) -> Option<Mark> {
    let mut unclear = None;
    for entry in &table.entries {
        if fold(&entry.key) == "status" && entry.value.items().iter().filter_map(Value::text).any(is_unfinished) {
            return Some(Mark::Draft);
        }
        let Some(keeps_back) = withholds_if(&entry.key) else { continue };
        match truth(&entry.value) {
            Some(value) if value == keeps_back => return Some(Mark::Draft),
            Some(_) => {}
            // The date on which a chapter was or will be published doesn't tell whether it is
            // finished.
            None if !keeps_back && matches!(&entry.value.data, Data::Date(_)) => {}
            // A property that a template left empty counts as not set.
            None if matches!(&entry.value.data, Data::Null) => {}
            None => unclear = unclear.or(Some(Mark::Unclear(entry.key.clone(), entry.value.span))),
        }
    }
    unclear
}

/// Returns whether a status is another generator's word for unfinished, or is close to `draft`.
pub fn is_unfinished(status: &str) -> bool {
    let status = fold(status).replace(['-', '_'], " ");
    let is_known = WITHHELD_IF.iter().chain(&UNFINISHED).any(|word| *word == status);
    is_known || strsim::damerau_levenshtein(&status, "draft") < 2
}

/// Reads a yes-or-no value as other generators do: a Boolean, a number or a quoted word.
fn truth(value: &Value) -> Option<bool> {
    match &value.data {
        Data::Boolean(value) => Some(*value),
        Data::Integer(number @ (0 | 1)) => Some(*number == 1),
        Data::Text(text) => match fold(text).as_str() {
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
    fn draft_marks_of_other_generators_are_recognized() {
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
    fn a_finished_chapter_has_no_mark() {
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
    fn paths_of_drafts_and_private_files_are_recognized() {
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
    fn dependencies_and_secrets_are_recognized_by_name() {
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
        for name in [
            "secrets.yml",
            "Credentials.json",
            "client_secret_12.apps.example.com.json",
            "credentials",
            "prod-secrets.enc.yaml",
            "service-account.json",
            "gha-creds-1a2b.json",
            "passwords.txt",
            "kubeconfig",
            "prod.tfvars",
            "terraform.tfstate.backup",
            "id_rsa.bak",
            "secrets.yml.old~",
        ] {
            assert!(is_secret(name), "{name}");
        }
        assert!(names_secrets_only("Secrets") && !names_secrets_only("secretary"));
        for name in ["a.bak", "environment.md", "keys.csv", "a.environment", "event.png"] {
            assert!(!is_secret(name), "{name}");
        }
        for name in ["secrets.md", "password-policy.csv", "secretary.json", "tokens.json", "secret-ballot.png"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
