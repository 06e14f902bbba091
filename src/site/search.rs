//! Builds the index that the browser searches: one small entry file with a fixed name, and files
//! that are named by their content, or by the hashes of the texts in them.
//!
//! Input: a compiled handbook and the theme's UI strings. Output: an [`Index`] with every file
//! below `search/`. Each chapter is indexed separately and its entry is kept until the chapter
//! changes; only the merge sees all chapters. Never needed to render a page: pages know the name of
//! the entry file but nothing of its contents.

mod compound;
mod entry;
mod known;
mod merge;
mod pack;
mod posting;
mod spelling;
mod stop;
mod synonyms;
mod text;
mod texts;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use serde_json::{Value, json};

use self::entry::{Entry, Unit, filled};
pub use self::known::LastBuild;
use self::merge::Speech;
use self::pack::Files;
use self::posting::Postings;
use self::synonyms::Synonyms;
use self::texts::{Accountable, Contents, Glance, TextMark, Texts};
use crate::chapter::document::Document;
use crate::declare::config::{Config, UrlStyle};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, Generated, NodeId, Tag, generated_url};
use crate::model::compile::Handbook;
use crate::model::link::Target;
use crate::site::theme::Theme;
use crate::site::view::encode_fragment;
use crate::site::view::hiring::hired;
use crate::site::view::role::hiring_url;
use crate::text::path::{SourcePath, UrlPath};

/// The version of the index format.
const VERSION: u32 = 3;
/// The name of the file that names the others.
const ENTRY: &str = "index";
/// A handbook with more units than this has its table split into files of [`TABLE`] units.
const TABLE_INSIDE: usize = 200;
const TABLE: usize = 16;
/// UI strings that the entry file contains.
const TEXTS: [&str; 16] = [
    "search-count",
    "search-none",
    "search-none-means",
    "search-filter",
    "search-kind",
    "search-part",
    "search-owner",
    "search-tag",
    "search-more",
    "search-all",
    "search-hint",
    "search-start",
    "search-similar",
    "search-in",
    "search-level",
    "search-accountable",
];

/// What one result of each kind is called, in the order of the facet. The chapters of no special
/// kind are called by their part.
const LABELS: [&str; 9] =
    ["role", "competency", "strategy", "path", "term", "", "search-tool", "decision", "search-statement"];

/// Every file of the index by its URL.
#[derive(Debug)]
pub struct Index {
    files: BTreeMap<UrlPath, File>,
    pages: Vec<Page>,
    contents: Contents,
    /// The entries of pages that aren't chapters, which come after the chapters.
    made: Vec<Arc<Entry>>,
    accountable: Accountable,
}

/// A file of the index.
#[derive(Debug)]
enum File {
    /// A file that is kept.
    Kept(Vec<u8>),
    /// The texts of pages. All of them are as large as the handbook, so each file is written when it is
    /// asked for.
    Texts(Range<usize>),
}

/// The entry of each chapter, with the document that it was made from.
type Known = HashMap<SourcePath, (Document, Arc<Entry>)>;

/// The index entries of chapters, kept until the chapters change.
#[derive(Debug, Default)]
pub struct Memory {
    /// Each entry with the document that it was made from. The document is kept alive so that its
    /// pointers identify it: no other document can have the same ones.
    entries: Mutex<(Arc<Synonyms>, Known)>,
}

fn ending(style: UrlStyle) -> &'static str {
    match style {
        UrlStyle::Pretty => "json",
        UrlStyle::File => "js",
    }
}

impl Index {
    /// Lists the URLs of all files, sorted.
    pub fn urls(&self) -> impl Iterator<Item = &UrlPath> {
        self.files.keys()
    }

    /// Returns a file's bytes. `handbook` and `theme` are those that the index was built from.
    pub fn get(&self, url: &UrlPath, handbook: &Handbook, theme: &Theme) -> Option<Cow<'_, [u8]>> {
        let pages = match self.files.get(url)? {
            File::Kept(bytes) => return Some(Cow::Borrowed(bytes)),
            File::Texts(pages) => pages.clone(),
        };
        let texts = Texts { handbook, theme, accountable: &self.accountable };
        let text = |n: usize| {
            let sections = match handbook.documents.get(n) {
                Some(document) => Cow::Owned(text::sections(document)),
                None => Cow::Borrowed(&*self.made[n - handbook.documents.len()].sections),
            };
            texts.text(&self.pages[n], (&self.contents[n].0, &sections))
        };
        let json = texts::file(&pages.map(text).collect::<Vec<_>>());
        let name = url.as_str().rsplit(['/', '.']).nth(1).unwrap_or_default();
        Some(Cow::Owned(placed(name, json.into_bytes(), handbook.config.urls)))
    }

    /// Returns whether a URL could be a file of the index.
    pub fn claims(url: &UrlPath) -> bool {
        stem(url).is_some_and(|stem| stem == ENTRY || stem.len() == pack::NAME)
    }

    /// Returns whether a URL could be that of a file that is named by its content.
    pub fn names(url: &UrlPath) -> bool {
        stem(url).is_some_and(|stem| stem != ENTRY && stem.len() == pack::NAME)
    }
}

