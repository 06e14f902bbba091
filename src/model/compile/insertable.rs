//! Lists the files that chapters insert, and whether the readers of this build may see them.
//!
//! Input: the files of the content folder, the configuration and the audiences to show. Output: the
//! files by path. Files that nothing asks for aren't listed, so that a change to them doesn't matter
//! to any chapter. Never inserts anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{doubtful, hides, is_chapter};
use crate::chapter::inclusion;
use crate::chapter::markdown::reading;
use crate::chapter::parse::{Outcome, parse};
use crate::chapter::redact::Visible;
use crate::declare::config::{Config, FILE};
use crate::declare::kind::{Kind, Status};
use crate::declare::origin::Insertable;
use crate::declare::withheld;
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources};

/// Lists the files that chapters insert, directly or through others.
pub(super) fn files(sources: &Sources, config: &Config, visible: &Visible) -> BTreeMap<SourcePath, Insertable> {
    let mut found = BTreeMap::new();
    if config.generator.is_none() && config.configured || visible.is_everything() {
        return found;
    }
    let mut open: Vec<(SourcePath, Arc<[u8]>)> = Vec::new();
    let doubtful = doubtful::indexes(sources, config);
    let rules = Rules { sources, config, visible, doubtful: &doubtful };
    for (path, file) in sources.chapters() {
        rules.gather(path, &file.bytes, &mut (&mut found, &mut open));
    }
    while let Some((path, bytes)) = open.pop() {
        rules.gather(&path, &bytes, &mut (&mut found, &mut open));
    }
    found
}

struct Rules<'a> {
    sources: &'a Sources,
    config: &'a Config,
    visible: &'a Visible,
    doubtful: &'a [doubtful::Index],
}

/// The files found so far, and those in which nobody has looked for others yet.
type Found<'f> = (&'f mut BTreeMap<SourcePath, Insertable>, &'f mut Vec<(SourcePath, Arc<[u8]>)>);

impl Rules<'_> {
    /// Adds the files that one file asks for.
    fn gather(&self, path: &SourcePath, bytes: &[u8], (found, open): &mut Found<'_>) {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        for candidates in inclusion::targets(text, path, &reading(path, Kind::Page, self.config)) {
            let known = candidates.iter().find_map(|path| Some((path, self.file(path)?)));
            let Some((target, file)) = known.filter(|(target, _)| !found.contains_key(*target)) else { continue };
            let is_shown = self.is_shown(target, file);
            found.insert(target.clone(), if is_shown { Insertable::File(file.clone()) } else { Insertable::Withheld });
            if is_shown {
                open.push((target.clone(), Arc::clone(&file.bytes)));
            }
        }
    }

    fn file(&self, path: &SourcePath) -> Option<&SourceFile> {
        let of_project = || self.sources.project.get(path.as_str()).filter(|_| path.as_str().contains(GITBOOK));
        self.sources.files.get(path).or_else(of_project)
    }

    /// Returns whether all readers of this build may see a file.
    fn is_shown(&self, path: &SourcePath, file: &SourceFile) -> bool {
        let is_private = path.as_str() == FILE
            || withheld::is_secret(path.file_name())
            || withheld::part(path) == Some(withheld::Part::Draft)
            || path.as_str().split('/').any(|part| part.starts_with('.') && part != ".gitbook");
        let is_below = |folder: &str| path.folders().any(|above| above == folder);
        let is_open = |(index, file): (&SourcePath, &SourceFile)| {
            let is_above = index != path && is_chapter(index, self.config) && hides(index, self.config).any(is_below);
            !is_above || !matches!(self.outcome(index, file), Outcome::Hidden(..) | Outcome::Unreadable(_))
        };
        !is_private
            && !self.doubtful.iter().any(|index| is_below(index.path.folder()))
            && matches!(self.outcome(path, file), Outcome::Chapter(document) if document.meta.status != Status::Draft)
            && self.sources.chapters().all(is_open)
    }

    fn outcome(&self, path: &SourcePath, file: &SourceFile) -> Outcome {
        parse(path, file, self.config, self.visible)
    }
}

/// The folder in which `GitBook` keeps what several pages insert.
const GITBOOK: &str = ".gitbook/includes/";
