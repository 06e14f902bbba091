//! Runs the stages from sources to a checked handbook, and reuses what hasn't changed.
//!
//! Input: [`Sources`] and [`Choices`]. Output: [`Handbook`]: configuration, documents and book. Its
//! cache is keyed by content hash, and dropping it never changes a byte of the output. Never
//! renders, and never reads files.

mod documents;
mod doubtful;
mod insertable;
mod shelf;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::chapter::document::{Document, ReferenceNumber};
use crate::chapter::parse::{Outcome, names_of, parse};
use crate::chapter::redact::{self, Visible};
use crate::declare::config::{Config, FILE};
use crate::declare::generator::Generator;
use crate::declare::kind::Status;
use crate::declare::origin::{self, Origin};
use crate::declare::withheld;
use crate::model::book::{self, Book, ChapterId, Generated};
use crate::model::check::{Absent, Checker, Why};
use crate::model::health::Health;
use crate::model::link::Target;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};
use crate::text::source::{Hash, SourceFile, Sources};

pub use self::documents::{Documents, Notes, Reads};
pub use self::shelf::{Part, Shelf};

/// The user's options besides the sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The title to use if `handbook.toml` has none: the directory's name.
    pub title: String,
    /// Whether drafts are part of the site.
    pub drafts: bool,
    /// The audience to build for; `None` means the one in `handbook.toml`.
    pub audience: Option<String>,
    /// Whether chapters for any audience are included, whatever `audience` says. Commands that
    /// write into authors' files need them all.
    pub everyone: bool,
    /// The URL where the site will be served, which overrides the one in `handbook.toml`.
    pub base_url: Option<String>,
    /// Whether to use the last good state of a file that can't be parsed. Only the preview does.
    pub keep_last_good: bool,
}

/// A handbook, compiled but not rendered.
#[derive(Clone, Debug)]
pub struct Handbook {
    /// The handbook's configuration.
    pub config: Arc<Config>,
    /// The chapters, in the same order as in the book.
    pub documents: Documents,
    /// The names, links and relations of the chapters.
    pub book: Arc<Book>,
    /// The chapters that aren't part of this build.
    pub absent: Arc<Vec<Absent>>,
    /// The findings about single files, before the policy is applied.
    pub file_findings: Arc<Vec<Diagnostic>>,
    /// The files as they were when they could last be read, of documents that are still shown
    /// although their files can't be read now.
    pub kept: Arc<BTreeMap<SourcePath, SourceFile>>,
    /// Files of chapters of which an earlier build knows that all of their code has colors.
    pub colored: Arc<Colored>,
}

impl Handbook {
    /// Checks every reference. Returns all findings, sorted and with severities decided by the
    /// handbook's policy.
    #[must_use]
    pub fn findings(&self, strict: bool) -> Vec<Diagnostic> {
        let mut findings = self.file_findings.to_vec();
        findings.extend(self.checker().findings());
        self.config.judge(findings, strict)
    }

    /// Returns the target of a chapter's reference. Counts as reading the chapter.
    pub fn target(&self, chapter: ChapterId, reference: ReferenceNumber) -> &Target {
        self.documents.note(chapter.index());
        self.book.target(chapter, reference)
    }

    /// Lists the targets of a chapter's references. Counts as reading the chapter.
    pub fn targets(&self, chapter: ChapterId) -> &[Target] {
        self.documents.note(chapter.index());
        &self.book.links.targets[chapter.index()]
    }

    /// Lists the chapters that link to a chapter, sorted. Counts as reading the chapter that they link to.
    pub fn backlinks(&self, chapter: ChapterId) -> &[ChapterId] {
        self.documents.note(chapter.index());
        &self.book.links.backlinks[chapter.index()]
    }

    /// Returns whether any chapter links to a generated page. Counts as reading all chapters.
    pub fn links_to(&self, page: Generated) -> bool {
        self.documents.note_all();
        self.book.links.targets.iter().any(|targets| targets.contains(&Target::Generated(page)))
    }

    /// Returns the state of the handbook's upkeep. Counts as reading all chapters, because it depends on their links.
    pub fn health(&self) -> Health {
        self.documents.note_all();
        Health::of(&self.book, &self.config)
    }

