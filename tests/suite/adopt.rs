//! Adopts folders of other generators: the site stays the same, the report says what differs, and
//! nothing is overwritten. `tests/cases/adopt` contains the folders with their reports.

use std::fs;
use std::path::Path;
use std::process::Output;

use rolebook::site::urls::Site;
use rolebook::text::source::Sources;

use crate::cases::handbooks;
use crate::support::{adoption, check_with, files_below, page, rolebook, site_with, write};

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8(bytes.clone()).unwrap()).concat()
}

/// Returns the folders in the cases, by name.
fn folders() -> impl Iterator<Item = (String, Sources)> {
    handbooks().into_iter().filter(|(name, _)| name.starts_with("adopt/"))
}

/// Returns the text of a page below its frame.
fn text(site: &Site, url: &str) -> String {
    let html = page(site, url);
    let main = html.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    scraper::Html::parse_fragment(&format!("<main{main}")).root_element().text().collect()
}

#[test]
fn the_site_of_an_adopted_folder_has_every_page_with_the_same_text() {
    // In `folder.txt`, `Home.md` is the first page only as long as there is no `handbook.toml`, and the
    // report says that it moves in the navigation.
    for (name, sources) in folders().filter(|(name, _)| name != "adopt/folder.txt") {
        let dialects = name.starts_with("adopt/dialects");
        let after = adoption(&sources, dialects).after(&sources);
        let (before, after) = (site_with(&sources, None), site_with(&after, None));
        let pages = before.urls().map(|url| url.as_str().to_owned()).filter(|url| url.is_empty() || url.ends_with('/'));
        let pages: Vec<String> = pages.collect();
        assert!(pages.len() > 3, "{name}: {pages:?}");
        for url in pages {
            assert_eq!(text(&before, &url), text(&after, &url), "{name}: {url}");
        }
    }
}

/// The cases with findings.
const FINDINGS: [&str; 5] = [
    "adopt/gitbook.txt",
    "adopt/secret.txt",
    "adopt/dialects-docusaurus.txt",
    "adopt/dialects-gitbook.txt",
    "adopt/dialects-jekyll.txt",
];

#[test]
fn an_adopted_folder_without_findings_has_none_in_a_strict_check() {
    for (name, sources) in folders() {
        let before = check_with(&sources, None).unwrap().findings;
        let after = check_with(&adoption(&sources, false).after(&sources), None).unwrap().findings;
        assert!(after.len() <= before.len(), "{name}: {after:?}");
        let has_findings = FINDINGS.contains(&name.as_str());
        assert_eq!(after.is_empty(), !has_findings, "{name}: {after:?}");
    }
}

const MKDOCS: &[(&str, &str)] = &[
    ("mkdocs.yml", "site_name: Acme\nnav:\n  - Two: b.md\n  - One: a.md\n"),
    ("docs/index.md", "# Home\n\n[A](a.md)\n"),
    ("docs/a.md", "---\r\nnav_order: 2 # why\r\n---\r\n# A\r\n"),
    ("docs/b.md", "# B\n"),
];

fn adopt(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = rolebook(folder, &[&["adopt"], arguments].concat());
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    said(&output)
}

#[test]
fn nothing_changes_without_write_and_a_handbook_is_never_adopted_again() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MKDOCS);
    let before = files_below(folder.path());
    let report = adopt(folder.path(), &[], 0);
    assert!(report.contains("would write docs/handbook.toml") && report.contains("Nothing was written."), "{report}");
    assert_eq!(files_below(folder.path()), before);
    let report = adopt(folder.path(), &["--write"], 0);
    assert!(report.contains("wrote docs/handbook.toml") && report.contains("git diff"), "{report}");
    assert_eq!(fs::read_to_string(folder.path().join("docs/a.md")).unwrap(), "---\r\norder: 2 # why\r\n---\r\n# A\r\n");
    let entries = fs::read_dir(folder.path().join(".rolebook/journal")).unwrap().filter_map(Result::ok);
    assert_eq!(entries.filter(|entry| entry.path().is_dir()).count(), 1, "one change of the journal");
    let written = files_below(&folder.path().join("docs"));
    let refusal = adopt(folder.path(), &["--write"], 2);
    assert!(refusal.contains("`docs/handbook.toml` is there already"), "{refusal}");
    assert_eq!(files_below(&folder.path().join("docs")), written);
}

#[test]
fn an_adopted_project_is_the_same_from_the_folder_of_its_chapters() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MKDOCS);
    adopt(folder.path(), &["--write"], 0);
    assert!(rolebook(folder.path(), &["build", "--strict"]).status.success());
    let from_root = files_below(&folder.path().join("public"));
    fs::remove_dir_all(folder.path().join("public")).unwrap();
    assert!(rolebook(&folder.path().join("docs"), &["build", "--strict"]).status.success());
    assert_eq!(files_below(&folder.path().join("public")).get("index.html"), from_root.get("index.html"));
}
