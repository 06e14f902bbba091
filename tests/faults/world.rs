//! Surroundings that differ from machine to machine.

use std::process::Command;

use crate::support::{Project, ran};

#[test]
fn no_variable_of_the_surroundings_changes_a_byte() {
    let project = Project::new();
    project.put("a.md", "# Ä\n\nText [[index]].\n\n```rust\nfn i() {}\n```\n");
    project.builds(&[]);
    let wanted = project.site();
    let rows: [(&str, &str); 6] = [
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LC_ALL", "C"),
        ("TZ", "Nowhere/Nothing"),
        ("HOME", "/nonexistent"),
        ("TMPDIR", "/nonexistent"),
        ("PATH", ""),
    ];
    for (name, value) in rows {
        let ran = ran(Command::new(env!("CARGO_BIN_EXE_rolebook"))
            .args(["build", "--out", "public"])
            .env(name, value)
            .current_dir(project.root()));
        assert_eq!(ran.code, Some(0), "{name}={value}: {}", ran.said);
        assert_eq!(project.site(), wanted, "{name}={value}");
    }
    let bare = ran(Command::new(env!("CARGO_BIN_EXE_rolebook")).arg("build").env_clear().current_dir(project.root()));
    assert_eq!(bare.code, Some(0), "{}", bare.said);
    assert_eq!(project.site(), wanted, "no variable at all");
}

#[test]
fn a_day_that_is_none_is_refused_with_the_way_out() {
    let project = Project::new();
    let before = project.site();
    for value in ["soon", "99999999999999999999"] {
        let ran = ran(Command::new(env!("CARGO_BIN_EXE_rolebook"))
            .args(["build", "--out", "public"])
            .env("SOURCE_DATE_EPOCH", value)
            .current_dir(project.root()));
        assert_eq!(ran.code, Some(2), "{value}: {}", ran.said);
        ran.says(&["`SOURCE_DATE_EPOCH`", value, "help"]);
    }
    assert_eq!(project.site(), before);
}
