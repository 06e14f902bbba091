//! Checks every reference and reports those that don't resolve.
//!
//! Input: the book and the documents that it was built from. Output: findings with file, line and
//! the nearest names. Never renders or reads files. The policy of `handbook.toml` is applied later
//! (see [`crate::declare::config::Config::judge`]).

mod brand;
mod foreign;
mod near;
mod shared;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use self::near::Near;
use self::shared::Sorted;
use crate::chapter::document::{Document, Facts, Form, Fragment, Reference, View};
use crate::declare::config::{Config, FILE, Scope};
use crate::declare::kind::Kind;
use crate::declare::withheld;
use crate::model::book::{At, Book, ChapterId, Generated, Remark, written_url};
use crate::model::embed;
use crate::model::link::{self, Target};
use crate::model::lint;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::near::did_you_mean;
use crate::text::path::{SourcePath, UrlPath, decode_percent, help_for_backslashes, join};
use crate::text::rule::Rule;

/// A chapter that is in the content directory but not part of this build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// The path of the chapter's file.
    pub path: SourcePath,
    /// The reason why it isn't part of the build.
    pub why: Why,
    /// The folded names that other chapters may use for this one; only the path if nothing more is
    /// known.
    pub names: Arc<BTreeSet<String>>,
}

/// The reason why a chapter isn't part of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The chapter is a draft.
    Draft,
    /// The name of the chapter's file, or of a directory above it, begins with an underscore.
    Underscore,
    /// The settings of another generator leave the chapter out.
    Excluded,
    /// The chapter is for another audience.
    Audience,
    /// The chapter can't be read.
    Unreadable,
}

/// Checks references against a book.
#[derive(Debug)]
pub struct Checker<'a> {
    book: &'a Book,
    documents: &'a [Document],
    config: &'a Config,
    near: Near<'a>,
    shared: shared::Memory<'a>,
}

impl<'a> Checker<'a> {
    /// Creates a checker from the book, its documents in the order of its chapters, the chapters
    /// that aren't part of this build, and the handbook's configuration.
    pub fn new(book: &'a Book, documents: &'a [Document], absent: &'a [Absent], config: &'a Config) -> Self {
        Checker {
            book,
            documents,
            config,
            near: Near::new(book, documents, absent, config),
            shared: shared::Memory::default(),
        }
    }

    /// Returns the problems with references and relations in all chapters.
    pub fn findings(&self) -> Vec<Diagnostic> {
        let chapters: Vec<ChapterId> = self.book.ids().collect();
        let sorted = chapters.into_par_iter().flat_map_iter(|chapter| self.sorted(chapter)).collect();
        let mut findings = shared::joined(sorted, self.config);
        // If a chapter isn't part of this build, another finding or a count says why.
        let missing = self.book.findings.iter().filter(|(path, _)| self.near.absent_at(path).is_none());
        findings.extend(missing.map(|(_, finding)| finding.clone()));
        let remarks = self.book.remarks().filter(|remark| !self.is_explained(remark));
        findings.extend(remarks.map(|remark| self.placed(remark)));
        findings.extend(embed::check(self.book, self.documents));
        findings.extend(self.pairs());
        findings.extend(self.evidence());
        findings.extend(self.gone());
        let near = |path: &str| did_you_mean(&self.near.assets(path));
        findings.extend(brand::findings(self.book, self.config, near));
        findings.extend(self.templates());
        findings.extend(foreign::findings(self.documents, self.config));
        findings.extend(lint::all(self.book, self.config).iter().map(|remark| self.placed(remark)));
        findings
    }

    /// Returns the problems with one chapter's references.
    pub fn of_chapter(&self, chapter: ChapterId) -> Vec<Diagnostic> {
        shared::joined(self.sorted(chapter), self.config)
    }

    /// Returns the problems with one chapter's references, each with the cause that others may share.
    fn sorted(&self, chapter: ChapterId) -> Vec<Sorted> {
        let document = &self.documents[chapter.index()];
        let spans = &document.body.reference_spans;
        // If a party of a decision is written as a link, it is parsed twice. The finding about the
        // decision has the better message.
        let references = document.outline.references.iter().zip(spans);
        let parties = references.clone().filter(|(reference, _)| reference.form == Form::Party);
        let parties: BTreeSet<Span> = parties.map(|(_, span)| *span).collect();
        let mut findings = Vec::new();
        for (number, (reference, span)) in (0..).zip(references) {
            if reference.form == Form::Wiki && parties.contains(span) {
                continue;
            }
            let target = self.book.target(chapter, number);
            let Some(finding) = self.judge(reference, target, chapter) else { continue };
            let place = Place::Content(document.meta.path.clone(), Some(*span));
            findings.push((self.cause(reference, target, chapter), Diagnostic { place, ..finding }));
        }
        shared::separate_few(&mut findings);
        findings.extend(self.empty_ladder(document).map(|finding| (None, finding)));
        findings
    }

