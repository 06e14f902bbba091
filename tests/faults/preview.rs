//! A preview under load, and with less than it needs.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::served::{SMALL, Served, serve, serve_with};

/// What a request may take; far more than it does.
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
fn pages_that_never_read_and_half_open_connections_keep_nobody_waiting() {
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
fn a_preview_that_ran_out_of_descriptors_answers_again_on_the_same_port() {
    // A connection takes two: with an odd and an even number left, the library fails in two different ways.
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
