//! Arranges the chapters: parts, directories, neighbors, and the reading order.
//!
//! Input: paths, orders and titles, or a `SUMMARY.md` of mdBook or `GitBook`. Output: [`Tree`]. A
//! directory without an index gets its own node, whose page is generated.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::chapter::document::Meta;
use crate::chapter::parse::humanise;
use crate::declare::config::Config;
use crate::declare::generator::Generator;
use crate::declare::origin::{NavEntry, summary, without_number};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath, fold};
use crate::text::rule::Rule;
use crate::text::slug::slug_of_part;

use super::address::{folder_url, precedence};
use super::{ChapterId, Generated, Input, Names};

/// A node's index in [`Tree::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The root, which is the home page.
    pub const HOME: Self = Self(0);

    /// Returns the index as a `usize`.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A chapter or directory in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The chapter that is the node's page; `None` for a directory without an index.
    pub chapter: Option<ChapterId>,
    /// The title of the node.
    pub title: String,
    /// The URL of the node.
    pub url: UrlPath,
    /// The node above; `None` for the root.
    pub parent: Option<NodeId>,
    /// The nodes below, in order.
    pub children: Vec<NodeId>,
    /// The node's position among its parent's children.
    pub position: u32,
}

/// The tree; node 0 is the root, which is the home page.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// All nodes, with parents before their children.
    pub nodes: Vec<Arc<Node>>,
    /// The node of each chapter.
    pub of_chapter: Vec<NodeId>,
    /// Nodes in reading order, the root first.
    pub reading: Vec<NodeId>,
    /// The position of each node in the reading order.
    pub place: Vec<u32>,
    /// Directories without an index, by URL.
    folders: BTreeMap<UrlPath, NodeId>,
}

impl Tree {
    /// Lists the nodes that have no chapter: folders without an index, and a root without one.
    pub fn bare_folders(&self) -> impl Iterator<Item = NodeId> {
        let all = (0u32..).map(NodeId).zip(&self.nodes);
        all.filter(|(_, node)| node.chapter.is_none()).map(|(node, _)| node)
    }

    /// Builds the tree from `SUMMARY.md` if there is one, otherwise from the directories.
    pub fn new<'a>(
        input: Input<'a>,
        urls: &'a [UrlPath],
        names: &Names,
        findings: &mut Vec<(String, Diagnostic)>,
    ) -> Self {
        let nodes = Vec::with_capacity(input.chapters.len());
        let mut builder = Builder { input, urls, nodes, of_chapter: vec![None; input.chapters.len()] };
        builder.root();
        match input.summary {
            Some(text) => {
                let entries = summary(text, input.config.reads_foreign());
                builder.follow_nav(&entries, names, Some(findings));
            }
            None => builder.follow_nav(&input.config.origin.nav, names, None),
        }
        builder.follow_folders();
        builder.finish()
    }

    /// Returns a node.
    pub fn node(&self, node: NodeId) -> &Node {
        &self.nodes[node.index()]
    }

    /// Returns the root.
    pub fn root(&self) -> &Node {
        &self.nodes[0]
    }

    /// Returns the node of a directory without an index, by its URL.
    pub fn folder(&self, url: &UrlPath) -> Option<NodeId> {
        self.folders.get(url).copied()
    }

    /// Returns the tree after titles or orders of the chapters `changed` have changed, if every
    /// node keeps its position. Returns `None` if a node moves, or if the order may follow something
    /// else, such as a `SUMMARY.md`.
    pub fn retitled(&self, input: Input<'_>, changed: &[ChapterId]) -> Option<Self> {
        if input.summary.is_some() || input.config.reads_foreign() {
            return None;
        }
        let mut tree = self.clone();
        let nodes = changed.iter().map(|chapter| (chapter, self.of_chapter[chapter.index()]));
        // The home page has the same title as the handbook.
        for (chapter, node) in nodes.filter(|(_, node)| *node != NodeId(0)) {
            let Node { parent, position, .. } = *self.node(node);
            let siblings = &self.node(parent?).children;
            let at = |n: usize| siblings.get(n).map(|node| self.sort_key(*node, input));
            let (n, own) = (position as usize, self.sort_key(node, input));
            let before = n.checked_sub(1).and_then(at);
            let after = at(n + 1);
            if before.is_some_and(|before| before >= own) || after.is_some_and(|after| after <= own) {
                return None;
            }
            let title = &mut Arc::make_mut(&mut tree.nodes[node.index()]).title;
            name_of(&input.chapters[chapter.index()]).clone_into(title);
        }
        Some(tree)
    }

    fn sort_key(&self, node: NodeId, input: Input<'_>) -> (i64, String) {
        let node = self.node(node);
        let meta = node.chapter.map(|chapter| &input.chapters[chapter.index()]);
        let order = meta.and_then(|meta| meta.order).unwrap_or(i64::MAX);
        (order, fold(meta.map_or(&node.title, |meta| name_of(meta))))
    }

    /// Returns the nodes above `node`, starting with the root.
    pub fn above(&self, node: NodeId) -> Vec<NodeId> {
        let above = |node: &NodeId| self.node(*node).parent;
        let mut list: Vec<NodeId> = std::iter::successors(above(&node), above).collect();
        list.reverse();
        list
    }

    /// Returns the nodes before and after `node` in reading order.
    pub fn neighbours(&self, node: NodeId) -> (Option<NodeId>, Option<NodeId>) {
        let place = self.place[node.index()] as usize;
        let before = place.checked_sub(1).map(|n| self.reading[n]);
        (before, self.reading.get(place + 1).copied())
    }
}

