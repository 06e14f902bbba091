//! Changes chapters from their pages: checks the exact bytes on disk, and that requests from those
//! who may not change anything are rejected.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rolebook::author::edit::passages;
use rolebook::declare::kind::Kind;
use rolebook::text::source::Sources;
use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};

use crate::cases::handbooks;
use crate::support::{compile, page, repository, site_with};

/// A running preview and what is needed to send edits to it.
pub struct Desk {
    child: Child,
    address: String,
    token: String,
    pub folder: PathBuf,
    /// The temporary folder, if it should be deleted with the preview.
    owned: Option<tempfile::TempDir>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ROLE: &str = "---\nrank: 2\ncompetencies:\n  talk: 2 # for now\n---\n# Lead\n\nLeads.\n";
const TALK: &str =
    "# Talk\n\n### Practising\n\n- Says it.\n\n### Owning\n\n- Writes the brief.\n- Asks first. {#asks}\n";

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("handbook.toml", b"title = \"T\"\n".to_vec()),
        ("index.md", b"# Home\n\n[[a]]\n".to_vec()),
        ("guides/a.md", b"\xEF\xBB\xBF---\r\ntitle: A\r\n---\r\n\r\nOne\r\ntwo.\r\n\r\n- x\r\n- y\r\n\r\nEnd".to_vec()),
        ("roles/lead.md", ROLE.into()),
        ("competencies/talk.md", TALK.into()),
    ]
}

pub fn serve_in(folder: &Path, arguments: &[&str]) -> Desk {
    for (path, bytes) in files() {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), bytes).unwrap();
    }
    serve_with(folder, arguments, &|_| ())
}

/// Starts a preview of the project in a folder as it is. `prepare` sets the environment.
pub fn serve_with(folder: &Path, arguments: &[&str], prepare: &dyn Fn(&mut Command)) -> Desk {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolebook"));
    command.args(["serve", "--port", "4930"]).args(arguments).env_remove("VISUAL").env_remove("EDITOR");
    prepare(&mut command);
    let mut child = command.current_dir(folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("http://") {
        assert!(out.read_line(&mut said).unwrap() > 0, "{said}");
    }
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    let address = said.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let mut desk = Desk { child, address, token: String::new(), folder: folder.to_path_buf(), owned: None };
    let page = desk.get("/");
    desk.token =
        page.split("rolebook-token\" content=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("").into();
    desk
}

pub fn serve(arguments: &[&str]) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = serve_in(folder.path(), arguments);
    desk.owned = Some(folder);
    desk
}

impl Desk {
    fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn get(&self, path: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).as_bytes())
    }

    pub fn get_json(&self, path: &str) -> Value {
        body(&self.get(path)).1
    }

    /// Posts like a page of this run, with `headers` replacing those of the same name.
    fn post_with(&self, path: &str, headers: &[(&str, &str)], text: &str) -> (u16, Value) {
        let origin = format!("http://{}", self.address);
        let length = text.len().to_string();
        let mut all = vec![
            ("Host", self.address.as_str()),
            ("Origin", origin.as_str()),
            ("Rolebook-Token", self.token.as_str()),
            ("Content-Type", "application/json"),
            ("Content-Length", length.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        all.retain(|(name, _)| !headers.iter().any(|(other, _)| other == name));
        all.extend(headers.iter().filter(|(_, value)| !value.is_empty()));
        let head: String = all.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        body(&self.raw(format!("POST {path} HTTP/1.1\r\n{head}Connection: close\r\n\r\n{text}").as_bytes()))
    }

    pub fn post(&self, path: &str, value: &Value) -> (u16, Value) {
        self.post_with(path, &[], &value.to_string())
    }

    /// Returns the body with which `page` asks to change its passage `before`.
    pub fn wanted(&self, page: &str, before: &str, text: &str) -> Value {
        let source = self.get_json(&format!("/_rolebook/source?page={page}"));
        let list = source["passages"].as_array().unwrap();
        let passage = list.iter().position(|passage| passage["text"] == before);
        let passage = passage.unwrap_or_else(|| panic!("no passage {before:?} in {source}"));
        json!({ "path": source["path"], "hash": source["hash"], "passage": passage, "before": before, "text": text })
    }

    pub fn save(&self, page: &str, before: &str, text: &str) -> (u16, Value) {
        self.post("/_rolebook/edit/save", &self.wanted(page, before, text))
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.folder.join(path)).unwrap()
    }

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
}

fn body(answer: &str) -> (u16, Value) {
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let text = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
}

/// Returns the letters in each block of a page's text, in the order of the file, without footnotes.
/// Finds the blocks as the preview's script does.
fn blocks(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let opening = Selector::parse("article.chapter > div.opening > *").unwrap();
    let mut list: Vec<String> = page.select(&opening).map(letters).collect();
    let prose = Selector::parse("article.chapter > div.prose:not(.opening)").unwrap();
    let prose = page.select(&prose).next().expect("every page has a text");
    let moved = prose.child_elements().find(|element| element.attr("data-moved").is_some());
    add_blocks(prose, moved, &mut list);
    list
}

fn add_blocks(holder: ElementRef<'_>, moved: Option<ElementRef<'_>>, list: &mut Vec<String>) {
    for element in holder.child_elements() {
        let is_own =
            matches!(element.attr("class"), Some("footnotes" | "asking")) || element.attr("data-made").is_some();
        if is_own || Some(element) == moved {
            continue;
        }
        if element.attr("data-place").is_some() {
            if let Some(moved) = moved {
                add_blocks(moved, None, list);
            }
        } else if element.attr("data-blocks").is_some() {
            add_blocks(element, None, list);
        } else {
            list.push(letters(element));
        }
    }
}

fn letters(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::chars).filter(|character| character.is_alphabetic()).collect()
}

