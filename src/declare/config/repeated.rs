//! Keeps one of many findings that say the same about different places.
//!
//! Input: the findings of a plain folder, sorted. Output: the same, but each cause that occurs often
//! only at its first place, with a count. Never drops a finding that is the only one of its cause.

use std::collections::BTreeMap;

use crate::text::diagnostic::Diagnostic;
use crate::text::rule::Rule;

/// The rules whose findings have the same cause if they say the same.
const COUNTED: &[Rule] = &[Rule::DeadLink, Rule::DeadAnchor, Rule::MissingFile, Rule::RemoteResource, Rule::UnsafeHtml];
/// The number of places that are all listed.
const LISTED: usize = 3;

/// Keeps only the first finding of a cause that has more places than [`LISTED`], and says how many
/// others there are.
pub(super) fn once(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let cause = |finding: &Diagnostic| COUNTED.contains(&finding.code).then(|| (finding.code, finding.message.clone()));
    let mut counts: BTreeMap<(Rule, String), usize> = BTreeMap::new();
    for cause in findings.iter().filter_map(cause) {
        *counts.entry(cause).or_default() += 1;
    }
    counts.retain(|_, count| *count > LISTED);
    let mut kept = Vec::with_capacity(findings.len());
    for mut finding in findings {
        // A count of 0 means that the cause has been reported.
        match cause(&finding).and_then(|cause| counts.get_mut(&cause)) {
            Some(0) => continue,
            Some(count) => finding.notes.push(format!("the same is at {} other places", std::mem::take(count) - 1)),
            None => {}
        }
        kept.push(finding);
    }
    kept
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
    }
}
