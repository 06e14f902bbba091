//! Commands that write authors' files while an editor saves or something kills them. These are real
//! processes, interrupted at moments spread over the whole time that each takes.
//!
//! A text counts as lost if it is neither in a chapter nor in the journal.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rolebook::world::disk::{Project, Writer};
use serde_json::{Value, json};

use crate::served::{Served, serve_with};
use crate::shared::{asked, files_below};

/// The number of chapters, most of which refer to the one that is moved.
const MANY: usize = 24;

/// A handbook whose chapters refer to each other, and whose competencies have no anchors yet.
struct Book(tempfile::TempDir);

/// The files of a folder by name.
type Tree = BTreeMap<String, Vec<u8>>;

/// The ways in which editors save.
#[derive(Clone, Copy, Debug)]
enum Editor {
    /// Opens the file, truncates it and writes.
    InPlace,
    /// Writes a new file and renames it over the old one.
    Renaming,
    /// Opened the file before the command started, and writes to that open file.
    Open,
}

/// Returns a pseudorandom number below `below` that is the same in each run.
fn random(round: usize, below: u64) -> u64 {
    let hash = blake3::hash(&round.to_le_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap()) % below.max(1)
}

fn body(n: usize) -> String {
    format!("The text of chapter {n} is nowhere else. ").repeat(20)
}

impl Book {
    fn new() -> Self {
        let book = Self(tempfile::tempdir().unwrap());
        book.put("handbook/handbook.toml", "title = \"T\"\n");
        book.put("handbook/index.md", &format!("# Home\n\n[[a]] and [it](guides/a.md). {}\n", body(0)));
        book.put("handbook/guides/index.md", &format!("# Guides\n\n[a](a.md)\n\n{}\n", body(1)));
        book.put("handbook/guides/a.md", &format!("# A\n\n[home](../index.md) [self](a.md)\n\n{}\n", body(2)));
        for n in 3..MANY {
            book.put(&format!("handbook/guides/p{n}.md"), &format!("# P{n}\n\n[[a]] [a](a.md)\n\n{}\n", body(n)));
            let levels =
                "### Learning\n\n- Says it.\n- Asks first.\n\n### Owning\n\n- Writes [the brief](../guides/a.md).\n";
            book.put(
                &format!("handbook/competencies/c{n}.md"),
                &format!("# C{n}\n\n{levels}\n## More\n\n{}\n", body(n)),
            );
        }
        let row = |n: usize| format!("Skill {n},Owning,Decides {n}\nSkill {n},Learning,Asks {n}\n");
        book.put("t.csv", &format!("competency,level,statement\n{}", (0..MANY).map(row).collect::<String>()));
        book
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, path: &str, text: &str) {
        let place = self.root().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolebook"));
        command.args(arguments).current_dir(self.root());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }
}

/// Reads every file of a project except the private ones.
fn tree(root: &Path) -> Tree {
    let mut files = files_below(root);
    files.retain(|name, _| !name.split('/').any(|part| part == ".rolebook"));
    files
}

/// Returns the writer of a project.
fn writer(root: &Path) -> Writer {
    Writer::of(&Project::find(root).unwrap())
}

/// Returns every text in the chapters or the journal. A copy in the journal counts only if it is
/// whole, which means that it has the hash in the plan. What an editor saved in between has none.
fn texts(root: &Path) -> Vec<String> {
    let mut texts: Vec<Vec<u8>> = tree(root).into_values().collect();
    for entry in fs::read_dir(root.join(".rolebook/journal")).into_iter().flatten() {
        let entry = entry.unwrap().path();
        let Ok(plan) = fs::read(entry.join("plan.json")) else { continue };
        let plan: Value = serde_json::from_slice(&plan).unwrap();
        for (n, step) in plan["steps"].as_array().unwrap().iter().enumerate() {
            let copy = |what: &str| fs::read(entry.join(format!("{n}.{what}"))).ok();
            let whole = |what: &str, hash: &Value| {
                copy(what).filter(|bytes| hash.as_str() == Some(blake3::hash(bytes).to_hex().as_str()))
            };
            texts.extend(
                [whole("old", &step["before"]), whole("new", &step["after"]), copy("swap")].into_iter().flatten(),
            );
        }
    }
    texts.into_iter().map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
}

