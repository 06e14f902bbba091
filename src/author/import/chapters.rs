//! Writes the chapters of an import.
//!
//! Input: the contents of a table, and the scale. Output: new files, and lines for existing files.

use std::collections::BTreeSet;

use crate::declare::config::Level;
use crate::declare::kind::Kind;
use crate::model::book::{ChapterId, role_of};
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::{SourcePath, fold};
use crate::text::quote;
use crate::text::rule::Rule;
use crate::text::slug::{Slugger, chapter_stem, short_slug, slug};
use crate::text::spreadsheet::Cell;

use super::gather::{Competency, Gathered, Role, Said};
use super::levels::Scale;
use super::{Import, Lines, NewFile, Target};

/// Returns a `handbook.toml` with a title and a scale.
pub fn configuration(title: &str, levels: &[Level]) -> String {
    let (title, scale) = (quote::quoted(title), scale(levels));
    format!(
        "# The handbook's title and levels. `rolebook schema handbook` lists every key.\n\n\
         title = {title}\n\n\
         # The levels, lowest first. `means` describes in one sentence what people at that level do.\n{scale}"
    )
}

/// Formats levels as `handbook.toml` declares them.
pub fn scale(levels: &[Level]) -> String {
    let one = |level: &Level| {
        let means =
            if level.means.is_empty() { String::new() } else { format!("means = {}\n", quote::quoted(&level.means)) };
        format!("[[scale]]\nlevel = {}\nname = {}\n{means}", level.level, quote::quoted(&level.name))
    };
    levels.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Collects the files for everything that was gathered.
pub struct Writer<'a> {
    pub target: Target<'a>,
    pub scale: &'a Scale,
    pub name: &'a SourcePath,
    pub import: &'a mut Import,
}

