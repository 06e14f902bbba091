//! Reads requests from a connection and writes answers to it. Implements the parts of RFC 9112 that
//! a local preview needs.
//!
//! Input: a TCP stream. Output: [`Raw`] requests, their bodies, and answers. Every read and write
//! has a timeout, so a slow client only loses its own connection. The size of a request's head is
//! limited while it is read, and nothing is read or allocated for a body until the caller asks for
//! it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tiny_http::{HTTPVersion, Header, Method, Response, StatusCode};

use super::Answer;

/// The maximum size, in bytes, of a request line and its headers together.
const MOST_HEAD: usize = 64 * 1024;
/// The time limit for the head of the next request to arrive on a connection, including the wait
/// for the request.
const HEAD: Duration = Duration::from_secs(20);
/// The time limit for a body to arrive.
const BODY: Duration = Duration::from_secs(20);
/// The time limits for a client to receive one piece of an answer, and the whole answer.
const PIECE: Duration = Duration::from_secs(20);
const ANSWER: Duration = Duration::from_secs(600);
/// The number of bytes that are sent at once.
const PIECE_SIZE: usize = 64 * 1024;
/// The limits, in bytes and in time, for reading and discarding unread input before a connection is
/// closed. If the connection were closed immediately, the client might not receive the answer.
const MOST_UNREAD: usize = 64 * 1024;
const LINGER: Duration = Duration::from_secs(1);

/// A request as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The method, for example `GET`.
    pub method: String,
    /// The target, for example `/roles/?x`.
    pub target: String,
    /// The headers in the order sent, without the spaces around values.
    pub headers: Vec<(String, String)>,
    /// Whether the request is an HTTP/1.1 request.
    pub is_modern: bool,
    /// The client's address.
    pub from: SocketAddr,
}

impl Raw {
    /// Returns the values of a header.
    pub fn header<'a>(&'a self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns whether the connection has to close after this request. That includes every
    /// request with a body, because the body may be left unread.
    fn is_last(&self) -> bool {
        let closes = self.header("Connection").any(|value| value.to_ascii_lowercase().contains("close"));
        let has_body = self.header("Content-Length").any(|length| length != "0");
        !self.is_modern || closes || has_body || self.header("Transfer-Encoding").next().is_some()
    }
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: Arc<TcpStream>,
    from: SocketAddr,
    /// Bytes that were read but not used yet.
    read: Vec<u8>,
    is_open: bool,
}

impl Connection {
    /// Creates a connection from a stream.
    pub fn new(stream: Arc<TcpStream>, from: SocketAddr) -> Self {
        let _ = stream.set_nodelay(true);
        Self { stream, from, read: Vec::new(), is_open: true }
    }

    /// Reads the head of the next request. Returns `None` once the connection has ended or the
    /// client was too slow.
    ///
    /// # Errors
    /// Returns the answer that rejects a malformed request.
    pub fn next(&mut self) -> Result<Option<Raw>, Answer> {
        if !self.is_open {
            return Ok(None);
        }
        let until = Instant::now() + HEAD;
        let mut seen = 0;
        let end = loop {
            // Skip empty lines before a request (RFC 9112, section 2.2).
            while self.read.starts_with(b"\r\n") {
                self.read.drain(..2);
                seen = 0;
            }
            if let Some(at) = self.read[seen..].windows(4).position(|four| four == b"\r\n\r\n") {
                break seen + at;
            }
            seen = self.read.len().saturating_sub(3);
            if self.read.len() > MOST_HEAD {
                return Err(Answer::text(431, "these headers are too long"));
            }
            if !self.fill(until) {
                return Ok(None);
            }
        };
        let head: Vec<u8> = self.read.drain(..end + 4).take(end).collect();
        let raw = std::str::from_utf8(&head).ok().and_then(|head| parse(head, self.from));
        let raw = raw.ok_or_else(|| Answer::text(400, "this request is not understood"))?;
        self.is_open = !raw.is_last();
        Ok(Some(raw))
    }

