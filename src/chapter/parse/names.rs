//! Determines what a chapter is called, and its kind, from its path, front matter and first heading.
//!
//! Input: a path, valid front matter or a parsed chapter. Output: IDs, titles, names and kinds.
//! Never checks whether a name is unique.

use std::collections::BTreeSet;

use crate::chapter::document::Meta;
use crate::chapter::markdown::capitalised;
use crate::declare::config::Config;
use crate::declare::front::Front;
use crate::declare::kind::Kind;
use crate::text::attribute;
use crate::text::path::{SourcePath, fold};

/// Returns the kind of a chapter at `path` whose front matter doesn't set one.
pub fn kind_at(path: &SourcePath, config: &Config) -> Kind {
    if path.is_index() {
        return Kind::Page;
    }
    let Some((top, _)) = path.as_str().split_once('/') else {
        return if path.stem() == "glossary" { Kind::Glossary } else { Kind::Page };
    };
    match (config.kinds.get(top), top) {
        (Some(kind), _) => *kind,
        (None, "roles") => Kind::Role,
        (None, "competencies") => Kind::Competency,
        (None, "strategy") => Kind::Strategy,
        (None, "paths") => Kind::Path,
        (None, _) => Kind::Page,
    }
}

/// Returns the family that a chapter belongs to: the one that it names, that of a role's track, or
/// the nearest folder that is called like a declared family.
pub(super) fn family_of(path: &SourcePath, kind: Kind, front: &Front, config: &Config) -> Option<String> {
    let written = front.common.family.as_ref().map(|(family, _)| family.clone());
    let track = front.role.track.as_ref().filter(|_| kind == Kind::Role).and_then(|(id, _)| config.track(id));
    let of_folder = || {
        let known = config.family_names();
        let folder = path.folder().rsplit('/').find(|folder| known.contains(folder))?;
        Some(folder.to_owned())
    };
    written.or_else(|| track?.family.clone()).or_else(of_folder)
}

/// Returns the ID of a chapter together with its family.
pub fn qualified(family: &str, id: &str) -> String {
    format!("{family}/{id}")
}

/// Returns every case-folded name that a link to a chapter may use: path, ID, aliases and title.
pub fn names_of(meta: &Meta) -> BTreeSet<String> {
    let full = meta.family.as_ref().map(|family| qualified(family, &meta.id));
    let own = [meta.id.clone(), meta.title.clone()].into_iter().chain(full);
    folded(&meta.path, own, meta.aliases.iter().cloned())
}

/// Returns the names of a chapter that is hidden, whose title may be the first heading of `body`.
pub(super) fn names(path: &SourcePath, front: &Front, body: &str, family: Option<&str>) -> BTreeSet<String> {
    let heading = body.lines().find_map(|line| line.strip_prefix("# "));
    let heading = heading.map(|text| attribute::trailing(text).map_or(text, |found| &text[..found.text_end]));
    let id = front.common.id.clone().unwrap_or_else(|| default_id(path));
    let full = family.map(|family| qualified(family, &id));
    let own = [full, Some(id), front.common.title.clone(), heading.map(|text| text.trim().to_owned())];
    folded(path, own.into_iter().flatten(), front.common.aliases.iter().map(|(alias, _)| alias.clone()))
}

fn folded(
    path: &SourcePath,
    own: impl IntoIterator<Item = String>,
    aliases: impl Iterator<Item = String>,
) -> BTreeSet<String> {
    let aliases = aliases.map(|alias| alias.trim_matches('/').to_owned());
    let all = [path.without_extension().to_owned(), default_id(path)].into_iter().chain(own).chain(aliases);
    all.filter(|name| !name.is_empty()).map(|name| fold(&name)).collect()
}

/// Returns the ID of a chapter that doesn't set one: the file's stem, the folder's name for an
/// index, or `index` at the root.
pub fn default_id(path: &SourcePath) -> String {
    if !path.is_index() {
        return path.stem().to_owned();
    }
    match path.folder().rsplit('/').next() {
        Some(folder) if !folder.is_empty() => folder.to_owned(),
        _ => "index".to_owned(),
    }
}

/// Returns the folder and the name that put a chapter in its place among its siblings; those of its
/// folder for an index.
pub(super) fn place(path: &SourcePath) -> (&str, &str) {
    if !path.is_index() {
        return (path.folder(), path.stem());
    }
    match path.folder() {
        "" => ("", "index"),
        folder => folder.rsplit_once('/').unwrap_or(("", folder)),
    }
}

/// Creates a title from a file name: `first-ninety_days` becomes `First ninety days`.
pub fn humanise(name: &str) -> String {
    capitalised(name.replace(['-', '_'], " ").trim())
}
