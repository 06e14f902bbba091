//! Lists what was changed, and takes changes back, as requested by an open page.
//!
//! Input: the site that is shown, the journal, and a page's request. Output: the changes with the
//! lines that differ, and new versions of the files without a change. Taking a change back is
//! itself an edit: it is compared with the files, it keeps what was written since, and it can be
//! taken back too. Never shows a text that the audience of the site may not see.

mod inverse;
mod known;
mod log;
pub mod sight;

use serde::Deserialize;
use serde_json::{Value, json};

use self::inverse::{Doubt, Inverse, Text};
use self::known::Known;
use self::log::Noted;
use self::sight::{Sight, may_know, secrets};
use super::answer::{failed, json, refuse, sentences};
use super::picture;
use super::remove::{links_to, title_of};
use crate::author::relocate::{NoMove, plan as relocate};
use crate::command::mv::steps;
use crate::command::writing::{TRIES, deed};
use crate::declare::config::FILE;
use crate::model::compile::{Choices, Compiler};
use crate::site::urls::Site;
use crate::text::front_matter;
use crate::text::merge::hunks;
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources, hash_of};
use crate::world::disk::{Change, MachineError, Step, Unwritten, What, Writer, read_inside};
use crate::world::server::Answer;

/// The maximum number of changed places to show in one file.
const MOST_PLACES: usize = 12;
/// The maximum number of bytes to show of one text.
const MOST_SHOWN: usize = 4_000;

/// A request to take a change back.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The number of the change.
    number: u64,
    /// The texts that the author chose, one for each place to decide about. `None` is no file.
    #[serde(default)]
    choices: Vec<Option<String>>,
    /// The state of the files that the author saw when choosing.
    #[serde(default)]
    state: String,
    /// Whether the author knows what links to a chapter that is removed.
    #[serde(default)]
    confirmed: bool,
}

/// Answers with up to `most` of the newest changes, newest first. Those with numbers up to `began`
/// were made before the preview was started.
pub fn list(site: &Site, writer: &Writer, (began, most): (u64, usize)) -> Answer {
    let known = Known::of(site, writer);
    let shown = log::newest(writer).filter_map(|noted| {
        let files = files(site, (writer, &known), &noted)?;
        let what = what(&noted);
        let first = files.first().cloned().unwrap_or_default();
        Some(json!({
            "number": noted.entry.number,
            "at": noted.entry.at,
            "earlier": noted.entry.number <= began,
            "what": what,
            "command": noted.entry.words.split(' ').next(),
            "title": first["title"],
            "path": first["path"],
            "url": first["url"],
            "taken": noted.is_taken_back,
            "undoes": noted.undoes,
            "late": noted.entry.changes.iter().any(|change| change.late.is_some()),
            "files": files,
        }))
    });
    let changes: Vec<Value> = shown.take(most).collect();
    json(200, &json!({ "changes": changes, "audiences": !site.handbook().config.audiences.is_empty() }))
}

/// Returns the kind of a change, as a word for the page.
fn what(noted: &Noted) -> &'static str {
    let is_in_front_matter = |change: &Change| match &change.what {
        What::Replaced(before, after) => body_of(before) == body_of(after),
        _ => false,
    };
    match noted.entry.words.split(' ').next().unwrap_or_default() {
        "save" if noted.entry.changes.iter().all(|change| change.path.as_str() == FILE) => "settings",
        "save" if noted.entry.changes.iter().all(is_in_front_matter) => "facts",
        "save" => "text",
        "level" => "level",
        "new" => "new",
        "delete" => "deleted",
        "mv" => "renamed",
        "correct" => "name",
        "picture" => "picture",
        "undo" => "undo",
        _ => "command",
    }
}

/// Returns a chapter's text without its front matter.
fn body_of(bytes: &[u8]) -> &[u8] {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    &bytes[front_matter::split(text).body()..]
}

/// Describes the files of an entry that the page may know of. Returns `None` if there are none.
fn files(site: &Site, from: (&Writer, &Known), noted: &Noted) -> Option<Vec<Value>> {
    let files: Vec<Value> = noted.entry.changes.iter().filter_map(|change| file(site, from, (noted, change))).collect();
    (!files.is_empty()).then_some(files)
}

