//! Talks to the preview as browsers and editors do.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::served::{SMALL, serve};
use crate::support::write;

#[test]
fn a_save_updates_its_page_and_the_pages_that_depend_on_it() {
    let served = serve(SMALL);
    assert!(served.get("/guides/a/").contains("Old."));
    fs::write(served.folder.path().join("guides/a.md"), "# A new title\n\nNew.\n").unwrap();
    assert!(served.waits_for("/guides/a/", "New."));
    assert!(served.waits_for("/guides/", "A new title"));
    fs::remove_file(served.folder.path().join("guides/a.md")).unwrap();
    assert!(served.waits_for("/guides/a/", "404 Not Found"));
}

#[test]
fn a_mistake_is_reported_and_the_last_good_page_stays() {
    let served = serve(SMALL);
    fs::write(served.folder.path().join("guides/a.md"), "---\ntitle: \"open\n---\nBroken.\n").unwrap();
    let start = Instant::now();
    let mut told = false;
    while !told && start.elapsed() < Duration::from_secs(10) {
        let answer = served.get("/_rolebook/found?page=/guides/a/");
        let place = r#""path":"guides/a.md","source":"guides/a.md","line":2,"column":1"#;
        told = answer.contains("a quote is not closed") && answer.contains(place);
        assert!(!answer.contains(served.folder.path().to_str().unwrap()), "{answer}");
    }
    assert!(told);
    assert!(served.get("/guides/a/").contains("Old."));
    fs::write(served.folder.path().join("handbook.toml"), "title = broken\n").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(served.get("/").contains("200 OK"));
}

#[test]
fn responses_have_the_headers_of_a_local_server_and_none_for_other_origins() {
    let served = serve(SMALL);
    let answer = served.get("/").to_lowercase();
    for header in
        ["cache-control: no-store", "x-content-type-options: nosniff", "cross-origin-resource-policy: same-origin"]
    {
        assert!(answer.contains(header), "{header}");
    }
    assert!(!answer.contains("access-control-"));
    let moved = served.get("/guides/a");
    assert!(moved.starts_with("HTTP/1.1 301") && moved.contains("Location: /guides/a/"), "{moved}");
}

#[test]
fn every_way_of_saving_causes_one_build_and_a_touch_causes_none() {
    let served = serve(SMALL);
    let place = |name: &str| served.folder.path().join(name);
    let mut builds = served.builds();
    let mut once = |what: &str, text: &str, save: &dyn Fn()| {
        save();
        assert!(served.waits_for("/guides/a/", text), "{what}");
        let now = served.builds();
        assert_eq!(now, builds + 1, "{what}");
        builds = now;
    };
    let file = place("guides/a.md");
    once("truncate and write", "One.", &|| fs::write(&file, "# A\n\nOne.\n").unwrap());
    once("write beside and rename", "Two.", &|| {
        fs::write(place("guides/.a.md.new"), "# A\n\nTwo.\n").unwrap();
        fs::rename(place("guides/.a.md.new"), &file).unwrap();
    });
    once("move to a backup and write", "Three.", &|| {
        fs::rename(&file, place("guides/a.md~")).unwrap();
        std::thread::sleep(Duration::from_millis(5));
        fs::write(&file, "# A\n\nThree.\n").unwrap();
    });
    once("truncate, and write a little later", "Four.", &|| {
        fs::write(&file, "").unwrap();
        std::thread::sleep(Duration::from_millis(8));
        fs::write(&file, "# A\n\nFour.\n").unwrap();
    });
    fs::File::options().append(true).open(&file).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    fs::write(place("guides/a.md.swp"), "swap").unwrap();
    fs::write(place("guides/#a.md#"), "backup").unwrap();
    assert_eq!(served.builds(), builds);
}

