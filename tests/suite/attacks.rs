//! Sends malicious requests to the preview: raw bytes over TCP, as pages of other sites and
//! programs on this machine could.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::served::{SMALL, serve, serve_allowing};
use crate::support::write;

#[test]
fn only_requests_from_this_machine_and_origin_are_answered() {
    let served = serve(SMALL);
    let own = &served.address;
    let port = own.rsplit(':').next().unwrap();
    assert_eq!(served.with_headers(&format!("Host: {own}\r\n")), 200);
    assert_eq!(served.with_headers(&format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n")), 200);
    for host in ["evil.example", "127.0.0.1.evil.example:80"] {
        assert_eq!(served.with_headers(&format!("Host: {host}\r\n")), 421, "{host}");
    }
    // A container or a tunnel can forward any port of the browser's machine to ours.
    for host in ["localhost:8080", "127.0.0.1:1", "[::1]:65535", "localhost", "127.0.0.1"] {
        assert_eq!(served.with_headers(&format!("Host: {host}\r\nOrigin: http://{host}\r\n")), 200, "{host}");
        let other = format!("Host: {host}\r\nOrigin: http://localhost:3000\r\n");
        assert_eq!(served.with_headers(&other), 403, "another server of this machine is another origin");
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
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: {own}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assert_eq!(served.status(&request), 405, "{method}");
    }
}

#[test]
fn no_request_path_reaches_a_file_on_disk() {
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
fn no_form_of_a_foreign_host_name_is_accepted() {
    let served = serve(SMALL);
    let port = served.address.rsplit(':').next().unwrap();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.:{port}"),
        format!("evil.example@localhost:{port}"),
        format!("localhost:{port}@evil.example"),
        format!("0.0.0.0:{port}"),
        format!("127.0.0.2:{port}"),
        format!("2130706433:{port}"),
        format!("0x7f.1:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("localhost:{port}, evil.example"),
        format!("localhost:0{port}"),
        format!("localhost:{port}/"),
        "localhost:".to_owned(),
        "localhost:99999".to_owned(),
        "localhost:+80".to_owned(),
    ] {
        assert_eq!(served.with_headers(&format!("Host: {host}\r\n")), 421, "{host}");
    }
    assert_eq!(served.with_headers("Host: \r\n"), 421);
}

#[test]
fn a_name_is_answered_only_if_it_was_allowed() {
    let served = serve(SMALL);
    let answer = served.raw("GET / HTTP/1.1\r\nHost: docs.example.org\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 421") && answer.contains("--allow-host"), "{answer}");
    drop(served);
    let (served, allowed) = (serve_allowing("Docs.example.org"), "docs.example.org");
    for host in [allowed.to_owned(), format!("{allowed}:8443")] {
        for scheme in ["http", "https"] {
            let headers = format!("Host: {host}\r\nOrigin: {scheme}://{host}\r\n");
            assert_eq!(served.with_headers(&headers), 200, "{headers}");
        }
    }
    for host in ["example.org", "a.docs.example.org", "docs.example.org.evil.example", "docs.example.org:0"] {
        assert_eq!(served.with_headers(&format!("Host: {host}\r\n")), 421, "{host}");
    }
    assert_eq!(served.with_headers(&format!("Host: {allowed}\r\nOrigin: https://evil.example\r\n")), 403);
}

#[test]
fn request_targets_that_are_not_paths_are_rejected() {
    let served = serve(SMALL);
    let own = &served.address;
    for target in [
        format!("http://{own}/"),
        "http://evil.example/".to_owned(),
        format!("//{own}/"),
        "//evil.example/guides/a/".to_owned(),
        own.clone(),
        "*".to_owned(),
        "guides/a/".to_owned(),
        "/guides/a/#x".to_owned(),
        "?".to_owned(),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n");
        assert_eq!(served.status(&request), 400, "{target}");
    }
    let connect = format!("CONNECT {own} HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n");
    assert_eq!(served.status(&connect), 405);
}

#[test]
fn a_path_below_the_base_url_never_redirects_to_another_host() {
    let served = serve(&[
        ("handbook.toml", "title = \"T\"\nbase_url = \"https://example.org/docs/\"\n"),
        ("index.md", "# Home\n"),
    ]);
    assert!(served.get("/docs/guides/a/").contains("Location: /guides/a/\r\n"));
    for path in
        ["/docs//evil.example/x", "/docs/%2Fevil.example/x", "/docs///evil.example/x", "/docs/%5Cevil.example/x"]
    {
        let answer = served.get(path);
        for to in ["//", "/\\"] {
            assert!(!answer.contains(&format!("Location: {to}")), "{path}: {answer}");
        }
    }
}

#[test]
fn no_encoding_of_a_parent_folder_escapes_the_site() {
    let served = serve(SMALL);
    for up in [
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "..%2f",
        "..%5c",
        "..\\",
        "%c0%ae%c0%ae",
        "%e0%80%ae",
        "%u002e",
        ".%00.",
        "..;",
        "%2e%2e%2f",
        "%uff0e%uff0e",
        "..%c0%af",
        "..%e2%88%95",
    ] {
        for path in [format!("/{up}/{up}/{up}/etc/passwd"), format!("/guides/{up}/handbook.toml"), format!("/{up}")] {
            let answer = served.get(&path);
            assert!(!answer.contains("root:") && !answer.contains("title = "), "{path}");
            let code: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
            assert!([400, 404].contains(&code), "{path}: {code}");
        }
    }
}

#[test]
fn nul_bad_percent_encoding_backslashes_and_invalid_bytes_are_rejected() {
    let served = serve(SMALL);
    for path in [
        "/%00",
        "/guides/a/%00.html",
        "/%",
        "/%2",
        "/%zz",
        "/a%0",
        "/\\",
        "/guides\\a",
        "/%5c",
        "/%ff",
        "/%0d%0aX: y",
        "/%7f",
    ] {
        assert!(served.get(path).starts_with("HTTP/1.1 400"), "{path}");
    }
    let own = &served.address;
    for bytes in [&b"/\0"[..], b"/\xff", b"/\x01", b"/a\tb"] {
        let request =
            [b"GET ", bytes, b" HTTP/1.1\r\nHost: ", own.as_bytes(), b"\r\nConnection: close\r\n\r\n"].concat();
        let answer = served.raw(request);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{bytes:?}: {answer}");
    }
    assert!(served.get("/").starts_with("HTTP/1.1 200"));
}

#[test]
fn dotfiles_device_names_and_sources_are_never_served() {
    let served = serve(SMALL);
    write(served.folder.path(), &[(".env", "secret"), (".git/config", "secret"), ("guides/.hidden.md", "# secret\n")]);
    for path in [
        "/.env",
        "/.git/config",
        "/guides/.hidden/",
        "/guides/.hidden.md",
        "/%2eenv",
        "/handbook.toml",
        "/CON",
        "/nul",
        "/COM1",
        "/guides/AUX.html",
        "/LPT1.txt",
        "/guides/a/::$DATA",
        "/guides/a./",
        "/dev/null",
        "/proc/self/environ",
    ] {
        let answer = served.get(path);
        assert!(answer.starts_with("HTTP/1.1 404") && !answer.contains("secret"), "{path}: {answer}");
    }
}

#[test]
fn pages_of_other_sites_can_load_neither_pages_nor_the_event_stream() {
    let served = serve(SMALL);
    let own = &served.address;
    let ask = |path: &str, headers: &str| {
        served.status(&format!("GET {path} HTTP/1.1\r\nHost: {own}\r\n{headers}Connection: close\r\n\r\n"))
    };
    for path in ["/", "/guides/a/", "/_rolebook/events?page=/", "/_rolebook/preview.js"] {
        for headers in [
            "Origin: http://evil.example\r\n",
            "Origin: null\r\n",
            "Origin: http://127.0.0.1:1\r\n",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n",
            "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
        ] {
            assert_eq!(ask(path, headers), 403, "{path} {headers}");
        }
    }
    // A link on another site may lead here, and so may the address bar.
    assert_eq!(ask("/", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"), 200);
    assert_eq!(ask("/", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"), 200);
}

#[test]
fn smuggled_bodies_and_overlong_headers_are_rejected() {
    let served = serve(SMALL);
    let own = &served.address;
    let line = format!("GET / HTTP/1.1\r\nHost: {own}\r\n");
    for coding in ["chunked", "Chunked", "gzip, chunked", "identity", " chunked"] {
        let request = format!("{line}Transfer-Encoding:{coding}\r\nConnection: close\r\n\r\n0\r\n\r\n");
        assert_eq!(served.status(&request), 400, "{coding}");
    }
    let both = format!("{line}Transfer-Encoding: chunked\r\nContent-Length: 4\r\nConnection: close\r\n\r\n0\r\n\r\n");
    assert_eq!(served.status(&both), 400);
    let long = format!("{line}X: {}\r\nConnection: close\r\n\r\n", "a".repeat(40_000));
    assert_eq!(served.status(&long), 431);
    let target = format!("GET /{} HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n", "a".repeat(9_000));
    assert_eq!(served.status(&target), 414);
}

#[test]
fn no_response_reveals_where_the_handbook_is_on_disk() {
    let served =
        serve(&[("handbook.toml", "titel = 1\n"), ("index.md", "# H\n\n[[gone]]\n"), ("bad.md", "---\na: [\n---\n")]);
    let place = served.folder.path().to_str().unwrap();
    served.builds();
    for path in ["/", "/bad/", "/gone/", "/404.html", "/_rolebook/preview.js", "/_rolebook/x", "/%00"] {
        assert!(!served.get(path).contains(place), "{path}");
    }
    let heard = served.get("/_rolebook/found?page=/") + &served.get("/_rolebook/findings");
    assert!(heard.contains("index.md") && !heard.contains(place), "{heard}");
}

#[test]
fn one_event_stream_too_many_closes_the_oldest() {
    let served = serve(SMALL);
    let listen = || {
        let mut stream = TcpStream::connect(&served.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "GET /_rolebook/events?page=/ HTTP/1.1\r\nHost: {}\r\n\r\n", served.address).unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        stream
    };
    let mut streams: Vec<TcpStream> = (0..65).map(|_| listen()).collect();
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    // The stream ends with its last chunk, which tells the browser to reconnect.
    while !all.ends_with(b"0\r\n\r\n") {
        let count = streams[0].read(&mut buffer).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&all));
        all.extend_from_slice(&buffer[..count]);
    }
}

/// Returns the token in the pages of a preview.
fn token(served: &crate::served::Served) -> String {
    let page = served.get("/");
    let (_, rest) = page.split_once("rolebook-token\" content=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_body_that_claims_to_be_too_long_is_rejected_before_it_is_read() {
    let served = serve(SMALL);
    let own = &served.address;
    let token = token(&served);
    let json = format!("Host: {own}\r\nOrigin: http://{own}\r\nContent-Type: application/json\r\n");
    for (length, status) in [
        ("1048577", 413),
        ("4000000000", 413),
        ("9000000000000000000", 413),
        ("18446744073709551615", 413),
        ("18446744073709551616", 400),
        ("-1", 400),
    ] {
        let known = format!("{json}Rolebook-Token: {token}\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(served.status(&format!("POST /_rolebook/save HTTP/1.1\r\n{known}")), status, "{length}");
        let unknown = format!("{json}Content-Length: {length}\r\n\r\n");
        assert_eq!(served.status(&format!("POST /_rolebook/save HTTP/1.1\r\n{unknown}")), 403, "{length}");
        assert_eq!(served.status(&format!("POST / HTTP/1.1\r\n{unknown}")), 405, "{length}");
        assert_eq!(served.status(&format!("GET / HTTP/1.1\r\nHost: {own}\r\nContent-Length: {length}\r\n\r\n")), 200);
    }
    assert_eq!(served.with_headers(&format!("Host: {own}\r\n")), 200);
}

#[test]
fn slow_clients_do_not_block_other_clients() {
    let long = format!("# Long\n\n{}", "A sentence that is repeated.\n\n".repeat(100_000));
    let served = serve(&[("handbook.toml", "title = \"T\"\n"), ("index.md", "# Home\n"), ("long.md", &long)]);
    let own = &served.address;
    let token = token(&served);
    let json =
        format!("Host: {own}\r\nOrigin: http://{own}\r\nContent-Type: application/json\r\nRolebook-Token: {token}\r\n");
    let mut held = Vec::new();
    for _ in 0..20 {
        for request in [
            format!("POST /_rolebook/save HTTP/1.1\r\n{json}Content-Length: 5000\r\n\r\n{{"),
            format!("POST / HTTP/1.1\r\nHost: {own}\r\nContent-Length: 5000\r\n\r\n"),
            format!("GET /long/ HTTP/1.1\r\nHost: {own}\r\n\r\n"),
            "GET / HTT".to_owned(),
        ] {
            let mut stream = TcpStream::connect(own).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            held.push(stream);
        }
    }
    for _ in 0..20 {
        assert_eq!(served.with_headers(&format!("Host: {own}\r\n")), 200);
    }
}

#[test]
fn one_connection_too_many_closes_the_oldest() {
    let served = serve(SMALL);
    let mut held: Vec<TcpStream> = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(&served.address).unwrap();
        stream.write_all(b"GET / HTT").unwrap();
        held.push(stream);
    }
    assert!(served.get("/").starts_with("HTTP/1.1 200"));
    // The newest one goes on at once, because the server waits only a while for the rest of a request.
    let mut newest = TcpStream::connect(&served.address).unwrap();
    newest.write_all(b"GET / HTT").unwrap();
    assert!(served.get("/").starts_with("HTTP/1.1 200"));
    write!(newest, "P/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", served.address).unwrap();
    let mut answer = Vec::new();
    newest.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    held[0].set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // Because the server left some input unread, the connection may end with a reset.
    let end = held[0].read(&mut [0; 1]);
    assert!(
        matches!(&end, Ok(0)) || end.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionReset),
        "{end:?}"
    );
}

#[test]
fn several_requests_on_one_connection_are_answered_in_order() {
    let served = serve(SMALL);
    let own = &served.address;
    let line = |path: &str, end: &str| format!("GET {path} HTTP/1.1\r\nHost: {own}\r\n{end}\r\n");
    let answer = served.raw(line("/guides/a/", "") + &line("/nothing/", "") + &line("/", "Connection: close\r\n"));
    let statuses: Vec<&str> = answer.match_indices("HTTP/1.1 ").map(|(at, _)| &answer[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "404", "200"]);
    let head = served.raw(format!("HEAD / HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n"));
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
}
