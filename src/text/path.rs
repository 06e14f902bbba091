//! Defines paths of files in the content folder and of pages in the site.
//!
//! Input: text from the directory walk, the configuration or the model. Output: a [`SourcePath`] or
//! [`UrlPath`], and the relative link from one page to another. Never touches files, and never
//! contains an absolute path of the machine.

use std::fmt;
use std::sync::Arc;

use super::slug::LONGEST_PART;
use borsh::{BorshDeserialize, BorshSerialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The extensions of Markdown files. Where one ends like another, the longer one comes first.
const CHAPTER_ENDINGS: &[&str] = &[
    ".html.md.erb",
    ".html.markdown",
    ".html.md",
    ".md.erb",
    ".md",
    ".mdx",
    ".markdown",
    ".mdown",
    ".mkdn",
    ".mkd",
    ".qmd",
    ".rmd",
];

/// The names of files that are the index page of their folder.
const INDEX_NAMES: [&str; 3] = ["index", "readme", "_index"];

/// The path of a file relative to the content root: UTF-8, separated by `/`, with no leading `/`
/// and no `.` or `..`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
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
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Iterates over the folders that contain the file, innermost first; the last is the root,
    /// which is an empty string.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let above = |folder: &str| folder.rfind('/').unwrap_or(0);
        std::iter::successors(Some(self.folder()), move |folder| (!folder.is_empty()).then(|| &folder[..above(folder)]))
    }

    /// Returns the last component of the path.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// Returns the file's name without its last extension; that of a chapter may have several parts,
    /// such as `.html.md.erb`.
    pub fn stem(&self) -> &str {
        match self.chapter_ending() {
            Some(ending) => &self.file_name()[..self.file_name().len() - ending.len()],
            None => self.parts_of_name().0,
        }
    }

    /// Returns the extension as written, without its dot, or an empty string if there is none.
    pub fn extension(&self) -> &str {
        self.parts_of_name().1
    }

    fn parts_of_name(&self) -> (&str, &str) {
        let name = self.file_name();
        name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).unwrap_or((name, ""))
    }

    /// Returns whether the file is a chapter, that is, has a Markdown extension.
    pub fn is_chapter(&self) -> bool {
        self.chapter_ending().is_some()
    }

    /// Returns the Markdown extension with its dot, or `None` if the file has none or no name before
    /// it.
    fn chapter_ending(&self) -> Option<&'static str> {
        // This is called for every file after each save, so it doesn't search for where the name begins.
        let path = self.0.as_bytes();
        let has = |end: &&&'static str| {
            let (name, rest) = path.split_at(path.len().saturating_sub(end.len()));
            rest.eq_ignore_ascii_case(end.as_bytes()) && name.last().is_some_and(|byte| *byte != b'/')
        };
        CHAPTER_ENDINGS.iter().find(has).copied()
    }

    /// Returns whether the chapter is the index page of its folder (`index.md`, `README.md`, or
    /// `_index.md` as in Hugo and Zola).
    pub fn is_index(&self) -> bool {
        self.is_chapter() && INDEX_NAMES.iter().any(|name| self.stem().eq_ignore_ascii_case(name))
    }

    /// Returns whether another generator may take the chapter for the index of its folder: an index
    /// with a language or a number, such as `index.en.md` in Hugo and `01-index.md` in Docusaurus.
    pub fn may_be_index(&self) -> bool {
        let stem = self.stem();
        let unnumbered = stem.trim_start_matches(|c: char| c.is_ascii_digit());
        let stem = if unnumbered.len() == stem.len() { stem } else { unnumbered.trim_start_matches(['-', '.', ' ']) };
        let is_language = |end: &str| end.len() >= 2 && end.len() <= 10 && !end.contains(char::is_whitespace);
        let stem = stem.split_once('.').filter(|(_, end)| is_language(end)).map_or(stem, |(stem, _)| stem);
        let is_name = |stem: &str| INDEX_NAMES.iter().any(|name| stem.eq_ignore_ascii_case(name));
        self.is_chapter() && (is_name(stem) || is_name(stem.trim_start_matches('_')))
    }

    /// Returns whether the name is that of an index, whatever its format is: `index.mdx`,
    /// `README.rst` and `index.md.orig`, but not the files of a website, such as `index.html`.
    pub fn is_named_like_index(&self) -> bool {
        const OF_SITES: [&str; 9] = ["html", "htm", "js", "mjs", "css", "json", "xml", "svg", "png"];
        let (stem, rest) = self.file_name().split_once('.').unwrap_or((self.file_name(), ""));
        let is_of_site = OF_SITES.iter().any(|extension| rest.eq_ignore_ascii_case(extension));
        !is_of_site && INDEX_NAMES.iter().any(|name| stem.eq_ignore_ascii_case(name))
    }

    /// Returns the path without its extension, or the folder for an index.
    pub fn without_extension(&self) -> &str {
        if self.is_index() {
            return self.folder();
        }
        let dotted = self.file_name().len() - self.stem().len();
        &self.0[..self.0.len() - dotted]
    }

    /// Returns the first path component that isn't a valid file name on Windows (Microsoft, "Naming
    /// Files, Paths, and Namespaces").
    pub fn unportable_part(&self) -> Option<&str> {
        self.0.split('/').find(|part| {
            part.contains(['<', '>', ':', '"', '|', '?', '*', '\\'])
                || part.contains(|c: char| c.is_ascii_control())
                || part.ends_with(['.', ' '])
                || is_device(part)
        })
    }
}

