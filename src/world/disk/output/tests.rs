//! Builds into folders that hold other files, are interrupted, or were changed by hand.

use super::*;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// A project with an output folder, `public`. Tests can compare the contents of that folder as
/// a value.
struct Project(tempfile::TempDir);

type Site<'a> = &'a [(&'a str, &'a str)];

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("handbook")).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("public").join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn open(&self) -> Result<Output, Failure> {
        let content = self.0.path().join("handbook");
        let guards = Guards { project: self.0.path(), content: &content, themes: &[], home: None };
        Output::open(&self.path(""), &guards)
    }

    fn write(&self, site: Site<'_>) -> Result<Written, WriteError<Infallible>> {
        let names: Vec<String> = site.iter().map(|(name, _)| (*name).to_owned()).collect();
        write(&self.open()?, &names, (&|n| Ok(Cow::Borrowed(site[n].1.as_bytes())), &|_| {}))
    }

    fn refusal(&self, site: Site<'_>) -> String {
        match self.write(site) {
            Err(WriteError::Output(Failure::Refused(refusal))) => refusal.message,
            other => panic!("{other:?}"),
        }
    }

    /// Returns everything in the output except private files: texts by name, and folders with a
    /// trailing `/`.
    fn tree(&self) -> BTreeMap<String, String> {
        let root = self.path("");
        let mut tree = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&root).min_depth(1).into_iter().map(Result::unwrap) {
            let name = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            if entry.file_type().is_dir() {
                tree.insert(format!("{name}/"), String::new());
            } else if !name.starts_with(".rolebook-") {
                tree.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
        tree
    }

    /// Performs the first `count` steps of writing `site`, as if the program were then killed.
    /// Returns whether there were more steps.
    fn die_after(&self, site: Site<'_>, count: usize) -> bool {
        let output = self.open().unwrap();
        let names: Vec<String> = site.iter().map(|(name, _)| (*name).to_owned()).collect();
        let inventory = output.inventory(None).unwrap();
        let plan = Plan::new(&output.real, &names, &inventory).unwrap();
        output.sweep().unwrap();
        let render = |n: usize| Ok::<_, Infallible>(Cow::Borrowed(site[n].1.as_bytes()));
        let files = output.render_all(&plan, &names, (&Calls { render: &render, progress: &|_| {} }, None)).unwrap();
        let steps = plan.steps(&files);
        output.apply(&steps[..count.min(steps.len())]).unwrap();
        count < steps.len()
    }
}

/// Takes the inventory of an output and writes to it.
fn write<E: Send>(
    output: &Output,
    names: &[String],
    (render, progress): (&Render<'_, '_, E>, &(dyn Fn(usize) + Sync)),
) -> Result<Written, WriteError<E>> {
    output.write((names, &output.inventory(None)?), &Calls { render, progress }, None)
}

fn tree(site: Site<'_>) -> BTreeMap<String, String> {
    let mut tree: BTreeMap<_, _> = site.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    for (name, _) in site {
        tree.extend(super::super::manifest::parents(name).map(|folder| (format!("{folder}/"), String::new())));
    }
    tree
}

const OLD: Site<'_> = &[
    ("a", "file that becomes a folder"),
    ("b/c/d.html", "folder that becomes a file"),
    ("b/e.html", "also there"),
    ("index.html", "old home"),
    ("same/x.html", "same"),
    ("stale/deep/y.html", "goes"),
    ("v.html", "old"),
    ("w/x", "file that becomes a folder in a folder that stays"),
];
const NEW: Site<'_> = &[
    ("a/index.html", "folder now"),
    ("b", "file now"),
    ("fresh/one/z.html", "1"),
    ("fresh/z.html", "2"),
    ("index.html", "new home"),
    ("same/new.html", "new"),
    ("same/x.html", "same"),
    ("v.html", "new"),
    ("w/x/y", "deeper"),
];

#[test]
fn a_fresh_folder_gets_the_site_and_nothing_else() {
    let project = Project::new();
    let written = project.write(NEW).unwrap();
    assert_eq!(project.tree(), tree(NEW));
    assert_eq!((written.written, written.unchanged, written.removed.len()), (NEW.len(), 0, 0));
}

#[test]
fn the_order_of_names_changes_nothing() {
    let (one, two) = (Project::new(), Project::new());
    let backwards: Vec<_> = NEW.iter().rev().copied().collect();
    one.write(NEW).unwrap();
    two.write(&backwards).unwrap();
    assert_eq!(one.tree(), two.tree());
    let manifest = |project: &Project| fs::read(project.path(MANIFEST)).unwrap();
    assert_eq!(manifest(&one), manifest(&two));
}

