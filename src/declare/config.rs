//! Reads `handbook.toml`: the handbook's name, its owners and audiences, and how strictly it is
//! checked.
//!
//! Input: the file's text, or nothing for a plain folder. Output: a [`Config`] and findings. Never
//! reads files. Never guesses what a key means; an unknown key is a finding.

mod evidence;
mod gone;
mod publish;

use std::collections::BTreeMap;

pub use evidence::Evidence;
pub use gone::Gone;
pub use publish::{Files, Publish};

use crate::declare::fields::{self, Context, Entries, HANDBOOK};
use crate::declare::kind::Kind;
use crate::text::conflict;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::front_matter::{self, Data, Format, Table};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};
use crate::text::source::Text;

/// The file's name inside the content folder.
pub const FILE: &str = "handbook.toml";

/// All settings from `handbook.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Whether there is a `handbook.toml`; without one, findings are less severe.
    pub configured: bool,
    /// The handbook's title.
    pub title: String,
    /// One sentence that describes the handbook.
    pub description: Option<String>,
    /// The URL at which the site will be served, ending in `/`.
    pub base_url: Option<String>,
    /// The language of the handbook's text (a BCP 47 tag).
    pub language: String,
    /// The theme's folder name.
    pub theme: String,
    /// The URL of the content folder on the code host.
    pub repository: Option<String>,
    /// The place where readers can report a problem.
    pub feedback: Option<String>,
    /// The edition's name.
    pub edition: Option<String>,
    /// The date from which the edition is in force.
    pub effective: Option<String>,
    /// The start of the period for which changes to role expectations are shown: a duration, a date
    /// or a revision.
    pub changes_since: Option<String>,
    /// The style of the site's URLs.
    pub urls: UrlStyle,
    /// The levels of a competency, lowest first.
    pub scale: Vec<Level>,
    /// The tracks of the ladder.
    pub tracks: Vec<Track>,
    /// The owners of chapters, by name.
    pub owners: BTreeMap<String, Owner>,
    /// Functions that take part in decisions: ID and title, in the order written.
    pub partners: Vec<(String, String)>,
    /// Audiences by name.
    pub audiences: BTreeMap<String, Audience>,
    /// The audience to build for by default.
    pub audience: Option<String>,
    /// The kinds of chapters, by their top-level folder.
    pub kinds: BTreeMap<String, Kind>,
    /// The headings that chapters of a kind must have.
    pub sections: Vec<(Kind, Vec<String>)>,
    /// The headings and labels that the model looks for.
    pub words: Words,
    /// Pairs of roles that get a comparison page, with the spans where they are declared.
    pub compare: Vec<Vec<(String, crate::text::diagnostic::Span)>>,
    /// The things that promotion cases and résumés have to show, in the order written.
    pub evidence: Vec<Evidence>,
    /// Chapters that were deleted.
    pub gone: Vec<Gone>,
    /// The settings for parsing Markdown.
    pub markdown: Markdown,
    /// Other hosts that pages may load resources from.
    pub hosts: Vec<String>,
    /// Patterns of files that may run scripts when opened.
    pub active: Vec<String>,
    /// The settings for publishing the site.
    pub publish: Publish,
    /// The audience whose builds include the page about the handbook's health.
    pub health: Option<String>,
    /// The severities that the author has changed, by rule.
    pub check: BTreeMap<Rule, Severity>,
    /// The author's own data.
    pub extra: Table,
}

/// The style of URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlStyle {
    /// `roles/product-leader/`, for a web server.
    Pretty,
    /// `roles/product-leader.html`, for opening the folder in a browser.
    File,
}

/// One level of the scale.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Level {
    /// The level's number; 1 is the lowest.
    pub level: u8,
    /// The level's name.
    pub name: String,
    /// A description of what a person at this level does.
    pub means: String,
}

/// One track of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The ID that roles refer to.
    pub id: String,
    /// The title shown on pages.
    pub title: String,
    /// The family that the track belongs to.
    pub family: Option<String>,
}

/// An owner of chapters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The name shown on pages.
    pub name: String,
    /// The place where the owner can be reached.
    pub contact: Option<String>,
    /// The owner's name on the code host.
    pub handle: Option<String>,
}

/// A group of readers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Audience {
    /// The title shown on pages.
    pub title: String,
    /// Other audiences whose content the readers of this audience also see.
    pub includes: Vec<String>,
    /// Whether search engines may index the site that is built for this audience.
    pub indexed: bool,
}

