//! Records which files in an output folder Rolebook wrote.
//!
//! Input and output: the manifest, a text file of names and hashes in the output folder. Never
//! contains a time or a path of the machine, so that equal sites have equal manifests, and never
//! trusts a name that it reads.
//!
//! The format, line by line: `rolebook-manifest 1 closed`, then `HASH NAME` for every file sorted
//! by name, then `end COUNT`. While files are being moved, the first line says `open`, and a line
//! may have two hashes separated by a comma. A file on disk is ours if it has either hash.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use blake3::Hash;

use super::MachineError;
use super::refusal::{Failure, Refusal};

/// The name of the manifest.
pub(super) const MANIFEST: &str = ".rolebook-manifest";
/// The folder that contains the new files until all of them are complete.
pub(super) const STAGE: &str = ".rolebook-new";
/// The file whose lock keeps two builds apart.
pub(super) const LOCK: &str = ".rolebook-lock";
/// All names in the output folder that aren't part of the site.
pub(super) const PRIVATE: &[&str] = &[MANIFEST, STAGE, LOCK];

const TITLE: &str = "rolebook-manifest";
const VERSION: u32 = 1;

/// The hashes that a file of ours can have: one, or two while a build is writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ours(pub Hash, pub Option<Hash>);

impl Ours {
    /// Returns whether a file with this hash is unchanged since Rolebook wrote it.
    pub(super) fn has(self, hash: Hash) -> bool {
        self.0 == hash || self.1 == Some(hash)
    }
}

/// The files that Rolebook wrote to an output, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The files.
    pub files: BTreeMap<String, Ours>,
    /// The text of the manifest, as it was read.
    pub text: String,
}

impl Manifest {
    /// Returns whether the build that wrote the manifest came to its end.
    pub(super) fn is_closed(&self) -> bool {
        self.text.lines().next().is_some_and(|title| title.ends_with(" closed"))
    }
}

/// Reads the manifest of the output at `real`, which the user knows as `out`. Returns `None` if
/// there is none.
///
/// # Errors
/// Returns a refusal if the manifest is damaged or from a later version, or an error if it can't be
/// read.
pub(super) fn read(real: &Path, out: &Path) -> Result<Option<Manifest>, Failure> {
    load(real)?.map(|text| interpret(text, out)).transpose()
}

/// Reads the manifest again as [`read`] does, but returns `known` if the text is the same.
///
/// # Errors
/// The same as those of [`read`].
pub(super) fn read_again(
    known: Option<&Arc<Manifest>>,
    (real, out): (&Path, &Path),
) -> Result<Option<Arc<Manifest>>, Failure> {
    let Some(text) = load(real)? else { return Ok(None) };
    match known.filter(|known| known.text == text) {
        Some(known) => Ok(Some(Arc::clone(known))),
        None => interpret(text, out).map(|manifest| Some(Arc::new(manifest))),
    }
}

/// Lists the names of the files of the output at `real`, sorted. Returns `None` if there is no manifest.
pub(super) fn names(real: &Path) -> Option<Vec<String>> {
    let text = load(real).ok()??;
    let names = text.lines().skip(1).filter_map(|line| line.split_once(' ')).filter(|(word, _)| *word != "end");
    Some(names.map(|(_, name)| name.to_owned()).collect())
}

/// Returns the text of the manifest at `real`, or `None` if it doesn't exist.
fn load(real: &Path) -> Result<Option<String>, Failure> {
    let place = real.join(MANIFEST);
    match fs::read(&place) {
        Ok(bytes) => Ok(Some(String::from_utf8(bytes).unwrap_or_default())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(MachineError::new("read", &place)(error).into()),
    }
}

/// Reads the text of a manifest. `out` is how the user knows the output.
fn interpret(text: String, out: &Path) -> Result<Manifest, Failure> {
    let shown = out.display();
    let help = format!("delete the folder `{shown}` after checking what it contains, then build again");
    if text.split(' ').nth(1).and_then(|version| version.parse().ok()).is_some_and(|version: u32| version > VERSION) {
        let message = format!("the output `{shown}` was written by a later version of Rolebook");
        return Err(Refusal::new(message, format!("update Rolebook; or {help}")).into());
    }
    let Some(files) = parse(&text) else {
        let message =
            format!("`{MANIFEST}` in the output `{shown}` is damaged, so Rolebook cannot tell which files it wrote");
        return Err(Refusal::new(message, help).into());
    };
    Ok(Manifest { files, text })
}

/// Lists the parent folders of `name`, nearest first.
pub(super) fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/')).map(|(folder, _)| folder)
}

