//! The chapters as Markdown, for machines and for people who want their own copy.
//!
//! Input: the tree and the chapters' files. Output: a copy of each chapter, `llms.txt`
//! (llmstxt.org), which lists the copies with one line per chapter, and a file with all of them.
//! Never shows anything that the pages don't show.

use std::fmt::Write as _;

use super::{On, Table};
use crate::declare::kind::Status;
use crate::model::book::{ChapterId, NodeId};
use crate::site::render::{copy_url, without_nul};
use crate::site::view::{Viewpoint, page};
use crate::text::path::UrlPath;
use crate::text::source::Sources;

/// The media type of Markdown (RFC 7763).
const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// The file that contains every chapter.
const LLMS_FULL: &str = "llms-full.txt";

/// The total size of the chapters, in bytes, up to which they are also published in a single file.
/// A larger file is more than a machine reads at once.
const LARGEST_FULL: usize = 10_000_000;

/// Adds the files, if the configuration asks for them.
pub(super) fn lay_out(table: &mut Table<'_>) {
    if !table.config.publish.markdown {
        return;
    }
    for chapter in table.book.ids() {
        let url = copy_url(&table.book.meta(chapter).path);
        table.text_as(url, MARKDOWN, move |on| on.renderer.copy(chapter, on.files, on.at));
    }
    table.text_as(UrlPath::new("llms.txt"), MARKDOWN, list);
    if is_small(table.files) {
        table.text_as(UrlPath::new(LLMS_FULL), MARKDOWN, whole);
    }
}

/// Returns whether the chapters are small enough to be published in a single file as well.
pub(super) fn is_small(files: &Sources) -> bool {
    files.chapters().map(|(_, file)| file.bytes.len()).sum::<usize>() <= LARGEST_FULL
}

/// Lists the chapters' copies, with a link to the single file of all copies if there is one.
fn list(on: &On<'_>) -> String {
    on.view(|view| {
        // The list may be used away from the site, so its URLs are absolute if the base URL is
        // known.
        let base = view.config.base_url.as_deref();
        let address = |to: &UrlPath| base.map_or_else(|| view.url(to), |base| format!("{base}{}", to.encoded()));
        let full = UrlPath::new(LLMS_FULL);
        let full = on.layout.routes.contains_key(&full).then(|| address(&full));
        without_nul(llms(view, full.as_deref(), &|chapter| address(&copy_url(&view.meta(chapter).path))))
    })
}

/// Returns every chapter as Markdown in one text, in reading order.
fn whole(on: &On<'_>) -> String {
    let handbook = &on.renderer.handbook;
    let tree = &handbook.book.tree;
    let copies = tree.reading.iter().filter_map(|node| tree.node(*node).chapter).map(|chapter| {
        let address = page::canonical(&handbook.config, handbook.book.url(chapter));
        let source = address.map(|address| format!("<{address}>\n\n")).unwrap_or_default();
        format!("{source}{}", on.renderer.copy(chapter, on.files, on.at))
    });
    copies.collect::<Vec<_>>().join("\n---\n\n")
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
