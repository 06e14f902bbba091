//! Determines the addresses that other generators give to chapters, and the numbers in the names of
//! their files.
//!
//! Input: paths and front matter. Output: addresses as URL paths. Never decides which chapter gets an
//! address that several ask for (see `index/address`).

use crate::declare::generator::Generator;
use crate::text::path::{SourcePath, decode_percent, join};

/// Returns the URL path that a chapter asks for, without a leading `/`, or `None` if no page can have
/// it.
pub fn permalink(written: &str) -> Option<String> {
    let decoded = decode_percent(written.trim()).unwrap_or_else(|| written.trim().to_owned());
    let is_outside = decoded.starts_with("//") || decoded.contains("://");
    let path = decoded.trim_matches('/');
    let is_plain = join("", path).as_deref() == Some(path) && !path.split('/').any(|part| part.starts_with('.'));
    let is_name = SourcePath::new(path).unportable_part().is_none();
    let is_usable =
        is_plain && is_name && !path.contains(['?', '#', ':', '{', '}']) && !path.contains(char::is_control);
    (!is_outside && is_usable && !written.trim().is_empty()).then(|| path.to_owned())
}

/// Returns whether a chapter is a post of Jekyll, with its date in the name of its file.
pub fn is_post(path: &SourcePath) -> bool {
    post(path).is_some()
}

/// Returns the address of a post of Jekyll, without slashes at the ends: `2020/01/02/title`.
pub fn post(path: &SourcePath) -> Option<String> {
    let (above, _) =
        path.folder().rsplit_once("_posts").filter(|(_, rest)| rest.is_empty() || rest.starts_with('/'))?;
    let (date, title) = dated(path.stem())?;
    Some(format!("{above}{}/{title}", date.replace('-', "/")).trim_matches('/').to_owned())
}

/// Returns the address that a pattern of Jekyll gives to a post, or to a page of a collection, without
/// slashes at the ends. Returns `None` if something in the pattern isn't known.
pub fn by_pattern(pattern: &str, path: &SourcePath) -> Option<String> {
    let pattern = match pattern {
        "pretty" => "/:categories/:year/:month/:day/:title/",
        "none" => "/:categories/:title:output_ext",
        other => other,
    };
    let (top, below) = path.without_extension().split_once('/')?;
    let above = path.folder().rsplit_once("_posts").map_or("", |(above, _)| above);
    let (date, title) = dated(path.stem()).unwrap_or(("", path.stem()));
    let part = |at| date.get(at).unwrap_or_default();
    let parts = [
        (":output_ext", ".html"),
        (":categories", above),
        (":collection", top.trim_start_matches('_')),
        (":short_year", part(2..4)),
        (":i_month", part(5..7).trim_start_matches('0')),
        (":i_day", part(8..10).trim_start_matches('0')),
        (":year", part(0..4)),
        (":month", part(5..7)),
        (":title", title),
        (":slug", title),
        (":name", path.stem()),
        (":path", below),
        (":day", part(8..10)),
    ];
    let address = parts.iter().fold(pattern.to_owned(), |address, (name, value)| address.replace(name, value));
    let parts: Vec<&str> = address.split('/').filter(|part| !part.is_empty()).collect();
    permalink(&parts.join("/")).filter(|address| !address.is_empty())
}

/// Returns the address of a chapter whose file says which format is built from it: `a.html.md.erb` is
/// at `/a.html`.
pub fn built_name(path: &SourcePath) -> Option<String> {
    path.file_name().contains(".html.").then(|| match path.folder() {
        "" => format!("/{}.html", path.stem()),
        folder => format!("/{folder}/{}.html", path.stem()),
    })
}

/// Separates the date in front of a file's name.
fn dated(stem: &str) -> Option<(&str, &str)> {
    let (date, rest) = stem.split_at_checked(10)?;
    let is_date =
        date.bytes().enumerate().all(|(n, byte)| if n == 4 || n == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let title = rest.strip_prefix('-').filter(|title| !title.is_empty())?;
    is_date.then_some((date, title))
}

/// Returns the number that a file's or folder's name begins with to give it a position, and the rest of
/// the name.
fn numbered(name: &str) -> Option<(i64, &str)> {
    let digits = name.find(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=4).contains(digits))?;
    let rest = name[digits..].trim_start_matches([' ', '-', '_', '.', ')']);
    let has_sign = name[digits..].starts_with(['-', '_', '.', ')']) || name[digits..].starts_with(" - ");
    // `2020-01-02` is a date, and `1.2` is a version.
    let is_word = rest.starts_with(|c: char| !c.is_ascii_digit());
    (has_sign && is_word).then(|| Some((name[..digits].parse().ok()?, rest)))?
}

