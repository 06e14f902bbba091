//! Reads a request that changes something, or returns the answer that rejects it.
//!
//! Input: a POST request as it was sent, and the token of this run. Output: [`Post`], a path and a
//! JSON body. A page of another site can't send such a request: it doesn't know the token, its
//! origin is different, and the browser sends a preflight request before a page may send JSON. The
//! body isn't read until all of this has been checked.

use super::Answer;
use super::connection::Raw;
use super::request::{Hosts, Request};

/// The maximum size of a body in bytes, unless the handler accepts more.
pub const LARGEST_BODY: usize = 1024 * 1024;
/// The header that carries the token.
const TOKEN: &str = "Rolebook-Token";

/// A request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The path, decoded once, without its leading `/`.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Post {
    /// Reads a request. `longest` returns the maximum length of the body for a path. `body` is called
    /// with the length to read, once everything else has been checked.
    ///
    /// # Errors
    /// Returns the answer that rejects the request.
    pub fn read(
        raw: &Raw,
        hosts: &Hosts,
        (token, longest): (&str, &dyn Fn(&str) -> usize),
        body: &mut dyn FnMut(usize) -> Result<Vec<u8>, Answer>,
    ) -> Result<Self, Answer> {
        hosts.check(raw)?;
        // The author may let other machines read the preview. Check the client's address too,
        // because the `Host` header doesn't prove where a client is.
        if !raw.from.ip().to_canonical().is_loopback() || hosts.is_forwarded(raw) {
            let why = "only the machine that runs the preview can change the handbook: open it there as localhost";
            return Err(Answer::text(403, why));
        }
        if raw.header("Transfer-Encoding").next().is_some() {
            return Err(Answer::text(400, "Transfer-Encoding is not accepted"));
        }
        check_sender(raw, hosts, token)?;
        let path = Request::of_target(&raw.target)?.path;
        let length = length(raw, longest(&path))?;
        Ok(Self { path, body: body(length)? })
    }
}

/// Checks that the sender knows the token, which only pages served by this run do, and that the
/// request comes from our own origin.
fn check_sender(raw: &Raw, known: &Hosts, token: &str) -> Result<(), Answer> {
    let refused = || Answer::text(403, "requests from other sites are not allowed");
    let (hosts, origins): (Vec<&str>, Vec<&str>) = (raw.header("Host").collect(), raw.header("Origin").collect());
    let ([host], [origin]) = (hosts.as_slice(), origins.as_slice()) else { return Err(refused()) };
    if !known.is_own_origin(origin, host) {
        return Err(refused());
    }
    if raw.header("Sec-Fetch-Site").any(|site| site != "same-origin") {
        return Err(refused());
    }
    let tokens: Vec<&str> = raw.header(TOKEN).collect();
    // Compare hashes, so that the time that the comparison takes doesn't reveal how much of the
    // token is right.
    let is_known = |sent: &str| blake3::hash(sent.as_bytes()) == blake3::hash(token.as_bytes());
    if tokens.len() != 1 || !is_known(tokens[0]) {
        return Err(Answer::text(403, "this page is from an earlier run of the preview: load it again"));
    }
    let types: Vec<&str> = raw.header("Content-Type").collect();
    let is_json = |kind: &&str| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json");
    if types.len() != 1 || !types.iter().all(is_json) {
        return Err(Answer::text(415, "only application/json is accepted"));
    }
    Ok(())
}

fn length(raw: &Raw, longest: usize) -> Result<usize, Answer> {
    let lengths: Vec<&str> = raw.header("Content-Length").collect();
    let [length] = lengths.as_slice() else { return Err(Answer::text(411, "the length is not known")) };
    match length.parse::<usize>() {
        Ok(length) if length <= longest => Ok(length),
        Ok(_) => Err(Answer::text(413, &format!("this is more than {} MiB", longest >> 20))),
        Err(_) => Err(Answer::text(400, "the length is not understood")),
    }
}
