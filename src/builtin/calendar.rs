//! Instants from instants: adding, subtracting, truncating (L6.3).

use super::fault::bad_argument;
use crate::diagnostic::Code;
use crate::function::functions;
use crate::value::datetime::{TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND};
use crate::value::{DateTime, Failure, TimeSpan};

/// The instant, if there is one.
fn within_years(date: Option<DateTime>) -> Result<DateTime, Failure> {
    date.ok_or_else(|| Failure::new(Code::OVERFLOW, "the result lies outside the years 1 to 9999"))
}

/// The instant so many units later; not a number of units there is no such instant for.
fn later(date: DateTime, count: f64, add: fn(DateTime, f64) -> Option<DateTime>) -> Result<DateTime, Failure> {
    if count.is_nan() {
        return Err(bad_argument("expected a number to add, found `NaN`"));
    }
    within_years(add(date, count))
}

fn truncated(date: DateTime, step: TimeSpan) -> Result<DateTime, Failure> {
    let fault = || Failure::new(Code::OUT_OF_RANGE, format!("expected `step` longer than zero, found `{step}`"));
    date.truncate_to(step).ok_or_else(fault)
}

/// The last multiple of so many ticks, which are more than none.
fn truncated_to_ticks(date: DateTime, ticks: i64) -> DateTime {
    date.truncate_to(TimeSpan::from_ticks(ticks)).unwrap_or(date)
}