/// Asserts that each page has as many elements as its chapter's passages say, and those of a
/// competency in the order of the file. Returns the number of chapters.
pub fn assert_counts(name: &str, sources: &Sources) -> usize {
    if compile(sources).is_err() {
        return 0;
    }
    let site = site_with(sources, None);
    let handbook = site.handbook();
    for chapter in handbook.book.ids() {
        let meta = handbook.book.meta(chapter);
        let found = passages(&handbook.documents[chapter.index()].body);
        let counted: u32 = found.iter().map(|passage| passage.elements).sum();
        let html = page(&site, handbook.book.url(chapter).as_str());
        let found_on_page = blocks(&html);
        assert_eq!(counted as usize, found_on_page.len(), "{name}: {}", meta.path);
        if meta.kind == Kind::Competency {
            let draft = site.draft(&meta.path, sources.bytes(&meta.path).unwrap()).unwrap().unwrap();
            let text = Html::parse_fragment(&draft.html);
            let in_file =
                text.root_element().child_elements().filter(|element| element.attr("class") != Some("footnotes"));
            assert_eq!(in_file.map(letters).collect::<Vec<_>>(), found_on_page, "{name}: {}", meta.path);
        }
        assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{name}: {}", meta.path);
    }
    handbook.book.chapters.len()
}

#[test]
fn every_page_has_as_many_elements_as_its_chapter_has_passages() {
    assert!(assert_counts("company", &crate::synthetic::company()) > 50);
    let cases: usize = handbooks().iter().map(|(name, sources)| assert_counts(name, sources)).sum();
    assert!(cases > 50, "{cases}");
}

#[test]
fn a_save_changes_only_the_bytes_of_the_passage() {
    let desk = serve(&["--edit"]);
    let before = desk.bytes("guides/a.md");
    let (status, answer) = desk.save("/guides/a/", "One\ntwo.", "Eins\nzwei.\n\n\nDrei.\n\n");
    assert_eq!(status, 200, "{answer}");
    let wanted =
        b"\xEF\xBB\xBF---\r\ntitle: A\r\n---\r\n\r\nEins\r\nzwei.\r\n\r\n\r\nDrei.\r\n\r\n- x\r\n- y\r\n\r\nEnd";
    assert_eq!(desk.bytes("guides/a.md"), wanted);
    assert_eq!(answer["hash"], blake3::hash(wanted).to_hex().to_string());
    assert!(desk.waits_for("/guides/a/", "Drei."));
    // The last passage has no line ending after it and doesn't get one.
    assert_eq!(desk.save("/guides/a/", "End", "The end").0, 200);
    assert!(desk.bytes("guides/a.md").ends_with(b"\r\n\r\nThe end"));
    assert!(desk.waits_for("/guides/a/", "The end"));
    assert_eq!(desk.save("/guides/a/", "Eins\nzwei.", "One\ntwo.").0, 200);
    assert!(desk.waits_for("/guides/a/", "two."));
    assert_eq!(desk.save("/guides/a/", "The end", "End").0, 200);
    let back = String::from_utf8(desk.bytes("guides/a.md")).unwrap().replace("\r\n\r\n\r\nDrei.", "");
    assert_eq!(back.as_bytes(), before);
}

#[test]
fn a_save_never_overwrites_a_change_made_on_disk_in_the_meantime() {
    let desk = serve(&["--edit"]);
    let wanted = desk.wanted("/guides/a/", "One\ntwo.", "Mine.");
    // A change elsewhere in the file: the passage is found again by its text.
    let other = String::from_utf8(desk.bytes("guides/a.md")).unwrap().replace("- x\r\n", "- new\r\n- x\r\n");
    fs::write(desk.folder.join("guides/a.md"), &other).unwrap();
    assert_eq!(desk.post("/_rolebook/edit/save", &wanted).0, 200);
    assert_eq!(desk.bytes("guides/a.md"), other.replace("One\r\ntwo.", "Mine.").as_bytes());
    // A change in the passage itself: both texts are returned, and the file stays as it is.
    assert!(desk.waits_for("/guides/a/", "Mine."));
    let wanted = desk.wanted("/guides/a/", "Mine.", "Mine again.");
    let theirs = String::from_utf8(desk.bytes("guides/a.md")).unwrap().replace("Mine.", "Mine and theirs.");
    fs::write(desk.folder.join("guides/a.md"), &theirs).unwrap();
    let (status, answer) = desk.post("/_rolebook/edit/save", &wanted);
    assert_eq!((status, &answer["theirs"]), (409, &json!("Mine and theirs.")), "{answer}");
    assert_eq!(desk.bytes("guides/a.md"), theirs.as_bytes());
    // The author has seen both texts and chooses their own.
    let mut again = wanted;
    for name in ["hash", "passage"] {
        again[name] = answer[name].clone();
    }
    again["before"] = answer["theirs"].clone();
    assert_eq!(desk.post("/_rolebook/edit/save", &again).0, 200);
    assert_eq!(desk.bytes("guides/a.md"), theirs.replace("Mine and theirs.", "Mine again.").as_bytes());
}

#[test]
fn a_save_of_a_passage_that_no_longer_exists_writes_nothing() {
    let desk = serve(&["--edit"]);
    let mut wanted = desk.wanted("/guides/a/", "One\ntwo.", "Mine.");
    wanted["hash"] = json!("0".repeat(64));
    wanted["before"] = json!("Never there, not a word.");
    let before = desk.bytes("guides/a.md");
    let (status, answer) = desk.post("/_rolebook/edit/save", &wanted);
    assert_eq!(status, 409, "{answer}");
    assert_eq!(answer["theirs"], Value::Null);
    // Even with the right hash, a passage that doesn't have the expected text is rejected.
    let mut wanted = desk.wanted("/guides/a/", "One\ntwo.", "Mine.");
    wanted["passage"] = json!(99);
    assert_eq!(desk.post("/_rolebook/edit/save", &wanted).0, 409);
    assert_eq!(desk.bytes("guides/a.md"), before);
}

