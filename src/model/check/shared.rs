//! Joins the findings about references that fail for a cause which isn't at their place: the generator
//! makes what they point to, or it is outside of the content folder.
//!
//! Input: a reference without a target, and the findings about all references. Output: the cause, and
//! one finding for each cause. Never drops a finding, and never joins those of a handbook that isn't
//! written for another generator.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::foreign::grouped;
use super::{Checker, is_below_dot};
use crate::chapter::dialect::Foreign;
use crate::chapter::document::{Form, Fragment, Reference};
use crate::declare::config::Config;
use crate::declare::generator::Generator::{self, Docusaurus, Eleventy, Hugo, Jekyll, Middleman, MkDocs, Sphinx, Zola};
use crate::model::book::ChapterId;
use crate::model::index::name_key;
use crate::model::link::Target;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::path::{SourcePath, join};
use crate::text::rule::Rule;

/// The number of chapters that a finding names.
const NAMED: usize = 12;
/// The minimum number of contribution links in a list that all-contributors wrote.
const CONTRIBUTIONS: usize = 5;
/// The minimum number of missing pictures that makes a folder count as part of a larger project.
const PICTURES: usize = 5;
/// Files that generators write for programs.
const FEEDS: &[&str] = &[
    "sitemap.xml",
    "index.xml",
    "feed.xml",
    "rss.xml",
    "atom.xml",
    "feed.json",
    "index.json",
    "search.json",
    "llms.txt",
    "llms-full.txt",
];
/// Folders below which generators list chapters.
const LISTS: &[&str] = &["tags", "categories", "authors", "series", "archive", "archives"];
/// What all-contributors calls contributions.
const KINDS: &[&str] = &[
    "a11y",
    "audio",
    "blog",
    "bug",
    "business",
    "code",
    "content",
    "data",
    "design",
    "doc",
    "eventOrganizing",
    "example",
    "financial",
    "fundingFinding",
    "ideas",
    "infra",
    "maintenance",
    "mentoring",
    "platform",
    "plugin",
    "projectManagement",
    "promotion",
    "question",
    "research",
    "review",
    "security",
    "talk",
    "test",
    "tool",
    "translation",
    "tutorial",
    "userTesting",
    "video",
];

/// A cause that many references may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// The generator makes the page: lists, feeds, and pages of templates.
    Page,
    /// The generator inserts the text with the anchor.
    Inserted,
    /// Sphinx finds the target in code or in another project.
    Object,
    /// The target is outside of the content folder.
    Outside,
    /// The picture is in a folder that only the whole project has.
    Project,
    /// The page is in such a folder. This is clear only if many pictures are, too.
    ProjectPage,
    /// all-contributors writes links whose targets no page has.
    Contribution,
}

/// A finding, and what it shares with others: the cause, and the target as it is written.
pub(super) type Sorted = (Option<(Cause, String)>, Diagnostic);

/// What is found out about all chapters when a reference needs it.
#[derive(Debug, Default)]
pub(super) struct Memory<'a> {
    /// The folders at the top with chapters or files.
    folders: OnceLock<BTreeSet<&'a str>>,
}

