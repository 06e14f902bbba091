//! Finds names of declared audiences where a mark would have them, but without `audience=`.
//!
//! Input: a body and the configuration. Output: ranges in the body. This module knows nothing about
//! Markdown.

use std::ops::Range;

use super::word;
use crate::declare::config::Config;

/// Lists the places in the syntax of ours and of other generators, apart from [`behind_colons`].
pub fn in_syntax(text: &str, config: &Config) -> Vec<Range<usize>> {
    let finders = [in_braces, in_brackets, of_callouts, of_admonitions, of_tags, of_comments, of_directives];
    finders.iter().flat_map(|find| find(text, config)).collect()
}

/// Lists braces that contain only the name of a declared audience, such as `{managers}` or
/// `{.managers}`. Braces in the middle of a line are skipped, because they are placeholders, as in
/// a URL.
fn in_braces(text: &str, config: &Config) -> Vec<Range<usize>> {
    let known = known(config);
    let mut found = Vec::new();
    for (open, brace) in text.match_indices(['{', '\u{ff5b}']) {
        let start = open + brace.len();
        let rest = word::reach(text, start).split('\n').next().unwrap_or_default();
        let Some(length) = rest.find(['}', '\u{ff5d}']) else { continue };
        let inner = word::plain(&rest[..length]);
        // `#` isn't trimmed, because `{#managers}` is the ID of a heading.
        let name = inner.trim_matches(|c: char| word::is_gap(c) || matches!(c, '.' | ':' | '=' | '@' | '!'));
        let is_named = || is_among_attributes(&inner, &known) || is_value(&inner, &known) || is_around(name, &known);
        if !known.iter().any(|known| known == name) && !is_named() {
            continue;
        }
        let before = text[..open].trim_end_matches(|c: char| c.is_whitespace() && c != '\n');
        let begins_line = before.is_empty() || before.ends_with('\n');
        let is_end = |c: char| c.is_whitespace() || matches!(c, '#' | '*' | '_' | '|' | '{');
        if begins_line || rest[length..].chars().skip(1).all(is_end) {
            found.push(open..start + length + 1);
        }
    }
    found
}

/// Lists brackets in headings that contain the word of a mark and the name of a declared audience, such as
/// `(audience: managers)`. Elsewhere, that is prose.
fn in_brackets(text: &str, config: &Config) -> Vec<Range<usize>> {
    let known = known(config);
    let mut found = Vec::new();
    let headings = word::lines(text).filter(|(_, line)| line.trim_start_matches([' ', '>', '-', '*']).starts_with('#'));
    for (range, line) in headings {
        for (open, _) in line.match_indices(['(', '[']) {
            let rest = word::reach(line, open + 1);
            let Some(length) = rest.find([')', ']']) else { continue };
            let inner = word::plain(&rest[..length]);
            let Some((key, value)) = inner.split_once([':', '=']) else { continue };
            if word::is_word(key.trim()) && known.iter().any(|known| known == value.trim().trim_matches(['"', '\''])) {
                found.push(range.start + open..range.start + open + length + 2);
            }
        }
    }
    found
}

/// Lists comments of a few words with the name of a declared audience, such as `<!-- only: managers -->`.
fn of_comments(text: &str, config: &Config) -> Vec<Range<usize>> {
    let known = known(config);
    let mut found = Vec::new();
    for (open, sign) in text.match_indices("<!--") {
        let start = open + sign.len();
        let rest = word::reach(text, start);
        let Some(length) = rest.find("-->") else { continue };
        let inner = word::plain(&rest[..length]);
        let words: Vec<&str> =
            inner.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
        let is_meant = words.len() == 1 || words.iter().any(|word| ONLY.contains(word) || word::is_word(word));
        if words.len() <= 3 && is_meant && has_name(&inner, &known) {
            found.push(open..start + length + 3);
        }
    }
    found
}

/// Words that say that something is meant only for some people.
const ONLY: [&str; 10] =
    ["only", "for", "just", "private", "internal", "restricted", "hidden", "secret", "confidential", "audience"];

/// Returns whether a name consists of the name of an audience and a word such as `only`, as in `managers-only`.
fn is_around(name: &str, known: &[String]) -> bool {
    let parts: Vec<&str> = name.split(['-', '_']).collect();
    // `{#hires-managers}` is the ID of a statement.
    !name.contains('#')
        && (2..=3).contains(&parts.len())
        && parts.iter().any(|part| ONLY.contains(part))
        && parts.iter().any(|part| known.iter().any(|known| known == part))
}

