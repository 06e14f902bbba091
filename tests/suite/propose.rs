//! Proposes changes from a page, in real repositories: what the commit holds, that everything else
//! stays as it was byte for byte, and that no program that a repository names is started.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::edit::{Desk, serve_with};
use crate::history::{commit, git, has_git};
use crate::support::{files_below, write};

const TALK: &str = "# Talk\n\n### Practising\n\n- Says it.\n";
const USER: &str = "[user]\n\tname = A Writer\n\temail = writer@example.org\n";

/// A repository with a handbook in a folder, a user with a configuration, and a bare remote.
struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        let ground = Self { folder: tempfile::tempdir().unwrap() };
        write(
            &ground.root(),
            &[
                ("handbook/handbook.toml", "title = \"T\"\n"),
                ("handbook/index.md", "# Home\n\nSee [[talk]].\n"),
                ("handbook/competencies/talk.md", TALK),
                ("handbook/guides/a.md", "# A\n\nOne.\n\nTwo.\n\nThree.\n"),
                ("code.txt", "first\n"),
            ],
        );
        git(&ground.root(), &["init", "-q", "-b", "main"]);
        commit(&ground.root(), "2026-01-01", "One");
        write(&ground.path("home"), &[(".gitconfig", USER)]);
        ground
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn root(&self) -> PathBuf {
        self.path("project")
    }

    fn write(&self, path: &str, text: &str) {
        write(&self.root().join("handbook"), &[(path, text)]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8(git(&self.root(), arguments).stdout).unwrap()
    }

    /// Adds a bare repository as the remote `origin`, with everything that is committed.
    fn with_remote(&self) -> PathBuf {
        let remote = self.path("remote.git");
        git(self.folder.path(), &["init", "-q", "--bare", "-b", "main", remote.to_str().unwrap()]);
        self.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
        self.git(&["push", "-q", "origin", "main"]);
        remote
    }

    fn serve(&self) -> Desk {
        self.serve_with(&[])
    }

    /// Starts a preview as a user whose only configuration is in the folder `home`.
    fn serve_with(&self, variables: &[(&str, String)]) -> Desk {
        let home = self.path("home").display().to_string();
        let mut all = vec![("HOME", home), ("GIT_CONFIG_NOSYSTEM", "1".to_owned())];
        all.extend(variables.iter().cloned());
        let forget = ["XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "EMAIL"];
        serve_with(&self.root(), &["--edit"], &|command: &mut Command| {
            for name in forget {
                command.env_remove(name);
            }
            command.envs(all.iter().map(|(name, value)| (name, value)));
        })
    }

    /// Returns everything that a proposal must not change: the work tree, the index, `HEAD`, the
    /// branches and the configuration, by path.
    fn untouched(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = files_below(&self.root());
        files.retain(|path, _| !path.contains("/.rolebook/") && !path.contains("proposal-"));
        files.retain(|path, _| !path.starts_with(".git/objects/"));
        files
    }

    /// Lists the files that the newest commit of a branch changed, with their status.
    fn changed_by(&self, branch: &str) -> String {
        self.git(&["diff-tree", "-r", "--no-commit-id", "--name-status", "--no-renames", branch])
    }
}

impl Desk {
    fn proposable(&self) -> Value {
        self.get_json("/_rolebook/propose/changes")
    }

    /// Waits until the list of changes has these paths.
    fn lists(&self, paths: &[&str]) -> Value {
        let start = Instant::now();
        loop {
            let found = self.proposable();
            let files = found["files"].as_array().cloned().unwrap_or_default();
            let names: Vec<&str> = files.iter().filter_map(|file| file["path"].as_str()).collect();
            if names == paths {
                return found;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "{names:?} instead of {paths:?}: {found}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Proposes some of the files in a list of changes.
    fn propose(&self, found: &Value, paths: &[&str], why: &str) -> (u16, Value) {
        let files: Vec<Value> = found["files"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|file| paths.contains(&file["path"].as_str().unwrap()))
            .map(|file| json!({ "path": file["path"], "state": file["state"] }))
            .collect();
        self.post("/_rolebook/propose/commit", &json!({ "base": found["base"], "why": why, "files": files }))
    }

    fn push(&self, made: &Value) -> (u16, Value) {
        let wanted = json!({ "branch": made["branch"], "address": made["remote"]["address"] });
        self.post("/_rolebook/propose/push", &wanted)
    }
}

fn branch(answer: &(u16, Value)) -> String {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["branch"].as_str().unwrap().to_owned()
}

#[test]
fn a_proposal_holds_the_chosen_changes_alone_and_everything_else_stays_as_it_was() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.write("competencies/talk.md", "# Talk\n\n### Practising\n\n- Says it plainly.\n");
    ground.write("guides/a.md", "# A\n\nOne.\n\nTwo, reworded.\n\nThree.\n");
    ground.write("guides/new.md", "# New\n");
    fs::write(ground.root().join("code.txt"), "second\n").unwrap();
    // Something is staged, too.
    fs::write(ground.root().join("staged.txt"), "staged\n").unwrap();
    ground.git(&["add", "staged.txt", "handbook/guides/a.md"]);
    let desk = ground.serve();
    let found = desk.lists(&["competencies/talk.md", "guides/a.md", "guides/new.md"]);
    assert_eq!(found["files"][1]["places"], json!([{ "line": 5, "was": "Two.", "made": "Two, reworded." }]));
    let words = found["words"].to_string();
    assert!(words.contains("Talk: rewords at Practising “Says it.” → “Says it plainly.”"), "{words}");
    assert_eq!(found["author"], "A Writer <writer@example.org>");
    let (before, head) = (ground.untouched(), ground.git(&["rev-parse", "HEAD"]));
    let chosen = ["competencies/talk.md", "guides/new.md"];
    let name = branch(&desk.propose(&found, &chosen, "Say it  plainly,\nwith reasons"));
    assert_eq!(ground.untouched(), before);
    assert!(name.starts_with("proposal-20") && name.ends_with("-say-it-plainly-with-reasons"), "{name}");
    assert_eq!(ground.changed_by(&name), "M\thandbook/competencies/talk.md\nA\thandbook/guides/new.md\n");
    assert_eq!(ground.git(&["rev-parse", &format!("{name}^")]), head);
    let text = |path: &str| ground.git(&["show", &format!("{name}:handbook/{path}")]);
    assert_eq!(
        (text("competencies/talk.md"), text("guides/new.md")),
        ("# Talk\n\n### Practising\n\n- Says it plainly.\n".to_owned(), "# New\n".to_owned())
    );
    let log = ground.git(&["log", "-1", "--format=%an <%ae>|%cn|%s|%b", &name]);
    assert!(log.starts_with("A Writer <writer@example.org>|A Writer|Say it plainly, with reasons|"), "{log}");
    assert!(log.contains("Talk: rewords at Practising"), "{log}");
    ground.git(&["fsck", "--strict"]);
}

#[test]
fn moved_and_removed_chapters_and_pictures_are_proposed() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    fs::rename(ground.root().join("handbook/guides/a.md"), ground.root().join("handbook/guides/b.md")).unwrap();
    fs::remove_file(ground.root().join("handbook/competencies/talk.md")).unwrap();
    ground.write("index.md", "# Home\n\n![A dot](dot.png)\n");
    fs::write(ground.root().join("handbook/dot.png"), b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    fs::write(ground.root().join("handbook/notes.bin"), b"nothing refers to this").unwrap();
    let desk = ground.serve();
    let all = ["competencies/talk.md", "dot.png", "guides/b.md", "index.md"];
    let found = desk.lists(&all);
    let kinds: Vec<&str> =
        found["files"].as_array().unwrap().iter().map(|file| file["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["removed", "added", "moved", "changed"]);
    let name = branch(&desk.propose(&found, &all, "Tidy up"));
    assert_eq!(
        ground.changed_by(&name),
        "D\thandbook/competencies/talk.md\nA\thandbook/dot.png\nD\thandbook/guides/a.md\nA\thandbook/guides/b.md\nM\thandbook/index.md\n"
    );
    let picture = git(&ground.root(), &["cat-file", "blob", &format!("{name}:handbook/dot.png")]).stdout;
    assert_eq!(picture, b"\x89PNG\r\n\x1a\n\0\0");
}

#[test]
fn a_branch_that_exists_is_never_moved() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md"]);
    let first = branch(&desk.propose(&found, &["guides/a.md"], "Same words"));
    let before = ground.git(&["rev-parse", &first]);
    let second = branch(&desk.propose(&found, &["guides/a.md"], "Same words"));
    assert_eq!(second, format!("{first}-2"));
    // Names at a remote are taken too, and so are folders of branches.
    ground.git(&["update-ref", &format!("refs/remotes/origin/{first}-3"), "HEAD"]);
    ground.git(&["branch", &format!("{first}-4/x")]);
    assert_eq!(branch(&desk.propose(&found, &["guides/a.md"], "Same words")), format!("{first}-5"));
    assert_eq!(ground.git(&["rev-parse", &first]), before);
}

#[test]
fn what_is_proposed_already_is_marked_until_it_changes_again() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    fs::remove_file(ground.root().join("handbook/competencies/talk.md")).unwrap();
    let desk = ground.serve();
    let paths = ["competencies/talk.md", "guides/a.md"];
    let made = desk.propose(&desk.lists(&paths), &["guides/a.md"], "Why");
    let name = branch(&made);
    let marks = || {
        let found = desk.lists(&paths);
        let mark = |n: usize| found["files"][n]["proposed"].as_bool().unwrap();
        ([mark(0), mark(1)], found["proposals"].clone())
    };
    assert_eq!(marks(), ([false, true], json!([name])));
    assert_eq!(desk.get_json(&format!("/_rolebook/propose/branch?branch={name}")), made.1);
    ground.write("guides/a.md", "# A\n\nChanged again.\n");
    assert_eq!(marks(), ([false, false], json!([])));
}

#[test]
fn what_changed_since_the_author_looked_is_not_proposed() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md"]);
    ground.write("guides/a.md", "# A\n\nChanged again.\n");
    assert_eq!(desk.propose(&found, &["guides/a.md"], "Why").0, 409);
    let found = desk.lists(&["guides/a.md"]);
    assert_eq!(desk.propose(&found, &[], "Why").0, 422);
    assert_eq!(desk.propose(&found, &["guides/a.md"], " \n").0, 422);
    fs::write(ground.root().join("code.txt"), "second\n").unwrap();
    ground.git(&["commit", "-q", "-m", "Two", "code.txt"]);
    assert_eq!(desk.propose(&found, &["guides/a.md"], "Why").0, 409);
    assert_eq!(ground.git(&["branch", "--list", "proposal-*"]), "");
}

#[test]
fn files_that_git_converts_are_refused_with_the_command_to_run_by_hand() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    let attributes = "guides/*.md filter=x\nindex.md working-tree-encoding=UTF-16\n";
    fs::write(ground.root().join("handbook/.gitattributes"), attributes).unwrap();
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    ground.write("index.md", "# Home\n\nChanged.\n");
    ground.write("competencies/talk.md", "# Talk\n\n### Practising\n\n- Says it all.\n");
    let desk = ground.serve();
    let found = desk.lists(&["competencies/talk.md", "guides/a.md", "index.md"]);
    let refused: Vec<&Value> = found["files"].as_array().unwrap().iter().map(|file| &file["refused"]).collect();
    assert_eq!(refused, [&Value::Null, &json!("filter=x"), &json!("working-tree-encoding=UTF-16")]);
    let (status, answer) = desk.propose(&found, &["competencies/talk.md", "guides/a.md"], "Why");
    assert_eq!(status, 422);
    assert!(answer["error"].as_str().unwrap().contains("git add -- ':/handbook/guides/a.md'"), "{answer}");
    let name = branch(&desk.propose(&found, &["competencies/talk.md"], "Why"));
    assert_eq!(ground.changed_by(&name), "M\thandbook/competencies/talk.md\n");
}

#[test]
fn the_users_own_attributes_and_ignore_file_count() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    write(
        &ground.path("home"),
        &[(".config/git/attributes", "a.md filter=mine\n"), (".config/git/ignore", "private.md\n")],
    );
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    ground.write("guides/private.md", "# Private\n");
    let found = ground.serve().lists(&["guides/a.md"]);
    assert_eq!(found["files"][0]["refused"], "filter=mine");
}

