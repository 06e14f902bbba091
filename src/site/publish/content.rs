//! Decides which files of the content, apart from chapters, are published.
//!
//! Input: a compiled handbook and its files. Output: [`Content`], which says what is published at
//! which URL and what isn't, and findings. A file is published if something published refers to it,
//! if hosts ask for it by name, or if `[publish] files` names it. Never reads files.

use std::collections::{BTreeMap, BTreeSet};

use super::mentions::{mentions, of_html};
use crate::chapter::document::{Document, Form};
use crate::chapter::reference::{Destination, destination};
use crate::declare::config::{Config, FILE, HtmlPolicy};
use crate::declare::generator::Generator;
use crate::model::book::{Generated, generated_url};
use crate::model::compile::Handbook;
use crate::model::link::Target;
use crate::site::render::base_path;
use crate::text::diagnostic::Diagnostic;
use crate::text::front_matter::{Data, Table, Value};
use crate::text::path::{SourcePath, UrlPath, fold, help_for_backslashes, join};
use crate::text::rule::Rule;
use crate::text::source::Sources;

/// Files at the content's root that hosts, browsers and search engines request by name, so that no
/// page has to refer to them.
const HOST_FILES: &[&str] = &[
    "_headers",
    "_redirects",
    "_routes.json",
    "404.html",
    "ads.txt",
    "app-ads.txt",
    "browserconfig.xml",
    "bingsiteauth.xml",
    "cname",
    "favicon.ico",
    "favicon.png",
    "favicon.svg",
    "humans.txt",
    "keybase.txt",
    "llms.txt",
    "manifest.json",
    "manifest.webmanifest",
    "robots.txt",
    "security.txt",
    "site.webmanifest",
    "staticwebapp.config.json",
];

/// Prefixes and suffixes of the names of further such files: icons, and the files that prove who
/// owns a site.
const HOST_PATTERNS: &[(&str, &str)] = &[
    ("android-chrome-", ".png"),
    ("apple-touch-icon", ".png"),
    ("favicon-", ".png"),
    ("google", ".html"),
    ("mstile-", ".png"),
    ("pinterest-", ".html"),
    ("safari-pinned-tab", ".svg"),
    ("yandex_", ".html"),
];

/// The files that are published, and those that are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Files that chapters show. Their URLs contain a hash.
    pub shown: BTreeSet<SourcePath>,
    /// Files by their URL.
    pub at: BTreeMap<UrlPath, SourcePath>,
    /// The name of another generator whose static folder is published, and the number of files in
    /// it.
    pub of_static: Option<(&'static str, usize)>,
    /// Files that are not published because nothing refers to them.
    pub unreferenced: Vec<SourcePath>,
    /// Downloads that are not published because they contain an audience mark. Nothing would remove
    /// the hidden text from a download.
    pub marked: Vec<SourcePath>,
}

impl Content {
    /// Determines which files are published.
    pub fn new(handbook: &Handbook, files: &Sources) -> Self {
        let mut search = Search::new(handbook, files);
        search.follow_chapters();
        search.follow_data();
        search.take_named();
        search.follow_files();
        search.finish()
    }

    /// Reports files whose URL belongs to a page, and names under `[publish] files` that match
    /// nothing.
    pub fn findings(&self, handbook: &Handbook) -> Vec<Diagnostic> {
        let taken = addresses(handbook);
        let owner = |url: &UrlPath| taken.get(&fold(&url.output_file()));
        let mut findings = Vec::new();
        for (url, path) in &self.at {
            let Some(owner) = owner(url) else { continue };
            let message = format!("this file and {owner} would both be written to `{url}`");
            findings.push(Diagnostic::new(Rule::CollidingUrl, path, None, message).help("rename one of them"));
        }
        // The page with docsify itself.
        let is_program =
            |path: &SourcePath| handbook.config.generator == Some(Generator::Docsify) && path.as_str() == "index.html";
        for path in self.unreferenced.iter().filter(|path| !is_program(path)) {
            let Some(owner) = owner(&UrlPath::new(path.as_str())) else { continue };
            let message = format!("this file is not published, because {owner} has the same address");
            findings.push(
                Diagnostic::new(Rule::LeftOut, path, None, message)
                    .help("rename it if readers should be able to open it"),
            );
        }
        for path in &self.marked {
            let message = "this download contains an audience mark, and marks are only removed from chapters";
            let help = "make it a chapter, or remove the marked text";
            findings.push(Diagnostic::new(Rule::MarkedDownload, path, None, message).help(help));
        }
        let assets: Vec<&SourcePath> = handbook.book.assets.iter().collect();
        for (pattern, span) in handbook.config.publish.files.unused(&assets) {
            let message = format!("no file matches `{pattern}`");
            let help = "write the path from the content folder; `*` stays within a folder, and `**` goes deeper";
            let help = help_for_backslashes(pattern).unwrap_or_else(|| help.to_owned());
            findings.push(Diagnostic::new(Rule::MissingFile, &SourcePath::new(FILE), Some(*span), message).help(help));
        }
        findings
    }
}

