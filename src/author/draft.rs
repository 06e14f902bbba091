//! Drafts a new chapter with the fields and sections of its kind.
//!
//! Input: a kind, a title, and the handbook that the chapter is for. Output: a [`Draft`]: a path
//! and a text. The text contains prompts, each of which is a finding until the author answers it.
//! Never accesses the disk, and never fills in facts that only the author knows.

use crate::chapter::parse::kind_at;
use crate::declare::config::{Config, Level};
use crate::declare::front::{Common, of_kind};
use crate::declare::kind::Kind;
use crate::model::compile::Handbook;
use crate::text::path::{SourcePath, fold, join};
use crate::text::quote;
use crate::text::slug::{chapter_stem, titled};

/// A chapter that hasn't been written to disk yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The path in the content directory.
    pub path: SourcePath,
    /// The text of the chapter.
    pub text: String,
    /// The ID by which other chapters refer to the new one.
    pub id: String,
}

/// The reason why a chapter can't be drafted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoDraft {
    /// A description of the problem.
    pub message: String,
    /// Advice on how to fix the problem.
    pub help: String,
}

/// For each kind, its sections, each with the prompt that says what belongs there.
const SECTIONS: &[(Kind, &[(&str, &str)])] = &[
    (
        Kind::Role,
        &[
            ("Responsibilities", "something that this role is responsible for, one bullet for each."),
            ("Success looks like", "what others could see within a year when somebody does this well."),
            ("Not this role", "what people expect of this role and who does it instead."),
        ],
    ),
    (
        Kind::Competency,
        &[
            ("Why it matters", "what goes wrong when nobody can do this."),
            ("Levels", ""),
            ("Signals", "what you would notice in a week in which somebody does this well."),
            ("Traps", "what looks like this competency but isn't."),
            ("Grow", "something to practice over the next month, and who can help."),
            ("Interview", "a question about something that the applicant has done, and what to listen for."),
        ],
    ),
    (
        Kind::Strategy,
        &[
            ("Where we are", "what is true today, with its source."),
            ("Where we are going", "what will be different, and by when."),
            ("Choices", "what you chose, and the strongest reason against it."),
            ("What we are not doing", "what somebody will ask for and not get."),
            ("Measures", "what shows that it works, and what would show that it does not."),
            (
                "Decisions",
                "a heading `### What is decided` for each decision, with the bullets `Accountable:`, `Responsible:` and `Consulted:` below it.",
            ),
            ("What would change our mind", "the fact that would make you choose otherwise."),
        ],
    ),
];

/// The fields that the author of a new chapter probably needs.
const PROMPTED: &str = "summary owner reviewed track rank scope horizon grows_into works_with competencies focus \
                        cluster supports led_by measures for";

/// Drafts a chapter of `kind` with the title `title`, in `folder` or in the default directory for
/// its kind.
///
/// # Errors
/// Fails if the path or the ID is taken, or if `folder` can't be a path in the content directory.
pub fn draft(kind: Kind, title: &str, folder: Option<&str>, handbook: &Handbook) -> Result<Draft, NoDraft> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let folder = folder.map(|folder| named_folder(folder, handbook));
    let path = place(kind, &title, folder.as_deref(), &handbook.config)?;
    let id = crate::chapter::parse::default_id(&path);
    let documents = handbook.documents.iter().map(|document| &document.meta);
    let of_place = |path: &SourcePath| fold(path.without_extension());
    let taken = documents.clone().find(|meta| of_place(&meta.path) == of_place(&path));
    let mut typed = documents.filter(|meta| meta.kind != Kind::Page && kind != Kind::Page);
    if let Some(meta) = taken.or_else(|| typed.find(|meta| fold(&meta.id) == fold(&id))) {
        let message = format!("`{id}` already exists, in `{}`", meta.path);
        return refused(message, "choose another title, or continue in that file");
    }
    let front_matter = front_matter(kind, &path, handbook);
    let text = format!("{front_matter}# {}\n\n{}", quote::markdown(&title), body(kind, &handbook.config));
    Ok(Draft { path, text, id })
}

/// Returns the folder that the user named. The title of a folder that doesn't exist yet becomes its
/// slug.
fn named_folder(folder: &str, handbook: &Handbook) -> String {
    let bare = folder.trim_end_matches('/');
    let start = format!("{bare}/");
    let is_there = handbook.documents.iter().any(|document| document.meta.path.as_str().starts_with(&start));
    if is_there { bare.to_owned() } else { titled(bare) }
}

fn refused<T>(message: String, help: &str) -> Result<T, NoDraft> {
    Err(NoDraft { message, help: help.to_owned() })
}