#[test]
fn a_failed_save_is_explained_in_a_sentence() {
    let desk = serve(&["--edit"]);
    let place = desk.folder.join("guides/a.md");
    let wanted = desk.wanted("/guides/a/", "One\ntwo.", "Mine.");
    let before = desk.bytes("guides/a.md");
    let mut permissions = fs::metadata(&place).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&place, permissions).unwrap();
    let (status, answer) = desk.post("/_rolebook/edit/save", &wanted);
    assert_eq!(status, 403);
    assert!(answer["error"].as_str().unwrap().contains("write-protected"), "{answer}");
    assert_eq!(desk.bytes("guides/a.md"), before);
    fs::remove_file(&place).unwrap();
    let (status, answer) = desk.post("/_rolebook/edit/save", &wanted);
    assert!([404, 410].contains(&status));
    let said = answer["error"].as_str().unwrap();
    assert!(said.contains("deleted") && said.contains("still here"), "{said}");
    assert!(!place.exists() && !said.contains(desk.folder.to_str().unwrap()));
    assert_eq!(fs::read_dir(desk.folder.join("guides")).unwrap().count(), 0, "leftover files");
}

#[cfg(target_os = "linux")]
#[test]
fn a_save_on_a_full_disk_leaves_the_file_unchanged() {
    let place = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"])
        .arg(place.path())
        .stderr(Stdio::null())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        println!("skipped: only root can mount a small disk");
        return;
    }
    {
        let desk = serve_in(place.path(), &["--edit"]);
        let wanted = desk.wanted("/guides/a/", "One\ntwo.", &"long ".repeat(2_000));
        let before = desk.bytes("guides/a.md");
        let mut filler = fs::File::create(place.path().join("filler.bin")).unwrap();
        while filler.write_all(&[b'x'; 512]).is_ok() {}
        let (status, answer) = desk.post("/_rolebook/edit/save", &wanted);
        assert_eq!(status, 507, "{answer}");
        assert_eq!(desk.bytes("guides/a.md"), before);
        assert_eq!(fs::read_dir(place.path().join("guides")).unwrap().count(), 1, "leftover files");
    }
    let _ = Command::new("umount").arg(place.path()).status();
}

#[test]
fn a_reworded_statement_keeps_its_old_anchor() {
    let desk = serve(&["--edit"]);
    let list = "- Writes the brief.\n- Asks first. {#asks}";
    let (status, answer) = desk.save("/competencies/talk/", list, &list.replace("the brief", "one page"));
    assert_eq!((status, &answer["kept"]), (200, &json!(["l3-writes-the-brief"])), "{answer}");
    let wanted = TALK.replace("Writes the brief.", "Writes one page. {#l3-writes-the-brief}");
    assert_eq!(desk.bytes("competencies/talk.md"), wanted.as_bytes());
}

#[test]
fn a_chapter_without_text_gets_its_first_text() {
    let folder = tempfile::tempdir().unwrap();
    let front = "---\r\ntitle: Blank\r\n---\r\n";
    fs::create_dir_all(folder.path().join("guides")).unwrap();
    fs::write(folder.path().join("guides/blank.md"), front).unwrap();
    let desk = serve_in(folder.path(), &["--edit"]);
    let source = desk.get_json("/_rolebook/source?page=/guides/blank/");
    assert_eq!((&source["passages"], &source["empty"]), (&json!([]), &json!(true)));
    let mut wanted =
        json!({ "path": source["path"], "hash": source["hash"], "passage": 0, "before": "", "text": "- a\n" });
    let (status, drawn) = desk.post("/_rolebook/edit/draft", &wanted);
    assert_eq!(status, 200, "{drawn}");
    assert!(drawn["html"].as_str().unwrap().contains("<li>a</li>"), "{drawn}");
    assert_eq!(desk.post("/_rolebook/edit/save", &wanted).0, 200);
    assert_eq!(desk.bytes("guides/blank.md"), format!("{front}\r\n- a\r\n").as_bytes());
    // Somebody else's first text isn't overwritten.
    wanted["text"] = json!("Mine.");
    assert_eq!(desk.post("/_rolebook/edit/save", &wanted).0, 409);
    assert_eq!(desk.bytes("guides/blank.md"), format!("{front}\r\n- a\r\n").as_bytes());
}

#[test]
fn a_draft_renders_like_the_page_and_is_not_saved() {
    let desk = serve(&["--edit"]);
    let wanted = desk.wanted("/guides/a/", "One\ntwo.", "See [[lead]] and [[nobody]].\n\nTwo *now*.");
    let (status, answer) = desk.post("/_rolebook/edit/draft", &wanted);
    assert_eq!(status, 200, "{answer}");
    let html = answer["html"].as_str().unwrap();
    assert!(html.starts_with("<p>See <a href=\"../../roles/lead/\" class=\"role\">Lead</a>"), "{html}");
    assert!(html.ends_with("<p>Two <em>now</em>.</p>"), "{html}");
    assert_eq!(answer["findings"][0]["code"], "dead-link");
    assert_eq!(answer["findings"][0]["line"], 1);
    assert_eq!(desk.bytes("guides/a.md"), files()[2].1);
}

