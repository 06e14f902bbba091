//! `rolebook completions` and `rolebook man`: generate shell completions and manual pages.
//!
//! Input: a shell, or a command. Output: a script or a page on standard output, generated from the
//! definition of the command line. Never writes a file, because the directory for such files
//! differs between systems.

use clap::CommandFactory as _;

use super::{Outcome, say_text};
use crate::cli::{Cli, Completions, Man};
use crate::world::disk::Failure;

/// Runs `rolebook completions`.
pub fn run(options: &Completions) {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "rolebook", &mut script);
    say_text(&String::from_utf8_lossy(&script));
}

/// Runs `rolebook man`.
pub fn man(options: &Man) -> Outcome {
    let mut program = Cli::command();
    // Give each subcommand the full name that its manual page needs, such as `rolebook-build`.
    program.build();
    let command = match options.command.as_deref() {
        None => program,
        Some(name) => {
            program.find_subcommand(name).cloned().ok_or_else(|| super::usage::no_command(&Cli::command(), name))?
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .source(concat!("rolebook ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .map_err(|error| Failure::Machine(format!("cannot write the page: {error}")))?;
    say_text(&String::from_utf8_lossy(&page));
    Ok(true)
}
