//! `rolebook theme`: lists, prints and copies the files of a theme.
//!
//! Input: the options. Output: text, or a copy of a file of the default theme in a theme of the
//! author's own, with the original next to it. [`outdated`] compares such originals with the files
//! of this version. Never overwrites a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::load::{Loaded, shown};
use super::{Outcome, argument, close, note, say, say_json, say_text, writing};
use crate::cli::{Report, Theme, ThemeAction, ThemeCopy, ThemeShow};
use crate::declare::config::{Config, FILE};
use crate::site::theme::{self, DEFAULT, ThemeFiles};
use crate::text::merge::{Hunk, hunks, lines};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::SourcePath;
use crate::world::disk::{ORIGINALS, Original, Project, Refusal, Step, Unwritten, Writer, originals};

/// The folders of a theme, in the order in which a bare name is looked up.
const FOLDERS: [&str; 5] = ["templates/", "templates/view/", "assets/", "ui/", ""];

/// The number of the program's version, which names the folder of originals.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs the command.
pub fn run(options: &Theme) -> Outcome {
    match &options.action {
        ThemeAction::List(options) => list(options),
        ThemeAction::Show(options) => show(options),
        ThemeAction::Copy(options) => copy(options),
    }
}

/// Returns the copies whose originals have changed since, without those whose copies are gone.
pub fn outdated(project: &Project) -> Vec<Original> {
    let Some(themes) = project.themes.as_deref().filter(|themes| themes.is_dir()) else { return Vec::new() };
    let found = originals(themes);
    if found.is_empty() {
        return Vec::new();
    }
    let embedded = theme::embedded();
    let is_outdated = |original: &Original| {
        let now = embedded.files.get(&original.path).map(|bytes| &bytes[..]);
        now != Some(&original.bytes[..]) && themes.join(&original.theme).join(&original.path).is_file()
    };
    found.into_iter().filter(is_outdated).collect()
}

/// Tells authors about copies whose originals have changed.
pub fn note_outdated(project: &Project) {
    for Original { theme, version, path, .. } in outdated(project) {
        note(&format!(
            "themes/{theme}/{path} was copied from Rolebook {version}, and the original has changed since: `rolebook theme show {path} --changes`"
        ));
    }
}

/// The themes of a project, topmost first.
struct Chain {
    loaded: Loaded,
    /// The name in `handbook.toml`.
    name: String,
    themes: Vec<ThemeFiles>,
}

impl Chain {
    fn of(dir: &Path) -> Result<Self, crate::world::disk::Failure> {
        let loaded = Loaded::open(dir, None)?;
        let config = loaded.inputs.sources.bytes(&SourcePath::new(FILE)).map(|bytes| Config::read(bytes, ""));
        let config = config.transpose().map_err(|finding| loaded.unreadable(&finding))?;
        let name = config.map_or_else(|| DEFAULT.to_owned(), |(config, _)| config.theme);
        let (themes, findings) = theme::chain(&name, &loaded.inputs.themes);
        if let Some(first) = findings.first() {
            return Err(loaded.refusal(&findings, &first.message, "").into());
        }
        Ok(Self { loaded, name, themes })
    }

    /// Finds a file by its path in a theme or by its name alone. Returns its path and each theme that
    /// has it, topmost first.
    fn find(&self, wanted: &str) -> Result<(String, Vec<&ThemeFiles>), Refusal> {
        let wanted = wanted.trim_start_matches("./").replace('\\', "/");
        // The files of a folder such as `style.css` have numbers, which may be left out.
        let bare = |path: &str| path.split('/').map(unnumbered).collect::<Vec<_>>().join("/");
        let mut paths: Vec<&str> =
            self.themes.iter().flat_map(|theme| theme.files.keys().map(String::as_str)).collect();
        paths.sort_unstable();
        paths.dedup();
        let is_meant = |path: &&&str| {
            FOLDERS.iter().any(|folder| {
                path.strip_prefix(folder).is_some_and(|rest| {
                    [rest, &bare(rest)]
                        .into_iter()
                        .any(|name| name == wanted || name.strip_suffix(".html") == Some(&wanted))
                }) || **path == wanted
            })
        };
        if let Some(path) = paths.iter().find(is_meant) {
            let with = self.themes.iter().filter(|theme| theme.files.contains_key(*path)).collect();
            return Ok(((*path).to_owned(), with));
        }
        let folder = format!("{}/", wanted.trim_end_matches('/'));
        let inside: Vec<&str> =
            paths.iter().filter(|path| path.contains(&folder)).map(|path| without_folder(path)).collect();
        if !inside.is_empty() {
            let help = format!("name one of its files: {}", inside.join(", "));
            return Err(Refusal::new(format!("`{wanted}` is a folder of the theme"), help));
        }
        let names: Vec<&str> = paths.iter().map(|path| without_folder(path)).collect();
        let near = did_you_mean(&nearest(&wanted, names.iter().copied(), 3));
        let help = near.unwrap_or_else(|| "`rolebook theme list` lists the files".to_owned());
        Err(Refusal::new(format!("the theme has no file `{wanted}`"), help))
    }
}

