//! Formats a comparison for the terminal, for a review, or for programs.
//!
//! Input: a [`Delta`]. Output: plain text, Markdown or JSON. Each change is one sentence in the
//! handbook's own terms, and in English like everything that the program prints.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Cell, Change, Delta, Fate, Level, Said, Subject};
use crate::declare::kind::{Kind, Part};

/// The revision that a handbook is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The name of the revision as the user typed it.
    pub revision: String,
    /// The day of the commit.
    pub day: String,
}

/// The way in which names and quotations are marked in a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marks {
    Plain,
    Markdown,
}

impl Marks {
    /// Formats a title.
    fn title(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Markdown => format!("*{}*", escaped(text)),
        }
    }

    /// Formats a name that appears next to a title.
    fn name(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Markdown => escaped(text),
        }
    }

    fn path(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Markdown => format!("`{text}`"),
        }
    }

    fn quote(self, text: &str) -> String {
        format!("“{}”", self.name(text))
    }
}

/// Escapes characters that Markdown would treat as markup (`CommonMark` 0.31.2, section 2.4).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The sections of the report, in order.
const PARTS: [&str; 5] = ["Roles", "Competencies", "Strategy and decisions", "Terms", "Other chapters"];

/// Returns the index of the section that a change belongs to.
fn part_of(change: &Change) -> usize {
    match change {
        Change::Scale { .. } => 1,
        Change::Term { .. } => 3,
        Change::Text { .. } => 4,
        other => match other.chapter().map(|subject| subject.kind) {
            Some(Kind::Role) => 0,
            Some(Kind::Competency) => 1,
            Some(Kind::Strategy) => 2,
            _ => 4,
        },
    }
}

/// Formats the comparison for the terminal; `since` is the older revision.
pub fn human(delta: &Delta, since: &Since) -> String {
    if delta.changes.is_empty() {
        return format!("Nothing has changed since {} ({}).\n", since.revision, since.day);
    }
    let mut out = format!("Since {} ({}): {}.\n", since.revision, since.day, total(delta));
    for (part, lines) in parts(delta, Marks::Plain) {
        out.push_str(&format!("\n{part}\n"));
        for line in lines {
            out.push_str(&format!("  {line}\n"));
        }
    }
    out
}

/// Formats the comparison as Markdown for pasting into a review.
pub fn markdown(delta: &Delta, since: &Since) -> String {
    if delta.changes.is_empty() {
        return format!("Nothing in the handbook has changed since `{}` ({}).\n", since.revision, since.day);
    }
    let mut out =
        format!("### Changes to the handbook since `{}`\n\nSince {}: {}.\n", since.revision, since.day, total(delta));
    for (part, lines) in parts(delta, Marks::Markdown) {
        out.push_str(&format!("\n**{part}**\n\n"));
        for line in lines {
            out.push_str(&format!("- {line}\n"));
        }
    }
    out
}

