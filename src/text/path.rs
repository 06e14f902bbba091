//! Defines paths of files in the content folder and of pages in the site.
//!
//! Input: text from the directory walk, the configuration or the model. Output: a [`SourcePath`] or
//! [`UrlPath`], and the relative link from one page to another. Never touches files, and never
//! contains an absolute path of the machine.

use std::fmt;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The path of a file relative to the content root: UTF-8, separated by `/`, with no leading `/`
/// and no `.` or `..`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePath(Arc<str>);

impl SourcePath {
    /// Creates a path from text that is already relative and separated by `/`.
    pub fn new(path: impl Into<Arc<str>>) -> Self {
        Self(path.into())
    }

    /// Returns the whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the folder without a trailing `/`, or an empty string at the content root.
    pub fn folder(&self) -> &str {
        &self.0[..self.last_slash().unwrap_or(0)]
    }

    /// Iterates over the folders that contain the file, innermost first; the last is the root,
    /// which is an empty string.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let above = |folder: &str| folder.rfind('/').unwrap_or(0);
        std::iter::successors(Some(self.folder()), move |folder| (!folder.is_empty()).then(|| &folder[..above(folder)]))
    }

    fn last_slash(&self) -> Option<usize> {
        self.0.bytes().rposition(|byte| byte == b'/')
    }

    /// Returns the last component of the path.
    pub fn file_name(&self) -> &str {
        self.last_slash().map_or(&*self.0, |slash| &self.0[slash + 1..])
    }

    /// Returns the file's name without its last extension.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }

    /// Returns the extension as written, without its dot, or an empty string if there is none.
    pub fn extension(&self) -> &str {
        match self.file_name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension,
            _ => "",
        }
    }

    /// Returns whether the file is a chapter, that is, has a Markdown extension.
    pub fn is_chapter(&self) -> bool {
        // This function runs many times for every file, so it looks only at the end of the path.
        let bytes = self.0.as_bytes();
        let has = |end: &[u8]| {
            bytes.len().checked_sub(end.len()).is_some_and(|at| {
                bytes[at..].eq_ignore_ascii_case(end) && at.checked_sub(1).is_some_and(|before| bytes[before] != b'/')
            })
        };
        has(b".md") || has(b".markdown")
    }

    /// Returns whether the chapter is the index page of its folder (`index.md`, `README.md`, or
    /// `_index.md` as in Hugo and Zola).
    pub fn is_index(&self) -> bool {
        self.is_chapter() && ["index", "readme", "_index"].iter().any(|name| self.stem().eq_ignore_ascii_case(name))
    }

    /// Returns the path without its extension, or the folder for an index.
    pub fn without_extension(&self) -> &str {
        if self.is_index() {
            return self.folder();
        }
        let extension = self.extension();
        if extension.is_empty() { &self.0 } else { &self.0[..self.0.len() - extension.len() - 1] }
    }
}

impl SourcePath {
    /// Returns the first path component that isn't a valid file name on Windows (Microsoft, "Naming
    /// Files, Paths, and Namespaces").
    pub fn unportable_part(&self) -> Option<&str> {
        const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
        let is_numbered = |stem: &str| {
            let stem = stem.as_bytes();
            stem.len() == 4 && (stem.starts_with(b"com") || stem.starts_with(b"lpt")) && stem[3].is_ascii_digit()
        };
        self.0.split('/').find(|part| {
            let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
            part.contains(['<', '>', ':', '"', '|', '?', '*', '\\'])
                || part.ends_with(['.', ' '])
                || DEVICES.contains(&stem.as_str())
                || is_numbered(&stem)
        })
    }
}

impl fmt::Debug for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The decoded URL path of a page or file in the site, without a leading `/`.
///
/// An empty path is the home page, a path that ends in `/` is a folder's `index.html`, and anything
/// else is a file name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UrlPath(Arc<str>);

impl UrlPath {
    /// Creates a URL path from a decoded path without a leading `/`.
    pub fn new(path: impl Into<Arc<str>>) -> Self {
        Self(path.into())
    }

    /// Returns the decoded path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the file in the output folder that is served at this URL.
    pub fn output_file(&self) -> String {
        if self.0.is_empty() || self.0.ends_with('/') { format!("{}index.html", self.0) } else { self.0.to_string() }
    }

