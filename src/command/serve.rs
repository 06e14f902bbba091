//! `rolebook serve`: shows the site and keeps it up to date.
//!
//! Input: the options. Output: a server on this machine, and a single screen in the terminal.
//! Repeats the same steps: wait for a change, read the files, build the site, and notify the pages.
//! Looks for findings once no more changes arrive.

mod screen;

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::screen::State;
use self::screen::{PLAIN_WIDTH, Screen};
use super::load::Loaded;
use super::past::{Reading, today};
use super::preview::{Desk, Editor, Preview, Wish};
use super::shelving::Shelving;
use super::{Outcome, writing};
use crate::cli::{Serve, Source};
use crate::declare::config::FILE;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::source::{SourceFile, Sources};
use crate::world::disk::{Failure, Writer, is_passed_over, read_inside};
use crate::world::server::{Events, Server};
use crate::world::watch::{Change, Waited, Watcher};

/// The time to wait for more changes before looking for findings, so that open pages are updated
/// first and people who are still typing aren't slowed down.
const CHECK_AFTER: Duration = Duration::from_millis(40);
/// The time to wait for a deleted or empty file to come back, because some editors move the old
/// file away before they write the new one.
const SETTLE: Duration = Duration::from_millis(20);

/// Runs the command until it is stopped.
pub fn run(options: &Serve) -> Outcome {
    let start = Instant::now();
    if options.edit {
        writing::resumes(&options.source.dir, "")?;
    }
    let mut session = Session::start(Loaded::of(&options.source, None)?, options, start)?;
    let caller = session.watcher.caller();
    // Without a handler, Ctrl-C would still end the program, but with a different exit code.
    let _ = ctrlc::set_handler(move || caller.stop());
    let mut notices = notices(options, &session.server);
    notices.append(&mut session.notes);
    let mut screen = Screen::open(session.url(), notices);
    while let Some(state) = session.next(&|| (screen.has_colors(), screen.width())) {
        screen.show(&state);
    }
    Ok(true)
}

/// Shows the site of the handbook in `source` at the address `at`, or at the next free port, as
/// `rolebook serve` does.
///
/// ```no_run
/// let source = rolebook::Source { dir: "handbook".into(), drafts: true, ..Default::default() };
/// let mut session = rolebook::preview(&source, ([127, 0, 0, 1], 4000).into())?;
/// println!("The handbook is at {}", session.url());
/// while let Some(state) = session.wait() {
///     println!("{}: {} errors\n{}", state.what, state.errors, state.drawn);
/// }
/// # Ok::<(), rolebook::Failure>(())
/// ```
///
/// # Errors
/// Fails if there is no handbook, or if no port is free.
pub fn preview(source: &Source, at: SocketAddr) -> Result<Session, Failure> {
    let (source, port, host) = (source.clone(), at.port(), at.ip());
    let (start, loaded) = (Instant::now(), Loaded::read(&source, None)?);
    let options =
        Serve { source, port, host, edit: false, editor: None, allow_host: Vec::new(), open: false, poll: false };
    Session::start(loaded, &options, start)
}

/// A running preview. It answers requests on its own threads until the process ends, and shows
/// changed files while [`wait`](Self::wait) is running.
pub struct Session {
    server: Server,
    preview: Arc<Preview>,
    events: Arc<Events>,
    watcher: Watcher,
    loaded: Loaded,
    source: Source,
    notes: Vec<String>,
    /// The files that have changed since the last check for findings.
    files: BTreeSet<SourcePath>,
    /// A text that says what changed, if no check has followed yet.
    what: Option<String>,
}

impl Session {
    /// Compiles what was loaded and listens for browsers. `start` is when the command began.
    fn start(loaded: Loaded, options: &Serve, start: Instant) -> Result<Self, Failure> {
        let reading = Reading::begin(&loaded, today(None)?);
        let events = Arc::new(Events::default());
        let mut roots = vec![loaded.project.content.clone()];
        // A directory of themes might be created later, so watch its path too.
        roots.extend(loaded.project.themes.clone().filter(|folder| !folder.starts_with(&loaded.project.content)));
        // Start watching before the first build, so that no change is missed in between.
        let watcher = Watcher::new(&roots, std::slice::from_ref(&loaded.out), options.poll);
        let source = options.source.clone();
        let wish = Wish::new(source.audience.clone(), watcher.caller());
        let desk = Desk::new(Writer::of(&loaded.project), (options.edit, editor(options)), wish);
        let (past, notes) = reading.finish();
        let pipeline = Shelving::pipeline_of(&loaded.project.root, &loaded.inputs.sources, source.audience.as_deref());
        let preview = Arc::new(Preview::new(desk.map_err(Failure::Machine)?, past, pipeline));
        preview.update(&loaded, &source);
        let wanted = SocketAddr::new(options.host, options.port);
        let server = Server::start(wanted, options.allow_host.clone(), Arc::clone(&preview) as _, Arc::clone(&events))
            .map_err(|error| Failure::Machine(format!("cannot listen on any port at {wanted}: {error}")))?;
        let what = Some(format!("ready in {} ms", start.elapsed().as_millis()));
        Ok(Self { server, preview, events, watcher, loaded, source, notes, files: BTreeSet::new(), what })
    }

