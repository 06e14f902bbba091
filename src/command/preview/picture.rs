//! Saves a picture that was pasted or dropped into a passage, next to the chapter.
//!
//! Input: the site that is shown, the chapter, and the bytes of the picture with a name that the
//! page proposes. Output: a new file in the chapter's folder, and what the page needs to link to
//! it. Accepts only formats that can't run anything, which it tells by their bytes. Never
//! overwrites a file, and the journal keeps the change, so it can be taken back.

use serde::Deserialize;
use serde_json::json;

use super::answer::{failed, json, refuse};
use crate::command::writing::deed;
use crate::site::urls::Site;
use crate::text::path::SourcePath;
use crate::text::slug::chapter_stem;
use crate::world::disk::{Step, Unwritten, Writer};
use crate::world::server::Answer;

/// The name of the request.
pub const ROUTE: &str = "edit/picture";
/// The maximum size of a picture, in bytes.
const LARGEST: usize = 8 << 20;
/// The maximum size of a request: a picture in Base64, and its name.
pub const LARGEST_BODY: usize = 12 << 20;
/// The number of names to try before giving up.
const MOST_NAMES: usize = 200;
/// The first word of a picture's entry in the journal.
const WORD: &str = "picture";
/// The name of the audience in the journal if the handbook is shown for everybody.
const EVERYBODY: &str = "-";
/// The extensions of the formats.
const EXTENSIONS: [&str; 4] = ["png", "jpg", "webp", "gif"];

/// A picture for a chapter.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The path of the chapter's file, as the preview told the page.
    path: String,
    /// What to name the file after, without an extension: the alternative text, the old file name
    /// or a heading.
    name: String,
    /// The bytes in Base64.
    data: String,
}

/// Saves a picture.
pub fn save(site: &Site, writer: &Writer, wanted: &Wanted) -> Answer {
    let chapter = SourcePath::new(wanted.path.as_str());
    // A chapter that the audience can't see isn't part of the site that is shown.
    if site.handbook().book.at_path(&chapter).is_none() {
        return refuse(404, "This chapter is not part of the handbook any more. The picture was not saved.");
    }
    let Some(bytes) = decoded(&wanted.data) else { return refuse(400, "This request is not understood.") };
    if bytes.len() > LARGEST {
        return refuse(413, "The picture is larger than 8 MB. Make it smaller, and paste it again.");
    }
    let extension = match format(&bytes) {
        Ok(extension) => extension,
        Err(why) => return refuse(415, why),
    };
    let Ok(size) = imagesize::blob_size(&bytes) else {
        return refuse(415, "This picture is damaged: its size can't be read. It was not saved.");
    };
    let audience = site.handbook().config.audience.as_deref().unwrap_or(EVERYBODY);
    let words = format!("{WORD} {audience} {chapter}");
    for path in names(&chapter, &wanted.name, extension) {
        if is_taken(site, &path) {
            continue;
        }
        let step = Step::Create { path: path.clone(), text: bytes.clone() };
        match writer.write(deed(&words, ""), &[step]) {
            Err(Unwritten::Taken(_)) => {}
            Err(unwritten) => return failed(&unwritten),
            Ok(written) => {
                written.told();
                let (width, height) = (size.width, size.height);
                let answer = json!({ "path": path.as_str(), "link": path.file_name(), "width": width, "height": height, "bytes": bytes.len() });
                return json(200, &answer);
            }
        }
    }
    refuse(409, "There are too many pictures of this name. The picture was not saved.")
}

/// Returns the paths to try for a picture: a name, and then the same name with numbers.
fn names(chapter: &SourcePath, name: &str, extension: &str) -> impl Iterator<Item = SourcePath> {
    let named = Some(chapter_stem(name)).filter(|stem| !stem.is_empty());
    let stem = named.unwrap_or_else(|| {
        Some(chapter_stem(chapter.stem())).filter(|stem| !stem.is_empty()).unwrap_or_else(|| WORD.to_owned())
    });
    let folder = if chapter.folder().is_empty() { String::new() } else { format!("{}/", chapter.folder()) };
    let numbered = move |n: usize| {
        let number = if n == 1 { String::new() } else { format!("-{n}") };
        SourcePath::new(format!("{folder}{stem}{number}.{extension}"))
    };
    (1..=MOST_NAMES).map(numbered).filter(|path| path.unportable_part().is_none())
}

