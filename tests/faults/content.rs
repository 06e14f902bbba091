//! Content that no one should write, but some people do.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use crate::shared;
use crate::support::{Project, Ran, is_root, ran};

#[test]
fn a_missing_folder_is_rejected_with_help() {
    let project = Project::new();
    let ran = project.run(&["build", "nowhere"]);
    assert_eq!(ran.code, Some(2));
    ran.says(&["no folder `nowhere`", "help: "]);
    fs::write(project.root().join("file"), "").unwrap();
    assert_eq!(project.run(&["build", "file"]).code, Some(2));
}

#[test]
fn an_empty_folder_is_reported_as_having_no_chapters() {
    let project = Project::new();
    fs::create_dir(project.root().join("empty")).unwrap();
    let ran = project.run(&["build", "empty", "--out", "site"]);
    assert_eq!(ran.code, Some(2));
    ran.says(&["error: there is no Markdown file in `empty`", "help: write `index.md`"]);
}

#[test]
fn a_broken_configuration_stops_the_build_and_names_the_line() {
    let project = Project::new();
    project.put("handbook.toml", "title = \"T\"\nlanguage = en\n");
    project.fails(2, &["bad-configuration", "handbook.toml:2:1", "write `language = \"en\"`"]);
    project.put("handbook.toml", "titel = \"T\"\n[check]\nded-link = \"warn\"\n");
    project.fails(1, &["no field `titel`", "handbook.toml:1:1", "`ded-link`", "did you mean `dead-link`"]);
}

#[test]
fn broken_front_matter_is_reported_with_its_location_and_a_fix() {
    let rows: [(&str, &[&str]); 6] = [
        ("---\ntitle: A\n\n# A\n", &["bad-front-matter", "a.md:1:1", "close it with a line `---`"]),
        ("+++\ntitle = \"A\"\n# A\n", &["bad-front-matter", "close it with a line `+++`"]),
        ("---\norder: [1]\n---\n# A\n", &["wrong-type", "a.md:2:8"]),
        ("---\ntitle: A\ntitle: B\n---\n# A\n", &["duplicate-key", "a.md:3:1"]),
        ("---\na: &a [*a]\n---\n# A\n", &["bad-front-matter", "a.md:2:"]),
        ("---\ntitle: \"A\n---\n# A\n", &["bad-front-matter", "a.md:"]),
    ];
    for (text, words) in rows {
        let project = Project::new();
        project.put("a.md", text);
        project.fails(1, words);
    }
}

#[test]
fn a_yaml_bomb_is_rejected_before_it_expands() {
    let mut text = String::from("---\na: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (name, before) in ('b'..='p').zip('a'..) {
        text.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 10].join(",")));
    }
    let project = Project::new();
    project.put("a.md", format!("{text}---\n# A\n"));
    project.put("b.md", format!("---\na: {}\n---\n# B\n", "[".repeat(100_000)));
    // These are 10 to the power of 16 values, in an address space of 1 GB.
    let limited = ran(Command::new("sh")
        .args(["-c", "ulimit -v 1000000; exec \"$0\" build", env!("CARGO_BIN_EXE_rolebook")])
        .current_dir(project.root()));
    assert_eq!(limited.code, Some(1), "{}", limited.said);
    limited.says(&["too large or too deeply nested", "a.md:", "b.md:", "at most 10000 values, nested at most 32 deep"]);
    project.assert_old_site();
}

#[test]
fn line_endings_and_a_byte_order_mark_do_not_change_a_page() {
    let text = "---\ntitle: A\n---\n\n# A\n\nOne *two*  \nthree.\n\n- x\n- y\n\n```rust\nlet a = 1;\nlet b = 2;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
    let page = |text: &str| {
        let project = Project::new();
        project.put("a.md", text);
        project.builds(&["no findings"]);
        fs::read_to_string(project.out("a/index.html")).unwrap()
    };
    let wanted = page(text);
    assert_eq!(page(&text.replace('\n', "\r\n")), wanted, "CRLF");
    assert_eq!(page(&text.replace('\n', "\r")), wanted, "CR");
    assert_eq!(page(&format!("\u{feff}{text}")), wanted, "byte order mark");
    assert_eq!(page(&format!("\u{feff}{}", text.replace('\n', "\r\n"))), wanted, "both");
}