/// Lists names of callouts, such as `[!managers]`, that are names of declared audiences or the word
/// of a mark.
fn of_callouts(text: &str, config: &Config) -> Vec<Range<usize>> {
    let known = known(config);
    let mut found = Vec::new();
    for (at, _) in text.match_indices("[!") {
        let rest = word::reach(text, at + 2).split('\n').next().unwrap_or_default();
        let Some(length) = rest.find(']') else { continue };
        let name = word::plain(&rest[..length]);
        let begins = || name.split(['-', '_', ' ', '=', ':', '|']).next().unwrap_or_default();
        let is_part = || name.split(['|', ' ', ',']).any(|part| known.iter().any(|known| known == part.trim()));
        if known.contains(&name) || is_part() || is_around(&name, &known) || word::is_word(begins()) {
            found.push(at..at + length + 3);
        }
    }
    found
}

/// Lists lines that open an indented block of a dialect, such as `!!! managers`, and name a declared
/// audience or the word of a mark.
fn of_admonitions(text: &str, config: &Config) -> Vec<Range<usize>> {
    let known = known(config);
    let mut found = Vec::new();
    for (range, line) in word::lines(text) {
        let line = line.trim_start_matches(|c: char| word::is_gap(c) || matches!(c, '>' | '-' | '*'));
        let is_opening = ["!!!", "???", "===", "///", "+++"].iter().any(|sign| line.starts_with(sign));
        if !is_opening || line.len() > 200 {
            continue;
        }
        if has_name(line, &known) {
            found.push(range);
        }
    }
    found
}

/// Lists tags of templates and components that name a declared audience, such as
/// `{% hint style="managers" %}`, `{{< managers >}}` and `<Show for="managers">`. Such tags may be
/// taken out, and only the text in them stays.
fn of_tags(text: &str, config: &Config) -> Vec<Range<usize>> {
    const SIGNS: [(&str, &str); 4] = [("{%", "%}"), ("{{", "}}"), ("{:", "}"), ("<", ">")];
    let known = known(config);
    let mut found = Vec::new();
    for (open, close) in SIGNS {
        for (at, _) in text.match_indices(open) {
            let rest = word::reach(text, at + open.len());
            if open == "<" && !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            // A tag that ends beyond the reach counts with what is known of it.
            let length =
                if open == "<" { end_of_element(rest) } else { rest.find(close).or_else(|| rest.find("\n\n")) };
            let length = length.unwrap_or(rest.len());
            let inner = &rest[..length];
            let names_one = if open == "<" { element_names(inner, &known) } else { words_name(inner, &known) };
            if names_one {
                let end = (at + open.len() + length + close.len()).min(text.len());
                let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
                found.push(at..end);
            }
        }
    }
    found
}

/// Returns where the tag ends, before a `>` outside of quotes and braces or an empty line.
fn end_of_element(rest: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (_, '\n') if rest[at + 1..].starts_with('\n') => return Some(at),
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') if rest[..at].ends_with('=') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            (None, '>') if depth == 0 && !rest[..at].ends_with('\n') => return Some(at),
            _ => {}
        }
    }
    None
}

/// Returns whether one of the words of a tag is the name of an audience. Parts of paths are no words.
fn words_name(inner: &str, known: &[String]) -> bool {
    let inner = word::plain(inner);
    let is_edge = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '=' | '<' | '>' | '%' | ',' | '(' | ')' | '[' | ']' | '|')
    };
    inner.split(is_edge).any(|word| known.iter().any(|known| known == word.trim_matches(['.', ':', '#', '!'])))
}

/// Returns whether an element has the name of an audience, or an attribute whose value is one. The
/// values of some attributes are addresses or texts.
fn element_names(inner: &str, known: &[String]) -> bool {
    const TEXTS: [&str; 9] = ["href", "src", "alt", "title", "id", "name", "label", "value", "content"];
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let written = inner.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
    let is_component = written == "template" || written.contains(|c: char| c.is_ascii_uppercase() || c == '-');
    let inner = word::plain(inner);
    let name = inner.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
    let is_known = |text: &str| known.iter().any(|known| known == text);
    let is_sign =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '{' | '}' | '[' | ']' | '(' | ')' | ',' | '/');
    let is_bare = |word: &str| is_known(word.trim_start_matches(['#', ':', '@', '.']));
    is_known(name)
        || (is_component && words_of_name(written).iter().any(|part| is_known(part) || word::is_word(part)))
        || unquoted(&inner).split_whitespace().skip(1).any(is_bare)
        || inner.split('=').zip(inner.split('=').skip(1)).any(|(before, value)| {
            let attribute = before.split_whitespace().last().unwrap_or_default();
            let quoted = value
                .trim_start_matches(['{', '['])
                .strip_prefix(['"', '\''])
                .map(|rest| rest.split(['"', '\'']).next());
            let value = quoted.flatten().unwrap_or_else(|| value.split_whitespace().next().unwrap_or_default());
            let is_class = |word: &str| attribute == "class" && is_around(word, known);
            !TEXTS.contains(&attribute) && value.split(is_sign).any(|word| is_known(word) || is_class(word))
        })
}

