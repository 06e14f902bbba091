//! Resolves references between chapters.
//!
//! Input: a chapter's references, and the names, tree and assets of the [`Index`]. Output: a
//! [`Target`] for each reference, including those that don't resolve. Never reads files, reports
//! problems (see `check`) or stops a build.

mod elsewhere;
mod foreign;

pub use self::elsewhere::has_labels;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use crate::chapter::document::{Facts, Form, Fragment, Meta, Outline, Reference, ReferenceNumber};
use crate::chapter::parse::qualified;
use crate::declare::config::{Config, Scope, UrlStyle};
use crate::declare::generator::Generator;
use crate::declare::kind::Kind;
use crate::model::index::{ChapterId, Generated, Index, NodeId, folder_url, name_key, precedence};
use crate::text::path::{SourcePath, UrlPath, fold, join};
use crate::text::slug::slug;

/// The target of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A chapter, and optionally an anchor in it.
    Chapter(ChapterId, Option<String>),
    /// An existing chapter, but no such anchor in it.
    DeadAnchor(ChapterId),
    /// An existing chapter, but of a kind that the field doesn't accept.
    WrongKind(ChapterId),
    /// The page of a directory without an index.
    Folder(NodeId),
    /// A page generated from the model.
    Generated(Generated),
    /// A file that isn't a chapter.
    Asset(SourcePath),
    /// A page that another build writes into a folder of this site, and optionally an anchor in it.
    /// Whether the page exists isn't known.
    OtherSite(UrlPath, Option<String>),
    /// A partner from `handbook.toml`, by its index in the list.
    Partner(u32),
    /// Several chapters that match equally well.
    Ambiguous(Vec<ChapterId>),
    /// A chapter that this audience can't see. Nothing about it is known here.
    Hidden,
    /// No match.
    Dead,
}

impl Target {
    /// Returns the chapter, if the target is one.
    fn chapter(&self) -> Option<ChapterId> {
        match self {
            Self::Chapter(chapter, _) => Some(*chapter),
            _ => None,
        }
    }
}

/// The target of each reference, and the chapters that link to each chapter.
#[derive(Debug)]
pub struct Links {
    /// The targets of each chapter's references, in the order of [`Outline::references`].
    pub targets: Vec<Arc<[Target]>>,
    /// The chapters that link to each chapter, sorted and without duplicates. A chapter's links to
    /// itself don't count.
    pub backlinks: Arc<Vec<Vec<ChapterId>>>,
}

impl Links {
    /// Resolves every reference of every chapter.
    pub fn new(index: &Index, config: &Config) -> Self {
        let targets = Resolver::new(index, config).all();
        let backlinks = Arc::new(backlinks(&targets));
        Self { targets, backlinks }
    }

    /// Builds the links from resolved targets. Shares the backlinks of `last` if they are the same.
    pub fn again(targets: Vec<Arc<[Target]>>, last: &Self) -> Self {
        let is_same = lead_to_the_same(&last.targets, &targets);
        let backlinks = if is_same { Arc::clone(&last.backlinks) } else { Arc::new(backlinks(&targets)) };
        Self { targets, backlinks }
    }

    /// Returns the target of a reference.
    pub fn target(&self, chapter: ChapterId, reference: ReferenceNumber) -> &Target {
        self.targets[chapter.index()].get(reference as usize).unwrap_or(&Target::Dead)
    }

    /// Returns the chapter that a reference points to, if any.
    pub fn target_chapter(&self, chapter: ChapterId, reference: ReferenceNumber) -> Option<ChapterId> {
        self.target(chapter, reference).chapter()
    }
}

fn backlinks(targets: &[Arc<[Target]>]) -> Vec<Vec<ChapterId>> {
    let mut lists: Vec<Vec<ChapterId>> = vec![Vec::new(); targets.len()];
    for (from, targets) in (0..).map(ChapterId).zip(targets) {
        for to in targets.iter().filter_map(Target::chapter).filter(|to| *to != from) {
            if lists[to.index()].last() != Some(&from) {
                lists[to.index()].push(from);
            }
        }
    }
    lists
}