/// The settings for parsing Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Markdown {
    /// Whether definition lists are recognized outside the glossary.
    pub definition_lists: bool,
    /// Whether quotes become typographic quotes.
    pub smart_quotes: bool,
    /// The way in which raw HTML is treated.
    pub html: HtmlPolicy,
}

/// The way in which raw HTML in chapters is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HtmlPolicy {
    /// The HTML is shown as text.
    Escape,
    /// The HTML is sanitized.
    Safe,
    /// The HTML is used unchanged.
    Trusted,
}

/// The headings and labels that the model looks for, case-folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Words {
    /// The heading of a role's responsibilities.
    pub responsibilities: String,
    /// The heading of a strategy's decisions.
    pub decisions: String,
    /// The heading of advice on how to grow in a competency.
    pub grow: String,
    /// The heading of a competency's interview questions.
    pub interview: String,
    /// The label of an example below a statement.
    pub example: String,
    /// The label of an example, below a statement, of behavior that doesn't meet the statement yet.
    pub not_yet: String,
    /// The labels of a decision's parts, in the order of [`crate::declare::kind::Part`].
    pub parts: [String; 5],
}

impl Default for Words {
    fn default() -> Self {
        let parts = ["accountable", "responsible", "consulted", "informed", "escalates to"].map(str::to_owned);
        let [responsibilities, decisions, grow, interview, example, not_yet] =
            ["responsibilities", "decisions", "grow", "interview", "example", "not yet"].map(str::to_owned);
        Self { responsibilities, decisions, grow, interview, example, not_yet, parts }
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
        Self {
            configured: false,
            title: title.to_owned(),
            description: None,
            base_url: None,
            language: "en".to_owned(),
            theme: "default".to_owned(),
            repository: None,
            feedback: None,
            edition: None,
            effective: None,
            changes_since: None,
            urls: UrlStyle::Pretty,
            scale: default_scale(),
            tracks: Vec::new(),
            owners: BTreeMap::new(),
            partners: Vec::new(),
            audiences: BTreeMap::new(),
            audience: None,
            kinds: BTreeMap::new(),
            sections: Vec::new(),
            words: Words::default(),
            compare: Vec::new(),
            evidence: Vec::new(),
            gone: Vec::new(),
            markdown: Markdown { definition_lists: false, smart_quotes: false, html: HtmlPolicy::Safe },
            hosts: Vec::new(),
            active: Vec::new(),
            publish: Publish::default(),
            health: None,
            check: BTreeMap::new(),
            extra: Table::default(),
        }
    }

    /// Reads `handbook.toml`; `title` is used if the file doesn't set one.
    ///
    /// # Errors
    /// Returns a `bad-configuration` finding if the file can't be parsed at all. Problems with
    /// individual keys are returned as findings along with the configuration.
    pub fn read(bytes: &[u8], title: &str) -> Result<(Self, Vec<Diagnostic>), Box<Diagnostic>> {
        let path = SourcePath::new(FILE);
        let text = Text::new(bytes).map_err(|at| {
            let span = crate::text::diagnostic::Span::new(at, at + 1);
            Box::new(Diagnostic::new(Rule::BadConfiguration, &path, Some(span), "this file is not UTF-8"))
        })?;
        if let Some(place) = conflict::find(&text.text).first() {
            let span = text.span(place.start, place.end);
            let finding = Diagnostic::new(Rule::BadConfiguration, &path, Some(span), conflict::MESSAGE);
            return Err(Box::new(finding.help(conflict::HELP)));
        }
        let table = front_matter::read(&text.text, 0, Format::Toml).map_err(|error| {
            let span = text.map(error.span);
            Box::new(Diagnostic::new(Rule::BadConfiguration, &path, Some(span), error.message).maybe_help(error.help))
        })?;
        let mut findings = Vec::new();
        for repeat in &table.duplicates {
            let message = format!("`{}` is written twice", repeat.key);
            findings.push(Diagnostic::new(Rule::DuplicateKey, &path, Some(repeat.second), message));
        }
        let context = Context { path: &path, owner: "handbook.toml" };
        let entries = fields::read(&table, &[HANDBOOK], context, &mut findings);
        let mut config = Self::bare(title);
        config.configured = true;
        config.publish.markdown = true;
        config.take_names(&entries);
        for (address, span) in entries.texts("base_url") {
            if let Some(help) = fault_of_base_url(&address) {
                let message = format!("`base_url` is no address of a site: `{address}`");
                findings.push(Diagnostic::new(Rule::BadValue, &path, Some(span), message).help(help));
            }
        }
        config.take_people(&entries, &path, &mut findings);
        config.take_scale(&entries, &path, &mut findings);
        config.take_rules(&entries, &path, &mut findings);
        for finding in &mut findings {
            if let Place::Content(_, Some(span)) = &mut finding.place {
                *span = text.map(*span);
            }
        }
        Ok((config, findings))
    }

