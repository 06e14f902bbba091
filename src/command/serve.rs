//! `rolebook serve`: shows the site and keeps it up to date.
//!
//! Input: the options. Output: a server on this machine, and one calm line for each change. Five steps, again and again: wait, read, make, tell the pages, check.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::load::Loaded;
use super::preview::{Desk, Editor, Preview};
use super::{Failure, Outcome};
use crate::cli::Serve;
use crate::disk::read_file;
use crate::path::SourcePath;
use crate::report;
use crate::server::{Events, Server};
use crate::source::SourceFile;
use crate::watch::{Change, Watcher};

/// Runs the command; it ends with the program.
pub fn run(options: &Serve) -> Outcome {
    let start = Instant::now();
    let mut loaded = Loaded::read(&options.source, None)?;
    let desk = Desk::new(loaded.project.content.clone(), options.edit, editor(options)).map_err(Failure::Machine)?;
    let preview = Arc::new(Preview::new(desk));
    let events = Arc::new(Events::new());
    let mut roots = vec![loaded.project.content.clone()];
    roots.extend(loaded.project.themes.clone().filter(|folder| folder.is_dir()));
    // Watching begins before the first build, so that no change falls between.
    let mut watcher = Watcher::new(&roots, std::slice::from_ref(&loaded.out));
    preview.update(&loaded, &options.source);
    let server = Server::start(options.port, Arc::clone(&preview) as _, Arc::clone(&events))
        .map_err(|error| Failure::Machine(format!("no port could be listened on: {error}")))?;
    say(&format!("Your handbook is at {}", server.url()));
    if server.port() != options.port {
        say(&format!("(port {} was taken)", options.port));
    }
    if let Some(notice) = watcher.notice() {
        say(notice);
    }
    check(&preview, &events, &loaded, (&[], &format!("ready in {} ms", start.elapsed().as_millis())));
    while let Some(change) = watcher.wait() {
        let start = Instant::now();
        let Some(changed) = read(&mut loaded, &change) else { continue };
        preview.update(&loaded, &options.source);
        let build = preview.build();
        events.publish("build", &|_| Some(format!("{{\"build\":{build}}}")));
        let what = format!("{} in {} ms", name(&changed), start.elapsed().as_millis());
        check(&preview, &events, &loaded, (&changed, &what));
    }
    Ok(true)
}

/// Returns the author's editor: the one named to the command, else the system's, in the order that Unix programs ask. One that
/// draws in the terminal is of no use to a page, and only taken where it was named, to say so.
fn editor(options: &Serve) -> Option<Editor> {
    if let Some(named) = &options.editor {
        return Editor::read(named);
    }
    let set = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok());
    set.filter_map(|command| Editor::read(&command)).find(|editor| !editor.needs_terminal())
}

/// Looks for findings once the pages have been told, and says how it went.
fn check(preview: &Preview, events: &Events, loaded: &Loaded, (changed, what): (&[SourcePath], &str)) {
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (errors, warnings, drawn) = preview.check(loaded, changed, color);
    events.publish("findings", &|page| Some(preview.findings_for(page)));
    say(&format!("{drawn}{what}, {}", report::summary(errors, warnings)));
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // Somebody who closed the pipe still wants the preview.
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Reads what changed; returns the files with other bytes, none for all of them, or nothing where every byte is as before.
fn read(loaded: &mut Loaded, change: &Change) -> Option<Vec<SourcePath>> {
    let Change::Paths(paths) = change else { return everything(loaded) };
    let content = std::path::absolute(&loaded.project.content).unwrap_or_else(|_| loaded.project.content.clone());
    let mut changed = Vec::new();
    for path in paths {
        let Some(source) = source_path(path, &content) else { return everything(loaded) };
        let before = loaded.inputs.sources.files.get(&source).map(|file| file.hash);
        let after = read_file(&loaded.project.content, &source).ok().map(SourceFile::new);
        if before == after.as_ref().map(|file| file.hash) {
            continue;
        }
        match after {
            Some(file) => loaded.inputs.sources.files.insert(source.clone(), file),
            None => loaded.inputs.sources.files.remove(&source),
        };
        changed.push(source);
    }
    (!changed.is_empty()).then_some(changed)
}

/// Says in a word or two what changed.
fn name(changed: &[SourcePath]) -> String {
    match changed {
        [] => "everything".to_owned(),
        [one] => one.to_string(),
        several => format!("{} files", several.len()),
    }
}

/// Reads the whole project anew; where that fails just now, what was read before stays.
fn everything(loaded: &mut Loaded) -> Option<Vec<SourcePath>> {
    let Ok(inputs) = loaded.project.read(&loaded.out) else { return None };
    let same = inputs.sources == loaded.inputs.sources && inputs.themes == loaded.inputs.themes;
    loaded.inputs = inputs;
    (!same).then(Vec::new)
}

/// Returns the path of a content file; nothing for files of themes and for paths that cannot be sources.
fn source_path(path: &Path, content: &Path) -> Option<SourcePath> {
    let real = std::fs::canonicalize(content).unwrap_or_else(|_| content.to_path_buf());
    let inside = path.strip_prefix(content).or_else(|_| path.strip_prefix(&real)).ok()?;
    let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    // A project's themes can lie in the content folder.
    if parts.is_empty() || parts[0] == "themes" || parts.iter().any(|part| part.starts_with('.')) {
        return None;
    }
    Some(SourcePath::new(parts.join("/")))
}
