//! Collects the assets of a chain of themes, and joins those that are split into parts.
//!
//! Input: themes. Output: the bytes of each asset by its name. If a folder is named like a script
//! or a style sheet (`assets/page.js/`), its files are the parts of that one asset, in the order of
//! their names. A page then requests a single file, although people can read and edit it in parts.
//! Never changes a part, and never minifies.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ThemeFiles;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::rule::Rule;

type Parts<'a> = BTreeMap<&'a str, &'a Arc<[u8]>>;

/// Returns the assets of `chain`, whose topmost theme comes first. A theme can replace a file,
/// replace or add a part, or replace a whole asset with a file of the same name.
pub(super) fn gather(chain: &[ThemeFiles], findings: &mut Vec<Diagnostic>) -> BTreeMap<String, Arc<[u8]>> {
    let mut assets: BTreeMap<&str, Parts> = BTreeMap::new();
    for theme in chain.iter().rev() {
        for (path, bytes) in theme.below("assets/") {
            let (name, part) = split(path);
            if !part.is_empty() && extension(part) != extension(name) {
                findings.push(no_part(theme, path));
                continue;
            }
            let parts = assets.entry(name).or_default();
            // A file comes before the parts in its own theme because its path sorts first.
            if part.is_empty() {
                parts.clear();
            }
            parts.insert(part, bytes);
        }
    }
    assets.into_iter().map(|(name, parts)| (name.to_owned(), joined(&parts))).collect()
}

/// Splits a file's path into the name of an asset and the name of one of its parts
/// (`page.js/paths.js`). If the asset isn't split into parts, the second name is empty.
pub(super) fn split(path: &str) -> (&str, &str) {
    match path.split_once('/') {
        Some((folder, part)) if matches!(extension(folder), Some("js" | "css")) => (folder, part),
        _ => (path, ""),
    }
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}

fn joined(parts: &Parts) -> Arc<[u8]> {
    if let Some((_, only)) = parts.first_key_value().filter(|_| parts.len() == 1) {
        return Arc::clone(only);
    }
    let mut bytes = Vec::with_capacity(parts.values().map(|part| part.len() + 1).sum());
    for part in parts.values() {
        bytes.extend_from_slice(part);
        if !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
    }
    bytes.into()
}

fn no_part(theme: &ThemeFiles, path: &str) -> Diagnostic {
    let (name, _) = split(path);
    let place = Place::Theme(format!("{}/assets/{path}", theme.name), None);
    Diagnostic::at(
        Rule::BadConfiguration,
        place,
        format!("the folder `{name}` is for the parts of one file, which must have the same extension"),
    )
    .help("move the file out of the folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(chain: &[ThemeFiles]) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let assets = gather(chain, &mut findings);
        (assets.into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes.to_vec()).unwrap())).collect(), findings)
    }

    fn base() -> ThemeFiles {
        let files = [
            ("assets/a.js/1-x.js", "x"),
            ("assets/a.js/2-y.js", "y\n"),
            ("assets/b.css", "b"),
            ("assets/fonts/f.txt", "f"),
        ];
        ThemeFiles::from_texts("default", files)
    }

    #[test]
    fn parts_are_joined_in_the_order_of_their_names_and_other_folders_are_kept() {
        let (assets, findings) = gathered(&[base()]);
        assert_eq!(findings, []);
        let wanted = [("a.js", "x\ny\n"), ("b.css", "b"), ("fonts/f.txt", "f")];
        assert_eq!(assets, wanted.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    }

    #[test]
    fn a_theme_can_replace_a_part_add_a_part_or_replace_the_whole_asset() {
        let one = ThemeFiles::from_texts("own", [("assets/a.js/2-y.js", "Y"), ("assets/a.js/3-z.js", "z")]);
        assert_eq!(gathered(&[one, base()]).0["a.js"], "x\nY\nz\n");
        let whole = ThemeFiles::from_texts("own", [("assets/a.js", "all"), ("assets/b.css/more.css", "more")]);
        let (assets, _) = gathered(&[whole, base()]);
        assert_eq!((assets["a.js"].as_str(), assets["b.css"].as_str()), ("all", "b\nmore\n"));
    }

    #[test]
    fn a_file_that_cannot_be_a_part_of_its_folder_is_reported() {
        let odd = ThemeFiles::from_texts("own", [("assets/a.js/logo.svg", "<svg/>")]);
        let (assets, findings) = gathered(&[odd, base()]);
        assert_eq!(assets["a.js"], "x\ny\n");
        assert_eq!(findings[0].place, Place::Theme("own/assets/a.js/logo.svg".to_owned(), None));
    }
}
