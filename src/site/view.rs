//! Prepares the data for each template.
//!
//! Input: the book, the configuration and the URL of the page. Output: `Serialize` structs, one per
//! template, in which every link is already relative to that page. Never calls a template, and
//! never looks at another page's bytes.

#![allow(missing_docs, reason = "the fields are what the theme's templates read, by these names")]

pub mod assess;
pub mod changes;
pub mod children;
pub mod compare;
pub mod competency;
pub mod data;
pub mod decisions;
pub mod desk;
pub mod health;
pub mod hiring;
pub mod home;
pub mod ladder;
mod ladder_drawing;
pub mod matrix;
pub mod navigation;
pub mod page;
pub mod path;
pub mod picker;
pub mod radar;
pub mod role;
mod share;
pub mod sheets;
pub mod strategy;
pub mod tags;
pub mod templates;
mod track;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::chapter::document::{Document, LevelHeading, Meta};
use crate::declare::config::{Config, Scope};
use crate::declare::kind::{Kind, Levels};
pub use crate::model::book::competency_of;
use crate::model::book::{Book, ChapterId, Generated, NodeId, Party, RoleView, Standing, generated_url, role_of};
use crate::model::compile::Handbook;
use crate::past::history::Past;
use crate::site::theme::{Html, Theme};
use crate::text::path::UrlPath;
use crate::text::spreadsheet::guarded;

/// A source of HTML for statements and sections of chapters, with links relative to the page.
pub trait Cells {
    /// Returns the inner HTML of the statement with this number in its chapter.
    fn statement(&self, chapter: ChapterId, number: usize) -> Html;

    /// Returns the HTML of a statement's examples as a list, or `None` if the statement has no
    /// examples.
    fn examples(&self, chapter: ChapterId, number: usize) -> Option<Html>;

    /// Returns the HTML of the section with this anchor, without its heading. Returns `None` if
    /// there is no such section.
    fn section(&self, chapter: ChapterId, anchor: &str) -> Option<Html>;
    /// Returns the HTML of a competency's interview questions, with headings starting at the fifth
    /// level. Returns `None` if it has none.
    fn interview(&self, competency: ChapterId) -> Option<Html>;
}

/// The page that data is prepared for, and everything that the data is taken from.
#[derive(Clone, Copy)]
pub struct Viewpoint<'a> {
    /// The handbook, which notes the chapters of which a page shows more than metadata.
    pub handbook: &'a Handbook,
    /// The chapters and the relations between them.
    pub book: &'a Book,
    /// The handbook's configuration.
    pub config: &'a Config,
    /// The theme, which has the UI strings.
    pub theme: &'a Theme,
    /// The URL of the page.
    pub at: &'a UrlPath,
    /// What is known about the handbook's past.
    pub past: &'a Past,
    /// The source of statements and sections.
    pub cells: &'a dyn Cells,
    /// The path that URLs begin with if they can't be relative. This is the case on the page for
    /// URLs that don't exist, because hosts show it at any depth.
    pub root: Option<&'a str>,
}

/// A link as templates print it. Without a URL, it is plain text.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Link {
    /// The link text.
    pub title: String,
    /// The target, relative to the page.
    pub url: Option<String>,
    /// The kind of the linked chapter, which is also the link's class.
    pub kind: Option<&'static str>,
    /// A note next to the link.
    pub note: Option<String>,
    /// Whether the link leads to a role at the same rank.
    pub sideways: bool,
}

impl<'a> Viewpoint<'a> {
    /// Returns the URL of `to` relative to the page.
    pub fn url(&self, to: &UrlPath) -> String {
        match self.root {
            Some(root) => format!("{root}{}", to.encoded()),
            None => self.at.link_to(to),
        }
    }