struct Builder<'a> {
    input: Input<'a>,
    urls: &'a [UrlPath],
    nodes: Vec<Node>,
    of_chapter: Vec<Option<NodeId>>,
}

impl<'a> Builder<'a> {
    fn root(&mut self) {
        let mut numbered = (0..).map(ChapterId).zip(self.input.chapters);
        let named = &self.input.config.origin.home;
        let is_home =
            |meta: &Meta| meta.path.folder().is_empty() && meta.path.is_index() || named.as_ref() == Some(&meta.path);
        let homes = numbered.by_ref().filter(|(_, meta)| is_home(meta));
        let home = homes.min_by_key(|(_, meta)| precedence(&meta.path));
        let chapter = home.map(|(chapter, _)| chapter);
        let title = self.input.config.title.clone();
        let url = folder_url("", self.input.config.urls);
        let node = self.add(Node { chapter, title, url, parent: None, children: Vec::new(), position: 0 });
        if let Some(chapter) = chapter {
            self.of_chapter[chapter.index()] = Some(node);
        }
    }

    fn add(&mut self, mut node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        if let Some(parent) = node.parent {
            let siblings = &mut self.nodes[parent.index()].children;
            node.position = u32::try_from(siblings.len()).unwrap_or(u32::MAX);
            siblings.push(id);
        }
        self.nodes.push(node);
        id
    }

    fn add_chapter(&mut self, chapter: ChapterId, title: String, parent: NodeId) -> NodeId {
        let url = self.urls[chapter.index()].clone();
        let node = Node { chapter: Some(chapter), title, url, parent: Some(parent), children: Vec::new(), position: 0 };
        let id = self.add(node);
        self.of_chapter[chapter.index()] = Some(id);
        id
    }

    /// Places the chapters that the navigation lists, nested like its list. Reports entries
    /// without a chapter if `findings` is given.
    fn follow_nav(&mut self, nav: &[NavEntry], names: &Names, mut findings: Option<&mut Vec<(String, Diagnostic)>>) {
        let path = SourcePath::new("SUMMARY.md");
        // The entries that the next one may be below. A group has no node until a chapter needs it.
        let mut open: Vec<(&NavEntry, Option<NodeId>)> = Vec::new();
        for entry in nav {
            while open.last().is_some_and(|(above, _)| above.depth >= entry.depth) {
                open.pop();
            }
            let Some(target) = &entry.target else {
                open.push((entry, None));
                continue;
            };
            let target = target.trim_start_matches("./").trim_end_matches('/');
            if target.is_empty() {
                continue;
            }
            let without = SourcePath::new(target).without_extension().to_owned();
            let found = names.at_path(&without).iter().copied();
            let found = found.min_by_key(|chapter| precedence(&self.input.chapters[chapter.index()].path));
            let found = found.or_else(|| self.without_numbers(&without));
            let Some(chapter) = found else {
                if let Some(findings) = findings.as_deref_mut() {
                    let message = format!("no chapter at `{target}`");
                    let finding = Diagnostic::new(Rule::SummaryEntry, &path, entry.span, message);
                    findings.push((without.clone(), finding.help("write the chapter, or remove the line")));
                }
                // What is below it is below a group of its name.
                if self.input.config.reads_foreign() && entry.title.is_some() {
                    open.push((entry, None));
                }
                continue;
            };
            if self.of_chapter[chapter.index()].is_some() {
                continue;
            }
            let parent = self.open_node(&mut open);
            let meta = &self.input.chapters[chapter.index()];
            let title = entry.title.clone().unwrap_or_else(|| name_of(meta).to_owned());
            let node = self.add_chapter(chapter, title, parent);
            // Nothing is below mdBook's prefix chapters, which aren't items of a list.
            if entry.depth > 0 {
                open.push((entry, Some(node)));
            }
        }
    }