#[test]
fn line_endings_are_committed_as_git_would_commit_them() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    fs::write(ground.root().join("handbook/.gitattributes"), "*.md text=auto\n").unwrap();
    ground.write("guides/a.md", "# A\r\n\r\nOne.\r\n\r\nTwo.\r\n\r\nThree.\r\n");
    ground.write("index.md", "# Home\r\n\r\nChanged.\r\n");
    let desk = ground.serve();
    let found = desk.lists(&["index.md"]);
    let name = branch(&desk.propose(&found, &["index.md"], "Why"));
    assert_eq!(ground.git(&["show", &format!("{name}:handbook/index.md")]), "# Home\n\nChanged.\n");
}

#[test]
fn without_an_identity_nothing_is_committed_and_the_page_says_what_to_do() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    fs::write(ground.path("home").join(".gitconfig"), "[user]\n\tname = A Writer\n").unwrap();
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md"]);
    assert!(found["nobody"].as_str().unwrap().contains("git config --global user.email"), "{found}");
    let (status, answer) = desk.propose(&found, &["guides/a.md"], "Why");
    assert_eq!((status, &answer["error"]), (409, &found["nobody"]));
    assert_eq!(ground.git(&["branch", "--list", "proposal-*"]), "");
}

#[test]
fn a_detached_head_is_a_base_and_a_repository_without_a_commit_is_none() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.git(&["checkout", "-q", "--detach"]);
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md"]);
    assert_eq!(found["branch"], Value::Null);
    let before = ground.untouched();
    branch(&desk.propose(&found, &["guides/a.md"], "Why"));
    assert_eq!(ground.untouched(), before);

    let empty = Ground::new();
    fs::remove_dir_all(empty.root().join(".git")).unwrap();
    empty.git(&["init", "-q"]);
    let answer = empty.serve().proposable();
    assert!(answer["error"].as_str().unwrap().starts_with("This project has no commit yet"), "{answer}");
}