/// Returns the owner of each URL, by the case-folded name of the URL's output file.
fn addresses(handbook: &Handbook) -> BTreeMap<String, String> {
    let (book, style) = (&handbook.book, handbook.config.urls);
    let key = |url: &UrlPath| fold(&url.output_file());
    let made = Generated::all(book);
    let mut taken: BTreeMap<String, String> =
        made.map(|page| (key(&generated_url(page.name(), style)), format!("the page `{}`", page.name()))).collect();
    for node in book.tree.nodes.iter().filter(|node| node.chapter.is_none()) {
        taken.insert(key(&node.url), format!("the page of the folder `{}`", node.title));
    }
    for (alias, chapter) in book.redirects.iter() {
        taken.insert(key(alias), format!("an alias of `{}`", book.meta(*chapter).path));
    }
    for chapter in book.ids() {
        let meta = book.meta(chapter);
        taken.insert(key(book.url(chapter)), format!("`{}`", meta.path));
        for template in &meta.templates {
            let Some(path) = book.template_path(chapter, template) else { continue };
            taken.insert(key(&UrlPath::new(path.as_str())), format!("a template of `{}`", meta.path));
        }
    }
    taken
}

/// Returns whether hosts request a file by its name.
fn is_host_file(path: &SourcePath) -> bool {
    if path.as_str().starts_with(".well-known/") {
        return true;
    }
    let name = path.as_str().to_ascii_lowercase();
    let fits = |(start, end): &(&str, &str)| {
        let middle = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        // A page that proves who owns a site has a number in its name. Any other page is the
        // author's own.
        middle
            .is_some_and(|middle| *end != ".html" || middle.len() > 3 && middle.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    !name.contains('/') && (HOST_FILES.contains(&name.as_str()) || HOST_PATTERNS.iter().any(fits))
}

/// A search for the files that something refers to.
struct Search<'a> {
    handbook: &'a Handbook,
    files: &'a Sources,
    /// The site's path on its host, without leading and trailing slashes.
    base: &'a str,
    content: Content,
    linked: BTreeSet<SourcePath>,
    /// Published files that have not been searched yet.
    open: Vec<SourcePath>,
}

impl<'a> Search<'a> {
    fn new(handbook: &'a Handbook, files: &'a Sources) -> Self {
        let base = handbook.config.base_url.as_deref().map_or("", base_path).trim_matches('/');
        Self { handbook, files, base, content: Content::default(), linked: BTreeSet::new(), open: Vec::new() }
    }

    fn config(&self) -> &'a Config {
        &self.handbook.config
    }

    fn link(&mut self, path: &SourcePath) {
        if self.linked.insert(path.clone()) {
            self.open.push(path.clone());
        }
    }

    fn show(&mut self, path: &SourcePath) {
        if self.content.shown.insert(path.clone()) {
            self.open.push(path.clone());
        }
    }

    /// Searches chapters for files that they link to or show, in Markdown and in raw HTML.
    fn follow_chapters(&mut self) {
        let book = &self.handbook.book;
        for (chapter, document) in book.ids().zip(self.handbook.documents.iter()) {
            for (reference, target) in document.outline.references.iter().zip(self.handbook.targets(chapter)) {
                let Target::Asset(path) = target else { continue };
                if reference.form == Form::Image { self.show(path) } else { self.link(path) }
            }
        }
        // Unsanitized HTML may refer to a file in any attribute. Its URLs are relative to the page,
        // but authors write them relative to the file.
        if self.config().security.html == HtmlPolicy::Trusted {
            for (document, url) in self.handbook.documents.iter().zip(book.urls.iter()) {
                let page = url.output_file();
                let page = page.rsplit_once('/').map_or("", |(folder, _)| folder);
                for mention in raw_mentions(document) {
                    self.mention(&mention, page);
                    self.mention(&mention, document.meta.path.folder());
                }
            }
        }
    }

    /// Searches the data of front matter and `handbook.toml` for files, because templates may show
    /// them.
    fn follow_data(&mut self) {
        for meta in &self.handbook.book.chapters {
            let mut texts = Vec::new();
            collect(&meta.extra, &mut texts);
            texts.extend(meta.ask.as_deref());
            for text in texts {
                self.mention(text, meta.path.folder());
                // A template may also resolve the text as a path from the root.
                self.mention(text, "");
            }
        }
        let config = self.config();
        let mut texts = Vec::new();
        collect(&config.extra, &mut texts);
        texts.extend(config.feedback.as_deref());
        texts.extend(config.owners.values().filter_map(|owner| owner.contact.as_deref()));
        for text in texts {
            self.mention(text, "");
        }
        for (_, path) in config.brand.pictures().filter(|(_, path)| self.handbook.book.assets.contains(path)) {
            self.show(&path);
        }
    }

    /// Adds the files that are published even if nothing refers to them: those that hosts look for
    /// by name, those that `[publish] files` lists, and those in a static folder.
    fn take_named(&mut self) {
        let (book, config) = (&self.handbook.book, self.config());
        for path in book.assets.iter() {
            let is_named = config.publish.files.names(path);
            if is_named && !config.audiences.is_empty() && path.is_chapter() && self.is_marked(path) {
                self.content.marked.push(path.clone());
                self.linked.remove(path);
                continue;
            }
            if is_named || is_host_file(path) {
                self.link(path);
            }
        }
        let Some(generator) = book.statics else { return };
        let Some(folder) = generator.static_folder() else { return };
        let inside = |path: &'a SourcePath| Some((path, path.as_str().strip_prefix(folder)?.strip_prefix('/')?));
        let found: Vec<(&SourcePath, &str)> = book.assets.iter().filter_map(inside).collect();
        self.content.of_static = (!found.is_empty()).then_some((generator.title(), found.len()));
        for (path, rest) in found {
            self.content.at.insert(UrlPath::new(rest), path.clone());
        }
    }

    /// Returns whether a text contains anything that could be an audience mark.
    fn is_marked(&self, path: &SourcePath) -> bool {
        let Some(bytes) = self.files.bytes(path) else { return true };
        let text = fold(&String::from_utf8_lossy(bytes));
        let is_sign = |rest: &str| rest.trim_start_matches(['"', '\'', ' ']).starts_with(['=', ':', '＝', '：']);
        text.match_indices("audience").any(|(at, word)| is_sign(&text[at + word.len()..])) || text.contains(":::")
    }

    /// Follows the references of published files, and in turn those of the files they refer to.
    fn follow_files(&mut self) {
        while let Some(path) = self.open.pop() {
            let Some(bytes) = self.files.bytes(&path) else { continue };
            let found = mentions(path.file_name(), &String::from_utf8_lossy(bytes));
            for mention in &found {
                self.mention(mention, path.folder());
            }
        }
    }

    /// Publishes the file that a URL in `folder` refers to, if it exists.
    fn mention(&mut self, address: &str, folder: &str) {
        let Destination::Inside(reference) = destination(address, Form::Relative, HtmlPolicy::Safe) else { return };
        let target = reference.target.as_str();
        if target.is_empty() {
            return;
        }
        let joined = match target.strip_prefix('/') {
            Some(rooted) => join("", self.below_base(rooted)),
            None => join(folder, target),
        };
        let Some(joined) = joined else { return };
        let assets = &self.handbook.book.assets;
        let index = format!("{}/index.html", joined.trim_end_matches('/'));
        let found = [joined, index].into_iter().map(SourcePath::new).find(|path| assets.contains(path));
        if let Some(path) = found {
            self.link(&path);
        }
    }

    /// Removes the site's own path from a URL that is relative to the host's root.
    fn below_base<'t>(&self, rooted: &'t str) -> &'t str {
        let inside = rooted.strip_prefix(self.base).and_then(|rest| rest.strip_prefix('/'));
        inside.filter(|_| !self.base.is_empty()).unwrap_or(rooted)
    }

    fn finish(mut self) -> Content {
        let linked = std::mem::take(&mut self.linked).into_iter().filter(|path| !self.content.marked.contains(path));
        for path in linked {
            self.content.at.insert(UrlPath::new(path.as_str()), path);
        }
        let published: BTreeSet<&SourcePath> = self.content.at.values().chain(&self.content.shown).collect();
        let is_left = |path: &&SourcePath| !published.contains(path) && !self.content.marked.contains(path);
        self.content.unreferenced = self.handbook.book.assets.iter().filter(is_left).cloned().collect();
        self.content
    }
}

/// Returns the URLs in the HTML of a chapter, including its footnotes.
fn raw_mentions(document: &Document) -> Vec<String> {
    let notes = document.body.footnotes.iter().map(|(_, fill)| &fill.html);
    std::iter::once(&document.body.main.html()).chain(notes).flat_map(|html| of_html(html)).collect()
}

/// Collects the texts in a table, including nested tables and lists.
fn collect<'a>(table: &'a Table, texts: &mut Vec<&'a str>) {
    fn of_value<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
        match &value.data {
            Data::Text(text) => texts.push(text),
            Data::List(items) => items.iter().for_each(|item| of_value(item, texts)),
            Data::Table(table) => collect(table, texts),
            _ => {}
        }
    }
    table.entries.iter().for_each(|entry| of_value(&entry.value, texts));
}
