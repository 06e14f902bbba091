//! `rolebook mv`: moves a chapter and updates every reference to it.
//!
//! Input: the chapter's name, its new name, and a project. Output: moved and edited files, or a
//! list of each line that would change. Refuses moves that would add findings to the handbook.

use std::path::Path;

use serde_json::{Value, json};

use super::load::{Loaded, shown};
use super::writing::{self, Attempt};
use super::{Outcome, argument, close, say, say_json, say_text};
use crate::author::opened::{ADVICE, Change, opened};
use crate::author::relocate::{Edit, Move, NoMove, Relocation, apply, plan};
use crate::cli::Mv;
use crate::text::path::SourcePath;
use crate::text::source::Sources;
use crate::world::disk::{Refusal, Step, Writer};
use crate::world::report::{location, plural};

/// Runs the command.
pub fn run(options: &Mv) -> Outcome {
    let words = format!("mv {} {}", options.old, options.new);
    if !options.dry_run && writing::resumes(&options.dir, &words)? {
        return Ok(true);
    }
    writing::try_again(|| attempt(options, &words))
}

/// Refuses a move after which readers would see chapters that an index hides from them now.
fn refuse_to_publish(plan: &Relocation, loaded: &Loaded) -> Result<(), Refusal> {
    let sources = &loaded.inputs.sources;
    let after = plan.after(sources);
    let place = |path: &SourcePath| plan.new_place(path);
    let change = Change { before: sources, after: &after, place: &place };
    let opened = opened(change, &loaded.project.title()).map_err(|finding| loaded.unreadable(&finding))?;
    let Some(opened) = opened else { return Ok(()) };
    let named: Vec<String> = opened.chapters.iter().map(|path| shown(&loaded.project.content, path.as_str())).collect();
    let message = format!(
        "the move would show {} to {}, because an index hides the folder now; nothing was moved",
        named.join(", "),
        opened.who()
    );
    Err(Refusal::new(message, ADVICE.to_owned()))
}

/// Plans the move based on the current files, and carries it out.
fn attempt(options: &Mv, words: &str) -> Result<bool, Attempt> {
    let mut loaded = Loaded::open(&options.dir, None)?;
    loaded.need_all_read("a file that could not be read may refer to what moves, so nothing was moved")?;
    let writer = Writer::of(&loaded.project);
    let content = loaded.project.content.clone();
    let inside = |name: &str| in_content(name, &content);
    let planned = plan(&loaded.inputs.sources, &loaded.project.title(), &inside(&options.old), &inside(&options.new));
    let plan = match planned {
        Ok(plan) => plan,
        Err(NoMove::Refused(message, help)) => return Err(Refusal::new(message, help).into()),
        Err(NoMove::Unreadable(finding)) => return Err(loaded.unreadable(&finding).into()),
        Err(NoMove::Breaks(findings, after)) => {
            loaded.inputs.sources = *after;
            let message = "the handbook would have the findings above, so nothing was moved";
            let help = "choose another name, or fix what the findings report first";
            return Err(loaded.refusal(&findings, message, help).into());
        }
    };
    refuse_to_publish(&plan, &loaded)?;
    for moved in &plan.moves {
        writer.check_new(&moved.to)?;
    }
    if options.json && options.dry_run {
        say_json(&json(&plan, &content, false));
        return Ok(true);
    }
    if options.dry_run {
        say_text(&listing(&plan, &loaded));
        say("Nothing was changed, because this was a dry run.");
        return Ok(true);
    }
    let written = writer.write(writing::deed(words, ""), &steps(&plan, &loaded.inputs.sources));
    let written = written.map_err(|unwritten| Attempt::Unwritten(unwritten, content.clone()))?;
    if options.json {
        say_json(&json(&plan, &content, true));
        written.told();
        return Ok(true);
    }
    for moved in &plan.moves {
        say(&format!("moved {} to {}", shown(&content, moved.from.as_str()), shown(&content, moved.to.as_str())));
    }
    let files = plan.edits.keys().filter(|path| plan.new_place(path) == **path).count();
    close(&format!(
        "{} and {} updated; the old addresses redirect to the new ones. Next: `rolebook check{}`",
        plural(plan.references, "reference"),
        plural(files, "file"),
        argument(&options.dir)
    ));
    writing::note(&written, &content);
    written.told();
    Ok(true)
}

