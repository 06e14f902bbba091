//! Reads dates and durations as authors write them.
//!
//! Input: text such as `2026-04-01` and `6 months`. Output: civil dates and durations. Never reads
//! the clock; callers pass in the current date.

use jiff::civil::Date;

/// A duration in calendar units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// The number of units.
    pub count: u16,
    /// The unit.
    pub unit: Unit,
}

/// A calendar unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Calendar months.
    Months,
    /// Calendar years.
    Years,
}

/// Parses durations such as `6 months`, `1 year`, `2 weeks` and `90 days`; the number must be
/// between 1 and 1000.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (count, unit) = text.trim().split_once(char::is_whitespace)?;
    let unit = match unit.trim().to_ascii_lowercase().trim_end_matches('s') {
        "day" => Unit::Days,
        "week" => Unit::Weeks,
        "month" => Unit::Months,
        "year" => Unit::Years,
        _ => return None,
    };
    let count: u16 = count.parse().ok()?;
    (1..=1000).contains(&count).then_some(Duration { count, unit })
}

/// Parses a date written as `2026-04-01`.
pub fn parse_day(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// Returns the date `duration` after `day`, or the last day of that month if the exact day doesn't
/// exist.
pub fn after(day: Date, duration: Duration) -> Option<Date> {
    day.checked_add(span(duration)?).ok()
}

fn span(duration: Duration) -> Option<jiff::Span> {
    let span = jiff::Span::new();
    let count = i64::from(duration.count);
    let span = match duration.unit {
        Unit::Days => span.try_days(count),
        Unit::Weeks => span.try_weeks(count),
        Unit::Months => span.try_months(count),
        Unit::Years => span.try_years(count),
    };
    span.ok()
}

/// Returns the date `duration` before `day`, or the last day of that month if the exact day doesn't
/// exist.
pub fn before(day: Date, duration: Duration) -> Option<Date> {
    day.checked_sub(span(duration)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_calendar_units() {
        let due = |day: &str, every: &str| after(parse_day(day).unwrap(), parse_duration(every).unwrap()).unwrap();
        assert_eq!(due("2026-08-31", "6 months").to_string(), "2027-02-28");
        assert_eq!(due("2026-01-01", "2 weeks").to_string(), "2026-01-15");
        assert_eq!(parse_duration("soon"), None);
        assert_eq!(parse_duration("0 days"), None);
    }
}