/// Returns whether each chapter still links to the same chapters as before.
fn lead_to_the_same(before: &[Arc<[Target]>], after: &[Arc<[Target]>]) -> bool {
    let is_same =
        |a: &[Target], b: &[Target]| a.iter().filter_map(Target::chapter).eq(b.iter().filter_map(Target::chapter));
    before.iter().zip(after).all(|(a, b)| Arc::ptr_eq(a, b) || is_same(a, b))
}

/// Resolves references against an index.
#[derive(Debug)]
pub struct Resolver<'a> {
    book: &'a Index,
    config: &'a Config,
    /// The anchors of chapters that references with unknown anchors point to, collected once per
    /// chapter.
    anchors: Mutex<HashMap<ChapterId, Arc<Anchors<'a>>>>,
    /// The labels of `MyST`, which links in all chapters may use, collected when a link needs them.
    labels: OnceLock<HashMap<String, (ChapterId, &'a str)>>,
    /// The chapters of Hugo by their top folder and the last part of their URL, collected when a link
    /// needs them.
    dated: OnceLock<HashMap<(&'a str, &'a str), Option<ChapterId>>>,
}

/// Maps every name that a link may use for an anchor of one chapter to that anchor. If several
/// anchors share a name, the first one counts.
#[derive(Debug, Default)]
struct Anchors<'a> {
    /// Anchors by their folded spelling.
    folded: HashMap<String, &'a str>,
    /// Anchors of headings, by the folded text and by the slug.
    headings: HashMap<String, (usize, &'a str)>,
    slugs: HashMap<String, (usize, &'a str)>,
}

impl<'a> Resolver<'a> {
    /// Creates a resolver from the index and the handbook's configuration.
    pub fn new(book: &'a Index, config: &'a Config) -> Self {
        Resolver { book, config, anchors: Mutex::default(), labels: OnceLock::new(), dated: OnceLock::new() }
    }

    /// Resolves every reference of every chapter, in the order of [`Outline::references`].
    pub fn all(&self) -> Vec<Arc<[Target]>> {
        let chapters: Vec<ChapterId> = self.book.ids().collect();
        chapters.into_par_iter().map(|from| self.chapter(from)).collect()
    }

    /// Resolves every reference of one chapter.
    pub fn chapter(&self, from: ChapterId) -> Arc<[Target]> {
        self.book.outline(from).references.iter().map(|reference| self.resolve(reference, from)).collect()
    }

    /// Returns the target of `reference` in the chapter `from`.
    pub fn resolve(&self, reference: &Reference, from: ChapterId) -> Target {
        match (self.resolve_here(reference, from), &reference.fragment) {
            (Target::DeadAnchor(chapter), Some(Fragment::Anchor(label))) => {
                self.at_label(label).unwrap_or(Target::DeadAnchor(chapter))
            }
            (Target::Dead, None) => self.at_label(&reference.target).unwrap_or(Target::Dead),
            (found, _) => found,
        }
    }

    /// Returns the target of `reference` in the chapter `from`, apart from labels.
    fn resolve_here(&self, reference: &Reference, from: ChapterId) -> Target {
        let book = self.book;
        let found = match reference.form {
            Form::Relative | Form::Image => self.by_file(reference, from),
            Form::Wiki | Form::Embed => self.by_name(reference, from),
            Form::Field(kind) => of_kind(book.names.find(&reference.target), kind, from, book),
            Form::AnyField => one_of(&nearest_family(book.names.find(&reference.target), from, book)),
            Form::Party => party(&reference.target, from, book, self.config),
        };
        // The chapter of the referring chapter's own family comes first, even if it is hidden.
        if is_hidden_in_family(&found, reference, from, book) {
            return Target::Hidden;
        }
        match (found, &reference.fragment) {
            (Target::Chapter(chapter, None), Some(fragment)) => {
                let track = match &book.meta(from).facts {
                    Facts::Role(role) => role.track.as_deref(),
                    _ => None,
                };
                self.in_chapter(chapter, fragment, track)
            }
            (Target::Dead, _) if is_hidden(reference, from, book) => Target::Hidden,
            (Target::Dead, _) => other_site(reference, book.meta(from).path.folder(), self.config),
            (found, _) => found,
        }
    }

    /// Returns the place in a chapter that a reference from a role of `track`, or from another
    /// chapter, points to.
    fn in_chapter(&self, chapter: ChapterId, fragment: &Fragment, track: Option<&str>) -> Target {
        let (meta, outline) = (self.book.meta(chapter), self.book.outline(chapter));
        let found = match fragment {
            // An empty fragment and `top` are the top of the page (WHATWG HTML, 7.4.6.4); `:~:`
            // searches for text.
            Fragment::Anchor(anchor) if anchor.is_empty() || anchor == "top" || anchor.starts_with(":~:") => {
                return Target::Chapter(chapter, None);
            }
            Fragment::Anchor(anchor) if outline.anchors.contains(anchor) => Some(anchor.clone()),
            Fragment::Anchor(anchor) => {
                let found = self.anchors_of(chapter).find(anchor, outline);
                if found.is_none() && self.config.reads_foreign() {
                    return self.in_foreign(chapter, anchor);
                }
                found
            }
            Fragment::Level(level) => level_in(meta, level, self.config, track),
        };
        found.map_or(Target::DeadAnchor(chapter), |anchor| Target::Chapter(chapter, Some(anchor)))
    }

    /// Returns the place that another program means by an anchor: a heading below another one
    /// (`One#Two`), a block (`^id`), a heading by the program's own spelling, or the top of the page.
    fn in_foreign(&self, chapter: ChapterId, anchor: &str) -> Target {
        let (meta, outline) = (self.book.meta(chapter), self.book.outline(chapter));
        let anchors = self.anchors_of(chapter);
        let last = anchor.rsplit('#').next().filter(|last| last.len() < anchor.len());
        let bare = anchor.strip_prefix('^');
        let found = last.or(bare).and_then(|name| anchors.find(name, outline));
        match found.or_else(|| foreign::similar(outline, last.unwrap_or(anchor))) {
            Some(found) => Target::Chapter(chapter, Some(found)),
            None if foreign::is_top(meta, anchor) => Target::Chapter(chapter, None),
            None => Target::DeadAnchor(chapter),
        }
    }

    /// Follows a path as a code host does. In a folder for another generator, also follows it as that
    /// generator does: from the root, from the page's own URL, and by the name of the file.
    fn by_file(&self, reference: &Reference, from: ChapterId) -> Target {
        let (book, target) = (self.book, reference.target.as_str());
        let found = by_file(target, reference, from, book);
        if found != Target::Dead || target.is_empty() || !self.config.reads_foreign() {
            return found;
        }
        // A path to a file isn't a URL, and a bare name may be one of many.
        let is_url = !SourcePath::new(target).is_chapter();
        let by_root =
            [Generator::Jekyll, Generator::Docsify, Generator::Eleventy].map(Some).contains(&self.config.generator);
        let page = is_url.then(|| book.meta(from).path.without_extension());
        let places = (by_root || target.contains('/')).then_some("").into_iter().chain(page);
        let places: Vec<String> =
            places.filter_map(|place| join(place, target)).chain(foreign::of_project(target)).collect();
        // A page that isn't translated is shown in the default language.
        let beside = join(book.meta(from).path.folder(), target);
        let untranslated = places.iter().chain(&beside);
        let untranslated = untranslated.flat_map(|path| foreign::untranslated(path, self.config)).collect::<Vec<_>>();
        // The list of contents isn't a chapter; the home page shows it.
        if beside.as_deref() == Some("SUMMARY.md") {
            let home = ["index", "README", ""].map(|path| at_path(path, reference.form, book));
            return home.into_iter().find(|found| *found != Target::Dead).unwrap_or(Target::Dead);
        }
        let paths = places.iter().chain(&untranslated);
        let other = paths.map(|path| at_path(path, reference.form, book)).find(|found| *found != Target::Dead);
        let other = other.or_else(|| self.below_docs(target, reference.form));
        let other = other.or_else(|| self.at_dated(target));
        let beside: Vec<String> = beside.into_iter().collect();
        let other = other.or_else(|| self.redirected(&beside, reference.form));
        other.unwrap_or_else(|| self.by_name_of_file(reference, from))
    }

    /// Finds a file or chapter by its name alone, as Obsidian and Hugo do.
    fn by_name_of_file(&self, reference: &Reference, from: ChapterId) -> Target {
        let (book, target) = (self.book, reference.target.as_str());
        let by_name = [Generator::Obsidian, Generator::Hugo].map(Some).contains(&self.config.generator);
        if reference.form == Form::Relative && !by_name {
            return Target::Dead;
        }
        if let Some(file) = book.assets_by_key.get(&name_key(target)).filter(|_| !target.ends_with('/')) {
            return Target::Asset(file.clone());
        }
        let file = SourcePath::new(target);
        // Hugo's `ref` names folders, too.
        let is_bare = self.config.generator == Some(Generator::Hugo) && !target.contains('.');
        let is_name = !target.contains('/') && (is_bare || file.is_chapter()) && !file.is_index();
        if is_name { self.nearest(book.names.find(file.stem()), from) } else { Target::Dead }
    }

    /// Finds a target by name. In a folder for another generator, the nearest of several chapters
    /// counts, and files are found by their name alone.
    fn by_name(&self, reference: &Reference, from: ChapterId) -> Target {
        match by_name(&reference.target, from, self.book) {
            Target::Ambiguous(several) if self.config.reads_foreign() => self.nearest(&several, from),
            Target::Dead if self.config.reads_foreign() => match self.by_file(reference, from) {
                Target::Ambiguous(several) => self.nearest(&several, from),
                found => found,
            },
            found => found,
        }
    }

    /// Returns the one of several chapters of a name that Obsidian takes: one in the same folder, or
    /// else in the fewest folders.
    fn nearest(&self, found: &[ChapterId], from: ChapterId) -> Target {
        let own = self.book.meta(from).path.folder();
        let distance = |chapter: &&ChapterId| {
            let path = &self.book.meta(**chapter).path;
            (path.folder() != own, path.folders().count(), **chapter)
        };
        found.iter().min_by_key(distance).map_or(Target::Dead, |chapter| Target::Chapter(*chapter, None))
    }

    fn anchors_of(&self, chapter: ChapterId) -> Arc<Anchors<'a>> {
        let mut memory = self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(memory.entry(chapter).or_insert_with(|| Arc::new(Anchors::of(self.book.outline(chapter)))))
    }
}

