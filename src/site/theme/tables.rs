//! Reads the TOML files of a theme: `theme.toml`, and the UI strings in `ui/`.
//!
//! Input: themes. Output: the theme that another one extends, UI strings, and findings. All these
//! files are flat tables of texts.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::ThemeFiles;
use super::explain::plain;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::near::{did_you_mean, nearest};
use crate::text::rule::Rule;
use crate::text::typography;

/// The language whose UI strings are used when another language lacks them.
const FALLBACK_LANGUAGE: &str = "en";

/// The file in a theme folder that describes the theme.
pub(super) const MANIFEST: &str = "theme.toml";

/// Reads `theme.toml`, and returns the theme that this one extends. If it names none, it extends
/// the default theme.
pub(super) fn extends(theme: &ThemeFiles, findings: &mut Vec<Diagnostic>) -> Option<String> {
    let mut extends = None;
    for (key, span, value) in entries(theme, MANIFEST, findings) {
        let place = place(theme, MANIFEST, span);
        match key.as_str() {
            "extends" => extends = text_of(value, &key, place, findings),
            // The title is for people who read the file.
            "title" => drop(text_of(value, &key, place, findings)),
            _ => {
                let help = did_you_mean(&nearest(&key, ["extends", "title"], 1));
                let help = help.unwrap_or_else(|| "a theme takes `extends` and `title`".to_owned());
                let message = format!("a theme has no field `{key}`");
                findings.push(Diagnostic::at(Rule::UnknownKey, place, message).help(help));
            }
        }
    }
    extends
}

/// Collects the UI strings. The chosen language overrides English, and within a language a higher
/// theme overrides a lower one.
pub(super) fn strings(
    chain: &[ThemeFiles],
    language: &str,
    findings: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    let mut languages = vec![FALLBACK_LANGUAGE];
    languages.extend(language.match_indices('-').map(|(end, _)| &language[..end]));
    languages.push(language);
    languages.dedup();
    let mut ui = BTreeMap::new();
    for language in languages {
        let file = format!("ui/{language}.toml");
        for theme in chain.iter().rev() {
            for (key, span, value) in entries(theme, &file, findings) {
                if let Some(text) = text_of(value, &key, place(theme, &file, span), findings) {
                    ui.insert(key, typography::plain(&text, language));
                }
            }
        }
    }
    ui
}

/// Reports a file that isn't UTF-8.
pub(super) fn not_utf8(name: String) -> Diagnostic {
    Diagnostic::at(Rule::BadEncoding, Place::Theme(name, None), "the file is not UTF-8").help("save it as UTF-8")
}

/// Reads a flat TOML file of a theme as keys with their spans and values. Returns an empty list if
/// there is no such file.
pub(super) fn entries<'a>(
    theme: &'a ThemeFiles,
    file: &str,
    findings: &mut Vec<Diagnostic>,
) -> Vec<(String, Span, DeValue<'a>)> {
    let Some(bytes) = theme.files.get(file) else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(bytes) else {
        findings.push(not_utf8(format!("{}/{file}", theme.name)));
        return Vec::new();
    };
    match DeTable::parse(text) {
        Ok(table) => {
            let entry = |(key, value): (toml::Spanned<toml::de::DeString<'a>>, toml::Spanned<DeValue<'a>>)| {
                let span = Span::new(key.span().start, key.span().end);
                (key.into_inner().into_owned(), span, value.into_inner())
            };
            let mut entries: Vec<_> = table.into_inner().into_iter().map(entry).collect();
            entries.sort_by_key(|(_, span, _)| *span);
            entries
        }
        Err(error) => {
            let span = error.span().map(|range| Span::new(range.start, range.end));
            let place = Place::Theme(format!("{}/{file}", theme.name), span);
            findings.push(Diagnostic::at(Rule::BadConfiguration, place, plain(error.message())));
            Vec::new()
        }
    }
}

/// Returns a place in a file of a theme.
pub(super) fn place(theme: &ThemeFiles, file: &str, span: Span) -> Place {
    Place::Theme(format!("{}/{file}", theme.name), Some(span))
}

fn text_of(value: DeValue<'_>, key: &str, place: Place, findings: &mut Vec<Diagnostic>) -> Option<String> {
    if let DeValue::String(text) = value {
        return Some(text.into_owned());
    }
    let message = format!("`{key}` must be text");
    findings.push(Diagnostic::at(Rule::WrongType, place, message).help(format!("write `{key} = \"...\"`")));
    None
}

#[cfg(test)]
mod tests {
    use super::super::embedded;
    use super::*;

    #[test]
    fn every_language_of_the_default_theme_has_every_string() {
        let mut findings = Vec::new();
        let keys = |file: &str, findings: &mut Vec<Diagnostic>| -> Vec<String> {
            let mut keys: Vec<_> = entries(&embedded(), file, findings).into_iter().map(|(key, ..)| key).collect();
            keys.sort();
            keys
        };
        assert_eq!(keys("ui/en.toml", &mut findings), keys("ui/de.toml", &mut findings));
        assert_eq!(findings, []);
    }

    #[test]
    fn each_key_of_a_manifest_is_checked_on_its_own() {
        let files = ThemeFiles::from_texts("own", [("theme.toml", "titel = \"x\"\nextends = 3\n")]);
        let mut findings = Vec::new();
        assert_eq!(extends(&files, &mut findings), None);
        let codes: Vec<_> = findings.iter().map(|finding| (finding.code, &finding.place)).collect();
        let at = |start, end| Place::Theme("own/theme.toml".to_owned(), Some(Span::new(start, end)));
        assert_eq!(codes, [(Rule::UnknownKey, &at(0, 5)), (Rule::WrongType, &at(12, 19))]);
    }
}
