//! Builds real folders: a made-up handbook, a real one that wasn't written for Rolebook, the same
//! handbook in different environments, and through the preview.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use rolebook::text::path::UrlPath;

use crate::support::{files_below, rolebook, shared};
use crate::synthetic;

/// Reads the files of a site, without the manifest and the lock.
fn site_files(root: &Path) -> Vec<(String, Vec<u8>)> {
    files_below(root).into_iter().filter(|(name, _)| !name.starts_with(".rolebook")).collect()
}

/// Writes the made-up handbook into a folder.
fn lay(root: &Path) {
    for (name, file) in synthetic::company().files {
        let path = root.join("handbook").join(name.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.bytes).unwrap();
    }
}

#[test]
fn builds_are_equal_with_any_folder_thread_count_time_zone_and_language() {
    let build = |threads: &str, zone: &str, language: &str, mask: &str| {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("a copy");
        lay(&copy);
        let script = format!("umask {mask}; exec \"$0\" build");
        let status = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_rolebook")])
            .current_dir(&copy)
            .env("RAYON_NUM_THREADS", threads)
            .env("TZ", zone)
            .env("LANG", language)
            .status()
            .unwrap();
        assert!(status.success());
        files_below(&copy.join("public"))
    };
    assert_eq!(build("1", "UTC", "C", "022"), build("7", "Asia/Kathmandu", "tr_TR.UTF-8", "077"));
}

#[test]
fn the_preview_serves_what_a_build_writes() {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    serves_what_it_builds(folder.path(), "4870");
}