    /// Reports a chapter that shows a ladder that the handbook doesn't have.
    fn empty_ladder(&self, document: &Document) -> Option<Diagnostic> {
        let is_ladder = |view: &View| matches!(view, View::Ladder { .. });
        if !document.body.views.iter().any(is_ladder) || Generated::Ladder.exists(self.book) {
            return None;
        }
        let message = "this chapter shows the ladder, and no role has a rank or a next step";
        let finding = Diagnostic::new(Rule::MissingRank, &document.meta.path, None, message);
        Some(finding.help("add `rank: 1` or `grows_into` to the roles"))
    }

    fn judge(&self, reference: &Reference, target: &Target, from: ChapterId) -> Option<Diagnostic> {
        let path = &self.book.meta(from).path;
        let name = &reference.target;
        let (code, message, help) = match target {
            Target::Chapter(..)
            | Target::Folder(_)
            | Target::Generated(_)
            | Target::Asset(_)
            | Target::OtherSite(..)
            | Target::Partner(_) => return None,
            Target::DeadAnchor(chapter) => {
                let (message, help) = self.dead_anchor(reference, *chapter, from);
                (Rule::DeadAnchor, message, help)
            }
            Target::WrongKind(chapter) => {
                let wanted = match reference.form {
                    Form::Field(kind) => kind.with_article(),
                    _ => "a role or a partner",
                };
                let kind = self.book.meta(*chapter).kind.with_article();
                (Rule::UnknownChapter, format!("`{name}` is {kind}, not {wanted}"), None)
            }
            Target::Ambiguous(several) => {
                let names: Vec<String> = several.iter().map(|c| format!("`{}`", self.book.meta(*c).path)).collect();
                let message = format!("`{name}` could be {}", names.join(" or "));
                let help = if several.iter().all(|chapter| self.book.is_shared(*chapter)) {
                    let ids: Vec<String> = several.iter().map(|c| format!("`{}`", self.book.id(*c))).collect();
                    format!("say which family you mean: {}", ids.join(" or "))
                } else {
                    let paths = several.iter().map(|chapter| self.book.meta(*chapter).path.without_extension());
                    // A path that is what was written would be ambiguous again.
                    let path = paths.rev().find(|path| path != name).unwrap_or_default();
                    format!("write the path, such as `{path}`, or give one of them another name")
                };
                (Rule::AmbiguousLink, message, Some(help))
            }
            Target::Hidden => {
                let message = format!("`{name}` isn't visible to this audience");
                (Rule::HiddenLink, message, self.absent_at(reference, from).map(why_absent))
            }
            Target::Dead => self.dead(reference, from),
        };
        Some(Diagnostic::new(code, path, None, message).maybe_help(help))
    }

    /// Returns the rule, message and help for a reference without a target.
    fn dead(&self, reference: &Reference, from: ChapterId) -> (Rule, String, Option<String>) {
        let path = &self.book.meta(from).path;
        let name = &reference.target;
        let no_chapter = || (format!("no chapter called `{name}`"), self.help_for_name(name, None));
        let (code, (message, help)) = match reference.form {
            Form::Wiki | Form::Embed => (Rule::DeadLink, self.no_level(name).unwrap_or_else(no_chapter)),
            Form::AnyField => (Rule::UnknownChapter, no_chapter()),
            Form::Field(kind) => {
                let message = format!("no {} called `{name}`", kind_words(kind));
                (Rule::UnknownChapter, (message, self.help_for_name(name, Some(kind))))
            }
            Form::Party => {
                let message = format!("no role or partner called `{name}`");
                (Rule::UnknownChapter, (message, self.help_for_party(name)))
            }
            Form::Image => (Rule::MissingFile, (format!("no file at `{name}`"), self.help_for_asset(name, path))),
            Form::Relative if name.is_empty() => {
                let help = "write the target between the parentheses".to_owned();
                (Rule::DeadLink, ("this link has no target".to_owned(), Some(help)))
            }
            Form::Relative => (Rule::DeadLink, self.no_path(name, from)),
        };
        let help = if matches!(reference.form, Form::Field(_) | Form::AnyField | Form::Party) {
            help_for_several(name).or(help)
        } else {
            help
        };
        (code, message, help_for_backslashes(name).or(help))
    }