#[test]
fn line_numbers_are_right_with_any_line_ending() {
    for end in ["\n", "\r\n", "\r"] {
        let project = Project::new();
        project.put("a.md", format!("\u{feff}# A{end}{end}ä [[gone]]{end}"));
        project.fails(1, &["dead-link", "a.md:3:3"]);
    }
}

#[test]
fn text_that_is_not_utf_8_is_reported_with_its_location() {
    let utf_16: Vec<u8> = "# Hallo\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rows: [(&[u8], &str); 3] = [
        (b"# A\n\nfoo \xff bar\n", "a.md:3:5"),
        (&[b"\xff\xfe", utf_16.as_slice()].concat(), "a.md:1:1"),
        (b"\xc3(", "a.md:1:1"),
    ];
    for (bytes, place) in rows {
        let project = Project::new();
        project.put("a.md", bytes);
        project.fails(1, &["bad-encoding", place, "save the file with the encoding UTF-8"]);
    }
}

#[test]
fn an_empty_chapter_is_a_warning_and_a_nul_becomes_a_replacement_character() {
    let project = Project::new();
    project.put("empty.md", "");
    let everywhere = "```rust x\0.rs\nlet a\0;\n```\n\n```none\0\n\0\n```\n\n    c\0\n\n[d\0](<https://x.example/\0> \"\0\") ![e\0](p.png \"\0\") `f\0`\n\n\
        <b title=\"\0\">g\0</b>[^\0]\n\n[^\0]: h\0\n\n## I\0\n\n| j\0 |\n|---|\n| k\0 |\n";
    project.put("p.png", "");
    project.put("nul.md", format!("# N\0M\n\na\0b\n\n{everywhere}"));
    project.builds(&["warning[empty-chapter]", "empty.md"]);
    let page = fs::read_to_string(project.out("nul/index.html")).unwrap();
    assert!(page.contains("a\u{fffd}b") && page.contains("<title>N\u{fffd}M"));
    for (name, bytes) in shared::files_below(&project.out("")) {
        assert!(name.ends_with(".woff2") || !bytes.contains(&0), "{name} contains a NUL");
    }
}

#[test]
fn large_files_and_long_lines_build() {
    let project = Project::new();
    let (links, text) =
        ("Some *words* and [[index]] here.\n\n".repeat(100_000), "Many words of one line. ".repeat(40) + "\n\n");
    project.put("big.md", format!("# Big\n\n{links}{}", text.repeat(49_000)));
    project.put("line.md", format!("# Line\n\n{}\n", "word and *more* ".repeat(650_000)));
    assert!(fs::metadata(project.content("big.md")).unwrap().len() > 50_000_000);
    project.builds(&["no findings"]);
    assert!(fs::metadata(project.out("big/index.html")).unwrap().len() > 50_000_000);
    assert!(fs::metadata(project.out("line/index.html")).unwrap().len() > 10_000_000);
}

/// Runs the program with only 1 GB of memory, so that reading 2 GB would end it.
fn in_one_gigabyte(project: &Project, arguments: &[&str]) -> Ran {
    let script = "ulimit -v 1000000; exec \"$0\" \"$@\"";
    let program = env!("CARGO_BIN_EXE_rolebook");
    ran(Command::new("sh").args(["-c", script, program]).args(arguments).current_dir(project.root()))
}

/// Creates a file of 2 GB that takes no space on the disk.
fn put_two_gigabytes(project: &Project, name: &str) {
    let place = project.content(name);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::File::create(place).unwrap().set_len(2 << 30).unwrap();
}

#[test]
fn a_two_gigabyte_chapter_is_an_error_and_is_not_read() {
    for name in ["big.md", "SUMMARY.md", "guides/index.md"] {
        let project = Project::new();
        project.put("guides/a.md", "# A\n");
        put_two_gigabytes(&project, name);
        for arguments in [&["build"][..], &["check"], &["build", "handbook", "--out", "site"]] {
            let ran = in_one_gigabyte(&project, arguments);
            assert_eq!(ran.code, Some(1), "{arguments:?}: {}", ran.said);
            ran.says(&["error[too-large]: this file is larger than 64 MB", name, "help: split it", "1 error"]);
        }
        project.assert_old_site();
        let ran = in_one_gigabyte(&project, &["mv", "guides/a", "guides/b"]);
        assert_eq!(ran.code, Some(2), "{}", ran.said);
        ran.says(&["error[too-large]", name, "may refer to what moves, so nothing was moved"]);
        assert!(project.content("guides/a.md").is_file());
        let ran = in_one_gigabyte(&project, &["codeowners"]);
        assert_eq!(ran.code, Some(2), "{}", ran.said);
        ran.says(&["error[too-large]", name]);
    }
}

