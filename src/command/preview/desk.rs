//! Answers the requests of open pages that aren't requests for pages: to find a passage in the
//! source, to open it in an editor, or to change it.
//!
//! Input: requests that passed the server's checks, and the site that is shown. Output: answers as
//! JSON. Paths in requests are looked up among the sources and never used directly as paths on
//! disk. Without `--edit`, this never writes a file.

use std::sync::Mutex;

use serde::Deserialize;

use super::answer::{json, refuse};
use super::audience::Wish;
use super::editor::Editor;
use super::{chapter, complete, correct, edit, facts, level, lock, picture, propose, remove, undo};
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::world::disk::Writer;
use crate::world::git::Repository;
use crate::world::server::{Answer, LARGEST_BODY, Post, Request};

/// Scripts and styles of the preview: the name, the texts to concatenate, and whether they are only
/// for editing. There are only a few files, because browsers allow only six connections per host.
const FILES: &[(&str, &[&str], bool)] = &[
    ("preview.css", &[include_str!("client/preview.css"), include_str!("client/overlay.css")], false),
    (
        "edit.css",
        &[
            include_str!("client/edit.css"),
            include_str!("client/facts.css"),
            include_str!("client/undo.css"),
            include_str!("client/pictures.css"),
            include_str!("client/propose.css"),
        ],
        true,
    ),
    (
        "preview.js",
        &[
            include_str!("client/preview.js"),
            include_str!("client/ask.js"),
            include_str!("client/after.js"),
            include_str!("client/overlay.js"),
            include_str!("client/passages.js"),
            include_str!("client/audience.js"),
        ],
        false,
    ),
    (
        "edit.js",
        &[
            include_str!("client/saved.js"),
            include_str!("client/drafts.js"),
            include_str!("client/choices.js"),
            include_str!("client/complete.js"),
            include_str!("client/paste-escape.js"),
            include_str!("client/paste-lists.js"),
            include_str!("client/paste-clean.js"),
            include_str!("client/paste.js"),
            include_str!("client/paste-join.js"),
            include_str!("client/pictures.js"),
            include_str!("client/lists.js"),
            include_str!("client/tables.js"),
            include_str!("client/write.js"),
            include_str!("client/edit.js"),
            include_str!("client/cells.js"),
            include_str!("client/facts-fields.js"),
            include_str!("client/facts.js"),
            include_str!("client/chapters.js"),
            include_str!("client/undo.js"),
            include_str!("client/propose.js"),
        ],
        true,
    ),
];

/// The script of the worker that listens for all pages. Pages don't load it themselves.
const WORKER: (&str, &str) = ("listen.js", include_str!("client/listen.js"));

/// The path prefix of everything that the preview adds.
const FOLDER: &str = "_rolebook/";

/// The part of the preview that carries out requests: the permissions that the author gave when
/// starting the preview, and everything that is needed for the work.
#[derive(Debug)]
pub struct Desk {
    /// Writes the chapters.
    writer: Writer,
    /// A token that only pages of this run know.
    token: String,
    edits: bool,
    editor: Option<Editor>,
    /// The audience that pages last asked for.
    audience: Wish,
    /// The number of the newest change in the journal when the preview was started.
    began: u64,
    /// Whether the content is in a Git repository, so that changes can be proposed.
    proposes: bool,
    /// A lock that allows only one change at a time.
    writing: Mutex<()>,
}

/// A page's request to open a place in the editor.
#[derive(Deserialize)]
struct Open {
    path: String,
    line: usize,
    column: usize,
}

impl Desk {
    /// Creates the desk for one run of the preview.
    ///
    /// # Errors
    /// Fails if the system provides no random numbers for the token.
    pub fn new(writer: Writer, (edits, editor): (bool, Option<Editor>), audience: Wish) -> Result<Self, String> {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
        let token = blake3::hash(&random).to_hex().to_string();
        let began = writer.newest();
        let proposes = edits && Repository::is_around(writer.content());
        Ok(Self { writer, token, edits, editor, audience, began, proposes, writing: Mutex::default() })
    }

    /// Returns the token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns whether pages may change the handbook.
    pub fn edits(&self) -> bool {
        self.edits
    }

    /// Returns the content folder.
    pub fn content(&self) -> &std::path::Path {
        self.writer.content()
    }

    /// Returns the audience that was last asked for.
    pub fn audience(&self) -> Option<String> {
        self.audience.name()
    }

    /// Returns the markup to add to the head of each page. The token is only in the page, never in
    /// a URL.
    pub fn head(&self) -> String {
        let can = match (self.editor.is_some(), self.edits) {
            (true, true) => "open edit",
            (true, false) => "open",
            (false, true) => "edit",
            (false, false) => "",
        };
        let can = if self.proposes { format!("{can} propose") } else { can.to_owned() };
        // Unsaved text in the browser's storage belongs to one handbook, because another one may be
        // shown at the same address later.
        let content = std::path::absolute(self.content()).unwrap_or_else(|_| self.content().to_owned());
        let book = &blake3::hash(content.as_os_str().as_encoded_bytes()).to_hex()[..16];
        let token = &self.token;
        let mut out =
            format!("<meta name=\"rolebook-token\" content=\"{token}\" data-can=\"{can}\" data-book=\"{book}\">");
        for (name, _, _) in FILES.iter().filter(|(_, _, edits)| self.edits || !edits) {
            if name.ends_with(".css") {
                out.push_str(&format!("<link rel=\"stylesheet\" href=\"/{FOLDER}{name}\">"));
            } else {
                out.push_str(&format!("<script defer src=\"/{FOLDER}{name}\"></script>"));
            }
        }
        out
    }