    /// Returns a checker for the handbook's references.
    pub fn checker(&self) -> Checker<'_> {
        Checker::new(&self.book, &self.documents, &self.absent, &self.config)
    }
}

/// Compiles repeatedly and remembers the result for each file.
#[derive(Debug, Default)]
pub struct Compiler {
    /// The last configuration that could be read, without the user's choices.
    read: Option<Config>,
    /// The configuration of the last build, which the user's choices are part of.
    config: Option<Arc<Config>>,
    visible: Visible,
    parsed: Vec<Parsed>,
    insertable: insertable::Memory,
    last: Option<Last>,
    /// What an earlier build has parsed.
    shelf: Option<Arc<Shelf>>,
    /// The files of which it knows that all of their code has colors.
    colored: Arc<Colored>,
}

/// The maximum number of files that a thread takes at once, because one of them may be much longer than the
/// others.
const AT_ONCE: usize = 64;

/// Files by path and hash.
type Colored = BTreeSet<(SourcePath, Hash)>;

/// The result of parsing a chapter's file. Results are kept in path order, like [`Sources`], so
/// that none has to be looked up.
#[derive(Debug)]
struct Parsed {
    path: SourcePath,
    file: SourceFile,
    outcome: Outcome,
    /// The document from when the file could last be read, and the file as it was then; `None` if it
    /// can be read now.
    last_good: Option<(Document, SourceFile)>,
}

impl Parsed {
    /// Adds the last good state from `before`, which was parsed with the same configuration and for
    /// the same readers.
    fn new(path: &SourcePath, file: &SourceFile, outcome: Outcome, before: Option<&Self>) -> Self {
        let last_good = match &outcome {
            Outcome::Chapter(document) if !is_broken(&document.findings) => None,
            Outcome::Hidden(..) => None,
            _ => before.and_then(Self::good),
        };
        Self { path: path.clone(), file: file.clone(), outcome, last_good }
    }

    /// Returns what an earlier build has parsed.
    fn known(document: Document, path: &SourcePath, file: &SourceFile) -> Self {
        Self { path: path.clone(), file: file.clone(), outcome: Outcome::Chapter(document), last_good: None }
    }

    fn good(&self) -> Option<(Document, SourceFile)> {
        match &self.outcome {
            Outcome::Chapter(document) if !is_broken(&document.findings) => Some((document.clone(), self.file.clone())),
            _ => self.last_good.clone(),
        }
    }
}

/// The last book, and the hash of the `SUMMARY.md` that it was built with.
#[derive(Debug)]
struct Last {
    summary: Option<Hash>,
    book: Arc<Book>,
}

impl Compiler {
    /// Creates a compiler with an empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a compiler that uses what an earlier build has parsed.
    pub fn with_shelf(shelf: Arc<Shelf>) -> Self {
        Self { shelf: Some(shelf), ..Self::default() }
    }

