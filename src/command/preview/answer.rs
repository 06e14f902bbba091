//! What the desk answers in general: values as JSON, and refusals in sentences.
//!
//! Input: a value, or why something can't be done. Output: an [`Answer`]. Never looks at the handbook.

use std::io;

use serde::Serialize;

use crate::text::path::{UrlPath, decode_percent};
use crate::world::disk::Unwritten;
use crate::world::server::Answer;

#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a str,
}

/// Makes an answer of a value.
pub fn json(status: u16, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).unwrap_or_default();
    Answer { status, media: "application/json", body, location: None, policy: None }
}

/// Makes an answer that says in a sentence why not.
pub fn refuse(status: u16, sentence: &str) -> Answer {
    json(status, &Refusal { error: sentence })
}

/// Returns the address that a page named by its path in the browser.
pub fn address(path: &str) -> UrlPath {
    let path = path.trim_start_matches('/');
    UrlPath::new(decode_percent(path).unwrap_or_else(|| path.to_owned()))
}

/// Says why a file was not written. Whatever it was, the file is as before.
pub fn failed(unwritten: &Unwritten) -> Answer {
    let error = match unwritten {
        Unwritten::Machine(error) => error,
        Unwritten::Refused(refusal) => return refuse(422, &sentences(&refusal.message, &refusal.help)),
        Unwritten::Taken(path) => return refuse(409, &format!("`{path}` is there already. Nothing was changed.")),
        Unwritten::Changed(path) => {
            let why = format!("Somebody else changed `{path}` at the same moment");
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

/// Messages begin small and end without a full stop, as terminals like it.
pub fn sentences(message: &str, help: &str) -> String {
    let sentence = |text: &str| {
        let mut chars = text.chars();
        chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
    };
    format!("{} {}", sentence(message), sentence(help))
}