#[test]
fn a_work_tree_of_a_repository_and_a_handbook_at_its_top_are_proposed() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    let tree = ground.path("tree");
    ground.git(&["worktree", "add", "-q", tree.to_str().unwrap(), "-b", "side"]);
    fs::rename(ground.root(), ground.path("main")).unwrap();
    git(&ground.path("main"), &["worktree", "repair", tree.to_str().unwrap()]);
    fs::rename(&tree, ground.root()).unwrap();
    git(&ground.path("main"), &["worktree", "repair", ground.root().to_str().unwrap()]);
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let name = branch(&desk.propose(&desk.lists(&["guides/a.md"]), &["guides/a.md"], "Why"));
    assert_eq!(ground.changed_by(&name), "M\thandbook/guides/a.md\n");

    let top = Ground::new();
    fs::remove_dir_all(top.root()).unwrap();
    write(&top.root(), &[("handbook.toml", "title = \"T\"\n"), ("index.md", "# Home\n"), ("code.txt", "1\n")]);
    top.git(&["init", "-q"]);
    commit(&top.root(), "2026-01-01", "One");
    write(&top.root(), &[("index.md", "# Home\n\nMore.\n"), ("code.txt", "2\n")]);
    let desk = top.serve();
    let name = branch(&desk.propose(&desk.lists(&["index.md"]), &["index.md"], "Why"));
    assert_eq!(top.changed_by(&name), "M\tindex.md\n");
}

