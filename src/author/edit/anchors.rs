//! Writes explicit anchors after statements, and finds statements whose URLs would change because
//! the statements were reworded.
//!
//! Input: a chapter before and after a change. Output: the anchors to write, and the file with
//! these anchors. Never changes anything else in a file.

use std::collections::BTreeSet;

use crate::chapter::document::{Document, Statement};
use crate::text::diagnostic::Span;

/// The maximum number of pairs of statements to compare (old statements times new ones). If there
/// are more pairs, statements are paired by position. Typical changes affect tens of statements.
const MOST_COMPARED: usize = 1_000_000;

/// An anchor to write, and its place at the end of the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The ID, without `#`.
    pub id: String,
    /// The span from the end of the statement's text to the end of its attributes.
    pub place: Span,
}

/// Returns the file with the anchors written into existing braces, or after the text if there are
/// none.
pub fn with_anchors(bytes: &[u8], anchors: &[Anchor]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for Anchor { id, place } in anchors.iter().rev() {
        let range = place.range();
        let (at, text) = match bytes[range.clone()].iter().position(|byte| *byte == b'{') {
            Some(brace) => (range.start + brace + 1, format!("#{id} ")),
            None => (range.start, format!(" {{#{id}}}")),
        };
        out.splice(at..at, text.into_bytes());
    }
    out
}

/// Returns the anchors needed to keep the URLs of statements that are reworded in `after`.
///
/// A statement without an explicit anchor gets one from its first words, so rewording it would
/// change its URL and break references to it. Statements with equal text are paired first. The
/// statements between two such pairs are then paired by order or by likeness.
pub fn lost_anchors(before: &Document, after: &Document) -> Vec<Anchor> {
    let (old, new) = (before.meta.facts.statements(), after.meta.facts.statements());
    let taken = &after.outline.anchors;
    let anchor = |(was, is): (usize, usize)| {
        let (old, new) = (&old[was], &new[is]);
        let is_lost = !old.explicit && !new.explicit && old.id != new.id && !taken.contains(&old.id);
        let place = *after.body.statement_ends.get(is)?;
        is_lost.then(|| Anchor { id: old.id.clone(), place })
    };
    pairs(old, new).into_iter().filter_map(anchor).collect()
}

fn same(a: &Statement, b: &Statement) -> bool {
    a.level == b.level && a.text == b.text
}

/// Pairs statements with equal text, and then the statements in the gaps between those pairs.
fn pairs(old: &[Statement], new: &[Statement]) -> Vec<(usize, usize)> {
    let shorter = old.len().min(new.len());
    // Most changes are in one place, so skip the equal statements before and after it.
    let before = (0..shorter).take_while(|n| same(&old[*n], &new[*n])).count();
    let behind = (0..shorter - before).take_while(|n| same(&old[old.len() - 1 - n], &new[new.len() - 1 - n])).count();
    let (old_end, new_end) = (old.len() - behind, new.len() - behind);
    let mut pairs: Vec<_> = (0..before).map(|n| (n, n)).collect();
    let changed = pairs_of_changed(&old[before..old_end], &new[before..new_end]);
    pairs.extend(changed.into_iter().map(|(a, b)| (before + a, before + b)));
    pairs.extend((0..behind).map(|n| (old_end + n, new_end + n)));
    pairs
}