/// Returns the report for programs.
fn json(plan: &Relocation, content: &Path, written: bool) -> Value {
    let name = |path: &SourcePath| shown(content, path.as_str());
    let moved = |moved: &Move| json!({ "from": name(&moved.from), "to": name(&moved.to) });
    let edited: Vec<String> = plan.edits.keys().map(|path| name(&plan.new_place(path))).collect();
    json!({
        "written": written,
        "moved": plan.moves.iter().map(moved).collect::<Vec<_>>(),
        "edited": edited,
        "references": plan.references,
    })
}

/// Strips the content directory from a path, because shell completion produces paths that start
/// with that directory.
fn in_content(name: &str, content: &Path) -> String {
    let folder = content.to_string_lossy().replace('\\', "/");
    let plain = name.trim_start_matches("./");
    let inside = plain.strip_prefix(folder.trim_start_matches("./")).and_then(|rest| rest.strip_prefix('/'));
    inside.filter(|_| folder != ".").unwrap_or(plain).to_owned()
}

/// Lists the steps of a plan. All files move first, and then texts change, at the new paths of
/// their files.
pub fn steps(plan: &Relocation, sources: &Sources) -> Vec<Step> {
    let moves = plan.moves.iter().map(|moved| {
        // The plan depends only on the contents of chapters, so it doesn't matter whether other
        // files have changed.
        let file = sources.files.get(&moved.from).filter(|_| moved.from.is_chapter());
        Step::Move { from: moved.from.clone(), to: moved.to.clone(), before: file.map(|file| file.hash) }
    });
    let edits = plan.edits.keys().filter_map(|path| {
        let before = sources.bytes(path)?.to_vec();
        let after = plan.edited(path, &before);
        (before != after).then(|| Step::Replace { path: plan.new_place(path), before, after })
    });
    moves.chain(edits).collect()
}

/// Lists the moves and each changed line in the style of a patch.
fn listing(plan: &Relocation, loaded: &Loaded) -> String {
    let name = |path: &SourcePath| shown(&loaded.project.content, path.as_str());
    let mut out = String::new();
    for moved in &plan.moves {
        out.push_str(&format!("move {} to {}\n", name(&moved.from), name(&moved.to)));
    }
    for (path, edits) in &plan.edits {
        let Some(bytes) = loaded.inputs.sources.bytes(path) else { continue };
        out.push_str(&format!("--- {}\n+++ {}\n", name(path), name(&plan.new_place(path))));
        let mut rest = edits.as_slice();
        while let Some(first) = rest.first() {
            let (lines, count) = hunk(bytes, first, rest);
            rest = &rest[count..];
            out.push_str(&lines);
        }
    }
    out
}

/// Formats the lines that `first` changes, together with the edits after it that change the same
/// lines. Returns the number of edits that the result covers.
fn hunk(bytes: &[u8], first: &Edit, edits: &[Edit]) -> (String, usize) {
    let start = bytes[..first.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |n| n + 1);
    let end_of = |at: usize| bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n);
    let is_insertion = first.start == first.end && first.start == start && first.text.ends_with('\n');
    let mut end = if is_insertion { start } else { end_of(first.end) };
    let mut count = 1;
    while let Some(next) = edits.get(count).filter(|next| !is_insertion && next.start <= end) {
        end = end.max(end_of(next.end));
        count += 1;
    }
    let number = location(bytes, start).line;
    let after = apply(bytes, start..end, &edits[..count]);
    let draw = |sign: char, part: &[u8]| {
        let text = String::from_utf8_lossy(part).into_owned();
        text.lines().map(|line| format!("{sign}{}\n", line.trim_end_matches('\r'))).collect::<String>()
    };
    (format!("@@ line {number} @@\n{}{}", draw('-', &bytes[start..end]), draw('+', &after)), count)
}