/// Writes a program that notes that it was started.
fn trap(ground: &Ground, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = format!("#!/bin/sh\necho \"$0\" >> {}\nexit 1\n", ground.path("mark").display());
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn taken(ground: &Ground) -> String {
    let found = fs::read_to_string(ground.path("mark")).unwrap_or_default();
    let _ = fs::remove_file(ground.path("mark"));
    found
}

const HOOKS: &[&str] =
    &["pre-commit", "commit-msg", "post-commit", "post-index-change", "reference-transaction", "pre-push"];

#[test]
fn hooks_are_named_and_none_of_them_runs() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.with_remote();
    for name in HOOKS {
        trap(&ground, &ground.root().join(".git/hooks").join(name));
    }
    let spring = Command::new("git").args(["update-ref", "refs/heads/x", "HEAD"]).current_dir(ground.root()).output();
    assert!(!spring.unwrap().status.success() && !taken(&ground).is_empty(), "the trap doesn't work");
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md"]);
    let mut names = HOOKS.to_vec();
    names.sort_unstable();
    assert_eq!(found["hooks"], json!(names));
    let made = desk.propose(&found, &["guides/a.md"], "Why");
    branch(&made);
    assert_eq!(desk.push(&made.1).0, 200);
    assert_eq!(taken(&ground), "");
}

