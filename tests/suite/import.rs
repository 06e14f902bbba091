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
        "read as one statement per row: competencies in `Skill`, levels in `Level`, statements in `Expected behaviour`; clusters in `Skill group`; skipped above the header: `Competency matrix 2026`\nwrote ours/handbook/handbook.toml (2 levels)\nwrote ours/handbook/competencies/communication.md (4 statements)\nwrote ours/handbook/competencies/data-use.md (1 statement)\nEach level adds to those below it. If the table restates each level, add `--levels replace`.\nNext: `rolebook check ours` looks it over, `rolebook serve ours` shows it.\n"
    );
    let files = files_below(&folder.path().join("ours/handbook"));
    assert_eq!(files.len(), 3);
    assert_eq!(
        read(folder.path(), "ours/handbook/handbook.toml"),
        "# The handbook's title and levels. `rolebook schema handbook` lists every key.\n\ntitle = \"Ours\"\n\n# The levels, lowest first. `means` describes in one sentence what people at that level do.\n[[scale]]\nlevel = 1\nname = \"Learning\"\n\n[[scale]]\nlevel = 2\nname = \"Owning\"\n"
    );
    assert_eq!(
        read(folder.path(), "ours/handbook/competencies/communication.md"),
        "---\ncluster: Influence\norder: 1\n---\n# Communication\n\n## Levels\n\n### Learning {level=1}\n\n- Says \\*why\\* {#l1-says-why}\n- Asks first {#l1-asks-first}\n- Asks \"who\" decides {#l1-asks-who-decides}\n\n### Owning {level=2}\n\n- Brings bad news \\[early] {#l2-brings-bad-news-early}\n"
    );
    assert_eq!(
        read(folder.path(), "ours/handbook/competencies/data-use.md"),
        "---\ncluster: Craft\norder: 2\n---\n# Data: use\n\n## Levels\n\n### Owning {level=2}\n\n- Decides by a date {#l2-decides-by-a-date}\n"
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
        "---\norder: 2\ncompetencies:\n  talks: Level 3\n  plans: Level 2\n---\n# Head of Product\n"
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
fn existing_chapters_change_only_if_the_differences_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let role = "---\r\n# Ours.\r\ncompetencies: {talks: Owning}\r\n---\r\n# Product Manager\r\n";
    let competency = "# Talks\n\n### Owning\n\n- Says it plainly. {#plainly}\n\n  - **Example:** Yes.\n- Waits.\n";
    let files = [
        ("handbook/handbook.toml", "title = \"T\"\n"),
        ("handbook/roles/pm.md", role),
        ("handbook/competencies/talks.md", competency),
        ("roles.csv", "role,Talks,Plans\nProduct manager,2,Guiding\nHead,4,4\n"),
        ("levels.csv", "competency,level,statement\nTALKS,3,Says it very plainly.\n,4,Says it early.\n"),
    ];
    write(folder.path(), &files);
    let said = imports(folder.path(), &["roles.csv"]);
    assert!(said.contains("\n1 chapter differs from the table: `--update` shows how, and"), "{said}");
    assert_eq!(
        read(folder.path(), "handbook/roles/head.md"),
        "---\norder: 1\ncompetencies:\n  talks: Guiding\n  plans: Guiding\n---\n# Head\n"
    );
    let said = imports(folder.path(), &["levels.csv", "--update"]);
    for line in [
        "would change handbook/competencies/talks.md (Talks: statements: 1 reworded, 1 new, 1 only in the handbook)\n",
        "    Owning: Says it plainly. → Says it very plainly.\n",
        "    Guiding: new: Says it early.\n",
        "    Owning: only in the handbook: Waits.\n",
        "Nothing was written yet: add `--write` to write these changes.\n",
    ] {
        assert!(said.contains(line), "{line}{said}");
    }
    assert_eq!(read(folder.path(), "handbook/roles/pm.md"), role);
    assert_eq!(read(folder.path(), "handbook/competencies/talks.md"), competency);
    imports(folder.path(), &["levels.csv", "--update", "--write"]);
    assert_eq!(
        read(folder.path(), "handbook/competencies/talks.md"),
        "# Talks\n\n### Owning\n\n- Says it very plainly. {#plainly}\n\n  - **Example:** Yes.\n- Waits.\n\n### Guiding {level=4}\n\n- Says it early. {#l4-says-it-early}\n"
    );
    let said = imports(folder.path(), &["roles.csv", "--update", "--write"]);
    assert!(
        said.contains(
            "changed handbook/roles/pm.md (Product Manager: Talks: Owning → Practising)\n    Plans: nothing → Guiding\n"
        ),
        "{said}"
    );
    assert_eq!(
        read(folder.path(), "handbook/roles/pm.md"),
        "---\r\n# Ours.\r\ncompetencies: {talks: Practising, plans: 4}\r\n---\r\n# Product Manager\r\n"
    );
    for table in ["roles.csv", "levels.csv"] {
        assert!(
            imports(folder.path(), &[table, "--update"])
                .ends_with("The handbook says everything that the table says.\n")
        );
        assert!(imports(folder.path(), &[table]).contains("There is nothing new to write."));
    }
    imports(folder.path(), &["levels.csv", "--update", "--prune", "--write"]);
    assert!(!read(folder.path(), "handbook/competencies/talks.md").contains("Waits"));
}

