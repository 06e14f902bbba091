//! Runs `build` where it must not write, and kills it while it is writing.

use std::fs;
use std::path::Path;

use crate::support::{files_below, rolebook, write};

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("handbook/handbook.toml", "title = \"T\"\n"), ("handbook/index.md", "# Home\n")]);
    folder
}

fn refused(root: &Path, out: &str) -> String {
    let before = files_below(root);
    let output = rolebook(root, &["build", "--out", out]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(files_below(root), before, "something was written");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_content_the_project_and_their_parents_are_rejected_as_output() {
    let folder = project();
    for out in ["handbook", ".", "..", "handbook/..", "/"] {
        assert!(refused(folder.path(), out).starts_with("error: "), "{out}");
    }
}

#[test]
fn a_home_folder_is_rejected_as_output() {
    let folder = project();
    let home = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .args(["build", "--out"])
        .arg(home.path())
        .current_dir(folder.path())
        .env("HOME", home.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_with_foreign_files_or_a_checkout_is_rejected_as_output() {
    let folder = project();
    write(
        folder.path(),
        &[("thesis/chapter.docx", "years of work"), ("clone/.git/HEAD", "ref"), ("work/.git", "gitdir: x")],
    );
    for out in ["thesis", "clone", "work"] {
        refused(folder.path(), out);
    }
}

#[test]
fn a_hand_edited_page_is_not_overwritten() {
    let folder = project();
    let root = folder.path();
    assert!(rolebook(root, &["build"]).status.success());
    fs::write(root.join("public/index.html"), "mine").unwrap();
    fs::write(root.join("handbook/index.md"), "# New\n").unwrap();
    let output = rolebook(root, &["build"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_to_string(root.join("public/index.html")).unwrap(), "mine");
}

#[test]
fn a_build_with_errors_leaves_the_old_site_unchanged() {
    let folder = project();
    let root = folder.path();
    assert!(rolebook(root, &["build"]).status.success());
    let before = files_below(&root.join("public"));
    fs::write(root.join("handbook/index.md"), "# Home\n\n[[gone]]\n").unwrap();
    assert_eq!(rolebook(root, &["build"]).status.code(), Some(1));
    assert_eq!(files_below(&root.join("public")), before);
}

#[test]
fn a_killed_first_build_is_completed_by_the_next_one() {
    let folder = project();
    let root = folder.path();
    for n in 0..400 {
        write(root, &[(&format!("handbook/guides/g{n}.md"), &format!("# Guide {n}\n\n{}\n", "text ".repeat(400)))]);
    }
    let reference = tempfile::tempdir().unwrap();
    let start = std::time::Instant::now();
    assert!(rolebook(root, &["build", "--out", reference.path().join("site").to_str().unwrap()]).status.success());
    let whole = start.elapsed();
    let wanted = files_below(&reference.path().join("site"));
    for part in 1..=6 {
        let _ = fs::remove_dir_all(root.join("public"));
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_rolebook"))
            .arg("build")
            .current_dir(root)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole * part / 7);
        child.kill().unwrap();
        child.wait().unwrap();
        let output = rolebook(root, &["build"]);
        assert!(output.status.success(), "{output:?}");
        let site = |files: std::collections::BTreeMap<String, Vec<u8>>| -> Vec<(String, Vec<u8>)> {
            files.into_iter().filter(|(name, _)| !name.starts_with(".rolebook")).collect()
        };
        assert_eq!(
            site(files_below(&root.join("public"))),
            site(wanted.clone()),
            "after {part} of 7 parts of {whole:?}"
        );
    }
}