impl Editor {
    fn of(round: usize) -> Self {
        [Self::InPlace, Self::Renaming, Self::InPlace, Self::Renaming, Self::Open][round % 5]
    }

    /// Opens the file in advance if this kind of editor keeps it open. Returns `None` for the
    /// others.
    fn open(self, place: &Path) -> Option<fs::File> {
        matches!(self, Self::Open).then(|| fs::File::options().write(true).open(place).ok()).flatten()
    }

    fn save(self, place: &Path, open: Option<fs::File>, text: &str) -> io::Result<()> {
        let (start, end) = text.split_at(text.len() / 2);
        if let Some(mut file) = open {
            file.set_len(0)?;
            file.write_all(start.as_bytes())?;
            return file.write_all(end.as_bytes());
        }
        let other = place.with_extension("swp");
        let name = if matches!(self, Self::Renaming) { &other } else { place };
        let mut file = fs::File::create(name)?;
        file.write_all(start.as_bytes())?;
        file.write_all(end.as_bytes())?;
        drop(file);
        if matches!(self, Self::Renaming) { fs::rename(&other, place) } else { Ok(()) }
    }
}

/// How long a command takes in total, and how long it spends writing.
struct Pace {
    whole: Duration,
    writing: Duration,
}

/// Returns the number of entries in a project's journal.
fn entries(root: &Path) -> usize {
    fs::read_dir(root.join(".rolebook/journal")).map_or(0, Iterator::count)
}

/// Waits until a command starts to write, or ends.
fn wait_for_writing(root: &Path, before: usize, has_ended: &mut dyn FnMut() -> bool) {
    while entries(root) == before && !has_ended() {
        std::thread::sleep(Duration::from_micros(100));
    }
}

fn ended(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_some()
}

impl Pace {
    fn of(root: &Path, start: impl FnOnce() -> Child) -> Self {
        let (begin, before) = (Instant::now(), entries(root));
        let mut child = start();
        wait_for_writing(root, before, &mut || ended(&mut child));
        let reading = begin.elapsed();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let whole = begin.elapsed();
        Self { whole, writing: whole.saturating_sub(reading).max(Duration::from_millis(2)) }
    }

    /// Sleeps until the moment of a round: any time during the run or, in every second round, while
    /// the command writes.
    fn sleep(&self, (root, before): (&Path, usize), round: usize, has_ended: &mut dyn FnMut() -> bool) {
        let length = if round.is_multiple_of(2) {
            self.whole
        } else {
            wait_for_writing(root, before, has_ended);
            self.writing
        };
        let micros = u64::try_from(length.as_micros()).unwrap() * 12 / 10;
        std::thread::sleep(Duration::from_micros(random(round, micros)));
    }
}

fn marker(round: usize) -> String {
    format!("Saved in round {round}, whole. ").repeat(100)
}

/// Asserts that the text that an editor saved and the text of every chapter still exist.
fn assert_nothing_lost(root: &Path, saved: Option<&str>, bodies: usize, what: &str) {
    let texts = texts(root);
    let is_there = |wanted: &str| texts.iter().any(|text| text.contains(wanted));
    if let Some(saved) = saved {
        assert!(is_there(saved), "{what}: the saved text is lost");
    }
    for n in 0..bodies {
        assert!(is_there(&body(n)), "{what}: the text of chapter {n} is lost");
    }
    for (name, bytes) in tree(root) {
        assert!(!bytes.is_empty() || name.ends_with(".swp"), "{what}: `{name}` is empty");
    }
}

