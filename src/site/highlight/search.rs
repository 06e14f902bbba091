//! Searches with a regular expression at a price: work is counted, and nothing is sought when the budget is spent.
//!
//! Input: an expression, a line and what is left of a budget. Output: the leftmost match. The count depends on the text
//! and the expression alone, so that it's the same on every machine.
//!
//! The library tells no more than whether a match at one place took more retries than a limit. So a search begins with a
//! small limit and pays for each place it passes; where that isn't enough, each place is tried alone with higher and
//! higher limits, and each try pays its whole limit.

use onig::{MatchParam, Regex, Region, SearchOptions};

/// Retries for a match at one place that a search may take for the price of the place.
const CHEAP: u32 = 256;
/// Limits for places where that isn't enough. Beyond the last one, the expression is taken not to match there: changelogs
/// in Markdown have such places, and lose no more than the color of one word.
const LIMITS: [u32; 3] = [1_024, 16_384, 131_072];
/// The longest line in bytes on which that is done; on a longer one, the search ends the coloring of its block.
const PROSE: usize = 1_000;
/// What a call costs, whatever it finds.
const CALL: u64 = 8;
/// What a place costs that is tried alone.
const PLACE: u64 = 16;
/// A place costs one more for this many bytes of line: a loop may look through the rest of the line for a single retry.
const STRIDE: usize = 256;
/// Where much is retried, loops do so each time, and a retry costs one more for this many bytes of line.
const RETRY_STRIDE: usize = 32;

/// What is left of a block's budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    left: u64,
}

/// The budget is spent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spent;

impl Budget {
    pub(super) fn new(left: u64) -> Self {
        Self { left }
    }

    /// Returns what is left.
    pub(super) fn left(self) -> u64 {
        self.left
    }

    /// Pays for work.
    pub(super) fn pay(&mut self, work: u64) -> Result<(), Spent> {
        self.left = self.left.checked_sub(work).ok_or(Spent)?;
        Ok(())
    }

    /// Finds the leftmost match at or after `from`; its groups are in `region`.
    pub(super) fn search(
        &mut self,
        regex: &Regex,
        line: &str,
        from: usize,
        region: &mut Region,
    ) -> Result<bool, Spent> {
        let cheap = limited(CHEAP);
        let none = SearchOptions::SEARCH_OPTION_NONE;
        let found = regex.search_with_param(line, from, line.len(), none, Some(region), cheap);
        let passed = match found {
            Ok(Some(at)) => at - from,
            Ok(None) | Err(_) => line.len() - from,
        };
        let stride = 1 + line.len() / STRIDE;
        self.pay(CALL + (passed * stride) as u64)?;
        match found {
            Ok(found) => Ok(found.is_some()),
            Err(_) => self.search_places(regex, line, from, region),
        }
    }

    /// Tries one place after the other.
    fn search_places(&mut self, regex: &Regex, line: &str, from: usize, region: &mut Region) -> Result<bool, Spent> {
        let places = line[from..].char_indices().map(|(at, _)| from + at).chain([line.len()]);
        for at in places {
            self.pay(PLACE)?;
            if self.matches(regex, line, at, region)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tries one place with rising limits.
    fn matches(&mut self, regex: &Regex, line: &str, at: usize, region: &mut Region) -> Result<bool, Spent> {
        let none = SearchOptions::SEARCH_OPTION_NONE;
        if let Ok(found) = regex.match_with_param(line, at, none, Some(region), limited(CHEAP)) {
            return Ok(found.is_some());
        }
        for limit in LIMITS {
            self.pay(u64::from(limit) * (1 + line.len() / RETRY_STRIDE) as u64)?;
            if let Ok(found) = regex.match_with_param(line, at, none, Some(region), limited(limit)) {
                return Ok(found.is_some());
            }
        }
        if line.len() > PROSE { Err(Spent) } else { Ok(false) }
    }
}

fn limited(retries: u32) -> MatchParam {
    let mut limits = MatchParam::default();
    limits.set_retry_limit_in_match(retries);
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::highlight::grammar::compile;

    #[test]
    fn a_search_that_goes_back_and_forth_finds_the_same_and_pays_for_it() {
        let mut region = Region::new();
        let regex = compile(r"(?:a|aa)+b").unwrap();
        let line = format!("{}ab", "ac".repeat(50));
        let mut budget = Budget::new(1_000);
        assert_eq!(budget.search(&regex, &line, 0, &mut region), Ok(true));
        assert_eq!((region.pos(0), budget.left()), (Some((100, 102)), 1_000 - 100 - CALL));
        let hard = format!("{}c {}b", "a".repeat(22), "a".repeat(3));
        let mut budget = Budget::new(10_000_000);
        assert_eq!(budget.search(&regex, &hard, 0, &mut region), Ok(true));
        assert_eq!(region.pos(0), Some((24, 28)));
        assert!(budget.left() < 9_900_000, "{budget:?}");
        assert_eq!(Budget::new(100_000).search(&regex, &hard, 0, &mut region), Err(Spent));
    }

    #[test]
    fn an_expression_that_never_ends_is_taken_not_to_match() {
        let regex = compile(r"(a|a)*b").unwrap();
        let line = format!("{}c", "a".repeat(40));
        let mut budget = Budget::new(1_000_000_000);
        assert_eq!(budget.search(&regex, &line, 0, &mut Region::new()), Ok(false));
        assert!(budget.left() > 900_000_000, "{budget:?}");
    }
}