    /// Returns a chapter's metadata.
    pub fn meta(&self, chapter: ChapterId) -> &'a Meta {
        self.book.meta(chapter)
    }

    /// Returns a chapter with its text.
    pub fn document(&self, chapter: ChapterId) -> &'a Document {
        &self.handbook.documents[chapter.index()]
    }

    /// Returns a link to a chapter.
    #[must_use]
    pub fn link(&self, chapter: ChapterId) -> Link {
        let meta = self.meta(chapter);
        let url = Some(self.url(self.book.url(chapter)));
        Link { title: self.title(chapter), url, kind: class_of(meta.kind), ..Link::default() }
    }

    /// Returns a chapter's title, with its family if another family has a chapter of the same name.
    pub fn title(&self, chapter: ChapterId) -> String {
        self.book.title(chapter, self.config)
    }

    /// Returns the title of a competency's cluster.
    #[must_use]
    pub fn cluster(&self, competency: ChapterId) -> String {
        let cluster = competency_of(self.book, competency).and_then(|facts| facts.cluster.clone());
        cluster.unwrap_or_else(|| self.theme.ui("competencies-other").to_owned())
    }

    /// Links to several chapters.
    pub fn links(&self, chapters: &[ChapterId]) -> Vec<Link> {
        chapters.iter().map(|chapter| self.link(*chapter)).collect()
    }

    /// Returns a link to a node of the tree.
    pub fn node(&self, node: NodeId) -> Link {
        let node = self.book.tree.node(node);
        match node.chapter {
            Some(chapter) => Link { title: node.title.clone(), ..self.link(chapter) },
            None => Link { title: node.title.clone(), url: Some(self.url(&node.url)), ..Link::default() },
        }
    }

    /// Returns the URL of an anchor in a chapter.
    #[must_use]
    pub fn anchor(&self, chapter: ChapterId, anchor: &str) -> String {
        self.place(self.book.url(chapter), Some(anchor))
    }

    /// Returns the URL of a page, or of an anchor on it.
    #[must_use]
    pub fn place(&self, page: &UrlPath, anchor: Option<&str>) -> String {
        let mut url = self.url(page);
        if let Some(anchor) = anchor {
            url.push('#');
            url.push_str(&encode_fragment(anchor));
        }
        url
    }

    /// Returns the URL of a generated page, if the book has it.
    #[must_use]
    pub fn generated(&self, page: Generated) -> Option<String> {
        page.exists(self.book).then(|| self.url(&generated_url(page.name(), self.config.urls)))
    }

    /// Returns a link to a role, or a partner's name.
    pub fn party(&self, party: Party) -> Link {
        match party {
            Party::Role(role) => self.link(role),
            Party::Partner(n) => {
                let title = self.config.partners.get(n as usize).map(|(_, title)| title.clone()).unwrap_or_default();
                Link { title, kind: Some("partner"), ..Link::default() }
            }
        }
    }

    /// Returns the URL of the page that compares two roles, which may be declared in either order.
    pub fn comparison(&self, a: ChapterId, b: ChapterId) -> Option<String> {
        let pairs = &self.book.relations.pairs;
        let (a, b) = if pairs.contains(&(a, b)) { (a, b) } else { (b, a) };
        pairs.contains(&(a, b)).then(|| self.url(&comparison_url(self.book, self.config, (a, b))))
    }

    /// Returns the name of a level of a competency, as the track or family of a standing calls it.
    pub fn level_name(&self, competency: ChapterId, at: Standing<'_>) -> String {
        let scope = self.book.scope(competency, at.scope);
        self.config.level_at(at.level, scope).map(|known| known.name.clone()).unwrap_or_default()
    }

    /// Returns the name of a level of a competency, with the competency's word for the proficiency
    /// at that level, if it has one.
    pub fn level_name_of(&self, competency: ChapterId, at: Standing<'_>) -> String {
        let name = self.level_name(competency, at);
        match self.proficiency(competency, at) {
            Some(word) => format!("{name} · {word}"),
            None => name,
        }
    }

    /// Returns a competency's word for the proficiency at a level.
    pub fn proficiency(&self, competency: ChapterId, at: Standing<'_>) -> Option<&'a str> {
        let facts = competency_of(self.book, competency)?;
        let of = |track: Option<&str>| {
            let is_here = |heading: &&LevelHeading| heading.level == at.level && heading.track.as_deref() == track;
            facts.levels.iter().filter(is_here).find_map(|heading| heading.proficiency.as_deref())
        };
        of(at.scope.track).or_else(|| of(None))
    }

    /// Returns a level's name and its place among `of` levels.
    pub fn level_of(&self, name: &str, level: u8, of: u8) -> String {
        let words = self.theme.ui("level-of").replace("{name}", name);
        words.replace("{n}", &level.to_string()).replace("{of}", &of.to_string())
    }

    /// Returns the highest level of the scale that applies to a competency where a role expects it.
    pub fn highest(&self, competency: ChapterId, role: Scope<'_>) -> u8 {
        self.config.highest(self.book.scope(competency, role))
    }

    /// Returns the highest level of all scales that roles and competencies use. Levels of different
    /// tracks are compared on it.
    pub fn tallest(&self) -> u8 {
        let relations = &self.book.relations;
        let roles = relations.roles.values().map(RoleView::scope);
        let families = relations.competencies.keys().map(|competency| self.meta(*competency).family.as_deref());
        let scopes: BTreeSet<(Option<&str>, Option<&str>)> =
            roles.map(|scope| (scope.track, scope.family)).chain(families.map(|family| (None, family))).collect();
        let heights = scopes.into_iter().map(|(track, family)| self.config.highest(Scope { track, family }));
        heights.max().unwrap_or_else(|| self.config.highest(Scope::default()))
    }

    /// Returns the highest level that a competency describes for a track, or that of the scale if
    /// it describes none.
    #[must_use]
    pub fn top(&self, competency: ChapterId, role: Scope<'_>) -> u8 {
        let statements = competency_of(self.book, competency).map(|facts| facts.statements.as_slice());
        let of_track = statements.into_iter().flatten().filter(|statement| statement.is_for(role.track));
        of_track.map(|statement| statement.level).max().unwrap_or_else(|| self.highest(competency, role))
    }

    /// Explains how the levels of what a role expects relate to each other, and whether they are
    /// job grades.
    #[must_use]
    pub fn hint(&self, role: &RoleView) -> String {
        let modes = role.expectations.iter().filter_map(|expected| competency_of(self.book, expected.competency));
        let track = role.track.as_deref();
        let replace = modes.clone().filter(|competency| competency.mode_for(track) == Levels::Replace).count();
        let key = match replace {
            0 => "role-competencies-hint",
            _ if replace == modes.count() => "role-competencies-hint-replace",
            _ => "role-competencies-hint-mixed",
        };
        let words = self.theme.ui(key);
        if self.config.job_levels {
            return words.to_owned();
        }
        format!("{words} {}", self.theme.ui("levels-not-grades"))
    }

    /// Returns the URL of the place where a competency describes a level.
    #[must_use]
    pub fn level_url(&self, competency: ChapterId, at: Standing<'_>) -> Option<String> {
        let heading = competency_of(self.book, competency)?.heading(at.level, at.scope.track)?;
        Some(self.anchor(competency, &heading.id))
    }

    /// Returns the title of a role's track.
    #[must_use]
    pub fn track_title(&self, role: ChapterId) -> Option<String> {
        Some(self.config.track_title(role_of(self.book, role)?.track.as_ref()?).to_owned())
    }
}

