//! Runs the commands. Each command has its own file; this file contains the code that they share.
//!
//! Input: what the user typed. Output: an exit code, and text on the terminal. Only this layer
//! connects the stages to the machine.

mod adopt;
mod anchors;
mod build;
mod check;
mod clean;
mod codeowners;
mod completions;
mod diff;
mod doctor;
mod export;
mod external;
mod import;
mod init;
mod left_out;
pub mod load;
mod manners;
mod mv;
mod new;
mod overrides;
mod past;
pub mod pipeline;
mod preview;
mod remembered;
mod said;
mod schema;
mod serve;
mod shelving;
mod theme;
mod unchanged;
mod usage;
mod writing;

pub use self::build::{Built, build};
pub use self::serve::{Session, State, preview};

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::world::disk::{Failure, Refusal};

/// Whether a command found no errors. If it found any, the exit code is 1.
pub type Outcome = Result<bool, Failure>;

use self::manners::{close, complain, detail, explain, note, say, say_json, say_text};

/// Reads the command line and runs the command.
pub fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
            if let Some(refusal) = usage::explain(&error, &words) {
                return end(Err(refusal.into()));
            }
            // Help and versions. A closed pipe is ignored.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match manners::apply(cli.manners.clone()) {
        Ok(()) => run(cli),
        Err(refusal) => end(Err(refusal.into())),
    }
}

/// Runs a command.
fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Build(options) => build::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Init(options) => init::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Export(options) => export::run(&options),
        Command::New(options) => new::run(&options),
        Command::Mv(options) => mv::run(&options),
        Command::Adopt(options) => adopt::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Anchors(options) => anchors::run(&options),
        Command::Codeowners(options) => codeowners::run(&options),
        Command::Completions(options) => {
            completions::run(&options);
            Ok(true)
        }
        Command::Man(options) => completions::man(&options),
        Command::Theme(options) => theme::run(&options),
        Command::Clean(options) => clean::run(&options),
        Command::Doctor(options) => Ok(doctor::run(&options)),
    };
    end(outcome)
}

/// Says why a command failed, if it did, and returns the exit code.
fn end(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Failure::Refused(Refusal { message, help, findings })) => {
            let help = if help.is_empty() { String::new() } else { format!("  = help: {help}\n") };
            complain(&format!("{findings}error: {message}\n{help}"));
            ExitCode::from(2)
        }
        Err(Failure::Machine(message)) => {
            complain(&format!("error: {message}\n"));
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
