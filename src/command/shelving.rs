//! Uses what the last build knows of the chapters, and writes it down for the next build.
//!
//! Input: the bytes that the last build left. Output: a pipeline and a search index that read only the
//! chapters that have changed, and the same kind of bytes. Never needed: without it, all chapters are read,
//! and the site is the same.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::pipeline::{Compiled, Pipeline};
use crate::chapter::document::Document;
use crate::declare::config::FILE;
use crate::model::compile::{Handbook, Shelf};
use crate::model::link::Target;
use crate::site::search::{self, Index};
use crate::site::theme::Theme;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::Sources;
use crate::world::disk::{Keeper, Shelved};

/// The chapters of the last build and those for the next one.
pub struct Shelving {
    shelf: Arc<Shelf>,
    place: Shelved,
    keeper: Option<Keeper>,
}

impl Shelving {
    /// Reads what the last build of the project in `root` for the same readers left. Each audience has its
    /// own file, and so have drafts. The settings can name the audience, too. Returns `None` if nothing is
    /// known of the program itself.
    pub fn of(root: &Path, sources: &Sources, (audience, drafts): (Option<&str>, bool)) -> Option<Self> {
        let by = blake3::hash(format!("{:?}", program()?).as_bytes());
        let settings = sources.files.get(&SourcePath::new(FILE)).map(|file| file.hash);
        let place = Shelved::of(root, &blake3::hash(format!("{:?}", (audience, drafts, settings)).as_bytes()));
        Some(Self { shelf: Arc::new(Shelf::new(by, place.read())), place, keeper: None })
    }

    /// Returns a pipeline that parses only the chapters that the last build doesn't know.
    pub fn pipeline(&self) -> Pipeline {
        Pipeline::with_shelf(Arc::clone(&self.shelf))
    }

    /// Does the same for a command that leaves nothing for the next build. It parses drafts itself.
    pub fn pipeline_of(root: &Path, sources: &Sources, audience: Option<&str>) -> Pipeline {
        Self::of(root, sources, (audience, false)).map_or_else(Pipeline::default, |shelving| shelving.pipeline())
    }

    /// Builds the search index, and writes down each chapter with what the index knows about it.
    pub fn index(&mut self, compiled: &Compiled, theme: &Theme) -> Index {
        let handbook = &compiled.handbook;
        self.keeper = self.place.clone().keeper();
        let Some(keeper) = &mut self.keeper else { return search::index(handbook, theme, None) };
        let part = self.shelf.part(&handbook.config);
        let plain: BTreeSet<&SourcePath> = compiled.findings.iter().filter_map(plain_code).collect();
        let record = |(document, entry): &(&Document, Cow<'_, [u8]>)| {
            if names_hidden(document, handbook) {
                return Vec::new();
            }
            part.record(document, !plain.contains(&document.meta.path), entry)
        };
        let keep = &mut |chapters: &[(&Document, Cow<'_, [u8]>)]| {
            let records: Vec<Vec<u8>> = chapters.par_iter().map(record).collect();
            for record in records {
                keeper.add(&record);
            }
        };
        search::index_again(handbook, theme, search::LastBuild { known: &|document| part.entry(document), keep })
    }

    /// Makes what was written down what the next build knows.
    pub fn finish(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.finish();
        }
    }
}

/// Describes the program by its version and commit. During development, programs of one version
/// differ.
pub fn program() -> Option<impl Debug> {
    let metadata = fs::metadata(std::env::current_exe().ok()?).ok()?;
    Some((env!("ROLEBOOK_VERSION"), metadata.len(), metadata.modified().ok()?))
}

/// Returns whether a chapter refers to one that its readers can't see. The name itself may be a secret.
fn names_hidden(document: &Document, handbook: &Handbook) -> bool {
    let Some(chapter) = handbook.book.at_path(&document.meta.path) else { return true };
    handbook.targets(chapter).contains(&Target::Hidden)
}

/// Returns the chapter of a finding about code that is shown without colors.
fn plain_code(finding: &Diagnostic) -> Option<&SourcePath> {
    match &finding.place {
        Place::Content(path, _) if finding.code == Rule::PlainCode => Some(path),
        _ => None,
    }
}