    fn take_names(&mut self, entries: &Entries<'_>) {
        let text = |name: &str| entries.text(name).filter(|text| !text.trim().is_empty());
        if let Some(title) = text("title") {
            self.title = title;
        }
        self.description = text("description");
        self.base_url = text("base_url").map(|url| if url.ends_with('/') { url } else { format!("{url}/") });
        self.language = text("language").unwrap_or_else(|| "en".to_owned());
        self.theme = text("theme").unwrap_or_else(|| "default".to_owned());
        self.repository = text("repository");
        self.feedback = text("feedback");
        self.edition = text("edition");
        self.effective = text("effective");
        self.changes_since = text("changes_since");
        self.audience = text("audience");
        if text("urls").as_deref() == Some("file") {
            self.urls = UrlStyle::File;
        }
        if let Some(extra) = entries.table("extra") {
            self.extra = extra.clone();
        }
    }

    fn take_people(&mut self, entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) {
        for table in entries.tables("tracks") {
            let track = inner(table, "tracks");
            let Some(id) = track.text("id").or_else(|| track.text("title")) else {
                findings.push(Diagnostic::new(Rule::NeedsValue, path, table_span(table), "a track has no `id`"));
                continue;
            };
            let title = track.text("title").unwrap_or_else(|| id.clone());
            self.tracks.push(Track { id, title, family: track.text("family") });
        }
        for (name, table) in sub_tables(entries.table("owners")) {
            let owner = inner(table, "owners");
            let title = owner.text("name").unwrap_or_else(|| name.clone());
            let value = Owner { name: title, contact: owner.text("contact"), handle: owner.text("handle") };
            self.owners.insert(name, value);
        }
        for entry in entries.table("partners").iter().flat_map(|table| &table.entries) {
            if let Some(title) = fields::text_of(&entry.value) {
                self.partners.push((entry.key.clone(), title));
            }
        }
        for (name, table) in sub_tables(entries.table("audiences")) {
            let audience = inner(table, "audiences");
            let includes = audience.texts("includes").into_iter().map(|(name, _)| name).collect();
            let title = audience.text("title").unwrap_or_else(|| name.clone());
            let indexed = audience.boolean("indexed").unwrap_or(false);
            self.audiences.insert(name, Audience { title, includes, indexed });
        }
        self.check_audiences(entries, path, findings);
    }

    fn check_audiences(&self, entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) {
        let mut named: Vec<(String, crate::text::diagnostic::Span)> = entries.texts("audience");
        for (_, table) in sub_tables(entries.table("audiences")) {
            named.extend(inner(table, "audiences").texts("includes"));
        }
        if let Some(table) = entries.table("health") {
            named.extend(inner(table, "health").texts("audience"));
        }
        for table in entries.tables("gone") {
            named.extend(inner(table, "gone").texts("audience"));
        }
        for (name, span) in named {
            if !self.audiences.contains_key(&name) {
                findings.push(unknown_audience(&name, path, span, self));
            }
        }
    }

    fn take_scale(&mut self, entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) {
        let mut scale = Vec::new();
        for table in entries.tables("scale") {
            let level = inner(table, "scale");
            let (Some(number), Some(name)) = (level.integer("level"), level.text("name")) else {
                let message = "a level of the scale has no `level` or no `name`";
                findings.push(Diagnostic::new(Rule::NeedsValue, path, table_span(table), message));
                continue;
            };
            let means = level.text("means").unwrap_or_default();
            scale.push(Level { level: u8::try_from(number).unwrap_or(1), name, means });
        }
        let rising = scale.iter().enumerate().all(|(n, level)| usize::from(level.level) == n + 1);
        if !rising {
            let message = "the levels of the scale are not 1, 2, 3 … in this order";
            let span = entries.get("scale").map(|value| value.span);
            findings.push(Diagnostic::new(Rule::BadValue, path, span, message));
        } else if !scale.is_empty() {
            self.scale = scale;
        }
    }

