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
use crate::text::source::{Hash, SourceFile, Sources};

/// Who may see a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    Readers,
    /// Only authors, because it is a draft.
    Authors,
    /// Maybe only other readers.
    Others,
}

/// What was found out about files, as long as the settings and the readers are the same.
#[derive(Debug, Default)]
pub(super) struct Memory {
    of: Option<(Arc<Config>, Visible)>,
    known: BTreeMap<SourcePath, (Hash, Sight)>,
}

impl Memory {
    /// Lists the files that chapters insert, directly or through others.
    pub(super) fn files(
        &mut self,
        sources: &Sources,
        config: &Arc<Config>,
        visible: &Visible,
        doubtful: &[doubtful::Index],
    ) -> BTreeMap<SourcePath, Insertable> {
        let mut found = BTreeMap::new();
        if !config.reads_foreign() || visible.is_everything() {
            return found;
        }
        let is_same = |of: &(Arc<Config>, Visible)| of.0 == *config && of.1 == *visible;
        if !self.of.as_ref().is_some_and(is_same) {
            *self = Self { of: Some((Arc::clone(config), visible.clone())), known: BTreeMap::new() };
        }
        let mut indexes: BTreeMap<&str, Vec<(&SourcePath, &SourceFile)>> = BTreeMap::new();
        for (path, file) in sources.chapters().filter(|(path, _)| is_chapter(path, config)) {
            for folder in hides(path, config) {
                indexes.entry(folder).or_default().push((path, file));
            }
        }
        let mut judge = Judge { sources, config, visible, doubtful, indexes: &indexes, known: &mut self.known };
        let mut open: Vec<(SourcePath, Arc<[u8]>)> = Vec::new();
        for (path, file) in sources.chapters() {
            judge.gather(path, &file.bytes, &mut (&mut found, &mut open));
        }
        while let Some((path, bytes)) = open.pop() {
            judge.gather(&path, &bytes, &mut (&mut found, &mut open));
        }
        found
    }
}

struct Judge<'a> {
    sources: &'a Sources,
    config: &'a Config,
    visible: &'a Visible,
    doubtful: &'a [doubtful::Index],
    /// The chapters that can hide a folder, by folder.
    indexes: &'a BTreeMap<&'a str, Vec<(&'a SourcePath, &'a SourceFile)>>,
    known: &'a mut BTreeMap<SourcePath, (Hash, Sight)>,
}

/// The files found so far, and those that haven't been searched for others yet.
type Found<'f> = (&'f mut BTreeMap<SourcePath, Insertable>, &'f mut Vec<(SourcePath, Arc<[u8]>)>);

impl Judge<'_> {
    /// Adds the files that one file asks for.
    fn gather(&mut self, path: &SourcePath, bytes: &[u8], (found, open): &mut Found<'_>) {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        for candidates in inclusion::targets(text, path, &reading(path, Kind::Page, self.config)) {
            let known = candidates.iter().find_map(|path| Some((path, self.file(path)?.clone())));
            let Some((target, file)) = known.filter(|(target, _)| !found.contains_key(*target)) else { continue };
            if self.is_shown(target, &file) {
                open.push((target.clone(), Arc::clone(&file.bytes)));
                found.insert(target.clone(), Insertable::File(file));
            } else {
                found.insert(target.clone(), Insertable::Withheld);
            }
        }
    }

    fn file(&self, path: &SourcePath) -> Option<&SourceFile> {
        let of_project = || self.sources.project.get(path.as_str()).filter(|_| path.as_str().starts_with(GITBOOK));
        let beyond = || self.sources.beyond.get(path).filter(|_| self.config.audiences.is_empty());
        let of_content = self.sources.files.get(path).filter(|_| !self.sources.outside.contains(path));
        of_content.or_else(of_project).or_else(beyond)
    }

    /// Returns whether all readers of this build may see a file.
    fn is_shown(&mut self, path: &SourcePath, file: &SourceFile) -> bool {
        let is_private = path.as_str() == FILE
            || withheld::is_secret(path.file_name())
            || withheld::part(path) == Some(withheld::Part::Draft)
            || self.config.origin.drafts.contains(path)
            || path
                .as_str()
                .trim_start_matches(inclusion::BEYOND)
                .split('/')
                .any(|part| part.starts_with('.') && part != ".gitbook");
        let is_below = |folder: &str| path.folders().any(|above| above == folder);
        if is_private || self.doubtful.iter().any(|index| is_below(index.path.folder())) {
            return false;
        }
        let indexes = self.indexes;
        let mut above = path.folders().filter_map(|folder| indexes.get(folder)).flatten();
        self.sight(path, file) == Sight::Readers
            && above.all(|(index, file)| *index == path || self.sight(index, file) != Sight::Others)
    }

    fn sight(&mut self, path: &SourcePath, file: &SourceFile) -> Sight {
        if let Some((_, sight)) = self.known.get(path).filter(|(hash, _)| *hash == file.hash) {
            return *sight;
        }
        let sight = match parse(path, file, self.config, self.visible) {
            Outcome::Chapter(document) if document.meta.status == Status::Draft => Sight::Authors,
            Outcome::Chapter(_) => Sight::Readers,
            Outcome::Hidden(..) | Outcome::Unreadable(_) => Sight::Others,
        };
        self.known.insert(path.clone(), (file.hash, sight));
        sight
    }
}

