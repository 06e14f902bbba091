//! The program: reads the command line and runs a command.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    rolebook::command::run(rolebook::cli::Cli::parse())
}