    /// Returns the URL of the handbook's home page.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Waits until files have changed and the pages show them, and returns the findings. The first
    /// call returns those of the first build.
    pub fn wait(&mut self) -> Option<State> {
        self.next(&|| (false, PLAIN_WIDTH))
    }

    /// Does the same as [`wait`](Self::wait), and draws the findings as `look` says: whether they
    /// are colored, and how wide they are. Returns `None` once the watcher has been stopped.
    fn next(&mut self, look: &dyn Fn() -> (bool, usize)) -> Option<State> {
        loop {
            let waited = self.watcher.wait(self.what.as_ref().map(|_| CHECK_AFTER));
            let start = Instant::now();
            let what = match waited {
                Waited::Stopped => return None,
                Waited::Quiet => return Some(self.check(look())),
                Waited::Asked => {
                    self.source.audience = self.preview.audience();
                    format!("shown as {} sees it", self.source.audience.as_deref().unwrap_or("everybody"))
                }
                Waited::Changed(change) => {
                    let Some(files) = read(&mut self.loaded, &change) else { continue };
                    self.files.extend(files);
                    name(&self.files)
                }
            };
            self.preview.update(&self.loaded, &self.source);
            let (build, audiences) = (self.preview.build(), self.preview.audiences());
            self.events.publish("build", &build);
            self.events.publish("audiences", &audiences);
            self.what = Some(format!("{what} in {} ms", start.elapsed().as_millis()));
        }
    }

    /// Looks for findings once the pages have been notified.
    fn check(&mut self, look: (bool, usize)) -> State {
        let files: Vec<SourcePath> = std::mem::take(&mut self.files).into_iter().collect();
        let (errors, warnings, drawn) = self.preview.check(&self.loaded, &files, look);
        // Each page asks for its own findings.
        self.events.publish("findings", "{}");
        let left_out = self.preview.left_out(&self.loaded);
        let notice = self.watcher.notice().map(str::to_owned);
        State { what: self.what.take().unwrap_or_default(), errors, warnings, drawn, left_out, notice }
    }
}

/// Returns notices about anything unusual; opens the browser if that was requested.
fn notices(options: &Serve, server: &Server) -> Vec<String> {
    let mut notices = Vec::new();
    if ![0, server.port()].contains(&options.port) {
        notices.push(format!("Port {} was taken.", options.port));
    }
    if server.is_open() {
        notices.push("Warning: everybody on your network can read this handbook now, drafts included.".to_owned());
    }
    if options.open && !open(&server.url()) {
        notices.push("No browser could be opened: open the address yourself.".to_owned());
    }
    notices
}

/// Opens a URL in the user's browser.
fn open(url: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A thread waits for the child process, so that it doesn't remain as a zombie.
    let child = command.spawn();
    child.is_ok_and(|mut child| {
        std::thread::spawn(move || child.wait());
        true
    })
}

/// Returns the author's editor: the one given on the command line, else `VISUAL`, else `EDITOR`.
/// The preview can't start a terminal editor. One named on the command line is still returned, so
/// that the page can explain why it doesn't open; one from the environment is skipped.
fn editor(options: &Serve) -> Option<Editor> {
    if let Some(named) = &options.editor {
        return Editor::read(named);
    }
    let set = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok());
    set.filter_map(|command| Editor::read(&command)).find(|editor| !editor.needs_terminal())
}

/// Returns the path from one of the folders to what is in it.
fn inside<'p>(path: &'p Path, folders: [&PathBuf; 2]) -> Option<&'p str> {
    folders.into_iter().find_map(|root| path.strip_prefix(root).ok()?.to_str())
}