    /// Returns whether this is the URL of an HTML page.
    pub fn is_page(&self) -> bool {
        self.0.is_empty()
            || self.0.ends_with('/')
            || self.0.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("html"))
    }

    /// Returns the percent-encoded relative link from the page at `self` to `target`.
    ///
    /// A page links to itself as `./` (or its file name), so the result is never empty.
    #[must_use]
    pub fn link_to(&self, target: &UrlPath) -> String {
        let (from, to) = (self.0.as_ref(), target.0.as_ref());
        // The longest common prefix that ends in `/` is the folder that the link starts from.
        let same = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
        let shared = from.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        let up = from[shared..].matches('/').count();
        let mut link = String::with_capacity(3 * up + to.len() - shared + 2);
        for _ in 0..up {
            link.push_str("../");
        }
        encode_path_into(&to[shared..], &mut link);
        if link.is_empty() {
            link.push_str("./");
        } else if link.split('/').next().is_some_and(|first| first.contains(':')) {
            // RFC 3986, section 4.2: a first segment with a colon would be read as a scheme.
            link.insert_str(0, "./");
        }
        link
    }

    /// Returns the percent-encoded path without a leading `/`.
    #[must_use]
    pub fn encoded(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        encode_path_into(&self.0, &mut out);
        out
    }
}

impl fmt::Debug for UrlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

impl fmt::Display for UrlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

/// Appends a path, percent-encoding everything except `/` and most of RFC 3986's `pchar` (section
/// 3.3).
fn encode_path_into(path: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$()*+,;=:@".contains(&byte);
    let mut last = 0;
    for (at, byte) in path.bytes().enumerate().filter(|(_, byte)| !is_plain(*byte)) {
        // Within a multi-byte character, `last` isn't at a character boundary, so `get` returns
        // `None`. Nothing has to be copied there, because only ASCII bytes are copied as they are.
        out.push_str(path.get(last..at).unwrap_or_default());
        out.push('%');
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
        last = at + 1;
    }
    out.push_str(path.get(last..).unwrap_or_default());
}

