//! A build of an unchanged handbook ends early, and only then. A build after an edit renders only what
//! the edit can have changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::support::{files_below, rolebook, write};

const TOML: &str = "title = \"T\"\n";
const FILES: [(&str, &str); 3] =
    [("handbook.toml", TOML), ("index.md", "# Home\n\nOne.\n"), ("guides/a.md", "# A\n\n[gone](gone.md)\n")];

/// Builds, and returns the closing line and what was printed before it.
fn build(folder: &Path, options: &[&str]) -> (String, String) {
    let output = rolebook(folder, &[&["build"], options].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout) + &text(&output.stderr), text(&output.stderr))
}

/// Lists the files in the memory of builds whose names begin with `what`.
fn cached(root: &Path, what: &str) -> Vec<PathBuf> {
    let Ok(memories) = fs::read_dir(root.join(".rolebook/cache")) else { return Vec::new() };
    let places = memories.map(|memory| memory.unwrap().path());
    places.filter(|place| place.file_name().unwrap().to_string_lossy().starts_with(what)).collect()
}

/// Marks every memory, so that a build that uses one says so.
fn mark(folder: &Path) -> usize {
    let places = cached(folder, "build-");
    for place in &places {
        let text = fs::read_to_string(place).unwrap();
        let text = text.replacen("\\\"summary\\\":\\\"", "\\\"summary\\\":\\\"REMEMBERED ", 1);
        fs::write(place, with_sum(&text)).unwrap();
    }
    places.len()
}

/// Returns a memory with the right hash in its last line.
fn with_sum(text: &str) -> String {
    let text = text.trim_end().rsplit_once('\n').unwrap().0;
    format!("{text}\n{}\n", blake3::hash(format!("{text}\n").as_bytes()).to_hex())
}

/// Makes each memory say that no file is made from any chapter; `seal` writes its last line.
fn forget(root: &Path, seal: impl Fn(&str) -> String) {
    for place in cached(root, "build-") {
        let text = fs::read_to_string(&place).unwrap();
        let forget = |line: &str| line.rsplit_once(" =").map_or(line.to_owned(), |(stamp, _)| format!("{stamp} ="));
        fs::write(&place, seal(&text.lines().map(forget).collect::<Vec<_>>().join("\n"))).unwrap();
    }
}

fn is_remembered(folder: &Path, options: &[&str]) -> bool {
    build(folder, options).0.contains("REMEMBERED")
}

fn with_time(place: &Path, bytes: &str, time: SystemTime) {
    fs::write(place, bytes).unwrap();
    fs::File::options().write(true).open(place).unwrap().set_modified(time).unwrap();
}

#[test]
fn an_unchanged_handbook_is_not_built_again_and_the_findings_are_said_again() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[FILES[0], FILES[1], ("guides/a.md", "# A\n\n[x]\n\n[x]: ftp:/nothing here\n")]);
    let (first, findings) = build(folder.path(), &[]);
    let before = files_below(&folder.path().join("public"));
    assert!(first.contains("files written"), "{first}");
    assert_eq!(mark(folder.path()), 1, "{first}");
    let (second, again) = build(folder.path(), &[]);
    assert!(second.contains("REMEMBERED") && second.contains(" 0 files written"), "{second}");
    assert_eq!(again, findings);
    assert_eq!(files_below(&folder.path().join("public")), before);
    // Other options are another build, which doesn't forget the first one.
    assert!(!is_remembered(folder.path(), &["--drafts"]));
    assert!(is_remembered(folder.path(), &[]));
}

/// What changes, and a function that changes it.
type Change<'c> = (&'c str, &'c dyn Fn());

