//! Creates the responses to open pages that edit: values as JSON, and errors as plain sentences.
//!
//! Input: a value, or the reason why something can't be done. Output: an [`Answer`]. Never looks at
//! the handbook.

use std::io;

use serde::Serialize;
use serde_json::json;

use crate::text::path::{UrlPath, decode_percent};
use crate::world::disk::Unwritten;
use crate::world::server::Answer;

/// Returns an answer that contains a value as JSON.
pub fn json(status: u16, value: &impl Serialize) -> Answer {
    Answer::new(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
}

/// Returns an answer that contains a sentence explaining the refusal.
pub fn refuse(status: u16, sentence: &str) -> Answer {
    json(status, &json!({ "error": sentence }))
}

/// Returns the URL path of a page, given its path as the browser sends it.
pub fn address(path: &str) -> UrlPath {
    let path = path.trim_start_matches('/');
    UrlPath::new(decode_percent(path).unwrap_or_else(|| path.to_owned()))
}

/// Explains why a file wasn't written. The file is unchanged in every case.
pub fn failed(unwritten: &Unwritten) -> Answer {
    let error = match unwritten {
        Unwritten::Machine(error) => error,
        Unwritten::Refused(refusal) => return refuse(422, &sentences(&refusal.message, &refusal.help)),
        Unwritten::Taken(path) => return refuse(409, &format!("`{path}` is there already. Nothing was changed.")),
        Unwritten::Changed(path) => {
            let why = format!("`{path}` was changed at the same moment, by someone else or in another tab");
            return refuse(409, &format!("{why}. Nothing was changed, and your text is still here."));
        }
    };
    let (status, why) = match error.source.kind() {
        io::ErrorKind::FileTooLarge if error.doing == "read" => (413, "The file is too large to be read"),
        io::ErrorKind::NotFound => (410, "The file is gone: somebody deleted or renamed it"),
        io::ErrorKind::PermissionDenied => (403, "The file is write-protected"),
        io::ErrorKind::ReadOnlyFilesystem => (403, "The folder is write-protected"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            (507, "There is no room left on the disk")
        }
        _ => (500, "The file could not be written"),
    };
    refuse(status, &format!("{why}. Nothing was changed, and your text is still here."))
}

/// Turns a message and its help text into sentences. Either may be empty.
pub fn sentences(message: &str, help: &str) -> String {
    let texts = [message, help].into_iter().filter(|text| !text.is_empty());
    texts.map(sentence).collect::<Vec<_>>().join(" ")
}

/// Turns a message, which starts in lower case and has no full stop, into a sentence.
pub fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_in_upper_case_and_end_with_one_mark() {
        assert_eq!(sentences("no such level", "did you mean `a`?"), "No such level. Did you mean `a`?");
        assert_eq!(sentences("no such level", ""), "No such level.");
        assert_eq!(sentences("ändern", "done."), "Ändern. Done.");
    }
}
