//! Adopts archives that other programs exported: what is written, and that nothing else is.
//! `tests/cases/exports` contains exports with what becomes of their files.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use rolebook::text::path::SourcePath;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::cases::handbooks;
use crate::support::{files_below, rolebook};

/// Writes the files of a case as an archive.
fn pack(case: &str, place: &Path) {
    let sources = handbooks().into_iter().find(|(name, _)| name == case).unwrap().1;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, file) in &sources.files {
        zip.start_file(SourcePath::as_str(path), SimpleFileOptions::default()).unwrap();
        zip.write_all(&file.bytes).unwrap();
    }
    fs::write(place, zip.finish().unwrap().into_inner()).unwrap();
}

fn adopt(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = rolebook(folder, &[&["adopt"], arguments].concat());
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}

#[test]
fn an_export_becomes_a_handbook_that_builds_and_nothing_is_written_without_write() {
    for (case, page) in [
        ("exports/notion-markdown.txt", "ladder/index.html"),
        ("exports/notion-html.txt", "child/index.html"),
        ("exports/confluence.txt", "hiring/steps/index.html"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        pack(case, &folder.path().join("export.zip"));
        let before = files_below(folder.path());
        let report = adopt(folder.path(), &["export.zip", "book"], 0);
        assert!(report.contains("Nothing was written. `rolebook adopt export.zip book --write`"), "{case}: {report}");
        assert_eq!(files_below(folder.path()), before, "{case}");
        let listed = report.split("\nWould write ").nth(1).unwrap().lines().skip(1);
        let listed: Vec<&str> = listed.map_while(|line| line.strip_prefix("- ")).collect();
        assert!((2..13).contains(&listed.len()), "{case}: {report}");
        let record = adopt(folder.path(), &["export.zip", "book", "--json"], 0);
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        assert_eq!(record["written"], false, "{case}");
        adopt(folder.path(), &["export.zip", "book", "--write"], 0);
        let files = record["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap());
        let files: Vec<&str> = files.collect();
        for path in listed.into_iter().chain(files.iter().copied()) {
            assert!(folder.path().join(path).is_file(), "{case}: {path} of {files:?}");
        }
        assert!(files.contains(&"book/handbook.toml") && files.len() > 2, "{case}: {files:?}");
        let settings = fs::read_to_string(folder.path().join("book/handbook.toml")).unwrap();
        let title = if case == "exports/confluence.txt" { "title = \"Acme Handbook\"" } else { "title = " };
        assert!(settings.contains(title), "{case}: {settings}");
        let output = rolebook(folder.path(), &["build", "book", "--out", "site"]);
        assert!(output.status.success(), "{case}: {output:?}");
        assert!(
            folder.path().join("site").join(page).is_file(),
            "{case}: {:?}",
            files_below(&folder.path().join("site")).keys()
        );
        let written = files_below(&folder.path().join("book"));
        let refusal = adopt(folder.path(), &["export.zip", "book", "--write"], 2);
        assert!(refusal.contains("is there already, and nothing was written"), "{case}: {refusal}");
        assert_eq!(files_below(&folder.path().join("book")), written, "{case}");
    }
}

#[test]
fn a_damaged_or_unsafe_archive_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("damaged.zip"), "PK").unwrap();
    assert!(adopt(folder.path(), &["damaged.zip", "--write"], 2).contains("`damaged.zip` is damaged"));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("../outside.md", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"# A").unwrap();
    fs::write(folder.path().join("unsafe.zip"), zip.finish().unwrap().into_inner()).unwrap();
    assert!(adopt(folder.path(), &["unsafe.zip", "--write"], 2).contains("the path `../outside.md`"));
    assert_eq!(files_below(folder.path()).len(), 2);
    assert!(!folder.path().parent().unwrap().join("outside.md").exists());
}
