//! Decides how the program talks: how much it says, in which colors, and how wide.
//!
//! Input: the options of the whole program. Output: functions that print. A closed pipe is ignored,
//! as with `| head`, because the work still has to finish. Never panics, unlike `println!`.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use console::Term;
use serde_json::Value;

use crate::cli::{Color, Manners};
use crate::world::disk::Refusal;

/// What the user chose for this run. It is set once, before the command starts, so that functions
/// deep inside a command can print a note without passing the options through every call. Programs
/// that use the library never set it.
static CHOSEN: OnceLock<Manners> = OnceLock::new();

/// The width of a finding if the output isn't a terminal, in characters.
const WIDTH: usize = 120;

/// Applies the options of the whole program.
///
/// # Errors
/// Fails if the folder of `-C` doesn't exist.
pub fn apply(manners: Manners) -> Result<(), Refusal> {
    match manners.color {
        Color::Auto => {}
        Color::Always | Color::Never => {
            console::set_colors_enabled(manners.color == Color::Always);
            console::set_colors_enabled_stderr(manners.color == Color::Always);
        }
    }
    if let Some(dir) = &manners.directory {
        std::env::set_current_dir(dir).map_err(|_| no_folder(dir, "name an existing folder after `-C`"))?;
    }
    let _ = CHOSEN.set(manners);
    Ok(())
}

/// Returns the refusal of a folder that doesn't exist. Suggests a folder next to it with a similar
/// name, and otherwise gives `help`.
pub fn no_folder(dir: &Path, help: &str) -> Refusal {
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(above).into_iter().flatten().filter_map(Result::ok);
    let folders =
        entries.filter(|entry| entry.path().is_dir()).filter_map(|entry| entry.file_name().into_string().ok());
    let folders: Vec<String> = folders.collect();
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let near = crate::text::near::nearest(&name, folders.iter().map(String::as_str), 2);
    let near = crate::text::near::did_you_mean(&near);
    let (shown, help) = (dir.display(), near.unwrap_or_else(|| help.to_owned()));
    let is_file = dir.is_file();
    Refusal::new(
        if is_file { format!("`{shown}` is a file, not a folder") } else { format!("there is no folder `{shown}`") },
        help,
    )
}

fn is_quiet() -> bool {
    CHOSEN.get().is_some_and(|manners| manners.quiet)
}

fn is_verbose() -> bool {
    CHOSEN.get().is_some_and(|manners| manners.verbose)
}

/// Prints a line of the answer on standard output.
pub fn say(line: &str) {
    say_text(&format!("{line}\n"));
}

/// Prints a text of the answer on standard output unchanged, without adding a line break.
pub fn say_text(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Prints the answer as JSON on standard output.
pub fn say_json(value: &Value) {
    say(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Prints a line that says what was done or what to do next, unless the user wants it quiet.
pub fn close(line: &str) {
    if !is_quiet() {
        say(line);
    }
}

/// Prints a note on standard error, unless the user wants it quiet.
pub fn note(text: &str) {
    if !is_quiet() {
        complain(&format!("note: {text}\n"));
    }
}

/// Prints a line on standard error that says what is going on, unless the user wants it quiet.
pub fn explain(text: &str) {
    if !is_quiet() {
        complain(&format!("{text}\n"));
    }
}

/// Prints a detail on standard error if the user asked for details.
pub fn detail(text: &str) {
    if is_verbose() {
        complain(&format!("{text}\n"));
    }
}

/// Prints a text on standard error.
pub fn complain(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Returns whether warnings are printed.
pub fn shows_warnings() -> bool {
    !is_quiet()
}

/// Returns whether findings on standard error are colored.
pub fn is_colored() -> bool {
    match CHOSEN.get().map(|manners| manners.color).unwrap_or_default() {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && allows_color(),
    }
}

/// Returns whether text on a terminal may be colored (no-color.org).
pub fn wants_color() -> bool {
    match CHOSEN.get().map(|manners| manners.color).unwrap_or_default() {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => allows_color(),
    }
}

fn allows_color() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Returns the width of a finding: that of the terminal or of `COLUMNS`, within limits.
pub fn width() -> usize {
    let of_terminal = Term::stderr().size_checked().map(|(_, columns)| usize::from(columns));
    let of_variable = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    of_terminal.or_else(of_variable).unwrap_or(WIDTH).clamp(60, WIDTH)
}
