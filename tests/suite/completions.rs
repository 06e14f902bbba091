//! Checks that completions and manual pages cover every command, and that shells accept them.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::rolebook;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

fn printed(arguments: &[&str]) -> String {
    let output = rolebook(std::env::temp_dir().as_path(), arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Lists the commands in the help text.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 10 && names.contains(&"mv".to_owned()), "{help}");
    names
}

#[test]
fn completions_for_every_shell_include_every_command() {
    for shell in SHELLS {
        let script = printed(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        assert!(script.contains("dry-run"), "{shell}");
    }
}

#[test]
fn shells_accept_their_completions_and_bash_completes_a_command() {
    for shell in ["bash", "zsh", "fish"] {
        let Ok(mut child) = Command::new(shell).arg("-n").stdin(Stdio::piped()).spawn() else {
            println!("skipped: {shell} is not installed");
            continue;
        };
        child.stdin.take().unwrap().write_all(printed(&["completions", shell]).as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{shell}");
    }
    let script = printed(&["completions", "bash"])
        + "\nCOMP_WORDS=(rolebook ser); COMP_CWORD=1; _rolebook rolebook ser rolebook; echo \"${COMPREPLY[@]}\"\n";
    let Ok(output) = Command::new("bash").args(["-c", &script]).output() else { return };
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "serve\n");
}

#[test]
fn every_command_has_a_manual_page_and_an_unknown_command_is_rejected() {
    let page = printed(&["man"]);
    assert!(page.contains(".TH rolebook 1"), "{page}");
    for command in commands() {
        assert!(page.contains(&format!("rolebook\\-{command}(1)")), "{command}: {page}");
        let own = printed(&["man", &command]);
        let head = format!(".TH rolebook-{command} 1  \"rolebook {}\"", env!("CARGO_PKG_VERSION"));
        assert!(own.contains(&head), "{command}: {own}");
    }
    let output = rolebook(std::env::temp_dir().as_path(), &["man", "biuld"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said,
        "error: there is no command `biuld`\n  = help: did you mean `build`? `rolebook --help` lists the commands\n"
    );
}
