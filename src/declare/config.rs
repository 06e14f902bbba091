//! Declares the settings in `handbook.toml`, such as the handbook's name, its owners and audiences
//! and how strictly it is checked, and reads that file.
//!
//! Input: the file's text, or nothing for a plain folder. Output: a [`Config`] and findings. Never
//! reads files. Never guesses what a key means; an unknown key is a finding.

mod files;
mod level;
mod readers;
mod repeated;

use std::collections::BTreeMap;

pub use files::Files;
pub use level::Scope;

pub use crate::declare::kind::{HtmlPolicy, UrlStyle};

use crate::declare::brand;
use crate::declare::dialect::{Dialect, Dialects};
use crate::declare::fields::{self, COMPETENCIES, Known, ROLES, Report, Shape, table};
use crate::declare::generator::Generator;
use crate::declare::kind::{HiddenLinks, Host, Kind, Levels};
use crate::declare::origin::Origin;
use crate::text::color::Color;
use crate::text::conflict;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::front_matter::{self, Format, Table, Value};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::{SourcePath, UrlPath, host_of, join};
use crate::text::rule::{Rule, Severity};
use crate::text::source::Text;
use crate::text::typography;

/// The file's name inside the content folder.
pub const FILE: &str = "handbook.toml";

table! {
    /// All settings from `handbook.toml`.
    Config {
        title: String, "the handbook's title", by readers::filled;
        description: Option<String>, "one sentence that describes the handbook", by readers::filled;
        base_url: Option<String>, "the URL at which the site will be served, with `https://`", by readers::base_url;
        language: String = "en".to_owned(), "the language of the text, such as en", by readers::filled;
        theme: String = "default".to_owned(), "the name of a folder in themes/, or default", by readers::filled;
        repository: Option<String>, "the URL of the content on the code host, for edit links", by readers::filled;
        feedback: Option<String>, "where readers can report a problem: a URL or `mailto:`", by readers::filled;
        edition: Option<String>, "the edition's name, shown on every page", by readers::filled;
        effective: Option<String>, "the date from which the edition applies", as Shape::Date;
        changes_since: Option<String>, "how far back the page of changes goes: 90 days, a date or a tag", by readers::filled;
        source: Option<Generator>, "the program that the content was written for, such as mkdocs; recognized by default";
        brand: Brand, "the logo, the icon and the color of your company";
        urls: UrlStyle, "pretty for a web server, file for opening the folder in a browser";
        scale: Vec<Level> = level::usual(), "the levels of a competency, lowest first", by readers::scale;
        levels: Levels, "add-up if a level includes those below it, or replace if each level is complete";
        job_levels: bool, "true if the levels are job levels or grades, so that no page says that they aren't";
        tracks: Vec<Track>, "the tracks of the ladder", by readers::tracks;
        families: BTreeMap<String, Family>, "the families of tracks and chapters, by the name that `family` uses";
        owners: BTreeMap<String, Owner>, "the owners of chapters, by name";
        partners: Vec<(String, String)>, "functions that take part in decisions: ID and title",
            as Shape::Map(&Shape::Text), by readers::partners;
        audiences: BTreeMap<String, Audience>, "the groups of readers, by name";
        audience: Option<String>, "the audience to build for by default",
            as Shape::Named(Known::Audience), by readers::audience;
        kinds: BTreeMap<String, Kind>, "the kinds of chapters, by their top-level folder";
        sections: Vec<(Kind, Vec<String>)>, "the headings that chapters of a kind must have",
            as Shape::Map(&Shape::List(&Shape::Text)), by readers::sections;
        words: Words, "the headings and labels that the model looks for, in the handbook's language";
        compare: Vec<Vec<(String, Span)>>, "pairs of roles that get a comparison page", as Shape::List(&ROLES);
        evidence: Vec<Evidence>, "what a promotion case and a résumé have to show", by readers::evidence;
        acknowledge: Acknowledge, "how readers confirm that they have read what a role expects";
        markdown: Markdown, "extensions of Markdown";
        security: Security, "what pages may contain and load";
        publish: Publish, "how the site is published";
        search: Search, "how readers find chapters";
        external: External, "how `check --external` follows links to other hosts";
        gone: Vec<Gone>, "deleted chapters, and what to read instead", by readers::gone;
        health: Health, "who sees the page about the handbook's health";
        check: BTreeMap<Rule, Severity>, "the severity of each rule",
            as Shape::Map(&Shape::Choice(readers::SEVERITIES)), by readers::severities;
        extra: Table, "your own data, passed to templates";
    }
    beside {
        /// Whether there is a `handbook.toml`; without one, findings are less severe.
        configured: bool,
        /// The generator that the content was written for: `source`, or in a plain folder the one
        /// that was recognized by its files.
        generator: Option<Generator>,
        /// What that generator knows about the chapters as a whole.
        origin: Origin,
    }
}

