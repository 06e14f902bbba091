//! Imports tables as companies have them: checks the written bytes, the message about each unused
//! row, and that nothing is overwritten.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::{files_below, rolebook, write};

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn imports(folder: &Path, arguments: &[&str]) -> String {
    let output = rolebook(folder, &[&["import"], arguments].concat());
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(!err.contains("error"), "{err}");
    out + &err
}

/// Runs an import that must fail with `code` and leave the folder unchanged.
fn refuses(folder: &Path, arguments: &[&str], code: i32) -> String {
    let before = files_below(folder);
    let output = rolebook(folder, &[&["import"], arguments].concat());
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    assert_eq!(files_below(folder), before);
    err + &out
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap()
}

#[test]
fn nine_levels_of_five_principles_import_and_build_without_findings() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = "Principle,Level,Behaviour\n".to_owned();
    for principle in ["Customer first", "Own it", "Data & judgement", "Grow others", "Think big"] {
        for level in 1..=9 {
            let name = if level == 1 { principle } else { "" };
            table += &format!("{name},{level},\"Shows {principle}, at level {level}\"\n");
        }
    }
    write(folder.path(), &[("levels.csv", &table)]);
    imports(folder.path(), &["levels.csv"]);
    let check = rolebook(folder.path(), &["check", "--strict"]);
    assert!(texts(&check).0.starts_with("5 chapters, no findings"), "{check:?}");
    assert!(rolebook(folder.path(), &["build", "--strict"]).status.success());
    let page = read(folder.path(), "public/competencies/data-judgement/index.html");
    assert!(page.contains("id=\"level-9\"") && page.contains("Shows Data &amp; judgement, at level 9"), "{page}");
}

#[test]
fn a_table_becomes_chapters_with_levels_anchors_and_clusters() {
    let folder = tempfile::tempdir().unwrap();
    let table = "\u{feff}Competency matrix 2026;;;\r\n;;;\r\nSkill group;Skill;Level;Expected behaviour;\r\nInfluence;Communication;1 Learning;Says *why*;\r\n;;;\"• Asks first\r\n• Asks \"\"who\"\" decides\";\r\n;;2 Owning;Brings bad news [early];\r\nCraft;Data: use;2;Decides by a date;\r\n;;;;\r\n;;;;\r\n";
    write(folder.path(), &[("t.csv", table)]);
    let said = imports(folder.path(), &["t.csv", "ours"]);
    assert_eq!(
        said,
        "wrote ours/handbook/handbook.toml (2 levels)\nwrote ours/handbook/competencies/communication.md (4 statements)\nwrote ours/handbook/competencies/data-use.md (1 statement)\n1 part of the table not used: see above; before you import again, delete the chapters that were written.\nNext: `rolebook check ours` looks it over, `rolebook serve ours` shows it.\nwarning[unused-row]: this row is above the header, and was not used\n --> t.csv:1:1\n  |\n1 | Competency matrix 2026;;;\n  | ^^^^^^^^^^^^^^^^^^^^^^\n\n"
    );
    let files = files_below(&folder.path().join("ours/handbook"));
    assert_eq!(files.len(), 3);
    assert_eq!(
        read(folder.path(), "ours/handbook/handbook.toml"),
        "# The handbook's title and levels. `rolebook schema handbook` lists every key.\n\ntitle = \"Ours\"\n\n# The levels, lowest first. `means` describes in one sentence what people at that level do.\n[[scale]]\nlevel = 1\nname = \"Learning\"\n\n[[scale]]\nlevel = 2\nname = \"Owning\"\n"
    );
    assert_eq!(
        read(folder.path(), "ours/handbook/competencies/communication.md"),
        "---\ncluster: Influence\n---\n# Communication\n\n## Levels\n\n### Learning {level=1}\n\n- Says \\*why\\* {#l1-says-why}\n- Asks first {#l1-asks-first}\n- Asks \"who\" decides {#l1-asks-who-decides}\n\n### Owning {level=2}\n\n- Brings bad news \\[early] {#l2-brings-bad-news-early}\n"
    );
    assert_eq!(
        read(folder.path(), "ours/handbook/competencies/data-use.md"),
        "---\ncluster: Craft\n---\n# Data: use\n\n## Levels\n\n### Owning {level=2}\n\n- Decides by a date {#l2-decides-by-a-date}\n"
    );
}

#[test]
fn levels_in_columns_and_levels_in_rows_import_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let across = "Capability,L3,L4\nTalks,Says it plainly,Says it early\n";
    let down = "Grade\tTalks\nL3\tSays it plainly\nL4\tSays it early\n";
    write(folder.path(), &[("a.csv", across), ("b.csv", down)]);
    imports(folder.path(), &["a.csv", "a"]);
    imports(folder.path(), &["b.csv", "b"]);
    let files = |name: &str| files_below(&folder.path().join(name).join("handbook/competencies"));
    assert_eq!(files("a"), files("b"));
    assert!(
        read(folder.path(), "a/handbook/handbook.toml")
            .contains("level = 1\nname = \"L3\"\n\n[[scale]]\nlevel = 2\nname = \"L4\"")
    );
}