fn pairs_of_changed(old: &[Statement], new: &[Statement]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MOST_COMPARED {
        return old.iter().zip(new).enumerate().filter(|(_, (a, b))| a.level == b.level).map(|(n, _)| (n, n)).collect();
    }
    // The lengths of the longest common subsequences, computed from the end.
    let mut longest = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a][b] = if same(&old[a], &new[b]) {
                longest[a + 1][b + 1] + 1
            } else {
                longest[a + 1][b].max(longest[a][b + 1])
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut a, mut b) = (0, 0);
    let (mut from_a, mut from_b) = (0, 0);
    while a < old.len() && b < new.len() {
        if same(&old[a], &new[b]) {
            pairs.extend(between(old, new, (from_a..a, from_b..b)));
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
            (from_a, from_b) = (a, b);
        } else if longest[a + 1][b] >= longest[a][b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs.extend(between(old, new, (from_a..old.len(), from_b..new.len())));
    pairs
}

/// Pairs the statements in a gap: in order if both sides have the same number, or otherwise by
/// likeness.
fn between(
    old: &[Statement],
    new: &[Statement],
    (was, is): (std::ops::Range<usize>, std::ops::Range<usize>),
) -> Vec<(usize, usize)> {
    if was.len() == is.len() {
        return was.zip(is).filter(|(a, b)| old[*a].level == new[*b].level).collect();
    }
    let mut taken = is.start;
    let mut pairs = Vec::new();
    for a in was {
        let likeness = |b: usize| percent_shared(&old[a].text, &new[b].text);
        // Among equally similar statements, prefer the first, because statements mostly keep their
        // order.
        let best = (taken..is.end).rev().max_by_key(|b| likeness(*b));
        if let Some(b) = best.filter(|b| likeness(*b) >= 50) {
            pairs.push((a, b));
            taken = b + 1;
        }
    }
    pairs
}

/// Returns the percentage of the shorter text's words that also occur in the longer text.
pub fn percent_shared(a: &str, b: &str) -> usize {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (a, b) = (words(a), words(b));
    a.intersection(&b).count() * 100 / a.len().min(b.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    fn document(text: &str) -> Document {
        let sources = Sources::from_texts([("competencies/a.md", text)]);
        Compiler::new().compile(&sources, &Choices::default()).unwrap().documents[0].clone()
    }

    /// Returns the second text with the anchors that the first text's statements need.
    fn kept(before: &str, after: &str) -> String {
        let lost = lost_anchors(&document(before), &document(after));
        let text = String::from_utf8(with_anchors(after.as_bytes(), &lost)).unwrap();
        let ids = |text: &str| document(text).meta.facts.statements().iter().map(|s| s.id.clone()).collect::<Vec<_>>();
        assert!(lost.iter().all(|anchor| ids(&text).contains(&anchor.id)), "{text}");
        text
    }

    const BEFORE: &str = "# A\n\n### Owning\n\n- Writes the brief.\n- Says why.\n- Asks first. {#asks}\n";

    #[test]
    fn a_reworded_statement_keeps_its_anchor() {
        let after = BEFORE.replace("Writes the brief.", "Writes *one* page.");
        assert_eq!(kept(BEFORE, &after), after.replace("page.", "page. {#l3-writes-the-brief}"));
        let after = BEFORE.replace("Says why.", "Gives a reason. {replaces=asks}");
        assert_eq!(kept(BEFORE, &after), after.replace("{replaces", "{#l3-says-why replaces"));
    }

    #[test]
    fn an_example_below_a_statement_changes_no_anchor() {
        let with =
            |example: &str| BEFORE.replace("- Says why.\n", &format!("- Says why.\n  - **Example:** {example}\n"));
        assert_eq!(kept(BEFORE, &with("One.")), with("One."));
        assert_eq!(kept(&with("One."), &with("Two.")), with("Two."));
        let after = with("Two.").replace("Says why.", "Gives a reason.");
        assert_eq!(kept(&with("One."), &after), after.replace("a reason.", "a reason. {#l3-says-why}"));
    }

    #[test]
    fn a_statement_with_the_same_words_or_an_explicit_anchor_is_left_alone() {
        for after in [
            BEFORE.to_owned(),
            BEFORE.replace("Asks first.", "Asks before."),
            BEFORE.replace("- Says why.\n", ""),
            BEFORE.replace("- Says why.\n", "- Something new and unlike.\n- Says why.\n"),
            BEFORE.replace("- Writes the brief.\n- Says why.", "- Says why.\n- Writes the brief."),
        ] {
            assert_eq!(kept(BEFORE, &after), after);
        }
    }

    #[test]
    fn the_most_similar_of_several_statements_keeps_the_anchor() {
        let after = BEFORE.replace("- Says why.", "- Something else entirely new.\n- Says why it is so.");
        assert_eq!(kept(BEFORE, &after), after.replace("it is so.", "it is so. {#l3-says-why}"));
    }

    #[test]
    fn a_new_statement_above_does_not_take_the_anchor_of_a_reworded_one() {
        let after =
            BEFORE.replace("- Writes the brief.", "- Something else entirely new.\n- Writes the brief in one page.");
        assert_eq!(kept(BEFORE, &after), after.replace("one page.", "one page. {#l3-writes-the-brief}"));
    }

    #[test]
    fn between_unchanged_statements_the_order_decides_which_was_reworded() {
        let after = BEFORE
            .replace("Writes the brief.", "Hands over one page.")
            .replace("- Asks first.", "- Something else entirely new.\n- Never guesses.");
        assert_eq!(kept(BEFORE, &after), after.replace("one page.", "one page. {#l3-writes-the-brief}"));
    }

    #[test]
    fn two_statements_merged_into_one_leave_it_one_anchor() {
        let before = BEFORE.replace("- Says why.", "- Says why it matters now.\n- Says why it matters later.");
        let after = BEFORE.replace("Says why.", "Says plainly why it matters.");
        assert_eq!(kept(&before, &after), after.replace("matters.", "matters. {#l3-says-why-it-matters-now}"));
    }

    #[test]
    fn a_statement_that_shares_few_words_with_an_old_one_is_a_new_one() {
        let before = BEFORE.replace("Says why.", "Keeps the list of open questions where all can read it.");
        let after =
            BEFORE.replace("- Says why.", "- Reports on the budget each month.\n- Invites customers every week.");
        assert_eq!(kept(&before, &after), after);
    }

    #[test]
    fn a_statement_that_moves_to_another_level_does_not_keep_its_anchor() {
        let before = "# A\n\n### Owning\n\n- Says why.\n- Keeps lists.\n\n### Guiding\n\n- Asks all.\n";
        let after = "# A\n\n### Owning\n\n- Keeps lists.\n\n### Guiding\n\n- Asks all.\n- Says why.\n";
        assert_eq!(kept(before, after), after);
        let after = before.replace("- Says why.\n", "- Gives a reason.\n").replace("Asks all.", "Says why.");
        let wanted =
            after.replace("a reason.", "a reason. {#l3-says-why}").replace("- Says why.", "- Says why. {#l4-asks-all}");
        assert_eq!(kept(before, &after), wanted);
    }

    #[test]
    fn in_a_change_too_large_to_compare_statements_are_paired_by_position() {
        let list =
            |word: &str, n: usize| -> String { (0..n).map(|n| format!("- {word} thing number {n}.\n")).collect() };
        let before = format!("# A\n\n### Owning\n\n{}", list("Writes", 1100));
        let after = format!("# A\n\n### Owning\n\n{}\n### Guiding\n\n{}", list("Reads", 1099), list("Reads", 1));
        let lost = lost_anchors(&document(&before), &document(&after));
        assert_eq!(lost.len(), 1099);
        assert_eq!(
            (lost[0].id.as_str(), lost[7].id.as_str()),
            ("l3-writes-thing-number-0", "l3-writes-thing-number-7")
        );
    }
}