/// Saves at random moments of a command.
fn save_during(arguments: &[&str], files: &[&str]) {
    let rounds: usize = asked("SAVES").unwrap_or(8);
    let first = Book::new();
    let pace = Pace::of(first.root(), || first.command(arguments).spawn().unwrap());
    let (mut refused, mut unsaved) = (0, 0);
    for round in 0..rounds {
        let (book, editor) = (Book::new(), Editor::of(round));
        let place = book.root().join(files[round / 5 % files.len()]);
        let old = fs::read_to_string(&place).unwrap_or_else(|_| "# New\n".to_owned());
        let text = format!("{old}\n{}\n", marker(round));
        let open = editor.open(&place);
        let mut child = book.command(arguments).spawn().unwrap();
        pace.sleep((book.root(), 0), round, &mut || ended(&mut child));
        let is_saved = editor.save(&place, open, &text).is_ok();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 2)), "{editor:?} {round}: {said}");
        refused += usize::from(!output.status.success());
        unsaved += usize::from(!is_saved);
        let what = format!("{arguments:?}, round {round}, {editor:?}, {}: {said}", place.display());
        assert_nothing_lost(book.root(), is_saved.then_some(&marker(round)), MANY, &what);
        assert_settled(book.root(), &what);
    }
    println!(
        "{arguments:?}: {rounds} saves, 0 lost; {refused} commands rejected, {unsaved} saves failed because the folder was gone"
    );
}

/// Asserts that nothing is half done.
fn assert_settled(root: &Path, what: &str) {
    // A command that was refused hasn't even created its folder.
    if !root.join(".rolebook").exists() {
        return;
    }
    assert_eq!(writer(root).unfinished(), None, "{what}");
    let names = fs::read_dir(root.join(".rolebook")).unwrap().map(|entry| entry.unwrap().file_name());
    let known = [".gitignore", "journal", "lock"];
    names
        .for_each(|name| assert!(known.contains(&name.to_str().unwrap()), "{what}: `{}` is left over", name.display()));
    for entry in fs::read_dir(root.join(".rolebook/journal")).into_iter().flatten() {
        let entry = entry.unwrap().path();
        assert!(entry.join("plan.json").is_file(), "{what}: an incomplete entry is left over");
        let is_closed = ["done", "undone"].iter().any(|end| entry.join(end).is_file());
        assert!(is_closed, "{what}: an open entry is left over");
    }
}

#[test]
fn no_editor_save_is_lost_during_a_move() {
    save_during(&["mv", "a", "b"], &["handbook/guides/a.md", "handbook/guides/p7.md", "handbook/index.md"]);
}

#[test]
fn no_editor_save_is_lost_while_a_folder_is_moved() {
    save_during(&["mv", "guides", "books/guides"], &["handbook/guides/p7.md", "handbook/guides/index.md"]);
}

#[test]
fn no_editor_save_is_lost_while_anchors_are_written() {
    save_during(&["anchors", "--write"], &["handbook/competencies/c7.md", "handbook/competencies/c22.md"]);
}

#[test]
fn no_editor_save_is_lost_during_an_import() {
    save_during(&["import", "t.csv"], &["handbook/competencies/skill-7.md", "handbook/competencies/c7.md"]);
}

/// A preview, started with `--edit` in the folder of a book.
struct Desk {
    served: Served,
    token: String,
}

