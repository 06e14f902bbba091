//! Plans how to turn an output folder into the new site.
//!
//! Input: the names of the new site's files and the folder's [`Inventory`]. Output: a [`Plan`], or a refusal if a foreign file is in the way; then the [`Step`]s, in an order in which
//! carrying them out is safe. Never writes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use blake3::Hash;
use rayon::prelude::*;

use super::MachineError;
use super::guard::list;
use super::inventory::{Inventory, Kind, Known, stamp};
use super::manifest::{self, Manifest, Ours, parents};
use super::refusal::{Failure, Refusal};
use crate::text::path::fold;

/// One change to the output folder. Names are relative to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Replaces the text of the manifest with this text.
    Manifest(String),
    /// Moves a new file, or a whole folder that didn't exist before, into place.
    Move(String),
    /// Deletes a file that Rolebook wrote.
    Delete(String),
    /// Removes a folder if it is empty.
    RemoveFolder(String),
}

/// The plan for one build.
pub(super) struct Plan<'a> {
    real: &'a Path,
    names: &'a [String],
    old: &'a Manifest,
    present: &'a BTreeMap<String, Kind>,
    known: &'a HashMap<String, Known>,
    /// Names of the old site that the new one doesn't have, whether or not their files still exist.
    former: Vec<&'a str>,
    /// Files in the old manifest that were changed by hand and that the new site doesn't have.
    pub kept_edited: Vec<String>,
    /// Files that aren't in the manifest.
    pub kept_foreign: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Makes a plan for the output at `real`, which contains what the inventory lists.
    ///
    /// # Errors
    /// Returns a refusal if a name isn't valid, a foreign file is in the way, or a file that
    /// Rolebook wrote was changed by hand.
    pub(super) fn new(
        real: &'a Path,
        names: &'a [String],
        Inventory { old, present, known, edited }: &'a Inventory,
    ) -> Result<Self, Failure> {
        check_names(names)?;
        let wanted: HashSet<&str> = names.iter().map(String::as_str).collect();
        let former = old.files.keys().map(String::as_str).filter(|name| !wanted.contains(name)).collect();
        let (in_site, kept_edited): (Vec<_>, _) =
            edited.iter().cloned().partition(|name| wanted.contains(name.as_str()));
        refuse_edited(&in_site)?;
        let foreign = |(name, kind): (&String, &Kind)| {
            (*kind != Kind::Folder && !old.files.contains_key(name)).then(|| name.clone())
        };
        let kept_foreign = present.iter().filter_map(foreign).collect();
        let plan = Self { real, names, old, present, known, former, kept_edited, kept_foreign };

        plan.refuse_foreign()?;
        Ok(plan)
    }

    /// Returns the hash of the file at `name` on disk, if Rolebook wrote it.
    pub(super) fn hash_on_disk(&self, name: &str) -> Option<Hash> {
        self.known.get(name).map(|known| known.hash)
    }

    /// Refuses if something that Rolebook didn't write is at a path that the site needs.
    fn refuse_foreign(&self) -> Result<(), Refusal> {
        let leaving = self.leaving();
        let mut in_the_way = BTreeSet::new();
        for folder in folders(self.names.iter().map(String::as_str)) {
            match self.present.get(folder) {
                Some(Kind::File) if leaving.contains(folder) => {}
                Some(Kind::File | Kind::Other) => {
                    in_the_way.insert(folder.to_owned());
                }
                Some(Kind::Folder) | None => {}
            }
        }
        for name in self.names {
            match self.present.get(name) {
                Some(Kind::Folder) => in_the_way.extend(self.staying_below(name, &leaving)),
                Some(_) if !self.known.contains_key(name.as_str()) => {
                    in_the_way.insert(name.clone());
                }
                _ => {}
            }
        }
        if in_the_way.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = in_the_way.into_iter().collect();
        let message = format!("files that Rolebook did not write are in the way of the site: {}", list(&names));
        Err(Refusal::new(message, "move them away or rename them, then build again"))
    }

    /// Lists the files that would remain in a folder whose path is needed for a new file.
    fn staying_below(&self, folder: &str, leaving: &HashSet<&str>) -> Vec<String> {
        let start = format!("{folder}/");
        let below = self.present.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
        let mut staying: Vec<String> =
            below.filter(|(name, _)| !leaving.contains(name.as_str())).map(|(name, _)| name.clone()).collect();
        // If an empty folder isn't from the old site, someone else made it, so it has to remain
        // too.
        if staying.is_empty() && !leaving.contains(folder) {
            staying.push(folder.to_owned());
        }
        staying
    }

    /// Returns the stale files and the folders of the old site: everything that may be removed to
    /// make room for the new files.
    fn leaving(&self) -> HashSet<&str> {
        let stale = self.former.iter().copied().filter(|name| self.known.contains_key(*name));
        stale.chain(folders(self.old.files.keys().map(String::as_str))).collect()
    }

    /// Returns the steps that turn the output into the new site, or none if nothing differs.
    /// `files` contains the hash of each file and whether it is in the stage.
    ///
    /// If the process is killed between two steps, the manifest that it leaves is open, and lists
    /// every file with each hash that the file can have.
    pub(super) fn steps(&self, files: &[(Hash, bool)]) -> Vec<Step> {
        let files: BTreeMap<&str, (Hash, bool)> =
            self.names.iter().map(String::as_str).zip(files.iter().copied()).collect();
        let closed = manifest::text(files.iter().map(|(name, (hash, _))| (*name, Ours(*hash, None))), false);
        let moves = self.moves(&files);
        if closed == self.old.text && moves.is_empty() {
            return Vec::new();
        }
        // `Room` is only used to delete former files.
        let room = Room::new(if self.former.is_empty() { &[] } else { self.names });
        let (first, last): (Vec<&str>, Vec<&str>) = self.former.iter().partition(|former| room.is_taken_by(former));
        let mut steps = vec![Step::Manifest(self.open_manifest(&files))];
        self.delete(&first, &room, &mut steps);
        steps.extend(moves.into_iter().map(Step::Move));
        self.delete(&last, &room, &mut steps);
        steps.push(Step::Manifest(closed));
        steps
    }

    /// Returns a manifest that lists the old and new files, each with the hash that it has on disk
    /// now and the hash that it will have.
    ///
    /// Old files that no longer exist stay in the manifest, because their empty folders still have
    /// to be removed.
    fn open_manifest(&self, files: &BTreeMap<&str, (Hash, bool)>) -> String {
        let mut all: BTreeMap<&str, Ours> = BTreeMap::new();
        for name in &self.former {
            let ours = self.hash_on_disk(name).map(|hash| Ours(hash, None));
            all.extend(ours.or_else(|| self.old.files.get(*name).copied()).map(|ours| (*name, ours)));
        }
        for (name, (hash, _)) in files {
            let before = self.hash_on_disk(name).filter(|before| before != hash);
            all.insert(name, Ours(*hash, before));
        }
        manifest::text(all.into_iter(), true)
    }

    /// Adds the steps that delete files of the old site, followed by steps that remove the empty
    /// folders of these files, unless the new site needs them.
    fn delete(&self, former: &[&str], room: &Room<'_>, steps: &mut Vec<Step>) {
        let stale = former.iter().filter(|name| self.known.contains_key(**name));
        steps.extend(stale.map(|name| Step::Delete((*name).to_owned())));
        let there = |folder: &&str| self.present.get(*folder) == Some(&Kind::Folder);
        let unneeded = folders(former.iter().copied()).filter(|folder| !room.spelled.contains(folder));
        // Reversed, this order puts deeper folders before the folders that contain them.
        let emptied: BTreeSet<&str> = unneeded.filter(there).collect();
        steps.extend(emptied.into_iter().rev().map(|folder| Step::RemoveFolder(folder.to_owned())));
    }

    /// Lists the files and folders to move. If the output lacks a folder that a new file is in, the
    /// whole folder is moved instead of the file; if it lacks several nested folders, the outermost
    /// one is moved.
    fn moves(&self, files: &BTreeMap<&str, (Hash, bool)>) -> Vec<String> {
        let mut moves: Vec<String> = Vec::new();
        for (name, _) in files.iter().filter(|(_, (_, staged))| *staged) {
            // Names are sorted, so everything in one folder is consecutive.
            let under = |folder: &String| name.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
            if moves.last().is_some_and(under) {
                continue;
            }
            let missing = parents(name).filter(|folder| self.present.get(*folder) != Some(&Kind::Folder)).last();
            moves.push(missing.unwrap_or(name).to_owned());
        }
        moves
    }

    /// Checks once more, right before the first step, that nothing changed while the pages were
    /// rendered.
    ///
    /// # Errors
    /// Returns a refusal if someone wrote to a file that a step would replace or delete, or created
    /// a file at the path of a new one.
    pub(super) fn check_again(&self, steps: &[Step]) -> Result<(), Failure> {
        let look = |step: &Step| self.changed(step).transpose();
        let changed: Vec<String> = steps.par_iter().with_min_len(64).filter_map(look).collect::<Result<_, _>>()?;
        if changed.is_empty() {
            return Ok(());
        }
        let message = format!("files in the output changed during the build: {}", list(&changed));
        Err(Refusal::new(message, "build again").into())
    }

    /// Returns the name of the file that a step replaces or deletes, if someone has changed the file.
    fn changed(&self, step: &Step) -> Result<Option<String>, MachineError> {
        let (Step::Move(name) | Step::Delete(name)) = step else { return Ok(None) };
        let place = self.real.join(name);
        let now = match fs::symlink_metadata(&place) {
            Ok(metadata) => stamp(&metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(MachineError::new("read", &place)(error)),
        };
        let is_changed = match self.known.get(name.as_str()) {
            None => !self.will_leave(name),
            // If the bytes haven't been looked at yet, do it before they are gone.
            Some(known) => now != known.stamp || known.is_remembered && !is_still(&place, known.hash),
        };
        Ok(is_changed.then(|| name.clone()))
    }

    /// Returns whether `name` is a stale file or a folder of the old site, possibly in another
    /// spelling.
    fn will_leave(&self, name: &str) -> bool {
        let name = fold(name);
        self.leaving().into_iter().any(|leaving| fold(leaving) == name)
    }
}