#[test]
fn whatever_changes_the_site_or_the_output_causes_a_build() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &FILES);
    fs::write(root.join("guides/a.md"), "# A\n").unwrap();
    let page = root.join("public/index.html");
    let git = |arguments: &[&str]| {
        let names = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
        let output = Command::new("git").args(names).args(arguments).current_dir(root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let changes: [Change<'_>; 9] = [
        ("a chapter of the same size and time", &|| {
            let place = root.join("index.md");
            let time = fs::metadata(&place).unwrap().modified().unwrap();
            with_time(&place, "# Home\n\nTwo.\n", time);
        }),
        ("a new chapter", &|| fs::write(root.join("guides/b.md"), "# B\n").unwrap()),
        ("a chapter less", &|| fs::remove_file(root.join("guides/b.md")).unwrap()),
        ("the settings", &|| fs::write(root.join("handbook.toml"), "title = \"U\"\n").unwrap()),
        ("a theme", &|| {
            write(root, &[("themes/mine/assets/extra.css", "a{}\n")]);
        }),
        ("a page that is gone", &|| fs::remove_file(&page).unwrap()),
        ("the manifest", &|| fs::remove_dir_all(root.join("public")).unwrap()),
        ("a repository", &|| git(&["init", "-q"])),
        ("a commit", &|| {
            git(&["add", "index.md"]);
            git(&["commit", "-q", "-m", "x"]);
        }),
    ];
    build(root, &[]);
    for (what, change) in changes {
        assert_eq!(mark(root), 1);
        assert!(is_remembered(root, &[]), "before {what}");
        change();
        assert!(!is_remembered(root, &[]), "{what}");
        assert!(page.is_file(), "{what}");
    }
    assert_eq!(mark(root), 1);
    let text = fs::read_to_string(&page).unwrap();
    let time = fs::metadata(&page).unwrap().modified().unwrap();
    with_time(&page, &text.replace("Two.", "Bad!"), time);
    let (said, _) = build(root, &[]);
    assert!(said.contains("were changed since Rolebook wrote them"), "{said}");
}

const WITH_AUDIENCES: &str = "title = \"T\"\n\n[audiences.managers]\ntitle = \"Managers\"\n";

/// Chapters that quote, name and hide each other.
const LINKED: [(&str, &str); 9] = [
    ("handbook.toml", WITH_AUDIENCES),
    ("index.md", "# Home\n\nOne, see [[a]].\n"),
    ("guides/a.md", "# A\n\n## Part\n\nQuoted. A brief.\n"),
    ("guides/b.md", "# B\n\n![[a#part]]\n\n::: {audience=managers}\n\nSecret.\n\n:::\n"),
    ("glossary.md", "# Glossary\n\n### Brief\n\nA page.\n\n### Scope\n\nUnused.\n"),
    ("roles/pm.md", "---\ncompetencies: {talk: 2}\n---\n# PM\n\nDoes.\n\nMore.\n"),
    ("competencies/talk.md", "# Talk\n\n### Learning\n\n- Says it.\n\n### Practising\n\n- Writes it.\n"),
    ("statements.csv", "mine\n"),
    // Glimpses of this chapter and of the role belong in the same file.
    ("guides/misusing.md", "# Misusing\n\nText.\n"),
];

#[test]
fn a_build_with_a_memory_writes_what_a_build_without_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &LINKED);
    build(root, &[]);
    let edits = [
        ("index.md", "One,", "Two,"),
        ("guides/a.md", "Quoted.", "Reworded."),
        ("glossary.md", "A page.", "A sheet."),
        // The file has the name of a generated one, and is published as soon as a chapter links to it.
        ("guides/a.md", "Reworded.", "Reworded. [m](/statements.csv)"),
        ("guides/a.md", "[m](/statements.csv)", "[[b]]"),
        // A second chapter links there, then the first one to another chapter.
        ("roles/pm.md", "More.", "See [[b]]."),
        ("roles/pm.md", "[[b]]", "[[misusing]]"),
        ("roles/pm.md", "[[misusing]]", "nothing"),
        ("guides/b.md", "Secret.", "Another."),
        ("guides/b.md", "# B", "# Bee"),
        ("guides/a.md", "# A", "# Alpha"),
        ("roles/pm.md", "Does.", "Has scope."),
        ("competencies/talk.md", "Writes it.", "Prints it."),
        ("guides/b.md", "::: {audience=managers}\n\nAnother.\n\n:::\n", "Another.\n"),
        ("handbook.toml", "title = \"T\"", "title = \"U\""),
        ("index.md", "# Home", "---\naudience: managers\n---\n# Home"),
    ];
    for (path, from, to) in edits {
        let place = root.join(path);
        let text = fs::read_to_string(&place).unwrap();
        assert!(text.contains(from), "{path}: {from}");
        fs::write(&place, text.replacen(from, to, 1)).unwrap();
        let (warm, _) = build(root, &[]);
        let copy = tempfile::tempdir().unwrap();
        for (name, bytes) in files_below(root).iter().filter(|(name, _)| !name.starts_with(['p', '.'])) {
            fs::create_dir_all(copy.path().join(name).parent().unwrap()).unwrap();
            fs::write(copy.path().join(name), bytes).unwrap();
        }
        let (cold, _) = build(copy.path(), &[]);
        assert_eq!(warm.contains("files written"), cold.contains("files written"), "{path}: {to}");
        let (warm, cold) = (files_below(&root.join("public")), files_below(&copy.path().join("public")));
        assert!(warm == cold, "{path}: {to}");
    }
}

