//! Finds what has changed in the content since the newest commit, as far as the audience of the
//! preview may see it.
//!
//! Input: the site that is shown, the files on disk, and the repository. Output: [`Changes`]. Files
//! of which the audience may not see everything that changed are only counted. Never writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::command::preview::remove::title_of;
use crate::command::preview::undo::shown;
use crate::command::preview::undo::sight::{Sight, may_know, secrets};
use crate::declare::config::FILE;
use crate::model::check::Why;
use crate::model::compile::{Choices, Compiler};
use crate::past::delta;
use crate::site::urls::Site;
use crate::text::merge::hunks;
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources};
use crate::world::disk::{is_passed_over, read_inside};
use crate::world::git::{Entry, File, Missing, Repository, moved_pairs};

/// The maximum number of changed places to show in one file.
const MOST_PLACES: usize = 40;
/// Files that a chapter shows, by their extensions. Only these can be proposed for removal.
const PICTURES: &[&str] = &["png", "jpg", "jpeg", "gif", "svg", "webp", "avif"];

/// What has changed since the newest commit.
#[derive(Debug)]
pub struct Changes {
    /// The ID of the newest commit.
    pub base: String,
    /// The changed files that the audience may see, by path.
    pub files: Vec<Changed>,
    /// The number of changed files that touch text for another audience.
    pub hidden: usize,
}

/// A changed file. Its texts are those that Git has, or would have.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The path; the last one if the file was removed.
    pub path: SourcePath,
    /// The path before, if the file was moved.
    pub from: Option<SourcePath>,
    /// The text in the newest commit.
    pub before: Option<Vec<u8>>,
    /// The text now.
    pub after: Option<Vec<u8>>,
    /// The attribute because of which the file can't be proposed from here.
    pub refused: Option<String>,
    mode: String,
}

