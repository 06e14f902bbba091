//! Keeps FAULTS.md and the tests in sync: each row names existing tests, and the test of each fault
//! has a row.

use std::collections::BTreeSet;
use std::fs;

use crate::shared::{files_below, repository};

/// Lists the names of all tests in a folder of the repository.
fn tests_in(folder: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, bytes) in files_below(&repository().join(folder)) {
        if !name.ends_with(".rs") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        for part in text.split("#[test]\n").skip(1) {
            let rest = part.split_once("fn ").unwrap().1;
            names.insert(rest.split('(').next().unwrap().to_owned());
        }
    }
    names
}

#[test]
fn every_row_names_existing_tests_and_every_fault_test_has_a_row() {
    let page = fs::read_to_string(repository().join("FAULTS.md")).unwrap();
    let named: BTreeSet<String> = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|name| name.matches('_').count() >= 3)
        .map(str::to_owned)
        .collect();
    let faults = tests_in("tests/faults");
    let all: BTreeSet<String> = [faults.clone(), tests_in("tests/suite"), tests_in("tests/fuzz"), tests_in("src")]
        .into_iter()
        .flatten()
        .collect();
    let unknown: Vec<_> = named.difference(&all).collect();
    assert!(unknown.is_empty(), "no such tests: {unknown:?}");
    let missing: Vec<_> = faults.difference(&named).filter(|name| !name.starts_with("every_row")).collect();
    assert!(missing.is_empty(), "tests without a row: {missing:?}");
}
