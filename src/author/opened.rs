//! Finds the chapters that a change of files would show to readers who can't see them now.
//!
//! Input: the sources before and after the change, and where each file will be. Output: the
//! chapters and the first readers who would see them. An index hides its folder, so deleting or
//! moving a file can publish text although no text changes. Never touches files.

use std::collections::BTreeSet;

use crate::model::check::Why;
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::SourcePath;
use crate::text::source::Sources;

/// What an author can do instead of a change that would show hidden chapters.
pub const ADVICE: &str = "first write an `audience` into each chapter that should stay hidden, or remove the \
                          `audience` of the index if all of them should be shown";

/// Chapters that readers would see only after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The paths of the chapters before the change.
    pub chapters: BTreeSet<SourcePath>,
    /// The audience that would see at least one of them, or `None` for everyone.
    pub reader: Option<String>,
}

impl Opened {
    /// Describes the readers.
    pub fn who(&self) -> String {
        self.reader.as_ref().map_or_else(|| "everyone".to_owned(), |name| format!("the audience `{name}`"))
    }
}

/// The files before and after a change.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// The files before.
    pub before: &'a Sources,
    /// The files after.
    pub after: &'a Sources,
    /// Returns where a file is after the change.
    pub place: &'a dyn Fn(&SourcePath) -> SourcePath,
}

/// Returns the chapters that a change shows to new readers, or `None` if there are none. `title` is
/// the one that the handbook has by default.
///
/// # Errors
/// Returns the finding about a `handbook.toml` that can't be read.
pub fn opened(change: Change<'_>, title: &str) -> Result<Option<Opened>, Box<Diagnostic>> {
    let config = seen(change.before, title, None)?.config;
    // Without audiences, nothing is hidden from anybody.
    if config.audiences.is_empty() {
        return Ok(None);
    }
    let readers = std::iter::once(None).chain(config.audiences.keys().map(Some));
    let mut result: Option<Opened> = None;
    for reader in readers {
        let seen = |sources| seen(sources, title, reader.cloned());
        let (before, after) = (seen(change.before)?, seen(change.after)?);
        let hidden = before.absent.iter().filter(|absent| absent.why == Why::Audience).map(|absent| &absent.path);
        let is_shown = |path: &&SourcePath| after.book.at_path(&(change.place)(path)).is_some();
        let new: BTreeSet<SourcePath> = hidden.filter(is_shown).cloned().collect();
        match &mut result {
            _ if new.is_empty() => {}
            // The first readers are everyone, if there are such chapters for them.
            Some(opened) => opened.chapters.extend(new),
            None => result = Some(Opened { chapters: new, reader: reader.cloned() }),
        }
    }
    Ok(result)
}

/// Compiles the handbook as a reader sees it, drafts included.
fn seen(sources: &Sources, title: &str, audience: Option<String>) -> Result<Handbook, Box<Diagnostic>> {
    let choices = Choices { title: title.to_owned(), drafts: true, audience, ..Choices::default() };
    Compiler::new().compile(sources, &choices)
}
