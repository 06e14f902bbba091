//! Requests old URLs: those of chapters that Git knows were renamed, and those of deleted chapters.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::history::{commit, git, has_git};
use crate::support::{rolebook, write};

/// Builds and returns the output.
fn build(root: &Path, arguments: &[&str]) -> String {
    let _ = fs::remove_dir_all(root.join("public"));
    let output = rolebook(root, &[&["build"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    said
}

fn page(root: &Path, name: &str) -> String {
    fs::read_to_string(root.join("public").join(name)).unwrap_or_default()
}

fn rules(root: &Path) -> BTreeMap<String, String> {
    let text = page(root, "_redirects");
    let rule = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        (words.next().unwrap(), words.next().unwrap())
    };
    text.lines().map(rule).collect()
}

/// Creates a history: `a` used to be called `first` and `second`; `old` was deleted; `b` was called
/// `c` for a while and has its old name again.
fn made(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q"]);
    let long = |name: &str| format!("# {name}\n\n{}\n", format!("This is what {name} says. ").repeat(20));
    write(
        root,
        &[
            ("handbook/handbook.toml", config),
            ("handbook/index.md", "# Home\n"),
            ("handbook/guides/first.md", &long("alpha")),
            ("handbook/guides/b.md", &long("beta")),
            ("handbook/guides/old.md", &long("omega")),
        ],
    );
    commit(root, "2026-01-01", "Begin");
    for (from, to) in [("first", "second"), ("second", "A"), ("A", "a"), ("b", "c"), ("c", "b")] {
        git(root, &["mv", &format!("handbook/guides/{from}.md"), &format!("handbook/guides/{to}.md")]);
        commit(root, "2026-01-02", "Rename");
    }
    fs::remove_file(root.join("handbook/guides/old.md")).unwrap();
    commit(root, "2026-01-03", "Delete");
    folder
}

#[test]
fn old_urls_of_renamed_chapters_redirect_in_one_step() {
    if !has_git() {
        return;
    }
    let folder = made("title = \"T\"\n[publish]\nhost = \"netlify\"\n");
    build(folder.path(), &[]);
    let wanted = [("/guides/c/", "/guides/b/"), ("/guides/first/", "/guides/a/"), ("/guides/second/", "/guides/a/")];
    assert_eq!(rules(folder.path()), wanted.map(|(from, to)| (from.to_owned(), to.to_owned())).into());
    // On hosts without redirect rules, a page redirects instead.
    write(folder.path(), &[("handbook/handbook.toml", "title = \"T\"\n")]);
    build(folder.path(), &[]);
    assert!(page(folder.path(), "guides/first/index.html").contains("url=../a/"));
    // Aliases and pages take precedence over renames in Git.
    write(
        folder.path(),
        &[
            ("handbook/guides/b.md", "---\naliases: [/guides/first/]\n---\n# B\n"),
            ("handbook/guides/second.md", "# Another\n"),
        ],
    );
    build(folder.path(), &[]);
    assert!(page(folder.path(), "guides/first/index.html").contains("url=../b/"));
    assert!(page(folder.path(), "guides/second/index.html").contains("Another"));
}

#[test]
fn with_audiences_old_names_are_published_only_if_the_configuration_says_so() {
    if !has_git() {
        return;
    }
    let config = |renames: &str| format!("title = \"T\"\n[audiences.public]\n[publish]\nhost = \"netlify\"\n{renames}");
    let folder = made(&config(""));
    build(folder.path(), &["--audience", "public"]);
    assert_eq!(rules(folder.path()), BTreeMap::new());
    write(folder.path(), &[("handbook/handbook.toml", &config("renames = true\n"))]);
    build(folder.path(), &["--audience", "public"]);
    assert_eq!(rules(folder.path()).len(), 3);
    write(
        folder.path(),
        &[("handbook/handbook.toml", "title = \"T\"\n[publish]\nhost = \"netlify\"\nrenames = false\n")],
    );
    build(folder.path(), &[]);
    assert_eq!(rules(folder.path()), BTreeMap::new());
}

#[test]
fn the_feed_of_changes_names_old_paths_only_if_everybody_may_know_them() {
    if !has_git() {
        return;
    }
    let config = "title = \"T\"\nbase_url = \"https://t.example/\"\n";
    let folder = made(config);
    build(folder.path(), &[]);
    assert!(page(folder.path(), "changes.xml").contains("guides/first.md"));
    write(folder.path(), &[("handbook/handbook.toml", &format!("{config}[audiences.public]\n"))]);
    build(folder.path(), &["--audience", "public"]);
    let feed = page(folder.path(), "changes.xml");
    assert!(feed.contains("guides/a.md") && !feed.contains("first"), "{feed}");
}

#[test]
fn a_deleted_chapter_is_a_warning_until_the_configuration_says_what_to_read_instead() {
    if !has_git() {
        return;
    }
    let folder = made("title = \"T\"\nbase_url = \"https://t.example/\"\n");
    let said = build(folder.path(), &[]);
    assert!(
        said.contains("warning[gone-chapter]: `guides/old.md` was deleted, and its address no longer works"),
        "{said}"
    );
    assert!(said.contains("1 warning"), "{said}");
    assert_eq!(rolebook(folder.path(), &["build", "--strict"]).status.code(), Some(1));
    let gone = "title = \"T\"\nbase_url = \"https://t.example/\"\n[[gone]]\npath = \"guides/old.md\"\nsee = \"a\"\nreason = \"Nobody <used> it.\"\n";
    write(folder.path(), &[("handbook/handbook.toml", gone)]);
    let said = build(folder.path(), &["--strict"]);
    assert!(said.contains("no findings"), "{said}");
    let html = page(folder.path(), "guides/old/index.html");
    assert!(
        html.contains("Nobody &lt;used&gt; it.") && html.contains("href=\"../a/\"") && html.contains("noindex"),
        "{html}"
    );
    assert!(!page(folder.path(), "sitemap.xml").contains("old"));
    for (name, bytes) in crate::support::files_below(&folder.path().join("public/search")) {
        assert!(!String::from_utf8_lossy(&bytes).contains("Nobody"), "{name}");
    }
}

/// Writes a history of 3,000 renames of 300 chapters for `git fast-import`. Each chapter has ten
/// earlier names, and its neighbor later takes some of them.
fn renames() -> (String, BTreeMap<String, String>) {
    let mut out = String::new();
    let mut places: Vec<String> = (0..300).map(|n| format!("guides/c{n}-0.md")).collect();
    let mut left: Vec<(String, usize)> = Vec::new();
    let head = |out: &mut String, n: usize| {
        let seconds = 1_700_000_000 + n;
        let _ = write!(out, "commit refs/heads/main\ncommitter W <w@example.org> {seconds} +0000\ndata 1\nx\n");
    };
    head(&mut out, 0);
    let file = |out: &mut String, path: &str, text: &str| {
        let _ = write!(out, "M 100644 inline handbook/{path}\ndata {}\n{text}\n", text.len());
    };
    file(&mut out, "handbook.toml", "title = \"T\"\n[publish]\nhost = \"netlify\"\n");
    file(&mut out, "index.md", "# Home\n");
    for (n, place) in places.iter().enumerate() {
        let text = format!("# Chapter {n}\n\n{}\n", format!("Only chapter {n} says this. ").repeat(20));
        file(&mut out, place, &text);
    }
    let mut when = 0;
    for round in 1..=10 {
        for (n, place) in places.iter_mut().enumerate() {
            when += 1;
            head(&mut out, when);
            // In one of the last rounds, a chapter takes a former name of its neighbor.
            let to = match round {
                9 if n > 0 => format!("guides/c{}-3.md", n - 1),
                _ => format!("guides/c{n}-{round}.md"),
            };
            let _ = writeln!(out, "R handbook/{place} handbook/{to}");
            left.push((std::mem::replace(place, to), n));
        }
    }
    let url = |path: &str| format!("/{}/", path.strip_suffix(".md").unwrap());
    // An old URL should lead to the chapter that had it last.
    let wanted = left.iter().map(|(from, n)| (url(from), url(&places[*n])));
    let there: BTreeSet<String> = places.iter().map(|place| url(place)).collect();
    let wanted = wanted.filter(|(from, _)| !there.contains(from)).collect();
    (out, wanted)
}

#[test]
fn after_three_thousand_renames_each_old_url_redirects_to_its_chapter() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q", "-b", "main"]);
    let (stream, wanted) = renames();
    let mut import =
        Command::new("git").args(["fast-import", "--quiet"]).current_dir(root).stdin(Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    git(root, &["reset", "-q", "--hard", "main"]);
    build(root, &[]);
    let rules = rules(root);
    assert!(wanted.len() > 2_600, "{}", wanted.len());
    assert_eq!(rules, wanted);
    for (from, to) in &rules {
        assert!(!rules.contains_key(to), "{from} redirects to {to}, which redirects again");
        assert!(root.join("public").join(to.trim_start_matches('/')).join("index.html").is_file(), "{to}");
    }
}

#[test]
fn a_deleted_chapter_is_mentioned_only_to_audiences_that_may_know_of_it() {
    let config = "title = \"T\"\n[audiences.public]\n[audiences.managers]\nincludes = [\"public\"]\n[[gone]]\npath = \"guides/xyzzy\"\nreason = \"Plugh.\"\nsee = \"plover\"\naudience = \"managers\"\n";
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("handbook/handbook.toml", config),
            ("handbook/index.md", "# Home\n"),
            ("handbook/guides/plover.md", "---\naudience: managers\n---\n# Plover\n"),
        ],
    );
    build(folder.path(), &["--audience", "managers"]);
    assert!(page(folder.path(), "guides/xyzzy/index.html").contains("Plugh."));
    build(folder.path(), &["--audience", "public"]);
    for (name, bytes) in crate::support::files_below(&folder.path().join("public")) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for word in ["xyzzy", "plugh", "plover"] {
            assert!(!text.contains(word) && !name.contains(word), "{word} in {name}");
        }
    }
}