/// Returns the name of a file in the folder of the index, without its ending.
fn stem(url: &UrlPath) -> Option<&str> {
    let (stem, ending) = url.as_str().strip_prefix("search/")?.rsplit_once('.')?;
    (matches!(ending, "json" | "js") && !stem.contains('/')).then_some(stem)
}

impl Memory {
    /// Indexes new documents in parallel and forgets those that are gone. Forgets all of them if the
    /// synonyms have changed, which titles depend on.
    fn entries(&self, documents: &[Document], synonyms: &Arc<Synonyms>) -> Vec<Arc<Entry>> {
        let mut memory = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.0 != *synonyms {
            *memory = (Arc::clone(synonyms), HashMap::new());
        }
        let known = &mut memory.1;
        let entry = |document: &Document| {
            let same = known.get(&document.meta.path).filter(|(known, _)| {
                Arc::ptr_eq(&known.meta, &document.meta) && Arc::ptr_eq(&known.body, &document.body)
            });
            same.map_or_else(|| Arc::new(entry::entry(document, synonyms)), |(_, entry)| Arc::clone(entry))
        };
        let entries: Vec<Arc<Entry>> = documents.par_iter().map(entry).collect();
        let paths = documents.iter().map(|document| document.meta.path.clone());
        *known = paths.zip(documents.iter().cloned().zip(entries.iter().cloned())).collect();
        entries
    }
}

/// The numbers of the facets that come after the kinds of chapters. Statements aren't units, so no
/// unit has their facet.
const TOOL: usize = Kind::ALL.len();
const DECISION: usize = TOOL + 1;

/// A page that search can find. Its entry is stored next to it.
#[derive(Debug)]
struct Page {
    url: String,
    title: String,
    facets: [usize; 3],
    chapter: Option<ChapterId>,
}

/// A unit with its page, the place of the page's text, and its facets.
struct Found<'a> {
    page: &'a Page,
    unit: &'a Unit,
    text: &'a str,
    facets: [usize; 3],
}

/// Lists the units. Decisions come last, so that the facets of neighbors are mostly the same.
fn found<'a>(pages: &'a [Page], contents: &'a Contents) -> Vec<Found<'a>> {
    let of_page = |(page, (units, text)): (&'a Page, &'a (Arc<Vec<Unit>>, String))| {
        units.iter().map(move |unit| Found { page, unit, text, facets: page.facets })
    };
    let (decisions, mut all): (Vec<Found<'_>>, Vec<Found<'_>>) =
        pages.iter().zip(contents).flat_map(of_page).partition(|found| found.unit.decision.is_some());
    all.extend(decisions.into_iter().map(|mut found| {
        found.facets[0] = DECISION;
        found
    }));
    all
}

/// Builds the index. Reads again only the chapters that `memory` doesn't know.
pub fn index(handbook: &Handbook, theme: &Theme, memory: Option<&Memory>) -> Index {
    built(handbook, theme, memory, None)
}

/// Builds the same index. Reads again only the chapters that the last build doesn't know.
pub fn index_again(handbook: &Handbook, theme: &Theme, last: LastBuild<'_>) -> Index {
    built(handbook, theme, None, Some(last))
}