#[test]
fn the_old_url_of_a_renamed_chapter_redirects_to_the_new_one() {
    let served = serve(SMALL);
    let place = |name: &str| served.folder.path().join(name);
    fs::rename(place("guides/a.md"), place("guides/b.md")).unwrap();
    assert!(served.waits_for("/guides/b/", "Old."));
    assert!(served.get("/guides/a/").contains("Location: /guides/b/"));
    // Rename only the case, on a case-sensitive file system.
    fs::rename(place("guides/b.md"), place("guides/B.md")).unwrap();
    assert!(served.waits_for("/guides/B/", "Old."));
    assert!(served.get("/guides/a/").contains("Location: /guides/B/"));
    fs::rename(place("guides/B.md"), place("guides/a.md")).unwrap();
    assert!(served.waits_for("/guides/a/", "Old."));
}

#[test]
fn a_deleted_chapter_and_a_new_one_are_not_taken_for_a_rename() {
    let served = serve(SMALL);
    let place = |name: &str| served.folder.path().join(name);
    // Both changes arrive in one build: a folder is exchanged.
    fs::create_dir(place("other")).unwrap();
    fs::write(place("other/budget.md"), "# Budgets\n\nHow money is planned for the next year.\n").unwrap();
    fs::remove_dir_all(place("guides")).unwrap();
    assert!(served.waits_for("/other/budget/", "money"));
    assert!(served.waits_for("/guides/a/", "404 Not Found"));
    assert!(!served.get("/guides/a/").contains("Location:"));
}

#[test]
fn a_handbook_below_a_path_is_shown_with_its_style_and_index_pages_answer() {
    let toml = "title = \"T\"\nbase_url = \"https://example.org/docs/\"\n";
    let served = serve(&[("handbook.toml", toml), ("index.md", "# Home\n"), ("guides/a.md", "# A\n\nOld.\n")]);
    let missing = served.get("/nowhere/at/all");
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
    let style = missing.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(style.starts_with("/docs/"), "{style}");
    let answer = served.get(style);
    let to = answer.split("Location: ").nth(1).unwrap().split("\r\n").next().unwrap();
    assert!(served.get(to).contains("text/css"), "{to}");
    for (path, to) in [
        ("/docs", "/"),
        ("/docs/", "/"),
        ("/docs/guides/a/", "/guides/a/"),
        ("/index.html", "/"),
        ("/guides/a/index.html", "/guides/a/"),
    ] {
        assert!(served.get(path).contains(&format!("Location: {to}\r\n")), "{path}: {}", served.get(path));
    }
    assert!(served.get("/nowhere/index.html").starts_with("HTTP/1.1 404"));
}

#[test]
fn new_folders_a_recreated_root_the_configuration_and_the_theme_are_watched() {
    let served = serve(&[("handbook/handbook.toml", "title = \"T\"\n"), ("handbook/guides/a.md", "# A\n")]);
    let root = &served.folder.path().join("handbook");
    write(root, &[("new/deep/c.md", "# C\n\nNested.\n")]);
    assert!(served.waits_for("/new/deep/c/", "Nested."));
    write(root, &[("new/deep/c.md", "# C\n\nNested again.\n")]);
    assert!(served.waits_for("/new/deep/c/", "Nested again."));
    write(root, &[("handbook.toml", "title = \"Another title\"\n")]);
    assert!(served.waits_for("/", "Another title"));
    let ui = ("themes/own/ui/en.toml", "contents = \"Inside\"\n");
    write(served.folder.path(), &[("themes/own/theme.toml", ""), ui]);
    write(
        root,
        &[("handbook.toml", "title = \"T\"\ntheme = \"own\"\n"), ("guides/a.md", "# A\n\n## X\n\n## Y\n\n## Z\n")],
    );
    assert!(served.waits_for("/guides/a/", "Inside"), "{}", served.get("/guides/a/"));
    let away = root.with_file_name("away-from-here");
    fs::rename(root, &away).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(served.get("/guides/a/").contains("200 OK"));
    write(root, &[("handbook.toml", "title = \"T\"\n"), ("index.md", "# Back again\n")]);
    assert!(served.waits_for("/", "Back again"));
    write(root, &[("index.md", "# Back for good\n")]);
    assert!(served.waits_for("/", "Back for good"));
}