    fn take_rules(&mut self, entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) {
        for entry in entries.table("kinds").iter().flat_map(|table| &table.entries) {
            if let Some(kind) = fields::text_of(&entry.value).and_then(|name| Kind::from_name(&name)) {
                self.kinds.insert(entry.key.clone(), kind);
            }
        }
        for entry in entries.table("sections").iter().flat_map(|table| &table.entries) {
            let Some(kind) = Kind::from_name(&entry.key) else {
                let help = did_you_mean(&nearest(&entry.key, Kind::NAMES.iter().copied(), 1));
                let message = format!("there is no kind `{}`", entry.key);
                findings.push(Diagnostic::new(Rule::UnknownKey, path, Some(entry.key_span), message).maybe_help(help));
                continue;
            };
            let headings = fields::texts_of(&entry.value).into_iter().map(|(text, _)| text).collect();
            self.sections.push((kind, headings));
        }
        if let Some(table) = entries.table("words") {
            self.words.take(&inner_of(table, fields::WORDS, "words"));
        }
        if let Some(Data::List(pairs)) = entries.get("compare").map(|value| &value.data) {
            self.compare = pairs.iter().map(fields::texts_of).collect();
        }
        self.evidence = evidence::take(entries, path, findings);
        self.gone = gone::take(entries, path, findings);
        if let Some(table) = entries.table("markdown") {
            let markdown = inner(table, "markdown");
            self.markdown.definition_lists = markdown.boolean("definition_lists").unwrap_or(false);
            self.markdown.smart_quotes = markdown.boolean("smart_quotes").unwrap_or(false);
        }
        if let Some(table) = entries.table("security") {
            let security = inner(table, "security");
            self.markdown.html = match security.text("html").as_deref() {
                Some("escape") => HtmlPolicy::Escape,
                Some("trusted") => HtmlPolicy::Trusted,
                _ => HtmlPolicy::Safe,
            };
            self.active = security.texts("active").into_iter().map(|(pattern, _)| pattern).collect();
            self.hosts = security.texts("hosts").into_iter().map(|(host, _)| host.to_lowercase()).collect();
        }
        if let Some(table) = entries.table("publish") {
            self.publish.take(&inner(table, "publish"), path, findings);
        }
        if let Some(table) = entries.table("health") {
            self.health = inner(table, "health").text("audience");
        }
        self.take_policy(entries.table("check"), path, findings);
    }