    /// Compiles `sources`.
    ///
    /// # Errors
    /// Fails with `bad-configuration` if `handbook.toml` can't be read and there is no last good
    /// configuration to use instead.
    pub fn compile(&mut self, sources: &Sources, choices: &Choices) -> Result<Handbook, Box<Diagnostic>> {
        let (config, mut file_findings) = self.configure(sources, choices)?;
        let visible =
            if choices.everyone { Visible::everything() } else { Visible::of(config.audience.as_deref(), &config) };
        let doubtful = if choices.everyone { Vec::new() } else { doubtful::indexes(sources, &config) };
        let insertable = self.insertable.files(sources, &config, &visible, &doubtful);
        let config = if insertable.is_empty() { config } else { Arc::new(with_files(&config, insertable)) };
        let anew = self.config.as_ref() != Some(&config) || self.visible != visible;
        if anew {
            self.last = None;
        }
        self.config = Some(Arc::clone(&config));
        self.visible = visible;
        self.parse(sources, &config, anew);
        file_findings.extend(doubtful.iter().map(doubtful::Index::finding));
        let (documents, absent) = self.gather((choices, &config), &doubtful, &mut file_findings);
        let kept = Arc::new(self.kept(&documents));
        if documents.is_empty() {
            file_findings.extend(no_chapters(&absent));
        }
        let list = self.list(sources, &config);
        if let Some(place) = list.as_ref().and_then(|list| list.doubtful.as_ref()) {
            let message = "this looks like a mark for an audience and is not understood, so the list is not used";
            let span = Some(Span::new(place.start, place.end));
            file_findings.push(Diagnostic::new(Rule::AudienceMark, &SourcePath::new("SUMMARY.md"), span, message));
        }
        let withheld = || absent.iter().filter(|absent| absent.why == Why::Audience);
        let hidden = withheld().flat_map(|absent| absent.names.iter().cloned()).collect();
        let below: BTreeSet<&str> = withheld().flat_map(|absent| hides(&absent.path, &config)).collect();
        let mut assets = assets(sources, &config);
        // People who may not read what a folder is about may not have the files in it either.
        assets.retain(|path| !path.folders().any(|folder| below.contains(folder)));
        let list = list.as_ref().map(|list| &*list.text);
        let book = self.book(&documents, (hidden, assets, list), sources, &config);
        let (documents, absent, file_findings) = (Documents::new(documents), Arc::new(absent), Arc::new(file_findings));
        let colored = Arc::clone(&self.colored);
        Ok(Handbook { config, documents, book, absent, file_findings, kept, colored })
    }

    fn configure(
        &mut self,
        sources: &Sources,
        choices: &Choices,
    ) -> Result<(Arc<Config>, Vec<Diagnostic>), Box<Diagnostic>> {
        let read = match sources.bytes(&SourcePath::new(FILE)) {
            Some(bytes) => Config::read(bytes, &choices.title),
            None => Ok((Config::bare(&choices.title), Vec::new())),
        };
        // The last good configuration is the one in the file. The audience of the last build isn't
        // part of it, because the user may have chosen another one since.
        let (mut config, mut findings) = match (read, &self.read) {
            (Ok(read), _) => read,
            (Err(finding), Some(last)) if choices.keep_last_good => (last.clone(), vec![*finding]),
            (Err(finding), _) => return Err(finding),
        };
        take_from_origin(&mut config, sources, &choices.title);
        if choices.keep_last_good {
            self.read = Some(config.clone());
        }
        if let Some(base) = &choices.base_url {
            if let Some(help) = crate::declare::config::fault_of_base_url(base) {
                let message = format!("`--base-url {base}` is not the address of a site");
                findings.push(Diagnostic::at(Rule::BadConfiguration, Place::Handbook, message).help(help));
            }
            config.base_url = Some(if base.ends_with('/') { base.clone() } else { format!("{base}/") });
        }
        if let Some(name) = &choices.audience
            && !config.audiences.contains_key(name)
        {
            let known: Vec<&str> = config.audiences.keys().map(String::as_str).collect();
            let message = format!("no audience called `{name}`");
            let near = did_you_mean(&nearest(name, known.iter().copied(), 1));
            let near = near.map(|near| format!("{near} ")).unwrap_or_default();
            let help = match known.as_slice() {
                [] => "handbook.toml declares no audiences; leave out `--audience`".to_owned(),
                known => format!("{near}handbook.toml declares {}", known.join(", ")),
            };
            findings.push(Diagnostic::at(Rule::UnknownAudience, Place::Handbook, message).help(help));
        }
        if choices.audience.is_some() {
            config.audience.clone_from(&choices.audience);
        }
        Ok((Arc::new(config), findings))
    }

