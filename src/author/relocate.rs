//! Plans how to move a chapter and keep every reference to it working.
//!
//! Input: the sources, and the old and new names. Output: a [`Relocation`]: files that move, and
//! exact spans that change. Compiles the handbook as it would be after the move, and refuses the
//! move if that adds findings. Never touches files.

mod facts;
mod places;
mod rewrite;

use std::collections::BTreeMap;
use std::ops::Range;

use self::rewrite::{File, Wanted};
use crate::chapter::document::{Form, Reference};
use crate::declare::config::FILE;
use crate::model::book::{Book, ChapterId};
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::model::link::{self, Target};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::slug::titled;
use crate::text::source::{SourceFile, Sources};

/// A file and its new path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The current path.
    pub from: SourcePath,
    /// The new path.
    pub to: SourcePath,
}

/// A span of a file and the text that replaces it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The byte offset of the span's start in the current file.
    pub start: usize,
    /// The byte offset just past the span's end.
    pub end: usize,
    /// The new text.
    pub text: String,
}

/// A move and all the changes that it requires.
#[derive(Clone, Debug, Default)]
pub struct Relocation {
    /// The files that move.
    pub moves: Vec<Move>,
    /// The edits in each file, by the path before the move. Spans are in ascending order and don't
    /// overlap.
    pub edits: BTreeMap<SourcePath, Vec<Edit>>,
    /// The number of rewritten references.
    pub references: usize,
}

/// The reason why nothing can be moved.
#[derive(Debug)]
pub enum NoMove {
    /// The request can't be carried out. Contains the reason, and advice on how to fix it.
    Refused(String, String),
    /// `handbook.toml` can't be read.
    Unreadable(Box<Diagnostic>),
    /// The move would add findings. Contains these findings, and the sources as they would be after
    /// the move.
    Breaks(Vec<Diagnostic>, Box<Sources>),
}

impl Relocation {
    /// Returns the path of a file after the move.
    pub fn new_place(&self, path: &SourcePath) -> SourcePath {
        self.moves.iter().find(|moved| moved.from == *path).map_or_else(|| path.clone(), |moved| moved.to.clone())
    }

    /// Returns a file's bytes with its edits applied.
    pub fn edited(&self, path: &SourcePath, bytes: &[u8]) -> Vec<u8> {
        let edits = self.edits.get(path).map_or(&[][..], Vec::as_slice);
        apply(bytes, 0..bytes.len(), edits)
    }

    /// Returns the sources as they will be after the move.
    pub fn after(&self, sources: &Sources) -> Sources {
        let file = |(path, file): (&SourcePath, &SourceFile)| {
            let edited = self.edits.contains_key(path);
            let file = if edited { SourceFile::new(self.edited(path, &file.bytes)) } else { file.clone() };
            (self.new_place(path), file)
        };
        let files = sources.files.iter().map(file).collect();
        Sources { files, project: sources.project.clone(), ..Sources::default() }
    }

    fn add(&mut self, path: &SourcePath, edit: Edit) -> bool {
        let list = self.edits.entry(path.clone()).or_default();
        let at = list.partition_point(|known| (known.start, known.end) < (edit.start, edit.end));
        let overlaps = |other: &Edit| other.start < edit.end && edit.start < other.end;
        if list.iter().any(|known| *known == edit || overlaps(known)) {
            return false;
        }
        list.insert(at, edit);
        true
    }

    /// Adds an edit that rewrites a reference.
    fn rewrite(&mut self, path: &SourcePath, edit: Edit) {
        self.references += usize::from(self.add(path, edit));
    }
}

/// Returns a part of a file with the edits inside that part applied.
pub fn apply(bytes: &[u8], part: Range<usize>, edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len());
    let mut last = part.start;
    for edit in edits.iter().filter(|edit| part.start <= edit.start && edit.end <= part.end) {
        out.extend_from_slice(&bytes[last..edit.start]);
        out.extend_from_slice(edit.text.as_bytes());
        last = edit.end;
    }
    out.extend_from_slice(&bytes[last..part.end]);
    out
}