/// Formats the comparison as one JSON document.
pub fn json(delta: &Delta, since: &Since) -> String {
    let changes: Vec<Value> = delta.changes.iter().map(value).collect();
    let document = json!({ "version": 1, "since": since.revision, "day": since.day, "changes": changes });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Returns the sections that have any changes, each with its sentences. All chapters in which only
/// the text changed share one sentence.
fn parts(delta: &Delta, marks: Marks) -> Vec<(&'static str, Vec<String>)> {
    let mut lines: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut texts = Vec::new();
    for change in &delta.changes {
        match change {
            Change::Text { chapter } => texts.push(marks.title(&chapter.title)),
            other => lines.entry(part_of(other)).or_default().push(sentence(other, marks)),
        }
    }
    if !texts.is_empty() {
        lines.entry(4).or_default().push(format!("changes only the text of {}", texts.join(", ")));
    }
    lines.into_iter().map(|(part, lines)| (PARTS[part], lines)).collect()
}

/// Formats the number of changes and the roles that they affect.
fn total(delta: &Delta) -> String {
    let count = delta.changes.iter().filter(|change| !matches!(change, Change::Text { .. })).count();
    let mut roles: Vec<&Subject> = Vec::new();
    for change in &delta.changes {
        let touched: Vec<&Subject> = match change {
            Change::Expectation { touches, .. }
            | Change::Statement { touches, .. }
            | Change::Responsibility { touches, .. } => touches.iter().collect(),
            other => other.chapter().into_iter().filter(|subject| subject.kind == Kind::Role).collect(),
        };
        let new = touched.into_iter().filter(|role| !roles.contains(role)).collect::<Vec<_>>();
        roles.extend(new);
    }
    match (count, roles.len()) {
        (0, _) => "the model is as it was, only text has changed".to_owned(),
        (n, 0) => format!("{}, none of them to a role", counted(n, "change", "changes")),
        (n, roles) => {
            format!(
                "{} that {} {}",
                counted(n, "change", "changes"),
                if n == 1 { "touches" } else { "touch" },
                counted(roles, "role", "roles")
            )
        }
    }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Describes a change in one sentence without a full stop.
fn sentence(change: &Change, marks: Marks) -> String {
    match change {
        Change::Scale { number, from, to } => match (from, to) {
            (Some(from), Some(to)) => {
                format!("calls level {number} {} instead of {}", marks.title(to), marks.title(from))
            }
            (None, Some(to)) => format!("adds level {number}, {}", marks.title(to)),
            (from, _) => format!("removes level {number}, {}", marks.title(from.as_deref().unwrap_or_default())),
        },
        Change::Chapter { chapter, how } => fate(
            &format!("{} {}", kind(chapter.kind), marks.title(&chapter.title)),
            kind(chapter.kind),
            &chapter.title,
            how,
            marks,
        ),
        Change::Expectation { role, competency, from, to, touches } => {
            let (competency, role) = (marks.title(&competency.title), marks.name(&role.title));
            let said = match (from, to) {
                (Some(from), Some(to)) => {
                    let verb = if to.number > from.number { "raises" } else { "lowers" };
                    format!("{verb} {competency} for {role} from {} to {}", level(from, marks), level(to, marks))
                }
                (None, Some(to)) => format!("expects {competency} of {role} at {}", level(to, marks)),
                (from, _) => {
                    let was =
                        from.as_ref().map_or_else(String::new, |from| format!(" (it was {})", level(from, marks)));
                    format!("no longer expects {competency} of {role}{was}")
                }
            };
            if touches.len() > 1 { format!("{said}; {}", touched(touches)) } else { said }
        }
        Change::Statement { competency, cell, touches } => {
            format!("{}: {}; {}", marks.title(&competency.title), cell_words(cell, marks), touched(touches))
        }
        Change::Responsibility { role, cell, touches } => {
            let said = format!("{}: {}", marks.title(&role.title), cell_words(cell, marks));
            if touches.len() > 1 { format!("{said}; {}", touched(touches)) } else { said }
        }
        Change::Fact { chapter, fact, from, to } => {
            format!("{}: {}", marks.title(&chapter.title), fact_words(fact, from, to, marks))
        }
        Change::Decision { strategy, decision, how, accountable } => {
            let title = marks.title(decision);
            let place = marks.title(&strategy.title);
            let whose: Vec<String> = accountable.iter().map(|name| marks.name(name)).collect();
            let whose = if whose.is_empty() { String::new() } else { format!("; accountable: {}", whose.join(", ")) };
            match how {
                Fate::Renamed(from) => format!("renames the decision {} to {title} ({place})", marks.title(from)),
                Fate::Removed => format!(
                    "removes the decision {title} ({place}){}",
                    whose.replace("accountable:", "accountable was")
                ),
                _ => format!("adds the decision {title} ({place}){whose}"),
            }
        }
        Change::Party { strategy, decision, part, from, to } => {
            let place = format!("{} ({})", marks.title(decision), marks.title(&strategy.title));
            let names = |list: &[String]| list.iter().map(|name| marks.name(name)).collect::<Vec<_>>().join(", ");
            match (part, from.is_empty(), to.is_empty()) {
                (Part::Accountable, false, false) => {
                    format!("makes {} accountable for {place} instead of {}", names(to), names(from))
                }
                (part, true, _) => format!("{place}: now {}", takes(*part, &names(to))),
                (part, _, true) => format!("{place}: no longer {}", takes(*part, &names(from))),
                (part, ..) => format!("{place}: now {}, no longer {}", takes(*part, &names(to)), names(from)),
            }
        }
        Change::Term { term, from, to, was } => {
            let title = marks.title(term);
            match (from, to, was) {
                (None, _, _) => format!("adds the term {title}: {}", marks.quote(to.as_deref().unwrap_or_default())),
                (_, None, _) => format!("removes the term {title}"),
                (Some(from), Some(to), was) => {
                    let named = was.as_ref().map(|was| format!("renames the term {} to {title}", marks.title(was)));
                    let meant = (from != to).then(|| format!("{} → {}", marks.quote(from), marks.quote(to)));
                    match (named, meant) {
                        (Some(named), Some(meant)) => format!("{named} and defines it anew: {meant}"),
                        (Some(named), None) => named,
                        (None, meant) => format!("defines {title} anew: {}", meant.unwrap_or_default()),
                    }
                }
            }
        }
        Change::Text { chapter } => format!("changes only the text of {}", marks.title(&chapter.title)),
    }
}

fn fate(named: &str, kind: &str, title: &str, how: &Fate, marks: Marks) -> String {
    match how {
        Fate::Added => format!("adds the {named}"),
        Fate::Removed => format!("removes the {named}"),
        Fate::Renamed(from) => format!("renames the {kind} {} to {}", marks.title(from), marks.title(title)),
        Fate::Moved(from, to) => {
            format!("moves the {named} from {} to {}", marks.path(from.as_str()), marks.path(to.as_str()))
        }
    }
}

fn cell_words(cell: &Cell, marks: Marks) -> String {
    let at = |said: &Said, word: &str| {
        said.level.as_ref().map_or_else(String::new, |one| format!(" {word} {}", level(one, marks)))
    };
    match (&cell.before, &cell.after) {
        (None, Some(after)) => format!("adds{} {}", at(after, "at"), marks.quote(&after.text)),
        (Some(before), None) => format!("removes{} {}", at(before, "from"), marks.quote(&before.text)),
        (Some(before), Some(after)) => {
            let words = format!("{} → {}", marks.quote(&before.text), marks.quote(&after.text));
            let way = format!("{}{}", at(before, "from"), at(after, "to"));
            match (cell.is_moved(), cell.is_reworded()) {
                (true, true) => format!("moves{way} and rewords {words}"),
                (true, false) => format!("moves{way} {}", marks.quote(&after.text)),
                _ => format!("rewords{} {words}", at(after, "at")),
            }
        }
        (None, None) => String::new(),
    }
}

fn fact_words(fact: &str, from: &[String], to: &[String], marks: Marks) -> String {
    // Text that an author wrote is quoted; names aren't.
    let is_worded = ["scope", "horizon", "grade", "measures"].contains(&fact);
    let set = |text: &String| if is_worded { marks.quote(text) } else { marks.name(text) };
    let names = |list: &[String]| list.iter().map(set).collect::<Vec<_>>().join(", ");
    let fact = fact.replace('_', " ");
    match (from.is_empty(), to.is_empty()) {
        (true, _) => format!("{fact} now {}", names(to)),
        (_, true) => format!("{fact} no longer {}", names(from)),
        _ => format!("{fact} now {}, before {}", names(to), names(from)),
    }
}

fn level(level: &Level, marks: Marks) -> String {
    marks.name(&level.name)
}

fn touched(roles: &[Subject]) -> String {
    match roles.len() {
        0 => "touches no role".to_owned(),
        n => format!("touches {}", counted(n, "role", "roles")),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Role => "role",
        Kind::Competency => "competency",
        Kind::Strategy => "strategy chapter",
        Kind::Path => "path",
        Kind::Glossary => "glossary",
        Kind::Page => "chapter",
    }
}

/// Describes the part that somebody takes in a decision.
fn takes(part: Part, who: &str) -> String {
    match part {
        Part::Accountable => format!("makes {who} accountable"),
        Part::Responsible => format!("makes {who} responsible"),
        Part::Consulted => format!("consults {who}"),
        Part::Informed => format!("informs {who}"),
        Part::EscalatesTo => format!("escalates to {who}"),
    }
}

fn part_words(part: Part) -> &'static str {
    match part {
        Part::Accountable => "accountable",
        Part::Responsible => "responsible",
        Part::Consulted => "consulted",
        Part::Informed => "informed",
        Part::EscalatesTo => "escalates_to",
    }
}

/// Returns a change as a JSON object; its `change` key determines the other keys.
fn value(change: &Change) -> Value {
    let ids = |list: &[Subject]| list.iter().map(|subject| subject.id.clone()).collect::<Vec<_>>();
    let named =
        |level: &Option<Level>| level.as_ref().map(|level| json!({ "level": level.number, "name": level.name }));
    match change {
        Change::Scale { number, from, to } => json!({ "change": "scale", "level": number, "from": from, "to": to }),
        Change::Chapter { chapter, how } => {
            let (what, from, to) = fate_value(how, &chapter.title);
            json!({ "change": "chapter", "what": [what], "kind": chapter.kind.name(), "id": chapter.id, "title": chapter.title, "from": from, "to": to })
        }
        Change::Expectation { role, competency, from, to, touches } => json!({
            "change": "expectation", "role": role.id, "competency": competency.id, "from": named(from), "to": named(to), "touches": ids(touches),
        }),
        Change::Statement { competency, cell, touches } => {
            let mut value = cell_value(cell, "statement");
            value["competency"] = json!(competency.id);
            value["touches"] = json!(ids(touches));
            value
        }
        Change::Responsibility { role, cell, touches } => {
            let mut value = cell_value(cell, "responsibility");
            value["role"] = json!(role.id);
            value["touches"] = json!(ids(touches));
            value
        }
        Change::Fact { chapter, fact, from, to } => {
            json!({ "change": "fact", "kind": chapter.kind.name(), "id": chapter.id, "fact": fact, "from": from, "to": to })
        }
        Change::Decision { strategy, decision, how, accountable } => {
            let (what, from, _) = fate_value(how, decision);
            json!({ "change": "decision", "what": [what], "strategy": strategy.id, "decision": decision, "from": from, "accountable": accountable })
        }
        Change::Party { strategy, decision, part, from, to } => {
            json!({ "change": "party", "strategy": strategy.id, "decision": decision, "part": part_words(*part), "from": from, "to": to })
        }
        Change::Term { term, from, to, was } => {
            json!({ "change": "term", "term": term, "was": was, "from": from, "to": to })
        }
        Change::Text { chapter } => {
            json!({ "change": "text", "kind": chapter.kind.name(), "id": chapter.id, "title": chapter.title })
        }
    }
}

fn fate_value(how: &Fate, title: &str) -> (&'static str, Option<String>, Option<String>) {
    match how {
        Fate::Added => ("added", None, None),
        Fate::Removed => ("removed", None, None),
        Fate::Renamed(from) => ("renamed", Some(from.clone()), Some(title.to_owned())),
        Fate::Moved(from, to) => ("moved", Some(from.to_string()), Some(to.to_string())),
    }
}

fn cell_value(cell: &Cell, change: &str) -> Value {
    let said = |said: &Option<Said>| {
        said.as_ref().map(|said| match &said.level {
            Some(level) => json!({ "level": level.number, "name": level.name, "text": said.text }),
            None => json!({ "text": said.text }),
        })
    };
    let what = match (&cell.before, &cell.after, cell.is_moved(), cell.is_reworded()) {
        (None, ..) => vec!["added"],
        (_, None, ..) => vec!["removed"],
        (_, _, true, true) => vec!["moved", "reworded"],
        (_, _, true, false) => vec!["moved"],
        _ => vec!["reworded"],
    };
    json!({ "change": change, "what": [what], "id": cell.id, "before": said(&cell.before), "after": said(&cell.after) })
}
