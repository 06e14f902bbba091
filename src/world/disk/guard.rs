//! Decides whether a folder may be an output folder.
//!
//! Input: the folder that the user asked for and the folders that must not be touched. Output: the
//! folder's real path and its manifest, or a [`Refusal`] that says what to do instead. Never writes.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::manifest::{self, Manifest, PRIVATE};
use super::refusal::{Failure, Refusal};
use super::{MachineError, identity};

/// The folders that an output must not touch.
#[derive(Clone, Debug)]
pub struct Guards<'a> {
    /// The project's folder.
    pub project: &'a Path,
    /// The content folder, often inside the project.
    pub content: &'a Path,
    /// Folders that contain themes. The output must neither contain one nor be inside one.
    pub themes: &'a [PathBuf],
    /// The user's home folder, if known.
    pub home: Option<PathBuf>,
}

/// Files that hosts and people put into an output folder before its first build.
const WELCOME: &[&str] =
    &["CNAME", ".nojekyll", ".well-known", ".domains", ".gitkeep", ".gitignore", ".htaccess", ".DS_Store", "Thumbs.db"];

/// Names that mark a folder as a checkout of a version control system. A build in such a folder
/// would mix the site with the repository.
const CHECKOUTS: &[&str] = &[".git", ".hg", ".jj", ".svn"];

/// Checks that `out` may be written to, and returns its real path with links resolved, and its manifest if
/// it has one. The folder doesn't have to exist yet.
///
/// An output that is a link is followed, because people point `public` at the folder that their
/// server serves. The real path has to pass every check.
///
/// # Errors
/// Returns a refusal, or an error if a path can't be examined.
pub(super) fn check(out: &Path, guards: &Guards<'_>) -> Result<(PathBuf, Option<Manifest>), Failure> {
    let real = real_place(out)?;
    check_place(out, &real, guards)?;
    let manifest = if fs::symlink_metadata(&real).is_ok() { check_inside(out, &real)? } else { None };
    Ok((real, manifest))
}

/// Checks the location of the output.
fn check_place(out: &Path, real: &Path, guards: &Guards<'_>) -> Result<(), Failure> {
    let shown = out.display();
    let elsewhere = "choose another folder with `--out`, such as `public`";
    let refuse = |message: String| Err(Refusal::new(message, elsewhere).into());
    if real.parent().is_none() {
        return refuse(format!("the output `{shown}` is the root of the file system"));
    }
    let mut kept = vec![("the project", guards.project), ("the content", guards.content)];
    kept.extend(guards.themes.iter().map(|theme| ("the themes folder", theme.as_path())));
    kept.extend(guards.home.iter().map(|home| ("your home folder", home.as_path())));
    for (name, place) in kept {
        let place = real_place(place)?;
        if same(real, &place) {
            return refuse(format!("the output `{shown}` is {name}"));
        }
        if place.ancestors().skip(1).any(|parent| same(real, parent)) {
            return refuse(format!("the output `{shown}` contains {name}"));
        }
    }
    for theme in guards.themes {
        let theme = real_place(theme)?;
        if real.ancestors().any(|parent| same(parent, &theme)) {
            return refuse(format!("the output `{shown}` lies inside the themes folder"));
        }
    }
    Ok(())
}