#[test]
fn a_page_that_the_edit_cannot_have_changed_is_not_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &LINKED);
    write(root, &[("guides/c.md", "# C\n\n[[b]]\n")]);
    build(root, &[]);
    // A memory that says that no page is made from any chapter is wrong, and shows that it is used.
    forget(root, with_sum);
    let index = |text: &str| fs::write(root.join("index.md"), format!("# Home\n\n{text}, see [[a]].\n")).unwrap();
    let shows = |text: &str| fs::read_to_string(root.join("public/index.html")).unwrap().contains(text);
    index("Two");
    let (said, _) = build(root, &[]);
    assert!(said.contains("files written") && shows("One,"), "{said}");
    // Neither a new heading nor more to read, nor a link to a chapter that others link to, can show on the page.
    let more =
        format!("# A\n\n## Part\n\nQuoted. A brief.\n\n## More\n\nSee [[b]]. {}\n", "Words to read. ".repeat(150));
    write(root, &[("guides/a.md", &more)]);
    build(root, &[]);
    assert!(shows("One,"));
    // Another title can show on any page.
    write(root, &[("guides/a.md", "# Alpha\n\n## Part\n\nQuoted.\n")]);
    build(root, &[]);
    assert!(shows("Two,"));
}

#[test]
fn a_page_edited_by_hand_is_never_replaced_even_if_its_time_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &LINKED);
    build(root, &[]);
    let page = root.join("public/guides/a/index.html");
    let text = fs::read_to_string(&page).unwrap();
    let time = fs::metadata(&page).unwrap().modified().unwrap();
    with_time(&page, &text.replace("Quoted.", "Painted"), time);
    fs::write(root.join("guides/a.md"), "# A\n\n## Part\n\nQuoting. A brief.\n").unwrap();
    let (said, _) = build(root, &[]);
    assert!(said.contains("were changed since Rolebook wrote them"), "{said}");
    assert!(fs::read_to_string(&page).unwrap().contains("Painted"));
}

#[test]
fn nothing_is_remembered_that_an_audience_may_not_see_or_in_a_folder_without_settings() {
    let folder = tempfile::tempdir().unwrap();
    let toml = "title = \"T\"\n\n[audiences.managers]\ntitle = \"Managers\"\n";
    let hidden = "# A\n\n::: {audience=managers}\n\n[Secret](gone.md)\n\n:::\n";
    write(folder.path(), &[("handbook.toml", toml), ("index.md", "# Home\n\n[x]()\n"), ("guides/a.md", hidden)]);
    let (said, _) = build(folder.path(), &["--audience", "managers"]);
    assert!(said.contains("gone.md"), "{said}");
    assert_eq!(mark(folder.path()), 0);
    let bare = tempfile::tempdir().unwrap();
    write(bare.path(), &[("index.md", "# Home\n")]);
    let (said, _) = build(bare.path(), &["--out", "site"]);
    assert!(said.contains("files written"), "{said}");
    assert!(!bare.path().join(".rolebook").exists());
}