    /// Finds a chapter by Docusaurus' ID for it: the path without the numbers in front of names, with the
    /// `id` of its front matter as the last name.
    fn without_numbers(&self, id: &str) -> Option<ChapterId> {
        if self.input.config.generator != Some(Generator::Docusaurus) || !self.input.config.reads_foreign() {
            return None;
        }
        let plain = |path: &str| path.split('/').map(without_number).collect::<Vec<_>>().join("/");
        let (above, name) = id.rsplit_once('/').unwrap_or(("", id));
        let mut numbered = (0..).map(ChapterId).zip(self.input.chapters);
        let is_meant = |meta: &Meta| {
            plain(meta.path.without_extension()) == id || meta.id == name && plain(meta.path.folder()) == above
        };
        numbered.find(|(_, meta)| is_meant(meta)).map(|(chapter, _)| chapter)
    }

    /// Returns the node of the innermost open entry, and adds nodes for groups that have none yet.
    fn open_node(&mut self, open: &mut [(&NavEntry, Option<NodeId>)]) -> NodeId {
        let mut parent = NodeId(0);
        for (entry, node) in open {
            parent = match node {
                Some(node) => *node,
                None => self.add_group(entry.title.as_deref().unwrap_or_default(), parent),
            };
            *node = Some(parent);
        }
        parent
    }

    /// Adds a node for a group that isn't a folder. Its page has an address of its own.
    fn add_group(&mut self, title: &str, parent: NodeId) -> NodeId {
        let style = self.input.config.urls;
        let name = slug_of_part(title);
        let name = if name.is_empty() { "group".to_owned() } else { name };
        let folders: HashSet<&str> = self.input.chapters.iter().flat_map(|meta| meta.path.folders()).collect();
        let is_taken = |url: &UrlPath| self.urls.contains(url) || self.nodes.iter().any(|node| node.url == *url);
        let names = std::iter::once(name.clone()).chain((2u32..).map(|number| format!("{name}-{number}")));
        let mut free = names.filter(|name| !folders.contains(name.as_str()) && !is_reserved(name));
        let url = free.by_ref().map(|name| folder_url(&name, style)).find(|url| !is_taken(url));
        let url = url.unwrap_or_else(|| folder_url(&name, style));
        self.add(Node {
            chapter: None,
            title: title.to_owned(),
            url,
            parent: Some(parent),
            children: Vec::new(),
            position: 0,
        })
    }

    /// Places every remaining chapter by its directory.
    fn follow_folders(&mut self) {
        let mut folders = self.folders();
        let mut open = vec![("", NodeId(0))];
        while let Some((folder, parent)) = open.pop() {
            for item in folders.remove(folder).unwrap_or_default() {
                let (path, is_folder) = (item.path, item.is_folder);
                let node = self.item_node(item, parent);
                if is_folder {
                    open.push((path, node));
                }
            }
        }
    }

    /// Returns the node of an item in a directory, and adds it if there is none yet.
    fn item_node(&mut self, item: Item<'_>, parent: NodeId) -> NodeId {
        let title = item.title.into_owned();
        if let Some(chapter) = item.chapter {
            return self.of_chapter[chapter.index()].unwrap_or_else(|| self.add_chapter(chapter, title, parent));
        }
        let url = folder_url(item.path, self.input.config.urls);
        self.add(Node { chapter: None, title, url, parent: Some(parent), children: Vec::new(), position: 0 })
    }

    /// Returns the direct contents of each directory, sorted by `order` and then by title.
    fn folders(&self) -> HashMap<&'a str, Vec<Item<'a>>> {
        let mut folders: HashMap<&str, Vec<Item<'_>>> = HashMap::new();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut indexes: HashMap<&str, ChapterId> = HashMap::new();
        let Input { chapters, config, .. } = self.input;
        let mut numbered = (0..).map(ChapterId).zip(chapters);
        for (chapter, meta) in numbered.clone().filter(|(_, meta)| meta.path.is_index()) {
            let first = indexes.entry(meta.path.folder()).or_insert(chapter);
            if precedence(&meta.path) < precedence(&chapters[first.index()].path) {
                *first = chapter;
            }
        }
        if config.reads_foreign() {
            self.add_notes_of_folders(&mut indexes);
        }
        // Chapters are sorted by path, so those in the same directory are mostly next to each
        // other.
        for group in chapters.chunk_by(|a, b| a.path.folder() == b.path.folder()) {
            let folder = group[0].path.folder();
            let numbers: Vec<(ChapterId, &Arc<Meta>)> = numbered.by_ref().take(group.len()).collect();
            // The navigation has placed all of them, so the folder needs no entry of its own.
            if config.reads_foreign() && numbers.iter().all(|(n, _)| self.of_chapter[n.index()].is_some()) {
                continue;
            }
            self.add_folder_items(folder, &indexes, &mut seen, &mut folders);
            let items = folders.entry(folder).or_default();
            for (chapter, meta) in numbers {
                if indexes.get(folder) == Some(&chapter) {
                    continue;
                }
                let title = Cow::Borrowed(name_of(meta));
                let name = meta.path.stem();
                items.push(Item { is_folder: false, chapter: Some(chapter), title, order: meta.order, path: "", name });
            }
        }
        #[allow(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
        for items in folders.values_mut() {
            items.sort_by_cached_key(|item| (item.order.unwrap_or(i64::MAX), sort_text(item, config), item.path));
        }
        folders
    }