#[test]
fn a_two_gigabyte_handbook_toml_is_rejected_and_not_read() {
    let project = Project::new();
    put_two_gigabytes(&project, "handbook.toml");
    fs::write(project.root().join("t.csv"), "competency,level,statement\nA,Owning,Decides\n").unwrap();
    for arguments in [&["build"][..], &["check"], &["anchors", "--write"], &["new", "page", "A"], &["import", "t.csv"]]
    {
        let ran = in_one_gigabyte(&project, arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.said);
        ran.says(&["error[too-large]: this file is larger than 64 MB", "handbook.toml cannot be read"]);
    }
    assert_eq!(fs::read_dir(project.root().join("handbook")).unwrap().count(), 2);
    project.assert_old_site();
}

#[test]
fn a_folder_whose_only_chapter_is_too_large_is_not_reported_as_empty() {
    let project = Project::new();
    fs::remove_file(project.content("index.md")).unwrap();
    put_two_gigabytes(&project, "index.md");
    let ran = in_one_gigabyte(&project, &["build"]);
    assert_eq!(ran.code, Some(2), "{}", ran.said);
    ran.says(&["error[too-large]", "index.md", "no chapter in `handbook` could be read"]);
    assert!(!ran.said.contains("no Markdown file"), "{}", ran.said);
}

#[test]
fn any_other_two_gigabyte_file_is_left_out_and_a_reference_to_it_is_an_error() {
    let project = Project::new();
    put_two_gigabytes(&project, "films/talk.mp4");
    let ran = in_one_gigabyte(&project, &["build"]);
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    ran.says(&["warning[left-out]: this file is larger than 100 MB", "films/talk.mp4", "help: host it elsewhere"]);
    project.assert_old_site();
    for text in ["[the talk](films/talk.mp4)", "![the talk](films/talk.mp4)"] {
        project.put("index.md", format!("# Home\n\n{text}\n"));
        let ran = in_one_gigabyte(&project, &["build"]);
        assert_eq!(ran.code, Some(1), "{}", ran.said);
        ran.says(&["at `films/talk.mp4`", "index.md:3:1", "warning[left-out]"]);
        project.assert_old_site();
    }
}

#[test]
fn a_two_gigabyte_theme_file_is_left_out_and_named_with_its_path() {
    let project = Project::new();
    project.put("handbook.toml", "title = \"T\"\ntheme = \"own\"\n");
    fs::create_dir_all(project.root().join("themes/own/assets")).unwrap();
    put_two_gigabytes(&project, "../themes/own/assets/film.mp4");
    let ran = in_one_gigabyte(&project, &["build"]);
    ran.says(&["left-out", "themes/own/assets/film.mp4"]);
}

#[test]
fn deep_nesting_neither_overflows_the_stack_nor_takes_quadratic_time() {
    let project = Project::new();
    for (n, piece) in
        [">", "[", "*", "- ", "_a", "![", "(", "`", "<", "&", "[[", "{{", "::: ", "~", "\\"].iter().enumerate()
    {
        project.put(format!("n{n}.md"), format!("# N\n\n{}x\n", piece.repeat(100_000)));
    }
    let row = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(10_000));
    project.put("columns.md", format!("# C\n\n{}{}{}", row("a"), row("-"), row("b").repeat(3)));
    let list: String = (0..1_000).map(|n| format!("{}- x\n", "  ".repeat(n))).collect();
    project.put("list.md", format!("# L\n\n{list}"));
    // The stack of a thread is 2 MB. An overflow would end the process with a signal.
    let ran = project.build();
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    assert!(!ran.said.contains("internal"), "{}", ran.said);
}

