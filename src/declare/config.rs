//! Declares `handbook.toml`, which gives the handbook's name, its owners and audiences, and how
//! strictly it is checked, and reads it.
//!
//! Input: the file's text, or nothing for a plain folder. Output: a [`Config`] and findings. Never
//! reads files. Never guesses what a key means; an unknown key is a finding.

mod files;
mod level;
mod readers;

use std::collections::BTreeMap;

pub use files::Files;

pub use crate::declare::kind::{HtmlPolicy, UrlStyle};

use crate::declare::fields::{self, CHAPTERS, Report, Shape, table};
use crate::declare::kind::{HiddenLinks, Host, Kind};
use crate::text::conflict;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::front_matter::{self, Format, Table, Value};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};
use crate::text::source::Text;

/// The file's name inside the content folder.
pub const FILE: &str = "handbook.toml";

table! {
    /// All settings from `handbook.toml`.
    Config {
        title: String, "the handbook's title", by readers::filled;
        description: Option<String>, "what the handbook is, one sentence", by readers::filled;
        base_url: Option<String>, "the address it will be served at, with https://", by readers::base_url;
        language: String = "en".to_owned(), "the language of its text, such as en", by readers::filled;
        theme: String = "default".to_owned(), "a folder of themes/, or default", by readers::filled;
        repository: Option<String>, "the address of the content folder on the code host, for edit links",
            by readers::filled;
        feedback: Option<String>, "where readers say that something is wrong: an address or mailto:",
            by readers::filled;
        edition: Option<String>, "which edition this is, printed on every page", by readers::filled;
        effective: Option<String>, "the day from which the edition holds", as Shape::Date;
        changes_since: Option<String>,
            "from where changes of what is asked of roles are shown: a span such as 90 days, a day, or a tag",
            by readers::filled;
        urls: UrlStyle, "pretty: folders for a web server; file: .html files for a folder";
        scale: Vec<Level> = level::usual(), "the levels of a competency, lowest first", by readers::scale;
        tracks: Vec<Track>, "the tracks of the ladder", by readers::tracks;
        owners: BTreeMap<String, Owner>, "who keeps chapters true";
        partners: Vec<(String, String)>, "functions that take part in decisions: id and title",
            as Shape::Map(&Shape::Text), by readers::partners;
        audiences: BTreeMap<String, Audience>, "who reads what";
        audience: Option<String>, "the audience that is built where none is asked for", by readers::audience;
        kinds: BTreeMap<String, Kind>, "the kind of chapters by their top folder";
        sections: Vec<(Kind, Vec<String>)>, "headings that chapters of a kind must have",
            as Shape::Map(&Shape::List(&Shape::Text)), by readers::sections;
        words: Words, "the words that the model looks for, in the handbook's language";
        compare: Vec<Vec<(String, Span)>>, "pairs of roles that get a page of their own", as Shape::List(&CHAPTERS);
        evidence: Vec<Evidence>, "what a promotion case and a résumé have to show", by readers::evidence;
        markdown: Markdown, "extensions of Markdown";
        security: Security, "what pages may contain and load";
        publish: Publish, "how the site is published";
        gone: Vec<Gone>, "chapters that were deleted, and what to read instead", by readers::gone;
        health: Health, "who sees how the handbook is kept";
        check: BTreeMap<Rule, Severity>, "the weight of each code",
            as Shape::Map(&Shape::Choice(readers::SEVERITIES)), by readers::severities;
        extra: Table, "the author's own data, handed to templates";
    }
    beside {
        /// Whether there is a `handbook.toml`; without one, findings are less severe.
        configured: bool,
    }
}

table! {
    /// One level of the scale.
    #[derive(Eq, Hash)]
    Level {
        level: u8, "its number, 1 is the lowest", as Shape::Integer(1, 20);
        name: String, "its name, which also opens a level as a heading";
        means: String, "what somebody at this level does, one sentence";
    }
}

table! {
    /// One track of the ladder.
    Track {
        id: String, "what a role's `track` calls it";
        title: String, "how pages call it";
        family: Option<String>, "the family of tracks it belongs to";
    }
}

table! {
    /// An owner of chapters.
    Owner {
        name: String, "how pages call the owner";
        contact: Option<String>, "where to reach the owner: an address or a channel";
        handle: Option<String>, "the owner's name on the code host, such as @org/team";
    }
}

