//! Follows a newcomer: `init`, then the commands of the README that it wrote.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{files_below, rolebook};

/// Returns the commands in the README's block, without the name of the program.
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
fn the_commands_of_a_new_handbooks_readme_check_build_and_serve() {
    let folder = tempfile::tempdir().unwrap();
    let made = rolebook(folder.path(), &["init", "ours"]);
    assert_eq!(
        String::from_utf8(made.stdout).unwrap(),
        "A handbook lies in ours/handbook; README.md says how to go on.\nNext: `rolebook serve ours` shows it; each prompt \"(Fill in: …)\" is yours to answer.\n"
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
fn every_file_that_init_writes_is_one_that_its_readme_or_its_tools_name() {
    let folder = tempfile::tempdir().unwrap();
    assert!(rolebook(folder.path(), &["init"]).status.success());
    let files = files_below(folder.path());
    for name in ["README.md", "netlify.toml", ".gitignore", ".github/workflows/handbook.yml", "handbook/handbook.toml"]
    {
        assert!(files.contains_key(name), "{name}");
    }
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    // The folder that the build writes is the one that is published, kept out of the repository and uploaded.
    assert!(text("netlify.toml").contains("publish = \"public\"") && text(".gitignore") == "/public\n");
    assert!(text(".github/workflows/handbook.yml").contains("path: public\n"));
    let before = files_below(folder.path());
    let again = rolebook(folder.path(), &["init"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(files_below(folder.path()), before);
}
