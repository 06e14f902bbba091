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
    version = env!("ROLEBOOK_VERSION"),
    about = "Compiles a folder of Markdown chapters on roles, competencies and strategy into a handbook site",
    after_help = "Examples:\n  rolebook init handbook     write a small handbook to start from\n  rolebook serve             preview the site while you write\n  rolebook build             write the site to public/\n  rolebook check             find dead links and other mistakes\n  rolebook build docs --out site   build any folder of Markdown\n  rolebook doctor            find out why something doesn't work\n\nExit codes: 0 success, 1 errors were found, 2 the command could not run, 3 the system reported an error."
)]
pub struct Cli {
    /// How to do it.
    #[command(flatten)]
    pub manners: Manners,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of the whole program.
#[derive(Clone, Debug, Default, Args)]
pub struct Manners {
    /// Run as if started in this folder.
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = "Global options")]
    pub directory: Option<PathBuf>,
    /// Print only errors and what was asked for: no warnings, notes or closing lines.
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
    /// Also say what was read from where, and how long each step took.
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub verbose: bool,
    /// When to use colors.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true, help_heading = "Global options")]
    pub color: Color,
}

/// When the output is colored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a small handbook to start from.
    #[command(
        after_help = "Writes chapters with prompts to answer, a README, and what publishes the site on your host: a\nworkflow or the host's own file. On a terminal, it asks for the host if you don't name one.\n\nExamples:\n  rolebook init our-handbook\n  rolebook init our-handbook --host github-pages\n\nExisting files are never overwritten."
    )]
    Init(Init),
    /// Turn a spreadsheet of levels or expectations into chapters, or update them from it.
    #[command(
        after_help = "Supported tables, recognized by their header:\n  competency, level, statement          one statement per row\n  competency, Level 1, Level 2, …       statements in the cells, one per line\n  role, Communication, Strategy, …      the level that each role expects in the cells; rows and\n                                        columns may be swapped\n\nColumns such as track, rank, grade, family, cluster and summary are understood, and so are rows that only\nname a group. What the table was read as is printed.\n\nExamples:\n  rolebook import levels.xlsx --dry-run            print what each chapter would become\n  rolebook import levels.xlsx --sheet Engineering\n  rolebook import roles.csv our-handbook --ladder up\n  rolebook import levels.xlsx --update             show how chapters differ from the table\n  rolebook import levels.xlsx --update --write\n\nWithout --update, existing chapters stay as they are, unless they have no statements or levels yet."
    )]
    Import(Import),
    /// Write the matrix, all statements and the scorecards as files for spreadsheets.
    #[command(
        after_help = "Writes `matrix.xlsx` with a worksheet for each track and one for all statements, the same as CSV, and\neach role's hiring kit. `rolebook import matrix.xlsx --update` shows what was changed in the workbook.\n\nExamples:\n  rolebook export\n  rolebook export --to ~/people --audience managers\n  rolebook export --base-url https://handbook.example.com/   link the cells to the site"
    )]
    Export(Export),
    /// Write a new chapter with the fields and sections of its kind.
    #[command(
        after_help = "Examples:\n  rolebook new role \"Head of Product\"\n  rolebook new competency \"Data-driven decisions\"\n  rolebook new page \"How we hire\" --in guides\n  rolebook new strategy \"Pricing\" our-handbook\n\n`rolebook check` reports each prompt \"(Fill in: …)\" until you answer it."
    )]
    New(New),
    /// Move or rename a chapter and update every reference to it.
    #[command(
        after_help = "Name a chapter by its id or its path, and a folder by the id or path of its index. If the new name has no\nslash, the chapter stays in its folder.\n\nExamples:\n  rolebook mv product-lead product-leader --dry-run     show each line that would change\n  rolebook mv product-lead product-leader\n  rolebook mv guides/hiring.md careers/hiring.md\n  rolebook mv guides/interviews careers/\n\nThe old address redirects to the new one."
    )]
    Mv(Mv),
    /// Turn a folder that was written for another generator into a handbook.
    #[command(
        after_help = "Writes a `handbook.toml` with the settings of MkDocs, Docusaurus, Jekyll, Hugo, mdBook, GitBook, Obsidian\nand others, renames the keys in front matter that have another name here, and lists what is left to do by\nhand. Addresses stay as they are.\n\nExamples:\n  rolebook adopt docs             show what would change\n  rolebook adopt docs --write\n  rolebook adopt docs --dialects  also rewrite callouts and tabs, where the page stays the same\n  rolebook adopt export.zip handbook --write\n\nAn existing `handbook.toml` is never overwritten."
    )]
    Adopt(Adopt),
    /// Write the site to a folder.
    #[command(
        after_help = "Examples:\n  rolebook build\n  rolebook build --base-url https://handbook.example.com/\n  rolebook build ~/notes --out /tmp/site\n\nIf there are errors, nothing is written and the old site stays as it was. Files in the output folder that\nRolebook did not write are never overwritten or deleted."
    )]
    Build(Build),
    /// Check every reference and report mistakes, without writing anything.
    #[command(
        after_help = "Examples:\n  rolebook check --strict\n  rolebook check --policy            also report reviews that are due and chapters without an owner\n  rolebook check --external          also follow links to other hosts\n  rolebook check --format github     annotate the lines of a pull request\n  rolebook check --format html > report.html\n  rolebook check --format json | jq '.findings[].code'"
    )]
    Check(Check),
    /// Show the site in a browser and keep it up to date while you write.
    #[command(
        after_help = "Examples:\n  rolebook serve --open\n  rolebook serve --open --edit       edit the text on the page itself\n  rolebook serve --editor 'code -g'  open a passage in your editor with Alt and a click\n  rolebook serve docs --port 8080\n  rolebook serve --host 0.0.0.0      let others on your network read the preview\n\nStop it with Ctrl-C."
    )]
    Serve(Serve),
    /// Describe what has changed in the handbook since a revision, in the handbook's own terms.
    #[command(
        after_help = "Compares the files on disk with those of the revision: levels, statements, decisions, facts, terms and\nchapters. Statements are matched by their anchors, then by their words.\n\nExamples:\n  rolebook diff v1.0\n  rolebook diff main --format markdown   to paste into a review\n  rolebook diff HEAD~5 --format json | jq '.changes[].change'"
    )]
    Diff(Diff),
    /// Print a JSON Schema of front matter or of handbook.toml, for editors.
    #[command(after_help = "Examples:\n  rolebook schema role > role.schema.json\n  rolebook schema handbook")]
    Schema(Schema),
    /// List statements without an anchor of their own, or write the anchors into the files.
    #[command(
        after_help = "Other pages and assessments refer to a statement by its anchor. Without an explicit one, rewording the\nstatement changes its address.\n\nExamples:\n  rolebook anchors\n  rolebook anchors --write"
    )]
    Anchors(Anchors),
    /// Print the owner of each chapter as a CODEOWNERS file.
    #[command(
        after_help = "Run it in the repository's root. The owners come from `owner:` in each chapter, and their handles from\n`[owners]` in handbook.toml. If several lines of a CODEOWNERS file match a path, the last one wins.\n\nExamples:\n  rolebook codeowners > .github/CODEOWNERS"
    )]
    Codeowners(Report),
    /// List, print and copy the files of a theme.
    #[command(
        after_help = "A theme of your own needs only the files that differ from the default theme. `copy` writes such\na file into themes/ and keeps the original next to it, so that `list` can say after an upgrade\nwhether the original has changed since.\n\nExamples:\n  rolebook theme list\n  rolebook theme show page.html\n  rolebook theme copy page.html --theme acme\n  rolebook theme copy style.css/tokens.css"
    )]
    Theme(Theme),
    /// Delete the built site.
    #[command(
        after_help = "Deletes only files that Rolebook wrote and nobody has changed since. Chapters, themes and the\nolder versions in .rolebook/ stay.\n\nExamples:\n  rolebook clean\n  rolebook clean --out /tmp/site --dry-run"
    )]
    Clean(Clean),
    /// Look for reasons why something doesn't work: the project, Git, permissions, ports.
    #[command(after_help = "Examples:\n  rolebook doctor\n  rolebook doctor --json   to attach to a bug report")]
    Doctor(Report),
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
#[derive(Clone, Debug, Default, Args)]
pub struct Source {
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Include drafts.
    #[arg(long)]
    pub drafts: bool,
    /// Build for this audience, which handbook.toml has to declare.
    #[arg(long, value_name = "NAME")]
    pub audience: Option<String>,
    /// The URL where the site will be published.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Change a setting of handbook.toml for this run, such as publish.host=cloudflare; may be given
    /// several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub config: Vec<String>,
}

