//! Follows a new user: runs `init`, then the commands in the generated README.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::CommandFactory;
use rolebook::cli::Cli;

#[cfg(unix)]
use crate::history::{commit, git, has_git};
use crate::support::{files_below, rolebook};

/// Returns the commands in the README's code block, without the name of the program.
fn commands(root: &Path) -> Vec<Vec<String>> {
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let block = readme.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let words = |line: &str| {
        let command = line.split('#').next().unwrap();
        command.split_whitespace().skip(1).map(str::to_owned).collect()
    };
    block.lines().map(words).collect()
}

#[test]
fn the_commands_in_the_readme_of_a_new_handbook_work() {
    let folder = tempfile::tempdir().unwrap();
    let made = rolebook(folder.path(), &["init", "ours"]);
    assert_eq!(
        String::from_utf8(made.stdout).unwrap(),
        "The handbook is in ours/handbook; README.md explains the next steps.\nNext: `rolebook serve ours` shows it; each prompt \"(Fill in: …)\" is for you to answer.\n"
    );
    let root = folder.path().join("ours");
    let commands = commands(&root);
    assert_eq!(commands, [["serve"], ["check"], ["build"]]);
    for command in &commands[1..] {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let output = rolebook(&root, &words);
        assert!(output.status.success(), "{output:?}");
    }
    assert!(root.join("public/index.html").is_file() && root.join("public/_redirects").parent().is_some());
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolebook"))
        .args(&commands[0])
        .current_dir(&root)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut buffer = [0; 256];
    while !said.contains("http://") || !said.split("http://").nth(1).unwrap().contains('/') {
        let n = child.stdout.as_mut().unwrap().read(&mut buffer).unwrap();
        assert!(n > 0, "{said}");
        said += &String::from_utf8_lossy(&buffer[..n]);
    }
    let address = said.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET /roles/product-manager/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Practising (2 of 5)"), "{answer}");
}

