//! Talks to the preview as browsers do, and as those who should not.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::write;

/// A running preview of a small handbook.
struct Served {
    child: Child,
    address: String,
    folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(files: &[(&str, &str)]) -> Served {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .args(["serve", "--port", "4910"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    // Somebody has to read on, or the preview would wait for room in the pipe.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    Served { child, address, folder }
}

impl Served {
    /// Sends bytes and returns the whole answer.
    fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    fn status(&self, request: &str) -> u16 {
        let answer = self.raw(request);
        answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    fn with_headers(&self, headers: &str) -> u16 {
        self.status(&format!("GET / HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"))
    }

    /// Asks for a page until it has `text`.
    fn waits_for(&self, path: &str, text: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(10) {
            if self.get(path).contains(text) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

const SMALL: &[(&str, &str)] =
    &[("handbook.toml", "title = \"T\"\n"), ("index.md", "# Home\n"), ("guides/a.md", "# A\n\nOld.\n")];

#[test]
fn a_save_is_served_and_other_pages_follow() {
    let served = serve(SMALL);
    assert!(served.get("/guides/a/").contains("Old."));
    fs::write(served.folder.path().join("guides/a.md"), "# A new title\n\nNew.\n").unwrap();
    assert!(served.waits_for("/guides/a/", "New."));
    assert!(served.waits_for("/guides/", "A new title"));
    fs::remove_file(served.folder.path().join("guides/a.md")).unwrap();
    assert!(served.waits_for("/guides/a/", "404 Not Found"));
}

#[test]
fn a_mistake_keeps_the_last_good_page_and_is_told() {
    let served = serve(SMALL);
    fs::write(served.folder.path().join("guides/a.md"), "---\ntitle: \"open\n---\nBroken.\n").unwrap();
    let path = "/_rolebook/events?page=/guides/a/";
    let start = Instant::now();
    let mut told = false;
    while !told && start.elapsed() < Duration::from_secs(10) {
        let mut stream = TcpStream::connect(&served.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", served.address).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        told = answer.contains("a quote is not closed") && answer.contains("guides/a.md:2:1");
        assert!(!answer.contains(served.folder.path().to_str().unwrap()), "{answer}");
    }
    assert!(told);
    assert!(served.get("/guides/a/").contains("Old."));
    fs::write(served.folder.path().join("handbook.toml"), "title = broken\n").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(served.get("/").contains("200 OK"));
}

#[test]
fn only_this_machine_and_this_origin_are_answered() {
    let served = serve(SMALL);
    let own = &served.address;
    let port = own.rsplit(':').next().unwrap();
    assert_eq!(served.with_headers(&format!("Host: {own}\r\n")), 200);
    assert_eq!(served.with_headers(&format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n")), 200);
    for host in ["evil.example", "127.0.0.1", "127.0.0.1.evil.example:80", "127.0.0.1:1", "localhost"] {
        assert_eq!(served.with_headers(&format!("Host: {host}\r\n")), 421, "{host}");
    }
    assert_eq!(served.with_headers(""), 400);
    assert_eq!(served.with_headers(&format!("Host: {own}\r\nHost: {own}\r\n")), 400);
    for origin in ["http://evil.example", "null", "https://localhost"] {
        assert_eq!(served.with_headers(&format!("Host: {own}\r\nOrigin: {origin}\r\n")), 403, "{origin}");
    }
    assert_eq!(
        served.with_headers(&format!("Host: {own}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n")),
        403
    );
    assert_eq!(served.with_headers(&format!("Host: {own}\r\nTransfer-Encoding: chunked\r\n")), 400);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: {own}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assert_eq!(served.status(&request), 405, "{method}");
    }
}

#[test]
fn nothing_on_disk_is_reached_by_path() {
    let served = serve(SMALL);
    write(served.folder.path(), &[("secret.txt.swp", "secret"), (".env", "secret")]);
    for path in [
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/guides/..%5c..%5cetc",
        "/%00",
        "/.env",
        "/.git/config",
        "/handbook.toml",
        "//etc/passwd",
        "/etc/passwd",
        "/CON",
    ] {
        let answer = served.get(path);
        assert!(!answer.contains("secret") && !answer.contains("root:"), "{path}");
        let code: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(code == 400 || code == 404, "{path}: {code}");
    }
}

#[test]
fn answers_carry_the_headers_of_a_local_server_and_none_for_others() {
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
