//! Reads a request, or returns the answer that rejects it.
//!
//! Input: a request as it was sent. Output: [`Request`], whose path is a key and never a path on
//! disk. A page of another site can make a browser send requests to this server. The headers
//! `Host`, `Origin` and `Sec-Fetch-Site` tell such requests apart from those of our own pages.

use std::net::IpAddr;

use super::Answer;
use super::connection::Raw;
use crate::text::path::decode_percent;

/// The maximum length of a target, in bytes.
const LONGEST_TARGET: usize = 8 * 1024;
/// The maximum size of all headers together, in bytes.
const MOST_HEADERS: usize = 32 * 1024;

/// Headers that proxies and tunnels add.
const PASSED_ON: [&str; 6] =
    ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

/// A request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The path, decoded once, without its leading `/`.
    pub path: String,
    /// The part of the target after `?`, as it was sent.
    pub query: Option<String>,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// Returns the answer that rejects the request.
    pub fn read(raw: &Raw, hosts: &Hosts) -> Result<Self, Answer> {
        let size: usize = raw.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > MOST_HEADERS {
            return Err(Answer::text(431, "these headers are too long"));
        }
        hosts.check(raw)?;
        if !matches!(raw.method.as_str(), "GET" | "HEAD") {
            return Err(Answer::text(405, "only GET and HEAD are answered"));
        }
        // Requests that state the end of their body in two ways can be used for request smuggling
        // (RFC 9112, section 6.1).
        if raw.header("Transfer-Encoding").next().is_some() {
            return Err(Answer::text(400, "Transfer-Encoding is not accepted"));
        }
        Self::of_target(&raw.target)
    }

    /// Parses a request target.
    ///
    /// # Errors
    /// Returns the answer that rejects the target.
    pub fn of_target(target: &str) -> Result<Self, Answer> {
        let bad = || Answer::text(400, "this address is not understood");
        if target.len() > LONGEST_TARGET {
            return Err(Answer::text(414, "this address is too long"));
        }
        let path = target.strip_prefix('/').ok_or_else(bad)?;
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query.to_owned())));
        let path = decode_percent(path).ok_or_else(bad)?;
        if path.chars().any(|c| c.is_control() || c == '\\') || path.starts_with('/') || target.contains('#') {
            return Err(bad());
        }
        if path.split('/').any(|part| part == ".." || part == ".") {
            return Err(bad());
        }
        if path.split('/').any(|part| part.starts_with('.') && part != ".well-known") {
            return Err(Answer::text(404, "there is no such page"));
        }
        Ok(Self { path, query })
    }

    /// Returns a value of the query, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        let pairs = self.query.as_deref()?.split('&');
        let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
        decode_percent(value)
    }
}

/// The names under which browsers reach the server.
///
/// The port may be any, because a container or a tunnel can forward another port to ours.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// Whether other machines may send requests too.
    pub open: bool,
    /// Names that the author has allowed.
    pub allowed: Vec<String>,
}

impl Hosts {
    /// Rejects requests whose host name isn't ours, even if DNS resolves that name to this machine
    /// (DNS rebinding), and requests from pages of another origin.
    ///
    /// # Errors
    /// Returns the answer that rejects the request.
    pub fn check(&self, raw: &Raw) -> Result<(), Answer> {
        let hosts: Vec<&str> = raw.header("Host").collect();
        let [host] = hosts.as_slice() else {
            return Err(Answer::text(400, "a request must name exactly one host"));
        };
        let name = name_of(host);
        if !name.is_some_and(|name| is_this_machine(name) || self.is_allowed(name) || (self.open && is_address(name))) {
            let way = "open it as localhost, or start it with --allow-host and the name in the address";
            return Err(Answer::text(421, &format!("the preview doesn't answer under this name: {way}")));
        }
        self.check_origin(raw, host)
    }

    fn is_allowed(&self, name: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }

    /// Returns whether a request may come from another machine although a program on this one sends
    /// it: it has a name that the author has allowed, or a proxy says that it passed it on.
    pub fn is_forwarded(&self, raw: &Raw) -> bool {
        let is_own = |host: &str| name_of(host).is_some_and(|name| is_this_machine(name) || !self.is_allowed(name));
        !raw.header("Host").all(is_own) || PASSED_ON.iter().any(|name| raw.header(name).next().is_some())
    }

    /// Returns whether `origin` is that of the pages under `host`. A proxy in front of an allowed
    /// name may add TLS.
    pub fn is_own_origin(&self, origin: &str, host: &str) -> bool {
        let is_allowed = || name_of(host).is_some_and(|name| self.is_allowed(name));
        let secure = || origin.strip_prefix("https://").filter(|_| is_allowed());
        origin.strip_prefix("http://").or_else(secure).is_some_and(|from| from.eq_ignore_ascii_case(host))
    }

    fn check_origin(&self, raw: &Raw, host: &str) -> Result<(), Answer> {
        let other = || Answer::text(403, "requests from other sites are not allowed");
        if raw.header("Origin").any(|origin| !self.is_own_origin(origin, host)) {
            return Err(other());
        }
        // Another port of this machine is a different origin of the same site.
        let cross = raw.header("Sec-Fetch-Site").any(|site| site == "cross-site" || site == "same-site");
        let navigates = raw.header("Sec-Fetch-Mode").any(|mode| mode == "navigate")
            && raw.header("Sec-Fetch-Dest").any(|destination| destination == "document");
        if cross && !navigates { Err(other()) } else { Ok(()) }
    }
}

/// Returns the name in a `Host` header, without its port. Returns `None` if the port isn't one.
fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    port.is_none_or(is_port).then_some(name)
}

/// Returns whether a name always means the machine of the browser.
fn is_this_machine(name: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Returns whether a host is an IP address rather than a name. DNS can't redirect an IP address.
fn is_address(name: &str) -> bool {
    let inside = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    inside.parse::<IpAddr>().is_ok_and(|address| !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(target: &str) -> u16 {
        Request::of_target(target).map_or_else(|answer| answer.status, |_| 200)
    }

    #[test]
    fn odd_targets_are_refused() {
        for target in [
            "http://localhost/",
            "localhost:80",
            "*",
            "",
            "//evil.example/",
            "/../x",
            "/a/%2e%2e/x",
            "/a/..%2fx",
            "/%00",
            "/a%0d%0ab",
            "/a\\b",
            "/%5c..",
            "/%zz",
            "/%",
            "/%ff",
            "/./a",
            "/a#b",
        ] {
            assert_eq!(status(target), 400, "{target}");
        }
        assert_eq!(status("/.git/config"), 404);
        assert_eq!(status(&format!("/{}", "a".repeat(9000))), 414);
    }

    #[test]
    fn a_path_is_decoded_once() {
        let request = Request::of_target("/a%20b/%2525?page=%2Fx&y=1").unwrap();
        assert_eq!(request.path, "a b/%25");
        assert_eq!(request.query_value("page").as_deref(), Some("/x"));
    }
}