#[cfg(unix)]
#[test]
fn a_link_or_a_pipe_in_the_private_folder_of_a_project_leads_nowhere() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (root, victim) = (folder.path(), folder.path().join("victim"));
    write(root, &FILES[..2]);
    build(root, &[]);
    fs::write(&victim, "theirs").unwrap();
    let memory = cached(root, "build-").remove(0);
    let ignore = root.join(".rolebook/.gitignore");
    for place in [&memory, &ignore] {
        fs::remove_file(place).unwrap();
    }
    symlink(&victim, &ignore).unwrap();
    symlink(&victim, memory.with_extension("new")).unwrap();
    assert!(Command::new("mkfifo").arg(&memory).status().unwrap().success());
    let (said, _) = build(root, &[]);
    assert!(said.contains(" 0 files written"), "{said}");
    assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs");
    assert_eq!(fs::read_to_string(&ignore).unwrap(), "*\n");
    assert_eq!(mark(root), 1);
    assert!(is_remembered(root, &[]));
}

#[test]
fn what_a_killed_build_has_left_does_not_stay_in_the_output() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &FILES[..2]);
    build(folder.path(), &[]);
    assert_eq!(mark(folder.path()), 1);
    let before = files_below(&folder.path().join("public"));
    write(folder.path(), &[("public/.rolebook-new/index.html", "half a build")]);
    assert!(is_remembered(folder.path(), &[]));
    assert_eq!(files_below(&folder.path().join("public")), before);
}

#[test]
fn a_memory_in_which_anything_has_changed_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &LINKED);
    build(root, &[]);
    forget(root, |text| format!("{text}\n"));
    fs::write(root.join("index.md"), "# Home\n\nTwo, see [[a]].\n").unwrap();
    build(root, &[]);
    assert!(fs::read_to_string(root.join("public/index.html")).unwrap().contains("Two,"));
}

/// Runs Git.
fn git(folder: &Path, arguments: &[&str]) {
    let names = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").args(names).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn another_commit_that_changes_since_names_causes_a_build() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("handbook.toml", "title = \"T\"\nchanges_since = \"ORIG_HEAD\"\n"), FILES[1]]);
    let commit = ["commit", "-q", "--allow-empty", "-m", "x"];
    for arguments in [&["init", "-q"][..], &["add", "index.md"], &commit, &commit] {
        git(root, arguments);
    }
    // No reference changes, and neither does the newest commit.
    let name = |revision: &str| git(root, &["update-ref", "ORIG_HEAD", revision]);
    name("HEAD~1");
    build(root, &[]);
    assert_eq!(mark(root), 1);
    assert!(is_remembered(root, &[]));
    name("HEAD");
    assert!(!is_remembered(root, &[]));
}

#[test]
fn what_a_linked_work_tree_shares_with_the_others_causes_a_build() {
    let folder = tempfile::tempdir().unwrap();
    let (main, linked) = (folder.path().join("main"), folder.path().join("linked"));
    fs::create_dir(&main).unwrap();
    write(&main, &[FILES[0], FILES[1], (".gitignore", "public\n")]);
    for arguments in
        [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "x"], &["worktree", "add", "-q", "../linked"]]
    {
        git(&main, arguments);
    }
    build(&linked, &[]);
    assert_eq!(mark(&linked), 1);
    assert!(is_remembered(&linked, &[]));
    let head = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&main).output().unwrap();
    fs::write(main.join(".git/shallow"), head.stdout).unwrap();
    let (said, _) = build(&linked, &[]);
    assert!(said.contains("the clone is shallow"), "{said}");
}

/// Changes the remembered chapters so that a page made from them shows it, and seals them, with their new
/// stamp or with the old one.
#[cfg(unix)]
fn forge(root: &Path, with_stamp: bool) {
    use std::os::unix::fs::MetadataExt;
    let chapters = cached(root, "chapters-").into_iter().find(|place| place.extension().is_none()).unwrap();
    let bytes = fs::read(&chapters).unwrap();
    let at = bytes.windows(6).position(|part| part == b"Quoted").unwrap();
    let forged = [&bytes[..at], b"FORGED", &bytes[at + 6..]].concat();
    fs::write(&chapters, &forged).unwrap();
    let of = fs::metadata(&chapters).unwrap();
    let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let (modified, changed) = (nanos(of.mtime(), of.mtime_nsec()), nanos(of.ctime(), of.ctime_nsec()));
    let stamp = format!("{} {modified} {changed} {}", of.len(), of.ino());
    let seal = cached(root, "chapters-").into_iter().find(|place| place.extension().is_some()).unwrap();
    let text = fs::read_to_string(&seal).unwrap();
    let old = text.split_once(' ').unwrap().1;
    let hash = blake3::hash(&forged).to_hex();
    fs::write(&seal, format!("{hash} {}", if with_stamp { &stamp } else { old })).unwrap();
}