impl<'a> Anchors<'a> {
    fn of(outline: &'a Outline) -> Self {
        let mut anchors = Anchors::default();
        for id in &outline.anchors {
            anchors.folded.entry(fold(id)).or_insert(id);
        }
        for (number, heading) in outline.headings.iter().enumerate() {
            let found = (number, heading.id.as_str());
            anchors.headings.entry(fold(&heading.text)).or_insert(found);
            anchors.slugs.entry(slug(&heading.text)).or_insert(found);
        }
        anchors
    }

    /// Finds the anchor that a reference probably means if the anchor doesn't exist exactly as
    /// written: first ignoring case, then by a heading's slug or text.
    fn find(&self, anchor: &str, outline: &Outline) -> Option<String> {
        let key = fold(anchor);
        if let Some(id) = self.folded.get(&key) {
            return Some((*id).to_owned());
        }
        let slugged = slug(anchor);
        if outline.anchors.contains(&slugged) {
            return Some(slugged);
        }
        let heading = [self.headings.get(&key), self.slugs.get(&slugged)].into_iter().flatten().min();
        heading.map(|(_, id)| (*id).to_owned())
    }
}

fn is_hidden(reference: &Reference, from: ChapterId, book: &Index) -> bool {
    !book.hidden.is_empty() && hidden_key(reference, from, book).is_some_and(|key| book.hidden.contains(&key))
}

