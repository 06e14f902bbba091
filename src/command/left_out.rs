//! Describes in plain words which parts of the content directory are not published.
//!
//! Input: the files that were read, the compiled handbook, and which files are published. Output:
//! text for the closing lines of `build`, `check` and `serve`. Never prints anything itself.

use crate::declare::withheld;
use crate::model::check::Why;
use crate::model::compile::Handbook;
use crate::site::publish::Content;
use crate::world::disk::{Inputs, Project};

/// The maximum number of files to name individually.
const NAMED: usize = 10;

/// Returns the number of files and folders of each kind that are left out, to append to a line, as
/// in `; 3 drafts and 2 folders of dependencies were left out`, or nothing if nothing is left out.
pub fn summary(inputs: &Inputs, handbook: &Handbook, content: &Content) -> String {
    let absent = |why: Why| handbook.absent.iter().filter(|absent| absent.why == why).count();
    let files = &handbook.config.publish.files;
    let is_secret = |path: &&crate::text::path::SourcePath| {
        !path.is_chapter() && withheld::is_secret(path.file_name()) && !files.names_exactly(path)
    };
    let secrets = inputs.foreign.secrets + inputs.sources.files.keys().filter(is_secret).count();
    let comments = handbook.documents.iter().map(|document| document.body.comments).sum();
    let counts = [
        (absent(Why::Draft), "draft", "drafts"),
        (
            absent(Why::Underscore),
            "chapter whose name starts with an underscore",
            "chapters whose names start with an underscore",
        ),
        (
            absent(Why::Excluded),
            "chapter that another generator's settings exclude",
            "chapters that another generator's settings exclude",
        ),
        (inputs.foreign.dependencies, "folder of dependencies", "folders of dependencies"),
        (inputs.foreign.outputs, "folder with a built site", "folders with a built site"),
        (comments, "comment between `%%`", "comments between `%%`"),
        (secrets, "file of settings or secrets", "files of settings or secrets"),
        (content.unreferenced.len(), "file that nothing refers to", "files that nothing refers to"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    let total: usize = counts.iter().map(|(count, ..)| count).sum();
    let left = list(&parts).map(|list| format!("{list} {} left out", if total == 1 { "was" } else { "were" }));
    let of_static = content.of_static.map(|(generator, count)| {
        let (files, are) = if count == 1 { ("file", "is") } else { ("files", "are") };
        format!("{count} {files} of {generator}'s static folder {are} published")
    });
    left.into_iter().chain(of_static).map(|said| format!("; {said}")).collect()
}

/// Returns a text that names the generator whose conventions are followed, or `None` if there is none.
pub fn read_as(inputs: &Inputs, project: &Project, handbook: &Handbook) -> Option<String> {
    let generator = handbook.config.generator?;
    let inside = project.content.strip_prefix(&project.root).unwrap_or(&project.content);
    let folder = project.is_foreign.then_some(inside);
    let of_folder = folder.map(|folder| format!("; its chapters are in `{}/`", folder.display())).unwrap_or_default();
    Some(format!("note: read as {}{of_folder}", generator.described(&inputs.sources)))
}

/// Returns a text that names the files to which nothing refers and explains how to publish one, or
/// `None` if there are no such files.
pub fn hint(content: &Content) -> Option<String> {
    let mut names: Vec<String> = content.unreferenced.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = content.unreferenced.len().saturating_sub(NAMED);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let them = if content.unreferenced.len() == 1 { ("it is", "this file") } else { ("they are", "these files") };
    let list = list(&names)?;
    Some(format!(
        "nothing refers to {}, so {} not published: {list}; to publish a file, link to it or list it in handbook.toml under `[publish] files`",
        them.1, them.0
    ))
}

/// Joins parts with commas and `and`.
fn list(parts: &[String]) -> Option<String> {
    let (last, first) = parts.split_last()?;
    Some(if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) })
}
