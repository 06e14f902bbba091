//! Output folders that aren't ours to write, disks that fail, and builds that are killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Project, is_root, ran};

#[test]
fn an_output_folder_that_is_a_link_is_followed_unless_it_points_to_the_content() {
    let project = Project::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let real = elsewhere.path().join("site");
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, project.root().join("linked")).unwrap();
    assert_eq!(project.run(&["build", "--out", "linked"]).code, Some(0));
    assert!(real.join("index.html").is_file());
    // A link to the content counts as the content.
    std::os::unix::fs::symlink("handbook", project.root().join("trick")).unwrap();
    assert_eq!(project.run(&["build", "--out", "trick"]).code, Some(2));
    assert_eq!(fs::read_to_string(project.content("index.md")).unwrap(), "# Home\n");
    // A page that became a link isn't written through.
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "mine").unwrap();
    fs::remove_file(project.out("index.html")).unwrap();
    std::os::unix::fs::symlink(&victim, project.out("index.html")).unwrap();
    project.put("index.md", "# New\n");
    assert_eq!(project.build().code, Some(2));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
}

#[test]
fn a_foreign_file_in_the_output_is_kept_and_stops_a_build_that_would_overwrite_it() {
    let project = Project::new();
    fs::write(project.out("notes.txt"), "mine").unwrap();
    project.put("new.md", "# New\n");
    project.builds(&[]);
    assert_eq!(fs::read_to_string(project.out("notes.txt")).unwrap(), "mine");
    fs::create_dir(project.out("other")).unwrap();
    fs::write(project.out("other/index.html"), "mine").unwrap();
    project.put("other.md", "# Other\n");
    let ran = project.build();
    assert_eq!(ran.code, Some(2));
    ran.says(&["other/index.html", "move them away"]);
    assert_eq!(fs::read_to_string(project.out("other/index.html")).unwrap(), "mine");
}

#[test]
fn a_broken_newer_or_malicious_manifest_never_causes_a_deletion() {
    let project = Project::new();
    let place = project.out(".rolebook-manifest");
    let good = fs::read_to_string(&place).unwrap();
    let precious = project.root().join("precious.txt");
    fs::write(&precious, "mine").unwrap();
    // The hash of the file is right, so only its name keeps Rolebook from treating the file as its
    // own.
    let hash = blake3::hash(b"mine").to_hex();
    let mut broken: Vec<String> = vec![
        String::new(),
        "{".to_owned(),
        "\0\0".to_owned(),
        good.replace("manifest 1", "manifest 999"),
        good[..good.len() / 2].to_owned(),
    ];
    for name in ["../precious.txt", "a/../../precious.txt", "/etc/hostname"] {
        let count = good.lines().count() - 2;
        let added = good.replace(&format!("end {count}\n"), &format!("{hash} {name}\nend {}\n", count + 1));
        assert_ne!(added, good);
        broken.push(added);
        broken.push(good.replacen("404.html", name, 1));
    }
    for text in broken {
        fs::write(&place, &text).unwrap();
        let ran = project.build();
        assert_eq!(ran.code, Some(2), "{text}");
        ran.says(&["help: ", "public"]);
        assert_eq!(fs::read_to_string(&precious).unwrap(), "mine", "{text}");
        project.assert_old_site();
    }
}

#[test]
fn builds_that_run_at_the_same_time_do_not_interfere() {
    let project = Project::new();
    for n in 0..300 {
        project.put(format!("g{n}.md"), "# G\n\ntext *text*\n".repeat(100));
    }
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_rolebook"))
            .arg("build")
            .current_dir(project.root())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().any(|output| output.status.success()));
    for output in &outputs {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || output.status.code() == Some(2) && said.contains("another build"), "{said}");
    }
    project.builds(&[]);
}

