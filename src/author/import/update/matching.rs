//! Matches the statements of a chapter with those of a table.
//!
//! Input: both lists. Output: the statement of the chapter that each statement of the table is, and
//! those that the table doesn't have. Matches by anchor, then by equal text, then by likeness. Never
//! matches one statement twice.

use std::collections::BTreeSet;

use crate::author::edit::percent_shared;
use crate::author::import::wish::Wish;
use crate::chapter::document::Statement;
use crate::text::path::fold;

/// The maximum number of pairs whose words are compared.
const MOST_COMPARED: usize = 250_000;
/// The percentage of shared words from which two statements at one level count as the same one.
const ALIKE: usize = 50;
/// The same for statements at different levels.
const ALIKE_ELSEWHERE: usize = 80;

/// Returns whether a statement of the table is the one with this number in the chapter.
type Rule<'a> = dyn Fn(&Wish, usize) -> bool + 'a;

/// A statement of the chapter that is one of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The number of the statement in the chapter.
    pub at: usize,
    /// Whether its level or track differs.
    pub moves: bool,
    /// Whether its words differ.
    pub rewords: bool,
}

/// The result of matching.
pub struct Matches {
    /// For each statement of the table, the statement of the chapter, if there is one.
    pub pairs: Vec<Option<Match>>,
    /// The statements of the chapter that the table doesn't have.
    pub gone: Vec<usize>,
}

/// Matches statements.
pub fn matches(statements: &[Statement], wishes: &[Wish]) -> Matches {
    let mut found: Vec<Option<usize>> = vec![None; wishes.len()];
    let mut free: BTreeSet<usize> = (0..statements.len()).collect();
    let is_here = |wish: &Wish, n: usize| statements[n].level == wish.level && statements[n].track == wish.track;
    let is_same = |wish: &Wish, n: usize| fold(&one_line(&statements[n].text)) == fold(&wish.text);
    let has_id = |wish: &Wish, n: usize| wish.id.as_deref() == Some(statements[n].id.as_str());
    let rules: [&Rule<'_>; 3] = [&has_id, &|wish: &Wish, n| is_here(wish, n) && is_same(wish, n), &is_same];
    for rule in rules {
        for (wish, place) in wishes.iter().zip(&mut found).filter(|(_, place)| place.is_none()) {
            *place = free.iter().copied().find(|n| rule(wish, *n));
            if let Some(n) = place {
                free.remove(n);
            }
        }
    }
    let open = found.iter().filter(|place| place.is_none()).count();
    if open * free.len() <= MOST_COMPARED {
        by_likeness(statements, wishes, (&mut found, &mut free));
    }
    let pair = |(wish, at): (&Wish, Option<usize>)| {
        let at = at?;
        Some(Match { at, moves: !is_here(wish, at), rewords: !is_same(wish, at) })
    };
    Matches { pairs: wishes.iter().zip(found).map(pair).collect(), gone: free.into_iter().collect() }
}

/// Matches what is left, the most similar pairs first.
fn by_likeness(statements: &[Statement], wishes: &[Wish], (found, free): (&mut [Option<usize>], &mut BTreeSet<usize>)) {
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (w, wish) in wishes.iter().enumerate().filter(|(w, _)| found[*w].is_none()) {
        for n in free.iter().copied() {
            let is_here = statements[n].level == wish.level && statements[n].track == wish.track;
            let likeness = percent_shared(&statements[n].text, &wish.text);
            if likeness >= if is_here { ALIKE } else { ALIKE_ELSEWHERE } {
                pairs.push((likeness + usize::from(is_here) * 100, w, n));
            }
        }
    }
    pairs.sort_by_key(|(likeness, w, n)| (std::cmp::Reverse(*likeness), *w, *n));
    for (_, w, n) in pairs {
        if found[w].is_none() && free.remove(&n) {
            found[w] = Some(n);
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