#[test]
fn references_are_completed_from_the_handbook() {
    let desk = serve(&["--edit"]);
    let inserts = |q: &str| -> Vec<String> {
        let found = desk.get_json(&format!("/_rolebook/edit/complete?q={q}&path=competencies/talk.md"));
        found.as_array().unwrap().iter().map(|choice| choice["insert"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(inserts("Lea"), ["lead"]);
    assert_eq!(inserts("talk%40"), ["talk@2", "talk@3"]);
    assert_eq!(inserts("talk%23ask"), ["talk#asks"]);
    assert_eq!(inserts("%23own"), ["#owning"]);
}

#[test]
fn changing_a_matrix_cell_changes_one_line() {
    let desk = serve(&["--edit"]);
    let cell = |was: Value, level: Value| {
        let wanted = json!({ "role": "/roles/lead/", "competency": "/competencies/talk/", "was": was, "level": level });
        desk.post("/_rolebook/edit/level", &wanted)
    };
    assert_eq!(cell(json!(2), json!(3)).0, 200);
    assert_eq!(desk.bytes("roles/lead.md"), ROLE.replace("talk: 2 #", "talk: 3 #").as_bytes());
    // A cell that someone else has changed in the meantime is a conflict.
    assert_eq!(cell(json!(2), json!(1)).0, 409);
    assert_eq!(cell(json!(3), json!(99)).0, 400);
    assert_eq!(cell(json!(3), Value::Null).0, 200);
    assert_eq!(desk.bytes("roles/lead.md"), ROLE.replace("competencies:\n  talk: 2 # for now\n", "").as_bytes());
    assert_eq!(cell(Value::Null, json!(1)).0, 200);
    let wanted = ROLE.replace("  talk: 2 # for now\n", "  talk: 1\n");
    assert_eq!(desk.bytes("roles/lead.md"), wanted.as_bytes());
    let wanted = json!({ "role": "/competencies/talk/", "competency": "/roles/lead/", "was": null, "level": 1 });
    assert_eq!(desk.post("/_rolebook/edit/level", &wanted).0, 404);
}

/// The settings of a handbook with a track that has levels of its own.
const SCALES: &str = "title = \"T\"\n[[tracks]]\nid = \"lead\"\ntitle = \"Leads\"\n\
                      [[tracks.scale]]\nlevel = 5\nname = \"Five\"\n[[tracks.scale]]\nlevel = 6\nname = \"Head\"\n";

#[test]
fn a_form_saves_levels_of_a_family_with_a_scale_of_its_own() {
    let eng = "title = \"T\"\n[families.eng]\ntitle = \"Engineering\"\n[[families.eng.scale]]\nlevel = 1\nname = \"New\"\n\
               [[families.eng.scale]]\nlevel = 2\nname = \"Able\"\n";
    let craft = ("competencies/craft.md", "---\nfamily: eng\n---\n# Craft\n");
    // The role may be of the family, or only the competency.
    for family in ["", "family: eng\n"] {
        let role = format!("---\n{family}competencies:\n  craft: Able\n---\n# Chief\n");
        let desk = serve_set(eng, &[craft, ("roles/chief.md", &role)]);
        assert!(desk.waits_for("/roles/chief/", "Craft"));
        let save = |was: Value, level: Value| {
            let change = json!({ "field": "competencies", "was": [["craft", was]], "value": [["craft", level]] });
            desk.post("/_rolebook/edit/facts", &json!({ "path": "roles/chief.md", "changes": [change] }))
        };
        assert_eq!(save(json!("Able"), json!(9)).0, 422);
        assert_eq!(save(json!("Able"), json!(1)).0, 200);
        assert_eq!(desk.bytes("roles/chief.md"), role.replace("Able", "New").as_bytes());
    }
}

/// Starts a preview whose settings are `settings`, with these further files.
fn serve_set(settings: &str, files: &[(&str, &str)]) -> Desk {
    let desk = serve(&["--edit"]);
    for (path, text) in files {
        fs::create_dir_all(desk.folder.join(path).parent().unwrap()).unwrap();
        fs::write(desk.folder.join(path), text).unwrap();
    }
    fs::write(desk.folder.join("handbook.toml"), settings.replace("title = \"T\"", "title = \"Set\"")).unwrap();
    assert!(desk.waits_for("/", "Set"));
    desk
}

#[test]
fn no_two_style_sheets_of_the_preview_have_rules_for_the_same_class_alone() {
    let folder = repository().join("src/command/preview/client");
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let text = if name.ends_with(".css") { fs::read_to_string(entry.path()).unwrap() } else { String::new() };
        let classes = text.lines().filter_map(|line| line.strip_prefix('.')?.split_once(" {"));
        for (class, _) in classes.filter(|(class, _)| !class.contains([' ', '.', ':', '[', ',', '>', '+'])) {
            let owner = owners.entry(class.to_owned()).or_insert_with(|| name.clone());
            assert_eq!(*owner, name, ".{class}");
        }
    }
    assert!(owners.len() > 50, "{owners:?}");
}

#[test]
fn a_form_saves_levels_of_a_role_whose_track_has_a_scale_of_its_own() {
    let role = "---\ntrack: lead\ncompetencies:\n  talk: Head\n  write: 6\n  plan: 2\n---\n# Chief\n";
    let files =
        [("roles/chief.md", role), ("competencies/write.md", "# Write\n"), ("competencies/plan.md", "# Plan\n")];
    let desk = serve_set(SCALES, &files);
    assert!(desk.waits_for("/roles/chief/", "Chief"));
    let form = desk.get_json("/_rolebook/edit/facts?page=/roles/chief/");
    let levels = form["choices"]["level"].as_array().unwrap();
    assert_eq!(levels.last(), Some(&json!(["6", "Head"])), "{levels:?}");
    let save = |was: Value, value: Value| {
        let change = json!({ "field": "competencies", "was": was, "value": value });
        let (status, answer) =
            desk.post("/_rolebook/edit/facts", &json!({ "path": "roles/chief.md", "changes": [change] }));
        assert_eq!(status, 200, "{answer}");
        String::from_utf8(desk.bytes("roles/chief.md")).unwrap()
    };
    let old = json!([["talk", "Head"], ["write", 6], ["plan", 2]]);
    let new = json!([["talk", "Head"], ["write", 6], ["plan", 3]]);
    assert_eq!(save(old, new.clone()), role.replace("plan: 2", "plan: 3"));
    let text = save(new, json!([["talk", 5], ["write", 5], ["plan", 6]]));
    assert!(text.contains("  talk: Five\n  write: 5\n  plan: 6\n"), "{text}");
}

#[test]
fn a_cell_of_the_matrix_is_that_of_the_family_of_its_role() {
    let settings = "title = \"T\"\n[families.eng]\ntitle = \"Engineering\"\n[families.ops]\ntitle = \"Operations\"\n";
    let role = "---\nfamily: ops\ncompetencies:\n  craft: 2\n---\n# Op\n";
    let files = [
        ("competencies/eng/craft.md", "---\nfamily: eng\n---\n# Craft of engineers\n"),
        ("competencies/ops/craft.md", "---\nfamily: ops\n---\n# Craft of operators\n"),
        ("roles/op.md", role),
    ];
    let desk = serve_set(settings, &files);
    assert!(desk.waits_for("/roles/op/", "Craft of operators"));
    let cell = |family: &str, was: Value, level: u8| {
        let page = format!("/competencies/{family}/craft/");
        desk.post(
            "/_rolebook/edit/level",
            &json!({ "role": "/roles/op/", "competency": page, "was": was, "level": level }),
        )
    };
    let (status, answer) = cell("eng", json!(2), 3);
    assert_eq!(status, 409, "the line is about the other competency: {answer}");
    let (status, answer) = cell("ops", json!(2), 3);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(desk.bytes("roles/op.md"), role.replace("craft: 2", "craft: 3").as_bytes());
    let (status, answer) = cell("eng", Value::Null, 4);
    assert_eq!(status, 200, "{answer}");
    let after = role.replace("craft: 2\n", "craft: 3\n  \"eng/craft\": 4\n");
    assert_eq!(String::from_utf8(desk.bytes("roles/op.md")).unwrap(), after);
    assert!(desk.waits_for("/roles/op/", "Craft of engineers"));
}

/// Returns a field of a form.
fn field<'a>(form: &'a Value, name: &str) -> &'a Value {
    let lists = [&form["fields"], &form["rare"]].into_iter().filter_map(Value::as_array).flatten();
    lists.into_iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("no field {name} in {form}"))
}