/// Options of `build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// The folder to write to [default: public].
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Treat warnings as errors.
    #[arg(long)]
    pub strict: bool,
    /// The day that counts as today, such as 2026-04-01 [default: the day of the newest commit].
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// Also check reviews, owners, and chapters that nothing links to.
    #[arg(long)]
    pub policy: bool,
    /// Also follow links to other hosts. Answers are kept for a week in .rolebook/links.json.
    #[arg(long)]
    pub external: bool,
    /// Ask other hosts again, even about links that were fine this week.
    #[arg(long, requires = "external")]
    pub fresh: bool,
    /// The day by which reviews have to be done, such as 2026-04-01 [default: today].
    #[arg(long, value_name = "DATE", requires = "policy")]
    pub today: Option<String>,
    /// How to print findings.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Treat warnings as errors.
    #[arg(long)]
    pub strict: bool,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Show every finding, also where there are many of one kind.
    #[arg(long)]
    pub all: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with source lines.
    Human,
    /// One JSON document.
    Json,
    /// Annotations for GitHub Actions.
    Github,
    /// One HTML page, which a host can show if the site could not be built.
    Html,
    /// SARIF, a format that code hosts import.
    Sarif,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The revision to compare with: a tag, a branch or a commit.
    #[arg(value_name = "REV")]
    pub revision: String,
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// How to print the changes.
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
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
    /// The port to listen on; if it is taken, the next free one.
    #[arg(long, short, default_value_t = 4000)]
    pub port: u16,
    /// Let people edit chapters in the browser, with an edit button next to each passage.
    #[arg(long)]
    pub edit: bool,
    /// The editor to open passages in [default: $VISUAL or $EDITOR].
    #[arg(long, value_name = "COMMAND")]
    pub editor: Option<String>,
    /// The IP address to listen on; any other than 127.0.0.1 lets other machines read the handbook,
    /// including drafts.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
    /// A further host name under which browsers reach the preview, for example behind a tunnel. Under
    /// this name, the handbook can be read but not changed, even with --edit.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub allow_host: Vec<String>,
    /// Open the site in your browser.
    #[arg(long)]
    pub open: bool,
    /// Look for changed files at regular intervals; needed on network shares and in containers that
    /// don't report changes.
    #[arg(long)]
    pub poll: bool,
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to write to; it is created if it does not exist.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Where the site will be published.
    #[arg(long, value_enum, value_name = "HOST")]
    pub host: Option<Destination>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Where a new handbook will be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Destination {
    /// GitHub Pages.
    #[value(alias = "github")]
    GithubPages,
    /// Netlify.
    Netlify,
    /// Cloudflare Pages.
    Cloudflare,
    /// GitLab Pages.
    Gitlab,
    /// Amazon S3, behind its content delivery network.
    S3,
    /// Your own server with nginx.
    Nginx,
    /// Somewhere else.
    None,
}