/// Returns the folded name by which a reference would find a chapter that this audience can't see.
pub fn hidden_key(reference: &Reference, from: ChapterId, book: &Index) -> Option<String> {
    let target = reference.target.as_str();
    let joined = match reference.form {
        Form::Image => return None,
        Form::Relative => join(book.meta(from).path.folder(), target)?,
        _ => target.trim_matches('/').to_owned(),
    };
    let chapter = SourcePath::new(joined.as_str());
    let stem = match [".html", ".htm"].iter().find_map(|ending| joined.strip_suffix(ending)) {
        Some(stem) => stem,
        None if chapter.is_chapter() => chapter.without_extension(),
        None => joined.trim_end_matches('/'),
    };
    // An index is known by its directory.
    let stem = stem.strip_suffix("/index").or_else(|| stem.strip_suffix("/README")).unwrap_or(stem);
    Some(fold(stem))
}

fn one_of(chapters: &[ChapterId]) -> Target {
    match chapters {
        [] => Target::Dead,
        [one] => Target::Chapter(*one, None),
        several => Target::Ambiguous(several.to_vec()),
    }
}

fn of_kind(found: &[ChapterId], kind: Kind, from: ChapterId, book: &Index) -> Target {
    let fitting: Vec<ChapterId> = found.iter().copied().filter(|chapter| book.meta(*chapter).kind == kind).collect();
    match (fitting.as_slice(), found) {
        ([], [other, ..]) => Target::WrongKind(*other),
        (fitting, _) => one_of(&nearest_family(fitting, from, book)),
    }
}

