//! Builds handbooks with a complete history, a broken one or none, and compares two states of a
//! handbook.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::{files_below, rolebook, write};

/// Returns whether Git is installed. If it isn't, prints that the test is skipped.
pub fn has_git() -> bool {
    let found = Command::new("git").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: Git is not installed");
    }
    found
}

pub fn git(folder: &Path, arguments: &[&str]) -> Output {
    let identity = ["-c", "user.name=A Writer", "-c", "user.email=writer@example.org", "-c", "init.defaultBranch=main"];
    let output = Command::new("git")
        .args(identity)
        .args(["-c", "commit.gpgSign=false", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Commits everything on a given day, at noon UTC.
pub fn commit(folder: &Path, day: &str, message: &str) {
    git(folder, &["add", "-A"]);
    let date = format!("{day}T12:00:00Z");
    let status = Command::new("git")
        .args(["-c", "user.name=A Writer", "-c", "user.email=writer@example.org", "-c", "commit.gpgSign=false"])
        .args(["commit", "-q", "--allow-empty", "-m", message])
        .current_dir(folder)
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .status()
        .unwrap();
    assert!(status.success());
}

const CONFIG: &str = "title = \"Ours\"\nbase_url = \"https://books.example/ours/\"\n[partners]\nfinance = \"Finance\"\n[check]\nempty-level = \"allow\"\n";
const DATA: &str = "# Data-driven decisions\n\n## Levels\n\n### Practising\n\n- Says which number would change the plan. {#says-which}\n- Keeps a list of open questions and who can answer them.\n- Counts everything that can be counted.\n\n### Owning\n\n- Writes down what was expected before looking. {#expected-before}\n";
const MANAGER: &str = "---\nrank: 1\nscope: one product\ncompetencies: {data: Practising}\n---\n# Product Manager\n\n## Responsibilities\n\n- Keeps the roadmap true. {#roadmap}\n";
const PRICING: &str = "---\nled_by: product-manager\n---\n# Pricing\n\n## Decisions\n\n### The list price\n\n- Accountable: [[product-manager]]\n- Consulted: finance\n";

/// Creates a repository with a first state and a tag for it.
fn first() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q"]);
    write(
        root,
        &[
            ("handbook/handbook.toml", CONFIG),
            ("handbook/index.md", "# Home\n\n[[changes]]\n"),
            ("handbook/competencies/data.md", DATA),
            ("handbook/competencies/old-talk.md", "# Talking\n\n### Owning\n\n- Listens first. {#listens}\n"),
            ("handbook/roles/product-manager.md", MANAGER),
            ("handbook/roles/growth.md", "---\nextends: product-manager\n---\n# Growth Product Manager\n"),
            ("handbook/roles/lead.md", "---\nrank: 2\ncompetencies: {data: Owning}\n---\n# Product Leader\n"),
            ("handbook/strategy/pricing.md", PRICING),
            ("handbook/guides/review.md", "# The review\n\nIt takes an hour.\n"),
            ("handbook/glossary.md", "# Glossary\n\nBrief\n: A page.\n\nBet\n: A guess that is written down.\n"),
        ],
    );
    commit(root, "2026-01-10", "Write it");
    git(root, &["tag", "v1"]);
    folder
}

/// Creates the second state: renames, rewordings, moves, and changes of who decides.
fn second() -> TempDir {
    let folder = first();
    let root = folder.path();
    let book = root.join("handbook");
    let change = |path: &str, pairs: &[(&str, &str)]| {
        let mut text = fs::read_to_string(book.join(path)).unwrap();
        for (from, to) in pairs {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        fs::write(book.join(path), text).unwrap();
    };
    git(root, &["mv", "handbook/competencies/old-talk.md", "handbook/competencies/communication.md"]);
    change("competencies/communication.md", &[("# Talking", "# Communication")]);
    commit(root, "2026-02-01", "Call it communication");
    change(
        "competencies/data.md",
        &[
            ("Says which number would change the plan.", "Names the number that would change the plan."),
            ("- Keeps a list of open questions and who can answer them.\n", ""),
            ("- Counts everything that can be counted.\n", ""),
            (
                "before looking. {#expected-before}\n",
                "before looking. {#expected-before}\n- Keeps a list of the open questions and who can answer them.\n- Stops a test that has answered its question. {#stops}\n",
            ),
        ],
    );
    change(
        "roles/product-manager.md",
        &[
            ("data: Practising", "data: Owning"),
            ("one product", "one product and its price"),
            ("Keeps the roadmap true.", "Keeps the roadmap true and short."),
        ],
    );
    change(
        "strategy/pricing.md",
        &[("Accountable: [[product-manager]]", "Accountable: [[lead]]"), ("finance", "finance, [[product-manager]]")],
    );
    change("guides/review.md", &[("an hour", "half an hour")]);
    change(
        "glossary.md",
        &[("A page.", "One page, and no more."), ("Bet\n: A guess", "Wager {aliases=\"bet\"}\n: A guess")],
    );
    write(
        root,
        &[
            ("handbook/roles/chief.md", "---\nrank: 3\n---\n# Chief of R&D\n\nLeads it.\n"),
            ("handbook/a new guide.md", "# A new guide\n"),
        ],
    );
    commit(root, "2026-03-05", "Raise the bar");
    folder
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn diff(root: &Path, arguments: &[&str]) -> String {
    let output = rolebook(root, &[&["diff"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    text(output.stdout)
}

/// Builds, and returns the site's folder and the standard error output.
fn build(root: &Path, arguments: &[&str]) -> (PathBuf, String) {
    let output = rolebook(root, &[&["build"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (root.join("public"), text(output.stderr))
}

fn read(site: &Path, name: &str) -> String {
    fs::read_to_string(site.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_diff_describes_changes_in_the_terms_of_the_handbook() {
    if !has_git() {
        return;
    }
    let folder = second();
    let golden = [
        ("human", include_str!("../data/diff.txt")),
        ("markdown", include_str!("../data/diff.md")),
        ("json", include_str!("../data/diff.json")),
    ];
    for (format, wanted) in golden {
        let found = diff(folder.path(), &["v1", "--format", format]);
        assert_eq!(found, wanted, "{found}");
    }
}

#[test]
fn a_handbook_compared_with_itself_has_no_differences() {
    if !has_git() {
        return;
    }
    let folder = second();
    assert_eq!(diff(folder.path(), &["HEAD"]), "Nothing has changed since HEAD (2026-03-05).\n");
    assert!(diff(folder.path(), &["HEAD", "--format", "json"]).contains("\"changes\": []"));
    // Uncommitted changes count too.
    fs::write(folder.path().join("handbook/roles/chief.md"), "---\nrank: 4\n---\n# Chief of R&D\n\nLeads it.\n")
        .unwrap();
    let found = diff(folder.path(), &["HEAD"]);
    assert!(found.contains("  Chief of R&D: rank now 4 (previously 3)\n"), "{found}");
}

#[test]
fn a_renamed_chapter_is_matched_by_its_alias_or_by_the_rename_in_git() {
    if !has_git() {
        return;
    }
    let folder = second();
    let book = folder.path().join("handbook");
    fs::rename(book.join("roles/lead.md"), book.join("roles/head.md")).unwrap();
    let aliased = "---\nrank: 2\naliases: [lead]\ncompetencies: {data: Owning}\n---\n# Head of Product\n";
    fs::write(book.join("roles/head.md"), aliased).unwrap();
    git(folder.path(), &["mv", "handbook/guides/review.md", "handbook/guides/the-hour.md"]);
    fs::write(book.join("guides/the-hour.md"), "# The hour\n\nIt takes half an hour.\n").unwrap();
    let found = diff(folder.path(), &["HEAD"]);
    assert!(found.contains("  renames the role Product Leader to Head of Product\n"), "{found}");
    assert!(found.contains("  renames the chapter The review to The hour\n"), "{found}");
    assert!(!found.contains("removes") && !found.contains("adds") && !found.contains("accountable"), "{found}");
}

#[test]
fn an_unknown_revision_is_rejected_with_help() {
    if !has_git() {
        return;
    }
    let folder = first();
    for name in ["v9", "--version-of-mine", ""] {
        let output = rolebook(folder.path(), &["diff", "--", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let said = text(output.stderr);
        assert!(
            said.starts_with(&format!("error: there is no revision called `{name}`\n  = help: name a tag")),
            "{said}"
        );
    }
    let elsewhere = tempfile::tempdir().unwrap();
    write(elsewhere.path(), &[("index.md", "# Home\n")]);
    let output = rolebook(elsewhere.path(), &["diff", "HEAD"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(output.stderr).contains("the chapters are not in a git repository"));
}

#[test]
fn pages_views_and_the_sitemap_show_when_chapters_changed() {
    if !has_git() {
        return;
    }
    let folder = second();
    let (site, said) = build(folder.path(), &[]);
    assert!(!said.contains("note:"), "{said}");
    // The history is followed through the rename, because the file is older than its current name.
    let page = read(&site, "competencies/communication/index.html");
    assert!(page.contains("<dt>Updated</dt><dd><time datetime=\"2026-02-01\">2026-02-01</time></dd>"));
    let sitemap = read(&site, "sitemap.xml");
    assert!(sitemap.contains("/a%20new%20guide/</loc><lastmod>2026-03-05</lastmod>"), "{sitemap}");
    assert!(sitemap.contains("/roles/lead/</loc><lastmod>2026-01-10</lastmod>"));
    let home = read(&site, "index.html");
    assert!(home.contains("href=\"changes/\"") && !home.contains("2026-03-05"));
    assert!(home.contains("<link rel=\"alternate\" type=\"application/atom+xml\" href=\"changes.xml\""));
    let changes = read(&site, "changes/index.html");
    let at = |text: &str| changes.find(text).unwrap_or_else(|| panic!("{text}: {changes}"));
    assert!(at("id=\"day-2026-03-05\"") < at("id=\"day-2026-02-01\"") && at("day-2026-02-01") < at("day-2026-01-10"));
    assert!(at("Communication</a> <span class=\"note\">moved to a new address") > at("day-2026-02-01"));
    for page in [&home, &changes, &sitemap] {
        assert!(!page.contains("A Writer") && !page.contains("writer@") && !page.contains("Raise the bar"));
    }
}

#[test]
fn the_changes_page_shows_how_expectations_of_roles_changed_since_a_day_or_a_tag() {
    if !has_git() {
        return;
    }
    let folder = second();
    let root = folder.path();
    let (site, _) = build(root, &[]);
    let page = read(&site, "changes/index.html");
    for words in [
        "Changed since <time datetime=\"2026-01-10\">",
        "<span class=\"flag changes-raised\">raised</span> <a class=\"link competency\" href=\"../competencies/data/\">Data-driven decisions</a> <span class=\"level\">Practising (2 of 5) <span aria-hidden=\"true\">→</span> Owning (3 of 5)</span>",
        "<span class=\"flag changes-moved-reworded\">moved and reworded</span>",
        "<a href=\"../competencies/data/#stops\">Stops a test that has answered its question.</a>",
        "<span class=\"before\">Before: Counts everything that can be counted.</span>",
        "<p class=\"beside\">Changed statements: <a class=\"link competency\" href=\"#asked-data\">Data-driven decisions</a> <span class=\"note\">(4)</span></p>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    git(root, &["tag", "v2"]);
    for (since, day) in
        [("v2", "2026-03-05"), ("2026-03-05", "2026-03-05"), ("2026-02-20", "2026-02-20"), ("2 days", "2026-03-03")]
    {
        fs::write(
            root.join("handbook/handbook.toml"),
            format!("{CONFIG}\n").replacen("[partners]", &format!("changes_since = \"{since}\"\n[partners]"), 1),
        )
        .unwrap();
        let (site, said) = build(root, &[]);
        let page = read(&site, "changes/index.html");
        assert!(page.contains(&format!("Changed since <time datetime=\"{day}\">")), "{since}: {said}");
        assert_eq!(page.contains("Nothing has changed in what"), day == "2026-03-05", "{since}");
    }
    fs::write(
        root.join("handbook/handbook.toml"),
        CONFIG.replacen("[partners]", "changes_since = \"v7\"\n[partners]", 1),
    )
    .unwrap();
    let (site, said) = build(root, &[]);
    assert_eq!(said, "note: the page of changes is empty: `changes_since` does not name a revision (`v7`)\n");
    assert!(!read(&site, "changes/index.html").contains("id=\"asked\""));
}

#[test]
fn changes_are_counted_back_from_the_given_day() {
    if !has_git() {
        return;
    }
    let folder = second();
    let since = |site: &Path| {
        let page = read(site, "changes/index.html");
        page.split("Changed since <time datetime=\"").nth(1).unwrap()[..10].to_owned()
    };
    // Ninety days before June 1, the handbook was still in its second state.
    assert_eq!(since(&build(folder.path(), &["--today", "2026-06-01"]).0), "2026-03-03");
    assert_eq!(rolebook(folder.path(), &["build", "--today", "soon"]).status.code(), Some(2));
    let output = Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .arg("build")
        .env("SOURCE_DATE_EPOCH", "1780272000")
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(output.success());
    assert_eq!(since(&folder.path().join("public")), "2026-03-03");
}

#[test]
fn with_audiences_history_never_reveals_text_that_is_not_on_the_current_site() {
    if !has_git() {
        return;
    }
    let folder = first();
    let root = folder.path();
    let book = root.join("handbook");
    // Hide some of what everyone could read before, and rename another chapter.
    fs::write(book.join("handbook.toml"), format!("{CONFIG}[audiences.managers]\n")).unwrap();
    let hidden = DATA.replace("### Practising", "### Practising {audience=managers}");
    fs::write(book.join("competencies/data.md"), hidden.replace("Writes down what was", "Writes down what is"))
        .unwrap();
    fs::write(book.join("roles/lead.md"), "---\naudience: managers\n---\n# Product Leader\n").unwrap();
    fs::write(book.join("strategy/pricing.md"), PRICING.replace("# Pricing", "# What it costs")).unwrap();
    commit(root, "2026-02-01", "Hide it");
    let (site, _) = build(root, &[]);
    let page = read(&site, "changes/index.html");
    assert!(page.contains("Writes down what is expected before looking."), "{page}");
    for word in ["Writes down what was", "Counts everything", "Says which number", "Product Leader", "removed"] {
        assert!(!page.contains(word), "{word}: {page}");
    }
    let all: String = files_below(&site)
        .into_iter()
        .filter(|(name, _)| name.ends_with(".html") || name.ends_with(".xml"))
        .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    assert!(!all.contains("Counts everything") && !all.contains("Product Leader"));
    let (site, _) = build(root, &["--audience", "managers"]);
    assert!(read(&site, "changes/index.html").contains("Product Leader"));
}

/// Lists the elements of an XML document in order with their text. Fails if tags aren't closed in
/// order.
fn elements(xml: &str) -> Vec<(String, String)> {
    let mut open: Vec<String> = Vec::new();
    let mut found: Vec<(String, String)> = Vec::new();
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap();
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        let reference = |at: usize| {
            text[at..].starts_with("&amp;")
                || text[at..].starts_with("&lt;")
                || text[at..].starts_with("&gt;")
                || text[at..].starts_with("&quot;")
        };
        assert!(text.match_indices('&').all(|(at, _)| reference(at)), "{text}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else if let Some(name) = tag.strip_suffix('/') {
            found.push((name.to_owned(), String::new()));
        } else {
            let name = tag.split(' ').next().unwrap().to_owned();
            found.push((name.clone(), text.to_owned()));
            open.push(name);
        }
    }
    assert!(open.is_empty());
    found
}

#[test]
fn the_feed_is_well_formed_and_has_the_elements_that_atom_requires() {
    if !has_git() {
        return;
    }
    let folder = second();
    let (site, _) = build(folder.path(), &[]);
    let feed = read(&site, "changes.xml");
    let elements = elements(&feed);
    let texts = |name: &str| -> Vec<&str> {
        elements.iter().filter(|(tag, _)| tag == name).map(|(_, text)| text.as_str()).collect()
    };
    let ids = texts("id");
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    assert_eq!(ids[0], "https://books.example/ours/changes.xml");
    assert!(ids.contains(&"tag:books.example,2026-03-05:ours/a%20new%20guide.md"), "{ids:?}");
    // The ID keeps the first date and the first name of the file forever.
    assert!(ids.contains(&"tag:books.example,2026-01-10:ours/competencies/old-talk.md"), "{ids:?}");
    let entries = texts("entry").len();
    assert_eq!(entries, ids.len() - 1);
    assert_eq!((texts("title").len(), texts("updated").len()), (entries + 1, entries + 1));
    assert_eq!(texts("updated")[0], "2026-03-05T12:00:00Z");
    assert_eq!(texts("name"), ["Ours"]);
    assert!(texts("title").contains(&"Chief of R&amp;D (new)"), "{:?}", texts("title"));
    assert!(feed.contains("<link rel=\"self\" href=\"https://books.example/ours/changes.xml\"/>"));
    assert!(feed.contains("<link href=\"https://books.example/ours/competencies/communication/\"/>"));
    // The links of the feed are absolute, so without a `base_url` there is no feed.
    let homeless = CONFIG.lines().filter(|line| !line.starts_with("base_url")).collect::<Vec<_>>().join("\n");
    fs::write(folder.path().join("handbook/handbook.toml"), homeless).unwrap();
    let (site, _) = build(folder.path(), &[]);
    assert!(!site.join("changes.xml").exists() && !read(&site, "index.html").contains("atom+xml"));
}

#[test]
fn builds_of_one_commit_are_equal_in_any_clone_and_environment() {
    if !has_git() {
        return;
    }
    let folder = second();
    let (site, _) = build(folder.path(), &[]);
    let first = files_below(&site);
    let copy = tempfile::tempdir().unwrap();
    git(copy.path(), &["clone", "-q", folder.path().to_str().unwrap(), "there"]);
    let tree = copy.path().join("tree");
    git(&copy.path().join("there"), &["worktree", "add", "-q", tree.to_str().unwrap(), "HEAD"]);
    let output = Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .arg("build")
        .current_dir(&tree)
        .env("TZ", "Asia/Kathmandu")
        // These variables are set as if a hook of another repository ran the build.
        .env("GIT_DIR", "/nowhere")
        .env("GIT_INDEX_FILE", "nothing")
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(output.stderr));
    assert!(first == files_below(&tree.join("public")));
}

/// Builds a handbook without a history, and returns the reason given in the only note.
fn note(root: &Path) -> String {
    let (site, said) = build(root, &[]);
    let home = read(&site, "index.html");
    assert!(home.contains("Home") && !home.contains("application/atom+xml") && !site.join("changes.xml").exists());
    // A chapter links to the page of changes, so the page exists and says that there is no history.
    // Nothing else mentions changes.
    assert!(read(&site, "changes/index.html").contains("There is no history to show"));
    assert!(!read(&site, "sitemap.xml").contains("lastmod"));
    let notes: Vec<&str> = said.lines().collect();
    assert_eq!(notes.len(), 1, "{said}");
    notes[0].strip_prefix("note: pages do not show when they changed: ").unwrap_or_else(|| panic!("{said}")).to_owned()
}

#[test]
fn a_site_without_a_history_builds_with_a_note_that_says_why_it_is_missing() {
    let plain = tempfile::tempdir().unwrap();
    write(plain.path(), &[("handbook/handbook.toml", CONFIG), ("handbook/index.md", "# Home\n\n[[changes]]\n")]);
    let output = Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .arg("build")
        .current_dir(plain.path())
        .env("PATH", "")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(text(output.stderr), "note: pages do not show when they changed: the program `git` was not found\n");
    if !has_git() {
        return;
    }
    assert_eq!(note(plain.path()), "the chapters are not in a git repository");
    git(plain.path(), &["init", "-q"]);
    assert_eq!(note(plain.path()), "no commit contains the chapters yet");
    write(plain.path(), &[("README", "x")]);
    git(plain.path(), &["add", "README"]);
    git(plain.path(), &["commit", "-q", "-m", "Nothing of the handbook"]);
    assert_eq!(note(plain.path()), "no commit contains the chapters yet");
}

#[test]
fn a_shallow_clone_and_a_broken_repository_build_with_different_notes() {
    if !has_git() {
        return;
    }
    let folder = second();
    let copy = tempfile::tempdir().unwrap();
    let address = format!("file://{}", folder.path().display());
    git(copy.path(), &["clone", "-q", "--depth", "1", &address, "there"]);
    let shallow = note(&copy.path().join("there"));
    assert!(shallow.starts_with("the clone is shallow; fetch all of it"), "{shallow}");
    let root = folder.path();
    let head = text(git(root, &["rev-parse", "HEAD"]).stdout);
    let (start, rest) = head.trim().split_at(2);
    let object = root.join(".git/objects").join(start).join(rest);
    let bytes = fs::read(&object).unwrap();
    // Git writes its objects read-only.
    fs::remove_file(&object).unwrap();
    let lost = note(root);
    assert!(lost.starts_with("the git repository cannot be read ("), "{lost}");
    fs::write(&object, &bytes[..bytes.len() / 2]).unwrap();
    let cut = note(root);
    assert!(cut.starts_with("the git repository cannot be read ("), "{cut}");
    fs::write(root.join(".git/HEAD"), "nonsense\n").unwrap();
    let headless = note(root);
    assert!(headless.starts_with("the git repository cannot be read ("), "{headless}");
}

#[test]
fn check_accepts_links_to_the_changes_page_without_a_history() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("handbook.toml", ""), ("index.md", "# Home\n\n[[changes]] [[changes|what is new]]\n\n{{ changes(n=3) }}\n")],
    );
    let output = rolebook(folder.path(), &["check", "--strict"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(output.stderr));
}