/// The path of the feed of changed chapters.
pub const FEED: &str = "changes.xml";

/// Returns the URL of the feed. Returns `None` if there is no history, or no base URL for the
/// feed's absolute links.
pub fn feed_url(view: &Viewpoint<'_>) -> Option<String> {
    (view.past.has_history() && view.config.base_url.is_some()).then(|| view.url(&UrlPath::new(FEED)))
}

/// Returns the class of links to chapters of a kind.
pub fn class_of(kind: Kind) -> Option<&'static str> {
    (kind != Kind::Page).then(|| kind.name())
}

/// Returns the URL of the page that compares two roles.
pub fn comparison_url(book: &Book, config: &Config, (a, b): (ChapterId, ChapterId)) -> UrlPath {
    generated_url(&format!("compare/{}/{}", book.id_in_url(a), book.id_in_url(b)), config.urls)
}

/// Percent-encodes what isn't allowed in a fragment (RFC 3986 section 3.5).
pub fn encode_fragment(anchor: &str) -> String {
    // Anchors are slugs, unless an author wrote them.
    if anchor.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return anchor.to_owned();
    }
    let mut out = String::with_capacity(anchor.len());
    crate::text::markup::escape_address_into(anchor, &mut out);
    out.replace("&amp;", "&").replace("&#x27;", "'").replace('#', "%23")
}

/// Percent-encodes what isn't allowed in a query value (WHATWG URL,
/// application/x-www-form-urlencoded).
pub fn query(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Returns the name of a chapter in a table: its title, or its ID if others of its kind have the same
/// title.
pub fn name_of(view: &Viewpoint<'_>, chapter: ChapterId, kind: Kind) -> String {
    let book = view.book;
    let title = &view.meta(chapter).title;
    let is_of_kind = |other: &ChapterId| book.meta(*other).kind == kind;
    let by_name = book.names.find(title).iter().copied().filter(is_of_kind);
    let by_title = book.names.titled(title).iter().copied().filter(is_of_kind);
    let is_unique = by_name.chain(by_title).all(|other| other == chapter);
    if is_unique { title.clone() } else { book.id(chapter).to_owned() }
}

/// What a cell says if there is no cluster, because an empty cell means the same as the one above.
pub const NONE: &str = "–";

/// Quotes a field. What a spreadsheet would read as a formula gets an apostrophe in front, which
/// `rolebook import` takes away again.
pub fn field(text: &str) -> String {
    let text = guarded(text);
    if text.contains([',', ';', '"', '\t', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn no_field_is_a_formula() {
        for (text, wanted) in [
            ("a", "a"),
            ("=1", "'=1"),
            ("a;=1", "\"a;'=1\""),
            ("a\tb", "\"a\tb\""),
            ("\u{200b}=1", "'\u{200b}=1"),
            ("\0=1", "'\0=1"),
            ("＝1", "'＝1"),
            ("－1; a", "\"'－1; a\""),
            ("a; =1; b", "\"a;' =1; b\""),
        ] {
            assert_eq!(field(text), wanted, "{text:?}");
        }
    }
}