/// Returns a tag without its quoted values.
fn unquoted(inner: &str) -> String {
    let mut quote = None;
    let keep = |c: char| {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => return c,
            Some(_) => {}
        }
        // Not a space, so that what is behind a value isn't a word of its own.
        '_'
    };
    inner.chars().map(keep).collect()
}

/// Returns whether one of the words of a line is the name of an audience or the word of a mark.
fn has_name(line: &str, known: &[String]) -> bool {
    let plain = word::plain(line);
    let mut words = plain.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
    words.any(|word| known.iter().any(|known| known == word) || word::is_word(word))
}

/// Splits the name of a component into its words, in lower case: `LeadersOnly`, `leaders-only`.
fn words_of_name(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c.is_ascii_uppercase() || matches!(c, '-' | '_' | '.') {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// Lists the first lines of directives that name a declared audience, such as `{only} leaders` behind
/// backticks or colons, and options such as `:class: leaders`.
fn of_directives(text: &str, config: &Config) -> Vec<Range<usize>> {
    const TEXTS: [&str; 5] = ["alt", "caption", "name", "title", "label"];
    let known = known(config);
    let mut found = Vec::new();
    for (range, line) in word::lines(text) {
        let line = line.trim_start_matches(|c: char| word::is_gap(c) || matches!(c, '>' | '-' | '*'));
        let rest = line.trim_start_matches(['`', '~', ':']);
        let signs = &line[..line.len() - rest.len()];
        let begins = signs.len() > 2 && rest.trim_start().starts_with('{');
        let key = rest.split_once(": ").map(|(key, _)| key).filter(|_| signs == ":");
        let is_option = key.is_some_and(|key| {
            key.starts_with(|c: char| c.is_alphabetic()) && !key.contains(' ') && !TEXTS.contains(&key)
        });
        let is_label = line.starts_with('(') && line.trim_end().ends_with(")=");
        if line.len() > 400 || !(begins || is_option || is_label) {
            continue;
        }
        if has_name(line, &known) {
            found.push(range);
        }
    }
    found
}

/// Lists lines that consist only of colons and the name of a declared audience, such as
/// `:: managers`.
pub fn behind_colons(text: &str, config: &Config) -> Vec<Range<usize>> {
    let known = known(config);
    let mut found = Vec::new();
    for (range, line) in word::lines(text) {
        let is_sign = |c: char| {
            let is_list = c.is_ascii_digit() || matches!(c, '>' | '-' | '*' | '.' | ')');
            is_list || c == '\u{2d0}' || word::is_colon(c) || word::is_gap(c)
        };
        let line = if line.starts_with("[^") { line.split_once("]:").map_or(line, |(_, text)| text) } else { line };
        let rest = line.trim_start_matches(is_sign);
        let signs = &line[..line.len() - rest.len()];
        if signs.chars().filter(|c| word::is_colon(*c) || *c == '\u{2d0}').count() < 2 || rest.len() > 120 {
            continue;
        }
        let name = word::plain(rest);
        if known.iter().any(|known| known == name.trim()) {
            found.push(range);
        }
    }
    found
}

/// Returns whether the name of an audience is among attributes, as in `{#pay .managers}`.
fn is_among_attributes(inner: &str, known: &[String]) -> bool {
    let bare = |part: &str| part.trim_start_matches(['.', ':']).to_owned();
    let names_one = |part: &str| known.iter().any(|known| *known == bare(part));
    let is_attribute = |part: &str| part.starts_with(['#', '.', ':']) || part.contains('=') || names_one(part);
    let mut parts = inner.split_whitespace().filter(|part| *part != ":");
    parts.clone().count() > 1 && parts.clone().all(is_attribute) && parts.any(names_one)
}

/// Attributes of ours whose values may be named like an audience.
const OURS: &[&str] =
    &["id", "class", "level", "track", "proficiency", "scope", "lint", "aliases", "link", "title", "template"];

/// Returns whether the name of an audience is the value of an unknown attribute, as in
/// `{for=managers}`, or one of a few words, as in `{for managers}`.
fn is_value(inner: &str, known: &[String]) -> bool {
    let is_one = |word: &str| known.iter().any(|known| known == word.trim_matches(['"', '\'', ',', '.', ';']));
    let parts: Vec<&str> = inner.split_whitespace().collect();
    let is_unknown =
        |part: &&str| part.rsplit_once(['=', ':']).is_some_and(|(key, value)| !OURS.contains(&key) && is_one(value));
    let are_words = parts.len() <= 3 && parts.iter().all(|part| !part.contains(['=', '#', '.', '"']));
    parts.iter().any(is_unknown) || (are_words && parts.iter().any(|part| is_one(part)))
}

/// Returns the names of all audiences, normalized by [`word::plain`].
fn known(config: &Config) -> Vec<String> {
    config.audiences.keys().map(|name| word::plain(name)).collect()
}
