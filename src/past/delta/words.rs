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
        if self == Self::Markdown { format!("*{}*", escaped(text)) } else { text.to_owned() }
    }

    /// Formats a name that appears next to a title.
    fn name(self, text: &str) -> String {
        if self == Self::Markdown { escaped(text) } else { text.to_owned() }
    }

    /// Formats several names that appear next to a title.
    fn names(self, texts: &[String]) -> String {
        texts.iter().map(|text| self.name(text)).collect::<Vec<_>>().join(", ")
    }

    fn path(self, text: &str) -> String {
        if self == Self::Markdown { format!("`{text}`") } else { text.to_owned() }
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
    let head = format!("Since {} ({}): {}.\n", since.revision, since.day, total(delta));
    let part = |(part, lines): (&str, Vec<String>)| format!("\n{part}\n  {}\n", lines.join("\n  "));
    head + &parts(delta, Marks::Plain).into_iter().map(part).collect::<String>()
}

/// Formats the comparison as Markdown for pasting into a review.
pub fn markdown(delta: &Delta, since: &Since) -> String {
    if delta.changes.is_empty() {
        return format!("Nothing in the handbook has changed since `{}` ({}).\n", since.revision, since.day);
    }
    let (revision, day) = (&since.revision, &since.day);
    let head = format!("### Changes to the handbook since `{revision}`\n\nSince {day}: {}.\n", total(delta));
    let part = |(part, lines): (&str, Vec<String>)| format!("\n**{part}**\n\n- {}\n", lines.join("\n- "));
    head + &parts(delta, Marks::Markdown).into_iter().map(part).collect::<String>()
}

/// Formats the comparison as one JSON document.
pub fn json(delta: &Delta, since: &Since) -> String {
    let changes: Vec<Value> = delta.changes.iter().map(value).collect();
    let document = json!({ "version": 1, "since": since.revision, "day": since.day, "changes": changes });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Returns the sections that have any changes, each with its sentences, as plain text.
pub fn sections(delta: &Delta) -> Vec<(&'static str, Vec<String>)> {
    parts(delta, Marks::Plain)
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
        (0, _) => "only text has changed, nothing in the model".to_owned(),
        (n, 0) => format!("{}, none of them to a role", counted(n, "change", "changes")),
        (n, roles) => {
            let touch = if n == 1 { "touches" } else { "touch" };
            format!("{} that {touch} {}", counted(n, "change", "changes"), counted(roles, "role", "roles"))
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
        Change::Chapter { chapter, how } => fate(chapter, how, marks),
        Change::Expectation { role, competency, from, to, touches } => {
            let (competency, role) = (marks.title(&competency.title), marks.name(&role.title));
            let said = match (from, to) {
                (Some(from), Some(to)) => {
                    let verb = if to.number > from.number { "raises" } else { "lowers" };
                    format!(
                        "{verb} {competency} for {role} from {} to {}",
                        marks.name(&from.name),
                        marks.name(&to.name)
                    )
                }
                (None, Some(to)) => format!("expects {competency} of {role} at {}", marks.name(&to.name)),
                (from, _) => {
                    let was = from.as_ref().map(|from| format!(" (it was {})", marks.name(&from.name)));
                    format!("no longer expects {competency} of {role}{}", was.unwrap_or_default())
                }
            };
            said + &touching_others(touches)
        }
        Change::Statement { competency, cell, touches } => {
            format!("{}: {}; {}", marks.title(&competency.title), cell_words(cell, marks), touched(touches))
        }
        Change::Responsibility { role, cell, touches } => {
            format!("{}: {}{}", marks.title(&role.title), cell_words(cell, marks), touching_others(touches))
        }
        Change::Fact { chapter, fact, from, to } => {
            format!("{}: {}", marks.title(&chapter.title), fact_words(fact, from, to, marks))
        }
        Change::Decision { strategy, decision, how, accountable } => {
            let (title, place) = (marks.title(decision), marks.title(&strategy.title));
            let names = (!accountable.is_empty()).then(|| marks.names(accountable));
            let whose = |is: &str| names.map(|names| format!("; accountable{is} {names}")).unwrap_or_default();
            match how {
                Fate::Renamed(from) => format!("renames the decision {} to {title} ({place})", marks.title(from)),
                Fate::Removed => format!("removes the decision {title} ({place}){}", whose(" was")),
                _ => format!("adds the decision {title} ({place}){}", whose(":")),
            }
        }
        Change::Party { strategy, decision, part, from, to } => {
            let place = format!("{} ({})", marks.title(decision), marks.title(&strategy.title));
            let (old, new) = (marks.names(from), marks.names(to));
            match (part, from.is_empty(), to.is_empty()) {
                (Part::Accountable, false, false) => format!("makes {new} accountable for {place} instead of {old}"),
                (part, true, _) => format!("{place}: now {}", takes(*part, &new)),
                (part, _, true) => format!("{place}: no longer {}", takes(*part, &old)),
                (part, ..) => format!("{place}: now {}, no longer {old}", takes(*part, &new)),
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
                        (Some(named), Some(meant)) => format!("{named} and redefines it: {meant}"),
                        (Some(named), None) => named,
                        (None, meant) => format!("redefines {title}: {}", meant.unwrap_or_default()),
                    }
                }
            }
        }
        Change::Text { chapter } => format!("changes only the text of {}", marks.title(&chapter.title)),
    }
}

