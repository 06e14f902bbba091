//! Shows and changes the facts of a chapter or of `handbook.toml` in a form.
//!
//! Input: the site that is shown, and a form's contents. Output: the description of the form as JSON,
//! and the file with the changed fields. Changes only fields that still have the value that the form
//! showed, and never shows a value that the audience can't see.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::answer::{address, failed, json, refuse, sentences};
use super::edit::write;
use crate::author::edit::Title;
use crate::author::edit::fact::{self, File, Place, Unset};
use crate::author::form::{self, choices, entry_of, field, is_hidden, meant, names, shown};
use crate::command::writing::{TRIES, deed};
use crate::declare::config::{self, Config, Scope};
use crate::declare::fields::Field;
use crate::declare::front::{self, Common, of_kind};
use crate::declare::kind::Kind;
use crate::model::book::RoleView;
use crate::site::urls::Site;
use crate::text::diagnostic::{Diagnostic, Place as At};
use crate::text::front_matter::{Data, Entry, Table};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::{SourceFile, hash_of};
use crate::world::disk::{Step, Unwritten, Writer, read_inside};
use crate::world::server::Answer;

/// A form's request to change fields of a file.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The path of the file, as the form was told.
    path: String,
    changes: Vec<Change>,
}

/// One changed field.
#[derive(Debug, Deserialize)]
struct Change {
    field: String,
    /// The value that the form showed.
    was: Json,
    /// The new value.
    value: Json,
}

/// The fields that few chapters need. A form shows them last.
const RARE: &[&str] = &["id", "kind", "aliases", "order", "review_every", "ask", "extra"];

/// The labels of fields on pages: the field, and the text of the user interface.
const SHOWN: &[(&str, &str)] = &[
    ("owner", "owner"),
    ("ask", "ask"),
    ("reviewed", "reviewed"),
    ("review_every", "review-due"),
    ("tags", "tags"),
    ("track", "track"),
    ("rank", "rank"),
    ("base", "role-kind"),
    ("grade", "grade"),
    ("scope", "scope"),
    ("horizon", "horizon"),
    ("also_called", "also-called"),
    ("extends", "rel-extends"),
    ("grows_into", "rel-grows-into"),
    ("reports_to", "rel-reports-to"),
    ("works_with", "rel-works-with"),
    ("focus", "judged"),
    ("competencies", "role-competencies"),
    ("cluster", "cluster"),
    ("supports", "rel-supports"),
    ("led_by", "rel-led-by"),
    ("measures", "measures"),
    ("valid_until", "valid-until"),
    ("for", "path-for"),
    ("chapters", "path-stops"),
];

/// The field of a chapter's title, which its first heading gives it if the field isn't set.
const TITLE: &str = "title";

const ELSEWHERE: &str = "Part of this is for another audience. View the page as that audience to change it.";
const BY_HAND: &str = "This is written in a form that can only be changed in the file.";

/// A file whose fields a form shows.
struct Sheet<'a> {
    site: &'a Site,
    path: SourcePath,
    bytes: Vec<u8>,
    table: Table,
    /// The kind of the chapter, or `None` for `handbook.toml`.
    kind: Option<Kind>,
    /// The heading that gives the chapter its title, if its front matter doesn't.
    heading: Option<Title>,
}

/// Answers with the form for the chapter of the page at `page`, with its current values, or only with
/// the labels by which pages show fields.
pub fn of_page(site: &Site, page: &str, is_short: bool) -> Answer {
    let Some(path) = site.chapter_at(&address(page)) else { return json(200, &()) };
    let handbook = site.handbook();
    let kind = handbook.book.at_path(&path).map(|chapter| handbook.book.meta(chapter).kind);
    match kind.filter(|_| is_short) {
        Some(kind) => json(200, &labels(site, kind)),
        None => of(site, path),
    }
}

/// Lists the fields that pages show, each with the label that it has there.
fn labels(site: &Site, kind: Kind) -> Json {
    let label = |field: &Field| {
        let (_, key) = SHOWN.iter().find(|(name, _)| *name == field.name)?;
        let (label, _) = form::words(&format!("chapter.{}", field.name), field.meaning);
        Some(json!({ "name": field.name, "label": label, "shown": site.label(key) }))
    };
    let list: Vec<Json> = Common::FIELDS.iter().chain(of_kind(kind)).filter_map(label).collect();
    json!({ "fields": list })
}

/// Answers with the form for `handbook.toml`.
pub fn of_settings(site: &Site) -> Answer {
    of(site, SourcePath::new(config::FILE))
}

fn of(site: &Site, path: SourcePath) -> Answer {
    let bytes = site.sources().files.get(&path).map(|SourceFile { bytes, .. }| bytes.to_vec()).unwrap_or_default();
    match Sheet::new(site, path, bytes) {
        Ok(sheet) => json(200, &sheet.form()),
        Err(answer) => *answer,
    }
}

