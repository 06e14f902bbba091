//! Asks other hosts whether links lead anywhere. This is the only module that connects to them.
//!
//! Input: URLs and [`Limits`]. Output: a [`Verdict`] for each. Asks several hosts at once but each
//! host for one URL at a time, with a pause in between, and waits as long as a host says. Never sends
//! anything but the URL and the program's name, and never keeps or shows what a page contains.

mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ureq::http::Response;
use ureq::{Agent, Body, Error};
use url::Url;

/// The maximum number of redirects from one URL.
const MOST_REDIRECTS: usize = 10;
/// The maximum number of bytes of a page to read in search of an anchor.
const MOST_READ: u64 = 4 << 20;

/// How politely and how patiently to ask.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time to wait for one answer.
    pub timeout: Duration,
    /// The pause between two requests to the same host.
    pub pause: Duration,
    /// The longest time to wait because a host says so.
    pub wait: Duration,
    /// How often to ask if a host doesn't answer or has a problem of its own.
    pub tries: usize,
    /// The number of hosts to ask at the same time.
    pub hosts: usize,
    /// Whether addresses of this machine may be asked. Only tests do.
    pub loopback: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20),
            pause: Duration::from_millis(250),
            wait: Duration::from_secs(30),
            tries: 3,
            hosts: 8,
            loopback: false,
        }
    }
}

/// The answer about one URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The URL leads to a page.
    Fine,
    /// The host wants a sign-in, so nothing can be said about the page.
    Closed,
    /// The URL leads nowhere, and will tomorrow. Contains the reason.
    Dead(String),
    /// The host couldn't answer now. Contains the reason.
    Failing(String),
}