#[test]
fn a_second_site_replaces_the_first_also_where_files_and_folders_change_places() {
    let project = Project::new();
    project.write(OLD).unwrap();
    let written = project.write(NEW).unwrap();
    assert_eq!(project.tree(), tree(NEW));
    assert_eq!((written.written, written.unchanged, written.removed.len()), (8, 1, 5));
    project.write(OLD).unwrap();
    assert_eq!(project.tree(), tree(OLD));
}

#[test]
fn an_unchanged_file_is_not_touched() {
    let project = Project::new();
    project.write(OLD).unwrap();
    let time = |name: &str| fs::metadata(project.path(name)).unwrap().modified().unwrap();
    let before = (time("same/x.html"), time(MANIFEST), time(""), time("v.html"));
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(project.write(OLD).unwrap().unchanged, OLD.len());
    assert_eq!((time("same/x.html"), time(MANIFEST), time(""), time("v.html")), before);
    project.write(NEW).unwrap();
    assert_eq!(time("same/x.html"), before.0);
    assert_ne!(time("v.html"), before.3);
}

#[test]
fn an_interrupted_build_converges_wherever_it_stopped() {
    for first in [&[][..], OLD] {
        let mut count = 0;
        loop {
            let project = Project::new();
            if !first.is_empty() {
                project.write(first).unwrap();
            }
            let more = project.die_after(NEW, count);
            // The next build may have a different site to write, or the old one again.
            let next = [NEW, OLD][count % 2];
            project.write(next).unwrap();
            assert_eq!(project.tree(), tree(next), "stopped after {count}");
            project.write(NEW).unwrap();
            assert_eq!(project.tree(), tree(NEW));
            if !more {
                break;
            }
            count += 1;
        }
    }
}

#[test]
fn a_page_that_does_not_render_leaves_the_old_site_byte_for_byte() {
    let project = Project::new();
    project.write(OLD).unwrap();
    let manifest = fs::read(project.path(MANIFEST)).unwrap();
    let names: Vec<String> = NEW.iter().map(|(name, _)| (*name).to_owned()).collect();
    let render = |n: usize| if n % 3 == 1 { Err(n * 10) } else { Ok(Cow::Borrowed(NEW[n].1.as_bytes())) };
    let result = write(&project.open().unwrap(), &names, (&render, &|_| {}));
    assert!(matches!(result, Err(WriteError::Render(failed)) if failed == [(1, 10), (4, 40), (7, 70)]));
    assert_eq!(project.tree(), tree(OLD));
    assert_eq!(fs::read(project.path(MANIFEST)).unwrap(), manifest);
}

#[test]
fn foreign_files_are_kept_and_named() {
    let project = Project::new();
    project.put("CNAME", "example.org");
    project.write(OLD).unwrap();
    project.put("stale/deep/mine.txt", "mine");
    let written = project.write(NEW).unwrap();
    assert_eq!(written.kept_foreign, ["CNAME", "stale/deep/mine.txt"]);
    assert_eq!(fs::read_to_string(project.path("stale/deep/mine.txt")).unwrap(), "mine");
}

#[test]
fn a_foreign_file_in_the_way_is_refused_before_anything_changes() {
    for mine in ["fresh/z.html", "fresh", "b/mine.txt", "a.d/../same/new.html/x"] {
        let project = Project::new();
        project.write(OLD).unwrap();
        project.put(mine.trim_start_matches("a.d/../"), "mine");
        let before = project.tree();
        assert!(project.refusal(NEW).contains("in the way"), "{mine}");
        assert_eq!(project.tree(), before);
    }
}

#[test]
fn an_empty_folder_that_we_did_not_create_blocks_a_file() {
    let project = Project::new();
    project.write(OLD).unwrap();
    fs::create_dir(project.path("b/c/empty")).unwrap();
    assert!(project.refusal(NEW).contains("`b/c/empty`"));
}

#[test]
fn a_page_changed_by_hand_is_refused_and_a_stale_one_is_kept() {
    let project = Project::new();
    project.write(OLD).unwrap();
    project.put("stale/deep/y.html", "edited");
    assert_eq!(project.write(NEW).unwrap().kept_edited, ["stale/deep/y.html"]);
    assert_eq!(fs::read_to_string(project.path("stale/deep/y.html")).unwrap(), "edited");
    project.put("v.html", "edited");
    assert!(project.refusal(NEW).contains("changed since Rolebook wrote them: `v.html`"));
    assert_eq!(fs::read_to_string(project.path("v.html")).unwrap(), "edited");
}

