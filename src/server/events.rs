//! Streams events to open pages (server-sent events, WHATWG HTML section 9.2).
//!
//! Input: events. Output: bytes on each open stream. A client that does not read loses its stream, never the server its time: each has a short queue of its own.

use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How many pages may listen at once.
const MOST_CLIENTS: usize = 64;
/// How many events wait for one page before its stream is closed.
const QUEUE: usize = 16;
/// How often a silent stream is tested, so that the dead are noticed.
const PING: Duration = Duration::from_secs(15);

/// The open streams.
#[derive(Debug, Default)]
pub struct Events {
    clients: Arc<Mutex<Vec<Client>>>,
}

#[derive(Debug)]
struct Client {
    number: u64,
    page: String,
    queue: SyncSender<String>,
}

impl Events {
    /// Makes an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether one more page may listen.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.lock().len() < MOST_CLIENTS
    }

    /// Lists the pages that are open, each once.
    #[must_use]
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

    /// Streams to a new page from a thread of its own.
    pub fn add(&self, writer: Box<dyn Write + Send + 'static>, page: String, greeting: &[(&'static str, String)]) {
        let (queue, waiting) = sync_channel(QUEUE);
        for (name, data) in greeting {
            let _ = queue.try_send(event(name, data));
        }
        let mut clients = self.lock();
        let number = clients.iter().map(|client| client.number + 1).max().unwrap_or(0);
        clients.push(Client { number, page, queue });
        let all = Arc::clone(&self.clients);
        thread::spawn(move || {
            stream(writer, &waiting);
            all.lock().unwrap_or_else(PoisonError::into_inner).retain(|client| client.number != number);
        });
    }
}

fn event(name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {}\n\n", data.replace(['\n', '\r'], " "))
}

/// Writes the head by hand, since the library would send a body without a length in chunks; then what waits, until the page is gone.
fn stream(mut writer: Box<dyn Write + Send>, waiting: &Receiver<String>) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\
                X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nConnection: close\r\n\r\n";
    let mut write = |text: &str| writer.write_all(text.as_bytes()).and_then(|()| writer.flush()).is_ok();
    if !write(head) || !write("retry: 1000\n\n") {
        return;
    }
    loop {
        let text = match waiting.recv_timeout(PING) {
            Ok(text) => text,
            Err(RecvTimeoutError::Timeout) => ": still here\n\n".to_owned(),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if !write(&text) {
            return;
        }
    }
}
