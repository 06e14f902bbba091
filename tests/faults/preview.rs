//! A preview under load, and with fewer resources than it needs.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::served::{SMALL, Served, serve, serve_with};
use crate::shared::asked;

/// The time limit for a request, far longer than it takes.
const BOUND: Duration = Duration::from_secs(10);

fn answers(served: &Served) {
    let start = Instant::now();
    while !served.get("/guides/a/").contains("Old.") {
        assert!(start.elapsed() < BOUND, "no answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    println!("answered after {} ms", start.elapsed().as_millis());
}

fn connects(served: &Served, bytes: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&served.address.parse().unwrap(), Duration::from_secs(2)).ok()?;
    let _ = stream.write_all(bytes.as_bytes());
    Some(stream)
}

#[test]
fn unread_event_streams_and_half_open_connections_do_not_block_other_clients() {
    let served = serve(SMALL);
    let events = format!("GET /_rolebook/events?page=/ HTTP/1.1\r\nHost: {}\r\n\r\n", served.address);
    let mut held = Vec::new();
    for _ in 0..300 {
        held.push(connects(&served, &events).unwrap());
    }
    for n in 0..200 {
        held.push(connects(&served, if n % 2 == 0 { "" } else { "GET / HTTP/1.1\r\nHost: x" }).unwrap());
    }
    answers(&served);
    std::fs::write(served.folder.path().join("index.md"), "# Saved meanwhile\n").unwrap();
    assert!(served.waits_for("/", "Saved meanwhile"));
    answers(&served);
    drop(held);
    answers(&served);
}

#[test]
fn a_preview_that_ran_out_of_file_descriptors_recovers_on_the_same_port() {
    // A connection takes two descriptors: with an odd or an even number left, the library fails in
    // two different ways.
    for limit in [64, 65] {
        let served = serve_with(SMALL, |_| {
            let mut shell = Command::new("sh");
            let script = format!("ulimit -n {limit} && exec \"$0\" \"$@\"");
            shell.args(["-c", &script, env!("CARGO_BIN_EXE_rolebook")]);
            shell
        });
        answers(&served);
        for _ in 0..2 {
            let held: Vec<_> = (0..100).filter_map(|_| connects(&served, "")).collect();
            std::thread::sleep(Duration::from_millis(300));
            drop(held);
            answers(&served);
        }
        std::fs::write(served.folder.path().join("index.md"), "# Saved after\n").unwrap();
        assert!(served.waits_for("/", "Saved after"));
    }
}

#[test]
fn a_chapter_that_grows_to_two_gigabytes_keeps_its_last_good_page_until_it_shrinks() {
    let served = serve_with(SMALL, |_| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 1500000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_rolebook")]);
        shell
    });
    answers(&served);
    let findings = || served.get("/_rolebook/found?page=/guides/a/");
    let waits = |wanted: bool| {
        let start = Instant::now();
        while findings().contains("larger than 64 MB") != wanted {
            assert!(start.elapsed() < BOUND, "the finding is shown: {}", !wanted);
        }
    };
    for (name, page, text) in
        [("guides/a.md", "/guides/a/", "# New text\n"), ("handbook.toml", "/", "title = \"New\"\n")]
    {
        let place = served.folder.path().join(name);
        let before = served.get(page).contains("Old.");
        fs::OpenOptions::new().write(true).open(&place).unwrap().set_len(2 << 30).unwrap();
        waits(true);
        assert!(served.get(page).contains("200 OK") && served.get(page).contains("Old.") == before);
        fs::write(&place, text).unwrap();
        assert!(served.waits_for(page, "New"));
        waits(false);
    }
}

#[test]
fn a_suspended_preview_shows_the_changes_made_in_the_meantime() {
    let served = serve(SMALL);
    answers(&served);
    let signal = |name: &str| {
        let told = Command::new("sh").args(["-c", &format!("kill {name} {}", served.child.id())]).status();
        assert!(told.unwrap().success());
    };
    signal("-STOP");
    fs::write(served.folder.path().join("index.md"), "# Saved asleep\n").unwrap();
    fs::create_dir(served.folder.path().join("deep")).unwrap();
    fs::write(served.folder.path().join("deep/b.md"), "# Born asleep\n").unwrap();
    signal("-CONT");
    assert!(served.waits_for("/", "Saved asleep"));
    assert!(served.waits_for("/deep/b/", "Born asleep"));
}