/// Reads the files that may have changed. Returns the content files whose contents did, or `None`
/// if nothing changed. The list is empty if only the theme changed.
fn read(loaded: &mut Loaded, change: &Change) -> Option<Vec<SourcePath>> {
    let Change::Paths(paths) = change else { return everything(loaded) };
    let content = std::path::absolute(&loaded.project.content).unwrap_or_else(|_| loaded.project.content.clone());
    let real = std::fs::canonicalize(&content).unwrap_or_else(|_| content.clone());
    // These are read although their names begin with a dot.
    if paths
        .iter()
        .filter_map(|path| inside(path, [&content, &real]))
        .any(|path| path.starts_with(".gitbook") || path.ends_with(".pages"))
    {
        return everything(loaded);
    }
    let is_foreign = |path: &&PathBuf| {
        inside(path, [&content, &real])
            .is_some_and(|path| is_passed_over(&real, &SourcePath::new(path.replace('\\', "/"))))
    };
    let paths: Vec<&PathBuf> = paths.iter().filter(|path| !is_foreign(path)).collect();
    let Some(paths) = paths.iter().map(|path| source_path(path, [&content, &real])).collect::<Option<Vec<_>>>() else {
        return everything(loaded);
    };
    // Settings of this run are applied to the whole of `handbook.toml`.
    if !loaded.overrides.is_empty() && paths.iter().any(|path| path.as_str() == FILE) {
        return everything(loaded);
    }
    // Only reading everything produces findings about files that can't be read. So read everything
    // if there are such findings about these files, or if a file has become too large.
    let is_reported = |finding: &Diagnostic| match &finding.place {
        Place::Content(path, _) => finding.code != Rule::UnportableName && paths.contains(path),
        _ => false,
    };
    let Some(mut read) = read_files(loaded, &paths).filter(|_| !loaded.inputs.findings.iter().any(is_reported)) else {
        return everything(loaded);
    };
    let files = &loaded.inputs.sources.files;
    let is_on_its_way = |(path, file): &(SourcePath, Option<SourceFile>)| {
        let before = files.get(path).is_some_and(|file| !file.bytes.is_empty());
        before && file.as_ref().is_none_or(|file| file.bytes.is_empty())
    };
    if read.iter().any(is_on_its_way) {
        std::thread::sleep(SETTLE);
        let Some(again) = read_files(loaded, &paths) else { return everything(loaded) };
        read = again;
    }
    let is_other = |path: &SourcePath, file: &Option<SourceFile>| {
        files.get(path).map(|file| file.hash) != file.as_ref().map(|file| file.hash)
    };
    read.retain(|(path, file)| is_other(path, file));
    // On a case-insensitive file system, a renamed file can be opened under its old name too if the
    // names differ only by case. Only walking the directory shows which name is current.
    if read.iter().any(|(path, file)| file.is_some() && is_renamed_by_case(path, &loaded.inputs.sources)) {
        return everything(loaded);
    }
    let changed: Vec<SourcePath> = read.iter().map(|(path, _)| path.clone()).collect();
    for (path, file) in read {
        match file {
            Some(file) => loaded.inputs.sources.files.insert(path, file),
            None => loaded.inputs.sources.files.remove(&path),
        };
    }
    (!changed.is_empty()).then_some(changed)
}

/// Reads files, any of which might have been deleted. Returns `None` if a file is too
/// large or if an index can't be read.
fn read_files(loaded: &Loaded, paths: &[SourcePath]) -> Option<Vec<(SourcePath, Option<SourceFile>)>> {
    let read = |path: &SourcePath| match read_inside(&loaded.project.content, path) {
        Err(error) if error.source.kind() == io::ErrorKind::FileTooLarge => None,
        // Only reading everything tells whether an index is gone or can't be read.
        Err(error) if error.source.kind() != io::ErrorKind::NotFound && path.is_named_like_index() => None,
        read => Some((path.clone(), read.ok().map(SourceFile::new))),
    };
    paths.iter().map(read).collect()
}

/// Returns whether a file is new and its path differs from that of a known file only by case.
fn is_renamed_by_case(path: &SourcePath, sources: &Sources) -> bool {
    let key = fold(path.as_str());
    !sources.files.contains_key(path) && sources.files.keys().any(|other| fold(other.as_str()) == key)
}

/// Returns a few words that name the changed files.
fn name(changed: &BTreeSet<SourcePath>) -> String {
    match (changed.first(), changed.len()) {
        (None, _) => "the theme".to_owned(),
        (Some(one), 1) => one.to_string(),
        (_, several) => format!("{several} files"),
    }
}

/// Reads the whole project again. If the project or a chapter temporarily can't be read, its
/// earlier contents are kept.
fn everything(loaded: &mut Loaded) -> Option<Vec<SourcePath>> {
    let Ok(mut inputs) = loaded.again() else { return None };
    inputs.keep_unread(&loaded.inputs);
    let (before, after) = (&loaded.inputs.sources.files, &inputs.sources.files);
    let hash = |file: Option<&SourceFile>| file.map(|file| file.hash);
    let is_other = |path: &&SourcePath| hash(before.get(*path)) != hash(after.get(*path));
    let changed: BTreeSet<SourcePath> = before.keys().chain(after.keys()).filter(is_other).cloned().collect();
    let same = changed.is_empty() && inputs.themes == loaded.inputs.themes && inputs.findings == loaded.inputs.findings;
    loaded.inputs = inputs;
    (!same).then(|| changed.into_iter().collect())
}

/// Returns the path of a content file, or `None` for theme files and paths that can't be sources.
fn source_path(path: &Path, roots: [&PathBuf; 2]) -> Option<SourcePath> {
    let inside = roots.iter().find_map(|root| path.strip_prefix(root).ok())?;
    let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    // A project's themes can be inside the content directory.
    if parts.is_empty() || parts[0] == "themes" {
        return None;
    }
    Some(SourcePath::new(parts.join("/")))
}