    /// Answers a request for something that the preview adds; returns `None` for all other
    /// requests.
    pub fn get(&self, site: Option<&Site>, request: &Request) -> Option<Answer> {
        let name = request.path.strip_prefix(FOLDER)?;
        let file = FILES.iter().find(|(known, _, edits)| *known == name && (self.edits || !edits));
        if let Some((_, texts, _)) = file {
            let media =
                if name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
            return Some(Answer::new(200, media, texts.concat().into_bytes()));
        }
        if name == WORKER.0 {
            return Some(Answer::new(200, "text/javascript; charset=utf-8", WORKER.1.as_bytes().to_vec()));
        }
        let value = |name: &str| request.query_value(name).unwrap_or_default();
        match (name, site) {
            ("source", Some(site)) => Some(edit::source(site, &value("page"), self.edits)),
            ("edit/complete", Some(site)) if self.edits => {
                Some(complete::complete(site, &value("q"), &SourcePath::new(value("path"))))
            }
            ("edit/page", Some(site)) if self.edits => Some(chapter::page(site, &SourcePath::new(value("path")))),
            ("edit/scale", Some(site)) if self.edits => Some(level::scale(site)),
            ("edit/facts", Some(site)) if self.edits => {
                Some(facts::of_page(site, &value("page"), !value("labels").is_empty()))
            }
            ("edit/settings", Some(site)) if self.edits => Some(facts::of_settings(site)),
            ("edit/changes", Some(site)) if self.edits => {
                let most = value("most").parse().unwrap_or(100);
                Some(undo::list(site, &self.writer, (self.began, most)))
            }
            ("propose/changes", Some(site)) if self.proposes => Some(propose::list(site, self.content())),
            ("propose/patch", Some(site)) if self.proposes => {
                Some(propose::patch(site, self.content(), &value("branch")))
            }
            ("propose/branch", Some(site)) if self.proposes => {
                Some(propose::earlier(site, self.content(), &value("branch")))
            }
            _ => None,
        }
    }

    /// Returns the maximum size of the body of a request for `path`, in bytes.
    pub fn longest(&self, path: &str) -> usize {
        let is_picture = self.edits && path.strip_prefix(FOLDER) == Some(picture::ROUTE);
        if is_picture { picture::LARGEST_BODY } else { LARGEST_BODY }
    }

    /// Carries out a page's request.
    pub fn change(&self, site: Option<&Site>, post: &Post) -> Answer {
        let Some(site) = site else { return refuse(503, "There is no handbook to change just now.") };
        let name = post.path.strip_prefix(FOLDER).unwrap_or_default();
        let writes = name.starts_with("edit/") && !matches!(name, "edit/draft" | "edit/parts");
        let _alone = writes.then(|| lock(&self.writing));
        match name {
            "open" if self.editor.is_some() => with(post, |open: Open| self.open(site, &open)),
            "edit/draft" if self.edits => with(post, |wanted| edit::draft(site, &wanted)),
            "edit/parts" if self.edits => with(post, |wanted| edit::split(site, &wanted)),
            "edit/save" if self.edits => with(post, |wanted| edit::save(site, &self.writer, &wanted)),
            "edit/facts" if self.edits => with(post, |wanted| facts::save(site, &self.writer, &wanted)),
            "edit/level" if self.edits => with(post, |wanted| level::save(site, &self.writer, &wanted)),
            "edit/new" if self.edits => with(post, |wanted| chapter::begin(site, &self.writer, &wanted)),
            "edit/correct" if self.edits => with(post, |wanted| correct::correct(site, &self.writer, &wanted)),
            "edit/undo" if self.edits => with(post, |wanted| undo::take_back(site, &self.writer, &wanted)),
            picture::ROUTE if self.edits => with(post, |wanted| picture::save(site, &self.writer, &wanted)),
            "edit/delete" if self.edits => with(post, |wanted| remove::remove(site, &self.writer, &wanted)),
            "edit/rename" if self.edits => with(post, |wanted| chapter::rename(site, &self.writer, &wanted)),
            "propose/commit" if self.proposes => with(post, |wanted| propose::commit(site, self.content(), &wanted)),
            "propose/push" if self.proposes => with(post, |wanted| propose::push(self.content(), &wanted)),
            "audience" => with(post, |wanted| {
                let is_known = self.audience.take(wanted, &site.handbook().config);
                if is_known { json(200, &()) } else { refuse(404, "This handbook knows no such audience.") }
            }),
            _ => refuse(404, "There is nothing to change here."),
        }
    }

    fn open(&self, site: &Site, open: &Open) -> Answer {
        let path = SourcePath::new(open.path.as_str());
        // A chapter that the audience can't see isn't part of the site that is shown.
        let is_shown = site.handbook().book.at_path(&path).is_some();
        let (Some(editor), true) = (&self.editor, is_shown) else {
            return refuse(404, "There is no such file in this handbook.");
        };
        let place = self.writer.content().join(path.as_str());
        let place = std::path::absolute(&place).unwrap_or(place);
        match editor.open(&place, (open.line.max(1), open.column.max(1))) {
            Ok(()) => json(200, &serde_json::json!({ "opened": open.path })),
            Err(why) => {
                refuse(422, &format!("The editor did not open: {why}. The place is {}, line {}.", path, open.line))
            }
        }
    }
}

/// Parses the body and answers it.
fn with<T: for<'de> Deserialize<'de>>(post: &Post, answer: impl FnOnce(T) -> Answer) -> Answer {
    match serde_json::from_slice(&post.body) {
        Ok(wanted) => answer(wanted),
        Err(_) => refuse(400, "This request is not understood."),
    }
}