#[test]
fn five_thousand_changed_files_cause_at_most_three_builds() {
    let files: Vec<(String, String)> =
        (0..5000).map(|n| (format!("many/f{}/c{n}.md", n / 50), format!("# C{n}\n\nBefore.\n"))).collect();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    all.push(("index.md", "# Home\n"));
    let served = serve(&all);
    let before = served.builds();
    for (path, text) in &files {
        fs::write(served.folder.path().join(path), text.replace("Before.", "After.")).unwrap();
    }
    assert!(served.waits_for("/many/f99/c4999/", "After."));
    let made = served.builds() - before;
    assert!(made <= 3, "{made} builds");
    for n in [0, 1, 2500, 4998] {
        assert!(served.get(&format!("/many/f{}/c{n}/", n / 50)).contains("After."), "{n}");
    }
}

#[cfg(unix)]
#[test]
fn files_behind_symbolic_links_are_never_served() {
    let served = serve(SMALL);
    let other = tempfile::tempdir().unwrap();
    write(other.path(), &[("x.md", "# Secret\n")]);
    std::os::unix::fs::symlink(other.path(), served.folder.path().join("guides/link")).unwrap();
    std::os::unix::fs::symlink(other.path().join("x.md"), served.folder.path().join("guides/y.md")).unwrap();
    write(other.path(), &[("x.md", "# Secret again\n")]);
    write(served.folder.path(), &[("guides/a.md", "# A\n\nNew.\n")]);
    assert!(served.waits_for("/guides/a/", "New."));
    served.builds();
    for path in ["/guides/link/x/", "/guides/link/", "/guides/y/"] {
        assert!(served.get(path).starts_with("HTTP/1.1 404"), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_preview_successfully_and_leaves_nothing_behind() {
    for signal in ["-INT", "-TERM"] {
        let mut served = serve(SMALL);
        served.get("/");
        // The signal handler is set after the URL has been printed, so wait for the builds to
        // finish first.
        served.builds();
        let before = crate::support::files_below(served.folder.path());
        let id = served.child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        let status = served.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}: {status}");
        assert_eq!(crate::support::files_below(served.folder.path()), before);
        assert!(TcpStream::connect(&served.address).is_err());
    }
}

/// Starts the preview with flags, reads its output until `text` appears, and kills it.
fn prints(flags: &[&str], path: Option<&std::path::Path>, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), SMALL);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rolebook"));
    command.arg("serve").args(flags).current_dir(folder.path()).stdout(std::process::Stdio::piped());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let mut child = command.spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        said.push_str(&format!("{}\n", line.unwrap()));
        if said.contains(text) {
            break;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    assert!(said.contains(text), "{said}");
    said
}

#[test]
fn a_taken_port_is_skipped_and_a_public_address_causes_a_warning() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let said = prints(&["--port", &port.to_string()], None, "ready in");
    assert!(said.contains(&format!("Port {port} was taken.")), "{said}");
    assert!(!said.contains("\x1b["), "{said}");
    prints(
        &["--port", "0", "--host", "0.0.0.0"],
        None,
        "Warning: everybody on your network can read this handbook now",
    );
    prints(&["--port", "0", "--poll"], None, "Files are checked for changes every 700 ms: as asked");
}

#[cfg(target_os = "linux")]
#[test]
fn the_open_flag_opens_a_browser_or_says_that_there_is_none() {
    use std::os::unix::fs::PermissionsExt;
    let bin = tempfile::tempdir().unwrap();
    prints(&["--port", "0", "--open"], Some(bin.path()), "No browser could be opened");
    let opened = bin.path().join("opened");
    let program = bin.path().join("xdg-open");
    fs::write(&program, format!("#!/bin/sh\necho \"$1\" > {}\n", opened.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    prints(&["--port", "0", "--open"], Some(bin.path()), "ready in");
    let start = Instant::now();
    while !fs::read_to_string(&opened).is_ok_and(|text| text.starts_with("http://127.0.0.1:")) {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
}
