//! Defines the command line.
//!
//! Input: the arguments. Output: [`Cli`], what the user typed. Help texts are written for people
//! who have never seen the tool.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// What the user typed.
#[derive(Debug, Parser)]
#[command(
    name = "rolebook",
    version,
    about = "Compiles a folder of Markdown chapters on roles, competencies and strategy into a handbook site",
    after_help = "Examples:\n  rolebook init handbook     write a small handbook to start from\n  rolebook serve             write with the site alive beside you\n  rolebook build             write the site to public/\n  rolebook check             find dead links and mistakes, write nothing\n  rolebook build docs --out site   any folder of Markdown\n\nExit codes: 0 fine, 1 findings that are errors, 2 could not run, 3 the machine failed."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a small handbook to start from.
    #[command(
        after_help = "It has chapters with prompts to answer, a README, a netlify.toml and a workflow for GitHub.\n\nExamples:\n  rolebook init our-handbook\n\nNothing that is there already is overwritten."
    )]
    Init(Init),
    /// Turn a spreadsheet of levels or expectations into chapters.
    #[command(
        after_help = "Tables that it understands, by the words of their header:\n  competency, level, statement          one statement a row; a column `cluster` may be there too\n  competency, Level 1, Level 2, …       statements in the cells, one a line\n  role, Communication, Strategy, …      the level that each role expects in the cells; also with\n                                        competencies down the side and roles across\n\nCommas, semicolons or tabs; UTF-8. Cells left empty by merging mean the same as the cell above.\n\nExamples:\n  rolebook import levels.csv --dry-run     say what would be written\n  rolebook import levels.csv\n  rolebook import expectations.csv our-handbook\n\nA chapter that is there already is never changed: you get the lines to add to it."
    )]
    Import(Import),
    /// Write a new chapter with the fields and sections of its kind.
    #[command(
        after_help = "Examples:\n  rolebook new role \"Head of Product\"\n  rolebook new competency \"Data-driven decisions\"\n  rolebook new page \"How we hire\" --in guides\n  rolebook new strategy \"Pricing\" our-handbook\n\nPrompts \"(Fill in: …)\" are findings of `rolebook check` until you answer them."
    )]
    New(New),
    /// Move or rename a chapter and lead every reference to its new place.
    #[command(
        after_help = "A chapter is named by its id or its path; a folder by the id or path of its index. A new name without a\nslash keeps the folder.\n\nExamples:\n  rolebook mv product-lead product-leader --dry-run     show each line that would change\n  rolebook mv product-lead product-leader\n  rolebook mv guides/hiring.md careers/hiring.md\n  rolebook mv guides/interviews careers/\n\nThe old address leads to the new one from then on."
    )]
    Mv(Mv),
    /// Write the site to a folder.
    #[command(
        after_help = "Examples:\n  rolebook build\n  rolebook build --base-url https://handbook.example.com/\n  rolebook build ~/notes --out /tmp/site\n\nA build with errors writes nothing and leaves the old site as it was. Files in the output folder\nthat Rolebook did not write are never overwritten or deleted."
    )]
    Build(Build),
    /// Follow every reference and report mistakes; write nothing.
    #[command(
        after_help = "Examples:\n  rolebook check --strict\n  rolebook check --policy            reviews that are due, chapters without an owner\n  rolebook check --format github     annotations beside the lines of a pull request\n  rolebook check --format html > report.html\n  rolebook check --format json | jq '.findings[].code'"
    )]
    Check(Check),
    /// Show the site in a browser and keep it up to date while you write.
    #[command(
        after_help = "Examples:\n  rolebook serve --open\n  rolebook serve --open --edit       change the text in the page itself\n  rolebook serve --editor 'code -g'  open a passage in your editor with Alt and a click\n  rolebook serve docs --port 8080\n  rolebook serve --host 0.0.0.0      let others on your network read along\n\nStop it with Ctrl-C."
    )]
    Serve(Serve),
    /// Say what has changed in the handbook since a revision, in its own words.
    #[command(
        after_help = "Compares the files as they are on disk with those of the revision: levels, statements, decisions, facts, terms\nand chapters. A statement is found again by its anchor, then by its words.\n\nExamples:\n  rolebook diff v1.0\n  rolebook diff main --format markdown   ready to paste into a review\n  rolebook diff HEAD~5 --format json | jq '.changes[].change'"
    )]
    Diff(Diff),
    /// Print a JSON Schema of front matter or of handbook.toml, for editors.
    #[command(after_help = "Examples:\n  rolebook schema role > role.schema.json\n  rolebook schema handbook")]
    Schema(Schema),
    /// List statements without an anchor of their own, or write the anchors into the files.
    #[command(
        after_help = "A statement's anchor is what other pages and assessments refer to. Without one, rewording the statement\nchanges its address.\n\nExamples:\n  rolebook anchors\n  rolebook anchors --write"
    )]
    Anchors(Anchors),
    /// Print who keeps which chapter as a CODEOWNERS file.
    #[command(
        after_help = "Run it at the repository's root. Owners are those of `owner:` in each chapter, by the handles under\n`[owners]` in handbook.toml; the last line of a CODEOWNERS file that fits a path wins.\n\nExamples:\n  rolebook codeowners > .github/CODEOWNERS"
    )]
    Codeowners(Codeowners),
    /// Print the script that completes commands and options in your shell.
    #[command(
        after_help = "Examples:\n  rolebook completions bash > ~/.local/share/bash-completion/completions/rolebook\n  rolebook completions fish > ~/.config/fish/completions/rolebook.fish\n  rolebook completions zsh > ~/.zfunc/_rolebook   where ~/.zfunc is a folder of your $fpath"
    )]
    Completions(Completions),
    /// Print the manual page of the program or of one command.
    #[command(after_help = "Examples:\n  rolebook man > rolebook.1\n  rolebook man build > rolebook-build.1")]
    Man(Man),
}