fn file(site: &Site, (writer, known): (&Writer, &Known), (noted, change): (&Noted, &Change)) -> Option<Value> {
    let path = noted.today(&change.path);
    if picture::is_picture(&path) {
        return picture_file(site, (noted, change), &path);
    }
    if !may_know(site, &path) || known.hides(site, noted, change) {
        return None;
    }
    let now = read(writer, &path).ok()?;
    let now = match &now {
        Some(now) => Some(Sight::of(site, &path, now)?),
        None => None,
    };
    let (kind, places) = match &change.what {
        What::Moved(from) => ("moved", vec![json!({ "from": from.as_str() })]),
        What::Created(text) => ("created", whole(site, (&path, "made", text), (now.as_ref(), known))?),
        What::Removed(text) => ("removed", whole(site, (&path, "was", text), (now.as_ref(), known))?),
        What::Replaced(before, after) => ("replaced", places(site, (&path, before, after), (now.as_ref(), known))?),
    };
    let text = match &change.what {
        What::Created(text) | What::Removed(text) | What::Replaced(_, text) => Some(text),
        What::Moved(_) => None,
    };
    let title = title_of(site, &path, text.map(Vec::as_slice));
    let url = site.page_of(&path, None);
    Some(json!({ "path": path.as_str(), "title": title, "url": url, "kind": kind, "places": places }))
}

/// Describes the change of a picture, of which no bytes are shown.
fn picture_file(site: &Site, (noted, change): (&Noted, &Change), path: &SourcePath) -> Option<Value> {
    if !may_know(site, path) && !picture::may_know(site, &noted.entry.words, path) {
        return None;
    }
    let (kind, bytes) = match &change.what {
        What::Moved(from) => {
            let places = [json!({ "from": from.as_str() })];
            return Some(
                json!({ "path": path.as_str(), "title": path.file_name(), "kind": "moved", "places": places }),
            );
        }
        What::Created(bytes) => ("created", bytes),
        What::Removed(bytes) => ("removed", bytes),
        What::Replaced(_, bytes) => ("replaced", bytes),
    };
    let (path, name) = (path.as_str(), path.file_name());
    Some(json!({ "path": path, "title": name, "url": null, "kind": kind, "places": [], "picture": bytes.len() }))
}

/// Describes a text that was added or removed as a whole. If a part of it is for another audience,
/// none of it is shown.
fn whole(
    site: &Site,
    (path, key, text): (&SourcePath, &str, &[u8]),
    (now, known): (Option<&Sight>, &Known),
) -> Option<Vec<Value>> {
    let sight = Sight::of(site, path, text)?;
    let mut hidden = secrets(&[Some(&sight), now]);
    hidden.extend(known.lines(path));
    if !sight.shows(&(0..sight.lines.len()), &hidden) {
        return Some(Vec::new());
    }
    Some(vec![json!({ "line": 1, key: shown(&sight.lines) })])
}

/// Describes the places that differ. Returns `None` if the audience may see none of them.
fn places(
    site: &Site,
    (path, before, after): (&SourcePath, &[u8], &[u8]),
    (now, known): (Option<&Sight>, &Known),
) -> Option<Vec<Value>> {
    let (was, made) = (Sight::of(site, path, before)?, Sight::of(site, path, after)?);
    let mut hidden = secrets(&[Some(&was), Some(&made), now]);
    hidden.extend(known.lines(path));
    let all = hunks(&was.lines, &made.lines);
    let open = all.iter().filter(|hunk| was.shows(&hunk.before, &hidden) && made.shows(&hunk.after, &hidden));
    let place = |hunk: &crate::text::merge::Hunk| {
        let (was, made) = (shown(&was.lines[hunk.before.clone()]), shown(&made.lines[hunk.after.clone()]));
        json!({ "line": hunk.after.start + 1, "was": was, "made": made })
    };
    let places: Vec<Value> = open.take(MOST_PLACES).map(place).collect();
    (!places.is_empty()).then_some(places)
}

/// Returns lines as text for the page, cut if they are very long.
pub fn shown(lines: &[&[u8]]) -> String {
    let text = String::from_utf8_lossy(&lines.concat()).replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_matches('\n');
    match text.char_indices().map(|(at, _)| at).find(|at| *at >= MOST_SHOWN) {
        Some(at) => format!("{} …", &text[..at]),
        None => text.to_owned(),
    }
}