#[test]
fn a_form_shows_the_facts_of_a_chapter_and_changes_only_the_lines_of_its_fields() {
    let desk = serve(&["--edit"]);
    let form = desk.get_json("/_rolebook/edit/facts?page=/roles/lead/");
    assert_eq!(field(&form, "rank")["value"], 2);
    assert_eq!(field(&form, "competencies")["value"], json!([["talk", 2]]));
    assert_eq!(form["choices"]["competency"], json!([["talk", "Talk"]]));
    assert_eq!(form["choices"]["level"][2], json!(["3", "Owning"]));
    let change = |field: &str, was: Value, value: Value| json!({ "field": field, "was": was, "value": value });
    let save = |path: &str, changes: &[Value]| {
        desk.post("/_rolebook/edit/facts", &json!({ "path": path, "changes": changes }))
    };
    let levels = change("competencies", json!([["talk", 2]]), json!([["talk", 3]]));
    let both = [levels, change("summary", Value::Null, json!("Leads: always."))];
    assert_eq!(save("roles/lead.md", &both).0, 200);
    let after =
        ROLE.replace("talk: 2 #", "talk: 3 #").replace("---\n# Lead", "summary: \"Leads: always.\"\n---\n# Lead");
    assert_eq!(String::from_utf8(desk.bytes("roles/lead.md")).unwrap(), after);
    // Another value than the form showed is a conflict, and nothing of the request is written.
    let stale = [change("rank", json!(2), json!(4)), change("summary", json!("Old."), json!("New."))];
    let (status, answer) = save("roles/lead.md", &stale);
    assert_eq!((status, &answer["theirs"], &answer["field"]), (409, &json!("Leads: always."), &json!("summary")));
    // A value that the handbook couldn't read isn't written either.
    for (name, value) in [("reviewed", "soon"), ("review_every", "often"), ("status", "new"), ("rank", "high")] {
        let was = if name == "rank" { json!(2) } else { Value::Null };
        let (status, answer) = save("roles/lead.md", &[change(name, was, json!(value))]);
        assert_eq!((status, &answer["field"]), (422, &json!(name)), "{answer}");
    }
    assert_eq!(String::from_utf8(desk.bytes("roles/lead.md")).unwrap(), after);
    assert_eq!(save("roles/lead.md", &[change("rank", json!(2), Value::Null)]).0, 200);
    assert_eq!(String::from_utf8(desk.bytes("roles/lead.md")).unwrap(), after.replace("rank: 2\n", ""));

    let before = desk.bytes("guides/a.md");
    assert_eq!(save("guides/a.md", &[change("tags", Value::Null, json!(["x", "y"]))]).0, 200);
    let text = String::from_utf8(before).unwrap().replace("title: A\r\n", "title: A\r\ntags: [x, y]\r\n");
    assert_eq!(String::from_utf8(desk.bytes("guides/a.md")).unwrap(), text);

    let form = desk.get_json("/_rolebook/edit/settings");
    assert_eq!(field(&form, "title")["value"], "T");
    let tracks = change("tracks", Value::Null, json!([{ "id": "lead", "title": "Lead" }]));
    assert_eq!(save("handbook.toml", &[change("title", json!("T"), json!("New")), tracks]).0, 200);
    let wanted = "title = \"New\"\n\n[[tracks]]\nid = \"lead\"\ntitle = \"Lead\"\n";
    assert_eq!(String::from_utf8(desk.bytes("handbook.toml")).unwrap(), wanted);
    for path in ["../x.md", "handbook.toml/../../x", "nothing.md", ".git/config", ""] {
        assert_eq!(save(path, &[change("title", Value::Null, json!("x"))]).0, 404, "{path}");
    }
}

#[test]
fn a_form_reveals_nothing_about_chapters_for_another_audience() {
    let folder = tempfile::tempdir().unwrap();
    let desk = serve_in(folder.path(), &["--edit"]);
    let role = "---\nrank: 2\ngrows_into: [secret-role]\nworks_with: [other, SECRET-TITLE]\ncompetencies:\n  secret-skill: 2\njudged: [talk#secret-anchor]\nextends: open\n---\n# Lead\n";
    let secret = |title: &str| format!("---\naudience: managers\ntitle: {title}\n---\n# X\n");
    for (path, text) in [
        ("roles/secret-role.md", secret("Secret-title")),
        ("competencies/secret-skill.md", secret("Secret-skill")),
        ("competencies/talk.md", format!("{TALK}\n::: {{audience=managers}}\n\n- Secret. {{#secret-anchor}}\n\n:::\n")),
        ("roles/lead.md", role.to_owned()),
        ("roles/open.md", "---\ntags: [open]\nbase: true\n---\n# Open\n".to_owned()),
        ("handbook.toml", "title = \"Now\"\n[audiences.managers]\n".to_owned()),
    ] {
        fs::write(folder.path().join(path), text).unwrap();
    }
    let started = Instant::now();
    let shows = |path: &str, text: &str| desk.get(path).contains(text);
    while !(shows("/roles/lead/", "Now") && shows("/roles/open/", "Open")) || shows("/roles/", "Secret") {
        assert!(started.elapsed() < Duration::from_secs(20), "the files were not read");
        std::thread::sleep(Duration::from_millis(50));
    }
    let form = desk.get_json("/_rolebook/edit/facts?page=/roles/lead/");
    let text = form.to_string().to_lowercase();
    assert!(!text.contains("secret"), "{form}");
    assert_eq!(field(&form, "extends")["value"], "open");
    for (name, value) in [
        ("grows_into", json!(["open"])),
        ("works_with", json!(["open"])),
        ("competencies", json!([["talk", 1]])),
        ("judged", Value::Null),
    ] {
        assert!(field(&form, name)["locked"].is_string(), "{name}");
        for was in [Value::Null, json!(["secret-role"])] {
            let wanted = json!({ "path": "roles/lead.md", "changes": [{ "field": name, "was": was, "value": value }] });
            let (status, answer) = desk.post("/_rolebook/edit/facts", &wanted);
            assert_eq!(status, 422, "{name}: {answer}");
            assert!(!answer.to_string().to_lowercase().contains("secret"), "{answer}");
        }
    }
    assert_eq!(desk.get_json("/_rolebook/edit/facts?page=/roles/secret-role/"), Value::Null);
    let wanted = json!({ "path": "roles/secret-role.md", "changes": [] });
    assert_eq!(desk.post("/_rolebook/edit/facts", &wanted).0, 404);
    assert_eq!(desk.bytes("roles/lead.md"), role.as_bytes());
}

