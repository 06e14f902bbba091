//! Proposes changes as a branch, as requested by an open page.
//!
//! Input: the site that is shown, the repository that contains it, and a page's request. Output: what
//! has changed since the newest commit, a branch with one commit, and Git's answer to a push. A push
//! follows only a request of its own, which names the address that the author has seen. Never shows
//! or proposes a change of text that the audience of the preview may not see.

mod changes;
mod host;

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use self::changes::{Changed, find, proposed, sees_everything, words};
use super::answer::{json, refuse, sentences};
use super::undo::sight::Sight;
use crate::past::history;
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::text::slug::chapter_stem;
use crate::world::git::{Author, Missing, Remote, Repository};
use crate::world::server::Answer;

/// The beginning of the name of each branch.
const PREFIX: &str = "proposal-";
/// The maximum number of characters of the line that says why.
const LONGEST: usize = 200;
/// The maximum number of earlier proposals to look at.
const MOST_EARLIER: usize = 10;
/// The maximum number of words of that line in a branch's name.
const MOST_WORDS: usize = 8;

const NO_COMMIT: &str = "This project has no commit yet, so there is nothing to compare with. Make the first one by hand: git add -A && git commit -m \"First version\".";
const NO_AUTHOR: &str = "Git doesn't know your name yet. Set it once in a terminal, and try again: git config --global user.name \"Your Name\" && git config --global user.email you@example.org.";
const MOVED_ON: &str = "The files have changed since you looked at them. Look again, and then propose.";

/// A request to commit changes on a branch.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The commit that the author saw the changes against.
    base: String,
    /// One line that says why.
    why: String,
    /// The chosen files.
    files: Vec<Chosen>,
}

/// A chosen file, and the state in which the author saw it.
#[derive(Debug, Deserialize)]
struct Chosen {
    path: String,
    state: String,
}

/// A request to push a branch.
#[derive(Debug, Deserialize)]
pub struct Sent {
    /// The name of the branch.
    branch: String,
    /// The address that the author saw.
    address: String,
}

/// Answers with what has changed since the newest commit.
pub fn list(site: &Site, content: &Path) -> Answer {
    answered(|| {
        let (repository, base) = open(content)?;
        let found = find(site, &repository, &base)?;
        let all: Vec<&Changed> = found.files.iter().filter(|file| file.refused.is_none()).collect();
        let author = repository.author()?;
        let by_hand = |file: &Changed| by_hand(&repository, file);
        let branches = repository.branches(PREFIX, MOST_EARLIER)?;
        let earlier = proposed(&repository, &found.files, &branches)?;
        // The name of a branch says why it was made, and that may be meant for fewer readers.
        let sees_everything = sees_everything(site);
        let is_of_change = |branch: &&String| sees_everything && earlier.values().any(|other| other == *branch);
        let proposals: Vec<&String> = branches.iter().filter(is_of_change).collect();
        let files: Vec<Value> = found
            .files
            .iter()
            .map(|file| {
                let mut value = file.value(site);
                value["proposed"] = json!(earlier.contains_key(&file.path));
                value["hand"] = json!(file.refused.as_ref().map(|_| by_hand(file)));
                value
            })
            .collect();
        Ok(json!({
            "base": found.base,
            "branch": repository.branch(),
            "files": files,
            "hidden": found.hidden,
            "words": words(site, &all),
            "author": author.as_ref().map(|author| format!("{} <{}>", author.name, author.email)),
            "nobody": author.is_none().then_some(NO_AUTHOR),
            "hooks": repository.hooks(),
            "proposals": proposals,
        }))
    })
}

/// Commits the chosen changes on a new branch.
pub fn commit(site: &Site, content: &Path, wanted: &Wanted) -> Answer {
    answered(|| {
        let (repository, base) = open(content)?;
        let why: String =
            wanted.why.split(|c: char| c.is_whitespace() || c.is_control()).fold(String::new(), |line, word| {
                if line.is_empty() || word.is_empty() { line + word } else { line + " " + word }
            });
        if why.is_empty() || why.chars().count() > LONGEST {
            return Err(No::new(refuse(422, "Say in one line why, in at most 200 characters.")));
        }
        let author = repository.author()?.ok_or_else(|| No::new(refuse(409, NO_AUTHOR)))?;
        let found = find(site, &repository, &base)?;
        let chosen = chosen(&repository, &found.files, wanted, &base)?;
        let message = message(&why, &words(site, &chosen));
        let files: Vec<_> = chosen.iter().flat_map(|file| file.files()).collect();
        let commit =
            repository.commit_files(&base, &files, (&author, &message)).map_err(|missing| No::unwritten(&missing))?;
        let branch = branch(&repository, &commit, &why, &author)?;
        Ok(result(site, &repository, &branch, &commit))
    })
}