#[test]
fn nothing_that_a_repository_configures_is_started() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.with_remote();
    trap(&ground, &ground.path("trap"));
    let configuration = "[core]\n\tfsmonitor = TRAP\n\thooksPath = handbook/hooks\n\tpager = TRAP\n\teditor = TRAP\n\tsshCommand = TRAP\n\tgitProxy = TRAP\n\taskPass = TRAP\n\talternateRefsCommand = TRAP\n\tsplitIndex = true\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = TRAP\n[push]\n\tgpgSign = true\n[credential]\n\thelper = TRAP\n[diff]\n\texternal = TRAP\n[diff \"x\"]\n\ttextconv = TRAP\n\tcommand = TRAP\n[filter \"x\"]\n\tclean = TRAP\n\tsmudge = TRAP\n\tprocess = TRAP\n[url \"ext::TRAP\"]\n\tinsteadOf = /\n[remote \"origin\"]\n\treceivepack = TRAP\n\tvcs = trap\n[format]\n\tsignatureFile = /etc/passwd\n[gc]\n\tauto = 1\n[maintenance]\n\tauto = true\n";
    let file = ground.root().join(".git/config");
    let text = configuration.replace("TRAP", ground.path("trap").to_str().unwrap());
    fs::write(&file, fs::read_to_string(&file).unwrap() + &text).unwrap();
    for name in HOOKS {
        trap(&ground, &ground.root().join("handbook/hooks").join(name));
    }
    fs::write(ground.root().join("handbook/.gitattributes"), "*.md diff=x\nindex.md filter=x\n").unwrap();
    let spring = Command::new("git").args(["diff"]).current_dir(ground.root().join("handbook")).output();
    assert!(spring.is_ok() && !taken(&ground).is_empty(), "the trap doesn't work");
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    ground.write("index.md", "# Home\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md", "index.md"]);
    let before = ground.untouched();
    let made = desk.propose(&found, &["guides/a.md"], "Why");
    let name = branch(&made);
    assert_eq!(ground.untouched(), before);
    let patch = desk.get(&format!("/_rolebook/propose/patch?branch={name}"));
    assert!(patch.contains("+Changed.") && !patch.contains("root:"), "{patch}");
    assert_eq!(desk.push(&made.1).0, 200, "{:?}", desk.push(&made.1));
    let there = git(&ground.path("remote.git"), &["rev-parse", &name]).stdout;
    assert_eq!(String::from_utf8(there).unwrap().trim(), made.1["commit"]);
    assert_eq!(taken(&ground), "");
}

