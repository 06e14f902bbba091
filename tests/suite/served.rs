//! A running preview that tests talk to over TCP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running preview of a small handbook.
pub struct Served {
    /// The process.
    pub child: Child,
    /// The host and port.
    pub address: String,
    /// The content folder.
    pub folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the preview of a folder with these files.
pub fn serve(files: &[(&str, &str)]) -> Served {
    serve_with(files, |_| Command::new(env!("CARGO_BIN_EXE_rolebook")))
}

/// Starts the preview with the command that `command` returns for the folder.
pub fn serve_with(files: &[(&str, &str)], command: impl FnOnce(&std::path::Path) -> Command) -> Served {
    start(files, command, &[])
}

/// Starts the preview of a small handbook that also answers to `name`.
pub fn serve_allowing(name: &str) -> Served {
    start(SMALL, |_| Command::new(env!("CARGO_BIN_EXE_rolebook")), &["--allow-host", name])
}

fn start(files: &[(&str, &str)], command: impl FnOnce(&std::path::Path) -> Command, further: &[&str]) -> Served {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut child = command(folder.path())
        .args(["serve", "--port", "0"])
        .args(further)
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    // Keep reading the output. Otherwise the preview would block once the pipe is full.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    Served { child, address, folder }
}

/// How long to wait for the first byte of an answer.
const PATIENCE: Duration = Duration::from_secs(60);

impl Served {
    /// Sends bytes and returns the whole answer, or an empty string if nothing is listening at the
    /// moment.
    pub fn raw(&self, request: impl AsRef<[u8]>) -> String {
        let Ok(mut stream) = TcpStream::connect(&self.address) else { return String::new() };
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let _ = stream.write_all(request.as_ref());
        let mut answer = Vec::new();
        // On a busy machine, the first byte may take longer than the rest.
        let start = Instant::now();
        while stream.read_to_end(&mut answer).is_err() && answer.is_empty() && start.elapsed() < PATIENCE {}
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Requests a page.
    pub fn get(&self, path: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// Sends a request and returns the status of the answer.
    pub fn status(&self, request: &str) -> u16 {
        let answer = self.raw(request);
        answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    /// Requests the home page with these headers.
    pub fn with_headers(&self, headers: &str) -> u16 {
        self.status(&format!("GET / HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"))
    }

    /// Requests a page until it contains `text`. Returns whether it did in time.
    pub fn waits_for(&self, path: &str, text: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(10) {
            if self.get(path).contains(text) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Returns the name of the build that is shown.
    pub fn build(&self) -> String {
        let page = self.get("/");
        page.split("rolebook-build\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Returns the number of builds so far, after waiting until there has been none for a while.
    pub fn builds(&self) -> u32 {
        let number = || self.build().rsplit('-').next().unwrap().parse::<u32>().unwrap();
        let mut last = number();
        let mut quiet = Instant::now();
        while quiet.elapsed() < Duration::from_millis(400) {
            std::thread::sleep(Duration::from_millis(20));
            let now = number();
            if now != last {
                (last, quiet) = (now, Instant::now());
            }
        }
        last
    }
}

/// A small handbook.
pub const SMALL: &[(&str, &str)] =
    &[("handbook.toml", "title = \"T\"\n"), ("index.md", "# Home\n"), ("guides/a.md", "# A\n\nOld.\n")];