#[test]
fn a_table_of_roles_imports_the_same_in_every_layout() {
    let folder = tempfile::tempdir().unwrap();
    let by_role = "Job title,Talks,Plans,Remark\nProduct Manager,2,-,hired first\nHead of Product,3.0,Level 2,\n";
    let by_competency = "Skill,Product Manager,Head of Product\nTalks,2,3\nPlans,,2\n";
    let long = "role,competency,level\nProduct Manager,Talks,2\nHead of Product,Talks,3\n,Plans,2\n";
    write(folder.path(), &[("a.csv", by_role), ("b.csv", by_competency), ("c.csv", long)]);
    let said = imports(folder.path(), &["a.csv", "a"]);
    assert!(
        said.contains("a.csv:1:23\n") && said.contains("the column `Remark` isn't one that import recognizes"),
        "{said}"
    );
    imports(folder.path(), &["b.csv", "b"]);
    imports(folder.path(), &["c.csv", "c"]);
    let files = |name: &str| files_below(&folder.path().join(name).join("handbook/roles"));
    assert_eq!(files("a"), files("b"));
    assert_eq!(files("a"), files("c"));
    assert_eq!(
        read(folder.path(), "a/handbook/roles/head-of-product.md"),
        "---\ncompetencies:\n  talks: Level 3\n  plans: Level 2\n---\n# Head of Product\n"
    );
    // The competencies have no statements yet, and there is no other finding.
    let check = rolebook(&folder.path().join("a"), &["check"]);
    assert!(check.status.success(), "{check:?}");
    let said = String::from_utf8_lossy(&check.stderr).into_owned();
    assert_eq!(
        (said.matches("warning[").count(), said.matches("warning[unwritten-chapter]").count()),
        (2, 2),
        "{said}"
    );
}

#[test]
fn existing_chapters_are_never_changed_and_the_missing_lines_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let role = "---\r\ncompetencies: {talks: Owning}\r\n---\r\n# Product Manager\r\n";
    let competency = "# Talks\n\n### Owning\n\n- Says it plainly. {#plainly}\n";
    let files = [
        ("handbook/handbook.toml", "title = \"T\"\n"),
        ("handbook/roles/pm.md", role),
        ("handbook/competencies/talks.md", competency),
        ("roles.csv", "role,Talks,Plans\nProduct manager,2,Guiding\nHead,4,4\n"),
        ("levels.csv", "competency,level,statement\nTALKS,3,Says it plainly.\n,4,Says it early.\n"),
    ];
    write(folder.path(), &files);
    let said = imports(folder.path(), &["roles.csv"]);
    assert!(
        said.contains(
            "\nto add to handbook/roles/pm.md yourself (front matter):\n\ncompetencies:\n  plans: Guiding\n\n"
        ),
        "{said}"
    );
    assert!(said.contains("warning[chapter-exists]: `Product manager` already exists, and import doesn't change existing chapters\n --> roles.csv:2:1\n"), "{said}");
    assert!(!said.contains("  talks: "), "{said}");
    assert_eq!(
        read(folder.path(), "handbook/roles/head.md"),
        "---\ncompetencies:\n  talks: Guiding\n  plans: Guiding\n---\n# Head\n"
    );
    let said = imports(folder.path(), &["levels.csv"]);
    assert!(said.contains("\n\n### Guiding {level=4}\n\n- Says it early. {#l4-says-it-early}\n\n"), "{said}");
    assert!(!said.contains("- Says it plainly"), "{said}");
    assert_eq!(read(folder.path(), "handbook/roles/pm.md"), role);
    assert_eq!(read(folder.path(), "handbook/competencies/talks.md"), competency);
    // The second time, there is nothing to do.
    assert!(imports(folder.path(), &["roles.csv"]).contains("There is nothing new to write."));
}

