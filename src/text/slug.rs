//! Makes slugs from headings as GitHub does, and keeps them unique within a chapter.
//!
//! Input: a heading's plain text. Output: an ID. Never looks at other chapters.

use std::collections::HashMap;

use unicode_normalization::char::is_combining_mark;

/// Returns the slug of `text`: lower case, without punctuation, each space replaced by `-`.
///
/// GitHub has the same rule for headings: letters, marks, numbers, `-` and `_` are kept, and
/// repeated `-` aren't merged.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if is_of_word(c) || c == '-' {
            out.extend(c.to_lowercase());
        } else if c.is_whitespace() {
            out.push('-');
        }
    }
    out
}

/// The maximum length in bytes of a part of a path that is made from an author's words. Most file
/// systems allow 255 bytes, and a number, an extension or a program's own mark may be added.
pub const LONGEST_PART: usize = 200;

/// Returns the slug of `text`, truncated if it is too long for the name of a file or folder.
pub fn slug_of_part(text: &str) -> String {
    let mut slug = slug(text);
    let end = (0..=LONGEST_PART.min(slug.len())).rev().find(|at| slug.is_char_boundary(*at));
    slug.truncate(end.unwrap_or(0));
    slug
}

/// Returns whether a character is part of a word: a letter, a number, `_`, a combining mark (UAX
/// #44, general category M) or the zero-width joiner.
pub fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || (!c.is_ascii() && (is_combining_mark(c) || c == '\u{200d}'))
}

/// Returns the slug of the first `words` words of `text`.
pub fn short_slug(text: &str, words: usize) -> String {
    let first: Vec<&str> = text.split_whitespace().take(words).collect();
    slug(&first.join(" ")).trim_matches('-').to_owned()
}

/// Returns a path in which a title at its end, such as `Head of Product`, is replaced with its slug.
/// Names without spaces and names of Markdown files stay as they are.
pub fn titled(path: &str) -> String {
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, name) = path.split_at(start);
    let lower = name.to_ascii_lowercase();
    let is_file = lower.ends_with(".md") || lower.ends_with(".markdown");
    let stem = chapter_stem(name);
    if is_file || stem.is_empty() || !name.trim().contains(char::is_whitespace) {
        return path.to_owned();
    }
    format!("{folder}{stem}")
}

/// Returns the file name for a chapter with this title: its slug without repeated dashes, truncated
/// after a word if it is long.
pub fn chapter_stem(title: &str) -> String {
    const LONGEST: usize = 80;
    let slug = slug(title);
    let mut out = String::with_capacity(slug.len());
    for word in slug.split('-').filter(|word| !word.is_empty()) {
        if !out.is_empty() && out.len() + word.len() >= LONGEST {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.extend(word.chars().take(LONGEST));
    }
    out
}

/// The IDs already used in a chapter.
#[derive(Debug, Default)]
pub struct Slugger {
    used: HashMap<String, usize>,
}

impl Slugger {
    /// Returns `wanted` or, if that ID is taken, the first free one of `wanted-1`, `wanted-2` and
    /// so on. An empty ID becomes `section`.
    pub fn unique(&mut self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { "section" } else { wanted };
        let mut id = wanted.to_owned();
        let mut n = self.used.get(wanted).copied().unwrap_or(0);
        while self.used.contains_key(&id) {
            n += 1;
            id = format!("{wanted}-{n}");
        }
        self.used.insert(wanted.to_owned(), n);
        self.used.insert(id.clone(), 0);
        id
    }

    /// Reserves `id` for an explicit anchor, and returns whether the ID was free.
    pub fn claim(&mut self, id: &str) -> bool {
        self.used.insert(id.to_owned(), 0).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_match_those_of_github() {
        assert_eq!(slug("What would change our mind?"), "what-would-change-our-mind");
        assert_eq!(slug("R&D, pricing & packaging"), "rd-pricing--packaging");
        assert_eq!(slug("Über_uns – heute"), "über_uns--heute");
        assert_eq!(slug("`code` in 2.0"), "code-in-20");
    }

    #[test]
    fn repeated_ids_are_numbered_and_never_collide() {
        let mut slugger = Slugger::default();
        let ids: Vec<_> = ["a", "a", "a-1", "a", ""].iter().map(|text| slugger.unique(text)).collect();
        assert_eq!(ids, ["a", "a-1", "a-1-1", "a-2", "section"]);
    }

    #[test]
    fn a_title_in_a_path_becomes_a_slug() {
        assert_eq!(titled("Head of Product"), "head-of-product");
        assert_eq!(titled("roles/Head of Product"), "roles/head-of-product");
        assert_eq!(titled("My Guides/How we hire?"), "My Guides/how-we-hire");
        for same in ["head-of-product", "roles/README.md", "a/Head of Product.md", "careers/", "My Guides/", "a/??? !"]
        {
            assert_eq!(titled(same), same);
        }
    }
}
