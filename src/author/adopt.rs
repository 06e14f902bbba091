//! Plans how a folder that was written for another generator becomes a handbook of ours.
//!
//! Input: the files of the folder. Output: an [`Adoption`]: a `handbook.toml`, new front matter, and
//! what is left to do by hand. Compiles the folder before and after, so that chapters keep their
//! addresses and whatever differs is reported. Never changes a file, and the text of a chapter only if
//! forms of other generators are to be rewritten.

mod dialects;
mod said;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use crate::author::edit::fact::{self, Fact, File, Place};
use crate::declare::config::FILE;
use crate::declare::generator::Generator;
use crate::declare::kind::Kind;
use crate::declare::origin::{self, Fate, Origin};
use crate::model::book::ChapterId;
use crate::model::compile::{Choices, Compiler, Handbook};
use crate::text::diagnostic::{self, Diagnostic};
use crate::text::path::SourcePath;
use crate::text::quote;
use crate::text::rule::{Rule, Severity};
use crate::text::source::{SourceFile, Sources};

pub use dialects::Rewritten;
pub use said::Said;

/// A line of a file, counted from 1; 0 is the file as a whole.
pub type Line = (SourcePath, usize);

/// How often something was found, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The number of places.
    pub number: usize,
    /// The first place by path, or `None` if it isn't in a file.
    pub first: Option<Line>,
}

/// The beginning of the table that lowers severities.
const CHECK: &str = "\n# Rules with findings. Delete a line once its findings are fixed.\n[check]\n";

/// A table of levels in a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Where it is.
    pub place: Line,
    /// The number of its rows.
    pub rows: usize,
    /// The spreadsheet next to the chapter that is called like it.
    pub file: Option<SourcePath>,
}

/// Counts of things of one kind.
type Counts<K> = BTreeMap<K, Count>;

/// A difference between the site before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The chapter isn't part of the site any more.
    Missing,
    /// The chapter has another address.
    Address,
    /// The chapter has another title.
    Title,
    /// The chapter has another place in the navigation.
    Order,
    /// The chapter has another text, because a dialect isn't read any more.
    Text,
}

/// The plan.
#[derive(Clone, Debug, Default)]
pub struct Adoption {
    /// The generator that the folder was written for, if it was recognized.
    pub generator: Option<Generator>,
    /// The generator as which the chapters are read if none was recognized, because there are fewer
    /// findings then.
    pub guess: Option<Generator>,
    /// What a folder for this generator is called in a sentence.
    pub described: String,
    /// The text of `handbook.toml`.
    pub settings: String,
    /// The files whose front matter changes, with their new bytes.
    pub edits: BTreeMap<SourcePath, Vec<u8>>,
    /// The number of files whose text changes and whose front matter doesn't.
    pub only_rewritten: usize,
    /// The keys that aren't ours, with what becomes of them.
    pub keys: Counts<(Fate, String)>,
    /// The fields that are added so that a chapter keeps its address or its ID.
    pub added: Counts<&'static str>,
    /// The forms of dialects that are rewritten, if that was asked for.
    pub rewritten: Rewritten,
    /// The files of the generator that still give the navigation and the order.
    pub kept: Vec<String>,
    /// What differs between the site before and after.
    pub differences: Counts<Difference>,
    /// The findings that `check` will report.
    pub findings: Counts<(Severity, Rule)>,
    /// The numbers of roles and competencies.
    pub kinds: BTreeMap<Kind, usize>,
    /// The chapters that may be roles or competencies, by their folder.
    pub proposed: BTreeMap<(Kind, String), usize>,
    /// The tables of levels.
    pub tables: Vec<Table>,
}

/// A function that returns all findings of a handbook, with their severities.
pub type Look<'a> = &'a dyn Fn(&Sources) -> Result<Vec<Diagnostic>, Box<Diagnostic>>;

/// How to adopt a folder.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The title that the folder has by default.
    pub title: &'a str,
    /// Whether to rewrite forms of other generators as ours.
    pub dialects: bool,
}