fn fate(chapter: &Subject, how: &Fate, marks: Marks) -> String {
    let (kind, title) = (kind(chapter.kind), marks.title(&chapter.title));
    match how {
        Fate::Added => format!("adds the {kind} {title}"),
        Fate::Removed => format!("removes the {kind} {title}"),
        Fate::Renamed(from) => format!("renames the {kind} {} to {title}", marks.title(from)),
        Fate::Moved(from, to) => {
            format!("moves the {kind} {title} from {} to {}", marks.path(from.as_str()), marks.path(to.as_str()))
        }
    }
}

fn cell_words(cell: &Cell, marks: Marks) -> String {
    let at = |said: &Said, word: &str| {
        said.level.as_ref().map(|one| format!(" {word} {}", marks.name(&one.name))).unwrap_or_default()
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
    let is_worded = ["scope", "horizon", "grade", "measures", "meaning"].contains(&fact);
    let quotes = |list: &[String]| list.iter().map(|text| marks.quote(text)).collect::<Vec<_>>().join(", ");
    let names = |list: &[String]| if is_worded { quotes(list) } else { marks.names(list) };
    let fact = fact.replace('_', " ");
    match (from.is_empty(), to.is_empty()) {
        (true, _) => format!("{fact} now {}", names(to)),
        (_, true) => format!("{fact} no longer {}", names(from)),
        _ => format!("{fact} now {} (previously {})", names(to), names(from)),
    }
}

fn touched(roles: &[Subject]) -> String {
    match roles.len() {
        0 => "touches no role".to_owned(),
        n => format!("touches {}", counted(n, "role", "roles")),
    }
}

/// Says how many roles a change touches, unless it touches only the role that it is about.
fn touching_others(roles: &[Subject]) -> String {
    if roles.len() > 1 { format!("; {}", touched(roles)) } else { String::new() }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Strategy => "strategy chapter",
        Kind::Page => "chapter",
        kind => kind.name(),
    }
}

/// Describes the part that `who` takes in a decision.
fn takes(part: Part, who: &str) -> String {
    match part {
        Part::Accountable | Part::Responsible => format!("makes {who} {}", part.name()),
        Part::Consulted => format!("consults {who}"),
        Part::Informed => format!("informs {who}"),
        Part::EscalatesTo => format!("escalates to {who}"),
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
            cell_value(cell, "statement", ("competency", competency), ids(touches))
        }
        Change::Responsibility { role, cell, touches } => {
            cell_value(cell, "responsibility", ("role", role), ids(touches))
        }
        Change::Fact { chapter, fact, from, to } => {
            json!({ "change": "fact", "kind": chapter.kind.name(), "id": chapter.id, "fact": fact, "from": from, "to": to })
        }
        Change::Decision { strategy, decision, how, accountable } => {
            let (what, from, _) = fate_value(how, decision);
            json!({ "change": "decision", "what": [what], "strategy": strategy.id, "decision": decision, "from": from, "accountable": accountable })
        }
        Change::Party { strategy, decision, part, from, to } => {
            json!({ "change": "party", "strategy": strategy.id, "decision": decision, "part": part.name().replace('-', "_"), "from": from, "to": to })
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

fn cell_value(cell: &Cell, change: &str, (kind, chapter): (&str, &Subject), touches: Vec<String>) -> Value {
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
    let (before, after) = (said(&cell.before), said(&cell.after));
    json!({ "change": change, "what": [what], "id": cell.id, "before": before, "after": after, kind: chapter.id, "touches": touches })
}