impl Desk {
    fn open(root: &Path) -> Self {
        let served = serve_with(&[], |_| {
            let mut command = Command::new("sh");
            let script = format!("cd '{}' && exec '{}' \"$@\" --edit", root.display(), env!("CARGO_BIN_EXE_rolebook"));
            command.args(["-c", &script, "sh"]);
            command
        });
        let page = served.get("/");
        let token = page.split("rolebook-token\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        Self { served, token }
    }

    fn request(&self, path: &str, value: &Value) -> String {
        let (address, text) = (&self.served.address, value.to_string());
        let head = format!("Host: {address}\r\nOrigin: http://{address}\r\nRolebook-Token: {}\r\n", self.token);
        let kind = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", text.len());
        format!("POST {path} HTTP/1.1\r\n{head}{kind}Sec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n{text}")
    }

    /// Returns the body with which a page asks to change the passage that contains `before`.
    fn wanted(&self, page: &str, before: &str, text: &str) -> Value {
        let answer = self.served.get(&format!("/_rolebook/source?page={page}"));
        let source: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        let list = source["passages"].as_array().unwrap();
        let passage = list.iter().position(|passage| passage["text"].as_str().unwrap().contains(before)).unwrap();
        let before = &list[passage]["text"];
        json!({ "path": source["path"], "hash": source["hash"], "passage": passage, "before": before, "text": text })
    }
}

/// The request that a page makes in a round: its path, its body, and the file that an editor saves
/// at the same time.
type Ask = fn(&Desk, usize) -> (&'static str, Value, String);

fn rename(_: &Desk, n: usize) -> (&'static str, Value, String) {
    let file = if n.is_multiple_of(3) { "index".to_owned() } else { format!("guides/p{n}") };
    ("/_rolebook/edit/rename", json!({ "page": format!("/guides/p{n}/"), "name": format!("q{n}") }), file)
}

fn change(desk: &Desk, n: usize) -> (&'static str, Value, String) {
    let wanted = desk.wanted(&format!("/guides/p{n}/"), &format!("text of chapter {n} "), &typed(n));
    ("/_rolebook/edit/save", wanted, format!("guides/p{n}"))
}

fn typed(n: usize) -> String {
    format!("Typed into page {n}, whole. ").repeat(50)
}

/// Saves at random moments while a page writes.
fn save_while_a_page_writes(ask: Ask, is_typed: bool) {
    let rounds: usize = asked("SAVES").unwrap_or(8);
    let (mut round, mut done) = (0, 0);
    let mut pace = Duration::from_millis(30);
    while round < rounds {
        let book = Book::new();
        let desk = Desk::open(book.root());
        for n in (3..MANY).take(rounds - round) {
            let editor = Editor::of(round);
            let (path, value, file) = ask(&desk, n);
            let place = book.root().join(format!("handbook/{file}.md"));
            let text = format!("{}\n{}\n", fs::read_to_string(&place).unwrap(), marker(round));
            let open = editor.open(&place);
            let request = desk.request(path, &value);
            let (begin, before) = (Instant::now(), entries(book.root()));
            let (answer, is_saved) = std::thread::scope(|scope| {
                let asking = scope.spawn(|| (desk.served.raw(&request), begin.elapsed()));
                let length = if round.is_multiple_of(2) {
                    pace
                } else {
                    wait_for_writing(book.root(), before, &mut || asking.is_finished());
                    Duration::from_millis(6)
                };
                let micros = u64::try_from(length.as_micros()).unwrap() * 12 / 10;
                std::thread::sleep(Duration::from_micros(random(round, micros)));
                let is_saved = editor.save(&place, open, &text).is_ok();
                let (answer, took) = asking.join().unwrap();
                pace = (pace + took) / 2;
                (answer, is_saved)
            });
            let what = format!("{path}, round {round}, {editor:?}: {answer}");
            let is_done = answer.starts_with("HTTP/1.1 200");
            assert!(is_done || answer.starts_with("HTTP/1.1 409"), "{what}");
            done += usize::from(is_done);
            assert_nothing_lost(book.root(), is_saved.then_some(&marker(round)), MANY, &what);
            if is_done && is_typed {
                assert!(
                    texts(book.root()).iter().any(|text| text.contains(typed(n).trim())),
                    "{what}: the text typed in the page is lost"
                );
            }
            assert!(writer(book.root()).unfinished().is_none(), "{what}");
            round += 1;
        }
    }
    println!("a page writes: {rounds} saves, 0 lost; {done} changes from the page were made, the others rejected");
}

#[test]
fn no_editor_save_is_lost_while_a_chapter_is_renamed_from_its_page() {
    save_while_a_page_writes(rename, false);
}

#[test]
fn no_editor_save_is_lost_while_a_passage_is_saved_from_its_page() {
    save_while_a_page_writes(change, true);
}

/// Kills a command at random moments and runs it again.
fn kill_during(arguments: &[&str], make: fn() -> Book, project: &str) {
    let rounds: usize = asked("KILLS").unwrap_or(8);
    let first = make();
    let (root, before) = (first.root().join(project), tree(first.root()));
    let pace = Pace::of(&root, || first.command(arguments).spawn().unwrap());
    let after = tree(first.root());
    let (mut killed, mut begun) = (0, 0);
    // A command that ended before it was killed doesn't count. On a busy machine there are many of
    // these.
    for round in 0..4 * rounds {
        if killed == rounds {
            break;
        }
        let book = make();
        let root = book.root().join(project);
        let mut child = book.command(arguments).spawn().unwrap();
        pace.sleep((&root, 0), round, &mut || ended(&mut child));
        let _ = child.kill();
        let status = child.wait().unwrap();
        let what = format!("{arguments:?}, round {round}");
        assert_old_or_new(book.root(), (&before, &after), &what);
        let has_told = fs::read_dir(root.join(".rolebook/journal"))
            .is_ok_and(|mut entries| entries.any(|entry| entry.unwrap().path().join("told").exists()));
        if status.code().is_none() && !has_told {
            killed += 1;
            begun += usize::from(entries(&root) > 0);
            let again = book.command(arguments).output().unwrap();
            let said = String::from_utf8_lossy(&again.stderr);
            assert!(again.status.success(), "{what}: the second run is rejected: {said}");
        }
        assert!(tree(book.root()) == after, "{what}: the result differs from a run that was not killed");
        assert_settled(&root, &what);
    }
    println!(
        "{arguments:?}: {killed} kills, {begun} of them after it had started to write; all completed by running it again"
    );
    assert!(rounds < 100 || killed > rounds / 2, "only {killed} of {rounds} were killed in time");
}

/// Asserts that each file is either old or new, and complete.
fn assert_old_or_new(root: &Path, (before, after): (&Tree, &Tree), what: &str) {
    for (name, bytes) in tree(root) {
        // If a file is both moved and changed, its old text is at the new path for a moment.
        let is_known = [before, after].iter().any(|tree| tree.values().any(|known| *known == bytes));
        let is_named = before.contains_key(&name) || after.contains_key(&name);
        assert!(is_known && is_named, "{what}: `{name}` is incomplete or left over");
    }
}

fn empty() -> Book {
    Book(tempfile::tempdir().unwrap())
}

#[test]
fn a_move_killed_at_random_moments_is_completed_by_running_it_again() {
    kill_during(&["mv", "a", "b"], Book::new, "");
}

#[test]
fn a_folder_move_killed_at_random_moments_is_completed_by_running_it_again() {
    kill_during(&["mv", "guides", "books/guides"], Book::new, "");
}

#[test]
fn an_import_killed_at_random_moments_is_completed_by_running_it_again() {
    kill_during(&["import", "t.csv"], Book::new, "");
}

#[test]
fn an_import_into_a_new_project_killed_at_random_moments_is_completed_by_running_it_again() {
    let table = || {
        let book = empty();
        book.put("t.csv", "competency,level,statement\nTalk,1,Says it\nTalk,2,Asks\nCraft,1,Decides\n");
        book
    };
    kill_during(&["import", "t.csv", "ours"], table, "ours");
}

#[test]
fn rolebook_init_killed_at_random_moments_is_completed_by_running_it_again() {
    kill_during(&["init", "ours"], empty, "ours");
}

#[test]
fn rolebook_new_killed_at_random_moments_is_completed_by_running_it_again() {
    kill_during(&["new", "role", "Head of Product"], Book::new, "");
}

#[test]
fn rolebook_anchors_killed_at_random_moments_is_completed_by_running_it_again() {
    kill_during(&["anchors", "--write"], Book::new, "");
}

/// Kills a preview while a page writes, and starts it again.
fn kill_while_a_page_writes(ask: Ask, arguments: Option<&[&str]>) {
    let rounds: usize = asked("KILLS").unwrap_or(8);
    let first = Book::new();
    let before = tree(first.root());
    let desk = Desk::open(first.root());
    let (path, value, _) = ask(&desk, 7);
    let begin = Instant::now();
    let answer = desk.served.raw(desk.request(path, &value));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (whole, after) = (begin.elapsed(), tree(first.root()));
    let pace = Pace { whole, writing: Duration::from_millis(6) };
    drop(desk);
    let mut begun = 0;
    for round in 0..rounds {
        let book = Book::new();
        let mut desk = Desk::open(book.root());
        let (path, value, _) = ask(&desk, 7);
        let (request, address) = (desk.request(path, &value), desk.served.address.clone());
        let asking = std::thread::spawn(move || {
            // The preview may be killed before the request arrives.
            let Ok(mut stream) = std::net::TcpStream::connect(address) else { return };
            let _ = stream.write_all(request.as_bytes());
            let _ = io::copy(&mut stream, &mut io::sink());
        });
        pace.sleep((book.root(), 0), round, &mut || asking.is_finished());
        desk.served.child.kill().unwrap();
        desk.served.child.wait().unwrap();
        asking.join().unwrap();
        let what = format!("{path}, round {round}");
        assert_old_or_new(book.root(), (&before, &after), &what);
        begun += usize::from(entries(book.root()) > 0);
        drop(Desk::open(book.root()));
        let now = tree(book.root());
        assert!(now == before || now == after, "{what}: half done after the preview restarted");
        if let Some(arguments) = arguments.filter(|_| now == before) {
            assert!(book.command(arguments).output().unwrap().status.success(), "{what}");
            assert!(tree(book.root()) == after, "{what}");
        }
        assert_settled(book.root(), &what);
    }
    println!("a page writes: {rounds} kills, {begun} after it had started to write; the next preview completed all");
}

#[test]
fn a_rename_in_a_preview_killed_at_random_moments_is_completed_by_the_next_run() {
    kill_while_a_page_writes(rename, Some(&["mv", "guides/p7.md", "q7"]));
}

#[test]
fn a_save_in_a_preview_killed_at_random_moments_is_completed_by_the_next_run() {
    kill_while_a_page_writes(change, None);
}

#[test]
fn no_chapter_is_moved_or_created_outside_the_content_folder() {
    let (book, elsewhere) = (Book::new(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), book.root().join("handbook/linked")).unwrap();
    fs::rename(book.root().join("handbook"), book.root().join("flat")).unwrap();
    fs::create_dir_all(book.root().join("flat/themes/mine")).unwrap();
    let before = tree(book.root());
    for (arguments, said) in [
        (&["mv", "a", "linked/", "flat"][..], "`linked` is a symbolic link, and nothing is written through one"),
        (&["mv", "guides", "linked/guides", "flat"], "`linked` is a symbolic link"),
        (&["new", "page", "X", "--in", "linked", "flat"], "`linked` is a symbolic link"),
        (
            &["mv", "a", "themes/", "flat"],
            "`themes/a.md` can't be a chapter, because the folder `themes/` is not for chapters",
        ),
        (&["mv", "a", "themes/mine/", "flat", "--dry-run"], "the folder `themes/` is not for chapters"),
        (&["mv", "a", "public/", "flat"], "the folder `public/` is not for chapters"),
        (&["new", "page", "X", "--in", "themes", "flat"], "the folder `themes/` is not for chapters"),
        (&["mv", "a", "../out", "flat"], "leads out of the handbook's folder"),
    ] {
        let output = book.command(arguments).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && err.contains(said), "{arguments:?}: {err}");
        assert!(err.contains("= help: "), "{err}");
    }
    assert!(tree(book.root()) == before && fs::read_dir(elsewhere.path()).unwrap().next().is_none());
    let desk = Desk::open(&book.root().join("flat"));
    for name in ["linked/", "themes/"] {
        let wanted = json!({ "page": "/guides/a/", "name": name });
        let answer = desk.served.raw(desk.request("/_rolebook/edit/rename", &wanted));
        assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    }
    assert!(tree(book.root()) == before);
}

#[test]
fn a_rename_from_a_page_is_rejected_while_any_chapter_is_too_large_to_read() {
    let book = Book::new();
    let big = book.root().join("handbook/big.md");
    fs::File::create(&big).unwrap().set_len(2 << 30).unwrap();
    let desk = Desk::open(book.root());
    let wanted = json!({ "page": "/guides/a/", "name": "b" });
    let ask = || desk.served.raw(desk.request("/_rolebook/edit/rename", &wanted));
    let answer = ask();
    assert!(answer.starts_with("HTTP/1.1 409") && answer.contains("was not read"), "{answer}");
    assert!(book.root().join("handbook/guides/a.md").is_file());
    fs::write(&big, "# Small\n\n[[a]]\n").unwrap();
    assert!(desk.served.waits_for("/big/", "Small"));
    let answer = ask();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(fs::read_to_string(&big).unwrap().contains("[[b]]"));
}

#[test]
fn the_private_folder_is_neither_committed_nor_published() {
    let book = Book::new();
    assert!(book.command(&["mv", "a", "b"]).output().unwrap().status.success());
    assert!(book.root().join(".rolebook/journal").is_dir());
    assert!(book.command(&["build"]).output().unwrap().status.success());
    let site = files_below(&book.root().join("public"));
    assert!(!site.keys().any(|name| name.contains("journal")), "{:?}", site.keys());
    let git = |arguments: &[&str]| Command::new("git").args(arguments).current_dir(book.root()).output();
    if git(&["init", "-q"]).is_err() {
        println!("skipped: Git is not installed");
        return;
    }
    git(&["add", "-A"]).unwrap();
    let listed = String::from_utf8(git(&["ls-files"]).unwrap().stdout).unwrap();
    assert!(listed.contains("handbook/guides/b.md") && !listed.contains(".rolebook/"), "{listed}");
}

/// A separate disk in memory, or `None` if it can't be mounted.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(place: &'a Path, size: &str) -> Option<Self> {
        fs::create_dir_all(place).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(place).stderr(Stdio::null()).status();
        if crate::support::is_root() && mounted.is_ok_and(|status| status.success()) {
            return Some(Self(place));
        }
        println!("skipped: only root can mount a small disk");
        None
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_every_chapter_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::mount(folder.path(), "size=1m") else { return };
    let book = Book::new();
    let before = tree(book.root());
    let mut failures = 0;
    for kilobytes in [0, 4, 12, 40, 100] {
        for arguments in [&["import", "t.csv"][..], &["mv", "a", "b"], &["anchors", "--write"], &["new", "page", "X"]] {
            for (name, bytes) in &before {
                fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            let filler = folder.path().join("filler");
            let mut file = fs::File::create(&filler).unwrap();
            let mut written: u64 = 0;
            while file.write_all(&[b'x'; 1024]).is_ok() {
                written += 1024;
            }
            file.set_len(written.saturating_sub(kilobytes * 1024)).unwrap();
            drop(file);
            let mut command = book.command(arguments);
            let output = command.current_dir(folder.path()).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            fs::remove_file(&filler).unwrap();
            if output.status.code() == Some(3) {
                failures += 1;
                assert!(said.contains("the disk is full"), "{said}");
                assert!(tree(folder.path()) == before, "{arguments:?} with {kilobytes} kB free changed something");
                // Once there is space again, the same command completes everything.
                let again = book.command(arguments).current_dir(folder.path()).output().unwrap();
                assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
            } else {
                assert!(output.status.success(), "{said}");
            }
            assert!(tree(folder.path()).values().all(|bytes| !bytes.is_empty()));
            assert_settled(folder.path(), &format!("{arguments:?} with {kilobytes} kB"));
            for name in tree(folder.path()).keys() {
                fs::remove_file(folder.path().join(name)).unwrap();
            }
            fs::remove_dir_all(folder.path().join(".rolebook")).unwrap();
        }
    }
    assert!(failures > 6, "the disk was full only {failures} times");
}

#[test]
fn a_folder_on_another_file_system_is_written_without_leftover_files() {
    let book = Book::new();
    let inside = book.root().join("handbook/competencies");
    let texts = files_below(&inside);
    let Some(_disk) = Disk::mount(&inside, "size=8m") else { return };
    for (name, bytes) in &texts {
        fs::write(inside.join(name), bytes).unwrap();
    }
    for arguments in [&["anchors", "--write"][..], &["new", "competency", "New one"], &["mv", "c7", "c7-new"]] {
        let output = book.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let names = files_below(&inside);
    assert_eq!(names.len(), texts.len() + 1, "{:?}", names.keys());
    assert!(names.contains_key("new-one.md") && names.contains_key("c7-new.md"));
    assert!(String::from_utf8_lossy(&names["c9.md"]).contains("{#l1-says-it}"));
    assert_nothing_lost(book.root(), None, MANY, "another disk");
    assert_settled(book.root(), "another disk");
}