table! {
    /// The logo, the icon and the color of the company.
    Brand {
        logo: Option<(String, Span)>, "a picture in the content folder, shown next to the title";
        logo_dark: Option<(String, Span)>, "the logo for dark pages, if it differs";
        favicon: Option<(String, Span)>, "the picture in the browser's tab: an svg, png or ico file";
        accent: Option<Color>, "the color of links and marked entries, such as #1f548a", as Shape::Text, by brand::accent;
        accent_dark: Option<Color>, "the color for dark pages; a lighter accent by default", as Shape::Text,
            by brand::accent_dark;
    }
}

impl Brand {
    /// Returns the colors of pages, if the handbook has an accent of its own.
    pub fn colors(&self) -> Option<brand::Accent> {
        self.accent.or(self.accent_dark).map(|accent| brand::Accent::new(accent, self.accent_dark))
    }

    /// Returns the files with their keys.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &(String, Span))> {
        let all = [("logo", &self.logo), ("logo_dark", &self.logo_dark), ("favicon", &self.favicon)];
        all.into_iter().filter_map(|(key, file)| Some((key, file.as_ref()?)))
    }

    /// Returns the paths of the files that can be used, with their keys.
    pub fn pictures(&self) -> impl Iterator<Item = (&'static str, SourcePath)> {
        self.files().filter_map(|(key, (written, _))| Some((key, brand::picture(key, written).ok()?)))
    }
}

table! {
    /// One level of the scale.
    #[derive(Eq, Hash)]
    Level {
        level: u8, "the level's number; 1 is the lowest", as Shape::Integer(1, 20);
        name: String, "the level's name, also used for its heading in competencies";
        means: String, "what a person at this level does, in one sentence";
    }
}

table! {
    /// One track of the ladder.
    Track {
        id: String, "the ID that a role's `track` refers to";
        title: String, "the title shown on pages";
        family: Option<String>, "the family that the track belongs to";
        levels: Option<Levels>, "how levels relate to each other for roles of this track, if that differs";
        scale: Vec<Level>, "the track's own names of levels; from 1, its own scale", by readers::own_scale;
    }
}

table! {
    /// A family of tracks, competencies and other chapters.
    Family {
        title: String, "the title shown on pages";
        levels: Option<Levels>, "how the levels of its competencies relate to each other, if that differs";
        scale: Vec<Level>, "the family's own names of levels; from 1, its own scale", by readers::own_scale;
    }
}

table! {
    /// An owner of chapters.
    Owner {
        name: String, "the name shown on pages";
        contact: Option<String>, "where to reach the owner: a URL or a channel";
        handle: Option<String>, "the owner's name on the code host, such as `@org/team`";
    }
}

table! {
    /// A group of readers.
    Audience {
        title: String, "the title shown on pages";
        includes: Vec<String>, "audiences whose content its readers also see",
            as Shape::List(&Shape::Named(Known::Audience)), by readers::audiences;
        indexed: bool, "whether search engines may list the site built for this audience";
    }
}