/// Where the handbook is and what is part of it.
#[derive(Clone, Debug, Args)]
pub struct Source {
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Include drafts.
    #[arg(long)]
    pub drafts: bool,
    /// Build for this audience of handbook.toml.
    #[arg(long, value_name = "NAME")]
    pub audience: Option<String>,
    /// The address that the site will be served at.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

/// Options of `build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// The folder to write; `public` if you do not say.
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Take warnings for errors.
    #[arg(long)]
    pub strict: bool,
    /// The day that counts as today, such as 2026-04-01; that of the newest commit if you do not
    /// say.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// Look at reviews, owners and reach too.
    #[arg(long)]
    pub policy: bool,
    /// The day that reviews are held against, such as 2026-04-01; today if you do not say.
    #[arg(long, value_name = "DATE", requires = "policy")]
    pub today: Option<String>,
    /// How to print findings.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Take warnings for errors.
    #[arg(long)]
    pub strict: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With source lines, for people.
    Human,
    /// One JSON document.
    Json,
    /// Annotations for GitHub Actions.
    Github,
    /// One page, for a host to show where a preview could not be built.
    Html,
    /// SARIF, which code hosts collect.
    Sarif,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The revision to compare with: a tag, a branch, a commit.
    #[arg(value_name = "REV")]
    pub revision: String,
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// How to print the changes.
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
}

/// How changes are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people, in the terminal.
    Human,
    /// For a review.
    Markdown,
    /// One JSON document.
    Json,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// The port to listen on; the next free one where it is taken.
    #[arg(long, short, default_value_t = 4000)]
    pub port: u16,
    /// Let the pages change the chapters' files: a pencil beside each passage.
    #[arg(long)]
    pub edit: bool,
    /// The editor that a passage opens in; $VISUAL or $EDITOR if you do not say.
    #[arg(long, value_name = "COMMAND")]
    pub editor: Option<String>,
    /// The address to listen at; any but 127.0.0.1 lets other machines read the handbook, drafts
    /// included.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
    /// Open the site in your browser.
    #[arg(long)]
    pub open: bool,
    /// Look for changes regularly: for shares and containers that tell of none.
    #[arg(long)]
    pub poll: bool,
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to write into; it is made where it does not exist.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

/// Options of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The table, saved as CSV with UTF-8.
    #[arg(value_name = "FILE.csv")]
    pub file: PathBuf,
    /// The project, or any folder of Markdown; where there is none yet, one is made.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Say what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `new`.
#[derive(Debug, Args)]
pub struct New {
    /// What it is: role, competency, strategy, path, glossary or page.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(crate::declare::kind::Kind::NAMES))]
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The folder inside the handbook; without it, the one of its kind.
    #[arg(long = "in", value_name = "FOLDER")]
    pub folder: Option<String>,
}

/// Options of `mv`.
#[derive(Debug, Args)]
pub struct Mv {
    /// The chapter: its id or its path.
    #[arg(value_name = "OLD")]
    pub old: String,
    /// Its new id or path; a path that ends in `/` is the folder to move it into.
    #[arg(value_name = "NEW")]
    pub new: String,
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Show each line that would change, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// A kind of chapter, or `handbook`; all of them if you do not say.
    pub kind: Option<String>,
}

/// Options of `anchors`.
#[derive(Debug, Args)]
pub struct Anchors {
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Write the anchors into the files.
    #[arg(long)]
    pub write: bool,
}

/// Options of `codeowners`.
#[derive(Debug, Args)]
pub struct Codeowners {
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    pub shell: Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// A command; the whole program if you do not say.
    pub command: Option<String>,
}