/// Plans the adoption of a folder.
///
/// # Errors
/// Returns the finding about a `handbook.toml` that can't be read.
pub fn plan(sources: &Sources, wanted: Wanted<'_>, look: Look<'_>) -> Result<Adoption, Box<Diagnostic>> {
    let compile = |sources: &Sources| {
        let choices = Choices { title: wanted.title.to_owned(), drafts: true, ..Choices::default() };
        Compiler::new().compile(sources, &choices)
    };
    let before = compile(sources)?;
    let generator = before.config.generator;
    let described = generator.map_or_else(|| "a folder of Markdown".to_owned(), |found| found.described(sources));
    let plan_as = |guess: Option<Generator>| -> Result<Adoption, Box<Diagnostic>> {
        let settings = settings(&before, guess);
        let described = described.clone();
        let mut plan = Adoption { generator, guess, described, settings, ..Adoption::default() };
        plan.rename(&before, sources);
        plan.keep_places(&before, &compile(&plan.after(sources))?, sources);
        Ok(plan)
    };
    let mut plan = plan_as(None)?;
    let guesses = if generator.is_none() { guesses(sources) } else { Vec::new() };
    if !guesses.is_empty() {
        let mut fewest = look(&plan.after(sources))?.len();
        for guess in guesses {
            let other = plan_as(Some(guess))?;
            let number = look(&other.after(sources))?.len();
            if number < fewest {
                (plan, fewest) = (other, number);
            }
        }
    }
    if wanted.dialects {
        plan.rewrite(&before, sources, &compile)?;
    }
    plan.lower(&look(&plan.after(sources))?);
    let after = plan.after(sources);
    plan.compare(&before, &compile(&after)?);
    plan.count_findings(&look(&after)?, &after);
    plan.kept = kept(generator, sources, &before.config.origin);
    plan.recognize(&before);
    plan.tables = tables::of(&before, sources);
    Ok(plan)
}

/// Lists the generators to try if none was recognized, based on what the chapters contain.
fn guesses(sources: &Sources) -> Vec<Generator> {
    let has = |is_sign: &dyn Fn(&str, &str) -> bool| {
        let mut texts =
            sources.chapters().filter_map(|(path, file)| Some((path, std::str::from_utf8(&file.bytes).ok()?)));
        texts.any(|(path, text)| is_sign(path.as_str(), text))
    };
    let is_vault = has(&|_, text| text.contains("[["));
    let is_mdx = has(&|path, text| path.ends_with(".mdx") || text.contains("\n:::"));
    let guess = |is_there: bool, generator| is_there.then_some(generator);
    [guess(is_vault, Generator::Obsidian), guess(is_mdx, Generator::Docusaurus)].into_iter().flatten().collect()
}

/// Writes the settings that were read from the generator's configuration. `guess` is the generator if none
/// was recognized.
fn settings(handbook: &Handbook, guess: Option<Generator>) -> String {
    let config = &handbook.config;
    let mut out = "# The handbook's settings. `rolebook schema handbook` lists every key.\n\n".to_owned();
    let language = (config.language != "en").then(|| config.language.clone());
    let texts = [
        ("title", Some(&config.title)),
        ("description", config.description.as_ref()),
        ("language", language.as_ref()),
        ("base_url", config.base_url.as_ref()),
        ("repository", config.repository.as_ref()),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            out.push_str(&format!("{key} = {}\n", quote::quoted(text)));
        }
    }
    if let Some(generator) = config.generator.or(guess) {
        let (title, name) = (generator.title(), quote::quoted(generator.name()));
        let were = if guess.is_some() { "look as if they were" } else { "were" };
        out.push_str(&format!(
            "\n# The chapters {were} written for {title}, and are read as it reads them.\nsource = {name}\n"
        ));
    }
    out
}

