//! Describes an adoption in plain words.
//!
//! Input: the plan, and how the user names files. Output: text for the terminal. Never prints it.

use super::{Adoption, Count, Difference, Line};
use crate::declare::config::FILE;
use crate::declare::kind::Kind;
use crate::declare::origin::Fate;
use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};

/// The maximum number of tables to list.
const MOST_TABLES: usize = 10;
/// The maximum number of chapters to list that aren't rewritten.
const MOST_LEFT: usize = 10;
/// The maximum number of keys to list that nothing reads.
const MOST_KEYS: usize = 12;

/// How an adoption is described.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// Returns a file's path in the form in which the user writes it.
    pub shown: &'a dyn Fn(&str) -> String,
    /// The argument that names the project in a command line, with a space before it, or nothing.
    pub argument: &'a str,
    /// Whether the changes are written.
    pub is_written: bool,
    /// Whether there was no site before, because the chapters come from an archive.
    pub is_new: bool,
}

impl Said<'_> {
    /// Describes what is written, what differs afterwards, and what is left to do by hand.
    pub fn text(&self, plan: &Adoption) -> String {
        let mut out = self.written(plan);
        let parts = [
            ("Still read from the files of the other generator", self.read(plan)),
            ("Not the same afterwards", self.different(plan)),
            ("Roles and competencies", self.kinds(plan)),
            ("Left to do by hand", self.by_hand(plan)),
        ];
        for (title, lines) in parts.into_iter().filter(|(_, lines)| !lines.is_empty()) {
            out.push_str(&format!("\n{title}:\n"));
            out.extend(lines.into_iter().map(|line| format!("- {line}\n")));
        }
        out
    }

    fn written(&self, plan: &Adoption) -> String {
        let verb = if self.is_written { "wrote" } else { "would write" };
        let settings: String =
            plan.settings.lines().map(|line| format!("    {line}\n").replace("    \n", "\n")).collect();
        let mut out = format!("{verb} {}:\n\n{settings}", (self.shown)(FILE));
        let heads = plan.keys.keys().any(|(fate, _)| matches!(fate, Fate::Renamed(_))) || !plan.added.is_empty();
        let files = plural(plan.edits.len() - plan.only_rewritten, "chapter");
        if heads {
            let verb = if self.is_written { "changed" } else { "would change" };
            out.push_str(&format!("\n{verb} the front matter of {files}:\n"));
        }
        for ((fate, key), count) in &plan.keys {
            if let Fate::Renamed(name) = fate {
                out.push_str(&format!("- `{key}` becomes `{name}` in {}\n", self.count(count, "chapter")));
            }
        }
        for (field, count) in &plan.added {
            let why = match *field {
                "title" => "because by our rules, the first heading would give it another one",
                "id" => "because another chapter claims the same ID",
                _ => "because another chapter claims the same address",
            };
            out.push_str(&format!("- `{field}` is added to {}, {why}\n", self.count(count, "chapter")));
        }
        self.rewritten(plan, &mut out);
        out
    }

    /// Lists the forms of dialects that are rewritten.
    fn rewritten(&self, plan: &Adoption, out: &mut String) {
        if plan.rewritten.chapters.is_empty() {
            return;
        }
        let verb = if self.is_written { "rewrote" } else { "would rewrite" };
        let chapters = plural(plan.rewritten.chapters.len(), "chapter");
        out.push_str(&format!("\n{verb} the forms of other generators in {chapters}, whose pages stay the same:\n"));
        for (change, number) in &plan.rewritten.changes {
            let becomes = if *number == 1 { "becomes" } else { "become" };
            let name = match *number {
                1 => change.name().0,
                _ => change.name().1,
            };
            out.push_str(&format!("- {number} {name} {becomes} {}\n", change.outcome()));
        }
    }

    fn read(&self, plan: &Adoption) -> Vec<String> {
        let Some(generator) = plan.generator else { return Vec::new() };
        let mut lines = Vec::new();
        if !plan.kept.is_empty() {
            let files: Vec<String> = plan.kept.iter().map(|file| format!("`{file}`")).collect();
            let (files, them) = (files.join(" and "), if plan.kept.len() == 1 { "it" } else { "them" });
            lines.push(format!(
                "the order and the groups of the navigation: keep {files}, or move {them} to `order` and folders"
            ));
        }
        for ((fate, key), count) in &plan.keys {
            if *fate == Fate::Read {
                let (title, places) = (generator.title(), self.count(count, "chapter"));
                lines.push(format!(
                    "`{key}` in {places}: its value is written as {title} expects it, so the key keeps its name"
                ));
            }
        }
        lines
    }

    fn different(&self, plan: &Adoption) -> Vec<String> {
        if self.is_new {
            return Vec::new();
        }
        let mut lines = vec![
            "each chapter is also published as Markdown, with `llms.txt`; `markdown = false` under `[publish]` turns that off"
                .to_owned(),
            "there is a page about the health of the handbook".to_owned(),
        ];
        if plan.generator.or(plan.guess).is_none() {
            lines.push(
                "no other generator was recognized, so chapters are read by our rules alone; if they were written for one, \
                 name it as in `source = \"obsidian\"`"
                    .to_owned(),
            );
        }
        for (difference, count) in &plan.differences {
            let places = self.count(count, "chapter");
            lines.push(match difference {
                Difference::Missing => format!("not part of the site: {places}"),
                Difference::Address => format!("another address: {places}"),
                Difference::Title => format!("another title: {places}"),
                Difference::Text => format!("another text, because a dialect isn't read: {places}"),
                Difference::Order => format!("another place in the navigation: {places}"),
            });
        }
        lines
    }

    fn kinds(&self, plan: &Adoption) -> Vec<String> {
        let mut lines = Vec::new();
        for (kind, count) in &plan.kinds {
            let them = if *count == 1 { "is" } else { "are" };
            lines.push(format!("{} {them} recognized by the folder or front matter", named(*kind, *count)));
        }
        for ((kind, folder), count) in &plan.proposed {
            let (folder_shown, name) = ((self.shown)(folder), kind.name());
            let how = if folder.contains('/') {
                format!("write `kind: {name}` into the front matter")
            } else {
                format!("add `{} = \"{name}\"` under `[kinds]` in {FILE}", key(folder))
            };
            lines.push(format!("`{folder_shown}/` may contain {}: {how}", named(*kind, *count)));
        }
        for table in plan.tables.iter().take(MOST_TABLES) {
            let (place, rows, argument) = (self.place(&table.place), plural(table.rows, "row"), self.argument);
            let how = match &table.file {
                Some(file) => format!("`rolebook import {}{argument}`", (self.shown)(file.as_str())),
                None => format!("save it as CSV, then `rolebook import FILE.csv{argument}`"),
            };
            lines.push(format!("a table of levels at {place} ({rows}): {how}"));
        }
        let more = plan.tables.len().saturating_sub(MOST_TABLES);
        if more > 0 {
            lines.push(format!("{} of levels not listed here", plural(more, "more table")));
        }
        lines
    }

    fn by_hand(&self, plan: &Adoption) -> Vec<String> {
        let mut lines = Vec::new();
        let findings = plan.findings.iter().collect::<Vec<(&(Severity, Rule), &Count)>>();
        for ((severity, rule), count) in findings {
            let word = if *severity == Severity::Error { "error" } else { "warning" };
            lines.push(format!("`{rule}`: {} ({})", self.count(count, word), rule.meaning()));
        }
        if plan.findings.keys().any(|(severity, _)| *severity == Severity::Error) {
            lines.push("the errors have to be fixed before the site can be built again".to_owned());
        }
        for (path, why) in plan.rewritten.left.iter().take(MOST_LEFT) {
            lines.push(format!("{} keeps the forms of the other generator: {why}", (self.shown)(path.as_str())));
        }
        let more = plan.rewritten.left.len().saturating_sub(MOST_LEFT);
        if more > 0 {
            lines.push(format!("{} keep them as well", plural(more, "more chapter")));
        }
        let unread = plan.keys.iter().filter(|((fate, _), _)| *fate == Fate::Read && plan.generator.is_none());
        lines.extend(unread.map(|((_, key), count)| {
            let places = self.count(count, "chapter");
            format!("`{key}` in {places}: its value isn't understood; `rolebook schema page` describes the fields")
        }));
        let ignored = plan.keys.iter().filter(|((fate, _), _)| *fate == Fate::Ignored);
        let mut ignored: Vec<(&String, &Count)> = ignored.map(|((_, key), count)| (key, count)).collect();
        ignored.sort_by_key(|(key, count)| (std::cmp::Reverse(count.number), *key));
        let more = ignored.len().saturating_sub(MOST_KEYS);
        let listed = ignored.iter().take(MOST_KEYS).map(|(key, count)| format!("`{key}` ({})", count.number));
        let mut listed: Vec<String> = listed.collect();
        if more > 0 {
            listed.push(format!("{more} more"));
        }
        if let Some((_, count)) = ignored.first() {
            let first = count.first.as_ref().map(|place| format!(", first at {}", self.place(place)));
            let first = first.unwrap_or_default();
            lines.push(format!(
                "keys that Rolebook doesn't read and that stay in the files: {}{first}",
                listed.join(", ")
            ));
        }
        lines
    }

    /// Writes a number of things and where the first one is.
    fn count(&self, count: &Count, word: &str) -> String {
        let first = count.first.as_ref().map(|place| self.place(place));
        let first =
            first.map(|place| if count.number == 1 { format!(", at {place}") } else { format!(", first at {place}") });
        format!("{}{}", plural(count.number, word), first.unwrap_or_default())
    }

    fn place(&self, (path, line): &Line) -> String {
        let path = (self.shown)(SourcePath::as_str(path));
        if *line == 0 { path } else { format!("{path}:{line}") }
    }
}

/// Writes a key of TOML, in quotes if necessary.
fn key(text: &str) -> String {
    let is_bare = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_bare { text.to_owned() } else { crate::text::quote::quoted(text) }
}

fn named(kind: Kind, count: usize) -> String {
    match (kind, count) {
        (Kind::Competency, 1) => "1 competency".to_owned(),
        (Kind::Competency, _) => format!("{count} competencies"),
        (_, 1) => "1 role".to_owned(),
        _ => format!("{count} roles"),
    }
}

fn plural(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