impl<'a> Sheet<'a> {
    fn new(site: &'a Site, path: SourcePath, bytes: Vec<u8>) -> Result<Self, Box<Answer>> {
        let unreadable = || {
            Box::new(refuse(
                409,
                &format!("`{path}` cannot be read just now: change it in the file. Nothing was changed."),
            ))
        };
        let document = match path.as_str() {
            config::FILE => None,
            _ => Some(site.parsed(&path, &bytes).ok_or_else(unreadable)?),
        };
        let kind = document.as_ref().map(|document| document.meta.kind);
        let table = fact::table(&bytes, file(kind)).map_err(|_| unreadable())?;
        let is_titled = table.entries.iter().any(|entry| entry.key == TITLE);
        let heading =
            document.filter(|_| !is_titled).and_then(|document| Title::of(&document, &bytes, &site.handbook().config));
        Ok(Self { site, path, bytes, table, kind, heading })
    }

    fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let (common, own) = match self.kind {
            Some(kind) => (Common::FIELDS, of_kind(kind)),
            None => (Config::FIELDS, &[][..]),
        };
        common.iter().chain(own)
    }

    /// Returns the value of a field as the form shows it, or a sentence that says why it can't.
    fn shown(&self, table: &Table, field: &Field) -> Result<Json, &'static str> {
        let Some(Entry { value, .. }) = entry_of(table, field) else {
            let heading = self.heading.as_ref().filter(|_| field.name == TITLE);
            return Ok(heading.map_or(Json::Null, |heading| json!(heading.text)));
        };
        let handbook = self.site.handbook();
        let is_for_others = field.name == "gone" && value.items().iter().any(|item| names_audience(item.entries()));
        if is_for_others || names(value, field.shape).into_iter().any(|name| is_hidden(name, handbook)) {
            return Err(ELSEWHERE);
        }
        shown(value, field.shape).ok_or(BY_HAND)
    }

    fn form(&self) -> Json {
        let handbook = self.site.handbook();
        let (mut wanted, mut titles) = (Vec::new(), Map::new());
        let one = |known: &'static Field| {
            let mut out = field(known, if self.kind.is_some() { "chapter" } else { "handbook" });
            match self.shown(&self.table, known) {
                Ok(value) => out["value"] = value,
                Err(why) => out["locked"] = json!(why),
            }
            asked(&out["shape"], &mut wanted);
            if out["locked"].is_null()
                && let Some(entry) = entry_of(&self.table, known)
            {
                for name in names(&entry.value, known.shape) {
                    if let [chapter] = handbook.book.names.find(name) {
                        titles.insert(name.to_owned(), json!(handbook.book.meta(*chapter).title));
                    }
                }
            }
            out
        };
        let all: Vec<Json> = self.fields().map(one).collect();
        let is_rare = |field: &Json| self.kind.is_some() && RARE.iter().any(|name| field["name"] == *name);
        let (rare, usual): (Vec<Json>, Vec<Json>) = all.into_iter().partition(is_rare);
        let lists: Map<String, Json> =
            wanted.into_iter().map(|word: String| (word.clone(), json!(choices(&word, handbook)))).collect();
        json!({
            "path": self.path.as_str(),
            "kind": self.kind.map(Kind::name),
            "fields": usual,
            "rare": rare,
            "choices": lists,
            "titles": titles,
        })
    }

    /// Returns the track and the family whose names of levels the chapter uses.
    fn scope(&self) -> Scope<'_> {
        let book = &self.site.handbook().book;
        let Some(chapter) = book.at_path(&self.path) else { return Scope::default() };
        let of_role = book.relations.roles.get(&chapter).map(RoleView::scope);
        of_role.unwrap_or_else(|| Scope::of_family(book.meta(chapter).family.as_deref()))
    }

    /// Returns the file with all changes, or the answer that says why there is none.
    fn changed(&self, changes: &[Change]) -> Result<Vec<u8>, Box<Answer>> {
        let mut bytes = self.bytes.clone();
        let names: Vec<&str> = self.fields().map(|field| field.name).collect();
        for change in changes {
            let refuse = |status, why: &str| Box::new(json(status, &json!({ "error": why, "field": change.field })));
            let at = names.iter().position(|name| *name == change.field);
            let Some((at, field)) = at.and_then(|at| Some((at, self.fields().nth(at)?))) else {
                return Err(refuse(400, "There is no such field."));
            };
            let now = self.shown(&self.table, field).map_err(|why| refuse(422, why))?;
            if now != change.was {
                let why = "This was changed in the meantime. Choose one of the two values.";
                let theirs = json!({ "error": why, "field": change.field, "theirs": now });
                return Err(Box::new(json(409, &theirs)));
            }
            if self.heading.is_some() && field.name == TITLE {
                bytes = self.retitled(&bytes, &change.value).map_err(|why| refuse(422, why))?;
                continue;
            }
            let old = entry_of(&self.table, field).map(|entry| &entry.value);
            let handbook = self.site.handbook();
            let new =
                meant(&change.value, field.shape, old, (handbook, self.scope())).map_err(|why| refuse(422, &why))?;
            // A key without a value says as much as no key.
            if new.is_none() && old.is_some_and(|value| value.data == Data::Null) {
                continue;
            }
            let place = Place { names: [field.name, field.also], before: &names[..at] };
            bytes = fact::set(&bytes, file(self.kind), place, new.as_ref()).map_err(|why| match why {
                Unset::Unreadable => refuse(409, "The file cannot be read just now. Nothing was changed."),
                Unset::Form => refuse(
                    422,
                    "This can't be written without changing something else in the file: change it there. Nothing was changed.",
                ),
            })?;
            if let Some(finding) = self.fault(&bytes, field) {
                return Err(refuse(422, &sentences(&finding.message, finding.help.as_deref().unwrap_or_default())));
            }
        }
        Ok(bytes)
    }

    /// Returns the file with another title in its heading.
    fn retitled(&self, bytes: &[u8], title: &Json) -> Result<Vec<u8>, &'static str> {
        let title = title.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err("A chapter needs a title.");
        }
        let read = |bytes: &[u8]| {
            let document = self.site.parsed(&self.path, bytes)?;
            Title::of(&document, bytes, &self.site.handbook().config)
        };
        let after = read(bytes).map(|heading| heading.write(bytes, &title));
        let is_right = |after: &Vec<u8>| read(after).is_some_and(|heading| heading.text == title);
        after.filter(is_right).ok_or(BY_HAND)
    }

    /// Returns a finding about the value of a field that the file would have.
    fn fault(&self, bytes: &[u8], field: &Field) -> Option<Diagnostic> {
        let Some(kind) = self.kind else {
            let before = Config::read(&self.bytes, "").map(|(_, findings)| findings).unwrap_or_default();
            return match Config::read(bytes, "") {
                Ok((_, findings)) => {
                    findings.into_iter().find(|new| !before.iter().any(|old| old.message == new.message))
                }
                Err(finding) => Some(*finding),
            };
        };
        let table = fact::table(bytes, File::Chapter).ok()?;
        let span = entry_of(&table, field)?.value.span;
        let is_about = |finding: &Diagnostic| {
            let At::Content(_, Some(at)) = &finding.place else { return false };
            let is_wrong = matches!(finding.code, Rule::WrongType | Rule::BadValue);
            is_wrong && span.start <= at.start && at.end <= span.end
        };
        front::read(&table, kind, &self.path).1.into_iter().find(is_about)
    }
}