/// Returns the number of the line that contains a byte.
fn line(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// Counts one more of a thing.
fn count<K: Ord>(counts: &mut Counts<K>, key: K, place: Option<Line>) {
    let found = counts.entry(key).or_insert_with(|| Count { number: 0, first: None });
    found.number += 1;
    found.first = match (found.first.take(), place) {
        (Some(first), Some(place)) => Some(first.min(place)),
        (first, place) => first.or(place),
    };
}

impl Adoption {
    /// Returns the files as they would be after the adoption.
    pub fn after(&self, sources: &Sources) -> Sources {
        let mut after = sources.clone();
        let edits = self.edits.iter().map(|(path, bytes)| (path.clone(), SourceFile::new(bytes.as_slice())));
        after.files.extend(edits);
        after.files.insert(SourcePath::new(FILE), SourceFile::new(self.settings.as_bytes()));
        after
    }

    /// Returns the bytes of a file after the edits so far.
    fn bytes<'a>(&'a self, path: &SourcePath, sources: &'a Sources) -> Option<&'a [u8]> {
        let edited = self.edits.get(path).map(Vec::as_slice);
        edited.or_else(|| sources.bytes(path).map(|bytes| &**bytes))
    }

    /// Renames the keys that have another name here, and counts those that keep theirs.
    fn rename(&mut self, before: &Handbook, sources: &Sources) {
        for document in before.documents.iter() {
            let path = &document.meta.path;
            let Some(bytes) = sources.bytes(path) else { continue };
            let Ok(table) = fact::table(bytes, File::Chapter) else { continue };
            let mut fates: Vec<(String, usize, Fate)> = Vec::new();
            for (entry, fate) in origin::fates(&table, document.meta.kind, path) {
                // Spans in a file with other line endings differ, but its lines don't.
                let text =
                    crate::text::source::Text::new(bytes).map(|text| text.to_file(entry.key_span.start as usize));
                fates.push((entry.key.clone(), line(bytes, text.unwrap_or_default()), fate));
            }
            let new_name = |fate: Fate| if let Fate::Renamed(name) = fate { Some(name) } else { None };
            let names: Vec<(String, &str)> =
                fates.iter().filter_map(|(key, _, fate)| Some((key.clone(), new_name(*fate)?))).collect();
            let renamed = fact::rename(bytes, &names).ok().filter(|_| !names.is_empty());
            for (key, line, fate) in fates {
                let is_renamed = new_name(fate).is_none() || renamed.is_some();
                let fate = if is_renamed { fate } else { Fate::Read };
                count(&mut self.keys, (fate, key), Some((path.clone(), line)));
            }
            if let Some(renamed) = renamed {
                self.edits.insert(path.clone(), renamed);
            }
        }
    }

    /// Writes the address, the ID and the title of each chapter that would have another one in a
    /// handbook with settings.
    fn keep_places(&mut self, before: &Handbook, after: &Handbook, sources: &Sources) {
        for chapter in before.book.ids() {
            let meta = before.book.meta(chapter);
            let Some(other) = after.book.at_path(&meta.path) else { continue };
            let address = format!("/{}", before.book.url(chapter).as_str());
            let id = before.book.id(chapter);
            let wanted = [
                ("permalink", address, before.book.url(chapter) != after.book.url(other)),
                ("id", id.to_owned(), meta.kind != Kind::Page && id != after.book.id(other)),
                ("title", meta.title.clone(), meta.title != after.book.meta(other).title),
            ];
            for (name, value, is_needed) in wanted {
                let place = Place { names: [name, ""], before: &["title", "summary"] };
                let Some(bytes) = self.bytes(&meta.path, sources).filter(|_| is_needed) else { continue };
                if let Ok(bytes) = fact::set(bytes, File::Chapter, place, Some(&Fact::Text(value))) {
                    self.edits.insert(meta.path.clone(), bytes);
                    count(&mut self.added, name, Some((meta.path.clone(), 0)));
                }
            }
        }
    }

    /// Counts what differs between the sites.
    fn compare(&mut self, before: &Handbook, after: &Handbook) {
        let place = |handbook: &Handbook, path: &SourcePath| {
            let chapter = handbook.book.at_path(path)?;
            let tree = &handbook.book.tree;
            let node = tree.of_chapter[chapter.index()];
            let above: Vec<String> = tree.above(node).into_iter().map(|id| tree.node(id).title.clone()).collect();
            Some((tree.place[node.index()], above))
        };
        let orders = [before, after].map(|handbook| {
            let paths = before.documents.iter().map(|document| &document.meta.path);
            let mut all: Vec<_> = paths.filter_map(|path| Some((place(handbook, path)?, path.clone()))).collect();
            all.sort();
            all.into_iter().map(|((_, above), path)| (path, above)).collect::<Vec<_>>()
        });
        let moved: BTreeSet<&SourcePath> =
            orders[0].iter().zip(&orders[1]).filter(|(a, b)| a != b).map(|((path, _), _)| path).collect();
        let text = |handbook: &Handbook, chapter: ChapterId| handbook.documents[chapter.index()].body.main.html();
        for chapter in before.book.ids() {
            let meta = before.book.meta(chapter);
            let path = &meta.path;
            let differences = match after.book.at_path(path) {
                None => vec![Difference::Missing],
                Some(other) => [
                    (Difference::Address, before.book.url(chapter) != after.book.url(other)),
                    (Difference::Title, meta.title != after.book.meta(other).title),
                    (Difference::Order, moved.contains(path)),
                    (Difference::Text, text(before, chapter) != text(after, other)),
                ]
                .into_iter()
                .filter_map(|(difference, is_there)| is_there.then_some(difference))
                .collect(),
            };
            for difference in differences {
                count(&mut self.differences, difference, Some((path.clone(), 0)));
            }
        }
    }

    /// Lowers the severity of rules that are stricter in a handbook with settings, so that a folder
    /// that could be built before can still be built.
    fn lower(&mut self, findings: &[Diagnostic]) {
        let is_stricter = |finding: &&Diagnostic| {
            let is_warning = finding.code.severity(false) == Severity::Warning && !finding.code.is_firm();
            finding.severity == Severity::Error && is_warning
        };
        let rules: BTreeSet<Rule> = findings.iter().filter(is_stricter).map(|finding| finding.code).collect();
        if !rules.is_empty() {
            self.settings.push_str(CHECK);
        }
        self.settings.extend(rules.iter().map(|rule| format!("{rule} = \"warn\"\n")));
    }

    /// Counts the findings that the handbook will have.
    fn count_findings(&mut self, findings: &[Diagnostic], sources: &Sources) {
        for finding in findings {
            let place = match &finding.place {
                diagnostic::Place::Content(path, span) => {
                    Some((path.clone(), span.as_ref().map_or(0, |span| span.start as usize + 1)))
                }
                _ => None,
            };
            count(&mut self.findings, (finding.severity, finding.code), place);
        }
        // Offsets are in the order of lines, so only the first place of each rule needs its line.
        for (path, at) in self.findings.values_mut().filter_map(|count| count.first.as_mut()) {
            *at = sources.bytes(path).filter(|_| *at > 0).map_or(0, |bytes| line(bytes, *at - 1));
        }
    }

    /// Counts roles and competencies, and the chapters in folders that are called so.
    fn recognize(&mut self, before: &Handbook) {
        for document in before.documents.iter() {
            let meta = &document.meta;
            match meta.kind {
                Kind::Role | Kind::Competency if !meta.path.is_index() => {
                    *self.kinds.entry(meta.kind).or_default() += 1;
                }
                Kind::Page if !meta.path.is_index() => {
                    let name = meta.path.folder().rsplit('/').next().unwrap_or_default().to_lowercase();
                    let kind = match name.as_str() {
                        "role" | "roles" | "positions" | "job-descriptions" => Kind::Role,
                        "competency" | "competencies" | "skills" => Kind::Competency,
                        _ => continue,
                    };
                    *self.proposed.entry((kind, meta.path.folder().to_owned())).or_default() += 1;
                }
                _ => {}
            }
        }
    }
}

/// Lists the files of the generator that our configuration has no form for and that are still read.
fn kept(generator: Option<Generator>, sources: &Sources, origin: &Origin) -> Vec<String> {
    let Some(generator) = generator else { return Vec::new() };
    let mut kept = Vec::new();
    if sources.bytes(&SourcePath::new("SUMMARY.md")).is_some() {
        kept.push("SUMMARY.md".to_owned());
    } else if !origin.nav.is_empty() {
        let file = origin::files(generator).iter().find(|path| sources.mark(path).is_some());
        kept.extend(file.map(|path| (*path).to_owned()));
    }
    if !origin.folders.is_empty() {
        let names = if generator == Generator::Docusaurus { "_category_.json" } else { ".pages" };
        kept.push(names.to_owned());
    }
    kept
}
