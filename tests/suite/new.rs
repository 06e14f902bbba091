//! Creates chapters of every kind: checks where they go, what they contain, and that only their
//! prompts cause findings.

use std::fs;

use crate::support::{files_below, rolebook, write};

const BOOK: &[(&str, &str)] = &[
    (
        "handbook/handbook.toml",
        "title = \"T\"\n\n[[scale]]\nlevel = 1\nname = \"Starts\"\nmeans = \"Does it with help.\"\n\n[[scale]]\nlevel = 2\nname = \"Leads\"\n\n[sections]\nrole = [\"Responsibilities\", \"Pay band\"]\n\n[kinds]\nskills = \"competency\"\n",
    ),
    ("handbook/index.md", "# T\n\n[[pm]]\n"),
    ("handbook/roles/pm.md", "# PM\n\n## Responsibilities\n\n- Decides. {#decides}\n\n## Pay band\n\nNone.\n"),
];

#[test]
fn new_chapters_of_every_kind_have_no_findings_except_their_prompts() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), BOOK);
    for (kind, place) in [
        ("role", "roles/head-of-x.md"),
        ("competency", "skills/head-of-x.md"),
        ("strategy", "strategy/head-of-x.md"),
        ("path", "paths/head-of-x.md"),
        ("glossary", "glossary.md"),
        ("page", "head-of-x.md"),
    ] {
        let output = rolebook(folder.path(), &["new", kind, "Head of: *X*"]);
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.starts_with(&format!("wrote handbook/{place}\nNext: ")), "{said}");
        let check = rolebook(folder.path(), &["check", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap();
        let codes: Vec<&str> = findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        // A strategy also lacks its lead, because only the author knows it.
        let allowed = |code: &&str| *code == "placeholder" || (kind == "strategy" && *code == "strategy-lead");
        assert!(codes.iter().all(allowed) && codes.contains(&"placeholder"), "{kind}: {codes:?}");
        assert!(check.status.success());
        fs::remove_file(folder.path().join("handbook").join(place)).unwrap();
    }
}

#[test]
fn new_chapters_have_the_sections_and_levels_that_the_handbook_declares() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), BOOK);
    assert!(rolebook(folder.path(), &["new", "role", "Head of Product"]).status.success());
    let text = fs::read_to_string(folder.path().join("handbook/roles/head-of-product.md")).unwrap();
    let headings: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("# ") || line.starts_with("## "))
        .skip_while(|line| *line != "# Head of Product")
        .collect();
    assert_eq!(headings, ["# Head of Product", "## Responsibilities", "## Pay band"]);
    assert!(
        text.starts_with("---\nsummary: # one sentence that sums up the chapter, shown in lists and search\nowner: # "),
        "{text}"
    );
    assert!(rolebook(folder.path(), &["new", "competency", "Talks"]).status.success());
    let text = fs::read_to_string(folder.path().join("handbook/skills/talks.md")).unwrap();
    assert!(
        text.contains("## Levels\n\n### Starts {level=1}\n\n- (Fill in: Does it with help.)\n\n### Leads {level=2}\n"),
        "{text}"
    );
}

#[test]
fn a_new_chapter_in_a_folder_of_another_kind_declares_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), BOOK);
    assert!(rolebook(folder.path(), &["new", "page", "How we hire", "--in", "roles/notes"]).status.success());
    let text = fs::read_to_string(folder.path().join("handbook/roles/notes/how-we-hire.md")).unwrap();
    assert!(text.starts_with("---\nkind: page\n"), "{text}");
}

#[test]
fn rolebook_new_never_overwrites_a_chapter_and_rejects_invalid_places() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), BOOK);
    let before = files_below(folder.path());
    for (arguments, said) in [
        (&["new", "role", "PM"][..], "error: `pm` already exists, in `roles/pm.md`\n"),
        (&["new", "competency", "pm"], "error: `pm` already exists, in `roles/pm.md`\n"),
        (&["new", "page", "???"], "error: no file can be named after the title `???`\n"),
        (&["new", "page", "A", "--in", "../x"], "error: `../x` isn't a folder inside the handbook\n"),
        (&["new", "page", "A", "nowhere"], "error: there is no folder `nowhere`\n"),
        (&["new", "tale", "A"], "error: `tale` does not fit `KIND`\n"),
    ] {
        let output = rolebook(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.starts_with(said), "{err}");
    }
    assert_eq!(files_below(folder.path()), before);
}
