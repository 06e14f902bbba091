//! Sets traps in repositories: every way we know in which Git starts a program named by files, a
//! configuration or a variable. First Git itself springs each trap, which shows that it works. Then
//! no command of Rolebook may spring it.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::history::{commit, git, has_git};
use crate::support::write;

/// A repository with a handbook and two commits, and a program that records when it is started.
struct Ground {
    folder: tempfile::TempDir,
}

/// A way to make Git start a program.
struct Trap {
    name: &'static str,
    /// Sets the trap.
    lay: fn(&Ground),
    /// Returns the environment variables that belong to the trap.
    variables: fn(&Ground) -> Vec<(&'static str, String)>,
    /// The shell command that springs the trap, run in the content folder.
    spring: &'static str,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ground = Self { folder };
        let root = ground.root();
        write(
            &root,
            &[
                ("handbook/handbook.toml", "title = \"T\"\nchanges_since = \"v1\"\n"),
                ("handbook/index.md", "# Home\n\nSee [[talk]].\n"),
                ("handbook/competencies/talk.md", "# Talk\n\n### Owning\n\n- Writes it.\n"),
                ("handbook/guides/a.md", "# A\n\nOne.\n"),
            ],
        );
        git(&root, &["init", "-q"]);
        commit(&root, "2026-01-01", "One");
        git(&root, &["tag", "v1"]);
        git(&root, &["mv", "handbook/guides/a.md", "handbook/guides/b.md"]);
        commit(&root, "2026-02-01", "Two");
        // Uncommitted changes make Git look at the files themselves.
        fs::write(root.join("handbook/index.md"), "# Home\n\nSee [[talk]] today.\n").unwrap();
        fs::rename(root.join("handbook/guides/b.md"), root.join("handbook/guides/c.md")).unwrap();
        let trap = ground.trap();
        fs::write(&trap, format!("#!/bin/sh\necho \"$0 $*\" >> {}\n", ground.mark().display())).unwrap();
        fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(ground.folder.path().join("home")).unwrap();
        ground
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn content(&self) -> PathBuf {
        self.root().join("handbook")
    }

    fn trap(&self) -> PathBuf {
        self.folder.path().join("trap")
    }

    fn mark(&self) -> PathBuf {
        self.folder.path().join("mark")
    }

    /// Adds lines to a file, with the path of the trap in place of `TRAP`.
    fn add(&self, path: &Path, text: &str) {
        let before = fs::read_to_string(path).unwrap_or_default();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, before + &text.replace("TRAP", self.trap().to_str().unwrap())).unwrap();
    }

    fn configure(&self, text: &str) {
        self.add(&self.root().join(".git/config"), text);
    }

    fn attributes(&self, text: &str) {
        self.add(&self.content().join(".gitattributes"), text);
    }

    /// Turns the repository into a clone that lacks a commit, so that Git asks the remote for it.
    fn lack(&self, remote: &str) {
        let text = "[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n[remote \"origin\"]\npromisor = true\n";
        self.configure(&format!("{text}{remote}"));
        let tag = "1234567890123456789012345678901234567890";
        fs::write(self.root().join(".git/refs/tags/lost"), format!("{tag}\n")).unwrap();
    }

    /// Returns what has been started so far, one per line, and clears the record.
    fn take(&self) -> String {
        let found = fs::read_to_string(self.mark()).unwrap_or_default();
        let _ = fs::remove_file(self.mark());
        found
    }