/// The folder in which `GitBook` keeps what several pages insert.
const GITBOOK: &str = ".gitbook/includes/";

#[cfg(test)]
mod tests {
    use crate::model::compile::{Choices, Compiler};
    use crate::text::path::SourcePath;
    use crate::text::source::{SourceFile, Sources};

    fn with(files: &[(&str, &str)]) -> Sources {
        Sources::from_texts([("book.toml", "")].into_iter().chain(files.iter().copied()))
    }

    fn html(compiler: &mut Compiler, sources: &Sources) -> String {
        let handbook = compiler.compile(sources, &Choices::default()).unwrap();
        handbook.documents.iter().find(|one| one.meta.path.as_str() == "a.md").unwrap().body.main.html()
    }

    #[test]
    fn a_change_of_an_inserted_file_changes_the_chapters_that_insert_it() {
        let mut warm = Compiler::new();
        let chapter = ("a.md", "# A\n\n{{#include b.md}}\n");
        for (part, file, wanted) in [
            ("{{#include c.txt}}", "one", "one"),
            ("{{#include c.txt}}", "two", "two"),
            ("three", "two", "three"),
            ("---\ndraft: true\n---\nfour", "two", ""),
        ] {
            let sources = with(&[chapter, ("b.md", part), ("c.txt", file)]);
            let found = html(&mut warm, &sources);
            assert!(found.contains(wanted) && !found.contains("four"), "{found}");
            assert_eq!(found, html(&mut Compiler::new(), &sources));
        }
    }

    #[test]
    fn drafts_of_mkdocs_are_neither_published_nor_inserted_and_what_it_leaves_out_is_only_inserted() {
        let settings =
            "site_name: X\ndraft_docs: |\n  /d.md\nexclude_docs: |\n  secret/\n  # a\nnot_in_nav: |\n  n.md\n";
        let sources = Sources::from_texts([
            ("mkdocs.yml", settings),
            ("a.md", "# A\n\n--8<-- \"d.md\"\n\n--8<-- \"secret/e.md\"\n\n--8<-- \"f.md\"\n"),
            ("d.md", "# D\n\nDRAFT\n"),
            ("secret/e.md", "# E\n\nPART\n"),
            ("secret/e.png", ""),
            ("f.md", "Open"),
            ("n.md", "# N\n"),
        ]);
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let paths: Vec<&str> = handbook.documents.iter().map(|one| one.meta.path.as_str()).collect();
        assert_eq!(paths, ["a.md", "f.md", "n.md"]);
        let unlisted = handbook.documents.iter().filter(|one| one.meta.unlisted);
        assert_eq!(unlisted.map(|one| one.meta.path.as_str()).collect::<Vec<_>>(), ["n.md"]);
        let found = html(&mut Compiler::new(), &sources);
        assert!(found.contains("Open") && !found.contains("DRAFT") && found.contains("PART"), "{found}");
        let handbook = Compiler::new().compile(&sources, &Choices { drafts: true, ..Choices::default() }).unwrap();
        assert_eq!(handbook.documents.len(), 4);
    }

    #[test]
    fn reused_markdown_of_gitbook_is_inserted() {
        let mut sources = Sources::from_texts([
            (".gitbook.yaml", ""),
            ("a.md", "# A\n\n{% include \".gitbook/includes/part.md\" %}\n\n{% include \"docs.json\" %}\n"),
        ]);
        sources.project.insert(".gitbook/includes/part.md".to_owned(), SourceFile::new(&b"The *part*."[..]));
        sources.project.insert("docs.json".to_owned(), SourceFile::new(&b"SECRET"[..]));
        let found = html(&mut Compiler::new(), &sources);
        assert!(found.contains("The <em>part</em>.") && !found.contains("SECRET"), "{found}");
        assert!(!sources.files.contains_key(&SourcePath::new("docs.json")));
    }
}