#[test]
fn tables_can_be_imported_in_any_order_and_keep_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let roles = "Our matrix,,,\n,IC,,Management\nTheme,PM,Senior PM,Head\nGrade,P2,P3,P5\nCraft,,,\nTalks,1,2,3\nPlans,1,2,2\nTotal,2,4,5\n";
    let levels =
        "Theme,Level 1,Level 2,Level 3\nTalks,Says it.,Says why.,Says it early.\nPlans,Plans a week.,Plans a month.,\n";
    write(folder.path(), &[("roles.csv", roles), ("levels.csv", levels)]);
    let said = imports(folder.path(), &["roles.csv", "a", "--ladder", "up"]);
    assert!(said.contains("competencies in rows (`Theme`), roles in columns (`PM` to `Head`), levels in cells; tracks in the row above the header (IC, Management); skipped above the header: `Our matrix`; the row `Grade` says more about the roles; `Craft` groups Talks, Plans\n"), "{said}");
    assert!(said.contains("1 part of the table not used"), "{said}");
    let said = imports(folder.path(), &["levels.csv", "a"]);
    assert!(said.contains("filled a/handbook/competencies/talks.md (Talks: statements: 3 new)\n"), "{said}");
    imports(folder.path(), &["levels.csv", "b"]);
    imports(folder.path(), &["roles.csv", "b", "--ladder", "up"]);
    imports(folder.path(), &["roles.csv", "b", "--ladder", "up", "--update", "--write"]);
    let a = files_below(&folder.path().join("a/handbook/roles"));
    assert_eq!(a, files_below(&folder.path().join("b/handbook/roles")));
    assert_eq!(
        read(folder.path(), "a/handbook/roles/pm.md"),
        "---\ntrack: ic\nrank: 1\ngrade: P2\ngrows_into: [senior-pm]\norder: 1\ncompetencies:\n  talks: Level 1\n  plans: Level 1\n---\n# PM\n"
    );
    assert_eq!(
        read(folder.path(), "a/handbook/competencies/talks.md"),
        "---\ncluster: Craft\norder: 1\n---\n# Talks\n\n## Levels\n\n### Level 1 {level=1}\n\n- Says it. {#l1-says-it}\n\n### Level 2 {level=2}\n\n- Says why. {#l2-says-why}\n\n### Level 3 {level=3}\n\n- Says it early. {#l3-says-it-early}\n"
    );
    assert!(rolebook(&folder.path().join("a"), &["check", "--strict"]).status.success());
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
        ]
    );
    assert!(said.contains("5 parts of the table not used") && said.contains("; `Plans` groups Ends\n"), "{said}");
}