/// Builds a project and requests every file from its preview, which gets its own port.
pub fn serves_what_it_builds(project: &Path, port: &str) {
    // The preview shows drafts, and so does this build.
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("site");
    let built = rolebook(project, &["build", "--drafts", "--out", out.to_str().unwrap()]);
    assert!(built.status.success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .args(["serve", "--port", port])
        .arg(project)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut head = [0; 64];
    let n = child.stdout.as_mut().unwrap().read(&mut head).unwrap();
    let line = String::from_utf8_lossy(&head[..n]).into_owned();
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let mut differ = Vec::new();
    for (name, bytes) in site_files(&out) {
        let url = UrlPath::new(name.strip_suffix("index.html").unwrap_or(&name));
        if without_preview(&get(&address, &url.encoded())) != bytes {
            differ.push(name);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(differ.is_empty(), "{differ:?}");
}

fn get(address: &str, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    answer.split_off(body)
}

/// Removes what the preview adds at the end of the head.
fn without_preview(page: &[u8]) -> Vec<u8> {
    let find = |text: &[u8]| page.windows(text.len()).position(|window| window == text);
    let (Some(at), Some(end)) = (find(b"<meta name=\"rolebook-build\""), find(b"</head>")) else {
        return page.to_vec();
    };
    [&page[..at], &page[end..]].concat()
}

#[test]
fn a_handbook_that_was_not_written_for_rolebook_builds_without_changes() {
    let Some(archive) = shared("real/sourcegraph-handbook.tar.gz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(unpacked.success());
    let output = rolebook(folder.path(), &["build", "content", "--out", "site"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let chapters = files_below(&folder.path().join("content")).into_keys().filter(|name| name.ends_with(".md")).count();
    assert_eq!(chapters, 883);
    let pages =
        site_files(&folder.path().join("site")).into_iter().filter(|(name, _)| name.ends_with("index.html")).count();
    assert!(pages >= 883, "{pages}");
}

#[test]
fn check_reports_findings_in_every_format_and_exits_with_code_1() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::write(folder.path(), &[("handbook.toml", ""), ("a.md", "# A\n\n[[gone]]\n")]);
    let human = rolebook(folder.path(), &["check"]);
    assert_eq!(human.status.code(), Some(1));
    let text = String::from_utf8(human.stderr).unwrap();
    assert!(text.contains("--> a.md:3:1") && !text.contains('\u{1b}'), "{text}");
    let json = rolebook(folder.path(), &["check", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(document["findings"][0]["code"], "dead-link");
    let github = rolebook(folder.path(), &["check", "--format", "github"]);
    assert!(String::from_utf8(github.stdout).unwrap().starts_with("::error file=a.md,line=3,"));
    assert!(rolebook(folder.path(), &["check", "--strikt"]).status.code() == Some(2));
    assert!(rolebook(folder.path(), &["build", "nowhere"]).status.code() == Some(2));
}

#[test]
fn check_reports_overdue_reviews_and_missing_owners_only_with_the_policy_flag() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("handbook.toml", "[owners.team]\nname = \"Team\"\n"),
        ("index.md", "# Home\n\n[[a]]\n"),
        ("a.md", "---\nowner: team\nreviewed: 2026-01-31\nreview_every: 1 month\n---\n# A\n"),
        ("competencies/c.md", "---\nowner: team\n---\n# C\n\nWhy it matters.\n"),
        ("roles/r.md", "---\nowner: team\n---\n# R\n\n[[c]]\n"),
    ];
    crate::support::write(folder.path(), &files);
    let codes = |today: &str| -> Vec<String> {
        let output = rolebook(folder.path(), &["check", "--policy", "--today", today, "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let list = document["findings"].as_array().unwrap().iter();
        list.map(|finding| format!("{} {}", finding["path"].as_str().unwrap(), finding["code"].as_str().unwrap()))
            .collect()
    };
    let always = ["competencies/c.md unexpected-competency", "index.md no-owner", "roles/r.md orphaned-chapter"];
    assert_eq!(codes("2026-02-28"), always);
    let mut due = codes("2026-03-01");
    due.retain(|code| !always.contains(&code.as_str()));
    assert_eq!(due, ["a.md review-overdue"]);
    assert_eq!(rolebook(folder.path(), &["check", "--policy", "--today", "soon"]).status.code(), Some(2));
    let plain = rolebook(folder.path(), &["check", "--format", "json"]);
    assert!(!String::from_utf8(plain.stdout).unwrap().contains("no-owner"));
}

#[test]
fn a_new_handbook_has_no_findings_except_prompts_and_init_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(rolebook(folder.path(), &["init", "ours"]).status.success());
    let root = folder.path().join("ours");
    let check = rolebook(&root, &["check", "--format", "json"]);
    assert_eq!(check.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    assert!(findings.len() >= 5 && findings.iter().all(|finding| finding["code"] == "placeholder"), "{findings:?}");
    assert!(rolebook(&root, &["build"]).status.success());
    let page = fs::read_to_string(root.join("public/roles/product-manager/index.html")).unwrap();
    assert!(page.contains("Practising (2 of 5)"));
    fs::write(root.join("handbook/index.md"), "# Mine\n").unwrap();
    fs::remove_file(root.join("handbook/glossary.md")).unwrap();
    assert_eq!(rolebook(folder.path(), &["init", "ours"]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(root.join("handbook/index.md")).unwrap(), "# Mine\n");
    assert!(!root.join("handbook/glossary.md").exists());
}

#[test]
fn an_invalid_base_url_is_rejected_with_help() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::write(folder.path(), &[("index.md", "# Home\n")]);
    for (address, help) in [
        ("example.org", "`https://example.org`"),
        ("ftp://example.org/a", "`https://example.org/a`"),
        ("https:///a", "write the host too"),
        ("https://example.org/?x", "leave out everything from `?` or `#` on"),
    ] {
        let output = rolebook(folder.path(), &["build", "--base-url", address]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("error[bad-configuration]") && said.contains(help), "{said}");
    }
    assert!(rolebook(folder.path(), &["build", "--base-url", "http://localhost:8080/a"]).status.success());
}

#[test]
fn a_tag_or_template_whose_name_is_too_long_for_a_file_is_reported_at_its_place() {
    let template = format!("# A\n\nText.\n\n```markdown template=\"{}\"\n# Form\n```\n", "a".repeat(253));
    let tag = |tag: String| format!("---\ntags: [{tag}]\n---\n# A\n\nText.\n");
    for (text, line, message) in [
        (tag("a".repeat(300)), 2, "is too long for an address"),
        (tag("ä".repeat(200)), 2, "is too long for an address"),
        (template, 5, "too long for a file: 253 bytes"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let files = [("handbook.toml", "title = \"T\"\n"), ("index.md", "# Home\n\nHi.\n"), ("a.md", &*text)];
        crate::support::write(folder.path(), &files);
        let output = rolebook(folder.path(), &["build", "."]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(message) && said.contains(&format!("a.md:{line}:")), "{said}");
    }
}