/// Options of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// A workbook (.xlsx, .ods), a CSV file, or a file with a table in Markdown, HTML, JSON or YAML.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The project, or any folder of Markdown; it is created if it does not exist.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Print what each chapter would become, without writing it.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
    /// Import only this worksheet or table, by name or number; can be repeated.
    #[arg(long, value_name = "NAME")]
    pub sheet: Vec<String>,
    /// Show how existing chapters differ from the table.
    #[arg(long)]
    pub update: bool,
    /// With --update, write the differences.
    #[arg(long, requires = "update")]
    pub write: bool,
    /// With --update, remove statements and expectations that the table no longer has.
    #[arg(long, requires = "update")]
    pub prune: bool,
    /// Make the roles in the table's order a ladder, with `rank` and `grows_into`.
    #[arg(long, value_name = "ORDER")]
    pub ladder: Option<ImportLadder>,
    /// The names of the levels from lowest to highest, separated by commas, for a new handbook; `|`
    /// separates levels of several tracks at one height.
    #[arg(long, value_name = "NAMES")]
    pub scale: Option<String>,
    /// How levels relate to each other in a new handbook, or for new competencies.
    #[arg(long, value_name = "HOW")]
    pub levels: Option<ImportLevels>,
    /// The track of the whole table, if it doesn't name one.
    #[arg(long, value_name = "NAME")]
    pub track: Option<String>,
    /// The family of the whole table, if it doesn't name one.
    #[arg(long, value_name = "NAME")]
    pub family: Option<String>,
    /// What each worksheet or table of the file is.
    #[arg(long, value_name = "WHAT")]
    pub each_sheet: Option<ImportSheet>,
}