    fn take_policy(&mut self, check: Option<&Table>, path: &SourcePath, findings: &mut Vec<Diagnostic>) {
        for entry in check.iter().flat_map(|table| &table.entries) {
            let Some(rule) = Rule::from_name(&entry.key) else {
                let help = did_you_mean(&nearest(&entry.key, Rule::ALL.iter().map(|rule| rule.name()), 2));
                let message = format!("there is no finding called `{}`", entry.key);
                findings.push(Diagnostic::new(Rule::UnknownKey, path, Some(entry.key_span), message).maybe_help(help));
                continue;
            };
            let severity = match fields::text_of(&entry.value).as_deref() {
                Some("error") => Severity::Error,
                Some("warn") => Severity::Warning,
                Some("allow") => Severity::Allow,
                _ => continue,
            };
            if rule.is_firm() && severity != Severity::Error {
                let message = format!("`{}` is always an error: it keeps hidden text from being published", entry.key);
                let finding = Diagnostic::new(Rule::BadValue, path, Some(entry.value.span), message);
                findings.push(finding.help("remove this line"));
            }
            self.check.insert(rule, severity);
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

    /// Returns the level with this number.
    pub fn level_at(&self, number: u8) -> Option<&Level> {
        self.scale.iter().find(|level| level.level == number)
    }

    /// Returns the level that `name` probably means: a misspelled name, a name with a different
    /// ending, or a number such as `L2`.
    pub fn near_level(&self, name: &str) -> Option<&Level> {
        let folded = crate::text::path::fold(name);
        let digits = folded.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '_' | '.'));
        let prefix = folded[..folded.len() - digits.len()].trim_end_matches([' ', '-', '_', '.']);
        if matches!(prefix, "l" | "level" | "lvl" | "") && !digits.is_empty() {
            let number: u8 = digits.parse().ok()?;
            return self.level_at(number);
        }
        let most = |name: &str| if name.chars().count() >= 7 { 2 } else { 1 };
        let distance = |level: &&Level| strsim::damerau_levenshtein(&crate::text::path::fold(&level.name), &folded);
        let slip = self.scale.iter().min_by_key(distance).filter(|level| distance(level) <= most(&level.name));
        slip.or_else(|| {
            let mut alike =
                self.scale.iter().filter(|level| share_a_stem(&crate::text::path::fold(&level.name), &folded));
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    /// Returns help that suggests the level meant by `name`, or lists all levels.
    pub fn help_for_level(&self, name: &str) -> String {
        if let Some(level) = self.near_level(name) {
            return format!("did you mean `{}`?", level.name);
        }
        let levels: Vec<String> = self.scale.iter().map(|level| format!("{} {}", level.level, level.name)).collect();
        format!("the levels are {}", levels.join(", "))
    }

    /// Returns the level called `name`, which may be a number or a name.
    pub fn level(&self, name: &str) -> Option<u8> {
        let folded = crate::text::path::fold(name);
        let by_name = self.scale.iter().find(|level| crate::text::path::fold(&level.name) == folded);
        let by_number = || {
            let number: u8 = name.trim().parse().ok()?;
            self.level_at(number)
        };
        by_name.or_else(by_number).map(|level| level.level)
    }
}

/// Returns whether two words share a stem, such as `owner` and `owning`.
fn share_a_stem(a: &str, b: &str) -> bool {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let shorter = a.len().min(b.len());
    same >= 3 && same * 2 >= shorter && a.len().abs_diff(b.len()) <= 3 && !a.contains(' ')
}

impl Words {
    fn take(&mut self, entries: &Entries<'_>) {
        let names = ["accountable", "responsible", "consulted", "informed", "escalates_to"];
        for (slot, name) in self.parts.iter_mut().zip(names) {
            if let Some(word) = entries.text(name) {
                *slot = crate::text::path::fold(&word);
            }
        }
        if let Some(word) = entries.text("responsibilities") {
            self.responsibilities = crate::text::path::fold(&word);
        }
        if let Some(word) = entries.text("decisions") {
            self.decisions = crate::text::path::fold(&word);
        }
        if let Some(word) = entries.text("grow") {
            self.grow = crate::text::path::fold(&word);
        }
        if let Some(word) = entries.text("interview") {
            self.interview = crate::text::path::fold(&word);
        }
        for (slot, name) in [(&mut self.example, "example"), (&mut self.not_yet, "not_yet")] {
            if let Some(word) = entries.text(name) {
                *slot = crate::text::path::fold(word.trim_end().trim_end_matches(':'));
            }
        }
    }
}

/// Creates a finding about an undeclared audience.
pub fn unknown_audience(
    name: &str,
    path: &SourcePath,
    span: crate::text::diagnostic::Span,
    config: &Config,
) -> Diagnostic {
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

/// Returns the five levels used when `handbook.toml` doesn't declare any.
fn default_scale() -> Vec<Level> {
    let names = ["Learning", "Practising", "Owning", "Guiding", "Shaping"];
    (1..).zip(names).map(|(level, name)| Level { level, name: name.to_owned(), means: String::new() }).collect()
}

/// Reads a nested table again, without reporting any findings, because they were reported when the
/// outer table was read.
fn inner<'a>(table: &'a Table, field: &str) -> Entries<'a> {
    let list = HANDBOOK.iter().find(|f| f.name == field).map_or(&[][..], |f| inner_fields(f.shape));
    inner_of(table, list, field)
}

/// Returns the fields of the tables inside a value of this shape.
fn inner_fields(shape: fields::Shape) -> &'static [fields::Field] {
    match shape {
        fields::Shape::Table(list) => list,
        fields::Shape::List(inner) | fields::Shape::Map(inner) => inner_fields(*inner),
        _ => &[],
    }
}

fn inner_of<'a>(table: &'a Table, list: &'static [fields::Field], owner: &str) -> Entries<'a> {
    let path = SourcePath::new(FILE);
    fields::read(table, &[list], Context { path: &path, owner }, &mut Vec::new())
}

fn sub_tables(table: Option<&Table>) -> Vec<(String, &Table)> {
    let entries = table.iter().flat_map(|table| &table.entries);
    entries
        .filter_map(|entry| match &entry.value.data {
            Data::Table(inner) => Some((entry.key.clone(), inner)),
            _ => None,
        })
        .collect()
}

fn table_span(table: &Table) -> Option<crate::text::diagnostic::Span> {
    table.entries.first().map(|entry| entry.key_span)
}
