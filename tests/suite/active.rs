//! Publishes files of the content that could run scripts: HTML pages, scripts and SVG drawings.

use crate::served::serve;
use crate::support::{files_below, rolebook, write};

const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0\"/></svg>";
const SCRIPTED: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><script>x()</script></svg>";

/// Returns the files of a handbook that links to each kind.
fn files(config: &str) -> Vec<(String, String)> {
    [
        ("handbook.toml", format!("title = \"T\"\n{config}")),
        (
            "index.md",
            "# Home\n\n![calm](calm.svg) ![scripted](scripted.svg) [page](tool/page.html) [script](tool/page.js) [drawing](scripted.svg) [text](a.txt) [paper](a.pdf)\n"
                .to_owned(),
        ),
        ("calm.svg", DRAWING.to_owned()),
        ("scripted.svg", SCRIPTED.to_owned()),
        ("tool/page.html", "<!DOCTYPE html><script src=\"page.js\"></script>".to_owned()),
        ("tool/page.js", "x()".to_owned()),
        ("a.txt", "<script>x()</script>".to_owned()),
        ("a.pdf", "%PDF-1.4".to_owned()),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .to_vec()
}

fn folder(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files(config) {
        write(folder.path(), &[(&path, &text)]);
    }
    folder
}

#[test]
fn on_hosts_without_headers_files_that_could_run_scripts_are_errors_and_left_out() {
    for config in ["", "[publish]\nhost = \"github\"\n"] {
        let folder = folder(config);
        let out = folder.path().join("../site");
        let ran = rolebook(folder.path(), &["build", "--out", out.to_str().unwrap()]);
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{said}");
        for name in ["scripted.svg", "tool/page.html", "tool/page.js"] {
            assert!(said.contains(&format!("active = [\"{name}\"]")), "{name}: {said}");
        }
        assert_eq!(said.matches("error[refused-file]").count(), 3, "{said}");
    }
    // Even if the author lowers the finding, the file isn't published.
    let folder = folder("[check]\nrefused-file = \"allow\"\n");
    assert!(rolebook(folder.path(), &["build"]).status.success());
    let names: Vec<String> = files_below(&folder.path().join("public")).into_keys().collect();
    let is_there = |part: &str| names.iter().any(|name| name.starts_with(part) && !name.contains("rolebook"));
    assert!(is_there("calm.") && is_there("a.pdf") && is_there("a.txt"), "{names:?}");
    assert!(!is_there("scripted") && !is_there("tool/"), "{names:?}");
}

#[test]
fn files_that_the_author_lists_as_active_are_published() {
    let folder = folder("[security]\nactive = [\"tool/**\", \"*.svg\"]\n");
    let ran = rolebook(folder.path(), &["build"]);
    assert!(ran.status.success(), "{ran:?}");
    let site = folder.path().join("public");
    assert!(site.join("tool/page.html").is_file() && site.join("tool/page.js").is_file());
}

#[test]
fn hosts_with_headers_get_a_sandbox_rule_for_every_file_that_could_run_scripts() {
    for host in ["netlify", "cloudflare"] {
        let folder = folder(&format!("[publish]\nhost = \"{host}\"\n[security]\nactive = [\"tool/page.js\"]\n"));
        let ran = rolebook(folder.path(), &["build"]);
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.success() && said.matches("warning[sandboxed-file]").count() == 2, "{said}");
        let site = folder.path().join("public");
        let headers = std::fs::read_to_string(site.join("_headers")).unwrap();
        let policy = |url: &str| {
            let rule = headers.split(&format!("\n/{url}\n")).nth(1).unwrap_or_else(|| panic!("{url}: {headers}"));
            rule.lines().next().unwrap().trim().to_owned()
        };
        assert!(policy("tool/page.html").starts_with("Content-Security-Policy: sandbox; default-src 'none'"));
        assert!(policy("tool/page.js").starts_with("Content-Security-Policy: sandbox allow-scripts"));
        let drawings: Vec<String> = files_below(&site)
            .into_keys()
            .filter(|name| name.ends_with(".svg") && !name.starts_with("assets/"))
            .collect();
        assert!(drawings.len() >= 3, "{drawings:?}");
        for name in drawings {
            assert!(policy(&name).starts_with("Content-Security-Policy: sandbox; "), "{name}");
        }
        // The rule for all URLs applies to pages, and no page may have the sandbox.
        let all = headers.split("/*\n").nth(1).unwrap().split("\n/").next().unwrap();
        assert!(!all.contains("sandbox") && all.contains("nosniff"), "{all}");
        assert!(!headers.contains("index.html"));
    }
}

#[test]
fn the_preview_sandboxes_content_files_but_not_pages() {
    let files = files("[publish]\nhost = \"netlify\"\n");
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let served = serve(&files);
    for path in ["/tool/page.html", "/tool/page.js", "/scripted.svg", "/a.txt"] {
        let answer = served.get(path);
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert!(answer.contains("\r\nContent-Security-Policy: sandbox; default-src 'none'"), "{path}: {answer}");
        assert!(answer.contains("\r\nX-Content-Type-Options: nosniff\r\n"), "{path}: {answer}");
        assert!(!answer.contains("rolebook-token") && !answer.contains("rolebook-build"), "{path}: {answer}");
    }
    for path in ["/", "/404.html", "/_rolebook/preview.js", "/a.pdf"] {
        assert!(!served.get(path).contains("sandbox;"), "{path}");
    }
}