impl Checker<'_> {
    /// Returns what a reference without a target shares with others.
    pub(super) fn cause(&self, reference: &Reference, target: &Target, from: ChapterId) -> Option<(Cause, String)> {
        if !self.config.reads_foreign() {
            return None;
        }
        let cause = match (target, &reference.fragment) {
            (Target::DeadAnchor(to), Some(Fragment::Anchor(anchor))) => self.cause_of_anchor(anchor, *to, from)?,
            (Target::Dead, _) => self.cause_of_path(reference, from)?,
            _ => return None,
        };
        let written = match &reference.fragment {
            Some(Fragment::Anchor(anchor)) => format!("{}#{anchor}", reference.target),
            _ => reference.target.clone(),
        };
        Some((cause, written))
    }

    fn cause_of_anchor(&self, anchor: &str, to: ChapterId, from: ChapterId) -> Option<Cause> {
        let generator = self.config.generator;
        let is_inserted = |kind: Foreign| matches!(kind, Foreign::Inclusion | Foreign::Code);
        let is_contribution = || {
            let (kind, who) = anchor.split_once('-').unwrap_or_default();
            KINDS.contains(&kind) && !who.is_empty()
        };
        let foreign = &self.documents[to.index()].body.foreign;
        if foreign.iter().any(|(kind, _)| is_inserted(*kind)) || self.is_generated(to) {
            return Some(Cause::Inserted);
        }
        if generator == Some(Sphinx) && anchor.contains(['.', ':', '/', ' ']) {
            return Some(Cause::Object);
        }
        (!self.config.configured && to == from && is_contribution()).then_some(Cause::Contribution)
    }

    /// Returns whether something was left out of a chapter of a plain folder where the site's own program
    /// inserts text (`{{generator:team}}`).
    fn is_generated(&self, chapter: ChapterId) -> bool {
        let is_plain = !self.config.configured && self.config.generator.is_none();
        is_plain && self.documents[chapter.index()].body.foreign.iter().any(|(kind, _)| *kind == Foreign::Expression)
    }

    fn cause_of_path(&self, reference: &Reference, from: ChapterId) -> Option<Cause> {
        let name = &reference.target;
        if !matches!(reference.form, Form::Relative | Form::Image) || name.is_empty() {
            return None;
        }
        let Some(path) = join(self.book.meta(from).path.folder(), name) else {
            return (!self.config.configured).then_some(Cause::Outside);
        };
        if self.config.generator.is_some_and(|generator| self.is_made(&path, generator)) {
            return Some(Cause::Page);
        }
        let first = path.split('/').next().unwrap_or_default();
        let is_bare = !self.config.configured && self.config.generator.is_none() && !is_below_dot(&path);
        let is_apart = is_bare && name.starts_with('/') && path.contains('/') && !self.has_folder(first);
        let cause = if reference.form == Form::Image { Cause::Project } else { Cause::ProjectPage };
        is_apart.then_some(cause)
    }

    /// Returns whether there is a chapter or a file in a folder at the top.
    fn has_folder(&self, name: &str) -> bool {
        let folders = self.shared.folders.get_or_init(|| {
            let paths = self.documents.iter().map(|document| &document.meta.path).chain(self.book.assets.iter());
            paths.filter_map(|path| Some(path.as_str().split_once('/')?.0)).collect()
        });
        folders.contains(name)
    }

    /// Returns whether a generator makes the page or file at a path.
    fn is_made(&self, path: &str, generator: Generator) -> bool {
        let path = path.trim_end_matches('/');
        let (first, last) = (path.split('/').next().unwrap_or_default(), path.rsplit('/').next().unwrap_or_default());
        let is_list = [Docusaurus, Hugo, Jekyll, MkDocs, Zola].contains(&generator) && LISTS.contains(&first);
        let is_icon = generator == MkDocs && last == "favicon.ico";
        let book = self.book;
        let has = |file: String| book.assets.contains(&SourcePath::new(file));
        let is_template = || match generator {
            Hugo | Jekyll | Eleventy => {
                // A template says in its front matter at which address its page is.
                let by_name =
                    || !path.contains('/') && book.assets_by_key.contains_key(&name_key(&format!("{path}.html")));
                has(format!("{path}.html")) || has(format!("{path}/index.html")) || by_name()
            }
            Middleman => {
                let is_of_data = || self.is_of_program(first) || !self.has_folder(first);
                has(format!("{path}.erb")) || (path != first && is_of_data())
            }
            _ => false,
        };
        let is_moved = self.config.origin.moved.contains_key(path) || self.config.origin.moved.contains_key(last);
        is_list || is_icon || is_moved || FEEDS.contains(&last) || is_template()
    }

    /// Returns whether a program writes a part of the chapter at `path`, and so maybe the pages below it.
    fn is_of_program(&self, path: &str) -> bool {
        let of_program = |kind: Foreign| kind == Foreign::Template;
        let mut found = self.book.names.at_path(path).iter();
        found.any(|id| self.documents[id.index()].body.foreign.iter().any(|(kind, _)| of_program(*kind)))
    }
}

/// Reports contribution links one by one if a chapter has only a few of them.
pub(super) fn separate_few(list: &mut [Sorted]) {
    let is_contribution = |sorted: &Sorted| matches!(sorted.0, Some((Cause::Contribution, _)));
    if list.iter().filter(|sorted| is_contribution(sorted)).count() < CONTRIBUTIONS {
        list.iter_mut().filter(|sorted| is_contribution(sorted)).for_each(|sorted| sorted.0 = None);
    }
}

