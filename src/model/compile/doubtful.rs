//! Finds files that could be the index of a folder but aren't read as chapters.
//!
//! Input: the files of the content folder and the configuration. Output: the paths of such files,
//! each with a finding. Never decides about an index that is a chapter.
//!
//! An index hides the chapters in its folder from people who may not read it. If the index of a
//! folder is a symbolic link, or was written for another generator, nobody knows what it says about
//! audiences.

use super::is_chapter;
use crate::declare::config::Config;
use crate::declare::withheld;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::Sources;

/// A file that could be the index of its folder.
pub(super) struct Index {
    /// The path of the file.
    pub path: SourcePath,
    /// The place where the file mentions an audience, if it was read.
    mention: Option<Span>,
}

/// Returns the doubtful indexes in path order. There are none if no audiences are declared.
pub(super) fn indexes(sources: &Sources, config: &Config) -> Vec<Index> {
    if config.audiences.is_empty() {
        return Vec::new();
    }
    let of_chapters = |path: &SourcePath| path.is_index() && is_chapter(path, config);
    let has_index = |folder: &str| sources.files.keys().any(|path| path.folder() == folder && of_chapters(path));
    // If the folder's index was read, its copies and files in other formats don't matter.
    let is_doubtful = |path: &SourcePath| path.is_index() || !has_index(path.folder());
    let unread = sources.unread_indexes.iter().filter(|path| !sources.files.contains_key(path));
    let unread = unread.filter(|path| is_doubtful(path));
    let mut found: Vec<Index> = unread.map(|path| Index { path: path.clone(), mention: None }).collect();
    for (path, file) in &sources.files {
        let is_left_out = path.may_be_index() && withheld::part(path) == Some(withheld::Part::Underscore);
        let is_unread = path.is_named_like_index() || is_page_with_front_matter(path, &file.bytes);
        if (is_unread && !is_chapter(path, config) || is_left_out)
            && is_doubtful(path)
            && let Some(at) = mention(&file.bytes)
        {
            found.push(Index { path: path.clone(), mention: Some(at) });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Returns whether a file is the index of its folder as Jekyll and Hugo write it in HTML.
fn is_page_with_front_matter(path: &SourcePath, bytes: &[u8]) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    matches!(&*name, "index.html" | "_index.html" | "index.htm" | "readme.html") && bytes.starts_with(b"---")
}

/// Returns the first place where a text mentions an audience.
fn mention(bytes: &[u8]) -> Option<Span> {
    const WORD: &[u8] = b"audience";
    let at = bytes.windows(WORD.len()).position(|window| window.eq_ignore_ascii_case(WORD))?;
    Some(Span::new(at, at + WORD.len()))
}

impl Index {
    /// Returns the finding that says why chapters are hidden.
    pub fn finding(&self) -> Diagnostic {
        let folder = self.path.folder();
        let chapters =
            if folder.is_empty() { "all chapters".to_owned() } else { format!("the chapters in `{folder}/`") };
        let message = match self.mention {
            Some(_) => format!("this mentions an audience but isn't read as an index, so {chapters} are hidden"),
            None => format!("this could be an index but isn't read, so {chapters} are hidden"),
        };
        let help = "write the index as a regular file called `index.md`, or give this one another name";
        Diagnostic::new(Rule::AudienceMark, &self.path, self.mention, message).help(help)
    }
}
