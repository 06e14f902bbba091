//! Streams events to open pages (server-sent events, WHATWG HTML section 9.2).
//!
//! Input: events. Output: bytes on each open stream. Each client has its own short queue: a client
//! that doesn't read loses its stream but never slows down the server.

use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The maximum number of pages that can listen at once. A further page replaces the one that has
/// listened longest.
const MOST_CLIENTS: usize = 64;
/// The maximum number of streams, including streams whose page no longer reads.
const MOST_STREAMS: usize = 2 * MOST_CLIENTS;
/// The number of events that can wait for one page before its stream is closed.
const QUEUE: usize = 16;
/// The interval at which an idle stream is tested, so that closed connections are noticed.
const PING: Duration = Duration::from_secs(15);

/// The destination for the bytes of a stream.
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
    queue: SyncSender<String>,
}

impl Events {
    fn lock(&self) -> MutexGuard<'_, Vec<Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether another page may listen.
    pub fn has_room(&self) -> bool {
        self.streams.load(Ordering::SeqCst) < MOST_STREAMS
    }

    /// Sends every page an event. Line breaks in the data become spaces.
    pub fn publish(&self, name: &str, data: &str) {
        // If a queue is full, the page isn't reading its events. The page will reconnect and catch
        // up.
        self.lock().retain(|client| client.queue.try_send(event(name, data)).is_ok());
    }

    /// Streams to a new page from its own thread. `chunked` is whether the client understands
    /// HTTP/1.1.
    pub fn add(&self, writer: Writer, greeting: &[(&'static str, String)], chunked: bool) {
        let (queue, waiting) = sync_channel(QUEUE);
        for (name, data) in greeting {
            let _ = queue.try_send(event(name, data));
        }
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let mut clients = self.lock();
        if clients.len() >= MOST_CLIENTS {
            clients.remove(0);
        }
        clients.push(Client { number, queue });
        drop(clients);
        self.streams.fetch_add(1, Ordering::SeqCst);
        let (all, streams) = (Arc::clone(&self.clients), Arc::clone(&self.streams));
        let work = move || {
            stream(writer, &waiting, chunked);
            all.lock().unwrap_or_else(PoisonError::into_inner).retain(|client| client.number != number);
            streams.fetch_sub(1, Ordering::SeqCst);
        };
        // If no thread can be started, the page gets no stream and will connect again.
        if thread::Builder::new().spawn(work).is_err() {
            self.lock().retain(|client| client.number != number);
            self.streams.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn event(name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {}\n\n", data.replace(['\n', '\r'], " "))
}

/// Writes the head, then the queued events, until the page is gone or has been removed from the
/// list.
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