table! {
    /// The headings and labels that the model looks for, case-folded.
    Words {
        responsibilities: String = "responsibilities".into(), "the heading of a role's responsibilities",
            by readers::folded;
        decisions: String = "decisions".into(), "the heading of a strategy's decisions", by readers::folded;
        grow: String = "grow".into(), "the heading of advice on how to grow in a competency", by readers::folded;
        interview: String = "interview".into(), "the heading of a competency's interview questions", by readers::folded;
        example: String = "example".into(), "the label of an example below a statement", by readers::label;
        not_yet: String = "not yet".into(), "the label of an example that does not meet a statement yet", by readers::label;
        accountable: String = "accountable".into(), "the label of who decides", by readers::folded;
        responsible: String = "responsible".into(), "the label of who does the work", by readers::folded;
        consulted: String = "consulted".into(), "the label of who is consulted beforehand", by readers::folded;
        informed: String = "informed".into(), "the label of who is informed afterward", by readers::folded;
        escalates_to: String = "escalates to".into(), "the label of who settles disputes", by readers::folded;
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
        name: String, "the name shown on pages", by readers::filled;
        competencies: Vec<(String, Span)>, "the competencies whose statements show it", as COMPETENCIES;
    }
}

table! {
    /// How readers confirm that they have read what a role expects.
    Acknowledge {
        to: Option<String>, "an e-mail address, the address of a new issue, or the word file", by readers::recipient;
    }
}

table! {
    /// The settings for parsing Markdown.
    Markdown {
        dialects: Option<Vec<Dialect>>, "the forms of other generators that chapters use, such as admonitions";
        definition_lists: bool, "whether definition lists work outside the glossary";
        diagrams: bool = true, "whether `mermaid` blocks are drawn as diagrams; true by default";
        math: Option<bool>, "whether formulas between dollar signs or in `math` blocks are drawn";
        quotes: bool = true, "whether pages show typographic quotes; true by default";
        smart_quotes: bool, "whether two or three hyphens become dashes, and three dots an ellipsis";
    }
}

table! {
    /// What pages may contain and load.
    Security {
        html: HtmlPolicy, "how raw HTML is treated";
        hosts: Vec<String>, "other hosts that pages may load images and frames from", by readers::hosts;
        scripts: Vec<String>, "other hosts that pages may load scripts from, such as that of an analytics service",
            by readers::named_hosts;
        connect: Vec<String>, "other hosts that scripts of pages may send data to", by readers::named_hosts;
        active: Vec<String>, "content files that may run scripts when opened, by path or pattern";
    }
}

table! {
    /// The settings for publishing the site.
    Publish {
        host: Host, "who serves the site, which decides what redirect and header files are written";
        hidden_links: HiddenLinks, "how links to chapters that the audience can't see are shown if they aren't errors";
        files: Files, "files to publish even if nothing refers to them, such as `downloads/**`; chapters get no page",
            as Shape::List(&Shape::Text), by Files::set;
        other_sites: Vec<String>, "folders of this site that another build fills, such as `docs`; links into them aren't checked",
            as Shape::List(&Shape::Text), by readers::other_sites;
        markdown: bool = true, "whether each chapter is also published as Markdown, with `llms.txt`; true by default";
        renames: Option<bool>, "whether old URLs of files renamed in Git redirect; true if there are no audiences";
    }
}

table! {
    /// The settings for search.
    Search {
        synonyms: Vec<(String, Vec<String>)>, "words that readers type, each with what the handbook calls them",
            as Shape::Map(&Shape::List(&Shape::Text)), by readers::synonyms;
    }
}

table! {
    /// The settings for links to other hosts.
    External {
        skip: Vec<String>, "links that aren't followed: hosts such as `intranet.example`, or the beginnings of URLs";
    }
}

impl External {
    /// Returns whether a link to another host isn't followed.
    pub fn skips(&self, url: &str) -> bool {
        let host = host_of(url);
        self.skip.iter().any(|skip| {
            let skip = skip.trim_end_matches('*');
            let is_start = skip.contains("://") && url.starts_with(skip);
            let of_host = host.strip_suffix(skip).is_some_and(|above| above.is_empty() || above.ends_with('.'));
            is_start || (!skip.is_empty() && of_host)
        })
    }
}