fn file(kind: Option<Kind>) -> File {
    if kind.is_some() { File::Chapter } else { File::Toml }
}

fn names_audience(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| entry.key == "audience")
}

/// Adds the words by which a form asks for choices.
fn asked(shape: &Json, words: &mut Vec<String>) {
    let mut add = |word: &str| {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    };
    match shape["is"].as_str() {
        Some("name") => add(shape["of"].as_str().unwrap_or_default()),
        Some("level") => add("level"),
        Some("list") => asked(&shape["of"], words),
        Some("map") => {
            if let Some(word) = shape["keys"].as_str() {
                add(word);
            }
            asked(&shape["of"], words);
        }
        Some("table") => {
            shape["fields"].as_array().into_iter().flatten().for_each(|field| asked(&field["shape"], words));
        }
        _ => {}
    }
}

/// Writes the changed fields.
///
/// If another program saves the file at the same moment, tries again with that version of the file.
pub fn save(site: &Site, writer: &Writer, wanted: &Wanted) -> Answer {
    let path = SourcePath::new(wanted.path.as_str());
    let is_settings = path.as_str() == config::FILE;
    if !is_settings && site.handbook().book.at_path(&path).is_none() {
        return refuse(404, "This chapter is not part of the handbook any more: it was deleted or renamed.");
    }
    let is_new = is_settings && !site.sources().files.contains_key(&path);
    for left in (0..TRIES).rev() {
        match save_once(site, (writer, is_new), (&path, wanted)) {
            Err(Unwritten::Changed(_)) if left > 0 => {}
            Err(unwritten) => return failed(&unwritten),
            Ok(answer) => return answer,
        }
    }
    refuse(409, "This file keeps changing on disk. Nothing was changed.")
}

fn save_once(
    site: &Site,
    (writer, is_new): (&Writer, bool),
    (path, wanted): (&SourcePath, &Wanted),
) -> Result<Answer, Unwritten> {
    let bytes = if is_new { Vec::new() } else { read_inside(writer.content(), path)? };
    let sheet = match Sheet::new(site, path.clone(), bytes) {
        Ok(sheet) => sheet,
        Err(answer) => return Ok(*answer),
    };
    let after = match sheet.changed(&wanted.changes) {
        Ok(after) => after,
        Err(answer) => return Ok(*answer),
    };
    // A chapter that the audience can no longer see is gone from the pages that are shown.
    let is_shown = sheet.kind.is_none() || site.parsed(path, &after).is_some();
    let hash = hash_of(&after);
    if is_new {
        let step = Step::Create { path: path.clone(), text: after };
        writer.write(deed(&format!("save {path}"), ""), &[step])?.told();
    } else {
        write(writer, path, sheet.bytes, after)?;
    }
    Ok(json(200, &json!({ "path": path.as_str(), "hash": hash, "shown": is_shown })))
}
