//! Finds the chapter to move and its new path.
//!
//! Input: two names as the user typed them. Output: the files that move. Refuses new paths that are
//! taken or invalid.

use crate::chapter::document::Meta;
use crate::declare::config::FILE;
use crate::model::compile::Handbook;
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::{SourcePath, fold, join};
use crate::text::source::Sources;

use super::{Move, NoMove};

fn refused<T>(message: String, help: &str) -> Result<T, NoMove> {
    Err(NoMove::Refused(message, help.to_owned()))
}

/// Returns the files that move when `old` becomes `new`.
pub fn moves(sources: &Sources, handbook: &Handbook, old: &str, new: &str) -> Result<Vec<Move>, NoMove> {
    let meta = find(handbook, old)?;
    let new = new.replace('\\', "/");
    let is_folder = meta.path.is_index() && !SourcePath::new(new.as_str()).is_chapter();
    if is_folder && meta.path.folder().is_empty() {
        let help = "change its title, or move its text into another chapter";
        return refused("the home page can't be moved".to_owned(), help);
    }
    let from = if is_folder { SourcePath::new(meta.path.folder()) } else { meta.path.clone() };
    let to = destination(&from, &new, is_folder)?;
    if from == to {
        return refused(format!("`{from}` is there already"), "give it another name");
    }
    let moves: Vec<Move> = if is_folder {
        let inside = format!("{from}/");
        if to.as_str().starts_with(&inside) {
            return refused(format!("`{from}` can't move into itself"), "choose a place outside it");
        }
        let files = sources.files.keys().filter_map(|path| Some((path, path.as_str().strip_prefix(&inside)?)));
        files.map(|(path, rest)| Move { from: path.clone(), to: SourcePath::new(format!("{to}/{rest}")) }).collect()
    } else {
        vec![Move { from, to }]
    };
    for moved in &moves {
        let same = |path: &&SourcePath| fold(path.as_str()) == fold(moved.to.as_str()) && **path != moved.from;
        if let Some(there) = sources.files.keys().find(same) {
            let message = format!("`{there}` already exists, so nothing was moved");
            return refused(message, "move it first, or choose another name");
        }
    }
    Ok(moves)
}

/// Finds a chapter by its path or name.
fn find<'a>(handbook: &'a Handbook, old: &str) -> Result<&'a Meta, NoMove> {
    let book = &handbook.book;
    let cleaned = old.replace('\\', "/");
    let cleaned = cleaned.trim_start_matches("./");
    if let Some(chapter) = book.at_path(&SourcePath::new(cleaned)) {
        return Ok(book.meta(chapter));
    }
    match book.names.find(cleaned) {
        [one] => Ok(book.meta(*one)),
        [] => {
            let near = nearest(old, handbook.documents.iter().map(|document| document.meta.id.as_str()), 2);
            let help =
                did_you_mean(&near).unwrap_or_else(|| "give its ID, or its path in the handbook's folder".to_owned());
            refused(format!("no chapter called `{old}`"), &help)
        }
        several => {
            let paths: Vec<String> = several.iter().map(|chapter| format!("`{}`", book.meta(*chapter).path)).collect();
            refused(format!("`{old}` could be {}", paths.join(" or ")), "name it by its path")
        }
    }
}

/// Returns the new path of `from`, based on what the user typed.
fn destination(from: &SourcePath, new: &str, is_folder: bool) -> Result<SourcePath, NoMove> {
    if new.trim().is_empty() {
        return refused("a chapter needs a name".to_owned(), "name the file, or the folder to move it to");
    }
    let named = new.trim_start_matches("./");
    let wanted = if named.ends_with('/') || named.is_empty() {
        join(named.trim_end_matches('/'), from.file_name())
    } else if named.contains('/') {
        join("", named)
    } else {
        join(from.folder(), named)
    };
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return refused(format!("`{new}` leads out of the handbook's folder"), "name a place inside it");
    };
    let is_whole = is_folder || from.extension().is_empty() || SourcePath::new(wanted.as_str()).is_chapter();
    let path = SourcePath::new(if is_whole { wanted } else { format!("{wanted}.{}", from.extension()) });
    let is_hidden = path.as_str().split('/').any(|part| part.starts_with('.'));
    if is_hidden || path.unportable_part().is_some() || [FILE, "SUMMARY.md"].contains(&path.as_str()) {
        return refused(format!("no chapter can be called `{path}`"), "use letters, digits and dashes");
    }
    Ok(path)
}
