//! Runs regular expressions within a budget: work is counted, and the search stops when the budget
//! is spent.
//!
//! Input: an expression, a line and the remaining budget. Output: the leftmost match. The count
//! depends only on the text and the expression, so it is the same on every machine.
//!
//! The library only reports whether a match at one place took more retries than a limit. A search
//! therefore begins with a small limit and pays for each place it passes. If that isn't enough,
//! each place is tried separately with increasing limits, and each try pays its whole limit.

use onig::{MatchParam, Regex, Region, SearchOptions};

use super::Plain;

/// The number of retries at one place that cost nothing extra.
const CHEAP: u32 = 256;
/// The limits for places where [`CHEAP`] isn't enough. If the last limit isn't enough either, the
/// expression is assumed not to match there. Changelogs in Markdown have such places, and lose at
/// most the color of one word.
const LIMITS: [u32; 3] = [1_024, 16_384, 131_072];
/// The length in bytes up to which a line counts as not matching if even the last limit isn't
/// enough. On a longer line, coloring of the whole block stops instead.
const PROSE: usize = 1_000;
/// The cost of a call, whatever it finds.
const CALL: u64 = 8;
/// The cost of a place that is tried separately.
const PLACE: u64 = 16;
/// A place costs one more for every so many bytes on the line, because a loop may scan the rest of
/// the line in a single retry.
const STRIDE: usize = 256;
/// A retry costs one more for every so many bytes on the line. If there are many retries, loops
/// scan the line in each of them.
const RETRY_STRIDE: usize = 32;

/// The remaining budget of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new(left: u64) -> Self {
        Self { left }
    }

    /// Returns the remaining budget.
    pub(super) fn left(self) -> u64 {
        self.left
    }

    /// Subtracts work from the budget.
    pub(super) fn pay(&mut self, work: u64) -> Result<(), Plain> {
        self.left = self.left.checked_sub(work).ok_or(Plain::TooMuch)?;
        Ok(())
    }

    /// Finds the leftmost match at or after `from`, and stores its groups in `region`.
    pub(super) fn search(
        &mut self,
        regex: &Regex,
        line: &str,
        from: usize,
        region: &mut Region,
    ) -> Result<bool, Plain> {
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

    /// Tries one place after another.
    fn search_places(&mut self, regex: &Regex, line: &str, from: usize, region: &mut Region) -> Result<bool, Plain> {
        let places = line[from..].char_indices().map(|(at, _)| from + at).chain([line.len()]);
        for at in places {
            self.pay(PLACE)?;
            if self.matches(regex, line, at, region)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tries one place with increasing limits.
    fn matches(&mut self, regex: &Regex, line: &str, at: usize, region: &mut Region) -> Result<bool, Plain> {
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
        if line.len() > PROSE { Err(Plain::TooMuch) } else { Ok(false) }
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
    fn a_search_that_backtracks_finds_the_match_and_pays_for_it() {
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
        assert_eq!(Budget::new(100_000).search(&regex, &hard, 0, &mut region), Err(Plain::TooMuch));
    }

    #[test]
    fn an_expression_that_backtracks_forever_counts_as_not_matching() {
        let regex = compile(r"(a|a)*b").unwrap();
        let line = format!("{}c", "a".repeat(40));
        let mut budget = Budget::new(1_000_000_000);
        assert_eq!(budget.search(&regex, &line, 0, &mut Region::new()), Ok(false));
        assert!(budget.left() > 900_000_000, "{budget:?}");
    }
}