/// Plans the move of the chapter `old` to `new`. If the new name is a title, the file is named after
/// its slug.
///
/// # Errors
/// Fails if one of the names is invalid, if the new path is taken, or if the handbook would have
/// additional findings.
pub fn plan(sources: &Sources, title: &str, old: &str, new: &str) -> Result<Relocation, NoMove> {
    let compile = |sources: &Sources| {
        let choices = Choices { title: title.to_owned(), drafts: true, everyone: true, ..Choices::default() };
        Compiler::new().compile(sources, &choices).map_err(NoMove::Unreadable)
    };
    let before = compile(sources)?;
    let new = &titled(new);
    let mut plan = Relocation { moves: places::moves(sources, &before, old, new)?, ..Relocation::default() };
    for document in before.documents.iter() {
        let Some(moved) = plan.moves.iter().find(|moved| moved.from == document.meta.path).cloned() else { continue };
        let Some(bytes) = sources.bytes(&moved.from) else { continue };
        for edit in facts::edits(document, bytes, &moved, &before, new) {
            plan.add(&moved.from, edit);
        }
    }
    let moved = compile(&plan.after(sources))?;
    let resolver = link::Resolver::new(&moved.book, &moved.config);
    Rewriter { sources, before: &before, after: &moved, resolver, plan: &mut plan }.rewrite();
    plan.edits.retain(|_, edits| !edits.is_empty());
    let result = plan.after(sources);
    let after = compile(&result)?;
    let worse = new_findings(&before, &after, &plan);
    if worse.is_empty() { Ok(plan) } else { Err(NoMove::Breaks(worse, Box::new(result))) }
}

/// Returns the findings that the move adds: for each file and code, the findings in excess of the
/// number before the move.
fn new_findings(before: &Handbook, after: &Handbook, plan: &Relocation) -> Vec<Diagnostic> {
    let place = |finding: &Diagnostic| match &finding.place {
        Place::Content(path, _) => Some(path.clone()),
        _ => None,
    };
    let mut counts: BTreeMap<(Option<SourcePath>, Rule), usize> = BTreeMap::new();
    for finding in before.findings(false) {
        let place = place(&finding).map(|path| plan.new_place(&path));
        *counts.entry((place, finding.code)).or_default() += 1;
    }
    let is_new = |finding: &Diagnostic| {
        let count = counts.entry((place(finding), finding.code)).or_default();
        let is_new = *count == 0;
        *count = count.saturating_sub(1);
        is_new
    };
    after.findings(false).into_iter().filter(is_new).collect()
}

/// The target of a reference, described without numbers of chapters, because these change when a
/// chapter moves.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Goal {
    Chapter(SourcePath, Option<String>),
    Folder(String),
    Asset(SourcePath),
    Other(Target),
    Nothing,
}

impl Goal {
    fn of(target: &Target, book: &Book, place: &dyn Fn(&SourcePath) -> SourcePath) -> Self {
        match target {
            Target::Chapter(chapter, anchor) => Self::Chapter(place(&book.meta(*chapter).path), anchor.clone()),
            Target::DeadAnchor(chapter) | Target::WrongKind(chapter) => {
                Self::Chapter(place(&book.meta(*chapter).path), None)
            }
            Target::Folder(node) => Self::Folder(book.tree.node(*node).url.to_string()),
            Target::Asset(path) => Self::Asset(place(path)),
            Target::Generated(_) | Target::OtherSite(..) | Target::Partner(_) => Self::Other(target.clone()),
            Target::Ambiguous(_) | Target::Hidden | Target::Dead => Self::Nothing,
        }
    }
}

struct Rewriter<'a> {
    sources: &'a Sources,
    before: &'a Handbook,
    /// The handbook with the files moved and no references rewritten.
    after: &'a Handbook,
    resolver: link::Resolver<'a>,
    plan: &'a mut Relocation,
}