#[test]
fn rolebook_init_writes_a_consistent_set_of_files_and_never_overwrites_any() {
    let folder = tempfile::tempdir().unwrap();
    assert!(rolebook(folder.path(), &["init"]).status.success());
    let files = files_below(folder.path());
    for name in [
        "README.md",
        "netlify.toml",
        ".gitignore",
        ".gitlab-ci.yml",
        ".github/workflows/handbook.yml",
        "handbook/handbook.toml",
        ".vscode/settings.json",
    ] {
        assert!(files.contains_key(name), "{name}");
    }
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    // The editor's schema knows the new handbook, and the settings name it.
    assert!(text(".vscode/settings.json").contains("./.vscode/handbook.schema.json"));
    let schema = rolebook(folder.path(), &["schema", "handbook", "--project"]);
    assert_eq!(String::from_utf8(schema.stdout).unwrap(), text(".vscode/handbook.schema.json"));
    assert!(text(".vscode/handbook.schema.json").contains("\"group-product-manager\""));
    // The folder that the build writes is the one that is published and uploaded, and it is kept
    // out of the repository.
    assert!(text("netlify.toml").contains("publish = \"public\"") && text(".gitignore") == "/public\n");
    assert!(text(".github/workflows/handbook.yml").contains("path: public\n"));
    assert_eq!(text(".gitlab-ci.yml").matches("- public").count(), 2);
    let before = files_below(folder.path());
    let again = rolebook(folder.path(), &["init"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(files_below(folder.path()), before);
}

/// A clone of a new handbook's repository on another machine, with the programs that its workflows
/// call. Rolebook is real, and the others record how they were called.
#[cfg(unix)]
struct Runner {
    folder: tempfile::TempDir,
}

#[cfg(unix)]
impl Runner {
    fn new() -> Self {
        Self::on(&[])
    }

    /// Begins a handbook with these options of `init`.
    fn on(options: &[&str]) -> Self {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert!(rolebook(root, &[&["init", "ours"], options].concat()).status.success());
        git(root, &["init", "-q", "--bare", "host.git"]);
        let ours = root.join("ours");
        git(&ours, &["init", "-q"]);
        commit(&ours, "2026-11-01", "Begin");
        git(&ours, &["push", "-q", "../host.git", "HEAD:refs/heads/main"]);
        git(root, &["clone", "-q", "host.git", "clone"]);
        std::fs::create_dir(root.join("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_rolebook"), root.join("bin/rolebook")).unwrap();
        for name in ["cargo", "gh", "curl", "npx", "aws"] {
            let script = format!("#!/bin/sh\necho {name} \"$@\" >> {}\n", root.join("called").display());
            std::fs::write(root.join("bin").join(name), script).unwrap();
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(root.join("bin").join(name), mode).unwrap();
        }
        Self { folder }
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// Commits a change to the clone, as a pull request would.
    fn propose(&self, from: &str, to: &str) {
        let path = "clone/handbook/competencies/communication.md";
        let text = self.text(path);
        assert!(text.contains(from), "{text}");
        std::fs::write(self.folder.path().join(path), text.replace(from, to)).unwrap();
        commit(&self.folder.path().join("clone"), "2026-11-02", "Propose");
    }

    /// Runs lines of a workflow as its runner does: the first failing command ends them.
    fn run(&self, lines: &str) -> bool {
        let root = self.folder.path();
        let path = format!("{}:{}", root.join("bin").display(), std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-ec", lines])
            .current_dir(root.join("clone"))
            .env("PATH", path)
            .env("BASE", "origin/main")
            .env("GITHUB_STEP_SUMMARY", root.join("summary.md"))
            .env("NUMBER", "7")
            .env("PREVIEW", "https://{n}.example/")
            .env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "origin/main")
            .env("CI_PAGES_URL", "https://pages.example/ours")
            .env("CARGO_HOME", root)
            .env("HANDBOOK_TOKEN", "secret")
            .env("DEPLOY_PRIME_URL", "https://preview.example")
            .env("URL", "https://ours.example")
            .env("BASE_URL", "https://acme.github.io/ours")
            .env("HANDBOOK_URL", "https://handbook.example/")
            .env("PROJECT", "ours")
            .env("BUCKET", "ours")
            .env("DISTRIBUTION", "E1")
            .output()
            .unwrap();
        println!("{}", String::from_utf8_lossy(&output.stderr));
        output.status.success()
    }
}

/// Returns the shell commands of a workflow: the values of `run:` and the items of `script:`,
/// including blocks.
#[cfg(unix)]
fn lines(yaml: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut out: Vec<String> = Vec::new();
    let (mut script, mut block) = (None, None);
    for line in yaml.lines().filter(|line| !line.trim_start().starts_with('#')) {
        if block.is_some_and(|outer| indent(line) > outer) {
            let last = out.last_mut().unwrap();
            last.push_str(line.trim());
            last.push('\n');
            continue;
        }
        block = None;
        let item = line.trim_start().strip_prefix("- ");
        script = script.filter(|outer| indent(line) > *outer);
        if line.trim_end().ends_with("script:") {
            script = Some(indent(line));
        }
        let run = item.unwrap_or(line.trim_start()).strip_prefix("run: ");
        let Some(text) = run.or(item.filter(|_| script.is_some())) else { continue };
        block = (text == "|").then(|| indent(line));
        out.push(if block.is_some() { String::new() } else { text.to_owned() });
    }
    out
}

#[cfg(unix)]
#[test]
fn the_workflows_of_a_new_handbook_build_it_and_describe_what_a_pull_request_changes() {
    if !has_git() {
        return;
    }
    let runner = Runner::new();
    runner.propose("a developer", "a developer, a salesperson");
    for name in [".github/workflows/handbook.yml", ".gitlab-ci.yml"] {
        let all = lines(&runner.text(&format!("clone/{name}")));
        assert!(all.iter().any(|line| line.contains("rolebook build")), "{name}: {all:?}");
        assert!(runner.run(&all.join("\n")), "{name}: {all:?}");
        assert!(runner.text("clone/public/roles/product-manager/index.html").contains("Practising (2 of 5)"), "{name}");
        assert!(
            runner.text("clone/changes.md").contains("Communication"),
            "{name}: {}",
            runner.text("clone/changes.md")
        );
    }
    let called = runner.text("called");
    assert!(called.contains("gh pr comment 7 --edit-last --create-if-none --body-file changes.md\n"), "{called}");
    assert!(called.contains("curl") && called.contains("body@changes.md"), "{called}");
    assert!(runner.text("summary.md").contains("Communication"));
}

#[cfg(unix)]
#[test]
fn on_netlify_errors_are_shown_in_the_deploy_preview_and_stop_the_production_build() {
    if !has_git() {
        return;
    }
    let runner = Runner::new();
    let toml: toml::Table = runner.text("clone/netlify.toml").parse().unwrap();
    let command = |table: &toml::Value| table["command"].as_str().unwrap().to_owned();
    let (production, preview) = (command(&toml["build"]), command(&toml["context"]["deploy-preview"]));
    assert!(runner.run(&preview) && runner.text("clone/public/index.html").contains("https://preview.example/"));
    assert!(runner.run(&production) && runner.text("clone/public/index.html").contains("https://ours.example/"));
    std::fs::remove_dir_all(runner.folder.path().join("clone/public")).unwrap();
    runner.propose("a developer", "[[nobody]]");
    assert!(!runner.run(&production));
    assert!(!runner.folder.path().join("clone/public/index.html").exists());
    assert!(runner.run(&preview));
    let list = runner.text("clone/public/index.html");
    assert!(list.starts_with("<!DOCTYPE html>") && list.contains("no chapter called"), "{list}");
}

#[cfg(unix)]
#[test]
fn on_gitlab_errors_fail_the_pipeline_and_the_list_of_them_is_kept() {
    if !has_git() {
        return;
    }
    let runner = Runner::new();
    runner.propose("a developer", "[[nobody]]");
    let all = lines(&runner.text("clone/.gitlab-ci.yml"));
    let at = all.iter().position(|line| line.starts_with("rolebook build")).unwrap();
    assert!(!runner.run(&all[..=at].join("\n")), "{all:?}");
    let list = runner.text("clone/public/index.html");
    assert!(list.starts_with("<!DOCTYPE html>") && list.contains("no chapter called"), "{list}");
}

#[cfg(unix)]
#[test]
fn the_workflow_of_each_host_checks_builds_and_publishes_in_a_clean_clone() {
    if !has_git() {
        return;
    }
    let aws = "aws s3 sync public s3://ours --exclude *.html --cache-control no-cache\n\
               aws s3 sync public s3://ours --cache-control no-cache\n\
               aws s3 sync public s3://ours --delete\n\
               aws cloudfront create-invalidation --distribution-id E1 --paths /*\n";
    for (host, base, called) in [
        ("github-pages", "https://acme.github.io/ours/", ""),
        (
            "cloudflare",
            "https://handbook.example/",
            "npx --yes wrangler@4.86.0 pages deploy public --project-name ours --branch main\n",
        ),
        ("s3", "https://handbook.example/", aws),
        ("netlify", "", ""),
        ("nginx", "", ""),
    ] {
        let runner = Runner::on(&["--host", host]);
        runner.propose("a developer", "a developer, a salesperson");
        let yaml = runner.text("clone/.github/workflows/handbook.yml");
        let all = lines(&yaml);
        assert!(runner.run(&all.join("\n")), "{host}: {all:?}");
        assert!(
            runner.text("called").ends_with(&format!(
                "--body-file changes.md\n{}{called}",
                if base.is_empty() { String::new() } else { cargo() }
            )),
            "{host}: {}",
            runner.text("called")
        );
        assert_eq!(yaml.contains("  deploy:\n    needs: handbook\n"), !base.is_empty(), "{host}");
        let sitemap =
            std::fs::read_to_string(runner.folder.path().join("clone/public/sitemap.xml")).unwrap_or_default();
        assert!(base.is_empty() || sitemap.contains(&format!("<loc>{base}</loc>")), "{host}: {sitemap}");
    }
}

/// Returns the line with which a new project installs the program.
#[cfg(unix)]
fn cargo() -> String {
    let pin = include_str!("../../src/command/init/pin.txt").trim();
    format!("cargo install --locked --git https://github.com/rolebook/rolebook --rev {pin}\n")
}

#[cfg(unix)]
#[test]
fn the_script_for_nginx_switches_to_each_new_build_and_keeps_three() {
    if !has_git() || cfg!(target_os = "macos") {
        return;
    }
    let runner = Runner::on(&["--host", "nginx"]);
    let place = runner.folder.path().join("srv");
    for n in 1..=5 {
        std::fs::write(runner.folder.path().join("clone/handbook/news.md"), format!("# Edition {n}\n")).unwrap();
        commit(&runner.folder.path().join("clone"), &format!("2026-11-0{n}"), "Edit");
        assert!(runner.run(&format!("sh deploy.sh {}", place.display())), "{n}");
        let page = std::fs::read_to_string(place.join("current/news/index.html")).unwrap();
        assert!(page.contains(&format!("Edition {n}")));
    }
    assert_eq!(std::fs::read_dir(place.join("builds")).unwrap().count(), 3);
}

#[test]
fn each_host_gets_only_its_own_files_and_a_readme_that_says_how_the_site_goes_live() {
    for (host, own) in [
        ("github-pages", &[".github/workflows/handbook.yml"][..]),
        ("netlify", &[".github/workflows/handbook.yml", "netlify.toml"]),
        ("cloudflare", &[".github/workflows/handbook.yml"]),
        ("gitlab", &[".gitlab-ci.yml"]),
        ("s3", &[".github/workflows/handbook.yml", "cloudfront.js"]),
        ("nginx", &[".github/workflows/handbook.yml", "deploy.sh", "nginx.conf"]),
        ("none", &[]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        assert!(rolebook(folder.path(), &["init", "--host", host]).status.success());
        let files = files_below(folder.path());
        let shared = [".gitignore", "README.md"];
        let is_own = |name: &&String| {
            !["handbook/", ".vscode/", ".rolebook/"].iter().any(|start| name.starts_with(start))
                && !shared.contains(&name.as_str())
        };
        assert_eq!(files.keys().filter(is_own).collect::<Vec<_>>(), own, "{host}");
        let readme = String::from_utf8(files["README.md"].clone()).unwrap();
        let section = readme.split("## How the site goes live\n").nth(1).unwrap();
        assert!((1..=10).contains(&section.trim().lines().count()), "{host}: {section}");
        assert!(rolebook(folder.path(), &["build"]).status.success(), "{host}");
    }
}

/// Returns the text after `name:` on each line that has it, with the indentation of the line.
fn values<'a>(yaml: &'a str, name: &str) -> Vec<(usize, &'a str)> {
    let value = |line: &'a str| {
        let text = line.trim_start().trim_start_matches("- ");
        let rest = text.strip_prefix(name)?.strip_prefix(':')?;
        Some((line.len() - line.trim_start().len(), rest.trim()))
    };
    yaml.lines().filter_map(value).collect()
}

#[test]
fn workflows_pin_actions_limit_permissions_and_pass_no_untrusted_value_to_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    assert!(rolebook(folder.path(), &["init"]).status.success());
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    let ours = files_below(&crate::support::repository().join(".github/workflows"));
    assert!(ours.len() >= 2);
    let ours = ours.into_values().map(|bytes| String::from_utf8(bytes).unwrap());
    let theirs = folder.path().join(".github/workflows/handbook.yml");
    let is_commit = |text: &str| text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let of_hosts = ["github-pages", "cloudflare", "s3"].map(|host| {
        let folder = tempfile::tempdir().unwrap();
        assert!(rolebook(folder.path(), &["init", "--host", host]).status.success());
        let yaml = read(folder.path().join(".github/workflows/handbook.yml"));
        let installs: Vec<&str> = yaml.split("--rev ").skip(1).map(|rest| &rest[..40]).collect();
        assert!(installs.len() == 2 && installs[0] == installs[1], "{installs:?}");
        yaml
    });
    for yaml in ours.chain([read(theirs)]).chain(of_hosts) {
        let uses = values(&yaml, "uses");
        assert!(!uses.is_empty());
        for (_, action) in uses {
            let (pin, version) = action.split_once(" # v").unwrap_or_else(|| panic!("{action}"));
            assert!(is_commit(pin.split_once('@').unwrap().1) && version.contains('.'), "{action}");
        }
        // There are no permissions by default. Each job declares what it needs, and may write only
        // comments, the site, and drafts of releases.
        let permissions = values(&yaml, "permissions");
        assert_eq!(permissions[0], (0, "{}"), "{yaml}");
        assert_eq!(permissions.len() - 1, values(&yaml, "runs-on").len(), "{yaml}");
        let writes = ["attestations", "contents", "id-token", "pages", "pull-requests"];
        let written: usize = writes.iter().map(|name| yaml.matches(&format!(" {name}: write")).count()).sum();
        assert_eq!(yaml.matches(": write").count(), written, "{yaml}");
        // Only a job for a tag may change the repository.
        assert!(!yaml.contains("contents: write") || yaml.contains("github.ref_type == 'tag'"), "{yaml}");
        assert_eq!(yaml.matches("actions/checkout@").count(), yaml.matches("persist-credentials: false").count());
        assert!(!yaml.contains("pull_request_target"));
        #[cfg(unix)]
        assert!(lines(&yaml).iter().all(|line| !line.contains("${{")), "{:?}", lines(&yaml));
    }
    let mut pins = Vec::new();
    for name in [".github/workflows/handbook.yml", ".gitlab-ci.yml", "netlify.toml", "README.md"] {
        let text = read(folder.path().join(name));
        for install in text.split("cargo install ").skip(1) {
            assert!(!text.contains("{pin}"), "{name}");
            let (_, pin) = install.split_once("--rev ").unwrap_or_else(|| panic!("{name}: {install}"));
            assert!(install.starts_with("--locked --git https://github.com/rolebook/rolebook --rev "), "{name}");
            pins.push(pin[..40].to_owned());
        }
    }
    assert!(pins.len() == 5 && is_commit(&pins[0]) && pins.iter().all(|pin| *pin == pins[0]), "{pins:?}");
}

#[test]
fn the_first_steps_in_the_readme_of_the_repository_lead_to_a_site_without_errors() {
    let readme = std::fs::read_to_string(crate::support::repository().join("README.md")).unwrap();
    let before = readme.split("## ").next().unwrap();
    assert!(before.contains("<picture>"), "it opens with a picture of the site");
    let pictures: Vec<&str> = before.split('"').filter(|word| word.ends_with(".webp")).collect();
    assert_eq!(pictures.len(), 2);
    for picture in pictures {
        assert!(crate::support::repository().join(picture).is_file(), "{picture}");
    }
    let block =
        readme.split("## Start\n").nth(1).unwrap().split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let lines: Vec<Vec<&str>> = block.lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!(lines[0], ["cargo", "install", "--locked", "--path", "."]);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(lines[1][..2], ["rolebook", "init"]);
    assert!(rolebook(folder.path(), &lines[1][1..]).status.success());
    assert_eq!(lines[2][..2], ["rolebook", "serve"]);
    assert!(Cli::command().try_get_matches_from(&lines[2]).is_ok(), "{:?}", lines[2]);
    assert!(rolebook(folder.path(), &["build", lines[2][2]]).status.success());
    // Nothing may be installed by a name that isn't registered yet.
    for installer in ["pip install", "npm i", "brew install", "cargo binstall", "docker run"] {
        assert!(!readme.contains(installer), "{installer}");
    }
}
