//! Answers browsers on this machine: the HTTP layer of the preview.
//!
//! Input: requests. Output: what a [`Handler`] answers, with the headers of a local server; a stream of events. It knows nothing of handbooks, serves nothing
//! from disk by path, and listens on the loopback address unless it is told otherwise. Everything odd is refused before the handler sees it. Each connection has a
//! thread of its own, and nobody who is slow keeps others waiting.

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
pub use post::Post;
pub use request::Request;

use self::connection::{Connection, Raw};
use self::room::Room;

/// How many further ports are tried where one is taken.
const PORTS: u16 = 20;
/// How long after a failure the next connection is taken.
const AGAIN: Duration = Duration::from_millis(50);
/// Where the stream of events lies.
pub const EVENTS: &str = "_rolebook/events";

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The media type.
    pub media: &'static str,
    /// The bytes.
    pub body: Vec<u8>,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// What the browser may do with it, where it is not one of our pages (Content-Security-Policy).
    pub policy: Option<&'static str>,
}

impl Answer {
    /// Makes a short answer in words.
    pub fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            media: "text/plain; charset=utf-8",
            body: format!("{text}\n").into_bytes(),
            location: None,
            policy: None,
        }
    }

    /// Lists the headers that it is sent with.
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

    /// Returns the events that a browser gets when it opens the stream for `page`: names and data, each on one line.
    fn greeting(&self, page: &str) -> Vec<(&'static str, String)>;

    /// Returns the secret that a page of this run sends along with a change; where there is none, nothing can be changed.
    fn token(&self) -> Option<&str> {
        None
    }

    /// Does what a page of this run asks for.
    fn change(&self, post: &Post) -> Answer {
        let _ = post;
        Answer::text(404, "there is nothing to change")
    }
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
}

impl Server {
    /// Listens at `wanted`, or at the next free port, and answers from then on, on its own threads.
    ///
    /// # Errors
    /// Where no port is free, or the address is none of this machine's.
    pub fn start(wanted: SocketAddr, handler: Arc<dyn Handler>, events: Arc<Events>) -> io::Result<Self> {
        descriptors::raise();
        let listener = listen(wanted)?;
        let address = listener.local_addr()?;
        let desk =
            Desk { handler, events, room: Room::default(), port: address.port(), open: !address.ip().is_loopback() };
        thread::spawn(move || accept(&listener, &Arc::new(desk)));
        Ok(Self { address })
    }

    /// Returns the address to open in a browser of this machine.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}/")
    }

    /// Tells whether other machines can ask too.
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
            // A port that is not for users does not make the next one free.
            Err(error) => return Err(error),
        }
    }
    Err(failure.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

/// Takes connections, each on a thread of its own. Where the system has no room for one, it waits and goes on.
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

/// Everything that it takes to answer.
struct Desk {
    handler: Arc<dyn Handler>,
    events: Arc<Events>,
    room: Room,
    port: u16,
    /// Whether other machines may ask too.
    open: bool,
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
            if raw.method == "POST" && raw.target.starts_with("/_rolebook/") && self.handler.token().is_some() {
                let answer = self.change(&raw, &mut connection);
                connection.answer(&answer, false);
                continue;
            }
            let answer = match Request::read(&raw, self.port, self.open) {
                Ok(request) if request.path == EVENTS => {
                    if self.events.has_room() {
                        return self.stream(&request, &raw, connection);
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

    /// Hands the connection over to the stream of events.
    fn stream(&self, request: &Request, raw: &Raw, connection: Connection) {
        let page = request.query_value("page").unwrap_or_default();
        let greeting = self.handler.greeting(&page);
        self.events.add(Box::new(connection.into_writer()), page, &greeting, raw.is_modern);
    }

    /// Answers a request that changes something.
    fn change(&self, raw: &Raw, connection: &mut Connection) -> Answer {
        let token = self.handler.token().unwrap_or_default();
        let post = match Post::read(raw, self.port, token, &mut |length| connection.body(raw, length)) {
            Ok(post) => post,
            Err(refusal) => return refusal,
        };
        let change = || catch_unwind(AssertUnwindSafe(|| self.handler.change(&post)));
        let failed = |_| Answer::text(500, "Rolebook failed on this change; nothing was written");
        self.room.answer(change).unwrap_or_else(failed)
    }
}