    /// Adds chapters that are called like a folder without an index and are next to it.
    fn add_notes_of_folders(&self, indexes: &mut HashMap<&'a str, ChapterId>) {
        let all = self.input.chapters.iter();
        let folders: HashSet<&str> = all.flat_map(|meta| meta.path.folders()).filter(|name| !name.is_empty()).collect();
        for (chapter, meta) in (0..).map(ChapterId).zip(self.input.chapters) {
            let name = meta.path.without_extension();
            if !meta.path.is_index() && folders.contains(name) {
                indexes.entry(name).or_insert(chapter);
            }
        }
    }

    /// Adds items for a directory and the directories above it, unless they already exist.
    fn add_folder_items(
        &self,
        folder: &'a str,
        indexes: &HashMap<&str, ChapterId>,
        seen: &mut HashSet<&'a str>,
        folders: &mut HashMap<&'a str, Vec<Item<'a>>>,
    ) {
        let mut at = folder;
        while !at.is_empty() && seen.insert(at) {
            let (above, name) = at.rsplit_once('/').unwrap_or(("", at));
            let chapter = indexes.get(at).copied();
            let meta = chapter.map(|chapter| &self.input.chapters[chapter.index()]);
            let origin = &self.input.config.origin;
            let known = origin.folders.get(at);
            let label = known.and_then(|folder| folder.label.clone()).map(Cow::Owned);
            let title = label.or_else(|| meta.map(|meta| Cow::Borrowed(name_of(meta))));
            let title = title.unwrap_or_else(|| Cow::Owned(humanise(origin.name(above, name))));
            let order = meta.and_then(|meta| meta.order).or_else(|| known?.order);
            let order = order.or_else(|| origin.number(above, name));
            folders.entry(above).or_default().push(Item { is_folder: true, chapter, title, order, path: at, name });
            at = above;
        }
    }

    fn finish(self) -> Tree {
        let mut reading = Vec::with_capacity(self.nodes.len());
        let mut open = vec![NodeId(0)];
        while let Some(node) = open.pop() {
            reading.push(node);
            open.extend(self.nodes[node.index()].children.iter().rev());
        }
        let mut place = vec![0; self.nodes.len()];
        for (n, node) in (0..).zip(&reading) {
            place[node.index()] = n;
        }
        let of_chapter = self.of_chapter.iter().map(|node| node.unwrap_or(NodeId(0))).collect();
        let made = (0..).map(NodeId).zip(&self.nodes).skip(1).filter(|(_, node)| node.chapter.is_none());
        let folders = made.map(|(id, node)| (node.url.clone(), id)).collect();
        let nodes = self.nodes.into_iter().map(Arc::new).collect();
        Tree { nodes, of_chapter, reading, place, folders }
    }
}

/// An item in a directory: a chapter or another directory.
struct Item<'a> {
    is_folder: bool,
    chapter: Option<ChapterId>,
    title: Cow<'a, str>,
    order: Option<i64>,
    path: &'a str,
    /// The name of the file without its extension, or of the directory.
    name: &'a str,
}

/// Returns a chapter's name in the navigation.
fn name_of(meta: &Meta) -> &str {
    meta.label.as_deref().unwrap_or(&meta.title)
}

/// Returns whether a page that isn't in the tree may have the name.
fn is_reserved(name: &str) -> bool {
    Generated::ALL.iter().any(|page| page.name() == name) || ["assets", "api", "print", "files"].contains(&name)
}

/// Returns the text that items without a position are sorted by. In folders that may be written for
/// another generator, `Part 10` comes after `Part 9`.
fn sort_text(item: &Item<'_>, config: &Config) -> String {
    if !config.reads_foreign() {
        return fold(&item.title);
    }
    let text = fold(if config.sorts_by_file() { item.name } else { &item.title });
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        if !digits.is_empty() {
            out.extend(std::iter::repeat_n('0', 12usize.saturating_sub(digits.len())));
        }
        out.push_str(part);
    }
    out
}