/// Asks for every URL, and returns the verdicts. Calls `told` after each.
pub fn ask(urls: &BTreeSet<String>, limits: &Limits, told: &(dyn Fn() + Sync)) -> BTreeMap<String, Verdict> {
    let mut by_host: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for url in urls {
        by_host.entry(origin(url)).or_default().push(url);
    }
    let queue: Mutex<Vec<Vec<&String>>> = Mutex::new(by_host.into_values().collect());
    let found: Mutex<BTreeMap<String, Verdict>> = Mutex::default();
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop());
    std::thread::scope(|scope| {
        for _ in 0..limits.hosts {
            scope.spawn(|| {
                let web = Web::new(*limits);
                while let Some(urls) = next() {
                    for url in urls {
                        let verdict = web.judge(url);
                        if let Ok(mut found) = found.lock() {
                            found.insert(url.clone(), verdict);
                        }
                        told();
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_default()
}

/// Returns the host and port of a URL.
fn origin(url: &str) -> String {
    Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

/// What a request led to.
enum Step {
    Done(Verdict),
    Next(Url),
    /// The host asks for patience, for so long if it says.
    Later(Option<Duration>, String),
}

/// A client for one thread.
struct Web {
    agent: Agent,
    limits: Limits,
    last: std::cell::Cell<Option<Instant>>,
}

impl Web {
    fn new(limits: Limits) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(limits.timeout))
            .timeout_connect(Some(limits.timeout / 2))
            .user_agent(concat!("rolebook/", env!("CARGO_PKG_VERSION"), " (link check)"))
            .build();
        Self { agent: config.into(), limits, last: std::cell::Cell::new(None) }
    }

    /// Follows a URL to its end.
    fn judge(&self, text: &str) -> Verdict {
        let Ok(mut url) = Url::parse(text) else { return Verdict::Dead("it is not a valid URL".to_owned()) };
        let anchor = url.fragment().filter(|anchor| !anchor.is_empty() && !anchor.starts_with(":~:"));
        let anchor = anchor.map(str::to_owned);
        for _ in 0..=MOST_REDIRECTS {
            match self.patiently(&url, anchor.as_deref()) {
                Step::Done(verdict) => return verdict,
                Step::Later(_, reason) => return Verdict::Failing(reason),
                Step::Next(next) if !matches!(next.scheme(), "http" | "https") => {
                    return Verdict::Dead(format!("it redirects to the scheme `{}`", next.scheme()));
                }
                Step::Next(next) => url = next,
            }
        }
        Verdict::Dead(format!("it redirects more than {MOST_REDIRECTS} times"))
    }

    /// Asks for a URL, again if the host isn't able to answer.
    fn patiently(&self, url: &Url, anchor: Option<&str>) -> Step {
        let mut step = self.once(url, anchor);
        for n in 1..self.limits.tries {
            let Step::Later(wait, _) = &step else { break };
            let wait = wait.unwrap_or(self.limits.pause * (1 << n.min(6)));
            if wait > self.limits.wait {
                break;
            }
            std::thread::sleep(wait);
            step = self.once(url, anchor);
        }
        step
    }

    /// Makes one request, after a pause if the last one was a moment ago.
    fn once(&self, url: &Url, anchor: Option<&str>) -> Step {
        if let Some(why) = self.forbidden(url) {
            return Step::Done(why);
        }
        if let Some(last) = self.last.get() {
            std::thread::sleep(self.limits.pause.saturating_sub(last.elapsed()));
        }
        let mut asked = url.clone();
        asked.set_fragment(None);
        let answer = if anchor.is_some() { self.get(&asked) } else { self.head(&asked) };
        self.last.set(Some(Instant::now()));
        match answer {
            Ok(answer) => step(url, anchor, answer),
            Err(error) => failed(&error),
        }
    }

    fn get(&self, url: &Url) -> Result<Response<Body>, Error> {
        self.agent.get(url.as_str()).header("Accept", "text/html,*/*;q=0.8").call()
    }

    /// Asks for the head of a page, and for the page if the host doesn't like that.
    fn head(&self, url: &Url) -> Result<Response<Body>, Error> {
        let answer = self.agent.head(url.as_str()).call();
        let is_refused = |answer: &Response<Body>| answer.status().as_u16() >= 400 && answer.status().as_u16() != 429;
        if answer.as_ref().is_ok_and(is_refused) { self.get(url) } else { answer }
    }

    /// Returns a verdict if a URL must not be asked: a chapter must not make the machine that checks
    /// it talk to itself or to the service that gives a cloud machine its secrets.
    fn forbidden(&self, url: &Url) -> Option<Verdict> {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(places) = (host, port).to_socket_addrs() else {
            return Some(Verdict::Dead("there is no such host".to_owned()));
        };
        let is_own = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => ip.is_link_local() || ip.is_unspecified() || (ip.is_loopback() && !self.limits.loopback),
            IpAddr::V6(ip) => {
                let mapped = ip.to_ipv4_mapped().is_some_and(|ip| ip.is_link_local() || ip.is_loopback());
                mapped
                    || ip.is_unicast_link_local()
                    || ip.is_unspecified()
                    || (ip.is_loopback() && !self.limits.loopback)
            }
        };
        let own = places.into_iter().any(|place| is_own(place.ip()));
        own.then(|| Verdict::Dead("its host exists only for the computer that checks it".to_owned()))
    }
}

/// Interprets an answer.
fn step(url: &Url, anchor: Option<&str>, answer: Response<Body>) -> Step {
    let status = answer.status().as_u16();
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match status {
        200..=299 => Step::Done(match anchor {
            Some(anchor) => with_anchor(anchor, answer),
            None => Verdict::Fine,
        }),
        301 | 302 | 303 | 307 | 308 => match header("location").map(|to| url.join(&to)) {
            Some(Ok(next)) => Step::Next(next),
            _ => Step::Done(Verdict::Dead(format!("it redirects (status {status}) without saying where"))),
        },
        304 => Step::Done(Verdict::Fine),
        401 | 402 | 403 | 407 | 451 | 999 => Step::Done(Verdict::Closed),
        408 | 425 | 429 | 500..=599 => {
            let wait = header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            Step::Later(wait, format!("the host answers with status {status}"))
        }
        404 | 410 => Step::Done(Verdict::Dead(format!("there is no such page (status {status})"))),
        _ => Step::Done(Verdict::Dead(format!("the host answers with status {status}"))),
    }
}

/// Looks for an anchor on a page. A file of another type has no anchors that could be missing.
fn with_anchor(anchor: &str, mut answer: Response<Body>) -> Verdict {
    let is_html = answer.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let mut bytes = Vec::new();
    let read = answer.body_mut().as_reader().take(MOST_READ).read_to_end(&mut bytes);
    if !is_html
        || read.is_err()
        || bytes.len() as u64 == MOST_READ
        || page::has(&String::from_utf8_lossy(&bytes), anchor)
    {
        return Verdict::Fine;
    }
    Verdict::Dead(format!("the page has no anchor `#{anchor}`"))
}

/// Interprets an error.
fn failed(error: &Error) -> Step {
    let dead = |reason: &str| Step::Done(Verdict::Dead(reason.to_owned()));
    let later = |reason: &str| Step::Later(None, reason.to_owned());
    match error {
        Error::HostNotFound => dead("there is no such host"),
        Error::Timeout(_) => later("the host does not answer in time"),
        Error::Tls(_) | Error::Pem(_) | Error::Rustls(_) => dead("its certificate or encryption is not valid"),
        Error::Io(error) if is_tls(error) => dead("its certificate or encryption is not valid"),
        Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => later("the host does not answer in time"),
        Error::Io(_) | Error::ConnectionFailed => later("no connection to the host is possible"),
        _ => later("the host does not speak HTTP as it should"),
    }
}

/// Returns whether an error comes from the encryption of a connection.
fn is_tls(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::InvalidData
}

#[cfg(test)]
mod tests;