/// The order in which a table lists roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ImportLadder {
    /// From junior to senior.
    Up,
    /// From senior to junior.
    Down,
    /// In no order of seniority.
    No,
}

/// What each worksheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ImportSheet {
    /// A track, named like the worksheet.
    Track,
    /// A family, named like the worksheet.
    Family,
    /// A part of one table.
    Part,
}

/// How levels relate to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ImportLevels {
    /// A level includes those below it.
    AddUp,
    /// Each level is complete.
    Replace,
}

/// Options of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Where the handbook is.
    #[command(flatten)]
    pub source: Source,
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "export")]
    pub to: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `new`.
#[derive(Debug, Args)]
pub struct New {
    /// The kind of chapter.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(crate::declare::kind::Kind::NAMES))]
    pub kind: String,
    /// The title of the chapter.
    pub title: String,
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The folder in the handbook [default: the folder for its kind].
    #[arg(long = "in", value_name = "FOLDER")]
    pub folder: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `mv`.
#[derive(Debug, Args)]
pub struct Mv {
    /// The id or path of the chapter.
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The new id or path; a path that ends in `/` is the folder to move the chapter to.
    #[arg(value_name = "NEW")]
    pub new: String,
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Show each line that would change, without changing it.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `adopt`.
#[derive(Debug, Args)]
pub struct Adopt {
    /// The folder of the other generator's project, or a zip file exported from Confluence or Notion.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The new folder for the handbook, for a zip file [default: the file's name].
    pub into: Option<PathBuf>,
    /// Write the changes into the files.
    #[arg(long)]
    pub write: bool,
    /// Also rewrite callouts, tabs, attributes and marks of other generators in Rolebook's own form.
    #[arg(long)]
    pub dialects: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// A kind of chapter, or `handbook` [default: all of them].
    pub kind: Option<String>,
    /// Include the owners, tracks, levels and chapters of a project [default: the current folder].
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".")]
    pub project: Option<PathBuf>,
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
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of commands that only report about a project.
#[derive(Debug, Args)]
pub struct Report {
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `theme`.
#[derive(Debug, Args)]
pub struct Theme {
    /// What to do with the theme.
    #[command(subcommand)]
    pub action: ThemeAction,
}

/// What to do with a theme.
#[derive(Debug, Subcommand)]
pub enum ThemeAction {
    /// List the files of the theme, and which of them were replaced.
    List(Report),
    /// Print a file of the theme.
    Show(ThemeShow),
    /// Copy a file of the default theme into a theme of your own.
    Copy(ThemeCopy),
}

/// Options of `theme show`.
#[derive(Debug, Args)]
pub struct ThemeShow {
    /// The file, such as page.html, style.css/tokens.css or ui/en.toml.
    #[arg(value_name = "FILE")]
    pub file: String,
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Print the file of the default theme, even if your theme replaces it.
    #[arg(long)]
    pub original: bool,
    /// Print what has changed in the original since it was copied.
    #[arg(long, conflicts_with = "original")]
    pub changes: bool,
}

/// Options of `theme copy`.
#[derive(Debug, Args)]
pub struct ThemeCopy {
    /// The file, such as page.html, style.css/tokens.css or ui/en.toml.
    #[arg(value_name = "FILE")]
    pub file: String,
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The theme to copy to [default: the one in handbook.toml].
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// The project, or any folder of Markdown.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The folder of the site [default: public].
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// List what would be deleted, without deleting it.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
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
    /// A command [default: the whole program].
    pub command: Option<String>,
}