#[test]
fn the_sitemap_lists_every_indexable_page_and_no_other() {
    let config = "title = \"T\"\nbase_url = \"https://t.example/x/\"\n[audiences.public]\nindexed = true\n[audiences.managers]\n[[gone]]\npath = \"guides/old/\"\n";
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("handbook/handbook.toml", config),
            ("handbook/index.md", "# Home\n"),
            ("handbook/guides/a.md", "---\naliases: [/guides/once/]\n---\n# A\n"),
            ("handbook/guides/secret.md", "---\naudience: managers\n---\n# Secret\n"),
            ("handbook/guides/retired.md", "---\nstatus: retired\n---\n# Retired\n"),
            ("handbook/roles/pm.md", "---\nrank: 1\ncompetencies: {talk: 2}\ngrows_into: lead\n---\n# PM\n"),
            ("handbook/roles/lead.md", "---\nrank: 2\ncompetencies: {talk: 3}\n---\n# Lead\n"),
            ("handbook/competencies/talk.md", "# Talk\n\n### Practising\n\n- Says it.\n\n### Owning\n\n- Writes it.\n"),
        ],
    );
    build(folder.path(), &["--audience", "public"]);
    let sitemap = page(folder.path(), "sitemap.xml");
    let listed: BTreeSet<&str> =
        sitemap.split("<loc>https://t.example/x/").skip(1).map(|rest| rest.split("</loc>").next().unwrap()).collect();
    let files = crate::support::files_below(&folder.path().join("public"));
    let pages = files.iter().filter(|(name, bytes)| {
        let text = String::from_utf8_lossy(bytes);
        let is_page = name.ends_with(".html") && !text.contains("name=\"robots\" content=\"noindex\"");
        // Skip the pages to print and the search pages.
        is_page && !name.starts_with("print/") && !name.starts_with("search/")
    });
    let pages: BTreeSet<&str> = pages.map(|(name, _)| name.strip_suffix("index.html").unwrap_or(name)).collect();
    assert_eq!(listed, pages);
    assert!(listed.contains("guides/a/") && !listed.contains("guides/secret/") && !listed.contains("guides/old/"));
}