/// Returns whether Windows reads a name as that of a device, whatever its ending (Microsoft, "Naming
/// Files, Paths, and Namespaces").
pub fn is_device(name: &str) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    // Windows ignores spaces between the name of a device and the ending.
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ').to_ascii_lowercase();
    let number = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).unwrap_or_default();
    let mut digits = number.chars();
    let is_numbered = digits.next().is_some_and(|digit| digit.is_ascii_digit() || matches!(digit, '¹' | '²' | '³'))
        && digits.next().is_none();
    DEVICES.contains(&stem.as_str()) || is_numbered
}

/// The longest path that programs on Windows open, in UTF-16 code units, including the drive
/// (Microsoft, "Maximum Path Length Limitation").
const LONGEST_ON_WINDOWS: usize = 260;
/// How much of it is left for the folder of a project, its content folder and the name of a page in the
/// folder that the path becomes.
const OF_PROJECT: usize = 80;

impl SourcePath {
    /// Returns whether programs on Windows may not be able to open the file in an ordinary project.
    pub fn is_long_on_windows(&self) -> bool {
        self.0.encode_utf16().count() > LONGEST_ON_WINDOWS - OF_PROJECT
    }
}

/// If a path is written with backslashes, returns help that spells it for every system.
pub fn help_for_backslashes(path: &str) -> Option<String> {
    path.contains('\\').then(|| format!("write `/` between folders: `{}`", path.replace('\\', "/")))
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
        let mut link = String::with_capacity(3 * up + to.len() - shared);
        (0..up).for_each(|_| link.push_str("../"));
        encode_into(&to[shared..], PATH, &mut link);
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
        encode_path(&self.0)
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

/// What stays as it is in a path besides letters and digits: `/` and most of RFC 3986's `pchar`
/// (section 3.3).
const PATH: &[u8] = b"/-._~!$()*+,;=:@";

fn encode_path(path: &str) -> String {
    encode_percent(path, PATH)
}

/// Percent-encodes everything except ASCII letters, digits and the signs in `plain`.
pub fn encode_percent(text: &str, plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(text, plain, &mut out);
    out
}

fn encode_into(text: &str, plain: &[u8], out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            continue;
        }
        // What lies between two signs is plain ASCII, but the parts of one character touch.
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(&format!("%{byte:02X}"));
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

/// Decodes percent-encoding; returns `None` if a `%` isn't followed by two hex digits or the result
/// isn't UTF-8.
pub fn decode_percent(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut out = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        out.push(u8::from_str_radix(digits, 16).ok()?);
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(out).ok()
}

/// Returns the host of a URL in lower case, without user and port, or an empty string.
pub fn host_of(url: &str) -> String {
    let rest = url.split_once("//").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    host.to_lowercase()
}

/// Returns the form of a name that is used to compare names: Unicode normalization form C, in lower
/// case, with single spaces.
pub fn fold(name: &str) -> String {
    let is_normal = |text: &str| text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes;
    let lower = if is_normal(name) { name.to_lowercase() } else { name.nfc().collect::<String>().to_lowercase() };
    let mut out = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    // Converting to lower case can produce text that isn't in normalization form C (for example,
    // from a capital I with a dot above).
    if is_normal(&out) { out } else { out.nfc().collect() }
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
    let is_plain = alias.chars().all(|c| crate::text::slug::is_of_word(c) || matches!(c, '-' | '.' | '/' | '~'));
    let trimmed = alias.trim_matches('/');
    let before = alias.split(['#', '?']).next().unwrap_or_default();
    let has_ending = before.ends_with(['/']) || before.ends_with(".md") || before.ends_with(".html");
    let is_address = alias.starts_with(['/', '.']) || has_ending;
    let climbs = alias.split('/').any(|part| matches!(part, "." | ".."));
    let faults = [
        (alias.contains("://"), "leave out the scheme and the host"),
        (alias.starts_with('\\') || alias.ends_with('\\'), "write `/` between folders, such as `/guides/old`"),
        (is_address && before != alias, "leave out everything from `#` or `?` on: servers can't redirect by it"),
        (is_address && climbs, "write it from the root of the site, such as `/guides/old`"),
        (is_address && alias.contains('%'), "write the characters themselves instead of codes such as `%20`"),
        (is_address && (trimmed.is_empty() || !is_plain), "use only letters, digits, `-`, `_`, `.` and `/`"),
        (is_address && is_too_long(trimmed), "shorten it: file systems allow names of at most 255 bytes"),
    ];
    if let Some((_, help)) = faults.into_iter().find(|(is_so, _)| *is_so) {
        return OldName::Unusable(help);
    }
    // A single word with a capital letter is another title, not an old URL.
    let is_title = !alias.contains(['/', '.']) && alias.chars().any(char::is_uppercase);
    if trimmed.is_empty() || climbs || is_title || !is_plain || is_too_long(trimmed) {
        return OldName::Title;
    }
    OldName::Address(trimmed)
}

/// Returns whether a URL path can't be written as a file, because a part of it or the whole is too
/// long. POSIX's `PATH_MAX` is 4,096 bytes on Linux and 1,024 on macOS, including the output folder.
fn is_too_long(address: &str) -> bool {
    address.len() > 800 || address.split('/').any(|part| part.len() > LONGEST_PART)
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
    fn an_old_name_that_no_file_can_have_is_not_an_address() {
        let long = "a".repeat(LONGEST_PART + 1);
        assert_eq!(old_name(&long), OldName::Title);
        assert!(matches!(old_name(&format!("/guides/{long}/")), OldName::Unusable(_)));
        assert_eq!(old_name(&long[1..]), OldName::Address(&long[1..]));
        assert!(matches!(old_name(&"/a".repeat(500)), OldName::Unusable(_)));
    }

    #[test]
    fn an_index_with_a_language_or_a_number_may_be_the_index_of_its_folder() {
        for name in
            ["index.md", "a/index.en.md", "_index.fr.md", "01-index.md", "00-README.md", "0.index.md", "1__index.md"]
        {
            assert!(SourcePath::new(name).may_be_index(), "{name}");
        }
        for name in ["a.en.md", "indexes.md", "01-intro.md", "index.html"] {
            assert!(!SourcePath::new(name).may_be_index(), "{name}");
        }
    }

    #[test]
    fn names_that_windows_cannot_write_are_recognized() {
        for bad in ["a:b.md", "x/what?.md", "NUL.md", "com1", "aux.tar.gz", "end./a.md", "end /a.md", "a\\b.md"] {
            assert!(SourcePath::new(bad).unportable_part().is_some(), "{bad}");
        }
        for good in ["a.md", "console.md", "com.md", "com10.md", ".hidden", "100%/a#b & c.md", "\u{1f600}.md"] {
            assert_eq!(SourcePath::new(good).unportable_part(), None);
        }
    }

    #[test]
    fn spaces_before_the_ending_and_control_characters_are_no_names_on_windows() {
        for bad in [
            "aux .md",
            "NUL  .tar.gz",
            "com\u{b9}.md",
            "LPT\u{b3}",
            "conin$",
            "CONOUT$.txt",
            "a\tb.md",
            "x/a .",
            "x /a",
        ] {
            assert!(SourcePath::new(bad).unportable_part().is_some(), "{bad}");
        }
        for good in ["auxiliary .md", "com\u{2074}.md", "lpt", "com12", "con-in.md", "a .md"] {
            assert_eq!(SourcePath::new(good).unportable_part(), None, "{good}");
        }
    }

    #[test]
    fn a_path_is_long_if_windows_could_not_open_it_in_an_ordinary_folder() {
        let folders = |n: usize| SourcePath::new(format!("{}a.md", "abcdefghi/".repeat(n)));
        assert!(!folders(17).is_long_on_windows() && folders(18).is_long_on_windows());
        // Windows counts code units: a letter of another script is one, and an emoji is two.
        assert!(!SourcePath::new("\u{e4}".repeat(180)).is_long_on_windows());
        assert!(SourcePath::new("\u{1f600}".repeat(91)).is_long_on_windows());
    }

    #[test]
    fn backslashes_are_explained() {
        assert_eq!(help_for_backslashes("a\\b.md").as_deref(), Some("write `/` between folders: `a/b.md`"));
        assert_eq!(help_for_backslashes("a/b.md"), None);
        assert!(matches!(old_name("\\guides\\old\\"), OldName::Unusable(_)));
    }

    #[test]
    fn every_name_of_a_windows_device_is_recognized_in_any_case_and_with_any_ending() {
        let numbered = (0..10).flat_map(|n| [format!("com{n}"), format!("lpt{n}")]);
        for device in ["con", "prn", "aux", "nul"].into_iter().map(str::to_owned).chain(numbered) {
            for name in [device.clone(), device.to_uppercase(), format!("{device}.md"), format!("a/{device}/b.md")] {
                assert!(SourcePath::new(name.as_str()).unportable_part().is_some(), "{name}");
            }
            for name in [format!("{device}s.md"), format!("a-{device}.md"), format!("my {device}")] {
                assert_eq!(SourcePath::new(name.as_str()).unportable_part(), None, "{name}");
            }
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
    fn names_are_compared_by_normal_form_and_without_case() {
        assert_eq!(fold("Cafe\u{301} \n Rules"), fold("CAFÉ rules"));
        assert_eq!(fold("product-leader"), "product-leader");
    }

    #[test]
    fn a_reference_outside_the_content_folder_is_rejected() {
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
    fn percent_decoding_rejects_anything_but_utf8() {
        assert_eq!(decode_percent("a%20b").as_deref(), Some("a b"));
        assert_eq!(decode_percent("a%2"), None);
        assert_eq!(decode_percent("%ff"), None);
    }

    #[test]
    fn an_alias_is_a_title_an_old_url_or_unusable() {
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