/// Decodes percent-encoding; returns `None` if a `%` isn't followed by two hex digits or the result
/// isn't UTF-8.
pub fn decode_percent(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

/// Returns the form of a name that is used to compare names: Unicode normalization form C, in lower
/// case, with single spaces.
pub fn fold(name: &str) -> String {
    if name.is_ascii() {
        let mut out = String::with_capacity(name.len());
        for word in name.split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        out.make_ascii_lowercase();
        return out;
    }
    let lower: String = if is_nfc_quick(name.chars()) == IsNormalized::Yes {
        name.to_lowercase()
    } else {
        name.nfc().collect::<String>().to_lowercase()
    };
    let mut out = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    // Converting to lower case can produce text that isn't in normalization form C (for example,
    // from a capital I with a dot above).
    if is_nfc_quick(out.chars()) == IsNormalized::Yes { out } else { out.nfc().collect() }
}

/// Resolves `reference` against `folder`, or against the root if it begins with `/`; returns `None`
/// if the result is outside the root.
pub fn join(folder: &str, reference: &str) -> Option<String> {
    let is_relative = !folder.is_empty() && !reference.starts_with('/');
    let mut parts: Vec<&str> = if is_relative { folder.split('/').collect() } else { Vec::new() };
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The meaning of a chapter's alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldName<'a> {
    /// Another title.
    Title,
    /// An old URL path, without leading and trailing slashes.
    Address(&'a str),
    /// An alias that looks like a URL but can't be redirected. Contains the help text.
    Unusable(&'static str),
}

/// Determines whether an alias is a title or an old URL.
pub fn old_name(alias: &str) -> OldName<'_> {
    let plain = |c: char| crate::text::slug::is_of_word(c) || matches!(c, '-' | '.' | '/' | '~');
    let trimmed = alias.trim_matches('/');
    let before = alias.split(['#', '?']).next().unwrap_or_default();
    let has_ending = before.ends_with(['/']) || before.ends_with(".md") || before.ends_with(".html");
    let is_address = alias.starts_with(['/', '.']) || has_ending;
    let climbs = alias.split('/').any(|part| matches!(part, "." | ".."));
    if alias.contains("://") {
        return OldName::Unusable("leave out the scheme and the host");
    }
    if is_address && before.len() < alias.len() {
        return OldName::Unusable("leave out what begins with `#` or `?`: no server can tell by it");
    }
    if is_address && climbs {
        return OldName::Unusable("write it from the root of the site, such as `/guides/old`");
    }
    if is_address && alias.contains('%') {
        return OldName::Unusable("write the signs themselves instead of `%20` and the like");
    }
    if is_address && (trimmed.is_empty() || !alias.chars().all(plain)) {
        return OldName::Unusable("write an address of letters, digits, `-`, `_`, `.` and `/`");
    }
    // A single word with a capital letter is another title, not an old URL.
    let is_title = !alias.contains(['/', '.']) && alias.chars().any(char::is_uppercase);
    if trimmed.is_empty() || climbs || is_title || !alias.chars().all(plain) {
        return OldName::Title;
    }
    OldName::Address(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_a_path_end_with_the_root() {
        assert_eq!(SourcePath::new("a/b/c.md").folders().collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(SourcePath::new("c.md").folders().collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn names_that_windows_cannot_write_are_known() {
        for bad in ["a:b.md", "x/what?.md", "NUL.md", "com1", "aux.tar.gz", "end./a.md", "end /a.md", "a\\b.md"] {
            assert!(SourcePath::new(bad).unportable_part().is_some(), "{bad}");
        }
        for good in ["a.md", "console.md", "com.md", "com10.md", ".hidden", "100%/a#b & c.md", "\u{1f600}.md"] {
            assert_eq!(SourcePath::new(good).unportable_part(), None);
        }
    }

    #[test]
    fn links_are_relative_to_the_page() {
        let link = |from: &str, to: &str| UrlPath::new(from).link_to(&UrlPath::new(to));
        assert_eq!(link("", "roles/"), "roles/");
        assert_eq!(link("roles/a/", "roles/b/"), "../b/");
        assert_eq!(link("roles/a/", ""), "../../");
        assert_eq!(link("roles/a/", "roles/a/"), "./");
        assert_eq!(link("roles/a.html", "roles/b.html"), "b.html");
        assert_eq!(link("a/", "assets/x y.png"), "../assets/x%20y.png");
        assert_eq!(link("", "a:b.html"), "./a:b.html");
    }

    #[test]
    fn names_fold_by_normal_form_and_case() {
        assert_eq!(fold("Cafe\u{301} \n Rules"), fold("CAFÉ rules"));
        assert_eq!(fold("product-leader"), "product-leader");
    }

    #[test]
    fn a_reference_out_of_the_content_is_refused() {
        assert_eq!(join("roles", "../strategy/a.md").as_deref(), Some("strategy/a.md"));
        assert_eq!(join("roles", "../../etc/passwd"), None);
    }

    #[test]
    fn an_index_stands_for_its_folder() {
        assert_eq!(SourcePath::new("roles/README.md").without_extension(), "roles");
        assert_eq!(SourcePath::new("roles/product.leader.md").without_extension(), "roles/product.leader");
        assert!(!SourcePath::new("roles/.md").is_chapter());
    }

    #[test]
    fn percent_decoding_refuses_what_is_not_utf8() {
        assert_eq!(decode_percent("a%20b").as_deref(), Some("a b"));
        assert_eq!(decode_percent("a%2"), None);
        assert_eq!(decode_percent("%ff"), None);
    }

    #[test]
    fn an_alias_is_a_title_an_old_address_or_one_that_cannot_be() {
        for title in ["Head of Product", "C#", "What's next?", "PO", "R&D/Product", ""] {
            assert_eq!(old_name(title), OldName::Title, "{title}");
        }
        assert_eq!(old_name("/guides/old/"), OldName::Address("guides/old"));
        assert_eq!(old_name("old.md"), OldName::Address("old.md"));
        for unusable in ["../old", "./old.md", "/old#part", "/old?x=1", "https://a.example/old", "/a b/", "/", "/a%20b"]
        {
            assert!(matches!(old_name(unusable), OldName::Unusable(_)), "{unusable}");
        }
    }
}