/// Returns whether a name in the front matter of the chapter `from` means the competency.
pub fn means_competency(name: &str, competency: ChapterId, from: ChapterId, book: &Index) -> bool {
    of_kind(book.names.find(name), Kind::Competency, from, book) == Target::Chapter(competency, None)
}

/// Returns those of several chapters with the same name that the chapter `from` means: the ones of
/// its own family, or else those without a family, or else all of them. Pages have no family.
fn nearest_family<'b>(found: &'b [ChapterId], from: ChapterId, book: &Index) -> Cow<'b, [ChapterId]> {
    if found.len() < 2 || found.iter().any(|chapter| book.meta(*chapter).kind == Kind::Page) {
        return Cow::Borrowed(found);
    }
    let of = |family: &Option<String>| -> Vec<ChapterId> {
        found.iter().copied().filter(|chapter| book.meta(*chapter).family == *family).collect()
    };
    let own = of(&book.meta(from).family);
    let nearest = if own.is_empty() { of(&None) } else { own };
    if nearest.is_empty() { Cow::Borrowed(found) } else { Cow::Owned(nearest) }
}

/// Returns whether a reference by a bare name found a chapter of another family although there is a
/// chapter of that name in the referring chapter's own family, which this audience can't see.
fn is_hidden_in_family(found: &Target, reference: &Reference, from: ChapterId, book: &Index) -> bool {
    let Target::Chapter(to, _) = found else { return false };
    let (own, other) = (&book.meta(from).family, &book.meta(*to).family);
    let by_path = matches!(reference.form, Form::Relative | Form::Image);
    let Some(family) = own.as_ref().filter(|_| own != other && !by_path && !book.hidden.is_empty()) else {
        return false;
    };
    book.hidden.contains(&fold(&qualified(family, &reference.target)))
}

fn party(name: &str, from: ChapterId, book: &Index, config: &Config) -> Target {
    let found = of_kind(book.names.find(name), Kind::Role, from, book);
    if matches!(found, Target::Chapter(..)) {
        return found;
    }
    let key = fold(name);
    let partner = config.partners.iter().position(|(id, title)| fold(id) == key || fold(title) == key);
    partner.and_then(|n| u32::try_from(n).ok()).map_or(found, Target::Partner)
}

/// Finds a target by name, first among chapters by ID, path, alias and title (see
/// [`crate::model::book::Names::find`]), then among generated pages, directories and files.
fn by_name(name: &str, from: ChapterId, book: &Index) -> Target {
    if name.is_empty() {
        return Target::Chapter(from, None);
    }
    let found = book.names.find(name);
    if !found.is_empty() {
        return one_of(&nearest_family(found, from, book));
    }
    let path = name.trim_matches('/');
    other_page(path, book).or_else(|| asset(path, book)).unwrap_or(Target::Dead)
}

