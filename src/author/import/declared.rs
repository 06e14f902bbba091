//! Finds the tracks, families and levels that a table names in the handbook, and declares new ones in
//! `handbook.toml`.
//!
//! Input: the names in a table, and the handbook. Output: the IDs and levels that chapters use, and a
//! change of `handbook.toml` that only adds lines at its end, or those lines if that isn't safe.

use std::sync::Arc;

use crate::chapter::document::Document;
use crate::declare::config::{Config, FILE, Scope, Track};
use crate::text::path::{SourcePath, fold};
use crate::text::slug::slug;

use super::chapters::Writer;
use super::gather::Gathered;
use super::levels::Scale;
use super::settings::{families, family_names, track_names, tracks};
use super::{Change, Lines};

impl Writer<'_> {
    /// Returns the name by which front matter refers to a track: the one that is declared, or the one
    /// that a new declaration would have.
    pub fn track(&self, name: &str) -> String {
        let declared = self.target.handbook.and_then(|handbook| {
            let is_it = |track: &&Track| {
                fold(&track.id) == fold(name) || fold(&track.title) == fold(name) || track.id == slug(name)
            };
            Some(handbook.config.tracks.iter().find(is_it)?.id.clone())
        });
        declared.unwrap_or_else(|| slug(name))
    }

    /// Returns the name by which front matter refers to a family.
    pub fn family(&self, name: &str) -> String {
        let declared = self.target.handbook.and_then(|handbook| {
            let names = handbook.config.family_names();
            let is_it =
                |known: &&&str| fold(known) == fold(name) || fold(handbook.config.family_title(known)) == fold(name);
            Some((*names.iter().find(is_it)?).to_owned())
        });
        declared.unwrap_or_else(|| slug(name))
    }

    /// Returns whether the table brings the scale that applies.
    fn is_own(&self, scope: Scope<'_>) -> bool {
        let of_track = || !self.scale.names_of(scope.track).is_empty();
        let is_new = |id: &str| self.target.handbook.is_some_and(|handbook| handbook.config.track(id).is_none());
        self.scale.family.is_some() || (scope.track.is_some_and(is_new) && of_track())
    }

    /// Returns whether the handbook declares a track, or has roles of it.
    fn knows_track(&self, id: &str) -> bool {
        self.target.handbook.is_some_and(|handbook| {
            let mut roles = handbook.book.relations.roles.values();
            handbook.config.track(id).is_some() || roles.any(|role| role.track.as_deref() == Some(id))
        })
    }

    /// Returns the scale with the names that apply to a family.
    pub fn scale_of(&self, family: Option<&str>) -> Scale {
        let declared = self.target.handbook.filter(|handbook| {
            self.scale.family.is_none() && family.is_some_and(|name| handbook.config.families.contains_key(name))
        });
        match declared {
            Some(handbook) => {
                let levels = handbook.config.scale_of(Scope::of_family(family)).into_iter().cloned().collect();
                Scale { levels, ..self.scale.clone() }
            }
            None => self.scale.clone(),
        }
    }

    /// Returns the level that a cell means: the one that the track and the family call so, or else any.
    pub fn level(&self, text: &str, scope: Scope<'_>) -> Option<u8> {
        let handbook = self.target.handbook.filter(|_| !self.is_own(scope));
        let named = handbook.and_then(|handbook| handbook.config.level_named(text, scope));
        named.or_else(|| self.scale.level_of(text, scope.track))
    }

    /// Returns the name of a level.
    pub fn level_name(&self, number: u8, scope: Scope<'_>) -> Option<String> {
        let handbook = self.target.handbook.filter(|_| !self.is_own(scope));
        let named = handbook.and_then(|handbook| handbook.config.level_at(number, scope));
        named.map(|level| level.name.clone()).or_else(|| self.scale.name(number, scope.track).map(str::to_owned))
    }

    /// Declares tracks and families that the handbook doesn't have yet.
    pub fn declare(&mut self, gathered: &Gathered) {
        let Some(handbook) = self.target.handbook.filter(|handbook| handbook.config.configured) else { return };
        let config = &handbook.config;
        let missing: Vec<String> =
            track_names(gathered).into_iter().filter(|name| !self.knows_track(&self.track(name))).collect();
        let unnamed: Vec<String> = family_names(gathered)
            .into_iter()
            .filter(|name| {
                let id = self.family(name);
                let has_it = |document: &Document| document.meta.family.as_deref() == Some(&id);
                !config.family_names().contains(&id.as_str()) && !handbook.documents.iter().any(has_it)
            })
            .collect();
        let lists =
            [("tracks", tracks(&missing, self.scale), missing), ("families", families(&unnamed, self.scale), unnamed)];
        let lists: Vec<(&str, String, Vec<String>)> =
            lists.into_iter().filter(|(_, text, _)| !text.is_empty()).collect();
        if lists.is_empty() {
            return;
        }
        let texts: Vec<&str> = lists.iter().map(|(_, text, _)| text.as_str()).collect();
        let Some((before, after)) = self.added(&texts.join("\n")) else {
            let by_hand = lists.into_iter().map(|(what, text, _)| {
                let what = if what == "tracks" { "tracks to declare" } else { "families to declare" };
                Lines { path: SourcePath::new(FILE), what, text }
            });
            return self.import.by_hand.extend(by_hand);
        };
        let names: Vec<String> = lists.iter().map(|(_, _, names)| names.join(", ")).collect();
        let (words, kinds) = (vec![names.join("; ")], lists.iter().map(|(what, ..)| *what).collect::<Vec<_>>());
        self.new_tracks = track_names(gathered).iter().map(|name| slug(name)).collect();
        let title = kinds.join(" and ");
        self.import.changes.push(Change { path: SourcePath::new(FILE), before, after, title, words, fills: true });
    }

    /// Returns `handbook.toml` before and after adding lines, or `None` if it isn't understood then.
    fn added(&self, lines: &str) -> Option<(Arc<[u8]>, Vec<u8>)> {
        let before = self.target.sources?.bytes(&SourcePath::new(FILE))?;
        let is_crlf = before.windows(2).any(|pair| pair == b"\r\n");
        let end = if before.is_empty() || before.ends_with(b"\n") { "" } else { "\n" };
        let text = format!("{end}\n{lines}");
        let text = if is_crlf { text.replace('\n', "\r\n") } else { text };
        let after = [before, text.as_bytes()].concat();
        let faults = |bytes: &[u8]| Config::read(bytes, "").map(|(_, findings)| findings.len()).ok();
        (faults(&after)? <= faults(before)?).then(|| (Arc::clone(before), after))
    }
}
