//! Serves browsers on this machine: the HTTP layer of the preview.
//!
//! Input: requests. Output: the answers of a [`Handler`], with the headers of a local server, and a
//! stream of events. This module knows nothing about handbooks, never serves files from disk by
//! path, and listens on the loopback address unless told otherwise. It rejects malformed and
//! untrusted requests before the handler sees them. Each connection has its own thread, so a slow
//! client never keeps others waiting.

mod connection;
mod descriptors;
mod events;
mod post;
mod request;
mod room;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub use events::Events;
pub use post::{LARGEST_BODY, Post};
use request::Hosts;
pub use request::Request;

use self::connection::{Connection, Raw};
use self::room::Room;
use crate::text::path::UrlPath;

/// The number of further ports to try if the wanted port is taken.
const PORTS: u16 = 20;
/// The time to wait after a connection couldn't be accepted, before accepting the next one.
const AGAIN: Duration = Duration::from_millis(50);
/// The path of the event stream.
pub const EVENTS: &str = "_rolebook/events";

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The media type.
    pub media: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// The target of a redirect.
    pub location: Option<String>,
    /// The Content-Security-Policy of the answer, or `None` for pages of our own.
    pub policy: Option<&'static str>,
}

impl Answer {
    /// Creates an answer that is neither a redirect nor a file of the content.
    pub fn new(status: u16, media: &'static str, body: Vec<u8>) -> Self {
        Self { status, media, body, location: None, policy: None }
    }

    /// Creates an answer with one line of plain text.
    pub fn text(status: u16, text: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{text}\n").into_bytes())
    }

    /// Creates a redirect to the page at `to`.
    pub fn redirect(status: u16, to: &UrlPath) -> Self {
        Self { location: Some(format!("/{}", to.encoded())), ..Self::text(status, "moved") }
    }

    /// Lists the HTTP headers of the answer.
    fn headers(&self) -> Vec<(&'static str, &str)> {
        let mut headers = vec![
            ("Content-Type", self.media),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Referrer-Policy", "no-referrer"),
        ];
        headers.extend(self.policy.map(|policy| ("Content-Security-Policy", policy)));
        headers.extend(self.location.as_deref().map(|location| ("Location", location)));
        headers
    }
}

/// Answers requests that passed every check.
pub trait Handler: Send + Sync {
    /// Answers one request.
    fn answer(&self, request: &Request) -> Answer;

    /// Returns the events that a browser gets when it opens the stream. Each name and each data
    /// string is a single line.
    fn greeting(&self) -> Vec<(&'static str, String)>;

    /// Returns the secret token that pages of this run send along with a change.
    fn token(&self) -> &str;

    /// Returns the maximum length of the body of a request that changes something, in bytes.
    fn longest(&self, _path: &str) -> usize {
        LARGEST_BODY
    }

    /// Carries out a change that a page of this run requests.
    fn change(&self, post: &Post) -> Answer;
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
}

impl Server {
    /// Listens on `wanted` or the next free port, and answers requests on its own threads from then
    /// on. `allowed` are host names that this machine is reached by, besides its own.
    ///
    /// # Errors
    /// Fails if no port is free, or if the address doesn't belong to this machine.
    pub fn start(
        wanted: SocketAddr,
        allowed: Vec<String>,
        handler: Arc<dyn Handler>,
        events: Arc<Events>,
    ) -> io::Result<Self> {
        descriptors::raise();
        let listener = listen(wanted)?;
        let address = listener.local_addr()?;
        let hosts = Hosts { open: !address.ip().is_loopback(), allowed };
        let desk = Desk { handler, events, room: Room::default(), hosts };
        thread::spawn(move || accept(&listener, &Arc::new(desk)));
        Ok(Self { address })
    }

    /// Returns the URL to open in a browser on this machine.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}/")
    }

    /// Returns whether other machines can connect to the server.
    pub fn is_open(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

fn listen(wanted: SocketAddr) -> io::Result<TcpListener> {
    let mut failure = None;
    for port in wanted.port()..=wanted.port().saturating_add(PORTS) {
        match TcpListener::bind((wanted.ip(), port)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => failure = Some(error),
            // Any other error, such as missing permission, would be the same on the next port.
            Err(error) => return Err(error),
        }
    }
    Err(failure.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

/// Accepts connections, each on its own thread. If the system can't accept one, waits and tries
/// again.
fn accept(listener: &TcpListener, desk: &Arc<Desk>) {
    loop {
        let Ok((stream, from)) = listener.accept() else {
            thread::sleep(AGAIN);
            continue;
        };
        let (stream, desk) = (Arc::new(stream), Arc::clone(desk));
        let work = move || {
            desk.room.enter(&stream);
            desk.serve(Connection::new(Arc::clone(&stream), from));
            desk.room.leave(&stream);
        };
        let _ = thread::Builder::new().spawn(work);
    }
}

/// Everything needed to answer requests.
struct Desk {
    handler: Arc<dyn Handler>,
    events: Arc<Events>,
    room: Room,
    hosts: Hosts,
}

impl Desk {
    /// Answers the requests of one connection until it ends.
    fn serve(&self, mut connection: Connection) {
        loop {
            let raw = match connection.next() {
                Ok(Some(raw)) => raw,
                Ok(None) => return,
                Err(refusal) => {
                    connection.close();
                    return connection.answer(&refusal, false);
                }
            };
            if raw.method == "POST" && raw.target.starts_with("/_rolebook/") {
                let answer = self.change(&raw, &mut connection);
                connection.answer(&answer, false);
                continue;
            }
            let answer = match Request::read(&raw, &self.hosts) {
                Ok(request) if request.path == EVENTS => {
                    if self.events.has_room() {
                        return self.stream(&raw, connection);
                    }
                    Answer::text(503, "too many pages are open")
                }
                Ok(request) => self.answer(&request),
                Err(refusal) => refusal,
            };
            connection.answer(&answer, raw.method == "HEAD");
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let make = || catch_unwind(AssertUnwindSafe(|| self.handler.answer(request)));
        self.room.answer(make).unwrap_or_else(|_| Answer::text(500, "Rolebook failed on this page"))
    }

    /// Turns the connection into an event stream.
    fn stream(&self, raw: &Raw, connection: Connection) {
        let greeting = self.handler.greeting();
        self.events.add(Box::new(connection.into_writer()), &greeting, raw.is_modern);
    }

    /// Answers a request that changes something.
    fn change(&self, raw: &Raw, connection: &mut Connection) -> Answer {
        let longest = |path: &str| self.handler.longest(path);
        let known = (self.handler.token(), &longest as &dyn Fn(&str) -> usize);
        let post = match Post::read(raw, &self.hosts, known, &mut |length| connection.body(raw, length)) {
            Ok(post) => post,
            Err(refusal) => return refusal,
        };
        let change = || catch_unwind(AssertUnwindSafe(|| self.handler.change(&post)));
        let failed = |_| Answer::text(500, "Rolebook failed on this change; nothing was written");
        self.room.answer(change).unwrap_or_else(failed)
    }
}
