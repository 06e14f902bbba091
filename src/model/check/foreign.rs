//! Counts the syntax of other generators that no chapter shows, and reports each kind once.
//!
//! Input: all documents. Output: one finding for each kind, at its first place. Never looks at the
//! text of a chapter.

use std::collections::BTreeMap;

use crate::chapter::dialect::Foreign;
use crate::chapter::document::Document;
use crate::declare::config::Config;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

/// What was found of one kind.
struct Count<'a> {
    number: usize,
    chapters: usize,
    path: &'a SourcePath,
    span: Span,
    /// The first file that is missing.
    file: Option<&'a str>,
}

/// Returns a finding for each kind of syntax that was left out.
pub fn findings(documents: &[Document], config: &Config) -> Vec<Diagnostic> {
    let mut counts: BTreeMap<Foreign, Count<'_>> = BTreeMap::new();
    for document in documents {
        let mut here: BTreeMap<Foreign, (usize, Span)> = BTreeMap::new();
        for (kind, span) in &document.body.foreign {
            here.entry(*kind).or_insert((0, *span)).0 += 1;
        }
        for (kind, (number, span)) in here {
            let path = &document.meta.path;
            let file = document.body.missing_file.as_deref().filter(|_| kind == Foreign::Inclusion);
            let count = counts.entry(kind).or_insert(Count { number: 0, chapters: 0, path, span, file });
            count.number += number;
            count.chapters += 1;
        }
    }
    counts.into_iter().map(|(kind, count)| finding(kind, &count, config)).collect()
}

fn finding(kind: Foreign, count: &Count<'_>, config: &Config) -> Diagnostic {
    let (one, several) = kind.names();
    let what = if count.number == 1 { format!("1 {one}") } else { format!("{} {several}", grouped(count.number)) };
    let chapters = match count.chapters {
        1 => "one chapter".to_owned(),
        n => format!("{} chapters", grouped(n)),
    };
    let verb = if count.number == 1 { "isn't" } else { "aren't" };
    let file = match count.file {
        Some(file) if count.number == 1 => format!(": `{file}`"),
        Some(file) => format!("; the first is `{file}`"),
        None => String::new(),
    };
    let message = format!("{what} in {chapters} {verb} shown{}{file}", kind.outcome(count.number));
    let help = match config.generator {
        Some(_) if kind == Foreign::Inclusion => {
            let where_from = if config.audiences.is_empty() {
                "files are inserted only from this project, and only if Git doesn't ignore them"
            } else {
                "files are inserted only from the content folder"
            };
            format!("{where_from}: add the file there, or write what readers need")
        }
        Some(generator) => {
            format!("{} runs these, and Rolebook doesn't: write in Markdown what readers need", generator.title())
        }
        None => format!("this looks like {}: write in Markdown what readers need", kind.family()),
    };
    Diagnostic::new(Rule::ForeignForm, count.path, Some(count.span), message).help(help)
}

/// Writes a number with a comma between groups of three digits.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn large_numbers_have_commas() {
        assert_eq!([1, 999, 1000, 1_234_567].map(grouped), ["1", "999", "1,000", "1,234,567"]);
    }
}