#[test]
fn a_build_killed_at_random_moments_is_completed_by_the_next_one() {
    let project = Project::new();
    for n in 0..120 {
        project.put(format!("g{n}.md"), format!("# Guide {n}\n\n{}\n", "text ".repeat(300)));
    }
    let mut whole = Duration::ZERO;
    // The site before and after each edit.
    let versions: Vec<_> = (0..2)
        .map(|version| {
            edit(&project, version);
            let out = format!("reference{version}");
            let start = Instant::now();
            assert_eq!(project.run(&["build", "--out", &out]).code, Some(0));
            whole = start.elapsed();
            crate::shared::files_below(&project.root().join(out))
        })
        .collect();
    let _ = fs::remove_dir_all(project.root().join("public"));
    // A fixed pseudorandom sequence (Numerical Recipes' generator), so that a failure can be
    // repeated.
    let mut state: u32 = 12_345;
    let mut killed = 0;
    let rounds: usize = crate::shared::asked("KILLS").unwrap_or(40);
    for round in 0..rounds {
        let version = round % 2;
        edit(&project, version);
        if round % 10 == 0 {
            let _ = fs::remove_dir_all(project.root().join("public"));
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Pick any moment within the time that a build takes on this machine.
        killed += usize::from(kill_after(&project, whole * (state >> 16) / 65_536));
        for (name, bytes) in site(&project.root().join("public")) {
            let known = versions.iter().any(|site| site.get(&name) == Some(&bytes));
            assert!(known, "round {round}: `{name}` is neither old nor new");
        }
        project.builds(&[]);
        let mut wanted = versions[version].clone();
        wanted.retain(|name, _| !name.starts_with(".rolebook"));
        assert_eq!(project.site(), wanted, "round {round}");
    }
    println!("{killed} of {rounds} builds were killed before they finished");
    assert!(killed > rounds / 4, "only {killed} of {rounds} builds were killed in time");
}

/// Writes one of two versions of the content. Every third page differs, and one page exists only in
/// the second version.
fn edit(project: &Project, version: usize) {
    for n in (0..120).step_by(3) {
        project.put(format!("g{n}.md"), format!("# Guide {n}\n\nversion {version} {}\n", "text ".repeat(300)));
    }
    if version == 0 {
        let _ = fs::remove_file(project.content("only.md"));
    } else {
        project.put("only.md", "# Only\n");
    }
}

/// Kills a build after a pause. Returns whether it was still running.
fn kill_after(project: &Project, pause: Duration) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .arg("build")
        .current_dir(project.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(pause);
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

#[test]
fn a_full_disk_at_any_write_is_reported_and_leaves_the_old_site_intact() {
    let Some(disk) = SmallDisk::mount() else { return };
    let project = Project::new();
    for n in 0..40 {
        project.put(format!("g{n}.md"), format!("# Guide {n}\n\n{}\n", "text ".repeat(2_000)));
    }
    let out = disk.place.path().join("site");
    let out_text = out.to_str().unwrap().to_owned();
    // Each round leaves a different amount of space, so that the disk is full at a different write.
    let mut failures = 0;
    for kilobytes in (0..3_300).step_by(300) {
        let _ = fs::remove_dir_all(&out);
        let _ = fs::remove_file(disk.place.path().join("filler"));
        assert_eq!(project.run(&["build", "--out", &out_text]).code, Some(0));
        let before = site(&out);
        for n in 0..40 {
            project.put(format!("g{n}.md"), format!("# Guide {n}\n\n{kilobytes} {}\n", "words ".repeat(2_500)));
        }
        disk.leave(kilobytes);
        let ran = project.run(&["build", "--out", &out_text]);
        if ran.code == Some(3) {
            failures += 1;
            ran.says(&["error: "]);
            for (name, bytes) in site(&out) {
                assert!(before.get(&name) == Some(&bytes), "`{name}` is incomplete with {kilobytes} kB left");
            }
        } else {
            assert_eq!(ran.code, Some(0), "{ran:?}");
        }
        let _ = fs::remove_file(disk.place.path().join("filler"));
        assert_eq!(project.run(&["build", "--out", &out_text]).code, Some(0));
    }
    assert!(failures > 3, "the disk was never full");
}

fn site(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let there = if out.is_dir() { crate::shared::files_below(out) } else { BTreeMap::default() };
    there.into_iter().filter(|(name, _)| !name.starts_with(".rolebook")).collect()
}

/// An 8 MB disk in memory.
struct SmallDisk {
    place: tempfile::TempDir,
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(place.path())
            .stderr(Stdio::null())
            .status();
        if is_root() && mounted.is_ok_and(|status| status.success()) {
            return Some(Self { place });
        }
        println!("skipped: only root can mount a small disk");
        None
    }

    /// Fills the disk until only `kilobytes` are free.
    fn leave(&self, kilobytes: u64) {
        let chunk = vec![b'x'; 1024];
        let filler = self.place.path().join("filler");
        let mut file = fs::File::create(&filler).unwrap();
        let mut written: u64 = 0;
        while std::io::Write::write_all(&mut file, &chunk).is_ok() {
            written += 1024;
        }
        file.set_len(written.saturating_sub(kilobytes * 1024)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.place.path()).status();
    }
}

#[test]
fn a_read_only_output_folder_is_named_and_causes_exit_code_3() {
    use std::os::unix::fs::PermissionsExt;
    if is_root() {
        println!("skipped: root can write to every folder");
        return;
    }
    let project = Project::new();
    let public = project.root().join("public");
    fs::set_permissions(&public, fs::Permissions::from_mode(0o555)).unwrap();
    project.put("index.md", "# New\n");
    project.fails(3, &["public"]);
    fs::set_permissions(&public, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_closed_standard_output_does_not_stop_a_build() {
    let project = Project::new();
    project.put("index.md", "# New\n\n[[gone]]\n");
    for script in [
        "exec \"$0\" build >&-",
        "exec \"$0\" check --format json >&-",
        "\"$0\" check --format json | head -c 1 >/dev/null",
    ] {
        let ran =
            ran(Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_rolebook")]).current_dir(project.root()));
        assert!(matches!(ran.code, Some(0 | 1)), "{script}: {ran:?}");
    }
    project.assert_old_site();
}