/// Finds the chosen files among the changes.
fn chosen<'a>(
    repository: &Repository,
    files: &'a [Changed],
    wanted: &Wanted,
    base: &str,
) -> Result<Vec<&'a Changed>, No> {
    if wanted.files.is_empty() {
        return Err(No::new(refuse(422, "Choose at least one chapter.")));
    }
    let same =
        |chosen: &Chosen| files.iter().find(|file| file.path.as_str() == chosen.path && file.state() == chosen.state);
    let found: Option<Vec<&Changed>> = wanted.files.iter().map(same).collect();
    let found = found.filter(|_| wanted.base == base).ok_or_else(|| No::new(refuse(409, MOVED_ON)))?;
    match found.iter().find(|file| file.refused.is_some()) {
        Some(file) => {
            let attribute = file.refused.as_deref().unwrap_or_default();
            let why = format!("Git converts {} when it is committed ({attribute})", file.path);
            Err(No::new(refuse(422, &format!("{why}. Commit it by hand: {}", by_hand(repository, file)))))
        }
        None => Ok(found),
    }
}

/// Returns the commands that commit a file by hand.
fn by_hand(repository: &Repository, file: &Changed) -> String {
    let path = repository.path_in_repository(&file.path).replace('\'', "'\\''");
    format!("git switch -c my-proposal && git add -- ':/{path}' && git commit")
}