impl Changed {
    /// Returns what identifies the change that the author saw.
    pub fn state(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for text in [&self.before, &self.after] {
            hasher.update(&[u8::from(text.is_some())]);
            hasher.update(blake3::hash(text.as_deref().unwrap_or_default()).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Returns the files to commit.
    pub fn files(&self) -> Vec<File> {
        let gone = self.from.iter().map(|from| File { path: from.clone(), mode: String::new(), bytes: None });
        let own = File { path: self.path.clone(), mode: self.mode.clone(), bytes: self.after.clone() };
        gone.chain([own]).collect()
    }

    /// Describes the change for the page.
    pub fn value(&self, site: &Site) -> Value {
        let text = self.after.as_deref().or(self.before.as_deref());
        let kind = match (&self.from, &self.before, &self.after) {
            (Some(_), ..) => "moved",
            (_, None, _) => "added",
            (_, _, None) => "removed",
            _ => "changed",
        };
        let is_text = self.path.is_chapter() || self.path.as_str() == FILE;
        let (places, more) = if is_text { self.places() } else { (Vec::new(), 0) };
        json!({
            "path": self.path.as_str(),
            "from": self.from.as_ref().map(SourcePath::as_str),
            "title": title_of(site, &self.path, text),
            "url": site.page_of(&self.path, None),
            "kind": kind,
            "state": self.state(),
            "text": is_text,
            "places": places,
            "more": more,
            "refused": self.refused,
        })
    }

    /// Lists the places that differ, and counts those that are left out.
    fn places(&self) -> (Vec<Value>, usize) {
        let [was, made] = [&self.before, &self.after].map(|text| Sight::open(text.as_deref().unwrap_or_default()));
        let all = hunks(&was.lines, &made.lines);
        let place = |hunk: &crate::text::merge::Hunk| {
            let (was, made) = (shown(&was.lines[hunk.before.clone()]), shown(&made.lines[hunk.after.clone()]));
            json!({ "line": hunk.after.start + 1, "was": was, "made": made })
        };
        (all.iter().take(MOST_PLACES).map(place).collect(), all.len().saturating_sub(MOST_PLACES))
    }

    /// Returns whether the audience may see everything that changed.
    fn is_seen(&self, site: &Site, sees_everything: bool) -> bool {
        let path = &self.path;
        if !path.is_chapter() && path.as_str() != FILE {
            return sees_everything || (self.after.is_some() && is_published(site, path));
        }
        if sees_everything && path.as_str() == FILE {
            return true;
        }
        let is_known = may_know(site, path) && self.from.as_ref().is_none_or(|from| may_know(site, from));
        let look = |text: &'_ Option<Vec<u8>>, path: &SourcePath| {
            Sight::of(site, path, text.as_deref().unwrap_or_default()).is_some()
        };
        let old = self.from.as_ref().unwrap_or(path);
        let is_there =
            (self.before.is_none() || look(&self.before, old)) && (self.after.is_none() || look(&self.after, path));
        is_known && is_there && self.shows_every_place(site, old)
    }

    fn shows_every_place(&self, site: &Site, old: &SourcePath) -> bool {
        let side = |text: &'_ Option<Vec<u8>>| text.clone().unwrap_or_default();
        let (before, after) = (side(&self.before), side(&self.after));
        let sight = |path: &SourcePath, bytes| Sight::of(site, path, bytes);
        let was = if self.before.is_some() { sight(old, &before) } else { Some(Sight::open(&before)) };
        let made = if self.after.is_some() { sight(&self.path, &after) } else { Some(Sight::open(&after)) };
        let (Some(was), Some(made)) = (was, made) else { return false };
        let hidden = secrets(&[Some(&was), Some(&made)]);
        let shows =
            |hunk: &crate::text::merge::Hunk| was.shows(&hunk.before, &hidden) && made.shows(&hunk.after, &hidden);
        hunks(&was.lines, &made.lines).iter().all(shows)
    }
}

/// Returns whether the preview hides nothing from its audience.
pub fn sees_everything(site: &Site) -> bool {
    let handbook = site.handbook();
    let is_kept = |why: Why| matches!(why, Why::Audience | Why::Unreadable);
    handbook.config.audiences.is_empty()
        || (!handbook.absent.iter().any(|absent| is_kept(absent.why))
            && handbook.documents.iter().all(|document| document.body.hidden.is_empty()))
}

/// Returns whether a file other than a chapter is part of the site.
fn is_published(site: &Site, path: &SourcePath) -> bool {
    let content = site.content();
    content.shown.contains(path) || content.at.values().any(|at| at == path)
}

/// Compares the content with the commit `base`.
///
/// # Errors
/// Fails if the repository can't be read.
pub fn find(site: &Site, repository: &Repository, base: &str) -> Result<Changes, Missing> {
    let (paths, tree) = candidates(site, repository, base)?;
    let rules = repository.rules(&paths)?;
    let known: Vec<&SourcePath> = paths.iter().filter(|path| tree.contains_key(*path)).collect();
    let blobs = repository.blobs(known.iter().map(|path| tree[*path].id.as_str()))?;
    let mut before: BTreeMap<SourcePath, Vec<u8>> = known.into_iter().cloned().zip(blobs).collect();
    let mut files = Vec::new();
    for path in paths {
        let rules = rules.get(&path).cloned().unwrap_or_default();
        let before = before.remove(&path);
        let after = read_inside(repository.content(), &path).ok();
        let after = match &rules.converts {
            None => after.map(|bytes| rules.stored(bytes, before.as_deref())),
            Some(_) => after,
        };
        if before != after {
            let mode = tree.get(&path).map_or_else(|| "100644".to_owned(), |entry| entry.mode.clone());
            files.push(Changed { path, from: None, before, after, refused: rules.converts, mode });
        }
    }
    let files = with_moves(files);
    let all = files.len();
    let sees_everything = sees_everything(site);
    let files: Vec<Changed> = files.into_iter().filter(|file| file.is_seen(site, sees_everything)).collect();
    Ok(Changes { base: base.to_owned(), hidden: all - files.len(), files })
}

/// Finds the branch that holds a change as it is now, for each file and as far as there is one.
///
/// # Errors
/// Fails if the repository can't be read.
pub fn proposed(
    repository: &Repository,
    files: &[Changed],
    branches: &[String],
) -> Result<BTreeMap<SourcePath, String>, Missing> {
    let mut found = BTreeMap::new();
    for branch in branches {
        let tree = repository.tree(&format!("refs/heads/{branch}"))?;
        let open = files.iter().filter(|file| !found.contains_key(&file.path));
        let is_there = |file: &&Changed| tree.contains_key(&file.path) == file.after.is_some();
        let open: Vec<&Changed> = open.filter(is_there).collect();
        let kept: Vec<&Changed> = open.iter().copied().filter(|file| file.after.is_some()).collect();
        let blobs = repository.blobs(kept.iter().map(|file| tree[&file.path].id.as_str()))?;
        let same = kept.into_iter().zip(blobs).filter(|(file, blob)| file.after.as_ref() == Some(blob));
        let gone = open.into_iter().filter(|file| file.after.is_none());
        let all: Vec<SourcePath> = same.map(|(file, _)| file).chain(gone).map(|file| file.path.clone()).collect();
        found.extend(all.into_iter().map(|path| (path, branch.clone())));
    }
    Ok(found)
}

/// Lists the files that may have changed, and what the commit contains.
fn candidates(
    site: &Site,
    repository: &Repository,
    base: &str,
) -> Result<(Vec<SourcePath>, BTreeMap<SourcePath, Entry>), Missing> {
    let content = repository.content();
    let all = repository.tree(base)?;
    // Submodules and symbolic links aren't ours to replace, and neither is anything below them.
    let foreign: BTreeSet<SourcePath> =
        all.iter().filter(|(_, entry)| !entry.is_file()).map(|(path, _)| path.clone()).collect();
    let is_foreign = |path: &SourcePath| {
        foreign.contains(path) || path.folders().any(|folder| foreign.contains(&SourcePath::new(folder)))
    };
    let is_own = |path: &SourcePath| path.is_chapter() || path.as_str() == FILE;
    let files = site.sources().files.iter().filter(|(path, _)| is_own(path) || is_published(site, path));
    let (mut changed, mut open, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for (path, file) in files.filter(|(path, _)| !is_foreign(path) && !path.as_str().contains('\n')) {
        match all.get(path) {
            None => added.push(path.clone()),
            Some(entry) if entry.size == Some(file.bytes.len() as u64) => open.push(path),
            Some(_) => changed.push(path.clone()),
        }
    }
    open.retain(|path| content.join(path.as_str()).is_file());
    let ids = repository.ids(&open)?;
    changed.extend(open.into_iter().zip(ids).filter(|(path, id)| all[*path].id != *id).map(|(path, _)| path.clone()));
    let is_gone = |path: &SourcePath| {
        let is_picture = || PICTURES.contains(&path.extension());
        let is_there = fs::symlink_metadata(content.join(path.as_str())).is_ok();
        !is_there && (is_own(path) || is_picture()) && !is_passed_over(content, path)
    };
    changed.extend(all.iter().filter(|(path, entry)| entry.is_file() && is_gone(path)).map(|(path, _)| path.clone()));
    let ignored = repository.ignored(&added)?;
    changed.extend(added.into_iter().filter(|path| !ignored.contains(path)));
    changed.sort();
    changed.dedup();
    Ok((changed, all))
}

/// Joins a chapter that was removed and one that was added if they are one that was moved.
fn with_moves(files: Vec<Changed>) -> Vec<Changed> {
    let side = |text: &dyn Fn(&Changed) -> Option<&Vec<u8>>, other: &dyn Fn(&Changed) -> bool| {
        let found = files.iter().filter(|file| other(file) && file.refused.is_none());
        let file = |file: &Changed| Some((file.path.clone(), SourceFile::new(text(file)?.clone())));
        Sources { files: found.filter_map(file).collect(), ..Sources::default() }
    };
    let then = side(&|file| file.before.as_ref(), &|file| file.after.is_none());
    let today = side(&|file| file.after.as_ref(), &|file| file.before.is_none());
    let pairs: BTreeMap<SourcePath, SourcePath> = moved_pairs(&then, &today).into_iter().collect();
    let gone: BTreeSet<&SourcePath> = pairs.values().collect();
    let join = |file: &Changed| match pairs.get(&file.path) {
        Some(from) => {
            let before = then.bytes(from).map(|bytes| bytes.to_vec());
            let mode = files.iter().find(|file| file.path == *from).map_or_else(String::new, |file| file.mode.clone());
            Changed { from: Some(from.clone()), before, mode, ..file.clone() }
        }
        None => file.clone(),
    };
    files.iter().filter(|file| !gone.contains(&file.path)).map(join).collect()
}

/// Describes changes in the handbook's words, by section. Compares today's handbook with one in
/// which only these files are as they were, so that nothing else shows.
pub fn words(site: &Site, files: &[&Changed]) -> Vec<(&'static str, Vec<String>)> {
    let config = &site.handbook().config;
    let (mut then, mut today) = (site.sources().clone(), site.sources().clone());
    let mut renames = BTreeMap::new();
    let put = |sources: &mut Sources, path: &SourcePath, text: &Option<Vec<u8>>| match text {
        Some(text) => drop(sources.files.insert(path.clone(), SourceFile::new(text.clone()))),
        None => drop(sources.files.remove(path)),
    };
    for file in files {
        put(&mut today, &file.path, &file.after);
        match &file.from {
            Some(from) => {
                put(&mut then, &file.path, &None);
                put(&mut then, from, &file.before);
                renames.insert(file.path.clone(), from.clone());
            }
            None => put(&mut then, &file.path, &file.before),
        }
    }
    let choices =
        Choices { title: config.title.clone(), drafts: true, audience: config.audience.clone(), ..Choices::default() };
    let mut compiler = Compiler::new();
    match (compiler.compile(&then, &choices), compiler.compile(&today, &choices)) {
        (Ok(before), Ok(after)) => delta::sections(&delta::compare(&before, &after, &renames)),
        _ => Vec::new(),
    }
}