/// Returns the number that a name begins with.
pub fn number_of(name: &str) -> Option<i64> {
    numbered(name).map(|(number, _)| number)
}

/// Returns a name without the number or the date that it begins with.
pub fn without_number(name: &str) -> &str {
    numbered(name).map(|(_, rest)| rest).or_else(|| dated(name).map(|(_, title)| title)).unwrap_or(name)
}

/// Returns the address at which `generator` publishes the chapter at `path`, if it differs from ours.
/// `route` is the path below which the generator publishes all chapters.
pub fn former(path: &SourcePath, generator: Generator, route: &str) -> Option<String> {
    let own = path.without_extension();
    if let Some(post) = post(path) {
        return (generator == Generator::Jekyll).then(|| format!("/{post}.html"));
    }
    let address = match generator {
        Generator::MdBook | Generator::VitePress | Generator::Quarto | Generator::Sphinx | Generator::Jekyll => {
            return (!path.is_index()).then(|| format!("/{own}.html"));
        }
        Generator::Docusaurus => own.split('/').map(without_number).collect::<Vec<_>>().join("/"),
        Generator::Hugo | Generator::Starlight | Generator::GitBook => own.to_lowercase().replace(' ', "-"),
        _ => own.to_owned(),
    };
    let address = join(route, &address)?;
    (address != own && !address.is_empty()).then(|| format!("/{address}/"))
}

/// Returns the path of a chapter as its generator spells it in the chapter's address.
pub fn published(path: &SourcePath, generator: Generator) -> SourcePath {
    match generator {
        Generator::Hugo | Generator::Starlight => {
            SourcePath::new(path.as_str().to_lowercase().replace(char::is_whitespace, "-"))
        }
        _ => path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_give_a_position_are_no_part_of_a_name() {
        for (name, number, rest) in [("01-intro", 1, "intro"), ("2. Apple", 2, "Apple"), ("10_x", 10, "x")] {
            assert_eq!((number_of(name), without_number(name)), (Some(number), rest));
        }
        for name in ["2020", "1.2-x", "90 days", "intro-01", "2020-01", "12345-x"] {
            assert_eq!((number_of(name), without_number(name)), (None, name));
        }
        assert_eq!(without_number("2020-01-02-post"), "post");
    }

    #[test]
    fn former_addresses_are_those_of_the_generator() {
        let of = |path: &str, generator, route| former(&SourcePath::new(path), generator, route);
        assert_eq!(of("01-a/02-b.md", Generator::Docusaurus, "docs").as_deref(), Some("/docs/a/b/"));
        assert_eq!(of("a/b.md", Generator::MdBook, "").as_deref(), Some("/a/b.html"));
        assert_eq!(of("a/b.md", Generator::MkDocs, ""), None);
        assert_eq!(of("A B.md", Generator::Hugo, "").as_deref(), Some("/a-b/"));
        assert_eq!(of("_posts/2020-01-02-x.md", Generator::Jekyll, "").as_deref(), Some("/2020/01/02/x.html"));
    }

    #[test]
    fn patterns_of_jekyll_give_addresses() {
        let of = |pattern, path| by_pattern(pattern, &SourcePath::new(path));
        let post = "blog/_posts/2020-01-02-x.md";
        assert_eq!(of("pretty", post).as_deref(), Some("blog/2020/01/02/x"));
        assert_eq!(of("/news/:year/:i_day/:title.html", post).as_deref(), Some("news/2020/2/x.html"));
        assert_eq!(of("/:collection/:path/", "_team/a/b.md").as_deref(), Some("team/a/b"));
        assert_eq!(of("/:unknown/:title/", post), None);
        assert_eq!(built_name(&SourcePath::new("a/b.html.md.erb")).as_deref(), Some("/a/b.html"));
        assert_eq!(built_name(&SourcePath::new("a/b.md")), None);
    }

    #[test]
    fn a_permalink_is_a_path_of_this_site() {
        assert_eq!(permalink("/yak/").as_deref(), Some("yak"));
        assert_eq!(permalink("/").as_deref(), Some(""));
        for bad in ["https://x.org/a", "//x.org", "../a", "/:year/:title/", "/a?b", ""] {
            assert_eq!(permalink(bad), None, "{bad}");
        }
    }
}