fn built(handbook: &Handbook, theme: &Theme, memory: Option<&Memory>, last: Option<LastBuild<'_>>) -> Index {
    let config = &handbook.config;
    let synonyms = Arc::new(Synonyms::of(&config.language, &config.search.synonyms));
    let mut facets = Facets::new(theme);
    let mut pages: Vec<Page> = handbook.book.ids().map(|chapter| facets.chapter(chapter, handbook)).collect();
    let (made, made_entries): (Vec<_>, Vec<_>) =
        made_pages(handbook, theme, &mut facets, &synonyms).into_iter().unzip();
    pages.extend(made);
    let known = memory.map(|memory| memory.entries(&handbook.documents, &synonyms));
    let entry = |n: usize| match (handbook.documents.get(n), &known) {
        (None, _) => Arc::clone(&made_entries[n - handbook.documents.len()]),
        (Some(_), Some(known)) => Arc::clone(&known[n]),
        (Some(document), None) => Arc::new(entry::entry(document, &synonyms)),
    };
    let mut files = Files::default();
    let accountable = texts::accountable(handbook);
    let texts = Texts { handbook, theme, accountable: &accountable };
    let (contents, text_files, postings) = glanced(&texts, &pages, &entry, last);
    let units = found(&pages, &contents);
    let only: Vec<&Unit> = units.iter().map(|found| found.unit).collect();
    let speech = Speech::new(&config.language, &synonyms);
    let lists = merge::lists(&only, postings, &speech, &mut files);
    let rows = |units: &[Found<'_>]| units.iter().map(|found| row(found, config)).collect::<Value>();
    let table = if units.len() <= TABLE_INSIDE {
        rows(&units)
    } else {
        json!(units.chunks(TABLE).map(|units| files.add(rows(units).to_string())).collect::<String>())
    };
    let tags = tags(&handbook.book, &units, &mut files);
    let entry = json!({
        "version": VERSION,
        "units": units.len(),
        "stop": stop::words(&config.language),
        "bounds": lists.bounds.join(" "),
        "words": lists.names.concat(),
        "table": table,
        "facets": facets.names,
        "labels": LABELS.map(|key| if key.is_empty() { "" } else { theme.ui(key) }),
        "runs": runs(&units),
        "decisions": decisions(&units),
        "tags": tags,
        "compounds": compound::has_compounds(&config.language),
        "ui": TEXTS.iter().map(|key| (*key, theme.ui(key))).collect::<BTreeMap<_, _>>(),
    });
    let ending = ending(config.urls);
    let place = |name: &str| UrlPath::new(format!("search/{name}.{ending}"));
    let kept = files.files.into_iter().chain([(ENTRY.to_owned(), entry.to_string().into_bytes())]);
    let kept = kept.map(|(name, json)| (place(&name), File::Kept(placed(&name, json, config.urls))));
    let of_texts = text_files.into_iter().map(|(name, pages)| (place(&name), File::Texts(pages)));
    let files = kept.chain(of_texts).collect();
    Index { files, pages, contents, made: made_entries, accountable }
}

/// Reads all pages. `entry` returns the entry of the page with a given index.
fn glanced(
    texts: &Texts<'_>,
    pages: &[Page],
    entry: &(dyn Fn(usize) -> Arc<Entry> + Sync),
    last: Option<LastBuild<'_>>,
) -> (Contents, texts::Files, Postings) {
    let documents: &[Document] = &texts.handbook.documents;
    let (known, mut keep) = last.map(|LastBuild { known, keep }| (known, keep)).unzip();
    let glance = |n: usize| {
        let again = || {
            let chapter = pages[n].chapter?;
            known::read(known?(&documents[n])?, chapter, texts)
        };
        again().unwrap_or_else(|| {
            let Entry { units, words, sections } = &*entry(n);
            let text = TextMark::of(&texts.text(&pages[n], (units, sections)));
            let gaps = sections.iter().flat_map(|section| section.gaps.iter().copied()).collect();
            Glance { units: Arc::clone(units), words: words.clone(), gaps, text, is_known: false }
        })
    };
    let mut each = |first: usize, glances: &[Glance]| {
        let Some(keep) = &mut keep else { return };
        let of = |n: usize| {
            let (document, chapter) = (documents.get(first + n)?, pages[first + n].chapter?);
            let before = known.filter(|_| glances[n].is_known).and_then(|known| known(document));
            let written = || Cow::Owned(known::write(&glances[n], chapter, texts));
            Some((document, before.map_or_else(written, Cow::Borrowed)))
        };
        let written: Vec<(&Document, Cow<'_, [u8]>)> = (0..glances.len()).into_par_iter().filter_map(of).collect();
        keep(&written);
    };
    texts::read(pages.len(), &glance, &mut each)
}

/// Returns the bytes of a file at its place. For a folder opened in a browser it is a script, because
/// pages can't fetch data there.
fn placed(name: &str, json: Vec<u8>, style: UrlStyle) -> Vec<u8> {
    if style == UrlStyle::Pretty {
        return json;
    }
    let json = String::from_utf8(json).unwrap_or_default();
    format!("rolebookSearch({},{json});\n", json!(name)).into_bytes()
}

/// The text below each anchor of the glossaries.
pub type Definitions = BTreeMap<ChapterId, BTreeMap<String, String>>;

/// Returns the text below each anchor of the glossaries, with the titles that its links show.
pub fn definitions(handbook: &Handbook, theme: &Theme) -> Definitions {
    let of = |chapter: ChapterId| {
        let mut texts = BTreeMap::new();
        for section in text::sections(&handbook.documents[chapter.index()]) {
            let filled = filled(&section, &|n| shown(handbook, theme, chapter, n));
            texts.entry(section.anchor).or_insert(filled.text);
        }
        (chapter, texts)
    };
    handbook.book.relations.glossaries.iter().map(|chapter| of(*chapter)).collect()
}

/// Returns the title that a link without words shows.
fn shown(handbook: &Handbook, theme: &Theme, chapter: ChapterId, reference: u32) -> String {
    let book = &handbook.book;
    match handbook.target(chapter, reference) {
        Target::Chapter(to, _) | Target::DeadAnchor(to) => book.meta(*to).title.clone(),
        Target::Folder(node) => book.tree.node(*node).title.clone(),
        // Don't show even the name that the author wrote, because the name itself may be the
        // secret.
        Target::Hidden => theme.ui("internal-chapter").to_owned(),
        _ => {
            let references = &handbook.documents[chapter.index()].outline.references;
            references.get(reference as usize).map(|reference| reference.target.clone()).unwrap_or_default()
        }
    }
}

/// Returns the table row of a unit: its title, its URL, the place of its page's text and, for a term
/// or a decision, the page's title.
fn row(found: &Found<'_>, config: &Config) -> Value {
    let Found { page, unit, text, .. } = found;
    let page_title = config.quoted(&page.title);
    let Some(anchor) = &unit.anchor else { return json!([page_title, page.url, text]) };
    let url = format!("{}#{}", page.url, encode_fragment(anchor));
    json!([config.quoted(&unit.title), url, text, page_title])
}

/// Packs the facets of units as runs: the number of consecutive units with the same three facets,
/// then these facets.
fn runs(units: &[Found<'_>]) -> String {
    let mut out = String::new();
    for run in units.chunk_by(|a, b| a.facets == b.facets) {
        pack::number(u32::try_from(run.len()).unwrap_or(u32::MAX), &mut out);
        for facet in run[0].facets {
            pack::number(u32::try_from(facet).unwrap_or(u32::MAX), &mut out);
        }
    }
    out
}

/// Adds a file with the tags, each with the units of its chapters and their terms and decisions, and
/// returns its name. Without tags, there is no file and the name is empty.
fn tags(book: &Book, units: &[Found<'_>], files: &mut Files) -> String {
    if book.tags.is_empty() {
        return String::new();
    }
    let mut of_chapter: BTreeMap<ChapterId, Vec<u32>> = BTreeMap::new();
    for (n, found) in (0..).zip(units) {
        if let Some(chapter) = found.page.chapter {
            of_chapter.entry(chapter).or_default().push(n);
        }
    }
    let row = |tag: &Tag| {
        let units: BTreeSet<u32> = tag.chapters.iter().flat_map(|chapter| &of_chapter[chapter]).copied().collect();
        let (mut list, mut last) = (String::new(), 0);
        for unit in units {
            pack::number(unit - last, &mut list);
            last = unit;
        }
        json!([tag.name, list])
    };
    files.add(Value::Array(book.tags.iter().map(row).collect()).to_string())
}

/// Packs the units of the chapters that the decisions are in. Decisions are the last units and in the
/// order of their chapters.
fn decisions(units: &[Found<'_>]) -> String {
    let (mut out, mut last) = (String::new(), 0);
    let mut chapters = (0..).zip(units).filter(|(_, found)| found.unit.anchor.is_none()).peekable();
    for decision in units.iter().filter(|found| found.unit.decision.is_some()) {
        while chapters.next_if(|(_, found)| found.page.url != decision.page.url).is_some() {}
        let chapter = chapters.peek().map_or(last, |(n, _)| *n);
        pack::number(chapter - last, &mut out);
        last = chapter;
    }
    out
}

/// The names of the facets that units can be filtered by: kind, part and owner. The first part and
/// the first owner are empty and mean that there is none.
struct Facets {
    names: [Vec<String>; 3],
}

impl Facets {
    fn new(theme: &Theme) -> Self {
        let kinds = Kind::ALL.iter().map(|kind| theme.ui(&format!("kind-{}", kind.name())).to_owned());
        let others = ["kind-tool", "kind-decision", "kind-statement"].map(|key| theme.ui(key).to_owned());
        let kinds = kinds.chain(others);
        Self { names: [kinds.collect(), vec![String::new()], vec![String::new()]] }
    }

    /// Returns the number of a name, adding the name if it is new.
    fn number(&mut self, facet: usize, name: &str) -> usize {
        let names = &mut self.names[facet];
        names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
    }

    fn chapter(&mut self, chapter: ChapterId, handbook: &Handbook) -> Page {
        let book = &handbook.book;
        let meta = book.meta(chapter);
        let owner = meta.owner.as_deref().unwrap_or_default();
        let owner = handbook.config.owners.get(owner).map_or(owner, |owner| owner.name.as_str());
        let facets =
            [meta.kind as usize, self.part(book.tree.of_chapter[chapter.index()], book), self.number(2, owner)];
        let title = book.title(chapter, &handbook.config);
        Page { url: book.url(chapter).encoded(), title, facets, chapter: Some(chapter) }
    }

    /// Returns the top-level part that a node is in, or 0 for a chapter at the top level.
    fn part(&mut self, node: NodeId, book: &Book) -> usize {
        let tree = &book.tree;
        let part = tree.above(node).into_iter().chain([node]).nth(1);
        let part = part.filter(|part| *part != node || !tree.node(node).children.is_empty());
        part.map_or(0, |part| self.number(1, &tree.node(part).title))
    }
}

/// Lists the generated pages and the folders without an index.
fn made_pages(handbook: &Handbook, theme: &Theme, facets: &mut Facets, synonyms: &Synonyms) -> Vec<(Page, Arc<Entry>)> {
    let book = &handbook.book;
    let style = handbook.config.urls;
    let mut pages = Vec::new();
    let mut add = |title: &str, names: &[String], summary: &str, url: &UrlPath, facets: [usize; 3]| {
        let page = Page { url: url.encoded(), title: title.to_owned(), facets, chapter: None };
        pages.push((page, Arc::new(entry::made(title, names, summary, synonyms))));
    };
    // The page of changes isn't something to search for, and not every site shows it.
    let is_subject = |page: &Generated| !matches!(page, Generated::Search | Generated::Changes);
    for page in Generated::all(book).filter(is_subject) {
        let names = names(page, handbook, theme, synonyms);
        let url = generated_url(page.name(), style);
        add(theme.ui(page.title_key()), &names, theme.ui(page.summary_key()), &url, [TOOL, 0, 0]);
    }
    for role in hired(book) {
        let title = theme.ui("hiring-of").replace("{role}", &book.title(role, &handbook.config));
        let names: Vec<String> = theme.ui("search-names-hiring").split(", ").map(str::to_owned).collect();
        add(&title, &names, theme.ui("hiring-means"), &hiring_url(role, book, style), [TOOL, 0, 0]);
    }
    for (id, node) in book.tree.bare_folders().filter(|id| id.0 > 0).map(|id| (id, book.tree.node(id))) {
        let part = facets.part(id, book);
        add(&node.title, &[], "", &node.url, [Kind::Page as usize, part, 0]);
    }
    pages
}

/// Returns what readers call a generated page besides its title: the theme's list of names, and for
/// the matrix each level.
fn names(page: Generated, handbook: &Handbook, theme: &Theme, synonyms: &Synonyms) -> Vec<String> {
    let key = match page {
        Generated::Matrix => "search-names-matrix",
        Generated::Ladder => "search-names-ladder",
        Generated::Decisions => "search-names-decisions",
        Generated::Compare => "search-names-compare",
        Generated::Assess => "search-names-assess",
        Generated::Health => "search-names-health",
        Generated::Templates => "search-names-templates",
        Generated::Tags => "search-names-tags",
        Generated::Changes | Generated::Search => return Vec::new(),
    };
    let levels = handbook.config.scale.iter().filter(|_| page == Generated::Matrix);
    let levels = levels.map(|level| synonyms.level(level.level));
    theme.ui(key).split(", ").map(str::to_owned).chain(levels).collect()
}
