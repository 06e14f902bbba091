//! Checks the ladder of our own handbook: it expects nothing that the decision rights don't allow,
//! judges each role on a few statements, and places made-up people in the right roles.

use std::collections::{BTreeMap, BTreeSet};

use rolebook::chapter::document::{Facts, Statement};
use rolebook::declare::kind::Part;
use rolebook::model::book::{ChapterId, Party, role_of};
use rolebook::model::compile::Handbook;

use super::handbook;
use crate::support::repository;

/// Reads a table in `tests/data`: a comment, a header, and rows whose cells are keyed by the header.
fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(repository().join("tests/data").join(name)).unwrap();
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let header: Vec<String> = lines.next().unwrap().split('\t').map(str::to_owned).collect();
    let row = |line: &str| header.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect();
    lines.map(row).collect()
}

fn chapter(handbook: &Handbook, id: &str) -> ChapterId {
    *handbook.book.names.find(id).first().unwrap_or_else(|| panic!("there is no chapter `{id}`"))
}

fn statements(handbook: &Handbook, competency: ChapterId) -> &[Statement] {
    match &handbook.book.meta(competency).facts {
        Facts::Competency(competency) => &competency.statements,
        _ => panic!("not a competency"),
    }
}

/// Returns a statement written as `competency#anchor`.
fn statement<'a>(handbook: &'a Handbook, written: &str) -> (ChapterId, &'a Statement) {
    let (id, anchor) = written.split_once('#').unwrap();
    let competency = chapter(handbook, id);
    let found = statements(handbook, competency).iter().find(|statement| statement.id == anchor);
    (competency, found.unwrap_or_else(|| panic!("there is no statement `{written}`")))
}

/// Returns whether the role takes `part` in the decision written as `strategy#id`.
fn takes_part(handbook: &Handbook, role: ChapterId, part: Part, written: &str) -> bool {
    let (strategy, id) = written.split_once('#').unwrap();
    let strategy = chapter(handbook, strategy);
    let decisions = handbook.book.relations.decisions.iter().filter(|decision| decision.strategy == strategy);
    let mut found = decisions.filter(|decision| decision.facts(&handbook.book).is_some_and(|facts| facts.id == id));
    let decision = found.next().unwrap_or_else(|| panic!("there is no decision `{written}`"));
    decision.parties.contains(&(part, Party::Role(role)))
}

#[test]
fn every_expected_act_about_price_people_money_scope_or_an_ending_is_backed_by_a_decision_right() {
    let handbook = handbook();
    let rows = table("decision-rights.txt");
    assert!(rows.len() > 90, "{} rows", rows.len());
    let mut listed: BTreeMap<&str, BTreeSet<ChapterId>> = BTreeMap::new();
    for row in &rows {
        let role = chapter(&handbook, &row["role"]);
        let part = match row["part"].as_str() {
            "accountable" => Part::Accountable,
            "responsible" => Part::Responsible,
            "consulted" => Part::Consulted,
            other => panic!("`{other}` is not a part in a decision"),
        };
        assert!(["price", "people", "money", "scope", "ending"].contains(&row["about"].as_str()), "{row:?}");
        assert!(takes_part(&handbook, role, part, &row["decision"]), "{row:?}");
        listed.entry(&row["statement"]).or_default().insert(role);
    }
    // Higher-ranking roles are expected to reach these levels too, but leave the act to the listed
    // roles.
    for (written, roles) in listed {
        let (competency, statement) = statement(&handbook, written);
        let relations = &handbook.book.relations;
        let expects = |role: &ChapterId| {
            relations.expectation(*role, competency).is_some_and(|expectation| expectation.level >= statement.level)
        };
        let rank = |role: &ChapterId| role_of(&handbook.book, *role).and_then(|facts| facts.rank);
        let expecting: Vec<ChapterId> = relations.roles.keys().copied().filter(expects).collect();
        let lowest = expecting.iter().filter_map(rank).min();
        let first: BTreeSet<ChapterId> = expecting.into_iter().filter(|role| rank(role) == lowest).collect();
        assert_eq!(roles, first, "{written}");
    }
}

#[test]
fn each_role_is_judged_on_at_most_forty_statements_each_with_an_example_and_a_counterexample() {
    let handbook = handbook();
    for (role, view) in &handbook.book.relations.roles {
        let facts = role_of(&handbook.book, *role).unwrap();
        let id = &handbook.book.meta(*role).id;
        assert!(facts.base || (15..=40).contains(&view.judged.len()), "{id}: {}", view.judged.len());
        for (competency, number) in &view.judged {
            let document = &handbook.documents[competency.index()];
            let examples: Vec<String> =
                document.body.examples_of(*number as usize).map(|range| document.body.main.slice(range)).collect();
            let text = examples.concat();
            let statement = &statements(&handbook, *competency)[*number as usize].id;
            assert!(text.contains("Example:") && text.contains("Not yet:"), "{}#{statement}", document.meta.id);
        }
    }
}

/// What a role expects, used to place people.
struct Place {
    id: String,
    rank: u32,
    /// Each competency with its level, and whether the role is judged on it first.
    levels: Vec<(String, u8, bool)>,
}

impl Place {
    /// Returns whether a profile fits: it meets everything that the role is judged on first, and is
    /// at most one level short of anything else.
    fn fits(&self, profile: &BTreeMap<String, String>) -> bool {
        self.levels.iter().all(|(competency, level, focus)| {
            let has: u8 = profile[competency].parse().unwrap();
            has + u8::from(!focus) >= *level
        })
    }
}

#[test]
fn ten_made_up_people_are_each_placed_in_the_right_role() {
    let handbook = handbook();
    let book = &handbook.book;
    let mut places: Vec<Place> = Vec::new();
    for (role, view) in &book.relations.roles {
        let facts = role_of(book, *role).unwrap();
        let Some(rank) = facts.rank.filter(|_| !facts.base) else { continue };
        let level = |e: &rolebook::model::book::Expectation| (book.meta(e.competency).id.clone(), e.level, e.focus);
        places.push(Place {
            id: book.meta(*role).id.clone(),
            rank,
            levels: view.expectations.iter().map(level).collect(),
        });
    }
    let profiles = table("profiles.txt");
    assert_eq!(profiles.len(), 10);
    let mut given = BTreeSet::new();
    for profile in &profiles {
        let fitting = places.iter().filter(|place| place.fits(profile));
        // Of several roles with the same rank, take the one that expects the most.
        let sum = |place: &Place| place.levels.iter().map(|(_, level, _)| u32::from(*level)).sum::<u32>();
        let best = fitting.max_by_key(|place| (place.rank, sum(place))).map(|place| place.id.as_str());
        assert_eq!(best, Some(profile["role"].as_str()), "{}", profile["profile"]);
        given.insert(profile["role"].clone());
        assert!(profile["why not the neighbors"].len() > 40, "{}", profile["profile"]);
    }
    for role in [
        "product-manager",
        "senior-product-manager",
        "group-product-manager",
        "director-of-product",
        "vice-president-of-product",
        "chief-product-officer",
    ] {
        assert!(given.contains(role), "no profile is placed as `{role}`");
    }
    assert_eq!(profiles.iter().filter(|profile| profile["published"] != "-").count(), 3);
}