table! {
    /// A group of readers.
    Audience {
        title: String, "how pages call it";
        includes: Vec<String>, "audiences whose content its readers see too", by readers::audiences;
        indexed: bool, "true lets search engines list the site that is built for it";
    }
}

table! {
    /// The headings and labels that the model looks for, case-folded.
    Words {
        responsibilities: String = "responsibilities".to_owned(), "the heading over a role's responsibilities",
            by readers::folded;
        decisions: String = "decisions".to_owned(), "the heading over a strategy's decisions", by readers::folded;
        grow: String = "grow".to_owned(), "the heading over what helps to grow in a competency", by readers::folded;
        interview: String = "interview".to_owned(), "the heading over a competency's interview questions",
            by readers::folded;
        example: String = "example".to_owned(), "the label of an example below a statement, without its colon",
            by readers::label;
        not_yet: String = "not yet".to_owned(), "the label of what doesn't show a statement yet, without its colon",
            by readers::label;
        accountable: String = "accountable".to_owned(), "the label of the one who decides", by readers::folded;
        responsible: String = "responsible".to_owned(), "the label of those who do the work", by readers::folded;
        consulted: String = "consulted".to_owned(), "the label of those who are asked before", by readers::folded;
        informed: String = "informed".to_owned(), "the label of those who are told after", by readers::folded;
        escalates_to: String = "escalates to".to_owned(), "the label of where a dispute goes", by readers::folded;
    }
}

impl Words {
    /// Returns the labels of a decision's parts, in the order of [`crate::declare::kind::Part`].
    pub fn parts(&self) -> [&str; 5] {
        [&self.accountable, &self.responsible, &self.consulted, &self.informed, &self.escalates_to]
    }
}

table! {
    /// One thing that a promotion case or a résumé has to show.
    Evidence {
        name: String, "what pages call it", by readers::filled;
        competencies: Vec<(String, Span)>, "the competencies whose statements show it", as CHAPTERS;
    }
}

table! {
    /// The settings for parsing Markdown.
    Markdown {
        definition_lists: bool, "definition lists everywhere, not only in the glossary";
        smart_quotes: bool, "typographic quotes, dashes and ellipses";
    }
}

table! {
    /// What pages may contain and load.
    Security {
        html: HtmlPolicy, "what becomes of raw HTML";
        hosts: Vec<String>, "other hosts that pages may load images and frames from", by readers::hosts;
        active: Vec<String>, "files of the content, by path or pattern, that may run scripts when they are opened";
    }
}

table! {
    /// The settings for publishing the site.
    Publish {
        host: Host, "who serves the site: which redirect and header files are written";
        hidden_links: HiddenLinks,
            "what becomes of links to chapters that the audience does not see, where `hidden-link` is no error";
        files: Files,
            "files that are published though nothing refers to them, such as downloads/**; Markdown among them is a download and no chapter",
            as Shape::List(&Shape::Text), by Files::set;
        markdown: bool = true, "whether each chapter is published as Markdown too, with llms.txt; true";
        renames: Option<bool>,
            "whether the old addresses of chapters that git knows to be renamed lead on; true where there are no audiences";
    }
}

table! {
    /// A deleted chapter.
    Gone {
        path: (String, Span), "the file or the address that is gone", by readers::path_of_gone;
        see: Option<(String, Span)>, "the chapter to read instead", as Shape::Chapter;
        reason: Option<String>, "why it is gone, one sentence";
        audience: Option<String>, "the audience that may know of it, by a name of [audiences]", by readers::audience;
    }
}

table! {
    /// Who sees how the handbook is kept.
    Health {
        audience: Option<String>,
            "the audience whose builds have the page that says how the handbook is kept, by a name of [audiences]",
            by readers::audience;
    }
}

/// Returns help if `address` isn't valid as a site's base URL: it needs a scheme and a host, and
/// must not have a query or fragment.
pub fn fault_of_base_url(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if rest.is_none() {
        let bare = address.split_once("://").map_or(address, |(_, rest)| rest).trim_start_matches('/');
        return Some(format!("write it with its scheme: `https://{bare}`"));
    }
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Some("write the host too, as in `https://example.org/handbook/`".to_owned());
    }
    address.contains(['?', '#']).then(|| "leave out what begins with `?` or `#`".to_owned())
}

