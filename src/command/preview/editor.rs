//! Opens a place in a file in the author's editor.
//!
//! Input: the author's editor command, a file, a line and a column. Output: the editor, started as
//! a separate process. Never waits for the editor, and never starts one that needs the terminal in
//! which the preview runs.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// An editor and the arguments that are always passed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    program: String,
    arguments: Vec<String>,
}

/// For each program name, the arguments that open an editor at a place in a file.
const FORMS: &[(&[&str], &[&str])] = &[
    (
        &["code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "positron"],
        &["--goto", "{file}:{line}:{column}"],
    ),
    (&["subl", "sublime_text", "zed", "zeditor", "lapce"], &["{file}:{line}:{column}"]),
    (&["gvim", "mvim", "nvim-qt", "neovide"], &["+{line}", "{file}"]),
    (&["emacsclient"], &["-n", "+{line}:{column}", "{file}"]),
    (&["emacs"], &["+{line}:{column}", "{file}"]),
    (
        &["idea", "idea64", "webstorm", "pycharm", "phpstorm", "rubymine", "goland", "rustrover", "clion", "fleet"],
        &["--line", "{line}", "--column", "{column}", "{file}"],
    ),
    (&["kate", "kwrite"], &["--line", "{line}", "--column", "{column}", "{file}"]),
    (&["gedit", "gnome-text-editor", "xed", "pluma"], &["+{line}:{column}", "{file}"]),
    (&["mate"], &["--line", "{line}:{column}", "{file}"]),
    (&["bbedit"], &["+{line}", "{file}"]),
    (&["notepad++"], &["-n{line}", "-c{column}", "{file}"]),
];

/// Editors that run in a terminal, which the preview can't give them.
const IN_TERMINALS: &[&str] =
    &["vi", "vim", "nvim", "nano", "pico", "micro", "helix", "hx", "kak", "joe", "ne", "ed", "emacs -nw"];

impl Editor {
    /// Parses an editor command: a program and its arguments, with quotes around words that contain
    /// spaces. `{file}`, `{line}` and `{column}` are replaced later; if the command doesn't contain
    /// `{file}`, the arguments in `FORMS` are added. Returns `None` for an empty command.
    pub fn read(command: &str) -> Option<Self> {
        let mut words = split(command).into_iter();
        Some(Self { program: words.next()?, arguments: words.collect() })
    }

    /// Returns the program's name without its directory and extension.
    fn name(&self) -> String {
        let name = Path::new(&self.program).file_name().map(|name| name.to_string_lossy().to_lowercase());
        let name = name.unwrap_or_default();
        [".exe", ".cmd", ".bat"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name).to_owned()
    }

    /// Returns whether the editor needs a terminal of its own.
    pub fn needs_terminal(&self) -> bool {
        let name = self.name();
        let is_inside = self.arguments.iter().any(|argument| argument == "-nw" || argument == "-t");
        IN_TERMINALS.contains(&name.as_str()) || (is_inside && name.starts_with("emacs"))
    }

    /// Returns the arguments that open `file` at a line and a column.
    fn arguments(&self, file: &str, (line, column): (usize, usize)) -> Vec<String> {
        let fill = |word: &str| {
            word.replace("{line}", &line.to_string()).replace("{column}", &column.to_string()).replace("{file}", file)
        };
        if self.arguments.iter().any(|word| word.contains("{file}")) {
            return self.arguments.iter().map(|word| fill(word)).collect();
        }
        let name = self.name();
        let form =
            FORMS.iter().find(|(names, _)| names.contains(&name.as_str())).map_or(&["{file}"][..], |form| form.1);
        // In `code`, `-g` is short for `--goto`, so don't pass both.
        let own = self.arguments.iter().filter(|word| *word != "-g" || form[0] != "--goto").cloned();
        own.chain(form.iter().map(|word| fill(word))).collect()
    }

    /// Starts the editor at a place in a file.
    ///
    /// # Errors
    /// Returns a sentence that says why the editor could not be started.
    pub fn open(&self, file: &Path, place: (usize, usize)) -> Result<(), String> {
        if self.needs_terminal() {
            let advice =
                "start the preview with --editor and an editor that opens its own window, such as --editor 'code -g'";
            return Err(format!("{} needs a terminal of its own: {advice}", self.program));
        }
        let mut command = Command::new(&self.program);
        command.args(self.arguments(&file.to_string_lossy(), place));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(mut child) => {
                // A thread waits for the child process, so that it doesn't remain as a zombie.
                thread::spawn(move || child.wait());
                Ok(())
            }
            Err(error) => Err(format!("{} could not be started: {error}", self.program)),
        }
    }
}

/// Splits a command into words; quotes keep words together.
fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(command: &str) -> String {
        Editor::read(command).unwrap().arguments("/h/a b.md", (3, 7)).join("|")
    }

    #[test]
    fn each_editor_is_told_the_place_in_its_own_way() {
        for (command, wanted) in [
            ("code -g", "--goto|/h/a b.md:3:7"),
            ("/usr/bin/code --new-window", "--new-window|--goto|/h/a b.md:3:7"),
            ("'C:\\Program Files\\Code\\code.cmd'", "/h/a b.md"),
            ("subl", "/h/a b.md:3:7"),
            ("zed", "/h/a b.md:3:7"),
            ("gvim", "+3|/h/a b.md"),
            ("emacsclient", "-n|+3:7|/h/a b.md"),
            ("idea", "--line|3|--column|7|/h/a b.md"),
            ("kitty vim +{line} {file}", "vim|+3|/h/a b.md"),
            ("my-editor", "/h/a b.md"),
        ] {
            // A backslash separates directories only on Windows.
            let wanted = if cfg!(windows) && command.contains('\\') { "--goto|/h/a b.md:3:7" } else { wanted };
            assert_eq!(arguments(command), wanted, "{command}");
        }
        assert_eq!(Editor::read("  "), None);
    }

    #[test]
    fn an_editor_that_draws_in_a_terminal_is_not_started() {
        for command in ["vim", "/usr/bin/nvim", "nano", "emacs -nw", "hx"] {
            let error = Editor::read(command).unwrap().open(Path::new("/nothing"), (1, 1)).unwrap_err();
            assert!(error.contains("--editor"), "{error}");
        }
        assert!(Editor::read("no-such-editor-here").unwrap().open(Path::new("/nothing"), (1, 1)).is_err());
    }
}