/// The paths that the new site needs, used to find the stale files that are in its way.
struct Room<'a> {
    files: HashSet<String>,
    folders: HashSet<String>,
    spelled: HashSet<&'a str>,
}

impl<'a> Room<'a> {
    fn new(names: &'a [String]) -> Self {
        let spelled: HashSet<&str> = folders(names.iter().map(String::as_str)).collect();
        let files = names.iter().map(|name| fold(name)).collect();
        Self { files, folders: spelled.iter().map(|folder| fold(folder)).collect(), spelled }
    }

    /// Returns whether `former` has to be deleted before the new files are moved into place. It has
    /// to if the new site needs the path of the file, or of one of its parent folders, for
    /// something else. Some file systems ignore spelling differences such as case, so a different
    /// spelling of the same name counts too.
    fn is_taken_by(&self, former: &str) -> bool {
        let needed = |place: &str| {
            let folded = fold(place);
            let other_use = place == former || !self.spelled.contains(place);
            self.files.contains(&folded) || other_use && self.folders.contains(&folded)
        };
        needed(former) || parents(former).any(needed)
    }
}

/// Lists the parent folders of all `names`. A folder that neighboring names share is listed only
/// once.
fn folders<'n>(names: impl Iterator<Item = &'n str>) -> impl Iterator<Item = &'n str> {
    let mut last = "";
    names.flat_map(move |name| {
        let nearest = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let seen = std::mem::replace(&mut last, nearest) == nearest;
        parents(if seen { "" } else { name })
    })
}