#[test]
fn an_unreadable_table_is_rejected_with_help() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("latin.csv"), b"competency,level,statement\nF\xc3\xbchrung,1,\xfc\n").unwrap();
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
        (
            "latin.csv",
            "bad-encoding]: this file is neither a workbook nor a text in UTF-8",
            "CSV UTF-8 (Comma delimited)",
        ),
        ("book.csv", "bad-table]: this workbook is damaged", "save it again"),
        ("utf16.csv", "bad-table]: none of the first ten rows says what the columns are", "name three columns"),
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
        ("names.csv", "bad-table]: the order of these levels is unknown\n --> names.csv:2:3", "--scale"),
    ] {
        let said = refuses(root, &[file, "h"], 1);
        assert!(said.contains(message) && said.contains(help), "{file}: {said}");
    }
    let said = refuses(root, &["gone.csv"], 2);
    assert_eq!(
        said,
        "error: there is no file `gone.csv`\n  = help: name a workbook (`.xlsx` or `.ods`), a CSV file, or a file with a table in Markdown, HTML, JSON or YAML\n"
    );
}

#[test]
fn a_dry_run_writes_nothing_and_prints_every_file() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("t.csv", "sep=;\ncompetency;level;statement\nCon;1;Says it.\nIndex;1;Lists it.\nÜber uns;1;Ja.\n")],
    );
    let said = refuses(folder.path(), &["t.csv", "h", "--dry-run"], 0);
    assert_eq!(
        said,
        "read as one statement per row: competencies in `competency`, levels in `level`, statements in `statement`\nwould write h/handbook/handbook.toml (1 level)\n\n    # The handbook's title and levels. `rolebook schema handbook` lists every key.\n\n    title = \"H\"\n\n    # The levels, lowest first. `means` describes in one sentence what people at that level do.\n    [[scale]]\n    level = 1\n    name = \"Level 1\"\n\nwould write h/handbook/competencies/con-competency.md (1 statement)\n\n    ---\n    order: 1\n    ---\n    # Con\n\n    ## Levels\n\n    ### Level 1 {level=1}\n\n    - Says it. {#l1-says-it}\n\nwould write h/handbook/competencies/index-competency.md (1 statement)\n\n    ---\n    order: 2\n    ---\n    # Index\n\n    ## Levels\n\n    ### Level 1 {level=1}\n\n    - Lists it. {#l1-lists-it}\n\nwould write h/handbook/competencies/über-uns.md (1 statement)\n\n    ---\n    order: 3\n    ---\n    # Über uns\n\n    ## Levels\n\n    ### Level 1 {level=1}\n\n    - Ja. {#l1-ja}\n\nNothing was written, because this was a dry run.\n"
    );
}

#[test]
fn an_exported_handbook_is_imported_without_a_difference_and_exported_again_equally() {
    let folder = tempfile::tempdir().unwrap();
    let table = "Theme,Engineer,Senior engineer\nTalks,Says it.,Says why.\nPlans,Plans a week.,Plans a month.\n";
    write(folder.path(), &[("t.csv", table)]);
    imports(folder.path(), &["t.csv", "h", "--ladder", "up"]);
    let export = |to: &str| {
        let output = rolebook(folder.path(), &["export", "h", "--to", to]);
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(0), "{out}{err}");
        files_below(&folder.path().join(to))
    };
    let first = export("one");
    assert_eq!(first, export("two"));
    for name in ["matrix.xlsx", "matrix.csv", "statements.csv", "hiring/engineer.xlsx", "hiring/engineer.md"] {
        assert!(first.contains_key(name), "{name}: {:?}", first.keys());
    }
    for name in ["one/matrix.xlsx", "one/matrix.csv", "one/statements.csv"] {
        let said = imports(folder.path(), &[name, "h", "--update", "--prune"]);
        assert!(said.ends_with("The handbook says everything that the table says.\n"), "{name}: {said}");
    }
    write(folder.path(), &[("mine/matrix.csv", "mine")]);
    assert_eq!(rolebook(folder.path(), &["export", "h", "--to", "mine"]).status.code(), Some(2));
    // Settings for this run count here, too.
    assert_eq!(rolebook(folder.path(), &["export", "h", "--config", "titel=x"]).status.code(), Some(2));
    assert_eq!(read(folder.path(), "mine/matrix.csv"), "mine");
}
