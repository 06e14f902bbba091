//! Builds the next book from the last one. Shares whatever an edit didn't change, and resolves only
//! references that the edit may have affected.
//!
//! Input: the last book, and the same input as for [`Book::new`], made under the same configuration
//! and `SUMMARY.md`. Output: the [`Book`] that [`Book::new`] would build. If chapters were added or
//! removed, or their IDs, aliases, kinds or labels changed, this module calls [`Book::new`] instead.

use std::sync::Arc;

use rayon::prelude::*;

use crate::chapter::document::{Form, Meta, Reference};
use crate::model::link::{Links, Resolver, Target, has_labels};
use crate::text::path::fold;

use super::Book;
use crate::model::index::{ChapterId, Index, Input, Names, Tags, Tree, generated};
use crate::model::relations::relate;

/// The maximum number of changed chapters; beyond that, building a new book is about as fast.
const MOST_CHANGED: usize = 64;

/// Builds the book for `input`, and shares with `last` whatever is the same.
pub fn book_again(input: Input<'_>, last: &Book) -> Book {
    let Some(changes) = Changes::between(last, input) else { return Book::new(input) };
    let (index, moves_nodes) = index_again(input, last, &changes);
    let resolver = Resolver::new(&index, input.config);
    let follow = |from: ChapterId| {
        let before = &last.links.targets[from.index()];
        let touched = changes.touch(from, &last.outline(from).references, before, moves_nodes);
        if touched { resolver.chapter(from) } else { Arc::clone(before) }
    };
    let chapters: Vec<ChapterId> = index.ids().collect();
    let targets: Vec<Arc<[Target]>> = chapters.into_par_iter().map(follow).collect();
    let links = Links::again(targets, &last.links);
    let (relations, unfitting) = relate(&index, &links, input.config);
    Book { index, links, relations, unfitting }
}

/// Builds the index for `input`. Also returns whether nodes of the tree may have different numbers.
fn index_again(input: Input<'_>, last: &Index, changes: &Changes) -> (Index, bool) {
    let names = last.names.retitled(&changes.titles);
    let (mut tree, mut findings, mut moves_nodes) = (Arc::clone(&last.tree), last.findings.clone(), false);
    if changes.moves_nodes {
        if let Some(retitled) = tree.retitled(input, &changes.chapters) {
            tree = Arc::new(retitled);
        } else {
            findings.clear();
            tree = Arc::new(Tree::new(input, &last.urls, &names, &mut findings));
            moves_nodes = true;
        }
    }
    let (chapters, outlines) = (input.chapters.to_vec(), input.outlines.to_vec());
    let generated = generated(input);
    let tags = Arc::new(Tags::new(input.chapters));
    (Index { chapters, outlines, names, generated, tags, tree, findings, ..last.clone() }, moves_nodes)
}

/// The differences between two books with the same chapters.
struct Changes {
    /// Chapters with changed metadata or outlines, sorted.
    chapters: Vec<ChapterId>,
    /// Chapters with changed titles: the chapter, and the old and new key.
    titles: Vec<(ChapterId, String, String)>,
    /// Whether nodes of the tree may have moved and so have different indices.
    moves_nodes: bool,
}

impl Changes {
    /// Compares two versions of the book. Returns `None` if anything changed besides titles,
    /// headings, order or facts.
    fn between(last: &Index, input: Input<'_>) -> Option<Self> {
        let is_other = *last.assets != *input.assets || last.statics != input.statics || last.hidden != *input.hidden;
        if is_other || last.chapters.len() != input.chapters.len() {
            return None;
        }
        let mut changes = Self { chapters: Vec::new(), titles: Vec::new(), moves_nodes: false };
        let outlines = last.outlines.iter().zip(input.outlines);
        let metas = last.chapters.iter().zip(input.chapters);
        for (chapter, ((before, after), (outline, new_outline))) in last.ids().zip(metas.zip(outlines)) {
            if is_same(before, after) && is_same(outline, new_outline) {
                continue;
            }
            // The anchor of a heading isn't a label, so headings count too.
            let has_other_labels = !is_same(outline, new_outline) && has_labels(input.config);
            if has_other_labels || !is_called_the_same(before, after) || changes.chapters.len() == MOST_CHANGED {
                return None;
            }
            changes.chapters.push(chapter);
            changes.moves_nodes |=
                before.title != after.title || before.order != after.order || before.label != after.label;
            let (old, new) = (fold(&before.title), fold(&after.title));
            if old != new {
                changes.titles.push((chapter, old, new));
            }
        }
        Some(changes)
    }

    fn has(&self, chapter: ChapterId) -> bool {
        self.chapters.binary_search(&chapter).is_ok()
    }

    /// Returns whether a reference of the chapter `from` may have a different target now.
    fn touch(&self, from: ChapterId, references: &[Reference], targets: &[Target], moves_nodes: bool) -> bool {
        self.has(from)
            || references.iter().zip(targets).any(|(reference, target)| self.moves(reference, target, moves_nodes))
    }

    fn moves(&self, reference: &Reference, target: &Target, moves_nodes: bool) -> bool {
        let by_target = match target {
            // An anchor may have been added or removed.
            Target::Chapter(to, _) | Target::DeadAnchor(to) => reference.fragment.is_some() && self.has(*to),
            Target::Folder(_) => moves_nodes,
            _ => false,
        };
        by_target || (!self.titles.is_empty() && self.names_a_title(reference))
    }

    /// Returns whether a reference uses a title that was added or removed.
    fn names_a_title(&self, reference: &Reference) -> bool {
        if matches!(reference.form, Form::Relative | Form::Image) {
            return false;
        }
        let is = |title: &str| is_key_of(title, &reference.target);
        self.titles.iter().any(|(_, before, after)| is(before) || is(after))
    }
}

/// Returns whether two values are equal. Most of them are shared.
pub fn is_same<T: PartialEq>(before: &Arc<T>, after: &Arc<T>) -> bool {
    Arc::ptr_eq(before, after) || before == after
}

/// Returns whether two states of a chapter have the same path, kind, ID, family and aliases.
fn is_called_the_same(before: &Meta, after: &Meta) -> bool {
    let name = |meta: &Meta| (meta.kind, meta.id.clone(), meta.family.clone());
    before.path == after.path
        && name(before) == name(after)
        && before.aliases == after.aliases
        && before.permalink == after.permalink
}

/// Returns whether `title` is the key of `name`. Compares the first letters first: they differ in
/// most pairs, and comparing them needs no allocation.
fn is_key_of(title: &str, name: &str) -> bool {
    let first = |text: &str| text.bytes().next().filter(u8::is_ascii_alphanumeric);
    match (first(title), first(name)) {
        (Some(a), Some(b)) if !a.eq_ignore_ascii_case(&b) => false,
        _ => Names::key(name) == title,
    }
}
