use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::*;

/// A server on this machine that answers as its paths say, and counts requests.
struct Server {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, asked) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let counter = Arc::clone(&asked);
        std::thread::spawn(move || {
            let patient: Arc<AtomicUsize> = Arc::default();
            for stream in listener.incoming().map_while(Result::ok) {
                let (counter, patient) = (Arc::clone(&counter), Arc::clone(&patient));
                std::thread::spawn(move || answer(stream, &counter, &patient));
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

/// Answers one request and closes the connection.
fn answer(mut stream: TcpStream, counter: &AtomicUsize, patient: &AtomicUsize) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or(0) == 0 || !first.starts_with(['G', 'H']) {
        // Clients that want encryption get a plain answer.
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        line.clear();
    }
    counter.fetch_add(1, Ordering::SeqCst);
    let (method, path) = (first.split(' ').next().unwrap(), first.split(' ').nth(1).unwrap_or("/"));
    let kind = path.trim_start_matches('/').split('/').next().unwrap().split('?').next().unwrap();
    let page = "<h1 id=\"there\">A</h1>";
    let (status, headers, body) = match kind {
        "chain" => {
            let n: usize = path.rsplit('/').next().unwrap().parse().unwrap_or(0);
            let to = if n == 0 { "/fine".to_owned() } else { format!("/chain/{}", n - 1) };
            ("301 Moved", format!("Location: {to}\r\n"), "")
        }
        "ring" => ("302 Found", "Location: /ring\r\n".to_owned(), ""),
        "missing" => ("404 Not Found", String::new(), ""),
        "gone" => ("410 Gone", String::new(), ""),
        "broken" => ("500 Error", String::new(), ""),
        "closed" => ("403 Forbidden", String::new(), ""),
        "no-head" if method == "HEAD" => ("405 Method Not Allowed", String::new(), ""),
        "busy" if patient.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) => {
            ("429 Busy", "Retry-After: 0\r\n".to_owned(), "")
        }
        "later" => ("429 Busy", "Retry-After: 86400\r\n".to_owned(), ""),
        "script" => ("302 Found", "Location: javascript:alert(1)\r\n".to_owned(), ""),
        "slow" => {
            std::thread::sleep(Duration::from_secs(3));
            ("200 OK", String::new(), page)
        }
        _ => ("200 OK", String::new(), page),
    };
    let length = body.len();
    let body = if method == "HEAD" { "" } else { body };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    );
}

fn limits() -> Limits {
    Limits {
        timeout: Duration::from_millis(1500),
        pause: Duration::ZERO,
        tries: 2,
        hosts: 8,
        loopback: true,
        ..Limits::default()
    }
}

/// What the server does for each kind of link, and how it is judged.
fn kinds(server: &Server, n: usize) -> Vec<(String, Verdict)> {
    let dead = |reason: &str| Verdict::Dead(reason.to_owned());
    let failing = |reason: &str| Verdict::Failing(reason.to_owned());
    let closed_port = CLOSED.get_or_init(|| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    vec![
        (server.url(&format!("fine/{n}")), Verdict::Fine),
        (server.url(&format!("chain/{}?{n}", n % 8)), Verdict::Fine),
        (server.url(&format!("ring?{n}")), dead("it redirects more than 10 times")),
        (server.url(&format!("missing/{n}")), dead("there is no such page (status 404)")),
        (server.url(&format!("gone/{n}")), dead("there is no such page (status 410)")),
        (server.url(&format!("broken/{n}")), failing("the host answers with status 500")),
        (server.url(&format!("closed/{n}")), Verdict::Closed),
        (server.url(&format!("no-head/{n}")), Verdict::Fine),
        (server.url(&format!("later/{n}")), failing("the host answers with status 429")),
        (server.url(&format!("fine/{n}#there")), Verdict::Fine),
        (server.url(&format!("fine/{n}#elsewhere")), dead("the page has no anchor `#elsewhere`")),
        (server.url(&format!("script/{n}")), dead("it redirects to the scheme `javascript`")),
        (format!("https://127.0.0.1:{}/{n}", server.port), dead("its certificate or encryption is not valid")),
        (format!("http://127.0.0.1:{closed_port}/{n}"), failing("no connection to the host is possible")),
        (format!("http://nobody-{n}.invalid/"), dead("there is no such host")),
    ]
}

/// A port on which nobody listens.
static CLOSED: OnceLock<u16> = OnceLock::new();

#[test]
fn two_hundred_links_of_seventeen_kinds_are_judged_right() {
    let server = Server::start();
    let mut wanted: BTreeMap<String, Verdict> = (0..14).flat_map(|n| kinds(&server, n)).collect();
    wanted.insert(server.url("busy"), Verdict::Fine);
    wanted.insert(server.url("slow"), Verdict::Failing("the host does not answer in time".to_owned()));
    assert!(wanted.len() >= 200, "{}", wanted.len());
    let urls: BTreeSet<String> = wanted.keys().cloned().collect();
    let told = AtomicUsize::new(0);
    let found = ask(&urls, &limits(), &|| {
        told.fetch_add(1, Ordering::SeqCst);
    });
    for (url, verdict) in &wanted {
        assert_eq!(found.get(url), Some(verdict), "{url}");
    }
    assert_eq!(told.into_inner(), urls.len());
}

#[test]
fn a_chapter_cannot_make_the_machine_that_checks_it_ask_itself() {
    let server = Server::start();
    let urls = [
        server.url("fine"),
        format!("http://localhost:{}/", server.port),
        "http://169.254.169.254/latest/".to_owned(),
        "http://[::1]/".to_owned(),
        "http://[::ffff:127.0.0.1]/".to_owned(),
        "http://0.0.0.0/".to_owned(),
    ];
    let urls: BTreeSet<String> = urls.into_iter().collect();
    let found = ask(&urls, &Limits { loopback: false, ..limits() }, &|| {});
    assert!(
        found
            .values()
            .all(|verdict| matches!(verdict, Verdict::Dead(why) if why.contains("the computer that checks it"))),
        "{found:?}"
    );
    assert_eq!(server.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_host_is_asked_for_one_url_at_a_time_with_a_pause() {
    let server = Server::start();
    let urls: BTreeSet<String> = (0..4).map(|n| server.url(&format!("fine/{n}"))).collect();
    let start = Instant::now();
    ask(&urls, &Limits { pause: Duration::from_millis(40), ..limits() }, &|| {});
    assert!(start.elapsed() >= Duration::from_millis(120), "{:?}", start.elapsed());
}
