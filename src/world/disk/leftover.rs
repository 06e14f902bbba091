//! Recognizes files that editors, merges and operating systems leave next to an author's files.
//!
//! Input: the name of a file. Output: a [`Leftover`]. Such a file isn't read as a chapter and isn't
//! published, because it may contain text that an audience must not see. Never reads a file.

/// A file that no one intends to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// A file that a program creates for itself and deletes again.
    Own,
    /// A copy of an earlier version of a file, which stays until someone deletes it.
    Copy,
    /// A chapter that an editor saved with `.txt` appended to its name.
    SavedAsText,
}

/// Extensions of swap files and of files that are being written.
const OWN: [&str; 5] = [".swp", ".swx", ".swo", ".tmp", ".crswap"];
/// Extensions of copies made by editors, `git mergetool` and `patch`.
const COPIES: [&str; 3] = [".bak", ".orig", ".rej"];
/// The names of files that file managers create, in lower case.
const OF_SYSTEMS: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// Returns what kind of leftover a file is, judging by its name. Callers handle dotfiles
/// themselves.
pub fn leftover(name: &str) -> Option<Leftover> {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|end| lower.ends_with(end) && lower.len() > end.len());
    // Vim creates the file 4913 to find out whether it may write to a folder. The lock files of
    // office programs start with `~$`.
    let is_own = lower.ends_with('~')
        || lower.starts_with("~$")
        || (lower.starts_with('#') && lower.ends_with('#'))
        || lower == "4913"
        || lower.contains("___jb_")
        || OF_SYSTEMS.contains(&lower.as_str())
        || ends(&OWN);
    if is_own {
        return Some(Leftover::Own);
    }
    if ends(&COPIES) {
        return Some(Leftover::Copy);
    }
    ends(&[".md.txt", ".markdown.txt"]).then_some(Leftover::SavedAsText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_known_by_their_names() {
        for own in ["a.md~", "~$a.md", "#a.md#", "4913", "a.md.swp", "a.TMP", "a.md___jb_old___", "Thumbs.db"] {
            assert_eq!(leftover(own), Some(Leftover::Own), "{own}");
        }
        for copy in ["a.md.orig", "a.bak", "a.md.rej"] {
            assert_eq!(leftover(copy), Some(Leftover::Copy), "{copy}");
        }
        assert_eq!(leftover("a.MD.txt"), Some(Leftover::SavedAsText));
        for file in ["a.md", "a (1).md", "notes.txt", "original.md", "bak", "4913.md", "#1.md", "a~b.md"] {
            assert_eq!(leftover(file), None, "{file}");
        }
    }
}