impl Writer<'_> {
    /// Writes competencies first, because roles refer to their IDs.
    pub fn write(&mut self, gathered: &Gathered) {
        let mut taken = self.ids_in_use();
        let ids: Vec<String> =
            gathered.competencies.iter().map(|competency| self.competency(competency, &mut taken)).collect();
        for role in &gathered.roles {
            self.role(role, &ids, &mut taken);
        }
    }

    fn ids_in_use(&self) -> BTreeSet<String> {
        let documents = self.target.handbook.iter().flat_map(|handbook| handbook.documents.iter());
        documents.map(|document| fold(&document.meta.id)).collect()
    }

    /// Finds a chapter in the handbook by its title, another of its names, or the ID that it would
    /// get.
    fn known(&self, title: &str, kind: Kind) -> Option<(ChapterId, SourcePath, String)> {
        let book = &self.target.handbook?.book;
        let by = |name: &str| book.names.find(name).iter().copied().find(|chapter| book.meta(*chapter).kind == kind);
        let chapter = by(title).or_else(|| by(&chapter_stem(title)))?;
        let meta = book.meta(chapter);
        Some((chapter, meta.path.clone(), meta.id.clone()))
    }

    /// Returns an unused ID for a new chapter. The ID is also the name of the chapter's file.
    fn stem(title: &str, kind: Kind, taken: &mut BTreeSet<String>) -> String {
        let stem = chapter_stem(title);
        let path = SourcePath::new(format!("{stem}.md"));
        let unusable = stem.is_empty() || path.is_index() || path.unportable_part().is_some() || taken.contains(&stem);
        let wanted = if unusable { format!("{stem}-{}", kind.name()).trim_start_matches('-').to_owned() } else { stem };
        let mut candidate = wanted.clone();
        let mut n = 2;
        while !taken.insert(fold(&candidate)) {
            candidate = format!("{wanted}-{n}");
            n += 1;
        }
        candidate
    }

    fn there_already(&mut self, span: Span, title: &str, path: &SourcePath, adds: bool) {
        let message = format!("`{title}` already exists, and import doesn't change existing chapters");
        let help = if adds {
            format!("the lines to add to `{path}` are below")
        } else {
            "it already contains everything from the table".to_owned()
        };
        self.import.findings.push(Diagnostic::new(Rule::ChapterExists, self.name, Some(span), message).help(help));
    }

    fn competency(&mut self, competency: &Competency, taken: &mut BTreeSet<String>) -> String {
        if let Some((chapter, path, id)) = self.known(&competency.title, Kind::Competency) {
            if !competency.statements.is_empty() {
                let text = self.levels(competency, Some(chapter));
                self.there_already(competency.span, &competency.title, &path, !text.is_empty());
                self.by_hand(path, "statements, each below the heading of its level", text);
            }
            return id;
        }
        let stem = Self::stem(&competency.title, Kind::Competency, taken);
        let front = competency.cluster.as_ref().map(|cluster| format!("---\ncluster: {}\n---\n", quote::yaml(cluster)));
        let mut text = format!("{}# {}\n", front.unwrap_or_default(), quote::markdown(&competency.title));
        let what = match competency.statements.len() {
            0 => "a competency without levels".to_owned(),
            1 => "1 statement".to_owned(),
            n => format!("{n} statements"),
        };
        if !competency.statements.is_empty() {
            text.push_str(&format!("\n## Levels\n\n{}", self.levels(competency, None)));
        }
        self.import.files.push(NewFile { path: SourcePath::new(format!("competencies/{stem}.md")), text, what });
        stem
    }

    /// Formats the levels with their statements; for an existing chapter, only the levels and
    /// statements that the chapter lacks.
    fn levels(&self, competency: &Competency, there: Option<ChapterId>) -> String {
        let meta = there.and_then(|chapter| Some(self.target.handbook?.book.meta(chapter)));
        let known = meta.map(|meta| meta.facts.statements()).unwrap_or_default();
        let is_new = |said: &&Said| !known.iter().any(|known| fold(&known.text) == fold(&said.text));
        let mut slugger = Slugger::default();
        let anchors = meta.iter().flat_map(|meta| &meta.anchors).cloned();
        for id in anchors.chain(["levels".to_owned()]).chain(self.scale.levels.iter().map(|level| slug(&level.name))) {
            slugger.claim(&id);
        }
        let mut parts = Vec::new();
        for level in &self.scale.levels {
            let is_of_level = |said: &&Said| self.scale.level(&said.level.text) == Some(level.level);
            let mut part = String::new();
            for said in competency.statements.iter().filter(is_of_level).filter(is_new) {
                let wanted = format!("l{}-{}", level.level, short_slug(&said.text, 6));
                let id = slugger.unique(wanted.trim_end_matches('-'));
                part.push_str(&format!("- {} {{#{id}}}\n", quote::markdown(&said.text)));
            }
            if !part.is_empty() {
                parts.push(format!("### {} {{level={}}}\n\n{part}", quote::markdown(&level.name), level.level));
            }
        }
        parts.join("\n")
    }

    fn by_hand(&mut self, path: SourcePath, what: &'static str, text: String) {
        if !text.is_empty() {
            self.import.by_hand.push(Lines { path, what, text });
        }
    }

    fn role(&mut self, role: &Role, ids: &[String], taken: &mut BTreeSet<String>) {
        let there = self.known(&role.title, Kind::Role);
        let has = |id: &str| there.as_ref().is_some_and(|(chapter, ..)| self.expects(*chapter, id));
        let line = |(competency, level): &(usize, Cell)| {
            let level = self.scale.levels.get(usize::from(self.scale.level(&level.text)?) - 1)?;
            let id = &ids[*competency];
            (!has(id)).then(|| format!("  {}: {}\n", quote::yaml(id), quote::yaml(&level.name)))
        };
        let lines: Vec<String> = role.expects.iter().filter_map(line).collect();
        let what = if lines.len() == 1 { "1 expectation".to_owned() } else { format!("{} expectations", lines.len()) };
        let lines = if lines.is_empty() { String::new() } else { format!("competencies:\n{}", lines.concat()) };
        if let Some((_, path, _)) = there {
            self.there_already(role.span, &role.title, &path, !lines.is_empty());
            return self.by_hand(path, "front matter", lines);
        }
        let stem = Self::stem(&role.title, Kind::Role, taken);
        let front = if lines.is_empty() { lines } else { format!("---\n{lines}---\n") };
        let text = format!("{front}# {}\n", quote::markdown(&role.title));
        self.import.files.push(NewFile { path: SourcePath::new(format!("roles/{stem}.md")), text, what });
    }

    /// Returns whether an existing role's own front matter sets a level for a competency.
    fn expects(&self, role: ChapterId, competency: &str) -> bool {
        let Some(book) = self.target.handbook.map(|handbook| &handbook.book) else { return false };
        let own = role_of(book, role).into_iter().flat_map(|facts| &facts.competencies);
        let mut named = own.filter_map(|(reference, _)| book.target_chapter(role, *reference));
        named.any(|to| book.meta(to).id == competency)
    }
}