fn read(writer: &Writer, path: &SourcePath) -> Result<Text, MachineError> {
    match read_inside(writer.content(), path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes a change back. If another program saves a file at the same moment, tries again.
pub fn take_back(site: &Site, writer: &Writer, wanted: &Wanted) -> Answer {
    for left in (0..TRIES).rev() {
        match take_back_once(site, writer, wanted) {
            Err(Unwritten::Changed(_) | Unwritten::Taken(_)) if left > 0 => {}
            Err(unwritten) => return failed(&unwritten),
            Ok(answer) => return answer,
        }
    }
    refuse(409, "This file keeps changing on disk. Nothing was changed.")
}

fn take_back_once(site: &Site, writer: &Writer, wanted: &Wanted) -> Result<Answer, Unwritten> {
    let noted = log::newest(writer).find(|noted| noted.entry.number == wanted.number);
    let known = Known::of(site, writer);
    let noted = noted.and_then(|noted| Some((files(site, (writer, &known), &noted)?, noted)));
    let Some((files, noted)) = noted else {
        return Ok(refuse(404, "This change can't be undone from here."));
    };
    if noted.is_taken_back {
        return Ok(refuse(409, "This change has already been undone."));
    }
    let read = |path: &SourcePath| read(writer, path);
    let mut inverse = inverse::plan(&noted, &read, &[])?;
    if !inverse.moved.is_empty() {
        if let Err(refusal) = move_back(site, &mut inverse) {
            return Ok(*refusal);
        }
    } else if !inverse.doubts.is_empty() {
        let state = state_of(&inverse.doubts);
        // Only a whole file can be missing. A place in a file has a text, even if it is empty.
        let is_choice = |(doubt, choice): (&Doubt, &Option<String>)| doubt.part.is_none() || choice.is_some();
        let are_choices = inverse.doubts.iter().zip(&wanted.choices).all(is_choice);
        if wanted.state != state || wanted.choices.len() != inverse.doubts.len() || !are_choices {
            return Ok(ask(site, &known, (&inverse.doubts, &state)));
        }
        inverse = inverse::plan(&noted, &read, &wanted.choices)?;
    }
    let links: Vec<Value> = inverse.removed.iter().flat_map(|path| links_to(site, path)).collect();
    if !links.is_empty() && !wanted.confirmed {
        let error = "Other chapters link to the chapter that this removes.";
        return Ok(json(409, &json!({ "error": error, "links": links })));
    }
    if inverse.steps.is_empty() {
        return Ok(json(200, &json!({ "nothing": true })));
    }
    writer.write(deed(&log::words(wanted.number), ""), &inverse.steps)?.told();
    let first = files.first().cloned().unwrap_or_default();
    let path = first["path"].as_str().map(SourcePath::new);
    let hash = path.and_then(|path| read(&path).ok().flatten()).map(|bytes| hash_of(&bytes));
    Ok(json(200, &json!({ "title": first["title"], "path": first["path"], "hash": hash, "what": what(&noted) })))
}

/// Moves files back. If references were written to the new name since, or texts have changed, plans
/// a new move to the old name instead, so that every reference still works.
fn move_back(site: &Site, inverse: &mut Inverse) -> Result<(), Box<Answer>> {
    let sources = site.sources();
    if inverse.doubts.is_empty() && !adds_findings(site, sources, &after(sources, &inverse.steps)) {
        return Ok(());
    }
    let Some((from, to)) = as_one_move(&inverse.moved) else {
        let why = "These files can't get their old names back from here: use `rolebook mv`. Nothing was changed.";
        return Err(Box::new(refuse(422, why)));
    };
    match relocate(sources, &site.handbook().config.title, from.as_str(), &to) {
        Ok(plan) => {
            *inverse = Inverse { steps: steps(&plan, sources), ..Inverse::default() };
            Ok(())
        }
        Err(NoMove::Refused(message, help)) => Err(Box::new(refuse(422, &sentences(&message, &help)))),
        Err(NoMove::Unreadable(_) | NoMove::Breaks(..)) => {
            Err(Box::new(refuse(422, "The chapter can't get its old name back: the handbook would have a mistake.")))
        }
    }
}

/// Returns the chapter that has to be named, and its new name from the root, to move all of these
/// files at once: a chapter alone, or the index of the folder that contains all of them.
fn as_one_move(moved: &[(SourcePath, SourcePath)]) -> Option<(&SourcePath, String)> {
    if let [(from, to)] = moved {
        return from.is_chapter().then(|| (from, format!("/{to}")));
    }
    let is_below = |folder: &str| moved.iter().all(|(from, _)| from.folders().any(|above| above == folder));
    let (from, to) = moved.iter().find(|(from, _)| from.is_index() && is_below(from.folder()))?;
    Some((from, format!("/{}", to.folder())))
}

/// Returns the sources with steps carried out.
fn after(sources: &Sources, steps: &[Step]) -> Sources {
    let mut files = sources.files.clone();
    for step in steps {
        match step {
            Step::Create { path, text } => drop(files.insert(path.clone(), SourceFile::new(text.clone()))),
            Step::Replace { path, after, .. } => drop(files.insert(path.clone(), SourceFile::new(after.clone()))),
            Step::Remove { path, .. } => drop(files.remove(path)),
            Step::Move { from, to, .. } => {
                if let Some(file) = files.remove(from) {
                    files.insert(to.clone(), file);
                }
            }
        }
    }
    Sources { files, project: sources.project.clone(), ..Sources::default() }
}

fn adds_findings(site: &Site, before: &Sources, after: &Sources) -> bool {
    let title = &site.handbook().config.title;
    let count = |sources: &Sources| {
        let choices = Choices { title: title.clone(), drafts: true, everyone: true, ..Choices::default() };
        Compiler::new().compile(sources, &choices).map_or(usize::MAX, |handbook| handbook.findings(false).len())
    };
    count(after) > count(before)
}

/// Returns what identifies the texts that the author has to decide about.
fn state_of(doubts: &[Doubt]) -> String {
    let mut hasher = blake3::Hasher::new();
    for doubt in doubts {
        hasher.update(doubt.path.as_str().as_bytes()).update(&[0, u8::from(doubt.now.is_some())]);
        hasher.update(blake3::hash(doubt.now.as_deref().unwrap_or_default()).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Answers with three texts for each place that was changed again since: the text before the
/// change, the text that the change made, and the text now.
fn ask(site: &Site, known: &Known, (doubts, state): (&[Doubt], &str)) -> Answer {
    if let Some(doubt) = doubts.iter().find(|doubt| picture::is_picture(&doubt.path)) {
        let error = format!("`{}` has been changed again since. Nothing was changed.", doubt.path);
        return refuse(409, &error);
    }
    let apart: Option<Vec<Value>> = doubts.iter().map(|doubt| three(site, known, doubt)).collect();
    match apart {
        Some(apart) => {
            let error = "The same place has been changed again since. Choose a text, or join them.";
            json(409, &json!({ "error": error, "apart": apart, "state": state }))
        }
        None => refuse(
            409,
            "The same place has been changed again since, and not all of it can be shown here. Nothing was changed.",
        ),
    }
}

/// Returns the three texts of a place, or `None` if the audience may not see all of them.
fn three(site: &Site, known: &Known, doubt: &Doubt) -> Option<Value> {
    let sight = |text: &'_ Text| match text {
        Some(text) => Sight::of(site, &doubt.path, text).map(|sight| Some(sight.lines.len())),
        None => Some(None),
    };
    [&doubt.was, &doubt.made, &doubt.now].into_iter().map(sight).collect::<Option<Vec<_>>>()?;
    let look = |text: &Text| text.clone().unwrap_or_default();
    let texts = [look(&doubt.was), look(&doubt.made), look(&doubt.now)];
    let sights = texts.iter().map(|text| Sight::of(site, &doubt.path, text)).collect::<Option<Vec<_>>>()?;
    let mut hidden = secrets(&sights.iter().map(Some).collect::<Vec<_>>());
    hidden.extend(known.lines(&doubt.path));
    let whole = |n: usize| 0..sights[n].lines.len();
    let ranges = match &doubt.part {
        Some(part) => [part.other.clone(), part.base.clone(), part.one.clone()],
        None => [whole(0), whole(1), whole(2)],
    };
    if !sights.iter().zip(&ranges).all(|(sight, range)| sight.shows(range, &hidden)) {
        return None;
    }
    let text = |n: usize, there: &Text| {
        there.as_ref().map(|_| {
            let lines = &sights[n].lines[ranges[n].clone()];
            String::from_utf8_lossy(&lines.concat()).replace("\r\n", "\n").replace('\r', "\n")
        })
    };
    Some(json!({
        "path": doubt.path.as_str(),
        "title": title_of(site, &doubt.path, doubt.now.as_deref().or(doubt.was.as_deref())),
        "line": ranges[2].start + 1,
        "was": text(0, &doubt.was),
        "made": text(1, &doubt.made),
        "now": text(2, &doubt.now),
    }))
}