/// Removes the number that orders the parts of a style sheet or script: `1-tokens.css`.
fn unnumbered(name: &str) -> &str {
    match name.split_once('-') {
        Some((number, rest)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    }
}

/// Returns the name under which a file can be given: its path without the folder of its kind.
fn without_folder(path: &str) -> &str {
    FOLDERS.iter().find_map(|folder| path.strip_prefix(folder)).unwrap_or(path)
}

/// Runs `rolebook theme list`.
fn list(options: &Report) -> Outcome {
    let chain = Chain::of(&options.dir)?;
    let old: BTreeMap<(String, String), String> =
        outdated(&chain.loaded.project).into_iter().map(|old| ((old.theme, old.path), old.version)).collect();
    let remark = |theme: &ThemeFiles, path: &String, above: bool, below: bool| {
        let version = old.get(&(theme.name.clone(), path.clone()));
        match (above, below, version) {
            (true, ..) => "replaced".to_owned(),
            (_, _, Some(version)) => format!("copied from {version}; the original has changed since"),
            (_, true, None) => "replaces that of a theme below".to_owned(),
            _ => String::new(),
        }
    };
    let (mut text, mut records) = (String::new(), Vec::new());
    for (n, theme) in chain.themes.iter().enumerate() {
        let own = chain.loaded.inputs.themes.contains_key(&theme.name);
        let place = if own { format!("themes/{}", theme.name) } else { "built in".to_owned() };
        text.push_str(&format!("{}{} ({place})\n", if n == 0 { "" } else { "\n" }, theme.name));
        for path in theme.files.keys() {
            let has = |theme: &ThemeFiles| theme.files.contains_key(path);
            let (above, below) = (chain.themes[..n].iter().any(has), chain.themes[n + 1..].iter().any(has));
            let is_manifest = path == "theme.toml";
            let remark = if is_manifest { String::new() } else { remark(theme, path, above, below) };
            let copied = old.get(&(theme.name.clone(), path.clone()));
            records.push(json!({ "theme": theme.name, "path": path, "replaced": above && !is_manifest, "replaces": below && !is_manifest, "outdated_since": copied }));
            text.push_str(format!("  {path:<40} {remark}").trim_end());
            text.push('\n');
        }
    }
    if options.json {
        let names: Vec<&String> = chain.themes.iter().map(|theme| &theme.name).collect();
        say_json(&json!({ "theme": chain.name, "chain": names, "files": records }));
        return Ok(true);
    }
    say_text(&text);
    let dir = argument(&options.dir);
    close(&format!("\nNext: `rolebook theme copy FILE{dir} --theme NAME` copies a file, so that you can change it."));
    Ok(true)
}

/// Runs `rolebook theme show`.
fn show(options: &ThemeShow) -> Outcome {
    let chain = Chain::of(&options.dir)?;
    let (path, themes) = chain.find(&options.file)?;
    if options.changes {
        return changes(&chain, &path);
    }
    let embedded = theme::embedded();
    let bytes = if options.original { embedded.files.get(&path) } else { themes[0].files.get(&path) };
    let Some(bytes) = bytes else {
        let message = format!("the default theme has no file `{path}`");
        return Err(Refusal::new(message, "leave out `--original` to see your own").into());
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        let message = format!("`{path}` is not a text");
        return Err(Refusal::new(message, "`rolebook theme copy` writes it into a file").into());
    };
    say_text(text);
    Ok(true)
}

/// Prints what has changed in the original of a copy.
fn changes(chain: &Chain, path: &str) -> Outcome {
    let Some(themes) = chain.loaded.project.themes.as_deref() else { return no_copy(chain, path) };
    let copied: Vec<Original> = originals(themes).into_iter().filter(|original| original.path == path).collect();
    let Some(newest) = copied.last() else { return no_copy(chain, path) };
    let embedded = theme::embedded();
    let now: &[u8] = embedded.files.get(path).map_or(&[], |bytes| bytes);
    if newest.bytes == now {
        close(&format!("The original of {path} has not changed since Rolebook {}.", newest.version));
        return Ok(true);
    }
    say_text(&format!("--- {path} in Rolebook {}\n+++ {path} in Rolebook {VERSION}\n", newest.version));
    let (before, after) = (lines(&newest.bytes), lines(now));
    for hunk in hunks(&before, &after) {
        say_text(&drawn(&hunk, &before, &after));
    }
    close(&format!(
        "\nNext: make these changes in your copy, then delete themes/{}/{ORIGINALS}/{}/{path}.",
        newest.theme, newest.version
    ));
    Ok(true)
}

fn no_copy(chain: &Chain, path: &str) -> Outcome {
    if !chain.themes.iter().any(|theme| theme.name != DEFAULT && theme.files.contains_key(path)) {
        let message = format!("the handbook's theme has no copy of `{path}`");
        return Err(Refusal::new(message, "`rolebook theme list` shows which files were replaced").into());
    }
    let message = format!("nothing says which version `{path}` was copied from");
    Err(Refusal::new(message, "`rolebook theme copy` records the version of each copy that it makes").into())
}

/// Draws a changed passage as in a patch.
fn drawn(hunk: &Hunk, before: &[&[u8]], after: &[&[u8]]) -> String {
    let draw = |sign: char, part: &[&[u8]]| {
        let line = |line: &&[u8]| format!("{sign}{}\n", String::from_utf8_lossy(line).trim_end_matches(['\n', '\r']));
        part.iter().map(line).collect::<String>()
    };
    let (old, new) = (&before[hunk.before.clone()], &after[hunk.after.clone()]);
    format!("@@ line {} @@\n{}{}", hunk.before.start + 1, draw('-', old), draw('+', new))
}

/// Runs `rolebook theme copy`.
fn copy(options: &ThemeCopy) -> Outcome {
    let chain = Chain::of(&options.dir)?;
    let project = &chain.loaded.project;
    if project.themes.is_none() {
        let help = "write a `handbook.toml` next to the chapters first";
        return Err(Refusal::new("a folder without a `handbook.toml` has no themes", help).into());
    }
    let name = options.theme.clone().unwrap_or_else(|| chain.name.clone());
    let is_name = !name.is_empty() && SourcePath::new(name.as_str()).unportable_part().is_none();
    if name == DEFAULT || !is_name || name.contains(['/', '.']) {
        let help = "name your theme, as in `--theme acme`, and write `theme = \"acme\"` into handbook.toml";
        let message = if name == DEFAULT {
            "the handbook uses the default theme, and a copy needs a theme of your own".to_owned()
        } else {
            format!("no theme can be called `{name}`")
        };
        return Err(Refusal::new(message, help).into());
    }
    let (path, _) = chain.find(&options.file)?;
    let embedded = theme::embedded();
    let Some(bytes) = embedded.files.get(&path) else {
        let message = format!("the default theme has no file `{path}`, only your own has it");
        return Err(Refusal::new(message, "`rolebook theme list` lists the files").into());
    };
    let create = |place: String| Step::Create { path: SourcePath::new(place), text: bytes.to_vec() };
    let copied = format!("themes/{name}/{path}");
    let steps = [create(copied.clone()), create(format!("themes/{name}/{ORIGINALS}/{VERSION}/{path}"))];
    let words = format!("theme copy {path} --theme {name}");
    let written = Writer::beginning(&project.root, &project.root).write(writing::deed(&words, ""), &steps);
    let written = written.map_err(|unwritten| match unwritten {
        Unwritten::Taken(_) => {
            let message = format!("`{}` is there already, and nothing was written", shown(&project.root, &copied));
            Refusal::new(message, "edit it, or move it away to copy the original again").into()
        }
        other => writing::refuse(other, &project.root),
    })?;
    let place = shown(&project.root, &copied);
    if options.json {
        say_json(&json!({ "path": place, "version": VERSION, "theme": name }));
    } else {
        say(&format!("wrote {place}"));
        if name != chain.name {
            close(&format!("Next: write `theme = \"{name}\"` into handbook.toml, so that the handbook uses it."));
        }
    }
    written.told();
    Ok(true)
}