/// Checks the contents of an existing output, and returns its manifest.
fn check_inside(out: &Path, real: &Path) -> Result<Option<Manifest>, Failure> {
    let shown = out.display();
    let metadata = fs::metadata(real).map_err(MachineError::new("read", out))?;
    if !metadata.is_dir() {
        return Err(Refusal::new(format!("the output `{shown}` is not a folder"), "name a folder with `--out`").into());
    }
    let mut foreign = Vec::new();
    for entry in fs::read_dir(real).map_err(MachineError::new("read", out))? {
        let entry = entry.map_err(MachineError::new("read", out))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(MachineError::new("read", &entry.path()))?;
        // Some file systems ignore case, so `.GIT` marks a checkout too.
        if CHECKOUTS.iter().any(|checkout| name.eq_ignore_ascii_case(checkout)) {
            let help = "build into another folder and copy the site from there";
            return Err(
                Refusal::new(format!("the output `{shown}` contains `{name}`, so it is a checkout"), help).into()
            );
        }
        if PRIVATE.contains(&name.as_str()) {
            let wanted = if name == manifest::STAGE { kind.is_dir() } else { kind.is_file() };
            if !wanted {
                let message = format!("`{name}` in the output `{shown}` was not created by Rolebook");
                return Err(Refusal::new(message, format!("delete `{name}` and build again")).into());
            }
        } else if !WELCOME.contains(&name.as_str()) {
            foreign.push(name);
        }
    }
    // The manifest says which files Rolebook wrote. Without a manifest, every file in the folder is
    // foreign.
    let manifest = manifest::read(real, out)?;
    if manifest.is_none() && !foreign.is_empty() {
        foreign.sort_unstable();
        let message = format!("the output `{shown}` contains files that Rolebook did not write: {}", list(&foreign));
        let help = "choose an empty folder with `--out`, or move these files away";
        return Err(Refusal::new(message, help).into());
    }
    Ok(manifest)
}

/// Formats the first few names as a list.
pub(super) fn list(names: &[String]) -> String {
    let first: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(5);
    if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
}

/// Returns the absolute path of `path` with links resolved, even if its last components don't exist
/// yet.
fn real_place(path: &Path) -> Result<PathBuf, Failure> {
    let whole = std::path::absolute(path).map_err(MachineError::new("find", path))?;
    let mut real = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            Component::Normal(name) => real = step(&real, name, path)?,
            other => real.push(other),
        }
    }
    Ok(real)
}

/// Returns the path of `name` in the real folder `at`. If `name` is a link, follows it.
fn step(at: &Path, name: &std::ffi::OsStr, path: &Path) -> Result<PathBuf, Failure> {
    let next = at.join(name);
    match fs::symlink_metadata(&next) {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(&next).map_err(|_| {
            let message =
                format!("`{}` goes through the link `{}`, whose target does not exist", path.display(), next.display());
            Refusal::new(message, "delete the link, or create the folder that it points to").into()
        }),
        // Use the name as the file system stores it, because some file systems ignore differences
        // of case or Unicode normalization.
        Ok(_) => Ok(fs::canonicalize(&next).unwrap_or(next)),
        Err(_) => Ok(next),
    }
}