#[test]
fn thousands_of_unclosed_html_elements_and_footnotes_build() {
    let project = Project::new();
    // HTML parsers look through all open elements at each block.
    for (n, piece) in [
        "<div>\n\n",
        "<details><summary>\n\n",
        "<span>",
        "x <b id=a> y\n\n",
        "<table><td>",
        "<!--",
        "<a href=https://x.example>\n",
    ]
    .iter()
    .enumerate()
    {
        project.put(format!("h{n}.md"), format!("# H\n\n{}x\n", piece.repeat(10_000)));
    }
    let notes: String = (0..20_000).map(|n| format!("a[^{n}]\n\n[^{n}]: b\n\n")).collect();
    project.put("notes.md", format!("# F\n\n{notes}"));
    project.builds(&["unclosed-html", "is nested in 64 other HTML elements"]);
    let page = fs::read_to_string(project.out("h0/index.html")).unwrap();
    assert!(page.contains(&"<div>\n".repeat(64)) && !page.contains(&"<div>\n".repeat(65)));
}

#[test]
fn unusual_file_names_build_and_links_to_them_work() {
    let names = [
        "a#b",
        "what?",
        "100%",
        "q&a",
        "say \"hi\"",
        "<x>",
        "a:b",
        "\u{1f600} smile",
        "con",
        "NUL",
        "%2e%2e",
        "-r",
        "back\\slash",
    ];
    let project = Project::new();
    let long = "x".repeat(252);
    for name in names.into_iter().chain([long.as_str()]) {
        project.put(format!("{name}.md"), format!("# Title {}\n", name.len()));
    }
    let links = "[p](100%25.md) [q](<say \"hi\".md>) [h](a%23b.md) [[q&a]] [[what?]] [[%2e%2e]] [[<x>]] [[a:b]]";
    project.put("index.md", format!("# Home\n\n{links}\n"));
    project.builds(&["unportable-name", "`con.md` is not a valid file name on Windows"]);
    let home = fs::read_to_string(project.out("index.html")).unwrap();
    for href in ["a%23b/", "100%25/", "say%20%22hi%22/", "q%26a/", "%3Cx%3E/", "./a:b/", "%252e%252e/"] {
        assert!(home.contains(&format!("href=\"{href}\"")), "{href}");
    }
    assert!(project.out(&format!("{long}/index.html")).is_file());
}

#[test]
fn files_whose_names_cannot_be_urls_are_left_out_and_reported() {
    let project = Project::new();
    project.put(std::ffi::OsStr::from_bytes(b"bad\xff.md"), "# B\n");
    project.put("new\nline.md", "# N\n");
    project.builds(&["left-out", "not UTF-8", "control character", "help: rename it"]);
}

#[test]
fn backup_and_temporary_files_of_other_programs_are_not_published() {
    let project = Project::new();
    for name in [
        "a.md~",
        "~$a.md",
        "#a.md#",
        ".a.md.swp",
        "a.md.swp",
        "a.tmp",
        "Thumbs.db",
        "desktop.ini",
        "a.md.orig",
        "a.md.bak",
        "a.md.rej",
        "a.md.txt",
    ] {
        project.put(name, "# Secret\n");
    }
    project.put("kept.txt", "kept");
    project.put("links.md", "# Links\n\n[kept](kept.txt)\n");
    project.builds(&[
        "4 warnings",
        "a copy that an editor or a merge left",
        "a.md.orig",
        "saved as text",
        "help: take `.txt` off",
    ]);
    let told: Vec<String> = shared::files_below(&project.out(""))
        .into_iter()
        .filter(|(_, bytes)| bytes.windows(6).any(|part| part == b"Secret"))
        .map(|(name, _)| name)
        .collect();
    assert!(told.is_empty(), "{told:?}");
    assert!(project.out("kept.txt").is_file());
}

#[test]
fn names_that_are_equal_on_some_file_systems_collide() {
    let rows: [(&str, &str); 2] = [("A.md", "a.md"), ("\u{e9}.md", "e\u{301}.md")];
    for (one, other) in rows {
        let project = Project::new();
        project.put(one, "# One\n");
        project.put(other, "# Other\n");
        if fs::read_dir(project.root().join("handbook")).unwrap().count() < 4 {
            println!("skipped: to this file system, `{one}` and `{other}` are the same name");
            continue;
        }
        project.fails(1, &["colliding-url"]);
    }
}

