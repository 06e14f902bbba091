//! Writes `llms.txt` (llmstxt.org), which lists the handbook for machine readers.
//!
//! Input: the tree and the chapters' copies. Output: two texts. The first describes the handbook
//! and lists its parts, with one line per chapter. The second contains all the copies. Never shows
//! anything that the pages don't show.

use std::fmt::Write as _;

use super::copy::{copy_url, without_nul};
use super::{PageCells, Renderer};
use crate::declare::kind::Status;
use crate::model::book::{ChapterId, NodeId};
use crate::site::view::{Viewpoint, page};
use crate::text::path::UrlPath;
use crate::text::source::Sources;

/// The file that contains every chapter.
pub const LLMS_FULL: &str = "llms-full.txt";

impl Renderer {
    /// Lists the chapters' copies, with a link to the single file of all copies if `has_full` is
    /// set.
    pub fn llms(&self, at: &UrlPath, has_full: bool) -> String {
        let cells = PageCells { renderer: self, at, root: None };
        let view = self.viewpoint(at, &cells, None);
        // The list may be used away from the site, so its URLs are absolute if the base URL is
        // known.
        let base = view.config.base_url.as_deref();
        let address = |to: &UrlPath| base.map_or_else(|| view.url(to), |base| format!("{base}{}", to.encoded()));
        let full = has_full.then(|| address(&UrlPath::new(LLMS_FULL)));
        without_nul(llms(&view, full.as_deref(), &|chapter| address(&copy_url(&view.meta(chapter).path))))
    }

    /// Returns every chapter as Markdown in one text, in reading order.
    pub fn llms_full(&self, files: &Sources, at: &UrlPath) -> String {
        let tree = &self.book().tree;
        let chapters = tree.reading.iter().filter_map(|node| tree.node(*node).chapter);
        let copies = chapters.map(|chapter| {
            let address = page::canonical(&self.handbook.config, self.book().url(chapter));
            let source = address.map(|address| format!("<{address}>\n\n")).unwrap_or_default();
            format!("{source}{}", self.copy(chapter, files, at))
        });
        copies.collect::<Vec<_>>().join("\n---\n\n")
    }
}

/// Writes the list. `copy` returns the URL of a chapter's Markdown.
fn llms(view: &Viewpoint<'_>, full: Option<&str>, copy: &dyn Fn(ChapterId) -> String) -> String {
    let config = view.config;
    let mut out = format!("# {}\n", config.title);
    if let Some(description) = &config.description {
        let _ = write!(out, "\n> {description}\n");
    }
    if let Some(full) = full {
        let _ = write!(out, "\nAll chapters in one file: {full}\n");
    }
    let tree = &view.book.tree;
    let (parts, single): (Vec<NodeId>, Vec<NodeId>) =
        tree.root().children.iter().partition(|node| !tree.node(**node).children.is_empty());
    let mut lines = String::new();
    for node in &single {
        entries(*node, view, copy, &mut lines);
    }
    if !lines.is_empty() {
        let _ = write!(out, "\n{lines}");
    }
    for part in parts {
        let _ = write!(out, "\n## {}\n\n", tree.node(part).title);
        entries(part, view, copy, &mut out);
    }
    out
}

/// Appends a line for each chapter at or below a node, in reading order.
fn entries(node: NodeId, view: &Viewpoint<'_>, copy: &dyn Fn(ChapterId) -> String, out: &mut String) {
    let this = view.book.tree.node(node);
    if let Some(chapter) = this.chapter.filter(|chapter| view.meta(*chapter).status != Status::Retired) {
        let meta = view.meta(chapter);
        let summary = meta.summary.as_ref().map(|summary| format!(": {summary}")).unwrap_or_default();
        let _ = writeln!(out, "- [{}]({}){summary}", meta.title, copy(chapter));
    }
    for child in &this.children {
        entries(*child, view, copy, out);
    }
}
