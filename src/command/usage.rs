//! Explains mistakes in what the user typed, in the same form as every other error.
//!
//! Input: clap's error and the arguments. Output: a [`Refusal`] that names the mistake, what was
//! probably meant, and what is possible; `None` for help and versions, which clap prints itself.
//! Never prints.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory as _, Error};

use crate::cli::Cli;
use crate::text::near::{did_you_mean, nearest};
use crate::world::disk::Refusal;

/// Words that people know from other programs, and the commands that do the same here.
const KNOWN_FROM_ELSEWHERE: &[(&str, &[&str])] = &[
    ("build", &["compile", "generate", "make", "render", "export", "deploy", "publish"]),
    ("check", &["lint", "validate", "verify", "test"]),
    ("clean", &["purge"]),
    ("doctor", &["info", "status", "env", "diagnose"]),
    ("init", &["create", "start", "setup"]),
    ("mv", &["move", "rename"]),
    ("new", &["add"]),
    ("serve", &["server", "dev", "preview", "watch", "run", "live"]),
    ("theme", &["template", "templates", "themes", "eject"]),
];

/// Explains an error, given the arguments after the program's name.
pub fn explain(error: &Error, arguments: &[String]) -> Option<Refusal> {
    let program = built();
    let command = named(&program, arguments);
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(" ")),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    Some(match error.kind() {
        ErrorKind::InvalidSubcommand => no_command(command, &text(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument if argument.starts_with('-') => no_option(&program, command, &argument),
        ErrorKind::TooManyValues if argument.starts_with('-') => {
            let name = name_of(&argument);
            Refusal::new(format!("`{name}` takes no value"), format!("write only `{name}`, or leave it out"))
        }
        ErrorKind::UnknownArgument | ErrorKind::TooManyValues => too_many(command, &argument),
        ErrorKind::InvalidValue => {
            let values = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(values)) => values.clone(),
                _ => Vec::new(),
            };
            bad_value(command, (&argument, &text(ContextKind::InvalidValue)?), &values)
        }
        ErrorKind::ValueValidation => {
            let value = text(ContextKind::InvalidValue)?;
            let message = format!("`{value}` does not fit `{}`", name_of(&argument));
            Refusal::new(message, what_fits(command, &argument))
        }
        ErrorKind::MissingRequiredArgument => {
            let whole = command.get_bin_name().unwrap_or_default();
            if argument.starts_with("--") {
                return Some(no_companion(command, arguments, &name_of(&argument)));
            }
            Refusal::new(format!("`{whole}` needs {}", listed(&argument)), example(command))
        }
        ErrorKind::MissingSubcommand => no_command(command, ""),
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg).unwrap_or_default();
            let (one, other) = (name_of(&argument), name_of(&other));
            let message = if one == other {
                format!("`{one}` is given twice")
            } else {
                format!("`{one}` and `{other}` can't be used together")
            };
            Refusal::new(message, "leave out one of them")
        }
        _ => return None,
    })
}

/// Returns the definition of the command line with the full name of each command.
fn built() -> Command {
    let mut program = Cli::command();
    program.build();
    program
}

/// Returns the command that the arguments name, such as `theme copy`.
fn named<'a>(program: &'a Command, arguments: &[String]) -> &'a Command {
    let mut command = program;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-C" | "--color" => drop(arguments.next()),
            "--" => break,
            // `help bild` is about the command after it.
            "help" if command.get_name() == "rolebook" => {}
            option if option.starts_with('-') => {}
            word => match command.find_subcommand(word) {
                Some(found) => command = found,
                None => break,
            },
        }
    }
    command
}