functions! {
    /// Instants from instants (L6.3).
    pub(super) static CALENDAR;

    /// The same day and time so many years later
    ///
    /// 29 February becomes 28 February in a year that has none. A negative number goes back. A result outside the years
    /// 1 to 9999 fails.
    ///
    /// ```fql
    /// "2024-02-29".ToDateTime().AddYears(1) => "2025-02-28T00:00:00Z"
    /// "2024-02-29".ToDateTime().AddYears(9000) => error E0702
    /// ```
    immutable method DateTime.AddYears(date: DateTime, years: i64) -> Result<DateTime, Failure> {
        within_years(date.add_years(years))
    }

    /// The same day and time so many months later
    ///
    /// A day that the month does not have becomes its last day. A negative number goes back. A result outside the years
    /// 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-01-31".ToDateTime().AddMonths(1) => "2023-02-28T00:00:00Z"
    /// "2023-03-31".ToDateTime().AddMonths(-1) => "2023-02-28T00:00:00Z"
    /// ```
    immutable method DateTime.AddMonths(date: DateTime, months: i64) -> Result<DateTime, Failure> {
        within_years(date.add_months(months))
    }

    /// So many days of 24 hours later
    ///
    /// A fraction counts, a negative number goes back. A result outside the years 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().AddDays(1.5) => "2023-03-11T12:00:00Z"
    /// "2023-03-10".ToDateTime().AddDays(-10) => "2023-02-28T00:00:00Z"
    /// DateTime.MaxValue.AddDays(1) => error E0702
    /// ```
    immutable method DateTime.AddDays(date: DateTime, days: f64) -> Result<DateTime, Failure> {
        later(date, days, DateTime::add_days)
    }

    /// So many hours later
    ///
    /// A fraction counts, a negative number goes back. A result outside the years 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().AddHours(36) => "2023-03-11T12:00:00Z"
    /// ```
    immutable method DateTime.AddHours(date: DateTime, hours: f64) -> Result<DateTime, Failure> {
        later(date, hours, DateTime::add_hours)
    }

    /// So many minutes later
    ///
    /// A fraction counts, a negative number goes back. A result outside the years 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().AddMinutes(-1) => "2023-03-09T23:59:00Z"
    /// ```
    immutable method DateTime.AddMinutes(date: DateTime, minutes: f64) -> Result<DateTime, Failure> {
        later(date, minutes, DateTime::add_minutes)
    }

    /// So many seconds later
    ///
    /// A fraction counts, a negative number goes back. A result outside the years 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().AddSeconds(0.25) => "2023-03-10T00:00:00.25Z"
    /// ```
    immutable method DateTime.AddSeconds(date: DateTime, seconds: f64) -> Result<DateTime, Failure> {
        later(date, seconds, DateTime::add_seconds)
    }

    /// So many milliseconds later
    ///
    /// A fraction counts, a negative number goes back. A result outside the years 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().AddMilliseconds(1500) => "2023-03-10T00:00:01.5Z"
    /// ```
    immutable method DateTime.AddMilliseconds(date: DateTime, milliseconds: f64) -> Result<DateTime, Failure> {
        later(date, milliseconds, DateTime::add_milliseconds)
    }

    /// So much later: the same as `+`
    ///
    /// A result outside the years 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().Add(TimeSpan.FromHours(1)) => "2023-03-10T01:00:00Z"
    /// ```
    immutable method DateTime.Add(date: DateTime, span: TimeSpan) -> Result<DateTime, Failure> {
        within_years(date.checked_add(span))
    }

    /// How much has passed since another instant: the same as `-`
    ///
    /// Negative if the other one is later. An attribute between the parentheses is read as a DateTime.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().Subtract("2023-03-08T12:00:00Z".ToDateTime()) => "1.12:00:00"
    /// "2023-03-10".ToDateTime().Subtract("2023-03-08".ToDateTime()).TotalDays => 2.0
    /// ```
    immutable method DateTime.Subtract(date: DateTime, earlier: DateTime) -> TimeSpan { date.since(earlier) }

    /// So much earlier: the same as `-`
    ///
    /// A result outside the years 1 to 9999 fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().Subtract(TimeSpan.FromDays(1)) => "2023-03-09T00:00:00Z"
    /// DateTime.MinValue.Subtract(TimeSpan.FromDays(1)) => error E0702
    /// ```
    immutable method DateTime.Subtract(date: DateTime, span: TimeSpan) -> Result<DateTime, Failure> {
        within_years(date.checked_sub(span))
    }

    /// The last instant not after this one that is a whole number of steps from the beginning of the year 1
    ///
    /// Steps of seven days begin on Mondays. A step that is zero or negative fails.
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateTo(TimeSpan.FromHours(1)) => "2023-03-10T11:00:00Z"
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateTo(TimeSpan.FromMinutes(15)) => "2023-03-10T11:00:00Z"
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateTo(TimeSpan.FromDays(0)) => error E0704
    /// ```
    immutable method DateTime.TruncateTo(date: DateTime, step: TimeSpan) -> Result<DateTime, Failure> {
        truncated(date, step)
    }

    /// The instant without what is less than a millisecond
    ///
    /// ```fql
    /// "2023-03-10T11:04:05.6789Z".ToDateTime().TruncateToMillisecond() => "2023-03-10T11:04:05.678Z"
    /// ```
    immutable deprecated("TruncateTo(TimeSpan.FromMilliseconds(1))")
    method DateTime.TruncateToMillisecond(date: DateTime) -> DateTime {
        truncated_to_ticks(date, TICKS_PER_MILLISECOND)
    }

    /// The beginning of the second
    ///
    /// ```fql
    /// "2023-03-10T11:04:05.6789Z".ToDateTime().TruncateToSecond() => "2023-03-10T11:04:05Z"
    /// ```
    immutable deprecated("TruncateTo(TimeSpan.FromSeconds(1))")
    method DateTime.TruncateToSecond(date: DateTime) -> DateTime { truncated_to_ticks(date, TICKS_PER_SECOND) }

    /// The beginning of the minute
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateToMinute() => "2023-03-10T11:04:00Z"
    /// ```
    immutable deprecated("TruncateTo(TimeSpan.FromMinutes(1))")
    method DateTime.TruncateToMinute(date: DateTime) -> DateTime { truncated_to_ticks(date, TICKS_PER_MINUTE) }

    /// The beginning of the hour
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateToHour() => "2023-03-10T11:00:00Z"
    /// ```
    immutable deprecated("TruncateTo(TimeSpan.FromHours(1))")
    method DateTime.TruncateToHour(date: DateTime) -> DateTime { truncated_to_ticks(date, TICKS_PER_HOUR) }

    /// Midnight of the same day
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateToDay() => "2023-03-10T00:00:00Z"
    /// ```
    immutable deprecated("Date")
    method DateTime.TruncateToDay(date: DateTime) -> DateTime { date.date() }

    /// Midnight at the beginning of the last Sunday, or of the day itself if it is one
    ///
    /// The days before the first Sunday of the year 1 have none and fail.
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateToWeek() => "2023-03-05T00:00:00Z"
    /// DateTime.MinValue.TruncateToWeek() => error E0702
    /// ```
    immutable deprecated("TruncateTo(TimeSpan.FromDays(7))")
    method DateTime.TruncateToWeek(date: DateTime) -> Result<DateTime, Failure> {
        within_years(date.truncate_to_week())
    }

    /// Midnight at the beginning of the month
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateToMonth() => "2023-03-01T00:00:00Z"
    /// ```
    immutable deprecated("Date.AddDays(1 - Day)")
    method DateTime.TruncateToMonth(date: DateTime) -> DateTime { date.truncate_to_month() }

    /// Midnight at the beginning of the year
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TruncateToYear() => "2023-01-01T00:00:00Z"
    /// ```
    immutable deprecated("Date.AddDays(1 - DayOfYear)")
    method DateTime.TruncateToYear(date: DateTime) -> DateTime { date.truncate_to_year() }
}

#[cfg(test)]
mod tests {
    use crate::builtin::harness::{member, outcome};
    use crate::value::{DateTime, Datum, TimeSpan};

    #[test]
    fn results_beyond_the_calendar_fail() {
        let now = Datum::DateTime(DateTime::MAX);
        for count in [f64::INFINITY, 1e300, 1.0] {
            assert_eq!(outcome(member("AddDays", &[now, Datum::Double(count)])), "E0702", "{count}");
        }
        assert_eq!(outcome(member("AddDays", &[now, Datum::Double(f64::NAN)])), "E0705");
        assert_eq!(outcome(member("AddMonths", &[now, Datum::Int(i64::MIN)])), "E0702");
        assert_eq!(outcome(member("AddYears", &[now, Datum::Int(i64::MAX)])), "E0702");
        assert_eq!(outcome(member("Add", &[now, Datum::TimeSpan(TimeSpan::MAX)])), "E0702");
        assert_eq!(outcome(member("Subtract", &[now, Datum::TimeSpan(TimeSpan::MIN)])), "E0702");
    }
}