    /// Parses new and changed files, or all of them if `anew` is set, and forgets deleted ones. If
    /// `anew` is set, earlier states are forgotten too: they may contain text for other readers.
    fn parse<'a>(&mut self, sources: &'a Sources, config: &Config, anew: bool) {
        let files = sources.chapters().filter(|(path, _)| is_chapter(path, config));
        let files: Vec<(&SourcePath, &SourceFile)> = files.collect();
        // If no chapter was added or removed, what is known of the others can stay where it is.
        if !anew && files.iter().map(|(path, _)| *path).eq(self.parsed.iter().map(|parsed| &parsed.path)) {
            return self.parse_changed(&files, config);
        }
        let mut before = std::mem::take(&mut self.parsed).into_iter().peekable();
        let pair = |(path, file): (&'a SourcePath, &'a SourceFile)| {
            while before.next_if(|one| one.path < *path).is_some() {}
            (path, file, before.next_if(|one| one.path == *path))
        };
        let files: Vec<(&SourcePath, &SourceFile, Option<Parsed>)> = files.into_iter().map(pair).collect();
        let visible = &self.visible;
        // From now on, this compiler remembers the chapters itself.
        let shelf = self.shelf.take().filter(|_| !visible.is_everything());
        let shelf = shelf.as_ref().map(|shelf| shelf.part(config));
        let read = |(path, file, before): (&SourcePath, &SourceFile, Option<Parsed>)| match before {
            Some(before) if !anew && before.file.hash == file.hash => before,
            before => match shelf.and_then(|shelf| shelf.document(path, file)) {
                Some(known) => Parsed::known(known, path, file),
                None => Parsed::new(path, file, parse(path, file, config, visible), before.as_ref().filter(|_| !anew)),
            },
        };
        self.parsed = files.into_par_iter().with_max_len(AT_ONCE).map(read).collect();
        if anew {
            let of_shelf = |shelf: Part<'_>| {
                let files = self.parsed.iter().map(|parsed| (&parsed.path, parsed.file.hash));
                let colored = files.filter(|(path, hash)| shelf.is_colored(path, hash));
                colored.map(|(path, hash)| (path.clone(), hash)).collect()
            };
            self.colored = Arc::new(shelf.map(of_shelf).unwrap_or_default());
        }
    }

    /// Parses the files that have changed. The chapters must be the same as before. After a save, usually only
    /// one has changed.
    fn parse_changed(&mut self, files: &[(&SourcePath, &SourceFile)], config: &Config) {
        let visible = &self.visible;
        let changed = self.parsed.iter_mut().zip(files).filter(|(parsed, (_, file))| parsed.file.hash != file.hash);
        changed.collect::<Vec<_>>().into_par_iter().for_each(|(parsed, (path, file))| {
            *parsed = Parsed::new(path, file, parse(path, file, config, visible), Some(parsed));
        });
    }

    /// Returns the documents in path order and the absent chapters, and collects the findings about
    /// each file.
    fn gather(
        &self,
        (choices, config): (&Choices, &Config),
        doubtful: &[doubtful::Index],
        findings: &mut Vec<Diagnostic>,
    ) -> (Vec<Document>, Vec<Absent>) {
        let mut documents = Vec::with_capacity(self.parsed.len());
        let mut absent = Vec::new();
        for Parsed { path, outcome, last_good, .. } in &self.parsed {
            let mut leave_out = |why: Why, names: Arc<BTreeSet<String>>| {
                absent.push(Absent { path: path.clone(), why, names });
            };
            let part = withheld::part(path).filter(|_| !config.origin.is_collected(path));
            if part == Some(withheld::Part::Underscore) && !choices.everyone {
                leave_out(Why::Underscore, Arc::default());
                continue;
            }
            findings.extend(outcome.findings().iter().cloned());
            let last_good = last_good.as_ref().filter(|_| choices.keep_last_good).map(|(document, _)| document);
            let document = match outcome {
                Outcome::Hidden(_, names) => {
                    leave_out(Why::Audience, Arc::clone(names));
                    continue;
                }
                Outcome::Chapter(document) => Some(last_good.unwrap_or(document)),
                Outcome::Unreadable(_) => last_good,
            };
            let is_draft_by_path = part == Some(withheld::Part::Draft) || config.origin.drafts.contains(path);
            let is_draft = |document: &Document| document.meta.status == Status::Draft || is_draft_by_path;
            match document {
                None => leave_out(Why::Unreadable, Arc::default()),
                Some(_) if config.origin.excluded.contains(path) && !choices.everyone => {
                    leave_out(Why::Excluded, Arc::default());
                }
                Some(document) if is_draft(document) && !choices.drafts => leave_out(Why::Draft, Arc::default()),
                Some(document) => documents.push(document.clone()),
            }
        }
        take_out_below_hidden_indexes(&mut documents, &mut absent, (doubtful, config));
        (documents, absent)
    }

    /// Returns the files from which the `documents` were parsed that are shown in a last good state.
    fn kept(&self, documents: &[Document]) -> BTreeMap<SourcePath, SourceFile> {
        if self.parsed.iter().all(|parsed| parsed.last_good.is_none()) {
            return BTreeMap::new();
        }
        let shown: BTreeMap<&SourcePath, Hash> =
            documents.iter().map(|document| (&document.meta.path, document.body.source)).collect();
        let kept = |parsed: &Parsed| {
            let (_, file) = parsed.last_good.as_ref()?;
            (shown.get(&parsed.path) == Some(&file.hash)).then(|| (parsed.path.clone(), file.clone()))
        };
        self.parsed.iter().filter_map(kept).collect()
    }

    /// Returns the list of chapters without what its readers must not see.
    fn list<'a>(&self, sources: &'a Sources, config: &Config) -> Option<redact::List<'a>> {
        let text = std::str::from_utf8(sources.bytes(&SourcePath::new("SUMMARY.md"))?).ok()?;
        Some(redact::list(text, &self.visible, config))
    }

    /// Builds the book, or returns the last one if none of its inputs have changed.
    fn book(
        &mut self,
        documents: &[Document],
        (hidden, assets, list): (BTreeSet<String>, BTreeSet<SourcePath>, Option<&str>),
        sources: &Sources,
        config: &Config,
    ) -> Arc<Book> {
        let (metas, outlines): (Vec<_>, Vec<_>) = documents.iter().map(Document::for_model).unzip();
        // A static directory is published as a whole, and parts of it may be meant for fewer people
        // than the handbook. So it is left out if there are audiences.
        let generator = config.generator.or_else(|| Generator::of(sources)).filter(|_| config.audiences.is_empty());
        let statics = generator.filter(|generator| generator.static_folder().is_some());
        let summary_file = sources.files.get(&SourcePath::new("SUMMARY.md"));
        let summary = summary_file.map(|file| file.hash);
        if let Some(Last { summary: of_last, book }) = &self.last
            && *of_last == summary
            && *book.assets == assets
            && book.statics == statics
            && book.hidden == hidden
            && are_same(&book.chapters, &metas)
            && are_same(&book.outlines, &outlines)
        {
            return Arc::clone(book);
        }
        let (chapters, outlines, assets, hidden) = (&metas[..], &outlines[..], &assets, &hidden);
        let input = book::Input { chapters, outlines, assets, statics, hidden, summary: list, config };
        let book = Arc::new(match &self.last {
            Some(last) if last.summary == summary => book::book_again(input, &last.book),
            _ => book::Book::new(input),
        });
        self.last = Some(Last { summary, book: Arc::clone(&book) });
        book
    }
}

