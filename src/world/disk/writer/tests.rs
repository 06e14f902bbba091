//! Interrupts the writer at every moment, and saves files the way editors do between any two steps.

use std::collections::BTreeMap;

use super::super::{Change, What};
use super::*;

const DEED: Deed = Deed { words: "mv a b", input: "", at: 7 };

struct World(tempfile::TempDir, Swap);

impl World {
    fn new(swap: Swap) -> Self {
        let world = Self(tempfile::tempdir().unwrap(), swap);
        for (path, text) in [("guides/a.md", "a"), ("c.md", "c"), ("d.md", "d")] {
            world.put(path, text);
        }
        world
    }

    fn writer(&self) -> Writer {
        let root = self.0.path().join("handbook");
        let grounds = Grounds { root, closed: vec![self.0.path().join("handbook/themes")], any_name: false };
        Writer { base: self.0.path().to_path_buf(), grounds, swap: self.1 }
    }

    fn place(&self, path: &str) -> PathBuf {
        self.0.path().join("handbook").join(path)
    }

    /// Saves by writing a new file and renaming it, as most editors do.
    fn put(&self, path: &str, text: &str) {
        let place = self.place(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        let other = place.with_extension("saving");
        fs::write(&other, text).unwrap();
        fs::rename(other, place).unwrap();
    }

    /// Reads all files of the content.
    fn files(&self) -> BTreeMap<String, String> {
        let root = self.place("");
        let files = walkdir::WalkDir::new(&root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
        let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        files.map(|file| (name(file.path()), fs::read_to_string(file.path()).unwrap())).collect()
    }

    fn entries(&self) -> Vec<Folder> {
        journal::folders(&Private::of(self.0.path()))
    }

    /// Lists every text that is in the content or in the journal.
    fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = self.files().into_values().collect();
        for entry in self.entries() {
            for n in 0..entry.plan().map_or(0, |plan| plan.steps.len()) {
                texts.extend(
                    ["old", "new", "swap"].iter().filter_map(|what| fs::read_to_string(entry.of(n, what)).ok()),
                );
            }
        }
        texts
    }
}

fn tree(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn replace(path: &str, before: &str, after: &str) -> Step {
    Step::Replace { path: SourcePath::new(path), before: before.into(), after: after.into() }
}

fn create(path: &str, text: &str) -> Step {
    Step::Create { path: SourcePath::new(path), text: text.into() }
}

fn moved(from: &str, to: &str, before: &str) -> Step {
    let before = Some(*blake3::hash(before.as_bytes()).as_bytes());
    Step::Move { from: SourcePath::new(from), to: SourcePath::new(to), before }
}

fn remove(path: &str, before: &str) -> Step {
    Step::Remove { path: SourcePath::new(path), before: before.into() }
}

/// A move of a chapter whose text changes, a change of another file, a new file and a removal.
fn steps() -> Vec<Step> {
    vec![
        moved("guides/a.md", "new/b.md", "a"),
        replace("new/b.md", "a", "A"),
        replace("c.md", "c", "C"),
        create("e/f.md", "F"),
        remove("d.md", "d"),
    ]
}

const BEFORE: &[(&str, &str)] = &[("c.md", "c"), ("d.md", "d"), ("guides/a.md", "a")];
const AFTER: &[(&str, &str)] = &[("c.md", "C"), ("e/f.md", "F"), ("new/b.md", "A")];

#[test]
fn all_steps_are_done_and_the_journal_says_what_was_replaced() {
    for swap in [Swap::AtOnce, Swap::Aside] {
        let world = World::new(swap);
        world.writer().write(DEED, &steps()).unwrap();
        assert_eq!(world.files(), tree(AFTER));
        assert!(!world.place("guides").exists());
        let [entry] = &world.entries()[..] else { panic!() };
        let plan = entry.plan().unwrap();
        assert_eq!((entry.number, plan.at, plan.command.as_str(), entry.state()), (1, 7, "mv", State::Done));
        let text = |n, what| fs::read_to_string(entry.of(n, what)).ok();
        assert_eq!((text(1, "old").as_deref(), text(1, "new").as_deref()), (Some("a"), Some("A")));
        assert_eq!((text(3, "old"), text(3, "new").as_deref()), (None, Some("F")));
        // Nobody wrote to the file that was taken out.
        assert_eq!((text(2, "swap").as_deref(), text(9, "old")), (Some("c"), None));
        let first = &plan.steps[0];
        assert_eq!((first.path.as_str(), first.from.as_deref()), ("new/b.md", Some("guides/a.md")));
        assert!(world.writer().write(DEED, &[]).unwrap().folder.is_none());
    }
}

#[test]
fn what_differs_from_the_plan_is_refused_and_nothing_changes() {
    let world = World::new(Swap::AtOnce);
    let writer = world.writer();
    for (step, wanted) in [
        (replace("c.md", "old", "C"), "Changed(\"c.md\")"),
        (replace("gone.md", "old", "C"), "Changed(\"gone.md\")"),
        (remove("d.md", "old"), "Changed(\"d.md\")"),
        (remove("gone.md", "old"), "Changed(\"gone.md\")"),
        (remove("../x.md", "old"), "leads out"),
        (moved("d.md", "x.md", "old"), "Changed(\"d.md\")"),
        (moved("d.md", "c.md", "d"), "Taken(\"c.md\")"),
        (create("c.md", "x"), "Taken(\"c.md\")"),
        (create("themes/x.md", "x"), "can't be a chapter"),
        (moved("d.md", "themes/x.md", "d"), "can't be a chapter"),
        (create("../x.md", "x"), "leads out"),
    ] {
        let steps = [replace("c.md", "c", "C"), step.clone()];
        let steps = if matches!(step, Step::Replace { .. }) { &steps[1..] } else { &steps[..] };
        let error = format!("{:?}", writer.write(DEED, steps).unwrap_err());
        assert!(error.contains(wanted), "{error}");
        assert_eq!(world.files(), tree(BEFORE));
    }
    assert!(!world.0.path().join(".rolebook").exists(), "what is refused leaves nothing behind");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_or_over_a_protected_file() {
    use std::os::unix::fs::symlink;
    let (world, elsewhere) = (World::new(Swap::AtOnce), tempfile::tempdir().unwrap());
    fs::write(elsewhere.path().join("x.md"), "x").unwrap();
    symlink(elsewhere.path(), world.place("linked")).unwrap();
    symlink(elsewhere.path().join("x.md"), world.place("x.md")).unwrap();
    let writer = world.writer();
    for step in [
        replace("linked/x.md", "x", "X"),
        create("linked/y.md", "y"),
        moved("c.md", "linked/c.md", "c"),
        moved("linked/x.md", "z.md", "x"),
        replace("x.md", "x", "X"),
        create("x.md", "X"),
    ] {
        let error = format!("{:?}", writer.write(DEED, &[step]).unwrap_err());
        assert!(error.contains("is a symbolic link"), "{error}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
    let mut permissions = fs::metadata(world.place("c.md")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(world.place("c.md"), permissions).unwrap();
    let Unwritten::Machine(error) = writer.write(DEED, &[replace("c.md", "c", "C")]).unwrap_err() else { panic!() };
    assert_eq!(error.source.kind(), io::ErrorKind::PermissionDenied);
}

/// Stages the steps and does the first `count` of them, like a writer that is killed at that point.
fn die_after(world: &World, count: usize) -> Folder {
    let (writer, private) = (world.writer(), Private::of(world.0.path()));
    private.make().unwrap();
    let (folder, plan) = writer.stage(&private, DEED, &steps()).unwrap();
    for (n, step) in plan.steps.iter().enumerate().take(count) {
        writer.do_one(&folder, (n, step)).unwrap();
    }
    folder
}

#[cfg(unix)]
#[test]
fn a_journal_behind_a_link_is_neither_read_nor_written() {
    let other = World::new(Swap::AtOnce);
    die_after(&other, 0);
    let theirs = other.0.path().join(".rolebook/journal");
    for name in ["journal", "journal/00000007"] {
        let world = World::new(Swap::AtOnce);
        let place = world.0.path().join(".rolebook").join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(if name == "journal" { theirs.clone() } else { theirs.join("00000001") }, &place)
            .unwrap();
        assert_eq!(world.writer().unfinished(), None, "{name}");
        assert_eq!(world.writer().write(DEED, &steps()).is_ok(), name != "journal", "{name}");
        assert_eq!(other.entries().len(), 1);
    }
}

#[test]
fn a_writer_that_was_killed_is_finished_wherever_it_stopped() {
    for swap in [Swap::AtOnce, Swap::Aside] {
        for count in 0..=steps().len() {
            let world = World::new(swap);
            die_after(&world, count);
            assert_eq!(world.writer().unfinished().as_deref(), Some("mv a b"));
            let [finished] = &world.writer().finish().unwrap()[..] else { panic!() };
            assert!(finished.is_new && finished.is_done && finished.words == "mv a b");
            assert_eq!(world.files(), tree(AFTER), "stopped after {count}");
            assert_eq!(finished.files[3], "handbook/e/f.md");
            // Until the user has been told, the result is reported again, but the work is done only
            // once.
            assert!(!world.writer().finish().unwrap()[0].is_new);
            finished.told();
            assert!(world.writer().finish().unwrap().is_empty() && world.writer().unfinished().is_none());
            assert_eq!(world.files(), tree(AFTER));
        }
    }
}

#[test]
fn what_began_in_the_whole_project_is_finished_there_by_a_writer_of_the_content() {
    let world = World::new(Swap::AtOnce);
    let base = world.0.path();
    let (beginning, private) = (Writer::beginning(base, base), Private::of(base));
    private.make().unwrap();
    let step = Step::Create { path: SourcePath::new("README.md"), text: b"read me".to_vec() };
    beginning.stage(&private, DEED, &[step]).unwrap();
    let [finished] = &world.writer().finish().unwrap()[..] else { panic!() };
    assert!(finished.is_done);
    assert_eq!(fs::read_to_string(base.join("README.md")).unwrap(), "read me");
    assert!(!world.place("README.md").exists());
}

#[test]
fn a_writer_that_was_killed_before_its_plan_was_complete_has_done_nothing() {
    let world = World::new(Swap::AtOnce);
    let folder = die_after(&world, 0);
    fs::remove_file(folder.place.join("plan.json")).unwrap();
    assert!(world.writer().finish().unwrap().is_empty());
    assert_eq!(world.files(), tree(BEFORE));
    assert_eq!(fs::read_dir(world.0.path().join(".rolebook/journal")).unwrap().count(), 0);
    world.writer().write(DEED, &steps()).unwrap();
    assert_eq!(world.files(), tree(AFTER));
}

#[test]
fn a_save_between_any_two_steps_takes_everything_back_and_is_kept() {
    for swap in [Swap::AtOnce, Swap::Aside] {
        for (count, path) in [(0, "guides/a.md"), (1, "new/b.md"), (0, "c.md"), (2, "c.md"), (3, "e/f.md"), (4, "d.md")]
        {
            let world = World::new(swap);
            let (writer, private) = (world.writer(), Private::of(world.0.path()));
            private.make().unwrap();
            let (folder, plan) = writer.stage(&private, DEED, &steps()).unwrap();
            for (n, step) in plan.steps.iter().enumerate().take(count) {
                writer.do_one(&folder, (n, step)).unwrap();
            }
            world.put(path, "saved");
            // A command that was killed at this point is undone by the next one.
            let [finished] = &writer.finish().unwrap()[..] else { panic!("{count} {path}") };
            assert!(!finished.is_done, "{count} {path}");
            let mut wanted = tree(BEFORE);
            wanted.insert(if path == "new/b.md" { "guides/a.md" } else { path }.to_owned(), "saved".to_owned());
            assert_eq!(world.files(), wanted, "{count} {path}");
        }
    }
}

#[test]
fn a_save_after_the_comparison_stops_the_writer_and_is_kept() {
    for swap in [Swap::AtOnce, Swap::Aside] {
        for path in ["guides/a.md", "c.md", "e/f.md", "d.md"] {
            let world = World::new(swap);
            let (writer, private) = (world.writer(), Private::of(world.0.path()));
            private.make().unwrap();
            let (folder, plan) = writer.stage(&private, DEED, &steps()).unwrap();
            world.put(path, "saved");
            let error = format!("{:?}", writer.carry_out(&folder, &plan).unwrap_err());
            assert!(error.contains(path), "{error}");
            let mut wanted = tree(BEFORE);
            wanted.insert(path.to_owned(), "saved".to_owned());
            assert_eq!(world.files(), wanted, "{path}");
        }
    }
}

#[test]
fn what_an_editor_writes_into_the_replaced_file_is_in_the_journal() {
    use std::io::Write;
    let world = World::new(Swap::AtOnce);
    // The editor opened the file before the replacement and writes to it afterward.
    let mut open = fs::File::options().write(true).open(world.place("c.md")).unwrap();
    let receipt = world.writer().write(DEED, &[replace("c.md", "c", "C")]).unwrap();
    assert!(receipt.late.is_empty());
    open.set_len(0).unwrap();
    open.write_all(b"saved").unwrap();
    assert_eq!(fs::read(world.entries()[0].of(0, "swap")).unwrap(), b"saved");
    for text in ["c", "C", "saved"] {
        assert!(world.texts().iter().any(|known| known == text), "{text}");
    }
}

#[test]
fn what_was_written_can_be_read_back_with_its_texts() {
    let world = World::new(Swap::AtOnce);
    let writer = world.writer();
    assert_eq!((writer.newest(), writer.entries().next()), (0, None));
    writer.write(DEED, &steps()).unwrap();
    let change = |path: &str, what: What| Change { path: SourcePath::new(path), what, late: None };
    let entry = Entry {
        number: 1,
        at: 7,
        words: "mv a b".to_owned(),
        changes: vec![
            change("new/b.md", What::Moved(SourcePath::new("guides/a.md"))),
            change("new/b.md", What::Replaced(b"a".to_vec(), b"A".to_vec())),
            change("c.md", What::Replaced(b"c".to_vec(), b"C".to_vec())),
            change("e/f.md", What::Created(b"F".to_vec())),
            change("d.md", What::Removed(b"d".to_vec())),
        ],
    };
    assert_eq!((writer.newest(), writer.entries().collect::<Vec<_>>()), (1, vec![entry]));
    // A text that an editor wrote into the file that was taken out is named, and a copy that was
    // damaged makes the entry unreadable.
    let folder = &world.entries()[0];
    fs::write(folder.of(2, "swap"), "late").unwrap();
    assert_eq!(writer.entries().next().unwrap().changes[2].late, Some(folder.of(2, "swap")));
    fs::write(folder.of(2, "old"), "torn").unwrap();
    assert_eq!(writer.entries().count(), 0);
}

#[test]
fn two_saves_within_one_exchange_are_both_kept() {
    let world = World::new(Swap::AtOnce);
    let (writer, private) = (world.writer(), Private::of(world.0.path()));
    private.make().unwrap();
    let (folder, _) = writer.stage(&private, DEED, &[replace("c.md", "c", "C")]).unwrap();
    // Killed after taking out the first save and before putting it back. Then the file was saved
    // again.
    world.put("c.md", "first");
    super::super::swap::exchange(&folder.of(0, "swap"), &world.place("c.md"), Swap::AtOnce).unwrap();
    world.put("c.md", "second");
    assert!(!writer.finish().unwrap()[0].is_done);
    assert_eq!(world.files()["c.md"], "second");
    assert!(world.texts().contains(&"first".to_owned()) && world.texts().contains(&"C".to_owned()));
}

#[test]
fn the_journal_is_bounded_and_the_oldest_go_first() {
    let world = World::new(Swap::AtOnce);
    let (writer, private) = (world.writer(), Private::of(world.0.path()));
    let mut before = "c".to_owned();
    for n in 0..6 {
        let after = format!("{n}{}", "x".repeat(5 << 20));
        writer.write(DEED, &[replace("c.md", &before, &after)]).unwrap();
        before = after;
    }
    let numbers: Vec<u64> = world.entries().iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [3, 4, 5, 6]);
    for number in 7..=1_008 {
        let place = private.join(&format!("journal/{number:08}"));
        fs::create_dir(&place).unwrap();
        Folder { number, place }.end(State::Done).unwrap();
    }
    journal::trim(&private);
    assert_eq!(journal::folders(&private).len(), 1_000);
    assert_eq!(journal::folders(&private)[0].number, 9);
}

#[test]
fn a_new_project_and_its_content_share_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("ours");
    let init = Writer::beginning(&base, &base);
    init.write(DEED, &[create("handbook/a.md", "a"), create(".gitignore", "/public\n")]).unwrap();
    Writer::beginning(&base, &base.join("handbook")).write(DEED, &[replace("a.md", "a", "b")]).unwrap();
    let plans: Vec<Plan> = journal::folders(&Private::of(&base)).iter().filter_map(Folder::plan).collect();
    let places: Vec<(&str, &str)> = plans.iter().map(|plan| (&*plan.root, &*plan.steps[0].path)).collect();
    assert_eq!(places, [("", "handbook/a.md"), ("handbook", "a.md")]);
}