/// Returns the path of the new chapter.
fn place(kind: Kind, title: &str, folder: Option<&str>, config: &Config) -> Result<SourcePath, NoDraft> {
    let stem = chapter_stem(title);
    let name = SourcePath::new(format!("{stem}.md"));
    if stem.is_empty() || name.is_index() || name.unportable_part().is_some() {
        let help = if stem.is_empty() {
            "use a title with at least one letter or digit"
        } else {
            "this name has a meaning of its own; use a title of two words or more"
        };
        return refused(format!("no file can be named after the title `{title}`"), help);
    }
    if kind == Kind::Glossary && folder.is_none() {
        return Ok(SourcePath::new("glossary.md"));
    }
    let declared = config.kinds.iter().find(|(_, known)| **known == kind).map(|(top, _)| top.as_str());
    let usual = match kind {
        Kind::Role => "roles",
        Kind::Competency => "competencies",
        Kind::Strategy => "strategy",
        Kind::Path => "paths",
        Kind::Glossary | Kind::Page => "",
    };
    let folder = folder.or(declared.filter(|_| kind != Kind::Page)).unwrap_or(usual);
    let inside = join("", &folder.replace('\\', "/")).map(SourcePath::new);
    let is_hidden = |folder: &SourcePath| folder.as_str().split('/').any(|part| part.starts_with('.'));
    let fits = |folder: &SourcePath| folder.unportable_part().is_none() && !is_hidden(folder);
    let Some(inside) = inside.filter(|inside| inside.as_str().is_empty() || fits(inside)) else {
        let help = "give its path from the chapters' folder, such as `guides/hiring`";
        return refused(format!("`{folder}` isn't a folder inside the handbook"), help);
    };
    let slash = if inside.as_str().is_empty() { "" } else { "/" };
    Ok(SourcePath::new(format!("{inside}{slash}{stem}.md")))
}

/// Formats front matter with the fields that the author probably needs. The fields are empty, and a
/// comment explains the purpose of each.
fn front_matter(kind: Kind, path: &SourcePath, handbook: &Handbook) -> String {
    let fields = Common::FIELDS.iter().chain(of_kind(kind));
    let mut out = String::from("---\n");
    if kind_at(path, &handbook.config) != kind {
        out.push_str(&format!("kind: {}\n", kind.name()));
    }
    for field in fields.filter(|field| PROMPTED.split(' ').any(|name| name == field.name)) {
        out.push_str(&format!("{}: # {}\n", field.name, field.meaning));
    }
    if kind == Kind::Path {
        // A reading path that lists no chapter is an error, so the draft lists an existing one.
        let order = [Kind::Role, Kind::Competency, Kind::Strategy, Kind::Page];
        let of = |kind: &Kind| handbook.documents.iter().find(|document| document.meta.kind == *kind);
        let first = order.iter().find_map(of).map(|document| quote::yaml(&document.meta.id)).unwrap_or_default();
        out.push_str(&format!("chapters: [{first}] # the chapters in the order to read them\n"));
    }
    out.push_str("---\n");
    out
}

fn body(kind: Kind, config: &Config) -> String {
    if kind == Kind::Glossary {
        return "## Terms\n\n### Term\n\n(Fill in: what it means here, in one sentence.)\n".to_owned();
    }
    let opening = match kind {
        Kind::Role => "what this role is for, in two sentences that a colleague in support would recognize.",
        Kind::Competency => "what has happened when this went well, in one sentence.",
        Kind::Path => "who this is for, how to read it, and which chapters belong in `chapters` above.",
        _ => "the answer, in two sentences.",
    };
    let mut out = format!("(Fill in: {opening})\n");
    let known = SECTIONS.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, list)| list);
    let titles: Vec<&str> = match config.sections.iter().find(|(of, _)| *of == kind) {
        Some((_, declared)) => declared.iter().map(String::as_str).collect(),
        None => known.iter().map(|(title, _)| *title).collect(),
    };
    for title in titles {
        out.push_str(&format!("\n## {}\n\n", quote::markdown(title)));
        if kind == Kind::Competency && fold(title) == "levels" {
            out.push_str(&levels(config));
            continue;
        }
        let prompt = known.iter().find(|(name, _)| fold(name) == fold(title)).map(|(_, prompt)| *prompt);
        let prompt = prompt.unwrap_or("what belongs below this heading.");
        let bullet = if kind == Kind::Role && fold(title) == config.words.responsibilities { "- " } else { "" };
        out.push_str(&format!("{bullet}(Fill in: {prompt})\n"));
    }
    out
}

/// Formats a heading and a prompt for each level of the scale.
fn levels(config: &Config) -> String {
    let one = |level: &Level| {
        let unknown = "what somebody at this level does that a colleague could have seen.";
        let means = quote::markdown(if level.means.is_empty() { unknown } else { &level.means });
        format!("### {} {{level={}}}\n\n- (Fill in: {means})\n", quote::markdown(&level.name), level.level)
    };
    config.scale.iter().map(one).collect::<Vec<_>>().join("\n")
}