    /// Returns the message and help for `[[competency@level]]` with a level that no scale has.
    fn no_level(&self, name: &str) -> Option<(String, Option<String>)> {
        let (competency, level) = name.rsplit_once('@')?;
        let [chapter] = self.book.names.find(competency) else { return None };
        let meta = self.book.meta(*chapter);
        let Facts::Competency(_) = &meta.facts else { return None };
        let help = self.config.help_for_level(level, Scope::of_family(meta.family.as_deref()));
        Some((format!("`{competency}` has no level `{level}`"), Some(help)))
    }

    /// Returns the message and help for a link to a file that isn't on the site.
    fn no_path(&self, name: &str, from: ChapterId) -> (String, Option<String>) {
        let help = with_scheme(name).map(|address| format!("did you mean `{address}`?"));
        let joined = join(self.book.meta(from).path.folder(), name);
        if help.is_none() && joined.as_deref().is_some_and(is_below_dot) {
            let message = format!(
                "`{name}` isn't on this site, because files and folders whose names begin with `.` aren't published"
            );
            return (message, Some("link to it on the code host".to_owned()));
        }
        let is_underscore = |path: &str| {
            let absent = self.near.absent_at(SourcePath::new(path).without_extension());
            absent.is_some_and(|absent| absent.why == Why::Underscore)
        };
        let message = match joined.map(|path| path.trim_end_matches('/').to_owned()) {
            Some(path) if self.config.reads_foreign() && is_underscore(&path) => format!("`{name}` isn't on this site"),
            _ => format!("no chapter or file at `{name}`"),
        };
        (message, help.or_else(|| self.help_for_path(name, from)))
    }

    /// Returns the chapter that a reference would resolve to in another build.
    fn absent_at(&self, reference: &Reference, from: ChapterId) -> Option<&Absent> {
        self.near.hidden(&link::hidden_key(reference, from, self.book)?)
    }

    /// Suggests names that a link may have meant, or says why the chapter that it names isn't part
    /// of the build.
    fn help_for_name(&self, name: &str, kind: Option<Kind>) -> Option<String> {
        match self.near.absent(name) {
            Some(absent) => Some(why_absent(absent)),
            None if kind.is_none() && name == Generated::Ladder.name() => {
                Some("there is no ladder yet: add `rank: 1` or `grows_into` to the roles".to_owned())
            }
            None => did_you_mean(&self.near.called(name, kind)),
        }
    }

    fn help_for_party(&self, name: &str) -> Option<String> {
        did_you_mean(&self.near.parties(name)).or_else(|| {
            let message = "name a role, or declare a partner under `[partners]` in handbook.toml";
            self.config.configured.then(|| message.to_owned())
        })
    }

    fn help_for_asset(&self, name: &str, from: &SourcePath) -> Option<String> {
        let path = join(from.folder(), name);
        let near = || did_you_mean_paths(&self.near.assets(path.as_deref().unwrap_or(name)), from);
        help_for_secret(name).or_else(near)
    }

    /// Suggests chapters with the same file name, or otherwise those with similar paths.
    fn help_for_path(&self, name: &str, from: ChapterId) -> Option<String> {
        if let Some(help) = help_for_secret(name) {
            return Some(help);
        }
        let path = &self.book.meta(from).path;
        let Some(wanted) = join(path.folder(), name) else {
            return Some("it leads outside the content folder".to_owned());
        };
        let wanted = SourcePath::new(wanted);
        let wanted = wanted.without_extension();
        match self.near.absent_at(wanted) {
            Some(absent) => Some(why_absent(absent)),
            None => did_you_mean_paths(&self.near.chapters(wanted), path),
        }
    }

    /// Returns the message and help for a reference whose anchor doesn't exist.
    fn dead_anchor(&self, reference: &Reference, to: ChapterId, from: ChapterId) -> (String, Option<String>) {
        let meta = self.book.meta(to);
        let whose = if to == from { "this chapter".to_owned() } else { format!("`{}`", meta.title) };
        match &reference.fragment {
            Some(Fragment::Level(level)) => {
                let help = match &meta.facts {
                    Facts::Competency(_) => self.config.help_for_level(level, Scope::of_family(meta.family.as_deref())),
                    _ => format!("it is {}, and only competencies have levels", meta.kind.with_article()),
                };
                (format!("{whose} has no level `{level}`"), Some(help))
            }
            Some(Fragment::Anchor(anchor)) => {
                let near = did_you_mean(&self.near.anchors(to, anchor));
                if !matches!(reference.form, Form::Field(_)) {
                    return (format!("{whose} has no heading or anchor `{anchor}`"), near);
                }
                let first = meta.facts.statements().first();
                let such_as = first.map(|first| format!("{}#{}", reference.target, first.id));
                let such_as = such_as.map(|anchor| format!("name a statement's anchor, such as `{anchor}`"));
                (format!("{whose} has no statement `{anchor}`"), near.or(such_as))
            }
            None => (format!("{whose} has no such heading or anchor"), None),
        }
    }

