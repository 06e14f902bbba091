//! Limits the work that a diagram may take.
//!
//! Input: the source of a diagram. Output: nothing, or the line that asks for too much. Counts
//! instead of measuring time, so that a diagram is drawn on every machine or on none.

use std::collections::BTreeSet;

use super::Refusal;

/// The maximum length of a source, of one of its lines, and the maximum number of lines.
const BYTES: usize = 5_000;
const LINE: usize = 500;
const LINES: usize = 250;
/// The maximum number of connections that `A & B --> C & D` may stand for in a whole diagram.
const PAIRS: usize = 300;
/// The maximum number of digits in a row where numbers are lengths, sizes or counts.
const DIGITS: usize = 4;
/// The maximum number of years between the dates of a plan.
const YEARS: u32 = 20;
/// The maximum sum of all durations of a plan.
const DURATIONS: u32 = 5_000;
/// The units of a plan's axis that would draw too many lines.
const SMALL_UNITS: [&str; 4] = ["millisecond", "second", "minute", "hour"];

/// The days that a plan can exclude. If it excludes all of them, no task ever ends.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The days that `weekends` may stand for.
const WEEKEND: [&str; 3] = ["fri", "sat", "sun"];

/// Checks a source.
pub fn check(source: &str) -> Result<(), Refusal> {
    if source.len() > BYTES {
        return Err(Refusal::new(0, format!("it is longer than {BYTES} bytes")));
    }
    let mut pairs = 0;
    for (number, line) in (1..).zip(source.lines()) {
        if number > LINES {
            return Err(Refusal::new(number, format!("it has more than {LINES} lines")));
        }
        if line.len() > LINE {
            return Err(Refusal::new(number, format!("this line is longer than {LINE} bytes")));
        }
        // With n of these signs, two groups have the most connections if both are equally large.
        let half = line.matches('&').count() / 2 + 1;
        pairs += if half > 1 { half * half } else { 0 };
        if pairs > PAIRS {
            return Err(Refusal::new(number, "`&` stands for too many connections"));
        }
    }
    let is_plan = source.lines().any(|line| line.trim_start().starts_with("gantt"));
    if is_plan { check_plan(source) } else { Ok(()) }
}

/// Checks the dates and durations of a plan, because its axis is as long as they say.
fn check_plan(source: &str) -> Result<(), Refusal> {
    let mut years: Option<(u32, u32)> = None;
    let mut sum = 0;
    let mut excluded: BTreeSet<&str> = BTreeSet::new();
    for (number, line) in (1..).zip(source.lines()) {
        let lower = line.trim_start().to_ascii_lowercase();
        if lower.starts_with("excludes") {
            excluded.extend(DAYS.iter().filter(|day| lower.contains(**day)));
            excluded.extend(WEEKEND.iter().filter(|_| lower.contains("weekend")));
        }
        if excluded.len() == DAYS.len() {
            return Err(Refusal::new(number, "all days of the week are excluded"));
        }
        if line.contains("tickInterval") && SMALL_UNITS.iter().any(|unit| line.contains(unit)) {
            return Err(Refusal::new(number, "the axis would have too many lines"));
        }
        let Some((_, facts)) = line.split_once(':') else { continue };
        for digits in facts.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()) {
            let value = digits.parse().ok().filter(|_| digits.len() <= DIGITS);
            let Some(value) = value else {
                return Err(Refusal::new(number, format!("a number has more than {DIGITS} digits")));
            };
            if digits.len() == DIGITS && value > 1_000 {
                let (first, last) = years.unwrap_or((value, value));
                years = Some((first.min(value), last.max(value)));
            } else {
                sum += value;
            }
        }
        if years.is_some_and(|(first, last)| last - first > YEARS) || sum > DURATIONS {
            return Err(Refusal::new(
                number,
                format!("the plan is longer than {YEARS} years or {DURATIONS} units of time"),
            ));
        }
    }
    Ok(())
}