/// Returns the configuration with the files that chapters insert.
fn with_files(config: &Config, insertable: BTreeMap<SourcePath, origin::Insertable>) -> Config {
    let mut config = config.clone();
    config.origin.insertable = insertable;
    config
}

/// Takes what the generator knows that the content was written for. Settings of our own come first;
/// `title` is that of a handbook that sets none.
fn take_from_origin(config: &mut Config, sources: &Sources, title: &str) {
    config.generator = config.source.or_else(|| Generator::of(sources).filter(|_| !config.configured));
    if !config.reads_foreign() {
        return;
    }
    config.origin = Origin::read(config.generator, sources);
    let draws_formulas = || config.generator.map(|generator| generator.draws_formulas(sources));
    config.markdown.math = config.markdown.math.or_else(draws_formulas);
    let Some(settings) = config.generator.map(|generator| origin::settings(generator, sources)) else { return };
    if let Some(found) = settings.title.filter(|_| config.title == title) {
        config.title = found;
    }
    config.description = config.description.take().or(settings.description);
    config.base_url = config.base_url.take().or(settings.base_url);
    config.repository = config.repository.take().or(settings.repository);
    if let Some(language) = settings.language.filter(|_| !config.configured) {
        config.language = language;
    }
}

/// Lists the folders that a chapter hides if it is hidden itself: its own if it is the index, or may
/// be that of another generator. There, a chapter that is called like a folder is its page.
pub fn hides<'p>(path: &'p SourcePath, config: &Config) -> impl Iterator<Item = &'p str> {
    let own = path.may_be_index().then(|| path.folder());
    let is_page = config.reads_foreign() && path.is_chapter() && !path.is_index();
    own.into_iter().chain(is_page.then(|| path.without_extension()))
}