/// Returns whether two real paths lead to the same folder, even if it is mounted twice or the paths
/// are spelled differently.
fn same(a: &Path, b: &Path) -> bool {
    let identity = |path| fs::metadata(path).ok().and_then(|metadata| identity(&metadata));
    a == b || identity(a).is_some_and(|a| Some(a) == identity(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::disk::Output;

    /// A project with content and themes inside a home folder.
    struct World(tempfile::TempDir);

    impl World {
        fn new() -> Self {
            let world = Self(tempfile::tempdir().unwrap());
            for folder in ["home/project/handbook", "home/project/themes/default"] {
                fs::create_dir_all(world.path(folder)).unwrap();
            }
            world
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn open(&self, out: &Path) -> Result<Output, Failure> {
            let (project, content) = (self.path("home/project"), self.path("home/project/handbook"));
            let themes = [self.path("home/project/themes")];
            let home = Some(self.path("home"));
            Output::open(out, &Guards { project: &project, content: &content, themes: &themes, home })
        }

        fn everything(&self) -> Vec<PathBuf> {
            let mut all: Vec<_> =
                walkdir::WalkDir::new(self.0.path()).into_iter().map(|e| e.unwrap().into_path()).collect();
            all.sort();
            all
        }

        /// Tries to open `out`, which has to be refused without changing anything on disk.
        fn refused(&self, out: &Path) -> String {
            let before = self.everything();
            let Err(Failure::Refused(refusal)) = self.open(out) else { panic!("{} was not refused", out.display()) };
            assert_eq!(self.everything(), before);
            assert!(!refusal.help.is_empty());
            refusal.message
        }
    }

    #[test]
    fn guarded_folders_and_their_parents_are_refused() {
        let world = World::new();
        for (out, why) in [
            ("home/project", "is the project"),
            ("home/project/handbook", "is the content"),
            ("home/project/handbook/../handbook/.", "is the content"),
            ("home", "contains the project"),
            ("", "contains the project"),
            ("home/project/themes", "is the themes folder"),
            ("home/project/themes/default/public", "lies inside the themes folder"),
        ] {
            let message = world.refused(&world.path(out));
            assert!(message.contains(why), "{out}: {message}");
        }
        assert!(world.refused(Path::new("/")).contains("root of the file system"));
    }

    #[test]
    fn a_home_folder_is_refused_even_where_the_project_lies_elsewhere() {
        let world = World::new();
        let project = world.path("elsewhere");
        let guards = Guards { project: &project, content: &project, themes: &[], home: Some(world.path("home")) };
        let open = |out: &Path| Output::open(out, &guards).unwrap_err().to_string();
        assert!(open(&world.path("home")).contains("is your home folder"));
    }

    #[test]
    fn an_output_inside_the_project_or_the_content_is_fine() {
        let world = World::new();
        for out in ["home/project/public", "home/project/handbook/public", "other/deep/public"] {
            assert!(world.open(&world.path(out)).is_ok(), "{out}");
        }
    }

    #[test]
    fn a_checkout_is_refused_whether_git_is_a_file_or_a_folder() {
        let world = World::new();
        fs::create_dir_all(world.path("one/.git")).unwrap();
        fs::create_dir_all(world.path("two")).unwrap();
        fs::write(world.path("two/.git"), "gitdir: elsewhere").unwrap();
        for out in ["one", "two"] {
            assert!(world.refused(&world.path(out)).contains("`.git`"));
        }
    }

    #[test]
    fn a_folder_with_foreign_files_and_no_manifest_is_refused() {
        let world = World::new();
        fs::create_dir_all(world.path("site/.well-known")).unwrap();
        fs::write(world.path("site/CNAME"), "example.org").unwrap();
        assert!(world.open(&world.path("site")).is_ok());
        fs::write(world.path("site/thesis.doc"), "").unwrap();
        assert!(world.refused(&world.path("site")).ends_with("did not write: `thesis.doc`"));
    }

    #[test]
    fn a_file_as_the_output_is_refused() {
        let world = World::new();
        fs::write(world.path("file"), "").unwrap();
        assert!(world.refused(&world.path("file")).contains("is not a folder"));
    }

    #[test]
    fn a_damaged_or_later_manifest_is_refused() {
        let world = World::new();
        fs::create_dir(world.path("site")).unwrap();
        for (text, why) in [("rolebook-manifest 2 closed\n", "later version"), ("what?", "damaged"), ("", "damaged")] {
            fs::write(world.path("site/.rolebook-manifest"), text).unwrap();
            assert!(world.refused(&world.path("site")).contains(why));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_counts_as_the_place_it_leads_to() {
        use std::os::unix::fs::symlink;
        let world = World::new();
        fs::create_dir(world.path("served")).unwrap();
        symlink(world.path("served"), world.path("good")).unwrap();
        symlink(world.path("home/project"), world.path("bad")).unwrap();
        symlink(world.path("nowhere"), world.path("loose")).unwrap();
        assert!(world.open(&world.path("good")).is_ok());
        assert!(world.path("served/.rolebook-lock").exists());
        assert!(world.refused(&world.path("bad")).contains("is the project"));
        assert!(world.refused(&world.path("bad/handbook")).contains("is the content"));
        assert!(world.refused(&world.path("loose")).contains("whose target does not exist"));
        assert!(world.refused(&world.path("loose/public")).contains("whose target does not exist"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_under_a_private_name_is_refused() {
        let world = World::new();
        for name in PRIVATE {
            let out = world.path(&format!("out{name}"));
            fs::create_dir(&out).unwrap();
            std::os::unix::fs::symlink(world.path("home"), out.join(name)).unwrap();
            assert!(world.refused(&out).contains(name));
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..7).map(|n| n.to_string()).collect();
        assert_eq!(list(&names), "`0`, `1`, `2`, `3`, `4` and 2 more");
    }
}