#[test]
fn forms_create_and_rename_chapters_only_inside_the_content_folder() {
    let desk = serve(&["--edit"]);
    let begin = |kind: &str, title: &str| desk.post("/_rolebook/edit/new", &json!({ "kind": kind, "title": title }));
    assert_eq!(begin("page", "../../Evil deeds").0, 200);
    assert!(desk.bytes("evil-deeds.md").starts_with(b"---\n"));
    // The existing chapter is found in the model or, before the next build, on disk.
    assert!([409, 422].contains(&begin("page", "Evil deeds").0));
    assert_eq!(begin("nothing", "A title").0, 400);
    let begin_in = |folder: &str| {
        desk.post("/_rolebook/edit/new", &json!({ "kind": "page", "title": "In a folder", "folder": folder })).0
    };
    for folder in ["../evil", "/../evil", ".git", "a/../../b"] {
        assert_eq!(begin_in(folder), 422, "{folder}");
    }
    assert_eq!(begin_in("guides/new"), 200);
    assert!(desk.bytes("guides/new/in-a-folder.md").starts_with(b"---\n"));
    let rename = |page: &str, name: &str| desk.post("/_rolebook/edit/rename", &json!({ "page": page, "name": name }));
    let before = desk.bytes("guides/a.md");
    for name in ["../../evil", "..", "", ".git/x", "a/../../x", "con", "roles/lead"] {
        assert_eq!(rename("/guides/a/", name).0, 422, "{name}");
    }
    assert_eq!(rename("/nothing/", "b").0, 404);
    assert_eq!(desk.bytes("guides/a.md"), before);
    assert_eq!(rename("/guides/a/", "again").0, 200);
    assert!(desk.bytes("guides/again.md").ends_with(&before[before.len() - 20..]));
}

#[test]
fn without_the_edit_flag_nothing_can_be_changed() {
    let desk = serve(&[]);
    let before = desk.bytes("guides/a.md");
    for name in [
        "edit/save",
        "edit/draft",
        "edit/parts",
        "edit/level",
        "edit/facts",
        "edit/new",
        "edit/rename",
        "edit/picture",
        "open",
    ] {
        assert_eq!(desk.post(&format!("/_rolebook/{name}"), &json!({})).0, 404, "{name}");
    }
    assert_eq!(desk.bytes("guides/a.md"), before);
    // An undeclared audience must not reveal hidden text.
    assert_eq!(desk.post("/_rolebook/audience", &json!({ "audience": "managres" })).0, 404);
    assert_eq!(body(&desk.get("/_rolebook/edit.js")).0, 404);
    assert_eq!(body(&desk.get("/_rolebook/edit/scale")).0, 404);
    assert_eq!(body(&desk.get("/_rolebook/edit/facts?page=/roles/lead/")).0, 404);
    assert_eq!(body(&desk.get("/_rolebook/edit/settings")).0, 404);
    let source = desk.get_json("/_rolebook/source?page=/guides/a/");
    assert_eq!(source["passages"][0]["line"], 5);
    assert_eq!(source["passages"][0]["text"], Value::Null);
    // `--editor` alone allows opening files but not changing them.
    let desk = serve(&["--editor", "true"]);
    let wanted = json!({ "path": "guides/a.md", "hash": "", "passage": 0, "before": "", "text": "" });
    assert_eq!(desk.post("/_rolebook/edit/save", &wanted).0, 404);
    let open = |path: &str| desk.post("/_rolebook/open", &json!({ "path": path, "line": 1, "column": 1 })).0;
    assert_eq!(open("guides/a.md"), 200);
    for path in ["../secret.md", "/etc/passwd", "guides/../guides/a.md", "nothing.md", ""] {
        assert_eq!(open(path), 404, "{path}");
    }
}