/// Returns the text of the commit: why, and what changes in the handbook's words.
fn message(why: &str, words: &[(&'static str, Vec<String>)]) -> String {
    let part = |(part, lines): &(&str, Vec<String>)| format!("\n{part}:\n- {}\n", lines.join("\n- "));
    format!("{why}\n{}", words.iter().map(part).collect::<String>())
}

/// Creates the branch, named after the day of the commit and the first words of why.
fn branch(repository: &Repository, commit: &str, why: &str, author: &Author) -> Result<String, No> {
    let seconds = repository.seconds(commit)?;
    let day = history::day(seconds).map(|day| format!("{day}-")).unwrap_or_default();
    let first: Vec<&str> = why.split(' ').take(MOST_WORDS).collect();
    let name = format!("{PREFIX}{day}{}", chapter_stem(&first.join(" ")));
    repository.create_branch(name.trim_end_matches('-'), commit, author).map_err(|missing| No::unwritten(&missing))
}

/// Describes a branch that was made, and where it can go.
fn result(site: &Site, repository: &Repository, branch: &str, commit: &str) -> Value {
    let (remote, problem) = match repository.remote() {
        Ok(remote) => (remote, None),
        Err(missing) => (None, Some(sentence(&words_of(&missing)))),
    };
    let remote = remote.map(|remote| {
        let unsent = repository.unsent(commit, &remote).saturating_sub(1);
        let page = host::page(&remote.address, branch);
        json!({ "name": remote.name, "address": remote.shown(), "unsent": unsent, "host": page.map(|page| page.host) })
    });
    let patch = may_hand_out(site, repository, commit);
    json!({ "branch": branch, "commit": commit, "remote": remote, "problem": problem, "patch": patch })
}

/// Answers with a proposal that was made earlier.
pub fn earlier(site: &Site, content: &Path, branch: &str) -> Answer {
    answered(|| {
        let (repository, commit) = proposal(content, branch)?;
        Ok(result(site, &repository, branch, &commit))
    })
}

/// Pushes a branch to the address that the author has seen.
pub fn push(content: &Path, wanted: &Sent) -> Answer {
    answered(|| {
        let (repository, _) = proposal(content, &wanted.branch)?;
        let remote = repository.remote()?;
        let Some(remote) = remote.filter(|remote| remote.shown() == wanted.address) else {
            return Err(No::new(refuse(
                409,
                "The address of the remote has changed since you saw it. Nothing was sent.",
            )));
        };
        match repository.push(&remote, &wanted.branch) {
            Ok(()) => {
                let page = host::page(&remote.address, &wanted.branch);
                let page = page.map(|page| json!({ "host": page.host, "what": page.what, "url": page.url }));
                Ok(json!({ "pushed": wanted.branch, "address": remote.shown(), "page": page }))
            }
            Err(said) => Err(No::new(unsent(&remote, &wanted.branch, &said))),
        }
    })
}

/// Says why a push failed, in Git's words, and the way out.
fn unsent(remote: &Remote, branch: &str, said: &str) -> Answer {
    let error = "The branch wasn't sent. It is still here, and nothing was changed.";
    let hand = format!("git push {} {branch}", remote.name);
    json(502, &json!({ "error": error, "said": said, "hand": hand }))
}

/// Answers with a branch as a patch file.
pub fn patch(site: &Site, content: &Path, branch: &str) -> Answer {
    let found = || -> Result<Vec<u8>, No> {
        let (repository, commit) = proposal(content, branch)?;
        if !may_hand_out(site, &repository, &commit) {
            return Err(No::new(refuse(409, "A patch of this branch would contain text for another audience.")));
        }
        Ok(repository.patch(&commit)?)
    };
    match found() {
        Ok(bytes) => Answer::new(200, "application/octet-stream", bytes),
        Err(No(answer)) => *answer,
    }
}

/// Returns whether a patch of a commit contains nothing for another audience. A patch also quotes
/// lines next to those that changed.
fn may_hand_out(site: &Site, repository: &Repository, commit: &str) -> bool {
    if sees_everything(site) {
        return true;
    }
    let prefix = repository.path_in_repository(&SourcePath::new(""));
    let is_open = |name: &String| {
        let Some(path) = name.strip_prefix(&prefix).map(SourcePath::new) else { return false };
        let text = |revision: &str| {
            let tree = repository.tree(revision).ok()?;
            let Some(entry) = tree.get(&path) else { return Some(None) };
            repository.blobs([entry.id.as_str()].into_iter()).ok()?.pop().map(Some)
        };
        let shows = |bytes: &[u8]| Sight::of(site, &path, bytes).is_some_and(|sight| sight.is_open());
        let is_shown = |text: Option<Option<Vec<u8>>>| text.is_some_and(|text| text.is_none_or(|text| shows(&text)));
        is_shown(text(&format!("{commit}^"))) && is_shown(text(commit))
    };
    repository.changed_by(commit).is_ok_and(|names| names.iter().all(is_open))
}

/// Finds the newest commit of a branch. Refuses every branch that can't have been made here.
fn proposal(content: &Path, branch: &str) -> Result<(Repository, String), No> {
    let missing = || No::new(refuse(404, "There is no such proposal."));
    let is_plain = |c: char| c == '-' || c == '_' || c.is_alphanumeric();
    if !branch.starts_with(PREFIX) || !branch.chars().all(is_plain) {
        return Err(missing());
    }
    let repository = Repository::find(content)?;
    let commit = repository.commit(&format!("refs/heads/{branch}"))?;
    Ok((repository, commit.ok_or_else(missing)?))
}

/// Finds the repository and its newest commit.
fn open(content: &Path) -> Result<(Repository, String), No> {
    let repository = Repository::find(content)?;
    let base = repository.commit("HEAD")?;
    let base = base.ok_or_else(|| No::new(refuse(409, NO_COMMIT)))?;
    Ok((repository, base))
}

fn answered(answer: impl FnOnce() -> Result<Value, No>) -> Answer {
    match answer() {
        Ok(value) => json(200, &value),
        Err(No(answer)) => *answer,
    }
}

/// The answer to a request that can't be carried out.
struct No(Box<Answer>);

impl No {
    fn new(answer: Answer) -> Self {
        Self(Box::new(answer))
    }

    /// Says that Git failed to write. It writes objects and a branch, and no files.
    fn unwritten(missing: &Missing) -> Self {
        let words = words_of(missing);
        Self::new(refuse(409, &format!("Git could not write the proposal: {words}. Your files are unchanged.")))
    }
}

impl From<Missing> for No {
    fn from(missing: Missing) -> Self {
        Self::new(refuse(409, &sentence(&words_of(&missing))))
    }
}

fn words_of(missing: &Missing) -> String {
    match missing {
        Missing::Broken(words) => words.clone(),
        other => other.to_string(),
    }
}

fn sentence(words: &str) -> String {
    sentences(words, "").trim_end().to_owned()
}
