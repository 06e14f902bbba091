//! Saves pictures from a page: what is accepted, under which names, and who may know of them.

use std::fs;

use serde_json::{Value, json};

use crate::edit::{Desk, serve, serve_in};
use crate::undo::{see_as, with_audiences};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x06\0\0\0";

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        (0..=group.len()).map(|n| char::from(DIGITS[bits >> (18 - 6 * n) & 63])).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

fn send(desk: &Desk, path: &str, name: &str, bytes: &[u8]) -> (u16, Value) {
    desk.post("/_rolebook/edit/picture", &json!({ "path": path, "name": name, "data": base64(bytes) }))
}

#[test]
fn a_picture_is_saved_beside_its_chapter_and_never_in_place_of_another_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("guides")).unwrap();
    fs::write(folder.path().join("guides/Team-Map-2.PNG"), "kept").unwrap();
    let desk = serve_in(folder.path(), &["--edit"]);
    let chapter = desk.bytes("guides/a.md");
    let (status, answer) = send(&desk, "guides/a.md", "Team map", PNG);
    let wanted =
        json!({ "path": "guides/team-map.png", "link": "team-map.png", "width": 3, "height": 2, "bytes": PNG.len() });
    assert_eq!((status, answer), (200, wanted));
    assert_eq!(desk.bytes("guides/team-map.png"), PNG);
    // Some systems don't distinguish case.
    assert_eq!(send(&desk, "guides/a.md", "Team map", PNG).1["path"], "guides/team-map-3.png");
    let (status, answer) = send(&desk, "guides/a.md", "../Team/../map!", PNG);
    assert_eq!((status, &answer["path"]), (200, &json!("guides/teammap.png")));
    assert_eq!(send(&desk, "index.md", "", PNG).1["path"], "index.png");
    assert_eq!(send(&desk, "index.md", "", PNG).1["path"], "index-2.png");
    assert_eq!(desk.bytes("guides/Team-Map-2.PNG"), b"kept");
    assert_eq!(desk.bytes("guides/a.md"), chapter);
}

#[test]
fn only_pictures_that_cannot_run_anything_are_saved_and_only_beside_a_chapter() {
    let desk = serve(&["--edit"]);
    let files = || fs::read_dir(desk.folder.join("guides")).unwrap().count();
    let before = files();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>x()</script></svg>";
    let (status, answer) = send(&desk, "guides/a.md", "x", svg);
    assert_eq!(status, 415);
    assert!(answer["error"].as_str().unwrap().starts_with("An SVG picture can contain scripts"), "{answer}");
    for bytes in [&b"<html>"[..], b"", b"%PDF-1.7", b"MZ", &PNG[..12]] {
        assert_eq!(send(&desk, "guides/a.md", "x", bytes).0, 415, "{bytes:?}");
    }
    for path in ["../a.md", "/etc/x.md", "guides/nothing.md", "guides", "handbook.toml", "", "guides/../guides/a.md"] {
        assert_eq!(send(&desk, path, "x", PNG).0, 404, "{path}");
    }
    let wanted = json!({ "path": "guides/a.md", "name": "x", "data": "no base64!" });
    assert_eq!(desk.post("/_rolebook/edit/picture", &wanted).0, 400);
    let large = [PNG, &vec![0; 8 << 20]].concat();
    assert_eq!(send(&desk, "guides/a.md", "x", &large).0, 413);
    assert_eq!(send(&desk, "guides/a.md", "x", &large[..(8 << 20)]).0, 200, "more than other requests may send");
    assert_eq!(files(), before + 1);
    assert_eq!(send(&serve(&[]), "guides/a.md", "x", PNG).0, 404, "without --edit");
}

#[test]
fn a_picture_is_taken_back_and_one_that_was_changed_since_is_kept() {
    let desk = serve(&["--edit"]);
    assert_eq!(send(&desk, "guides/a.md", "one", PNG).0, 200);
    let [change] = &desk.changes()[..] else { panic!() };
    assert_eq!((&change["what"], &change["title"]), (&json!("picture"), &json!("one.png")));
    assert_eq!((&change["files"][0]["picture"], &change["files"][0]["places"]), (&json!(PNG.len()), &json!([])));
    assert_eq!(desk.undo(&change["number"]).0, 200);
    assert!(!desk.folder.join("guides/one.png").exists());
    assert_eq!(desk.undo_last().0, 200, "and made again");
    assert_eq!(desk.bytes("guides/one.png"), PNG);
    assert_eq!(send(&desk, "guides/a.md", "two", PNG).0, 200);
    fs::write(desk.folder.join("guides/two.png"), "drawn anew").unwrap();
    let (status, answer) = desk.undo_last();
    assert_eq!(status, 409);
    assert_eq!(answer["error"], "`guides/two.png` has been changed again since. Nothing was changed.");
    assert_eq!(desk.bytes("guides/two.png"), b"drawn anew");
}

#[test]
fn a_picture_for_one_audience_is_not_known_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let desk = with_audiences(folder.path());
    see_as(&desk, None);
    let names = |desk: &Desk| desk.changes().iter().map(|change| change["title"].to_string()).collect::<String>();
    assert_eq!(send(&desk, "hidden/index.md", "x", PNG).0, 404, "the chapter isn't part of this site");
    assert_eq!(send(&desk, "s.md", "everybody", PNG).0, 200);
    assert!(names(&desk).contains("everybody.png"));
    see_as(&desk, Some("managers"));
    assert_eq!(send(&desk, "hidden/index.md", "salaries", PNG).0, 200);
    assert_eq!(send(&desk, "s.md", "bonus", PNG).0, 200);
    assert!(names(&desk).contains("salaries.png") && names(&desk).contains("bonus.png"));
    let number = desk.changes()[0]["number"].clone();
    see_as(&desk, None);
    assert!(!names(&desk).contains("salaries") && !names(&desk).contains("bonus"), "{}", names(&desk));
    assert_eq!(desk.undo(&number).0, 404);
    // A picture that only hidden text shows is hidden, even if everybody saved it.
    fs::write(
        folder.path().join("s.md"),
        "# S\n\nOpen.\n\n::: {audience=managers}\n\n![SECRET](everybody.png)\n\n:::\n",
    )
    .unwrap();
    desk.settles("/s/", "s.md");
    assert!(!names(&desk).contains("everybody"), "{}", names(&desk));
    see_as(&desk, Some("managers"));
    assert_eq!(desk.undo(&number).0, 200);
}