/// Explains a command that doesn't exist.
pub fn no_command(above: &Command, wanted: &str) -> Refusal {
    let names: Vec<&str> = above.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect();
    let whole = above.get_bin_name().unwrap_or("rolebook");
    let all = format!("there are {}", names.join(", "));
    if wanted.is_empty() {
        return Refusal::new(format!("say what `{whole}` is to do"), all);
    }
    let lower = wanted.to_lowercase();
    if lower == "version" && whole == "rolebook" {
        return Refusal::new(format!("there is no command `{wanted}`"), "`rolebook --version` prints the version");
    }
    let known = KNOWN_FROM_ELSEWHERE.iter().find(|(_, words)| words.contains(&lower.as_str())).map(|(name, _)| *name);
    let known = known.filter(|name| names.contains(name));
    let near = known.map_or_else(|| nearest(wanted, names.iter().copied(), 2), |name| vec![name]);
    let near = did_you_mean(&near).map(|near| format!("{near} `{whole} --help` lists the commands"));
    Refusal::new(format!("there is no command `{wanted}`"), near.unwrap_or(all))
}

/// Explains an option that doesn't exist for this command.
fn no_option(program: &Command, command: &Command, wanted: &str) -> Refusal {
    let bare = wanted.split('=').next().unwrap_or(wanted);
    let has = |command: &Command| {
        command.get_arguments().any(|argument| {
            argument.get_long().is_some_and(|long| bare == format!("--{long}"))
                || argument.get_short().is_some_and(|short| bare == format!("-{short}"))
        })
    };
    let elsewhere: Vec<String> =
        program.get_subcommands().filter(|other| has(other)).map(|other| format!("`{}`", other.get_name())).collect();
    let whole = command.get_bin_name().unwrap_or("rolebook");
    let options: Vec<String> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && !argument.is_global_set())
        .filter_map(|argument| argument.get_long().filter(|long| *long != "help").map(|long| format!("--{long}")))
        .collect();
    let all = match options.as_slice() {
        [] => format!("`{whole} --help` lists what it takes"),
        options => format!("`{whole}` takes {}", options.join(", ")),
    };
    let global = command.get_arguments().filter(|argument| argument.is_global_set());
    let global: Vec<String> = global.filter_map(Arg::get_long).map(|long| format!("--{long}")).collect();
    let near = nearest(bare, options.iter().chain(&global).map(String::as_str), 1);
    let hint = match (did_you_mean(&near), elsewhere.as_slice()) {
        (Some(near), _) => Some(near),
        (None, []) => None,
        (None, commands) => Some(format!("it is an option of {}.", commands.join(", "))),
    };
    Refusal::new(format!("`{whole}` has no option `{bare}`"), join(hint, &all))
}

/// Explains an option that works only together with another, which is missing.
fn no_companion(command: &Command, arguments: &[String], missing: &str) -> Refusal {
    let is_own = |name: &str| {
        let mut own = command.get_arguments().filter(|argument| !argument.is_global_set());
        own.any(|argument| argument.get_long().is_some_and(|long| name == format!("--{long}")))
    };
    let names = arguments.iter().map(|argument| argument.split('=').next().unwrap_or_default());
    let given: Vec<&str> = names.filter(|name| is_own(name)).collect();
    let subject = match given.as_slice() {
        [one] => format!("`{one}`"),
        _ => "one of these options".to_owned(),
    };
    let whole = command.get_bin_name().unwrap_or("rolebook");
    let help = format!("add `{missing}`; `{whole} --help` says what it does");
    Refusal::new(format!("{subject} works only together with `{missing}`"), help)
}

/// Explains an argument that is one too many.
fn too_many(command: &Command, argument: &str) -> Refusal {
    let whole = command.get_bin_name().unwrap_or("rolebook");
    let takes_title = command.get_arguments().any(|argument| argument.get_id() == "title");
    let quotes = if takes_title { "; put a title of several words in quotes" } else { "" };
    let usage = format!("write `{}`{quotes}", usage(command));
    Refusal::new(format!("`{whole}` does not know what to do with `{argument}`"), usage)
}

