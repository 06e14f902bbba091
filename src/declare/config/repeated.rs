//! Keeps one of many findings that say the same about different places.
//!
//! Input: the findings of a plain folder, or of one written for another generator, sorted. Output: the
//! same, but each cause that occurs often only at its first place, with a count. Never drops a finding
//! that is the only one of its cause.

use std::collections::BTreeMap;

use crate::text::diagnostic::Diagnostic;
use crate::text::rule::Rule;

/// The number of places up to which each is listed, for the rules whose findings have the same cause
/// if they say the same.
fn limit(rule: Rule) -> Option<usize> {
    match rule {
        // A key is an author's habit, and IDs matter little where links name files, so the first place
        // says everything.
        Rule::UnknownKey | Rule::DuplicateId => Some(1),
        Rule::DeadLink
        | Rule::DeadAnchor
        | Rule::MissingFile
        | Rule::RemoteResource
        | Rule::UnsafeHtml
        | Rule::UnsafeUrl
        | Rule::UndefinedReference
        | Rule::WrongType
        | Rule::BadFormula
        | Rule::UnclosedHtml => Some(3),
        _ => None,
    }
}

/// Keeps only the first finding of a cause that has more places than are listed, and says how many
/// others there are.
pub(super) fn once(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let about = |finding: &Diagnostic| match finding.code {
        Rule::DuplicateId => String::new(),
        _ => finding.message.clone(),
    };
    let cause = |finding: &Diagnostic| limit(finding.code).map(|_| (finding.code, about(finding)));
    let mut counts: BTreeMap<(Rule, String), usize> = BTreeMap::new();
    for cause in findings.iter().filter_map(cause) {
        *counts.entry(cause).or_default() += 1;
    }
    counts.retain(|(rule, _), count| limit(*rule).is_some_and(|limit| *count > limit));
    let mut kept = Vec::with_capacity(findings.len());
    for mut finding in findings {
        // A count of 0 means that the cause has been reported.
        match cause(&finding).and_then(|cause| counts.get_mut(&cause)) {
            Some(0) => continue,
            Some(count) => finding.notes.push(others(finding.code, std::mem::take(count) - 1)),
            None => {}
        }
        kept.push(finding);
    }
    kept
}

/// Says at how many other places a cause is.
fn others(rule: Rule, count: usize) -> String {
    match (rule, count) {
        (Rule::DuplicateId, 1) => "1 other chapter shares its ID with another one".to_owned(),
        (Rule::DuplicateId, count) => format!("{count} other chapters share their IDs with others"),
        (Rule::UnknownKey, 1) => "1 other chapter has it too".to_owned(),
        (Rule::UnknownKey, count) => format!("{count} other chapters have it too"),
        (_, count) => format!("the same is at {count} other places"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::path::SourcePath;

    #[test]
    fn a_cause_that_occurs_often_is_reported_once_with_a_count() {
        let path = SourcePath::new("a.md");
        let finding = |code, message: &str| Diagnostic::new(code, &path, None, message);
        let few = vec![finding(Rule::DeadLink, "a"); 3];
        assert_eq!(once(few.clone()), few);
        let many =
            [vec![finding(Rule::DeadLink, "a"); 5], few.clone(), vec![finding(Rule::EmptyChapter, "b"); 5]].concat();
        let kept = once(many);
        assert_eq!(kept.len(), 6);
        assert_eq!(kept[0].notes, ["the same is at 7 other places"]);
        assert!(kept[1..].iter().all(|finding| finding.code == Rule::EmptyChapter && finding.notes.is_empty()));
        let keys = once(vec![finding(Rule::UnknownKey, "c"); 2]);
        assert_eq!((keys.len(), &*keys[0].notes[0]), (1, "1 other chapter has it too"));
    }
}
