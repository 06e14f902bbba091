//! Tells what editors, merges and systems leave beside a file from what an author put there.
//!
//! Input: the name of a file. Output: a [`Leftover`]. Such a file is neither a chapter nor published: it may hold what an audience must not see. Never looks
//! into a file.

/// Something that nobody means to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// A program's own: it comes and goes by itself.
    Own,
    /// A copy of a file as it was, which stays until somebody deletes it.
    Copy,
    /// A chapter that an editor saved with `.txt` behind its name.
    SavedAsText,
}

/// Endings of swap files and files that are being written.
const OWN: [&str; 5] = [".swp", ".swx", ".swo", ".tmp", ".crswap"];
/// Endings of copies: by editors, `git mergetool` and `patch`.
const COPIES: [&str; 3] = [".bak", ".orig", ".rej"];
/// Files of file browsers, in lower case.
const OF_SYSTEMS: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// Returns what kind of leftover a file is by its name; dotfiles are the caller's.
pub fn leftover(name: &str) -> Option<Leftover> {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|end| lower.ends_with(end) && lower.len() > end.len());
    // 4913 is the file by which Vim finds out whether it may write a folder; `~$` begins the lock files of office programs.
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