    fn prepare(&self, command: &mut Command, trap: &Trap) {
        command.current_dir(self.content()).env("HOME", self.folder.path().join("home"));
        command.env("TRAP", self.trap());
        for name in ["XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).env("GIT_TERMINAL_PROMPT", "0").envs((trap.variables)(self));
    }

    /// Runs a command of Rolebook in the content folder. A preview is asked for a page and then
    /// killed.
    fn run(&self, arguments: &[&str], trap: &Trap) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolebook"));
        self.prepare(&mut command, trap);
        command.args(arguments);
        if arguments[0] != "serve" {
            command.output().unwrap();
            return;
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        write!(stream, "GET /changes/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

fn none(_: &Ground) -> Vec<(&'static str, String)> {
    Vec::new()
}

/// Every command that starts Git.
const COMMANDS: &[&[&str]] = &[
    &["diff", "v1", ".."],
    &["diff", "lost", "..", "--format", "json"],
    &["build", "..", "--out", "../../site"],
    &["serve", "..", "--port", "0"],
];

/// The other commands, those that change files last.
const OTHERS: &[&[&str]] = &[
    &["check", "..", "--policy", "--today", "2026-11-01"],
    &["codeowners", ".."],
    &["schema", "config"],
    &["completions", "bash"],
    &["anchors", "--write", ".."],
    &["new", "page", "New one", ".."],
    &["import", "../../table.csv", ".."],
    &["mv", "talk", "speech", ".."],
    &["init", "../../made"],
];

const CLEAN: &str = "[filter \"x\"]\nclean = TRAP\nsmudge = TRAP\nrequired = true\n";

const TRAPS: &[Trap] = &[
    Trap {
        name: "a bare repository buried in the content, with a filter",
        lay: |ground| {
            let content = ground.content();
            git(&content, &["init", "-q", "."]);
            commit(&content, "2026-01-01", "Buried");
            git(&content, &["tag", "v1"]);
            for name in ["HEAD", "config", "objects", "refs", "index"] {
                fs::rename(content.join(".git").join(name), content.join(name)).unwrap();
            }
            fs::remove_dir_all(content.join(".git")).unwrap();
            ground.add(&content.join("config"), &format!("[core]\nbare = false\nworktree = .\n{CLEAN}"));
            ground.attributes("* filter=x\n");
            fs::write(content.join("index.md"), "# Home\n\nAgain.\n").unwrap();
        },
        variables: none,
        spring: "git -c safe.bareRepository=all hash-object --path=index.md index.md",
    },
    Trap {
        name: "a bare repository buried in the content, with a file monitor",
        lay: |ground| {
            let content = ground.content();
            git(&content, &["init", "-q", "."]);
            commit(&content, "2026-01-01", "Buried");
            for name in ["HEAD", "config", "objects", "refs", "index"] {
                fs::rename(content.join(".git").join(name), content.join(name)).unwrap();
            }
            fs::remove_dir_all(content.join(".git")).unwrap();
            ground.add(&content.join("config"), "[core]\nbare = false\nworktree = .\nfsmonitor = TRAP\n");
        },
        variables: none,
        spring: "git -c safe.bareRepository=all status",
    },
    Trap {
        name: "a clean filter",
        lay: |ground| {
            ground.configure(CLEAN);
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git hash-object index.md",
    },
    Trap {
        name: "a smudge filter",
        lay: |ground| {
            ground.configure("[filter \"x\"]\nsmudge = TRAP\n");
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git checkout -- index.md && printf '# Home\\n\\nOther.\\n' > index.md",
    },
    Trap {
        name: "a filter process that keeps running",
        lay: |ground| {
            ground.configure("[filter \"x\"]\nprocess = TRAP\n");
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a filter in an included configuration",
        lay: |ground| {
            ground.configure("[include]\npath = ../handbook/more\n");
            ground.add(&ground.content().join("more"), CLEAN);
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a filter in a conditionally included configuration",
        lay: |ground| {
            ground.configure("[includeIf \"onbranch:**\"]\npath = ../handbook/more\n");
            ground.add(&ground.content().join("more"), CLEAN);
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a filter in the configuration of a worktree",
        lay: |ground| {
            ground.configure("[core]\nrepositoryformatversion = 1\n[extensions]\nworktreeConfig = true\n");
            ground.add(&ground.root().join(".git/config.worktree"), CLEAN);
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a filter in the user's own configuration",
        lay: |ground| {
            ground.add(&ground.folder.path().join("home/.gitconfig"), CLEAN);
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a filter in a submodule",
        lay: |ground| {
            let sub = ground.content().join("sub");
            write(&sub, &[("a.md", "# Sub\n")]);
            git(&sub, &["init", "-q"]);
            commit(&sub, "2026-01-01", "Sub");
            commit(&ground.root(), "2026-02-02", "With a submodule");
            ground.add(&sub.join(".git/config"), CLEAN);
            ground.add(&sub.join(".git/info/attributes"), "* filter=x\n");
            // The text has the same length as before, so Git has to read the file.
            fs::write(sub.join("a.md"), "# Bus\n").unwrap();
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a `.git` file that points into the content",
        lay: |ground| {
            let root = ground.root();
            fs::rename(root.join(".git"), root.join("handbook/assets")).unwrap();
            fs::write(root.join(".git"), "gitdir: handbook/assets\n").unwrap();
            ground.add(&root.join("handbook/assets/config"), CLEAN);
            ground.attributes("*.md filter=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a file monitor",
        lay: |ground| ground.configure("[core]\nfsmonitor = TRAP\n"),
        variables: none,
        spring: "git status",
    },
    Trap {
        name: "hooks",
        lay: |ground| {
            for name in ["post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "pre-commit"] {
                let hook = ground.root().join(".git/hooks").join(name);
                fs::create_dir_all(hook.parent().unwrap()).unwrap();
                fs::copy(ground.trap(), hook).unwrap();
            }
        },
        variables: none,
        spring: "git update-ref refs/heads/x HEAD",
    },
    Trap {
        name: "hooks in another folder",
        lay: |ground| {
            ground.configure("[core]\nhooksPath = handbook/hooks\n");
            for name in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
                let hook = ground.content().join("hooks").join(name);
                fs::create_dir_all(hook.parent().unwrap()).unwrap();
                fs::copy(ground.trap(), hook).unwrap();
            }
        },
        variables: none,
        spring: "git update-ref refs/heads/x HEAD",
    },
    Trap {
        name: "a pager",
        lay: |ground| {
            ground.configure(
                "[core]\npager = TRAP\n[pager]\nlog = TRAP\nrev-parse = TRAP\nls-tree = TRAP\ncat-file = TRAP\n",
            );
        },
        variables: none,
        spring: "git grep -O Home",
    },
    Trap {
        name: "a program that converts files to text for diffs",
        lay: |ground| {
            ground.configure("[diff \"x\"]\ntextconv = TRAP\ncachetextconv = false\n");
            ground.attributes("*.md diff=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a diff program for one kind of file",
        lay: |ground| {
            ground.configure("[diff \"x\"]\ncommand = TRAP\n");
            ground.attributes("*.md diff=x\n");
        },
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a diff program for all files",
        lay: |ground| ground.configure("[diff]\nexternal = TRAP\n"),
        variables: none,
        spring: "git diff HEAD",
    },
    Trap {
        name: "a program that verifies signatures",
        lay: |ground| {
            ground.configure("[log]\nshowSignature = true\n[gpg]\nprogram = TRAP\n[gpg \"ssh\"]\nprogram = TRAP\n");
            let root = ground.root();
            let tree = String::from_utf8(git(&root, &["rev-parse", "HEAD^{tree}"]).stdout).unwrap();
            let parent = String::from_utf8(git(&root, &["rev-parse", "HEAD"]).stdout).unwrap();
            let text = format!(
                "tree {tree}parent {parent}author A <a@b> 1770000000 +0000\ncommitter A <a@b> 1770000000 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n xx\n -----END PGP SIGNATURE-----\n\nSigned\n"
            );
            fs::write(ground.folder.path().join("commit"), text).unwrap();
            let made = git(&root, &["hash-object", "-t", "commit", "-w", "../commit"]).stdout;
            git(&root, &["update-ref", "HEAD", String::from_utf8(made).unwrap().trim()]);
        },
        variables: none,
        spring: "git log -1",
    },
    Trap {
        name: "a program that lists the refs of an alternate",
        lay: |ground| {
            ground.configure("[core]\nalternateRefsCommand = TRAP\n");
            let other = ground.folder.path().join("other");
            fs::create_dir(&other).unwrap();
            git(&other, &["init", "-q"]);
            let list = format!("{}\n", other.join(".git/objects").display());
            ground.add(&ground.root().join(".git/objects/info/alternates"), &list);
        },
        variables: none,
        spring: "git log -1 --alternate-refs",
    },
    Trap {
        name: "a missing object fetched through an SSH program",
        lay: |ground| {
            ground.configure("[core]\nsshCommand = TRAP\n");
            ground.lack("url = ssh://host.invalid/x\n");
        },
        variables: none,
        spring: "git cat-file -t lost",
    },
    Trap {
        name: "a missing object fetched through a remote helper",
        lay: |ground| {
            ground.configure("[protocol \"ext\"]\nallow = always\n[protocol]\nallow = always\n");
            ground.lack("url = ext::TRAP %S\n");
        },
        variables: none,
        spring: "git cat-file -t lost",
    },
    Trap {
        name: "a missing object fetched through an upload-pack program",
        lay: |ground| ground.lack("url = /tmp\nuploadpack = TRAP\n"),
        variables: none,
        spring: "git cat-file -t lost",
    },
    Trap {
        name: "a missing object fetched through a proxy",
        lay: |ground| {
            ground.configure("[core]\ngitProxy = TRAP\n");
            ground.lack("url = git://host.invalid/x\n");
        },
        variables: none,
        spring: "git cat-file -t lost",
    },
    Trap {
        name: "a credential helper",
        lay: |ground| {
            ground.configure("[credential]\nhelper = \"!TRAP\"\n[core]\naskPass = TRAP\n");
            ground.lack("url = https://127.0.0.1:1/x\n");
        },
        variables: none,
        spring: "printf 'protocol=https\\nhost=x\\n\\n' | git credential fill",
    },
    Trap {
        name: "aliases for the Git commands that Rolebook uses",
        lay: |ground| {
            ground.configure("[alias]\nx = !TRAP\nlog = !TRAP\nrev-parse = !TRAP\nls-tree = !TRAP\ncat-file = !TRAP\ndiff-tree = !TRAP\n");
        },
        variables: none,
        spring: "git x",
    },
    Trap {
        name: "a filter configured by environment variables",
        lay: |ground| ground.attributes("*.md filter=x\n"),
        variables: |ground| {
            let trap = ground.trap().display().to_string();
            vec![
                ("GIT_CONFIG_COUNT", "1".to_owned()),
                ("GIT_CONFIG_KEY_0", "filter.x.clean".to_owned()),
                ("GIT_CONFIG_VALUE_0", trap),
            ]
        },
        spring: "git diff HEAD",
    },
    Trap {
        name: "a filter configured by the parameters of a calling Git",
        lay: |ground| ground.attributes("*.md filter=x\n"),
        variables: |ground| vec![("GIT_CONFIG_PARAMETERS", format!("'filter.x.clean'='{}'", ground.trap().display()))],
        spring: "git diff HEAD",
    },
    Trap {
        name: "environment variables that name programs",
        lay: |_| (),
        variables: |ground| {
            let trap = ground.trap().display().to_string();
            [
                "GIT_EXTERNAL_DIFF",
                "GIT_SSH_COMMAND",
                "GIT_SSH",
                "GIT_ASKPASS",
                "SSH_ASKPASS",
                "GIT_PAGER",
                "PAGER",
                "GIT_EDITOR",
                "EDITOR",
                "VISUAL",
                "GIT_PROXY_COMMAND",
            ]
            .map(|name| (name, trap.clone()))
            .to_vec()
        },
        spring: "git diff HEAD",
    },
    Trap {
        name: "environment variables that point to another repository",
        lay: |ground| {
            let other = ground.folder.path().join("other");
            write(&other, &[("handbook/index.md", "# Other\n"), (".gitattributes", "* filter=x\n")]);
            git(&other, &["init", "-q"]);
            commit(&other, "2026-01-01", "Other");
            ground.add(&other.join(".git/config"), CLEAN);
            fs::write(other.join("handbook/index.md"), "# Others\n").unwrap();
        },
        variables: |ground| {
            let other = ground.folder.path().join("other");
            vec![("GIT_DIR", other.join(".git").display().to_string()), ("GIT_WORK_TREE", other.display().to_string())]
        },
        spring: "git diff HEAD",
    },
    Trap {
        name: "another folder for Git's own programs",
        lay: |ground| {
            let programs = ground.folder.path().join("programs");
            fs::create_dir(&programs).unwrap();
            for name in ["git-remote-https", "git-fetch", "git"] {
                fs::copy(ground.trap(), programs.join(name)).unwrap();
            }
            ground.lack("url = https://127.0.0.1:1/x\n");
        },
        variables: |ground| vec![("GIT_EXEC_PATH", ground.folder.path().join("programs").display().to_string())],
        spring: "git cat-file -t lost",
    },
    Trap {
        name: "a program named git in the content, and a PATH that starts with the current folder",
        lay: |ground| {
            fs::copy(ground.trap(), ground.content().join("git")).unwrap();
        },
        variables: |_| vec![("PATH", format!(".::{}", std::env::var("PATH").unwrap()))],
        spring: "git status",
    },
];

/// Sets a trap, lets Git spring it, and runs every command. Returns the failures: each command that
/// sprang the trap, and the trap itself if Git didn't spring it.
fn sprung(trap: &Trap) -> Vec<String> {
    let ground = Ground::new();
    (trap.lay)(&ground);
    let mut spring = Command::new("sh");
    ground.prepare(&mut spring, trap);
    let output = spring.args(["-c", trap.spring]).output().unwrap();
    let mut found = Vec::new();
    if ground.take().is_empty() {
        found.push(format!("Git did not spring this trap: {}: {output:?}", trap.name));
    }
    for arguments in COMMANDS {
        ground.run(arguments, trap);
        let started = ground.take();
        if !started.is_empty() {
            found.push(format!(
                "{}: rolebook {} started {}",
                trap.name,
                arguments.join(" "),
                started.lines().next().unwrap()
            ));
        }
    }
    found
}

#[test]
fn no_command_runs_a_program_that_a_repository_names() {
    if !has_git() {
        return;
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let found = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(trap) = TRAPS.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst)) {
                    found.lock().unwrap().extend(sprung(trap));
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(
        found.is_empty(),
        "{} of {} traps times {}:\n{}",
        found.len(),
        TRAPS.len(),
        COMMANDS.len(),
        found.join("\n")
    );
}

#[test]
fn commands_that_do_not_need_git_never_run_it() {
    if !has_git() {
        return;
    }
    let ground = Ground::new();
    write(ground.folder.path(), &[("table.csv", "competency,level,statement\nPlanning,1,Plans.\n")]);
    fs::create_dir(ground.folder.path().join("bin")).unwrap();
    fs::copy(ground.trap(), ground.folder.path().join("bin/git")).unwrap();
    let variables = |ground: &Ground| {
        let path = std::env::var("PATH").unwrap();
        vec![("PATH", format!("{}:{path}", ground.folder.path().join("bin").display()))]
    };
    let trap = Trap { name: "Git itself", lay: |_| (), variables, spring: "git status" };
    ground.run(COMMANDS[0], &trap);
    assert!(!ground.take().is_empty(), "Git did not spring the trap");
    for arguments in OTHERS {
        ground.run(arguments, &trap);
        assert_eq!(ground.take(), "", "{}", arguments.join(" "));
    }
}