    /// Reads a body. The caller has checked that `length` is small enough.
    ///
    /// # Errors
    /// Returns an answer that says that the body didn't arrive.
    pub fn body(&mut self, raw: &Raw, length: usize) -> Result<Vec<u8>, Answer> {
        if raw.header("Expect").any(|value| value.eq_ignore_ascii_case("100-continue")) {
            let _ = self.send(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        let until = Instant::now() + BODY;
        while self.read.len() < length {
            if !self.fill(until) {
                return Err(Answer::text(400, "the text did not arrive whole"));
            }
        }
        Ok(self.read.drain(..length).collect())
    }

    /// Reads some bytes. Returns whether any arrived in time.
    fn fill(&mut self, until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || self.stream.set_read_timeout(Some(left)).is_err() {
            return false;
        }
        let mut buffer = [0; 16 * 1024];
        match (&*self.stream).read(&mut buffer) {
            Ok(0) => false,
            Ok(count) => {
                self.read.extend_from_slice(&buffer[..count]);
                true
            }
            Err(error) => error.kind() == io::ErrorKind::Interrupted,
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let until = Instant::now() + ANSWER;
        self.stream.set_write_timeout(Some(PIECE))?;
        for piece in bytes.chunks(PIECE_SIZE) {
            // Check the time after each write. If a client reads only a byte now and then, every
            // write succeeds, but the client is still too slow.
            let piece_until = Instant::now() + PIECE;
            let mut left = piece;
            while !left.is_empty() {
                if Instant::now() > until.min(piece_until) {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                match (&*self.stream).write(left) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(count) => left = &left[count..],
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Sends an answer. If the client is gone, that isn't an error; the connection just ends.
    pub fn answer(&mut self, answer: &Answer, is_head: bool) {
        // The library rejects a header that contains a line break. Leave it out, because it could
        // inject another header.
        let headers = answer.headers().into_iter().filter_map(|(name, value)| Header::from_bytes(name, value).ok());
        let length = Some(answer.body.len());
        let response = Response::new(StatusCode(answer.status), headers.collect(), &*answer.body, length, None)
            .with_chunked_threshold(usize::MAX);
        // Print the head and the body into one buffer, so that they are sent together.
        let mut bytes = Vec::with_capacity(answer.body.len() + 1024);
        let version = HTTPVersion(1, 1);
        let printed = response.raw_print(&mut bytes, version, &[], is_head, None);
        // The library writes no `Connection` header, because only a server knows whether the
        // connection stays open.
        if let Some(end) = bytes.windows(2).position(|two| two == b"\r\n").filter(|_| !self.is_open) {
            bytes.splice(end..end, *b"\r\nConnection: close");
        }
        let sent = printed.and_then(|()| self.send(&bytes));
        if sent.is_err() {
            self.is_open = false;
        } else if !self.is_open {
            self.linger();
        }
    }

    /// Closes the sending side, and then reads the client's remaining input, up to a limit.
    fn linger(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let until = Instant::now() + LINGER;
        let mut unread = 0;
        while unread < MOST_UNREAD {
            self.read.clear();
            if !self.fill(until) {
                return;
            }
            unread += self.read.len();
        }
    }

    /// Ends the connection after the next answer.
    pub fn close(&mut self) {
        self.is_open = false;
    }

    /// Turns the connection into a writer for events.
    pub fn into_writer(self) -> Stream {
        let _ = self.stream.set_write_timeout(Some(PIECE));
        Stream(self.stream)
    }
}

/// The writing end of a connection.
#[derive(Debug)]
pub struct Stream(Arc<TcpStream>);

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

/// Parses a request line and headers. Returns `None` if they are malformed.
fn parse(head: &str, from: SocketAddr) -> Option<Raw> {
    let mut lines = head.split("\r\n");
    let mut parts = lines.next()?.split(' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !is_token(method) || !matches!(version, "HTTP/1.0" | "HTTP/1.1") {
        return None;
    }
    let method: Method = method.parse().ok()?;
    let mut headers = Vec::new();
    for line in lines {
        let header: Header = line.parse().ok()?;
        let (name, value) = (header.field.as_str().as_str(), header.value.as_str());
        let is_whole = line.split_once(':').is_some_and(|(written, _)| written == name);
        if !is_whole || !is_token(name) || value.chars().any(|c| c.is_control() && c != '\t') {
            return None;
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    let (method, target) = (method.as_str().to_owned(), target.to_owned());
    Some(Raw { method, target, headers, is_modern: version == "HTTP/1.1", from })
}

/// Returns whether a name is a valid method or header name (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Option<Raw> {
        parse(head, "127.0.0.1:1".parse().unwrap())
    }

    #[test]
    fn a_head_is_read_as_it_is_written_or_not_at_all() {
        let raw = read("GET /a?b HTTP/1.1\r\nHost:  x \r\nhost: y").unwrap();
        assert_eq!((raw.method.as_str(), raw.target.as_str(), raw.is_modern), ("GET", "/a?b", true));
        assert_eq!(raw.header("Host").collect::<Vec<_>>(), ["x", "y"]);
        for head in [
            "",
            "GET /",
            "GET / HTTP/2",
            "GET /a b HTTP/1.1",
            "GET  / HTTP/1.1",
            "GET / HTTP/1.1\r\n folded: x",
            "GET / HTTP/1.1\r\nno colon",
            "GET / HTTP/1.1\r\nHost : x",
            "GET / HTTP/1.1\r\nHost: a\nb: c",
            "GE\0T / HTTP/1.1",
        ] {
            assert_eq!(read(head), None, "{head}");
        }
    }

    #[test]
    fn nothing_follows_a_request_whose_body_is_not_read() {
        for (headers, is_last) in [
            ("Host: x", false),
            ("Content-Length: 0", false),
            ("Content-Length: 18446744073709551615", true),
            ("Transfer-Encoding: chunked", true),
            ("Connection: Close", true),
        ] {
            assert_eq!(read(&format!("GET / HTTP/1.1\r\n{headers}")).unwrap().is_last(), is_last, "{headers}");
        }
        assert!(read("GET / HTTP/1.0\r\nHost: x").unwrap().is_last());
    }
}