#[cfg(unix)]
#[test]
fn a_chapter_that_has_not_changed_is_not_parsed_again_and_a_file_that_came_with_the_project_is_not_used() {
    for with_stamp in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, &LINKED);
        // In a code block, so that the text is stored as it is.
        write(root, &[("guides/a.md", "# A\n\n## Part\n\n```\nQuoted\n```\n")]);
        build(root, &[]);
        forge(root, with_stamp);
        // Another title shows on every page, so all of them are rendered.
        write(root, &[("guides/b.md", "# Bee\n")]);
        build(root, &[]);
        let page = fs::read_to_string(root.join("public/guides/a/index.html")).unwrap();
        assert_eq!(page.contains("FORGED"), with_stamp, "{page}");
    }
}

#[test]
fn remembered_chapters_hold_nothing_hidden_and_a_build_with_errors_leaves_those_of_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &LINKED);
    build(root, &[]);
    let chapters = || {
        let all = cached(root, "chapters-");
        all.into_iter().filter(|place| place.extension().is_none()).collect::<Vec<_>>()
    };
    assert_eq!(chapters().len(), 1);
    let before = fs::read(chapters().remove(0)).unwrap();
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds(&before, "guides/a.md") && !holds(&before, "Secret") && !holds(&before, "guides/b.md"));
    write(root, &[("guides/b.md", "# B\n\n::: {audience=managrs}\n\nSecret.\n\n:::\n")]);
    let (said, _) = build(root, &[]);
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!(chapters().len(), 1);
    assert!(fs::read(chapters().remove(0)).unwrap() == before);
    // Each audience has its own.
    write(root, &[LINKED[3]]);
    build(root, &[]);
    let of_everybody = chapters().remove(0);
    build(root, &["--drafts"]);
    assert_eq!(chapters().len(), 2);
    build(root, &["--audience", "managers"]);
    write(root, &[("handbook.toml", &format!("audience = \"managers\"\n{WITH_AUDIENCES}"))]);
    build(root, &[]);
    assert_eq!(chapters().len(), 4);
    let has_more = |place: &PathBuf| holds(&fs::read(place).unwrap(), "guides/b.md");
    assert_eq!(chapters().iter().filter(|place| has_more(place)).count(), 2);
    assert!(!has_more(&of_everybody));
}

#[test]
fn remembered_chapters_do_not_name_hidden_ones() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let secret = "---\naudience: managers\n---\n# Merger\n";
    let lowered = format!("{WITH_AUDIENCES}\n[check]\nhidden-link = \"warn\"\n");
    write(
        root,
        &[("handbook.toml", lowered.as_str()), ("merger.md", secret), ("index.md", "# Home\n\nSee [[merger]].\n")],
    );
    write(root, &[("other.md", "# Other\n\nText.\n")]);
    let (said, _) = build(root, &[]);
    assert!(said.contains("files written"), "{said}");
    let place = cached(root, "chapters-").into_iter().find(|place| place.extension().is_none()).unwrap();
    let bytes = fs::read(place).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("other.md") && !holds("merger"));
}

#[test]
fn a_text_is_read_again_if_the_titles_in_it_change_in_any_way() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let titled = |title: &str| format!("---\ntitle: \"{title}\"\n---\nText.\n");
    write(root, &[("handbook.toml", TOML), ("index.md", "# Home\n\nSee [[a]] and [[b]].\n")]);
    for (a, b) in [("P\\nQ", "R"), ("P", "Q\\nR")] {
        write(root, &[("a.md", titled(a).as_str()), ("b.md", titled(b).as_str())]);
        build(root, &[]);
    }
    let warm = files_below(&root.join("public"));
    fs::remove_dir_all(root.join(".rolebook")).unwrap();
    fs::remove_dir_all(root.join("public")).unwrap();
    build(root, &[]);
    assert!(warm == files_below(&root.join("public")));
}