#[test]
fn circular_transclusions_and_transclusions_from_outside_the_content_are_findings() {
    let project = Project::new();
    project.put("self.md", "# S\n\n![[self]]\n");
    project.put("a.md", "# A\n\n![[b]]\n");
    project.put("b.md", "# B\n\n![[a]]\n");
    project
        .put("out.md", "# O\n\n![[../../etc/passwd]]\n\n![p](../../../../../etc/passwd)\n\n[p](/../../etc/passwd)\n");
    project.fails(1, &["cyclic-transclusion", "self.md:3:1", "dead-link", "out.md:3:1", "missing-file"]);
}

#[test]
fn transclusions_do_not_follow_symbolic_links() {
    let project = Project::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.md"), "# Secret\n\nNobody may know.\n").unwrap();
    std::os::unix::fs::symlink(outside.path(), project.content("way")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.md"), project.content("near.md")).unwrap();
    project.put("a.md", "# A\n\n![[near]]\n\n![[way/secret]]\n\n![s](way/secret.md)\n");
    project.fails(1, &["a.md:3:1", "a.md:5:1", "a.md:7:1", "links are not followed"]);
}

#[test]
fn a_transclusion_that_grows_exponentially_stops_at_a_megabyte() {
    let project = Project::new();
    project.put("t0.md", format!("# T\n\n{}\n", "word ".repeat(20_000)));
    for n in 1..8 {
        project.put(format!("t{n}.md"), format!("# T\n\n{}", format!("![[t{}]]\n\n", n - 1).repeat(4)));
    }
    project.fails(1, &["too-deep"]);
}

#[test]
fn circular_roles_are_reported() {
    let project = Project::new();
    project.put("roles/a.md", "---\nextends: b\n---\n# A\n");
    project.put("roles/b.md", "---\nextends: a\n---\n# B\n");
    project.put("roles/c.md", "---\ngrows_into: d\n---\n# C\n");
    project.put("roles/d.md", "---\ngrows_into: c\n---\n# D\n");
    project.fails(1, &["cyclic-roles", "roles/a.md", "roles/c.md"]);
}

#[test]
fn pipes_sockets_and_symbolic_links_are_reported_and_never_opened() {
    let project = Project::new();
    let made = Command::new("mkfifo").arg(project.content("pipe.md")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(project.content("socket.md")).unwrap();
    for (to, name) in [(".", "loop"), ("/etc", "etc"), ("/etc/passwd", "passwd.md"), ("gone", "dangling.md")] {
        std::os::unix::fs::symlink(to, project.content(name)).unwrap();
    }
    project.builds(&["pipe.md", "socket.md", "loop", "passwd.md", "dangling.md", "links are not followed"]);
    let (site, passwd) = (project.site(), fs::read_to_string("/etc/passwd").unwrap());
    let line = passwd.lines().next().unwrap();
    assert!(!site.values().any(|bytes| shared_text(bytes).contains(line)), "a link was followed");
}

fn shared_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_unreadable_file_is_an_error_that_names_it() {
    use std::os::unix::fs::PermissionsExt;
    if is_root() {
        println!("skipped: root can read every file");
        return;
    }
    let project = Project::new();
    project.put("locked.md", "# L\n");
    fs::set_permissions(project.content("locked.md"), fs::Permissions::from_mode(0o000)).unwrap();
    project.fails(1, &["error[unreadable]", "locked.md"]);
}

#[test]
fn a_build_succeeds_while_files_appear_and_disappear() {
    let project = Project::new();
    for n in 0..200 {
        project.put(format!("g{n}.md"), "# G\n\ntext\n".repeat(50));
    }
    let root = project.root().join("handbook");
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = std::sync::Arc::clone(&stop);
    let churn = std::thread::spawn(move || {
        let mut n = 0;
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            let place = root.join(format!("g{}.md", n % 200));
            match n % 3 {
                0 => drop(fs::remove_file(&place)),
                1 => fs::write(&place, "# G\n").unwrap(),
                _ => fs::write(&place, "# G\n\ntext\n".repeat(50)).unwrap(),
            }
            n += 1;
        }
    });
    for _ in 0..10 {
        project.builds(&[]);
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    churn.join().unwrap();
    project.builds(&[]);
    // The output is the same as that of a first build.
    let ran = project.run(&["build", "--out", "again"]);
    assert_eq!(ran.code, Some(0));
    let again = shared::files_below(&project.root().join("again"));
    let again: std::collections::BTreeMap<_, _> =
        again.into_iter().filter(|(name, _)| !name.starts_with(".rolebook")).collect();
    assert_eq!(project.site(), again);
}
