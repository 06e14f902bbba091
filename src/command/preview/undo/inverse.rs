//! Plans how to take back a change, even if other things have changed since.
//!
//! Input: an entry of the journal, the files as they are now, and what the author decided where two
//! changes contradict each other. Output: steps for the writer, or the texts to decide about. Never
//! writes, and never drops a text that was written since.

use std::collections::BTreeMap;

use super::log::Noted;
use crate::author::edit::with_line_ends_of;
use crate::text::merge::{Apart, Piece, lines, merge};
use crate::text::path::SourcePath;
use crate::text::source::Hash;
use crate::world::disk::{MachineError, Step, What};

/// The text of a file, or `None` if there is no such file.
pub type Text = Option<Vec<u8>>;

/// A place where the change that is taken back and a later one contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The file.
    pub path: SourcePath,
    /// The lines to decide about; the whole file if `None`.
    pub part: Option<Apart>,
    /// The text of the whole file before the change.
    pub was: Text,
    /// The text of the whole file that the change made.
    pub made: Text,
    /// The text of the whole file now.
    pub now: Text,
}

/// The steps that take a change back, and the places to decide about. If there are any, the steps
/// aren't complete.
#[derive(Debug, Default)]
pub struct Inverse {
    /// The steps.
    pub steps: Vec<Step>,
    /// The places where the author has to decide.
    pub doubts: Vec<Doubt>,
    /// The files that would be removed.
    pub removed: Vec<SourcePath>,
    /// The files that have to be moved back, each with the path now and the path before.
    pub moved: Vec<(SourcePath, SourcePath)>,
}

/// A function that reads a file.
pub type Read<'a> = &'a dyn Fn(&SourcePath) -> Result<Text, MachineError>;

/// Plans to take back `noted`. `choices` are the author's decisions, one for each doubt; a choice of
/// `None` means no file.
///
/// # Errors
/// Fails if a file can't be read.
pub fn plan(noted: &Noted, read: Read<'_>, choices: &[Option<String>]) -> Result<Inverse, MachineError> {
    let mut inverse = Inverse::default();
    let mut choices = choices.iter();
    let mut hashes: BTreeMap<SourcePath, Hash> = BTreeMap::new();
    for change in &noted.entry.changes {
        let path = noted.today(&change.path);
        if let What::Moved(from) = &change.what {
            if let Some(now) = read(&path)? {
                hashes.insert(path.clone(), *blake3::hash(&now).as_bytes());
            }
            inverse.moved.push((path, from.clone()));
            continue;
        }
        let now = read(&path)?;
        one(&mut inverse, (path, &change.what, now), &mut choices);
    }
    let back: BTreeMap<SourcePath, SourcePath> = inverse.moved.iter().cloned().collect();
    for step in &mut inverse.steps {
        // Files move first, and then texts change.
        if let Step::Replace { path, .. } = step
            && let Some(to) = back.get(path)
        {
            *path = to.clone();
        }
    }
    let step = |(from, to): &(SourcePath, SourcePath)| Step::Move {
        from: from.clone(),
        to: to.clone(),
        before: hashes.get(from).copied(),
    };
    inverse.steps.splice(0..0, inverse.moved.iter().map(step).collect::<Vec<_>>());
    Ok(inverse)
}

fn one<'a>(
    inverse: &mut Inverse,
    (path, what, now): (SourcePath, &What, Text),
    choices: &mut impl Iterator<Item = &'a Option<String>>,
) {
    let (was, made) = match what {
        What::Created(text) => (None, Some(text)),
        What::Replaced(before, after) => (Some(before), Some(after)),
        What::Removed(text) => (Some(text), None),
        What::Moved(_) => return,
    };
    let wanted = match (was, made, &now) {
        // Nothing has changed since.
        (was, made, now) if made == now.as_ref() => was.cloned(),
        (was, _, now) if was == now.as_ref() => return,
        (Some(was), Some(made), Some(now)) => match merge_back(inverse, (&path, [was, made, now]), choices) {
            Some(text) => Some(text),
            None => return,
        },
        (was, made, _) => {
            let doubt =
                Doubt { path: path.clone(), part: None, was: was.cloned(), made: made.cloned(), now: now.clone() };
            match choices.next() {
                Some(choice) => choice.as_ref().map(|text| text.clone().into_bytes()),
                None => return inverse.doubts.push(doubt),
            }
        }
    };
    match (now, wanted) {
        (Some(before), Some(after)) if before != after => {
            inverse.steps.push(Step::Replace { path, before, after });
        }
        (None, Some(text)) => inverse.steps.push(Step::Create { path, text }),
        (Some(before), None) => {
            inverse.removed.push(path.clone());
            inverse.steps.push(Step::Remove { path, before });
        }
        _ => {}
    }
}

/// Merges what was before the change with what has been written since. Returns `None` if the author
/// has to decide first.
fn merge_back<'a>(
    inverse: &mut Inverse,
    (path, [was, made, now]): (&SourcePath, [&Vec<u8>; 3]),
    choices: &mut impl Iterator<Item = &'a Option<String>>,
) -> Option<Vec<u8>> {
    let (base, one, other) = (lines(made), lines(now), lines(was));
    let mut text = Vec::with_capacity(now.len());
    let mut is_sure = true;
    for piece in merge(&base, &one, &other) {
        match piece {
            Piece::Agreed(lines) => text.extend(lines),
            Piece::Apart(part) => {
                if let Some(choice) = choices.next() {
                    let is_last = part.one.end == one.len() && part.other.end == other.len();
                    let ends = !is_last || now.ends_with(b"\n") || now.ends_with(b"\r");
                    text.extend(with_line_ends_of(now, choice.as_deref().unwrap_or_default(), ends));
                } else {
                    is_sure = false;
                    let [was, made, now] = [was, made, now].map(|text| Some(text.clone()));
                    inverse.doubts.push(Doubt { path: path.clone(), part: Some(part), was, made, now });
                }
            }
        }
    }
    is_sure.then_some(text)
}