/// Returns the findings with one for each cause that several may share.
pub(super) fn joined(list: Vec<Sorted>, config: &Config) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut causes: BTreeMap<Cause, Vec<(String, Place)>> = BTreeMap::new();
    let pictures = list.iter().filter(|sorted| matches!(sorted.0, Some((Cause::Project, _)))).count();
    for (cause, finding) in list {
        match cause {
            Some((Cause::ProjectPage, _)) if pictures < PICTURES => findings.push(finding),
            Some((cause, written)) => causes.entry(cause).or_default().push((written, finding.place)),
            None => findings.push(finding),
        }
    }
    findings.extend(causes.into_iter().map(|(cause, list)| finding(cause, list, config)));
    findings
}

fn finding(cause: Cause, list: Vec<(String, Place)>, config: &Config) -> Diagnostic {
    let count = list.len();
    let paths = list.iter().skip(1).filter_map(|(_, place)| match place {
        Place::Content(path, _) => Some(format!("`{path}`")),
        _ => None,
    });
    let others = others(paths.collect());
    let (written, place) = list.into_iter().next().unwrap_or((String::new(), Place::Handbook));
    let generator = config.generator.map_or("the site's generator", Generator::title);
    let (one, several, help) = words(cause, generator);
    let message = match count {
        1 => format!("1 {one}: `{written}`"),
        count => format!("{} {several}; the first is `{written}`", grouped(count)),
    };
    let finding = Diagnostic::at(Rule::ForeignForm, place, message).help(help);
    match others {
        Some(others) => finding.note(others),
        None => finding,
    }
}

/// Returns a note that names the chapters of all findings but the first, if there are any.
fn others(mut paths: Vec<String>) -> Option<String> {
    paths.dedup();
    let more = paths.len().saturating_sub(NAMED);
    paths.truncate(NAMED);
    let named = paths.join(", ");
    match more {
        _ if paths.is_empty() => None,
        0 => Some(format!("the others are in {named}")),
        1 => Some(format!("the others are in {named} and 1 more chapter")),
        more => Some(format!("the others are in {named} and {} more chapters", grouped(more))),
    }
}

/// Returns what one reference and several of a cause do, and what to do about them.
fn words(cause: Cause, generator: &str) -> (String, String, String) {
    let own = |one: &str, several: &str, help: &str| (one.to_owned(), several.to_owned(), help.to_owned());
    match cause {
        Cause::Page => (
            format!("link leads to a page that {generator} makes and this site doesn't have"),
            format!("links lead to pages that {generator} makes and this site doesn't have"),
            "link to a page of this site, or remove the link".to_owned(),
        ),
        Cause::Inserted => own(
            "link leads to a heading in text that isn't inserted",
            "links lead to headings in text that isn't inserted",
            "write the text that is missing into the chapter",
        ),
        Cause::Object => own(
            "link leads to a description of code or to another project",
            "links lead to descriptions of code or to other projects",
            "Sphinx finds these, and Rolebook doesn't: write the address that readers need",
        ),
        Cause::Outside => own(
            "link leads out of the content folder",
            "links lead out of the content folder",
            "write the whole address, beginning with `https://`",
        ),
        Cause::Project => own(
            "picture points to a folder that isn't part of this one",
            "pictures point to folders that aren't part of this one",
            "if this is one folder of a project, build the whole project",
        ),
        Cause::ProjectPage => own(
            "link points to a folder that isn't part of this one",
            "links point to folders that aren't part of this one",
            "if this is one folder of a project, build the whole project",
        ),
        Cause::Contribution => own(
            "link to a contribution leads nowhere",
            "links to contributions lead nowhere",
            "all-contributors writes these links, and no page has their targets",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_each_chapter_once_and_counts_those_beyond_the_limit() {
        let note =
            |number: usize| others((0..number).flat_map(|n| [format!("`{n}.md`"), format!("`{n}.md`")]).collect());
        assert_eq!(note(0), None);
        assert_eq!(note(2).unwrap(), "the others are in `0.md`, `1.md`");
        assert!(note(NAMED).unwrap().ends_with("`11.md`"));
        assert!(note(NAMED + 1).unwrap().ends_with("`11.md` and 1 more chapter"));
        assert!(note(NAMED + 1002).unwrap().ends_with("`11.md` and 1,002 more chapters"));
    }
}