#[test]
fn no_route_of_a_preview_for_everyone_reveals_text_for_another_audience() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# S\n\nOpen.\n\n- a\n\n  ::: {audience=managers}\n\n  SECRET\n\n  :::\n\n- b\n";
    fs::create_dir_all(folder.path().join("guides/hidden")).unwrap();
    fs::write(folder.path().join("guides/s.md"), text).unwrap();
    fs::write(folder.path().join("guides/hidden/index.md"), "---\naudience: managers\n---\n# H\n\nSECRET\n").unwrap();
    fs::write(folder.path().join("guides/hidden/below.md"), "# Below\n\nSECRET\n").unwrap();
    // A chapter whose whole text is for another audience isn't empty.
    let only = "::: {audience=managers}\n\nSECRET\n\n:::\n";
    fs::write(folder.path().join("guides/only.md"), only).unwrap();
    let desk = serve_in(folder.path(), &["--edit", "--editor", "true"]);
    fs::write(folder.path().join("handbook.toml"), "title = \"T\"\n[audiences.managers]\n").unwrap();
    let started = Instant::now();
    while !desk.get("/guides/s/").contains("rolebook-token") || desk.get("/guides/hidden/").starts_with("HTTP/1.1 200")
    {
        assert!(started.elapsed() < Duration::from_secs(20), "the configuration was not reloaded");
        std::thread::sleep(Duration::from_millis(50));
    }
    let source = desk.get("/_rolebook/source?page=/guides/s/");
    let value = body(&source).1;
    let texts: Vec<&Value> = value["passages"].as_array().unwrap().iter().map(|passage| &passage["text"]).collect();
    assert_eq!(texts, [&json!("# S"), &json!("Open."), &Value::Null]);
    let wanted = |text: &str, before: &str| json!({ "path": "guides/s.md", "hash": value["hash"], "passage": 2, "before": before, "text": text });
    let list = &text[text.find("- a").unwrap()..text.len() - 1];
    let mut answers = vec![source];
    for route in ["edit/save", "edit/draft"] {
        for before in [list, "- a", "SECRET"] {
            let (status, answer) = desk.post(&format!("/_rolebook/{route}"), &wanted("x", before));
            assert_eq!(status, 409, "{route}");
            answers.push(answer.to_string());
        }
    }
    let only_now = desk.get_json("/_rolebook/source?page=/guides/only/");
    assert_eq!((&only_now["passages"], &only_now["empty"]), (&json!([]), &json!(false)));
    let first = json!({ "path": "guides/only.md", "hash": only_now["hash"], "passage": 0, "before": "", "text": "x" });
    assert_eq!(desk.post("/_rolebook/edit/save", &first).0, 409);
    assert_eq!(desk.bytes("guides/only.md"), only.as_bytes());
    for path in ["guides/hidden/index.md", "guides/hidden/below.md"] {
        assert_eq!(desk.post("/_rolebook/edit/parts", &json!({ "path": path, "text": "- a" })).0, 404, "{path}");
        assert_eq!(desk.post("/_rolebook/open", &json!({ "path": path, "line": 1, "column": 1 })).0, 404, "{path}");
        answers.push(desk.get(&format!("/_rolebook/edit/page?path={path}")));
    }
    for route in
        ["source?page=/guides/hidden/", "source?page=/guides/hidden/below/", "edit/complete?q=bel", "edit/complete?q=H"]
    {
        answers.push(desk.get(&format!("/_rolebook/{route}")));
    }
    for answer in answers {
        assert!(!answer.contains("SECRET") && !answer.contains("Below"), "{answer}");
    }
    assert_eq!(desk.bytes("guides/s.md"), text.as_bytes());
}

#[test]
fn findings_quote_no_hidden_line_and_refusals_name_no_hidden_chapter() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    };
    write("handbook.toml", "title = \"T\"\n[audiences.managers]\n");
    write("index.md", "# Home\n\nOpen.\n\nAn open line with [[nothing-there]].\n");
    write("heading.md", "# A\n\n## Pay of SECRETA is 100 {audience = managers}\n");
    write("block.md", "# B\n\n::: {audience=managers} SECRETB\n\ntext\n\n:::\n");
    write("comment.md", "# C\n\n%% SECRETC\n");
    write("front.md", "---\naudience: managers\nsummary: SECRETD: x\n---\n# D\n");
    write("competencies/firing.md", "---\naudience: managers\n---\n# Firing\n");
    let desk = serve_with(folder.path(), &["--edit"], &|_| ());
    assert!(desk.waits_for("/_rolebook/findings", "nothing-there"));
    let mut answers = vec![desk.get("/_rolebook/findings"), desk.get("/_rolebook/found?page=/")];
    assert!(answers[0].contains("An open line with "), "{}", answers[0]);
    for path in ["heading.md", "block.md", "front.md"] {
        assert!(answers[0].contains(path), "{path} in {}", answers[0]);
        answers.push(desk.get(&format!("/_rolebook/edit/state?path={path}&hash=0")));
    }
    let new = json!({ "kind": "competency", "title": "Firing" });
    let (status, answer) = desk.post("/_rolebook/edit/new", &new);
    assert_eq!(status, 422, "{answer}");
    answers.push(answer.to_string());
    let draft = desk.post("/_rolebook/edit/draft", &desk.wanted("/", "Open.", "See [[Firing]].")).1;
    assert_eq!(draft["findings"][0]["code"], "hidden-link", "{draft}");
    answers.push(draft.to_string());
    for answer in answers {
        assert!(!answer.contains("SECRET") && !answer.contains("firing.md"), "{answer}");
    }
    let state = |path: &str| desk.get_json(&format!("/_rolebook/edit/state?path={path}&hash=0"));
    assert_eq!(state("competencies/firing.md"), state("competencies/nothing.md"));
}

#[test]
fn a_key_without_a_value_is_not_lost_when_a_form_is_saved() {
    let desk = serve(&["--edit"]);
    let text = ROLE.replace("  talk: 2 # for now\n", "  writing:\n  talk: 2 # for now\n");
    fs::write(desk.folder.join("roles/lead.md"), &text).unwrap();
    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    assert!(desk.waits_for("/_rolebook/source?page=/roles/lead/", &hash));
    let was = json!([["writing", null], ["talk", 2]]);
    let change = json!({ "field": "competencies", "was": was, "value": [["writing", null], ["talk", 3]] });
    let wanted = json!({ "path": "roles/lead.md", "changes": [change] });
    assert_ne!(desk.post("/_rolebook/edit/facts", &wanted).0, 200);
    assert_eq!(desk.bytes("roles/lead.md"), text.as_bytes());
    let form = desk.get_json("/_rolebook/edit/facts?page=/roles/lead/");
    assert_eq!(field(&form, "competencies")["value"], Value::Null, "{form}");
}

