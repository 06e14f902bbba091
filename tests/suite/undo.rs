//! Takes changes back from a page: the exact bytes on disk, what happens if something else changed
//! since, and that nothing for another audience shows.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::edit::{Desk, serve, serve_in};

impl Desk {
    pub fn changes(&self) -> Vec<Value> {
        self.get_json("/_rolebook/edit/changes")["changes"].as_array().cloned().unwrap_or_default()
    }

    pub fn undo(&self, number: &Value) -> (u16, Value) {
        self.post("/_rolebook/edit/undo", &json!({ "number": number }))
    }

    /// Takes the newest change back.
    pub fn undo_last(&self) -> (u16, Value) {
        self.undo(&self.changes()[0]["number"])
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    /// Waits until the preview shows the text of a file as it is on disk.
    pub fn settles(&self, page: &str, path: &str) {
        let hash = blake3::hash(&self.bytes(path)).to_hex().to_string();
        let start = Instant::now();
        while self.get_json(&format!("/_rolebook/source?page={page}"))["hash"] != hash {
            assert!(start.elapsed() < Duration::from_secs(10), "{page} isn't up to date");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn a_saved_passage_is_taken_back_byte_for_byte_and_so_is_the_taking_back() {
    let desk = serve(&["--edit"]);
    assert!(desk.changes().is_empty());
    let before = desk.bytes("guides/a.md");
    assert_eq!(desk.save("/guides/a/", "One\ntwo.", "Eins\nzwei.").0, 200);
    let saved = desk.bytes("guides/a.md");
    desk.settles("/guides/a/", "guides/a.md");
    let [change] = &desk.changes()[..] else { panic!() };
    assert_eq!((&change["what"], &change["title"], &change["url"]), (&json!("text"), &json!("A"), &json!("guides/a/")));
    assert_eq!(change["files"][0]["places"], json!([{ "line": 5, "was": "One\ntwo.", "made": "Eins\nzwei." }]));
    assert_eq!((&change["taken"], &change["earlier"]), (&json!(false), &json!(false)));
    let (status, answer) = desk.undo_last();
    assert_eq!((status, &answer["title"]), (200, &json!("A")), "{answer}");
    assert_eq!(desk.bytes("guides/a.md"), before);
    let [undo, change] = &desk.changes()[..] else { panic!() };
    assert_eq!((&undo["what"], &undo["undoes"], &change["taken"]), (&json!("undo"), &change["number"], &json!(true)));
    assert_eq!(desk.undo(&change["number"]).0, 409, "it has been taken back already");
    assert_eq!(desk.undo(&undo["number"]).0, 200);
    assert_eq!(desk.bytes("guides/a.md"), saved);
    let taken: Vec<Value> = desk.changes().iter().map(|change| change["taken"].clone()).collect();
    assert_eq!(taken, [false, true, false]);
}

#[test]
fn an_older_change_is_taken_back_and_what_was_written_since_stays() {
    let desk = serve(&["--edit"]);
    let before = desk.text("guides/a.md");
    assert_eq!(desk.save("/guides/a/", "One\ntwo.", "Eins.").0, 200);
    desk.settles("/guides/a/", "guides/a.md");
    assert_eq!(desk.save("/guides/a/", "End", "The end.").0, 200);
    fs::write(desk.folder.join("guides/a.md"), desk.text("guides/a.md").replace("- y\r\n", "- y\r\n- z\r\n")).unwrap();
    desk.settles("/guides/a/", "guides/a.md");
    let first = desk.changes()[1]["number"].clone();
    assert_eq!(desk.undo(&first).0, 200);
    assert_eq!(desk.text("guides/a.md"), before.replace("- y\r\n", "- y\r\n- z\r\n").replace("End", "The end."));
}

#[test]
fn where_the_same_place_changed_again_the_author_decides_between_three_texts() {
    let desk = serve(&["--edit"]);
    let before = desk.text("guides/a.md");
    assert_eq!(desk.save("/guides/a/", "One\ntwo.", "Mine.").0, 200);
    let since = desk.text("guides/a.md").replace("Mine.", "Mine and theirs.");
    fs::write(desk.folder.join("guides/a.md"), &since).unwrap();
    desk.settles("/guides/a/", "guides/a.md");
    let number = desk.changes()[0]["number"].clone();
    let (status, answer) = desk.undo(&number);
    assert_eq!(status, 409, "{answer}");
    let [place] = &answer["apart"].as_array().unwrap()[..] else { panic!("{answer}") };
    assert_eq!((&place["was"], &place["made"]), (&json!("One\ntwo.\n"), &json!("Mine.\n")));
    assert_eq!((&place["now"], &place["line"]), (&json!("Mine and theirs.\n"), &json!(5)));
    assert_eq!(desk.text("guides/a.md"), since, "nothing is written before the author decides");
    // A decision about another state of the file isn't carried out.
    let choose = |state: &Value| json!({ "number": number, "choices": ["One,\ntheirs."], "state": state });
    assert_eq!(desk.post("/_rolebook/edit/undo", &choose(&json!("0"))).0, 409);
    // A place in a file can't be no file.
    let none = json!({ "number": number, "choices": [null], "state": answer["state"] });
    assert_eq!(desk.post("/_rolebook/edit/undo", &none).0, 409);
    assert_eq!(desk.text("guides/a.md"), since);
    assert_eq!(desk.post("/_rolebook/edit/undo", &choose(&answer["state"])).0, 200);
    assert_eq!(desk.text("guides/a.md"), before.replace("One\r\ntwo.", "One,\r\ntheirs."));
}

#[test]
fn a_chapter_is_deleted_after_saying_what_links_to_it_and_comes_back() {
    let desk = serve(&["--edit"]);
    let before = desk.bytes("guides/a.md");
    let (status, answer) = desk.post("/_rolebook/edit/delete", &json!({ "page": "/guides/a/" }));
    assert_eq!((status, &answer["links"]), (200, &json!([{ "title": "Home", "url": "" }])), "{answer}");
    assert_eq!(desk.bytes("guides/a.md"), before, "nothing is deleted before the author has seen the links");
    let (status, _) = desk.post("/_rolebook/edit/delete", &json!({ "page": "/guides/a/", "confirmed": true }));
    assert_eq!(status, 200);
    assert!(!desk.folder.join("guides").exists());
    assert!(desk.waits_for("/guides/a/", "404 Not Found"));
    let change = &desk.changes()[0];
    assert_eq!((&change["what"], &change["title"]), (&json!("deleted"), &json!("A")));
    assert_eq!(desk.undo_last().0, 200);
    assert_eq!(desk.bytes("guides/a.md"), before);
}

#[test]
fn a_deleted_chapter_whose_name_is_taken_now_is_compared() {
    let desk = serve(&["--edit"]);
    let before = desk.text("guides/a.md");
    assert_eq!(desk.post("/_rolebook/edit/delete", &json!({ "page": "/guides/a/", "confirmed": true })).0, 200);
    fs::create_dir_all(desk.folder.join("guides")).unwrap();
    fs::write(desk.folder.join("guides/a.md"), "# Another\n").unwrap();
    assert!(desk.waits_for("/guides/a/", "Another"));
    let number = desk.changes()[0]["number"].clone();
    let (status, answer) = desk.undo(&number);
    assert_eq!((status, &answer["apart"][0]["now"]), (409, &json!("# Another\n")), "{answer}");
    assert_eq!(desk.text("guides/a.md"), "# Another\n");
    let choice = json!({ "number": number, "choices": [before], "state": answer["state"] });
    assert_eq!(desk.post("/_rolebook/edit/undo", &choice).0, 200);
    assert_eq!(desk.text("guides/a.md"), before);
    // The text that was there is in the journal, so this can be taken back too.
    assert_eq!(desk.undo_last().0, 200);
    assert_eq!(desk.text("guides/a.md"), "# Another\n");
}

#[test]
fn a_rename_is_taken_back_and_references_written_since_follow() {
    let desk = serve(&["--edit"]);
    let (chapter, home) = (desk.bytes("guides/a.md"), desk.text("index.md"));
    let rename = || desk.post("/_rolebook/edit/rename", &json!({ "page": "/guides/a/", "name": "b" })).0;
    assert_eq!(rename(), 200);
    assert!(desk.waits_for("/guides/b/", "two."));
    assert_eq!(desk.undo_last().0, 200);
    assert_eq!((desk.bytes("guides/a.md"), desk.text("index.md")), (chapter, home));
    assert!(desk.waits_for("/guides/a/", "two."));
    assert_eq!(rename(), 200);
    assert!(desk.waits_for("/guides/b/", "two."));
    fs::write(desk.folder.join("roles/lead.md"), "# Lead\n\nSee [[b]].\n").unwrap();
    desk.settles("/roles/lead/", "roles/lead.md");
    let (status, answer) = desk.undo_last();
    assert_eq!(status, 200, "{answer}");
    assert!(desk.text("guides/a.md").contains("two."));
    assert_eq!(desk.text("roles/lead.md"), "# Lead\n\nSee [[a]].\n");
}

/// Runs `rolebook mv` in the folder of a preview.
fn move_by_command(desk: &Desk, old: &str, new: &str) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rolebook"));
    let done = command.args(["mv", old, new]).current_dir(&desk.folder).output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn a_moved_folder_comes_back_whole_and_references_written_since_follow() {
    let desk = serve(&["--edit"]);
    fs::write(desk.folder.join("guides/index.md"), "# Guides\n").unwrap();
    fs::write(desk.folder.join("guides/second.md"), "# Second\n").unwrap();
    assert!(desk.waits_for("/guides/second/", "Second"));
    move_by_command(&desk, "guides/index.md", "parts/manuals");
    assert!(desk.waits_for("/parts/manuals/second/", "Second"));
    fs::write(desk.folder.join("roles/lead.md"), "# Lead\n\nSee [it](../parts/manuals/second.md).\n").unwrap();
    desk.settles("/roles/lead/", "roles/lead.md");
    let (status, answer) = desk.undo_last();
    assert_eq!(status, 200, "{answer}");
    for path in ["guides/index.md", "guides/a.md", "guides/second.md"] {
        assert!(desk.folder.join(path).exists(), "{path}");
    }
    assert!(!desk.folder.join("parts").exists());
    assert_eq!(desk.text("roles/lead.md"), "# Lead\n\nSee [it](../guides/second.md).\n");
}

#[test]
fn a_chapter_that_was_at_the_top_comes_back_to_the_top() {
    let desk = serve(&["--edit"]);
    fs::write(desk.folder.join("first.md"), "# First\n").unwrap();
    assert!(desk.waits_for("/first/", "First"));
    move_by_command(&desk, "first.md", "guides/second.md");
    assert!(desk.waits_for("/guides/second/", "First"));
    fs::write(desk.folder.join("roles/lead.md"), "# Lead\n\nSee [[second]].\n").unwrap();
    desk.settles("/roles/lead/", "roles/lead.md");
    let (status, answer) = desk.undo_last();
    assert_eq!(status, 200, "{answer}");
    assert!(desk.folder.join("first.md").exists());
    assert_eq!(desk.text("roles/lead.md"), "# Lead\n\nSee [[first]].\n");
}

#[test]
fn a_new_chapter_is_taken_back_but_not_with_what_was_written_into_it() {
    let desk = serve(&["--edit"]);
    let new = || {
        let (status, answer) = desk.post("/_rolebook/edit/new", &json!({ "kind": "role", "title": "Head of things" }));
        assert_eq!(status, 200, "{answer}");
    };
    new();
    assert!(desk.waits_for("/roles/head-of-things/", "Head of things"));
    assert_eq!(desk.changes()[0]["what"], "new");
    assert_eq!(desk.undo_last().0, 200);
    assert!(!desk.folder.join("roles/head-of-things.md").exists());
    assert!(desk.waits_for("/roles/head-of-things/", "404 Not Found"));
    new();
    let text = desk.text("roles/head-of-things.md") + "\nMore.\n";
    fs::write(desk.folder.join("roles/head-of-things.md"), &text).unwrap();
    assert!(desk.waits_for("/roles/head-of-things/", "More."));
    let number = desk.changes()[0]["number"].clone();
    let (status, answer) = desk.undo(&number);
    assert_eq!((status, &answer["apart"][0]["was"], &answer["apart"][0]["now"]), (409, &Value::Null, &json!(text)));
    let choice = json!({ "number": number, "choices": [null], "state": answer["state"] });
    let (status, answer) = desk.post("/_rolebook/edit/undo", &choice);
    assert_eq!(status, 200, "{answer}");
    assert!(!desk.folder.join("roles/head-of-things.md").exists());
}

#[test]
fn a_level_is_taken_back_and_changes_of_an_earlier_run_are_marked() {
    let folder = tempfile::tempdir().unwrap();
    let role;
    {
        let desk = serve_in(folder.path(), &["--edit"]);
        role = desk.bytes("roles/lead.md");
        let cell = json!({ "role": "/roles/lead/", "competency": "/competencies/talk/", "was": 2, "level": 3 });
        assert_eq!(desk.post("/_rolebook/edit/level", &cell).0, 200);
        assert_eq!(desk.changes()[0]["what"], "level");
        assert_eq!(desk.undo_last().0, 200);
        assert_eq!(desk.bytes("roles/lead.md"), role);
    }
    let desk = serve_in(folder.path(), &["--edit"]);
    assert!(desk.changes().iter().all(|change| change["earlier"] == true));
    assert_eq!(desk.save("/roles/lead/", "Leads.", "Leads all.").0, 200);
    assert_eq!(desk.changes()[0]["earlier"], false);
}

/// A handbook for managers and everyone, previewed for everyone.
pub fn with_audiences(folder: &std::path::Path) -> Desk {
    fs::write(folder.join("s.md"), "# S\n\nOpen.\n\n::: {audience=managers}\n\nThe SECRET is out.\n\n:::\n\nLast.\n")
        .unwrap();
    fs::create_dir_all(folder.join("hidden")).unwrap();
    fs::write(folder.join("hidden/index.md"), "---\naudience: managers\n---\n# H\n\nA SECRET.\n").unwrap();
    fs::write(folder.join("hidden/below.md"), "# Below\n\nA SECRET.\n").unwrap();
    let desk = serve_in(folder, &["--edit"]);
    fs::write(folder.join("handbook.toml"), "title = \"T\"\n[audiences.managers]\ntitle = \"Managers\"\n").unwrap();
    see_as(&desk, Some("managers"));
    desk
}

/// Shows the site for an audience, and waits until it is.
pub fn see_as(desk: &Desk, audience: Option<&str>) {
    let start = Instant::now();
    let is_shown = || desk.get("/hidden/").starts_with("HTTP/1.1 200") == audience.is_some();
    while desk.post("/_rolebook/audience", &json!({ "audience": audience })).0 != 200 || !is_shown() {
        assert!(start.elapsed() < Duration::from_secs(20), "the audience isn't shown");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn changes_for_another_audience_are_neither_listed_nor_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with_audiences(folder.path());
    for (page, path, before, after) in [
        ("/s/", "s.md", "The SECRET is out.", "The SECRET is in."),
        ("/hidden/", "hidden/index.md", "A SECRET.", "A new SECRET."),
        ("/hidden/below/", "hidden/below.md", "A SECRET.", "A newer SECRET."),
        ("/s/", "s.md", "Open.", "Wide open."),
    ] {
        assert_eq!(desk.save(page, before, after).0, 200, "{page} {before}");
        desk.settles(page, path);
    }
    assert_eq!(desk.post("/_rolebook/edit/delete", &json!({ "page": "/hidden/below/", "confirmed": true })).0, 200);
    assert!(desk.waits_for("/hidden/below/", "404 Not Found"));
    let managers = desk.changes();
    assert_eq!(managers.len(), 5, "{managers:#?}");
    see_as(&desk, None);
    let answer = desk.get("/_rolebook/edit/changes");
    for word in ["SECRET", "hidden", "Below"] {
        assert!(!answer.contains(word), "{word} in {answer}");
    }
    let [open] = &desk.changes()[..] else { panic!("{answer}") };
    assert_eq!(open["files"][0]["places"], json!([{ "line": 3, "was": "Open.", "made": "Wide open." }]));
    let texts = || ["s.md", "hidden/index.md"].map(|path| desk.text(path));
    let before = texts();
    for change in managers.iter().filter(|change| change["number"] != open["number"]) {
        let (status, answer) = desk.undo(&change["number"]);
        assert_eq!(status, 404, "{answer}");
        assert!(!answer.to_string().contains("SECRET"), "{answer}");
    }
    assert_eq!(texts(), before);
    assert_eq!(desk.undo(&open["number"]).0, 200);
    assert!(desk.text("s.md").contains("\n\nOpen.\n") && desk.text("s.md").contains("The SECRET is in."));
}

#[test]
fn a_deletion_and_its_undo_show_nothing_of_what_another_audience_may_not_see() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.md"), "---\naudience: managers\n---\n# Masked\n\nA SECRET.\n").unwrap();
    let desk = with_audiences(folder.path());
    assert!(desk.waits_for("/m/", "SECRET"));
    let (masked, mixed) = (desk.text("m.md"), desk.text("s.md"));
    let delete = |page: &str| desk.post("/_rolebook/edit/delete", &json!({ "page": page, "confirmed": true })).0;
    assert_eq!((delete("/m/"), delete("/s/")), (200, 200));
    assert!(desk.waits_for("/m/", "404 Not Found") && desk.waits_for("/s/", "404"));
    let number = |n: usize| desk.changes()[n]["number"].clone();
    let (of_mixed, of_masked) = (number(0), number(1));
    let is_silent = |answer: &str| ["SECRET", "Masked", "m.md"].iter().all(|word| !answer.contains(word));
    see_as(&desk, None);
    let listed = desk.get("/_rolebook/edit/changes");
    assert!(is_silent(&listed), "{listed}");
    assert_eq!(desk.changes().len(), 1, "{listed}");
    assert_eq!(desk.changes()[0]["files"][0]["places"], json!([]), "no part of a text is shown if one is hidden");
    let (status, answer) = desk.undo(&of_masked);
    assert!(status == 404 && is_silent(&answer.to_string()), "{answer}");
    let (status, answer) = desk.undo(&of_mixed);
    assert!(status == 200 && is_silent(&answer.to_string()), "{answer}");
    assert_eq!(desk.text("s.md"), mixed, "what is hidden comes back too");
    see_as(&desk, Some("managers"));
    assert_eq!(desk.undo(&of_masked).0, 200);
    assert_eq!(desk.text("m.md"), masked);
    assert!(desk.waits_for("/m/", "SECRET"));
    let of_undo = number(0);
    see_as(&desk, None);
    let listed = desk.get("/_rolebook/edit/changes");
    assert!(is_silent(&listed), "{listed}");
    assert_eq!(desk.undo(&of_undo).0, 404);
    assert_eq!(desk.get_json("/_rolebook/edit/page?path=m.md"), Value::Null);
    assert_eq!(desk.text("m.md"), masked);
}

#[test]
fn a_text_that_was_open_once_and_is_for_an_audience_today_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with_audiences(folder.path());
    see_as(&desk, None);
    desk.settles("/s/", "s.md");
    assert_eq!(desk.save("/s/", "Last.", "The last SECRET.").0, 200);
    desk.settles("/s/", "s.md");
    assert_eq!(desk.changes().len(), 1);
    let hidden =
        desk.text("s.md").replace("The last SECRET.", "::: {audience=managers}\n\nThe last SECRET.\n\n:::\n\nMore.");
    fs::write(folder.path().join("s.md"), hidden).unwrap();
    desk.settles("/s/", "s.md");
    assert_eq!(desk.changes(), Vec::<Value>::new());
    // A whole chapter that is for an audience today.
    assert_eq!(desk.save("/s/", "More.", "Another SECRET.").0, 200);
    fs::write(folder.path().join("s.md"), format!("---\naudience: managers\n---\n{}", desk.text("s.md"))).unwrap();
    assert!(desk.waits_for("/s/", "404 Not Found"));
    let answer = desk.get("/_rolebook/edit/changes");
    assert!(!answer.contains("SECRET"), "{answer}");
}

#[test]
fn a_deletion_or_a_move_that_would_publish_a_hidden_chapter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with_audiences(folder.path());
    let before = desk.text("hidden/below.md");
    let delete = |page: &str| desk.post("/_rolebook/edit/delete", &json!({ "page": page, "confirmed": true }));
    let rename = |page: &str, name: &str| desk.post("/_rolebook/edit/rename", &json!({ "page": page, "name": name }));
    for (status, answer) in
        [delete("/hidden/"), rename("/hidden/", "team/index.md"), rename("/hidden/below/", "open/below.md")]
    {
        assert_eq!(status, 422, "{answer}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains("`hidden/below.md` to everyone") && error.contains("`audience`"), "{error}");
    }
    assert_eq!(desk.text("hidden/below.md"), before);
    // With an audience of its own, the chapter stays hidden wherever it is.
    fs::write(folder.path().join("hidden/below.md"), format!("---\naudience: managers\n---\n{before}")).unwrap();
    desk.settles("/hidden/below/", "hidden/below.md");
    let (status, answer) = rename("/hidden/below/", "open/below.md");
    assert_eq!(status, 200, "{answer}");
    assert!(desk.waits_for("/open/below/", "SECRET"));
    assert_eq!(delete("/hidden/").0, 200);
}

#[test]
fn changes_made_in_a_folder_that_was_hidden_then_are_neither_listed_nor_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with_audiences(folder.path());
    fs::create_dir_all(folder.path().join("gone")).unwrap();
    fs::write(folder.path().join("gone/index.md"), "---\naudience: managers\n---\n# G\n").unwrap();
    fs::write(folder.path().join("gone/kid.md"), "# Kid\n\nEve gets a SECRET.\n").unwrap();
    assert!(desk.waits_for("/gone/kid/", "Eve"));
    // One chapter leaves the hidden folder, and another is deleted with its folder.
    assert_eq!(desk.save("/hidden/below/", "A SECRET.", "Nothing.").0, 200);
    desk.settles("/hidden/below/", "hidden/below.md");
    fs::create_dir_all(folder.path().join("open")).unwrap();
    fs::rename(folder.path().join("hidden/below.md"), folder.path().join("open/below.md")).unwrap();
    assert!(desk.waits_for("/open/below/", "Nothing"));
    for page in ["/gone/kid/", "/gone/"] {
        assert_eq!(desk.post("/_rolebook/edit/delete", &json!({ "page": page, "confirmed": true })).0, 200);
        assert!(desk.waits_for(page, "404 Not Found"));
    }
    let managers = desk.changes();
    assert_eq!(managers.len(), 3, "{managers:#?}");
    see_as(&desk, None);
    let answer = desk.get("/_rolebook/edit/changes");
    for word in ["SECRET", "hidden", "gone", "Kid"] {
        assert!(!answer.contains(word), "{word} in {answer}");
    }
    for change in managers {
        assert_eq!(desk.undo(&change["number"]).0, 404, "{change}");
    }
    assert!(!folder.path().join("gone").exists());
}

#[test]
fn a_text_that_was_marked_and_reworded_since_and_the_old_name_of_a_hidden_chapter_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with_audiences(folder.path());
    assert_eq!(desk.save("/s/", "Last.", "Pay is SECRET1.").0, 200);
    let marked =
        desk.text("s.md").replace("Pay is SECRET1.", "::: {audience=managers}\n\nPay is SECRET1.\n\n:::\n\nEnd.");
    fs::write(folder.path().join("s.md"), marked).unwrap();
    desk.settles("/s/", "s.md");
    assert_eq!(desk.save("/s/", "Pay is SECRET1.", "Pay is SECRET2.").0, 200);
    fs::write(folder.path().join("layoffs.md"), "---\naudience: managers\n---\n# Layoffs\n").unwrap();
    assert!(desk.waits_for("/layoffs/", "HTTP/1.1 200"));
    let rename = json!({ "page": "/layoffs/", "name": "plan.md" });
    assert_eq!(desk.post("/_rolebook/edit/rename", &rename).0, 200);
    assert!(desk.waits_for("/plan/", "HTTP/1.1 200"));
    assert_eq!(desk.post("/_rolebook/edit/delete", &json!({ "page": "/plan/", "confirmed": true })).0, 200);
    assert!(desk.waits_for("/plan/", "404 Not Found"));
    see_as(&desk, None);
    let answer = desk.get("/_rolebook/edit/changes");
    for word in ["SECRET", "ayoffs", "plan"] {
        assert!(!answer.contains(word), "{word} in {answer}");
    }
}

#[test]
fn three_texts_are_not_shown_if_one_of_them_is_for_another_audience() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with_audiences(folder.path());
    see_as(&desk, None);
    desk.settles("/s/", "s.md");
    assert_eq!(desk.save("/s/", "Open.", "Opened.").0, 200);
    desk.settles("/s/", "s.md");
    let number = desk.changes()[0]["number"].clone();
    // What is in this place now is for managers.
    let joined = desk.text("s.md").replace("Opened.", "::: {audience=managers}\n\nOpened SECRET.\n\n:::");
    fs::write(folder.path().join("s.md"), joined).unwrap();
    desk.settles("/s/", "s.md");
    let (status, answer) = desk.undo(&number);
    assert_eq!(status, 409, "{answer}");
    assert!(!answer.to_string().contains("SECRET") && answer["apart"].is_null(), "{answer}");
}

#[test]
fn without_the_edit_flag_there_are_no_changes_to_see_and_none_to_take_back() {
    let desk = serve(&[]);
    assert!(desk.get("/_rolebook/edit/changes").starts_with("HTTP/1.1 404"));
    for (route, body) in
        [("undo", json!({ "number": 1 })), ("delete", json!({ "page": "/guides/a/", "confirmed": true }))]
    {
        assert_eq!(desk.post(&format!("/_rolebook/edit/{route}"), &body).0, 404, "{route}");
    }
    assert!(desk.folder.join("guides/a.md").exists());
}