#[test]
fn a_level_outside_the_scale_stops_the_import_and_shows_how_to_declare_it() {
    let folder = tempfile::tempdir().unwrap();
    let table = "competency,level,statement\nTalks,2,Says it.\nTalks,7,Says more.\nTalks,7,Says most.\n";
    write(
        folder.path(),
        &[("handbook/handbook.toml", "title = \"T\"\n"), ("handbook/index.md", "# T\n"), ("t.csv", table)],
    );
    let said = refuses(folder.path(), &["t.csv"], 1);
    assert_eq!(said.matches("the scale has no level `7`").count(), 1, "{said}");
    assert!(said.contains(" --> t.csv:3:7\n"), "{said}");
    assert!(said.contains("\n[[scale]]\nlevel = 6\nname = \"Level 7\"\n"), "{said}");
    // The configuration that the message shows has to be accepted.
    let lines = &said[said.find("[[scale]]").unwrap()..said.find("\nnothing was written").unwrap()];
    fs::write(folder.path().join("handbook/handbook.toml"), lines).unwrap();
    imports(folder.path(), &["t.csv"]);
    assert!(read(folder.path(), "handbook/competencies/talks.md").contains("\n### Level 7 {level=6}\n\n- Says more."));
}

#[test]
fn unused_rows_are_reported_with_their_location() {
    let folder = tempfile::tempdir().unwrap();
    let table = "competency,level,statement\n,1,Whose is it?\nTalks,,Says it.\nTalks,1,\nTalks,1.5,Says it.\nTalks,1,Says it.\nTalks,1,says it.\nPlans,,\nEnds,2,Ends it.\n";
    write(folder.path(), &[("t.csv", table)]);
    let said = imports(folder.path(), &["t.csv", "h"]);
    let found: Vec<(&str, &str)> = said
        .split("warning[unused-row]: ")
        .skip(1)
        .map(|part| (part.lines().next().unwrap(), part.lines().nth(1).unwrap().trim()))
        .collect();
    assert_eq!(
        found,
        [
            ("this row does not name a competency, and was not used", "--> t.csv:2:2"),
            ("this row has no level, and was not used", "--> t.csv:3:1"),
            ("this row has no statement, and was not used", "--> t.csv:4:1"),
            ("`1.5` isn't a level, and was not used", "--> t.csv:5:7"),
            ("this statement repeats an earlier one at the same level, and was not used", "--> t.csv:7:9"),
            ("this row has only a name, and was not used", "--> t.csv:8:1"),
        ]
    );
    assert!(said.contains("6 parts of the table not used"), "{said}");
}

#[test]
fn an_unreadable_table_is_rejected_with_help() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("latin.csv"), b"competency,level,statement\nF\xfchrung,1,x\n").unwrap();
    fs::write(root.join("book.csv"), b"PK\x03\x04\xff\x00").unwrap();
    fs::write(root.join("utf16.csv"), b"\xff\xfea\x00,\x00b\x00").unwrap();
    write(
        root,
        &[
            ("open.csv", "competency,level,statement\nA,1,\"open\n"),
            ("odd.csv", "name,date\na,b\n"),
            ("empty.csv", "\n\n"),
            ("bare.csv", "competency,level,statement\n"),
            ("names.csv", "role,Talks\nA,Basic\nB,Expert\n"),
        ],
    );
    for (file, message, help) in [
        ("latin.csv", "bad-encoding]: this table is not UTF-8\n --> latin.csv:2:2", "CSV UTF-8 (Comma delimited)"),
        ("book.csv", "bad-encoding]: this is a workbook", "one sheet at a time"),
        ("utf16.csv", "bad-encoding]: this table is UTF-16", "CSV UTF-8"),
        (
            "open.csv",
            "bad-table]: this quote is never closed\n --> open.csv:2:5",
            "double it if it is part of the text",
        ),
        (
            "odd.csv",
            "bad-table]: none of the first ten rows says what the columns are\n --> odd.csv:1:1",
            "name three columns",
        ),
        ("empty.csv", "bad-table]: this table is empty", "nothing was written"),
        ("bare.csv", "bad-table]: nothing below the header could be used", "nothing was written"),
        ("names.csv", "bad-table]: the order of these levels is unknown\n --> names.csv:2:3", "2 Advanced"),
    ] {
        let said = refuses(root, &[file, "h"], 1);
        assert!(said.contains(message) && said.contains(help), "{file}: {said}");
    }
    let said = refuses(root, &["gone.csv"], 2);
    assert_eq!(
        said,
        "error: there is no file `gone.csv`\n  = help: save the table as CSV and name that file; `rolebook import --help` describes the supported layouts\n"
    );
}

#[test]
fn a_dry_run_writes_nothing_and_names_every_file() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("t.csv", "sep=;\ncompetency;level;statement\nCon;1;Says it.\nIndex;1;Lists it.\nÜber uns;1;Ja.\n")],
    );
    let said = refuses(folder.path(), &["t.csv", "--dry-run"], 0);
    assert_eq!(
        said,
        "would write handbook/handbook.toml (1 levels)\nwould write handbook/competencies/con-competency.md (1 statement)\nwould write handbook/competencies/index-competency.md (1 statement)\nwould write handbook/competencies/über-uns.md (1 statement)\nNothing was written, because this was a dry run.\n"
    );
}