    /// Returns whether another finding of the chapter already explains a remark: writing `lead_by`
    /// for `led_by` is a single mistake, and so is front matter that can't be read.
    fn is_explained(&self, remark: &Remark) -> bool {
        let findings = &self.documents[remark.chapter.index()].findings;
        if is_unread(findings) && remark.finding.code != Rule::CollidingUrl {
            return true;
        }
        let field = match remark.finding.code {
            Rule::StrategyLead => "`led_by`",
            Rule::NeedsValue => "`chapters`",
            _ => return false,
        };
        let is_about = |finding: &&Diagnostic| {
            let words = finding.help.iter().chain([&finding.message]);
            [Rule::UnknownKey, Rule::WrongType, Rule::BadValue].contains(&finding.code)
                && words.into_iter().any(|text| text.contains(field))
        };
        findings.iter().any(|finding| is_about(&finding))
    }

    /// Returns the finding of a remark with its place in the file.
    pub fn placed(&self, remark: &Remark) -> Diagnostic {
        let body = &self.documents[remark.chapter.index()].body;
        let field = |name: &str| body.field_spans.iter().find(|(field, _)| *field == name).map(|(_, span)| *span);
        let span = match remark.at {
            At::Field(name) => field(name),
            At::Reference(n) => body.reference_spans.get(n as usize).copied(),
            At::Statement(n) => body.statement_spans.get(n as usize).copied(),
            At::Heading(n) => body.blocks.iter().find(|block| block.heading == Some(n)).map(|block| block.span),
            At::Title => field("title").or_else(|| body.blocks.iter().find(|b| b.heading.is_some()).map(|b| b.span)),
            At::Chapter => None,
        };
        let place = Place::Content(self.book.meta(remark.chapter).path.clone(), span);
        Diagnostic { place, ..remark.finding.clone() }
    }

    /// Checks the pairs that `handbook.toml` lists under `compare`.
    fn pairs(&self) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for pair in &self.config.compare {
            if pair.len() != 2 {
                let message = format!("each pair under `compare` must have two roles, but this one has {}", pair.len());
                findings.push(in_config(Rule::BadValue, pair.first().map(|(_, span)| *span), message));
            }
            findings.extend(pair.iter().filter_map(|(name, span)| self.unknown(name, *span, Kind::Role)));
        }
        findings
    }

    /// Checks the competencies that `handbook.toml` lists under `evidence`.
    fn evidence(&self) -> Vec<Diagnostic> {
        let named = self.config.evidence.iter().flat_map(|evidence| &evidence.competencies);
        named.filter_map(|(name, span)| self.unknown(name, *span, Kind::Competency)).collect()
    }

    /// Reports templates that can't be downloaded, because a chapter has the path of their file.
    fn templates(&self) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for (chapter, document) in self.book.ids().zip(self.documents) {
            for code in &document.body.code {
                let Some(template) = &code.template else { continue };
                if self.book.template_path(chapter, template).is_none() {
                    let message = format!("a chapter has the address of the template `{}`", template.id);
                    let finding = Diagnostic::new(Rule::CollidingUrl, &document.meta.path, Some(code.span), message);
                    findings.push(finding.help("give the template another name"));
                }
            }
        }
        findings
    }

    /// Reports a name in `handbook.toml` that no chapter of `kind` has.
    fn unknown(&self, name: &str, span: Span, kind: Kind) -> Option<Diagnostic> {
        let found = self.book.names.find(name);
        if found.iter().any(|chapter| self.book.meta(*chapter).kind == kind) {
            return None;
        }
        let finding = in_config(Rule::UnknownChapter, Some(span), format!("no {} called `{name}`", kind.name()));
        Some(finding.maybe_help(self.help_for_name(name, Some(kind))))
    }

    /// Checks the pages that `handbook.toml` says are gone: each must not exist, must be listed
    /// once, and must name a single chapter to read instead.
    fn gone(&self) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let mut said = BTreeSet::new();
        for gone in &self.config.gone {
            let (written, span) = &gone.path;
            let url = written_url(written, self.book.urls_style);
            let is_there = self.book.urls.contains(&url) || self.book.redirects.contains_key(&url);
            if is_there || self.book.tree.nodes.iter().any(|node| node.url == url) {
                let message = format!("`{written}` still exists, so it can't be gone");
                findings.push(in_config(Rule::BadValue, Some(*span), message).help("remove the entry"));
            } else if !said.insert(url) {
                let message = format!("`{written}` is listed as gone twice");
                findings.push(in_config(Rule::BadValue, Some(*span), message).help("remove one of them"));
            }
            let Some((name, span)) = &gone.see else { continue };
            let message = match self.book.names.find(name) {
                [_] => continue,
                [] if self.near.absent(name).is_some() => continue,
                [] if self.config.publish.other_site("", name).is_some() => continue,
                [] => format!("no chapter called `{name}`"),
                _ => format!("`{name}` could be several chapters"),
            };
            let finding = in_config(Rule::UnknownChapter, Some(*span), message);
            findings.push(finding.maybe_help(self.help_for_name(name, None)));
        }
        findings
    }
}