#[test]
fn only_a_page_served_by_this_preview_can_change_files() {
    let desk = serve(&["--edit"]);
    let wanted = desk.wanted("/guides/a/", "One\ntwo.", "Evil.").to_string();
    let before = desk.bytes("guides/a.md");
    let port = desk.address.rsplit(':').next().unwrap().to_owned();
    let (localhost, other) = (format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}.evil.example"));
    let own_https = format!("https://{}", desk.address);
    let wrong = "0".repeat(64);
    let long = (2 * 1024 * 1024).to_string();
    let refused: &[(u16, &[(&str, &str)])] = &[
        (403, &[("Origin", "")]),
        (403, &[("Origin", "http://evil.example")]),
        (403, &[("Origin", "null")]),
        (403, &[("Origin", &other)]),
        (403, &[("Origin", &own_https)]),
        // Another name of this machine is a different origin.
        (403, &[("Origin", &localhost)]),
        (403, &[("Sec-Fetch-Site", "cross-site")]),
        (403, &[("Sec-Fetch-Site", "same-site")]),
        (403, &[("Sec-Fetch-Site", "none")]),
        (403, &[("Rolebook-Token", "")]),
        (403, &[("Rolebook-Token", &wrong)]),
        (403, &[("Rolebook-Token", &desk.token[..63])]),
        (415, &[("Content-Type", "")]),
        (415, &[("Content-Type", "text/plain")]),
        (415, &[("Content-Type", "application/x-www-form-urlencoded")]),
        (411, &[("Content-Length", "")]),
        (413, &[("Content-Length", &long)]),
        (400, &[("Content-Length", "-1")]),
        (421, &[("Host", "evil.example")]),
        (400, &[("Transfer-Encoding", "chunked"), ("Content-Length", "")]),
    ];
    for (status, headers) in refused {
        let got = if headers.contains(&("Content-Length", &long)) {
            let text = " ".repeat(2 * 1024 * 1024);
            desk.post_with("/_rolebook/edit/save", headers, &text).0
        } else {
            desk.post_with("/_rolebook/edit/save", headers, &wanted).0
        };
        assert_eq!(got, *status, "{headers:?}");
    }
    let twice = [("Rolebook-Token", desk.token.as_str()), ("Rolebook-Token", desk.token.as_str())];
    assert_eq!(desk.post_with("/_rolebook/edit/save", &twice, &wanted).0, 403);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let head = format!("{method} /_rolebook/edit/save HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n", desk.address);
        let answer = desk.raw(format!("{head}Connection: close\r\n\r\n").as_bytes());
        assert_eq!(body(&answer).0, 405, "{method}");
        assert!(!answer.to_lowercase().contains("access-control-"));
    }
    assert_eq!(body(&desk.get("/_rolebook/edit/save")).0, 404);
    assert_eq!(desk.post_with("/_rolebook/edit/save", &[], "{").0, 400);
    assert_eq!(desk.bytes("guides/a.md"), before);
    assert_eq!(desk.post_with("/_rolebook/edit/save", &[], &wanted).0, 200);
}

#[test]
fn a_client_behind_a_proxy_can_read_but_not_change_anything() {
    let desk = serve(&["--edit", "--allow-host", "docs.example.org"]);
    let wanted = desk.wanted("/guides/a/", "One\ntwo.", "Evil.").to_string();
    let before = desk.bytes("guides/a.md");
    let named: &[(&str, &str)] = &[("Host", "docs.example.org"), ("Origin", "https://docs.example.org")];
    for headers in [
        named,
        &[("X-Forwarded-For", "203.0.113.9")],
        &[("x-forwarded-for", "127.0.0.1")],
        &[("Forwarded", "for=203.0.113.9")],
        &[("Via", "1.1 proxy")],
    ] {
        assert_eq!(desk.post_with("/_rolebook/edit/save", headers, &wanted).0, 403, "{headers:?}");
        assert_eq!(desk.post_with("/_rolebook/audience", headers, "{\"audience\":null}").0, 403, "{headers:?}");
    }
    let read = b"GET /guides/a/ HTTP/1.1\r\nHost: docs.example.org\r\nVia: 1.1 p\r\nConnection: close\r\n\r\n";
    assert!(desk.raw(read).starts_with("HTTP/1.1 200"));
    assert_eq!(desk.bytes("guides/a.md"), before);
    assert_eq!(desk.post_with("/_rolebook/edit/save", &[], &wanted).0, 200);
}

#[test]
fn a_path_that_is_not_a_chapter_is_never_written() {
    let desk = serve(&["--edit"]);
    let secret = desk.folder.join("guides/.secret.md");
    fs::write(&secret, "One\ntwo.\n").unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("b.md"), "One\ntwo.\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path().join("b.md"), desk.folder.join("guides/b.md")).unwrap();
    let mut wanted = desk.wanted("/guides/a/", "One\ntwo.", "Evil.");
    for path in [
        "../guides/a.md",
        "/etc/passwd",
        "guides/../guides/a.md",
        "guides\\a.md",
        "guides/a.md\0",
        "GUIDES/A.MD",
        "guides/.secret.md",
        "guides/b.md",
        "handbook.toml",
        "guides/new.md",
        "",
    ] {
        wanted["path"] = json!(path);
        wanted["hash"] = json!(blake3::hash(b"One\ntwo.\n").to_hex().to_string());
        assert_eq!(desk.post("/_rolebook/edit/save", &wanted).0, 404, "{path}");
        assert_eq!(desk.post("/_rolebook/edit/draft", &wanted).0, 404, "{path}");
    }
    assert_eq!(fs::read(&secret).unwrap(), b"One\ntwo.\n");
    assert_eq!(fs::read(outside.path().join("b.md")).unwrap(), b"One\ntwo.\n");
    assert!(!desk.folder.join("guides/new.md").exists());
    // A folder that became a link after the start isn't followed either.
    #[cfg(unix)]
    {
        let wanted = desk.wanted("/guides/a/", "One\ntwo.", "Evil.");
        let copy = outside.path().join("copy");
        fs::create_dir(&copy).unwrap();
        fs::write(copy.join("a.md"), &files()[2].1).unwrap();
        fs::rename(desk.folder.join("guides"), desk.folder.join("old")).unwrap();
        std::os::unix::fs::symlink(&copy, desk.folder.join("guides")).unwrap();
        assert_ne!(desk.post("/_rolebook/edit/save", &wanted).0, 200);
        assert_eq!(fs::read(copy.join("a.md")).unwrap(), files()[2].1);
    }
}