/// Starts a preview with the given limit on watching files set to 0. Returns `None` if the machine
/// can't set such a limit.
fn serve_limited(limit: &str) -> Option<Served> {
    let script = format!("echo 0 > /proc/sys/user/{limit} && exec \"$0\" \"$@\"");
    let tried = Command::new("unshare").args(["-Ur", "sh", "-c", &script, "true"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        println!("skipped: without user namespaces, a single program's watches can't be limited");
        return None;
    }
    Some(serve_with(SMALL, |_| {
        let mut unshared = Command::new("unshare");
        unshared.args(["-Ur", "sh", "-c", &script, env!("CARGO_BIN_EXE_rolebook")]);
        unshared
    }))
}

#[test]
fn a_preview_that_cannot_watch_files_polls_for_changes() {
    for limit in ["max_inotify_instances", "max_inotify_watches"] {
        let Some(served) = serve_limited(limit) else { return };
        answers(&served);
        fs::write(served.folder.path().join("index.md"), "# Saved unwatched\n").unwrap();
        assert!(served.waits_for("/", "Saved unwatched"), "{limit}");
    }
}

/// What readers and an author experienced.
#[derive(Default)]
struct Load {
    answers: AtomicUsize,
    failures: AtomicUsize,
    /// The longest wait for a page, in milliseconds.
    longest: AtomicU64,
    is_over: AtomicBool,
}

/// Reads one page after another, as fast as a person who skims, with the event stream open like in
/// a browser.
fn read_on(served: &Served, pages: &[String], first: usize, load: &Load) {
    let events = format!("GET /_rolebook/events?page=/ HTTP/1.1\r\nHost: {}\r\n\r\n", served.address);
    let mut stream = connects(served, &events);
    let mut heard = [0; 4096];
    for n in first.. {
        if load.is_over.load(Ordering::Relaxed) {
            return;
        }
        let start = Instant::now();
        let answer = served.get(&pages[(n * 31) % pages.len()]);
        load.longest.fetch_max(u64::try_from(start.elapsed().as_millis()).unwrap(), Ordering::Relaxed);
        let is_whole = answer.starts_with("HTTP/1.1 200") && answer.trim_end().ends_with("</html>");
        let count = if is_whole { &load.answers } else { &load.failures };
        count.fetch_add(1, Ordering::Relaxed);
        if let Some(stream) = &mut stream {
            let _ = stream.set_read_timeout(Some(Duration::from_millis(1)));
            let _ = stream.read(&mut heard);
        }
        std::thread::sleep(Duration::from_millis(300 + (n as u64 * 97) % 900));
    }
}

/// Returns the memory that a process uses, in megabytes, or 0 if the system doesn't report it.
fn megabytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[test]
fn memory_stays_flat_while_readers_browse_and_an_author_saves() {
    let (seconds, readers) = asked("LOAD_SECONDS").map_or((6, 40), |seconds| (seconds, 300));
    let files = crate::synthetic::company().files.into_iter();
    let texts: Vec<(String, String)> = files
        .map(|(name, file)| (name.as_str().to_owned(), String::from_utf8_lossy(&file.bytes).into_owned()))
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let served = serve(&files);
    let sitemap = served.get("/sitemap.xml");
    let pages: Vec<String> = sitemap
        .split("<loc>")
        .skip(1)
        .filter_map(|part| part.split("</loc>").next())
        .map(|url| url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').unwrap().1))
        .map(|path| format!("/{}", path.trim_start_matches('/')))
        .collect();
    assert!(pages.len() > 50, "{sitemap}");
    let chapter = served.folder.path().join("index.md");
    let text = fs::read_to_string(&chapter).unwrap();
    let load = Load::default();
    let (early, late, saves) = std::thread::scope(|scope| {
        for reader in 0..readers {
            let (served, pages, load) = (&served, &pages, &load);
            scope.spawn(move || read_on(served, pages, reader * 7, load));
        }
        let start = Instant::now();
        let (mut early, mut saves) = (0, 0);
        while start.elapsed() < Duration::from_secs(seconds) {
            fs::write(&chapter, format!("{text}\n\nSaved {saves} times.\n")).unwrap();
            saves += 1;
            std::thread::sleep(Duration::from_millis(200));
            if early == 0 && start.elapsed().as_secs() >= seconds / 5 {
                early = megabytes(served.child.id());
            }
        }
        load.is_over.store(true, Ordering::Relaxed);
        (early, megabytes(served.child.id()), saves)
    });
    let (answers, failures) = (load.answers.into_inner(), load.failures.into_inner());
    let longest = load.longest.into_inner();
    println!(
        "{readers} readers, {saves} saves in {seconds} s: {answers} pages, {failures} failures, longest wait {longest} ms, {early} MB after a fifth of the time, {late} MB at the end"
    );
    assert!(answers > readers && failures == 0, "{answers} answers, {failures} failures");
    assert!(served.waits_for("/", &format!("Saved {} times.", saves - 1)));
    assert!(late <= early + early / 2 + 32, "memory grew from {early} to {late} MB");
}