/// Parses the text of a manifest. Returns `None` if anything about it is wrong.
fn parse(text: &str) -> Option<BTreeMap<String, Ours>> {
    let mut lines = text.lines();
    let state = lines.next()?.strip_prefix(TITLE)?.strip_prefix(" 1 ")?;
    if !matches!(state, "open" | "closed") {
        return None;
    }
    let mut files = Vec::new();
    let mut count = None;
    for line in lines {
        let (word, rest) = line.split_once(' ')?;
        if count.is_some() {
            return None;
        } else if word == "end" {
            count = Some(rest.parse::<usize>().ok()?);
        } else if is_valid_name(rest) {
            files.push((rest.to_owned(), hashes(word)?));
        } else {
            return None;
        }
    }
    let lines = files.len();
    // Building a map from a sorted list is faster than inserting one file after the other. If a name occurs
    // twice, the map is shorter than the list.
    let files = BTreeMap::from_iter(files);
    (count == Some(lines) && files.len() == lines).then_some(files)
}

fn hashes(word: &str) -> Option<Ours> {
    let (first, second) = word.split_once(',').map_or((word, None), |(first, second)| (first, Some(second)));
    let second = match second {
        Some(second) => Some(Hash::from_hex(second).ok()?),
        None => None,
    };
    Some(Ours(Hash::from_hex(first).ok()?, second))
}

/// Returns the text of a manifest. `open` is true while files are being moved.
pub(super) fn text<'a>(files: impl Iterator<Item = (&'a str, Ours)>, open: bool) -> String {
    let mut text = format!("{TITLE} {VERSION} {}\n", if open { "open" } else { "closed" });
    let mut count = 0;
    for (name, Ours(first, second)) in files {
        text.push_str(&first.to_hex());
        if let Some(second) = second {
            text.push(',');
            text.push_str(&second.to_hex());
        }
        text.push(' ');
        text.push_str(name);
        text.push('\n');
        count += 1;
    }
    // Writing to a string doesn't fail.
    let _ = writeln!(text, "end {count}");
    text
}

/// Returns whether `name` is a valid name for a file below the output folder and isn't one of our
/// private names.
pub(super) fn is_valid_name(name: &str) -> bool {
    let odd = |byte: u8| byte.is_ascii_control() || cfg!(windows) && matches!(byte, b'\\' | b':');
    let private = name.get(..10).is_some_and(|start| start.eq_ignore_ascii_case(".rolebook-"));
    !private && !name.bytes().any(odd) && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let (a, b) = (blake3::hash(b"a"), blake3::hash(b"b"));
        let files = [("a b/index.html", Ours(a, Some(b))), ("z.html", Ours(b, None))];
        let text = text(files.into_iter(), true);
        let read = parse(&text).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read["a b/index.html"], Ours(a, Some(b)));
        assert!(read["z.html"].has(b) && !read["z.html"].has(a));
    }

    #[test]
    fn a_damaged_manifest_is_not_read() {
        let hash = blake3::hash(b"").to_hex();
        let good = format!("rolebook-manifest 1 closed\n{hash} a\nend 1\n");
        assert!(parse(&good).is_some());
        for bad in [
            String::new(),
            good.replace("end 1\n", ""),
            good.replace("end 1", "end 2"),
            good.replace(" a\n", " ../a\n"),
            good.replace(" a\n", " /a\n"),
            good.replace(" a\n", " .rolebook-lock\n"),
            good.replace(&hash[..4], "xxxx"),
            good.replace("closed", "ajar"),
            format!("{good}end 1\n"),
            format!("rolebook-manifest 1 closed\n{hash} a\n{hash} a\nend 1\n"),
            format!("rolebook-manifest 1 closed\n{hash} a\n{hash} a\nend 2\n"),
        ] {
            assert!(parse(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn names_stay_below_the_output() {
        for name in ["index.html", "a/b.html", ".well-known/x", "ä ö", "a..b"] {
            assert!(is_valid_name(name), "{name}");
        }
        for name in ["", "/a", "a//b", "a/", "../a", "a/../b", "./a", "a\nb", ".rolebook-new/a", ".Rolebook-Lock"] {
            assert!(!is_valid_name(name), "{name}");
        }
    }
}