impl Rewriter<'_> {
    fn rewrite(&mut self) {
        for chapter in self.before.book.ids() {
            self.chapter(chapter);
        }
        self.pairs();
        self.summary();
    }

    fn chapter(&mut self, chapter: ChapterId) {
        let before = self.before;
        let document = &before.documents[chapter.index()];
        let path = &document.meta.path;
        let Some(now) = self.after.book.at_path(&self.plan.new_place(path)) else { return };
        let Some(bytes) = self.sources.bytes(path).cloned() else { return };
        let references = document.outline.references.iter().zip(&document.body.reference_spans);
        for (number, (reference, span)) in (0..).zip(references) {
            let target = before.target(chapter, number);
            let Some(wanted) = self.wanted(reference, target, path, now) else { continue };
            let edit = rewrite::edit(reference, &bytes, span.range(), &wanted, &self.after.config);
            if let Some(edit) = edit.filter(|edit| bytes[edit.start..edit.end] != *edit.text.as_bytes()) {
                self.plan.rewrite(path, edit);
            }
        }
    }

    /// Returns the new target for a reference, or `None` if the reference can stay as it is.
    fn wanted(&self, reference: &Reference, target: &Target, path: &SourcePath, now: ChapterId) -> Option<Wanted> {
        let place = |path: &SourcePath| self.plan.new_place(path);
        let goal = Goal::of(target, &self.before.book, &place);
        if goal == Goal::Nothing || reference.target.is_empty() {
            return None;
        }
        let leads_there = |reference: &Reference| {
            let target = self.resolver.resolve(reference, now);
            Goal::of(&target, &self.after.book, &|path| path.clone()) == goal
        };
        let still = leads_there(reference);
        if matches!(reference.form, Form::Relative | Form::Image) {
            let (goal_path, is_moved) = self.file_of(target)?;
            let from = self.plan.new_place(path);
            if still && !is_moved && from.folder() == path.folder() {
                return None;
            }
            return Some(Wanted::File { from, to: goal_path });
        }
        let Target::Chapter(chapter, _) = target else { return None };
        let meta = self.before.book.meta(*chapter);
        let new_path = self.plan.new_place(&meta.path);
        let key = fold(&reference.target);
        let key = key.trim_matches('/');
        let key = key.strip_suffix(".md").unwrap_or(key);
        let by_id = key == fold(&meta.id);
        let by_path = !by_id && key == fold(meta.path.without_extension());
        let new_id = self.after.book.at_path(&new_path).map(|chapter| self.after.book.meta(chapter).id.clone())?;
        let has_gone = (by_id && new_id != meta.id) || (by_path && new_path != meta.path);
        if still && !has_gone {
            return None;
        }
        let path = new_path.without_extension().to_owned();
        let names = if by_path { [path.clone(), new_id] } else { [new_id, path] };
        let fits = |name: &&String| leads_there(&Reference { target: (*name).clone(), ..reference.clone() });
        names.iter().find(fits).cloned().map(Wanted::Name)
    }

    /// Returns the path that the target's file or directory has after the move, and whether the
    /// move changes that path.
    fn file_of(&self, target: &Target) -> Option<(File, bool)> {
        let (path, to) = match target {
            Target::Chapter(chapter, _) | Target::DeadAnchor(chapter) => {
                let path = &self.before.book.meta(*chapter).path;
                (path, File::Chapter(self.plan.new_place(path)))
            }
            Target::Asset(path) => (path, File::Other(self.plan.new_place(path).to_string())),
            Target::OtherSite(url, _) => return Some((File::Other(url.as_str().to_owned()), false)),
            Target::Folder(node) => {
                let url = self.before.book.tree.node(*node).url.as_str();
                return Some((File::Other(url.trim_end_matches("index.html").to_owned()), false));
            }
            _ => return None,
        };
        Some((to, self.plan.new_place(path) != *path))
    }

    /// Rewrites the pairs of roles in `handbook.toml`.
    fn pairs(&mut self) {
        let path = SourcePath::new(FILE);
        let Some(bytes) = self.sources.bytes(&path).cloned() else { return };
        let before = self.before;
        for (name, span) in before.config.compare.iter().flatten() {
            let [chapter] = before.book.names.find(name) else { continue };
            let target = Target::Chapter(*chapter, None);
            let reference = Reference { form: Form::AnyField, target: name.clone(), fragment: None };
            let Some(home) = self.after.book.ids().next() else { return };
            let Some(wanted) = self.wanted(&reference, &target, &path, home) else { continue };
            if let Some(edit) = rewrite::edit(&reference, &bytes, span.range(), &wanted, &before.config) {
                self.plan.rewrite(&path, edit);
            }
        }
    }

    /// Rewrites the links in `SUMMARY.md`, which are relative to the root.
    fn summary(&mut self) {
        let path = SourcePath::new("SUMMARY.md");
        let Some(bytes) = self.sources.bytes(&path).cloned() else { return };
        for edit in rewrite::summary(&bytes, &self.plan.moves, &self.before.config) {
            self.plan.rewrite(&path, edit);
        }
    }
}
