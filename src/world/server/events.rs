//! Streams events to open pages (server-sent events, WHATWG HTML section 9.2).
//!
//! Input: events. Output: bytes on each open stream. A client that does not read loses its stream, never the server its time: each has a short queue of its own.

use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How many pages may listen at once; one more takes the place of the oldest.
const MOST_CLIENTS: usize = 64;
/// How many streams there may be, those included whose page no longer reads.
const MOST_STREAMS: usize = 2 * MOST_CLIENTS;
/// How many events wait for one page before its stream is closed.
const QUEUE: usize = 16;
/// How often a silent stream is tested, so that the dead are noticed.
const PING: Duration = Duration::from_secs(15);

/// Where a stream goes.
type Writer = Box<dyn Write + Send + 'static>;

/// The open streams.
#[derive(Debug, Default)]
pub struct Events {
    clients: Arc<Mutex<Vec<Client>>>,
    streams: Arc<AtomicUsize>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Client {
    number: u64,
    page: String,
    queue: SyncSender<String>,
}

impl Events {
    /// Makes an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether one more page may listen.
    pub fn has_room(&self) -> bool {
        self.streams.load(Ordering::SeqCst) < MOST_STREAMS
    }

    /// Lists the pages that are open, each once.
    pub fn open_pages(&self) -> Vec<String> {
        let mut pages: Vec<String> = self.lock().iter().map(|client| client.page.clone()).collect();
        pages.sort_unstable();
        pages.dedup();
        pages
    }

    /// Sends an event to every page for which `data` has something to say; `data` is one line.
    pub fn publish(&self, name: &str, data: &dyn Fn(&str) -> Option<String>) {
        self.lock().retain(|client| match data(&client.page) {
            // A full queue is a page that does not read: it reconnects and catches up.
            Some(data) => client.queue.try_send(event(name, &data)).is_ok(),
            None => true,
        });
    }

    /// Streams to a new page from a thread of its own; `chunked` is whether it understands HTTP/1.1.
    pub fn add(&self, writer: Writer, page: String, greeting: &[(&'static str, String)], chunked: bool) {
        let (queue, waiting) = sync_channel(QUEUE);
        for (name, data) in greeting {
            let _ = queue.try_send(event(name, data));
        }
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let mut clients = self.lock();
        if clients.len() >= MOST_CLIENTS {
            clients.remove(0);
        }
        clients.push(Client { number, page, queue });
        drop(clients);
        self.streams.fetch_add(1, Ordering::SeqCst);
        let (all, streams) = (Arc::clone(&self.clients), Arc::clone(&self.streams));
        let work = move || {
            stream(writer, &waiting, chunked);
            all.lock().unwrap_or_else(PoisonError::into_inner).retain(|client| client.number != number);
            streams.fetch_sub(1, Ordering::SeqCst);
        };
        // Without a thread the page has no stream, and asks again.
        if thread::Builder::new().spawn(work).is_err() {
            self.lock().retain(|client| client.number != number);
            self.streams.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn event(name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {}\n\n", data.replace(['\n', '\r'], " "))
}

/// Writes the head by hand, then what waits, until the page is gone or has lost its place.
///
/// The last chunk tells the page that its stream has ended (RFC 9112, section 7.1).
fn stream(mut writer: Writer, waiting: &Receiver<String>, chunked: bool) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\
                X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n\
                Referrer-Policy: no-referrer\r\nConnection: close\r\n";
    let mut write = |text: &str| writer.write_all(text.as_bytes()).and_then(|()| writer.flush()).is_ok();
    let coding = if chunked { "Transfer-Encoding: chunked\r\n\r\n" } else { "\r\n" };
    let mut open = write(&format!("{head}{coding}"));
    let mut say = |text: &str| {
        let chunk = if chunked { format!("{:x}\r\n{text}\r\n", text.len()) } else { text.to_owned() };
        write(&chunk)
    };
    open = open && say("retry: 1000\n\n");
    while open {
        open = match waiting.recv_timeout(PING) {
            Ok(text) => say(&text),
            Err(RecvTimeoutError::Timeout) => say(": still here\n\n"),
            Err(RecvTimeoutError::Disconnected) => {
                say("");
                false
            }
        };
    }
}
