//! Recognizes shortcodes that stand for pictures: icons of `GitBook` and Material for `MkDocs`, and
//! pictures that only GitHub has.
//!
//! Input: text that begins with a shortcode. Output: its length. Never looks at what is before it.

/// Returns the length of the name of an icon of `GitBook`, which is the text of an element:
/// `<i class="fa-key">:key:</i>`.
pub fn of_gitbook(rest: &str) -> Option<usize> {
    let name = name(rest);
    let is_icon = !name.is_empty() && rest[1 + name.len()..].starts_with(":</i>");
    is_icon.then_some(name.len() + 2)
}

/// Returns the name behind the colon that `rest` begins with.
fn name(rest: &str) -> &str {
    let name = &rest[1..];
    name.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or(name)
}

/// Returns the length of the shortcode of a picture that only GitHub has.
pub fn of_github(rest: &str) -> Option<usize> {
    let length = rest.bytes().skip(1).take(LONGEST).position(|byte| byte == b':')?;
    PICTURES.contains(&&rest[1..=length]).then_some(length + 2)
}

/// The length of the longest of these names, with one colon.
const LONGEST: usize = 14;

/// The shortcodes that stand for pictures of GitHub's, not for characters.
const PICTURES: &[&str] = &[
    "accessibility",
    "atom",
    "basecamp",
    "basecampy",
    "bowtie",
    "copilot",
    "dependabot",
    "electron",
    "feelsgood",
    "finnadie",
    "fishsticks",
    "goberserk",
    "godmode",
    "hurtrealbad",
    "neckbeard",
    "octocat",
    "rage1",
    "rage2",
    "rage3",
    "rage4",
    "suspect",
];

/// Returns the length of the shortcode of an icon of Material for `MkDocs`.
pub fn of_material(rest: &str) -> Option<usize> {
    let name = name(rest);
    let sets = ["octicons-", "material-", "fontawesome-", "simple-"];
    if !sets.iter().any(|set| name.starts_with(set)) || !rest[1 + name.len()..].starts_with(':') {
        return None;
    }
    Some(name.len() + 2)
}
