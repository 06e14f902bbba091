//! Finds the characters of emoji shortcodes by GitHub's names, and by a few that other programs have.
//!
//! Input: a name. Output: the characters. Never looks at a text.

/// Returns the characters of a shortcode. Unicode's own names have dashes where GitHub's have
/// underscores.
pub fn called(name: &str) -> Option<&'static str> {
    let of_github = |name: &str| emojis::get_by_shortcode(name).map(emojis::Emoji::as_str);
    let own = |name: &str| OTHERS.iter().find(|(known, _)| *known == name).map(|(_, characters)| *characters);
    // `man_shrugging` is `shrugging_man` for others.
    let turned = |name: &str| {
        let (who, what) = name.split_once('_').filter(|(who, _)| ["man", "woman"].contains(who))?;
        of_github(&format!("{what}_{who}"))
    };
    let find = |name: &str| of_github(name).or_else(|| own(name)).or_else(|| turned(name));
    find(name).or_else(|| name.contains('-').then(|| find(&name.replace('-', "_"))).flatten())
}

/// The names that GitHub doesn't have or shows as a picture of its own.
const OTHERS: &[(&str, &str)] = &[
    ("check", "✔️"),
    ("checkmark", "✔️"),
    ("clock", "🕒"),
    ("laptop", "💻"),
    ("puzzle_piece", "🧩"),
    ("shipit", "🐿️"),
    ("tools", "🛠️"),
    ("trollface", "😏"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_github_and_a_few_others_are_found() {
        let found = ["tada", "+1", "8ball", "kissing_heart", "white-check-mark", "tools", "puzzle-piece"].map(called);
        let expected = ["🎉", "👍", "🎱", "😘", "✅", "🛠️", "🧩"].map(Some);
        assert_eq!(found, expected);
        assert_eq!([called("30"), called(""), called("orphan")], [None; 3]);
        assert_eq!([called("man_raising_hand"), called("raising_hand_man")], [Some("🙋‍♂️"); 2]);
    }
}
