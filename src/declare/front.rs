//! Declares the front matter of chapters: the fields that every chapter accepts, and those of each
//! kind.
//!
//! Input: the table of a chapter's front matter. Output: a [`Front`] and findings. Never looks up
//! the chapters that the fields name (see `link`).

use crate::declare::fields::{self, CHAPTERS, COMPETENCIES, Field, Known, ROLES, Report, Shape, table};
use crate::declare::kind::{Kind, Levels, Status};
use crate::declare::withheld;
use crate::text::date::Duration;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::front_matter::{Table, Value};
use crate::text::path::SourcePath;

/// The front matter of a chapter.
#[derive(Debug)]
pub struct Front {
    /// The fields that every chapter accepts.
    pub common: Common,
    /// The fields of a role. Of these four tables, only that of the chapter's own kind has a meaning,
    /// because kinds share the names of some fields.
    pub role: Role,
    /// The fields of a competency.
    pub competency: Competency,
    /// The fields of a strategy chapter.
    pub strategy: Strategy,
    /// The fields of a reading path.
    pub path: Path,
    /// The valid fields in the order written, with the spans of their values.
    pub spans: Vec<(&'static str, Span)>,
}

table! {
    /// Fields that every chapter accepts.
    Common {
        title: Option<String>, "the chapter's title; the first heading by default";
        summary | description: Option<String>, "one sentence that sums up the chapter, shown in lists and search";
        id: Option<String>, "the ID that other chapters use; the file's name by default";
        family: Option<(String, Span)>, "the family that it belongs to, by a name in `[families]`";
        kind: Option<Kind>, "the kind of chapter; its folder decides by default";
        aliases: Vec<(String, Span)>, "other names that links can use, and old URLs that redirect here";
        permalink: Option<(String, Span)>, "the address of its page; by default that of its file";
        label: Option<String>, "its name in the navigation; its title by default";
        order | weight: Option<i64>, "its position among its siblings, lowest first",
            as Shape::Integer(-1_000_000_000, 1_000_000_000);
        status: Option<Status>, "draft, proposed, current or retired";
        audience: Option<String>, "who may read it, by a name in `[audiences]`", as Shape::Named(Known::Audience);
        owner: Option<(String, Span)>, "who keeps it up to date, by a name in `[owners]`",
            as Shape::Named(Known::Owner);
        reviewed: Option<String>, "the date of its last review", as Shape::Date;
        review_every: Option<Duration>, "how long a review remains valid, such as 6 months";
        tags: Vec<String>, "words to group chapters by", as Shape::List(&Shape::Named(Known::Tag));
        ask: Option<String>, "where to ask about it";
        extra: Table, "your own data, passed to templates";
    }
}

table! {
    /// Fields of a role.
    Role {
        track: Option<(String, Span)>, "the track that it belongs to, by an ID in `[[tracks]]`",
            as Shape::Named(Known::Track);
        rank: Option<u32>, "its rung on the ladder; higher is more senior", as Shape::Integer(0, 1000);
        grade: Option<String>, "its grade, as the company writes it";
        scope: Option<String>, "how much it is responsible for";
        horizon: Option<String>, "how far ahead it looks";
        also_called: Vec<String>, "other titles for the same role";
        base: bool, "true for a role that others extend and that isn't on the ladder itself";
        extends: Option<(String, Span)>, "the role whose expectations it inherits",
            as Shape::Named(Known::Role);
        grows_into: Vec<(String, Span)>, "the roles that come next; one of equal rank is a lateral move", as ROLES;
        reports_to: Vec<(String, Span)>, "the roles that it reports to", as ROLES;
        works_with: Vec<(String, Span)>, "roles and partners that it works with", as Shape::List(&Shape::Party);
        competencies: Table, "the level that it expects of each competency",
            as Shape::Each(Known::Competency, &Shape::Level);
        meaning: Table, "what a competency means for this role, in one or two sentences each",
            as Shape::Each(Known::Competency, &Shape::Text);
        focus: (Vec<(String, Span)>, Span), "the competencies that matter most, four at most", as COMPETENCIES;
        judged: Vec<(String, Span)>, "other statements that it is judged on, such as `writing#one-page`",
            as Shape::List(&Shape::Named(Known::Statement));
    }
}

table! {
    /// Fields of a competency.
    Competency {
        cluster: Option<String>, "the group of competencies that it belongs to",
            as Shape::Named(Known::Cluster);
        supports: Vec<(String, Span)>, "the strategy chapters that it supports",
            as Shape::List(&Shape::Named(Known::Strategy));
        levels: Option<Levels>, "add-up if a level includes those below it, or replace if each level is complete";
    }
}

table! {
    /// Fields of a strategy chapter.
    Strategy {
        horizon: Option<String>, "how far ahead it looks";
        led_by: Option<(String, Span)>, "the role that leads it", as Shape::Named(Known::Role);
        measures: Vec<String>, "what shows that it works";
        valid_until: Option<String>, "the last day on which it is valid", as Shape::Date;
    }
}

table! {
    /// Fields of a reading path.
    Path {
        r#for: Option<String>, "who the path is for";
        chapters: Vec<(String, Span)>, "the chapters, in reading order", as CHAPTERS;
    }
}

/// Returns the fields that only chapters of this kind accept.
pub fn of_kind(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Role => Role::FIELDS,
        Kind::Competency => Competency::FIELDS,
        Kind::Strategy => Strategy::FIELDS,
        Kind::Path => Path::FIELDS,
        Kind::Glossary | Kind::Page => &[],
    }
}

/// Reads the front matter of a chapter, and reports what isn't understood in it.
pub fn read(table: &Table, kind: Kind, path: &SourcePath) -> (Front, Vec<Diagnostic>) {
    let mut report = Report::new(path);
    let lists = [Common::FIELDS, of_kind(kind)];
    let entries = fields::read(table, &lists, &mut report, |entry, report| {
        // Skip keys by which other generators mark drafts, because `withheld` handles them.
        if !withheld::is_mark(&entry.key) {
            let help = help_for_key(&entry.key, &lists, kind);
            fields::unknown_key(entry, kind.with_article(), help, report);
        }
    });
    let front = Front {
        common: Common::take(&entries, &mut report),
        role: Role::take(&entries, &mut report),
        competency: Competency::take(&entries, &mut report),
        strategy: Strategy::take(&entries, &mut report),
        path: Path::take(&entries, &mut report),
        spans: entries.iter().map(|(name, value)| (*name, value.span)).collect(),
    };
    (front, report.findings)
}

/// Suggests how to fix a key that `kind` doesn't have: names a kind that has it, or a similar key.
fn help_for_key(key: &str, lists: &[&'static [Field]], kind: Kind) -> String {
    let has_key = |kind: &Kind| of_kind(*kind).iter().any(|field| field.name == key);
    match Kind::ALL.into_iter().find(has_key) {
        Some(kind) => {
            format!("`{key}` belongs to {}; if this chapter is one, write `kind: {}`", kind.with_article(), kind.name())
        }
        None => fields::help_for_key(key, lists, kind.with_article()),
    }
}
