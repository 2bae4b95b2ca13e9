//! Instants: the clock, parts, text, order (L6.3).

use super::fault::{bad_argument, out_of_range};
use super::text::copied;
use crate::function::functions;
use crate::value::datetime::TICKS_PER_DAY;
use crate::value::{Context, DateTime, Datum, Failure, TimeSpan, convert, format};

/// The canonical text, or what a format makes of the instant.
fn date_text<'a>(date: DateTime, picture: Option<&str>, context: &Context<'a>) -> Result<&'a str, Failure> {
    let Some(picture) = picture else { return convert::text(Datum::DateTime(date), context) };
    let text = format::format_datetime(date, picture).map_err(|fault| bad_argument(fault.message))?;
    copied(&text, context)
}

/// A year that .NET knows.
fn bad_year(year: i64) -> Failure {
    out_of_range("year", 1, 9999, year)
}

fn days_in_month(year: i64, month: i64) -> Result<i64, Failure> {
    if !(1..=12).contains(&month) {
        return Err(out_of_range("month", 1, 12, month));
    }
    DateTime::days_in_month(year, month).ok_or_else(|| bad_year(year))
}

functions! {
    /// Instants (L6.3).
    pub(super) static DATETIME;

    /// This moment
    ///
    /// One reading of the clock serves a whole event: wherever it stands, it is the same.
    ///
    /// ```fql
    /// DateTime.UtcNow == DateTime.UtcNow => true
    /// DateTime.UtcNow > "2020-01-01".ToDateTime() => true
    /// ```
    stable constant DateTime.UtcNow() -> DateTime |ctx| { ctx.now }

    /// This moment: the same as `DateTime.UtcNow`
    ///
    /// ```fql
    /// DateTime.Now == DateTime.UtcNow => true
    /// ```
    stable constant DateTime.Now() -> DateTime |ctx| { ctx.now }

    /// The last midnight in UTC
    ///
    /// ```fql
    /// DateTime.Today == DateTime.UtcNow.Date => true
    /// ```
    stable constant DateTime.Today() -> DateTime |ctx| { ctx.now.date() }

    /// The first moment there is, which a missing date is too
    ///
    /// ```fql
    /// DateTime.MinValue => "0001-01-01T00:00:00Z"
    /// DateTime.MinValue == @"missing" => true
    /// ```
    immutable constant DateTime.MinValue() -> DateTime { DateTime::MIN }

    /// The last moment there is
    ///
    /// ```fql
    /// DateTime.MaxValue => "9999-12-31T23:59:59.9999999Z"
    /// ```
    immutable constant DateTime.MaxValue() -> DateTime { DateTime::MAX }

    /// How many days a month has
    ///
    /// Years are 1 to 9999, months 1 to 12; others fail.
    ///
    /// ```fql
    /// DateTime.DaysInMonth(2024, 2) => 29
    /// DateTime.DaysInMonth(2023, 2) => 28
    /// DateTime.DaysInMonth(2023, 13) => error E0704
    /// ```
    immutable static DateTime.DaysInMonth(year: i64, month: i64) -> Result<i64, Failure> { days_in_month(year, month) }

    /// True if the year has a 29 February
    ///
    /// Years are 1 to 9999; others fail.
    ///
    /// ```fql
    /// DateTime.IsLeapYear(2024) => true
    /// DateTime.IsLeapYear(1900) => false
    /// DateTime.IsLeapYear(0) => error E0704
    /// ```
    immutable static DateTime.IsLeapYear(year: i64) -> Result<bool, Failure> {
        DateTime::is_leap_year(year).ok_or_else(|| bad_year(year))
    }

    /// Whole days of 24 hours from a date to now
    ///
    /// Parts of a day do not count. A date that is still to come gives a negative number, or 0 if it is less than a day
    /// away.
    ///
    /// ```fql
    /// DaysSince(DateTime.UtcNow.AddDays(-10.9)) => 10
    /// DaysSince(DateTime.UtcNow.AddHours(30)) => -1
    /// ```
    stable global DaysSince(date: DateTime) -> i64 |ctx| {
        ctx.now.since(date).ticks() / TICKS_PER_DAY
    }

    /// The year, 1 to 9999
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().Year => 2023
    /// ```
    immutable property DateTime.Year(date: DateTime) -> i64 { date.year() }

    /// The month, 1 to 12
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().Month => 3
    /// ```
    immutable property DateTime.Month(date: DateTime) -> i64 { date.month() }

    /// The day of the month, 1 to 31
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().Day => 10
    /// ```
    immutable property DateTime.Day(date: DateTime) -> i64 { date.day() }

    /// The hour, 0 to 23
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().Hour => 11
    /// "2023-03-10T11:04:05+02:00".ToDateTime().Hour => 9
    /// ```
    immutable property DateTime.Hour(date: DateTime) -> i64 { date.hour() }

    /// The minute, 0 to 59
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().Minute => 4
    /// ```
    immutable property DateTime.Minute(date: DateTime) -> i64 { date.minute() }

    /// The second, 0 to 59
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().Second => 5
    /// ```
    immutable property DateTime.Second(date: DateTime) -> i64 { date.second() }

    /// The millisecond, 0 to 999
    ///
    /// ```fql
    /// "2023-03-10T11:04:05.678Z".ToDateTime().Millisecond => 678
    /// ```
    immutable property DateTime.Millisecond(date: DateTime) -> i64 { date.millisecond() }

    /// The day of the year, 1 to 366
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().DayOfYear => 69
    /// ```
    immutable property DateTime.DayOfYear(date: DateTime) -> i64 { date.day_of_year() }

    /// The English name of the day of the week
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().DayOfWeek => "Friday"
    /// ```
    immutable property DateTime.DayOfWeek(date: DateTime) -> &str { date.day_of_week_name() }

    /// Midnight of the same day
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().Date => "2023-03-10T00:00:00Z"
    /// ```
    immutable property DateTime.Date(date: DateTime) -> DateTime { date.date() }

    /// What has passed of the day
    ///
    /// ```fql
    /// "2023-03-10T11:04:05Z".ToDateTime().TimeOfDay => "11:04:05"
    /// ```
    immutable property DateTime.TimeOfDay(date: DateTime) -> TimeSpan { date.time_of_day() }

    /// Steps of 100 ns since the beginning of the year 1
    ///
    /// ```fql
    /// "2000-01-01".ToDateTime().Ticks => 630822816000000000
    /// ```
    immutable property DateTime.Ticks(date: DateTime) -> i64 { date.ticks() }

    /// -1, 0 or 1 as the instant is before, at or after `other`
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime().CompareTo("2023-03-11".ToDateTime()) => -1
    /// "2023-03-10".ToDateTime().CompareTo("2023-03-10".ToDateTime()) => 0
    /// ```
    immutable method DateTime.CompareTo(date: DateTime, other: DateTime) -> i64 { date.cmp(&other) as i64 }

    /// True if both instants are the same
    ///
    /// ```fql
    /// "2023-03-10T01:00:00+01:00".ToDateTime().Equals("2023-03-10".ToDateTime()) => true
    /// ```
    immutable method DateTime.Equals(date: DateTime, other: DateTime) -> bool { date == other }

    /// The instant as text
    ///
    /// Without `format` it is `yyyy-MM-ddTHH:mm:ss.FFFFFFFZ`, the fraction only as far as there is one. With `format`,
    /// it is written as .NET's standard and custom formats say, in English. A format that does not exist fails.
    ///
    /// ```fql
    /// "2023-03-10 11:04:05.5".ToDateTime().ToString() => "2023-03-10T11:04:05.5Z"
    /// "2023-03-10T11:04:05Z".ToDateTime().ToString("yyyy-MM-dd") => "2023-03-10"
    /// "2023-03-10T11:04:05Z".ToDateTime().ToString("d") => "03/10/2023"
    /// "2023-03-10T11:04:05Z".ToDateTime().ToString("dddd, d MMMM") => "Friday, 10 March"
    /// ```
    immutable method DateTime.ToString(date: DateTime, format: Option<&str>) -> Result<&str, Failure> |ctx| {
        date_text(date, format, ctx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::builtin::harness::{context, member, outcome, row};
    use crate::function::Place;
    use crate::value::{DateTime, Datum};

    fn days_since(text: &str) -> String {
        let date = [Datum::DateTime(DateTime::parse(text).unwrap())];
        outcome((row(Place::Global, "DaysSince", &date).run)(&mut context(), &date))
    }

    #[test]
    fn days_since_counts_whole_days_toward_zero() {
        assert_eq!(days_since("2025-12-31T12:00:00Z"), "1");
        assert_eq!(days_since("2025-12-31T12:00:01Z"), "0");
        assert_eq!(days_since("2026-01-02T11:59:59Z"), "0");
        assert_eq!(days_since("2026-01-02T12:00:00Z"), "-1");
        assert_eq!(days_since("0001-01-01"), "739616");
    }

    #[test]
    fn a_bad_format_fails() {
        assert_eq!(outcome(member("ToString", &[Datum::DateTime(DateTime::MIN), Datum::String("Q")])), "E0705");
        assert_eq!(outcome(member("ToString", &[Datum::DateTime(DateTime::MIN), Datum::String("yyyy 'q")])), "E0705");
    }
}