/// Returns whether the name is that of another file, on systems that don't distinguish case too.
fn is_taken(site: &Site, path: &SourcePath) -> bool {
    let lower = path.as_str().to_lowercase();
    site.sources().files.keys().any(|other| other.as_str().to_lowercase() == lower)
}

/// Returns the extension for a format, or the reason why the picture isn't accepted.
fn format(bytes: &[u8]) -> Result<&'static str, &'static str> {
    let starts = |start: &[u8]| bytes.starts_with(start);
    if starts(b"\x89PNG\r\n\x1a\n") {
        Ok("png")
    } else if starts(b"\xff\xd8\xff") {
        Ok("jpg")
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Ok("webp")
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Ok("gif")
    } else if bytes[..bytes.len().min(4096)].windows(4).any(|word| word.eq_ignore_ascii_case(b"<svg")) {
        Err(
            "An SVG picture can contain scripts, so it can't be pasted. If you trust it, put the file into the handbook's folder.",
        )
    } else {
        Err("Only PNG, JPEG, WebP and GIF pictures can be saved here.")
    }
}

/// Decodes Base64 (RFC 4648, section 4).
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            let six = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(six);
        }
        let whole = match group.len() {
            1 => return None,
            length => length * 6 / 8,
        };
        bits <<= 24 - 6 * group.len();
        out.extend_from_slice(&bits.to_be_bytes()[1..=whole]);
    }
    Some(out)
}

/// Returns whether a path is that of a picture, judging by its extension.
pub fn is_picture(path: &SourcePath) -> bool {
    EXTENSIONS.iter().any(|known| path.extension().eq_ignore_ascii_case(known))
}

/// Returns whether the page may know of a picture that was saved from a page, given the words of its
/// entry in the journal. The handbook has to be shown for the audience for which the picture was
/// saved, and nothing that is hidden now may name the picture.
pub fn may_know(site: &Site, words: &str, path: &SourcePath) -> bool {
    let mut words = words.splitn(3, ' ');
    let (Some(WORD), Some(audience), Some(chapter)) = (words.next(), words.next(), words.next()) else { return false };
    let handbook = site.handbook();
    let is_shown = handbook.book.at_path(&SourcePath::new(chapter)).is_some();
    if !is_shown || audience != handbook.config.audience.as_deref().unwrap_or(EVERYBODY) {
        return false;
    }
    let name = path.file_name().as_bytes();
    let names_it = |bytes: &[u8]| bytes.windows(name.len()).any(|part| part == name);
    let chapters = || site.sources().files.iter().filter(|(path, _)| path.is_chapter());
    site.content().shown.contains(path) || !chapters().any(|(_, file)| names_it(&file.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_as_the_standard_says() {
        for (text, wanted) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba")]
        {
            assert_eq!(decoded(text).as_deref(), Some(wanted.as_bytes()), "{text}");
        }
        assert_eq!(decoded("+/+/").as_deref(), Some(&b"\xfb\xff\xbf"[..]));
        for bad in ["Z", "Zm9vY", "Zm 9", "Zm=v", "Zm-_"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_picture_is_named_after_words_and_never_after_a_device_or_a_folder() {
        let first = |chapter: &str, name: &str| {
            names(&SourcePath::new(chapter), name, "png").next().map(|path| path.to_string()).unwrap_or_default()
        };
        assert_eq!(first("guides/a.md", "The team, in May 2026"), "guides/the-team-in-may-2026.png");
        assert_eq!(first("a.md", "../../etc/passwd"), "etcpasswd.png");
        assert_eq!(first("guides/a.md", " ?! "), "guides/a.png");
        assert_eq!(first("guides/a.md", "con"), "guides/con-2.png");
        assert_eq!(first("?.md", ""), "picture.png");
        let second = names(&SourcePath::new("a.md"), "Team", "jpg").nth(1);
        assert_eq!(second.map(|path| path.to_string()).as_deref(), Some("team-2.jpg"));
    }

    #[test]
    fn formats_are_told_by_their_bytes() {
        assert_eq!(format(b"\x89PNG\r\n\x1a\n..."), Ok("png"));
        assert_eq!(format(b"RIFF\0\0\0\0WEBPVP8 "), Ok("webp"));
        assert!(format(b"RIFF\0\0\0\0WAVE").is_err());
        assert!(format(b"<?xml version=\"1.0\"?><SVG xmlns=").is_err_and(|why| why.contains("SVG")));
        assert!(format(b"<html>").is_err() && format(b"").is_err());
    }
}