#[test]
fn a_remote_that_could_start_a_program_is_refused() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    let inside = ground.root().join("handbook/evil.git");
    git(&ground.root(), &["init", "-q", "--bare", inside.to_str().unwrap()]);
    trap(&ground, &inside.join("hooks/pre-receive"));
    trap(&ground, &ground.path("trap"));
    ground.git(&["remote", "add", "origin", "x"]);
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md"]);
    let ext = format!("ext::{} %S", ground.path("trap").display());
    for address in ["handbook/evil.git", inside.to_str().unwrap(), &ext, "-oProxyCommand=x", "git://a.example/x"] {
        ground.git(&["config", "remote.origin.url", address]);
        let made = desk.propose(&found, &["guides/a.md"], "Why");
        branch(&made);
        assert!(made.1["remote"].is_null() && made.1["problem"].is_string(), "{address}: {}", made.1);
        let wanted = json!({ "branch": made.1["branch"], "address": address });
        assert_eq!(desk.post("/_rolebook/propose/push", &wanted).0, 409, "{address}");
        assert_eq!(taken(&ground), "", "{address}");
    }
}

#[test]
fn a_push_is_a_second_step_and_only_goes_to_the_address_that_was_shown() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    let remote = ground.with_remote();
    fs::write(ground.root().join("code.txt"), "second\n").unwrap();
    ground.git(&["commit", "-q", "-m", "Two", "code.txt"]);
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let made = desk.propose(&desk.lists(&["guides/a.md"]), &["guides/a.md"], "Why");
    let name = branch(&made);
    assert_eq!(made.1["remote"], json!({ "name": "origin", "address": remote, "unsent": 1, "host": null }));
    let branches = || String::from_utf8(git(&remote, &["branch", "--format=%(refname:short)"]).stdout).unwrap();
    assert_eq!(branches(), "main\n");
    let elsewhere = json!({ "branch": name, "address": "/somewhere/else" });
    assert_eq!(desk.post("/_rolebook/propose/push", &elsewhere).0, 409);
    let other = json!({ "branch": "main", "address": remote });
    assert_eq!(desk.post("/_rolebook/propose/push", &other).0, 404);
    assert_eq!(branches(), "main\n");
    let before = ground.untouched();
    assert_eq!(desk.push(&made.1), (200, json!({ "pushed": name, "address": remote, "page": null })));
    assert_eq!(ground.untouched(), before);
    assert_eq!(branches(), format!("main\n{name}\n"));
}

#[test]
fn a_branch_at_the_remote_is_never_overwritten_and_the_failure_is_in_gits_words() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    let remote = ground.with_remote();
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let made = desk.propose(&desk.lists(&["guides/a.md"]), &["guides/a.md"], "Why");
    let name = branch(&made);
    // Someone else has pushed another branch with this name.
    fs::write(ground.root().join("code.txt"), "theirs\n").unwrap();
    ground.git(&["commit", "-q", "-m", "Theirs", "code.txt"]);
    ground.git(&["push", "-q", "origin", &format!("HEAD:refs/heads/{name}")]);
    let there = || git(&remote, &["rev-parse", &name]).stdout;
    let theirs = there();
    let (status, answer) = desk.push(&made.1);
    assert_eq!(status, 502, "{answer}");
    assert!(answer["said"].as_str().unwrap().contains("[rejected]"), "{answer}");
    assert_eq!(answer["hand"], format!("git push origin {name}"));
    assert_eq!(there(), theirs);
    fs::rename(&remote, ground.path("gone.git")).unwrap();
    let (status, answer) = desk.push(&made.1);
    assert!(
        status == 502 && answer["said"].as_str().unwrap().contains("does not appear to be a git repository"),
        "{answer}"
    );
}

#[test]
fn without_a_remote_there_is_a_patch_that_git_applies() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.write("guides/a.md", "# A\n\nÄnderung.\n");
    let desk = ground.serve();
    let made = desk.propose(&desk.lists(&["guides/a.md"]), &["guides/a.md"], "Why");
    let name = branch(&made);
    assert_eq!((&made.1["remote"], &made.1["patch"]), (&Value::Null, &json!(true)));
    let answer = desk.get(&format!("/_rolebook/propose/patch?branch={name}"));
    let patch = answer.split_once("\r\n\r\n").unwrap().1;
    ground.git(&["checkout", "-q", "-f", "main"]);
    fs::write(ground.path("a.patch"), patch).unwrap();
    ground.git(&["am", "-q", ground.path("a.patch").to_str().unwrap()]);
    assert_eq!(ground.git(&["rev-parse", "HEAD^{tree}"]), ground.git(&["rev-parse", &format!("{name}^{{tree}}")]));
    for other in ["main", "proposal-none", "../x", "--output=x"] {
        assert!(desk.get(&format!("/_rolebook/propose/patch?branch={other}")).starts_with("HTTP/1.1 404"), "{other}");
    }
}