impl Config {
    /// Returns the default configuration for a folder without `handbook.toml`.
    pub fn bare(title: &str) -> Self {
        let publish = Publish { markdown: false, ..Publish::default() };
        Self { title: title.to_owned(), publish, ..Self::default() }
    }

    /// Reads `handbook.toml`; `title` is used if the file doesn't set one.
    ///
    /// # Errors
    /// Returns a `bad-configuration` finding if the file can't be parsed at all. Problems with
    /// individual keys are returned as findings along with the configuration.
    pub fn read(bytes: &[u8], title: &str) -> Result<(Self, Vec<Diagnostic>), Box<Diagnostic>> {
        let path = SourcePath::new(FILE);
        let fail = |span, message: &str, help| {
            Box::new(Diagnostic::new(Rule::BadConfiguration, &path, Some(span), message).maybe_help(help))
        };
        let text = Text::new(bytes).map_err(|at| fail(Span::new(at, at + 1), "this file is not UTF-8", None))?;
        if let Some(place) = conflict::find(&text.text).first() {
            return Err(fail(text.span(place.start, place.end), conflict::MESSAGE, Some(conflict::HELP.to_owned())));
        }
        let table = front_matter::read(&text.text, 0, Format::Toml)
            .map_err(|error| fail(text.map(error.span), &error.message, error.help))?;
        let mut report = Report::new(&path);
        let entries = fields::read_named(&table, Self::FIELDS, FILE, &mut report);
        let mut config = Self::take(&entries, &mut report);
        config.configured = true;
        config.name_unnamed(title);
        let Report { mut findings, audiences, .. } = report;
        let is_unknown = |(name, _): &&(String, Span)| !config.audiences.contains_key(name);
        findings.extend(
            audiences.iter().filter(is_unknown).map(|(name, span)| unknown_audience(name, &path, *span, &config)),
        );
        for finding in &mut findings {
            if let Place::Content(_, Some(span)) = &mut finding.place {
                *span = text.map(*span);
            }
        }
        Ok((config, findings))
    }

    /// Gives the handbook, its owners and its audiences names if the file doesn't: `title`, and the
    /// keys of their tables.
    fn name_unnamed(&mut self, title: &str) {
        let owners = self.owners.iter_mut().map(|(key, owner)| (key.as_str(), &mut owner.name));
        let audiences = self.audiences.iter_mut().map(|(key, audience)| (key.as_str(), &mut audience.title));
        for (key, name) in owners.chain(audiences).chain([(title, &mut self.title)]) {
            if name.is_empty() {
                key.clone_into(name);
            }
        }
    }

    /// Sets the severity of each finding. Drops allowed findings and duplicates, and sorts the
    /// rest.
    pub fn judge(&self, findings: Vec<Diagnostic>, strict: bool) -> Vec<Diagnostic> {
        let mut kept: Vec<Diagnostic> = findings
            .into_iter()
            .filter_map(|mut finding| {
                let chosen = self.check.get(&finding.code).filter(|_| !finding.code.is_firm());
                finding.severity = chosen.copied().unwrap_or_else(|| finding.code.severity(self.configured));
                if strict && finding.severity == Severity::Warning {
                    finding.severity = Severity::Error;
                }
                (finding.severity != Severity::Allow).then_some(finding)
            })
            .collect();
        kept.sort();
        kept.dedup();
        kept
    }

    /// Returns whether search engines should be kept from indexing the site, because it is built
    /// for an audience that isn't `indexed`.
    pub fn is_internal(&self) -> bool {
        let audience = self.audience.as_ref().map(|name| self.audiences.get(name));
        audience.is_some_and(|audience| audience.is_none_or(|audience| !audience.indexed))
    }
}

/// Creates a finding about an undeclared audience.
pub fn unknown_audience(name: &str, path: &SourcePath, span: Span, config: &Config) -> Diagnostic {
    let known: Vec<&str> = config.audiences.keys().map(String::as_str).collect();
    let help = did_you_mean(&nearest(name, known.iter().copied(), 1)).unwrap_or_else(|| {
        if known.is_empty() {
            format!("declare it in handbook.toml: `[audiences.{name}]`")
        } else {
            format!("handbook.toml declares {}", known.join(", "))
        }
    });
    Diagnostic::new(Rule::UnknownAudience, path, Some(span), format!("no audience called `{name}`")).help(help)
}