/// Moves chapters below a directory whose index is hidden or can't be read to the absent ones.
/// People who may not read what a directory is about may not read what is in it either.
fn take_out_below_hidden_indexes(
    documents: &mut Vec<Document>,
    absent: &mut Vec<Absent>,
    (doubtful, config): (&[doubtful::Index], &Config),
) {
    let hidden =
        absent.iter().filter(|absent| !matches!(absent.why, Why::Draft | Why::Excluded)).map(|absent| &absent.path);
    let mut folders: BTreeSet<&str> = hidden.filter(|path| path.is_index()).map(SourcePath::folder).collect();
    folders.extend(doubtful.iter().map(|index| index.path.folder()));
    if !config.audiences.is_empty() {
        let hidden = absent.iter().filter(|absent| matches!(absent.why, Why::Audience | Why::Unreadable));
        folders.extend(hidden.flat_map(|absent| hides(&absent.path, config)));
    }
    let folders: BTreeSet<String> = folders.into_iter().map(str::to_owned).collect();
    if folders.is_empty() {
        return;
    }
    let is_below = |path: &SourcePath| path.folders().any(|folder| folders.contains(folder));
    for document in documents.extract_if(.., |document| is_below(&document.meta.path)) {
        let names = Arc::new(names_of(&document.meta));
        absent.push(Absent { path: document.meta.path.clone(), why: Why::Audience, names });
    }
    absent.sort_by(|a, b| a.path.cmp(&b.path));
}

/// Explains why there are no pages to build. Returns `None` if another finding says so, or if the
/// reason must not be revealed to an audience.
fn no_chapters(absent: &[Absent]) -> Option<Diagnostic> {
    let (message, help) = if absent.is_empty() {
        ("there is no chapter here", "write `index.md`, or name the folder that contains the Markdown files")
    } else if absent.iter().all(|absent| matches!(absent.why, Why::Draft | Why::Underscore | Why::Excluded)) {
        ("every chapter here is marked as unfinished", "`--drafts` shows drafts")
    } else {
        return None;
    };
    Some(Diagnostic::at(Rule::NoChapters, Place::Handbook, message).help(help))
}

/// Returns whether a Markdown file is a chapter, rather than the list of chapters or a download.
fn is_chapter(path: &SourcePath, config: &Config) -> bool {
    path.is_chapter() && path.as_str() != "SUMMARY.md" && !config.publish.files.names(path)
}

/// Returns the files that chapters may refer to. Files that look like a program's settings or
/// secrets are included only if they are named in full.
fn assets(sources: &Sources, config: &Config) -> BTreeSet<SourcePath> {
    let is_open = |path: &&SourcePath| {
        let is_own = [FILE, "SUMMARY.md"].contains(&path.as_str()) || is_chapter(path, config);
        let is_apart = sources.outside.contains(*path) && !config.audiences.is_empty();
        let is_excluded = config.origin.excluded.contains(*path);
        !is_own
            && !is_apart
            && !is_excluded
            && (!withheld::is_secret(path.file_name()) || config.publish.files.names_exactly(path))
    };
    sources.files.keys().filter(is_open).cloned().collect()
}

fn are_same<T: PartialEq>(before: &[Arc<T>], after: &[Arc<T>]) -> bool {
    before.len() == after.len() && before.iter().zip(after).all(|(before, after)| book::is_same(before, after))
}

/// Returns whether a chapter's front matter couldn't be read, so that its earlier state is better.
fn is_broken(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.code == Rule::BadFrontMatter)
}

/// Returns the number of errors and of warnings.
pub fn count(findings: &[Diagnostic]) -> (usize, usize) {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    (errors, findings.len() - errors)
}