/// Refuses if a new page would overwrite a page that someone edited by hand.
fn refuse_edited(edited: &[String]) -> Result<(), Refusal> {
    if edited.is_empty() {
        return Ok(());
    }
    let message = format!("files in the output were changed since Rolebook wrote them: {}", list(edited));
    Err(Refusal::new(
        message,
        "move them away or delete them, then run the command again; edit chapters, not pages, and import a workbook that you have changed",
    ))
}

/// Refuses names that can't be names of files in one folder.
fn check_names(names: &[String]) -> Result<(), Refusal> {
    let help = "rename the chapter or file that it is made from";
    if let Some(name) = names.iter().find(|name| !manifest::is_valid_name(name)) {
        return Err(Refusal::new(format!("the site has a file that cannot be written: {name:?}"), help));
    }
    let files: HashSet<&str> = names.iter().map(String::as_str).collect();
    if files.len() < names.len() {
        return Err(Refusal::new("the site has two files of one name", help));
    }
    match folders(names.iter().map(String::as_str)).find(|folder| files.contains(folder)) {
        Some(name) => Err(Refusal::new(format!("the site has both a file and a folder `{name}`"), help)),
        None => Ok(()),
    }
}

/// Returns whether a file has these bytes.
fn is_still(place: &Path, hash: Hash) -> bool {
    fs::read(place).is_ok_and(|bytes| blake3::hash(&bytes) == hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_another_spelling_goes_before_the_new_one_comes() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("Roles")).unwrap();
        let hash = blake3::hash(b"x");
        let mut old = Manifest::default();
        for name in ["Roles/a.html", "Roles/b.html", "z.html"] {
            fs::write(folder.path().join(name), "x").unwrap();
            old.files.insert(name.to_owned(), Ours(hash, None));
        }
        let names = ["roles/a.html".to_owned()];
        let inventory = Inventory::take(folder.path(), old.into(), None).unwrap();
        let plan = Plan::new(folder.path(), &names, &inventory).unwrap();
        let steps = plan.steps(&[(hash, true)]);
        let expected = [
            Step::Delete("Roles/a.html".to_owned()),
            Step::Delete("Roles/b.html".to_owned()),
            Step::RemoveFolder("Roles".to_owned()),
            Step::Move("roles".to_owned()),
            Step::Delete("z.html".to_owned()),
        ];
        assert_eq!(steps[1..6], expected);
        assert!(plan.will_leave("roles") && !plan.will_leave("index.html"));
    }

    #[test]
    fn folders_are_listed_from_the_nearest_up() {
        assert_eq!(parents("a/b/c.html").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(parents("c.html").count(), 0);
    }
}