table! {
    /// A deleted chapter.
    Gone {
        path: (String, Span), "the file path or URL path that is gone", by readers::path_of_gone;
        see: Option<(String, Span)>, "the chapter to read instead", as Shape::Chapter;
        reason: Option<String>, "why it is gone, in one sentence";
        audience: Option<String>, "who may know about it, by a name in `[audiences]`",
            as Shape::Named(Known::Audience), by readers::audience;
    }
}

table! {
    /// Who sees the page about the handbook's health.
    Health {
        audience: Option<String>, "the audience that sees the page, by a name in `[audiences]`",
            as Shape::Named(Known::Audience), by readers::audience;
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
    address.contains(['?', '#']).then(|| "leave out everything from `?` or `#` on".to_owned())
}

impl Publish {
    /// If a link in `folder` points into a folder that another build fills, returns the URL that it
    /// points to. Whether there is a page at that URL isn't known.
    pub fn other_site(&self, folder: &str, target: &str) -> Option<UrlPath> {
        let path = join(folder, target).filter(|_| !self.other_sites.is_empty())?;
        let is_root = self.other_sites.contains(&path);
        let is_below = |site: &String| path.strip_prefix(site.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let is_folder = is_root || target.ends_with('/');
        let is_inside = is_root || self.other_sites.iter().any(is_below);
        is_inside.then(|| UrlPath::new(if is_folder { format!("{path}/") } else { path }))
    }
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

    /// Fills in names that the file doesn't set: `title` becomes the name of the handbook, and
    /// owners, families and audiences are named after the keys of their tables.
    fn name_unnamed(&mut self, title: &str) {
        let owners = self.owners.iter_mut().map(|(key, owner)| (key.as_str(), &mut owner.name));
        let families = self.families.iter_mut().map(|(key, family)| (key.as_str(), &mut family.title));
        let audiences = self.audiences.iter_mut().map(|(key, audience)| (key.as_str(), &mut audience.title));
        for (key, name) in owners.chain(families).chain(audiences).chain([(title, &mut self.title)]) {
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
        if self.reads_foreign() { repeated::once(kept) } else { kept }
    }

    /// Returns the dialects that chapters are read with.
    pub fn dialects(&self) -> Dialects {
        let dialects = match &self.markdown.dialects {
            Some(list) => Dialects::of(list),
            None if self.generator.is_some() => self.generator.map(Dialects::of_generator).unwrap_or_default(),
            // In a handbook of ours, nothing that an author wrote disappears.
            None if self.configured => Dialects::default(),
            None => Dialects::PLAIN,
        };
        if self.audiences.is_empty() { dialects } else { dialects.certain() }
    }

    /// Returns whether chapters may be written for another generator: in a plain folder, and if
    /// `source` says so.
    pub fn reads_foreign(&self) -> bool {
        !self.configured || self.source.is_some()
    }

    /// Returns whether chapters are notes of Obsidian, where an alias is another name and no address.
    pub fn reads_notes(&self) -> bool {
        self.reads_foreign() && self.generator == Some(Generator::Obsidian)
    }

    /// Returns whether the generator that the content was written for puts chapters without a position
    /// in order by the names of their files, rather than by their titles.
    pub fn sorts_by_file(&self) -> bool {
        use Generator::{Docsify, Docusaurus, GitBook, MdBook, MkDocs, Obsidian, Quarto, Sphinx, Starlight, VitePress};
        let by_file = [Docsify, Docusaurus, GitBook, MdBook, MkDocs, Obsidian, Quarto, Sphinx, Starlight, VitePress];
        self.generator.is_some_and(|generator| by_file.contains(&generator))
    }

    /// Returns text for readers with the quotes of the handbook's language.
    pub fn quoted(&self, text: &str) -> String {
        if self.markdown.quotes { typography::plain(text, &self.language) } else { text.to_owned() }
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
