//! Rewrites the forms of other generators in chapters as ours.
//!
//! Input: the folder before, and a function that compiles it. Output: new edits of the plan. A chapter
//! whose page would differ stays as it is, and the report says why. Never rewrites front matter.

use std::collections::{BTreeMap, BTreeSet};

use super::Adoption;
use crate::chapter::dialect::{self, Change, Reading};
use crate::chapter::document::Document;
use crate::chapter::markdown;
use crate::declare::config::Config;
use crate::model::compile::Handbook;
use crate::text::diagnostic::Diagnostic;
use crate::text::front_matter;
use crate::text::path::SourcePath;
use crate::text::source::{Sources, Text};

/// The maximum number of times that chapters are compared. Each time, those that differ stay as they
/// were.
const MOST_ROUNDS: usize = 3;

/// The length in characters of what is shown of a difference.
const SHOWN: usize = 50;

/// What was rewritten.
#[derive(Clone, Debug, Default)]
pub struct Rewritten {
    /// The number of changes of each kind, in chapters that are rewritten.
    pub changes: BTreeMap<Change, usize>,
    /// The chapters that are rewritten.
    pub chapters: BTreeSet<SourcePath>,
    /// The chapters that stay as they are, with the reason.
    pub left: BTreeMap<SourcePath, String>,
}

/// A function that compiles files.
type Compile<'a> = &'a dyn Fn(&Sources) -> Result<Handbook, Box<Diagnostic>>;

impl Adoption {
    /// Rewrites the chapters; `before` is the folder as it is.
    pub(super) fn rewrite(
        &mut self,
        before: &Handbook,
        sources: &Sources,
        compile: Compile<'_>,
    ) -> Result<(), Box<Diagnostic>> {
        let mut found: BTreeMap<SourcePath, (Vec<u8>, BTreeMap<Change, usize>)> = BTreeMap::new();
        // Lines that insert a file belong to the generator and stay.
        let config = Config { generator: None, ..(*before.config).clone() };
        for document in before.documents.iter() {
            let path = &document.meta.path;
            let bytes = self.bytes(path, sources);
            if let Some(new) = bytes.and_then(|bytes| rewritten(bytes, document, (before, &config))) {
                found.insert(path.clone(), new);
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        let old = compile(&self.after(sources))?;
        let edits = self.edits.clone();
        for _ in 0..MOST_ROUNDS {
            self.edits.clone_from(&edits);
            self.edits.extend(found.iter().map(|(path, (bytes, _))| (path.clone(), bytes.clone())));
            let new = compile(&self.after(sources))?;
            let differing = differing(&old, &new, &found.keys().collect());
            if differing.is_empty() {
                break;
            }
            for (path, why) in differing {
                found.remove(&path);
                self.rewritten.left.insert(path, why);
            }
        }
        self.edits = edits;
        for (path, (bytes, changes)) in found {
            let is_new = self.edits.insert(path.clone(), bytes).is_none();
            self.only_rewritten += usize::from(is_new);
            self.rewritten.chapters.insert(path);
            for (change, number) in changes {
                *self.rewritten.changes.entry(change).or_default() += number;
            }
        }
        Ok(())
    }
}

/// Returns the new bytes of a chapter, or `None` if nothing changes.
fn rewritten(
    bytes: &[u8],
    document: &Document,
    (before, config): (&Handbook, &Config),
) -> Option<(Vec<u8>, BTreeMap<Change, usize>)> {
    let text = Text::new(bytes).ok()?;
    let start = front_matter::split(&text.text).body();
    let reading = markdown::reading(&document.meta.path, document.meta.kind, &before.config);
    let reading = Reading { config, ..reading };
    let ours = dialect::ours(&text.text[start..], &reading)?;
    let head = &bytes[..text.to_file(start)];
    let body = &bytes[head.len()..];
    let old = String::from_utf8_lossy(body);
    let line_ends = old.matches('\n').count();
    let text = match old.matches("\r\n").count() {
        0 if !body.contains(&b'\r') => ours.text,
        count if count == line_ends => ours.text.replace('\n', "\r\n"),
        _ => return None,
    };
    Some(([head, text.as_bytes()].concat(), ours.changes))
}

/// Lists the chapters among `changed` whose page differs, each with what differs first.
fn differing(old: &Handbook, new: &Handbook, changed: &BTreeSet<&SourcePath>) -> Vec<(SourcePath, String)> {
    let mut found = Vec::new();
    for before in old.documents.iter().filter(|document| changed.contains(&document.meta.path)) {
        let path = &before.meta.path;
        let after = new.book.at_path(path).map(|chapter| &new.documents[chapter.index()]);
        let why = match after {
            None => Some("it would not be part of the site".to_owned()),
            Some(after) => difference(before, after),
        };
        found.extend(why.map(|why| (path.clone(), why)));
    }
    found
}

/// Returns what differs between two states of a chapter, in words.
fn difference(before: &Document, after: &Document) -> Option<String> {
    let (a, b) = (&before.body, &after.body);
    if a.hidden.len() != b.hidden.len() {
        return Some("other parts of it would be hidden".to_owned());
    }
    let texts = (a.main.html(), b.main.html());
    if texts.0 != texts.1 {
        return Some(first_difference(&texts.0, &texts.1));
    }
    let code = |document: &Document| -> Vec<(String, String, Option<String>)> {
        let all = document.body.code.iter();
        all.map(|code| (code.language.clone(), code.text.clone(), code.title.clone())).collect()
    };
    if code(before) != code(after) {
        return Some("its code would differ".to_owned());
    }
    let is_same = a.main.holes == b.main.holes
        && a.footnotes.iter().map(|(_, fill)| &fill.html).eq(b.footnotes.iter().map(|(_, fill)| &fill.html))
        && a.images == b.images
        && a.views == b.views
        && a.formulas == b.formulas;
    if !is_same {
        return Some("its links, images, formulas or footnotes would differ".to_owned());
    }
    if before.outline != after.outline {
        return Some("its headings or the targets of its links would differ".to_owned());
    }
    (before.meta != after.meta).then(|| "its facts would differ".to_owned())
}

/// Describes the first place where two texts of HTML differ.
fn first_difference(a: &str, b: &str) -> String {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let shown = |html: &str| -> String {
        let from = same.saturating_sub(SHOWN / 4);
        let text: String = html.chars().skip(from).take(SHOWN).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    format!("its page would differ: `{}` became `{}`", shown(a), shown(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    #[test]
    fn a_link_that_would_lead_elsewhere_is_a_difference() {
        let document = |text: &str| {
            let sources = Sources::from_texts([("a.md", text)]);
            Compiler::new().compile(&sources, &Choices::default()).unwrap().documents[0].clone()
        };
        let before = document("# A\n\nSee [[b]].\n");
        assert_eq!(difference(&before, &document("# A\n\nSee [[b]].\n\n")), None);
        let found = difference(&before, &document("# A\n\nSee [[c]].\n"));
        assert!(found.as_ref().is_some_and(|found| found.contains("targets of its links")), "{found:?}");
    }
}
