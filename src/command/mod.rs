//! Runs the commands. Each command has its own file; this file contains the code that they share.
//!
//! Input: what the user typed. Output: an exit code, and text on the terminal. Only this layer
//! connects the stages to the machine.

mod anchors;
mod build;
mod check;
mod codeowners;
mod completions;
mod diff;
mod import;
mod init;
mod left_out;
pub mod load;
mod mv;
mod new;
mod past;
pub mod pipeline;
mod preview;
mod schema;
mod serve;
mod unchanged;
mod writing;

pub use self::build::{Built, build};
pub use self::serve::{Session, State, preview};

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::world::disk::{Failure, Refusal};

/// Whether a command found no errors. If it found any, the exit code is 1.
pub type Outcome = Result<bool, Failure>;

/// Prints a line on standard output. A closed pipe, as with `| head`, is ignored, because the work
/// still has to finish.
fn say(line: &str) {
    say_text(&format!("{line}\n"));
}

/// Prints a text on standard output unchanged, without adding a line break.
fn say_text(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Runs a command.
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Build(options) => build::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Init(options) => init::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Import(options) => import::run(&options),
        Command::New(options) => new::run(&options),
        Command::Mv(options) => mv::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Anchors(options) => anchors::run(&options),
        Command::Codeowners(options) => codeowners::run(&options),
        Command::Completions(options) => {
            completions::run(&options);
            Ok(true)
        }
        Command::Man(options) => completions::man(&options),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Failure::Refused(Refusal { message, help, findings })) => {
            eprint!("{findings}");
            eprintln!("error: {message}");
            if !help.is_empty() {
                eprintln!("  = help: {help}");
            }
            ExitCode::from(2)
        }
        Err(Failure::Machine(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(3)
        }
    }
}

/// Returns the argument that names the project in a suggested command line: empty for the current
/// directory.
fn argument(dir: &Path) -> String {
    let shown = dir.display().to_string();
    match shown.as_str() {
        "." => String::new(),
        shown if shown.contains(char::is_whitespace) => format!(" '{shown}'"),
        shown => format!(" {shown}"),
    }
}
