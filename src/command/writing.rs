//! Contains code for the commands that write to authors' files. It finishes interrupted commands,
//! tries again if a file was saved meanwhile, and explains failures.
//!
//! Input: the writer of a project, and the words that identify a command. Output: failures and
//! notes as text. Reads the clock, so that no lower layer has to do so.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::load::shown;
use super::say;
use crate::world::disk::{Deed, Failure, Finished, Project, Receipt, Refusal, Unwritten, Writer};

/// The maximum number of times that a command makes a plan and tries to carry it out. It tries
/// again if a file was saved in between.
pub const TRIES: usize = 6;
/// The pause before the next attempt, because some editors move the old file away before they write
/// the new one.
const PAUSE: Duration = Duration::from_millis(25);

/// Returns the Unix timestamp in milliseconds.
#[allow(clippy::disallowed_methods, reason = "the journal says when something was written, and no page reads it")]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the record of a command for the journal: its words, its input and the time.
pub fn deed<'a>(words: &'a str, input: &'a str) -> Deed<'a> {
    Deed { words, input, at: now() }
}

/// Finishes interrupted commands. If one of them is the command that is running now, returns it,
/// and there is nothing left to do.
///
/// # Errors
/// Fails if the machine couldn't finish the work.
pub fn begin(writer: &Writer, words: &str, input: &str) -> Result<Option<Finished>, Failure> {
    let mut own = None;
    for finished in writer.finish()? {
        let how = if finished.is_done { "is finished now" } else { "was undone, because a file has changed" };
        if finished.words == words && finished.input == input && finished.is_done {
            own = Some(finished);
        } else if finished.is_new {
            super::note(&format!("an interrupted `rolebook {}` {how}", finished.words));
        }
    }
    Ok(own)
}

/// Finishes interrupted commands of the project in `dir`, as [`begin`] does. Returns whether one of
/// them is the command that is running now, and reports that it has been completed.
///
/// # Errors
/// Fails if the project can't be read, or if the machine couldn't finish the work.
pub fn resumes(dir: &Path, words: &str) -> Result<bool, Failure> {
    if !dir.is_dir() {
        return Ok(false);
    }
    let project = Project::find(dir)?;
    let own = begin(&Writer::of(&project), words, "")?;
    if let Some(finished) = &own {
        say_finished(finished, &project.root);
    }
    Ok(own.is_some())
}

/// Reports that an earlier, interrupted command has now been completed.
pub fn say_finished(finished: &Finished, base: &Path) {
    for file in &finished.files {
        say(&format!("wrote {}", shown(base, file)));
    }
    say(&format!("`rolebook {}` had been interrupted; it is finished now.", finished.words));
    finished.told();
}

/// Runs `attempt` again, up to [`TRIES`] times in all, if one of its files is saved in the meantime.
///
/// # Errors
/// Returns the failure of the last attempt.
pub fn try_again<T>(mut attempt: impl FnMut() -> Result<T, Attempt>) -> Result<T, Failure> {
    for left in (0..TRIES).rev() {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(Attempt::Unwritten(Unwritten::Changed(_), _)) if left > 0 => std::thread::sleep(PAUSE),
            Err(Attempt::Unwritten(unwritten, content)) => return Err(refuse(unwritten, &content)),
            Err(Attempt::Failed(failure)) => return Err(failure),
        }
    }
    unreachable!("the last attempt returns")
}

/// The reason why an attempt failed.
pub enum Attempt {
    /// Nothing was written in this directory.
    Unwritten(Unwritten, std::path::PathBuf),
    /// Trying again would fail the same way.
    Failed(Failure),
}

impl<F: Into<Failure>> From<F> for Attempt {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

/// Explains why nothing was written in `content`.
pub fn refuse(unwritten: Unwritten, content: &Path) -> Failure {
    let (path, what, help) = match unwritten {
        Unwritten::Changed(path) => {
            (path, "was changed in the meantime", "run the command again when nobody is saving that file")
        }
        Unwritten::Taken(path) => (path, "is there already", "move it away first, or choose another name"),
        Unwritten::Refused(refusal) => return refusal.into(),
        Unwritten::Machine(error) => return error.into(),
    };
    Refusal::new(format!("`{}` {what}, and nothing was written", shown(content, path.as_str())), help).into()
}

/// Reports the files that editors saved at the same moment, and where those versions are kept.
pub fn note(written: &Receipt, content: &Path) {
    for (path, kept) in &written.late {
        let path = shown(content, path.as_str());
        super::note(&format!("`{path}` was saved at the same moment; that text is kept in {}", kept.display()));
    }
    for path in &written.again {
        let path = shown(content, path.as_str());
        super::note(&format!("`{path}` is there again: an editor saved it under its old name; both files were kept"));
    }
}