#[test]
fn what_changes_during_the_build_is_not_lost() {
    let project = Project::new();
    project.write(OLD).unwrap();
    for mine in ["v.html", "fresh/mine.txt", "stale/deep/y.html"] {
        let names: Vec<String> = NEW.iter().map(|(name, _)| (*name).to_owned()).collect();
        let render = |n: usize| {
            project.put(mine, "mine, just now");
            Ok::<_, Infallible>(Cow::Borrowed(NEW[n].1.as_bytes()))
        };
        let result = write(&project.open().unwrap(), &names, (&render, &|_| {}));
        assert!(matches!(result, Err(WriteError::Output(Failure::Refused(_)))), "{mine}");
        assert_eq!(fs::read_to_string(project.path(mine)).unwrap(), "mine, just now");
        fs::remove_dir_all(project.path("")).unwrap();
        project.write(OLD).unwrap();
    }
}

#[test]
fn two_builds_do_not_write_to_one_folder() {
    let project = Project::new();
    let first = project.open().unwrap();
    let second = project.open().unwrap_err().to_string();
    assert!(second.starts_with("another build is writing to"), "{second}");
    drop(first);
    assert!(project.open().is_ok());
}

#[test]
fn names_that_cannot_be_files_are_refused() {
    let project = Project::new();
    for site in [&[("../x", "")][..], &[("a", ""), ("a", "")], &[("a", ""), ("a/b", "")], &[(MANIFEST, "")]] {
        project.refusal(site);
        assert!(project.tree().is_empty());
    }
}

#[test]
fn progress_reaches_the_number_of_files() {
    let project = Project::new();
    let most = AtomicUsize::new(0);
    let names = vec!["a".to_owned(), "b".to_owned()];
    let progress = |done: usize| {
        most.fetch_max(done, Ordering::Relaxed);
    };
    let render = |_| Ok::<_, Infallible>(Cow::Owned(Vec::new()));
    write(&project.open().unwrap(), &names, (&render, &progress)).unwrap();
    assert_eq!(most.into_inner(), 2);
}

#[cfg(unix)]
#[test]
fn a_link_inside_the_output_is_not_followed() {
    let project = Project::new();
    project.write(OLD).unwrap();
    let away = project.0.path().join("away");
    fs::rename(project.path("same"), &away).unwrap();
    std::os::unix::fs::symlink(&away, project.path("same")).unwrap();
    assert!(project.refusal(OLD).contains("`same`"));
    project.write(&[("index.html", "")]).unwrap();
    assert_eq!(fs::read_to_string(away.join("x.html")).unwrap(), "same");
}

#[cfg(unix)]
#[test]
fn files_and_folders_have_the_modes_that_servers_need() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new();
    project.write(NEW).unwrap();
    let mode = |name: &str| fs::metadata(project.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("fresh"), mode("fresh/one")), (0o755, 0o755, 0o755));
    assert_eq!((mode("index.html"), mode("fresh/one/z.html"), mode(MANIFEST)), (0o644, 0o644, 0o644));
}

/// One of two sites for the test below, large enough that a kill can happen between moves.
fn large(version: usize) -> Vec<(String, String)> {
    let page = |n: usize| (format!("s{}/p{n}.html", (n + version) % 7), format!("{version} {n} ").repeat(200));
    let mut site: Vec<_> = (0..400).map(page).collect();
    site.push(("index.html".to_owned(), format!("{version}")));
    site
}

/// The environment variable through which the test below tells its child process what to do.
const CHILD: &str = "ROLEBOOK_TEST_KILL";

#[test]
fn a_build_killed_at_any_moment_loses_nothing() {
    if let Some(place) = std::env::var_os(CHILD) {
        return build_until_killed(Path::new(&place));
    }
    let project = Project::new();
    project.put("CNAME", "mine");
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    for round in 0..8_u64 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &name])
            .env(CHILD, project.0.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20 + round * 17));
        child.kill().unwrap();
        child.wait().unwrap();
        let site = large(usize::try_from(round % 3).unwrap());
        let mut site: Vec<_> = site.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(project.write(&site).unwrap().kept_foreign, ["CNAME"], "round {round}");
        site.push(("CNAME", "mine"));
        assert!(project.tree() == tree(&site), "round {round}");
    }
}

/// Writes one site and then the other, in turn.
fn build_until_killed(place: &Path) {
    let content = place.join("handbook");
    let guards = Guards { project: place, content: &content, themes: &[], home: None };
    for version in (0..1000).map(|n| n % 2) {
        let site = large(version);
        let names: Vec<String> = site.iter().map(|(name, _)| name.clone()).collect();
        let render = |n: usize| Ok::<_, Infallible>(Cow::Borrowed(site[n].1.as_bytes()));
        let output = Output::open(&place.join("public"), &guards).unwrap();
        write(&output, &names, (&render, &|_| {})).unwrap();
    }
}
