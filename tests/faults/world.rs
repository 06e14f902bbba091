//! Environments that differ from machine to machine.

use std::process::Command;

use crate::support::{Project, ran};

#[test]
fn environment_variables_do_not_change_the_site() {
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
    assert_eq!(project.site(), wanted, "without any variables");
}

#[test]
fn file_times_far_in_the_past_or_future_do_not_change_the_site() {
    let project = Project::new();
    project.put("a.md", "# A\n\nText.\n");
    project.builds(&[]);
    let wanted = project.site();
    let epoch = std::time::SystemTime::UNIX_EPOCH;
    for seconds in [0, 4_102_444_800] {
        for name in ["a.md", "index.md", "handbook.toml"] {
            let file = std::fs::File::options().write(true).open(project.content(name)).unwrap();
            file.set_modified(epoch + std::time::Duration::from_secs(seconds)).unwrap();
        }
        project.builds(&["0 files written"]);
        assert_eq!(project.site(), wanted, "files dated {seconds} s after 1970");
    }
}

#[test]
fn an_invalid_source_date_epoch_is_rejected_with_help() {
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

#[cfg(unix)]
#[test]
fn no_command_fails_when_its_output_is_no_longer_read() {
    let project = Project::new();
    project.put("roles/a.md", "---\nrank: 1\n---\n# A\n\n## Responsibilities\n\n- Does it.\n");
    let commands: [&[&str]; 7] = [
        &["build"],
        &["check"],
        &["schema"],
        &["anchors"],
        &["codeowners"],
        &["mv", "a", "b", "--dry-run"],
        &["new", "role", "Head of X"],
    ];
    for command in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_rolebook"))
            .args(command)
            .current_dir(project.root())
            .stdout(writer)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("panicked"), "{command:?}: {said}");
    }
    assert!(project.content("roles/head-of-x.md").is_file());
}