/// Explains a value that isn't one of the possible ones.
fn bad_value(command: &Command, (argument, value): (&str, &str), values: &[String]) -> Refusal {
    let name = name_of(argument);
    if value.is_empty() {
        return Refusal::new(format!("`{name}` needs a value"), what_fits(command, argument));
    }
    // `github` is nearer to `github-pages` than any whole value.
    let first = |value: &str| value.split('-').next().unwrap_or_default().to_owned();
    let firsts: Vec<String> = values.iter().map(|value| first(value)).collect();
    let near = nearest(value, firsts.iter().map(String::as_str), 1);
    let meant: Vec<&str> = values.iter().filter(|value| near.contains(&&*first(value))).map(String::as_str).collect();
    let near = if meant.is_empty() { nearest(value, values.iter().map(String::as_str), 1) } else { meant };
    let near = did_you_mean(&near);
    let all = format!("it takes {}", values.join(", "));
    Refusal::new(format!("`{value}` does not fit `{name}`"), join(near, &all))
}

fn join(near: Option<String>, all: &str) -> String {
    near.map_or_else(|| all.to_owned(), |near| format!("{near} {}{}", all[..1].to_uppercase(), &all[1..]))
}

/// Returns the name in an argument's usage: `--port` in `--port <PORT>`, and `KIND` in `<KIND>`.
fn name_of(usage: &str) -> String {
    let first = usage.split_whitespace().next().unwrap_or(usage);
    first.trim_matches(['<', '>', '[', ']', '.']).to_owned()
}

/// Lists missing arguments: `OLD and NEW`.
fn listed(arguments: &str) -> String {
    let names: Vec<String> = arguments.split_whitespace().map(name_of).collect();
    names.join(" and ")
}

/// Says what a value of this argument looks like.
fn what_fits(command: &Command, argument: &str) -> String {
    let name = name_of(argument);
    let found = command.get_arguments().find(|known| {
        known.get_long().is_some_and(|long| name == format!("--{long}"))
            || known.get_short().is_some_and(|short| name == format!("-{short}"))
            || known.get_value_names().is_some_and(|names| names.iter().any(|known| *known == name))
    });
    let values = found.map(Arg::get_possible_values).unwrap_or_default();
    if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        return format!("it takes {}", names.join(", "));
    }
    match name.as_str() {
        "--port" => "write a number from 0 to 65535, as in `--port 8080`; 0 takes any free port".to_owned(),
        "--host" if command.get_name() == "serve" => {
            "write an IP address: `127.0.0.1`, the default, is for this computer alone, and `0.0.0.0` for the whole network"
                .to_owned()
        },
        _ => {
            let help = found.and_then(Arg::get_help).map(ToString::to_string).unwrap_or_default();
            let help = help.split(" [default").next().unwrap_or_default();
            let value = found.and_then(Arg::get_value_names).map(|names| names[0].to_string()).unwrap_or_default();
            format!(
                "write `{name} {value}`: {}{}",
                help.get(..1).unwrap_or_default().to_lowercase(),
                help.get(1..).unwrap_or_default()
            )
        }
    }
}

/// Returns how to write a command: `rolebook mv OLD NEW [DIR]`.
fn usage(command: &Command) -> String {
    let mut out = command.get_bin_name().unwrap_or("rolebook").to_owned();
    for argument in command.get_positionals() {
        let name =
            argument.get_value_names().map_or_else(|| argument.get_id().to_string(), |names| names[0].to_string());
        let name = if argument.get_id() == "dir" { "DIR".to_owned() } else { name };
        out.push_str(&if argument.is_required_set() { format!(" {name}") } else { format!(" [{name}]") });
    }
    out
}

/// Returns how to write a command, and its first example.
fn example(command: &Command) -> String {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let example = help.split("Examples:\n").nth(1).and_then(|list| list.lines().next());
    let example = example.map(|line| line.trim().split("   ").next().unwrap_or_default().trim().to_owned());
    let usage = format!("write `{}`", usage(command));
    example.map_or_else(|| usage.clone(), |example| format!("{usage}, as in `{example}`"))
}
