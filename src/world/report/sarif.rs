//! Writes findings as SARIF, the format that code hosts import from linters (SARIF 2.1.0, OASIS
//! standard of 2020-03-27).
//!
//! Input: sorted findings and the files they refer to. Output: one JSON document. Lines and columns
//! are 1-based, and columns count characters.

use serde_json::{Value, json};

use super::lines::Lines;
use super::{Files, record};
use crate::text::diagnostic::Diagnostic;
use crate::text::rule::Rule;

/// Returns the SARIF document.
pub fn sarif(findings: &[Diagnostic], files: &Files<'_>) -> String {
    let mut used: Vec<Rule> = findings.iter().map(|finding| finding.code).collect();
    used.sort_unstable();
    used.dedup();
    let rule = |rule: &Rule| json!({ "id": rule.name(), "shortDescription": { "text": rule.meaning() } });
    let mut lines = Lines::default();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, files, &mut lines)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "columnKind": "unicodeCodePoints",
            "tool": { "driver": {
                "name": "Rolebook",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": used.iter().map(rule).collect::<Vec<_>>(),
            } },
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn result(finding: &Diagnostic, files: &Files<'_>, lines: &mut Lines) -> Value {
    let record = record(finding, files, lines);
    let help = record.help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": record.code,
        "level": record.severity,
        "message": { "text": format!("{}{help}", record.message) },
    });
    let Some(path) = record.path else { return result };
    let uri = crate::text::path::UrlPath::new(path).encoded();
    let mut location = json!({ "artifactLocation": { "uri": uri } });
    if let (Some(line), Some(column)) = (record.line, record.column) {
        location["region"] = json!({
            "startLine": line,
            "startColumn": column,
            "endLine": record.end_line.unwrap_or(line),
            "endColumn": record.end_column.unwrap_or(column),
        });
    }
    result["locations"] = json!([{ "physicalLocation": location }]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::diagnostic::{Place, Span};
    use crate::text::path::SourcePath;

    #[test]
    fn each_finding_has_its_rule_its_level_and_its_region() {
        let path = SourcePath::new("a b.md");
        let findings = [Diagnostic::new(Rule::DeadLink, &path, Some(Span::new(3, 5)), "no chapter")];
        let files = |place: &Place| match place {
            Place::Content(path, _) => Some((path.to_string(), Some(std::sync::Arc::from(&b"\xC3\xA9\nab"[..])))),
            _ => None,
        };
        let document: Value = serde_json::from_str(&sarif(&findings, &files)).unwrap();
        let run = &document["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], Rule::DeadLink.name());
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.md");
        assert_eq!(place["region"], json!({ "startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 3 }));
    }
}