/// Follows a path as a code host does: to a file, a file without `.md`, or a directory.
fn by_file(path: &str, reference: &Reference, from: ChapterId, book: &Index) -> Target {
    if path.is_empty() {
        // `[text]()` has no target; `[text](#anchor)` points into the chapter itself.
        return if reference.fragment.is_some() { Target::Chapter(from, None) } else { Target::Dead };
    }
    let Some(joined) = join(book.meta(from).path.folder(), path) else { return Target::Dead };
    at_path(&joined, reference.form, book)
}

/// Returns what is at a path from the root.
fn at_path(path: &str, form: Form, book: &Index) -> Target {
    let page = || chapter_file(path, book);
    let found = if form == Form::Image { None } else { page() };
    let found = found.or_else(|| asset(path, book));
    let is_page = form != Form::Image;
    found.or_else(|| other_page(path, book).filter(|_| is_page)).unwrap_or(Target::Dead)
}

fn chapter_file(path: &str, book: &Index) -> Option<Target> {
    let file = SourcePath::new(path);
    if let Some(exact) = book.at_path(&file) {
        return Some(Target::Chapter(exact, None));
    }
    // mdBook and older sites link to the built files: `page.html`, `folder/index.html`.
    let written = path.strip_suffix(".html").or_else(|| path.strip_suffix(".htm"));
    let stem = match written {
        Some(stem) => SourcePath::new(format!("{stem}.md")).without_extension().to_owned(),
        None if file.is_chapter() => file.without_extension().to_owned(),
        None => path.to_owned(),
    };
    // Names are matched case-insensitively; if several match, prefer the exact spelling.
    let same = book.names.at_path(&stem);
    let exact = same.iter().filter(|chapter| book.meta(**chapter).path.without_extension() == stem);
    if let Some(exact) = exact.min_by_key(|chapter| precedence(&book.meta(**chapter).path)) {
        return Some(Target::Chapter(*exact, None));
    }
    [same, book.names.at_alias(&stem)].into_iter().find(|found| !found.is_empty()).map(one_of)
}

/// Finds the page of a directory without an index, or a page that is generated from the model.
fn other_page(path: &str, book: &Index) -> Option<Target> {
    if path.is_empty() {
        return Some(book.tree.root().chapter.map_or(Target::Folder(NodeId::HOME), |home| Target::Chapter(home, None)));
    }
    let folder = book.tree.folder(&folder_url(path, book.urls_style));
    folder.map(Target::Folder).or_else(|| Generated::from_name(path, book).map(Target::Generated))
}

/// Follows a link into a folder that another build fills, as `handbook.toml` says.
fn other_site(reference: &Reference, folder: &str, config: &Config) -> Target {
    let is_link = reference.form == Form::Relative;
    let found = if is_link { config.publish.other_site(folder, &reference.target) } else { None };
    let anchor = match &reference.fragment {
        Some(Fragment::Anchor(anchor)) => Some(anchor.clone()),
        _ => None,
    };
    // Pages that are opened from a folder would list the files of another folder.
    let index = |url: UrlPath| match config.urls {
        UrlStyle::File if url.as_str().ends_with('/') => UrlPath::new(format!("{}index.html", url.as_str())),
        _ => url,
    };
    found.map_or(Target::Dead, |url| Target::OtherSite(index(url), anchor))
}

fn asset(path: &str, book: &Index) -> Option<Target> {
    let file = SourcePath::new(path);
    if book.assets.contains(&file) {
        return Some(Target::Asset(file));
    }
    book.assets_by_key.get(&fold(path)).map(|file| Target::Asset(file.clone()))
}

/// Returns the anchor of a level that is written as a number or a name. A name that only one track
/// has leads to what the level says for that track.
fn level_in(meta: &Meta, written: &str, config: &Config, track: Option<&str>) -> Option<String> {
    let Facts::Competency(competency) = &meta.facts else { return None };
    let family = meta.family.as_deref();
    let own = || Some((config.level(written, Scope { track, family })?, track));
    let (level, track) = own().or_else(|| config.level_of_tracks(written, family))?;
    let heading = competency.heading(level, track);
    let heading = heading.or_else(|| competency.levels.iter().find(|heading| heading.level == level));
    heading.map(|heading| heading.id.clone())
}
