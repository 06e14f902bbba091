//! Decides where authors' files may be written.
//!
//! Input: the content folder, the folders in it that aren't content, and a path. Output: the path
//! on disk, or a [`Refusal`] that says what to do instead. Never lets a path leave the folder,
//! whether by `..` or through a symbolic link, and never writes.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Refusal, leftover};
use crate::text::path::SourcePath;

/// A folder in which authors' files may be written.
#[derive(Clone, Debug)]
pub struct Grounds {
    /// The path of the folder. The folder may be a link, because the author chose it.
    pub root: PathBuf,
    /// Folders inside the root that contain no chapters: themes and the output.
    pub closed: Vec<PathBuf>,
    /// Whether names that no chapter can have are allowed, such as the `.gitignore` of a new
    /// project.
    pub any_name: bool,
}

impl Grounds {
    /// Returns the path on disk of a file that exists or may be created.
    ///
    /// # Errors
    /// Fails if the path leads out of the folder or goes through a symbolic link, or if any part of
    /// the path is neither a folder nor a regular file.
    pub fn place(&self, path: &SourcePath) -> Result<PathBuf, Refusal> {
        let mut place = self.root.clone();
        let mut parts = path.as_str().split('/').peekable();
        while let Some(part) = parts.next() {
            if matches!(part, "" | "." | "..") || part.contains('\\') && cfg!(windows) {
                let message = format!("`{path}` leads out of the handbook's folder");
                return Err(Refusal::new(message, "name a place inside it"));
            }
            place.push(part);
            let Ok(metadata) = fs::symlink_metadata(&place) else { continue };
            let shown = place.strip_prefix(&self.root).unwrap_or(&place).display();
            if metadata.is_symlink() {
                let message = format!("`{shown}` is a symbolic link, and nothing is written through one");
                return Err(Refusal::new(message, "name a real folder of the handbook"));
            }
            let fits = if parts.peek().is_some() { metadata.is_dir() } else { metadata.is_file() };
            if !fits {
                let what = if parts.peek().is_some() { "isn't a folder" } else { "isn't a regular file" };
                return Err(Refusal::new(format!("`{shown}` {what}"), "take another name"));
            }
        }
        Ok(place)
    }

    /// Returns the path on disk of a new file. The path has to be one that the handbook reads.
    ///
    /// # Errors
    /// Fails if [`Self::place`] fails, and also if the path isn't part of the content.
    pub fn new_place(&self, path: &SourcePath) -> Result<PathBuf, Refusal> {
        let place = self.place(path)?;
        let closed = self.closed.iter().find(|closed| place.ancestors().any(|above| is_same_place(above, closed)));
        if let Some(closed) = closed {
            let name = closed.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let message = format!("`{path}` can't be a chapter, because the folder `{name}/` is not for chapters");
            return Err(Refusal::new(message, "name a folder of the handbook's chapters"));
        }
        let is_read = |part: &str| !part.starts_with('.') && leftover(part).is_none();
        if !self.any_name && !path.as_str().split('/').all(is_read) {
            let message = format!("`{path}` can't be a chapter, because files with such a name are not read");
            return Err(Refusal::new(message, "use letters, digits and dashes"));
        }
        Ok(place)
    }
}

/// Returns whether two paths lead to the same place on disk, even if they are written differently.
fn is_same_place(one: &Path, other: &Path) -> bool {
    if one.file_name() != other.file_name() {
        return false;
    }
    one == other
        || fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
        || std::path::absolute(one).ok().is_some_and(|one| std::path::absolute(other).is_ok_and(|other| one == other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_content_or_into_what_is_no_content() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = folder.path().to_path_buf();
        for name in ["guides", "themes"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        fs::write(root.join("a.md"), "a").unwrap();
        let grounds = Grounds { root: root.clone(), closed: vec![root.join("./themes")], any_name: false };
        let said = |path: &str| {
            grounds.new_place(&SourcePath::new(path)).map_or_else(|refusal| refusal.message, |_| "fine".to_owned())
        };
        for good in ["a.md", "guides/b.md", "new/deep/c.md", "themes.md"] {
            assert_eq!(said(good), "fine", "{good}");
        }
        for bad in ["../b.md", "guides/../../b.md", "/etc/b.md", "guides//b.md"] {
            assert!(said(bad).contains("leads out of"), "{bad}: {}", said(bad));
        }
        assert_eq!(
            said("themes/b.md"),
            "`themes/b.md` can't be a chapter, because the folder `themes/` is not for chapters"
        );
        assert_eq!(said("a.md/b.md"), "`a.md` isn't a folder");
        assert_eq!(said("guides"), "`guides` isn't a regular file");
        assert!(said("guides/.b.md").contains("not read") && said("b.md~").contains("not read"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(elsewhere.path(), root.join("linked")).unwrap();
            std::os::unix::fs::symlink("guides", root.join("near")).unwrap();
            std::os::unix::fs::symlink("nowhere", root.join("guides/c.md")).unwrap();
            for bad in ["linked/b.md", "near/b.md", "linked", "guides/c.md"] {
                assert!(said(bad).contains("is a symbolic link"), "{bad}: {}", said(bad));
            }
        }
        drop(elsewhere);
    }

    #[cfg(unix)]
    #[test]
    fn a_place_that_is_no_content_is_known_whichever_way_leads_to_it() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(folder.path().join("themes")).unwrap();
        let link = elsewhere.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).unwrap();
        for (root, closed) in
            [(link.clone(), folder.path().join("themes")), (folder.path().to_path_buf(), link.join("themes"))]
        {
            let grounds = Grounds { root, closed: vec![closed], any_name: false };
            assert!(grounds.new_place(&SourcePath::new("themes/a.md")).is_err());
            assert!(grounds.new_place(&SourcePath::new("essays/a.md")).is_ok());
        }
    }
}