/// Creates a finding in `handbook.toml`.
fn in_config(code: Rule, span: Option<Span>, message: String) -> Diagnostic {
    Diagnostic::new(code, &SourcePath::new(FILE), span, message)
}

/// Returns whether a chapter's front matter couldn't be read. What is missing from it as a result
/// isn't another mistake.
fn is_unread(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| matches!(finding.code, Rule::BadFrontMatter | Rule::MergeConflict))
}

/// Returns whether a path is in a folder that isn't read, because its name begins with a dot.
fn is_below_dot(path: &str) -> bool {
    path.split('/').any(|part| part.len() > 1 && part.starts_with('.') && part != ".." && part != ".well-known")
}

/// Suggests a list if a field names several chapters or parties in one text.
fn help_for_several(name: &str) -> Option<String> {
    let names: Vec<&str> = name.split(',').map(str::trim).collect();
    (names.len() > 1).then(|| format!("to name several, write a list: `[{}]`", names.join(", ")))
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Strategy => "strategy chapter",
        kind => kind.name(),
    }
}

/// If a link looks like an external URL without its scheme, returns the URL with a scheme.
fn with_scheme(name: &str) -> Option<String> {
    const TOP_LEVELS: &[&str] = &[
        "com", "org", "net", "io", "dev", "app", "co", "ai", "edu", "gov", "eu", "de", "at", "ch", "uk", "us", "fr",
        "nl", "es", "it", "se", "ca", "au", "jp", "info", "cloud", "tech", "example",
    ];
    let is_host = |host: &str| {
        let last = host.rsplit('.').next().unwrap_or_default();
        let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        host.contains('.') && host.split('.').all(is_label) && (host.starts_with("www.") || TOP_LEVELS.contains(&last))
    };
    if let Some((_, behind)) = name.split_once('@').filter(|(user, _)| !user.contains('/') && !user.contains(' ')) {
        return match behind.split_once(':') {
            Some((host, path)) if is_host(host) => Some(format!("https://{host}/{path}")),
            None if is_host(behind) => Some(format!("mailto:{name}")),
            _ => None,
        };
    }
    let host = name.split(['/', ':']).next().unwrap_or_default();
    is_host(host).then(|| format!("https://{name}"))
}

/// Explains that a file is missing because it looks like a program's settings or secrets.
fn help_for_secret(name: &str) -> Option<String> {
    let is_secret = withheld::is_secret(name.rsplit('/').next().unwrap_or(name));
    let help =
        "a file of settings or secrets is never published, unless `[publish] files` in handbook.toml names it in full";
    is_secret.then(|| help.to_owned())
}

fn why_absent(absent: &Absent) -> String {
    let path = &absent.path;
    match absent.why {
        Why::Draft => format!("`{path}` is a draft: build with `--drafts`, or mark it as finished"),
        Why::Underscore => {
            format!("`{path}` is not published, since its name or its folder's begins with `_`: rename it")
        }
        Why::Excluded => {
            format!("`{path}` is not published, since the settings of the generator that it was written for exclude it")
        }
        Why::Audience => {
            format!("`{path}` is not for the audience of this build: put the link into a block for the same audience")
        }
        Why::Unreadable => format!("`{path}` could not be read"),
    }
}

/// Formats `paths` as a question, each path as a link from the chapter at `from`.
fn did_you_mean_paths(paths: &[&str], from: &SourcePath) -> Option<String> {
    let links: Vec<String> = paths.iter().map(|path| relative(from, path)).collect();
    did_you_mean(&links.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Returns `to` as a link from the chapter at `from`.
fn relative(from: &SourcePath, to: &str) -> String {
    let link = UrlPath::new(from.as_str()).link_to(&UrlPath::new(to));
    decode_percent(&link).unwrap_or(link)
}
