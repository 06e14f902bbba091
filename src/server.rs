//! Answers browsers on this machine: the HTTP layer of the preview.
//!
//! Input: requests. Output: what a [`Handler`] answers, with the headers of a local server; a stream of events. It knows nothing of handbooks, serves nothing
//! from disk by path, and listens on the loopback address unless it is told otherwise. Everything odd is refused before the handler sees it.

mod descriptors;
mod events;
mod post;
mod request;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tiny_http::{Header, Method, Response, Server as Listener, StatusCode};

pub use events::Events;
pub use post::Post;
pub use request::Request;

/// How many requests are answered at once.
const WORKERS: usize = 8;
/// How many further ports are tried where one is taken.
const PORTS: u16 = 20;
/// How long after a failure the server is made again.
const AGAIN: Duration = Duration::from_millis(50);
/// After how long without a request it is looked whether anything still listens: at first, and right after a request.
const LOOK: Duration = Duration::from_millis(400);
const SOON: Duration = Duration::from_millis(10);
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
}

impl Answer {
    /// Makes a short answer in words.
    #[must_use]
    pub fn text(status: u16, text: &str) -> Self {
        Self { status, media: "text/plain; charset=utf-8", body: format!("{text}\n").into_bytes(), location: None }
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
        let (sender, receiver) = sync_channel::<tiny_http::Request>(256);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..WORKERS {
            let worker = Worker {
                receiver: Arc::clone(&receiver),
                handler: Arc::clone(&handler),
                events: Arc::clone(&events),
                port: address.port(),
                open: !address.ip().is_loopback(),
            };
            thread::spawn(move || worker.work());
        }
        thread::spawn(move || accept(listener, address, &sender));
        Ok(Self { address })
    }

    /// Returns the address to open in a browser of this machine.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}/")
    }

    /// Tells whether other machines can ask too.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Returns the port.
    #[must_use]
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

/// Hands requests on. The library gives up for good when descriptors run out, with an error or, between two of them, with nothing but a thread that ends: where
/// nothing listens any more, it is made anew on the same port.
fn accept(first: TcpListener, address: SocketAddr, sender: &SyncSender<tiny_http::Request>) {
    let mut next = Some(first);
    loop {
        let Some(listener) = next.take().or_else(|| TcpListener::bind(address).ok()) else {
            thread::sleep(AGAIN);
            continue;
        };
        let Ok(server) = Listener::from_listener(listener, None) else { continue };
        let mut wait = LOOK;
        loop {
            match server.recv_timeout(wait) {
                Ok(Some(request)) => {
                    if sender.send(request).is_err() {
                        return;
                    }
                    wait = SOON;
                }
                // The library can leave a connection of a burst waiting until the next one comes: to look is the next one.
                Ok(None) if listens(address) => wait = LOOK,
                _ => break,
            }
        }
        drop(server);
        thread::sleep(AGAIN);
    }
}

/// Tells whether a connection is still taken.
fn listens(address: SocketAddr) -> bool {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    let tried = TcpStream::connect_timeout(&(ip, address.port()).into(), LOOK);
    !tried.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

struct Worker {
    receiver: Arc<Mutex<Receiver<tiny_http::Request>>>,
    handler: Arc<dyn Handler>,
    events: Arc<Events>,
    port: u16,
    /// Whether other machines may ask too.
    open: bool,
}

impl Worker {
    fn work(&self) {
        loop {
            let next = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(raw) = next else { return };
            self.serve(raw);
        }
    }

    fn serve(&self, raw: tiny_http::Request) {
        if *raw.method() == Method::Post && raw.url().starts_with("/_rolebook/") && self.handler.token().is_some() {
            let (handler, port) = (Arc::clone(&self.handler), self.port);
            // A body may come slowly: whoever sends it waits on a thread of its own.
            thread::spawn(move || change(raw, handler.as_ref(), port));
            return;
        }
        let request = match Request::read(&raw, self.port, self.open) {
            Ok(request) => request,
            Err(refusal) => return respond(raw, refusal),
        };
        if request.path == EVENTS {
            let page = request.query_value("page").unwrap_or_default();
            let greeting = self.handler.greeting(&page);
            if !self.events.has_room() {
                return respond(raw, Answer::text(503, "too many pages are open"));
            }
            let chunked = *raw.http_version() >= (1, 1);
            return self.events.add(raw.into_writer(), page, &greeting, chunked);
        }
        let answer = catch_unwind(AssertUnwindSafe(|| self.handler.answer(&request)));
        respond(raw, answer.unwrap_or_else(|_| Answer::text(500, "Rolebook failed on this page")));
    }
}

/// Answers a request that changes something.
fn change(mut raw: tiny_http::Request, handler: &dyn Handler, port: u16) {
    let token = handler.token().unwrap_or_default();
    let answer = match Post::read(&mut raw, port, token) {
        Ok(post) => catch_unwind(AssertUnwindSafe(|| handler.change(&post)))
            .unwrap_or_else(|_| Answer::text(500, "Rolebook failed on this change; nothing was written")),
        Err(refusal) => refusal,
    };
    respond(raw, answer);
}

/// Sends an answer; a browser that is gone by then is no failure.
fn respond(raw: tiny_http::Request, answer: Answer) {
    let is_head = *raw.method() == Method::Head;
    let length = answer.body.len();
    let mut headers = vec![
        header("Content-Type", answer.media),
        header("Cache-Control", "no-store"),
        header("X-Content-Type-Options", "nosniff"),
        header("Cross-Origin-Resource-Policy", "same-origin"),
        header("Referrer-Policy", "no-referrer"),
    ];
    if let Some(location) = &answer.location {
        headers.push(header("Location", location));
    }
    let headers = headers.into_iter().flatten().collect();
    let body: &[u8] = if is_head { &[] } else { &answer.body };
    // The length is known: nothing is sent in chunks.
    let response =
        Response::new(StatusCode(answer.status), headers, body, Some(if is_head { 0 } else { length }), None)
            .with_chunked_threshold(usize::MAX);
    let _ = raw.respond(response);
}

fn header(name: &str, value: &str) -> Option<Header> {
    Header::from_bytes(name, value).ok()
}
