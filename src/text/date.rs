//! Reads dates and durations as authors write them.
//!
//! Input: text such as `2026-04-01` and `6 months`. Output: civil dates and durations. Never reads
//! the clock; callers pass in the current date.

use jiff::Span;
/// A number of calendar units, such as 6 months.
pub use jiff::SpanFieldwise as Duration;
use jiff::civil::Date;

/// Parses durations such as `6 months`, `1 year`, `2 weeks` and `90 days`; the number must be
/// between 1 and 1000.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (count, unit) = text.trim().split_once(char::is_whitespace)?;
    let count = count.parse::<u16>().ok().filter(|count| (1..=1000).contains(count))?;
    let span = match unit.trim().to_ascii_lowercase().trim_end_matches('s') {
        "day" => Span::new().days(count),
        "week" => Span::new().weeks(count),
        "month" => Span::new().months(count),
        "year" => Span::new().years(count),
        _ => return None,
    };
    Some(span.fieldwise())
}

/// Parses a date written as `2026-04-01`.
pub fn parse_day(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// Returns the date `duration` after `day`, or the last day of that month if the exact day doesn't
/// exist.
pub fn after(day: Date, duration: Duration) -> Option<Date> {
    day.checked_add(duration.0).ok()
}

/// Returns the date `duration` before `day`, or the last day of that month if the exact day doesn't
/// exist.
pub fn before(day: Date, duration: Duration) -> Option<Date> {
    day.checked_sub(duration.0).ok()
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