#[test]
fn changes_for_another_audience_are_counted_but_neither_shown_nor_proposed() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    ground.write("handbook.toml", "title = \"T\"\n[audiences.managers]\ntitle = \"Managers\"\n");
    ground.write("s.md", "# S\n\nOpen.\n\n::: {audience=managers}\n\nThe SECRET is out.\n\n:::\n\nLast.\n");
    ground.write("p.md", "# P\n\nOpen.\n\n::: {audience=managers}\n\nA SECRET.\n\n:::\n");
    ground.write("hidden.md", "---\naudience: managers\n---\n# Hidden\n\nA SECRET.\n");
    ground.write("open.md", "# Open\n\nOnce open SECRET.\n");
    commit(&ground.root(), "2026-01-02", "Two");
    ground.write("s.md", "# S\n\nOpen.\n\n::: {audience=managers}\n\nThe SECRET is in.\n\n:::\n\nLast.\n");
    ground.write("p.md", "# P\n\nWide open.\n\n::: {audience=managers}\n\nA SECRET.\n\n:::\n");
    ground.write("hidden.md", "---\naudience: managers\n---\n# Hidden\n\nA new SECRET.\n");
    ground.write("open.md", "# Open\n\n::: {audience=managers}\n\nOnce open SECRET.\n\n:::\n");
    ground.write("handbook.toml", "title = \"T\"\n[audiences.managers]\ntitle = \"All managers\"\n");
    ground.write("guides/a.md", "# A\n\nChanged.\n");
    let desk = ground.serve();
    let found = desk.lists(&["guides/a.md", "p.md"]);
    assert_eq!(found["hidden"], 4);
    let text = found.to_string();
    assert!(!text.contains("SECRET") && !text.contains("idden.md") && !text.contains("open.md"), "{text}");
    let made = desk.propose(&found, &["p.md"], "Why");
    let name = branch(&made);
    // A patch would quote the hidden lines next to the change.
    assert_eq!(made.1["patch"], false);
    assert_eq!(desk.proposable()["proposals"], json!([]), "a branch's name may say more than this audience may read");
    assert!(desk.get(&format!("/_rolebook/propose/patch?branch={name}")).starts_with("HTTP/1.1 409"));
    let wanted = json!({ "base": found["base"], "why": "Why", "files": [{ "path": "s.md", "state": "" }] });
    assert_eq!(desk.post("/_rolebook/propose/commit", &wanted).0, 409);
    // Managers see everything, so they can propose everything.
    assert_eq!(desk.post("/_rolebook/audience", &json!({ "audience": "managers" })).0, 200);
    let all = desk.lists(&["guides/a.md", "handbook.toml", "hidden.md", "open.md", "p.md", "s.md"]);
    assert_eq!(all["hidden"], 0);
}

#[test]
fn without_a_repository_or_the_edit_flag_nothing_can_be_proposed() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    let (home, root) = (ground.path("home"), ground.root());
    let as_user = |command: &mut Command| {
        command.env("HOME", &home);
    };
    let desk = serve_with(&root, &[], &as_user);
    assert!(desk.get("/_rolebook/propose/changes").starts_with("HTTP/1.1 404"));
    fs::remove_dir_all(root.join(".git")).unwrap();
    let desk = ground.serve();
    assert!(desk.get("/_rolebook/propose/changes").starts_with("HTTP/1.1 404"));
    for route in ["commit", "push"] {
        let body = json!({ "base": "", "why": "Why", "files": [], "branch": "proposal-x", "address": "" });
        assert_eq!(desk.post(&format!("/_rolebook/propose/{route}"), &body).0, 404, "{route}");
    }
}
