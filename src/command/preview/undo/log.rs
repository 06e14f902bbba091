//! Reads the journal from the newest change back, and keeps track of what later changes did.
//!
//! Input: the entries of the journal. Output: for each entry whether it was taken back, and where
//! its files are today. Never decides what may be shown.

use std::collections::BTreeSet;

use crate::text::path::SourcePath;
use crate::world::disk::{Change, Entry, What, Writer};

/// The maximum number of entries to read.
const MOST: usize = 400;
/// The first word of an entry that takes another one back.
const UNDO: &str = "undo";

/// An entry of the journal, and what happened after it.
#[derive(Clone, Debug)]
pub struct Noted {
    /// The entry.
    pub entry: Entry,
    /// Whether a later entry took this one back, and wasn't taken back itself.
    pub is_taken_back: bool,
    /// The number of the entry that this one takes back.
    pub undoes: Option<u64>,
    /// The later moves, oldest first: the old path and the new path.
    moves: Vec<(SourcePath, SourcePath)>,
}

impl Noted {
    /// Returns where a file of this entry is today, as far as the journal knows.
    pub fn today(&self, path: &SourcePath) -> SourcePath {
        let follow = |at: SourcePath, (from, to): &(SourcePath, SourcePath)| if at == *from { to.clone() } else { at };
        self.moves.iter().fold(path.clone(), follow)
    }

    /// Lists the paths of a file from this entry on, oldest first.
    pub fn later(&self, path: &SourcePath) -> impl Iterator<Item = SourcePath> {
        let mut at = path.clone();
        let follow = self.moves.iter().filter_map(move |(from, to)| {
            let is_moved = at == *from;
            is_moved.then(|| at.clone_from(to)).map(|()| to.clone())
        });
        std::iter::once(path.clone()).chain(follow)
    }

    /// Lists the paths of a changed file, oldest first: the one before this entry moved it, and
    /// those since.
    pub fn paths(&self, change: &Change) -> impl Iterator<Item = SourcePath> {
        let path = &change.path;
        let before = self.entry.changes.iter().filter(move |other| other.path == *path);
        let before = before.filter_map(|other| match &other.what {
            What::Moved(from) => Some(from.clone()),
            _ => None,
        });
        before.chain(self.later(path))
    }
}

/// Returns the words of the entry that takes the entry `number` back.
pub fn words(number: u64) -> String {
    format!("{UNDO} {number}")
}

/// Lists the newest entries, newest first. Each is read only when it is asked for.
pub fn newest(writer: &Writer) -> impl Iterator<Item = Noted> + use<> {
    let mut taken = BTreeSet::new();
    let mut moves: Vec<(SourcePath, SourcePath)> = Vec::new();
    writer.entries().take(MOST).map(move |entry| {
        let undoes = entry.words.split_once(' ').filter(|(first, _)| *first == UNDO);
        let undoes = undoes.and_then(|(_, number)| number.parse().ok());
        let is_taken_back = taken.contains(&entry.number);
        taken.extend(undoes.filter(|_| !is_taken_back));
        let own = entry.changes.iter().filter_map(|change| match &change.what {
            What::Moved(from) => Some((from.clone(), change.path.clone())),
            _ => None,
        });
        let later = moves.clone();
        moves.splice(0..0, own);
        Noted { entry, is_taken_back, undoes, moves: later }
    })
}
